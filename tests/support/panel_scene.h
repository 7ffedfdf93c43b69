/* A canvas at work, for tests of the panels: what people have done on it for some minutes, and what the panels tell of it. */
#ifndef COCANVAS_TESTS_PANEL_SCENE_H
#define COCANVAS_TESTS_PANEL_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/tui/fold.h"
#include "client/tui/panel_private.h"
#include "client/tui/view_parts.h"
#include "tests/support/scene.h"

enum { MINUTE_MS = 60 * 1000 };

static UNUSED void later(struct scene *s, int64_t ms)
{
    s->ui.now_ms += ms;
    s->server.now_ms = s->ui.now_ms;
}

/* Somebody types at the end of a card, character by character, each a batch of its own. */
static UNUSED void write_on(struct scene *s, unsigned who, uint64_t card, const char *text)
{
    struct peer *p = &s->peers[who];

    for (size_t len = strlen(text); len > 0;) {
        const struct card *c = canvas_card(replica_view(p->r), card);
        size_t n = utf8_grapheme(text, len);

        ASSERT(replica_text_splice(p->r, card, "", c->text.len_points, 0, text, n, s->ui.now_ms, true, &p->why) ==
               STATUS_OK);
        scene_settle(s);
        later(s, 300);
        text += n;
        len -= n;
    }
}

/* A Business Model Canvas at work: cards of three people, a move, a vote, comments, two named versions. */
static UNUSED struct scene *at_work(int cols, int rows)
{
    struct scene *s = xcalloc(1, sizeof *s);
    uint64_t whole, price, id;

    scene_init_of(s, cols, rows, "bmc", "Water filter 2030");
    (void)scene_card(s, 1, "cs", "Households with hard water", "blue");
    later(s, 2 * MINUTE_MS);
    whole = scene_card(s, 2, "ch", "", "");
    write_on(s, 2, whole, "Wholesale to kitchen shops in Zürich");
    later(s, 3 * MINUTE_MS);
    scene_do(s, 0, name_seq(&s->arena, s->server.head, "After the interview"));
    price = scene_card(s, 3, "rs", "Filter subscription, 9 CHF a month", "green");
    later(s, MINUTE_MS);
    scene_do(s, 1, vote_set(&s->arena, price, true));
    scene_do(s, 0, tag_set(&s->arena, price, "recurring", true));
    id = replica_next_id(s->peers[3].r);
    scene_do(s, 3, comment_add(&s->arena, id, whole, 0, "The wholesalers in Basel take 40 %, is that worth it?"));
    later(s, 4 * MINUTE_MS);
    scene_do(s, 1, name_seq(&s->arena, s->server.head, "Round one"));
    scene_do(s, 2, card_move(&s->arena, whole, place_of(&s->arena, scene_block(s, "kp"), 0, 0, false)));
    id = scene_card(s, 0, "vp", "Soft water without salt", "yellow");
    later(s, 90 * 1000);
    write_on(s, 1, id, ", for every tap");
    scene_presence(s, 1, id, true, 20, 20);
    scene_presence(s, 2, whole, false, 0, 0);
    scene_presence(s, 3, scene_block(s, "rs"), false, 0, 0);
    later(s, 1000);
    return s;
}

static UNUSED void scene_end(struct scene *s)
{
    scene_fini(s);
    free(s);
}

static UNUSED struct scene *scene_new(int cols, int rows)
{
    struct scene *s = xcalloc(1, sizeof *s);

    scene_init_of(s, cols, rows, "bmc", "Water filter 2030");
    return s;
}

/* The sentence of a row of the activity, as it is read. */
static UNUSED const char *told(struct scene *s, size_t row)
{
    const struct panel_event *e = panel_event_at(&s->ui.panel, row);

    return e ? words_printf(&s->ui, "%s %s", panel_event_who(&s->ui, e), panel_event_words(&s->ui, e)) : "";
}

static UNUSED size_t n_told(const struct scene *s)
{
    return s->ui.panel.n_events;
}

static UNUSED const char *text_of(const struct canvas *c, uint64_t card)
{
    const struct card *found = canvas_card(c, card);

    return found && found->deleted_seq == 0 ? found->text.bytes : "";
}

#endif
