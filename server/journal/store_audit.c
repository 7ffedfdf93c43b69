/* The statements behind store_audit.h. In those of an actor $1 is the workspace and $2 the actor's number there. */
#include "server/journal/store_audit.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/store_private.h"

enum {
    AUDIT_HEAD, AUDIT_PAGE, RETENTION_SET, RETENTION_GET, LOCK_WORKSPACE, LOCK_MEMBERS_ACCOUNT, LOCK_ACCOUNT, LOCK_WORKSPACES, MEMBER_ERASE,
    ACCOUNT_ERASE, WORKSPACE_ERASE,
};

#define ACTOR_ROLE "(SELECT coalesce(max(role), 0) FROM member WHERE workspace_id = $1::uuid AND author = $2::int8)"
#define OTHER_OWNER(m)                                                                                                 \
    "EXISTS (SELECT 1 FROM member o WHERE o.workspace_id = " m ".workspace_id AND o.role = 5 AND o.author <> " m ".author)"
#define FORMER "role = 0, account_id = NULL, name = 'Former member ' || m.author"
#define SAID "(SELECT says FROM verdict)"

const struct pg_statement store_audit_statements[] = {
    /* $3 about */
    [AUDIT_HEAD] = {"audit_head",
     "SELECT CASE WHEN m.role = 5 THEN coalesce(h.number, 0) ELSE 0 END, h.hash FROM member m LEFT JOIN audit_head h USING (workspace_id)"
     " WHERE m.workspace_id = $1::uuid AND m.author = $2::int8 AND (m.role = 5 OR (m.role > 0 AND $3::int8 = m.author))"},
    /* $3 about, $4 after, $5 since. One more than a page, to know whether it is the last. */
    [AUDIT_PAGE] = {"audit_page",
     "SELECT a.number, a.time_ms, a.event, a.author, a.whom, a.canvas_id, a.detail, a.text, a.hash, coalesce(x.address, '')"
     " FROM member m JOIN audit a USING (workspace_id) LEFT JOIN audit_address x"
     "  ON x.workspace_id = a.workspace_id AND x.number = a.number AND (m.role = 5 OR a.author = m.author)"
     " WHERE m.workspace_id = $1::uuid AND m.author = $2::int8 AND (m.role = 5 OR (m.role > 0 AND $3::int8 = m.author))"
     "  AND a.number > $4::int8 AND a.time_ms >= $5::int8 AND ($3::int8 = 0 OR a.author = $3::int8 OR a.whom = $3::int8)"
     " ORDER BY a.number LIMIT 501"},
    [RETENTION_SET] = {"retention_set",
     "UPDATE workspace SET history_days = $3::int8, trash_days = $4::int8 WHERE workspace_id = $1::uuid AND " ACTOR_ROLE " = 5"},
    [RETENTION_GET] = {"retention_get",
     "SELECT history_days, trash_days FROM workspace WHERE workspace_id = $1::uuid AND " ACTOR_ROLE " = 5"},
    /* Changes in one workspace come one after the other, as in store_members.c; FOR UPDATE also keeps new canvases out. */
    [LOCK_WORKSPACE] = {"erase_lock_workspace", "SELECT 1 FROM workspace WHERE workspace_id = $1::uuid FOR UPDATE"},
    /* Nobody becomes a member by an account while it is decided whether it goes. $2 whose */
    [LOCK_MEMBERS_ACCOUNT] = {"erase_lock_members_account",
     "SELECT 1 FROM account WHERE account_id = (SELECT account_id FROM member WHERE workspace_id = $1::uuid AND author = $2::int8) FOR UPDATE"},
    [LOCK_ACCOUNT] = {"erase_lock_account", "SELECT 1 FROM account WHERE account_id = $1::uuid FOR UPDATE"},
    [LOCK_WORKSPACES] = {"erase_lock_workspaces",
     "SELECT 1 FROM workspace WHERE workspace_id IN (SELECT workspace_id FROM member WHERE account_id = $1::uuid)"
     " ORDER BY workspace_id FOR NO KEY UPDATE"},
    /* $3 whose, $4 name. What an owner once wrote about the person (whom an invitation was for) goes, too. */
    [MEMBER_ERASE] = {"member_erase",
     "WITH verdict AS ("
     " SELECT m.account_id, CASE WHEN " ACTOR_ROLE " <> 5 THEN 'no' WHEN m.name <> $4::text THEN 'confirm'"
     "  WHEN m.role = 5 AND NOT " OTHER_OWNER("m") " THEN 'last' ELSE 'yes' END AS says"
     " FROM member m WHERE m.workspace_id = $1::uuid AND m.author = $3::int8"
     "), former AS ("
     " UPDATE member m SET " FORMER " WHERE workspace_id = $1::uuid AND author = $3::int8 AND " SAID " = 'yes'"
     "), invited AS ("
     " UPDATE invitation i SET revoked_at = CASE WHEN i.created_by = $3::int8 AND i.used < i.uses THEN coalesce(i.revoked_at, now())"
     "   ELSE i.revoked_at END,"
     "  label = CASE WHEN i.used_by = v.account_id THEN '' ELSE i.label END,"
     "  used_by = CASE WHEN i.used_by = v.account_id THEN NULL ELSE i.used_by END"
     " FROM verdict v WHERE v.says = 'yes' AND i.workspace_id = $1::uuid AND (i.created_by = $3::int8 OR i.used_by = v.account_id)"
     "), alone AS ("
     " DELETE FROM canvas_access WHERE workspace_id = $1::uuid AND author = $3::int8 AND " SAID " = 'yes'"
     "), outside AS ("
     " DELETE FROM guest WHERE workspace_id = $1::uuid AND author = $3::int8 AND " SAID " = 'yes'"
     "), whence AS ("
     " DELETE FROM audit_address WHERE workspace_id = $1::uuid AND author = $3::int8 AND " SAID " = 'yes'"
     "), gone AS ("
     " DELETE FROM account a USING verdict v WHERE v.says = 'yes' AND a.account_id = v.account_id AND NOT EXISTS"
     "  (SELECT 1 FROM member o WHERE o.account_id = v.account_id AND o.workspace_id <> $1::uuid AND o.role > 0) RETURNING 1"
     ") SELECT coalesce(" SAID ", 'no'), (SELECT account_id FROM verdict), EXISTS (SELECT 1 FROM gone)"},
    /* $1 account, $2 login */
    [ACCOUNT_ERASE] = {"account_erase",
     "WITH verdict AS ("
     " SELECT CASE WHEN a.login <> lower($2::text) THEN 'confirm'"
     "  WHEN EXISTS (SELECT 1 FROM member m WHERE m.account_id = $1::uuid AND m.role = 5 AND NOT " OTHER_OWNER("m") ") THEN 'last'"
     "  ELSE 'yes' END AS says FROM account a WHERE a.account_id = $1::uuid"
     "), mine AS ("
     " SELECT workspace_id, author FROM member WHERE account_id = $1::uuid AND " SAID " = 'yes'"
     "), former AS ("
     " UPDATE member m SET " FORMER " FROM mine WHERE m.workspace_id = mine.workspace_id AND m.author = mine.author"
     "), invited AS ("
     " UPDATE invitation i SET revoked_at = CASE WHEN i.created_by = mine.author AND i.used < i.uses THEN coalesce(i.revoked_at, now())"
     "   ELSE i.revoked_at END,"
     "  label = CASE WHEN i.used_by = $1::uuid THEN '' ELSE i.label END,"
     "  used_by = CASE WHEN i.used_by = $1::uuid THEN NULL ELSE i.used_by END"
     " FROM mine WHERE i.workspace_id = mine.workspace_id AND (i.created_by = mine.author OR i.used_by = $1::uuid)"
     "), alone AS ("
     " DELETE FROM canvas_access x USING mine WHERE x.workspace_id = mine.workspace_id AND x.author = mine.author"
     "), whence AS ("
     " DELETE FROM audit_address x USING mine WHERE x.workspace_id = mine.workspace_id AND x.author = mine.author"
     "), gone AS ("
     " DELETE FROM account WHERE account_id = $1::uuid AND " SAID " = 'yes' RETURNING 1"
     ") SELECT coalesce(" SAID ", 'no'), $1::uuid, EXISTS (SELECT 1 FROM gone), mine.workspace_id, mine.author"
     " FROM (SELECT 1) one LEFT JOIN mine ON true"},
    /* $3 name. Everything that refers to the workspace goes with it; the rest is put on the clerk's list. */
    [WORKSPACE_ERASE] = {"workspace_erase",
     "WITH verdict AS ("
     " SELECT CASE WHEN " ACTOR_ROLE " <> 5 THEN 'no' WHEN w.name <> $3::text THEN 'confirm' ELSE 'yes' END AS says"
     " FROM workspace w WHERE w.workspace_id = $1::uuid"
     "), remains AS ("
     " INSERT INTO erasure (workspace_id, canvas_id)"
     "  SELECT workspace_id, canvas_id FROM canvas WHERE workspace_id = $1::uuid AND " SAID " = 'yes'"
     "  UNION ALL SELECT $1::uuid, '00000000-0000-0000-0000-000000000000'::uuid WHERE " SAID " = 'yes'"
     " ON CONFLICT (workspace_id, canvas_id) DO NOTHING"
     "), gone AS ("
     " DELETE FROM workspace WHERE workspace_id = $1::uuid AND " SAID " = 'yes'"
     ") SELECT coalesce(" SAID ", 'no'), NULL::uuid, false"},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_audit_cb *audit;
    store_retention_cb *retention;
    store_erased_cb *erased;
    struct uuid workspace;
    uint32_t author;
    struct keyring *keyring;      /* of a workspace's erasure */
};

static struct note *note_for(uint64_t id)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->id = id;
    return note;
}

static void add_actor(struct pg_params *params, const struct store_actor *actor)
{
    pg_param_uuid(params, &actor->workspace);
    pg_param_int(params, actor->author);
}

/* ---------------------------------------------------------------- the audit log */

static void read_row(struct store_audit_row *to, const struct uuid *workspace, const PGresult *from, int i)
{
    size_t len;
    *to = (struct store_audit_row){
        .row = {.workspace = *workspace, .number = (uint64_t)pg_int(from, i, 0), .time_ms = pg_int(from, i, 1),
                .event = (uint32_t)pg_int(from, i, 2), .author = (uint32_t)pg_int(from, i, 3), .whom = (uint32_t)pg_int(from, i, 4),
                .canvas = pg_uuid(from, i, 5), .detail = (uint64_t)pg_int(from, i, 6), .text = pg_text(from, i, 7)},
        .hash = pg_bytes(from, i, 8, &len),
        .address = pg_text(from, i, 9),
    };
    if (len != AUDIT_HASH)
        to->hash = NULL;
}

static void read_head(struct store_audit_page *page, const PGresult *head)
{
    size_t len = 0;
    page->head_number = (uint64_t)pg_int(head, 0, 0);
    const uint8_t *hash = page->head_number > 0 ? pg_bytes(head, 0, 1, &len) : NULL;
    if (len == AUDIT_HASH)
        memcpy(page->head_hash, hash, AUDIT_HASH);
}

static void on_audit(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE || PQntuples(answer->results[0]) == 0) {
        note->audit(ctx, note->id, answer->outcome != PG_DONE ? store_failure(answer) : STATUS_NOT_FOUND, NULL);
        return;
    }
    const PGresult *found = answer->results[1];
    size_t n = (size_t)PQntuples(found);
    struct store_audit_page page = {.workspace = note->workspace, .last = n <= STORE_AUDIT_PAGE};
    page.n = page.last ? n : STORE_AUDIT_PAGE;
    struct store_audit_row *rows = xcalloc(page.n + 1, sizeof *rows);
    for (size_t i = 0; i < page.n; i++)
        read_row(&rows[i], &note->workspace, found, (int)i);
    page.rows = rows;
    read_head(&page, answer->results[0]);
    note->audit(ctx, note->id, STATUS_OK, &page);
    free(rows);
}

void store_audit(struct pg *pg, const struct store_actor *actor, const struct store_audit_wanted *wanted, void *ctx, uint64_t id,
                 store_audit_cb *cb)
{
    struct note *note = note_for(id);
    note->audit = cb;
    note->workspace = actor->workspace;
    struct pg_params head = {0}, page = {0};
    add_actor(&head, actor);
    pg_param_int(&head, wanted->about);
    add_actor(&page, actor);
    pg_param_int(&page, wanted->about);
    pg_param_int(&page, wanted->after > INT64_MAX ? INT64_MAX : (int64_t)wanted->after);
    pg_param_int(&page, wanted->since_ms);
    struct pg_request *request = pg_begin(pg, on_audit, ctx, note);
    border_workspace(request, &actor->workspace);
    pg_exec(request, &store_audit_statements[AUDIT_HEAD], &head); /* first: what it names is then among the rows */
    pg_exec(request, &store_audit_statements[AUDIT_PAGE], &page);
    pg_end(request);
}

/* ---------------------------------------------------------------- retention */

static void on_retention(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *found = answer->outcome == PG_DONE ? answer->results[answer->n_results - 1] : NULL;
    if (found == NULL || PQntuples(found) == 0) {
        note->retention(ctx, note->id, found == NULL ? store_failure(answer) : STATUS_NOT_FOUND, NULL);
        return;
    }
    struct store_retention retention = {.history_days = (uint32_t)pg_int(found, 0, 0), .trash_days = (uint32_t)pg_int(found, 0, 1)};
    note->retention(ctx, note->id, STATUS_OK, &retention);
}

void store_retention(struct pg *pg, const struct store_actor *actor, const struct store_retention *set, void *ctx, uint64_t id,
                     store_retention_cb *cb)
{
    struct note *note = note_for(id);
    note->retention = cb;
    struct pg_params get = {0}, put = {0};
    add_actor(&get, actor);
    struct pg_request *request = pg_begin(pg, on_retention, ctx, note);
    border_workspace(request, &actor->workspace);
    if (set != NULL) {
        add_actor(&put, actor);
        pg_param_int(&put, set->history_days);
        pg_param_int(&put, set->trash_days);
        pg_exec(request, &store_audit_statements[RETENTION_SET], &put);
    }
    pg_exec(request, &store_audit_statements[RETENTION_GET], &get);
    pg_end(request);
}

/* ---------------------------------------------------------------- erasures */

static enum status status_of(const char *says)
{
    if (strcmp(says, "yes") == 0)
        return STATUS_OK;
    if (strcmp(says, "confirm") == 0)
        return STATUS_DENIED;
    return strcmp(says, "last") == 0 ? STATUS_CONFLICT : STATUS_NOT_FOUND;
}

static struct store_actor *read_places(const PGresult *verdict, size_t *n)
{
    *n = PQnfields(verdict) > 3 && !pg_is_null(verdict, 0, 3) ? (size_t)PQntuples(verdict) : 0;
    struct store_actor *places = xcalloc(*n + 1, sizeof *places);
    for (size_t i = 0; i < *n; i++)
        places[i] = (struct store_actor){pg_uuid(verdict, (int)i, 3), (uint32_t)pg_int(verdict, (int)i, 4)};
    return places;
}

/* The verdict is the last statement's answer. */
static void on_erased(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    struct store_erased erased = {.workspace = note->workspace, .author = note->author};
    if (answer->outcome != PG_DONE) {
        note->erased(ctx, note->id, store_failure(answer), &erased);
        return;
    }
    const PGresult *verdict = answer->results[answer->n_results - 1];
    if (note->keyring != NULL && status_of(pg_text(verdict, 0, 0)) == STATUS_OK)
        keyring_destroy(note->keyring, &note->workspace);
    erased.has_account = !pg_is_null(verdict, 0, 1);
    if (erased.has_account)
        erased.account = pg_uuid(verdict, 0, 1);
    erased.account_gone = pg_bool(verdict, 0, 2);
    struct store_actor *places = read_places(verdict, &erased.n_places);
    erased.places = places;
    note->erased(ctx, note->id, status_of(pg_text(verdict, 0, 0)), &erased);
    free(places);
}

static void lock(struct pg_request *request, int statement, const struct uuid *id)
{
    struct pg_params params = {0};
    pg_param_uuid(&params, id);
    pg_exec(request, &store_audit_statements[statement], &params);
}

void store_member_erase(struct pg *pg, const struct store_actor *actor, uint32_t author, const char *confirm, void *ctx, uint64_t id,
                        store_erased_cb *cb)
{
    struct note *note = note_for(id);
    note->erased = cb;
    note->workspace = actor->workspace;
    note->author = author;
    struct pg_params params = {0}, whose = {0};
    pg_param_uuid(&whose, &actor->workspace);
    pg_param_int(&whose, author);
    add_actor(&params, actor);
    pg_param_int(&params, author);
    pg_param_text(&params, confirm);
    struct pg_request *request = pg_begin(pg, on_erased, ctx, note);
    border_authentication(request);
    lock(request, LOCK_WORKSPACE, &actor->workspace);
    pg_exec(request, &store_audit_statements[LOCK_MEMBERS_ACCOUNT], &whose);
    pg_exec(request, &store_audit_statements[MEMBER_ERASE], &params);
    pg_end(request);
}

void store_account_erase(struct pg *pg, const struct uuid *account, const char *confirm, void *ctx, uint64_t id, store_erased_cb *cb)
{
    struct note *note = note_for(id);
    note->erased = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    pg_param_text(&params, confirm);
    struct pg_request *request = pg_begin(pg, on_erased, ctx, note);
    border_authentication(request);
    lock(request, LOCK_WORKSPACES, account);
    lock(request, LOCK_ACCOUNT, account);
    pg_exec(request, &store_audit_statements[ACCOUNT_ERASE], &params);
    pg_end(request);
}

void store_workspace_erase(struct pg *pg, const struct store_actor *actor, const char *confirm, void *ctx, uint64_t id, store_erased_cb *cb)
{
    struct note *note = note_for(id);
    note->erased = cb;
    note->workspace = actor->workspace;
    note->keyring = pg_keyring(pg);
    struct pg_params params = {0};
    add_actor(&params, actor);
    pg_param_text(&params, confirm);
    struct pg_request *request = pg_begin(pg, on_erased, ctx, note);
    border_workspace(request, &actor->workspace);
    lock(request, LOCK_WORKSPACE, &actor->workspace);
    pg_exec(request, &store_audit_statements[WORKSPACE_ERASE], &params);
    pg_end(request);
}
