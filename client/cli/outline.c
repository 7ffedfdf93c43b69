/* The linear outline, see outline.h. */
#include "client/cli/outline.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/method/cell.h"
#include "common/utf8.h"

size_t outline_comments(const struct canvas *canvas, uint64_t object)
{
    size_t n = 0;
    for (struct object *o = canvas->comments; o; o = o->hh.next) {
        const struct comment *comment = (struct comment *)o;
        n += comment->object == object && comment->deleted_seq == 0;
    }
    return n;
}

/* Whether a tag is a group of one of the card's fields, which is shown with that field. */
static bool is_group_tag(const struct outline *o, const struct card *card, const char *tag)
{
    size_t len = strcspn(tag, "=");
    if (!o->method || !tag[len])
        return false;
    const struct field *field = fields_find(method_fields(o->method, card->block), arena_strndup(o->arena, tag, len));
    return field && field->type == FIELD_GROUPS;
}

static const char *marks_of_card(const struct outline *o, const struct card *card)
{
    const char *text = "";
    const struct value *status = props_get(&card->props, "status");
    if (status && status->text && *status->text)
        text = arena_printf(o->arena, "%s [%s]", text, arena_line(o->arena, status->text));
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (!is_group_tag(o, card, card->tags[i]))
            text = arena_printf(o->arena, "%s #%s", text, arena_line(o->arena, card->tags[i]));
    if (card->n_votes)
        text = arena_printf(o->arena, "%s  %u vote%s", text, card->n_votes, card->n_votes == 1 ? "" : "s");
    size_t comments = outline_comments(o->canvas, card->o.id);
    if (comments)
        text = arena_printf(o->arena, "%s  %zu comment%s", text, comments, comments == 1 ? "" : "s");
    return text;
}

const char *outline_card(const struct outline *o, const struct card *card)
{
    const char *text = card->text.len_bytes ? card->text.bytes : "(empty)";
    return arena_printf(o->arena, "%-6s %s%s", id_text(o->arena, card->o.id), text, marks_of_card(o, card));
}

/* A text of several lines, each further one under the first. */
static void print_indented(const struct outline *o, enum text_style style, const char *indent, const char *text)
{
    while (*text) {
        size_t line = strcspn(text, "\n");
        out_print(o->out, style, "%s%.*s\n", indent, (int)line, text);
        text += line + (text[line] == '\n');
    }
}

/* "Rank: 4"; measures and actions one a line below their field's title. */
static void print_field(const struct outline *o, const struct card *card, const struct field *field)
{
    char *text = cell_text(o->method, o->canvas, card, field, o->person, o->ctx);
    if (*text && strchr(text, '\n')) {
        out_print(o->out, STYLE_DIM, "         %s:\n", arena_line(o->arena, field->title));
        print_indented(o, STYLE_PLAIN, "           ", text);
    } else if (*text) {
        out_print(o->out, STYLE_DIM, "         %s: ", arena_line(o->arena, field->title));
        out_print(o->out, STYLE_PLAIN, "%s\n", text);
    }
    free(text);
}

/* The card's fields in the order of the columns, then the texts of those that nobody has defined; a card that is a measure says how it stands. */
static void print_fields(const struct outline *o, const struct card *card)
{
    const struct fields *fields = o->method ? method_fields(o->method, card->block) : NULL;
    const struct measure *measure = o->method ? method_measure(o->method, card->o.id) : NULL;
    for (size_t i = 0; fields && i < fields->n; i++)
        print_field(o, card, &fields->at[i]);
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (!fields || !fields_find(fields, card->fields[i].key))
            out_print(o->out, STYLE_PLAIN, "         %s: %s\n", arena_line(o->arena, card->fields[i].key),
                      arena_line(o->arena, card->fields[i].text.bytes ? card->fields[i].text.bytes : ""));
    if (measure) {
        char *text = cell_measure(measure, card);
        out_print(o->out, STYLE_PLAIN, "         %s\n", arena_line(o->arena, text));
        free(text);
    }
}

static void print_card(const struct outline *o, const struct card *card)
{
    const char *text = card->text.len_bytes ? card->text.bytes : "(empty)";
    size_t line = strcspn(text, "\n");
    out_print(o->out, STYLE_DIM, "  %-6s ", id_text(o->arena, card->o.id));
    out_print(o->out, STYLE_PLAIN, "%.*s", (int)line, text);
    out_print(o->out, STYLE_DIM, "%s%s\n", marks_of_card(o, card), card->deleted_seq ? "  (removed)" : "");
    if (text[line])
        print_indented(o, STYLE_PLAIN, "         ", text + line + 1);
    print_fields(o, card);
}

static void print_comments(const struct outline *o, uint64_t object)
{
    if (!o->comments)
        return;
    for (struct object *at = o->canvas->comments; at; at = at->hh.next) {
        const struct comment *comment = (struct comment *)at;
        if (comment->object != object || comment->deleted_seq != 0)
            continue;
        out_print(o->out, STYLE_DIM, "         %s %s%s: ", id_text(o->arena, comment->o.id),
                  arena_line(o->arena, o->person(o->ctx, comment->created_by)), comment->resolved ? " (done)" : "");
        out_print(o->out, STYLE_PLAIN, "%s\n", arena_line(o->arena, comment->text.bytes ? comment->text.bytes : ""));
    }
}

static void print_links(const struct outline *o, const struct card *card)
{
    for (struct object *at = o->canvas->links; at; at = at->hh.next) {
        const struct link_object *link = (struct link_object *)at;
        if (link->from != card->o.id || !link_visible(o->canvas, link))
            continue;
        const struct card *to = canvas_card(o->canvas, link->to);
        out_print(o->out, STYLE_DIM, "         %s %s: %s\n", arena_line(o->arena, link->kind),
                  id_text(o->arena, link->to), to ? short_text(o->arena, &to->text, 60) : "");
    }
}

static void print_block(const struct outline *o, const struct block *block)
{
    out_print(o->out, STYLE_BOLD, "\n%s", arena_line(o->arena, block->title));
    size_t comments = outline_comments(o->canvas, block->o.id);
    out_print(o->out, STYLE_DIM, " (%s)", arena_line(o->arena, block->key));
    if (comments)
        out_print(o->out, STYLE_DIM, "  %zu comment%s", comments, comments == 1 ? "" : "s");
    out_print(o->out, STYLE_DIM, "\n");
    if (block->n_alive == 0 && block->prompt[0])
        print_indented(o, STYLE_DIM, "  ", block->prompt);
    print_comments(o, block->o.id);
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *card = block->cards[i];
        if (card->deleted_seq != 0 && !o->removed)
            continue;
        print_card(o, card);
        print_links(o, card);
        print_comments(o, card->o.id);
    }
}

void outline_head(const struct outline *o)
{
    size_t blocks, cards = 0;
    struct block **list = canvas_blocks_in_order(o->canvas, &blocks);
    for (size_t i = 0; i < blocks; i++)
        cards += list[i]->n_alive;
    free(list);
    out_print(o->out, STYLE_BOLD, "%s", arena_line(o->arena, canvas_title(o->canvas)));
    out_print(o->out, STYLE_DIM, "%s  %s, %zu card%s, revision %" PRIu64 "\n", o->mark,
              arena_line(o->arena, canvas_header_text(o->canvas, "template")), cards, cards == 1 ? "" : "s",
              o->canvas->seq);
}

void outline_foot(const struct outline *o)
{
    const char *attribution = canvas_header_text(o->canvas, "attribution");
    if (attribution[0])
        out_print(o->out, STYLE_DIM, "\n%s\n", arena_line(o->arena, attribution));
}

void outline_print(const struct outline *o)
{
    size_t n;
    outline_head(o);
    print_comments(o, 0);
    if (o->only) {
        print_block(o, o->only);
    } else {
        struct block **blocks = canvas_blocks_in_order(o->canvas, &n);
        for (size_t i = 0; i < n; i++)
            print_block(o, blocks[i]);
        free(blocks);
    }
    outline_foot(o);
}
