/* A model of a whole session on one text: a server that puts edits into one order, clients with one op in flight and
 * one pending, messages that take their time. Everybody ends with the same text (P4), and runs typed at the same place
 * at the same time stay whole (P5, the tie rule of text.h). With the rule turned round the same sessions tear runs
 * apart: the test proves that it would see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/text_help.h"

enum { CLIENTS_MAX = 4, OPS_MAX = 512 };

struct client {
    struct text view;
    struct text_op in_flight, pending;
    bool sent, has_pending;
    uint32_t base;    /* ops of the server applied when in_flight was sealed */
    uint32_t applied; /* ops of the server applied so far */
};

struct session {
    struct text text;
    struct text_op ops[OPS_MAX]; /* committed, in order */
    uint32_t author[OPS_MAX];
    uint32_t n;
    struct client clients[CLIENTS_MAX];
    uint32_t n_clients;
    enum text_side later; /* where the later insert goes: TEXT_LEFT is the rule */
    struct text_op scratch, other;
};

static enum text_side opposite(enum text_side side)
{
    return side == TEXT_LEFT ? TEXT_RIGHT : TEXT_LEFT;
}

static struct session *session_new(uint32_t n_clients, const char *text, enum text_side later)
{
    struct session *s = xcalloc(1, sizeof *s);
    s->n_clients = n_clients;
    s->later = later;
    text_init(&s->text);
    text_set(&s->text, text, strlen(text));
    for (uint32_t i = 0; i < n_clients; i++) {
        text_init(&s->clients[i].view);
        copy_text(&s->clients[i].view, &s->text);
    }
    return s;
}

static void session_free(struct session *s)
{
    for (uint32_t i = 0; i < s->n_clients; i++) {
        text_fini(&s->clients[i].view);
        text_op_fini(&s->clients[i].in_flight);
        text_op_fini(&s->clients[i].pending);
    }
    for (uint32_t i = 0; i < OPS_MAX; i++)
        text_op_fini(&s->ops[i]);
    text_op_fini(&s->scratch), text_op_fini(&s->other);
    text_fini(&s->text);
    free(s);
}

/* The client edits its view; the op joins what is pending. */
static void client_edits(struct session *s, struct client *c, const struct text_op *op)
{
    text_apply(&c->view, op, NULL);
    if (c->has_pending) {
        text_compose(&s->scratch, &c->pending, op);
        text_op_copy(&c->pending, &s->scratch);
    } else {
        text_op_copy(&c->pending, op);
        c->has_pending = true;
    }
}

static void client_sends(struct client *c)
{
    if (c->sent || !c->has_pending)
        return;
    text_op_copy(&c->in_flight, &c->pending);
    c->sent = true;
    c->has_pending = false;
    c->base = c->applied;
}

/* The client's op reaches the server: transformed over all since its base, applied, kept. */
static void server_commits(struct session *s, uint32_t author)
{
    struct client *c = &s->clients[author];
    struct text_op *op = &s->ops[s->n];
    text_op_copy(op, &c->in_flight);
    for (uint32_t i = c->base; i < s->n; i++) {
        text_transform(&s->scratch, op, &s->ops[i], s->later);
        text_op_copy(op, &s->scratch);
    }
    text_apply(&s->text, op, NULL);
    s->author[s->n++] = author;
}

/* mine becomes what it is after theirs, and theirs what it is after mine. */
static void rebase(struct session *s, struct text_op *mine, struct text_op *theirs)
{
    text_transform(&s->scratch, mine, theirs, s->later);
    text_transform(&s->other, theirs, mine, opposite(s->later));
    text_op_copy(mine, &s->scratch);
    text_op_copy(theirs, &s->other);
}

static void client_receives(struct session *s, uint32_t who)
{
    struct client *c = &s->clients[who];
    struct text_op theirs = {0};
    assert_true(c->applied < s->n);
    uint32_t at = c->applied++;
    if (s->author[at] == who) {
        c->sent = false;
        return;
    }
    text_op_copy(&theirs, &s->ops[at]);
    if (c->sent)
        rebase(s, &c->in_flight, &theirs);
    if (c->has_pending)
        rebase(s, &c->pending, &theirs);
    text_apply(&c->view, &theirs, NULL);
    text_op_fini(&theirs);
}

/* Something random happens: a client sends, or a client receives. The way to the server takes no time, the way back any
 * time: what counts is only what a client had seen when it sealed its op, so delays on both ways would add nothing. */
static void random_step(struct session *s, struct rng *r)
{
    uint32_t who = rng_below(r, s->n_clients);
    struct client *c = &s->clients[who];
    if (rng_below(r, 3) == 0 && !c->sent && c->has_pending && s->n < OPS_MAX) {
        client_sends(c);
        server_commits(s, who);
    } else if (c->applied < s->n) {
        client_receives(s, who);
    }
}

static void settle(struct session *s)
{
    for (bool busy = true; busy;) {
        busy = false;
        for (uint32_t i = 0; i < s->n_clients; i++) {
            struct client *c = &s->clients[i];
            while (c->applied < s->n) {
                client_receives(s, i);
                busy = true;
            }
            if (!c->sent && c->has_pending) {
                client_sends(c);
                server_commits(s, i);
                busy = true;
            }
        }
    }
}

static bool all_agree(const struct session *s)
{
    bool same = text_is_sound(&s->text);
    for (uint32_t i = 0; i < s->n_clients; i++)
        same = same && text_equal(&s->text, &s->clients[i].view);
    return same;
}

/* Each client has letters of its own. */
static char letter_of(uint32_t client, uint32_t n)
{
    return (char)("ASas"[client] + (int)n);
}

/* Each client types a run of its own letters at the same place, the caret following its own typing. */
static bool runs_stay_whole(struct rng *r, uint32_t n_clients, enum text_side later)
{
    enum { RUN = 8 };
    struct session *s = session_new(n_clients, "()", later);
    uint32_t typed[CLIENTS_MAX] = {0}, caret[CLIENTS_MAX];
    struct text_op op = {0};
    char run[RUN + 1] = "";
    for (uint32_t i = 0; i < n_clients; i++)
        caret[i] = 1;
    for (uint32_t left = RUN * n_clients; left > 0;) {
        uint32_t who = rng_below(r, n_clients);
        struct client *c = &s->clients[who];
        if (typed[who] < RUN && rng_below(r, 2) == 0) {
            char letter = letter_of(who, typed[who]);
            text_op_splice(&op, c->view.len_points, caret[who], 0, &letter, 1, 1);
            client_edits(s, c, &op);
            caret[who]++;
            typed[who]++;
            left--;
        }
        random_step(s, r);
        /* A caret is behind the last typed letter, wherever that went. */
        for (uint32_t i = 0; i < n_clients; i++) {
            const char *view = s->clients[i].view.bytes;
            if (typed[i] > 0)
                caret[i] = (uint32_t)(strchr(view, letter_of(i, typed[i] - 1)) - view) + 1;
        }
    }
    settle(s);
    assert_true(all_agree(s));
    bool whole = true;
    for (uint32_t i = 0; i < n_clients; i++) {
        for (int k = 0; k < RUN; k++)
            run[k] = letter_of(i, (uint32_t)k);
        whole = whole && strstr(s->text.bytes, run) != NULL;
    }
    text_op_fini(&op);
    session_free(s);
    return whole;
}

static void typed_runs_stay_whole(void **state)
{
    (void)state;
    enum { SESSIONS = 1000 };
    struct rng r = {rng_seed(1)};
    int torn_with_opposite_rule = 0;
    for (int i = 0; i < SESSIONS; i++)
        assert_true(runs_stay_whole(&r, i % 2 == 0 ? 2 : CLIENTS_MAX, TEXT_LEFT));
    for (int i = 0; i < SESSIONS; i++)
        torn_with_opposite_rule += !runs_stay_whole(&r, i % 2 == 0 ? 2 : CLIENTS_MAX, TEXT_RIGHT);
    assert_true(torn_with_opposite_rule > SESSIONS / 10);
}

static void random_sessions_converge(void **state)
{
    (void)state;
    struct rng r = {rng_seed(2)};
    struct text_op op = {0};
    for (int i = 0; i < 1000; i++) {
        struct session *s = session_new(2 + rng_below(&r, CLIENTS_MAX - 1), "Wer übt, der 😀 kann e\u0301s", TEXT_LEFT);
        for (int n = 0; n < 120; n++) {
            struct client *c = &s->clients[rng_below(&r, s->n_clients)];
            if (rng_below(&r, 3) == 0) {
                random_op(&r, &op, c->view.len_points, false);
                client_edits(s, c, &op);
            }
            random_step(s, &r);
        }
        settle(s);
        assert_true(all_agree(s));
        session_free(s);
    }
    text_op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(typed_runs_stay_whole),
        cmocka_unit_test(random_sessions_converge),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
