/* Questions, see prompt.h. The terminal's echo is off while a password is typed, and on again whatever happens. */
#include "client/cli/prompt.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sodium.h>
#include <termios.h>
#include <unistd.h>

static size_t without_break(char *line)
{
    size_t len = strcspn(line, "\r\n");
    line[len] = 0;
    return len;
}

const char *prompt_line(struct cli *cli, const char *question, const char *otherwise)
{
    char line[1024];
    if (otherwise && *otherwise)
        err_print(&cli->out, STYLE_PLAIN, "%s [%s]: ", question, otherwise);
    else
        err_print(&cli->out, STYLE_PLAIN, "%s: ", question);
    fflush(cli->out.err);
    if (!fgets(line, sizeof line, stdin))
        return NULL;
    size_t len = without_break(line);
    return len || !otherwise ? arena_strndup(&cli->arena, line, len) : otherwise;
}

bool prompt_secret(struct cli *cli, const char *question, char out[PASSWORD_MAX + 1])
{
    struct termios before, quiet;
    err_print(&cli->out, STYLE_PLAIN, "%s: ", question);
    fflush(cli->out.err);
    bool terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
        quiet.c_lflag |= ICANON;
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool ok = fgets(out, PASSWORD_MAX + 1, stdin) != NULL;
    if (terminal)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    err_print(&cli->out, STYLE_PLAIN, "\n");
    if (!ok)
        return false;
    without_break(out);
    /* Ctrl-C arrives as a character while signals are off. */
    return !strchr(out, 3);
}

static int password_from_file(struct cli *cli, const char *path, char out[PASSWORD_MAX + 1])
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (!file)
        return cli_fail(cli, EXIT_ERROR, "%s can't be read: %s.", path, strerror(errno));
    bool ok = fgets(out, PASSWORD_MAX + 1, file) != NULL && without_break(out) > 0;
    if (!standard)
        fclose(file);
    return ok ? EXIT_OK : cli_fail(cli, EXIT_ERROR, "There is no password in %s.", standard ? "standard input" : path);
}

static int new_password(struct cli *cli, char out[PASSWORD_MAX + 1])
{
    char again[PASSWORD_MAX + 1];
    for (;;) {
        if (!prompt_secret(cli, "New password (10 characters or more)", out))
            return cli_fail(cli, EXIT_INTERRUPTED, "Interrupted.");
        if (strlen(out) < 10) {
            err_print(&cli->out, STYLE_WARN, "That is too short.\n");
            continue;
        }
        bool got = prompt_secret(cli, "The same again", again), same = got && strcmp(out, again) == 0;
        sodium_memzero(again, sizeof again);
        if (!got)
            return cli_fail(cli, EXIT_INTERRUPTED, "Interrupted.");
        if (same)
            return EXIT_OK;
        err_print(&cli->out, STYLE_WARN, "They differ.\n");
    }
}

int prompt_password(struct cli *cli, bool is_new, char out[PASSWORD_MAX + 1])
{
    const char *file = cli_value(cli, "password-file");
    if (file)
        return password_from_file(cli, file, out);
    if (!cli_can_ask(cli))
        return cli_fail(cli, EXIT_USAGE,
                        "A password is needed, and there is no terminal to ask at. Use --password-file FILE, or - for "
                        "standard input.");
    if (is_new)
        return new_password(cli, out);
    return prompt_secret(cli, "Password", out) ? EXIT_OK : cli_fail(cli, EXIT_INTERRUPTED, "Interrupted.");
}
