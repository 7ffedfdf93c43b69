/* Who is on which canvases: three workers with real mailboxes, all on this thread, each looked after when the test says
 * so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "server/who.h"

enum { WORKERS = 3, CANVASES = 12 };

struct answer {
    unsigned n_answers;
    uint64_t id;
    size_t n;
    unsigned count[CANVASES]; /* 0: nobody, or not known */
    char name[CANVASES][260];
};

struct one {
    struct world *world;
    unsigned number;
    struct event_base *base;
    struct mailbox box;
    struct who *who;
    unsigned looks;
};

struct world {
    struct one workers[WORKERS];
    struct answer answer;
};

/* The last byte of a canvas' id says where it is, the one before how many people are on it. */
static unsigned home(const struct uuid *canvas, unsigned count)
{
    assert_int_equal(count, WORKERS);
    return canvas->b[15];
}

static struct who *other(void *ctx, unsigned worker)
{
    const struct one *w = ctx;

    assert_true(worker >= 1 && worker <= WORKERS);
    return w->world->workers[worker - 1].who;
}

static void look(void *ctx, const struct uuid *canvas, struct room_present *out)
{
    struct one *w = ctx;

    assert_int_equal(canvas->b[15], w->number); /* nobody is asked about others' canvases */
    w->looks++;
    memset(out, 0, sizeof *out);
    out->count = canvas->b[14];
    out->n = out->count > 0;
    out->authors[0] = canvas->b[0];
    snprintf(out->names[0], sizeof out->names[0], "person %u", canvas->b[0]);
}

static void on_answer(void *ctx, uint64_t id, size_t n, struct room_present *const *present)
{
    struct one *w = ctx;
    struct answer *a = &w->world->answer;

    a->n_answers++;
    a->id = id;
    a->n = n;
    for (size_t i = 0; i < n; i++) {
        a->count[i] = present[i] ? present[i]->count : 0;
        snprintf(a->name[i], sizeof a->name[i], "%s", present[i] ? present[i]->names[0] : "");
    }
}

static int begin(void **state)
{
    struct world *w = calloc(1, sizeof *w);

    for (unsigned i = 0; i < WORKERS; i++) {
        struct one *one = &w->workers[i];
        struct who_options options = {
            .number = i + 1,
            .count = WORKERS,
            .wait_ms = 600000,
            .home = home,
            .other = other,
            .look = look,
            .answer = on_answer,
            .ctx = one,
        };
        one->world = w;
        one->number = i + 1;
        one->base = options.base = event_base_new();
        mailbox_init(&one->box, one->base, one);
        options.box = &one->box;
        one->who = who_new(&options);
    }
    *state = w;
    return 0;
}

/* As workers end: all are stopped, what waits is delivered, then they go. */
static int end(void **state)
{
    struct world *w = *state;

    for (unsigned i = 0; i < WORKERS; i++) {
        who_stop(w->workers[i].who);
        mailbox_fini(&w->workers[i].box);
        who_free(w->workers[i].who);
        event_base_free(w->workers[i].base);
    }
    free(w);
    return 0;
}

static struct uuid canvas_at(unsigned worker, unsigned people, unsigned who)
{
    struct uuid id = {{0}};

    id.b[0] = (uint8_t)who;
    id.b[14] = (uint8_t)people;
    id.b[15] = (uint8_t)worker;
    return id;
}

static void turn(struct world *w, unsigned worker)
{
    event_base_loop(w->workers[worker - 1].base, EVLOOP_NONBLOCK);
}

static void ask(struct world *w, unsigned worker, uint64_t id, size_t n, const struct uuid *canvases)
{
    memset(&w->answer, 0, sizeof w->answer);
    who_ask(w->workers[worker - 1].who, id, n, canvases);
}

static void answers_are_put_together(void **state)
{
    struct world *w = *state;
    const struct uuid canvases[] = {canvas_at(3, 2, 30), canvas_at(1, 1, 10), canvas_at(2, 5, 20),
                                    canvas_at(3, 0, 31), canvas_at(1, 0, 11), canvas_at(3, 7, 32)};

    ask(w, 1, 99, 6, canvases);
    assert_int_equal(w->answer.n_answers, 0);
    turn(w, 2);
    turn(w, 1);
    assert_int_equal(w->answer.n_answers, 0); /* the third one is still to be heard */
    turn(w, 3);
    turn(w, 1);
    assert_int_equal(w->answer.n_answers, 1);
    assert_int_equal(w->answer.id, 99);
    assert_int_equal(w->answer.n, 6);
    const unsigned counts[] = {2, 1, 5, 0, 0, 7};
    const char *const names[] = {"person 30", "person 10", "person 20", "", "", "person 32"};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(w->answer.count[i], counts[i]);
        assert_string_equal(w->answer.name[i], names[i]);
    }
    assert_int_equal(w->workers[2].looks, 3);
}

static void own_canvases_need_nobody(void **state)
{
    struct world *w = *state;
    const struct uuid canvases[] = {canvas_at(2, 1, 20), canvas_at(2, 0, 21)};

    ask(w, 2, 5, 2, canvases);
    assert_int_equal(w->answer.n_answers, 1);
    assert_int_equal(w->answer.count[0], 1);
    ask(w, 2, 6, 0, canvases);
    assert_int_equal(w->answer.n_answers, 1);
    assert_int_equal(w->answer.n, 0);
    turn(w, 1);
    turn(w, 3);
    assert_int_equal(w->workers[0].looks + w->workers[2].looks, 0);
}

/* Two questions under way at once, of one worker and of two. */
static void questions_do_not_mix(void **state)
{
    struct world *w = *state;
    const struct uuid first[] = {canvas_at(2, 3, 20)}, second[] = {canvas_at(2, 4, 21), canvas_at(3, 1, 30)};

    ask(w, 1, 1, 1, first);
    who_ask(w->workers[0].who, 2, 2, second);
    who_ask(w->workers[2].who, 3, 1, first);
    turn(w, 2);
    turn(w, 1);
    assert_int_equal(w->answer.n_answers, 1);
    assert_int_equal(w->answer.id, 1);
    assert_int_equal(w->answer.count[0], 3);
    turn(w, 3);
    assert_int_equal(w->answer.id, 3);
    assert_int_equal(w->answer.count[0], 3);
    turn(w, 1);
    assert_int_equal(w->answer.id, 2);
    assert_int_equal(w->answer.count[0], 4);
    assert_int_equal(w->answer.count[1], 1);
    assert_int_equal(w->answer.n_answers, 3);
}

static int begin_impatient(void **state)
{
    struct world *w;
    struct who_options options;

    (void)begin(state);
    w = *state;
    who_free(w->workers[0].who);
    options = (struct who_options){
        .base = w->workers[0].base,
        .box = &w->workers[0].box,
        .number = 1,
        .count = WORKERS,
        .wait_ms = 1,
        .home = home,
        .other = other,
        .look = look,
        .answer = on_answer,
        .ctx = &w->workers[0],
    };
    w->workers[0].who = who_new(&options);
    return 0;
}

/* What the stuck one says in the end is nobody's business any more. */
static void a_stuck_worker_is_not_waited_for(void **state)
{
    struct world *w = *state;
    const struct uuid canvases[] = {canvas_at(2, 2, 20), canvas_at(3, 3, 30), canvas_at(1, 1, 10)},
                      later[] = {canvas_at(2, 6, 21)};

    ask(w, 1, 7, 3, canvases);
    turn(w, 3);
    while (w->answer.n_answers == 0)
        turn(w, 1);
    assert_int_equal(w->answer.count[0], 0);
    assert_int_equal(w->answer.count[1], 3);
    assert_int_equal(w->answer.count[2], 1);
    turn(w, 2); /* awake again */
    turn(w, 1);
    assert_int_equal(w->answer.n_answers, 1);
    who_ask(w->workers[0].who, 8, 1, later);
    turn(w, 2);
    while (w->answer.n_answers == 1)
        turn(w, 1);
    assert_int_equal(w->answer.id, 8);
    assert_int_equal(w->answer.n, 1);
}

/* Nothing is answered, nothing is posted to who may be gone already, nothing leaks. */
static void stopping_forgets_questions(void **state)
{
    struct world *w = *state;
    const struct uuid canvases[] = {canvas_at(1, 1, 10), canvas_at(2, 2, 20), canvas_at(3, 3, 30)};

    ask(w, 1, 7, 3, canvases);
    turn(w, 2);                                 /* its answer waits in the box of 1 */
    who_ask(w->workers[1].who, 8, 3, canvases); /* a question that waits in the boxes of 1 and 3 */
    who_stop(w->workers[0].who);
    turn(w, 1);
    who_stop(w->workers[2].who);
    turn(w, 3);
    turn(w, 2);
    assert_int_equal(w->answer.n_answers, 0);
    who_ask(w->workers[0].who, 9, 3, canvases);
    assert_int_equal(w->answer.n_answers, 1); /* of its own, since it asks nobody */
    assert_int_equal(w->answer.count[0], 1);
    assert_int_equal(w->answer.count[1], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(answers_are_put_together, begin, end),
        cmocka_unit_test_setup_teardown(own_canvases_need_nobody, begin, end),
        cmocka_unit_test_setup_teardown(questions_do_not_mix, begin, end),
        cmocka_unit_test_setup_teardown(a_stuck_worker_is_not_waited_for, begin_impatient, end),
        cmocka_unit_test_setup_teardown(stopping_forgets_questions, begin, end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
