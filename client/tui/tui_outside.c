/* Other programs on our terminal: the person's editor, and the shell after Ctrl-Z. The editor runs beside the loop, so
 * the connection lives on and others' changes arrive meanwhile. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client/tui/tui_merge.h"
#include "client/tui/tui_private.h"
#include "common/utf8.h"

/* ---------------------------------------------------------------- Ctrl-Z */

/* The whole job stops, as when the terminal does it: with the script that started us, too. */
void tui_suspend(struct tui *t)
{
    bool mine = !t->away;
    if (t->on_stop)
        event_del(t->on_stop); /* back to what SIGTSTP does by itself */
    if (mine)
        tui_lend_terminal(t);
    (void)kill(0, SIGTSTP);
    /* Here fg brings us back. */
    if (t->on_stop)
        event_add(t->on_stop, NULL);
    if (mine)
        tui_take_back(t);
}

/* ---------------------------------------------------------------- $EDITOR */

void tui_start_editor(struct tui *t, const char *text)
{
    struct why why = {""};
    if (t->editor.child || !t->screen)
        return;
    tui_lend_terminal(t);
    if (editor_begin(&t->editor, t->cli->folders.state, text, &why) == STATUS_OK)
        return;
    tui_take_back(t);
    ui_edited_outside(&t->ui, NULL, 0, why.text);
}

/* What others did to the text meanwhile stays. */
static char *with_others_changes(struct tui *t, const char *before, char *edited, size_t *len)
{
    const struct canvas *view = ui_view(&t->ui);
    const struct text *now = view ? canvas_text(view, t->ui.outside_object, t->ui.outside_key) : NULL;
    *len = strlen(edited);
    if (!now || strcmp(now->bytes, before) == 0 || !utf8_check(edited, *len, NULL))
        return edited;
    char *merged = merge_texts(before, edited, now->bytes, len);
    free(edited);
    return merged;
}

/* SIGCHLD. */
void tui_child_ended(struct tui *t)
{
    struct why why = {""};
    size_t len = 0;
    int how;
    if (!t->editor.child || waitpid(t->editor.child, &how, WNOHANG) != t->editor.child)
        return;
    char *before = xstrdup(t->editor.before);
    char *text = editor_end(&t->editor, how, &why);
    tui_take_back(t);
    if (text)
        text = with_others_changes(t, before, text, &len);
    t->ui.now_ms = wall_ms();
    ui_edited_outside(&t->ui, text, len, why.text);
    free(text);
    free(before);
}
