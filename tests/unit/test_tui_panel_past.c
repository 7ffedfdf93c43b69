/* The panels that look back and around: history with replay, search. */
#include "common/rights.h"
#include "tests/support/panel_scene.h"

/* ---------------------------------------------------------------- history */

static void test_steps(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "ch", "first", "");

    (void)state;
    for (int i = 0; i < 24; i++)
        write_on(s, 1, card, "x");
    assert_int_equal(s->server.head, 25);
    scene_keys(s, "g h");
    assert_false(panel_in_past(&s->ui));
    scene_keys(s, "left");
    assert_int_equal(s->ui.panel.past_seq, 24);
    assert_true(panel_in_past(&s->ui));
    assert_true(scene_shows(s, "24 of 25"));
    assert_true(scene_shows(s, "Ben Ode wrote 'x' into 2.1"));
    assert_int_equal(strlen(text_of(panel_canvas(&s->ui), card)), strlen("first") + 23);
    scene_keys(s, "h page-up");
    assert_int_equal(s->ui.panel.past_seq, 13);
    scene_keys(s, "shift-left");
    assert_int_equal(s->ui.panel.past_seq, 3);
    scene_keys(s, "page-up");
    assert_int_equal(s->ui.panel.past_seq, 1); /* the beginning */
    assert_string_equal(text_of(panel_canvas(&s->ui), card), "first");
    scene_keys(s, "left l page-down");
    assert_int_equal(s->ui.panel.past_seq, 12);
    scene_keys(s, "home");
    assert_int_equal(s->ui.panel.past_seq, 1);
    scene_keys(s, "page-down page-down page-down");
    assert_false(panel_in_past(&s->ui)); /* now */
    scene_keys(s, "left end");
    assert_false(panel_in_past(&s->ui));
    scene_end(s);
}

static void test_named_versions(void **state)
{
    struct scene *s = at_work(132, 43);

    (void)state;
    scene_keys(s, "g h down down enter");
    assert_int_equal(s->ui.panel.past_seq, 39);
    assert_true(scene_shows(s, "◆ After the interview"));
    scene_do(s, 1, name_seq(&s->arena, s->server.head, "Round two")); /* comes above: the focus stays */
    (void)scene_draw(s);
    assert_int_equal(s->ui.panel.focus, 3);
    assert_int_equal(s->ui.panel.past_seq, 39);
    scene_keys(s, "left n");
    scene_type(s, "Before the interview");
    scene_keys(s, "enter");
    assert_string_equal(((struct named *)canvas_find(&s->server.c, OBJECT_NAMED, 38))->name, "Before the interview");
    scene_keys(s, "n ctrl-u enter"); /* no name any more */
    assert_null(canvas_find(&s->server.c, OBJECT_NAMED, 38));
    scene_keys(s, "home enter");
    scene_end(s);
}

static void test_name_now(void **state)
{
    struct scene *s = at_work(132, 43);
    uint64_t head = s->server.head;

    (void)state;
    scene_keys(s, "g h n");
    scene_type(s, "The end");
    scene_keys(s, "enter");
    assert_string_equal(((struct named *)canvas_find(&s->server.c, OBJECT_NAMED, head))->name, "The end");
    scene_end(s);
}

/* The host answers late: only what is still wanted is taken. */
static void test_late_answers(void **state)
{
    struct scene *s = at_work(132, 43);
    struct input left = {.kind = INPUT_LEFT};

    (void)state;
    scene_keys(s, "g h");
    ui_input(&s->ui, &left);
    ui_input(&s->ui, &left);
    assert_int_equal(s->past_wanted, s->server.head - 2);
    assert_true(scene_shows(s, "on its way"));
    ui_past(&s->ui, s->server.head - 1, scene_state(s, s->server.head - 1), NULL, NULL);
    assert_false(panel_in_past(&s->ui));
    scene_answer(s);
    assert_int_equal(s->ui.panel.past_seq, s->server.head - 2);
    ui_input(&s->ui, &left);
    ui_past(&s->ui, s->past_wanted, NULL, NULL, "The history before 60 is kept no longer.");
    assert_true(scene_shows(s, "The history before 60 is kept no longer."));
    assert_int_equal(s->ui.panel.past_seq, s->server.head - 2); /* what was shown stays */
    assert_int_equal(s->ui.panel.seq, s->server.head - 2);
    ui_input(&s->ui, &left);
    scene_keys(s, "escape"); /* closed meanwhile */
    assert_false(panel_in_past(&s->ui));
    ui_past(&s->ui, 3, scene_state(s, 3), NULL, NULL);
    assert_false(panel_in_past(&s->ui));
    s->past_wanted = 0;
    scene_end(s);
}

static void test_restore_a_card(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "ch", "Wholesale", ""), other;

    (void)state;
    scene_do(s, 2, text_edit(&s->arena, card, "", 9, 0, "No ", 9));
    other = scene_card(s, 2, "kp", "Stays", "");
    scene_keys(s, "g h left left"); /* before the change, which was about the card */
    assert_string_equal(text_of(panel_canvas(&s->ui), card), "Wholesale");
    scene_keys(s, "r");
    assert_true(scene_shows(s, "Only the card Channels: 2.1 'Wholesale'"));
    scene_keys(s, "c");
    assert_false(panel_in_past(&s->ui)); /* one sees what it did */
    assert_string_equal(text_of(&s->server.c, card), "Wholesale");
    assert_string_equal(text_of(&s->server.c, other), "Stays");
    assert_int_equal(replica_undo(s->peers[0].r, s->ui.now_ms, &s->peers[0].why), STATUS_OK);
    scene_settle(s);
    assert_string_equal(text_of(&s->server.c, card), "No ");
    scene_end(s);
}

static void test_restore_everything(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "ch", "Wholesale", ""), later_card;

    (void)state;
    scene_do(s, 1, card_delete(&s->arena, card));
    later_card = scene_card(s, 2, "kp", "Made since", "");
    scene_keys(s, "g h left left r a");
    assert_string_equal(text_of(&s->server.c, card), "Wholesale");
    assert_string_equal(text_of(&s->server.c, later_card), "");
    scene_keys(s, "left r a"); /* again from one step before: it is as it was */
    scene_end(s);
}

static void test_restore_is_asked_and_may_be_refused(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "ch", "Wholesale", "");

    (void)state;
    scene_do(s, 1, card_delete(&s->arena, card));
    scene_keys(s, "g h r"); /* now: nothing to bring back */
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    scene_keys(s, "left r n");
    assert_string_equal(text_of(&s->server.c, card), "");
    assert_true(panel_in_past(&s->ui));
    s->ui.role = COCANVAS__ROLE__VIEWER;
    scene_keys(s, "r");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    scene_end(s);
}

static void test_an_empty_history(void **state)
{
    struct scene *s = scene_new(80, 24);

    (void)state;
    scene_keys(s, "g h left page-up home right r");
    assert_false(panel_in_past(&s->ui));
    assert_true(scene_shows(s, "This canvas has no past yet."));
    scene_end(s);
}

/* On a small screen the history is a strip: what it shows can be seen above. */
static void test_history_does_not_cover_the_canvas(void **state)
{
    struct scene *s = at_work(80, 24);
    struct ui_parts parts;

    (void)state;
    scene_keys(s, "g h left");
    parts = layout_parts(&s->ui);
    assert_true(parts.body.y + parts.body.h <= parts.panel.y);
    assert_true(scene_shows(s, "Households"));
    scene_keys(s, "tab"); /* about on the canvas of that time */
    assert_true(panel_in_past(&s->ui));
    scene_end(s);
}

/* ---------------------------------------------------------------- search */

static void search(struct scene *s, const char *typed)
{
    s->ui.panel.kind = PANEL_NONE;
    s->ui.panel.find[0] = '\0';
    scene_keys(s, "/");
    scene_type(s, typed);
}

static void expect_found(struct scene *s, const char *typed, size_t n, const uint64_t *cards)
{
    search(s, typed);
    if (s->ui.panel.n_found != n)
        fprintf(stderr, "search for %s\n", typed);
    assert_int_equal(s->ui.panel.n_found, n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(s->ui.panel.found[i], cards[i]);
}

static void test_search_everywhere(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t text = scene_card(s, 1, "ch", "Wholesale in Zürich", ""), tag = scene_card(s, 1, "cs", "tagged", ""),
             said = scene_card(s, 1, "vp", "talked about", ""), field = scene_card(s, 1, "rs", "with a field", ""),
             gone = scene_card(s, 1, "kp", "Zürich too", "");
    uint64_t comment = replica_next_id(s->peers[1].r), id;

    (void)state;
    scene_do(s, 1, tag_set(&s->arena, tag, "ZURICH", true));
    scene_do(s, 1, comment_add(&s->arena, comment, said, 0, "Ask the zu\u0308rich office"));
    scene_do(s, 1, text_edit(&s->arena, field, "f.place", 0, 0, "near zürich", 0));
    scene_do(s, 1, card_delete(&s->arena, gone));
    /* in the order in which the blocks are filled: segments, values, channels, revenues */
    expect_found(s, "zurich", 4, (uint64_t[]){tag, said, text, field});
    expect_found(s, "ZÜRICH", 4, (uint64_t[]){tag, said, text, field});
    expect_found(s, "zürich office", 1, &said);
    expect_found(s, "talked office", 1, &said); /* words in different parts of one card */
    expect_found(s, "tagged office", 0, NULL);
    expect_found(s, "2.1", 1, &text);
    expect_found(s, " ", 0, NULL);
    expect_found(s, "sale", 1, &text); /* inside of words, too */
    scene_do(s, 1, switch_op(&s->arena, COCANVAS__OP__KIND_COMMENT_DELETE, comment, true));
    expect_found(s, "office", 0, NULL);
    id = replica_next_id(s->peers[1].r);
    search(s, "basel"); /* what comes in while one looks */
    scene_do(s, 1, comment_add(&s->arena, id, text, 0, "or Basel"));
    assert_int_equal(s->ui.panel.n_found, 1);
    scene_do(s, 1, switch_op(&s->arena, COCANVAS__OP__KIND_COMMENT_DELETE, id, true));
    assert_int_equal(s->ui.panel.n_found, 0);
    scene_end(s);
}

static void test_search_holds_still(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t a = scene_card(s, 1, "ch", "apple one", ""), b = scene_card(s, 1, "ch", "apple two", ""),
             c = scene_card(s, 1, "ch", "apple three", ""), d;

    (void)state;
    search(s, "apple");
    scene_keys(s, "down");
    assert_int_equal(s->ui.panel.focus_id, b);
    d = scene_card(s, 2, "cs", "apple four", ""); /* in a block before: still comes to the end */
    scene_do(s, 2, card_delete(&s->arena, a));
    (void)scene_draw(s);
    assert_int_equal(s->ui.panel.n_found, 3);
    assert_int_equal(s->ui.panel.found[2], d);
    assert_int_equal(s->ui.panel.focus_id, b);
    assert_int_equal(s->ui.panel.focus, 0);
    scene_do(s, 2, text_edit(&s->arena, b, "", 9, 0, "pear", 9)); /* it fits no more: the next one */
    (void)scene_draw(s);
    assert_int_equal(s->ui.panel.focus_id, c);
    scene_keys(s, "enter");
    assert_int_equal(s->ui.card, c);
    scene_end(s);
}

/* All the way down and up again. */
static void test_the_focus_is_visible(void **state)
{
    struct scene *s = scene_new(80, 24);
    char text[40];

    (void)state;
    for (int i = 0; i < 40; i++) {
        (void)snprintf(text, sizeof text, "apple %02d", i);
        (void)scene_card(s, 1, "cs", text, "");
    }
    search(s, "apple");
    for (int i = 0; i < 80; i++) {
        size_t focus = s->ui.panel.focus;
        struct rect panel = layout_parts(&s->ui).panel;
        int x, y;

        (void)snprintf(text, sizeof text, "apple %02zu ", focus);
        assert_true(scene_find(s, text, &x, &y));
        assert_true(y + 1 < panel.y + panel.h - 1); /* both of its lines */
        assert_true(s->ui.panel.top <= focus);
        scene_keys(s, i < 39 ? "down" : "up");
    }
    assert_int_equal(s->ui.panel.focus, 0);
    assert_int_equal(s->ui.panel.top, 0);
    scene_end(s);
}

static void test_next_and_previous(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t a = scene_card(s, 1, "cs", "apple one", ""), x = scene_card(s, 1, "cs", "pear", ""),
             b = scene_card(s, 1, "cs", "apple two", ""), c = scene_card(s, 1, "ch", "apple three", "");

    (void)state;
    search(s, "apple");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.card, a);
    assert_string_equal(s->ui.find, "apple");
    scene_keys(s, "n");
    assert_int_equal(s->ui.card, b);
    scene_keys(s, "n");
    assert_int_equal(s->ui.card, c);
    scene_keys(s, "n"); /* around */
    assert_int_equal(s->ui.card, a);
    assert_true(scene_shows(s, "From the beginning again."));
    scene_keys(s, "N");
    assert_int_equal(s->ui.card, c);
    scene_keys(s, "N N");
    assert_int_equal(s->ui.card, a);
    ui_focus(&s->ui, scene_block(s, "cs"), x); /* from a card between, that does not fit */
    scene_keys(s, "n");
    assert_int_equal(s->ui.card, b);
    ui_focus(&s->ui, scene_block(s, "cs"), x);
    scene_keys(s, "N");
    assert_int_equal(s->ui.card, a);
    scene_do(s, 1, text_edit(&s->arena, b, "", 9, 0, "plum", 9)); /* looked for anew each time */
    scene_keys(s, "n");
    assert_int_equal(s->ui.card, c);
    scene_end(s);
}

static void test_search_on_a_small_screen(void **state)
{
    struct scene *s = scene_new(80, 24);
    uint64_t card = scene_card(s, 1, "cs", "apple", "");

    (void)state;
    search(s, "appl");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.card, card);
    assert_int_equal(s->ui.panel.kind, PANEL_NONE); /* it would cover the canvas */
    scene_end(s);
}

static void test_what_fits_is_marked(void **state)
{
    struct scene *s = scene_new(132, 43);
    int x, y;

    (void)state;
    (void)scene_card(s, 1, "cs", "A long beginning that nobody needs to read before the Ströme come", "");
    search(s, "strome");
    assert_true(scene_find(s, "Ströme come", &x, &y)); /* scrolled to it */
    assert_int_equal(grid_at(&s->grid, x, y)->style.role, ROLE_FOUND);
    assert_int_equal(grid_at(&s->grid, x + 5, y)->style.role, ROLE_FOUND);
    assert_int_not_equal(grid_at(&s->grid, x + 6, y)->style.role, ROLE_FOUND);
    assert_int_not_equal(grid_at(&s->grid, x - 1, y)->style.role, ROLE_FOUND);
    scene_end(s);
}

static void test_fold(void **state)
{
    static const struct {
        const char *typed, *text;
        int at, len; /* -1: not there */
    } cases[] = {
        {"zurich", "In Zürich", 3, 7},
        {"Zürich", "in ZURICH", 3, 6},
        {"strasse", "Straße 5", 0, 7},
        {"STRAßE", "strasse", 0, 7},
        {"stras", "Straße", 0, 6},
        {"e", "cafe\u0301!", 3, 3},
        {"caf\u00e9", "cafe\u0301", 0, 6},
        {"fin", "ﬁnal", 0, 4},
        {"naive", "naïve", 0, 6},
        {"x", "", -1, 0},
        {"日本", "これは日本です", 9, 6},
        {"ςοφος", "ΣΟΦΟΣ", 0, 10},
        {"abc", "ab", -1, 0},
        {"one two", "a two", 2, 3},
        {"😀", "x😀y", 1, 4},
        {"ab a", "cab", 1, 2},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fold_words words;
        size_t at = 0, len = 0;
        bool found;

        fold_words(&words, cases[i].typed);
        found = fold_find(&words, cases[i].text, strlen(cases[i].text), 0, &at, &len);
        if (found != (cases[i].at >= 0) || (found && ((int)at != cases[i].at || (int)len != cases[i].len)))
            fprintf(stderr, "%s in %s: %zu %zu\n", cases[i].typed, cases[i].text, at, len);
        assert_int_equal(found, cases[i].at >= 0);
        if (found) {
            assert_int_equal(at, cases[i].at);
            assert_int_equal(len, cases[i].len);
        }
    }
}

/* Longer than what is kept on the stack, and more words than are looked for. */
static void test_fold_long(void **state)
{
    struct fold_words words;
    char *text = xcalloc(1, 100001);
    size_t at, len;

    (void)state;
    memset(text, 'a', 100000);
    memcpy(text + 99990, "NEEDLE", 6);
    fold_words(&words, "needle");
    assert_int_equal(fold_fits(&words, text, 100000), fold_all(&words));
    assert_true(fold_find(&words, text, 100000, 0, &at, &len));
    assert_int_equal(at, 99990);
    assert_false(fold_find(&words, text, 100000, at + 1, &at, &len));
    fold_words(&words, "1 2 3 4 5 6 7 8 9 10");
    assert_int_equal(words.n, FOLD_WORDS);
    fold_words(&words, text); /* a word that is too long is none */
    assert_int_equal(words.n, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_named_versions),
        cmocka_unit_test(test_name_now),
        cmocka_unit_test(test_late_answers),
        cmocka_unit_test(test_restore_a_card),
        cmocka_unit_test(test_restore_everything),
        cmocka_unit_test(test_restore_is_asked_and_may_be_refused),
        cmocka_unit_test(test_an_empty_history),
        cmocka_unit_test(test_history_does_not_cover_the_canvas),
        cmocka_unit_test(test_search_everywhere),
        cmocka_unit_test(test_search_holds_still),
        cmocka_unit_test(test_the_focus_is_visible),
        cmocka_unit_test(test_next_and_previous),
        cmocka_unit_test(test_search_on_a_small_screen),
        cmocka_unit_test(test_what_fits_is_marked),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_fold_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
