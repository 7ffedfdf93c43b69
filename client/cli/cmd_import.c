/* import: a file into a new canvas. JSON becomes the new canvas' first state; Markdown becomes a canvas from a
 * template and then cards, added by the person who imports. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/edit.h"
#include "client/cli/ops.h"

enum {
    IMPORT_MAX = 32 << 20, /* bytes of a file that is read at all */
    CARDS_PER_BATCH = 32,  /* so that a batch stays well below the server's limit of ops and bytes */
};

static int read_input(struct cli *cli, const char *path, struct buf *content)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (!file)
        return cli_fail(cli, errno == ENOENT ? EXIT_NOT_FOUND : EXIT_ERROR, "%s can't be read: %s.", path,
                        strerror(errno));
    size_t n;
    do {
        n = fread(buf_reserve(content, 65536), 1, 65536, file);
        buf_wrote(content, n);
    } while (n > 0 && buf_len(content) <= IMPORT_MAX);
    bool failed = ferror(file) != 0;
    if (!standard)
        fclose(file);
    if (failed)
        return cli_fail(cli, EXIT_ERROR, "%s can't be read.", path);
    if (buf_len(content) > IMPORT_MAX)
        return cli_fail(cli, EXIT_ERROR, "%s is larger than %d MB.", path, IMPORT_MAX >> 20);
    return EXIT_OK;
}

static bool is_markdown(struct cli *cli, const char *path)
{
    const char *word = cli_value(cli, "format"), *dot = strrchr(path, '.');
    if (word)
        return strcmp(word, "json") != 0;
    return dot && (strcmp(dot, ".md") == 0 || strcmp(dot, ".markdown") == 0);
}

/* The request's answer; *id receives the new canvas. */
static int create(struct session *s, Cocanvas__CanvasCreate *request, struct uuid *id, const char **title)
{
    struct uuid request_id;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    uuid_random(&request_id);
    if (!uuid_is_zero(&s->context.workspace)) {
        request->workspace.data = s->context.workspace.b;
        request->workspace.len = sizeof s->context.workspace.b;
    }
    request->request_id.data = request_id.b;
    request->request_id.len = sizeof request_id.b;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_CREATE;
    frame.canvas_create = request;
    int code = session_request(s, &frame, &reply);
    if (code != EXIT_OK)
        return code;
    const Cocanvas__CanvasInfo *info =
        reply->body_case == COCANVAS__FRAME__BODY_CANVAS_CREATED ? reply->canvas_created->canvas : NULL;
    if (!info || !uuid_from_bytes(info->id.data, info->id.len, id))
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something else than a new canvas.");
    *title = arena_line(&s->arena, info->title);
    return EXIT_OK;
}

static void tell_import(struct session *s, const struct uuid *id, const char *title, size_t cards)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    if (s->cli->out.json) {
        json_t *object = session_object(s, "imported");
        json_object_set_new(object, "canvas", json_pack("{s:s, s:s}", "id", text, "title", title));
        json_object_set_new(object, "cards", json_integer((json_int_t)cards));
        out_json(&s->cli->out, object);
    } else if (!s->cli->out.quiet) {
        out_print(&s->cli->out, STYLE_PLAIN, "Imported %.8s  %s  (%zu card%s)%s\n", text, title, cards,
                  cards == 1 ? "" : "s", session_mark(s));
    }
}

/* ---- JSON */

static void set_title(struct canvas *canvas, const char *title)
{
    struct value value = {VALUE_TEXT, xstrdup(title), 0};
    canvas_touch(canvas, &canvas->header.o);
    props_set(&canvas->header.props, "title", &value);
    free(value.text);
}

static int send_state(struct session *s, struct canvas *canvas)
{
    struct buf state;
    struct uuid id;
    const char *title = cli_value(s->cli, "title"), *made = "";
    Cocanvas__CanvasCreate request;
    cocanvas__canvas_create__init(&request);
    if (title)
        set_title(canvas, title);
    size_t cards = 0;
    for (struct object *o = canvas->cards; o; o = o->hh.next)
        cards += ((struct card *)o)->deleted_seq == 0;
    buf_init(&state);
    canvas_encode(canvas, &state);
    request.state.data = state.data + state.start;
    request.state.len = buf_len(&state);
    int code = create(s, &request, &id, &made);
    buf_fini(&state);
    if (code == EXIT_OK)
        tell_import(s, &id, made, cards);
    return code;
}

static int import_from_json(struct cli *cli, const struct buf *content)
{
    struct session s;
    struct why why = {""};
    struct canvas canvas;
    const struct canvas_limits no_limits = {0};
    canvas_init(&canvas, &no_limits);
    if (import_json((const char *)buf_at(content), buf_len(content), &canvas, &why) != STATUS_OK) {
        canvas_fini(&canvas);
        return cli_fail(cli, EXIT_ERROR, "%s: %s", cli->args[0], why.text);
    }
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = send_state(&s, &canvas);
    session_close(&s);
    canvas_fini(&canvas);
    return code;
}

/* ---- Markdown */

static int fetch_template(struct session *s, const char *id, Cocanvas__TemplateInfo **found)
{
    Cocanvas__TemplateList *list;
    int code = session_templates(s, id, &list);
    if (code != EXIT_OK)
        return code;
    if (list->n_templates != 1)
        return cli_fail(s->cli, EXIT_NOT_FOUND, "There is no template \"%s\". See: cocanvas template list", id);
    *found = list->templates[0];
    return EXIT_OK;
}

/* Replaces each heading's key by that of the template's block; refuses headings that fit none. */
static int match_blocks(struct session *s, struct markdown *m, const Cocanvas__TemplateInfo *t)
{
    for (size_t i = 0; i < m->n_blocks; i++) {
        const char *key = markdown_block_key(&s->arena, &m->blocks[i], t->n_blocks, t->blocks);
        if (key) {
            m->blocks[i].key = key;
            continue;
        }
        const char *list = "";
        for (size_t k = 0; k < t->n_blocks; k++)
            list = arena_printf(&s->arena, "%s\n  %-24s %s", list, t->blocks[k]->key, t->blocks[k]->title);
        return cli_fail(s->cli, EXIT_NOT_FOUND, "%s, line %u: \"%s\" is no block of the template %s. It has:%s",
                        s->cli->args[0], m->blocks[i].line, m->blocks[i].title, t->id, list);
    }
    return EXIT_OK;
}

static void card_ops(struct session *s, const struct markdown_card *card, struct ops_place *place, struct edit *e)
{
    struct replica *replica = client_replica(s->client);
    uint64_t id = replica_next_id(replica);
    Cocanvas__Op *op = ops_card_create(&s->arena, id, place, card->text);
    for (size_t i = 0; i < card->n_tags; i++)
        ops_card_tag(&s->arena, op, card->tags[i]);
    if (card->color)
        ops_card_prop(&s->arena, op, "color", card->color);
    if (card->status)
        ops_card_prop(&s->arena, op, "status", card->status);
    edit_op(e, op);
    for (size_t i = 0; i < card->n_comments; i++)
        edit_op(e, ops_comment_add(&s->arena, replica_next_id(replica), id, 0, card->comments[i]));
    place->after = id;
}

/* Adds the cards in batches; *cards counts them. */
static int add_cards(struct edit *e, const struct markdown *m, size_t *cards)
{
    for (size_t i = 0; i < m->n_blocks; i++) {
        struct block *block = canvas_block_by_key(replica_view(e->replica), m->blocks[i].key);
        if (!block)
            return cli_fail(e->s.cli, EXIT_CONFLICT, "The new canvas has no block \"%s\".", m->blocks[i].key);
        struct ops_place place = {.block = block->o.id};
        for (size_t k = 0; k < m->blocks[i].n_cards; k++) {
            card_ops(&e->s, &m->blocks[i].cards[k], &place, e);
            ++*cards;
            if (*cards % CARDS_PER_BATCH != 0)
                continue;
            int code = edit_save(e);
            e->n = 0;
            if (code != EXIT_OK)
                return code;
        }
    }
    return edit_save(e);
}

static int open_new(struct edit *e, const struct uuid *id)
{
    char text[UUID_TEXT];
    uuid_format(id, text);
    int code = session_open_canvas(&e->s, text, true);
    if (code == EXIT_OK)
        e->replica = client_replica(e->s.client);
    return code;
}

static int import_parsed(struct cli *cli, struct markdown *m, const char *template_id, const char *title)
{
    struct edit e = {.n = 0};
    struct uuid id;
    Cocanvas__TemplateInfo *t = NULL;
    const char *made = "";
    size_t cards = 0;
    int code = session_start(&e.s, cli);
    e.arena = &e.s.arena;
    if (code == EXIT_OK)
        code = fetch_template(&e.s, template_id, &t);
    if (code == EXIT_OK)
        code = match_blocks(&e.s, m, t);
    if (code == EXIT_OK) {
        Cocanvas__CanvasCreate request;
        cocanvas__canvas_create__init(&request);
        request.title = arena_strndup(e.arena, title, strlen(title));
        request.template_ = t->id;
        code = create(&e.s, &request, &id, &made);
    }
    if (code == EXIT_OK)
        code = open_new(&e, &id);
    if (code == EXIT_OK)
        code = add_cards(&e, m, &cards);
    if (code == EXIT_OK)
        tell_import(&e.s, &id, made, cards);
    json_decref(e.result);
    e.result = NULL;
    return edit_end(&e, code);
}

static int import_from_markdown(struct cli *cli, const struct buf *content)
{
    struct markdown m;
    struct why why = {""};
    if (markdown_parse((const char *)buf_at(content), buf_len(content), &cli->arena, &m, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s: %s", cli->args[0], why.text);
    const char *template_id = cli_value(cli, "template"), *title = cli_value(cli, "title");
    if (!template_id)
        template_id = m.template_id;
    if (!title)
        title = m.title;
    if (!template_id)
        return cli_fail(
            cli, EXIT_USAGE,
            "Which template? The file does not say (\"template: bmc\" between two lines \"---\"). Add --template bmc");
    if (!title)
        return cli_fail(cli, EXIT_USAGE, "Which title? The file has no line \"# …\". Add --title 'Our title'");
    return import_parsed(cli, &m, template_id, title);
}

/* Files from elsewhere end their lines with CR LF. */
static void drop_carriage_returns(struct buf *content)
{
    size_t to = content->start;
    for (size_t from = content->start; from < content->end; from++)
        if (content->data[from] != '\r')
            content->data[to++] = content->data[from];
    content->end = to;
}

int cmd_import(struct cli *cli)
{
    struct buf content;
    buf_init(&content);
    int code = read_input(cli, cli->args[0], &content);
    if (code == EXIT_OK && is_markdown(cli, cli->args[0])) {
        drop_carriage_returns(&content);
        code = import_from_markdown(cli, &content);
    } else if (code == EXIT_OK) {
        code = import_from_json(cli, &content);
    }
    buf_fini(&content);
    return code;
}
