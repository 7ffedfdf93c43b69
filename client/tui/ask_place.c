/* Where a question stands on the screen, and which of its rows are visible. Pure: input and view use the same places. */
#include "client/tui/ask_private.h"

#include <string.h>

#include "client/tui/wrap.h"
#include "common/utf8.h"

enum { LIST_MAX = 92, QUESTION_MAX = 64, MENU_MAX = 132, PALETTE_ROWS = 18, COLUMN_MIN = 26, COLUMN_MAX = 62 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

bool ask_selectable(const struct ask_row *row)
{
    return row->kind != ASK_ROW_HEADING && row->kind != ASK_ROW_MORE;
}

bool ask_flows(enum ask_kind kind)
{
    return kind == ASK_KEYS || kind == ASK_MENU;
}

static int box_width(const struct ui *ui)
{
    switch (ui->ask.kind) {
    case ASK_CHOICE:
    case ASK_LINE:
        return least(ui->cols - 4, QUESTION_MAX);
    case ASK_MENU:
        return least(ui->cols - 4, MENU_MAX);
    case ASK_KEYS:
        return ui->cols;
    default:
        return least(ui->cols - 4, LIST_MAX);
    }
}

int ask_list_width(const struct ui *ui)
{
    return box_width(ui) - 4;
}

int ask_flow(const struct ask_row *rows, size_t n, int height, struct ask_place *places)
{
    int column = 0, line = 0;

    for (size_t i = 0; i < n; i++) {
        bool heading = rows[i].kind == ASK_ROW_HEADING;

        if (heading && line > 0)
            line++;
        if (line >= height || (heading && line > 0 && line == height - 1)) {
            column++;
            line = 0;
        }
        if (places)
            places[i] = (struct ask_place){.column = column, .line = line};
        line++;
    }
    return n ? column + 1 : 0;
}

static int cells(const char *text)
{
    return (int)utf8_width(text, strlen(text));
}

/* Columns as wide as their longest row needs. */
static void place_columns(struct ask_box *b, const struct ask_row *rows, size_t n)
{
    int title_w = 0;

    for (size_t i = 0; i < n; i++) {
        if (rows[i].kind != ASK_ROW_HEADING && cells(rows[i].key) > b->key_w)
            b->key_w = cells(rows[i].key);
        if (cells(rows[i].title) > title_w)
            title_w = cells(rows[i].title);
    }
    b->column_w = b->key_w + 1 + title_w + 4;
    if (b->column_w < COLUMN_MIN)
        b->column_w = COLUMN_MIN;
    if (b->column_w > COLUMN_MAX)
        b->column_w = COLUMN_MAX;
    b->column_w = least(b->column_w, b->list.w);
    b->columns = b->list.w / b->column_w;
    b->column_w = b->list.w / b->columns;
}

static int flow_height(const struct ask_box *b, const struct ask_row *rows, size_t n, int most)
{
    for (int height = 1; height < most; height++)
        if (ask_flow(rows, n, height, NULL) <= b->columns)
            return height;
    return most;
}

/* At the bottom, above the hints. */
static struct ask_box place_keys(const struct ui *ui, const struct ask_row *rows, size_t n)
{
    struct ask_box b = {.list = {.x = 2, .w = ui->cols - 4}};

    place_columns(&b, rows, n);
    b.list.h = flow_height(&b, rows, n, ui->rows / 2);
    b.box = (struct rect){.x = 0, .y = ui->rows - 1 - b.list.h - 2, .w = ui->cols, .h = b.list.h + 2};
    b.list.y = b.box.y + 1;
    return b;
}

static struct ask_box place_menu(const struct ui *ui, const struct ask_row *rows, size_t n)
{
    struct ask_box b = {.list = {.w = ask_list_width(ui)}};
    int columns;

    place_columns(&b, rows, n);
    b.list.h = flow_height(&b, rows, n, ui->rows - 6);
    columns = ask_flow(rows, n, b.list.h, NULL);
    if (columns > 0 && columns < b.columns)
        b.columns = columns;
    b.column_w = least(b.column_w, COLUMN_MAX);
    b.list.w = b.columns * b.column_w;
    b.box.w = b.list.w + 4;
    b.box.h = b.list.h + 2;
    b.box.x = (ui->cols - b.box.w) / 2;
    b.box.y = (ui->rows - b.box.h) / 2;
    b.list.x = b.box.x + 2;
    b.list.y = b.box.y + 1;
    return b;
}

/* A question and its answer: as high as they need. */
static struct ask_box place_question(const struct ui *ui, size_t n)
{
    const struct ask *a = &ui->ask;
    int width = ask_list_width(ui), lines = (int)wrap_count(a->title, strlen(a->title), width, 6);
    int body = a->kind == ASK_LINE ? 1 : least((int)n, ui->rows - 6 - lines);
    struct ask_box b = {.box = {.w = width + 4, .h = lines + body + 3}};

    b.box.x = (ui->cols - b.box.w) / 2;
    b.box.y = (ui->rows - b.box.h) / 3;
    b.question = (struct rect){.x = b.box.x + 2, .y = b.box.y + 1, .w = width, .h = lines};
    if (a->kind == ASK_LINE)
        b.field = (struct rect){.x = b.box.x + 2, .y = b.question.y + lines + 1, .w = width, .h = 1};
    else
        b.list = (struct rect){.x = b.box.x + 2, .y = b.question.y + lines + 1, .w = width, .h = body};
    return b;
}

/* A field above a list that keeps its size while one types. */
static struct ask_box place_list(const struct ui *ui)
{
    const struct ask *a = &ui->ask;
    bool help = a->kind == ASK_HELP, field = !help || a->searching || a->len;
    int width = box_width(ui), height = help ? ui->rows - 4 : least(ui->rows - 4, PALETTE_ROWS + 4);
    struct ask_box b = {.box = {.w = width, .h = height}};

    b.box.x = (ui->cols - width) / 2;
    b.box.y = (ui->rows - height) / 2;
    b.list = (struct rect){.x = b.box.x + 2, .y = b.box.y + 1, .w = width - 4, .h = height - 2};
    if (field) {
        b.field = (struct rect){.x = b.box.x + 4, .y = b.box.y + 1, .w = width - 6, .h = 1};
        b.list.y += 2;
        b.list.h -= 2;
    }
    return b;
}

struct ask_box ask_box(struct ui *ui, const struct ask_row *rows, size_t n)
{
    switch (ui->ask.kind) {
    case ASK_KEYS:
        return place_keys(ui, rows, n);
    case ASK_MENU:
        return place_menu(ui, rows, n);
    case ASK_CHOICE:
    case ASK_LINE:
        return place_question(ui, n);
    default:
        return place_list(ui);
    }
}

static size_t clamp_top(size_t top, size_t focus, size_t visible, size_t n)
{
    if (focus < top)
        top = focus;
    if (focus >= top + visible)
        top = focus + 1 - visible;
    if (top + visible > n)
        top = n > visible ? n - visible : 0;
    return top;
}

size_t ask_top(struct ui *ui, const struct ask_box *box, const struct ask_row *rows, size_t n)
{
    const struct ask *a = &ui->ask;
    size_t visible = box->list.h > 0 ? (size_t)box->list.h : 1;
    struct ask_place *places;
    int columns;

    if (a->kind == ASK_HELP)
        return clamp_top(a->top, a->top, visible, n);
    if (!ask_flows(a->kind))
        return clamp_top(a->top, a->focus < n ? a->focus : 0, visible, n);
    places = arena_calloc(&ui->words, n ? n : 1, sizeof(*places));
    if (!places || n == 0)
        return 0;
    columns = ask_flow(rows, n, box->list.h, places);
    return clamp_top(a->top, (size_t)places[a->focus < n ? a->focus : 0].column, (size_t)box->columns, (size_t)columns);
}

size_t ask_field_start(const struct ask *a, int width)
{
    size_t start = 0;

    while (start < a->caret && utf8_width(a->line + start, a->caret - start) >= (size_t)width)
        start += utf8_grapheme(a->line + start, a->len - start);
    return start;
}
