/* A page: head, the canvas by its kind, balances, foot with attribution and licence; found the size of text and page at which all of it fits. */
#include "client/picture/picture.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

static const double em_most = 14, em_least = 6.5, grow = 1.12, grow_a_little = 1.04; /* points; factors of the page */
static const double margin = 28, pdf_most = 200 * 72, tallest = 2.5;
enum { GROWTHS_MAX = 120, PNG_PIXELS_MAX = 100000000 };

static const struct {
    const char *name;
    double w, h;             /* points, landscape */
} papers[] = {{"a4", 841.89, 595.28}, {"a3", 1190.55, 841.89}, {"a2", 1683.78, 1190.55}, {"a1", 2383.94, 1683.78}, {"a0", 3370.39, 2383.94}};

static const char *const formats[] = {[PICTURE_SVG] = "svg", [PICTURE_PDF] = "pdf", [PICTURE_PNG] = "png"};

bool picture_format_parse(const char *name, enum picture_format *format)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++) {
        if (strcmp(name, formats[i]) == 0) {
            *format = (enum picture_format)i;
            return true;
        }
    }
    return false;
}

static int paper_find(const char *name)
{
    for (size_t i = 0; i < sizeof papers / sizeof papers[0]; i++)
        if (strcmp(name, papers[i].name) == 0)
            return (int)i;
    return -1;
}

bool picture_paper_known(const char *paper)
{
    return paper_find(paper) >= 0;
}

/* ---- head and foot */

struct page {
    struct sheet sheet;
    const struct kind *kind;
    double w, h;
    double head, foot;       /* heights */
};

static char *foot_text(const struct page *p)
{
    const struct canvas *c = p->sheet.c;
    const char *const keys[] = {"attribution", "licence", "source"};
    struct buf out;

    buf_init(&out);
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *text = canvas_header_text(c, keys[i]);
        if (text[0] == '\0')
            continue;
        if (buf_len(&out) > 0)
            buf_add(&out, "\n", 1);
        if (i == 1)
            buf_add(&out, "Template: ", strlen("Template: "));
        buf_add(&out, text, strlen(text));
    }
    char *text = xstrndup(buf_len(&out) > 0 ? (const char *)buf_at(&out) : "", buf_len(&out));
    buf_fini(&out);
    return text;
}

static struct ink title_ink(const struct page *p)
{
    return (struct ink){.size = 0.019 * p->w, .bold = true, .colour = INK};
}

static struct ink foot_ink(const struct page *p)
{
    return (struct ink){.size = 0.0075 * p->w, .colour = INK_SOFT};
}

/* A line per side, "Net for the company: 900 EUR (1200 − 300), 2 hours (2 − 0)"; "" without amounts; malloc'd. */
static char *balance_text(struct sheet *s)
{
    size_t n;
    const struct balance *b = method_balances(s->m, 0, &n);
    char *text = xstrdup("");
    for (size_t i = 0; i < n; i++) {
        char *plus = decimal_text(&b[i].plus), *minus = decimal_text(&b[i].minus), *net = decimal_text(&b[i].net), *before = text;
        bool same = i > 0 && b[i].side == b[i - 1].side;
        char *lead = same ? xstrdup(", ") : xasprintf("%sNet for the %s: ", i > 0 ? "\n" : "", b[i].side);
        text = xasprintf("%s%s%s%s%s (%s − %s)", before, lead, net, b[i].unit[0] != '\0' ? " " : "", b[i].unit, plus, minus);
        free(lead);
        free(plus);
        free(minus);
        free(net);
        free(before);
    }
    return text;
}

static double balance_need(struct sheet *s, double width)
{
    struct ink ink = ink_of(s, 1.1, ACCENT);
    char *text = balance_text(s);
    ink.bold = true;
    double height = text[0] != '\0' ? pen_height(&s->pen, text, &ink, width) + s->em : 0;
    free(text);
    return height;
}

static void measure_page(struct page *p)
{
    struct ink title = title_ink(p), foot = foot_ink(p);
    char *text = foot_text(p);
    double width = p->w - 2 * margin;
    p->head = pen_height(&p->sheet.pen, canvas_title(p->sheet.c), &title, width * 0.72) + 0.5 * title.size;
    p->foot = pen_height(&p->sheet.pen, text, &foot, width * 0.78) + foot.size;
    if (p->foot < 3 * foot.size)
        p->foot = 3 * foot.size;
    free(text);
}

static void draw_frame(struct page *p)
{
    struct pen *pen = &p->sheet.pen;
    const struct picture_options *o = p->sheet.o;
    struct ink title = title_ink(p), foot = foot_ink(p);
    char *text = foot_text(p), *right = xasprintf("%s%s%s", o->by != NULL ? o->by : "", o->by != NULL && o->by[0] != '\0' ? " · " : "", o->today);
    double width = p->w - 2 * margin, bottom = p->h - margin - p->foot + foot.size * 0.6;

    pen_fill(pen, 0, 0, p->w, p->h, 0, PAPER);
    (void)pen_text(pen, margin, margin, width * 0.72, canvas_title(p->sheet.c), &title);
    pen_line(pen, margin, p->h - margin - p->foot, p->w - margin, p->h - margin - p->foot, 0.6, RULE);
    (void)pen_text(pen, margin, bottom, width * 0.78, text, &foot);
    foot.align = ALIGN_RIGHT;
    (void)pen_text(pen, margin + width * 0.8, bottom, width * 0.2, right, &foot);
    if (o->confidential) {
        foot.bold = true;
        foot.colour = POOR;
        foot.size *= 1.4;
        (void)pen_text(pen, margin + width * 0.74, margin, width * 0.26, "CONFIDENTIAL", &foot);
    }
    free(text);
    free(right);
}

/* ---- fitting */

static struct box area_of(const struct page *p)
{
    return (struct box){margin, margin + p->head, p->w - 2 * margin, p->h - 2 * margin - p->head - p->foot};
}

static bool fits(struct page *p)
{
    struct box area = area_of(p);
    return p->kind->need(&p->sheet, area.w) + balance_need(&p->sheet, area.w) <= area.h - 0.5 * p->sheet.em;
}

/* The largest text at which all of it fits the paper; below the least readable one the paper grows. False: it never fits. */
static bool fit(struct page *p)
{
    struct sheet *s = &p->sheet;

    measure_page(p);
    for (s->em = em_most; s->em > em_least && !fits(p); s->em -= 0.75)
        continue;
    for (int i = 0; i < GROWTHS_MAX; i++) {
        s->exact = s->exact || fits(p);
        if (s->exact && fits(p))
            return true;
        double factor = s->exact ? grow_a_little : grow;
        if (!p->kind->tall || p->h > tallest * p->w)
            p->w *= factor;
        p->h *= factor;
        measure_page(p);
    }
    return false;
}

static void draw(struct page *p)
{
    struct box area = area_of(p);
    struct sheet *s = &p->sheet;
    double balances = balance_need(s, area.w);
    struct ink ink = ink_of(s, 1.1, ACCENT);
    char *text = balance_text(s);

    draw_frame(p);
    area.h -= balances;
    p->kind->draw(s, area);
    ink.bold = true;
    if (text[0] != '\0')
        (void)pen_text(&s->pen, area.x, area.y + area.h + 0.4 * s->em, area.w, text, &ink);
    free(text);
}

/* ---- surfaces */

static cairo_status_t write_bytes(void *ctx, const unsigned char *data, unsigned int len)
{
    buf_add(ctx, data, len);
    return CAIRO_STATUS_SUCCESS;
}

static enum status check_size(const struct page *p, double scale, struct why *why)
{
    if (p->sheet.o->format == PICTURE_PDF && (p->w > pdf_most || p->h > pdf_most))
        return refuse(why, STATUS_TOO_LARGE, "The page would be longer than 200 inches, which PDF readers do not show; export as SVG.");
    if (p->sheet.o->format == PICTURE_PNG && p->w * scale * p->h * scale > PNG_PIXELS_MAX)
        return refuse(why, STATUS_TOO_LARGE, "The picture would have more than 100 million pixels; export as SVG or PDF, or choose a smaller scale.");
    return STATUS_OK;
}

static enum status write_page(struct page *p, double scale, struct buf *out, struct why *why)
{
    enum picture_format format = p->sheet.o->format;
    cairo_surface_t *surface = format == PICTURE_SVG   ? cairo_svg_surface_create_for_stream(write_bytes, out, p->w, p->h)
                               : format == PICTURE_PDF ? cairo_pdf_surface_create_for_stream(write_bytes, out, p->w, p->h)
                                                       : cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)(p->w * scale), (int)(p->h * scale));
    cairo_t *cr = cairo_create(surface);
    cairo_status_t status;

    if (format == PICTURE_PDF) {
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, canvas_title(p->sheet.c));
        cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR, "cocanvas");
    }
    if (format == PICTURE_PNG)
        cairo_scale(cr, scale, scale);
    pen_fini(&p->sheet.pen);
    pen_init(&p->sheet.pen, cr);
    draw(p);
    cairo_show_page(cr);
    status = cairo_status(cr);
    if (status == CAIRO_STATUS_SUCCESS && format == PICTURE_PNG)
        status = cairo_surface_write_to_png_stream(surface, write_bytes, out);
    cairo_destroy(cr);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status == CAIRO_STATUS_SUCCESS ? STATUS_OK : refuse(why, STATUS_INTERNAL, "The picture could not be drawn: %s.", cairo_status_to_string(status));
}

/* ---- kinds */

static const struct kind *kind_of(const struct canvas *c)
{
    static const struct kind *const kinds[] = {&kind_table, &kind_lanes, &kind_matrix, &kind_graph, &kind_text};
    const char *name = canvas_header_text(c, "kind");
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(name, kinds[i]->name) != 0)
            continue;
        return kinds[i] == &kind_matrix && strstr(canvas_header_text(c, "axis.x"), "\"field\"") != NULL ? &kind_scores : kinds[i];
    }
    return &kind_grid;
}

static void see_blocks(struct sheet *s)
{
    size_t n;
    s->blocks = canvas_blocks_in_order(s->c, &n);
    for (size_t i = 0; i < n; i++)
        if (!block_hidden(s->blocks[i]))
            s->blocks[s->n_blocks++] = s->blocks[i];
}

enum status picture_draw(const struct canvas *c, struct method *m, const struct picture_options *options, struct buf *out, struct why *why)
{
    int paper = options->paper != NULL ? paper_find(options->paper) : 1;
    struct page p = {.sheet = {.c = c, .m = m, .o = options}, .kind = kind_of(c)};
    double scale = options->scale > 0 ? options->scale : 2;
    cairo_surface_t *scratch = cairo_recording_surface_create(CAIRO_CONTENT_COLOR, NULL);
    cairo_t *cr = cairo_create(scratch);
    enum status status;

    p.w = papers[paper >= 0 ? paper : 1].w;
    p.h = papers[paper >= 0 ? paper : 1].h;
    pen_init(&p.sheet.pen, cr);
    see_blocks(&p.sheet);
    status = fit(&p) ? check_size(&p, scale, why) : refuse(why, STATUS_TOO_LARGE, "The canvas holds too much for one picture; export it as Markdown or CSV.");
    if (status == STATUS_OK)
        status = write_page(&p, scale, out, why);
    pen_fini(&p.sheet.pen);
    free(p.sheet.blocks);
    cairo_destroy(cr);
    cairo_surface_destroy(scratch);
    return status;
}

/* Pango finds fonts in a thread of its own that may still hold some when the program ends, so what the libraries keep is never given back: to
 * take it away from them aborts now and then. Leak checkers are told instead (lsan_interface.h). */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_options(void);

const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

const char *__lsan_default_options(void)
{
    return "print_suppressions=0";
}
