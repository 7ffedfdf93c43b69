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

struct replay {
    const struct backup_canvas *which;
    struct canvas c;
    struct arena arena; /* of one batch */
    struct buf plain;   /* what was sealed */
    bool no_key;        /* something is sealed and cannot be read here */
};

static struct pg_params of(const struct backup_canvas *which)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, which->workspace);
    pg_param_uuid(&params, which->canvas);
    return params;
}

static enum status wrong(const struct replay *r, const char *what, struct why *why)
{
    char id[UUID_TEXT];
    uuid_format(r->which->canvas, id);
    return refuse(why, STATUS_INTERNAL, "what is stored of canvas %s does not fit together: %s", id, what);
}

/* Plain bytes of what is stored. False: sealed, and not to be opened: by a missing key (no_key), or because it was changed. hash: of a
 * state, as it is stored beside it; may be NULL. */
static bool open_bytes(struct replay *r, enum seal_kind kind, uint64_t seq, const uint8_t **bytes, size_t *len, uint64_t *hash)
{
    const struct seal_place place = {kind, *r->which->workspace, *r->which->canvas, seq};
    if (!seal_is_sealed(*bytes, *len))
        return true;
    struct seal_key *key = r->which->keys ? keyring_find(r->which->keys, r->which->workspace) : NULL;
    r->no_key = key == NULL;
    buf_clear(&r->plain, PAGE);
    if (!key || seal_open(key, &place, *bytes, *len, &r->plain) != STATUS_OK)
        return false;
    *bytes = buf_at(&r->plain);
    *len = buf_len(&r->plain);
    if (hash)
        *hash = seal_mask_hash(key, &place, *hash);
    return true;
}

static enum status load(struct replay *r, struct why *why)
{
    struct pg_params params = of(r->which);
    PGresult *found;
    enum status status = pg_blocking(r->which->conn,
        "SELECT seq, hash, state FROM snapshot WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid ORDER BY seq DESC LIMIT 1", &params,
        &found, why);
    if (status != STATUS_OK)
        return status;
    if (PQntuples(found) == 0) {
        status = wrong(r, "no state", why);
    } else {
        size_t len;
        struct why detail;
        const uint8_t *bytes = pg_bytes(found, 0, 2, &len);
        uint64_t seq = (uint64_t)pg_int(found, 0, 0), hash = (uint64_t)pg_int(found, 0, 1);
        bool ok = open_bytes(r, SEAL_STATE, seq, &bytes, &len, &hash) && canvas_decode(&r->c, bytes, len, &detail) == STATUS_OK &&
                  canvas_hash(&r->c) == hash && r->c.seq == seq;
        status = ok || r->no_key ? STATUS_OK : wrong(r, "its newest stored state", why);
    }
    PQclear(found);
    return status;
}

static bool apply(struct replay *r, const PGresult *page, int row)
{
    size_t len;
    struct why why;
    const uint8_t *bytes = pg_bytes(page, row, 0, &len);
    if (!open_bytes(r, SEAL_BATCH, r->c.seq + 1, &bytes, &len, NULL))
        return false;
    arena_reset(&r->arena);
    Cocanvas__Committed *batch = message_decode_committed(&r->arena, bytes, len);
    return batch && batch_apply_committed(&r->c, batch, &why) == STATUS_OK;
}

static enum status apply_page(struct replay *r, int *n, struct why *why)
{
    struct pg_params params = of(r->which);
    PGresult *page;
    pg_param_int(&params, (int64_t)r->c.seq);
    pg_param_int(&params, PAGE);
    enum status status = pg_blocking(r->which->conn,
        "SELECT payload FROM journal WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid AND seq > $3::int8 ORDER BY seq LIMIT $4::int8",
        &params, &page, why);
    if (status != STATUS_OK)
        return status;
    bool ok = true;
    *n = PQntuples(page);
    for (int i = 0; ok && i < *n; i++)
        ok = apply(r, page, i);
    PQclear(page);
    return ok || r->no_key ? STATUS_OK : wrong(r, "a batch cannot be applied", why);
}

static enum status head_of(const struct replay *r, uint64_t *seq, struct why *why)
{
    struct pg_params params = of(r->which);
    PGresult *head;
    enum status status =
        pg_blocking(r->which->conn, "SELECT head_seq FROM canvas WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid", &params, &head, why);
    if (status != STATUS_OK)
        return status;
    bool there = PQntuples(head) == 1;
    *seq = there ? (uint64_t)pg_int(head, 0, 0) : 0;
    PQclear(head);
    return there ? STATUS_OK : wrong(r, "it is not there", why);
}

static enum status replay(struct replay *r, struct backup_state *state, struct why *why)
{
    enum status status = load(r, why);
    for (int n = PAGE; status == STATUS_OK && !r->no_key && n == PAGE;)
        status = apply_page(r, &n, why);
    if (status == STATUS_OK)
        status = head_of(r, &state->seq, why);
    if (status == STATUS_OK && !r->no_key && r->c.seq != state->seq)
        status = wrong(r, "its last batch is missing", why);
    state->has_hash = !r->no_key;
    state->hash = r->no_key ? 0 : canvas_hash(&r->c);
    return status;
}

enum status backup_canvas_state(const struct backup_canvas *which, struct backup_state *state, struct why *why)
{
    static const struct canvas_limits none;
    struct replay r = {.which = which};
    canvas_init(&r.c, &none);
    arena_init(&r.arena, BATCH_BYTES);
    buf_init(&r.plain);
    *state = (struct backup_state){0};
    enum status status = replay(&r, state, why);
    buf_fini(&r.plain);
    arena_fini(&r.arena);
    canvas_fini(&r.c);
    return status;
}
