/* backup: a workspace into a file. The server makes it and gives it part by part; it is checked here before it gets its name. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/people.h"
#include "common/backup_file.h"
#include "common/buf.h"

enum { MAKING_MS = 10 * 60 * 1000, PART_MEMORY = 4 << 20 };

/* ---- from the server into a file */

static int fetch_part(struct session *s, uint64_t at, FILE *file, size_t *len)
{
    Cocanvas__BackupRead read = COCANVAS__BACKUP_READ__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    read.offset = at;
    frame.body_case = COCANVAS__FRAME__BODY_BACKUP_READ;
    frame.backup_read = &read;
    arena_reset(&s->arena);
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_BACKUP_PART, &reply);
    if (code != EXIT_OK)
        return code;
    const ProtobufCBinaryData *part = &reply->backup_part->part;
    *len = part->len;
    if (reply->backup_part->offset != at || part->len == 0)
        return cli_fail(s->cli, EXIT_ERROR, "The server's backup ends too early: try again.");
    if (fwrite(part->data, 1, part->len, file) != part->len)
        return cli_fail(s->cli, EXIT_ERROR, "The backup can't be written: %s", strerror(errno));
    return EXIT_OK;
}

static int fetch(struct session *s, const ProtobufCBinaryData *workspace, FILE *file, uint64_t *bytes)
{
    Cocanvas__BackupRequest request = COCANVAS__BACKUP_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    unsigned patience = s->timeout_ms;
    request.workspace = *workspace;
    frame.body_case = COCANVAS__FRAME__BODY_BACKUP_REQUEST;
    frame.backup_request = &request;
    if (s->timeout_ms < MAKING_MS)
        s->timeout_ms = MAKING_MS;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_BACKUP_READY, &reply);
    s->timeout_ms = patience;
    *bytes = code == EXIT_OK ? reply->backup_ready->bytes : 0;
    struct arena kept = s->arena; /* parts are forgotten one by one, what else was answered is not */
    arena_init(&s->arena, PART_MEMORY);
    for (uint64_t at = 0; code == EXIT_OK && at < *bytes;) {
        size_t len = 0;
        code = fetch_part(s, at, file, &len);
        at += len;
    }
    s->reply = NULL;
    arena_fini(&s->arena);
    s->arena = kept;
    if (code == EXIT_OK && fflush(file) != 0)
        code = cli_fail(s->cli, EXIT_ERROR, "The backup can't be written: %s", strerror(errno));
    return code;
}

static int check_open(struct cli *cli, FILE *file, struct backup_summary *summary)
{
    struct why why;
    rewind(file);
    return backup_check(file, summary, &why) == STATUS_OK ? EXIT_OK : cli_fail(cli, EXIT_ERROR, "%s", why.text);
}

static int tell(struct session *s, const char *path, const char *name, uint64_t bytes, const struct backup_summary *summary)
{
    struct output *out = &s->cli->out;
    if (out->json) {
        json_t *object = session_object(s, "backup");
        json_object_set_new(object, "file", json_string(path));
        json_object_set_new(object, "workspace", json_string(name));
        json_object_set_new(object, "bytes", json_integer((json_int_t)bytes));
        json_object_set_new(object, "canvases", json_integer((json_int_t)summary->counts.canvases));
        out_json(out, object);
    } else {
        out_note(out, "Wrote %s: the workspace \"%s\" with %" PRIu64 " canvas%s, %" PRIu64 " bytes.", path, name, summary->counts.canvases,
                 summary->counts.canvases == 1 ? "" : "es", bytes);
    }
    return EXIT_OK;
}

/* part: where it lies until it is whole. */
static int back_up(struct session *s, const char *path, const char *part)
{
    struct backup_summary summary;
    ProtobufCBinaryData workspace;
    const char *name;
    uint64_t bytes = 0;
    int code = people_named_workspace(s, &workspace, &name);
    if (code != EXIT_OK)
        return code;
    int fd = open(part, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w+") : NULL;
    code = file ? fetch(s, &workspace, file, &bytes) : cli_fail(s->cli, EXIT_ERROR, "%s can't be written: %s", part, strerror(errno));
    if (code == EXIT_OK)
        code = check_open(s->cli, file, &summary);
    if (code == EXIT_OK && (fsync(fd) != 0 || rename(part, path) != 0))
        code = cli_fail(s->cli, EXIT_ERROR, "%s can't be written: %s", path, strerror(errno));
    if (file)
        (void)fclose(file);
    if (file && code != EXIT_OK)
        (void)unlink(part);
    if (code == EXIT_OK)
        code = tell(s, path, name, bytes, &summary);
    return code;
}

/* ---- the command */

static int check_file(struct cli *cli, const char *path)
{
    struct backup_summary summary;
    FILE *file = fopen(path, "re");
    if (!file)
        return cli_fail(cli, errno == ENOENT ? EXIT_NOT_FOUND : EXIT_ERROR, "%s can't be read: %s", path, strerror(errno));
    int code = check_open(cli, file, &summary);
    (void)fclose(file);
    if (code != EXIT_OK)
        return code;
    if (cli->out.json) {
        out_json(&cli->out, json_pack("{s:i, s:s, s:s, s:I, s:I, s:I, s:b}", "schema", OUTPUT_SCHEMA, "type", "backup_checked", "file", path, "made_ms",
                                      (json_int_t)summary.made_ms, "workspaces", (json_int_t)summary.counts.workspaces, "canvases",
                                      (json_int_t)summary.counts.canvases, "secrets", summary.whole));
        return EXIT_OK;
    }
    out_print(&cli->out, STYLE_GOOD, "Whole and unchanged");
    out_print(&cli->out, STYLE_PLAIN, ": %" PRIu64 " workspace%s (\"%s\"%s), %" PRIu64 " canvas%s, made %s\n", summary.counts.workspaces,
              summary.counts.workspaces == 1 ? "" : "s", arena_line(&cli->arena, summary.name), summary.counts.workspaces > 1 ? ", …" : "",
              summary.counts.canvases, summary.counts.canvases == 1 ? "" : "es", people_time(&cli->arena, summary.made_ms));
    return EXIT_OK;
}

int cmd_backup(struct cli *cli)
{
    struct session s;
    const char *path = cli_value(cli, "output"), *check = cli_value(cli, "check");
    if (check)
        return check_file(cli, check);
    if (!path || strcmp(path, "-") == 0)
        return cli_fail(cli, EXIT_USAGE, "Into which file? cocanvas backup -o FILE");
    if (access(path, F_OK) == 0)
        return cli_fail(cli, EXIT_CONFLICT, "%s is there already: a backup overwrites nothing.", path);
    char *part = xasprintf("%s.part", path);
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = back_up(&s, path, part);
    session_close(&s);
    free(part);
    return code;
}
