/* CSV, or a plain list, into cards; see csv_canvas.h. The first record says what the columns are: our own names, or words that people use
 * for a note and for where it stands. Three passes: cards, parts of cards, links between cards. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/csv_canvas.h"
#include "client/cli/output.h"
#include "common/ids.h"
#include "common/rules.h"

/* What a column is. QUIET: ours, but nothing to take over. NAMED: a field of the block, if it has one of that name. */
enum role { QUIET, CANVAS, BLOCK_KEY, BLOCK_TITLE, NOTE_ID, OF, OF_FIELD, TEXT, TAGS, LINKS, READINGS, TEMPLATE, ATTRIBUTION, LICENCE, PROP, FIELD, NAMED };

static const struct {
    const char *name;
    enum role role;
} own_names[] = {
    {"canvas", CANVAS},     {"block_key", BLOCK_KEY}, {"block_title", BLOCK_TITLE}, {"note_id", NOTE_ID},   {"of", OF},
    {"of_field", OF_FIELD}, {"text", TEXT},           {"author", QUIET},            {"group", TAGS},        {"tags", TAGS},
    {"votes", QUIET},       {"links", LINKS},         {"actual", QUIET},            {"percent", QUIET},     {"due", QUIET},
    {"readings", READINGS}, {"created", QUIET},       {"edited", QUIET},            {"template", TEMPLATE}, {"attribution", ATTRIBUTION},
    {"licence", LICENCE},   {"confidential", QUIET},
};

/* Words for a note and for its place, the likeliest first. */
static const char *const text_words[] = {"text", "note", "card", "sticky", "content", "idea", "item", "title", "name", "description", "summary"};
static const char *const block_words[] = {"block", "block_title", "column", "list", "section", "category", "group", "frame", "lane", "area"};
static const char *const tag_words[] = {"tags", "tag", "labels", "label"};

struct csv_column {
    enum role role;
    const char *name;        /* as the file has it */
    const char *key;         /* PROP, FIELD: of the property or text field */
    enum value_kind kind;    /* PROP, FIELD; VALUE_NONE: a text field */
    bool told;               /* it was said that it is left out */
};

struct sheet {
    const struct csv *csv;
    struct intake *in;
    struct csv_column *columns;
    size_t n;
    struct block *otherwise;
    struct card **cards;     /* by row */
    json_t *ids;             /* note_id of the file → row */
};

/* ---- the heading */

static bool is_word(struct arena *arena, const char *head, const char *word)
{
    return strcmp(arena_fold(arena, head), word) == 0;
}

/* The first column whose name is the likeliest of the words; n if there is none. */
static size_t column_named(struct arena *arena, const struct csv_row *head, const char *const *words, size_t n_words)
{
    for (size_t w = 0; w < n_words; w++)
        for (size_t i = 0; i < head->n; i++)
            if (is_word(arena, head->cells[i], words[w]))
                return i;
    return head->n;
}

#define NAMED_BY(arena, head, words) column_named(arena, head, words, sizeof(words) / sizeof *(words))

/* "Rank [f.rank:number]": ours, or not. */
static bool own_field(struct arena *arena, const char *head, struct csv_column *column)
{
    size_t len = strlen(head);
    const char *open = len > 0 && head[len - 1] == ']' ? strrchr(head, '[') : NULL, *colon = open ? strrchr(open, ':') : NULL;
    if (!colon)
        return false;
    const char *kind = arena_printf(arena, "%.*s", (int)(head + len - 1 - (colon + 1)), colon + 1);
    column->kind = VALUE_NONE;
    if (strcmp(kind, "field") != 0 && !value_kind_named(kind, &column->kind))
        return false;
    column->role = FIELD;
    column->key = arena_printf(arena, "%.*s", (int)(colon - open - 1), open + 1);
    column->name = arena_printf(arena, "%.*s", (int)(open - head), head);
    for (char *end = (char *)(uintptr_t)column->name + strlen(column->name); end > column->name && end[-1] == ' ';)
        *--end = 0;
    return rule_key(column->key);
}

static const struct csv_prop *prop_column(const char *head, bool own)
{
    const struct csv_prop *const lists[] = {csv_card_props, csv_measure_props, csv_action_props};
    for (size_t l = 0; l < (own ? 3 : 1); l++)
        for (const struct csv_prop *p = lists[l]; p->column; p++)
            if (strcasecmp(p->column, head) == 0 || (l == 0 && strcasecmp(p->key, head) == 0))
                return p;
    return NULL;
}

static void own_column(struct arena *arena, const char *head, struct csv_column *column)
{
    for (size_t i = 0; i < sizeof own_names / sizeof *own_names; i++) {
        if (is_word(arena, head, own_names[i].name)) {
            column->role = own_names[i].role;
            return;
        }
    }
    (void)own_field(arena, head, column);
}

static bool is_own(const struct csv *csv)
{
    for (size_t i = 0; csv->n > 0 && i < csv->rows[0].n; i++)
        if (strcmp(csv->rows[0].cells[i], "note_id") == 0)
            return true;
    return false;
}

static void read_heading(struct sheet *s)
{
    struct arena *arena = s->in->arena;
    const struct csv_row *head = &s->csv->rows[0];
    bool own = is_own(s->csv);
    size_t text = NAMED_BY(arena, head, text_words), block = NAMED_BY(arena, head, block_words), tags = NAMED_BY(arena, head, tag_words);
    for (size_t i = 0; i < head->n; i++) {
        struct csv_column *column = &s->columns[i];
        const char *name = csv_unguarded(head->cells[i]);
        const struct csv_prop *p = prop_column(name, own);
        *column = (struct csv_column){.role = NAMED, .name = name};
        if (p) {
            column->role = PROP;
            column->key = p->key;
            column->kind = p->kind;
        } else if (own) {
            own_column(arena, name, column);
        } else if (i == text || i == block || i == tags) {
            column->role = i == text ? TEXT : i == block ? BLOCK_TITLE : TAGS;
        }
    }
}

bool csv_has_heading(const struct csv *csv)
{
    struct arena arena;
    arena_init(&arena, (size_t)1 << 20);
    bool has = csv->n > 0 && NAMED_BY(&arena, &csv->rows[0], text_words) < csv->rows[0].n;
    arena_fini(&arena);
    return has;
}

void csv_read_head(const struct csv *csv, struct csv_head *head)
{
    *head = (struct csv_head){"", "", "", "", false};
    if (csv->n < 2 || !is_own(csv))
        return;
    const struct csv_row *names = &csv->rows[0], *row = &csv->rows[1];
    for (size_t i = 0; i < names->n && i < row->n; i++) {
        const char *name = names->cells[i], *cell = csv_unguarded(row->cells[i]);
        if (strcmp(name, "canvas") == 0)
            head->title = cell;
        else if (strcmp(name, "template") == 0)
            head->template_id = cell;
        else if (strcmp(name, "attribution") == 0)
            head->attribution = cell;
        else if (strcmp(name, "licence") == 0)
            head->licence = cell;
        else if (strcmp(name, "confidential") == 0)
            head->confidential = strcmp(cell, "yes") == 0;
    }
}

/* ---- cells */

/* The row's cell of a role, "" if there is none. */
static const char *cell_of(const struct sheet *s, const struct csv_row *row, enum role role)
{
    for (size_t i = 0; i < s->n && i < row->n; i++)
        if (s->columns[i].role == role && row->cells[i][0])
            return csv_unguarded(row->cells[i]);
    return "";
}

static struct card *card_of_id(const struct sheet *s, const char *id)
{
    const json_t *row = *id ? json_object_get(s->ids, id) : NULL;
    return row ? s->cards[json_integer_value(row)] : NULL;
}

static enum status take_tags(struct sheet *s, struct card *card, const char *cell)
{
    size_t n;
    bool commas = !is_own(s->csv) && !strchr(cell, ';');
    char *list = arena_printf(s->in->arena, "%s", cell);
    for (char *at = list; commas && *at; at++)
        *at = *at == ',' ? ';' : *at;
    const char **words = csv_words(s->in->arena, list, &n);
    for (size_t i = 0; i < n; i++) {
        enum status status = intake_tag(s->in, card, words[i]);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static enum status take_readings(struct sheet *s, const struct card *card, const char *cell)
{
    size_t n;
    const char **words = csv_words(s->in->arena, cell, &n);
    for (size_t i = 0; i < n; i++) {
        size_t day = strcspn(words[i], " ");
        const char *rest = words[i] + day + strspn(words[i] + day, " ");
        size_t value = strcspn(rest, " ");
        enum status status = intake_reading(s->in, card, arena_printf(s->in->arena, "%.*s", (int)day, words[i]),
                                            arena_printf(s->in->arena, "%.*s", (int)value, rest), rest + value + (rest[value] == ' '));
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* A column of our own form: the value goes where it was, and a field that is not defined yet is defined by what the heading says. */
static enum status take_field(struct sheet *s, struct card *card, const struct csv_column *column, const char *cell)
{
    static const enum field_type types[] = {[VALUE_NONE] = FIELD_TEXT,     [VALUE_TEXT] = FIELD_TEXT,     [VALUE_NUMBER] = FIELD_NUMBER,
                                            [VALUE_DATE] = FIELD_DATE,     [VALUE_FLAG] = FIELD_FLAG,     [VALUE_CHOICE] = FIELD_CHOICE,
                                            [VALUE_PERSON] = FIELD_PERSON, [VALUE_OBJECT] = FIELD_TEXT};
    bool plain = column->kind == VALUE_NONE, prop = strncmp(column->key, "f.", 2) == 0;
    if ((plain || prop) && column->kind != VALUE_TEXT && !block_hidden(card->block))
        intake_define(s->in, card->block, plain ? column->key : column->key + 2, column->name, types[column->kind]);
    return plain ? intake_text_field(s->in, card, column->key, cell) : intake_prop(s->in, card, column->key, column->kind, cell);
}

/* A column of somebody else's: a field of the block, by its key or title. */
static enum status take_named(struct sheet *s, struct card *card, struct csv_column *column, const char *cell)
{
    struct fields fields;
    const struct field *found = NULL;
    enum status status = STATUS_OK;
    fields_of_block(s->in->c, card->block, &fields);
    for (size_t i = 0; i < fields.n && !found; i++)
        if (strcasecmp(fields.at[i].key, column->name) == 0 ||
            strcmp(arena_fold(s->in->arena, fields.at[i].title), arena_fold(s->in->arena, column->name)) == 0)
            found = &fields.at[i];
    if (found)
        status = intake_field(s->in, card, found, cell);
    else if (!column->told)
        intake_note(s->in, "The column \"%.60s\" was left out: cards of the block \"%.60s\" have no such field.", column->name, card->block->title);
    column->told |= !found;
    fields_free(&fields);
    return status;
}

static enum status take_cell(struct sheet *s, struct card *card, struct csv_column *column, const char *cell)
{
    switch (column->role) {
    case TAGS:
        return take_tags(s, card, cell);
    case READINGS:
        return take_readings(s, card, cell);
    case PROP:
        return intake_prop(s->in, card, column->key, column->kind, cell);
    case FIELD:
        return column->kind == VALUE_OBJECT ? STATUS_OK : take_field(s, card, column, cell);
    case NAMED:
        return take_named(s, card, column, cell);
    default:
        return STATUS_OK;
    }
}

static enum status take_cells(struct sheet *s, struct card *card, const struct csv_row *row)
{
    for (size_t i = 0; i < row->n; i++) {
        const char *cell = csv_unguarded(row->cells[i]);
        enum status status = *cell ? take_cell(s, card, &s->columns[i], cell) : STATUS_OK;
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

/* ---- records */

static enum status take_card(struct sheet *s, const struct csv_row *row, struct card **card)
{
    const char *key = cell_of(s, row, BLOCK_KEY), *title = cell_of(s, row, BLOCK_TITLE);
    struct block *block = s->otherwise;
    enum status status = STATUS_OK;
    if (*key || *title)
        status = intake_block(s->in, key, title, &block);
    else if (!block)
        status = s->in->blocks_are_open ? intake_block(s->in, "cards", "Cards", &block)
                                        : intake_refuse(s->in, "it names no block. Say where such cards go: --block BLOCK");
    if (status == STATUS_OK)
        status = intake_card(s->in, block, cell_of(s, row, TEXT), card);
    return status == STATUS_OK ? take_cells(s, *card, row) : status;
}

static enum status take_part(struct sheet *s, const struct csv_row *row, struct card **card)
{
    const char *id = cell_of(s, row, OF);
    const struct card *of = card_of_id(s, id);
    if (!of)
        return intake_refuse(s->in, "it belongs to the note %.40s (column \"of\"), which is not in the file.", id);
    enum status status = intake_card(s->in, intake_parts(s->in), cell_of(s, row, TEXT), card);
    if (status != STATUS_OK)
        return status;
    intake_part_of(*card, of, cell_of(s, row, OF_FIELD));
    return take_cells(s, *card, row);
}

/* Cards in the first pass, their parts in the second. */
static enum status take_rows(struct sheet *s, bool parts)
{
    enum status status = STATUS_OK;
    for (size_t i = 1; i < s->csv->n && status == STATUS_OK; i++) {
        const struct csv_row *row = &s->csv->rows[i];
        const char *id = cell_of(s, row, NOTE_ID), *text = cell_of(s, row, TEXT);
        s->in->line = row->line;
        if (row->n > s->n)
            return intake_refuse(s->in, "the line has %zu cells, but the heading only %zu. A cell that holds the delimiter must stand in quotes.",
                                 row->n, s->n);
        if ((*cell_of(s, row, OF) != 0) != parts || (!*id && !*text))
            continue;
        if (*id && json_object_get(s->ids, id))
            return intake_refuse(s->in, "the note_id %.40s is there twice.", id);
        status = parts ? take_part(s, row, &s->cards[i]) : take_card(s, row, &s->cards[i]);
        if (status == STATUS_OK && *id)
            json_object_set_new(s->ids, id, json_integer((json_int_t)i));
    }
    return status;
}

static void take_links(struct sheet *s, struct card *card, const char *cell)
{
    size_t n;
    const char **words = csv_words(s->in->arena, cell, &n);
    for (size_t i = 0; i < n; i++) {
        const char *space = strrchr(words[i], ' ');
        const struct card *to = card_of_id(s, space ? space + 1 : words[i]);
        if (to)
            intake_link(s->in, card, to, space ? arena_printf(s->in->arena, "%.*s", (int)(space - words[i]), words[i]) : "relates");
        else
            intake_note(s->in, "Line %u: the link \"%.60s\" was left out; its card is not in the file.", s->in->line, words[i]);
    }
}

/* References between cards, once all of them are there. */
static enum status take_references(struct sheet *s)
{
    for (size_t i = 1; i < s->csv->n; i++) {
        const struct csv_row *row = &s->csv->rows[i];
        s->in->line = row->line;
        if (!s->cards[i])
            continue;
        take_links(s, s->cards[i], cell_of(s, row, LINKS));
        for (size_t k = 0; k < s->n && k < row->n; k++) {
            const struct card *to = s->columns[k].role == FIELD && s->columns[k].kind == VALUE_OBJECT ? card_of_id(s, row->cells[k]) : NULL;
            enum status status = to ? intake_prop(s->in, s->cards[i], s->columns[k].key, VALUE_OBJECT, arena_printf(s->in->arena, "%u.%u",
                                      object_client(to->o.id), object_counter(to->o.id))) : STATUS_OK;
            if (status != STATUS_OK)
                return status;
        }
    }
    return STATUS_OK;
}

enum status csv_import(const struct csv *csv, struct block *otherwise, struct intake *in)
{
    in->line = 1;
    if (!csv_has_heading(csv))
        return intake_refuse(in, "it names no column for the texts (text, note, card, title …). Add such a line; or, for a plain list with one card "
                                 "a line: --format list");
    struct sheet s = {.csv = csv, .in = in, .n = csv->rows[0].n, .otherwise = otherwise};
    s.columns = xcalloc(s.n, sizeof *s.columns);
    s.cards = xcalloc(csv->n, sizeof *s.cards);
    s.ids = json_object();
    read_heading(&s);
    enum status status = take_rows(&s, false);
    if (status == STATUS_OK)
        status = take_rows(&s, true);
    if (status == STATUS_OK)
        status = take_references(&s);
    json_decref(s.ids);
    free(s.cards);
    free(s.columns);
    return status;
}

/* ---- a plain list */

enum status list_import(const char *bytes, size_t len, struct block *otherwise, struct intake *in)
{
    static const char *const bullets[] = {"- ", "* ", "• ", "+ "};
    struct block *block = otherwise;
    enum status status = csv_check_text(bytes, len, in->why);
    size_t cards = 0;
    for (size_t at = 0; at < len && status == STATUS_OK;) {
        size_t n = 0;
        struct card *card;
        in->line++;
        while (at + n < len && bytes[at + n] != '\n')
            n++;
        size_t keep = n;
        while (keep > 0 && strchr(" \t\r", bytes[at + keep - 1]))
            keep--;
        char *copy = arena_strndup(in->arena, bytes + at, keep), *line = copy ? copy + strspn(copy, " \t") : NULL;
        at += n + 1;
        if (line && in->line == 1 && strncmp(line, "\xef\xbb\xbf", 3) == 0)
            line += 3;
        for (size_t i = 0; line && i < sizeof bullets / sizeof *bullets; i++)
            if (strncmp(line, bullets[i], strlen(bullets[i])) == 0)
                line += strlen(bullets[i]);
        if (line && !*line)
            continue;
        if (!line || cards++ == CSV_ROWS_MAX)
            return intake_refuse(in, "that are too many lines for one canvas. Split the file.");
        if (!block)
            status = in->blocks_are_open ? intake_block(in, "cards", "Cards", &block)
                                         : intake_refuse(in, "a list does not say where its cards go: --block BLOCK");
        if (status == STATUS_OK)
            status = intake_card(in, block, line, &card);
    }
    return status;
}
