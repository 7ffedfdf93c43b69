/* workspace seal: what is stored of a workspace is encrypted from now on. */
#include "client/cli/people.h"
#include "client/cli/prompt.h"

static const char *word_of(Cocanvas__WorkspaceSealed__State state)
{
    return state == COCANVAS__WORKSPACE_SEALED__STATE__SEALED    ? "sealed"
           : state == COCANVAS__WORKSPACE_SEALED__STATE__ONGOING ? "ongoing"
                                                                 : "open";
}

static void tell(struct session *s, Cocanvas__WorkspaceSealed__State state)
{
    struct output *out = &s->cli->out;
    if (out->json) {
        json_t *object = session_object(s, "workspace_seal");
        json_object_set_new(object, "state", json_string(word_of(state)));
        out_json(out, object);
    } else if (state == COCANVAS__WORKSPACE_SEALED__STATE__SEALED) {
        out_print(out, STYLE_GOOD, "The workspace \"%s\" is sealed.\n", s->context.workspace_name);
    } else if (state == COCANVAS__WORKSPACE_SEALED__STATE__ONGOING) {
        out_print(out, STYLE_GOOD, "The workspace \"%s\" is being sealed.\n", s->context.workspace_name);
        out_note(out, "What is written from now on is sealed at once; the rest is rewritten in the background. See: cocanvas workspace seal --status");
    } else {
        out_print(out, STYLE_PLAIN, "The workspace \"%s\" is not sealed.\n", s->context.workspace_name);
    }
}

/* It can't be taken back, and loses what a lost keyring holds. */
static bool is_wanted(struct cli *cli)
{
    if (cli_flag(cli, "yes") || !cli_can_ask(cli))
        return cli_flag(cli, "yes");
    const char *line = prompt_line(cli, "Seal it? This cannot be taken back. Everybody's canvases close for a moment. [yes/no]", NULL);
    return line && (*line == 'y' || *line == 'Y');
}

static int seal(struct session *s)
{
    Cocanvas__WorkspaceSeal request;
    Cocanvas__Frame frame, *reply;
    cocanvas__workspace_seal__init(&request);
    cocanvas__frame__init(&frame);
    request.workspace = people_workspace(s);
    request.only_ask = cli_flag(s->cli, "status");
    if (!request.only_ask && !is_wanted(s->cli))
        return cli_fail(s->cli, EXIT_USAGE, "Nothing was changed: say --yes to seal the workspace \"%s\".", s->context.workspace_name);
    frame.body_case = COCANVAS__FRAME__BODY_WORKSPACE_SEAL;
    frame.workspace_seal = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_WORKSPACE_SEALED, &reply);
    if (code == EXIT_OK)
        tell(s, reply->workspace_sealed->state);
    return code;
}

int cmd_workspace_seal(struct cli *cli)
{
    return session_run(cli, seal);
}
