/// Pixels as red, green, blue and alpha, row by row from the top.
public struct PixelImage: Equatable, Sendable {
    public var width: Int
    public var height: Int
    public var rgba: [UInt8]

    public init(width: Int, height: Int, rgba: [UInt8]) {
        precondition(width > 0 && height > 0 && rgba.count == width * height * 4, "an image has four bytes a pixel")
        self.width = width
        self.height = height
        self.rgba = rgba
    }

    /// The colour of a pixel on white paper.
    func color(_ x: Int, _ y: Int) -> (Int, Int, Int) {
        let index = (y * width + x) * 4
        let alpha = Int(rgba[index + 3])
        func onWhite(_ value: UInt8) -> Int { (Int(value) * alpha + 255 * (255 - alpha) + 127) / 255 }
        return (onWhite(rgba[index]), onWhite(rgba[index + 1]), onWhite(rgba[index + 2]))
    }

    /// Scaled by averaging the area that each new pixel covers; scaling up repeats pixels.
    func scaled(width newWidth: Int, height newHeight: Int) -> PixelImage {
        if newWidth == width, newHeight == height { return self }
        var result = [UInt8](repeating: 255, count: newWidth * newHeight * 4)
        for y in 0..<newHeight {
            let top = y * height / newHeight, bottom = max(top + 1, (y + 1) * height / newHeight)
            for x in 0..<newWidth {
                let left = x * width / newWidth, right = max(left + 1, (x + 1) * width / newWidth)
                var (red, green, blue) = (0, 0, 0)
                for sourceY in top..<bottom {
                    for sourceX in left..<right {
                        let color = color(sourceX, sourceY)
                        red += color.0; green += color.1; blue += color.2
                    }
                }
                let count = (bottom - top) * (right - left), index = (y * newWidth + x) * 4
                result[index] = UInt8((red + count / 2) / count)
                result[index + 1] = UInt8((green + count / 2) / count)
                result[index + 2] = UInt8((blue + count / 2) / count)
            }
        }
        return PixelImage(width: newWidth, height: newHeight, rgba: result)
    }
}

/// Pictures within the text of a terminal.
public enum InlineImage {
    /// How many columns and rows a picture takes: its own size at most, the given room at most, its shape kept.
    public static func cells(of image: PixelImage, cellPixels: PixelSize?, maxColumns: Int, maxRows: Int, scale: Double = 1) -> (columns: Int, rows: Int) {
        let cell = cellPixels ?? PixelSize(width: 8, height: 16)
        let width = Double(image.width) * scale / Double(cell.width), height = Double(image.height) * scale / Double(cell.height)
        let shrink = min(1, Double(max(1, maxColumns)) / width, Double(max(1, maxRows)) / height)
        return (max(1, Int((width * shrink).rounded())), max(1, Int((height * shrink).rounded())))
    }

    /// The bytes that show the picture at the cursor, which stands at the beginning of a line before and after;
    /// empty for `.none` and where the output takes no escape codes. Blocks without colours become braille.
    /// `png` and `image` are the same picture; `identifier` tells kitty's pictures apart.
    public static func encode(png: [UInt8], image: PixelImage, as imageProtocol: ImageProtocol, columns: Int, rows: Int,
                              capabilities: TerminalCapabilities, identifier: Int = 1) -> String {
        guard capabilities.depth > .none else { return "" }
        switch imageProtocol {
        case .none: return ""
        case .blocks where capabilities.depth >= .palette256: return HalfBlocks.text(image, columns: columns, rows: rows, depth: capabilities.depth)
        case .braille, .blocks: return Braille.text(image, columns: columns, rows: rows)
        case .kitty where capabilities.isInTmux:
            return kittyInTmux(png, columns: columns, rows: rows, identifier: identifier)
        case .kitty:
            return framed(kitty(png, columns: columns, rows: rows), rows: rows)
        case .iterm2:
            let code = iterm2(png, columns: columns, rows: rows)
            return framed(capabilities.isInTmux ? throughTmux(code) : code, rows: rows)
        case .sixel:
            let cell = capabilities.cellPixels ?? PixelSize(width: 8, height: 16)
            return framed(Sixel.encode(image.scaled(width: columns * cell.width, height: rows * cell.height)), rows: rows)
        }
    }

    /// Terminals leave the cursor in different places after a picture: room is made first, and the cursor put below it by ourselves.
    private static func framed(_ code: String, rows: Int) -> String {
        String(repeating: "\n", count: rows) + "\u{1B}[\(rows)A\u{1B}7" + code + "\u{1B}8\u{1B}[\(rows)B\r"
    }

    /// tmux hands on what stands in this envelope, with every ESC doubled.
    static func throughTmux(_ code: String) -> String {
        "\u{1B}Ptmux;" + code.replacing("\u{1B}", with: "\u{1B}\u{1B}") + "\u{1B}\\"
    }

    // MARK: kitty

    /// Chunks of at most 4096 base64 characters; `q=2` keeps the terminal from answering, `C=1` the cursor where it is.
    private static func kitty(_ png: [UInt8], columns: Int, rows: Int) -> String {
        kittyChunks(png, first: "a=T,f=100,q=2,C=1,c=\(columns),r=\(rows)").joined()
    }

    private static func kittyChunks(_ png: [UInt8], first: String) -> [String] {
        let text = Array(Base64.encode(png).utf8)
        let size = 4096
        let count = max(1, (text.count + size - 1) / size)
        return (0..<count).map { index in
            let chunk = String(decoding: text[(index * size)..<min(text.count, (index + 1) * size)], as: UTF8.self)
            let more = index < count - 1 ? 1 : 0
            return "\u{1B}_G" + (index == 0 ? first + ",m=\(more)" : "m=\(more),q=2") + ";" + chunk + "\u{1B}\\"
        }
    }

    /// tmux moves text, not pictures: the picture is a virtual one, shown where its placeholder characters stand.
    /// Each row begins with its number as a combining mark, and column 0; the terminal counts the other columns.
    private static func kittyInTmux(_ png: [UInt8], columns: Int, rows: Int, identifier: Int) -> String {
        let identifier = max(1, identifier & 0xFFFFFF), rows = min(rows, kittyMarks.count)
        var result = kittyChunks(png, first: "a=T,U=1,i=\(identifier),f=100,q=2,c=\(columns),r=\(rows)").map(throughTmux).joined()
        let color = "\u{1B}[38;2;\(identifier >> 16 & 255);\(identifier >> 8 & 255);\(identifier & 255)m"
        for row in 0..<rows {
            result += color + "\u{10EEEE}"
            result.unicodeScalars.append(kittyMarks[row])
            result.unicodeScalars.append(kittyMarks[0])
            result += String(repeating: "\u{10EEEE}", count: columns - 1) + "\u{1B}[39m\r\n"
        }
        return result
    }

    /// The protocol's combining marks for the numbers 0 to 63.
    static let kittyMarks: [Unicode.Scalar] = [
        0x305, 0x30D, 0x30E, 0x310, 0x312, 0x33D, 0x33E, 0x33F, 0x346, 0x34A, 0x34B, 0x34C, 0x350, 0x351, 0x352, 0x357,
        0x35B, 0x363, 0x364, 0x365, 0x366, 0x367, 0x368, 0x369, 0x36A, 0x36B, 0x36C, 0x36D, 0x36E, 0x36F, 0x483, 0x484,
        0x485, 0x486, 0x487, 0x592, 0x593, 0x594, 0x595, 0x597, 0x598, 0x599, 0x59C, 0x59D, 0x59E, 0x59F, 0x5A0, 0x5A1,
        0x5A8, 0x5A9, 0x5AB, 0x5AC, 0x5AF, 0x5C4, 0x610, 0x611, 0x612, 0x613, 0x614, 0x615, 0x616, 0x617, 0x657, 0x658,
    ].map { Unicode.Scalar($0 as UInt32)! }

    // MARK: iTerm2

    private static func iterm2(_ png: [UInt8], columns: Int, rows: Int) -> String {
        "\u{1B}]1337;File=inline=1;size=\(png.count);width=\(columns);height=\(rows);preserveAspectRatio=1:" + Base64.encode(png) + "\u{7}"
    }
}

enum Base64 {
    private static let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encode(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = min(3, bytes.count - index)
            let group = (0..<3).reduce(UInt32(0)) { $0 << 8 | ($1 < left ? UInt32(bytes[index + $1]) : 0) }
            for place in 0..<4 {
                result.append(place <= left ? letters[Int(group >> (18 - 6 * UInt32(place)) & 63)] : UInt8(ascii: "="))
            }
            index += 3
        }
        return String(decoding: result, as: UTF8.self)
    }
}
