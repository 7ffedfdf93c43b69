/* What people call things by: a canvas by the beginning of its title, of a word in it, or of its id; a card by its
 * id ("7.12", "12") or the beginning of its text; a block by key, title, or the beginning of one or of a word in it.
 * Comparisons ignore case. Pure. When several fit, the sentence lists them. */
#ifndef COCANVAS_CLIENT_CLI_FIND_H
#define COCANVAS_CLIENT_CLI_FIND_H

#include "common/arena.h"
#include "common/canvas.h"
#include "common/status.h"
#include "wire.pb-c.h"

enum find_cards {
    FIND_ALIVE,
    FIND_DELETED,
    FIND_ANY_CARD,
};

/* All return STATUS_OK, STATUS_NOT_FOUND or STATUS_CONFLICT (several fit); *why is a complete sentence, from the
 * arena. */
enum status find_canvas(struct arena *arena, const Cocanvas__CanvasList *list, const char *words,
                        Cocanvas__CanvasInfo **found, const char **why);
enum status find_card(struct arena *arena, const struct canvas *canvas, enum find_cards which, const char *words,
                      struct card **found, const char **why);
enum status find_block(struct arena *arena, const struct canvas *canvas, const char *words, struct block **found,
                       const char **why);
/* A comment by its id, or the only one that is not resolved on a card that the words name. */
enum status find_comment(struct arena *arena, const struct canvas *canvas, const char *words, struct comment **found,
                         const char **why);
/* A card, a block, or "canvas" (id 0). *what is "card", "block" or "canvas". */
enum status find_object(struct arena *arena, const struct canvas *canvas, const char *words, uint64_t *id,
                        const char **what, const char **why);
/* The first line of a text, short, for lists of candidates and messages; from the arena. */
const char *short_text(struct arena *arena, const struct text *text, size_t cells);
/* "7.12", from the arena. */
const char *id_text(struct arena *arena, uint64_t id);

#endif
