/* What a canvas comes to by what is stored of it: replayed with the same code as a room's. */
#include <string.h>

#include "common/arena.h"
#include "common/canvas.h"
#include "common/message.h"
#include "common/op.h"
#include "server/journal/backup_tables.h"
#include "server/journal/pg_blocking.h"
#include "wire.pb-c.h"

enum { PAGE = 256, BATCH_BYTES = 64 << 20 };

static struct pg_params which(const struct uuid *workspace, const struct uuid *canvas)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, workspace);
    pg_param_uuid(&params, canvas);
    return params;
}

static enum status wrong(const struct uuid *canvas, const char *what, struct why *why)
{
    char id[UUID_TEXT];
    uuid_format(canvas, id);
    return refuse(why, STATUS_INTERNAL, "what is stored of canvas %s does not fit together: %s", id, what);
}

static enum status load(PGconn *conn, const struct uuid *workspace, const struct uuid *canvas, struct canvas *c, struct why *why)
{
    struct pg_params params = which(workspace, canvas);
    PGresult *found;
    enum status status = pg_blocking(conn,
        "SELECT seq, hash, state FROM snapshot WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid ORDER BY seq DESC LIMIT 1", &params,
        &found, why);
    if (status != STATUS_OK)
        return status;
    size_t len = 0;
    struct why detail;
    const uint8_t *bytes = PQntuples(found) > 0 ? pg_bytes(found, 0, 2, &len) : NULL;
    if (!bytes)
        status = wrong(canvas, "no state", why);
    else if (canvas_decode(c, bytes, len, &detail) != STATUS_OK || canvas_hash(c) != (uint64_t)pg_int(found, 0, 1) ||
             c->seq != (uint64_t)pg_int(found, 0, 0))
        status = wrong(canvas, "its newest stored state", why);
    PQclear(found);
    return status;
}

static bool apply(struct canvas *c, struct arena *arena, const PGresult *page, int row)
{
    size_t len;
    struct why why;
    const uint8_t *bytes = pg_bytes(page, row, 0, &len);
    arena_reset(arena);
    Cocanvas__Committed *batch = message_decode_committed(arena, bytes, len);
    return batch && batch_apply_committed(c, batch, &why) == STATUS_OK;
}

static enum status replay(PGconn *conn, const struct uuid *workspace, const struct uuid *canvas, struct canvas *c, struct arena *arena,
                          struct why *why)
{
    for (int n = PAGE; n == PAGE;) {
        struct pg_params params = which(workspace, canvas);
        PGresult *page;
        pg_param_int(&params, (int64_t)c->seq);
        pg_param_int(&params, PAGE);
        enum status status = pg_blocking(conn,
            "SELECT payload FROM journal WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid AND seq > $3::int8 ORDER BY seq LIMIT $4::int8",
            &params, &page, why);
        if (status != STATUS_OK)
            return status;
        n = PQntuples(page);
        bool ok = true;
        for (int i = 0; ok && i < n; i++)
            ok = apply(c, arena, page, i);
        PQclear(page);
        if (!ok)
            return wrong(canvas, "a batch cannot be applied", why);
    }
    return STATUS_OK;
}

static enum status check_head(PGconn *conn, const struct uuid *workspace, const struct uuid *canvas, uint64_t seq, struct why *why)
{
    struct pg_params params = which(workspace, canvas);
    PGresult *head;
    enum status status = pg_blocking(conn, "SELECT head_seq FROM canvas WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid", &params, &head, why);
    if (status != STATUS_OK)
        return status;
    bool fits = PQntuples(head) == 1 && (uint64_t)pg_int(head, 0, 0) == seq;
    PQclear(head);
    return fits ? STATUS_OK : wrong(canvas, "its last batch is missing", why);
}

enum status backup_canvas_state(PGconn *conn, const struct uuid *workspace, const struct uuid *canvas, struct backup_state *state, struct why *why)
{
    static const struct canvas_limits none;
    struct canvas c;
    struct arena arena;
    canvas_init(&c, &none);
    arena_init(&arena, BATCH_BYTES);
    enum status status = load(conn, workspace, canvas, &c, why);
    if (status == STATUS_OK)
        status = replay(conn, workspace, canvas, &c, &arena, why);
    if (status == STATUS_OK)
        status = check_head(conn, workspace, canvas, c.seq, why);
    *state = (struct backup_state){.seq = c.seq, .hash = canvas_hash(&c), .has_hash = true};
    arena_fini(&arena);
    canvas_fini(&c);
    return status;
}
