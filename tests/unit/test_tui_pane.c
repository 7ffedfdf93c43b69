/* The opened card: what it shows at several sizes, moving among its parts, fields, comments, links, from card to card, and
 * what happens when somebody removes it. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/tui/typing_private.h"
#include "tests/support/scene.h"

static struct scene *open_scene(const char *text, uint64_t *card)
{
    struct scene *s = xcalloc(1, sizeof *s);

    scene_init(s, 80, 24);
    *card = scene_card(s, 1, "vp", text, "");
    ui_focus(&s->ui, scene_block(s, "vp"), *card);
    scene_keys(s, "enter");
    assert_int_equal(s->ui.open_card, *card);
    return s;
}

static void close_scene(struct scene *s)
{
    scene_fini(s);
    free(s);
}

static const struct card *card_of(struct scene *s, uint64_t id)
{
    return canvas_card(ui_view(&s->ui), id);
}

static size_t comments_on(struct scene *s, uint64_t id)
{
    return ui_comment_count(&s->ui, id);
}

/* ---------------------------------------------------------------- what is seen */

static void shows_everything_about_a_card(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Faster onboarding for every customer", &card);
    uint64_t other = scene_card(s, 0, "cs", "Small hospitals", ""), comment;

    (void)state;
    scene_resize(s, 132, 43);
    scene_do(s, 1, link_add(&s->arena, replica_next_id(s->peers[1].r), card, other, "serves"));
    scene_do(s, 2, tag_set(&s->arena, card, "urgent", true));
    scene_do(s, 2, vote_set(&s->arena, card, true));
    scene_do(s, 1, prop_text(&s->arena, card, "color", "yellow"));
    scene_do(s, 1, prop_set(&s->arena, card, "f.rank", value_of(&s->arena, VALUE_NUMBER, "3.50", 0)));
    scene_do(s, 1, prop_set(&s->arena, card, "f.who", value_of(&s->arena, VALUE_PERSON, NULL, 3)));
    scene_do(s, 1, prop_set(&s->arena, card, "f.done", value_of(&s->arena, VALUE_FLAG, NULL, 1)));
    scene_do(s, 1, text_edit(&s->arena, card, "f.need", 0, 0, "a calm week", 0));
    comment = replica_next_id(s->peers[1].r);
    scene_do(s, 1, comment_add(&s->arena, comment, card, 0, "Is this true?"));
    scene_do(s, 0, comment_add(&s->arena, replica_next_id(s->peers[0].r), card, comment, "Yes."));
    scene_do(s, 0, switch_op(&s->arena, COCANVAS__OP__KIND_COMMENT_RESOLVE, comment, true));
    static const char *const seen[] = {"Value Propositions · 2.1",
                                       "Faster onboarding",
                                       "yellow",
                                       "#urgent",
                                       "1 vote: Chiara Rossi",
                                       "Fields 4",
                                       "need",
                                       "a calm we",
                                       "rank",
                                       "3.50",
                                       "Chiara Rossi",
                                       "done",
                                       "yes",
                                       "Links 1",
                                       "→ serves  Small hospitals",
                                       "Comments 2",
                                       "Is this true?",
                                       "Yes.",
                                       "✓ resolved",
                                       "↳ Anna Koch",
                                       "History",
                                       "Created by Ben Ode"};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (!scene_shows(s, seen[i]))
            fail_msg("not shown: %s", seen[i]);
    s->ui.ascii = true;
    assert_true(scene_shows(s, "> serves"));
    assert_false(scene_shows(s, "→"));
    assert_false(scene_shows(s, "↳"));
    close_scene(s);
}

static void looks_like_this(void **state)
{
    static const char picture[] = //
        "╭─ Value Propositions · 2.1 ───────────────────────────────╮\n"
        "│  ● yellow  #urgent  ▲ 1 vote: Chiara Rossi               │\n"
        "│  BO Ben Ode is typing                                    │\n"
        "│        BO                                                │\n"
        "│▸ Faster onboarding for every new customer,               │\n"
        "│  with a person who knows them by name!                   │\n"
        "│                                                          │\n"
        "│                                                          │\n"
        "│  Fields 1                                                │\n"
        "│  rank            3                                       │\n"
        "│                                                          │\n"
        "│  Links  none; L makes one                                │\n"
        "│                                                          │\n"
        "│  Comments 1                                           ↓  │\n"
        "╰──────────────────────────────────────────────────────────╯\n";
    uint64_t card;
    struct scene *s =
        open_scene("Faster onboarding for every new customer,\nwith a person who knows them by name", &card);
    struct grid g;

    (void)state;
    scene_do(s, 1, prop_text(&s->arena, card, "color", "yellow"));
    scene_do(s, 1, tag_set(&s->arena, card, "urgent", true));
    scene_do(s, 2, vote_set(&s->arena, card, true));
    scene_do(s, 1, prop_set(&s->arena, card, "f.rank", value_of(&s->arena, VALUE_NUMBER, "3", 0)));
    scene_do(s, 1, comment_add(&s->arena, replica_next_id(s->peers[1].r), card, 0, "Is this true for small ones?"));
    scene_presence(s, 1, card, true, 6, 17);
    scene_keys(s, "enter");
    scene_type(s, "!");
    grid_init(&g);
    grid_resize(&g, 60, 15);
    view_card(&s->ui, &g, (struct rect){0, 0, 60, 15});
    char *text = grid_to_text(&g);
    assert_string_equal(text, picture);
    assert_int_equal(g.cursor_x, 3 + 37);
    assert_int_equal(g.cursor_y, 5);
    free(text);
    grid_fini(&g);
    close_scene(s);
}

/* Whatever the size: text and the focused row are in sight. */
static void the_focus_is_in_sight_at_every_size(void **state)
{
    static const int sizes[][2] = {{60, 18}, {80, 24}, {132, 43}, {200, 60}};
    uint64_t card;
    struct scene *s = open_scene("", &card);
    struct rng rng = {rng_seed(5)};
    char text[2000] = "";

    (void)state;
    for (int i = 0; i < 150; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "long%d ", i);
    scene_do(s, 1, text_edit(&s->arena, card, "", 0, 0, text, 0));
    for (int i = 0; i < 12; i++) {
        char body[300];
        (void)snprintf(body, sizeof body, "comment %d: %.200s", i, text);
        scene_do(s, 1, comment_add(&s->arena, replica_next_id(s->peers[1].r), card, 0, body));
    }
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        scene_resize(s, sizes[i][0], sizes[i][1]);
        for (int step = 0; step < 60; step++) {
            const struct grid *g;
            scene_keys(s, rng_below(&rng, 3) ? "down" : rng_below(&rng, 2) ? "tab" : "up");
            g = scene_draw(s);
            assert_in_range(g->cursor_y, 1, g->rows - 3);
            assert_true(scene_shows(s, "long0"));
        }
    }
    close_scene(s);
}

/* A text longer than its place can be read without being typed in. */
static void a_long_text_is_scrolled(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("", &card);
    char text[1200] = "";
    int x, y;

    (void)state;
    for (int i = 0; i < 60; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "line %d\n", i);
    scene_do(s, 1, text_edit(&s->arena, card, "", 0, 0, text, 0));
    assert_true(scene_shows(s, "line 0"));
    assert_true(scene_shows(s, "of 61"));
    scene_keys(s, "page-down");
    assert_false(scene_shows(s, "line 0 "));
    for (int i = 0; i < 10; i++)
        scene_keys(s, "page-down");
    assert_true(scene_find(s, "line 59", &x, &y));
    s->ui.mouse_on = true;
    scene_mouse(s, MOUSE_WHEEL_UP, x, y);
    assert_false(scene_shows(s, "line 59"));
    assert_true(scene_find(s, "line 50", &x, &y));
    scene_mouse(s, MOUSE_PRESS, x + 5, y); /* begins to type there */
    assert_int_equal(s->ui.typing.object, card);
    const struct text *t = typing_text(&s->ui);
    assert_memory_equal(t->bytes + utf8_offset(t->bytes, t->len_bytes, s->ui.typing.caret), "50\n", 3);
    close_scene(s);
}

/* ---------------------------------------------------------------- comments */

static void comments_are_written_answered_and_resolved(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_keys(s, "c");
    scene_type(s, "Why?");
    scene_keys(s, "enter");
    assert_int_equal(comments_on(s, card), 1);
    assert_int_equal(s->ui.pane.part, PANE_COMMENTS);
    scene_keys(s, "a");
    scene_type(s, "Because.");
    scene_keys(s, "enter");
    assert_int_equal(comments_on(s, card), 2);
    scene_keys(s, "r"); /* on the answer: the thread */
    assert_true(scene_shows(s, "resolved"));
    scene_keys(s, "up r");
    assert_false(scene_shows(s, "✓ resolved"));
    scene_keys(s, "c");
    scene_type(s, "   ");
    scene_keys(s, "enter");
    assert_int_equal(comments_on(s, card), 2);
    close_scene(s);
}

static void own_comments_are_changed_in_place(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_keys(s, "c");
    scene_type(s, "Why");
    scene_keys(s, "enter enter");
    assert_true(s->ui.typing.object != 0 && s->ui.typing.object != card);
    scene_type(s, "?");
    scene_keys(s, "enter");
    scene_type(s, "Second line");
    (void)scene_draw(s);
    assert_true(scene_shows(s, "Second line"));
    assert_true(s->grid.cursor_block);
    scene_keys(s, "escape");
    assert_true(scene_shows(s, "Why?"));
    scene_keys(s, "enter alt-a backspace escape"); /* emptied: gone */
    assert_int_equal(comments_on(s, card), 0);
    scene_do(s, 1, comment_add(&s->arena, replica_next_id(s->peers[1].r), card, 0, "Ben's"));
    scene_keys(s, "x");
    assert_int_equal(comments_on(s, card), 1); /* not one's own */
    assert_non_null(strstr(s->ui.message, "Ben Ode"));
    scene_keys(s, "enter"); /* answers it */
    assert_int_equal(s->ui.ask.kind, ASK_LINE);
    scene_keys(s, "escape");
    close_scene(s);
}

static void commenters_may_comment_and_no_more(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    ui_set_canvas(&s->ui, s->ui.replica, "acme", COCANVAS__ROLE__COMMENTER);
    scene_keys(s, "c");
    scene_type(s, "Why?");
    scene_keys(s, "enter");
    assert_int_equal(comments_on(s, card), 1);
    scene_keys(s, "enter");
    scene_type(s, "!");
    scene_keys(s, "escape shift-tab shift-tab shift-tab");
    assert_int_equal(s->ui.pane.part, PANE_TEXT);
    scene_keys(s, "enter");
    assert_int_equal(s->ui.typing.object, 0);
    scene_keys(s, "X");
    assert_int_equal(card_of(s, card)->deleted_seq, 0);
    ui_set_canvas(&s->ui, s->ui.replica, "acme", COCANVAS__ROLE__VIEWER);
    scene_keys(s, "c");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    close_scene(s);
}

/* ---------------------------------------------------------------- fields */

static void text_fields_are_typed_in_place(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_keys(s, "+");
    scene_type(s, "Main need");
    scene_keys(s, "enter t");
    assert_string_equal(s->ui.typing.key, "main-need");
    scene_type(s, "calm");
    assert_true(scene_shows(s, "calm"));
    assert_string_equal(canvas_text(ui_view(&s->ui), card, "main-need")->bytes, "calm");
    scene_keys(s, "escape");
    assert_int_equal(s->ui.pane.part, PANE_FIELDS);
    scene_keys(s, "enter");
    scene_type(s, "er");
    scene_keys(s, "escape");
    assert_string_equal(canvas_text(ui_view(&s->ui), card, "main-need")->bytes, "calmer");
    scene_keys(s, "x");
    assert_null(canvas_text(ui_view(&s->ui), card, "main-need"));
    scene_keys(s, "+");
    scene_type(s, "字");
    scene_keys(s, "enter");
    assert_non_null(strstr(s->ui.message, "letter"));
    close_scene(s);
}

static void values_are_checked_before_they_go(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_keys(s, "+");
    scene_type(s, "cost");
    scene_keys(s, "enter n");
    assert_int_equal(s->ui.ask.kind, ASK_LINE);
    scene_type(s, "much");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_LINE); /* asked again, with what was typed */
    assert_string_equal(s->ui.ask.line, "much");
    assert_true(s->ui.message[0] != '\0');
    scene_keys(s, "ctrl-u");
    scene_type(s, "3,50");
    scene_keys(s, "enter");
    assert_string_equal(props_get(&card_of(s, card)->props, "cost")->text, "3.50");
    assert_int_equal(props_get(&card_of(s, card)->props, "cost")->kind, VALUE_NUMBER);
    scene_keys(s, "enter ctrl-u 4 enter");
    assert_string_equal(props_get(&card_of(s, card)->props, "cost")->text, "4");
    scene_keys(s, "enter ctrl-u enter"); /* nothing: the field goes */
    assert_null(props_get(&card_of(s, card)->props, "cost"));

    scene_keys(s, "+");
    scene_type(s, "due");
    scene_keys(s, "enter d");
    scene_type(s, "2025-02-30");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_LINE);
    scene_keys(s, "backspace backspace 2 8 enter");
    assert_string_equal(props_get(&card_of(s, card)->props, "due")->text, "2025-02-28");
    scene_keys(s, "x");
    assert_null(props_get(&card_of(s, card)->props, "due"));
    close_scene(s);
}

static void flags_persons_and_cards(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_presence(s, 2, card, false, 0, 0);
    scene_keys(s, "+");
    scene_type(s, "ok");
    scene_keys(s, "enter y");
    assert_int_equal(props_get(&card_of(s, card)->props, "ok")->number, 1);
    scene_keys(s, "enter");
    assert_int_equal(props_get(&card_of(s, card)->props, "ok")->number, 0);
    scene_keys(s, "+");
    scene_type(s, "owner");
    scene_keys(s, "enter p");
    assert_true(scene_shows(s, "Chiara Rossi"));
    scene_keys(s, "2");
    assert_int_equal(props_get(&card_of(s, card)->props, "owner")->kind, VALUE_PERSON);
    assert_int_equal(props_get(&card_of(s, card)->props, "owner")->number, 3);
    uint64_t other = scene_card(s, 0, "cs", "Hospitals", "");
    scene_keys(s, "+");
    scene_type(s, "of");
    scene_keys(s, "enter c");
    assert_int_equal(s->ui.ask.kind, ASK_CARD);
    scene_type(s, "Hosp");
    scene_keys(s, "enter");
    assert_int_equal(props_get(&card_of(s, card)->props, "of")->number, other);
    close_scene(s);
}

/* ---------------------------------------------------------------- links, from card to card, removal */

static void links_lead_on_and_are_taken_away(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);
    uint64_t other = scene_card(s, 1, "cs", "Hospitals", "");

    (void)state;
    scene_do(s, 1, link_add(&s->arena, replica_next_id(s->peers[1].r), card, other, "serves"));
    scene_keys(s, "tab tab enter");
    assert_int_equal(s->ui.open_card, other);
    assert_int_equal(s->ui.card, other);
    scene_keys(s, "tab tab x");
    assert_false(scene_shows(s, "serves"));
    close_scene(s);
}

static void next_and_previous_card_over_blocks(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("A", &card);
    uint64_t second = scene_card(s, 1, "vp", "B", ""), before = scene_card(s, 1, "cs", "C", "");

    (void)state;
    scene_keys(s, "J");
    assert_int_equal(s->ui.open_card, second);
    scene_keys(s, "]");
    assert_int_equal(s->ui.open_card, second);
    assert_non_null(strstr(s->ui.message, "last"));
    scene_keys(s, "K [");
    assert_int_equal(s->ui.open_card, before); /* customer segments are filled first */
    scene_keys(s, "K");
    assert_non_null(strstr(s->ui.message, "first"));
    scene_keys(s, "J");
    assert_int_equal(s->ui.open_card, card);
    close_scene(s);
}

static void a_removed_card_says_so_and_comes_back(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_do(s, 2, card_delete(&s->arena, card));
    assert_int_equal(s->ui.open_card, card);
    assert_true(scene_shows(s, "removed"));
    assert_non_null(strstr(s->ui.message, "Chiara Rossi removed this card"));
    scene_keys(s, "enter");
    assert_int_equal(s->ui.typing.object, 0);
    scene_keys(s, "X");
    assert_int_equal(card_of(s, card)->deleted_seq, 0);
    scene_keys(s, "X");
    assert_true(card_of(s, card)->deleted_seq != 0);
    close_scene(s);
}

static void a_comment_goes_with_its_card_and_comes_back(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);

    (void)state;
    scene_keys(s, "c");
    scene_type(s, "Why");
    scene_keys(s, "enter enter");
    uint64_t comment = s->ui.typing.object;
    scene_type(s, " not");
    scene_do(s, 2, card_delete(&s->arena, card));
    assert_int_equal(s->ui.typing.object, 0);
    assert_int_equal(s->ui.ask.kind, ASK_CHOICE);
    scene_keys(s, "r");
    assert_int_equal(s->ui.typing.object, comment);
    assert_int_equal(card_of(s, card)->deleted_seq, 0);
    scene_type(s, "?");
    assert_string_equal(canvas_comment(ui_view(&s->ui), comment)->text.bytes, "Why not?");
    close_scene(s);
}

/* The list changes under the focus: it stays on its comment. */
static void the_focus_stays_on_its_row(void **state)
{
    uint64_t card;
    struct scene *s = open_scene("Card", &card);
    uint64_t ids[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        s->server.now_ms += 1000;
        ids[i] = replica_next_id(s->peers[1].r);
        scene_do(s, 1, comment_add(&s->arena, ids[i], card, 0, "a comment"));
    }
    scene_keys(s, "tab tab tab down");
    assert_int_equal(pane_row_here(&s->ui)->id, ids[1]);
    scene_do(s, 1, switch_op(&s->arena, COCANVAS__OP__KIND_COMMENT_DELETE, ids[0], true));
    scene_do(s, 1, text_edit(&s->arena, card, "f.need", 0, 0, "a field", 0));
    assert_int_equal(pane_row_here(&s->ui)->id, ids[1]);
    scene_do(s, 1, switch_op(&s->arena, COCANVAS__OP__KIND_COMMENT_DELETE, ids[1], true));
    assert_int_equal(pane_row_here(&s->ui)->id, ids[2]);
    close_scene(s);
}

/* ---------------------------------------------------------------- random */

static void random_keys_do_no_harm(void **state)
{
    static const char *const names[] = {
        "enter",  "escape", "tab", "shift-tab", "down", "up",    "J", "K", "c", "a", "r",         "+",
        "x",      "X",      "H",   "q",         "k",    "space", "1", "t", "n", "y", "backspace", "alt-u",
        "ctrl-u", "left",   "i",   "d",         "p",    "#",     "v", "u", "L", "C"};
    uint64_t seed = rng_seed(31);

    (void)state;
    for (uint64_t run = 0; run < 20; run++) {
        struct rng rng = {seed + run};
        uint64_t card;
        struct scene *s = open_scene("Card", &card);

        scene_card(s, 1, "cs", "Another", "blue");
        for (int i = 0; i < 150; i++) {
            scene_keys(s, names[rng_below(&rng, sizeof names / sizeof *names)]);
            if (rng_below(&rng, 10) == 0) {
                scene_do(s, 2, card_restore(&s->arena, card));
                scene_do(s, 1, comment_add(&s->arena, replica_next_id(s->peers[1].r), card, 0, "a comment"));
                scene_do(s, 2, rng_below(&rng, 2) ? card_delete(&s->arena, card) : card_restore(&s->arena, card));
            }
            (void)scene_draw(s);
            if (s->ui.open_card)
                assert_non_null(card_of(s, s->ui.open_card));
            if (!s->ui.replica || s->ui.screen != SCREEN_CANVAS)
                break;
        }
        close_scene(s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_everything_about_a_card),
        cmocka_unit_test(looks_like_this),
        cmocka_unit_test(the_focus_is_in_sight_at_every_size),
        cmocka_unit_test(a_long_text_is_scrolled),
        cmocka_unit_test(comments_are_written_answered_and_resolved),
        cmocka_unit_test(own_comments_are_changed_in_place),
        cmocka_unit_test(commenters_may_comment_and_no_more),
        cmocka_unit_test(text_fields_are_typed_in_place),
        cmocka_unit_test(values_are_checked_before_they_go),
        cmocka_unit_test(flags_persons_and_cards),
        cmocka_unit_test(links_lead_on_and_are_taken_away),
        cmocka_unit_test(next_and_previous_card_over_blocks),
        cmocka_unit_test(a_removed_card_says_so_and_comes_back),
        cmocka_unit_test(a_comment_goes_with_its_card_and_comes_back),
        cmocka_unit_test(the_focus_stays_on_its_row),
        cmocka_unit_test(random_keys_do_no_harm),
    };

    (void)setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
