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
#include "server/session/handle.h"
#include "tests/support/flip.h"

enum { SUBMIT_BYTES = 5000 };

/* What a client may send. All other messages are the server's. */
struct expectation {
    Cocanvas__Frame__BodyCase body;
    const char *states; /* n new, g greeted, w waiting in the lobby, r ready, o open */
    char scope;         /* - nobody yet, a account, y anywhere, m membership, c the open canvas */
    int least_role;
    size_t limit;
    void (*handle)(struct session *s, const struct request *r);
};

/* clang-format off */
#define EXPECT(body, states, scope, role, limit, handle) {COCANVAS__FRAME__BODY_##body, states, scope, COCANVAS__ROLE__##role, limit, handle_##handle}
static const struct expectation expectations[] = {
    EXPECT(HELLO, "n", '-', NONE, 1024, hello),
    EXPECT(LOGIN, "g", '-', NONE, 4096, login),
    EXPECT(PING, "gwro", '-', NONE, 128, ping),
    EXPECT(PONG, "gwro", '-', NONE, 128, pong),
    EXPECT(OPEN, "r", 'y', VIEWER, 128, open),
    EXPECT(CLOSE, "o", 'c', VIEWER, 128, close),
    EXPECT(SUBMIT, "o", 'c', COMMENTER, SUBMIT_BYTES, submit),
    EXPECT(PRESENCE, "o", 'c', VIEWER, 1024, presence),
    EXPECT(PROGRESS, "o", 'c', VIEWER, 128, progress),
    EXPECT(DIVERGED, "o", 'c', VIEWER, 128, diverged),
    EXPECT(HISTORY_REQUEST, "o", 'c', VIEWER, 128, history),
    EXPECT(STATE_REQUEST, "o", 'c', VIEWER, 128, state),
    EXPECT(CANVAS_LIST_REQUEST, "ro", 'm', NONE, 128, canvas_list),
    EXPECT(CANVAS_CREATE, "ro", 'm', EDITOR, FRAME_MAX_IMPORT, canvas_create),
    EXPECT(TEMPLATE_LIST_REQUEST, "ro", 'm', NONE, 1024, template_list),
    EXPECT(TEMPLATE_PUT, "ro", 'm', FACILITATOR, 132096, template_put),
    EXPECT(TEMPLATE_REMOVE, "ro", 'm', FACILITATOR, 1024, template_remove),
    EXPECT(INVITATION_CREATE, "ro", 'm', OWNER, 1024, invitation_create),
    EXPECT(INVITATION_LIST_REQUEST, "ro", 'm', OWNER, 128, invitation_list),
    EXPECT(INVITATION_REVOKE, "ro", 'm', OWNER, 128, invitation_revoke),
    EXPECT(WORKSPACE_CREATE, "ro", 'm', NONE, 1024, workspace_create),
    EXPECT(WORKSPACE_SET, "ro", 'm', OWNER, 128, workspace_set),
    EXPECT(WORKSPACE_RENAME, "ro", 'm', OWNER, 1024, workspace_rename),
    EXPECT(MEMBER_LIST_REQUEST, "ro", 'm', VIEWER, 128, member_list),
    EXPECT(MEMBER_LEAVE, "ro", 'm', VIEWER, 128, member_leave),
    EXPECT(MEMBER_RENAME, "ro", 'm', VIEWER, 1024, member_rename),
    EXPECT(MEMBER_SET, "ro", 'm', FACILITATOR, 128, member_set),
    EXPECT(ACCESS_REQUEST, "o", 'c', FACILITATOR, 128, access),
    EXPECT(ACCESS_SET, "o", 'c', FACILITATOR, 128, access_set),
    EXPECT(CANVAS_REMOVE, "o", 'c', FACILITATOR, 128, canvas_remove),
    EXPECT(CANVAS_RESTORE, "r", 'm', VIEWER, 128, canvas_restore),
    EXPECT(LIVE_OPEN, "o", 'c', FACILITATOR, 17408, live_open),
    EXPECT(LIVE_CLOSE, "o", 'c', FACILITATOR, 128, live_close),
    EXPECT(LIVE_REQUEST, "o", 'c', FACILITATOR, 128, live_request),
    EXPECT(CODE_CREATE, "o", 'c', FACILITATOR, 1024, code_create),
    EXPECT(CODE_REVOKE, "o", 'c', FACILITATOR, 128, code_revoke),
    EXPECT(LOBBY_REQUEST, "o", 'c', FACILITATOR, 128, lobby_request),
    EXPECT(LOBBY_DECIDE, "o", 'c', FACILITATOR, 128, lobby_decide),
    EXPECT(DEVICE_LIST_REQUEST, "ro", 'a', NONE, 128, device_list),
    EXPECT(DEVICE_REVOKE, "ro", 'a', NONE, 128, device_revoke),
    EXPECT(PASSWORD_CHANGE, "ro", 'a', NONE, 4096, password_change),
    EXPECT(CERTIFICATE_ADD, "ro", 'a', NONE, 1024, certificate_add),
    EXPECT(MEMBER_RESET, "ro", 'm', OWNER, 1024, member_reset),
    EXPECT(AUDIT_REQUEST, "ro", 'm', VIEWER, 128, audit),
    EXPECT(RETENTION_REQUEST, "ro", 'm', OWNER, 128, retention),
    EXPECT(RETENTION_SET, "ro", 'm', OWNER, 128, retention_set),
    EXPECT(CANVAS_EXPORTED, "o", 'c', VIEWER, 128, canvas_exported),
    EXPECT(PERSON_ERASE, "ro", 'a', NONE, 1024, person_erase),
    EXPECT(WORKSPACE_ERASE, "ro", 'm', OWNER, 1024, workspace_erase),
    EXPECT(BACKUP_REQUEST, "r", 'm', OWNER, 128, backup),
    EXPECT(WORKSPACE_SEAL, "ro", 'm', OWNER, 128, workspace_seal),
    EXPECT(BACKUP_READ, "r", 'm', OWNER, 128, backup_read),
};
/* clang-format on */
enum { EXPECTED = sizeof expectations / sizeof expectations[0] };

static const struct expectation *expected(Cocanvas__Frame__BodyCase body)
{
    for (size_t i = 0; i < EXPECTED; i++)
        if (expectations[i].body == body)
            return &expectations[i];
    return NULL;
}

static bool served_in(const struct expectation *e, enum session_state state)
{
    static const char letters[SESSION_STATES] = {[SESSION_NEW] = 'n',
                                                 [SESSION_GREETED] = 'g',
                                                 [SESSION_WAITING] = 'w',
                                                 [SESSION_READY] = 'r',
                                                 [SESSION_OPEN] = 'o'};
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
    return e->scope != '-' && role < e->least_role ? STATUS_NOT_FOUND : STATUS_OK;
}

static bool case_is_right(const struct dispatch_row *row, const struct expectation *e, enum session_state state,
                          int role, size_t len)
{
    struct why why = {""};
    enum status got = dispatch_decide(row, state, role, len, SUBMIT_BYTES, &why);
    bool says = got == STATUS_OK || (strlen(why.text) > 10 && why.text[strlen(why.text) - 1] == '.');
    return got == outcome(e, state, role, len) && says;
}

static char scope_letter(enum role_scope scope)
{
    static const char letters[] = {[SCOPE_NONE] = '-',
                                   [SCOPE_ACCOUNT] = 'a',
                                   [SCOPE_ANYWHERE] = 'y',
                                   [SCOPE_WORKSPACE] = 'm',
                                   [SCOPE_CANVAS] = 'c'};
    return (size_t)scope < sizeof letters ? letters[scope] : '?';
}

/* One message: all states, roles (that of a guest too), and sizes; and what the decision does not show. */
static bool row_is_right(const struct dispatch_row *row, const struct expectation *e)
{
    bool raw = e && e->body == COCANVAS__FRAME__BODY_SUBMIT;
    if (e && (scope_letter(row->scope) != e->scope || row->handle != e->handle || row->least_role != e->least_role))
        return false;
    if (row->raw != raw || (e == NULL) != (row->handle == NULL))
        return false;
    for (int s = SESSION_NEW; s < SESSION_STATES; s++)
        for (int role = ROLE_GUEST; role <= COCANVAS__ROLE__OWNER; role++)
            for (size_t more = 0; more < 2; more++)
                if (!case_is_right(row, e, (enum session_state)s, role, e ? e->limit + more : 10))
                    return false;
    return true;
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
        if (!row_is_right(row, e))
            fail_msg("%s: the table says something else than what is expected here", body_field(i)->name);
        messages++;
        served += e != NULL;
    }
    assert_true(messages > 30);
    assert_int_equal(served, EXPECTED);
}

struct one_row {
    const struct dispatch_row *row;
    const struct expectation *expectation;
};

static bool is_right(void *ctx)
{
    const struct one_row *one = ctx;
    return row_is_right(one->row, one->expectation);
}

/* Each cell of a row, with every other value that it could have: none may pass. */
static void flip_row(struct one_row *one, struct dispatch_row *row, unsigned *flipped)
{
    for (unsigned bit = 0; bit < SESSION_STATES; bit++, ++*flipped) {
        unsigned states = row->states ^ 1u << bit;
        assert_true(flip_is_noticed(&row->states, &states, sizeof states, is_right, one));
    }
    for (enum role_scope scope = SCOPE_NONE; scope <= SCOPE_CANVAS; scope++)
        if (scope != row->scope && ++*flipped)
            assert_true(flip_is_noticed(&row->scope, &scope, sizeof scope, is_right, one));
    for (int role = COCANVAS__ROLE__NONE; role <= COCANVAS__ROLE__OWNER; role++)
        if (role != row->least_role && ++*flipped)
            assert_true(flip_is_noticed(&row->least_role, &role, sizeof role, is_right, one));
    for (size_t more = 0; more < 2; more++, ++*flipped) {
        size_t limit = more ? row->limit + 1 : row->limit - 1;
        assert_true(flip_is_noticed(&row->limit, &limit, sizeof limit, is_right, one));
    }
    bool raw = !row->raw;
    void (*handle)(struct session *s, const struct request *r) = row->handle == handle_ping ? handle_pong : handle_ping;
    assert_true(flip_is_noticed(&row->raw, &raw, sizeof raw, is_right, one));
    assert_true(flip_is_noticed(&row->handle, &handle, sizeof handle, is_right, one));
    *flipped += 2;
}

static void test_no_cell_changes_unnoticed(void **state)
{
    (void)state;
    unsigned flipped = 0;
    for (size_t i = 0; i < EXPECTED; i++) {
        struct one_row one = {dispatch_row(expectations[i].body), &expectations[i]};
        flip_row(&one, flip_open(one.row, sizeof *one.row), &flipped);
    }
    assert_true(flipped > EXPECTED * 15);
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
        for (size_t m = 0; m < EXPECTED; m++)
            assert_false(dispatch_row(expectations[m].body)->states & 1u << busy[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_message_in_every_state_from_every_role),
        cmocka_unit_test(test_what_is_no_message_is_unknown),
        cmocka_unit_test(test_nothing_is_served_while_an_answer_is_outstanding),
        cmocka_unit_test(test_no_cell_changes_unnoticed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
