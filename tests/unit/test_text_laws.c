/* The laws of text ops (P4 rests on them). For small texts: all pairs of ops there are, against an independent model of
 * what a merge is. For larger ones: seeded random ops over all kinds of characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/text_help.h"

/* ---- the model: per gap what is inserted there, per character whether it goes */

enum { MODEL_MAX = 64 };

struct model {
    struct {
        const char *bytes;
        uint32_t len, points;
    } gap[MODEL_MAX + 1];
    bool removed[MODEL_MAX];
};

static void model_of(struct model *m, const struct text_op *op)
{
    uint32_t at = 0;
    *m = (struct model){0};
    for (uint32_t i = 0; i < op->n_steps; i++) {
        const struct text_step *s = &op->steps[i];
        if (s->kind == TEXT_INSERT) {
            assert_null(m->gap[at].bytes);
            m->gap[at].bytes = op->bytes + s->at_bytes;
            m->gap[at].len = s->len_bytes;
            m->gap[at].points = s->points;
            continue;
        }
        for (uint32_t k = 0; k < s->points; k++)
            m->removed[at++] = s->kind == TEXT_REMOVE;
    }
    assert_true(at <= op->pre_len);
}

/* What the text is after both; at one place left's characters stand before right's. */
static void model_merge(struct buf *out, const struct text *t, const struct model *left, const struct model *right)
{
    const char *at = t->bytes;
    buf_clear(out, SIZE_MAX);
    for (uint32_t i = 0; i <= t->len_points; i++) {
        buf_add(out, left->gap[i].bytes, left->gap[i].len);
        buf_add(out, right->gap[i].bytes, right->gap[i].len);
        size_t len = i < t->len_points ? utf8_offset(at, (size_t)(t->bytes + t->len_bytes - at), 1) : 0;
        if (i < t->len_points && !left->removed[i] && !right->removed[i])
            buf_add(out, at, len);
        at += len;
    }
}

static uint32_t model_position(const struct model *m, uint32_t at, enum text_side side)
{
    uint32_t moved = side == TEXT_LEFT ? m->gap[at].points : 0;
    for (uint32_t i = 0; i < at; i++)
        moved += m->gap[i].points + (m->removed[i] ? 0 : 1);
    return moved;
}

static bool text_is(const struct text *t, const struct buf *expected)
{
    return text_is_sound(t) && t->len_bytes == buf_len(expected) &&
           memcmp(t->bytes, buf_at(expected), t->len_bytes) == 0;
}

/* ---- scratch that the tests share */

struct scratch {
    struct text before, one, two;
    struct text_op a, b, c, out, out_two;
    struct buf expected;
    struct model left, right;
};

static int set_up(void **state)
{
    struct scratch *s = xcalloc(1, sizeof *s);
    text_init(&s->before), text_init(&s->one), text_init(&s->two);
    buf_init(&s->expected);
    (void)buf_reserve(&s->expected, 1); /* never NULL, even when it is empty */
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    struct scratch *s = *state;
    text_fini(&s->before), text_fini(&s->one), text_fini(&s->two);
    text_op_fini(&s->a), text_op_fini(&s->b), text_op_fini(&s->c), text_op_fini(&s->out), text_op_fini(&s->out_two);
    buf_fini(&s->expected);
    free(s);
    return 0;
}

static void check_canonical(const struct text_op *op)
{
    struct why why;
    if (text_op_check(op, op->pre_len, 0, &why) != STATUS_OK) {
        print_op("not canonical", op);
        fail_msg("%s", why.text);
    }
}

/* One text, a sequenced before b, so b is left: both ways round give the merge of the model. */
static void check_diamond(struct scratch *s, const struct text_op *a, const struct text_op *b)
{
    model_of(&s->left, b);
    model_of(&s->right, a);
    model_merge(&s->expected, &s->before, &s->left, &s->right);

    text_transform(&s->out, b, a, TEXT_LEFT);
    text_transform(&s->out_two, a, b, TEXT_RIGHT);
    check_canonical(&s->out);
    check_canonical(&s->out_two);
    copy_text(&s->one, &s->before);
    text_apply(&s->one, a, NULL);
    text_apply(&s->one, &s->out, NULL);
    copy_text(&s->two, &s->before);
    text_apply(&s->two, b, NULL);
    text_apply(&s->two, &s->out_two, NULL);
    if (!text_is(&s->one, &s->expected) || !text_is(&s->two, &s->expected)) {
        print_op("first", a), print_op("second", b), print_op("second'", &s->out), print_op("first'", &s->out_two);
        fail_msg("of \"%s\": expected \"%.*s\", got \"%s\" and \"%s\"", s->before.bytes, (int)buf_len(&s->expected),
                 (const char *)buf_at(&s->expected), s->one.bytes, s->two.bytes);
    }
}

static void check_compose(struct scratch *s, const struct text_op *a, const struct text_op *c)
{
    copy_text(&s->one, &s->before);
    text_apply(&s->one, a, NULL);
    text_apply(&s->one, c, NULL);
    text_compose(&s->out, a, c);
    check_canonical(&s->out);
    copy_text(&s->two, &s->before);
    text_apply(&s->two, &s->out, NULL);
    if (!text_equal(&s->one, &s->two)) {
        print_op("first", a), print_op("second", c), print_op("composed", &s->out);
        fail_msg("of \"%s\": expected \"%s\", got \"%s\"", s->before.bytes, s->one.bytes, s->two.bytes);
    }
}

static void check_positions(struct scratch *s, const struct text_op *op)
{
    model_of(&s->left, op);
    for (uint32_t at = 0; at <= op->pre_len; at++) {
        assert_int_equal(text_transform_position(op, at, TEXT_LEFT), model_position(&s->left, at, TEXT_LEFT));
        assert_int_equal(text_transform_position(op, at, TEXT_RIGHT), model_position(&s->left, at, TEXT_RIGHT));
    }
}

static void check_invert(struct scratch *s, const struct text_op *op)
{
    struct text removed;
    text_init(&removed);
    model_of(&s->left, op);
    s->right = (struct model){0};
    model_merge(&s->expected, &s->before, &s->left, &s->right);
    copy_text(&s->one, &s->before);
    text_invert(&s->out, op, &s->one);
    check_canonical(&s->out);
    text_apply(&s->one, op, &removed);
    assert_true(text_is(&s->one, &s->expected));
    assert_true(text_is_sound(&removed));
    uint32_t expected_removed = 0;
    for (uint32_t i = 0; i < s->before.len_points; i++)
        expected_removed += s->left.removed[i];
    assert_int_equal(removed.len_points, expected_removed);
    text_apply(&s->one, &s->out, NULL);
    assert_true(text_equal(&s->one, &s->before));
    text_fini(&removed);
}

/* ---- all ops of small texts */

enum { ALL_MAX = 600 };

struct all_ops {
    struct text_op at[ALL_MAX];
    size_t n;
};

/* Every canonical op for a text of len points that inserts nothing or `bytes` at each gap. */
static struct all_ops *all_ops_new(uint32_t len, const char *bytes)
{
    struct all_ops *all = xcalloc(1, sizeof *all);
    uint32_t points = (uint32_t)utf8_points(bytes, strlen(bytes));
    for (uint32_t inserts = 0; inserts < 2u << len; inserts++) {
        for (uint32_t removes = 0; removes < 1u << len; removes++) {
            if ((inserts >> 1 & removes) != 0)
                continue; /* an insert behind a removed character: not canonical, the same as one in front */
            struct text_op *op = &all->at[all->n++];
            text_op_clear(op, len);
            for (uint32_t i = 0; i <= len; i++) {
                if (inserts >> i & 1)
                    text_op_insert(op, bytes, (uint32_t)strlen(bytes), points);
                if (i < len && (removes >> i & 1))
                    text_op_remove(op, 1);
                else if (i < len)
                    text_op_retain(op, 1);
            }
            text_op_finish(op);
            check_canonical(op);
        }
    }
    return all;
}

static void all_ops_free(struct all_ops *all)
{
    for (size_t i = 0; i < all->n; i++)
        text_op_fini(&all->at[i]);
    free(all);
}

static void for_all_pairs(struct scratch *s, const char *text, const char *a_bytes, const char *b_bytes)
{
    text_set(&s->before, text, strlen(text));
    struct all_ops *a = all_ops_new(s->before.len_points, a_bytes), *b = all_ops_new(s->before.len_points, b_bytes);
    for (size_t i = 0; i < a->n; i++) {
        for (size_t k = 0; k < b->n; k++)
            check_diamond(s, &a->at[i], &b->at[k]);
    }
    all_ops_free(a);
    all_ops_free(b);
}

static void every_pair_converges(void **state)
{
    for_all_pairs(*state, "", "x", "y");
    for_all_pairs(*state, "1", "x", "y");
    for_all_pairs(*state, "12", "xX", "y");
    for_all_pairs(*state, "123", "x", "yY");
    for_all_pairs(*state, "1234", "x", "y");
    for_all_pairs(*state, "12345", "x", "y");
    for_all_pairs(*state, "1é😀", "€", "𝒳e\u0301");
}

static void for_all_followers(struct scratch *s, const char *text, const char *a_bytes, const char *c_bytes)
{
    struct all_ops *followers[16] = {NULL};
    text_set(&s->before, text, strlen(text));
    struct all_ops *a = all_ops_new(s->before.len_points, a_bytes);
    for (size_t i = 0; i < a->n; i++) {
        uint32_t len = (uint32_t)text_op_post_len(&a->at[i]);
        if (len > 4)
            continue;
        if (followers[len] == NULL)
            followers[len] = all_ops_new(len, c_bytes);
        for (size_t k = 0; k < followers[len]->n; k++)
            check_compose(s, &a->at[i], &followers[len]->at[k]);
    }
    for (size_t i = 0; i < 16; i++) {
        if (followers[i] != NULL)
            all_ops_free(followers[i]);
    }
    all_ops_free(a);
}

static void every_op_after_every_op_composes(void **state)
{
    for_all_followers(*state, "", "xX", "y");
    for_all_followers(*state, "12", "xX", "y");
    for_all_followers(*state, "123", "x", "y");
    for_all_followers(*state, "é😀", "€X", "𝒳");
}

static void every_op_moves_positions_and_inverts(void **state)
{
    static const char *const texts[] = {"", "1", "12", "123", "1234", "ä字😀"};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct scratch *s = *state;
        text_set(&s->before, texts[i], strlen(texts[i]));
        struct all_ops *all = all_ops_new(s->before.len_points, "x€");
        for (size_t k = 0; k < all->n; k++) {
            check_positions(s, &all->at[k]);
            check_invert(s, &all->at[k]);
        }
        all_ops_free(all);
    }
}

/* ---- random ops on larger texts */

static void random_ops(void **state)
{
    struct scratch *s = *state;
    uint64_t seed = rng_seed(1);
    print_message("COCANVAS_SEED=%llu\n", (unsigned long long)seed);
    struct rng r = {seed};
    for (int i = 0; i < 20000; i++) {
        bool ascii = rng_below(&r, 2) == 0;
        random_text(&r, &s->before, rng_below(&r, MODEL_MAX), ascii);
        random_op(&r, &s->a, s->before.len_points, rng_below(&r, 2) == 0);
        random_op(&r, &s->b, s->before.len_points, ascii);
        random_op(&r, &s->c, (uint32_t)text_op_post_len(&s->a), ascii);
        check_canonical(&s->a);
        check_diamond(s, &s->a, &s->b);
        check_compose(s, &s->a, &s->c);
        check_positions(s, &s->a);
        check_invert(s, &s->a);
    }
}

/* Transforms lists over each other, op by op, as server and client do with batches: both ways round give the same text. */
static void random_lists(void **state)
{
    enum { LENGTH = 5 };
    struct scratch *s = *state;
    struct rng r = {rng_seed(2)};
    struct text_op ours[LENGTH] = {0}, theirs[LENGTH] = {0}, mine = {0}, other = {0};
    for (int round = 0; round < 3000; round++) {
        bool ascii = rng_below(&r, 2) == 0;
        random_text(&r, &s->before, rng_below(&r, 40), ascii);
        copy_text(&s->one, &s->before);
        copy_text(&s->two, &s->before);
        for (int i = 0; i < LENGTH; i++) {
            random_op(&r, &ours[i], s->one.len_points, ascii);
            text_apply(&s->one, &ours[i], NULL);
            random_op(&r, &theirs[i], s->two.len_points, ascii);
            text_apply(&s->two, &theirs[i], NULL);
        }
        for (int i = 0; i < LENGTH; i++) {
            for (int k = 0; k < LENGTH; k++) {
                text_transform(&mine, &ours[k], &theirs[i], TEXT_LEFT);
                text_transform(&other, &theirs[i], &ours[k], TEXT_RIGHT);
                text_op_copy(&ours[k], &mine);
                text_op_copy(&theirs[i], &other);
            }
            text_apply(&s->one, &theirs[i], NULL);
        }
        for (int i = 0; i < LENGTH; i++)
            text_apply(&s->two, &ours[i], NULL);
        assert_true(text_is_sound(&s->one));
        assert_true(text_equal(&s->one, &s->two));
    }
    for (int i = 0; i < LENGTH; i++)
        text_op_fini(&ours[i]), text_op_fini(&theirs[i]);
    text_op_fini(&mine), text_op_fini(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_pair_converges, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_op_after_every_op_composes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_op_moves_positions_and_inverts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_ops, set_up, tear_down),
        cmocka_unit_test_setup_teardown(random_lists, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
