/* The lines of help and of the menu: all actions by family, with their keys, out of the table and the keymap. */
#include "client/tui/ask_private.h"

#include <string.h>

#include "client/cli/output.h"
#include "client/tui/wrap.h"

enum { HELP_ROWS = 1200 };

struct lines {
    struct ui *ui;
    struct ask_row *at; /* in ui->words */
    size_t n;
    int width;
};

static void add_line(struct lines *l, enum ask_row_kind kind, uint64_t id, const char *title, const char *key)
{
    if (l->n < HELP_ROWS)
        l->at[l->n++] = (struct ask_row){.kind = kind, .id = id, .title = title, .key = key};
}

/* All key sequences of an action in those contexts: "o, ctrl-n". */
static const char *all_keys(struct ui *ui, unsigned contexts, enum action action)
{
    const char *all = "";

    for (size_t i = 0; i < ui->keymap.n; i++) {
        const struct keymap_entry *e = &ui->keymap.at[i];
        const char *sequence = "";

        if (e->action != (int)action || !(e->context & contexts))
            continue;
        for (size_t k = 0; k < e->n_keys; k++) {
            char name[KEY_NAME];

            input_name(&e->keys[k], name);
            sequence = arena_printf(&ui->words, "%s%s%s", sequence, k ? " " : "", name);
        }
        if (!strstr(arena_printf(&ui->words, ", %s, ", all), arena_printf(&ui->words, ", %s, ", sequence)))
            all = *all ? arena_printf(&ui->words, "%s, %s", all, sequence) : sequence;
    }
    return all;
}

/* A row of help; titles and keys that are longer than their columns go on below. */
static void add_wrapped(struct lines *l, enum action action, const char *title, const char *keys)
{
    struct wrap titles, names;

    wrap_init(&titles);
    wrap_init(&names);
    wrap_text(&titles, title, strlen(title), l->width - ASK_HELP_KEYS - 3, 0);
    wrap_text(&names, keys, strlen(keys), ASK_HELP_KEYS, 0);
    for (size_t i = 0; i < titles.n || i < names.n; i++) {
        const char *left = "", *right = "";

        if (i < names.n)
            left = ask_words(l->ui, keys + names.at[i].at_bytes, names.at[i].len_bytes);
        if (i < titles.n)
            right = ask_words(l->ui, title + titles.at[i].at_bytes, titles.at[i].len_bytes);
        add_line(l, i ? ASK_ROW_MORE : ASK_ROW_ACTION, action, right, left);
    }
    wrap_fini(&titles);
    wrap_fini(&names);
}

static bool wanted(struct ui *ui, const struct action_row *row, const char *keys)
{
    return ui->ask.len == 0 ||
           ask_has_words(ui, ui->ask.line, arena_printf(&ui->words, "%s %s %s", row->title, row->name, keys));
}

/* One family: its rows that mean something here, or (here false) those that do not. */
static void add_family(struct lines *l, size_t family, bool here)
{
    unsigned contexts = ui_contexts(l->ui);
    bool headed = false;

    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        const char *keys;

        if (ask_family_of(row->action) != family || ((row->contexts & contexts) != 0) != here)
            continue;
        keys = all_keys(l->ui, row->contexts, row->action);
        if (!wanted(l->ui, row, keys))
            continue;
        if (!headed) {
            if (l->n)
                add_line(l, ASK_ROW_HEADING, 0, "", "");
            add_line(l, ASK_ROW_HEADING, 0,
                     here ? ask_family(family) : arena_printf(&l->ui->words, "%s (not here)", ask_family(family)), "");
        }
        headed = true;
        add_wrapped(l, row->action, row->title, *keys ? keys : arena_printf(&l->ui->words, ":%s", row->name));
    }
}

size_t ask_help_rows(struct ui *ui, int width, struct ask_row **rows)
{
    struct lines l = {.ui = ui, .width = width, .at = arena_calloc(&ui->words, HELP_ROWS, sizeof(**rows))};

    *rows = l.at;
    if (!l.at)
        return 0;
    if (ui->ask.len == 0 && ui->screen == SCREEN_CANVAS) {
        add_line(&l, ASK_ROW_HEADING, 0, "With the mouse", "");
        add_wrapped(&l, ACTION_NONE, "Puts the focus there", "click");
        add_wrapped(&l, ACTION_NONE, "Opens a card or a block", "double click");
        add_wrapped(&l, ACTION_NONE, "Moves a card to another place", "drag");
        add_wrapped(&l, ACTION_NONE, "Scrolls", "wheel");
    }
    for (int here = 1; here >= 0; here--)
        for (size_t place = 0; ask_family_at(place) != SIZE_MAX; place++)
            add_family(&l, ask_family_at(place), here);
    return l.n;
}

size_t ask_menu_rows(struct ui *ui, struct ask_row **rows)
{
    struct lines l = {.ui = ui, .at = arena_calloc(&ui->words, HELP_ROWS, sizeof(**rows))};
    unsigned contexts = ui_contexts(ui);

    *rows = l.at;
    if (!l.at)
        return 0;
    for (size_t place = 0; ask_family_at(place) != SIZE_MAX; place++) {
        size_t family = ask_family_at(place);
        bool headed = false;

        for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
            const struct action_row *row = action_row((enum action)i);
            char name[KEYMAP_SEQUENCE * KEY_NAME];

            keymap_name(&ui->keymap, contexts, i, name);
            if (ask_family_of(row->action) != family || i == ACTION_MENU || name[0] == '\0' || action_refusal(ui, row))
                continue;
            if (!headed)
                add_line(&l, ASK_ROW_HEADING, 0, ask_family(family), "");
            headed = true;
            add_line(&l, ASK_ROW_ACTION, row->action, row->title, ask_words(ui, name, strlen(name)));
        }
    }
    return l.n;
}
