/* The lines around the body. Top: where one is, whether it is saved, who is here. Message: the last message, else the
 * line that the template's author asks for. The hint line is view_hints.c's. */
#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/view_measure.h"
#include "client/tui/view_parts.h"

#include <string.h>

#include "common/utf8.h"

enum { NAMES_SHOWN = 12, TITLE_LEAST = 24, NAME_CELLS = 16 };

/* ---- the state of saving */

static const char *state_words(struct ui *ui, enum role *role)
{
    const struct ui_link *link = &ui->link;
    size_t unsent = ui->replica ? replica_unsent_ops(ui->replica) : 0;
    const char *and = unsent ? words_printf(ui, " %s %zu unsent", sign(ui, SIGN_DOT), unsent) : "";
    *role = ROLE_WARN;
    if (!link->online && link->failed) {
        *role = ROLE_BAD;
        return words_printf(ui, "%s not connected%s", sign(ui, SIGN_WARN), and);
    }
    if (!link->online && !link->offline_since_ms)
        return words_printf(ui, "%s connecting%s", sign(ui, SIGN_OFFLINE), and);
    if (!link->online)
        return words_printf(ui, "%s offline since %s%s", sign(ui, SIGN_OFFLINE), ui_time(ui, link->offline_since_ms),
                            and);
    if (link->degraded) {
        *role = ROLE_BAD;
        return words_printf(ui, "%s not saved since %s", sign(ui, SIGN_WARN), ui_time(ui, link->degraded_since_ms));
    }
    /* As wide as "saved" while all goes well: what is typed does not make the line jump. */
    if (unsent && (ui->unsent_since_ms == 0 || ui->now_ms < ui->unsent_since_ms + UI_UNSENT_MS))
        return words_printf(ui, "%s saving", sign(ui, SIGN_UNSENT));
    if (unsent)
        return words_printf(ui, "%s %zu unsent", sign(ui, SIGN_UNSENT), unsent);
    *role = ROLE_GOOD;
    return words_printf(ui, " %s saved", sign(ui, SIGN_SAVED));
}

/* ---- how it is shown */

static const char *layout_words(struct ui *ui, const struct canvas *canvas)
{
    const struct block *block = layout_focus(ui, canvas);
    size_t n, number = block ? block_number(canvas, block, &n) : 0;
    switch (layout_effective(ui, layout_parts(ui).body)) {
    case LAYOUT_BLOCK:
        return words_printf(ui, "block %zu of %zu", number, n);
    case LAYOUT_TABLE:
        return words_printf(ui, "table, block %zu of %zu", number, n);
    case LAYOUT_OUTLINE:
        return "outline";
    case LAYOUT_LANES:
        return "lanes";
    case LAYOUT_SCORES:
        return "scores";
    case LAYOUT_GRAPH:
        return "who gives what";
    case LAYOUT_TEXT:
        return "one wording";
    default:
        return "overview";
    }
}

/* ---- who is here */

struct names {
    const struct ui_person *at[NAMES_SHOWN];
    size_t n, more; /* shown, and how many others */
};

static void gather_names(const struct ui *ui, struct names *names)
{
    *names = (struct names){.n = 0};
    for (size_t i = 0; i < UI_PEOPLE; i++) {
        const struct ui_person *person = &ui->people[i];
        bool seen = person->session == 0 || person->session == ui->session;
        for (size_t j = 0; j < names->n && !seen; j++)
            seen = names->at[j]->author == person->author;
        if (seen)
            continue;
        if (names->n < NAMES_SHOWN)
            names->at[names->n++] = person;
        else
            names->more++;
    }
}

/* "AK Anna Koch", or only the initials. */
static const char *name_words(struct ui *ui, const struct ui_person *person, bool full)
{
    const char *name = ui_person_name(ui, person->author);
    name = words_line(ui, name, strlen(name));
    const char *types = person->editing ? sign(ui, SIGN_TYPES) : "";
    return full ? words_printf(ui, "%s%s %s", ui_initials(ui, person->author), types, name)
                : words_printf(ui, "%s%s", ui_initials(ui, person->author), types);
}

static int names_width(struct ui *ui, const struct names *names, bool full)
{
    int w = names->more ? words_width(words_printf(ui, "+%zu ", names->more)) + 1 : 0;
    for (size_t i = 0; i < names->n; i++)
        w += least(words_width(name_words(ui, names->at[i], full)), NAME_CELLS) + (full ? 2 : 1);
    return w;
}

/* Returns the cells used. */
static int draw_names(struct ui *ui, struct grid *g, int x, int y, const struct names *names, bool full)
{
    int from = x;
    for (size_t i = 0; i < names->n; i++) {
        const struct ui_person *person = names->at[i];
        bool followed = ui->following == person->session;
        const char *text = name_words(ui, person, full);
        enum role role = person->away ? ROLE_BAR_DIM : ui_person_role(person->author);
        struct style s = style_on(role, ROLE_BAR, followed ? ATTR_BOLD | ATTR_UNDERLINE : ATTR_BOLD);
        int used = grid_fit(g, x, y, NAME_CELLS, s, text, strlen(text));
        grid_hit(g, (struct rect){x, y, used, 1}, HIT_PERSON, person->author, 0);
        x += used + (full ? 2 : 1);
    }
    if (names->more)
        x += grid_put(g, x, y, style_on(ROLE_BAR_DIM, ROLE_BAR, 0), words_printf(ui, "+%zu", names->more)) + 1;
    return x - from;
}

/* ---- top line */

static void draw_place(struct ui *ui, struct grid *g, struct rect r, const struct canvas *canvas)
{
    const char *title = words_line(ui, canvas_title(canvas), strlen(canvas_title(canvas)));
    const char *before =
        words_printf(ui, "%s %s ", words_line(ui, ui->context, strlen(ui->context)), sign(ui, SIGN_CRUMB));
    int used = 0;
    if (ui->context[0] && words_width(before) + TITLE_LEAST / 2 <= r.w)
        used = grid_put(g, r.x, r.y, style_on(ROLE_BAR_DIM, ROLE_BAR, 0), before);
    used += grid_fit(g, r.x + used, r.y, r.w - used, style_on(ROLE_BAR, ROLE_BAR, ATTR_BOLD), title, strlen(title));
    /* Whoever types must know: first things first. */
    if (canvas_is_anonymous(canvas) && used + 12 <= r.w)
        used += grid_put(g, r.x + used, r.y, style_on(ROLE_WARN, ROLE_BAR, ATTR_BOLD), words_printf(ui, " %s anonymous", sign(ui, SIGN_DOT)));
    if (ui->confidential && used + 14 <= r.w)
        grid_put(g, r.x + used, r.y, style_on(ROLE_BAR_DIM, ROLE_BAR, 0),
                 words_printf(ui, " %s confidential", sign(ui, SIGN_DOT)));
}

static const char *follow_words(struct ui *ui)
{
    for (size_t i = 0; ui->following && i < UI_PEOPLE; i++)
        if (ui->people[i].session == ui->following) {
            const char *name = ui_person_name(ui, ui->people[i].author);
            return words_printf(ui, "following %s", words_line(ui, name, strlen(name)));
        }
    return "";
}

/* From the right: state, people, layout, whom one follows; what is left is for the title. */
static void draw_canvas_top(struct ui *ui, struct grid *g, struct rect r, const struct canvas *canvas)
{
    enum role role;
    struct names names;
    const char *state = state_words(ui, &role), *layout = layout_words(ui, canvas), *follow = follow_words(ui);
    int title = least(words_width(canvas_title(canvas)) + words_width(ui->context) + 3, r.w / 3);
    int right = r.x + r.w - 1 - words_width(state);
    gather_names(ui, &names);
    int room = right - r.x - most(title, TITLE_LEAST) - 4;
    grid_put(g, right, r.y, style_on(role, ROLE_BAR, ATTR_BOLD), state);
    bool full = names_width(ui, &names, true) + words_width(layout) + words_width(follow) + 6 <= room;
    int w = names_width(ui, &names, full);
    if (w > 0 && w <= room) {
        right -= w + 2;
        room -= w + 2;
        (void)draw_names(ui, g, right, r.y, &names, full);
    }
    if (follow[0] && words_width(follow) + 2 <= room) {
        right -= words_width(follow) + 3;
        room -= words_width(follow) + 3;
        grid_put(g, right, r.y, style_on(ROLE_WARN, ROLE_BAR, ATTR_BOLD), follow);
    }
    if (words_width(layout) + 2 <= room) {
        right -= words_width(layout) + 3;
        room -= words_width(layout) + 3;
        grid_put(g, right, r.y, style_on(ROLE_BAR_DIM, ROLE_BAR, 0), layout);
    }
    const struct rollup *sums = method_rollup(ui_method(ui));
    const char *measures = rollup_words(ui, sums);
    if (measures[0] && words_width(measures) + 2 <= room) {
        right -= words_width(measures) + 3;
        grid_put(g, right, r.y, style_on(sums->due ? ROLE_WARN : ROLE_BAR_DIM, ROLE_BAR, 0), measures);
        grid_hit(g, (struct rect){right, r.y, words_width(measures), 1}, HIT_ACTION, ACTION_REVIEW, 0);
    }
    draw_place(ui, g, (struct rect){r.x + 1, r.y, right - r.x - 3, 1}, canvas);
}

void view_top(struct ui *ui, struct grid *g, struct rect r)
{
    struct rect old = grid_clip(g, r);
    const struct canvas *canvas = ui->screen == SCREEN_CANVAS ? panel_canvas(ui) : NULL;
    grid_fill(g, r, style_on(ROLE_BAR, ROLE_BAR, 0));
    if (canvas)
        draw_canvas_top(ui, g, r, canvas);
    else
        grid_put(g, r.x + 1, r.y, style_on(ROLE_BAR, ROLE_BAR, ATTR_BOLD), "cocanvas");
    grid_unclip(g, old);
}

/* ---- message line */

/* "Name - Author - address - licence - adapted" without the address. */
static const char *without_address(struct ui *ui, const char *owed)
{
    const char *out = "";
    for (const char *part = owed; *part;) {
        const char *end = strstr(part, " - ");
        size_t len = end ? (size_t)(end - part) : strlen(part);
        const char *words = words_line(ui, part, len);
        bool is_address = strchr(words, '.') && !strchr(words, ' ');
        if (!is_address)
            out = words_printf(ui, "%s%s%s", out, *out ? " - " : "", words);
        part += len + (end ? 3 : 0);
    }
    return out;
}

/* The template's line, as its licence wants it. It is wrapped nowhere: where it is too long, the address goes first, then it ends
 * in "…". */
static const char *owed_words(struct ui *ui, int room)
{
    const struct canvas *canvas = ui->screen == SCREEN_CANVAS ? panel_canvas(ui) : NULL;
    const char *owed = canvas ? canvas_header_text(canvas, "attribution") : "";
    owed = words_line(ui, owed, strlen(owed));
    return words_width(owed) > room ? without_address(ui, owed) : owed;
}

void view_message(struct ui *ui, struct grid *g, struct rect r)
{
    struct rect old = grid_clip(g, r);
    const char *marked = ui->n_marked ? words_count(ui, ui->n_marked, "card marked", "cards marked") : "";
    int right = words_width(marked);
    if (right) {
        grid_put(g, r.x + r.w - 1 - right, r.y, style_on(ROLE_MARKED, ROLE_TEXT, ATTR_BOLD), marked);
        right += 2;
    }
    const char *text = ui->message[0] ? words_line(ui, ui->message, strlen(ui->message)) : owed_words(ui, r.w - 2 - right);
    grid_fit(g, r.x + 1, r.y, r.w - 2 - right, style(ui->message[0] ? ui->message_role : ROLE_DIM), text, strlen(text));
    grid_unclip(g, old);
}

/* ---- too small */

void view_too_small(struct ui *ui, struct grid *g)
{
    const char *lines[] = {
        words_printf(ui, "This window is %d x %d.", g->cols, g->rows),
        words_printf(ui, "cocanvas needs %d x %d: please make it larger.", UI_MIN_COLS, UI_MIN_ROWS),
        "Nothing is lost meanwhile.",
    };
    int y = most(0, g->rows / 2 - 2);
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        struct wrap wrap;
        wrap_init(&wrap);
        wrap_text(&wrap, lines[i], strlen(lines[i]), most(1, g->cols), 0);
        for (size_t j = 0; j < wrap.n; j++) {
            const struct wrap_line *line = &wrap.at[j];
            grid_text(g, (g->cols - (int)line->cells) / 2, y++, style(i == 2 ? ROLE_DIM : ROLE_TEXT),
                      lines[i] + line->at_bytes, line->len_bytes);
        }
        wrap_fini(&wrap);
    }
}

void view_sums(struct ui *ui, struct grid *g, struct rect r)
{
    const char *words = balance_words(ui);
    int x = r.x + 1;
    struct rect old = grid_clip(g, r);
    x += grid_put(g, x, r.y, style(ROLE_DIM), "Net ");
    grid_fit(g, x, r.y, r.w - x - 1, style_on(ROLE_TEXT, ROLE_TEXT, ATTR_BOLD), words, strlen(words));
    grid_unclip(g, old);
}
