/* The client against a server in the same event loop: logging in, opening, edits, and everything that can happen to
 * a connection. Edits are never lost and never doubled (P3, P5); a wrong key ends it before anything is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "client/core/client_private.h"
#include "client/core/paths.h"
#include "client/core/trust.h"
#include "tests/support/fake_server.h"

enum { PATIENCE_MS = 20000 }; /* only ever waited for in full when something is broken */

/* A client and what it told. */
struct user {
    struct trial *trial;
    struct client *client;
    unsigned states[CLIENT_FAILED + 1]; /* how often each was entered */
    unsigned rejects, batches, asked, replies;
    bool answer; /* to the question about an unknown server */
    bool degraded;
    enum status reply_code;
    char reject[900];
};

struct trial {
    char dir[64];
    struct event_base *base;
    struct fake_server server;
    struct user ann, ben;
};

static void on_state(void *ctx, enum client_state state, enum status code, const char *sentence)
{
    struct user *u = ctx;

    (void)code, (void)sentence;
    u->states[state]++;
}

static bool on_unknown_server(void *ctx, const char *host, const uint8_t pin[PIN_BYTES])
{
    struct user *u = ctx;

    (void)host, (void)pin;
    u->asked++;
    return u->answer;
}

static void on_reject(void *ctx, const Cocanvas__Reject *reject)
{
    struct user *u = ctx;

    u->rejects++;
    (void)snprintf(u->reject, sizeof(u->reject), "%s", reject->detail);
}

static void on_batch(void *ctx, const Cocanvas__Committed *batch)
{
    (void)batch;
    ((struct user *)ctx)->batches++;
}

static void on_status(void *ctx, bool degraded, int64_t since_ms)
{
    (void)since_ms;
    ((struct user *)ctx)->degraded = degraded;
}

static void on_reply(void *ctx, const Cocanvas__Frame *reply)
{
    struct user *u = ctx;

    u->replies++;
    u->reply_code = reply->body_case == COCANVAS__FRAME__BODY_ERROR ? (enum status)reply->error->code : STATUS_OK;
}

static const struct client_callbacks callbacks = {
    .on_state = on_state,
    .on_unknown_server = on_unknown_server,
    .on_reject = on_reject,
    .on_batch = on_batch,
    .on_status = on_status,
    .on_reply = on_reply,
};

/* Each user has a device of their own: folders named after them. */
static void make(struct trial *t, struct user *u, const char *name, bool pinned, bool reconnect)
{
    struct client_options options = {
        .host = "127.0.0.1", .port = t->server.port, .has_pin = pinned, .token = FAKE_TOKEN, .reconnect = reconnect};
    char *config = xasprintf("%s/%s/config", t->dir, name), *state = xasprintf("%s/%s/state", t->dir, name);

    memset(u, 0, sizeof(*u));
    u->trial = t;
    options.config_dir = config;
    options.state_dir = state;
    memcpy(options.pin, t->server.pin, PIN_BYTES);
    u->client = client_new(t->base, &options, &callbacks, u);
    u->client->timing.backoff_first_ms = 1;
    u->client->timing.backoff_last_ms = 20;
    u->client->timing.in_flight_ms = 400;
    u->client->timing.watch_ms = 20;
    u->client->timing.presence_ms = 1;
    free(config);
    free(state);
}

static int begin(void **state)
{
    struct trial *t = xcalloc(1, sizeof(*t));

    (void)snprintf(t->dir, sizeof(t->dir), "/tmp/cocanvas-client-XXXXXX");
    assert_non_null(mkdtemp(t->dir));
    t->base = event_base_new();
    fake_begin(&t->server, t->base, t->dir);
    make(t, &t->ann, "ann", true, true);
    make(t, &t->ben, "ben", true, true);
    *state = t;
    return 0;
}

static int end(void **state)
{
    struct trial *t = *state;
    char *command = xasprintf("rm -rf %s", t->dir);

    client_free(t->ann.client);
    client_free(t->ben.client);
    fake_end(&t->server);
    event_base_free(t->base);
    assert_int_equal(system(command), 0);
    free(command);
    free(t);
    return 0;
}

/* ---------------------------------------------------------------- waiting */

static bool is_live(void *ctx)
{
    return client_state(((struct user *)ctx)->client) == CLIENT_LIVE;
}

static bool is_ready(void *ctx)
{
    return client_state(((struct user *)ctx)->client) == CLIENT_READY;
}

static bool is_failed(void *ctx)
{
    return client_state(((struct user *)ctx)->client) == CLIENT_FAILED;
}

static bool is_offline(void *ctx)
{
    return client_state(((struct user *)ctx)->client) == CLIENT_OFFLINE;
}

static bool is_level(void *ctx)
{
    struct user *u = ctx;
    struct replica *r = client_replica(u->client);

    return is_live(u) && client_all_saved(u->client) && r && replica_seq(r) == u->trial->server.model.head;
}

static bool was_replied(void *ctx)
{
    return ((struct user *)ctx)->replies > 0;
}

static bool was_rejected(void *ctx)
{
    return ((struct user *)ctx)->rejects > 0;
}

static bool has_submitted(void *ctx)
{
    return ((struct user *)ctx)->trial->server.submits > 0;
}

static void wait_for(struct user *u, bool (*cond)(void *ctx))
{
    (void)client_run_until(u->client, cond, u, PATIENCE_MS);
    if (!cond(u)) {
        char sentence[512];

        (void)client_error(u->client, sentence, sizeof(sentence));
        print_error("state %d, problem %d: %s\n", client_state(u->client), client_problem(u->client), sentence);
    }
    assert_true(cond(u));
}

static void open_canvas(struct user *u)
{
    client_open(u->client, &u->trial->server.canvas, false);
    client_connect(u->client);
    wait_for(u, is_live);
}

/* A new card with that text; returns its id. */
static uint64_t add(struct user *u, const char *text)
{
    struct replica *r = client_replica(u->client);
    char *own = xstrdup(text);
    Cocanvas__Place place;
    Cocanvas__CardCreate create;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__Op *ops[1] = {&op};
    struct why why;

    cocanvas__place__init(&place);
    cocanvas__card_create__init(&create);
    place.block = 1;
    create.id = replica_next_id(r);
    create.place = &place;
    create.text = own;
    op.kind_case = COCANVAS__OP__KIND_CARD_CREATE;
    op.card_create = &create;
    assert_int_equal(replica_edit(r, 1, ops, 1, false, &why), STATUS_OK);
    free(own);
    client_edited(u->client);
    return create.id;
}

static void type(struct user *u, uint64_t card, uint32_t at, const char *text)
{
    struct why why;

    assert_int_equal(
        replica_text_splice(client_replica(u->client), card, "", at, 0, text, strlen(text), 1, false, &why), STATUS_OK);
    client_edited(u->client);
}

static const char *text_of(const struct trial *t, uint64_t card)
{
    const struct text *text = canvas_text(&t->server.model.c, card, "");

    return text ? text->bytes : "";
}

static void assert_agree(struct trial *t, struct user *u)
{
    wait_for(u, is_level);
    assert_int_equal(replica_hash(client_replica(u->client)), canvas_hash(&t->server.model.c));
    assert_true(model_replay_agrees(&t->server.model));
}

/* ---------------------------------------------------------------- trust and login */

static void logs_in_and_asks_things(void **state)
{
    struct trial *t = *state;
    Cocanvas__CanvasListRequest list = COCANVAS__CANVAS_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_LIST_REQUEST;
    frame.canvas_list_request = &list;
    assert_int_not_equal(client_request(t->ann.client, &frame), 0); /* waits for the login */
    client_connect(t->ann.client);
    wait_for(&t->ann, was_replied);
    assert_int_equal(t->ann.reply_code, STATUS_OK);
    assert_true(is_ready(&t->ann));
}

static void a_wrong_pin_ends_it_before_anything_is_said(void **state)
{
    struct trial *t = *state;

    t->ann.client->options.pin[0] ^= 1;
    client_connect(t->ann.client);
    wait_for(&t->ann, is_failed);
    assert_int_equal(client_problem(t->ann.client), CLIENT_WRONG_IDENTITY);
    for (size_t i = 0; i < FAKE_CONNS; i++)
        assert_int_equal(t->server.conns[i].frames, 0);
    assert_int_equal(t->server.accepted, 1);
}

static void an_unknown_server_is_asked_about_once(void **state)
{
    struct trial *t = *state;
    struct user cleo;

    make(t, &cleo, "cleo", false, false);
    client_connect(cleo.client);
    wait_for(&cleo, is_failed);
    assert_int_equal(client_problem(cleo.client), CLIENT_WRONG_IDENTITY);
    assert_int_equal(cleo.asked, 1);
    cleo.answer = true;
    client_connect(cleo.client);
    wait_for(&cleo, is_ready);
    assert_int_equal(cleo.asked, 2);
    client_free(cleo.client);
    make(t, &cleo, "cleo", false, false);
    client_connect(cleo.client);
    wait_for(&cleo, is_ready);
    assert_int_equal(cleo.asked, 0);
    client_free(cleo.client);
}

static void a_refused_token_is_final(void **state)
{
    struct trial *t = *state;

    t->ann.client->token[4] = 'x';
    client_connect(t->ann.client);
    wait_for(&t->ann, is_failed);
    assert_int_equal(client_problem(t->ann.client), CLIENT_NOT_LOGGED_IN);
    assert_int_equal(t->server.accepted, 1);
}

static void a_password_becomes_a_token(void **state)
{
    struct trial *t = *state;
    Cocanvas__Login login;
    char password[] = FAKE_PASSWORD, name[] = "ann";

    cocanvas__login__init(&login);
    t->ann.client->token[4] = 'x';
    login.login = name;
    login.password = password;
    client_login(t->ann.client, &login);
    open_canvas(&t->ann);
    assert_null(t->ann.client->login);
    fake_drop_all(&t->server);
    wait_for(&t->ann, is_offline);
    wait_for(&t->ann, is_live); /* by the token that it was given */
}

static void nobody_there(void **state)
{
    struct trial *t = *state;
    struct user cleo;
    char sentence[200];

    fake_unlisten(&t->server);
    make(t, &cleo, "cleo", true, false);
    client_connect(cleo.client);
    wait_for(&cleo, is_failed);
    assert_int_equal(client_problem(cleo.client), CLIENT_UNREACHABLE);
    assert_int_equal(client_error(cleo.client, sentence, sizeof(sentence)), STATUS_TIMEOUT);
    assert_non_null(strstr(sentence, "127.0.0.1"));
    client_free(cleo.client);
    client_connect(t->ann.client);
    wait_for(&t->ann, is_offline);
    fake_listen(&t->server);
    wait_for(&t->ann, is_ready); /* by itself */
}

static void a_canvas_that_is_not_there(void **state)
{
    struct trial *t = *state;
    struct uuid other;

    uuid_random(&other);
    client_open(t->ann.client, &other, false);
    client_connect(t->ann.client);
    wait_for(&t->ann, is_failed);
    assert_int_equal(client_problem(t->ann.client), CLIENT_REFUSED);
    assert_int_equal(client_error(t->ann.client, NULL, 0), STATUS_NOT_FOUND);
}

/* ---------------------------------------------------------------- on a canvas */

static void two_people_edit(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    open_canvas(&t->ben);
    card = add(&t->ann, "hello");
    assert_agree(t, &t->ann);
    wait_for(&t->ben, is_level);
    type(&t->ann, card, 5, " from Ann");
    type(&t->ben, card, 0, "Ben says: ");
    assert_agree(t, &t->ann);
    assert_agree(t, &t->ben);
    wait_for(&t->ann, is_level);
    assert_string_equal(text_of(t, card), "Ben says: hello from Ann");
}

static void one_flight_when_the_server_is_known(void **state)
{
    struct trial *t = *state;
    unsigned most = 0;

    open_canvas(&t->ann);
    fake_drop_all(&t->server);
    wait_for(&t->ann, is_offline);
    wait_for(&t->ann, is_live);
    for (size_t i = 0; i < FAKE_CONNS; i++)
        most = t->server.conns[i].flight > most ? t->server.conns[i].flight : most;
    assert_int_equal(most, 3);              /* Hello, Login, Open */
    assert_int_equal(t->server.resumed, 1); /* and TLS was resumed */
}

static void typing_goes_on_offline(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "on");
    assert_agree(t, &t->ann);
    fake_unlisten(&t->server);
    fake_drop_all(&t->server);
    wait_for(&t->ann, is_offline);
    type(&t->ann, card, 2, " and");
    type(&t->ann, card, 6, " off");
    assert_string_equal(canvas_text(replica_view(client_replica(t->ann.client)), card, "")->bytes, "on and off");
    assert_string_equal(text_of(t, card), "on");
    fake_listen(&t->server);
    assert_agree(t, &t->ann);
    assert_string_equal(text_of(t, card), "on and off");
}

/* Committed, and the answer lost: found in the stream after reconnecting, not sent again. */
static void a_lost_answer_is_found(void **state)
{
    struct trial *t = *state;
    unsigned submits;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    submits = t->server.submits;
    t->server.swallow_commits = true;
    type(&t->ann, card, 0, "once");
    wait_for(&t->ann, is_offline);
    assert_agree(t, &t->ann);
    assert_int_equal(t->server.submits, submits + 1);
    assert_string_equal(text_of(t, card), "once");
}

/* The same when only a snapshot is to be had, with more typed on top of what was in flight. */
static void a_lost_answer_is_found_in_a_snapshot(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    t->server.swallow_commits = t->server.snapshots_only = true;
    type(&t->ann, card, 0, "once");
    type(&t->ann, card, 4, " more");
    wait_for(&t->ann, is_offline);
    assert_agree(t, &t->ann);
    assert_string_equal(text_of(t, card), "once more");
    assert_true(t->server.histories > 0);
}

/* The connection is lost once more, before the history under the own edits was there. */
static void history_is_asked_for_again(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    t->server.swallow_commits = t->server.snapshots_only = t->server.drop_at_history = true;
    type(&t->ann, card, 0, "once");
    type(&t->ann, card, 4, " more");
    wait_for(&t->ann, is_offline);
    while (t->server.histories == 0)
        assert_int_equal(event_base_loop(t->base, EVLOOP_ONCE), 0);
    t->server.snapshots_only = false;
    assert_agree(t, &t->ann);
    assert_string_equal(text_of(t, card), "once more");
    assert_int_equal(t->server.histories, 2);
}

/* Too slow to be told of each batch: a snapshot in the middle, under edits of one's own. */
static void a_laggard_gets_a_snapshot(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    open_canvas(&t->ben);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    wait_for(&t->ben, is_level);
    t->server.mute = true;
    t->server.submits = 0;
    type(&t->ben, card, 0, "Ben");
    type(&t->ann, card, 0, "Ann");
    type(&t->ann, card, 3, " and ");
    while (t->server.submits < 2)
        assert_int_equal(event_base_loop(t->base, EVLOOP_ONCE), 0);
    fake_lagged(&t->server);
    assert_agree(t, &t->ann);
    assert_agree(t, &t->ben);
    assert_int_equal(strlen(text_of(t, card)), strlen("Ann and Ben"));
    assert_non_null(strstr(text_of(t, card), "Ann and "));
    assert_int_equal(t->ann.states[CLIENT_OFFLINE] + t->ben.states[CLIENT_OFFLINE], 0);
}

static void without_history_the_difference_does(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    t->server.swallow_commits = t->server.snapshots_only = t->server.history_gone = true;
    type(&t->ann, card, 0, "once");
    type(&t->ann, card, 4, " more");
    wait_for(&t->ann, is_offline);
    assert_agree(t, &t->ann);
    assert_string_equal(text_of(t, card), "once more");
}

/* A batch that vanishes while the connection stands: after a while of silence we connect anew and send it again. */
static void a_vanished_batch_is_sent_again(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    t->server.lose_submits = true;
    type(&t->ann, card, 0, "again");
    wait_for(&t->ann, is_offline);
    t->server.lose_submits = false;
    assert_agree(t, &t->ann);
    assert_string_equal(text_of(t, card), "again");
}

/* ---------------------------------------------------------------- the disk */

static void a_killed_client_s_edits_are_sent_by_the_next(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    open_canvas(&t->ben);
    card = add(&t->ann, "base");
    assert_agree(t, &t->ann);
    wait_for(&t->ben, is_level);
    t->server.lose_submits = true;
    type(&t->ann, card, 4, " in flight");
    type(&t->ann, card, 14, " pending");
    outbox_release(t->ann.client->outbox); /* as by kill -9: nothing is saved or sent any more */
    t->ann.client->outbox = NULL;
    client_free(t->ann.client);
    t->server.lose_submits = false;
    type(&t->ben, card, 0, "Ben: ");
    assert_agree(t, &t->ben);
    make(t, &t->ann, "ann", true, true);
    open_canvas(&t->ann);
    assert_int_equal(t->server.last_have_seq, 0);
    assert_agree(t, &t->ann);
    wait_for(&t->ben, is_level);
    assert_string_equal(text_of(t, card), "Ben: base in flight pending");
    assert_int_equal(t->server.histories, 1);
}

static void nothing_is_left_when_all_is_answered(void **state)
{
    struct trial *t = *state;
    struct uuid found[2];

    open_canvas(&t->ann);
    (void)add(&t->ann, "answered");
    assert_agree(t, &t->ann);
    client_quit(t->ann.client, 1000);
    assert_int_equal(client_state(t->ann.client), CLIENT_IDLE);
    client_free(t->ann.client);
    make(t, &t->ann, "ann", true, true);
    assert_int_equal(outbox_unsent(t->ann.client->state_dir, &t->server.id, found, 2), 0);
    open_canvas(&t->ann);
    (void)add(&t->ann, "the next number fits");
    assert_agree(t, &t->ann);
    assert_int_equal(t->server.model.clients[1].last_client_seq, 2);
}

static void damaged_edits_are_told_and_kept(void **state)
{
    struct trial *t = *state;
    struct outbox *o;
    struct why why;
    char *state_dir = xasprintf("%s/ann/state", t->dir);

    o = outbox_take(state_dir, &t->server.id, &t->server.canvas, &why);
    assert_non_null(o);
    assert_int_equal(outbox_save(o, OUTBOX_UNSENT, (const uint8_t *)"\xff\xff garbage", 10, &why), STATUS_OK);
    outbox_release(o);
    open_canvas(&t->ann);
    assert_int_equal(t->ann.rejects, 1);
    (void)add(&t->ann, "goes on");
    assert_agree(t, &t->ann);
    free(state_dir);
}

/* ---------------------------------------------------------------- refusals */

static void refused_words_are_kept_in_a_file(void **state)
{
    struct trial *t = *state;
    char *path, *words;

    open_canvas(&t->ann);
    t->server.refuse_next = STATUS_BAD_OP;
    (void)add(&t->ann, "precious words");
    wait_for(&t->ann, was_rejected);
    assert_agree(t, &t->ann);
    path = strstr(t->ann.reject, "/tmp/");
    assert_non_null(path);
    path[strlen(path) - 1] = '\0';
    words = paths_read(path, 100000, NULL);
    assert_non_null(words);
    assert_non_null(strstr(words, "precious words"));
    free(words);
    (void)add(&t->ann, "the next one is fine");
    assert_agree(t, &t->ann);
    assert_int_equal(t->server.model.c.n_cards, 1);
}

static void edits_of_a_deleted_card_are_told(void **state)
{
    struct trial *t = *state;
    Cocanvas__CardDelete delete = COCANVAS__CARD_DELETE__INIT;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    Cocanvas__Op *ops[1] = {&op};
    struct why why;
    uint64_t card;

    open_canvas(&t->ann);
    open_canvas(&t->ben);
    card = add(&t->ann, "doomed");
    assert_agree(t, &t->ann);
    wait_for(&t->ben, is_level);
    fake_unlisten(&t->server);
    for (size_t i = 0; i < FAKE_CONNS; i++)
        if (t->server.conns[i].number == 1)
            fake_drop(&t->server.conns[i]);
    wait_for(&t->ann, is_offline);
    type(&t->ann, card, 6, " but dear");
    delete.id = card;
    op.kind_case = COCANVAS__OP__KIND_CARD_DELETE;
    op.card_delete = &delete;
    assert_int_equal(replica_edit(client_replica(t->ben.client), 1, ops, 1, false, &why), STATUS_OK);
    client_edited(t->ben.client);
    assert_agree(t, &t->ben);
    fake_listen(&t->server);
    wait_for(&t->ann, was_rejected);
    assert_non_null(strstr(t->ann.reject, "rescued.txt"));
    assert_agree(t, &t->ann);
}

static void an_error_for_a_batch_is_tried_again(void **state)
{
    struct trial *t = *state;

    open_canvas(&t->ann);
    t->server.submit_error = STATUS_BUSY;
    (void)add(&t->ann, "in the end");
    wait_for(&t->ann, is_offline);
    assert_agree(t, &t->ann);
    assert_int_equal(t->server.model.c.n_cards, 1);
}

static void a_viewer_cannot_edit(void **state)
{
    struct trial *t = *state;
    struct why why;

    t->server.role = COCANVAS__ROLE__VIEWER;
    open_canvas(&t->ann);
    assert_int_equal(replica_text_splice(client_replica(t->ann.client), 1, "", 0, 0, "x", 1, 1, false, &why),
                     STATUS_NOT_FOUND);
}

static void the_second_one_of_a_client_id_is_final(void **state)
{
    struct trial *t = *state;

    open_canvas(&t->ann);
    for (size_t i = 0; i < FAKE_CONNS; i++)
        if (t->server.conns[i].number == 1)
            fake_error(&t->server.conns[i], 0, STATUS_REPLACED, true);
    wait_for(&t->ann, is_failed);
    assert_int_equal(client_error(t->ann.client, NULL, 0), STATUS_REPLACED);
}

static void a_busy_canvas_is_tried_again(void **state)
{
    struct trial *t = *state;

    t->server.open_error = STATUS_DEGRADED;
    open_canvas(&t->ann);
    assert_int_equal(t->server.opens, 2);
}

/* ---------------------------------------------------------------- what the server says about itself */

static void typing_goes_on_while_nothing_is_saved(void **state)
{
    struct trial *t = *state;
    Cocanvas__Status status = COCANVAS__STATUS__INIT;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    t->server.hold_submits = true;
    status.state = COCANVAS__STATUS__STATE__DEGRADED;
    status.unsaved_since_ms = 5;
    for (size_t i = 0; i < FAKE_CONNS; i++)
        fake_send(&t->server.conns[i], 0, COCANVAS__FRAME__BODY_STATUS, &status);
    t->server.submits = 0;
    type(&t->ann, card, 0, "a");
    type(&t->ann, card, 1, "b");
    wait_for(&t->ann, has_submitted);
    assert_true(t->ann.degraded);
    type(&t->ann, card, 2, "c");
    assert_false(client_all_saved(t->ann.client));
    fake_release(&t->server);
    assert_agree(t, &t->ann);
    assert_string_equal(text_of(t, card), "abc");
}

static void goes_away_and_comes_back(void **state)
{
    struct trial *t = *state;
    Cocanvas__GoAway go_away;

    cocanvas__go_away__init(&go_away);
    open_canvas(&t->ann);
    t->server.hold_submits = true;
    t->server.submits = 0;
    (void)add(&t->ann, "before it goes");
    wait_for(&t->ann, has_submitted);
    for (size_t i = 0; i < FAKE_CONNS; i++)
        fake_send(&t->server.conns[i], 0, COCANVAS__FRAME__BODY_GO_AWAY, &go_away);
    fake_release(&t->server); /* what is in flight is waited for */
    wait_for(&t->ann, is_offline);
    assert_true(client_all_saved(t->ann.client));
    wait_for(&t->ann, is_live);
    assert_agree(t, &t->ann);
}

static void follows_to_where_it_is_sent(void **state)
{
    struct trial *t = *state;
    struct fake_server *elsewhere = xcalloc(1, sizeof(*elsewhere));
    Cocanvas__Moved moved;
    char host[] = "127.0.0.1";

    cocanvas__moved__init(&moved);
    /* Another node of the same server: the same key and database. */
    fake_begin(elsewhere, t->base, t->dir);
    elsewhere->id = t->server.id;
    elsewhere->canvas = t->server.canvas;
    open_canvas(&t->ann);
    moved.host = host;
    moved.port = elsewhere->port;
    for (size_t i = 0; i < FAKE_CONNS; i++)
        fake_send(&t->server.conns[i], 0, COCANVAS__FRAME__BODY_MOVED, &moved);
    t->ann.states[CLIENT_LIVE] = 0;
    while (t->ann.states[CLIENT_LIVE] == 0)
        assert_int_equal(event_base_loop(t->base, EVLOOP_ONCE), 0);
    assert_int_equal(elsewhere->opens, 1);
    client_free(t->ann.client);
    fake_end(elsewhere);
    free(elsewhere);
    make(t, &t->ann, "ann", true, true);
}

static void a_wrong_hash_heals(void **state)
{
    struct trial *t = *state;
    uint64_t card;

    open_canvas(&t->ann);
    card = add(&t->ann, "");
    assert_agree(t, &t->ann);
    fake_checkpoint(&t->server);
    t->server.hold_submits = true;
    type(&t->ann, card, 0, "kept");
    t->server.wrong_hash = true;
    fake_checkpoint(&t->server);
    while (t->server.diverged == 0)
        assert_int_equal(event_base_loop(t->base, EVLOOP_ONCE), 0);
    t->server.hold_submits = false;
    assert_agree(t, &t->ann);
    assert_int_equal(t->server.diverged, 1);
    assert_int_equal(t->server.last_have_seq, 0);
    assert_string_equal(text_of(t, card), "kept");
}

/* The next batch shows that one is missing; what is missing is asked for, not everything. */
static void a_missing_batch_is_fetched(void **state)
{
    struct trial *t = *state;

    open_canvas(&t->ann);
    open_canvas(&t->ben);
    (void)add(&t->ben, "heard");
    assert_agree(t, &t->ben);
    wait_for(&t->ann, is_level);
    t->server.skip_broadcast = true;
    (void)add(&t->ben, "missed"); /* nobody hears of it, Ben neither */
    (void)add(&t->ann, "next");
    assert_agree(t, &t->ann);
    assert_agree(t, &t->ben);
    assert_int_equal(t->server.diverged, 0);
    assert_int_not_equal(t->server.last_have_seq, 0);
    assert_int_equal(t->server.model.c.n_cards, 3);
}

static void presence_and_progress_are_told(void **state)
{
    struct trial *t = *state;
    Cocanvas__Presence presence;

    cocanvas__presence__init(&presence);
    open_canvas(&t->ann);
    t->ann.client->timing.progress_ms = 1;
    client_presence(t->ann.client, &presence);
    (void)add(&t->ann, "x");
    assert_agree(t, &t->ann);
    while (t->server.presences == 0 || t->server.progresses == 0)
        assert_int_equal(event_base_loop(t->base, EVLOOP_ONCE), 0);
}

static void a_request_without_an_answer_fails(void **state)
{
    struct trial *t = *state;
    Cocanvas__HistoryRequest history = COCANVAS__HISTORY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    open_canvas(&t->ann);
    history.from_seq = 2;
    history.to_seq = 1; /* the fake server has no answer to that */
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_REQUEST;
    frame.history_request = &history;
    (void)client_request(t->ann.client, &frame);
    fake_drop_all(&t->server);
    wait_for(&t->ann, was_replied);
    assert_int_not_equal(t->ann.reply_code, STATUS_OK);
}

static void quitting_waits_for_the_answer(void **state)
{
    struct trial *t = *state;

    t->ann.client->options.seal_ms = 10000;
    open_canvas(&t->ann);
    (void)add(&t->ann, "last words");
    client_quit(t->ann.client, PATIENCE_MS);
    assert_true(client_all_saved(t->ann.client));
    assert_int_equal(t->server.model.c.n_cards, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(logs_in_and_asks_things),
        TEST(a_wrong_pin_ends_it_before_anything_is_said),
        TEST(an_unknown_server_is_asked_about_once),
        TEST(a_refused_token_is_final),
        TEST(a_password_becomes_a_token),
        TEST(nobody_there),
        TEST(a_canvas_that_is_not_there),
        TEST(two_people_edit),
        TEST(one_flight_when_the_server_is_known),
        TEST(typing_goes_on_offline),
        TEST(a_lost_answer_is_found),
        TEST(a_lost_answer_is_found_in_a_snapshot),
        TEST(history_is_asked_for_again),
        TEST(a_laggard_gets_a_snapshot),
        TEST(without_history_the_difference_does),
        TEST(a_vanished_batch_is_sent_again),
        TEST(a_killed_client_s_edits_are_sent_by_the_next),
        TEST(nothing_is_left_when_all_is_answered),
        TEST(damaged_edits_are_told_and_kept),
        TEST(refused_words_are_kept_in_a_file),
        TEST(edits_of_a_deleted_card_are_told),
        TEST(an_error_for_a_batch_is_tried_again),
        TEST(a_viewer_cannot_edit),
        TEST(the_second_one_of_a_client_id_is_final),
        TEST(a_busy_canvas_is_tried_again),
        TEST(typing_goes_on_while_nothing_is_saved),
        TEST(goes_away_and_comes_back),
        TEST(follows_to_where_it_is_sent),
        TEST(a_wrong_hash_heals),
        TEST(a_missing_batch_is_fetched),
        TEST(presence_and_progress_are_told),
        TEST(a_request_without_an_answer_fails),
        TEST(quitting_waits_for_the_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
