/* Finding things by what people call them, see find.h. */
#include "client/cli/find.h"

#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd.h"
#include "common/ids.h"

enum { CANDIDATES = 8, ID_PREFIX_LEAST = 4 };

const char *id_text(struct arena *arena, uint64_t id)
{
    char text[OBJECT_ID_TEXT];
    object_id_format(id, text);
    return arena_strndup(arena, text, strlen(text));
}

const char *short_text(struct arena *arena, const struct text *text, size_t cells)
{
    const char *bytes = text->bytes ? text->bytes : "";
    size_t line = strcspn(bytes, "\n");
    const char *first = arena_strndup(arena, bytes, line);
    return arena_short(arena, bytes[line] ? arena_printf(arena, "%s …", first) : first, cells);
}

/* How well something fits the words; a better fit beats all worse ones. */
enum fit { FIT_EXACT, FIT_BEGINS, FIT_WORD, FIT_NONE };

/* Candidates of one search. */
struct hits {
    struct arena *arena;
    const char *folded; /* the words, folded */
    void *first[FIT_NONE];
    size_t n[FIT_NONE];
    struct buf list[FIT_NONE]; /* "  7.12  Wholesale\n" for the first few */
};

static char *spaced(char *text)
{
    for (char *at = text; *at; at++)
        if (*at == '_')
            *at = ' ';
    return text;
}

static void hits_init(struct hits *h, struct arena *arena, const char *words)
{
    memset(h, 0, sizeof *h);
    h->arena = arena;
    h->folded = spaced(arena_fold(arena, words));
    for (size_t i = 0; i < FIT_NONE; i++)
        buf_init(&h->list[i]);
}

static void hit(struct hits *h, void *at, enum fit fit, const char *label, const char *text)
{
    if (fit == FIT_NONE)
        return;
    if (h->n[fit]++ == 0)
        h->first[fit] = at;
    if (h->n[fit] <= CANDIDATES)
        buf_addf(&h->list[fit], "\n  %-10s %s", label, text);
    else if (h->n[fit] == CANDIDATES + 1)
        buf_addf(&h->list[fit], "\n  …");
}

static enum fit better(enum fit a, enum fit b)
{
    return a < b ? a : b;
}

/* A key's underscore is as good as a space. */
static enum fit fit_of(const struct hits *h, const char *text)
{
    const char *folded = spaced(arena_fold(h->arena, text)), *at = folded;
    size_t len = strlen(h->folded);
    if (len == 0)
        return FIT_NONE;
    if (strcmp(folded, h->folded) == 0)
        return FIT_EXACT;
    if (strncmp(folded, h->folded, len) == 0)
        return FIT_BEGINS;
    while ((at = strstr(at + 1, h->folded)))
        if (at[-1] == ' ')
            return FIT_WORD;
    return FIT_NONE;
}

static enum status hits_decide(struct hits *h, const char *what, const char *words, const char *next, void **found,
                               const char **why)
{
    enum fit best = FIT_EXACT;
    enum status status = STATUS_OK;
    while (best < FIT_NONE && h->n[best] == 0)
        best++;
    if (best == FIT_NONE) {
        *why = arena_printf(h->arena, "There is no %s \"%s\". %s", what, words, next);
        status = STATUS_NOT_FOUND;
    } else if (h->n[best] == 1) {
        *found = h->first[best];
    } else {
        buf_add(&h->list[best], "", 1);
        *why = arena_printf(h->arena, "Several fit \"%s\"; say which one by its id:%s", words,
                            (const char *)h->list[best].data);
        status = STATUS_CONFLICT;
    }
    for (size_t i = 0; i < FIT_NONE; i++)
        buf_fini(&h->list[i]);
    return status;
}

enum status find_canvas(struct arena *arena, const Cocanvas__CanvasList *list, const char *words,
                        Cocanvas__CanvasInfo **found, const char **why)
{
    struct hits h;
    hits_init(&h, arena, words);
    for (size_t i = 0; i < list->n_canvases; i++) {
        struct uuid id;
        char text[UUID_TEXT];
        Cocanvas__CanvasInfo *info = list->canvases[i];
        if (!uuid_from_bytes(info->id.data, info->id.len, &id))
            continue;
        uuid_format(&id, text);
        bool by_id = strlen(words) >= ID_PREFIX_LEAST && strncmp(text, h.folded, strlen(h.folded)) == 0;
        hit(&h, info, better(fit_of(&h, info->title), by_id ? FIT_BEGINS : FIT_NONE), arena_strndup(arena, text, 8),
            arena_short(arena, info->title, 60));
    }
    return hits_decide(&h, "canvas", words, "See: cocanvas list", (void **)found, why);
}

static bool wanted_card(const struct card *card, enum find_cards which)
{
    return which == FIND_ANY_CARD || (card->deleted_seq != 0) == (which == FIND_DELETED);
}

/* "7.12", or a bare number for the counter: people read "12" off the screen for 7.12. */
static bool names_id(const char *words, uint64_t id)
{
    char text[OBJECT_ID_TEXT], *end;
    object_id_format(id, text);
    unsigned long counter = strtoul(words, &end, 10);
    return strcmp(text, words) == 0 || (end != words && *end == 0 && counter == object_counter(id));
}

/* Texts fit only from their beginning: a card that holds the word somewhere is too easily another one than meant. */
static enum fit fit_of_text(const struct hits *h, const char *words, uint64_t id, const struct text *text)
{
    enum fit fit = names_id(words, id) ? FIT_EXACT : fit_of(h, text->bytes ? text->bytes : "");
    return fit == FIT_WORD ? FIT_NONE : fit;
}

enum status find_card(struct arena *arena, const struct canvas *canvas, enum find_cards which, const char *words,
                      struct card **found, const char **why)
{
    uint64_t id;
    struct hits h;
    *found = object_id_parse(words, &id) ? canvas_card(canvas, id) : NULL;
    if (*found && wanted_card(*found, which))
        return STATUS_OK;
    if (*found && which == FIND_ALIVE) {
        *why = arena_printf(arena, "Card %s was removed. Next: cocanvas restore CANVAS %s", words, words);
        return STATUS_NOT_FOUND;
    }
    if (*found) {
        *why = arena_printf(arena, "Card %s was not removed.", words);
        return STATUS_NOT_FOUND;
    }
    hits_init(&h, arena, words);
    for (struct object *o = canvas->cards; o; o = o->hh.next) {
        struct card *card = (struct card *)o;
        if (wanted_card(card, which))
            hit(&h, card, fit_of_text(&h, words, o->id, &card->text), id_text(arena, o->id),
                short_text(arena, &card->text, 60));
    }
    const char *next =
        which == FIND_DELETED ? "Removed cards: cocanvas show CANVAS --removed" : "See: cocanvas show CANVAS";
    return hits_decide(&h, which == FIND_DELETED ? "removed card" : "card", words, next, (void **)found, why);
}

static const char *list_of_blocks(struct arena *arena, const struct canvas *canvas)
{
    struct buf keys;
    size_t n;
    buf_init(&keys);
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n; i++)
        buf_addf(&keys, "%s%s", i ? ", " : "", blocks[i]->key);
    buf_add(&keys, "", 1);
    const char *text = arena_printf(arena, "The blocks are: %s.", (const char *)keys.data);
    free(blocks);
    buf_fini(&keys);
    return text;
}

enum status find_block(struct arena *arena, const struct canvas *canvas, const char *words, struct block **found,
                       const char **why)
{
    struct hits h;
    size_t n;
    hits_init(&h, arena, words);
    struct block **blocks = canvas_blocks_in_order(canvas, &n);
    for (size_t i = 0; i < n; i++) {
        enum fit fit = better(fit_of(&h, blocks[i]->key), fit_of(&h, blocks[i]->title));
        if (strcmp(id_text(arena, blocks[i]->o.id), words) == 0)
            fit = FIT_EXACT;
        hit(&h, blocks[i], fit, blocks[i]->key, arena_short(arena, blocks[i]->title, 60));
    }
    free(blocks);
    return hits_decide(&h, "block", words, list_of_blocks(arena, canvas), (void **)found, why);
}

enum status find_comment(struct arena *arena, const struct canvas *canvas, const char *words, struct comment **found,
                         const char **why)
{
    struct hits h;
    uint64_t id;
    *found = object_id_parse(words, &id) ? canvas_comment(canvas, id) : NULL;
    if (*found)
        return STATUS_OK;
    hits_init(&h, arena, words);
    for (struct object *o = canvas->comments; o; o = o->hh.next) {
        struct comment *comment = (struct comment *)o;
        if (comment->deleted_seq == 0)
            hit(&h, comment, fit_of_text(&h, words, o->id, &comment->text), id_text(arena, o->id),
                short_text(arena, &comment->text, 60));
    }
    return hits_decide(&h, "comment", words, "See: cocanvas show CANVAS", (void **)found, why);
}

enum status find_object(struct arena *arena, const struct canvas *canvas, const char *words, uint64_t *id,
                        const char **what, const char **why)
{
    struct block *block;
    struct card *card;
    const char *ignored;
    if (strcmp(words, "canvas") == 0 || strcmp(words, ".") == 0) {
        *id = 0;
        *what = "canvas";
        return STATUS_OK;
    }
    if (canvas_block_by_key(canvas, words) || find_card(arena, canvas, FIND_ALIVE, words, &card, why) != STATUS_OK) {
        enum status status = find_block(arena, canvas, words, &block, &ignored);
        if (status != STATUS_OK) {
            *why = arena_printf(arena, "There is no card or block \"%s\". See: cocanvas show CANVAS", words);
            return status;
        }
        *id = block->o.id;
        *what = "block";
        return STATUS_OK;
    }
    *id = card->o.id;
    *what = "card";
    return STATUS_OK;
}
