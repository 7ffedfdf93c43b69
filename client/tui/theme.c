/* The palettes. 256: calm colours after Okabe and Ito (told apart with every kind of colour blindness) on the terminal's
 * own background, one table for dark ones and one for light ones. 16: only the eight colours that every terminal has.
 * Mono: bold, underlined and reversed. */
#include "client/tui/theme.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#define B ATTR_BOLD
#define U ATTR_UNDERLINE
#define R ATTR_REVERSE
#define I ATTR_ITALIC

/* Yellow, orange, red, purple, blue, teal, green, grey; people get the same colours, blue first. */
#define COLORS(y, o, r, p, b, t, g, e)                                                                                 \
    [ROLE_CARD_1] = {y, -1, 0}, [ROLE_CARD_1 + 1] = {o, -1, 0}, [ROLE_CARD_1 + 2] = {r, -1, 0},                        \
    [ROLE_CARD_1 + 3] = {p, -1, 0}, [ROLE_CARD_1 + 4] = {b, -1, 0}, [ROLE_CARD_1 + 5] = {t, -1, 0},                    \
    [ROLE_CARD_1 + 6] = {g, -1, 0}, [ROLE_CARD_1 + 7] = {e, -1, 0}, [ROLE_PERSON_1] = {b, -1, B},                      \
    [ROLE_PERSON_1 + 1] = {o, -1, B}, [ROLE_PERSON_1 + 2] = {g, -1, B}, [ROLE_PERSON_1 + 3] = {p, -1, B},              \
    [ROLE_PERSON_1 + 4] = {t, -1, B}, [ROLE_PERSON_1 + 5] = {r, -1, B}, [ROLE_PERSON_1 + 6] = {y, -1, B},              \
    [ROLE_PERSON_1 + 7] = {e, -1, B}

static const struct look dark_256[ROLES] = {
    [ROLE_TEXT] = {-1, -1, 0},
    [ROLE_DIM] = {246, -1, 0},
    [ROLE_TITLE] = {230, -1, B},
    [ROLE_BORDER] = {241, -1, 0},
    [ROLE_BORDER_FOCUS] = {75, -1, B},
    [ROLE_BAR] = {254, 236, 0},
    [ROLE_BAR_DIM] = {248, 236, 0},
    [ROLE_HINT] = {247, -1, 0},
    [ROLE_HINT_KEY] = {117, -1, B},
    [ROLE_FOCUS] = {231, 239, B},
    [ROLE_MARKED] = {230, 60, 0},
    [ROLE_SELECTION] = {231, 25, 0},
    [ROLE_FOUND] = {16, 221, 0},
    [ROLE_GOOD] = {114, -1, 0},
    [ROLE_WARN] = {221, -1, 0},
    [ROLE_BAD] = {210, -1, B},
    [ROLE_TAG] = {152, -1, 0},
    [ROLE_VOTE] = {221, -1, B},
    [ROLE_LINK] = {117, -1, U},
    [ROLE_CHANGED] = {231, 23, 0},
    [ROLE_OVERLAY] = {253, 235, 0},
    [ROLE_FIELD] = {231, 237, 0},
    COLORS(221, 215, 210, 182, 117, 80, 114, 250),
};

static const struct look light_256[ROLES] = {
    [ROLE_TEXT] = {-1, -1, 0},
    [ROLE_DIM] = {241, -1, 0},
    [ROLE_TITLE] = {17, -1, B},
    [ROLE_BORDER] = {248, -1, 0},
    [ROLE_BORDER_FOCUS] = {25, -1, B},
    [ROLE_BAR] = {235, 254, 0},
    [ROLE_BAR_DIM] = {240, 254, 0},
    [ROLE_HINT] = {241, -1, 0},
    [ROLE_HINT_KEY] = {25, -1, B},
    [ROLE_FOCUS] = {16, 153, B},
    [ROLE_MARKED] = {16, 229, 0},
    [ROLE_SELECTION] = {16, 117, 0},
    [ROLE_FOUND] = {16, 220, 0},
    [ROLE_GOOD] = {22, -1, 0},
    [ROLE_WARN] = {94, -1, 0},
    [ROLE_BAD] = {124, -1, B},
    [ROLE_TAG] = {23, -1, 0},
    [ROLE_VOTE] = {94, -1, B},
    [ROLE_LINK] = {25, -1, U},
    [ROLE_CHANGED] = {16, 194, 0},
    [ROLE_OVERLAY] = {235, 255, 0},
    [ROLE_FIELD] = {16, 252, 0},
    COLORS(94, 130, 124, 90, 25, 23, 22, 240),
};

/* black 0, red 1, green 2, yellow 3, blue 4, magenta 5, cyan 6, white 7 */
static const struct look dark_16[ROLES] = {
    [ROLE_TEXT] = {-1, -1, 0},      [ROLE_DIM] = {6, -1, 0},          [ROLE_TITLE] = {-1, -1, B},
    [ROLE_BORDER] = {-1, -1, 0},    [ROLE_BORDER_FOCUS] = {6, -1, B}, [ROLE_BAR] = {7, 4, B},
    [ROLE_BAR_DIM] = {7, 4, 0},     [ROLE_HINT] = {-1, -1, 0},        [ROLE_HINT_KEY] = {6, -1, B},
    [ROLE_FOCUS] = {-1, -1, B | R}, [ROLE_MARKED] = {3, -1, B | U},   [ROLE_SELECTION] = {0, 6, 0},
    [ROLE_FOUND] = {0, 3, 0},       [ROLE_GOOD] = {2, -1, 0},         [ROLE_WARN] = {3, -1, B},
    [ROLE_BAD] = {1, -1, B},        [ROLE_TAG] = {6, -1, 0},          [ROLE_VOTE] = {3, -1, B},
    [ROLE_LINK] = {6, -1, U},       [ROLE_CHANGED] = {0, 2, 0},       [ROLE_OVERLAY] = {-1, -1, 0},
    [ROLE_FIELD] = {-1, -1, U},     COLORS(3, 3, 1, 5, 4, 6, 2, 7),
};

static const struct look light_16[ROLES] = {
    [ROLE_TEXT] = {-1, -1, 0},      [ROLE_DIM] = {4, -1, 0},          [ROLE_TITLE] = {-1, -1, B},
    [ROLE_BORDER] = {-1, -1, 0},    [ROLE_BORDER_FOCUS] = {4, -1, B}, [ROLE_BAR] = {7, 4, B},
    [ROLE_BAR_DIM] = {7, 4, 0},     [ROLE_HINT] = {-1, -1, 0},        [ROLE_HINT_KEY] = {4, -1, B},
    [ROLE_FOCUS] = {-1, -1, B | R}, [ROLE_MARKED] = {5, -1, B | U},   [ROLE_SELECTION] = {0, 6, 0},
    [ROLE_FOUND] = {0, 3, 0},       [ROLE_GOOD] = {2, -1, 0},         [ROLE_WARN] = {5, -1, B},
    [ROLE_BAD] = {1, -1, B},        [ROLE_TAG] = {4, -1, 0},          [ROLE_VOTE] = {5, -1, B},
    [ROLE_LINK] = {4, -1, U},       [ROLE_CHANGED] = {0, 2, 0},       [ROLE_OVERLAY] = {-1, -1, 0},
    [ROLE_FIELD] = {-1, -1, U},     COLORS(3, 3, 1, 5, 4, 6, 2, 0),
};

static const struct look mono[ROLES] = {
    [ROLE_TEXT] = {-1, -1, 0},
    [ROLE_DIM] = {-1, -1, 0},
    [ROLE_TITLE] = {-1, -1, B},
    [ROLE_BORDER] = {-1, -1, 0},
    [ROLE_BORDER_FOCUS] = {-1, -1, B},
    [ROLE_BAR] = {-1, -1, R},
    [ROLE_BAR_DIM] = {-1, -1, R},
    [ROLE_HINT] = {-1, -1, 0},
    [ROLE_HINT_KEY] = {-1, -1, B},
    [ROLE_FOCUS] = {-1, -1, R | B},
    [ROLE_MARKED] = {-1, -1, U | B},
    [ROLE_SELECTION] = {-1, -1, R},
    [ROLE_FOUND] = {-1, -1, U | R},
    [ROLE_GOOD] = {-1, -1, 0},
    [ROLE_WARN] = {-1, -1, B},
    [ROLE_BAD] = {-1, -1, B},
    [ROLE_TAG] = {-1, -1, 0},
    [ROLE_VOTE] = {-1, -1, B},
    [ROLE_LINK] = {-1, -1, U},
    [ROLE_CHANGED] = {-1, -1, B},
    [ROLE_OVERLAY] = {-1, -1, 0},
    [ROLE_FIELD] = {-1, -1, U},
    COLORS(-1, -1, -1, -1, -1, -1, -1, -1),
};

static const struct look *table_of(const struct theme *t)
{
    if (t->palette == PALETTE_MONO)
        return mono;
    if (t->palette == PALETTE_16)
        return t->light ? light_16 : dark_16;
    return t->light ? light_256 : dark_256;
}

/* On the colour of a card or a person: its foreground becomes the background, below black or white. */
static struct look on_color(const struct theme *t, struct look look, struct look under)
{
    look.attrs |= under.attrs;
    if (under.fg < 0) {
        look.attrs |= ATTR_REVERSE;
        return look;
    }
    look.bg = under.fg;
    look.fg = t->palette == PALETTE_256 ? (t->light ? 231 : 16) : under.fg == 0 || under.fg == 4 ? 7 : 0;
    return look;
}

static int brightness(uint32_t rgb)
{
    return (int)((rgb >> 16) * 299 + (rgb >> 8 & 255) * 587 + (rgb & 255) * 114) / 1000;
}

/* Whether one cannot be read on the other. */
static bool is_near(const struct theme *t, short fg, short bg)
{
    return abs(brightness(theme_rgb(t, fg, false)) - brightness(theme_rgb(t, bg, true))) < 85;
}

struct look theme_look(const struct theme *t, struct style s)
{
    const struct look *table = table_of(t);
    struct look look = table[s.role < ROLES ? s.role : ROLE_TEXT];
    look.attrs |= s.attrs;
    if (s.under == ROLE_TEXT || s.under >= ROLES || s.under == s.role)
        return look;
    struct look under = table[s.under];
    if (s.under >= ROLE_CARD_1)
        return on_color(t, look, under);
    look.attrs |= under.attrs;
    if (under.bg >= 0) {
        look.bg = under.bg;
        /* The default foreground may be anything, few colours are left on a background of the sixteen, and not every
         * one can be read on every background. */
        if (look.fg < 0 || t->palette == PALETTE_16 || is_near(t, look.fg, look.bg))
            look.fg = under.fg;
    }
    return look;
}

static bool background_is_light(const char *colorfgbg)
{
    const char *last = colorfgbg != NULL ? strrchr(colorfgbg, ';') : NULL;
    if (last == NULL || last[1] == '\0')
        return false;
    char *end;
    long background = strtol(last + 1, &end, 10);
    return *end == '\0' && (background == 7 || (background > 8 && background <= 15));
}

void theme_choose(struct theme *t, int colors, bool no_color, int light, const char *colorfgbg)
{
    t->palette = no_color || colors < 8 ? PALETTE_MONO : colors < 256 ? PALETTE_16 : PALETTE_256;
    t->light = light >= 0 ? light == 1 : background_is_light(colorfgbg);
}

uint32_t theme_rgb(const struct theme *t, short index, bool background)
{
    static const uint32_t basic[16] = {0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
                                       0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF};
    static const uint32_t steps[6] = {0, 95, 135, 175, 215, 255};
    if (index < 0 && t->light)
        return background ? 0xFFFFFF : 0x24292F;
    if (index < 0)
        return background ? 0x16191F : 0xD6D9DD;
    if (index < 16)
        return basic[index];
    uint32_t i = (uint32_t)index - 16;
    if (i >= 216)
        return ((i - 216) * 10 + 8) * 0x010101;
    return steps[i / 36] << 16 | steps[i / 6 % 6] << 8 | steps[i % 6];
}

static const struct card_color card_colors[CARD_COLORS] = {
    {"yellow", "●"}, {"orange", "◆"}, {"red", "■"},   {"purple", "▲"},
    {"blue", "▼"},   {"teal", "★"},   {"green", "✚"}, {"grey", "○"},
};

const struct card_color *card_color_at(int i)
{
    return i >= 0 && i < CARD_COLORS ? &card_colors[i] : NULL;
}

int card_color_find(const char *name)
{
    for (int i = 0; i < CARD_COLORS; i++) {
        if (strcmp(card_colors[i].name, name) == 0)
            return i;
    }
    return -1;
}
