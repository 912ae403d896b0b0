/// White lines over a patch: none for the first series, then slanted either way, level, upright.
enum Hatch {
    static func lines(_ kind: Int, over rect: Rect) -> Path? {
        guard kind % 5 != 0 else { return nil }
        var path = Path()
        let step = 6.0
        switch kind % 5 {
        case 1, 2:
            var offset = -rect.height
            while offset < rect.width {
                let x0 = rect.x + offset, x1 = x0 + rect.height
                path.add(kind % 5 == 1 ? [Point(x0, rect.maxY), Point(x1, rect.y)] : [Point(x0, rect.y), Point(x1, rect.maxY)])
                offset += step * 1.4
            }
        case 3:
            var y = rect.y + step / 2
            while y < rect.maxY {
                path.add([Point(rect.x, y), Point(rect.maxX, y)])
                y += step
            }
        default:
            var x = rect.x + step / 2
            while x < rect.maxX {
                path.add([Point(x, rect.y), Point(x, rect.maxY)])
                x += step
            }
        }
        return path
    }
}
