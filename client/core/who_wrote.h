/* Who wrote which letters of a card's text: the texts of all cards, letter by letter with the number of who put it there, replayed over the
 * history. Pure.
 *
 * What was taken over whole from another card (its property "accepted.of" names it, in the batch that made it) keeps that card's writers: who
 * accepts a wording has not written it. Anonymous letters stay anonymous (AUTHOR_ANONYMOUS). A letter that an undo brings back
 * is of whoever undid. */
#ifndef COCANVAS_CLIENT_CORE_WHO_WROTE_H
#define COCANVAS_CLIENT_CORE_WHO_WROTE_H

#include "common/canvas.h"
#include "wire.pb-c.h"

struct who_wrote;

/* A run of letters of one writer. */
struct who_span {
    uint32_t from, points;       /* in code points */
    uint32_t author;             /* 0: it was there before the history begins, and several have a hand in it */
};

/* first: the canvas before the first batch that follows. */
struct who_wrote *who_wrote_new(const struct canvas *first);
void who_wrote_free(struct who_wrote *w);
/* The next batch, as it was committed. False: it does not fit, and nothing more can be said. */
bool who_wrote_add(struct who_wrote *w, const Cocanvas__Committed *batch);
/* The card's text now, and its runs (to be freed); NULL and *n 0 if there is no such card, or the text is empty. */
struct who_span *who_wrote_spans(const struct who_wrote *w, uint64_t card, size_t *n);
const struct text *who_wrote_text(const struct who_wrote *w, uint64_t card);

#endif
