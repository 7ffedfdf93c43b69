/* One participant: connects, greets, logs in with a device token, opens its canvas, submits edits (one batch at a
 * time, what waits is composed into the next one), looks through what it receives for markers, reports its progress,
 * answers pings. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/message.h"
#include "tests/bench/bench.h"

enum { READ_ROOM = 128 << 10, READ_AT_ONCE = 1 << 20, PROGRESS_BATCHES = 64, PROGRESS_NS = 2000000000, MOST_OPS = 200 };

/* ---- bytes out */

static void want_out(struct load *l, struct participant *p, bool on)
{
    if (p->wants_out == on)
        return;
    struct epoll_event e = {.events = EPOLLIN | (on ? EPOLLOUT : 0), .data.u32 = p->index};
    epoll_ctl(l->epoll, EPOLL_CTL_MOD, p->fd, &e);
    p->wants_out = on;
}

void participant_kill(struct load *l, struct participant *p)
{
    if (p->state == P_DEAD)
        return;
    if (p->state != P_READY)
        l->c.joining--;
    else
        l->c.ready--;
    p->state = P_DEAD;
    l->c.dead++;
    close(p->fd);
    SSL_free(p->ssl);
    p->ssl = NULL;
}

static void flush_out(struct load *l, struct participant *p)
{
    while (buf_len(&p->out) > 0) {
        int n = SSL_write(p->ssl, buf_at(&p->out), (int)buf_len(&p->out));
        if (n > 0) {
            buf_drain(&p->out, (size_t)n);
            continue;
        }
        int error = SSL_get_error(p->ssl, n);
        if (error != SSL_ERROR_WANT_WRITE && error != SSL_ERROR_WANT_READ) {
            ERR_clear_error();
            participant_kill(l, p);
            return;
        }
        break;
    }
    want_out(l, p, buf_len(&p->out) > 0);
}

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

static uint8_t *put_number(uint8_t *to, unsigned tag, uint64_t value)
{
    return put_varint(put_varint(to, tag << 3), value);
}
static uint8_t *put_length(uint8_t *to, unsigned tag, size_t len)
{
    return put_varint(put_varint(to, tag << 3 | 2), len);
}
static unsigned varint_len(uint64_t value)
{
    unsigned n = 1;
    for (; value >= 0x80; value >>= 7)
        n++;
    return n;
}

/* ---- edits */

static uint8_t *put_text(uint8_t *to, const struct participant *p, uint32_t n)
{
    char text[EDIT_TEXT + 1];
    snprintf(text, sizeof text, "~E%04x%06x%016llx~ customers want quicker answers", p->index & 0xffff, n & 0xffffff,
             (unsigned long long)p->due_ns[n]);
    memcpy(to, text, EDIT_TEXT);
    return to + EDIT_TEXT;
}

/* Op{card_create{id, place{block 0.1}, text}}, a field of Submit */
static uint8_t *put_card(uint8_t *to, struct participant *p, uint32_t n)
{
    uint64_t id = object_id(p->client, ++p->counter);
    size_t card = 1 + varint_len(id) + 4 + 2 + EDIT_TEXT;
    to = put_length(to, 4, card + 2);
    to = put_length(to, 1, card);
    to = put_number(to, 1, id);
    to = put_length(to, 2, 2);
    to = put_number(to, 1, 1);
    to = put_length(to, 3, EDIT_TEXT);
    return put_text(to, p, n);
}

/* Op{prop_set{object: the canvas, key "note", value{text}}} */
static uint8_t *put_prop(uint8_t *to, struct participant *p, uint32_t n)
{
    size_t value = 2 + EDIT_TEXT, prop = 2 + 4 + 2 + value;
    to = put_length(to, 4, prop + 2);
    to = put_length(to, 5, prop);
    to = put_length(to, 2, 4);
    memcpy(to, "note", 4);
    to = put_length(to + 4, 3, value);
    to = put_length(to, 1, EDIT_TEXT);
    return put_text(to, p, n);
}

/* All edits that wait, as one batch, unless one is under way. */
void participant_submit(struct load *l, struct participant *p)
{
    uint8_t ops[MOST_OPS * 100], *to = ops, head[40], *at = head;
    if (p->in_flight || p->sent == p->made || p->state != P_READY)
        return;
    unsigned n = 0;
    for (; p->sent < p->made && n < MOST_OPS; n++, p->sent++)
        to = l->o.kind == EDIT_CARD ? put_card(to, p, p->sent) : put_prop(to, p, p->sent);
    uint64_t client_seq = ++p->client_seq;
    size_t len = (size_t)(to - ops) + 2 + varint_len(client_seq) + varint_len(p->seq);
    at = put_length(at + FRAME_HEADER, COCANVAS__FRAME__BODY_SUBMIT, len);
    frame_put_header(head, (size_t)(at - head) - FRAME_HEADER + len);
    at = put_number(at, 1, client_seq);
    at = put_number(at, 2, p->seq);
    buf_add(&p->out, head, (size_t)(at - head));
    buf_add(&p->out, ops, (size_t)(to - ops));
    p->in_flight = true;
    if (now_ns() - l->c.begin_ns < l->c.end_ns - l->c.begin_ns) {
        l->c.submits_w++;
        l->c.edits_submitted_w += n;
    }
    flush_out(l, p);
}

void participant_edit(struct load *l, struct participant *p, uint64_t due_ns)
{
    if (p->made == p->cap) {
        uint32_t cap = p->cap ? 2 * p->cap : 64;
        p->due_ns = xrealloc(p->due_ns, cap * sizeof *p->due_ns);
        p->acked = xrealloc(p->acked, cap);
        p->seen = xrealloc(p->seen, cap);
        memset(p->acked + p->cap, 0, cap - p->cap);
        memset(p->seen + p->cap, 0, cap - p->cap);
        p->cap = cap;
    }
    p->due_ns[p->made++] = due_ns;
    p->outstanding++;
    if (due_ns >= l->c.begin_ns && due_ns < l->c.end_ns)
        l->c.edits_made_w++;
}

/* ---- deliveries */

uint64_t hex_number(const uint8_t *at, unsigned digits)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < digits; i++)
        value = value << 4 | (uint64_t)(at[i] <= '9' ? at[i] - '0' : (at[i] | 32) - 'a' + 10);
    return value;
}

static bool in_window(const struct load *l, uint64_t t)
{
    return t >= l->c.begin_ns && t < l->c.end_ns;
}

static void acked(struct load *l, struct participant *p, uint32_t n, uint64_t t, uint64_t due)
{
    if (n >= p->made || p->acked[n])
        return;
    p->acked[n] = 1;
    p->outstanding--;
    if (in_window(l, t))
        l->c.acks_w++;
    if (in_window(l, due))
        samples_add(&l->c.ack, t - due);
    if (l->closed_loop && !l->stopping)
        participant_edit(l, p, now_ns());
}

static void delivered(struct load *l, struct participant *p, const uint8_t *marker, uint64_t t)
{
    uint32_t author = (uint32_t)hex_number(marker + 2, 4), n = (uint32_t)hex_number(marker + 6, 6);
    uint64_t due = hex_number(marker + 12, 16);
    if (in_window(l, t))
        l->c.deliveries_w++;
    if (in_window(l, due))
        l->c.deliveries_of_w++;
    if (author == p->index) {
        acked(l, p, n, t, due);
    } else if (author < l->n && n < l->all[author].made) {
        l->all[author].seen[n] = 1;
        if (in_window(l, due))
            samples_add(&l->c.latency, t - due);
    }
}

static void scan_markers(struct load *l, struct participant *p, const uint8_t *bytes, size_t len, uint64_t t)
{
    const uint8_t *end = bytes + len;
    while (bytes + MARKER <= end) {
        const uint8_t *at = memmem(bytes, (size_t)(end - bytes), "~E", 2);
        if (!at || at + MARKER > end)
            return;
        if (at[MARKER - 1] == '~') {
            delivered(l, p, at, t);
            bytes = at + MARKER;
        } else {
            bytes = at + 2;
        }
    }
}

static const uint8_t *get_varint(const uint8_t *at, const uint8_t *end, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; at < end && shift < 64; shift += 7) {
        uint8_t byte = *at++;
        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            break;
    }
    return at;
}

/* The numbers at a Committed's beginning: seq, client, client_seq. */
static void take_committed(struct load *l, struct participant *p, const uint8_t *bytes, size_t len, uint64_t t)
{
    const uint8_t *at = bytes, *end = bytes + len;
    uint64_t key, value, client = 0, client_seq = 0;
    while (at < end) {
        at = get_varint(at, end, &key);
        if ((key & 7) != 0)
            break;
        at = get_varint(at, end, &value);
        if (key >> 3 == 1) {
            if (value != p->seq + 1)
                die("participant %u: seq %llu after %llu", p->index, (unsigned long long)value,
                    (unsigned long long)p->seq);
            p->seq = value;
        } else if (key >> 3 == 3) {
            client = value;
        } else if (key >> 3 == 4) {
            client_seq = value;
        }
    }
    if (p->in_flight && client == p->client && client_seq == p->client_seq)
        p->in_flight = false;
    if (p->state == P_READY) {
        scan_markers(l, p, bytes, len, t);
        if (in_window(l, t))
            l->c.batches_w++;
    } else if (l->keep_state) {
        buf_add(&l->kept, bytes, len);
    }
}

/* ---- messages */

static void send_message(struct participant *p, Cocanvas__Frame__BodyCase body, void *message)
{
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = 1;
    frame.body_case = body;
    frame.ping = message; /* any member of the union */
    message_encode(&frame, &p->out);
}

static void say_hello(struct load *l, struct participant *p)
{
    char software[] = "bench/1", *token = xstrdup(l->o.token);
    struct uuid client_id;
    Cocanvas__Hello hello;
    Cocanvas__Login login;
    Cocanvas__Open open;
    cocanvas__hello__init(&hello);
    cocanvas__login__init(&login);
    cocanvas__open__init(&open);
    uuid_random(&client_id);
    hello.proto_min = hello.proto_max = 1;
    hello.software = software;
    login.token = token;
    open.canvas = (ProtobufCBinaryData){sizeof l->o.canvases[0].b, l->o.canvases[p->room].b};
    open.client_id = (ProtobufCBinaryData){sizeof client_id.b, client_id.b};
    send_message(p, COCANVAS__FRAME__BODY_HELLO, &hello);
    send_message(p, COCANVAS__FRAME__BODY_LOGIN, &login);
    send_message(p, COCANVAS__FRAME__BODY_OPEN, &open);
    free(token);
    flush_out(l, p);
}

static void check_ready(struct load *l, struct participant *p)
{
    if (p->state != P_JOINING || !p->opened || (p->mode_snapshot && !p->has_snapshot) || p->seq < p->head_seq)
        return;
    p->state = P_READY;
    p->ready_ns = now_ns();
    l->c.joining--;
    l->c.ready++;
}

static void take_snapshot(struct load *l, struct participant *p, const Cocanvas__Snapshot *snapshot)
{
    p->state_bytes += snapshot->part.len;
    if (l->keep_state)
        buf_add(&l->kept, snapshot->part.data, snapshot->part.len);
    if (snapshot->last) {
        p->seq = p->progress_seq = snapshot->seq;
        p->has_snapshot = true;
    }
}

static void take_error(struct load *l, struct participant *p, const Cocanvas__Error *error)
{
    if (l->c.errors++ < 5)
        fprintf(stderr, "participant %u: error %d: %s\n", p->index, (int)error->code, error->message);
    if (error->fatal || p->state == P_JOINING)
        participant_kill(l, p);
}

/* What is rare is decoded properly. */
static void take_message(struct load *l, struct participant *p, const Cocanvas__Frame *frame)
{
    Cocanvas__Pong pong;
    cocanvas__pong__init(&pong);
    switch (frame->body_case) {
    case COCANVAS__FRAME__BODY_OPENED:
        p->opened = true;
        p->mode_snapshot = frame->opened->mode == COCANVAS__OPENED__MODE__SNAPSHOT;
        p->head_seq = frame->opened->head_seq;
        p->client = (uint32_t)frame->opened->client;
        p->counter = frame->opened->last_object;
        break;
    case COCANVAS__FRAME__BODY_SNAPSHOT:
        take_snapshot(l, p, frame->snapshot);
        break;
    case COCANVAS__FRAME__BODY_REJECT:
        if (l->c.rejects++ < 5)
            fprintf(stderr, "participant %u: rejected: %s\n", p->index, frame->reject->detail);
        p->in_flight = false;
        break;
    case COCANVAS__FRAME__BODY_ERROR:
        take_error(l, p, frame->error);
        break;
    case COCANVAS__FRAME__BODY_PING:
        pong.nonce = frame->ping->nonce;
        send_message(p, COCANVAS__FRAME__BODY_PONG, &pong);
        break;
    case COCANVAS__FRAME__BODY_LAGGED:
        l->c.lagged++;
        break;
    case COCANVAS__FRAME__BODY_STATUS:
        l->c.degraded += frame->status->state == COCANVAS__STATUS__STATE__DEGRADED;
        break;
    default:
        break;
    }
    check_ready(l, p);
}

static void take_frame(struct load *l, struct participant *p, const uint8_t *body, size_t len, uint64_t t)
{
    enum status code;
    uint64_t key, inner;
    const uint8_t *at = get_varint(body, body + len, &key);
    if (key == (COCANVAS__FRAME__BODY_COMMITTED << 3 | 2)) {
        if (in_window(l, t))
            l->c.bytes_w += FRAME_HEADER + len;
        at = get_varint(at, body + len, &inner);
        take_committed(l, p, at, (size_t)(body + len - at), t);
        check_ready(l, p);
        return;
    }
    arena_reset(&l->arena);
    Cocanvas__Frame *frame = message_decode(&l->arena, body, len, &code);
    if (!frame)
        die("participant %u: a frame cannot be decoded (%s)", p->index, status_name(code));
    take_message(l, p, frame);
}

static void report_progress(struct load *l, struct participant *p, uint64_t t)
{
    if (!l->o.progress || p->state != P_READY || p->seq == p->progress_seq)
        return;
    if (p->seq - p->progress_seq < PROGRESS_BATCHES && t - p->progress_ns < PROGRESS_NS)
        return;
    Cocanvas__Progress progress;
    cocanvas__progress__init(&progress);
    progress.applied_seq = p->seq;
    p->progress_seq = p->seq;
    p->progress_ns = t;
    send_message(p, COCANVAS__FRAME__BODY_PROGRESS, &progress);
    if (in_window(l, t))
        l->c.progress_w++;
}

/* ---- bytes in */

static void take_frames(struct load *l, struct participant *p)
{
    uint64_t t = now_ns();
    const uint8_t *body;
    size_t len;
    while (p->state != P_DEAD) {
        enum frame_result result = frame_next(buf_at(&l->in), buf_len(&l->in), FRAME_MAX_IMPORT, &body, &len);
        if (result == FRAME_TOO_LONG)
            die("participant %u: a frame of %zu bytes", p->index, len);
        if (result == FRAME_CUT)
            break;
        take_frame(l, p, body, len, t);
        buf_drain(&l->in, FRAME_HEADER + len);
    }
    if (p->state == P_DEAD)
        return;
    report_progress(l, p, t);
    participant_submit(l, p);
    if (buf_len(&p->out) > 0)
        flush_out(l, p);
}

/* Everything that is there, as far as a megabyte, to be looked at in one go. False: there is no more now, or never. */
static bool read_some(struct load *l, struct participant *p, bool *ended)
{
    while (buf_len(&l->in) <= READ_AT_ONCE) {
        uint8_t *to = buf_reserve(&l->in, READ_ROOM);
        int n = SSL_read(p->ssl, to, READ_ROOM);
        if (n <= 0) {
            int error = SSL_get_error(p->ssl, n);
            *ended = error != SSL_ERROR_WANT_READ && error != SSL_ERROR_WANT_WRITE;
            ERR_clear_error();
            return false;
        }
        buf_wrote(&l->in, (size_t)n);
    }
    return true;
}

static void on_readable(struct load *l, struct participant *p)
{
    bool more = true, ended = false;
    buf_clear(&l->in, SIZE_MAX);
    buf_add(&l->in, buf_at(&p->rest), buf_len(&p->rest));
    buf_clear(&p->rest, 0);
    while (more && p->state != P_DEAD) {
        more = read_some(l, p, &ended);
        take_frames(l, p); /* also at the end: the last ones may say why */
    }
    if (ended)
        participant_kill(l, p);
    if (p->state != P_DEAD && buf_len(&l->in) > 0)
        buf_add(&p->rest, buf_at(&l->in), buf_len(&l->in));
}

/* ---- connecting */

void participant_open(struct load *l, struct participant *p)
{
    int one = 1;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->o.port)};
    inet_pton(AF_INET, l->o.host, &address.sin_addr);
    p->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    setsockopt(p->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    p->opened_ns = now_ns();
    p->state = P_CONNECTING;
    p->wants_out = true;
    l->c.joining++;
    if (connect(p->fd, (struct sockaddr *)&address, sizeof address) < 0 && errno != EINPROGRESS)
        die("connect: %s", strerror(errno));
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT, .data.u32 = p->index};
    epoll_ctl(l->epoll, EPOLL_CTL_ADD, p->fd, &e);
}

static void shake_hands(struct load *l, struct participant *p)
{
    int n = SSL_do_handshake(p->ssl);
    if (n == 1) {
        p->state = P_JOINING;
        want_out(l, p, false);
        say_hello(l, p);
        return;
    }
    int error = SSL_get_error(p->ssl, n);
    if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) {
        want_out(l, p, error == SSL_ERROR_WANT_WRITE);
        return;
    }
    ERR_print_errors_fp(stderr);
    participant_kill(l, p);
}

static void begin_tls(struct load *l, struct participant *p)
{
    int error = 0;
    socklen_t len = sizeof error;
    getsockopt(p->fd, SOL_SOCKET, SO_ERROR, &error, &len);
    if (error) {
        fprintf(stderr, "connect: %s\n", strerror(error));
        participant_kill(l, p);
        return;
    }
    p->ssl = SSL_new(l->tls);
    SSL_set_fd(p->ssl, p->fd);
    SSL_set_connect_state(p->ssl);
    p->state = P_HANDSHAKE;
    shake_hands(l, p);
}

void pump(struct load *l, uint64_t until_ns)
{
    struct epoll_event events[256];
    uint64_t t = now_ns(), wait = until_ns > t ? until_ns - t : 0;
    struct timespec ts = {(time_t)(wait / 1000000000u), (long)(wait % 1000000000u)};
    int n = epoll_pwait2(l->epoll, events, 256, &ts, NULL);
    for (int i = 0; i < n; i++) {
        struct participant *p = &l->all[events[i].data.u32];
        if (p->state == P_CONNECTING)
            begin_tls(l, p);
        else if (p->state == P_HANDSHAKE)
            shake_hands(l, p);
        else if (p->state != P_DEAD) {
            if (events[i].events & EPOLLOUT)
                flush_out(l, p);
            if (p->state != P_DEAD && (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
                on_readable(l, p);
        }
    }
}
