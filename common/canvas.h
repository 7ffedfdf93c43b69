/* The state of one canvas: header, blocks, cards, comments, links, readings, named versions; with tombstones, an incremental
 * order-independent hash, and a rollback for batches that are refused half-way. Pure: no I/O, no clock, no randomness. The server
 * and the clients run the same code, so equal batches give equal states (P4).
 *
 * A struct canvas owns everything in it. Pointers into it are borrowed and hold until the next change of that object.
 * Strings are NUL-terminated, valid text (utf8.h). Look-ups by id are O(1), through canvas_find() and its kin only; the tables may be walked by
 * hh.next. Cards of a block are an array sorted by order key. A struct canvas must not be moved or copied as a value. */
#ifndef COCANVAS_COMMON_CANVAS_H
#define COCANVAS_COMMON_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uthash.h>

#include "canvas.pb-c.h"
#include "common/arena.h"
#include "common/buf.h"
#include "common/status.h"
#include "common/text.h"

/* Kinds of object; the values are CanvasState's field numbers and the seeds of the hash. */
enum object_kind {
    OBJECT_HEADER = 2,
    OBJECT_BLOCK = 3,
    OBJECT_CARD = 4,
    OBJECT_COMMENT = 5,
    OBJECT_LINK = 6,
    OBJECT_READING = 7,
    OBJECT_NAMED = 8,
};

enum value_kind { VALUE_NONE, VALUE_TEXT, VALUE_NUMBER, VALUE_DATE, VALUE_FLAG, VALUE_CHOICE, VALUE_PERSON, VALUE_OBJECT };

struct value {
    enum value_kind kind;
    char *text;              /* TEXT, NUMBER, DATE, CHOICE: owned; else NULL */
    uint64_t number;         /* FLAG (0/1), PERSON, OBJECT */
};

struct prop {
    char *key;
    struct value value;
};

struct props {               /* sorted by key */
    struct prop *at;
    uint32_t n, cap;
};

struct text_field {
    char *key;
    struct text text;
};

/* What every object begins with. */
struct object {
    uint64_t id;             /* OBJECT_NAMED: the seq. OBJECT_HEADER: 0 */
    enum object_kind kind;
    bool dirty;              /* hash is out of date; then it is in canvas.dirty */
    uint64_t hash;           /* its share of the state hash; valid while not dirty */
    struct object *next_dirty, **dirty_at;   /* list of dirty objects: the next one, and who points here */
    uint32_t undo_at;        /* 1 + index of its entry in canvas.undo, 0: not touched in this batch */
    UT_hash_handle hh;       /* in canvas.objects of its kind */
};

struct block {
    struct object o;
    char *key, *title, *prompt;
    uint32_t col, row, col_span, row_span, order;
    struct props props;
    bool deleted;
    struct card **cards;     /* all cards whose block this is, tombstones too, ascending order key (then id: keys may be equal
                                only while a replica rebuilds its view) */
    uint32_t n_cards, cap_cards;
    uint32_t n_alive;        /* cards that are not tombstones */
    uint32_t n_long_keys;    /* cards whose order key is longer than ORDER_KEY_RESPREAD */
};

struct card {
    struct object o;
    struct block *block;
    char *order_key;
    struct text text;
    struct text_field *fields;   /* sorted by key */
    uint32_t n_fields;
    struct props props;
    char **tags;             /* sorted */
    uint32_t n_tags;
    uint32_t *votes;         /* ascending authors */
    uint32_t n_votes;
    uint32_t created_by, edited_by;
    int64_t created_ms, edited_ms;
    uint64_t deleted_seq;    /* 0: alive */
};

struct comment {
    struct object o;
    uint64_t object, parent;
    struct text text;
    bool resolved;
    uint32_t created_by;
    int64_t created_ms, edited_ms;
    uint64_t deleted_seq;
};

struct link_object {
    struct object o;
    uint64_t from, to;
    char *kind;
    uint32_t created_by;
    int64_t created_ms;
    uint64_t deleted_seq;
};

struct reading {
    struct object o;
    uint64_t object;
    char *date, *value, *note;
    uint32_t created_by;
    int64_t created_ms;
    uint64_t deleted_seq;
};

struct named {
    struct object o;         /* id is the seq */
    char *name;
    uint32_t created_by;
    int64_t created_ms;
};

struct header {
    struct object o;
    uint32_t cols, rows;
    struct props props;
};

/* Limits that are part of the model (canvas.proto states them field by field). */
enum {
    KEY_MAX = 64,            /* bytes of a key, a link's kind */
    TITLE_POINTS = 200,      /* titles, names of versions, choices: code points, one line */
    PROMPT_POINTS = 2000,
    TAG_POINTS = 64,
    VALUE_POINTS = 4000,     /* a text property */
    NOTE_POINTS = 1000,      /* a reading's note */
    NUMBER_BYTES = 40,       /* a decimal number */
    GRID_MAX = 64,           /* columns, rows and spans */
    ORDER_MAX = 1000000,     /* Block.order */
    PROPS_MAX = 64,          /* properties of one object */
    FIELDS_MAX = 64,         /* text fields of one card */
    TAGS_MAX = 64,           /* tags of one card */
    BLOCKS_MAX = 1000,       /* blocks of one canvas, removed ones included */
};

/* What a canvas may hold; 0 means "no limit". The server's settings, told to clients in Welcome. */
struct canvas_limits {
    uint32_t text_points;    /* hard limit of one text */
    uint32_t cards;          /* cards, tombstones included */
    uint32_t objects;        /* comments + links + readings + named + blocks */
};

struct canvas {
    uint64_t seq;            /* last applied batch */
    struct header header;
    struct object *blocks, *cards, *comments, *links, *readings, *named;   /* uthash heads by id */
    uint32_t n_blocks, n_cards, n_others;
    uint64_t hash_sum;       /* of all objects that are not dirty */
    struct object *dirty;
    struct canvas_undo *undo;    /* copies of the objects touched since canvas_begin(); NULL outside of a batch */
    struct text_op scratch;      /* op_apply's, so that text edits do not allocate one each time */
    struct canvas_limits limits;
};

void canvas_init(struct canvas *c, const struct canvas_limits *limits);
void canvas_fini(struct canvas *c);

/* ---- reading */

struct object *canvas_find(const struct canvas *c, enum object_kind kind, uint64_t id);
/* NULL if there is none of that kind. Tombstones are found, too. */
struct block *canvas_block(const struct canvas *c, uint64_t id);
struct block *canvas_block_by_key(const struct canvas *c, const char *key);
struct card *canvas_card(const struct canvas *c, uint64_t id);
struct comment *canvas_comment(const struct canvas *c, uint64_t id);
struct link_object *canvas_link(const struct canvas *c, uint64_t id);
struct reading *canvas_reading(const struct canvas *c, uint64_t id);
/* Blocks that people see (not deleted, not hidden: field.h), by (order, row, col, id). malloc'd array, NULL-terminated; n may be NULL. */
struct block **canvas_blocks_in_order(const struct canvas *c, size_t *n);
/* The text that (object, key) names: a card's or comment's own text (key "") or a card's text field; NULL if there is none. A text
 * field that is empty does not exist: a TextEdit with pre_len 0 makes it, one that empties it takes it away. */
struct text *canvas_text(const struct canvas *c, uint64_t object, const char *key);
const struct value *props_get(const struct props *p, const char *key);
/* Text of a header property ("title", "template", …), "" if unset. */
const char *canvas_title(const struct canvas *c);
const char *canvas_header_text(const struct canvas *c, const char *key);
/* Everything but votes and what facilitators set is written anonymously now: the header's property "anonymous". */
bool canvas_is_anonymous(const struct canvas *c);
/* A link shows only while it and both ends are alive. */
bool link_visible(const struct canvas *c, const struct link_object *l);
/* Neighbours in the block that are alive; NULL at the ends. */
struct card *card_next_alive(const struct card *card);
struct card *card_prev_alive(const struct card *card);

/* ---- hash and snapshots */

/* The state hash (canvas.proto, CanvasState). Costs only the objects changed since the last call. */
uint64_t canvas_hash(struct canvas *c);
/* Appends the encoded CanvasState to out. Deterministic: equal states give equal bytes. */
void canvas_encode(struct canvas *c, struct buf *out);
/* Fills an empty canvas from an encoded CanvasState that nobody vouches for: every reference, key, text, order and limit is
 * checked; on refusal the canvas is empty again. c->limits apply: who loads what it stored itself decodes into a canvas without limits
 * and sets them afterwards, so that lowered limits never lock a canvas away. Allocates no more than a small multiple of len. */
enum status canvas_decode(struct canvas *c, const uint8_t *bytes, size_t len, struct why *why) MUST_CHECK;
/* Makes an imported state the beginning of a new canvas: ids become the server's (0.1, 0.2 … in the old order, so that no client's later id
 * meets them), every author becomes `author` (0: stays), seq 0, named versions (they point into another history) go, order keys are spread
 * anew, tombstones count as deleted before everything. */
void canvas_adopt(struct canvas *c, uint32_t author);
/* A state's protobuf form in an arena, for exports and listings; borrowed from arena and canvas. NULL if the arena is full. */
Cocanvas__CanvasState *canvas_to_message(struct canvas *c, struct arena *arena);

/* ---- changing (for op.c and the replica; everyone else applies ops) */

/* Copies of everything changed from here on are kept, until commit forgets or rollback restores them. Not nested. */
void canvas_begin(struct canvas *c);
void canvas_commit(struct canvas *c);
void canvas_rollback(struct canvas *c);
/* Before an object changes: keeps its copy for rollback, and marks its hash dirty. */
void canvas_touch(struct canvas *c, struct object *o);
/* New objects, owned by the canvas, registered and dirty; the caller fills in the rest. The id must be free. */
struct block *canvas_new_block(struct canvas *c, uint64_t id);
struct card *canvas_new_card(struct canvas *c, uint64_t id, struct block *block, const char *order_key);
struct comment *canvas_new_comment(struct canvas *c, uint64_t id);
struct link_object *canvas_new_link(struct canvas *c, uint64_t id);
struct reading *canvas_new_reading(struct canvas *c, uint64_t id);
struct named *canvas_new_named(struct canvas *c, uint64_t seq);
void canvas_remove_named(struct canvas *c, struct named *n);
/* Deletes (seq > 0) or restores (0) a card (touches it). */
void canvas_set_card_deleted(struct canvas *c, struct card *card, uint64_t seq);
/* Puts a card at another place (touches it). The key must be free in that block. */
void canvas_place_card(struct canvas *c, struct card *card, struct block *block, const char *order_key);
void props_set(struct props *p, const char *key, const struct value *value);     /* VALUE_NONE removes */
/* The card's text field, made if `create`; a pointer into the card's array: it holds until the next field is made or taken away. */
struct text_field *card_field(struct card *card, const char *key, bool create);
void card_remove_field(struct card *card, const char *key);
bool card_set_tag(struct card *card, const char *tag, bool on);      /* false if nothing changed */
bool card_set_vote(struct card *card, uint32_t author, bool on);

/* Makes `to`'s object (kind, id) equal to `from`'s: copies it, or removes it where `from` has none. For the replica's view. A card whose
 * block is unknown in `to` brings it along. */
void canvas_copy_object(struct canvas *to, const struct canvas *from, enum object_kind kind, uint64_t id);
/* to (initialised, any content) becomes a copy of from. */
void canvas_copy(struct canvas *to, const struct canvas *from);

#endif
