/* Every role can be read on everything that it may stand on, in every palette; and nothing is told by colour alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/grid_svg.h"
#include "client/tui/theme.h"
#include "common/utf8.h"

/* ---- contrast, as WCAG 2 has it */

static double part(uint32_t value)
{
    double v = value / 255.0;
    return v <= 0.03928 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * part(rgb >> 16) + 0.7152 * part(rgb >> 8 & 255) + 0.0722 * part(rgb & 255);
}

static double contrast(uint32_t a, uint32_t b)
{
    double x = luminance(a), y = luminance(b);
    return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static void test_contrast(void **state)
{
    (void)state;
    static const enum role grounds[] = {ROLE_TEXT,    ROLE_BAR,   ROLE_FOCUS, ROLE_MARKED, ROLE_SELECTION,
                                        ROLE_CHANGED, ROLE_FOUND, ROLE_FIELD, ROLE_OVERLAY};
    for (int light = 0; light < 2; light++) {
        struct theme t = {PALETTE_256, light};
        for (int role = 0; role < ROLES; role++) {
            bool frame = role == ROLE_BORDER || role == ROLE_BORDER_FOCUS;
            for (size_t i = 0; i < sizeof grounds / sizeof grounds[0]; i++) {
                if (frame && grounds[i] != ROLE_TEXT && grounds[i] != ROLE_OVERLAY)
                    continue;
                struct look look = theme_look(&t, style_on((enum role)role, grounds[i], 0));
                double c = contrast(theme_rgb(&t, look.fg, false), theme_rgb(&t, look.bg, true));
                bool own = grounds[i] == ROLE_TEXT;
                double least = role == ROLE_BORDER ? 1.8 : own ? 4.5 : grounds[i] == ROLE_FOUND ? 1 : 2.6;
                if (c < least)
                    fail_msg("role %d on %d, light %d: %d on %d is %.2f", role, (int)grounds[i], light, look.fg,
                             look.bg, c);
            }
        }
    }
}

static void test_palettes(void **state)
{
    (void)state;
    for (int p = PALETTE_MONO; p <= PALETTE_256; p++) {
        for (int light = 0; light < 2; light++) {
            struct theme t = {(enum palette)p, light};
            int most = p == PALETTE_256 ? 255 : p == PALETTE_16 ? 7 : -1;
            for (int role = 0; role < ROLES; role++) {
                for (int under = 0; under < ROLES; under++) {
                    struct look look = theme_look(&t, style_on((enum role)role, (enum role)under, ATTR_ITALIC));
                    assert_in_range(look.fg + 1, 0, most + 1);
                    assert_in_range(look.bg + 1, 0, most + 1);
                    assert_true(look.attrs & ATTR_ITALIC);
                    if (look.fg == look.bg && look.fg >= 0)
                        fail_msg("palette %d: role %d on %d cannot be seen", p, role, under);
                }
            }
        }
    }
    /* A style from outside of the table is plain text. */
    struct theme t = {PALETTE_256, false};
    struct look look = theme_look(&t, (struct style){.role = 250, .under = 250});
    assert_int_equal(look.fg, -1);
    assert_int_equal(look.bg, -1);
}

/* What matters is there without colours, too. */
static void test_not_by_color_alone(void **state)
{
    (void)state;
    static const enum role marked[] = {ROLE_FOCUS,   ROLE_MARKED, ROLE_SELECTION, ROLE_FOUND,    ROLE_BAD, ROLE_BAR,
                                       ROLE_CHANGED, ROLE_FIELD,  ROLE_TITLE,     ROLE_HINT_KEY, ROLE_LINK};
    struct theme t = {PALETTE_MONO, false};
    for (size_t i = 0; i < sizeof marked / sizeof marked[0]; i++) {
        assert_true(theme_look(&t, style(marked[i])).attrs != 0);
        assert_true(theme_look(&t, style_on(ROLE_TEXT, marked[i], 0)).attrs != 0);
    }
    assert_true(theme_look(&t, style(ROLE_FOCUS)).attrs != theme_look(&t, style(ROLE_SELECTION)).attrs);
    assert_true(theme_look(&t, style_on(ROLE_TEXT, ROLE_PERSON_1, 0)).attrs & ATTR_REVERSE);
}

static void test_choose(void **state)
{
    (void)state;
    static const struct {
        int colors;
        bool no_color;
        int light;
        const char *colorfgbg;
        enum palette palette;
        bool is_light;
    } table[] = {
        {256, false, -1, NULL, PALETTE_256, false},     {256, true, -1, NULL, PALETTE_MONO, false},
        {16777216, false, 0, NULL, PALETTE_256, false}, {16, false, -1, "15;0", PALETTE_16, false},
        {8, false, -1, "0;15", PALETTE_16, true},       {0, false, 1, NULL, PALETTE_MONO, true},
        {-1, false, -1, "", PALETTE_MONO, false},       {256, false, 0, "0;15", PALETTE_256, false},
        {256, false, 1, "15;0", PALETTE_256, true},     {256, false, -1, "0;default;7", PALETTE_256, true},
        {256, false, -1, "15;8", PALETTE_256, false},   {256, false, -1, "15;", PALETTE_256, false},
        {256, false, -1, "0;7x", PALETTE_256, false},   {256, false, -1, "0;999999999999999999999", PALETTE_256, false},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct theme t;
        theme_choose(&t, table[i].colors, table[i].no_color, table[i].light, table[i].colorfgbg);
        assert_int_equal(t.palette, table[i].palette);
        assert_int_equal(t.light, table[i].is_light);
    }
}

static void test_card_colors(void **state)
{
    (void)state;
    for (int i = 0; i < CARD_COLORS; i++) {
        const struct card_color *color = card_color_at(i);
        assert_int_equal(card_color_find(color->name), i);
        assert_int_equal(grid_width(color->mark, strlen(color->mark)), 1);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(color->mark, card_color_at(k)->mark);
    }
    assert_null(card_color_at(CARD_COLORS));
    assert_null(card_color_at(-1));
    assert_int_equal(card_color_find(""), -1);
    assert_int_equal(card_color_find("Yellow"), -1);
    assert_int_equal(card_color_find("pink"), -1);
}

static void test_rgb(void **state)
{
    (void)state;
    struct theme t = {PALETTE_256, false};
    assert_int_equal(theme_rgb(&t, 16, false), 0x000000);
    assert_int_equal(theme_rgb(&t, 231, false), 0xFFFFFF);
    assert_int_equal(theme_rgb(&t, 75, false), 0x5FAFFF);
    assert_int_equal(theme_rgb(&t, 232, false), 0x080808);
    assert_int_equal(theme_rgb(&t, 255, false), 0xEEEEEE);
}

/* ---- pictures */

static size_t count(const struct buf *b, const char *text)
{
    size_t n = 0;
    const uint8_t *at = buf_at(b), *end = at + buf_len(b);
    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        at += strlen(text);
        n++;
    }
    return n;
}

static void test_picture(void **state)
{
    (void)state;
    struct grid g;
    struct buf out, again;
    struct theme t = {PALETTE_256, false};
    grid_init(&g);
    buf_init(&out);
    buf_init(&again);
    grid_resize(&g, 20, 4);
    grid_box(&g, (struct rect){0, 0, 20, 4}, style(ROLE_BORDER));
    grid_put(&g, 2, 1, style(ROLE_TITLE), "a < b & \"c\" > d");
    grid_put(&g, 2, 2, style_on(ROLE_TEXT, ROLE_FOCUS, ATTR_UNDERLINE), "世 hello");
    grid_svg(&g, &t, "<canvas> & co\033", &out);
    grid_svg(&g, &t, "<canvas> & co\033", &again);
    assert_int_equal(buf_len(&out), buf_len(&again));
    assert_memory_equal(buf_at(&out), buf_at(&again), buf_len(&out));
    assert_true(utf8_check((const char *)buf_at(&out), buf_len(&out), NULL));
    assert_int_equal(count(&out, "<title>&lt;canvas&gt; &amp; co</title>"), 1);
    assert_int_equal(count(&out, ">a &lt; b &amp; \"c\" &gt; d</text>"), 1);
    assert_int_equal(count(&out, ">世</text>"), 1);
    assert_int_equal(count(&out, " textLength=\"54\"> hello</text>"), 1); /* one run of six cells */
    assert_int_equal(count(&out, "Q"), 4);                                /* four round corners */
    assert_int_equal(count(&out, "─"), 0);                                /* lines are drawn */
    assert_int_equal(count(&out, "height=\"18\" fill=\"#4e4e4e\""), 1);
    assert_int_equal(count(&out, "<svg"), count(&out, "</svg>"));
    assert_int_equal(count(&out, "<text"), count(&out, "</text>"));
    grid_fini(&g);
    buf_fini(&out);
    buf_fini(&again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_contrast), cmocka_unit_test(test_palettes),    cmocka_unit_test(test_not_by_color_alone),
        cmocka_unit_test(test_choose),   cmocka_unit_test(test_card_colors), cmocka_unit_test(test_rgb),
        cmocka_unit_test(test_picture),
    };
    setlocale(LC_ALL, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
