/* What changes the text that is being typed: characters, deletions, what was cut or pasted, undo. Every change is one
 * splice of the replica's view. */
#include <stdlib.h>
#include <string.h>

#include "client/tui/typing_private.h"
#include "common/buf.h"
#include "common/utf8.h"

static bool joins_run(const struct ui *ui, enum typing_run run)
{
    const struct typing *t = &ui->typing;
    if (t->is_new && t->was_len == 0 && replica_undo_depth(ui->replica) == t->undo_depth)
        return run == RUN_INSERT; /* the card and its first words are one step */
    return run != RUN_NONE && t->run == run && ui->now_ms - t->run_ms < TYPING_PAUSE_MS;
}

static void say_refused(struct ui *ui, enum status st, const struct why *why)
{
    if (st == STATUS_TOO_LARGE)
        ui_say(ui, ROLE_WARN, "This text is full: %s. Go on in another card.", why->text);
    else
        ui_say_why(ui, why);
}

bool typing_splice(struct ui *ui, uint32_t at, uint32_t removed, const char *bytes, size_t len, enum typing_run run)
{
    struct typing *t = &ui->typing;
    struct why why = {""};
    bool group = joins_run(ui, run);
    if (!typing_may(ui, t->object))
        return false;
    t->splicing = true;
    enum status st =
        replica_text_splice(ui->replica, t->object, t->key, at, removed, bytes, len, ui->now_ms, group, &why);
    t->splicing = false;
    if (st != STATUS_OK) {
        say_refused(ui, st, &why);
        return false;
    }
    typing_remember(ui);
    t->caret = t->anchor = at + (uint32_t)utf8_points(bytes, len);
    t->selecting = false;
    t->want_cell = -1;
    t->run = run;
    t->run_ms = ui->now_ms;
    typing_settle(ui);
    ui_edited(ui);
    typing_tell(ui);
    ui->dirty = true;
    return true;
}

bool typing_put(struct ui *ui, const char *bytes, size_t len, enum typing_run run)
{
    uint32_t from, to;
    if (typing_settle(ui) == NULL)
        return false;
    typing_selection(&ui->typing, &from, &to);
    return typing_splice(ui, from, to - from, bytes, len, run);
}

bool typing_input(struct ui *ui, const struct input *in)
{
    char bytes[4];
    if (ui->typing.object == 0)
        return false;
    if (in->kind == INPUT_PASTE) {
        typing_paste(ui, in->bytes, in->len);
        return true;
    }
    if (in->kind != INPUT_CHARACTER || (in->mods & (INPUT_CTRL | INPUT_ALT)) != 0)
        return false;
    size_t len = utf8_encode(in->point, bytes);
    if (len == 0 || !utf8_check(bytes, len, NULL))
        return false;
    typing_put(ui, bytes, len, RUN_INSERT);
    return true;
}

/* ---- deleting */

static void delete_range(struct ui *ui, uint32_t from, uint32_t to, enum typing_run run)
{
    if (to > from)
        typing_splice(ui, from, to - from, "", 0, run);
}

/* What is selected; else from the caret to where `other` says. */
static void delete_to(struct ui *ui, uint32_t (*other)(const struct text *t, uint32_t at))
{
    const struct text *text = typing_settle(ui);
    const struct typing *t = &ui->typing;
    uint32_t from, to;
    if (text == NULL)
        return;
    typing_selection(t, &from, &to);
    if (from == to) {
        uint32_t end = other(text, t->caret);
        from = end < t->caret ? end : t->caret;
        to = end < t->caret ? t->caret : end;
    }
    delete_range(ui, from, to, RUN_DELETE);
}

void ui_run_type_backspace(struct ui *ui)
{
    delete_to(ui, text_prev_cluster);
}

void ui_run_type_delete(struct ui *ui)
{
    delete_to(ui, text_next_cluster);
}

/* ---- cutting and copying */

static void keep(struct ui *ui, const struct text *text, uint32_t from, uint32_t to)
{
    struct typing *t = &ui->typing;
    size_t len;
    const char *bytes = text_range(text, from, to, &len);
    free(t->killed);
    t->killed = xstrndup(bytes, len);
    t->killed_len = len;
}

static void cut(struct ui *ui, const struct text *text, uint32_t from, uint32_t to)
{
    if (to <= from)
        return;
    keep(ui, text, from, to);
    delete_range(ui, from, to, RUN_NONE);
}

static void cut_to(struct ui *ui, uint32_t (*other)(const struct text *t, uint32_t at))
{
    const struct text *text = typing_settle(ui);
    uint32_t from, to;
    if (text == NULL)
        return;
    typing_selection(&ui->typing, &from, &to);
    if (from == to) {
        uint32_t end = other(text, ui->typing.caret);
        from = end < from ? end : from;
        to = end > to ? end : to;
    }
    cut(ui, text, from, to);
}

/* At a line's end the line break goes, too: so ctrl-k again and again takes line after line. */
static uint32_t line_end_or_next(const struct text *t, uint32_t at)
{
    uint32_t end = text_line_end(t, at);
    return end == at && end < t->len_points ? end + 1 : end;
}

static uint32_t line_start_or_previous(const struct text *t, uint32_t at)
{
    uint32_t start = text_line_start(t, at);
    return start == at && start > 0 ? start - 1 : start;
}

void ui_run_type_cut_word_left(struct ui *ui)
{
    cut_to(ui, text_prev_word);
}

void ui_run_type_cut_word_right(struct ui *ui)
{
    cut_to(ui, text_next_word);
}

void ui_run_type_cut_line_end(struct ui *ui)
{
    cut_to(ui, line_end_or_next);
}

void ui_run_type_cut_line_start(struct ui *ui)
{
    cut_to(ui, line_start_or_previous);
}

/* To the system's clipboard, too, unless what stands here must not leave the program. */
static bool copy(struct ui *ui)
{
    const struct text *text = typing_settle(ui);
    struct typing *t = &ui->typing;
    uint32_t from, to;
    if (text == NULL)
        return false;
    typing_selection(t, &from, &to);
    if (from == to) {
        ui_say(ui, ROLE_TEXT, "Nothing is selected. Shift and the arrows select; so does %s, then the arrows.",
               ui_key(ui, ACTION_SELECT_MARK));
        return false;
    }
    keep(ui, text, from, to);
    if (!ui->confidential && ui->host->copy != NULL)
        ui->host->copy(ui->host->ctx, t->killed, t->killed_len);
    return true;
}

void ui_run_type_copy(struct ui *ui)
{
    if (!copy(ui))
        return;
    ui->typing.selecting = false;
    ui_say(ui, ROLE_TEXT, "Copied.");
}

void ui_run_type_cut(struct ui *ui)
{
    uint32_t from, to;
    if (!copy(ui))
        return;
    typing_selection(&ui->typing, &from, &to);
    delete_range(ui, from, to, RUN_NONE);
}

void ui_run_type_paste(struct ui *ui)
{
    const struct typing *t = &ui->typing;
    if (t->killed_len == 0) {
        ui_say(ui, ROLE_TEXT, "Nothing was cut or copied yet.");
        return;
    }
    char *bytes = xstrndup(t->killed, t->killed_len);
    typing_put(ui, bytes, t->killed_len, RUN_NONE);
    free(bytes);
}

/* ---- undo */

static void go(struct ui *ui, enum status (*step)(struct replica *r, int64_t now_ms, struct why *why))
{
    struct why why = {""};
    typing_end_run(ui);
    if (ui->replica == NULL)
        return;
    if (step(ui->replica, ui->now_ms, &why) != STATUS_OK) {
        ui_say_why(ui, &why);
        return;
    }
    ui_edited(ui);
    typing_remember(ui);
    typing_settle(ui);
    typing_tell(ui);
    ui->dirty = true;
}

void ui_run_type_undo(struct ui *ui)
{
    go(ui, replica_undo);
}

void ui_run_type_redo(struct ui *ui)
{
    go(ui, replica_redo);
}
