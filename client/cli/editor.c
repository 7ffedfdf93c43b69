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
static pid_t start_editor(const char *path)
{
    pid_t child = fork();
    if (child == 0) {
        char *command = xasprintf("exec %s \"$1\"", editor_name());
        execl("/bin/sh", "sh", "-c", command, "sh", path, (char *)NULL);
        _exit(127);
    }
    return child;
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

static bool write_file(struct editor *e)
{
    int fd = mkostemps(e->path, 3, O_CLOEXEC);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    bool ok = file && fputs(e->before, file) >= 0;
    return file && fclose(file) == 0 && ok;
}

static void clear(struct editor *e)
{
    unlink(e->path);
    free(e->path);
    free(e->before);
    *e = (struct editor){0};
}

enum status editor_begin(struct editor *e, const char *state_dir, const char *text, struct why *why)
{
    enum status status = folder_make(state_dir, why);
    if (status != STATUS_OK)
        return status;
    *e = (struct editor){.path = xasprintf("%s/card-XXXXXX.md", state_dir), .before = xstrdup(text)};
    if (write_file(e))
        e->child = start_editor(e->path);
    if (e->child > 0)
        return STATUS_OK;
    clear(e);
    return refuse(why, STATUS_INTERNAL, "The editor could not be started: %s.", strerror(errno));
}

char *editor_end(struct editor *e, int how, struct why *why)
{
    char *edited = WIFEXITED(how) && WEXITSTATUS(how) == 0 ? read_file(e->path) : NULL;
    if (edited)
        trim_line_break(edited, e->before);
    else
        (void)refuse(why, STATUS_INTERNAL, "The editor \"%.80s\" did not end well; nothing was changed.",
                     editor_name());
    clear(e);
    return edited;
}

int editor_run(struct cli *cli, const char *text, char **edited)
{
    struct editor e;
    struct why why;
    int how = -1;
    if (editor_begin(&e, cli->folders.state, text, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    while (waitpid(e.child, &how, 0) < 0 && errno == EINTR)
        ;
    *edited = editor_end(&e, how, &why);
    return *edited ? EXIT_OK : cli_fail(cli, EXIT_ERROR, "%s", why.text);
}
