/* The canvas on the screen: how it looks at every size (kept as texts under data/tui), what the bars say, and what
 * a card tells. */
#include "tests/support/demo_scene.h"

static void put_prop(struct scene *s, uint64_t card, const char *key, const char *value, bool number)
{
    scene_do(s, ANNA,
             number ? prop_set(&s->arena, card, key, value_of(&s->arena, VALUE_NUMBER, value, 0))
                    : prop_text(&s->arena, card, key, value));
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
    assert_true(scene_shows(s, "◌ saving"));
    s->ui.now_ms += UI_UNSENT_MS;
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
        cmocka_unit_test(a_card_tells_what_is_about_it),
    };
    return cmocka_run_group_tests_name("tui_views", tests, NULL, NULL);
}
