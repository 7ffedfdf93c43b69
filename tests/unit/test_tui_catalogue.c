/* Every template of the catalogue in the terminal interface, empty and filled, from the least screen to a large one: frames hold, title and
 * attribution are there, and every card is reached in the outline. */
#include "tests/support/demo_scene.h"
#include "tests/support/picture_scene.h"

static const int screens[][2] = {{UI_MIN_COLS, UI_MIN_ROWS}, {80, 24}, {200, 60}};
enum { SCREENS = 3, CARDS = 3, WORDS_KEPT = 16 };

static struct scene *template_scene(const struct template *t, int cards)
{
    struct scene *s = xcalloc(1, sizeof *s);
    struct picture_scene filled;

    picture_scene_of(&filled, t, cards);
    scene_begin(s);
    scene_state_of(s, &filled.c);
    canvas_fini(&filled.c);
    scene_open_for_all(s, screens[0][0], screens[0][1]);
    return s;
}

static char *row_text(const struct grid *g, int y)
{
    struct buf row;

    buf_init(&row);
    for (int x = 0; x < g->cols; x++)
        buf_add(&row, grid_at(g, x, y)->bytes, strlen(grid_at(g, x, y)->bytes));
    char *text = xasprintf("%.*s", (int)buf_len(&row), (const char *)buf_at(&row));
    buf_fini(&row);
    return text;
}

/* The beginning of a text, not cut within a character. */
static char *beginning(const char *text, size_t most)
{
    size_t n = strlen(text) < most ? strlen(text) : most;

    while (n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
        n--;
    return xasprintf("%.*s", (int)n, text);
}

static void expect_in(const struct template *t, const struct grid *g, int y, const char *words)
{
    char *row = row_text(g, y);

    if (!strstr(row, words))
        fail_msg("%s at %dx%d: \"%s\" is not in row %d: %s", t->id, g->cols, g->rows, words, y, row);
    free(row);
}

/* Where the line is too long, its beginning at least: the name that is owed. */
static void title_and_attribution(struct scene *s, const struct template *t)
{
    const struct grid *g = scene_draw(s);
    const char *owed = canvas_header_text(panel_canvas(&s->ui), "attribution");
    bool fits = grid_width(owed, strlen(owed)) <= g->cols - 2;
    char *title = beginning(t->title, g->cols < 200 ? WORDS_KEPT : strlen(t->title)), *name = beginning(owed, fits ? strlen(owed) : WORDS_KEPT);

    expect_in(t, g, layout_parts(&s->ui).top.y, title);
    expect_in(t, g, layout_parts(&s->ui).message.y, name);
    free(title);
    free(name);
}

static void every_screen_holds(struct scene *s, const struct template *t)
{
    for (size_t i = 0; i < SCREENS; i++) {
        scene_resize(s, screens[i][0], screens[i][1]);
        for (int layout = LAYOUT_CANVAS; layout <= LAYOUT_TABLE; layout++) {
            s->ui.layout = (enum ui_layout)layout;
            s->ui.message[0] = '\0';
            assert_rows_add_up(scene_draw(s)); /* whose cells hold no control characters either */
            title_and_attribution(s, t);
        }
    }
}

static void over_the_catalogue(int cards, void (*check)(struct scene *s, const struct template *t))
{
    struct template_set set;

    template_set_load(&set);
    assert_true(set.n > 30);
    for (size_t i = 0; i < set.n; i++) {
        struct scene *s = template_scene(set.at[i], cards);
        check(s, set.at[i]);
        end(s);
    }
    template_set_free(&set);
}

static void empty_ones_are_drawn(void **state)
{
    (void)state;
    over_the_catalogue(0, every_screen_holds);
}

static void filled_ones_are_drawn(void **state)
{
    (void)state;
    over_the_catalogue(CARDS, every_screen_holds);
}

/* ---------------------------------------------------------------- the outline */

static size_t cards_to_reach(struct scene *s)
{
    size_t cards = 0;

    for (const struct object *o = panel_canvas(&s->ui)->blocks; o; o = o->hh.next)
        cards += block_hidden((const struct block *)o) ? 0 : ((const struct block *)o)->n_alive;
    return cards;
}

/* Line by line from the first to the last: each card has the focus once, and its words are where the cursor is. */
static void down_the_outline(struct scene *s, const struct template *t)
{
    size_t met = 0, lines = 0, most = 4 * cards_to_reach(s) + 100;
    uint64_t block = 0, card = 0;

    s->ui.layout = LAYOUT_OUTLINE;
    (void)scene_draw(s);
    scene_keys(s, "g g");
    while ((s->ui.block != block || s->ui.card != card) && lines++ < most) {
        block = s->ui.block;
        card = s->ui.card;
        const struct grid *g = scene_draw(s);
        if (card) {
            char *words = beginning(canvas_card(panel_canvas(&s->ui), card)->text.bytes, WORDS_KEPT);
            expect_in(t, g, g->cursor_y, words);
            free(words);
            met++;
        }
        scene_keys(s, "j");
    }
    if (met != cards_to_reach(s))
        fail_msg("%s: %zu of %zu cards are reached", t->id, met, cards_to_reach(s));
}

static void every_card_is_reached_in_the_outline(void **state)
{
    (void)state;
    over_the_catalogue(CARDS, down_the_outline);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_ones_are_drawn),
        cmocka_unit_test(filled_ones_are_drawn),
        cmocka_unit_test(every_card_is_reached_in_the_outline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
