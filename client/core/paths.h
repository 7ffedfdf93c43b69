/* Where the client keeps its files: the XDG base directories, and making folders that only their owner can enter. */
#ifndef COCANVAS_CLIENT_CORE_PATHS_H
#define COCANVAS_CLIENT_CORE_PATHS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

/* $XDG_CONFIG_HOME/cocanvas, else ~/.config/cocanvas. malloc'd; not made. */
char *paths_config_dir(void);
/* $XDG_STATE_HOME/cocanvas, else ~/.local/state/cocanvas. */
char *paths_state_dir(void);
/* Makes the folder and those above it, mode 0700; existing ones are left as they are. */
enum status paths_make(const char *dir, struct why *why) MUST_CHECK;
/* Replaces the file by these bytes: a temporary beside it (mode 0600), then rename. sync: on the disk before the
 * rename. */
enum status paths_replace(const char *file, const void *bytes, size_t len, bool sync, struct why *why) MUST_CHECK;
/* The whole file, NUL-terminated, malloc'd; NULL and errno if it cannot be read or is longer than max. *len may be
 * NULL. */
char *paths_read(const char *file, size_t max, size_t *len);

#endif
