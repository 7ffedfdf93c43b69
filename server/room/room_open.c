/* Opening a member, and catching one up that fell off the log: both begin at a durable state, so both wait until the
 * room is settled. What follows (Snapshot frames, Committed frames) is pulled by the member's stream: one stream, in
 * order, without a gap. People's names. */
#include "server/room/room_internal.h"

#include <string.h>

/* ---------------------------------------------------------------- Opened */

/* What it has seen was before a backup was put back: its seqs say nothing here. */
static bool is_of_other_history(const struct room *room, const struct member *m)
{
    return m->have_epoch && EPOCH_HISTORY(m->have_epoch) != EPOCH_HISTORY(room->epoch);
}

/* From its own state on, if the log still has what came since; a hash that does not fit our state at that seq means
 * that it diverged. */
static bool can_follow(struct room *room, struct member *m)
{
    if (m->have_seq == 0 || is_of_other_history(room, m) || !room_log_covers(member_log(m), m->have_seq))
        return false;
    return m->have_seq < room->durable_seq || m->have_hash == 0 || m->have_hash == canvas_hash(&room->c);
}

/* Nobody is taken back behind what they have seen: edits that rest on it would not fit. A writer that says it has no
 * state may still have such edits on its disk. */
static uint64_t least_seq(const struct room *room, const struct member *m)
{
    uint64_t least = m->client ? room->left_seq : 0;
    if (m->have_seq > least && !is_of_other_history(room, m))
        least = m->have_seq;
    return least < room->durable_seq ? least : room->durable_seq;
}

static struct room_bytes *snapshot_for(struct room *room, struct member *m)
{
    switch (member_viewer(m)) {
    case VIEWER_OF_ALL:
        break;
    }
    return room_bytes_ref(room_snapshot_frames(room, least_seq(room, m)));
}

static void begin_with_snapshot(struct room *room, struct member *m)
{
    room_bytes_unref(m->snapshot);
    m->snapshot = snapshot_for(room, m);
    m->snapshot_at = 0;
    m->snapshot_lent = false;
    m->cursor = room_log_after(member_log(m), m->snapshot->seq);
    m->span_end = 0;
}

static void fill_person(Cocanvas__Person *to, const struct room_person *from)
{
    cocanvas__person__init(to);
    to->author = from->author;
    to->name = from->name;
    to->guest = from->guest;
}

/* Guests see the names of those who are or were here, members everybody's. */
static Cocanvas__Person **people_list(struct room *room, bool for_guests, size_t *n)
{
    struct arena *arena = &room->rooms->arena;
    Cocanvas__Person **list = arena_calloc(arena, room->n_people, sizeof *list);
    Cocanvas__Person *people = arena_calloc(arena, room->n_people, sizeof *people);
    *n = 0;
    for (size_t i = 0; list && people && i < room->n_people; i++) {
        if (for_guests && !room->people[i].here)
            continue;
        fill_person(&people[*n], &room->people[i]);
        list[*n] = &people[*n];
        (*n)++;
    }
    return list;
}

static void fill_client(Cocanvas__Opened *opened, const struct journal_client *pos, Cocanvas__Reject *reject)
{
    static char sentence[] = "The last batch was refused.";
    opened->client = pos->number;
    opened->acked_client_seq = pos->last_client_seq;
    opened->last_object = pos->last_object;
    if (pos->reject_client_seq == 0 || pos->reject_client_seq != pos->last_client_seq)
        return;
    reject->client_seq = pos->reject_client_seq;
    reject->code = (Cocanvas__ErrorCode)pos->reject_code;
    reject->at_seq = pos->reject_at_seq;
    reject->detail = sentence;
    opened->last_reject = reject;
}

static void send_opened(struct room *room, struct member *m, bool follows)
{
    arena_reset(&room->rooms->arena);
    Cocanvas__Opened opened = COCANVAS__OPENED__INIT;
    Cocanvas__Reject reject;
    cocanvas__reject__init(&reject);
    opened.mode = follows ? COCANVAS__OPENED__MODE__OPS : COCANVAS__OPENED__MODE__SNAPSHOT;
    opened.epoch = room->epoch;
    opened.head_seq = room->durable_seq;
    opened.role = (Cocanvas__Role)m->role;
    opened.author = m->author;
    opened.session = m->session_no;
    opened.confidential = m->confidential;
    opened.people = people_list(room, m->is_guest, &opened.n_people);
    if (m->client)
        fill_client(&opened, &m->client->pos, &reject);
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.request = m->request;
    frame.body_case = COCANVAS__FRAME__BODY_OPENED;
    frame.opened = &opened;
    member_send(m, &frame);
}

static void introduce(struct room *room, struct member *m);

static void open_member(struct room *room, struct member *m)
{
    bool follows = can_follow(room, m);
    introduce(room, m);
    send_opened(room, m, follows);
    if (follows) {
        m->cursor = room_log_after(member_log(m), m->have_seq);
        m->span_end = 0;
    } else {
        begin_with_snapshot(room, m);
    }
    m->state = MEMBER_LIVE;
    if (rooms_degraded(room->rooms))
        room_send_status(room, m);
    presence_send_full(m);
    presence_changed(m);
    m->cb->on_opened(m->session);
}

static void catch_up(struct room *room, struct member *m)
{
    begin_with_snapshot(room, m);
    m->state = MEMBER_LIVE;
    stream_flush(m->stream);
}

void room_serve_waiting(struct room *room)
{
    ASSERT(room_is_settled(room) && room->durable_seq == room->c.seq);
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        if (room->n_waiting == 0)
            break;
        if (!m->waits)
            continue;
        m->waits = false;
        room->n_waiting--;
        if (m->state == MEMBER_JOINING)
            open_member(room, m);
        else
            catch_up(room, m);
    }
}

void member_wait(struct member *m)
{
    struct room *room = m->room;
    if (!m->waits) {
        m->waits = true;
        room->n_waiting++;
    }
    if (room_is_settled(room))
        room_serve_waiting(room);
}

/* ---------------------------------------------------------------- people */

/* What is news about somebody. */
enum person_news { PERSON_KNOWN, PERSON_CAME, PERSON_NEW };

static struct room_person *find_person(struct room *room, uint32_t author)
{
    for (size_t i = 0; i < room->n_people; i++)
        if (room->people[i].author == author)
            return &room->people[i];
    room->people = xrealloc(room->people, (room->n_people + 1) * sizeof *room->people);
    room->people[room->n_people] = (struct room_person){.author = author};
    return &room->people[room->n_people++];
}

static enum person_news set_person(struct room *room, const struct room_people *from)
{
    struct room_person *person = find_person(room, from->author);
    bool came = from->here && !person->here;
    person->guest = from->guest;
    person->here = person->here || from->here;
    if (person->name && strcmp(person->name, from->name) == 0)
        return came ? PERSON_CAME : PERSON_KNOWN;
    free(person->name);
    person->name = xstrdup(from->name);
    return PERSON_NEW;
}

static void send_people(struct room *room, enum room_audience to, const struct member *except, size_t n,
                        Cocanvas__Person **list)
{
    Cocanvas__People people = COCANVAS__PEOPLE__INIT;
    people.n_people = n;
    people.people = list;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_PEOPLE;
    frame.people = &people;
    room_send_all(room, &frame, to, except);
}

/* Others learn the name of somebody whom they did not know. */
static void introduce(struct room *room, struct member *m)
{
    struct room_people about = {.author = m->author, .name = m->name, .guest = m->is_guest, .here = true};
    enum person_news news = set_person(room, &about);
    if (news == PERSON_KNOWN)
        return;
    Cocanvas__Person person;
    fill_person(&person, find_person(room, m->author));
    send_people(room, news == PERSON_NEW ? ROOM_ALL : ROOM_GUESTS, m, 1, (Cocanvas__Person *[]){&person});
}

static void send_all_people(struct room *room, enum room_audience to)
{
    arena_reset(&room->rooms->arena);
    size_t n;
    Cocanvas__Person **list = people_list(room, to == ROOM_GUESTS, &n);
    send_people(room, to, NULL, n, list);
}

void rooms_people(struct rooms *r, uint64_t room_id, size_t n, const struct room_people *people)
{
    struct room *room = rooms_find(r, room_id);
    if (!room)
        return;
    bool changed = false;
    for (size_t i = 0; i < n; i++)
        changed = set_person(room, &people[i]) != PERSON_KNOWN || changed;
    if (!changed)
        return;
    send_all_people(room, ROOM_NO_GUESTS);
    send_all_people(room, ROOM_GUESTS);
}

void rooms_ask_people(struct rooms *r, const struct uuid *workspace)
{
    for (struct room *room = r->by_id; room && r->o.ask_people; room = room->hh_id.next)
        if (uuid_equal(&room->workspace, workspace))
            r->o.ask_people(r->o.ctx, room->id, &room->workspace, &room->canvas);
}
