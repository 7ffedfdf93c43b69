/* The keys of sealed workspaces: one file for each in a folder (the keyring), wrapped by the key in the key file. Both lie outside
 * the database and outside of what a backup of it holds; so who has these has nothing, and a workspace whose key was destroyed
 * is gone from all of them.
 *
 *   key file             64 hex digits (openssl rand -hex 32); readable by nobody but its owner and group
 *   KEYRING/UUID.key     "cocanvas workspace key 1", then a line "key" with hex digits: nonce (12 bytes), the workspace's key (32)
 *                        under AES-256-GCM with the key file's key, tag (16). Associated data: the first line and the
 *                        workspace's id, so that a renamed file does not open.
 *
 * The nonce is random: one key file wraps some thousand keys, far from the 2^32 at which that would matter.
 *
 * One struct keyring per thread. Files are read when a key is needed first, so a key file or keyring that is put back is found
 * without a restart. What is missing is said in the log, once; callers have a sentence for people. A key stays in
 * memory until the process ends or keyring_forget(). */
#ifndef COCANVAS_SERVER_JOURNAL_KEYRING_H
#define COCANVAS_SERVER_JOURNAL_KEYRING_H

#include "server/journal/seal.h"

struct keyring;

/* For people. */
#define KEYRING_MISSING "This canvas is sealed, and the server does not have its key now: tell whoever runs the server."
#define KEYRING_NONE "This server cannot seal workspaces: whoever runs it has to set seal_key_file first."

/* Copies both; either may be "": then nothing can be sealed or opened. */
struct keyring *keyring_new(const char *key_file, const char *directory);
void keyring_free(struct keyring *ring);
/* The key file is there and good; else the sentence says what is wrong with it, for the log. */
bool keyring_is_ready(struct keyring *ring, struct why *why);

/* Makes a workspace's key, if it has none, and sees it onto the disk. */
enum status keyring_make(struct keyring *ring, const struct uuid *workspace, struct why *why) MUST_CHECK;
/* The key of a workspace that is sealed; borrowed until the next call that is not keyring_find. NULL: missing. */
struct seal_key *keyring_find(struct keyring *ring, const struct uuid *workspace);
/* The same, but looks at the file again: whether the key is still there. */
struct seal_key *keyring_find_again(struct keyring *ring, const struct uuid *workspace);

/* What something new is to be written with. PLAIN: the workspace has no key; LOST: it has, and it cannot be had. */
enum keyring_way { KEYRING_PLAIN, KEYRING_SEALED, KEYRING_LOST };
enum keyring_way keyring_way(struct keyring *ring, const struct uuid *workspace, struct seal_key **key);
/* By what was found before alone: no file is looked at. PLAIN: nothing sealed was met there. */
enum keyring_way keyring_way_known(struct keyring *ring, const struct uuid *workspace, struct seal_key **key);

/* All that is stored of the workspace is sealed: what is not is not taken from now on (stored.h). */
void keyring_set_all_sealed(struct keyring *ring, const struct uuid *workspace);
bool keyring_is_all_sealed(const struct keyring *ring, const struct uuid *workspace);

/* Destroys the key, here and on the disk; the others are to forget it. Again is no error. */
void keyring_destroy(struct keyring *ring, const struct uuid *workspace);
/* Out of this one's memory; what was sealed stays sealed. */
void keyring_forget(struct keyring *ring, const struct uuid *workspace);

#endif
