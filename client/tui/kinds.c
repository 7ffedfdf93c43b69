/* The settings of a canvas by its kind, see kinds.h. */
#include "client/tui/kinds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "client/tui/ui.h"
#include "common/utf8.h"

/* A member of an axis' definition, a JSON object; "" if there is none. */
static void axis_text(const struct canvas *canvas, const char *axis, const char *member, char *out, size_t room)
{
    json_t *root = json_loads(canvas_header_text(canvas, axis), 0, NULL);
    const char *text = json_string_value(json_object_get(root, member));
    (void)snprintf(out, room, "%s", text != NULL ? text : "");
    json_decref(root);
    for (size_t len = strlen(out); len > 0 && !utf8_check(out, len, NULL);) /* it may have been cut */
        out[--len] = '\0';
}

static bool is_scored(const struct canvas *canvas)
{
    char x[128], y[128];
    axis_text(canvas, "axis.x", "field", x, sizeof x);
    axis_text(canvas, "axis.y", "field", y, sizeof y);
    return x[0] != '\0' && y[0] != '\0';
}

enum canvas_kind canvas_kind(const struct canvas *canvas)
{
    const char *kind = canvas_header_text(canvas, "kind");
    if (strcmp(kind, "table") == 0)
        return CANVAS_TABLE;
    if (strcmp(kind, "lanes") == 0)
        return CANVAS_LANES;
    if (strcmp(kind, "matrix") == 0)
        return is_scored(canvas) ? CANVAS_SCORES : CANVAS_MATRIX;
    if (strcmp(kind, "graph") == 0)
        return CANVAS_GRAPH;
    return strcmp(kind, "text") == 0 ? CANVAS_TEXT : CANVAS_GRID;
}

/* ---- axes */

bool card_number(const struct card *card, const struct field *field, double *out)
{
    char key[KEY_MAX + 3];
    (void)snprintf(key, sizeof key, "f.%s", field->key);
    const struct value *value = props_get(&card->props, key);
    if (value == NULL || value->kind != VALUE_NUMBER)
        return false;
    *out = strtod(value->text, NULL);
    return true;
}

/* What its field may be; where that is open, what the cards have. */
static void axis_extent(const struct canvas *canvas, struct axis *axis)
{
    double value;
    axis->from = axis->field->min[0] != '\0' ? strtod(axis->field->min, NULL) : 0;
    axis->to = axis->field->max[0] != '\0' ? strtod(axis->field->max, NULL) : axis->from + 1;
    for (const struct object *o = canvas->cards; o != NULL; o = o->hh.next) {
        const struct card *card = (const struct card *)o;
        if (card->deleted_seq != 0 || !card_number(card, axis->field, &value))
            continue;
        axis->from = value < axis->from ? value : axis->from;
        axis->to = value > axis->to ? value : axis->to;
    }
    if (!(axis->to > axis->from))
        axis->to = axis->from + 1;
}

void axis_read(struct ui *ui, const char *key, struct axis *axis)
{
    const struct canvas *canvas = panel_canvas(ui);
    char field[KEY_MAX + 1];
    size_t n = 0;
    memset(axis, 0, sizeof *axis);
    axis_text(canvas, key, "title", axis->title, sizeof axis->title);
    axis_text(canvas, key, "low", axis->low, sizeof axis->low);
    axis_text(canvas, key, "high", axis->high, sizeof axis->high);
    axis_text(canvas, key, "field", field, sizeof field);
    if (field[0] == '\0')
        return;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    axis->field = fields_find(ui_fields(ui, NULL), field);
    for (size_t i = 0; i < n && axis->field == NULL; i++)
        axis->field = fields_find(ui_fields(ui, blocks[i]), field);
    free(blocks);
    if (axis->field != NULL)
        axis_extent(canvas, axis);
}

/* ---- lanes */

static bool has_unsorted(const struct canvas *canvas, const struct lanes *l)
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    bool found = l->n == 0;
    for (size_t i = 0; i < n && !found; i++)
        found = lanes_card(l, blocks[i], l->n, NULL, 1) != NULL;
    free(blocks);
    return found;
}

struct lanes lanes_of(struct ui *ui)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct lanes l = {.field = fields_find(ui_fields(ui, NULL), canvas_header_text(canvas, "lanes"))};
    if (l.field != NULL)
        l.n = l.field->n_choices;
    l.unsorted = has_unsorted(canvas, &l);
    l.n += l.unsorted;
    return l;
}

const char *lanes_title(const struct lanes *l, size_t lane)
{
    return l->field != NULL && lane < l->field->n_choices ? l->field->choices[lane].title : "(unsorted)";
}

size_t lanes_lane(const struct lanes *l, const struct card *card)
{
    char key[KEY_MAX + 3];
    if (l->field == NULL)
        return 0;
    (void)snprintf(key, sizeof key, "f.%s", l->field->key);
    const struct value *value = props_get(&card->props, key);
    const struct field_choice *choice =
        value != NULL && value->text != NULL ? field_choice_find(l->field, value->text) : NULL;
    return choice != NULL ? (size_t)(choice - l->field->choices) : l->field->n_choices;
}

size_t lanes_focus(struct ui *ui, const struct lanes *l)
{
    const struct card *card = ui_focused_card(ui);
    size_t lane = card != NULL ? lanes_lane(l, card) : 0;
    if (card == NULL && l->field != NULL) {
        const struct field_choice *choice = field_choice_find(l->field, ui->lane);
        lane = choice != NULL ? (size_t)(choice - l->field->choices) : ui->lane[0] != '\0' ? l->field->n_choices : 0;
    }
    return lane < l->n ? lane : l->n - 1;
}

struct card *lanes_card(const struct lanes *l, const struct block *block, size_t lane, const struct card *card,
                        int step)
{
    struct card *next;
    if (card != NULL) {
        next = step > 0 ? card_next_alive(card) : card_prev_alive(card);
    } else {
        next = block->n_cards == 0 ? NULL : block->cards[step > 0 ? 0 : block->n_cards - 1];
        if (next != NULL && next->deleted_seq != 0)
            next = step > 0 ? card_next_alive(next) : card_prev_alive(next);
    }
    while (next != NULL && lanes_lane(l, next) != lane)
        next = step > 0 ? card_next_alive(next) : card_prev_alive(next);
    return next;
}
