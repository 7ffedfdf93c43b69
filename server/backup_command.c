/* See backup_command.h. */
#include "server/backup_command.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/journal/backup.h"
#include "server/journal/journal.h"
#include "server/journal/keyring.h"

enum { EXIT_NOT_FOUND = 3, EXIT_CONFLICT = 5, EXIT_UNREACHABLE = 6, PIECE = 64 << 10 };

static int failed(enum status status, const struct why *why)
{
    fprintf(stderr, "cocanvasd: %s\n", why->text);
    switch (status) {
    case STATUS_NOT_FOUND:
        return EXIT_NOT_FOUND;
    case STATUS_CONFLICT:
        return EXIT_CONFLICT;
    case STATUS_DEGRADED:
        return EXIT_UNREACHABLE;
    default:
        return EXIT_FAILURE;
    }
}

static bool is_stream(const char *path)
{
    return strcmp(path, "-") == 0;
}

static void tell_counts(const char *what, const struct backup_counts *counts)
{
    fprintf(stderr, "%s: %" PRIu64 " workspace%s, %" PRIu64 " canvas%s, %" PRIu64 " rows.\n", what, counts->workspaces,
            counts->workspaces == 1 ? "" : "s", counts->canvases, counts->canvases == 1 ? "" : "es", counts->rows);
}

/* ---- backup */

static enum status find(const struct config *c, const char *words, struct uuid *id, struct why *why)
{
    return words ? backup_find_workspace(c->database, words, id, why) : STATUS_OK;
}

/* A new name points to it only when all is on the disk. */
static enum status settle_file(FILE *file, const char *part, const char *path, struct why *why)
{
    char *copy = xstrdup(path);
    int folder = -1;
    bool ok = fsync(fileno(file)) == 0 && rename(part, path) == 0;
    if (ok)
        folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ok = ok && folder >= 0 && fsync(folder) == 0;
    int error = errno;
    if (folder >= 0)
        close(folder);
    free(copy);
    return ok ? STATUS_OK : refuse(why, STATUS_INTERNAL, "%.200s can't be written: %s", path, strerror(error));
}

static enum status make_file(const struct backup_wanted *wanted, const char *path, struct backup_counts *counts, struct why *why)
{
    if (access(path, F_OK) == 0)
        return refuse(why, STATUS_CONFLICT, "%.200s is there already: a backup overwrites nothing", path);
    char *part = xasprintf("%s.part", path);
    int fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    enum status status = STATUS_OK;
    if (!file)
        status = refuse(why, STATUS_INTERNAL, "%.200s can't be written: %s", part, strerror(errno));
    if (status == STATUS_OK)
        status = backup_make(wanted, file, counts, why);
    if (status == STATUS_OK)
        status = settle_file(file, part, path, why);
    if (file)
        (void)fclose(file);
    if (file && status != STATUS_OK)
        (void)unlink(part);
    free(part);
    return status;
}

int backup_command(const struct config *c, const char *path, const char *workspace)
{
    struct uuid id;
    struct why why;
    struct backup_counts counts;
    struct keyring *keys = keyring_new(c->seal_key_file, c->seal_keyring);
    struct backup_wanted wanted = {
        .conninfo = c->database, .workspace = workspace ? &id : NULL, .keys = keys, .program = "cocanvasd " COCANVAS_VERSION};
    ASSERT(sodium_init() >= 0);
    enum status status = find(c, workspace, &id, &why);
    if (status == STATUS_OK && is_stream(path) && isatty(STDOUT_FILENO))
        status = refuse(&why, STATUS_MALFORMED, "A backup is nothing for a terminal: give a file, or a pipe.");
    if (status == STATUS_OK)
        status = is_stream(path) ? backup_make(&wanted, stdout, &counts, &why) : make_file(&wanted, path, &counts, &why);
    keyring_free(keys);
    if (status != STATUS_OK)
        return failed(status, &why);
    tell_counts("Backed up", &counts);
    return EXIT_SUCCESS;
}

/* ---- restore */

/* What comes through a pipe is read twice, too: it lies in a file without a name meanwhile. */
static FILE *keep_stream(FILE *in, struct why *why)
{
    FILE *kept = tmpfile();
    char *piece = xmalloc(PIECE);
    bool ok = kept != NULL;
    for (size_t n = PIECE; ok && n > 0;) {
        n = fread(piece, 1, PIECE, in);
        ok = fwrite(piece, 1, n, kept) == n;
    }
    ok = ok && !ferror(in) && fflush(kept) == 0;
    if (ok)
        rewind(kept);
    free(piece);
    if (ok)
        return kept;
    (void)refuse(why, STATUS_INTERNAL, "the backup can't be kept in a temporary file: %s", strerror(errno));
    if (kept)
        (void)fclose(kept);
    return NULL;
}

static FILE *open_backup(const char *path, struct why *why)
{
    if (is_stream(path))
        return keep_stream(stdin, why);
    FILE *file = fopen(path, "re");
    if (!file)
        (void)refuse(why, STATUS_INTERNAL, "%.200s can't be read: %s", path, strerror(errno));
    return file;
}

static void tell_restored(const struct restore_done *done)
{
    tell_counts("Restored", &done->counts);
    if (done->unchecked)
        fprintf(stderr, "%" PRIu64 " of the canvases are sealed, and their keys are not here: their states could not be compared.\n", done->unchecked);
    if (!done->whole)
        fputs("Devices, invitations, codes and passwords were not brought along. Who has an account here goes on with it; whose account was made "
              "anew gets in by a link: cocanvasd admin reset-link LOGIN\n", stderr);
    for (size_t i = 0; i < done->n_lost && i < RESTORE_LOST_MOST; i++)
        fprintf(stderr, "%s is no member of \"%s\" any more: the login belongs to another account here. Invite them again, or restore with "
                "--match-logins.\n", done->lost[i].name, done->lost[i].workspace);
    if (done->n_lost > RESTORE_LOST_MOST)
        fprintf(stderr, "… and %zu more.\n", done->n_lost - RESTORE_LOST_MOST);
}

int restore_command(const struct config *c, const char *path, const struct restore_words *words)
{
    struct why why;
    struct keyring *keys = keyring_new(c->seal_key_file, c->seal_keyring);
    struct restore_wanted wanted = {
        .conninfo = c->database, .workspace = words->workspace, .keys = keys, .owner = words->owner, .match_logins = words->match_logins};
    struct restore_done *done = xcalloc(1, sizeof *done);
    ASSERT(sodium_init() >= 0);
    FILE *file = open_backup(path, &why);
    struct backup_summary summary;
    enum status status = file ? backup_check(file, &summary, &why) : STATUS_INTERNAL;
    if (status == STATUS_OK) { /* the file is good: now the database may get its tables */
        rewind(file);
        status = schema_migrate(c->database, false, &why);
    }
    if (status == STATUS_OK)
        status = backup_restore(&wanted, file, done, &why);
    if (file)
        (void)fclose(file);
    keyring_free(keys);
    if (status == STATUS_OK)
        tell_restored(done);
    free(done);
    return status == STATUS_OK ? EXIT_SUCCESS : failed(status, &why);
}

/* ---- check */

int check_backup_command(const char *path)
{
    struct why why;
    struct backup_summary summary;
    FILE *file = is_stream(path) ? stdin : fopen(path, "re");
    enum status status = file ? backup_check(file, &summary, &why) : refuse(&why, STATUS_INTERNAL, "%.200s can't be read: %s", path, strerror(errno));
    if (file && file != stdin)
        (void)fclose(file);
    if (status != STATUS_OK)
        return failed(status, &why);
    char made[40] = "";
    time_t seconds = (time_t)(summary.made_ms / 1000);
    struct tm parts;
    if (gmtime_r(&seconds, &parts))
        (void)strftime(made, sizeof made, "%Y-%m-%dT%H:%M:%SZ", &parts);
    printf("whole and unchanged\nmade          %s by %s\nschema        %u\nsecrets       %s\nworkspaces    %" PRIu64 "\ncanvases      %" PRIu64
           "\nrows          %" PRIu64 "\n", made, summary.program, summary.schema, summary.whole ? "yes" : "no", summary.counts.workspaces,
           summary.counts.canvases, summary.counts.rows);
    return EXIT_SUCCESS;
}
