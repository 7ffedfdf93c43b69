/* The pictures of the documentation, drawn by the program's own views from a real replica that real edits of three people
 * have filled: what they show is what people see. Clock, names and edits are fixed, so the same program draws the same
 * bytes.
 *
 *   pictures FOLDER           writes them
 *   pictures --check FOLDER   compares them with what would be written; 1 and their names if one differs */
#include <errno.h>

#include "client/cli/canvas_file.h"
#include "client/core/paths.h"
#include "client/tui/grid_svg.h"
#include "tests/support/scene.h"

enum { ANNA, BEN, CHIARA, MINUTE_MS = 60000, MARKDOWN_BYTES = 1 << 20 };

/* ---------------------------------------------------------------- what three people did */

struct note {
    unsigned who;
    const char *block, *text, *color, *tag;
    unsigned votes; /* bits of people */
};

static const struct note coffee[] = {
    {ANNA, "cs", "Commuters at stations, 7 to 9", "yellow", "", 7},
    {ANNA, "vp", "A good espresso in 40 seconds, where people wait anyway", "yellow", "", 7},
    {BEN, "cs", "Teams in offices without a kitchen", "blue", "b2b", 2},
    {BEN, "vp", "Meetings with coffee: we come, and leave nothing behind", "blue", "b2b", 0},
    {CHIARA, "cs", "Markets and festivals", "green", "", 0},
    {CHIARA, "vp", "Roasted this week, from three farms that we know", "green", "", 5},
    {ANNA, "ch", "The bike itself: twelve places a day", "yellow", "", 0},
    {BEN, "ch", "Order on the way, pick up in passing", "", "app", 3},
    {CHIARA, "cr", "A barista who knows your name", "", "", 4},
    {ANNA, "cr", "The tenth cup is free", "", "", 0},
    {BEN, "rs", "3.20 a cup; 140 cups a bike and day", "yellow", "", 1},
    {BEN, "rs", "Offices pay by the month", "blue", "b2b", 0},
    {CHIARA, "rs", "Festivals, booked in spring", "green", "", 0},
    {ANNA, "kr", "Six cargo bikes", "", "", 0},
    {BEN, "kr", "Licences for twelve pitches", "red", "risk", 3},
    {ANNA, "ka", "Brew, sell, talk", "", "", 0},
    {CHIARA, "ka", "Roast twice a week", "green", "", 0},
    {BEN, "ka", "Keep the bikes rolling", "", "", 0},
    {CHIARA, "kp", "City rail: pitches at its stations", "red", "risk", 0},
    {ANNA, "kp", "Hof Linde: milk, every morning", "", "", 0},
    {CHIARA, "kp", "Blume: their roaster, at night", "green", "", 2},
    {BEN, "cost", "Baristas: 58 % of everything", "", "", 0},
    {BEN, "cost", "Beans and milk: 21 %", "", "", 0},
    {ANNA, "cost", "Pitches and licences: 9 %", "red", "risk", 0},
};

static void wait_minutes(struct scene *s, int minutes)
{
    s->ui.now_ms += (int64_t)minutes * MINUTE_MS;
    s->server.now_ms = s->ui.now_ms;
    ui_tick(&s->ui);
}

static uint64_t take_note(struct scene *s, const struct note *note)
{
    uint64_t id;

    wait_minutes(s, 1);
    id = scene_card(s, note->who, note->block, note->text, note->color);
    if (*note->tag)
        scene_do(s, note->who, tag_set(&s->arena, id, note->tag, true));
    for (unsigned who = 0; who < 3; who++)
        if (note->votes & 1U << who)
            scene_do(s, who, vote_set(&s->arena, id, true));
    return id;
}

static uint64_t card_of(const struct scene *s, const char *beginning)
{
    for (const struct object *o = ui_view(&s->ui)->cards; o; o = o->hh.next)
        if (strncmp(((const struct card *)o)->text.bytes, beginning, strlen(beginning)) == 0)
            return o->id;
    fprintf(stderr, "no card begins with '%s'\n", beginning);
    abort();
}

static void comment(struct scene *s, unsigned who, const char *card, const char *text)
{
    wait_minutes(s, 1);
    scene_do(s, who, comment_add(&s->arena, replica_next_id(s->peers[who].r), card_of(s, card), 0, text));
}

static void coffee_bikes(struct scene *s, int cols, int rows)
{
    scene_init_of(s, cols, rows, "bmc", "Coffee bikes");
    for (size_t i = 0; i < sizeof coffee / sizeof *coffee; i++)
        (void)take_note(s, &coffee[i]);
    comment(s, BEN, "Licences", "They end in May. Who asks for new ones?");
    comment(s, ANNA, "Licences", "I do, on Monday.");
    comment(s, CHIARA, "A good espresso", "Measured: 38 to 44 seconds.");
    wait_minutes(s, 2);
}

/* Somebody opens a canvas of the demonstration as its Markdown file says it; the three take turns. */
static void demonstration(struct scene *s, int cols, int rows, const char *name)
{
    char *path = xasprintf("%s/../deploy/demo/%s", TESTS_DIR, name), *text;
    struct markdown m;
    struct why why;
    size_t len;

    text = paths_read(path, MARKDOWN_BYTES, &len);
    if (!text) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        abort();
    }
    scene_init_of(s, cols, rows, "vledger", "A value ledger");
    ASSERT(markdown_parse(text, len, &s->arena, &m, &why) == STATUS_OK);
    scene_do(s, ANNA, prop_text(&s->arena, 0, "title", m.title));
    for (size_t i = 0; i < m.n_blocks; i++)
        for (size_t k = 0; k < m.blocks[i].n_cards; k++) {
            const struct markdown_card *card = &m.blocks[i].cards[k];
            struct note note = {.who = (unsigned)(i + k) % 3,
                                .block = m.blocks[i].key,
                                .text = card->text,
                                .color = card->color ? card->color : "",
                                .tag = card->n_tags ? card->tags[0] : ""};

            (void)take_note(s, &note);
        }
    wait_minutes(s, 2);
    free(text);
    free(path);
}

/* ---------------------------------------------------------------- the pictures */

/* Ben writes, Chiara looks at another block, Anna has the focus on a third. */
static void three_people(struct scene *s)
{
    const char *last = "Blume: their roaster, at night";

    coffee_bikes(s, 132, 34);
    scene_presence(s, BEN, card_of(s, "A good espresso"), true, 6, 6);
    scene_presence(s, CHIARA, card_of(s, last), false, 0, 0);
    (void)take_note(s, &(struct note){CHIARA, "cr", "Rain: a text in the morning, before people leave", "", "", 0});
    ui_focus(&s->ui, scene_block(s, "ch"), card_of(s, "Order on the way"));
}

static void palette(struct scene *s)
{
    coffee_bikes(s, 100, 30);
    scene_presence(s, BEN, card_of(s, "A good espresso"), false, 0, 0);
    ui_focus(&s->ui, scene_block(s, "vp"), card_of(s, "A good espresso"));
    scene_type(s, ":");
    scene_type(s, "move");
    scene_keys(s, "down");
}

static void opened_card(struct scene *s)
{
    uint64_t card;

    coffee_bikes(s, 100, 32);
    card = card_of(s, "Licences");
    scene_do(s, ANNA,
             text_edit(&s->arena, card, "", 27, 27,
                       "\n\nTwo of them are at stations, and those sell half of all cups. "
                       "If the city rail takes its pitches back, we need four others before the summer: "
                       "the hospital, the campus, the harbour, and one in reserve.",
                       0));
    wait_minutes(s, 1);
    ui_focus(&s->ui, scene_block(s, "kr"), card);
    pane_open(&s->ui, card);
    scene_presence(s, BEN, card, true, 75, 44);
    scene_presence(s, CHIARA, card, true, 190, 190);
    typing_begin(&s->ui, card, "", 120);
}

static void history(struct scene *s)
{
    coffee_bikes(s, 132, 34);
    scene_presence(s, BEN, card_of(s, "A good espresso"), false, 0, 0);
    ui_focus(&s->ui, scene_block(s, "cs"), 0);
    ui_run_history(&s->ui);
    scene_answer(s);
    scene_keys(s, "home right right right right right right right right right right right right right right");
}

static void ledger(struct scene *s)
{
    demonstration(s, 120, 36, "shoes-of-ones-own.md");
    scene_presence(s, CHIARA, card_of(s, "COMFORT"), false, 0, 0);
    ui_focus(&s->ui, scene_block(s, "value_in"), card_of(s, "FEEDBACK"));
}

static void outline_small(struct scene *s)
{
    coffee_bikes(s, 60, 24);
    scene_presence(s, BEN, card_of(s, "A good espresso"), false, 0, 0);
    ui_focus(&s->ui, scene_block(s, "cs"), card_of(s, "Commuters"));
    scene_keys(s, "Z");
}

static const struct picture {
    const char *name, *title;
    void (*draw)(struct scene *s);
    bool light;
} pictures[] = {
    {"canvas", "cocanvas: three people on a Business Model Canvas", three_people, false},
    {"canvas-light", "cocanvas: three people on a Business Model Canvas", three_people, true},
    {"palette", "cocanvas: all commands, found by typing", palette, false},
    {"card", "cocanvas: three people write in one card", opened_card, false},
    {"history", "cocanvas: back in time", history, false},
    {"ledger", "cocanvas: a value ledger", ledger, false},
    {"outline", "cocanvas: the outline, on a small screen", outline_small, false},
};

/* ---------------------------------------------------------------- writing and comparing */

static void draw(const struct picture *picture, struct buf *out)
{
    struct scene *s = xcalloc(1, sizeof *s);
    const char *save = getenv("COCANVAS_PICTURE_TEXT");

    picture->draw(s);
    s->ui.theme.light = picture->light;
    grid_svg(scene_draw(s), &s->ui.theme, picture->title, out);
    if (save && strcmp(save, picture->name) == 0) {
        char *text = grid_to_text(&s->grid);

        fputs(text, stdout);
        free(text);
    }
    scene_fini(s);
    free(s);
}

static bool write_picture(const char *path, const struct buf *svg)
{
    FILE *f = fopen(path, "wb");
    bool good = f && fwrite(buf_at(svg), 1, buf_len(svg), f) == buf_len(svg);

    if (f)
        good = fclose(f) == 0 && good;
    if (!good)
        fprintf(stderr, "%s cannot be written: %s\n", path, strerror(errno));
    return good;
}

static bool is_as_kept(const char *path, const struct buf *svg)
{
    size_t len = 0;
    char *kept = paths_read(path, (size_t)1 << 24, &len);
    bool same = kept && len == buf_len(svg) && memcmp(kept, buf_at(svg), len) == 0;

    if (!same)
        fprintf(stderr, "%s is not what the program draws now; `pictures` renews it\n", path);
    free(kept);
    return same;
}

int main(int argc, char **argv)
{
    bool check = argc == 3 && strcmp(argv[1], "--check") == 0, good = true;

    if (argc != 2 + check) {
        fprintf(stderr, "usage: pictures [--check] FOLDER\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof pictures / sizeof *pictures; i++) {
        char *path = xasprintf("%s/%s.svg", argv[argc - 1], pictures[i].name);
        struct buf svg;

        buf_init(&svg);
        draw(&pictures[i], &svg);
        good = (check ? is_as_kept(path, &svg) : write_picture(path, &svg)) && good;
        buf_fini(&svg);
        free(path);
    }
    return good ? 0 : 1;
}
