/* What struct method consists of (method.h). Each alive card has an entry with what was derived from it and what it contributes to sums; an
 * edit takes an entry's contributions out, works it out anew, and puts them back. Entries own copies of what they need, so that the
 * canvas may be another object at each update (a replica's view comes and goes). */
#ifndef COCANVAS_CLIENT_METHOD_PRIVATE_H
#define COCANVAS_CLIENT_METHOD_PRIVATE_H

#include <uthash.h>

#include "client/method/method.h"

/* A reading that counts, of one measure; sorted by (date, created, id). */
struct reading_entry {
    uint64_t id;
    int64_t created_ms;
    char date[11];
};

/* Which measure a reading belongs to, and its value while it counts. */
struct reading_index {
    uint64_t id;
    uint64_t card;
    char *value;             /* NULL: does not count (taken away) */
    char date[11];
    int64_t created_ms;
    UT_hash_handle hh;
};

struct link_index {
    uint64_t id, from, to;
    bool shows;              /* counted at both ends */
    UT_hash_handle hh;
};

/* One line of the check list about one object. */
struct finding_entry {
    const char *check;       /* static */
    char *text;              /* owned */
};

struct entry {
    uint64_t id;             /* of the card */
    bool dirty, checked;     /* is in the list of those to be worked out, to be checked */
    struct entry *next_dirty, *next_checked;

    /* what it is, as of the last update */
    uint64_t block;          /* the block whose sums it is in (a part: its row's); 0: counts nowhere (gone, or its row is) */
    uint64_t row;            /* a part: the card it belongs to; else 0 */
    char *part_key;          /* a part: the field's key */
    uint64_t *parts;         /* ids of its own parts, ascending place */
    size_t n_parts, cap_parts;

    struct measure *measure; /* NULL: none */
    bool in_rollup;          /* its measure is in the sums */
    bool is_due;             /* … and among those that are due */
    struct reading_entry *readings;
    size_t n_readings, cap_readings;
    struct decimal sum;      /* of its readings; exact, so that taking one away is exact, too */
    struct rollup *rollup;   /* of its parts; NULL: none */

    struct amount *amount;   /* what it adds to the balances; NULL: nothing */
    uint32_t n_out, n_in;    /* links that show */
    uint64_t text_hash;      /* of the normalised text, in method.texts; 0: none */
    struct finding_entry *findings;
    size_t n_findings;
    UT_hash_handle hh;
};

struct amount {
    uint64_t stage;
    const char *side;        /* static: "company", "customer" */
    char *unit;
    bool minus;
    struct decimal value;
};

struct block_entry {
    uint64_t id;
    struct fields fields;
    struct rollup rollup;
    const char *side;        /* static, "" if none */
    const char *sign;
    bool hidden;
    size_t n_cards;          /* that count: alive, no parts */
    bool dirty;              /* its findings are to be worked out */
    struct finding_entry *findings;
    size_t n_findings;
    UT_hash_handle hh;
};

/* Sums of one (stage, side, unit); stage 0: the whole canvas. */
struct balance_entry {
    uint64_t stage;
    const char *side;
    char *unit;
    struct decimal plus, minus, net;
    size_t n;                /* amounts in it */
};

/* Cards with one normalised text. */
struct text_entry {
    uint64_t hash;
    uint64_t *cards;
    size_t n, cap;
    UT_hash_handle hh;
};

/* What an op may have changed. */
enum touch_kind { TOUCH_CARD, TOUCH_BLOCK_WORDS, TOUCH_OBJECT, TOUCH_READING, TOUCH_LINK };
struct touched {
    enum touch_kind kind;    /* OBJECT: a card's property, or what a block or the canvas says about its cards */
    uint64_t id;
};

struct method {
    const struct canvas *canvas;     /* of the last update; borrowed */
    char today[11];
    bool stale;                      /* everything is to be worked out anew */
    struct entry *entries;           /* by id */
    struct entry *dirty;
    struct block_entry *blocks;      /* by id */
    struct reading_index *readings;  /* by id */
    struct link_index *links;        /* by id */
    struct touched *touched;         /* since the last update */
    size_t n_touched, cap_touched;
    struct text_entry *texts;        /* by hash */
    struct fields header_fields;
    char *lanes;                     /* key of the lanes field, "" if none */
    char *checks;                    /* ids, space around each; "" : those that every canvas has */
    struct rollup rollup;
    struct balance_entry *balances;
    size_t n_balances;
    struct finding_entry *findings;  /* about the canvas itself */
    size_t n_findings;

    /* results that are made when somebody asks */
    uint64_t *measures;
    size_t n_measures;
    bool measures_known;
    struct measure_reading *reading_list;
    struct balance *balance_list;
    struct finding *finding_list;
    size_t n_finding_list;
    bool findings_known;
};

struct entry *entry_find(const struct method *m, uint64_t card);
struct block_entry *block_entry_find(const struct method *m, uint64_t block);
void entry_mark(struct method *m, uint64_t card);        /* to be worked out at the next update */

/* method_measure.c: works out e->measure of a card that counts. */
void measure_read(struct measure *measure, const struct card *card);
void measure_work_out(struct entry *e, const struct card *card, const struct reading_index *last);
void measure_clear(struct entry *e);
bool measure_is_due(const struct measure *measure, const char *today);

/* method_rollup.c */
void rollup_put(struct method *m, struct entry *e);      /* the entry's measure into row, block and canvas */
void rollup_take(struct method *m, struct entry *e);     /* … and out */

/* method_balance.c */
void balance_put(struct method *m, struct entry *e, const struct card *card);
void balance_take(struct method *m, struct entry *e);
void balances_free(struct method *m);

/* checks.c: findings of an entry, a block, the canvas; they replace those before. */
void checks_of_card(struct method *m, struct entry *e, const struct card *card);
void checks_of_block(struct method *m, struct block_entry *b, const struct block *block);
void checks_of_canvas(struct method *m);
void checks_text_put(struct method *m, struct entry *e, const struct card *card);    /* into the index of texts */
void checks_text_take(struct method *m, struct entry *e);
void findings_clear(struct finding_entry **at, size_t *n);

#endif
