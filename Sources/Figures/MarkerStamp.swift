import CCairo

/// A marker drawn once at sixteen places within a pixel and then copied: a million points take a fraction of a second.
struct MarkerStamp {
    private let side: Int
    /// Coverage from 0 to 255, one square for each of the 4 x 4 places.
    private let masks: [[UInt8]]
    private static let phases = 4

    init(_ markers: Markers, scale: Double) {
        let size = min(markers.size * scale, 200)
        let side = Int((size * 1.5).rounded(.up)) + 3
        self.side = side
        masks = (0..<(MarkerStamp.phases * MarkerStamp.phases)).map { phase in
            let surface = cairo_image_surface_create(CAIRO_FORMAT_A8, Int32(side), Int32(side))!
            let context = cairo_create(surface)!
            defer {
                cairo_destroy(context)
                cairo_surface_destroy(surface)
            }
            func offset(_ k: Int) -> Double { Double(side / 2) + (Double(k) + 0.5) / Double(MarkerStamp.phases) }
            let centre = Point(offset(phase % MarkerStamp.phases), offset(phase / MarkerStamp.phases))
            Canvas.trace(markers.shape, size: size, at: centre, context)
            if markers.shape.isOpen {
                cairo_set_line_width(context, max(0.6, size * 0.26))
                cairo_stroke(context)
            } else {
                cairo_fill(context)
            }
            cairo_surface_flush(surface)
            let stride = Int(cairo_image_surface_get_stride(surface))
            guard let data = cairo_image_surface_get_data(surface) else { return [UInt8](repeating: 0, count: side * side) }
            return (0..<(side * side)).map { data[$0 / side * stride + $0 % side] }
        }
    }

    /// Lays the stamps over each other: new = source + (1 - alpha) old, all premultiplied.
    func draw(_ markers: Markers, on layer: PixelSurface, scale: Double, origin: Point) {
        let half = side / 2
        layer.withPixels { pixels, stride in
            for (i, point) in markers.points.enumerated() {
                let x = point.x * scale - origin.x, y = point.y * scale - origin.y
                guard x > -1e6, x < 1e6, y > -1e6, y < 1e6 else { continue }
                let column = Int(x.rounded(.down)), row = Int(y.rounded(.down))
                let phase = Int((x - Double(column)) * 4) + 4 * Int((y - Double(row)) * 4)
                let left = column - half, top = row - half
                let rows = max(0, -top)..<min(side, layer.height - top), columns = max(0, -left)..<min(side, layer.width - left)
                guard rows.lowerBound < rows.upperBound, columns.lowerBound < columns.upperBound else { continue }
                let color = markers.colors[markers.colors.count == 1 ? 0 : i]
                let red = UInt32(color.red * 255 + 0.5), green = UInt32(color.green * 255 + 0.5), blue = UInt32(color.blue * 255 + 0.5)
                let opacity = UInt32(color.alpha * 255 + 0.5)
                masks[phase].withUnsafeBufferPointer { mask in
                    for r in rows {
                        let line = pixels + (top + r) * stride + left
                        for c in columns {
                            let coverage = UInt32(mask[r * side + c])
                            if coverage == 0 { continue }
                            let a = (coverage * opacity + 127) / 255
                            let keep = 255 - a
                            let old = line[c]
                            func mix(_ part: UInt32, _ shift: UInt32) -> UInt32 {
                                min(255, (part * a + (old >> shift & 255) * keep + 127) / 255) << shift
                            }
                            line[c] = min(255, a + ((old >> 24) * keep + 127) / 255) << 24 | mix(red, 16) | mix(green, 8) | mix(blue, 0)
                        }
                    }
                }
            }
        }
    }
}
