/// Colour maps whose lightness rises evenly, so that they read in grey.
public enum ColorMap: String, Sendable, Hashable, CaseIterable {
    /// van der Walt and Smith, 2015
    case viridis
    /// Nuñez, Anderton and Renslow, 2018: the same to eyes that confuse red and green
    case cividis
    case grey

    /// Published colours at even steps from 0 to 1; between them we go straight.
    private var controls: [UInt32] {
        switch self {
        case .viridis:
            [
                0x440154, 0x481A6C, 0x472F7D, 0x414487, 0x39568C, 0x31688E, 0x2A788E, 0x23888E,
                0x1F988B, 0x22A884, 0x35B779, 0x54C568, 0x7AD151, 0xA5DB36, 0xD2E21B, 0xFDE725,
            ]
        case .cividis:
            [0x00204D, 0x00336F, 0x39486B, 0x575C6D, 0x707173, 0x8A8779, 0xA69D75, 0xC4B56C, 0xE4CF5B, 0xFFEA46]
        case .grey:
            [0x000000, 0xFFFFFF]
        }
    }

    /// The colour at `t` from 0 to 1; outside it is held, and NaN is transparent.
    public func color(at t: Double) -> Color {
        guard !t.isNaN else { return Color(grey: 1, alpha: 0) }
        let controls = controls
        let position = min(max(t, 0), 1) * Double(controls.count - 1)
        let index = min(Int(position), controls.count - 2)
        return Color(controls[index]).mixed(with: Color(controls[index + 1]), position - Double(index))
    }

    /// 256 colours as RGBA bytes, for maps of many cells.
    var table: [(UInt8, UInt8, UInt8)] {
        (0...255).map { i in
            let c = color(at: Double(i) / 255)
            return (UInt8(c.red * 255 + 0.5), UInt8(c.green * 255 + 0.5), UInt8(c.blue * 255 + 0.5))
        }
    }
}
