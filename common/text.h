/* Operational transformation over one plain text. Pure: no I/O, no globals.
 *
 * The shape is that of ottypes/text-unicode (MIT): retain n | insert s | remove n in Unicode code points, plus pre_len,
 * the length of the text that the op applies to. Canonical form: every count > 0, no two equal neighbours, an insert
 * before a remove at one place, no trailing retain. The builder below makes only canonical ops.
 *
 * Tie rule (design section 5): of two inserts at one place, the one sequenced LATER goes to the LEFT. So the server
 * transforms an incoming op over committed ones with TEXT_LEFT; a client transforms its own op over a remote one with
 * TEXT_LEFT and the remote op over its own with TEXT_RIGHT. This keeps runs typed by one person whole. An insert inside
 * a range that the other side removes survives at that place. */
#ifndef COCANVAS_COMMON_TEXT_H
#define COCANVAS_COMMON_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

enum text_step_kind { TEXT_RETAIN, TEXT_INSERT, TEXT_REMOVE };

struct text_step {
    enum text_step_kind kind;
    uint32_t points;         /* code points kept, inserted or removed; > 0 */
    uint32_t at_bytes;       /* TEXT_INSERT: where its characters begin in text_op.bytes */
    uint32_t len_bytes;      /* TEXT_INSERT: how long they are */
};

/* An op owns its steps and bytes; text_op_clear() keeps the capacity, so reused ops do not allocate. */
struct text_op {
    uint32_t pre_len;        /* code points of the text before */
    uint32_t n_steps, cap_steps;
    struct text_step *steps;
    uint32_t n_bytes, cap_bytes;
    char *bytes;             /* inserted characters of all steps */
};

/* A text with its length in both units; bytes is NUL-terminated after len_bytes. */
struct text {
    char *bytes;             /* owned unless cap_bytes is 0; never NULL after text_init() */
    uint32_t len_bytes, cap_bytes;
    uint32_t len_points;
};

enum text_side { TEXT_LEFT, TEXT_RIGHT };

/* No text is longer, whatever the settings say: so that every length in bytes fits into 32 bits. */
enum { TEXT_POINTS_MAX = 1 << 28 };

void text_init(struct text *t);
void text_fini(struct text *t);
/* Sets the content; the bytes must be a valid text (utf8_check), and none of this text's own. */
void text_set(struct text *t, const char *bytes, size_t len_bytes);

void text_op_init(struct text_op *op);
void text_op_fini(struct text_op *op);
void text_op_clear(struct text_op *op, uint32_t pre_len);
void text_op_copy(struct text_op *to, const struct text_op *from);

/* The builder: appends, merging with what is there so that the result is canonical; zero counts are ignored. It takes
 * any counts (they saturate), so an op from outside can be built and then checked; everything else here wants checked
 * ops. text_op_insert: the bytes must be valid text, points their length in code points; they are copied. */
void text_op_retain(struct text_op *op, uint32_t points);
void text_op_insert(struct text_op *op, const char *bytes, uint32_t len_bytes, uint32_t points);
void text_op_remove(struct text_op *op, uint32_t points);
/* Takes a trailing retain away. Call at the end of building. */
void text_op_finish(struct text_op *op);

bool text_op_is_noop(const struct text_op *op);
/* Length of the text after the op, in code points. */
uint64_t text_op_post_len(const struct text_op *op);

/* The op "replace `removed` points at `at` by bytes" for a text of pre_len points. */
void text_op_splice(struct text_op *op, uint32_t pre_len, uint32_t at, uint32_t removed, const char *bytes,
                    uint32_t len_bytes, uint32_t points);

/* Whether an op that came from outside may be applied to a text of len_points: pre_len equal, counts in range,
 * canonical, and the result at most max_points long (0: TEXT_POINTS_MAX; only growth beyond it is refused). A noop is
 * accepted. The inserted bytes must have been checked with utf8_check. */
enum status text_op_check(const struct text_op *op, uint32_t len_points, uint32_t max_points, struct why *why) MUST_CHECK;

/* Applies a checked op in place. removed (may be NULL) receives the removed characters, joined. ASSERTs pre_len. */
void text_apply(struct text *t, const struct text_op *op, struct text *removed);

/* out = op, changed so that it can be applied after `over` (both have the same pre_len; ASSERTed). out must be another
 * object. */
void text_transform(struct text_op *out, const struct text_op *op, const struct text_op *over, enum text_side side);
/* out = first, then second (second.pre_len is first's post_len; ASSERTed). Only for one's own unsent ops: see design
 * section 5. */
void text_compose(struct text_op *out, const struct text_op *first, const struct text_op *second);
/* out takes op back; before is the text that op was or will be applied to. */
void text_invert(struct text_op *out, const struct text_op *op, const struct text *before);

/* Where position `at` of the text before op is after it. An insert exactly at `at` moves it only if side is TEXT_LEFT
 * (the text goes to the left of the position). One's own caret uses TEXT_RIGHT for remote ops. */
uint32_t text_transform_position(const struct text_op *op, uint32_t at, enum text_side side);

/* out = an op that turns a into b: common prefix and suffix kept, and a line- then character-wise difference between
 * (Myers, with a bound on the work; beyond it one replace). For resuming over a truncated journal and for `edit` of
 * whole texts. */
void text_diff(struct text_op *out, const struct text *a, const struct text *b);

#endif
