/* The text kind: one wording that many write, large; under it the other sections: what must be in it, proposals, questions, accepted versions. */
#include <stdlib.h>
#include <string.h>

#include "client/picture/sheet.h"

static bool is_current(const struct block *block)
{
    const struct value *section = props_get(&block->props, "section");
    return section != NULL && section->text != NULL && strcmp(section->text, "current") == 0;
}

static struct ink large(const struct sheet *s)
{
    return ink_of(s, 1.7, INK);
}

static double section_need(struct sheet *s, const struct block *block, double width)
{
    struct ink ink = large(s);
    double height = head_need(s, block, width) + 1.2 * s->em;
    const struct card *card = next_card(NULL, block);

    if (!is_current(block) || card == NULL)
        return height + notes_need(s, block, width);
    for (; card != NULL; card = next_card(card, block))
        height += sheet_height(s, card->text.bytes, &ink, width) + 0.8 * s->em;
    return height;
}

static double text_need(struct sheet *s, double width)
{
    double height = 0;
    for (size_t i = 0; i < s->n_blocks; i++)
        height += section_need(s, s->blocks[i], width);
    return height;
}

static void text_draw(struct sheet *s, struct box area)
{
    struct ink ink = large(s);
    double y = area.y;
    for (size_t i = 0; i < s->n_blocks; i++) {
        const struct block *block = s->blocks[i];
        const struct card *card = next_card(NULL, block);
        double need = section_need(s, block, area.w), at = y;
        at += head_draw(s, block, (struct box){area.x, at, area.w, need});
        if (is_current(block) && card != NULL) {
            for (; card != NULL; card = next_card(card, block))
                at += pen_text(&s->pen, area.x, at, area.w, card->text.bytes, &ink) + 0.8 * s->em;
        } else {
            notes_draw(s, block, (struct box){area.x, at, area.w, need});
        }
        y += need;
    }
}

const struct kind kind_text = {"text", text_need, text_draw, true};
