/* audit list, audit verify: the workspace's audit log, and its chain recomputed here, so that nobody has to believe the server. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/audit_words.h"
#include "common/audit.h"

enum { NAME_CELLS = 20, SENTENCE_CELLS = 56 };

/* ---- list */

/* "2026-11-21", or "7d", "24h" before now. */
static int parse_since(struct cli *cli, const char *text, int64_t *ms)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (n > 0 && n < 100000 && (strcmp(end, "d") == 0 || strcmp(end, "h") == 0)) {
        *ms = wall_ms() - (int64_t)n * (*end == 'd' ? 86400000 : 3600000);
        return EXIT_OK;
    }
    struct tm day = {.tm_isdst = -1};
    const char *rest = strptime(text, "%Y-%m-%d", &day);
    if (!rest || *rest)
        return cli_fail(cli, EXIT_USAGE, "Since when? A day like 2026-11-21, or 7d, or 24h");
    *ms = (int64_t)mktime(&day) * 1000;
    return EXIT_OK;
}

struct listing {
    const Cocanvas__MemberList *members;
    json_t *rows; /* NULL: for people */
    size_t n;
};

static int list_page(struct session *s, const Cocanvas__AuditPage *page, void *ctx)
{
    struct listing *listing = ctx;
    for (size_t i = 0; i < page->n_rows; i++) {
        const Cocanvas__AuditRow *row = page->rows[i];
        listing->n++;
        if (listing->rows) {
            json_array_append_new(listing->rows, audit_row_json(&s->arena, row));
            continue;
        }
        out_print(&s->cli->out, STYLE_PLAIN, "%6llu  %s  %s  %s  %s\n", (unsigned long long)row->number,
                  people_time(&s->arena, row->time_ms),
                  arena_cell(&s->arena, audit_who(&s->arena, row->author, listing->members), NAME_CELLS),
                  arena_cell(&s->arena, audit_sentence(&s->arena, row, listing->members), SENTENCE_CELLS), row->address);
    }
    return EXIT_OK;
}

/* The rows about somebody; without PERSON about oneself, who need not be an owner. */
static int choose_about(struct session *s, const Cocanvas__MemberList *members, uint32_t *about)
{
    const char *words = cli_value(s->cli, "about");
    const Cocanvas__Member *found;
    if (!words)
        return EXIT_OK;
    int code = people_find(s, members, words, &found);
    *about = code == EXIT_OK ? found->author : 0;
    return code;
}

static int list(struct session *s)
{
    struct listing listing = {.rows = s->cli->out.json ? json_array() : NULL};
    struct audit_walk walk = {.workspace = people_workspace(s), .on_page = list_page, .ctx = &listing};
    Cocanvas__MemberList *members = NULL;
    const char *since = cli_value(s->cli, "since");
    int code = since ? parse_since(s->cli, since, &walk.since_ms) : EXIT_OK;
    if (code == EXIT_OK)
        code = people_members(s, true, &members);
    listing.members = members;
    if (code == EXIT_OK)
        code = choose_about(s, members, &walk.about);
    if (code == EXIT_OK)
        code = audit_walk(s, &walk);
    if (code == EXIT_OK && listing.rows) {
        json_t *object = session_object(s, "audit");
        json_object_set(object, "rows", listing.rows);
        out_json(&s->cli->out, object);
    } else if (code == EXIT_OK && listing.n == 0) {
        out_note(&s->cli->out, "Nothing.");
    }
    json_decref(listing.rows);
    return code;
}

int cmd_audit_list(struct cli *cli)
{
    return session_run(cli, list);
}

/* ---- verify */

struct check {
    uint64_t number;          /* of the last row that was right */
    uint8_t hash[AUDIT_HASH]; /* its hash */
    uint64_t known_number;    /* a head that was noted before, 0: none */
    uint8_t known_hash[AUDIT_HASH];
    bool known_seen;
    uint64_t broken_at;       /* the first row that is wrong, 0: none */
    const char *what;
};

static void breaks(struct check *check, uint64_t number, const char *what)
{
    if (!check->what) {
        check->broken_at = number;
        check->what = what;
    }
}

static bool row_of(const Cocanvas__AuditPage *page, const Cocanvas__AuditRow *from, struct audit_row *row)
{
    *row = (struct audit_row){
        .number = from->number,
        .time_ms = from->time_ms,
        .event = (uint32_t)from->event,
        .author = from->author,
        .whom = from->whom,
        .detail = from->detail,
        .text = from->text,
    };
    bool canvas = from->canvas.len == 0 || uuid_from_bytes(from->canvas.data, from->canvas.len, &row->canvas);
    return canvas && from->hash.len == AUDIT_HASH && uuid_from_bytes(page->workspace.data, page->workspace.len, &row->workspace);
}

static void check_row(struct check *check, const Cocanvas__AuditPage *page, const Cocanvas__AuditRow *from)
{
    struct audit_row row;
    uint8_t hash[AUDIT_HASH];
    if (from->number != check->number + 1) {
        breaks(check, check->number + 1, "it is missing");
        return;
    }
    if (!row_of(page, from, &row)) {
        breaks(check, from->number, "it is damaged");
        return;
    }
    audit_hash(check->hash, &row, hash);
    if (memcmp(hash, from->hash.data, AUDIT_HASH) != 0) {
        breaks(check, from->number, "it, or the hash that it had, was changed");
        return;
    }
    check->number = from->number;
    memcpy(check->hash, hash, AUDIT_HASH);
    if (check->number != check->known_number)
        return;
    check->known_seen = true;
    if (memcmp(hash, check->known_hash, AUDIT_HASH) != 0)
        breaks(check, from->number, "it has another hash than the one that was noted: the log was written anew");
}

/* The head was read before this page's rows, and after those of the pages before it. */
static void check_head(struct check *check, const Cocanvas__AuditPage *page, uint64_t before, const uint8_t before_hash[AUDIT_HASH])
{
    const uint8_t *hash = page->head_number == before ? before_hash : NULL;
    for (size_t i = 0; i < page->n_rows && !hash; i++)
        if (page->rows[i]->number == page->head_number)
            hash = page->rows[i]->hash.len == AUDIT_HASH ? page->rows[i]->hash.data : NULL;
    if (!hash)
        breaks(check, check->number + 1, "it is missing: rows were taken from the end");
    else if (page->head_hash.len != AUDIT_HASH || memcmp(hash, page->head_hash.data, AUDIT_HASH) != 0)
        breaks(check, page->head_number, "it is not the newest one that the server has noted");
}

static int check_page(struct session *s, const Cocanvas__AuditPage *page, void *ctx)
{
    struct check *check = ctx;
    uint64_t before = check->number;
    uint8_t before_hash[AUDIT_HASH];
    (void)s;
    memcpy(before_hash, check->hash, AUDIT_HASH);
    for (size_t i = 0; i < page->n_rows && !check->what; i++)
        check_row(check, page, page->rows[i]);
    if (page->last && !check->what && page->head_number > 0)
        check_head(check, page, before, before_hash);
    return EXIT_OK;
}

static int parse_head(struct cli *cli, struct check *check)
{
    const char *text = cli_value(cli, "head");
    char *end = NULL;
    if (!text)
        return EXIT_OK;
    check->known_number = strtoull(text, &end, 10);
    bool ok = check->known_number > 0 && *end == ':' && strlen(end + 1) == 2 * AUDIT_HASH;
    for (size_t i = 0; ok && i < AUDIT_HASH; i++) {
        char digits[3] = {end[1 + 2 * i], end[2 + 2 * i], '\0'}, *rest;
        check->known_hash[i] = (uint8_t)strtoul(digits, &rest, 16);
        ok = *rest == '\0' && digits[0] != '-' && digits[0] != '+' && digits[0] != ' ';
    }
    return ok ? EXIT_OK : cli_fail(cli, EXIT_USAGE, "--head is NUMBER:HASH, as \"audit verify\" has printed it before");
}

static int tell_check(struct session *s, const struct check *check)
{
    char hash[2 * AUDIT_HASH + 1] = "";
    for (size_t i = 0; i < AUDIT_HASH; i++)
        snprintf(hash + 2 * i, 3, "%02x", check->hash[i]);
    if (check->what)
        return cli_fail(s->cli, EXIT_CONFLICT, "The audit log is not what was written: row %llu: %s. The %llu rows before it are as they were.",
                        (unsigned long long)check->broken_at, check->what, (unsigned long long)check->number);
    if (s->cli->out.json) {
        json_t *object = session_object(s, "audit_verified");
        json_object_set_new(object, "rows", json_integer((json_int_t)check->number));
        json_object_set_new(object, "hash", json_string(hash));
        out_json(&s->cli->out, object);
        return EXIT_OK;
    }
    out_print(&s->cli->out, STYLE_GOOD, "Right");
    out_print(&s->cli->out, STYLE_PLAIN, ": %llu rows, each chained to the one before. Newest: %llu:%s\n",
              (unsigned long long)check->number, (unsigned long long)check->number, hash);
    out_note(&s->cli->out, "Keep the last words somewhere else: \"audit verify --head NUMBER:HASH\" later also shows whether the whole log "
                           "was written anew.");
    return EXIT_OK;
}

int cmd_audit_verify(struct cli *cli)
{
    struct session s;
    struct check check = {0};
    int code = parse_head(cli, &check);
    if (code != EXIT_OK)
        return code;
    code = session_start(&s, cli);
    struct audit_walk walk = {.on_page = check_page, .ctx = &check};
    if (code == EXIT_OK) {
        walk.workspace = people_workspace(&s);
        code = audit_walk(&s, &walk);
    }
    if (check.known_number > 0 && !check.known_seen)
        breaks(&check, check.known_number, "it is missing, and was there when its hash was noted");
    if (code == EXIT_OK)
        code = tell_check(&s, &check);
    session_close(&s);
    return code;
}
