/* A canvas into JSON Canvas, see json_canvas.h. Blocks of a grid stand where they stand on the grid; others side by side. A group is as
 * high as its cards need, and so is its row. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/cli/json_canvas.h"
#include "client/cli/output.h"
#include "client/cli/proto_json.h"
#include "client/method/cell.h"

/* Pixels. */
enum { CARD_WIDTH = 260, GAP = 20, HEAD = 40, LINE = 24, LINE_CHARS = 28, LEAST_HEIGHT = 60 };

struct box {
    int x, y, width, height;
};

struct writer {
    struct canvas *c;
    struct method *m;
    const struct names *names;
    struct arena *arena;
    Cocanvas__CanvasState *state; /* of the whole canvas: where each object's message comes from */
    json_t *nodes, *edges;
    struct block **blocks;
    struct box *boxes;       /* of the blocks */
    size_t n;
};

static const struct {
    const char *name, *color;
    unsigned rgb;            /* what a hex colour is compared with */
} colors[] = {
    {"red", "1", 0xfb464c},  {"orange", "2", 0xe9973f}, {"yellow", "3", 0xe0de71}, {"green", "4", 0x44cf6e},
    {"teal", "5", 0x53dfdd}, {"purple", "6", 0xa882ff}, {"blue", "#4A90D9", 0x4a90d9}, {"grey", "#909090", 0x909090},
};
enum { COLORS = sizeof colors / sizeof *colors };

const char *json_canvas_color(const char *name)
{
    for (size_t i = 0; i < COLORS; i++)
        if (strcmp(colors[i].name, name) == 0)
            return colors[i].color;
    return NULL;
}

static unsigned distance(unsigned a, unsigned b)
{
    unsigned sum = 0;
    for (unsigned shift = 0; shift < 24; shift += 8) {
        int d = (int)(a >> shift & 255) - (int)(b >> shift & 255);
        sum += (unsigned)(d * d);
    }
    return sum;
}

const char *json_canvas_color_name(const char *color)
{
    size_t best = 0;
    if (strlen(color) == 1 && *color >= '1' && *color <= '6')
        return colors[*color - '1'].name;
    if (strlen(color) != 7 || color[0] != '#' || strspn(color + 1, "0123456789abcdefABCDEF") != 6)
        return NULL;
    unsigned rgb = (unsigned)strtoul(color + 1, NULL, 16);
    for (size_t i = 1; i < COLORS; i++)
        if (distance(rgb, colors[i].rgb) < distance(rgb, colors[best].rgb))
            best = i;
    return colors[best].name;
}

/* ---- texts */

static const char *text_of(const struct text *text)
{
    return text->bytes ? text->bytes : "";
}

/* The fields, measures and actions that a card has, as a Markdown list; "" if it has none. */
static const char *details_of(struct writer *w, const struct card *card)
{
    const struct fields *fields = method_fields(w->m, card->block);
    const char *list = "";
    for (size_t i = 0; i < fields->n; i++) {
        char *cell = cell_text(w->m, w->c, card, &fields->at[i], w->names->person, w->names->ctx);
        if (*cell)
            list = arena_printf(w->arena, "%s%s- **%s**: %s", list, *list ? "\n" : "", arena_line(w->arena, fields->at[i].title),
                                arena_line(w->arena, cell));
        free(cell);
    }
    return list;
}

static const char *node_text(struct writer *w, const struct card *card, bool *has_details)
{
    const char *details = details_of(w, card);
    *has_details = *details != 0;
    return *details ? arena_printf(w->arena, "%s%s%s", text_of(&card->text), JSON_CANVAS_DETAILS, details) : text_of(&card->text);
}

static int height_of(const char *text)
{
    int lines = 0;
    for (const char *at = text; *at;) {
        size_t len = strcspn(at, "\n");
        lines += 1 + (int)(len / LINE_CHARS);
        at += len + (at[len] == '\n');
    }
    int height = lines * LINE + GAP;
    return height < LEAST_HEIGHT ? LEAST_HEIGHT : height;
}

/* ---- where everything stands */

/* Cards of a wide block stand side by side. */
static int cards_abreast(const struct box *box)
{
    int n = (box->width - GAP) / (CARD_WIDTH + GAP);
    return n < 1 ? 1 : n;
}

static int block_height(struct writer *w, const struct block *block, const struct box *box)
{
    int abreast = cards_abreast(box), row = 0, total = HEAD + GAP, i = 0;
    for (uint32_t k = 0; k < block->n_cards; k++) {
        bool ignored;
        if (block->cards[k]->deleted_seq != 0)
            continue;
        int height = height_of(node_text(w, block->cards[k], &ignored));
        if (i++ % abreast == 0) {
            total += row;
            row = 0;
        }
        row = height + GAP > row ? height + GAP : row;
    }
    return total + row;
}

static bool on_grid(const struct writer *w)
{
    bool taken[GRID_MAX][GRID_MAX] = {{false}};
    if (w->c->header.cols == 0 || w->c->header.rows == 0)
        return false;
    for (size_t i = 0; i < w->n; i++) {
        const struct block *b = w->blocks[i];
        if (b->col + b->col_span > GRID_MAX || b->row + b->row_span > GRID_MAX)
            return false;
        for (uint32_t x = b->col; x < b->col + b->col_span; x++)
            for (uint32_t y = b->row; y < b->row + b->row_span; y++) {
                if (taken[x][y])
                    return false;
                taken[x][y] = true;
            }
    }
    return true;
}

/* Rows are as high as the highest of what begins in them needs for each of its rows. */
static void place_on_grid(struct writer *w)
{
    int heights[GRID_MAX], tops[GRID_MAX + 1] = {0};
    for (size_t i = 0; i < GRID_MAX; i++)
        heights[i] = 2 * HEAD;
    for (size_t i = 0; i < w->n; i++) {
        const struct block *b = w->blocks[i];
        w->boxes[i].x = (int)b->col * (CARD_WIDTH + 3 * GAP);
        w->boxes[i].width = (int)b->col_span * (CARD_WIDTH + 3 * GAP) - GAP;
        int each = (block_height(w, b, &w->boxes[i]) + GAP) / (int)b->row_span + 1;
        for (uint32_t y = b->row; y < b->row + b->row_span; y++)
            heights[y] = each > heights[y] ? each : heights[y];
    }
    for (size_t y = 0; y < GRID_MAX; y++)
        tops[y + 1] = tops[y] + heights[y];
    for (size_t i = 0; i < w->n; i++) {
        const struct block *b = w->blocks[i];
        w->boxes[i].y = tops[b->row];
        w->boxes[i].height = tops[b->row + b->row_span] - tops[b->row] - GAP;
    }
}

static void place_abreast(struct writer *w)
{
    int x = 0;
    for (size_t i = 0; i < w->n; i++) {
        int width = w->n == 1 ? 3 * (CARD_WIDTH + GAP) + GAP : CARD_WIDTH + 2 * GAP;
        w->boxes[i] = (struct box){.x = x, .width = width};
        w->boxes[i].height = block_height(w, w->blocks[i], &w->boxes[i]);
        x += width + GAP;
    }
}

/* ---- messages of single objects */

#define FIND_MESSAGE(list, count, wanted)                                                                                                  \
    for (size_t i = 0; i < (count); i++)                                                                                                   \
        if ((list)[i]->id == (wanted))                                                                                                     \
            return proto_to_json(&(list)[i]->base);                                                                                        \
    return json_null()

/* The lists are sorted by id. */
static json_t *card_message(const struct writer *w, uint64_t id)
{
    size_t low = 0, high = w->state->n_cards;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (w->state->cards[middle]->id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < w->state->n_cards ? proto_to_json(&w->state->cards[low]->base) : json_null();
}

static json_t *block_message(const struct writer *w, uint64_t id)
{
    FIND_MESSAGE(w->state->blocks, w->state->n_blocks, id);
}

static json_t *link_message(const struct writer *w, uint64_t id)
{
    FIND_MESSAGE(w->state->links, w->state->n_links, id);
}

static json_t *comments_about(const struct writer *w, uint64_t object)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->state->n_comments; i++)
        if (w->state->comments[i]->object == object && w->state->comments[i]->deleted_seq == 0)
            json_array_append_new(list, proto_to_json(&w->state->comments[i]->base));
    return list;
}

static json_t *readings_of(const struct writer *w, uint64_t object)
{
    json_t *list = json_array();
    for (size_t i = 0; i < w->state->n_readings; i++)
        if (w->state->readings[i]->object == object && w->state->readings[i]->deleted_seq == 0)
            json_array_append_new(list, proto_to_json(&w->state->readings[i]->base));
    return list;
}

static void set_list(json_t *object, const char *key, json_t *list)
{
    if (json_array_size(list) > 0)
        json_object_set_new(object, key, list);
    else
        json_decref(list);
}

/* A card with all that is about it. */
static json_t *whole_card(struct writer *w, const struct card *card)
{
    size_t n = 0;
    json_t *own = json_pack("{s:o}", "card", card_message(w, card->o.id)), *parts = json_array();
    const uint64_t *at = method_parts(w->m, card->o.id, &n);
    uint64_t *ids = xcalloc(n ? n : 1, sizeof *ids);
    for (size_t i = 0; i < n; i++)
        ids[i] = at[i];
    for (size_t i = 0; i < n; i++)
        json_array_append_new(parts, whole_card(w, canvas_card(w->c, ids[i])));
    free(ids);
    set_list(own, "parts", parts);
    set_list(own, "comments", comments_about(w, card->o.id));
    set_list(own, "readings", readings_of(w, card->o.id));
    return own;
}

/* ---- nodes and edges */

static json_t *node(struct writer *w, uint64_t id, const char *type, const struct box *box)
{
    return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "id", id_text(w->arena, id), "type", type, "x", box->x, "y", box->y, "width", box->width,
                     "height", box->height);
}

static void add_card(struct writer *w, const struct card *card, const struct box *box, const char *text, bool has_details)
{
    json_t *n = node(w, card->o.id, "text", box), *own = whole_card(w, card);
    const struct value *color = props_get(&card->props, "color");
    const char *preset = color && color->text ? json_canvas_color(color->text) : NULL;
    json_object_set_new(n, "text", json_string(text));
    if (preset)
        json_object_set_new(n, "color", json_string(preset));
    if (has_details)
        json_object_set_new(own, "details", json_true());
    json_object_set_new(n, "cocanvas", own);
    json_array_append_new(w->nodes, n);
}

static void add_block(struct writer *w, const struct block *block, const struct box *box)
{
    json_t *group = node(w, block->o.id, "group", box), *own = json_pack("{s:o}", "block", block_message(w, block->o.id));
    int abreast = cards_abreast(box), y = box->y + HEAD, row = 0, i = 0;
    set_list(own, "comments", comments_about(w, block->o.id));
    json_object_set_new(group, "label", json_string(block->title));
    json_object_set_new(group, "cocanvas", own);
    json_array_append_new(w->nodes, group);
    for (uint32_t k = 0; k < block->n_cards; k++) {
        const struct card *card = block->cards[k];
        bool details;
        if (card->deleted_seq != 0)
            continue;
        const char *text = node_text(w, card, &details);
        if (i % abreast == 0) {
            y += row;
            row = 0;
        }
        struct box at = {box->x + GAP + i % abreast * (CARD_WIDTH + GAP), y, CARD_WIDTH, height_of(text)};
        add_card(w, card, &at, text, details);
        row = at.height + GAP > row ? at.height + GAP : row;
        i++;
    }
}

static bool is_node(const struct writer *w, uint64_t id)
{
    const struct card *card = canvas_card(w->c, id);
    return card && card->deleted_seq == 0 && !block_hidden(card->block);
}

/* Links between cards that are nodes; others, of parts, go into `rest`. */
static void add_links(struct writer *w, json_t *rest)
{
    for (struct object *o = w->c->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (!link_visible(w->c, link))
            continue;
        json_t *message = link_message(w, o->id);
        if (is_node(w, link->from) && is_node(w, link->to))
            json_array_append_new(w->edges, json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:o}}", "id", id_text(w->arena, o->id), "fromNode",
                                                      id_text(w->arena, link->from), "toNode", id_text(w->arena, link->to), "toEnd", "arrow", "label",
                                                      link->kind, "cocanvas", "link", message));
        else
            json_array_append_new(rest, message);
    }
}

static json_t *hidden_blocks(struct writer *w)
{
    json_t *list = json_array();
    for (struct object *o = w->c->blocks; o; o = o->hh.next)
        if (!((struct block *)o)->deleted && block_hidden((struct block *)o))
            json_array_append_new(list, block_message(w, o->id));
    return list;
}

/* The line that is owed, where everybody sees it: a node below everything. */
static void add_attribution(struct writer *w)
{
    const char *attribution = canvas_header_text(w->c, "attribution"), *licence = canvas_header_text(w->c, "licence");
    int bottom = 0;
    for (size_t i = 0; i < w->n; i++)
        bottom = w->boxes[i].y + w->boxes[i].height > bottom ? w->boxes[i].y + w->boxes[i].height : bottom;
    if (!*attribution && !*licence)
        return;
    const char *text = arena_printf(w->arena, "%s%s%s", attribution, *attribution && *licence ? "\n\n" : "", licence);
    json_array_append_new(w->nodes, json_pack("{s:s, s:s, s:i, s:i, s:i, s:i, s:s, s:{s:b}}", "id", "attribution", "type", "text", "x", 0, "y",
                                              bottom + GAP, "width", 3 * CARD_WIDTH, "height", 100, "text", text, "cocanvas", "attribution", 1));
}

void export_json_canvas(struct canvas *canvas, struct method *m, const struct names *names, bool confidential, struct arena *arena,
                        struct buf *out)
{
    struct writer w = {.c = canvas, .m = m, .names = names, .arena = arena, .nodes = json_array(), .edges = json_array()};
    json_t *rest = json_array();
    w.state = canvas_to_message(canvas, arena);
    ASSERT(w.state);
    w.blocks = canvas_blocks_in_order(canvas, &w.n);
    w.boxes = xcalloc(w.n ? w.n : 1, sizeof *w.boxes);
    if (on_grid(&w))
        place_on_grid(&w);
    else
        place_abreast(&w);
    for (size_t i = 0; i < w.n; i++)
        add_block(&w, w.blocks[i], &w.boxes[i]);
    add_attribution(&w);
    add_links(&w, rest);
    json_t *own = json_pack("{s:i, s:b, s:o}", "schema", OUTPUT_SCHEMA, "confidential", (int)confidential, "header",
                            proto_to_json(&w.state->header->base));
    set_list(own, "hidden", hidden_blocks(&w));
    set_list(own, "comments", comments_about(&w, 0));
    set_list(own, "links", rest);
    json_t *file = json_pack("{s:o, s:o, s:o}", "nodes", w.nodes, "edges", w.edges, "cocanvas", own);
    char *text = json_text(file, 1);
    buf_addf(out, "%s\n", text);
    free(text);
    json_decref(file);
    free(w.blocks);
    free(w.boxes);
}
