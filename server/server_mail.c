/* What workers post to the main thread: who has gone, numbers, events for the audit log, changes of rights, that they are ready or drained. */
#include <stdlib.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/clock.h"
#include "server/journal/clerk.h"
#include "server/server_private.h"
#include "server/systemd.h"

struct gone_mail {
    struct mail mail;
    struct address address;
};

static void deliver_gone(void *receiver, struct mail *mail)
{
    struct server *s = receiver;
    struct gone_mail *m = (struct gone_mail *)mail;
    listener_gone(s->listener, &m->address);
    free(m);
}

static void post_gone(void *ctx, const struct address *address)
{
    struct server *s = ctx;
    struct gone_mail *m = xmalloc(sizeof *m);
    *m = (struct gone_mail){.mail.deliver = deliver_gone, .address = *address};
    mailbox_post(&s->box, &m->mail);
}

struct stats_mail {
    struct mail mail;
    struct worker_stats stats;
};

static void answer_stats(struct server *s)
{
    struct buf text;
    char *addresses = listener_addresses(s->listener);
    struct server_stats all = {
        .addresses = addresses,
        .started_ms = s->started_ms,
        .now_ms = clock_wall_ms(),
        .connections = listener_connections(s->listener),
        .draining = s->phase == SERVER_DRAINING,
    };
    listener_counts(s->listener, &all.accepted, &all.refused);
    buf_init(&text);
    stats_print(&text, &all, s->n_workers, s->stats);
    buf_add(&text, "", 1);
    for (unsigned i = 0; i < s->n_stats_waiters; i++)
        admin_answer(s->stats_waiters[i], true, (const char *)buf_at(&text));
    s->n_stats_waiters = 0;
    buf_fini(&text);
    free(addresses);
}

static void deliver_stats(void *receiver, struct mail *mail)
{
    struct server *s = receiver;
    struct stats_mail *m = (struct stats_mail *)mail;
    s->stats[m->stats.worker - 1] = m->stats;
    free(m);
    if (--s->stats_missing > 0)
        return;
    answer_stats(s);
    if (s->watchdog_waits)
        systemd_notify("WATCHDOG=1");
    s->watchdog_waits = false;
}

static void post_stats(void *ctx, const struct worker_stats *stats)
{
    struct server *s = ctx;
    struct stats_mail *m = xmalloc(sizeof *m);
    *m = (struct stats_mail){.mail.deliver = deliver_stats, .stats = *stats};
    mailbox_post(&s->box, &m->mail);
}

struct audit_mail {
    struct mail mail;
    struct audit_event event;
};

static void deliver_audit(void *receiver, struct mail *mail)
{
    struct server *s = receiver;
    struct audit_mail *m = (struct audit_mail *)mail;
    clerk_add(s->clerk, &m->event);
    free(m);
}

static void post_audit(void *ctx, const struct audit_event *event)
{
    struct server *s = ctx;
    struct audit_mail *m = xmalloc(sizeof *m);
    *m = (struct audit_mail){.mail.deliver = deliver_audit, .event = *event};
    mailbox_post(&s->box, &m->mail);
}

struct news_mail {
    struct mail mail;
    struct access_change change;
};

static void deliver_news(void *receiver, struct mail *mail)
{
    struct server *s = receiver;
    struct news_mail *m = (struct news_mail *)mail;
    neighbours_tell(s->neighbours, &m->change);
    free(m);
}

static void post_access(void *ctx, const struct access_change *change)
{
    struct server *s = ctx;
    struct news_mail *m = xmalloc(sizeof *m);
    *m = (struct news_mail){.mail.deliver = deliver_news, .change = *change};
    mailbox_post(&s->box, &m->mail);
}

void server_on_neighbours_change(void *ctx, const struct access_change *change)
{
    struct server *s = ctx;
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_access_changed(s->workers[i], change);
}

void server_collect_stats(struct server *s)
{
    if (s->stats_missing > 0)
        return;
    s->stats_missing = s->n_workers;
    for (unsigned i = 0; i < s->n_workers; i++)
        worker_ask_stats(s->workers[i]);
}

static void deliver_drained(void *receiver, struct mail *mail)
{
    struct server *s = receiver;
    free(mail);
    if (++s->n_drained < s->n_workers)
        return;
    server_set_phase(s, SERVER_ENDED);
    event_base_loopbreak(s->base);
}

static void post_drained(void *ctx, unsigned worker)
{
    struct server *s = ctx;
    (void)worker;
    struct mail *mail = xmalloc(sizeof *mail);
    mail->deliver = deliver_drained;
    mailbox_post(&s->box, mail);
}

/* ---- the doors open when all workers have their database, so that the first client is not told that it is away */

void server_open_doors(struct server *s)
{
    server_set_phase(s, SERVER_SERVING);
    event_del(s->open_anyway);
    listener_start(s->listener);
    char *addresses = listener_addresses(s->listener);
    log_notice(NULL, "cocanvasd " COCANVAS_VERSION " serves at %s with %u workers", addresses, s->n_workers);
    free(addresses);
    systemd_notify("READY=1");
}

void server_on_open_anyway(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd;
    (void)what;
    server_open_doors(ctx);
}

static void deliver_ready(void *receiver, struct mail *mail)
{
    struct server *s = receiver;
    free(mail);
    if (++s->n_ready == s->n_workers && s->phase == SERVER_STARTING)
        server_open_doors(s);
}

static void post_ready(void *ctx)
{
    struct server *s = ctx;
    struct mail *mail = xmalloc(sizeof *mail);
    mail->deliver = deliver_ready;
    mailbox_post(&s->box, mail);
}

const struct worker_host server_worker_host = {
    .ready = post_ready, .gone = post_gone, .stats = post_stats, .audit = post_audit, .access = post_access, .drained = post_drained};
