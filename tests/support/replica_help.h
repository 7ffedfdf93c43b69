/* For tests of replicas: one participant ("peer") with its replica and its connection to a model server, random
 * edits, and the canvas as people see it, as text. */
#ifndef COCANVAS_TESTS_REPLICA_HELP_H
#define COCANVAS_TESTS_REPLICA_HELP_H

#include <stdio.h>
#include <string.h>

#include "client/core/replica.h"
#include "common/ids.h"
#include "common/utf8.h"
#include "tests/support/model_server.h"
#include "tests/support/rng.h"
#include "tests/support/text_help.h"

struct peer {
    struct model_server *server;
    struct replica *r;
    uint32_t number; /* client number and author */
    bool online;
    bool opening; /* not level with the server yet since the last connect */
    uint64_t head_at_open, acked_at_open;
    uint64_t at;           /* last seq that was delivered */
    struct buf submit;     /* a Submit on its way; empty: none */
    struct buf reject;     /* a Reject on its way back */
    uint64_t reject_at;    /* comes after this seq */
    unsigned history_left; /* batches under own edits that can still be had after a snapshot; then they are lost */
    unsigned turn;
    size_t lost;        /* calls of the lost callback */
    enum status failed; /* what replica_committed() refused with */
    struct why why;
};

static inline void peer_lost(void *ctx, uint64_t object, const char *key, const char *text, size_t len,
                             enum status code)
{
    struct peer *p = ctx;

    (void)object, (void)key, (void)text, (void)code;
    ASSERT(len > 0);
    p->lost++;
}

static inline void peer_init(struct peer *p, struct model_server *s, uint32_t number)
{
    *p = (struct peer){.server = s, .number = number};
    buf_init(&p->submit);
    buf_init(&p->reject);
    p->r = replica_new(NULL);
    replica_on_lost(p->r, peer_lost, p);
}

static inline void peer_fini(struct peer *p)
{
    replica_free(p->r);
    buf_fini(&p->submit);
    buf_fini(&p->reject);
}

/* ---------------------------------------------------------------- the connection */

static inline void peer_send(struct peer *p)
{
    struct arena arena;
    Cocanvas__Submit *submit;

    arena_init(&arena, 64 << 20);
    submit = replica_submit(p->r, &arena);
    if (submit) {
        size_t len = cocanvas__submit__get_packed_size(submit);

        buf_clear(&p->submit, SIZE_MAX);
        cocanvas__submit__pack(submit, buf_reserve(&p->submit, len));
        buf_wrote(&p->submit, len);
    }
    arena_fini(&arena);
}

static inline bool peer_history_wanted(struct peer *p)
{
    uint64_t from, to;

    return replica_history_wanted(p->r, &from, &to);
}

static inline void peer_level(struct peer *p)
{
    if (!p->opening || replica_seq(p->r) < p->head_at_open || peer_history_wanted(p))
        return;
    p->opening = false;
    if (replica_in_flight(p->r) && replica_last_client_seq(p->r) <= p->acked_at_open)
        replica_history_lost(p->r);
    if (replica_in_flight(p->r))
        peer_send(p);
}

static inline void peer_reject_now(struct peer *p, const struct buf *bytes)
{
    Cocanvas__Reject *reject = cocanvas__reject__unpack(NULL, buf_len(bytes), buf_at(bytes));

    ASSERT(reject);
    replica_rejected(p->r, reject);
    cocanvas__reject__free_unpacked(reject, NULL);
}

/* One batch under own edits, or the news that it cannot be had. */
static inline void peer_history(struct peer *p)
{
    Cocanvas__Committed *batch;
    uint64_t from, to;

    if (!replica_history_wanted(p->r, &from, &to))
        return;
    if (p->history_left == 0 || from < p->server->oldest) {
        replica_history_lost(p->r);
        return;
    }
    p->history_left--;
    batch = model_batch(p->server, from);
    p->failed = replica_history(p->r, batch, &p->why);
    cocanvas__committed__free_unpacked(batch, NULL);
}

/* One message of the server's, if there is one. History and live batches come by turns. */
static inline bool peer_deliver(struct peer *p)
{
    Cocanvas__Committed *batch;

    if (!p->online)
        return false;
    if (peer_history_wanted(p) && (p->turn++ % 2 || p->at >= p->server->head)) {
        peer_history(p);
        peer_level(p);
        return true;
    }
    if (buf_len(&p->reject) && p->reject_at <= p->at) {
        peer_reject_now(p, &p->reject);
        buf_clear(&p->reject, SIZE_MAX);
        return true;
    }
    if (p->at >= p->server->head)
        return false;
    batch = model_batch(p->server, ++p->at);
    p->failed = replica_committed(p->r, batch, &p->why);
    cocanvas__committed__free_unpacked(batch, NULL);
    peer_level(p);
    return true;
}

/* The server takes a Submit off the wire. */
static inline bool peer_arrive(struct peer *p, enum status force, uint32_t force_op)
{
    if (buf_len(&p->submit) == 0)
        return false;
    if (model_submit(p->server, p->number, &p->submit, force, force_op)) {
        struct buf *reject = &p->server->clients[p->number].last_reject;

        buf_clear(&p->reject, SIZE_MAX);
        buf_add(&p->reject, buf_at(reject), buf_len(reject));
        p->reject_at = p->server->head;
        if (p->server->clients[p->number].reject_passes)
            buf_clear(reject, SIZE_MAX);
    }
    buf_clear(&p->submit, SIZE_MAX);
    return true;
}

static inline void peer_disconnect(struct peer *p, bool submit_arrives)
{
    if (submit_arrives)
        (void)peer_arrive(p, STATUS_OK, 0);
    p->online = false;
    buf_clear(&p->submit, SIZE_MAX);
    buf_clear(&p->reject, SIZE_MAX);
}

static inline void peer_snapshot(struct peer *p)
{
    struct buf state;

    buf_init(&state);
    canvas_encode(&p->server->c, &state);
    ASSERT(replica_load(p->r, buf_at(&state), buf_len(&state), p->acked_at_open, &p->why) == STATUS_OK);
    ASSERT(replica_hash(p->r) == canvas_hash(&p->server->c));
    buf_fini(&state);
    p->at = p->server->head;
}

/* history: how many batches under own edits the server still has, if a snapshot is needed. */
static inline void peer_connect(struct peer *p, bool snapshot, unsigned history)
{
    const struct model_client *mc = &p->server->clients[p->number];

    p->online = p->opening = true;
    p->acked_at_open = mc->last_client_seq;
    p->head_at_open = p->server->head;
    replica_set_identity(p->r, p->number, p->number, mc->last_object, mc->last_client_seq);
    if (buf_len(&mc->last_reject))
        peer_reject_now(p, &mc->last_reject);
    if (snapshot || replica_seq(p->r) + 1 < p->server->oldest)
        peer_snapshot(p);
    else
        p->at = replica_seq(p->r);
    p->history_left = history;
    p->turn = history;
    peer_level(p);
}

static inline void peer_seal(struct peer *p, size_t max_ops)
{
    size_t dropped;

    if (p->online && !p->opening && replica_seal(p->r, max_ops, 60000, &dropped))
        peer_send(p);
}

/* Killed; a new program takes the saved edits up. */
static inline void peer_crash(struct peer *p)
{
    struct buf saved;

    buf_init(&saved);
    replica_save_unsent(p->r, &saved);
    peer_disconnect(p, false);
    replica_free(p->r);
    p->r = replica_new(NULL);
    replica_on_lost(p->r, peer_lost, p);
    ASSERT(replica_restore_unsent(p->r, buf_at(&saved), buf_len(&saved), &p->why) == STATUS_OK);
    buf_fini(&saved);
}

/* Until nobody has anything to say any more. False: a replica refused what the server committed. */
static inline bool peers_settle(struct peer *peers, size_t n)
{
    bool busy = true;

    for (size_t i = 0; i < n; i++)
        if (!peers[i].online)
            peer_connect(&peers[i], false, UINT32_MAX);
    while (busy) {
        busy = false;
        for (size_t i = 0; i < n; i++) {
            struct peer *p = &peers[i];

            while (peer_deliver(p))
                busy = true;
            if (p->failed != STATUS_OK)
                return false;
            peer_seal(p, 256);
            busy = peer_arrive(p, STATUS_OK, 0) || busy;
        }
    }
    return true;
}

/* ---------------------------------------------------------------- what people see */

static inline void see(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text));
    buf_add(out, "\n", 1);
}

static inline void see_props(struct buf *out, const struct props *props)
{
    for (uint32_t i = 0; i < props->n; i++) {
        char number[32];

        see(out, props->at[i].key);
        (void)snprintf(number, sizeof(number), "%llu", (unsigned long long)props->at[i].value.number);
        see(out, props->at[i].value.text ? props->at[i].value.text : number);
    }
}

static inline void see_card(struct buf *out, const struct card *card)
{
    char number[32];

    object_id_format(card->o.id, number);
    see(out, number);
    see(out, card->text.bytes);
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (card->fields[i].text.len_points) {
            see(out, card->fields[i].key);
            see(out, card->fields[i].text.bytes);
        }
    see_props(out, &card->props);
    for (uint32_t i = 0; i < card->n_tags; i++)
        see(out, card->tags[i]);
    for (uint32_t i = 0; i < card->n_votes; i++) {
        (void)snprintf(number, sizeof(number), "vote %u", card->votes[i]);
        see(out, number);
    }
}

/* Everything but stamps, order keys and tombstones. */
static inline void see_canvas(const struct canvas *c, struct buf *out)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(c, &n);
    struct object *o, *next;

    buf_clear(out, SIZE_MAX);
    see_props(out, &c->header.props);
    for (size_t i = 0; i < n; i++) {
        see(out, blocks[i]->title);
        see_props(out, &blocks[i]->props);
        for (uint32_t j = 0; j < blocks[i]->n_cards; j++)
            if (blocks[i]->cards[j]->deleted_seq == 0)
                see_card(out, blocks[i]->cards[j]);
    }
    free(blocks);
    for (uint64_t client = 0; client < MODEL_CLIENTS; client++) {
        for (uint32_t counter = 1; counter < 400; counter++) {
            const struct comment *comment = canvas_comment(c, object_id((uint32_t)client, counter));
            const struct link_object *link = canvas_link(c, object_id((uint32_t)client, counter));
            const struct reading *reading = canvas_reading(c, object_id((uint32_t)client, counter));

            if (comment && comment->deleted_seq == 0)
                see(out, comment->text.bytes);
            if (comment && comment->deleted_seq == 0 && comment->resolved)
                see(out, "resolved");
            if (link && link_visible(c, link))
                see(out, link->kind);
            if (reading && reading->deleted_seq == 0)
                see(out, reading->value);
        }
    }
    HASH_ITER(hh, c->named, o, next)
    {
        const struct named *named = (const struct named *)o;

        see(out, named->name);
    }
    buf_add(out, "", 1);
}

static inline bool view_is_confirmed(struct replica *r)
{
    struct canvas copy;
    struct buf view, confirmed;
    bool same;

    canvas_init(&copy, NULL);
    canvas_copy(&copy, replica_view(r));
    buf_init(&view);
    buf_init(&confirmed);
    canvas_encode(&copy, &view);
    canvas_encode(replica_confirmed(r), &confirmed);
    same = buf_len(&view) == buf_len(&confirmed) && memcmp(buf_at(&view), buf_at(&confirmed), buf_len(&view)) == 0 &&
           canvas_hash(&copy) == replica_hash(r);
    buf_fini(&view);
    buf_fini(&confirmed);
    canvas_fini(&copy);
    return same;
}

/* ---------------------------------------------------------------- random edits */

/* A random object of a kind; 0: there is none. */
static inline uint64_t any(struct rng *rng, struct object *head)
{
    unsigned n = HASH_COUNT(head);
    unsigned i = rng_below(rng, n);
    struct object *o = head;

    for (; o && i > 0; i--)
        o = o->hh.next;
    return o ? o->id : 0;
}

struct edit {
    struct peer *p;
    struct rng *rng;
    const struct canvas *view;
    struct arena arena;
    bool ascii;
    bool ties; /* all type at the ends of the same few texts */
};

static inline char *words(struct edit *e, uint32_t most)
{
    uint32_t n = rng_below(e->rng, most + 1);
    char *out = arena_alloc(&e->arena, (size_t)n * 4 + 1);

    out[random_letters(e->rng, out, n, e->ascii)] = '\0';
    return out;
}

static inline void *new_message(struct edit *e, const ProtobufCMessageDescriptor *descriptor)
{
    ProtobufCMessage *message = arena_alloc(&e->arena, descriptor->sizeof_message);

    protobuf_c_message_init(descriptor, message);
    return message;
}

/* op, and m: its content, of the named type. */
#define OP(e, kind, member, type, name)                                                                                \
    Cocanvas__Op *op = new_message(e, &cocanvas__op__descriptor);                                                      \
    type *m = new_message(e, &cocanvas__##name##__descriptor);                                                         \
    op->kind_case = kind;                                                                                              \
    op->member = m

static inline Cocanvas__Place *any_place(struct edit *e)
{
    Cocanvas__Place *place = new_message(e, &cocanvas__place__descriptor);
    size_t n;
    struct block **blocks = canvas_blocks_in_order(e->view, &n);

    place->block = n ? blocks[rng_below(e->rng, n < 3 ? (uint32_t)n : 3)]->o.id : 1;
    free(blocks);
    if (rng_below(e->rng, 3) == 0)
        place->first = true;
    else if (rng_below(e->rng, 2))
        place->after = any(e->rng, e->view->cards);
    else
        place->before = any(e->rng, e->view->cards);
    return place;
}

static inline Cocanvas__Op *make_card(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_CARD_CREATE, card_create, Cocanvas__CardCreate, card_create);
    m->id = replica_next_id(e->p->r);
    m->place = any_place(e);
    m->text = words(e, 6);
    return op;
}

static inline Cocanvas__Op *make_move(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_CARD_MOVE, card_move, Cocanvas__CardMove, card_move);
    m->id = any(e->rng, e->view->cards);
    m->place = any_place(e);
    if (m->place->after == m->id)
        m->place->after = 0;
    if (m->place->before == m->id)
        m->place->before = 0;
    return op;
}

/* A card whose row is filled in, a measure or an action; a block that is renamed, placed, or gets another column; the
 * canvas itself. */
static inline uint64_t any_owner(struct edit *e, uint32_t dice)
{
    return dice < 6 ? any(e->rng, e->view->cards) : dice < 9 ? any(e->rng, e->view->blocks) : 0;
}

static inline Cocanvas__Op *prop_op(struct edit *e, uint64_t object, const char *key)
{
    OP(e, COCANVAS__OP__KIND_PROP_SET, prop_set, Cocanvas__PropSet, prop_set);
    m->object = object;
    m->key = arena_strndup(&e->arena, key, strlen(key));
    m->value = new_message(e, &cocanvas__value__descriptor);
    return op;
}

/* What a property says is one of a few values of its kind, so that several people write the same and other ones. */
static inline void any_value(struct edit *e, Cocanvas__Value *value, const char *key, Cocanvas__Value__KindCase kind)
{
    static const char *const numbers[] = {"1", "2.5", "-3"}, *const dates[] = {"2026-03-01", "2026-04-02"},
                             *const choices[] = {"guess", "heard", "sum"},
                             *const fields[] = {"{\"title\":\"Rank\",\"type\":\"number\"}",
                                                "{\"title\":\"How\",\"type\":\"text\"}"};
    const char *text;

    value->kind_case = kind;
    switch (kind) {
    case COCANVAS__VALUE__KIND_NUMBER:
        text = numbers[rng_below(e->rng, 3)];
        value->number = arena_strndup(&e->arena, text, strlen(text));
        break;
    case COCANVAS__VALUE__KIND_DATE:
        text = dates[rng_below(e->rng, 2)];
        value->date = arena_strndup(&e->arena, text, strlen(text));
        break;
    case COCANVAS__VALUE__KIND_CHOICE:
        text = choices[rng_below(e->rng, 3)];
        value->choice = arena_strndup(&e->arena, text, strlen(text));
        break;
    case COCANVAS__VALUE__KIND_FLAG:
        value->flag = rng_below(e->rng, 2);
        break;
    case COCANVAS__VALUE__KIND_PERSON:
        value->person = 1 + rng_below(e->rng, 3);
        break;
    case COCANVAS__VALUE__KIND_OBJECT:
        value->object = any(e->rng, e->view->cards);
        break;
    case COCANVAS__VALUE__KIND_TEXT:
        text = strncmp(key, "field.", 6) == 0 ? fields[rng_below(e->rng, 2)]
               : strcmp(key, "title") == 0    ? "Another name"
                                              : words(e, 3);
        value->text = arena_strndup(&e->arena, text, strlen(text));
        break;
    default:
        break;
    }
}

static inline Cocanvas__Op *make_prop(struct edit *e)
{
    static const struct {
        const char *key;
        Cocanvas__Value__KindCase kind;
    } of_cards[] = {{"color", COCANVAS__VALUE__KIND_TEXT},      {"status", COCANVAS__VALUE__KIND_TEXT},
                    {"f.rank", COCANVAS__VALUE__KIND_NUMBER},   {"f.rank", COCANVAS__VALUE__KIND_TEXT},
                    {"f.element", COCANVAS__VALUE__KIND_CHOICE}, {"f.since", COCANVAS__VALUE__KIND_DATE},
                    {"of", COCANVAS__VALUE__KIND_OBJECT},       {"of.field", COCANVAS__VALUE__KIND_CHOICE},
                    {"m.target", COCANVAS__VALUE__KIND_NUMBER}, {"m.owner", COCANVAS__VALUE__KIND_PERSON},
                    {"a.when", COCANVAS__VALUE__KIND_DATE},     {"a.done", COCANVAS__VALUE__KIND_FLAG}},
      of_others[] = {{"title", COCANVAS__VALUE__KIND_TEXT},     {"col", COCANVAS__VALUE__KIND_NUMBER},
                     {"order", COCANVAS__VALUE__KIND_NUMBER},   {"field.rank", COCANVAS__VALUE__KIND_TEXT},
                     {"field.how", COCANVAS__VALUE__KIND_TEXT}, {"hidden", COCANVAS__VALUE__KIND_FLAG},
                     {"lanes", COCANVAS__VALUE__KIND_TEXT},     {"limit.max", COCANVAS__VALUE__KIND_NUMBER}};
    uint32_t dice = rng_below(e->rng, 10), which = rng_below(e->rng, dice < 6 ? 12 : 8);
    Cocanvas__Value__KindCase kind = dice < 6 ? of_cards[which].kind : of_others[which].kind;
    Cocanvas__Op *op = prop_op(e, any_owner(e, dice), dice < 6 ? of_cards[which].key : of_others[which].key);

    if (rng_below(e->rng, 4))
        any_value(e, op->prop_set->value, op->prop_set->key, kind);
    return op;
}

/* A measure or an action: a card with what it is of, and its first values, at once. */
static inline Cocanvas__Op *make_part(struct edit *e)
{
    Cocanvas__Op *op = make_card(e), *of = prop_op(e, 0, "of"), *target = prop_op(e, 0, "m.target");
    Cocanvas__Op *const sets[] = {of, target};

    any_value(e, of->prop_set->value, "of", COCANVAS__VALUE__KIND_OBJECT);
    any_value(e, target->prop_set->value, "m.target", COCANVAS__VALUE__KIND_NUMBER);
    op->card_create->props = arena_alloc(&e->arena, 2 * sizeof(Cocanvas__Prop *));
    for (size_t i = 0; i < 2; i++) {
        Cocanvas__Prop *prop = new_message(e, &cocanvas__prop__descriptor);

        prop->key = sets[i]->prop_set->key;
        prop->value = sets[i]->prop_set->value;
        if (prop->value->kind_case != COCANVAS__VALUE__KIND_OBJECT || prop->value->object)
            op->card_create->props[op->card_create->n_props++] = prop;
    }
    /* sorted: "m.target" stands before "of" */
    if (op->card_create->n_props == 2) {
        Cocanvas__Prop *first = op->card_create->props[0];

        op->card_create->props[0] = op->card_create->props[1];
        op->card_create->props[1] = first;
    }
    return op;
}

static inline Cocanvas__Op *make_tag(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_TAG_SET, tag_set, Cocanvas__TagSet, tag_set);
    static const char *const tags[] = {"risk", "idea", "ä", "segment=a", "segment=b"}; /* groups, too */
    const char *tag = tags[rng_below(e->rng, 5)];

    m->card = any(e->rng, e->view->cards);
    m->tag = arena_strndup(&e->arena, tag, strlen(tag));
    m->on = rng_below(e->rng, 2);
    return op;
}

static inline Cocanvas__Op *make_vote(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_VOTE_SET, vote_set, Cocanvas__VoteSet, vote_set);
    m->card = any(e->rng, e->view->cards);
    m->on = rng_below(e->rng, 2);
    return op;
}

static inline Cocanvas__Op *make_comment(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_COMMENT_ADD, comment_add, Cocanvas__CommentAdd, comment_add);
    uint64_t parent = rng_below(e->rng, 2) ? any(e->rng, e->view->comments) : 0;

    m->id = replica_next_id(e->p->r);
    m->parent = parent;
    m->object = parent ? canvas_comment(e->view, parent)->object : any(e->rng, e->view->cards);
    m->text = words(e, 5);
    return op;
}

static inline Cocanvas__Op *make_link(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_LINK_ADD, link_add, Cocanvas__LinkAdd, link_add);
    m->id = replica_next_id(e->p->r);
    m->from = any(e->rng, e->view->cards);
    m->to = any(e->rng, e->view->cards);
    m->kind = arena_strndup(&e->arena, "serves", 6);
    return op;
}

static inline Cocanvas__Op *make_reading(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_READING_ADD, reading_add, Cocanvas__ReadingAdd, reading_add);
    m->id = replica_next_id(e->p->r);
    m->object = any(e->rng, e->view->cards);
    m->date = arena_strndup(&e->arena, "2026-03-01", 10);
    m->value = arena_strndup(&e->arena, "12.5", 4);
    m->note = words(e, 3);
    return op;
}

static inline Cocanvas__Op *make_block(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_BLOCK_ADD, block_add, Cocanvas__BlockAdd, block_add);
    char key[32];

    m->block = new_message(e, &cocanvas__block__descriptor);
    m->block->id = replica_next_id(e->p->r);
    (void)snprintf(key, sizeof(key), "b%u-%u", e->p->number, object_counter(m->block->id));
    m->block->key = arena_strndup(&e->arena, key, strlen(key));
    m->block->title = arena_strndup(&e->arena, "A block", 7);
    m->block->col_span = m->block->row_span = 1;
    return op;
}

static inline Cocanvas__Op *make_named(struct edit *e)
{
    OP(e, COCANVAS__OP__KIND_NAME_SEQ, name_seq, Cocanvas__NameSeq, name_seq);
    m->seq = 1 + rng_below(e->rng, 3);
    m->name = arena_strndup(&e->arena, "before lunch", 12);
    return op;
}

/* The switches: on and off of something that is there. */
static inline Cocanvas__Op *make_switch(struct edit *e)
{
    Cocanvas__Op *op = new_message(e, &cocanvas__op__descriptor);
    bool on = rng_below(e->rng, 2);

#define SWITCH(kind, member, from)                                                                                     \
    op->kind_case = kind;                                                                                              \
    op->member = new_message(e, &cocanvas__##member##__descriptor);                                                    \
    op->member->id = any(e->rng, from);
    switch (rng_below(e->rng, 7)) {
    case 0:
        SWITCH(COCANVAS__OP__KIND_CARD_DELETE, card_delete, e->view->cards) break;
    case 1:
        SWITCH(COCANVAS__OP__KIND_CARD_RESTORE, card_restore, e->view->cards) break;
    case 2:
        SWITCH(COCANVAS__OP__KIND_COMMENT_DELETE, comment_delete, e->view->comments)
        op->comment_delete->on = on;
        break;
    case 3:
        SWITCH(COCANVAS__OP__KIND_COMMENT_RESOLVE, comment_resolve, e->view->comments)
        op->comment_resolve->on = on;
        break;
    case 4:
        SWITCH(COCANVAS__OP__KIND_LINK_REMOVE, link_remove, e->view->links)
        op->link_remove->on = on;
        break;
    case 5:
        SWITCH(COCANVAS__OP__KIND_READING_REMOVE, reading_remove, e->view->readings)
        op->reading_remove->on = on;
        break;
    default:
        SWITCH(COCANVAS__OP__KIND_BLOCK_REMOVE, block_remove, e->view->blocks)
        op->block_remove->on = on;
        break;
    }
#undef SWITCH
    return op;
}

static inline Cocanvas__Op *make_any(struct edit *e)
{
    switch (rng_below(e->rng, 14)) {
    case 0:
    case 1:
        return rng_below(e->rng, 4) ? make_card(e) : make_part(e);
    case 2:
        return make_move(e);
    case 3:
    case 4:
        return make_prop(e);
    case 5:
        return make_tag(e);
    case 6:
        return make_vote(e);
    case 7:
        return make_comment(e);
    case 8:
        return make_link(e);
    case 9:
        return make_reading(e);
    case 10:
        return rng_below(e->rng, 2) ? make_switch(e) : make_block(e);
    case 11:
        return make_named(e);
    default:
        return make_switch(e);
    }
}

/* Types into a text, often at its beginning or end, where others type, too. */
static inline enum status type_somewhere(struct edit *e, bool group)
{
    uint64_t object = any(e->rng, rng_below(e->rng, 6) && e->view->cards ? e->view->cards : e->view->comments);
    const char *key = rng_below(e->rng, 5) || e->ties ? "" : "notes";
    const struct text *text = canvas_text(e->view, object, key);
    uint32_t len = text ? text->len_points : 0;
    uint32_t at = rng_below(e->rng, 3) ? (rng_below(e->rng, 2) ? 0 : len) : rng_below(e->rng, len + 1);
    uint32_t removed = rng_below(e->rng, 3) ? 0 : rng_below(e->rng, len - at + 1);
    char *bytes = words(e, 4);

    if (e->ties) {
        object = e->view->cards ? e->view->cards->id : 0;
        text = canvas_text(e->view, object, "");
        len = text ? text->len_points : 0;
        at = rng_below(e->rng, 2) ? 0 : len;
        removed = rng_below(e->rng, 6) == 0 && at < len ? 1 : 0;
    }
    if (rng_below(e->rng, 10) == 0) {
        bytes = words(e, 12);
        return replica_text_set(e->p->r, object, key, bytes, strlen(bytes), e->p->server->now_ms, NULL);
    }
    return replica_text_splice(e->p->r, object, key, at, removed, bytes, strlen(bytes), e->p->server->now_ms, group,
                               NULL);
}

/* One edit of one to three ops. Many are refused: their objects are gone, or there are none yet. */
static inline enum status peer_edit(struct peer *p, struct rng *rng, bool ties)
{
    struct edit e = {.p = p, .rng = rng, .view = replica_view(p->r), .ascii = rng_below(rng, 2), .ties = ties};
    Cocanvas__Op *ops[3];
    size_t n = rng_below(rng, 4) ? 1 : 1 + rng_below(rng, 3);
    bool group = rng_below(rng, 3) == 0;
    enum status st;

    arena_init(&e.arena, 1 << 20);
    if (rng_below(rng, 2) || (ties && e.view->cards)) {
        st = type_somewhere(&e, group);
    } else {
        for (size_t i = 0; i < n; i++)
            ops[i] = make_any(&e);
        st = replica_edit(p->r, n, ops, p->server->now_ms, group, NULL);
    }
    arena_fini(&e.arena);
    return st;
}

#endif
