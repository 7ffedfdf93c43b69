/* Runs the checks over what has changed, and keeps what they find with the card, the block or the canvas that it is about. */
#include "client/method/checks.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"

#define AS_ROW(name, id, when, about, what) {id, what, when},
static const struct check_row rows[] = {CHECKS(AS_ROW){NULL, NULL, CHECK_ALWAYS}};
enum { N_CHECKS = sizeof rows / sizeof rows[0] - 1 };
_Static_assert(N_CHECKS <= 32, "struct method has 32 bits for them");

#define AS_ABOUT(name, id, when, about, what) about,
static const enum check_about abouts[] = {CHECKS(AS_ABOUT)};

#define AS_RUN(name, id, when, about, what) check_##name,
static void (*const runs[])(struct checking *) = {CHECKS(AS_RUN)};

const struct check_row *check_rows(void)
{
    return rows;
}

/* Whether a word stands in a list with spaces between. */
static bool listed(const char *list, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = list; *at != '\0'; at += strcspn(at, " ")) {
        at += strspn(at, " ");
        if (strcspn(at, " ") == len && strncmp(at, word, len) == 0)
            return true;
    }
    return false;
}

void checks_choose(struct method *m)
{
    const char *list = canvas_header_text(m->canvas, "checks");
    bool any = list[strspn(list, " ")] != '\0';

    m->checks = 0;
    for (size_t i = 0; i < N_CHECKS; i++)
        if (rows[i].when == CHECK_ALWAYS || (rows[i].when == CHECK_USUALLY && !any) || listed(list, rows[i].id))
            m->checks |= UINT32_C(1) << i;
}

/* ---- findings */

void findings_clear(struct method *m, struct finding_entry **at, size_t *n)
{
    for (size_t i = 0; i < *n; i++)
        free((*at)[i].text);
    m->n_found -= *n;
    free(*at);
    *at = NULL;
    *n = 0;
}

void finding_say(struct checking *c, const char *fmt, ...)
{
    char sentence[600];
    va_list args;

    va_start(args, fmt);
    vsnprintf(sentence, sizeof sentence, fmt, args);
    va_end(args);
    *c->at = xrealloc(*c->at, (*c->n + 1) * sizeof **c->at);
    (*c->at)[(*c->n)++] = (struct finding_entry){c->check, xstrdup(sentence)};
    c->m->n_found++;
}

char *finding_quote(const char *bytes, size_t len)
{
    enum { QUOTE_POINTS = 60 };
    const char *end = memchr(bytes, '\n', len);
    size_t line = end != NULL ? (size_t)(end - bytes) : len, cut = utf8_offset(bytes, line, QUOTE_POINTS);
    return xasprintf("%.*s%s", (int)cut, bytes, cut < len ? "…" : "");
}

/* ---- running */

static void run(struct checking *c, enum check_about about)
{
    for (size_t i = 0; i < N_CHECKS; i++) {
        if (abouts[i] != about || (c->m->checks >> i & 1) == 0)
            continue;
        c->check = rows[i].id;
        runs[i](c);
    }
}

void checks_of_card(struct method *m, struct entry *e)
{
    struct checking c = {.m = m, .e = e, .at = &e->findings, .n = &e->n_findings};

    findings_clear(m, &e->findings, &e->n_findings);
    if (e->block == 0)
        return;
    c.card = canvas_card(m->canvas, e->id);
    c.b = block_entry_find(m, e->block);
    c.block = canvas_block(m->canvas, e->block);
    if (c.card == NULL || c.b == NULL || c.block == NULL)
        return;
    if (e->row == 0)
        run(&c, ABOUT_CARD);
    if (e->measure != NULL)
        run(&c, ABOUT_MEASURE);
}

void checks_of_block(struct method *m, struct block_entry *b)
{
    struct checking c = {.m = m, .b = b, .at = &b->findings, .n = &b->n_findings};

    findings_clear(m, &b->findings, &b->n_findings);
    c.block = canvas_block(m->canvas, b->id);
    if (!b->gone && !b->hidden && c.block != NULL)
        run(&c, ABOUT_BLOCK);
}

void checks_of_canvas(struct method *m)
{
    struct checking c = {.m = m, .at = &m->findings, .n = &m->n_findings};

    findings_clear(m, &m->findings, &m->n_findings);
    run(&c, ABOUT_CANVAS);
}
