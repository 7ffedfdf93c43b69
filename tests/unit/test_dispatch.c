/* The table of messages (P8): every message in every state, from every role, at every size. What is expected stands
 * here a second time, written down from the protocol's description and not from the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/frame.h"
#include "server/session/dispatch.h"

enum { SUBMIT_BYTES = 5000 };

/* What a client may send: where, and from which role on. All other messages are the server's. */
struct expectation {
    Cocanvas__Frame__BodyCase body;
    const char *states; /* n new, g greeted, r ready, o open */
    int least_role;
    size_t limit;
};

static const struct expectation expectations[] = {
    {COCANVAS__FRAME__BODY_HELLO, "n", 0, 1024},
    {COCANVAS__FRAME__BODY_LOGIN, "g", 0, 4096},
    {COCANVAS__FRAME__BODY_PING, "gro", 0, 128},
    {COCANVAS__FRAME__BODY_PONG, "gro", 0, 128},
    {COCANVAS__FRAME__BODY_OPEN, "r", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_CLOSE, "o", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_SUBMIT, "o", COCANVAS__ROLE__COMMENTER, SUBMIT_BYTES},
    {COCANVAS__FRAME__BODY_PRESENCE, "o", COCANVAS__ROLE__VIEWER, 1024},
    {COCANVAS__FRAME__BODY_PROGRESS, "o", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_DIVERGED, "o", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_HISTORY_REQUEST, "o", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_STATE_REQUEST, "o", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_CANVAS_LIST_REQUEST, "ro", 0, 128},
    {COCANVAS__FRAME__BODY_CANVAS_CREATE, "ro", COCANVAS__ROLE__EDITOR, FRAME_MAX_IMPORT},
    {COCANVAS__FRAME__BODY_TEMPLATE_LIST_REQUEST, "ro", 0, 1024},
    {COCANVAS__FRAME__BODY_INVITATION_CREATE, "ro", COCANVAS__ROLE__OWNER, 1024},
    {COCANVAS__FRAME__BODY_INVITATION_LIST_REQUEST, "ro", COCANVAS__ROLE__OWNER, 128},
    {COCANVAS__FRAME__BODY_INVITATION_REVOKE, "ro", COCANVAS__ROLE__OWNER, 128},
    {COCANVAS__FRAME__BODY_WORKSPACE_CREATE, "ro", 0, 1024},
    {COCANVAS__FRAME__BODY_WORKSPACE_RENAME, "ro", COCANVAS__ROLE__OWNER, 1024},
    {COCANVAS__FRAME__BODY_MEMBER_LIST_REQUEST, "ro", COCANVAS__ROLE__VIEWER, 128},
    {COCANVAS__FRAME__BODY_MEMBER_SET, "ro", COCANVAS__ROLE__FACILITATOR, 128},
    {COCANVAS__FRAME__BODY_ACCESS_REQUEST, "o", COCANVAS__ROLE__FACILITATOR, 128},
    {COCANVAS__FRAME__BODY_ACCESS_SET, "o", COCANVAS__ROLE__FACILITATOR, 128},
    {COCANVAS__FRAME__BODY_CANVAS_REMOVE, "o", COCANVAS__ROLE__FACILITATOR, 128},
    {COCANVAS__FRAME__BODY_CANVAS_RESTORE, "r", COCANVAS__ROLE__VIEWER, 128},
};

static const struct expectation *expected(Cocanvas__Frame__BodyCase body)
{
    for (size_t i = 0; i < sizeof expectations / sizeof expectations[0]; i++)
        if (expectations[i].body == body)
            return &expectations[i];
    return NULL;
}

static bool served_in(const struct expectation *e, enum session_state state)
{
    static const char letters[SESSION_STATES] = {
        [SESSION_NEW] = 'n', [SESSION_GREETED] = 'g', [SESSION_READY] = 'r', [SESSION_OPEN] = 'o'};
    return letters[state] && strchr(e->states, letters[state]);
}

/* What an outsider would expect of one case. */
static enum status outcome(const struct expectation *e, enum session_state state, int role, size_t len)
{
    if (!e)
        return STATUS_UNEXPECTED;
    if (len > e->limit)
        return STATUS_TOO_LARGE;
    if (!served_in(e, state))
        return STATUS_UNEXPECTED;
    return role < e->least_role ? STATUS_NOT_FOUND : STATUS_OK;
}

static void check_case(const struct dispatch_row *row, const struct expectation *e, enum session_state state, int role,
                       size_t len)
{
    struct why why = {""};
    enum status got = dispatch_decide(row, state, role, len, SUBMIT_BYTES, &why);
    enum status wanted = outcome(e, state, role, len);
    if (got != wanted)
        fail_msg("message %d in state %s, role %d, %zu bytes: %s, not %s", (int)row->body, session_state_name(state),
                 role, len, status_name(got), status_name(wanted));
    if (got != STATUS_OK)
        assert_true(strlen(why.text) > 10 && why.text[strlen(why.text) - 1] == '.');
}

static const ProtobufCFieldDescriptor *body_field(unsigned i)
{
    const ProtobufCFieldDescriptor *field = &cocanvas__frame__descriptor.fields[i];
    return field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF ? field : NULL;
}

static void test_every_message_in_every_state_from_every_role(void **state)
{
    (void)state;
    unsigned messages = 0, served = 0;
    for (unsigned i = 0; i < cocanvas__frame__descriptor.n_fields; i++) {
        if (!body_field(i))
            continue;
        Cocanvas__Frame__BodyCase body = (Cocanvas__Frame__BodyCase)body_field(i)->id;
        const struct dispatch_row *row = dispatch_row(body);
        const struct expectation *e = expected(body);
        assert_non_null(row);
        assert_int_equal(row->body, body);
        assert_true((e != NULL) == (row->handle != NULL));
        messages++;
        served += e != NULL;
        for (int s = SESSION_NEW; s < SESSION_STATES; s++)
            for (int role = COCANVAS__ROLE__NONE; role <= COCANVAS__ROLE__OWNER; role++)
                for (size_t more = 0; more < 2; more++)
                    check_case(row, e, (enum session_state)s, role, e ? e->limit + more : 10);
    }
    assert_true(messages > 30);
    assert_int_equal(served, sizeof expectations / sizeof expectations[0]);
}

static void test_what_is_no_message_is_unknown(void **state)
{
    (void)state;
    static const int numbers[] = {0, 1, 5, 19, 37, 79, 1000, -1};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        struct why why;
        const struct dispatch_row *row = dispatch_row((Cocanvas__Frame__BodyCase)numbers[i]);
        assert_null(row);
        assert_int_equal(dispatch_decide(row, SESSION_OPEN, COCANVAS__ROLE__OWNER, 10, SUBMIT_BYTES, &why),
                         STATUS_UNKNOWN_MESSAGE);
    }
}

/* While an answer is outstanding the connection holds frames back; if one came through anyway, no row would serve it.
 */
static void test_nothing_is_served_while_an_answer_is_outstanding(void **state)
{
    (void)state;
    static const enum session_state busy[] = {SESSION_CHECKING, SESSION_OPENING, SESSION_LEAVING, SESSION_ENDED};
    for (size_t i = 0; i < sizeof busy / sizeof busy[0]; i++)
        for (size_t m = 0; m < sizeof expectations / sizeof expectations[0]; m++)
            assert_false(dispatch_row(expectations[m].body)->states & 1u << busy[i]);
}

/* Only Submit goes on undecoded: the room decodes it when its turn has come. */
static void test_only_submit_is_raw(void **state)
{
    (void)state;
    for (size_t m = 0; m < sizeof expectations / sizeof expectations[0]; m++)
        assert_int_equal(dispatch_row(expectations[m].body)->raw, expectations[m].body == COCANVAS__FRAME__BODY_SUBMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message_in_every_state_from_every_role),
        cmocka_unit_test(test_what_is_no_message_is_unknown),
        cmocka_unit_test(test_nothing_is_served_while_an_answer_is_outstanding),
        cmocka_unit_test(test_only_submit_is_raw),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
