/* Blocks and the canvas as a whole: names, questions, new and removed blocks; joining and splitting cards; undo. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/ui_private.h"
#include "common/buf.h"
#include "common/text.h"
#include "common/utf8.h"

/* One line without blanks around it, at most `points` long; NULL: said why not. */
static char *checked_line(struct ui *ui, const char *line, size_t points)
{
    size_t n, len;
    line += strspn(line, " ");
    len = strlen(line);
    while (len > 0 && line[len - 1] == ' ')
        len--;
    if (len == 0)
        return NULL;
    if (utf8_check_line(line, len, &n) && n <= points)
        return ui_printf(ui, "%.*s", (int)len, line);
    ui_say(ui, ROLE_WARN, "That is too long: at most %zu characters.", points);
    return NULL;
}

static bool set_text(struct ui *ui, uint64_t object, const char *key, char *text)
{
    struct value value = {VALUE_TEXT, text, 0};
    return ui_submit_one(ui, ops_prop_set(&ui->words, object, key, &value));
}

/* ---- names */

static void canvas_named(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    char *title = checked_line(ui, line, TITLE_POINTS);
    (void)choice, (void)object;
    if (title && set_text(ui, 0, "title", title))
        ui_say(ui, ROLE_GOOD, "The canvas is called “%s” now.", title);
}

void ui_run_rename_canvas(struct ui *ui)
{
    ask_line(ui, "New name of the canvas", canvas_title(ui_view(ui)), canvas_named);
}

/* The block that the question was about, if it is still there. */
static struct block *asked_block(struct ui *ui)
{
    struct block *block = canvas_block(ui_view(ui), ui->ask.about[0]);
    if (block && !block->deleted)
        return block;
    ui_say(ui, ROLE_WARN, "The block is gone.");
    return NULL;
}

static void block_named(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    char *title = checked_line(ui, line, TITLE_POINTS);
    const struct block *block = title ? asked_block(ui) : NULL;
    (void)choice, (void)object;
    if (block)
        (void)set_text(ui, block->o.id, "title", title);
}

void ui_run_rename_block(struct ui *ui)
{
    ui->ask.about[0] = ui->block;
    ask_line(ui, "New title of the block", ui_focused_block(ui)->title, block_named);
}

static void prompt_typed(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    char *prompt = checked_line(ui, line, PROMPT_POINTS);
    const struct block *block = asked_block(ui);
    struct value value = {prompt ? VALUE_TEXT : VALUE_NONE, prompt, 0};
    (void)choice, (void)object;
    if (block && (prompt || line[strspn(line, " ")] == '\0'))
        (void)ui_submit_one(ui, ops_prop_set(&ui->words, block->o.id, "prompt", &value));
}

/* A prompt of several lines is offered as one. */
void ui_run_edit_prompt(struct ui *ui)
{
    char *given = ui_printf(ui, "%s", ui_focused_block(ui)->prompt);
    for (char *c = given; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    ui->ask.about[0] = ui->block;
    ask_line(ui, "The question shown while the block is empty", given, prompt_typed);
}

/* ---- blocks come and go */

/* "Key partners" → "key-partners", and a number behind it if that is taken. */
static const char *free_key(struct ui *ui, const char *title)
{
    const struct canvas *canvas = ui_view(ui);
    char base[KEY_MAX - 8];
    const char *key;
    size_t len = 0;

    for (const char *c = title; *c && len + 1 < sizeof base; c++) {
        char low = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
        if ((low >= 'a' && low <= 'z') || (len > 0 && low >= '0' && low <= '9'))
            base[len++] = low;
        else if (len > 0 && base[len - 1] != '-')
            base[len++] = '-';
    }
    base[len] = '\0';
    key = len ? ui_printf(ui, "%s", base) : "block";
    for (unsigned i = 2; canvas_block_by_key(canvas, key); i++)
        key = ui_printf(ui, "%s-%u", len ? base : "block", i);
    return key;
}

static Cocanvas__Op *set_number(struct ui *ui, uint64_t object, const char *key, uint32_t number)
{
    struct value value = {VALUE_NUMBER, ui_printf(ui, "%u", number), 0};
    return ops_prop_set(&ui->words, object, key, &value);
}

/* In a grid the new block is a row of its own at the bottom, as wide as the canvas. */
static void block_titled(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct canvas *canvas = ui_view(ui);
    const struct header *header = &canvas->header;
    char *title = checked_line(ui, line, TITLE_POINTS);
    uint64_t id = replica_next_id(ui->replica);
    Cocanvas__Op *ops[2];
    Cocanvas__Block *block;
    size_t n = 0;

    (void)choice, (void)object;
    if (!title)
        return;
    ops[n] = ops_block_add(&ui->words, id, free_key(ui, title), title, "");
    block = ops[n++]->block_add->block;
    block->col_span = header->cols ? header->cols : 1;
    block->row_span = 1;
    block->row = header->rows;
    for (struct object *o = canvas->blocks; o; o = o->hh.next) {
        const struct block *other = (const struct block *)o;
        if (block->order <= other->order && other->order < ORDER_MAX)
            block->order = other->order + 1;
    }
    if (header->rows > 0 && header->rows < GRID_MAX)
        ops[n++] = set_number(ui, 0, "rows", header->rows + 1);
    else if (header->rows > 0)
        block->row = header->rows - 1;
    if (ui_submit(ui, n, ops, false))
        (void)ui_go(ui, id);
}

void ui_run_add_block(struct ui *ui)
{
    ask_line(ui, "Title of the new block", "", block_titled);
}

void ui_run_remove_block(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);
    const char *title = ui_printf(ui, "%s", block->title);

    if (block->n_alive)
        ui_say(ui, ROLE_WARN, "%s still holds %u %s: move or remove %s first.", title, block->n_alive,
               block->n_alive == 1 ? "card" : "cards", block->n_alive == 1 ? "it" : "them");
    else if (ui_submit_one(ui, ops_block_remove(&ui->words, ui->block)))
        ui_say(ui, ROLE_TEXT, "The block %s is removed. %s brings it back.", title, ui_key(ui, ACTION_UNDO));
}

/* ---- splitting and joining */

/* The op that makes the card's text another one; NULL if it is that already. */
static Cocanvas__Op *set_card_text(struct ui *ui, const struct card *card, const char *bytes, size_t len)
{
    struct text wanted;
    struct text_op difference;
    Cocanvas__Op *op;

    text_init(&wanted);
    text_set(&wanted, bytes, len);
    text_op_init(&difference);
    text_diff(&difference, &card->text, &wanted);
    op = ops_text_edit(&ui->words, card->o.id, "", &difference);
    text_op_fini(&difference);
    text_fini(&wanted);
    return op;
}

/* Lines with something in them, from the arena. */
static size_t lines_of(struct ui *ui, const struct text *text, struct ui_line **lines)
{
    size_t n = 0;
    *lines = arena_calloc(&ui->words, (size_t)text->len_points + 1, sizeof **lines);
    ASSERT(*lines);
    for (const char *at = text->bytes, *end = at + text->len_bytes; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        stop = stop ? stop : end;
        if ((size_t)(stop - at) > strspn(at, " \t"))
            (*lines)[n++] = (struct ui_line){at, (size_t)(stop - at)};
        at = stop + 1;
    }
    return n;
}

static void copy_looks(struct ui *ui, const struct card *from, Cocanvas__Op *create)
{
    const struct value *color = props_get(&from->props, "color");
    if (color && color->kind == VALUE_TEXT)
        ops_card_prop(&ui->words, create, "color", color->text);
    for (uint32_t i = 0; i < from->n_tags; i++)
        ops_card_tag(&ui->words, create, from->tags[i]);
}

void ui_run_split(struct ui *ui)
{
    const struct card *card = ui_focused_card(ui);
    struct ops_place place = {.block = ui->block, .after = ui->card};
    struct ui_line *lines;
    size_t n = card ? lines_of(ui, &card->text, &lines) : 0, n_ops = 0;
    Cocanvas__Op **ops;

    if (n < 2) {
        ui_say(ui, ROLE_TEXT, "Only a card of several lines can be split.");
        return;
    }
    ops = arena_calloc(&ui->words, n + 1, sizeof *ops);
    ASSERT(ops);
    ops[n_ops++] = set_card_text(ui, card, lines[0].bytes, lines[0].len);
    for (size_t i = 1; i < n; i++) {
        uint64_t id = replica_next_id(ui->replica);
        char *text = arena_strndup(&ui->words, lines[i].bytes, lines[i].len);
        ASSERT(text);
        ops[n_ops] = ops_card_create(&ui->words, id, &place, text);
        copy_looks(ui, card, ops[n_ops++]);
        place.after = id;
    }
    if (ui_submit(ui, n_ops, ops, false))
        ui_say(ui, ROLE_TEXT, "%zu cards now. %s takes it back.", n, ui_key(ui, ACTION_UNDO));
}

/* The first card takes the texts and tags of the others, which go. */
void ui_run_merge(struct ui *ui)
{
    const struct canvas *canvas = ui_view(ui);
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids), n_ops = 0, cap = 1;
    Cocanvas__Op **ops;
    struct buf text;

    if (n < 2) {
        ui_say(ui, ROLE_TEXT, "Mark the cards to be joined first: %s marks one.", ui_key(ui, ACTION_MARK));
        return;
    }
    for (size_t i = 0; i < n; i++)
        cap += 1 + canvas_card(canvas, ids[i])->n_tags;
    ops = arena_calloc(&ui->words, cap, sizeof *ops);
    ASSERT(ops);
    buf_init(&text);
    for (size_t i = 0; i < n; i++) {
        const struct card *card = canvas_card(canvas, ids[i]);
        if (i > 0 && buf_len(&text) > 0 && card->text.len_bytes)
            buf_add(&text, "\n", 1);
        buf_add(&text, card->text.bytes, card->text.len_bytes);
        for (uint32_t j = 0; i > 0 && j < card->n_tags; j++)
            ops[n_ops++] = ops_tag_set(&ui->words, ids[0], card->tags[j], true);
        if (i > 0)
            ops[n_ops++] = ops_card_delete(&ui->words, ids[i]);
    }
    ops[n_ops] = set_card_text(ui, canvas_card(canvas, ids[0]), buf_len(&text) ? (const char *)buf_at(&text) : "",
                               buf_len(&text));
    n_ops += ops[n_ops] != NULL;
    if (ui_submit(ui, n_ops, ops, false)) {
        ui_unmark_all(ui);
        (void)ui_go(ui, ids[0]);
        ui_say(ui, ROLE_TEXT, "%zu cards are one now. %s takes it back.", n, ui_key(ui, ACTION_UNDO));
    }
    buf_fini(&text);
}

/* ---- undo */

/* The effects are noted while the replica tells of them (ui_news.c). */
static void take_back(struct ui *ui, bool redo)
{
    struct why why = {""};
    enum status st;

    memset(&ui->undoing, 0, sizeof ui->undoing);
    ui->undoing.on = true;
    st = redo ? replica_redo(ui->replica, ui->now_ms, &why) : replica_undo(ui->replica, ui->now_ms, &why);
    ui->undoing.on = false;
    if (st == STATUS_NOT_FOUND) {
        ui_say(ui, ROLE_TEXT,
               redo ? "There is nothing to do again." : "You have not changed anything that could be taken back.");
    } else if (st != STATUS_OK) {
        ui_say_why(ui, &why);
    } else {
        ui_edited(ui);
        if (ui->undoing.object && !ui->open_card)
            (void)ui_go(ui, ui->undoing.object);
        if (ui->undoing.n == 0)
            ui_say(ui, ROLE_TEXT, "Others have changed that since: it stays.");
        else if (ui->undoing.n == 1)
            ui_say(ui, ROLE_TEXT, "%s: %s.", redo ? "Done again" : "Taken back", ui->undoing.first);
        else
            ui_say(ui, ROLE_TEXT, "%s: %s, and %zu more.", redo ? "Done again" : "Taken back", ui->undoing.first,
                   ui->undoing.n - 1);
    }
}

void ui_run_undo(struct ui *ui)
{
    take_back(ui, false);
}

void ui_run_redo(struct ui *ui)
{
    take_back(ui, true);
}
