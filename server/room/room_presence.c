/* Presence: who is here and where their caret is. Never journaled; identity is stamped here (P10). Changes are
 * collected and sent to all at most every presence_ms, in one encoding; whoever is slow misses them and gets the full
 * set when its socket has drained (P7). */
#include "server/room/room_internal.h"

#include <stdlib.h>
#include <string.h>

#include "common/message.h"
#include "common/utf8.h"

static void make_due(struct room *room)
{
    struct rooms *r = room->rooms;
    if (room->presence_due)
        return;
    room->presence_due = true;
    TAILQ_INSERT_TAIL(&r->presence, room, presence_entry);
    if (evtimer_pending(r->presence_timer, NULL))
        return;
    unsigned ms = r->o.limits->presence_ms;
    struct timeval after = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * 1000};
    ASSERT(event_add(r->presence_timer, &after) == 0);
}

void presence_changed(struct member *m)
{
    m->presence_new = true;
    make_due(m->room);
}

void presence_left(struct room *room, struct member *m)
{
    if (room->state == ROOM_DEAD)
        return;
    if (room->n_gone == room->cap_gone) {
        room->cap_gone = room->cap_gone ? 2 * room->cap_gone : 8;
        room->gone = xrealloc(room->gone, room->cap_gone * sizeof *room->gone);
    }
    room->gone[room->n_gone++] = (struct room_gone){.session = m->session_no, .author = m->author};
    make_due(room);
}

/* From the moment that it is ordered, before anybody can write by it. */
static bool hides_places(const struct room *room)
{
    return room->hides_presence || canvas_is_anonymous(&room->c);
}

static void keep_presence(struct member *m, const Cocanvas__Presence *presence)
{
    const char *key = presence->key ? presence->key : "";
    size_t len = strlen(key), points;
    if (len > KEY_MAX || !utf8_check_line(key, len, &points))
        key = "", len = 0;
    /* One allocation: the message, and the key behind it. */
    Cocanvas__Presence *copy = xrealloc(m->presence, sizeof *copy + KEY_MAX + 1);
    m->presence = copy;
    char *copied_key = (char *)(copy + 1);
    cocanvas__presence__init(copy);
    memcpy(copied_key, key, len);
    copied_key[len] = '\0';
    copy->key = copied_key;
    copy->object = presence->object;
    copy->caret = presence->caret;
    copy->anchor = presence->anchor;
    copy->at_seq = presence->at_seq;
    copy->editing = presence->editing;
    copy->away = presence->away;
}

/* Where somebody is would tell who writes what; that a place has changed at all would, too. */
static void hide_place(Cocanvas__Presence *presence)
{
    bool away = presence->away;
    cocanvas__presence__init(presence);
    presence->away = away;
}

void room_presence(struct member *m, const Cocanvas__Presence *presence)
{
    if (m->state != MEMBER_LIVE && m->state != MEMBER_LAGGED)
        return;
    bool hides = hides_places(m->room), was_away = m->presence && m->presence->away;
    keep_presence(m, presence);
    if (hides)
        hide_place(m->presence);
    if (!hides || m->presence->away != was_away)
        presence_changed(m);
}

void presence_follow_canvas(struct room *room)
{
    bool hides = canvas_is_anonymous(&room->c);
    if (hides == room->hides_presence)
        return;
    room->hides_presence = hides;
    struct member *m;
    TAILQ_FOREACH(m, &room->members, entry) {
        if (!hides || !m->presence)
            continue;
        hide_place(m->presence);
        presence_changed(m);
    }
}

/* ---------------------------------------------------------------- updates */

/* An update being put together in the arena. */
struct update {
    Cocanvas__PresenceUpdate message;
    Cocanvas__Present *present;
    size_t cap;
};

static bool begin_update(struct room *room, struct update *u)
{
    struct arena *arena = &room->rooms->arena;
    arena_reset(arena);
    cocanvas__presence_update__init(&u->message);
    u->cap = room->n_members + room->n_gone;
    u->present = arena_calloc(arena, u->cap + 1, sizeof *u->present);
    u->message.present = arena_calloc(arena, u->cap + 1, sizeof *u->message.present);
    return u->present && u->message.present;
}

static Cocanvas__Present *add_present(struct update *u, uint32_t session, uint32_t author)
{
    ASSERT(u->message.n_present < u->cap);
    Cocanvas__Present *present = &u->present[u->message.n_present];
    cocanvas__present__init(present);
    present->session = session;
    present->author = author;
    u->message.present[u->message.n_present++] = present;
    return present;
}

static void fill_frame(Cocanvas__Frame *frame, struct update *u)
{
    cocanvas__frame__init(frame);
    frame->body_case = COCANVAS__FRAME__BODY_PRESENCE_UPDATE;
    frame->presence_update = &u->message;
}

static bool is_here(const struct member *m)
{
    return m->state == MEMBER_LIVE || m->state == MEMBER_LAGGED;
}

void presence_send_full(struct member *m)
{
    struct room *room = m->room;
    struct update u;
    if (!begin_update(room, &u))
        return;
    m->presence_stale = false;
    u.message.full = true;
    struct member *other;
    TAILQ_FOREACH(other, &room->members, entry) {
        if (other != m && is_here(other))
            add_present(&u, other->session_no, other->author)->presence = other->presence;
    }
    Cocanvas__Frame frame;
    fill_frame(&frame, &u);
    member_send(m, &frame);
}

/* It would only wait: the newest wins anyway. */
static bool is_busy(const struct member *m)
{
    return m->state == MEMBER_LAGGED || stream_pending(m->stream) > 0 || !stream_writable(m->stream);
}

static void send_to_idle(struct room *room, const Cocanvas__Frame *frame)
{
    struct buf *scratch = &room->rooms->scratch;
    buf_clear(scratch, SIZE_MAX);
    message_encode(frame, scratch);
    struct member *m, *next;
    TAILQ_FOREACH_SAFE(m, &room->members, entry, next) {
        if (!is_here(m))
            continue;
        if (is_busy(m))
            m->presence_stale = true;
        else
            stream_write(m->stream, buf_at(scratch), buf_len(scratch));
    }
}

static void send_update(struct room *room)
{
    struct update u;
    if (!begin_update(room, &u))
        return;
    for (size_t i = 0; i < room->n_gone; i++)
        add_present(&u, room->gone[i].session, room->gone[i].author)->gone = true;
    room->n_gone = 0;
    struct member *m;
    TAILQ_FOREACH(m, &room->members, entry) {
        if (m->presence_new && is_here(m))
            add_present(&u, m->session_no, m->author)->presence = m->presence;
        m->presence_new = false;
    }
    Cocanvas__Frame frame;
    fill_frame(&frame, &u);
    if (u.message.n_present > 0)
        send_to_idle(room, &frame);
}

void rooms_send_presence(struct rooms *r)
{
    struct room *room;
    while ((room = TAILQ_FIRST(&r->presence))) {
        TAILQ_REMOVE(&r->presence, room, presence_entry);
        room->presence_due = false;
        send_update(room);
    }
}

/* ---------------------------------------------------------------- for lists */

static int by_author(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static uint32_t count_people(const struct room *room)
{
    uint32_t *authors = xcalloc(room->n_members + 1, sizeof *authors), n = 0, count = 0;
    const struct member *m;
    TAILQ_FOREACH(m, &room->members, entry) {
        if (m->state == MEMBER_LIVE || m->state == MEMBER_LAGGED)
            authors[n++] = m->author;
    }
    if (n > 1)
        qsort(authors, n, sizeof *authors, by_author);
    for (uint32_t i = 0; i < n; i++)
        count += i == 0 || authors[i] != authors[i - 1];
    free(authors);
    return count;
}

static bool is_named(const struct room_present *present, uint32_t author)
{
    for (uint32_t i = 0; i < present->n; i++)
        if (present->authors[i] == author)
            return true;
    return false;
}

void rooms_present(const struct rooms *r, const struct uuid *canvas, struct room_present *out)
{
    const struct room *room;
    const struct member *m;
    memset(out, 0, sizeof *out);
    HASH_FIND(hh_canvas, r->by_canvas, canvas, sizeof *canvas, room);
    if (!room)
        return;
    out->count = count_people(room);
    TAILQ_FOREACH(m, &room->members, entry) {
        bool here = m->state == MEMBER_LIVE || m->state == MEMBER_LAGGED;
        if (!here || out->n == ROOM_PRESENT_MAX || is_named(out, m->author))
            continue;
        out->authors[out->n] = m->author;
        memcpy(out->names[out->n++], m->name, sizeof m->name);
    }
}
