/* The text edits of the batches that the log keeps, decoded, per text: what a late TextEdit is transformed over. One
 * list over all texts in the order of seq (so that they go when the log lets their batch go), and one list per text. */
#ifndef COCANVAS_SERVER_ROOM_TEXTS_H
#define COCANVAS_SERVER_ROOM_TEXTS_H

#include <stdint.h>
#include <sys/queue.h>

#include "common/text.h"
#include "common/hash_table.h"

struct room_text;

struct room_edit {
    uint64_t seq;
    uint32_t client;   /* who submitted it */
    struct text_op op; /* as committed; its memory is part of this allocation: never to be changed */
    struct room_text *text;
    struct room_edit *older, *newer; /* on the same text */
    STAILQ_ENTRY(room_edit) entry;   /* in room_texts.all */
};

struct room_texts {
    struct room_text *by_key;     /* uthash by (object, key) */
    STAILQ_HEAD(, room_edit) all; /* ascending seq */
};

void room_texts_init(struct room_texts *t);
void room_texts_fini(struct room_texts *t);
/* Keeps a copy of op. seq never falls. */
void room_texts_add(struct room_texts *t, uint64_t seq, uint32_t client, uint64_t object, const char *key,
                    const struct text_op *op);
/* Forgets edits before first_seq. */
void room_texts_trim(struct room_texts *t, uint64_t first_seq);
/* The oldest edit of the text that is later than base_seq, NULL if there is none; ->newer leads to the next. */
const struct room_edit *room_texts_since(const struct room_texts *t, uint64_t object, const char *key,
                                         uint64_t base_seq);

#endif
