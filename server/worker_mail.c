/* What other threads post to a worker: sockets, connections that move, finished hashes, changes of rights, settings, questions. */
#include <stdlib.h>

#include "common/buf.h"
#include "server/session/account.h"
#include "server/session/audit.h"
#include "server/worker_private.h"

struct accept_mail {
    struct mail mail;
    int fd;
    unsigned long id;
    struct address address;
};

static void deliver_accept(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct accept_mail *m = (struct accept_mail *)mail;
    conns_arrive(&w->conns, m->fd, m->id, &m->address);
    free(m);
}

void worker_accept(struct worker *w, int fd, unsigned long id, const struct address *address)
{
    struct accept_mail *m = xmalloc(sizeof *m);
    *m = (struct accept_mail){.mail.deliver = deliver_accept, .fd = fd, .id = id, .address = *address};
    mailbox_post(&w->box, &m->mail);
}

struct conn_mail {
    struct mail mail;
    struct conn *conn;
};

static void deliver_conn(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct conn_mail *m = (struct conn_mail *)mail;
    conns_adopt(&w->conns, m->conn);
    free(m);
}

/* The connection goes on there. */
void worker_post_conn(struct worker *to, struct conn *conn)
{
    struct conn_mail *m = xmalloc(sizeof *m);
    *m = (struct conn_mail){.mail.deliver = deliver_conn, .conn = conn};
    mailbox_post(&to->box, &m->mail);
}

struct hash_mail {
    struct mail mail;
    struct hash_job *job;
};

static void deliver_hash(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct hash_mail *m = (struct hash_mail *)mail;
    sessions_hashed(&w->sessions, m->job);
    free(m);
}

/* On a hasher's thread. */
void worker_post_hash(void *ctx, struct hash_job *job)
{
    struct worker *w = ctx;
    struct hash_mail *m = xmalloc(sizeof *m);
    *m = (struct hash_mail){.mail.deliver = deliver_hash, .job = job};
    mailbox_post(&w->box, &m->mail);
}

struct backup_mail {
    struct mail mail;
    struct backup_job *job;
};

static void deliver_backup(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct backup_mail *m = (struct backup_mail *)mail;
    sessions_backed_up(&w->sessions, m->job);
    free(m);
}

/* On the backups' thread. */
void worker_post_backup(void *ctx, struct backup_job *job)
{
    struct worker *w = ctx;
    struct backup_mail *m = xmalloc(sizeof *m);
    *m = (struct backup_mail){.mail.deliver = deliver_backup, .job = job};
    mailbox_post(&w->box, &m->mail);
}

struct access_mail {
    struct mail mail;
    struct access_change change;
};

static void deliver_access(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct access_mail *m = (struct access_mail *)mail;
    sessions_access_changed(&w->sessions, &m->change);
    if (m->change.names)
        rooms_ask_people(w->rooms, &m->change.workspace);
    free(m);
}

void worker_access_changed(struct worker *w, const struct access_change *change)
{
    struct access_mail *m = xmalloc(sizeof *m);
    *m = (struct access_mail){.mail.deliver = deliver_access, .change = *change};
    mailbox_post(&w->box, &m->mail);
}

void worker_tell_all(void *ctx, const struct access_change *change)
{
    struct worker *w = ctx;
    for (unsigned i = 0; i < w->options.count; i++)
        worker_access_changed(w->options.all[i], change);
    w->options.host->access(w->options.ctx, change);
}

void worker_tell_audit(void *ctx, const struct audit_event *event)
{
    struct worker *w = ctx;
    w->options.host->audit(w->options.ctx, event);
}

struct cut_mail {
    struct mail mail;
    struct uuid canvas;
    uint64_t oldest_seq;
};

static void deliver_cut(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct cut_mail *m = (struct cut_mail *)mail;
    rooms_history_cut(w->rooms, &m->canvas, m->oldest_seq);
    free(m);
}

void worker_history_cut(struct worker *w, const struct uuid *canvas, uint64_t oldest_seq)
{
    struct cut_mail *m = xmalloc(sizeof *m);
    *m = (struct cut_mail){.mail.deliver = deliver_cut, .canvas = *canvas, .oldest_seq = oldest_seq};
    mailbox_post(&w->box, &m->mail);
}

struct vouch_mail {
    struct mail mail;
    struct vouch_job *job;
};

static void deliver_vouched(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct vouch_mail *m = (struct vouch_mail *)mail;
    sessions_vouched(&w->sessions, m->job);
    free(m);
}

/* On the authenticator's thread. */
void worker_post_vouched(void *ctx, struct vouch_job *job)
{
    struct worker *w = ctx;
    struct vouch_mail *m = xmalloc(sizeof *m);
    *m = (struct vouch_mail){.mail.deliver = deliver_vouched, .job = job};
    mailbox_post(&w->box, &m->mail);
}

struct settings_mail {
    struct mail mail;
    struct worker_settings settings;
};

static void deliver_settings(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct settings_mail *m = (struct settings_mail *)mail;
    SSL_CTX_free(w->settings.tls);
    w->settings = m->settings;
    worker_use_settings(w);
    rooms_set_limits(w->rooms, &w->session_settings.rooms);
    free(m);
}

void worker_reload(struct worker *w, const struct worker_settings *settings)
{
    struct settings_mail *m = xmalloc(sizeof *m);
    *m = (struct settings_mail){.mail.deliver = deliver_settings, .settings = *settings};
    SSL_CTX_up_ref(settings->tls);
    mailbox_post(&w->box, &m->mail);
}

void worker_post_plain(struct worker *w, void (*deliver)(void *receiver, struct mail *mail))
{
    struct mail *mail = xmalloc(sizeof *mail);
    mail->deliver = deliver;
    mailbox_post(&w->box, mail);
}

static void deliver_ask_stats(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    struct worker_stats stats = {
        .worker = w->options.number,
        .database_up = w->database_up,
        .database_since_ms = w->database_since_ms,
        .frames = w->sessions.frames,
        .refusals = w->sessions.refusals,
        .logins = w->sessions.logins,
        .failed_logins = w->sessions.failed_logins,
        .holds = w->sessions.holds,
        .rooms = *rooms_stats(w->rooms),
        .journal = *journal_stats(w->journal),
    };
    conns_count(&w->conns, &stats.conns);
    w->options.host->stats(w->options.ctx, &stats);
    free(mail);
}

void worker_ask_stats(struct worker *w)
{
    worker_post_plain(w, deliver_ask_stats);
}

static void deliver_stop(void *receiver, struct mail *mail)
{
    struct worker *w = receiver;
    w->stopping = true;
    free(mail);
}

void worker_stop(struct worker *w)
{
    worker_post_plain(w, deliver_stop);
}
