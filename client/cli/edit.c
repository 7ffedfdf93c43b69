/* The common part of the editing commands, see edit.h. */
#include "client/cli/edit.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

static const char *person_name(void *ctx, uint32_t author)
{
    return session_person(ctx, author);
}

int edit_begin(struct edit *e, struct cli *cli, const char *canvas_words, bool read_only)
{
    memset(e, 0, sizeof *e);
    int code = session_start_canvas(&e->s, cli, canvas_words, !read_only);
    e->arena = &e->s.arena;
    if (code != EXIT_OK)
        return code;
    e->replica = client_replica(e->s.client);
    e->canvas = replica_view(e->replica);
    e->describe = (struct describe){.arena = e->arena, .canvas = e->canvas, .person = person_name, .ctx = &e->s};
    return EXIT_OK;
}

int edit_end(struct edit *e, int code)
{
    if (code == EXIT_OK && e->result) {
        json_t *object = session_object(&e->s, "saved");
        json_object_update(object, e->result);
        out_json(&e->s.cli->out, object);
    }
    json_decref(e->result);
    free(e->ops);
    session_close(&e->s);
    return code;
}

static int tell_found(struct edit *e, enum status status, const char *why)
{
    if (status == STATUS_OK)
        return EXIT_OK;
    return cli_fail(e->s.cli, status == STATUS_CONFLICT ? EXIT_USAGE : EXIT_NOT_FOUND, "%s", why);
}

/* The view is replaced when the canvas changes under us, so it is asked for each time. */
static const struct canvas *current_view(struct edit *e)
{
    e->canvas = replica_view(e->replica);
    e->describe.canvas = e->canvas;
    return e->canvas;
}

int edit_card(struct edit *e, enum find_cards which, const char *words, struct card **card)
{
    const char *why = "";
    enum status status = find_card(e->arena, current_view(e), which, words, card, &why);
    return tell_found(e, status, why);
}

int edit_block(struct edit *e, const char *words, struct block **block)
{
    const char *why = "";
    enum status status = find_block(e->arena, current_view(e), words, block, &why);
    return tell_found(e, status, why);
}

int edit_comment(struct edit *e, const char *words, struct comment **comment)
{
    const char *why = "";
    enum status status = find_comment(e->arena, current_view(e), words, comment, &why);
    return tell_found(e, status, why);
}

int edit_object(struct edit *e, const char *words, uint64_t *id, const char **what)
{
    const char *why = "";
    enum status status = find_object(e->arena, current_view(e), words, id, what, &why);
    return tell_found(e, status, why);
}

int edit_text_ok(struct cli *cli, const char *text)
{
    if (utf8_check(text, strlen(text), NULL))
        return EXIT_OK;
    return cli_fail(
        cli, EXIT_USAGE,
        "The text is not valid UTF-8, or holds control characters (only line breaks and tabs may be in it).");
}

const char *joined_args(struct cli *cli, int first)
{
    const char *text = first < cli->n_args ? cli->args[first] : "";
    for (int i = first + 1; i < cli->n_args; i++)
        text = arena_printf(&cli->arena, "%s %s", text, cli->args[i]);
    return text;
}

void edit_op(struct edit *e, Cocanvas__Op *op)
{
    if (!op)
        return;
    if (e->n == e->cap) {
        e->cap = e->cap ? 2 * e->cap : 16;
        e->ops = xrealloc(e->ops, e->cap * sizeof *e->ops);
    }
    e->ops[e->n++] = op;
}

int edit_save(struct edit *e)
{
    int code = e->n ? session_submit(&e->s, e->n, e->ops) : EXIT_OK;
    if (e->s.cli->out.json && !e->result)
        e->result = json_object();
    current_view(e);
    return code;
}

void edit_tell(struct edit *e, const char *fmt, ...)
{
    struct output *out = &e->s.cli->out;
    if (out->json || out->quiet)
        return;
    va_list args;
    char *text = NULL;
    va_start(args, fmt);
    ASSERT(vasprintf(&text, fmt, args) >= 0);
    va_end(args);
    out_print(out, STYLE_PLAIN, "%s%s\n", text, session_mark(&e->s));
    free(text);
}

void edit_tell_card(struct edit *e, const char *verb, uint64_t id)
{
    struct card *card = canvas_card(current_view(e), id);
    if (!card)
        return;
    if (e->result) {
        if (!json_object_get(e->result, "cards"))
            json_object_set_new(e->result, "cards", json_array());
        json_array_append_new(json_object_get(e->result, "cards"), card_json(&e->s, e->canvas, card));
    }
    edit_tell(e, "%s %s", verb, describe_card(&e->describe, card));
}
