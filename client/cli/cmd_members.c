/* workspace create, workspace rename, workspace set, member list, member role, member remove, invite list, invite revoke. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/people.h"

static const char *joined_words(struct cli *cli, int from)
{
    const char *text = cli->args[from];
    for (int i = from + 1; i < cli->n_args; i++)
        text = arena_printf(&cli->arena, "%s %s", text, cli->args[i]);
    return text;
}

/* ---- workspaces */

/* A context for it, with the token that this device has already. */
static int keep_context(struct session *s, const Cocanvas__Workspace *workspace, const char **name)
{
    struct why why;
    struct contexts contexts;
    struct uuid id;
    int lock = contexts_lock(&s->cli->folders, &why);
    if (lock < 0)
        return cli_fail(s->cli, EXIT_ERROR, "%s", why.text);
    enum status status = contexts_load(&contexts, &s->cli->folders, &why);
    if (status == STATUS_OK && uuid_from_bytes(workspace->id.data, workspace->id.len, &id)) {
        struct context filled = s->context, *c = contexts_add(&contexts, workspace->name);
        memcpy(filled.name, c->name, sizeof filled.name);
        filled.workspace = id;
        snprintf(filled.workspace_name, sizeof filled.workspace_name, "%s", workspace->name);
        *c = filled;
        *name = arena_strndup(&s->arena, filled.name, strlen(filled.name));
        status = contexts_save(&contexts, &s->cli->folders, &why);
        contexts_fini(&contexts);
    }
    close(lock);
    return status == STATUS_OK ? EXIT_OK : cli_fail(s->cli, EXIT_ERROR, "%s", why.text);
}

static void tell_workspace(struct session *s, const Cocanvas__Workspace *workspace, const char *done,
                           const char *context)
{
    struct uuid id;
    char text[UUID_TEXT] = "";
    if (uuid_from_bytes(workspace->id.data, workspace->id.len, &id))
        uuid_format(&id, text);
    if (s->cli->out.json) {
        json_t *object = session_object(s, "workspace");
        json_object_set_new(
            object, "workspace",
            json_pack("{s:s, s:s, s:s, s:b}", "id", text, "name", workspace->name, "role", role_word(workspace->role),
                      "confidential", (int)workspace->confidential));
        if (context)
            json_object_set_new(object, "new_context", json_string(context));
        out_json(&s->cli->out, object);
        return;
    }
    out_print(&s->cli->out, STYLE_GOOD, "%s", done);
    out_print(&s->cli->out, STYLE_PLAIN, " %s\n", arena_line(&s->arena, workspace->name));
    if (context)
        out_note(&s->cli->out, "To work in it: cocanvas context use %s", context);
}

static int create_workspace(struct session *s)
{
    Cocanvas__WorkspaceCreate request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    struct uuid request_id;
    const char *name = joined_words(s->cli, 0), *person = cli_value(s->cli, "name"), *context = NULL;
    uuid_random(&request_id);
    cocanvas__workspace_create__init(&request);
    request.name = arena_strndup(&s->arena, name, strlen(name));
    request.request_id = (ProtobufCBinaryData){sizeof request_id.b, request_id.b};
    if (person)
        request.person = arena_strndup(&s->arena, person, strlen(person));
    request.sealed = cli_flag(s->cli, "sealed");
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_CREATE;
    frame.workspace_create = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_WORKSPACE_CHANGED, &reply);
    if (code == EXIT_OK)
        code = keep_context(s, reply->workspace_changed->workspace, &context);
    if (code == EXIT_OK)
        tell_workspace(s, reply->workspace_changed->workspace, "Made", context);
    return code;
}

static int rename_workspace(struct session *s)
{
    Cocanvas__WorkspaceRename request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    const char *name = joined_words(s->cli, 0);
    cocanvas__workspace_rename__init(&request);
    request.workspace = people_workspace(s);
    request.name = arena_strndup(&s->arena, name, strlen(name));
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_RENAME;
    frame.workspace_rename = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_WORKSPACE_CHANGED, &reply);
    if (code == EXIT_OK)
        tell_workspace(s, reply->workspace_changed->workspace, "Renamed:", NULL);
    return code;
}

static int set_workspace(struct session *s)
{
    Cocanvas__WorkspaceSet request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    const char *word = cli_value(s->cli, "confidential");
    bool yes = word && strcmp(word, "yes") == 0;
    cocanvas__workspace_set__init(&request);
    request.workspace = people_workspace(s);
    request.confidential = yes ? COCANVAS__WORKSPACE_SET__CONFIDENTIAL__YES : COCANVAS__WORKSPACE_SET__CONFIDENTIAL__NO;
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_SET;
    frame.workspace_set = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_WORKSPACE_CHANGED, &reply);
    if (code == EXIT_OK)
        tell_workspace(s, reply->workspace_changed->workspace, yes ? "Confidential from now on:" : "Not confidential:", NULL);
    return code;
}

/* ---- members */

static json_t *member_json(const Cocanvas__Member *member)
{
    return json_pack("{s:I, s:s, s:s, s:s, s:b, s:I}", "number", (json_int_t)member->author, "name", member->name,
                     "role", role_word(member->role), "login", member->login, "guest", (int)member->guest, "joined_ms",
                     (json_int_t)member->joined_ms);
}

static void print_member(struct session *s, const Cocanvas__Member *member)
{
    struct output *out = &s->cli->out;
    out_print(out, STYLE_DIM, "%4u  ", member->author);
    out_print(out, STYLE_PLAIN, "%s  %-11s", arena_cell(&s->arena, member->name, 28), role_word(member->role));
    out_print(out, STYLE_DIM, "  %s  %s\n", people_time(&s->arena, member->joined_ms),
              member->guest ? "guest" : arena_line(&s->arena, member->login));
}

static int list_members(struct session *s)
{
    Cocanvas__MemberList *list;
    int code = people_members(s, cli_flag(s->cli, "removed"), &list);
    if (code != EXIT_OK)
        return code;
    json_t *array = json_array();
    for (size_t i = 0; i < list->n_members; i++) {
        json_array_append_new(array, member_json(list->members[i]));
        if (!s->cli->out.json)
            print_member(s, list->members[i]);
    }
    if (s->cli->out.json) {
        json_t *object = session_object(s, "members");
        json_object_set(object, "members", array);
        out_json(&s->cli->out, object);
    }
    json_decref(array);
    return EXIT_OK;
}

static int set_role(struct session *s, Cocanvas__Role role)
{
    Cocanvas__MemberList *list;
    const Cocanvas__Member *whom;
    int code = people_members(s, true, &list);
    if (code == EXIT_OK)
        code = people_find(s, list, s->cli->args[0], &whom);
    if (code != EXIT_OK)
        return code;
    Cocanvas__MemberSet request = COCANVAS__MEMBER_SET__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    request.workspace = people_workspace(s);
    request.author = whom->author;
    request.role = role;
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_SET;
    frame.member_set = &request;
    code = people_request(s, &frame, COCANVAS__FRAME__BODY_MEMBER_CHANGED, &reply);
    if (code != EXIT_OK)
        return code;
    const Cocanvas__Member *now = reply->member_changed->member;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "member");
        json_object_set_new(object, "member", member_json(now));
        out_json(&s->cli->out, object);
    } else if (now->role == COCANVAS__ROLE__NONE) {
        out_print(&s->cli->out, STYLE_PLAIN, "%s is no member any more; what they did stays under their name.\n",
                  arena_line(&s->arena, now->name));
    } else {
        out_print(&s->cli->out, STYLE_PLAIN, "%s: %s\n", arena_line(&s->arena, now->name), role_word(now->role));
    }
    return EXIT_OK;
}

/* ---- invitations */

static const char *condition(const Cocanvas__Invitation *invitation, int64_t now_ms)
{
    if (invitation->revoked)
        return "revoked";
    if (invitation->used >= invitation->uses)
        return "used";
    return invitation->expires_ms <= now_ms ? "expired" : "open";
}

static void print_invitation(struct session *s, const Cocanvas__Invitation *i, const char *state)
{
    struct output *out = &s->cli->out;
    out_print(out, STYLE_DIM, "%4u  ", i->number);
    out_print(out, STYLE_PLAIN, "%s  %-11s %u of %u  ", arena_cell(&s->arena, i->label, 28), role_word(i->role),
              i->used, i->uses);
    out_print(out, STYLE_DIM, "%-8s until %s\n", state, people_time(&s->arena, i->expires_ms));
}

static int list_invitations(struct session *s)
{
    Cocanvas__InvitationListRequest request = COCANVAS__INVITATION_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    request.workspace = people_workspace(s);
    request.all = cli_flag(s->cli, "all");
    frame.body_case = COCANVAS__FRAME__BODY_INVITATION_LIST_REQUEST;
    frame.invitation_list_request = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_INVITATION_LIST, &reply);
    if (code != EXIT_OK)
        return code;
    const Cocanvas__InvitationList *list = reply->invitation_list;
    json_t *array = json_array();
    for (size_t n = 0; n < list->n_invitations; n++) {
        const Cocanvas__Invitation *i = list->invitations[n];
        const char *state = condition(i, wall_ms());
        json_array_append_new(array,
                              json_pack("{s:I, s:s, s:s, s:I, s:I, s:s, s:I, s:I}", "number", (json_int_t)i->number,
                                        "label", i->label, "role", role_word(i->role), "uses", (json_int_t)i->uses,
                                        "used", (json_int_t)i->used, "state", state, "created_ms",
                                        (json_int_t)i->created_ms, "expires_ms", (json_int_t)i->expires_ms));
        if (!s->cli->out.json)
            print_invitation(s, i, state);
    }
    if (s->cli->out.json) {
        json_t *object = session_object(s, "invitations");
        json_object_set(object, "invitations", array);
        out_json(&s->cli->out, object);
    } else if (list->n_invitations == 0) {
        out_note(&s->cli->out, request.all ? "There were none." : "No invitation is open. Next: cocanvas invite");
    }
    json_decref(array);
    return EXIT_OK;
}

static int revoke_invitation(struct session *s)
{
    Cocanvas__InvitationRevoke request = COCANVAS__INVITATION_REVOKE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    char *end;
    unsigned long number = strtoul(s->cli->args[0], &end, 10);
    if (*end || number == 0 || number > UINT32_MAX)
        return cli_fail(s->cli, EXIT_USAGE, "An invitation has a number. See: cocanvas invite list");
    request.workspace = people_workspace(s);
    request.number = (uint32_t)number;
    frame.body_case = COCANVAS__FRAME__BODY_INVITATION_REVOKE;
    frame.invitation_revoke = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_DONE, &reply);
    if (code == EXIT_OK && s->cli->out.json)
        out_json(&s->cli->out, session_object(s, "revoked"));
    else if (code == EXIT_OK)
        out_print(&s->cli->out, STYLE_PLAIN, "Invitation %lu lets nobody in any more.\n", number);
    return code;
}

/* ---- commands */

int cmd_workspace_create(struct cli *cli)
{
    return session_run(cli, create_workspace);
}

int cmd_workspace_rename(struct cli *cli)
{
    return session_run(cli, rename_workspace);
}

int cmd_workspace_set(struct cli *cli)
{
    const char *word = cli_value(cli, "confidential");
    if (!word || (strcmp(word, "yes") != 0 && strcmp(word, "no") != 0))
        return cli_fail(cli, EXIT_USAGE, "Say which: --confidential yes or --confidential no");
    return session_run(cli, set_workspace);
}

int cmd_member_list(struct cli *cli)
{
    return session_run(cli, list_members);
}

static int member_role(struct session *s)
{
    Cocanvas__Role role;
    if (!role_from_word(s->cli->args[1], false, &role))
        return cli_fail(s->cli, EXIT_USAGE, "A role is viewer, commenter, editor, facilitator or owner.");
    return set_role(s, role);
}

int cmd_member_role(struct cli *cli)
{
    return session_run(cli, member_role);
}

static int member_remove(struct session *s)
{
    return set_role(s, COCANVAS__ROLE__NONE);
}

int cmd_member_remove(struct cli *cli)
{
    return session_run(cli, member_remove);
}

int cmd_invite_list(struct cli *cli)
{
    return session_run(cli, list_invitations);
}

int cmd_invite_revoke(struct cli *cli)
{
    return session_run(cli, revoke_invitation);
}
