/* Earlier versions of the open canvas for commands: named by a revision's number or by the name that people gave it. */
#ifndef COCANVAS_CLIENT_CLI_VERSION_H
#define COCANVAS_CLIENT_CLI_VERSION_H

#include "client/cli/edit.h"

struct version {
    uint64_t seq;
    const char *name; /* "" none; from the session's arena */
    uint32_t author;  /* who made that revision, and when; 0 and 0 for what the canvas was made with */
    int64_t time_ms;
    struct canvas *canvas; /* owned; NULL: it could not be had */
};

/* The revision that the words name: a number up to the present one, a named version, or the beginning of its name. An
 * exit code; the sentence has been printed. */
int version_find(struct edit *e, const char *words, struct version *version);
/* Gets its state from the server. */
int version_fetch(struct edit *e, struct version *version);
void version_fini(struct version *version);
/* "revision 12 ("before lunch"), 2026-11-21 20:02 by Ann", from the session's arena. */
const char *version_words(struct edit *e, const struct version *version);

#endif
