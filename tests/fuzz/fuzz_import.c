/* Files from strangers: CSV, Markdown, JSON Canvas and our own JSON, chosen by the first byte. Whatever is taken makes a sound canvas; the rest is
 * refused with a sentence. What was put together of CSV, lists and Markdown is exported as CSV and read again, to the same texts. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/csv_canvas.h"
#include "client/cli/json_canvas.h"
#include "client/cli/markdown_import.h"
#include "tests/support/op_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const char *nobody(void *ctx, uint32_t author)
{
    (void)ctx;
    (void)author;
    return "Nobody";
}

static const struct names names = {nobody, NULL};

static bool has_parts(const struct canvas *c)
{
    return c->cards != NULL;
}

/* Out as CSV, back in: as many cards. */
static void again(const struct canvas *c, struct arena *arena)
{
    struct csv csv;
    struct canvas back;
    struct intake in;
    struct buf out;
    struct why why = {""};
    const struct canvas_limits none = {0};
    struct method *m = method_new();
    method_update(m, c, "2026-11-22");
    buf_init(&out);
    export_csv(c, m, &names, false, arena, &out);
    ASSERT(csv_parse((const char *)buf_at(&out), buf_len(&out), arena, &csv, &why) == STATUS_OK);
    canvas_init(&back, &none);
    intake_blank(&back, "Back");
    intake_init(&in, &back, arena, &why);
    in.blocks_are_open = true;
    ASSERT(csv_import(&csv, NULL, &in) == STATUS_OK);
    ASSERT(!has_parts(c) || back.n_cards == c->n_cards);
    audit(&back);
    intake_fini(&in);
    canvas_fini(&back);
    buf_fini(&out);
    method_free(m);
}

static void try_text(uint8_t kind, const char *bytes, size_t len, struct arena *arena, struct canvas *c, struct why *why)
{
    struct csv csv;
    struct markdown markdown;
    struct intake in;
    enum status status;
    intake_blank(c, "Fuzz");
    intake_init(&in, c, arena, why);
    in.blocks_are_open = true;
    if (kind == 'c') {
        status = csv_parse(bytes, len, arena, &csv, why);
        if (status == STATUS_OK)
            status = csv_import(&csv, NULL, &in);
    } else if (kind == 'l') {
        status = list_import(bytes, len, NULL, &in);
    } else {
        status = markdown_parse(bytes, len, arena, &markdown, why);
        if (status == STATUS_OK && markdown.structure) {
            struct canvas own;
            struct why odd;
            const struct canvas_limits none = {0};
            canvas_init(&own, &none);
            if (markdown_structure(&markdown, arena, &own, &odd) == STATUS_OK)
                audit(&own);
            canvas_fini(&own);
        }
        if (status == STATUS_OK)
            status = markdown_import(&markdown, &in);
    }
    if (status == STATUS_OK) {
        intake_arrange(c);
        audit(c);
        again(c, arena);
    } else {
        ASSERT(why->text[0]);
    }
    intake_fini(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct arena arena;
    struct canvas c;
    struct why why = {""};
    const struct canvas_limits none = {0};
    if (len < 2)
        return 0;
    const char *bytes = (const char *)data + 1;
    arena_init(&arena, (size_t)1 << 28);
    canvas_init(&c, &none);
    if (data[0] == 'j') {
        if (import_json(bytes, len - 1, &c, &why) == STATUS_OK)
            audit(&c);
        else
            ASSERT(why.text[0]);
    } else if (data[0] == 'o') {
        if (import_json_canvas(bytes, len - 1, "Fuzz", &arena, &c, &why) == STATUS_OK)
            audit(&c);
        else
            ASSERT(why.text[0]);
    } else {
        try_text(data[0], bytes, len - 1, &arena, &c, &why);
    }
    canvas_fini(&c);
    arena_fini(&arena);
    return 0;
}
