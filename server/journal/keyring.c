/* See keyring.h. Files are small and on a local or shared disk, and they are touched when a sealed canvas is opened first, made or
 * erased: that is done where it is needed, without a thread. */
#include "server/journal/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"
#include "common/hash_table.h"

enum { WRAP_NONCE = 12, WRAPPED = WRAP_NONCE + SEAL_KEY + SEAL_TAG, FILE_MOST = 1024 };
#define FIRST_LINE "cocanvas workspace key 1"
#define KEY_LINE "\nkey "

/* A workspace that is known to be sealed. */
struct keyring_entry {
    struct uuid workspace;
    struct seal_key *key; /* NULL: missing */
    bool told;            /* … and the log says so */
    bool all;             /* nothing plain is left */
    UT_hash_handle hh;
};

struct keyring {
    char *key_file, *directory;
    uint8_t master[SEAL_KEY];
    bool has_master;
    struct keyring_entry *entries;
};

struct keyring *keyring_new(const char *key_file, const char *directory)
{
    struct keyring *ring = xcalloc(1, sizeof *ring);
    ring->key_file = xstrdup(key_file);
    ring->directory = xstrdup(directory);
    return ring;
}

void keyring_free(struct keyring *ring)
{
    if (!ring)
        return;
    struct keyring_entry *entry, *next;
    HASH_ITER(hh, ring->entries, entry, next) {
        HASH_DEL(ring->entries, entry);
        seal_key_free(entry->key);
        free(entry);
    }
    OPENSSL_cleanse(ring->master, sizeof ring->master);
    free(ring->key_file);
    free(ring->directory);
    free(ring);
}

/* ---------------------------------------------------------------- files */

/* The whole of a small file as a text. -1 with errno. */
static int read_small(int fd, char text[FILE_MOST])
{
    size_t len = 0;
    while (len < FILE_MOST - 1) {
        ssize_t n = read(fd, text + len, FILE_MOST - 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    text[len] = '\0';
    return 0;
}

/* Exactly so many bytes in hex digits, and then the end of the line. */
static bool read_hex(const char *text, uint8_t *out, size_t len)
{
    size_t n = strcspn(text, "\r\n"), got;
    return n == 2 * len && sodium_hex2bin(out, len, text, n, NULL, &got, NULL) == 0 && got == len;
}

static enum status check_mode(int fd, const char *path, struct why *why)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return refuse(why, STATUS_INTERNAL, "%s: %s", path, strerror(errno));
    if (st.st_mode & (S_IRWXO | S_IWGRP))
        return refuse(why, STATUS_DENIED, "%s can be read or changed by others, so it is not used: chmod 0600 %s", path, path);
    return STATUS_OK;
}

static enum status load_master(struct keyring *ring, struct why *why)
{
    if (!ring->key_file[0])
        return refuse(why, STATUS_NOT_FOUND, "seal_key_file is not set");
    int fd = open(ring->key_file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return refuse(why, STATUS_NOT_FOUND, "seal_key_file %s: %s", ring->key_file, strerror(errno));
    char text[FILE_MOST];
    enum status status = check_mode(fd, ring->key_file, why);
    if (status == STATUS_OK && read_small(fd, text) != 0)
        status = refuse(why, STATUS_INTERNAL, "seal_key_file %s: %s", ring->key_file, strerror(errno));
    if (status == STATUS_OK && !read_hex(text, ring->master, SEAL_KEY))
        status = refuse(why, STATUS_MALFORMED, "seal_key_file %s does not begin with 64 hex digits (openssl rand -hex 32)", ring->key_file);
    OPENSSL_cleanse(text, sizeof text);
    ring->has_master = status == STATUS_OK;
    close(fd);
    return status;
}

bool keyring_is_ready(struct keyring *ring, struct why *why)
{
    return ring->has_master || load_master(ring, why) == STATUS_OK;
}

static char *path_of(const struct keyring *ring, const struct uuid *workspace)
{
    char name[UUID_TEXT];
    uuid_format(workspace, name);
    return xasprintf("%s/%s.key", ring->directory, name);
}

/* ---------------------------------------------------------------- wrapping */

/* sealing: from plain to wrapped, else the other way. */
static bool wrap(const struct keyring *ring, const struct uuid *workspace, bool sealing, uint8_t plain[SEAL_KEY], uint8_t wrapped[WRAPPED])
{
    uint8_t *middle = wrapped + WRAP_NONCE, *tag = middle + SEAL_KEY;
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int n;
    ASSERT(cipher);
    bool ok = EVP_CipherInit_ex(cipher, EVP_aes_256_gcm(), NULL, ring->master, wrapped, sealing) == 1 &&
              EVP_CipherUpdate(cipher, NULL, &n, (const uint8_t *)FIRST_LINE, sizeof FIRST_LINE - 1) == 1 &&
              EVP_CipherUpdate(cipher, NULL, &n, workspace->b, sizeof workspace->b) == 1 &&
              EVP_CipherUpdate(cipher, sealing ? middle : plain, &n, sealing ? plain : middle, SEAL_KEY) == 1 &&
              (sealing || EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, SEAL_TAG, tag) == 1) &&
              EVP_CipherFinal_ex(cipher, NULL, &n) == 1 &&
              (!sealing || EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, SEAL_TAG, tag) == 1);
    EVP_CIPHER_CTX_free(cipher);
    return ok;
}

static enum status parse_file(struct keyring *ring, const struct uuid *workspace, const char *path, const char *text, uint8_t plain[SEAL_KEY],
                              struct why *why)
{
    uint8_t wrapped[WRAPPED];
    const char *line = strstr(text, KEY_LINE);
    if (strncmp(text, FIRST_LINE "\n", sizeof FIRST_LINE) != 0 || !line || !read_hex(line + sizeof KEY_LINE - 1, wrapped, WRAPPED))
        return refuse(why, STATUS_MALFORMED, "%s is no key of a workspace", path);
    struct why inner;
    if (!keyring_is_ready(ring, &inner))
        return refuse(why, STATUS_NOT_FOUND, "%s", inner.text);
    if (wrap(ring, workspace, false, plain, wrapped))
        return STATUS_OK;
    ring->has_master = false; /* perhaps another one was put into its place */
    return refuse(why, STATUS_MALFORMED, "%s cannot be unwrapped by %s: it is another key file, or the file was changed", path, ring->key_file);
}

/* NOT_FOUND with errno ENOENT in *gone: there is no such file. */
static enum status read_key(struct keyring *ring, const struct uuid *workspace, struct seal_key **key, bool *gone, struct why *why)
{
    char text[FILE_MOST], *path = path_of(ring, workspace);
    uint8_t plain[SEAL_KEY];
    enum status status = STATUS_OK;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    *gone = fd < 0 && errno == ENOENT;
    if (fd < 0 || read_small(fd, text) != 0)
        status = refuse(why, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    if (status == STATUS_OK)
        status = parse_file(ring, workspace, path, text, plain, why);
    if (status == STATUS_OK)
        *key = seal_key_new(plain);
    OPENSSL_cleanse(plain, sizeof plain);
    if (fd >= 0)
        close(fd);
    free(path);
    return status;
}

/* ---------------------------------------------------------------- finding */

static struct keyring_entry *entry_of(const struct keyring *ring, const struct uuid *workspace)
{
    struct keyring_entry *entry;
    HASH_FIND(hh, ring->entries, workspace, sizeof *workspace, entry);
    return entry;
}

static struct keyring_entry *make_entry(struct keyring *ring, const struct uuid *workspace)
{
    struct keyring_entry *entry = entry_of(ring, workspace);
    if (entry)
        return entry;
    entry = xcalloc(1, sizeof *entry);
    entry->workspace = *workspace;
    HASH_ADD(hh, ring->entries, workspace, sizeof entry->workspace, entry);
    return entry;
}

static void drop_key(struct keyring_entry *entry)
{
    seal_key_free(entry->key);
    entry->key = NULL;
    entry->told = false;
}

static struct seal_key *load(struct keyring *ring, struct keyring_entry *entry)
{
    struct why why;
    struct seal_key *key = NULL;
    bool gone;
    enum status status = read_key(ring, &entry->workspace, &key, &gone, &why);
    if (status == STATUS_OK || gone)
        drop_key(entry);
    if (status == STATUS_OK) {
        entry->key = key;
    } else if (!entry->key && !entry->told) {
        char workspace[UUID_TEXT];
        uuid_format(&entry->workspace, workspace);
        log_error(NULL, "the key of the sealed workspace %s is missing: %s", workspace, why.text);
        entry->told = true;
    }
    return entry->key;
}

struct seal_key *keyring_find(struct keyring *ring, const struct uuid *workspace)
{
    struct keyring_entry *entry = make_entry(ring, workspace);
    return entry->key ? entry->key : load(ring, entry);
}

struct seal_key *keyring_find_again(struct keyring *ring, const struct uuid *workspace)
{
    return load(ring, make_entry(ring, workspace));
}

enum keyring_way keyring_way_known(struct keyring *ring, const struct uuid *workspace, struct seal_key **key)
{
    struct keyring_entry *entry = entry_of(ring, workspace);
    *key = entry ? entry->key : NULL;
    return !entry ? KEYRING_PLAIN : entry->key ? KEYRING_SEALED : KEYRING_LOST;
}

enum keyring_way keyring_way(struct keyring *ring, const struct uuid *workspace, struct seal_key **key)
{
    *key = NULL;
    if (!entry_of(ring, workspace)) {
        if (!ring->directory[0])
            return KEYRING_PLAIN;
        char *path = path_of(ring, workspace);
        bool none = access(path, F_OK) != 0;
        free(path);
        if (none)
            return KEYRING_PLAIN;
    }
    *key = keyring_find(ring, workspace);
    return *key ? KEYRING_SEALED : KEYRING_LOST;
}

void keyring_set_all_sealed(struct keyring *ring, const struct uuid *workspace)
{
    make_entry(ring, workspace)->all = true;
}

bool keyring_is_all_sealed(const struct keyring *ring, const struct uuid *workspace)
{
    const struct keyring_entry *entry = entry_of(ring, workspace);
    return entry && entry->all;
}

/* ---------------------------------------------------------------- making and destroying */

static bool sync_directory(const struct keyring *ring)
{
    int fd = open(ring->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool ok = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return ok;
}

static bool write_all(int fd, const char *text, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, text, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text += n;
        len -= (size_t)n;
    }
    return fsync(fd) == 0;
}

/* Beside its place first, and then linked there: whole or not at all, and never over one that another node has just made. */
static bool write_file(const struct keyring *ring, const char *path, const char *text)
{
    struct uuid fresh;
    char name[UUID_TEXT];
    uuid_random(&fresh);
    uuid_format(&fresh, name);
    char *beside = xasprintf("%s/%s.new", ring->directory, name);
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write_all(fd, text, strlen(text)) && (link(beside, path) == 0 || errno == EEXIST);
    int error = errno;
    if (fd >= 0) {
        close(fd);
        unlink(beside);
    }
    ok = ok && sync_directory(ring);
    errno = ok ? 0 : error != 0 ? error : errno;
    free(beside);
    return ok;
}

static bool make_file(struct keyring *ring, const struct uuid *workspace, const char *path)
{
    uint8_t plain[SEAL_KEY], wrapped[WRAPPED];
    char hex[2 * WRAPPED + 1], text[FILE_MOST];
    ASSERT(RAND_priv_bytes(plain, SEAL_KEY) == 1 && RAND_bytes(wrapped, WRAP_NONCE) == 1);
    ASSERT(wrap(ring, workspace, true, plain, wrapped));
    OPENSSL_cleanse(plain, sizeof plain);
    sodium_bin2hex(hex, sizeof hex, wrapped, WRAPPED);
    snprintf(text, sizeof text, FIRST_LINE KEY_LINE "%s\n", hex);
    return write_file(ring, path, text);
}

enum status keyring_make(struct keyring *ring, const struct uuid *workspace, struct why *why)
{
    if (!keyring_is_ready(ring, why))
        return STATUS_NOT_FOUND;
    if (mkdir(ring->directory, 0700) != 0 && errno != EEXIST)
        return refuse(why, STATUS_INTERNAL, "the keyring %s cannot be made: %s", ring->directory, strerror(errno));
    char *path = path_of(ring, workspace);
    enum status status = STATUS_OK;
    if (access(path, F_OK) != 0 && !make_file(ring, workspace, path))
        status = refuse(why, STATUS_INTERNAL, "%s cannot be written: %s", path, strerror(errno));
    if (status == STATUS_OK && !keyring_find_again(ring, workspace))
        status = refuse(why, STATUS_INTERNAL, "%s is there and cannot be used", path);
    free(path);
    return status;
}

void keyring_forget(struct keyring *ring, const struct uuid *workspace)
{
    struct keyring_entry *entry = entry_of(ring, workspace);
    if (entry)
        drop_key(entry);
}

/* Random bytes over it first, for disks that write in place; what it needs in any case is the key file's key, too. */
void keyring_destroy(struct keyring *ring, const struct uuid *workspace)
{
    keyring_forget(ring, workspace);
    if (!ring->directory[0])
        return;
    char noise[FILE_MOST / 2], name[UUID_TEXT], *path = path_of(ring, workspace);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd >= 0) {
        ASSERT(RAND_bytes((unsigned char *)noise, sizeof noise) == 1);
        (void)write_all(fd, noise, sizeof noise);
        close(fd);
        uuid_format(workspace, name);
        if (unlink(path) == 0 && sync_directory(ring))
            log_notice(NULL, "the key of the erased workspace %s is destroyed", name);
        else
            log_error(NULL, "the key of the erased workspace %s could not be removed: %s", name, strerror(errno));
    }
    free(path);
}
