/* What it costs to keep measures, roll-ups, sums and checks up to date: a canvas of 5,000 cards with 10,000 readings, and edits of each kind, one
 * update after each. CPU time; the edit itself is not in it. One JSON object per line; the budget is 1,000 µs per edit. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/method/method.h"
#include "tests/support/op_help.h"

enum { BLOCKS = 10, ROWS = 4000, MEASURES = 1000, READINGS = 10000, LINKS = 4000, ROUNDS = 1000, PARTS = BLOCKS + 1 };

struct bench {
    struct canvas c;
    struct arena a;
    struct op_actor actor;
    struct method *m;
    struct rng rng;
    uint64_t rows[ROWS], measures[MEASURES], link;
    const Cocanvas__Op *last;    /* the edit that was made, for the method */
};

/* User and system time of this thread. */
static double cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void edit(struct bench *b, Cocanvas__Op *op)
{
    struct why why = {""};
    uint32_t bad_op;
    if (batch_resolve_apply(&b->c, 1, &op, &b->actor, &b->a, &bad_op, &why) != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", op_kind_name(op), why.text);
        exit(1);
    }
    b->c.seq = b->actor.seq;
    b->actor.base_seq = b->actor.seq++;
    b->last = op;
}

static void build_edit(struct bench *b, Cocanvas__Op *op)
{
    edit(b, op);
    arena_reset(&b->a);
}

static uint64_t next_id(const struct bench *b)
{
    return object_id(7, b->actor.last_object + 1);
}

static uint64_t some_row(struct bench *b)
{
    return b->rows[rng_below(&b->rng, ROWS)];
}

static uint64_t some_measure(struct bench *b)
{
    return b->measures[rng_below(&b->rng, MEASURES)];
}

/* ---- the canvas */

static void add_blocks(struct bench *b)
{
    static const char rank[] = "{\"title\":\"Rank\",\"type\":\"number\",\"min\":\"1\",\"max\":\"5\",\"required\":true}";
    struct value hidden = {.kind = VALUE_FLAG, .number = 1};
    char key[16];

    for (uint64_t id = 3; id <= PARTS; id++) {
        struct block *block = canvas_new_block(&b->c, id);
        free(block->key);
        free(block->title);
        snprintf(key, sizeof key, "block%u", (unsigned)id);
        block->key = xstrdup(key);
        block->title = xstrdup(key);
        block->col_span = block->row_span = 1;
        if (id == PARTS)
            props_set(&block->props, "hidden", &hidden);
    }
    for (uint64_t id = 1; id <= BLOCKS; id++) {
        build_edit(b, prop_text(&b->a, id, "field.rank", rank));
        build_edit(b, prop_set(&b->a, id, "side", value_of(&b->a, VALUE_CHOICE, id % 2 ? "company" : "customer", 0)));
        build_edit(b, prop_set(&b->a, id, "sign", value_of(&b->a, VALUE_CHOICE, id % 3 ? "plus" : "minus", 0)));
    }
    build_edit(b, prop_text(&b->a, 0, "checks", "empty-block duplicate untested two-sides unlinked"));
}

static void add_rows(struct bench *b)
{
    static const char *const units[] = {"EUR", "hours", "trust"};
    char text[100];

    for (size_t i = 0; i < ROWS; i++) {
        uint64_t id = b->rows[i] = next_id(b);
        snprintf(text, sizeof text, "What the customer values, number %zu, in a sentence of some sixty letters", i);
        build_edit(b, card_create(&b->a, id, 1 + i % BLOCKS, 0, text));
        snprintf(text, sizeof text, "%u.%02u", rng_below(&b->rng, 1000), rng_below(&b->rng, 100));
        build_edit(b, prop_set(&b->a, id, "f.amount", value_of(&b->a, VALUE_NUMBER, text, 0)));
        build_edit(b, prop_set(&b->a, id, "f.unit", value_of(&b->a, VALUE_CHOICE, units[i % 3], 0)));
        build_edit(b, prop_set(&b->a, id, "f.rank", value_of(&b->a, VALUE_NUMBER, i % 20 ? "3" : "7", 0)));
    }
    for (size_t i = 0; i < LINKS; i++) {
        b->link = next_id(b);
        build_edit(b, link_add(&b->a, b->link, some_row(b), some_row(b), "serves"));
    }
}

static void add_measures(struct bench *b)
{
    static const char *const kinds[] = {"count", "sum", "average", "latest", "percent"};
    char text[20];

    for (size_t i = 0; i < MEASURES; i++) {
        uint64_t id = b->measures[i] = next_id(b);
        snprintf(text, sizeof text, "measure %zu", i);
        build_edit(b, card_create(&b->a, id, PARTS, 0, text));
        build_edit(b, prop_set(&b->a, id, "of", value_of(&b->a, VALUE_OBJECT, NULL, some_row(b))));
        build_edit(b, prop_set(&b->a, id, "m.kind", value_of(&b->a, VALUE_CHOICE, kinds[i % 5], 0)));
        build_edit(b, prop_set(&b->a, id, "m.target", value_of(&b->a, VALUE_NUMBER, "100", 0)));
        build_edit(b, prop_set(&b->a, id, "m.period", value_of(&b->a, VALUE_CHOICE, "P1M", 0)));
    }
    for (size_t i = 0; i < READINGS; i++) {
        snprintf(text, sizeof text, "2026-%02u-%02u", 1 + rng_below(&b->rng, 6), 1 + rng_below(&b->rng, 28));
        build_edit(b, reading_add(&b->a, next_id(b), b->measures[i % MEASURES], text, "12.5", ""));
    }
}

/* ---- edits */

static void type_letter(struct bench *b)
{
    uint64_t row = some_row(b);
    edit(b, text_edit(&b->a, row, "", canvas_card(&b->c, row)->text.len_points, 10, "x", 0));
}

static void add_reading(struct bench *b)
{
    edit(b, reading_add(&b->a, next_id(b), some_measure(b), "2026-06-01", "3.75", ""));
}

static void set_target(struct bench *b)
{
    edit(b, prop_set(&b->a, some_measure(b), "m.target", value_of(&b->a, VALUE_NUMBER, rng_below(&b->rng, 2) ? "80" : "90", 0)));
}

static void set_amount(struct bench *b)
{
    edit(b, prop_set(&b->a, some_row(b), "f.amount", value_of(&b->a, VALUE_NUMBER, rng_below(&b->rng, 2) ? "1.25" : "7", 0)));
}

static void move_row(struct bench *b)
{
    edit(b, card_move(&b->a, some_row(b), place_of(&b->a, 1 + rng_below(&b->rng, BLOCKS), some_row(b), 0, false)));
}

static void delete_or_restore(struct bench *b)
{
    uint64_t row = some_row(b);
    edit(b, canvas_card(&b->c, row)->deleted_seq == 0 ? card_delete(&b->a, row) : card_restore(&b->a, row));
}

static void switch_link(struct bench *b)
{
    edit(b, switch_op(&b->a, COCANVAS__OP__KIND_LINK_REMOVE, b->link, canvas_link(&b->c, b->link)->deleted_seq == 0));
}

static void rename_block(struct bench *b)
{
    edit(b, prop_text(&b->a, 1 + rng_below(&b->rng, BLOCKS), "title", rng_below(&b->rng, 2) ? "A stage" : "Another stage"));
}

static void add_block(struct bench *b)
{
    char key[24];
    uint64_t id = next_id(b);
    snprintf(key, sizeof key, "new%u", b->actor.last_object);
    edit(b, block_add(&b->a, id, key, "A new block"));
}

/* A field of a whole block: its 400 cards are worked out anew. */
static void define_field(struct bench *b)
{
    edit(b, prop_text(&b->a, 1 + rng_below(&b->rng, BLOCKS), "field.rank",
                      rng_below(&b->rng, 2) ? "{\"title\":\"Rank\",\"type\":\"number\",\"max\":\"3\"}" : "{\"title\":\"Rank\",\"type\":\"number\"}"));
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void run(struct bench *b, const char *name, void (*what)(struct bench *), int rounds)
{
    double times[ROUNDS], lists[ROUNDS];
    size_t n;

    for (int i = 0; i < rounds; i++) {
        what(b);
        double begin = cpu_us();
        method_touch(b->m, b->last);
        method_update(b->m, &b->c, "2026-04-15");
        double middle = cpu_us();
        (void)method_findings(b->m, &n);
        (void)method_measures(b->m, &n);
        times[i] = middle - begin;
        lists[i] = cpu_us() - middle;
        arena_reset(&b->a);
    }
    qsort(times, (size_t)rounds, sizeof times[0], compare);
    qsort(lists, (size_t)rounds, sizeof lists[0], compare);
    printf("{\"edit\": \"%s\", \"us_median\": %.1f, \"us_p99\": %.1f, \"us_max\": %.1f, \"lists_us_median\": %.1f}\n", name, times[rounds / 2],
           times[rounds * 99 / 100], times[rounds - 1], lists[rounds / 2]);
}

int main(void)
{
    static struct bench b;
    double begin;

    b = (struct bench){.rng = {1}, .m = method_new(), .actor = {.client = 7, .author = 3, .time_ms = INT64_C(1767225600000), .base_seq = UINT64_MAX, .seq = 1}};
    small_canvas(&b.c, NULL);
    arena_init(&b.a, 16 << 20);
    add_blocks(&b);
    add_rows(&b);
    add_measures(&b);
    begin = cpu_us();
    method_update(b.m, &b.c, "2026-04-15");
    printf("{\"edit\": \"none: all from nothing\", \"us\": %.0f, \"cards\": %u, \"findings\": %zu}\n", cpu_us() - begin, b.c.n_cards,
           method_finding_count(b.m));
    run(&b, "a letter typed", type_letter, ROUNDS);
    run(&b, "a reading", add_reading, ROUNDS);
    run(&b, "a target", set_target, ROUNDS);
    run(&b, "an amount", set_amount, ROUNDS);
    run(&b, "a row moved", move_row, ROUNDS);
    run(&b, "a row removed or restored", delete_or_restore, ROUNDS);
    run(&b, "a link", switch_link, ROUNDS);
    run(&b, "a block renamed", rename_block, ROUNDS);
    run(&b, "a block added", add_block, 100);
    run(&b, "a field of 400 cards defined", define_field, 100);
    method_free(b.m);
    canvas_fini(&b.c);
    arena_fini(&b.a);
    return 0;
}
