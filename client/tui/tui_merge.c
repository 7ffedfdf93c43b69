/* Merging by character, as edits that meet on the server do, see tui_merge.h. */
#include "client/tui/tui_merge.h"

#include <string.h>

#include "common/buf.h"
#include "common/text.h"

static void diff(struct text_op *op, const struct text *before, const char *after)
{
    struct text changed;
    text_init(&changed);
    text_set(&changed, after, strlen(after));
    text_op_init(op);
    text_diff(op, before, &changed);
    text_fini(&changed);
}

char *merge_texts(const char *before, const char *mine, const char *theirs, size_t *len)
{
    struct text base, merged;
    struct text_op ours, others, ours_then;
    text_init(&base);
    text_init(&merged);
    text_op_init(&ours_then);
    text_set(&base, before, strlen(before));
    text_set(&merged, theirs, strlen(theirs));
    diff(&ours, &base, mine);
    diff(&others, &base, theirs);
    text_transform(&ours_then, &ours, &others, TEXT_LEFT);
    text_apply(&merged, &ours_then, NULL);
    *len = merged.len_bytes;
    char *out = xstrndup(merged.bytes, merged.len_bytes);
    text_op_fini(&ours_then);
    text_op_fini(&others);
    text_op_fini(&ours);
    text_fini(&merged);
    text_fini(&base);
    return out;
}
