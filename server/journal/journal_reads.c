/* The journal's requests that are not groups: taking and releasing a canvas, clients' bookkeeping, reading history
 * and old states, storing snapshots. They run on the read connection, each as a transaction of its own; so a large answer delays no
 * commit. The statements of a take-over are separate, because each must see what was committed while the first of
 * them waited for the canvas' row. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/journal_internal.h"

enum {
    TAKE, HEAD, TAKEN_SNAPSHOT, TAKEN_SUFFIX, RELEASE, CLIENT, READ, STATE, SNAPSHOT, SNAPSHOT_PRUNE,
};

/* $1 is our incarnation wherever it occurs. */
const struct pg_statement journal_read_statements[] = {
    [TAKE] = {"take",
     "UPDATE canvas c SET epoch = c.epoch + 1, owner = $1::uuid"
     " WHERE c.canvas_id = $2::uuid AND EXISTS (SELECT 1 FROM node m WHERE m.incarnation = $1::uuid)"
     "  AND (c.owner IS NULL OR c.owner = $1::uuid"
     "   OR NOT EXISTS (SELECT 1 FROM node n WHERE n.incarnation = c.owner AND n.lease_until > now()))"
     " RETURNING c.workspace_id, c.epoch, c.head_seq, c.next_client,"
     "  (SELECT w.sealed FROM workspace w WHERE w.workspace_id = c.workspace_id)"},
    [HEAD] = {"head",
     "SELECT coalesce((SELECT min(j.seq) FROM journal j WHERE j.workspace_id = c.workspace_id AND j.canvas_id = c.canvas_id), c.head_seq + 1)"
     " FROM canvas c WHERE c.canvas_id = $1::uuid"},
    [TAKEN_SNAPSHOT] = {"taken_snapshot",
     "SELECT s.seq, s.hash, s.state FROM canvas c, snapshot s"
     " WHERE c.canvas_id = $2::uuid AND c.owner = $1::uuid AND s.workspace_id = c.workspace_id AND s.canvas_id = c.canvas_id"
     "  AND s.seq <= c.head_seq ORDER BY s.seq DESC LIMIT 1"},
    [TAKEN_SUFFIX] = {"taken_suffix",
     "SELECT j.seq, j.payload FROM canvas c, journal j"
     " WHERE c.canvas_id = $2::uuid AND c.owner = $1::uuid AND j.workspace_id = c.workspace_id AND j.canvas_id = c.canvas_id"
     "  AND j.seq > (SELECT coalesce(max(s.seq), 0) FROM snapshot s"
     "   WHERE s.workspace_id = c.workspace_id AND s.canvas_id = c.canvas_id AND s.seq <= c.head_seq)"
     " ORDER BY j.seq"},
    [RELEASE] = {"release",
     "UPDATE canvas SET owner = NULL"
     " WHERE workspace_id = $2::uuid AND canvas_id = $3::uuid AND epoch = $4::int8 AND owner = $1::uuid"},
    [CLIENT] = {"client",
     "WITH found AS ("
     " SELECT * FROM client_pos WHERE workspace_id = $2::uuid AND canvas_id = $3::uuid AND client_id = $5::uuid"
     "), numbered AS ("
     " UPDATE canvas SET next_client = next_client + 1"
     " WHERE workspace_id = $2::uuid AND canvas_id = $3::uuid AND epoch = $4::int8 AND owner = $1::uuid AND NOT EXISTS (SELECT 1 FROM found)"
     " RETURNING next_client - 1 AS client"
     "), added AS ("
     " INSERT INTO client_pos (workspace_id, canvas_id, client, client_id, author)"
     " SELECT $2::uuid, $3::uuid, client, $5::uuid, $6::int8 FROM numbered RETURNING *"
     ") SELECT p.client, p.author, p.last_client_seq, p.last_object, p.reject_client_seq, p.reject_code, p.reject_at_seq"
     " FROM canvas c, (SELECT * FROM found UNION ALL SELECT * FROM added) p"
     " WHERE c.workspace_id = $2::uuid AND c.canvas_id = $3::uuid AND c.epoch = $4::int8 AND c.owner = $1::uuid"},
    [READ] = {"read",
     "SELECT seq, payload FROM (SELECT seq, payload, sum(octet_length(payload)) OVER (ORDER BY seq) - octet_length(payload) AS before"
     "  FROM journal WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid AND seq BETWEEN $3::int8 AND $4::int8"
     "  ORDER BY seq LIMIT $5::int8) page"
     " WHERE before < $6::int8 ORDER BY seq"},
    [STATE] = {"state",      /* states are stored as they are, so a part of one is read without the rest */
     "SELECT seq, hash, octet_length(state)::int8, substring(state FROM $5::int8::int FOR $6::int8::int) FROM snapshot"
     " WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid AND seq BETWEEN $3::int8 AND $4::int8 ORDER BY seq DESC LIMIT 1"},
    [SNAPSHOT] = {"snapshot",
     "INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state)"
     " SELECT workspace_id, canvas_id, $5::int8, $6::int8, $7::bytea FROM canvas"
     " WHERE workspace_id = $2::uuid AND canvas_id = $3::uuid AND epoch = $4::int8 AND owner = $1::uuid AND head_seq >= $5::int8"
     " ON CONFLICT (workspace_id, canvas_id, seq) DO UPDATE SET hash = excluded.hash, state = excluded.state"
     " RETURNING seq"},
    [SNAPSHOT_PRUNE] = {"snapshot_prune",
     "DELETE FROM snapshot s WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid AND seq <"
     " (SELECT seq FROM snapshot WHERE workspace_id = $1::uuid AND canvas_id = $2::uuid ORDER BY seq DESC OFFSET 1 LIMIT 1)"
     " AND EXISTS (SELECT 1 FROM snapshot t WHERE t.workspace_id = $1::uuid AND t.canvas_id = $2::uuid"
     "  AND t.seq >= s.seq / $3::int8 * $3::int8 AND t.seq < s.seq)"},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t room_id, member_id;
    uint32_t request;
    uint32_t author;          /* client: who asks */
    uint64_t seq;             /* snapshot: its seq; read: to_seq */
    bool read_state;          /* take */
    struct uuid workspace, canvas; /* read, state; take: the canvas */
    size_t offset, len;       /* state: the part that was asked for, */
    bool whole;               /* to be cut out of the whole */
};

static struct note *note_for(uint64_t room_id)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->room_id = room_id;
    return note;
}

/* ---------------------------------------------------------------- taking */

static void take_head(struct journal_canvas *canvas, const PGresult *taken)
{
    canvas->workspace = pg_uuid(taken, 0, 0);
    canvas->epoch = (uint64_t)pg_int(taken, 0, 1);
    canvas->head_seq = (uint64_t)pg_int(taken, 0, 2);
    canvas->next_client = (uint32_t)pg_int(taken, 0, 3);
    canvas->sealed = pg_int(taken, 0, 4) != SEALED_NOT;
}

/* From now on we know how to write there, and what to take when reading. */
static enum status take_key(struct journal *j, const struct journal_canvas *canvas, int64_t sealed)
{
    if (sealed == SEALED_NOT)
        return STATUS_OK;
    if (sealed == SEALED_ALL)
        keyring_set_all_sealed(j->keyring, &canvas->workspace);
    return keyring_find_again(j->keyring, &canvas->workspace) != NULL ? STATUS_OK : STATUS_GONE;
}

static enum status take_snapshot(struct journal *j, const struct note *note, struct journal_canvas *canvas, const PGresult *snapshot,
                                 struct buf *plain)
{
    if (PQntuples(snapshot) == 0)
        return STATUS_OK;
    canvas->snapshot_seq = (uint64_t)pg_int(snapshot, 0, 0);
    canvas->snapshot_hash = (uint64_t)pg_int(snapshot, 0, 1);
    canvas->snapshot = pg_bytes(snapshot, 0, 2, &canvas->snapshot_len);
    const struct seal_place place = {SEAL_STATE, canvas->workspace, note->canvas, canvas->snapshot_seq};
    return stored_open_state(j->keyring, &place, plain, &canvas->snapshot, &canvas->snapshot_len, &canvas->snapshot_hash);
}

/* The byte strings of one column, as arrays that the caller frees. */
static size_t column_of_bytes(const PGresult *result, int column, const uint8_t ***bytes, size_t **len)
{
    size_t n = (size_t)PQntuples(result);
    *bytes = xcalloc(n, sizeof **bytes);
    *len = xcalloc(n, sizeof **len);
    for (size_t i = 0; i < n; i++)
        (*bytes)[i] = pg_bytes(result, (int)i, column, &(*len)[i]);
    return n;
}

/* Rows of seq and batch. */
static enum status open_batches(struct journal *j, const struct uuid *workspace, const struct uuid *canvas, const PGresult *rows,
                                const uint8_t **bytes, size_t *len, struct buf *plain)
{
    int n = PQntuples(rows);
    size_t total = 0;
    for (int i = 0; i < n; i++)
        total += len[i];
    if (n > 0 && seal_is_sealed(bytes[n - 1], len[n - 1]))
        buf_reserve(plain, total);      /* all at once: nothing moves */
    enum status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && i < n; i++) {
        const struct seal_place place = {SEAL_BATCH, *workspace, *canvas, (uint64_t)pg_int(rows, i, 0)};
        status = stored_open(j->keyring, &place, plain, &bytes[i], &len[i]);
    }
    return status;
}

static void answer_taken(struct journal *j, const struct note *note, const struct pg_answer *answer)
{
    struct journal_canvas canvas = {0};
    take_head(&canvas, answer->results[0]);
    canvas.oldest_seq = (uint64_t)pg_int(answer->results[1], 0, 0);
    const uint8_t **suffix = NULL;
    size_t *suffix_len = NULL;
    struct buf state, batches;
    buf_init(&state);
    buf_init(&batches);
    enum status status = take_key(j, &canvas, pg_int(answer->results[0], 0, 4));
    if (note->read_state && status == STATUS_OK)
        status = take_snapshot(j, note, &canvas, answer->results[2], &state);
    if (note->read_state && status == STATUS_OK) {
        canvas.n_suffix = column_of_bytes(answer->results[3], 1, &suffix, &suffix_len);
        status = open_batches(j, &canvas.workspace, &note->canvas, answer->results[3], suffix, suffix_len, &batches);
        canvas.suffix = suffix;
        canvas.suffix_len = suffix_len;
    }
    if (status != STATUS_OK)
        journal_release(j, &canvas.workspace, &note->canvas, canvas.epoch);
    j->cb.on_taken(j->ctx, note->room_id, status, status == STATUS_OK ? &canvas : NULL);
    free(suffix);
    free(suffix_len);
    buf_fini(&state);
    buf_fini(&batches);
}

static void on_taken(void *ctx, void *arg, const struct pg_answer *answer)
{
    struct journal *j = ctx;
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        /* Whoever waits for a canvas tries again when on_state says "up", so it has to say "down" first. */
        if (answer->outcome != PG_AWAY)
            journal_give_up_reads(j, "a canvas could not be taken");
        j->cb.on_taken(j->ctx, note->room_id, STATUS_DEGRADED, NULL);
    } else if (PQntuples(answer->results[0]) == 1) {
        answer_taken(j, note, answer);
    } else {
        enum status status = PQntuples(answer->results[1]) == 1 ? STATUS_CONFLICT : STATUS_NOT_FOUND;
        j->cb.on_taken(j->ctx, note->room_id, status, NULL);
    }
}

static void exec_head(struct pg_request *request, const struct uuid *canvas)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, canvas);
    pg_exec(request, &journal_read_statements[HEAD], &params);
}

void journal_take(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, bool read_state)
{
    struct note *note = note_for(room_id);
    note->read_state = read_state;
    note->canvas = *canvas;
    struct pg_params params = {0};
    pg_param_uuid(&params, &j->options.incarnation);
    pg_param_uuid(&params, canvas);
    struct pg_request *request = pg_begin(j->reads, on_taken, j, note);
    border_workspace(request, workspace);
    pg_exec(request, &journal_read_statements[TAKE], &params);
    exec_head(request, canvas);
    if (read_state) {
        pg_exec(request, &journal_read_statements[TAKEN_SNAPSHOT], &params);
        pg_exec(request, &journal_read_statements[TAKEN_SUFFIX], &params);
    }
    pg_end(request);
}

/* $1 to $4 of what is done under the epoch. */
static void under_epoch(struct pg_params *params, const struct journal *j, const struct uuid *workspace, const struct uuid *canvas,
                        uint64_t epoch)
{
    pg_param_uuid(params, &j->options.incarnation);
    pg_param_uuid(params, workspace);
    pg_param_uuid(params, canvas);
    pg_param_int(params, (int64_t)epoch);
}

/* What is not released is taken over when our lease is out, or by our next incarnation. */
static void on_released(void *ctx, void *note, const struct pg_answer *answer)
{
    (void)ctx, (void)note, (void)answer;
}

void journal_release(struct journal *j, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch)
{
    struct pg_params params = {0};
    under_epoch(&params, j, workspace, canvas, epoch);
    struct pg_request *request = pg_begin(j->reads, on_released, j, NULL);
    border_workspace(request, workspace);
    pg_exec(request, &journal_read_statements[RELEASE], &params);
    pg_end(request);
}

/* ---------------------------------------------------------------- clients */

static enum status client_status(const struct note *note, const struct pg_answer *answer, struct journal_client *client)
{
    if (answer->outcome != PG_DONE)
        return STATUS_DEGRADED;
    const PGresult *found = answer->results[0];
    if (PQntuples(found) == 0)
        return STATUS_CONFLICT;
    *client = (struct journal_client){
        .number = (uint32_t)pg_int(found, 0, 0),
        .author = (uint32_t)pg_int(found, 0, 1),
        .last_client_seq = (uint64_t)pg_int(found, 0, 2),
        .last_object = (uint32_t)pg_int(found, 0, 3),
        .reject_client_seq = (uint64_t)pg_int(found, 0, 4),
        .reject_code = (uint16_t)pg_int(found, 0, 5),
        .reject_at_seq = (uint64_t)pg_int(found, 0, 6),
    };
    return client->author == note->author ? STATUS_OK : STATUS_DENIED;
}

static void on_client(void *ctx, void *arg, const struct pg_answer *answer)
{
    struct journal *j = ctx;
    const struct note *note = arg;
    struct journal_client client;
    enum status status = client_status(note, answer, &client);
    j->cb.on_client(j->ctx, note->room_id, note->member_id, status, status == STATUS_OK ? &client : NULL);
}

void journal_client(struct journal *j, uint64_t room_id, uint64_t member_id, const struct uuid *workspace, const struct uuid *canvas,
                    uint64_t epoch, const struct uuid *client_id, uint32_t author)
{
    struct note *note = note_for(room_id);
    note->member_id = member_id;
    note->author = author;
    struct pg_params params = {0};
    under_epoch(&params, j, workspace, canvas, epoch);
    pg_param_uuid(&params, client_id);
    pg_param_int(&params, author);
    struct pg_request *request = pg_begin(j->reads, on_client, j, note);
    border_workspace(request, workspace);
    pg_exec(request, &journal_read_statements[CLIENT], &params);
    pg_end(request);
}

/* ---------------------------------------------------------------- history */

static void on_read(void *ctx, void *arg, const struct pg_answer *answer)
{
    struct journal *j = ctx;
    const struct note *note = arg;
    if (answer->outcome != PG_DONE || PQntuples(answer->results[1]) == 0) {
        enum status status = answer->outcome != PG_DONE ? STATUS_DEGRADED : STATUS_NOT_FOUND;
        j->cb.on_read(j->ctx, note->room_id, note->member_id, note->request, status, 0, NULL, NULL, true, 0);
        return;
    }
    const uint8_t **committed;
    size_t *len;
    const PGresult *page = answer->results[0];
    struct buf plain;
    buf_init(&plain);
    size_t n = column_of_bytes(page, 1, &committed, &len);
    enum status status = open_batches(j, &note->workspace, &note->canvas, page, committed, len, &plain);
    bool last = n == 0 || (uint64_t)pg_int(page, (int)n - 1, 0) >= note->seq;
    uint64_t oldest = (uint64_t)pg_int(answer->results[1], 0, 0);
    j->cb.on_read(j->ctx, note->room_id, note->member_id, note->request, status, status == STATUS_OK ? n : 0, committed, len,
                  status != STATUS_OK || last, oldest);
    free(committed);
    free(len);
    buf_fini(&plain);
}

/* Numbers from outside may be anything up to 2^64 - 1, the database's end at 2^63 - 1. */
static int64_t clamp(uint64_t seq)
{
    return seq > INT64_MAX ? INT64_MAX : (int64_t)seq;
}

void journal_read(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request, const struct uuid *workspace,
                  const struct uuid *canvas, uint64_t from_seq, uint64_t to_seq)
{
    struct note *note = note_for(room_id);
    note->member_id = member_id;
    note->request = request;
    note->seq = to_seq;
    note->workspace = *workspace;
    note->canvas = *canvas;
    struct pg_params params = {0};
    pg_param_uuid(&params, workspace);
    pg_param_uuid(&params, canvas);
    pg_param_int(&params, clamp(from_seq));
    pg_param_int(&params, clamp(to_seq));
    pg_param_int(&params, clamp(j->options.read_batches));
    pg_param_int(&params, clamp(j->options.read_bytes));
    struct pg_request *pg_request = pg_begin(j->reads, on_read, j, note);
    border_workspace(pg_request, workspace);
    pg_exec(pg_request, &journal_read_statements[READ], &params);
    exec_head(pg_request, canvas);
    pg_end(pg_request);
}

/* ---------------------------------------------------------------- snapshots */

/* What is sealed proves itself only as a whole, so the whole is read for each part, and nothing is kept: a state has some megabytes at
 * most, and few people read old ones. */
static enum status cut_part(struct journal *j, const struct note *note, struct journal_state *part, struct buf *plain)
{
    const struct seal_place place = {SEAL_STATE, note->workspace, note->canvas, part->seq};
    enum status status = stored_open_state(j->keyring, &place, plain, &part->bytes, &part->len, &part->hash);
    if (status != STATUS_OK)
        return status;
    part->total_bytes = part->len;
    size_t offset = note->offset < part->len ? note->offset : part->len;
    part->bytes += offset;
    part->len = part->len - offset < note->len ? part->len - offset : note->len;
    return STATUS_OK;
}

static void on_state_part(void *ctx, void *arg, const struct pg_answer *answer)
{
    struct journal *j = ctx;
    const struct note *note = arg;
    struct journal_state part = {0};
    enum status status = answer->outcome != PG_DONE                ? STATUS_DEGRADED
                         : PQntuples(answer->results[0]) == 0 ? STATUS_NOT_FOUND
                                                              : STATUS_OK;
    struct buf plain;
    buf_init(&plain);
    if (status == STATUS_OK) {
        const PGresult *found = answer->results[0];
        part.seq = (uint64_t)pg_int(found, 0, 0);
        part.hash = (uint64_t)pg_int(found, 0, 1);
        part.total_bytes = (size_t)pg_int(found, 0, 2);
        part.bytes = pg_bytes(found, 0, 3, &part.len);
        if (!note->whole && note->offset == 0 && seal_is_sealed(part.bytes, part.len)) {     /* just now */
            (void)keyring_find(j->keyring, &note->workspace);
            journal_state(j, note->room_id, note->member_id, note->request, &note->workspace, &note->canvas, part.seq, part.seq, 0, note->len);
            return;
        }
        status = note->whole ? cut_part(j, note, &part, &plain) : STATUS_OK;
    }
    j->cb.on_state_part(j->ctx, note->room_id, note->member_id, note->request, status, status == STATUS_OK ? &part : NULL);
    buf_fini(&plain);
}

void journal_state(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request, const struct uuid *workspace,
                   const struct uuid *canvas, uint64_t least_seq, uint64_t most_seq, size_t offset, size_t len)
{
    struct note *note = note_for(room_id);
    struct seal_key *key;
    note->member_id = member_id;
    note->request = request;
    note->workspace = *workspace;
    note->canvas = *canvas;
    note->offset = offset;
    note->len = len;
    note->whole = keyring_way_known(j->keyring, workspace, &key) != KEYRING_PLAIN;
    struct pg_params params = {0};
    pg_param_uuid(&params, workspace);
    pg_param_uuid(&params, canvas);
    pg_param_int(&params, clamp(least_seq));
    pg_param_int(&params, clamp(most_seq));
    pg_param_int(&params, note->whole ? 1 : clamp(offset + 1));
    pg_param_int(&params, note->whole ? INT32_MAX : clamp(len));
    struct pg_request *pg_request = pg_begin(j->reads, on_state_part, j, note);
    border_workspace(pg_request, workspace);
    pg_exec(pg_request, &journal_read_statements[STATE], &params);
    pg_end(pg_request);
}

static void on_snapshot(void *ctx, void *arg, const struct pg_answer *answer)
{
    struct journal *j = ctx;
    const struct note *note = arg;
    enum status status = STATUS_OK;
    if (answer->outcome != PG_DONE)
        status = STATUS_DEGRADED;
    else if (PQntuples(answer->results[0]) == 0)
        status = STATUS_CONFLICT;
    j->cb.on_snapshot(j->ctx, note->room_id, note->seq, status);
}

void journal_snapshot(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch,
                      uint64_t seq, uint64_t hash, const uint8_t *bytes, size_t len)
{
    struct note *note = note_for(room_id);
    note->seq = seq;
    struct pg_params params = {0};
    const struct seal_place place = {SEAL_STATE, *workspace, *canvas, seq};
    struct seal_key *key;
    struct buf sealed;
    buf_init(&sealed);
    enum keyring_way way = keyring_way_known(j->keyring, workspace, &key);
    if (way == KEYRING_SEALED) {
        seal_bytes(key, &place, bytes, len, &sealed);
        hash = seal_mask_hash(key, &place, hash);
    }
    under_epoch(&params, j, workspace, canvas, way == KEYRING_LOST ? 0 : epoch);      /* 0 is no canvas' epoch */
    pg_param_int(&params, (int64_t)seq);
    pg_param_int(&params, (int64_t)hash);
    if (way == KEYRING_PLAIN)
        pg_param_bytes(&params, bytes, len);
    else
        pg_param_bytes(&params, sealed.data, buf_len(&sealed));
    struct pg_params which = {0};
    pg_param_uuid(&which, workspace);
    pg_param_uuid(&which, canvas);
    pg_param_int(&which, JOURNAL_KEEP_EVERY);
    struct pg_request *request = pg_begin(j->reads, on_snapshot, j, note);
    border_workspace(request, workspace);
    pg_exec(request, &journal_read_statements[SNAPSHOT], &params);
    pg_exec(request, &journal_read_statements[SNAPSHOT_PRUNE], &which);
    pg_end(request);
    buf_fini(&sealed);
}
