/* What floats: fuzzy search, the line that is typed, palette, pop-ups, menu, help, questions, card search; by keys and
 * by mouse, and how they look at several sizes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/tui/ask_private.h"
#include "tests/support/scene.h"

static const int sizes[][2] = {{60, 18}, {80, 24}, {132, 43}, {200, 60}};

/* ---------------------------------------------------------------- fuzzy search */

static void fits_subsequences(void **state)
{
    (void)state;
    assert_int_equal(ask_fit("", "anything"), 0);
    assert_true(ask_fit("nwc", "New card below") > 0);
    assert_true(ask_fit("NEW CARD", "new card") > 0);
    assert_int_equal(ask_fit("cdx", "New card below"), -1);
    assert_int_equal(ask_fit("a", ""), -1);
    assert_true(ask_fit("below new", "New card below") > 0);
    assert_int_equal(ask_fit("below xnew", "New card below"), -1);
}

static void ignores_case_and_accents(void **state)
{
    (void)state;
    assert_true(ask_fit("cafe", "Café") > 0);
    assert_true(ask_fit("CAFÉ", "cafe") > 0);
    assert_true(ask_fit("strasse", "Hauptstraße") > 0);
    assert_true(ask_fit("字", "漢字") > 0);
    assert_int_equal(ask_fit("café", "caf"), -1);
}

/* What people would call the better one comes first. */
static void prefers_beginnings_and_runs(void **state)
{
    static const char *const pairs[][3] = {
        {"ca", "Card", "Abacus and a"},
        {"mc", "Move Card", "Some comic"},
        {"card", "a card", "cat and rude"},
        {"undo", "Undo", "Undo everything"},
        {"tag", "Tag, or take a tag away", "Take a vote again"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (ask_fit(pairs[i][0], pairs[i][1]) <= ask_fit(pairs[i][0], pairs[i][2]))
            fail_msg("%s: '%s' should come before '%s'", pairs[i][0], pairs[i][1], pairs[i][2]);
}

static void tells_where_it_fits(void **state)
{
    uint32_t points[8];
    size_t n;

    (void)state;
    assert_true(ask_fit_points("cr", "ä card", points, 8, &n) > 0);
    assert_int_equal(n, 2);
    assert_int_equal(points[0], 2);
    assert_int_equal(points[1], 4);
    /* Two words may share letters: each is told once. */
    assert_true(ask_fit_points("ca ar", "card", points, 8, &n) > 0);
    assert_int_equal(n, 3);
    assert_int_equal(points[2], 2);
}

static void finds_words_deep_in_long_texts(void **state)
{
    enum { LONG = 10000 };
    char *text = xcalloc(1, LONG + 16);

    (void)state;
    for (size_t at = 0; at < LONG; at += 512 + 7) {
        memset(text, 'x', LONG);
        for (size_t i = 5; i < LONG; i += 6)
            text[i] = ' ';
        memcpy(text + at, " needle ", 8);
        assert_true(ask_fit("needle", text) > 0);
    }
    memset(text, 'x', LONG); /* one word */
    assert_true(ask_fit("xxx", text) > 0);
    assert_int_equal(ask_fit("needle", text), -1);
    free(text);
}

/* Every score is that of a placement that exists, and none is better: compared with trying all placements. */
static int best_placement(const char *word, const char *text, size_t from, int last)
{
    int best = -1;

    if (*word == '\0')
        return 0;
    for (size_t j = from; text[j]; j++) {
        int here, rest;

        if (text[j] != *word)
            continue;
        here = 16 + (j == 0 ? 14 : text[j - 1] == ' ' && text[j] != ' ' ? 10 : 0);
        if (last >= 0)
            here += (int)j == last + 1 ? 8 : -3 - ((int)j - last - 2);
        rest = best_placement(word + 1, text, j + 1, (int)j);
        if (rest != -1 && (best == -1 || here + rest > best))
            best = here + rest;
    }
    return best;
}

static void scores_are_the_best_ones(void **state)
{
    struct rng rng = {rng_seed(7)};

    (void)state;
    for (int round = 0; round < 3000; round++) {
        char word[5] = "", text[14] = "";
        int expected, found;

        for (size_t i = 0; i < 1 + rng_below(&rng, 4); i++)
            word[i] = (char)('a' + rng_below(&rng, 3));
        for (size_t i = 0; i < 1 + rng_below(&rng, 12); i++)
            text[i] = "abc "[rng_below(&rng, 4)];
        expected = best_placement(word, text, 0, -1);
        found = ask_fit(word, text);
        if (strcmp(word, text) == 0)
            expected += 40;
        if (expected > 0 && found != expected && found != expected + 40)
            fail_msg("'%s' in '%s': %d instead of %d", word, text, found, expected);
        if (expected == -1 && found != -1)
            fail_msg("'%s' in '%s' fits with %d", word, text, found);
    }
}

/* ---------------------------------------------------------------- a scene with a few cards */

static int setup(void **state)
{
    struct scene *s = xcalloc(1, sizeof *s);

    scene_init(s, 80, 24);
    (void)scene_card(s, 0, "vp", "Wholesale prices for everybody", "");
    (void)scene_card(s, 1, "vp", "Personal service", "green");
    (void)scene_card(s, 1, "ch", "Own shop in the old town", "yellow");
    (void)scene_card(s, 2, "cs", "Small café owners", "");
    ui_focus(&s->ui, scene_block(s, "vp"), 0);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene_fini(*state);
    free(*state);
    return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static uint64_t card_with(struct scene *s, const char *text)
{
    const struct canvas *c = ui_view(&s->ui);

    for (const struct object *o = c->cards; o; o = o->hh.next)
        if (strcmp(((const struct card *)o)->text.bytes, text) == 0)
            return o->id;
    return 0;
}

/* ---------------------------------------------------------------- the line */

static char answered[ASK_LINE_BYTES];
static size_t answered_choice;
static uint64_t answered_object, answered_about;
static unsigned answers;

static void note_answer(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)snprintf(answered, sizeof answered, "%s", line);
    answered_choice = choice;
    answered_object = object;
    answered_about = ui->ask.about[0];
    answers++;
}

static const char *line_of(struct scene *s)
{
    return s->ui.ask.line;
}

static void edits_a_line(void **state)
{
    struct scene *s = *state;

    ask_line(&s->ui, "Name of the block", "one two", note_answer);
    s->ui.ask.about[0] = 42;
    scene_type(s, " three");
    assert_string_equal(line_of(s), "one two three");
    scene_keys(s, "ctrl-w");
    assert_string_equal(line_of(s), "one two ");
    scene_keys(s, "ctrl-a alt-f ctrl-k");
    assert_string_equal(line_of(s), "one");
    scene_keys(s, "ctrl-y ctrl-y");
    assert_string_equal(line_of(s), "one two  two ");
    scene_keys(s, "home right right delete backspace");
    assert_string_equal(line_of(s), "o two  two ");
    scene_keys(s, "end alt-b left left ctrl-u");
    assert_string_equal(line_of(s), "  two ");
    answers = 0;
    scene_keys(s, "enter");
    assert_int_equal(answers, 1);
    assert_string_equal(answered, "  two ");
    assert_int_equal(answered_about, 42);
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_int_equal(s->ui.ask.about[0], 0);
}

static void a_line_is_edited_by_clusters(void **state)
{
    struct scene *s = *state;
    const char *family = "👩‍👩‍👧";

    ask_line(&s->ui, "Name", "a", note_answer);
    scene_input(s, &(struct input){.kind = INPUT_PASTE, .bytes = family, .len = strlen(family)});
    scene_type(s, "e\xcc\x81");
    scene_keys(s, "backspace");
    assert_string_equal(line_of(s), "a👩‍👩‍👧");
    scene_keys(s, "left");
    assert_int_equal(s->ui.ask.caret, 1);
    scene_keys(s, "delete");
    assert_string_equal(line_of(s), "a");
}

static void a_paste_becomes_one_line(void **state)
{
    struct scene *s = *state;
    static const char text[] = "first\nsecond\x1b[31m\tthird\xe2\x80\xae";

    ask_line(&s->ui, "Name", "", note_answer);
    scene_input(s, &(struct input){.kind = INPUT_PASTE, .bytes = text, .len = sizeof text - 1});
    assert_null(strpbrk(line_of(s), "\n\t\x1b"));
    assert_null(strstr(line_of(s), "\xe2\x80\xae"));
    assert_non_null(strstr(line_of(s), "first second"));
}

static void a_line_has_an_end(void **state)
{
    struct scene *s = *state;
    char *many = xcalloc(1, 3 * ASK_LINE_BYTES + 1);

    for (size_t i = 0; i < ASK_LINE_BYTES; i++)
        memcpy(many + 3 * i, "字", 3);
    ask_line(&s->ui, "Name", "", note_answer);
    scene_input(s, &(struct input){.kind = INPUT_PASTE, .bytes = many, .len = 3 * ASK_LINE_BYTES});
    assert_in_range(s->ui.ask.len, ASK_LINE_BYTES - 4, ASK_LINE_BYTES - 1);
    assert_true(utf8_check(line_of(s), s->ui.ask.len, NULL));
    scene_type(s, "字");
    assert_true(utf8_check(line_of(s), strlen(line_of(s)), NULL));
    (void)scene_draw(s);
    free(many);
}

/* ---------------------------------------------------------------- questions */

static const struct ask_choice pasting[] = {
    {'c', "One card each"},
    {'t', "One text"},
    {'n', "Nothing"},
    {0, NULL},
};

static void answers_by_key_arrow_and_click(void **state)
{
    struct scene *s = *state;
    int x, y;

    answers = 0;
    ask_choice(&s->ui, "34 lines: what shall become of them?", pasting, note_answer);
    scene_type(s, "t");
    assert_int_equal(answers, 1);
    assert_int_equal(answered_choice, 1);
    ask_choice(&s->ui, "34 lines: what shall become of them?", pasting, note_answer);
    scene_keys(s, "down j enter");
    assert_int_equal(answers, 2);
    assert_int_equal(answered_choice, 2);
    ask_choice(&s->ui, "34 lines: what shall become of them?", pasting, note_answer);
    assert_true(scene_find(s, "One text", &x, &y));
    scene_mouse(s, MOUSE_PRESS, x, y);
    assert_int_equal(answers, 3);
    assert_int_equal(answered_choice, 1);
    ask_choice(&s->ui, "34 lines: what shall become of them?", pasting, note_answer);
    (void)scene_draw(s);
    scene_mouse(s, MOUSE_PRESS, 0, 0); /* beside it: a question wants an answer */
    assert_int_equal(s->ui.ask.kind, ASK_CHOICE);
    scene_keys(s, "x escape");
    assert_int_equal(answers, 3);
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
}

static void ask_again(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)choice, (void)object;
    assert_string_equal(line, "first");
    assert_string_equal(ui->ask.kept, "kept words");
    ask_line(ui, "And now?", "second", note_answer);
}

/* An answer may ask the next question, and what the asker keeps lasts until the last one is answered. */
static void questions_follow_each_other(void **state)
{
    struct scene *s = *state;

    answers = 0;
    ask_line(&s->ui, "What?", "first", ask_again);
    s->ui.ask.kept = xstrdup("kept words");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_LINE);
    assert_string_equal(s->ui.ask.kept, "kept words");
    scene_keys(s, "enter");
    assert_string_equal(answered, "second");
    assert_null(s->ui.ask.kept);
}

/* ---------------------------------------------------------------- palette */

static void palette_runs_what_is_found(void **state)
{
    struct scene *s = *state;
    size_t before = ui_focused_block(&s->ui)->n_alive;

    scene_type(s, ":");
    assert_int_equal(s->ui.ask.kind, ASK_PALETTE);
    scene_type(s, "new card bel");
    assert_true(scene_shows(s, "New card below"));
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_int_equal(ui_focused_block(&s->ui)->n_alive, before + 1);
    assert_true(s->ui.typing.object != 0);
}

static void palette_knows_every_action(void **state)
{
    struct scene *s = *state;

    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        struct ask_row *rows;

        if (row->contexts == CONTEXT_ASK || i == ACTION_PALETTE)
            continue;
        ask_palette(&s->ui);
        ask_line_set(&s->ui.ask, row->name);
        assert_true(ask_rows(&s->ui, &rows) > 0);
        if (rows[0].id != (uint64_t)i)
            fail_msg("'%s' finds '%s' first", row->name, rows[0].title);
        ask_line_set(&s->ui.ask, row->title);
        assert_true(ask_rows(&s->ui, &rows) > 0);
        arena_reset(&s->ui.words);
    }
}

static void palette_says_why_not(void **state)
{
    struct scene *s = *state;

    scene_type(s, ":"); /* a block has the focus */
    scene_type(s, "remove the card");
    assert_true(scene_shows(s, "Put the focus on a card first."));
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_PALETTE);
    assert_string_equal(s->ui.message, "Put the focus on a card first.");
}

static void what_is_impossible_comes_last(void **state)
{
    struct scene *s = *state;
    struct ask_row *rows;
    size_t n, refused = 0;

    scene_type(s, ":");
    n = ask_rows(&s->ui, &rows);
    for (size_t i = 0; i < n; i++) {
        refused += rows[i].refusal != NULL;
        if (refused && !rows[i].refusal)
            fail_msg("'%s' comes after what cannot be done", rows[i].title);
    }
    assert_in_range(refused, 1, n - 10);
}

/* Down through the whole list and up again: what has the focus is always visible. */
static void lists_scroll_with_the_focus(void **state)
{
    static const char *const ways[] = {"down", "up", "page-down", "page-up"};
    struct scene *s = *state;

    for (size_t size = 0; size < sizeof sizes / sizeof *sizes; size++) {
        scene_resize(s, sizes[size][0], sizes[size][1]);
        scene_type(s, ":");
        for (size_t way = 0; way < sizeof ways / sizeof *ways; way++)
            for (int i = 0; i < 200; i++) {
                scene_keys(s, ways[way]);
                if (i % 10 == 0 && !scene_shows(s, "│ ▸ "))
                    fail_msg("%s, %d: the focus is out of sight", ways[way], i);
            }
        assert_int_equal(s->ui.ask.focus, 0);
        scene_keys(s, "escape");
    }
}

static void palette_shows_the_recent_ones_first(void **state)
{
    struct scene *s = *state;
    struct ask_row *rows;

    scene_type(s, ":outline");
    scene_keys(s, "enter");
    scene_type(s, ":overview");
    scene_keys(s, "enter");
    scene_type(s, ":");
    assert_true(ask_rows(&s->ui, &rows) > 2);
    assert_int_equal(rows[0].id, ACTION_OVERVIEW);
    assert_int_equal(rows[1].id, ACTION_OUTLINE);
}

static void palette_takes_arguments(void **state)
{
    struct scene *s = *state;
    uint64_t shop = card_with(s, "Own shop in the old town");

    scene_type(s, ":block 3");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.block, scene_block(s, "ch"));
    scene_type(s, ":block key p");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.block, scene_block(s, "kp"));
    scene_type(s, ":2");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.block, scene_block(s, "vp"));
    scene_type(s, ":card old town");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.card, shop);
    scene_type(s, ":tag urgent");
    scene_keys(s, "enter");
    assert_int_equal(canvas_card(ui_view(&s->ui), shop)->n_tags, 1);
    assert_string_equal(canvas_card(ui_view(&s->ui), shop)->tags[0], "urgent");
    scene_type(s, ":new-card Market stall");
    scene_keys(s, "enter escape");
    assert_true(card_with(s, "Market stall") != 0);
    scene_type(s, ":outline zzz");
    scene_keys(s, "enter");
    assert_string_equal(s->ui.message, "That takes nothing behind its name.");
}

/* A title that was typed is no name with an argument. */
static void palette_prefers_titles_to_arguments(void **state)
{
    static const char *const lines[][2] = {
        {"move the card down", "move-down"}, {"zoom into the", "zoom"}, {"link to", "link"}, {"tag urgent", "tag"},
        {"move channels", "move"},           {"colour red", "colour"},
    };
    struct scene *s = *state;
    struct ask_row *rows;

    ui_focus(&s->ui, 0, card_with(s, "Personal service"));
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        scene_type(s, ":");
        scene_type(s, lines[i][0]);
        assert_true(ask_rows(&s->ui, &rows) > 0);
        if (rows[0].id != action_find(lines[i][1])->action || (rows[0].argument != NULL) != (i > 2))
            fail_msg("'%s' runs '%s' with '%s'", lines[i][0], rows[0].title, rows[0].argument ? rows[0].argument : "");
        scene_keys(s, "escape");
    }
}

static void palette_understands_vim(void **state)
{
    struct scene *s = *state;

    scene_type(s, ":q");
    assert_true(scene_shows(s, "Leave cocanvas"));
    scene_keys(s, "enter");
    assert_true(s->quits);
}

static void palette_is_left_by_click_and_backspace(void **state)
{
    struct scene *s = *state;

    scene_type(s, ":");
    (void)scene_draw(s);
    scene_mouse(s, MOUSE_PRESS, 0, 12);
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    scene_type(s, ":");
    scene_keys(s, "backspace");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    scene_type(s, ":");
    scene_keys(s, "ctrl-c");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_false(s->quits);
}

static void a_click_in_the_line_puts_the_caret(void **state)
{
    struct scene *s = *state;
    int x, y;

    scene_type(s, ":");
    scene_type(s, "h字table");
    assert_true(scene_find(s, "h字table", &x, &y));
    scene_mouse(s, MOUSE_PRESS, x + 3, y);
    assert_int_equal(s->ui.ask.caret, 4);
    scene_mouse(s, MOUSE_PRESS, x + 2, y); /* the right half of a wide one */
    assert_int_equal(s->ui.ask.caret, 1);
    scene_mouse(s, MOUSE_PRESS, x + 30, y);
    assert_int_equal(s->ui.ask.caret, s->ui.ask.len);
    for (int i = 0; i < 20; i++)
        scene_type(s, " long line"); /* wider than its field */
    scene_type(s, "Z end");
    assert_true(scene_find(s, "Z end", &x, &y));
    scene_mouse(s, MOUSE_PRESS, x, y);
    assert_string_equal(s->ui.ask.line + s->ui.ask.caret, "Z end");
}

/* ---------------------------------------------------------------- keys and menu */

static void a_prefix_shows_what_follows(void **state)
{
    struct scene *s = *state;
    int x, y;

    scene_type(s, "g");
    assert_int_equal(s->ui.ask.kind, ASK_KEYS);
    assert_true(scene_shows(s, "Outline: all blocks one below the other"));
    scene_type(s, "o");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_int_equal(s->ui.layout, LAYOUT_OUTLINE);
    scene_type(s, "g");
    assert_true(scene_find(s, "Overview", &x, &y));
    scene_mouse(s, MOUSE_PRESS, x, y);
    assert_int_equal(s->ui.layout, LAYOUT_CANVAS);
    scene_type(s, "gy"); /* no such keys */
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_non_null(strstr(s->ui.message, "g y"));
    scene_type(s, "g");
    scene_keys(s, "escape");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    scene_type(s, "g");
    scene_keys(s, "down down enter");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
}

static void the_menu_shows_what_can_be_done(void **state)
{
    struct scene *s = *state;

    scene_keys(s, "space");
    assert_int_equal(s->ui.ask.kind, ASK_MENU);
    assert_true(scene_shows(s, "New card below"));
    assert_false(scene_shows(s, "Remove the card")); /* a block has the focus */
    scene_keys(s, "G");                              /* its key does it */
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_true(s->ui.card != 0);
    scene_keys(s, "space g o"); /* a prefix leads on */
    assert_int_equal(s->ui.layout, LAYOUT_OUTLINE);
    scene_keys(s, "space space");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
}

/* Arrows visit every row of the menu once, at any size, and what has the focus is visible. */
static void menu_and_popups_scroll(void **state)
{
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct ask_row *rows;
        size_t n, selectable = 0, seen = 1;

        scene_resize(s, sizes[i][0], sizes[i][1]);
        scene_keys(s, "space");
        n = ask_rows(&s->ui, &rows);
        for (size_t k = 0; k < n; k++)
            selectable += ask_selectable(&rows[k]);
        for (;;) {
            size_t before = s->ui.ask.focus;
            const struct grid *g = scene_draw(s);

            assert_string_equal(grid_at(g, g->cursor_x, g->cursor_y)->bytes, "▸");
            scene_keys(s, "down");
            if (s->ui.ask.focus == before)
                break;
            seen++;
        }
        assert_int_equal(seen, selectable);
        scene_keys(s, "escape");
    }
}

/* ---------------------------------------------------------------- help */

static void help_scrolls_and_searches(void **state)
{
    struct scene *s = *state;
    char *first, *second;

    scene_type(s, "?");
    assert_int_equal(s->ui.ask.kind, ASK_HELP);
    first = grid_to_text(scene_draw(s));
    scene_keys(s, "page-down");
    second = grid_to_text(scene_draw(s));
    assert_string_not_equal(first, second);
    free(second);
    scene_type(s, "g");
    second = grid_to_text(scene_draw(s));
    assert_string_equal(first, second);
    free(first);
    free(second);
    scene_type(s, "/take vote");
    assert_true(scene_shows(s, "Vote for the card, or take the vote back"));
    assert_false(scene_shows(s, "New card below"));
    scene_keys(s, "enter escape");
    assert_int_equal(s->ui.ask.kind, ASK_HELP);
    assert_true(scene_shows(s, "click"));
    scene_keys(s, "escape");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
}

/* Each key of the keymap that means something here is told, with what it does. */
static void help_tells_every_key(void **state)
{
    struct scene *s = *state;
    struct ask_row *rows;
    size_t n;

    ask_help(&s->ui);
    n = ask_help_rows(&s->ui, 1000, &rows);
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        bool found = false;

        for (size_t k = 0; k < n && !found; k++)
            found = rows[k].id == (uint64_t)i && strcmp(rows[k].title, row->title) == 0;
        if (!found)
            fail_msg("help does not tell of '%s'", row->name);
    }
    for (int end = 0; end < 2; end++) { /* its end can be reached, and is its end */
        scene_keys(s, "end");
        assert_true(scene_shows(s, "100%"));
    }
}

/* ---------------------------------------------------------------- cards */

static void cards_are_found_by_text_and_block(void **state)
{
    struct scene *s = *state;
    uint64_t cafe = card_with(s, "Small café owners"), shop = card_with(s, "Own shop in the old town");

    answers = 0;
    ask_card(&s->ui, "Link to which card?", note_answer);
    assert_true(scene_shows(s, "Wholesale prices for everybody"));
    assert_true(scene_shows(s, "4 cards"));
    scene_type(s, "cafe");
    assert_true(scene_shows(s, "1 card"));
    scene_keys(s, "enter");
    assert_int_equal(answers, 1);
    assert_int_equal(answered_object, cafe);
    ask_card(&s->ui, "Link to which card?", note_answer);
    scene_type(s, "channels town");
    scene_keys(s, "enter");
    assert_int_equal(answered_object, shop);
    ask_card(&s->ui, "Link to which card?", note_answer);
    scene_type(s, "zzz");
    assert_true(scene_shows(s, "No card fits."));
    scene_keys(s, "enter");
    assert_int_equal(answers, 2);
    assert_int_equal(s->ui.ask.kind, ASK_CARD);
}

/* 10,000 cards: found, in order, and no more rows than are kept. */
static void ten_thousand_cards_are_searched(void **state)
{
    enum { CARDS = 10000, STEP = 250 };
    struct scene *s = *state;
    struct ask_row *rows;
    uint64_t wanted = 0;
    struct why why;

    for (int i = 0; i < CARDS; i += STEP) {
        Cocanvas__Op *ops[STEP];

        for (int k = 0; k < STEP; k++) {
            char text[80];

            (void)snprintf(text, sizeof text, "Card number %d about customers and prices", i + k);
            ops[k] = card_create(&s->arena, replica_next_id(s->peers[0].r), scene_block(s, "cs"), 0, text);
            if (i + k == 7654)
                wanted = ops[k]->card_create->id;
        }
        if (replica_edit(s->peers[0].r, STEP, ops, s->ui.now_ms, false, &why) != STATUS_OK)
            fail_msg("%s", why.text);
        arena_reset(&s->arena);
    }
    ask_card(&s->ui, "Link to which card?", note_answer);
    scene_type(s, "number 7654");
    (void)scene_draw(s);
    assert_int_equal(s->ui.ask.n_found, 1);
    scene_keys(s, "enter");
    assert_int_equal(answered_object, wanted);
    ask_card(&s->ui, "Link to which card?", note_answer);
    scene_type(s, "custom");
    assert_true(ask_rows(&s->ui, &rows) == ASK_ROWS_MAX);
    assert_true(s->ui.ask.n_found >= CARDS);
    scene_keys(s, "end page-down page-up");
    (void)scene_draw(s);
}

/* A card that goes while it is listed is no row any more. */
static void a_removed_card_cannot_be_chosen(void **state)
{
    struct scene *s = *state;

    answers = 0;
    ask_card(&s->ui, "Link to which card?", note_answer);
    scene_type(s, "personal");
    (void)scene_draw(s);
    scene_do(s, 1, card_delete(&s->arena, card_with(s, "Personal service")));
    scene_keys(s, "enter");
    assert_int_equal(answers, 0);
}

/* ---------------------------------------------------------------- looks */

/* Only what floats, on an empty screen: what is below belongs to others. */
static bool looks_as_kept(struct scene *s, const char *what)
{
    char *name = xasprintf("ask_%s_%dx%d", what, s->grid.cols, s->grid.rows), *text;
    bool same;

    grid_clear(&s->grid);
    view_ask(&s->ui, &s->grid, (struct rect){.w = s->grid.cols, .h = s->grid.rows});
    arena_reset(&s->ui.words);
    text = grid_to_text(&s->grid);
    same = golden_text(name, text);
    free(text);
    free(name);
    return same;
}

/* Keys and words of few actions, so that a new one changes nothing here. */
static void lists_look(void **state)
{
    static const char keys[] = "canvas f12 n new-card\ncanvas f12 m move\ncanvas f12 z zoom\ncanvas f12 v vote\n"
                               "canvas f12 g g first-card\ncanvas f12 g G last-card\n";
    struct scene *s = *state;
    struct why why;

    assert_int_equal(keymap_read(&s->ui.keymap, "keys", keys, &why), STATUS_OK);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        scene_resize(s, sizes[i][0], sizes[i][1]);
        scene_type(s, ":zoom into the");
        assert_true(looks_as_kept(s, "palette"));
        scene_keys(s, "escape f12");
        assert_true(looks_as_kept(s, "keys"));
        scene_keys(s, "escape ?");
        scene_type(s, "/first card");
        assert_true(looks_as_kept(s, "help"));
        scene_keys(s, "escape escape");
        ask_card(&s->ui, "Link to which card?", note_answer);
        scene_type(s, "e");
        scene_keys(s, "down");
        assert_true(looks_as_kept(s, "card"));
        scene_keys(s, "escape");
    }
}

static void questions_look(void **state)
{
    static const struct ask_choice choices[] = {
        {'c', "One card for each line"},
        {'t', "One text: all lines go into the card that is being typed, just as they are, with their line breaks"},
        {'n', "Nothing"},
        {0, NULL},
    };
    struct scene *s = *state;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        scene_resize(s, sizes[i][0], sizes[i][1]);
        ask_choice(&s->ui,
                   "34 lines are about to be pasted into a card of the block “Value Propositions”. What shall they be?",
                   choices, note_answer);
        scene_keys(s, "down");
        assert_true(looks_as_kept(s, "choice"));
        ask_line(&s->ui, "Name of the block",
                 "A name that is longer than the field in which it is to be typed here, is it?", note_answer);
        assert_true(looks_as_kept(s, "line"));
        scene_keys(s, "escape");
    }
    scene_resize(s, 60, 18);
    s->ui.ascii = s->grid.ascii = true;
    scene_type(s, ":zoom into the");
    assert_true(looks_as_kept(s, "ascii"));
}

/* What has the focus is told by a sign and by the cursor, not by colour alone. */
static void the_focus_is_marked(void **state)
{
    struct scene *s = *state;
    const struct grid *g;

    scene_type(s, ":undo");
    g = scene_draw(s);
    assert_true(g->cursor_block);
    assert_true(scene_shows(s, "▸ "));
    scene_keys(s, "escape");
    ask_choice(&s->ui, "What?", pasting, note_answer);
    g = scene_draw(s);
    assert_string_equal(grid_at(g, g->cursor_x, g->cursor_y)->bytes, "▸");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fits_subsequences),
        cmocka_unit_test(ignores_case_and_accents),
        cmocka_unit_test(prefers_beginnings_and_runs),
        cmocka_unit_test(tells_where_it_fits),
        cmocka_unit_test(finds_words_deep_in_long_texts),
        cmocka_unit_test(scores_are_the_best_ones),
        TEST(edits_a_line),
        TEST(a_line_is_edited_by_clusters),
        TEST(a_paste_becomes_one_line),
        TEST(a_line_has_an_end),
        TEST(answers_by_key_arrow_and_click),
        TEST(questions_follow_each_other),
        TEST(palette_runs_what_is_found),
        TEST(palette_knows_every_action),
        TEST(palette_says_why_not),
        TEST(what_is_impossible_comes_last),
        TEST(lists_scroll_with_the_focus),
        TEST(palette_shows_the_recent_ones_first),
        TEST(palette_takes_arguments),
        TEST(palette_prefers_titles_to_arguments),
        TEST(palette_understands_vim),
        TEST(palette_is_left_by_click_and_backspace),
        TEST(a_click_in_the_line_puts_the_caret),
        TEST(a_prefix_shows_what_follows),
        TEST(the_menu_shows_what_can_be_done),
        TEST(menu_and_popups_scroll),
        TEST(help_scrolls_and_searches),
        TEST(help_tells_every_key),
        TEST(cards_are_found_by_text_and_block),
        TEST(ten_thousand_cards_are_searched),
        TEST(a_removed_card_cannot_be_chosen),
        TEST(lists_look),
        TEST(questions_look),
        TEST(the_focus_is_marked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
