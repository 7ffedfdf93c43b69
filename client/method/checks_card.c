/* Checks of what a card says, and of its links. */
#include <stdlib.h>
#include <string.h>

#include "client/method/checks.h"
#include "common/buf.h"

/* The first of them (by id) is the one that the others repeat. */
void check_duplicate(struct checking *c)
{
    struct text_entry *t = NULL;

    if (c->e->text_hash != 0)
        HASH_FIND(hh, c->m->texts, &c->e->text_hash, sizeof c->e->text_hash, t);
    if (t == NULL || t->cards[0] == c->e->id)
        return;
    const struct card *first = canvas_card(c->m->canvas, t->cards[0]);
    char *quote = first != NULL ? finding_quote(first->text.bytes, first->text.len_bytes) : xstrdup("");
    if (quote[0] != '\0')
        finding_say(c, "Another card here says the same: \"%s\".", quote);
    else
        finding_say(c, "Another card here says the same.");
    free(quote);
}

static bool is_assumption(const struct card *card, const char *key)
{
    const struct value *status = props_get(&card->props, key);
    return status != NULL && status->text != NULL && strcmp(status->text, "assumption") == 0;
}

/* A status belongs to every card; a template may have a field of that name. */
void check_untested(struct checking *c)
{
    if (is_assumption(c->card, "status") || is_assumption(c->card, "f.status"))
        finding_say(c, "It is an assumption that nobody has tested yet.");
}

/* ---- links */

void check_outgoing_only(struct checking *c)
{
    if (c->e->n_out > 0 && c->e->n_in == 0)
        finding_say(c, "Who stands here gives and gets nothing in return.");
}

void check_unlinked(struct checking *c)
{
    if (c->e->n_out > 0 || c->e->n_in > 0)
        return;
    if (strcmp(c->b->side, "customer") == 0)
        finding_say(c, "It has no link: nothing on offer answers it yet.");
    else if (strcmp(c->b->side, "company") == 0)
        finding_say(c, "It has no link: who asked for it?");
    else
        finding_say(c, "It has no link.");
}

/* ---- needs and desires (T31): two text fields; where there is no field "need", the card's text is the need */

static bool says(const struct card *card, const char *key)
{
    const struct text *text = NULL;
    for (uint32_t i = 0; i < card->n_fields; i++)
        if (strcmp(card->fields[i].key, key) == 0)
            text = &card->fields[i].text;
    return text != NULL && text->len_bytes > 0;
}

void check_need_desire(struct checking *c)
{
    bool need = fields_find(&c->b->fields, "need") != NULL ? says(c->card, "need") : c->card->text.len_bytes > 0;
    if (need && fields_find(&c->b->fields, "desire") != NULL && !says(c->card, "desire"))
        finding_say(c, "It is a need without a desire: who wants it?");
}

/* ---- required words (T21): each card of a block of words must be found in the current wording */

/* Whether words stand one after another in a line, all in normal form. The last of them may have an ending: "customer" is in "customers". */
static bool has_words(const char *lines, const char *words)
{
    for (const char *at = lines; (at = strstr(at, words)) != NULL; at++)
        if (at == lines || at[-1] == ' ' || at[-1] == '\n')
            return true;
    return false;
}

void check_required_words(struct checking *c)
{
    if (strcmp(c->b->section, "terms") != 0)
        return;
    const char *lines = text_wording(c->m);
    char *words = text_normal(c->card->text.bytes, c->card->text.len_bytes);
    if (words[0] != '\0' && lines[strspn(lines, "\n")] != '\0' && !has_words(lines, words))
        finding_say(c, "The current wording does not have it yet.");
    free(words);
}
