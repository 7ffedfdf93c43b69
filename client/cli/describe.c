/* Sentences about ops, see describe.h. */
#include "client/cli/describe.h"

#include <inttypes.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/output.h"
#include "common/field.h"

enum { SHORT_CELLS = 60 };

static const char *card_words(const struct describe *d, uint64_t id)
{
    struct card *card = d->canvas ? canvas_card(d->canvas, id) : NULL;
    const char *label = id_text(d->arena, id);
    if (!card || card->text.len_bytes == 0)
        return label;
    return arena_printf(d->arena, "%s '%s'", label, short_text(d->arena, &card->text, SHORT_CELLS));
}

static const char *block_words(const struct describe *d, uint64_t id)
{
    struct block *block = d->canvas ? canvas_block(d->canvas, id) : NULL;
    return block ? arena_short(d->arena, block->title, SHORT_CELLS) : id_text(d->arena, id);
}

static const char *object_words(const struct describe *d, uint64_t id)
{
    if (id == 0)
        return "the canvas";
    if (d->canvas && canvas_block(d->canvas, id))
        return arena_printf(d->arena, "the block %s", block_words(d, id));
    if (d->canvas && canvas_comment(d->canvas, id))
        return arena_printf(d->arena, "the comment %s", id_text(d->arena, id));
    return card_words(d, id);
}

static const char *quoted(const struct describe *d, const char *text)
{
    size_t line = strcspn(text, "\n");
    const char *first = arena_short(d->arena, arena_strndup(d->arena, text, line), SHORT_CELLS);
    return arena_printf(d->arena, "'%s%s'", first, text[line] ? " …" : "");
}

const char *describe_card(const struct describe *d, const struct card *card)
{
    const char *text = card->text.len_bytes ? quoted(d, card->text.bytes) : "(empty)", *key;
    const struct card *of = d->canvas && block_hidden(card->block) ? part_of(d->canvas, card, &key) : NULL;
    if (of) /* a measure or an action: people know it by its card */
        return arena_printf(d->arena, "%s of %s: %s", id_text(d->arena, card->o.id), card_words(d, of->o.id), text);
    return arena_printf(d->arena, "%s in %s: %s", id_text(d->arena, card->o.id),
                        arena_short(d->arena, card->block->title, SHORT_CELLS), text);
}

const char *describe_value(const struct describe *d, const Cocanvas__Value *value)
{
    switch (value ? value->kind_case : COCANVAS__VALUE__KIND__NOT_SET) {
    case COCANVAS__VALUE__KIND_TEXT:
    case COCANVAS__VALUE__KIND_CHOICE:
        return quoted(d, value->text);
    case COCANVAS__VALUE__KIND_NUMBER:
    case COCANVAS__VALUE__KIND_DATE:
        return arena_line(d->arena, value->text);
    case COCANVAS__VALUE__KIND_FLAG:
        return value->flag ? "yes" : "no";
    case COCANVAS__VALUE__KIND_PERSON:
        return arena_line(d->arena, d->person(d->ctx, value->person));
    case COCANVAS__VALUE__KIND_OBJECT:
        return object_words(d, value->object);
    default:
        return "nothing";
    }
}

static const char *describe_create(const struct describe *d, const char *who, const Cocanvas__CardCreate *op)
{
    const char *where = op->place ? block_words(d, op->place->block) : "?";
    const char *what = op->text[0] ? arena_printf(d->arena, ": %s", quoted(d, op->text)) : "";
    return arena_printf(d->arena, "%s added %s to %s%s", who, id_text(d->arena, op->id), where, what);
}

static const char *describe_prop(const struct describe *d, const char *who, const Cocanvas__PropSet *op)
{
    const char *key = arena_line(d->arena, op->key), *of = object_words(d, op->object);
    if (!op->value || op->value->kind_case == COCANVAS__VALUE__KIND__NOT_SET)
        return arena_printf(d->arena, "%s removed %s of %s", who, key, of);
    return arena_printf(d->arena, "%s set %s of %s to %s", who, key, of, describe_value(d, op->value));
}

/* What the edit itself did: "wrote 'x' into", "deleted 'y' from", "replaced 'y' by 'x' in". */
static const char *describe_past_edit(const struct describe *d, const char *who, const Cocanvas__TextEdit *op)
{
    const char *written = "", *removed = op->removed ? op->removed : "", *where = id_text(d->arena, op->object);
    size_t writes = 0;
    for (size_t i = 0; i < op->n_steps; i++)
        if (op->steps[i]->kind_case == COCANVAS__TEXT_STEP__KIND_INSERT) {
            written = op->steps[i]->insert;
            writes++;
        }
    if (op->key[0])
        where = arena_printf(d->arena, "%s of %s", arena_line(d->arena, op->key), where);
    if (writes > 1)
        return arena_printf(d->arena, "%s changed %s in several places", who, where);
    if (writes && *removed)
        return arena_printf(d->arena, "%s replaced %s by %s in %s", who, quoted(d, removed), quoted(d, written), where);
    if (writes)
        return arena_printf(d->arena, "%s wrote %s into %s", who, quoted(d, written), where);
    return arena_printf(d->arena, "%s deleted %s from %s", who, quoted(d, removed), where);
}

static const char *describe_text(const struct describe *d, const char *who, const Cocanvas__TextEdit *op)
{
    struct card *card = d->canvas ? canvas_card(d->canvas, op->object) : NULL;
    if (d->past)
        return describe_past_edit(d, who, op);
    if (card && !op->key[0])
        return arena_printf(d->arena, "%s changed %s", who, describe_card(d, card));
    if (op->key[0])
        return arena_printf(d->arena, "%s changed %s of %s", who, arena_line(d->arena, op->key),
                            object_words(d, op->object));
    return arena_printf(d->arena, "%s changed %s", who, object_words(d, op->object));
}

static const char *describe_link(const struct describe *d, const char *who, uint64_t id, bool on)
{
    struct link_object *link = d->canvas ? canvas_link(d->canvas, id) : NULL;
    const char *verb = on ? "removed" : "restored";
    if (!link)
        return arena_printf(d->arena, "%s %s the link %s", who, verb, id_text(d->arena, id));
    return arena_printf(d->arena, "%s %s the link %s from %s to %s", who, verb, arena_line(d->arena, link->kind),
                        card_words(d, link->from), card_words(d, link->to));
}

/* Ops on comments and links. */
static const char *describe_talk(const struct describe *d, const char *who, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return arena_printf(d->arena, "%s commented on %s: %s", who, object_words(d, op->comment_add->object),
                            quoted(d, op->comment_add->text));
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return arena_printf(d->arena, "%s %s comment %s", who, op->comment_delete->on ? "deleted" : "brought back",
                            id_text(d->arena, op->comment_delete->id));
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return arena_printf(d->arena, "%s %s comment %s", who, op->comment_resolve->on ? "resolved" : "reopened",
                            id_text(d->arena, op->comment_resolve->id));
    case COCANVAS__OP__KIND_LINK_ADD:
        return arena_printf(d->arena, "%s linked %s to %s (%s)", who, card_words(d, op->link_add->from),
                            card_words(d, op->link_add->to), arena_line(d->arena, op->link_add->kind));
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return describe_link(d, who, op->link_remove->id, op->link_remove->on);
    default:
        return arena_printf(d->arena, "%s did something that this version of cocanvas does not know", who);
    }
}

/* Ops on readings, blocks and named revisions. */
static const char *describe_frame(const struct describe *d, const char *who, const Cocanvas__Op *op)
{
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_READING_ADD:
        return arena_printf(d->arena, "%s noted %s for %s on %s", who, arena_line(d->arena, op->reading_add->value),
                            card_words(d, op->reading_add->object), arena_line(d->arena, op->reading_add->date));
    case COCANVAS__OP__KIND_READING_REMOVE:
        return arena_printf(d->arena, "%s %s reading %s", who, op->reading_remove->on ? "removed" : "restored",
                            id_text(d->arena, op->reading_remove->id));
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return arena_printf(d->arena, "%s added the block %s", who,
                            arena_line(d->arena, op->block_add->block ? op->block_add->block->title : "?"));
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return arena_printf(d->arena, "%s removed the block %s", who, block_words(d, op->block_remove->id));
    case COCANVAS__OP__KIND_NAME_SEQ:
        return arena_printf(d->arena, "%s named revision %" PRIu64 " %s", who, op->name_seq->seq,
                            quoted(d, op->name_seq->name));
    case COCANVAS__OP__KIND_RESPREAD:
        return NULL;
    default:
        return describe_talk(d, who, op);
    }
}

const char *describe_op(const struct describe *d, uint32_t author, const Cocanvas__Op *op)
{
    const char *who = author ? arena_line(d->arena, d->person(d->ctx, author)) : "The server";
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return describe_create(d, who, op->card_create);
    case COCANVAS__OP__KIND_CARD_DELETE:
        return arena_printf(d->arena, "%s removed %s", who, card_words(d, op->card_delete->id));
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return arena_printf(d->arena, "%s restored %s", who, card_words(d, op->card_restore->id));
    case COCANVAS__OP__KIND_CARD_MOVE:
        return arena_printf(d->arena, "%s moved %s to %s", who, card_words(d, op->card_move->id),
                            op->card_move->place ? block_words(d, op->card_move->place->block) : "?");
    case COCANVAS__OP__KIND_PROP_SET:
        return describe_prop(d, who, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        return arena_printf(d->arena, op->tag_set->on ? "%s tagged %s %s" : "%s took from %s the tag %s", who,
                            card_words(d, op->tag_set->card), quoted(d, op->tag_set->tag));
    case COCANVAS__OP__KIND_VOTE_SET:
        return arena_printf(d->arena, op->vote_set->on ? "%s voted for %s" : "%s took the vote from %s", who,
                            card_words(d, op->vote_set->card));
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return describe_text(d, who, op->text_edit);
    default:
        return describe_frame(d, who, op);
    }
}

const char *describe_batch(const struct describe *d, const Cocanvas__Committed *batch)
{
    const char *first = NULL;
    size_t told = 0;
    for (size_t i = 0; i < batch->n_ops; i++) {
        const char *sentence = describe_op(d, batch->author, batch->ops[i]);
        if (sentence && told++ == 0)
            first = sentence;
    }
    if (!first)
        first = "The server tidied up the order of a block";
    if (batch->undo_of)
        first = arena_printf(d->arena, "%s (undo)", first);
    return told > 1 ? arena_printf(d->arena, "%s, and %zu more", first, told - 1) : first;
}
