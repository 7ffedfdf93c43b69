/* Typed fields: what a card's cells may hold, and how a template and a canvas say so. A field's definition is one property of a block (for
 * its cards) or of the canvas (for all cards): key "field.<key>", a text of JSON. So two people who add a column each both have theirs (P4), and
 * a canvas carries its own definitions. The server stores them like every text; clients read them, and show a definition that they can't
 * read as a plain text field, so that nothing on a card is ever hidden by a mistake in it.
 *
 * Where a card keeps the value of field k:
 *   text              the co-edited text field k (TextEdit)
 *   number … flag     the property "f.k" (PropSet), a Value of that kind
 *   groups            tags "k=name", one per group: a set, so that two people who add a group each both have theirs
 *   measure, action   other cards ("parts") in the hidden block "parts", whose property "of" (object) is the card and "of.field" (choice) is k */
#ifndef COCANVAS_COMMON_FIELD_H
#define COCANVAS_COMMON_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/canvas.h"
#include "common/status.h"

enum field_type {
    FIELD_TEXT,
    FIELD_NUMBER,
    FIELD_DATE,
    FIELD_CHOICE,
    FIELD_GROUPS,            /* any number of names out of open choices */
    FIELD_PERSON,
    FIELD_FLAG,
    FIELD_MEASURE,           /* any number of measures (client/method/measure.h) */
    FIELD_ACTION,            /* any number of actions: what, when, who */
    FIELD_TYPES,
};

enum { FIELD_CHOICES_MAX = 64 };

/* One of a choice field's values. */
struct field_choice {
    char *key;               /* what the card stores (Value.choice) */
    char *title;             /* what people see; never empty */
    char *prompt;            /* a lane's question, "" if none */
    char *side;              /* "company", "customer", "shared" or "": whose the amounts in this lane are (T20, T25) */
    char *sign;              /* "plus", "minus" or "": whether they are gets or gives */
};

struct field {
    char *key;               /* without "field." */
    char *title;             /* one line, never empty */
    char *prompt, *unit;     /* "" if none */
    enum field_type type;
    char *min, *max;         /* NUMBER: decimal texts, "" no bound */
    bool whole;              /* NUMBER: no fraction */
    bool open;               /* CHOICE: any other word is allowed, too */
    bool required;
    struct field_choice *choices;
    size_t n_choices;
    uint32_t order;          /* of the columns, ascending; then by key */
};

struct fields {
    struct field *at;        /* in the order of the columns */
    size_t n;
};

/* A definition's text. field_parse: false and *why on refusal (f is then empty); field_format: malloc'd, deterministic. */
bool field_parse(const char *key, const char *json, struct field *f, struct why *why) MUST_CHECK;
char *field_format(const struct field *f);
void field_fini(struct field *f);
const char *field_type_name(enum field_type type);               /* "number" */
bool field_type_parse(const char *name, enum field_type *type);  /* false: there is none */
enum value_kind field_value_kind(enum field_type type);          /* of the property "f.k"; VALUE_NONE: it is kept otherwise */

/* The fields of a block's cards: the block's own and the canvas's (the block's win). block NULL: the canvas's alone. Unreadable
 * definitions come as text fields. To be given to fields_free(). */
void fields_of_block(const struct canvas *c, const struct block *block, struct fields *out);
void fields_free(struct fields *f);
const struct field *fields_find(const struct fields *f, const char *key);
const struct field_choice *field_choice_find(const struct field *f, const char *key);
/* The choice that people mean by a word: its key or its title, in any case of letters. */
const struct field_choice *field_choice_named(const struct field *f, const char *word);

/* ---- parts of a card: measures and actions in the hidden block */

/* The card of which `card` is a part, NULL if it is none (or that card is gone); *field: the field's key, borrowed. */
struct card *part_of(const struct canvas *c, const struct card *card, const char **field);
/* Whether people see the block: hidden ones (property "hidden") hold parts. */
bool block_hidden(const struct block *block);

#endif
