/* The hint line: what the keys do that are of use now, from the keymap as it is. Which list is shown follows from what has the focus. */
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/view_measure.h"
#include "client/tui/view_parts.h"

enum { COUNT_COLS = 76 };

/* Nothing is worked on yet: no hints, but the offer of the guided walk. */
static bool is_empty(const struct canvas *canvas)
{
    for (const struct object *o = canvas ? canvas->blocks : NULL; o; o = o->hh.next) {
        const struct block *block = (const struct block *)o;
        if (block->n_alive && !block_hidden(block))
            return false;
    }
    return true;
}

/* "3 hints"; "" none, or where they would be in the way. Quiet: nobody has to do anything about them. */
static const char *hint_count(struct ui *ui, int width)
{
    const struct canvas *canvas = ui->screen == SCREEN_CANVAS ? panel_canvas(ui) : NULL;
    size_t n = width < COUNT_COLS || ui->carrying || is_empty(canvas) ? 0 : method_finding_count(ui_method(ui));
    return n && !(ui->panel.kind != PANEL_NONE && ui->panel.focused) ? words_count(ui, n, "hint", "hints") : "";
}

/* ---- the lists */

struct hint {
    enum action action;
    const char *words;
};

/* Lists with the most useful first: what does not fit is left out. ACTION_NONE ends them. */
static const struct hint of_card[] = {
    {ACTION_OPEN, "open"},       {ACTION_NEW_CARD, "new card"}, {ACTION_EDIT, "type"},       {ACTION_VOTE, "vote"},
    {ACTION_MOVE, "move"},       {ACTION_LEAVE, "back"},        {ACTION_COMMENT, "comment"}, {ACTION_REMOVE, "remove"},
    {ACTION_UNDO, "undo"},       {ACTION_ZOOM, "zoom"},         {ACTION_SEARCH, "search"},   {ACTION_TAG, "tag"},
    {ACTION_COLOUR, "colour"},   {ACTION_MARK, "mark"},         {ACTION_LINK, "link"},       {ACTION_FOLLOW, "follow"},
    {ACTION_OUTLINE, "outline"}, {ACTION_TABLE, "table"},       {ACTION_HISTORY, "history"}, {ACTION_NONE, NULL},
};

static const struct hint of_block[] = {
    {ACTION_OPEN, "zoom in"},    {ACTION_NEW_CARD, "new card"}, {ACTION_NEXT_BLOCK, "next block"},
    {ACTION_LEAVE, "back"},      {ACTION_SEARCH, "search"},     {ACTION_PEOPLE, "people"},
    {ACTION_COMMENT, "comment"}, {ACTION_UNDO, "undo"},         {ACTION_OUTLINE, "outline"},
    {ACTION_TABLE, "table"},     {ACTION_HISTORY, "history"},   {ACTION_ACTIVITY, "activity"},
    {ACTION_FOLLOW, "follow"},   {ACTION_NONE, NULL},
};

static const struct hint of_row[] = {
    {ACTION_OPEN, "open"},       {ACTION_NEW_CARD, "new row"}, {ACTION_EDIT, "type"},   {ACTION_SORT, "sort"},
    {ACTION_FILTER, "filter"},   {ACTION_GROUP, "group"},      {ACTION_LEAVE, "back"},  {ACTION_CLEAR_FIELD, "empty"},
    {ACTION_COMMENT, "comment"}, {ACTION_REMOVE, "remove"},    {ACTION_UNDO, "undo"},   {ACTION_VOTE, "vote"},
    {ACTION_SEARCH, "search"},   {ACTION_MOVE, "move"},        {ACTION_MARK, "mark"},   {ACTION_OUTLINE, "outline"},
    {ACTION_NONE, NULL},
};

/* Where fields place the cards. */
static const struct hint of_placed[] = {
    {ACTION_OPEN, "open"},       {ACTION_NEW_CARD, "new card"},      {ACTION_EDIT, "type"},   {ACTION_FIELD, "field"},
    {ACTION_MOVE_RIGHT, "move"}, {ACTION_MOVE_DOWN, "move down"},    {ACTION_LINK, "link"},   {ACTION_LEAVE, "back"},
    {ACTION_OUTLINE, "outline"}, {ACTION_TABLE, "table"},            {ACTION_VOTE, "vote"},   {ACTION_COMMENT, "comment"},
    {ACTION_REMOVE, "remove"},   {ACTION_UNDO, "undo"},              {ACTION_NONE, NULL},
};

static const struct hint of_carrying[] = {
    {ACTION_OPEN, "put here"}, {ACTION_BACK, "leave it where it was"},
    {ACTION_LEFT, "left"},     {ACTION_RIGHT, "right"},
    {ACTION_DOWN, "down"},     {ACTION_UP, "up"},
    {ACTION_NONE, NULL},
};

static const struct hint of_opened[] = {
    {ACTION_PANE_EDIT, "type"},
    {ACTION_PANE_NEXT_PART, "next part"},
    {ACTION_PANE_CLOSE, "close"},
    {ACTION_PANE_COMMENT, "comment"},
    {ACTION_VOTE, "vote"},
    {ACTION_TAG, "tag"},
    {ACTION_COLOUR, "colour"},
    {ACTION_PANE_ADD_FIELD, "field"},
    {ACTION_PANE_NEXT_CARD, "next card"},
    {ACTION_EDITOR, "your editor"},
    {ACTION_LINK, "link"},
    {ACTION_UNDO, "undo"},
    {ACTION_NONE, NULL},
};

static const struct hint of_typing[] = {
    {ACTION_TYPE_DONE, "done"},
    {ACTION_TYPE_ENTER, "next"},
    {ACTION_TYPE_NEWLINE, "new line"},
    {ACTION_TYPE_UNDO, "take back"},
    {ACTION_SELECT_RIGHT, "select"},
    {ACTION_TYPE_COPY, "copy"},
    {ACTION_TYPE_PASTE, "put in"},
    {ACTION_TYPE_CUT_WORD_LEFT, "cut word"},
    {ACTION_NONE, NULL},
};

static const struct hint of_history[] = {
    {ACTION_HISTORY_BACK, "back"},          {ACTION_HISTORY_FORWARD, "forward"}, {ACTION_HISTORY_NOW, "now"},
    {ACTION_HISTORY_RESTORE, "bring back"}, {ACTION_PANEL_CLOSE, "close"},       {ACTION_HISTORY_BACK_TEN, "ten back"},
    {ACTION_HISTORY_FIRST, "beginning"},    {ACTION_HISTORY_NAME, "name it"},    {ACTION_NONE, NULL},
};

static const struct hint of_panel[] = {
    {ACTION_PANEL_GO, "go there"}, {ACTION_PANEL_FOLLOW, "follow"},
    {ACTION_PANEL_CLOSE, "close"}, {ACTION_PANEL_LEAVE, "back to the canvas"},
    {ACTION_PANEL_DOWN, "down"},   {ACTION_PANEL_UP, "up"},
    {ACTION_NONE, NULL},
};

static const struct hint of_parts[] = {
    {ACTION_PANEL_GO, "open, done"}, {ACTION_ADD_MEASURE, "measure"}, {ACTION_ADD_ACTION, "action"},
    {ACTION_PANEL_CLOSE, "close"},   {ACTION_PART_WORDS, "words"},    {ACTION_ACTION_DAY, "day"},
    {ACTION_ACTION_WHO, "who"},      {ACTION_PART_REMOVE, "remove"},  {ACTION_UNDO, "undo"},
    {ACTION_NONE, NULL},
};

static const struct hint of_measure[] = {
    {ACTION_PANEL_GO, "enter, change"}, {ACTION_METHOD_BACK, "back"}, {ACTION_PART_REMOVE, "remove"},
    {ACTION_PANEL_CLOSE, "close"},      {ACTION_PART_WORDS, "name"},  {ACTION_UNDO, "undo"},
    {ACTION_NONE, NULL},
};

static const struct hint of_review[] = {
    {ACTION_PANEL_GO, "enter the value"}, {ACTION_PANEL_DOWN, "next"}, {ACTION_METHOD_FORWARD, "look at it"},
    {ACTION_PANEL_CLOSE, "close"},        {ACTION_UNDO, "undo"},       {ACTION_NONE, NULL},
};

static const struct hint of_walk[] = {
    {ACTION_PANEL_GO, "go there"}, {ACTION_METHOD_FORWARD, "next step"}, {ACTION_METHOD_BACK, "step before"},
    {ACTION_PANEL_CLOSE, "close"}, {ACTION_PANEL_LEAVE, "canvas"},       {ACTION_NONE, NULL},
};

static const struct hint of_hints[] = {
    {ACTION_PANEL_GO, "go there"}, {ACTION_PANEL_CLOSE, "close"}, {ACTION_PANEL_DOWN, "down"}, {ACTION_PANEL_UP, "up"},
    {ACTION_NONE, NULL},
};

/* While a canvas that has a guided walk is empty: that comes first. */
static const struct hint of_beginning[] = {
    {ACTION_WALK, "guided walk"}, {ACTION_NEW_CARD, "new card"}, {ACTION_OPEN, "zoom in"}, {ACTION_NEXT_BLOCK, "next block"},
    {ACTION_LEAVE, "back"},       {ACTION_PEOPLE, "people"},     {ACTION_NONE, NULL},
};

static const struct hint *hints_of_panel(const struct ui *ui)
{
    switch (ui->panel.kind) {
    case PANEL_HISTORY:
        return of_history;
    case PANEL_PARTS:
        return of_parts;
    case PANEL_MEASURE:
        return of_measure;
    case PANEL_REVIEW:
        return of_review;
    case PANEL_WALK:
        return of_walk;
    case PANEL_HINTS:
        return of_hints;
    default:
        return of_panel;
    }
}

static const struct hint of_start[] = {
    {ACTION_START_OPEN, "open"},          {ACTION_START_FIND, "find"}, {ACTION_START_NEW, "new canvas"},
    {ACTION_START_BACK, "leave"},         {ACTION_START_DOWN, "down"}, {ACTION_START_UP, "up"},
    {ACTION_START_REFRESH, "look again"}, {ACTION_NONE, NULL},
};

static const struct hint of_question[] = {{ACTION_NONE, NULL}}; /* it has its keys in its own frame */

static const struct hint *hints_of(const struct ui *ui)
{
    if (ui->ask.kind != ASK_NONE)
        return of_question;
    if (ui->screen == SCREEN_START)
        return of_start;
    if (ui->typing.object)
        return of_typing;
    if (ui->panel.kind != PANEL_NONE && ui->panel.focused)
        return hints_of_panel(ui);
    if (ui->open_card)
        return of_opened;
    if (ui->carrying || ui->card == 0)
        return ui->carrying ? of_carrying : walk_count(ui) > 0 && is_empty(panel_canvas(ui)) ? of_beginning : of_block;
    switch (layout_effective(ui, layout_parts(ui).body)) {
    case LAYOUT_TABLE:
        return of_row;
    case LAYOUT_LANES:
    case LAYOUT_SCORES:
    case LAYOUT_GRAPH:
        return of_placed;
    default:
        return of_card;
    }
}

/* ---- the line */

/* One hint; returns the cells it takes, 0 if it has no key, is impossible now or does not fit. */
static int draw_hint(struct ui *ui, struct grid *g, int x, int y, int room, const struct hint *hint)
{
    const char *key = ui_key(ui, hint->action);
    int cells = words_width(key) + 1 + words_width(hint->words);
    if (!key[0] || cells > room || action_refusal(ui, action_row(hint->action)))
        return 0;
    int used = grid_put(g, x, y, style_on(ROLE_HINT_KEY, ROLE_HINT, ATTR_BOLD), key) + 1;
    used += grid_put(g, x + used, y, style_on(ROLE_HINT, ROLE_HINT, 0), hint->words);
    grid_hit(g, (struct rect){x, y, used, 1}, HIT_ACTION, hint->action, 0);
    return used;
}

void view_hints(struct ui *ui, struct grid *g, struct rect r)
{
    const struct hint always[] = {
        {ACTION_HINTS, hint_count(ui, r.w)}, {ACTION_HELP, "help"}, {ACTION_PALETTE, "all commands"}};
    struct rect old = grid_clip(g, r);
    int right = r.x + r.w - 1;
    grid_fill(g, r, style_on(ROLE_HINT, ROLE_HINT, 0));
    bool plain = ui->ask.kind == ASK_NONE && !ui->typing.object; /* else these keys are characters */
    for (int i = 3; plain && i-- > 0;) {
        const char *key = always[i].words[0] ? ui_key(ui, always[i].action) : "";
        int cells = words_width(key) + 1 + words_width(always[i].words);
        if (key[0] && draw_hint(ui, g, right - cells, r.y, r.w, &always[i]))
            right -= cells + 2;
    }
    int x = r.x + 1;
    for (const struct hint *hint = hints_of(ui); hint->action != ACTION_NONE; hint++) {
        int used = draw_hint(ui, g, x, r.y, right - x, hint);
        x += used ? used + 2 : 0;
    }
    grid_unclip(g, old);
}
