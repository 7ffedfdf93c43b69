/* What is not kept any longer: old addresses in the audit log, canvases whose time in the trash is over, history that is older
 * than its workspace keeps, and what is left of erased canvases and workspaces. A pass goes through all of it, one small
 * transaction after the other with a pause between them, on the clerk's connection. Whatever breaks off (a kill, PostgreSQL away)
 * is found again by the next pass, since each step begins from what is there.
 *
 * History is cut behind a stored state. There may be none where the cut should be, so the state of that moment is made: from
 * the nearest stored one before it and the batches in between, with the same code as a room's. It is stored together with the removal
 * of all older ones, in one transaction; then the batches up to it go. A batch goes only while a later stored state is there, so
 * the canvas can always be opened. The bookkeeping of clients stays (P3). Cuts are at midnight UTC, so that a canvas is
 * replayed once a day at most. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/message.h"
#include "common/op.h"
#include "server/journal/border.h"
#include "server/journal/clerk_private.h"
#include "wire.pb-c.h"

enum {
    ADDRESSES, TRASH, ERASE_NEXT, ERASE_JOURNAL, ERASE_SNAPSHOTS, ERASE_CLIENTS, ERASE_AUDIT, ERASED, FIND, WINDOW, BASE, REPLAY, STORE,
    STORE_ALONE, CUT, HEADS,
};

enum { BATCH_BYTES = 64 << 20, DAY_MS = 86400000 };

/* How much one step takes; the statements name the same numbers. */
enum { WINDOW_SEQS = 8192, REPLAY_BATCHES = 256, CUT_BATCHES = 500, HEADS_PAGE = 100 };
/* Midnight (UTC) so many days ago, by the database's clock like all that judges: if this machine's is wrong, nothing goes early. */
#define CUTOFF_MS "(floor(extract(epoch FROM now()) / 86400)::int8 - $3::int8) * 86400000"
#define ONE_CANVAS " workspace_id = $1::uuid AND canvas_id = $2::uuid"

const struct pg_statement sweep_statements[] = {
    [ADDRESSES] = {"sweep_addresses",
     "DELETE FROM audit_address WHERE (workspace_id, number) IN (SELECT workspace_id, number FROM audit_address"
     " WHERE created_at < now() - $1::int8 * interval '1 day' ORDER BY created_at LIMIT 1000)"},
    [TRASH] = {"sweep_trash",
     "WITH old AS ("
     " SELECT c.workspace_id, c.canvas_id FROM canvas c JOIN workspace w USING (workspace_id)"
     " WHERE w.trash_days > 0 AND c.removed_at < now() - w.trash_days * interval '1 day' ORDER BY 1, 2 LIMIT 1"
     "), gone AS ("
     " DELETE FROM canvas c USING old o WHERE c.workspace_id = o.workspace_id AND c.canvas_id = o.canvas_id AND c.removed_at IS NOT NULL"
     " RETURNING c.workspace_id, c.canvas_id"
     ") INSERT INTO erasure (workspace_id, canvas_id) SELECT workspace_id, canvas_id FROM gone"
     " ON CONFLICT (workspace_id, canvas_id) DO NOTHING RETURNING workspace_id, canvas_id"},
    [ERASE_NEXT] = {"sweep_erase_next",
     "SELECT workspace_id, canvas_id FROM erasure WHERE (workspace_id, canvas_id) > ($1::uuid, $2::uuid)"
     " ORDER BY workspace_id, canvas_id LIMIT 1"},
    [ERASE_JOURNAL] = {"sweep_erase_journal",
     "DELETE FROM journal WHERE" ONE_CANVAS " AND seq IN (SELECT seq FROM journal WHERE" ONE_CANVAS " ORDER BY seq LIMIT 500)"},
    [ERASE_SNAPSHOTS] = {"sweep_erase_snapshots",
     "DELETE FROM snapshot WHERE" ONE_CANVAS " AND seq IN (SELECT seq FROM snapshot WHERE" ONE_CANVAS " ORDER BY seq LIMIT 4)"},
    [ERASE_CLIENTS] = {"sweep_erase_clients",
     "DELETE FROM client_pos WHERE" ONE_CANVAS " AND client IN (SELECT client FROM client_pos WHERE" ONE_CANVAS " ORDER BY client LIMIT 500)"},
    [ERASE_AUDIT] = {"sweep_erase_audit", "SELECT audit_forget($1::uuid, 1000)"},
    /* It stays on the list for an hour: who wrote at the moment of the erasure has written by then, and that goes, too. */
    [ERASED] = {"sweep_erased", "DELETE FROM erasure WHERE" ONE_CANVAS " AND created_at < now() - interval '1 hour'"},
    [FIND] = {"sweep_find",
     "SELECT c.workspace_id, c.canvas_id, w.history_days, w.sealed FROM canvas c JOIN workspace w USING (workspace_id)"
     " WHERE w.history_days > 0 AND (c.workspace_id, c.canvas_id) > ($1::uuid, $2::uuid) ORDER BY c.workspace_id, c.canvas_id LIMIT 1"},
    /* $3 how many days stay. First seq that is there, last one that goes, newest stored state not after it, how
     * many were looked at. */
    [WINDOW] = {"sweep_window",
     "WITH look AS (SELECT seq, time_ms FROM journal WHERE" ONE_CANVAS " ORDER BY seq LIMIT 8192),"
     " cut AS (SELECT coalesce((SELECT min(seq) - 1 FROM look WHERE time_ms >= " CUTOFF_MS "), (SELECT max(seq) FROM look)) AS seq)"
     " SELECT (SELECT min(seq) FROM look), cut.seq,"
     "  (SELECT max(s.seq) FROM snapshot s WHERE s.workspace_id = $1::uuid AND s.canvas_id = $2::uuid AND s.seq <= cut.seq),"
     "  (SELECT count(*) FROM look) FROM cut WHERE cut.seq IS NOT NULL"},
    [BASE] = {"sweep_base", "SELECT seq, hash, state FROM snapshot WHERE" ONE_CANVAS " AND seq = $3::int8"},
    [REPLAY] = {"sweep_replay",
     "SELECT payload, seq FROM journal WHERE" ONE_CANVAS " AND seq > $3::int8 AND seq <= $4::int8 ORDER BY seq LIMIT 256"},
    [STORE] = {"sweep_store",
     "INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state)"
     " SELECT c.workspace_id, c.canvas_id, $3::int8, $4::int8, $5::bytea FROM canvas c JOIN workspace w USING (workspace_id)"
     " WHERE c.workspace_id = $1::uuid AND c.canvas_id = $2::uuid AND ($6::int8 = 1 OR w.sealed = 0)"
     " ON CONFLICT (workspace_id, canvas_id, seq) DO NOTHING"},
    [STORE_ALONE] = {"sweep_store_alone",
     "DELETE FROM snapshot s WHERE s.workspace_id = $1::uuid AND s.canvas_id = $2::uuid AND s.seq < $3::int8"
     " AND EXISTS (SELECT 1 FROM snapshot t WHERE t.workspace_id = $1::uuid AND t.canvas_id = $2::uuid AND t.seq = $3::int8)"},
    [CUT] = {"sweep_cut",
     "DELETE FROM journal WHERE" ONE_CANVAS " AND seq IN"
     " (SELECT seq FROM journal WHERE" ONE_CANVAS " AND seq <= $3::int8 ORDER BY seq LIMIT 500)"
     " AND EXISTS (SELECT 1 FROM snapshot WHERE" ONE_CANVAS " AND seq >= $3::int8)"},
    [HEADS] = {"sweep_heads",
     "SELECT workspace_id, number, hash FROM audit_head WHERE workspace_id > $1::uuid ORDER BY workspace_id LIMIT 100"},
    {NULL, NULL},
};

static void step(struct clerk *c);

/* ---- the order of things */

static void arm(struct clerk *c, int64_t ms)
{
    struct timeval after = {ms / 1000, (suseconds_t)(ms % 1000) * 1000};
    ASSERT(event_add(c->sweep.timer, &after) == 0);
}

static void drop_state(struct sweep *w)
{
    if (w->has_state)
        canvas_fini(&w->state);
    w->has_state = false;
}

static void rest(struct clerk *c)
{
    drop_state(&c->sweep);
    c->sweep.stage = SWEEP_REST;
    c->stats.passes++;
    if (c->sweep.again) {
        c->sweep.again = false;
        arm(c, c->options.pause_ms);
    } else if (c->options.every_ms > 0) {
        arm(c, c->options.every_ms);
    }
}

void sweep_go_on(struct clerk *c, enum sweep_stage stage)
{
    c->sweep.stage = stage;
    arm(c, c->options.pause_ms);
}

/* A stage that walks through a table begins before its first row. */
void sweep_begin_stage(struct clerk *c, enum sweep_stage stage)
{
    c->sweep.workspace = c->sweep.canvas = (struct uuid){{0}};
    sweep_go_on(c, stage);
}

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct clerk *c = ctx;
    (void)fd;
    (void)what;
    if (c->sweep.stage == SWEEP_REST)
        sweep_begin(c);
    else
        step(c);
}

/* True if the step was done; else the pass is over, and the next one goes on from what is there. */
bool sweep_is_done(struct clerk *c, const struct pg_answer *answer)
{
    c->stats.steps++;
    if (answer->outcome == PG_DONE)
        return true;
    if (answer->outcome == PG_FAILED)
        log_warn(NULL, "throwing away what is not kept any longer has stopped at step %d (%s); it goes on later", (int)c->sweep.stage,
                 answer->sqlstate);
    rest(c);
    return false;
}

static long affected(const PGresult *result)
{
    return strtol(PQcmdTuples((PGresult *)(uintptr_t)result), NULL, 10);
}

/* $1 workspace, $2 canvas. */
struct pg_params sweep_here(const struct clerk *c)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, &c->sweep.workspace);
    pg_param_uuid(&params, &c->sweep.canvas);
    return params;
}

struct pg_request *sweep_request(struct clerk *c, pg_answer_cb *cb)
{
    struct pg_request *request = pg_begin(c->pg, cb, c, NULL);
    border_none(request); /* as the owner: all workspaces */
    return request;
}

static void ask(struct clerk *c, int statement, const struct pg_params *params, pg_answer_cb *cb)
{
    struct pg_request *request = sweep_request(c, cb);
    pg_exec(request, &sweep_statements[statement], params);
    pg_end(request);
}

static void tell_audit(struct clerk *c, uint32_t event, const struct uuid *workspace, const struct uuid *canvas, uint64_t detail)
{
    struct audit_event e = {.row = {.workspace = *workspace, .event = event, .canvas = *canvas, .detail = detail}};
    e.row.time_ms = c->options.wall_ms(c->options.ctx);
    clerk_add(c, &e);
}

/* ---- addresses, the trash */

static void on_addresses(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (sweep_is_done(c, answer))
        sweep_go_on(c, affected(answer->results[0]) > 0 ? SWEEP_ADDRESSES : SWEEP_TRASH);
}

static void on_trash(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *gone = answer->results[0];
    if (PQntuples(gone) == 0) {
        sweep_begin_stage(c, SWEEP_ERASE);
        return;
    }
    struct uuid workspace = pg_uuid(gone, 0, 0), canvas = pg_uuid(gone, 0, 1);
    tell_audit(c, COCANVAS__AUDIT_ROW__EVENT__CANVAS_ERASED, &workspace, &canvas, 0);
    sweep_go_on(c, SWEEP_TRASH);
}

/* ---- what is being erased */

static void on_erased(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (sweep_is_done(c, answer))
        sweep_go_on(c, SWEEP_ERASE);
}

/* Nothing is left of it now. */
static void strike_off(struct clerk *c)
{
    struct pg_params params = sweep_here(c);
    ask(c, ERASED, &params, on_erased);
}

static void on_erased_audit(void *ctx, void *note, const struct pg_answer *answer);

static void erase_audit(struct clerk *c)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, &c->sweep.workspace);
    keyring_destroy(c->keyring, &c->sweep.workspace); /* if whoever erased it did not come to that */
    ask(c, ERASE_AUDIT, &params, on_erased_audit);
}

static void on_erased_audit(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    if (pg_int(answer->results[0], 0, 0) > 0)
        erase_audit(c);
    else
        strike_off(c);
}

static void on_erased_canvas(void *ctx, void *note, const struct pg_answer *answer);

static void erase_canvas(struct clerk *c)
{
    struct pg_params params = sweep_here(c);
    struct pg_request *request = sweep_request(c, on_erased_canvas);
    pg_exec(request, &sweep_statements[ERASE_JOURNAL], &params);
    pg_exec(request, &sweep_statements[ERASE_SNAPSHOTS], &params);
    pg_exec(request, &sweep_statements[ERASE_CLIENTS], &params);
    pg_end(request);
}

static void on_erased_canvas(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    if (affected(answer->results[0]) + affected(answer->results[1]) + affected(answer->results[2]) > 0)
        erase_canvas(c);
    else
        strike_off(c);
}

static void on_erase_next(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *next = answer->results[0];
    if (PQntuples(next) == 0) {
        sweep_begin_stage(c, SWEEP_FIND);
        return;
    }
    c->sweep.workspace = pg_uuid(next, 0, 0);
    c->sweep.canvas = pg_uuid(next, 0, 1);
    if (uuid_is_zero(&c->sweep.canvas))
        erase_audit(c);
    else
        erase_canvas(c);
}

/* ---- history */

static void next_canvas(struct clerk *c)
{
    drop_state(&c->sweep);
    sweep_go_on(c, SWEEP_FIND);
}

static void on_find(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    struct sweep *w = &c->sweep;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *found = answer->results[0];
    if (PQntuples(found) == 0) {
        sweep_begin_stage(c, SWEEP_SEAL);
        return;
    }
    w->workspace = pg_uuid(found, 0, 0);
    w->canvas = pg_uuid(found, 0, 1);
    w->days = pg_int(found, 0, 2);
    w->n_cut = 0;
    if (pg_int(found, 0, 3) == SEALED_ALL)
        keyring_set_all_sealed(c->keyring, &w->workspace);
    sweep_go_on(c, SWEEP_WINDOW);
}

static void on_window(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    struct sweep *w = &c->sweep;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *found = answer->results[0];
    if (PQntuples(found) == 0 || pg_int(found, 0, 1) < pg_int(found, 0, 0) || pg_is_null(found, 0, 2)) {
        next_canvas(c);
        return;
    }
    uint64_t oldest = (uint64_t)pg_int(found, 0, 0);
    w->base = (uint64_t)pg_int(found, 0, 2);
    w->cut = (uint64_t)pg_int(found, 0, 1);
    w->more = pg_int(found, 0, 3) == WINDOW_SEQS && w->cut == oldest + WINDOW_SEQS - 1;
    sweep_go_on(c, w->base == w->cut ? SWEEP_STORE : SWEEP_BASE);
}

/* What is stored does not fit together: nothing is cut. */
static void give_up(struct clerk *c, const char *sentence)
{
    char canvas[UUID_TEXT];
    uuid_format(&c->sweep.canvas, canvas);
    log_error((&(struct log_ctx){.canvas = canvas}), "the history is not cut: %s", sentence);
    next_canvas(c);
}

static void on_base(void *ctx, void *note, const struct pg_answer *answer)
{
    static const struct canvas_limits none;
    struct clerk *c = ctx;
    struct sweep *w = &c->sweep;
    struct why why;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *found = answer->results[0];
    if (PQntuples(found) == 0) { /* a room has thrown it away meanwhile; there are later ones */
        next_canvas(c);
        return;
    }
    size_t len;
    const uint8_t *bytes = pg_bytes(found, 0, 2, &len);
    const struct seal_place place = {SEAL_STATE, w->workspace, w->canvas, (uint64_t)pg_int(found, 0, 0)};
    uint64_t hash = (uint64_t)pg_int(found, 0, 1);
    struct buf plain;
    buf_init(&plain);
    enum status status = stored_open_state(c->keyring, &place, &plain, &bytes, &len, &hash);
    canvas_init(&w->state, &none);
    w->has_state = true;
    if (status == STATUS_GONE)
        give_up(c, "its key is missing");
    else if (status != STATUS_OK || canvas_decode(&w->state, bytes, len, &why) != STATUS_OK || canvas_hash(&w->state) != hash)
        give_up(c, "the stored state is not what was stored");
    else
        sweep_go_on(c, SWEEP_REPLAY);
    buf_fini(&plain);
}

static bool apply(struct clerk *c, const PGresult *batches, int row)
{
    struct sweep *w = &c->sweep;
    size_t len;
    struct why why;
    const uint8_t *bytes = pg_bytes(batches, row, 0, &len);
    const struct seal_place place = {SEAL_BATCH, w->workspace, w->canvas, (uint64_t)pg_int(batches, row, 1)};
    struct buf plain;
    buf_init(&plain);
    arena_reset(&w->arena);
    Cocanvas__Committed *batch = NULL;
    if (stored_open(c->keyring, &place, &plain, &bytes, &len) == STATUS_OK)
        batch = message_decode_committed(&w->arena, bytes, len);
    bool ok = batch && batch_apply_committed(&w->state, batch, &why) == STATUS_OK;
    buf_fini(&plain);
    return ok;
}

static void on_replay(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    struct sweep *w = &c->sweep;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *batches = answer->results[0];
    bool ok = PQntuples(batches) > 0;
    for (int i = 0; ok && i < PQntuples(batches); i++)
        ok = apply(c, batches, i);
    if (!ok)
        give_up(c, "the batches before the cut cannot be applied");
    else
        sweep_go_on(c, w->state.seq < w->cut ? SWEEP_REPLAY : SWEEP_STORE);
}

static void on_store(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    drop_state(&c->sweep);
    sweep_go_on(c, SWEEP_CUT);
}

/* Plain only if the workspace is not sealed by then: the statement looks. */
static void exec_store(struct clerk *c, struct pg_request *request, struct seal_key *key)
{
    struct sweep *w = &c->sweep;
    const struct seal_place place = {SEAL_STATE, w->workspace, w->canvas, w->cut};
    struct pg_params state = sweep_here(c);
    uint64_t hash = canvas_hash(&w->state);
    struct buf plain, sealed, *stored = key ? &sealed : &plain;
    buf_init(&plain);
    buf_init(&sealed);
    canvas_encode(&w->state, &plain);
    if (key) {
        seal_bytes(key, &place, buf_at(&plain), buf_len(&plain), &sealed);
        hash = seal_mask_hash(key, &place, hash);
    }
    pg_param_int(&state, (int64_t)w->cut);
    pg_param_int(&state, (int64_t)hash);
    pg_param_bytes(&state, buf_at(stored), buf_len(stored));
    pg_param_int(&state, key != NULL);
    pg_exec(request, &sweep_statements[STORE], &state);
    buf_fini(&plain);
    buf_fini(&sealed);
}

/* One that is stored already only becomes the oldest. */
static void store(struct clerk *c)
{
    struct sweep *w = &c->sweep;
    struct pg_params which = sweep_here(c);
    struct seal_key *key;
    if (w->has_state && keyring_way(c->keyring, &w->workspace, &key) == KEYRING_LOST) {
        give_up(c, "its key is missing");
        return;
    }
    pg_param_int(&which, (int64_t)w->cut);
    struct pg_request *request = sweep_request(c, on_store);
    if (w->has_state)
        exec_store(c, request, key);
    pg_exec(request, &sweep_statements[STORE_ALONE], &which);
    pg_end(request);
}

static void on_cut(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    struct sweep *w = &c->sweep;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    long n = affected(answer->results[0]);
    w->n_cut += (uint64_t)n;
    if (n == CUT_BATCHES) {
        sweep_go_on(c, SWEEP_CUT);
        return;
    }
    if (w->n_cut > 0)
        tell_audit(c, COCANVAS__AUDIT_ROW__EVENT__HISTORY_CUT, &w->workspace, &w->canvas, w->cut);
    if (w->n_cut > 0 && c->options.on_cut)
        c->options.on_cut(c->options.ctx, &w->canvas, w->cut + 1);
    bool more = w->more && n > 0;
    w->n_cut = 0;
    if (more)
        sweep_go_on(c, SWEEP_WINDOW);
    else
        next_canvas(c);
}

/* ---- heads */

static void on_heads(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *heads = answer->results[0];
    int n = PQntuples(heads);
    for (int i = 0; i < n; i++) {
        char workspace[UUID_TEXT], hash[2 * AUDIT_HASH + 1];
        size_t len;
        const uint8_t *bytes = pg_bytes(heads, i, 2, &len);
        c->sweep.workspace = pg_uuid(heads, i, 0);
        uuid_format(&c->sweep.workspace, workspace);
        for (size_t k = 0; k < AUDIT_HASH && k < len; k++)
            snprintf(hash + 2 * k, 3, "%02x", bytes[k]);
        log_notice(NULL, "audit log of workspace %s: row %lld has hash %s", workspace, (long long)pg_int(heads, i, 1), hash);
    }
    if (n == HEADS_PAGE)
        sweep_go_on(c, SWEEP_HEADS);
    else
        rest(c);
}

static void heads(struct clerk *c)
{
    int64_t today = c->options.wall_ms(c->options.ctx) / DAY_MS;
    if (uuid_is_zero(&c->sweep.workspace) && c->sweep.heads_day == today) {
        rest(c);
        return;
    }
    c->sweep.heads_day = today;
    struct pg_params params = {0};
    pg_param_uuid(&params, &c->sweep.workspace);
    ask(c, HEADS, &params, on_heads);
}

/* ---- one step */

static void step(struct clerk *c)
{
    struct sweep *w = &c->sweep;
    struct pg_params params = {0};
    switch (w->stage) {
    case SWEEP_REST:
        return;
    case SWEEP_ADDRESSES:
        pg_param_int(&params, c->options.address_days);
        ask(c, ADDRESSES, &params, on_addresses);
        return;
    case SWEEP_TRASH:
        ask(c, TRASH, &params, on_trash);
        return;
    case SWEEP_ERASE:
        params = sweep_here(c);
        ask(c, ERASE_NEXT, &params, on_erase_next);
        return;
    case SWEEP_FIND:
        params = sweep_here(c);
        ask(c, FIND, &params, on_find);
        return;
    case SWEEP_WINDOW:
        params = sweep_here(c);
        pg_param_int(&params, c->sweep.days);
        ask(c, WINDOW, &params, on_window);
        return;
    case SWEEP_BASE:
        params = sweep_here(c);
        pg_param_int(&params, (int64_t)w->base);
        ask(c, BASE, &params, on_base);
        return;
    case SWEEP_REPLAY:
        params = sweep_here(c);
        pg_param_int(&params, (int64_t)w->state.seq);
        pg_param_int(&params, (int64_t)w->cut);
        ask(c, REPLAY, &params, on_replay);
        return;
    case SWEEP_STORE:
        store(c);
        return;
    case SWEEP_CUT:
        params = sweep_here(c);
        pg_param_int(&params, (int64_t)w->cut);
        ask(c, CUT, &params, on_cut);
        return;
    case SWEEP_SEAL:
    case SWEEP_SEAL_TEMPLATES:
    case SWEEP_SEAL_CANVAS:
    case SWEEP_SEAL_STATES:
    case SWEEP_SEAL_BATCHES:
        sealing_step(c);
        return;
    case SWEEP_HEADS:
        heads(c);
        return;
    }
}

void sweep_begin(struct clerk *c)
{
    if (c->sweep.stage != SWEEP_REST)
        return;
    event_del(c->sweep.timer);
    sweep_begin_stage(c, SWEEP_ADDRESSES);
}

void sweep_init(struct clerk *c)
{
    arena_init(&c->sweep.arena, BATCH_BYTES);
    c->sweep.timer = evtimer_new(c->base, on_timer, c);
    ASSERT(c->sweep.timer != NULL);
    if (c->options.every_ms > 0)
        arm(c, c->options.every_ms);
}

void sweep_fini(struct clerk *c)
{
    drop_state(&c->sweep);
    arena_fini(&c->sweep.arena);
    event_free(c->sweep.timer);
}
