/* Passwords are hashed and verified by a few threads of their own (Argon2id, 19 MiB, two passes if not set otherwise: about
 * 20 ms), because a loop that serves editors must not stop for it. The queue is bounded: more logins than that are told to come
 * back. */
#ifndef COCANVAS_SERVER_SESSION_HASHER_H
#define COCANVAS_SERVER_SESSION_HASHER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#include "server/journal/store.h"

enum { PASSWORD_LEAST = 10, PASSWORD_MOST = 1024 };

enum hash_kind { HASH_MAKE, HASH_VERIFY };

/* One password to work on. Whoever makes it allocates it; it belongs to the hasher until done is called, then to the
 * receiver. */
struct hash_job {
    enum hash_kind kind;
    uint64_t session; /* whose: an id, because the session may be gone by then */
    char password[PASSWORD_MOST + 1];
    char hash[STORE_HASH_TEXT];                    /* to verify against, or the result */
    char fresh[STORE_HASH_TEXT];                   /* verified: the same password with today's cost; "" it has that */
    bool ok;                                       /* verified, or made */
    void (*done)(void *ctx, struct hash_job *job); /* called on the hasher's thread: has to cross over by a mailbox */
    void *ctx;
    STAILQ_ENTRY(hash_job) entry;
};

struct hasher;

/* What one hash costs: Argon2id's passes and memory. */
struct hasher_cost {
    unsigned passes, memory_kib;
};

/* sodium_init() must have been called. */
struct hasher *hasher_new(unsigned threads, unsigned queue, const struct hasher_cost *cost);
/* Ends the threads; jobs that wait are freed unanswered. */
void hasher_free(struct hasher *h);
/* From any thread. False if the queue is full: the job stays the caller's. */
bool hasher_submit(struct hasher *h, struct hash_job *job);
/* A hash that no password fits: an unknown login is verified against it, so that it costs the same time as a known one
 * (P9). */
const char *hasher_dummy(const struct hasher *h);
/* Wipes the password, then frees. */
void hash_job_free(struct hash_job *job);

#endif
