/* Signs, short-lived texts and figures that the canvas' views share. Every sign takes one cell and has a plain form for
 * terminals without UTF-8. */
#include "client/tui/view_parts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"

const char *sign(const struct ui *ui, enum sign which)
{
    static const char *const signs[SIGNS][2] = {
        [SIGN_FOCUS] = {"▸", ">"},      [SIGN_CARD] = {"•", "*"},  [SIGN_MARKED] = {"✓", "x"},
        [SIGN_CHANGED] = {"✱", "*"},    [SIGN_VOTE] = {"▲", "^"},  [SIGN_COMMENT] = {"❞", "\""},
        [SIGN_LINK] = {"→", ">"},       [SIGN_UP] = {"↑", "^"},    [SIGN_DOWN] = {"↓", "v"},
        [SIGN_LEFT] = {"←", "<"},       [SIGN_RIGHT] = {"→", ">"}, [SIGN_DOT] = {"·", "-"},
        [SIGN_CRUMB] = {"›", ">"},      [SIGN_SAVED] = {"●", "*"}, [SIGN_UNSENT] = {"◌", "o"},
        [SIGN_OFFLINE] = {"○", "o"},    [SIGN_WARN] = {"⚠", "!"},  [SIGN_PERSON] = {"‹", "<"},
        [SIGN_PERSON_END] = {"›", ">"}, [SIGN_TYPES] = {"✎", "~"}, [SIGN_PAST] = {"◷", "@"},
        [SIGN_LOCK] = {"⊘", "x"},
    };
    return signs[which][ui->ascii];
}

const char *color_mark(struct ui *ui, const struct card *card, enum role *role)
{
    const struct value *value = props_get(&card->props, "color");
    int i = value && value->text ? card_color_find(value->text) : -1;
    *role = i < 0 ? ROLE_DIM : (enum role)(ROLE_CARD_1 + i);
    return i < 0 ? sign(ui, SIGN_CARD) : card_color_at(i)->mark;
}

/* ---- texts */

const char *words_printf(struct ui *ui, const char *fmt, ...)
{
    char text[512];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n < 0)
        return "";
    const char *copy = arena_strndup(&ui->words, text, (size_t)n < sizeof text ? (size_t)n : sizeof text - 1);
    return copy ? copy : "";
}

const char *words_line(struct ui *ui, const char *bytes, size_t len)
{
    size_t n;
    char *clean = utf8_printable(bytes, len, false, &n);
    const char *copy = arena_strndup(&ui->words, clean, n);
    free(clean);
    return copy ? copy : "";
}

int words_width(const char *text)
{
    return (int)utf8_width(text, strlen(text));
}

const char *words_count(struct ui *ui, size_t n, const char *one, const char *several)
{
    return words_printf(ui, "%zu %s", n, n == 1 ? one : several);
}

const char *words_person(struct ui *ui, const struct ui_person *person)
{
    return words_printf(ui, "%s%s%s%s", sign(ui, SIGN_PERSON), ui_initials(ui, person->author),
                        person->editing ? sign(ui, SIGN_TYPES) : "", sign(ui, SIGN_PERSON_END));
}

/* ---- figures about objects: a table with open addressing, twice as large as what it can hold */

struct count {
    uint64_t object;
    uint32_t comments, links;
};

struct view_counts {
    unsigned depth; /* counts_begin() without counts_end() */
    size_t mask;
    struct count at[];
};

static struct count *count_of(struct view_counts *counts, uint64_t object)
{
    uint64_t h = object * 0x9e3779b97f4a7c15u;
    size_t i = (size_t)(h >> 32) & counts->mask;
    while (counts->at[i].object != 0 && counts->at[i].object != object)
        i = (i + 1) & counts->mask;
    return &counts->at[i];
}

static struct count *count_new(struct view_counts *counts, uint64_t object)
{
    struct count *count = count_of(counts, object);
    count->object = object;
    return count;
}

static void count_all(struct view_counts *counts, const struct canvas *canvas)
{
    for (const struct object *o = canvas->comments; o; o = o->hh.next) {
        const struct comment *comment = canvas_comment(canvas, o->id);
        if (comment->deleted_seq == 0 && comment->object != 0)
            count_new(counts, comment->object)->comments++;
    }
    for (const struct object *o = canvas->links; o; o = o->hh.next) {
        const struct link_object *link = canvas_link(canvas, o->id);
        if (!link_visible(canvas, link))
            continue;
        count_new(counts, link->from)->links++;
        if (link->to != link->from)
            count_new(counts, link->to)->links++;
    }
}

void counts_begin(struct ui *ui, const struct canvas *canvas)
{
    if (ui->counts) {
        ui->counts->depth++;
        return;
    }
    size_t n = 2 * (HASH_COUNT(canvas->comments) + 2 * (size_t)HASH_COUNT(canvas->links)), size = 8;
    while (size < n + 1)
        size *= 2;
    ui->counts = xcalloc(1, sizeof *ui->counts + size * sizeof ui->counts->at[0]);
    ui->counts->depth = 1;
    ui->counts->mask = size - 1;
    count_all(ui->counts, canvas);
}

void counts_end(struct ui *ui)
{
    if (--ui->counts->depth > 0)
        return;
    free(ui->counts);
    ui->counts = NULL;
}

uint32_t counts_comments(const struct ui *ui, uint64_t object)
{
    return ui->counts ? count_of(ui->counts, object)->comments : 0;
}

uint32_t counts_links(const struct ui *ui, uint64_t object)
{
    return ui->counts ? count_of(ui->counts, object)->links : 0;
}
