/* Shared by revert_walk.c (what was done, out of the history), revert_text.c (whose letters a text has) and revert.c (the plan). */
#ifndef COCANVAS_CLIENT_CORE_REVERT_PRIVATE_H
#define COCANVAS_CLIENT_CORE_REVERT_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/core/replica_private.h"
#include "client/core/revert.h"
#include "common/order.h"
#include "common/text.h"
#include "wire.pb-c.h"
#include "common/hash_table.h"

/* What became of a letter. "They" are those whose edits are taken back. */
enum letter_fate {
    LETTER_HERE,
    LETTER_GONE,  /* removed, and it stays so: by others, or their own letter by themselves */
    LETTER_TAKEN, /* a letter of others that they removed */
    LETTER_BACK,  /* … and that somebody has put back since */
};

struct letter {
    uint32_t point;
    bool theirs; /* they wrote it */
    enum letter_fate fate;
};

/* A text with all letters that it has had since we look, in their order. */
struct letters {
    struct letter *at; /* owned */
    size_t n, cap;
};

/* Whose edit it is. */
enum editor { EDITOR_THEY, EDITOR_OTHERS, EDITOR_UNDO }; /* UNDO: others, taking back an own edit */

void letters_fini(struct letters *l);
/* Valid text, appended. */
void letters_add(struct letters *l, const char *bytes, size_t len, bool theirs);
/* False: it does not fit, the history is damaged. */
bool letters_edit(struct letters *l, const Cocanvas__TextEdit *edit, enum editor editor);
/* The text as it is now. */
bool letters_are(const struct letters *l, const struct text *text);
/* What takes their edits back, on the text as it is now. */
void letters_revert(const struct letters *l, struct text_op *out);

/* ---------------------------------------------------------------- everything */

enum { REVERT_NAME_BYTES = 320 };

/* A thing that they set, made or removed: a property, a tag, a card, a link … */
struct thing {
    char *name;            /* what it is, as a key of the table; owned */
    Cocanvas__Op *inverse; /* what takes it back, from the plan's arena; NULL: nothing does */
    Cocanvas__Op *theirs;  /* what they did last, from the arena */
    uint64_t seq;          /* since when it is as they want it */
    bool stands;           /* nobody else has set it since */
    UT_hash_handle hh;
};

/* Where a card was before they moved it. Their place and everybody else's are told by order keys, so that what several people did to
 * the order goes together. */
struct place {
    uint64_t card, block, moved_to; /* its block then, and the one into which they moved it */
    struct order_key key;
    bool stands; /* nobody else has moved it since */
    UT_hash_handle hh;
};

/* A text that they wrote in. */
struct written {
    char *name;
    uint64_t object;
    char *key; /* within name */
    struct letters letters;
    UT_hash_handle hh;
};

/* An object that others have worked on, and when last. */
struct worked {
    uint64_t id, seq;
    UT_hash_handle hh;
};

/* A batch that took another one back. */
struct undo_batch {
    uint64_t client, client_seq;
    UT_hash_handle hh;
};

struct reverter {
    struct revert_plan *plan;
    const struct revert_request *request;
    const struct canvas *view;
    struct arena *arena, scratch_arena;
    struct canvas now; /* in the walk: the state before the op; then what is there with the plan's edits */
    struct thing *things;
    struct place *places;
    size_t cap_ops, cap_kept;
    struct written *written;
    struct worked *worked;
    struct undo_batch *undone;
    bool full;
};

/* ---- revert_walk.c */
enum status revert_walk(struct reverter *v, struct past *past, struct why *why) MUST_CHECK;
/* What an op is about. Things that are made are the same as their removal's switch, so making and removing meet. */
struct element revert_element(const Cocanvas__Op *op);
struct thing *revert_thing(const struct reverter *v, Cocanvas__Op__KindCase kind, uint64_t id);
struct place *revert_place(const struct reverter *v, uint64_t card);
/* They have made it, so it is not to stand among the others in the end. */
bool revert_is_theirs(const struct reverter *v, const struct card *card);
bool revert_same_op(const Cocanvas__Op *a, const Cocanvas__Op *b);

#endif
