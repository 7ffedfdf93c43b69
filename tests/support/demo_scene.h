/* The demonstration canvas as a scene: what it holds comes from deploy/demo, written by three people by turns, with
 * votes, comments, colours and a link; and others who are on it. */
#ifndef COCANVAS_TESTS_DEMO_SCENE_H
#define COCANVAS_TESTS_DEMO_SCENE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/canvas_file.h"
#include "client/tui/view_parts.h"
#include "tests/support/scene.h"

static UNUSED const int sizes[][2] = {{60, 18}, {80, 24}, {132, 43}, {200, 60}};
enum { SIZES = 4, LAYOUTS = 4, ANNA = 0, BEN = 1, CHIARA = 2, DAI = 3 };
static UNUSED const char *const layouts[] = {"canvas", "block", "outline", "table"};

static UNUSED struct scene *scene_of(const char *template_id, const char *title)
{
    struct scene *s = xcalloc(1, sizeof *s);

    scene_init_of(s, 80, 24, template_id, title);
    return s;
}

static UNUSED void end(struct scene *s)
{
    scene_fini(s);
    free(s);
}

static UNUSED struct block *view_block_of(struct scene *s, const char *key)
{
    return canvas_block_by_key(panel_canvas(&s->ui), key);
}

static UNUSED uint64_t card_of(struct scene *s, const char *key, uint32_t index)
{
    struct block *block = view_block_of(s, key);

    assert_true(index < block->n_cards);
    return block->cards[index]->o.id;
}

static UNUSED void read_demo(struct scene *s, struct markdown *out)
{
    enum { LONGEST = 1 << 16 };
    FILE *f = fopen(TESTS_DIR "/../deploy/demo/ikea.md", "rb");
    char *text = arena_calloc(&s->arena, LONGEST, 1);
    struct why why;

    assert_non_null(f);
    size_t len = fread(text, 1, LONGEST - 1, f);
    fclose(f);
    assert_int_equal(markdown_parse(text, len, &s->arena, out, &why), STATUS_OK);
}

/* The demonstration canvas, written by three people by turns, with votes, comments, colours and a link. */
static UNUSED struct scene *demo(void)
{
    static const char *const colors[] = {"", "", "yellow", "", "teal", "", "", "purple"};
    struct scene *s = scene_of("bmc", "IKEA");
    struct markdown file;
    size_t k = 0;

    read_demo(s, &file);
    for (size_t i = 0; i < file.n_blocks; i++)
        for (size_t j = 0; j < file.blocks[i].n_cards; j++, k++) {
            const struct markdown_card *card = &file.blocks[i].cards[j];
            unsigned who = (unsigned)(k % 3);
            uint64_t id = scene_card(s, who, file.blocks[i].key, card->text, colors[k % 8]);

            for (size_t t = 0; t < card->n_tags; t++)
                scene_do(s, who, tag_set(&s->arena, id, card->tags[t], true));
            for (size_t c = 0; c < card->n_comments; c++)
                scene_do(s, who, comment_add(&s->arena, replica_next_id(s->peers[who].r), id, 0, card->comments[c]));
            for (unsigned v = 0; v < k % 4; v++)
                scene_do(s, v, vote_set(&s->arena, id, true));
            if (card->status)
                scene_do(s, who, prop_text(&s->arena, id, "status", card->status));
        }
    scene_do(s, BEN,
             link_add(&s->arena, replica_next_id(s->peers[BEN].r), card_of(s, "vp", 1), card_of(s, "ch", 0), "serves"));
    s->ui.now_ms += 2 * UI_CHANGED_MS; /* nobody has changed anything lately */
    return s;
}

/* Others are here: one writes, one has just changed something, one looks at a block. */
static UNUSED void with_people(struct scene *s)
{
    scene_presence(s, BEN, card_of(s, "vp", 1), true, 3, 3);
    scene_presence(s, CHIARA, scene_block(s, "ch"), false, 0, 0);
    scene_presence(s, DAI, card_of(s, "kr", 3), false, 0, 0);
    scene_do(s, BEN, prop_text(&s->arena, card_of(s, "ch", 0), "color", "red"));
    ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "vp", 2));
    ui_mark(&s->ui, card_of(s, "vp", 3), true);
}

/* ---------------------------------------------------------------- frames */

static UNUSED bool is_line(const struct grid *g, int x, int y)
{
    const struct cell *c = grid_at(g, x, y);
    uint32_t point = 0;

    (void)utf8_decode(c->bytes, strlen(c->bytes), &point);
    return c->width == 1 && point >= 0x2500 && point <= 0x257f;
}

/* The sides; the upper border and what is below may carry titles. */
static UNUSED void assert_frame(const struct grid *g, struct rect r)
{
    for (int y = r.y + 1; y < r.y + r.h - 1; y++)
        if (!is_line(g, r.x, y) || !is_line(g, r.x + r.w - 1, y)) {
            char *text = grid_to_text(g);
            fprintf(stderr, "%s", text);
            free(text);
            fail_msg("the frame at %d,%d is broken in row %d", r.x, r.y, y);
        }
}

static UNUSED void assert_rows_add_up(const struct grid *g)
{
    for (int y = 0; y < g->rows; y++) {
        int cells = 0;

        for (int x = 0; x < g->cols; x++) {
            const struct cell *c = grid_at(g, x, y);
            cells += c->width;
            assert_true(utf8_check_line(c->bytes, strlen(c->bytes), NULL));
        }
        assert_int_equal(cells, g->cols);
    }
}

static UNUSED void assert_frames(struct scene *s)
{
    const struct grid *g = scene_draw(s);
    const struct canvas *canvas = panel_canvas(&s->ui);
    struct rect body = layout_inner(&s->ui, layout_parts(&s->ui).body), rects[64];
    enum ui_layout layout = layout_effective(&s->ui, layout_parts(&s->ui).body);
    size_t n;

    free(canvas_blocks_in_order(canvas, &n));

    assert_rows_add_up(g);
    if (layout == LAYOUT_CANVAS) {
        assert_true(layout_blocks(canvas, body, rects, 64));
        for (size_t i = 0; i < n; i++)
            assert_frame(g, rects[i]);
    } else if (layout != LAYOUT_OUTLINE) {
        assert_frame(g, layout == LAYOUT_BLOCK ? blocks_beside(body) : body);
    }
}

#endif
