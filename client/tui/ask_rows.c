/* What each kind of question lists: actions for the palette, what may follow a prefix key, cards, blocks, choices. Rows
 * live in ui->words: they are made for one input or one drawing. */
#include "client/tui/ask_private.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/output.h"
#include "client/tui/wrap.h"

/* What outweighs how well the letters fit. */
enum {
    IMPOSSIBLE = -30,
    IMPOSSIBLE_AT_ALL = -1000, /* while nothing is typed */
    RECENT = 24,               /* while nothing is typed: each place among the recent ones */
    ARGUMENT = 1000,           /* an action is named, and something stands behind its name */
    CONTAINED = 2000,          /* the words stand there as they were typed */
    PLACE = 3000,              /* "block 3", "card coffee" */
    NAMED = 4000,              /* this action's name */
    TEXT_ROOM = 640,
};

#define ONE(...) +1
enum {
    N_ANYWHERE = 0 ACTIONS_ANYWHERE(ONE),
    N_START = 0 ACTIONS_START(ONE),
    N_MOVE = 0 ACTIONS_MOVE(ONE),
    N_CARDS = 0 ACTIONS_CARDS(ONE),
    N_CARD = 0 ACTIONS_CARD(ONE),
    N_TYPING = 0 ACTIONS_TYPING(ONE),
    N_PANEL = 0 ACTIONS_PANEL(ONE),
    N_METHOD = 0 ACTIONS_METHOD(ONE),
    N_ASK = 0 ACTIONS_ASK(ONE),
};
#undef ONE

static const struct {
    const char *title;
    int n;
} families[] = {
    {"Everywhere", N_ANYWHERE}, {"Start screen", N_START}, {"Moving about", N_MOVE}, {"Cards", N_CARDS},
    {"Opened card", N_CARD},    {"Typing", N_TYPING},      {"Panels", N_PANEL},      {"Measures, walk, hints", N_METHOD},
    {"Questions and lists", N_ASK},
};

/* The order in which people look for them. */
static const uint8_t shown[] = {3, 4, 7, 5, 6, 1, 2, 0, 8};

size_t ask_family_at(size_t place)
{
    return place < sizeof(shown) ? shown[place] : SIZE_MAX;
}

const char *ask_family(size_t i)
{
    return i < sizeof(families) / sizeof(*families) ? families[i].title : NULL;
}

size_t ask_family_of(enum action action)
{
    int last = 0;

    for (size_t i = 0; i < sizeof(families) / sizeof(*families); i++) {
        last += families[i].n;
        if ((int)action <= last)
            return i;
    }
    return sizeof(families) / sizeof(*families) - 1;
}

static size_t recency(const struct ask *a, enum action action)
{
    for (size_t i = 0; i < ASK_RECENT; i++)
        if (a->recent[i] == (int)action)
            return ASK_RECENT - i;
    return 0;
}

const char *ask_words(struct ui *ui, const char *bytes, size_t len)
{
    const char *copy = arena_strndup(&ui->words, bytes, len);

    return copy ? copy : "";
}

/* ---------------------------------------------------------------- a growing list, the best kept */

struct rows {
    struct ask_row *at;
    size_t n, cap, fitting;
};

static void add_row(struct rows *rows, struct ask_row row)
{
    if (rows->n == rows->cap) {
        rows->cap = rows->cap ? rows->cap * 2 : 128;
        rows->at = xrealloc(rows->at, rows->cap * sizeof(*rows->at));
    }
    row.place = (uint32_t)rows->fitting++;
    rows->at[rows->n++] = row;
}

static int compare_rows(const void *a, const void *b)
{
    const struct ask_row *x = a, *y = b;

    if (x->score != y->score)
        return x->score > y->score ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* Into ui->words; the malloc'd list is freed. */
static size_t finish_rows(struct ui *ui, struct rows *rows, bool sorted, struct ask_row **out)
{
    size_t n;

    if (sorted && rows->n)
        qsort(rows->at, rows->n, sizeof(*rows->at), compare_rows);
    n = rows->n < ASK_ROWS_MAX ? rows->n : ASK_ROWS_MAX;
    *out = n ? arena_calloc(&ui->words, n, sizeof(**out)) : NULL;
    if (!*out)
        n = 0;
    if (n)
        memcpy(*out, rows->at, n * sizeof(**out));
    free(rows->at);
    return n;
}

/* ---------------------------------------------------------------- palette */

static const char *key_of(struct ui *ui, enum action action)
{
    char name[KEYMAP_SEQUENCE * KEY_NAME];
    const struct action_row *row = action_row(action);
    unsigned contexts = row->contexts & ui_contexts(ui);

    keymap_name(&ui->keymap, contexts ? contexts : row->contexts, (int)action, name);
    return ask_words(ui, name, strlen(name));
}

/* What people's fingers know from elsewhere. */
static bool is_alias(const char *words, const char *name)
{
    static const char *const aliases[][2] = {
        {"q", "quit"}, {"q!", "quit"}, {"qa", "quit"}, {"wq", "quit"}, {"x", "quit"}, {"exit", "quit"}, {"h", "help"},
    };

    for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
        if (strcmp(words, aliases[i][0]) == 0 && strcmp(name, aliases[i][1]) == 0)
            return true;
    return false;
}

bool ask_has_words(struct ui *ui, const char *words, const char *text)
{
    const char *folded = arena_fold(&ui->words, text), *at = arena_fold(&ui->words, words);

    while (*(at += strspn(at, " "))) {
        size_t len = strcspn(at, " ");

        if (!strstr(folded, ask_words(ui, at, len)))
            return false;
        at += len;
    }
    return true;
}

/* While nothing is typed: what one does with cards comes before moving about and what can be done everywhere. */
static int usefulness(enum action action)
{
    size_t family = ask_family_of(action), place = 0;

    while (place < sizeof(shown) && shown[place] != family)
        place++;
    return (int)(sizeof(shown) - place);
}

static void add_action(struct ui *ui, struct rows *rows, const struct action_row *row, const char *words)
{
    int by_title = ask_fit(words, row->title), by_name = ask_fit(words, row->name);
    int score = by_title > by_name ? by_title : by_name;
    bool named = strcmp(words, row->name) == 0 || is_alias(words, row->name);
    const char *refusal;

    if (score < 0 && !named)
        return;
    refusal = action_refusal(ui, row);
    score += (int)recency(&ui->ask, row->action) * (words[0] ? 1 : RECENT);
    score += words[0] ? 0 : usefulness(row->action);
    if (refusal)
        score += words[0] ? IMPOSSIBLE : IMPOSSIBLE_AT_ALL;
    if (named)
        score += NAMED;
    else if (words[0] && ask_has_words(ui, words, row->title))
        score += CONTAINED;
    add_row(rows, (struct ask_row){.kind = ASK_ROW_ACTION,
                                   .id = row->action,
                                   .title = row->title,
                                   .score = score,
                                   .key = key_of(ui, row->action),
                                   .refusal = refusal});
}

/* "tag urgent": the action that is named, with what stands behind its name. Behind those whose titles have the words as
 * they were typed ("move the card down"), before those in which the letters are only scattered. */
static void add_with_argument(struct ui *ui, struct rows *rows)
{
    const char *line = ui->ask.line, *space = strchr(line, ' ');
    const struct action_row *row;

    if (!space || space[strspn(space, " ")] == '\0')
        return;
    row = action_find(ask_words(ui, line, (size_t)(space - line)));
    if (row && row->contexts != CONTEXT_ASK)
        add_row(rows, (struct ask_row){.kind = ASK_ROW_ACTION,
                                       .id = row->action,
                                       .title = row->title,
                                       .key = "",
                                       .refusal = action_refusal(ui, row),
                                       .argument = space + strspn(space, " "),
                                       .score = ARGUMENT});
}

static void add_blocks(struct ui *ui, struct rows *rows, const char *words)
{
    const struct canvas *canvas = ui_view(ui);
    size_t n = 0;
    struct block **blocks = canvas ? canvas_blocks_in_order(canvas, &n) : NULL;
    char *end;
    unsigned long number = strtoul(words, &end, 10);

    for (size_t i = 0; i < n; i++) {
        int score = *words && *end == '\0' ? (number == i + 1 ? NAMED : -1) : ask_fit(words, blocks[i]->title);

        if (score >= 0)
            add_row(rows,
                    (struct ask_row){.kind = ASK_ROW_BLOCK,
                                     .id = blocks[i]->o.id,
                                     .score = score + PLACE,
                                     .title = arena_printf(&ui->words, "Go to block %zu: %s", i + 1, blocks[i]->title),
                                     .key = i < 9 ? arena_printf(&ui->words, "%zu", i + 1) : ""});
    }
    free(blocks);
}

/* The card's text and its block's title in one, for one search over both. */
static int fit_card(const char *words, const struct card *card)
{
    char text[TEXT_ROOM], id[OBJECT_ID_TEXT];
    size_t len = card->text.len_bytes, title_len = strlen(card->block->title);
    int score;

    object_id_format(card->o.id, id);
    if (strcmp(id, words) == 0)
        return NAMED;
    if (len + title_len + 2 > sizeof(text))
        return ask_fit(words, card->text.bytes);
    if (len)
        memcpy(text, card->text.bytes, len);
    text[len] = '\0';
    score = ask_fit(words, text);
    if (score >= 0)
        return score;
    text[len] = ' ';
    memcpy(text + len + 1, card->block->title, title_len + 1);
    return ask_fit(words, text);
}

static void add_cards(struct ui *ui, struct rows *rows, const char *words, int more)
{
    const struct canvas *canvas = ui_view(ui);
    size_t n = 0;
    struct block **blocks = canvas ? canvas_blocks_in_order(canvas, &n) : NULL;

    for (size_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < blocks[i]->n_cards; j++) {
            const struct card *card = blocks[i]->cards[j];
            int score = card->deleted_seq ? -1 : fit_card(words, card);

            if (score >= 0)
                add_row(rows,
                        (struct ask_row){
                            .kind = ASK_ROW_CARD, .id = card->o.id, .score = score + more, .key = "", .title = ""});
        }
    free(blocks);
}

static bool begins(const char *text, const char *with, const char **rest)
{
    size_t len = strlen(with);

    if (strncmp(text, with, len) != 0)
        return false;
    *rest = text + len;
    return true;
}

static void add_palette(struct ui *ui, struct rows *rows)
{
    const char *line = ui->ask.line, *rest;

    add_with_argument(ui, rows);
    if (begins(line, "block ", &rest) || (*line && line[strspn(line, "0123456789")] == '\0' && begins(line, "", &rest)))
        add_blocks(ui, rows, rest);
    if (begins(line, "card ", &rest) && *rest)
        add_cards(ui, rows, rest, PLACE);
    for (size_t place = 0; ask_family_at(place) != SIZE_MAX; place++)
        for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
            const struct action_row *row = action_row((enum action)i);

            if (ask_family_of(row->action) == ask_family_at(place) && row->contexts != CONTEXT_ASK &&
                i != ACTION_PALETTE)
                add_action(ui, rows, row, line);
        }
}

/* ---------------------------------------------------------------- pop-up behind a prefix key */

static bool follows_already(const struct rows *rows, const struct input *next, size_t *at)
{
    for (*at = 0; *at < rows->n; (*at)++)
        if (input_same_key(&rows->at[*at].next, next))
            return true;
    return false;
}

static void add_keys(struct ui *ui, struct rows *rows)
{
    const struct keymap_entry *entries[ASK_ROWS_MAX];
    const struct ask *a = &ui->ask;
    size_t room = sizeof(entries) / sizeof(*entries), at;
    size_t n = keymap_follow(&ui->keymap, ui_contexts(ui), a->keys, a->n_keys, entries, room);

    for (size_t i = 0; i < n && i < room; i++) {
        const struct keymap_entry *e = entries[i];
        const struct action_row *row = action_row((enum action)e->action);
        char name[KEY_NAME];

        if (e->n_keys <= a->n_keys || !row || follows_already(rows, &e->keys[a->n_keys], &at))
            continue;
        input_name(&e->keys[a->n_keys], name);
        add_row(rows, (struct ask_row){.kind = e->n_keys > a->n_keys + 1 ? ASK_ROW_PREFIX : ASK_ROW_ACTION,
                                       .id = row->action,
                                       .next = e->keys[a->n_keys],
                                       .title = e->n_keys > a->n_keys + 1 ? "more …" : row->title,
                                       .refusal = action_refusal(ui, row),
                                       .key = ask_words(ui, name, strlen(name))});
    }
}

/* ---------------------------------------------------------------- choices */

/* A long title goes on in rows of its own. */
static void add_choice(struct ui *ui, struct rows *rows, size_t i, int width)
{
    const struct ask_choice *choice = &ui->ask.choices[i];
    struct input in = {.kind = INPUT_CHARACTER, .point = choice->key};
    char name[KEY_NAME] = "";
    struct wrap wrap;

    if (choice->key)
        input_name(&in, name);
    wrap_init(&wrap);
    wrap_text(&wrap, choice->title, strlen(choice->title), width, 4);
    for (size_t line = 0; line < wrap.n; line++)
        add_row(rows, (struct ask_row){
                          .kind = line ? ASK_ROW_MORE : ASK_ROW_CHOICE,
                          .id = i,
                          .title = ask_words(ui, choice->title + wrap.at[line].at_bytes, wrap.at[line].len_bytes),
                          .key = line ? "" : ask_words(ui, name, strlen(name))});
    wrap_fini(&wrap);
}

size_t ask_rows(struct ui *ui, struct ask_row **out)
{
    struct ask *a = &ui->ask;
    struct rows rows = {0};

    *out = NULL;
    switch (a->kind) {
    case ASK_PALETTE:
        add_palette(ui, &rows);
        break;
    case ASK_CARD:
        add_cards(ui, &rows, a->line, 0);
        break;
    case ASK_KEYS:
        add_keys(ui, &rows);
        break;
    case ASK_CHOICE:
        for (size_t i = 0; i < a->n_choices; i++)
            add_choice(ui, &rows, i, ask_list_width(ui) - 8);
        break;
    case ASK_MENU:
        return ask_menu_rows(ui, out);
    case ASK_HELP:
        return ask_help_rows(ui, ask_list_width(ui), out);
    default:
        return 0;
    }
    if (a->kind == ASK_PALETTE || a->kind == ASK_CARD)
        a->n_found = rows.fitting;
    return finish_rows(ui, &rows, a->kind == ASK_PALETTE || (a->kind == ASK_CARD && a->len), out);
}
