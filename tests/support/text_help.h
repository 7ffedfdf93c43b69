/* For tests of text ops: random texts and ops, and ops and texts as something to compare and print. */
#ifndef COCANVAS_TESTS_TEXT_HELP_H
#define COCANVAS_TESTS_TEXT_HELP_H

#include <stdio.h>
#include <string.h>

#include "common/buf.h"
#include "common/text.h"
#include "common/utf8.h"
#include "tests/support/rng.h"

/* What random texts are made of: ASCII, two, three and four bytes, a combining mark, a joiner, line feed and tab. */
static const char *const letters[] = {"a", "b", "c", "d",  "e", " ", "\n",     "\t",
                                      "ä", "ß", "€", "字", "😀", "𝒳", "\u0301", "\u200d"};
enum { LETTERS = sizeof letters / sizeof letters[0], ASCII_LETTERS = 8 };

/* Appends n random characters; returns their length in bytes. */
static inline uint32_t random_letters(struct rng *r, char *out, uint32_t n, bool ascii)
{
    uint32_t len = 0;
    for (uint32_t i = 0; i < n; i++) {
        const char *letter = letters[rng_below(r, ascii ? ASCII_LETTERS : LETTERS)];
        memcpy(out + len, letter, strlen(letter));
        len += (uint32_t)strlen(letter);
    }
    return len;
}

static inline void random_text(struct rng *r, struct text *t, uint32_t points, bool ascii)
{
    char *bytes = xmalloc((size_t)points * 4 + 1);
    text_set(t, bytes, random_letters(r, bytes, points, ascii));
    free(bytes);
}

/* A random op for a text of pre_len: often one small edit, sometimes many. */
static inline void random_op(struct rng *r, struct text_op *op, uint32_t pre_len, bool ascii)
{
    char bytes[4 * 8];
    uint32_t left = pre_len, longest = rng_below(r, 4) == 0 ? 2 : pre_len + 1;
    text_op_clear(op, pre_len);
    for (uint32_t n = 1 + rng_below(r, 8); n > 0; n--) {
        uint32_t retained = rng_below(r, (left < longest ? left : longest) + 1);
        text_op_retain(op, retained);
        left -= retained;
        uint32_t inserted = rng_below(r, 5) < 3 ? 1 + rng_below(r, 8) : 0;
        text_op_insert(op, bytes, random_letters(r, bytes, inserted, ascii), inserted);
        uint32_t removed = rng_below(r, 2) == 0 ? rng_below(r, (left < longest ? left : longest) + 1) : 0;
        text_op_remove(op, removed);
        left -= removed;
    }
    text_op_finish(op);
}

static inline bool op_equal(const struct text_op *a, const struct text_op *b)
{
    if (a->pre_len != b->pre_len || a->n_steps != b->n_steps || a->n_bytes != b->n_bytes)
        return false;
    for (uint32_t i = 0; i < a->n_steps; i++) {
        const struct text_step *x = &a->steps[i], *y = &b->steps[i];
        if (x->kind != y->kind || x->points != y->points || x->len_bytes != y->len_bytes)
            return false;
    }
    return a->n_bytes == 0 || memcmp(a->bytes, b->bytes, a->n_bytes) == 0;
}

static inline bool text_equal(const struct text *a, const struct text *b)
{
    return a->len_bytes == b->len_bytes && a->len_points == b->len_points &&
           memcmp(a->bytes, b->bytes, a->len_bytes) == 0;
}

/* Content, lengths and the NUL belong together. */
static inline bool text_is_sound(const struct text *t)
{
    size_t points;
    return utf8_check(t->bytes, t->len_bytes, &points) && points == t->len_points && t->bytes[t->len_bytes] == '\0';
}

static inline void copy_text(struct text *to, const struct text *from)
{
    text_set(to, from->bytes, from->len_bytes);
}

/* "[6] keep 1, put \"abc\", cut 2" */
static inline void print_op(const char *name, const struct text_op *op)
{
    fprintf(stderr, "%s: [%u]", name, op->pre_len);
    for (uint32_t i = 0; i < op->n_steps; i++) {
        const struct text_step *s = &op->steps[i];
        if (s->kind == TEXT_INSERT)
            fprintf(stderr, " put \"%.*s\"", (int)s->len_bytes, op->bytes + s->at_bytes);
        else
            fprintf(stderr, " %s %u", s->kind == TEXT_RETAIN ? "keep" : "cut", s->points);
    }
    fprintf(stderr, "\n");
}

#endif
