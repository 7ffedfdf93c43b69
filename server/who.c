/* See who.h. A question is a number at its worker; mail carries copies, and an answer to a question that is over is dropped. */
#include "server/who.h"

#include <stdlib.h>
#include <sys/queue.h>

#include "common/buf.h"
#include "common/status.h"

struct question {
    struct who *who;
    uint64_t number, id; /* ours, and the asker's */
    size_t n;
    struct room_present **present; /* owned, and what it points to */
    unsigned waiting;              /* workers that have not answered */
    struct event *deadline;
    LIST_ENTRY(question) entry;
};

struct who {
    struct who_options o;
    LIST_HEAD(, question) questions; /* few: each is over in a moment */
    uint64_t last;
    bool stopped;
};

/* One canvas in a question to another worker: its place in the list, and the answer. */
struct asked {
    size_t index;
    struct uuid canvas;
    struct room_present *present; /* NULL: nobody */
};

/* There and back: the same mail returns with the answers in it. */
struct who_mail {
    struct mail mail;
    struct who *to;
    unsigned from;
    uint64_t question;
    size_t n;
    struct asked at[];
};

static void mail_free(struct who_mail *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->at[i].present);
    free(m);
}

static void question_free(struct question *q)
{
    LIST_REMOVE(q, entry);
    for (size_t i = 0; i < q->n; i++)
        free(q->present[i]);
    free(q->present);
    if (q->deadline)
        event_free(q->deadline);
    free(q);
}

static void question_over(struct question *q)
{
    struct who *w = q->who;
    w->o.answer(w->o.ctx, q->id, q->n, q->present);
    question_free(q);
}

static void on_deadline(evutil_socket_t fd, short what, void *arg)
{
    (void)fd, (void)what;
    question_over(arg);
}

static struct room_present *look(const struct who *w, const struct uuid *canvas)
{
    struct room_present *present = xmalloc(sizeof *present);
    w->o.look(w->o.ctx, canvas, present);
    if (present->count > 0)
        return present;
    free(present);
    return NULL;
}

/* ---- mail */

static void deliver_answer(void *receiver, struct mail *mail)
{
    struct who_mail *m = (struct who_mail *)mail;
    struct question *q;
    (void)receiver;
    LIST_FOREACH(q, &m->to->questions, entry) {
        if (q->number == m->question)
            break;
    }
    for (size_t i = 0; q && i < m->n; i++) {
        q->present[m->at[i].index] = m->at[i].present;
        m->at[i].present = NULL;
    }
    mail_free(m);
    if (q && --q->waiting == 0)
        question_over(q);
}

static void deliver_question(void *receiver, struct mail *mail)
{
    struct who_mail *m = (struct who_mail *)mail;
    struct who *w = m->to;
    (void)receiver;
    if (w->stopped) {
        mail_free(m);
        return;
    }
    for (size_t i = 0; i < m->n; i++)
        m->at[i].present = look(w, &m->at[i].canvas);
    m->to = w->o.other(w->o.ctx, m->from);
    m->mail.deliver = deliver_answer;
    mailbox_post(m->to->o.box, &m->mail);
}

/* The canvases of that worker; NULL if it has none of them. */
static struct who_mail *mail_for(const struct who *w, const struct question *q, unsigned worker,
                                 const struct uuid *canvases)
{
    size_t n = 0;
    for (size_t i = 0; i < q->n; i++)
        n += w->o.home(&canvases[i], w->o.count) == worker;
    if (n == 0)
        return NULL;
    struct who_mail *m = xcalloc(1, sizeof *m + n * sizeof m->at[0]);
    m->mail.deliver = deliver_question;
    m->to = w->o.other(w->o.ctx, worker);
    m->from = w->o.number;
    m->question = q->number;
    for (size_t i = 0; i < q->n; i++)
        if (w->o.home(&canvases[i], w->o.count) == worker)
            m->at[m->n++] = (struct asked){.index = i, .canvas = canvases[i]};
    return m;
}

/* ---- asking */

void who_ask(struct who *w, uint64_t id, size_t n, const struct uuid *canvases)
{
    struct question *q = xcalloc(1, sizeof *q);
    *q = (struct question){.who = w, .number = ++w->last, .id = id, .n = n};
    q->present = xcalloc(n + 1, sizeof *q->present);
    LIST_INSERT_HEAD(&w->questions, q, entry);
    for (size_t i = 0; i < n; i++)
        if (w->o.home(&canvases[i], w->o.count) == w->o.number)
            q->present[i] = look(w, &canvases[i]);
    for (unsigned worker = 1; worker <= w->o.count; worker++) {
        struct who_mail *m = worker != w->o.number && !w->stopped ? mail_for(w, q, worker, canvases) : NULL;
        if (!m)
            continue;
        q->waiting++;
        mailbox_post(m->to->o.box, &m->mail);
    }
    if (q->waiting == 0) {
        question_over(q);
        return;
    }
    struct timeval wait = {w->o.wait_ms / 1000, (int)(w->o.wait_ms % 1000) * 1000};
    q->deadline = event_new(w->o.base, -1, 0, on_deadline, q);
    ASSERT(q->deadline && event_add(q->deadline, &wait) == 0);
}

/* ---- life */

struct who *who_new(const struct who_options *options)
{
    struct who *w = xcalloc(1, sizeof *w);
    w->o = *options;
    return w;
}

void who_stop(struct who *w)
{
    w->stopped = true;
    struct question *q;
    while ((q = LIST_FIRST(&w->questions)))
        question_free(q);
}

void who_free(struct who *w)
{
    who_stop(w);
    free(w);
}
