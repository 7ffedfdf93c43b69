/* A world for tests of rooms: a journal and streams that the test controls, and clients that speak the wire's
 * messages. Header only, for one source file of a test program: it defines the functions of journal.h and stream.h
 * that rooms call.
 *
 *   journal   commits when the test says so, with the outcome that it chooses; keeps the truth: rows, positions, the
 *             state hash at each seq
 *   stream    takes as many bytes as the test allows; what it took is parsed at once, and every batch and state in it
 *             is compared with the truth (P1: nothing is sent that is not committed)
 *   client    applies received frames when the test says so, compares its hash with the truth after each batch, and
 *             can submit */
#ifndef COCANVAS_TESTS_ROOM_FAKES_H
#define COCANVAS_TESTS_ROOM_FAKES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/arena.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/frame.h"
#include "common/message.h"
#include "common/op.h"
#include "server/room/room.h"
#include "server/room/room_internal.h"
#include "tests/support/rng.h"

enum { BLOCK_ONE = 1, BLOCK_TWO = 2, CLIENTS_MAX = 16, ROWS_MAX = 20000 };

/* ---------------------------------------------------------------- the truth */

struct fake_row {
    uint32_t client;
    uint64_t client_seq;
    uint8_t *payload;
    size_t len;
};

struct fake_client {
    struct uuid id;
    struct journal_client pos;
};

struct fake_canvas {
    struct uuid id, workspace;
    uint64_t head, epoch;
    struct buf initial;                 /* encoded state at seq 0 */
    struct canvas state;                /* of all rows */
    uint64_t hash[ROWS_MAX + 1];        /* after seq */
    struct fake_row rows[ROWS_MAX + 1]; /* by seq */
    struct fake_client clients[64];
    uint32_t n_clients;
    struct buf snapshot; /* the newest stored one */
    uint64_t snapshot_seq, snapshot_hash;
    unsigned snapshots, releases;
    char title[256];
};

enum fake_outcome {
    WRITTEN,          /* committed, and known */
    LOST,             /* the connection broke before */
    LOST_BUT_WRITTEN, /* the connection broke after the commit */
};

struct fake_part {
    uint64_t room_id, epoch, old_head, new_head;
    struct journal_row rows[512]; /* payloads copied */
    size_t n_rows;
    struct journal_client positions[64];
    size_t n_positions;
    char title[256];
    bool has_title;
};

enum fake_request { ASK_TAKE, ASK_CLIENT, ASK_READ, ASK_STATE, ASK_SNAPSHOT };

struct fake_asked {
    enum fake_request kind;
    uint64_t room_id, member_id, epoch, from, to, hash;
    size_t offset, len;
    uint32_t request, author;
    struct uuid client_id;
    bool read_state, away; /* away: asked while PostgreSQL was, or it went before the answer */
    struct buf bytes;
};

struct journal {
    struct rooms *rooms;
    struct fake_canvas *canvas;
    bool up, underway;
    struct fake_part part; /* one canvas is enough */
    bool has_part;
    struct fake_asked asked[64];
    size_t n_asked;
    unsigned groups;
    size_t page; /* batches in one on_read */
    const char *poison, *poison_title; /* a group with this in a payload, or in a title, is refused; NULL none */
};

/* ---------------------------------------------------------------- streams and clients */

struct world;
struct client;

struct stream {
    struct client *client;
    struct buf out, received;
    size_t span_left;
    size_t room;  /* bytes that the socket still takes */
    size_t piece; /* at most so many at a time */
    bool owes_drained, flushing, again;
    int64_t progress_ms;
};

struct client {
    struct world *world;
    struct stream *stream; /* replaced at each connection */
    struct member member;
    struct uuid id;
    uint32_t author, number;
    char name[16];
    bool connected, open;
    enum status refused, dropped; /* the last one */

    struct buf inbox; /* frames received and not looked at: length and body */
    struct canvas state;
    uint64_t seen_seq;          /* newest that it ever was at */
    bool has_state, caught_up; /* caught_up: on this connection */
    struct buf snapshot;       /* parts so far */
    struct arena arena;

    uint64_t client_seq; /* last one used */
    bool in_flight;
    bool must_reopen;     /* a snapshot in the middle may contain the batch in flight: only Opened tells */
    struct buf submitted; /* the Submit in flight, encoded */
    uint32_t counter;     /* last object counter used */

    Cocanvas__Opened__Mode mode;
    uint64_t opened_head, acked, opened_reject;
    uint32_t opened_last_object;
    unsigned n_opened, n_committed, n_own, n_rejects, n_lagged, n_checkpoints, n_errors, n_status, n_updates, n_people;
    enum status reject_code, error_code;
    uint32_t reject_op;
    uint64_t reject_seq;
    bool degraded;
    int64_t since_ms; /* of that */
    uint64_t history_next;
    bool history_last;
    unsigned n_pages;
    struct buf past;    /* parts of an old state that was asked for */
    uint64_t past_seq;  /* of the last whole one */
    unsigned n_parts, n_pasts;
    uint32_t past_request;
    struct {
        uint32_t session;
        uint64_t object;
        char key[16];
    } present[CLIENTS_MAX];
    unsigned n_present;
    bool last_full, last_gone;
};

struct world {
    struct event_base *base;
    struct rooms *rooms;
    struct journal journal;
    struct fake_canvas canvas;
    struct room_limits limits;
    struct client clients[CLIENTS_MAX];
    struct stream *all_streams[4096];
    size_t n_streams;
    uint64_t next_member;
    int64_t now_ms;
    unsigned asked_people;
    uint64_t people_room;
};

/* ---------------------------------------------------------------- journal.h */

bool journal_is_up(const struct journal *j)
{
    return j->up;
}

bool journal_is_idle(const struct journal *j)
{
    return j->up && !j->underway;
}

void journal_add_canvas(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas,
                        uint64_t epoch, uint64_t old_head, uint64_t new_head)
{
    assert_false(j->underway || j->has_part);
    assert_true(uuid_equal(canvas, &j->canvas->id) && uuid_equal(workspace, &j->canvas->workspace));
    j->has_part = true;
    j->part.room_id = room_id;
    j->part.epoch = epoch;
    j->part.old_head = old_head;
    j->part.new_head = new_head;
    j->part.n_rows = j->part.n_positions = 0;
    j->part.has_title = false;
}

void journal_add_row(struct journal *j, const struct journal_row *row)
{
    assert_true(j->part.n_rows < sizeof j->part.rows / sizeof j->part.rows[0]);
    assert_int_equal(row->seq, j->part.old_head + j->part.n_rows + 1);
    j->part.rows[j->part.n_rows++] = *row; /* the payload is borrowed until the group's callback */
}

void journal_add_position(struct journal *j, const struct journal_client *client)
{
    assert_true(j->part.n_positions < sizeof j->part.positions / sizeof j->part.positions[0]);
    j->part.positions[j->part.n_positions++] = *client;
}

void journal_set_title(struct journal *j, const char *title)
{
    snprintf(j->part.title, sizeof j->part.title, "%s", title);
    j->part.has_title = true;
}

void journal_send(struct journal *j)
{
    assert_true(journal_is_idle(j));
    if (!j->has_part)
        return;
    assert_int_equal(j->part.old_head + j->part.n_rows, j->part.new_head);
    j->underway = true;
    j->groups++;
}

static struct fake_asked *fake_ask(struct journal *j, enum fake_request kind, uint64_t room_id)
{
    assert_true(j->n_asked < sizeof j->asked / sizeof j->asked[0]);
    struct fake_asked *a = &j->asked[j->n_asked++];
    *a = (struct fake_asked){.kind = kind, .room_id = room_id, .away = !j->up};
    return a;
}

void journal_take(struct journal *j, uint64_t room_id, const struct uuid *canvas, bool read_state)
{
    assert_true(uuid_equal(canvas, &j->canvas->id));
    fake_ask(j, ASK_TAKE, room_id)->read_state = read_state;
}

void journal_release(struct journal *j, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch)
{
    (void)workspace, (void)canvas;
    j->canvas->releases += epoch == j->canvas->epoch;
}

void journal_client(struct journal *j, uint64_t room_id, uint64_t member_id, const struct uuid *workspace,
                    const struct uuid *canvas, uint64_t epoch, const struct uuid *client_id, uint32_t author)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_CLIENT, room_id);
    a->member_id = member_id;
    a->epoch = epoch;
    a->client_id = *client_id;
    a->author = author;
}

void journal_read(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request,
                  const struct uuid *workspace, const struct uuid *canvas, uint64_t from_seq, uint64_t to_seq)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_READ, room_id);
    a->member_id = member_id;
    a->request = request;
    a->from = from_seq;
    a->to = to_seq;
}

void journal_state(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request,
                   const struct uuid *workspace, const struct uuid *canvas, uint64_t least_seq, uint64_t most_seq,
                   size_t offset, size_t len)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_STATE, room_id);
    a->member_id = member_id;
    a->request = request;
    a->from = least_seq;
    a->to = most_seq;
    a->offset = offset;
    a->len = len;
}

void journal_snapshot(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas,
                      uint64_t epoch, uint64_t seq, uint64_t hash, const uint8_t *bytes, size_t len)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_SNAPSHOT, room_id);
    a->epoch = epoch;
    a->from = seq;
    a->hash = hash;
    buf_init(&a->bytes);
    buf_add(&a->bytes, bytes, len);
}

/* ---- what the test does to the journal */

static void fake_write_row(struct fake_canvas *c, const struct journal_row *row)
{
    struct arena arena;
    struct why why = {""};
    arena_init(&arena, 16 << 20);
    Cocanvas__Committed *batch = message_decode_committed(&arena, row->payload, row->payload_len);
    assert_non_null(batch);
    assert_int_equal(batch->seq, row->seq);
    assert_int_equal(batch->client, row->client);
    assert_int_equal(batch->client_seq, row->client_seq);
    assert_true(row->seq <= ROWS_MAX);
    for (uint64_t seq = 1; row->client != 0 && seq <= c->head; seq++) /* P3 */
        assert_false(c->rows[seq].client == row->client && c->rows[seq].client_seq == row->client_seq);
    if (batch_apply_committed(&c->state, batch, &why) != STATUS_OK)
        fail_msg("row %llu: %s", (unsigned long long)row->seq, why.text);
    c->head = row->seq;
    c->hash[c->head] = canvas_hash(&c->state);
    struct fake_row *kept = &c->rows[c->head];
    *kept = (struct fake_row){.client = row->client, .client_seq = row->client_seq, .len = row->payload_len};
    kept->payload = xmalloc(row->payload_len + 1);
    memcpy(kept->payload, row->payload, row->payload_len);
    arena_fini(&arena);
}

/* The compare-and-set and what hangs on it. */
static bool fake_write_part(struct journal *j)
{
    struct fake_canvas *c = j->canvas;
    struct fake_part *part = &j->part;
    if (c->epoch != part->epoch || c->head != part->old_head)
        return false;
    for (size_t i = 0; i < part->n_rows; i++)
        fake_write_row(c, &part->rows[i]);
    for (size_t i = 0; i < part->n_positions; i++) {
        struct journal_client *kept = &c->clients[part->positions[i].number - 1].pos;
        assert_true(part->positions[i].last_client_seq >= kept->last_client_seq);
        *kept = part->positions[i];
    }
    if (part->has_title)
        memcpy(c->title, part->title, sizeof c->title);
    return true;
}

static void journal_set_up(struct journal *j, bool up)
{
    j->up = up;
    for (size_t i = 0; i < j->n_asked; i++)
        j->asked[i].away = j->asked[i].away || !up;
    rooms_journal_callbacks.on_state(j->rooms, up, 76000 + j->rooms->o.mono_ms(j->rooms->o.ctx));
}

static bool fake_refuses(const struct journal *j)
{
    bool found = j->poison_title && j->part.has_title && strstr(j->part.title, j->poison_title);
    for (size_t i = 0; j->poison && i < j->part.n_rows; i++)
        found = found || memmem(j->part.rows[i].payload, j->part.rows[i].payload_len, j->poison, strlen(j->poison));
    return found;
}

/* The group that is under way comes to its end. */
static void journal_finish(struct journal *j, enum fake_outcome outcome)
{
    assert_true(j->underway);
    if (outcome == WRITTEN && fake_refuses(j)) {
        rooms_journal_callbacks.on_commit(j->rooms, j->part.room_id, COMMIT_REFUSED);
        j->underway = j->has_part = false;
        rooms_journal_callbacks.on_group_done(j->rooms);
        return;
    }
    bool held = outcome != LOST && fake_write_part(j);
    enum commit_outcome told = outcome == WRITTEN ? (held ? COMMIT_DONE : COMMIT_FENCED) : COMMIT_UNKNOWN;
    rooms_journal_callbacks.on_commit(j->rooms, j->part.room_id, told);
    j->underway = j->has_part = false;
    rooms_journal_callbacks.on_group_done(j->rooms);
}

static void fake_answer_take(struct journal *j, const struct fake_asked *a)
{
    struct fake_canvas *c = j->canvas;
    size_t n = (size_t)(c->head - c->snapshot_seq);
    const uint8_t **suffix = xcalloc(n + 1, sizeof *suffix);
    size_t *len = xcalloc(n + 1, sizeof *len);
    for (size_t i = 0; i < n; i++) {
        suffix[i] = c->rows[c->snapshot_seq + 1 + i].payload;
        len[i] = c->rows[c->snapshot_seq + 1 + i].len;
    }
    struct journal_canvas canvas = {.workspace = c->workspace,
                                    .epoch = ++c->epoch,
                                    .head_seq = c->head,
                                    .oldest_seq = 1,
                                    .snapshot_seq = c->snapshot_seq,
                                    .snapshot = buf_at(&c->snapshot),
                                    .snapshot_len = buf_len(&c->snapshot),
                                    .snapshot_hash = c->snapshot_hash,
                                    .n_suffix = n,
                                    .suffix = suffix,
                                    .suffix_len = len};
    rooms_journal_callbacks.on_taken(j->rooms, a->room_id, STATUS_OK, &canvas);
    free(suffix);
    free(len);
}

static void fake_answer_client(struct journal *j, const struct fake_asked *a)
{
    struct fake_canvas *c = j->canvas;
    struct fake_client *found = NULL;
    if (a->epoch != c->epoch) {
        rooms_journal_callbacks.on_client(j->rooms, a->room_id, a->member_id, STATUS_CONFLICT, NULL);
        return;
    }
    for (uint32_t i = 0; i < c->n_clients; i++)
        found = uuid_equal(&c->clients[i].id, &a->client_id) ? &c->clients[i] : found;
    if (!found) {
        found = &c->clients[c->n_clients++];
        *found = (struct fake_client){.id = a->client_id, .pos = {.number = c->n_clients, .author = a->author}};
    }
    bool own = found->pos.author == a->author;
    rooms_journal_callbacks.on_client(j->rooms, a->room_id, a->member_id, own ? STATUS_OK : STATUS_DENIED,
                                      own ? &found->pos : NULL);
}

static void fake_answer_read(struct journal *j, const struct fake_asked *a)
{
    const uint8_t *rows[64];
    size_t len[64], n = 0;
    for (uint64_t seq = a->from; seq <= a->to && seq <= j->canvas->head && n < j->page; seq++, n++) {
        rows[n] = j->canvas->rows[seq].payload;
        len[n] = j->canvas->rows[seq].len;
    }
    rooms_journal_callbacks.on_read(j->rooms, a->room_id, a->member_id, a->request, STATUS_OK, n, rows, len,
                                    a->from + n > a->to, 1);
}

/* Two snapshots are enough: the first and the newest. */
static void fake_answer_state(struct journal *j, const struct fake_asked *a)
{
    const struct fake_canvas *c = j->canvas;
    bool newest = c->snapshot_seq >= a->from && c->snapshot_seq <= a->to, found = newest || a->from == 0;
    const struct buf *bytes = newest ? &c->snapshot : &c->initial;
    struct journal_state part = {.seq = newest ? c->snapshot_seq : 0,
                                 .hash = newest ? c->snapshot_hash : c->hash[0],
                                 .total_bytes = buf_len(bytes),
                                 .bytes = buf_at(bytes) + a->offset};
    part.len = part.total_bytes - a->offset < a->len ? part.total_bytes - a->offset : a->len;
    rooms_journal_callbacks.on_state_part(j->rooms, a->room_id, a->member_id, a->request,
                                          found ? STATUS_OK : STATUS_NOT_FOUND, found ? &part : NULL);
}

static void fake_answer_snapshot(struct journal *j, struct fake_asked *a)
{
    struct fake_canvas *c = j->canvas;
    enum status status = a->epoch == c->epoch ? STATUS_OK : STATUS_CONFLICT;
    assert_true(a->from <= c->head); /* P1 */
    assert_int_equal(a->hash, c->hash[a->from]);
    if (status == STATUS_OK) {
        buf_clear(&c->snapshot, SIZE_MAX);
        buf_add(&c->snapshot, buf_at(&a->bytes), buf_len(&a->bytes));
        c->snapshot_seq = a->from;
        c->snapshot_hash = a->hash;
        c->snapshots++;
    }
    rooms_journal_callbacks.on_snapshot(j->rooms, a->room_id, a->from, status);
}

static void fake_answer_away(struct journal *j, const struct fake_asked *a)
{
    const struct journal_callbacks *cb = &rooms_journal_callbacks;
    if (a->kind == ASK_TAKE)
        cb->on_taken(j->rooms, a->room_id, STATUS_DEGRADED, NULL);
    else if (a->kind == ASK_CLIENT)
        cb->on_client(j->rooms, a->room_id, a->member_id, STATUS_DEGRADED, NULL);
    else if (a->kind == ASK_READ)
        cb->on_read(j->rooms, a->room_id, a->member_id, a->request, STATUS_DEGRADED, 0, NULL, NULL, true, 0);
    else if (a->kind == ASK_STATE)
        cb->on_state_part(j->rooms, a->room_id, a->member_id, a->request, STATUS_DEGRADED, NULL);
    else
        cb->on_snapshot(j->rooms, a->room_id, a->from, STATUS_DEGRADED);
}

/* Answers the oldest request; false if there is none. */
static bool journal_answer(struct journal *j)
{
    if (j->n_asked == 0)
        return false;
    struct fake_asked a = j->asked[0];
    memmove(j->asked, j->asked + 1, --j->n_asked * sizeof j->asked[0]);
    if (a.away)
        fake_answer_away(j, &a);
    else if (a.kind == ASK_TAKE)
        fake_answer_take(j, &a);
    else if (a.kind == ASK_CLIENT)
        fake_answer_client(j, &a);
    else if (a.kind == ASK_READ)
        fake_answer_read(j, &a);
    else if (a.kind == ASK_STATE)
        fake_answer_state(j, &a);
    else
        fake_answer_snapshot(j, &a);
    buf_fini(&a.bytes);
    return true;
}

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
        assert_true(truth->clients[c->number - 1].pos.last_client_seq >= frame->reject->client_seq);
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
        buf_add(&c->inbox, &len, sizeof len);
        buf_add(&c->inbox, body, len);
        buf_drain(in, FRAME_HEADER + len);
    }
}

static void client_check_hash(struct client *c)
{
    const struct fake_canvas *truth = &c->world->canvas;
    assert_true(c->state.seq <= truth->head);
    assert_int_equal(canvas_hash(&c->state), truth->hash[c->state.seq]); /* P4 */
    assert_true(c->state.seq >= c->seen_seq); /* nobody is taken back */
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
    if (c->in_flight && o->acked_client_seq >= c->client_seq)
        c->in_flight = false;
    if (c->client_seq < o->acked_client_seq)
        c->client_seq = o->acked_client_seq;
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
}

static void client_on_committed(struct client *c, const Cocanvas__Committed *batch)
{
    struct why why = {""};
    assert_true(c->has_state);
    if (batch_apply_committed(&c->state, batch, &why) != STATUS_OK)
        fail_msg("client %u at %llu: %s", c->number, (unsigned long long)c->state.seq, why.text);
    client_check_hash(c);
    c->n_committed++;
    if (batch->client != c->number || c->number == 0)
        return;
    c->n_own++;
    if (batch->client_seq == c->client_seq)
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
        if (frame->reject->client_seq == c->client_seq)
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
static bool client_step(struct client *c)
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

static void client_run(struct client *c)
{
    while (client_step(c))
        ;
}

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

static const struct member_callbacks member_cb = {member_on_opened, member_on_refused, member_on_dropped};

static void client_new_stream(struct client *c)
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
static void client_disconnect(struct client *c)
{
    member_fini(&c->member);
    c->stream = NULL;
    c->connected = c->open = false;
    buf_clear(&c->inbox, 0);
}

/* A new connection that opens the canvas. reads: without a client id. */
static void client_connect(struct client *c, bool reads, bool keeps_state)
{
    client_disconnect(c);
    client_new_stream(c);
    memset(&c->member, 0, sizeof c->member);
    c->member.stream = c->stream;
    c->member.session = c;
    c->member.cb = &member_cb;
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
static void client_send(struct client *c)
{
    room_submit(&c->member, buf_at(&c->submitted), buf_len(&c->submitted));
}

/* Seals ops as the next batch without sending it. */
static void client_seal(struct client *c, uint64_t client_seq, uint64_t base_seq, size_t n_ops, Cocanvas__Op **ops)
{
    Cocanvas__Submit submit = COCANVAS__SUBMIT__INIT;
    submit.client_seq = client_seq;
    submit.base_seq = base_seq;
    submit.n_ops = n_ops;
    submit.ops = ops;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_SUBMIT;
    frame.submit = &submit;
    buf_clear(&c->submitted, SIZE_MAX);
    size_t len = cocanvas__frame__get_packed_size(&frame);
    buf_wrote(&c->submitted, cocanvas__frame__pack(&frame, buf_reserve(&c->submitted, len)));
    c->client_seq = client_seq;
    c->in_flight = true;
}

static void client_submit_at(struct client *c, uint64_t base_seq, Cocanvas__Op *op)
{
    client_seal(c, c->client_seq + 1, base_seq, 1, &op);
    client_send(c);
}

static uint64_t client_new_id(struct client *c)
{
    return object_id(c->number, ++c->counter);
}

/* Creates a card at the end of block one; returns its id. */
static uint64_t client_create(struct client *c, const char *text)
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
static void client_edit_at(struct client *c, uint64_t base_seq, uint64_t card, uint32_t pre_len, uint32_t at,
                           uint32_t removed, const char *inserted)
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

static inline void client_title(struct client *c, const char *title)
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

static struct world *world_new(void)
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

static void world_free(struct world *w)
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
static void world_turn(struct world *w)
{
    for (size_t i = 0; i < CLIENTS_MAX; i++) {
        if (w->clients[i].stream)
            stream_flush(w->clients[i].stream);
    }
    rooms_pump(w->rooms);
}

/* Turns, commits and answers until nothing is under way, and all clients have looked at everything. */
static void world_settle(struct world *w)
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
static inline void world_open(struct world *w, size_t n)
{
    for (size_t i = 0; i < n; i++)
        client_connect(&w->clients[i], false, false);
    world_settle(w);
    for (size_t i = 0; i < n; i++)
        assert_true(w->clients[i].open);
}

static inline const char *world_card_text(const struct world *w, uint64_t card)
{
    const struct card *found = canvas_card(&w->canvas.state, card);
    assert_non_null(found);
    return found->text.bytes ? found->text.bytes : "";
}

#endif
