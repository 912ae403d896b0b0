import CCairo

/// Draws commands on a Cairo surface. The only file, with `PangoText`, `MarkerStamp` and `Rendering`, that knows Cairo.
final class Canvas {
    private let context: OpaquePointer
    private let text: PangoText
    /// Pixels a point where the surface has pixels; nil for PDF and SVG.
    private let pixelScale: Double?
    /// Pixels a point of the parts that become pixels in a vector file.
    private static let rasterScale = 3.0

    init(_ surface: OpaquePointer, pixelScale: Double?) {
        context = cairo_create(surface)
        self.pixelScale = pixelScale
        if let pixelScale { cairo_scale(context, pixelScale, pixelScale) }
        text = PangoText(context)
        cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
        cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
    }

    deinit { cairo_destroy(context) }

    var status: cairo_status_t { cairo_status(context) }

    func translate(_ x: Double, _ y: Double) { cairo_translate(context, x, y) }

    func draw(_ commands: [Command]) throws {
        for command in commands { try draw(command) }
    }

    private func draw(_ command: Command) throws {
        switch command {
        case .fill(let path, let color):
            trace(path)
            setColor(color)
            cairo_fill(context)
        case .stroke(let path, let pen):
            trace(path)
            setColor(pen.color)
            cairo_set_line_width(context, pen.width)
            // Dashes with round ends would grow into each other.
            cairo_set_line_cap(context, pen.dash.isEmpty ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT)
            cairo_set_dash(context, pen.dash, Int32(pen.dash.count), 0)
            cairo_stroke(context)
            cairo_set_dash(context, nil, 0, 0)
        case .markers(let markers): draw(markers)
        case .text(let block, let at, let turns, let color, let halo):
            text.draw(block, at: at, turns: turns, color: color, halo: halo)
        case .image(let bitmap, let rect): try draw(bitmap, in: rect)
        case .clip(let path, let inner):
            cairo_save(context)
            trace(path)
            cairo_clip(context)
            try draw(inner)
            cairo_restore(context)
        case .raster(let rect, let inner): try drawRaster(rect, inner)
        }
    }

    private func setColor(_ c: Color) { cairo_set_source_rgba(context, c.red, c.green, c.blue, c.alpha) }

    private func trace(_ path: Path) {
        cairo_new_path(context)
        for element in path.elements {
            switch element {
            case .move(let p): cairo_move_to(context, p.x, p.y)
            case .line(let p): cairo_line_to(context, p.x, p.y)
            case .curve(let a, let b, let p): cairo_curve_to(context, a.x, a.y, b.x, b.y, p.x, p.y)
            case .close: cairo_close_path(context)
            }
        }
    }

    // MARK: Markers

    private func draw(_ markers: Markers) {
        for (i, point) in markers.points.enumerated() {
            let color = markers.colors[markers.colors.count == 1 ? 0 : i]
            Canvas.trace(markers.shape, size: markers.size, at: point, context)
            if markers.shape.isOpen {
                setColor(color)
                cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND)
                cairo_set_line_width(context, max(0.6, markers.size * 0.26))
                cairo_stroke(context)
            } else {
                setColor(color)
                if markers.rim {
                    cairo_fill_preserve(context)
                    cairo_set_source_rgba(context, 1, 1, 1, 0.9)
                    cairo_set_line_width(context, min(0.8, markers.size * 0.1))
                    cairo_stroke(context)
                } else {
                    cairo_fill(context)
                }
            }
        }
    }

    /// Shapes of about equal area about a centre.
    static func trace(_ shape: MarkerShape, size: Double, at p: Point, _ context: OpaquePointer) {
        let r = size / 2
        cairo_new_path(context)
        func polygon(_ corners: Int, radius: Double, turn: Double, inner: Double? = nil) {
            let count = inner == nil ? corners : 2 * corners
            for i in 0..<count {
                let t = turn + 2 * Double.pi * Double(i) / Double(count)
                let radius = i % 2 == 1 ? inner ?? radius : radius
                cairo_line_to(context, p.x + radius * sine(t), p.y - radius * cosine(t))
            }
            cairo_close_path(context)
        }
        func lines(_ segments: [(Double, Double, Double, Double)]) {
            for (x0, y0, x1, y1) in segments {
                cairo_move_to(context, p.x + x0 * r, p.y + y0 * r)
                cairo_line_to(context, p.x + x1 * r, p.y + y1 * r)
            }
        }
        switch shape {
        case .circle: cairo_arc(context, p.x, p.y, r, 0, 2 * .pi)
        case .square: cairo_rectangle(context, p.x - 0.87 * r, p.y - 0.87 * r, 1.74 * r, 1.74 * r)
        case .triangle: polygon(3, radius: 1.25 * r, turn: 0)
        case .triangleDown: polygon(3, radius: 1.25 * r, turn: .pi)
        case .diamond: polygon(4, radius: 1.2 * r, turn: 0)
        case .star: polygon(5, radius: 1.35 * r, turn: 0, inner: 0.58 * r)
        case .pentagon: polygon(5, radius: 1.1 * r, turn: 0)
        case .plus: lines([(-1, 0, 1, 0), (0, -1, 0, 1)])
        case .cross: lines([(-0.75, -0.75, 0.75, 0.75), (-0.75, 0.75, 0.75, -0.75)])
        case .ring: cairo_arc(context, p.x, p.y, 0.9 * r, 0, 2 * .pi)
        }
    }

    // MARK: Pixels

    /// Each pixel becomes a block of at least two pixels of the page, so that no viewer blurs the cells.
    private func draw(_ bitmap: Bitmap, in rect: Rect) throws {
        guard rect.width > 0, rect.height > 0 else { return }
        let target = 2 * max(rect.width / Double(bitmap.width), rect.height / Double(bitmap.height))
        let factor = min(max(Int(target.rounded(.up)), 1), max(1, 4000 / max(bitmap.width, bitmap.height)))
        let layer = try PixelSurface(width: bitmap.width * factor, height: bitmap.height * factor)
        layer.withPixels { pixels, stride in
            for y in 0..<bitmap.height {
                let row = pixels + y * factor * stride
                for x in 0..<bitmap.width {
                    let at = 4 * (y * bitmap.width + x)
                    let a = UInt32(bitmap.pixels[at + 3])
                    func part(_ i: Int) -> UInt32 { (UInt32(bitmap.pixels[at + i]) * a + 127) / 255 }
                    let value = a << 24 | part(0) << 16 | part(1) << 8 | part(2)
                    for k in 0..<factor { row[x * factor + k] = value }
                }
                for k in 1..<max(factor, 1) { (row + k * stride).update(from: row, count: bitmap.width * factor) }
            }
        }
        paint(layer, in: rect, sharp: factor > 1 || bitmap.width < 64)
    }

    private func paint(_ layer: PixelSurface, in rect: Rect, sharp: Bool) {
        cairo_save(context)
        cairo_translate(context, rect.x, rect.y)
        cairo_scale(context, rect.width / Double(layer.width), rect.height / Double(layer.height))
        cairo_set_source_surface(context, layer.surface, 0, 0)
        cairo_pattern_set_filter(cairo_get_source(context), sharp ? CAIRO_FILTER_NEAREST : CAIRO_FILTER_GOOD)
        // Without this the edges of the image would be mixed with nothing.
        cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD)
        cairo_rectangle(context, 0, 0, Double(layer.width), Double(layer.height))
        cairo_fill(context)
        cairo_restore(context)
    }

    private func drawRaster(_ rect: Rect, _ commands: [Command]) throws {
        let scale = pixelScale ?? Canvas.rasterScale
        // Whole pixels of the page, so that a layer of a PNG falls on its grid.
        let x0 = (rect.x * scale).rounded(.down), y0 = (rect.y * scale).rounded(.down)
        let width = min(max(Int((rect.maxX * scale).rounded(.up) - x0), 1), 12_000)
        let height = min(max(Int((rect.maxY * scale).rounded(.up) - y0), 1), 12_000)
        let layer = try PixelSurface(width: width, height: height)
        for command in commands {
            if case .markers(let markers) = command {
                MarkerStamp(markers, scale: scale).draw(markers, on: layer, scale: scale, origin: Point(x0, y0))
            } else {
                let canvas = Canvas(layer.surface, pixelScale: scale)
                canvas.translate(-x0 / scale, -y0 / scale)
                try canvas.draw(command)
            }
        }
        paint(layer, in: Rect(x: x0 / scale, y: y0 / scale, width: Double(width) / scale, height: Double(height) / scale), sharp: true)
    }
}

extension MarkerShape {
    /// Made of lines, not of an area.
    var isOpen: Bool { self == .plus || self == .cross || self == .ring }
}

/// An image surface in memory: premultiplied ARGB, a UInt32 a pixel.
final class PixelSurface {
    let surface: OpaquePointer
    let width, height: Int

    init(width: Int, height: Int) throws {
        self.width = width
        self.height = height
        surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, Int32(width), Int32(height))
        try check(cairo_surface_status(surface))
    }

    deinit { cairo_surface_destroy(surface) }

    /// The pixels, and how many of them a row takes.
    func withPixels<T>(_ body: (UnsafeMutablePointer<UInt32>, Int) throws -> T) rethrows -> T {
        cairo_surface_flush(surface)
        defer { cairo_surface_mark_dirty(surface) }
        let stride = Int(cairo_image_surface_get_stride(surface)) / 4
        return try UnsafeMutableRawPointer(cairo_image_surface_get_data(surface))
            .withMemoryRebound(to: UInt32.self, capacity: stride * height) { try body($0, stride) }
    }
}

func check(_ status: cairo_status_t) throws {
    guard status == CAIRO_STATUS_SUCCESS else {
        throw FigureError.drawing(String(cString: cairo_status_to_string(status)))
    }
}
