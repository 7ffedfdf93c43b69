/* cocanvas: the program. Everything is in the library, so that tests can link it. */
#include "client/cli/cmd.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
