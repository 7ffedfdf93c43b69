/* The statements behind store_session.h. In those of facilitators $1 is the workspace, $2 who asks, $3 the canvas. */
#include "server/journal/store_session.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/store_private.h"

enum {
    LIVE_OPEN, LIVE_END_OLD, LIVE_LOOK, LIVE_CODES, LIVE_CLOSE, CODE_ADD, CODE_REVOKE, DOOR, GUEST_ADD, GUEST_BY_TOKEN,
};

#define NOW_MS STORE_NOW_MS
#define MS(column) "(extract(epoch FROM " column ") * 1000)::int8"
#define LEADER                                                                                                         \
    "leader AS (SELECT 1 FROM " STORE_CANVAS_AND_MEMBER " WHERE c.workspace_id = $1::uuid AND c.canvas_id = $3::uuid"  \
    " AND m.author = $2::int8 AND c.removed_at IS NULL AND " STORE_CANVAS_ROLE " >= 4)"
/* The open live session l of the canvas, if a facilitator of it asks. */
#define LED "l.workspace_id = $1::uuid AND l.canvas_id = $3::uuid AND EXISTS (SELECT 1 FROM leader) AND " STORE_LIVE_IS_OPEN
#define LIVE_COLUMNS                                                                                                   \
    "l.session_id, l.role, l.lobby, l.pseudonyms, l.notice, " MS("l.opened_at") ", l.opened_by, l.ends_ms, l.next_guest - 1"
#define CODE_COLUMNS "k.number, k.uses, k.used, k.label, " MS("k.created_at") ", k.expires_ms, k.revoked_at IS NOT NULL"
/* A code k of l on c lets somebody in now. */
#define GOOD_CODE                                                                                                      \
    "k.code_hash = $1::bytea AND k.workspace_id = l.workspace_id AND k.session_id = l.session_id AND k.revoked_at IS NULL" \
    " AND k.used < k.uses AND k.expires_ms > " NOW_MS " AND c.removed_at IS NULL AND " STORE_LIVE_IS_OPEN

const struct pg_statement store_session_statements[] = {
    /* One whose time has passed makes room for the next. */
    [LIVE_END_OLD] = {"live_end_old",
     "UPDATE live_session SET closed_at = now() WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid AND closed_at IS NULL"
     " AND ends_ms <= " NOW_MS},
    /* $4 id, $5 role, $6 lobby, $7 pseudonyms, $8 notice, $9 how long, $10 whether the notice is sealed */
    [LIVE_OPEN] = {"live_open",
     "WITH " LEADER ", " STORE_SEAL " INSERT INTO live_session (workspace_id, session_id, canvas_id, role, lobby, pseudonyms, notice, opened_by, ends_ms)"
     " SELECT $1::uuid, $4::uuid, $3::uuid, $5::int8, $6::int8 = 1, $7::int8 = 1, $8::text, $2::int8, " NOW_MS " + $9::int8 FROM leader"
     " WHERE " STORE_MAY_WRITE("$10")},
    /* No row for somebody who may not ask; a null one if none is open. */
    [LIVE_LOOK] = {"live_look",
     "WITH " LEADER " SELECT " LIVE_COLUMNS " FROM leader LEFT JOIN live_session l"
     " ON l.workspace_id = $1::uuid AND l.canvas_id = $3::uuid AND " STORE_LIVE_IS_OPEN},
    [LIVE_CODES] = {"live_codes",
     "WITH " LEADER " SELECT " CODE_COLUMNS " FROM live_session l JOIN join_code k USING (workspace_id, session_id) WHERE " LED
     " ORDER BY k.number DESC LIMIT 100"},
    [LIVE_CLOSE] = {"live_close", "WITH " LEADER " UPDATE live_session l SET closed_at = now() WHERE " LED " RETURNING " LIVE_COLUMNS},
    /* $4 hash, $5 uses, $6 how long or 0, $7 label, $8 whether that is sealed */
    [CODE_ADD] = {"code_add",
     "WITH " LEADER ", " STORE_SEAL ", numbered AS ("
     " UPDATE live_session l SET next_code = next_code + 1 WHERE " LED " AND l.next_code <= 100 AND " STORE_MAY_WRITE("$8")
     " RETURNING l.workspace_id, l.session_id, l.ends_ms, l.next_code - 1 AS number"
     ") INSERT INTO join_code AS k (workspace_id, session_id, number, code_hash, label, uses, expires_ms, created_by)"
     " SELECT workspace_id, session_id, number, $4::bytea, $7::text, $5::int8,"
     "  CASE WHEN $6::int8 = 0 THEN ends_ms ELSE least(ends_ms, " NOW_MS " + $6::int8) END, $2::int8 FROM numbered RETURNING " CODE_COLUMNS},
    /* $4 number */
    [CODE_REVOKE] = {"code_revoke",
     "WITH " LEADER " UPDATE join_code k SET revoked_at = coalesce(k.revoked_at, now()) FROM live_session l"
     " WHERE " LED " AND k.workspace_id = l.workspace_id AND k.session_id = l.session_id AND k.number = $4::int8 RETURNING k.number"},
    /* $1 the code's hash */
    [DOOR] = {"door",
     "SELECT l.workspace_id, l.session_id, l.canvas_id, k.number, l.role, l.lobby, l.pseudonyms, l.notice, l.ends_ms, l.ends_ms - " NOW_MS
     " FROM live_session l JOIN canvas c USING (workspace_id, canvas_id), join_code k WHERE " GOOD_CODE},
    /* $2 name, $3 the token's hash. The code's row is locked by its update: the last seat goes to one. */
    [GUEST_ADD] = {"guest_add",
     "WITH used AS ("
     " UPDATE join_code k SET used = used + 1 FROM live_session l JOIN canvas c USING (workspace_id, canvas_id) WHERE " GOOD_CODE
     " RETURNING k.workspace_id, k.session_id, k.number AS code"
     "), live AS ("
     " UPDATE live_session l SET next_guest = next_guest + 1 FROM used u WHERE l.workspace_id = u.workspace_id AND l.session_id = u.session_id"
     " RETURNING l.workspace_id, l.session_id, l.role, l.pseudonyms, l.next_guest - 1 AS number, u.code"
     "), numbered AS ("
     " UPDATE workspace w SET next_author = next_author + 1 FROM used u WHERE w.workspace_id = u.workspace_id"
     " RETURNING w.workspace_id, w.next_author - 1 AS author"
     "), joined AS ("
     " INSERT INTO member (workspace_id, author, session_id, role, name)"
     " SELECT workspace_id, n.author, l.session_id, l.role, CASE WHEN l.pseudonyms THEN 'Guest ' || l.number ELSE $2::text END"
     " FROM live l JOIN numbered n USING (workspace_id)"
     ") INSERT INTO guest (workspace_id, author, session_id, code, number, token_hash)"
     " SELECT workspace_id, n.author, l.session_id, l.code, l.number, $3::bytea FROM live l JOIN numbered n USING (workspace_id)"},
    /* $1 the token's hash */
    [GUEST_BY_TOKEN] = {"guest_by_token",
     "SELECT m.workspace_id, l.session_id, l.canvas_id, m.author, g.number, g.code, least(m.role, 3), m.name, l.ends_ms, l.ends_ms - " NOW_MS
     " FROM guest g JOIN member m USING (workspace_id, author)"
     " JOIN live_session l ON l.workspace_id = g.workspace_id AND l.session_id = g.session_id"
     " JOIN canvas c ON c.workspace_id = l.workspace_id AND c.canvas_id = l.canvas_id"
     " WHERE g.token_hash = $1::bytea AND m.role > 0 AND c.removed_at IS NULL AND " STORE_GUEST_IS_STILL_IN},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_live_cb *live;
    store_door_cb *door;
    store_guest_cb *guest;
    struct keyring *keyring;      /* live, door */
    struct uuid workspace, canvas; /* live */
};

static struct note *note_for(uint64_t id)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->id = id;
    return note;
}

static void add_lead(struct pg_params *params, const struct store_lead *lead)
{
    pg_param_uuid(params, &lead->workspace);
    pg_param_int(params, lead->author);
    pg_param_uuid(params, &lead->canvas);
}

static void exec_lead(struct pg_request *request, int statement, const struct store_lead *lead)
{
    struct pg_params params = {0};
    add_lead(&params, lead);
    pg_exec(request, &store_session_statements[statement], &params);
}

/* ---------------------------------------------------------------- live sessions */

static struct note *note_for_lead(struct pg *pg, const struct store_lead *lead, uint64_t id, store_live_cb *cb)
{
    struct note *note = note_for(id);
    note->live = cb;
    note->keyring = pg_keyring(pg);
    note->workspace = lead->workspace;
    note->canvas = lead->canvas;
    return note;
}

static struct store_live read_live(const PGresult *result, bool open)
{
    if (pg_is_null(result, 0, 0))
        return (struct store_live){.notice = ""};
    return (struct store_live){
        .open = open,
        .session = pg_uuid(result, 0, 0),
        .role = (int)pg_int(result, 0, 1),
        .lobby = pg_bool(result, 0, 2),
        .pseudonyms = pg_bool(result, 0, 3),
        .notice = pg_text(result, 0, 4),
        .opened_ms = pg_int(result, 0, 5),
        .opened_by = (uint32_t)pg_int(result, 0, 6),
        .ends_ms = pg_int(result, 0, 7),
        .guests = (uint32_t)pg_int(result, 0, 8),
    };
}

static struct store_code *read_codes(const PGresult *result, size_t *n)
{
    *n = (size_t)PQntuples(result);
    struct store_code *codes = xcalloc(*n + 1, sizeof *codes);
    for (int row = 0; row < PQntuples(result); row++)
        codes[row] = (struct store_code){
            .number = (uint32_t)pg_int(result, row, 0),
            .uses = (uint32_t)pg_int(result, row, 1),
            .used = (uint32_t)pg_int(result, row, 2),
            .label = pg_text(result, row, 3),
            .created_ms = pg_int(result, row, 4),
            .expires_ms = pg_int(result, row, 5),
            .revoked = pg_bool(result, row, 6),
        };
    return codes;
}

/* codes NULL: it has none. */
static void give_live(void *ctx, const struct note *note, const PGresult *found, bool open, const PGresult *codes)
{
    if (PQntuples(found) == 0) {
        note->live(ctx, note->id, STATUS_NOT_FOUND, NULL);
        return;
    }
    struct store_live live = read_live(found, open);
    struct store_code *list = codes != NULL ? read_codes(codes, &live.n_codes) : NULL;
    char *notice, **labels = xcalloc(live.n_codes + 1, sizeof *labels);
    struct seal_place place = {SEAL_NOTICE, note->workspace, live.session, 0};
    live.notice = stored_open_text(note->keyring, &place, live.notice, &notice);
    place.kind = SEAL_LABEL;
    place.object = note->canvas;
    for (size_t i = 0; i < live.n_codes; i++)
        list[i].label = stored_open_text(note->keyring, &place, list[i].label, &labels[i]);
    live.codes = list;
    note->live(ctx, note->id, STATUS_OK, &live);
    for (size_t i = 0; i < live.n_codes; i++)
        free(labels[i]);
    free(labels);
    free(notice);
    free(list);
}

/* The last two statements were LIVE_LOOK and LIVE_CODES. */
static void on_looked(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    int n = answer->n_results;
    if (answer->outcome != PG_DONE)
        note->live(ctx, note->id, store_failure(answer), NULL);
    else
        give_live(ctx, note, answer->results[n - 2], true, answer->results[n - 1]);
}

static void look(struct pg_request *request, const struct store_lead *lead)
{
    exec_lead(request, LIVE_LOOK, lead);
    exec_lead(request, LIVE_CODES, lead);
    pg_end(request);
}

void store_live_open(struct pg *pg, const struct store_live_new *live, void *ctx, uint64_t id, store_live_cb *cb)
{
    struct note *note = note_for_lead(pg, &live->lead, id, cb);
    struct uuid fresh;
    uuid_random(&fresh);
    struct seal_key *key;
    enum keyring_way way = store_way(pg, &live->lead.workspace, &key);
    const struct seal_place place = {SEAL_NOTICE, live->lead.workspace, fresh, 0};
    char *owned;
    const char *notice = stored_seal_text(key, &place, live->notice, &owned);
    struct pg_params old = {0}, params = {0};
    pg_param_uuid(&old, &live->lead.workspace);
    pg_param_uuid(&old, &live->lead.canvas);
    add_lead(&params, &live->lead);
    pg_param_uuid(&params, &fresh);
    pg_param_int(&params, live->role);
    pg_param_int(&params, live->lobby);
    pg_param_int(&params, live->pseudonyms);
    pg_param_text(&params, way == KEYRING_LOST ? "" : notice);
    pg_param_int(&params, live->valid_ms);
    pg_param_int(&params, STORE_WAY(way));
    struct pg_request *request = pg_begin(pg, on_looked, ctx, note);
    border_workspace(request, &live->lead.workspace);
    pg_exec(request, &store_session_statements[LIVE_END_OLD], &old);
    pg_exec(request, &store_session_statements[LIVE_OPEN], &params);
    look(request, &live->lead);
    free(owned);
}

void store_live_look(struct pg *pg, const struct store_lead *lead, void *ctx, uint64_t id, store_live_cb *cb)
{
    struct note *note = note_for_lead(pg, lead, id, cb);
    struct pg_request *request = pg_begin(pg, on_looked, ctx, note);
    border_workspace(request, &lead->workspace);
    look(request, lead);
}

static void on_closed(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->live(ctx, note->id, store_failure(answer), NULL);
    else
        give_live(ctx, note, answer->results[0], false, NULL);
}

void store_live_close(struct pg *pg, const struct store_lead *lead, void *ctx, uint64_t id, store_live_cb *cb)
{
    struct note *note = note_for_lead(pg, lead, id, cb);
    struct pg_request *request = pg_begin(pg, on_closed, ctx, note);
    border_workspace(request, &lead->workspace);
    exec_lead(request, LIVE_CLOSE, lead);
    pg_end(request);
}

/* ---------------------------------------------------------------- codes */

static void on_code_added(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->live(ctx, note->id, store_failure(answer), NULL);
        return;
    }
    const PGresult *added = answer->results[0], *live = answer->results[1];
    bool open = PQntuples(live) > 0 && !pg_is_null(live, 0, 0);
    if (PQntuples(added) > 0)
        give_live(ctx, note, live, true, added);
    else
        note->live(ctx, note->id, open ? STATUS_CONFLICT : STATUS_NOT_FOUND, NULL);
}

void store_code_add(struct pg *pg, const struct store_code_new *code, void *ctx, uint64_t id, store_live_cb *cb)
{
    struct note *note = note_for_lead(pg, &code->lead, id, cb);
    struct seal_key *key;
    enum keyring_way way = store_way(pg, &code->lead.workspace, &key);
    const struct seal_place place = {SEAL_LABEL, code->lead.workspace, code->lead.canvas, 0};
    char *owned;
    const char *label = stored_seal_text(key, &place, code->label, &owned);
    struct pg_params params = {0};
    add_lead(&params, &code->lead);
    pg_param_bytes(&params, code->hash, sizeof code->hash);
    pg_param_int(&params, code->uses);
    pg_param_int(&params, code->valid_ms);
    pg_param_text(&params, way == KEYRING_LOST ? "" : label);
    pg_param_int(&params, STORE_WAY(way));
    struct pg_request *request = pg_begin(pg, on_code_added, ctx, note);
    border_workspace(request, &code->lead.workspace);
    pg_exec(request, &store_session_statements[CODE_ADD], &params);
    exec_lead(request, LIVE_LOOK, &code->lead);
    pg_end(request);
    free(owned);
}

static void on_revoked(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome == PG_DONE && PQntuples(answer->results[0]) == 0)
        note->live(ctx, note->id, STATUS_NOT_FOUND, NULL);
    else
        on_looked(ctx, arg, answer);
}

void store_code_revoke(struct pg *pg, const struct store_lead *lead, uint32_t number, void *ctx, uint64_t id,
                       store_live_cb *cb)
{
    struct note *note = note_for_lead(pg, lead, id, cb);
    struct pg_params params = {0};
    add_lead(&params, lead);
    pg_param_int(&params, number);
    struct pg_request *request = pg_begin(pg, on_revoked, ctx, note);
    border_workspace(request, &lead->workspace);
    pg_exec(request, &store_session_statements[CODE_REVOKE], &params);
    look(request, lead);
}

/* ---------------------------------------------------------------- guests */

static void on_door(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[0] : NULL;
    if (found == NULL || PQntuples(found) == 0) {
        note->door(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, NULL);
        return;
    }
    struct store_door door = {
        .workspace = pg_uuid(found, 0, 0),
        .session = pg_uuid(found, 0, 1),
        .canvas = pg_uuid(found, 0, 2),
        .code = (uint32_t)pg_int(found, 0, 3),
        .role = (int)pg_int(found, 0, 4),
        .lobby = pg_bool(found, 0, 5),
        .pseudonyms = pg_bool(found, 0, 6),
        .notice = pg_text(found, 0, 7),
        .ends_ms = pg_int(found, 0, 8),
        .left_ms = pg_int(found, 0, 9),
    };
    const struct seal_place place = {SEAL_NOTICE, door.workspace, door.session, 0};
    char *owned;
    door.notice = stored_open_text(note->keyring, &place, door.notice, &owned);
    note->door(ctx, note->id, STATUS_OK, &door);
    free(owned);
}

void store_door(struct pg *pg, const uint8_t code_hash[32], void *ctx, uint64_t id, store_door_cb *cb)
{
    struct note *note = note_for(id);
    note->door = cb;
    note->keyring = pg_keyring(pg);
    struct pg_params params = {0};
    pg_param_bytes(&params, code_hash, 32);
    struct pg_request *request = pg_begin(pg, on_door, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_session_statements[DOOR], &params);
    pg_end(request);
}

/* The last statement was GUEST_BY_TOKEN. */
static void on_guest(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[answer->n_results - 1] : NULL;
    if (found == NULL || PQntuples(found) == 0) {
        note->guest(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, NULL);
        return;
    }
    struct store_guest guest = {
        .workspace = pg_uuid(found, 0, 0),
        .session = pg_uuid(found, 0, 1),
        .canvas = pg_uuid(found, 0, 2),
        .author = (uint32_t)pg_int(found, 0, 3),
        .number = (uint32_t)pg_int(found, 0, 4),
        .code = (uint32_t)pg_int(found, 0, 5),
        .role = (int)pg_int(found, 0, 6),
        .ends_ms = pg_int(found, 0, 8),
        .left_ms = pg_int(found, 0, 9),
    };
    store_copy_text(guest.name, sizeof guest.name, found, 0, 7);
    note->guest(ctx, note->id, STATUS_OK, &guest);
}

void store_guest_add(struct pg *pg, const uint8_t code_hash[32], const char *name, const uint8_t token_hash[32],
                     void *ctx, uint64_t id, store_guest_cb *cb)
{
    struct note *note = note_for(id);
    note->guest = cb;
    struct pg_params params = {0}, token = {0};
    pg_param_bytes(&params, code_hash, 32);
    pg_param_text(&params, name);
    pg_param_bytes(&params, token_hash, 32);
    pg_param_bytes(&token, token_hash, 32);
    struct pg_request *request = pg_begin(pg, on_guest, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_session_statements[GUEST_ADD], &params);
    pg_exec(request, &store_session_statements[GUEST_BY_TOKEN], &token);
    pg_end(request);
}

void store_guest_by_token(struct pg *pg, const uint8_t token_hash[32], void *ctx, uint64_t id, store_guest_cb *cb)
{
    struct note *note = note_for(id);
    note->guest = cb;
    struct pg_params params = {0};
    pg_param_bytes(&params, token_hash, 32);
    struct pg_request *request = pg_begin(pg, on_guest, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_session_statements[GUEST_BY_TOKEN], &params);
    pg_end(request);
}
