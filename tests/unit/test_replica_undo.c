/* Undo (P6): n undos and n redos are no change; undoing everything leaves nothing of one's own and everything of the
 * others; what others have set, moved or worked on since stays. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/support/op_help.h"
#include "tests/support/unique_text.h"

enum { SESSIONS = 300 };

/* ---------------------------------------------------------------- n undos, n redos */

static bool same(const struct buf *a, const struct buf *b)
{
    return buf_len(a) == buf_len(b) && memcmp(buf_at(a), buf_at(b), buf_len(a)) == 0;
}

static void maybe_talk(struct peer *p, struct rng *rng)
{
    switch (rng_below(rng, 6)) {
    case 0:
        peer_seal(p, 1 + rng_below(rng, 6));
        break;
    case 1:
        (void)peer_arrive(p, STATUS_OK, 0);
        break;
    case 2:
        (void)peer_deliver(p);
        break;
    default:
        break;
    }
}

static const char *there_and_back(uint64_t seed)
{
    struct rng rng = {seed};
    struct model_server s;
    struct peer p;
    struct buf before, after, now;
    size_t undone = 0, redone = 0;
    const char *wrong = NULL;

    buf_init(&before);
    buf_init(&after);
    buf_init(&now);
    model_init(&s, NULL);
    peer_init(&p, &s, 1);
    peer_connect(&p, true, UINT32_MAX);
    see_canvas(replica_view(p.r), &before);
    for (unsigned i = 0; i < 60; i++) {
        (void)peer_edit(&p, &rng, false);
        maybe_talk(&p, &rng);
        if (rng_below(&rng, 10) == 0 && replica_undo(p.r, s.now_ms, NULL) == STATUS_OK && rng_below(&rng, 2))
            assert_int_equal(replica_redo(p.r, s.now_ms, NULL), STATUS_OK);
    }
    see_canvas(replica_view(p.r), &after);
    for (; replica_undo(p.r, s.now_ms, NULL) == STATUS_OK; undone++)
        maybe_talk(&p, &rng);
    see_canvas(replica_view(p.r), &now);
    if (!same(&before, &now))
        wrong = "undoing everything does not lead back to the beginning";
    for (; redone < undone && replica_redo(p.r, s.now_ms, NULL) == STATUS_OK; redone++)
        maybe_talk(&p, &rng);
    see_canvas(replica_view(p.r), &now);
    if (!wrong && (redone != undone || !same(&after, &now)))
        wrong = "n undos and n redos are a change";
    if (!wrong && (!peers_settle(&p, 1) || !view_is_confirmed(p.r)))
        wrong = "it does not come to rest";
    see_canvas(&s.c, &now);
    if (!wrong && !same(&after, &now))
        wrong = "the server has something else";
    if (wrong)
        print_error("seed 0x%llx: %s (%zu undone, %zu redone)\n", (unsigned long long)seed, wrong, undone, redone);
    peer_fini(&p);
    model_fini(&s);
    buf_fini(&before);
    buf_fini(&after);
    buf_fini(&now);
    return wrong;
}

static void n_undos_and_n_redos_are_no_change(void **state)
{
    uint64_t first = rng_seed(0x0d000000);

    (void)state;
    for (uint64_t i = 0; i < (getenv("COCANVAS_SEED") ? 1 : SESSIONS); i++)
        assert_null(there_and_back(first + i));
}

/* ---------------------------------------------------------------- a name for the state that a batch leads to */

static void name(struct peer *p, uint64_t seq, const char *words)
{
    Cocanvas__NameSeq m;
    Cocanvas__Op op = COCANVAS__OP__INIT, *ops[1] = {&op};
    char copy[40];

    cocanvas__name_seq__init(&m);
    (void)snprintf(copy, sizeof(copy), "%s", words);
    m.seq = seq;
    m.name = copy;
    op.kind_case = COCANVAS__OP__KIND_NAME_SEQ;
    op.name_seq = &m;
    assert_int_equal(replica_edit(p->r, 1, ops, 1, false, NULL), STATUS_OK);
}

/* "1=x 3=y", of what the canvas has. */
static const char *names(const struct canvas *c)
{
    static char text[200];
    size_t n = 0;

    text[0] = '\0';
    for (uint64_t seq = 1; seq < 20; seq++) {
        const struct named *named = (const struct named *)canvas_find(c, OBJECT_NAMED, seq);

        if (named)
            n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%llu=%s", n ? " " : "", (unsigned long long)seq, named->name);
    }
    return text;
}

/* A batch of B's comes before the one of A's that names its own state; it names its own, too: it has the number
 * that A had predicted. */
struct naming {
    struct model_server s;
    struct peer p[2];
};

static void others_come_first(struct naming *t)
{
    name(&t->p[1], 0, "theirs");
    peer_seal(&t->p[1], 256);
    (void)peer_arrive(&t->p[1], STATUS_OK, 0);
}

static void naming_init(struct naming *t)
{
    model_init(&t->s, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        peer_init(&t->p[i], &t->s, i + 1);
        peer_connect(&t->p[i], true, UINT32_MAX);
    }
}

static void naming_fini(struct naming *t)
{
    for (size_t i = 0; i < 2; i++)
        peer_fini(&t->p[i]);
    model_fini(&t->s);
}

static void undo_and_redo(struct naming *t, bool redo)
{
    assert_int_equal((redo ? replica_redo : replica_undo)(t->p[0].r, 1, NULL), STATUS_OK);
}

static void settled_names(struct naming *t, const char *expected)
{
    assert_true(peers_settle(t->p, 2));
    assert_string_equal(names(&t->s.c), expected);
    for (size_t i = 0; i < 2; i++)
        assert_true(view_is_confirmed(t->p[i].r));
}

static void a_name_is_taken_from_its_own_state(void **state)
{
    struct naming t;

    (void)state;
    naming_init(&t);
    name(&t.p[0], 0, "mine");
    others_come_first(&t);
    settled_names(&t, "1=theirs 2=mine");
    undo_and_redo(&t, false);
    settled_names(&t, "1=theirs");
    undo_and_redo(&t, true);
    settled_names(&t, "1=theirs 2=mine");
    undo_and_redo(&t, false);
    settled_names(&t, "1=theirs");
    naming_fini(&t);
}

static void a_name_is_taken_back_while_it_is_under_way(void **state)
{
    struct naming t;

    (void)state;
    for (unsigned redo = 0; redo < 2; redo++) {
        naming_init(&t);
        name(&t.p[0], 0, "mine");
        peer_seal(&t.p[0], 256);
        others_come_first(&t);
        undo_and_redo(&t, false);
        assert_string_equal(names(replica_view(t.p[0].r)), "");
        if (redo)
            undo_and_redo(&t, true);
        settled_names(&t, redo ? "1=theirs 2=mine" : "1=theirs");
        undo_and_redo(&t, !redo);
        settled_names(&t, redo ? "1=theirs" : "1=theirs 2=mine");
        naming_fini(&t);
    }
}

static void a_name_that_was_not_sent_is_not_sent(void **state)
{
    struct naming t;

    (void)state;
    naming_init(&t);
    name(&t.p[0], 0, "mine");
    undo_and_redo(&t, false);
    assert_false(replica_has_pending(t.p[0].r));
    assert_string_equal(names(replica_view(t.p[0].r)), "");
    others_come_first(&t);
    settled_names(&t, "1=theirs");
    undo_and_redo(&t, true); /* now it names what it comes to stand at now */
    settled_names(&t, "1=theirs 2=mine");
    undo_and_redo(&t, false);
    settled_names(&t, "1=theirs");
    naming_fini(&t);
}

/* It got in, but nobody can say as which batch: the undo about it goes, and takes nobody's name. */
static void a_name_whose_place_is_not_known(void **state)
{
    struct naming t;

    (void)state;
    naming_init(&t);
    name(&t.p[0], 0, "mine");
    peer_seal(&t.p[0], 256);
    others_come_first(&t);
    peer_disconnect(&t.p[0], true);
    peer_connect(&t.p[0], true, 0); /* a snapshot, and no history */
    settled_names(&t, "1=theirs 2=mine");
    assert_int_equal(replica_undo(t.p[0].r, 1, NULL), STATUS_NOT_FOUND);
    settled_names(&t, "1=theirs 2=mine");
    naming_fini(&t);
}

/* ---------------------------------------------------------------- nothing of mine, everything of theirs */

static void talk(struct peer *peers, struct rng *rng)
{
    struct peer *p = &peers[rng_below(rng, 2)];

    switch (rng_below(rng, 4)) {
    case 0:
        peer_seal(p, 256);
        break;
    case 1:
        (void)peer_arrive(p, STATUS_OK, 0);
        break;
    default:
        (void)peer_deliver(p);
        break;
    }
}

/* A is peers[0], B is peers[1]. */
static const char *undo_all(uint64_t seed, bool a_deletes)
{
    static struct uniques u;
    static uint32_t where[UNIQUE_MAX];
    struct rng rng = {seed};
    struct model_server s;
    struct peer peers[2];
    const char *wrong = NULL;

    unique_begin(&u, &s, peers, 2);
    peer_crash(&peers[0]); /* so that creating the card is not among the steps */
    peer_connect(&peers[0], true, UINT32_MAX);
    for (unsigned i = 0; i < 80; i++) {
        if (rng_below(&rng, 3) == 0)
            unique_type_anywhere(&u, &peers[0], &rng, a_deletes);
        if (rng_below(&rng, 3) == 0)
            unique_type_anywhere(&u, &peers[1], &rng, true);
        talk(peers, &rng);
    }
    while (replica_undo(peers[0].r, 1, NULL) == STATUS_OK) {
        for (uint32_t n = rng_below(&rng, 6); n > 0; n--)
            talk(peers, &rng);
        if (rng_below(&rng, 4) == 0)
            unique_type_anywhere(&u, &peers[1], &rng, false);
    }
    if (!peers_settle(peers, 2))
        wrong = "a replica refused a committed batch";
    else if (!unique_find(unique_text(&u, &s.c), where))
        wrong = "a character is there twice";
    for (uint32_t i = 1; i <= u.n && !wrong; i++) {
        if (u.at[i].author == 1 && where[i])
            wrong = "something of A's is left";
        if (u.at[i].author == 2 && !where[i] && u.at[i].deleted_by != 2)
            wrong = "something of B's is gone";
    }
    if (wrong)
        print_error("seed 0x%llx: %s\n", (unsigned long long)seed, wrong);
    unique_end(&s, peers, 2);
    return wrong;
}

static void undoing_everything_leaves_the_others(void **state)
{
    uint64_t first = rng_seed(0x0d010000);

    (void)state;
    for (uint64_t i = 0; i < (getenv("COCANVAS_SEED") ? 1 : SESSIONS); i++) {
        assert_null(undo_all(first + i, false));
        assert_null(undo_all(first + i, true));
    }
}

/* ---------------------------------------------------------------- what others did since stays */

struct two {
    struct model_server s;
    struct peer peers[2];
    struct peer *a, *b;
    uint64_t card;
};

static void edit(struct peer *p, Cocanvas__Op__KindCase kind, void *content)
{
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__Op *ops[1] = {&op};
    struct why why;

    op.kind_case = kind;
    op.card_create = content; /* every content is a pointer */
    assert_int_equal(replica_edit(p->r, 1, ops, 1, false, &why), STATUS_OK);
}

static uint64_t create(struct peer *p, char *text)
{
    Cocanvas__CardCreate m;
    Cocanvas__Place place;

    cocanvas__card_create__init(&m);
    cocanvas__place__init(&place);
    place.block = 1;
    m.id = replica_next_id(p->r);
    m.place = &place;
    m.text = text;
    edit(p, COCANVAS__OP__KIND_CARD_CREATE, &m);
    return m.id;
}

static void set_color(struct peer *p, uint64_t card, char *color)
{
    Cocanvas__PropSet m;
    Cocanvas__Value value = COCANVAS__VALUE__INIT;
    char key[] = "color";

    cocanvas__prop_set__init(&m);
    value.kind_case = COCANVAS__VALUE__KIND_TEXT;
    value.text = color;
    m.object = card;
    m.key = key;
    m.value = &value;
    edit(p, COCANVAS__OP__KIND_PROP_SET, &m);
}

static void move(struct peer *p, uint64_t card, uint64_t block)
{
    Cocanvas__CardMove m = COCANVAS__CARD_MOVE__INIT;
    Cocanvas__Place place;

    cocanvas__place__init(&place);
    place.block = block;
    m.id = card;
    m.place = &place;
    edit(p, COCANVAS__OP__KIND_CARD_MOVE, &m);
}

static const char *color(struct peer *p, uint64_t card)
{
    const struct value *value = props_get(&canvas_card(replica_view(p->r), card)->props, "color");

    return value ? value->text : "";
}

static void settle(struct two *t)
{
    assert_true(peers_settle(t->peers, 2));
}

static int begin(void **state)
{
    struct two *t = xcalloc(1, sizeof(*t));
    char text[] = "A's card";

    model_init(&t->s, NULL);
    for (uint32_t i = 0; i < 2; i++) {
        peer_init(&t->peers[i], &t->s, i + 1);
        peer_connect(&t->peers[i], true, UINT32_MAX);
    }
    t->a = &t->peers[0];
    t->b = &t->peers[1];
    t->card = create(t->a, text);
    settle(t);
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct two *t = *state;

    peer_fini(t->a);
    peer_fini(t->b);
    model_fini(&t->s);
    free(t);
    return 0;
}

static void a_later_value_of_others_stays(void **state)
{
    struct two *t = *state;
    char blue[] = "blue", green[] = "green";

    set_color(t->a, t->card, blue);
    settle(t);
    set_color(t->b, t->card, green);
    settle(t);
    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK); /* not the colour: the card's own words, before it */
    assert_string_equal(color(t->a, t->card), "green");
    settle(t);
    assert_string_equal(color(t->b, t->card), "green");
}

/* B's value came first at the server, mine stands on it: undoing mine leads to B's. */
static void undo_leads_to_what_others_set_below(void **state)
{
    struct two *t = *state;
    char blue[] = "blue", red[] = "red", green[] = "green";

    set_color(t->a, t->card, blue);
    settle(t);
    set_color(t->b, t->card, green);
    set_color(t->a, t->card, red);
    peer_seal(t->a, 256);
    peer_seal(t->b, 256);
    assert_true(peer_arrive(t->b, STATUS_OK, 0));
    settle(t);
    assert_string_equal(color(t->b, t->card), "red");
    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK);
    assert_string_equal(color(t->a, t->card), "green");
    settle(t);
    assert_string_equal(color(t->b, t->card), "green");
}

static void a_card_that_others_worked_on_stays(void **state)
{
    struct two *t = *state;

    assert_int_equal(replica_text_splice(t->b->r, t->card, "", 8, 0, "!", 1, 1, false, NULL), STATUS_OK);
    settle(t);
    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK);
    settle(t);
    assert_int_equal(canvas_card(replica_view(t->b->r), t->card)->deleted_seq, 0);
    assert_string_equal(canvas_card(replica_view(t->b->r), t->card)->text.bytes, "!");
    assert_int_equal(replica_redo(t->a->r, 1, NULL), STATUS_OK);
    assert_string_equal(canvas_card(replica_view(t->a->r), t->card)->text.bytes, "A's card!");
}

static void a_card_of_mine_alone_goes(void **state)
{
    struct two *t = *state;

    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK);
    settle(t);
    assert_int_not_equal(canvas_card(replica_view(t->b->r), t->card)->deleted_seq, 0);
    assert_int_equal(replica_redo(t->a->r, 1, NULL), STATUS_OK);
    settle(t);
    assert_int_equal(canvas_card(replica_view(t->b->r), t->card)->deleted_seq, 0);
    assert_string_equal(canvas_card(replica_view(t->b->r), t->card)->text.bytes, "A's card");
}

static void a_later_move_of_others_stays(void **state)
{
    struct two *t = *state;

    move(t->a, t->card, 2);
    settle(t);
    move(t->b, t->card, 3);
    settle(t);
    (void)!replica_undo(t->a->r, 1, NULL);
    settle(t);
    assert_int_equal(canvas_card(replica_view(t->b->r), t->card)->block->o.id, 3);
}

/* Set and taken back while offline: what others set meanwhile is not overwritten by the value that stood before. */
static void unsent_and_undone_is_not_sent(void **state)
{
    struct two *t = *state;
    char blue[] = "blue", green[] = "green";

    peer_disconnect(t->a, false);
    set_color(t->a, t->card, blue);
    assert_int_equal(replica_text_splice(t->a->r, t->card, "", 0, 0, "x", 1, 1, false, NULL), STATUS_OK);
    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK);
    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK);
    assert_int_equal(replica_unsent_ops(t->a->r), 0);
    assert_string_equal(color(t->a, t->card), "");
    set_color(t->b, t->card, green);
    settle(t);
    assert_string_equal(color(t->a, t->card), "green");
    assert_int_equal(replica_redo(t->a->r, 1, NULL), STATUS_OK); /* the typing; the colour would overwrite B's */
    assert_string_equal(color(t->a, t->card), "green");
    assert_int_equal(replica_redo(t->a->r, 1, NULL), STATUS_NOT_FOUND);
}

static void typing_is_one_step(void **state)
{
    struct two *t = *state;
    size_t depth = replica_undo_depth(t->a->r);
    struct why why;

    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(replica_text_splice(t->a->r, t->card, "", i, 0, "y", 1, 1, i > 0, &why), STATUS_OK);
    assert_int_equal(replica_undo_depth(t->a->r), depth + 1);
    assert_int_equal(replica_undo(t->a->r, 1, &why), STATUS_OK);
    assert_string_equal(canvas_card(replica_view(t->a->r), t->card)->text.bytes, "A's card");
}

static void undo_says_which_batch(void **state)
{
    struct two *t = *state;
    Cocanvas__Committed *batch;
    char blue[] = "blue";

    set_color(t->a, t->card, blue);
    settle(t);
    assert_int_equal(replica_undo(t->a->r, 1, NULL), STATUS_OK);
    settle(t);
    batch = model_batch(&t->s, t->s.head);
    assert_int_equal(batch->undo_of, batch->client_seq - 1);
    cocanvas__committed__free_unpacked(batch, NULL);
}

/* As a restore or a revert makes them. What replaces what is as if they had come one by one. */
static void thousands_of_ops_are_one_step(void **state)
{
    enum { CARDS = 40, ROUNDS = 50 };
    static const char *const keys[] = {"color", "status", "f.rank"};
    struct model_server s;
    struct peer p;
    struct arena arena;
    struct rng rng = {rng_seed(0x0b5e55ed)};
    Cocanvas__Op *ops[CARDS + CARDS * ROUNDS];
    uint32_t len[CARDS];
    struct buf before, after;
    size_t n = 0;
    struct why why = {""};

    (void)state;
    model_init(&s, NULL);
    peer_init(&p, &s, 1);
    peer_connect(&p, true, UINT32_MAX);
    arena_init(&arena, 64 << 20);
    buf_init(&before);
    buf_init(&after);
    see_canvas(replica_view(p.r), &before);
    for (uint32_t i = 0; i < CARDS; i++, n++) {
        ops[n] = card_create(&arena, object_id(1, i + 1), 1, 0, "x");
        len[i] = 1;
    }
    while (n < sizeof(ops) / sizeof(*ops)) {
        uint32_t i = rng_below(&rng, CARDS);
        char value[16];

        (void)snprintf(value, sizeof(value), "%zu", n);
        if (rng_below(&rng, 2)) {
            ops[n++] = prop_text(&arena, object_id(1, i + 1), keys[rng_below(&rng, 3)], value);
        } else {
            ops[n++] = text_edit(&arena, object_id(1, i + 1), "", len[i], rng_below(&rng, len[i] + 1), "y", 0);
            len[i]++;
        }
    }
    assert_int_equal(replica_edit(p.r, n, ops, 1000, false, &why), STATUS_OK);
    assert_true(replica_unsent_ops(p.r) <= CARDS + CARDS * 4);
    assert_int_equal(replica_undo_depth(p.r), 1);
    see_canvas(replica_view(p.r), &after);
    assert_true(peers_settle(&p, 1));
    assert_true(view_is_confirmed(p.r));
    see_canvas(replica_view(p.r), &before);
    assert_string_equal((const char *)buf_at(&before), (const char *)buf_at(&after));
    assert_int_equal(replica_undo(p.r, 1000, &why), STATUS_OK);
    assert_true(peers_settle(&p, 1));
    assert_int_equal(s.rejects, 0);
    for (uint32_t i = 0; i < CARDS; i++)
        assert_true(canvas_card(replica_view(p.r), object_id(1, i + 1))->deleted_seq != 0);
    assert_int_equal(replica_redo(p.r, 1000, &why), STATUS_OK);
    assert_true(peers_settle(&p, 1));
    see_canvas(replica_view(p.r), &before);
    assert_string_equal((const char *)buf_at(&before), (const char *)buf_at(&after));
    buf_fini(&before);
    buf_fini(&after);
    arena_fini(&arena);
    peer_fini(&p);
    model_fini(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(thousands_of_ops_are_one_step),
        cmocka_unit_test(n_undos_and_n_redos_are_no_change),
        cmocka_unit_test(a_name_is_taken_from_its_own_state),
        cmocka_unit_test(a_name_is_taken_back_while_it_is_under_way),
        cmocka_unit_test(a_name_that_was_not_sent_is_not_sent),
        cmocka_unit_test(a_name_whose_place_is_not_known),
        cmocka_unit_test(undoing_everything_leaves_the_others),
        cmocka_unit_test_setup_teardown(a_later_value_of_others_stays, begin, end),
        cmocka_unit_test_setup_teardown(undo_leads_to_what_others_set_below, begin, end),
        cmocka_unit_test_setup_teardown(a_card_that_others_worked_on_stays, begin, end),
        cmocka_unit_test_setup_teardown(a_card_of_mine_alone_goes, begin, end),
        cmocka_unit_test_setup_teardown(a_later_move_of_others_stays, begin, end),
        cmocka_unit_test_setup_teardown(unsent_and_undone_is_not_sent, begin, end),
        cmocka_unit_test_setup_teardown(typing_is_one_step, begin, end),
        cmocka_unit_test_setup_teardown(undo_says_which_batch, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
