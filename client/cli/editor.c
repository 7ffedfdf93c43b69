/* Runs the person's editor on a temporary file, see editor.h. */
#include "client/cli/editor.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/buf.h"

static const char *editor_name(void)
{
    const char *visual = getenv("VISUAL"), *editor = getenv("EDITOR");
    if (visual && *visual)
        return visual;
    return editor && *editor ? editor : "vi";
}

/* Through the shell, as everybody does, since $EDITOR may hold options. */
static bool run_editor(const char *path)
{
    pid_t child = fork();
    if (child < 0)
        return false;
    if (child == 0) {
        char *command = xasprintf("exec %s \"$1\"", editor_name());
        execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
        _exit(127);
    }
    int how;
    while (waitpid(child, &how, 0) < 0)
        if (errno != EINTR)
            return false;
    return WIFEXITED(how) && WEXITSTATUS(how) == 0;
}

static char *read_file(const char *path)
{
    struct buf content;
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    buf_init(&content);
    for (;;) {
        uint8_t *room = buf_reserve(&content, 4096);
        size_t n = fread(room, 1, 4096, file);
        if (n == 0)
            break;
        buf_wrote(&content, n);
    }
    bool ok = !ferror(file) && !(buf_len(&content) && memchr(buf_at(&content), 0, buf_len(&content)));
    fclose(file);
    buf_add(&content, "", 1);
    if (!ok) {
        buf_fini(&content);
        return NULL;
    }
    return (char *)content.data;
}

/* Editors end the last line with a line break, whether it was there or not. */
static void trim_line_break(char *edited, const char *before)
{
    size_t len = strlen(edited), old = strlen(before);
    bool had = old > 0 && before[old - 1] == '\n';
    if (len > 0 && edited[len - 1] == '\n' && !had)
        edited[len - 1] = 0;
}

int editor_run(struct cli *cli, const char *text, char **edited)
{
    struct why why;
    if (folder_make(cli->folders.state, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    char *path = xasprintf("%s/card-XXXXXX.md", cli->folders.state);
    int fd = mkostemps(path, 3, O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok = file && fputs(text, file) >= 0;
    ok = file && fclose(file) == 0 && ok;
    *edited = ok && run_editor(path) ? read_file(path) : NULL;
    if (fd >= 0)
        unlink(path);
    free(path);
    if (!*edited)
        return cli_fail(cli, EXIT_ERROR, "The editor \"%s\" did not end well; nothing was changed.", editor_name());
    trim_line_break(*edited, text);
    return EXIT_OK;
}
