/* A canvas that is being put together from a file of another kind: what the importers of CSV, Markdown and lists share. The result is a
 * struct canvas of its own, which either becomes a new canvas or is added to one (intake_ops.h). Pure.
 *
 * Refusals are sentences that begin with the line ("Line 7: …"); what is left out without harm is told in `notes`. */
#ifndef COCANVAS_CLIENT_CLI_INTAKE_H
#define COCANVAS_CLIENT_CLI_INTAKE_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/field.h"

struct intake {
    struct canvas *c;        /* the caller's; initialised */
    struct arena *arena;
    /* Who a name is among the members, 0: nobody; NULL: nobody is known. */
    uint32_t (*person)(void *ctx, const char *name);
    void *ctx;
    bool blocks_are_open;    /* a block that is not there yet is made; else it is refused */
    uint32_t made;           /* objects made so far: their ids are 1.1, 1.2 … of client INTAKE_CLIENT */
    unsigned line;           /* of the file, for sentences */
    const char *block_keys;  /* of the canvas, for sentences; NULL: not asked for yet */
    struct buf notes;        /* sentences about what was left out, each ended by LF */
    struct why *why;
};

/* Ids of what is made here: above those of the people who were ever on a canvas. */
enum { INTAKE_CLIENT = 0x00ffff00 };

void intake_init(struct intake *in, struct canvas *c, struct arena *arena, struct why *why);
void intake_fini(struct intake *in);

/* Without a template: an empty canvas of the kind grid; intake_arrange() then puts its blocks into a square. */
void intake_blank(struct canvas *c, const char *title);
void intake_arrange(struct canvas *c);
/* From a template of this program; false: it has none of that id ("bmc" or "bmc@2"). */
bool intake_template(struct canvas *c, const char *id, const char *title);
void intake_title(struct canvas *c, const char *title);
void intake_header_text(struct canvas *c, const char *key, const char *text);

/* "Line 7: …". */
enum status intake_refuse(struct intake *in, const char *fmt, ...) PRINTF_LIKE(2, 3);
void intake_note(struct intake *in, const char *fmt, ...) PRINTF_LIKE(2, 3);

uint64_t intake_id(struct intake *in);
/* The block that people see by its key, else by its title in any case of letters; made if there is none and that is allowed. */
enum status intake_block(struct intake *in, const char *key, const char *title, struct block **out) MUST_CHECK;
/* The hidden block for parts, made if there is none. */
struct block *intake_parts(struct intake *in);
enum status intake_card(struct intake *in, struct block *block, const char *text, struct card **out) MUST_CHECK;
/* Makes a card a part of another. */
void intake_part_of(struct card *part, const struct card *card, const char *field);
/* A property out of what is typed: "" sets nothing. Numbers, dates, flags and people are read as people write them. */
enum status intake_prop(struct intake *in, struct card *card, const char *key, enum value_kind kind, const char *typed) MUST_CHECK;
enum status intake_text_field(struct intake *in, struct card *card, const char *key, const char *text) MUST_CHECK;
enum status intake_tag(struct intake *in, struct card *card, const char *tag) MUST_CHECK;
enum status intake_reading(struct intake *in, const struct card *card, const char *date, const char *value, const char *note) MUST_CHECK;
void intake_link(struct intake *in, const struct card *from, const struct card *to, const char *kind);
enum status intake_comment(struct intake *in, uint64_t object, const char *text) MUST_CHECK;
/* A value of a field, by its type; choices by their key or title. */
enum status intake_field(struct intake *in, struct card *card, const struct field *field, const char *typed) MUST_CHECK;
/* Defines a field of the block's cards unless the block or the canvas has one of that key. */
void intake_define(struct intake *in, struct block *block, const char *key, const char *title, enum field_type type);

/* "number", "date" … and back; NULL and false for none. */
const char *value_kind_name(enum value_kind kind);
bool value_kind_named(const char *name, enum value_kind *kind);

#endif
