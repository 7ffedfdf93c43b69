/* Guests: people who come in by a join code of a live session (store_session.h), for one canvas and as long as it
 * lasts. What the session, its dispatcher and the live sessions' requests need of them; the way in is
 * handle_guest.c's.
 *
 *   GREETED → CHECKING → GREETED    wrong code; or right, and the notice was shown
 *                      → READY      in
 *                      → WAITING    in the lobby; a facilitator's word leads to CHECKING and READY, or to the end
 *
 * The connection moves to the canvas' worker before it waits, so a lobby is what this worker's sessions say: whoever
 * waits for a canvas, and the facilitators who have it open, are all here. */
#ifndef COCANVAS_SERVER_SESSION_GUEST_H
#define COCANVAS_SERVER_SESSION_GUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ids.h"
#include "server/journal/store_session.h"

struct request;
struct session;
struct sessions;

enum {
    GUEST_ANSWER_MS = 300, /* no code is refused earlier than this after it came */
    GUEST_LOBBY = 200,     /* people who may wait for one canvas */
};

#define GUEST_STAYS "What you wrote stays on the canvas."
#define GUEST_CLOSED "The facilitator has ended this session. " GUEST_STAYS " Thank you for being here!"
#define GUEST_TIME_OVER "The time of this session is over. " GUEST_STAYS " Thank you for being here!"
#define GUEST_REVOKED "The facilitator has withdrawn the code by which you came. " GUEST_STAYS
#define GUEST_GONE "This session is over for you. " GUEST_STAYS " To come back, ask the facilitator for a code."
#define GUEST_NOT_ADMITTED "The facilitator did not let you in."

/* A guest, or somebody who is about to be one; owned by the session, from Login on. */
struct guest {
    uint8_t code_hash[32];
    char name[STORE_NAME]; /* as given; in memory only, if there are pseudonyms */
    bool accepts;          /* the notice with this id */
    uint8_t accepted[16];
    int64_t began_ms; /* when Login came; monotonic */
    bool wrong;       /* the answer is known and waits for its time */
    bool knocked;     /* the strangers' limits are behind it: to be ended, not refused */
    struct uuid workspace;
    uint32_t code; /* number of the code by which it came; valid like session.live */
    char token[TOKEN_TEXT];
    uint32_t lobby_number; /* while WAITING */
    int64_t since_ms;      /* when that began; wall clock */
    int64_t over_ms; /* when the live session ends; monotonic, so that a clock that jumps ends nothing. 0: not known */
};

void guest_free(struct guest *guest);
/* Login with a code, or with a guest's token: in CHECKING and busy from here on. */
void guest_login(struct session *s, const struct request *r);
bool guest_is_login(const struct request *r);
/* The connection has come to the canvas' worker, in the middle of a login. */
void guest_arrived(struct session *s);
/* Refusals whose time has come, live sessions that are over, crowds that came or went; a few times a second. */
void guests_tick(struct sessions *all);

/* ---- the lobby */

/* The facilitators who have the canvas open are told who waits. */
void lobby_changed(struct sessions *all, const struct uuid *canvas);
/* Somebody has opened a canvas: a facilitator is told if anybody waits there. */
void lobby_tell(struct session *s);
/* An answer to this session's request; 0: unasked. */
void lobby_send(struct session *s, uint32_t request);
/* One of those who wait, or (number 0) all. False: nobody waits under that number. */
bool lobby_decide(struct sessions *all, const struct uuid *canvas, uint32_t number, bool admit);

#endif
