/* The line that is typed into a question: always valid text without line breaks; the caret is always at a cluster's
 * beginning. */
#include "client/tui/ask_private.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

bool ask_has_line(const struct ask *a)
{
    return a->kind == ASK_LINE || a->kind == ASK_PALETTE || a->kind == ASK_CARD ||
           (a->kind == ASK_HELP && a->searching);
}

/* As much of the text as fits, cut between clusters. */
static size_t fitting(const char *bytes, size_t len, size_t room)
{
    size_t at = 0;

    if (len <= room)
        return len;
    for (;;) {
        size_t cluster = utf8_grapheme(bytes + at, len - at);

        if (cluster == 0 || at + cluster > room)
            return at;
        at += cluster;
    }
}

bool ask_line_insert(struct ask *a, const char *bytes, size_t len)
{
    size_t clean_len, room = ASK_LINE_BYTES - 1 - a->len;
    char *clean = utf8_printable(bytes, len, false, &clean_len);

    clean_len = fitting(clean, clean_len, room);
    memmove(a->line + a->caret + clean_len, a->line + a->caret, a->len - a->caret);
    memcpy(a->line + a->caret, clean, clean_len);
    a->len += clean_len;
    a->caret += clean_len;
    a->line[a->len] = '\0';
    free(clean);
    return clean_len > 0;
}

void ask_line_set(struct ask *a, const char *text)
{
    a->len = a->caret = 0;
    a->line[0] = '\0';
    (void)ask_line_insert(a, text, strlen(text));
}

size_t ask_line_before(const struct ask *a)
{
    size_t at = 0, before = 0;

    while (at < a->caret) {
        before = at;
        at += utf8_grapheme(a->line + at, a->len - at);
    }
    return before;
}

size_t ask_line_behind(const struct ask *a)
{
    return a->caret >= a->len ? a->len : a->caret + utf8_grapheme(a->line + a->caret, a->len - a->caret);
}

static bool in_word(unsigned char byte)
{
    return byte >= 0x80 || (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

size_t ask_line_word_before(const struct ask *a)
{
    size_t at = a->caret;

    while (at > 0 && !in_word((unsigned char)a->line[at - 1]))
        at--;
    while (at > 0 && in_word((unsigned char)a->line[at - 1]))
        at--;
    return at;
}

size_t ask_line_word_behind(const struct ask *a)
{
    size_t at = a->caret;

    while (at < a->len && !in_word((unsigned char)a->line[at]))
        at++;
    while (at < a->len && in_word((unsigned char)a->line[at]))
        at++;
    return at;
}

void ask_line_cut(struct ask *a, size_t from, size_t to, bool kept)
{
    if (to <= from)
        return;
    if (kept) {
        a->killed_len = to - from;
        memcpy(a->killed, a->line + from, a->killed_len);
    }
    memmove(a->line + from, a->line + to, a->len - to);
    a->len -= to - from;
    a->line[a->len] = '\0';
    a->caret = from;
}
