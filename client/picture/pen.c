/* Drawing with cairo and pango (pen.h). */
#include "client/picture/pen.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

enum { SAMPLE = 100 }; /* size at which letters are measured */
static const double leading = 1.26, caution = 1.04;

void pen_colour(struct pen *pen, uint32_t colour)
{
    cairo_set_source_rgb(pen->cr, (colour >> 16 & 255) / 255.0, (colour >> 8 & 255) / 255.0, (colour & 255) / 255.0);
}

/* ---- text */

static void prepare(struct pen *pen, const char *text, const struct ink *ink, double width)
{
    PangoFontDescription *font = pango_font_description_new();
    PangoAlignment align = ink->align == ALIGN_CENTRE ? PANGO_ALIGN_CENTER : ink->align == ALIGN_RIGHT ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT;

    pango_font_description_set_family(font, "DejaVu Sans, Sans");
    pango_font_description_set_absolute_size(font, ink->size * PANGO_SCALE);
    pango_font_description_set_weight(font, ink->bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_style(font, ink->italic ? PANGO_STYLE_OBLIQUE : PANGO_STYLE_NORMAL);
    pango_layout_set_font_description(pen->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(pen->layout, width > 0 ? (int)(width * PANGO_SCALE) : -1);
    pango_layout_set_height(pen->layout, ink->lines > 0 ? -ink->lines : -1000000);
    pango_layout_set_ellipsize(pen->layout, ink->lines > 0 ? PANGO_ELLIPSIZE_END : PANGO_ELLIPSIZE_NONE);
    pango_layout_set_wrap(pen->layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(pen->layout, align);
    size_t len;
    char *shown = utf8_printable(text, strlen(text), true, &len); /* nobody's text turns the direction of what is around it */
    pango_layout_set_text(pen->layout, shown, (int)len);
    free(shown);
}

static double height_now(struct pen *pen)
{
    PangoRectangle box;
    pango_layout_get_extents(pen->layout, NULL, &box);
    return (double)box.height / PANGO_SCALE;
}

double pen_height(struct pen *pen, const char *text, const struct ink *ink, double width)
{
    prepare(pen, text, ink, width);
    return height_now(pen);
}

double pen_text(struct pen *pen, double x, double y, double width, const char *text, const struct ink *ink)
{
    prepare(pen, text, ink, width);
    pen_colour(pen, ink->colour);
    cairo_move_to(pen->cr, x, y);
    pango_cairo_show_layout(pen->cr, pen->layout);
    return height_now(pen);
}

double pen_width(struct pen *pen, const char *text, const struct ink *ink)
{
    PangoRectangle box;
    prepare(pen, text, ink, 0);
    pango_layout_get_extents(pen->layout, NULL, &box);
    return (double)box.width / PANGO_SCALE;
}

static double letter(const struct pen *pen, uint32_t point, const char *at, size_t len)
{
    if (point < 128)
        return pen->ascii[point];
    int cells = utf8_cluster_width(at, len);
    return cells > 1 ? 1.02 : cells == 1 ? 0.66 : 0;
}

double pen_guess(const struct pen *pen, const char *text, double size, double width)
{
    double room = width / size / caution, line = 0, word = 0;
    size_t lines = 1, len = strlen(text);

    for (size_t at = 0; at < len;) {
        uint32_t point;
        size_t n = utf8_decode(text + at, len - at, &point);
        double w = letter(pen, point, text + at, n);
        at += n;
        if (point == '\n') {
            lines++;
            line = word = 0;
            continue;
        }
        bool breaks = point == ' ' || point == '\t' || w > 1;
        if (line + w > room && !(point == ' ')) { /* the word, or what of it has come, goes to the next line */
            lines++;
            line = word + w < room ? word : 0;
        }
        line += w;
        word = breaks ? 0 : word + w;
        if (word > room)
            word = w;
    }
    return (double)lines * size * leading;
}

/* Letters stand where they belong and not at whole points, which one sees on paper and on small pages; and their widths grow with their size exactly, as
 * those that are worked out from a sample's do. */
static void place_letters_exactly(PangoLayout *layout)
{
    PangoContext *context = pango_layout_get_context(layout);
    cairo_font_options_t *options = cairo_font_options_create();

    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    pango_cairo_context_set_font_options(context, options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_layout_context_changed(layout);
    cairo_font_options_destroy(options);
}

void pen_init(struct pen *pen, cairo_t *cr)
{
    const struct ink ink = {.size = SAMPLE};
    char text[2] = "";

    *pen = (struct pen){.cr = cr, .layout = pango_cairo_create_layout(cr)};
    place_letters_exactly(pen->layout);
    for (int c = ' '; c < 127; c++) {
        text[0] = (char)c;
        pen->ascii[c] = pen_width(pen, text, &ink) / SAMPLE;
    }
    pen->ascii['\t'] = 8 * pen->ascii[' '];
}

void pen_fini(struct pen *pen)
{
    g_object_unref(pen->layout);
}

/* ---- shapes */

static void path(cairo_t *cr, double x, double y, double w, double h, double r)
{
    if (r <= 0) {
        cairo_rectangle(cr, x, y, w, h);
        return;
    }
    cairo_new_sub_path(cr);
    cairo_arc(cr, x + w - r, y + r, r, -M_PI / 2, 0);
    cairo_arc(cr, x + w - r, y + h - r, r, 0, M_PI / 2);
    cairo_arc(cr, x + r, y + h - r, r, M_PI / 2, M_PI);
    cairo_arc(cr, x + r, y + r, r, M_PI, 3 * M_PI / 2);
    cairo_close_path(cr);
}

void pen_fill(struct pen *pen, double x, double y, double w, double h, double radius, uint32_t colour)
{
    pen_colour(pen, colour);
    path(pen->cr, x, y, w, h, radius);
    cairo_fill(pen->cr);
}

void pen_frame(struct pen *pen, double x, double y, double w, double h, double radius, double line, uint32_t colour)
{
    pen_colour(pen, colour);
    cairo_set_line_width(pen->cr, line);
    path(pen->cr, x, y, w, h, radius);
    cairo_stroke(pen->cr);
}

void pen_line(struct pen *pen, double x1, double y1, double x2, double y2, double line, uint32_t colour)
{
    pen_colour(pen, colour);
    cairo_set_line_width(pen->cr, line);
    cairo_move_to(pen->cr, x1, y1);
    cairo_line_to(pen->cr, x2, y2);
    cairo_stroke(pen->cr);
}

void pen_arrow(struct pen *pen, double x1, double y1, double x2, double y2, double line, uint32_t colour)
{
    double angle = atan2(y2 - y1, x2 - x1), head = 4 + 3 * line;

    pen_line(pen, x1, y1, x2 - cos(angle) * head * 0.6, y2 - sin(angle) * head * 0.6, line, colour);
    cairo_move_to(pen->cr, x2, y2);
    cairo_line_to(pen->cr, x2 - cos(angle - 0.4) * head, y2 - sin(angle - 0.4) * head);
    cairo_line_to(pen->cr, x2 - cos(angle + 0.4) * head, y2 - sin(angle + 0.4) * head);
    cairo_close_path(pen->cr);
    cairo_fill(pen->cr);
}

void pen_disc(struct pen *pen, double x, double y, double radius, uint32_t colour)
{
    pen_colour(pen, colour);
    cairo_new_sub_path(pen->cr);
    cairo_arc(pen->cr, x, y, radius, 0, 2 * M_PI);
    cairo_fill(pen->cr);
}
