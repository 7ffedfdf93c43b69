/* The log of encoded frames against a plain model: every byte that was appended comes out again, in order, up to what
 * is committed; what is let go is whole chunks of committed frames. And the text edits that go with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/buf.h"
#include "common/frame.h"
#include "common/message.h"
#include "server/room/room_log.h"
#include "tests/support/rng.h"

static Cocanvas__Committed batch(uint64_t seq, uint64_t undo_of)
{
    Cocanvas__Committed b = COCANVAS__COMMITTED__INIT;
    b.seq = seq;
    b.client = 3;
    b.undo_of = undo_of;
    return b;
}

static void add(struct room_log *log, uint64_t seq)
{
    Cocanvas__Committed b = batch(seq, 0);
    size_t len;
    assert_non_null(room_log_add_batch(log, &b, &len));
    assert_int_equal(len, cocanvas__committed__get_packed_size(&b));
}

static void test_frames_are_whole_and_decodable(void **state)
{
    (void)state;
    struct room_log log;
    struct arena arena;
    enum status code;
    arena_init(&arena, 1 << 20);
    room_log_init(&log, 41, 4096);
    add(&log, 42);
    uint8_t encoded[64];
    Cocanvas__Committed second = batch(43, 7);
    size_t len = cocanvas__committed__pack(&second, encoded);
    room_log_add_encoded(&log, 43, encoded, len);
    room_log_commit(&log);

    const uint8_t *bytes, *body;
    uint64_t end;
    assert_true(room_log_span(&log, log.begin, &bytes, &end));
    assert_int_equal(end, log.end);
    assert_int_equal(frame_next(bytes, end, FRAME_MAX, &body, &len), FRAME_WHOLE);
    Cocanvas__Frame *frame = message_decode(&arena, body, len, &code);
    assert_non_null(frame);
    assert_int_equal(frame->committed->seq, 42);
    size_t at = FRAME_HEADER + len;
    assert_int_equal(at, room_log_after(&log, 42));
    assert_int_equal(frame_next(bytes + at, end - at, FRAME_MAX, &body, &len), FRAME_WHOLE);
    frame = message_decode(&arena, body, len, &code);
    assert_int_equal(frame->committed->undo_of, 7);
    const uint8_t *payload = room_log_payload(&log, 43, &len);
    assert_int_equal(len, cocanvas__committed__get_packed_size(&second));
    assert_memory_equal(payload, encoded, len);
    room_log_fini(&log);
    arena_fini(&arena);
}

static void test_uncommitted_is_not_lent(void **state)
{
    (void)state;
    struct room_log log;
    const uint8_t *bytes;
    uint64_t end;
    room_log_init(&log, 0, 4096);
    add(&log, 1);
    assert_false(room_log_span(&log, 0, &bytes, &end));
    room_log_commit(&log);
    uint64_t committed = log.end;
    add(&log, 2);
    assert_true(room_log_span(&log, 0, &bytes, &end));
    assert_int_equal(end, committed);
    assert_false(room_log_span(&log, committed, &bytes, &end));
    room_log_fini(&log);
}

static void test_uncommitted_is_not_let_go(void **state)
{
    (void)state;
    struct room_log log;
    room_log_init(&log, 0, 2048);
    for (uint64_t seq = 1; seq <= 2000; seq++)
        add(&log, seq);
    assert_int_equal(room_log_trim_point(&log, 0, 0), log.begin);
    room_log_commit(&log);
    uint64_t point = room_log_trim_point(&log, 0, 0);
    assert_true(point > log.begin && point < log.end);
    room_log_trim(&log, point);
    assert_int_equal(log.begin, point);
    assert_false(room_log_covers(&log, log.first_seq - 2));
    assert_true(room_log_covers(&log, log.first_seq - 1));
    assert_true(room_log_covers(&log, 2000));
    assert_false(room_log_covers(&log, 2001));
    assert_int_equal(room_log_after(&log, log.first_seq - 1), log.begin);
    room_log_fini(&log);
}

static void test_limits_are_kept(void **state)
{
    (void)state;
    struct room_log log;
    room_log_init(&log, 0, 2048);
    for (uint64_t seq = 1; seq <= 5000; seq++) {
        add(&log, seq);
        room_log_commit(&log);
        room_log_trim(&log, room_log_trim_point(&log, 16384, 400));
        assert_true(log.end - log.begin <= 16384 + 2048);
        uint64_t n = log.last_seq + 1 - log.first_seq; /* as many as allowed, but for less than a chunk of them */
        assert_true(n <= 400 && (seq < 1000 || n > 400 - 2048 / 8));
    }
    assert_true(log.cap_frames <= 1024);
    room_log_fini(&log);
}

/* ---------------------------------------------------------------- at random */

struct model {
    struct buf bytes;  /* everything ever appended */
    uint64_t at[4096]; /* of each batch's frame */
    uint64_t last_seq;
};

static void model_add(struct model *m, struct room_log *log, struct rng *rng)
{
    struct buf *scratch = &m->bytes;
    if (rng_below(rng, 20) == 0) {
        Cocanvas__Checkpoint checkpoint = COCANVAS__CHECKPOINT__INIT;
        checkpoint.hash = rng_next(rng);
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
        frame.body_case = COCANVAS__FRAME__BODY_CHECKPOINT;
        frame.checkpoint = &checkpoint;
        room_log_add_frame(log, &frame);
        message_encode(&frame, scratch);
        return;
    }
    char *text = xcalloc(1, 5001);
    memset(text, 'x', rng_below(rng, 8) == 0 ? rng_below(rng, 5000) : rng_below(rng, 100));
    Cocanvas__NameSeq name;
    cocanvas__name_seq__init(&name);
    name.name = text;
    Cocanvas__Op op;
    cocanvas__op__init(&op);
    op.kind_case = COCANVAS__OP__KIND_NAME_SEQ;
    op.name_seq = &name;
    Cocanvas__Committed b = batch(++m->last_seq, rng_below(rng, 1000));
    b.n_ops = 1;
    b.ops = (Cocanvas__Op *[]){&op};
    m->at[m->last_seq] = buf_len(scratch);
    size_t len;
    const uint8_t *payload = room_log_add_batch(log, &b, &len);
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_COMMITTED;
    frame.committed = &b;
    message_encode(&frame, scratch);
    assert_memory_equal(payload, scratch->data + scratch->end - len, len);
    free(text);
}

/* Reads from a kept place to the end of what is committed. */
static void model_read(const struct model *m, const struct room_log *log, uint64_t at)
{
    const uint8_t *bytes;
    uint64_t end;
    while (room_log_span(log, at, &bytes, &end)) {
        assert_true(end > at && end <= log->committed);
        assert_memory_equal(bytes, buf_at(&m->bytes) + at, (size_t)(end - at));
        at = end;
    }
    assert_int_equal(at, log->committed);
}

static void test_random(void **state)
{
    (void)state;
    struct rng rng = {rng_seed(1)};
    for (int round = 0; round < 20; round++) {
        struct room_log log;
        struct model *m = xcalloc(1, sizeof *m);
        size_t max_bytes = 1000 + rng_below(&rng, 60000);
        uint32_t max_batches = 1 + rng_below(&rng, 600);
        room_log_init(&log, 0, 1 + rng_below(&rng, 20000));
        for (int i = 0; i < 2000; i++) {
            model_add(m, &log, &rng);
            assert_int_equal(log.end, buf_len(&m->bytes));
            if (rng_below(&rng, 3) == 0)
                room_log_commit(&log);
            if (rng_below(&rng, 3) == 0)
                room_log_trim(&log, room_log_trim_point(&log, max_bytes, max_batches));
            uint64_t seq = log.first_seq - 1 + rng_below(&rng, (uint32_t)(log.last_seq + 2 - log.first_seq));
            uint64_t after = room_log_after(&log, seq);
            assert_int_equal(after, seq == m->last_seq ? log.end : m->at[seq + 1]);
            assert_int_equal(room_log_seq_at(&log, after), seq + 1);
            if (after <= log.committed)
                model_read(m, &log, after);
        }
        room_log_fini(&log);
        buf_fini(&m->bytes);
        free(m);
    }
}

/* ---------------------------------------------------------------- texts */

static void test_texts_since(void **state)
{
    (void)state;
    struct room_texts texts;
    struct text_op op;
    text_op_init(&op);
    room_texts_init(&texts);
    for (uint64_t seq = 1; seq <= 100; seq++) {
        text_op_splice(&op, (uint32_t)seq, 0, 0, "ab", 2, 2);
        room_texts_add(&texts, seq, (uint32_t)seq % 5, seq % 3, seq % 2 ? "" : "note", &op);
    }
    assert_null(room_texts_since(&texts, 1, "", 97)); /* 97 is the last one of (1, "") */
    assert_null(room_texts_since(&texts, 9, "", 0));
    const struct room_edit *edit = room_texts_since(&texts, 1, "", 50);
    for (uint64_t seq = 55; seq <= 97; seq += 6, edit = edit->newer) {
        assert_non_null(edit);
        assert_int_equal(edit->seq, seq);
        assert_int_equal(edit->client, seq % 5);
        assert_int_equal(edit->op.pre_len, seq);
        assert_int_equal(edit->op.n_steps, 1);
        assert_memory_equal(edit->op.bytes, "ab", 2);
    }
    assert_null(edit);
    room_texts_trim(&texts, 60);
    assert_int_equal(room_texts_since(&texts, 1, "", 0)->seq, 61);
    room_texts_trim(&texts, 98);
    assert_null(room_texts_since(&texts, 1, "", 0));
    assert_int_equal(room_texts_since(&texts, 1, "note", 0)->seq, 100);
    room_texts_fini(&texts);
    text_op_fini(&op);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_are_whole_and_decodable),
        cmocka_unit_test(test_uncommitted_is_not_lent),
        cmocka_unit_test(test_uncommitted_is_not_let_go),
        cmocka_unit_test(test_limits_are_kept),
        cmocka_unit_test(test_random),
        cmocka_unit_test(test_texts_since),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
