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
    static const char *const keys[] = {"status=", "color=", "votes="};
    for (size_t i = 0; i < 3; i++) {
        size_t len = strlen(keys[i]);
        if ((size_t)(end - at) < len || memcmp(at, keys[i], len) != 0)
            continue;
        at = brace_word(p, at + len, end, &word);
        if (i == 0)
            card->status = word;
        else if (i == 1)
            card->color = word;
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
    if (len > 1 && line[0] == '\\' && (line[1] == '\\' || line[1] == '>')) {
        line++;
        len--;
    }
    if (first && len > 1 && line[len - 1] == '}' && line[len - 2] == '\\')
        return arena_printf(p->arena, "%.*s}", (int)(len - 2), line);
    return dup_range(p, line, len);
}

static enum status begin_card(struct parser *p, const char *line, size_t len)
{
    if (!p->block)
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

static enum status parse_line(struct parser *p, const char *line, size_t len)
{
    if (trimmed(line, len) == 0) {
        p->empty_lines += p->card != NULL;
        return STATUS_OK;
    }
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

enum status markdown_parse(const char *bytes, size_t len, struct arena *arena, struct markdown *out, struct why *why)
{
    memset(out, 0, sizeof *out);
    struct parser p = {.arena = arena, .out = out, .why = why};
    if (!utf8_check(bytes, len, NULL))
        return refuse(why, STATUS_BAD_TEXT, "The file is not valid UTF-8, or holds control characters.");
    const char *end = bytes + len;
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

const char *markdown_block_key(struct arena *arena, const struct markdown_block *heading, size_t n,
                               Cocanvas__Block *const *blocks)
{
    const char *title = arena_fold(arena, heading->title);
    for (size_t i = 0; i < n; i++)
        if (heading->key && strcmp(blocks[i]->key, heading->key) == 0)
            return blocks[i]->key;
    for (size_t i = 0; i < n; i++)
        if (strcmp(arena_fold(arena, blocks[i]->title), title) == 0 || strcmp(blocks[i]->key, heading->title) == 0)
            return blocks[i]->key;
    /* A title that itself ends with something in parentheses. */
    if (!heading->key)
        return NULL;
    const char *whole = arena_fold(arena, arena_printf(arena, "%s (%s)", heading->title, heading->key));
    for (size_t i = 0; i < n; i++)
        if (strcmp(arena_fold(arena, blocks[i]->title), whole) == 0)
            return blocks[i]->key;
    return NULL;
}
