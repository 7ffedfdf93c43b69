/* Clients that connect and submit, and the world with all of it: room_fakes.h. */
#include "tests/support/room_fakes.h"

/* ---------------------------------------------------------------- clients: connecting and submitting */

static void member_on_opened(void *session)
{
    (void)session;
}

static void member_on_refused(void *session, enum status code, const char *sentence)
{
    struct client *c = session;
    assert_non_null(sentence);
    c->refused = code;
    c->connected = c->open = false;
}

static void member_on_dropped(void *session, enum status code, const char *sentence)
{
    struct client *c = session;
    assert_non_null(sentence);
    c->dropped = code;
    c->connected = c->open = false;
}

const struct member_callbacks client_member_callbacks = {member_on_opened, member_on_refused, member_on_dropped};

void client_new_stream(struct client *c)
{
    struct world *w = c->world;
    struct stream *s = xcalloc(1, sizeof *s);
    s->client = c;
    s->room = SIZE_MAX;
    s->piece = SIZE_MAX;
    s->progress_ms = w->now_ms;
    assert_true(w->n_streams < sizeof w->all_streams / sizeof w->all_streams[0]);
    w->all_streams[w->n_streams++] = s;
    c->stream = s;
}

/* The connection is gone, with all that was on its way. */
void client_disconnect(struct client *c)
{
    member_fini(&c->member);
    c->stream = NULL;
    c->connected = c->open = false;
    buf_clear(&c->inbox, 0);
}

/* A new connection that opens the canvas. reads: without a client id. */
void client_connect(struct client *c, bool reads, bool keeps_state)
{
    client_disconnect(c);
    client_new_stream(c);
    memset(&c->member, 0, sizeof c->member);
    c->member.stream = c->stream;
    c->member.session = c;
    c->member.cb = &client_member_callbacks;
    c->member.id = ++c->world->next_member;
    c->member.session_no = (uint32_t)c->member.id;
    c->member.author = c->author;
    c->member.role = COCANVAS__ROLE__EDITOR;
    c->member.has_client_id = !reads;
    c->member.client_id = c->id;
    snprintf(c->member.name, sizeof c->member.name, "%s", c->name);
    if (keeps_state && c->has_state) {
        c->member.have_seq = c->state.seq;
        c->member.have_hash = canvas_hash(&c->state);
    }
    c->member.sent_client_seq = c->client_seq;
    c->connected = true;
    c->refused = c->dropped = STATUS_OK;
    room_join(c->world->rooms, &c->member, &c->world->canvas.workspace, &c->world->canvas.id);
}

/* Sends the batch in flight (again). */
void client_send(struct client *c)
{
    room_submit(&c->member, buf_at(&c->submitted), buf_len(&c->submitted));
}

/* Seals ops as the next batch without sending it. */
void client_seal(struct client *c, uint64_t client_seq, uint64_t base_seq, size_t n_ops, Cocanvas__Op **ops)
{
    Cocanvas__Submit submit = COCANVAS__SUBMIT__INIT;
    submit.client_seq = client_seq;
    submit.base_seq = base_seq;
    submit.n_ops = n_ops;
    submit.ops = ops;
    submit.anonymous = c->anonymous;
    submit.mark = c->mark = c->anonymous ? mark_random() : 0;
    submit.behind = c->behind;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_SUBMIT;
    frame.submit = &submit;
    buf_clear(&c->submitted, SIZE_MAX);
    size_t len = cocanvas__frame__get_packed_size(&frame);
    buf_wrote(&c->submitted, cocanvas__frame__pack(&frame, buf_reserve(&c->submitted, len)));
    if (!c->anonymous)
        c->client_seq = client_seq;
    c->in_flight = true;
}

void client_submit_at(struct client *c, uint64_t base_seq, Cocanvas__Op *op)
{
    client_seal(c, c->client_seq + 1, base_seq, 1, &op);
    client_send(c);
}

uint64_t client_new_id(struct client *c)
{
    return c->anonymous ? object_id_anonymous() : object_id(c->number, ++c->counter);
}

/* Creates a card at the end of block one; returns its id. */
uint64_t client_create(struct client *c, const char *text)
{
    Cocanvas__CardCreate create;
    Cocanvas__Place place;
    Cocanvas__Op op;
    cocanvas__card_create__init(&create);
    cocanvas__place__init(&place);
    cocanvas__op__init(&op);
    place.block = BLOCK_ONE;
    create.id = client_new_id(c);
    create.place = &place;
    create.text = (char *)(uintptr_t)text;
    op.kind_case = COCANVAS__OP__KIND_CARD_CREATE;
    op.card_create = &create;
    client_submit_at(c, c->state.seq, &op);
    return create.id;
}

/* Replaces `removed` characters at `at` of a card's text of pre_len, made at base_seq. */
void client_edit_at(struct client *c, uint64_t base_seq, uint64_t card, uint32_t pre_len, uint32_t at, uint32_t removed,
                    const char *inserted)
{
    struct text_op op;
    text_op_init(&op);
    text_op_splice(&op, pre_len, at, removed, inserted, (uint32_t)strlen(inserted), (uint32_t)strlen(inserted));
    Cocanvas__TextEdit like;
    cocanvas__text_edit__init(&like);
    like.object = card;
    Cocanvas__Op message;
    cocanvas__op__init(&message);
    arena_reset(&c->arena);
    message.kind_case = COCANVAS__OP__KIND_TEXT_EDIT;
    message.text_edit = text_op_to_message(&op, &like, &c->arena);
    client_submit_at(c, base_seq, &message);
    text_op_fini(&op);
}

void client_switch_anonymous(struct client *c, bool on)
{
    Cocanvas__PropSet set;
    Cocanvas__Value value;
    Cocanvas__Op op;
    cocanvas__prop_set__init(&set);
    cocanvas__value__init(&value);
    cocanvas__op__init(&op);
    value.kind_case = COCANVAS__VALUE__KIND_FLAG;
    value.flag = on;
    set.key = (char *)(uintptr_t) "anonymous";
    set.value = &value;
    op.kind_case = COCANVAS__OP__KIND_PROP_SET;
    op.prop_set = &set;
    c->anonymous = false; /* the switch itself has a name */
    client_submit_at(c, c->state.seq, &op);
}

void client_title(struct client *c, const char *title)
{
    Cocanvas__PropSet set;
    Cocanvas__Value value;
    Cocanvas__Op op;
    cocanvas__prop_set__init(&set);
    cocanvas__value__init(&value);
    cocanvas__op__init(&op);
    value.kind_case = COCANVAS__VALUE__KIND_TEXT;
    value.text = (char *)(uintptr_t)title;
    set.key = (char *)(uintptr_t) "title";
    set.value = &value;
    op.kind_case = COCANVAS__OP__KIND_PROP_SET;
    op.prop_set = &set;
    client_submit_at(c, c->state.seq, &op);
}

/* ---------------------------------------------------------------- the world */

static int64_t world_wall_ms(void *ctx)
{
    return 1700000000000 + ((struct world *)ctx)->now_ms;
}

static int64_t world_mono_ms(void *ctx)
{
    return ((struct world *)ctx)->now_ms;
}

static void world_ask_people(void *ctx, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas)
{
    struct world *w = ctx;
    assert_true(uuid_equal(canvas, &w->canvas.id));
    assert_true(uuid_equal(workspace, &w->canvas.workspace));
    w->asked_people++;
    w->people_room = room_id;
}

static void set_text(char **at, const char *text)
{
    free(*at);
    *at = xstrdup(text);
}

static void fake_canvas_init(struct fake_canvas *c)
{
    static const struct canvas_limits none;
    struct why why = {""};
    uuid_random(&c->id);
    uuid_random(&c->workspace);
    struct canvas first;
    canvas_init(&first, &none);
    first.header.cols = 2;
    first.header.rows = 1;
    for (uint64_t id = BLOCK_ONE; id <= BLOCK_TWO; id++) {
        struct block *block = canvas_new_block(&first, id);
        set_text(&block->key, id == BLOCK_ONE ? "one" : "two");
        set_text(&block->title, "Block");
        set_text(&block->prompt, "?");
        block->col = (uint32_t)id - 1;
        block->col_span = block->row_span = 1;
    }
    canvas_encode(&first, &c->initial);
    canvas_init(&c->state, &none);
    if (canvas_decode(&c->state, buf_at(&c->initial), buf_len(&c->initial), &why) != STATUS_OK)
        fail_msg("%s", why.text);
    canvas_fini(&first);
    c->hash[0] = c->snapshot_hash = canvas_hash(&c->state);
    buf_add(&c->snapshot, buf_at(&c->initial), buf_len(&c->initial));
}

struct world *world_new(void)
{
    struct world *w = xcalloc(1, sizeof *w);
    w->base = event_base_new();
    w->now_ms = 1000;
    w->limits = (struct room_limits){.canvas = {.text_points = 12000, .cards = 10000, .objects = 10000},
                                     .submit_ops = 256,
                                     .submit_bytes = 64 << 10,
                                     .log_bytes = 4 << 20,
                                     .log_batches = 4096,
                                     .snapshot_batches = 1000000,
                                     .snapshot_bytes = 1 << 30,
                                     .idle_ms = 60000,
                                     .slow_ms = 30000,
                                     .presence_ms = 1};
    fake_canvas_init(&w->canvas);
    w->journal = (struct journal){.canvas = &w->canvas, .up = true, .page = 64};
    struct rooms_options options = {.base = w->base,
                                    .journal = &w->journal,
                                    .limits = &w->limits,
                                    .ask_people = world_ask_people,
                                    .wall_ms = world_wall_ms,
                                    .mono_ms = world_mono_ms,
                                    .ctx = w};
    w->rooms = w->journal.rooms = rooms_new(&options);
    for (uint32_t i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &w->clients[i];
        c->world = w;
        c->author = i + 1;
        uuid_random(&c->id);
        snprintf(c->name, sizeof c->name, "person %u", c->author);
        arena_init(&c->arena, 16 << 20);
    }
    return w;
}

void world_free(struct world *w)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        struct client *c = &w->clients[i];
        client_disconnect(c);
        if (c->has_state)
            canvas_fini(&c->state);
        buf_fini(&c->inbox);
        buf_fini(&c->snapshot);
        buf_fini(&c->past);
        buf_fini(&c->submitted);
        arena_fini(&c->arena);
    }
    rooms_free(w->rooms);
    for (size_t i = 0; i < w->n_streams; i++) {
        buf_fini(&w->all_streams[i]->out);
        buf_fini(&w->all_streams[i]->received);
        free(w->all_streams[i]);
    }
    for (size_t i = 0; i < w->journal.n_asked; i++)
        buf_fini(&w->journal.asked[i].bytes);
    for (uint64_t seq = 1; seq <= w->canvas.head; seq++)
        free(w->canvas.rows[seq].payload);
    buf_fini(&w->canvas.initial);
    buf_fini(&w->canvas.snapshot);
    canvas_fini(&w->canvas.state);
    event_base_free(w->base);
    free(w);
}

/* What the streams were given goes out; then the end of a loop turn. */
void world_turn(struct world *w)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (w->clients[i].stream)
            stream_flush(w->clients[i].stream);
    }
    rooms_pump(w->rooms);
}

/* Turns, commits and answers until nothing is under way, and all clients have looked at everything. */
void world_settle(struct world *w)
{
    bool more = true;
    while (more) {
        world_turn(w);
        more = false;
        while (journal_answer(&w->journal))
            more = true;
        if (w->journal.underway) {
            journal_finish(&w->journal, WRITTEN);
            more = true;
        }
        for (size_t i = 0; i < CLIENTS_MAX; i++)
            more = client_step(&w->clients[i]) || more;
        for (size_t i = 0; i < CLIENTS_MAX; i++)
            more = more || (w->clients[i].stream && w->clients[i].stream->again && w->clients[i].stream->room > 0);
        for (size_t i = 0; i < CLIENTS_MAX; i++)
            client_run(&w->clients[i]);
    }
}

/* Opens n writing clients and settles. */
void world_open(struct world *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        client_connect(&w->clients[i], false, false);
    world_settle(w);
    for (size_t i = 0; i < n; i++)
        assert_true(w->clients[i].open);
}

const char *world_card_text(const struct world *w, uint64_t card)
{
    const struct card *found = canvas_card(&w->canvas.state, card);
    assert_non_null(found);
    return found->text.bytes ? found->text.bytes : "";
}

uint64_t world_open_with_text(struct world *w, size_t n)
{
    world_open(w, n);
    uint64_t card = client_create(&w->clients[0], "abcdef");
    world_settle(w);
    return card;
}

void world_write_much(struct world *w, unsigned batches, size_t n)
{
    struct client *a = &w->clients[0];
    char *text = xcalloc(1, n + 1);
    memset(text, 'x', n);
    for (unsigned i = 0; i < batches; i++) {
        client_create(a, text);
        world_settle(w);
    }
    free(text);
}

int world_setup(void **state)
{
    *state = world_new();
    return 0;
}

int world_teardown(void **state)
{
    world_free(*state);
    return 0;
}
