/* The statements behind store_template.h. $1 is the workspace and $2 the actor's number there. A template that was removed is a version
 * without content, so that its former versions stay and the count goes on. */
#include "server/journal/store_template.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/store_private.h"

enum { TEMPLATE_LOCK, TEMPLATES, TEMPLATE_VERSIONS, TEMPLATE_PUT, TEMPLATE_REMOVE, TEMPLATE_FORGET };

#define ACTOR_ROLE "(SELECT role FROM member WHERE workspace_id = $1::uuid AND author = $2::int8)"
#define NEWEST(of) "(SELECT max(n.version) FROM template n WHERE n.workspace_id = $1::uuid AND n.template_id = " of ")"
#define MOST "100"      /* STORE_TEMPLATES_MOST */
#define VERSIONS "50"   /* STORE_TEMPLATE_VERSIONS */
#define REMOVED "100"   /* STORE_TEMPLATES_REMOVED */
_Static_assert(STORE_TEMPLATES_MOST == 100 && STORE_TEMPLATE_VERSIONS == 50 && STORE_TEMPLATES_REMOVED == 100, "as in the statements");

const struct pg_statement store_template_statements[] = {
    [TEMPLATE_LOCK] = {"template_lock", "SELECT 1 FROM workspace WHERE workspace_id = $1::uuid FOR NO KEY UPDATE"},
    /* A row of nulls for a member of a workspace that has none. */
    [TEMPLATES] = {"templates",
     "SELECT t.template_id, t.version, t.removed, t.info, t.put_by, (extract(epoch FROM t.put_at) * 1000)::int8, t.content_id"
     " FROM (SELECT 1 WHERE " ACTOR_ROLE " > 0) may LEFT JOIN template t ON t.workspace_id = $1::uuid AND NOT t.removed"
     "  AND t.version = " NEWEST("t.template_id") " ORDER BY t.template_id"},
    /* $3 id, $4 version or 0, $5 another id that would do */
    [TEMPLATE_VERSIONS] = {"template_versions",
     "WITH found AS ("
     " SELECT t.template_id, t.version, t.removed FROM template t WHERE t.workspace_id = $1::uuid AND t.template_id IN ($3::text, $5::text)"
     "  AND " ACTOR_ROLE " > 0 AND t.version = " NEWEST("t.template_id") " AND (NOT t.removed OR $4::int8 > 0)"
     "  ORDER BY t.template_id = $3::text DESC LIMIT 1"
     ") SELECT t.template_id, t.version, t.removed,"
     " CASE WHEN t.version = $4::int8 OR ($4::int8 = 0 AND t.version = f.version) THEN t.file END, t.put_by,"
     " (extract(epoch FROM t.put_at) * 1000)::int8, t.content_id"
     " FROM found f JOIN template t ON t.workspace_id = $1::uuid AND t.template_id = f.template_id ORDER BY t.version DESC"},
    /* $3 id, $4 what its seals are bound to, $5 file, $6 info, $7 whether they are sealed. "yes"; "full"; "lost" (its key is); "no". */
    [TEMPLATE_PUT] = {"template_put",
     "WITH " STORE_SEAL ", verdict AS ("
     " SELECT CASE WHEN coalesce(" ACTOR_ROLE ", 0) < 4 THEN 'no' WHEN NOT " STORE_MAY_WRITE("$7") " THEN 'lost'"
     "  WHEN (SELECT count(*) FROM template t WHERE t.workspace_id = $1::uuid AND t.template_id <> $3::text AND NOT t.removed"
     "   AND t.version = " NEWEST("t.template_id") ") >= " MOST " THEN 'full' ELSE 'yes' END AS says"
     "), made AS ("
     " INSERT INTO template (workspace_id, template_id, version, removed, content_id, file, info, put_by)"
     " SELECT $1::uuid, $3::text, coalesce(" NEWEST("$3::text") ", 0) + 1, false, $4::uuid, $5::bytea, $6::bytea, $2::int8"
     " FROM verdict WHERE says = 'yes' RETURNING version"
     ") SELECT says, coalesce((SELECT version FROM made), 0) FROM verdict"},
    [TEMPLATE_REMOVE] = {"template_remove",
     "WITH made AS ("
     " INSERT INTO template (workspace_id, template_id, version, removed, content_id, file, info, put_by)"
     " SELECT $1::uuid, t.template_id, t.version + 1, true, t.content_id, ''::bytea, ''::bytea, $2::int8 FROM template t"
     " WHERE t.workspace_id = $1::uuid AND t.template_id = $3::text AND t.version = " NEWEST("$3::text") " AND NOT t.removed"
     "  AND " ACTOR_ROLE " >= 4 RETURNING version"
     ") SELECT coalesce((SELECT 'yes' FROM made), 'no'), coalesce((SELECT version FROM made), 0)"},
    /* Former versions beyond what is kept. */
    [TEMPLATE_FORGET] = {"template_forget",
     "DELETE FROM template t WHERE t.workspace_id = $1::uuid AND (t.version <= " NEWEST("t.template_id") " - " VERSIONS
     " OR t.template_id IN (SELECT r.template_id FROM template r WHERE r.workspace_id = $1::uuid AND r.removed"
     "  AND r.version = " NEWEST("r.template_id") " ORDER BY r.put_at DESC, r.template_id OFFSET " REMOVED "))"},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_templates_cb *templates;
    store_number_cb *number;
    struct uuid workspace;
    struct keyring *keyring;
    uint32_t version;             /* whose file is wanted; 0: the newest one's */
};

static struct note *note_for(uint64_t id, struct pg *pg, const struct store_actor *actor)
{
    struct note *note = xcalloc(1, sizeof *note);
    *note = (struct note){.id = id, .keyring = pg_keyring(pg), .workspace = actor->workspace};
    return note;
}

static void add_actor(struct pg_params *params, const struct store_actor *actor)
{
    pg_param_uuid(params, &actor->workspace);
    pg_param_int(params, actor->author);
}

/* ---- reading */

/* kind: of the bytes. What can't be opened has none, and is what is returned. */
static enum status read_row(const struct note *note, const PGresult *found, int i, enum seal_kind kind, struct store_template *t, struct buf *plain)
{
    *t = (struct store_template){.id = pg_text(found, i, 0), .version = (uint32_t)pg_int(found, i, 1), .removed = pg_bool(found, i, 2),
                                 .put_by = (uint32_t)pg_int(found, i, 4), .put_ms = pg_int(found, i, 5)};
    if (pg_is_null(found, i, 3) || t->removed)
        return STATUS_OK;
    const struct seal_place place = {kind, note->workspace, pg_uuid(found, i, 6), 0};
    t->bytes = pg_bytes(found, i, 3, &t->len);
    enum status status = stored_open(note->keyring, &place, plain, &t->bytes, &t->len);
    if (status != STATUS_OK)
        t->bytes = NULL;
    return status;
}

static void give(void *ctx, const struct note *note, const PGresult *found, enum seal_kind kind)
{
    size_t n = (size_t)PQntuples(found);
    struct store_template *rows = xcalloc(n + 1, sizeof *rows);
    struct buf *plain = xcalloc(n + 1, sizeof *plain); /* one each: a buffer that grows moves */
    enum status status = kind == SEAL_TEMPLATE_FILE ? STATUS_NOT_FOUND : STATUS_OK;
    for (size_t i = 0; i < n; i++) {
        buf_init(&plain[i]);
        enum status read = read_row(note, found, (int)i, kind, &rows[i], &plain[i]);
        if (kind == SEAL_TEMPLATE_FILE && (read != STATUS_OK || rows[i].bytes != NULL))
            status = read; /* of the one version whose file is wanted; a list shows what it can */
    }
    note->templates(ctx, note->id, status, status == STATUS_OK ? n : 0, rows);
    for (size_t i = 0; i < n; i++)
        buf_fini(&plain[i]);
    free(plain);
    free(rows);
}

static void on_templates(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[0] : NULL;
    if (found == NULL || PQntuples(found) == 0)
        note->templates(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, 0, NULL);
    else if (pg_is_null(found, 0, 0))
        note->templates(ctx, note->id, STATUS_OK, 0, NULL);
    else
        give(ctx, note, found, SEAL_TEMPLATE_INFO);
}

void store_templates(struct pg *pg, const struct store_actor *actor, void *ctx, uint64_t id, store_templates_cb *cb)
{
    struct note *note = note_for(id, pg, actor);
    note->templates = cb;
    struct pg_params params = {0};
    add_actor(&params, actor);
    struct pg_request *request = pg_begin(pg, on_templates, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_template_statements[TEMPLATES], &params);
    pg_end(request);
}

static void on_versions(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->templates(ctx, note->id, store_failure(answer), 0, NULL);
    else
        give(ctx, note, answer->results[0], SEAL_TEMPLATE_FILE);
}

void store_template_get(struct pg *pg, const struct store_actor *actor, const char *template_id, const char *otherwise, uint32_t version,
                        void *ctx, uint64_t id, store_templates_cb *cb)
{
    struct note *note = note_for(id, pg, actor);
    note->templates = cb;
    note->version = version;
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_text(&params, template_id);
    pg_param_int(&params, version);
    pg_param_text(&params, otherwise);
    struct pg_request *request = pg_begin(pg, on_versions, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_template_statements[TEMPLATE_VERSIONS], &params);
    pg_end(request);
}

/* ---- changing */

/* The verdict is the second statement's answer. */
static void on_changed(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    enum status status = STATUS_NOT_FOUND;
    if (answer->outcome != PG_DONE) {
        note->number(ctx, note->id, store_failure(answer), 0);
        return;
    }
    const char *says = pg_text(answer->results[1], 0, 0);
    if (strcmp(says, "yes") == 0)
        status = STATUS_OK;
    else if (strcmp(says, "full") == 0)
        status = STATUS_TOO_LARGE;
    else if (strcmp(says, "lost") == 0)
        status = STATUS_GONE;
    note->number(ctx, note->id, status, (uint32_t)pg_int(answer->results[1], 0, 1));
}

static void change(struct pg *pg, struct note *note, const struct store_actor *actor, int statement, const struct pg_params *params, void *ctx)
{
    struct pg_params lock = {0};
    pg_param_uuid(&lock, &actor->workspace);
    struct pg_request *request = pg_begin(pg, on_changed, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_template_statements[TEMPLATE_LOCK], &lock);
    pg_exec(request, &store_template_statements[statement], params);
    pg_exec(request, &store_template_statements[TEMPLATE_FORGET], &lock);
    pg_end(request);
}

/* Sealed into `sealed` if there is a key; else as it is. */
static void param_content(struct pg_params *params, struct seal_key *key, const struct seal_place *place, const void *bytes, size_t len,
                          struct buf *sealed)
{
    if (key != NULL)
        seal_bytes(key, place, bytes, len, sealed);
    pg_param_bytes(params, key != NULL ? buf_at(sealed) : bytes, key != NULL ? buf_len(sealed) : len);
}

void store_template_put(struct pg *pg, const struct store_actor *actor, const struct store_template_new *template, void *ctx, uint64_t id,
                        store_number_cb *cb)
{
    struct note *note = note_for(id, pg, actor);
    note->number = cb;
    struct seal_key *key;
    enum keyring_way way = store_way(pg, &actor->workspace, &key);
    struct seal_place place = {SEAL_TEMPLATE_FILE, actor->workspace, {{0}}, 0};
    uuid_random(&place.object);
    struct buf file, info;
    buf_init(&file);
    buf_init(&info);
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_text(&params, template->id);
    pg_param_uuid(&params, &place.object);
    param_content(&params, key, &place, template->file, way == KEYRING_LOST ? 0 : strlen(template->file), &file);
    place.kind = SEAL_TEMPLATE_INFO;
    param_content(&params, key, &place, template->info, way == KEYRING_LOST ? 0 : template->info_len, &info);
    pg_param_int(&params, STORE_WAY(way));
    change(pg, note, actor, TEMPLATE_PUT, &params, ctx);
    buf_fini(&file);
    buf_fini(&info);
}

void store_template_remove(struct pg *pg, const struct store_actor *actor, const char *template_id, void *ctx, uint64_t id, store_number_cb *cb)
{
    struct note *note = note_for(id, pg, actor);
    note->number = cb;
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_text(&params, template_id);
    change(pg, note, actor, TEMPLATE_REMOVE, &params, ctx);
}
