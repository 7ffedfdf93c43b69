/* The start screen: what the loop has learned about contexts and canvases, which of them fit what is typed, and which one
 * has the focus. The focus belongs to a canvas, not to a row: what comes in meanwhile never puts another client's canvas
 * under the finger that is about to press Enter. */
#include "client/tui/start.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/find_line.h"
#include "client/tui/start_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"

void start_init(struct start *s)
{
    memset(s, 0, sizeof(*s));
}

static void canvas_forget(struct start_canvas *canvas)
{
    free(canvas->title);
    free(canvas->template_id);
    for (size_t i = 0; i < START_PRESENT; i++)
        free(canvas->present[i]);
}

void start_fini(struct start *s)
{
    for (size_t i = 0; i < s->n_canvases; i++)
        canvas_forget(&s->canvases[i]);
    free(s->canvases);
    free(s->contexts);
    free(s->shown);
    start_new_fini(&s->making);
    memset(s, 0, sizeof(*s));
}

const struct start_context *start_context_of(const struct start *s, const char *name)
{
    for (size_t i = 0; i < s->n_contexts; i++)
        if (strcmp(s->contexts[i].name, name) == 0)
            return &s->contexts[i];
    return NULL;
}

/* ---- which canvases are shown, and in which order */

static int compare_fits(const void *a, const void *b)
{
    const struct start_fit *x = a, *y = b;

    if (x->fit != y->fit)
        return x->fit > y->fit ? -1 : 1;
    if (x->recent != y->recent)
        return x->recent > y->recent ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

void start_sort(struct start_fit *fits, size_t n, size_t *shown)
{
    qsort(fits, n, sizeof(*fits), compare_fits);
    for (size_t i = 0; i < n; i++)
        shown[i] = fits[i].index;
}

void start_focus_at(size_t *focus, size_t n, int64_t to)
{
    int64_t last = n > 0 ? (int64_t)n - 1 : 0;

    *focus = (size_t)(to < 0 ? 0 : to > last ? last : to);
}

/* A canvas is found by its title, its workspace, its template and who is in it. */
static int canvas_fit(const struct start *s, const struct start_canvas *canvas)
{
    const struct template *t = template_find(&s->making.templates, canvas->template_id);
    char text[2048];
    size_t len;

    if (s->find[0] == '\0')
        return 0;
    (void)snprintf(text, sizeof(text), "%s %s %s", canvas->title, canvas->workspace,
                   t ? t->title : canvas->template_id);
    for (size_t i = 0; i < START_PRESENT && canvas->present[i]; i++) {
        len = strlen(text);
        (void)snprintf(text + len, sizeof(text) - len, " %s", canvas->present[i]);
    }
    return ask_fit(s->find, text);
}

static void find_canvases(struct start *s)
{
    struct start_fit *fits = xcalloc(s->n_canvases + 1, sizeof(*fits));

    free(s->shown);
    s->shown = xcalloc(s->n_canvases + 1, sizeof(*s->shown));
    s->n_shown = 0;
    for (size_t i = 0; i < s->n_canvases; i++) {
        const struct start_canvas *canvas = &s->canvases[i];
        int fit = canvas_fit(s, canvas);

        if (fit < 0)
            continue;
        fits[s->n_shown++] = (struct start_fit){
            .index = i,
            .fit = fit,
            .recent = canvas->changed_ms > canvas->opened_ms ? canvas->changed_ms : canvas->opened_ms,
        };
    }
    start_sort(fits, s->n_shown, s->shown);
    free(fits);
    start_focus_at(&s->focus, s->n_shown, (int64_t)s->focus);
}

static const struct start_canvas *focused(const struct start *s)
{
    return s->focus < s->n_shown ? &s->canvases[s->shown[s->focus]] : NULL;
}

/* Gives the focus back to the canvas that had it, on the same row of the screen if the list is long enough. */
static void focus_again(struct start *s, const char *context, const struct uuid *id)
{
    for (size_t i = 0; i < s->n_shown; i++) {
        const struct start_canvas *canvas = &s->canvases[s->shown[i]];

        if (!uuid_equal(&canvas->id, id) || strcmp(canvas->context, context) != 0)
            continue;
        s->top = s->top + i > s->focus ? s->top + i - s->focus : 0;
        s->focus = i;
        return;
    }
}

/* ---- what the loop has learned */

static char *copy_of(const char *text)
{
    return text ? xstrdup(text) : NULL;
}

static void add_canvas(struct start *s, const char *context, const struct start_canvas *from)
{
    struct start_canvas *to = &s->canvases[s->n_canvases++];

    *to = *from;
    (void)snprintf(to->context, sizeof(to->context), "%s", context);
    to->title = xstrdup(from->title ? from->title : "");
    to->template_id = xstrdup(from->template_id ? from->template_id : "");
    for (size_t i = 0; i < START_PRESENT; i++)
        to->present[i] = copy_of(from->present[i]);
}

/* Removes the canvases of a context; NULL: of all contexts that are not there any more. */
static void drop_canvases(struct start *s, const char *context)
{
    size_t kept = 0;

    for (size_t i = 0; i < s->n_canvases; i++) {
        struct start_canvas *canvas = &s->canvases[i];
        bool drop = context ? strcmp(canvas->context, context) == 0 : !start_context_of(s, canvas->context);

        if (drop)
            canvas_forget(canvas);
        else
            s->canvases[kept++] = *canvas;
    }
    s->n_canvases = kept;
}

static void list_changed(struct ui *ui, const struct start_canvas *before)
{
    find_canvases(&ui->start);
    if (before)
        focus_again(&ui->start, before->context, &before->id);
    ui->dirty = true;
}

void ui_start_contexts(struct ui *ui, const struct start_context *contexts, size_t n)
{
    struct start *s = &ui->start;
    const struct start_canvas *had = focused(s);
    struct start_canvas before = had ? *had : (struct start_canvas){{0}};
    struct start_context *copy = xcalloc(n + 1, sizeof(*copy));

    if (n > 0)
        memcpy(copy, contexts, n * sizeof(*copy));
    free(s->contexts);
    s->contexts = copy;
    s->n_contexts = n;
    drop_canvases(s, NULL);
    list_changed(ui, had ? &before : NULL);
}

void ui_start_canvases(struct ui *ui, const char *context, const struct start_canvas *canvases, size_t n)
{
    struct start *s = &ui->start;
    const struct start_canvas *had = focused(s);
    struct start_canvas before = had ? *had : (struct start_canvas){{0}}; /* only names and ids of it are used */

    start_new_load(&s->making);
    drop_canvases(s, context);
    s->canvases = xrealloc(s->canvases, (s->n_canvases + n + 1) * sizeof(*s->canvases));
    for (size_t i = 0; i < n; i++)
        add_canvas(s, context, &canvases[i]);
    list_changed(ui, had ? &before : NULL);
}

/* ---- input */

static void find_changed(struct ui *ui)
{
    struct start *s = &ui->start;

    if (s->making.choosing) {
        s->making.focus = s->making.top = 0;
        start_new_find(&s->making);
    } else {
        s->focus = s->top = 0;
        find_canvases(s);
    }
    ui->dirty = true;
}

static char *find_text(struct start *s)
{
    return s->making.choosing ? s->making.find : s->find;
}

/* A character that is no key here begins a search by itself. */
static bool begins_search(const struct ui *ui, const struct input *in)
{
    int action;

    if (in->kind == INPUT_PASTE)
        return true;
    if (in->kind != INPUT_CHARACTER || in->mods & (INPUT_CTRL | INPUT_ALT) || in->point <= ' ')
        return false;
    return keymap_look(&ui->keymap, CONTEXT_START | CONTEXT_ANYWHERE, in, 1, &action) == KEYMAP_NOTHING;
}

bool start_input(struct ui *ui, const struct input *in)
{
    struct start *s = &ui->start;
    bool changed;

    if (!s->finding && !begins_search(ui, in))
        return false;
    if (!find_line_input(find_text(s), sizeof(s->find), in, &changed))
        return false;
    s->finding = find_text(s)[0] != '\0';
    if (changed)
        find_changed(ui);
    ui->dirty = true;
    return true;
}

void start_move(struct ui *ui, int rows)
{
    struct start *s = &ui->start;

    if (s->making.choosing)
        start_focus_at(&s->making.focus, s->making.n_shown, (int64_t)s->making.focus + rows);
    else
        start_focus_at(&s->focus, s->n_shown, (int64_t)s->focus + rows);
    ui->dirty = true;
}

void start_row(struct ui *ui, size_t row, bool open)
{
    struct start *s = &ui->start;

    if (row >= (s->making.choosing ? s->making.n_shown : s->n_shown))
        return;
    *(s->making.choosing ? &s->making.focus : &s->focus) = row;
    ui->dirty = true;
    if (open)
        ui_run_start_open(ui);
}

/* ---- actions */

static void leave_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line;
    (void)object;
    if (choice == 0 && ui->host->quit)
        ui->host->quit(ui->host->ctx);
}

static void ask_to_leave(struct ui *ui)
{
    static const struct ask_choice choices[] = {{'y', "Leave"}, {'n', "Stay"}, {0, NULL}};

    ask_choice(ui, "Leave cocanvas?", choices, leave_given);
}

static int page(const struct ui *ui)
{
    return ui->rows > 20 ? ui->rows / 2 : 5;
}

void ui_run_start_down(struct ui *ui)
{
    start_move(ui, 1);
}

void ui_run_start_up(struct ui *ui)
{
    start_move(ui, -1);
}

void ui_run_start_page_down(struct ui *ui)
{
    start_move(ui, page(ui));
}

void ui_run_start_page_up(struct ui *ui)
{
    start_move(ui, -page(ui));
}

void ui_run_start_first(struct ui *ui)
{
    start_move(ui, -(1 << 30));
}

void ui_run_start_last(struct ui *ui)
{
    start_move(ui, 1 << 30);
}

void ui_run_start_find(struct ui *ui)
{
    ui->start.finding = true;
    ui->dirty = true;
}

void ui_run_start_refresh(struct ui *ui)
{
    if (ui->host->refresh)
        ui->host->refresh(ui->host->ctx);
    ui_say(ui, ROLE_DIM, "Looking again …");
}

void ui_run_start_open(struct ui *ui)
{
    struct start *s = &ui->start;
    const struct start_canvas *canvas = focused(s);
    const struct start_context *context;

    if (s->making.choosing) {
        start_new_choose(ui);
        return;
    }
    if (!canvas) {
        if (s->n_contexts > 0 && s->find[0] == '\0')
            ui_run_start_new(ui);
        return;
    }
    context = start_context_of(s, canvas->context);
    if (context && !context->online && !context->loading)
        ui_say(ui, ROLE_WARN, "%s is offline: trying …", canvas->workspace);
    if (ui->host->open)
        ui->host->open(ui->host->ctx, canvas->context, &canvas->id);
}

void ui_run_start_back(struct ui *ui)
{
    struct start *s = &ui->start;

    if (s->finding || find_text(s)[0] != '\0') {
        s->finding = false;
        find_text(s)[0] = '\0';
        find_changed(ui);
    } else if (s->making.choosing) {
        start_new_close(ui);
    } else {
        ask_to_leave(ui);
    }
}
