/* Checks of whole blocks, and of the canvas: how many cards stand where, and whether both sides have something of it. */
#include <stdlib.h>
#include <string.h>

#include "client/method/checks.h"
#include "common/buf.h"
#include "common/rules.h"

void check_empty_block(struct checking *c)
{
    if (c->b->n_cards == 0)
        finding_say(c, "Nothing stands here yet.");
}

/* A block's limit, 0 if it has none. */
static uint32_t limit(const struct block *block, const char *key)
{
    const struct value *value = props_get(&block->props, key);
    uint32_t number = 0;
    return value != NULL && value_to_uint(value, 1, UINT32_MAX, &number) ? number : 0;
}

static bool runs(const struct method *m, const char *id)
{
    const struct check_row *rows = check_rows();
    size_t i = 0;
    while (rows[i].id != NULL && strcmp(rows[i].id, id) != 0)
        i++;
    return rows[i].id != NULL && (m->checks >> i & 1) != 0;
}

/* Of a block that is empty one sentence is enough. */
void check_limit_min(struct checking *c)
{
    uint32_t least = limit(c->block, "limit.min");
    if (c->b->n_cards < least && (c->b->n_cards > 0 || !runs(c->m, "empty-block")))
        finding_say(c, "%zu of at least %u cards stand here.", c->b->n_cards, least);
}

void check_limit_max(struct checking *c)
{
    uint32_t most = limit(c->block, "limit.max");
    if (most > 0 && c->b->n_cards > most)
        finding_say(c, "%zu cards stand here; the limit is %u: which matter most?", c->b->n_cards, most);
}

/* ---- both sides */

void check_two_sides(struct checking *c)
{
    size_t company = 0, customer = 0;

    for (const struct block_entry *b = c->m->blocks; b != NULL; b = b->hh.next) {
        if (strcmp(b->side, "company") == 0)
            company += b->n_cards;
        else if (strcmp(b->side, "customer") == 0)
            customer += b->n_cards;
    }
    if (company > 0 && customer == 0)
        finding_say(c, "Only the company's side is filled: what does it look like from the customer's?");
    else if (customer > 0 && company == 0)
        finding_say(c, "Only the customer's side is filled: what does it look like from the company's?");
}

/* stage: the title of one, NULL for the whole canvas. */
static void say_who_pays(struct checking *c, const struct block *stage, const struct balance *company, const struct balance *customer)
{
    int sign = decimal_sign(&company->net);
    if (sign == 0 || decimal_sign(&customer->net) != -sign)
        return;
    char *ours = decimal_text(&company->net), *theirs = decimal_text(&customer->net), *unit = finding_quote(company->unit, strlen(company->unit));
    char *title = stage != NULL ? finding_quote(stage->title, strlen(stage->title)) : xstrdup("");
    const char *space = unit[0] != '\0' ? " " : "", *who = sign > 0 ? "customer" : "company";
    if (stage != NULL)
        finding_say(c, "In the stage \"%s\" the %s pays for the other side: the company is left with %.60s%s%s, the customer with %.60s%s%s.",
                    title, who, ours, space, unit, theirs, space, unit);
    else
        finding_say(c, "The %s pays for the other side: the company is left with %.60s%s%s, the customer with %.60s%s%s.", who, ours, space, unit,
                    theirs, space, unit);
    free(ours);
    free(theirs);
    free(unit);
    free(title);
}

/* Both lists are in the order of units. */
static void look_who_pays(struct checking *c, const struct block *stage)
{
    size_t n, middle = 0;
    const struct balance *all = method_balances(c->m, stage != NULL ? stage->o.id : 0, &n);

    while (middle < n && strcmp(all[middle].side, "company") == 0)
        middle++;
    for (size_t i = 0, j = middle; i < middle && j < n;) {
        int order = strcmp(all[i].unit, all[j].unit);
        if (order == 0)
            say_who_pays(c, stage, &all[i], &all[j]);
        i += order <= 0;
        j += order >= 0;
    }
}

/* Over all, and where blocks are stages in time, in each: what comes to both, but to one of them much later, is worth a thought. */
void check_one_side_pays(struct checking *c)
{
    size_t n;

    if (c->m->n_balances == 0)
        return;
    look_who_pays(c, NULL);
    if (c->m->lanes[0] == '\0')
        return;
    struct block **blocks = canvas_blocks_in_order(c->m->canvas, &n);
    for (size_t i = 0; i < n; i++)
        look_who_pays(c, blocks[i]);
    free(blocks);
}
