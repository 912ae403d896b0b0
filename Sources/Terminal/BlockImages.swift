/// Pictures of ▀: the upper half in the text's colour, the lower in the background's.
enum HalfBlocks {
    static func text(_ image: PixelImage, columns: Int, rows: Int, depth: ColorDepth) -> String {
        let small = image.scaled(width: columns, height: rows * 2)
        var result = ""
        for row in 0..<rows {
            var last = ""
            for column in 0..<columns {
                let codes = color(small.color(column, row * 2), depth, isBackground: false) + ";" + color(small.color(column, row * 2 + 1), depth, isBackground: true)
                if codes != last { result += "\u{1B}[" + codes + "m"; last = codes }
                result += "▀"
            }
            result += "\u{1B}[0m\n"
        }
        return result
    }

    private static func color(_ color: (Int, Int, Int), _ depth: ColorDepth, isBackground: Bool) -> String {
        let plane = isBackground ? 48 : 38
        if depth == .trueColor { return "\(plane);2;\(color.0);\(color.1);\(color.2)" }
        return "\(plane);5;\(paletteIndex(color))"
    }

    /// The nearest of the 6x6x6 cube and the 24 greys.
    static func paletteIndex(_ color: (Int, Int, Int)) -> Int {
        let levels = [0, 95, 135, 175, 215, 255]
        func nearest(_ value: Int) -> Int { levels.indices.min { abs(levels[$0] - value) < abs(levels[$1] - value) }! }
        let (red, green, blue) = (nearest(color.0), nearest(color.1), nearest(color.2))
        let grey = min(23, max(0, ((color.0 + color.1 + color.2) / 3 - 8 + 5) / 10))
        func distance(_ r: Int, _ g: Int, _ b: Int) -> Int {
            let (dr, dg, db) = (color.0 - r, color.1 - g, color.2 - b)
            return dr * dr + dg * dg + db * db
        }
        let value = 8 + 10 * grey
        return distance(value, value, value) < distance(levels[red], levels[green], levels[blue]) ? 232 + grey : 16 + 36 * red + 6 * green + blue
    }
}

/// Pictures of braille dots, two by four a character, without colour: a dot where the picture differs from its paper.
enum Braille {
    static func text(_ image: PixelImage, columns: Int, rows: Int) -> String {
        let small = image.scaled(width: columns * 2, height: rows * 4)
        func grey(_ color: (Int, Int, Int)) -> Int { (299 * color.0 + 587 * color.1 + 114 * color.2) / 1000 }
        let paper = grey(small.color(0, 0))
        var result = ""
        for row in 0..<rows {
            var line = ""
            for column in 0..<columns {
                var bits: UInt32 = 0
                // Dots 1 to 6 run down the two columns; 7 and 8 were added below.
                for (place, bit) in [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)].enumerated()
                where abs(grey(small.color(column * 2 + bit.0, row * 4 + bit.1)) - paper) > 48 {
                    bits |= 1 << UInt32(place)
                }
                line.unicodeScalars.append(bits == 0 ? " " : Unicode.Scalar(0x2800 + bits)!)
            }
            while line.last == " " { line.removeLast() }
            result += line + "\n"
        }
        return result
    }
}
