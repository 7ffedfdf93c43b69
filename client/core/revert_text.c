/* Whose letters a text has. No transformation is needed: the history is one order, so each letter's fate is known. What is
 * removed stays in the list, at its place, to be found again by whoever puts the same words back there. */
#include <stdlib.h>
#include <string.h>

#include "client/core/revert_private.h"
#include "common/buf.h"
#include "common/utf8.h"

void letters_fini(struct letters *l)
{
    free(l->at);
    *l = (struct letters){0};
}

static bool is_visible(const struct letter *letter)
{
    return letter->fate == LETTER_HERE || letter->fate == LETTER_BACK;
}

/* Room for `more` letters at `at`. */
static struct letter *make_room(struct letters *l, size_t at, size_t more)
{
    if (l->n + more > l->cap) {
        l->cap = 2 * (l->n + more) + 16;
        l->at = xrealloc(l->at, l->cap * sizeof(*l->at));
    }
    memmove(l->at + at + more, l->at + at, (l->n - at) * sizeof(*l->at));
    l->n += more;
    return l->at + at;
}

static void insert(struct letters *l, size_t at, const char *bytes, size_t len, bool theirs)
{
    size_t points = utf8_points(bytes, len), i = 0;
    struct letter *to = points ? make_room(l, at, points) : NULL;

    for (size_t from = 0; i < points; i++) {
        to[i] = (struct letter){.theirs = theirs, .fate = LETTER_HERE};
        from += utf8_decode(bytes + from, len - from, &to[i].point);
    }
}

void letters_add(struct letters *l, const char *bytes, size_t len, bool theirs)
{
    insert(l, l->n, bytes, len, theirs);
}

/* ---------------------------------------------------------------- edits */

static void remove_letter(struct letter *letter, enum editor editor)
{
    bool was_back = letter->fate == LETTER_BACK;

    if (editor == EDITOR_THEY)
        letter->fate = letter->theirs ? LETTER_GONE : LETTER_TAKEN;
    else if (editor == EDITOR_UNDO && was_back) /* who put it back takes that back */
        letter->fate = LETTER_TAKEN;
    else
        letter->fate = LETTER_GONE;
}

/* The letters of l that an insertion by that editor may stand for: removed ones. */
static bool may_return(const struct letter *letter, enum editor editor)
{
    return letter->fate == LETTER_TAKEN || (editor == EDITOR_UNDO && letter->fate == LETTER_GONE);
}

static size_t next_removed(const struct letters *l, size_t at, size_t end, enum editor editor)
{
    while (at < end && !may_return(&l->at[at], editor))
        at++;
    return at;
}

/* Whether the removed letters from `at` on say the same as the bytes; an undo brings back what one batch removed, so there may be
 * others between. If mark: they are there again. */
static bool says(struct letters *l, size_t at, size_t end, const char *bytes, size_t len, enum editor editor, bool mark)
{
    uint32_t point;

    for (size_t from = 0; from < len; at = next_removed(l, at + 1, end, editor)) {
        from += utf8_decode(bytes + from, len - from, &point);
        while (editor == EDITOR_UNDO && at < end && l->at[at].point != point)
            at = next_removed(l, at + 1, end, editor);
        if (at >= end || l->at[at].point != point)
            return false;
        if (mark)
            l->at[at].fate = l->at[at].fate == LETTER_TAKEN && editor != EDITOR_THEY ? LETTER_BACK : LETTER_HERE;
    }
    return true;
}

/* Removed letters that stand between two visible ones come back instead of new ones being written. */
static bool bring_back(struct letters *l, size_t at, const char *bytes, size_t len, enum editor editor)
{
    size_t end = at;

    while (end < l->n && !is_visible(&l->at[end]))
        end++;
    at = next_removed(l, at, end, editor);
    while (at < end && !says(l, at, end, bytes, len, editor, false))
        at = next_removed(l, at + 1, end, editor);
    return at < end && says(l, at, end, bytes, len, editor, true);
}

/* Marks `points` visible letters from *at on as removed. */
static bool remove_run(struct letters *l, size_t *at, uint32_t points, enum editor editor)
{
    for (; points > 0 && *at < l->n; (*at)++) {
        if (!is_visible(&l->at[*at]))
            continue;
        remove_letter(&l->at[*at], editor);
        points--;
    }
    return points == 0;
}

/* Behind the next `points` visible letters. */
static bool pass(const struct letters *l, size_t *at, uint32_t points)
{
    for (; points > 0 && *at < l->n; (*at)++)
        points -= is_visible(&l->at[*at]);
    return points == 0;
}

static bool remove_all(struct letters *l, const Cocanvas__TextEdit *edit, enum editor editor)
{
    size_t at = 0;
    bool fits = true;

    for (size_t i = 0; i < edit->n_steps && fits; i++) {
        const Cocanvas__TextStep *step = edit->steps[i];

        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_RETAIN)
            fits = pass(l, &at, step->retain);
        else if (step->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE)
            fits = remove_run(l, &at, step->remove, editor);
    }
    return fits;
}

/* Removing first makes the gap as wide as it is in the end, so that words which come back find their letters on both sides of what
 * goes. An insertion that is not the edit's last step stands before a retain, by then in coordinates without what was removed. */
bool letters_edit(struct letters *l, const Cocanvas__TextEdit *edit, enum editor editor)
{
    size_t at = 0;
    bool fits = remove_all(l, edit, editor);

    for (size_t i = 0; i < edit->n_steps && fits; i++) {
        const Cocanvas__TextStep *step = edit->steps[i];
        size_t len = step->kind_case == COCANVAS__TEXT_STEP__KIND_INSERT ? strlen(step->insert) : 0;

        if (step->kind_case == COCANVAS__TEXT_STEP__KIND_RETAIN)
            fits = pass(l, &at, step->retain);
        if (len == 0)
            continue;
        if (!bring_back(l, at, step->insert, len, editor))
            insert(l, at, step->insert, len, editor == EDITOR_THEY);
        fits = pass(l, &at, (uint32_t)utf8_points(step->insert, len));
    }
    return fits;
}

/* ---------------------------------------------------------------- the result */

bool letters_are(const struct letters *l, const struct text *text)
{
    size_t from = 0;

    for (size_t i = 0; i < l->n; i++) {
        uint32_t point;

        if (!is_visible(&l->at[i]))
            continue;
        if (!text || from >= text->len_bytes)
            return false;
        from += utf8_decode(text->bytes + from, text->len_bytes - from, &point);
        if (point != l->at[i].point)
            return false;
    }
    return from == (text ? text->len_bytes : 0);
}

void letters_revert(const struct letters *l, struct text_op *out)
{
    uint32_t visible = 0;
    char bytes[4];

    for (size_t i = 0; i < l->n; i++)
        visible += is_visible(&l->at[i]);
    text_op_clear(out, visible);
    for (size_t i = 0; i < l->n; i++) {
        const struct letter *letter = &l->at[i];

        if (letter->fate == LETTER_TAKEN)
            text_op_insert(out, bytes, (uint32_t)utf8_encode(letter->point, bytes), 1);
        else if (is_visible(letter) && letter->theirs)
            text_op_remove(out, 1);
        else if (is_visible(letter))
            text_op_retain(out, 1);
    }
    text_op_finish(out);
}
