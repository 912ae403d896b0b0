/// What a terminal answered to our questions. Replies may come in any order, cut anywhere, among keys that were typed meanwhile.
public struct TerminalReplies: Equatable, Sendable {
    public var speaksKitty = false
    /// The numbers of the reply to `ESC [ c`, which comes last and ends the wait; 4 means sixel.
    public var attributes: [Int]?
    /// 0 to 1 each.
    public var background: [Double]?
    /// Width and height.
    public var cellPixels: PixelSize?
    /// The terminal's name and version.
    public var name: String?

    private var pending: [UInt8] = []
    /// No reply is longer; more is junk.
    private static let longest = 512

    public init() {}

    public static func == (left: Self, right: Self) -> Bool {
        left.speaksKitty == right.speaksKitty && left.attributes == right.attributes && left.background == right.background
            && left.cellPixels == right.cellPixels && left.name == right.name
    }

    public mutating func read(_ bytes: some Sequence<UInt8>) {
        for byte in bytes {
            if pending.isEmpty {
                if byte == 0x1B { pending = [byte] }
                continue
            }
            // An ESC begins a new sequence, except as half of the ST that ends a string.
            if byte == 0x1B, !isInString { pending = [byte]; continue }
            // A string that was cut off by the next sequence.
            if isInString, pending.last == 0x1B, byte != UInt8(ascii: "\\") { pending = [0x1B] }
            pending.append(byte)
            if isComplete { interpret(); pending = [] } else if pending.count > Self.longest { pending = [] }
        }
    }

    private var isInString: Bool { pending.count > 1 && [UInt8(ascii: "]"), UInt8(ascii: "_"), UInt8(ascii: "P")].contains(pending[1]) }

    private var isComplete: Bool {
        guard pending.count >= 2 else { return false }
        let last = pending[pending.count - 1]
        if isInString {
            guard pending.count > 2 else { return false }
            return last == 0x07 || (last == UInt8(ascii: "\\") && pending[pending.count - 2] == 0x1B)
        }
        if pending[1] == UInt8(ascii: "[") { return pending.count > 2 && (0x40...0x7E).contains(last) }
        return true
    }

    private mutating func interpret() {
        guard pending.count > 2 else { return }
        let body = pending[2...]
        switch pending[1] {
        case UInt8(ascii: "["):
            let parameters = String(decoding: body.dropLast(), as: UTF8.self)
            switch body.last {
            case UInt8(ascii: "c") where parameters.hasPrefix("?"):
                attributes = parameters.dropFirst().split(separator: ";").compactMap { Int($0) }
            case UInt8(ascii: "t"):
                let numbers = parameters.split(separator: ";").compactMap { Int($0) }
                if numbers.count == 3, numbers[0] == 6, (1...1000).contains(numbers[1]), (1...1000).contains(numbers[2]) {
                    cellPixels = PixelSize(width: numbers[2], height: numbers[1])
                }
            default: break
            }
        case UInt8(ascii: "]"):
            let text = Self.text(body)
            if text.hasPrefix("11;") { background = Self.color(text.dropFirst(3)) ?? background }
        case UInt8(ascii: "_"):
            let text = Self.text(body)
            if text.hasPrefix("G"), text.contains("i=31"), text.hasSuffix(";OK") { speaksKitty = true }
        case UInt8(ascii: "P"):
            let text = Self.text(body)
            if text.hasPrefix(">|") { name = Visible.text(String(text.dropFirst(2))) }
        default: break
        }
    }

    private static func text(_ body: ArraySlice<UInt8>) -> String {
        String(decoding: body.last == 0x07 ? body.dropLast() : body.dropLast(2), as: UTF8.self)
    }

    /// `rgb:1e1e/1e1e/1e1e`, with one to four digits each.
    private static func color(_ text: Substring) -> [Double]? {
        guard let colon = text.firstIndex(of: ":"), text.hasPrefix("rgb") else { return nil }
        let parts = text[text.index(after: colon)...].split(separator: "/")
        guard parts.count >= 3 else { return nil }
        var result: [Double] = []
        for part in parts.prefix(3) {
            guard (1...4).contains(part.count), let value = Int(part, radix: 16), value >= 0 else { return nil }
            result.append(Double(value) / Double((1 << (4 * part.count)) - 1))
        }
        return result
    }
}

public struct PixelSize: Equatable, Sendable {
    public var width: Int
    public var height: Int
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }
}
