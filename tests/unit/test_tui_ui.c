/* The interface's core: the focus under others' changes, people, messages, going back, and what may be done when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/scene.h"

struct fixture {
    struct scene s;
    bool closed;
    unsigned told; /* presence */
    Cocanvas__Presence presence;
    uint64_t kp, vp;          /* two blocks: the first in filling order is not one of them */
    uint64_t one, two, three; /* cards in kp */
};

static void host_close(void *ctx)
{
    ((struct fixture *)ctx)->closed = true;
}

static void host_presence(void *ctx, const Cocanvas__Presence *presence)
{
    struct fixture *f = ctx;

    f->told++;
    f->presence = *presence;
}

static int set_up(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);

    scene_init(&f->s, 120, 40);
    f->s.host.close = host_close;
    f->s.host.presence = host_presence;
    f->kp = scene_block(&f->s, "kp");
    f->vp = scene_block(&f->s, "vp");
    f->one = scene_card(&f->s, 1, "kp", "one", "");
    f->two = scene_card(&f->s, 1, "kp", "two", "");
    f->three = scene_card(&f->s, 1, "kp", "three", "");
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;

    scene_fini(&f->s);
    free(f);
    return 0;
}

#define FIXTURE                                                                                                        \
    struct fixture *f = *state;                                                                                        \
    struct scene *s = &f->s;                                                                                           \
    struct ui *ui = &s->ui

static void others(struct scene *s, Cocanvas__Op *op)
{
    scene_do(s, 1, op);
}

static void says(const struct ui *ui, const char *words)
{
    if (!strstr(ui->message, words))
        fail_msg("\"%s\" does not say \"%s\"", ui->message, words);
}

static Cocanvas__Op *move_to(struct scene *s, uint64_t card, uint64_t block)
{
    return card_move(&s->arena, card, place_of(&s->arena, block, 0, 0, false));
}

/* ---------------------------------------------------------------- opening */

static void the_first_block_has_the_focus(void **state)
{
    FIXTURE;
    size_t n;
    struct block **blocks = canvas_blocks_in_order(ui_view(ui), &n);

    assert_int_equal(ui->block, blocks[0]->o.id);
    assert_int_equal(ui->card, 0);
    assert_string_equal(ui->canvas_name, "A test");
    free(blocks);
    assert_int_equal(ui->screen, SCREEN_CANVAS);
    ui_set_canvas(ui, NULL, NULL, 0);
    assert_int_equal(ui->screen, SCREEN_START);
    assert_null(ui_view(ui));
    assert_null(ui_focused_block(ui));
}

static void the_same_canvas_again_keeps_the_place(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    ui_mark(ui, f->one, true);
    ui_set_canvas(ui, s->peers[0].r, "acme", COCANVAS__ROLE__VIEWER);
    assert_int_equal(ui->card, f->two);
    assert_true(ui_marked(ui, f->one));
    assert_false(ui_may_edit(ui));
}

static void the_title_is_kept_in_step(void **state)
{
    FIXTURE;

    others(s, prop_text(&s->arena, 0, "title", "Bakery 2030"));
    assert_string_equal(ui->canvas_name, "Bakery 2030");
}

/* ---------------------------------------------------------------- the focus under others' changes */

static void a_removed_card_hands_the_focus_on(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    others(s, card_delete(&s->arena, f->two));
    assert_int_equal(ui->card, f->three);
    says(ui, "Ben Ode removed “two”.");
    others(s, card_delete(&s->arena, f->three));
    assert_int_equal(ui->card, f->one);
    others(s, card_delete(&s->arena, f->one));
    assert_int_equal(ui->card, 0);
    assert_int_equal(ui->block, f->kp);
}

static void cards_that_come_and_go_around_it_do_not_matter(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    assert_int_equal(ui->card_index, 1);
    others(s, card_delete(&s->arena, f->one));
    assert_int_equal(ui->card, f->two);
    assert_int_equal(ui->card_index, 0);
    others(s, card_move(&s->arena, f->three, place_of(&s->arena, f->kp, 0, 0, true)));
    assert_int_equal(ui->card, f->two);
    assert_int_equal(ui->card_index, 1);
}

static void in_the_overview_the_focus_goes_along(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    others(s, move_to(s, f->two, f->vp));
    assert_int_equal(ui->card, f->two);
    assert_int_equal(ui->block, f->vp);
}

static void a_zoomed_block_stays(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "z");
    assert_int_equal(ui->layout, LAYOUT_BLOCK);
    (void)scene_draw(s);
    others(s, move_to(s, f->two, f->vp));
    assert_int_equal(ui->block, f->kp);
    assert_int_equal(ui->card, f->three);
    says(ui, "Ben Ode moved “two” to ");
}

static void what_one_types_in_stays_in_focus(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "z e");
    assert_int_equal(ui->typing.object, f->two);
    others(s, move_to(s, f->two, f->vp));
    assert_int_equal(ui->card, f->two);
    assert_int_equal(ui->block, f->vp);
}

static void a_removed_block_hands_the_focus_on(void **state)
{
    FIXTURE;
    uint64_t c = scene_block(s, "ch");
    Cocanvas__BlockRemove *remove = help_new(&s->arena, &cocanvas__block_remove__descriptor);

    ui_focus(ui, c, 0);
    assert_int_equal(ui->block, c);
    remove->id = c;
    remove->on = true;
    others(s, help_wrap(&s->arena, COCANVAS__OP__KIND_BLOCK_REMOVE, remove));
    assert_int_not_equal(ui->block, c);
    assert_non_null(ui_focused_block(ui));
    (void)f;
}

static void lists_lose_what_is_removed(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "x");
    assert_int_equal(ui->n_cut, 1);
    ui_mark(ui, f->two, true);
    ui_mark(ui, f->three, true);
    assert_int_equal(ui->n_marked, 2);
    others(s, card_delete(&s->arena, f->one));
    others(s, card_delete(&s->arena, f->two));
    assert_int_equal(ui->n_cut, 0);
    assert_int_equal(ui->n_marked, 1);
    assert_true(ui_marked(ui, f->three));
}

static void scrolling_holds_its_first_card(void **state)
{
    FIXTURE;

    ui_scroll_to(ui, f->kp, f->two);
    others(s, card_delete(&s->arena, f->one));
    assert_int_equal(ui_scroll_top(ui, f->kp), f->two);
    others(s, card_delete(&s->arena, f->two));
    assert_int_equal(ui_scroll_top(ui, f->kp), f->three); /* what stood behind it */
    others(s, card_restore(&s->arena, f->two));
    assert_int_equal(ui_scroll_top(ui, f->kp), f->two);
    others(s, move_to(s, f->two, f->vp));
    assert_int_equal(ui_scroll_top(ui, f->kp), f->three);
}

static void a_change_is_highlighted_for_a_while(void **state)
{
    FIXTURE;

    others(s, prop_text(&s->arena, f->one, "color", "red"));
    assert_int_equal(ui_changed_by(ui, f->one), 2);
    assert_int_equal(ui_changed_by(ui, f->two), 2); /* made a moment ago */
    (void)scene_draw(s);
    assert_true(ui->wake_ms > ui->now_ms && ui->wake_ms <= ui->now_ms + UI_CHANGED_MS);
    assert_false(ui->dirty);
    ui->now_ms += UI_CHANGED_MS;
    ui_tick(ui);
    assert_true(ui->dirty);
    assert_int_equal(ui_changed_by(ui, f->one), 0);
    (void)scene_draw(s);
    ui->message[0] = '\0';
    ui_tick(ui);
    assert_int_equal(ui->wake_ms, 0); /* nothing to wake up for */
    scene_do(s, 0, prop_text(&s->arena, f->one, "color", "blue"));
    assert_int_equal(ui_changed_by(ui, f->one), 0); /* one's own */
}

/* ---------------------------------------------------------------- people */

static void following_until_one_moves(void **state)
{
    FIXTURE;

    scene_presence(s, 1, f->two, false, 0, 0);
    scene_keys(s, "f");
    assert_int_equal(ui->following, 101);
    assert_int_equal(ui->card, f->two);
    scene_presence(s, 1, f->three, false, 0, 0);
    assert_int_equal(ui->card, f->three);
    assert_int_equal(ui->following, 101);
    scene_keys(s, "up");
    assert_int_equal(ui->card, f->two);
    assert_int_equal(ui->following, 0);
    scene_presence(s, 1, f->one, false, 0, 0);
    assert_int_equal(ui->card, f->two);
}

static void following_somebody_of_several(void **state)
{
    FIXTURE;

    scene_presence(s, 1, f->two, false, 0, 0);
    scene_presence(s, 2, f->three, false, 0, 0);
    scene_keys(s, "f");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    scene_keys(s, "2");
    assert_int_equal(ui->following, 102);
    assert_int_equal(ui->card, f->three);
    ui_presence_update(ui, &(Cocanvas__PresenceUpdate){
                               .base = PROTOBUF_C_MESSAGE_INIT(&cocanvas__presence_update__descriptor), .full = true});
    assert_int_equal(ui->following, 0);
    says(ui, "has left the canvas");
}

static void one_is_not_among_the_others(void **state)
{
    FIXTURE;
    const struct ui_person *out[4];

    ui->session = 101;
    scene_presence(s, 1, f->two, false, 0, 0);
    assert_int_equal(ui_people_on(ui, f->two, out, 4), 0);
    scene_presence(s, 2, f->two, true, 1, 1);
    assert_int_equal(ui_people_on(ui, f->two, out, 4), 1);
    assert_int_equal(out[0]->author, 3);
    assert_true(out[0]->editing);
}

static void initials(void **state)
{
    FIXTURE;

    assert_string_equal(ui_initials(ui, 1), "AK");
    assert_string_equal(ui_initials(ui, 9), "S");
    assert_string_equal(ui_person_name(ui, 3), "Chiara Rossi");
    assert_int_equal(ui_person_role(9), ROLE_PERSON_1 + 1);
    assert_ptr_not_equal(f, NULL);
}

static void times(void **state)
{
    FIXTURE;

    (void)f;
    assert_string_equal(ui_time(ui, ui->now_ms - 60000), "11:59");
    ui->utc_offset_s = 3600;
    assert_string_equal(ui_time(ui, ui->now_ms - 60000), "12:59");
    assert_string_equal(ui_time(ui, ui->now_ms - 86400000), "6 Nov 13:00");
    assert_string_equal(ui_time(ui, ui->now_ms - INT64_C(400) * 86400000), "3 Oct 2024");
    ui->utc_offset_s = 43200; /* midnight */
    assert_string_equal(ui_time(ui, ui->now_ms - 1000), "7 Nov 23:59");
}

static void the_focus_is_told_once(void **state)
{
    FIXTURE;
    unsigned before;

    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "down");
    assert_int_equal(f->presence.object, f->two);
    assert_false(f->presence.editing);
    before = f->told;
    scene_keys(s, "ctrl-g ctrl-g");
    assert_int_equal(f->told, before);
    scene_keys(s, "e");
    assert_true(f->presence.editing);
    scene_keys(s, "escape");
    assert_false(f->presence.editing);
    assert_int_equal(f->presence.object, f->two);
    ui_set_canvas(ui, s->peers[0].r, "acme", COCANVAS__ROLE__EDITOR); /* a new session does not know */
    before = f->told;
    scene_keys(s, "ctrl-g");
    assert_int_equal(f->told, before + 1);
    others(s, card_delete(&s->arena, f->two)); /* the focus goes elsewhere without a key */
    assert_int_equal(f->presence.object, f->three);
}

/* ---------------------------------------------------------------- messages and the connection */

static void messages_end(void **state)
{
    FIXTURE;

    (void)f;
    ui_say(ui, ROLE_TEXT, "hello");
    (void)scene_draw(s);
    assert_true(ui->wake_ms > ui->now_ms);
    ui->now_ms += 60000;
    ui_tick(ui);
    assert_string_equal(ui->message, "");
    ui_say(ui, ROLE_BAD, "refused");
    ui->now_ms += 600000;
    ui_tick(ui);
    assert_string_equal(ui->message, "refused");
    scene_keys(s, "tab");
    assert_string_equal(ui->message, "");
}

static void long_messages_end_at_a_character(void **state)
{
    FIXTURE;
    char text[400];

    (void)f;
    for (size_t shift = 0; shift < 4; shift++) {
        memset(text, 'x', shift);
        for (size_t i = shift; i + 4 < sizeof text; i += 4)
            memcpy(text + i, "\xF0\x9F\x98\x80", 5);
        ui_say(ui, ROLE_TEXT, "%s", text);
        assert_true(utf8_check(ui->message, strlen(ui->message), NULL));
        assert_true(strlen(ui->message) > 240);
    }
    ui_say(ui, ROLE_TEXT, "%.5s", "four\xC3\xA4"); /* cut by somebody who counted bytes */
    assert_true(utf8_check(ui->message, strlen(ui->message), NULL));
    assert_memory_equal(ui->message, "four", 4);
    (void)s;
}

static void the_connection_is_told(void **state)
{
    FIXTURE;

    (void)f, (void)s;
    ui_link_changed(ui, &(struct ui_link){.online = false, .offline_since_ms = ui->now_ms});
    says(ui, "Connection lost");
    ui_link_changed(ui, &(struct ui_link){.online = true});
    says(ui, "Connected again");
    ui_link_changed(ui, &(struct ui_link){.online = true, .degraded = true});
    says(ui, "cannot save");
    ui_link_changed(ui, &(struct ui_link){.online = true});
    says(ui, "saves again");
    ui_link_changed(ui, &(struct ui_link){.failed = true, .sentence = "The canvas was removed."});
    says(ui, "The canvas was removed.");
}

/* ---------------------------------------------------------------- moving about */

static void up_and_down(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, 0);
    scene_keys(s, "down");
    assert_int_equal(ui->card, f->one);
    scene_keys(s, "j down");
    assert_int_equal(ui->card, f->three);
    scene_keys(s, "k");
    assert_int_equal(ui->card, f->two);
    scene_keys(s, "G");
    assert_int_equal(ui->card, f->three);
    scene_keys(s, "g g");
    assert_int_equal(ui->card, f->one);
    scene_keys(s, "up");
    assert_int_equal(ui->card, 0);
    assert_int_equal(ui->block, f->kp);
    scene_keys(s, "end down"); /* Key Partners stand above the Cost Structure */
    assert_int_equal(ui->block, scene_block(s, "cost"));
    scene_keys(s, "up");
    assert_int_not_equal(ui->block, scene_block(s, "cost"));
}

static void left_and_right(void **state)
{
    FIXTURE;
    uint64_t a = scene_card(s, 1, "vp", "a", ""), b = scene_card(s, 1, "vp", "b", "");

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "right"); /* Key Activities are empty */
    assert_int_equal(ui->block, scene_block(s, "ka"));
    assert_int_equal(ui->card, 0);
    ui_focus(ui, f->vp, b);
    scene_keys(s, "left left");
    assert_int_equal(ui->block, f->kp);
    ui_focus(ui, f->vp, a);
    (void)scene_draw(s);
    scene_keys(s, "left");
    assert_int_not_equal(ui->block, f->vp);
    scene_keys(s, "l");
    assert_int_equal(ui->block, f->vp);
    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "left");
    assert_int_equal(ui->card, f->two); /* nothing there */
}

static void blocks_by_number_and_tab(void **state)
{
    FIXTURE;
    size_t n;
    struct block **blocks = canvas_blocks_in_order(ui_view(ui), &n);

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "3");
    assert_int_equal(ui->block, blocks[2]->o.id);
    assert_int_equal(ui->card, 0);
    scene_keys(s, "tab");
    assert_int_equal(ui->block, blocks[3]->o.id);
    scene_keys(s, "shift-tab shift-tab");
    assert_int_equal(ui->block, blocks[1]->o.id);
    scene_keys(s, "1 shift-tab");
    assert_int_equal(ui->block, blocks[n - 1]->o.id);
    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "5 ctrl-o");
    assert_int_equal(ui->card, f->two);
    scene_keys(s, "ctrl-o");
    assert_int_equal(ui->block, blocks[4]->o.id);
    scene_keys(s, ":");
    scene_type(s, "go-block");
    scene_keys(s, "enter"); /* chosen by its name: asks */
    assert_int_equal(ui->ask.kind, ASK_LINE);
    scene_type(s, "key par");
    scene_keys(s, "enter");
    assert_int_equal(ui->block, f->kp);
    free(blocks);
}

static void ways_of_looking(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, 0);
    scene_keys(s, "enter");
    assert_int_equal(ui->layout, LAYOUT_BLOCK);
    assert_int_equal(ui->card, f->one);
    scene_keys(s, "z Z");
    assert_int_equal(ui->layout, LAYOUT_OUTLINE);
    scene_keys(s, "t");
    assert_int_equal(ui->layout, LAYOUT_TABLE);
    scene_keys(s, "g c");
    assert_int_equal(ui->layout, LAYOUT_CANVAS);
    scene_keys(s, "enter");
    assert_int_equal(ui->open_card, f->one);
}

static void far_in_a_long_list(void **state)
{
    FIXTURE;
    uint32_t at;

    for (int i = 0; i < 60; i++)
        (void)scene_card(s, 1, "kp", "more", "");
    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "z");
    (void)scene_draw(s);
    scene_keys(s, "ctrl-d");
    at = ui->card_index;
    assert_true(at > 3 && at < 40);
    (void)scene_draw(s);
    scene_keys(s, "page-down");
    assert_true(ui->card_index > at + 3);
    scene_keys(s, "page-up page-up ctrl-u ctrl-u ctrl-u");
    assert_int_equal(ui->card_index, 0);
}

/* ---------------------------------------------------------------- one step back */

static void escape_goes_back_step_by_step(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "z s enter");
    assert_int_equal(ui->open_card, f->two); /* marking has gone on to the next card */
    scene_keys(s, "i");
    assert_int_equal(ui->typing.object, f->two);
    scene_keys(s, "escape");
    assert_int_equal(ui->typing.object, 0);
    assert_int_equal(ui->open_card, f->two);
    scene_keys(s, "escape");
    assert_int_equal(ui->open_card, 0);
    assert_int_equal(ui->n_marked, 1);
    scene_keys(s, "escape");
    assert_int_equal(ui->n_marked, 0);
    assert_int_equal(ui->layout, LAYOUT_BLOCK);
    scene_keys(s, "escape");
    assert_int_equal(ui->layout, LAYOUT_CANVAS);
    scene_keys(s, "escape");
    assert_false(f->closed);
    says(ui, "Once more goes back");
    scene_keys(s, "down escape"); /* another key between: it was not meant */
    assert_false(f->closed);
    scene_keys(s, "escape");
    assert_true(f->closed);
}

static void ctrl_c_does_not_leave_in_the_middle_of_something(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "e ctrl-c"); /* copies there */
    assert_false(s->quits);
    scene_keys(s, "escape C ctrl-c");
    assert_int_equal(ui->ask.kind, ASK_NONE);
    assert_false(s->quits);
}

static void q_leaves_the_overview_at_once(void **state)
{
    FIXTURE;

    scene_keys(s, "z q");
    assert_int_equal(ui->layout, LAYOUT_CANVAS);
    assert_false(f->closed);
    scene_keys(s, "q");
    assert_true(f->closed);
}

static void leaving_with_unsent_changes_asks(void **state)
{
    FIXTURE;
    Cocanvas__Op *op = prop_text(&s->arena, f->one, "color", "red");

    ui_link_changed(ui, &(struct ui_link){.offline_since_ms = ui->now_ms});
    assert_int_equal(replica_edit(s->peers[0].r, 1, &op, ui->now_ms, false, NULL), STATUS_OK);
    scene_keys(s, "ctrl-q");
    assert_false(s->quits);
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    scene_keys(s, "n");
    assert_false(s->quits);
    scene_keys(s, "ctrl-q y");
    assert_true(s->quits);
}

static void leaving_without_any_does_not(void **state)
{
    FIXTURE;

    (void)f, (void)ui;
    scene_keys(s, "ctrl-c");
    assert_true(s->quits);
}

/* ---------------------------------------------------------------- what may be done */

static void readers_change_nothing(void **state)
{
    FIXTURE;
    static const char *const keys[] = {"a", "A", "i", "e", "d d", "D", "J", "K", "<",   ">",   "x",   "m",   "C",
                                       "#", "v", "L", "E", "u",   "U", "p", "P", "b r", "b a", "b d", "b c", "b q"};
    uint64_t hash = replica_hash(s->peers[0].r);

    ui_set_canvas(ui, s->peers[0].r, "acme", COCANVAS__ROLE__VIEWER);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        ui_focus(ui, f->kp, f->two);
        scene_keys(s, keys[i]);
        if (!strstr(ui->message, "You may read this canvas"))
            fail_msg("%s: \"%s\"", keys[i], ui->message);
        assert_int_equal(ui->ask.kind, ASK_NONE);
        assert_int_equal(ui->typing.object, 0);
    }
    scene_input(s, &(struct input){.kind = INPUT_PASTE, .bytes = "x", .len = 1});
    says(ui, "You may read this canvas");
    assert_false(replica_has_pending(s->peers[0].r));
    assert_int_equal(replica_hash(s->peers[0].r), hash);
}

static void commenters_vote(void **state)
{
    FIXTURE;

    ui_set_canvas(ui, s->peers[0].r, "acme", COCANVAS__ROLE__COMMENTER);
    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "v");
    says(ui, "You vote for “two”: 1 in all.");
    scene_keys(s, "u v u");
    assert_int_equal(canvas_card(&s->server.c, f->two)->n_votes, 0);
    scene_keys(s, "d d");
    says(ui, "You may comment and vote here");
    assert_int_equal(canvas_card(&s->server.c, f->two)->deleted_seq, 0);
}

static void refusals_say_what_is_missing(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, 0);
    scene_keys(s, "v");
    says(ui, "Put the focus on a card first.");
    scene_keys(s, "W");
    says(ui, "W does nothing here");
    ui_do(ui, ACTION_PANE_NEXT_PART);
    says(ui, "Open a card first.");
}

static void nothing_is_done_on_a_screen_that_is_too_small(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "e");
    scene_resize(s, 50, 10);
    (void)scene_draw(s);
    scene_type(s, "typed blindly");
    assert_int_equal(ui->typing.object, f->two);
    assert_int_equal(ui_focused_card(ui)->text.len_points, 3);
    scene_resize(s, 80, 24);
    scene_type(s, "!");
    assert_string_equal(ui_focused_card(ui)->text.bytes, "two!");
    scene_resize(s, 50, 10);
    scene_keys(s, "ctrl-q");
    assert_true(s->quits);
}

/* ---------------------------------------------------------------- $EDITOR and the mouse switch */

static void the_editor_gives_a_text(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "E");
    assert_int_equal(buf_len(&s->copied), 3);
    assert_memory_equal(buf_at(&s->copied), "two", 3);
    others(s, card_move(&s->arena, f->one, place_of(&s->arena, f->vp, 0, 0, false)));
    ui_edited_outside(ui, "two and\nmore\n", 13, NULL);
    assert_string_equal(canvas_card(ui_view(ui), f->two)->text.bytes, "two and\nmore");
    scene_keys(s, "u");
    assert_string_equal(canvas_card(ui_view(ui), f->two)->text.bytes, "two");
    scene_keys(s, "E");
    ui_edited_outside(ui, NULL, 0, "vi cannot be started.");
    says(ui, "vi cannot be started.");
    scene_keys(s, "E");
    ui_edited_outside(ui, "\xff", 1, NULL);
    says(ui, "not valid UTF-8");
    assert_string_equal(canvas_card(ui_view(ui), f->two)->text.bytes, "two");
}

static void what_was_written_for_a_removed_card_is_kept(void **state)
{
    FIXTURE;
    static char text[300000];

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "E");
    others(s, card_delete(&s->arena, f->two));
    ui_edited_outside(ui, "long thoughts\n", 14, NULL);
    says(ui, "Your text is a new card now.");
    assert_string_equal(ui_focused_card(ui)->text.bytes, "long thoughts");
    scene_keys(s, "E"); /* a long one takes more than one piece of memory */
    others(s, card_delete(&s->arena, ui->card));
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ui_edited_outside(ui, text, sizeof text - 1, NULL);
    assert_int_equal(ui_focused_card(ui)->text.len_points, sizeof text - 1);
}

static void the_state_replaced(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "s");
    peer_disconnect(&s->peers[0], false);
    others(s, card_delete(&s->arena, f->three)); /* settling connects again, with what was missed */
    peer_disconnect(&s->peers[0], false);
    peer_connect(&s->peers[0], true, 20); /* a snapshot */
    assert_non_null(ui_focused_block(ui));
    assert_true(ui->card == 0 || ui_focused_card(ui));
    assert_true(ui_marked(ui, f->two));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_first_block_has_the_focus),
        TEST(the_same_canvas_again_keeps_the_place),
        TEST(the_title_is_kept_in_step),
        TEST(a_removed_card_hands_the_focus_on),
        TEST(cards_that_come_and_go_around_it_do_not_matter),
        TEST(in_the_overview_the_focus_goes_along),
        TEST(a_zoomed_block_stays),
        TEST(what_one_types_in_stays_in_focus),
        TEST(a_removed_block_hands_the_focus_on),
        TEST(lists_lose_what_is_removed),
        TEST(scrolling_holds_its_first_card),
        TEST(a_change_is_highlighted_for_a_while),
        TEST(following_until_one_moves),
        TEST(following_somebody_of_several),
        TEST(one_is_not_among_the_others),
        TEST(initials),
        TEST(times),
        TEST(the_focus_is_told_once),
        TEST(messages_end),
        TEST(long_messages_end_at_a_character),
        TEST(the_connection_is_told),
        TEST(up_and_down),
        TEST(left_and_right),
        TEST(blocks_by_number_and_tab),
        TEST(ways_of_looking),
        TEST(far_in_a_long_list),
        TEST(escape_goes_back_step_by_step),
        TEST(ctrl_c_does_not_leave_in_the_middle_of_something),
        TEST(q_leaves_the_overview_at_once),
        TEST(leaving_with_unsent_changes_asks),
        TEST(leaving_without_any_does_not),
        TEST(readers_change_nothing),
        TEST(commenters_vote),
        TEST(refusals_say_what_is_missing),
        TEST(nothing_is_done_on_a_screen_that_is_too_small),
        TEST(the_editor_gives_a_text),
        TEST(what_was_written_for_a_removed_card_is_kept),
        TEST(the_state_replaced),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
