/* Graphs: players on a ring, what passes between them as arrows; a list below says it in words, since arrows cross. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

static const double node_w = 12, list_gap = 1.2; /* in em */

struct node {
    const struct card *card;
    double x, y, h;          /* centre, height */
};

struct ring {
    struct node *at;
    size_t n;
};

static struct ring ring_of(struct sheet *s)
{
    struct ring r = {0};
    for (size_t i = 0; i < s->n_blocks; i++) {
        for (const struct card *card = next_card(NULL, s->blocks[i]); card != NULL; card = next_card(card, s->blocks[i])) {
            r.at = xrealloc(r.at, (r.n + 1) * sizeof *r.at);
            r.at[r.n++] = (struct node){.card = card, .h = note_need(s, card, node_w * s->em)};
        }
    }
    return r;
}

static const struct node *node_of(const struct ring *r, uint64_t card)
{
    for (size_t i = 0; i < r->n; i++)
        if (r->at[i].card->o.id == card)
            return &r->at[i];
    return NULL;
}

/* Height of the drawing: room for all notes around the ring. */
static double ring_need(struct sheet *s, const struct ring *r, double width)
{
    double around = 0, tallest = 0;
    for (size_t i = 0; i < r->n; i++) {
        around += node_w * s->em + r->at[i].h;
        tallest = r->at[i].h > tallest ? r->at[i].h : tallest;
    }
    double height = around / 3.14159265 * 0.8 + tallest, least = width * 0.3;
    return height > least ? height : least;
}

static char *edge_line(const struct ring *r, const struct link_object *link)
{
    const struct node *from = node_of(r, link->from), *to = node_of(r, link->to);
    return from != NULL && to != NULL ? xasprintf("%s  →  %s:  %s", from->card->text.bytes, to->card->text.bytes, link->kind) : NULL;
}

/* Height of the list below. */
static double list_need(struct sheet *s, const struct ring *r, double width)
{
    struct ink ink = ink_of(s, 0.9, INK);
    double height = list_gap * s->em;
    for (const struct object *o = s->c->links; o != NULL; o = o->hh.next) {
        const struct link_object *link = canvas_link(s->c, o->id);
        char *line = link_visible(s->c, link) ? edge_line(r, link) : NULL;
        height += line != NULL ? sheet_height(s, line, &ink, width) + 0.2 * s->em : 0;
        free(line);
    }
    return height;
}

static double graph_need(struct sheet *s, double width)
{
    struct ring r = ring_of(s);
    double height = ring_need(s, &r, width) + list_need(s, &r, width);
    free(r.at);
    return height;
}

/* Where the line from the middle of a note towards (x, y) leaves it. */
static void leave(const struct sheet *s, const struct node *n, double x, double y, double *at_x, double *at_y)
{
    double dx = x - n->x, dy = y - n->y, w = node_w * s->em / 2 + 0.3 * s->em, h = n->h / 2 + 0.3 * s->em;
    double share = fmax(fabs(dx) / w, fabs(dy) / h);
    *at_x = share > 0 ? n->x + dx / share : n->x;
    *at_y = share > 0 ? n->y + dy / share : n->y;
}

/* How many links of the same two players, in the same direction, come before this one. */
static int same_before(const struct sheet *s, const struct link_object *link)
{
    int n = 0;
    for (const struct object *o = s->c->links; o != NULL && o->id != link->o.id; o = o->hh.next) {
        const struct link_object *other = canvas_link(s->c, o->id);
        n += other->from == link->from && other->to == link->to && link_visible(s->c, other);
    }
    return n;
}

static void draw_edge(struct sheet *s, const struct ring *r, const struct link_object *link)
{
    const struct node *from = node_of(r, link->from), *to = node_of(r, link->to);
    struct ink ink = ink_of(s, 0.75, INK_SOFT);
    double x1, y1, x2, y2;

    if (from == NULL || to == NULL || from == to)
        return;
    leave(s, from, to->x, to->y, &x1, &y1);
    leave(s, to, from->x, from->y, &x2, &y2);
    double length = hypot(x2 - x1, y2 - y1), ox = length > 0 ? -(y2 - y1) / length * 0.5 * s->em : 0,
           oy = length > 0 ? (x2 - x1) / length * 0.5 * s->em : 0; /* beside its way back */
    pen_arrow(&s->pen, x1 + ox, y1 + oy, x2 + ox, y2 + oy, 0.1 * s->em, INK_SOFT);
    ink.align = ALIGN_CENTRE;
    ink.lines = 1;
    double w = pen_width(&s->pen, link->kind, &ink) + 0.6 * s->em, mx = x1 + (x2 - x1) * 0.4 + ox, my = y1 + (y2 - y1) * 0.4 + oy + 1.1 * s->em * same_before(s, link);
    pen_fill(&s->pen, mx - w / 2, my - 0.55 * s->em, w, 1.1 * s->em, 0.3 * s->em, PAPER);
    (void)pen_text(&s->pen, mx - w / 2, my - 0.5 * s->em, w, link->kind, &ink);
}

static void graph_draw(struct sheet *s, struct box area)
{
    struct ring r = ring_of(s);
    struct ink ink = ink_of(s, 0.9, INK);
    double height = area.h - list_need(s, &r, area.w), tallest = 0, y = area.y + height + list_gap * s->em;

    for (size_t i = 0; i < r.n; i++)
        tallest = r.at[i].h > tallest ? r.at[i].h : tallest;
    for (size_t i = 0; i < r.n; i++) {
        double angle = 2 * 3.14159265358979 * (double)i / (double)r.n - 1.5707963267948966;
        r.at[i].x = area.x + area.w / 2 + cos(angle) * (area.w - node_w * s->em) / 2 * 0.96;
        r.at[i].y = area.y + height / 2 + sin(angle) * (height - tallest) / 2 * 0.96;
    }
    for (const struct object *o = s->c->links; o != NULL; o = o->hh.next)
        if (link_visible(s->c, canvas_link(s->c, o->id)))
            draw_edge(s, &r, canvas_link(s->c, o->id));
    for (size_t i = 0; i < r.n; i++)
        note_draw(s, r.at[i].card, (struct box){r.at[i].x - node_w * s->em / 2, r.at[i].y - r.at[i].h / 2, node_w * s->em, r.at[i].h});
    for (const struct object *o = s->c->links; o != NULL; o = o->hh.next) {
        const struct link_object *link = canvas_link(s->c, o->id);
        char *line = link_visible(s->c, link) ? edge_line(&r, link) : NULL;
        if (line != NULL)
            y += pen_text(&s->pen, area.x, y, area.w, line, &ink) + 0.2 * s->em;
        free(line);
    }
    free(r.at);
}

const struct kind kind_graph = {"graph", graph_need, graph_draw, true};
