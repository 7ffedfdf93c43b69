/* Looking commands up in both parts of the table, see cmd.h. */
#include <string.h>

#include "client/cli/cmd_table.h"

const struct command *cmd_at(size_t i)
{
    const struct command *(*const tables[])(size_t *n) = {cmd_rows, cmd_rows_method, cmd_rows_shape};
    for (size_t k = 0, n; k < sizeof tables / sizeof *tables; k++, i -= n) {
        const struct command *rows = tables[k](&n);
        if (i < n)
            return &rows[i];
    }
    return NULL;
}

/* Whether name is one of the aliases, "a, b c, d". */
static bool is_alias(const char *aliases, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = aliases; *at;) {
        size_t n = strcspn(at, ",");
        if (n == len && memcmp(at, name, n) == 0)
            return true;
        at += n;
        at += strspn(at, ", ");
    }
    return false;
}

const struct command *cmd_find(const char *name)
{
    const struct command *command;
    for (size_t i = 0; (command = cmd_at(i)); i++)
        if (strcmp(command->name, name) == 0)
            return command;
    for (size_t i = 0; (command = cmd_at(i)); i++)
        if (is_alias(command->aliases, name))
            return command;
    return NULL;
}

bool cmd_is_group(const char *noun)
{
    const struct command *command;
    size_t len = strlen(noun);
    for (size_t i = 0; (command = cmd_at(i)); i++)
        if (strncmp(command->name, noun, len) == 0 && command->name[len] == ' ')
            return true;
    return false;
}
