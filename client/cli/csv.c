/* CSV bytes into cells and back, see csv.h. One pass, one cell at a time; nothing is kept but the cells. */
#include "client/cli/csv.h"

#include <string.h>

#include "common/rules.h"
#include "common/utf8.h"

struct reader {
    const char *at, *end;
    unsigned line;
    char delimiter;
    struct arena *arena;
    struct csv *out;
    size_t room;             /* rows that out->rows has room for */
    struct why *why;
};

static enum status too_large(struct why *why)
{
    return refuse(why, STATUS_TOO_LARGE, "The file is too large to be read as one canvas: split it.");
}

/* ---- is it a text? */

static unsigned lines_before(const char *bytes, size_t len)
{
    unsigned n = 1;
    for (size_t i = 0; i < len; i++)
        n += bytes[i] == '\n';
    return n;
}

static enum status tell_bad_byte(const char *bytes, size_t at, struct why *why)
{
    unsigned line = lines_before(bytes, at);
    unsigned char byte = (unsigned char)bytes[at];
    if (byte == 0)
        return refuse(why, STATUS_BAD_TEXT, "Line %u holds a NUL byte: this is no text, or one in UTF-16. Save it as text in UTF-8.", line);
    if (byte < 0x80)
        return refuse(why, STATUS_BAD_TEXT, "Line %u holds a control character (number %u). Take it out.", line, byte);
    return refuse(why, STATUS_BAD_TEXT,
                  "Line %u is not UTF-8 (perhaps Latin-1). Save it as UTF-8, or: iconv -f LATIN1 -t UTF-8 FILE | cocanvas import - …", line);
}

enum status csv_check_text(const char *bytes, size_t len, struct why *why)
{
    for (size_t i = 0; i < len;) {
        uint32_t point = 0;
        size_t n = utf8_decode(bytes + i, len - i, &point);
        if (n == 0 || (point < 0x20 && point != '\n' && point != '\t' && point != '\r') || (point >= 0x7f && point < 0xa0))
            return tell_bad_byte(bytes, i, why);
        i += n;
    }
    return STATUS_OK;
}

/* ---- reading */

/* The delimiter that occurs most in the first record, outside of quotes. */
static char find_delimiter(const char *at, const char *end)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t count[sizeof candidates] = {0}, best = 0;
    bool quoted = false;
    for (; at < end && (quoted || *at != '\n'); at++) {
        quoted ^= *at == '"';
        for (size_t i = 0; !quoted && i < sizeof candidates; i++)
            count[i] += *at == candidates[i];
    }
    for (size_t i = 1; i < sizeof candidates; i++)
        if (count[i] > count[best])
            best = i;
    return candidates[best];
}

static bool ends_cell(const struct reader *r)
{
    return r->at == r->end || *r->at == r->delimiter || *r->at == '\n' || (*r->at == '\r' && (r->at + 1 == r->end || r->at[1] == '\n'));
}

/* A cell in quotes; r->at is behind the first one. Line breaks in it become LF. */
static enum status quoted_cell(struct reader *r, const char **cell)
{
    unsigned line = r->line;
    const char *from = r->at, *stop = from;
    while (stop < r->end && (*stop != '"' || (stop + 1 < r->end && stop[1] == '"')))
        stop += *stop == '"' ? 2 : 1;
    if (stop >= r->end)
        return refuse(r->why, STATUS_MALFORMED, "Line %u: a quote (\") begins there and never ends. Quotes inside of a cell are written twice.", line);
    char *copy = arena_alloc(r->arena, (size_t)(stop - from) + 1);
    size_t n = 0;
    if (!copy)
        return too_large(r->why);
    for (const char *at = from; at < stop; at++) {
        r->line += *at == '\n';
        if (*at == '\r' && at + 1 < stop && at[1] == '\n')
            continue;
        copy[n++] = *at == '\r' ? '\n' : *at;
        at += *at == '"';
    }
    copy[n] = 0;
    *cell = copy;
    r->at = stop + 1;
    if (!ends_cell(r))
        return refuse(r->why, STATUS_MALFORMED, "Line %u: something stands behind a closing quote. Quotes inside of a cell are written twice (\"\").",
                      r->line);
    return STATUS_OK;
}

static enum status plain_cell(struct reader *r, const char **cell)
{
    const char *from = r->at;
    while (!ends_cell(r))
        r->at++;
    char *copy = arena_strndup(r->arena, from, (size_t)(r->at - from));
    if (!copy)
        return too_large(r->why);
    for (char *at = copy; *at; at++)
        if (*at == '\r')
            *at = '\n';
    *cell = copy;
    return STATUS_OK;
}

/* Room for one more of n elements; the capacity is always a power of two. */
static void *grown(struct arena *arena, void *list, size_t n, size_t size)
{
    if (n > 0 && (n & (n - 1)) != 0)
        return list;
    void *more = arena_calloc(arena, n ? 2 * n : 1, size);
    if (more && n)
        memcpy(more, list, n * size);
    return more;
}

static enum status read_row(struct reader *r, struct csv_row *row)
{
    *row = (struct csv_row){.line = r->line};
    for (;;) {
        const char *cell = "";
        enum status status;
        if (row->n == CSV_COLUMNS_MAX)
            return refuse(r->why, STATUS_TOO_LARGE, "Line %u has more than %d columns.", row->line, CSV_COLUMNS_MAX);
        row->cells = grown(r->arena, row->cells, row->n, sizeof *row->cells);
        if (!row->cells)
            return too_large(r->why);
        if (r->at < r->end && *r->at == '"') {
            r->at++;
            status = quoted_cell(r, &cell);
        } else {
            status = plain_cell(r, &cell);
        }
        if (status != STATUS_OK)
            return status;
        row->cells[row->n++] = cell;
        if (r->at == r->end || *r->at != r->delimiter)
            break;
        r->at++;
    }
    r->at += r->at < r->end && *r->at == '\r';
    if (r->at < r->end) {
        r->at++; /* LF */
        r->line++;
    }
    return STATUS_OK;
}

static bool is_empty(const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++)
        if (row->cells[i][0])
            return false;
    return true;
}

enum status csv_parse(const char *bytes, size_t len, struct arena *arena, struct csv *out, struct why *why)
{
    *out = (struct csv){.delimiter = ','};
    enum status status = csv_check_text(bytes, len, why);
    if (status != STATUS_OK || len == 0)
        return status;
    size_t mark = len >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    struct reader r = {.at = bytes + mark, .end = bytes + len, .line = 1, .arena = arena, .out = out, .why = why};
    r.delimiter = out->delimiter = find_delimiter(r.at, r.end);
    while (r.at < r.end) {
        struct csv_row row;
        status = read_row(&r, &row);
        if (status != STATUS_OK)
            return status;
        if (is_empty(&row))
            continue;
        if (out->n == CSV_ROWS_MAX)
            return refuse(why, STATUS_TOO_LARGE, "Line %u: more than %d rows are too many for one canvas. Split the file, or leave rows out.",
                          row.line, CSV_ROWS_MAX);
        out->rows = grown(arena, out->rows, out->n, sizeof *out->rows);
        if (!out->rows)
            return too_large(why);
        out->rows[out->n++] = row;
    }
    return STATUS_OK;
}

/* ---- writing */

/* Whether a spreadsheet would run it, apostrophes aside. */
static bool is_dangerous(const char *text)
{
    text += strspn(text, "'");
    return *text && strchr("=+-@\t\r", *text) != NULL;
}

void csv_add_cell(struct buf *out, bool first, const char *text, enum csv_cell kind)
{
    size_t len = strlen(text);
    bool guard = is_dangerous(text) && !(kind == CSV_NUMBER && rule_number(text));
    bool quote = strpbrk(text, ",;\t\"\r\n") != NULL || (len > 0 && (text[0] == ' ' || text[len - 1] == ' '));
    buf_add(out, ",", !first);
    buf_add(out, "\"", quote);
    buf_add(out, "'", guard);
    for (const char *at = text; *at; at++)
        buf_add(out, *at == '"' ? "\"\"" : at, *at == '"' ? 2 : 1);
    buf_add(out, "\"", quote);
}

void csv_end_row(struct buf *out)
{
    buf_add(out, "\r\n", 2);
}

const char *csv_unguarded(const char *cell)
{
    return *cell == '\'' && is_dangerous(cell) ? cell + 1 : cell;
}

/* ---- several words in one cell */

void csv_add_word(struct buf *list, const char *word)
{
    if (buf_len(list) > 0)
        buf_add(list, "; ", 2);
    for (const char *at = word; *at; at++) {
        bool outer_space = *at == ' ' && (at == word || at[1] == 0);
        buf_add(list, "\\", *at == ';' || *at == '\\' || outer_space);
        buf_add(list, at, 1);
    }
}

const char **csv_words(struct arena *arena, const char *cell, size_t *n)
{
    const char **words = NULL;
    *n = 0;
    for (const char *at = cell; *at;) {
        char *word = arena_alloc(arena, strlen(at) + 1);
        size_t len = 0, keep = 0; /* keep: what may not be trimmed */
        for (at += strspn(at, " "); word && *at && *at != ';'; at++) {
            bool escaped = *at == '\\' && at[1] != 0;
            at += escaped;
            word[len++] = *at;
            keep = escaped || *at != ' ' ? len : keep;
        }
        at += *at == ';';
        if (word)
            word[keep] = 0;
        if (keep > 0 && word) {
            words = grown(arena, words, *n, sizeof *words);
            if (!words)
                break;
            words[(*n)++] = word;
        }
    }
    return words;
}
