/* Contexts and credentials on disk, see context.h. */
#include "client/cli/context.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/utf8.h"

static char *folder_path(const char *variable, const char *under_home)
{
    const char *base = getenv(variable), *home = getenv("HOME");
    if (base && base[0] == '/')
        return xasprintf("%s/cocanvas", base);
    return home && home[0] == '/' ? xasprintf("%s/%s/cocanvas", home, under_home) : NULL;
}

bool folders_init(struct folders *f)
{
    f->config = folder_path("XDG_CONFIG_HOME", ".config");
    f->state = folder_path("XDG_STATE_HOME", ".local/state");
    return f->config && f->state;
}

void folders_fini(struct folders *f)
{
    free(f->config);
    free(f->state);
    f->config = f->state = NULL;
}

enum status folder_make(const char *path, struct why *why)
{
    char *copy = xstrdup(path);
    for (char *at = copy + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = 0;
        (void)mkdir(copy, 0700);
        *at = '/';
    }
    free(copy);
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return refuse(why, STATUS_INTERNAL, "The folder %s can't be made: %s.", path, strerror(errno));
    return STATUS_OK;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

enum status file_replace(const char *path, const char *bytes, size_t len, struct why *why)
{
    char *temporary = xasprintf("%s.XXXXXX", path);
    enum status status = STATUS_OK;
    int fd = mkostemp(temporary, O_CLOEXEC);
    bool ok = fd >= 0 && fchmod(fd, 0600) == 0 && write_all(fd, bytes, len) && fsync(fd) == 0;
    if (fd >= 0)
        ok = close(fd) == 0 && ok;
    if (!ok || rename(temporary, path) != 0) {
        status = refuse(why, STATUS_INTERNAL, "%s can't be written: %s.", path, strerror(errno));
        if (fd >= 0)
            (void)unlink(temporary);
    }
    free(temporary);
    return status;
}

int contexts_lock(const struct folders *f, struct why *why)
{
    if (folder_make(f->config, why) != STATUS_OK || folder_make(f->state, why) != STATUS_OK)
        return -1;
    char *path = xasprintf("%s/lock", f->state);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0 || flock(fd, LOCK_EX) != 0) {
        refuse(why, STATUS_INTERNAL, "%s can't be locked: %s.", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        fd = -1;
    }
    free(path);
    return fd;
}

/* NULL and STATUS_OK if there is no such file. */
static json_t *read_json(const char *folder, const char *name, enum status *status, struct why *why)
{
    char *path = xasprintf("%s/%s", folder, name);
    json_t *root = NULL;
    FILE *file = fopen(path, "re");
    *status = STATUS_OK;
    if (file) {
        json_error_t error;
        root = json_loadf(file, 0, &error);
        if (!json_is_object(root))
            *status = refuse(why, STATUS_INTERNAL,
                             "%s is damaged (line %d). Repair it, or move it away and log in again.", path, error.line);
        fclose(file);
    } else if (errno != ENOENT) {
        *status = refuse(why, STATUS_INTERNAL, "%s can't be read: %s.", path, strerror(errno));
    }
    free(path);
    if (*status != STATUS_OK) {
        json_decref(root);
        root = NULL;
    }
    return root;
}

static const char *json_word(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? text : "";
}

void context_server(const struct context *c, char out[SERVER_TEXT])
{
    const char *fmt = strchr(c->host, ':') ? "[%s]:%u" : "%s:%u";
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(out, SERVER_TEXT, fmt, c->host, c->port);
#pragma GCC diagnostic pop
}

bool context_logged_in(const struct context *c)
{
    return c->token[0] || c->certificate[0];
}

static int compare_contexts(const void *a, const void *b)
{
    return strcmp(((const struct context *)a)->name, ((const struct context *)b)->name);
}

static bool read_context(struct context *c, const char *name, const json_t *from)
{
    struct why why;
    memset(c, 0, sizeof *c);
    snprintf(c->name, sizeof c->name, "%s", name);
    snprintf(c->login, sizeof c->login, "%s", json_word(from, "login"));
    snprintf(c->workspace_name, sizeof c->workspace_name, "%s", json_word(from, "workspace_name"));
    snprintf(c->certificate, sizeof c->certificate, "%s", json_word(from, "certificate"));
    if (address_parse(json_word(from, "server"), c->host, &c->port, &why) != STATUS_OK)
        return false;
    return uuid_parse(json_word(from, "workspace"), &c->workspace);
}

static void account_key(const struct context *c, char out[CONTEXT_LOGIN + SERVER_TEXT])
{
    char server[SERVER_TEXT];
    context_server(c, server);
    snprintf(out, CONTEXT_LOGIN + SERVER_TEXT, "%s@%s", c->login, server);
}

enum status contexts_load(struct contexts *c, const struct folders *f, struct why *why)
{
    enum status status;
    memset(c, 0, sizeof *c);
    json_t *root = read_json(f->config, "contexts", &status, why);
    if (status != STATUS_OK)
        return status;
    json_t *secrets = read_json(f->state, "credentials", &status, why);
    json_t *list = json_object_get(root, "contexts"), *entry;
    c->at = xcalloc(json_object_size(list) + 1, sizeof *c->at);
    snprintf(c->current, sizeof c->current, "%s", json_word(root, "current"));
    const char *name;
    json_object_foreach(list, name, entry)
    {
        if (!read_context(&c->at[c->n], name, entry))
            continue;
        char key[CONTEXT_LOGIN + SERVER_TEXT];
        account_key(&c->at[c->n], key);
        snprintf(c->at[c->n].token, TOKEN_TEXT, "%s", json_word(json_object_get(secrets, "tokens"), key));
        c->n++;
    }
    qsort(c->at, c->n, sizeof *c->at, compare_contexts);
    json_decref(root);
    json_decref(secrets);
    if (status != STATUS_OK)
        contexts_fini(c);
    return status;
}

static enum status write_json(const char *folder, const char *name, json_t *root, struct why *why)
{
    enum status status = folder_make(folder, why);
    if (status == STATUS_OK) {
        char *path = xasprintf("%s/%s", folder, name);
        char *text = json_dumps(root, JSON_INDENT(2) | JSON_SORT_KEYS);
        status = file_replace(path, text, strlen(text), why);
        free(text);
        free(path);
    }
    json_decref(root);
    return status;
}

enum status contexts_save(const struct contexts *c, const struct folders *f, struct why *why)
{
    json_t *list = json_object(), *tokens = json_object();
    for (size_t i = 0; i < c->n; i++) {
        char server[SERVER_TEXT], workspace[UUID_TEXT], key[CONTEXT_LOGIN + SERVER_TEXT];
        const struct context *one = &c->at[i];
        context_server(one, server);
        uuid_format(&one->workspace, workspace);
        json_object_set_new(list, one->name,
                            json_pack("{s:s, s:s, s:s, s:s}", "server", server, "login", one->login, "workspace",
                                      workspace, "workspace_name", one->workspace_name));
        if (one->certificate[0])
            json_object_set_new(json_object_get(list, one->name), "certificate", json_string(one->certificate));
        account_key(one, key);
        if (one->token[0])
            json_object_set_new(tokens, key, json_string(one->token));
    }
    enum status status =
        write_json(f->state, "credentials", json_pack("{s:i, s:o}", "schema", 1, "tokens", tokens), why);
    json_t *root = json_pack("{s:i, s:s, s:o}", "schema", 1, "current", c->current, "contexts", list);
    if (status != STATUS_OK) {
        json_decref(root);
        return status;
    }
    return write_json(f->config, "contexts", root, why);
}

void contexts_fini(struct contexts *c)
{
    free(c->at);
    memset(c, 0, sizeof *c);
}

struct context *contexts_find(const struct contexts *c, const char *name)
{
    for (size_t i = 0; i < c->n; i++)
        if (strcmp(c->at[i].name, name) == 0)
            return &c->at[i];
    return NULL;
}

/* Letters and digits in lower case, one hyphen for everything between them. */
static void make_slug(const char *wanted, char out[CONTEXT_NAME - 8])
{
    size_t len = 0;
    for (const char *at = wanted; *at && len < CONTEXT_NAME - 10; at++) {
        unsigned char ch = (unsigned char)*at;
        if (isalnum(ch) || ch == '.' || ch == '_')
            out[len++] = (char)tolower(ch);
        else if (len > 0 && out[len - 1] != '-')
            out[len++] = '-';
    }
    while (len > 0 && out[len - 1] == '-')
        len--;
    out[len] = 0;
    if (len == 0)
        snprintf(out, CONTEXT_NAME - 8, "default");
}

struct context *contexts_add(struct contexts *c, const char *wanted)
{
    char slug[CONTEXT_NAME - 8], name[CONTEXT_NAME];
    make_slug(wanted, slug);
    snprintf(name, sizeof name, "%s", slug);
    for (unsigned i = 2; contexts_find(c, name) && i < 10000; i++)
        snprintf(name, sizeof name, "%s-%u", slug, i);
    c->at = xrealloc(c->at, (c->n + 1) * sizeof *c->at);
    struct context *added = &c->at[c->n++];
    memset(added, 0, sizeof *added);
    snprintf(added->name, sizeof added->name, "%s", name);
    return added;
}
