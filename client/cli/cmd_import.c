/* import: a file into a new canvas, or onto one that is there. JSON and JSON Canvas become a new canvas' first state; Markdown, CSV and
 * lists are read as a whole first (intake.h), so that nothing is half-written because of a mistake in line 900, and then become cards,
 * added by the person who imports. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/csv_canvas.h"
#include "client/cli/edit.h"
#include "client/cli/intake_ops.h"
#include "client/cli/json_canvas.h"
#include "client/cli/markdown_import.h"
#include "client/cli/ops.h"
#include "client/cli/people.h"

enum {
    IMPORT_MAX = 32 << 20,       /* bytes of a file that is read at all */
    STATE_MAX = 8 << 20,         /* bytes of a new canvas' state that the server takes */
    OPS_PER_BATCH = 64,          /* so that a batch stays well below the server's limits of ops and bytes */
    BYTES_PER_BATCH = 32 << 10,
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

/* What a file is, by --format, else by its name, else by what is in it. */
enum file_kind { FILE_JSON, FILE_MARKDOWN, FILE_CSV, FILE_LIST, FILE_JSON_CANVAS, FILE_KINDS };

static int kind_of(struct cli *cli, const char *path, const struct buf *content, enum file_kind *kind)
{
    static const struct {
        const char *word;
        enum file_kind kind;
    } words[] = {{"json", FILE_JSON},  {"markdown", FILE_MARKDOWN}, {"md", FILE_MARKDOWN}, {"csv", FILE_CSV},          {"tsv", FILE_CSV},
                 {"list", FILE_LIST},  {"txt", FILE_LIST},          {"canvas", FILE_JSON_CANVAS}, {"jsoncanvas", FILE_JSON_CANVAS}};
    const char *word = cli_value(cli, "format"), *dot = strrchr(path, '.');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word ? word : dot ? dot + 1 : "json", words[i].word) != 0)
            continue;
        *kind = words[i].kind;
        if (*kind == FILE_JSON && looks_like_json_canvas((const char *)buf_at(content), buf_len(content)))
            *kind = FILE_JSON_CANVAS;
        return EXIT_OK;
    }
    return cli_fail(cli, EXIT_USAGE, word ? "There is no format \"%s\": json, markdown, csv, list or canvas (JSON Canvas)."
                                          : "%s: its name does not say what it is. Add --format json, markdown, csv, list or canvas.",
                    word ? word : path);
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

/* The file's name without folders and ending: a title for what says none. */
static const char *title_of_file(struct cli *cli)
{
    const char *title = cli_value(cli, "title"), *path = cli->args[0], *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path, *dot = strrchr(name, '.');
    if (title)
        return title;
    if (strcmp(path, "-") == 0)
        return "Imported canvas";
    return arena_printf(&cli->arena, "%.*s", dot && dot > name ? (int)(dot - name) : (int)strlen(name), arena_line(&cli->arena, name));
}

/* ---- adding to a canvas */

static uint64_t next_id(void *ctx)
{
    return replica_next_id(ctx);
}

/* Nothing is begun that the canvas has no room for. */
static int check_room(struct edit *e, const struct intake_ops *ops)
{
    const struct canvas *view = replica_view(e->replica);
    uint32_t most = replica_limits(e->replica)->cards;
    size_t room = most > view->n_cards ? most - view->n_cards : 0;
    if (most == 0 || ops->made <= room)
        return EXIT_OK;
    return cli_fail(e->s.cli, EXIT_ERROR, "%zu cards are too many: the canvas has room for %zu. Split the file, or leave rows out. Nothing was added.",
                    ops->made, room);
}

/* In steps that one message can carry. */
static int submit(struct edit *e, const struct intake_ops *ops)
{
    int code = EXIT_OK;
    for (size_t from = 0, n; from < ops->n && code == EXIT_OK; from += n) {
        size_t bytes = 0;
        for (n = 0; from + n < ops->n && n < OPS_PER_BATCH && (n == 0 || bytes < BYTES_PER_BATCH); n++)
            bytes += protobuf_c_message_get_packed_size(&ops->ops[from + n]->base);
        code = session_submit(&e->s, n, ops->ops + from);
        if (code != EXIT_OK && from > 0)
            out_note(&e->s.cli->out, "What stood before that in the file was added; \"cocanvas undo\" or \"revert\" takes it back.");
    }
    return code;
}

static int add_to_canvas(struct edit *e, const struct canvas *staged, struct arena *arena, size_t *cards)
{
    struct intake_ops ops;
    intake_to_ops(staged, replica_view(e->replica), next_id, e->replica, arena, &ops);
    int code = check_room(e, &ops);
    if (code == EXIT_OK)
        code = submit(e, &ops);
    *cards = ops.cards;
    intake_ops_fini(&ops);
    return code;
}

/* All the cards of a canvas that was read, onto one that is there. */
static int import_into(struct cli *cli, const struct canvas *staged, struct arena *arena)
{
    struct edit e;
    size_t cards = 0;
    int code = edit_begin(&e, cli, cli_value(cli, "into"), false);
    if (code == EXIT_OK && cli_value(cli, "block"))
        code = cli_fail(cli, EXIT_USAGE, "--block is for CSV and lists; this file says which card stands where.");
    if (code == EXIT_OK)
        code = add_to_canvas(&e, staged, arena, &cards);
    if (code == EXIT_OK)
        tell_import(&e.s, &e.s.canvas, session_title(&e.s), cards);
    return edit_end(&e, code);
}

/* ---- whole canvases */

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
    if (buf_len(&state) > STATE_MAX) {
        buf_fini(&state);
        return cli_fail(s->cli, EXIT_ERROR, "%s: a new canvas has at most %d MB. Nothing was made.", s->cli->args[0], STATE_MAX >> 20);
    }
    request.state.data = state.data + state.start;
    request.state.len = buf_len(&state);
    int code = create(s, &request, &id, &made);
    buf_fini(&state);
    if (code == EXIT_OK)
        tell_import(s, &id, made, cards);
    return code;
}

/* Files that are a whole canvas: JSON and JSON Canvas. */
static int read_canvas(struct cli *cli, const struct buf *content, enum file_kind kind, struct arena *arena, struct canvas *canvas)
{
    struct why why = {""};
    const char *bytes = (const char *)buf_at(content), *title = title_of_file(cli);
    enum status status = kind == FILE_JSON ? import_json(bytes, buf_len(content), canvas, &why)
                                           : import_json_canvas(bytes, buf_len(content), title, arena, canvas, &why);
    return status == STATUS_OK ? EXIT_OK : cli_fail(cli, EXIT_ERROR, "%s: %s", cli->args[0], why.text);
}

static int import_canvas(struct cli *cli, const struct buf *content, enum file_kind kind, struct arena *arena)
{
    struct session s;
    struct canvas canvas;
    const struct canvas_limits no_limits = {0};
    canvas_init(&canvas, &no_limits);
    int code = read_canvas(cli, content, kind, arena, &canvas);
    if (code == EXIT_OK && cli_value(cli, "into")) {
        code = import_into(cli, &canvas, arena);
    } else if (code == EXIT_OK) {
        code = session_start(&s, cli);
        if (code == EXIT_OK)
            code = send_state(&s, &canvas);
        session_close(&s);
    }
    canvas_fini(&canvas);
    return code;
}

/* ---- Markdown, CSV, lists */

/* A file on its way: read, then put together on a canvas of its own, then sent. */
struct text_import {
    struct cli *cli;
    struct arena *arena;
    enum file_kind kind;
    const struct buf *content;
    struct markdown markdown;
    struct csv csv;
    struct csv_head head;
    const char *template_id, *title; /* NULL: none is said */
    struct edit e;
    struct canvas staged;
    struct block *otherwise;         /* of the staged canvas: --block */
    Cocanvas__MemberList *members;
    bool asked;                      /* for the members */
};

static int parse_text(struct text_import *t)
{
    struct why why = {""};
    const char *bytes = (const char *)buf_at(t->content);
    size_t len = buf_len(t->content);
    enum status status = t->kind == FILE_MARKDOWN ? markdown_parse(bytes, len, t->arena, &t->markdown, &why)
                         : t->kind == FILE_CSV    ? csv_parse(bytes, len, t->arena, &t->csv, &why)
                                                  : csv_check_text(bytes, len, &why);
    if (status != STATUS_OK)
        return cli_fail(t->cli, EXIT_ERROR, "%s: %s", t->cli->args[0], why.text);
    t->template_id = t->markdown.template_id;
    t->title = t->markdown.title;
    if (t->kind == FILE_CSV) {
        csv_read_head(&t->csv, &t->head);
        t->template_id = *t->head.template_id ? t->head.template_id : NULL;
        t->title = *t->head.title ? t->head.title : NULL;
    }
    if (cli_value(t->cli, "template"))
        t->template_id = cli_value(t->cli, "template");
    t->title = cli_value(t->cli, "title") ? cli_value(t->cli, "title") : t->title ? t->title : title_of_file(t->cli);
    if (t->kind == FILE_MARKDOWN && !t->template_id && !t->markdown.structure && !cli_value(t->cli, "into"))
        return cli_fail(t->cli, EXIT_USAGE,
                        "Which template? The file does not say (\"template: bmc\" between two lines \"---\"). Add --template bmc");
    return EXIT_OK;
}

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

/* The blocks of a template as a canvas: a state's message, decoded. */
static int stage_template(struct text_import *t)
{
    Cocanvas__TemplateInfo *info = NULL;
    Cocanvas__CanvasState state = COCANVAS__CANVAS_STATE__INIT;
    Cocanvas__Header header = COCANVAS__HEADER__INIT;
    struct why why = {""};
    int code = fetch_template(&t->e.s, t->template_id, &info);
    if (code != EXIT_OK)
        return code;
    if (intake_template(&t->staged, t->template_id, t->title)) /* this program knows it, and the fields of all its cards */
        return EXIT_OK;
    header.cols = info->cols;
    header.rows = info->rows;
    state.header = &header;
    state.n_blocks = info->n_blocks;
    state.blocks = info->blocks;
    size_t len = protobuf_c_message_get_packed_size(&state.base);
    uint8_t *bytes = xmalloc(len + 1);
    protobuf_c_message_pack(&state.base, bytes);
    enum status status = canvas_decode(&t->staged, bytes, len, &why);
    free(bytes);
    return status == STATUS_OK ? EXIT_OK : cli_fail(t->cli, EXIT_ERROR, "The server's template is odd: %s", why.text);
}

/* What the cards are put on: the blocks of the canvas that is there, of the file's own structure, of a template, or none. */
static int stage(struct text_import *t)
{
    const char *into = cli_value(t->cli, "into");
    struct why why = {""};
    int code = into ? edit_begin(&t->e, t->cli, into, false) : session_start(&t->e.s, t->cli);
    t->e.arena = &t->e.s.arena;
    if (code != EXIT_OK)
        return code;
    if (into) {
        intake_shell(&t->staged, replica_view(t->e.replica));
        return EXIT_OK;
    }
    if (t->kind == FILE_MARKDOWN && t->markdown.structure && !cli_value(t->cli, "template")) {
        enum status status = markdown_structure(&t->markdown, t->arena, &t->staged, &why);
        if (status == STATUS_OK)
            intake_title(&t->staged, t->title);
        return status == STATUS_OK ? EXIT_OK : cli_fail(t->cli, EXIT_ERROR, "%s: %s", t->cli->args[0], why.text);
    }
    if (t->template_id)
        return stage_template(t);
    intake_blank(&t->staged, t->title);
    return EXIT_OK;
}

static int stage_block(struct text_import *t)
{
    const char *words = cli_value(t->cli, "block"), *why = "";
    if (!words)
        return EXIT_OK;
    enum status status = find_block(t->arena, &t->staged, words, &t->otherwise, &why);
    return status == STATUS_OK ? EXIT_OK : cli_fail(t->cli, status == STATUS_CONFLICT ? EXIT_USAGE : EXIT_NOT_FOUND, "%s", why);
}

/* Who is called so; the members are asked for once, and only if somebody is named at all. */
static uint32_t member_named(void *ctx, const char *name)
{
    struct text_import *t = ctx;
    if (!t->asked && people_members(&t->e.s, false, &t->members) != EXIT_OK)
        t->members = NULL;
    t->asked = true;
    for (size_t i = 0; t->members && i < t->members->n_members; i++)
        if (strcmp(t->members->members[i]->name, name) == 0)
            return t->members->members[i]->author;
    return 0;
}

/* The file's cards onto the staged canvas; notes are told. */
static int take_cards(struct text_import *t)
{
    struct intake in;
    struct why why = {""};
    bool blank = t->staged.n_blocks == 0;
    intake_init(&in, &t->staged, t->arena, &why);
    in.person = member_named;
    in.ctx = t;
    in.blocks_are_open = !cli_value(t->cli, "into") && (blank || *t->head.template_id);
    enum status status = t->kind == FILE_MARKDOWN ? markdown_import(&t->markdown, &in)
                         : t->kind == FILE_CSV    ? csv_import(&t->csv, t->otherwise, &in)
                                                  : list_import((const char *)buf_at(t->content), buf_len(t->content), t->otherwise, &in);
    int code = status == STATUS_OK ? EXIT_OK : cli_fail(t->cli, EXIT_ERROR, "%s: %s Nothing was added.", t->cli->args[0], why.text);
    if (code == EXIT_OK && blank)
        intake_arrange(&t->staged);
    if (code == EXIT_OK && buf_len(&in.notes) > 0)
        out_note(&t->cli->out, "%.*s", (int)buf_len(&in.notes) - 1, (const char *)buf_at(&in.notes));
    intake_fini(&in);
    return code;
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

/* Before anything stands on the canvas. */
static int keep_confidential(struct text_import *t)
{
    char yes[] = "yes";
    const struct value value = {VALUE_TEXT, yes, 0};
    if (!t->markdown.confidential && !t->head.confidential)
        return EXIT_OK;
    Cocanvas__Op *op = ops_prop_set(t->arena, 0, "confidential", &value);
    return session_submit(&t->e.s, 1, &op);
}

/* From the template, or with the staged canvas' blocks; without cards yet. */
static int make_new(struct text_import *t)
{
    struct uuid id;
    struct canvas shell;
    struct buf state;
    const struct canvas_limits no_limits = {0};
    const char *made = "";
    Cocanvas__CanvasCreate request;
    cocanvas__canvas_create__init(&request);
    canvas_init(&shell, &no_limits);
    buf_init(&state);
    request.title = arena_strndup(t->arena, t->title, strlen(t->title));
    bool own = t->kind == FILE_MARKDOWN && t->markdown.structure && !cli_value(t->cli, "template");
    if (t->template_id && !own) {
        request.template_ = arena_strndup(t->arena, t->template_id, strlen(t->template_id));
    } else {
        intake_shell(&shell, &t->staged);
        canvas_encode(&shell, &state);
        request.state.data = state.data + state.start;
        request.state.len = buf_len(&state);
    }
    int code = create(&t->e.s, &request, &id, &made);
    buf_fini(&state);
    canvas_fini(&shell);
    if (code == EXIT_OK)
        code = open_new(&t->e, &id);
    return code == EXIT_OK ? keep_confidential(t) : code;
}

static int import_text(struct cli *cli, const struct buf *content, enum file_kind kind, struct arena *arena)
{
    struct text_import t = {.cli = cli, .arena = arena, .kind = kind, .content = content, .head = {"", "", "", "", false}};
    const struct canvas_limits no_limits = {0};
    size_t cards = 0;
    int code = parse_text(&t);
    if (code != EXIT_OK)
        return code;
    canvas_init(&t.staged, &no_limits);
    code = stage(&t);
    if (code == EXIT_OK)
        code = stage_block(&t);
    if (code == EXIT_OK)
        code = take_cards(&t);
    if (code == EXIT_OK && !cli_value(cli, "into"))
        code = make_new(&t);
    if (code == EXIT_OK)
        code = add_to_canvas(&t.e, &t.staged, arena, &cards);
    if (code == EXIT_OK)
        tell_import(&t.e.s, &t.e.s.canvas, session_title(&t.e.s), cards);
    canvas_fini(&t.staged);
    return edit_end(&t.e, code);
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
    struct arena arena;
    enum file_kind kind = FILE_JSON;
    buf_init(&content);
    arena_init(&arena, (size_t)1 << 30);
    int code = read_input(cli, cli->args[0], &content);
    if (code == EXIT_OK)
        code = kind_of(cli, cli->args[0], &content, &kind);
    if (code == EXIT_OK && (kind == FILE_JSON || kind == FILE_JSON_CANVAS)) {
        code = import_canvas(cli, &content, kind, &arena);
    } else if (code == EXIT_OK) {
        if (kind != FILE_CSV)
            drop_carriage_returns(&content);
        code = import_text(cli, &content, kind, &arena);
    }
    arena_fini(&arena);
    buf_fini(&content);
    return code;
}
