/* JSON Canvas into a canvas, see json_canvas.h. Nodes and edges that were checked (json_canvas_check.c) become the messages of a CanvasState, which
 * canvas_decode() checks as a whole. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/intake.h"
#include "client/cli/json_canvas_private.h"
#include "client/cli/output.h"
#include "client/cli/proto_json.h"
#include "common/ids.h"
#include "common/order.h"
#include "common/rules.h"

static void push(struct list *list, ProtobufCMessage *message)
{
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 64;
        list->at = xrealloc(list->at, list->cap * sizeof(void *));
    }
    list->at[list->n++] = message;
}

static void *make(struct reader *r, const ProtobufCMessageDescriptor *type)
{
    ProtobufCMessage *message = arena_alloc(r->arena, type->sizeof_message);
    ASSERT(message);
    protobuf_c_message_init(type, message);
    return message;
}

/* ---- ids */

static bool take_id(struct reader *r, uint64_t id)
{
    char text[OBJECT_ID_TEXT];
    object_id_format(id, text);
    if (id == 0 || json_object_get(r->ids, text))
        return false;
    json_object_set_new(r->ids, text, json_true());
    return true;
}

static uint64_t fresh_id(struct reader *r)
{
    uint64_t id;
    do
        id = object_id(INTAKE_CLIENT, ++r->made);
    while (!take_id(r, id));
    return id;
}

/* ---- our own objects */

/* The message of a member; NULL with STATUS_OK if there is none. */
static enum status own_message(struct reader *r, const json_t *json, const ProtobufCMessageDescriptor *type, ProtobufCMessage **out)
{
    struct why odd = {""};
    *out = NULL;
    if (!json_is_object(json))
        return STATUS_OK;
    *out = proto_from_json(type, json, r->arena, &odd);
    return *out ? STATUS_OK : json_canvas_fail(r, "\"cocanvas\": %s", odd.text);
}

static enum status own_list(struct reader *r, const json_t *list, const ProtobufCMessageDescriptor *type, struct list *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        ProtobufCMessage *message;
        enum status status = own_message(r, json_array_get(list, i), type, &message);
        if (status != STATUS_OK)
            return status;
        /* The id is every message's first field. */
        if (message && take_id(r, *(uint64_t *)(void *)((char *)message + type->fields[0].offset)))
            push(out, message);
    }
    return STATUS_OK;
}

/* Comments, readings and parts of a card. */
static enum status own_belongings(struct reader *r, const json_t *own)
{
    enum status status = own_list(r, json_object_get(own, "comments"), &cocanvas__comment__descriptor, &r->comments);
    if (status == STATUS_OK)
        status = own_list(r, json_object_get(own, "readings"), &cocanvas__reading__descriptor, &r->readings);
    const json_t *parts = json_object_get(own, "parts");
    for (size_t i = 0; i < json_array_size(parts) && status == STATUS_OK; i++) {
        const json_t *part = json_array_get(parts, i);
        json_t *one = json_pack("[O]", json_object_get(part, "card"));
        status = own_list(r, one, &cocanvas__card__descriptor, &r->cards);
        json_decref(one);
        if (status == STATUS_OK)
            status = own_list(r, json_object_get(part, "comments"), &cocanvas__comment__descriptor, &r->comments);
        if (status == STATUS_OK)
            status = own_list(r, json_object_get(part, "readings"), &cocanvas__reading__descriptor, &r->readings);
    }
    return status;
}

/* ---- groups */

static bool key_is_free(const struct reader *r, const char *key)
{
    for (size_t i = 0; i < r->blocks.n; i++)
        if (strcmp(((Cocanvas__Block *)r->blocks.at[i])->key, key) == 0)
            return false;
    return true;
}

static const char *title_of(struct reader *r, const char *label)
{
    const char *line = label ? arena_line(r->arena, label) : "";
    return rule_line(line, 1, TITLE_POINTS) ? line : "Untitled";
}

static enum status new_block(struct reader *r, const char *label, const json_t *own, uint64_t *id)
{
    ProtobufCMessage *message = NULL;
    enum status status = own_message(r, json_object_get(own, "block"), &cocanvas__block__descriptor, &message);
    Cocanvas__Block *block = (Cocanvas__Block *)message;
    if (status != STATUS_OK)
        return status;
    if (r->blocks.n >= BLOCKS_MAX - 2)
        return json_canvas_fail(r, "a canvas has at most %d blocks.", BLOCKS_MAX);
    if (!block || !key_is_free(r, block->key) || !take_id(r, block->id)) {
        uint32_t bottom = r->header->rows < GRID_MAX ? r->header->rows : GRID_MAX - 1;
        block = make(r, &cocanvas__block__descriptor);
        block->id = fresh_id(r);
        for (size_t i = r->blocks.n + 1; !*block->key || !key_is_free(r, block->key); i++)
            block->key = arena_printf(r->arena, "block-%zu", i);
        block->title = arena_printf(r->arena, "%s", title_of(r, label));
        block->order = (uint32_t)(1000 + r->blocks.n);
        block->row = bottom;
        block->col_span = r->header->cols ? r->header->cols : 1;
        block->row_span = 1;
        r->header->rows = r->header->cols ? bottom + 1 : 0;
    }
    if (label && strcmp(label, block->title) != 0) /* it was renamed elsewhere */
        block->title = arena_printf(r->arena, "%s", title_of(r, label));
    push(&r->blocks, &block->base);
    *id = block->id;
    return own_list(r, json_object_get(own, "comments"), &cocanvas__comment__descriptor, &r->comments);
}

/* From the top, then from the left. */
static int by_position(const void *a, const void *b)
{
    const struct node *x = *(const struct node *const *)a, *y = *(const struct node *const *)b;
    if (x->y != y->y)
        return x->y < y->y ? -1 : 1;
    return x->x != y->x ? (x->x < y->x ? -1 : 1) : (x > y) - (x < y);
}

static enum status read_groups(struct reader *r)
{
    struct node **sorted = xcalloc(r->n + 1, sizeof *sorted);
    enum status status = STATUS_OK;
    for (size_t i = 0; i < r->n; i++)
        sorted[i] = &r->nodes[i];
    if (r->n > 1)
        qsort(sorted, r->n, sizeof *sorted, by_position);
    for (size_t i = 0; i < r->n && status == STATUS_OK; i++) {
        struct node *n = sorted[i];
        r->place = (size_t)(n - r->nodes) + 1;
        r->place_id = n->id;
        if (strcmp(n->type, "group") == 0)
            status = new_block(r, json_canvas_text(n->json, "label"), n->own, &n->object);
    }
    free(sorted);
    return status;
}

/* ---- cards */

/* The smallest group that holds the node's centre; of equal ones the later. */
static enum status block_around(struct reader *r, const struct node *node, uint64_t *block)
{
    int64_t x = 2 * node->x + node->width, y = 2 * node->y + node->height, least = INT64_MAX;
    *block = 0;
    for (size_t i = 0; i < r->n; i++) {
        const struct node *g = &r->nodes[i];
        bool inside = strcmp(g->type, "group") == 0 && x >= 2 * g->x && x <= 2 * (g->x + g->width) && y >= 2 * g->y && y <= 2 * (g->y + g->height);
        if (inside && g->width * g->height <= least) {
            least = g->width * g->height;
            *block = g->object;
        }
    }
    if (*block == 0 && r->unsorted == 0) {
        enum status status = new_block(r, "Unsorted", NULL, &r->unsorted);
        if (status != STATUS_OK)
            return status;
    }
    if (*block == 0)
        *block = r->unsorted;
    return STATUS_OK;
}

static char *text_of_node(struct reader *r, const struct node *n)
{
    if (strcmp(n->type, "link") == 0)
        return arena_printf(r->arena, "%s", json_canvas_text(n->json, "url"));
    if (strcmp(n->type, "file") == 0)
        return arena_printf(r->arena, "%s%s", json_canvas_text(n->json, "file"), json_canvas_text(n->json, "subpath") ? json_canvas_text(n->json, "subpath") : "");
    const char *text = json_canvas_text(n->json, "text"), *details = NULL;
    if (json_is_true(json_object_get(n->own, "details")))
        for (const char *at = strstr(text, JSON_CANVAS_DETAILS); at; at = strstr(at + 1, JSON_CANVAS_DETAILS))
            details = at;
    char *copy = arena_strndup(r->arena, text, details ? (size_t)(details - text) : strlen(text)), *to = copy;
    ASSERT(copy);
    for (const char *from = copy; *from; from++)
        if (*from != '\r')
            *to++ = *from;
    *to = 0;
    return copy;
}

static void set_color(struct reader *r, Cocanvas__Card *card, const char *name)
{
    Cocanvas__Prop *prop = NULL, **props = arena_calloc(r->arena, card->n_props + 1, sizeof *props);
    size_t n = 0;
    ASSERT(props);
    for (size_t i = 0; i < card->n_props; i++)
        if (strcmp(card->props[i]->key, "color") != 0)
            props[n++] = card->props[i];
    card->props = props;
    card->n_props = n;
    if (!name)
        return;
    prop = make(r, &cocanvas__prop__descriptor);
    prop->key = arena_printf(r->arena, "color");
    prop->value = make(r, &cocanvas__value__descriptor);
    prop->value->kind_case = COCANVAS__VALUE__KIND_TEXT;
    prop->value->text = arena_printf(r->arena, "%s", name);
    for (n = card->n_props++; n > 0 && strcmp(props[n - 1]->key, "color") > 0; n--)
        props[n] = props[n - 1];
    props[n] = prop;
}

/* The node's colour, unless it is still the one that we wrote for the card's. */
static void take_color(struct reader *r, Cocanvas__Card *card, const char *color)
{
    const char *was = NULL;
    for (size_t i = 0; i < card->n_props; i++)
        if (strcmp(card->props[i]->key, "color") == 0 && card->props[i]->value && card->props[i]->value->kind_case == COCANVAS__VALUE__KIND_TEXT)
            was = json_canvas_color(card->props[i]->value->text);
    if ((was && color && strcmp(was, color) == 0) || (!was && !color))
        return;
    set_color(r, card, color ? json_canvas_color_name(color) : NULL);
}

static enum status read_card(struct reader *r, struct node *n)
{
    ProtobufCMessage *message;
    uint64_t block = 0;
    enum status status = own_message(r, json_object_get(n->own, "card"), &cocanvas__card__descriptor, &message);
    if (status == STATUS_OK)
        status = block_around(r, n, &block);
    if (status != STATUS_OK)
        return status;
    Cocanvas__Card *card = (Cocanvas__Card *)message;
    struct placed *placed = &r->placed[r->n_placed];
    bool own = card && card->deleted_seq == 0 && take_id(r, card->id); /* a node that was copied elsewhere is another card */
    if (!own) {
        card = make(r, &cocanvas__card__descriptor);
        card->id = fresh_id(r);
    }
    *placed = (struct placed){.card = card, .stayed = own && card->block == block, .x = n->x, .y = n->y, .at = r->n_placed};
    r->n_placed++;
    n->object = card->id;
    card->block = block;
    card->text = text_of_node(r, n);
    take_color(r, card, json_canvas_text(n->json, "color"));
    if (!rule_text(card->text, 0, 0))
        return json_canvas_fail(r, "its text holds control characters.");
    push(&r->cards, &card->base);
    return own ? own_belongings(r, n->own) : STATUS_OK;
}

static enum status read_cards(struct reader *r)
{
    enum status status = STATUS_OK;
    r->place_kind = "Node";
    for (size_t i = 0; i < r->n && status == STATUS_OK; i++) {
        r->place = i + 1;
        r->place_id = r->nodes[i].id;
        if (strcmp(r->nodes[i].type, "group") != 0 && !json_is_true(json_object_get(r->nodes[i].own, "attribution")))
            status = read_card(r, &r->nodes[i]);
    }
    return status;
}

/* By block; in it first what stayed where it was, in its order, then the others from the top. */
static int by_place(const void *a, const void *b)
{
    const struct placed *x = a, *y = b;
    if (x->card->block != y->card->block)
        return x->card->block < y->card->block ? -1 : 1;
    if (x->stayed != y->stayed)
        return x->stayed ? -1 : 1;
    int order = x->stayed ? strcmp(x->card->order_key, y->card->order_key) : 0;
    if (order != 0)
        return order;
    if (!x->stayed && x->y != y->y)
        return x->y < y->y ? -1 : 1;
    if (!x->stayed && x->x != y->x)
        return x->x < y->x ? -1 : 1;
    return (x->at > y->at) - (x->at < y->at);
}

static enum status give_order(struct reader *r)
{
    if (r->n_placed > 1)
        qsort(r->placed, r->n_placed, sizeof *r->placed, by_place);
    for (size_t i = 0; i < r->n_placed;) {
        size_t n = 1;
        while (i + n < r->n_placed && r->placed[i + n].card->block == r->placed[i].card->block)
            n++;
        struct order_key *keys = xcalloc(n, sizeof *keys);
        enum status status = order_n_between(NULL, NULL, n, keys);
        for (size_t k = 0; k < n; k++)
            r->placed[i + k].card->order_key = arena_printf(r->arena, "%s", keys[k].text);
        free(keys);
        if (status != STATUS_OK)
            return json_canvas_fail(r, "there are too many cards.");
        i += n;
    }
    return STATUS_OK;
}

/* ---- edges */

/* A label as a link's kind: "Pays for" is "pays-for". */
static char *kind_of(struct reader *r, const char *label)
{
    char *kind = arena_calloc(r->arena, KEY_MAX + 1, 1);
    size_t n = 0;
    ASSERT(kind);
    for (const char *at = label ? label : ""; *at && n < KEY_MAX; at++) {
        char c = *at >= 'A' && *at <= 'Z' ? (char)(*at - 'A' + 'a') : *at;
        bool letter = c >= 'a' && c <= 'z', other = (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-';
        if (letter || (n > 0 && other))
            kind[n++] = c;
        else if (n > 0 && kind[n - 1] != '-')
            kind[n++] = '-';
    }
    while (n > 0 && kind[n - 1] == '-' && !(label && rule_key(label)))
        kind[--n] = 0;
    return rule_key(kind) ? kind : arena_printf(r->arena, "relates");
}

/* Edges at groups have no place on a canvas: links lead from card to card. */
static enum status read_edge(struct reader *r, const json_t *edge)
{
    const struct node *from, *to;
    ProtobufCMessage *message = NULL;
    enum status status = json_canvas_check_edge(r, edge, &from, &to);
    if (status == STATUS_OK)
        status = own_message(r, json_object_get(json_object_get(edge, "cocanvas"), "link"), &cocanvas__link__descriptor, &message);
    if (status != STATUS_OK || strcmp(from->type, "group") == 0 || strcmp(to->type, "group") == 0 || from->object == 0 || to->object == 0)
        return status;
    Cocanvas__Link *link = (Cocanvas__Link *)message;
    const char *label = json_canvas_text(edge, "label");
    if (!link || link->deleted_seq != 0 || !take_id(r, link->id)) {
        link = make(r, &cocanvas__link__descriptor);
        link->id = fresh_id(r);
    }
    link->from = from->object;
    link->to = to->object;
    if (!*link->kind || (label && strcmp(label, link->kind) != 0))
        link->kind = kind_of(r, label);
    push(&r->links, &link->base);
    return STATUS_OK;
}

static enum status read_edges(struct reader *r, const json_t *list)
{
    enum status status = list && !json_is_array(list) ? json_canvas_fail(r, "\"edges\" must be a list.") : STATUS_OK;
    r->place_kind = "Edge";
    for (size_t i = 0; i < json_array_size(list) && status == STATUS_OK; i++) {
        r->place = i + 1;
        status = read_edge(r, json_array_get(list, i));
    }
    r->place = 0;
    return status;
}

/* ---- the whole */

static enum status read_header(struct reader *r, const json_t *own)
{
    ProtobufCMessage *message;
    enum status status = own_message(r, json_object_get(own, "header"), &cocanvas__header__descriptor, &message);
    r->foreign = status == STATUS_OK && !message;
    r->header = message ? (Cocanvas__Header *)message : make(r, &cocanvas__header__descriptor);
    return status == STATUS_OK ? own_list(r, json_object_get(own, "hidden"), &cocanvas__block__descriptor, &r->blocks) : status;
}

static int by_id(const void *a, const void *b)
{
    const ProtobufCMessage *x = *(ProtobufCMessage *const *)a, *y = *(ProtobufCMessage *const *)b;
    uint64_t i = *(const uint64_t *)(const void *)((const char *)x + x->descriptor->fields[0].offset);
    uint64_t k = *(const uint64_t *)(const void *)((const char *)y + y->descriptor->fields[0].offset);
    return (i > k) - (i < k);
}

static void sort(struct list *list)
{
    if (list->n > 1)
        qsort(list->at, list->n, sizeof(void *), by_id);
}

/* An answer to a comment that was deleted, and so is not in the file, begins a thread of its own. */
static void mend_threads(struct reader *r)
{
    for (size_t i = 0; i < r->comments.n; i++) {
        Cocanvas__Comment *comment = (Cocanvas__Comment *)r->comments.at[i];
        bool found = false;
        for (size_t k = 0; k < r->comments.n && comment->parent && !found; k++)
            found = ((Cocanvas__Comment *)r->comments.at[k])->id == comment->parent;
        comment->parent = found ? comment->parent : 0;
    }
}

static enum status make_canvas(struct reader *r, const char *title, struct canvas *canvas)
{
    Cocanvas__CanvasState state = COCANVAS__CANVAS_STATE__INIT;
    struct list *const lists[] = {&r->blocks, &r->cards, &r->comments, &r->links, &r->readings};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        sort(lists[i]);
    mend_threads(r);
    state.header = r->header;
    state.n_blocks = r->blocks.n;
    state.blocks = (Cocanvas__Block **)r->blocks.at;
    state.n_cards = r->cards.n;
    state.cards = (Cocanvas__Card **)r->cards.at;
    state.n_comments = r->comments.n;
    state.comments = (Cocanvas__Comment **)r->comments.at;
    state.n_links = r->links.n;
    state.links = (Cocanvas__Link **)r->links.at;
    state.n_readings = r->readings.n;
    state.readings = (Cocanvas__Reading **)r->readings.at;
    size_t len = protobuf_c_message_get_packed_size(&state.base);
    uint8_t *bytes = xmalloc(len + 1);
    protobuf_c_message_pack(&state.base, bytes);
    enum status status = canvas_decode(canvas, bytes, len, r->why);
    free(bytes);
    if (status == STATUS_OK && r->foreign) {
        intake_blank(canvas, title && *title ? title : "Imported canvas");
        intake_arrange(canvas);
    }
    return status;
}

static enum status read_file(struct reader *r, const json_t *file, const char *title, struct canvas *canvas)
{
    const json_t *own = json_object_get(file, "cocanvas");
    enum status status = json_is_object(file) ? read_header(r, own) : json_canvas_fail(r, "The file must be an object with \"nodes\" and \"edges\".");
    if (status == STATUS_OK)
        status = json_canvas_read_nodes(r, json_object_get(file, "nodes"));
    if (status == STATUS_OK)
        status = read_groups(r);
    if (status == STATUS_OK)
        status = read_cards(r);
    if (status == STATUS_OK)
        status = give_order(r);
    r->place = 0;
    if (status == STATUS_OK)
        status = read_edges(r, json_object_get(file, "edges"));
    if (status == STATUS_OK)
        status = own_list(r, json_object_get(own, "links"), &cocanvas__link__descriptor, &r->links);
    if (status == STATUS_OK)
        status = own_list(r, json_object_get(own, "comments"), &cocanvas__comment__descriptor, &r->comments);
    if (status == STATUS_OK)
        status = make_canvas(r, title, canvas);
    return status == STATUS_OK && json_is_true(json_object_get(own, "confidential")) ? canvas_mark_confidential(canvas, r->why) : status;
}

enum status import_json_canvas(const char *bytes, size_t len, const char *title, struct arena *arena, struct canvas *canvas, struct why *why)
{
    json_error_t error;
    struct reader r = {.arena = arena, .why = why};
    json_t *file = json_loadb(bytes, len, 0, &error);
    if (!file)
        return refuse(why, STATUS_MALFORMED, "Line %d is not JSON: %.100s.", error.line, error.text);
    r.index = json_object();
    r.ids = json_object();
    enum status status = read_file(&r, file, title, canvas);
    struct list *const lists[] = {&r.blocks, &r.cards, &r.comments, &r.links, &r.readings};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        free(lists[i]->at);
    free(r.nodes);
    free(r.placed);
    json_decref(r.index);
    json_decref(r.ids);
    json_decref(file);
    return status;
}

bool looks_like_json_canvas(const char *bytes, size_t len)
{
    json_t *file = json_loadb(bytes, len, 0, NULL);
    bool looks = json_is_object(file) && !json_object_get(file, "format") && (json_object_get(file, "nodes") || json_object_get(file, "edges"));
    json_decref(file);
    return looks;
}
