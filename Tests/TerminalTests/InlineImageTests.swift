import Terminal
import Testing

/// Decoders that follow the protocols, written apart from the encoders.
@Suite struct InlineImageTests {
    private var screen: TerminalCapabilities {
        var capabilities = TerminalCapabilities()
        capabilities.depth = .trueColor
        capabilities.isOutputTerminal = true
        capabilities.cellPixels = PixelSize(width: 4, height: 8)
        return capabilities
    }

    /// Noise of any length: the encoders do not look into a PNG.
    private func noise(_ count: Int) -> [UInt8] {
        var state: UInt32 = 1
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(state >> 24)
        }
    }

    private func picture(width: Int, height: Int, _ color: (Int, Int) -> (UInt8, UInt8, UInt8, UInt8)) -> PixelImage {
        PixelImage(width: width, height: height, rgba: (0..<height).flatMap { y in (0..<width).flatMap { x in
            let c = color(x, y)
            return [c.0, c.1, c.2, c.3]
        } })
    }

    private func base64(_ text: String) -> [UInt8]? {
        let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        guard text.count % 4 == 0 else { return nil }
        var bits = 0, count = 0
        var result: [UInt8] = []
        for character in text {
            if character == "=" { continue }
            guard let value = letters.firstIndex(of: character) else { return nil }
            bits = (bits << 6 | value) & 0xFFFFFF
            count += 6
            if count >= 8 { count -= 8; result.append(UInt8(bits >> count & 255)) }
        }
        return result
    }

    // MARK: kitty

    /// The picture and the keys of the first command of a stream of kitty commands; nil where the stream breaks the protocol.
    private func kitty(_ text: String) -> (keys: [String: String], png: [UInt8])? {
        var rest = text[...], keys: [String: String]?, data = "", expectsMore = true
        while let start = rest.firstRange(of: "\u{1B}_G"), let end = rest.firstRange(of: "\u{1B}\\") {
            let command = rest[start.upperBound..<end.lowerBound].split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false)
            guard command.count == 2, command[1].count <= 4096, expectsMore else { return nil }
            var own: [String: String] = [:]
            for pair in command[0].split(separator: ",") {
                let parts = pair.split(separator: "=")
                own[String(parts[0])] = String(parts[1])
            }
            if keys == nil { keys = own } else if !Set(own.keys).isSubset(of: ["m", "q"]) { return nil }
            expectsMore = own["m"] == "1"
            if expectsMore, command[1].count % 4 != 0 { return nil }
            data += command[1]
            rest = rest[end.upperBound...]
        }
        guard !expectsMore, let keys, let png = base64(data) else { return nil }
        return (keys, png)
    }

    @Test(arguments: [0, 1, 2, 3, 3071, 3072, 3073, 20_000])
    func kittyIsDecodedBack(size: Int) throws {
        let png = noise(size), image = picture(width: 8, height: 8) { _, _ in (0, 0, 0, 255) }
        let text = InlineImage.encode(png: png, image: image, as: .kitty, columns: 5, rows: 3, capabilities: screen)
        let decoded = try #require(kitty(text))
        #expect(decoded.png == png)
        #expect(decoded.keys == ["a": "T", "f": "100", "q": "2", "C": "1", "c": "5", "r": "3", "m": size > 3072 ? "1" : "0"])
        #expect(text.hasPrefix("\n\n\n\u{1B}[3A\u{1B}7") && text.hasSuffix("\u{1B}8\u{1B}[3B\r"))
    }

    @Test func kittyThroughTmux() throws {
        var inTmux = screen
        inTmux.isInTmux = true
        let png = noise(5000), image = picture(width: 8, height: 8) { _, _ in (0, 0, 0, 255) }
        let text = InlineImage.encode(png: png, image: image, as: .kitty, columns: 4, rows: 2, capabilities: inTmux, identifier: 0x010203)
        // Every envelope opened: ESC ESC is ESC.
        var rest = text[...], inner = ""
        while let start = rest.firstRange(of: "\u{1B}Ptmux;") {
            rest = rest[start.upperBound...]
            while rest.hasPrefix("\u{1B}\u{1B}") || !rest.hasPrefix("\u{1B}") {
                if rest.hasPrefix("\u{1B}") { rest = rest.dropFirst() }
                inner.append(rest.removeFirst())
            }
            #expect(rest.hasPrefix("\u{1B}\\"))
            rest = rest.dropFirst(2)
        }
        let decoded = try #require(kitty(inner))
        #expect(decoded.png == png)
        #expect(decoded.keys["U"] == "1" && decoded.keys["i"] == "66051" && decoded.keys["q"] == "2")
        let scalars = Array(String(rest).unicodeScalars)
        #expect(scalars.count { $0.value == 0x10EEEE } == 8)
        #expect(String(rest).hasPrefix("\u{1B}[38;2;1;2;3m\u{10EEEE}\u{305}\u{305}\u{10EEEE}\u{10EEEE}\u{10EEEE}\u{1B}[39m\r\n"))
        #expect(String(rest).contains("\u{10EEEE}\u{30D}\u{305}"))
    }

    // MARK: iTerm2

    @Test(arguments: [false, true])
    func iterm2IsDecodedBack(isInTmux: Bool) throws {
        var own = screen
        own.isInTmux = isInTmux
        let png = noise(1000), image = picture(width: 8, height: 8) { _, _ in (0, 0, 0, 255) }
        let text = InlineImage.encode(png: png, image: image, as: .iterm2, columns: 5, rows: 3, capabilities: own)
        let start = try #require(text.firstRange(of: "]1337;File=")), end = try #require(text.firstIndex(of: "\u{7}"))
        let parts = text[start.upperBound..<end].split(separator: ":")
        #expect(parts[0] == "inline=1;size=1000;width=5;height=3;preserveAspectRatio=1")
        #expect(base64(String(parts[1])) == png)
        #expect(text.contains("\u{1B}Ptmux;\u{1B}\u{1B}]1337") == isInTmux)
    }

    // MARK: Sixel

    /// Size and pixels as percentages; nil where a pixel was not drawn or the stream breaks the format.
    private func sixel(_ text: String) -> (width: Int, height: Int, pixels: [[Int]])? {
        guard let start = text.firstRange(of: "\u{1B}P"), let end = text[start.upperBound...].firstRange(of: "\u{1B}\\") else { return nil }
        let body = Array(text[start.upperBound..<end.lowerBound].utf8)
        var index = body.firstIndex(of: UInt8(ascii: "q"))! + 1
        func numbers() -> [Int] {
            var result = [0]
            while index < body.count, (0x30...0x39).contains(body[index]) || body[index] == 0x3B {
                if body[index] == 0x3B { result.append(0) } else { result[result.count - 1] = result.last! * 10 + Int(body[index]) - 0x30 }
                index += 1
            }
            return result
        }
        var size = (width: 0, height: 0), palette: [Int: [Int]] = [:], color = 0, x = 0, y = 0
        var pixels: [[Int]] = []
        while index < body.count {
            let byte = body[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""):
                let values = numbers()
                guard values.count == 4, values[0] == 1, values[1] == 1 else { return nil }
                size = (values[2], values[3])
                pixels = Array(repeating: [], count: size.width * size.height)
            case UInt8(ascii: "#"):
                let values = numbers()
                color = values[0]
                if values.count == 5, values[1] == 2 { palette[color] = Array(values[2...]) }
            case UInt8(ascii: "$"): x = 0
            case UInt8(ascii: "-"): x = 0; y += 6
            case UInt8(ascii: "!"), 0x3F...0x7E:
                var count = 1, sign = byte
                if byte == UInt8(ascii: "!") {
                    count = numbers()[0]
                    sign = body[index]
                    index += 1
                }
                for _ in 0..<count {
                    for row in 0..<6 where (sign - 0x3F) >> UInt8(row) & 1 == 1 {
                        guard x < size.width, y + row < size.height, let value = palette[color] else { return nil }
                        pixels[(y + row) * size.width + x] = value
                    }
                    x += 1
                }
            default: return nil
            }
        }
        return pixels.contains([]) ? nil : (size.width, size.height, pixels)
    }

    @Test func sixelIsDecodedBack() throws {
        // 20 x 16 pixels are 5 x 2 cells of 4 x 8: 320 pixels in 200 colours, kept up to the format's whole percents.
        let image = picture(width: 20, height: 16) { x, y in (UInt8(x * 12), UInt8(y / 2 * 30), x < 10 ? 0 : 255, 255) }
        let decoded = try #require(sixel(InlineImage.encode(png: [], image: image, as: .sixel, columns: 5, rows: 2, capabilities: screen)))
        #expect(decoded.width == 20 && decoded.height == 16)
        for pixel in 0..<320 {
            for channel in 0..<3 {
                #expect(abs(decoded.pixels[pixel][channel] * 255 - Int(image.rgba[pixel * 4 + channel]) * 100) <= 128)
            }
        }
    }

    @Test func sixelOfManyColours() throws {
        // 4096 colours in 256: no channel is off by more than an eighth, on average by far less.
        let image = picture(width: 64, height: 64) { x, y in (UInt8(x * 4), UInt8(y * 4), UInt8((x + y) * 2), 255) }
        let decoded = try #require(sixel(InlineImage.encode(png: [], image: image, as: .sixel, columns: 16, rows: 8, capabilities: screen)))
        var total = 0
        for pixel in 0..<4096 {
            for channel in 0..<3 {
                let error = abs(decoded.pixels[pixel][channel] * 255 / 100 - Int(image.rgba[pixel * 4 + channel]))
                #expect(error <= 32)
                total += error
            }
        }
        #expect(Double(total) / (3 * 4096) < 6)
        #expect(Set(decoded.pixels).count > 200)
    }

    @Test func sixelOfOneColourAndHeightsOffTheBand() throws {
        for (columns, rows) in [(1, 1), (3, 1), (1, 4)] {
            let image = picture(width: 3, height: 5) { _, _ in (255, 0, 0, 255) }
            let decoded = try #require(sixel(InlineImage.encode(png: [], image: image, as: .sixel, columns: columns, rows: rows, capabilities: screen)))
            #expect(decoded.pixels == Array(repeating: [100, 0, 0], count: columns * 4 * rows * 8))
        }
    }

    @Test func transparencyIsWhitePaper() throws {
        let image = picture(width: 4, height: 8) { x, _ in (0, 0, 0, x < 2 ? 0 : 255) }
        let decoded = try #require(sixel(InlineImage.encode(png: [], image: image, as: .sixel, columns: 1, rows: 1, capabilities: screen)))
        #expect(decoded.pixels[0] == [100, 100, 100] && decoded.pixels[3] == [0, 0, 0])
    }

    // MARK: Characters

    @Test func halfBlocks() {
        let image = picture(width: 2, height: 4) { x, y in x == 0 ? (255, 0, 0, 255) : (0, UInt8(y * 80), 0, 255) }
        #expect(InlineImage.encode(png: [], image: image, as: .blocks, columns: 2, rows: 2, capabilities: screen)
            == "\u{1B}[38;2;255;0;0;48;2;255;0;0m▀\u{1B}[38;2;0;0;0;48;2;0;80;0m▀\u{1B}[0m\n\u{1B}[38;2;255;0;0;48;2;255;0;0m▀\u{1B}[38;2;0;160;0;48;2;0;240;0m▀\u{1B}[0m\n")
        var fewer = screen
        fewer.depth = .palette256
        #expect(InlineImage.encode(png: [], image: image, as: .blocks, columns: 2, rows: 1, capabilities: fewer)
            == "\u{1B}[38;5;196;48;5;196m▀\u{1B}[38;5;233;48;5;40m▀\u{1B}[0m\n")
    }

    @Test func braille() {
        let image = picture(width: 4, height: 4) { x, y in x == y ? (0, 0, 0, 255) : (255, 255, 255, 255) }
        let shifted = picture(width: 4, height: 4) { x, y in x == 3 - y ? (0, 0, 0, 255) : (255, 255, 255, 255) }
        #expect(InlineImage.encode(png: [], image: shifted, as: .braille, columns: 2, rows: 1, capabilities: screen) == "⡠⠊\n")
        // The corner is the paper: a dark one turns the picture round.
        #expect(InlineImage.encode(png: [], image: image, as: .braille, columns: 2, rows: 1, capabilities: screen) == "⣮⡻\n")
    }

    @Test func nothingOffATerminal() {
        let image = picture(width: 4, height: 4) { _, _ in (0, 0, 0, 255) }
        for imageProtocol in ImageProtocol.allCases {
            #expect(InlineImage.encode(png: [1], image: image, as: imageProtocol, columns: 2, rows: 1, capabilities: TerminalCapabilities()) == "")
        }
    }

    @Test func cellsKeepTheShape() {
        let image = picture(width: 800, height: 400) { _, _ in (0, 0, 0, 255) }
        let cell = PixelSize(width: 10, height: 20)
        #expect(InlineImage.cells(of: image, cellPixels: cell, maxColumns: 200, maxRows: 50) == (80, 20))
        #expect(InlineImage.cells(of: image, cellPixels: cell, maxColumns: 200, maxRows: 50, scale: 0.5) == (40, 10))
        #expect(InlineImage.cells(of: image, cellPixels: cell, maxColumns: 40, maxRows: 50) == (40, 10))
        #expect(InlineImage.cells(of: image, cellPixels: cell, maxColumns: 200, maxRows: 5) == (20, 5))
        #expect(InlineImage.cells(of: image, cellPixels: nil, maxColumns: 0, maxRows: 0) == (1, 1))
    }
}
