/* What people do with fields, measures, actions, readings and groups, as ops: from what they type to what is submitted, each refusal a
 * sentence that says what to type instead. Shared by the commands and the terminal interface: nothing is printed here, nothing is
 * submitted; the caller submits `ops` as one step. Everything comes from the arena.
 *
 *   method_ops_init(&o, …); method_set_field(&o, …) … ; submit o.ops; */
#ifndef COCANVAS_CLIENT_CLI_METHOD_OPS_H
#define COCANVAS_CLIENT_CLI_METHOD_OPS_H

#include "client/cli/ops.h"
#include "client/core/replica.h"
#include "client/method/cell.h"
#include "client/method/measure.h"
#include "common/field.h"

struct method_ops {
    struct arena *arena;
    struct replica *replica;     /* gives ids */
    const struct canvas *canvas; /* its view, as it was at method_ops_init() */
    char today[11];              /* YYYY-MM-DD, where the person is */
    cell_name_fn *name;          /* who is who, to find a person by what is typed */
    void *ctx;
    Cocanvas__Op **ops;
    size_t n, cap;
    uint64_t parts; /* the hidden block, once it was looked for; 0: not yet */
};

void method_ops_init(struct method_ops *o, struct arena *arena, struct replica *replica, const char *today,
                     cell_name_fn *name, void *ctx);
void method_ops_add(struct method_ops *o, Cocanvas__Op *op);

/* All enum status functions: BAD_OP, NOT_FOUND, CONFLICT or TOO_LARGE with the sentence in *why; ops are then to be thrown away. */

/* ---- reading what people type */

/* A member by number, name or the beginning of a name that only one has; "me" is oneself. */
enum status method_person(struct method_ops *o, const char *typed, uint32_t *author, struct why *why) MUST_CHECK;
/* A day: YYYY-MM-DD, or today, yesterday, tomorrow. */
enum status method_day(struct method_ops *o, const char *typed, char day[11], struct why *why) MUST_CHECK;
/* A period: P1M …, or 2w, 1 month, weekly, monthly, quarterly, yearly. `out` has room for KEY_MAX. */
enum status method_period(const char *typed, char *out, struct why *why) MUST_CHECK;
/* The field that people mean: its key, or its title in any case of letters; NULL and the list of fields in *why. */
const struct field *method_find_field(const struct fields *fields, const char *typed, struct why *why);
/* A value of a field that holds one (not text, groups, measures or actions), checked against its bounds and choices. "" is VALUE_NONE. */
enum status method_read_value(struct method_ops *o, const struct field *field, const char *typed, struct value *out,
                              struct why *why) MUST_CHECK;

/* ---- fields */

/* Sets a card's field from what is typed; "" clears. Groups: all of them, comma between. card NULL: `id` is made by these very ops. */
enum status method_set_field(struct method_ops *o, uint64_t id, const struct card *card, const struct field *field,
                             const char *typed, struct why *why) MUST_CHECK;
/* A card's group of field k: on or off. */
enum status method_set_group(struct method_ops *o, uint64_t id, const struct field *field, const char *name, bool on,
                             struct why *why) MUST_CHECK;
/* Defines a field of a block's cards, or (block 0) of all cards; also a new definition of one that is there. */
enum status method_define_field(struct method_ops *o, uint64_t block, const struct field *field,
                                struct why *why) MUST_CHECK;

/* ---- parts */

/* The hidden block for parts. An older canvas that has none gets one by these ops. */
uint64_t method_parts_block(struct method_ops *o);
/* A new part of a card, with its text; its id. */
uint64_t method_add_part(struct method_ops *o, uint64_t card, const char *field_key, const char *text);
/* The key of the field of that type where a new part goes: the one that people name (NULL: the first), or that type's own name where the block
 * has none. NULL and *why if what they name is no such field. */
const char *method_part_key(struct method_ops *o, const struct block *block, enum field_type type, const char *typed,
                            struct why *why);

/* ---- measures. Each NULL: not given; "": takes it away. */
struct measure_words {
    const char *name, *kind, *unit, *direction, *baseline, *minimum, *target, *owner, *period, *next;
};
/* A new measure: a part of `row` under field_key, or (row NULL) a card of `block`. */
enum status method_add_measure(struct method_ops *o, const struct card *row, const char *field_key,
                               const struct block *block, const struct measure_words *words, uint64_t *id,
                               struct why *why) MUST_CHECK;
enum status method_set_measure(struct method_ops *o, const struct card *measure, const struct measure_words *words,
                               struct why *why) MUST_CHECK;

/* ---- readings */

/* A reading's value as the measure's kind takes it: "12", "1.5 h" with its unit, "40 %", "yes". `out`: NUMBER_BYTES + 1. */
enum status method_reading_value(const struct card *measure, const char *typed, char *out, struct why *why) MUST_CHECK;
/* date NULL or "": today. A next review that was set by hand is over once there is a reading of that day or a later one. */
enum status method_add_reading(struct method_ops *o, const struct card *measure, const char *typed, const char *date,
                               const char *note, uint64_t *id, struct why *why) MUST_CHECK;
/* What is odd about a reading of that day, as a sentence: a day to come, or a second one of the day. NULL: nothing. */
const char *method_reading_doubt(struct method_ops *o, const struct card *measure, const char *date);

/* ---- actions */

bool card_is_action(const struct canvas *c, const struct card *card);
/* A part of `row`: what, when (a day, "" none), who (a member, or the name of somebody without an account; "" nobody). */
enum status method_add_action(struct method_ops *o, const struct card *row, const char *field_key, const char *what,
                              const char *when, const char *who, uint64_t *id, struct why *why) MUST_CHECK;
/* when and who: NULL leaves them. */
enum status method_set_action(struct method_ops *o, uint64_t action, const char *when, const char *who,
                              struct why *why) MUST_CHECK;
void method_action_done(struct method_ops *o, uint64_t action, bool done);

/* ---- groups (T09) */

/* All names that cards of the block (NULL: of all blocks) have for a groups field, sorted, each once. From the arena. */
const char **method_groups(struct method_ops *o, const struct block *block, const struct field *field, size_t *n);
/* Makes the group a card of block `to`, to which its cards are linked; its id. */
enum status method_promote_group(struct method_ops *o, const struct field *field, const char *name,
                                 const struct block *to, uint64_t *id, struct why *why) MUST_CHECK;
/* Whether a card has that group. */
bool card_in_group(const struct card *card, const char *field_key, const char *name);

#endif
