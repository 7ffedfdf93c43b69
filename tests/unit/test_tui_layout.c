/* The canvas on the screen: that no text can break a frame, who is where, that scrolling follows the focus and nothing
 * else, and that the number of cards does not matter. */
#include <time.h>

#include "tests/support/demo_scene.h"

/* ---------------------------------------------------------------- nothing breaks a frame */

static const char *const hostile[] = {
    "\u202eevil\u2066 bidi\u2069\u202c and \u200f\u061c more",
    "漢字かな交じり文で書かれた長い文章がここにあります。全角文字は二つの升を取る。",
    "e\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308 z\u0335\u0336\u0337\u0338 a\u20dd",
    "👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈🇩🇪🇫🇷👍🏿 ☎️ ❤️ \u200d\u200d",
    "\t\ttabs\n\n\n\nlines\n\n\n",
    "\ufdfd\ufdfd\ufdfd ༺ ꧁ ꧂ \U0001f468\u200d",
    "\ufeff\u200b\u2028\u2029\ufffe",
    "",
    "                                                                                 ",
};

static char *repeated(struct scene *s, const char *what, size_t n)
{
    char *text = arena_calloc(&s->arena, strlen(what) * n + 1, 1);

    for (size_t i = 0; i < n; i++)
        memcpy(text + i * strlen(what), what, strlen(what));
    return text;
}

static struct scene *hostile_scene(void)
{
    struct scene *s = scene_of("bmc", "evil \u202e 漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字 title");
    static const char *const keys[] = {"kp", "ka", "kr", "vp", "cr", "ch", "cs", "cost", "rs"};

    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++)
        for (size_t k = 0; k < 3; k++) {
            uint64_t id = scene_card(s, BEN, keys[(i + 4 * k) % 9], hostile[i], k ? "teal" : "");
            if (hostile[i][0] && utf8_check_line(hostile[i], strlen(hostile[i]), NULL))
                scene_do(s, BEN, tag_set(&s->arena, id, repeated(s, "漢", 60), true));
        }
    (void)scene_card(s, BEN, "cs", repeated(s, "x", 5000), "");
    (void)scene_card(s, BEN, "vp", repeated(s, "👨‍👩‍👧‍👦", 1000), "");
    (void)scene_card(s, BEN, "rs", repeated(s, "word é ", 1428), "red");
    scene_do(s, BEN,
             prop_text(&s->arena, scene_block(s, "kp"), "title", "\u202e漢字漢字漢字 👩🏽‍🚀 (漢)"));
    scene_do(s, BEN, prop_text(&s->arena, scene_block(s, "ka"), "title", repeated(s, "W", 200)));
    scene_do(s, BEN, prop_text(&s->arena, scene_block(s, "cr"), "title", repeated(s, "漢 ", 80)));
    scene_do(s, BEN, prop_text(&s->arena, scene_block(s, "cost"), "prompt", repeated(s, "👩🏽‍🚀\n", 300)));
    scene_presence(s, CHIARA, card_of(s, "cs", 0), true, 0, 0);
    return s;
}

static void hostile_texts_break_nothing(void **state)
{
    struct scene *s = hostile_scene();
    static const char *const keys[] = {"kp", "cs", "vp", "rs", "cost"};

    (void)state;
    for (int i = 0; i < SIZES; i++)
        for (int l = 0; l < LAYOUTS; l++)
            for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
                struct block *block = view_block_of(s, keys[k]);

                scene_resize(s, sizes[i][0], sizes[i][1]);
                s->ui.layout = (enum ui_layout)l;
                ui_focus(&s->ui, block->o.id, k % 2 && block->n_cards ? block->cards[block->n_cards - 1]->o.id : 0);
                assert_frames(s);
            }
    end(s);
}

/* Every size from the least one up, also while a panel takes room. */
static void frames_hold_at_every_size(void **state)
{
    struct scene *s = hostile_scene();

    (void)state;
    for (int cols = UI_MIN_COLS; cols < 215; cols += 7)
        for (int rows = UI_MIN_ROWS; rows < 62; rows += 5) {
            scene_resize(s, cols, rows);
            s->ui.layout = (enum ui_layout)((cols + rows) % LAYOUTS);
            assert_frames(s);
        }
    scene_resize(s, 40, 10);
    assert_true(scene_shows(s, "This window is 40 x 10."));
    end(s);
}

static void plain_terminals_get_plain_characters(void **state)
{
    struct scene *s = demo();

    (void)state;
    with_people(s);
    s->ui.ascii = true;
    for (int l = 0; l < LAYOUTS; l++) {
        const struct grid *g;

        s->ui.layout = (enum ui_layout)l;
        g = scene_draw(s);
        for (int i = 0; i < g->cols * g->rows; i++)
            assert_true((unsigned char)g->cells[i].bytes[0] < 0x80);
    }
    end(s);
}

static void every_sign_takes_one_cell(void **state)
{
    struct ui ui = {.ascii = false};

    (void)state;
    for (int k = 0; k < 2; k++, ui.ascii = true)
        for (int i = 0; i < SIGNS; i++)
            assert_int_equal(words_width(sign(&ui, (enum sign)i)), 1);
}

/* ---------------------------------------------------------------- layout */

static void set_grid(struct scene *s, const char *block, const char *key, const char *value)
{
    scene_do(s, ANNA,
             prop_set(&s->arena, block ? scene_block(s, block) : 0, key, value_of(&s->arena, VALUE_NUMBER, value, 0)));
}

static enum ui_layout shown(struct scene *s)
{
    return layout_effective(&s->ui, layout_parts(&s->ui).body);
}

static void what_is_no_grid_is_an_outline(void **state)
{
    struct scene *s = demo();

    (void)state;
    assert_int_equal(shown(s), LAYOUT_CANVAS);
    set_grid(s, "ka", "row_span", "4"); /* overlaps Key Resources */
    assert_int_equal(shown(s), LAYOUT_OUTLINE);
    assert_true(scene_shows(s, "outline"));
    set_grid(s, "ka", "row_span", "3");
    assert_int_equal(shown(s), LAYOUT_CANVAS);
    set_grid(s, "cs", "col", "9"); /* half of it outside */
    assert_int_equal(shown(s), LAYOUT_OUTLINE);
    set_grid(s, "cs", "col", "8");
    set_grid(s, NULL, "rows", "64"); /* blocks become too small */
    assert_int_equal(shown(s), LAYOUT_OUTLINE);
    set_grid(s, NULL, "rows", "8");
    assert_int_equal(shown(s), LAYOUT_CANVAS);
    for (unsigned i = 0; i < 40; i++) {
        char key[16];
        snprintf(key, sizeof key, "more%u", i);
        scene_do(s, ANNA, block_add(&s->arena, replica_next_id(s->peers[0].r), key, "One more block"));
    }
    assert_int_equal(shown(s), LAYOUT_OUTLINE);
    for (int l = 0; l < LAYOUTS; l++) {
        s->ui.layout = (enum ui_layout)l;
        assert_frames(s);
    }
    end(s);
}

static void a_canvas_without_blocks_says_so(void **state)
{
    struct scene *s = scene_of("swot", "Empty");

    (void)state;
    struct block **blocks = canvas_blocks_in_order(&s->server.c, NULL);
    for (size_t i = 0; blocks[i]; i++)
        scene_do(s, ANNA, switch_op(&s->arena, COCANVAS__OP__KIND_BLOCK_REMOVE, blocks[i]->o.id, true));
    free(blocks);
    for (int l = 0; l < LAYOUTS; l++) {
        s->ui.layout = (enum ui_layout)l;
        assert_true(scene_shows(s, "This canvas has no blocks yet."));
    }
    end(s);
}

static const char *beside(struct scene *s, const char *key, int dx, int dy)
{
    struct block *block = canvas_block(&s->server.c, layout_neighbour(&s->ui, scene_block(s, key), dx, dy));

    return block ? block->key : "";
}

static void arrows_lead_to_what_lies_there(void **state)
{
    struct scene *s = demo();

    (void)state;
    assert_string_equal(beside(s, "kp", 1, 0), "ka");
    assert_string_equal(beside(s, "kp", -1, 0), "");
    assert_string_equal(beside(s, "kp", 0, 1), "cost");
    assert_string_equal(beside(s, "ka", 0, 1), "kr");
    assert_string_equal(beside(s, "kr", 0, -1), "ka");
    assert_string_equal(beside(s, "vp", -1, 0), "ka");
    assert_string_equal(beside(s, "kr", 1, 0), "vp");
    assert_string_equal(beside(s, "ch", 0, 1), "rs");
    assert_string_equal(beside(s, "cost", 1, 0), "rs");
    assert_string_equal(beside(s, "cost", 0, -1), "kr");
    assert_string_equal(beside(s, "rs", 0, -1), "ch");
    s->ui.layout = LAYOUT_OUTLINE; /* in the order of filling */
    assert_string_equal(beside(s, "cs", 0, 1), "vp");
    assert_string_equal(beside(s, "cs", 0, -1), "");
    assert_string_equal(beside(s, "cost", 0, 1), "");
    end(s);
}

/* Where a click or a drop goes is what is seen there. */
static void a_drop_takes_the_place_of_the_card_there(void **state)
{
    struct scene *s = demo();
    uint64_t dragged = card_of(s, "ch", 2), block, after;
    int x, y;

    (void)state;
    scene_resize(s, 200, 60);
    assert_true(scene_find(s, "Carriers for", &x, &y));
    assert_true(layout_drop(&s->ui, dragged, x, y, &block, &after));
    assert_true(block == scene_block(s, "kp") && after == card_of(s, "kp", 1));
    assert_true(scene_find(s, "Nearly 1,000", &x, &y)); /* the first one */
    assert_true(layout_drop(&s->ui, dragged, x, y, &block, &after));
    assert_true(block == scene_block(s, "kp") && after == 0);
    assert_true(layout_drop(&s->ui, dragged, x, y + 30, &block, &after)); /* below the last one */
    assert_true(block == scene_block(s, "kp") && after == card_of(s, "kp", 3));
    assert_true(scene_find(s, "Collection points", &x, &y)); /* downwards in its own block */
    assert_true(layout_drop(&s->ui, dragged, x, y, &block, &after));
    assert_true(block == scene_block(s, "ch") && after == card_of(s, "ch", 3));
    assert_true(scene_find(s, "More than 400", &x, &y)); /* upwards */
    assert_true(layout_drop(&s->ui, dragged, x, y, &block, &after));
    assert_true(after == 0);
    assert_true(scene_find(s, "Planning studios", &x, &y)); /* where it is already */
    assert_true(layout_drop(&s->ui, dragged, x, y, &block, &after));
    assert_true(after == card_of(s, "ch", 1));
    assert_false(layout_drop(&s->ui, dragged, 0, 0, &block, &after));
    end(s);
}

/* ---------------------------------------------------------------- scrolling */

/* A block with n cards "card 0 …", loaded as a snapshot: op by op would take minutes. */
static struct scene *many(uint32_t n)
{
    struct scene *s = xcalloc(1, sizeof *s);
    char text[64];

    scene_init_of(s, 132, 43, "bmc", "Many");
    struct model_server *server = &s->server;
    struct block *block = canvas_block_by_key(&server->c, "vp");
    struct order_key *keys = xcalloc(n, sizeof *keys);
    assert_int_equal(order_n_between(NULL, NULL, n, keys), STATUS_OK);
    for (uint32_t i = 0; i < n; i++) {
        struct card *card = canvas_new_card(&server->c, object_id(9, i + 1), block, keys[i].text);
        snprintf(text, sizeof text, "card %u has some words that go on and on", i);
        text_set(&card->text, text, strlen(text));
        card->created_by = 1 + i % 4;
        card->created_ms = server->now_ms;
    }
    free(keys);
    buf_clear(&server->first_state, SIZE_MAX);
    canvas_encode(&server->c, &server->first_state);
    for (unsigned i = 0; i < SCENE_PEOPLE; i++) {
        peer_disconnect(&s->peers[i], false);
        peer_connect(&s->peers[i], true, UINT32_MAX);
    }
    ui_set_canvas(&s->ui, NULL, NULL, 0);
    ui_set_canvas(&s->ui, s->peers[0].r, "acme", COCANVAS__ROLE__EDITOR);
    ui_focus(&s->ui, block->o.id, card_of(s, "vp", 0));
    return s;
}

static void assert_focus_is_seen(struct scene *s, uint64_t card)
{
    const struct grid *g = scene_draw(s);
    bool seen = false;

    for (size_t i = 0; i < g->n_hits; i++)
        seen |= g->hits[i].kind == HIT_CARD && g->hits[i].id == card && g->hits[i].rect.h > 0;
    if (!seen)
        fail_msg("the focused card is not on the screen");
}

static void the_focus_is_always_seen(void **state)
{
    static const uint32_t steps[] = {0, 1, 2, 50, 51, 999, 998, 500, 3, 0, 700};
    struct scene *s = many(1000);

    (void)state;
    for (int l = 0; l < LAYOUTS; l++)
        for (int i = 0; i < SIZES; i++)
            for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
                scene_resize(s, sizes[i][0], sizes[i][1]);
                s->ui.layout = (enum ui_layout)l;
                ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", steps[k]));
                assert_focus_is_seen(s, s->ui.card);
            }
    end(s);
}

/* The row in which a text stands, -1: nowhere. */
static int row_of(struct scene *s, const char *text)
{
    int x, y;

    return scene_find(s, text, &x, &y) ? y : -1;
}

static void others_move_nothing(void **state)
{
    struct scene *s = many(1000);
    uint64_t block = scene_block(s, "vp");

    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        s->ui.layout = (enum ui_layout)l;
        ui_focus(&s->ui, block, card_of(s, "vp", 900));
        (void)scene_draw(s);
        ui_focus(&s->ui, block, card_of(s, "vp", 500 + (uint32_t)l)); /* the upmost row */
        uint64_t focus = s->ui.card;
        char words[32];
        snprintf(words, sizeof words, "%.12s", canvas_card(panel_canvas(&s->ui), focus)->text.bytes);
        int row = row_of(s, words);
        assert_true(row > 0);
        uint64_t first = replica_next_id(s->peers[BEN].r);
        Cocanvas__Op *op = card_create(&s->arena, first, block, 0, "new at the beginning");
        op->card_create->place->first = true;
        scene_do(s, BEN, op);
        assert_int_equal(row_of(s, words), row);
        scene_do(s, BEN, card_delete(&s->arena, first));
        scene_do(s, BEN, card_delete(&s->arena, card_of(s, "vp", 10)));
        assert_int_equal(row_of(s, words), row);
    }
    end(s);
}

/* Somebody takes the first visible card to another block: the list stays where it is. */
static void the_first_visible_card_may_leave(void **state)
{
    struct scene *s = many(1000);
    uint64_t block = scene_block(s, "vp");

    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        s->ui.layout = (enum ui_layout)l;
        ui_focus(&s->ui, block, card_of(s, "vp", 900));
        (void)scene_draw(s);
        ui_focus(&s->ui, block, card_of(s, "vp", 400));
        (void)scene_draw(s);
        uint64_t top = s->ui.card;
        ui_focus(&s->ui, block, card_of(s, "vp", 402));
        uint64_t focus = s->ui.card;
        assert_focus_is_seen(s, focus);
        scene_do(s, BEN, card_move(&s->arena, top, place_of(&s->arena, scene_block(s, "cs"), 0, 0, false)));
        assert_focus_is_seen(s, focus);
        int row = row_of(s, "card 402");
        assert_true(row > 0 && row < 12);
        scene_do(s, BEN, card_move(&s->arena, top, place_of(&s->arena, block, card_of(s, "vp", 399), 0, false)));
    }
    end(s);
}

static void wheel_and_pages(void **state)
{
    struct scene *s = many(1000);
    uint64_t block = scene_block(s, "vp");

    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        s->ui.layout = (enum ui_layout)l;
        ui_focus(&s->ui, block, card_of(s, "vp", 0));
        (void)scene_draw(s);
        uint64_t next = layout_page(&s->ui, 1);
        assert_true(next != s->ui.card);
        ui_focus(&s->ui, block, next);
        (void)scene_draw(s);
        assert_true(layout_page(&s->ui, -1) == card_of(s, "vp", 0));
        int x, y;
        assert_true(scene_find(s, "card ", &x, &y));
        for (int i = 0; i < 400; i++)
            (void)layout_wheel(&s->ui, x, y, 1);
        uint64_t focus = s->ui.card;
        assert_focus_is_seen(s, focus); /* it came along */
        assert_true(list_index(view_block_of(s, "vp"), canvas_card(panel_canvas(&s->ui), focus)) >= 300);
        for (int i = 0; i < 500; i++)
            (void)layout_wheel(&s->ui, x, y, -1);
        assert_true(scene_shows(s, "card 0 "));
    }
    end(s);
}

static double frame_ms(struct scene *s, int frames)
{
    struct timespec from, to;
    uint32_t n = view_block_of(s, "vp")->n_cards;

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < frames; i++) {
        ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", (n / 2 + (uint32_t)i) % n));
        (void)scene_draw(s);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    return ((double)(to.tv_sec - from.tv_sec) * 1e3 + (double)(to.tv_nsec - from.tv_nsec) / 1e6) / frames;
}

/* What one drawing puts into the arena: a few words for each card that is laid out. */
static size_t words_of_a_drawing(struct scene *s)
{
    (void)scene_draw(s);
    layout_settle(&s->ui);
    view_canvas(&s->ui, &s->grid, layout_parts(&s->ui).body);
    size_t used = s->ui.words.used_bytes;
    arena_reset(&s->ui.words);
    return used;
}

/* Nothing is laid out that is not seen. The times are for people to read. */
static void the_number_of_cards_does_not_matter(void **state)
{
    struct scene *few = many(100), *s = many(10000);

    (void)state;
    for (int l = 0; l < LAYOUTS; l++) {
        few->ui.layout = s->ui.layout = (enum ui_layout)l;
        print_message("%s: a frame of 132x43 with 100 cards %.2f ms, with 10,000 cards %.2f ms\n", layouts[l],
                      frame_ms(few, 30), frame_ms(s, 30));
        assert_focus_is_seen(s, s->ui.card);
        size_t of_few = words_of_a_drawing(few), of_many = words_of_a_drawing(s);
        assert_in_range(of_many, of_few / 2, of_few * 2);
    }
    s->ui.layout = LAYOUT_BLOCK;
    assert_true(scene_shows(s, "10000 cards"));
    assert_true(scene_shows(s, "more ↓"));
    end(few);
    end(s);
}

static void rows_are_what_is_drawn(void **state)
{
    struct scene *s = hostile_scene();
    struct grid g;

    (void)state;
    grid_init(&g);
    grid_resize(&g, 120, 40);
    for (const struct object *o = panel_canvas(&s->ui)->cards; o; o = o->hh.next)
        for (int w = 10; w < 120; w += 9)
            for (int most_rows = 1; most_rows < 9; most_rows++) {
                const struct card *card = canvas_card(panel_canvas(&s->ui), o->id);
                int rows = card_rows(&s->ui, card, w, most_rows), last = -1;

                assert_in_range(rows, 1, most_rows);
                grid_clear(&g);
                card_draw(&s->ui, &g, (struct rect){0, 0, w, 40}, card, most_rows);
                for (int y = 0; y < 40; y++)
                    for (int x = 0; x < 120; x++) {
                        bool blank = strcmp(grid_at(&g, x, y)->bytes, " ") == 0;
                        if (!blank && grid_at(&g, x, y)->width)
                            last = y;
                        assert_true(blank || x < w);
                    }
                assert_true(last < rows);
                arena_reset(&s->ui.words);
            }
    grid_fini(&g);
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_texts_break_nothing),
        cmocka_unit_test(frames_hold_at_every_size),
        cmocka_unit_test(plain_terminals_get_plain_characters),
        cmocka_unit_test(every_sign_takes_one_cell),
        cmocka_unit_test(what_is_no_grid_is_an_outline),
        cmocka_unit_test(a_canvas_without_blocks_says_so),
        cmocka_unit_test(arrows_lead_to_what_lies_there),
        cmocka_unit_test(a_drop_takes_the_place_of_the_card_there),
        cmocka_unit_test(the_focus_is_always_seen),
        cmocka_unit_test(others_move_nothing),
        cmocka_unit_test(the_first_visible_card_may_leave),
        cmocka_unit_test(wheel_and_pages),
        cmocka_unit_test(the_number_of_cards_does_not_matter),
        cmocka_unit_test(rows_are_what_is_drawn),
    };
    return cmocka_run_group_tests_name("tui_layout", tests, NULL, NULL);
}
