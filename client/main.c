/* cocanvas: the program. Everything is in libraries, so that tests can link it. The command line does not know the
 * terminal interface; it is handed in here. */
#include "client/cli/cmd.h"
#include "client/tui/tui.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv, tui_run);
}
