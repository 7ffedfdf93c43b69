/* The panels: people, activity, history with replay, search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/tui/fold.h"
#include "client/tui/panel_private.h"
#include "client/tui/view_parts.h"
#include "common/rights.h"
#include "tests/support/scene.h"

enum { MINUTE_MS = 60 * 1000 };

static void later(struct scene *s, int64_t ms)
{
    s->ui.now_ms += ms;
    s->server.now_ms = s->ui.now_ms;
}

/* Somebody types at the end of a card, character by character, each a batch of its own. */
static void write_on(struct scene *s, unsigned who, uint64_t card, const char *text)
{
    struct peer *p = &s->peers[who];

    for (size_t len = strlen(text); len > 0;) {
        const struct card *c = canvas_card(replica_view(p->r), card);
        size_t n = utf8_grapheme(text, len);

        ASSERT(replica_text_splice(p->r, card, "", c->text.len_points, 0, text, n, s->ui.now_ms, true, &p->why) ==
               STATUS_OK);
        scene_settle(s);
        later(s, 300);
        text += n;
        len -= n;
    }
}

/* A Business Model Canvas at work: cards of three people, a move, a vote, comments, two named versions. */
static struct scene *at_work(int cols, int rows)
{
    struct scene *s = xcalloc(1, sizeof *s);
    uint64_t whole, price, id;

    scene_init_of(s, cols, rows, "bmc", "Water filter 2030");
    (void)scene_card(s, 1, "cs", "Households with hard water", "blue");
    later(s, 2 * MINUTE_MS);
    whole = scene_card(s, 2, "ch", "", "");
    write_on(s, 2, whole, "Wholesale to kitchen shops in Zürich");
    later(s, 3 * MINUTE_MS);
    scene_do(s, 0, name_seq(&s->arena, s->server.head, "After the interview"));
    price = scene_card(s, 3, "rs", "Filter subscription, 9 CHF a month", "green");
    later(s, MINUTE_MS);
    scene_do(s, 1, vote_set(&s->arena, price, true));
    scene_do(s, 0, tag_set(&s->arena, price, "recurring", true));
    id = replica_next_id(s->peers[3].r);
    scene_do(s, 3, comment_add(&s->arena, id, whole, 0, "The wholesalers in Basel take 40 %, is that worth it?"));
    later(s, 4 * MINUTE_MS);
    scene_do(s, 1, name_seq(&s->arena, s->server.head, "Round one"));
    scene_do(s, 2, card_move(&s->arena, whole, place_of(&s->arena, scene_block(s, "kp"), 0, 0, false)));
    id = scene_card(s, 0, "vp", "Soft water without salt", "yellow");
    later(s, 90 * 1000);
    write_on(s, 1, id, ", for every tap");
    scene_presence(s, 1, id, true, 20, 20);
    scene_presence(s, 2, whole, false, 0, 0);
    scene_presence(s, 3, scene_block(s, "rs"), false, 0, 0);
    later(s, 1000);
    return s;
}

static void scene_end(struct scene *s)
{
    scene_fini(s);
    free(s);
}

static struct scene *scene_new(int cols, int rows)
{
    struct scene *s = xcalloc(1, sizeof *s);

    scene_init_of(s, cols, rows, "bmc", "Water filter 2030");
    return s;
}

/* The sentence of a row of the activity, as it is read. */
static const char *told(struct scene *s, size_t row)
{
    const struct panel_event *e = panel_event_at(&s->ui.panel, row);

    return e ? words_printf(&s->ui, "%s %s", panel_event_who(&s->ui, e), panel_event_words(&s->ui, e)) : "";
}

static size_t n_told(const struct scene *s)
{
    return s->ui.panel.n_events;
}

static const char *text_of(const struct canvas *c, uint64_t card)
{
    const struct card *found = canvas_card(c, card);

    return found && found->deleted_seq == 0 ? found->text.bytes : "";
}

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
        cmocka_unit_test(test_keys_open_and_close),
        cmocka_unit_test(test_click),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_another_canvas_forgets),
        cmocka_unit_test(test_every_size),
        cmocka_unit_test(test_golden),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
