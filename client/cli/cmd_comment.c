/* comment add, resolve, delete. */
#include <string.h>

#include "client/cli/edit.h"
#include "client/cli/ops.h"

static int tell_comment(struct edit *e, const char *verb, uint64_t id)
{
    struct comment *comment = canvas_comment(replica_view(e->replica), id);
    if (comment && e->result)
        json_object_set_new(e->result, "comment", comment_json(&e->s, comment));
    edit_tell(e, "%s comment %s", verb, id_text(e->arena, id));
    return EXIT_OK;
}

static int add_comment(struct edit *e, struct cli *cli)
{
    uint64_t object, parent = 0;
    const char *what, *answers = cli_value(cli, "reply-to");
    struct comment *to;
    int code = edit_object(e, cli->args[1], &object, &what);
    if (code == EXIT_OK && answers)
        code = edit_comment(e, answers, &to);
    if (code != EXIT_OK)
        return code;
    if (answers) {
        parent = to->o.id;
        object = to->object;
    }
    uint64_t id = replica_next_id(e->replica);
    edit_op(e, ops_comment_add(e->arena, id, object, parent, joined_args(cli, 2)));
    code = edit_save(e);
    return code == EXIT_OK ? tell_comment(e, "Added", id) : code;
}

int cmd_comment_add(struct cli *cli)
{
    struct edit e;
    if (edit_text_ok(cli, joined_args(cli, 2)) != EXIT_OK)
        return EXIT_USAGE;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = add_comment(&e, cli);
    return edit_end(&e, code);
}

static int mark_comment(struct cli *cli, Cocanvas__Op *(*make)(struct arena *a, uint64_t id, bool on), bool on,
                        const char *verb)
{
    struct edit e;
    struct comment *comment;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = edit_comment(&e, cli->args[1], &comment);
    if (code == EXIT_OK) {
        uint64_t id = comment->o.id;
        edit_op(&e, make(e.arena, id, on));
        code = edit_save(&e);
        if (code == EXIT_OK)
            tell_comment(&e, verb, id);
    }
    return edit_end(&e, code);
}

int cmd_comment_resolve(struct cli *cli)
{
    bool reopen = cli_flag(cli, "reopen");
    return mark_comment(cli, ops_comment_resolve, !reopen, reopen ? "Reopened" : "Resolved");
}

int cmd_comment_delete(struct cli *cli)
{
    bool restore = cli_flag(cli, "restore");
    return mark_comment(cli, ops_comment_delete, !restore, restore ? "Brought back" : "Deleted");
}
