import Autodiff
import Datasets

/// A data set as a value of the language.
struct DatasetObject: CellObject {
    let name: String
    let data: Dataset

    var typeName: String { "dataset" }
    var summary: String { "<\(name): \(data.count) items of shape \(Shape(data.shape))>" }
    var fieldNames: [String] { ["images", "points", "labels", "factors", "factor_names", "class_names"] }

    func field(_ name: String) -> Value? {
        switch name {
        case "images", "points": tensor(data.items.map(Double.init), [data.count, data.featureCount])
        case "labels": data.labels.flatMap { tensor($0.map(Double.init), [data.count]) }
        case "factors": tensor(data.factors.map(Double.init), [data.count, data.factorNames.count])
        case "factor_names": .list(data.factorNames.map(Value.text))
        case "class_names": .list(data.classNames.map(Value.text))
        default: nil
        }
    }

    private func tensor(_ scalars: [Double], _ shape: [Int]) -> Value? {
        (try? Tensor(scalars, shape: Shape(shape))).map(Value.tensor)
    }
}

extension Library {
    /// Data made on the spot: n items, the same for the same seed; without a seed, by the cell's own draws.
    static let data: [Builtin] = [
        generator("digits") { .digits(0..<$0, seed: $1) },
        generator("sprites") { .sprites(0..<$0, seed: $1) },
        generator("faces") { .faces(0..<$0, seed: $1) },
        generator("ring") { .ring(0..<$0, seed: $1) },
        generator("two_moons") { .twoMoons(0..<$0, seed: $1) },
        // A set that the user bound to a name: --data name=PATH.
        Builtin("dataset(name)") { call in
            let name = try call.text("name")
            guard let path = call.evaluator.options.data[name] else {
                throw call.failure("No data set \"\(name)\" is bound.", hint: "name its file: --data \(name)=PATH")
            }
            do {
                return .object(DatasetObject(name: name, data: try Dataset.read(path).all()))
            } catch let error as DatasetError {
                throw call.failure(error.description, hint: error.hint)
            }
        },
    ]

    private static func generator(_ name: String, _ make: @escaping @Sendable (Int, UInt64) -> Dataset) -> Builtin {
        Builtin("\(name)(n, seed=)") { call in
            let count = try call.count("n")
            guard count <= 200_000 else { throw CellError("\(name) makes at most 200000 items at a time.", at: call.span(of: "n")) }
            let seed = call.has("seed") ? UInt64(bitPattern: Int64(try call.whole("seed"))) : call.evaluator.stream.next()
            return .object(DatasetObject(name: name, data: make(count, seed)))
        }
    }
}
