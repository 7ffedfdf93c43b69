/* The start screen: what is listed and in which order, finding, opening, a new canvas, and how it looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "client/cli/cmd.h"
#include "client/tui/ago.h"
#include "tests/support/scene.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

/* The start screen with what it has asked of the outside. */
struct start_scene {
    struct scene s;
    char opened[64], created[64], template_id[64], title[300];
    struct uuid canvas;
    unsigned refreshed;
    char templates_of[64]; /* whose own templates were asked for */
};

static void on_open(void *ctx, const char *context, const struct uuid *canvas)
{
    struct start_scene *t = ctx;

    (void)snprintf(t->opened, sizeof t->opened, "%s", context);
    t->canvas = *canvas;
}

static void on_create(void *ctx, const char *context, const char *template_id, const char *title)
{
    struct start_scene *t = ctx;

    (void)snprintf(t->created, sizeof t->created, "%s", context);
    (void)snprintf(t->template_id, sizeof t->template_id, "%s", template_id);
    (void)snprintf(t->title, sizeof t->title, "%s", title);
}

static void on_templates(void *ctx, const char *context)
{
    struct start_scene *t = ctx;

    (void)snprintf(t->templates_of, sizeof t->templates_of, "%s", context);
}

static void on_refresh(void *ctx)
{
    ((struct start_scene *)ctx)->refreshed++;
}

static struct start_scene *scene_at_start(int cols, int rows)
{
    struct start_scene *t = xcalloc(1, sizeof *t);

    scene_init(&t->s, cols, rows);
    t->s.host.open = on_open;
    t->s.host.create = on_create;
    t->s.host.templates = on_templates;
    t->s.host.refresh = on_refresh;
    ui_set_canvas(&t->s.ui, NULL, NULL, 0);
    return t;
}

static void scene_end(struct start_scene *t)
{
    scene_fini(&t->s);
    free(t);
}

/* ---- what is there */

static const struct start_context acme = {
    .name = "acme", .server = "canvas.nord.example:7341", .workspace = "Acme AG", .login = "anna", .online = true};
static const struct start_context voss = {.name = "voss",
                                          .server = "canvas.voss.example:7341",
                                          .workspace = "Bäckerei Voss & Töchter",
                                          .login = "a.koch",
                                          .online = true};
static const struct start_context harbour = {.name = "harbour",
                                             .server = "harbour.example:7341",
                                             .workspace = "Harbour Trust",
                                             .login = "anna",
                                             .sentence = "harbour.example does not answer. Trying again in 8 s."};
static const struct start_context loading = {
    .name = "ngo", .server = "canvas.nord.example:7341", .workspace = "Clean Rivers", .login = "anna", .loading = true};

static struct start_canvas canvas(uint8_t id, const char *workspace, const char *title, const char *template_id,
                                  int64_t ago_ms, uint64_t seq, unsigned n_present)
{
    static const char *const names[] = {"Ben Ode", "Chiara Rossi", "Dai Nguyen", "Efua Mensah",
                                        "Finn",    "Gül",          "Hana",       "Ilir"};
    struct start_canvas c = {.title = (char *)(uintptr_t)title,
                             .template_id = (char *)(uintptr_t)template_id,
                             .changed_ms = (int64_t)SCENE_NOW_S * 1000 - ago_ms,
                             .head_seq = seq,
                             .n_present = n_present};

    c.id.b[0] = id;
    (void)snprintf(c.workspace, sizeof c.workspace, "%s", workspace);
    for (unsigned i = 0; i < n_present && i < START_PRESENT; i++)
        c.present[i] = (char *)(uintptr_t)names[i];
    return c;
}

static void tell_acme(struct start_scene *t)
{
    const struct start_canvas canvases[] = {
        canvas(1, "Acme AG", "Business model 2030", "bmc", 3 * MINUTE_MS, 1284, 2),
        canvas(2, "Acme AG", "Value plan for the water filter", "vcc", 5 * HOUR_MS, 311, 0),
        canvas(3, "Acme AG", "Strengths and weaknesses, first round with the whole sales team", "swot", 9 * DAY_MS, 88,
               0),
        canvas(4, "Acme AG", "Retrospective", "start-stop-continue", 400 * (int64_t)DAY_MS, 7, 0),
    };

    ui_start_canvases(&t->s.ui, "acme", canvases, 4);
}

static void tell_voss(struct start_scene *t)
{
    const struct start_canvas canvases[] = {
        canvas(1, voss.workspace, "Sourdough subscription", "lean", 20 * MINUTE_MS, 540, 12),
        canvas(2, voss.workspace, "Who buys bread at six?", "persona", DAY_MS, 42, 1),
    };

    ui_start_canvases(&t->s.ui, "voss", canvases, 2);
}

static void tell_all(struct start_scene *t)
{
    const struct start_context contexts[] = {acme, voss, harbour, loading};

    ui_start_contexts(&t->s.ui, contexts, 4);
    tell_acme(t);
    tell_voss(t);
}

/* The title of the canvas that has the focus. */
static const char *focused(struct start_scene *t)
{
    const struct start *s = &t->s.ui.start;

    return s->focus < s->n_shown ? s->canvases[s->shown[s->focus]].title : "";
}

static const char *shown(struct start_scene *t, size_t row)
{
    const struct start *s = &t->s.ui.start;

    return row < s->n_shown ? s->canvases[s->shown[row]].title : "";
}

static void press(struct start_scene *t, const char *names)
{
    scene_keys(&t->s, names);
}

/* ---------------------------------------------------------------- the list */

static void test_recent_first(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    int x, title, workspace;

    (void)state;
    tell_all(t);
    assert_string_equal(shown(t, 0), "Business model 2030");
    assert_string_equal(shown(t, 1), "Sourdough subscription");
    assert_string_equal(shown(t, 2), "Value plan for the water filter");
    assert_string_equal(shown(t, 5), "Retrospective");
    assert_true(scene_find(&t->s, "Sourdough", &x, &title)); /* each row says whose canvas it is */
    assert_true(scene_find(&t->s, "Bäckerei Voss", &x, &workspace));
    assert_int_equal(title, workspace);
    scene_end(t);
}

static void test_opened_counts_as_recent(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    struct start_canvas two[] = {canvas(1, "Acme AG", "Changed", "bmc", HOUR_MS, 9, 0),
                                 canvas(2, "Acme AG", "Opened", "bmc", DAY_MS, 9, 0)};

    (void)state;
    two[1].opened_ms = t->s.ui.now_ms - MINUTE_MS;
    ui_start_contexts(&t->s.ui, &acme, 1);
    ui_start_canvases(&t->s.ui, "acme", two, 2);
    assert_string_equal(shown(t, 0), "Opened");
    scene_end(t);
}

static void test_moving(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    press(t, "down j");
    assert_string_equal(focused(t), "Value plan for the water filter");
    press(t, "up k k");
    assert_string_equal(focused(t), "Business model 2030");
    press(t, "end");
    assert_string_equal(focused(t), "Retrospective");
    press(t, "down home");
    assert_string_equal(focused(t), "Business model 2030");
    press(t, "page-down page-up");
    assert_string_equal(focused(t), "Business model 2030");
    scene_end(t);
}

/* What comes in belongs to the rows it belongs to; the focus to the canvas it was on. */
static void test_lists_do_not_move_the_focus(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    const struct start_context contexts[] = {acme, voss};

    (void)state;
    ui_start_contexts(&t->s.ui, contexts, 2);
    tell_acme(t);
    press(t, "down");
    assert_string_equal(focused(t), "Value plan for the water filter");
    tell_voss(t); /* one of them is more recent */
    assert_string_equal(focused(t), "Value plan for the water filter");
    assert_int_equal(t->s.ui.start.focus, 2);
    tell_acme(t);
    assert_string_equal(focused(t), "Value plan for the water filter");
    press(t, "enter");
    assert_string_equal(t->opened, "acme");
    assert_int_equal(t->canvas.b[0], 2);
    scene_end(t);
}

static void test_a_canvas_that_goes(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    press(t, "end");
    ui_start_canvases(&t->s.ui, "acme", NULL, 0);
    assert_int_equal(t->s.ui.start.n_shown, 2);
    assert_string_equal(focused(t), "Who buys bread at six?");
    ui_start_contexts(&t->s.ui, &acme, 1); /* and with its context, all of them */
    assert_int_equal(t->s.ui.start.n_canvases, 0);
    press(t, "enter down");
    assert_string_equal(t->opened, "");
    scene_end(t);
}

/* Two workspaces may have canvases of one id (a restored server): the context decides. */
static void test_opens_in_its_context(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    press(t, "down");
    tell_all(t);
    press(t, "enter");
    assert_string_equal(t->opened, "voss");
    assert_int_equal(t->canvas.b[0], 1);
    scene_end(t);
}

static void test_click(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    int x, y;

    (void)state;
    tell_all(t);
    assert_true(scene_find(&t->s, "Who buys bread", &x, &y));
    scene_mouse(&t->s, MOUSE_PRESS, x, y);
    assert_string_equal(focused(t), "Who buys bread at six?");
    assert_string_equal(t->opened, "");
    scene_mouse(&t->s, MOUSE_DOUBLE, x, y);
    assert_string_equal(t->opened, "voss");
    scene_end(t);
}

static void test_refresh(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    press(t, "r");
    assert_int_equal(t->refreshed, 1);
    scene_end(t);
}

/* ---------------------------------------------------------------- finding */

static void test_typing_narrows(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    scene_type(&t->s, "sour"); /* begins a search by itself */
    assert_true(t->s.ui.start.n_shown < 3);
    assert_string_equal(focused(t), "Sourdough subscription"); /* the best one first */
    press(t, "backspace backspace backspace backspace");
    assert_int_equal(t->s.ui.start.n_shown, 6);
    scene_type(&t->s, "/water"); /* with its key, so may words that begin like a key */
    assert_string_equal(focused(t), "Value plan for the water filter");
    press(t, "enter");
    assert_string_equal(t->opened, "acme");
    scene_end(t);
}

static void test_keys_are_characters_while_finding(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    scene_type(&t->s, "/retro");
    assert_int_equal(t->refreshed, 0);
    assert_string_equal(t->s.ui.start.find, "retro");
    assert_string_equal(focused(t), "Retrospective");
    press(t, "ctrl-u");
    scene_type(&t->s, "/baeck"); /* by workspace, too; what is typed may stand in pieces */
    press(t, "ctrl-w");
    assert_string_equal(t->s.ui.start.find, "");
    scene_end(t);
}

static void test_finds_by_workspace_template_and_people(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    scene_type(&t->s, "/backerei");
    assert_int_equal(t->s.ui.start.n_shown, 2);
    press(t, "ctrl-u");
    scene_type(&t->s, "/lean canvas");
    assert_string_equal(focused(t), "Sourdough subscription");
    press(t, "ctrl-u");
    scene_type(&t->s, "/chiara");
    assert_int_equal(t->s.ui.start.n_shown, 2);
    scene_end(t);
}

static void test_nothing_fits(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    scene_type(&t->s, "xyzzy");
    assert_int_equal(t->s.ui.start.n_shown, 0);
    assert_true(scene_shows(&t->s, "No canvas fits “xyzzy”."));
    press(t, "enter down"); /* does nothing, breaks nothing */
    assert_string_equal(t->opened, "");
    press(t, "escape");
    assert_int_equal(t->s.ui.start.n_shown, 6);
    assert_false(t->s.quits);
    scene_end(t);
}

static void test_escape_clears_then_asks(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    scene_type(&t->s, "sour");
    press(t, "escape");
    assert_string_equal(t->s.ui.start.find, "");
    assert_int_equal(t->s.ui.ask.kind, ASK_NONE);
    press(t, "escape");
    assert_int_equal(t->s.ui.ask.kind, ASK_CHOICE);
    press(t, "n");
    assert_false(t->s.quits);
    press(t, "q y");
    assert_true(t->s.quits);
    scene_end(t);
}

static void test_a_long_paste(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    char *long_text = xcalloc(1, 5001);

    (void)state;
    tell_all(t);
    memset(long_text, 'x', 5000);
    scene_input(&t->s, &(struct input){.kind = INPUT_PASTE, .bytes = long_text, .len = 5000});
    assert_int_equal(strlen(t->s.ui.start.find), sizeof t->s.ui.start.find - 1);
    scene_type(&t->s, "yz");
    assert_int_equal(strlen(t->s.ui.start.find), sizeof t->s.ui.start.find - 1);
    press(t, "escape");
    scene_input(&t->s, &(struct input){.kind = INPUT_PASTE, .bytes = "sour\nsecond line", .len = 16});
    assert_string_equal(t->s.ui.start.find, "sour");
    free(long_text);
    scene_end(t);
}

/* ---------------------------------------------------------------- a new canvas */

static void test_new_canvas(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    tell_all(t);
    press(t, "down n"); /* two workspaces can be reached: the focused one is asked about first */
    assert_int_equal(t->s.ui.ask.kind, ASK_CHOICE);
    assert_true(scene_shows(&t->s, "1   Bäckerei Voss & Töchter"));
    assert_false(scene_shows(&t->s, "2   Harbour"));
    press(t, "1");
    assert_true(scene_shows(&t->s, "New canvas in Bäckerei Voss & Töchter"));
    scene_type(&t->s, "persona");
    assert_string_equal(start_template(&t->s.ui)->id, "persona");
    press(t, "enter ctrl-u");
    scene_type(&t->s, "Morning people");
    press(t, "enter");
    assert_string_equal(t->created, "voss");
    assert_string_equal(t->template_id, "persona");
    assert_string_equal(t->title, "Morning people");
    assert_false(t->s.ui.start.making.choosing);
    scene_end(t);
}

static void test_new_canvas_in_the_only_workspace(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    const struct start_context contexts[] = {acme, harbour};

    (void)state;
    ui_start_contexts(&t->s.ui, contexts, 2);
    press(t, "enter"); /* there is nothing to open: the first one, then */
    assert_true(t->s.ui.start.making.choosing);
    press(t, "enter enter"); /* the given title is the template's */
    assert_string_equal(t->created, "acme");
    assert_string_equal(t->template_id, start_template(&t->s.ui) ? "" : "vcc");
    assert_string_equal(t->title, "Value Co-Creation Canvas");
    scene_end(t);
}

/* By families; what is searched for comes best first, without them; a word of what it is for finds it, too. */
static void test_templates_by_family(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    const struct start_new *making = &t->s.ui.start.making;

    (void)state;
    ui_start_contexts(&t->s.ui, &acme, 1);
    press(t, "n");
    assert_true(scene_shows(&t->s, "Value co-creation"));
    for (size_t i = 1; i < making->n_shown; i++) /* each family in one piece */
        for (size_t j = 0; j + 1 < i; j++)
            assert_false(strcmp(start_family_at(making, i), start_family_at(making, j)) == 0 &&
                         strcmp(start_family_at(making, i - 1), start_family_at(making, j)) != 0);
    press(t, "G");
    assert_true(scene_shows(&t->s, "Workshop"));
    assert_true(scene_shows(&t->s, "▸"));
    press(t, "/");
    scene_type(&t->s, "road map");
    assert_string_equal(start_template(&t->s.ui)->id, "now-next-later");
    assert_null(start_family_at(making, 0));
    assert_false(scene_shows(&t->s, "Plan and measure"));
    scene_end(t);
}

static void test_template_in_another_language(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    ui_start_contexts(&t->s.ui, &acme, 1);
    press(t, "n l");
    assert_true(scene_shows(&t->s, "Leinwand der gemeinsamen"));
    assert_true(scene_shows(&t->s, "Wie Mittel des Unternehmens"));
    press(t, "down"); /* has no translation */
    assert_string_equal(start_template(&t->s.ui)->lang, "en");
    press(t, "enter enter");
    assert_null(strchr(t->template_id, '.'));
    press(t, "n enter enter");
    assert_string_equal(t->template_id, "vcc.de");
    assert_string_equal(t->title, "Leinwand der gemeinsamen Wertschöpfung");
    press(t, "n l"); /* after the last one: as they were written */
    assert_true(scene_shows(&t->s, "Value Co-Creation Canvas"));
    scene_end(t);
}

/* A fork of a built-in one stands in its family, another one under "Your own"; both say that they are the workspace's. */
static struct template_set own_templates(void)
{
    static const char *const files[] = {
        "format = 2; id = \"sorting\"; title = \"Sorting Table\"; family = \"workshop\"; kind = \"grid\"; licence = \"CC0-1.0\"; cols = 1; rows = 1;"
        "blocks = ( { key = \"a\"; title = \"All\"; at = [0, 0]; size = [1, 1]; } );"
        "translations = { de = { title = \"Sortiertisch\"; }; };",
        "format = 2; id = \"zeal\"; title = \"Zeal Map\"; kind = \"grid\"; licence = \"CC0-1.0\"; cols = 1; rows = 1;"
        "blocks = ( { key = \"a\"; title = \"Whatever drives us\"; at = [0, 0]; size = [1, 1]; } );",
    };
    struct template_set set = {.at = xcalloc(2, sizeof *set.at), .translated = xcalloc(1, sizeof *set.translated)};
    struct why why = {""};

    for (; set.n < 2; set.n++) {
        set.at[set.n] = template_parse("own", files[set.n], &why);
        assert_string_equal(why.text, "");
    }
    set.translated[set.n_translated++] = template_parse_in("own", files[0], "de", &why);
    assert_non_null(set.translated[0]);
    return set;
}

static void test_own_templates_beside_the_built_in_ones(void **state)
{
    struct start_scene *t = scene_at_start(100, 30);
    const struct start_new *making = &t->s.ui.start.making;
    struct template_set own;

    (void)state;
    ui_start_contexts(&t->s.ui, &acme, 1);
    press(t, "n");
    assert_string_equal(t->templates_of, "acme");
    size_t built_in = making->n_shown;
    press(t, "down down");
    const char *focused = start_template(&t->s.ui)->id;
    own = own_templates();
    ui_start_templates(&t->s.ui, "voss", &own); /* another one's: late */
    assert_int_equal(making->n_shown, built_in);
    own = own_templates();
    ui_start_templates(&t->s.ui, "acme", &own);
    assert_int_equal(making->n_shown, built_in + 2);
    assert_string_equal(start_template(&t->s.ui)->id, focused);
    press(t, "G");
    assert_true(scene_shows(&t->s, "Your own"));
    assert_true(scene_shows(&t->s, "Whatever drives us"));
    assert_true(scene_shows(&t->s, "yours"));
    assert_string_equal(start_family_at(making, making->n_shown - 2), "Workshop");
    press(t, "enter enter");
    assert_string_equal(t->template_id, "zeal");
    press(t, "n l");
    assert_int_equal(making->n_shown, built_in); /* asked for anew */
    own = own_templates();
    ui_start_templates(&t->s.ui, "acme", &own);
    press(t, "/");
    scene_type(&t->s, "sorting");
    assert_string_equal(start_template(&t->s.ui)->title, "Sortiertisch");
    press(t, "enter enter");
    assert_string_equal(t->template_id, "sorting.de");
    scene_end(t);
}

static void test_new_canvas_needs_a_title(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    ui_start_contexts(&t->s.ui, &acme, 1);
    press(t, "n enter ctrl-u space enter");
    assert_string_equal(t->created, "");
    assert_true(scene_shows(&t->s, "A canvas needs a title."));
    press(t, "escape");
    assert_false(t->s.ui.start.making.choosing);
    assert_false(t->s.quits);
    scene_end(t);
}

static void test_new_canvas_offline(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    ui_start_contexts(&t->s.ui, &harbour, 1);
    press(t, "n");
    assert_false(t->s.ui.start.making.choosing);
    assert_true(scene_shows(&t->s, "No workspace can be reached now."));
    scene_end(t);
}

/* ---------------------------------------------------------------- pages */

static void test_pages(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    assert_true(scene_shows(&t->s, "cocanvas login LINK"));
    assert_true(scene_shows(&t->s, "cocanvas join CODE") == (cmd_find("join") != NULL)); /* no command that is not */
    ui_start_contexts(&t->s.ui, &loading, 1);
    assert_true(scene_shows(&t->s, "asking canvas.nord.example:7341 …"));
    ui_start_contexts(&t->s.ui, &harbour, 1);
    assert_true(scene_shows(&t->s, "does not answer"));
    ui_start_contexts(&t->s.ui, &acme, 1);
    assert_true(scene_shows(&t->s, "There is no canvas in Acme AG yet."));
    scene_end(t);
}

static void test_hostile_text(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    struct start_canvas bad = canvas(1, "Acme\x1b[2J AG", "Title \xe2\x80\xae\x1b]0;x\x07 end", "bmc", 0, 1, 1);
    char *text;

    (void)state;
    bad.present[0] = (char *)(uintptr_t) "Eve\x1b[31m";
    ui_start_contexts(&t->s.ui, &acme, 1);
    ui_start_canvases(&t->s.ui, "acme", &bad, 1);
    text = grid_to_text(scene_draw(&t->s));
    assert_null(strchr(text, '\x1b'));
    assert_null(strchr(text, '\x07'));
    assert_null(strstr(text, "\xe2\x80\xae"));
    assert_non_null(strstr(text, "end"));
    free(text);
    scene_end(t);
}

static void test_many_canvases_scroll(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);
    struct start_canvas *many = xcalloc(200, sizeof *many);
    char titles[200][20];

    (void)state;
    for (int i = 0; i < 200; i++) {
        (void)snprintf(titles[i], sizeof titles[i], "Canvas %03d", i);
        many[i] = canvas((uint8_t)i, "Acme AG", titles[i], "bmc", i * (int64_t)HOUR_MS, 1, 0);
    }
    ui_start_contexts(&t->s.ui, &acme, 1);
    ui_start_canvases(&t->s.ui, "acme", many, 200);
    press(t, "end");
    assert_true(scene_shows(&t->s, "Canvas 199"));
    assert_false(scene_shows(&t->s, "Canvas 000"));
    press(t, "up up");
    assert_true(scene_shows(&t->s, "Canvas 199")); /* moves without scrolling */
    press(t, "home");
    assert_true(scene_shows(&t->s, "Canvas 000"));
    free(many);
    scene_end(t);
}

/* ---------------------------------------------------------------- words */

static void test_ago(void **state)
{
    static const struct {
        int64_t ago_ms;
        const char *text;
    } cases[] = {
        {-5 * MINUTE_MS, "just now"},
        {59 * 1000, "just now"},
        {60 * 1000, "1 min ago"},
        {HOUR_MS - 1, "59 min ago"},
        {HOUR_MS, "1 h ago"},
        {11 * HOUR_MS, "11 h ago"},
        {13 * HOUR_MS, "yesterday"},
        {2 * (int64_t)DAY_MS, "2 days ago"},
        {6 * (int64_t)DAY_MS, "6 days ago"},
        {7 * (int64_t)DAY_MS, "31 Oct"},
        {400 * (int64_t)DAY_MS, "3 Oct 2024"},
    };
    int64_t noon = (int64_t)SCENE_NOW_S * 1000;
    char text[AGO_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        ago_text(noon, noon - cases[i].ago_ms, 0, text);
        assert_string_equal(text, cases[i].text);
    }
    ago_text(noon, 0, 0, text);
    assert_string_equal(text, "");
    ago_text(noon, noon - 13 * HOUR_MS, 2 * 3600, text); /* 14:00 there: one in the morning of the same day */
    assert_string_equal(text, "13 h ago");
    ago_text(noon - 10 * HOUR_MS, noon - 13 * HOUR_MS, 0, text); /* over midnight, but not long ago */
    assert_string_equal(text, "3 h ago");
    ago_number(0, text);
    assert_string_equal(text, "0");
    ago_number(999, text);
    assert_string_equal(text, "999");
    ago_number(18446744073709551615U, text);
    assert_string_equal(text, "18,446,744,073,709,551,615");
}

/* ---------------------------------------------------------------- pictures */

static void test_golden(void **state)
{
    static const struct {
        int cols, rows;
    } sizes[] = {{60, 18}, {80, 24}, {200, 60}};
    char name[64];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct start_scene *t = scene_at_start(sizes[i].cols, sizes[i].rows);

        tell_all(t);
        (void)snprintf(name, sizeof name, "start_%dx%d", sizes[i].cols, sizes[i].rows);
        assert_true(scene_golden(&t->s, name));
        press(t, "n 1");
        (void)snprintf(name, sizeof name, "start_new_%dx%d", sizes[i].cols, sizes[i].rows);
        assert_true(scene_golden(&t->s, name));
        scene_end(t);
    }
}

static void test_golden_pages(void **state)
{
    struct start_scene *t = scene_at_start(80, 24);

    (void)state;
    assert_true(scene_golden(&t->s, "start_welcome_80x24"));
    ui_start_contexts(&t->s.ui, &acme, 1);
    assert_true(scene_golden(&t->s, "start_empty_80x24"));
    tell_all(t);
    scene_type(&t->s, "/wat");
    assert_true(scene_golden(&t->s, "start_find_80x24"));
    scene_end(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_recent_first),
        cmocka_unit_test(test_opened_counts_as_recent),
        cmocka_unit_test(test_moving),
        cmocka_unit_test(test_lists_do_not_move_the_focus),
        cmocka_unit_test(test_a_canvas_that_goes),
        cmocka_unit_test(test_opens_in_its_context),
        cmocka_unit_test(test_click),
        cmocka_unit_test(test_refresh),
        cmocka_unit_test(test_typing_narrows),
        cmocka_unit_test(test_keys_are_characters_while_finding),
        cmocka_unit_test(test_finds_by_workspace_template_and_people),
        cmocka_unit_test(test_nothing_fits),
        cmocka_unit_test(test_escape_clears_then_asks),
        cmocka_unit_test(test_a_long_paste),
        cmocka_unit_test(test_new_canvas),
        cmocka_unit_test(test_new_canvas_in_the_only_workspace),
        cmocka_unit_test(test_templates_by_family),
        cmocka_unit_test(test_template_in_another_language),
        cmocka_unit_test(test_own_templates_beside_the_built_in_ones),
        cmocka_unit_test(test_new_canvas_needs_a_title),
        cmocka_unit_test(test_new_canvas_offline),
        cmocka_unit_test(test_pages),
        cmocka_unit_test(test_hostile_text),
        cmocka_unit_test(test_many_canvases_scroll),
        cmocka_unit_test(test_ago),
        cmocka_unit_test(test_golden),
        cmocka_unit_test(test_golden_pages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
