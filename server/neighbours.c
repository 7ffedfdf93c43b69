/* See neighbours.h. News are read over a window of time, not from a last number on: numbers can become visible out of their order. What
 * was seen in that window already is passed over; seeing one twice would do no harm. */
#include "server/neighbours.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/journal/border.h"
#include "server/journal/pg.h"

enum { TELL, LOOK, FORGET };
enum { SEEN = 1024, WAITING_MOST = 1024, LOOKS_PER_FORGET = 60 };

/* The facts that mean something to another process. */
#define SHARED_FACTS (ACCESS_WORKSPACE | ACCESS_AUTHOR | ACCESS_ACCOUNT | ACCESS_CANVAS | ACCESS_LIVE | ACCESS_DEVICE | ACCESS_CODE)
#define ITEM "facts, workspace, account, canvas, live, author, join_code, device"

static const struct pg_statement statements[] = {
    [TELL] = {"news_tell",
     "INSERT INTO access_news (news_id, incarnation, " ITEM ") VALUES ($1::uuid, $2::uuid, $3::int8, $4::uuid, $5::uuid, $6::uuid, $7::uuid,"
     " $8::int8, $9::int8, $10::bytea) ON CONFLICT DO NOTHING"},
    [LOOK] = {"news_look",
     "SELECT news_id, " ITEM " FROM access_news WHERE created_at > now() - interval '1 min' AND incarnation <> $1::uuid ORDER BY created_at LIMIT 10000"},
    [FORGET] = {"news_forget", "DELETE FROM access_news WHERE created_at < now() - interval '3 min'"},
    {NULL, NULL},
};
static const struct pg_statement *const tables[] = {statements, NULL};
static const char *const session[] = {"SELECT set_config('default_transaction_isolation', 'read committed', false)", NULL};

struct item {
    struct uuid id;
    struct access_change change;
};

struct neighbours {
    struct neighbours_options options; /* conninfo is not used any more */
    struct pg *pg;
    struct event *timer;
    struct item waiting[WAITING_MOST]; /* to be told, the oldest first */
    unsigned n_waiting;
    bool telling, looking;             /* a request is under way */
    struct uuid seen[SEEN];            /* a ring */
    unsigned next_seen, looks;
    bool complained;
};

static void complain(struct neighbours *n, const struct pg_answer *answer)
{
    if (answer->outcome != PG_FAILED || n->complained)
        return;
    n->complained = true;
    log_warn(NULL, "changes of rights cannot be shared with other daemons on this database (%s)", answer->sqlstate);
}

/* ---- telling */

static void send_next(struct neighbours *n);

static void on_told(void *ctx, void *note, const struct pg_answer *answer)
{
    struct neighbours *n = ctx;
    (void)note;
    n->telling = false;
    complain(n, answer);
    if (answer->outcome == PG_DONE || answer->outcome == PG_FAILED) {
        n->n_waiting--;
        memmove(n->waiting, n->waiting + 1, n->n_waiting * sizeof *n->waiting);
    }
    send_next(n);
}

static void send_next(struct neighbours *n)
{
    if (n->telling || n->n_waiting == 0 || !pg_is_ready(n->pg))
        return;
    const struct item *item = &n->waiting[0];
    struct pg_params params = {0};
    pg_param_uuid(&params, &item->id);
    pg_param_uuid(&params, &n->options.incarnation);
    pg_param_int(&params, item->change.facts);
    pg_param_uuid(&params, &item->change.workspace);
    pg_param_uuid(&params, &item->change.account);
    pg_param_uuid(&params, &item->change.canvas);
    pg_param_uuid(&params, &item->change.live);
    pg_param_int(&params, item->change.author);
    pg_param_int(&params, item->change.join_code);
    pg_param_bytes(&params, item->change.device, sizeof item->change.device);
    n->telling = true;
    struct pg_request *request = pg_begin(n->pg, on_told, n, NULL);
    border_none(request);
    pg_exec(request, &statements[TELL], &params);
    pg_end(request);
}

void neighbours_tell(struct neighbours *n, const struct access_change *change)
{
    unsigned facts = change->facts & SHARED_FACTS;
    if (facts == 0 || change->facts & ACCESS_CONNECTION || n->n_waiting == WAITING_MOST)
        return;
    struct item *item = &n->waiting[n->n_waiting++];
    *item = (struct item){.change = *change};
    uuid_random(&item->id);
    item->change.facts = facts;
    send_next(n);
}

/* ---- looking */

static bool was_seen(const struct neighbours *n, const struct uuid *id)
{
    for (unsigned i = 0; i < SEEN; i++)
        if (uuid_equal(&n->seen[i], id))
            return true;
    return false;
}

static void take(struct neighbours *n, const PGresult *found, int row)
{
    struct uuid id = pg_uuid(found, row, 0);
    struct access_change change = {.kind = ACCESS_LOOK_AGAIN};
    size_t len;
    if (was_seen(n, &id))
        return;
    n->seen[n->next_seen++ % SEEN] = id;
    change.facts = (unsigned)pg_int(found, row, 1) & SHARED_FACTS;
    change.workspace = pg_uuid(found, row, 2);
    change.account = pg_uuid(found, row, 3);
    change.canvas = pg_uuid(found, row, 4);
    change.live = pg_uuid(found, row, 5);
    change.author = (uint32_t)pg_int(found, row, 6);
    change.join_code = (uint32_t)pg_int(found, row, 7);
    const uint8_t *device = pg_bytes(found, row, 8, &len);
    if (len == sizeof change.device)
        memcpy(change.device, device, len);
    n->options.on_change(n->options.ctx, &change);
}

static void on_looked(void *ctx, void *note, const struct pg_answer *answer)
{
    struct neighbours *n = ctx;
    (void)note;
    n->looking = false;
    complain(n, answer);
    if (answer->outcome != PG_DONE)
        return;
    const PGresult *found = answer->results[0];
    for (int i = 0; i < PQntuples(found); i++)
        take(n, found, i);
}

static void look(struct neighbours *n)
{
    if (n->looking || !pg_is_ready(n->pg))
        return;
    struct pg_params params = {0}, none = {0};
    pg_param_uuid(&params, &n->options.incarnation);
    n->looking = true;
    struct pg_request *request = pg_begin(n->pg, on_looked, n, NULL);
    border_none(request);
    pg_exec(request, &statements[LOOK], &params);
    if (n->looks++ % LOOKS_PER_FORGET == 0)
        pg_exec(request, &statements[FORGET], &none);
    pg_end(request);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct neighbours *n = ctx;
    (void)fd;
    (void)what;
    send_next(n);
    look(n);
}

/* ---- life */

static void on_state(void *ctx, struct pg *pg, bool ready)
{
    struct neighbours *n = ctx;
    (void)pg;
    if (ready && n->pg)
        send_next(n);
}

struct neighbours *neighbours_new(struct event_base *base, const struct neighbours_options *options)
{
    struct neighbours *n = xcalloc(1, sizeof *n);
    n->options = *options;
    n->options.conninfo = NULL;
    const struct pg_options pg = {
        .conninfo = options->conninfo,
        .name = "cocanvasd neighbours",
        .session = session,
        .statements = tables,
        .on_state = on_state,
        .ctx = n,
    };
    n->pg = pg_new(base, &pg);
    struct timeval every = {options->every_ms / 1000, (suseconds_t)(options->every_ms % 1000) * 1000};
    n->timer = event_new(base, -1, EV_PERSIST, on_timer, n);
    ASSERT(n->timer && event_add(n->timer, &every) == 0);
    return n;
}

void neighbours_free(struct neighbours *n)
{
    if (!n)
        return;
    event_free(n->timer);
    pg_free(n->pg);
    free(n);
}
