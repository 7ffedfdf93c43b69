/* A canvas as Markdown, in the shape that markdown_parse() reads, see canvas_file.h and FORMATS.md. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/find.h"
#include "client/cli/intake.h"
#include "client/cli/markdown_write.h"
#include "client/cli/output.h"
#include "client/cli/proto_json.h"

/* A word of the braces, in quotes unless it is a plain one. */
static void add_word(struct buf *out, const char *word)
{
    if (*word && strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-/") == strlen(word)) {
        buf_addf(out, "%s", word);
        return;
    }
    buf_addf(out, "\"");
    for (const char *at = word; *at; at++)
        buf_addf(out, *at == '"' || *at == '\\' ? "\\%c" : "%c", *at);
    buf_addf(out, "\"");
}

static void add_prop(struct buf *out, const struct props *props, const char *key, const char **space)
{
    const struct value *value = props_get(props, key);
    if (!value || !value->text)
        return;
    buf_addf(out, "%s%s=", *space, key);
    add_word(out, value->text);
    *space = " ";
}

/* Whether other places of the file speak of the card, so that it needs a name there. */
static bool is_named(const struct markdown_writer *w, const struct card *card)
{
    size_t n = 0;
    method_parts(w->m, card->o.id, &n);
    return n > 0 || card_is_measure(card);
}

/* Groups are shown as fields. */
static bool is_group(const struct markdown_writer *w, const struct card *card, const char *tag)
{
    const struct field *f = strchr(tag, '=') ? fields_find(method_fields(w->m, card->block),
                                                           arena_printf(w->arena, "%.*s", (int)strcspn(tag, "="), tag)) : NULL;
    return f && f->type == FIELD_GROUPS;
}

static void add_braces(struct markdown_writer *w, struct buf *out, const struct card *card)
{
    const char *space = "";
    struct buf inside;
    buf_init(&inside);
    for (uint32_t i = 0; i < card->n_tags; i++) {
        if (is_group(w, card, card->tags[i]))
            continue;
        buf_addf(&inside, "%s#", space);
        add_word(&inside, card->tags[i]);
        space = " ";
    }
    add_prop(&inside, &card->props, "status", &space);
    add_prop(&inside, &card->props, "color", &space);
    if (card->n_votes) {
        buf_addf(&inside, "%svotes=%u", space, card->n_votes);
        space = " ";
    }
    if (is_named(w, card))
        buf_addf(&inside, "%sid=%s", space, id_text(w->arena, card->o.id));
    if (buf_len(&inside))
        buf_addf(out, " {%.*s}", (int)buf_len(&inside), (const char *)buf_at(&inside));
    buf_fini(&inside);
}

/* One line of a text: what Markdown or our parser would take for something else gets a backslash. */
static void add_text_line(struct buf *out, const char *line, size_t len, bool first)
{
    if (len > 0 && (line[0] == '\\' || (!first && (line[0] == '>' || (len > 2 && memcmp(line, "- *", 3) == 0)))))
        buf_addf(out, "\\");
    bool closes = first && len > 0 && line[len - 1] == '}';
    buf_add(out, line, closes ? len - 1 : len);
    if (closes)
        buf_addf(out, "\\}");
}

static void add_further_lines(struct buf *out, const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");
        if (len > 0) {
            buf_addf(out, "  ");
            add_text_line(out, text, len, false);
        }
        buf_addf(out, "\n");
        text += len + (text[len] == '\n');
    }
}

static void add_comments(struct markdown_writer *w, uint64_t object, const char *indent)
{
    for (struct object *o = w->c->comments; o; o = o->hh.next) {
        const struct comment *comment = (struct comment *)o;
        if (comment->object != object || comment->deleted_seq != 0)
            continue;
        buf_addf(w->out, "%s> %s (%s%s)\n", indent, arena_line(w->arena, comment->text.bytes ? comment->text.bytes : ""),
                 arena_line(w->arena, w->names->person(w->names->ctx, comment->created_by)), comment->resolved ? ", done" : "");
    }
}

/* ---- fields: each is a line of a card in a list, or a column of a table */

/* A field of the block's cards, or another property that some card has. */
struct shown {
    const char *title, *key;     /* key as it stands in parentheses: "rank", "f.odd:number", "note:field" */
    const struct field *field;   /* NULL: not defined */
    const char *prop;            /* not defined: the property's key, or the text field's */
    enum value_kind kind;        /* not defined: VALUE_NONE: a text field */
};

struct shown_list {
    struct shown *at;
    size_t n, cap;
};

static void show(struct shown_list *list, struct shown shown)
{
    for (size_t i = 0; i < list->n; i++)
        if (strcmp(list->at[i].key, shown.key) == 0)
            return;
    if (list->n == list->cap) {
        list->cap = list->cap ? 2 * list->cap : 16;
        list->at = xrealloc(list->at, list->cap * sizeof *list->at);
    }
    list->at[list->n++] = shown;
}

/* Properties that are shown elsewhere: in the braces, in the tables of measures. */
static bool has_its_place(const struct prop *p)
{
    static const char *const words[] = {"status", "color"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(p->key, words[i]) == 0 && p->value.kind == VALUE_TEXT)
            return true;
    return markdown_measure_prop(p->key, p->value.kind) || p->value.kind == VALUE_OBJECT;
}

static bool is_defined(const struct fields *fields, const char *key, enum value_kind kind)
{
    const struct field *f = fields_find(fields, key);
    return f && (kind == VALUE_NONE ? f->type == FIELD_TEXT : field_value_kind(f->type) == kind);
}

static void collect(struct markdown_writer *w, const struct block *block, const struct card *card, struct shown_list *list)
{
    const struct fields *fields = method_fields(w->m, block);
    for (size_t i = 0; i < fields->n; i++)
        show(list, (struct shown){arena_line(w->arena, fields->at[i].title), fields->at[i].key, &fields->at[i], NULL, VALUE_NONE});
    for (uint32_t i = 0; card && i < card->n_fields; i++)
        if (!is_defined(fields, card->fields[i].key, VALUE_NONE))
            show(list, (struct shown){card->fields[i].key, arena_printf(w->arena, "%s:field", card->fields[i].key), NULL, card->fields[i].key, VALUE_NONE});
    for (uint32_t i = 0; card && i < card->props.n; i++) {
        const struct prop *p = &card->props.at[i];
        if (!has_its_place(p) && !(strncmp(p->key, "f.", 2) == 0 && is_defined(fields, p->key + 2, p->value.kind)))
            show(list, (struct shown){p->key, arena_printf(w->arena, "%s:%s", p->key, value_kind_name(p->value.kind)), NULL, p->key, p->value.kind});
    }
}

static const char *value_words(struct markdown_writer *w, const struct value *value)
{
    switch (value->kind) {
    case VALUE_FLAG:
        return value->number ? "yes" : "no";
    case VALUE_PERSON:
        return w->names->person(w->names->ctx, (uint32_t)value->number);
    default:
        return value->text ? value->text : "";
    }
}

/* A choice's title, unless that word means another one. */
static const char *choice_words(const struct field *field, const struct value *value)
{
    const struct field_choice *choice = field_choice_find(field, value->text);
    return choice && field_choice_named(field, choice->title) == choice ? choice->title : value->text;
}

static const char *field_words(struct markdown_writer *w, const struct card *card, const struct field *field)
{
    const struct value *value;
    const struct text *text;
    struct buf list;
    size_t len = strlen(field->key);
    switch (field->type) {
    case FIELD_TEXT:
        text = canvas_text(w->c, card->o.id, field->key);
        return text && text->bytes ? text->bytes : "";
    case FIELD_MEASURE:
    case FIELD_ACTION:
        return markdown_take(w, cell_text(w->m, w->c, card, field, w->names->person, w->names->ctx));
    case FIELD_GROUPS:
        buf_init(&list);
        for (uint32_t i = 0; i < card->n_tags; i++)
            if (strncmp(card->tags[i], field->key, len) == 0 && card->tags[i][len] == '=')
                csv_add_word(&list, card->tags[i] + len + 1);
        buf_add(&list, "", 1);
        const char *words = arena_printf(w->arena, "%s", (const char *)buf_at(&list));
        buf_fini(&list);
        return words;
    default:
        value = props_get(&card->props, arena_printf(w->arena, "f.%s", field->key));
        if (!value || value->kind != field_value_kind(field->type))
            return "";
        return value->kind == VALUE_CHOICE ? choice_words(field, value) : value_words(w, value);
    }
}

static const char *shown_words(struct markdown_writer *w, const struct card *card, const struct shown *shown)
{
    if (shown->field)
        return field_words(w, card, shown->field);
    if (shown->kind == VALUE_NONE) {
        const struct text *text = canvas_text(w->c, card->o.id, shown->prop);
        return text && text->bytes ? text->bytes : "";
    }
    const struct value *value = props_get(&card->props, shown->prop);
    return value && value->kind == shown->kind ? value_words(w, value) : "";
}

/* ---- cards */

static void add_card(struct markdown_writer *w, const struct card *card)
{
    const char *text = card->text.bytes ? card->text.bytes : "";
    size_t first = strcspn(text, "\n");
    struct shown_list shown = {NULL, 0, 0};
    buf_addf(w->out, "- ");
    add_text_line(w->out, text, first, true);
    add_braces(w, w->out, card);
    buf_addf(w->out, "\n");
    if (text[first])
        add_further_lines(w->out, text + first + 1);
    collect(w, card->block, card, &shown);
    for (size_t i = 0; i < shown.n; i++) {
        const char *words = shown_words(w, card, &shown.at[i]);
        if (!*words)
            continue;
        buf_addf(w->out, "  - *");
        markdown_add_cell(w->out, shown.at[i].title);
        buf_addf(w->out, "* (%s): ", shown.at[i].key);
        markdown_add_cell(w->out, words);
        buf_addf(w->out, "\n");
    }
    free(shown.at);
    add_comments(w, card->o.id, "  ");
}

static void add_row(struct markdown_writer *w, const struct card *card, const struct shown_list *shown)
{
    const char *text = card->text.bytes ? card->text.bytes : "";
    struct buf first;
    buf_init(&first);
    add_text_line(&first, text, strlen(text), true);
    add_braces(w, &first, card);
    buf_add(&first, "", 1);
    buf_addf(w->out, "| ");
    markdown_add_cell(w->out, (const char *)buf_at(&first));
    buf_fini(&first);
    for (size_t i = 0; i < shown->n; i++) {
        buf_addf(w->out, " | ");
        markdown_add_cell(w->out, shown_words(w, card, &shown->at[i]));
    }
    buf_addf(w->out, " |\n");
}

/* Cards as rows, fields as columns. */
static void add_table(struct markdown_writer *w, const struct block *block)
{
    struct shown_list shown = {NULL, 0, 0};
    const struct value *column = props_get(&block->props, "column");
    collect(w, block, NULL, &shown);
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            collect(w, block, block->cards[i], &shown);
    buf_addf(w->out, "| ");
    markdown_add_cell(w->out, arena_line(w->arena, column && column->text ? column->text : block->title));
    for (size_t i = 0; i < shown.n; i++) {
        buf_addf(w->out, " | ");
        markdown_add_cell(w->out, arena_printf(w->arena, "%s (%s)", shown.at[i].title, shown.at[i].key));
    }
    buf_addf(w->out, " |\n|");
    for (size_t i = 0; i <= shown.n; i++)
        buf_addf(w->out, "---|");
    buf_addf(w->out, "\n");
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            add_row(w, block->cards[i], &shown);
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            add_comments(w, block->cards[i]->o.id, "");
    free(shown.at);
}

static void add_block(struct markdown_writer *w, const struct block *block)
{
    buf_addf(w->out, "\n## %s (%s)\n\n", arena_line(w->arena, block->title), block->key);
    if (block->n_alive == 0 && block->prompt[0])
        buf_addf(w->out, "> %s\n", arena_line(w->arena, block->prompt));
    add_comments(w, block->o.id, "");
    if (strcmp(canvas_header_text(w->c, "kind"), "table") == 0 && block->n_alive > 0) {
        add_table(w, block);
        return;
    }
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            add_card(w, block->cards[i]);
}

static void add_links(struct markdown_writer *w)
{
    bool any = false;
    for (struct object *o = w->c->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (!link_visible(w->c, link))
            continue;
        const struct card *from = canvas_card(w->c, link->from), *to = canvas_card(w->c, link->to);
        buf_addf(w->out, "%s- %s → %s (%s)\n", any ? "" : "\nLinks:\n\n", short_text(w->arena, &from->text, 60),
                 short_text(w->arena, &to->text, 60), link->kind);
        any = true;
    }
}

/* The canvas' own properties and blocks, for an import: in one line that no reader of the report sees. */
static void add_structure(struct markdown_writer *w, struct canvas *canvas)
{
    Cocanvas__CanvasState *state = canvas_to_message(canvas, w->arena), own = COCANVAS__CANVAS_STATE__INIT;
    ASSERT(state);
    own.header = state->header;
    own.n_blocks = state->n_blocks;
    own.blocks = state->blocks;
    json_t *json = proto_to_json(&own.base);
    char *text = json_text(json, 0);
    buf_addf(w->out, "\n<!-- cocanvas ");
    for (const char *at = text; *at; at++)
        buf_addf(w->out, *at == '>' ? "\\u003e" : "%c", *at);
    buf_addf(w->out, " -->\n");
    free(text);
    json_decref(json);
}

void export_markdown(struct canvas *canvas, struct method *m, const struct names *names, bool confidential, struct arena *arena,
                     struct buf *out)
{
    size_t n;
    struct markdown_writer w = {canvas, m, names, arena, out};
    const char *template_id = canvas_header_text(canvas, "template");
    const char *attribution = canvas_header_text(canvas, "attribution"),
               *licence = canvas_header_text(canvas, "licence");
    buf_addf(out, "---\ntemplate: %.*s\n---\n\n# %s\n", (int)strcspn(template_id, "@ "), template_id,
             arena_line(arena, canvas_title(canvas)));
    if (confidential)
        buf_addf(out, "\n> **Confidential**\n");
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n; i++)
        add_block(&w, blocks[i]);
    free(blocks);
    markdown_add_measures(&w);
    markdown_add_actions(&w);
    buf_addf(out, "\n---\n");
    add_links(&w);
    if (attribution[0])
        buf_addf(out, "\n*%s*\n", arena_line(arena, attribution));
    if (licence[0])
        buf_addf(out, "\n*Template's licence: %s*\n", arena_line(arena, licence));
    add_structure(&w, canvas);
}
