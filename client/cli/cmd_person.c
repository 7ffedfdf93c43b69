/* person export, person erase, workspace erase, workspace keep: whose data is whose, and for how long. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/audit_words.h"
#include "client/cli/prompt.h"

/* ---- workspace keep */

static void tell_retention(struct session *s, const Cocanvas__Retention *kept)
{
    struct output *out = &s->cli->out;
    if (out->json) {
        json_t *object = session_object(s, "retention");
        json_object_set_new(object, "history_days", json_integer(kept->history_days));
        json_object_set_new(object, "trash_days", json_integer(kept->trash_days));
        out_json(out, object);
        return;
    }
    const char *history = kept->history_days ? arena_printf(&s->arena, "for %u days", kept->history_days) : "for ever";
    const char *trash = kept->trash_days ? arena_printf(&s->arena, "for %u days", kept->trash_days) : "for ever";
    out_print(out, STYLE_PLAIN, "History of canvases is kept %s, canvases in the trash %s.\n", history, trash);
}

static int keep(struct session *s)
{
    Cocanvas__RetentionRequest ask = COCANVAS__RETENTION_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    ask.workspace = people_workspace(s);
    frame.body_case = COCANVAS__FRAME__BODY_RETENTION_REQUEST;
    frame.retention_request = &ask;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_RETENTION, &reply);
    if (code != EXIT_OK)
        return code;
    long history = (long)reply->retention->history_days, trash = (long)reply->retention->trash_days;
    if (!cli_number(s->cli, "history", 0, 36500, &history) || !cli_number(s->cli, "trash", 0, 36500, &trash))
        return EXIT_USAGE;
    if (cli_value(s->cli, "history") || cli_value(s->cli, "trash")) {
        Cocanvas__RetentionSet set = COCANVAS__RETENTION_SET__INIT;
        Cocanvas__Frame change = COCANVAS__FRAME__INIT;
        set.workspace = people_workspace(s);
        set.history_days = (uint32_t)history;
        set.trash_days = (uint32_t)trash;
        change.body_case = COCANVAS__FRAME__BODY_RETENTION_SET;
        change.retention_set = &set;
        code = people_request(s, &change, COCANVAS__FRAME__BODY_RETENTION, &reply);
    }
    if (code == EXIT_OK)
        tell_retention(s, reply->retention);
    return code;
}

int cmd_workspace_keep(struct cli *cli)
{
    return session_run(cli, keep);
}

/* ---- erasing */

/* What has to be typed: --confirm, or at the terminal. The server compares. */
static int confirmation(struct cli *cli, const char *question, const char **typed)
{
    *typed = cli_value(cli, "confirm");
    if (!*typed && cli_can_ask(cli))
        *typed = prompt_line(cli, question, NULL);
    if (!*typed || !**typed)
        return cli_fail(cli, EXIT_USAGE, "Nothing was erased: this needs a confirmation, see --help.");
    return EXIT_OK;
}

static int erase_workspace(struct session *s)
{
    Cocanvas__WorkspaceErase request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    const char *typed;
    cocanvas__workspace_erase__init(&request);
    err_print(&s->cli->out, STYLE_BAD, "This deletes the workspace \"%s\" with all its canvases, for everybody, for good.\n",
              s->context.workspace_name);
    int code = confirmation(s->cli, "Type the workspace's name to erase it", &typed);
    if (code != EXIT_OK)
        return code;
    request.workspace = people_workspace(s);
    request.confirm = arena_strndup(&s->arena, typed, strlen(typed));
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_ERASE;
    frame.workspace_erase = &request;
    code = people_request(s, &frame, COCANVAS__FRAME__BODY_DONE, &reply);
    if (code == EXIT_OK && s->cli->out.json)
        out_json(&s->cli->out, session_object(s, "workspace_erased"));
    else if (code == EXIT_OK)
        out_print(&s->cli->out, STYLE_GOOD, "Erased. Nobody can reach it any more.\n");
    return code;
}

int cmd_workspace_erase(struct cli *cli)
{
    return session_run(cli, erase_workspace);
}

static int erase_person(struct session *s)
{
    Cocanvas__PersonErase request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    Cocanvas__MemberList *members;
    const Cocanvas__Member *member = NULL;
    const char *typed;
    bool self = cli_flag(s->cli, "self");
    cocanvas__person_erase__init(&request);
    if (self == (s->cli->n_args == 1))
        return cli_fail(s->cli, EXIT_USAGE, "Whom? Usage: cocanvas person erase PERSON, or --self");
    int code = self ? EXIT_OK : people_members(s, true, &members);
    if (code == EXIT_OK && !self)
        code = people_find(s, members, s->cli->args[0], &member);
    if (code == EXIT_OK)
        code = confirmation(s->cli, self ? "Type your login to erase yourself from this server" : "Type the person's name as it is", &typed);
    if (code != EXIT_OK)
        return code;
    request.confirm = arena_strndup(&s->arena, typed, strlen(typed));
    if (member) {
        request.workspace = people_workspace(s);
        request.author = member->author;
    }
    frame.body_case = COCANVAS__FRAME__BODY_PERSON_ERASE;
    frame.person_erase = &request;
    code = people_request(s, &frame, COCANVAS__FRAME__BODY_PERSON_ERASED, &reply);
    if (code == EXIT_OK && s->cli->out.json) {
        json_t *object = session_object(s, "person_erased");
        json_object_set_new(object, "account", json_boolean(reply->person_erased->account));
        out_json(&s->cli->out, object);
    } else if (code == EXIT_OK) {
        out_print(&s->cli->out, STYLE_GOOD, "Erased%s. What the person wrote stays, under a number.\n",
                  reply->person_erased->account ? ", with the login and all its devices" : "");
    }
    return code;
}

int cmd_person_erase(struct cli *cli)
{
    return session_run(cli, erase_person);
}

/* ---- person export */

/* What one person has in one workspace. */
struct place {
    struct uuid workspace;
    const char *name;
    uint32_t author;
    json_t *json; /* borrowed from the result */
};

static json_t *reference(struct session *s, uint64_t id, const char *text)
{
    char words[OBJECT_ID_TEXT], canvas[UUID_TEXT];
    object_id_format(id, words);
    uuid_format(&s->canvas, canvas);
    json_t *object = json_pack("{s:s, s:{s:s, s:s}}", "id", words, "canvas", "id", canvas, "title", session_title(s));
    if (text)
        json_object_set_new(object, "text", json_string(text));
    return object;
}

static void gather_card(struct session *s, const struct place *place, const struct card *card)
{
    if (card->created_by == place->author || card->edited_by == place->author) {
        json_t *object = reference(s, card->o.id, card->text.bytes);
        json_object_set_new(object, "created", json_boolean(card->created_by == place->author));
        json_object_set_new(object, "created_ms", json_integer(card->created_ms));
        json_object_set_new(object, "edited_ms", json_integer(card->edited_ms));
        json_object_set_new(object, "removed", json_boolean(card->deleted_seq != 0));
        json_array_append_new(json_object_get(place->json, "cards"), object);
    }
    for (uint32_t i = 0; i < card->n_votes; i++)
        if (card->votes[i] == place->author)
            json_array_append_new(json_object_get(place->json, "votes"), reference(s, card->o.id, NULL));
}

static void gather(struct session *s, const struct place *place)
{
    const struct canvas *c = session_view(s);
    for (const struct object *o = c->cards; o; o = o->hh.next)
        gather_card(s, place, canvas_card(c, o->id));
    for (const struct object *o = c->comments; o; o = o->hh.next) {
        const struct comment *comment = canvas_comment(c, o->id);
        if (comment->created_by != place->author)
            continue;
        json_t *object = reference(s, o->id, comment->text.bytes);
        json_object_set_new(object, "created_ms", json_integer(comment->created_ms));
        json_object_set_new(object, "removed", json_boolean(comment->deleted_seq != 0));
        json_array_append_new(json_object_get(place->json, "comments"), object);
    }
}

/* A connection of its own for each canvas. */
static int gather_canvas(struct cli *cli, const Cocanvas__CanvasInfo *info, const struct place *place)
{
    struct session s;
    struct uuid id;
    char words[UUID_TEXT];
    if (!uuid_from_bytes(info->id.data, info->id.len, &id))
        return EXIT_OK;
    uuid_format(&id, words);
    int code = session_start_canvas(&s, cli, words, false);
    if (code == EXIT_OK)
        gather(&s, place);
    session_close(&s);
    return code;
}

static int add_rows(struct session *s, const Cocanvas__AuditPage *page, void *ctx)
{
    json_t *rows = ctx;
    for (size_t i = 0; i < page->n_rows; i++)
        json_array_append_new(rows, audit_row_json(&s->arena, page->rows[i]));
    return EXIT_OK;
}

/* Membership and audit rows; the lists are filled later. */
static int begin_place(struct session *s, struct place *place, json_t *into)
{
    char id[UUID_TEXT];
    uuid_format(&place->workspace, id);
    json_t *rows = json_array();
    place->json = json_pack("{s:{s:s, s:s}, s:I, s:[], s:[], s:[]}", "workspace", "id", id, "name", place->name, "author",
                            (json_int_t)place->author, "cards", "comments", "votes");
    json_object_set_new(place->json, "audit", rows);
    json_array_append_new(into, place->json);
    struct audit_walk walk = {
        .workspace = {sizeof place->workspace.b, place->workspace.b},
        .about = place->author,
        .exporting = true,
        .on_page = add_rows,
        .ctx = rows,
    };
    return audit_walk(s, &walk);
}

/* Oneself: wherever one is. Somebody else: in the context's workspace. */
static int find_places(struct session *s, struct place **places, size_t *n)
{
    const Cocanvas__LoggedIn *in = s->logged_in;
    Cocanvas__MemberList *members;
    const Cocanvas__Member *member;
    if (s->cli->n_args == 1) {
        int code = people_members(s, true, &members);
        if (code == EXIT_OK)
            code = people_find(s, members, s->cli->args[0], &member);
        if (code != EXIT_OK)
            return code;
        *places = arena_calloc(&s->arena, 1, sizeof **places);
        **places = (struct place){.workspace = s->context.workspace, .name = s->context.workspace_name, .author = member->author};
        *n = 1;
        return EXIT_OK;
    }
    *places = arena_calloc(&s->arena, in->n_workspaces + 1, sizeof **places);
    for (size_t i = 0; i < in->n_workspaces; i++) {
        struct place *place = &(*places)[*n];
        if (!uuid_from_bytes(in->workspaces[i]->id.data, in->workspaces[i]->id.len, &place->workspace))
            continue;
        place->name = in->workspaces[i]->name;
        place->author = in->workspaces[i]->author;
        (*n)++;
    }
    return EXIT_OK;
}

static json_t *account_json(struct session *s, Cocanvas__DeviceList *devices)
{
    json_t *list = json_array();
    for (size_t i = 0; devices && i < devices->n_devices; i++)
        json_array_append_new(list, json_pack("{s:s, s:I, s:I, s:b}", "name", devices->devices[i]->name, "created_ms",
                                              (json_int_t)devices->devices[i]->created_ms, "used_ms",
                                              (json_int_t)devices->devices[i]->used_ms, "certificate",
                                              (int)devices->devices[i]->certificate));
    return json_pack("{s:s, s:o}", "login", s->logged_in->login, "devices", list);
}

static int add_account(struct session *s, json_t *result)
{
    Cocanvas__DeviceListRequest request = COCANVAS__DEVICE_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    if (s->cli->n_args == 1)
        return EXIT_OK;
    frame.body_case = COCANVAS__FRAME__BODY_DEVICE_LIST_REQUEST;
    frame.device_list_request = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_DEVICE_LIST, &reply);
    if (code == EXIT_OK)
        json_object_set_new(result, "account", account_json(s, reply->device_list));
    return code;
}

static int gather_place(struct session *s, struct place *place, json_t *into)
{
    Cocanvas__CanvasList *list;
    int code = begin_place(s, place, into);
    if (code == EXIT_OK)
        code = session_canvases(s, true, false, &list);
    for (size_t i = 0; code == EXIT_OK && i < list->n_canvases; i++) {
        const Cocanvas__CanvasInfo *info = list->canvases[i];
        if (info->workspace.len == sizeof place->workspace.b && memcmp(info->workspace.data, place->workspace.b, info->workspace.len) == 0)
            code = gather_canvas(s->cli, info, place);
    }
    return code;
}

static int write_person(struct cli *cli, const json_t *result)
{
    const char *path = cli_value(cli, "output");
    char *text = json_text(result, 2);
    int code = EXIT_OK;
    struct why why;
    if (!path || strcmp(path, "-") == 0)
        fprintf(cli->out.to, "%s\n", text);
    else if (file_replace(path, text, strlen(text), &why) != STATUS_OK)
        code = cli_fail(cli, EXIT_ERROR, "%s", why.text);
    else
        out_note(&cli->out, "Wrote %s (%zu bytes).", path, strlen(text));
    free(text);
    return code;
}

int cmd_person_export(struct cli *cli)
{
    struct session s;
    struct place *places = NULL;
    size_t n = 0;
    json_t *result = NULL;
    int code = session_start(&s, cli);
    if (code == EXIT_OK) {
        result = session_object(&s, "person");
        code = find_places(&s, &places, &n);
    }
    if (code == EXIT_OK)
        code = add_account(&s, result);
    json_t *list = json_array();
    for (size_t i = 0; code == EXIT_OK && i < n; i++)
        code = gather_place(&s, &places[i], list);
    if (code == EXIT_OK) {
        json_object_set(result, "places", list);
        code = write_person(cli, result);
    }
    json_decref(list);
    json_decref(result);
    session_close(&s);
    return code;
}
