/* Texts that come from outside: pastes that become cards, and what was written in $EDITOR. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/ui_private.h"
#include "common/buf.h"
#include "common/utf8.h"

enum { PASTE_LINES = 2000, FEW_LINES = 12 };

/* ---- pastes */

static size_t without_end(const char *bytes, size_t len)
{
    while (len > 0 && (bytes[len - 1] == '\n' || bytes[len - 1] == ' ' || bytes[len - 1] == '\t'))
        len--;
    return len;
}

/* Lines with something in them; at most `room` are filled in. */
static size_t filled_lines(const char *bytes, size_t len, struct ui_line *lines, size_t room)
{
    size_t n = 0;
    for (size_t at = 0; at < len;) {
        const char *stop = memchr(bytes + at, '\n', len - at);
        size_t line = stop ? (size_t)(stop - (bytes + at)) : len - at;
        size_t kept = without_end(bytes + at, line);
        if (kept > 0) {
            if (n < room)
                lines[n] = (struct ui_line){bytes + at, kept};
            n++;
        }
        at += line + 1;
    }
    return n;
}

static void pasted(struct ui *ui, const struct ui_line *lines, size_t n, uint64_t block, uint64_t after)
{
    if (ui_add_cards(ui, lines, n, block, after))
        ui_say(ui, ROLE_GOOD,
               n == 1 ? "One card pasted. %s takes it back." : "The cards are pasted. %s takes them back.",
               ui_key(ui, ACTION_UNDO));
}

/* Where the paste went when it came; the card may be gone by now, then the block's end does. */
static void paste_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct canvas *canvas = ui_view(ui);
    const struct block *block = canvas ? canvas_block(canvas, ui->ask.about[0]) : NULL;
    struct ui_line one = {ui->ask.kept, ui->ask.kept_len}, *lines;
    size_t n;

    (void)line, (void)object;
    if (choice > 1 || !ui->ask.kept)
        return;
    if (!block || block->deleted) {
        ui_say(ui, ROLE_WARN, "The block is gone; paste again in another one.");
        return;
    }
    if (choice == 1) {
        pasted(ui, &one, 1, block->o.id, ui->ask.about[1]);
        return;
    }
    n = filled_lines(one.bytes, one.len, NULL, 0);
    lines = arena_calloc(&ui->words, n + 1, sizeof *lines);
    ASSERT(lines);
    pasted(ui, lines, filled_lines(one.bytes, one.len, lines, n), block->o.id, ui->ask.about[1]);
}

static void ask_about_lines(struct ui *ui, const char *bytes, size_t len, size_t n)
{
    static const struct ask_choice choices[] = {
        {'e', "One card for each line"}, {'a', "One card with all lines"}, {'c', "Cancel"}, {0, NULL}};

    free(ui->ask.kept);
    ui->ask.kept = xmalloc(len + 1);
    memcpy(ui->ask.kept, bytes, len);
    ui->ask.kept[len] = '\0';
    ui->ask.kept_len = len;
    ui->ask.about[0] = ui->block;
    ui->ask.about[1] = ui->card;
    ask_choice(ui, ui_printf(ui, "You paste %zu lines.", n), choices, paste_answered);
}

void ui_paste_input(struct ui *ui, const struct input *in)
{
    size_t len = in->bytes ? without_end(in->bytes, in->len) : 0, n = filled_lines(in->bytes, len, NULL, 0);
    struct ui_line one;

    if (n == 0)
        return;
    if (ui_contexts(ui) != (CONTEXT_ANYWHERE | CONTEXT_CANVAS)) {
        ui_say(ui, ROLE_TEXT, "Nothing takes a paste here: type into a text, or go back to the canvas.");
        return;
    }
    if (!ui_check_edit(ui))
        return;
    if (!ui_focused_block(ui))
        ui_say(ui, ROLE_WARN, "There is no block to paste into.");
    else if (n > PASTE_LINES)
        ui_say(ui, ROLE_WARN, "%zu lines are too many at once: at most %d. For more there is cocanvas import.", n,
               PASTE_LINES);
    else if (n > 1)
        ask_about_lines(ui, in->bytes, len, n);
    else if (filled_lines(in->bytes, len, &one, 1))
        pasted(ui, &one, 1, ui->block, ui->card);
}

/* ---- $EDITOR */

void ui_edit_outside(struct ui *ui, uint64_t object, const char *key)
{
    const struct canvas *canvas = ui_view(ui);
    const struct text *text = canvas ? canvas_text(canvas, object, key) : NULL;

    if (!ui_check_edit(ui) || !ui->host->edit_outside || strlen(key) > KEY_MAX)
        return;
    if (ui->typing.object)
        typing_end(ui);
    ui->outside_object = object;
    memcpy(ui->outside_key, key, strlen(key) + 1);
    ui->host->edit_outside(ui->host->ctx, text ? text->bytes : "", text ? text->len_bytes : 0);
}

void ui_run_editor(struct ui *ui)
{
    uint64_t card = ui->open_card ? ui->open_card : ui->card;
    if (card)
        ui_edit_outside(ui, card, "");
    else
        ui_say(ui, ROLE_WARN, "Put the focus on a card first.");
}

/* The card went while it was edited: the words become a new one. */
static void keep_words(struct ui *ui, const char *text, size_t len)
{
    struct ui_line one = {text, without_end(text, len)};

    if (one.len == 0)
        return;
    if (ui_focused_block(ui) && ui_add_cards(ui, &one, 1, ui->block, ui->card))
        ui_say(ui, ROLE_WARN, "Somebody removed the card while you edited it. Your text is a new card now.");
    else
        ui_say(ui, ROLE_BAD, "Somebody removed the card while you edited it, and your text found no place.");
}

void ui_edited_outside(struct ui *ui, const char *text, size_t len, const char *sentence)
{
    const struct canvas *canvas = ui_view(ui);
    const struct card *card = canvas ? canvas_card(canvas, ui->outside_object) : NULL;
    struct why why = {""};

    ui->dirty = true;
    if (!text) {
        ui_say(ui, ROLE_BAD, "%s", sentence ? sentence : "The editor failed; nothing was changed.");
    } else if (!canvas || !ui->outside_object) {
        ui_say(ui, ROLE_WARN, "The canvas is closed; nothing was changed.");
    } else if (!utf8_check(text, len, NULL)) {
        ui_say(ui, ROLE_BAD, "The editor's text is not valid UTF-8 or has control characters; nothing was changed.");
    } else if (card && card->deleted_seq) {
        keep_words(ui, text, len);
    } else {
        if (len > 0 && text[len - 1] == '\n') /* editors end every file with one */
            len--;
        if (replica_text_set(ui->replica, ui->outside_object, ui->outside_key, text, len, ui->now_ms, &why) ==
            STATUS_OK)
            ui_edited(ui);
        else
            ui_say_why(ui, &why);
    }
    ui->outside_object = 0;
}
