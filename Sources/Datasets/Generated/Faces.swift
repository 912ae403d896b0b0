import Autodiff

/// Cartoon faces. Each factor is drawn by itself and shows in the picture; 1 is white.
struct Faces: Generator {
    let shape = [28, 28]
    let classNames: [String] = []
    let factorNames = ["smile", "glasses", "hair", "eyes", "brows", "skin", "hair grey", "background", "width", "turn"]
    private let root: RandomStream

    init(seed: UInt64) { root = RandomStream(seed: seed, name: "faces") }

    func draw(_ index: Int, into item: UnsafeMutableBufferPointer<Float>, factors: UnsafeMutableBufferPointer<Float>) -> Int {
        var stream = root.split(UInt64(index))
        let face = Face(&stream)
        for (place, value) in face.factors.enumerated() { factors[place] = value }
        face.paint(item)
        for place in item.indices { item[place] = byteGrey(item[place]) }
        return 0
    }

    struct Face {
        /// The corners of the mouth above (1) or below (-1) its middle.
        let smile: Float
        let glasses: Bool
        /// 0 none, 1 short, 2 long, 3 curly.
        let hair: Int
        /// From narrow (0) to wide open (1).
        let eyes: Float
        /// From lowered (0) to raised (1).
        let brows: Float
        let skin: Float
        let hairGrey: Float
        let background: Float
        /// Of the head, in [0, 1].
        let width: Float
        /// The features' shift to the side, as a head turns: -1 to 1.
        let turn: Float

        var factors: [Float] {
            [smile, glasses ? 1 : 0, Float(hair), eyes, brows, skin, hairGrey, background, width, turn]
        }

        init(_ stream: inout RandomStream) {
            smile = stream.uniform(-1, 1)
            glasses = stream.bernoulli(0.5)
            hair = stream.integer(below: 4)
            eyes = stream.uniform(0, 1)
            brows = stream.uniform(0, 1)
            skin = stream.uniform(0.6, 0.9)
            hairGrey = stream.uniform(0, 0.4)
            background = stream.uniform(0.1, 0.5)
            width = stream.uniform(0, 1)
            turn = stream.uniform(-1, 1)
        }

        /// Layer on layer, from the back to the front.
        func paint(_ item: UnsafeMutableBufferPointer<Float>) {
            item.update(repeating: background)
            func layer(_ grey: Float, _ draw: (inout Canvas) -> Void) {
                var canvas = Canvas(side: 28)
                draw(&canvas)
                for (place, ink) in canvas.ink(softness: 1).enumerated() where ink > 0 {
                    item[place] += ink * (grey - item[place])
                }
            }
            let head = Point(13.5, 14.5)
            let radii = Point(8 + 1.8 * width, 11)
            /// A place on the face: features move to the side with the turn, and out with the width.
            func place(_ x: Float, _ y: Float) -> Point { head + Point(x * radii.x / 9 + 1.3 * turn, y) }

            if hair == 2 {
                layer(hairGrey) {
                    $0.ellipse(head - Point(0, 2), radii + Point(2, 1.4))
                    $0.fill(head + Point(0, 6), radius: 12) { boxDistance($0, Point(radii.x + 1.6, 6)) }
                }
            }
            if hair == 3 {
                layer(hairGrey) {
                    for x: Float in [-1, -0.8, -0.4, 0, 0.4, 0.8, 1] {
                        let rise = (1 - 0.85 * x * x).squareRoot()
                        $0.ellipse(head + Point(x * (radii.x + 0.8), 1 - rise * (radii.y + 0.6)), Point(3.4, 3.4))
                    }
                }
            }
            layer(skin) { $0.ellipse(head, radii) }
            if hair == 1 || hair == 2 {
                // A cap: what of the head, a little enlarged, lies above the hair line.
                layer(hairGrey) {
                    $0.fill(head, radius: 13) { max(ellipseDistance($0, radii + Point(0.4, 0.6)), $0.y + 6 + 0.15 * $0.x) }
                }
            }
            for side: Float in [-1, 1] {
                let eye = place(side * 3.8, -1)
                layer(1) { $0.ellipse(eye, Point(1.9, 0.6 + 1.1 * eyes)) }
                layer(0) { $0.ellipse(eye + Point(0.3 * turn, 0), Point(0.85, min(0.85, 0.5 + 1.1 * eyes))) }
                let brow = place(side * 3.8, -3.4 - 1.4 * brows)
                layer(hairGrey * 0.6) { $0.line(brow - Point(1.6, 0), 0.4, brow + Point(1.6, 0), 0.4) }
                if glasses {
                    layer(0.05) {
                        $0.fill(eye, radius: 4) { abs(ellipseDistance($0, Point(3, 2.8))) - 0.4 }
                        $0.line(eye + Point(side * 3, 0), 0.35, Point(head.x + side * radii.x, eye.y - 0.6), 0.35)
                    }
                }
            }
            if glasses { layer(0.05) { $0.line(place(-1, -1.5), 0.45, place(1, -1.5), 0.45) } }
            layer(skin * 0.7) { $0.line(place(0.2 * turn, 0.5), 0.3, place(0.5 * turn, 3), 0.55) }
            layer(0.15) { canvas in
                // A parabola through the mouth's corners, which rise as its middle falls.
                func lip(_ x: Float) -> Point { place(4 * x, 6.3 + 1.6 * smile * (0.5 - x * x)) }
                for step in -4..<4 {
                    canvas.line(lip(Float(step) / 4), 0.55, lip(Float(step + 1) / 4), 0.55)
                }
            }
        }
    }
}

extension Dataset {
    /// Cartoon faces, 28 × 28, with factors smile and turn in [-1, 1], glasses 0 or 1, hair 0 none to 3 curly, eyes,
    /// brows and width in [0, 1], and three greys.
    public static func faces(_ indices: Range<Int>, seed: UInt64 = 1, threads: Int? = nil) -> Dataset {
        Dataset(Faces(seed: seed), indices, threads: threads)
    }
}
