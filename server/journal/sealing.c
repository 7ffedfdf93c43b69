/* Sealing a workspace that has contents already, as a part of the clerk's passes. From the moment at which its owner asked for it
 * (store_sealed.c), everything that is written there is sealed; what was there before is rewritten here, its templates, then canvas by canvas,
 * in small transactions: titles and other texts, states, batches. Each row is replaced only if it is still plain, so a step can be
 * done twice, by two nodes or after a kill, and a pass that broke off begins anew and finds little left to do. The workspace is called
 * sealed throughout when a pass came to its end.
 *
 * What PostgreSQL keeps of the plain rows elsewhere (dead rows until VACUUM, WAL, backups) is out of reach from here. */
#include <stdlib.h>
#include <string.h>

#include "common/log.h"
#include "server/journal/clerk_private.h"
#include "server/journal/stored.h"
#include "wire.pb-c.h"

enum { FIND, TEMPLATES, TEMPLATE, CANVAS, LIVE, CODES, TEXTS, NOTICE, LABEL, STATES, STATE, BATCHES, BATCH, DONE };

#define PLAIN_TEXT(column) "left(" column ", 1) <> chr(1)"
#define PLAIN_BYTES(column) "substring(" column " FROM 1 FOR 1) <> '\\x07'::bytea"
/* $1 workspace, $2 the canvas before */
#define NEXT_CANVAS "(SELECT n.canvas_id FROM canvas n WHERE n.workspace_id = $1::uuid AND n.canvas_id > $2::uuid ORDER BY n.canvas_id LIMIT 1)"
#define ONE_CANVAS " workspace_id = $1::uuid AND canvas_id = $2::uuid"

const struct pg_statement sealing_statements[] = {
    [FIND] = {"sealing_find", "SELECT workspace_id FROM workspace WHERE sealed = 1 AND workspace_id > $1::uuid ORDER BY workspace_id LIMIT 1"},
    /* What was removed has no contents. */
    [TEMPLATES] = {"sealing_templates",
     "SELECT template_id, version, content_id, file, info FROM template WHERE workspace_id = $1::uuid AND NOT removed AND " PLAIN_BYTES("file")
     " ORDER BY template_id, version LIMIT 10"},
    [TEMPLATE] = {"sealing_template",
     "UPDATE template SET file = $4::bytea, info = $5::bytea WHERE workspace_id = $1::uuid AND template_id = $2::text AND version = $3::int8"
     " AND " PLAIN_BYTES("file")},
    [CANVAS] = {"sealing_canvas", "SELECT canvas_id, title, template_id FROM canvas WHERE workspace_id = $1::uuid AND canvas_id = " NEXT_CANVAS},
    [LIVE] = {"sealing_live",
     "SELECT session_id, notice FROM live_session WHERE workspace_id = $1::uuid AND canvas_id = " NEXT_CANVAS " AND " PLAIN_TEXT("notice")},
    [CODES] = {"sealing_codes",
     "SELECT k.session_id, k.number, k.label FROM join_code k JOIN live_session l USING (workspace_id, session_id)"
     " WHERE k.workspace_id = $1::uuid AND l.canvas_id = " NEXT_CANVAS " AND " PLAIN_TEXT("k.label")},
    /* A room may have written a title meanwhile; that is sealed already. */
    [TEXTS] = {"sealing_texts",
     "UPDATE canvas SET title = CASE WHEN " PLAIN_TEXT("title") " THEN $3::text ELSE title END,"
     " template_id = CASE WHEN " PLAIN_TEXT("template_id") " THEN $4::text ELSE template_id END WHERE" ONE_CANVAS},
    [NOTICE] = {"sealing_notice", "UPDATE live_session SET notice = $3::text WHERE workspace_id = $1::uuid AND session_id = $2::uuid"},
    [LABEL] = {"sealing_label",
     "UPDATE join_code SET label = $4::text WHERE workspace_id = $1::uuid AND session_id = $2::uuid AND number = $3::int8"},
    [STATES] = {"sealing_states",
     "SELECT seq, hash, state FROM snapshot WHERE" ONE_CANVAS " AND " PLAIN_BYTES("state") " ORDER BY seq LIMIT 1"},
    [STATE] = {"sealing_state",
     "UPDATE snapshot SET hash = $4::int8, state = $5::bytea WHERE" ONE_CANVAS " AND seq = $3::int8 AND " PLAIN_BYTES("state")},
    [BATCHES] = {"sealing_batches",
     "SELECT seq, CASE WHEN " PLAIN_BYTES("payload") " THEN payload END FROM journal WHERE" ONE_CANVAS " AND seq > $3::int8 ORDER BY seq LIMIT 100"},
    [BATCH] = {"sealing_batch", "UPDATE journal SET payload = $4::bytea WHERE" ONE_CANVAS " AND seq = $3::int8 AND " PLAIN_BYTES("payload")},
    [DONE] = {"sealing_done", "UPDATE workspace SET sealed = 2 WHERE workspace_id = $1::uuid AND sealed = 1"},
    {NULL, NULL},
};

static void ask(struct clerk *c, int statement, const struct pg_params *params, pg_answer_cb *cb)
{
    struct pg_request *request = sweep_request(c, cb);
    pg_exec(request, &sealing_statements[statement], params);
    pg_end(request);
}

/* NULL: the key is missing, and this workspace has to wait. */
static struct seal_key *key_of(struct clerk *c)
{
    struct seal_key *key = keyring_find(c->keyring, &c->sweep.workspace);
    if (!key)
        sweep_go_on(c, SWEEP_SEAL);
    return key;
}

/* ---- templates */

static void on_template(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (sweep_is_done(c, answer))
        sweep_go_on(c, SWEEP_SEAL_TEMPLATES);
}

static void param_bytes(struct pg_params *params, struct seal_key *key, const struct seal_place *place, const PGresult *rows, int row, int column,
                        struct buf *sealed)
{
    size_t len;
    const uint8_t *bytes = pg_bytes(rows, row, column, &len);
    buf_init(sealed);
    seal_bytes(key, place, bytes, len, sealed);
    pg_param_bytes(params, buf_at(sealed), buf_len(sealed));
}

static void exec_template(struct clerk *c, struct pg_request *request, struct seal_key *key, const PGresult *rows, int row)
{
    struct seal_place place = {SEAL_TEMPLATE_FILE, c->sweep.workspace, pg_uuid(rows, row, 2), 0};
    struct pg_params params = {0};
    struct buf file, info;
    pg_param_uuid(&params, &c->sweep.workspace);
    pg_param_text(&params, pg_text(rows, row, 0));
    pg_param_int(&params, pg_int(rows, row, 1));
    param_bytes(&params, key, &place, rows, row, 3, &file);
    place.kind = SEAL_TEMPLATE_INFO;
    param_bytes(&params, key, &place, rows, row, 4, &info);
    pg_exec(request, &sealing_statements[TEMPLATE], &params);
    buf_fini(&file);
    buf_fini(&info);
}

static void on_templates(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *rows = answer->results[0];
    int n = PQntuples(rows);
    if (n == 0) {
        sweep_go_on(c, SWEEP_SEAL_CANVAS);
        return;
    }
    struct seal_key *key = key_of(c);
    if (!key)
        return;
    struct pg_request *request = sweep_request(c, on_template);
    for (int i = 0; i < n; i++)
        exec_template(c, request, key, rows, i);
    pg_end(request);
}

/* ---- texts */

static void on_texts(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (sweep_is_done(c, answer))
        sweep_go_on(c, SWEEP_SEAL_STATES);
}

static void param_sealed(struct pg_params *params, struct seal_key *key, const struct seal_place *place, const char *text, char **owned)
{
    *owned = NULL;
    pg_param_text(params, seal_is_sealed_text(text) ? text : stored_seal_text(key, place, text, owned));
}

static void exec_texts(struct clerk *c, struct pg_request *request, struct seal_key *key, const PGresult *canvas)
{
    struct seal_place place = {SEAL_TITLE, c->sweep.workspace, c->sweep.canvas, 0};
    struct pg_params params = sweep_here(c);
    char *title, *template_id;
    param_sealed(&params, key, &place, pg_text(canvas, 0, 1), &title);
    place.kind = SEAL_TEMPLATE;
    param_sealed(&params, key, &place, pg_text(canvas, 0, 2), &template_id);
    pg_exec(request, &sealing_statements[TEXTS], &params);
    free(title);
    free(template_id);
}

/* A notice belongs to its live session, a label to the canvas. */
static void exec_text(struct clerk *c, struct pg_request *request, struct seal_key *key, const PGresult *rows, int row, bool label)
{
    struct uuid session = pg_uuid(rows, row, 0);
    struct seal_place place = {label ? SEAL_LABEL : SEAL_NOTICE, c->sweep.workspace, label ? c->sweep.canvas : session, 0};
    struct pg_params params = {0};
    char *owned;
    pg_param_uuid(&params, &c->sweep.workspace);
    pg_param_uuid(&params, &session);
    if (label)
        pg_param_int(&params, pg_int(rows, row, 1));
    param_sealed(&params, key, &place, pg_text(rows, row, label ? 2 : 1), &owned);
    pg_exec(request, &sealing_statements[label ? LABEL : NOTICE], &params);
    free(owned);
}

static void on_done(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    char workspace[UUID_TEXT];
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    uuid_format(&c->sweep.workspace, workspace);
    log_notice(NULL, "all that is stored of workspace %s is sealed now", workspace);
    sweep_go_on(c, SWEEP_SEAL);
}

static void on_canvas(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *canvas = answer->results[0];
    if (PQntuples(canvas) == 0) {
        struct pg_params params = {0};
        pg_param_uuid(&params, &c->sweep.workspace);
        ask(c, DONE, &params, on_done);
        return;
    }
    struct seal_key *key = key_of(c);
    if (!key)
        return;
    c->sweep.canvas = pg_uuid(canvas, 0, 0);
    c->sweep.sealed_seq = 0;
    struct pg_request *request = sweep_request(c, on_texts);
    exec_texts(c, request, key, canvas);
    for (int i = 0; i < PQntuples(answer->results[1]); i++)
        exec_text(c, request, key, answer->results[1], i, false);
    for (int i = 0; i < PQntuples(answer->results[2]); i++)
        exec_text(c, request, key, answer->results[2], i, true);
    pg_end(request);
}

static void next_canvas(struct clerk *c)
{
    struct pg_params params = sweep_here(c);
    struct pg_request *request = sweep_request(c, on_canvas);
    pg_exec(request, &sealing_statements[CANVAS], &params);
    pg_exec(request, &sealing_statements[LIVE], &params);
    pg_exec(request, &sealing_statements[CODES], &params);
    pg_end(request);
}

/* ---- states */

static void on_state(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (sweep_is_done(c, answer))
        sweep_go_on(c, SWEEP_SEAL_STATES);
}

static void on_states(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *found = answer->results[0];
    if (PQntuples(found) == 0) {
        sweep_go_on(c, SWEEP_SEAL_BATCHES);
        return;
    }
    struct seal_key *key = key_of(c);
    if (!key)
        return;
    const struct seal_place place = {SEAL_STATE, c->sweep.workspace, c->sweep.canvas, (uint64_t)pg_int(found, 0, 0)};
    struct pg_params params = sweep_here(c);
    struct buf sealed;
    size_t len;
    const uint8_t *state = pg_bytes(found, 0, 2, &len);
    buf_init(&sealed);
    seal_bytes(key, &place, state, len, &sealed);
    pg_param_int(&params, (int64_t)place.seq);
    pg_param_int(&params, (int64_t)seal_mask_hash(key, &place, (uint64_t)pg_int(found, 0, 1)));
    pg_param_bytes(&params, buf_at(&sealed), buf_len(&sealed));
    ask(c, STATE, &params, on_state);
    buf_fini(&sealed);
}

/* ---- batches */

static void on_batch(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (sweep_is_done(c, answer))
        sweep_go_on(c, SWEEP_SEAL_BATCHES);
}

static void exec_batches(struct clerk *c, struct pg_request *request, struct seal_key *key, const PGresult *rows)
{
    struct buf sealed;
    buf_init(&sealed);
    for (int i = 0; i < PQntuples(rows); i++) {
        const struct seal_place place = {SEAL_BATCH, c->sweep.workspace, c->sweep.canvas, (uint64_t)pg_int(rows, i, 0)};
        struct pg_params params = sweep_here(c);
        size_t len;
        if (pg_is_null(rows, i, 1)) /* it is sealed */
            continue;
        const uint8_t *payload = pg_bytes(rows, i, 1, &len);
        buf_clear(&sealed, SIZE_MAX);
        seal_bytes(key, &place, payload, len, &sealed);
        pg_param_int(&params, (int64_t)place.seq);
        pg_param_bytes(&params, buf_at(&sealed), buf_len(&sealed));
        pg_exec(request, &sealing_statements[BATCH], &params);
    }
    buf_fini(&sealed);
}

static void on_batches(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    const PGresult *rows = answer->results[0];
    int n = PQntuples(rows);
    if (n == 0) {
        sweep_go_on(c, SWEEP_SEAL_CANVAS);
        return;
    }
    struct seal_key *key = key_of(c);
    if (!key)
        return;
    c->sweep.sealed_seq = (uint64_t)pg_int(rows, n - 1, 0);
    struct pg_request *request = sweep_request(c, on_batch);
    exec_batches(c, request, key, rows);
    pg_end(request);
}

/* ---- in order */

static void on_find(void *ctx, void *note, const struct pg_answer *answer)
{
    struct clerk *c = ctx;
    (void)note;
    if (!sweep_is_done(c, answer))
        return;
    if (PQntuples(answer->results[0]) == 0) {
        sweep_begin_stage(c, SWEEP_HEADS);
        return;
    }
    c->sweep.workspace = pg_uuid(answer->results[0], 0, 0);
    c->sweep.canvas = (struct uuid){{0}};
    sweep_go_on(c, SWEEP_SEAL_TEMPLATES);
}

void sealing_step(struct clerk *c)
{
    struct pg_params params = sweep_here(c), first = {0};
    switch (c->sweep.stage) {
    case SWEEP_SEAL:
        pg_param_uuid(&first, &c->sweep.workspace);
        ask(c, FIND, &first, on_find);
        return;
    case SWEEP_SEAL_TEMPLATES:
        pg_param_uuid(&first, &c->sweep.workspace);
        ask(c, TEMPLATES, &first, on_templates);
        return;
    case SWEEP_SEAL_CANVAS:
        next_canvas(c);
        return;
    case SWEEP_SEAL_STATES:
        ask(c, STATES, &params, on_states);
        return;
    case SWEEP_SEAL_BATCHES:
        pg_param_int(&params, (int64_t)c->sweep.sealed_seq);
        ask(c, BATCHES, &params, on_batches);
        return;
    default:
        ASSERT(!"a step of sealing");
    }
}
