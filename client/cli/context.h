/* Contexts: which server and which workspace a command acts on, and as whom. One per workspace that a person has
 * logged in to.
 *
 *   $XDG_CONFIG_HOME/cocanvas/contexts       JSON: name → server, login, workspace; and which one is current
 *   $XDG_STATE_HOME/cocanvas/credentials     JSON: login@server → device token; mode 0600
 *
 * The server's key is not here: client/core's known_hosts pins it, so that a rotation of the key is written in one
 * place. Files are replaced whole; a lock file serialises programs that change them at once. */
#ifndef COCANVAS_CLIENT_CLI_CONTEXT_H
#define COCANVAS_CLIENT_CLI_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ids.h"
#include "common/status.h"

enum { CONTEXT_CERTIFICATE = 1024, CONTEXT_NAME = 64, CONTEXT_LOGIN = 68, CONTEXT_TITLE = 264, SERVER_TEXT = 270 };

struct folders {
    char *config; /* $XDG_CONFIG_HOME/cocanvas or ~/.config/cocanvas; owned */
    char *state;  /* $XDG_STATE_HOME/cocanvas or ~/.local/state/cocanvas; owned */
};

/* From the environment; the folders are made (0700) when something is written. False if there is neither HOME nor
 * XDG_…. */
bool folders_init(struct folders *f);
void folders_fini(struct folders *f);

struct context {
    char name[CONTEXT_NAME]; /* [a-z0-9._-]+, what people type */
    char host[256];
    uint16_t port;
    char login[CONTEXT_LOGIN];
    struct uuid workspace;
    char workspace_name[CONTEXT_TITLE];
    char token[TOKEN_TEXT]; /* from the credentials; "" when logged out */
    char certificate[CONTEXT_CERTIFICATE]; /* file with certificate and key, whole path; "" none */
    bool has_pin;           /* only of a link given with --server */
    uint8_t pin[PIN_BYTES];
};

struct contexts {
    struct context *at; /* sorted by name; owned */
    size_t n;
    char current[CONTEXT_NAME];
};

/* Missing files are empty ones. */
enum status contexts_load(struct contexts *c, const struct folders *f, struct why *why) MUST_CHECK;
enum status contexts_save(const struct contexts *c, const struct folders *f, struct why *why) MUST_CHECK;
void contexts_fini(struct contexts *c);
/* By name; NULL if there is none. */
struct context *contexts_find(const struct contexts *c, const char *name);
/* A new one with a free name made of wanted ("Acme AG" → "acme-ag", "acme-ag-2" …). Borrowed until the next change. */
struct context *contexts_add(struct contexts *c, const char *wanted);
/* "host:port", "[::1]:7341". */
void context_server(const struct context *c, char out[SERVER_TEXT]);

/* There is something to log in with. */
bool context_logged_in(const struct context *c);

/* Holds the lock from load to save: a descriptor to be closed, -1 and *why on failure. */
int contexts_lock(const struct folders *f, struct why *why);

/* Makes the folder and what is above it. */
enum status folder_make(const char *path, struct why *why) MUST_CHECK;
/* Replaces a file by a complete new one, mode 0600. */
enum status file_replace(const char *path, const char *bytes, size_t len, struct why *why) MUST_CHECK;

#endif
