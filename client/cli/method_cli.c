/* The common part of the commands about fields, measures and checks, see method_cli.h. */
#include "client/cli/method_cli.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/people.h"

static const char *person_name(void *ctx, uint32_t author)
{
    return session_person(ctx, author);
}

void method_look_at(struct method_cli *c, const struct canvas *canvas)
{
    c->e.canvas = c->e.describe.canvas = canvas;
    method_reset(c->m);
    method_update(c->m, canvas, c->today);
}

void method_look(struct method_cli *c)
{
    method_look_at(c, replica_view(c->e.replica));
    method_ops_init(&c->o, c->e.arena, c->e.replica, c->today, person_name, &c->e.s);
}

int method_begin(struct method_cli *c, struct cli *cli, const char *canvas_words, bool read_only)
{
    c->m = method_new();
    people_today(c->today);
    int code = edit_begin(&c->e, cli, canvas_words, read_only);
    if (code == EXIT_OK)
        method_look(c);
    return code;
}

int method_end(struct method_cli *c, int code)
{
    code = edit_end(&c->e, code);
    method_free(c->m);
    return code;
}

int method_save(struct method_cli *c)
{
    for (size_t i = 0; i < c->o.n; i++)
        edit_op(&c->e, c->o.ops[i]);
    int code = edit_save(&c->e);
    c->e.n = 0; /* a command may save several times */
    if (code == EXIT_OK)
        method_look(c);
    return code;
}

int method_told(struct cli *cli, enum status status, const struct why *why)
{
    if (status == STATUS_OK)
        return EXIT_OK;
    return cli_fail(cli, status == STATUS_NOT_FOUND ? EXIT_NOT_FOUND : EXIT_USAGE, "%s", why->text);
}

void method_result(struct method_cli *c, const char *key, json_t *value)
{
    if (c->e.result)
        json_object_set_new(c->e.result, key, value);
    else
        json_decref(value);
}

/* ---- finding by what people say */

/* Candidates, by how well they fit; the best ones only. */
struct picking {
    struct method_cli *c;
    const char *words, *folded;
    int best; /* 3 the id, 2 the whole text, 1 its beginning */
    size_t n;
    struct card *card;
    const char *list;
};

static void picking_init(struct picking *p, struct method_cli *c, const char *words)
{
    *p = (struct picking){.c = c, .words = words, .folded = arena_fold(c->e.arena, words), .list = ""};
}

static void consider(struct picking *p, uint64_t id)
{
    struct arena *a = p->c->e.arena;
    struct card *card = canvas_card(p->c->e.canvas, id);
    char *end;
    unsigned long counter = strtoul(p->words, &end, 10);
    if (!card || card->deleted_seq != 0 || !*p->folded)
        return;
    const char *text = arena_fold(a, card->text.bytes);
    int fits = strcmp(id_text(a, id), p->words) == 0 || (end != p->words && !*end && counter == object_counter(id)) ? 3
               : strcmp(text, p->folded) == 0                                                                       ? 2
               : strncmp(text, p->folded, strlen(p->folded)) == 0                                                   ? 1
                                                                                                                    : 0;
    if (fits == 0 || fits < p->best)
        return;
    if (fits > p->best)
        p->n = 0, p->list = "", p->best = fits;
    p->n++;
    p->card = card;
    const struct card *row = part_of(p->c->e.canvas, card, NULL);
    p->list = arena_printf(a, "%s\n  %-8s %s%s%s", p->list, id_text(a, id), short_text(a, &card->text, 50),
                           row ? "  of " : "", row ? short_text(a, &row->text, 30) : "");
}

static int picked(struct picking *p, const char *what, const char *next, struct card **card)
{
    *card = p->card;
    if (p->n == 1)
        return EXIT_OK;
    if (p->n == 0)
        return cli_fail(p->c->e.s.cli, EXIT_NOT_FOUND, "There is no %s \"%s\". %s", what, p->words, next);
    return cli_fail(p->c->e.s.cli, EXIT_USAGE, "Several fit \"%s\"; say which one by its id:%s", p->words, p->list);
}

static void consider_rows(struct picking *p)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(p->c->e.canvas, &n);
    for (size_t i = 0; i < n; i++)
        for (uint32_t k = 0; k < blocks[i]->n_cards; k++)
            consider(p, blocks[i]->cards[k]->o.id);
    free(blocks);
}

int method_cli_row(struct method_cli *c, const char *words, struct card **card)
{
    struct picking p;
    picking_init(&p, c, words);
    consider_rows(&p);
    return picked(&p, "card", "See: cocanvas show CANVAS", card);
}

/* The only measure of the card that the words name, NULL if it is not that clear. */
static struct card *only_measure_of(struct method_cli *c, const char *words)
{
    struct picking p;
    size_t n, found = 0;
    struct card *card = NULL;
    picking_init(&p, c, words);
    consider_rows(&p);
    const uint64_t *parts = p.n == 1 ? method_parts(c->m, p.card->o.id, &n) : NULL;
    for (size_t i = 0; parts && i < n; i++)
        if (method_measure(c->m, parts[i])) {
            card = canvas_card(c->e.canvas, parts[i]);
            found++;
        }
    return found == 1 ? card : NULL;
}

int method_cli_measure(struct method_cli *c, const char *words, struct card **card)
{
    struct picking p;
    size_t n;
    const uint64_t *measures = method_measures(c->m, &n);
    picking_init(&p, c, words);
    for (size_t i = 0; i < n; i++)
        consider(&p, measures[i]);
    if (p.n == 0 && (*card = only_measure_of(c, words)))
        return EXIT_OK;
    return picked(&p, "measure", "See: cocanvas measure list CANVAS", card);
}

int method_cli_action(struct method_cli *c, const char *words, struct card **card)
{
    struct picking p;
    picking_init(&p, c, words);
    for (struct object *at = c->e.canvas->cards; at; at = at->hh.next)
        if (card_is_action(c->e.canvas, (struct card *)at))
            consider(&p, at->id);
    return picked(&p, "action", "See: cocanvas action list CANVAS", card);
}

int method_cli_field(struct method_cli *c, const struct block *block, const char *words, const struct field **field)
{
    struct why why = {""};
    *field = method_find_field(method_fields(c->m, block), words, &why);
    return *field ? EXIT_OK : method_told(c->e.s.cli, STATUS_NOT_FOUND, &why);
}

/* ---- words */

static const char *kept(struct method_cli *c, char *text)
{
    const char *copy = arena_strndup(c->e.arena, text, strlen(text));
    free(text);
    return copy;
}

const char *method_cli_cell(struct method_cli *c, const struct card *card, const struct field *field)
{
    return kept(c, cell_text(c->m, c->e.canvas, card, field, person_name, &c->e.s));
}

const char *method_cli_line(struct method_cli *c, uint64_t id)
{
    const struct measure *measure = method_measure(c->m, id);
    const struct card *card = canvas_card(c->e.canvas, id);
    return measure && card ? kept(c, cell_measure(measure, card)) : "";
}

const char *method_cli_decimal(struct method_cli *c, const struct decimal *d)
{
    return kept(c, decimal_text(d));
}

const char *method_cli_percent(struct method_cli *c, const struct measure *measure)
{
    return measure->has_percent ? arena_printf(c->e.arena, "%s %%", kept(c, decimal_text_rounded(&measure->percent, 1)))
                                : "";
}

/* ---- every canvas of a kind */

static int by_title(const void *a, const void *b)
{
    const Cocanvas__CanvasInfo *x = *(Cocanvas__CanvasInfo *const *)a, *y = *(Cocanvas__CanvasInfo *const *)b;
    int order = strcmp(x->title, y->title);
    return order ? order : memcmp(x->id.data, y->id.data, x->id.len < y->id.len ? x->id.len : y->id.len);
}

static bool is_made_from(const Cocanvas__CanvasInfo *info, const char *template_id)
{
    size_t len = template_id ? strlen(template_id) : 0;
    return !template_id || (strncmp(info->template_, template_id, len) == 0 &&
                            (info->template_[len] == '@' || info->template_[len] == '\0'));
}

static int open_one(struct method_cli *c, const Cocanvas__CanvasInfo *info)
{
    struct uuid id;
    char text[UUID_TEXT];
    if (!uuid_from_bytes(info->id.data, info->id.len, &id))
        return cli_fail(c->e.s.cli, EXIT_ERROR, "The server sent a canvas without a proper id.");
    uuid_format(&id, text);
    int code = session_open_canvas(&c->e.s, text, false);
    if (code != EXIT_OK)
        return code;
    c->e.replica = client_replica(c->e.s.client);
    c->e.describe.canvas = c->e.canvas = replica_view(c->e.replica);
    method_look(c);
    return EXIT_OK;
}

int method_each_canvas(struct cli *cli, const char *template_id, each_canvas_cb *each, void *ctx, json_t *result)
{
    struct method_cli c = {.m = method_new()};
    Cocanvas__CanvasList *list;
    people_today(c.today);
    int code = session_start(&c.e.s, cli);
    c.e.arena = &c.e.s.arena;
    if (code == EXIT_OK)
        code = session_canvases(&c.e.s, false, false, &list);
    if (code == EXIT_OK && list->n_canvases)
        qsort(list->canvases, list->n_canvases, sizeof *list->canvases, by_title);
    for (size_t i = 0; code == EXIT_OK && i < list->n_canvases; i++) {
        if (!is_made_from(list->canvases[i], template_id))
            continue;
        code = open_one(&c, list->canvases[i]);
        if (code == EXIT_OK)
            code = each(&c, ctx);
    }
    if (code == EXIT_OK && result && c.e.s.context.name[0])
        json_object_set_new(result, "context", json_string(c.e.s.context.name));
    session_close(&c.e.s);
    method_free(c.m);
    return code;
}
