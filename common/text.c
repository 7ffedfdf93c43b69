/* Texts, and what ops do to them and to each other: apply, transform, compose, invert. Algorithms after
 * ottypes/text-unicode (MIT). Building and checking ops is in text_op.c, the difference of two texts in text_diff.c.
 *
 * Lengths are kept in code points and bytes side by side. Where the two are equal everything is ASCII and positions
 * need no search; that is the usual case and the fast one. Nothing here allocates when a reused op or text has room. */
#include "common/text.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"

/* ---- texts */

/* What an empty text points to; it has cap_bytes 0 and is never written. */
static char empty_text[1];

void text_init(struct text *t)
{
    *t = (struct text){.bytes = empty_text};
}

void text_fini(struct text *t)
{
    if (t->cap_bytes > 0)
        free(t->bytes);
    text_init(t);
}

static uint32_t to_u32(uint64_t value)
{
    ASSERT(value <= UINT32_MAX);
    return (uint32_t)value;
}

/* Room for len bytes and the NUL. The first allocation is exact (most texts are set once), later ones leave room to
 * grow. */
static void text_reserve(struct text *t, uint64_t len_bytes)
{
    uint64_t need = len_bytes + 1;
    if (need <= t->cap_bytes)
        return;
    if (t->cap_bytes > 0)
        need += need / 2;
    t->bytes = xrealloc(t->cap_bytes > 0 ? t->bytes : NULL, to_u32(need));
    t->cap_bytes = (uint32_t)need;
}

static void text_set_known(struct text *t, const char *bytes, size_t len_bytes, uint32_t points)
{
    if (len_bytes == 0 && t->cap_bytes == 0) {
        text_init(t);
        return;
    }
    text_reserve(t, len_bytes);
    memcpy(t->bytes, bytes, len_bytes);
    t->bytes[len_bytes] = '\0';
    t->len_bytes = (uint32_t)len_bytes;
    t->len_points = points;
}

void text_set(struct text *t, const char *bytes, size_t len_bytes)
{
    ASSERT(len_bytes < UINT32_MAX);
    text_set_known(t, bytes, len_bytes, (uint32_t)utf8_points(bytes, len_bytes));
}

/* Byte offset of a code point, searched from the nearer end: people mostly type at the end of a text. */
static uint32_t offset_of(const struct text *t, uint32_t point)
{
    if (t->len_bytes == t->len_points)
        return point;
    if (point <= t->len_points / 2)
        return (uint32_t)utf8_offset(t->bytes, t->len_bytes, point);
    return t->len_bytes - (uint32_t)utf8_tail(t->bytes, t->len_bytes, t->len_points - point);
}

/* Length in bytes of the `points` code points that begin at byte `from`. */
static uint32_t bytes_of(const struct text *t, uint32_t from, uint32_t points)
{
    if (t->len_bytes == t->len_points)
        return points;
    return (uint32_t)utf8_offset(t->bytes + from, t->len_bytes - from, points);
}

/* ---- applying */

static void append_removed(struct text *removed, const char *bytes, uint32_t len_bytes, uint32_t points)
{
    if (removed == NULL || len_bytes == 0)
        return;
    uint64_t len = (uint64_t)removed->len_bytes + len_bytes;
    text_reserve(removed, len);
    memcpy(removed->bytes + removed->len_bytes, bytes, len_bytes);
    removed->bytes[len] = '\0';
    removed->len_bytes = (uint32_t)len;
    removed->len_points += points;
}

/* The steps from `first` on are at most one insert and one remove: changes the bytes in place at byte `at`. */
static void splice_in_place(struct text *t, const struct text_op *op, uint32_t first, uint32_t at, struct text *removed)
{
    uint32_t cut = 0, put = 0, i = first;
    const char *bytes = NULL;
    if (i < op->n_steps && op->steps[i].kind == TEXT_INSERT) {
        bytes = op->bytes + op->steps[i].at_bytes;
        put = op->steps[i++].len_bytes;
    }
    if (i < op->n_steps) {
        cut = bytes_of(t, at, op->steps[i].points);
        append_removed(removed, t->bytes + at, cut, op->steps[i].points);
    }
    uint64_t len = (uint64_t)t->len_bytes - cut + put;
    text_reserve(t, len);
    memmove(t->bytes + at + put, t->bytes + at + cut, t->len_bytes - at - cut);
    if (put > 0)
        memcpy(t->bytes + at, bytes, put);
    t->bytes[len] = '\0';
    t->len_bytes = (uint32_t)len;
}

/* Any number of steps: puts the text together anew in a second buffer. */
static void rebuild(struct text *t, const struct text_op *op, struct text *removed)
{
    struct text out;
    uint32_t from = 0, to = 0;
    text_init(&out);
    text_reserve(&out, (uint64_t)t->len_bytes + op->n_bytes);
    for (uint32_t i = 0; i < op->n_steps; i++) {
        const struct text_step *step = &op->steps[i];
        if (step->kind == TEXT_INSERT) {
            memcpy(out.bytes + to, op->bytes + step->at_bytes, step->len_bytes);
            to += step->len_bytes;
            continue;
        }
        uint32_t len = bytes_of(t, from, step->points);
        if (step->kind == TEXT_RETAIN) {
            memcpy(out.bytes + to, t->bytes + from, len);
            to += len;
        } else {
            append_removed(removed, t->bytes + from, len, step->points);
        }
        from += len;
    }
    memcpy(out.bytes + to, t->bytes + from, t->len_bytes - from);
    out.len_bytes = to + t->len_bytes - from;
    out.bytes[out.len_bytes] = '\0';
    text_fini(t);
    *t = out;
}

void text_apply(struct text *t, const struct text_op *op, struct text *removed)
{
    ASSERT(op->pre_len == t->len_points);
    uint32_t points = to_u32(text_op_post_len(op));
    bool retains_first = op->n_steps > 0 && op->steps[0].kind == TEXT_RETAIN;
    uint32_t first = retains_first ? 1 : 0;
    if (removed != NULL)
        text_set_known(removed, "", 0, 0);
    uint32_t rest = op->n_steps - first;
    bool one_place =
        rest == 1 || (rest == 2 && op->steps[first].kind == TEXT_INSERT && op->steps[first + 1].kind == TEXT_REMOVE);
    if (one_place)
        splice_in_place(t, op, first, retains_first ? offset_of(t, op->steps[0].points) : 0, removed);
    else if (rest > 0)
        rebuild(t, op, removed);
    t->len_points = points;
}

/* ---- walking two ops at once */

/* A place in an op. Behind the last step everything is retained, without end. */
struct cursor {
    const struct text_op *op;
    uint32_t at;     /* step */
    uint32_t points; /* used up of that step */
    uint32_t bytes;  /* likewise, of an insert */
};

static bool cursor_at_end(const struct cursor *c)
{
    return c->at == c->op->n_steps;
}

static enum text_step_kind cursor_kind(const struct cursor *c)
{
    return cursor_at_end(c) ? TEXT_RETAIN : c->op->steps[c->at].kind;
}

/* Takes at most max_points of the present step. */
static struct text_step cursor_take(struct cursor *c, uint32_t max_points)
{
    if (cursor_at_end(c))
        return (struct text_step){.kind = TEXT_RETAIN, .points = max_points};
    struct text_step piece = c->op->steps[c->at];
    piece.points -= c->points;
    piece.at_bytes += c->bytes;
    piece.len_bytes -= c->bytes;
    if (piece.points <= max_points) {
        c->at++;
        c->points = c->bytes = 0;
        return piece;
    }
    if (piece.kind == TEXT_INSERT) {
        bool ascii = piece.len_bytes == piece.points;
        piece.len_bytes =
            ascii ? max_points : (uint32_t)utf8_offset(c->op->bytes + piece.at_bytes, piece.len_bytes, max_points);
    }
    piece.points = max_points;
    c->points += piece.points;
    c->bytes += piece.len_bytes;
    return piece;
}

static void emit(struct text_op *out, const struct text_op *from, const struct text_step *piece)
{
    if (piece->kind == TEXT_INSERT)
        text_op_insert(out, from->bytes + piece->at_bytes, piece->len_bytes, piece->points);
    else if (piece->kind == TEXT_RETAIN)
        text_op_retain(out, piece->points);
    else
        text_op_remove(out, piece->points);
}

/* Takes the pieces of `mine` that cover `points` code points of the text before. Inserts cover none: they are kept
 * wherever they are met. keep: the other side retained these points; else it removed them, and mine have nothing left
 * to say about them. */
static void transform_range(struct text_op *out, struct cursor *mine, uint32_t points, bool keep)
{
    while (points > 0) {
        if (cursor_at_end(mine)) {
            text_op_retain(out, keep ? points : 0);
            return;
        }
        bool insert = cursor_kind(mine) == TEXT_INSERT;
        struct text_step piece = cursor_take(mine, insert ? UINT32_MAX : points);
        if (keep || insert)
            emit(out, mine->op, &piece);
        if (!insert)
            points -= piece.points;
    }
}

void text_transform(struct text_op *out, const struct text_op *op, const struct text_op *over, enum text_side side)
{
    ASSERT(op->pre_len == over->pre_len && out != op && out != over);
    struct cursor mine = {.op = op};
    text_op_clear(out, to_u32(text_op_post_len(over)));
    for (uint32_t i = 0; i < over->n_steps && !cursor_at_end(&mine); i++) {
        const struct text_step *other = &over->steps[i];
        if (other->kind == TEXT_INSERT) {
            if (side == TEXT_LEFT && cursor_kind(&mine) == TEXT_INSERT) {
                struct text_step piece = cursor_take(&mine, UINT32_MAX);
                emit(out, op, &piece);
            }
            text_op_retain(out, other->points);
        } else {
            transform_range(out, &mine, other->points, other->kind == TEXT_RETAIN);
        }
    }
    while (!cursor_at_end(&mine)) {
        struct text_step piece = cursor_take(&mine, UINT32_MAX);
        emit(out, op, &piece);
    }
    text_op_finish(out);
}

/* Takes the pieces of `mine` (the first op) that make `points` code points of the text between the two. Removes make
 * none. What the second op retains stays as it is; of what it removes, inserted characters vanish and retained ones
 * become removed. */
static void compose_range(struct text_op *out, struct cursor *mine, uint32_t points, bool keep)
{
    while (points > 0) {
        bool remove = cursor_kind(mine) == TEXT_REMOVE;
        struct text_step piece = cursor_take(mine, remove ? UINT32_MAX : points);
        if (keep || remove)
            emit(out, mine->op, &piece);
        else if (piece.kind == TEXT_RETAIN)
            text_op_remove(out, piece.points);
        if (!remove)
            points -= piece.points;
    }
}

void text_compose(struct text_op *out, const struct text_op *first, const struct text_op *second)
{
    ASSERT(text_op_post_len(first) == second->pre_len && out != first && out != second);
    struct cursor mine = {.op = first};
    text_op_clear(out, first->pre_len);
    for (uint32_t i = 0; i < second->n_steps; i++) {
        const struct text_step *step = &second->steps[i];
        if (step->kind == TEXT_INSERT)
            emit(out, second, step);
        else
            compose_range(out, &mine, step->points, step->kind == TEXT_RETAIN);
    }
    while (!cursor_at_end(&mine)) {
        struct text_step piece = cursor_take(&mine, UINT32_MAX);
        emit(out, first, &piece);
    }
    text_op_finish(out);
}

void text_invert(struct text_op *out, const struct text_op *op, const struct text *before)
{
    uint32_t from = 0;
    ASSERT(op->pre_len == before->len_points && out != op);
    text_op_clear(out, to_u32(text_op_post_len(op)));
    for (uint32_t i = 0; i < op->n_steps; i++) {
        const struct text_step *step = &op->steps[i];
        if (step->kind == TEXT_INSERT) {
            text_op_remove(out, step->points);
            continue;
        }
        uint32_t len = bytes_of(before, from, step->points);
        if (step->kind == TEXT_RETAIN)
            text_op_retain(out, step->points);
        else
            text_op_insert(out, before->bytes + from, len, step->points);
        from += len;
    }
    text_op_finish(out);
}

uint32_t text_transform_position(const struct text_op *op, uint32_t at, enum text_side side)
{
    uint32_t before = 0; /* code points of the text before that the steps so far cover */
    uint64_t moved = at; /* the answer so far */
    for (uint32_t i = 0; i < op->n_steps && before <= at; i++) {
        const struct text_step *step = &op->steps[i];
        if (step->kind == TEXT_INSERT) {
            if (before < at || side == TEXT_LEFT)
                moved += step->points;
            continue;
        }
        if (step->kind == TEXT_REMOVE)
            moved -= step->points < at - before ? step->points : at - before;
        before += step->points;
    }
    return to_u32(moved);
}
