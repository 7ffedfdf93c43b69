/* What the interface knows about the canvas that is drawn: measures, sums and checks, kept up to date with each edit; and
 * a card's fields in words. The state of now and one of the past are known apart, so that looking back costs the present
 * nothing. */
#include <stdlib.h>
#include <string.h>

#include "client/method/cell.h"
#include "client/tui/kinds.h"
#include "client/tui/ui.h"
#include "client/tui/ui_private.h"

void ui_today(const struct ui *ui, char out[11])
{
    day_of_ms(ui->now_ms + (int64_t)ui->utc_offset_s * 1000, out);
}

void ui_method_forget(struct ui *ui)
{
    method_free(ui->method);
    method_free(ui->past_method);
    ui->method = ui->past_method = NULL;
    ui->past_known = NULL;
    ui->past_known_seq = 0;
}

void ui_method_event(struct ui *ui, const struct replica_event *event)
{
    if (ui->method != NULL)
        method_touch(ui->method, event->op);
}

static struct method *past_method(struct ui *ui, const struct canvas *past)
{
    if (ui->past_method == NULL)
        ui->past_method = method_new();
    if (ui->past_known != past || ui->past_known_seq != ui->panel.past_seq)
        method_reset(ui->past_method);
    ui->past_known = past;
    ui->past_known_seq = ui->panel.past_seq;
    return ui->past_method;
}

struct method *ui_method(struct ui *ui)
{
    const struct canvas *canvas = panel_canvas(ui);
    struct method *m;
    char today[11];

    if (canvas == NULL)
        return NULL;
    if (!panel_in_past(ui) && ui->method == NULL)
        ui->method = method_new();
    m = panel_in_past(ui) ? past_method(ui, canvas) : ui->method;
    ui_today(ui, today);
    if (m == ui->method && replica_view_jumped(ui->replica))
        method_reset(m);
    method_update(m, canvas, today);
    return m;
}

/* ---- fields */

const struct fields *ui_fields(struct ui *ui, const struct block *block)
{
    static const struct fields none = {NULL, 0};
    struct method *m = ui_method(ui);
    return m != NULL ? method_fields(m, block) : &none;
}

const char *ui_name_of(void *ctx, uint32_t author)
{
    return ui_person_name(ctx, author);
}

const char *ui_cell(struct ui *ui, const struct card *card, const struct field *field)
{
    char *text = cell_text(ui_method(ui), panel_canvas(ui), card, field, ui_name_of, ui);
    const char *copy = ui_printf(ui, "%s", text);
    free(text);
    return copy;
}

int ui_cell_compare(struct ui *ui, const struct card *a, const struct card *b, const struct field *field)
{
    return cell_compare(ui_method(ui), panel_canvas(ui), a, b, field, ui_name_of, ui);
}

bool ui_tag_is_group(struct ui *ui, const struct card *card, const char *tag)
{
    const struct fields *fields = ui_fields(ui, card->block);
    const char *equals = strchr(tag, '=');
    for (size_t i = 0; equals != NULL && i < fields->n; i++) {
        const struct field *field = &fields->at[i];
        size_t len = strlen(field->key);
        if (field->type == FIELD_GROUPS && len == (size_t)(equals - tag) && memcmp(field->key, tag, len) == 0)
            return true;
    }
    return false;
}

static const char *one_line(struct ui *ui, const char *text)
{
    char *copy = ui_printf(ui, "%s", text);
    for (char *c = copy; *c != '\0'; c++)
        if (*c == '\n')
            *c = ' ';
    return copy;
}

const char *ui_fields_line(struct ui *ui, const struct card *card)
{
    const struct fields *fields = ui_fields(ui, card->block);
    const char *line = "";
    for (size_t i = 0; i < fields->n; i++) {
        const char *value = one_line(ui, ui_cell(ui, card, &fields->at[i]));
        if (value[0] != '\0')
            line = ui_printf(ui, "%s%s%s: %s", line, line[0] != '\0' ? (ui->ascii ? " - " : " · ") : "",
                             fields->at[i].title, value);
    }
    return line;
}

/* ---- parts */

struct card *ui_whole_card(const struct canvas *canvas, struct card *card)
{
    if (card == NULL || !block_hidden(card->block))
        return card;
    return part_of(canvas, card, NULL);
}

const struct block *ui_shown_block(const struct canvas *canvas, const struct card *card)
{
    const struct card *whole = block_hidden(card->block) ? part_of(canvas, card, NULL) : card;
    return whole != NULL ? whole->block : card->block;
}
