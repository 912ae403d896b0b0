import CCairo
import CPango

/// Pango's line of text on one Cairo context. Nothing is hinted or rounded, so that text is as wide on screen as on paper.
final class PangoText {
    private let context: OpaquePointer
    private let layout: OpaquePointer
    private var fonts: [FontKey: OpaquePointer] = [:]

    private struct FontKey: Hashable { let size: Double, bold: Bool }

    init(_ cairo: OpaquePointer) {
        context = cairo
        guard let layout = pango_cairo_create_layout(cairo) else { fatalError("Pango could not make a layout") }
        self.layout = layout
        let pango = pango_layout_get_context(layout)
        let options = cairo_font_options_create()
        cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE)
        cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF)
        cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY)
        pango_cairo_context_set_font_options(pango, options)
        cairo_font_options_destroy(options)
        pango_cairo_context_set_resolution(pango, 72)  // a point of type is a point of the page
        pango_context_set_round_glyph_positions(pango, 0)
        pango_layout_context_changed(layout)
        pango_layout_set_wrap(layout, 2)
    }

    deinit {
        for font in fonts.values { pango_font_description_free(font) }
        g_object_unref(UnsafeMutableRawPointer(layout))
    }

    private static let unit = 1024.0

    private func prepare(_ block: TextBlock) {
        let key = FontKey(size: block.size, bold: block.bold)
        let font = fonts[key] ?? pango_font_description_from_string("DejaVu Sans \(block.bold ? "Bold " : "")\(block.size)")!
        fonts[key] = font
        pango_layout_set_font_description(layout, font)
        pango_layout_set_width(layout, block.wrapWidth.map { Int32(min(max($0, 1), 100_000) * PangoText.unit) } ?? -1)
        pango_layout_set_alignment(layout, block.centred ? 1 : 0)
        let markup = PangoText.markup(block)
        pango_layout_set_markup(layout, markup, Int32(markup.utf8.count))
    }

    /// Scripts as spans of smaller, raised type.
    private static func markup(_ block: TextBlock) -> String {
        var markup = ""
        for run in block.text.runs {
            var text = ""
            for scalar in run.text.unicodeScalars {
                switch scalar {
                case "&": text += "&amp;"
                case "<": text += "&lt;"
                case ">": text += "&gt;"
                default: text.unicodeScalars.append(scalar)
                }
            }
            if run.scale == 1 && run.rise == 0 {
                markup += text
            } else {
                let size = Int(run.scale * block.size * unit), rise = Int(run.rise * block.size * unit)
                markup += "<span size=\"\(size)\" rise=\"\(rise)\">\(text)</span>"
            }
        }
        return markup
    }

    func measure(_ block: TextBlock) -> TextExtent {
        prepare(block)
        var logical = PangoRectangle()
        pango_layout_get_extents(layout, nil, &logical)
        return TextExtent(
            width: Double(logical.width) / PangoText.unit, height: Double(logical.height) / PangoText.unit,
            baseline: Double(pango_layout_get_baseline(layout)) / PangoText.unit)
    }

    func canShow(_ text: String) -> Bool {
        prepare(TextBlock(text, size: 12, limit: 10_000))
        return pango_layout_get_unknown_glyphs_count(layout) == 0
    }

    func draw(_ block: TextBlock, at start: Point, turns: Double, color: Color, halo: Bool) {
        prepare(block)
        cairo_save(context)
        cairo_translate(context, start.x, start.y)
        if turns != 0 { cairo_rotate(context, -turns * .pi / 2) }
        // With a wrap width the lines start at 0 even where they are centred in it: shift back by the room on the left.
        var logical = PangoRectangle()
        pango_layout_get_extents(layout, nil, &logical)
        cairo_translate(context, -Double(logical.x) / PangoText.unit, -Double(pango_layout_get_baseline(layout)) / PangoText.unit)
        if halo {
            cairo_new_path(context)
            cairo_move_to(context, 0, 0)
            pango_cairo_layout_path(context, layout)
            cairo_set_source_rgba(context, 1, 1, 1, 0.92)
            cairo_set_line_width(context, 3.4)
            cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND)
            cairo_stroke(context)
        }
        cairo_set_source_rgba(context, color.red, color.green, color.blue, color.alpha)
        cairo_move_to(context, 0, 0)
        pango_cairo_show_layout(context, layout)
        cairo_restore(context)
    }
}

/// Measures with the very fonts that will be drawn.
package final class PangoMeasurer: TextMeasurer {
    private let surface: OpaquePointer
    private let context: OpaquePointer
    private let text: PangoText
    private var known: [TextBlock: TextExtent] = [:]

    package init() {
        surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1)
        context = cairo_create(surface)
        text = PangoText(context)
    }

    deinit {
        cairo_destroy(context)
        cairo_surface_destroy(surface)
    }

    func canShow(_ text: String) -> Bool { self.text.canShow(text) }

    package func measure(_ block: TextBlock) -> TextExtent {
        if let extent = known[block] { return extent }
        let extent = text.measure(block)
        known[block] = extent
        return extent
    }
}

/// What the fonts of this machine can show.
public enum FigureFonts {
    /// Whether every character of `text` has a glyph in some installed font: Chinese needs one of its own.
    public static func canShow(_ text: String) -> Bool {
        PangoMeasurer().canShow(text)
    }
}
