/* A canvas into CSV, see csv_canvas.h. Columns are found first: the fixed ones, one for every field of the blocks' cards, and one for every
 * other property that some card has, so that nothing of a card is missing. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/csv_canvas.h"
#include "client/cli/find.h"
#include "client/cli/output.h"

const struct csv_prop csv_card_props[] = {
    {"colour", "color", VALUE_TEXT},
    {"status", "status", VALUE_TEXT},
    {NULL, NULL, VALUE_NONE},
};
const struct csv_prop csv_measure_props[] = {
    {"kind", "m.kind", VALUE_CHOICE},       {"unit", "m.unit", VALUE_TEXT},         {"direction", "m.direction", VALUE_CHOICE},
    {"baseline", "m.baseline", VALUE_NUMBER}, {"minimum", "m.minimum", VALUE_NUMBER}, {"target", "m.target", VALUE_NUMBER},
    {"owner", "m.owner", VALUE_PERSON},     {"period", "m.period", VALUE_CHOICE},   {"next", "m.next", VALUE_DATE},
    {NULL, NULL, VALUE_NONE},
};
const struct csv_prop csv_action_props[] = {
    {"when", "a.when", VALUE_DATE}, {"who", "a.who", VALUE_PERSON}, {"whom", "a.whom", VALUE_TEXT}, {"done", "a.done", VALUE_FLAG},
    {NULL, NULL, VALUE_NONE},
};

const struct csv_prop *csv_prop_of(const char *key, enum value_kind kind)
{
    const struct csv_prop *const lists[] = {csv_card_props, csv_measure_props, csv_action_props};
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (const struct csv_prop *p = lists[l]; p->column; p++)
            if (p->kind == kind && strcmp(p->key, key) == 0)
                return p;
    return NULL;
}

/* A column of the fields and properties of this canvas. */
struct column {
    const char *title;       /* what people call it */
    const char *key;         /* of the text field, or of the property ("f.rank") */
    enum value_kind kind;    /* VALUE_NONE: a text field */
};

struct writer {
    const struct canvas *c;
    struct method *m;
    const struct names *names;
    struct arena *arena;
    struct buf *out;
    struct column *columns;
    size_t n, room;
    bool first;              /* of the record */
    bool confidential;
};

static void need_column(struct writer *w, const char *title, const char *key, enum value_kind kind)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->columns[i].kind == kind && strcmp(w->columns[i].key, key) == 0)
            return;
    if (w->n == w->room) {
        w->room = w->room ? 2 * w->room : 32;
        w->columns = xrealloc(w->columns, w->room * sizeof *w->columns);
    }
    w->columns[w->n++] = (struct column){title, key, kind};
}

static void columns_of_fields(struct writer *w, const struct block *block)
{
    struct fields fields;
    fields_of_block(w->c, block, &fields);
    for (size_t i = 0; i < fields.n; i++) {
        const struct field *f = &fields.at[i];
        const char *title = arena_line(w->arena, f->title);
        if (f->type == FIELD_TEXT)
            need_column(w, title, arena_printf(w->arena, "%s", f->key), VALUE_NONE);
        else if (field_value_kind(f->type) != VALUE_NONE)
            need_column(w, title, arena_printf(w->arena, "f.%s", f->key), field_value_kind(f->type));
    }
    fields_free(&fields);
}

static bool is_place(const struct writer *w, const struct card *card, const char *key)
{
    return part_of(w->c, card, NULL) && (strcmp(key, "of") == 0 || strcmp(key, "of.field") == 0);
}

static void columns_of_card(struct writer *w, const struct card *card)
{
    for (uint32_t i = 0; i < card->n_fields; i++)
        need_column(w, card->fields[i].key, card->fields[i].key, VALUE_NONE);
    for (uint32_t i = 0; i < card->props.n; i++) {
        const struct prop *p = &card->props.at[i];
        if (!csv_prop_of(p->key, p->value.kind) && !is_place(w, card, p->key))
            need_column(w, p->key, p->key, p->value.kind);
    }
}

/* Calls for each card that people see, in order, each followed by its parts. */
static void each_card(struct writer *w, void (*visit)(struct writer *w, const struct card *card))
{
    size_t n;
    struct block **blocks = canvas_blocks_in_order(w->c, &n);
    for (size_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < blocks[i]->n_cards; k++) {
            const struct card *card = blocks[i]->cards[k];
            size_t n_parts = 0;
            if (card->deleted_seq != 0)
                continue;
            visit(w, card);
            const uint64_t *parts = method_parts(w->m, card->o.id, &n_parts);
            for (size_t p = 0; p < n_parts; p++)
                visit(w, canvas_card(w->c, parts[p]));
        }
    }
    free(blocks);
}

/* ---- cells */

static void add(struct writer *w, const char *text, enum csv_cell kind)
{
    csv_add_cell(w->out, w->first, text, kind);
    w->first = false;
}

static void add_text(struct writer *w, const char *text)
{
    add(w, text, CSV_TEXT);
}

static const char *value_text(struct writer *w, const struct value *value)
{
    switch (value->kind) {
    case VALUE_FLAG:
        return value->number ? "yes" : "no";
    case VALUE_PERSON:
        return w->names->person(w->names->ctx, (uint32_t)value->number);
    case VALUE_OBJECT:
        return id_text(w->arena, value->number);
    default:
        return value->text ? value->text : "";
    }
}

static void add_prop(struct writer *w, const struct card *card, const char *key, enum value_kind kind)
{
    const struct value *value = props_get(&card->props, key);
    bool has = value && value->kind == kind;
    add(w, has ? value_text(w, value) : "", kind == VALUE_NUMBER ? CSV_NUMBER : CSV_TEXT);
}

static void add_props(struct writer *w, const struct card *card, const struct csv_prop *list)
{
    for (; list->column; list++)
        add_prop(w, card, list->key, list->kind);
}

static void add_list(struct writer *w, struct buf *list)
{
    buf_add(list, "", 1);
    add_text(w, (const char *)buf_at(list));
    buf_fini(list);
}

/* Tags that are groups of one of the card's fields (wanted), or the others. */
static void add_tags(struct writer *w, const struct card *card, bool wanted)
{
    struct buf list;
    const struct fields *fields = method_fields(w->m, card->block);
    buf_init(&list);
    for (uint32_t i = 0; i < card->n_tags; i++) {
        const char *tag = card->tags[i];
        const struct field *f = strchr(tag, '=') ? fields_find(fields, arena_printf(w->arena, "%.*s", (int)strcspn(tag, "="), tag)) : NULL;
        if ((f && f->type == FIELD_GROUPS) == wanted)
            csv_add_word(&list, tag);
    }
    add_list(w, &list);
}

static void add_links(struct writer *w, const struct card *card)
{
    struct buf list;
    buf_init(&list);
    for (struct object *o = w->c->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (link->from == card->o.id && link_visible(w->c, link))
            csv_add_word(&list, arena_printf(w->arena, "%s %s", link->kind, id_text(w->arena, link->to)));
    }
    add_list(w, &list);
}

static void add_readings(struct writer *w, const struct card *card)
{
    struct buf list;
    size_t n = 0;
    const struct measure_reading *readings = method_measure(w->m, card->o.id) ? method_readings(w->m, card->o.id, &n) : NULL;
    buf_init(&list);
    for (size_t i = 0; i < n; i++)
        csv_add_word(&list, arena_printf(w->arena, "%s %s%s%s", readings[i].date, readings[i].value, *readings[i].note ? " " : "",
                                         readings[i].note));
    add_list(w, &list);
}

static void add_time(struct writer *w, int64_t ms)
{
    struct tm day;
    time_t seconds = (time_t)(ms / 1000);
    char text[32] = "";
    if (ms > 0 && gmtime_r(&seconds, &day))
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &day);
    add_text(w, text);
}

/* What a measure has achieved; the cells are empty for other cards. */
static void add_actual(struct writer *w, const struct card *card)
{
    const struct measure *measure = method_measure(w->m, card->o.id);
    char *actual = measure && measure->has_actual ? decimal_text(&measure->actual) : xstrdup("");
    char *percent = measure && measure->has_percent ? decimal_text_rounded(&measure->percent, 1) : xstrdup("");
    add(w, actual, CSV_NUMBER);
    add(w, percent, CSV_NUMBER);
    add_text(w, measure ? measure->due : "");
    free(actual);
    free(percent);
}

/* ---- records */

static const char *const before[] = {"canvas", "block_key", "block_title", "note_id", "of", "of_field", "text", "author", "group", "tags"};
static const char *const after[] = {"actual", "percent", "due", "readings", "created", "edited", "template", "attribution", "licence",
                                    "confidential"};
enum { COLUMNS_BEFORE = sizeof before / sizeof *before, COLUMNS_AFTER = sizeof after / sizeof *after };

static void add_head(struct writer *w)
{
    const struct csv_prop *const lists[] = {csv_measure_props, csv_action_props};
    w->first = true;
    for (size_t i = 0; i < COLUMNS_BEFORE; i++)
        add_text(w, before[i]);
    for (const struct csv_prop *p = csv_card_props; p->column; p++)
        add_text(w, p->column);
    add_text(w, "votes");
    add_text(w, "links");
    for (size_t i = 0; i < w->n; i++) {
        const struct column *c = &w->columns[i];
        add_text(w, arena_printf(w->arena, "%s [%s:%s]", c->title, c->key, c->kind == VALUE_NONE ? "field" : value_kind_name(c->kind)));
    }
    for (size_t l = 0; l < sizeof lists / sizeof *lists; l++)
        for (const struct csv_prop *p = lists[l]; p->column; p++)
            add_text(w, p->column);
    for (size_t i = 0; i < COLUMNS_AFTER; i++)
        add_text(w, after[i]);
    csv_end_row(w->out);
}

static const char *text_of(const struct text *text)
{
    return text->bytes ? text->bytes : "";
}

static void add_column(struct writer *w, const struct card *card, const struct column *column)
{
    if (column->kind != VALUE_NONE) {
        add_prop(w, card, column->key, column->kind);
        return;
    }
    const struct text *text = canvas_text(w->c, card->o.id, column->key);
    add_text(w, text ? text_of(text) : "");
}

/* The end of each record. */
static void add_template(struct writer *w)
{
    const char *template_id = canvas_header_text(w->c, "template");
    add_text(w, arena_printf(w->arena, "%.*s", (int)strcspn(template_id, "@ "), template_id));
    add_text(w, canvas_header_text(w->c, "attribution"));
    add_text(w, canvas_header_text(w->c, "licence"));
    add_text(w, w->confidential ? "yes" : "no");
    csv_end_row(w->out);
}

static void add_card(struct writer *w, const struct card *card)
{
    const char *field = "";
    const struct card *of = part_of(w->c, card, &field);
    const struct block *block = of ? of->block : card->block;
    w->first = true;
    add_text(w, canvas_title(w->c));
    add_text(w, block->key);
    add_text(w, block->title);
    add_text(w, id_text(w->arena, card->o.id));
    add_text(w, of ? id_text(w->arena, of->o.id) : "");
    add_text(w, of ? field : "");
    add_text(w, text_of(&card->text));
    add_text(w, card->created_by ? w->names->person(w->names->ctx, card->created_by) : "");
    add_tags(w, card, true);
    add_tags(w, card, false);
    add_props(w, card, csv_card_props);
    add(w, arena_printf(w->arena, "%u", card->n_votes), CSV_NUMBER);
    add_links(w, card);
    for (size_t i = 0; i < w->n; i++)
        add_column(w, card, &w->columns[i]);
    add_props(w, card, csv_measure_props);
    add_props(w, card, csv_action_props);
    add_actual(w, card);
    add_readings(w, card);
    add_time(w, card->created_ms);
    add_time(w, card->edited_ms);
    add_template(w);
}

/* A canvas without cards has one record that only says what it is. */
static void add_empty(struct writer *w)
{
    size_t fixed = 0;
    w->first = true;
    add_text(w, canvas_title(w->c));
    for (const struct csv_prop *p = csv_card_props; p->column; p++)
        fixed++;
    for (const struct csv_prop *p = csv_measure_props; p->column; p++)
        fixed++;
    for (const struct csv_prop *p = csv_action_props; p->column; p++)
        fixed++;
    for (size_t i = 0; i < fixed + w->n + COLUMNS_BEFORE - 1 + 2 + COLUMNS_AFTER - 4; i++)
        add_text(w, "");
    add_template(w);
}

void export_csv(const struct canvas *canvas, struct method *m, const struct names *names, bool confidential, struct arena *arena, struct buf *out)
{
    size_t n;
    struct writer w = {.c = canvas, .m = m, .names = names, .arena = arena, .out = out, .confidential = confidential};
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n; i++)
        columns_of_fields(&w, blocks[i]);
    free(blocks);
    each_card(&w, columns_of_card);
    add_head(&w);
    size_t head = buf_len(out);
    each_card(&w, add_card);
    if (buf_len(out) == head)
        add_empty(&w);
    free(w.columns);
}
