/* Who is on which canvases: asked by one worker of all, for lists. A canvas' room is on the worker that its id hashes to, and
 * workers share nothing; so the question goes to them by mail, each is asked only about its own canvases, and the answers
 * are put together. It must not wait for a worker that is stuck or ending: after a while what has come is the answer.
 * One struct who per worker, used on its thread; only the box of another one's is touched. */
#ifndef COCANVAS_SERVER_WHO_H
#define COCANVAS_SERVER_WHO_H

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ids.h"
#include "server/mailbox.h"
#include "server/room/room.h"

struct who;

struct who_options {
    struct event_base *base;
    struct mailbox *box;                                         /* the worker's; its receiver does not matter here */
    unsigned number, count;                                      /* of the worker: 1 … count */
    unsigned wait_ms;                                            /* for the others */
    unsigned (*home)(const struct uuid *canvas, unsigned count); /* which worker a canvas is on */
    struct who *(*other)(void *ctx, unsigned worker);
    /* Who is on a canvas of this worker. */
    void (*look)(void *ctx, const struct uuid *canvas, struct room_present *out);
    /* The answer to who_ask(id), once: present[i] belongs to canvases[i]; NULL: nobody, or it is not known. Borrowed. */
    void (*answer)(void *ctx, uint64_t id, size_t n, struct room_present *const *present);
    void *ctx;
};

struct who *who_new(const struct who_options *options);
/* Answers nobody any more, and asks nobody; for the time when threads have ended and mail is still delivered. */
void who_stop(struct who *w);
void who_free(struct who *w);
/* Answers before it returns, if all canvases are this worker's. */
void who_ask(struct who *w, uint64_t id, size_t n, const struct uuid *canvases);

#endif
