/* Slots of unsent edits (outbox.h). The lock is on the .id file, which is never replaced, so that it stays the same
 * inode. */
#include "client/core/outbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "client/core/paths.h"

enum {
    SLOTS_MAX = 1000,
    FILE_BYTES_MAX = 256 << 20,
    ID_LINE = UUID_TEXT, /* the id and a line end */
};

struct outbox {
    int lock_fd; /* the .id file, flock'd */
    struct uuid client_id;
    char *unsent, *settled; /* the two names that the content can have */
    char *rescued;
};

static char *canvas_dir(const char *state_dir, const struct uuid *server, const struct uuid *canvas)
{
    char server_text[UUID_TEXT], canvas_text[UUID_TEXT];

    uuid_format(server, server_text);
    uuid_format(canvas, canvas_text);
    return xasprintf("%s/outbox/%s/%s", state_dir, server_text, canvas_text);
}

static bool exists(const char *file)
{
    return access(file, F_OK) == 0;
}

/* The .id file, locked; -1: in use, or (errno ENOENT) not there. */
static int lock_slot(const char *dir, unsigned number, bool make)
{
    char *file = xasprintf("%s/%u.id", dir, number);
    int fd = open(file, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (make ? O_CREAT : 0), 0600);

    free(file);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    close(fd);
    errno = EBUSY;
    return -1;
}

static bool read_id(int fd, struct uuid *id)
{
    char line[ID_LINE + 1] = "";

    if (pread(fd, line, ID_LINE, 0) != ID_LINE || line[UUID_TEXT - 1] != '\n')
        return false;
    line[UUID_TEXT - 1] = '\0';
    return uuid_parse(line, id);
}

static bool write_id(int fd, struct uuid *id)
{
    char line[ID_LINE];

    uuid_random(id);
    uuid_format(id, line);
    line[UUID_TEXT - 1] = '\n';
    return ftruncate(fd, 0) == 0 && pwrite(fd, line, ID_LINE, 0) == ID_LINE;
}

static struct outbox *slot_open(const char *dir, unsigned number, int fd, struct why *why)
{
    struct outbox *o = xcalloc(1, sizeof(*o));

    o->lock_fd = fd;
    o->unsent = xasprintf("%s/%u.unsent", dir, number);
    o->settled = xasprintf("%s/%u.settled", dir, number);
    o->rescued = xasprintf("%s/rescued.txt", dir);
    if (read_id(fd, &o->client_id))
        return o;
    outbox_set_aside(o); /* edits whose client_id is lost are nobody's */
    if (write_id(fd, &o->client_id))
        return o;
    (void)refuse(why, STATUS_INTERNAL, "cannot write %.120s/%u.id: %s", dir, number, strerror(errno));
    outbox_release(o);
    return NULL;
}

static bool slot_has(const char *dir, unsigned number, const char *suffix)
{
    char *file = xasprintf("%s/%u.%s", dir, number, suffix);
    bool there = exists(file);

    free(file);
    return there;
}

/* pass 0: free slots with unsent edits; 1: free ones; 2: a new one after the last. Slots are numbered without gaps. */
static int find_slot(const char *dir, int pass, unsigned *number)
{
    for (unsigned n = 0; n < SLOTS_MAX; n++) {
        bool there = slot_has(dir, n, "id");
        int fd = -1;

        if (!there && pass < 2)
            break;
        if (pass == 2 || pass == 1 || slot_has(dir, n, "unsent"))
            fd = lock_slot(dir, n, pass == 2);
        if (fd >= 0) {
            *number = n;
            return fd;
        }
        if (!there && errno != EBUSY)
            break; /* it could not be made; busy: another process has just made it, the next one may be ours */
    }
    return -1;
}

struct outbox *outbox_take(const char *state_dir, const struct uuid *server, const struct uuid *canvas, struct why *why)
{
    char *dir = canvas_dir(state_dir, server, canvas);
    struct outbox *o = NULL;
    unsigned number = 0;
    int fd = -1;

    if (paths_make(dir, why) != STATUS_OK)
        goto out;
    for (int pass = 0; pass < 3 && fd < 0; pass++)
        fd = find_slot(dir, pass, &number);
    if (fd < 0)
        (void)refuse(why, STATUS_INTERNAL, "cannot keep unsent edits in %.120s: %s", dir, strerror(errno));
    else
        o = slot_open(dir, number, fd, why);
out:
    free(dir);
    return o;
}

void outbox_release(struct outbox *o)
{
    if (!o)
        return;
    close(o->lock_fd); /* gives the lock up */
    free(o->unsent);
    free(o->settled);
    free(o->rescued);
    free(o);
}

const struct uuid *outbox_client_id(const struct outbox *o)
{
    return &o->client_id;
}

enum status outbox_load(struct outbox *o, struct buf *out, struct why *why)
{
    const char *file = exists(o->unsent) ? o->unsent : o->settled;
    size_t len;
    char *bytes;

    if (!exists(file))
        return STATUS_OK;
    bytes = paths_read(file, FILE_BYTES_MAX, &len);
    if (!bytes)
        return refuse(why, STATUS_INTERNAL, "cannot read %.120s: %s", file, strerror(errno));
    buf_add(out, bytes, len);
    free(bytes);
    return STATUS_OK;
}

/* Never are there two contents to choose from for longer than between two calls, and then .unsent counts: edits that
 * were answered would at worst be sent again, and the server knows their numbers. */
enum status outbox_save(struct outbox *o, unsigned flags, const uint8_t *bytes, size_t len, struct why *why)
{
    const char *now = flags & OUTBOX_UNSENT ? o->unsent : o->settled;
    const char *before = flags & OUTBOX_UNSENT ? o->settled : o->unsent;
    enum status st;

    if (flags & OUTBOX_UNSENT) {
        st = paths_replace(now, bytes, len, flags & OUTBOX_SYNC, why);
        if (st == STATUS_OK)
            (void)unlink(before);
        return st;
    }
    if (!exists(before))
        return paths_replace(now, bytes, len, flags & OUTBOX_SYNC, why);
    st = paths_replace(before, bytes, len, flags & OUTBOX_SYNC, why);
    if (st == STATUS_OK && rename(before, now) < 0)
        st = refuse(why, STATUS_INTERNAL, "cannot rename %.120s: %s", before, strerror(errno));
    return st;
}

void outbox_set_aside(struct outbox *o)
{
    char *aside = xasprintf("%s.damaged-%lld", o->unsent, (long long)time(NULL));

    (void)rename(o->unsent, aside);
    (void)unlink(o->settled);
    free(aside);
}

enum status outbox_rescue(struct outbox *o, const char *about, const char *text, size_t len, const char **path,
                          struct why *why)
{
    int fd = open(o->rescued, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    char *entry = xasprintf("--- %s\n%.*s\n", about, (int)len, text);
    size_t entry_len = strlen(entry);
    bool ok = fd >= 0 && write(fd, entry, entry_len) == (ssize_t)entry_len;

    if (!ok)
        (void)refuse(why, STATUS_INTERNAL, "cannot write %.120s: %s", o->rescued, strerror(errno));
    if (fd >= 0)
        close(fd);
    free(entry);
    *path = o->rescued;
    return ok ? STATUS_OK : STATUS_INTERNAL;
}

/* ---------------------------------------------------------------- what is left behind */

static bool has_free_unsent(const char *dir)
{
    unsigned number;
    int fd = find_slot(dir, 0, &number);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

size_t outbox_unsent(const char *state_dir, const struct uuid *server, struct uuid *canvases, size_t cap)
{
    char server_text[UUID_TEXT];
    struct dirent *entry;
    size_t n = 0;
    char *top;
    DIR *dir;

    uuid_format(server, server_text);
    top = xasprintf("%s/outbox/%s", state_dir, server_text);
    dir = opendir(top);
    while (dir && n < cap && (entry = readdir(dir))) {
        char *canvas = xasprintf("%s/%s", top, entry->d_name);

        if (uuid_parse(entry->d_name, &canvases[n]) && has_free_unsent(canvas))
            n++;
        free(canvas);
    }
    if (dir)
        closedir(dir);
    free(top);
    return n;
}
