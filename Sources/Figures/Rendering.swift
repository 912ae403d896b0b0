import CCairo

/// What Cairo writes is collected in memory first: a file is whole or not there.
private final class ByteSink {
    var bytes: [UInt8] = []

    static let write: cairo_write_func_t = { closure, data, length in
        guard let closure, let data else { return CAIRO_STATUS_WRITE_ERROR }
        Unmanaged<ByteSink>.fromOpaque(closure).takeUnretainedValue().bytes
            .append(contentsOf: UnsafeBufferPointer(start: data, count: Int(length)))
        return CAIRO_STATUS_SUCCESS
    }

    var pointer: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }
}

extension Figure {
    /// Where everything goes, measured with the fonts of this machine.
    package func layout() throws -> FigureLayout {
        try validate()
        return FigureLayout(self, PangoMeasurer())
    }

    /// Width and height in points.
    public func pageSize() throws -> (width: Double, height: Double) {
        let layout = try layout()
        return (layout.width, layout.height)
    }

    /// The figure as pixels, `scale` of them a point.
    public func rgba(scale: Double = 2) throws -> Bitmap { try layout().rgba(scale: scale) }

    public func png(scale: Double = 2) throws -> [UInt8] { try layout().png(scale: scale) }

    public func pdf() throws -> [UInt8] { try layout().pdf(title: title ?? id) }

    public func svg() throws -> [UInt8] { try layout().svg(title: title ?? id, caption: caption) }
}

extension FigureLayout {
    private func pixels(_ scale: Double) throws -> PixelSurface {
        // Cairo holds at most 32,767 pixels a side.
        let scale = min(max(scale.isFinite ? scale : 2, 0.05), 16, 30_000 / max(width, height))
        let layer = try PixelSurface(width: max(1, Int((width * scale).rounded())), height: max(1, Int((height * scale).rounded())))
        let canvas = Canvas(layer.surface, pixelScale: scale)
        try canvas.draw(commands)
        try check(canvas.status)
        return layer
    }

    func png(scale: Double) throws -> [UInt8] {
        let layer = try pixels(scale)
        let sink = ByteSink()
        try check(cairo_surface_write_to_png_stream(layer.surface, ByteSink.write, sink.pointer))
        return sink.bytes
    }

    func rgba(scale: Double) throws -> Bitmap {
        let layer = try pixels(scale)
        var bytes = [UInt8](repeating: 255, count: 4 * layer.width * layer.height)
        // The page is opaque, so premultiplied colours are the colours themselves.
        layer.withPixels { pixels, stride in
            for y in 0..<layer.height {
                for x in 0..<layer.width {
                    let value = pixels[y * stride + x], at = 4 * (y * layer.width + x)
                    bytes[at] = UInt8(value >> 16 & 255)
                    bytes[at + 1] = UInt8(value >> 8 & 255)
                    bytes[at + 2] = UInt8(value & 255)
                }
            }
        }
        return Bitmap(width: layer.width, height: layer.height, pixels: bytes)
    }

    func pdf(title: String) throws -> [UInt8] {
        try vector(cairo_pdf_surface_create_for_stream) { surface in
            // A fixed date: the same figure has the same bytes on any day.
            cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, "2000-01-01T00:00:00Z")
            cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, MathText(title).plain)
            cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "vaelearn")
        }
    }

    func svg(title: String, caption: String?) throws -> [UInt8] {
        let bytes = try vector(cairo_svg_surface_create_for_stream) { _ in }
        return SVGText.finished(bytes, layout: self, title: title, caption: caption)
    }

    private typealias Create = (cairo_write_func_t?, UnsafeMutableRawPointer?, Double, Double) -> OpaquePointer?

    private func vector(_ create: Create, _ describe: (OpaquePointer) -> Void) throws -> [UInt8] {
        let sink = ByteSink()
        guard let surface = create(ByteSink.write, sink.pointer, width, height) else {
            throw FigureError.drawing("no surface")
        }
        defer { cairo_surface_destroy(surface) }
        try check(cairo_surface_status(surface))
        describe(surface)
        do {
            let canvas = Canvas(surface, pixelScale: nil)
            try canvas.draw(commands)
            try check(canvas.status)
        }
        cairo_surface_show_page(surface)
        cairo_surface_finish(surface)
        try check(cairo_surface_status(surface))
        return sink.bytes
    }
}
