/* One room's life: loaded from the journal (a take-over: the epoch rises), members join and leave, given up when it
 * was empty for a while. The room owns canvas, log and clients; members belong to their sessions and are only listed
 * here. A room that is closed leaves all lists at once and is freed at the end of the loop turn, so that nothing is
 * freed inside its own callback. */
#include "server/room/room_internal.h"

#include <string.h>

#include "server/journal/keyring.h"

static const char *const state_names[] = {"loading", "live", "uncertain", "releasing", "dead"};

struct log_ctx room_log_ctx(const struct room *room)
{
    return (struct log_ctx){.worker = room->rooms->o.worker, .canvas = room->name};
}

static bool allowed(enum room_state from, enum room_state to)
{
    switch (to) {
    case ROOM_LOADING:
        return false;
    case ROOM_LIVE:
        return from != ROOM_DEAD;
    case ROOM_UNCERTAIN:
    case ROOM_RELEASING:
        return from == ROOM_LIVE;
    case ROOM_DEAD:
        return from != ROOM_DEAD;
    }
    return false;
}

void room_set_state(struct room *room, enum room_state state)
{
    ASSERT(allowed(room->state, state));
    struct log_ctx log = room_log_ctx(room);
    if (state == ROOM_UNCERTAIN)
        log_warn(&log, "the outcome of seq %llu to %llu is unknown", (unsigned long long)room->group.old_head + 1,
                 (unsigned long long)room->c.seq);
    log_debug(&log, "room %s -> %s", state_names[room->state], state_names[state]);
    room->state = state;
}

bool room_is_settled(const struct room *room)
{
    return room->state == ROOM_LIVE && !room->in_group && !room->resend;
}

struct member *room_find_member(struct room *room, uint64_t member_id)
{
    struct member *m;
    TAILQ_FOREACH(m, &room->members, entry) {
        if (m->id == member_id)
            return m;
    }
    return NULL;
}

/* ---------------------------------------------------------------- making and ending */

static struct room *room_new(struct rooms *r, const struct uuid *workspace, const struct uuid *canvas)
{
    struct room *room = xcalloc(1, sizeof *room);
    room->rooms = r;
    room->id = ++r->last_id;
    room->workspace = *workspace;
    room->canvas = *canvas;
    uuid_format(canvas, room->name);
    room->state = ROOM_LOADING;
    TAILQ_INIT(&room->members);
    buf_init(&room->queue);
    buf_init(&room->group.replies);
    room->empty_since_ms = r->o.mono_ms(r->o.ctx);
    HASH_ADD(hh_id, r->by_id, id, sizeof room->id, room);
    HASH_ADD(hh_canvas, r->by_canvas, canvas, sizeof room->canvas, room);
    r->stats.rooms++;
    return room;
}

void room_client_free(struct room_client *client)
{
    free(client->made);
    free(client);
}

void room_free(struct room *room)
{
    ASSERT(room->state == ROOM_DEAD && TAILQ_EMPTY(&room->members));
    struct room_client *client, *next;
    HASH_ITER(hh, room->clients, client, next) {
        HASH_DEL(room->clients, client);
        room_client_free(client);
    }
    if (room->loaded) {
        anonymous_fini(&room->anonymous);
        canvas_fini(&room->c);
        room_log_fini(&room->log);
    }
    for (size_t i = 0; i < room->n_people; i++)
        free(room->people[i].name);
    free(room->people);
    free(room->gone);
    free(room->title);
    room_bytes_unref(room->snapshot);
    buf_fini(&room->queue);
    buf_fini(&room->group.replies);
    free(room->group.rows);
    free(room->group.answers);
    free(room);
}

static void leave_lists(struct room *room)
{
    struct rooms *r = room->rooms;
    if (room->is_ready)
        TAILQ_REMOVE(&r->ready, room, ready);
    if (room->in_group)
        TAILQ_REMOVE(&r->group, room, group_entry);
    if (room->is_done)
        TAILQ_REMOVE(&r->done, room, done);
    if (room->presence_due)
        TAILQ_REMOVE(&r->presence, room, presence_entry);
    HASH_DELETE(hh_id, r->by_id, room);
    HASH_DELETE(hh_canvas, r->by_canvas, room);
    r->stats.rooms--;
}

static void refuse_member(struct member *m, enum status code, const char *sentence);

void room_close(struct room *room, enum status code, const char *sentence)
{
    struct log_ctx log = room_log_ctx(room);
    log_info(&log, "closed with %zu members: %s", room->n_members, status_name(code));
    leave_lists(room);
    room_set_state(room, ROOM_DEAD);
    room_set_unproven(room, false);
    room->is_ready = room->in_group = room->is_done = room->presence_due = false;
    TAILQ_INSERT_TAIL(&room->rooms->dead, room, dead);
    struct member *m;
    while ((m = TAILQ_FIRST(&room->members))) {
        if (m->state == MEMBER_JOINING)
            refuse_member(m, code, sentence);
        else
            room_drop(m, code, sentence);
    }
}

/* ---------------------------------------------------------------- loading */

static void become_live(struct room *room, const struct journal_canvas *from)
{
    struct rooms *r = room->rooms;
    room->durable_seq = from->head_seq;
    room->oldest_seq = from->oldest_seq;
    room->stored_seq = room->asked_seq = from->snapshot_seq;
    room->c.limits = r->o.limits->canvas;
    room->title = xstrdup(canvas_title(&room->c));
    room_log_commit(&room->log);
    room_log_trim(&room->log, room_log_trim_point(&room->log, r->o.limits->log_bytes, r->o.limits->log_batches));
    anonymous_trim(&room->anonymous, room->log.first_seq);
    room->hides_presence = canvas_is_anonymous(&room->c);
    room_set_state(room, ROOM_LIVE);
    struct log_ctx log = room_log_ctx(room);
    log_info(&log, "open at seq %llu, epoch %llu", (unsigned long long)room->durable_seq,
             (unsigned long long)room->epoch);
    if (r->o.ask_people)
        r->o.ask_people(r->o.ctx, room->id, &room->workspace, &room->canvas);
}

void room_on_taken(struct room *room, enum status status, const struct journal_canvas *canvas)
{
    struct rooms *r = room->rooms;
    if (status != STATUS_OK) {
        room_close(room, status == STATUS_GONE ? STATUS_INTERNAL : status,
                   status == STATUS_CONFLICT   ? "Another server has this canvas open; try again."
                   : status == STATUS_GONE     ? KEYRING_MISSING
                   : status == STATUS_INTERNAL ? "This canvas cannot be read; tell the server's operator."
                                               : "This canvas cannot be opened now.");
        return;
    }
    room->workspace = canvas->workspace;
    room->epoch = canvas->epoch;
    if (!room_load(room, canvas)) {
        journal_release(r->o.journal, &room->workspace, &room->canvas, room->epoch);
        room_close(room, STATUS_INTERNAL, "This canvas cannot be read; tell the server's operator.");
        return;
    }
    become_live(room, canvas);
    room_proceed_joins(room);
}

void room_retake(struct room *room)
{
    struct rooms *r = room->rooms;
    if (!r->up || room->taking)
        return;
    room->taking = true;
    journal_take(r->o.journal, room->id, &room->workspace, &room->canvas, false);
}

/* ---------------------------------------------------------------- leaving */

/* Out of the room; what its stream has borrowed stays with the member. */
static void detach(struct member *m)
{
    struct room *room = m->room;
    member_keep_span(m);
    room_discard_queued(room, m);
    TAILQ_REMOVE(&room->members, m, entry);
    room->n_members--;
    room->rooms->stats.members--;
    if (m->waits)
        room->n_waiting--;
    if (m->client && m->client->member == m)
        m->client->member = NULL;
    if (m->client)
        room->left_seq = room->durable_seq;
    if (m->state == MEMBER_LIVE || m->state == MEMBER_LAGGED)
        presence_left(room, m);
    free(m->presence);
    m->presence = NULL;
    m->presence_new = m->presence_stale = m->waits = m->submitted = m->history_asked = m->past_asked = false;
    m->history_request = m->past_request = 0;
    m->client = NULL;
    m->room = NULL;
    m->state = MEMBER_NONE;
    if (room->n_members == 0)
        room->empty_since_ms = room->rooms->o.mono_ms(room->rooms->o.ctx);
}

void room_leave(struct member *m)
{
    if (m->room)
        detach(m);
}

void member_fini(struct member *m)
{
    room_leave(m);
    room_bytes_unref(m->rest);
    m->rest = NULL;
}

void room_drop(struct member *m, enum status code, const char *sentence)
{
    struct rooms *r = m->room->rooms;
    detach(m);
    r->stats.dropped++;
    m->cb->on_dropped(m->session, code, sentence);
}

static void refuse_member(struct member *m, enum status code, const char *sentence)
{
    if (m->room)
        detach(m);
    m->cb->on_refused(m->session, code, sentence);
}

/* ---------------------------------------------------------------- joining */

static struct room_client *find_client(struct room *room, const struct uuid *id)
{
    struct room_client *client;
    HASH_FIND(hh, room->clients, id, sizeof *id, client);
    return client;
}

/* The newer session of a client takes over; the older one's queued batch is discarded, one under way is finished
 * before the newer one is opened (it waits for a durable state). */
static void attach_client(struct member *m, struct room_client *client)
{
    if (client->pos.author != m->author) {
        refuse_member(m, STATUS_DENIED, "This client id belongs to another person.");
        return;
    }
    if (client->member)
        room_drop(client->member, STATUS_REPLACED, "The same client has connected again.");
    client->member = m;
    m->client = client;
    member_wait(m);
}

/* The room is loaded: on with the member's bookkeeping, then with opening. */
static void member_proceed(struct member *m)
{
    struct room *room = m->room;
    struct rooms *r = room->rooms;
    if (!m->has_client_id) {
        member_wait(m);
        return;
    }
    struct room_client *client = find_client(room, &m->client_id);
    if (client) {
        attach_client(m, client);
        return;
    }
    if (room->state != ROOM_LIVE)
        return; /* the epoch may be about to change: room_proceed_joins() */
    room->lookups++;
    m->lookup_epoch = room->epoch;
    journal_client(r->o.journal, room->id, m->id, &room->workspace, &room->canvas, room->epoch, &m->client_id,
                   m->author);
}

static const char *lookup_sentence(enum status status)
{
    if (status == STATUS_DENIED)
        return "This client id belongs to another person.";
    if (status == STATUS_CONFLICT)
        return "Another server has taken this canvas over; open it again.";
    return "The database is away; this canvas can only be read now.";
}

void room_on_client(struct room *room, uint64_t member_id, enum status status, const struct journal_client *pos)
{
    ASSERT(room->lookups > 0);
    room->lookups--;
    struct member *m = room_find_member(room, member_id);
    if (!m || m->state != MEMBER_JOINING || m->client)
        return;
    uint64_t asked_epoch = m->lookup_epoch;
    m->lookup_epoch = 0;
    if (status == STATUS_CONFLICT && (asked_epoch != room->epoch || room->state != ROOM_LIVE)) {
        member_proceed(m);
        return;
    }
    if (status == STATUS_CONFLICT && !room->in_group) { /* else the group's outcome closes the room */
        room_close(room, status, "Another server has taken this canvas over; open it again.");
        return;
    }
    if (status != STATUS_OK) {
        refuse_member(m, status, lookup_sentence(status));
        return;
    }
    struct room_client *client = find_client(room, &m->client_id);
    if (!client) {
        client = xcalloc(1, sizeof *client);
        client->id = m->client_id;
        client->pos = *pos;
        HASH_ADD(hh, room->clients, id, sizeof client->id, client);
    }
    attach_client(m, client);
}

void room_proceed_joins(struct room *room)
{
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        if (m->state == MEMBER_JOINING && !m->client && m->lookup_epoch == 0 && !m->waits)
            member_proceed(m);
    }
}

static void enter(struct room *room, struct member *m)
{
    m->room = room;
    m->state = MEMBER_JOINING;
    m->cursor = m->span_end = m->applied_seq = m->lookup_epoch = 0;
    TAILQ_INSERT_TAIL(&room->members, m, entry);
    room->n_members++;
    room->rooms->stats.members++;
}

void room_join(struct rooms *r, struct member *m, const struct uuid *workspace, const struct uuid *canvas)
{
    ASSERT(m->state == MEMBER_NONE && !m->room);
    struct room *room;
    HASH_FIND(hh_canvas, r->by_canvas, canvas, sizeof *canvas, room);
    if (r->draining) {
        refuse_member(m, STATUS_SHUTDOWN, "The server is stopping; connect again in a moment.");
        return;
    }
    if (!room && !r->up) {
        refuse_member(m, STATUS_DEGRADED, "The database is away; this canvas cannot be opened now.");
        return;
    }
    if (room && room->loaded && !uuid_equal(&room->workspace, workspace)) {
        refuse_member(m, STATUS_NOT_FOUND, "There is no such canvas.");
        return;
    }
    bool made = !room;
    if (made)
        room = room_new(r, workspace, canvas);
    enter(room, m);
    if (made)
        journal_take(r->o.journal, room->id, &room->workspace, &room->canvas, true);
    else if (room->state == ROOM_RELEASING)
        room_set_state(room, ROOM_LIVE);
    if (room->loaded)
        member_proceed(m);
}

/* ---------------------------------------------------------------- small things */

void room_progress(struct member *m, uint64_t applied_seq)
{
    if (m->room && applied_seq > m->applied_seq && applied_seq <= m->room->durable_seq)
        m->applied_seq = applied_seq;
}

void room_diverged(struct member *m, uint64_t seq, uint64_t hash)
{
    if (!m->room)
        return;
    struct log_ctx log = room_log_ctx(m->room);
    log_error(&log, "session %u diverged at seq %llu with hash %016llx; it will open again", m->session_no,
              (unsigned long long)seq, (unsigned long long)hash);
}

static void forget_clients(struct room *room)
{
    struct room_client *client, *next;
    HASH_ITER(hh, room->clients, client, next) {
        if (client->member || client->under_way || client->made)
            continue;
        HASH_DEL(room->clients, client);
        room_client_free(client);
    }
}

static void release(struct room *room)
{
    struct rooms *r = room->rooms;
    if (room->stored_seq < room->durable_seq && room->state == ROOM_LIVE) {
        room_store_snapshot(room, true);
        room_set_state(room, ROOM_RELEASING);
        return;
    }
    journal_release(r->o.journal, &room->workspace, &room->canvas, room->epoch);
    room_close(room, STATUS_OK, "");
}

void room_tidy(struct room *room)
{
    struct rooms *r = room->rooms;
    int64_t now_ms = r->o.mono_ms(r->o.ctx);
    if (room->lookups == 0)
        forget_clients(room);
    if (room->snapshot && now_ms - room->snapshot_used_ms > ROOM_SNAPSHOT_KEEP_MS) {
        room_bytes_unref(room->snapshot);
        room->snapshot = NULL;
    }
    if (buf_len(&room->queue) == 0)
        buf_clear(&room->queue, 0);
    bool idle =
        room->n_members == 0 && room->loaded && buf_len(&room->queue) == 0 && r->up && !r->draining && !room->storing;
    if (room->state == ROOM_RELEASING && idle)
        release(room);
    else if (room_is_settled(room) && idle && room->lookups == 0 &&
             now_ms - room->empty_since_ms >= r->o.limits->idle_ms)
        release(room);
}

bool room_is_confidential(const struct member *m)
{
    const char *value = m->room ? canvas_header_text(&m->room->c, "confidential") : "";
    return *value && strcmp(value, "no") != 0;
}
