/* open, and `cocanvas` alone: whether the terminal interface, the lines of `live` or the start page for pipes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/cmd.h"

/* Who uses a screen reader asks for lines; a terminal that cannot move its cursor can do nothing else. */
static bool wants_lines(const struct cli *cli)
{
    const char *accessible = getenv("COCANVAS_ACCESSIBLE"), *term = getenv("TERM");
    if (cli_flag(cli, "plain"))
        return true;
    if (accessible && *accessible && strcmp(accessible, "0") != 0)
        return true;
    return !term || !*term || strcmp(term, "dumb") == 0;
}

static bool on_terminal(const struct cli *cli)
{
    return cli->out.terminal && isatty(STDIN_FILENO) == 1;
}

static bool has_interface(const struct cli *cli)
{
    return on_terminal(cli) && !cli->out.json && cli->interface;
}

int cmd_open_check(struct cli *cli, const char *instead)
{
    if (wants_lines(cli) || has_interface(cli))
        return EXIT_OK;
    return cli_fail(cli, EXIT_USAGE, "The interface needs a terminal. Without one: %s", instead);
}

int cmd_open(struct cli *cli)
{
    int code = cmd_open_check(cli, arena_printf(&cli->arena, "cocanvas show %s, or cocanvas live --plain %s", cli->args[0],
                                                cli->args[0]));
    if (code != EXIT_OK)
        return code;
    return wants_lines(cli) ? cmd_live(cli) : cli->interface(cli, cli->args[0]);
}

int cmd_start(struct cli *cli)
{
    if (!cli->interface || !on_terminal(cli) || wants_lines(cli) || cli->out.json || cli_flag(cli, "no-input"))
        return cmd_start_page(cli);
    return cli->interface(cli, NULL);
}
