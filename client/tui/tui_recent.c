/* Recently opened canvases, see tui_recent.h. */
#include "client/tui/tui_recent.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/context.h"
#include "client/cli/output.h"
#include "client/core/paths.h"
#include "common/log.h"

enum { FILE_MAX_BYTES = 64 << 10 };

/* "0f8c….  1790000000000"; text that is no line of ours is skipped. */
static bool read_line(const char *line, size_t len, struct uuid *id, int64_t *opened_ms)
{
    char copy[UUID_TEXT + 24], *end;
    if (len < UUID_TEXT || len >= sizeof copy)
        return false;
    memcpy(copy, line, len);
    copy[len] = 0;
    if (copy[UUID_TEXT - 1] != ' ')
        return false;
    copy[UUID_TEXT - 1] = 0;
    *opened_ms = strtoll(copy + UUID_TEXT, &end, 10);
    return *end == 0 && *opened_ms > 0 && uuid_parse(copy, id);
}

void recent_read(struct recent *r, const char *text)
{
    r->n = 0;
    while (*text && r->n < RECENT_MAX) {
        size_t len = strcspn(text, "\n");
        if (read_line(text, len, &r->at[r->n].id, &r->at[r->n].opened_ms))
            r->n++;
        text += len + (text[len] == '\n');
    }
}

void recent_write(const struct recent *r, struct buf *out)
{
    for (size_t i = 0; i < r->n; i++) {
        char id[UUID_TEXT];
        uuid_format(&r->at[i].id, id);
        buf_addf(out, "%s %" PRId64 "\n", id, r->at[i].opened_ms);
    }
}

static size_t find(const struct recent *r, const struct uuid *id)
{
    size_t i = 0;
    while (i < r->n && !uuid_equal(&r->at[i].id, id))
        i++;
    return i;
}

void recent_note(struct recent *r, const struct uuid *id, int64_t now_ms)
{
    size_t i = find(r, id);
    if (i == r->n && r->n < RECENT_MAX)
        r->n++;
    if (i == RECENT_MAX)
        i = RECENT_MAX - 1; /* the oldest goes */
    memmove(&r->at[1], &r->at[0], i * sizeof r->at[0]);
    r->at[0].id = *id;
    r->at[0].opened_ms = now_ms;
}

int64_t recent_opened_ms(const struct recent *r, const struct uuid *id)
{
    size_t i = find(r, id);
    return i < r->n ? r->at[i].opened_ms : 0;
}

void recent_load(struct recent *r, const char *state_dir)
{
    char *path = xasprintf("%s/recent", state_dir);
    char *text = paths_read(path, FILE_MAX_BYTES, NULL);
    recent_read(r, text ? text : "");
    free(text);
    free(path);
}

void recent_save(const struct recent *r, const char *state_dir)
{
    struct buf out;
    struct why why;
    char *path = xasprintf("%s/recent", state_dir);
    buf_init(&out);
    recent_write(r, &out);
    if (folder_make(state_dir, &why) != STATUS_OK ||
        paths_replace(path, buf_at(&out), buf_len(&out), false, &why) != STATUS_OK)
        log_info(NULL, "%s", why.text);
    buf_fini(&out);
    free(path);
}
