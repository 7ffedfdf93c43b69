/* Unsent edits on disk. One folder per server and canvas under the state directory; in it, slots: a slot is one
 * client_id with its unsent edits, locked (flock) by the process that uses it, so that two programs on one canvas
 * never share a client_id. Written whole, to a new file that replaces the old one; read back after a crash. Mode
 * 0600 in 0700.
 *
 *   STATE/outbox/SERVER/CANVAS/0.id      the client_id; locked while in use
 *                              0.unsent  what replica_save_unsent() wrote; named 0.settled once all of it was answered
 *                              rescued.txt   words of edits that did not get in */
#ifndef COCANVAS_CLIENT_CORE_OUTBOX_H
#define COCANVAS_CLIENT_CORE_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/ids.h"
#include "common/status.h"

struct outbox;

enum {
    OUTBOX_UNSENT = 1, /* there are edits in it that the server has not answered */
    OUTBOX_SYNC = 2,   /* wait for the disk: survives a power failure, too */
};

/* Takes the first free slot that has unsent edits, else the first free one, else makes one. */
struct outbox *outbox_take(const char *state_dir, const struct uuid *server, const struct uuid *canvas,
                           struct why *why);
void outbox_release(struct outbox *o);
const struct uuid *outbox_client_id(const struct outbox *o);
/* What was saved last; empty if nothing ever was. */
enum status outbox_load(struct outbox *o, struct buf *out, struct why *why) MUST_CHECK;
enum status outbox_save(struct outbox *o, unsigned flags, const uint8_t *bytes, size_t len, struct why *why) MUST_CHECK;
/* Puts a damaged file aside under another name, so that it is neither used nor lost. */
void outbox_set_aside(struct outbox *o);
/* Appends words that did not get into the canvas to rescued.txt, with a line that says what they are. The file's
 * path is borrowed. */
enum status outbox_rescue(struct outbox *o, const char *about, const char *text, size_t len, const char **path,
                          struct why *why) MUST_CHECK;
/* Canvases of this server with unsent edits in free slots, for `cocanvas doctor` and for sending them with the next
 * command. */
size_t outbox_unsent(const char *state_dir, const struct uuid *server, struct uuid *canvases, size_t cap);

#endif
