/* Markdown into blocks and cards, see canvas_file.h for the shape. Line by line; what is not understood is refused
 * with its line number, so that nothing that somebody wrote is lost silently. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/output.h"
#include "common/utf8.h"

/* Growing lists in the arena: the capacity is the next power of two of the count. */
static void *arena_push(struct arena *arena, void *list, size_t n, size_t size)
{
    if (n > 0 && (n & (n - 1)) != 0)
        return list;
    void *more = arena_calloc(arena, n ? 2 * n : 1, size);
    if (more && n)
        memcpy(more, list, n * size);
    return more;
}

struct parser {
    struct arena *arena;
    struct markdown *out;
    struct markdown_block *block; /* the present one, NULL before the first */
    struct markdown_card *card;   /* the present one, NULL before the first of the block */
    unsigned empty_lines;         /* seen since the card's last line */
    struct markdown_table *table; /* of measures or actions, NULL: in none */
    struct markdown_value *heads; /* columns of the present table: title and key; NULL: not in one */
    size_t n_heads;
    unsigned line;
    bool ended; /* behind the closing "---" */
    struct why *why;
};

static const char *dup_range(struct parser *p, const char *bytes, size_t len)
{
    const char *copy = arena_strndup(p->arena, bytes, len);
    return copy ? copy : "";
}

static size_t trimmed(const char *line, size_t len)
{
    while (len > 0 && (line[len - 1] == ' ' || line[len - 1] == '\t'))
        len--;
    return len;
}

/* ---- the braces behind a card's first line */

/* A word or a "quoted one"; returns the byte behind it, NULL if the quote does not end. */
static const char *brace_word(struct parser *p, const char *at, const char *end, const char **word)
{
    if (at < end && *at == '"') {
        char *copy = arena_calloc(p->arena, (size_t)(end - at), 1);
        size_t n = 0;
        for (at++; copy && at < end && *at != '"'; at++) {
            if (*at == '\\' && at + 1 < end)
                at++;
            copy[n++] = *at;
        }
        *word = copy;
        return copy && at < end ? at + 1 : NULL;
    }
    const char *from = at;
    while (at < end && *at != ' ')
        at++;
    *word = dup_range(p, from, (size_t)(at - from));
    return at;
}

static const char *brace_item(struct parser *p, struct markdown_card *card, const char *at, const char *end)
{
    const char *word;
    if (*at == '#') {
        at = brace_word(p, at + 1, end, &word);
        if (!at || !*word)
            return NULL;
        card->tags = arena_push(p->arena, card->tags, card->n_tags, sizeof *card->tags);
        card->tags[card->n_tags++] = word;
        return at;
    }
    static const char *const keys[] = {"status=", "color=", "votes=", "id="};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        size_t len = strlen(keys[i]);
        if ((size_t)(end - at) < len || memcmp(at, keys[i], len) != 0)
            continue;
        at = brace_word(p, at + len, end, &word);
        if (i == 0)
            card->status = word;
        else if (i == 1)
            card->color = word;
        else if (i == 3)
            card->id = word;
        return at; /* votes are people's own: told, not taken over */
    }
    return NULL;
}

/* Takes "{#tag status=x}" off the line's end if it is that; returns the length of what is left. */
static size_t take_braces(struct parser *p, struct markdown_card *card, const char *line, size_t len)
{
    if (len < 2 || line[len - 1] != '}' || line[len - 2] == '\\')
        return len;
    const char *open = memrchr(line, '{', len), *end = line + len - 1;
    if (!open || (open > line && open[-1] != ' '))
        return len;
    struct markdown_card seen = {0};
    const char *at = open + 1;
    while (at && at < end) {
        at = *at == ' ' ? at + 1 : brace_item(p, &seen, at, end);
    }
    if (!at)
        return len;
    card->tags = seen.tags;
    card->n_tags = seen.n_tags;
    card->status = seen.status;
    card->color = seen.color;
    card->id = seen.id;
    return trimmed(line, (size_t)(open - line));
}

/* ---- lines */

static enum status at_line(struct parser *p, const char *what)
{
    return refuse(p->why, STATUS_MALFORMED, "Line %u: %s", p->line, what);
}

/* A line of a text without the backslashes that protect its beginning or end. */
static const char *unescaped(struct parser *p, const char *line, size_t len, bool first)
{
    if (len > 1 && line[0] == '\\' && (line[1] == '\\' || line[1] == '>' || line[1] == '-')) {
        line++;
        len--;
    }
    if (first && len > 1 && line[len - 1] == '}' && line[len - 2] == '\\')
        return arena_printf(p->arena, "%.*s}", (int)(len - 2), line);
    return dup_range(p, line, len);
}

/* Of a table's cell, or of a field's value: "\\|" is "|", "<br>" a line break. */
static const char *cell_text_of(struct parser *p, const char *cell, size_t len)
{
    char *copy = arena_calloc(p->arena, len + 1, 1);
    size_t n = 0;
    for (size_t i = 0; copy && i < len; i++) {
        if (cell[i] == '\\' && i + 1 < len)
            copy[n++] = cell[++i];
        else if (len - i >= 4 && memcmp(cell + i, "<br>", 4) == 0)
            copy[n++] = '\n', i += 3;
        else
            copy[n++] = cell[i];
    }
    return copy ? copy : "";
}

/* "Rank (rank)" into title and key. */
static struct markdown_value named(struct parser *p, const char *name, size_t len)
{
    struct markdown_value value = {.key = "", .text = ""};
    const char *open = len && name[len - 1] == ')' ? memrchr(name, '(', len) : NULL;
    if (open) {
        value.key = dup_range(p, open + 1, len - (size_t)(open - name) - 2);
        len = trimmed(name, (size_t)(open - name));
    }
    value.title = dup_range(p, name, len);
    return value;
}

static void push_value(struct parser *p, struct markdown_value **list, size_t *n, struct markdown_value value)
{
    *list = arena_push(p->arena, *list, *n, sizeof **list);
    (*list)[(*n)++] = value;
}

/* "- *Rank* (rank): 3" below a card; false: it is a line of its text. */
static bool take_field(struct parser *p, const char *line, size_t len)
{
    const char *end = line + len, *star = len > 4 && memcmp(line, "- *", 3) == 0 ? memmem(line + 3, len - 3, "* (", 3) : NULL;
    const char *close = star ? memmem(star, (size_t)(end - star), "):", 2) : NULL;
    if (!close)
        return false;
    const char *text = close + 2 + (close + 2 < end && close[2] == ' ');
    struct markdown_value value = {.key = dup_range(p, star + 3, (size_t)(close - star) - 3),
                                   .title = cell_text_of(p, line + 3, (size_t)(star - line) - 3),
                                   .text = cell_text_of(p, text, (size_t)(end - text))};
    push_value(p, &p->card->values, &p->card->n_values, value);
    return true;
}

static enum status begin_card(struct parser *p, const char *line, size_t len)
{
    if (!p->block || p->table)
        return at_line(p, "a card before the first block. Blocks begin with \"## \".");
    p->block->cards = arena_push(p->arena, p->block->cards, p->block->n_cards, sizeof *p->block->cards);
    if (!p->block->cards)
        return at_line(p, "the file is too large.");
    p->card = &p->block->cards[p->block->n_cards++];
    memset(p->card, 0, sizeof *p->card);
    p->card->line = p->line;
    p->empty_lines = 0;
    len = take_braces(p, p->card, line, trimmed(line, len));
    p->card->text = unescaped(p, line, len, true);
    return STATUS_OK;
}

static enum status continue_card(struct parser *p, const char *line, size_t len)
{
    if (len >= 1 && line[0] == '>') {
        size_t skip = len > 1 && line[1] == ' ' ? 2 : 1;
        p->card->comments = arena_push(p->arena, p->card->comments, p->card->n_comments, sizeof *p->card->comments);
        p->card->comments[p->card->n_comments++] = dup_range(p, line + skip, len - skip);
        return STATUS_OK;
    }
    if (take_field(p, line, len))
        return STATUS_OK;
    const char *breaks = "\n";
    for (; p->empty_lines; p->empty_lines--)
        breaks = arena_printf(p->arena, "%s\n", breaks);
    p->card->text = arena_printf(p->arena, "%s%s%s", p->card->text, breaks, unescaped(p, line, len, false));
    return STATUS_OK;
}

static enum status begin_block(struct parser *p, const char *line, size_t len)
{
    struct markdown *out = p->out;
    len = trimmed(line, len);
    out->blocks = arena_push(p->arena, out->blocks, out->n_blocks, sizeof *out->blocks);
    p->block = &out->blocks[out->n_blocks++];
    memset(p->block, 0, sizeof *p->block);
    p->card = NULL;
    p->table = NULL;
    p->heads = NULL;
    p->n_heads = 0;
    p->block->line = p->line;
    const char *open = len && line[len - 1] == ')' ? memrchr(line, '(', len) : NULL;
    if (open) {
        p->block->key = dup_range(p, open + 1, len - (size_t)(open - line) - 2);
        len = trimmed(line, (size_t)(open - line));
    }
    p->block->title = dup_range(p, line, len);
    return STATUS_OK;
}

static bool starts(const char *line, size_t len, const char *with)
{
    size_t n = strlen(with);
    return len >= n && memcmp(line, with, n) == 0;
}

/* ---- tables */

/* The cell that begins at *at (behind a "|"); *at comes to stand behind the next "|". */
static size_t next_cell(const char **at, const char *end, const char **cell)
{
    const char *from = *at, *stop;
    while (from < end && *from == ' ')
        from++;
    for (stop = from; stop < end && *stop != '|'; stop++)
        stop += *stop == '\\' && stop + 1 < end;
    *cell = from;
    *at = stop < end ? stop + 1 : end;
    return trimmed(from, (size_t)(stop - from));
}

static bool is_rule(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!strchr("|-: ", line[i]))
            return false;
    return true;
}

/* A row of a block's table: a card, whose text is the first cell. */
static enum status card_row(struct parser *p, const char *at, const char *end)
{
    const char *cell;
    size_t len = next_cell(&at, end, &cell);
    const char *text = cell_text_of(p, cell, len);
    enum status status = begin_card(p, text, strlen(text));
    for (size_t i = 1; at < end && status == STATUS_OK; i++) {
        len = next_cell(&at, end, &cell);
        if (i >= p->n_heads && len > 0)
            return at_line(p, "more cells than the table's heading has. A | inside of a cell is written \\|");
        if (len == 0)
            continue;
        struct markdown_value value = p->heads[i];
        value.text = cell_text_of(p, cell, len);
        push_value(p, &p->card->values, &p->card->n_values, value);
    }
    return status;
}

static enum status table_row(struct parser *p, const char *at, const char *end)
{
    const char *cell;
    struct markdown_table *table = p->table;
    table->lines = arena_push(p->arena, table->lines, table->n_lines, sizeof *table->lines);
    struct markdown_line *line = &table->lines[table->n_lines++];
    *line = (struct markdown_line){.line = p->line};
    for (size_t i = 0; at < end; i++) {
        size_t len = next_cell(&at, end, &cell);
        if (i >= p->n_heads)
            return len > 0 ? at_line(p, "more cells than the table's heading has. A | inside of a cell is written \\|") : STATUS_OK;
        struct markdown_value value = p->heads[i];
        value.text = cell_text_of(p, cell, len);
        push_value(p, &line->values, &line->n_values, value);
    }
    return STATUS_OK;
}

static enum status parse_table_line(struct parser *p, const char *line, size_t len)
{
    const char *at = line + 1, *end = line + trimmed(line, len);
    if (end[-1] == '|' && end - 1 > line && end[-2] != '\\')
        end--;
    if (!p->block && !p->table)
        return at_line(p, "a table before the first block. Blocks begin with \"## \".");
    if (!p->heads) {
        while (at < end) {
            const char *cell;
            size_t n = next_cell(&at, end, &cell);
            const char *name = cell_text_of(p, cell, n);
            push_value(p, &p->heads, &p->n_heads, named(p, name, strlen(name)));
        }
        return p->heads ? STATUS_OK : at_line(p, "a table without columns.");
    }
    if (is_rule(line, len))
        return STATUS_OK;
    return p->table ? table_row(p, at, end) : card_row(p, at, end);
}

/* "### Measures" and "### Actions". */
static enum status begin_table(struct parser *p, const char *name, size_t len)
{
    len = trimmed(name, len);
    p->table = len == 8 && memcmp(name, "Measures", 8) == 0 ? &p->out->measures : len == 7 && memcmp(name, "Actions", 7) == 0 ? &p->out->actions : NULL;
    p->heads = NULL;
    p->n_heads = 0;
    p->card = NULL;
    return p->table ? STATUS_OK : at_line(p, "a heading of the third level is \"### Measures\" or \"### Actions\"; blocks have the second.");
}

static enum status parse_line(struct parser *p, const char *line, size_t len)
{
    if (trimmed(line, len) == 0) {
        p->empty_lines += p->card != NULL;
        return STATUS_OK;
    }
    if (line[0] == '|')
        return parse_table_line(p, line, len);
    if (starts(line, len, "### "))
        return begin_table(p, line + 4, len - 4);
    if (starts(line, len, "## "))
        return begin_block(p, line + 3, len - 3);
    if (starts(line, len, "# ")) {
        p->out->title = dup_range(p, line + 2, trimmed(line + 2, len - 2));
        return STATUS_OK;
    }
    if (starts(line, len, "- ") || starts(line, len, "* ") || starts(line, len, "+ "))
        return begin_card(p, line + 2, len - 2);
    if (len == 1 && line[0] == '-')
        return begin_card(p, "", 0);
    if (p->card && starts(line, len, "  "))
        return continue_card(p, line + 2, len - 2);
    if (p->card && line[0] == '\t')
        return continue_card(p, line + 1, len - 1);
    if (p->out->n_blocks == 0 && starts(line, len, "> **Confidential**"))
        p->out->confidential = true;
    if (line[0] == '>')
        return STATUS_OK;
    if (len == 3 && memcmp(line, "---", 3) == 0 && p->block) {
        p->ended = true;
        return STATUS_OK;
    }
    return at_line(p, "not a block (\"## \"), a card (\"- \") or a card's further line (two spaces).");
}

/* "---", keys, "---" at the file's beginning. Returns where the rest begins. */
static const char *front_matter(struct parser *p, const char *at, const char *end)
{
    if (!starts(at, (size_t)(end - at), "---\n"))
        return at;
    for (const char *line = at + 4; line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t len = stop ? (size_t)(stop - line) : (size_t)(end - line);
        p->line++;
        if (len == 3 && memcmp(line, "---", 3) == 0) {
            p->line++;
            return stop ? stop + 1 : end;
        }
        if (starts(line, len, "template:")) {
            size_t skip = 9 + strspn(line + 9, " ");
            p->out->template_id = dup_range(p, line + skip, trimmed(line + skip, len > skip ? len - skip : 0));
        }
        line = stop ? stop + 1 : end;
    }
    return end;
}

/* "<!-- cocanvas {…} -->" on a line of its own: the last one counts. */
static void take_structure(struct parser *p, const char *bytes, size_t len)
{
    static const char begin[] = "\n<!-- cocanvas ";
    const char *at = bytes, *end = bytes + len, *found = NULL;
    while ((at = memmem(at, (size_t)(end - at), begin, sizeof begin - 1)))
        found = at += sizeof begin - 1;
    const char *stop = found ? memmem(found, (size_t)(end - found), " -->", 4) : NULL;
    if (stop)
        p->out->structure = dup_range(p, found, (size_t)(stop - found));
}

enum status markdown_parse(const char *bytes, size_t len, struct arena *arena, struct markdown *out, struct why *why)
{
    memset(out, 0, sizeof *out);
    struct parser p = {.arena = arena, .out = out, .why = why};
    if (!utf8_check(bytes, len, NULL))
        return refuse(why, STATUS_BAD_TEXT, "The file is not valid UTF-8, or holds control characters.");
    const char *end = bytes + len;
    take_structure(&p, bytes, len);
    for (const char *at = front_matter(&p, bytes, end); at < end && !p.ended;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        size_t n = stop ? (size_t)(stop - at) : (size_t)(end - at);
        p.line++;
        enum status status = parse_line(&p, at, n);
        if (status != STATUS_OK)
            return status;
        at = stop ? stop + 1 : end;
    }
    return STATUS_OK;
}
