/* Questions: opening them, what input does to each kind, and handing on the answer. */
#include "client/tui/ask_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

void ask_init(struct ask *a)
{
    *a = (struct ask){0};
}

void ask_fini(struct ask *a)
{
    free(a->kept);
    *a = (struct ask){0};
}

/* ---------------------------------------------------------------- opening and closing */

/* Cut between clusters if it is too long. */
static void set_title(struct ask *a, const char *title)
{
    size_t len = strlen(title), at = 0, cluster;

    while (at < len && at + (cluster = utf8_grapheme(title + at, len - at)) < sizeof(a->title))
        at += cluster;
    memcpy(a->title, title, at);
    a->title[at] = '\0';
}

static void open_ask(struct ui *ui, enum ask_kind kind, const char *title)
{
    struct ask *a = &ui->ask;

    a->kind = kind;
    a->n_choices = a->focus = a->top = a->n_found = a->n_keys = 0;
    a->searching = false;
    a->done = NULL;
    set_title(a, title);
    ask_line_set(a, "");
    ui->dirty = true;
}

static void forget(struct ask *a)
{
    free(a->kept);
    a->kept = NULL;
    a->kept_len = 0;
    a->about[0] = a->about[1] = 0;
}

void ask_close(struct ui *ui)
{
    ui->ask.kind = ASK_NONE;
    ui->ask.done = NULL;
    forget(&ui->ask);
    ui->dirty = true;
}

static size_t first_selectable(const struct ask_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (ask_selectable(&rows[i]))
            return i;
    return 0;
}

void ask_choice(struct ui *ui, const char *title, const struct ask_choice *choices,
                void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    struct ask *a = &ui->ask;

    open_ask(ui, ASK_CHOICE, title);
    while (a->n_choices < ASK_CHOICES && choices[a->n_choices].title) {
        a->choices[a->n_choices] = choices[a->n_choices];
        a->n_choices++;
    }
    a->done = done;
}

void ask_line(struct ui *ui, const char *title, const char *given,
              void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    open_ask(ui, ASK_LINE, title);
    ask_line_set(&ui->ask, given ? given : "");
    ui->ask.done = done;
}

void ask_card(struct ui *ui, const char *title,
              void (*done)(struct ui *ui, size_t choice, const char *line, uint64_t object))
{
    open_ask(ui, ASK_CARD, title);
    ui->ask.done = done;
}

void ask_palette(struct ui *ui)
{
    open_ask(ui, ASK_PALETTE, "All commands");
}

void ask_help(struct ui *ui)
{
    open_ask(ui, ASK_HELP, "Help");
}

void ask_menu(struct ui *ui)
{
    struct ask_row *rows;

    open_ask(ui, ASK_MENU, "What can be done here");
    ui->ask.focus = first_selectable(rows, ask_rows(ui, &rows));
}

void ask_keys(struct ui *ui, const struct input *first)
{
    open_ask(ui, ASK_KEYS, "");
    ui->ask.keys[0] = *first;
    ui->ask.n_keys = 1;
}

/* ---------------------------------------------------------------- answering */

/* Closed before done() is called; what the asker keeps lasts until it returns without having asked again. */
static void answer(struct ui *ui, size_t choice, uint64_t object)
{
    void (*done)(struct ui *, size_t, const char *, uint64_t) = ui->ask.done;
    char line[ASK_LINE_BYTES];

    memcpy(line, ui->ask.line, ui->ask.len + 1);
    ui->ask.kind = ASK_NONE;
    ui->ask.done = NULL;
    ui->dirty = true;
    if (done)
        done(ui, choice, line, object);
    if (ui->ask.kind == ASK_NONE)
        forget(&ui->ask);
}

static void remember(struct ask *a, int action)
{
    size_t at = 0;

    while (at < ASK_RECENT - 1 && a->recent[at] != action)
        at++;
    memmove(a->recent + 1, a->recent, at * sizeof(*a->recent));
    a->recent[0] = action;
}

/* Answers what the action has just asked, or types it into the text that it has begun. */
static void hand_over(struct ui *ui, const char *argument)
{
    struct ask *a = &ui->ask;
    int best = -1;
    size_t choice = 0;

    if (a->kind == ASK_LINE || a->kind == ASK_CARD) {
        ask_line_set(a, argument);
        ui_run_ask_accept(ui);
    } else if (a->kind == ASK_CHOICE) {
        for (size_t i = 0; i < a->n_choices; i++)
            if (ask_fit(argument, a->choices[i].title) > best) {
                best = ask_fit(argument, a->choices[i].title);
                choice = i;
            }
        if (best >= 0)
            answer(ui, choice, 0);
    } else if (ui->typing.object) {
        (void)typing_input(ui, &(struct input){.kind = INPUT_PASTE, .bytes = argument, .len = strlen(argument)});
    } else {
        ui_say(ui, ROLE_WARN, "That takes nothing behind its name.");
    }
}

static void run_action(struct ui *ui, enum action action, const char *argument)
{
    char kept[ASK_LINE_BYTES];

    (void)snprintf(kept, sizeof(kept), "%s", argument ? argument : "");
    ask_close(ui);
    remember(&ui->ask, (int)action);
    ui_do(ui, action);
    if (argument)
        hand_over(ui, kept);
}

static void go_to(struct ui *ui, uint64_t block, uint64_t card)
{
    ask_close(ui);
    ui_focus(ui, block, card);
}

static void choose(struct ui *ui, const struct ask_row *row)
{
    struct card *card;

    if (row->refusal) {
        ui_say(ui, ROLE_WARN, "%s", row->refusal);
        return;
    }
    switch (row->kind) {
    case ASK_ROW_ACTION:
        run_action(ui, (enum action)row->id, row->argument);
        break;
    case ASK_ROW_PREFIX:
        ask_input(ui, &row->next);
        break;
    case ASK_ROW_CHOICE:
    case ASK_ROW_MORE:
        answer(ui, (size_t)row->id, 0);
        break;
    case ASK_ROW_BLOCK:
        go_to(ui, row->id, 0);
        break;
    case ASK_ROW_CARD:
        card = ui_view(ui) ? canvas_card(ui_view(ui), row->id) : NULL;
        if (ui->ask.kind == ASK_CARD)
            answer(ui, 0, row->id);
        else if (card)
            go_to(ui, card->block->o.id, row->id);
        break;
    case ASK_ROW_HEADING:
        break;
    }
}

void ui_run_ask_accept(struct ui *ui)
{
    struct ask *a = &ui->ask;
    struct ask_row *rows;
    size_t n;

    if (a->kind == ASK_LINE) {
        answer(ui, 0, 0);
        return;
    }
    if (a->kind == ASK_HELP) {
        if (a->searching)
            a->searching = false;
        else
            ask_close(ui);
        return;
    }
    n = ask_rows(ui, &rows);
    if (n > 0)
        choose(ui, &rows[a->focus < n ? a->focus : n - 1]);
}

void ui_run_ask_cancel(struct ui *ui)
{
    struct ask *a = &ui->ask;

    if (a->kind == ASK_HELP && (a->searching || a->len)) {
        a->searching = false;
        a->top = 0;
        ask_line_set(a, "");
        return;
    }
    ask_close(ui);
}

void ui_run_menu(struct ui *ui)
{
    ask_menu(ui);
}

/* ---------------------------------------------------------------- moving in the list */

/* Scrolling follows the focus; a help has none and scrolls itself. */
static void move_by(struct ui *ui, int rows_down)
{
    struct ask *a = &ui->ask;
    struct ask_row *rows;
    size_t n = ask_rows(ui, &rows);
    struct ask_box box = ask_box(ui, rows, n);
    size_t visible = box.list.h > 0 ? (size_t)box.list.h : 1;
    int step = rows_down < 0 ? -1 : 1;

    if (n == 0)
        return;
    if (a->kind == ASK_HELP) {
        size_t most = n > visible ? n - visible : 0, down = a->top + (size_t)(rows_down > 0 ? rows_down : 0);
        size_t up = (size_t)(rows_down < 0 ? -rows_down : 0);

        down = down > up ? down - up : 0;
        a->top = down < most ? down : most;
        return;
    }
    for (int left = rows_down * step; left > 0; left--) {
        size_t at = a->focus < n ? a->focus : n - 1;

        do
            at = step > 0 ? at + 1 : at - 1;
        while (at < n && !ask_selectable(&rows[at]));
        if (at >= n)
            break;
        a->focus = at;
    }
    a->top = ask_top(ui, &box, rows, n);
}

static int page(struct ui *ui)
{
    struct ask_row *rows;
    size_t n = ask_rows(ui, &rows);
    int height = ask_box(ui, rows, n).list.h;

    return height > 2 ? height - 1 : 1;
}

void ui_run_ask_next(struct ui *ui)
{
    move_by(ui, 1);
}

void ui_run_ask_previous(struct ui *ui)
{
    move_by(ui, -1);
}

void ui_run_ask_page_down(struct ui *ui)
{
    move_by(ui, page(ui));
}

void ui_run_ask_page_up(struct ui *ui)
{
    move_by(ui, -page(ui));
}

/* ---------------------------------------------------------------- the line */

/* What fits is another list now: from its best row again. */
static void line_changed(struct ask *a)
{
    a->focus = a->top = 0;
}

void ui_run_ask_left(struct ui *ui)
{
    if (ask_flows(ui->ask.kind))
        move_by(ui, -page(ui) - 1);
    else
        ui->ask.caret = ask_line_before(&ui->ask);
}

void ui_run_ask_right(struct ui *ui)
{
    if (ask_flows(ui->ask.kind))
        move_by(ui, page(ui) + 1);
    else
        ui->ask.caret = ask_line_behind(&ui->ask);
}

void ui_run_ask_word_left(struct ui *ui)
{
    ui->ask.caret = ask_line_word_before(&ui->ask);
}

void ui_run_ask_word_right(struct ui *ui)
{
    ui->ask.caret = ask_line_word_behind(&ui->ask);
}

void ui_run_ask_beginning(struct ui *ui)
{
    if (ask_has_line(&ui->ask))
        ui->ask.caret = 0;
    else
        move_by(ui, -ASK_ROWS_MAX * 3);
}

void ui_run_ask_end(struct ui *ui)
{
    if (ask_has_line(&ui->ask))
        ui->ask.caret = ui->ask.len;
    else
        move_by(ui, ASK_ROWS_MAX * 3);
}

static void cut(struct ui *ui, size_t from, size_t to, bool kept)
{
    if (!ask_has_line(&ui->ask) || from == to)
        return;
    ask_line_cut(&ui->ask, from, to, kept);
    line_changed(&ui->ask);
}

/* On an empty line it leads back, as in a shell. */
void ui_run_ask_rub_out(struct ui *ui)
{
    struct ask *a = &ui->ask;

    if (a->len == 0 && a->kind != ASK_LINE && a->kind != ASK_CHOICE)
        ui_run_ask_cancel(ui);
    else
        cut(ui, ask_line_before(a), a->caret, false);
}

void ui_run_ask_delete(struct ui *ui)
{
    cut(ui, ui->ask.caret, ask_line_behind(&ui->ask), false);
}

void ui_run_ask_kill_word(struct ui *ui)
{
    cut(ui, ask_line_word_before(&ui->ask), ui->ask.caret, true);
}

void ui_run_ask_kill_end(struct ui *ui)
{
    cut(ui, ui->ask.caret, ui->ask.len, true);
}

void ui_run_ask_kill_beginning(struct ui *ui)
{
    cut(ui, 0, ui->ask.caret, true);
}

static void insert(struct ui *ui, const char *bytes, size_t len)
{
    if (!ask_line_insert(&ui->ask, bytes, len) && ui->ask.len + 8 > ASK_LINE_BYTES)
        ui_say(ui, ROLE_WARN, "That line is full.");
    line_changed(&ui->ask);
}

void ui_run_ask_yank(struct ui *ui)
{
    if (ask_has_line(&ui->ask))
        insert(ui, ui->ask.killed, ui->ask.killed_len);
}

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
        line_changed(a);
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
            answer(ui, i, 0);
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
        move_by(ui, in->point == 'j' ? 1 : -1);
    else if (in->point >= '1' && in->point <= '9' && in->point - '1' < ui->ask.n_choices)
        answer(ui, in->point - '1', 0);
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
        move_by(ui, in->point == 'j' ? 1 : -1);
        break;
    case ' ':
    case 'b':
        move_by(ui, in->point == ' ' ? page(ui) : -page(ui));
        break;
    case 'g':
    case 'G':
        move_by(ui, in->point == 'G' ? ASK_ROWS_MAX * 3 : -ASK_ROWS_MAX * 3);
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
    choose(ui, &rows[row]);
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
        move_by(ui, in->mouse == MOUSE_WHEEL_DOWN ? 3 : -3);
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
        insert(ui, bytes, len);
}

void ask_input(struct ui *ui, const struct input *in)
{
    struct ask *a = &ui->ask;

    ui->dirty = true;
    if (in->kind == INPUT_MOUSE)
        mouse_input(ui, in);
    else if (in->kind == INPUT_PASTE && ask_has_line(a))
        insert(ui, in->bytes, in->len);
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
