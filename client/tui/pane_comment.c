/* Comments: added and answered in a line, one's own changed in place, resolved, removed. */
#include <stdio.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/typing_private.h"

bool pane_may_comment(struct ui *ui)
{
    if (ui->role < COCANVAS__ROLE__COMMENTER)
        ui_say(ui, ROLE_WARN, "You may read this canvas, but not comment on it.");
    else if (panel_in_past(ui))
        ui_say(ui, ROLE_WARN, "This is an earlier state. Go back to now first.");
    else
        return ui->replica != NULL;
    return false;
}

bool pane_submit_comment(struct ui *ui, Cocanvas__Op *op)
{
    struct why why = {""};
    if (!pane_may_comment(ui))
        return false;
    if (replica_edit(ui->replica, 1, &op, ui->now_ms, false, &why) != STATUS_OK) {
        ui_say_why(ui, &why);
        return false;
    }
    ui_edited(ui);
    return true;
}

/* ---- adding. The asker's memory: about[0] the object, about[1] the comment that is answered. */

static bool is_blank(const char *line)
{
    return line[strspn(line, " \t\n")] == '\0';
}

static void comment_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)choice, (void)object;
    if (ui->replica == NULL)
        return;
    if (is_blank(line)) {
        ui_say(ui, ROLE_TEXT, "Nothing was written, so nothing was added.");
        return;
    }
    uint64_t about = ui->ask.about[0], parent = ui->ask.about[1], id = replica_next_id(ui->replica);
    if (!pane_submit_comment(ui, ops_comment_add(&ui->words, id, about, parent, line)))
        return;
    if (ui->open_card == about && about != 0)
        ui->pane = (struct card_pane){.part = PANE_COMMENTS, .focus_id = id};
    ui_say(ui, ROLE_GOOD, parent != 0 ? "Answered." : "The comment is added.");
}

static void ask_for(struct ui *ui, const char *title, uint64_t object, uint64_t parent)
{
    ask_line(ui, title, "", comment_answered);
    ui->ask.about[0] = object;
    ui->ask.about[1] = parent;
}

void pane_ask_comment(struct ui *ui, uint64_t object)
{
    if (ui->replica != NULL && pane_may_comment(ui))
        ask_for(ui, "Comment", object, 0);
}

void ui_run_pane_comment(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    if (card != NULL)
        pane_ask_comment(ui, card->o.id);
}

/* ---- the one that has the focus */

/* A comment of the opened card: the focused one, or the only thread there is. */
static struct comment *comment_here(struct ui *ui)
{
    const struct card *card = pane_card(ui);
    struct pane_row *rows;
    uint64_t id = 0;
    size_t threads = 0;
    if (card == NULL)
        return NULL;
    size_t n = pane_rows(ui, card, &rows);
    const struct pane_row *here = ui->pane.part == PANE_COMMENTS ? pane_focused(ui, rows, n) : NULL;
    for (size_t i = 0; i < n && here == NULL; i++) {
        if (rows[i].part == PANE_COMMENTS && !rows[i].answer) {
            id = rows[i].id;
            threads++;
        }
    }
    if (here != NULL)
        id = here->id;
    else if (threads != 1)
        id = 0;
    if (id == 0)
        ui_say(ui, ROLE_TEXT,
               threads > 1 ? "Move to the comment first." : "There is no comment yet. Press c to write one.");
    return id != 0 ? canvas_comment(ui_view(ui), id) : NULL;
}

void pane_answer_comment(struct ui *ui, uint64_t id)
{
    const struct comment *comment = canvas_comment(ui_view(ui), id);
    if (comment == NULL || !pane_may_comment(ui))
        return;
    char title[200];
    snprintf(title, sizeof title, "Answer to %.100s", ui_person_name(ui, comment->created_by));
    ask_for(ui, title, comment->object, comment->parent != 0 ? comment->parent : comment->o.id);
}

void ui_run_pane_answer(struct ui *ui)
{
    const struct comment *comment = comment_here(ui);
    if (comment != NULL)
        pane_answer_comment(ui, comment->o.id);
}

void pane_resolve_comment(struct ui *ui, uint64_t id)
{
    const struct comment *comment = canvas_comment(ui_view(ui), id);
    if (comment == NULL || !pane_may_comment(ui))
        return;
    const struct comment *parent = comment->parent != 0 ? canvas_comment(ui_view(ui), comment->parent) : NULL;
    if (parent != NULL && parent->deleted_seq == 0)
        comment = parent; /* a thread is resolved as a whole */
    bool on = !comment->resolved;
    if (pane_submit_comment(ui, ops_comment_resolve(&ui->words, comment->o.id, on)))
        ui_say(ui, ROLE_GOOD, on ? "Resolved." : "Open again.");
}

void ui_run_pane_resolve(struct ui *ui)
{
    const struct comment *comment = comment_here(ui);
    if (comment != NULL)
        pane_resolve_comment(ui, comment->o.id);
}

void pane_edit_comment(struct ui *ui, uint64_t id)
{
    const struct comment *comment = canvas_comment(ui_view(ui), id);
    if (comment == NULL)
        return;
    if (comment->created_by == replica_author(ui->replica))
        typing_begin(ui, id, "", UINT32_MAX);
    else
        ui_run_pane_answer(ui);
}

void pane_remove_comment(struct ui *ui, uint64_t id)
{
    const struct comment *comment = canvas_comment(ui_view(ui), id);
    if (comment == NULL || !pane_may_comment(ui))
        return;
    if (comment->created_by != replica_author(ui->replica) && ui->role < COCANVAS__ROLE__FACILITATOR) {
        ui_say(ui, ROLE_WARN, "Only %s or a facilitator can remove this comment. Press r to resolve it.",
               ui_person_name(ui, comment->created_by));
        return;
    }
    if (pane_submit_comment(ui, ops_comment_delete(&ui->words, id, true)))
        ui_say(ui, ROLE_GOOD, "The comment is removed.");
}
