/* Messages: round trips, and everything that must be refused before protobuf-c sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/frame.h"
#include "common/message.h"

enum { ARENA_CAP = 1 << 20 };

static int setup(void **state)
{
    static struct arena arena;
    arena_init(&arena, ARENA_CAP);
    *state = &arena;
    return 0;
}

static int teardown(void **state)
{
    arena_fini(*state);
    return 0;
}

static const uint8_t *body_of(const struct buf *b, size_t *len)
{
    const uint8_t *body;
    assert_int_equal(frame_next(buf_at(b), buf_len(b), FRAME_MAX, &body, len), FRAME_WHOLE);
    assert_int_equal(buf_len(b), FRAME_HEADER + *len);
    return body;
}

/* Appends tag, length and bytes: a length-delimited field. */
static void put_field(struct buf *b, uint32_t tag, const void *bytes, size_t len)
{
    uint8_t head[12];
    size_t n = 0;
    uint64_t numbers[2] = {(uint64_t)tag << 3 | 2, len};
    for (int i = 0; i < 2; i++) {
        for (; numbers[i] >= 0x80; numbers[i] >>= 7)
            head[n++] = (uint8_t)(numbers[i] | 0x80);
        head[n++] = (uint8_t)numbers[i];
    }
    buf_add(b, head, n);
    buf_add(b, bytes, len);
}

static enum status decode_code(struct arena *arena, const void *bytes, size_t len)
{
    enum status code;
    arena_reset(arena);
    Cocanvas__Frame *frame = message_decode(arena, bytes, len, &code);
    assert_true((frame != NULL) == (code == STATUS_OK));
    return code;
}

static void test_submit_round_trip(void **state)
{
    struct buf b;
    size_t len;
    uint32_t request;
    enum status code;
    Cocanvas__CardDelete card = COCANVAS__CARD_DELETE__INIT;
    Cocanvas__Op op = COCANVAS__OP__INIT, *ops[] = {&op};
    Cocanvas__Submit submit = COCANVAS__SUBMIT__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    card.id = 7ull << 32 | 12;
    op.kind_case = COCANVAS__OP__KIND_CARD_DELETE;
    op.card_delete = &card;
    submit.client_seq = 3;
    submit.n_ops = 1;
    submit.ops = ops;
    frame.request = 99;
    frame.body_case = COCANVAS__FRAME__BODY_SUBMIT;
    frame.submit = &submit;
    buf_init(&b);
    message_encode(&frame, &b);
    const uint8_t *body = body_of(&b, &len);
    assert_int_equal(message_peek(body, len, &request), COCANVAS__FRAME__BODY_SUBMIT);
    assert_int_equal(request, 99);
    Cocanvas__Frame *got = message_decode(*state, body, len, &code);
    assert_non_null(got);
    assert_int_equal(code, STATUS_OK);
    assert_int_equal(got->request, 99);
    assert_int_equal(got->submit->client_seq, 3);
    assert_int_equal(got->submit->ops[0]->card_delete->id, 7ull << 32 | 12);
    buf_fini(&b);
}

static void test_wrap_equals_encode(void **state)
{
    static const size_t lengths[] = {0, 5, 120, 130, 20000};
    static char text[20000];
    (void)state;
    memset(text, 'x', sizeof text - 1);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        struct buf whole, wrapped;
        uint8_t packed[20100];
        Cocanvas__NameSeq name;
        Cocanvas__Op op = COCANVAS__OP__INIT, *ops[] = {&op};
        Cocanvas__Committed committed = COCANVAS__COMMITTED__INIT;
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
        char *cut = text + sizeof text - 1 - (lengths[i] ? lengths[i] - 1 : 0);
        cocanvas__name_seq__init(&name);
        name.name = cut;
        op.kind_case = COCANVAS__OP__KIND_NAME_SEQ;
        op.name_seq = &name;
        committed.seq = i ? 8 : 0;
        committed.n_ops = i ? 1 : 0;
        committed.ops = ops;
        frame.body_case = COCANVAS__FRAME__BODY_COMMITTED;
        frame.committed = &committed;
        buf_init(&whole);
        buf_init(&wrapped);
        message_encode(&frame, &whole);
        message_wrap_committed(packed, cocanvas__committed__pack(&committed, packed), &wrapped);
        assert_int_equal(buf_len(&whole), buf_len(&wrapped));
        assert_memory_equal(buf_at(&whole), buf_at(&wrapped), buf_len(&whole));
        buf_fini(&whole);
        buf_fini(&wrapped);
    }
}

static void test_names_and_peek(void **state)
{
    uint32_t request = 5;
    (void)state;
    assert_string_equal(message_name(COCANVAS__FRAME__BODY_SUBMIT), "submit");
    assert_string_equal(message_name(COCANVAS__FRAME__BODY_CANVAS_LIST_REQUEST), "canvas_list_request");
    assert_string_equal(message_name((Cocanvas__Frame__BodyCase)1), "unknown");
    assert_string_equal(message_name((Cocanvas__Frame__BodyCase)999), "unknown");
    assert_int_equal(message_peek((const uint8_t *)"", 0, &request), COCANVAS__FRAME__BODY__NOT_SET);
    assert_int_equal(request, 0);
    assert_int_equal(message_peek((const uint8_t *)"\x1a\x00", 2, NULL), COCANVAS__FRAME__BODY_PING);
    assert_int_equal(message_peek((const uint8_t *)"\x08\x07\x92\x3f\x00", 5, &request),
                     COCANVAS__FRAME__BODY__NOT_SET);
    assert_int_equal(request, 7);
}

/* Hand-made bytes; each line of the table is one way of being wrong (or surprisingly right). */
static void test_wire_format(void **state)
{
    static const struct {
        const char *bytes;
        size_t len;
        enum status code;
    } cases[] = {
        {"", 0, STATUS_UNKNOWN_MESSAGE},                                        /* no body */
        {"\x08\x05", 2, STATUS_UNKNOWN_MESSAGE},                                /* only a request */
        {"\x92\x3f\x00", 3, STATUS_UNKNOWN_MESSAGE},                            /* body 1010 */
        {"\x1a\x00", 2, STATUS_OK},                                             /* ping {} */
        {"\x92\x3f\x00\x1a\x00", 5, STATUS_OK},                                 /* an unknown field beside the body */
        {"\x1a\x01", 2, STATUS_MALFORMED},                                      /* length beyond the end */
        {"\x1a", 1, STATUS_MALFORMED},                                          /* no length */
        {"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 11, STATUS_MALFORMED}, /* length 2^64-1 */
        {"\x1a\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 12, STATUS_MALFORMED}, /* varint of 11 bytes */
        {"\x02\x00", 2, STATUS_MALFORMED},                                          /* field number 0 */
        {"\x1b\x1c", 2, STATUS_MALFORMED},                                          /* a group */
        {"\x1f", 1, STATUS_MALFORMED},                                              /* wire type 7 */
        {"\x18\x01", 2, STATUS_MALFORMED},                                          /* ping as a number */
        {"\x1a\x09\x09\x01\x02\x03\x04\x05\x06\x07", 10, STATUS_MALFORMED},         /* a cut fixed64 */
        {"\x1a\x09\x09\x01\x02\x03\x04\x05\x06\x07\x08", 11, STATUS_OK},
        {"\x1a\x00\x22\x00", 4, STATUS_MALFORMED},             /* two bodies: ping and pong */
        {"\x1a\x00\x1a\x00", 4, STATUS_MALFORMED},             /* one body in two pieces */
        {"\xaa\x01\x04\x3a\x00\x3a\x00", 7, STATUS_MALFORMED}, /* Opened.last_reject in two pieces */
        {"\xaa\x01\x02\x3a\x00", 5, STATUS_OK},
        {"\x52\x05\x1a\x03"
         "a\0b",
         7, STATUS_MALFORMED}, /* U+0000 in Hello.software */
        {"\x52\x05\x1a\x03"
         "abc",
         7, STATUS_OK},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        enum status code = decode_code(*state, cases[i].bytes, cases[i].len);
        if (code != cases[i].code)
            fail_msg("case %zu: %s instead of %s", i, status_name(code), status_name(cases[i].code));
    }
}

/* No message of the contract is nested as deeply as the limit, so the scan is asked with a descriptor that contains
 * itself. */
static void test_nesting(void **state)
{
    ProtobufCFieldDescriptor field = cocanvas__op__descriptor.fields[0];
    ProtobufCMessageDescriptor self = cocanvas__op__descriptor;
    (void)state;
    field.descriptor = &self;
    field.id = 1;
    self.fields = &field;
    self.n_fields = 1;
    ProtobufCIntRange ranges[] = {{1, 0}, {0, 1}};
    self.field_ranges = ranges;
    self.n_field_ranges = 1;
    uint8_t bytes[40];
    for (unsigned depth = 1; depth <= 15; depth++) {
        size_t len = 0;
        for (unsigned left = depth - 1; left > 0; left--) {
            bytes[len++] = 0x0a;
            bytes[len++] = (uint8_t)(2 * (left - 1));
        }
        assert_int_equal(message_scan(&self, bytes, len, 1000), depth <= MESSAGE_MAX_DEPTH);
    }
}

static void test_number_of_fields(void **state)
{
    struct buf submit, frame;
    buf_init(&submit);
    buf_init(&frame);
    for (unsigned i = 0; i < MESSAGE_MAX_FIELDS; i++)
        put_field(&submit, 4, "", 0); /* empty ops: two bytes each, dozens in memory */
    put_field(&frame, 23, buf_at(&submit), buf_len(&submit));
    assert_int_equal(decode_code(*state, buf_at(&frame), buf_len(&frame)), STATUS_MALFORMED);
    /* A tenth of it passes the scan, and is stopped by the arena. */
    buf_clear(&frame, 0);
    put_field(&frame, 23, buf_at(&submit), buf_len(&submit) / 10);
    assert_int_equal(decode_code(*state, buf_at(&frame), buf_len(&frame)), STATUS_TOO_LARGE);
    buf_clear(&frame, 0);
    put_field(&frame, 23, buf_at(&submit), 200);
    assert_int_equal(decode_code(*state, buf_at(&frame), buf_len(&frame)), STATUS_OK);
    buf_fini(&submit);
    buf_fini(&frame);
}

static void test_packed_elements_count(void **state)
{
    static uint8_t votes[1000];
    struct buf card;
    (void)state;
    buf_init(&card);
    memset(votes, 1, sizeof votes);
    put_field(&card, 8, votes, sizeof votes);
    assert_true(message_scan(&cocanvas__card__descriptor, buf_at(&card), buf_len(&card), 1001));
    assert_false(message_scan(&cocanvas__card__descriptor, buf_at(&card), buf_len(&card), 1000));
    buf_fini(&card);
}

static void test_committed_and_state(void **state)
{
    uint8_t packed[64];
    Cocanvas__Committed committed = COCANVAS__COMMITTED__INIT;
    Cocanvas__CanvasState canvas = COCANVAS__CANVAS_STATE__INIT;
    committed.seq = 41;
    canvas.seq = 42;
    size_t len = cocanvas__committed__pack(&committed, packed);
    assert_int_equal(message_decode_committed(*state, packed, len)->seq, 41);
    assert_null(message_decode_committed(*state, packed, len - 1));
    len = cocanvas__canvas_state__pack(&canvas, packed);
    assert_int_equal(message_decode_state(*state, packed, len)->seq, 42);
    assert_null(message_decode_state(*state, packed, len - 1));
}

/* One line of hex digits in pairs into bytes; 0 if it is something else. */
static size_t parse_hex(const char *line, uint8_t *out, size_t room)
{
    size_t n = 0;
    unsigned byte;
    int used;
    while (n < room && sscanf(line, " %2x%n", &byte, &used) == 1 && used >= 2 &&
           strspn(line + strspn(line, " "), "0123456789abcdef") == 2) {
        out[n++] = (uint8_t)byte;
        line += used;
    }
    return line[strspn(line, " \n")] == '\0' ? n : 0;
}

/* The example bytes of proto/README.md are what the line above each says. */
static void test_examples_of_the_readme(void **state)
{
    static const char *const names[] = {"hello",  "welcome", "login",     "logged_in", "open",
                                        "opened", "submit",  "committed", "submit",    "close"};
    char line[2000];
    uint8_t bytes[600];
    const uint8_t *body;
    size_t n = 0, len, body_len;
    FILE *readme = fopen(TESTS_DIR "/../proto/README.md", "r");
    assert_non_null(readme);
    while (fgets(line, sizeof line, readme)) {
        if (strncmp(line, "      00 00", 11) != 0)
            continue;
        len = parse_hex(line, bytes, sizeof bytes);
        assert_int_equal(frame_next(bytes, len, FRAME_MAX, &body, &body_len), FRAME_WHOLE);
        assert_int_equal(len, FRAME_HEADER + body_len);
        assert_int_equal(decode_code(*state, body, body_len), STATUS_OK);
        assert_true(n < sizeof names / sizeof *names);
        assert_string_equal(message_name(message_peek(body, body_len, NULL)), names[n]);
        n++;
    }
    assert_int_equal(n, sizeof names / sizeof *names);
    fclose(readme);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_submit_round_trip, setup, teardown),
        cmocka_unit_test(test_wrap_equals_encode),
        cmocka_unit_test(test_names_and_peek),
        cmocka_unit_test_setup_teardown(test_wire_format, setup, teardown),
        cmocka_unit_test(test_nesting),
        cmocka_unit_test_setup_teardown(test_number_of_fields, setup, teardown),
        cmocka_unit_test(test_packed_elements_count),
        cmocka_unit_test_setup_teardown(test_committed_and_state, setup, teardown),
        cmocka_unit_test_setup_teardown(test_examples_of_the_readme, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
