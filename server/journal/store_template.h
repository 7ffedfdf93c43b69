/* Templates of a workspace, with their former versions: as in store_members.h. What a template is, its file and the facts for lists, are
 * bytes here, sealed where the workspace is; only its id is not. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_TEMPLATE_H
#define COCANVAS_SERVER_JOURNAL_STORE_TEMPLATE_H

#include <stddef.h>

#include "server/journal/store_members.h"

enum {
    STORE_TEMPLATES_MOST = 100,       /* of a workspace at a time */
    STORE_TEMPLATE_VERSIONS = 50,     /* of one template: the newest */
    STORE_TEMPLATES_REMOVED = 100,    /* those that were removed last keep their versions */
    STORE_TEMPLATE_BYTES = 128 << 10, /* of a file */
    STORE_TEMPLATE_ID = 65,           /* of an id, with its end */
};

struct store_template {
    const char *id;
    uint32_t version;
    bool removed;                     /* a former version after which there was none for a while */
    const uint8_t *bytes;             /* the file, or the facts; NULL: cannot be opened */
    size_t len;
    uint32_t put_by;                  /* author */
    int64_t put_ms;
};

/* Borrowed until the callback returns. */
typedef void store_templates_cb(void *ctx, uint64_t id, enum status status, size_t n, const struct store_template *templates);

/* The newest version of each, by id, with its facts. NOT_FOUND: not a member. */
void store_templates(struct pg *pg, const struct store_actor *actor, void *ctx, uint64_t id, store_templates_cb *cb);
/* All versions of one, the newest first; the file is that of `version` (0: the newest) alone. If there is no such id, of `otherwise` (may be NULL).
 * NOT_FOUND: no such template, or version; GONE: its key is missing. */
void store_template_get(struct pg *pg, const struct store_actor *actor, const char *template_id, const char *otherwise, uint32_t version,
                        void *ctx, uint64_t id, store_templates_cb *cb);

struct store_template_new {
    const char *id;
    const char *file;
    const uint8_t *info;
    size_t info_len;
};
/* A new template, or the next version of one. Facilitators only: NOT_FOUND. TOO_LARGE: the workspace has as many as it may have. */
void store_template_put(struct pg *pg, const struct store_actor *actor, const struct store_template_new *template, void *ctx, uint64_t id,
                        store_number_cb *cb);
/* Answers with the version that says so. NOT_FOUND: there is none, or one may not. */
void store_template_remove(struct pg *pg, const struct store_actor *actor, const char *template_id, void *ctx, uint64_t id, store_number_cb *cb);

#endif
