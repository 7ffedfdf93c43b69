/* The table of messages (P8): one row for each, saying in which states, from which role and up to which size it is
 * served, and by what. A message without a row does not compile. Refusals are made here, before any handler. */
#ifndef COCANVAS_SERVER_SESSION_DISPATCH_H
#define COCANVAS_SERVER_SESSION_DISPATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"
#include "server/session/session.h"
#include "wire.pb-c.h"

/* A message that has passed its row. */
struct request {
    uint32_t number;              /* Frame.request */
    const Cocanvas__Frame *frame; /* decoded, from the arena; NULL in a raw row */
    const uint8_t *body;          /* the encoded Frame */
    size_t len;
    int least_role; /* of its row: to be asked for in the workspace that the request names */
};

/* Where the role is looked up. */
enum role_scope {
    SCOPE_NONE,      /* nobody yet */
    SCOPE_ACCOUNT,   /* one has an account */
    SCOPE_ANYWHERE,  /* the best role in any workspace, also as a guest */
    SCOPE_WORKSPACE, /* the best role in any workspace; the handler then checks the one that is named */
    SCOPE_CANVAS,    /* the role on the open canvas */
};

/* Of a guest where the role counts in the workspace: below NONE, so that no such row is served. */
enum { ROLE_GUEST = -1 };

struct dispatch_row {
    Cocanvas__Frame__BodyCase body;
    unsigned states; /* bits 1 << enum session_state; 0: never served, the server sends it */
    enum role_scope scope;
    int least_role;
    size_t limit; /* largest encoded Frame; 0: the settings' submit_bytes */
    bool raw;     /* handed on without decoding */
    void (*handle)(struct session *s, const struct request *r);
};

/* NULL if this is no message of ours. */
const struct dispatch_row *dispatch_row(Cocanvas__Frame__BodyCase body);
/* OK, or the refusal with its sentence. Pure. */
enum status dispatch_decide(const struct dispatch_row *row, enum session_state state, int role, size_t len,
                            size_t submit_bytes, struct why *why) MUST_CHECK;
/* One frame: decides, decodes, and calls the handler; or answers the refusal. */
void dispatch(struct session *s, const uint8_t *body, size_t len);

#endif
