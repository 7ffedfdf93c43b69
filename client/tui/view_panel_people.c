/* People: who is here, where, and what they do. Two lines each. */
#include "client/tui/panel_private.h"
#include "client/tui/view_lines.h"
#include "client/tui/view_panel.h"
#include "client/tui/view_parts.h"

enum { MARK_CELLS = 6 }; /* "‹AK…› " */

static const char *figure(struct ui *ui)
{
    size_t here = panel_people_rows(ui) - ui->n_lobby;

    return ui->n_lobby ? words_printf(ui, "%zu here, %zu waiting", here, ui->n_lobby)
                       : words_printf(ui, "%zu here", here);
}

static int head_lines(struct ui *ui, struct rect inside)
{
    (void)ui, (void)inside;
    return 0;
}

static void head(struct ui *ui, struct grid *g, struct rect r)
{
    (void)ui, (void)g, (void)r;
}

static int row_lines(struct ui *ui, size_t row, int width)
{
    (void)ui, (void)row, (void)width;
    return 2;
}

static const char *where(struct ui *ui, uint64_t object, bool editing)
{
    const char *place = object ? panel_place(ui, object) : "";

    if (!*place)
        return "has not gone anywhere yet";
    return editing ? words_printf(ui, "writes in %s", place) : place;
}

static void oneself(struct ui *ui, struct grid *g, struct rect r, bool focus)
{
    uint32_t author = replica_author(ui->replica);
    bool editing = ui->typing.object != 0;
    uint64_t object = editing ? ui->typing.object : ui->card ? ui->card : ui->block;
    int x = r.x + MARK_CELLS;

    view_line(g, r.x + 1, r.y, MARK_CELLS, view_panel_style(ui_person_role(author), focus),
              words_printf(ui, "%s%s%s%s", sign(ui, SIGN_PERSON), ui_initials(ui, author),
                           editing ? sign(ui, SIGN_TYPES) : "", sign(ui, SIGN_PERSON_END)));
    view_line(g, x + 1, r.y, r.w - MARK_CELLS - 5, view_panel_style(ROLE_TEXT, focus), ui_person_name(ui, author));
    view_line_right(g, r.x + r.w, r.y, 3, view_panel_style(ROLE_DIM, focus), "you");
    view_line(g, x + 1, r.y + 1, r.w - MARK_CELLS - 1, view_panel_style(ROLE_DIM, focus), where(ui, object, editing));
}

static const char *state_of(const struct ui *ui, const struct ui_person *person)
{
    bool guest = ui->host->is_guest && ui->host->is_guest(ui->host->ctx, person->author);

    if (ui->following == person->session)
        return "you follow";
    if (person->away)
        return guest ? "guest, away" : "away";
    if (person->editing)
        return guest ? "guest, writing" : "writing";
    return guest ? "guest" : "";
}

static void waiting_row(struct ui *ui, struct grid *g, struct rect r, const struct ui_waiting *waiting, bool focus)
{
    int x = r.x + MARK_CELLS + 1, used;

    used = view_line_right(g, r.x + r.w, r.y, r.w / 2, view_panel_style(ROLE_WARN, focus), "waits");
    view_line(g, r.x + 1, r.y, MARK_CELLS, view_panel_style(ROLE_WARN, focus), "?");
    view_line(g, x, r.y, r.x + r.w - used - 1 - x, view_panel_style(ROLE_TEXT, focus), waiting->name);
    view_line(g, x, r.y + 1, r.x + r.w - x, view_panel_style(ROLE_DIM, focus),
              words_printf(ui, "%s lets in, %s sends away", ui_key(ui, ACTION_ADMIT), ui_key(ui, ACTION_DENY)));
}

static void row(struct ui *ui, struct grid *g, struct rect r, size_t at, bool focus)
{
    const struct ui_person *person = panel_person_at(ui, at);
    int x = r.x + MARK_CELLS + 1, used;
    enum role role;

    if (panel_waiting_at(ui, at)) {
        waiting_row(ui, g, r, panel_waiting_at(ui, at), focus);
        return;
    }
    if (!person) {
        oneself(ui, g, r, focus);
        return;
    }
    role = person->away ? ROLE_DIM : ui_person_role(person->author);
    view_line(g, r.x + 1, r.y, MARK_CELLS, view_panel_style(role, focus), words_person(ui, person));
    used = view_line_right(g, r.x + r.w, r.y, r.w / 2,
                           view_panel_style(ui->following == person->session ? ROLE_GOOD : ROLE_DIM, focus),
                           state_of(ui, person));
    view_line(g, x, r.y, r.x + r.w - used - 1 - x, view_panel_style(person->away ? ROLE_DIM : ROLE_TEXT, focus),
              ui_person_name(ui, person->author));
    view_line(g, x, r.y + 1, r.x + r.w - x, view_panel_style(ROLE_DIM, focus),
              where(ui, person->object, person->editing));
    grid_hit(g, (struct rect){r.x, r.y, MARK_CELLS, 1}, HIT_PERSON, person->author, 0);
}

static const char *empty(struct ui *ui)
{
    (void)ui;
    return "";
}

static const struct panel_view view = {
    .title = "People",
    .figure = figure,
    .head_lines = head_lines,
    .head = head,
    .row_lines = row_lines,
    .row = row,
    .empty = empty,
};

const struct panel_view *view_panel_people(void)
{
    return &view;
}
