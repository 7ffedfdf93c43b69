/* Streams that take what the test allows, and clients that look at what they receive: room_fakes.h. */
#include "tests/support/room_fakes.h"

/* ---------------------------------------------------------------- stream.h */

static void client_received(struct client *c);

static bool fake_next(struct stream *s, const uint8_t **bytes, size_t *len, bool *from_source)
{
    *from_source = s->span_left > 0 || buf_len(&s->out) == 0;
    if (!*from_source) {
        *bytes = buf_at(&s->out);
        *len = buf_len(&s->out);
        return true;
    }
    bool more = room_source_peek(&s->client->member, bytes, len);
    if (s->span_left > 0) {
        assert_true(more);
        assert_int_equal(*len, s->span_left); /* the same span, until it is counted off */
    }
    s->span_left = more ? *len : 0;
    return more && *len > 0;
}

static void fake_send(struct stream *s)
{
    const uint8_t *bytes;
    size_t len;
    bool from_source;
    while (s->room > 0 && fake_next(s, &bytes, &len, &from_source)) {
        size_t n = len < s->room ? len : s->room;
        n = n < s->piece ? n : s->piece;
        buf_add(&s->received, bytes, n);
        s->room -= n;
        s->owes_drained = true;
        s->progress_ms = s->client->world->now_ms;
        if (from_source) {
            s->span_left -= n;
            room_source_sent(&s->client->member, n);
        } else {
            buf_drain(&s->out, n);
        }
    }
}

void stream_flush(struct stream *s)
{
    if (s->client->stream != s)
        return; /* a connection of before */
    s->again = true;
    if (s->flushing)
        return;
    s->flushing = true;
    while (s->again) {
        s->again = false;
        fake_send(s);
        client_received(s->client);
        if (s->room > 0 && s->owes_drained) {
            s->owes_drained = false;
            room_drained(&s->client->member);
        }
    }
    s->flushing = false;
}

void stream_write(struct stream *s, const void *bytes, size_t len)
{
    buf_add(&s->out, bytes, len);
    s->again = true;
}

struct buf *stream_out(struct stream *s)
{
    return &s->out;
}

size_t stream_pending(const struct stream *s)
{
    return buf_len(&s->out);
}

bool stream_writable(const struct stream *s)
{
    return s->room > 0;
}

int64_t stream_progress_ms(const struct stream *s)
{
    return s->room > 0 ? s->client->world->now_ms : s->progress_ms;
}

/* ---------------------------------------------------------------- clients: receiving */

/* What has left the server is durable: seen by whoever listens on the wire. */
static void check_durable(const struct client *c, const Cocanvas__Frame *frame)
{
    const struct fake_canvas *truth = &c->world->canvas;
    if (frame->body_case == COCANVAS__FRAME__BODY_COMMITTED) {
        assert_true(frame->committed->seq <= truth->head);
        const struct fake_row *row = &truth->rows[frame->committed->seq];
        assert_int_equal(frame->committed->client, row->client);
        assert_int_equal(frame->committed->client_seq, row->client_seq);
    } else if (frame->body_case == COCANVAS__FRAME__BODY_SNAPSHOT) {
        assert_true(frame->snapshot->seq <= truth->head);
    } else if (frame->body_case == COCANVAS__FRAME__BODY_CHECKPOINT) {
        assert_true(frame->checkpoint->seq <= truth->head);
        assert_int_equal(frame->checkpoint->hash, truth->hash[frame->checkpoint->seq]);
    } else if (frame->body_case == COCANVAS__FRAME__BODY_REJECT) {
        /* What refuses an anonymous batch is not kept. */
        assert_true(truth->clients[c->number - 1].pos.last_client_seq + (c->mark ? 1 : 0) >= frame->reject->client_seq);
    }
}

static void client_received(struct client *c)
{
    struct buf *in = &c->stream->received;
    const uint8_t *body;
    size_t len;
    enum status code;
    while (frame_next(buf_at(in), buf_len(in), FRAME_MAX, &body, &len) == FRAME_WHOLE) {
        arena_reset(&c->arena);
        Cocanvas__Frame *frame = message_decode(&c->arena, body, len, &code);
        assert_non_null(frame);
        check_durable(c, frame);
        if (c->tap)
            buf_add(c->tap, body, len);
        buf_add(&c->inbox, &len, sizeof len);
        buf_add(&c->inbox, body, len);
        buf_drain(in, FRAME_HEADER + len);
    }
}

void client_check_hash(struct client *c)
{
    const struct fake_canvas *truth = &c->world->canvas;
    assert_true(c->state.seq <= truth->head);
    assert_int_equal(canvas_hash(&c->state), truth->hash[c->state.seq]); /* P4 */
    assert_true(c->state.seq >= c->seen_seq);                            /* nobody is taken back */
    c->seen_seq = c->state.seq;
}

static void client_on_opened(struct client *c, const Cocanvas__Opened *o)
{
    c->n_opened++;
    c->open = true;
    c->must_reopen = false;
    c->caught_up = o->mode == COCANVAS__OPENED__MODE__OPS;
    c->mode = o->mode;
    c->opened_head = o->head_seq;
    c->acked = o->acked_client_seq;
    c->number = (uint32_t)o->client;
    c->opened_last_object = o->last_object;
    c->opened_reject = o->last_reject ? o->last_reject->client_seq : 0;
    if (o->last_object > c->counter)
        c->counter = o->last_object;
    if (c->in_flight && !c->mark && o->acked_client_seq >= c->client_seq)
        c->in_flight = false;
    if (c->client_seq < o->acked_client_seq)
        c->client_seq = o->acked_client_seq;
}

/* A state does not tell which batches led to it; the history does, and that is what the truth stands in for here. */
static void look_for_mark(struct client *c)
{
    const struct fake_canvas *truth = &c->world->canvas;
    for (uint64_t seq = 1; c->mark && seq <= c->state.seq; seq++)
        if (truth->rows[seq].mark == c->mark)
            c->in_flight = false;
}

static void client_on_snapshot(struct client *c, const Cocanvas__Snapshot *s)
{
    struct why why = {""};
    if (s->index == 0)
        buf_clear(&c->snapshot, SIZE_MAX);
    buf_add(&c->snapshot, s->part.data, s->part.len);
    if (!s->last)
        return;
    static const struct canvas_limits none;
    if (c->has_state)
        canvas_fini(&c->state);
    canvas_init(&c->state, &none);
    c->must_reopen = c->has_state && c->in_flight && c->caught_up;
    c->has_state = c->caught_up = true;
    assert_int_equal(canvas_decode(&c->state, buf_at(&c->snapshot), buf_len(&c->snapshot), &why), STATUS_OK);
    assert_int_equal(c->state.seq, s->seq);
    assert_int_equal(canvas_hash(&c->state), s->hash);
    client_check_hash(c);
    look_for_mark(c);
}

static void client_on_committed(struct client *c, const Cocanvas__Committed *batch)
{
    struct why why = {""};
    assert_true(c->has_state);
    if (batch_apply_committed(&c->state, batch, &why) != STATUS_OK)
        fail_msg("client %u at %llu: %s", c->number, (unsigned long long)c->state.seq, why.text);
    client_check_hash(c);
    c->n_committed++;
    if (c->mark ? batch->mark != c->mark : batch->client != c->number || c->number == 0)
        return;
    c->n_own++;
    if (c->mark || batch->client_seq == c->client_seq)
        c->in_flight = false;
}

static void client_on_presence(struct client *c, const Cocanvas__PresenceUpdate *u)
{
    c->n_updates++;
    c->last_full = u->full;
    c->n_present = 0;
    c->last_gone = u->n_present > 0 && u->present[0]->gone;
    for (size_t i = 0; i < u->n_present && i < CLIENTS_MAX; i++) {
        const Cocanvas__Presence *p = u->present[i]->presence;
        c->present[i].session = u->present[i]->session;
        c->present[i].object = p ? p->object : 0;
        snprintf(c->present[i].key, sizeof c->present[i].key, "%s", p ? p->key : "");
        c->n_present++;
    }
}

static void client_on_history(struct client *c, const Cocanvas__HistoryPage *page)
{
    const struct fake_canvas *truth = &c->world->canvas;
    c->n_pages++;
    c->history_last = page->last;
    for (size_t i = 0; i < page->n_committed; i++) {
        const struct fake_row *row = &truth->rows[c->history_next++];
        assert_int_equal(page->committed[i].len, row->len);
        assert_memory_equal(page->committed[i].data, row->payload, row->len);
    }
}

/* An old state: its own parts in order, whatever comes between them, and the hash that the canvas had then. */
static void client_on_past(struct client *c, uint32_t request, const Cocanvas__Snapshot *s)
{
    static const struct canvas_limits none;
    struct why why = {""};
    struct canvas state;
    if (s->index == 0)
        buf_clear(&c->past, SIZE_MAX);
    c->n_parts = s->index == 0 ? 0 : c->n_parts;
    assert_int_equal(s->index, c->n_parts++);
    buf_add(&c->past, s->part.data, s->part.len);
    if (!s->last)
        return;
    canvas_init(&state, &none);
    assert_int_equal(canvas_decode(&state, buf_at(&c->past), buf_len(&c->past), &why), STATUS_OK);
    assert_int_equal(state.seq, s->seq);
    assert_int_equal(canvas_hash(&state), s->hash);
    assert_int_equal(s->hash, c->world->canvas.hash[s->seq]);
    canvas_fini(&state);
    c->past_seq = s->seq;
    c->past_request = request;
    c->n_pasts++;
}

static void client_handle(struct client *c, const Cocanvas__Frame *frame)
{
    switch (frame->body_case) {
    case COCANVAS__FRAME__BODY_OPENED:
        client_on_opened(c, frame->opened);
        break;
    case COCANVAS__FRAME__BODY_SNAPSHOT:
        if (frame->request)
            client_on_past(c, frame->request, frame->snapshot);
        else
            client_on_snapshot(c, frame->snapshot);
        break;
    case COCANVAS__FRAME__BODY_COMMITTED:
        client_on_committed(c, frame->committed);
        break;
    case COCANVAS__FRAME__BODY_REJECT:
        c->n_rejects++;
        c->reject_code = (enum status)frame->reject->code;
        c->reject_op = frame->reject->op;
        c->reject_seq = frame->reject->client_seq;
        if (frame->reject->mark == c->mark && frame->reject->client_seq == c->client_seq + (c->mark ? 1 : 0))
            c->in_flight = false;
        break;
    case COCANVAS__FRAME__BODY_CHECKPOINT:
        c->n_checkpoints++;
        assert_int_equal(frame->checkpoint->seq, c->state.seq);
        assert_int_equal(frame->checkpoint->hash, canvas_hash(&c->state));
        break;
    case COCANVAS__FRAME__BODY_STATUS:
        c->n_status++;
        c->degraded = frame->status->state == COCANVAS__STATUS__STATE__DEGRADED;
        c->since_ms = frame->status->unsaved_since_ms;
        break;
    case COCANVAS__FRAME__BODY_LAGGED:
        c->n_lagged++;
        assert_true(frame->lagged->from_seq > c->state.seq); /* later, if a snapshot was on its way */
        break;
    case COCANVAS__FRAME__BODY_PRESENCE_UPDATE:
        client_on_presence(c, frame->presence_update);
        break;
    case COCANVAS__FRAME__BODY_PEOPLE:
        c->n_people++;
        break;
    case COCANVAS__FRAME__BODY_HISTORY_PAGE:
        client_on_history(c, frame->history_page);
        break;
    case COCANVAS__FRAME__BODY_ERROR:
        c->n_errors++;
        c->error_code = (enum status)frame->error->code;
        break;
    default:
        fail_msg("a client received %s", message_name(frame->body_case));
    }
}

/* Looks at one frame of the inbox; false if it is empty. */
bool client_step(struct client *c)
{
    size_t len;
    enum status code;
    if (buf_len(&c->inbox) == 0)
        return false;
    memcpy(&len, buf_at(&c->inbox), sizeof len);
    buf_drain(&c->inbox, sizeof len);
    arena_reset(&c->arena);
    Cocanvas__Frame *frame = message_decode(&c->arena, buf_at(&c->inbox), len, &code);
    assert_non_null(frame);
    client_handle(c, frame);
    buf_drain(&c->inbox, len);
    return true;
}

void client_run(struct client *c)
{
    while (client_step(c))
        ;
}
