/* tag, set, link, unlink, comment: what hangs on cards, blocks and the canvas. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/edit.h"
#include "client/cli/ops.h"

enum { MEMBERS_LOOKED_AT = 1000 }; /* members are numbered 1, 2, 3 …; beyond, people give the number */

static int tag_card(struct edit *e, struct cli *cli)
{
    struct card *card;
    bool on = !cli_flag(cli, "off");
    int code = edit_card(e, FIND_ALIVE, cli->args[1], &card);
    if (code != EXIT_OK)
        return code;
    uint64_t id = card->o.id;
    for (int i = 2; i < cli->n_args; i++)
        edit_op(e, ops_tag_set(e->arena, id, cli->args[i], on));
    code = edit_save(e);
    if (code == EXIT_OK)
        edit_tell_card(e, on ? "Tagged" : "Tag taken away from", id);
    return code;
}

int cmd_tag(struct cli *cli)
{
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = tag_card(&e, cli);
    return edit_end(&e, code);
}

/* ---- properties */

static const char *const kind_words[] = {"", "text", "number", "date", "flag", "choice", "person", "card"};

/* Columns of blocks and of the canvas are numbers, whatever --kind says. */
static bool is_column(const char *key)
{
    static const char *const columns[] = {"col", "row", "col_span", "row_span", "order", "cols", "rows"};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(columns[i], key) == 0)
            return true;
    return false;
}

static int kind_from_option(struct cli *cli, const char *key, enum value_kind *kind)
{
    const char *word = cli_value(cli, "kind");
    *kind = is_column(key) ? VALUE_NUMBER : VALUE_TEXT;
    if (!word)
        return EXIT_OK;
    for (size_t i = 1; i < sizeof kind_words / sizeof *kind_words; i++)
        if (strcmp(kind_words[i], word) == 0) {
            *kind = (enum value_kind)i;
            return EXIT_OK;
        }
    return cli_fail(cli, EXIT_USAGE, "--kind is text, number, date, flag, choice, person or card.");
}

static bool parse_flag(const char *text, uint64_t *out)
{
    *out = strcmp(text, "yes") == 0 || strcmp(text, "true") == 0 || strcmp(text, "on") == 0 || strcmp(text, "1") == 0;
    return *out || strcmp(text, "no") == 0 || strcmp(text, "false") == 0 || strcmp(text, "off") == 0 ||
           strcmp(text, "0") == 0;
}

/* A person by number or by the beginning of the name, among those who did something on this canvas or are known to
 * be members. */
static int find_person(struct edit *e, const char *words, uint64_t *author)
{
    char *end;
    unsigned long number = strtoul(words, &end, 10);
    if (end != words && *end == 0) {
        *author = number;
        return EXIT_OK;
    }
    const char *folded = arena_fold(e->arena, words);
    size_t hits = 0;
    for (uint32_t i = 1; i <= MEMBERS_LOOKED_AT; i++) {
        const char *name = arena_fold(e->arena, session_person(&e->s, i));
        if (strncmp(name, folded, strlen(folded)) != 0)
            continue;
        *author = i;
        hits++;
    }
    if (hits == 1)
        return EXIT_OK;
    return cli_fail(e->s.cli, hits ? EXIT_USAGE : EXIT_NOT_FOUND,
                    hits ? "Several people's names begin with \"%s\"." : "There is nobody called \"%s\".", words);
}

static int parse_value(struct edit *e, enum value_kind kind, const char *text, struct value *value)
{
    struct cli *cli = e->s.cli;
    memset(value, 0, sizeof *value);
    value->kind = kind;
    switch (kind) {
    case VALUE_FLAG:
        if (parse_flag(text, &value->number))
            return EXIT_OK;
        return cli_fail(cli, EXIT_USAGE, "A flag is yes or no.");
    case VALUE_PERSON:
        return find_person(e, text, &value->number);
    case VALUE_OBJECT: {
        struct card *card;
        int code = edit_card(e, FIND_ALIVE, text, &card);
        if (code == EXIT_OK)
            value->number = card->o.id;
        return code;
    }
    default:
        value->text = arena_strndup(e->arena, text, strlen(text));
        return edit_text_ok(cli, text);
    }
}

static int set_prop(struct edit *e, const char *object_words, const char *key, const char *text)
{
    uint64_t id;
    const char *what;
    enum value_kind kind;
    struct value value = {VALUE_NONE, NULL, 0};
    int code = edit_object(e, object_words, &id, &what);
    if (code == EXIT_OK)
        code = kind_from_option(e->s.cli, key, &kind);
    if (code == EXIT_OK && text)
        code = parse_value(e, kind, text, &value);
    if (code != EXIT_OK)
        return code;
    edit_op(e, ops_prop_set(e->arena, id, key, &value));
    code = edit_save(e);
    if (code != EXIT_OK)
        return code;
    if (e->result)
        json_object_set_new(e->result, "object", json_string(id_text(e->arena, id)));
    edit_tell(e, text ? "Set %s of the %s %s to '%s'" : "Removed %s of the %s %s", key, what,
              id ? id_text(e->arena, id) : "itself", text);
    return EXIT_OK;
}

int cmd_set(struct cli *cli)
{
    struct edit e;
    bool unset = cli_flag(cli, "unset");
    if (unset != (cli->n_args == 3))
        return cli_fail(cli, EXIT_USAGE,
                        unset ? "With --unset there is no value."
                              : "The value is missing. To remove the property: --unset");
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = set_prop(&e, cli->args[1], cli->args[2], unset ? NULL : cli->args[3]);
    return edit_end(&e, code);
}

/* ---- links */

static int two_cards(struct edit *e, struct cli *cli, uint64_t *from, uint64_t *to)
{
    struct card *card;
    int code = edit_card(e, FIND_ALIVE, cli->args[1], &card);
    if (code != EXIT_OK)
        return code;
    *from = card->o.id;
    code = edit_card(e, FIND_ALIVE, cli->args[2], &card);
    if (code == EXIT_OK)
        *to = card->o.id;
    return code;
}

int cmd_link(struct cli *cli)
{
    struct edit e;
    uint64_t from, to, id = 0;
    const char *kind = cli_value(cli, "kind");
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = two_cards(&e, cli, &from, &to);
    if (code == EXIT_OK) {
        id = replica_next_id(e.replica);
        edit_op(&e, ops_link_add(e.arena, id, from, to, kind ? kind : "relates"));
        code = edit_save(&e);
    }
    if (code == EXIT_OK) {
        if (e.result)
            json_object_set_new(e.result, "link", json_string(id_text(e.arena, id)));
        edit_tell(&e, "Linked %s to %s (%s)", id_text(e.arena, from), id_text(e.arena, to), kind ? kind : "relates");
    }
    return edit_end(&e, code);
}

/* All visible links between the two, of that kind if one is given. */
static int remove_links(struct edit *e, struct cli *cli)
{
    uint64_t from, to;
    const char *kind = cli_value(cli, "kind");
    int code = two_cards(e, cli, &from, &to);
    if (code != EXIT_OK)
        return code;
    for (struct object *o = e->canvas->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (link->from == from && link->to == to && link_visible(e->canvas, link) &&
            (!kind || strcmp(kind, link->kind) == 0))
            edit_op(e, ops_link_remove(e->arena, o->id, true));
    }
    if (e->n == 0)
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no such link. See: cocanvas show CANVAS");
    size_t n = e->n;
    code = edit_save(e);
    if (code == EXIT_OK)
        edit_tell(e, "Removed %zu link%s from %s to %s", n, n == 1 ? "" : "s", id_text(e->arena, from),
                  id_text(e->arena, to));
    return code;
}

int cmd_unlink(struct cli *cli)
{
    struct edit e;
    int code = edit_begin(&e, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = remove_links(&e, cli);
    return edit_end(&e, code);
}
