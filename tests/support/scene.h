/* The whole interface without a terminal and a network: a struct ui on a replica, other people's replicas, and the model
 * server between them. Keys go in, a grid comes out. Clock and names are fixed, so a scene looks the same every time:
 * tests compare it with kept texts (golden), and the pictures of the documentation are drawn from it. */
#ifndef COCANVAS_TESTS_SCENE_H
#define COCANVAS_TESTS_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/ui.h"
#include "client/tui/views.h"
#include "tests/support/op_help.h"
#include "tests/support/replica_help.h"

enum { SCENE_PEOPLE = 4, SCENE_NOW_S = 1762516800 }; /* 7 November 2025, 12:00 UTC */

struct scene {
    struct model_server server;
    struct peer peers[SCENE_PEOPLE]; /* [0]: whose screen it is */
    struct arena arena;              /* of ops and messages that the test makes */
    struct ui ui;
    struct grid grid;
    struct ui_host host;
    uint64_t past_wanted; /* the interface asked for the state after this seq */
    bool edited;
    bool quits;
    unsigned bells;
    struct buf copied; /* to the clipboard */
};

static UNUSED const char *scene_name(uint32_t author)
{
    static const char *const names[] = {"cocanvas", "Anna Koch", "Ben Ode", "Chiara Rossi", "Dai Nguyen"};

    return author < sizeof names / sizeof *names ? names[author] : "Somebody";
}

/* ---------------------------------------------------------------- the host */

static UNUSED void scene_edited(void *ctx)
{
    ((struct scene *)ctx)->edited = true;
}

static UNUSED void scene_told_presence(void *ctx, const Cocanvas__Presence *presence)
{
    (void)ctx, (void)presence;
}

static UNUSED const char *scene_person(void *ctx, uint32_t author)
{
    (void)ctx;
    return scene_name(author);
}

static UNUSED void scene_open(void *ctx, const char *context, const struct uuid *canvas)
{
    (void)ctx, (void)context, (void)canvas;
}

static UNUSED void scene_create(void *ctx, const char *context, const char *template_id, const char *title)
{
    (void)ctx, (void)context, (void)template_id, (void)title;
}

static UNUSED void scene_history(void *ctx, uint64_t seq)
{
    ((struct scene *)ctx)->past_wanted = seq;
}

static UNUSED void scene_text(void *ctx, const char *text, size_t len)
{
    struct scene *s = ctx;

    buf_clear(&s->copied, SIZE_MAX);
    buf_add(&s->copied, text, len);
}

static UNUSED void scene_bell(void *ctx)
{
    ((struct scene *)ctx)->bells++;
}

static UNUSED void scene_switch(void *ctx, bool on)
{
    (void)ctx, (void)on;
}

static UNUSED void scene_nothing(void *ctx)
{
    (void)ctx;
}

static UNUSED void scene_quit(void *ctx)
{
    ((struct scene *)ctx)->quits = true;
}

/* ---------------------------------------------------------------- what others and the server do */

static UNUSED void scene_event(void *ctx, const struct replica_event *event)
{
    ui_replica_event(&((struct scene *)ctx)->ui, event);
}

/* Everybody has everything. */
static UNUSED void scene_settle(struct scene *s)
{
    ASSERT(peers_settle(s->peers, SCENE_PEOPLE));
    s->edited = false;
}

/* The state after seq, made from the journal, as the network would bring it. */
static UNUSED struct canvas *scene_state(struct scene *s, uint64_t seq)
{
    struct canvas *c = xcalloc(1, sizeof *c);
    struct why why;

    canvas_init(c, NULL);
    ASSERT(canvas_decode(c, buf_at(&s->server.first_state), buf_len(&s->server.first_state), &why) == STATUS_OK);
    for (uint64_t i = 1; i <= seq; i++) {
        Cocanvas__Committed *batch = model_batch(&s->server, i);
        struct op_actor actor = {.client = (uint32_t)batch->client, .author = batch->author, .seq = i,
                                 .time_ms = batch->time_ms, .base_seq = UINT64_MAX};

        for (size_t k = 0; k < batch->n_ops; k++)
            ASSERT(op_apply(c, batch->ops[k], &actor, &why) == STATUS_OK);
        c->seq = i;
        cocanvas__committed__free_unpacked(batch, NULL);
    }
    return c;
}

/* Answers what the interface has asked of the outside. */
static UNUSED void scene_answer(struct scene *s)
{
    while (s->past_wanted) {
        uint64_t seq = s->past_wanted;
        Cocanvas__Committed *batch = seq <= s->server.head ? model_batch(&s->server, seq) : NULL;

        s->past_wanted = 0;
        ui_past(&s->ui, seq, scene_state(s, seq), batch, NULL);
        if (batch)
            cocanvas__committed__free_unpacked(batch, NULL);
    }
}

static UNUSED void scene_do(struct scene *s, unsigned who, Cocanvas__Op *op)
{
    struct peer *p = &s->peers[who];

    if (replica_edit(p->r, 1, &op, s->ui.now_ms, false, &p->why) != STATUS_OK) {
        fprintf(stderr, "scene: %s\n", p->why.text);
        abort();
    }
    scene_settle(s);
}

static UNUSED uint64_t scene_block(struct scene *s, const char *key)
{
    struct block *block = canvas_block_by_key(&s->server.c, key);

    ASSERT(block);
    return block->o.id;
}

/* Somebody (0: oneself) adds a card at a block's end; colour "" none. */
static UNUSED uint64_t scene_card(struct scene *s, unsigned who, const char *block, const char *text, const char *color)
{
    uint64_t id = replica_next_id(s->peers[who].r);

    scene_do(s, who, card_create(&s->arena, id, scene_block(s, block), 0, text));
    if (*color)
        scene_do(s, who, prop_text(&s->arena, id, "color", color));
    return id;
}

/* Somebody else is on an object; editing: with a caret and a selection there. */
static UNUSED void scene_presence(struct scene *s, unsigned who, uint64_t object, bool editing, uint32_t caret,
                                  uint32_t anchor)
{
    Cocanvas__Presence *presence = help_new(&s->arena, &cocanvas__presence__descriptor);
    Cocanvas__Present *present = help_new(&s->arena, &cocanvas__present__descriptor);
    Cocanvas__PresenceUpdate *update = help_new(&s->arena, &cocanvas__presence_update__descriptor);

    presence->object = object;
    presence->editing = editing;
    presence->caret = caret;
    presence->anchor = anchor;
    presence->at_seq = s->server.head;
    present->session = 100 + who;
    present->author = who + 1;
    present->presence = presence;
    update->n_present = 1;
    update->present = arena_calloc(&s->arena, 1, sizeof *update->present);
    update->present[0] = present;
    ui_presence_update(&s->ui, update);
}

/* ---------------------------------------------------------------- beginning and end */

/* Another canvas than the model server's own. */
static UNUSED void scene_template(struct model_server *server, const char *template_id, const char *title)
{
    struct template *t = template_load(template_id);

    canvas_fini(&server->c);
    canvas_init(&server->c, NULL);
    template_instantiate(t, title, &server->c);
    template_free(t);
    buf_clear(&server->first_state, SIZE_MAX);
    canvas_encode(&server->c, &server->first_state);
}

/* The server with what it has, before anybody is there: its canvas may be replaced then (scene_state_of). */
static UNUSED void scene_begin(struct scene *s)
{
    memset(s, 0, sizeof *s);
    s->host = (struct ui_host){.ctx = s, .edited = scene_edited, .presence = scene_told_presence,
                               .person = scene_person, .open = scene_open, .close = scene_nothing,
                               .refresh = scene_nothing, .create = scene_create, .history = scene_history,
                               .reconnect = scene_nothing, .edit_outside = scene_text, .copy = scene_text,
                               .bell = scene_bell, .mouse = scene_switch, .redraw = scene_nothing,
                               .suspend = scene_nothing, .quit = scene_quit};
    arena_init(&s->arena, 64 << 20);
    buf_init(&s->copied);
    model_init(&s->server, NULL);
}

/* The server's canvas is a copy of another. */
static UNUSED void scene_state_of(struct scene *s, struct canvas *canvas)
{
    struct why why;

    buf_clear(&s->server.first_state, SIZE_MAX);
    canvas_encode(canvas, &s->server.first_state);
    canvas_fini(&s->server.c);
    canvas_init(&s->server.c, NULL);
    if (canvas_decode(&s->server.c, buf_at(&s->server.first_state), buf_len(&s->server.first_state), &why) != STATUS_OK) {
        fprintf(stderr, "scene: %s\n", why.text);
        abort();
    }
}

/* Everybody opens it. */
static UNUSED void scene_open_for_all(struct scene *s, int cols, int rows)
{
    const struct theme theme = {.palette = PALETTE_256};

    for (uint32_t i = 0; i < SCENE_PEOPLE; i++)
        peer_init(&s->peers[i], &s->server, i + 1);
    for (uint32_t i = 0; i < SCENE_PEOPLE; i++)
        peer_connect(&s->peers[i], true, UINT32_MAX);
    grid_init(&s->grid);
    grid_resize(&s->grid, cols, rows);
    ui_init(&s->ui, &s->host, &theme);
    s->ui.now_ms = (int64_t)SCENE_NOW_S * 1000;
    s->server.now_ms = s->ui.now_ms;
    ui_resize(&s->ui, cols, rows);
    replica_on_event(s->peers[0].r, scene_event, s);
    ui_set_canvas(&s->ui, s->peers[0].r, "acme", COCANVAS__ROLE__EDITOR);
    ui_link_changed(&s->ui, &(struct ui_link){.online = true});
}

/* On a canvas made from a built-in template; NULL: the model server's own (a Business Model Canvas, "A test"). */
static UNUSED void scene_init_of(struct scene *s, int cols, int rows, const char *template_id, const char *title)
{
    scene_begin(s);
    if (template_id)
        scene_template(&s->server, template_id, title);
    scene_open_for_all(s, cols, rows);
}

static UNUSED void scene_init(struct scene *s, int cols, int rows)
{
    scene_init_of(s, cols, rows, NULL, NULL);
}

static UNUSED void scene_fini(struct scene *s)
{
    ui_fini(&s->ui);
    grid_fini(&s->grid);
    for (size_t i = 0; i < SCENE_PEOPLE; i++)
        peer_fini(&s->peers[i]);
    model_fini(&s->server);
    buf_fini(&s->copied);
    arena_fini(&s->arena);
}

/* ---------------------------------------------------------------- input */

static UNUSED void scene_input(struct scene *s, const struct input *in)
{
    ui_input(&s->ui, in);
    if (s->edited)
        scene_settle(s);
    scene_answer(s);
}

/* Keys by their names, separated by blanks: "g g : enter". */
static UNUSED void scene_keys(struct scene *s, const char *names)
{
    struct input in;

    while (*names) {
        ASSERT(input_parse(&names, &in));
        scene_input(s, &in);
        while (*names == ' ')
            names++;
    }
}

/* Characters as they are typed. */
static UNUSED void scene_type(struct scene *s, const char *text)
{
    size_t len = strlen(text);

    while (len > 0) {
        struct input in = {.kind = INPUT_CHARACTER};
        size_t n = utf8_decode(text, len, &in.point);

        ASSERT(n > 0);
        scene_input(s, &in);
        text += n;
        len -= n;
    }
}

static UNUSED void scene_mouse(struct scene *s, enum mouse_what what, int x, int y)
{
    scene_input(s, &(struct input){.kind = INPUT_MOUSE, .mouse = what, .button = 1, .x = x, .y = y});
}

static UNUSED void scene_resize(struct scene *s, int cols, int rows)
{
    grid_resize(&s->grid, cols, rows);
    ui_resize(&s->ui, cols, rows);
}

/* ---------------------------------------------------------------- what is seen */

static UNUSED const struct grid *scene_draw(struct scene *s)
{
    ui_draw(&s->ui, &s->grid);
    return &s->grid;
}

/* Where a text stands; false: nowhere. */
static UNUSED bool scene_find(struct scene *s, const char *text, int *x, int *y)
{
    const struct grid *g = scene_draw(s);

    for (*y = 0; *y < g->rows; (*y)++)
        for (*x = 0; *x < g->cols; (*x)++) {
            const char *at = text;
            int cell = *x;

            while (*at && cell < g->cols) {
                const struct cell *c = grid_at(g, cell, *y);
                size_t len = strlen(c->bytes);

                if (c->width != 0 && (len == 0 || strncmp(at, c->bytes, len) != 0))
                    break;
                at += c->width ? len : 0;
                cell++;
            }
            if (*at == '\0')
                return true;
        }
    return false;
}

static UNUSED bool scene_shows(struct scene *s, const char *text)
{
    int x, y;

    return scene_find(s, text, &x, &y);
}

/* Compares a text with tests/data/tui/<name>.txt, or (COCANVAS_GOLDEN=write) makes that file. */
static UNUSED bool golden_text(const char *name, const char *now)
{
    const char *write = getenv("COCANVAS_GOLDEN");
    char *path = xasprintf("%s/data/tui/%s.txt", TESTS_DIR, name), *kept = NULL;
    FILE *f = fopen(path, write ? "wb" : "rb");
    size_t len = strlen(now);
    bool same = f != NULL;

    if (f && write) {
        same = fwrite(now, 1, len, f) == len;
    } else if (f) {
        kept = xcalloc(1, len + 2);
        same = fread(kept, 1, len + 1, f) == len && memcmp(kept, now, len) == 0;
    }
    if (f)
        fclose(f);
    if (!same)
        fprintf(stderr, "%s differs (COCANVAS_GOLDEN=write renews it):\n%s", path, now);
    free(kept);
    free(path);
    return same;
}

/* The whole screen. */
static UNUSED bool scene_golden(struct scene *s, const char *name)
{
    char *now = grid_to_text(scene_draw(s));
    bool same = golden_text(name, now);

    free(now);
    return same;
}

#endif
