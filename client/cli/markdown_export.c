/* A canvas as Markdown, in the shape that markdown_parse() reads, see canvas_file.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/find.h"
#include "client/cli/output.h"

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

static void add_braces(struct buf *out, const struct card *card)
{
    const char *space = "";
    struct buf inside;
    buf_init(&inside);
    for (uint32_t i = 0; i < card->n_tags; i++) {
        buf_addf(&inside, "%s#", space);
        add_word(&inside, card->tags[i]);
        space = " ";
    }
    add_prop(&inside, &card->props, "status", &space);
    add_prop(&inside, &card->props, "color", &space);
    if (card->n_votes)
        buf_addf(&inside, "%svotes=%u", space, card->n_votes);
    if (buf_len(&inside))
        buf_addf(out, " {%.*s}", (int)buf_len(&inside), (const char *)buf_at(&inside));
    buf_fini(&inside);
}

/* One line of a text: what Markdown or our parser would take for something else gets a backslash. */
static void add_text_line(struct buf *out, const char *line, size_t len, bool first)
{
    if (len > 0 && (line[0] == '\\' || (!first && line[0] == '>')))
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

static void add_comments(struct buf *out, const struct canvas *canvas, uint64_t object, const char *indent,
                         const struct names *names, struct arena *arena)
{
    for (struct object *o = canvas->comments; o; o = o->hh.next) {
        const struct comment *comment = (struct comment *)o;
        if (comment->object != object || comment->deleted_seq != 0)
            continue;
        buf_addf(out, "%s> %s (%s%s)\n", indent, arena_line(arena, comment->text.bytes ? comment->text.bytes : ""),
                 arena_line(arena, names->person(names->ctx, comment->created_by)), comment->resolved ? ", done" : "");
    }
}

static void add_card(struct buf *out, const struct canvas *canvas, const struct card *card, const struct names *names,
                     struct arena *arena)
{
    const char *text = card->text.bytes ? card->text.bytes : "";
    size_t first = strcspn(text, "\n");
    buf_addf(out, "- ");
    add_text_line(out, text, first, true);
    add_braces(out, card);
    buf_addf(out, "\n");
    if (text[first])
        add_further_lines(out, text + first + 1);
    for (uint32_t i = 0; i < card->n_fields; i++)
        buf_addf(out, "  %s: %s\n", card->fields[i].key,
                 arena_line(arena, card->fields[i].text.bytes ? card->fields[i].text.bytes : ""));
    add_comments(out, canvas, card->o.id, "  ", names, arena);
}

static void add_block(struct buf *out, const struct canvas *canvas, const struct block *block,
                      const struct names *names, struct arena *arena)
{
    buf_addf(out, "\n## %s (%s)\n\n", arena_line(arena, block->title), block->key);
    if (block->n_alive == 0 && block->prompt[0])
        buf_addf(out, "> %s\n", arena_line(arena, block->prompt));
    add_comments(out, canvas, block->o.id, "", names, arena);
    for (uint32_t i = 0; i < block->n_cards; i++)
        if (block->cards[i]->deleted_seq == 0)
            add_card(out, canvas, block->cards[i], names, arena);
}

static void add_links(struct buf *out, const struct canvas *canvas, struct arena *arena)
{
    bool any = false;
    for (struct object *o = canvas->links; o; o = o->hh.next) {
        const struct link_object *link = (struct link_object *)o;
        if (!link_visible(canvas, link))
            continue;
        const struct card *from = canvas_card(canvas, link->from), *to = canvas_card(canvas, link->to);
        buf_addf(out, "%s- %s → %s (%s)\n", any ? "" : "\nLinks:\n\n", short_text(arena, &from->text, 60),
                 short_text(arena, &to->text, 60), link->kind);
        any = true;
    }
}

void export_markdown(const struct canvas *canvas, const struct names *names, bool confidential, struct arena *arena, struct buf *out)
{
    size_t n;
    const char *template_id = canvas_header_text(canvas, "template");
    const char *attribution = canvas_header_text(canvas, "attribution"),
               *licence = canvas_header_text(canvas, "licence");
    buf_addf(out, "---\ntemplate: %.*s\n---\n\n# %s\n", (int)strcspn(template_id, "@ "), template_id,
             arena_line(arena, canvas_title(canvas)));
    if (confidential)
        buf_addf(out, "\n> **Confidential**\n");
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n; i++)
        add_block(out, canvas, blocks[i], names, arena);
    free(blocks);
    buf_addf(out, "\n---\n");
    add_links(out, canvas, arena);
    if (attribution[0])
        buf_addf(out, "\n*%s*\n", arena_line(arena, attribution));
    if (licence[0])
        buf_addf(out, "\n*Template's licence: %s*\n", arena_line(arena, licence));
}
