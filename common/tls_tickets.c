/* See tls_tickets.h. The keys of a context hang on it; workers that share it take turns at a mutex, for a ticket is
 * made or read once a handshake. Keys grow old when they are looked at: nobody has to come by. */
#include "common/tls_tickets.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "common/buf.h"
#include "common/status.h"

enum { NAME_BYTES = 16, KEY_BYTES = 32, IV_BYTES = 16 };

struct ticket_key {
    uint8_t name[NAME_BYTES], secret[KEY_BYTES], hmac[KEY_BYTES];
};

struct ticket_keys {
    pthread_mutex_t lock;                  /* guards the rest */
    struct ticket_key at[TLS_TICKET_KEYS]; /* the newest first; the first n are there */
    unsigned n;
    int64_t since_s; /* when at[0] was made */
    int64_t (*now_s)(void);
};

static int64_t machine_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void free_keys(void *parent, void *data, CRYPTO_EX_DATA *extra, int index, long argl, void *argp)
{
    struct ticket_keys *keys = data;
    (void)parent, (void)extra, (void)index, (void)argl, (void)argp;
    if (!keys)
        return;
    pthread_mutex_destroy(&keys->lock);
    OPENSSL_cleanse(keys, sizeof *keys);
    free(keys);
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static int slot = -1; /* of SSL_CTX's extra data; the same for all contexts of the process */

static void take_slot(void)
{
    slot = SSL_CTX_get_ex_new_index(0, NULL, NULL, NULL, free_keys);
}

/* A new first key; the oldest goes. */
static bool step(struct ticket_keys *keys)
{
    struct ticket_key fresh;
    if (RAND_priv_bytes((unsigned char *)&fresh, sizeof fresh) != 1)
        return false;
    memmove(&keys->at[1], &keys->at[0], sizeof keys->at - sizeof keys->at[0]);
    keys->at[0] = fresh;
    keys->n = keys->n < TLS_TICKET_KEYS ? keys->n + 1 : keys->n;
    OPENSSL_cleanse(&fresh, sizeof fresh);
    return true;
}

/* After a long silence all keys are too old. */
static void grow_old(struct ticket_keys *keys)
{
    int64_t steps = (keys->now_s() - keys->since_s) / TLS_TICKET_KEY_S;
    if (steps <= 0)
        return;
    for (int64_t i = 0; i < steps && i < TLS_TICKET_KEYS; i++)
        if (!step(keys))
            return; /* the old one goes on; the next look tries again */
    keys->since_s += steps * TLS_TICKET_KEY_S;
}

static const struct ticket_key *find(const struct ticket_keys *keys, const unsigned char *name)
{
    for (unsigned i = 0; i < keys->n; i++)
        if (CRYPTO_memcmp(keys->at[i].name, name, NAME_BYTES) == 0)
            return &keys->at[i];
    return NULL;
}

static bool set_up(const struct ticket_key *key, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                   int encrypt)
{
    char digest[] = "SHA256";
    struct ticket_key copy = *key; /* the parameters are not const */
    OSSL_PARAM params[] = {OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, copy.hmac, sizeof copy.hmac),
                           OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                           OSSL_PARAM_construct_end()};
    bool ok = EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->secret, iv, encrypt) == 1 &&
              EVP_MAC_CTX_set_params(mac, params) == 1;
    OPENSSL_cleanse(&copy, sizeof copy);
    return ok;
}

/* OpenSSL's contract: 1 done; 2 opened, and a new ticket should be given; 0 no such key: a full handshake; -1
 * failure. In TLS 1.3 every resumption gets a new ticket anyway. */
static int on_ticket(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac,
                     int encrypt)
{
    struct ticket_keys *keys = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), slot);
    int result = -1;
    pthread_mutex_lock(&keys->lock);
    grow_old(keys);
    const struct ticket_key *key = encrypt ? &keys->at[0] : find(keys, name);
    if (!key) {
        result = 0;
    } else if (!encrypt) {
        result = set_up(key, iv, cipher, mac, 0) ? (key == &keys->at[0] ? 1 : 2) : -1;
    } else if (RAND_bytes(iv, IV_BYTES) == 1 && set_up(key, iv, cipher, mac, 1)) {
        memcpy(name, key->name, NAME_BYTES);
        result = 1;
    }
    pthread_mutex_unlock(&keys->lock);
    return result;
}

bool tls_tickets_use(SSL_CTX *ctx, int64_t (*now_s)(void))
{
    struct ticket_keys *keys = xcalloc(1, sizeof *keys);
    pthread_once(&once, take_slot);
    free_keys(NULL, SSL_CTX_get_ex_data(ctx, slot), NULL, 0, 0, NULL); /* those of a call before this one */
    (void)SSL_CTX_set_ex_data(ctx, slot, NULL);
    ASSERT(slot >= 0 && pthread_mutex_init(&keys->lock, NULL) == 0);
    keys->now_s = now_s ? now_s : machine_s;
    keys->since_s = keys->now_s();
    if (!step(keys) || SSL_CTX_set_ex_data(ctx, slot, keys) != 1) {
        free_keys(NULL, keys, NULL, 0, 0, NULL);
        return false;
    }
    return SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, on_ticket) == 1;
}
