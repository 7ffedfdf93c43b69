/* Typing a text: clusters and words, movement, selection, cutting, undo in runs, card after card, pastes, refusals, others'
 * changes under the caret, and random keys and edits with what must always hold. */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/tui/typing_private.h"
#include "tests/support/scene.h"

/* A scene on an opened card, and what others were told last. */
struct desk {
    struct scene scene; /* first: the host's ctx */
    uint64_t card;
    unsigned told;
    Cocanvas__Presence last;
    char last_key[KEY_MAX + 1];
};

static void on_presence(void *ctx, const Cocanvas__Presence *presence)
{
    struct desk *d = ctx;

    d->told++;
    d->last = *presence;
    (void)snprintf(d->last_key, sizeof d->last_key, "%s", presence->key);
}

static void desk_init(struct desk *d, const char *text)
{
    memset(d, 0, sizeof *d);
    scene_init(&d->scene, 80, 24);
    d->scene.host.presence = on_presence;
    d->card = scene_card(&d->scene, 1, "vp", text, ""); /* somebody else made it: undo stops before that */
    ui_focus(&d->scene.ui, scene_block(&d->scene, "vp"), d->card);
}

/* The card is opened and its text being typed, the caret at its end. */
static void desk_open(struct desk *d, const char *text)
{
    desk_init(d, text);
    scene_keys(&d->scene, "enter enter");
    assert_int_equal(d->scene.ui.typing.object, d->card);
    (void)scene_draw(&d->scene);
}

static const struct text *text_of(struct desk *d)
{
    return canvas_text(ui_view(&d->scene.ui), d->card, "");
}

static struct typing *typing(struct desk *d)
{
    return &d->scene.ui.typing;
}

static void keys(struct desk *d, const char *names)
{
    scene_keys(&d->scene, names);
}

/* One key or character without the network: nothing is sent, nothing comes. */
static void offline(struct desk *d, const char *names)
{
    struct input in;

    while (*names) {
        assert_true(input_parse(&names, &in));
        ui_input(&d->scene.ui, &in);
        d->scene.edited = false;
        while (*names == ' ')
            names++;
    }
}

static void paste(struct desk *d, const char *text)
{
    scene_input(&d->scene, &(struct input){.kind = INPUT_PASTE, .bytes = text, .len = strlen(text)});
}

#define CARET(d, at) assert_int_equal(typing(d)->caret, at)
#define TEXT(d, expected) assert_string_equal(text_of(d)->bytes, expected)

/* ---------------------------------------------------------------- clusters, words, lines */

static struct text text_from(const char *bytes)
{
    struct text t;

    text_init(&t);
    text_set(&t, bytes, strlen(bytes));
    return t;
}

/* Cluster by cluster over the whole text, as utf8_grapheme() sees it, from both sides and from every point. */
static void clusters_are_those_of_the_whole_text(void **state)
{
    static const char *const pieces[] = {
        "a",  "e\u0301", "字", "👨‍👩‍👧", "🇩🇪",     "🇫🇷",     "각", "\u1112\u1161",
        "\n", "\t",      "ก็",  "👍🏽",           "\u0301", "\u200d", "🇩"};
    struct rng rng = {rng_seed(3)};

    (void)state;
    for (int round = 0; round < 2000; round++) {
        char bytes[400];
        size_t len = 0;
        for (uint32_t n = rng_below(&rng, 12); n > 0; n--)
            len += (size_t)snprintf(bytes + len, sizeof bytes - len, "%s",
                                    pieces[rng_below(&rng, sizeof pieces / sizeof *pieces)]);
        bytes[len] = '\0';
        struct text t = text_from(bytes);
        uint32_t at = 0, before = 0;
        for (size_t byte = 0; byte < len;) {
            size_t step = utf8_grapheme(bytes + byte, len - byte);
            uint32_t end = at + (uint32_t)utf8_points(bytes + byte, step);
            assert_int_equal(text_next_cluster(&t, at), end);
            assert_int_equal(text_prev_cluster(&t, end), at);
            assert_int_equal(text_snap(&t, at), at);
            for (uint32_t inside = at + 1; inside <= end; inside++)
                assert_int_equal(text_snap(&t, inside), end);
            before = at;
            at = end;
            byte += step;
        }
        (void)before;
        assert_int_equal(text_next_cluster(&t, at), at);
        assert_int_equal(text_prev_cluster(&t, 0), 0);
        assert_int_equal(text_snap(&t, at + 7), at);
        text_fini(&t);
    }
}

static void words_and_lines(void **state)
{
    struct text t = text_from("Größe, Wert\n  für_uns 字典 …\n");

    (void)state;
    assert_int_equal(text_next_word(&t, 0), 5);
    assert_int_equal(text_next_word(&t, 5), 11);
    assert_int_equal(text_next_word(&t, 11), 21);
    assert_int_equal(text_next_word(&t, 21), 24);
    assert_int_equal(text_next_word(&t, 24), t.len_points);
    assert_int_equal(text_prev_word(&t, t.len_points), 22);
    assert_int_equal(text_prev_word(&t, 22), 14);
    assert_int_equal(text_prev_word(&t, 14), 7);
    assert_int_equal(text_prev_word(&t, 7), 0);
    assert_int_equal(text_prev_word(&t, 0), 0);
    assert_int_equal(text_line_start(&t, 9), 0);
    assert_int_equal(text_line_end(&t, 9), 11);
    assert_int_equal(text_line_start(&t, 11), 0);
    assert_int_equal(text_line_start(&t, 12), 12);
    assert_int_equal(text_line_end(&t, 12), 26);
    assert_int_equal(text_line_start(&t, t.len_points), t.len_points);
    text_fini(&t);
}

/* ---------------------------------------------------------------- typing, moving, selecting */

static void typed_text_is_there_at_once(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "Wholesale");
    scene_type(&d.scene, ", größer");
    TEXT(&d, "Wholesale, größer");
    CARET(&d, 17);
    assert_true(scene_shows(&d.scene, "Wholesale, größer"));
    assert_true(d.scene.grid.cursor_block);
    keys(&d, "escape");
    assert_int_equal(typing(&d)->object, 0);
    assert_int_equal(d.scene.ui.open_card, d.card);
    keys(&d, "escape");
    assert_int_equal(d.scene.ui.open_card, 0);
    scene_fini(&d.scene);
}

static void keys_move_by_cluster_word_and_line(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "one two\ne\u0301👨‍👩‍👧x");
    CARET(&d, 16);
    keys(&d, "left");
    CARET(&d, 15);
    keys(&d, "left");
    CARET(&d, 10);
    keys(&d, "left");
    CARET(&d, 8);
    keys(&d, "left ctrl-left");
    CARET(&d, 4);
    keys(&d, "alt-b");
    CARET(&d, 0);
    keys(&d, "alt-f ctrl-right");
    CARET(&d, 7);
    keys(&d, "home");
    CARET(&d, 0);
    keys(&d, "ctrl-e");
    CARET(&d, 7);
    keys(&d, "right end");
    CARET(&d, 16);
    keys(&d, "up");
    CARET(&d, 4); /* the letter, the family and the x are four cells */
    keys(&d, "up");
    CARET(&d, 0);
    keys(&d, "down down");
    CARET(&d, 16);
    keys(&d, "alt-<");
    CARET(&d, 0);
    keys(&d, "alt->");
    CARET(&d, 16);
    scene_fini(&d.scene);
}

/* Up and down go by the lines on the screen and keep the column over shorter lines. */
static void up_and_down_keep_their_column(void **state)
{
    struct desk d;
    char text[300] = "";

    (void)state;
    for (int i = 0; i < 40; i++)
        (void)snprintf(text + strlen(text), sizeof text - strlen(text), "word%02d ", i);
    desk_open(&d, text);
    keys(&d, "alt-< alt-f alt-f alt-f alt-f alt-f alt-f");
    uint32_t at = typing(&d)->caret;
    keys(&d, "down");
    assert_int_equal(typing(&d)->caret, at + 70); /* ten words of seven letters a line */
    keys(&d, "down down");
    keys(&d, "up up up");
    CARET(&d, at);
    keys(&d, "page-down");
    assert_true(typing(&d)->caret > at + 70);
    keys(&d, "page-up page-up");
    CARET(&d, 0);
    scene_fini(&d.scene);
}

static void selection_is_replaced_cut_and_copied(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "one two three");
    keys(&d, "home shift-right shift-right shift-right");
    scene_type(&d.scene, "1");
    TEXT(&d, "1 two three");
    keys(&d, "end ctrl-space ctrl-left alt-w");
    assert_memory_equal(buf_at(&d.scene.copied), "three", 5);
    keys(&d, "end ctrl-space ctrl-left ctrl-x");
    TEXT(&d, "1 two ");
    keys(&d, "home ctrl-y");
    TEXT(&d, "three1 two ");
    keys(&d, "alt-a backspace");
    TEXT(&d, "");
    keys(&d, "alt-u");
    TEXT(&d, "three1 two ");
    keys(&d, "home shift-end left");
    CARET(&d, 0);
    assert_int_equal(typing(&d)->anchor, 0);
    keys(&d, "alt-w");
    assert_non_null(strstr(d.scene.ui.message, "Nothing is selected"));
    scene_fini(&d.scene);
}

static void what_is_confidential_stays_inside(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "secret");
    d.scene.ui.confidential = true;
    keys(&d, "alt-a alt-w end ctrl-y");
    assert_int_equal(buf_len(&d.scene.copied), 0);
    TEXT(&d, "secretsecret");
    scene_fini(&d.scene);
}

static void line_and_word_are_cut_and_put_back(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "one two\nthree");
    keys(&d, "ctrl-w");
    TEXT(&d, "one two\n");
    keys(&d, "ctrl-u");
    TEXT(&d, "one two");
    keys(&d, "ctrl-u");
    TEXT(&d, "");
    keys(&d, "ctrl-y home ctrl-k");
    TEXT(&d, "");
    keys(&d, "ctrl-y");
    TEXT(&d, "one two");
    keys(&d, "home alt-d delete ctrl-d");
    TEXT(&d, "wo");
    keys(&d, "backspace end backspace");
    TEXT(&d, "w");
    scene_fini(&d.scene);
}

static void backspace_takes_whole_clusters(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "a🇩🇪e\u0301👨‍👩‍👧");
    keys(&d, "backspace");
    TEXT(&d, "a🇩🇪e\u0301");
    keys(&d, "backspace");
    TEXT(&d, "a🇩🇪");
    keys(&d, "backspace");
    TEXT(&d, "a");
    scene_fini(&d.scene);
}

/* ---------------------------------------------------------------- undo */

static void one_undo_takes_a_run_back(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "");
    scene_type(&d.scene, "one");
    d.scene.ui.now_ms += TYPING_PAUSE_MS + 1;
    scene_type(&d.scene, "two");
    keys(&d, "left right");
    scene_type(&d.scene, "three");
    keys(&d, "backspace backspace");
    keys(&d, "alt-u");
    TEXT(&d, "onetwothree");
    keys(&d, "alt-u");
    TEXT(&d, "onetwo");
    keys(&d, "alt-u");
    TEXT(&d, "one");
    keys(&d, "alt-u");
    TEXT(&d, "");
    keys(&d, "ctrl-r ctrl-r");
    TEXT(&d, "onetwo");
    CARET(&d, 6);
    scene_fini(&d.scene);
}

static void a_line_break_ends_a_run(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "");
    scene_type(&d.scene, "one");
    keys(&d, "enter");
    scene_type(&d.scene, "two");
    TEXT(&d, "one\ntwo");
    keys(&d, "alt-u");
    TEXT(&d, "one\n");
    keys(&d, "alt-u");
    TEXT(&d, "one");
    scene_fini(&d.scene);
}

/* ---------------------------------------------------------------- card after card */

static size_t cards_in(struct desk *d, const char *block)
{
    return canvas_block_by_key(ui_view(&d->scene.ui), block)->n_alive;
}

static const char *focused_text(struct desk *d)
{
    return ui_focused_card(&d->scene.ui) ? ui_focused_card(&d->scene.ui)->text.bytes : "(none)";
}

static void enter_after_enter_makes_cards(void **state)
{
    struct desk d;

    (void)state;
    desk_init(&d, "first");
    keys(&d, "a");
    scene_type(&d.scene, "second");
    keys(&d, "shift-right tab"); /* Tab is the canvas' again */
    assert_int_equal(typing(&d)->object, 0);
    assert_int_not_equal(d.scene.ui.block, scene_block(&d.scene, "vp"));
    keys(&d, "shift-tab G e");
    assert_string_equal(focused_text(&d), "second");
    keys(&d, "escape a");
    scene_type(&d.scene, "third");
    keys(&d, "alt-enter");
    scene_type(&d.scene, "line");
    keys(&d, "enter");
    assert_int_equal(cards_in(&d, "vp"), 4);
    keys(&d, "escape");
    assert_int_equal(cards_in(&d, "vp"), 3);
    assert_int_equal(typing(&d)->object, 0);
    assert_string_equal(focused_text(&d), "third\nline");
    keys(&d, "u"); /* not the empty card, which never was: the last line, then the card */
    assert_string_equal(focused_text(&d), "third\n");
    keys(&d, "u u");
    assert_int_equal(cards_in(&d, "vp"), 2);
    scene_fini(&d.scene);
}

static void enter_ends_if_one_wants_that(void **state)
{
    struct desk d;

    (void)state;
    desk_init(&d, "first");
    keys(&d, "a alt-n");
    scene_type(&d.scene, "second");
    keys(&d, "enter");
    assert_int_equal(typing(&d)->object, 0);
    assert_int_equal(cards_in(&d, "vp"), 2);
    keys(&d, "e enter"); /* an old card: Enter only ends */
    assert_int_equal(typing(&d)->object, 0);
    assert_int_equal(cards_in(&d, "vp"), 2);
    scene_fini(&d.scene);
}

/* Card and first words are one step; an empty new card leaves nothing to undo. */
static void a_new_card_is_one_step(void **state)
{
    struct desk d;
    size_t depth;

    (void)state;
    desk_init(&d, "first");
    depth = replica_undo_depth(d.scene.ui.replica);
    keys(&d, "a escape");
    assert_int_equal(replica_undo_depth(d.scene.ui.replica), depth);
    assert_int_equal(cards_in(&d, "vp"), 1);
    assert_string_equal(focused_text(&d), "first");
    keys(&d, "a");
    scene_type(&d.scene, "x y");
    keys(&d, "escape");
    assert_int_equal(replica_undo_depth(d.scene.ui.replica), depth + 1);
    keys(&d, "a");
    scene_type(&d.scene, "z");
    keys(&d, "backspace escape");
    assert_int_equal(cards_in(&d, "vp"), 2);
    scene_fini(&d.scene);
}

/* ---------------------------------------------------------------- pastes and refusals */

static void many_lines_become_cards_if_one_wants(void **state)
{
    struct desk d;
    size_t depth;

    (void)state;
    desk_init(&d, "first");
    keys(&d, "a");
    depth = replica_undo_depth(d.scene.ui.replica);
    paste(&d, "- Hospitals\n- Doctors \n\n  * Patients\n");
    assert_int_equal(d.scene.ui.ask.kind, ASK_CHOICE);
    assert_true(scene_shows(&d.scene, "3 lines"));
    keys(&d, "c");
    assert_int_equal(cards_in(&d, "vp"), 4);
    assert_string_equal(focused_text(&d), "Patients");
    assert_string_equal(card_prev_alive(ui_focused_card(&d.scene.ui))->text.bytes, "Doctors");
    assert_int_equal(typing(&d)->object, 0);
    assert_true(replica_undo_depth(d.scene.ui.replica) <= depth + 1);
    keys(&d, "u");
    assert_true(cards_in(&d, "vp") <= 2);
    scene_fini(&d.scene);
}

static void many_lines_stay_one_text_if_one_wants(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "");
    paste(&d, "one\ntwo\n");
    keys(&d, "t");
    TEXT(&d, "one\ntwo");
    paste(&d, "!");
    TEXT(&d, "one\ntwo!");
    paste(&d, "a\nb");
    keys(&d, "escape"); /* neither */
    TEXT(&d, "one\ntwo!");
    assert_int_equal(typing(&d)->object, d.card);
    paste(&d, "\n\n");
    TEXT(&d, "one\ntwo!");
    scene_fini(&d.scene);
}

static void a_full_text_says_so(void **state)
{
    const struct canvas_limits limits = {.text_points = 5};
    struct desk d;

    (void)state;
    desk_open(&d, "abc");
    replica_set_limits(d.scene.ui.replica, &limits);
    scene_type(&d.scene, "defg");
    TEXT(&d, "abcde");
    assert_non_null(strstr(d.scene.ui.message, "at most 5"));
    keys(&d, "backspace");
    scene_type(&d.scene, "!");
    TEXT(&d, "abcd!");
    scene_fini(&d.scene);
}

static void readers_do_not_type(void **state)
{
    struct desk d;

    (void)state;
    desk_init(&d, "first");
    ui_set_canvas(&d.scene.ui, d.scene.ui.replica, "acme", COCANVAS__ROLE__VIEWER);
    keys(&d, "enter enter");
    assert_int_equal(typing(&d)->object, 0);
    assert_true(d.scene.ui.message[0] != '\0');
    scene_fini(&d.scene);
}

/* ---------------------------------------------------------------- others in the same text */

static void other_edits(struct desk *d, unsigned who, uint32_t at, uint32_t removed, const char *text)
{
    struct peer *p = &d->scene.peers[who];

    assert_int_equal(replica_text_splice(p->r, d->card, "", at, removed, text, strlen(text), 0, false, &p->why),
                     STATUS_OK);
    scene_settle(&d->scene);
}

static void the_caret_stays_where_it_was_meant(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "one three");
    keys(&d, "ctrl-left");
    CARET(&d, 4);
    other_edits(&d, 1, 0, 0, "zero ");
    CARET(&d, 9);
    other_edits(&d, 1, 9, 0, "two ");
    CARET(&d, 9); /* typed exactly here: it goes to the right */
    other_edits(&d, 1, 0, 7, "");
    CARET(&d, 2);
    scene_type(&d.scene, "X");
    TEXT(&d, "e Xtwo three");
    keys(&d, "shift-right shift-right");
    other_edits(&d, 2, 3, 1, "");
    assert_int_equal(typing(&d)->anchor, 3);
    CARET(&d, 4);
    other_edits(&d, 2, 3, 0, "\u0301"); /* joins the X: the caret may not stand inside of it */
    assert_int_equal(typing(&d)->anchor, 4);
    scene_fini(&d.scene);
}

static void carets_of_others_are_shown_with_their_initials(void **state)
{
    struct desk d;
    int x, y;

    (void)state;
    desk_open(&d, "Faster onboarding");
    scene_presence(&d.scene, 1, d.card, true, 6, 6);
    assert_true(scene_find(&d.scene, "Faster onboarding", &x, &y));
    assert_int_equal(grid_at(&d.scene.grid, x + 6, y)->style.attrs & ATTR_REVERSE, ATTR_REVERSE);
    assert_int_equal(grid_at(&d.scene.grid, x + 6, y)->style.role, ui_person_role(2));
    assert_string_equal(grid_at(&d.scene.grid, x + 6, y - 1)->bytes, "B");
    keys(&d, "home");
    scene_type(&d.scene, "My ");
    assert_true(scene_find(&d.scene, "My Faster onboarding", &x, &y));
    assert_int_equal(grid_at(&d.scene.grid, x + 9, y)->style.attrs & ATTR_REVERSE, ATTR_REVERSE);
    assert_int_equal(grid_at(&d.scene.grid, x + 6, y)->style.attrs & ATTR_REVERSE, 0);
    scene_presence(&d.scene, 1, d.card, true, 3, 9); /* a selection */
    (void)scene_draw(&d.scene);
    for (int i = 4; i < 9; i++)
        assert_int_equal(grid_at(&d.scene.grid, x + i, y)->style.attrs & ATTR_UNDERLINE, ATTR_UNDERLINE);
    assert_int_equal(grid_at(&d.scene.grid, x + 9, y)->style.attrs & ATTR_UNDERLINE, 0);
    scene_fini(&d.scene);
}

/* Positions on the wire are those of the confirmed text; a caret may speak of a state that is still to come. */
static void carets_are_told_in_confirmed_positions(void **state)
{
    struct desk d;
    Cocanvas__Presence presence;
    Cocanvas__Present present = COCANVAS__PRESENT__INIT, *list[1] = {&present};
    Cocanvas__PresenceUpdate update = COCANVAS__PRESENCE_UPDATE__INIT;

    (void)state;
    cocanvas__presence__init(&presence);
    desk_open(&d, "0123456789");
    offline(&d, "home a b");
    assert_int_equal(d.last.caret, 0);
    offline(&d, "right right");
    CARET(&d, 4);
    assert_int_equal(d.last.caret, 2);
    assert_int_equal(d.last.object, d.card);
    assert_true(d.last.editing);

    presence.object = d.card;
    presence.editing = true;
    presence.caret = presence.anchor = 7;
    presence.at_seq = d.scene.server.head + 1;
    present.session = 77;
    present.author = 3;
    present.presence = &presence;
    update.n_present = 1;
    update.present = list;
    ui_presence_update(&d.scene.ui, &update);
    assert_int_equal(ui_person_of(&d.scene.ui, 77)->caret, 9); /* as well as can be said */
    offline(&d, "escape");
    scene_settle(&d.scene);
    assert_int_equal(ui_person_of(&d.scene.ui, 77)->caret, 7); /* the state has come */
    assert_false(d.last.editing);
    scene_fini(&d.scene);
}

static void a_removed_card_keeps_the_words(void **state)
{
    struct desk d;

    (void)state;
    desk_open(&d, "first");
    offline(&d, "space w o r d s");
    assert_int_equal(
        replica_edit(d.scene.peers[1].r, 1, (Cocanvas__Op *[]){card_delete(&d.scene.arena, d.card)}, 0, false, NULL),
        STATUS_OK);
    scene_settle(&d.scene);
    assert_int_equal(typing(&d)->object, 0);
    assert_int_equal(d.scene.ui.ask.kind, ASK_CHOICE);
    assert_true(scene_shows(&d.scene, "Ben Ode removed this card"));
    keys(&d, "r");
    assert_int_equal(canvas_card(ui_view(&d.scene.ui), d.card)->deleted_seq, 0);
    TEXT(&d, "first words");
    assert_int_equal(typing(&d)->object, d.card);
    CARET(&d, 11);
    scene_fini(&d.scene);
}

/* The state is replaced by a snapshot: the caret stays with its words. */
static void a_snapshot_carries_the_caret(void **state)
{
    struct desk d;
    struct peer *p = &d.scene.peers[0];

    (void)state;
    desk_open(&d, "one three");
    keys(&d, "ctrl-left");
    peer_disconnect(p, false);
    assert_int_equal(replica_text_splice(d.scene.peers[1].r, d.card, "", 0, 0, "zero ", 5, 0, false, NULL), STATUS_OK);
    assert_true(peers_settle(d.scene.peers + 1, SCENE_PEOPLE - 1));
    ui_input(&d.scene.ui, &(struct input){.kind = INPUT_CHARACTER, .point = '2'});
    peer_connect(p, true, UINT32_MAX);
    scene_settle(&d.scene);
    TEXT(&d, "zero one 2three");
    CARET(&d, 10);
    peer_disconnect(p, false);
    ui_input(&d.scene.ui, &(struct input){.kind = INPUT_CHARACTER, .point = '+'});
    peer_connect(p, true, 0); /* its history is lost: by the difference */
    scene_settle(&d.scene);
    TEXT(&d, "zero one 2+three");
    CARET(&d, 11);
    scene_fini(&d.scene);
}

/* ---------------------------------------------------------------- mouse */

static void a_click_puts_the_caret(void **state)
{
    struct desk d;
    int x, y;

    (void)state;
    desk_open(&d, "one two 字典 three");
    assert_true(scene_find(&d.scene, "one two", &x, &y));
    const struct hit *hit = grid_hit_at(&d.scene.grid, x + 4, y);
    assert_int_equal(hit->kind, HIT_TEXT);
    typing_click(&d.scene.ui, hit->more, 4, false);
    CARET(&d, 4);
    typing_click(&d.scene.ui, hit->more, 12, true);
    CARET(&d, 10);
    assert_int_equal(typing(&d)->anchor, 4);
    typing_click(&d.scene.ui, 99, 99, false);
    CARET(&d, 16);
    scene_fini(&d.scene);
}

/* ---------------------------------------------------------------- random */

static const char *const random_keys[] = {
    "left",      "right",  "up",     "down",       "home",      "end",       "ctrl-left", "ctrl-right",
    "page-up",   "alt-<",  "alt->",  "shift-left", "shift-up",  "shift-end", "alt-a",     "alt-w",
    "ctrl-x",    "ctrl-y", "ctrl-w", "ctrl-k",     "ctrl-u",    "alt-d",     "delete",    "enter",
    "backspace", "alt-u",  "ctrl-r", "shift-down", "page-down", "backspace", "alt-enter",
};

static void check_invariants(struct desk *d)
{
    const struct text *t = typing_text(&d->scene.ui);

    if (typing(d)->object == 0)
        return;
    assert_non_null(t);
    assert_true(text_is_sound(t));
    assert_in_range(typing(d)->caret, 0, t->len_points);
    assert_in_range(typing(d)->anchor, 0, t->len_points);
    assert_int_equal(text_snap(t, typing(d)->caret), typing(d)->caret);
    assert_int_equal(text_snap(t, typing(d)->anchor), typing(d)->anchor);
    for (size_t i = 0; i < UI_PEOPLE; i++)
        if (d->scene.ui.people[i].session && d->scene.ui.people[i].editing && d->scene.ui.people[i].object == d->card)
            assert_in_range(d->scene.ui.people[i].caret, 0, t->len_points);
}

static void random_step(struct desk *d, struct rng *rng)
{
    uint32_t n = (uint32_t)(sizeof random_keys / sizeof *random_keys);
    char bytes[16];
    uint32_t len, points;

    d->scene.ui.now_ms += rng_below(rng, 1000);
    switch (rng_below(rng, 8)) {
    case 0:
    case 1:
        keys(d, random_keys[rng_below(rng, n)]);
        break;
    case 2:
        points = canvas_text(replica_view(d->scene.peers[1].r), d->card, "")->len_points;
        len = random_letters(rng, bytes, rng_below(rng, 4), false);
        bytes[len] = '\0';
        if (points > 0)
            other_edits(d, 1, rng_below(rng, points), rng_below(rng, 2), bytes);
        else
            other_edits(d, 1, 0, 0, bytes);
        break;
    case 3:
        scene_presence(&d->scene, 1 + rng_below(rng, 3), d->card, rng_below(rng, 3) != 0, rng_below(rng, 50),
                       rng_below(rng, 50));
        break;
    case 4:
        for (len = rng_below(rng, 6); len > 0; len--)
            offline(d, random_keys[rng_below(rng, n)]);
        break;
    default:
        len = random_letters(rng, bytes, 1, false);
        bytes[len] = '\0';
        if (bytes[0] != '\n' && bytes[0] != '\t')
            scene_type(&d->scene, bytes);
        break;
    }
}

static void random_typing_among_others(void **state)
{
    uint64_t seed = rng_seed(11);

    (void)state;
    for (uint64_t run = 0; run < 30; run++) {
        struct rng rng = {seed + run};
        struct desk d;

        desk_open(&d, "");
        for (int i = 0; i < 200; i++) {
            random_step(&d, &rng);
            check_invariants(&d);
            if (i % 16 == 0)
                (void)scene_draw(&d.scene);
            check_invariants(&d);
        }
        scene_settle(&d.scene);
        check_invariants(&d);
        for (size_t i = 1; i < SCENE_PEOPLE; i++)
            assert_string_equal(canvas_text(replica_view(d.scene.peers[i].r), d.card, "")->bytes, text_of(&d)->bytes);
        scene_fini(&d.scene);
    }
}

/* n steps back and n forward again are no change (P6). */
static void back_and_forth_is_no_change(void **state)
{
    uint64_t seed = rng_seed(21);

    (void)state;
    for (uint64_t run = 0; run < 30; run++) {
        struct rng rng = {seed + run};
        struct desk d;
        char bytes[8];

        desk_open(&d, "begin");
        for (int i = 0; i < 80; i++) {
            uint32_t len = random_letters(&rng, bytes, 1, false);
            bytes[len] = '\0';
            if (rng_below(&rng, 3) == 0)
                keys(&d, random_keys[rng_below(&rng, 25)]);
            else if (bytes[0] != '\n' && bytes[0] != '\t')
                scene_type(&d.scene, bytes);
        }
        char *now = xstrdup(text_of(&d)->bytes);
        size_t n = 1 + rng_below(&rng, 12), depth = replica_undo_depth(d.scene.ui.replica);
        n = n < depth ? n : depth;
        for (size_t i = 0; i < n; i++)
            keys(&d, "alt-u");
        for (size_t i = 0; i < n; i++)
            keys(&d, "ctrl-r");
        TEXT(&d, now);
        free(now);
        scene_fini(&d.scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clusters_are_those_of_the_whole_text),
        cmocka_unit_test(words_and_lines),
        cmocka_unit_test(typed_text_is_there_at_once),
        cmocka_unit_test(keys_move_by_cluster_word_and_line),
        cmocka_unit_test(up_and_down_keep_their_column),
        cmocka_unit_test(selection_is_replaced_cut_and_copied),
        cmocka_unit_test(what_is_confidential_stays_inside),
        cmocka_unit_test(line_and_word_are_cut_and_put_back),
        cmocka_unit_test(backspace_takes_whole_clusters),
        cmocka_unit_test(one_undo_takes_a_run_back),
        cmocka_unit_test(a_line_break_ends_a_run),
        cmocka_unit_test(enter_after_enter_makes_cards),
        cmocka_unit_test(enter_ends_if_one_wants_that),
        cmocka_unit_test(a_new_card_is_one_step),
        cmocka_unit_test(many_lines_become_cards_if_one_wants),
        cmocka_unit_test(many_lines_stay_one_text_if_one_wants),
        cmocka_unit_test(a_full_text_says_so),
        cmocka_unit_test(readers_do_not_type),
        cmocka_unit_test(the_caret_stays_where_it_was_meant),
        cmocka_unit_test(carets_of_others_are_shown_with_their_initials),
        cmocka_unit_test(carets_are_told_in_confirmed_positions),
        cmocka_unit_test(a_removed_card_keeps_the_words),
        cmocka_unit_test(a_snapshot_carries_the_caret),
        cmocka_unit_test(a_click_puts_the_caret),
        cmocka_unit_test(random_typing_among_others),
        cmocka_unit_test(back_and_forth_is_no_change),
    };

    (void)setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
