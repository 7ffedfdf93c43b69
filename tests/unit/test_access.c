/* What becomes of live sessions when somebody's rights change: whom a change concerns, and that no session goes on with what it
 * read before. The database, the room and the stream are wrapped by the linker (tests/CMakeLists.txt), so that answers
 * come exactly when a test says so. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "common/buf.h"
#include "common/message.h"
#include "server/session/handle.h"
#include "server/session/session.h"

/* ---------------------------------------------------------------- the world around */

enum { LOOKS = 16, ME = 4 };

struct look {
    bool has_canvas;
    struct uuid canvas;
    void *ctx;
    uint64_t session;
    store_look_cb *cb;
};

static struct world {
    struct look looks[LOOKS]; /* asked for, and not answered */
    unsigned n_looks, asked;
    bool up;
    unsigned joins, kills, refusals, told;
    enum status killed, refused;
    int told_role, joined_role;
    struct buf out;
} world;

void __wrap_store_look(struct pg *pg, const struct store_who *who, const struct uuid *canvas, void *ctx, uint64_t id,
                       store_look_cb *cb);
void __wrap_store_look(struct pg *pg, const struct store_who *who, const struct uuid *canvas, void *ctx, uint64_t id,
                       store_look_cb *cb)
{
    (void)pg, (void)who;
    assert_true(world.n_looks < LOOKS);
    struct look look = {.has_canvas = canvas != NULL, .ctx = ctx, .session = id, .cb = cb};
    if (canvas)
        look.canvas = *canvas;
    world.looks[world.n_looks++] = look;
    world.asked++;
}

struct pg *__wrap_journal_reads(struct journal *j);
struct pg *__wrap_journal_reads(struct journal *j)
{
    (void)j;
    return NULL;
}

bool __wrap_journal_is_up(const struct journal *j);
bool __wrap_journal_is_up(const struct journal *j)
{
    (void)j;
    return world.up;
}

void __wrap_room_join(struct rooms *r, struct member *m, const struct uuid *workspace, const struct uuid *canvas);
void __wrap_room_join(struct rooms *r, struct member *m, const struct uuid *workspace, const struct uuid *canvas)
{
    (void)r, (void)workspace, (void)canvas;
    m->state = MEMBER_JOINING;
    world.joins++;
    world.joined_role = m->role;
}

void __wrap_room_leave(struct member *m);
void __wrap_room_leave(struct member *m)
{
    m->state = MEMBER_NONE;
}

void __wrap_member_fini(struct member *m);
void __wrap_member_fini(struct member *m)
{
    (void)m;
}

struct buf *__wrap_stream_out(struct stream *s);
struct buf *__wrap_stream_out(struct stream *s)
{
    (void)s;
    return &world.out;
}

void __wrap_stream_flush(struct stream *s);
void __wrap_stream_flush(struct stream *s)
{
    (void)s;
}

void __wrap_message_encode(const Cocanvas__Frame *frame, struct buf *out);
void __wrap_message_encode(const Cocanvas__Frame *frame, struct buf *out)
{
    (void)out;
    if (frame->body_case == COCANVAS__FRAME__BODY_ROLE_CHANGED) {
        world.told++;
        world.told_role = (int)frame->role_changed->role;
    } else if (frame->body_case == COCANVAS__FRAME__BODY_ERROR) {
        world.refusals++;
        world.refused = (enum status)frame->error->code;
    }
}

void __wrap_guests_tick(struct sessions *all);
void __wrap_guests_tick(struct sessions *all)
{
    (void)all;
}

void __wrap_lobby_tell(struct session *s);
void __wrap_lobby_tell(struct session *s)
{
    (void)s;
}

void __wrap_audit_tell(struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom,
                       uint64_t detail);
void __wrap_audit_tell(struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom,
                       uint64_t detail)
{
    (void)s, (void)event, (void)workspace, (void)author, (void)whom, (void)detail;
}

void __wrap_audit_tell_canvas(struct session *s, uint32_t event, uint32_t whom, uint64_t detail);
void __wrap_audit_tell_canvas(struct session *s, uint32_t event, uint32_t whom, uint64_t detail)
{
    (void)s, (void)event, (void)whom, (void)detail;
}

void __wrap_audit_tell_account(struct session *s, uint32_t event, uint64_t detail);
void __wrap_audit_tell_account(struct session *s, uint32_t event, uint64_t detail)
{
    (void)s, (void)event, (void)detail;
}

static void on_kill(void *conn, enum status code, const char *sentence)
{
    assert_true(sentence && strlen(sentence) > 10);
    world.kills++;
    world.killed = code;
    session_end(conn);
}

static void on_resume(void *conn)
{
    (void)conn;
}

static bool is_here(void *conn, const struct uuid *canvas)
{
    (void)conn, (void)canvas;
    return true;
}

static const struct session_host host = {.kill = on_kill, .resume = on_resume, .place = is_here};

/* ---------------------------------------------------------------- one session */

struct fixture {
    struct sessions all;
    struct session s;
    struct store_membership membership;
    struct uuid canvas, other;
};

static void make_membership(struct fixture *f, int role)
{
    f->membership.role = role;
    f->membership.author = ME;
}

static int begin(void **state)
{
    struct fixture *f = xcalloc(1, sizeof *f);
    memset(&world, 0, sizeof world);
    world.up = true;
    buf_init(&world.out);
    f->all.host = &host;
    sessions_init(&f->all);
    struct address address = {{0}};
    session_init(&f->s, &f->all, 11, NULL, &address, &f->s);
    uuid_random(&f->membership.workspace);
    uuid_random(&f->canvas);
    uuid_random(&f->other);
    uuid_random(&f->s.account);
    make_membership(f, COCANVAS__ROLE__EDITOR);
    (void)session_take_memberships(&f->s, 1, &f->membership);
    f->s.state = SESSION_READY;
    *state = f;
    return 0;
}

static int end(void **state)
{
    struct fixture *f = *state;
    session_fini(&f->s);
    sessions_fini(&f->all);
    buf_fini(&world.out);
    free(f);
    return 0;
}

static struct look take_look(unsigned i)
{
    assert_true(i < world.n_looks);
    struct look look = world.looks[i];
    memmove(world.looks + i, world.looks + i + 1, (--world.n_looks - i) * sizeof look);
    return look;
}

/* Answers the oldest look: role on the canvas asked about (0: it is not to be seen), and in the workspace. */
static void answer_with(struct fixture *f, enum status status, bool still, int on_canvas, int in_workspace)
{
    struct look look = take_look(0);
    make_membership(f, in_workspace);
    struct store_look answer = {.still = still,
                                .memberships = &f->membership,
                                .n_memberships = in_workspace ? 1 : 0,
                                .on_canvas = on_canvas > 0,
                                .workspace = f->membership.workspace,
                                .role = on_canvas,
                                .author = ME,
                                .name = "Me"};
    look.cb(look.ctx, look.session, status, status == STATUS_OK ? &answer : NULL);
}

static void answer(struct fixture *f, int on_canvas)
{
    answer_with(f, STATUS_OK, true, on_canvas, COCANVAS__ROLE__EDITOR);
}

static void ask_to_open(struct fixture *f, struct uuid *canvas)
{
    Cocanvas__Open open = COCANVAS__OPEN__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    open.canvas = (ProtobufCBinaryData){sizeof canvas->b, canvas->b};
    frame.body_case = COCANVAS__FRAME__BODY_OPEN;
    frame.open = &open;
    struct request request = {.number = 1, .frame = &frame};
    handle_open(&f->s, &request);
}

static void be_open(struct fixture *f)
{
    ask_to_open(f, &f->canvas);
    answer(f, COCANVAS__ROLE__EDITOR);
    f->s.member.state = MEMBER_LIVE;
    f->s.member.cb->on_opened(&f->s);
    assert_int_equal(f->s.state, SESSION_OPEN);
}

static void close_it(struct fixture *f)
{
    f->s.member.state = MEMBER_NONE;
    session_set_state(&f->s, SESSION_LEAVING);
    session_drained(&f->s);
    assert_int_equal(f->s.state, SESSION_READY);
}

static void change(struct fixture *f)
{
    access_tell_account(&f->all, &f->s.account);
}

/* ---------------------------------------------------------------- whom it concerns */

static bool is_concerned(struct fixture *f, const struct access_change *wanted)
{
    unsigned before = world.asked;
    access_tell(&f->all, wanted);
    while (world.n_looks)
        answer(f, COCANVAS__ROLE__EDITOR);
    return world.asked > before;
}

static void each_fact_has_to_fit(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    f->s.has_device = true;
    memset(f->s.device, 7, sizeof f->s.device);
    const struct access_change fits = {.workspace = f->membership.workspace,
                                       .account = f->s.account,
                                       .canvas = f->canvas,
                                       .author = ME,
                                       .connection = 11};
    const unsigned facts[] = {ACCESS_WORKSPACE, ACCESS_WORKSPACE | ACCESS_AUTHOR,
                              ACCESS_ACCOUNT,   ACCESS_CANVAS,
                              ACCESS_DEVICE,    ACCESS_CONNECTION};
    unsigned all_facts = 0;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        struct access_change yes = fits, no = {.facts = facts[i]};
        memset(yes.device, 7, sizeof yes.device);
        yes.facts = facts[i];
        all_facts |= facts[i];
        assert_true(is_concerned(f, &yes));
        assert_false(is_concerned(f, &no));
        yes.facts = all_facts;
        assert_true(is_concerned(f, &yes));
        yes.but = f->s.id;
        assert_false(is_concerned(f, &yes));
    }
    struct access_change other_author = fits, none = fits, guests = fits;
    other_author.facts = ACCESS_WORKSPACE | ACCESS_AUTHOR;
    other_author.author = ME + 1;
    assert_false(is_concerned(f, &other_author));
    none.facts = 0;
    assert_false(is_concerned(f, &none));
    guests.facts = ACCESS_LIVE; /* of no live session: nobody's */
    assert_false(is_concerned(f, &guests));
}

static void closing_says_why(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    struct access_change shut = {.kind = ACCESS_CLOSE,
                                 .facts = ACCESS_CANVAS,
                                 .canvas = f->other,
                                 .code = STATUS_GONE,
                                 .sentence = "It was put into the trash."};
    access_tell(&f->all, &shut);
    assert_int_equal(world.kills, 0);
    shut.canvas = f->canvas;
    access_tell(&f->all, &shut);
    assert_int_equal(world.kills, 1);
    assert_int_equal(world.killed, STATUS_GONE);
}

/* ---------------------------------------------------------------- what it does to the session */

static void a_role_changes(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    change(f);
    answer(f, COCANVAS__ROLE__EDITOR);
    assert_int_equal(world.told, 0); /* nothing is different */
    change(f);
    answer(f, COCANVAS__ROLE__VIEWER);
    assert_int_equal(f->s.member.role, COCANVAS__ROLE__VIEWER);
    assert_int_equal(world.told, 1);
    assert_int_equal(world.told_role, COCANVAS__ROLE__VIEWER);
    change(f);
    answer(f, 0);
    assert_int_equal(world.kills, 1);
    assert_int_equal(world.killed, STATUS_NOT_FOUND);
}

static void a_revoked_device_ends_it(void **state)
{
    struct fixture *f = *state;
    change(f);
    answer_with(f, STATUS_OK, false, 0, COCANVAS__ROLE__EDITOR);
    assert_int_equal(world.killed, STATUS_DENIED);
}

static void without_a_canvas_the_workspaces_count(void **state)
{
    struct fixture *f = *state;
    change(f);
    answer_with(f, STATUS_OK, true, 0, COCANVAS__ROLE__FACILITATOR);
    assert_int_equal(session_best_role(&f->s), COCANVAS__ROLE__FACILITATOR);
    assert_int_equal(world.told, 1);
    change(f);
    answer_with(f, STATUS_OK, true, 0, 0);
    assert_int_equal(session_best_role(&f->s), COCANVAS__ROLE__NONE);
    assert_int_equal(world.told, 2);
    assert_int_equal(world.kills, 0);
}

/* ---------------------------------------------------------------- what was read before the change is not used */

static void an_open_under_way_reads_again(void **state)
{
    struct fixture *f = *state;
    ask_to_open(f, &f->canvas);
    change(f); /* the answer is on its way, and may be from before */
    answer(f, COCANVAS__ROLE__EDITOR);
    assert_int_equal(world.joins, 0);
    assert_int_equal(world.n_looks, 1);
    answer(f, 0);
    assert_int_equal(world.joins, 0);
    assert_int_equal(world.refused, STATUS_NOT_FOUND);
    assert_int_equal(f->s.state, SESSION_READY);
}

static void a_join_under_way_is_ended_or_told_afterwards(void **state)
{
    struct fixture *f = *state;
    ask_to_open(f, &f->canvas);
    answer(f, COCANVAS__ROLE__EDITOR);
    assert_int_equal(world.joins, 1);
    change(f);
    answer(f, COCANVAS__ROLE__VIEWER);
    assert_int_equal(world.told, 0); /* Opened comes first */
    f->s.member.state = MEMBER_LIVE;
    f->s.member.cb->on_opened(&f->s);
    answer(f, COCANVAS__ROLE__VIEWER);
    assert_int_equal(world.told_role, COCANVAS__ROLE__VIEWER);

    close_it(f);
    ask_to_open(f, &f->canvas);
    answer(f, COCANVAS__ROLE__EDITOR);
    change(f);
    answer(f, 0);
    assert_int_equal(world.killed, STATUS_NOT_FOUND);
}

static void a_login_under_way_reads_again(void **state)
{
    struct fixture *f = *state;
    f->s.state = SESSION_CHECKING;
    struct access_change somebody = {.facts = ACCESS_DEVICE}; /* who this is will be known in a moment */
    access_tell(&f->all, &somebody);
    assert_true(f->s.look_again);
    assert_int_equal(world.n_looks, 0);
}

static void a_change_during_a_look_asks_once_more(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    unsigned before = world.asked;
    change(f);
    change(f);
    change(f);
    assert_int_equal(world.asked, before + 1);
    answer(f, COCANVAS__ROLE__EDITOR); /* from before the others */
    assert_int_equal(world.asked, before + 2);
    answer(f, 0);
    assert_int_equal(world.kills, 1);
}

static void an_answer_about_another_canvas_is_not_taken(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    change(f);
    close_it(f);
    ask_to_open(f, &f->other);
    assert_int_equal(world.n_looks, 2);
    struct look about_the_one_that_was_left = take_look(0);
    answer(f, COCANVAS__ROLE__EDITOR);
    assert_int_equal(world.joins, 2);
    world.looks[world.n_looks++] = about_the_one_that_was_left;
    answer(f, 0);
    assert_int_equal(world.kills, 0);
}

static bool nowhere(void *conn, const struct uuid *canvas)
{
    (void)conn, (void)canvas;
    return false;
}

/* It goes to another worker while it is being looked at: the answer does not find it, and it can be looked at there. */
static void a_session_that_moves(void **state)
{
    struct fixture *f = *state;
    static const struct session_host far = {.kill = on_kill, .resume = on_resume, .place = nowhere};
    struct sessions there = {.host = &host};
    sessions_init(&there);
    change(f);
    f->all.host = &far;
    ask_to_open(f, &f->canvas);
    session_leave(&f->s);
    answer(f, 0); /* to nobody */
    session_moved(&f->s, &there);
    answer(f, COCANVAS__ROLE__EDITOR);
    f->s.member.state = MEMBER_LIVE;
    f->s.member.cb->on_opened(&f->s);
    access_tell_canvas(&there, &f->canvas);
    answer(f, 0);
    assert_int_equal(world.kills, 1);
    sessions_fini(&there);
}

static void when_leaving_it_waits(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    session_set_state(&f->s, SESSION_LEAVING);
    change(f);
    assert_int_equal(world.n_looks, 0);
    session_drained(&f->s);
    assert_int_equal(world.n_looks, 1);
}

static void a_look_that_fails_is_made_again(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    world.up = false;
    change(f);
    answer_with(f, STATUS_DEGRADED, true, 0, COCANVAS__ROLE__EDITOR);
    sessions_tick(&f->all);
    assert_int_equal(world.n_looks, 0);
    world.up = true;
    sessions_tick(&f->all);
    assert_int_equal(world.n_looks, 1);
    answer_with(f, STATUS_DEGRADED, true, 0, COCANVAS__ROLE__EDITOR); /* and once more */
    sessions_tick(&f->all);
    answer(f, 0);
    assert_int_equal(world.kills, 1);
    sessions_tick(&f->all);
    assert_int_equal(world.n_looks, 0);
}

static void an_answer_for_a_session_that_is_gone(void **state)
{
    struct fixture *f = *state;
    be_open(f);
    change(f);
    session_end(&f->s);
    answer(f, 0);
    assert_int_equal(world.kills, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_fact_has_to_fit),
        TEST(closing_says_why),
        TEST(a_role_changes),
        TEST(a_revoked_device_ends_it),
        TEST(without_a_canvas_the_workspaces_count),
        TEST(an_open_under_way_reads_again),
        TEST(a_join_under_way_is_ended_or_told_afterwards),
        TEST(a_login_under_way_reads_again),
        TEST(a_change_during_a_look_asks_once_more),
        TEST(an_answer_about_another_canvas_is_not_taken),
        TEST(a_session_that_moves),
        TEST(when_leaving_it_waits),
        TEST(a_look_that_fails_is_made_again),
        TEST(an_answer_for_a_session_that_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
