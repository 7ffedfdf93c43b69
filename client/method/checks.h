/* The checks (method.h): one row each, with what it looks at. A check is a function that says a sentence for each thing that it finds; which of
 * them run, and when, is checks.c's business. */
#ifndef COCANVAS_CLIENT_METHOD_CHECKS_H
#define COCANVAS_CLIENT_METHOD_CHECKS_H

#include "client/method/method_private.h"

/* CARD: each card that is no part. MEASURE: each card that is a measure. BLOCK: each block that people see. CANVAS: once. */
enum check_about { ABOUT_CARD, ABOUT_MEASURE, ABOUT_BLOCK, ABOUT_CANVAS };

/* What a check looks at, and where its findings go. */
struct checking {
    struct method *m;
    const char *check;               /* id of the one that runs */
    struct entry *e;                 /* CARD, MEASURE */
    const struct card *card;
    struct block_entry *b;           /* CARD, MEASURE: where the card (a part's row) stands; BLOCK */
    const struct block *block;
    struct finding_entry **at;
    size_t *n;
};

/* Columns: function (check_…), id, when, about, what it is for people. At most 32. */
/* clang-format off */
#define CHECKS(CHECK)                                                                                                                 \
    CHECK(empty_block,      "empty-block",         CHECK_USUALLY, ABOUT_BLOCK,   "a block without any card")                          \
    CHECK(limit_min,        "limit-min",           CHECK_ALWAYS,  ABOUT_BLOCK,   "fewer cards in a block than its least number")      \
    CHECK(limit_max,        "limit-max",           CHECK_ALWAYS,  ABOUT_BLOCK,   "more cards in a block than its greatest number")    \
    CHECK(duplicate,        "duplicate",           CHECK_USUALLY, ABOUT_CARD,    "two cards of a block that say the same")            \
    CHECK(untested,         "untested",            CHECK_USUALLY, ABOUT_CARD,    "an assumption that nobody has tested (status \"assumption\")") \
    CHECK(field_required,   "field-required",      CHECK_ALWAYS,  ABOUT_CARD,    "a field that must be filled is empty")              \
    CHECK(field_value,      "field-value",         CHECK_ALWAYS,  ABOUT_CARD,    "a value that its field does not allow")             \
    CHECK(measure_target,   "measure-target",      CHECK_ALWAYS,  ABOUT_MEASURE, "a measure without a target")                        \
    CHECK(measure_baseline, "measure-baseline",    CHECK_ALWAYS,  ABOUT_MEASURE, "a measure whose target equals its baseline")        \
    CHECK(measure_unit,     "measure-unit",        CHECK_ALWAYS,  ABOUT_MEASURE, "a measure without a unit")                          \
    CHECK(measure_owner,    "measure-owner",       CHECK_ALWAYS,  ABOUT_MEASURE, "a measure that nobody looks after")                 \
    CHECK(measure_period,   "measure-period",      CHECK_ALWAYS,  ABOUT_MEASURE, "a measure that will not be reviewed")               \
    CHECK(review_due,       "review-due",          CHECK_ALWAYS,  ABOUT_MEASURE, "a measure whose review is due or overdue")          \
    CHECK(reading_future,   "reading-future",      CHECK_ALWAYS,  ABOUT_MEASURE, "a reading of a day that is still to come")          \
    CHECK(reading_twice,    "reading-twice",       CHECK_ALWAYS,  ABOUT_MEASURE, "two readings of one day")                           \
    CHECK(two_sides,        "two-sides",           CHECK_ASKED,   ABOUT_CANVAS,  "only one side, company or customer, has cards")     \
    CHECK(one_side_pays,    "one-side-pays",       CHECK_ALWAYS,  ABOUT_CANVAS,  "one side gains what the other loses, over all or in a stage") \
    CHECK(required_words,   "required-words",      CHECK_ALWAYS,  ABOUT_CARD,    "a required word that the wording does not have")    \
    CHECK(outgoing_only,    "outgoing-only",       CHECK_ASKED,   ABOUT_CARD,    "a player who gives and gets nothing")               \
    CHECK(unlinked,         "unlinked",            CHECK_ASKED,   ABOUT_CARD,    "a card without a link")                             \
    CHECK(need_desire,      "need-without-desire", CHECK_ASKED,   ABOUT_CARD,    "a need that nobody has a desire for")
/* clang-format on */

#define AS_CHECK(name, id, when, about, what) void check_##name(struct checking *c);
CHECKS(AS_CHECK)
#undef AS_CHECK

/* Adds a finding of the check that runs. */
void finding_say(struct checking *c, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* The beginning of a text's first line for a sentence; malloc'd. */
char *finding_quote(const char *bytes, size_t len);

#endif
