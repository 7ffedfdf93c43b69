/* A new canvas, in three steps: the workspace (if there are several: nothing is made in another client's one by accident),
 * the template, the title. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/start.h"
#include "client/tui/start_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"

void start_new_fini(struct start_new *making)
{
    if (making->templates.n > 0)
        template_set_free(&making->templates);
    template_set_free(&making->own);
    free(making->shown);
    memset(making, 0, sizeof(*making));
}

void start_new_load(struct start_new *making)
{
    if (making->templates.n == 0)
        template_set_load(&making->templates);
}

/* ---- the list */

size_t start_templates(const struct start_new *making)
{
    return making->templates.n + making->own.n;
}

static const struct template_set *set_of(const struct start_new *making, size_t i)
{
    return i < making->templates.n ? &making->templates : &making->own;
}

static const struct template *original(const struct start_new *making, size_t i)
{
    return i < making->templates.n ? making->templates.at[i] : making->own.at[i - making->templates.n];
}

bool start_is_own(const struct start_new *making, size_t row)
{
    return row < making->n_shown && making->shown[row] >= making->templates.n;
}

enum { FAMILIES_MOST = 32 };

/* Where its family stands among them; those without one come last. */
static int family_place(const struct template *t)
{
    const struct template_family *families = template_families();
    int i = 0;

    while (families[i].key && strcmp(families[i].key, t->family) != 0)
        i++;
    return i;
}

/* In the language that is chosen, or as it was written. */
static const struct template *start_translated(const struct start_new *making, size_t i)
{
    const struct template *t = original(making, i);
    char id[80];
    const struct template *found;

    if (!making->lang[0])
        return t;
    (void)snprintf(id, sizeof(id), "%s.%s", t->id, making->lang);
    found = template_find(set_of(making, i), id);
    return found ? found : t;
}

void start_new_find(struct start_new *making)
{
    size_t n = start_templates(making);
    struct start_fit *fits = xcalloc(n + 1, sizeof(*fits));

    free(making->shown);
    making->shown = xcalloc(n + 1, sizeof(*making->shown));
    making->n_shown = 0;
    for (size_t i = 0; i < n; i++) {
        const struct template *t = original(making, i);
        char text[900];
        int fit;

        (void)snprintf(text, sizeof(text), "%s %s %s%s", start_translated(making, i)->title, t->id, t->about,
                       i < making->templates.n ? "" : " yours");
        fit = making->find[0] ? ask_fit(making->find, text) : FAMILIES_MOST - family_place(t);
        if (fit >= 0)
            fits[making->n_shown++] = (struct start_fit){.index = i, .fit = fit, .recent = t->place ? -(int64_t)t->place : INT64_MIN};
    }
    start_sort(fits, making->n_shown, making->shown);
    free(fits);
    start_focus_at(&making->focus, making->n_shown, (int64_t)making->focus);
}

const struct template *start_template(const struct ui *ui)
{
    const struct start_new *making = &ui->start.making;

    return making->choosing ? start_template_at(making, making->focus) : NULL;
}

const struct template *start_template_at(const struct start_new *making, size_t row)
{
    return row < making->n_shown ? start_translated(making, making->shown[row]) : NULL;
}

const char *start_family_at(const struct start_new *making, size_t row)
{
    const struct template *t = start_template_at(making, row);

    if (!t || making->find[0])
        return NULL;
    const char *title = template_families()[family_place(t)].title;
    return title ? title : "Your own";
}

/* ---- languages */

static bool has_language(const struct template *t, const char *lang)
{
    for (char **at = t->languages; at && *at; at++)
        if (strcmp(*at, lang) == 0)
            return true;
    return false;
}

/* The languages of all templates, each once, one after the other; then as they were written. */
void ui_run_template_language(struct ui *ui)
{
    struct start_new *making = &ui->start.making;
    const char *next = "";

    if (!making->choosing)
        return;
    for (size_t i = 0; i < start_templates(making); i++)
        for (char **at = original(making, i)->languages; at && *at; at++)
            if (strcmp(*at, making->lang) > 0 && (!*next || strcmp(*at, next) < 0))
                next = *at;
    (void)snprintf(making->lang, sizeof(making->lang), "%s", next);
    start_new_find(making);
    ui->dirty = true;
    if (making->lang[0])
        ui_say(ui, ROLE_DIM, "Templates in “%s” where they are translated.", making->lang);
    else
        ui_say(ui, ROLE_DIM, "Templates in the language in which they were written.");
}

void start_new_close(struct ui *ui)
{
    ui->start.making.choosing = false;
    ui->start.finding = false;
    ui->dirty = true;
}

/* ---- the title */

static void title_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    struct start_new *making = &ui->start.making;

    (void)choice;
    (void)object;
    while (*line == ' ')
        line++;
    if (*line == '\0') {
        ui_say(ui, ROLE_WARN, "A canvas needs a title.");
        return;
    }
    start_new_close(ui);
    ui_say(ui, ROLE_DIM, "Making “%s” …", line);
    if (ui->host->create)
        ui->host->create(ui->host->ctx, making->context, making->template_id, line);
}

void start_new_choose(struct ui *ui)
{
    struct start_new *making = &ui->start.making;
    const struct template *t = start_template(ui);
    char question[200];

    if (!t)
        return;
    bool translated = making->lang[0] && strcmp(t->lang, making->lang) == 0 &&
                      has_language(original(making, making->shown[making->focus]), making->lang);
    (void)snprintf(making->template_id, sizeof(making->template_id), "%s%s%s", t->id, translated ? "." : "",
                   translated ? making->lang : "");
    (void)snprintf(question, sizeof(question), "Title of the new canvas in %.120s", making->workspace);
    ask_line(ui, question, t->title, title_given);
}

/* ---- the workspace */

/* The focus stays on the template on which it is, wherever the new ones are put. */
void ui_start_templates(struct ui *ui, const char *context, struct template_set *own)
{
    struct start_new *making = &ui->start.making;
    char focused[80] = "";

    if (!making->choosing || strcmp(context, making->context) != 0) {
        template_set_free(own);
        return;
    }
    const struct template *before = start_template(ui);
    if (before)
        (void)snprintf(focused, sizeof(focused), "%s", before->id);
    bool moved = making->focus > 0;
    template_set_free(&making->own);
    making->own = *own;
    *own = (struct template_set){0};
    start_new_find(making);
    for (size_t i = 0; moved && i < making->n_shown; i++)
        if (strcmp(start_template_at(making, i)->id, focused) == 0)
            making->focus = i;
    ui->dirty = true;
}

static void choose_template(struct ui *ui, const char *name)
{
    struct start_new *making = &ui->start.making;
    const struct start_context *context = start_context_of(&ui->start, name);

    if (!context)
        return;
    start_new_load(making);
    template_set_free(&making->own); /* another workspace's, or older ones */
    (void)snprintf(making->context, sizeof(making->context), "%s", context->name);
    (void)snprintf(making->workspace, sizeof(making->workspace), "%s", context->workspace);
    making->find[0] = '\0';
    making->focus = making->top = 0;
    making->choosing = true;
    ui->start.finding = false;
    start_new_find(making);
    if (ui->host->templates)
        ui->host->templates(ui->host->ctx, making->context);
    ui->dirty = true;
}

static void workspace_given(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line;
    (void)object;
    if (choice < ui->start.making.n_offered)
        choose_template(ui, ui->start.making.offered[choice].context);
}

static void offer(struct start_new *making, const struct start_context *context)
{
    struct start_offer *to = &making->offered[making->n_offered];

    if (making->n_offered == START_OFFERED || !context || !context->online)
        return;
    for (size_t i = 0; i < making->n_offered; i++)
        if (strcmp(making->offered[i].context, context->name) == 0)
            return;
    (void)snprintf(to->context, sizeof(to->context), "%s", context->name);
    (void)snprintf(to->title, sizeof(to->title), "%s  (%s)", context->workspace, context->server);
    making->n_offered++;
}

void ui_run_start_new(struct ui *ui)
{
    struct start *s = &ui->start;
    struct start_new *making = &s->making;
    struct ask_choice choices[START_OFFERED + 1] = {{0}};

    if (making->choosing)
        return;
    making->n_offered = 0;
    if (s->focus < s->n_shown)
        offer(making, start_context_of(s, s->canvases[s->shown[s->focus]].context));
    for (size_t i = 0; i < s->n_contexts; i++)
        offer(making, &s->contexts[i]);
    if (making->n_offered == 0) {
        ui_say(ui, ROLE_WARN,
               s->n_contexts > 0 ? "No workspace can be reached now. A new canvas is made on its server."
                                 : "You are not in a workspace yet.");
        return;
    }
    if (making->n_offered == 1) {
        choose_template(ui, making->offered[0].context);
        return;
    }
    for (size_t i = 0; i < making->n_offered; i++)
        choices[i] = (struct ask_choice){.key = (uint32_t)('1' + i), .title = making->offered[i].title};
    ask_choice(ui, "In which workspace is the new canvas?", choices, workspace_given);
}
