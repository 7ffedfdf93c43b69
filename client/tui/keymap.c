/* Keys and what they do, see keymap.h. The entries are few (some hundreds), so they are simply looked through. */
#include "client/tui/keymap.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/action.h"
#include "common/buf.h"
#include "common/utf8.h"

enum { CONTEXTS = 9, SETTINGS_BYTES = 1 << 20, WORD_BYTES = 64 };

static const char *const context_words[CONTEXTS] = {"anywhere", "start", "canvas",  "card",
                                                    "typing",   "panel", "history", "method", "ask"};

static void entries_insert(struct keymap *k, size_t at, const struct keymap_entry *entry)
{
    if (k->n == k->cap) {
        k->cap = k->cap ? k->cap * 2 : 256;
        k->at = xrealloc(k->at, k->cap * sizeof *k->at);
    }
    memmove(k->at + at + 1, k->at + at, (k->n - at) * sizeof *k->at);
    k->at[at] = *entry;
    k->n++;
}

/* Whether the first n keys of both are the same. */
static bool same_keys(const struct input *a, const struct input *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!input_same_key(&a[i], &b[i]))
            return false;
    return true;
}

/* Reads up to KEYMAP_SEQUENCE keys; false if a word is no key or there are too many. */
static bool parse_keys(const char *text, struct keymap_entry *entry)
{
    entry->n_keys = 0;
    while (*text) {
        if (entry->n_keys == KEYMAP_SEQUENCE || !input_parse(&text, &entry->keys[entry->n_keys]))
            return false;
        entry->n_keys++;
        while (*text == ' ')
            text++;
    }
    return entry->n_keys > 0;
}

/* The default keys of a row, one sequence after the other. */
static void add_defaults(struct keymap *k, const struct action_row *row, unsigned context)
{
    const char *at = row->keys;
    while (*at) {
        char sequence[KEYMAP_SEQUENCE * KEY_NAME];
        struct keymap_entry entry = {.context = context, .action = row->action};
        size_t len = strcspn(at, ",");
        if (len == 0) /* the comma is the key */
            len = 1;
        ASSERT(len < sizeof sequence);
        memcpy(sequence, at, len);
        sequence[len] = '\0';
        ASSERT(parse_keys(sequence, &entry));
        entries_insert(k, k->n, &entry);
        at += len;
        at += strspn(at, ", ");
    }
}

void keymap_init(struct keymap *k)
{
    *k = (struct keymap){0};
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++) {
        const struct action_row *row = action_row((enum action)action);
        for (int i = 0; i < CONTEXTS; i++)
            if (row->contexts & 1U << i)
                add_defaults(k, row, 1U << i);
    }
}

void keymap_fini(struct keymap *k)
{
    free(k->at);
    *k = (struct keymap){0};
}

/* ---- settings */

/* A sequence has one meaning in a context: what was there goes, and what could no longer be reached or would stand in
 * its way (a beginning of it, or what begins with it). The person's own keys come first, so that they are shown. */
static void bind(struct keymap *k, const struct keymap_entry *entry)
{
    size_t kept = 0;
    for (size_t i = 0; i < k->n; i++) {
        const struct keymap_entry *old = &k->at[i];
        size_t n = old->n_keys < entry->n_keys ? old->n_keys : entry->n_keys;
        bool takes_away = entry->action == ACTION_NONE && old->n_keys < entry->n_keys;
        if (old->context != entry->context || takes_away || !same_keys(old->keys, entry->keys, n))
            k->at[kept++] = *old;
    }
    k->n = kept;
    if (entry->action != ACTION_NONE)
        entries_insert(k, 0, entry);
}

/* One line of settings, and how to complain about it. */
struct line {
    const char *name;
    unsigned number;
    char context[WORD_BYTES], keys[KEYMAP_SEQUENCE * KEY_NAME], action[WORD_BYTES];
};

static enum status line_entry(const struct line *line, struct keymap_entry *entry, struct why *why)
{
    const struct action_row *row = action_find(line->action);
    int context = 0;

    while (context < CONTEXTS && strcmp(context_words[context], line->context) != 0)
        context++;
    if (context == CONTEXTS)
        return refuse(why, STATUS_MALFORMED,
                      "%s:%u: \"%s\" is no context; use anywhere, start, canvas, card, typing, panel, history, method or ask",
                      line->name, line->number, line->context);
    if (!parse_keys(line->keys, entry))
        return refuse(why, STATUS_MALFORMED,
                      "%s:%u: \"%s\" is no key sequence; write keys like a, ctrl-d, f5 or g n, at most %d", line->name,
                      line->number, line->keys, KEYMAP_SEQUENCE);
    entry->context = 1U << context;
    entry->action = row ? (int)row->action : ACTION_NONE;
    if (!row && strcmp(line->action, "none") != 0)
        return refuse(why, STATUS_MALFORMED, "%s:%u: there is no action \"%s\"; the palette (:) lists their names",
                      line->name, line->number, line->action);
    if (row && !(row->contexts & (entry->context | CONTEXT_ANYWHERE)))
        return refuse(why, STATUS_MALFORMED, "%s:%u: %s does nothing in the context %s; take this line out", line->name,
                      line->number, line->action, line->context);
    return STATUS_OK;
}

static bool copy_word(char *out, size_t room, const char *from, size_t len)
{
    if (len >= room)
        return false;
    memcpy(out, from, len);
    out[len] = '\0';
    return true;
}

/* context, keys, action, with blanks between. *empty: nothing to be read in it. */
static bool split_line(const char *text, size_t len, struct line *line, bool *empty)
{
    const char *word[2 + KEYMAP_SEQUENCE + 1];
    size_t word_len[2 + KEYMAP_SEQUENCE + 1], n = 0, at = 0, keys_len = 0;

    while (at < len && n < sizeof word / sizeof *word) {
        while (at < len && (text[at] == ' ' || text[at] == '\t' || text[at] == '\r'))
            at++;
        size_t from = at;
        while (at < len && text[at] != ' ' && text[at] != '\t' && text[at] != '\r')
            at++;
        if (at == from)
            break;
        word[n] = text + from;
        word_len[n++] = at - from;
    }
    *empty = n == 0 || word[0][0] == '#';
    if (*empty)
        return true;
    if (n < 3 || n > 2 + KEYMAP_SEQUENCE || !copy_word(line->context, sizeof line->context, word[0], word_len[0]) ||
        !copy_word(line->action, sizeof line->action, word[n - 1], word_len[n - 1]))
        return false;
    for (size_t i = 1; i + 1 < n; i++) {
        if (word_len[i] >= KEY_NAME - 1)
            return false;
        if (i > 1)
            line->keys[keys_len++] = ' ';
        memcpy(line->keys + keys_len, word[i], word_len[i]);
        keys_len += word_len[i];
    }
    line->keys[keys_len] = '\0';
    return true;
}

static enum status read_lines(struct keymap *k, const char *name, const char *text, struct why *why)
{
    struct line line = {.name = name};
    enum status st = STATUS_OK;
    while (*text && st == STATUS_OK) {
        size_t len = strcspn(text, "\n");
        struct keymap_entry entry = {0};
        bool empty;
        line.number++;
        if (!utf8_check(text, len > 0 && text[len - 1] == '\r' ? len - 1 : len, NULL))
            return refuse(why, STATUS_BAD_TEXT, "%s:%u: not a text in UTF-8", name, line.number);
        if (!split_line(text, len, &line, &empty))
            return refuse(why, STATUS_MALFORMED, "%s:%u: write three things: context, keys, action (or none)", name,
                          line.number);
        if (!empty)
            st = line_entry(&line, &entry, why);
        if (!empty && st == STATUS_OK)
            bind(k, &entry);
        text += len + (text[len] == '\n');
    }
    return st;
}

enum status keymap_read(struct keymap *k, const char *name, const char *text, struct why *why)
{
    struct keymap fresh = {0};
    enum status st;

    for (size_t i = 0; i < k->n; i++)
        entries_insert(&fresh, i, &k->at[i]);
    st = read_lines(&fresh, name, text, why);
    if (st == STATUS_OK) {
        struct keymap old = *k;
        *k = fresh;
        fresh = old;
    }
    keymap_fini(&fresh);
    return st;
}

enum status keymap_load(struct keymap *k, const char *path, struct why *why)
{
    FILE *file = fopen(path, "re");
    const char *slash = strrchr(path, '/');
    enum status st = STATUS_OK;
    char *text;
    size_t len;

    if (!file && errno == ENOENT)
        return STATUS_OK;
    if (!file)
        return refuse(why, STATUS_NOT_FOUND, "%s cannot be read: %s", path, strerror(errno));
    text = xmalloc(SETTINGS_BYTES + 1);
    len = fread(text, 1, SETTINGS_BYTES, file);
    text[len] = '\0';
    if (ferror(file))
        st = refuse(why, STATUS_NOT_FOUND, "%s cannot be read: %s", path, strerror(errno));
    else if (len == SETTINGS_BYTES || memchr(text, '\0', len))
        st = refuse(why, STATUS_TOO_LARGE, "%s is too large or not a text", path);
    else
        st = keymap_read(k, slash ? slash + 1 : path, text, why);
    free(text);
    (void)fclose(file);
    return st;
}

/* ---- looking up */

enum keymap_answer keymap_look(const struct keymap *k, unsigned contexts, const struct input *keys, size_t n,
                               int *action)
{
    *action = ACTION_NONE;
    for (unsigned bit = 1U << (CONTEXTS - 1); bit; bit >>= 1) {
        bool more = false;
        for (size_t i = 0; i < k->n && contexts & bit; i++) {
            const struct keymap_entry *entry = &k->at[i];
            if (entry->context != bit || entry->n_keys < n || !same_keys(entry->keys, keys, n))
                continue;
            if (entry->n_keys == n) {
                *action = entry->action;
                return KEYMAP_ACTION;
            }
            more = true;
        }
        if (more)
            return KEYMAP_MORE;
    }
    return KEYMAP_NOTHING;
}

static void entry_name(const struct keymap_entry *entry, char out[KEYMAP_SEQUENCE * KEY_NAME])
{
    size_t len = 0;
    for (size_t i = 0; i < entry->n_keys; i++) {
        char name[KEY_NAME];
        size_t name_len;
        input_name(&entry->keys[i], name);
        name_len = strlen(name);
        if (i > 0)
            out[len++] = ' ';
        memcpy(out + len, name, name_len);
        len += name_len;
    }
    out[len] = '\0';
}

/* Whether the whole sequence, typed in those contexts, leads to that action. */
static bool leads_to(const struct keymap *k, unsigned contexts, const struct keymap_entry *entry, int action)
{
    int found;
    for (size_t n = 1; n < entry->n_keys; n++)
        if (keymap_look(k, contexts, entry->keys, n, &found) != KEYMAP_MORE)
            return false;
    return keymap_look(k, contexts, entry->keys, entry->n_keys, &found) == KEYMAP_ACTION && found == action;
}

void keymap_name(const struct keymap *k, unsigned contexts, int action, char out[KEYMAP_SEQUENCE * KEY_NAME])
{
    out[0] = '\0';
    for (size_t i = 0; i < k->n; i++) {
        const struct keymap_entry *entry = &k->at[i];
        if (entry->action != action || !(entry->context & contexts) || !leads_to(k, contexts, entry, action))
            continue;
        entry_name(entry, out);
        return;
    }
}

size_t keymap_follow(const struct keymap *k, unsigned contexts, const struct input *keys, size_t n,
                     const struct keymap_entry **out, size_t room)
{
    size_t found = 0;
    for (unsigned bit = 1U << (CONTEXTS - 1); bit; bit >>= 1)
        for (size_t i = 0; i < k->n && contexts & bit; i++) {
            const struct keymap_entry *entry = &k->at[i];
            if (entry->context != bit || entry->n_keys <= n || !same_keys(entry->keys, keys, n) ||
                !leads_to(k, contexts, entry, entry->action))
                continue;
            if (found < room)
                out[found] = entry;
            found++;
        }
    return found;
}
