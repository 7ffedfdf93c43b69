/* list, new, show. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/method_cli.h"
#include "client/cli/outline.h"
#include "client/cli/people.h"
#include "client/cli/version.h"
#include "common/template.h"
#include "common/utf8.h"

static const char *uuid_words(struct arena *arena, const ProtobufCBinaryData *bytes)
{
    struct uuid id;
    char text[UUID_TEXT];
    if (!uuid_from_bytes(bytes->data, bytes->len, &id))
        return "?";
    uuid_format(&id, text);
    return arena_strndup(arena, text, strlen(text));
}

static json_t *info_json(struct arena *arena, const Cocanvas__CanvasInfo *info)
{
    json_t *present = json_array();
    for (size_t i = 0; i < info->n_present; i++)
        json_array_append_new(present, json_string(info->present[i]->name));
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:b, s:I, s:o, s:i}", "id", uuid_words(arena, &info->id), "workspace",
                     uuid_words(arena, &info->workspace), "title", info->title, "template", info->template_, "seq",
                     (json_int_t)info->head_seq, "created_ms", (json_int_t)info->created_ms, "changed_ms",
                     (json_int_t)info->changed_ms, "restricted", (int)info->restricted, "removed_ms",
                     (json_int_t)info->removed_ms, "present", present, "present_count", (int)info->present_count);
}

/* "  Ann Lee, Ben Ode and 3 more"; "" if nobody is there. */
static const char *who_is_there(struct arena *arena, const Cocanvas__CanvasInfo *info)
{
    const char *words = "";
    for (size_t i = 0; i < info->n_present; i++)
        words = arena_printf(arena, "%s%s%s", words, i ? ", " : "  ", arena_line(arena, info->present[i]->name));
    if (info->present_count > info->n_present)
        words = arena_printf(arena, "%s%s%zu more", words, info->n_present ? " and " : "  ",
                             info->present_count - info->n_present);
    return words;
}

static int newest_first(const void *a, const void *b)
{
    const Cocanvas__CanvasInfo *x = *(Cocanvas__CanvasInfo *const *)a, *y = *(Cocanvas__CanvasInfo *const *)b;
    return x->changed_ms < y->changed_ms ? 1 : x->changed_ms > y->changed_ms ? -1 : strcmp(x->title, y->title);
}

static void print_list(struct session *s, Cocanvas__CanvasList *list, const char *words)
{
    struct output *out = &s->cli->out;
    const char *folded = words ? arena_fold(&s->arena, words) : "";
    size_t shown = 0;
    json_t *array = json_array();
    if (list->n_canvases)
        qsort(list->canvases, list->n_canvases, sizeof *list->canvases, newest_first);
    for (size_t i = 0; i < list->n_canvases; i++) {
        const Cocanvas__CanvasInfo *info = list->canvases[i];
        if (!strstr(arena_fold(&s->arena, info->title), folded))
            continue;
        shown++;
        json_array_append_new(array, info_json(&s->arena, info));
        if (out->json)
            continue;
        out_print(out, STYLE_DIM, "%.8s  ", uuid_words(&s->arena, &info->id));
        out_print(out, STYLE_PLAIN, "%s", arena_cell(&s->arena, info->title, 40));
        out_print(out, STYLE_DIM, "  %-10.*s %6" PRIu64 "  %s", (int)strcspn(info->template_, "@"), info->template_,
                  info->head_seq, people_time(&s->arena, info->changed_ms));
        out_print(out, STYLE_PLAIN, "%s\n", who_is_there(&s->arena, info));
    }
    if (out->json) {
        json_t *object = session_object(s, "canvases");
        json_object_set(object, "canvases", array);
        out_json(out, object);
    } else if (shown == 0) {
        out_note(out, "%s",
                 words && *words                   ? "No canvas has such a title."
                 : cli_flag(s->cli, "removed") ? "The trash is empty."
                                               : "There are no canvases yet. Next: cocanvas new bmc 'Our title'");
    }
    json_decref(array);
}

int cmd_list(struct cli *cli)
{
    struct session s;
    Cocanvas__CanvasList *list;
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = session_canvases(&s, cli_flag(cli, "all"), cli_flag(cli, "removed"), &list);
    if (code == EXIT_OK) {
        if (s.contexts.n > 1)
            out_note(&cli->out, "%s:", s.context.name);
        print_list(&s, list, cli->n_args ? cli->args[0] : NULL);
    }
    session_close(&s);
    return code;
}

/* The server says that there is no such template: perhaps it was misspelt. */
static int unknown_template(struct cli *cli, const char *id)
{
    struct template_set set;
    template_set_load(&set);
    const char *near = template_find(&set, id) ? NULL : template_nearest(&set, id);
    int code =
        near ? cli_fail(cli, EXIT_NOT_FOUND, "There is no template \"%s\". Did you mean: cocanvas new %s …", id, near)
             : cli_fail(cli, EXIT_NOT_FOUND, "There is no template \"%s\". See: cocanvas template list", id);
    template_set_free(&set);
    return code;
}

static bool is_builtin(const char *id)
{
    struct template_set set;
    template_set_load(&set);
    bool known = template_find(&set, id) != NULL;
    template_set_free(&set);
    return known;
}

/* A template that this program does not have may still be the server's own: only that list decides. */
static int check_template(struct session *s, const char *id)
{
    Cocanvas__TemplateList *list;
    if (is_builtin(id))
        return EXIT_OK;
    int code = session_templates(s, "", &list);
    if (code == EXIT_OK && session_is_template(list, id))
        return EXIT_OK;
    return code == EXIT_OK ? unknown_template(s->cli, id) : code;
}

static int create(struct session *s, const char *id, const char *title)
{
    struct uuid request_id;
    Cocanvas__CanvasCreate request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    char *template_copy = arena_strndup(&s->arena, id, strlen(id)),
         *title_copy = arena_strndup(&s->arena, title, strlen(title));
    cocanvas__canvas_create__init(&request);
    uuid_random(&request_id);
    request.workspace.data = s->context.workspace.b;
    request.workspace.len = uuid_is_zero(&s->context.workspace) ? 0 : sizeof s->context.workspace.b;
    request.title = title_copy;
    request.template_ = template_copy;
    request.request_id.data = request_id.b;
    request.request_id.len = sizeof request_id.b;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_CREATE;
    frame.canvas_create = &request;
    int code = session_request(s, &frame, &reply);
    if (code != EXIT_OK)
        return code;
    if (reply->body_case != COCANVAS__FRAME__BODY_CANVAS_CREATED || !reply->canvas_created->canvas)
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something else than a new canvas.");
    const Cocanvas__CanvasInfo *info = reply->canvas_created->canvas;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "created");
        json_object_set_new(object, "canvas", info_json(&s->arena, info));
        out_json(&s->cli->out, object);
    } else {
        out_print(&s->cli->out, STYLE_PLAIN, "Made %.8s  %s%s\n", uuid_words(&s->arena, &info->id),
                  arena_line(&s->arena, info->title), session_mark(s));
    }
    return EXIT_OK;
}

int cmd_new(struct cli *cli)
{
    struct session s;
    const char *title = joined_args(cli, 1);
    if (!utf8_check_line(title, strlen(title), NULL) || !*title)
        return cli_fail(cli, EXIT_USAGE, "A title is one line of text.");
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = check_template(&s, cli->args[0]);
    if (code == EXIT_OK)
        code = create(&s, cli->args[0], title);
    session_close(&s);
    return code;
}

/* ---- show */

static json_t *blocks_json(struct edit *e, const struct block *only)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(e->canvas, &n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        if (!only || blocks[i] == only)
            json_array_append_new(list, block_json(blocks[i]));
    free(blocks);
    return list;
}

static json_t *cards_json(struct edit *e, const struct block *only, bool removed)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(e->canvas, &n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < blocks[i]->n_cards; k++)
            if ((!only || blocks[i] == only) && (removed || blocks[i]->cards[k]->deleted_seq == 0))
                json_array_append_new(list, card_json(&e->s, e->canvas, blocks[i]->cards[k]));
    free(blocks);
    return list;
}

static json_t *measures_json(struct method_cli *c)
{
    size_t n;
    const uint64_t *ids = method_measures(c->m, &n);
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, measure_json(c, ids[i], false));
    return list;
}

/* at: the earlier version that the canvas is; NULL: it is the present one. */
static void show_json(struct method_cli *c, const struct block *only, const struct version *at)
{
    struct edit *e = &c->e;
    json_t *object = session_object(&e->s, "canvas"), *comments = json_array(), *links = json_array();
    const char *const header[] = {"template", "kind", "attribution", "licence"};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        json_object_set_new(object, header[i], json_string(canvas_header_text(e->canvas, header[i])));
    for (struct object *o = e->canvas->comments; o; o = o->hh.next)
        if (((struct comment *)o)->deleted_seq == 0)
            json_array_append_new(comments, comment_json(&e->s, (struct comment *)o));
    for (struct object *o = e->canvas->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (link_visible(e->canvas, link))
            json_array_append_new(links, json_pack("{s:s, s:s, s:s, s:s}", "id", id_text(e->arena, o->id), "from",
                                                   id_text(e->arena, link->from), "to", id_text(e->arena, link->to),
                                                   "kind", link->kind));
    }
    if (at)
        json_object_set_new(object, "at", json_integer((json_int_t)at->seq));
    json_object_set_new(object, "blocks", blocks_json(e, only));
    json_object_set_new(object, "cards", cards_json(e, only, cli_flag(e->s.cli, "removed")));
    json_object_set_new(object, "comments", comments);
    json_object_set_new(object, "links", links);
    json_object_set_new(object, "measures", measures_json(c));
    out_json(&e->s.cli->out, object);
}

static void show_text(struct method_cli *c, const struct block *only)
{
    struct edit *e = &c->e;
    struct cli *cli = e->s.cli;
    struct outline o = {
        .out = &cli->out,
        .arena = e->arena,
        .canvas = e->canvas,
        .person = e->describe.person,
        .ctx = e->describe.ctx,
        .mark = session_mark(&e->s),
        .only = only,
        .comments = cli_flag(cli, "comments"),
        .removed = cli_flag(cli, "removed"),
        .method = c->m,
    };
    bool plain = only || o.comments || o.removed || cli_flag(cli, "outline");
    bool fits = grid_fits(e->canvas, cli->out.width);
    size_t width = cli->out.width > 400 ? 400 : cli->out.width;
    if (cli_flag(cli, "grid") && !plain && grid_fits(e->canvas, 1000))
        grid_print(&o, fits ? width : 160);
    else if (!plain && cli->out.terminal && fits)
        grid_print(&o, width);
    else
        outline_print(&o);
}

static int show(struct method_cli *c, const struct version *at)
{
    struct edit *e = &c->e;
    struct cli *cli = e->s.cli;
    struct block *only = NULL;
    const char *why = "", *words = cli_value(cli, "block");
    if (at)
        method_look_at(c, at->canvas);
    enum status status = words ? find_block(e->arena, e->canvas, words, &only, &why) : STATUS_OK;
    if (status != STATUS_OK)
        return cli_fail(cli, status == STATUS_CONFLICT ? EXIT_USAGE : EXIT_NOT_FOUND, "%s", why);
    if (cli->out.json) {
        show_json(c, only, at);
        return EXIT_OK;
    }
    if (at)
        out_note(&cli->out, "As it was at %s:", version_words(e, at));
    show_text(c, only);
    return EXIT_OK;
}

int cmd_show(struct cli *cli)
{
    struct method_cli c;
    struct version at = {.name = ""};
    const char *words = cli_value(cli, "at");
    int code = method_begin(&c, cli, cli->args[0], true);
    if (code == EXIT_OK && words)
        code = version_find(&c.e, words, &at);
    if (code == EXIT_OK && words)
        code = version_fetch(&c.e, &at);
    if (code == EXIT_OK)
        code = show(&c, words ? &at : NULL);
    code = method_end(&c, code);
    version_fini(&at);
    return code;
}
