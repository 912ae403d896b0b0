import Autodiff

/// Numbers at a fixed address, aligned for the widest registers.
final class FloatBuffer: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    let count: Int

    init(_ count: Int) {
        self.count = count
        let raw = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * 4), alignment: 64)
        pointer = raw.bindMemory(to: Float.self, capacity: count)
        pointer.update(repeating: 0, count: count)
    }

    deinit { UnsafeMutableRawPointer(pointer).deallocate() }
}

/// What is learned, with Adam's moments of it.
protocol ParameterHolder: AnyObject {
    /// Weights, then biases; and Adam's running means of their gradients and of the squares.
    var parameters: FloatBuffer { get }
    var firstMoment: FloatBuffer { get }
    var secondMoment: FloatBuffer { get }
    var parts: [ParameterPart] { get }
    /// To be called after the parameters were set from outside.
    func parametersWereSet()
}

/// A layer of the fast step: values, slopes and Adam's moments for a batch of rows, all in place.
///
/// A batch runs in slabs of rows, forward and back, each slab on some thread; then the weights are updated in slices, a
/// slice's gradient being used up by Adam while it is still in the cache. Slabs and slices are cut by the sizes alone.
protocol AutoencoderLayer: ParameterHolder {
    /// Numbers in a row of what comes in, and of what goes out.
    var inputs: Int { get }
    var outputs: Int { get }
    /// [batch, outputs]: values, and slopes of the loss in what went into the activation once `backward` has run.
    var values: FloatBuffer { get }
    var slopes: FloatBuffer { get }

    /// Numbers that `forward` and `backward` need to work in, for each slab at once.
    var workspaceCount: Int { get }
    func forward(_ x: UnsafePointer<Float>, rows: Range<Int>, workspace: UnsafeMutablePointer<Float>)
    /// Takes the slopes in y, which stand in `slopes`, through the activation, and hands on those in x.
    func backward(
        _ x: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>?, rows: Range<Int>, slab: Int, workspace: UnsafeMutablePointer<Float>)

    var sliceCount: Int { get }
    /// Numbers that `update` needs to work in.
    var scratchCount: Int { get }
    /// The gradient of a slice of the parameters over a whole batch, and Adam on them.
    func update(slice: Int, _ x: UnsafePointer<Float>, batch: Int, slabs: Int, step: AdamStep, scratch: UnsafeMutablePointer<Float>)
}

/// A stretch of a layer's parameters, as it is named and laid out outside. Inside, where channels stand last, two
/// neighbouring axes are exchanged: [outer, channels, places, inner] outside is [outer, places, channels, inner] here.
struct ParameterPart {
    let name: String
    let shape: [Int]
    /// Where it begins among the layer's parameters.
    let start: Int
    /// PyTorch's bound for drawing it: uniform on ±1/√fanIn.
    let fanIn: Int
    var outer = 1, channels = 1, places = 1

    var count: Int { shape.reduce(1, *) }

    /// Calls `body` with each number's place outside and among the layer's parameters.
    private func forEachPlace(_ body: (_ outside: Int, _ inside: Int) -> Void) {
        let inner = count / max(1, outer * channels * places)
        for o in 0..<outer {
            for c in 0..<channels {
                for p in 0..<places {
                    let outside = ((o * channels + c) * places + p) * inner
                    let inside = start + ((o * places + p) * channels + c) * inner
                    for i in 0..<inner { body(outside + i, inside + i) }
                }
            }
        }
    }

    func numbers(in buffer: FloatBuffer) -> [Float] {
        [Float](unsafeUninitializedCapacity: count) { numbers, initialized in
            forEachPlace { outside, inside in numbers.initializeElement(at: outside, to: buffer.pointer[inside]) }
            initialized = count
        }
    }

    func set(_ numbers: [Float], in buffer: FloatBuffer) {
        precondition(numbers.count == count)
        forEachPlace { outside, inside in buffer.pointer[inside] = numbers[outside] }
    }
}

extension AutoencoderLayer {
    /// PyTorch's default: weights and biases uniform on ±1/√fanIn.
    func initialise(from stream: RandomStream, name: String) {
        for part in parts {
            var draws = stream.split(name + "." + part.name)
            var numbers = [Float](repeating: 0, count: part.count)
            numbers.withUnsafeMutableBufferPointer { draws.fillUniform($0) }
            let bound = 1 / Float(part.fanIn).squareRoot()
            part.set(numbers.map { bound * (2 * $0 - 1) }, in: parameters)
        }
        parametersWereSet()
    }
}
