/* What the files of statements share: how a canvas is looked up with the right to see it, and what a request that
 * failed is answered with. */
#ifndef COCANVAS_SERVER_JOURNAL_STORE_PRIVATE_H
#define COCANVAS_SERVER_JOURNAL_STORE_PRIVATE_H

#include "server/journal/journal_internal.h"
#include "server/journal/store.h"
#include "server/journal/stored.h"

#define STORE_NOW_MS "(extract(epoch FROM now()) * 1000)::int8"

/* An invitation that lets somebody in now. */
#define STORE_INVITATION_OPEN "used < uses AND revoked_at IS NULL AND expires_ms > " STORE_NOW_MS

/* A live session l to which guests may come; and a guest g of l who is still in. */
#define STORE_LIVE_IS_OPEN "l.closed_at IS NULL AND l.ends_ms > " STORE_NOW_MS
#define STORE_GUEST_IS_STILL_IN                                                                                        \
    STORE_LIVE_IS_OPEN " AND NOT EXISTS (SELECT 1 FROM join_code k WHERE k.workspace_id = g.workspace_id"              \
                       " AND k.session_id = g.session_id AND k.number = g.code AND k.revoked_at IS NOT NULL)"
/* Whether a member m who is a guest is still in; a condition on l may follow. */
#define STORE_GUEST_IN                                                                                                 \
    "SELECT 1 FROM guest g JOIN live_session l ON l.workspace_id = g.workspace_id AND l.session_id = g.session_id"     \
    " WHERE g.workspace_id = m.workspace_id AND g.author = m.author AND " STORE_GUEST_IS_STILL_IN

/* A canvas c, a member m of its workspace, and what m was given on this canvas alone (x, may be null). Every look-up of a
 * canvas goes by these and by the role that follows. */
#define STORE_CANVAS_AND_MEMBER                                                                                        \
    "canvas c JOIN member m USING (workspace_id) LEFT JOIN canvas_access x"                                            \
    " ON x.workspace_id = c.workspace_id AND x.canvas_id = c.canvas_id AND x.author = m.author"
/* m's role on c; 0: none. Removed members have none anywhere, owners keep theirs everywhere, for others the canvas'
 * own entry counts before the workspace's role. Guests have one on their live session's canvas alone, while it lasts. */
#define STORE_CANVAS_ROLE                                                                                              \
    "(CASE WHEN m.role = 0 THEN 0"                                                                                     \
    " WHEN m.session_id IS NOT NULL THEN CASE WHEN EXISTS (" STORE_GUEST_IN " AND l.canvas_id = c.canvas_id)"          \
    " THEN least(coalesce(x.role, m.role), 3) ELSE 0 END"                                                              \
    " WHEN m.role = 5 THEN 5 WHEN x.role IS NOT NULL THEN x.role WHEN c.restricted THEN 0 ELSE m.role END)"

/* A device d that is good for a login: $idle, $most since its last use and its beginning, in ms. Certificates have no end. */
#define STORE_DEVICE_LIVE(idle, most)                                                                                  \
    "(d.certificate OR (d.used_at > now() - " idle "::int8 * interval '1 ms' AND d.created_at > now() - " most         \
    "::int8 * interval '1 ms'))"

/* Something new goes into a workspace as the workspace is sealed, and it stays so until the transaction ends. `way` is the parameter
 * that STORE_WAY fills. What is sealed may go anywhere. */
#define STORE_SEAL "seal AS (SELECT sealed FROM workspace WHERE workspace_id = $1::uuid FOR SHARE)"
#define STORE_MAY_WRITE(way)                                                                                           \
    "(" way "::int8 = 1 OR (" way "::int8 = 0 AND NOT EXISTS (SELECT 1 FROM seal WHERE sealed > 0)))"
#define STORE_WAY(way) ((way) == KEYRING_SEALED ? 1 : (way) == KEYRING_PLAIN ? 0 : 2)
/* How to write in a workspace by requests on this connection. */
enum keyring_way store_way(struct pg *pg, const struct uuid *workspace, struct seal_key **key);

/* What a request that was not done is answered with. */
enum status store_failure(const struct pg_answer *answer);
/* Copies a text of a result into an array that the schema's limits make large enough. */
void store_copy_text(char *to, size_t room, const PGresult *result, int row, int column);

#endif
