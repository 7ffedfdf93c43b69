/* All connections of one worker: admission of newcomers, moves, deadlines, and the end of each loop turn. */
#include <sodium.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/net/conn_private.h"

enum {
    WAITING_MAX = 1024,      /* newcomers that may wait for a handshake */
    STRANGER_LEAST_MS = 500, /* what every stranger gets before it has to make room */
    RETRY_MOST_MS = 2000,
    LAST_WORDS_MS = 1000,
};

struct half_open_count {
    struct address address;
    unsigned n;
    UT_hash_handle hh;
};

void conns_init(struct conns *all)
{
    TAILQ_INIT(&all->waiting);
    TAILQ_INIT(&all->list);
    TAILQ_INIT(&all->half_open);
    TAILQ_INIT(&all->resumed);
    TAILQ_INIT(&all->moving);
    TAILQ_INIT(&all->dead);
    all->now_ms = all->sessions->mono_ms(all->sessions->ctx);
}

void conns_fini(struct conns *all)
{
    ASSERT(conns_empty(all) && TAILQ_EMPTY(&all->dead) && !all->counts);
}

/* ---- strangers */

static struct half_open_count *count_of(struct conns *all, const struct address *address)
{
    struct half_open_count *count = NULL;
    HASH_FIND(hh, all->counts, address, sizeof *address, count);
    return count;
}

static void count_stranger(struct conn *conn)
{
    struct conns *all = conn->all;
    struct half_open_count *count = count_of(all, &conn->address);
    if (!count) {
        count = xcalloc(1, sizeof *count);
        count->address = conn->address;
        HASH_ADD(hh, all->counts, address, sizeof count->address, count);
    }
    count->n++;
    all->n_half_open++;
    conn->half_open = true;
    TAILQ_INSERT_TAIL(&all->half_open, conn, half_open_entry);
}

void conns_forget_stranger(struct conn *conn)
{
    struct conns *all = conn->all;
    if (!conn->half_open)
        return;
    conn->half_open = false;
    TAILQ_REMOVE(&all->half_open, conn, half_open_entry);
    all->n_half_open--;
    struct half_open_count *count = count_of(all, &conn->address);
    ASSERT(count && count->n > 0);
    if (--count->n > 0)
        return;
    HASH_DEL(all->counts, count);
    free(count);
}

static bool same_address(const struct conn *a, const struct conn *b)
{
    return memcmp(&a->address, &b->address, sizeof a->address) == 0;
}

/* The oldest stranger that is not in the middle of a login; of the same address as `like`, unless that is NULL. */
static struct conn *oldest_stranger(const struct conns *all, const struct conn *like)
{
    struct conn *conn;
    TAILQ_FOREACH(conn, &all->half_open, half_open_entry)
    {
        if (conn->session.state != SESSION_CHECKING && (!like || same_address(conn, like)))
            return conn;
    }
    return NULL;
}

/* Whether a newcomer may begin; if it takes that, the oldest stranger makes room. */
static bool make_room(struct conns *all, const struct conn *newcomer)
{
    const struct half_open_count *count = count_of(all, &newcomer->address);
    bool address_full = count && count->n >= all->settings->half_open_per_address;
    if (!address_full && all->n_half_open < all->settings->half_open)
        return true;
    struct conn *victim = oldest_stranger(all, address_full ? newcomer : NULL);
    if (!victim || all->now_ms - victim->since_ms < STRANGER_LEAST_MS)
        return false;
    all->stats.shed++;
    conn_drop(victim);
    return true;
}

static void begin_handshake(struct conn *conn)
{
    struct conns *all = conn->all;
    TAILQ_REMOVE(&all->waiting, conn, entry);
    all->n_waiting--;
    TAILQ_INSERT_TAIL(&all->list, conn, entry);
    all->n_list++;
    conn->stream = stream_new(conn->fd, all->settings->tls, true, NULL, &conn_stream_callbacks, conn);
    conn->session.stream = conn->stream;
    conn_set_state(conn, CONN_HANDSHAKE);
    count_stranger(conn);
    stream_attach(conn->stream, all->base, all->scratch);
}

/* True if only the number per turn ended it. */
static bool admit(struct conns *all)
{
    for (unsigned i = 0; i < all->settings->handshakes_per_turn; i++) {
        struct conn *conn = TAILQ_FIRST(&all->waiting);
        if (!conn || !make_room(all, conn))
            return false;
        begin_handshake(conn);
    }
    return !TAILQ_EMPTY(&all->waiting);
}

/* ---- coming and going */

void conns_arrive(struct conns *all, int fd, unsigned long id, const struct address *address)
{
    if (all->draining || all->n_waiting >= WAITING_MAX) {
        all->stats.refused++;
        close(fd);
        all->host->gone(all->ctx, address);
        return;
    }
    struct conn *conn = xcalloc(1, sizeof *conn);
    conn->id = id;
    conn->state = CONN_WAITING;
    conn->all = all;
    conn->fd = fd;
    conn->since_ms = conn->heard_ms = all->now_ms;
    conn->address = *address;
    session_init(&conn->session, all->sessions, id, NULL, address, conn);
    TAILQ_INSERT_TAIL(&all->waiting, conn, entry);
    all->n_waiting++;
}

void conns_adopt(struct conns *all, struct conn *conn)
{
    conn->all = all;
    TAILQ_INSERT_TAIL(&all->list, conn, entry);
    all->n_list++;
    conn_set_state(conn, CONN_MEMBER);
    conn->heard_ms = all->now_ms;
    stream_attach(conn->stream, all->base, all->scratch);
    session_moved(&conn->session, all->sessions);
    if (all->draining)
        conn_go_away(conn, randombytes_uniform(RETRY_MOST_MS + 1), LAST_WORDS_MS);
}

static void hand_over(struct conn *conn)
{
    struct conns *all = conn->all;
    TAILQ_REMOVE(&all->list, conn, entry);
    all->n_list--;
    if (conn->to_resume) {
        conn->to_resume = false;
        TAILQ_REMOVE(&all->resumed, conn, resumed_entry);
    }
    session_leave(&conn->session);
    stream_detach(conn->stream);
    all->host->move(all->ctx, conn);
}

static void move_all(struct conns *all)
{
    struct conn *conn;
    while ((conn = TAILQ_FIRST(&all->moving)) != NULL) {
        TAILQ_REMOVE(&all->moving, conn, moving_entry);
        if (conn->state == CONN_MOVING)
            hand_over(conn);
    }
}

/* Bytes that the stream keeps come again, on the loop's next turn. */
static void resume_all(struct conns *all)
{
    struct conn *conn;
    while ((conn = TAILQ_FIRST(&all->resumed)) != NULL) {
        TAILQ_REMOVE(&all->resumed, conn, resumed_entry);
        conn->to_resume = false;
        if (conn->kept == 0 || (conn->state != CONN_STRANGER && conn->state != CONN_MEMBER))
            continue;
        stream_pause_reading(conn->stream, true);
        stream_pause_reading(conn->stream, false);
    }
}

void conns_bury(struct conn *conn)
{
    TAILQ_INSERT_TAIL(&conn->all->dead, conn, dead_entry);
}

static void add_stream(struct conns_stats *stats, const struct conn *conn)
{
    const struct stream_stats *from = stream_stats(conn->stream);
    stats->bytes_in += from->bytes_in;
    stats->bytes_out += from->bytes_out;
    stats->writes += from->writes;
}

static void free_conn(struct conn *conn)
{
    struct conns *all = conn->all;
    bool waiting = conn->stream == NULL;
    conns_forget_stranger(conn);
    if (conn->to_resume)
        TAILQ_REMOVE(&all->resumed, conn, resumed_entry);
    if (waiting) {
        TAILQ_REMOVE(&all->waiting, conn, entry);
        all->n_waiting--;
        close(conn->fd);
    } else {
        TAILQ_REMOVE(&all->list, conn, entry);
        all->n_list--;
        add_stream(&all->stats, conn);
    }
    session_end(&conn->session);
    stream_free(conn->stream);
    session_fini(&conn->session);
    all->host->gone(all->ctx, &conn->address);
    free(conn);
}

static void free_dead(struct conns *all)
{
    struct conn *conn;
    while ((conn = TAILQ_FIRST(&all->dead)) != NULL) {
        TAILQ_REMOVE(&all->dead, conn, dead_entry);
        free_conn(conn);
    }
}

bool conns_turn(struct conns *all)
{
    all->now_ms = all->sessions->mono_ms(all->sessions->ctx);
    free_dead(all);
    move_all(all);
    resume_all(all);
    bool more = admit(all);
    free_dead(all);
    return more;
}

/* ---- deadlines and the end */

void conns_tick(struct conns *all)
{
    struct conn *conn, *next;
    all->now_ms = all->sessions->mono_ms(all->sessions->ctx);
    TAILQ_FOREACH(conn, &all->list, entry) conn_tick(conn);
    for (conn = TAILQ_FIRST(&all->waiting); conn; conn = next) {
        next = TAILQ_NEXT(conn, entry);
        conn_tick(conn);
    }
    uint64_t turned_away = all->stats.shed + all->stats.refused;
    struct log_ctx ctx = {.worker = all->sessions->worker};
    if (turned_away != all->shed_told)
        log_warn(&ctx, "crowded by connections that do not log in: turned away %llu",
                 (unsigned long long)(turned_away - all->shed_told));
    all->shed_told = turned_away;
}

void conns_hold(struct conns *all)
{
    struct conn *conn;
    all->draining = true;
    TAILQ_FOREACH(conn, &all->waiting, entry) conn_drop(conn);
}

void conns_drain(struct conns *all, unsigned ms)
{
    struct conn *conn;
    conns_hold(all);
    TAILQ_FOREACH(conn, &all->list, entry) conn_go_away(conn, randombytes_uniform(RETRY_MOST_MS + 1), ms);
}

void conns_abort(struct conns *all)
{
    struct conn *conn;
    conns_hold(all);
    TAILQ_FOREACH(conn, &all->list, entry) conn_drop(conn);
    TAILQ_INIT(&all->moving);
    free_dead(all);
}

void conns_count(const struct conns *all, struct conns_stats *out)
{
    const struct conn *conn;
    *out = all->stats;
    out->by_state[CONN_WAITING] = all->n_waiting;
    TAILQ_FOREACH(conn, &all->list, entry)
    {
        out->by_state[conn->state]++;
        add_stream(out, conn);
    }
}
