/* A server on loopback in the test's own event loop, for tests of the client: real TLS and frames, the model server
 * behind it, and switches for everything that can go wrong. One canvas; everybody with the token may edit it. */
#ifndef COCANVAS_TESTS_FAKE_SERVER_H
#define COCANVAS_TESTS_FAKE_SERVER_H

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/ids.h"
#include "common/message.h"
#include "common/stream.h"
#include "common/tls.h"
#include "tests/support/model_server.h"

enum { FAKE_CONNS = 16 };

#define FAKE_TOKEN "cnv_token"
#define FAKE_PASSWORD "a long password"

struct fake_server;

struct fake_conn {
    struct fake_server *server;
    struct stream *stream; /* NULL: free */
    bool dead, logged_in;
    uint32_t number; /* client number on the canvas while it is open, 0 none */
    bool reader;     /* open without client_id */
    unsigned frames; /* received */
    unsigned flight; /* frames in the first piece of bytes */
};

struct fake_server {
    struct event_base *base;
    struct model_server model;
    SSL_CTX *tls;
    uint8_t pin[PIN_BYTES];
    struct uuid id, canvas;
    struct uuid client_ids[MODEL_CLIENTS]; /* by number */
    struct event *listener, *reaper;
    struct stream_scratch scratch;
    struct arena arena;
    struct fake_conn conns[FAKE_CONNS];
    uint16_t port;

    /* switches */
    bool hold_submits;    /* batches wait (PostgreSQL is away) */
    bool swallow_commits; /* committed, and told to nobody: then the connection is lost */
    bool lose_submits;    /* batches vanish on the way */
    bool skip_broadcast;  /* the next batch is told to nobody */
    bool mute;            /* nobody is told of batches: they all lag */
    bool snapshots_only;
    bool history_gone;
    bool drop_at_history;     /* the connection is lost instead of an answer, once */
    bool wrong_hash;          /* in checkpoints */
    enum status refuse_next;  /* code of a Reject for the next batch */
    enum status open_error;   /* answer to Open, once */
    enum status submit_error; /* Error instead of an answer to Submit, once */
    int role;

    /* what was seen */
    unsigned accepted, opens, submits, presences, progresses, diverged, resumed, histories;
    uint64_t last_have_seq;
    struct buf held; /* a Submit that waits, of held_by */
    struct fake_conn *held_by;
};

/* ---------------------------------------------------------------- sending */

static inline void fake_send(struct fake_conn *conn, uint32_t request, Cocanvas__Frame__BodyCase kind, void *body)
{
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    if (!conn->stream || conn->dead)
        return;
    frame.request = request;
    frame.body_case = kind;
    frame.error = body; /* every body is a pointer */
    message_encode(&frame, stream_out(conn->stream));
    stream_flush(conn->stream);
}

static inline void fake_error(struct fake_conn *conn, uint32_t request, enum status code, bool fatal)
{
    Cocanvas__Error error;
    char sentence[] = "The test says no.";

    cocanvas__error__init(&error);
    error.code = (Cocanvas__ErrorCode)code;
    error.message = sentence;
    error.fatal = fatal;
    fake_send(conn, request, COCANVAS__FRAME__BODY_ERROR, &error);
}

static inline void fake_send_batch(struct fake_conn *conn, uint64_t seq)
{
    const struct buf *bytes = &conn->server->model.log[seq - 1];

    if (!conn->stream || conn->dead)
        return;
    message_wrap_committed(buf_at(bytes), buf_len(bytes), stream_out(conn->stream));
    stream_flush(conn->stream);
}

static inline bool fake_is_open(const struct fake_conn *conn)
{
    return conn->stream && !conn->dead && (conn->number || conn->reader);
}

static inline void fake_broadcast(struct fake_server *s, uint64_t from)
{
    for (uint64_t seq = from; seq <= s->model.head && !s->mute; seq++)
        for (size_t i = 0; i < FAKE_CONNS; i++)
            if (fake_is_open(&s->conns[i]))
                fake_send_batch(&s->conns[i], seq);
}

static inline void fake_checkpoint(struct fake_server *s)
{
    Cocanvas__Checkpoint checkpoint = COCANVAS__CHECKPOINT__INIT;

    checkpoint.seq = s->model.head;
    checkpoint.hash = canvas_hash(&s->model.c) + s->wrong_hash;
    for (size_t i = 0; i < FAKE_CONNS; i++)
        if (fake_is_open(&s->conns[i]))
            fake_send(&s->conns[i], 0, COCANVAS__FRAME__BODY_CHECKPOINT, &checkpoint);
}

/* Freed by the reaper: not inside the stream's own callbacks. */
static inline void fake_drop(struct fake_conn *conn)
{
    if (!conn->stream || conn->dead)
        return;
    conn->dead = true;
    if (conn->server->held_by == conn)
        conn->server->held_by = NULL;
    event_active(conn->server->reaper, EV_TIMEOUT, 0);
}

static inline void fake_drop_all(struct fake_server *s)
{
    for (size_t i = 0; i < FAKE_CONNS; i++)
        fake_drop(&s->conns[i]);
}

/* ---------------------------------------------------------------- handlers */

static inline void fake_on_hello(struct fake_conn *conn)
{
    struct fake_server *s = conn->server;
    Cocanvas__Welcome welcome;
    Cocanvas__Limits limits = COCANVAS__LIMITS__INIT;
    char software[] = "fake/1";

    cocanvas__welcome__init(&welcome);
    limits.frame_bytes = FRAME_MAX;
    limits.submit_bytes = 64 << 10;
    limits.submit_ops = 256;
    limits.text_points = 1000;
    limits.ping_ms = 30000;
    welcome.proto = 1;
    welcome.software = software;
    welcome.server_id = (ProtobufCBinaryData){sizeof(s->id.b), s->id.b};
    welcome.limits = &limits;
    fake_send(conn, 0, COCANVAS__FRAME__BODY_WELCOME, &welcome);
}

static inline void fake_on_login(struct fake_conn *conn, uint32_t request, const Cocanvas__Login *login)
{
    Cocanvas__LoggedIn in;
    char name[] = "ann", token[] = FAKE_TOKEN;
    bool by_password = strcmp(login->password, FAKE_PASSWORD) == 0;

    cocanvas__logged_in__init(&in);
    if (!by_password && strcmp(login->token, FAKE_TOKEN) != 0) {
        fake_error(conn, request, STATUS_DENIED, false);
        return;
    }
    conn->logged_in = true;
    in.login = name;
    if (by_password)
        in.token = token;
    fake_send(conn, request, COCANVAS__FRAME__BODY_LOGGED_IN, &in);
}

static inline uint32_t fake_number(struct fake_server *s, const struct uuid *client_id)
{
    for (uint32_t i = 1; i < MODEL_CLIENTS; i++) {
        if (uuid_is_zero(&s->client_ids[i]))
            s->client_ids[i] = *client_id;
        if (uuid_equal(&s->client_ids[i], client_id))
            return i;
    }
    ASSERT(!"enough clients");
    return 0;
}

static inline void fake_send_snapshot(struct fake_conn *conn)
{
    struct model_server *model = &conn->server->model;
    struct buf state;
    size_t half;

    buf_init(&state);
    canvas_encode(&model->c, &state);
    half = buf_len(&state) / 2;
    for (uint32_t i = 0; i < 2; i++) {
        Cocanvas__Snapshot part = COCANVAS__SNAPSHOT__INIT;

        part.seq = model->head;
        part.index = i;
        part.last = i == 1;
        part.part.data = state.data + state.start + (i ? half : 0);
        part.part.len = i ? buf_len(&state) - half : half;
        part.hash = i ? canvas_hash(&model->c) : 0;
        fake_send(conn, 0, COCANVAS__FRAME__BODY_SNAPSHOT, &part);
    }
    buf_fini(&state);
}

/* What members that were too slow get, in place of the batches. */
static inline void fake_lagged(struct fake_server *s)
{
    Cocanvas__Lagged lagged = COCANVAS__LAGGED__INIT;

    s->mute = false;
    for (size_t i = 0; i < FAKE_CONNS; i++) {
        if (!fake_is_open(&s->conns[i]))
            continue;
        fake_send(&s->conns[i], 0, COCANVAS__FRAME__BODY_LAGGED, &lagged);
        fake_send_snapshot(&s->conns[i]);
    }
}

static inline void fake_on_open(struct fake_conn *conn, uint32_t request, const Cocanvas__Open *open)
{
    struct fake_server *s = conn->server;
    Cocanvas__Opened opened = COCANVAS__OPENED__INIT;
    Cocanvas__Person person;
    Cocanvas__Person *people[1] = {&person};
    char name[] = "Ann";
    struct uuid id;

    cocanvas__person__init(&person);
    s->opens++;
    s->last_have_seq = open->have_seq;
    if (s->open_error || !conn->logged_in || !uuid_from_bytes(open->canvas.data, open->canvas.len, &id) ||
        !uuid_equal(&id, &s->canvas)) {
        fake_error(conn, request, s->open_error ? s->open_error : STATUS_NOT_FOUND, false);
        s->open_error = STATUS_OK;
        return;
    }
    if (uuid_from_bytes(open->client_id.data, open->client_id.len, &id)) {
        const struct model_client *mc;

        conn->number = fake_number(s, &id);
        mc = &s->model.clients[conn->number];
        for (size_t i = 0; i < FAKE_CONNS; i++) {
            struct fake_conn *other = &s->conns[i];

            if (other != conn && fake_is_open(other) && other->number == conn->number) {
                fake_error(other, 0, STATUS_REPLACED, true);
                other->number = 0;
            }
        }
        opened.client = conn->number;
        opened.author = conn->number;
        opened.acked_client_seq = mc->last_client_seq;
        opened.last_object = mc->last_object;
        if (buf_len(&mc->last_reject))
            opened.last_reject = cocanvas__reject__unpack(NULL, buf_len(&mc->last_reject), buf_at(&mc->last_reject));
    } else {
        conn->reader = true;
    }
    opened.mode = open->have_seq && !s->snapshots_only ? COCANVAS__OPENED__MODE__OPS : COCANVAS__OPENED__MODE__SNAPSHOT;
    opened.epoch = 1;
    opened.head_seq = s->model.head;
    opened.role = (Cocanvas__Role)s->role;
    person.author = 1;
    person.name = name;
    opened.n_people = 1;
    opened.people = people;
    fake_send(conn, request, COCANVAS__FRAME__BODY_OPENED, &opened);
    if (opened.last_reject)
        cocanvas__reject__free_unpacked(opened.last_reject, NULL);
    if (opened.mode == COCANVAS__OPENED__MODE__SNAPSHOT) {
        fake_send_snapshot(conn);
        return;
    }
    for (uint64_t seq = open->have_seq + 1; seq <= s->model.head; seq++)
        fake_send_batch(conn, seq);
}

static inline void fake_judge(struct fake_conn *conn, const struct buf *submit)
{
    struct fake_server *s = conn->server;
    uint64_t before = s->model.head;

    if (model_submit(&s->model, conn->number, submit, s->refuse_next, 0)) {
        const struct buf *bytes = &s->model.clients[conn->number].last_reject;
        Cocanvas__Reject *reject = cocanvas__reject__unpack(NULL, buf_len(bytes), buf_at(bytes));

        fake_send(conn, 0, COCANVAS__FRAME__BODY_REJECT, reject);
        cocanvas__reject__free_unpacked(reject, NULL);
    }
    s->refuse_next = STATUS_OK;
    if (s->swallow_commits) {
        s->swallow_commits = false;
        fake_drop(conn);
        return;
    }
    fake_broadcast(s, before + (s->skip_broadcast ? 2 : 1));
    s->skip_broadcast = false;
}

static inline void fake_on_submit(struct fake_conn *conn, uint32_t request, const Cocanvas__Submit *submit)
{
    struct fake_server *s = conn->server;
    size_t len = cocanvas__submit__get_packed_size(submit);
    struct buf bytes;

    s->submits++;
    if (s->submit_error) {
        fake_error(conn, request, s->submit_error, false);
        s->submit_error = STATUS_OK;
        return;
    }
    if (s->lose_submits || !conn->number)
        return;
    buf_init(&bytes);
    cocanvas__submit__pack(submit, buf_reserve(&bytes, len));
    buf_wrote(&bytes, len);
    if (s->hold_submits) {
        buf_clear(&s->held, SIZE_MAX);
        buf_add(&s->held, buf_at(&bytes), buf_len(&bytes));
        s->held_by = conn;
    } else {
        fake_judge(conn, &bytes);
    }
    buf_fini(&bytes);
}

/* PostgreSQL is back. */
static inline void fake_release(struct fake_server *s)
{
    struct fake_conn *conn = s->held_by;

    s->hold_submits = false;
    s->held_by = NULL;
    if (conn)
        fake_judge(conn, &s->held);
}

static inline void fake_on_history(struct fake_conn *conn, uint32_t request, const Cocanvas__HistoryRequest *wanted)
{
    struct fake_server *s = conn->server;

    s->histories++;
    if (s->drop_at_history) {
        s->drop_at_history = false;
        fake_drop(conn);
        return;
    }
    if (s->history_gone) {
        fake_error(conn, request, STATUS_NOT_FOUND, false);
        return;
    }
    for (uint64_t seq = wanted->from_seq; seq <= wanted->to_seq; seq++) {
        Cocanvas__HistoryPage page = COCANVAS__HISTORY_PAGE__INIT;
        ProtobufCBinaryData one = {buf_len(&s->model.log[seq - 1]),
                                   s->model.log[seq - 1].data + s->model.log[seq - 1].start};

        page.n_committed = 1;
        page.committed = &one;
        page.oldest_seq = 1;
        page.last = seq == wanted->to_seq;
        fake_send(conn, request, COCANVAS__FRAME__BODY_HISTORY_PAGE, &page);
    }
}

static inline void fake_on_list(struct fake_conn *conn, uint32_t request)
{
    Cocanvas__CanvasList list = COCANVAS__CANVAS_LIST__INIT;

    fake_send(conn, request, COCANVAS__FRAME__BODY_CANVAS_LIST, &list);
}

static inline void fake_on_frame(struct fake_conn *conn, const Cocanvas__Frame *frame)
{
    switch ((int)frame->body_case) {
    case COCANVAS__FRAME__BODY_HELLO:
        fake_on_hello(conn);
        break;
    case COCANVAS__FRAME__BODY_LOGIN:
        fake_on_login(conn, frame->request, frame->login);
        break;
    case COCANVAS__FRAME__BODY_OPEN:
        fake_on_open(conn, frame->request, frame->open);
        break;
    case COCANVAS__FRAME__BODY_CLOSE:
        conn->number = 0;
        conn->reader = false;
        break;
    case COCANVAS__FRAME__BODY_SUBMIT:
        fake_on_submit(conn, frame->request, frame->submit);
        break;
    case COCANVAS__FRAME__BODY_HISTORY_REQUEST:
        fake_on_history(conn, frame->request, frame->history_request);
        break;
    case COCANVAS__FRAME__BODY_CANVAS_LIST_REQUEST:
        fake_on_list(conn, frame->request);
        break;
    case COCANVAS__FRAME__BODY_PRESENCE:
        conn->server->presences++;
        break;
    case COCANVAS__FRAME__BODY_PROGRESS:
        conn->server->progresses++;
        break;
    case COCANVAS__FRAME__BODY_DIVERGED:
        conn->server->diverged++;
        break;
    default:
        break;
    }
}

/* ---------------------------------------------------------------- connections */

static inline size_t fake_on_bytes(void *owner, const uint8_t *bytes, size_t len)
{
    struct fake_conn *conn = owner;
    struct fake_server *s = conn->server;
    const uint8_t *body;
    size_t used = 0, body_len;
    bool first = conn->frames == 0;
    enum status code;

    while (!conn->dead && frame_next(bytes + used, len - used, FRAME_MAX, &body, &body_len) == FRAME_WHOLE) {
        Cocanvas__Frame *frame;

        used += FRAME_HEADER + body_len;
        arena_reset(&s->arena);
        frame = message_decode(&s->arena, body, body_len, &code);
        ASSERT(frame);
        conn->frames++;
        conn->flight += first;
        fake_on_frame(conn, frame);
    }
    return conn->dead ? len : used;
}

static inline void fake_on_ready(void *owner)
{
    struct fake_conn *conn = owner;

    conn->server->resumed += SSL_session_reused(stream_ssl(conn->stream)) ? 1 : 0;
}

static inline void fake_on_closed(void *owner, const char *reason)
{
    (void)reason;
    fake_drop(owner);
}

static inline void fake_reap(evutil_socket_t fd, short what, void *arg)
{
    struct fake_server *s = arg;

    (void)fd, (void)what;
    for (size_t i = 0; i < FAKE_CONNS; i++) {
        struct fake_conn *conn = &s->conns[i];

        if (!conn->stream || !conn->dead)
            continue;
        stream_free(conn->stream);
        *conn = (struct fake_conn){0};
    }
}

static inline void fake_accept(evutil_socket_t fd, short what, void *arg)
{
    static const struct stream_callbacks callbacks = {
        .on_ready = fake_on_ready, .on_bytes = fake_on_bytes, .on_closed = fake_on_closed};
    struct fake_server *s = arg;
    int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

    (void)what;
    for (size_t i = 0; peer >= 0 && i < FAKE_CONNS; i++) {
        struct fake_conn *conn = &s->conns[i];

        if (conn->stream)
            continue;
        s->accepted++;
        *conn = (struct fake_conn){.server = s};
        conn->stream = stream_new(peer, s->tls, true, NULL, &callbacks, conn);
        stream_attach(conn->stream, s->base, &s->scratch);
        return;
    }
    if (peer >= 0)
        close(peer);
}

/* ---------------------------------------------------------------- life */

/* Listens on the port that it had before, or on a new one. */
static inline void fake_listen(struct fake_server *s)
{
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(s->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(at);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), on = 1;

    ASSERT(fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0);
    ASSERT(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0 && listen(fd, 16) == 0);
    ASSERT(getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    s->port = ntohs(at.sin_port);
    s->listener = event_new(s->base, fd, EV_READ | EV_PERSIST, fake_accept, s);
    event_add(s->listener, NULL);
}

static inline void fake_unlisten(struct fake_server *s)
{
    if (!s->listener)
        return;
    close(event_get_fd(s->listener));
    event_free(s->listener);
    s->listener = NULL;
}

static inline void fake_begin(struct fake_server *s, struct event_base *base, const char *dir)
{
    char *cert = xasprintf("%s/cert.pem", dir), *key = xasprintf("%s/key.pem", dir);
    struct why why;

    memset(s, 0, sizeof(*s));
    s->base = base;
    s->role = COCANVAS__ROLE__EDITOR;
    model_init(&s->model, NULL);
    uuid_random(&s->id);
    uuid_random(&s->canvas);
    ASSERT(tls_make_identity(cert, key, "localhost", &why) == STATUS_OK &&
           tls_file_pin(cert, s->pin, &why) == STATUS_OK);
    s->tls = tls_server_context(cert, key, &why);
    ASSERT(s->tls);
    free(cert);
    free(key);
    stream_scratch_init(&s->scratch);
    arena_init(&s->arena, 64 << 20);
    buf_init(&s->held);
    s->reaper = evtimer_new(base, fake_reap, s);
    fake_listen(s);
}

static inline void fake_end(struct fake_server *s)
{
    fake_drop_all(s);
    fake_reap(-1, 0, s);
    fake_unlisten(s);
    event_free(s->reaper);
    SSL_CTX_free(s->tls);
    stream_scratch_fini(&s->scratch);
    arena_fini(&s->arena);
    buf_fini(&s->held);
    model_fini(&s->model);
}

#endif
