/* The input of each kind of question, from keyboard and mouse. */
#include "client/tui/ask_private.h"

#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

/* ---------------------------------------------------------------- input */

static bool is_plain(const struct input *in)
{
    return in->kind == INPUT_CHARACTER && !(in->mods & (INPUT_CTRL | INPUT_ALT));
}

/* Keys of the questions themselves, then those that hold everywhere. */
static void use_key(struct ui *ui, const struct input *in)
{
    int action;

    if (keymap_look(&ui->keymap, CONTEXT_ASK, in, 1, &action) == KEYMAP_ACTION) {
        action_row((enum action)action)->run(ui);
        return;
    }
    if (!is_plain(in) && keymap_look(&ui->keymap, CONTEXT_ANYWHERE, in, 1, &action) == KEYMAP_ACTION)
        ui_do(ui, (enum action)action);
}

static void keys_names(const struct ask *a, char *out, size_t room)
{
    size_t len = 0;

    out[0] = '\0';
    for (size_t i = 0; i < a->n_keys && len < room; i++) {
        char name[KEY_NAME];

        input_name(&a->keys[i], name);
        len += (size_t)snprintf(out + len, room - len, "%s%s", i ? " " : "", name);
    }
}

static void keys_input(struct ui *ui, const struct input *in)
{
    struct ask *a = &ui->ask;
    char names[KEYMAP_SEQUENCE * KEY_NAME + KEY_NAME];
    int action;

    if (in->kind == INPUT_ESCAPE || a->n_keys >= sizeof(a->keys) / sizeof(*a->keys)) {
        ask_close(ui);
        return;
    }
    if (in->kind == INPUT_BACKSPACE && --a->n_keys > 0)
        return;
    if (in->kind == INPUT_BACKSPACE) {
        ask_close(ui);
        return;
    }
    a->keys[a->n_keys++] = *in;
    switch (keymap_look(&ui->keymap, ui_contexts(ui), a->keys, a->n_keys, &action)) {
    case KEYMAP_ACTION:
        ask_close(ui);
        ui_do(ui, (enum action)action);
        return;
    case KEYMAP_MORE:
        ask_line_changed(a);
        return;
    case KEYMAP_NOTHING:
        break;
    }
    if (keymap_look(&ui->keymap, CONTEXT_ASK, in, 1, &action) == KEYMAP_ACTION && in->kind != INPUT_CHARACTER) {
        a->n_keys--;
        action_row((enum action)action)->run(ui);
        return;
    }
    keys_names(a, names, sizeof(names));
    ask_close(ui);
    ui_say(ui, ROLE_DIM, "“%s” means nothing here.", names);
}

static void menu_input(struct ui *ui, const struct input *in)
{
    int action;
    enum keymap_answer found;

    if (in->kind != INPUT_CHARACTER && keymap_look(&ui->keymap, CONTEXT_ASK, in, 1, &action) == KEYMAP_ACTION) {
        action_row((enum action)action)->run(ui);
        return;
    }
    found = keymap_look(&ui->keymap, ui_contexts(ui), in, 1, &action);
    if (found == KEYMAP_MORE) {
        ask_keys(ui, in);
    } else if (found == KEYMAP_ACTION) {
        ask_close(ui);
        if (action != ACTION_MENU)
            ui_do(ui, (enum action)action);
    } else {
        use_key(ui, in);
    }
}

static bool choice_by_key(struct ui *ui, uint32_t point)
{
    for (size_t i = 0; i < ui->ask.n_choices; i++)
        if (ui->ask.choices[i].key == point) {
            ask_answer(ui, i, 0);
            return true;
        }
    return false;
}

static void choice_input(struct ui *ui, const struct input *in)
{
    if (!is_plain(in)) {
        use_key(ui, in);
        return;
    }
    if (choice_by_key(ui, in->point))
        return;
    if (in->point >= 'A' && in->point <= 'Z' && choice_by_key(ui, in->point + 32))
        return;
    if (in->point == 'j' || in->point == 'k')
        ask_move_by(ui, in->point == 'j' ? 1 : -1);
    else if (in->point >= '1' && in->point <= '9' && in->point - '1' < ui->ask.n_choices)
        ask_answer(ui, in->point - '1', 0);
    else if (in->point == 'q')
        ask_close(ui);
}

static void help_input(struct ui *ui, const struct input *in)
{
    if (!is_plain(in)) {
        use_key(ui, in);
        return;
    }
    switch (in->point) {
    case '/':
        ui->ask.searching = true;
        break;
    case 'j':
    case 'k':
        ask_move_by(ui, in->point == 'j' ? 1 : -1);
        break;
    case ' ':
    case 'b':
        ask_move_by(ui, in->point == ' ' ? ask_page(ui) : -ask_page(ui));
        break;
    case 'g':
    case 'G':
        ask_move_by(ui, in->point == 'G' ? ASK_ROWS_MAX * 3 : -ASK_ROWS_MAX * 3);
        break;
    case 'q':
    case '?':
        ask_close(ui);
        break;
    default:
        break;
    }
}

/* ---------------------------------------------------------------- mouse */

static const struct hit *hit_at(const struct ui *ui, int x, int y)
{
    for (size_t i = ui->n_hits; i > 0; i--) {
        const struct rect *r = &ui->hits[i - 1].rect;

        if (x >= r->x && x < r->x + r->w && y >= r->y && y < r->y + r->h)
            return &ui->hits[i - 1];
    }
    return NULL;
}

static void click_row(struct ui *ui, size_t row)
{
    struct ask_row *rows;
    size_t n = ask_rows(ui, &rows);

    if (row >= n || ui->ask.kind == ASK_HELP)
        return;
    while (row > 0 && rows[row].kind == ASK_ROW_MORE)
        row--;
    ui->ask.focus = row;
    ask_choose(ui, &rows[row]);
}

/* Puts the caret on the cell. */
static void click_line(struct ui *ui, const struct hit *hit, int x)
{
    struct ask *a = &ui->ask;
    int cell = hit->rect.x;
    size_t at = (size_t)hit->id;

    while (at < a->len) {
        size_t len = utf8_grapheme(a->line + at, a->len - at);
        int width = utf8_cluster_width(a->line + at, len);

        if (x < cell + width)
            break;
        cell += width;
        at += len;
    }
    if (at <= a->len)
        a->caret = at;
}

static void mouse_input(struct ui *ui, const struct input *in)
{
    const struct hit *hit = hit_at(ui, in->x, in->y);
    bool loses_nothing = ui->ask.kind != ASK_LINE && ui->ask.kind != ASK_CHOICE;

    if (in->mouse == MOUSE_WHEEL_DOWN || in->mouse == MOUSE_WHEEL_UP) {
        ask_move_by(ui, in->mouse == MOUSE_WHEEL_DOWN ? 3 : -3);
        return;
    }
    if (in->mouse != MOUSE_PRESS || in->button > 1)
        return;
    if (hit && hit->kind == HIT_ROW)
        click_row(ui, (size_t)hit->id);
    else if (hit && hit->kind == HIT_TEXT)
        click_line(ui, hit, in->x);
    else if ((!hit || hit->kind != HIT_NONE || hit->id == 0) && loses_nothing)
        ask_close(ui);
}

/* ---------------------------------------------------------------- all of it */

static void character_input(struct ui *ui, uint32_t point)
{
    char bytes[4];
    size_t len = utf8_encode(point, bytes);

    if (len > 0)
        ask_type(ui, bytes, len);
}

void ask_input(struct ui *ui, const struct input *in)
{
    struct ask *a = &ui->ask;

    ui->dirty = true;
    if (in->kind == INPUT_MOUSE)
        mouse_input(ui, in);
    else if (in->kind == INPUT_PASTE && ask_has_line(a))
        ask_type(ui, in->bytes, in->len);
    else if (in->kind == INPUT_PASTE || in->kind == INPUT_RESIZE || in->kind == INPUT_NONE)
        return;
    else if (ask_has_line(a) && is_plain(in))
        character_input(ui, in->point);
    else if (a->kind == ASK_KEYS)
        keys_input(ui, in);
    else if (a->kind == ASK_MENU)
        menu_input(ui, in);
    else if (a->kind == ASK_CHOICE)
        choice_input(ui, in);
    else if (a->kind == ASK_HELP)
        help_input(ui, in);
    else
        use_key(ui, in);
}
