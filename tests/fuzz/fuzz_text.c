/* Ops made from arbitrary bytes, as a hostile client could send them: what text_op_check() lets pass must apply,
 * transform, compose, invert and converge; what it refuses is left alone. The input is a small program: a text, then
 * steps of two ops, raw or through the builder. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/text.h"
#include "common/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* The input, read byte by byte; zeros behind its end. */
struct reader {
    const uint8_t *at, *end;
};

static uint8_t next(struct reader *r)
{
    return r->at < r->end ? *r->at++ : 0;
}

/* Up to 31 bytes of the input if they are a text, else nothing. */
static uint32_t next_text(struct reader *r, char out[32], size_t *points)
{
    size_t len = next(r) % 32;
    if (len > (size_t)(r->end - r->at))
        len = (size_t)(r->end - r->at);
    if (len > 0)
        memcpy(out, r->at, len);
    r->at += len;
    return utf8_check(out, len, points) ? (uint32_t)len : 0;
}

/* A count: mostly small, sometimes anything. */
static uint32_t next_count(struct reader *r)
{
    uint32_t count = next(r);
    if (count < 250)
        return count % 16;
    for (int i = 0; i < 3; i++)
        count = count << 8 | next(r);
    return count;
}

static void raw_step(struct reader *r, struct text_op *op, uint8_t kind)
{
    struct text_step step = {.kind = (enum text_step_kind)(kind % 3), .points = next_count(r)};
    if (step.kind == TEXT_INSERT) {
        step.at_bytes = next_count(r);
        step.len_bytes = next_count(r);
    }
    /* Room comes from the builder; the step is then overwritten. */
    text_op_clear(op, op->pre_len);
    text_op_splice(op, 4, 1, 1, "x", 1, 1);
    op->steps[0] = step;
    op->n_steps = 1 + kind % 2;
}

/* Returns true for an op that was not made by the builder: it may be malformed, and its inserts need not be texts. */
static bool make_op(struct reader *r, struct text_op *op, uint32_t pre_len)
{
    text_op_clear(op, next(r) == 255 ? next_count(r) : pre_len);
    for (unsigned n = next(r) % 12; n > 0; n--) {
        char bytes[32];
        size_t points = 0;
        uint8_t kind = next(r);
        if (kind >= 250) {
            raw_step(r, op, kind);
            op->pre_len = pre_len;
            return true;
        }
        if (kind % 3 == 0) {
            text_op_retain(op, next_count(r));
        } else if (kind % 3 == 1) {
            text_op_remove(op, next_count(r));
        } else {
            uint32_t len = next_text(r, bytes, &points);
            text_op_insert(op, bytes, len, len > 0 ? (uint32_t)points : 0);
        }
    }
    text_op_finish(op);
    return false;
}

static bool usable(const struct text_op *op, uint32_t len)
{
    struct why why;
    return text_op_check(op, len, 1000, &why) == STATUS_OK;
}

static void check_text(const struct text *t)
{
    size_t points;
    ASSERT(utf8_check(t->bytes, t->len_bytes, &points) && points == t->len_points);
}

static void check_equal(const struct text *a, const struct text *b)
{
    check_text(a);
    ASSERT(a->len_bytes == b->len_bytes && memcmp(a->bytes, b->bytes, a->len_bytes) == 0);
}

static void check_laws(const struct text *before, const struct text_op *a, const struct text_op *b)
{
    struct text one, two;
    struct text_op a_after_b = {0}, b_after_a = {0}, both = {0}, back = {0};
    text_init(&one), text_init(&two);
    text_transform(&a_after_b, a, b, TEXT_LEFT);
    text_transform(&b_after_a, b, a, TEXT_RIGHT);
    text_set(&one, before->bytes, before->len_bytes);
    text_apply(&one, a, &two);
    ASSERT(usable(&b_after_a, one.len_points) || text_op_post_len(&b_after_a) > 1000);
    text_apply(&one, &b_after_a, NULL);
    text_set(&two, before->bytes, before->len_bytes);
    text_apply(&two, b, NULL);
    text_apply(&two, &a_after_b, NULL);
    check_equal(&one, &two);

    text_compose(&both, a, &b_after_a);
    text_set(&two, before->bytes, before->len_bytes);
    text_invert(&back, &both, &two);
    text_apply(&two, &both, NULL);
    check_equal(&one, &two);
    text_apply(&two, &back, NULL);
    check_equal(&two, before);

    text_diff(&back, before, &one);
    text_apply(&two, &back, NULL);
    check_equal(&two, &one);
    text_op_fini(&a_after_b), text_op_fini(&b_after_a), text_op_fini(&both), text_op_fini(&back);
    text_fini(&one), text_fini(&two);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct reader r = {data, data + len};
    struct text before;
    struct text_op a = {0}, b = {0};
    char bytes[32];
    size_t points;
    text_init(&before);
    text_set(&before, bytes, next_text(&r, bytes, &points));
    bool raw = make_op(&r, &a, before.len_points);
    raw = make_op(&r, &b, before.len_points) || raw;
    bool good = usable(&a, before.len_points) && usable(&b, before.len_points);
    if (good && !raw)
        check_laws(&before, &a, &b);
    text_op_fini(&a), text_op_fini(&b);
    text_fini(&before);
    return 0;
}
