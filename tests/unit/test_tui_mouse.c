/* The mouse, on what is really drawn: places are found on the screen by what stands there. */
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
    uint64_t kp, vp;
    uint64_t apple, berry, cherry; /* cards in kp */
    uint64_t date;                 /* in vp */
};

static int set_up(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);

    scene_init(&f->s, 132, 43);
    f->kp = scene_block(&f->s, "kp");
    f->vp = scene_block(&f->s, "vp");
    f->apple = scene_card(&f->s, 1, "kp", "apple", "");
    f->berry = scene_card(&f->s, 1, "kp", "berry", "");
    f->cherry = scene_card(&f->s, 1, "kp", "cherry", "");
    f->date = scene_card(&f->s, 1, "vp", "date", "");
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

static void at(struct scene *s, enum mouse_what what, const char *text)
{
    int x, y;

    if (!scene_find(s, text, &x, &y))
        fail_msg("\"%s\" is not on the screen", text);
    scene_mouse(s, what, x, y);
    (void)scene_draw(s);
}

/* What is dragged covers what is below it: the place is looked up before. */
static void drag(struct scene *s, const char *from, const char *to)
{
    int x, y;

    at(s, MOUSE_PRESS, from);
    if (!scene_find(s, to, &x, &y))
        fail_msg("\"%s\" is not on the screen", to);
    scene_mouse(s, MOUSE_DRAG, x, y);
    (void)scene_draw(s);
    scene_mouse(s, MOUSE_RELEASE, x, y);
}

static uint32_t index_in_block(struct scene *s, uint64_t id)
{
    const struct card *card = canvas_card(&s->server.c, id);
    uint32_t n = 0;

    while ((card = card_prev_alive(card)))
        n++;
    return n;
}

static uint64_t block_of(struct scene *s, uint64_t id)
{
    return canvas_card(&s->server.c, id)->block->o.id;
}

static void a_click_focuses(void **state)
{
    FIXTURE;
    uint64_t head = s->server.head;

    at(s, MOUSE_PRESS, "berry");
    at(s, MOUSE_RELEASE, "berry");
    assert_int_equal(ui->card, f->berry);
    assert_int_equal(s->server.head, head); /* nothing was moved */
    at(s, MOUSE_PRESS, "Value Pro");
    assert_int_equal(ui->block, f->vp);
    assert_int_equal(ui->card, 0);
    assert_int_equal(block_of(s, f->berry), f->kp);
}

static void a_second_click_opens(void **state)
{
    FIXTURE;

    at(s, MOUSE_DOUBLE, "berry");
    assert_int_equal(ui->open_card, f->berry);
    scene_keys(s, "escape");
    at(s, MOUSE_PRESS, "Value Pro");
    at(s, MOUSE_DOUBLE, "Value Pro");
    assert_int_equal(ui->layout, LAYOUT_BLOCK);
    assert_int_equal(ui->block, f->vp);
}

static void a_drag_takes_a_card_to_another_block(void **state)
{
    FIXTURE;

    drag(s, "berry", "Channels");
    assert_int_equal(block_of(s, f->berry), scene_block(s, "ch"));
    assert_int_equal(ui->card, f->berry);
    assert_int_equal(ui->dragging, 0);
    scene_keys(s, "u");
    assert_int_equal(block_of(s, f->berry), f->kp);
}

static void a_drag_takes_a_card_to_another_place(void **state)
{
    struct fixture *f = *state;
    struct scene *s = &f->s;

    drag(s, "cherry", "apple"); /* it takes the place of the card there */
    assert_int_equal(index_in_block(s, f->cherry), 0);
    assert_int_equal(index_in_block(s, f->apple), 1);
    drag(s, "cherry", "berry");
    assert_int_equal(index_in_block(s, f->cherry), 2);
}

static void marked_cards_go_together(void **state)
{
    FIXTURE;

    ui_mark(ui, f->apple, true);
    ui_mark(ui, f->cherry, true);
    drag(s, "cherry", "Value Pro");
    assert_int_equal(block_of(s, f->apple), f->vp);
    assert_int_equal(block_of(s, f->cherry), f->vp);
    assert_int_equal(block_of(s, f->berry), f->kp);
    assert_true(index_in_block(s, f->apple) < index_in_block(s, f->cherry));
    scene_keys(s, "u"); /* one step */
    assert_int_equal(block_of(s, f->apple), f->kp);
    assert_int_equal(block_of(s, f->cherry), f->kp);
}

static void escape_ends_a_drag(void **state)
{
    FIXTURE;

    at(s, MOUSE_PRESS, "berry");
    at(s, MOUSE_DRAG, "Channels");
    assert_int_equal(ui->dragging, f->berry);
    scene_keys(s, "escape");
    at(s, MOUSE_RELEASE, "Channels");
    assert_int_equal(block_of(s, f->berry), f->kp);
}

static void a_dragged_card_may_be_removed_by_others(void **state)
{
    FIXTURE;

    at(s, MOUSE_PRESS, "berry");
    at(s, MOUSE_DRAG, "Channels");
    scene_do(s, 1, card_delete(&s->arena, f->berry));
    assert_int_equal(ui->dragging, 0);
    at(s, MOUSE_RELEASE, "Channels");
    assert_int_equal(block_of(s, f->berry), f->kp);
}

static void readers_drag_nothing(void **state)
{
    FIXTURE;

    ui_set_canvas(ui, s->peers[0].r, "acme", COCANVAS__ROLE__VIEWER);
    drag(s, "berry", "Channels");
    assert_int_equal(block_of(s, f->berry), f->kp);
    assert_non_null(strstr(ui->message, "You may read this canvas"));
}

static void the_other_button_marks(void **state)
{
    FIXTURE;
    int x, y;

    assert_true(scene_find(s, "berry", &x, &y));
    scene_input(s, &(struct input){.kind = INPUT_MOUSE, .mouse = MOUSE_PRESS, .button = 3, .x = x, .y = y});
    assert_true(ui_marked(ui, f->berry));
    scene_input(
        s, &(struct input){.kind = INPUT_MOUSE, .mouse = MOUSE_PRESS, .button = 1, .mods = INPUT_CTRL, .x = x, .y = y});
    assert_false(ui_marked(ui, f->berry));
}

static void a_carried_card_is_put_by_a_click(void **state)
{
    FIXTURE;

    ui_focus(ui, f->kp, f->berry);
    scene_keys(s, "m");
    at(s, MOUSE_PRESS, "Channels");
    assert_false(ui->carrying);
    assert_int_equal(block_of(s, f->berry), scene_block(s, "ch"));
}

static void the_caret_goes_to_the_click(void **state)
{
    FIXTURE;
    int x = -1, y = -1;

    at(s, MOUSE_DOUBLE, "berry");
    scene_keys(s, "i");
    (void)scene_draw(s);
    for (size_t i = 0; i < ui->n_hits && x < 0; i++)
        if (ui->hits[i].kind == HIT_TEXT) {
            x = ui->hits[i].rect.x;
            y = ui->hits[i].rect.y;
        }
    assert_true(x >= 0);
    scene_mouse(s, MOUSE_PRESS, x + 2, y);
    assert_int_equal(ui->typing.caret, 2);
    scene_mouse(s, MOUSE_DRAG, x + 4, y);
    assert_int_equal(ui->typing.caret, 4);
    assert_int_equal(ui->typing.anchor, 2);
    assert_int_equal(ui->typing.object, f->berry);
}

static void the_wheel_scrolls_what_is_under_it(void **state)
{
    FIXTURE;
    char text[16];
    int x, y;

    for (int i = 0; i < 60; i++) {
        (void)snprintf(text, sizeof text, "more %d", i);
        (void)scene_card(s, 1, "kp", text, "");
    }
    ui_focus(ui, f->vp, f->date);
    assert_true(scene_find(s, "cherry", &x, &y));
    scene_mouse(s, MOUSE_WHEEL_DOWN, x, y);
    scene_mouse(s, MOUSE_WHEEL_DOWN, x, y);
    assert_false(scene_shows(s, "apple"));
    assert_int_equal(ui->card, f->date); /* the focus is elsewhere, and stays */
    scene_mouse(s, MOUSE_WHEEL_UP, x, y);
    scene_mouse(s, MOUSE_WHEEL_UP, x, y);
    assert_true(scene_shows(s, "apple"));
}

static void hints_can_be_clicked(void **state)
{
    FIXTURE;
    const struct hit *hint = NULL;

    ui_focus(ui, f->kp, f->berry);
    (void)scene_draw(s);
    for (size_t i = 0; i < ui->n_hits; i++)
        if (ui->hits[i].kind == HIT_ACTION && ui->hits[i].id == ACTION_OPEN)
            hint = &ui->hits[i];
    assert_non_null(hint);
    scene_mouse(s, MOUSE_PRESS, hint->rect.x, hint->rect.y);
    assert_int_equal(ui->open_card, f->berry);
}

static void panels_take_clicks(void **state)
{
    FIXTURE;

    scene_keys(s, "/");
    scene_type(s, "dat");
    scene_keys(s, "escape");
    assert_int_equal(ui->screen, SCREEN_CANVAS);
    scene_keys(s, "@");
    assert_int_equal(ui->panel.kind, PANEL_PEOPLE);
    assert_true(ui->panel.focused);
    at(s, MOUSE_PRESS, "berry");
    assert_false(ui->panel.focused); /* the panel stays, the canvas has the focus */
    assert_int_equal(ui->panel.kind, PANEL_PEOPLE);
    assert_int_equal(ui->card, f->berry);
    for (size_t i = 0; i < ui->n_hits; i++)
        if (ui->hits[i].kind == HIT_PANEL) {
            scene_mouse(s, MOUSE_PRESS, ui->hits[i].rect.x + 1, ui->hits[i].rect.y);
            break;
        }
    assert_true(ui->panel.focused);
}

static void a_person_is_followed_by_a_click(void **state)
{
    FIXTURE;

    scene_presence(s, 1, f->cherry, false, 0, 0);
    (void)scene_draw(s);
    for (size_t i = 0; i < ui->n_hits; i++)
        if (ui->hits[i].kind == HIT_PERSON) {
            scene_mouse(s, MOUSE_PRESS, ui->hits[i].rect.x, ui->hits[i].rect.y);
            break;
        }
    assert_int_equal(ui->following, 101);
    assert_int_equal(ui->card, f->cherry);
}

static void the_mouse_can_be_off(void **state)
{
    FIXTURE;

    ui_focus(ui, f->vp, f->date);
    scene_keys(s, "f9");
    at(s, MOUSE_PRESS, "berry");
    assert_int_equal(ui->card, f->date);
    scene_keys(s, "f9");
    at(s, MOUSE_PRESS, "berry");
    assert_int_equal(ui->card, f->berry);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_click_focuses),
        TEST(a_second_click_opens),
        TEST(a_drag_takes_a_card_to_another_block),
        TEST(a_drag_takes_a_card_to_another_place),
        TEST(marked_cards_go_together),
        TEST(escape_ends_a_drag),
        TEST(a_dragged_card_may_be_removed_by_others),
        TEST(readers_drag_nothing),
        TEST(the_other_button_marks),
        TEST(a_carried_card_is_put_by_a_click),
        TEST(the_caret_goes_to_the_click),
        TEST(the_wheel_scrolls_what_is_under_it),
        TEST(hints_can_be_clicked),
        TEST(panels_take_clicks),
        TEST(a_person_is_followed_by_a_click),
        TEST(the_mouse_can_be_off),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
