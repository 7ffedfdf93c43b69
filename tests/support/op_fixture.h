/* For tests of ops: a small canvas, somebody who edits it, and ops that must be accepted or refused. */
#ifndef COCANVAS_TESTS_OP_FIXTURE_H
#define COCANVAS_TESTS_OP_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/op_help.h"

static const struct canvas_limits limits = {.text_points = 100, .cards = 20, .objects = 12};

/* A canvas, who edits it, and the arena that its ops live in. */
struct fixture {
    struct canvas c;
    struct arena a;
    struct op_actor actor;
    struct why why;
    uint32_t bad_op;
};

static UNUSED uint64_t own(uint32_t counter)
{
    return object_id(7, counter);
}

static UNUSED int setup(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    small_canvas(&f->c, &limits);
    arena_init(&f->a, 16 << 20);
    f->c.seq = 10;
    f->actor = (struct op_actor){.client = 7, .author = 3, .time_ms = 1000, .base_seq = 10, .seq = 11};
    *state = f;
    return 0;
}

static UNUSED int teardown(void **state)
{
    struct fixture *f = *state;
    audit(&f->c);
    canvas_fini(&f->c);
    arena_fini(&f->a);
    free(f);
    return 0;
}

/* Checks, resolves and applies as the server does. */
static UNUSED enum status run_batch(struct fixture *f, size_t n, Cocanvas__Op **ops)
{
    f->why.text[0] = '\0';
    enum status status = batch_check(n, ops, &f->c.limits, &f->bad_op, &f->why);
    if (status == STATUS_OK)
        status = batch_resolve_apply(&f->c, n, ops, &f->actor, &f->a, &f->bad_op, &f->why);
    if (status == STATUS_OK) {
        f->c.seq = f->actor.seq;
        f->actor.base_seq = f->actor.seq++;
        f->actor.time_ms++;
    }
    return status;
}

static UNUSED enum status run(struct fixture *f, Cocanvas__Op *op)
{
    return run_batch(f, 1, &op);
}

static UNUSED void ok(struct fixture *f, Cocanvas__Op *op)
{
    enum status status = run(f, op);
    if (status != STATUS_OK)
        fail_msg("%s: %s: %s", op_kind_name(op), status_name(status), f->why.text);
}

/* Refused with that code, a sentence, and no change. */
static UNUSED void no(struct fixture *f, Cocanvas__Op *op, enum status expected)
{
    struct canvas before;
    uint32_t last_object = f->actor.last_object;
    canvas_init(&before, NULL);
    canvas_copy(&before, &f->c);
    enum status status = run(f, op);
    if (status != expected)
        fail_msg("%s: %s instead of %s: %s", op_kind_name(op), status_name(status), status_name(expected), f->why.text);
    assert_true(f->why.text[0] != '\0');
    assert_true(same_state(&before, &f->c));
    assert_int_equal(f->actor.last_object, last_object);
    canvas_fini(&before);
}

static UNUSED uint64_t add_card(struct fixture *f, const char *text)
{
    uint64_t id = own(f->actor.last_object + 1);
    ok(f, card_create(&f->a, id, 1, 0, text));
    return id;
}

static UNUSED const char *text_of(struct fixture *f, uint64_t card)
{
    return canvas_card(&f->c, card)->text.bytes;
}

/* The texts of a block's cards, in order, tombstones in brackets. */
static UNUSED const char *texts(struct fixture *f, uint64_t block)
{
    struct buf out;
    buf_init(&out);
    const struct block *b = canvas_block(&f->c, block);
    for (uint32_t i = 0; i < b->n_cards; i++) {
        const struct card *card = b->cards[i];
        if (card->deleted_seq != 0)
            buf_add(&out, "[", 1);
        buf_add(&out, card->text.bytes, card->text.len_bytes);
        if (card->deleted_seq != 0)
            buf_add(&out, "]", 1);
    }
    char *joined = arena_strndup(&f->a, buf_len(&out) > 0 ? (const char *)buf_at(&out) : "", buf_len(&out));
    buf_fini(&out);
    return joined;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

#endif
