/* See identity.h. */
#include "server/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/ids.h"
#include "common/tls.h"
#include "server/journal/store_account.h"

enum { OWNER_LINK_MS = 24 * 3600 * 1000 };

enum status identity_make(const struct config *c, struct why *why)
{
    char host[256];
    uint16_t port;
    enum status status = address_parse(c->public_host, host, &port, why);
    return status == STATUS_OK ? tls_make_identity(c->certificate, c->private_key, host, why) : status;
}

enum status identity_load(struct worker_settings *settings, struct why *why)
{
    const struct config *c = &settings->config;
    settings->has_next_pin = c->next_certificate[0] != '\0';
    if (settings->has_next_pin) {
        enum status status = tls_file_pin(c->next_certificate, settings->next_pin, why);
        if (status != STATUS_OK)
            return status;
    }
    settings->tls = tls_server_context(c->certificate, c->private_key, why);
    if (settings->tls && config_client_cert(c) != CLIENT_CERT_OFF)
        tls_ask_certificate(settings->tls);
    return settings->tls ? STATUS_OK : STATUS_MALFORMED;
}

/* "HOST:7341" and "[::1]:7341" name a port, "HOST" and "[::1]" do not. */
static bool names_port(const char *address)
{
    const char *colon = strrchr(address, ':');
    return colon && (strchr(address, ':') == colon || colon[-1] == ']');
}

static enum status make_link(const struct config *c, uint16_t port, const char *token, bool reset, char *out, size_t room,
                             struct why *why)
{
    struct link link = {.has_pin = true, .reset = reset};
    enum status status = address_parse(c->public_host, link.host, &link.port, why);
    if (status == STATUS_OK)
        status = tls_file_pin(c->certificate, link.pin, why);
    if (status != STATUS_OK)
        return status;
    if (!names_port(c->public_host) && port)
        link.port = port;
    memcpy(link.token, token, strlen(token) + 1);
    link_format(&link, out, room);
    return STATUS_OK;
}

enum status identity_link(const struct config *c, uint16_t port, const char *token, char *out, size_t room,
                          struct why *why)
{
    return make_link(c, port, token, false, out, room, why);
}

static enum status write_private(const char *path, const char *text, struct why *why)
{
    char *fresh = xasprintf("%s.new", path);
    (void)unlink(fresh);
    int fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
    ok = (fd < 0 || close(fd) == 0) && ok && rename(fresh, path) == 0;
    enum status status = ok ? STATUS_OK : refuse(why, STATUS_INTERNAL, "%s: %s", path, strerror(errno));
    free(fresh);
    return status;
}

enum status identity_owner_link(const struct config *c, uint16_t port, char *out, size_t room, bool *needed,
                                struct why *why)
{
    char token[TOKEN_TEXT];
    uint8_t hash[32];
    token_make_invitation(token);
    token_hash(token, hash);
    enum status status = identity_link(c, port, token, out, room, why);
    if (status == STATUS_OK)
        status = store_bootstrap(c->database, c->workspace_name, hash, OWNER_LINK_MS, needed, why);
    char *path = xasprintf("%s/first-owner-link", c->state_dir);
    if (status == STATUS_OK && *needed) {
        char *line = xasprintf("%s\n", out);
        status = write_private(path, line, why);
        free(line);
    } else if (status == STATUS_OK) {
        (void)unlink(path); /* used: there is an owner */
    }
    free(path);
    return status;
}

enum status identity_reset_link(const struct config *c, uint16_t port, const char *login, char *out, size_t room, bool *found,
                                struct why *why)
{
    char token[TOKEN_TEXT];
    uint8_t hash[32];
    token_make_invitation(token);
    token_hash(token, hash);
    enum status status = make_link(c, port, token, true, out, room, why);
    return status == STATUS_OK ? store_reset_make(c->database, login, hash, OWNER_LINK_MS, found, why) : status;
}

/* False if there is no such file yet, or it holds something else. */
static bool read_secret(const char *path, uint8_t secret[32], bool *exists)
{
    char text[64] = "";
    FILE *file = fopen(path, "re");
    *exists = file != NULL || errno != ENOENT;
    bool ok = file && fgets(text, sizeof text, file);
    if (file)
        fclose(file);
    text[strcspn(text, "\n")] = '\0';
    ok = ok && base32_decode(text, secret, 32);
    sodium_memzero(text, sizeof text);
    return ok;
}

enum status identity_code_secret(const struct config *c, uint8_t secret[32], struct why *why)
{
    char text[64];
    bool exists;
    char *path = xasprintf("%s/code-secret", c->state_dir);
    enum status status = STATUS_OK;
    if (!read_secret(path, secret, &exists)) {
        if (exists) {
            status = refuse(why, STATUS_INTERNAL, "%s can't be read, or is damaged; without it open join codes are lost", path);
        } else {
            randombytes_buf(secret, 32);
            base32_encode(secret, 32, text);
            text[52] = '\n';
            text[53] = '\0';
            status = write_private(path, text, why);
            sodium_memzero(text, sizeof text);
        }
    }
    free(path);
    return status;
}

enum status identity_print(const struct config *c, FILE *out, struct why *why)
{
    uint8_t pin[PIN_BYTES];
    char text[128], link[512];
    enum status status = tls_file_pin(c->certificate, pin, why);
    if (status == STATUS_OK)
        status = identity_link(c, 0, "", link, sizeof link, why);
    if (status != STATUS_OK)
        return status;
    pin_format(pin, text, sizeof text);
    fprintf(out, "%s\n", text);
    pin_words(pin, text, sizeof text);
    fprintf(out, "%s\n%s\n", text, link);
    return STATUS_OK;
}
