/* Text and shapes on a cairo surface, in points (1/72 inch). Text is laid out by pango: every script, right to left, too. An estimate of a text's
 * height, by the widths of ASCII letters, costs a fraction of a layout: for trying sizes. */
#ifndef COCANVAS_CLIENT_PICTURE_PEN_H
#define COCANVAS_CLIENT_PICTURE_PEN_H

#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stdint.h>

struct pen {
    cairo_t *cr;
    PangoLayout *layout;
    double ascii[128];       /* widths in em */
};

enum align { ALIGN_LEFT, ALIGN_CENTRE, ALIGN_RIGHT };

struct ink {
    double size;             /* of the font, in points */
    bool bold, italic;
    uint32_t colour;         /* 0xRRGGBB */
    enum align align;
    int lines;               /* at most so many, the rest an ellipsis; 0: all */
};

void pen_init(struct pen *pen, cairo_t *cr);
void pen_fini(struct pen *pen);

/* Height of the text in a column of that width; and drawing it with its upper left corner at x, y. Both return the height. */
double pen_height(struct pen *pen, const char *text, const struct ink *ink, double width);
double pen_text(struct pen *pen, double x, double y, double width, const char *text, const struct ink *ink);
/* Width of the text in one line. */
double pen_width(struct pen *pen, const char *text, const struct ink *ink);
/* About pen_height(), a little more rather than less. */
double pen_guess(const struct pen *pen, const char *text, double size, double width);

void pen_fill(struct pen *pen, double x, double y, double w, double h, double radius, uint32_t colour);
void pen_frame(struct pen *pen, double x, double y, double w, double h, double radius, double line, uint32_t colour);
void pen_line(struct pen *pen, double x1, double y1, double x2, double y2, double line, uint32_t colour);
/* A line with a head at its end. */
void pen_arrow(struct pen *pen, double x1, double y1, double x2, double y2, double line, uint32_t colour);
void pen_disc(struct pen *pen, double x, double y, double radius, uint32_t colour);
void pen_colour(struct pen *pen, uint32_t colour);

/* One look for all pictures. */
enum {
    INK = 0x1f2933,
    INK_SOFT = 0x5b6770,
    INK_FAINT = 0x9aa5b1,
    RULE = 0xc3ccd5,
    PAPER = 0xffffff,
    WASH = 0xf4f6f8,
    ACCENT = 0x1b6e8c,
    GOOD = 0x2f8f5b,
    FAIR = 0xd19a1e,
    POOR = 0xc0492f,
};

#endif
