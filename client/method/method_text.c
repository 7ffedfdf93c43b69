/* What cards say, in a form in which "Save time!" and "save  time" are the same: an index of it finds cards of one block that say the same. */
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "client/method/method_private.h"
#include "common/buf.h"

enum {
    NORMAL_BYTES = 4096,     /* longer texts only count as the same if they are equal */
};

/* ---- one form */

/* Accents of Latin, Greek and Cyrillic letters; marks of other scripts are letters as good as any. */
static bool is_accent(utf8proc_int32_t point)
{
    return point >= 0x300 && point <= 0x36f;
}

/* Keeps letters and digits; whatever stands between becomes one space. Returns the new length. */
static utf8proc_ssize_t keep_words(utf8proc_int32_t *points, utf8proc_ssize_t n)
{
    utf8proc_ssize_t kept = 0;
    bool space = false;
    for (utf8proc_ssize_t i = 0; i < n; i++) {
        utf8proc_category_t category = utf8proc_category(points[i]);
        bool word = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
        if (is_accent(points[i]))
            continue;
        if (!word && category != UTF8PROC_CATEGORY_SO) { /* pictographs say something, too */
            space = kept > 0;
            continue;
        }
        if (space)
            points[kept++] = ' ';
        points[kept++] = points[i];
        space = false;
    }
    return kept;
}

char *text_normal(const char *bytes, size_t len)
{
    const utf8proc_option_t form = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE;
    const utf8proc_uint8_t *from = (const utf8proc_uint8_t *)bytes;
    utf8proc_ssize_t room = utf8proc_decompose(from, (utf8proc_ssize_t)len, NULL, 0, form), n;

    if (room <= 0)
        return xstrdup("");
    utf8proc_int32_t *points = xmalloc(((size_t)room + 1) * sizeof *points);
    n = utf8proc_decompose(from, (utf8proc_ssize_t)len, points, room, form);
    n = n > 0 ? keep_words(points, n) : 0;
    n = utf8proc_reencode(points, n, UTF8PROC_STABLE);
    char *text = xstrndup((const char *)points, n > 0 ? (size_t)n : 0);
    free(points);
    return text;
}

/* ---- the wording */

static void add_normal(struct buf *out, const struct text *text)
{
    char *normal = text_normal(text->bytes, text->len_bytes);
    buf_add(out, normal, strlen(normal));
    buf_add(out, "\n", 1);
    free(normal);
}

const char *text_wording(struct method *m)
{
    struct buf all;

    if (m->wording != NULL)
        return m->wording;
    buf_init(&all);
    for (const struct block_entry *b = m->blocks; b != NULL; b = b->hh.next) {
        const struct block *block = strcmp(b->section, "current") == 0 && !b->hidden ? canvas_block(m->canvas, b->id) : NULL;
        for (uint32_t i = 0; block != NULL && i < block->n_cards; i++)
            if (block->cards[i]->deleted_seq == 0)
                add_normal(&all, &block->cards[i]->text);
    }
    m->wording = buf_len(&all) > 0 ? xstrndup((const char *)buf_at(&all), buf_len(&all)) : xstrdup("");
    buf_fini(&all);
    return m->wording;
}

/* ---- the index */

/* Folds a text into a running hash; nothing if it says nothing. */
static bool fold(XXH64_hash_t *hash, const char *key, const struct text *text)
{
    if (text->len_bytes > NORMAL_BYTES) {
        *hash = XXH3_64bits_withSeed(text->bytes, text->len_bytes, *hash + strlen(key));
        return true;
    }
    char *normal = text_normal(text->bytes, text->len_bytes);
    bool any = normal[0] != '\0';
    if (any) {
        *hash = XXH3_64bits_withSeed(key, strlen(key), *hash);
        *hash = XXH3_64bits_withSeed(normal, strlen(normal), *hash);
    }
    free(normal);
    return any;
}

/* Two cards say the same if they stand in one block (and lane), and their texts and text fields read alike. */
static uint64_t hash_of(const struct method *m, const struct entry *e, const struct card *card)
{
    XXH64_hash_t hash = e->block;
    bool any = fold(&hash, "", &card->text);
    for (uint32_t i = 0; i < card->n_fields; i++)
        any |= fold(&hash, card->fields[i].key, &card->fields[i].text);
    char *key = m->lanes[0] != '\0' ? xasprintf("f.%s", m->lanes) : NULL;
    const struct value *lane = key != NULL ? props_get(&card->props, key) : NULL;
    if (lane != NULL && lane->text != NULL)
        hash = XXH3_64bits_withSeed(lane->text, strlen(lane->text), hash);
    free(key);
    return !any ? 0 : hash != 0 ? hash : 1;
}

static size_t place_in(const struct text_entry *t, uint64_t card)
{
    size_t low = 0, high = t->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (t->cards[middle] < card)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first card of a text is the one that the others are said to repeat. */
static void first_changed(struct method *m, const struct text_entry *t)
{
    for (size_t i = 0; i < t->n; i++)
        entry_mark_unchecked(m, entry_of(m, t->cards[i]));
}

/* Cards of the block of required words look for them in the wording (T21). */
static void wording_changed(struct method *m)
{
    free(m->wording);
    m->wording = NULL;
    for (const struct block_entry *b = m->blocks; b != NULL; b = b->hh.next) {
        const struct block *block = strcmp(b->section, "terms") == 0 ? canvas_block(m->canvas, b->id) : NULL;
        for (uint32_t i = 0; block != NULL && i < block->n_cards; i++)
            entry_mark_unchecked(m, entry_of(m, block->cards[i]->o.id));
    }
}

void text_put(struct method *m, struct entry *e, const struct card *card)
{
    const struct block_entry *b = block_entry_find(m, e->block);
    struct text_entry *t;

    e->is_wording = b != NULL && strcmp(b->section, "current") == 0;
    if (e->is_wording)
        wording_changed(m);
    e->text_hash = hash_of(m, e, card);
    if (e->text_hash == 0)
        return;
    HASH_FIND(hh, m->texts, &e->text_hash, sizeof e->text_hash, t);
    if (t == NULL) {
        t = xcalloc(1, sizeof *t);
        t->hash = e->text_hash;
        HASH_ADD(hh, m->texts, hash, sizeof t->hash, t);
    }
    if (t->n == t->cap) {
        t->cap = t->cap > 0 ? 2 * t->cap : 2;
        t->cards = xrealloc(t->cards, t->cap * sizeof *t->cards);
    }
    size_t at = place_in(t, e->id);
    memmove(&t->cards[at + 1], &t->cards[at], (t->n++ - at) * sizeof *t->cards);
    t->cards[at] = e->id;
    if (at == 0)
        first_changed(m, t);
}

void text_take(struct method *m, struct entry *e)
{
    struct text_entry *t;

    if (e->is_wording)
        wording_changed(m);
    e->is_wording = false;
    if (e->text_hash == 0)
        return;
    HASH_FIND(hh, m->texts, &e->text_hash, sizeof e->text_hash, t);
    ASSERT(t != NULL);
    size_t at = place_in(t, e->id);
    ASSERT(at < t->n && t->cards[at] == e->id);
    memmove(&t->cards[at], &t->cards[at + 1], (--t->n - at) * sizeof *t->cards);
    e->text_hash = 0;
    if (at == 0)
        first_changed(m, t);
    if (t->n > 0)
        return;
    HASH_DEL(m->texts, t);
    free(t->cards);
    free(t);
}

void texts_free(struct method *m)
{
    struct text_entry *t, *next;
    free(m->wording);
    m->wording = NULL;
    HASH_ITER(hh, m->texts, t, next)
    {
        HASH_DEL(m->texts, t);
        free(t->cards);
        free(t);
    }
}
