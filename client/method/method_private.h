/* What struct method consists of (method.h). Each alive card has an entry with what was derived from it and what it contributes to sums; an
 * edit takes an entry's contributions out, works it out anew, and puts them back. Entries own copies of what they need, so that the
 * canvas may be another object at each update (a replica's view comes and goes). */
#ifndef COCANVAS_CLIENT_METHOD_PRIVATE_H
#define COCANVAS_CLIENT_METHOD_PRIVATE_H

#include "client/method/method.h"
#include "common/hash_table.h"

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
    bool dirty, unchecked;   /* is in the list of those to be worked out, to be checked */
    struct entry *next_dirty, *next_unchecked;

    /* what it is, as of the last update */
    bool alive;
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
    struct link_index **links;   /* all that begin or end here */
    size_t n_links, cap_links;
    uint64_t text_hash;      /* of the normalised texts, in method.texts; 0: none */
    bool is_wording;         /* stands in a block of the current wording, which must have the required words (T21) */
    struct finding_entry *findings;
    size_t n_findings;
    UT_hash_handle hh;
};

struct amount {
    uint64_t stage;
    const char *side;        /* static: "company", "customer"; compared as a pointer */
    char *unit;
    bool minus;
    struct decimal value;
};

struct block_entry {
    uint64_t id;
    struct fields fields;
    struct rollup rollup;
    const char *side;        /* static, "" if none; also sign and section */
    const char *sign;
    const char *section;
    bool hidden, gone;
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

/* Cards of one block with the same normalised texts. */
struct text_entry {
    uint64_t hash;
    uint64_t *cards;         /* ascending */
    size_t n, cap;
    UT_hash_handle hh;
};

/* What an op may have changed. */
enum touch_kind {
    TOUCH_CARD,
    TOUCH_PROPERTY,          /* of a card, a block or the canvas; it says nothing about other objects */
    TOUCH_SETTING,           /* the same, but a block's or the canvas' property of this name is about their cards */
    TOUCH_BLOCK,
    TOUCH_READING,
    TOUCH_LINK,
};
struct touched {
    enum touch_kind kind;
    uint64_t id;
};

struct method {
    const struct canvas *canvas;     /* of the last update; borrowed */
    char today[11];
    bool stale;                      /* everything is to be worked out anew */
    struct entry *entries;           /* by id */
    struct entry *dirty, *unchecked;
    struct block_entry *blocks;      /* by id */
    struct reading_index *readings;  /* by id */
    struct link_index *links;        /* by id */
    struct touched *touched;         /* since the last update */
    size_t n_touched, cap_touched;
    struct text_entry *texts;        /* by hash */
    char *wording;                   /* what text_wording() says; NULL: to be made anew */
    struct fields header_fields;
    char *lanes;                     /* key of the lanes field, "" if none */
    uint32_t checks;                 /* those that run: bits by number in the table (checks.h) */
    struct rollup rollup;
    struct balance_entry *balances;
    size_t n_balances;
    struct finding_entry *findings;  /* about the canvas itself */
    size_t n_findings;

    size_t n_found;                  /* findings of everything */

    /* results that are made when somebody asks */
    bool lists_known;
    uint64_t *measures;
    size_t n_measures;
    struct finding *finding_list;
    size_t n_listed;
    struct measure_reading *reading_list;
    struct balance *balance_list;
};

/* method_entry.c: what one card, reading or link is and adds. */
struct entry *entry_find(const struct method *m, uint64_t card);
struct entry *entry_of(struct method *m, uint64_t card);         /* made if there is none */
void entry_free(struct entry *e);
void entry_mark(struct method *m, uint64_t card);                /* to be worked out at the next update */
void entry_mark_unchecked(struct method *m, struct entry *e);    /* only its checks */
void entry_work_out(struct method *m, struct entry *e);
void update_reading(struct method *m, uint64_t id);
void update_link(struct method *m, uint64_t id);

/* method_block.c */
struct block_entry *block_entry_find(const struct method *m, uint64_t block);
void block_entry_free(struct block_entry *b);
void update_block(struct method *m, uint64_t id);                /* it may be new, gone, or say other things about its cards */

/* method_measure.c: works out e->measure of a card that counts. */
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

/* method_text.c: which cards say the same, and which wording needs which words. */
void text_put(struct method *m, struct entry *e, const struct card *card);
void text_take(struct method *m, struct entry *e);
void texts_free(struct method *m);
/* The text in one form for all that read alike: small letters without accents, one space between words. malloc'd. */
char *text_normal(const char *bytes, size_t len);
/* Everything that stands in blocks of the current wording, in that form, a line for each card; "" or lines. */
const char *text_wording(struct method *m);

/* checks.c: findings of an entry, a block, the canvas; they replace those before. */
void checks_choose(struct method *m);                    /* m->checks out of the canvas' property */
void checks_of_card(struct method *m, struct entry *e);
void checks_of_block(struct method *m, struct block_entry *b);
void checks_of_canvas(struct method *m);
void findings_clear(struct method *m, struct finding_entry **at, size_t *n);

#endif
