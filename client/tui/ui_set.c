/* What hangs on cards: colour, tags, votes, links, comments. Questions keep the cards they are about
 * (ui_keep_subjects): others may change what has the focus before they are answered. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/ui_private.h"
#include "common/utf8.h"

enum { KINDS = 11, KNOWN_TAGS = 10 };

static Cocanvas__Op **ops_room(struct ui *ui, size_t n)
{
    Cocanvas__Op **ops = arena_calloc(&ui->words, n + 1, sizeof(Cocanvas__Op *));
    ASSERT(ops);
    return ops;
}

/* ---- colour */

static void colour_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const struct card_color *color = choice < CARD_COLORS ? card_color_at((int)choice) : NULL;
    struct value value = {VALUE_NONE, NULL, 0};
    uint64_t *ids;
    size_t n = ui_subjects(ui, &ids);
    Cocanvas__Op **ops = ops_room(ui, n);

    (void)line, (void)object;
    if (color)
        value = (struct value){VALUE_TEXT, ui_printf(ui, "%s", color->name), 0};
    for (size_t i = 0; i < n; i++)
        ops[i] = ops_prop_set(&ui->words, ids[i], "color", &value);
    if (ui_submit(ui, n, ops, false))
        ui_say(ui, ROLE_TEXT, color ? "%s: now %s." : "%s: now without colour.", ui_cards_words(ui, ids, n),
               color ? color->name : "");
}

void ui_run_colour(struct ui *ui)
{
    if (ui_keep_subjects(ui) == 0)
        return;
    ui_choices_clear(ui);
    for (int i = 0; i < CARD_COLORS; i++)
        (void)ui_choices_add(ui, 0, "%s %s", card_color_at(i)->mark, card_color_at(i)->name);
    (void)ui_choices_add(ui, 0, "no colour");
    ui->choices.at[CARD_COLORS].key = '0';
    ask_choice(ui, "Which colour?", ui->choices.at, colour_answered);
}

/* ---- tags */

static bool has_tag(const struct card *card, const char *tag)
{
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (strcmp(card->tags[i], tag) == 0)
            return true;
    return false;
}

static void toggle_tag(struct ui *ui, const char *tag)
{
    const struct canvas *canvas = ui_view(ui);
    uint64_t *ids;
    size_t n = ui_subjects(ui, &ids), n_ops = 0;
    Cocanvas__Op **ops = ops_room(ui, n);
    bool all = true;

    for (size_t i = 0; i < n; i++)
        all = all && has_tag(canvas_card(canvas, ids[i]), tag);
    for (size_t i = 0; i < n; i++)
        if (has_tag(canvas_card(canvas, ids[i]), tag) == all)
            ops[n_ops++] = ops_tag_set(&ui->words, ids[i], tag, !all);
    if (ui_submit(ui, n_ops, ops, false))
        ui_say(ui, ROLE_TEXT, all ? "%s: no longer tagged “%s”." : "%s: tagged “%s”.", ui_cards_words(ui, ids, n), tag);
}

/* Without the blanks around it, and without the # that people may type before it. */
static const char *clean_word(struct ui *ui, const char *line)
{
    size_t len;
    line += strspn(line, " #");
    len = strlen(line);
    while (len > 0 && line[len - 1] == ' ')
        len--;
    return ui_printf(ui, "%.*s", (int)len, line);
}

static void tag_typed(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const char *tag = clean_word(ui, line);
    size_t points;

    (void)choice, (void)object;
    if (tag[0] == '\0')
        return;
    if (!utf8_check_line(tag, strlen(tag), &points) || points > TAG_POINTS)
        ui_say(ui, ROLE_WARN, "A tag has at most %d characters.", TAG_POINTS);
    else
        toggle_tag(ui, tag);
}

static void ask_new_tag(struct ui *ui)
{
    ask_line(ui, "Which tag?", "", tag_typed);
}

struct tag_use {
    const char *tag;
    size_t n;
};

static int by_use(const void *a, const void *b)
{
    const struct tag_use *x = a, *y = b;
    if (x->n != y->n)
        return x->n < y->n ? 1 : -1;
    return strcmp(x->tag, y->tag);
}

/* Tags of the whole canvas, the most used ones first. */
static size_t known_tags(struct ui *ui, struct tag_use **out)
{
    struct card **cards;
    size_t n = ui_cards_in_order(ui, &cards), cap = 1, found = 0;

    for (size_t i = 0; i < n; i++)
        cap += cards[i]->n_tags;
    *out = arena_calloc(&ui->words, cap, sizeof **out);
    ASSERT(*out);
    for (size_t i = 0; i < n; i++)
        for (uint32_t j = 0; j < cards[i]->n_tags; j++) {
            size_t at = 0;
            while (at < found && strcmp((*out)[at].tag, cards[i]->tags[j]) != 0)
                at++;
            (*out)[at].tag = cards[i]->tags[j];
            (*out)[at].n++;
            found += at == found;
        }
    qsort(*out, found, sizeof **out, by_use);
    return found;
}

/* The title is a sign, a blank, the tag: the tags of the canvas may be others by now. */
static void tag_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    const char *title = choice < ui->choices.n ? ui->choices.title[choice] : "";

    (void)line, (void)object;
    if (choice + 1 >= ui->choices.n)
        ask_new_tag(ui);
    else
        toggle_tag(ui, title + strcspn(title, " ") + 1);
}

void ui_run_tag(struct ui *ui)
{
    const struct canvas *canvas = ui_view(ui);
    struct tag_use *tags;
    uint64_t *ids;
    size_t n_tags = known_tags(ui, &tags);
    size_t n = ui_keep_subjects(ui);

    n = n ? ui_subjects(ui, &ids) : 0;
    if (n == 0)
        return;
    if (n_tags == 0) {
        ask_new_tag(ui);
        return;
    }
    ui_choices_clear(ui);
    for (size_t i = 0; i < n_tags && i < KNOWN_TAGS; i++) {
        size_t on = 0;
        for (size_t j = 0; j < n; j++)
            on += has_tag(canvas_card(canvas, ids[j]), tags[i].tag);
        (void)ui_choices_add(ui, 0, "%s %s", on == n ? "✓" : on ? "~" : "·", tags[i].tag);
    }
    (void)ui_choices_add(ui, 0, "another tag …");
    ui->choices.at[ui->choices.n - 1].key = '#';
    ask_choice(ui, "Which tag? Again takes it away", ui->choices.at, tag_chosen);
}

/* ---- votes */

static bool has_voted(const struct ui *ui, const struct card *card)
{
    uint32_t author = replica_author(ui->replica);
    for (uint32_t i = 0; i < card->n_votes; i++)
        if (card->votes[i] == author)
            return true;
    return false;
}

void ui_run_vote(struct ui *ui)
{
    const struct canvas *canvas = ui_view(ui);
    uint64_t *ids;
    size_t n = ui_targets(ui, &ids), n_ops = 0;
    Cocanvas__Op **ops = ops_room(ui, n);
    bool all = true;

    for (size_t i = 0; i < n; i++)
        all = all && has_voted(ui, canvas_card(canvas, ids[i]));
    for (size_t i = 0; i < n; i++)
        if (has_voted(ui, canvas_card(canvas, ids[i])) == all)
            ops[n_ops++] = ops_vote_set(&ui->words, ids[i], !all);
    if (!ui_submit(ui, n_ops, ops, false))
        return;
    if (n > 1)
        ui_say(ui, ROLE_TEXT, all ? "Votes for %zu cards are taken back." : "You vote for %zu cards.", n);
    else
        ui_say(ui, ROLE_TEXT, "%s %s: %u in all.", all ? "Your vote is taken back from" : "You vote for",
               ui_card_words(ui, ids[0]), canvas_card(ui_view(ui), ids[0])->n_votes);
}

/* ---- comments */

void ui_run_comment(struct ui *ui)
{
    pane_ask_comment(ui, ui_focused_card(ui) ? ui->card : ui->block);
}

/* ---- links */

/* A key as the model wants it ([a-z][a-z0-9_.-]*), from words as people type them; "" if nothing is left. */
static const char *kind_key(struct ui *ui, const char *words)
{
    char key[KEY_MAX + 1];
    size_t len = 0;

    for (; *words && len < KEY_MAX; words++) {
        char c = *words >= 'A' && *words <= 'Z' ? (char)(*words - 'A' + 'a') : *words;
        bool letter = c >= 'a' && c <= 'z';
        if (letter || (len > 0 && ((c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-')))
            key[len++] = c;
        else if (len > 0 && c == ' ' && key[len - 1] != '-')
            key[len++] = '-';
    }
    while (len > 0 && key[len - 1] == '-')
        len--;
    key[len] = '\0';
    return ui_printf(ui, "%s", key);
}

static bool is_linked(const struct canvas *canvas, uint64_t from, uint64_t to, const char *kind)
{
    for (const struct object *o = canvas->links; o; o = o->hh.next) {
        const struct link_object *link = (const struct link_object *)o;
        if (link->deleted_seq == 0 && link->from == from && link->to == to && strcmp(link->kind, kind) == 0)
            return true;
    }
    return false;
}

static void link_as(struct ui *ui, uint64_t to, const char *words)
{
    const char *kind = kind_key(ui, words);
    const struct canvas *canvas = ui_view(ui);
    uint64_t *ids;
    size_t n = ui_subjects(ui, &ids), n_ops = 0;
    Cocanvas__Op **ops = ops_room(ui, n);

    if (kind[0] == '\0') {
        ui_say(ui, ROLE_WARN, "A kind of link is a word of plain letters, like serves or leads-to.");
        return;
    }
    for (size_t i = 0; i < n; i++)
        if (ids[i] != to && !is_linked(canvas, ids[i], to, kind))
            ops[n_ops++] = ops_link_add(&ui->words, replica_next_id(ui->replica), ids[i], to, kind);
    if (n_ops == 0)
        ui_say(ui, ROLE_TEXT, "That link is there already.");
    else if (ui_submit(ui, n_ops, ops, false))
        ui_say(ui, ROLE_GOOD, "%s %s %s.", ui_cards_words(ui, ids, n), kind, ui_card_words(ui, to));
}

static void kind_typed(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)choice, (void)object;
    link_as(ui, ui->ask.about[0], line);
}

static void kind_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice + 1 < ui->choices.n)
        link_as(ui, ui->ask.about[0], ui->choices.title[choice]);
    else
        ask_line(ui, "What does the first card do to the second? One word, like serves", "", kind_typed);
}

static void offer_kind(struct ui *ui, const char *kind)
{
    for (size_t i = 0; i < ui->choices.n; i++)
        if (strcmp(ui->choices.title[i], kind) == 0)
            return;
    if (ui->choices.n < KINDS)
        (void)ui_choices_add(ui, 0, "%s", kind);
}

/* What the canvas says that its links may be. */
static void offer_kinds_of_canvas(struct ui *ui, const struct canvas *canvas)
{
    for (const char *at = canvas_header_text(canvas, "edges"); *at;) {
        size_t len = strcspn(at, " ");
        if (len > 0)
            offer_kind(ui, ui_printf(ui, "%.*s", (int)len, at));
        at += len + (at[len] == ' ');
    }
}

/* Kinds that this canvas knows come first. */
static void target_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    static const char *const common[] = {"serves", "needs", "leads-to", "relates-to"};
    const struct canvas *canvas = ui_view(ui);
    const struct card *to = canvas_card(canvas, object);
    uint64_t *ids;
    size_t n = ui_subjects(ui, &ids);

    (void)choice, (void)line;
    if (!to || to->deleted_seq || n == 0 || (n == 1 && ids[0] == object)) {
        ui_say(ui, ROLE_WARN, n == 1 && ids[0] == object ? "A card cannot be linked to itself." : "The card is gone.");
        return;
    }
    ui_choices_clear(ui);
    offer_kinds_of_canvas(ui, canvas);
    for (const struct object *o = canvas->links; o; o = o->hh.next)
        if (link_visible(canvas, (const struct link_object *)o))
            offer_kind(ui, ((const struct link_object *)o)->kind);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        offer_kind(ui, common[i]);
    (void)ui_choices_add(ui, 0, "another word …");
    ui->ask.about[0] = object;
    ask_choice(ui, ui_printf(ui, "How is it linked to %s?", ui_card_words(ui, object)), ui->choices.at, kind_chosen);
}

void ui_run_link(struct ui *ui)
{
    if (ui_keep_subjects(ui))
        ask_card(ui, "Link to which card? Type some of its words", target_chosen);
}

/* The links of the card as choices. Returns how many there are. */
static size_t offer_links(struct ui *ui, bool incoming)
{
    const struct canvas *canvas = panel_canvas(ui);
    const struct card *card = ui_focused_card(ui);

    ui_choices_clear(ui);
    for (const struct object *o = canvas->links; o && card; o = o->hh.next) {
        const struct link_object *link = (const struct link_object *)o;
        bool out = link->from == card->o.id, in = link->to == card->o.id;
        if (!link_visible(canvas, link) || (!out && (!in || !incoming)))
            continue;
        if (!ui_choices_add(ui, o->id, "%s %s %s", out ? "→" : "←", link->kind,
                            ui_card_words(ui, out ? link->to : link->from)))
            break;
    }
    return ui->choices.n;
}

static void go_along_link(struct ui *ui, uint64_t id)
{
    const struct link_object *link = canvas_link(panel_canvas(ui), id);
    if (!link || !ui_go(ui, link->from == ui->card ? link->to : link->from))
        ui_say(ui, ROLE_WARN, "That link is gone.");
}

static void link_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice < ui->choices.n)
        go_along_link(ui, ui->choices.id[choice]);
}

void ui_run_follow_link(struct ui *ui)
{
    size_t n = offer_links(ui, true);

    if (n == 0)
        ui_say(ui, ROLE_TEXT, "This card has no links. %s makes one.", ui_key(ui, ACTION_LINK));
    else if (n == 1)
        go_along_link(ui, ui->choices.id[0]);
    else
        ask_choice(ui, "Go along which link?", ui->choices.at, link_chosen);
}

static void unlink_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice < ui->choices.n && ui_submit_one(ui, ops_link_remove(&ui->words, ui->choices.id[choice], true)))
        ui_say(ui, ROLE_TEXT, "The link is removed. %s brings it back.", ui_key(ui, ACTION_UNDO));
}

void ui_run_unlink(struct ui *ui)
{
    if (offer_links(ui, true) == 0)
        ui_say(ui, ROLE_TEXT, "This card has no links.");
    else
        ask_choice(ui, "Which link goes?", ui->choices.at, unlink_chosen);
}
