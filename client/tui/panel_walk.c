/* The guided walk: the steps that a template gave its canvas as properties "step.01" …, each with its words, the block that it is
 * about and what it opens. Where somebody is in it is nobody else's business, and is kept only while the canvas is open. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui.h"
#include "common/utf8.h"

enum { STEPS_MOST = 24 };

static const char *step_property(const struct canvas *c, size_t number)
{
    char key[KEY_MAX + 1];
    (void)snprintf(key, sizeof key, "step.%02zu", number);
    return canvas_header_text(c, key);
}

size_t walk_count(const struct ui *ui)
{
    const struct canvas *c = panel_canvas(ui);
    size_t n = 0;

    for (size_t i = 1; c && i <= STEPS_MOST; i++)
        n += *step_property(c, i) != '\0';
    return n;
}

static const char *member(struct ui *ui, const json_t *root, const char *name)
{
    const char *text = json_string_value(json_object_get(root, name));
    return text ? ui_printf(ui, "%s", text) : "";
}

size_t walk_steps(struct ui *ui, struct walk_step **out)
{
    const struct canvas *c = panel_canvas(ui);
    size_t n = 0;

    *out = arena_calloc(&ui->words, STEPS_MOST, sizeof **out);
    for (size_t i = 1; c && *out && i <= STEPS_MOST; i++) {
        json_t *root = json_loads(step_property(c, i), 0, NULL);
        if (root)
            (*out)[n++] = (struct walk_step){.title = member(ui, root, "title"),
                                             .text = member(ui, root, "text"),
                                             .block = member(ui, root, "block"),
                                             .opens = member(ui, root, "do")};
        json_decref(root);
    }
    return n;
}

void panel_walk_gather(struct ui *ui)
{
    struct walk_step *steps;
    size_t n = walk_steps(ui, &steps);

    for (size_t i = 0; i < n; i++)
        panel_item_add(&ui->panel, i + 1, ITEM_STEP);
}

/* ---- what is there already */

static size_t cards_of(const struct canvas *c, const struct block *block)
{
    size_t n, sum = 0;
    struct block **blocks = canvas_blocks_in_order(c, &n);

    for (size_t i = 0; i < n; i++)
        sum += !block_hidden(blocks[i]) && (!block || blocks[i] == block) ? blocks[i]->n_alive : 0;
    free(blocks);
    return sum;
}

static const struct block *block_of(const struct canvas *c, const struct walk_step *step)
{
    const struct block *block = *step->block ? canvas_block_by_key(c, step->block) : NULL;
    return block && !block->deleted ? block : NULL;
}

static const char *measures_state(struct ui *ui)
{
    struct method *m = ui_method(ui);
    size_t n, with_target = 0;
    const uint64_t *all = method_measures(m, &n);

    for (size_t i = 0; i < n; i++)
        with_target += method_measure(m, all[i])->target[0] != '\0';
    if (n == 0)
        return "There is no measure yet.";
    return ui_printf(ui, "%zu %s, %zu with a target.", n, n == 1 ? "measure" : "measures", with_target);
}

static const char *review_state(struct ui *ui)
{
    const struct rollup *r = method_rollup(ui_method(ui));

    if (r->n == 0)
        return "There is no measure yet.";
    return r->due > 0 ? ui_printf(ui, "%zu of %zu %s due.", r->due, r->n, r->due == 1 ? "is" : "are") : "Nothing is due.";
}

const char *walk_state(struct ui *ui, const struct walk_step *step)
{
    const struct canvas *c = panel_canvas(ui);
    const struct block *block = block_of(c, step);
    size_t n = cards_of(c, block);
    bool rows = strcmp(canvas_header_text(c, "kind"), "table") == 0;
    const char *one = rows ? "row" : "card", *several = rows ? "rows" : "cards";

    if (strcmp(step->opens, "measures") == 0)
        return measures_state(ui);
    if (strcmp(step->opens, "review") == 0)
        return review_state(ui);
    if (n == 0)
        return block ? ui_printf(ui, "%s is still empty.", block->title) : "The canvas is still empty.";
    return ui_printf(ui, "%zu %s %s so far.", n, n == 1 ? one : several,
                     block ? ui_printf(ui, "in %s", block->title) : "on the canvas");
}

/* ---- going there */

static void look_at(struct ui *ui, const struct walk_step *step)
{
    const struct block *block = block_of(ui_view(ui), step);

    if (block && ui->block != block->o.id)
        ui_focus(ui, block->o.id, 0);
    if (strcmp(step->opens, "table") == 0 || strcmp(step->opens, "measures") == 0)
        ui->layout = LAYOUT_TABLE;
    else if (strcmp(step->opens, "cards") == 0 || strcmp(step->opens, "summary") == 0)
        ui->layout = *step->block ? LAYOUT_BLOCK : LAYOUT_CANVAS;
}

/* stay: the panel keeps the keys, so that one walks on. */
void panel_walk_go(struct ui *ui, size_t at, bool stay)
{
    struct panel *p = &ui->panel;
    struct walk_step *steps;
    size_t n = walk_steps(ui, &steps);

    if (at >= n) {
        ui_say(ui, ROLE_GOOD, "That was the last step. Come back to the walk whenever you like.");
        return;
    }
    p->step = at;
    p->walked = at + 1 > p->walked ? at + 1 : p->walked;
    p->focus = at;
    p->focus_id = at + 1;
    ui->dirty = true;
    look_at(ui, &steps[at]);
    if (stay)
        return;
    if (strcmp(steps[at].opens, "review") == 0)
        panel_show(ui, PANEL_REVIEW);
    else
        ui_run_panel_leave(ui);
}
