/* What commands that change a canvas share: open it, find things by what people typed (and say what is wrong),
 * collect ops, submit them as one step, print the result. */
#ifndef COCANVAS_CLIENT_CLI_EDIT_H
#define COCANVAS_CLIENT_CLI_EDIT_H

#include "client/cli/describe.h"
#include "client/cli/find.h"
#include "client/cli/session.h"

struct edit {
    struct session s;
    struct arena *arena;         /* the session's */
    const struct canvas *canvas; /* the view */
    struct replica *replica;
    struct describe describe;
    Cocanvas__Op **ops; /* owned; the ops are the arena's */
    size_t n, cap;
    json_t *result; /* with --json: "cards", "ids" … are put here */
};

/* All int functions return an exit code; if it is not EXIT_OK the sentence has been printed. */
int edit_begin(struct edit *e, struct cli *cli, const char *canvas_words, bool read_only);
/* Closes everything; returns code, and prints the result first if it is EXIT_OK. */
int edit_end(struct edit *e, int code);

int edit_card(struct edit *e, enum find_cards which, const char *words, struct card **card);
int edit_block(struct edit *e, const char *words, struct block **block);
int edit_comment(struct edit *e, const char *words, struct comment **comment);
int edit_object(struct edit *e, const char *words, uint64_t *id, const char **what);
/* Whether the text is one that a canvas can hold. */
int edit_text_ok(struct cli *cli, const char *text);
/* The arguments from the first one on, joined by spaces; from the arena. */
const char *joined_args(struct cli *cli, int first);

void edit_op(struct edit *e, Cocanvas__Op *op);
/* Submits what was collected; EXIT_OK also if there is nothing. */
int edit_save(struct edit *e);

/* "Removed 7.12 in Channels: 'x'", or the card in the JSON result's list "cards". */
void edit_tell_card(struct edit *e, const char *verb, uint64_t id);
/* A line for people only. */
void edit_tell(struct edit *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* JSON of a card or a block as show prints it. */
json_t *card_json(struct session *s, const struct canvas *canvas, const struct card *card);
json_t *block_json(const struct block *block);
json_t *comment_json(struct session *s, const struct comment *comment);

#endif
