/* What somebody may do has changed: who it concerns among the sessions that are alive, and what becomes of them. Whoever
 * has changed something (a membership, a role, a restriction, a device, a live session, a canvas) and has seen it
 * committed says so once, by access_tell(); all workers hear it, each by its own mail, and treat their own sessions:
 *
 * - ACCESS_LOOK_AGAIN: each session that it concerns reads from PostgreSQL again what it may do: its device (or its
 *   place as a guest) must still be there, its memberships and its role on the open canvas become what is stored now,
 *   and the client is told by RoleChanged. Who has lost the open canvas is closed with the very sentence of a canvas
 *   that does not exist. So a change never carries a role, and the order in which two of them arrive does not matter.
 * - ACCESS_CLOSE: they are closed with the code and the sentence that are given.
 *
 * A session that is just being checked, that waits for an answer about a canvas, or that is on its way between two
 * workers may have read what was true before: it reads once more before it goes on, or reads only when it has arrived.
 * When PostgreSQL is away, the look is repeated until it is back; nothing new is committed meanwhile. */
#ifndef COCANVAS_SERVER_SESSION_ACCESS_H
#define COCANVAS_SERVER_SESSION_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/ids.h"
#include "common/status.h"

struct session;
struct sessions;

/* Who lost a canvas and who never had it read the same. */
#define ACCESS_NO_CANVAS "There is no such canvas, or you may not see it."
/* The device was revoked, or the account is gone. */
#define ACCESS_GONE "This device is not logged in any more: log in with your password."

enum access_kind { ACCESS_LOOK_AGAIN, ACCESS_CLOSE };

/* Which facts a change names. A session is concerned when all of them fit it. */
enum access_fact {
    ACCESS_WORKSPACE = 1,   /* it is a member (or guest) there */
    ACCESS_AUTHOR = 2,      /* … under that number; needs the workspace */
    ACCESS_ACCOUNT = 4,     /* it is logged in as that account, with whatever memberships */
    ACCESS_CANVAS = 8,      /* it has that canvas open, or is opening it */
    ACCESS_LIVE = 16,       /* it came in as a guest of that live session */
    ACCESS_DEVICE = 32,     /* it is logged in by that device's token */
    ACCESS_CONNECTION = 64, /* it is that connection: session_no of PresenceUpdate */
    ACCESS_CODE = 128,      /* it came in by the join code of that number; needs the live session */
};

/* Plain data, copied at will. */
struct access_change {
    enum access_kind kind;
    unsigned facts; /* enum access_fact; none: nobody is concerned */
    struct uuid workspace, account, canvas, live;
    uint32_t author;
    uint8_t device[32]; /* hash of its token */
    uint32_t connection, join_code;
    uint64_t but;       /* not this session (its id): whoever revokes all others keeps his own; 0: no exception */
    bool erased;        /* the workspace is gone: its key is to be forgotten */
    bool names;         /* people in the workspace are called otherwise now: its rooms ask for the names again */
    enum status code;   /* ACCESS_CLOSE: of the Error */
    char sentence[256]; /* ACCESS_CLOSE: for people */
};

/* From a worker's thread: all workers will hear of it, the own one too, but not before this has returned. */
void access_tell(struct sessions *all, const struct access_change *change);
/* The commonest: a member's (or guest's) place in a workspace has changed; */
void access_tell_member(struct sessions *all, const struct uuid *workspace, uint32_t author);
/* an account's memberships have, be it that it is in a workspace from now on; */
void access_tell_account(struct sessions *all, const struct uuid *account);
/* anybody's in a workspace may have (an answer was lost); */
void access_tell_workspace(struct sessions *all, const struct uuid *workspace);
/* it was erased, or may have been; */
void access_tell_erased(struct sessions *all, const struct uuid *workspace);
/* what somebody in a workspace is called has; */
void access_tell_names(struct sessions *all, const struct uuid *workspace);
/* the restriction of a canvas, or somebody's role on it, has. */
void access_tell_canvas(struct sessions *all, const struct uuid *canvas);

/* The change has arrived at this worker: treats its sessions. */
void sessions_access_changed(struct sessions *all, const struct access_change *change);
/* Looks again that could not be made, because PostgreSQL was away; a few times a second. */
void sessions_tick(struct sessions *all);

/* It has lost its device, its account or its place as a guest: ends it. */
void access_gone(struct session *s);
/* Reads again what this session may do, now or as soon as it has reached a state in which that can be said. For the
 * handlers: after a state was reached in which `look_again` had to wait. */
void access_look(struct session *s);

#endif
