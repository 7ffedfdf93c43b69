/* What the files of a worker share: its insides. Nobody else includes it.
 *
 *   worker.c        life, the loop, drain
 *   worker_rooms.c  settings; between journal and rooms
 *   worker_mail.c   what other threads post to it */
#ifndef COCANVAS_SERVER_WORKER_PRIVATE_H
#define COCANVAS_SERVER_WORKER_PRIVATE_H

#include <pthread.h>

#include "server/mailbox.h"
#include "server/who.h"
#include "server/worker.h"

enum worker_phase {
    WORKER_SERVING,
    WORKER_FINISHING, /* no frames any more; commits under way are awaited */
    WORKER_LEAVING,   /* GoAway was said; the connections end */
    WORKER_DRAINED,
};

struct worker {
    struct worker_options options;
    struct worker_settings settings;
    struct session_settings session_settings;
    struct conn_settings conn_settings;
    struct event_base *base;
    struct event *tick;
    struct mailbox box;
    struct stream_scratch scratch;
    struct journal *journal;
    struct rooms *rooms;
    struct sessions sessions;
    struct conns conns;
    struct who *who;
    bool database_up;
    int64_t database_since_ms; /* wall clock */
    enum worker_phase phase;
    int64_t drain_until_ms; /* monotonic; from FINISHING on */
    bool ready_told;
    bool stopping;
    pthread_t thread;
};

/* ---- worker_rooms.c */
/* What follows from worker.settings. */
void worker_use_settings(struct worker *w);
void worker_make_journal_and_rooms(struct worker *w);
/* clock.h's, as what a worker makes wants them. */
int64_t worker_wall_ms(void *ctx);
int64_t worker_mono_ms(void *ctx);

/* ---- worker_mail.c: given to those who post */
void worker_post_plain(struct worker *w, void (*deliver)(void *receiver, struct mail *mail));
void worker_post_conn(struct worker *to, struct conn *conn);
void worker_post_hash(void *ctx, struct hash_job *job);
void worker_post_vouched(void *ctx, struct vouch_job *job);
void worker_post_backup(void *ctx, struct backup_job *job);
void worker_tell_all(void *ctx, const struct access_change *change);
void worker_tell_audit(void *ctx, const struct audit_event *event);

#endif
