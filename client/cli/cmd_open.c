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

int cmd_open(struct cli *cli)
{
    if (wants_lines(cli))
        return cmd_live(cli);
    if (!on_terminal(cli) || cli->out.json || !cli->interface)
        return cli_fail(cli, EXIT_USAGE,
                        "The interface needs a terminal. Without one: cocanvas show %s, or cocanvas live --plain %s",
                        cli->args[0], cli->args[0]);
    return cli->interface(cli, cli->args[0]);
}

int cmd_start(struct cli *cli)
{
    if (!cli->interface || !on_terminal(cli) || wants_lines(cli) || cli->out.json || cli_flag(cli, "no-input"))
        return cmd_start_page(cli);
    return cli->interface(cli, NULL);
}
