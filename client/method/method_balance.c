/* The two equations: what each side gets and gives, per unit, for the whole canvas and per stage. */
#include <stdlib.h>
#include <string.h>

#include "client/method/method_private.h"
#include "common/buf.h"

static const char *const sides[] = {"company", "customer"};

/* Whose it is and whether it is given: from the block, else from the lane that the card stands in. */
static bool side_of(const struct method *m, const struct entry *e, const struct card *card, const char **side, bool *minus)
{
    const struct block_entry *block = block_entry_find(m, e->block);
    const char *name = block != NULL ? block->side : "", *sign = block != NULL ? block->sign : "";
    const struct field *lanes = fields_find(&m->header_fields, m->lanes);

    if (lanes != NULL) {
        char *key = xasprintf("f.%s", m->lanes);
        const struct value *lane = props_get(&card->props, key);
        const struct field_choice *choice = lane != NULL && lane->text != NULL ? field_choice_find(lanes, lane->text) : NULL;
        free(key);
        if (choice != NULL && choice->side[0] != '\0') {
            name = choice->side;
            sign = choice->sign;
        }
    }
    *side = NULL;
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++)
        if (strcmp(name, sides[i]) == 0)
            *side = sides[i];
    *minus = strcmp(sign, "minus") == 0;
    return *side != NULL && sign[0] != '\0';
}

static struct balance_entry *balance_of(struct method *m, uint64_t stage, const struct amount *amount)
{
    for (size_t i = 0; i < m->n_balances; i++) {
        struct balance_entry *b = &m->balances[i];
        if (b->stage == stage && b->side == amount->side && strcmp(b->unit, amount->unit) == 0)
            return b;
    }
    m->balances = xrealloc(m->balances, (m->n_balances + 1) * sizeof *m->balances);
    struct balance_entry *b = &m->balances[m->n_balances++];
    *b = (struct balance_entry){.stage = stage, .side = amount->side, .unit = xstrdup(amount->unit)};
    decimal_init(&b->plus);
    decimal_init(&b->minus);
    decimal_init(&b->net);
    return b;
}

static void balance_fini(struct balance_entry *b)
{
    decimal_fini(&b->plus);
    decimal_fini(&b->minus);
    decimal_fini(&b->net);
    free(b->unit);
}

/* Adds an amount to one sum or takes it out; an empty sum goes. */
static void share(struct method *m, uint64_t stage, const struct amount *amount, bool add)
{
    struct balance_entry *b = balance_of(m, stage, amount);
    struct decimal *sum = amount->minus ? &b->minus : &b->plus;

    if (add)
        decimal_add(sum, sum, &amount->value);
    else
        decimal_subtract(sum, sum, &amount->value);
    decimal_subtract(&b->net, &b->plus, &b->minus);
    b->n += add ? 1 : (size_t)-1;
    if (b->n > 0)
        return;
    balance_fini(b);
    *b = m->balances[--m->n_balances];
}

void balance_put(struct method *m, struct entry *e, const struct card *card)
{
    const struct value *value = props_get(&card->props, "f.amount"), *unit = props_get(&card->props, "f.unit");
    struct amount amount = {.stage = e->block};

    if (value == NULL || value->kind != VALUE_NUMBER || !side_of(m, e, card, &amount.side, &amount.minus))
        return;
    decimal_init(&amount.value);
    if (!decimal_parse(&amount.value, value->text)) {
        decimal_fini(&amount.value);
        return;
    }
    amount.unit = xstrdup(unit != NULL && unit->text != NULL ? unit->text : "");
    e->amount = xmalloc(sizeof *e->amount);
    *e->amount = amount;
    share(m, 0, e->amount, true);
    share(m, e->amount->stage, e->amount, true);
}

void balance_take(struct method *m, struct entry *e)
{
    if (e->amount == NULL)
        return;
    share(m, 0, e->amount, false);
    share(m, e->amount->stage, e->amount, false);
    decimal_fini(&e->amount->value);
    free(e->amount->unit);
    free(e->amount);
    e->amount = NULL;
}

void balances_free(struct method *m)
{
    for (size_t i = 0; i < m->n_balances; i++)
        balance_fini(&m->balances[i]);
    free(m->balances);
    m->balances = NULL;
    m->n_balances = 0;
}

static int compare_balances(const void *a, const void *b)
{
    const struct balance *x = a, *y = b;
    int order = strcmp(x->side, y->side);
    return order != 0 ? order : strcmp(x->unit, y->unit);
}

const struct balance *method_balances(struct method *m, uint64_t stage, size_t *n)
{
    m->balance_list = xrealloc(m->balance_list, (m->n_balances + 1) * sizeof *m->balance_list);
    *n = 0;
    for (size_t i = 0; i < m->n_balances; i++) {
        const struct balance_entry *b = &m->balances[i];
        if (b->stage == stage) /* shallow: the numbers stay the sums' own */
            m->balance_list[(*n)++] = (struct balance){b->side, b->unit, b->plus, b->minus, b->net};
    }
    qsort(m->balance_list, *n, sizeof *m->balance_list, compare_balances);
    return m->balance_list;
}
