/* The canvas on the screen: how it looks at every size (kept as texts under data/tui), that no text can break a frame,
 * that scrolling follows the focus and nothing else, and that the number of cards does not matter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "client/cli/canvas_file.h"
#include "client/tui/view_parts.h"
#include "tests/support/scene.h"

static const int sizes[][2] = {{60, 18}, {80, 24}, {132, 43}, {200, 60}};
enum { SIZES = 4, LAYOUTS = 4, ANNA = 0, BEN = 1, CHIARA = 2, DAI = 3 };
static const char *const layouts[] = {"canvas", "block", "outline", "table"};

/* ---------------------------------------------------------------- scenes */

static struct scene *scene_of(const char *template_id, const char *title)
{
    struct scene *s = xcalloc(1, sizeof *s);

    scene_init_of(s, 80, 24, template_id, title);
    return s;
}

static void end(struct scene *s)
{
    scene_fini(s);
    free(s);
}

static struct block *view_block_of(struct scene *s, const char *key)
{
    return canvas_block_by_key(panel_canvas(&s->ui), key);
}

static uint64_t card_of(struct scene *s, const char *key, uint32_t index)
{
    struct block *block = view_block_of(s, key);

    assert_true(index < block->n_cards);
    return block->cards[index]->o.id;
}

static void read_demo(struct scene *s, struct markdown *out)
{
    enum { LONGEST = 1 << 16 };
    FILE *f = fopen(TESTS_DIR "/../deploy/demo/ikea.md", "rb");
    char *text = arena_calloc(&s->arena, LONGEST, 1);
    struct why why;

    assert_non_null(f);
    size_t len = fread(text, 1, LONGEST - 1, f);
    fclose(f);
    assert_int_equal(markdown_parse(text, len, &s->arena, out, &why), STATUS_OK);
}

/* The demonstration canvas, written by three people by turns, with votes, comments, colours and a link. */
static struct scene *demo(void)
{
    static const char *const colors[] = {"", "", "yellow", "", "teal", "", "", "purple"};
    struct scene *s = scene_of("bmc", "IKEA");
    struct markdown file;
    size_t k = 0;

    read_demo(s, &file);
    for (size_t i = 0; i < file.n_blocks; i++)
        for (size_t j = 0; j < file.blocks[i].n_cards; j++, k++) {
            const struct markdown_card *card = &file.blocks[i].cards[j];
            unsigned who = (unsigned)(k % 3);
            uint64_t id = scene_card(s, who, file.blocks[i].key, card->text, colors[k % 8]);

            for (size_t t = 0; t < card->n_tags; t++)
                scene_do(s, who, tag_set(&s->arena, id, card->tags[t], true));
            for (size_t c = 0; c < card->n_comments; c++)
                scene_do(s, who, comment_add(&s->arena, replica_next_id(s->peers[who].r), id, 0, card->comments[c]));
            for (unsigned v = 0; v < k % 4; v++)
                scene_do(s, v, vote_set(&s->arena, id, true));
            if (card->status)
                scene_do(s, who, prop_text(&s->arena, id, "status", card->status));
        }
    scene_do(s, BEN,
             link_add(&s->arena, replica_next_id(s->peers[BEN].r), card_of(s, "vp", 1), card_of(s, "ch", 0), "serves"));
    s->ui.now_ms += 2 * UI_CHANGED_MS; /* nobody has changed anything lately */
    return s;
}

/* Others are here: one writes, one has just changed something, one looks at a block. */
static void with_people(struct scene *s)
{
    scene_presence(s, BEN, card_of(s, "vp", 1), true, 3, 3);
    scene_presence(s, CHIARA, scene_block(s, "ch"), false, 0, 0);
    scene_presence(s, DAI, card_of(s, "kr", 3), false, 0, 0);
    scene_do(s, BEN, prop_text(&s->arena, card_of(s, "ch", 0), "color", "red"));
    ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", 2));
    ui_mark(&s->ui, card_of(s, "vp", 3), true);
}

static void put_prop(struct scene *s, uint64_t card, const char *key, const char *value, bool number)
{
    scene_do(s, ANNA,
             number ? prop_set(&s->arena, card, key, value_of(&s->arena, VALUE_NUMBER, value, 0))
                    : prop_text(&s->arena, card, key, value));
}

/* ---------------------------------------------------------------- frames */

static bool is_line(const struct grid *g, int x, int y)
{
    const struct cell *c = grid_at(g, x, y);
    uint32_t point = 0;

    (void)utf8_decode(c->bytes, strlen(c->bytes), &point);
    return c->width == 1 && point >= 0x2500 && point <= 0x257f;
}

/* The sides; the upper border and what is below may carry titles. */
static void assert_frame(const struct grid *g, struct rect r)
{
    for (int y = r.y + 1; y < r.y + r.h - 1; y++)
        if (!is_line(g, r.x, y) || !is_line(g, r.x + r.w - 1, y)) {
            char *text = grid_to_text(g);
            fprintf(stderr, "%s", text);
            free(text);
            fail_msg("the frame at %d,%d is broken in row %d", r.x, r.y, y);
        }
}

static void assert_rows_add_up(const struct grid *g)
{
    for (int y = 0; y < g->rows; y++) {
        int cells = 0;

        for (int x = 0; x < g->cols; x++) {
            const struct cell *c = grid_at(g, x, y);
            cells += c->width;
            assert_true(utf8_check_line(c->bytes, strlen(c->bytes), NULL));
        }
        assert_int_equal(cells, g->cols);
    }
}

static void assert_frames(struct scene *s)
{
    const struct grid *g = scene_draw(s);
    const struct canvas *canvas = panel_canvas(&s->ui);
    struct rect body = layout_inner(&s->ui, layout_parts(&s->ui).body), rects[64];
    enum ui_layout layout = layout_effective(&s->ui, layout_parts(&s->ui).body);
    size_t n = HASH_COUNT(canvas->blocks);

    assert_rows_add_up(g);
    if (layout == LAYOUT_CANVAS) {
        assert_true(layout_blocks(canvas, body, rects, 64));
        for (size_t i = 0; i < n; i++)
            assert_frame(g, rects[i]);
    } else if (layout != LAYOUT_OUTLINE) {
        assert_frame(g, layout == LAYOUT_BLOCK ? blocks_beside(body) : body);
    }
}

/* ---------------------------------------------------------------- as it looks */

static void looks(struct scene *s, const char *name, int cols, int rows)
{
    char *file = xasprintf("%s_%dx%d", name, cols, rows);

    scene_resize(s, cols, rows);
    assert_true(scene_golden(s, file));
    free(file);
}

static void looks_like_a_business_model_canvas(void **state)
{
    struct scene *s = demo();

    (void)state;
    with_people(s);
    for (int i = 0; i < SIZES; i++)
        looks(s, "bmc", sizes[i][0], sizes[i][1]);
    s->ui.layout = LAYOUT_BLOCK;
    looks(s, "block", 80, 24);
    looks(s, "block", 132, 43);
    s->ui.layout = LAYOUT_OUTLINE;
    looks(s, "outline", 60, 18);
    looks(s, "outline", 132, 43);
    end(s);
}

static void looks_like_a_value_co_creation_canvas(void **state)
{
    struct scene *s = scene_of("vcc", "Harbour City Library");

    (void)state;
    for (int i = 0; i < SIZES; i++)
        looks(s, "vcc", sizes[i][0], sizes[i][1]);
    s->ui.layout = LAYOUT_BLOCK;
    looks(s, "vcc_block", 80, 24);
    end(s);
}

static void looks_like_a_table(void **state)
{
    static const char *const prices[] = {"9.50", "120", "0.75", "15"};
    struct scene *s = scene_of("bmc", "Prices");

    (void)state;
    for (uint32_t i = 0; i < 4; i++) {
        uint64_t id = scene_card(s, i % 3, "rs",
                                 i == 2 ? "Napkins\nby the hundred" : "Furniture for a small flat, sold as is", "");

        put_prop(s, id, "f.price", prices[i], true);
        put_prop(s, id, "f.region", i % 2 ? "North" : "South", false);
        if (i == 1)
            scene_do(s, ANNA, vote_set(&s->arena, id, true));
    }
    struct why why;
    assert_int_equal(replica_text_splice(s->peers[0].r, card_of(s, "rs", 0), "reason", 0, 0, "It sells", 8,
                                         s->ui.now_ms, false, &why),
                     STATUS_OK);
    scene_settle(s);
    ui_focus(&s->ui, scene_block(s, "rs"), card_of(s, "rs", 1));
    s->ui.layout = LAYOUT_TABLE;
    looks(s, "table", 60, 18);
    looks(s, "table", 132, 43);
    s->ui.table_column = 99; /* as far as there are columns */
    looks(s, "table_scrolled", 60, 18);
    assert_true(s->ui.table_column < 99);
    end(s);
}

static void looks_the_same_while_typing(void **state)
{
    struct scene *s = demo();

    (void)state;
    ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", 2));
    scene_keys(s, "e");
    scene_type(s, " and more than fits in a line");
    looks(s, "typing", 80, 24);
    scene_keys(s, "escape escape");
    s->ui.layout = LAYOUT_BLOCK;
    scene_keys(s, "a");
    scene_type(s, "A new card");
    looks(s, "typing_block", 80, 24);
    end(s);
}

static void looks_into_the_past(void **state)
{
    struct scene *s = demo();

    (void)state;
    scene_do(s, BEN, card_delete(&s->arena, card_of(s, "cs", 1)));
    scene_keys(s, "g h h h");
    assert_true(panel_in_past(&s->ui));
    scene_resize(s, 132, 43);
    assert_frames(s);
    assert_true(scene_shows(s, "The past, "));
    assert_true(scene_shows(s, "Families with"));
    end(s);
}

/* ---------------------------------------------------------------- the bars */

static void says_whether_it_is_saved(void **state)
{
    struct scene *s = demo();
    int64_t since = s->ui.now_ms;
    const struct {
        struct ui_link link;
        const char *words;
    } cases[] = {
        {{.online = true}, "● saved"},
        {{.online = false}, "○ connecting"},
        {{.online = false, .offline_since_ms = since}, "○ offline since 12:00"},
        {{.online = false, .offline_since_ms = since, .failed = true}, "⚠ not connected"},
        {{.online = true, .degraded = true, .degraded_since_ms = since}, "⚠ not saved since 12:00"},
    };
    struct why why;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int k = 0; k < SIZES; k++) {
            scene_resize(s, sizes[k][0], sizes[k][1]);
            ui_link_changed(&s->ui, &cases[i].link);
            if (!scene_shows(s, cases[i].words))
                fail_msg("%s is not on the screen", cases[i].words);
        }
    ui_link_changed(&s->ui, &cases[0].link);
    assert_int_equal(replica_text_splice(s->peers[0].r, card_of(s, "vp", 0), "", 0, 0, "x", 1, since, false, &why),
                     STATUS_OK);
    assert_true(scene_shows(s, "◌ 1 unsent"));
    ui_link_changed(&s->ui, &cases[2].link);
    assert_true(scene_shows(s, "offline since 12:00 · 1 unsent"));
    end(s);
}

static void the_bars_as_they_are(void **state)
{
    struct scene *s = demo();

    (void)state;
    with_people(s);
    s->ui.following = 100 + CHIARA;
    for (int i = 0; i < SIZES; i++) {
        scene_resize(s, sizes[i][0], sizes[i][1]);
        assert_true(scene_shows(s, "IKEA"));
        assert_true(scene_shows(s, "saved"));
        assert_true(scene_shows(s, "CR"));
        assert_true(scene_shows(s, "The Business Model Canvas - Strategyzer"));
    }
    assert_true(scene_shows(s, "following Chiara Rossi"));
    ui_say(&s->ui, ROLE_WARN, "Something \x1b[31mhappened");
    assert_true(scene_shows(s, "Something "));
    assert_false(scene_shows(s, "Strategyzer"));
    end(s);
}

/* Every hint is an action with a key in the present keymap, and can be clicked. */
static void hints_come_from_the_keymap(void **state)
{
    struct scene *s = demo();
    struct why why;
    int x, y;

    (void)state;
    scene_resize(s, 200, 60);
    ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", 0));
    assert_true(scene_find(s, "v vote", &x, &y));
    assert_int_equal(y, 59);
    assert_int_equal(grid_hit_at(&s->grid, x + 3, y)->kind, HIT_ACTION);
    assert_int_equal(grid_hit_at(&s->grid, x + 3, y)->id, ACTION_VOTE);
    assert_int_equal(keymap_read(&s->ui.keymap, "keys", "canvas v none\ncanvas W vote\n", &why), STATUS_OK);
    assert_true(scene_shows(s, "W vote"));
    s->ui.role = COCANVAS__ROLE__VIEWER; /* what she may not do is no hint */
    assert_false(scene_shows(s, "W vote"));
    assert_false(scene_shows(s, "new card"));
    assert_true(scene_shows(s, "enter open"));
    end(s);
}

/* Wherever one is, the line below tells how to go on and how to leave. */
static void every_place_has_hints(void **state)
{
    static const struct {
        const char *keys, *hints[2];
    } places[] = {
        {"1", {"enter zoom in", "tab next block"}},
        {"1 down enter", {"enter type", "escape close"}},
        {"1 down e", {"escape done", "enter next"}},
        {"@", {"enter go there", "escape close"}},
        {"g h", {"left back", "r bring back"}},
        {":", {"enter run", "esc close"}},
        {"1 down m", {"enter put here", "escape leave it where it was"}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct scene *s = demo();

        scene_keys(s, places[i].keys);
        for (int k = 0; k < 2; k++)
            if (!scene_shows(s, places[i].hints[k]))
                fail_msg("'%s' is not shown after '%s'", places[i].hints[k], places[i].keys);
        end(s);
    }
}

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

/* ---------------------------------------------------------------- cards */

static void a_card_tells_what_is_about_it(void **state)
{
    struct scene *s = demo();

    (void)state;
    scene_resize(s, 200, 60);
    ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", 0));
    assert_true(scene_shows(s, "#flatpack ▲2 →1 AK")); /* tag, votes, link, author */
    assert_true(scene_shows(s, "▲1 ❞1 CR"));           /* a comment */
    with_people(s);
    assert_true(scene_shows(s, "▲2 →1 ‹BO✎› AK"));
    assert_true(scene_shows(s, "✱BO")); /* changed just now */
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    assert_false(scene_shows(s, "✱BO"));
    assert_true(scene_shows(s, "▸▲ A whole home")); /* the focus, without colour */
    assert_true(scene_shows(s, " ✓ You do a part"));
    s->ui.layout = LAYOUT_BLOCK;
    assert_true(scene_shows(s, "#flatpack · ▲ 2 votes · 1 link · ‹BO✎›"));
    assert_true(scene_shows(s, "1.3 · Anna Koch · 12:00"));
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
        cmocka_unit_test(looks_like_a_business_model_canvas),
        cmocka_unit_test(looks_like_a_value_co_creation_canvas),
        cmocka_unit_test(looks_like_a_table),
        cmocka_unit_test(looks_the_same_while_typing),
        cmocka_unit_test(looks_into_the_past),
        cmocka_unit_test(says_whether_it_is_saved),
        cmocka_unit_test(the_bars_as_they_are),
        cmocka_unit_test(hints_come_from_the_keymap),
        cmocka_unit_test(every_place_has_hints),
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
        cmocka_unit_test(a_card_tells_what_is_about_it),
        cmocka_unit_test(rows_are_what_is_drawn),
    };
    return cmocka_run_group_tests_name("tui_views", tests, NULL, NULL);
}
