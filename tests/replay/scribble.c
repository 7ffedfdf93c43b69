/* Marks: typing, removing, and the account of what must be there at the end (scribble.h). */
#include "tests/replay/scribble.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"

enum { MARK_TEXT = 48, KEEP_BYTES = 600 };

struct mark {
    char text[MARK_TEXT]; /* all of it */
    size_t typed;         /* bytes that its player has typed */
    bool removed;         /* somebody took it away */
};

struct scribble {
    uint64_t card;
    unsigned n_players;
    size_t *typing; /* per player: 1 + index of the mark that it is typing, 0 none */
    struct mark *marks;
    size_t n, cap;
};

struct scribble *scribble_new(uint64_t card, unsigned n_players)
{
    struct scribble *s = xcalloc(1, sizeof *s);
    *s = (struct scribble){.card = card, .n_players = n_players, .typing = xcalloc(n_players, sizeof *s->typing)};
    return s;
}

void scribble_free(struct scribble *s)
{
    free(s->marks);
    free(s->typing);
    free(s);
}

size_t scribble_marks(const struct scribble *s)
{
    return s->n;
}

/* The beginning of one of the first marks. */
static size_t some_mark(struct rng *r, const struct text *text)
{
    uint32_t nth = rng_below(r, 4);
    const char *at = text->bytes;
    for (uint32_t i = 0; i < nth; i++) {
        const char *end = strchr(at, ']');
        if (end == NULL)
            break;
        at = end + 1;
    }
    return (size_t)(at - text->bytes);
}

static struct mark *begin_mark(struct scribble *s, struct player *p)
{
    if (s->n == s->cap) {
        s->cap = s->cap > 0 ? s->cap * 2 : 64;
        s->marks = xrealloc(s->marks, s->cap * sizeof *s->marks);
    }
    struct mark *mark = &s->marks[s->n++];
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    int len = 1 + (int)rng_below(&p->stage->rng, 16);
    *mark = (struct mark){.removed = false};
    snprintf(mark->text, sizeof mark->text, "[%u:%zu %.*s]", p->number, s->n, len, letters);
    s->typing[p->number] = s->n;
    return mark;
}

static void type_on(struct scribble *s, struct player *p, const struct text *text)
{
    char so_far[MARK_TEXT];
    bool begins = s->typing[p->number] == 0;
    struct mark *mark = begins ? begin_mark(s, p) : &s->marks[s->typing[p->number] - 1];
    /* All begin at one place, the very first. Behind other marks it would not do: when what stands between is removed,
     * a new mark can come to stand directly behind one that is still being typed, and who comes first there is not to
     * be told any more. */
    size_t at = 0;
    if (!begins) {
        memcpy(so_far, mark->text, mark->typed);
        so_far[mark->typed] = '\0';
        const char *found = strstr(text->bytes, so_far);
        if (found == NULL)
            give_up("player %u does not find \"%s\" in what it typed: \"%s\"", p->number, so_far, text->bytes);
        at = (size_t)(found - text->bytes) + mark->typed;
    }
    /* The first characters go together, so that what is there can be told from all other marks. */
    size_t now = begins ? strcspn(mark->text, " ") + 1 : 1;
    size_t from = mark->typed;
    mark->typed += now;
    if (mark->text[mark->typed] == '\0')
        s->typing[p->number] = 0;
    player_splice(p, s->card, (uint32_t)at, 0, mark->text + from, now);
}

static struct mark *mark_at(struct scribble *s, const char *at)
{
    unsigned player;
    size_t number;
    if (sscanf(at, "[%u:%zu ", &player, &number) != 2 || number == 0 || number > s->n)
        give_up("there is a mark that nobody typed: \"%.20s\"", at);
    return &s->marks[number - 1];
}

static void remove_some_mark(struct scribble *s, struct player *p, const struct text *text)
{
    size_t at = some_mark(&p->stage->rng, text);
    const char *begin = text->bytes + at;
    if (*begin != '[')
        return;
    struct mark *mark = mark_at(s, begin);
    size_t len = strlen(mark->text);
    if (strncmp(begin, mark->text, len) != 0)
        return; /* somebody is still typing it */
    mark->removed = true;
    player_splice(p, s->card, (uint32_t)at, (uint32_t)len, "", 0);
}

static void toggle_tag(struct scribble *s, struct player *p)
{
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__TagSet set = COCANVAS__TAG_SET__INIT;
    char tag[] = "tag-0";
    tag[4] = (char)('0' + rng_below(&p->stage->rng, 4));
    set.card = s->card;
    set.tag = tag;
    set.on = rng_below(&p->stage->rng, 2) == 0;
    op.kind_case = COCANVAS__OP__KIND_TAG_SET;
    op.tag_set = &set;
    player_edit(p, 1, &(Cocanvas__Op *){&op});
}

void scribble_step(struct scribble *s, struct player *p)
{
    const struct text *text = player_can_edit(p) ? player_text(p, s->card) : NULL;
    if (text == NULL)
        return;
    if (rng_below(&p->stage->rng, 20) == 0)
        toggle_tag(s, p);
    else if (text->len_bytes > KEEP_BYTES && rng_below(&p->stage->rng, 3) == 0)
        remove_some_mark(s, p, text);
    else
        type_on(s, p, text);
}

void scribble_check(const struct scribble *s, const struct text *text)
{
    size_t expected = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct mark *mark = &s->marks[i];
        char typed[MARK_TEXT];
        memcpy(typed, mark->text, mark->typed);
        typed[mark->typed] = '\0';
        const char *found = strstr(text->bytes, typed);
        if (mark->removed && found != NULL)
            give_up("the mark \"%s\" was removed and is there: \"%s\"", typed, text->bytes);
        if (!mark->removed && found == NULL)
            give_up("the mark \"%s\" was typed and is not there in one piece: \"%s\"", typed, text->bytes);
        expected += mark->removed ? 0 : mark->typed;
    }
    if (text->len_bytes != expected)
        give_up("the marks have %zu bytes, the text has %u: \"%s\"", expected, text->len_bytes, text->bytes);
}
