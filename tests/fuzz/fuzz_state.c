/* An encoded CanvasState from anywhere: what is accepted is a sound canvas that encodes to an equal one and can be
 * adopted; what is refused leaves the canvas empty. */
#include <stdlib.h>
#include <string.h>

#include "tests/support/op_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct canvas c;
    struct why why = {""};
    canvas_init(&c, &(struct canvas_limits){.text_points = 200, .cards = 50, .objects = 50});
    if (canvas_decode(&c, data, len, &why) == STATUS_OK) {
        c.limits = (struct canvas_limits){0};
        audit(&c);
        uint32_t blocks = c.n_blocks, cards = c.n_cards;
        canvas_adopt(&c, len % 2);
        ASSERT(c.n_blocks == blocks && c.n_cards == cards);
        audit(&c);
    } else {
        ASSERT(why.text[0] != '\0');
        ASSERT(c.n_blocks == 0 && c.n_cards == 0 && c.n_others == 0 && c.seq == 0 && c.header.props.n == 0);
    }
    canvas_fini(&c);
    return 0;
}
