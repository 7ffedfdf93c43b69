/* Canvases by their kind on the screen: tables, lanes, matrices, graphs, one wording; and their fields being typed. */
#include "client/tui/kinds.h"
#include "client/tui/panel_private.h"
#include "tests/support/demo_scene.h"

enum { KIND_LAYOUTS = 4 };

/* ---------------------------------------------------------------- canvases with something on them */

static void set(struct scene *s, uint64_t card, const char *key, enum value_kind kind, const char *text, uint64_t number)
{
    scene_do(s, BEN, prop_set(&s->arena, card, key, value_of(&s->arena, kind, text, number)));
}

static void put_text(struct scene *s, uint64_t card, const char *key, const char *text)
{
    struct why why;
    assert_int_equal(replica_text_splice(s->peers[0].r, card, key, 0, 0, text, strlen(text), s->ui.now_ms, false, &why),
                     STATUS_OK);
    scene_settle(s);
}

static uint64_t part(struct scene *s, uint64_t card, const char *field, const char *text)
{
    uint64_t id = scene_card(s, BEN, "parts", text, "");
    set(s, id, "of", VALUE_OBJECT, NULL, card);
    set(s, id, "of.field", VALUE_CHOICE, field, 0);
    return id;
}

static uint64_t job(struct scene *s, const char *who, const char *job, const char *segment, const char *bundles,
                    const char *importance)
{
    uint64_t id = scene_card(s, CHIARA, "jobs", who, "");
    put_text(s, id, "job", job);
    scene_do(s, BEN, tag_set(&s->arena, id, segment, true));
    if (strchr(bundles, '1'))
        scene_do(s, BEN, tag_set(&s->arena, id, "bundle=Delivery", true));
    if (strchr(bundles, '2'))
        scene_do(s, BEN, tag_set(&s->arena, id, "bundle=Advice", true));
    set(s, id, "f.importance", VALUE_NUMBER, importance, 0);
    return id;
}

static struct scene *jobs(void)
{
    struct scene *s = scene_of("jtbd3", "Kitchens");
    (void)job(s, "Young families", "Fit a kitchen into a small flat before the baby comes", "segment=Movers", "12", "5");
    (void)job(s, "Landlords", "Replace a worn kitchen between two tenants", "segment=Owners", "1", "3");
    (void)job(s, "Students", "Cook for six with two plates", "segment=Movers", "2", "10");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "jobs"), card_of(s, "jobs", 0));
    return s;
}

static struct scene *plan(void)
{
    struct scene *s = scene_of("vplan", "What we promise");
    uint64_t id = scene_card(s, BEN, "plan", "I can put it together in three simple steps", "green");
    set(s, id, "f.element", VALUE_CHOICE, "simplicity", 0);
    put_text(s, id, "how", "Fewer parts, and pictures instead of words");
    uint64_t measure = part(s, id, "measures", "Steps until it stands");
    set(s, measure, "m.kind", VALUE_CHOICE, "latest", 0);
    set(s, measure, "m.direction", VALUE_CHOICE, "lower", 0);
    set(s, measure, "m.baseline", VALUE_NUMBER, "9", 0);
    set(s, measure, "m.target", VALUE_NUMBER, "3", 0);
    set(s, measure, "m.unit", VALUE_TEXT, "steps", 0);
    uint64_t action = part(s, id, "actions", "Build one with a customer");
    set(s, action, "a.when", VALUE_DATE, "2025-12-01", 0);
    set(s, action, "a.who", VALUE_PERSON, NULL, 2);
    (void)scene_card(s, CHIARA, "plan", "I know when it arrives", "");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "plan"), card_of(s, "plan", 0));
    return s;
}

static uint64_t step(struct scene *s, const char *stage, const char *row, const char *text)
{
    uint64_t id = scene_card(s, BEN, stage, text, "");
    if (row)
        set(s, id, "f.row", VALUE_CHOICE, row, 0);
    return id;
}

static struct scene *journey(void)
{
    struct scene *s = scene_of("journey", "The way to a kitchen");
    (void)step(s, "aware", "doing", "Sees the old oven fail");
    (void)step(s, "aware", "thinking", "Is it worth a repair?");
    (void)step(s, "consider", "doing", "Asks her sister");
    (void)step(s, "consider", "doing", "Measures the wall twice");
    (void)step(s, "consider", "touchpoint", "The catalogue at her sister's");
    (void)step(s, "get", "feeling", "Lost between the shelves");
    (void)step(s, "use", "value_customer", "Cooks with friends again");
    (void)step(s, "recommend", NULL, "Shows photographs");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "consider"), card_of(s, "consider", 0));
    return s;
}

static struct scene *ideas(void)
{
    static const struct {
        const char *text, *company, *customer;
    } at[] = {{"Rent kitchens", "8", "6"}, {"Repair at home", "3", "9"}, {"A course", "3", "9"}, {"Spare parts by post", "10", "2"}};
    struct scene *s = scene_of("potential", "What to do together");
    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        uint64_t id = scene_card(s, BEN, "ideas", at[i].text, i == 0 ? "teal" : "");
        set(s, id, "f.company", VALUE_NUMBER, at[i].company, 0);
        set(s, id, "f.customer", VALUE_NUMBER, at[i].customer, 0);
    }
    (void)scene_card(s, BEN, "ideas", "Not scored yet", "");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "ideas"), card_of(s, "ideas", 0));
    return s;
}

static void give(struct scene *s, uint64_t from, uint64_t to, const char *kind)
{
    scene_do(s, BEN, link_add(&s->arena, replica_next_id(s->peers[BEN].r), from, to, kind));
}

static struct scene *players(void)
{
    struct scene *s = scene_of("vxmap", "Who gives what");
    uint64_t us = scene_card(s, BEN, "players", "Kitchen maker", "blue"), shop = scene_card(s, BEN, "players", "Shop", ""),
             cook = scene_card(s, BEN, "players", "Somebody who cooks", "");
    set(s, us, "f.type", VALUE_CHOICE, "us", 0);
    set(s, cook, "f.type", VALUE_CHOICE, "consumer", 0);
    give(s, us, shop, "product");
    give(s, shop, us, "money");
    give(s, shop, us, "data");
    give(s, shop, cook, "service");
    give(s, cook, shop, "money");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "players"), shop);
    return s;
}

static struct scene *wording(void)
{
    struct scene *s = scene_of("define", "What is value?");
    (void)scene_card(s, BEN, "current", "Value is what a person finds worth having, in her own words and in her own day.", "");
    (void)scene_card(s, CHIARA, "terms", "person", "");
    (void)scene_card(s, CHIARA, "terms", "worth", "");
    uint64_t id = scene_card(s, BEN, "proposals", "Value is what people would miss.", "");
    scene_do(s, ANNA, vote_set(&s->arena, id, true));
    (void)scene_card(s, BEN, "questions", "Whose words, if two people disagree?", "");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "current"), card_of(s, "current", 0));
    return s;
}

static struct scene *cells(void)
{
    struct scene *s = scene_of("impact-effort", "What first?");
    (void)scene_card(s, BEN, "quick", "Answer the telephone", "");
    (void)scene_card(s, BEN, "projects", "A new warehouse", "red");
    s->ui.now_ms += 2 * UI_CHANGED_MS;
    ui_focus(&s->ui, scene_block(s, "quick"), card_of(s, "quick", 0));
    return s;
}

/* ---------------------------------------------------------------- as it looks */

static struct rect body_of(struct scene *s)
{
    return layout_parts(&s->ui).body;
}

static enum ui_layout shown(struct scene *s)
{
    return layout_effective(&s->ui, body_of(s));
}

static void looks(struct scene *s, const char *name)
{
    static const int at[][2] = {{80, 24}, {200, 60}};

    for (size_t i = 0; i < 2; i++) {
        char *file = xasprintf("%s_%dx%d", name, at[i][0], at[i][1]);
        scene_resize(s, at[i][0], at[i][1]);
        assert_true(scene_golden(s, file));
        free(file);
    }
    scene_resize(s, 80, 24);
}

static void each_kind_looks_like_itself(void **state)
{
    static const struct {
        const char *name;
        struct scene *(*make)(void);
        enum ui_layout layout;
    } kinds[] = {{"kind_table", jobs, LAYOUT_TABLE},       {"kind_plan", plan, LAYOUT_TABLE},
                 {"kind_lanes", journey, LAYOUT_LANES},    {"kind_scores", ideas, LAYOUT_SCORES},
                 {"kind_graph", players, LAYOUT_GRAPH},    {"kind_text", wording, LAYOUT_TEXT},
                 {"kind_matrix", cells, LAYOUT_CANVAS}};

    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct scene *s = kinds[i].make();
        assert_int_equal(shown(s), kinds[i].layout);
        looks(s, kinds[i].name);
        end(s);
    }
}

/* Whatever stands on them, at every size and in every way of looking. */
static void frames_hold(void **state)
{
    struct scene *(*const makes[])(void) = {jobs, plan, journey, ideas, players, wording, cells};

    (void)state;
    for (size_t i = 0; i < sizeof makes / sizeof *makes; i++) {
        struct scene *s = makes[i]();
        for (int cols = UI_MIN_COLS; cols < 215; cols += 13)
            for (int rows = UI_MIN_ROWS; rows < 62; rows += 7) {
                scene_resize(s, cols, rows);
                s->ui.layout = (enum ui_layout)((cols + rows) % KIND_LAYOUTS);
                assert_rows_add_up(scene_draw(s));
            }
        end(s);
    }
}

static void parts_are_shown_with_their_card_only(void **state)
{
    struct scene *s = plan();
    uint64_t block = view_block_of(s, "parts")->o.id, measure = view_block_of(s, "parts")->cards[0]->o.id;

    (void)state;
    scene_resize(s, 200, 60);
    assert_true(scene_shows(s, "Steps until it stands"));
    assert_true(scene_shows(s, "Build one"));
    assert_false(scene_shows(s, "Parts"));
    s->ui.layout = LAYOUT_OUTLINE;
    assert_false(scene_shows(s, "Parts"));
    ui_focus(&s->ui, block, 0); /* nobody gets in there */
    assert_int_equal(s->ui.block, scene_block(s, "plan"));
    (void)snprintf(s->ui.panel.find, sizeof s->ui.panel.find, "until stands");
    panel_show(&s->ui, PANEL_SEARCH);
    panel_search_again(&s->ui); /* words of a part lead to its card */
    assert_int_equal(s->ui.panel.n_found, 1);
    assert_int_equal(s->ui.panel.found[0], card_of(s, "plan", 0));
    set(s, measure, "m.unit", VALUE_TEXT, "moves", 0);
    assert_int_equal(s->ui.panel.n_found, 1);
    ui_focus(&s->ui, block, measure); /* … but to the card that it belongs to */
    assert_int_equal(s->ui.card, card_of(s, "plan", 0));
    end(s);
}

/* ---------------------------------------------------------------- tables */

static const char *row_text(struct scene *s, size_t i)
{
    struct table t;
    assert_true(ui_table(&s->ui, &t));
    size_t n = 0;
    for (size_t k = 0; k < t.n_rows; k++)
        if (t.rows[k].card && n++ == i)
            return t.rows[k].card->text.bytes;
    return NULL;
}

static void a_column_sorts(void **state)
{
    struct scene *s = jobs();
    struct table t;

    (void)state;
    (void)scene_draw(s);
    assert_true(ui_table(&s->ui, &t));
    s->ui.table.column = table_column_named(&t, "Importance");
    scene_keys(s, "S");
    assert_string_equal(row_text(s, 0), "Landlords"); /* 3, 5, 10: by value, not by letters */
    assert_string_equal(row_text(s, 2), "Students");
    scene_keys(s, "S");
    assert_string_equal(row_text(s, 0), "Students");
    (void)scene_card(s, BEN, "jobs", "Nobody has said how much", "");
    assert_string_equal(row_text(s, 3), "Nobody has said how much"); /* nothing is last, both ways */
    scene_keys(s, "S");
    assert_string_equal(row_text(s, 0), "Young families");
    scene_keys(s, "g g"); /* the focus goes as the rows stand */
    assert_int_equal(s->ui.card, card_of(s, "jobs", 0));
    end(s);
}

static void filter(struct scene *s, const char *line, size_t n)
{
    struct table t;
    (void)snprintf(s->ui.table.filter, sizeof s->ui.table.filter, "%s", line);
    assert_true(ui_table(&s->ui, &t));
    if (t.n_cards != n)
        fail_msg("%s: %zu rows", line, t.n_cards);
}

static void a_line_filters(void **state)
{
    struct scene *s = jobs();

    (void)state;
    (void)scene_draw(s);
    filter(s, "", 3);
    filter(s, "kitchen", 2);
    filter(s, "KITCHEN tenants", 1);
    filter(s, "segment=Movers", 2);
    filter(s, "segment!=movers", 1);
    filter(s, "importance>3", 2);
    filter(s, "importance>=3 segment=owners", 1);
    filter(s, "Importance=10", 1);
    filter(s, "\"Satisfaction today\"=", 3);
    filter(s, "nothing=there", 0);
    filter(s, "wow! =", 0);
    s->ui.table.filter[0] = '\0';
    scene_keys(s, "F");
    scene_type(s, "segment=owners");
    scene_keys(s, "enter");
    assert_true(scene_shows(s, "1 of 3"));
    assert_int_equal(s->ui.card, card_of(s, "jobs", 1)); /* what had the focus is not there any more */
    end(s);
}

static void rows_stand_in_each_of_their_groups(void **state)
{
    struct scene *s = jobs();
    struct table t;

    (void)state;
    (void)scene_draw(s);
    scene_keys(s, "B");
    assert_true(scene_shows(s, "Bundle"));
    scene_keys(s, "2 escape");
    assert_true(ui_table(&s->ui, &t));
    assert_int_equal(t.n_cards, 4); /* the first row is in both bundles */
    assert_true(scene_shows(s, "Bundle: Advice"));
    scene_keys(s, "g g j j"); /* … and can be reached in both */
    assert_int_equal(s->ui.card, card_of(s, "jobs", 0));
    assert_true(strstr(s->ui.table.group, "Delivery") != NULL);
    scene_keys(s, "B 1 escape");
    assert_true(scene_shows(s, "Bundle: Advice   Segment: Movers"));
    end(s);
}

/* ---------------------------------------------------------------- typing a field */

static const struct card *first_job(struct scene *s)
{
    return canvas_card(ui_view(&s->ui), card_of(s, "jobs", 0));
}

static void go_to_column(struct scene *s, const char *name)
{
    struct table t;
    (void)scene_draw(s);
    assert_true(ui_table(&s->ui, &t));
    s->ui.table.column = table_column_named(&t, name);
    assert_true(s->ui.table.column > 0);
}

/* Choices in the order in which they are defined, not by letters; what has none comes last. */
static void groups_stand_as_choices_are_defined(void **state)
{
    static const char *const expected[] = {"Pays less", "I can put it together in three simple steps", "Feels well",
                                           "I know when it arrives"};
    struct scene *s = plan();
    struct table t;

    (void)state;
    set(s, scene_card(s, BEN, "plan", "Feels well", ""), "f.element", VALUE_CHOICE, "health", 0);
    set(s, scene_card(s, BEN, "plan", "Pays less", ""), "f.element", VALUE_CHOICE, "money saved", 0);
    assert_true(ui_table(&s->ui, &t));
    (void)snprintf(s->ui.table.groups[0], sizeof s->ui.table.groups[0], "element");
    s->ui.table.n_groups = 1;
    assert_true(ui_table(&s->ui, &t));
    assert_int_equal(t.n_rows, 8);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(t.rows[2 * i + 1].card->text.bytes, expected[i]);
    end(s);
}

/* A number outside of what its field allows, from a former definition or another program, is on the picture, too. */
static void an_axis_covers_what_there_is(void **state)
{
    struct scene *s = ideas();
    struct axis axis;

    (void)state;
    axis_read(&s->ui, "axis.x", &axis);
    double from = axis.from, to = axis.to;
    const char *key = ui_printf(&s->ui, "f.%s", axis.field->key);
    set(s, card_of(s, "ideas", 1), key, VALUE_NUMBER, "-7", 0);
    set(s, card_of(s, "ideas", 2), key, VALUE_NUMBER, "40", 0);
    axis_read(&s->ui, "axis.x", &axis);
    assert_true(from > -7 && to < 40);
    assert_true(axis.from == -7 && axis.to == 40);
    end(s);
}

/* The row that one types in stays, whatever the filter says. */
static void what_is_typed_does_not_vanish(void **state)
{
    struct scene *s = jobs();
    struct table t;

    (void)state;
    (void)scene_draw(s);
    filter(s, "segment=Owners", 1);
    s->ui.typing.object = card_of(s, "jobs", 0);
    assert_true(ui_table(&s->ui, &t));
    assert_int_equal(t.n_cards, 2);
    s->ui.typing.object = 0;
    end(s);
}

static void a_number_is_typed_in_its_cell(void **state)
{
    struct scene *s = jobs();

    (void)state;
    go_to_column(s, "Importance");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_LINE);
    scene_keys(s, "ctrl-u");
    scene_type(s, "1,5");
    scene_keys(s, "enter");
    assert_int_equal(s->ui.ask.kind, ASK_LINE); /* it is still there to be put right … */
    assert_true(strstr(s->ui.message, "1.5") != NULL); /* … and the sentence says how */
    scene_keys(s, "ctrl-u");
    scene_type(s, "4");
    scene_keys(s, "enter");
    assert_string_equal(props_get(&first_job(s)->props, "f.importance")->text, "4");
    scene_keys(s, "-");
    assert_null(props_get(&first_job(s)->props, "f.importance"));
    end(s);
}

static void a_text_is_typed_over_its_cell(void **state)
{
    struct scene *s = jobs();

    (void)state;
    go_to_column(s, "Need");
    scene_keys(s, "enter");
    scene_type(s, "A tape");
    assert_true(scene_shows(s, "A tape"));
    scene_keys(s, "escape");
    assert_int_equal(s->ui.open_card, 0);
    assert_string_equal(canvas_text(ui_view(&s->ui), card_of(s, "jobs", 0), "need")->bytes, "A tape");
    end(s);
}

static void groups_are_turned_over(void **state)
{
    struct scene *s = jobs();

    (void)state;
    go_to_column(s, "Bundle");
    scene_keys(s, "enter 1"); /* Advice goes; the question stays */
    assert_int_equal(s->ui.ask.kind, ASK_CHOICE);
    scene_keys(s, "escape");
    assert_int_equal(first_job(s)->n_tags, 2);
    end(s);
}

static void a_choice_a_person_and_a_day_are_chosen(void **state)
{
    struct scene *s = scene_of("assumptions", "What must be true");
    uint64_t id = scene_card(s, BEN, "assumptions", "People measure first", "");
    const struct props *props;

    (void)state;
    ui_focus(&s->ui, scene_block(s, "assumptions"), id);
    s->ui.layout = LAYOUT_TABLE;
    go_to_column(s, "Status");
    scene_keys(s, "enter 2");
    go_to_column(s, "Owner");
    scene_keys(s, "enter 1");
    props = &canvas_card(ui_view(&s->ui), id)->props;
    assert_string_equal(props_get(props, "f.status")->text, "testing");
    assert_int_equal(props_get(props, "f.owner")->number, 1);
    scene_keys(s, "enter 9 escape g g");
    pane_open(&s->ui, id); /* the same on the card's own page */
    assert_true(scene_shows(s, "What is the cheapest way to find out?"));
    assert_true(scene_shows(s, "Anna Koch"));
    end(s);
}

/* ---------------------------------------------------------------- lanes and scores: fields place the cards */

static const char *lane(struct scene *s, uint64_t card)
{
    const struct value *value = props_get(&canvas_card(ui_view(&s->ui), card)->props, "f.row");
    return value ? value->text : "";
}

static void moving_in_lanes_changes_fields(void **state)
{
    struct scene *s = journey();
    uint64_t sister = card_of(s, "consider", 0);

    (void)state;
    (void)scene_draw(s);
    scene_keys(s, "J"); /* past the other card of the cell */
    assert_string_equal(lane(s, sister), "doing");
    assert_int_equal(card_of(s, "consider", 1), sister);
    scene_keys(s, "J"); /* over the border */
    assert_string_equal(lane(s, sister), "thinking");
    scene_keys(s, ">");
    assert_int_equal(canvas_card(ui_view(&s->ui), sister)->block->o.id, scene_block(s, "get"));
    assert_string_equal(lane(s, sister), "thinking");
    scene_keys(s, "K");
    assert_string_equal(lane(s, sister), "doing");
    end(s);
}

static void one_moves_from_cell_to_cell(void **state)
{
    struct scene *s = journey();

    (void)state;
    (void)scene_draw(s);
    scene_keys(s, "down down"); /* thinking, where nothing is yet */
    assert_int_equal(s->ui.card, 0);
    assert_string_equal(s->ui.lane, "thinking");
    scene_keys(s, "a");
    scene_type(s, "What would it cost?");
    scene_keys(s, "escape");
    assert_string_equal(lane(s, s->ui.card), "thinking");
    scene_keys(s, "left");
    assert_int_equal(s->ui.card, card_of(s, "aware", 1));
    scene_keys(s, "u"); /* card and lane in one step */
    assert_int_equal(view_block_of(s, "consider")->n_alive, 3);
    end(s);
}

static void all_stages_can_be_paged_to(void **state)
{
    static const int widths[] = {80, 132, 200};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct scene *s = journey();
        scene_resize(s, widths[i], 24);
        assert_true(scene_shows(s, "Asks her"));
        scene_keys(s, "8");
        assert_true(scene_shows(s, "Recommends"));
        scene_keys(s, "1");
        assert_true(scene_shows(s, "Sees the"));
        end(s);
    }
    struct scene *s = journey();
    scene_resize(s, 60, 18); /* too narrow: stage by stage, with the lane told */
    assert_int_equal(shown(s), LAYOUT_OUTLINE);
    assert_true(scene_shows(s, "Row: Doing"));
    end(s);
}

static void moving_among_scores_changes_numbers(void **state)
{
    struct scene *s = ideas();
    const struct props *props;

    (void)state;
    (void)scene_draw(s);
    scene_keys(s, "> K K <  >");
    props = &canvas_card(ui_view(&s->ui), card_of(s, "ideas", 0))->props;
    assert_string_equal(props_get(props, "f.company")->text, "9");
    assert_string_equal(props_get(props, "f.customer")->text, "8");
    scene_keys(s, "K K K K K");
    assert_string_equal(props_get(&canvas_card(ui_view(&s->ui), card_of(s, "ideas", 0))->props, "f.customer")->text, "10");
    end(s);
}

static void what_one_gives_and_gets_is_told(void **state)
{
    struct scene *s = players();

    (void)state;
    assert_true(scene_shows(s, "Gives  3"));
    assert_true(scene_shows(s, "Gets  2"));
    scene_keys(s, "L"); /* a link from here: to whom, then of which kind */
    scene_type(s, "cooks");
    scene_keys(s, "enter");
    assert_true(scene_shows(s, "product"));
    scene_keys(s, "1");
    assert_true(scene_shows(s, "Gives  4"));
    end(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_looks_like_itself),
        cmocka_unit_test(frames_hold),
        cmocka_unit_test(parts_are_shown_with_their_card_only),
        cmocka_unit_test(a_column_sorts),
        cmocka_unit_test(a_line_filters),
        cmocka_unit_test(rows_stand_in_each_of_their_groups),
        cmocka_unit_test(groups_stand_as_choices_are_defined),
        cmocka_unit_test(an_axis_covers_what_there_is),
        cmocka_unit_test(what_is_typed_does_not_vanish),
        cmocka_unit_test(a_number_is_typed_in_its_cell),
        cmocka_unit_test(a_text_is_typed_over_its_cell),
        cmocka_unit_test(groups_are_turned_over),
        cmocka_unit_test(a_choice_a_person_and_a_day_are_chosen),
        cmocka_unit_test(moving_in_lanes_changes_fields),
        cmocka_unit_test(one_moves_from_cell_to_cell),
        cmocka_unit_test(all_stages_can_be_paged_to),
        cmocka_unit_test(moving_among_scores_changes_numbers),
        cmocka_unit_test(what_one_gives_and_gets_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
