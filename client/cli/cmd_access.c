/* canvas access, canvas restrict, canvas remove, canvas restore: who may see one canvas, and the trash. */
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/people.h"

/* ---- who may see it */

static json_t *access_json(const Cocanvas__AccessList *list)
{
    json_t *array = json_array();
    for (size_t i = 0; i < list->n_entries; i++) {
        const Cocanvas__AccessEntry *e = list->entries[i];
        json_array_append_new(array, json_pack("{s:I, s:s, s:s, s:b}", "number", (json_int_t)e->author, "name", e->name,
                                               "role", role_word(e->role), "given", (int)e->given));
    }
    return array;
}

static void print_access(struct session *s, const Cocanvas__AccessList *list)
{
    struct output *out = &s->cli->out;
    if (out->json) {
        json_t *object = session_object(s, "access");
        json_object_set_new(object, "restricted", json_boolean(list->restricted));
        json_object_set_new(object, "access", access_json(list));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_PLAIN, "%s\n",
              list->restricted ? "Only for the workspace's owners and those who were given a role here:"
                               : "For everybody in the workspace:");
    for (size_t i = 0; i < list->n_entries; i++) {
        const Cocanvas__AccessEntry *e = list->entries[i];
        out_print(out, STYLE_DIM, "%4u  ", e->author);
        out_print(out, STYLE_PLAIN, "%s  %-11s", arena_cell(&s->arena, e->name, 28), role_word(e->role));
        out_print(out, STYLE_DIM, "%s\n", e->given ? "  on this canvas" : "");
    }
}

static int send_access(struct session *s, Cocanvas__Frame *frame)
{
    Cocanvas__Frame *reply;
    int code = people_request(s, frame, COCANVAS__FRAME__BODY_ACCESS_LIST, &reply);
    if (code == EXIT_OK)
        print_access(s, reply->access_list);
    return code;
}

static int set_access(struct session *s, Cocanvas__AccessSet *set)
{
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_ACCESS_SET;
    frame.access_set = set;
    return send_access(s, &frame);
}

static int show_access(struct session *s)
{
    Cocanvas__AccessRequest request = COCANVAS__ACCESS_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_ACCESS_REQUEST;
    frame.access_request = &request;
    return send_access(s, &frame);
}

/* Names are looked up before the canvas is opened: by then a wrong word has changed nothing. */
static int give_access(struct session *s)
{
    Cocanvas__AccessSet set = COCANVAS__ACCESS_SET__INIT;
    Cocanvas__MemberList *list;
    const Cocanvas__Member *whom = NULL;
    if (!role_from_word(s->cli->args[2], true, &set.role) || set.role == COCANVAS__ROLE__OWNER)
        return cli_fail(s->cli, EXIT_USAGE, "On one canvas a role is viewer, commenter, editor, facilitator or none.");
    int code = people_members(s, false, &list);
    if (code == EXIT_OK)
        code = people_find(s, list, s->cli->args[1], &whom);
    if (code == EXIT_OK)
        code = session_open_canvas(s, s->cli->args[0], false);
    if (code != EXIT_OK)
        return code;
    set.author = whom->author;
    return set_access(s, &set);
}

int cmd_canvas_access(struct cli *cli)
{
    struct session s;
    if (cli->n_args == 2)
        return cli_fail(cli, EXIT_USAGE, "Which role? cocanvas canvas access CANVAS PERSON ROLE");
    int code = session_start(&s, cli);
    if (code == EXIT_OK && cli->n_args == 3) {
        code = give_access(&s);
    } else if (code == EXIT_OK) {
        code = session_open_canvas(&s, cli->args[0], false);
        code = code == EXIT_OK ? show_access(&s) : code;
    }
    session_close(&s);
    return code;
}

int cmd_canvas_restrict(struct cli *cli)
{
    struct session s;
    Cocanvas__AccessSet set = COCANVAS__ACCESS_SET__INIT;
    set.restriction =
        cli_flag(cli, "off") ? COCANVAS__ACCESS_SET__RESTRICTION__OPEN : COCANVAS__ACCESS_SET__RESTRICTION__RESTRICTED;
    int code = session_start_canvas(&s, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = set_access(&s, &set);
    session_close(&s);
    return code;
}

/* ---- the trash */

static int tell_done(struct session *s, const char *type, const char *title, const char *sentence)
{
    if (s->cli->out.json) {
        out_json(&s->cli->out, session_object(s, type));
        return EXIT_OK;
    }
    out_print(&s->cli->out, STYLE_PLAIN, "%s: %s\n", arena_line(&s->arena, title), sentence);
    return EXIT_OK;
}

int cmd_canvas_remove(struct cli *cli)
{
    struct session s;
    Cocanvas__CanvasRemove request = COCANVAS__CANVAS_REMOVE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_REMOVE;
    frame.canvas_remove = &request;
    int code = session_start_canvas(&s, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = people_request(&s, &frame, COCANVAS__FRAME__BODY_DONE, &reply);
    if (code == EXIT_OK)
        tell_done(&s, "canvas_removed", session_title(&s), "in the trash. Back again: cocanvas canvas restore");
    session_close(&s);
    return code;
}

static int find_removed(struct session *s, const char *words, Cocanvas__CanvasInfo **found)
{
    Cocanvas__CanvasList *list;
    const char *why;
    int code = session_canvases(s, false, true, &list);
    if (code != EXIT_OK)
        return code;
    enum status status = find_canvas(&s->arena, list, words, found, &why);
    if (status == STATUS_OK)
        return EXIT_OK;
    if (status == STATUS_CONFLICT)
        return cli_fail(s->cli, EXIT_USAGE, "%s", why);
    return cli_fail(s->cli, EXIT_NOT_FOUND, "There is no such canvas in the trash. See: cocanvas list --removed");
}

static int restore(struct session *s)
{
    Cocanvas__CanvasInfo *info = NULL;
    Cocanvas__CanvasRestore request = COCANVAS__CANVAS_RESTORE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    int code = find_removed(s, s->cli->args[0], &info);
    if (code != EXIT_OK)
        return code;
    request.canvas = info->id;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_RESTORE;
    frame.canvas_restore = &request;
    const char *title = arena_strndup(&s->arena, info->title, strlen(info->title));
    code = people_request(s, &frame, COCANVAS__FRAME__BODY_DONE, &reply);
    return code == EXIT_OK ? tell_done(s, "canvas_restored", title, "out of the trash again.") : code;
}

int cmd_canvas_restore(struct cli *cli)
{
    return session_run(cli, restore);
}
