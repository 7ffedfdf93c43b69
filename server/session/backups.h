/* Backups that owners ask for are made by one thread of its own, one after the other, into files without a name in the state folder:
 * a snapshot of the database must not stay open for as long as somebody's line is slow. Few exist at a time; more are told to come
 * back (BUSY). */
#ifndef COCANVAS_SERVER_SESSION_BACKUPS_H
#define COCANVAS_SERVER_SESSION_BACKUPS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/ids.h"
#include "common/status.h"

/* Files at a time, made and being made; a session has one at most. */
enum { BACKUPS_MOST = 4 };

struct backups;

/* Whoever makes it allocates it; it belongs to the thread until done is called, then to the receiver. */
struct backup_job {
    uint64_t session; /* whose: an id, because the session may be gone by then */
    struct uuid workspace;
    enum status status;
    struct why why;                                    /* for the log */
    int fd;                                            /* the file, the receiver's; -1: none */
    uint64_t bytes, canvases;                          /* of it */
    void (*done)(void *ctx, struct backup_job *job);   /* called on the thread: has to cross over by a mailbox */
    void *ctx;
    struct backups *owner;
    STAILQ_ENTRY(backup_job) entry;
};

/* All are copied. */
struct backups_options {
    const char *conninfo;
    const char *folder;                       /* where files without a name can lie */
    const char *seal_key_file, *seal_keyring; /* for the hashes of sealed canvases; "": none */
};
struct backups *backups_new(const struct backups_options *options);
/* Ends the thread: the one that is being made is given up; those that wait are freed unanswered. */
void backups_stop(struct backups *b);
/* After backups_stop(), when nobody has a file any more. NULL is fine. */
void backups_free(struct backups *b);
/* From any thread. False if there are too many: the job stays the caller's. */
bool backups_submit(struct backups *b, struct backup_job *job);
/* A file is not needed any more: closes it, and makes room for another. From any thread. */
void backups_close(struct backups *b, int fd);
/* Frees the job, and closes its file if it has one. */
void backup_job_free(struct backup_job *job);

#endif
