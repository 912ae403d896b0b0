/// Finishes what Cairo wrote: ids counted per file (Cairo counts surfaces over the whole process), a title and
/// description for screen readers, and, as Cairo turns letters into outlines, the text itself, unseen, to be found and copied.
enum SVGText {
    static func finished(_ bytes: [UInt8], layout: FigureLayout, title: String, caption: String?) -> [UInt8] {
        var head = "\n<title>\(escaped(title))</title>"
        if let caption { head += "\n<desc>\(escaped(caption))</desc>" }
        var svg = renumbered(bytes)
        if let open = find(Array("<svg".utf8), in: svg, from: 0), let end = svg[open...].firstIndex(of: UInt8(ascii: ">")) {
            svg.insert(contentsOf: head.utf8, at: end + 1)
        }
        var hidden = "<g fill=\"none\" font-family=\"DejaVu Sans, sans-serif\">\n"
        for command in layout.commands {
            guard case .text(let block, let at, let turns, _, _) = command else { continue }
            let x = rounded(at.x), y = rounded(at.y)
            let turn = turns == 0 ? "" : " transform=\"rotate(\(rounded(-90 * turns)) \(x) \(y))\""
            hidden += "<text x=\"\(x)\" y=\"\(y)\" font-size=\"\(rounded(block.size))\"\(turn)>\(escaped(block.text.plain))</text>\n"
        }
        hidden += "</g>\n"
        let close = Array("</svg>".utf8)
        if let end = (0..<svg.count).reversed().first(where: { svg[$0...].starts(with: close) }) {
            svg.insert(contentsOf: hidden.utf8, at: end)
        }
        return svg
    }

    private static func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }

    private static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in MathText(text, limit: 2000).plain.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
        guard let first = pattern.first, bytes.count >= pattern.count else { return nil }
        var i = start
        while i <= bytes.count - pattern.count {
            if bytes[i] == first, bytes[i..<(i + pattern.count)].elementsEqual(pattern) { return i }
            i += 1
        }
        return nil
    }

    /// `id="surface5"` and every `#surface5` become `id="i1"` and `#i1`, in order of appearance.
    private static func renumbered(_ bytes: [UInt8]) -> [UInt8] {
        let patterns = [Array(" id=\"".utf8), Array("\"#".utf8), Array("(#".utf8)]
        var numbers: [ArraySlice<UInt8>: Int] = [:]
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var i = 0
        while i < bytes.count {
            let byte = bytes[i]
            let pattern = byte == 32 || byte == 34 || byte == 40
                ? patterns.first { $0[0] == byte && bytes[i...].starts(with: $0) } : nil
            guard let pattern else {
                result.append(byte)
                i += 1
                continue
            }
            let start = i + pattern.count
            let end = bytes[start...].firstIndex { $0 == 34 || $0 == 41 } ?? bytes.count
            let name = bytes[start..<end]
            let number = numbers[name] ?? numbers.count + 1
            numbers[name] = number
            result += pattern
            result += "i\(number)".utf8
            i = end
        }
        return result
    }
}
