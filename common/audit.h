/* The chain of an audit log: what a row's hash is over. The server appends by it and clients check by it; wire.proto
 * (AuditRow) says it field by field. Pure. */
#ifndef COCANVAS_COMMON_AUDIT_H
#define COCANVAS_COMMON_AUDIT_H

#include <stdint.h>

#include "common/buf.h"
#include "common/ids.h"

enum { AUDIT_HASH = 32, AUDIT_TEXT = 200 /* bytes, at most */ };

struct audit_row {
    struct uuid workspace;
    uint64_t number; /* 1, 2, 3 … in the workspace */
    int64_t time_ms;
    uint32_t event;        /* wire.proto's AuditRow.Event */
    uint32_t author, whom; /* members' numbers; 0: the server; nobody */
    struct uuid canvas;    /* zero: none */
    uint64_t detail;
    const char *text; /* the server's own words; NULL: "" */
};

/* What follows workspace and number in the hash: for a database that gives the number itself. Appended to out. */
void audit_content(const struct audit_row *row, struct buf *out);
/* before: hash of the row before; of the first one: all zero. May be the same memory as out. */
void audit_hash(const uint8_t before[AUDIT_HASH], const struct audit_row *row, uint8_t out[AUDIT_HASH]);

#endif
