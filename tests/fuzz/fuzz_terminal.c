/* Anything at all as bytes from a terminal and as text on the screen: what the decoder gives is well formed and nothing is
 * left behind; what a grid holds can be printed; lines are as wide as they may be and give the text back. */
#include <locale.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/decode.h"
#include "client/tui/grid.h"
#include "client/tui/wrap.h"
#include "common/status.h"
#include "common/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_input(const struct input *in)
{
    char name[KEY_NAME], bytes[4];
    struct input again;
    switch (in->kind) {
    case INPUT_PASTE:
        ASSERT(utf8_check(in->bytes, in->len, NULL));
        break;
    case INPUT_MOUSE:
        ASSERT(in->x >= 0 && in->y >= 0);
        break;
    case INPUT_CHARACTER:
        ASSERT(utf8_check_line(bytes, utf8_encode(in->point, bytes), NULL));
        if (in->point == '-' || in->point == ' ')
            break;
        /* fall through */
    default:
        input_name(in, name);
        ASSERT(name[0] != '\0');
        const char *at = name;
        ASSERT(input_parse(&at, &again) && *at == '\0' && input_same_key(in, &again));
    }
}

static void check_decoder(const char *bytes, size_t len)
{
    struct decoder d;
    struct input in;
    unsigned wait_ms;
    decode_init(&d);
    for (size_t at = 0, step; at < len; at += step) {
        step = 1 + (unsigned char)bytes[at] % 16;
        step = step < len - at ? step : len - at;
        decode_feed(&d, bytes + at, step, (int64_t)at * 3);
        while (decode_next(&d, (int64_t)at * 3, &in, &wait_ms))
            check_input(&in);
    }
    while (decode_next(&d, INT32_MAX, &in, &wait_ms))
        check_input(&in);
    ASSERT(buf_len(&d.in) == 0 && wait_ms == 0);
    decode_fini(&d);
}

static void check_grid(const char *bytes, size_t len)
{
    struct grid g;
    grid_init(&g);
    grid_resize(&g, 16, 4);
    for (int i = 0; i < 2; i++) {
        g.ascii = i;
        grid_clip(&g, (struct rect){1, 0, 14, 4});
        ASSERT(grid_text(&g, 0, i, style(ROLE_TEXT), bytes, len) == grid_width(bytes, len));
        ASSERT(grid_fit(&g, 2, 2 + i, 7, style(ROLE_TEXT), bytes, len) <= 7);
    }
    for (int i = 0; i < 16 * 4; i++) {
        const struct cell *cell = &g.cells[i];
        ASSERT(cell->bytes[CELL_BYTES - 1] == '\0' && utf8_check_line(cell->bytes, strlen(cell->bytes), NULL));
        ASSERT((cell->width == 0) == (cell->bytes[0] == '\0') && cell->width <= 2);
    }
    grid_fini(&g);
}

static void check_wrap(const char *bytes, size_t len)
{
    struct wrap w;
    if (!utf8_check(bytes, len, NULL))
        return;
    wrap_init(&w);
    for (int width = 1; width < 12; width += 5) {
        wrap_text(&w, bytes, len, width, 0);
        ASSERT(w.n == wrap_count(bytes, len, width, 0));
        for (size_t i = 0; i < w.n; i++) {
            size_t line;
            int cell;
            ASSERT(width == 1 || (int)w.at[i].cells <= width);
            ASSERT(w.at[i].at_bytes + w.at[i].len_bytes <= len);
            wrap_place(&w, bytes, w.at[i].at_points, &line, &cell);
            ASSERT(line == i && cell == 0);
        }
        ASSERT(w.at[w.n - 1].at_bytes + w.at[w.n - 1].len_bytes == len);
    }
    wrap_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    static const char *locale;
    if (locale == NULL)
        locale = setlocale(LC_CTYPE, "C.UTF-8");
    const char *bytes = (const char *)data;
    check_decoder(bytes, len);
    check_grid(bytes, len);
    check_wrap(bytes, len);
    return 0;
}
