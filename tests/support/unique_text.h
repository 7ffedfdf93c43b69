/* For tests of intent: every character that is ever typed is another one (from U+20000 on), so that afterwards one
 * can say of each who typed it, between what, and whether it should be there. */
#ifndef COCANVAS_TESTS_UNIQUE_TEXT_H
#define COCANVAS_TESTS_UNIQUE_TEXT_H

#include "tests/support/replica_help.h"

enum { UNIQUE_MAX = 4096, UNIQUE_FIRST = 0x20000 };

struct unique {
    uint32_t author;
    uint32_t left, right; /* neighbours when it was typed, as indices; 0: the end of the text */
    uint32_t deleted_by;  /* author who deleted it last, 0 none */
    bool lost;            /* the lost callback told it */
};

struct uniques {
    struct unique at[UNIQUE_MAX];
    uint32_t n; /* index 0 is not used */
    uint64_t card;
};

static inline uint32_t unique_at(const struct text *t, uint32_t point)
{
    uint32_t code = 0;

    if (point >= t->len_points)
        return 0;
    (void)utf8_decode(t->bytes + 4 * (size_t)point, 4, &code);
    ASSERT(code > UNIQUE_FIRST && code < UNIQUE_FIRST + UNIQUE_MAX);
    return code - UNIQUE_FIRST;
}

static inline const struct text *unique_text(const struct uniques *u, const struct canvas *c)
{
    const struct text *text = canvas_text(c, u->card, "");

    ASSERT(text && text->len_bytes == 4 * text->len_points);
    return text;
}

/* n new characters at `at`, and `removed` characters there go. */
static inline void unique_type(struct uniques *u, struct peer *p, uint32_t at, uint32_t removed, uint32_t n, bool group)
{
    const struct text *text = unique_text(u, replica_view(p->r));
    char bytes[4 * 16];
    uint32_t left = at > 0 ? unique_at(text, at - 1) : 0;
    uint32_t right = unique_at(text, at + removed);
    struct why why;

    ASSERT(u->n + n + 1 < UNIQUE_MAX && n <= 16);
    for (uint32_t i = 0; i < removed; i++)
        u->at[unique_at(text, at + i)].deleted_by = p->number;
    for (uint32_t i = 0; i < n; i++) {
        u->at[++u->n] = (struct unique){.author = p->number, .left = left, .right = right};
        left = u->n;
        ASSERT(utf8_encode(UNIQUE_FIRST + u->n, bytes + 4 * i) == 4);
    }
    ASSERT(replica_text_splice(p->r, u->card, "", at, removed, bytes, 4 * n, p->server->now_ms, group, &why) ==
           STATUS_OK);
}

static inline void unique_type_anywhere(struct uniques *u, struct peer *p, struct rng *rng, bool deletes)
{
    uint32_t len = unique_text(u, replica_view(p->r))->len_points;
    uint32_t at = rng_below(rng, 3) ? (rng_below(rng, 2) ? 0 : len) : rng_below(rng, len + 1);
    uint32_t removed = deletes && rng_below(rng, 3) == 0 ? rng_below(rng, (len - at < 5 ? len - at : 5) + 1) : 0;

    if (peer_history_wanted(p))
        return; /* own edits are on their way up to the state: nobody can type for this moment */
    unique_type(u, p, at, removed, rng_below(rng, 5), rng_below(rng, 2));
}

static inline void unique_lost(void *ctx, uint64_t object, const char *key, const char *text, size_t len,
                               enum status code)
{
    struct uniques *u = ctx;

    (void)code;
    if (object != u->card || *key)
        return;
    for (size_t i = 0; i + 4 <= len; i += 4) {
        uint32_t point;

        ASSERT(utf8_decode(text + i, 4, &point) == 4);
        u->at[point - UNIQUE_FIRST].lost = true;
    }
}

/* A server with one empty card, and n peers on it. */
static inline void unique_begin(struct uniques *u, struct model_server *s, struct peer *peers, size_t n)
{
    Cocanvas__Place place;
    Cocanvas__CardCreate create;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__Op *ops[1] = {&op};

    cocanvas__place__init(&place);
    cocanvas__card_create__init(&create);
    memset(u, 0, sizeof(*u));
    model_init(s, NULL);
    for (size_t i = 0; i < n; i++) {
        peer_init(&peers[i], s, (uint32_t)i + 1);
        replica_on_lost(peers[i].r, unique_lost, u);
        peer_connect(&peers[i], true, UINT32_MAX);
    }
    place.block = 1;
    create.id = u->card = replica_next_id(peers[0].r);
    create.place = &place;
    op.kind_case = COCANVAS__OP__KIND_CARD_CREATE;
    op.card_create = &create;
    ASSERT(replica_edit(peers[0].r, 1, ops, 1, false, NULL) == STATUS_OK);
    ASSERT(peers_settle(peers, n));
}

static inline void unique_end(struct model_server *s, struct peer *peers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        peer_fini(&peers[i]);
    model_fini(s);
}

/* where[i]: position of character i in the text + 1, 0: it is not there. False: one is there twice. */
static inline bool unique_find(const struct text *text, uint32_t where[UNIQUE_MAX])
{
    memset(where, 0, UNIQUE_MAX * sizeof(*where));
    for (uint32_t i = 0; i < text->len_points; i++) {
        uint32_t index = unique_at(text, i);

        if (where[index])
            return false;
        where[index] = i + 1;
    }
    return true;
}

#endif
