/* What is searched for, and the cards that fit: in their text, their fields, their tags and what was said about them. All
 * words must be somewhere in a card. While others work, cards that begin to fit come to the end of the list, and those that
 * do not fit any more leave it: nothing else moves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/tui/panel_private.h"
#include "client/tui/ui.h"
#include "common/buf.h"
#include "common/field.h"
#include "common/ids.h"

/* Which words stand in the comments on an object. */
struct said {
    uint64_t object;
    unsigned fits;
};

static unsigned text_fits(const struct fold_words *w, const char *text)
{
    return text ? fold_fits(w, text, strlen(text)) : 0;
}

static bool is_field(const struct prop *prop)
{
    return strncmp(prop->key, "f.", 2) == 0 && prop->value.text;
}

/* The words that stand in a card itself. */
static unsigned card_fits(const struct card *card, const struct fold_words *w)
{
    char id[OBJECT_ID_TEXT];
    unsigned fits = fold_fits(w, card->text.bytes, card->text.len_bytes);

    for (uint32_t i = 0; i < card->n_fields; i++)
        fits |= fold_fits(w, card->fields[i].text.bytes, card->fields[i].text.len_bytes);
    for (uint32_t i = 0; i < card->props.n; i++)
        if (is_field(&card->props.at[i]))
            fits |= text_fits(w, card->props.at[i].value.text);
    for (uint32_t i = 0; i < card->n_tags; i++)
        fits |= text_fits(w, card->tags[i]);
    object_id_format(card->o.id, id);
    for (size_t i = 0; i < w->n; i++)
        if (w->word[i].len == strlen(id) && memcmp(w->bytes + w->word[i].at, id, w->word[i].len) == 0)
            fits |= 1U << i;
    return fits;
}

/* Measures and actions are found with the card that they are parts of. NULL: it is none. */
static const struct card *card_of_part(const struct canvas *c, const struct card *part)
{
    const char *key;
    return part && part->deleted_seq == 0 && block_hidden(part->block) ? part_of(c, part, &key) : NULL;
}

static const struct card *part_that_fits(const struct canvas *c, uint64_t card, const struct fold_words *w, unsigned *all)
{
    const struct card *first = NULL;

    *all = 0;
    for (const struct object *o = c->cards; o; o = o->hh.next) {
        const struct card *part = (const struct card *)o, *of = card_of_part(c, part);
        unsigned fits = of && of->o.id == card ? card_fits(part, w) : 0;

        first = fits && !first ? part : first;
        *all |= fits;
    }
    return first;
}

/* … and in its parts. */
static unsigned comments_fit(const struct canvas *c, uint64_t object, const struct fold_words *w)
{
    unsigned fits;

    (void)part_that_fits(c, object, w, &fits);

    for (const struct object *o = c->comments; o; o = o->hh.next) {
        const struct comment *comment = (const struct comment *)o;

        if (comment->object == object && comment->deleted_seq == 0)
            fits |= fold_fits(w, comment->text.bytes, comment->text.len_bytes);
    }
    return fits;
}

/* ---- all cards */

static int by_object(const void *a, const void *b)
{
    const struct said *x = a, *y = b;

    return x->object < y->object ? -1 : x->object > y->object;
}

/* What fits of all comments and parts, one entry per object. malloc'd. */
static struct said *comments_that_fit(const struct canvas *c, const struct fold_words *w, size_t *n)
{
    struct said *said = xcalloc(HASH_COUNT(c->comments) + (size_t)c->n_cards + 1, sizeof(*said));
    size_t all = 0, kept = 0;

    for (const struct object *o = c->comments; o; o = o->hh.next) {
        const struct comment *comment = (const struct comment *)o;
        unsigned fits = comment->deleted_seq ? 0 : fold_fits(w, comment->text.bytes, comment->text.len_bytes);

        if (fits)
            said[all++] = (struct said){comment->object, fits};
    }
    for (const struct object *o = c->cards; o; o = o->hh.next) {
        const struct card *of = card_of_part(c, (const struct card *)o);
        unsigned fits = of ? card_fits((const struct card *)o, w) : 0;

        if (fits)
            said[all++] = (struct said){of->o.id, fits};
    }
    qsort(said, all, sizeof(*said), by_object);
    for (size_t i = 0; i < all; i++) {
        if (kept > 0 && said[kept - 1].object == said[i].object)
            said[kept - 1].fits |= said[i].fits;
        else
            said[kept++] = said[i];
    }
    *n = kept;
    return said;
}

static void add_found(struct panel *p, uint64_t card)
{
    if (p->n_found == p->cap_found) {
        p->cap_found = p->cap_found ? 2 * p->cap_found : 64;
        p->found = xrealloc(p->found, p->cap_found * sizeof(*p->found));
    }
    p->found[p->n_found++] = card;
}

static void search_block(struct panel *p, const struct block *block, const struct fold_words *w,
                         const struct said *said, size_t n_said)
{
    for (uint32_t i = 0; i < block->n_cards; i++) {
        const struct card *card = block->cards[i];
        const struct said key = {card->o.id, 0};
        const struct said *hit;
        unsigned fits;

        if (card->deleted_seq)
            continue;
        fits = card_fits(card, w);
        hit = fits != fold_all(w) && n_said > 0 ? bsearch(&key, said, n_said, sizeof(*said), by_object) : NULL;
        if ((fits | (hit ? hit->fits : 0)) == fold_all(w))
            add_found(p, card->o.id);
    }
}

static void search_all(struct ui *ui, const char *typed)
{
    const struct canvas *c = ui_view(ui);
    struct fold_words w;
    struct said *said;
    struct block **blocks;
    size_t n_said, n_blocks;

    ui->panel.n_found = 0;
    fold_words(&w, typed);
    if (!c || w.n == 0)
        return;
    said = comments_that_fit(c, &w, &n_said);
    blocks = canvas_blocks_in_order(c, &n_blocks);
    for (size_t i = 0; i < n_blocks; i++)
        search_block(&ui->panel, blocks[i], &w, said, n_said);
    free(blocks);
    free(said);
}

void panel_search_again(struct ui *ui)
{
    search_all(ui, ui->panel.find);
    ui->dirty = true;
}

bool panel_found(const struct ui *ui, uint64_t card)
{
    const struct panel *p = &ui->panel;

    if (p->kind != PANEL_SEARCH)
        return false;
    for (size_t i = 0; i < p->n_found; i++)
        if (p->found[i] == card)
            return true;
    return false;
}

/* ---- one card, after it has changed */

static void recheck(struct ui *ui, uint64_t id)
{
    struct panel *p = &ui->panel;
    const struct canvas *c = ui_view(ui);
    const struct card *card = canvas_card(c, id);
    struct fold_words w;
    size_t at = 0;
    bool fits;

    fold_words(&w, p->find);
    if (w.n == 0)
        return;
    if (card && block_hidden(card->block)) {
        card = card_of_part(c, card);
        id = card ? card->o.id : 0;
    }
    fits = card && card->deleted_seq == 0 && (card_fits(card, &w) | comments_fit(c, id, &w)) == fold_all(&w);
    while (at < p->n_found && p->found[at] != id)
        at++;
    if (fits && at == p->n_found)
        add_found(p, id);
    if (!fits && at < p->n_found) {
        memmove(p->found + at, p->found + at + 1, (p->n_found - at - 1) * sizeof(*p->found));
        p->n_found--;
    }
    ui->dirty = true;
}

/* The card that an op may have changed, as far as a search sees it; 0 none. */
static uint64_t searched_card(const struct canvas *c, const Cocanvas__Op *op)
{
    const struct comment *comment = NULL;

    switch (op->kind_case) {
    case COCANVAS__OP__KIND_CARD_CREATE:
        return op->card_create->id;
    case COCANVAS__OP__KIND_CARD_DELETE:
        return op->card_delete->id;
    case COCANVAS__OP__KIND_CARD_RESTORE:
        return op->card_restore->id;
    case COCANVAS__OP__KIND_PROP_SET:
        return op->prop_set->object;
    case COCANVAS__OP__KIND_TAG_SET:
        return op->tag_set->card;
    case COCANVAS__OP__KIND_COMMENT_ADD:
        return op->comment_add->object;
    case COCANVAS__OP__KIND_COMMENT_DELETE:
        comment = canvas_comment(c, op->comment_delete->id);
        return comment ? comment->object : 0;
    case COCANVAS__OP__KIND_TEXT_EDIT:
        comment = canvas_comment(c, op->text_edit->object);
        return comment ? comment->object : op->text_edit->object;
    default:
        return 0;
    }
}

void panel_search_event(struct ui *ui, const struct replica_event *event)
{
    const struct canvas *c = ui_view(ui);
    uint64_t card;

    if (ui->panel.kind != PANEL_SEARCH || !c)
        return;
    if (!event->op) {
        if (!event->batch)
            panel_search_again(ui);
        return;
    }
    card = searched_card(c, event->op);
    if (card)
        recheck(ui, card);
}

/* ---- which part of a card fits */

static struct panel_part part(const char *name, const char *text, size_t len)
{
    return (struct panel_part){name, text, len};
}

static struct panel_part comment_part(const struct canvas *c, const struct card *card, const struct fold_words *w)
{
    for (const struct object *o = c->comments; o; o = o->hh.next) {
        const struct comment *comment = (const struct comment *)o;

        if (comment->object == card->o.id && comment->deleted_seq == 0 &&
            fold_fits(w, comment->text.bytes, comment->text.len_bytes))
            return part("comment", comment->text.bytes, comment->text.len_bytes);
    }
    unsigned all;
    const struct card *found = part_that_fits(c, card->o.id, w, &all);
    return found ? part("part", found->text.bytes, found->text.len_bytes)
                 : part("", card->text.bytes, card->text.len_bytes);
}

struct panel_part panel_search_part(const struct canvas *c, const struct card *card, const struct fold_words *words)
{
    if (fold_fits(words, card->text.bytes, card->text.len_bytes))
        return part("", card->text.bytes, card->text.len_bytes);
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (text_fits(words, card->tags[i]))
            return part("tag", card->tags[i], strlen(card->tags[i]));
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (fold_fits(words, card->fields[i].text.bytes, card->fields[i].text.len_bytes))
            return part(card->fields[i].key, card->fields[i].text.bytes, card->fields[i].text.len_bytes);
    for (uint32_t i = 0; i < card->props.n; i++)
        if (is_field(&card->props.at[i]) && text_fits(words, card->props.at[i].value.text))
            return part(card->props.at[i].key, card->props.at[i].value.text, strlen(card->props.at[i].value.text));
    return comment_part(c, card, words);
}

/* ---- n and N on the canvas */

static size_t order_of(struct block *const *blocks, size_t n, const struct block *block)
{
    size_t at = 0;

    while (at < n && blocks[at] != block)
        at++;
    return at;
}

/* Whether a card stands behind the focus, in the canvas' order. */
static bool behind_focus(const struct ui *ui, struct block *const *blocks, size_t n, const struct card *card)
{
    const struct block *block = ui_focused_block(ui);
    const struct card *focus = ui_focused_card(ui);
    size_t mine = block ? order_of(blocks, n, block) : 0, its = order_of(blocks, n, card->block);

    if (its != mine || !focus)
        return its >= mine;
    return strcmp(card->order_key, focus->order_key) > 0;
}

/* How many of the cards that were found stand before the focus or are it. */
static size_t found_before(struct ui *ui)
{
    const struct canvas *c = ui_view(ui);
    struct panel *p = &ui->panel;
    size_t n, at = 0;
    struct block **blocks = canvas_blocks_in_order(c, &n);

    while (at < p->n_found && !behind_focus(ui, blocks, n, canvas_card(c, p->found[at])))
        at++;
    free(blocks);
    return at;
}

static void search_step(struct ui *ui, bool forward)
{
    struct panel *p = &ui->panel;
    const struct card *card = ui_focused_card(ui);
    size_t at;
    bool on_hit;

    if (ui->find[0] == '\0')
        (void)snprintf(ui->find, sizeof(ui->find), "%s", p->find);
    if (ui->find[0] == '\0') {
        ui_run_search(ui);
        return;
    }
    (void)snprintf(p->find, sizeof(p->find), "%s", ui->find);
    search_all(ui, ui->find);
    if (p->n_found == 0) {
        ui_say(ui, ROLE_WARN, "No card fits “%s”.", ui->find);
        return;
    }
    at = found_before(ui);
    on_hit = card && at > 0 && p->found[at - 1] == card->o.id;
    if (forward && at == p->n_found) {
        ui_say(ui, ROLE_DIM, "From the beginning again.");
        at = 0;
    } else if (!forward) {
        size_t back = on_hit ? 2 : 1;

        if (at < back)
            ui_say(ui, ROLE_DIM, "From the end again.");
        at = at >= back ? at - back : p->n_found - 1;
    }
    p->focus = at;
    p->focus_id = p->found[at];
    (void)panel_goto(ui, p->found[at]);
}

void ui_run_search_next(struct ui *ui)
{
    search_step(ui, true);
}

void ui_run_search_previous(struct ui *ui)
{
    search_step(ui, false);
}
