/* A card in a list: its mark, its wrapped text and what is about it. How many rows that takes and how it is drawn come
 * from the same layout, so that they cannot differ. Only as much of a text is looked at as can be shown. */
#include "client/tui/kinds.h"
#include "client/tui/view_parts.h"

#include <stdlib.h>
#include <string.h>

#include "common/ids.h"
#include "common/utf8.h"

enum { PIECES = 24, TAG_CELLS = 18, FULL_CELLS = 112, NARROW = 24, PEOPLE_SHOWN = 4, CRAMPED = 12 };

/* Something about a card: "#b2b", "▲2", "AK". */
struct piece {
    const char *text; /* from ui->words */
    int cells;
    int rank; /* place in the line */
    struct style style;
};

struct card_lay {
    const struct card *card;
    enum card_style how;
    int gutter, text_w, rows;
    char *text; /* printable; owned */
    struct wrap wrap;
    bool cut;                    /* there is more text than can be shown */
    struct piece pieces[PIECES]; /* in the order of rank */
    int n_pieces, pieces_w;      /* cells with the blanks between */
    bool own_row;                /* the pieces stand in a row below the text */
};

bool card_typed_here(const struct ui *ui, const struct card *card)
{
    return card->o.id == ui->typing.object && ui->typing.key[0] == '\0' && ui->open_card == 0 && !panel_in_past(ui) &&
           typing_text(ui) != NULL;
}

/* ---- what is about a card */

/* Adds a piece if it fits into the room that all of them have. */
static void add_piece(struct card_lay *l, int room, int between, int rank, struct style s, const char *text)
{
    int cells = words_width(text), all = l->pieces_w + cells + (l->n_pieces ? between : 0);
    if (cells == 0 || l->n_pieces == PIECES || all > room)
        return;
    int at = l->n_pieces++;
    for (; at > 0 && l->pieces[at - 1].rank > rank; at--)
        l->pieces[at] = l->pieces[at - 1];
    l->pieces[at] = (struct piece){text, cells, rank, s};
    l->pieces_w = all;
}

static const char *tag_words(struct ui *ui, const char *tag)
{
    const char *text = words_printf(ui, "#%s", words_line(ui, tag, strlen(tag)));
    if (words_width(text) <= TAG_CELLS)
        return text;
    size_t len = strlen(text), at = 0;
    for (int used = 0;;) {
        size_t n = utf8_grapheme(text + at, len - at);
        used += utf8_cluster_width(text + at, n);
        if (used > TAG_CELLS - 1)
            return words_printf(ui, "%.*s%s", (int)at, text, ui->ascii ? "~" : "…");
        at += n;
    }
}

static struct style vote_style(const struct ui *ui, const struct card *card)
{
    uint32_t author = ui->replica ? replica_author(ui->replica) : 0;
    for (uint32_t i = 0; i < card->n_votes; i++)
        if (card->votes[i] == author && author != 0)
            return style_on(ROLE_VOTE, ROLE_TEXT, ATTR_BOLD);
    return style(ROLE_VOTE);
}

static const char *status_words(struct ui *ui, const struct card *card)
{
    const struct value *status = props_get(&card->props, "status");
    return status && status->text ? words_line(ui, status->text, strlen(status->text)) : "";
}

static void add_people(struct ui *ui, struct card_lay *l, int room, int between, int rank)
{
    const struct ui_person *people[PEOPLE_SHOWN];
    size_t n = panel_in_past(ui) ? 0 : ui_people_on(ui, l->card->o.id, people, PEOPLE_SHOWN);
    for (size_t i = 0; i < n && i < PEOPLE_SHOWN; i++)
        add_piece(l, room, between, rank, style_on(ui_person_role(people[i]->author), ROLE_TEXT, ATTR_BOLD),
                  words_person(ui, people[i]));
}

static void add_figures(struct ui *ui, struct card_lay *l, int room)
{
    const struct card *card = l->card;
    uint32_t comments = counts_comments(ui, card->o.id), links = counts_links(ui, card->o.id);
    if (l->text_w < CRAMPED)
        return; /* words say more here */
    if (card->n_votes)
        add_piece(l, room, 1, 2, vote_style(ui, card), words_printf(ui, "%s%u", sign(ui, SIGN_VOTE), card->n_votes));
    if (comments)
        add_piece(l, room, 1, 3, style(ROLE_DIM), words_printf(ui, "%s%u", sign(ui, SIGN_COMMENT), comments));
    if (links)
        add_piece(l, room, 1, 4, style(ROLE_LINK), words_printf(ui, "%s%u", sign(ui, SIGN_LINK), links));
}

/* The most important first: what does not fit is left out. */
static void gather_short(struct ui *ui, struct card_lay *l, int room)
{
    const struct card *card = l->card;
    uint32_t changed = panel_in_past(ui) ? 0 : ui_changed_by(ui, card->o.id);
    if (changed)
        add_piece(l, room, 1, 6, style_on(ROLE_CHANGED, ROLE_TEXT, ATTR_BOLD),
                  words_printf(ui, "%s%s", sign(ui, SIGN_CHANGED), ui_initials(ui, changed)));
    add_people(ui, l, room, 1, 5);
    add_figures(ui, l, room);
    if (!changed && card->created_by && l->text_w >= NARROW)
        add_piece(l, room, 1, 6, style(ui_person_role(card->created_by)), ui_initials(ui, card->created_by));
    for (uint32_t i = 0; i < card->n_tags && l->text_w >= NARROW - 4; i++)
        if (!ui_tag_is_group(ui, card, card->tags[i]))
            add_piece(l, room, 1, 0, style(ROLE_TAG), tag_words(ui, card->tags[i]));
}

static void gather_full(struct ui *ui, struct card_lay *l)
{
    const struct card *card = l->card;
    char id[OBJECT_ID_TEXT];
    uint32_t comments = counts_comments(ui, card->o.id), links = counts_links(ui, card->o.id);
    uint32_t changed = panel_in_past(ui) ? 0 : ui_changed_by(ui, card->o.id);
    int room = l->text_w;
    object_id_format(card->o.id, id);
    add_piece(l, room, 3, 0, style(ROLE_DIM), words_printf(ui, "%s", id));
    if (changed)
        add_piece(l, room, 3, 1, style_on(ROLE_CHANGED, ROLE_TEXT, ATTR_BOLD),
                  words_printf(ui, "%s %s", sign(ui, SIGN_CHANGED), ui_person_name(ui, changed)));
    add_people(ui, l, room, 3, 8);
    if (card->created_by)
        add_piece(l, room, 3, 2, style(ui_person_role(card->created_by)),
                  words_line(ui, ui_person_name(ui, card->created_by), strlen(ui_person_name(ui, card->created_by))));
    if (card->created_ms)
        add_piece(l, room, 3, 3, style(ROLE_DIM), ui_time(ui, card->created_ms));
    if (card->n_votes)
        add_piece(l, room, 3, 6, vote_style(ui, card),
                  words_printf(ui, "%s %s", sign(ui, SIGN_VOTE), words_count(ui, card->n_votes, "vote", "votes")));
    if (comments)
        add_piece(l, room, 3, 7, style(ROLE_TEXT), words_count(ui, comments, "comment", "comments"));
    if (links)
        add_piece(l, room, 3, 7, style(ROLE_LINK), words_count(ui, links, "link", "links"));
    add_piece(l, room, 3, 4, style(ROLE_DIM), status_words(ui, card));
    for (uint32_t i = 0; i < card->n_tags; i++)
        if (!ui_tag_is_group(ui, card, card->tags[i]))
            add_piece(l, room, 3, 5, style(ROLE_TAG), tag_words(ui, card->tags[i]));
}

/* ---- layout */

/* Blank lines around a text are no part of what a list shows. */
static void trim(char *text, size_t *len)
{
    size_t from = 0;
    while (*len > 0 && strchr(" \t\n", text[*len - 1]))
        (*len)--;
    for (size_t i = 0; i < *len && strchr(" \t\n", text[i]); i++)
        if (text[i] == '\n')
            from = i + 1;
    *len -= from;
    memmove(text, text + from, *len);
    text[*len] = '\0';
}

/* Wraps as much of the text as max_lines lines can hold. */
static void lay_text(struct card_lay *l, int max_lines)
{
    const struct text *text = &l->card->text;
    size_t len = text->len_bytes, most_bytes = ((size_t)max_lines + 1) * ((size_t)l->text_w + 1) * 8 + 64;
    if (len > most_bytes) {
        for (len = most_bytes; len > 0 && ((unsigned char)text->bytes[len] & 0xc0) == 0x80; len--)
            continue;
        l->cut = true;
    }
    l->text = utf8_printable(text->bytes, len, true, &len);
    trim(l->text, &len);
    wrap_text(&l->wrap, l->text, len, l->text_w, (size_t)max_lines + 1);
    if (l->wrap.n > (size_t)max_lines) {
        l->wrap.n = (size_t)max_lines;
        l->cut = true;
    }
}

static int last_cells(const struct card_lay *l)
{
    return (int)l->wrap.at[l->wrap.n - 1].cells + (l->cut ? 1 : 0);
}

static void lay_short(struct ui *ui, struct card_lay *l, int max_rows)
{
    int room = l->text_w < NARROW - 4 ? l->text_w * 3 / 5 : l->text_w;
    lay_text(l, max_rows);
    if (max_rows == 1)
        room = most(l->text_w * (l->text_w < NARROW - 4 ? 1 : 2) / 5, l->cut ? 0 : l->text_w - last_cells(l) - 2);
    gather_short(ui, l, room);
    l->rows = (int)l->wrap.n;
    if (l->n_pieces && last_cells(l) + 2 + l->pieces_w > l->text_w && l->rows < max_rows) {
        l->own_row = true;
        l->rows++;
    }
}

static void lay_init(struct ui *ui, struct card_lay *l, const struct card *card, enum card_style how, int width,
                     int max_rows)
{
    *l = (struct card_lay){.card = card, .how = how};
    wrap_init(&l->wrap);
    l->gutter = width >= NARROW ? 3 : 2;
    l->text_w = most(1, width - l->gutter - (width >= NARROW ? 1 : 0));
    max_rows = most(1, max_rows);
    if (how == CARD_ROW) {
        lay_text(l, max_rows);
        l->rows = (int)l->wrap.n;
        return;
    }
    if (how == CARD_SHORT) {
        lay_short(ui, l, max_rows);
        return;
    }
    l->text_w = least(l->text_w, FULL_CELLS);
    lay_text(l, most(1, max_rows - 1));
    gather_full(ui, l);
    l->own_row = max_rows > 1;
    l->rows = (int)l->wrap.n + l->own_row;
}

static void lay_fini(struct card_lay *l)
{
    wrap_fini(&l->wrap);
    free(l->text);
}

static int typed_width(enum card_style how, int width)
{
    int gutter = width >= NARROW ? 3 : 2, w = most(1, width - gutter - 1);
    return how == CARD_FULL ? least(w, FULL_CELLS) : w;
}

static int typed_rows(struct ui *ui, enum card_style how, int width, int max_rows)
{
    return typing_rows_most(ui, typed_width(how, width), max_rows);
}

int card_rows_in(struct ui *ui, const struct card *card, enum card_style how, int width, int max_rows)
{
    if (card_typed_here(ui, card))
        return typed_rows(ui, how, width, max_rows);
    struct card_lay l;
    lay_init(ui, &l, card, how, width, max_rows);
    int rows = l.rows;
    lay_fini(&l);
    return rows;
}

/* ---- drawing */

static bool has_focus(const struct ui *ui, const struct card *card)
{
    return ui->card == card->o.id;
}

static void draw_gutter(struct ui *ui, struct grid *g, struct rect r, const struct card *card, int gutter)
{
    enum role role;
    const char *mark = color_mark(ui, card, &role);
    if (ui_marked(ui, card->o.id)) {
        mark = sign(ui, SIGN_MARKED);
        role = ROLE_MARKED;
    }
    if (panel_found(ui, card->o.id)) {
        grid_put(g, r.x, r.y, style(ROLE_FOUND), sign(ui, SIGN_CRUMB));
        if (gutter == 2 && !has_focus(ui, card))
            return;
    }
    if (has_focus(ui, card)) {
        grid_put(g, r.x, r.y, style_on(gutter == 3 ? ROLE_BORDER_FOCUS : role, ROLE_TEXT, ATTR_BOLD),
                 sign(ui, SIGN_FOCUS));
        if (gutter == 2)
            return;
    }
    grid_put(g, r.x + gutter - 2, r.y, style(role), mark);
}

static void draw_pieces(struct ui *ui, struct grid *g, const struct card_lay *l, int x, int y)
{
    for (int i = 0; i < l->n_pieces; i++) {
        const struct piece *p = &l->pieces[i];
        if (i > 0 && l->how == CARD_FULL)
            grid_put(g, x - 2, y, style(ROLE_DIM), sign(ui, SIGN_DOT));
        grid_put(g, x, y, p->style, p->text);
        x += p->cells + (l->how == CARD_FULL ? 3 : 1);
    }
}

static void draw_text(struct ui *ui, struct grid *g, struct rect r, const struct card_lay *l)
{
    int x = r.x + l->gutter;
    bool shares = l->n_pieces && !l->own_row && l->how == CARD_SHORT;
    if (l->text[0] == '\0')
        grid_fit(g, x, r.y, l->text_w - (shares ? l->pieces_w + 1 : 0), style(ROLE_DIM), "no text yet", 11);
    for (size_t i = 0; i < l->wrap.n && (int)i < r.h; i++) {
        const struct wrap_line *line = &l->wrap.at[i];
        bool last = i + 1 == l->wrap.n;
        int room = last && shares ? l->text_w - l->pieces_w - 1 : l->text_w;
        if (last && l->cut && (int)line->cells < room) {
            int used = grid_text(g, x, r.y + (int)i, style(ROLE_TEXT), l->text + line->at_bytes, line->len_bytes);
            grid_put(g, x + used, r.y + (int)i, style(ROLE_DIM), ui->ascii ? "~" : "…");
        } else {
            /* a line that is cut is told so by grid_fit: it is given more than fits */
            size_t len = last && l->cut ? strlen(l->text + line->at_bytes) : line->len_bytes;
            grid_fit(g, x, r.y + (int)i, room, style(ROLE_TEXT), l->text + line->at_bytes, len);
        }
    }
    if (shares)
        draw_pieces(ui, g, l, x + l->text_w - l->pieces_w, r.y + least((int)l->wrap.n, r.h) - 1);
    else if (l->own_row && l->rows <= r.h)
        draw_pieces(ui, g, l, l->how == CARD_FULL ? x : x + l->text_w - l->pieces_w, r.y + l->rows - 1);
}

static void draw_typed(struct ui *ui, struct grid *g, struct rect r, const struct card *card, enum card_style how)
{
    int gutter = r.w >= NARROW ? 3 : 2;
    struct rect text = {r.x + gutter, r.y, typed_width(how, r.w), r.h};
    draw_gutter(ui, g, r, card, gutter);
    view_typing(ui, g, text);
}

void card_tint(struct ui *ui, struct grid *g, struct rect r, const struct card *card)
{
    if (!panel_in_past(ui) && ui_changed_by(ui, card->o.id))
        grid_tint(g, r, style_on(ROLE_TEXT, ROLE_CHANGED, 0));
    if (ui_marked(ui, card->o.id))
        grid_tint(g, r, style_on(ROLE_TEXT, ROLE_MARKED, 0));
    if (has_focus(ui, card))
        grid_tint(g, r, style_on(ROLE_TEXT, ROLE_FOCUS, 0));
}

void card_draw_in(struct ui *ui, struct grid *g, struct rect r, const struct card *card, enum card_style how,
                  int max_rows)
{
    struct rect old = grid_clip(g, r);
    if (card_typed_here(ui, card)) {
        grid_hit(g, r, HIT_CARD, card->o.id, 0);
        draw_typed(ui, g, r, card, how);
        grid_unclip(g, old);
        return;
    }
    struct card_lay l;
    lay_init(ui, &l, card, how, r.w, max_rows);
    struct rect used = {r.x, r.y, r.w, least(l.rows, r.h)};
    grid_hit(g, used, HIT_CARD, card->o.id, 0);
    draw_gutter(ui, g, r, card, l.gutter);
    draw_text(ui, g, r, &l);
    card_tint(ui, g, used, card);
    if (has_focus(ui, card))
        grid_cursor(g, r.x + l.gutter, r.y, false);
    lay_fini(&l);
    grid_unclip(g, old);
}

int card_rows(struct ui *ui, const struct card *card, int width, int max_rows)
{
    return card_rows_in(ui, card, CARD_SHORT, width, max_rows);
}

void card_draw(struct ui *ui, struct grid *g, struct rect r, const struct card *card, int max_rows)
{
    card_draw_in(ui, g, r, card, CARD_SHORT, max_rows);
}
