/* See qr.h. */
#include "client/cli/qr.h"

#include <qrencode.h>
#include <stdlib.h>

enum { QUIET = 2 }; /* the standard wants 4 modules around; readers are content with 2, and a terminal has few lines */

/* Outside everything is light. */
static bool is_dark(const QRcode *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->width && y < code->width && (code->data[y * code->width + x] & 1);
}

/* The upper and the lower half of one character; without colours a letter is light. */
static const char *half_blocks(bool upper, bool lower)
{
    if (upper && lower)
        return "\xE2\x96\x88"; /* full block */
    if (upper)
        return "\xE2\x96\x80"; /* upper half */
    return lower ? "\xE2\x96\x84" : " ";
}

char *qr_lines(const char *text, bool colour)
{
    struct buf lines;
    QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_L);
    if (!code)
        return NULL;
    buf_init(&lines);
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        buf_addf(&lines, "%s", colour ? "\033[30;107m" : "");
        for (int x = -QUIET; x < code->width + QUIET; x++)
            buf_addf(&lines, "%s", half_blocks(is_dark(code, x, y) == colour, is_dark(code, x, y + 1) == colour));
        buf_addf(&lines, "%s\n", colour ? "\033[0m" : "");
    }
    buf_add(&lines, "", 1);
    QRcode_free(code);
    char *out = xstrdup((const char *)buf_at(&lines));
    buf_fini(&lines);
    return out;
}
