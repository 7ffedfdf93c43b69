/* A room's state and log from what the journal gives at a take-over: a snapshot, and the batches since. */
#include "server/room/room_internal.h"

#include "common/message.h"
#include "common/op.h"

static bool replay_suffix(struct room *room, const struct journal_canvas *from, struct why *why)
{
    struct rooms *r = room->rooms;
    room->stored_bytes = from->snapshot_len;
    for (size_t i = 0; i < from->n_suffix; i++) {
        arena_reset(&r->arena);
        Cocanvas__Committed *batch = message_decode_committed(&r->arena, from->suffix[i], from->suffix_len[i]);
        if (!batch) {
            refuse(why, STATUS_INTERNAL, "a batch after %llu cannot be decoded", (unsigned long long)room->c.seq);
            return false;
        }
        if (batch_apply_committed(&room->c, batch, why) != STATUS_OK)
            return false;
        anonymous_applied(&room->anonymous, &room->c, batch);
        room_log_add_encoded(&room->log, batch->seq, from->suffix[i], from->suffix_len[i]);
        room->bytes_since += from->suffix_len[i];
        for (size_t k = 0; k < batch->n_ops; k++) {
            uint64_t object;
            const char *key;
            if (!op_text_target(batch->ops[k], &object, &key))
                continue;
            text_op_from_message(&r->op[0], batch->ops[k]->text_edit);
            room_texts_add(&room->log.texts, batch->seq, (uint32_t)batch->client, object, key, &r->op[0]);
        }
    }
    return true;
}

/* No limits while loading: what was accepted once must open, even if the limits were lowered since. */
bool room_load(struct room *room, const struct journal_canvas *from)
{
    static const struct canvas_limits none;
    const struct room_limits *limits = room->rooms->o.limits;
    struct why why = {""};
    size_t chunk_max = limits->log_bytes / 8 < ROOM_CHUNK_MAX ? limits->log_bytes / 8 : ROOM_CHUNK_MAX;
    canvas_init(&room->c, &none);
    room_log_init(&room->log, from->snapshot_seq, chunk_max);
    room->loaded = true;

    bool ok = canvas_decode(&room->c, from->snapshot, from->snapshot_len, &why) == STATUS_OK;
    if (ok && (room->c.seq != from->snapshot_seq || canvas_hash(&room->c) != from->snapshot_hash)) {
        refuse(&why, STATUS_INTERNAL, "the snapshot at %llu is not what was stored",
               (unsigned long long)from->snapshot_seq);
        ok = false;
    }
    if (ok)
        anonymous_begin(&room->anonymous, &room->c);
    ok = ok && replay_suffix(room, from, &why);
    if (ok && room->c.seq != from->head_seq) {
        refuse(&why, STATUS_INTERNAL, "the journal ends at %llu, not %llu", (unsigned long long)room->c.seq,
               (unsigned long long)from->head_seq);
        ok = false;
    }
    if (!ok) {
        struct log_ctx log = room_log_ctx(room);
        log_error(&log, "cannot be loaded: %s", why.text);
    }
    return ok;
}
