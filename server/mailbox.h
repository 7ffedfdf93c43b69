/* The only thing that crosses threads: a queue behind a mutex, and an eventfd that wakes the receiver's loop.
 * What is sent begins with a struct mail and belongs to the receiver from mailbox_post() on; its deliver callback runs
 * on the receiver's thread and frees it. Mail from one thread arrives in the order in which it was posted. */
#ifndef COCANVAS_SERVER_MAILBOX_H
#define COCANVAS_SERVER_MAILBOX_H

#include <event2/event.h>
#include <pthread.h>
#include <sys/queue.h>

struct mail {
    void (*deliver)(void *receiver, struct mail *mail);
    STAILQ_ENTRY(mail) entry;
};
STAILQ_HEAD(mail_list, mail);

struct mailbox {
    pthread_mutex_t lock; /* guards waiting, nothing else */
    struct mail_list waiting;
    int fd;              /* eventfd */
    struct event *event; /* in the receiver's base */
    void *receiver;
};

void mailbox_init(struct mailbox *box, struct event_base *base, void *receiver);
/* Delivers what waits first, so that nothing is lost. After the receiver's thread has ended. */
void mailbox_fini(struct mailbox *box);
/* From any thread. */
void mailbox_post(struct mailbox *box, struct mail *mail);
/* Delivers all that waits now, on the receiver's thread (or after its end). */
void mailbox_deliver(struct mailbox *box);

#endif
