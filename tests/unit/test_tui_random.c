/* The whole interface under a hundred thousand random events: keys, mouse, pastes, resizes, answers of the outside, and
 * what others do meanwhile. After each of them its state must be sound; at rest every replica equals the server.
 * COCANVAS_SEED repeats a run, COCANVAS_EVENTS sets its length, COCANVAS_TRACE=1 prints every event. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/scene.h"

enum { EVENTS = 100000, DRAW_EVERY = 24, SETTLE_EVERY = 300, CARDS_MOST = 300 };

enum way {
    WAY_ASK,
    WAY_START,
    WAY_TYPING,
    WAY_PAST,
    WAY_PANEL,
    WAY_CARD,
    WAY_CARRY,
    WAY_MARKED,
    WAY_CANVAS,
    WAYS,
};

struct run {
    struct scene s;
    struct rng rng;
    bool closes, opens; /* the interface asked for it */
    unsigned long at;
    unsigned long seen[WAYS], batches; /* events in each place where one can be; what the server ordered */
    bool trace;
};

static void run_close(void *ctx)
{
    ((struct run *)ctx)->closes = true;
}

static void run_open(void *ctx, const char *context, const struct uuid *canvas)
{
    (void)context, (void)canvas;
    ((struct run *)ctx)->opens = true;
}

/* Where one is. */
static enum way way(const struct ui *ui)
{
    if (ui->ask.kind != ASK_NONE)
        return WAY_ASK;
    if (ui->screen == SCREEN_START)
        return WAY_START;
    if (ui->typing.object)
        return WAY_TYPING;
    if (panel_in_past(ui))
        return WAY_PAST;
    if (ui->panel.focused)
        return WAY_PANEL;
    if (ui->open_card)
        return WAY_CARD;
    return ui->carrying ? WAY_CARRY : ui->n_marked ? WAY_MARKED : WAY_CANVAS;
}

static uint32_t below(struct run *r, uint32_t n)
{
    return rng_below(&r->rng, n);
}

/* ---------------------------------------------------------------- what must hold */

static void check_focus(const struct ui *ui)
{
    const struct canvas *shown = panel_canvas(ui);
    size_t n = 0;

    if (!shown) {
        assert_true(ui->block == 0 && ui->card == 0);
        return;
    }
    free(canvas_blocks_in_order(shown, &n));
    assert_true((n > 0) == (ui_focused_block(ui) != NULL));
    assert_true(ui->card == 0 || ui_focused_card(ui) != NULL);
    if (ui->card)
        assert_true(ui_focused_card(ui)->block->o.id == ui->block);
}

static void check_lists(const struct ui *ui)
{
    const struct canvas *view = ui_view(ui);

    for (size_t i = 0; i < ui->n_marked && !panel_in_past(ui); i++) {
        assert_true(i == 0 || ui->marked[i - 1] < ui->marked[i]);
        assert_non_null(canvas_card(view, ui->marked[i]));
        assert_true(canvas_card(view, ui->marked[i])->deleted_seq == 0);
        assert_true(ui_marked(ui, ui->marked[i]));
    }
    for (size_t i = 0; i < ui->n_cut && !panel_in_past(ui); i++)
        assert_true(canvas_card(view, ui->cut[i]) && canvas_card(view, ui->cut[i])->deleted_seq == 0);
    assert_true(!ui->carrying || ui->n_cut > 0);
    assert_true(ui->following == 0 || ui_person_of(ui, ui->following) != NULL);
}

static void check_typing(const struct ui *ui)
{
    const struct text *text;

    assert_true(ui->open_card == 0 || canvas_card(ui_view(ui), ui->open_card) != NULL);
    if (ui->typing.object == 0)
        return;
    text = typing_text(ui);
    assert_non_null(text);
    assert_true(ui->typing.caret <= text->len_points && ui->typing.anchor <= text->len_points);
}

static void check_grid(const struct grid *g)
{
    for (int y = 0; y < g->rows; y++)
        for (int x = 0; x < g->cols; x++) {
            const struct cell *c = grid_at(g, x, y);

            assert_true(c->width <= 2 && strnlen(c->bytes, CELL_BYTES) < CELL_BYTES);
            if (c->width == 2)
                assert_true(x + 1 < g->cols && grid_at(g, x + 1, y)->width == 0);
            if (c->width == 0)
                assert_true(x > 0 && grid_at(g, x - 1, y)->width == 2);
            assert_true((unsigned char)c->bytes[0] >= ' ' || c->width == 0);
        }
    assert_true(g->cursor_x >= 0 && g->cursor_x < g->cols && g->cursor_y >= 0 && g->cursor_y < g->rows);
    for (size_t i = 0; i < g->n_hits; i++) {
        const struct rect *r = &g->hits[i].rect;

        assert_true(r->x >= 0 && r->y >= 0 && r->w > 0 && r->h > 0 && r->x + r->w <= g->cols && r->y + r->h <= g->rows);
    }
}

static void check(struct run *r)
{
    const struct ui *ui = &r->s.ui;

    check_focus(ui);
    check_lists(ui);
    check_typing(ui);
    if (!utf8_check(ui->message, strlen(ui->message), NULL))
        fail_msg("message is no text: %s", ui->message);
    assert_false(ui->inside);
}

/* ---------------------------------------------------------------- events */

static const char *const texts[] = {
    "one line",
    "two\nlines",
    "many\nlines\n\nof\ttext\n- a\n- b\n- c\n- d\n- e\n",
    "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x91\xA7 e\xCC\x81 \xE2\x80\xAE\xD7\x90",
    "\xE6\xBC\xA2\xE5\xAD\x97\xE6\xBC\xA2\xE5\xAD\x97",
    "",
    "\n\n",
};

static void paste_event(struct run *r, struct input *in)
{
    in->kind = INPUT_PASTE;
    in->bytes = texts[below(r, sizeof texts / sizeof *texts)];
    in->len = strlen(in->bytes);
}

static void mouse_event(struct run *r, struct input *in)
{
    static const enum mouse_what kinds[] = {MOUSE_PRESS,   MOUSE_PRESS,  MOUSE_DRAG,     MOUSE_DRAG,
                                            MOUSE_RELEASE, MOUSE_DOUBLE, MOUSE_WHEEL_UP, MOUSE_WHEEL_DOWN};

    in->kind = INPUT_MOUSE;
    in->mouse = kinds[below(r, 8)];
    in->button = (uint8_t)(1 + (below(r, 8) == 0) * 2);
    in->x = (int)below(r, (uint32_t)r->s.ui.cols);
    in->y = (int)below(r, (uint32_t)r->s.ui.rows);
}

/* Mostly keys that mean something somewhere; else any character or named key. */
static void key_event(struct run *r, struct input *in)
{
    const struct keymap *k = &r->s.ui.keymap;
    const struct keymap_entry *entry = &k->at[below(r, (uint32_t)k->n)];
    static const uint32_t points[] = {'a', 'z', ' ', '#', 'E', 0xE4, 0x6F22, 0x1F600, 0x301, 0x202E, 0x200B};

    if (below(r, 8)) {
        *in = entry->keys[below(r, entry->n_keys)];
    } else if (below(r, 2)) {
        in->kind = INPUT_CHARACTER;
        in->point = points[below(r, sizeof points / sizeof *points)];
    } else {
        in->kind = (enum input_kind)(INPUT_ENTER + below(r, INPUT_F - INPUT_ENTER));
        in->mods = (uint8_t)below(r, 8);
    }
}

static void resize_event(struct run *r, struct input *in)
{
    static const int sizes[][2] = {{80, 24}, {60, 18}, {132, 43}, {200, 60}, {59, 30}, {100, 20}, {1, 1}, {80, 24}};
    uint32_t which = below(r, 8);

    in->kind = INPUT_RESIZE;
    in->x = sizes[which][0];
    in->y = sizes[which][1];
}

static void one_input(struct run *r)
{
    struct input in = {0};
    uint32_t dice = below(r, 100);
    char name[KEY_NAME] = "";

    if (dice < 3) { /* as the palette does it, wherever one is */
        if (r->trace)
            fprintf(stderr, "%lu action\n", r->at);
        ui_do(&r->s.ui, (enum action)below(r, ACTION_COUNT));
        ui_settle(&r->s.ui);
        return;
    }
    if (dice < 70)
        key_event(r, &in);
    else if (dice < 95)
        mouse_event(r, &in);
    else if (dice < 98)
        paste_event(r, &in);
    else
        resize_event(r, &in);
    if (r->trace) {
        input_name(&in, name);
        fprintf(stderr, "%lu kind %d %s x %d y %d mouse %d\n", r->at, (int)in.kind, name, in.x, in.y, (int)in.mouse);
    }
    ui_input(&r->s.ui, &in);
}

/* Somebody else edits, moves about, or leaves; the network carries some of it. */
static void others_event(struct run *r)
{
    struct scene *s = &r->s;
    unsigned who = 1 + below(r, SCENE_PEOPLE - 1);
    struct peer *p = &s->peers[who];

    uint32_t what = below(r, 6);

    if (r->trace)
        fprintf(stderr, "%lu others: %u does %u\n", r->at, who, what);
    switch (what) {
    case 0:
        if (s->ui.replica) {
            arena_reset(&s->arena);
            scene_presence(s, who, any(&r->rng, s->server.c.cards), below(r, 2), below(r, 9), below(r, 9));
        }
        break;
    case 1:
        ui_link_changed(
            &s->ui,
            &(struct ui_link){.online = below(r, 2), .offline_since_ms = s->ui.now_ms, .degraded = below(r, 4) == 0});
        break;
    case 2:
        s->peers[0].online ? peer_seal(&s->peers[0], 256) : peer_connect(&s->peers[0], below(r, 2), 20);
        (void)peer_arrive(&s->peers[0], below(r, 30) ? STATUS_OK : STATUS_CONFLICT, below(r, 4));
        break;
    default:
        (void)peer_edit(p, &r->rng, false);
        peer_seal(p, 256);
        (void)peer_arrive(p, STATUS_OK, 0);
        for (unsigned n = below(r, 4); n > 0; n--) {
            (void)peer_deliver(p);
            (void)peer_deliver(&s->peers[0]);
        }
        break;
    }
}

static void answer_asked(struct run *r)
{
    struct scene *s = &r->s;
    struct start_canvas canvas = {
        .context = "acme", .workspace = "Acme", .title = (char[]){"A test"}, .template_id = (char[]){"bmc"}};

    if (s->past_wanted && below(r, 3) == 0) {
        scene_answer(s);
        (void)scene_draw(s); /* as the loop does: another state is shown, and the focus finds a place in it */
    }
    if (s->ui.outside_object && below(r, 4) == 0)
        ui_edited_outside(&s->ui, texts[below(r, 5)], strlen(texts[0]) > 4 ? 3 : 0, NULL);
    if (r->closes) {
        ui_set_canvas(&s->ui, NULL, NULL, 0);
        ui_start_canvases(&s->ui, "acme", &canvas, 1);
    }
    if (r->opens || (s->ui.screen == SCREEN_START && below(r, 30) == 0))
        ui_set_canvas(&s->ui, s->peers[0].r, "acme", below(r, 9) ? COCANVAS__ROLE__EDITOR : COCANVAS__ROLE__VIEWER);
    r->closes = r->opens = false;
}

/* Canvases do not grow without end, so that events stay quick. */
static void thin_out(struct run *r)
{
    struct scene *s = &r->s;

    arena_reset(&s->arena);
    for (struct object *o = s->server.c.cards; o && s->server.c.n_cards > CARDS_MOST; o = o->hh.next) {
        Cocanvas__Op *op = card_delete(&s->arena, o->id);

        if (((struct card *)o)->deleted_seq == 0 && below(r, 2) &&
            replica_edit(s->peers[1].r, 1, &op, s->ui.now_ms, false, NULL) != STATUS_OK)
            break;
    }
}

/* Everybody at rest is equal. */
static void settle(struct run *r)
{
    struct scene *s = &r->s;

    thin_out(r);
    assert_true(peers_settle(s->peers, SCENE_PEOPLE));
    for (size_t i = 0; i < SCENE_PEOPLE; i++) {
        assert_false(replica_has_pending(s->peers[i].r) || replica_in_flight(s->peers[i].r));
        assert_int_equal(replica_hash(s->peers[i].r), canvas_hash(&s->server.c));
    }
    assert_true(view_is_confirmed(s->peers[0].r));
}

static void draw(struct run *r)
{
    check_grid(scene_draw(&r->s));
    check(r);
}

/* The scene begins anew now and then: a journal without end would only cost time. */
static void a_life(struct run *r, unsigned long events)
{
    static const char *const templates[] = {"bmc",   "vplan", "journey", "potential", "vcc",  "jtbd3",
                                            "vxmap", "bmc",   "define",  "vledger",   "swot", "impact-effort"};
    struct scene *s = &r->s;

    scene_init_of(s, 80, 24, templates[below(r, sizeof templates / sizeof *templates)], "Random");
    s->host.ctx = s;
    s->host.close = run_close; /* the scene is the first member of the run */
    s->host.open = run_open;
    for (unsigned long i = 0; i < events; i++, r->at++) {
        s->ui.now_ms += below(r, 200);
        s->server.now_ms = s->ui.now_ms;
        if (below(r, 5))
            one_input(r);
        else
            others_event(r);
        check(r);
        r->seen[way(&s->ui)]++;
        answer_asked(r);
        if (i % DRAW_EVERY == 0)
            draw(r);
        if (i % SETTLE_EVERY == 0)
            settle(r);
    }
    settle(r);
    assert_true(model_replay_agrees(&s->server));
    r->batches += s->server.head;
    scene_fini(s);
}

static void anything_may_happen(void **state)
{
    static struct run r;
    const char *wanted = getenv("COCANVAS_EVENTS");
    unsigned long events = wanted ? strtoul(wanted, NULL, 10) : EVENTS, life = 2000;
    uint64_t seed = rng_seed(20251107);

    (void)state;
    printf("COCANVAS_SEED=%llu COCANVAS_EVENTS=%lu\n", (unsigned long long)seed, events);
    r.rng.state = seed;
    r.trace = getenv("COCANVAS_TRACE") != NULL;
    while (r.at < events)
        a_life(&r, events - r.at < life ? events - r.at : life);
    for (int i = 0; i < WAYS; i++) /* it has been everywhere */
        printf("%lu ", r.seen[i]);
    printf("batches %lu\n", r.batches);
    for (int i = 0; i < WAYS && events >= EVENTS; i++)
        assert_true(r.seen[i] > events / 1000);
    assert_true(r.batches > events / 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(anything_may_happen)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
