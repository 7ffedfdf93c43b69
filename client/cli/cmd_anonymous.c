/* canvas anonymous. */
#include <string.h>

#include "client/cli/edit.h"
#include "client/cli/ops.h"

static void tell(struct edit *e, bool on)
{
    if (e->s.cli->out.json && !e->result)
        e->result = json_object(); /* nothing was changed */
    if (e->result)
        json_object_set_new(e->result, "anonymous", json_boolean(on));
    edit_tell(e, "%s", on ? "Everybody writes anonymously on this canvas now. Votes have names still."
                          : "What is written on this canvas has its author's name.");
}

int cmd_canvas_anonymous(struct cli *cli)
{
    const char *word = cli->n_args > 1 ? cli->args[1] : NULL;
    bool on = word && strcmp(word, "on") == 0;
    struct edit e;
    if (word && !on && strcmp(word, "off") != 0)
        return cli_fail(cli, EXIT_USAGE, "Write on or off: cocanvas canvas anonymous %s on", cli->args[0]);
    int code = edit_begin(&e, cli, cli->args[0], !word);
    bool is = code == EXIT_OK && canvas_is_anonymous(e.canvas);
    if (code == EXIT_OK && word && on != is) {
        struct value value = {VALUE_FLAG, NULL, on};
        edit_op(&e, ops_prop_set(e.arena, 0, "anonymous", &value));
        code = edit_save(&e);
        is = on;
    }
    if (code == EXIT_OK)
        tell(&e, is);
    return edit_end(&e, code);
}
