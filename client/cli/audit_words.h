/* The audit log in words, and its pages. */
#ifndef COCANVAS_CLIENT_CLI_AUDIT_WORDS_H
#define COCANVAS_CLIENT_CLI_AUDIT_WORDS_H

#include "client/cli/people.h"

/* "canvas_opened"; "event_77" for one that this program does not know. */
const char *audit_event_word(struct arena *arena, uint32_t event);
/* "made Ben Ode an editor". list: for names, may be NULL. */
const char *audit_sentence(struct arena *arena, const Cocanvas__AuditRow *row, const Cocanvas__MemberList *list);
/* "Ann Lee", "the server", "member 7". */
const char *audit_who(struct arena *arena, uint32_t author, const Cocanvas__MemberList *list);
/* One row as JSON, a new reference. */
json_t *audit_row_json(struct arena *arena, const Cocanvas__AuditRow *row);

/* What is asked for, and who gets each page; not EXIT_OK ends the walk. */
struct audit_walk {
    ProtobufCBinaryData workspace;
    int64_t since_ms;
    uint32_t about;
    bool exporting;
    int (*on_page)(struct session *s, const Cocanvas__AuditPage *page, void *ctx);
    void *ctx;
};
int audit_walk(struct session *s, const struct audit_walk *walk);

#endif
