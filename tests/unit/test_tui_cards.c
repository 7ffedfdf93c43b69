/* What one does to cards and blocks: each action is one undo step, says what it did, and is about the marked cards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/rights.h"
#include "tests/support/scene.h"

struct fixture {
    struct scene s;
    uint64_t kp, vp;
    uint64_t one, two, three, four; /* cards in kp */
};

static int set_up(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);

    scene_init(&f->s, 120, 40);
    f->kp = scene_block(&f->s, "kp");
    f->vp = scene_block(&f->s, "vp");
    f->one = scene_card(&f->s, 1, "kp", "one", "");
    f->two = scene_card(&f->s, 1, "kp", "two", "");
    f->three = scene_card(&f->s, 1, "kp", "three", "");
    f->four = scene_card(&f->s, 1, "kp", "four", "");
    ui_focus(&f->s.ui, f->kp, f->two);
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
    struct ui *ui = &s->ui;                                                                                            \
    (void)ui

static void says(const struct ui *ui, const char *words)
{
    if (!strstr(ui->message, words))
        fail_msg("\"%s\" does not say \"%s\"", ui->message, words);
}

/* The texts of a block's living cards, "one|two", as the server has them. */
static void block_is(struct scene *s, const char *key, const char *wanted)
{
    const struct block *block = canvas_block_by_key(&s->server.c, key);
    struct buf out;
    bool any_before = false;

    buf_init(&out);
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *card = block->cards[i];
        if (card->deleted_seq)
            continue;
        if (any_before)
            buf_add(&out, "|", 1);
        any_before = true;
        buf_add(&out, card->text.bytes, card->text.len_bytes);
    }
    buf_add(&out, "", 1);
    if (strcmp((const char *)buf_at(&out), wanted) != 0)
        fail_msg("%s is %s, not %s", key, (const char *)buf_at(&out), wanted);
    buf_fini(&out);
}

static struct card *card_of(struct scene *s, uint64_t id)
{
    return canvas_card(&s->server.c, id);
}

static const char *color_of(struct scene *s, uint64_t id)
{
    const struct value *value = props_get(&card_of(s, id)->props, "color");

    return value ? value->text : "";
}

/* u brings everything back as it was, ctrl-r does it again. */
static void undo_and_redo(struct scene *s, const char *key, const char *before, const char *after)
{
    scene_keys(s, "u");
    block_is(s, key, before);
    scene_keys(s, "ctrl-r");
    block_is(s, key, after);
    scene_keys(s, "u");
    block_is(s, key, before);
}

static void mark(struct ui *ui, uint64_t a, uint64_t b)
{
    ui_mark(ui, a, true);
    ui_mark(ui, b, true);
}

/* ---------------------------------------------------------------- new cards */

static void a_new_card_is_typed_at_once(void **state)
{
    FIXTURE;

    scene_keys(s, "a");
    assert_int_equal(ui->typing.object, ui->card);
    scene_type(s, "new");
    scene_keys(s, "escape");
    block_is(s, "kp", "one|two|new|three|four");
    assert_string_equal(ui_focused_card(ui)->text.bytes, "new");
    scene_keys(s, "u"); /* making and typing are one step */
    block_is(s, "kp", "one|two|three|four");
    (void)f;
}

static void new_cards_in_other_places(void **state)
{
    FIXTURE;

    scene_keys(s, "i");
    scene_type(s, "x");
    scene_keys(s, "escape");
    block_is(s, "kp", "one|x|two|three|four");
    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "i");
    scene_type(s, "first");
    scene_keys(s, "escape");
    block_is(s, "kp", "first|one|x|two|three|four");
    scene_keys(s, "u");
    block_is(s, "kp", "one|x|two|three|four");
    ui_focus(ui, f->kp, f->one);
    scene_keys(s, "A");
    scene_type(s, "last");
    scene_keys(s, "escape");
    block_is(s, "kp", "one|x|two|three|four|last");
    ui_focus(ui, f->vp, 0);
    scene_keys(s, "a");
    scene_type(s, "only");
    scene_keys(s, "escape");
    block_is(s, "vp", "only");
}

static void an_empty_new_card_goes_again(void **state)
{
    FIXTURE;

    (void)f;
    scene_keys(s, "a escape");
    block_is(s, "kp", "one|two|three|four");
    assert_non_null(ui_focused_card(ui));
}

/* ---------------------------------------------------------------- removing */

static void removing_and_bringing_back(void **state)
{
    FIXTURE;

    scene_keys(s, "d d");
    says(ui, "Removed “two”. u takes it back.");
    block_is(s, "kp", "one|three|four");
    assert_int_equal(ui->card, f->three);
    scene_keys(s, "u");
    says(ui, "Taken back: “two” is back.");
    block_is(s, "kp", "one|two|three|four");
    assert_int_equal(ui->card, f->two);
    scene_keys(s, "delete");
    block_is(s, "kp", "one|three|four");
}

static void removing_the_marked_ones(void **state)
{
    FIXTURE;

    mark(ui, f->one, f->three);
    scene_keys(s, "d d");
    says(ui, "Removed 2 cards.");
    block_is(s, "kp", "two|four");
    assert_int_equal(ui->n_marked, 0);
    assert_int_equal(ui->card, f->two);
    undo_and_redo(s, "kp", "one|two|three|four", "two|four");
}

static void bringing_back_what_was_removed_long_ago(void **state)
{
    FIXTURE;

    scene_keys(s, "U");
    says(ui, "No card has been removed.");
    scene_keys(s, "d d d d");
    block_is(s, "kp", "one|four");
    scene_do(s, 1, card_delete(&s->arena, f->one));
    scene_keys(s, "U");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    assert_string_equal(ui->choices.title[0], "“one” in Key Partners");
    assert_string_equal(ui->choices.title[2], "“two” in Key Partners");
    scene_keys(s, "3");
    block_is(s, "kp", "two|four");
    assert_int_equal(ui->card, f->two);
    says(ui, "“two” is back.");
}

/* ---------------------------------------------------------------- moving */

static void up_and_down_in_the_block(void **state)
{
    FIXTURE;

    scene_keys(s, "J");
    block_is(s, "kp", "one|three|two|four");
    assert_int_equal(ui->card, f->two);
    scene_keys(s, "shift-down J");
    block_is(s, "kp", "one|three|four|two");
    says(ui, "the last one already");
    scene_keys(s, "K alt-up K K");
    block_is(s, "kp", "two|one|three|four");
    says(ui, "the first one already");
    scene_keys(s, "u u u u u");
    block_is(s, "kp", "one|two|three|four");
}

static void marked_cards_move_together(void **state)
{
    FIXTURE;

    mark(ui, f->one, f->two);
    scene_keys(s, "J");
    block_is(s, "kp", "three|one|two|four");
    undo_and_redo(s, "kp", "one|two|three|four", "three|one|two|four");
    assert_int_equal(ui->n_marked, 2);
    ui_unmark_all(ui);
    mark(ui, f->three, f->four);
    scene_keys(s, "K");
    block_is(s, "kp", "one|three|four|two");
    scene_keys(s, "K K");
    block_is(s, "kp", "three|four|one|two");
}

static void to_the_block_beside(void **state)
{
    FIXTURE;

    scene_keys(s, ">");
    block_is(s, "ka", "two");
    assert_int_equal(ui->card, f->two);
    says(ui, "“two”: now in Key Activities.");
    scene_keys(s, "<");
    block_is(s, "kp", "one|three|four|two");
    scene_keys(s, "<");
    says(ui, "no block on that side");
    (void)f;
}

static void carrying_to_a_block(void **state)
{
    FIXTURE;

    mark(ui, f->one, f->three);
    scene_keys(s, "m");
    assert_true(ui->carrying);
    scene_keys(s, "2 right left");
    assert_true(ui->carrying);
    says(ui, "Enter"); /* what one is about to do stays on the screen */
    ui_focus(ui, f->vp, 0);
    scene_keys(s, "enter");
    assert_false(ui->carrying);
    block_is(s, "kp", "two|four");
    block_is(s, "vp", "one|three");
    assert_int_equal(ui->card, f->one);
    undo_and_redo(s, "kp", "one|two|three|four", "two|four");
}

static void carrying_and_leaving_it(void **state)
{
    FIXTURE;

    scene_keys(s, "m 4 escape");
    assert_false(ui->carrying);
    assert_int_equal(ui->n_cut, 0);
    assert_int_equal(ui->card, f->two);
    block_is(s, "kp", "one|two|three|four");
    scene_keys(s, "m");
    scene_do(s, 1, card_delete(&s->arena, f->two)); /* what one carries is gone */
    assert_false(ui->carrying);
}

static void cut_and_paste(void **state)
{
    FIXTURE;

    scene_keys(s, "p");
    says(ui, "Nothing is cut.");
    scene_keys(s, "x");
    says(ui, "p puts it where you are");
    ui_focus(ui, f->kp, f->four);
    scene_keys(s, "p");
    block_is(s, "kp", "one|three|four|two");
    assert_int_equal(ui->n_cut, 0);
    scene_keys(s, "x g g P");
    block_is(s, "kp", "two|one|three|four");
    ui_focus(ui, f->kp, f->one);
    mark(ui, f->one, f->three);
    scene_keys(s, "x");
    assert_int_equal(ui->n_marked, 0);
    ui_focus(ui, f->kp, f->three); /* onto one of themselves: the anchor is the card above them */
    scene_keys(s, "p");
    block_is(s, "kp", "two|one|three|four");
    ui_focus(ui, f->kp, f->two);
    scene_keys(s, "x p");
    block_is(s, "kp", "two|one|three|four");
    mark(ui, f->one, f->four);
    scene_keys(s, "x G p"); /* one and four: behind four itself */
    block_is(s, "kp", "two|three|one|four");
    ui_focus(ui, f->kp, f->one);
    mark(ui, f->one, f->four);
    scene_keys(s, "x p"); /* behind one itself */
    block_is(s, "kp", "two|three|one|four");
    mark(ui, f->two, f->one);
    scene_keys(s, "x g g p"); /* behind two, the first card: to the beginning */
    block_is(s, "kp", "two|one|three|four");
}

static void escape_forgets_what_is_cut(void **state)
{
    FIXTURE;

    (void)f;
    scene_keys(s, "x escape");
    assert_int_equal(ui->n_cut, 0);
    says(ui, "Nothing is cut any more.");
}

/* ---------------------------------------------------------------- marks */

static void marking(void **state)
{
    FIXTURE;

    scene_keys(s, "s s");
    assert_true(ui_marked(ui, f->two) && ui_marked(ui, f->three));
    assert_int_equal(ui->card, f->four);
    scene_keys(s, "up s");
    assert_false(ui_marked(ui, f->three));
    scene_keys(s, "ctrl-a");
    assert_int_equal(ui->n_marked, 4);
    scene_keys(s, "ctrl-a");
    assert_int_equal(ui->n_marked, 0);
}

static void marking_a_range(void **state)
{
    FIXTURE;

    scene_keys(s, "V j j");
    assert_true(ui_marked(ui, f->two) && ui_marked(ui, f->three) && ui_marked(ui, f->four));
    scene_keys(s, "k");
    assert_false(ui_marked(ui, f->four));
    scene_keys(s, "g g");
    assert_true(ui_marked(ui, f->one) && ui_marked(ui, f->two) && !ui_marked(ui, f->three));
    scene_keys(s, "V G");
    assert_int_equal(ui->n_marked, 2);
    scene_keys(s, "escape");
    assert_int_equal(ui->n_marked, 0);
}

/* ---------------------------------------------------------------- colour, tags, votes */

static void colours(void **state)
{
    FIXTURE;

    mark(ui, f->one, f->two);
    scene_keys(s, "C");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    scene_keys(s, "2");
    assert_string_equal(color_of(s, f->one), card_color_at(1)->name);
    assert_string_equal(color_of(s, f->two), card_color_at(1)->name);
    assert_string_equal(color_of(s, f->three), "");
    scene_keys(s, "C 0");
    assert_string_equal(color_of(s, f->one), "");
    scene_keys(s, "u");
    assert_string_equal(color_of(s, f->one), card_color_at(1)->name);
}

static void an_answer_is_about_what_was_asked(void **state)
{
    FIXTURE;

    scene_keys(s, "C");
    scene_do(s, 1, card_delete(&s->arena, f->two)); /* the focus is on the next card now */
    assert_int_equal(ui->card, f->three);
    scene_keys(s, "1");
    assert_string_equal(color_of(s, f->three), "");
}

static bool tagged(struct scene *s, uint64_t card, const char *tag)
{
    for (uint32_t i = 0; i < card_of(s, card)->n_tags; i++)
        if (strcmp(card_of(s, card)->tags[i], tag) == 0)
            return true;
    return false;
}

static void tags(void **state)
{
    FIXTURE;

    scene_keys(s, "#");
    assert_int_equal(ui->ask.kind, ASK_LINE);
    scene_type(s, " #big risk ");
    scene_keys(s, "enter");
    assert_true(tagged(s, f->two, "big risk"));
    says(ui, "“two”: tagged “big risk”.");
    mark(ui, f->one, f->two);
    scene_keys(s, "#");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    assert_string_equal(ui->choices.title[0], "~ big risk"); /* some of them have it */
    scene_keys(s, "1");
    assert_true(tagged(s, f->one, "big risk") && tagged(s, f->two, "big risk"));
    scene_keys(s, "# 1");
    assert_false(tagged(s, f->one, "big risk") || tagged(s, f->two, "big risk"));
    scene_keys(s, "u #");
    assert_string_equal(ui->choices.title[0], "✓ big risk");
    scene_keys(s, "#");
    scene_type(s, "idea");
    scene_keys(s, "enter");
    assert_true(tagged(s, f->one, "idea"));
    scene_keys(s, "# #");
    for (int i = 0; i < 65; i++)
        scene_type(s, "x");
    scene_keys(s, "enter");
    says(ui, "at most 64 characters");
}

static void votes(void **state)
{
    FIXTURE;

    scene_do(s, 1, vote_set(&s->arena, f->two, true));
    scene_keys(s, "v");
    says(ui, "You vote for “two”: 2 in all.");
    assert_int_equal(card_of(s, f->two)->n_votes, 2);
    scene_keys(s, "v");
    says(ui, "Your vote is taken back from “two”: 1 in all.");
    mark(ui, f->one, f->two);
    scene_keys(s, "v");
    assert_int_equal(card_of(s, f->one)->n_votes + card_of(s, f->two)->n_votes, 3);
    scene_keys(s, "u");
    assert_int_equal(card_of(s, f->one)->n_votes + card_of(s, f->two)->n_votes, 1);
}

/* ---------------------------------------------------------------- links */

static void links(void **state)
{
    FIXTURE;
    const struct link_object *link;
    uint64_t target = scene_card(s, 1, "vp", "fresh bread", "");

    scene_keys(s, "L");
    scene_type(s, "fresh");
    scene_keys(s, "enter");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    assert_string_equal(ui->choices.title[0], "serves");
    scene_keys(s, "1");
    says(ui, "“two” serves “fresh bread”.");
    link = (const struct link_object *)s->server.c.links;
    assert_non_null(link);
    assert_true(link->from == f->two && link->to == target);
    scene_keys(s, "g l");
    assert_int_equal(ui->card, target);
    scene_keys(s, "g l");
    assert_int_equal(ui->card, f->two);
    scene_keys(s, "L");
    scene_type(s, "fresh");
    scene_keys(s, "enter 1");
    says(ui, "is there already");
    scene_keys(s, "L");
    scene_type(s, "three");
    scene_keys(s, "enter 5"); /* another word */
    assert_int_equal(ui->ask.kind, ASK_LINE);
    scene_type(s, "Is the same as!");
    scene_keys(s, "enter");
    says(ui, "“two” is-the-same-as “three”.");
    scene_keys(s, "g l");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    scene_keys(s, "escape :");
    scene_type(s, "unlink");
    scene_keys(s, "enter 1");
    says(ui, "The link is removed.");
    scene_keys(s, "u");
    assert_true(link_visible(&s->server.c, (const struct link_object *)s->server.c.links));
}

/* ---------------------------------------------------------------- copies and pastes */

static void copying(void **state)
{
    FIXTURE;

    scene_keys(s, "y");
    assert_int_equal(buf_len(&s->copied), 3);
    mark(ui, f->three, f->one);
    scene_keys(s, "y");
    assert_memory_equal(buf_at(&s->copied), "one\nthree", 9); /* as one reads them */
    ui_unmark_all(ui);
    ui_focus(ui, f->kp, 0);
    scene_keys(s, "y");
    assert_memory_equal(buf_at(&s->copied), "one\ntwo\nthree\nfour", 18);
    ui->confidential = true;
    buf_clear(&s->copied, 0);
    scene_keys(s, "y");
    says(ui, "confidential");
    assert_int_equal(buf_len(&s->copied), 0);
}

static void duplicating(void **state)
{
    FIXTURE;
    struct card *copy;

    scene_do(s, 1, prop_text(&s->arena, f->two, "color", "red"));
    scene_do(s, 1, tag_set(&s->arena, f->two, "risk", true));
    scene_do(s, 1, vote_set(&s->arena, f->two, true));
    assert_int_equal(replica_text_splice(s->peers[1].r, f->two, "notes", 0, 0, "häh", 4, 1, false, NULL), STATUS_OK);
    scene_settle(s);
    scene_keys(s, "D");
    block_is(s, "kp", "one|two|two|three|four");
    copy = card_of(s, ui->card);
    assert_int_not_equal(copy->o.id, f->two);
    assert_string_equal(color_of(s, copy->o.id), "red");
    assert_true(tagged(s, copy->o.id, "risk"));
    assert_string_equal(canvas_text(&s->server.c, copy->o.id, "notes")->bytes, "häh");
    assert_int_equal(copy->n_votes, 0);
    scene_keys(s, "u");
    block_is(s, "kp", "one|two|three|four");
}

static void paste(struct scene *s, const char *text)
{
    scene_input(s, &(struct input){.kind = INPUT_PASTE, .bytes = text, .len = strlen(text)});
}

static void pasting_one_line(void **state)
{
    FIXTURE;

    paste(s, "pasted\n");
    block_is(s, "kp", "one|two|pasted|three|four");
    assert_int_equal(ui->ask.kind, ASK_NONE);
    assert_string_equal(ui_focused_card(ui)->text.bytes, "pasted");
    paste(s, "\n \n");
    block_is(s, "kp", "one|two|pasted|three|four");
    (void)f;
}

static void pasting_many_lines(void **state)
{
    FIXTURE;

    paste(s, "a\n\nb \nc\n");
    assert_int_equal(ui->ask.kind, ASK_CHOICE);
    assert_string_equal(ui->ask.title, "You paste 3 lines.");
    scene_keys(s, "e");
    block_is(s, "kp", "one|two|a|b|c|three|four");
    undo_and_redo(s, "kp", "one|two|three|four", "one|two|a|b|c|three|four");
    ui_focus(ui, f->vp, 0);
    paste(s, "a\n\nb\n");
    ui_focus(ui, f->kp, f->one); /* what was asked about is the block where the paste came */
    scene_keys(s, "a");
    block_is(s, "vp", "a\n\nb");
    paste(s, "a\nb\n");
    scene_keys(s, "escape");
    paste(s, "a\nb\n");
    scene_keys(s, "c");
    block_is(s, "vp", "a\n\nb");
    assert_null(ui->ask.kept);
}

static void pasting_too_much(void **state)
{
    FIXTURE;
    char *lines = xcalloc(1, 4003);

    (void)f;
    for (size_t i = 0; i < 4002; i += 2)
        memcpy(lines + i, "x\n", 2);
    paste(s, lines);
    says(ui, "2001 lines are too many");
    free(lines);
}

/* ---------------------------------------------------------------- splitting and joining */

static void splitting_and_joining(void **state)
{
    FIXTURE;
    uint64_t list = scene_card(s, 1, "vp", "bread\n\n  \nrolls\ncake\n", "red");

    ui_focus(ui, f->vp, list);
    ui_do(ui, ACTION_SPLIT);
    scene_settle(s);
    block_is(s, "vp", "bread|rolls|cake");
    assert_string_equal(color_of(s, canvas_block(&s->server.c, f->vp)->cards[2]->o.id), "red");
    undo_and_redo(s, "vp", "bread\n\n  \nrolls\ncake\n", "bread|rolls|cake");
    ui_focus(ui, f->kp, f->two);
    ui_do(ui, ACTION_SPLIT);
    says(ui, "several lines");
    ui_do(ui, ACTION_MERGE);
    says(ui, "Mark the cards");
    scene_do(s, 1, tag_set(&s->arena, f->three, "risk", true));
    mark(ui, f->one, f->three);
    ui_do(ui, ACTION_MERGE);
    scene_settle(s);
    block_is(s, "kp", "one\nthree|two|four");
    assert_true(tagged(s, f->one, "risk"));
    undo_and_redo(s, "kp", "one|two|three|four", "one\nthree|two|four");
}

/* ---------------------------------------------------------------- blocks, names */

static void names(void **state)
{
    FIXTURE;

    scene_keys(s, "b c");
    scene_keys(s, "ctrl-u");
    scene_type(s, "Bakery");
    scene_keys(s, "enter");
    assert_string_equal(canvas_title(&s->server.c), "Bakery");
    assert_string_equal(ui->canvas_name, "Bakery");
    scene_keys(s, "b r ctrl-u");
    scene_type(s, "Partners");
    scene_keys(s, "enter");
    assert_string_equal(canvas_block(&s->server.c, f->kp)->title, "Partners");
    scene_keys(s, "b q ctrl-u");
    scene_type(s, "Who helps?");
    scene_keys(s, "enter");
    assert_string_equal(canvas_block(&s->server.c, f->kp)->prompt, "Who helps?");
    scene_keys(s, "b r ctrl-u enter"); /* nothing: stays */
    assert_string_equal(canvas_block(&s->server.c, f->kp)->title, "Partners");
    scene_keys(s, "u u u");
    assert_string_equal(canvas_title(&s->server.c), "A test");
}

static void blocks_come_and_go(void **state)
{
    FIXTURE;
    const struct block *block;
    uint32_t rows = s->server.c.header.rows;

    scene_keys(s, "b d");
    says(ui, "Key Partners still holds 4 cards");
    scene_keys(s, "b a");
    scene_type(s, "Key Partners");
    scene_keys(s, "enter");
    block = canvas_block(&s->server.c, ui->block);
    assert_string_equal(block->title, "Key Partners");
    assert_string_equal(block->key, "key-partners");
    assert_int_equal(s->server.c.header.rows, rows + 1);
    assert_int_equal(block->row, rows);
    assert_true(layout_blocks(&s->server.c, (struct rect){0, 0, 200, 60}, (struct rect[20]){{0}}, 20));
    scene_keys(s, "b d");
    says(ui, "is removed");
    assert_true(canvas_block(&s->server.c, block->o.id)->deleted);
    scene_keys(s, "u");
    assert_false(canvas_block(&s->server.c, block->o.id)->deleted);
    scene_keys(s, "u");
    assert_int_equal(s->server.c.header.rows, rows);
    (void)f;
}

/* By four numbers; nothing is put over another block; the canvas grows. One undo takes it back. */
static void a_block_is_placed_by_numbers(void **state)
{
    FIXTURE;
    const struct block *block = canvas_block(&s->server.c, f->kp);
    uint32_t col = block->col, row = block->row, col_span = block->col_span, rows = s->server.c.header.rows;

    scene_keys(s, "b p enter"); /* where it is */
    assert_int_equal(block->col, col);
    scene_keys(s, "b p ctrl-u");
    scene_type(s, "0 0 64 1");
    scene_keys(s, "enter");
    says(ui, "is there. Move it first.");
    scene_keys(s, "b p ctrl-u");
    scene_type(s, "1 0 1");
    scene_keys(s, "enter");
    says(ui, "four numbers");
    scene_keys(s, "b p ctrl-u");
    char place[40];
    (void)snprintf(place, sizeof place, "1 %u 3 2", rows);
    scene_type(s, place);
    scene_keys(s, "enter");
    block = canvas_block(&s->server.c, f->kp);
    assert_int_equal(block->col, 1);
    assert_int_equal(block->row, rows);
    assert_int_equal(block->col_span, 3);
    assert_int_equal(block->row_span, 2);
    assert_int_equal(s->server.c.header.rows, rows + 2);
    scene_keys(s, "u");
    block = canvas_block(&s->server.c, f->kp);
    assert_int_equal(block->row, row);
    assert_int_equal(block->col_span, col_span);
    assert_int_equal(s->server.c.header.rows, rows);
}

static void a_block_has_a_help_text(void **state)
{
    FIXTURE;
    const struct value *help;

    scene_keys(s, "b h ctrl-u");
    scene_type(s, "Ask the bakers.");
    scene_keys(s, "enter");
    help = props_get(&canvas_block(&s->server.c, f->kp)->props, "help");
    assert_non_null(help);
    assert_string_equal(help->text, "Ask the bakers.");
    scene_keys(s, "b h ctrl-u enter"); /* nothing: there is none */
    assert_null(props_get(&canvas_block(&s->server.c, f->kp)->props, "help"));
}

/* Comments on a block: counted in its title, read and answered in a list, resolved ones last. */
static void comments_on_a_block(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, 0);
    scene_keys(s, "b m");
    says(ui, "Nobody has commented on this block yet.");
    scene_keys(s, "c");
    scene_type(s, "Too many?");
    scene_keys(s, "enter");
    ui_focus(ui, f->kp, 0);
    scene_keys(s, "c");
    scene_type(s, "Who pays?");
    scene_keys(s, "enter z"); /* as large as the screen */
    assert_true(scene_shows(s, "2 comments"));
    scene_keys(s, "b m");
    assert_true(scene_shows(s, "Too many?"));
    scene_keys(s, "1 a");
    scene_type(s, "Three will do.");
    scene_keys(s, "enter");
    says(ui, "Answered.");
    scene_settle(s);
    scene_keys(s, "b m");
    assert_true(scene_shows(s, "(1 answer): Too many?"));
    scene_keys(s, "1");
    assert_true(scene_shows(s, "Three will do."));
    scene_keys(s, "r");
    says(ui, "Resolved.");
    scene_settle(s);
    scene_keys(s, "b m");
    assert_true(scene_shows(s, "(resolved) "));
    scene_keys(s, "2 x"); /* the resolved one went behind the other */
    says(ui, "The comment is removed.");
    scene_settle(s);
    scene_keys(s, "b m");
    assert_false(scene_shows(s, "Too many?"));
    assert_true(scene_shows(s, "Who pays?"));
}

/* Only facilitators lock and reserve; everybody sees the lock; the replica's rules say no before anything is sent. */
static void a_facilitator_locks_and_reserves(void **state)
{
    FIXTURE;

    ui->role = COCANVAS__ROLE__EDITOR;
    scene_keys(s, "b l");
    says(ui, "for facilitators and owners");
    ui->role = COCANVAS__ROLE__FACILITATOR;
    scene_keys(s, "b l");
    says(ui, "is locked");
    assert_true(rights_locked(canvas_block(&s->server.c, f->kp)));
    assert_true(scene_shows(s, "locked") || scene_shows(s, "⊘"));
    ui->role = COCANVAS__ROLE__EDITOR;
    replica_set_role(ui->replica, COCANVAS__ROLE__EDITOR);
    scene_keys(s, "d d");
    says(ui, "is locked; a facilitator can unlock it");
    block_is(s, "kp", "one|two|three|four");
    ui->role = COCANVAS__ROLE__FACILITATOR;
    replica_set_role(ui->replica, COCANVAS__ROLE__FACILITATOR);
    scene_keys(s, "b l");
    says(ui, "open again");
    scene_keys(s, "b w v n");
    says(ui, "Vote");
    scene_keys(s, "v");
    says(ui, "reserved");
    assert_int_equal(card_of(s, f->two)->n_votes, 0);
}

/* ---------------------------------------------------------------- undo */

static void undo_says_what_it_did(void **state)
{
    FIXTURE;

    scene_keys(s, "u");
    says(ui, "You have not changed anything");
    scene_keys(s, "ctrl-r");
    says(ui, "nothing to do again");
    scene_keys(s, "J u");
    says(ui, "Taken back: “two” is in Key Partners.");
    scene_keys(s, "C 1 u");
    says(ui, "Taken back: the colour of “two” is as before.");
    scene_keys(s, "v u");
    says(ui, "your vote for “two” is taken back");
    scene_keys(s, "ctrl-r");
    says(ui, "Done again: your vote for “two” counts again.");
    mark(ui, f->one, f->two);
    scene_keys(s, "d d u");
    says(ui, "is back, and 1 more.");
}

static void an_action_on_the_opened_card(void **state)
{
    FIXTURE;

    mark(ui, f->one, f->three);
    scene_keys(s, "enter");
    assert_int_equal(ui->open_card, f->two);
    scene_keys(s, "v");
    assert_int_equal(card_of(s, f->two)->n_votes, 1);
    assert_int_equal(card_of(s, f->one)->n_votes, 0); /* what one sees is what it is about */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_new_card_is_typed_at_once),
        TEST(new_cards_in_other_places),
        TEST(an_empty_new_card_goes_again),
        TEST(removing_and_bringing_back),
        TEST(removing_the_marked_ones),
        TEST(bringing_back_what_was_removed_long_ago),
        TEST(up_and_down_in_the_block),
        TEST(marked_cards_move_together),
        TEST(to_the_block_beside),
        TEST(carrying_to_a_block),
        TEST(carrying_and_leaving_it),
        TEST(cut_and_paste),
        TEST(escape_forgets_what_is_cut),
        TEST(marking),
        TEST(marking_a_range),
        TEST(colours),
        TEST(an_answer_is_about_what_was_asked),
        TEST(tags),
        TEST(votes),
        TEST(links),
        TEST(copying),
        TEST(duplicating),
        TEST(pasting_one_line),
        TEST(pasting_many_lines),
        TEST(pasting_too_much),
        TEST(splitting_and_joining),
        TEST(names),
        TEST(blocks_come_and_go),
        TEST(a_block_is_placed_by_numbers),
        TEST(a_block_has_a_help_text),
        TEST(comments_on_a_block),
        TEST(a_facilitator_locks_and_reserves),
        TEST(undo_says_what_it_did),
        TEST(an_action_on_the_opened_card),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
