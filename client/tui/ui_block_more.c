/* More about one block: the comments on it, read and answered; its place and size in numbers; its help text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/typing_private.h"
#include "client/tui/ui_private.h"
#include "common/buf.h"
#include "common/utf8.h"

/* ---- comments: the threads, the open ones first; then one of them with what can be done */

enum { LISTED = 9, LINE_BYTES = 900, SHORT_POINTS = 120 };

/* In ask.kept while one chooses: what stands in the rows, and which comments they are. */
struct listed {
    uint64_t ids[LISTED];
    char lines[LISTED][LINE_BYTES];
    size_t n;
};

static struct listed *keep_listed(struct ui *ui)
{
    free(ui->ask.kept);
    ui->ask.kept = xcalloc(1, sizeof(struct listed));
    ui->ask.kept_len = 0;
    return (struct listed *)(void *)ui->ask.kept;
}

/* The answer's comment, before the next question takes the memory. 0: it is gone. */
static uint64_t chosen(struct ui *ui, size_t row)
{
    const struct listed *l = (const struct listed *)(const void *)ui->ask.kept;
    const struct comment *comment = l && row < l->n ? canvas_comment(ui_view(ui), l->ids[row]) : NULL;

    if (comment && comment->deleted_seq == 0)
        return comment->o.id;
    ui_say(ui, ROLE_WARN, "The comment is gone.");
    return 0;
}

static bool belongs(const struct comment *comment, uint64_t block, uint64_t thread)
{
    return comment->deleted_seq == 0 && comment->object == block && comment->parent == thread;
}

static size_t answers(const struct canvas *c, const struct comment *first)
{
    size_t n = 0;
    for (const struct object *o = c->comments; o; o = o->hh.next)
        n += belongs((const struct comment *)o, first->object, first->o.id);
    return n;
}

/* Bytes of its text that a row shows. */
static size_t shortened(const struct comment *comment)
{
    const struct text *text = &comment->text;
    return text->len_points > SHORT_POINTS ? utf8_offset(text->bytes, text->len_bytes, SHORT_POINTS) : text->len_bytes;
}

static void list_one(struct ui *ui, struct listed *l, const struct comment *comment)
{
    size_t n = answers(ui_view(ui), comment);
    char *line = l->lines[l->n];

    l->ids[l->n++] = comment->o.id;
    (void)snprintf(line, LINE_BYTES, "%s%s%s: %.*s", comment->resolved ? "(resolved) " : "", ui_person_name(ui, comment->created_by),
                   n == 0 ? "" : n == 1 ? " (1 answer)" : ui_printf(ui, " (%zu answers)", n),
                   (int)shortened(comment), comment->text.bytes ? comment->text.bytes : "");
    for (; *line; line++)
        if (*line == '\n' || *line == '\t')
            *line = ' ';
}

/* Of a block the threads (thread 0), of a thread the answers. */
static size_t list_comments(struct ui *ui, struct listed *l, uint64_t block, uint64_t thread, bool resolved)
{
    size_t all = 0;
    for (const struct object *o = ui_view(ui)->comments; o; o = o->hh.next) {
        const struct comment *comment = (const struct comment *)o;
        if (!belongs(comment, block, thread) || (thread == 0 && comment->resolved != resolved))
            continue;
        all++;
        if (l->n < LISTED)
            list_one(ui, l, comment);
    }
    return all;
}

enum { DO_ANSWER, DO_RESOLVE, DO_REMOVE, DO_N };

static void thread_done(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    uint64_t id = ui->ask.about[1];
    (void)line, (void)object;
    if (choice == DO_RESOLVE)
        pane_resolve_comment(ui, id);
    else if (choice == DO_REMOVE)
        pane_remove_comment(ui, id);
    else
        pane_answer_comment(ui, id);
}

static void thread_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct ask_choice rows[ASK_CHOICES] = {{'a', "Answer"}, {'r', "Mark as resolved, or open again"}, {'x', "Remove"}};
    uint64_t id = chosen(ui, choice);
    struct listed *l;

    (void)line, (void)object;
    if (!id)
        return;
    const struct comment *comment = canvas_comment(ui_view(ui), id);
    char *title = ui_printf(ui, "%s: %.*s", ui_person_name(ui, comment->created_by), (int)comment->text.len_bytes,
                            comment->text.bytes ? comment->text.bytes : "");
    l = keep_listed(ui);
    (void)list_comments(ui, l, comment->object, id, false);
    for (size_t i = 0; i < l->n && DO_N + i + 1 < ASK_CHOICES; i++)
        rows[DO_N + i] = (struct ask_choice){(uint32_t)('1' + i), l->lines[i]};
    ask_choice(ui, title, rows, thread_done);
    ui->ask.about[1] = id;
}

void ui_run_block_comments(struct ui *ui)
{
    struct ask_choice rows[LISTED + 1] = {{0}};
    struct listed *l = keep_listed(ui);
    size_t all = list_comments(ui, l, ui->block, 0, false);

    all += list_comments(ui, l, ui->block, 0, true);
    if (all == 0) {
        ui_say(ui, ROLE_TEXT, "Nobody has commented on this block yet.");
        return;
    }
    for (size_t i = 0; i < l->n; i++)
        rows[i] = (struct ask_choice){(uint32_t)('1' + i), l->lines[i]};
    ask_choice(ui, ui_printf(ui, all > l->n ? "Comments on “%s”: %zu of %zu" : "Comments on “%s”", ui_focused_block(ui)->title, l->n, all),
               rows, thread_chosen);
}

/* ---- place and size */

/* Four numbers with blanks between them: column and row from 0, columns and rows from 1. */
static bool read_place(const char *line, uint32_t at[4])
{
    for (size_t i = 0; i < 4; i++) {
        char *end;
        line += strspn(line, " ");
        unsigned long value = *line >= '0' && *line <= '9' ? strtoul(line, &end, 10) : GRID_MAX + 1UL;
        if (value > GRID_MAX || value < (i >= 2 ? 1 : 0))
            return false;
        at[i] = (uint32_t)value;
        line = end;
    }
    return line[strspn(line, " ")] == '\0' && at[0] + at[2] <= GRID_MAX && at[1] + at[3] <= GRID_MAX;
}

static const struct block *under(const struct canvas *canvas, uint64_t but, const uint32_t at[4])
{
    for (const struct object *o = canvas->blocks; o; o = o->hh.next) {
        const struct block *b = (const struct block *)o;
        if (!b->deleted && !block_hidden(b) && o->id != but && b->col < at[0] + at[2] && at[0] < b->col + b->col_span &&
            b->row < at[1] + at[3] && at[1] < b->row + b->row_span)
            return b;
    }
    return NULL;
}

static Cocanvas__Op *number(struct ui *ui, uint64_t object, const char *key, uint32_t to)
{
    struct value value = {VALUE_NUMBER, ui_printf(ui, "%u", to), 0};
    return ops_prop_set(&ui->words, object, key, &value);
}

/* The canvas grows if it has to. */
static void put_at(struct ui *ui, const struct block *block, const uint32_t at[4])
{
    static const char *const keys[] = {"col", "row", "col_span", "row_span"};
    const uint32_t now[] = {block->col, block->row, block->col_span, block->row_span};
    const struct header *header = &ui_view(ui)->header;
    Cocanvas__Op *ops[6];
    size_t n = 0;

    for (size_t i = 0; i < 4; i++)
        if (at[i] != now[i])
            ops[n++] = number(ui, block->o.id, keys[i], at[i]);
    if (at[0] + at[2] > header->cols)
        ops[n++] = number(ui, 0, "cols", at[0] + at[2]);
    if (at[1] + at[3] > header->rows)
        ops[n++] = number(ui, 0, "rows", at[1] + at[3]);
    if (n > 0 && ui_submit(ui, n, ops, false))
        ui_say(ui, ROLE_GOOD, "The block is at column %u, row %u now, %u × %u.", at[0], at[1], at[2], at[3]);
}

static const struct block *asked_about(struct ui *ui)
{
    const struct block *block = canvas_block(ui_view(ui), ui->ask.about[0]);
    if (block && !block->deleted)
        return block;
    ui_say(ui, ROLE_WARN, "The block is gone.");
    return NULL;
}

static void placed(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct block *block = asked_about(ui), *other;
    uint32_t at[4];

    (void)choice, (void)object;
    if (!block)
        return;
    if (!read_place(line, at))
        ui_say(ui, ROLE_WARN, "A place is four numbers: column and row from 0, columns and rows from 1, within %d.", GRID_MAX);
    else if ((other = under(ui_view(ui), block->o.id, at)) != NULL)
        ui_say(ui, ROLE_WARN, "“%s” is there. Move it first.", other->title);
    else
        put_at(ui, block, at);
}

void ui_run_place_block(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);

    ui->ask.about[0] = block->o.id;
    ask_line(ui, "Column and row, from 0; columns and rows",
             ui_printf(ui, "%u %u %u %u", block->col, block->row, block->col_span, block->row_span), placed);
}

/* ---- help */

static void help_typed(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct block *block = asked_about(ui);
    bool some = line[strspn(line, " ")] != '\0';
    struct value value = {some ? VALUE_TEXT : VALUE_NONE, some ? ui_printf(ui, "%s", line) : NULL, 0};

    (void)choice, (void)object;
    if (block)
        (void)ui_submit_one(ui, ops_prop_set(&ui->words, block->o.id, "help", &value));
}

void ui_run_edit_help(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);
    const struct value *help = props_get(&block->props, "help");
    char *given = ui_printf(ui, "%s", help && help->kind == VALUE_TEXT ? help->text : "");

    for (char *c = given; *c; c++)
        if (*c == '\n' || *c == '\t')
            *c = ' ';
    if (strlen(given) >= ASK_LINE_BYTES) {
        ui_say(ui, ROLE_WARN, "This help text is too long for a line: cocanvas block set CANVAS %s help …", block->key);
        return;
    }
    ui->ask.about[0] = block->o.id;
    ask_line(ui, "Help: what belongs into this block, and how one finds it", given, help_typed);
}
