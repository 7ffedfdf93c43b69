/* See backups.h. A queue, a condition variable, and one thread that knows nothing of sessions. */
#include "server/session/backups.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "server/journal/backup.h"
#include "server/journal/keyring.h"

struct backups {
    pthread_mutex_t lock; /* guards waiting, n_open and ending */
    pthread_cond_t more;
    STAILQ_HEAD(, backup_job) waiting;
    unsigned n_open; /* jobs, and files that were not closed yet */
    bool ending;
    pthread_t thread;
    atomic_bool stop; /* what is being made ends */
    char *conninfo, *folder, *seal_key_file, *seal_keyring;
};

/* It goes with its last descriptor, also when the daemon is killed. */
static int nameless_file(const char *folder)
{
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    char *path = xasprintf("%s/backup-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        (void)unlink(path);
    free(path);
    return fd;
}

static void work(const struct backups *b, struct backup_job *job)
{
    struct keyring *keys = keyring_new(b->seal_key_file, b->seal_keyring); /* a key that is destroyed has no copy here */
    struct backup_wanted wanted = {.conninfo = b->conninfo,
                                   .workspace = &job->workspace,
                                   .keys = keys,
                                   .program = "cocanvasd " COCANVAS_VERSION,
                                   .stop = &b->stop};
    struct backup_counts counts = {0};
    job->fd = nameless_file(b->folder);
    int copy = job->fd >= 0 ? dup(job->fd) : -1;
    FILE *file = copy >= 0 ? fdopen(copy, "w") : NULL;
    if (!file)
        job->status = refuse(&job->why, STATUS_INTERNAL, "a file in %.200s: %s", b->folder, strerror(errno));
    else
        job->status = backup_make(&wanted, file, &counts, &job->why);
    keyring_free(keys);
    off_t end = file ? ftello(file) : -1;
    job->bytes = end > 0 ? (uint64_t)end : 0;
    job->canvases = counts.canvases;
    if (file)
        (void)fclose(file);
    else if (copy >= 0)
        close(copy);
}

static struct backup_job *take(struct backups *b)
{
    pthread_mutex_lock(&b->lock);
    while (STAILQ_EMPTY(&b->waiting) && !b->ending)
        pthread_cond_wait(&b->more, &b->lock);
    struct backup_job *job = b->ending ? NULL : STAILQ_FIRST(&b->waiting);
    if (job)
        STAILQ_REMOVE_HEAD(&b->waiting, entry);
    pthread_mutex_unlock(&b->lock);
    return job;
}

static void *run(void *ctx)
{
    struct backups *b = ctx;
    struct backup_job *job;
    while ((job = take(b)) != NULL) {
        work(b, job);
        job->done(job->ctx, job);
    }
    return NULL;
}

struct backups *backups_new(const struct backups_options *options)
{
    struct backups *b = xcalloc(1, sizeof *b);
    ASSERT(pthread_mutex_init(&b->lock, NULL) == 0 && pthread_cond_init(&b->more, NULL) == 0);
    STAILQ_INIT(&b->waiting);
    b->conninfo = xstrdup(options->conninfo);
    b->folder = xstrdup(options->folder);
    b->seal_key_file = xstrdup(options->seal_key_file);
    b->seal_keyring = xstrdup(options->seal_keyring);
    ASSERT(pthread_create(&b->thread, NULL, run, b) == 0);
    return b;
}

void backups_stop(struct backups *b)
{
    atomic_store(&b->stop, true);
    pthread_mutex_lock(&b->lock);
    b->ending = true;
    pthread_cond_broadcast(&b->more);
    pthread_mutex_unlock(&b->lock);
    pthread_join(b->thread, NULL);
    while (!STAILQ_EMPTY(&b->waiting)) {
        struct backup_job *job = STAILQ_FIRST(&b->waiting);
        STAILQ_REMOVE_HEAD(&b->waiting, entry);
        free(job);
    }
}

void backups_free(struct backups *b)
{
    if (!b)
        return;
    pthread_cond_destroy(&b->more);
    pthread_mutex_destroy(&b->lock);
    free(b->seal_key_file);
    free(b->seal_keyring);
    free(b->conninfo);
    free(b->folder);
    free(b);
}

bool backups_submit(struct backups *b, struct backup_job *job)
{
    pthread_mutex_lock(&b->lock);
    bool room = b->n_open < BACKUPS_MOST && !b->ending;
    if (room) {
        job->owner = b;
        job->fd = -1;
        b->n_open++;
        STAILQ_INSERT_TAIL(&b->waiting, job, entry);
        pthread_cond_signal(&b->more);
    }
    pthread_mutex_unlock(&b->lock);
    return room;
}

void backups_close(struct backups *b, int fd)
{
    if (fd >= 0)
        close(fd);
    pthread_mutex_lock(&b->lock);
    b->n_open--;
    pthread_mutex_unlock(&b->lock);
}

void backup_job_free(struct backup_job *job)
{
    if (job->owner)
        backups_close(job->owner, job->fd);
    free(job);
}
