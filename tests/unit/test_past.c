/* Past states: whatever is asked for, in whatever order, is the state that a replay from the beginning gives; memory
 * stays bounded; what is restored is as it was, as one step that undo takes back; the reader asks the server for no
 * more than it needs, and every question gets its answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "client/core/client.h"
#include "client/core/past.h"
#include "tests/support/op_help.h"
#include "tests/support/replica_help.h"

enum { SESSIONS = 150 };

/* ---------------------------------------------------------------- a history */

struct history {
    struct model_server s;
    struct peer p;
    uint64_t *hashes; /* after seq */
};

static void history_init(struct history *h)
{
    memset(h, 0, sizeof(*h));
    model_init(&h->s, NULL);
    peer_init(&h->p, &h->s, 1);
    peer_connect(&h->p, true, UINT32_MAX);
    h->hashes = xcalloc(1, sizeof(*h->hashes));
    h->hashes[0] = canvas_hash(&h->s.c);
}

static void history_fini(struct history *h)
{
    peer_fini(&h->p);
    model_fini(&h->s);
    free(h->hashes);
}

/* Until there are n batches. */
static void history_grow(struct history *h, struct rng *rng, uint64_t n)
{
    while (h->s.head < n) {
        uint64_t before = h->s.head;

        (void)peer_edit(&h->p, rng, false);
        assert_true(peers_settle(&h->p, 1));
        h->hashes = xrealloc(h->hashes, (h->s.head + 1) * sizeof(*h->hashes));
        assert_true(h->s.head <= before + 1);
        h->hashes[h->s.head] = canvas_hash(&h->s.c);
    }
}

static void begin(struct past *p, const struct history *h)
{
    struct why why = {""};

    assert_int_equal(past_begin(p, buf_at(&h->s.first_state), buf_len(&h->s.first_state), h->hashes[0], &why),
                     STATUS_OK);
}

static void add_all(struct past *p, const struct history *h)
{
    struct why why = {""};

    for (uint64_t seq = past_last(p) + 1; seq <= h->s.head; seq++)
        assert_int_equal(past_add(p, buf_at(&h->s.log[seq - 1]), buf_len(&h->s.log[seq - 1]), &why), STATUS_OK);
}

static void assert_past(struct past *p, const struct history *h, uint64_t seq)
{
    struct why why = {""};
    const struct canvas *c = past_at(p, seq, &why);

    assert_non_null(c);
    assert_int_equal(c->seq, seq);
    assert_int_equal(canvas_hash((struct canvas *)(uintptr_t)c), h->hashes[seq]);
}

/* ---------------------------------------------------------------- windows */

static void every_state_can_be_had(void **state)
{
    struct history h;
    struct rng rng = {rng_seed(0x9a570000)};
    struct past *p = past_new();

    (void)state;
    history_init(&h);
    history_grow(&h, &rng, 1300); /* more than the copies at their first distance reach */
    begin(p, &h);
    add_all(p, &h);
    assert_int_equal(past_first(p), 0);
    assert_int_equal(past_last(p), h.s.head);
    for (uint64_t seq = 0; seq <= h.s.head; seq++)
        assert_past(p, &h, seq);
    for (uint64_t seq = h.s.head + 1; seq-- > 0;)
        assert_past(p, &h, seq);
    for (unsigned i = 0; i < 300; i++)
        assert_past(p, &h, rng_below(&rng, (uint32_t)h.s.head + 1));
    past_free(p);
    history_fini(&h);
}

static void a_window_says_who_did_it(void **state)
{
    struct history h;
    struct rng rng = {rng_seed(0x9a570001)};
    struct past *p = past_new();
    const Cocanvas__Committed *batch;

    (void)state;
    history_init(&h);
    history_grow(&h, &rng, 5);
    begin(p, &h);
    add_all(p, &h);
    assert_null(past_batch(p, 0));
    assert_null(past_batch(p, h.s.head + 1));
    batch = past_batch(p, 3);
    assert_int_equal(batch->seq, 3);
    assert_int_equal(batch->author, 1);
    past_free(p);
    history_fini(&h);
}

static void what_does_not_follow_is_refused(void **state)
{
    struct history h;
    struct rng rng = {rng_seed(0x9a570002)};
    struct past *p = past_new();
    struct why why = {""};
    const struct buf *third;

    (void)state;
    history_init(&h);
    history_grow(&h, &rng, 5);
    third = &h.s.log[2];
    assert_true(past_is_empty(p));
    assert_null(past_at(p, 0, &why));
    assert_int_equal(past_add(p, buf_at(third), buf_len(third), &why), STATUS_OUT_OF_ORDER);
    begin(p, &h);
    assert_int_equal(past_add(p, buf_at(third), buf_len(third), &why), STATUS_OUT_OF_ORDER);
    assert_int_equal(past_add(p, (const uint8_t *)"\xff\xff", 2, &why), STATUS_MALFORMED);
    assert_int_equal(past_last(p), 0);
    add_all(p, &h);
    assert_past(p, &h, 5);
    assert_null(past_at(p, h.s.head + 1, &why));
    assert_int_equal(past_begin(p, buf_at(&h.s.first_state), buf_len(&h.s.first_state), h.hashes[0] + 1, &why),
                     STATUS_INTERNAL);
    assert_true(past_is_empty(p));
    assert_int_not_equal(past_begin(p, (const uint8_t *)"\xff", 1, 0, &why), STATUS_OK);
    assert_true(past_is_empty(p));
    past_free(p);
    history_fini(&h);
}

/* A batch that is well-formed but does not fit is found when its state is asked for; the states before it stay. */
static void a_damaged_history_is_noticed(void **state)
{
    struct history h;
    struct rng rng = {rng_seed(0x9a570003)};
    struct past *p = past_new();
    struct why why = {""};
    struct arena arena;
    Cocanvas__Committed wrong = COCANVAS__COMMITTED__INIT;
    Cocanvas__Op *op;
    Cocanvas__CardDelete gone = COCANVAS__CARD_DELETE__INIT;
    uint8_t bytes[256];

    (void)state;
    history_init(&h);
    history_grow(&h, &rng, 3);
    begin(p, &h);
    add_all(p, &h);
    gone.id = object_id(77, 77);
    arena_init(&arena, 1 << 16);
    op = arena_alloc(&arena, sizeof(*op));
    cocanvas__op__init(op);
    op->kind_case = COCANVAS__OP__KIND_CARD_DELETE;
    op->card_delete = &gone;
    wrong.seq = h.s.head + 1;
    wrong.epoch = wrong.author = wrong.client = 1;
    wrong.client_seq = 99;
    wrong.n_ops = 1;
    wrong.ops = &op;
    assert_int_equal(past_add(p, bytes, cocanvas__committed__pack(&wrong, bytes), &why), STATUS_OK);
    assert_null(past_at(p, h.s.head + 1, &why));
    assert_past(p, &h, h.s.head);
    assert_past(p, &h, 1);
    arena_fini(&arena);
    past_free(p);
    history_fini(&h);
}

static void a_copy_is_ones_own(void **state)
{
    struct history h;
    struct rng rng = {rng_seed(0x9a570004)};
    struct past *p = past_new();
    struct why why = {""};
    struct canvas *copy;

    (void)state;
    history_init(&h);
    history_grow(&h, &rng, 20);
    begin(p, &h);
    add_all(p, &h);
    copy = past_copy(past_at(p, 10, &why));
    past_free(p);
    assert_int_equal(copy->seq, 10);
    assert_int_equal(canvas_hash(copy), h.hashes[10]);
    canvas_fini(copy);
    free(copy);
    history_fini(&h);
}

/* ---------------------------------------------------------------- restoring */

static void see_number(struct buf *out, uint64_t number)
{
    char text[24];

    (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)number);
    see(out, text);
}

/* What a restored card must have in common with the past one; not votes. */
static void see_restored_card(struct buf *out, const struct card *card)
{
    see_number(out, card->o.id);
    see(out, card->text.bytes);
    for (uint32_t i = 0; i < card->n_fields; i++) {
        see(out, card->fields[i].key);
        see(out, card->fields[i].text.bytes);
    }
    see_props(out, &card->props);
    for (uint32_t i = 0; i < card->n_tags; i++)
        see(out, card->tags[i]);
}

static void see_links_and_readings(struct buf *out, const struct canvas *c)
{
    for (uint32_t counter = 1; counter < 1000; counter++) {
        const struct link_object *link = canvas_link(c, object_id(1, counter));
        const struct reading *reading = canvas_reading(c, object_id(1, counter));

        if (link && link->deleted_seq == 0)
            see_number(out, link->o.id);
        if (reading && reading->deleted_seq == 0)
            see_number(out, reading->o.id);
    }
}

/* Everything that past_restore_ops(…, 0, …) brings back. */
static void see_restored(const struct canvas *c, struct buf *out)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(c, &n);

    buf_clear(out, SIZE_MAX);
    see_number(out, c->header.cols);
    see_props(out, &c->header.props);
    for (size_t i = 0; i < n; i++) {
        const struct block *b = blocks[i];

        see(out, b->title);
        see(out, b->prompt);
        see_number(out, b->col + 100 * b->row + 10000 * b->col_span + 1000000 * b->row_span);
        see_number(out, b->order);
        see_props(out, &b->props);
        for (uint32_t j = 0; j < b->n_cards; j++)
            if (b->cards[j]->deleted_seq == 0)
                see_restored_card(out, b->cards[j]);
    }
    free(blocks);
    see_links_and_readings(out, c);
    buf_add(out, "", 1);
}

static bool same(const struct buf *a, const struct buf *b)
{
    return buf_len(a) == buf_len(b) && memcmp(buf_at(a), buf_at(b), buf_len(a)) == 0;
}

static const char *there_and_back(uint64_t seed)
{
    struct rng rng = {seed};
    struct history h;
    struct past *p = past_new();
    struct arena arena;
    struct buf then, now, before;
    struct why why = {""};
    const struct canvas *past;
    Cocanvas__Op **ops;
    size_t n;
    const char *wrong = NULL;

    arena_init(&arena, 8 << 20);
    buf_init(&then);
    buf_init(&now);
    buf_init(&before);
    history_init(&h);
    history_grow(&h, &rng, 5 + rng_below(&rng, 120));
    begin(p, &h);
    add_all(p, &h);
    for (unsigned i = rng_below(&rng, 4); i > 0; i--) /* what is not sent yet counts, too */
        (void)peer_edit(&h.p, &rng, false);
    past = past_at(p, rng_below(&rng, (uint32_t)h.s.head + 1), &why);
    see_restored(past, &then);
    see_canvas(replica_view(h.p.r), &before);
    ops = past_restore_ops(replica_view(h.p.r), past, 0, &arena, &n);
    assert_non_null(ops);
    if (n && replica_edit(h.p.r, n, ops, 1, false, &why) != STATUS_OK) {
        print_error("%s\n", why.text);
        wrong = "the ops do not fit";
    }
    see_restored(replica_view(h.p.r), &now);
    if (!wrong && !same(&then, &now))
        wrong = "it is not as it was";
    if (!wrong && n && replica_undo(h.p.r, 2, &why) != STATUS_OK)
        wrong = "it cannot be undone";
    see_canvas(replica_view(h.p.r), &now);
    if (!wrong && !same(&before, &now))
        wrong = "undo does not give the present back";
    if (!wrong && n && replica_redo(h.p.r, 2, &why) != STATUS_OK)
        wrong = "it cannot be done again";
    if (!wrong && (!peers_settle(&h.p, 1) || !view_is_confirmed(h.p.r)))
        wrong = "the server does not take it";
    see_restored(&h.s.c, &now);
    if (!wrong && !same(&then, &now))
        wrong = "the server has something else";
    arena_reset(&arena);
    if (!wrong && (!past_restore_ops(replica_view(h.p.r), past, 0, &arena, &n) || n))
        wrong = "what is as it was is to be changed";
    if (wrong)
        print_error("seed 0x%llx: %s (to %llu of %llu)\n%s---\n%s", (unsigned long long)seed, wrong,
                    (unsigned long long)past->seq, (unsigned long long)h.s.head, (const char *)buf_at(&then),
                    (const char *)buf_at(&now));
    arena_fini(&arena);
    buf_fini(&then);
    buf_fini(&now);
    buf_fini(&before);
    past_free(p);
    history_fini(&h);
    return wrong;
}

static void everything_is_as_it_was(void **state)
{
    uint64_t first = rng_seed(0x9a571000);

    (void)state;
    for (uint64_t i = 0; i < (getenv("COCANVAS_SEED") ? 1 : SESSIONS); i++)
        assert_null(there_and_back(first + i));
}

/* The card's place among its neighbours holds only up to the nearest common ones: others may have changed theirs. */
static bool same_place(const struct canvas *a, const struct canvas *b, uint64_t id)
{
    const struct card *x = canvas_card(a, id), *y = canvas_card(b, id);
    const struct card *const both[2] = {x, y};
    uint64_t before[2] = {0, 0};

    if (x->block->o.id != y->block->o.id)
        return false;
    for (size_t k = 0; k < 2; k++) {
        const struct canvas *other = k ? a : b;

        for (uint32_t i = 0; both[k]->block->cards[i] != both[k]; i++) {
            const struct card *at = both[k]->block->cards[i], *there = canvas_card(other, at->o.id);

            if (at->deleted_seq == 0 && there && there->deleted_seq == 0 && there->block->o.id == both[k]->block->o.id)
                before[k] = at->o.id;
        }
    }
    return before[0] == before[1];
}

static const char *one_card(uint64_t seed)
{
    struct rng rng = {seed};
    struct history h;
    struct past *p = past_new();
    struct arena arena;
    struct buf then, now, before;
    struct why why = {""};
    const struct canvas *past;
    const struct card *was, *is;
    Cocanvas__Op **ops;
    size_t n;
    uint64_t id;
    const char *wrong = NULL;

    arena_init(&arena, 8 << 20);
    buf_init(&then);
    buf_init(&now);
    buf_init(&before);
    history_init(&h);
    history_grow(&h, &rng, 20 + rng_below(&rng, 100));
    begin(p, &h);
    add_all(p, &h);
    past = past_at(p, rng_below(&rng, (uint32_t)h.s.head + 1), &why);
    id = any(&rng, replica_view(h.p.r)->cards);
    was = canvas_card(past, id);
    see_canvas(replica_view(h.p.r), &before);
    ops = id ? past_restore_ops(replica_view(h.p.r), past, id, &arena, &n) : NULL;
    if (ops && n && replica_edit(h.p.r, n, ops, 1, false, &why) != STATUS_OK) {
        print_error("%s\n", why.text);
        wrong = "the ops do not fit";
    }
    is = ops ? canvas_card(replica_view(h.p.r), id) : NULL;
    if (is && !wrong && (was && was->deleted_seq == 0) != (is->deleted_seq == 0))
        wrong = "it is there, and was not; or it was, and is not";
    if (is && !wrong && is->deleted_seq == 0) {
        see_restored_card(&then, was);
        see_restored_card(&now, is);
        if (!same(&then, &now))
            wrong = "the card is another one";
        else if (!same_place(replica_view(h.p.r), past, id))
            wrong = "the card stands elsewhere";
    }
    if (ops && n && !wrong && replica_undo(h.p.r, 2, &why) != STATUS_OK)
        wrong = "it cannot be undone";
    see_canvas(replica_view(h.p.r), &now);
    if (!wrong && !same(&before, &now))
        wrong = "undo does not give the present back";
    if (wrong)
        print_error("seed 0x%llx: %s\n", (unsigned long long)seed, wrong);
    arena_fini(&arena);
    buf_fini(&then);
    buf_fini(&now);
    buf_fini(&before);
    past_free(p);
    history_fini(&h);
    return wrong;
}

static void a_card_is_as_it_was(void **state)
{
    uint64_t first = rng_seed(0x9a572000);

    (void)state;
    for (uint64_t i = 0; i < (getenv("COCANVAS_SEED") ? 1 : SESSIONS); i++)
        assert_null(one_card(first + i));
}

static void edit(struct history *h, Cocanvas__Op *op)
{
    struct why why = {""};

    if (replica_edit(h->p.r, 1, &op, 1, false, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    assert_true(peers_settle(&h->p, 1));
    h->hashes = xrealloc(h->hashes, (h->s.head + 1) * sizeof(*h->hashes));
    h->hashes[h->s.head] = canvas_hash(&h->s.c);
}

/* The state after seq of an object comes back; returns what is then seen. */
static const struct canvas *restore(struct history *h, struct past *p, uint64_t seq, uint64_t object)
{
    struct why why = {""};
    struct arena arena;
    Cocanvas__Op **ops;
    size_t n;

    arena_init(&arena, 1 << 20);
    add_all(p, h);
    ops = past_restore_ops(replica_view(h->p.r), past_at(p, seq, &why), object, &arena, &n);
    assert_non_null(ops);
    assert_true(n > 0);
    if (replica_edit(h->p.r, n, ops, 1, false, &why) != STATUS_OK)
        fail_msg("%s", why.text);
    arena_fini(&arena);
    return replica_view(h->p.r);
}

/* A card that died in a block that was removed: it comes back to where it was, and that block only if it was there then. */
static void a_card_comes_back_out_of_a_removed_block(void **state)
{
    const uint64_t card = object_id(1, 1), block = object_id(1, 2);

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct history h;
        struct past *p = past_new();
        struct arena a;
        const struct canvas *c;
        bool in_the_block = i % 2, all = i / 2;

        history_init(&h);
        arena_init(&a, 1 << 20);
        edit(&h, card_create(&a, card, 1, 0, "words"));
        edit(&h, block_add(&a, block, "extra", "Extra"));
        edit(&h, card_move(&a, card, place_of(&a, block, 0, 0, false)));
        edit(&h, card_delete(&a, card));
        edit(&h, switch_op(&a, COCANVAS__OP__KIND_BLOCK_REMOVE, block, true));
        begin(p, &h);
        c = restore(&h, p, in_the_block ? 3 : 1, all ? 0 : card);
        assert_int_equal(canvas_card(c, card)->deleted_seq, 0);
        assert_int_equal(canvas_card(c, card)->block->o.id, in_the_block ? block : 1);
        assert_int_equal(canvas_block(c, block)->deleted, !in_the_block);
        assert_int_equal(replica_undo(h.p.r, 1, NULL), STATUS_OK);
        assert_int_not_equal(canvas_card(replica_view(h.p.r), card)->deleted_seq, 0);
        assert_true(canvas_block(replica_view(h.p.r), block)->deleted);
        arena_fini(&a);
        past_free(p);
        history_fini(&h);
    }
}

static void a_card_goes_back_into_a_removed_block(void **state)
{
    const uint64_t card = object_id(1, 1), block = object_id(1, 2);
    struct history h;
    struct past *p = past_new();
    struct arena a;
    const struct canvas *c;

    (void)state;
    history_init(&h);
    arena_init(&a, 1 << 20);
    edit(&h, card_create(&a, card, 1, 0, "words"));
    edit(&h, block_add(&a, block, "extra", "Extra"));
    edit(&h, card_move(&a, card, place_of(&a, block, 0, 0, false)));
    edit(&h, card_move(&a, card, place_of(&a, 1, 0, 0, false)));
    edit(&h, switch_op(&a, COCANVAS__OP__KIND_BLOCK_REMOVE, block, true));
    begin(p, &h);
    c = restore(&h, p, 3, card);
    assert_int_equal(canvas_card(c, card)->block->o.id, block);
    assert_false(canvas_block(c, block)->deleted);
    arena_fini(&a);
    past_free(p);
    history_fini(&h);
}

static void a_block_is_as_it_was(void **state)
{
    struct history h;
    struct past *p = past_new();
    struct arena a;
    const struct canvas *c;

    (void)state;
    history_init(&h);
    arena_init(&a, 1 << 20);
    edit(&h, prop_text(&a, 1, "title", "Before"));
    edit(&h, prop_text(&a, 1, "title", "After"));
    edit(&h, prop_set(&a, 1, "col_span", value_of(&a, VALUE_NUMBER, "3", 0)));
    edit(&h, prop_text(&a, 1, "note", "since then"));
    edit(&h, card_create(&a, object_id(1, 1), 1, 0, "words"));
    begin(p, &h);
    c = restore(&h, p, 1, 1);
    assert_string_equal(canvas_block(c, 1)->title, "Before");
    assert_int_not_equal(canvas_block(c, 1)->col_span, 3);
    assert_null(props_get(&canvas_block(c, 1)->props, "note"));
    assert_int_equal(canvas_card(c, object_id(1, 1))->deleted_seq, 0); /* cards are their own affair */
    arena_fini(&a);
    past_free(p);
    history_fini(&h);
}

/* What others type meanwhile is kept: a text changes only where it is different. */
static void restoring_merges_with_typing(void **state)
{
    const uint64_t card = object_id(1, 1);
    struct history h;
    struct peer other;
    struct past *p = past_new();
    struct arena a;

    (void)state;
    history_init(&h);
    arena_init(&a, 1 << 20);
    edit(&h, card_create(&a, card, 1, 0, "one two three"));
    assert_int_equal(replica_text_set(h.p.r, card, "", "one 2 three", 11, 1, NULL), STATUS_OK);
    assert_true(peers_settle(&h.p, 1));
    h.hashes = xrealloc(h.hashes, 3 * sizeof(*h.hashes));
    peer_init(&other, &h.s, 2);
    peer_connect(&other, true, UINT32_MAX);
    assert_int_equal(replica_text_splice(other.r, card, "", 11, 0, " four", 5, 1, false, NULL), STATUS_OK);
    begin(p, &h);
    (void)restore(&h, p, 1, card);
    struct peer both[2] = {h.p, other};
    assert_true(peers_settle(both, 2));
    h.p = both[0];
    assert_string_equal(canvas_card(&h.s.c, card)->text.bytes, "one two three four");
    peer_fini(&both[1]);
    arena_fini(&a);
    past_free(p);
    history_fini(&h);
}

static void a_full_arena_is_no_half_restoration(void **state)
{
    struct rng rng = {rng_seed(0x9a573000)};
    struct history h;
    struct past *p = past_new();
    struct arena arena;
    struct why why = {""};
    size_t n, needed;

    (void)state;
    history_init(&h);
    history_grow(&h, &rng, 60);
    begin(p, &h);
    add_all(p, &h);
    arena_init(&arena, 8 << 20);
    assert_non_null(past_restore_ops(replica_view(h.p.r), past_at(p, 0, &why), 0, &arena, &n));
    assert_true(n > 3);
    needed = arena.used_bytes;
    arena_fini(&arena);
    for (size_t cap = 0; cap < needed; cap += 16) {
        arena_init(&arena, cap);
        assert_null(past_restore_ops(replica_view(h.p.r), past_at(p, 0, &why), 0, &arena, &n));
        assert_int_equal(n, 0);
        arena_fini(&arena);
    }
    past_free(p);
    history_fini(&h);
}

/* ---------------------------------------------------------------- the reader, without a network */

/* What client.h's functions do is the test's: requests are kept, and answered when it says so. */
static struct {
    enum client_state state;
    uint32_t last;
    struct {
        uint32_t number;
        Cocanvas__Frame__BodyCase body;
        uint64_t from, to;
    } asked[64];
    size_t n_asked;
} net;

uint32_t client_request(struct client *c, Cocanvas__Frame *frame)
{
    (void)c;
    assert_true(net.n_asked < 64);
    net.asked[net.n_asked].number = ++net.last;
    net.asked[net.n_asked].body = frame->body_case;
    if (frame->body_case == COCANVAS__FRAME__BODY_STATE_REQUEST) {
        net.asked[net.n_asked].from = frame->state_request->seq;
    } else {
        assert_int_equal(frame->body_case, COCANVAS__FRAME__BODY_HISTORY_REQUEST);
        net.asked[net.n_asked].from = frame->history_request->from_seq;
        net.asked[net.n_asked].to = frame->history_request->to_seq;
    }
    net.n_asked++;
    return net.last;
}

enum client_state client_state(const struct client *c)
{
    (void)c;
    return net.state;
}

struct reading_fixture {
    struct history h;
    struct event_base *base;
    struct past_reader *reader;
    uint64_t stored[8]; /* seqs of which the server has a snapshot, ascending; the first is 0 */
    size_t n_stored;
    unsigned page, answers;
    uint64_t oldest;
    uint64_t seq, hash;
    enum status code;
    bool has_canvas;
    uint32_t author;
    bool inside;
};

static void on_answer(void *ctx, const struct past_answer *answer)
{
    struct reading_fixture *f = ctx;

    assert_false(f->inside);
    f->answers++;
    f->seq = answer->seq;
    f->code = answer->code;
    f->author = answer->author;
    f->has_canvas = answer->canvas != NULL;
    assert_int_equal(f->has_canvas, answer->code == STATUS_OK);
    assert_int_equal(f->has_canvas, answer->sentence[0] == '\0');
    if (answer->canvas) {
        assert_int_equal(answer->canvas->seq, answer->seq);
        f->hash = canvas_hash((struct canvas *)(uintptr_t)answer->canvas);
        assert_int_equal(f->hash, f->h.hashes[answer->seq]);
    }
}

static void reading_init(struct reading_fixture *f, uint64_t batches)
{
    struct rng rng = {rng_seed(0x9a574000)};

    memset(f, 0, sizeof(*f));
    memset(&net, 0, sizeof(net));
    net.state = CLIENT_LIVE;
    history_init(&f->h);
    history_grow(&f->h, &rng, batches);
    f->base = event_base_new();
    f->n_stored = 1;
    f->page = 100;
    f->oldest = 1;
    f->reader = past_reader_new(f->base, NULL, on_answer, f);
}

static void reading_fini(struct reading_fixture *f)
{
    past_reader_free(f->reader);
    event_base_free(f->base);
    history_fini(&f->h);
}

/* The state at a seq, in parts of 1,000 bytes. */
static void answer_state(struct reading_fixture *f, uint32_t number, uint64_t seq)
{
    struct past *p = past_new();
    struct why why = {""};
    struct buf bytes;
    uint64_t stored = 0;
    uint32_t index = 0;

    for (size_t i = 0; i < f->n_stored && f->stored[i] <= seq; i++)
        stored = f->stored[i];
    buf_init(&bytes);
    begin(p, &f->h);
    add_all(p, &f->h);
    canvas_encode((struct canvas *)(uintptr_t)past_at(p, stored, &why), &bytes);
    for (size_t at = 0; at < buf_len(&bytes); at += 1000) {
        Cocanvas__Snapshot part = COCANVAS__SNAPSHOT__INIT;
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

        part.seq = stored;
        part.index = index++;
        part.last = at + 1000 >= buf_len(&bytes);
        part.part.data = (uint8_t *)(uintptr_t)buf_at(&bytes) + at;
        part.part.len = part.last ? buf_len(&bytes) - at : 1000;
        part.hash = part.last ? f->h.hashes[stored] : 0;
        frame.request = number;
        frame.body_case = COCANVAS__FRAME__BODY_SNAPSHOT;
        frame.snapshot = &part;
        assert_true(past_reader_reply(f->reader, &frame));
    }
    buf_fini(&bytes);
    past_free(p);
}

static void answer_batches(struct reading_fixture *f, uint32_t number, uint64_t from, uint64_t to)
{
    ProtobufCBinaryData rows[128];
    uint64_t next = from < f->oldest ? f->oldest : from;
    bool last = false;

    to = to < f->h.s.head ? to : f->h.s.head;
    while (!last) {
        Cocanvas__HistoryPage page = COCANVAS__HISTORY_PAGE__INIT;
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

        for (; next <= to && page.n_committed < f->page; next++) {
            const struct buf *row = &f->h.s.log[next - 1];

            rows[page.n_committed++] = (ProtobufCBinaryData){buf_len(row), (uint8_t *)(uintptr_t)buf_at(row)};
        }
        last = next > to;
        page.committed = rows;
        page.last = last;
        page.oldest_seq = f->oldest;
        frame.request = number;
        frame.body_case = COCANVAS__FRAME__BODY_HISTORY_PAGE;
        frame.history_page = &page;
        assert_true(past_reader_reply(f->reader, &frame));
    }
}

static void answer_error(struct reading_fixture *f, uint32_t number, enum status code)
{
    Cocanvas__Error error;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    cocanvas__error__init(&error);
    error.code = (Cocanvas__ErrorCode)code;
    error.message = (char *)(uintptr_t) "No.";
    frame.request = number;
    frame.body_case = COCANVAS__FRAME__BODY_ERROR;
    frame.error = &error;
    assert_true(past_reader_reply(f->reader, &frame));
}

/* Answers the request i of all that were ever made. */
static void answer(struct reading_fixture *f, size_t i)
{
    assert_true(i < net.n_asked);
    if (net.asked[i].body == COCANVAS__FRAME__BODY_STATE_REQUEST)
        answer_state(f, net.asked[i].number, net.asked[i].from);
    else
        answer_batches(f, net.asked[i].number, net.asked[i].from, net.asked[i].to);
}

static void turn(struct reading_fixture *f)
{
    (void)event_base_loop(f->base, EVLOOP_NONBLOCK);
}

static void ask(struct reading_fixture *f, uint64_t seq)
{
    f->inside = true;
    past_reader_ask(f->reader, seq);
    f->inside = false;
}

/* Asks, answers what is asked until there is an answer; returns how many requests that took. */
static size_t ask_and_wait(struct reading_fixture *f, uint64_t seq)
{
    size_t first = net.n_asked, done = first;
    unsigned before = f->answers;

    ask(f, seq);
    turn(f);
    while (f->answers == before) {
        f->inside = true;
        answer(f, done++);
        f->inside = false;
        turn(f);
    }
    while (done < net.n_asked)
        answer(f, done++);
    assert_int_equal(f->answers, before + 1);
    assert_int_equal(f->seq, seq);
    return net.n_asked - first;
}

static void a_reader_answers_any_seq(void **state)
{
    struct reading_fixture f;
    struct rng rng = {rng_seed(0x9a575000)};

    (void)state;
    reading_init(&f, 900);
    f.stored[1] = 300;
    f.stored[2] = 600;
    f.n_stored = 3;
    assert_int_equal(ask_and_wait(&f, 0), 1);
    assert_int_equal(f.author, 0);
    for (unsigned i = 0; i < 60; i++) {
        (void)ask_and_wait(&f, rng_below(&rng, (uint32_t)f.h.s.head + 1));
        assert_int_equal(f.code, STATUS_OK);
        assert_int_equal(f.author, f.seq ? 1 : 0);
    }
    past_reader_reset(f.reader);
    (void)ask_and_wait(&f, 700);
    (void)ask_and_wait(&f, 600); /* exactly a stored one: who made it is known all the same */
    assert_int_equal(f.author, 1);
    reading_fini(&f);
}

static void steps_cost_no_round_trip(void **state)
{
    struct reading_fixture f;
    size_t requests = 0;

    (void)state;
    reading_init(&f, 900);
    f.stored[1] = 300;
    f.n_stored = 2;
    assert_int_equal(ask_and_wait(&f, 400), 2);
    for (uint64_t seq = 399; seq > 301; seq--)
        assert_int_equal(ask_and_wait(&f, seq), 0);
    for (uint64_t seq = 302; seq <= 656; seq++)
        assert_int_equal(ask_and_wait(&f, seq), 0);
    for (uint64_t seq = 657; seq <= f.h.s.head; seq++)
        requests += ask_and_wait(&f, seq);
    assert_int_equal(requests, 1); /* 657 brings 257 batches */
    reading_fini(&f);
}

static void only_the_newest_question_is_answered(void **state)
{
    struct reading_fixture f;

    (void)state;
    reading_init(&f, 400);
    f.stored[1] = 200;
    f.n_stored = 2;
    ask(&f, 350);
    ask(&f, 50); /* what comes first is the wrong state for it */
    ask(&f, 60);
    assert_int_equal(net.n_asked, 1);
    for (size_t i = 0; i < net.n_asked; i++)
        answer(&f, i);
    turn(&f);
    assert_int_equal(f.answers, 1);
    assert_int_equal(f.seq, 60);
    assert_int_equal(f.code, STATUS_OK);
    reading_fini(&f);
}

static void a_reader_that_cannot_says_so(void **state)
{
    struct reading_fixture f;

    (void)state;
    reading_init(&f, 300);
    (void)ask_and_wait(&f, f.h.s.head + 1);
    assert_int_equal(f.code, STATUS_NOT_FOUND);
    (void)ask_and_wait(&f, f.h.s.head);
    assert_int_equal(f.code, STATUS_OK);

    past_reader_reset(f.reader);
    ask(&f, 10);
    answer_error(&f, net.last, STATUS_DEGRADED);
    turn(&f);
    assert_int_equal(f.code, STATUS_DEGRADED);
    (void)ask_and_wait(&f, 10); /* and again */
    assert_int_equal(f.code, STATUS_OK);

    past_reader_reset(f.reader);
    f.oldest = 100;
    (void)ask_and_wait(&f, 50);
    assert_int_equal(f.code, STATUS_NOT_FOUND);

    past_reader_reset(f.reader);
    f.oldest = 1;
    net.state = CLIENT_OFFLINE;
    assert_int_equal(ask_and_wait(&f, 50), 0);
    assert_int_equal(f.code, STATUS_BUSY);
    reading_fini(&f);
}

/* Answers to what was asked before do not count after a reset, and are not taken for others'. */
static void a_reset_forgets(void **state)
{
    struct reading_fixture f;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    Cocanvas__Error error;

    (void)state;
    reading_init(&f, 50);
    cocanvas__error__init(&error);
    ask(&f, 20);
    past_reader_reset(f.reader);
    frame.request = net.last;
    frame.body_case = COCANVAS__FRAME__BODY_ERROR;
    frame.error = &error;
    assert_false(past_reader_reply(f.reader, &frame));
    frame.request = 0;
    assert_false(past_reader_reply(f.reader, &frame));
    turn(&f);
    assert_int_equal(f.answers, 0);
    (void)ask_and_wait(&f, 20);
    assert_int_equal(f.code, STATUS_OK);
    reading_fini(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_can_be_had),
        cmocka_unit_test(a_window_says_who_did_it),
        cmocka_unit_test(what_does_not_follow_is_refused),
        cmocka_unit_test(a_damaged_history_is_noticed),
        cmocka_unit_test(a_copy_is_ones_own),
        cmocka_unit_test(everything_is_as_it_was),
        cmocka_unit_test(a_card_is_as_it_was),
        cmocka_unit_test(a_card_comes_back_out_of_a_removed_block),
        cmocka_unit_test(a_card_goes_back_into_a_removed_block),
        cmocka_unit_test(a_block_is_as_it_was),
        cmocka_unit_test(restoring_merges_with_typing),
        cmocka_unit_test(a_full_arena_is_no_half_restoration),
        cmocka_unit_test(a_reader_answers_any_seq),
        cmocka_unit_test(steps_cost_no_round_trip),
        cmocka_unit_test(only_the_newest_question_is_answered),
        cmocka_unit_test(a_reader_that_cannot_says_so),
        cmocka_unit_test(a_reset_forgets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
