/* Pictures of a canvas that one would hang on a wall: SVG, PDF or PNG by cairo, text by pango. A picture shows everything: if it does not fit
 * the paper at a readable size, the page grows, in proportion. Under each stands the template's attribution and licence. Pure but for fonts:
 * the same canvas gives the same picture on a machine with the same fonts. */
#ifndef COCANVAS_CLIENT_PICTURE_PICTURE_H
#define COCANVAS_CLIENT_PICTURE_PICTURE_H

#include "client/method/cell.h"
#include "client/method/method.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/status.h"

enum picture_format { PICTURE_SVG, PICTURE_PDF, PICTURE_PNG };

struct picture_options {
    enum picture_format format;
    const char *paper;       /* "a4" … "a0", landscape; NULL: a3 */
    double scale;            /* PNG: pixels per point, 0: 2 */
    const char *today;       /* YYYY-MM-DD, printed at the bottom */
    const char *by;          /* the workspace or NULL: printed beside the date */
    bool confidential;       /* printed in the head */
    cell_name_fn *name;      /* people's names */
    void *name_ctx;
};

/* Appends the picture's bytes. m must be up to date with c (method_update). Refused (TOO_LARGE): a page longer than 200 inches in a PDF, or more
 * than 100 million pixels in a PNG, with a sentence that says what to do. */
enum status picture_draw(const struct canvas *c, struct method *m, const struct picture_options *options, struct buf *out, struct why *why) MUST_CHECK;

/* "svg" and the like; false if it is none. */
bool picture_format_parse(const char *name, enum picture_format *format);
bool picture_paper_known(const char *paper);

#endif
