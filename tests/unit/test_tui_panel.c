/* The panels: people, activity; and what holds for all of them. */
#include "common/rights.h"
#include "tests/support/panel_scene.h"

/* ---------------------------------------------------------------- people */

static void test_people_by_name(void **state)
{
    struct scene *s = at_work(132, 43);

    (void)state;
    scene_keys(s, "@");
    (void)scene_draw(s);
    assert_int_equal(s->ui.panel.kind, PANEL_PEOPLE);
    assert_int_equal(panel_people_rows(&s->ui), 4);
    assert_null(panel_person_at(&s->ui, 0)); /* oneself */
    assert_int_equal(panel_person_at(&s->ui, 1)->author, 2);
    assert_int_equal(panel_person_at(&s->ui, 3)->author, 4);
    assert_true(scene_shows(s, "4 here"));
    scene_end(s);
}

/* Whom the interface wants to be let in or sent away. */
static struct {
    unsigned calls;
    uint32_t number;
    bool admit;
} decided;

static void note_decision(void *ctx, uint32_t number, bool admit)
{
    (void)ctx;
    decided.calls++;
    decided.number = number;
    decided.admit = admit;
}

static bool ben_is_a_guest(void *ctx, uint32_t author)
{
    (void)ctx;
    return author == 2;
}

static void knock(struct scene *s, size_t n, const char *const *names)
{
    Cocanvas__LobbyGuest guests[4], *list[4];
    Cocanvas__LobbyUpdate update = COCANVAS__LOBBY_UPDATE__INIT;

    for (size_t i = 0; i < n; i++) {
        cocanvas__lobby_guest__init(&guests[i]);
        guests[i].number = 7 + (uint32_t)i;
        guests[i].name = (char *)(uintptr_t)names[i];
        list[i] = &guests[i];
    }
    update.n_waiting = n;
    update.waiting = list;
    ui_lobby_update(&s->ui, &update);
}

static void test_the_lobby(void **state)
{
    struct scene *s = at_work(132, 43);

    (void)state;
    s->host.lobby = note_decision;
    s->host.is_guest = ben_is_a_guest;
    s->ui.role = COCANVAS__ROLE__FACILITATOR;
    knock(s, 2, (const char *const[]){"Gus", "Zoe \033[31m"});
    scene_keys(s, "@");
    (void)scene_draw(s);
    assert_true(scene_shows(s, "4 here, 2 waiting"));
    assert_true(scene_shows(s, "Gus"));
    assert_true(scene_shows(s, "waits"));
    assert_true(scene_shows(s, "guest"));
    assert_int_equal(panel_people_rows(&s->ui), 6);
    assert_int_equal(panel_waiting_at(&s->ui, 1)->number, 7);
    assert_null(panel_person_at(&s->ui, 2));
    assert_int_equal(panel_person_at(&s->ui, 3)->author, 2);
    scene_keys(s, "a"); /* oneself: nobody to be let in */
    assert_int_equal(decided.calls, 0);
    scene_keys(s, "down down d");
    assert_int_equal(decided.calls, 1);
    assert_int_equal(decided.number, 8);
    assert_false(decided.admit);
    scene_keys(s, "up a");
    assert_int_equal(decided.number, 7);
    assert_true(decided.admit);
    scene_keys(s, "A");
    assert_int_equal(decided.number, 0);
    knock(s, 0, NULL);
    (void)scene_draw(s);
    assert_int_equal(panel_people_rows(&s->ui), 4);
    s->ui.role = COCANVAS__ROLE__EDITOR;
    knock(s, 1, (const char *const[]){"Gus"});
    scene_keys(s, "A");
    assert_int_equal(decided.calls, 3);
    scene_end(s);
}

static struct {
    unsigned calls;
    struct ui_lead last;
} led;

static void note_lead(void *ctx, const struct ui_lead *lead)
{
    (void)ctx;
    led.calls++;
    led.last = *lead;
}

/* A question before each; nobody does anything to himself but take his own back; and only facilitators are asked. */
static void test_what_facilitators_do_about_people(void **state)
{
    struct scene *s = at_work(132, 43);

    (void)state;
    s->host.lead = note_lead;
    s->host.is_guest = ben_is_a_guest;
    s->ui.role = COCANVAS__ROLE__EDITOR;
    scene_keys(s, "@ down r");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_true(strstr(s->ui.message, "facilitators") != NULL);

    s->ui.role = COCANVAS__ROLE__FACILITATOR;
    scene_keys(s, "r");
    assert_int_equal(s->ui.ask.kind, ASK_CHOICE);
    assert_int_equal(s->ui.ask.n_choices, 3); /* a guest is no facilitator */
    scene_keys(s, "v");
    assert_int_equal(led.calls, 1);
    assert_int_equal(led.last.what, UI_LEAD_ROLE);
    assert_int_equal(led.last.author, 2);
    assert_true(led.last.guest);
    assert_int_equal(led.last.role, COCANVAS__ROLE__VIEWER);
    scene_keys(s, "x n x escape");
    assert_int_equal(led.calls, 1);
    scene_keys(s, "x r");
    assert_int_equal(led.calls, 2);
    assert_int_equal(led.last.what, UI_LEAD_REMOVE);
    scene_keys(s, "u n u h");
    assert_int_equal(led.calls, 3);
    assert_int_equal(led.last.what, UI_LEAD_REVERT);
    assert_int_equal(led.last.since_ms, s->ui.now_ms - 3600000);
    scene_keys(s, "u a");
    assert_int_equal(led.last.since_ms, 0);
    scene_keys(s, "down r");
    assert_int_equal(s->ui.ask.n_choices, 3); /* only owners make facilitators */
    scene_keys(s, "escape");
    s->ui.role = COCANVAS__ROLE__OWNER;
    scene_keys(s, "r f");
    assert_int_equal(led.last.author, 3);
    assert_false(led.last.guest);
    assert_int_equal(led.last.role, COCANVAS__ROLE__FACILITATOR);

    led.calls = 0;
    scene_keys(s, "up up r x");
    assert_int_equal(s->ui.ask.kind, ASK_NONE);
    assert_int_equal(led.calls, 0);
    scene_keys(s, "u a");
    assert_int_equal(led.last.author, replica_author(s->ui.replica));
    scene_end(s);
}

static void test_locking_the_canvas(void **state)
{
    struct scene *s = at_work(132, 43);
    size_t n, locked = 0;
    struct block **blocks;

    (void)state;
    s->ui.role = COCANVAS__ROLE__FACILITATOR;
    ui_do(&s->ui, ACTION_LOCK_CANVAS);
    blocks = canvas_blocks_in_order(ui_view(&s->ui), &n);
    for (size_t i = 0; i < n; i++)
        locked += rights_locked(blocks[i]);
    assert_int_equal(locked, n);
    ui_do(&s->ui, ACTION_LOCK_CANVAS);
    for (size_t i = 0; i < n; i++)
        locked -= !rights_locked(canvas_block(ui_view(&s->ui), blocks[i]->o.id));
    assert_int_equal(locked, 0);
    free(blocks);
    scene_end(s);
}

static void test_people_go_and_follow(void **state)
{
    struct scene *s = at_work(132, 43);
    uint64_t rs;

    (void)state;
    rs = scene_block(s, "rs");
    scene_keys(s, "@ down down down f");
    assert_int_equal(s->ui.following, 103);
    assert_int_equal(s->ui.block, rs);
    scene_keys(s, "f");
    assert_int_equal(s->ui.following, 0);
    scene_keys(s, "up up enter"); /* to Ben, who writes in a card */
    assert_int_equal(s->ui.block, scene_block(s, "vp"));
    assert_int_not_equal(s->ui.card, 0);
    assert_false(s->ui.panel.focused); /* the keys are the canvas' again, the panel stays */
    assert_int_equal(s->ui.panel.kind, PANEL_PEOPLE);
    scene_keys(s, "@ home enter f"); /* oneself: nowhere to go */
    assert_int_equal(s->ui.following, 0);
    scene_end(s);
}

static void test_people_come_and_go(void **state)
{
    struct scene *s = scene_new(132, 43);

    (void)state;
    scene_presence(s, 2, scene_block(s, "kp"), false, 0, 0);
    scene_keys(s, "@ down");
    assert_int_equal(s->ui.panel.focus_id, 102);
    scene_presence(s, 1, scene_block(s, "cs"), false, 0, 0); /* Ben, who is listed before Chiara */
    (void)scene_draw(s);
    assert_int_equal(s->ui.panel.focus, 2);
    assert_int_equal(s->ui.panel.focus_id, 102);
    scene_keys(s, "enter");
    assert_int_equal(s->ui.block, scene_block(s, "kp"));
    scene_end(s);
}

/* ---------------------------------------------------------------- activity */

static void test_typing_is_one_line(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "ch", "W", "");

    (void)state;
    later(s, MINUTE_MS);
    scene_do(s, 2, vote_set(&s->arena, card, true));
    write_on(s, 1, card, "holesale");
    assert_int_equal(n_told(s), 2); /* what is typed into a new card belongs to it */
    assert_string_equal(told(s, 1), "Ben Ode added 2.1 to Channels: 'Wholesale'");
    write_on(s, 2, card, " and shops");
    assert_int_equal(n_told(s), 3);
    assert_string_equal(told(s, 0), "Chiara Rossi is writing 2.1 in Channels: 'Wholesale and shops'");
    later(s, MINUTE_MS);
    assert_string_equal(told(s, 0), "Chiara Rossi wrote 2.1 in Channels: 'Wholesale and shops'");
    scene_end(s);
}

static void test_two_write_at_once(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t left = scene_card(s, 0, "ch", "left ", ""), right = scene_card(s, 0, "kp", "right ", "");

    (void)state;
    for (int i = 0; i < 20; i++) {
        write_on(s, 1, left, "l");
        write_on(s, 2, right, "r");
    }
    assert_int_equal(n_told(s), 4);
    assert_string_equal(told(s, 0), "Chiara Rossi is writing 1.2 in Key Partners: 'right rrrrrrrrrrrrrrrrrrrr'");
    assert_string_equal(told(s, 1), "Ben Ode is writing 1.1 in Channels: 'left llllllllllllllllllll'");
    scene_end(s);
}

static void test_lines_that_do_not_join(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t one = scene_card(s, 0, "ch", "one", ""), two = scene_card(s, 0, "ch", "two", "");
    size_t n = n_told(s);

    (void)state;
    write_on(s, 1, one, "ab");
    write_on(s, 1, two, "cd"); /* another card */
    assert_int_equal(n_told(s), n + 2);
    write_on(s, 1, one, "ef"); /* and back */
    assert_int_equal(n_told(s), n + 3);
    later(s, 10 * MINUTE_MS); /* a long pause */
    write_on(s, 1, one, "gh");
    assert_int_equal(n_told(s), n + 4);
    scene_do(s, 1, tag_set(&s->arena, one, "x", true)); /* something else in between */
    write_on(s, 1, one, "ij");
    assert_int_equal(n_told(s), n + 6);
    scene_do(s, 0, tag_set(&s->arena, one, "y", true)); /* somebody else's does not matter */
    write_on(s, 1, one, "kl");
    assert_int_equal(n_told(s), n + 7);
    assert_string_equal(told(s, 1), "Ben Ode is writing 1.1 in Channels: 'oneabefghijkl'");
    scene_end(s);
}

static void test_a_batch_is_one_line(void **state)
{
    struct scene *s = scene_new(132, 43);
    struct peer *p = &s->peers[1];
    Cocanvas__Op *ops[3];
    uint64_t first = replica_next_id(p->r);

    (void)state;
    for (uint32_t i = 0; i < 3; i++)
        ops[i] = card_create(&s->arena, first + i, scene_block(s, "ch"), 0, i ? "more" : "first");
    assert_int_equal(replica_edit(p->r, 3, ops, s->ui.now_ms, false, &p->why), STATUS_OK);
    scene_settle(s);
    assert_int_equal(n_told(s), 1);
    assert_string_equal(told(s, 0), "Ben Ode added 2.1 to Channels: 'first', and 2 more");
    assert_int_equal(replica_undo(p->r, s->ui.now_ms, &p->why), STATUS_OK);
    scene_settle(s);
    assert_int_equal(n_told(s), 2);
    assert_string_equal(told(s, 0), "Ben Ode removed 2.3 (undo), and 2 more");
    scene_end(s);
}

static void test_own_activity(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 0, "ch", "mine", "");

    (void)state;
    assert_string_equal(told(s, 0), "You added 1.1 to Channels: 'mine'");
    scene_do(s, 2, card_move(&s->arena, card, place_of(&s->arena, scene_block(s, "kp"), 0, 0, false)));
    assert_string_equal(told(s, 0), "Chiara Rossi moved 1.1 'mine' to Key Partners");
    write_on(s, 0, card, "!");
    assert_string_equal(told(s, 0), "You are writing 1.1 in Key Partners: 'mine!'");
    scene_end(s);
}

/* Somebody reads in the list while others go on: the row stays what it is, and where it is. */
static void test_activity_holds_still(void **state)
{
    struct scene *s = scene_new(132, 43);
    int x, before, after;

    (void)state;
    for (int i = 0; i < 30; i++)
        (void)scene_card(s, 1, "ch", i == 20 ? "this one" : "another", "");
    scene_keys(s, "g a down down down down down down down down down");
    assert_non_null(strstr(told(s, s->ui.panel.focus), "this one"));
    assert_true(scene_find(s, "added 2.21", &x, &before));
    for (int i = 0; i < 5; i++)
        (void)scene_card(s, 2, "kp", "new", "");
    assert_true(scene_find(s, "added 2.21", &x, &after));
    assert_int_equal(before, after);
    assert_non_null(strstr(told(s, s->ui.panel.focus), "this one"));
    assert_true(scene_shows(s, "5 newer"));
    scene_keys(s, "enter");
    assert_int_equal(s->ui.card, object_id(2, 21));
    scene_end(s);
}

/* Nobody reads in it: the newest is on top. */
static void test_activity_goes_on(void **state)
{
    struct scene *s = scene_new(132, 43);

    (void)state;
    (void)scene_card(s, 1, "ch", "first", "");
    scene_keys(s, "g a tab");
    assert_false(s->ui.panel.focused);
    for (int i = 0; i < 40; i++)
        (void)scene_card(s, 2, "kp", "many", "");
    (void)scene_card(s, 2, "kp", "the newest", "");
    assert_true(scene_shows(s, "the newest"));
    assert_int_equal(s->ui.panel.top, 0);
    scene_end(s);
}

static void test_activity_is_bounded(void **state)
{
    struct scene *s = scene_new(132, 43);

    (void)state;
    for (int i = 0; i < PANEL_ACTIVITY_LINES + 100; i++)
        (void)scene_card(s, 1, "ch", "x", "");
    assert_int_equal(n_told(s), PANEL_ACTIVITY_LINES);
    assert_string_equal(told(s, 0), "Ben Ode added 2.600 to Channels: 'x'");
    assert_string_equal(told(s, PANEL_ACTIVITY_LINES - 1), "Ben Ode added 2.101 to Channels: 'x'");
    scene_keys(s, "g a end");
    (void)scene_draw(s);
    assert_int_equal(s->ui.panel.focus, PANEL_ACTIVITY_LINES - 1);
    scene_end(s);
}

static void test_activity_of_what_is_gone(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "ch", "short-lived", "");

    (void)state;
    scene_do(s, 2, card_delete(&s->arena, card));
    scene_keys(s, "g a enter");
    assert_true(scene_shows(s, "2.1 has been removed."));
    assert_true(s->ui.panel.focused);
    scene_end(s);
}

/* ---------------------------------------------------------------- all of them */

static void test_keys_open_and_close(void **state)
{
    static const struct {
        const char *key;
        enum panel_kind kind;
    } keys[] = {{"@", PANEL_PEOPLE}, {"f3", PANEL_ACTIVITY}, {"g h", PANEL_HISTORY}, {"ctrl-f", PANEL_SEARCH}};
    struct scene *s = at_work(132, 43);

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        scene_keys(s, keys[i].key);
        assert_int_equal(s->ui.panel.kind, keys[i].kind);
        assert_true(s->ui.panel.focused);
        (void)scene_draw(s);
        scene_keys(s, "tab");
        assert_false(s->ui.panel.focused);
        scene_keys(s, keys[i].key); /* the focus again */
        assert_true(s->ui.panel.focused);
        scene_keys(s, "escape");
        assert_int_equal(s->ui.panel.kind, PANEL_NONE);
    }
    scene_end(s);
}

static void test_click(void **state)
{
    struct scene *s = at_work(132, 43);
    int x, y;

    (void)state;
    scene_keys(s, "@ tab");
    assert_true(scene_find(s, "Dai Nguyen      ", &x, &y));
    scene_mouse(s, MOUSE_PRESS, x, y);
    assert_int_equal(s->ui.panel.focus, 3);
    assert_true(s->ui.panel.focused);
    scene_mouse(s, MOUSE_DOUBLE, x, y);
    assert_int_equal(s->ui.block, scene_block(s, "rs"));
    scene_end(s);
}

static void test_hostile_text(void **state)
{
    struct scene *s = scene_new(132, 43);
    uint64_t card = scene_card(s, 1, "cs", "evil \xe2\x80\xae text", "");
    char *text;

    (void)state;
    scene_do(s, 1, name_seq(&s->arena, 1, "name \xe2\x80\xae of it"));
    scene_do(s, 1, comment_add(&s->arena, replica_next_id(s->peers[1].r), card, 0, "evil\ncomment"));
    for (int i = 0; i < 4; i++) {
        static const char *const keys[] = {"@", "g a", "g h left", "/ e v i l"};

        scene_keys(s, keys[i]);
        text = grid_to_text(scene_draw(s));
        assert_null(strstr(text, "\xe2\x80\xae"));
        free(text);
        scene_keys(s, "escape");
    }
    scene_end(s);
}

static void test_another_canvas_forgets(void **state)
{
    struct scene *s = at_work(132, 43);

    (void)state;
    scene_keys(s, "g h left");
    ui_set_canvas(&s->ui, NULL, NULL, 0);
    assert_int_equal(s->ui.panel.kind, PANEL_NONE);
    assert_int_equal(s->ui.panel.n_events, 0);
    assert_null(s->ui.panel.past);
    scene_end(s);
}

/* Everything in the smallest and in the largest size, with lists that are longer than the panel. */
static void test_every_size(void **state)
{
    static const int sizes[][2] = {{60, 18}, {79, 18}, {99, 20}, {100, 18}, {400, 120}};
    struct scene *s = at_work(60, 18);

    (void)state;
    for (int i = 0; i < 60; i++)
        (void)scene_card(s, 1, "cs", "A card with the word apple and many others that take some lines", "");
    for (size_t i = 0; i < 5; i++) {
        scene_resize(s, sizes[i][0], sizes[i][1]);
        scene_keys(s, "@ end page-up");
        (void)scene_draw(s);
        scene_keys(s, "f3 end up page-down home end");
        (void)scene_draw(s);
        scene_keys(s, "f4 left page-up down enter end");
        (void)scene_draw(s);
        scene_keys(s, "ctrl-f");
        scene_type(s, "apple");
        scene_keys(s, "end up up page-up");
        (void)scene_draw(s);
        scene_keys(s, "ctrl-u escape");
    }
    scene_end(s);
}

static void test_golden(void **state)
{
    static const struct {
        int cols, rows;
    } sizes[] = {{60, 18}, {80, 24}, {132, 43}, {200, 60}};
    static const char *const names[] = {"people", "activity", "history", "search"};
    static const char *const keys[] = {"@ down f", "f3 down", "f4 left left left page-up", "ctrl-f w"};
    char name[64];

    (void)state;
    for (size_t i = 0; i < 4; i++)
        for (size_t k = 0; k < 4; k++) {
            struct scene *s = at_work(sizes[i].cols, sizes[i].rows);

            scene_keys(s, keys[k]);
            (void)snprintf(name, sizeof name, "panel_%s_%dx%d", names[k], sizes[i].cols, sizes[i].rows);
            assert_true(scene_golden(s, name));
            scene_end(s);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_people_by_name),
        cmocka_unit_test(test_the_lobby),
        cmocka_unit_test(test_what_facilitators_do_about_people),
        cmocka_unit_test(test_locking_the_canvas),
        cmocka_unit_test(test_people_go_and_follow),
        cmocka_unit_test(test_people_come_and_go),
        cmocka_unit_test(test_typing_is_one_line),
        cmocka_unit_test(test_two_write_at_once),
        cmocka_unit_test(test_lines_that_do_not_join),
        cmocka_unit_test(test_a_batch_is_one_line),
        cmocka_unit_test(test_own_activity),
        cmocka_unit_test(test_activity_holds_still),
        cmocka_unit_test(test_activity_goes_on),
        cmocka_unit_test(test_activity_is_bounded),
        cmocka_unit_test(test_activity_of_what_is_gone),
        cmocka_unit_test(test_keys_open_and_close),
        cmocka_unit_test(test_click),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_another_canvas_forgets),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_golden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
