// Pango's own headers bring in GLib, whose pkg-config flags SwiftPM refuses (-pthread), so the few
// functions that figures need are declared here, as in Pango's reference (1.44 or newer).
#include <cairo.h>

typedef struct _PangoLayout PangoLayout;
typedef struct _PangoFontDescription PangoFontDescription;
typedef struct { int x, y, width, height; } PangoRectangle;   // in Pango units: 1024 a point

PangoLayout *pango_cairo_create_layout(cairo_t *cr);
void pango_cairo_show_layout(cairo_t *cr, PangoLayout *layout);
void pango_layout_set_markup(PangoLayout *layout, const char *markup, int length);
void pango_layout_set_font_description(PangoLayout *layout, const PangoFontDescription *description);
void pango_layout_set_width(PangoLayout *layout, int width);
void pango_layout_set_alignment(PangoLayout *layout, int alignment);   // 0 left, 1 centre, 2 right
void pango_layout_set_wrap(PangoLayout *layout, int wrap);             // 0 word, 1 char, 2 word-char
void pango_layout_get_extents(PangoLayout *layout, PangoRectangle *ink, PangoRectangle *logical);
int pango_layout_get_baseline(PangoLayout *layout);
int pango_layout_get_unknown_glyphs_count(PangoLayout *layout);
PangoFontDescription *pango_font_description_from_string(const char *text);
void pango_font_description_free(PangoFontDescription *description);
typedef struct _PangoContext PangoContext;
PangoContext *pango_layout_get_context(PangoLayout *layout);
void pango_layout_context_changed(PangoLayout *layout);
void pango_context_set_round_glyph_positions(PangoContext *context, int round);
void pango_cairo_context_set_resolution(PangoContext *context, double dpi);
void pango_cairo_context_set_font_options(PangoContext *context, const cairo_font_options_t *options);
void pango_cairo_layout_path(cairo_t *cr, PangoLayout *layout);
void g_object_unref(void *object);
