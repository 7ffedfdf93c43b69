/* All rooms of one worker. The journal's callbacks arrive here and are led to their room by id; the pump makes one
 * group of all rooms that have something to write. The order of things when a group is through is room.h's: waiting
 * members first, while the state is exactly the durable one; then the next group; then the broadcast, while
 * PostgreSQL works (P1). */
#include "server/room/room_internal.h"

#include <string.h>

struct room *rooms_find(struct rooms *r, uint64_t id)
{
    struct room *room;
    HASH_FIND(hh_id, r->by_id, &id, sizeof id, room);
    return room;
}

bool rooms_degraded(const struct rooms *r)
{
    return !r->up || r->n_unproven > 0;
}

static void tell_status(struct rooms *r)
{
    struct room *room, *next;
    if (!rooms_degraded(r))
        r->down_since_ms = 0;
    HASH_ITER(hh_id, r->by_id, room, next) {
        room_tell_status(room);
    }
}

void room_set_unproven(struct room *room, bool unproven)
{
    struct rooms *r = room->rooms;
    if (room->unproven == unproven)
        return;
    room->unproven = unproven;
    if (unproven && r->down_since_ms == 0)
        r->down_since_ms = r->o.wall_ms(r->o.ctx);
    r->n_unproven = unproven ? r->n_unproven + 1 : r->n_unproven - 1;
    if (r->n_unproven == 0)
        tell_status(r);
}

void room_make_ready(struct room *room)
{
    if (room->is_ready)
        return;
    room->is_ready = true;
    TAILQ_INSERT_TAIL(&room->rooms->ready, room, ready);
}

/* ---------------------------------------------------------------- the group */

/* Only with a deliberate fault. */
static void broadcast_too_early(struct rooms *r)
{
    struct room *room;
    TAILQ_FOREACH(room, &r->group, group_entry) {
        room_log_commit(&room->log);
        room_broadcast(room);
    }
}

static void join_group(struct rooms *r, struct room *room)
{
    TAILQ_REMOVE(&r->ready, room, ready);
    room->is_ready = false;
    room->in_group = true; /* from here on its state may be ahead of what is durable */
    if (!room->resend && !room_order(room)) {
        room->in_group = false;
        return;
    }
    room->resend = false;
    room->group.outcome = COMMIT_UNKNOWN;
    TAILQ_INSERT_TAIL(&r->group, room, group_entry);
    room_add_to_journal(room);
}

/* A room that looks for what PostgreSQL refuses is alone in its group, so that the answer is about it. */
static struct room *sifting_room(struct rooms *r)
{
    struct room *room;
    TAILQ_FOREACH(room, &r->ready, ready) {
        if (room->state == ROOM_LIVE && room->resend && room->group.sifting)
            return room;
    }
    return NULL;
}

static void send_group(struct rooms *r)
{
    if (!r->o.journal || !journal_is_idle(r->o.journal))
        return;
    struct room *room = sifting_room(r), *next;
    if (room) {
        join_group(r, room);
    } else {
        TAILQ_FOREACH_SAFE(room, &r->ready, ready, next) {
            if (room->state == ROOM_LIVE)
                join_group(r, room);
        }
    }
    if (TAILQ_EMPTY(&r->group))
        return;
    fault_kill(&r->fault, FAULT_KILL_BEFORE_COMMIT);
    journal_send(r->o.journal);
    fault_kill(&r->fault, FAULT_KILL_IN_COMMIT);
    if (fault_is(&r->fault, FAULT_ACK_BEFORE_COMMIT))
        broadcast_too_early(r);
}

static void on_commit(void *ctx, uint64_t room_id, enum commit_outcome outcome)
{
    struct room *room = rooms_find(ctx, room_id);
    if (room && room->in_group)
        room->group.outcome = outcome;
}

static void note_done(struct room *room)
{
    room_committed(room);
    room_set_unproven(room, false);
    if (!room->is_done) {
        room->is_done = true;
        TAILQ_INSERT_TAIL(&room->rooms->done, room, done);
    }
}

static void take_outcomes(struct rooms *r)
{
    struct room *room;
    while ((room = TAILQ_FIRST(&r->group))) {
        TAILQ_REMOVE(&r->group, room, group_entry);
        room->in_group = false;
        if (room->group.sifting) {
            if (room_sift(room))
                note_done(room);
            continue;
        }
        switch (room->group.outcome) {
        case COMMIT_DONE:
            note_done(room);
            break;
        case COMMIT_FENCED:
            room_close(room, STATUS_CONFLICT, "Another server has taken this canvas over; open it again.");
            break;
        case COMMIT_UNKNOWN:
            room_set_state(room, ROOM_UNCERTAIN);
            room_set_unproven(room, true);
            room_retake(room);
            break;
        case COMMIT_REFUSED:
            (void)room_sift(room);
            break;
        }
    }
}

static void settle(struct room *room)
{
    if (!room_is_settled(room))
        return;
    room_serve_waiting(room);
    room_store_snapshot(room, false);
}

static void finish_done(struct rooms *r)
{
    struct room *room;
    TAILQ_FOREACH(room, &r->done, done)
    settle(room);
    send_group(r);
    while ((room = TAILQ_FIRST(&r->done))) {
        TAILQ_REMOVE(&r->done, room, done);
        room->is_done = false;
        room_broadcast(room);
    }
}

static void on_group_done(void *ctx)
{
    struct rooms *r = ctx;
    fault_kill(&r->fault, FAULT_KILL_AFTER_COMMIT);
    take_outcomes(r);
    finish_done(r);
}

/* ---------------------------------------------------------------- the journal's other answers */

/* The take-over after an unknown outcome tells what became of the group: epoch + 1 means that nobody had the canvas
 * in between, so the head is either the old one or ours. Positions alone do not move the head; they are simply
 * written again. */
static void on_retaken(struct room *room, enum status status, const struct journal_canvas *canvas)
{
    const struct room_group *group = &room->group;
    if (status == STATUS_DEGRADED)
        return; /* on_state or the tick asks again */
    bool ours = status == STATUS_OK && canvas->epoch == room->epoch + 1;
    if (ours)
        room->epoch = canvas->epoch;
    if (ours && canvas->head_seq == room->c.seq && group->n_rows > 0) {
        room_set_state(room, ROOM_LIVE);
        note_done(room);
        finish_done(room->rooms);
    } else if (ours && canvas->head_seq == group->old_head) {
        room_set_state(room, ROOM_LIVE);
        room->resend = true;
        room_make_ready(room);
        send_group(room->rooms);
    } else {
        room_close(room, status == STATUS_NOT_FOUND ? STATUS_NOT_FOUND : STATUS_CONFLICT,
                   "The canvas has changed hands; open it again.");
        return;
    }
    room_proceed_joins(room);
}

static void on_taken(void *ctx, uint64_t room_id, enum status status, const struct journal_canvas *canvas)
{
    struct room *room = rooms_find(ctx, room_id);
    if (!room)
        return;
    room->taking = false;
    if (room->state == ROOM_LOADING)
        room_on_taken(room, status, canvas);
    else if (room->state == ROOM_UNCERTAIN)
        on_retaken(room, status, canvas);
}

static void on_state(void *ctx, bool up, int64_t since_ms)
{
    struct rooms *r = ctx;
    r->up = up;
    if (!up && r->down_since_ms == 0)
        r->down_since_ms = since_ms;
    tell_status(r);
    struct room *room, *next;
    HASH_ITER(hh_id, r->by_id, room, next) {
        if (up && room->state == ROOM_UNCERTAIN)
            room_retake(room);
    }
    if (up)
        send_group(r);
}

static void on_client(void *ctx, uint64_t room_id, uint64_t member_id, enum status status,
                      const struct journal_client *client)
{
    struct room *room = rooms_find(ctx, room_id);
    if (room)
        room_on_client(room, member_id, status, client);
}

static void on_read(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status, size_t n,
                    const uint8_t *const *committed, const size_t *len, bool last, uint64_t oldest_seq)
{
    struct room *room = rooms_find(ctx, room_id);
    struct member *m = room ? room_find_member(room, member_id) : NULL;
    if (m)
        history_on_read(m, request, status, n, committed, len, last, oldest_seq);
}

static void on_state_part(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status,
                          const struct journal_state *part)
{
    struct room *room = rooms_find(ctx, room_id);
    struct member *m = room ? room_find_member(room, member_id) : NULL;
    if (m)
        past_on_part(m, request, status, part);
}

static void on_snapshot(void *ctx, uint64_t room_id, uint64_t seq, enum status status)
{
    struct room *room = rooms_find(ctx, room_id);
    if (!room)
        return;
    struct log_ctx log = room_log_ctx(room);
    room->storing = false;
    if (status == STATUS_OK && seq > room->stored_seq)
        room->stored_seq = seq;
    else if (status != STATUS_OK)
        log_warn(&log, "snapshot at %llu not stored: %s", (unsigned long long)seq, status_name(status));
    if (room->state == ROOM_RELEASING)
        room_tidy(room);
}

const struct journal_callbacks rooms_journal_callbacks = {
    .on_commit = on_commit,
    .on_group_done = on_group_done,
    .on_state = on_state,
    .on_taken = on_taken,
    .on_client = on_client,
    .on_read = on_read,
    .on_state_part = on_state_part,
    .on_snapshot = on_snapshot,
};

/* ---------------------------------------------------------------- draining, time */

/* A batch that cannot be committed now is still on its client's disk, so a drain does not wait for a journal that is
 * away. */
static bool room_is_drained(struct room *room)
{
    if (!room->rooms->up || !room->loaded)
        return true;
    if (room->state == ROOM_RELEASING)
        return !room->storing;
    if (!room_is_settled(room) || buf_len(&room->queue) > 0)
        return false;
    if (!room->storing && room->stored_seq < room->durable_seq)
        room_store_snapshot(room, true);
    return !room->storing;
}

static void check_drained(struct rooms *r)
{
    if (!r->draining || !r->on_drained)
        return;
    bool all = true;
    struct room *room, *next;
    HASH_ITER(hh_id, r->by_id, room, next)
    all = room_is_drained(room) && all;
    if (!all)
        return;
    HASH_ITER(hh_id, r->by_id, room, next) {
        if (r->up && room->loaded)
            journal_release(r->o.journal, &room->workspace, &room->canvas, room->epoch);
    }
    void (*on_drained)(void *) = r->on_drained;
    r->on_drained = NULL;
    on_drained(r->drained_ctx);
}

void rooms_drain(struct rooms *r, void (*on_drained)(void *ctx), void *ctx)
{
    r->draining = true;
    r->on_drained = on_drained;
    r->drained_ctx = ctx;
    rooms_pump(r);
}

static void check_members(struct room *room, int64_t now_ms)
{
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        if (member_is_stuck(m, now_ms))
            room_drop(m, STATUS_SLOW, "The connection took nothing for too long; connect again to go on.");
    }
}

void rooms_tick(struct rooms *r)
{
    int64_t now_ms = r->o.mono_ms(r->o.ctx);
    struct room *room, *next;
    HASH_ITER(hh_id, r->by_id, room, next) {
        check_members(room, now_ms);
        if (room->state == ROOM_UNCERTAIN)
            room_retake(room);
        room_tidy(room);
    }
}

static void tick_cb(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    rooms_tick(arg);
    rooms_pump(arg);
}

static void presence_cb(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    rooms_send_presence(arg);
}

void rooms_pump(struct rooms *r)
{
    send_group(r);
    check_drained(r);
    struct room *room;
    while ((room = TAILQ_FIRST(&r->dead))) {
        TAILQ_REMOVE(&r->dead, room, dead);
        room_free(room);
    }
}

/* ---------------------------------------------------------------- all rooms */

struct rooms *rooms_new(const struct rooms_options *options)
{
    struct rooms *r = xcalloc(1, sizeof *r);
    r->o = *options;
    TAILQ_INIT(&r->ready);
    TAILQ_INIT(&r->group);
    TAILQ_INIT(&r->done);
    TAILQ_INIT(&r->presence);
    TAILQ_INIT(&r->dead);
    arena_init(&r->arena, ROOM_ARENA_BYTES);
    text_op_init(&r->op[0]);
    text_op_init(&r->op[1]);
    buf_init(&r->scratch);
    fault_init(&r->fault);
    r->tick = event_new(r->o.base, -1, EV_PERSIST, tick_cb, r);
    r->presence_timer = event_new(r->o.base, -1, 0, presence_cb, r);
    ASSERT(r->tick && r->presence_timer);
    ASSERT(event_add(r->tick, &(struct timeval){.tv_sec = ROOM_TICK_MS / 1000}) == 0);
    if (r->o.journal)
        r->up = journal_is_up(r->o.journal);
    return r;
}

void rooms_set_journal(struct rooms *r, struct journal *journal)
{
    r->o.journal = journal;
    r->up = journal_is_up(journal);
}

void rooms_free(struct rooms *r)
{
    struct room *room, *next;
    HASH_ITER(hh_id, r->by_id, room, next)
    room_close(room, STATUS_SHUTDOWN, "The server is stopping.");
    while ((room = TAILQ_FIRST(&r->dead))) {
        TAILQ_REMOVE(&r->dead, room, dead);
        room_free(room);
    }
    event_free(r->tick);
    event_free(r->presence_timer);
    buf_fini(&r->scratch);
    text_op_fini(&r->op[0]);
    text_op_fini(&r->op[1]);
    arena_fini(&r->arena);
    free(r);
}

void rooms_set_limits(struct rooms *r, const struct room_limits *limits)
{
    r->o.limits = limits;
    struct room *room, *next;
    HASH_ITER(hh_id, r->by_id, room, next)
    room->c.limits = limits->canvas;
}

const struct rooms_stats *rooms_stats(const struct rooms *r)
{
    return &r->stats;
}
