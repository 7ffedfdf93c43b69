/* For tests of what a canvas knows about its cards: a canvas with somebody who edits it and a struct method that follows, and everything that a
 * struct method says as one text, so that two of them can be compared. */
#ifndef COCANVAS_TESTS_METHOD_HELP_H
#define COCANVAS_TESTS_METHOD_HELP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/method/method.h"
#include "tests/support/op_help.h"

/* Blocks of the canvas; PARTS is hidden. */
enum { LEFT = 1, RIGHT = 2, PARTS = 3 };

struct method_scene {
    struct canvas c;
    struct arena a;
    struct op_actor actor;
    struct method *m;
    char today[11];
    uint64_t at[4];          /* objects that a test remembers */
};

static UNUSED void add_parts_block(struct canvas *c)
{
    struct value hidden = {.kind = VALUE_FLAG, .number = 1};
    struct block *block = canvas_new_block(c, PARTS);
    free(block->key);
    free(block->title);
    block->key = xstrdup("parts");
    block->title = xstrdup("Parts");
    block->col_span = block->row_span = 1;
    block->order = ORDER_MAX;
    props_set(&block->props, "hidden", &hidden);
}

static UNUSED void scene_init(struct method_scene *s)
{
    *s = (struct method_scene){.today = "2026-03-15", .m = method_new()};
    small_canvas(&s->c, NULL);
    add_parts_block(&s->c);
    arena_init(&s->a, 64 << 20);
    s->c.seq = 10;
    s->actor = (struct op_actor){.client = 7, .author = 3, .time_ms = INT64_C(1767225600000), .base_seq = 10, .seq = 11}; /* 2026-01-01 */
    method_update(s->m, &s->c, s->today);
}

static UNUSED void scene_fini(struct method_scene *s)
{
    method_free(s->m);
    canvas_fini(&s->c);
    arena_fini(&s->a);
}

/* As the server does it; then the method follows. */
static UNUSED void act(struct method_scene *s, Cocanvas__Op *op)
{
    struct why why = {""};
    uint32_t bad_op;
    enum status status = batch_check(1, &op, &s->c.limits, &bad_op, &why);
    if (status == STATUS_OK)
        status = batch_resolve_apply(&s->c, 1, &op, &s->actor, &s->a, &bad_op, &why);
    if (status != STATUS_OK)
        fail_msg("%s: %s: %s", op_kind_name(op), status_name(status), why.text);
    s->c.seq = s->actor.seq;
    s->actor.base_seq = s->actor.seq++;
    s->actor.time_ms++;
    method_touch(s->m, op);
    method_update(s->m, &s->c, s->today);
    arena_reset(&s->a);
}

static UNUSED uint64_t next_id(const struct method_scene *s)
{
    return object_id(s->actor.client, s->actor.last_object + 1);
}

static UNUSED uint64_t put_card(struct method_scene *s, uint64_t block, const char *text)
{
    uint64_t id = next_id(s);
    act(s, card_create(&s->a, id, block, 0, text));
    return id;
}

static UNUSED void put_prop(struct method_scene *s, uint64_t object, const char *key, enum value_kind kind, const char *text)
{
    act(s, prop_set(&s->a, object, key, value_of(&s->a, kind, text, 0)));
}

static UNUSED void put_ref(struct method_scene *s, uint64_t object, const char *key, enum value_kind kind, uint64_t number)
{
    act(s, prop_set(&s->a, object, key, value_of(&s->a, kind, NULL, number)));
}

static UNUSED void drop_prop(struct method_scene *s, uint64_t object, const char *key)
{
    act(s, prop_set(&s->a, object, key, value_of(&s->a, VALUE_NONE, NULL, 0)));
}

/* A measure of a row (0: a card of LEFT by itself); numbers may be NULL. */
static UNUSED uint64_t put_measure(struct method_scene *s, uint64_t row, const char *kind, const char *direction, const char *baseline,
                                   const char *target)
{
    uint64_t id = put_card(s, row != 0 ? PARTS : LEFT, "a measure");
    if (row != 0) {
        put_ref(s, id, "of", VALUE_OBJECT, row);
        put_prop(s, id, "of.field", VALUE_CHOICE, "measure");
    }
    put_prop(s, id, "m.kind", VALUE_CHOICE, kind);
    put_prop(s, id, "m.direction", VALUE_CHOICE, direction);
    if (baseline != NULL)
        put_prop(s, id, "m.baseline", VALUE_NUMBER, baseline);
    if (target != NULL)
        put_prop(s, id, "m.target", VALUE_NUMBER, target);
    return id;
}

static UNUSED uint64_t put_reading(struct method_scene *s, uint64_t card, const char *date, const char *value)
{
    uint64_t id = next_id(s);
    act(s, reading_add(&s->a, id, card, date, value, ""));
    return id;
}

/* How many findings a check has about an object. */
static UNUSED size_t found(const struct method_scene *s, const char *check, uint64_t object)
{
    size_t n, count = 0;
    const struct finding *all = method_findings(s->m, &n);
    for (size_t i = 0; i < n; i++)
        count += strcmp(all[i].check, check) == 0 && all[i].object == object;
    return count;
}

/* ---- everything that a struct method says */

static UNUSED void PRINTF_LIKE(2, 3) say(struct buf *out, const char *fmt, ...)
{
    char line[2000];
    va_list args;
    va_start(args, fmt);
    vsnprintf(line, sizeof line, fmt, args);
    va_end(args);
    buf_add(out, line, strlen(line));
    buf_add(out, "\n", 1);
}

static UNUSED void say_decimals(struct buf *out, const char *what, const struct decimal *a, const struct decimal *b)
{
    char *x = decimal_text(a), *y = decimal_text(b);
    say(out, "  %s %s %s", what, x, y);
    free(x);
    free(y);
}

static UNUSED void say_rollup(struct buf *out, const char *what, uint64_t id, const struct rollup *r)
{
    if (r == NULL)
        return;
    char *average = rollup_average(r);
    say(out, "%s %lx: %zu, %zu with a percent, %zu %zu %zu %zu, %zu due, average %s", what, (unsigned long)id, r->n, r->with_percent, r->lights[0],
        r->lights[1], r->lights[2], r->lights[3], r->due, average != NULL ? average : "-");
    say_decimals(out, "sum", &r->percent_sum, &r->percent_sum);
    free(average);
}

static UNUSED void say_measure(struct buf *out, struct method *m, uint64_t card)
{
    size_t n;
    const struct measure *x = method_measure(m, card);
    const struct measure_reading *readings = method_readings(m, card, &n);

    say(out, "measure %lx of %lx: %s%s [%s] %s/%s/%s, owner %u, %s, due %s, %zu readings to %s, %s", (unsigned long)x->card, (unsigned long)x->row,
        measure_kind_name(x->kind), x->lower ? " lower" : "", x->unit, x->baseline, x->minimum, x->target, x->owner, x->period, x->due,
        x->n_readings, x->last_date, light_name(x->light));
    if (x->has_actual)
        say_decimals(out, x->has_percent ? "is, percent" : "is", &x->actual, x->has_percent ? &x->percent : &x->actual);
    for (size_t i = 0; i < n; i++)
        say(out, "  %lx %s %s %u %ld %s", (unsigned long)readings[i].id, readings[i].date, readings[i].value, readings[i].author,
            (long)readings[i].created_ms, readings[i].note);
}

static UNUSED void say_balances(struct buf *out, struct method *m, uint64_t stage)
{
    size_t n;
    const struct balance *all = method_balances(m, stage, &n);
    for (size_t i = 0; i < n; i++) {
        say(out, "balance %lx %s [%s]", (unsigned long)stage, all[i].side, all[i].unit);
        say_decimals(out, "plus, minus", &all[i].plus, &all[i].minus);
        say_decimals(out, "net", &all[i].net, &all[i].net);
    }
}

static UNUSED void say_card(struct buf *out, struct method *m, uint64_t card)
{
    size_t n;
    const uint64_t *parts = method_parts(m, card, &n);
    for (size_t i = 0; i < n; i++)
        say(out, "part %lx of %lx: %s", (unsigned long)parts[i], (unsigned long)card, method_part_field(m, parts[i]));
    say_rollup(out, "row", card, method_rollup_row(m, card));
}

static UNUSED int by_id(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The ids of a table of the canvas, ascending; malloc'd. */
static UNUSED uint64_t *ids_of(const struct object *head, size_t *n)
{
    uint64_t *ids = xcalloc(HASH_COUNT(head) + 1, sizeof *ids);
    *n = 0;
    for (const struct object *o = head; o != NULL; o = o->hh.next)
        ids[(*n)++] = o->id;
    qsort(ids, *n, sizeof *ids, by_id);
    return ids;
}

static UNUSED void say_everything(struct buf *out, struct method *m, const struct canvas *c)
{
    size_t n, n_blocks, n_cards;
    uint64_t *blocks = ids_of(c->blocks, &n_blocks), *cards = ids_of(c->cards, &n_cards);
    const uint64_t *measures = method_measures(m, &n);

    say_rollup(out, "canvas", 0, method_rollup(m));
    for (size_t i = 0; i < n; i++)
        say_measure(out, m, measures[i]);
    say_balances(out, m, 0);
    for (size_t i = 0; i < n_blocks; i++) {
        const struct fields *fields = method_fields(m, canvas_block(c, blocks[i]));
        say_rollup(out, "block", blocks[i], method_rollup_block(m, blocks[i]));
        say_balances(out, m, blocks[i]);
        for (size_t j = 0; j < fields->n; j++)
            say(out, "field %s of %lx: %s", fields->at[j].key, (unsigned long)blocks[i], field_type_name(fields->at[j].type));
    }
    for (size_t i = 0; i < n_cards; i++)
        say_card(out, m, cards[i]);
    const struct finding *findings = method_findings(m, &n);
    for (size_t i = 0; i < n; i++)
        say(out, "%lx %s: %s", (unsigned long)findings[i].object, findings[i].check, findings[i].text);
    say(out, "%zu findings, counted %zu", n, method_finding_count(m));
    buf_add(out, "", 1);
    free(blocks);
    free(cards);
}

/* What the method says must be what one says that has seen nothing but the canvas as it is. `when`: for the message. */
static UNUSED void assert_as_anew(struct method *m, const struct canvas *c, const char *today, const char *when)
{
    struct buf kept, anew;
    struct method *fresh = method_new();

    buf_init(&kept);
    buf_init(&anew);
    method_update(fresh, c, today);
    say_everything(&kept, m, c);
    say_everything(&anew, fresh, c);
    const char *x = (const char *)buf_at(&kept), *y = (const char *)buf_at(&anew);
    if (strcmp(x, y) != 0) {
        size_t line = 0;
        for (size_t i = 0; x[i] == y[i]; i++)
            line = x[i] == '\n' ? i + 1 : line;
        fail_msg("%s: kept: %.200s\n--- anew: %.200s", when, x + line, y + line);
    }
    assert_int_equal(method_finding_count(fresh), method_finding_count(m));
    method_free(fresh);
    buf_fini(&kept);
    buf_fini(&anew);
}

#endif
