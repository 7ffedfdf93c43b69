/* Canvases that were opened on this device, newest first: for the order of the start screen. A small file under the
 * state folder, one line each: id and time. No titles: it tells nothing to others. */
#ifndef COCANVAS_CLIENT_TUI_TUI_RECENT_H
#define COCANVAS_CLIENT_TUI_TUI_RECENT_H

#include <stddef.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/ids.h"

enum { RECENT_MAX = 200 };

struct recent {
    struct {
        struct uuid id;
        int64_t opened_ms; /* wall clock */
    } at[RECENT_MAX];      /* newest first */
    size_t n;
};

/* Lines that are no such lines are left out. */
void recent_read(struct recent *r, const char *text);
void recent_write(const struct recent *r, struct buf *out);
/* Puts the canvas to the front. */
void recent_note(struct recent *r, const struct uuid *id, int64_t now_ms);
int64_t recent_opened_ms(const struct recent *r, const struct uuid *id); /* 0: never */
/* From and to STATE/recent. A file that cannot be read or written costs only the order. */
void recent_load(struct recent *r, const char *state_dir);
void recent_save(const struct recent *r, const char *state_dir);

#endif
