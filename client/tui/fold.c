/* Searching without case and accents, see fold.h. Texts are folded code point by code point: decomposed, marks taken away,
 * case folded (utf8proc). Each folded byte remembers which character it came from, so that what is found can be shown. */
#include "client/tui/fold.h"

#include <stdint.h>
#include <string.h>
#include <utf8proc.h>

#include "common/buf.h"
#include "common/utf8.h"

enum { POINTS_OF_ONE = 32, STACK_BYTES = 1024 };

/* A folded text. Of a short one everything is on the stack. */
struct folded {
    char *bytes;
    uint32_t *from; /* offset of the character that the byte comes from; NULL: not wanted */
    size_t len, cap;
    char stack[STACK_BYTES];
};

static void folded_byte(struct folded *f, char byte, size_t from)
{
    if (f->len == f->cap) {
        char *more = xmalloc(f->cap * 2);

        memcpy(more, f->bytes, f->len);
        if (f->bytes != f->stack)
            free(f->bytes);
        f->bytes = more;
        f->cap *= 2;
        if (f->from)
            f->from = xrealloc(f->from, f->cap * sizeof(*f->from));
    }
    if (f->from)
        f->from[f->len] = (uint32_t)from;
    f->bytes[f->len++] = byte;
}

static void fold_point(struct folded *f, uint32_t point, size_t from)
{
    const utf8proc_option_t how =
        UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK | UTF8PROC_IGNORE;
    utf8proc_int32_t points[POINTS_OF_ONE];
    int boundary = 0;
    utf8proc_ssize_t n = utf8proc_decompose_char((utf8proc_int32_t)point, points, POINTS_OF_ONE, how, &boundary);
    char bytes[4];

    for (utf8proc_ssize_t i = 0; i < n && i < POINTS_OF_ONE; i++) {
        size_t len = utf8_encode((uint32_t)points[i], bytes);

        for (size_t k = 0; k < len; k++)
            folded_byte(f, bytes[k], from);
    }
}

static void fold(struct folded *f, const char *text, size_t len, bool places)
{
    f->bytes = f->stack;
    f->cap = sizeof(f->stack);
    f->len = 0;
    f->from = places ? xmalloc(f->cap * sizeof(*f->from)) : NULL;
    for (size_t at = 0; at < len;) {
        uint32_t point = (uint8_t)text[at];
        size_t n = 1;

        if (point < 0x80) {
            folded_byte(f, (char)(point >= 'A' && point <= 'Z' ? point + 32 : point), at);
        } else {
            n = utf8_decode(text + at, len - at, &point);
            if (n > 0)
                fold_point(f, point, at);
        }
        at += n > 0 ? n : 1;
    }
}

static void folded_fini(struct folded *f)
{
    if (f->bytes != f->stack)
        free(f->bytes);
    free(f->from);
}

void fold_words(struct fold_words *w, const char *typed)
{
    struct folded f;
    size_t used = 0;

    memset(w, 0, sizeof(*w));
    fold(&f, typed, strlen(typed), false);
    for (size_t at = 0; at < f.len && w->n < FOLD_WORDS;) {
        size_t end = at;

        while (end < f.len && f.bytes[end] != ' ')
            end++;
        if (end > at && used + (end - at) <= sizeof(w->bytes)) {
            memcpy(w->bytes + used, f.bytes + at, end - at);
            w->word[w->n].at = used;
            w->word[w->n++].len = end - at;
            used += end - at;
        }
        at = end + 1;
    }
    folded_fini(&f);
}

unsigned fold_all(const struct fold_words *w)
{
    return (1U << w->n) - 1;
}

unsigned fold_fits(const struct fold_words *w, const char *text, size_t len)
{
    struct folded f;
    unsigned fits = 0;

    fold(&f, text, len, false);
    for (size_t i = 0; i < w->n; i++)
        if (memmem(f.bytes, f.len, w->bytes + w->word[i].at, w->word[i].len))
            fits |= 1U << i;
    folded_fini(&f);
    return fits;
}

/* Length of the longest word that stands at a place of the folded text, 0 none. */
static size_t longest_at(const struct fold_words *w, const struct folded *f, size_t at)
{
    size_t longest = 0;

    for (size_t i = 0; i < w->n; i++) {
        size_t len = w->word[i].len;

        if (len > longest && len <= f->len - at && memcmp(f->bytes + at, w->bytes + w->word[i].at, len) == 0)
            longest = len;
    }
    return longest;
}

bool fold_find(const struct fold_words *w, const char *text, size_t len, size_t from, size_t *at, size_t *match_len)
{
    struct folded f;
    bool found = false;

    fold(&f, text, len, true);
    for (size_t i = 0; i < f.len && !found; i++) {
        size_t n = f.from[i] >= from ? longest_at(w, &f, i) : 0;

        if (n == 0)
            continue;
        size_t last = i + n - 1; /* what came out of one character belongs together, and so do the marks behind it */

        while (last + 1 < f.len && f.from[last + 1] == f.from[last])
            last++;
        *at = f.from[i];
        *match_len = (last + 1 < f.len ? f.from[last + 1] : len) - *at;
        found = true;
    }
    folded_fini(&f);
    return found;
}
