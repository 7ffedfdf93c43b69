/* New cards while typing: Enter after Enter, and a paste of many lines that becomes one card each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/typing_private.h"
#include "common/buf.h"
#include "common/utf8.h"

/* ---- card after card */

bool typing_new_card(struct ui *ui, uint64_t block, uint64_t after)
{
    struct typing *t = &ui->typing;
    if (t->object != 0)
        typing_end(ui);
    if (ui->replica == NULL || !ui_check_edit(ui) || canvas_block(ui_view(ui), block) == NULL)
        return false;
    const struct ops_place place = {.block = block, .after = after};
    uint64_t id = replica_next_id(ui->replica);
    if (!ui_submit_one(ui, ops_card_create(&ui->words, id, &place, "")))
        return false;
    ui_focus(ui, block, id);
    if (!typing_begin(ui, id, "", 0))
        return false;
    t->is_new = true;
    t->undo_depth = replica_undo_depth(ui->replica);
    return true;
}

void ui_run_type_next_card(struct ui *ui)
{
    struct typing *t = &ui->typing;
    t->one_card_only = !t->one_card_only;
    ui_say(ui, ROLE_TEXT,
           t->one_card_only ? "Enter ends a new card now." : "Enter in a new card begins the next one now.");
}

void ui_run_type_newline(struct ui *ui)
{
    if (typing_put(ui, "\n", 1, RUN_NONE))
        typing_end_run(ui);
}

void ui_run_type_enter(struct ui *ui)
{
    struct typing *t = &ui->typing;
    if (typing_has_lines(ui)) {
        ui_run_type_newline(ui);
        return;
    }
    const struct text *text = typing_settle(ui);
    if (text == NULL)
        return;
    const struct card *card = canvas_card(ui_view(ui), t->object);
    uint64_t id = t->object, block = card->block->o.id;
    bool go_on = t->is_new && !t->one_card_only && text->len_points > 0;
    typing_end(ui);
    if (go_on && canvas_card(ui_view(ui), id) != NULL && canvas_card(ui_view(ui), id)->deleted_seq == 0)
        typing_new_card(ui, block, id);
}

/* ---- a paste of many lines */

enum { CHOICE_CARDS, CHOICE_TEXT, PASTED_CARDS = 1000 };

struct line {
    const char *bytes;
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Without blanks around it and a list's mark before it: "  - Wholesale " → "Wholesale". */
static struct line cleaned(const char *bytes, size_t len)
{
    static const char *const marks[] = {"- ", "* ", "+ ", "• ", "– ", "·", "‣ "};
    while (len > 0 && is_blank(bytes[0]))
        bytes++, len--;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        size_t mark = strlen(marks[i]);
        if (len > mark && memcmp(bytes, marks[i], mark) == 0) {
            bytes += mark, len -= mark;
            break;
        }
    }
    while (len > 0 && is_blank(bytes[0]))
        bytes++, len--;
    while (len > 0 && is_blank(bytes[len - 1]))
        len--;
    return (struct line){bytes, len};
}

/* The next line that is not empty; false: none is left. */
static bool next_line(const char **at, const char *end, struct line *line)
{
    while (*at < end) {
        const char *line_end = memchr(*at, '\n', (size_t)(end - *at));
        const char *from = *at, *to = line_end != NULL ? line_end : end;
        *at = to < end ? to + 1 : end;
        *line = cleaned(from, (size_t)(to - from));
        if (line->len > 0)
            return true;
    }
    return false;
}

static size_t count_lines(const char *bytes, size_t len)
{
    const char *at = bytes;
    struct line line;
    size_t n = 0;
    while (next_line(&at, bytes + len, &line))
        n++;
    return n;
}

/* The first line goes in at the caret, each other one becomes a card behind the one before; the last one keeps the
 * focus. Undo takes all of the cards back in one step. */
static void one_card_each(struct ui *ui, const char *bytes, size_t len)
{
    const struct card *card = canvas_card(ui_view(ui), ui->typing.object);
    const char *at = bytes;
    struct line line;
    size_t n = 0, cap = count_lines(bytes, len);
    Cocanvas__Op **ops = arena_calloc(&ui->words, cap, sizeof(Cocanvas__Op *));
    if (card == NULL || ops == NULL || !next_line(&at, bytes + len, &line) ||
        !typing_put(ui, line.bytes, line.len, RUN_NONE))
        return;
    struct ops_place place = {.block = card->block->o.id, .after = card->o.id};
    while (n < cap && n < PASTED_CARDS && next_line(&at, bytes + len, &line)) {
        char *text = arena_strndup(&ui->words, line.bytes, line.len);
        uint64_t id = replica_next_id(ui->replica);
        ops[n++] = ops_card_create(&ui->words, id, &place, text != NULL ? text : "");
        place.after = id;
    }
    if (n > 0 && !ui_submit(ui, n, ops, true))
        return;
    typing_end(ui);
    ui_focus(ui, place.block, place.after);
    ui_say(ui, ROLE_GOOD, "%zu cards.", n + 1);
}

static void as_one_text(struct ui *ui, const char *bytes, size_t len)
{
    typing_put(ui, bytes, len, RUN_NONE);
}

static void answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (ui->typing.object != ui->ask.about[0] || typing_settle(ui) == NULL) {
        ui_say(ui, ROLE_WARN, "The card that you pasted into is gone. Paste again elsewhere.");
        return;
    }
    if (choice == CHOICE_CARDS)
        one_card_each(ui, ui->ask.kept, ui->ask.kept_len);
    else if (choice == CHOICE_TEXT)
        as_one_text(ui, ui->ask.kept, ui->ask.kept_len);
}

static void ask(struct ui *ui, const char *bytes, size_t len, size_t lines)
{
    static const struct ask_choice choices[] = {{'c', "One card each"}, {'t', "One text, as it is"}, {0, NULL}};
    char title[100];
    snprintf(title, sizeof title, "You pasted %zu lines.", lines);
    ask_choice(ui, title, choices, answered);
    free(ui->ask.kept);
    ui->ask.kept = xstrndup(bytes, len);
    ui->ask.kept_len = len;
    ui->ask.about[0] = ui->typing.object;
}

void typing_paste(struct ui *ui, const char *bytes, size_t len)
{
    const struct typing *t = &ui->typing;
    bool is_card = t->key[0] == '\0' && canvas_card(ui_view(ui), t->object) != NULL;
    while (len > 0 && bytes[len - 1] == '\n')
        len--;
    if (len == 0 || typing_settle(ui) == NULL)
        return;
    if (!utf8_check(bytes, len, NULL)) {
        ui_say(ui, ROLE_WARN, "What was pasted is not text.");
        return;
    }
    size_t lines = is_card ? count_lines(bytes, len) : 1;
    if (lines > 1)
        ask(ui, bytes, len, lines);
    else
        as_one_text(ui, bytes, len);
}
