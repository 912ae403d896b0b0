/// Pictures in DEC's sixel format: bands of six rows, one pass a colour.
enum Sixel {
    static func encode(_ image: PixelImage) -> String {
        let (palette, indices) = Palette.quantised(image, count: 256)
        // 1;1 makes square pixels; P2 = 1 leaves pixels that are not drawn as they are, but all are.
        var output = Array("\u{1B}P0;1;0q\"1;1;\(image.width);\(image.height)".utf8)
        for (index, color) in palette.enumerated() {
            func percent(_ value: Int) -> Int { (value * 100 + 127) / 255 }
            output += Array("#\(index);2;\(percent(color.0));\(percent(color.1));\(percent(color.2))".utf8)
        }
        var isUsed = [Bool](repeating: false, count: palette.count)
        for top in stride(from: 0, to: image.height, by: 6) {
            let band = min(6, image.height - top)
            for index in isUsed.indices { isUsed[index] = false }
            for pixel in (top * image.width)..<((top + band) * image.width) { isUsed[Int(indices[pixel])] = true }
            var isFirst = true
            for color in palette.indices where isUsed[color] {
                if !isFirst { output.append(UInt8(ascii: "$")) }
                isFirst = false
                output += Array("#\(color)".utf8)
                appendRow(of: UInt8(color), indices, width: image.width, top: top, band: band, to: &output)
            }
            output.append(UInt8(ascii: "-"))
        }
        output += Array("\u{1B}\\".utf8)
        return String(decoding: output, as: UTF8.self)
    }

    private static func appendRow(of color: UInt8, _ indices: [UInt8], width: Int, top: Int, band: Int, to output: inout [UInt8]) {
        var run = 0, last: UInt8 = 0
        func flush() {
            let sign = UInt8(ascii: "?") + last
            if run > 3 { output += Array("!\(run)".utf8); output.append(sign) } else { for _ in 0..<run { output.append(sign) } }
        }
        for x in 0..<width {
            var bits: UInt8 = 0
            for row in 0..<band where indices[(top + row) * width + x] == color { bits |= 1 << UInt8(row) }
            if bits == last { run += 1; continue }
            flush()
            (run, last) = (1, bits)
        }
        // Empty pixels at a row's end need no signs.
        if last != 0 { flush() }
    }
}

/// A few colours for many.
enum Palette {
    /// Median cut: the box of colours with the longest side is halved at its median until there are enough boxes.
    /// Pictures with no more colours than `count` keep them exactly.
    static func quantised(_ image: PixelImage, count: Int) -> (colors: [(Int, Int, Int)], indices: [UInt8]) {
        var counts: [Int: Int] = [:]
        var pixels = [Int](repeating: 0, count: image.width * image.height)
        for y in 0..<image.height {
            for x in 0..<image.width {
                let color = image.color(x, y)
                let key = color.0 << 16 | color.1 << 8 | color.2
                pixels[y * image.width + x] = key
                counts[key, default: 0] += 1
            }
        }
        var boxes = [counts.keys.sorted()]
        while boxes.count < count, let (index, channel) = widest(boxes) {
            let sorted = boxes[index].sorted { ($0 >> channel & 255, $0) < ($1 >> channel & 255, $1) }
            let half = sorted.reduce(0) { $0 + counts[$1]! } / 2
            var seen = 0, cut = 0
            while cut < sorted.count - 1, seen + counts[sorted[cut]]! <= half || cut == 0 { seen += counts[sorted[cut]]!; cut += 1 }
            boxes[index] = Array(sorted[..<cut])
            boxes.append(Array(sorted[cut...]))
        }
        var place: [Int: UInt8] = [:]
        let colors = boxes.enumerated().map { index, box -> (Int, Int, Int) in
            var (red, green, blue, total) = (0, 0, 0, 0)
            for key in box {
                let weight = counts[key]!
                red += (key >> 16) * weight; green += (key >> 8 & 255) * weight; blue += (key & 255) * weight
                total += weight
                place[key] = UInt8(index)
            }
            return ((red + total / 2) / total, (green + total / 2) / total, (blue + total / 2) / total)
        }
        return (colors, pixels.map { place[$0]! })
    }

    /// The box with the longest side of more than one colour, and the shift of that side's channel.
    private static func widest(_ boxes: [[Int]]) -> (index: Int, channel: Int)? {
        var best: (index: Int, channel: Int)?, longest = 0
        for (index, box) in boxes.enumerated() where box.count > 1 {
            for channel in [16, 8, 0] {
                var low = 255, high = 0
                for key in box {
                    let value = key >> channel & 255
                    low = min(low, value)
                    high = max(high, value)
                }
                if high - low > longest { (best, longest) = ((index, channel), high - low) }
            }
        }
        return best
    }
}
