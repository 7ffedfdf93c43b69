/* What can be said about an op without knowing the canvas: exactly one kind, keys and names well-formed, values in
 * range, texts valid, nothing set that only the server may set (P10). Every op from outside passes here before
 * anything else looks at it, and so does every committed op before a client or a replay applies it. */
#include <stdlib.h>
#include <string.h>

#include "common/ids.h"
#include "common/op_internal.h"
#include "common/order.h"
#include "common/utf8.h"

struct check {
    bool committed;       /* from the server: what it adds is allowed */
    uint32_t text_points; /* 0: no limit */
    struct why *why;
};

static enum status bad(const struct check *k, const char *problem)
{
    return refuse(k->why, STATUS_BAD_OP, "%s", problem);
}

/* ---- parts */

static enum status check_new_id(const struct check *k, uint64_t id)
{
    return object_counter(id) == 0 ? bad(k, "a new object needs an id with a counter from 1 on") : STATUS_OK;
}

static enum status check_content(const struct check *k, const char *text, const char *what)
{
    size_t points;
    if (!utf8_check(text, strlen(text), &points))
        return refuse(k->why, STATUS_BAD_TEXT,
                      "%s is not valid UTF-8 or holds a control character other than line feed and tab", what);
    if (k->text_points != 0 && points > k->text_points)
        return refuse(k->why, STATUS_TOO_LARGE, "%s has %zu characters; at most %u are allowed", what, points,
                      k->text_points);
    return STATUS_OK;
}

static enum status check_place(const struct check *k, const Cocanvas__Place *place, uint64_t self)
{
    if (place == NULL || place->block == 0)
        return bad(k, "a place needs a block");
    const char *key = pbc_string(place->order_key);
    if (!k->committed && key[0] != '\0')
        return bad(k, "a place's order key is set by the server");
    if (k->committed && !order_key_check(key, strlen(key)))
        return bad(k, "a committed place needs an order key");
    if (place->first && (place->after != 0 || place->before != 0))
        return bad(k, "a place is either first or next to a card");
    if (self != 0 && (place->after == self || place->before == self))
        return bad(k, "a card cannot be placed next to itself");
    return STATUS_OK;
}

static enum status check_value(const struct check *k, const char *key, const Cocanvas__Value *value, bool may_remove)
{
    if (!rule_key(key))
        return bad(k, "a property's key must match [a-z][a-z0-9_.-]{0,63}");
    struct value v = value_from_message(value);
    if (v.kind == VALUE_NONE && may_remove)
        return STATUS_OK;
    const char *problem = rule_value(&v);
    return problem != NULL ? refuse(k->why, STATUS_BAD_OP, "the value of property \"%s\" %s", key, problem) : STATUS_OK;
}

static enum status check_props(const struct check *k, size_t n, Cocanvas__Prop *const *props)
{
    if (n > PROPS_MAX)
        return refuse(k->why, STATUS_TOO_LARGE, "%zu properties; at most %d are allowed", n, PROPS_MAX);
    for (size_t i = 0; i < n; i++) {
        enum status status = check_value(k, pbc_string(props[i]->key), props[i]->value, false);
        if (status != STATUS_OK)
            return status;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(props[i]->key, props[j]->key) == 0)
                return refuse(k->why, STATUS_BAD_OP, "property \"%s\" comes twice", props[i]->key);
        }
    }
    return STATUS_OK;
}

static enum status check_fields(const struct check *k, size_t n, Cocanvas__TextField *const *fields)
{
    if (n > FIELDS_MAX)
        return refuse(k->why, STATUS_TOO_LARGE, "%zu text fields; at most %d are allowed", n, FIELDS_MAX);
    for (size_t i = 0; i < n; i++) {
        if (!rule_key(pbc_string(fields[i]->key)))
            return bad(k, "a text field's key must match [a-z][a-z0-9_.-]{0,63}");
        enum status status = check_content(k, pbc_string(fields[i]->text), "a text field");
        if (status != STATUS_OK)
            return status;
        for (size_t j = 0; j < i; j++) {
            if (strcmp(fields[i]->key, fields[j]->key) == 0)
                return refuse(k->why, STATUS_BAD_OP, "text field \"%s\" comes twice", fields[i]->key);
        }
    }
    return STATUS_OK;
}

static enum status check_tag(const struct check *k, const char *tag)
{
    return rule_tag(tag) ? STATUS_OK
                         : refuse(k->why, STATUS_BAD_OP, "a tag is one line of 1 to %d characters", TAG_POINTS);
}

/* ---- ops */

static enum status check_card_create(const struct check *k, const Cocanvas__CardCreate *m)
{
    enum status status = check_new_id(k, m->id);
    if (status == STATUS_OK)
        status = check_place(k, m->place, m->id);
    if (status == STATUS_OK)
        status = check_content(k, pbc_string(m->text), "the card's text");
    if (status == STATUS_OK)
        status = check_props(k, m->n_props, m->props);
    if (status == STATUS_OK)
        status = check_fields(k, m->n_fields, m->fields);
    if (status == STATUS_OK && m->n_tags > TAGS_MAX)
        status = refuse(k->why, STATUS_TOO_LARGE, "%zu tags; at most %d are allowed", m->n_tags, TAGS_MAX);
    for (size_t i = 0; i < m->n_tags && status == STATUS_OK; i++)
        status = check_tag(k, m->tags[i]);
    return status;
}

static enum status check_prop_set(const struct check *k, const Cocanvas__PropSet *m)
{
    const char *key = pbc_string(m->key);
    enum status status = check_value(k, key, m->value, true);
    if (status == STATUS_OK && m->object == 0 && !k->committed && header_fixed(key))
        return refuse(k->why, STATUS_BAD_OP, "\"%s\" comes from the canvas' template and stays", key);
    return status;
}

/* Canonical form, counts within pre_len, and growth within the limit; one look at each step. */
static enum status check_steps(const struct check *k, const Cocanvas__TextEdit *m)
{
    uint64_t consumed = 0, inserted = 0, removed = 0;
    int last = 0; /* kind of the step before, 0 none */
    for (size_t i = 0; i < m->n_steps; i++) {
        const Cocanvas__TextStep *step = m->steps[i];
        int kind = (int)step->kind_case;
        size_t points = 0;
        if (kind == COCANVAS__TEXT_STEP__KIND_RETAIN) {
            points = step->retain;
            consumed += points;
        } else if (kind == COCANVAS__TEXT_STEP__KIND_REMOVE) {
            points = step->remove;
            consumed += points;
            removed += points;
        } else if (kind == COCANVAS__TEXT_STEP__KIND_INSERT) {
            const char *text = pbc_string(step->insert);
            if (!utf8_check(text, strlen(text), &points))
                return refuse(k->why, STATUS_BAD_TEXT,
                              "an insert is not valid UTF-8 or holds a control character other than line feed and tab");
            inserted += points;
        }
        if (points == 0)
            return bad(k, "a text step is empty");
        if (kind == last || (kind == COCANVAS__TEXT_STEP__KIND_INSERT && last == COCANVAS__TEXT_STEP__KIND_REMOVE))
            return bad(k, "text steps are not in canonical form");
        last = kind;
    }
    if (last == COCANVAS__TEXT_STEP__KIND_RETAIN ||
        (last == 0 && !k->committed)) /* a transformed edit may have nothing left to do */
        return bad(k, "a text edit needs steps and does not end with a retain");
    if (consumed > m->pre_len)
        return bad(k, "a text edit reaches beyond the text");
    uint64_t after = m->pre_len - removed + inserted;
    if (after > TEXT_POINTS_MAX)
        return refuse(k->why, STATUS_TOO_LARGE, "the text would be too long");
    if (k->text_points != 0 && after > k->text_points && inserted > removed)
        return refuse(k->why, STATUS_TOO_LARGE, "the text would have %llu characters; at most %u are allowed",
                      (unsigned long long)after, k->text_points);
    return STATUS_OK;
}

static enum status check_text_edit(const struct check *k, const Cocanvas__TextEdit *m)
{
    const char *key = pbc_string(m->key), *removed = pbc_string(m->removed);
    if (m->object == 0)
        return bad(k, "a text edit needs an object");
    if (key[0] != '\0' && !rule_key(key))
        return bad(k, "a text field's key must match [a-z][a-z0-9_.-]{0,63}");
    if (!k->committed && removed[0] != '\0')
        return bad(k, "the removed characters are set by the server");
    if (!utf8_check(removed, strlen(removed), NULL))
        return refuse(k->why, STATUS_BAD_TEXT, "the removed characters are not a text");
    return check_steps(k, m);
}

static enum status check_comment_add(const struct check *k, const Cocanvas__CommentAdd *m)
{
    enum status status = check_new_id(k, m->id);
    const char *text = pbc_string(m->text);
    if (status == STATUS_OK && text[0] == '\0')
        status = bad(k, "a comment needs a text");
    return status == STATUS_OK ? check_content(k, text, "the comment") : status;
}

static enum status check_link_add(const struct check *k, const Cocanvas__LinkAdd *m)
{
    if (m->from == 0 || m->to == 0 || m->from == m->to)
        return bad(k, "a link goes from one card to another");
    if (!rule_key(pbc_string(m->kind)))
        return bad(k, "a link's kind must match [a-z][a-z0-9_.-]{0,63}");
    return check_new_id(k, m->id);
}

static enum status check_reading_add(const struct check *k, const Cocanvas__ReadingAdd *m)
{
    if (m->object == 0)
        return bad(k, "a reading needs a card");
    if (!rule_date(pbc_string(m->date)))
        return bad(k, "a reading's date is not a date YYYY-MM-DD that exists");
    if (!rule_number(pbc_string(m->value)))
        return bad(k, "a reading's value is not a decimal number of at most 40 characters");
    if (!rule_text(pbc_string(m->note), 0, NOTE_POINTS))
        return refuse(k->why, STATUS_BAD_TEXT, "a reading's note is not a text of at most %d characters", NOTE_POINTS);
    return check_new_id(k, m->id);
}

static enum status check_block_add(const struct check *k, const Cocanvas__BlockAdd *m)
{
    const Cocanvas__Block *b = m->block;
    if (b == NULL)
        return bad(k, "the block is missing");
    if (!rule_key(pbc_string(b->key)))
        return bad(k, "a block's key must match [a-z][a-z0-9_.-]{0,63}");
    if (!rule_line(pbc_string(b->title), 1, TITLE_POINTS))
        return refuse(k->why, STATUS_BAD_OP, "a block's title is one line of 1 to %d characters", TITLE_POINTS);
    if (!rule_text(pbc_string(b->prompt), 0, PROMPT_POINTS))
        return refuse(k->why, STATUS_BAD_OP, "a block's prompt is a text of at most %d characters", PROMPT_POINTS);
    if (b->col >= GRID_MAX || b->row >= GRID_MAX || b->col_span < 1 || b->col_span > GRID_MAX || b->row_span < 1 ||
        b->row_span > GRID_MAX)
        return refuse(k->why, STATUS_BAD_OP, "a block's column and row are below %d, its spans from 1 to %d", GRID_MAX,
                      GRID_MAX);
    if (b->order > ORDER_MAX)
        return refuse(k->why, STATUS_BAD_OP, "a block's order is a number from 0 to %d", ORDER_MAX);
    if (b->deleted)
        return bad(k, "a new block is not deleted");
    for (size_t i = 0; i < b->n_props; i++) {
        if (block_column(pbc_string(b->props[i]->key)) != COLUMN_NONE)
            return bad(k, "a block's property has the name of one of its columns");
    }
    enum status status = check_new_id(k, b->id);
    return status == STATUS_OK ? check_props(k, b->n_props, b->props) : status;
}

static enum status check_respread(const struct check *k, const Cocanvas__Respread *m)
{
    if (!k->committed)
        return bad(k, "a re-spread is the server's");
    if (m->block == 0 || m->n_cards == 0 || m->n_cards != m->n_keys)
        return bad(k, "a re-spread needs as many keys as cards");
    for (size_t i = 0; i < m->n_keys; i++) {
        if (!order_key_check(m->keys[i], strlen(m->keys[i])))
            return bad(k, "a re-spread's key is not an order key");
    }
    return STATUS_OK;
}

static enum status need_id(const struct check *k, uint64_t id)
{
    return id == 0 ? bad(k, "the id is missing") : STATUS_OK;
}

static enum status check_op(const struct check *k, const Cocanvas__Op *op)
{
    enum status status;
    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return check_card_create(k, op->card_create);
    case COCANVAS__OP__KIND_CARD_DELETE:
        return need_id(k, op->card_delete->id);
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return need_id(k, op->card_restore->id);
    case COCANVAS__OP__KIND_CARD_MOVE:
        status = need_id(k, op->card_move->id);
        return status == STATUS_OK ? check_place(k, op->card_move->place, op->card_move->id) : status;
    case COCANVAS__OP__KIND_PROP_SET:
        return check_prop_set(k, op->prop_set);
    case COCANVAS__OP__KIND_TAG_SET:
        status = need_id(k, op->tag_set->card);
        return status == STATUS_OK ? check_tag(k, pbc_string(op->tag_set->tag)) : status;
    case COCANVAS__OP__KIND_VOTE_SET:
        return need_id(k, op->vote_set->card);
    case COCANVAS__OP__KIND_TEXT_EDIT:
        return check_text_edit(k, op->text_edit);
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return check_comment_add(k, op->comment_add);
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        return need_id(k, op->comment_delete->id);
    case COCANVAS__OP__KIND_COMMENT_RESOLVE:
        return need_id(k, op->comment_resolve->id);
    case COCANVAS__OP__KIND_LINK_ADD:
        return check_link_add(k, op->link_add);
    case COCANVAS__OP__KIND_LINK_REMOVE:
        return need_id(k, op->link_remove->id);
    case COCANVAS__OP__KIND_READING_ADD:
        return check_reading_add(k, op->reading_add);
    case COCANVAS__OP__KIND_READING_REMOVE:
        return need_id(k, op->reading_remove->id);
    case COCANVAS__OP__KIND_BLOCK_ADD:
        return check_block_add(k, op->block_add);
    case COCANVAS__OP__KIND_BLOCK_REMOVE:
        return need_id(k, op->block_remove->id);
    case COCANVAS__OP__KIND_NAME_SEQ:
        if (!rule_line(pbc_string(op->name_seq->name), 0, TITLE_POINTS))
            return refuse(k->why, STATUS_BAD_OP, "a version's name is one line of at most %d characters", TITLE_POINTS);
        return STATUS_OK;
    case COCANVAS__OP__KIND_RESPREAD:
        return check_respread(k, op->respread);
    default:
        return bad(k, "an op of an unknown kind; a newer client may be needed");
    }
}

enum status op_check(const Cocanvas__Op *op, const struct canvas_limits *limits, struct why *why)
{
    struct check k = {.text_points = limits != NULL ? limits->text_points : 0, .why = why};
    return check_op(&k, op);
}

enum status op_check_committed(const Cocanvas__Op *op, struct why *why)
{
    struct check k = {.committed = true, .why = why};
    return check_op(&k, op);
}

/* ---- batches */

struct target {
    uint64_t object;
    const char *key;
    uint32_t op;
};

static int by_target(const void *a, const void *b)
{
    const struct target *left = a, *right = b;
    if (left->object != right->object)
        return left->object < right->object ? -1 : 1;
    int order = strcmp(left->key, right->key);
    return order != 0 ? order : (left->op > right->op) - (left->op < right->op);
}

/* Index of an op that edits a text a second time, or n_ops. */
static size_t second_edit(size_t n_ops, Cocanvas__Op *const *ops)
{
    struct target *targets = xcalloc(n_ops, sizeof *targets);
    size_t n = 0, found = n_ops;
    for (size_t i = 0; i < n_ops; i++) {
        targets[n].op = (uint32_t)i;
        n += op_text_target(ops[i], &targets[n].object, &targets[n].key);
    }
    qsort(targets, n, sizeof *targets, by_target);
    for (size_t i = 1; i < n && found == n_ops; i++) {
        if (targets[i].object == targets[i - 1].object && strcmp(targets[i].key, targets[i - 1].key) == 0)
            found = targets[i].op;
    }
    free(targets);
    return found;
}

enum status batch_check(size_t n_ops, Cocanvas__Op *const *ops, const struct canvas_limits *limits, uint32_t *bad_op,
                        struct why *why)
{
    *bad_op = 0;
    if (n_ops == 0)
        return refuse(why, STATUS_BAD_OP, "a batch needs at least one op");
    for (size_t i = 0; i < n_ops; i++) {
        enum status status = op_check(ops[i], limits, why);
        if (status != STATUS_OK) {
            *bad_op = (uint32_t)i;
            return status;
        }
    }
    size_t second = n_ops > 1 ? second_edit(n_ops, ops) : n_ops;
    if (second == n_ops)
        return STATUS_OK;
    *bad_op = (uint32_t)second;
    return refuse(why, STATUS_BAD_OP, "a batch holds at most one edit of each text");
}
