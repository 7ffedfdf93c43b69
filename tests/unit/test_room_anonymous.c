/* Anonymous batches in a room: what is taken and what is refused, exactly once, presence, what its maker may still do, and
 * that nothing which leaves the room or is stored tells whose a batch was. */
#include "tests/support/room_fakes.h"

#include "common/ids.h"

/* A number and a name that occur by nobody else's doing, so that bytes can be searched for them. */
enum { CANARY = 1234567891 };
static const char canary_name[] = "Xanthippe";

/* ---------------------------------------------------------------- ops */

static void submit(struct client *c, Cocanvas__Op__KindCase kind, void *member)
{
    Cocanvas__Op op;
    cocanvas__op__init(&op);
    op.kind_case = kind;
    op.card_create = member;
    client_submit_at(c, c->state.seq, &op);
}

static void vote(struct client *c, uint64_t card)
{
    Cocanvas__VoteSet m = COCANVAS__VOTE_SET__INIT;
    m.card = card;
    m.on = true;
    submit(c, COCANVAS__OP__KIND_VOTE_SET, &m);
}

static uint64_t comment(struct client *c, const char *text)
{
    Cocanvas__CommentAdd m;
    cocanvas__comment_add__init(&m);
    m.id = client_new_id(c);
    m.text = (char *)(uintptr_t)text;
    submit(c, COCANVAS__OP__KIND_COMMENT_ADD, &m);
    return m.id;
}

static void comment_delete(struct client *c, uint64_t id)
{
    Cocanvas__CommentDelete m = COCANVAS__COMMENT_DELETE__INIT;
    m.id = id;
    m.on = true;
    submit(c, COCANVAS__OP__KIND_COMMENT_DELETE, &m);
}

/* By the facilitator, clients[0], under a name. */
static void switch_to(struct world *w, bool on)
{
    struct client *c = &w->clients[0];
    bool was = c->anonymous;
    client_switch_anonymous(c, on);
    world_settle(w);
    c->anonymous = was;
    assert_int_equal(canvas_is_anonymous(&w->canvas.state), on);
}

/* A facilitator and n - 1 editors on an anonymous canvas; everybody writes without a name. */
static void open_anonymous(struct world *w, size_t n)
{
    world_open(w, n);
    w->clients[0].member.role = COCANVAS__ROLE__FACILITATOR;
    switch_to(w, true);
    for (size_t i = 0; i < n; i++)
        w->clients[i].anonymous = true;
}

static void assert_refused(struct world *w, struct client *c, enum status code)
{
    uint64_t head = w->canvas.head;
    unsigned rejects = c->n_rejects;
    world_settle(w);
    assert_int_equal(w->canvas.head, head);
    assert_int_equal(c->n_rejects, rejects + 1);
    assert_int_equal(c->reject_code, code);
    assert_true(c->connected);
}

static void assert_taken(struct world *w, struct client *c)
{
    uint64_t head = w->canvas.head;
    world_settle(w);
    assert_int_equal(w->canvas.head, head + 1);
    assert_false(c->in_flight);
}

/* ---------------------------------------------------------------- what is taken */

static void test_an_anonymous_batch_has_no_author(void **state)
{
    struct world *w = *state;
    open_anonymous(w, 2);
    struct client *b = &w->clients[1];
    uint64_t card = client_create(b, "an idea");
    world_turn(w);
    assert_int_equal(w->journal.part.n_rows, 1);
    assert_int_equal(w->journal.part.n_positions, 0); /* no counter says that it was b's */
    assert_true(w->journal.part.rows[0].client == CLIENT_ANONYMOUS);
    assert_true(w->journal.part.rows[0].author == AUTHOR_ANONYMOUS);
    assert_int_equal(w->journal.part.rows[0].client_seq, 0);
    world_settle(w);
    assert_int_equal(b->n_own, 1);
    assert_true(canvas_card(&w->canvas.state, card)->created_by == AUTHOR_ANONYMOUS);
    client_edit_at(b, b->state.seq, card, 7, 7, 0, "!");
    assert_taken(w, b);
    client_edit_at(&w->clients[0], b->state.seq, card, 8, 0, 0, "?"); /* everybody is CLIENT_ANONYMOUS, and is not taken for one client */
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "?an idea!");
    assert_true(canvas_card(&w->canvas.state, card)->edited_by == AUTHOR_ANONYMOUS);
    b->anonymous = false;
    vote(b, card);
    world_turn(w);
    assert_int_equal(w->journal.part.n_positions, 1);
    assert_int_equal(w->journal.part.positions[0].last_client_seq, 1); /* anonymous ones have not used numbers up */
    assert_taken(w, b);
    assert_int_equal(canvas_card(&w->canvas.state, card)->votes[0], b->author);
}

static void test_concurrent_anonymous_edits_are_transformed(void **state)
{
    struct world *w = *state;
    open_anonymous(w, 3);
    uint64_t card = client_create(&w->clients[0], "abc");
    world_settle(w);
    uint64_t base = w->canvas.head;
    client_edit_at(&w->clients[1], base, card, 3, 3, 0, "1");
    client_edit_at(&w->clients[2], base, card, 3, 0, 0, "2");
    client_edit_at(&w->clients[0], base, card, 3, 1, 1, "");
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "2ac1");
}

static void test_who_writes_how_is_checked(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    a->member.role = COCANVAS__ROLE__FACILITATOR;
    b->anonymous = true;
    client_create(b, "too early");
    assert_refused(w, b, STATUS_FORBIDDEN);
    b->anonymous = false;
    uint64_t card = client_create(b, "signed");
    assert_taken(w, b);
    switch_to(w, true);
    client_create(b, "under my name by mistake");
    assert_refused(w, b, STATUS_FORBIDDEN);
    b->anonymous = true;
    vote(b, card);
    assert_refused(w, b, STATUS_BAD_OP);
    uint64_t counted = object_id(b->number, ++b->counter);
    Cocanvas__CommentAdd m;
    cocanvas__comment_add__init(&m);
    m.id = counted;
    m.text = (char *)(uintptr_t) "tells whose it is";
    submit(b, COCANVAS__OP__KIND_COMMENT_ADD, &m);
    assert_refused(w, b, STATUS_BAD_OP);
    client_create(b, "as it should be");
    assert_taken(w, b);
    switch_to(w, false);
    client_create(b, "too late");
    assert_refused(w, b, STATUS_FORBIDDEN);
    b->anonymous = false;
    m.id = object_id_anonymous();
    submit(b, COCANVAS__OP__KIND_COMMENT_ADD, &m);
    assert_refused(w, b, STATUS_BAD_OP);
    client_create(b, "signed again");
    assert_taken(w, b);
}

static void test_only_facilitators_switch(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    Cocanvas__PropSet m;
    Cocanvas__Value value;
    client_switch_anonymous(a, true);
    assert_refused(w, a, STATUS_FORBIDDEN);
    a->member.role = COCANVAS__ROLE__FACILITATOR;
    cocanvas__prop_set__init(&m);
    cocanvas__value__init(&value);
    m.key = (char *)(uintptr_t) "anonymous";
    m.value = &value;
    value.kind_case = COCANVAS__VALUE__KIND_TEXT;
    value.text = (char *)(uintptr_t) "yes";
    submit(a, COCANVAS__OP__KIND_PROP_SET, &m);
    assert_refused(w, a, STATUS_BAD_OP);
}

/* What counts is what held when it was written: neither does a switch put a name under it, nor does it take one away. */
static void test_written_before_the_switch(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    a->member.role = COCANVAS__ROLE__FACILITATOR;
    client_create(a, "something");
    world_settle(w);
    uint64_t signed_at = w->canvas.head;
    switch_to(w, true);
    uint64_t anonymous_at = w->canvas.head;
    b->behind = b->state.seq - signed_at;
    client_create(b, "signed, typed before");
    assert_taken(w, b);
    b->behind = b->state.seq - anonymous_at;
    client_create(b, "signed, typed since");
    assert_refused(w, b, STATUS_FORBIDDEN);
    switch_to(w, false);
    b->anonymous = true;
    b->behind = b->state.seq - anonymous_at;
    client_create(b, "typed while it was on");
    assert_taken(w, b);
    b->behind = b->state.seq - signed_at;
    client_create(b, "typed before it was on");
    assert_refused(w, b, STATUS_FORBIDDEN);
    b->behind = w->canvas.head + 1;
    client_create(b, "typed before the beginning");
    assert_refused(w, b, STATUS_BAD_OP);
}

/* ---------------------------------------------------------------- exactly once */

static void test_sent_again_is_dropped(void **state)
{
    struct world *w = *state;
    open_anonymous(w, 2);
    struct client *b = &w->clients[1];
    uint64_t dedupes = rooms_stats(w->rooms)->dedupes;
    uint64_t card = client_create(b, "");
    world_settle(w);
    client_edit_at(b, b->state.seq, card, 0, 0, 0, "once");
    client_send(b); /* while it is queued */
    world_turn(w);
    client_send(b); /* while it is under way */
    world_settle(w);
    client_send(b); /* when it is committed */
    world_settle(w);
    assert_string_equal(world_card_text(w, card), "once");
    assert_int_equal(rooms_stats(w->rooms)->dedupes, dedupes + 3);
    assert_true(b->connected);
    assert_int_equal(b->n_errors + b->n_rejects, 0);
}

static void test_sent_again_after_the_room_was_given_up(void **state)
{
    struct world *w = *state;
    open_anonymous(w, 1);
    struct client *a = &w->clients[0];
    uint64_t card = client_create(a, "");
    world_settle(w);
    client_edit_at(a, a->state.seq, card, 0, 0, 0, "once");
    world_turn(w);
    journal_set_up(&w->journal, false);
    journal_finish(&w->journal, LOST_BUT_WRITTEN);
    client_disconnect(a);
    world_settle(w);
    journal_set_up(&w->journal, true);
    world_settle(w);
    uint64_t head = w->canvas.head;
    client_connect(a, false, true);
    world_settle(w);
    assert_false(a->in_flight); /* it has seen its mark go by */
    client_send(a);
    world_settle(w);
    assert_int_equal(w->canvas.head, head);
    assert_string_equal(world_card_text(w, card), "once");
}

/* Nothing about it is kept, so it is judged again when it comes again. */
static void test_a_refusal_is_not_kept(void **state)
{
    struct world *w = *state;
    world_open(w, 1);
    struct client *a = &w->clients[0];
    a->member.role = COCANVAS__ROLE__FACILITATOR;
    a->anonymous = true;
    client_create(a, "too early");
    world_turn(w);
    assert_int_equal(w->journal.part.n_positions, 0);
    assert_refused(w, a, STATUS_FORBIDDEN);
    client_connect(a, false, true);
    world_settle(w);
    assert_int_equal(a->acked, 0);
    assert_int_equal(a->opened_reject, 0);
}

static void test_what_postgresql_refuses(void **state)
{
    struct world *w = *state;
    open_anonymous(w, 3);
    unsigned positions = w->canvas.positions_written;
    w->journal.poison = "poison";
    client_create(&w->clients[1], "good");
    world_turn(w);
    client_create(&w->clients[0], "fine");
    client_create(&w->clients[2], "poison");
    world_settle(w);
    struct client *c = &w->clients[2];
    assert_int_equal(c->n_rejects, 1);
    assert_int_equal(c->reject_code, STATUS_INTERNAL);
    assert_false(c->in_flight);
    assert_int_equal(w->canvas.positions_written, positions);
    for (size_t i = 0; i < 3; i++)
        client_connect(&w->clients[i], false, true);
    world_settle(w);
    assert_int_equal(HASH_COUNT(w->canvas.state.cards), 2);
}

/* ---------------------------------------------------------------- presence */

static void presence_goes_out(struct world *w)
{
    rooms_send_presence(w->rooms);
    world_settle(w);
}

static void stand(struct world *w, struct client *c, uint64_t object, bool away)
{
    Cocanvas__Presence presence;
    cocanvas__presence__init(&presence);
    presence.object = object;
    presence.editing = true;
    presence.away = away;
    presence.key = (char *)(uintptr_t) "note";
    room_presence(&c->member, &presence);
    presence_goes_out(w);
}

static void test_where_people_are_is_not_told(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *a = &w->clients[0], *b = &w->clients[1];
    a->member.role = COCANVAS__ROLE__FACILITATOR;
    presence_goes_out(w);
    stand(w, b, BLOCK_ONE, false);
    assert_int_equal(a->present[0].object, BLOCK_ONE);
    unsigned before = a->n_updates;
    switch_to(w, true);
    presence_goes_out(w);
    assert_true(a->n_updates > before); /* that b was there is taken back */
    assert_int_equal(a->present[0].session, b->member.session_no);
    assert_int_equal(a->present[0].object, 0);
    assert_string_equal(a->present[0].key, "");
    before = a->n_updates;
    stand(w, b, BLOCK_TWO, false);
    stand(w, b, BLOCK_ONE, false);
    assert_int_equal(a->n_updates, before); /* not even that b does something */
    stand(w, b, BLOCK_ONE, true);
    assert_int_equal(a->n_updates, before + 1);
    assert_int_equal(a->present[0].object, 0);
    client_connect(&w->clients[2], false, false);
    world_settle(w);
    for (unsigned i = 0; i < w->clients[2].n_present; i++)
        assert_int_equal(w->clients[2].present[i].object, 0);
    switch_to(w, false);
    presence_goes_out(w);
    assert_int_equal(a->present[0].object, 0); /* where b was meanwhile stays untold */
    stand(w, b, BLOCK_TWO, false);
    assert_int_equal(a->present[0].object, BLOCK_TWO);
}

/* ---------------------------------------------------------------- one's own */

static void test_its_maker_may_take_a_comment_back(void **state)
{
    struct world *w = *state;
    open_anonymous(w, 3);
    struct client *a = &w->clients[0], *b = &w->clients[1], *c = &w->clients[2];
    b->member.role = c->member.role = COCANVAS__ROLE__COMMENTER;
    uint64_t one = comment(b, "one"), two, three;
    world_settle(w);
    two = comment(b, "two");
    world_settle(w);
    three = comment(b, "three");
    world_settle(w);
    comment_delete(c, one);
    assert_refused(w, c, STATUS_FORBIDDEN);
    comment_delete(b, one);
    assert_taken(w, b);
    comment_delete(a, two); /* a facilitator */
    assert_taken(w, a);
    switch_to(w, false);
    b->anonymous = false;
    comment_delete(b, three); /* that it is allowed would say whose it is */
    assert_refused(w, b, STATUS_FORBIDDEN);
}

static void test_a_signed_comment_is_changed_under_a_name(void **state)
{
    struct world *w = *state;
    world_open(w, 2);
    struct client *b = &w->clients[1];
    w->clients[0].member.role = COCANVAS__ROLE__FACILITATOR;
    uint64_t mine = comment(b, "mine");
    world_settle(w);
    switch_to(w, true);
    b->anonymous = true;
    comment_delete(b, mine);
    assert_refused(w, b, STATUS_BAD_OP);
    b->anonymous = false;
    comment_delete(b, mine);
    assert_taken(w, b);
}

/* ---------------------------------------------------------------- bytes */

static bool has_bytes(const void *in, size_t len, const void *what, size_t n)
{
    return memmem(in, len, what, n) != NULL;
}

static void put_varint(uint8_t *out, size_t *n, uint64_t value)
{
    for (*n = 0; value >= 0x80; value >>= 7)
        out[(*n)++] = (uint8_t)(value | 0x80);
    out[(*n)++] = (uint8_t)value;
}

static void assert_no_canary(const struct client *whose, const void *bytes, size_t len, const char *what)
{
    uint8_t author[10];
    size_t n;
    put_varint(author, &n, CANARY);
    if (has_bytes(bytes, len, author, n) || has_bytes(bytes, len, whose->id.b, sizeof whose->id.b) ||
        has_bytes(bytes, len, canary_name, strlen(canary_name)))
        fail_msg("%s tells whose batch it was", what);
}

/* All op kinds by somebody whose number, id and name are canaries; then every byte that others got since, every row, the
 * state, and a stored snapshot. */
static void write_all(struct world *w, struct client *x)
{
    uint64_t card = client_create(x, "secret");
    world_settle(w);
    client_edit_at(x, x->state.seq, card, 6, 6, 0, " thought");
    world_settle(w);
    Cocanvas__TagSet tag;
    cocanvas__tag_set__init(&tag);
    tag.card = card;
    tag.tag = (char *)(uintptr_t) "bold";
    tag.on = true;
    submit(x, COCANVAS__OP__KIND_TAG_SET, &tag);
    world_settle(w);
    comment(x, "by nobody");
    world_settle(w);
    Cocanvas__CardDelete gone = COCANVAS__CARD_DELETE__INIT;
    gone.id = card;
    submit(x, COCANVAS__OP__KIND_CARD_DELETE, &gone);
    world_settle(w);
    Cocanvas__NameSeq name;
    cocanvas__name_seq__init(&name);
    name.name = (char *)(uintptr_t) "as far as we came";
    submit(x, COCANVAS__OP__KIND_NAME_SEQ, &name);
    world_settle(w);
    stand(w, x, card, false);
}

static void test_no_byte_tells_whose_it_is(void **state)
{
    struct world *w = *state;
    struct client *x = &w->clients[1];
    x->author = CANARY;
    snprintf(x->name, sizeof x->name, "%s", canary_name);
    open_anonymous(w, 2);
    uint64_t before = w->canvas.head;
    struct buf wire, stored;
    buf_init(&wire);
    buf_init(&stored);
    presence_goes_out(w); /* who is here is told; what from now on goes out does not say who does what */
    w->clients[0].tap = &wire;
    write_all(w, x);
    assert_true(buf_len(&wire) > 300);
    assert_no_canary(x, buf_at(&wire), buf_len(&wire), "what somebody else received");
    assert_int_equal(w->canvas.head, before + 6);
    for (uint64_t seq = before + 1; seq <= w->canvas.head; seq++)
        assert_no_canary(x, w->canvas.rows[seq].payload, w->canvas.rows[seq].len, "a row");
    canvas_encode(&w->canvas.state, &stored);
    assert_no_canary(x, buf_at(&stored), buf_len(&stored), "the state");
    for (size_t i = 0; i < w->canvas.n_clients; i++) {
        const struct journal_client *pos = &w->canvas.clients[i].pos;
        if (pos->author == CANARY)
            assert_int_equal(pos->last_client_seq + pos->last_object + pos->reject_client_seq, 0);
    }
    buf_clear(&wire, SIZE_MAX);
    room_history(&w->clients[0].member, 1, before + 1, 0);
    w->clients[0].history_next = before + 1;
    world_settle(w);
    assert_true(w->clients[0].history_last);
    assert_true(buf_len(&wire) > 300);
    assert_no_canary(x, buf_at(&wire), buf_len(&wire), "the history");
    w->clients[0].tap = NULL;
    buf_fini(&wire);
    buf_fini(&stored);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROOM_TEST(test_an_anonymous_batch_has_no_author),
        ROOM_TEST(test_concurrent_anonymous_edits_are_transformed),
        ROOM_TEST(test_who_writes_how_is_checked),
        ROOM_TEST(test_only_facilitators_switch),
        ROOM_TEST(test_written_before_the_switch),
        ROOM_TEST(test_sent_again_is_dropped),
        ROOM_TEST(test_sent_again_after_the_room_was_given_up),
        ROOM_TEST(test_a_refusal_is_not_kept),
        ROOM_TEST(test_what_postgresql_refuses),
        ROOM_TEST(test_where_people_are_is_not_told),
        ROOM_TEST(test_its_maker_may_take_a_comment_back),
        ROOM_TEST(test_a_signed_comment_is_changed_under_a_name),
        ROOM_TEST(test_no_byte_tells_whose_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
