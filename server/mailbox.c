/* See mailbox.h. The queue is taken whole, so that the lock is held for a few instructions only and a deliver callback
 * may post. */
#include "server/mailbox.h"

#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/status.h"

static void on_wake(evutil_socket_t fd, short what, void *ctx)
{
    (void)what;
    uint64_t count;
    if (read(fd, &count, sizeof count) == (ssize_t)sizeof count)
        mailbox_deliver(ctx);
}

void mailbox_init(struct mailbox *box, struct event_base *base, void *receiver)
{
    ASSERT(pthread_mutex_init(&box->lock, NULL) == 0);
    STAILQ_INIT(&box->waiting);
    box->receiver = receiver;
    box->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    ASSERT(box->fd >= 0);
    box->event = event_new(base, box->fd, EV_READ | EV_PERSIST, on_wake, box);
    ASSERT(box->event && event_add(box->event, NULL) == 0);
}

void mailbox_fini(struct mailbox *box)
{
    mailbox_deliver(box);
    event_free(box->event);
    close(box->fd);
    pthread_mutex_destroy(&box->lock);
}

void mailbox_post(struct mailbox *box, struct mail *mail)
{
    pthread_mutex_lock(&box->lock);
    bool first = STAILQ_EMPTY(&box->waiting);
    STAILQ_INSERT_TAIL(&box->waiting, mail, entry);
    pthread_mutex_unlock(&box->lock);
    uint64_t one = 1;
    if (first && write(box->fd, &one, sizeof one) != (ssize_t)sizeof one)
        ASSERT(!"an eventfd that nobody fills takes a one");
}

void mailbox_deliver(struct mailbox *box)
{
    struct mail_list taken = STAILQ_HEAD_INITIALIZER(taken);
    pthread_mutex_lock(&box->lock);
    STAILQ_CONCAT(&taken, &box->waiting);
    pthread_mutex_unlock(&box->lock);
    while (!STAILQ_EMPTY(&taken)) {
        struct mail *mail = STAILQ_FIRST(&taken);
        STAILQ_REMOVE_HEAD(&taken, entry);
        mail->deliver(box->receiver, mail);
    }
}
