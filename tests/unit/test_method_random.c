/* Random ops of all kinds, on cards, parts, measures, readings, links, blocks and settings: what a struct method has kept up to date must be what one says that
 * has seen nothing but the canvas as it is. Each run prints its seed when it fails; COCANVAS_SEED repeats it. */
#include "tests/support/method_help.h"

enum { SESSIONS = 60, STEPS = 250 };

struct session {
    struct method_scene s;
    struct rng rng;
    struct dice dice;
    unsigned accepted, kinds[32], checks[32], parts, balances; /* how often there was one: a test of nothing tests nothing */
};

static const char rank[] = "{\"title\":\"Rank\",\"type\":\"number\",\"min\":\"1\",\"max\":\"5\",\"required\":true}";
static const char need[] = "{\"title\":\"Need\",\"type\":\"text\"}";
static const char measure[] = "{\"title\":\"Measures\",\"type\":\"measure\",\"required\":true}";
static const char lane[] = "{\"title\":\"Lane\",\"type\":\"choice\",\"choices\":[{\"key\":\"us\",\"side\":\"company\",\"sign\":\"plus\"},"
                           "{\"key\":\"them\",\"side\":\"customer\",\"sign\":\"minus\"}]}";

static const char *pick(struct dice *d, const char *const *words, size_t n)
{
    return words[dice_below(d, (uint32_t)n)];
}

#define PICK(d, words) pick(d, words, sizeof words / sizeof words[0])

static Cocanvas__Op *set(struct session *x, uint64_t object, const char *key, enum value_kind kind, const char *text, uint64_t number)
{
    return prop_set(&x->s.a, object, key, dice_is(&x->dice, 6) ? NULL : value_of(&x->s.a, kind, text, number));
}

/* What makes a card a measure, and says how it stands. */
static Cocanvas__Op *measure_op(struct session *x)
{
    static const char *const kinds[] = {"count", "sum", "average", "latest", "percent", "yesno", "none"};
    static const char *const directions[] = {"higher", "lower"}, *const periods[] = {"P1D", "P1W", "P1M", "P1Y", "soon"};
    static const char *const numbers[] = {"0", "1", "-2.50", "10", "3.125"}, *const keys[] = {"m.target", "m.baseline", "m.minimum"};
    struct dice *d = &x->dice;
    uint64_t card = dice_card(d, &x->s.c);
    switch (dice_below(d, 8)) {
    default:
        return set(x, card, "m.kind", VALUE_CHOICE, PICK(d, kinds), 0);
    case 3:
        return set(x, card, "m.direction", VALUE_CHOICE, PICK(d, directions), 0);
    case 4:
        return set(x, card, "m.period", VALUE_CHOICE, PICK(d, periods), 0);
    case 5:
        return set(x, card, "m.owner", VALUE_PERSON, NULL, 3);
    case 6:
    case 7:
        return set(x, card, PICK(d, keys), VALUE_NUMBER, PICK(d, numbers), 0);
    }
}

/* Fields of cards: values that fit and values that don't. */
static Cocanvas__Op *value_op(struct session *x)
{
    static const char *const numbers[] = {"0.1", "-7", "100", "2.5"}, *const units[] = {"EUR", "hours"}, *const lanes[] = {"us", "them", "?"};
    struct dice *d = &x->dice;
    uint64_t card = dice_card(d, &x->s.c);
    switch (dice_below(d, 7)) {
    default:
        return set(x, card, "f.amount", VALUE_NUMBER, PICK(d, numbers), 0);
    case 2:
        return set(x, card, "f.unit", VALUE_CHOICE, PICK(d, units), 0);
    case 3:
        return set(x, card, "f.lane", VALUE_CHOICE, PICK(d, lanes), 0);
    case 4:
        return set(x, card, "status", VALUE_CHOICE, "assumption", 0);
    case 5:
        return set(x, card, "f.rank", VALUE_NUMBER, PICK(d, numbers), 0);
    case 6:
        return text_edit(&x->s.a, card, "need", 0, 0, "needed", 0);
    }
}

/* What blocks and the canvas say about their cards. */
static Cocanvas__Op *setting_op(struct session *x)
{
    static const char *const sides[] = {"company", "customer", "shared"}, *const signs[] = {"plus", "minus"};
    static const char *const sections[] = {"current", "terms", "proposals"}, *const limits[] = {"1", "2", "4"};
    const char *const fields[] = {rank, need, lane, measure, "broken"};
    static const char *const keys[] = {"field.rank", "field.need", "field.desire", "field.measure", "field.lane"};
    static const char *const checks[] = {"empty-block two-sides duplicate", "outgoing-only unlinked need-without-desire",
                                         "need-without-desire duplicate untested"};
    struct dice *d = &x->dice;
    uint64_t block = dice_is(d, 4) ? 0 : dice_block(d, &x->s.c);
    switch (dice_below(d, 9)) {
    default:
        return set(x, block, PICK(d, keys), VALUE_TEXT, PICK(d, fields), 0);
    case 2:
        return set(x, block, "side", VALUE_CHOICE, PICK(d, sides), 0);
    case 3:
        return set(x, block, "sign", VALUE_CHOICE, PICK(d, signs), 0);
    case 4:
        return set(x, block, "section", VALUE_CHOICE, PICK(d, sections), 0);
    case 5:
        return set(x, block, dice_is(d, 2) ? "limit.min" : "limit.max", VALUE_NUMBER, PICK(d, limits), 0);
    case 6:
        return set(x, 0, "checks", VALUE_TEXT, PICK(d, checks), 0);
    case 7:
        return set(x, 0, "lanes", VALUE_TEXT, "lane", 0);
    case 8:
        return set(x, dice_is(d, 2) ? block : PARTS, "hidden", VALUE_FLAG, NULL, dice_below(d, 3) > 0);
    }
}

static Cocanvas__Op *method_op(struct session *x, uint64_t id)
{
    static const char *const dates[] = {"2026-03-01", "2026-03-02", "2026-03-14", "2026-03-15", "2026-03-16", "2026-05-01"};
    static const char *const values[] = {"0", "1", "2.5", "-4", "10.125"}, *const keys[] = {"measure", "how"};
    static const char *const texts[] = {"Save time", "save TIME!", "sävé  time", "value", "the value of time"};
    struct dice *d = &x->dice;
    struct arena *a = &x->s.a;
    Cocanvas__Op *op;
    switch (dice_below(d, 14)) {
    default:
        return dice_op(d, &x->s.c, id, a);
    case 1:
    case 2:
        return measure_op(x);
    case 3:
    case 4:
        return dice_is(d, 4) ? setting_op(x) : value_op(x);
    case 5:
    case 6:
        return reading_add(a, id, dice_card(d, &x->s.c), PICK(d, dates), PICK(d, values), "");
    case 7:
        return set(x, dice_card(d, &x->s.c), "of", VALUE_OBJECT, NULL, dice_card(d, &x->s.c));
    case 8:
        return set(x, dice_card(d, &x->s.c), "of.field", VALUE_CHOICE, PICK(d, keys), 0);
    case 9:
        op = card_move(a, dice_card(d, &x->s.c), dice_place(d, &x->s.c, a));
        op->card_move->place->block = dice_is(d, 2) ? PARTS : dice_object(d, x->s.c.blocks);
        return op;
    case 10:
        return link_add(a, id, dice_card(d, &x->s.c), dice_card(d, &x->s.c), "serves");
    case 11:
        return card_create(a, id, 1 + dice_below(d, 3), 0, PICK(d, texts));
    }
}

/* True if the canvas changed. */
static bool try(struct session *x, Cocanvas__Op *op)
{
    struct method_scene *s = &x->s;
    struct why why;
    uint32_t bad_op;
    if (batch_check(1, &op, &s->c.limits, &bad_op, &why) != STATUS_OK ||
        batch_resolve_apply(&s->c, 1, &op, &s->actor, &s->a, &bad_op, &why) != STATUS_OK)
        return false;
    s->c.seq = s->actor.seq;
    s->actor.base_seq = s->actor.seq++;
    s->actor.time_ms += dice_below(&x->dice, 3) * 20 * 86400000;
    method_touch(s->m, op);
    x->accepted++;
    x->kinds[op->kind_case]++;
    return true;
}

static void compare(struct session *x, uint64_t seed, int step, const char *what)
{
    struct method_scene *s = &x->s;
    struct canvas copy;
    char when[100];

    snprintf(when, sizeof when, "seed %lu, step %d, %s", (unsigned long)seed, step, what);
    if (dice_is(&x->dice, 10)) { /* a view comes and goes */
        canvas_init(&copy, NULL);
        canvas_copy(&copy, &s->c);
        method_update(s->m, &copy, s->today);
        assert_as_anew(s->m, &copy, s->today, when);
        canvas_fini(&copy);
    }
    method_update(s->m, &s->c, s->today);
    assert_as_anew(s->m, &s->c, s->today, when);
}

static void count_what_is_there(struct session *x)
{
    const struct check_row *rows = check_rows();
    size_t n;
    const struct finding *all = method_findings(x->s.m, &n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; rows[j].id != NULL; j++)
            x->checks[j] += strcmp(all[i].check, rows[j].id) == 0;
    const uint64_t *measures = method_measures(x->s.m, &n);
    for (size_t i = 0; i < n; i++)
        x->parts += method_measure(x->s.m, measures[i])->row != 0;
    (void)method_balances(x->s.m, 0, &n);
    x->balances += n > 0;
}

/* Sides, fields and lanes as a template sets them up; ops change them later. */
static void set_up(struct method_scene *s)
{
    put_prop(s, LEFT, "side", VALUE_CHOICE, "company");
    put_prop(s, LEFT, "sign", VALUE_CHOICE, "plus");
    put_prop(s, LEFT, "field.rank", VALUE_TEXT, rank);
    put_prop(s, LEFT, "limit.min", VALUE_NUMBER, "3");
    put_prop(s, RIGHT, "side", VALUE_CHOICE, "customer");
    put_prop(s, RIGHT, "sign", VALUE_CHOICE, "minus");
    put_prop(s, 0, "field.lane", VALUE_TEXT, lane);
    put_prop(s, 0, "field.need", VALUE_TEXT, need);
    put_prop(s, 0, "field.desire", VALUE_TEXT, need);
    put_prop(s, 0, "checks", VALUE_TEXT, "empty-block duplicate untested two-sides unlinked outgoing-only need-without-desire");
    s->c.limits = (struct canvas_limits){.text_points = 60, .cards = 20, .objects = 80};
}

static void run_session(struct session *x, uint64_t seed)
{
    static const char *const days[] = {"2026-03-01", "2026-03-15", "2026-03-16", "2026-06-01"};

    x->rng = (struct rng){seed};
    x->dice = (struct dice){.rng = &x->rng};
    scene_init(&x->s);
    set_up(&x->s);
    if (seed % 4 == 0) {
        put_prop(&x->s, LEFT, "section", VALUE_CHOICE, "current");
        put_prop(&x->s, RIGHT, "section", VALUE_CHOICE, "terms");
    }
    for (int i = 0; i < STEPS; i++) {
        Cocanvas__Op *op = method_op(x, next_id(&x->s));
        bool changed = try(x, op);
        if (dice_is(&x->dice, 30))
            memcpy(x->s.today, PICK(&x->dice, days), 11);
        if (changed && !dice_is(&x->dice, 4)) /* else several ops before an update */
            compare(x, seed, i, op_kind_name(op));
        if (i % 10 == 0)
            count_what_is_there(x);
        arena_reset(&x->s.a);
    }
    compare(x, seed, STEPS, "the end");
    scene_fini(&x->s);
}

static void kept_is_as_anew(void **state)
{
    uint64_t first = rng_seed(1);
    struct session x = {.accepted = 0};
    (void)state;
    for (uint64_t seed = first; seed < first + SESSIONS; seed++)
        run_session(&x, seed);
    if (first != 1) /* somebody repeats another run */
        return;
    assert_true(x.accepted > SESSIONS * STEPS / 2);
    for (int kind = COCANVAS__OP__KIND_CARD_CREATE; kind < COCANVAS__OP__KIND_RESPREAD; kind++)
        if (x.kinds[kind] == 0)
            fail_msg("no op of kind %d was tried with success", kind);
    for (size_t i = 0; check_rows()[i].id != NULL; i++)
        if (x.checks[i] == 0)
            fail_msg("the check %s found nothing", check_rows()[i].id);
    assert_true(x.parts > 50 && x.balances > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(kept_is_as_anew)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
