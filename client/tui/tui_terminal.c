/* Taking the terminal and giving it back. While we have it, what would be written to standard error on that terminal
 * (a log line, a sanitizer) goes to a file instead, so that it cannot spoil the picture. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/tui/tui_private.h"

static void move_stderr(struct tui *t)
{
    struct why why;
    if (isatty(STDERR_FILENO) != 1 || folder_make(t->cli->folders.state, &why) != STATUS_OK)
        return;
    char *path = xasprintf("%s/interface.log", t->cli->folders.state);
    int log = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    free(path);
    if (log < 0)
        return;
    fflush(stderr);
    t->saved_stderr = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10);
    if (t->saved_stderr >= 0)
        (void)dup2(log, STDERR_FILENO);
    close(log);
}

static void restore_stderr(struct tui *t)
{
    if (t->saved_stderr < 0)
        return;
    fflush(stderr);
    (void)dup2(t->saved_stderr, STDERR_FILENO);
    close(t->saved_stderr);
    t->saved_stderr = -1;
}

/* --theme, else COCANVAS_THEME: 1 light, 0 dark, -1 find out. */
static bool light_wanted(struct tui *t, int *light)
{
    const char *theme = cli_value(t->cli, "theme");
    if (!theme)
        theme = getenv("COCANVAS_THEME");
    *light = -1;
    if (theme && strcmp(theme, "light") == 0)
        *light = 1;
    else if (theme && strcmp(theme, "dark") == 0)
        *light = 0;
    else if (theme && *theme && strcmp(theme, "auto") != 0)
        return false;
    return true;
}

bool tui_take_terminal(struct tui *t)
{
    struct screen_options options = {.mouse = !cli_flag(t->cli, "no-mouse"), .title = t->title};
    const char *no_color = getenv("NO_COLOR"), *when = cli_value(t->cli, "color");
    struct why why = {""};
    int cols, rows;
    options.no_color = when ? strcmp(when, "never") == 0 : no_color && *no_color;
    if (!light_wanted(t, &options.light)) {
        t->code = cli_fail(t->cli, EXIT_USAGE, "The theme is dark, light or auto.");
        return false;
    }
    fflush(t->cli->out.to);
    t->screen = screen_new(&options, &why);
    if (!t->screen) {
        t->code = cli_fail(t->cli, EXIT_ERROR, "%s Line by line it works: cocanvas live CANVAS",
                           why.text[0] ? why.text : "This terminal can't be used.");
        return false;
    }
    move_stderr(t);
    t->ui.theme = *screen_theme(t->screen);
    t->ui.mouse_on = options.mouse;
    screen_size(t->screen, &cols, &rows);
    ui_resize(&t->ui, cols, rows);
    grid_resize(&t->grid, cols, rows);
    return true;
}

void tui_lend_terminal(struct tui *t)
{
    if (t->away || !t->screen)
        return;
    screen_leave(t->screen);
    restore_stderr(t);
    t->away = true;
}

void tui_take_back(struct tui *t)
{
    if (!t->away)
        return;
    t->away = false;
    move_stderr(t);
    screen_enter(t->screen);
    screen_resized(t->screen); /* it may have another size by now */
    t->ui.dirty = true;
}

void tui_give_terminal(struct tui *t)
{
    if (!t->screen)
        return;
    screen_free(t->screen);
    t->screen = NULL;
    restore_stderr(t);
}
