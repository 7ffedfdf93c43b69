/* What the files of statements share: how a canvas is looked up with the right to see it, and what a request that
 * failed is answered with. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_PRIVATE_H
#define COCANVAS_SERVER_JOURNAL_STORE_PRIVATE_H

#include "server/journal/journal_internal.h"
#include "server/journal/store.h"

#define STORE_NOW_MS "(extract(epoch FROM now()) * 1000)::int8"

/* An invitation that lets somebody in now. */
#define STORE_INVITATION_OPEN "used < uses AND revoked_at IS NULL AND expires_ms > " STORE_NOW_MS

/* A canvas c, a member m of its workspace, and what m was given on this canvas alone (x, may be null). Every look-up of a
 * canvas goes by these and by the role that follows. */
#define STORE_CANVAS_AND_MEMBER                                                                                        \
    "canvas c JOIN member m USING (workspace_id) LEFT JOIN canvas_access x"                                            \
    " ON x.workspace_id = c.workspace_id AND x.canvas_id = c.canvas_id AND x.author = m.author"
/* m's role on c; 0: none. Removed members have none anywhere, owners keep theirs everywhere, for others the canvas'
 * own entry counts before the workspace's role. */
#define STORE_CANVAS_ROLE                                                                                              \
    "(CASE WHEN m.role IN (0, 5) THEN m.role WHEN x.role IS NOT NULL THEN x.role WHEN c.restricted THEN 0 ELSE m.role END)"

/* A device d that is good for a login: $idle, $most since its last use and its beginning, in ms. Certificates have no end. */
#define STORE_DEVICE_LIVE(idle, most)                                                                                  \
    "(d.certificate OR (d.used_at > now() - " idle "::int8 * interval '1 ms' AND d.created_at > now() - " most         \
    "::int8 * interval '1 ms'))"

/* What a request that was not done is answered with. */
enum status store_failure(const struct pg_answer *answer);
/* Copies a text of a result into an array that the schema's limits make large enough. */
void store_copy_text(char *to, size_t room, const PGresult *result, int row, int column);

#endif
