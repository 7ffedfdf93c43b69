/* workspace leave, person rename: what members do about themselves. */
#include <string.h>

#include "client/cli/people.h"
#include "client/cli/prompt.h"

static const char *workspace_words(struct session *s)
{
    return arena_line(&s->arena, s->context.workspace_name[0] ? s->context.workspace_name : "this workspace");
}

/* ---- workspace leave */

static int may_leave(struct session *s)
{
    if (cli_flag(s->cli, "yes"))
        return EXIT_OK;
    const char *typed = NULL;
    if (cli_can_ask(s->cli))
        typed = prompt_line(s->cli,
                            arena_printf(&s->arena,
                                         "Leave \"%s\"? You will not see its canvases any more; what you wrote stays. "
                                         "(yes/no) ",
                                         workspace_words(s)),
                            "no");
    if (typed && (strcmp(typed, "yes") == 0 || strcmp(typed, "y") == 0))
        return EXIT_OK;
    return cli_fail(s->cli, EXIT_USAGE, "You are still a member%s.", typed ? "" : ": leaving needs --yes");
}

static int leave(struct session *s)
{
    Cocanvas__MemberLeave request = COCANVAS__MEMBER_LEAVE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    int code = may_leave(s);
    if (code != EXIT_OK)
        return code;
    request.workspace = people_workspace(s);
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_LEAVE;
    frame.member_leave = &request;
    code = people_request(s, &frame, COCANVAS__FRAME__BODY_DONE, &reply);
    if (code == EXIT_OK && s->cli->out.json)
        out_json(&s->cli->out, session_object(s, "left"));
    else if (code == EXIT_OK)
        out_print(&s->cli->out, STYLE_PLAIN,
                  "You have left \"%s\". What you wrote there stays, under your name; an owner can let you in again.\n",
                  workspace_words(s));
    return code;
}

/* ---- person rename */

static int rename_oneself(struct session *s)
{
    Cocanvas__MemberRename request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    const char *name = s->cli->args[0];
    for (int i = 1; i < s->cli->n_args; i++)
        name = arena_printf(&s->arena, "%s %s", name, s->cli->args[i]);
    cocanvas__member_rename__init(&request);
    request.workspace = people_workspace(s);
    request.name = arena_strndup(&s->arena, name, strlen(name));
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_RENAME;
    frame.member_rename = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_DONE, &reply);
    if (code != EXIT_OK)
        return code;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "renamed");
        json_object_set_new(object, "name", json_string(name));
        out_json(&s->cli->out, object);
    } else {
        out_print(&s->cli->out, STYLE_PLAIN, "Others in \"%s\" see you as %s now.\n", workspace_words(s),
                  arena_line(&s->arena, name));
    }
    return code;
}

/* ---- commands */

int cmd_workspace_leave(struct cli *cli)
{
    return session_run(cli, leave);
}

int cmd_person_rename(struct cli *cli)
{
    return session_run(cli, rename_oneself);
}
