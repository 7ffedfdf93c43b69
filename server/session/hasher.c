/* See hasher.h. A queue, a condition variable, and threads that know nothing of sessions. */
#include "server/session/hasher.h"

#include <pthread.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

struct hasher {
    pthread_mutex_t lock; /* guards waiting, n_waiting and ending */
    pthread_cond_t more;
    STAILQ_HEAD(, hash_job) waiting;
    unsigned n_waiting, queue;
    bool ending;
    pthread_t *threads;
    unsigned n_threads;
    struct hasher_cost cost;
    char dummy[STORE_HASH_TEXT];
};

_Static_assert(crypto_pwhash_STRBYTES <= STORE_HASH_TEXT, "a hash fits its field");

void hash_job_free(struct hash_job *job)
{
    if (job)
        sodium_memzero(job, sizeof *job);
    free(job);
}

static bool make(const struct hasher *h, const char *password, char hash[STORE_HASH_TEXT])
{
    return crypto_pwhash_str_alg(hash, password, strlen(password), h->cost.passes, (size_t)h->cost.memory_kib * 1024,
                                 crypto_pwhash_ALG_ARGON2ID13) == 0;
}

static bool is_outdated(const struct hasher *h, const char *hash)
{
    return crypto_pwhash_str_needs_rehash(hash, h->cost.passes, (size_t)h->cost.memory_kib * 1024) != 0;
}

static void work(const struct hasher *h, struct hash_job *job)
{
    if (job->kind == HASH_MAKE) {
        job->ok = make(h, job->password, job->hash);
    } else {
        job->ok = crypto_pwhash_str_verify(job->hash, job->password, strlen(job->password)) == 0;
        if (job->ok && is_outdated(h, job->hash) && !make(h, job->password, job->fresh))
            job->fresh[0] = '\0'; /* short of memory: at the next login, then */
    }
    sodium_memzero(job->password, sizeof job->password);
}

static struct hash_job *take(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    while (STAILQ_EMPTY(&h->waiting) && !h->ending)
        pthread_cond_wait(&h->more, &h->lock);
    struct hash_job *job = h->ending ? NULL : STAILQ_FIRST(&h->waiting);
    if (job) {
        STAILQ_REMOVE_HEAD(&h->waiting, entry);
        h->n_waiting--;
    }
    pthread_mutex_unlock(&h->lock);
    return job;
}

static void *run(void *ctx)
{
    struct hasher *h = ctx;
    struct hash_job *job;
    while ((job = take(h)) != NULL) {
        work(h, job);
        job->done(job->ctx, job);
    }
    return NULL;
}

struct hasher *hasher_new(unsigned threads, unsigned queue, const struct hasher_cost *cost)
{
    struct hasher *h = xcalloc(1, sizeof *h);
    ASSERT(pthread_mutex_init(&h->lock, NULL) == 0 && pthread_cond_init(&h->more, NULL) == 0);
    STAILQ_INIT(&h->waiting);
    h->queue = queue;
    h->cost = *cost;
    char password[32];
    randombytes_buf(password, sizeof password - 1);
    for (size_t i = 0; i < sizeof password - 1; i++)
        password[i] |= 1; /* no NUL inside */
    password[sizeof password - 1] = '\0';
    ASSERT(make(h, password, h->dummy));
    h->threads = xcalloc(threads, sizeof *h->threads);
    for (; h->n_threads < threads; h->n_threads++)
        ASSERT(pthread_create(&h->threads[h->n_threads], NULL, run, h) == 0);
    return h;
}

void hasher_free(struct hasher *h)
{
    pthread_mutex_lock(&h->lock);
    h->ending = true;
    pthread_cond_broadcast(&h->more);
    pthread_mutex_unlock(&h->lock);
    for (unsigned i = 0; i < h->n_threads; i++)
        pthread_join(h->threads[i], NULL);
    while (!STAILQ_EMPTY(&h->waiting)) {
        struct hash_job *job = STAILQ_FIRST(&h->waiting);
        STAILQ_REMOVE_HEAD(&h->waiting, entry);
        hash_job_free(job);
    }
    pthread_cond_destroy(&h->more);
    pthread_mutex_destroy(&h->lock);
    free(h->threads);
    free(h);
}

bool hasher_submit(struct hasher *h, struct hash_job *job)
{
    pthread_mutex_lock(&h->lock);
    bool room = h->n_waiting < h->queue && !h->ending;
    if (room) {
        STAILQ_INSERT_TAIL(&h->waiting, job, entry);
        h->n_waiting++;
        pthread_cond_signal(&h->more);
    }
    pthread_mutex_unlock(&h->lock);
    return room;
}

const char *hasher_dummy(const struct hasher *h)
{
    return h->dummy;
}
