import Autodiff

/// Handwriting from skeletons: a style is picked, its knots are moved, the pen follows them, and the picture is put
/// into its frame as MNIST's are (LeCun, Bottou, Bengio, Haffner, "Gradient-based learning applied to document
/// recognition", 1998): the ink's box is 20 pixels at its longer side and its centre of mass stands on pixel (14, 14).
struct Digits: Generator {
    let shape = [28, 28]
    let classNames = (0...9).map(String.init)
    let factorNames = ["style", "shape", "slant", "width", "scale", "rotation", "thickness", "pressure", "softness"]

    private let root: RandomStream
    private let styles: [[DigitStyle]]

    init(seed: UInt64) {
        root = RandomStream(seed: seed, name: "digits")
        let all = DigitStyle.all()
        styles = (0...9).map { digit in all.filter { $0.digit == digit } }
    }

    /// Ten digits in a row are the ten classes, in an order of their own.
    func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int {
        var block = root.split("order").split(UInt64(index / 10))
        let digit = block.permutation(of: 10)[index % 10]
        var stream = root.split(UInt64(index))
        let hand = Hand(digit, styles[digit], &stream)
        for (place, value) in hand.factors.enumerated() { factors[place] = value }
        let strokes = hand.strokes(&stream)
        Self.frame(strokes, hand, into: item)
        return digit
    }

    /// What is drawn at random for a whole digit.
    struct Hand {
        let style: DigitStyle
        let number: Int
        /// From the style's low skeleton (0) to its high one (1).
        let shape: Float
        /// How far the top leans to the right, in heights.
        let slant: Float
        /// Times the skeleton's width.
        let width: Float
        /// The longer side of the ink's box, in units of 20 pixels.
        let scale: Float
        /// Radians, to the right.
        let rotation: Float
        /// Pixels across the stroke.
        let thickness: Float
        /// How much wider the pen is at a stroke's start than at its end, relative to its mean.
        let pressure: Float
        /// Pixels from paper to ink.
        let softness: Float

        var factors: [Float] { [Float(number), shape, slant, width, scale, rotation, thickness, pressure, softness] }

        init(_ digit: Int, _ styles: [DigitStyle], _ stream: inout RandomStream) {
            var rest = stream.uniform(0, 1) * styles.reduce(0) { $0 + $1.weight }
            var number = 0
            while number + 1 < styles.count, rest >= styles[number].weight {
                rest -= styles[number].weight
                number += 1
            }
            (self.number, style) = (number, styles[number])
            shape = stream.uniform(-0.25, 1.25)
            slant = stream.bell(0.12, 0.26, in: -0.6...1)
            width = stream.bell(1.12, 0.26, in: 0.5...2)
            scale = stream.bell(0.98, 0.04, in: 0.85...1.05)
            rotation = stream.bell(0, 0.11, in: -0.35...0.35)
            thickness = stream.bell(2.6, 0.85, in: 1.1...6)
            pressure = stream.bell(0, 0.15, in: -0.5...0.5)
            softness = stream.uniform(0.7, 1.4)
        }

        /// The strokes in heights of the digit, about its middle.
        func strokes(_ stream: inout RandomStream) -> [[Point]] {
            let wobble = abs(stream.bell()) * 0.017 + 0.016
            let warp = Warp(&stream)
            let turn = direction(rotation)
            return zip(style.low.strokes, style.high.strokes).map { low, high in
                var knots = low
                for i in knots.indices {
                    let between = low[i].place + shape * (high[i].place - low[i].place)
                    let moved = between - Point(0.32, 0.5) + wobble * Point(stream.bell(), stream.bell())
                    var place = warp.apply(moved)
                    place.x = place.x * width - slant * place.y
                    knots[i].place = place.turned(by: turn)
                }
                var points: [Point] = []
                Skeleton.curve(knots, steps: 6, into: &points)
                return points
            }
        }
    }

    /// A smooth bending of the paper: a random quadratic and cubic map (a linear one is slant, width, turn and scale).
    struct Warp {
        private var terms: [Point] = []

        init(_ stream: inout RandomStream) {
            for deviation: Float in [0.24, 0.24, 0.24, 0.36, 0.36, 0.36, 0.36] {
                terms.append(deviation * Point(stream.bell(), stream.bell()))
            }
        }

        func apply(_ p: Point) -> Point {
            let (x, y) = (p.x, p.y)
            let even = x * x * terms[0] + x * y * terms[1] + y * y * terms[2]
            let odd = x * x * x * terms[3] + x * x * y * terms[4] + x * y * y * terms[5] + y * y * y * terms[6]
            return p + even + odd
        }
    }

    /// Scales the strokes so that the ink, pen included, has its size, inks them on a larger sheet, and cuts the frame
    /// out of it at whole pixels, with the centre of mass as near its middle as that allows.
    private static func frame(_ strokes: [[Point]], _ hand: Hand, into item: UnsafeMutableBufferPointer<Float>) {
        var (low, high) = (Point(repeating: .infinity), Point(repeating: -.infinity))
        for point in strokes.joined() {
            low = pointwiseMin(low, point)
            high = pointwiseMax(high, point)
        }
        let extent = high - low
        let size = (20 * hand.scale - hand.thickness - 0.5 * hand.softness) / max(extent.x, extent.y, 0.1)
        let (side, middle) = (44, (low + high) / 2)
        var canvas = Canvas(side: side)
        for stroke in strokes {
            let last = Float(stroke.count - 1)
            func radius(_ i: Int) -> Float { hand.thickness / 2 * (1 + hand.pressure * (1 - 2 * Float(i) / last)) }
            for i in stroke.indices.dropLast() {
                canvas.line((stroke[i] - middle) * size + 21.5, radius(i), (stroke[i + 1] - middle) * size + 21.5, radius(i + 1))
            }
        }
        let ink = canvas.ink(softness: hand.softness)
        var (mass, moment) = (Float(0), Point.zero)
        for row in 0..<side {
            for column in 0..<side {
                let grey = ink[row * side + column]
                mass += grey
                moment += grey * Point(Float(column), Float(row))
            }
        }
        let centre = moment / mass
        let corner = (x: Int(centre.x.rounded()) - 14, y: Int(centre.y.rounded()) - 14)
        for row in 0..<28 {
            for column in 0..<28 {
                let (y, x) = (row + corner.y, column + corner.x)
                if y >= 0, y < side, x >= 0, x < side { item[row * 28 + column] = byteGrey(ink[y * side + x]) }
            }
        }
    }
}

extension Dataset {
    /// Handwritten-looking digits, 28 × 28, white on black, those numbered `indices` of all that `seed` names. Ten in
    /// a row, from a multiple of ten on, are the ten classes.
    public static func digits(_ indices: Range<Int>, seed: UInt64 = 1, threads: Int? = nil) -> Dataset {
        Dataset(Digits(seed: seed), indices, threads: threads)
    }
}
