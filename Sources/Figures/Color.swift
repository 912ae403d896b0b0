/// A colour in sRGB, each part from 0 to 1.
public struct Color: Hashable, Sendable {
    public var red, green, blue, alpha: Double

    public init(red: Double, green: Double, blue: Double, alpha: Double = 1) {
        self.red = red
        self.green = green
        self.blue = blue
        self.alpha = alpha
    }

    /// 0xRRGGBB
    public init(_ hex: UInt32, alpha: Double = 1) {
        self.init(
            red: Double(hex >> 16 & 255) / 255, green: Double(hex >> 8 & 255) / 255, blue: Double(hex & 255) / 255, alpha: alpha)
    }

    public init(grey: Double, alpha: Double = 1) {
        self.init(red: grey, green: grey, blue: grey, alpha: alpha)
    }

    /// The colours of Okabe and Ito (2008), told apart by colour-blind eyes, by name.
    public init?(named name: String) {
        guard let match = Color.names.first(where: { $0.name == name }) else { return nil }
        self = match.color
    }

    public static let names: [(name: String, color: Color)] = [
        ("blue", blue), ("red", vermilion), ("vermilion", vermilion), ("green", green), ("orange", orange), ("purple", purple),
        ("sky", sky), ("black", black), ("yellow", yellow), ("grey", Color(0x777777)), ("gray", Color(0x777777)),
        ("white", white),
    ]

    public static let blue = Color(0x0072B2)
    public static let vermilion = Color(0xD55E00)
    public static let green = Color(0x009E73)
    public static let orange = Color(0xE69F00)
    public static let purple = Color(0xCC79A7)
    public static let sky = Color(0x56B4E9)
    public static let black = Color(0x000000)
    public static let yellow = Color(0xF5C710)
    public static let white = Color(0xFFFFFF)

    /// The order in which series take their colours: neighbours differ in lightness as well.
    public static let series: [Color] = [blue, vermilion, green, orange, purple, sky, Color(0x333333), yellow, Color(0x8C4A1A), Color(0x8C8C8C)]

    static let ink = Color(0x222222)
    static let quietInk = Color(0x505050)
    static let axis = Color(0x8A8A8A)
    static let grid = Color(0xE8E8E8)

    package func opacity(_ alpha: Double) -> Color {
        var copy = self
        copy.alpha = alpha
        return copy
    }

    /// Relative luminance as WCAG 2 defines it.
    package var luminance: Double {
        func linear(_ c: Double) -> Double { c <= 0.04045 ? c / 12.92 : power((c + 0.055) / 1.055, 2.4) }
        return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// The same hue, darkened until text in it reads on white (contrast of 4.5 at least).
    package var readable: Color {
        var color = opacity(1)
        while color.luminance > 0.18 {
            color = Color(red: color.red * 0.94, green: color.green * 0.94, blue: color.blue * 0.94)
        }
        return color
    }

    /// Black or white, whichever reads better on this colour.
    package var contrasting: Color { luminance > 0.18 ? Color(0x111111) : .white }

    package func mixed(with other: Color, _ t: Double) -> Color {
        Color(
            red: red + (other.red - red) * t, green: green + (other.green - green) * t, blue: blue + (other.blue - blue) * t,
            alpha: alpha + (other.alpha - alpha) * t)
    }
}
