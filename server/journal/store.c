/* The statements behind store.h and their answers. Each request is one transaction on the read connection. Whatever
 * somebody may not see is left out by the statement itself, by joining through member, so "not there" and "not
 * yours" take the same way (P9). */
#include "server/journal/store.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/journal/store_private.h"

enum {
    TOKEN_USED, ACCOUNT_BY_TOKEN, MEMBERSHIPS_BY_TOKEN, ACCOUNT_BY_LOGIN, MEMBERSHIPS_BY_LOGIN, ACCOUNT_BY_ID, MEMBERSHIPS_BY_ID, DEVICE_ADD,
    REDEEM, WORKSPACE_LOCKED, INVITATION_ADD, LOOK_STILL, LOOK_MEMBERSHIPS, LOOK_CANVAS, PEOPLE, CANVAS_LIST, CANVAS_CREATE, CANVAS_REQUESTED,
    CANVAS_BY_REQUEST,
};

#define ACCOUNT_COLUMNS "SELECT a.account_id, a.login, a.password_hash FROM account a"
#define MEMBERSHIP_COLUMNS "SELECT m.workspace_id, w.name, m.role, m.author, w.confidential FROM workspace w JOIN member m USING (workspace_id)"
#define CANVAS_COLUMN_LIST "c.canvas_id, c.workspace_id, c.title, c.template_id, c.head_seq, c.created_ms, c.changed_ms,"  \
    " c.restricted, coalesce((extract(epoch FROM c.removed_at) * 1000)::int8, 0), coalesce(c.removed_by, 0)"
#define CANVAS_COLUMNS "SELECT " CANVAS_COLUMN_LIST " FROM canvas c"
#define NOW_MS STORE_NOW_MS
/* $1 hash, $2 whether it is a certificate's, $3 and $4 expiry */
#define THIS_DEVICE "d.token_hash = $1::bytea AND d.certificate = ($2::int8 <> 0) AND " STORE_DEVICE_LIVE("$3", "$4")
/* $1 account; or, if it is null, $2 workspace and $3 author of a guest */
#define WHO "(m.account_id = $1::uuid OR ($1::uuid IS NULL AND m.workspace_id = $2::uuid AND m.author = $3::int8 AND m.account_id IS NULL))"

const struct pg_statement store_statements[] = {
    [TOKEN_USED] = {"token_used",
     "UPDATE device d SET used_at = now() WHERE " THIS_DEVICE " AND d.used_at < now() - interval '15 min'"},
    [ACCOUNT_BY_TOKEN] = {"account_by_token", ACCOUNT_COLUMNS " JOIN device d USING (account_id) WHERE " THIS_DEVICE},
    [MEMBERSHIPS_BY_TOKEN] = {"memberships_by_token", MEMBERSHIP_COLUMNS
     " JOIN device d USING (account_id) WHERE " THIS_DEVICE " AND m.role > 0 ORDER BY m.joined_at, m.workspace_id"},
    [ACCOUNT_BY_LOGIN] = {"account_by_login", ACCOUNT_COLUMNS " WHERE a.login = lower($1::text)"},
    [MEMBERSHIPS_BY_LOGIN] = {"memberships_by_login", MEMBERSHIP_COLUMNS
     " JOIN account a USING (account_id) WHERE a.login = lower($1::text) AND m.role > 0 ORDER BY m.joined_at, m.workspace_id"},
    [ACCOUNT_BY_ID] = {"account_by_id", ACCOUNT_COLUMNS " WHERE a.account_id = $1::uuid"},
    [MEMBERSHIPS_BY_ID] = {"memberships_by_id", MEMBERSHIP_COLUMNS " WHERE m.account_id = $1::uuid AND m.role > 0 ORDER BY m.joined_at, m.workspace_id"},
    [DEVICE_ADD] = {"device_add", "INSERT INTO device (token_hash, account_id, name) VALUES ($2::bytea, $1::uuid, $3::text)"},
    /* $1 token, $2 login, $3 password hash, $4 the member's name, $5 existing account or null, $6 id for a new
     * account. An account that is in the workspace already keeps its number, and the higher role. */
    [REDEEM] = {"redeem",
     "WITH valid AS ("
     /* FOR UPDATE: who loses a race for it waits here, and then finds it used, not its login taken */
     " SELECT 1 FROM invitation WHERE token_hash = $1::bytea AND " STORE_INVITATION_OPEN " FOR UPDATE"
     "), used AS ("
     " UPDATE invitation SET used = used + 1, used_at = now(), used_by = coalesce($5::uuid, $6::uuid)"
     " WHERE token_hash = $1::bytea AND " STORE_INVITATION_OPEN
     "  AND ($5::uuid IS NOT NULL OR NOT EXISTS (SELECT 1 FROM account WHERE login = lower($2::text)))"
     " RETURNING workspace_id, role, used_by"
     "), made AS ("
     " INSERT INTO account (account_id, login, password_hash) SELECT $6::uuid, lower($2::text), $3::text FROM used WHERE $5::uuid IS NULL"
     "), numbered AS ("
     " UPDATE workspace w SET next_author = next_author + 1 FROM used u"
     " WHERE w.workspace_id = u.workspace_id"
     "  AND NOT EXISTS (SELECT 1 FROM member m WHERE m.workspace_id = u.workspace_id AND m.account_id = u.used_by)"
     " RETURNING w.workspace_id, w.next_author - 1 AS author"
     "), raised AS ("
     " UPDATE member m SET role = greatest(m.role, u.role) FROM used u WHERE m.workspace_id = u.workspace_id AND m.account_id = u.used_by"
     "), joined AS ("
     " INSERT INTO member (workspace_id, author, account_id, role, name)"
     " SELECT u.workspace_id, n.author, u.used_by, u.role, $4::text FROM used u JOIN numbered n USING (workspace_id)"
     ") SELECT EXISTS (SELECT 1 FROM used), EXISTS (SELECT 1 FROM valid), (SELECT workspace_id FROM used)"},
    /* $5 who made it, who must be an owner, $6 how long it is valid, $7 uses; after the lock on the workspace */
    [WORKSPACE_LOCKED] = {"workspace_locked", "SELECT 1 FROM workspace WHERE workspace_id = $1::uuid FOR NO KEY UPDATE"},
    [INVITATION_ADD] = {"invitation_add",
     "WITH numbered AS ("
     " UPDATE workspace SET next_invitation = next_invitation + 1 WHERE workspace_id = $1::uuid"
     "  AND EXISTS (SELECT 1 FROM member WHERE workspace_id = $1::uuid AND author = $5::int8 AND role = 5)"
     " RETURNING next_invitation - 1 AS number"
     ") INSERT INTO invitation (workspace_id, token_hash, role, label, created_by, expires_ms, uses, number)"
     " SELECT $1::uuid, $2::bytea, $3::int8, $4::text, $5::int8, " NOW_MS " + $6::int8, $7::int8, number FROM numbered"
     " RETURNING number, expires_ms"},
    [LOOK_STILL] = {"look_still",
     "SELECT CASE WHEN $1::uuid IS NULL"
     "  THEN EXISTS (SELECT 1 FROM member m WHERE " WHO " AND m.role > 0 AND (m.session_id IS NULL OR EXISTS (" STORE_GUEST_IN ")))"
     " WHEN $4::bytea IS NULL THEN EXISTS (SELECT 1 FROM account WHERE account_id = $1::uuid)"
     " ELSE EXISTS (SELECT 1 FROM device WHERE token_hash = $4::bytea AND account_id = $1::uuid) END"},
    [LOOK_MEMBERSHIPS] = {"look_memberships", MEMBERSHIP_COLUMNS " WHERE " WHO " AND m.role > 0 ORDER BY m.joined_at, m.workspace_id"},
    [LOOK_CANVAS] = {"look_canvas",
     "SELECT m.workspace_id, " STORE_CANVAS_ROLE ", m.author, m.name FROM " STORE_CANVAS_AND_MEMBER
     " WHERE c.canvas_id = $4::uuid AND c.removed_at IS NULL AND " WHO " AND " STORE_CANVAS_ROLE " > 0"},
    [PEOPLE] = {"people", 
     "SELECT author, name, guest, here FROM (SELECT m.author, m.name, m.session_id IS NOT NULL AS guest, m.author IN"
     " (SELECT p.author FROM client_pos p WHERE p.workspace_id = $1::uuid AND p.canvas_id = $2::uuid) AS here"
     " FROM member m WHERE m.workspace_id = $1::uuid) p WHERE here OR NOT guest ORDER BY author"},
    [CANVAS_LIST] = {"canvas_list", "SELECT " CANVAS_COLUMN_LIST " FROM " STORE_CANVAS_AND_MEMBER
     " WHERE " STORE_CANVAS_ROLE " > 0 AND (c.removed_at IS NOT NULL) = ($3::int8 = 1) AND m.account_id = $1::uuid AND ($2::uuid IS NULL OR c.workspace_id = $2::uuid)"
     "  AND ($4::int8 IS NULL OR (c.changed_ms, c.canvas_id) < ($4::int8, $5::uuid))"
     " ORDER BY c.changed_ms DESC, c.canvas_id DESC LIMIT $6::int8"},
    /* $1 workspace, $2 canvas, $3 request, $4 author, $5 title, $6 template, $7 state, $8 its hash, $9 whether they are sealed */
    [CANVAS_CREATE] = {"canvas_create",
     "WITH " STORE_SEAL ", made AS ("
     " INSERT INTO canvas (workspace_id, canvas_id, request_id, created_by, title, template_id, created_ms, changed_ms)"
     " SELECT $1::uuid, $2::uuid, $3::uuid, $4::int8, $5::text, $6::text, " NOW_MS ", " NOW_MS " WHERE " STORE_MAY_WRITE("$9")
     " ON CONFLICT (workspace_id, request_id) DO NOTHING RETURNING workspace_id, canvas_id"
     ") INSERT INTO snapshot (workspace_id, canvas_id, seq, hash, state)"
     " SELECT workspace_id, canvas_id, 0, $8::int8, $7::bytea FROM made"},
    [CANVAS_REQUESTED] = {"canvas_requested", "SELECT 1 FROM canvas c WHERE c.workspace_id = $1::uuid AND c.request_id = $2::uuid"},
    /* Only to whoever made it: it may be a canvas that others may not see. */
    [CANVAS_BY_REQUEST] = {"canvas_by_request", CANVAS_COLUMNS " WHERE c.workspace_id = $1::uuid AND c.request_id = $2::uuid AND c.created_by = $3::int8"},
    {NULL, NULL},
};

/* Whom an answer is for. */
struct note {
    uint64_t id;
    store_account_cb *account;
    store_status_cb *status;
    store_invited_cb *invited;
    store_look_cb *look;
    store_people_cb *people;
    store_canvases_cb *canvases;
    struct keyring *keyring;      /* canvases */
    bool made;                    /* one was to be made */
};

static struct note *note_for(uint64_t id)
{
    struct note *note = xcalloc(1, sizeof *note);
    note->id = id;
    return note;
}

/* What a request that was not done is answered with. An answer that came with a warning is not trusted either. */
enum keyring_way store_way(struct pg *pg, const struct uuid *workspace, struct seal_key **key)
{
    *key = NULL;
    return pg_keyring(pg) != NULL ? keyring_way(pg_keyring(pg), workspace, key) : KEYRING_PLAIN;
}

enum status store_failure(const struct pg_answer *answer)
{
    if (answer->outcome != PG_FAILED)
        return STATUS_DEGRADED;
    if (strcmp(answer->sqlstate, PG_UNIQUE_VIOLATION) == 0)
        return STATUS_CONFLICT;
    if (strncmp(answer->sqlstate, "40", 2) == 0)
        return STATUS_BUSY;
    /* 22 bad data, 23 broken constraints, 42 wrong statements: ours. The rest is the server's condition. */
    bool ours = strncmp(answer->sqlstate, "22", 2) == 0 || strncmp(answer->sqlstate, "23", 2) == 0 || strncmp(answer->sqlstate, "42", 2) == 0;
    return ours ? STATUS_INTERNAL : STATUS_DEGRADED;
}

void store_copy_text(char *to, size_t room, const PGresult *result, int row, int column)
{
    size_t len = (size_t)PQgetlength(result, row, column);
    ASSERT(len < room);
    memcpy(to, pg_text(result, row, column), len + 1);
}

/* ---------------------------------------------------------------- accounts */

static void read_account(struct store_account *account, const PGresult *result)
{
    account->id = pg_uuid(result, 0, 0);
    store_copy_text(account->login, sizeof account->login, result, 0, 1);
    store_copy_text(account->password_hash, sizeof account->password_hash, result, 0, 2);
}

static struct store_membership *read_memberships(const PGresult *result, size_t *n)
{
    *n = (size_t)PQntuples(result);
    struct store_membership *list = xcalloc(*n, sizeof *list);
    for (int i = 0; i < PQntuples(result); i++) {
        list[i].workspace = pg_uuid(result, i, 0);
        store_copy_text(list[i].name, sizeof list[i].name, result, i, 1);
        list[i].role = (int)pg_int(result, i, 2);
        list[i].author = (uint32_t)pg_int(result, i, 3);
        list[i].confidential = pg_bool(result, i, 4);
    }
    return list;
}

/* joined: NULL, or the workspace of the invitation. */
static void give_account(void *ctx, const struct note *note, const PGresult *found, const PGresult *memberships, const struct uuid *joined)
{
    if (PQntuples(found) == 0) {
        note->account(ctx, note->id, STATUS_NOT_FOUND, NULL);
        return;
    }
    struct store_account account = {0};
    read_account(&account, found);
    if (joined != NULL)
        account.joined = *joined;
    struct store_membership *list = read_memberships(memberships, &account.n_memberships);
    account.memberships = list;
    note->account(ctx, note->id, STATUS_OK, &account);
    free(list);
}

static void on_account(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE)
        note->account(ctx, note->id, store_failure(answer), NULL);
    else
        give_account(ctx, note, answer->results[0], answer->results[1], NULL);
}

void store_account_by_token(struct pg *pg, const uint8_t token_hash[32], bool certificate, const struct store_expiry *expiry, void *ctx,
                            uint64_t id, store_account_cb *cb)
{
    struct note *note = note_for(id);
    note->account = cb;
    struct pg_params params = {0};
    pg_param_bytes(&params, token_hash, 32);
    pg_param_int(&params, certificate);
    pg_param_int(&params, expiry->idle_ms);
    pg_param_int(&params, expiry->most_ms);
    struct pg_request *request = pg_begin(pg, on_account, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_statements[ACCOUNT_BY_TOKEN], &params);
    pg_exec(request, &store_statements[MEMBERSHIPS_BY_TOKEN], &params);
    pg_exec(request, &store_statements[TOKEN_USED], &params);
    pg_end(request);
}

void store_account_by_login(struct pg *pg, const char *login, void *ctx, uint64_t id, store_account_cb *cb)
{
    struct note *note = note_for(id);
    note->account = cb;
    struct pg_params params = {0};
    pg_param_text(&params, login);
    struct pg_request *request = pg_begin(pg, on_account, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_statements[ACCOUNT_BY_LOGIN], &params);
    pg_exec(request, &store_statements[MEMBERSHIPS_BY_LOGIN], &params);
    pg_end(request);
}

static void on_status(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    note->status(ctx, note->id, answer->outcome == PG_DONE ? STATUS_OK : store_failure(answer));
}

void store_device_add(struct pg *pg, const struct uuid *account, const uint8_t token_hash[32], const char *device, void *ctx, uint64_t id,
                      store_status_cb *cb)
{
    struct note *note = note_for(id);
    note->status = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    pg_param_bytes(&params, token_hash, 32);
    pg_param_text(&params, device != NULL ? device : "");
    struct pg_request *request = pg_begin(pg, on_status, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_statements[DEVICE_ADD], &params);
    pg_end(request);
}

/* ---------------------------------------------------------------- invitations */

static void on_redeemed(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->account(ctx, note->id, store_failure(answer), NULL);
        return;
    }
    bool used = pg_bool(answer->results[0], 0, 0), valid = pg_bool(answer->results[0], 0, 1);
    struct uuid joined = used ? pg_uuid(answer->results[0], 0, 2) : (struct uuid){{0}};
    if (used)
        give_account(ctx, note, answer->results[1], answer->results[2], &joined);
    else
        note->account(ctx, note->id, valid ? STATUS_CONFLICT : STATUS_DENIED, NULL);
}

void store_redeem(struct pg *pg, const struct store_redeem *redeem, void *ctx, uint64_t id, store_account_cb *cb)
{
    struct note *note = note_for(id);
    note->account = cb;
    struct uuid fresh;
    uuid_random(&fresh);
    struct pg_params params = {0};
    pg_param_bytes(&params, redeem->token_hash, sizeof redeem->token_hash);
    pg_param_text(&params, redeem->login != NULL ? redeem->login : "");
    pg_param_text(&params, redeem->password_hash != NULL ? redeem->password_hash : "");
    pg_param_text(&params, redeem->name);
    pg_param_uuid(&params, redeem->existing);
    pg_param_uuid(&params, &fresh);
    struct pg_params whose = {0};
    pg_param_uuid(&whose, redeem->existing != NULL ? redeem->existing : &fresh);
    struct pg_request *request = pg_begin(pg, on_redeemed, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_statements[REDEEM], &params);
    pg_exec(request, &store_statements[ACCOUNT_BY_ID], &whose);
    pg_exec(request, &store_statements[MEMBERSHIPS_BY_ID], &whose);
    pg_end(request);
}

static void on_invited(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    const PGresult *made = answer->outcome == PG_DONE ? answer->results[1] : NULL;
    if (made == NULL || PQntuples(made) == 0)
        note->invited(ctx, note->id, made == NULL ? store_failure(answer) : STATUS_NOT_FOUND, 0, 0);
    else
        note->invited(ctx, note->id, STATUS_OK, (uint32_t)pg_int(made, 0, 0), pg_int(made, 0, 1));
}

void store_invitation_add(struct pg *pg, const struct store_invitation *invitation, void *ctx, uint64_t id, store_invited_cb *cb)
{
    struct note *note = note_for(id);
    note->invited = cb;
    struct pg_params where = {0};
    pg_param_uuid(&where, &invitation->workspace);
    struct pg_params params = {0};
    pg_param_uuid(&params, &invitation->workspace);
    pg_param_bytes(&params, invitation->token_hash, sizeof invitation->token_hash);
    pg_param_int(&params, invitation->role);
    pg_param_text(&params, invitation->label != NULL ? invitation->label : "");
    pg_param_int(&params, invitation->created_by);
    pg_param_int(&params, invitation->valid_ms);
    pg_param_int(&params, invitation->uses > 1 ? invitation->uses : 1);
    struct pg_request *request = pg_begin(pg, on_invited, ctx, note);
    border_workspace(request, &invitation->workspace);
    pg_exec(request, &store_statements[WORKSPACE_LOCKED], &where);
    pg_exec(request, &store_statements[INVITATION_ADD], &params);
    pg_end(request);
}

/* ---------------------------------------------------------------- members */

static void on_look(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->look(ctx, note->id, store_failure(answer), NULL);
        return;
    }
    const PGresult *found = answer->results[2];
    struct store_look look = {.still = pg_bool(answer->results[0], 0, 0), .on_canvas = PQntuples(found) > 0};
    struct store_membership *list = read_memberships(answer->results[1], &look.n_memberships);
    look.memberships = list;
    if (look.on_canvas) {
        look.workspace = pg_uuid(found, 0, 0);
        look.role = (int)pg_int(found, 0, 1);
        look.author = (uint32_t)pg_int(found, 0, 2);
        store_copy_text(look.name, sizeof look.name, found, 0, 3);
    }
    note->look(ctx, note->id, STATUS_OK, &look);
    free(list);
}

void store_look(struct pg *pg, const struct store_who *who, const struct uuid *canvas, void *ctx, uint64_t id, store_look_cb *cb)
{
    struct note *note = note_for(id);
    note->look = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, who->account);
    pg_param_uuid(&params, &who->workspace);
    pg_param_int(&params, who->author);
    struct pg_params still = params, there = params;
    if (who->device != NULL)
        pg_param_bytes(&still, who->device, 32);
    else
        pg_param_null(&still);
    pg_param_uuid(&there, canvas);
    struct pg_request *request = pg_begin(pg, on_look, ctx, note);
    border_authentication(request);
    pg_exec(request, &store_statements[LOOK_STILL], &still);
    if (who->account != NULL)
        border_account(request, who->account, NULL);
    else
        border_workspace(request, &who->workspace);
    pg_exec(request, &store_statements[LOOK_MEMBERSHIPS], &params);
    pg_exec(request, &store_statements[LOOK_CANVAS], &there);
    pg_end(request);
}

static void on_people(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->people(ctx, note->id, store_failure(answer), 0, NULL);
        return;
    }
    const PGresult *found = answer->results[0];
    size_t n = (size_t)PQntuples(found);
    struct store_person *people = xcalloc(n, sizeof *people);
    for (size_t i = 0; i < n; i++)
        people[i] = (struct store_person){.author = (uint32_t)pg_int(found, (int)i, 0), .name = pg_text(found, (int)i, 1),
                                          .guest = pg_bool(found, (int)i, 2), .here = pg_bool(found, (int)i, 3)};
    note->people(ctx, note->id, STATUS_OK, n, people);
    free(people);
}

void store_people(struct pg *pg, const struct uuid *workspace, const struct uuid *canvas, void *ctx, uint64_t id, store_people_cb *cb)
{
    struct note *note = note_for(id);
    note->people = cb;
    struct pg_params params = {0};
    pg_param_uuid(&params, workspace);
    pg_param_uuid(&params, canvas);
    struct pg_request *request = pg_begin(pg, on_people, ctx, note);
    border_workspace(request, workspace);
    pg_exec(request, &store_statements[PEOPLE], &params);
    pg_end(request);
}

/* ---------------------------------------------------------------- canvases */

static void open_texts(struct keyring *keyring, struct store_canvas *canvas, char *owned[2])
{
    struct seal_place place = {SEAL_TITLE, canvas->workspace, canvas->id, 0};
    canvas->title = stored_open_text(keyring, &place, canvas->title, &owned[0]);
    place.kind = SEAL_TEMPLATE;
    canvas->template_id = stored_open_text(keyring, &place, canvas->template_id, &owned[1]);
}

/* The list is always the newest statement's result: a creation has one before it. */
static void on_canvases(void *ctx, void *arg, const struct pg_answer *answer)
{
    const struct note *note = arg;
    if (answer->outcome != PG_DONE) {
        note->canvases(ctx, note->id, store_failure(answer), 0, NULL);
        return;
    }
    const PGresult *found = answer->results[answer->n_results - 1];
    size_t n = (size_t)PQntuples(found);
    if (n == 0 && note->made) {   /* somebody else's request, or nothing may be written as it would have been */
        bool taken = PQntuples(answer->results[answer->n_results - 2]) > 0;
        note->canvases(ctx, note->id, taken ? STATUS_CONFLICT : STATUS_GONE, 0, NULL);
        return;
    }
    struct store_canvas *canvases = xcalloc(n, sizeof *canvases);
    char **owned = xcalloc(2 * n, sizeof *owned);
    for (size_t i = 0; i < n; i++) {
        int row = (int)i;
        canvases[i] = (struct store_canvas){
            .id = pg_uuid(found, row, 0), .workspace = pg_uuid(found, row, 1), .title = pg_text(found, row, 2),
            .template_id = pg_text(found, row, 3), .head_seq = (uint64_t)pg_int(found, row, 4), .created_ms = pg_int(found, row, 5),
            .changed_ms = pg_int(found, row, 6), .restricted = pg_bool(found, row, 7), .removed_ms = pg_int(found, row, 8),
            .removed_by = (uint32_t)pg_int(found, row, 9),
        };
        open_texts(note->keyring, &canvases[i], &owned[2 * i]);
    }
    note->canvases(ctx, note->id, STATUS_OK, n, canvases);
    for (size_t i = 0; i < 2 * n; i++)
        free(owned[i]);
    free(owned);
    free(canvases);
}

void store_canvas_list(struct pg *pg, const struct uuid *account, const struct uuid *workspace, bool removed, const struct store_after *after,
                       size_t most, void *ctx, uint64_t id, store_canvases_cb *cb)
{
    struct note *note = note_for(id);
    note->canvases = cb;
    note->keyring = pg_keyring(pg);
    struct pg_params params = {0};
    pg_param_uuid(&params, account);
    pg_param_uuid(&params, workspace);
    pg_param_int(&params, removed);
    if (after != NULL)
        pg_param_int(&params, after->changed_ms);
    else
        pg_param_null(&params);
    pg_param_uuid(&params, after != NULL ? &after->canvas : NULL);
    pg_param_int(&params, (int64_t)most);
    struct pg_request *request = pg_begin(pg, on_canvases, ctx, note);
    border_account(request, account, NULL);
    pg_exec(request, &store_statements[CANVAS_LIST], &params);
    pg_end(request);
}

/* What a new canvas is stored with. */
struct new_contents {
    enum keyring_way way;
    const char *title, *template_id;
    const uint8_t *state;
    size_t state_len;
    uint64_t state_hash;
    char *owned[2];
    struct buf sealed;
};

static void seal_contents(struct new_contents *to, struct pg *pg, const struct store_canvas_new *canvas, const struct uuid *id)
{
    struct seal_key *key;
    struct seal_place place = {SEAL_TITLE, canvas->workspace, *id, 0};
    *to = (struct new_contents){.title = "", .template_id = "", .way = store_way(pg, &canvas->workspace, &key)};
    buf_init(&to->sealed);
    if (to->way == KEYRING_LOST)
        return;
    to->title = stored_seal_text(key, &place, canvas->title, &to->owned[0]);
    place.kind = SEAL_TEMPLATE;
    to->template_id = stored_seal_text(key, &place, canvas->template_id != NULL ? canvas->template_id : "", &to->owned[1]);
    to->state = canvas->state;
    to->state_len = canvas->state_len;
    to->state_hash = canvas->state_hash;
    if (key == NULL)
        return;
    place.kind = SEAL_STATE;
    seal_bytes(key, &place, canvas->state, canvas->state_len, &to->sealed);
    to->state = buf_at(&to->sealed);
    to->state_len = buf_len(&to->sealed);
    to->state_hash = seal_mask_hash(key, &place, canvas->state_hash);
}

static void free_contents(struct new_contents *contents)
{
    free(contents->owned[0]);
    free(contents->owned[1]);
    buf_fini(&contents->sealed);
}

void store_canvas_create(struct pg *pg, const struct store_canvas_new *canvas, void *ctx, uint64_t id, store_canvases_cb *cb)
{
    struct note *note = note_for(id);
    note->canvases = cb;
    note->keyring = pg_keyring(pg);
    note->made = true;
    struct uuid fresh;
    uuid_random(&fresh);
    struct new_contents contents;
    seal_contents(&contents, pg, canvas, &fresh);
    struct pg_params params = {0};
    pg_param_uuid(&params, &canvas->workspace);
    pg_param_uuid(&params, &fresh);
    pg_param_uuid(&params, &canvas->request_id);
    pg_param_int(&params, canvas->created_by);
    pg_param_text(&params, contents.title);
    pg_param_text(&params, contents.template_id);
    pg_param_bytes(&params, contents.state, contents.state_len);
    pg_param_int(&params, (int64_t)contents.state_hash);
    pg_param_int(&params, STORE_WAY(contents.way));
    struct pg_params which = {0}, requested = {0};
    pg_param_uuid(&which, &canvas->workspace);
    pg_param_uuid(&which, &canvas->request_id);
    pg_param_int(&which, canvas->created_by);
    pg_param_uuid(&requested, &canvas->workspace);
    pg_param_uuid(&requested, &canvas->request_id);
    struct pg_request *request = pg_begin(pg, on_canvases, ctx, note);
    border_workspace(request, &canvas->workspace);
    pg_exec(request, &store_statements[CANVAS_CREATE], &params);
    pg_exec(request, &store_statements[CANVAS_REQUESTED], &requested);
    pg_exec(request, &store_statements[CANVAS_BY_REQUEST], &which);
    pg_end(request);
    free_contents(&contents);
}
