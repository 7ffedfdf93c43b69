/* Canvases with something on them, for pictures and exports: every template, filled by its fields with words that can be found again. Built without
 * ops, straight into the state, since only the look matters. */
#ifndef COCANVAS_TESTS_PICTURE_SCENE_H
#define COCANVAS_TESTS_PICTURE_SCENE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/method/method.h"
#include "common/buf.h"
#include "common/canvas.h"
#include "common/field.h"
#include "common/order.h"
#include "common/template.h"

struct picture_scene {
    struct canvas c;
    uint32_t counter;        /* of the next object, by client 1 */
    char key[40];            /* the last card's order key */
};

static inline uint64_t picture_scene_id(struct picture_scene *s)
{
    return UINT64_C(1) << 32 | ++s->counter;
}

static inline struct card *picture_scene_card(struct picture_scene *s, struct block *block, const char *text)
{
    uint64_t id = picture_scene_id(s);
    snprintf(s->key, sizeof s->key, "a%08xm", s->counter); /* ascending; only their order matters here */
    struct card *card = canvas_new_card(&s->c, id, block, s->key);
    text_set(&card->text, text, strlen(text));
    card->created_by = 1;
    card->created_ms = INT64_C(1764547200000); /* 2025-12-01 */
    return card;
}

static inline void picture_scene_prop(struct card *card, const char *key, enum value_kind kind, const char *text, uint64_t number)
{
    struct value value = {.kind = kind, .text = (char *)(uintptr_t)text, .number = number};
    props_set(&card->props, key, &value);
}

static inline void picture_scene_reading(struct picture_scene *s, const struct card *card, const char *date, const char *value)
{
    struct reading *r = canvas_new_reading(&s->c, picture_scene_id(s));
    r->object = card->o.id;
    free(r->date);
    free(r->value);
    r->date = xstrdup(date);
    r->value = xstrdup(value);
    if (r->note == NULL)
        r->note = xstrdup("");
    r->created_by = 1;
}

static inline struct card *picture_scene_measure(struct picture_scene *s, struct block *block, const struct card *row, const char *field, const char *name,
                                         const char *direction, const char *baseline, const char *target)
{
    struct card *card = picture_scene_card(s, block, name);
    picture_scene_prop(card, "m.kind", VALUE_CHOICE, "latest", 0);
    picture_scene_prop(card, "m.direction", VALUE_CHOICE, direction, 0);
    if (baseline != NULL)
        picture_scene_prop(card, "m.baseline", VALUE_NUMBER, baseline, 0);
    picture_scene_prop(card, "m.target", VALUE_NUMBER, target, 0);
    picture_scene_prop(card, "m.unit", VALUE_TEXT, "steps", 0);
    picture_scene_prop(card, "m.period", VALUE_CHOICE, "P1M", 0);
    if (row != NULL) {
        picture_scene_prop(card, "of", VALUE_OBJECT, NULL, row->o.id);
        picture_scene_prop(card, "of.field", VALUE_CHOICE, field, 0);
    }
    picture_scene_reading(s, card, "2026-08-01", "9");
    picture_scene_reading(s, card, "2026-09-01", "7");
    picture_scene_reading(s, card, "2026-10-01", "4");
    return card;
}

/* A value for each field of a card, so that every type is seen. */
static inline void picture_scene_fill_fields(struct picture_scene *s, struct card *card, const struct fields *fields, int round)
{
    struct block *parts = canvas_block_by_key(&s->c, "parts");
    for (size_t i = 0; i < fields->n; i++) {
        const struct field *f = &fields->at[i];
        char key[80];
        snprintf(key, sizeof key, "f.%s", f->key);
        switch (f->type) {
        case FIELD_TEXT:
            text_set(&card_field(card, f->key, true)->text, "words of this cell", strlen("words of this cell"));
            break;
        case FIELD_NUMBER:
            picture_scene_prop(card, key, VALUE_NUMBER, round % 2 == 0 ? "2" : "1", 0);
            break;
        case FIELD_DATE:
            picture_scene_prop(card, key, VALUE_DATE, "2026-11-22", 0);
            break;
        case FIELD_CHOICE:
            if (f->n_choices > 0)
                picture_scene_prop(card, key, VALUE_CHOICE, f->choices[(size_t)round % f->n_choices].key, 0);
            else
                picture_scene_prop(card, key, VALUE_CHOICE, "anything", 0);
            break;
        case FIELD_GROUPS:
            snprintf(key, sizeof key, "%s=Group %d", f->key, round % 3);
            card_set_tag(card, key, true);
            break;
        case FIELD_PERSON:
            picture_scene_prop(card, key, VALUE_PERSON, NULL, 1);
            break;
        case FIELD_FLAG:
            picture_scene_prop(card, key, VALUE_FLAG, NULL, 1);
            break;
        case FIELD_MEASURE:
            if (parts != NULL)
                picture_scene_measure(s, parts, card, f->key, "Steps until it is ready", "lower", "9", "3");
            break;
        case FIELD_ACTION:
            if (parts != NULL) {
                struct card *action = picture_scene_card(s, parts, "Build a first one with a customer");
                picture_scene_prop(action, "of", VALUE_OBJECT, NULL, card->o.id);
                picture_scene_prop(action, "of.field", VALUE_CHOICE, f->key, 0);
                picture_scene_prop(action, "a.when", VALUE_DATE, "2026-12-01", 0);
            }
            break;
        case FIELD_TYPES:
            break;
        }
    }
}

/* A canvas of the template with n cards in every block that people see. */
static inline void picture_scene_of(struct picture_scene *s, const struct template *t, int n)
{
    size_t blocks;
    memset(s, 0, sizeof *s);
    canvas_init(&s->c, NULL);
    template_instantiate(t, t->title, &s->c);
    struct block **at = canvas_blocks_in_order(&s->c, &blocks);
    for (size_t b = 0; b < blocks; b++) {
        struct fields fields;
        if (block_hidden(at[b]))
            continue;
        fields_of_block(&s->c, at[b], &fields);
        for (int i = 0; i < n; i++) {
            char text[120];
            static const char *const colours[] = {"", "blue", "green", "red", "yellow"};
            snprintf(text, sizeof text, "Thought %d about %.60s", i + 1, at[b]->title);
            struct card *card = picture_scene_card(s, at[b], text);
            if (i % 5 > 0)
                picture_scene_prop(card, "color", VALUE_TEXT, colours[i % 5], 0);
            picture_scene_fill_fields(s, card, &fields, i + (int)b);
        }
        fields_free(&fields);
    }
    free(at);
}

static inline const char *picture_scene_name(void *ctx, uint32_t author)
{
    (void)ctx;
    return author == 1 ? "Ann Baker" : "Somebody";
}

#endif
