/* From bytes that nobody vouches for to a canvas: every object is checked before it becomes part of it
 * (object_decode.c), every reference afterwards. Two passes, because cards refer to blocks and need not come after
 * them. */
#include <stdlib.h>
#include <string.h>

#include "common/canvas_internal.h"
#include "common/pb.h"

static bool has_room(const struct canvas *c, enum object_kind kind)
{
    if (kind == OBJECT_CARD)
        return c->limits.cards == 0 || c->n_cards < c->limits.cards;
    if (kind == OBJECT_BLOCK && c->n_blocks >= BLOCKS_MAX)
        return false;
    return c->limits.objects == 0 || c->n_blocks + c->n_others < c->limits.objects;
}

/* Reads one object and makes it the canvas'. last_id: of the object of that kind before it. */
static enum status decode_object(struct canvas *c, enum object_kind kind, const struct pb_field *field,
                                 uint64_t *last_id, struct why *why)
{
    if (field->wire != PB_BYTES)
        return refuse(why, STATUS_MALFORMED, "the state is not a CanvasState");
    if (kind == OBJECT_HEADER)
        return object_decode(c, &c->header.o, field->bytes, field->len, why);
    struct object *o = object_new(kind, 0);
    enum status status = object_decode(c, o, field->bytes, field->len, why);
    if (status == STATUS_OK && o->id <= *last_id)
        status = refuse(why, STATUS_BAD_OP, "the objects are not sorted by id, or an id comes twice");
    if (status == STATUS_OK && !has_room(c, kind))
        status = refuse(why, STATUS_TOO_LARGE, "the state has more objects than the server's limit allows");
    if (status != STATUS_OK) {
        object_free(o);
        return status;
    }
    *last_id = o->id;
    canvas_register(c, o);
    if (kind == OBJECT_CARD)
        block_append(((struct card *)o)->block, (struct card *)o);
    return STATUS_OK;
}

/* One pass over the state's fields; blocks first, the rest in the second pass. */
static enum status decode_pass(struct canvas *c, const uint8_t *bytes, size_t len, bool second, struct why *why)
{
    struct pb_reader in = {.at = bytes, .end = bytes + len};
    struct pb_field f;
    uint64_t last_id[OBJECT_NAMED + 1] = {0};
    bool has_header = false;
    while (pb_next(&in, &f)) {
        if (f.number == 1 && f.wire == PB_VARINT)
            c->seq = f.value;
        else if (f.number >= OBJECT_HEADER && f.number <= OBJECT_NAMED && (f.number > OBJECT_BLOCK) == second) {
            if (f.number == OBJECT_HEADER && has_header)
                return refuse(why, STATUS_BAD_OP, "the state has two headers");
            has_header = has_header || f.number == OBJECT_HEADER;
            enum status status = decode_object(c, (enum object_kind)f.number, &f, &last_id[f.number], why);
            if (status != STATUS_OK)
                return status;
        }
    }
    return in.bad ? refuse(why, STATUS_MALFORMED, "the state is cut off or not a CanvasState") : STATUS_OK;
}

/* ---- references */

static enum status check_lists(struct canvas *c, struct why *why)
{
    for (struct object *o = c->blocks; o != NULL; o = o->hh.next) {
        struct block *block = (struct block *)o;
        block_sort(block);
        for (uint32_t i = 1; i < block->n_cards; i++) {
            if (strcmp(block->cards[i - 1]->order_key, block->cards[i]->order_key) == 0)
                return refuse(why, STATUS_BAD_OP, "two cards of block \"%s\" have the same order key", block->key);
        }
    }
    return STATUS_OK;
}

static bool comment_fits(const struct canvas *c, const struct comment *comment)
{
    if (comment->object != 0 && canvas_card(c, comment->object) == NULL && canvas_block(c, comment->object) == NULL)
        return false;
    if (comment->parent == 0)
        return true;
    const struct comment *parent = canvas_comment(c, comment->parent);
    return parent != NULL && parent != comment && parent->parent == 0 && parent->object == comment->object;
}

/* Deletions of a state that is adopted as a new canvas' beginning count as of seq 1. */
static bool deletion_fits(const struct canvas *c, uint64_t deleted_seq)
{
    return deleted_seq <= c->seq || deleted_seq == 1;
}

static enum status check_references(const struct canvas *c, struct why *why)
{
    const char *problem = NULL;
    for (struct object *o = c->cards; o != NULL; o = o->hh.next) {
        if (!deletion_fits(c, ((struct card *)o)->deleted_seq))
            problem = "a card is deleted in the future";
    }
    for (struct object *o = c->comments; o != NULL; o = o->hh.next) {
        if (!comment_fits(c, (struct comment *)o))
            problem = "a comment is about something that does not exist";
        else if (!deletion_fits(c, ((struct comment *)o)->deleted_seq))
            problem = "a comment is deleted in the future";
    }
    for (struct object *o = c->links; o != NULL; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (canvas_card(c, link->from) == NULL || canvas_card(c, link->to) == NULL)
            problem = "a link's end does not exist";
        else if (!deletion_fits(c, link->deleted_seq))
            problem = "a link is deleted in the future";
    }
    for (struct object *o = c->readings; o != NULL; o = o->hh.next) {
        const struct reading *reading = (struct reading *)o;
        if (canvas_card(c, reading->object) == NULL)
            problem = "a reading's card does not exist";
        else if (!deletion_fits(c, reading->deleted_seq))
            problem = "a reading is deleted in the future";
    }
    for (struct object *o = c->named; o != NULL; o = o->hh.next) {
        if (o->id > c->seq)
            problem = "a named version is in the future";
    }
    return problem != NULL ? refuse(why, STATUS_BAD_OP, "%s", problem) : STATUS_OK;
}

enum status canvas_decode(struct canvas *c, const uint8_t *bytes, size_t len, struct why *why)
{
    enum status status = decode_pass(c, bytes, len, false, why);
    if (status == STATUS_OK)
        status = decode_pass(c, bytes, len, true, why);
    if (status == STATUS_OK)
        status = check_lists(c, why);
    if (status == STATUS_OK)
        status = check_references(c, why);
    if (status != STATUS_OK)
        canvas_clear(c);
    return status;
}
