/* Streams: both ends on one event base over a socket pair (or loopback TCP), real handshakes, real TLS. Everything
 * waits for conditions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/status.h"
#include "common/stream.h"
#include "common/tls.h"
#include "tests/support/rng.h"

enum { PATIENCE_S = 240 }; /* a watchdog, not a measure: alarm() ends a hung test */

struct world {
    struct event_base *base;
    struct stream_scratch scratch;
    SSL_CTX *server_ctx, *client_ctx;
    char folder[64];
};

/* One end. What it does with input is chosen by `take`. */
struct end {
    struct world *world;
    struct stream *stream;
    struct buf got; /* consumed bytes */
    size_t (*take)(struct end *e, const uint8_t *bytes, size_t len);
    size_t calls; /* of on_bytes */
    unsigned drained;
    bool ready, closed;
    bool away;              /* paused or detached by take_and_go_away */
    char reason[200];       /* "" clean */
    struct buf lent;        /* the source: whole frames */
    size_t lent_frames_end; /* where the span ends that is lent out; 0 none */
    struct rng rng;
};

static size_t take_all(struct end *e, const uint8_t *bytes, size_t len)
{
    buf_add(&e->got, bytes, len);
    return len;
}

static void on_ready(void *owner)
{
    struct end *e = owner;
    assert_false(e->closed);
    e->ready = true;
}

static size_t on_bytes(void *owner, const uint8_t *bytes, size_t len)
{
    struct end *e = owner;
    assert_false(e->closed);
    assert_true(e->ready && len > 0);
    e->calls++;
    return e->take(e, bytes, len);
}

static void on_drained(void *owner)
{
    struct end *e = owner;
    assert_false(e->closed);
    e->drained++;
}

static void on_closed(void *owner, const char *reason)
{
    struct end *e = owner;
    assert_false(e->closed);
    e->closed = true;
    snprintf(e->reason, sizeof e->reason, "%s", reason ? reason : "");
}

/* Lends up to three frames at a time. */
static bool on_source_peek(void *owner, const uint8_t **bytes, size_t *len)
{
    struct end *e = owner;
    const uint8_t *body;
    size_t body_len;
    if (buf_len(&e->lent) == 0)
        return false;
    size_t end = e->lent_frames_end, all = buf_len(&e->lent);
    if (end == 0)
        for (int n = 0;
             n < 3 && frame_next(buf_at(&e->lent) + end, all - end, FRAME_MAX, &body, &body_len) == FRAME_WHOLE; n++)
            end += FRAME_HEADER + body_len;
    e->lent_frames_end = end;
    *bytes = buf_at(&e->lent);
    *len = e->lent_frames_end;
    return true;
}

static void on_source_sent(void *owner, size_t len)
{
    struct end *e = owner;
    assert_true(len <= e->lent_frames_end);
    e->lent_frames_end -= len;
    buf_drain(&e->lent, len);
}

static const struct stream_callbacks plain_callbacks = {on_ready, on_bytes, on_drained, on_closed, NULL, NULL};
static const struct stream_callbacks source_callbacks = {on_ready,  on_bytes,       on_drained,
                                                         on_closed, on_source_peek, on_source_sent};

/* ---- the world */

static int setup(void **state)
{
    struct world *w = xcalloc(1, sizeof *w);
    struct why why;
    snprintf(w->folder, sizeof w->folder, "/tmp/test_stream_XXXXXX");
    assert_non_null(mkdtemp(w->folder));
    char *cert = xasprintf("%s/cert.pem", w->folder), *key = xasprintf("%s/key.pem", w->folder);
    assert_int_equal(tls_make_identity(cert, key, "test", &why), STATUS_OK);
    w->server_ctx = tls_server_context(cert, key, &why);
    w->client_ctx = tls_client_context(&why);
    assert_true(w->server_ctx && w->client_ctx);
    unlink(cert);
    unlink(key);
    rmdir(w->folder);
    free(cert);
    free(key);
    w->base = event_base_new();
    stream_scratch_init(&w->scratch);
    alarm(PATIENCE_S);
    *state = w;
    return 0;
}

static int teardown(void **state)
{
    struct world *w = *state;
    alarm(0);
    stream_scratch_fini(&w->scratch);
    event_base_free(w->base);
    SSL_CTX_free(w->server_ctx);
    SSL_CTX_free(w->client_ctx);
    free(w);
    return 0;
}

static void end_init(struct end *e, struct world *w, int fd, bool server, const struct stream_callbacks *cb)
{
    memset(e, 0, sizeof *e);
    e->world = w;
    e->take = take_all;
    e->rng = (struct rng){rng_seed(server ? 11 : 12)};
    e->stream = stream_new(fd, server ? w->server_ctx : w->client_ctx, server, server ? NULL : "test", cb, e);
    stream_attach(e->stream, w->base, &w->scratch);
}

static void end_fini(struct end *e)
{
    stream_free(e->stream);
    buf_fini(&e->got);
    buf_fini(&e->lent);
}

/* A pair of sockets; small buffers make blocking likely. */
static void make_sockets(int fd[2], bool small)
{
    int size = 4096;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fd), 0);
    for (int i = 0; i < 2 && small; i++)
        assert_int_equal(setsockopt(fd[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size), 0);
}

/* Handles what is ready now, once: EVLOOP_NONBLOCK alone would go on until nothing is. */
static void pass(struct event_base *base)
{
    assert_true(event_base_loop(base, EVLOOP_NONBLOCK | EVLOOP_ONCE) >= 0);
}
static void turn(struct world *w)
{
    assert_true(event_base_loop(w->base, EVLOOP_ONCE) >= 0);
}

static void make_ends(struct world *w, struct end *server, struct end *client, const struct stream_callbacks *cb,
                      bool small)
{
    int fd[2];
    make_sockets(fd, small);
    end_init(server, w, fd[0], true, cb);
    end_init(client, w, fd[1], false, cb);
    while (!server->ready || !client->ready)
        turn(w);
}

/* Byte i of everything that is sent. */
static uint8_t pattern(size_t i)
{
    return (uint8_t)(i * 2654435761u >> 13);
}

static void write_pattern(struct stream *s, size_t from, size_t len)
{
    uint8_t *bytes = xmalloc(len);
    for (size_t i = 0; i < len; i++)
        bytes[i] = pattern(from + i);
    stream_write(s, bytes, len);
    free(bytes);
}

static void assert_pattern(const struct buf *got, size_t len)
{
    assert_int_equal(buf_len(got), len);
    for (size_t i = 0; i < len; i++)
        if (buf_at(got)[i] != pattern(i))
            fail_msg("byte %zu differs", i);
}

/* ---- tests */

static void test_ready(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, false);
    assert_true(stream_is_ready(server.stream) && stream_is_ready(client.stream));
    assert_true(tls_alpn_ok(stream_ssl(server.stream)));
    assert_true(stream_writable(server.stream));
    assert_int_equal(stream_pending(server.stream), 0);
    end_fini(&server);
    end_fini(&client);
}

static void large_both_ways(struct world *w, bool small, size_t total)
{
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, small);
    for (size_t at = 0; at < total; at += total / 4) {
        write_pattern(server.stream, at, total / 4);
        write_pattern(client.stream, at, total / 4);
    }
    while (buf_len(&server.got) < total || buf_len(&client.got) < total)
        turn(w);
    assert_pattern(&server.got, total);
    assert_pattern(&client.got, total);
    assert_true(server.drained > 0 && client.drained > 0);
    assert_int_equal(stream_stats(server.stream)->bytes_out, total);
    assert_int_equal(stream_stats(server.stream)->bytes_in, total);
    end_fini(&server);
    end_fini(&client);
}

static void test_large_both_ways(void **state)
{
    large_both_ways(*state, false, 8 << 20);
}
static void test_large_through_small_sockets(void **state)
{
    large_both_ways(*state, true, 2 << 20);
}

static void test_writes_of_one_event_become_one_record(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, false);
    while (client.drained + server.drained > 0 || event_base_get_num_events(w->base, EVENT_BASE_COUNT_ACTIVE) > 0)
        turn(w);
    for (size_t i = 0; i < 100; i++)
        write_pattern(server.stream, i * 50, 50);
    while (buf_len(&client.got) < 5000)
        turn(w);
    assert_int_equal(stream_stats(server.stream)->writes, 1);
    assert_int_equal(client.calls, 1);
    end_fini(&server);
    end_fini(&client);
}

/* Consumes a random part of what is offered: every byte must still come exactly once, in order. */
static size_t take_some(struct end *e, const uint8_t *bytes, size_t len)
{
    size_t n = rng_below(&e->rng, (uint32_t)(len < 5000 ? len + 1 : 5000));
    buf_add(&e->got, bytes, n);
    return n;
}

static void test_partly_consumed(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, true);
    size_t total = 200000;
    client.take = take_some;
    write_pattern(server.stream, 0, total);
    while (client.calls < 20)
        turn(w);
    client.take = take_all;
    write_pattern(server.stream, total, 1); /* what was kept is offered again when more comes */
    while (buf_len(&client.got) < total + 1)
        turn(w);
    assert_pattern(&client.got, total + 1);
    end_fini(&server);
    end_fini(&client);
}

/* Records of one byte each, flushed one by one. */
static void test_tiny_records(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, false);
    for (size_t i = 0; i < 3000; i++) {
        write_pattern(server.stream, i, 1);
        stream_flush(server.stream);
        if (i % 100 == 99) /* before a socket of many small pieces is full */
            event_base_loop(w->base, EVLOOP_NONBLOCK);
    }
    while (buf_len(&client.got) < 3000)
        turn(w);
    assert_pattern(&client.got, 3000);
    assert_int_equal(stream_stats(server.stream)->writes, 3000);
    for (size_t i = 0; i < 3000; i++) { /* and without a pause: it becomes full */
        write_pattern(server.stream, 3000 + i, 1);
        stream_flush(server.stream);
    }
    while (buf_len(&client.got) < 6000)
        turn(w);
    assert_pattern(&client.got, 6000);
    end_fini(&server);
    end_fini(&client);
}

static void test_paused_reader_blocks_writer(void **state)
{
    struct world *w = *state;
    struct end server, client;
    size_t total = 4 << 20;
    make_ends(w, &server, &client, &plain_callbacks, true);
    stream_pause_reading(client.stream, true);
    write_pattern(server.stream, 0, total);
    while (stream_writable(server.stream))
        turn(w);
    assert_int_equal(server.drained, 0);
    /* What is encrypted and not sent is one burst at most; the rest waits in the own buffer, where its owner can count
     * it. */
    assert_true(stream_pending(server.stream) >= total - (1 << 20));
    int64_t stuck = stream_progress_ms(server.stream);
    event_base_loop(w->base, EVLOOP_NONBLOCK);
    assert_int_equal(stream_progress_ms(server.stream), stuck);
    assert_int_equal(buf_len(&client.got), 0);
    stream_pause_reading(client.stream, false);
    while (buf_len(&client.got) < total)
        turn(w);
    assert_pattern(&client.got, total);
    while (!server.drained)
        turn(w);
    assert_true(stream_writable(server.stream));
    end_fini(&server);
    end_fini(&client);
}

/* Consumes nothing and pauses: the bytes must come again at the end of the pause, without new input. */
static size_t take_nothing_and_pause(struct end *e, const uint8_t *bytes, size_t len)
{
    (void)bytes;
    (void)len;
    stream_pause_reading(e->stream, true);
    return 0;
}

static void test_end_of_pause_offers_again(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, false);
    client.take = take_nothing_and_pause;
    write_pattern(server.stream, 0, 30000);
    while (client.calls == 0)
        turn(w);
    client.take = take_all;
    event_base_loop(w->base, EVLOOP_NONBLOCK);
    assert_int_equal(client.calls, 1);
    stream_pause_reading(client.stream, false);
    while (buf_len(&client.got) < 30000)
        turn(w);
    assert_pattern(&client.got, 30000);
    end_fini(&server);
    end_fini(&client);
}

/* ---- source and own buffer */

/* Body: kind ('s' or 'o'), number, filler that depends on both. */
static void add_frame(struct buf *b, char kind, uint32_t number, size_t filler)
{
    uint8_t *to = buf_reserve(b, FRAME_HEADER + 5 + filler);
    frame_put_header(to, 5 + filler);
    to[4] = (uint8_t)kind;
    memcpy(to + 5, &number, 4);
    memset(to + 9, (uint8_t)(number * 7 + (unsigned)kind), filler);
    buf_wrote(b, FRAME_HEADER + 5 + filler);
}

static uint32_t check_frames(const struct buf *got, uint32_t *source, uint32_t *own)
{
    size_t at = 0, len;
    const uint8_t *body;
    *source = *own = 0;
    while (frame_next(buf_at(got) + at, buf_len(got) - at, FRAME_MAX, &body, &len) == FRAME_WHOLE) {
        uint32_t number, *expected = body[0] == 's' ? source : own;
        assert_true(body[0] == 's' || body[0] == 'o');
        memcpy(&number, body + 1, 4);
        assert_int_equal(number, *expected);
        for (size_t i = 5; i < len; i++)
            assert_int_equal(body[i], (uint8_t)(number * 7 + body[0]));
        ++*expected;
        at += FRAME_HEADER + len;
    }
    return (uint32_t)(buf_len(got) - at);
}

static void interleave(struct world *w, bool small)
{
    struct end server, client;
    struct rng rng = {rng_seed(3)};
    uint32_t source = 0, own = 0, got_source = 0, got_own = 0;
    make_ends(w, &server, &client, &source_callbacks, small);
    for (int round = 0; round < 400; round++) {
        for (uint32_t i = rng_below(&rng, 4); i > 0; i--)
            add_frame(&server.lent, 's', source++, rng_below(&rng, round % 10 ? 300 : 200000));
        for (uint32_t i = rng_below(&rng, 3); i > 0; i--)
            add_frame(stream_out(server.stream), 'o', own++, rng_below(&rng, round % 10 ? 300 : 40000));
        stream_flush(server.stream);
        pass(w->base);
    }
    while (check_frames(&client.got, &got_source, &got_own), got_source < source || got_own < own)
        turn(w);
    assert_int_equal(check_frames(&client.got, &got_source, &got_own), 0);
    assert_int_equal(buf_len(&server.lent), 0);
    end_fini(&server);
    end_fini(&client);
}

static void test_source_and_own_interleave(void **state)
{
    interleave(*state, false);
}
static void test_source_and_own_interleave_blocked(void **state)
{
    interleave(*state, true);
}

/* While nothing of a span is under way, the own buffer goes first. */
static void test_own_buffer_first(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &source_callbacks, false);
    add_frame(&server.lent, 's', 0, 10);
    add_frame(stream_out(server.stream), 'o', 0, 10);
    stream_flush(server.stream);
    while (buf_len(&client.got) < 2 * (FRAME_HEADER + 15))
        turn(w);
    assert_int_equal(buf_at(&client.got)[FRAME_HEADER], 'o');
    end_fini(&server);
    end_fini(&client);
}

/* ---- another base */

static void test_move_to_another_base(void **state)
{
    struct world *w = *state;
    struct end server, client;
    struct event_base *bases[2] = {w->base, event_base_new()};
    struct stream_scratch scratch[2] = {w->scratch};
    size_t total = 3 << 20;
    unsigned moves = 0, at = 0;
    stream_scratch_init(&scratch[1]);
    make_ends(w, &server, &client, &plain_callbacks, true);
    server.take = take_some;
    write_pattern(server.stream, 0, total);
    write_pattern(client.stream, 0, total);
    for (unsigned turns = 0; buf_len(&client.got) < total || buf_len(&server.got) < total; turns++) {
        pass(bases[0]);
        pass(bases[1]);
        if (turns % 5 == 0) {
            stream_detach(server.stream);
            pass(bases[0]);
            pass(bases[1]);
            moves++;
            at = 1 - at;
            stream_attach(server.stream, bases[at], at ? &scratch[1] : &w->scratch);
        }
    }
    assert_true(moves > 10);
    assert_pattern(&client.got, total);
    assert_pattern(&server.got, total);
    end_fini(&server);
    end_fini(&client);
    stream_scratch_fini(&scratch[1]);
    event_base_free(bases[1]);
}

/* Detaches in the middle of on_bytes: what was received and not offered yet must not be lost. */
static size_t take_and_detach(struct end *e, const uint8_t *bytes, size_t len)
{
    (void)len;
    buf_add(&e->got, bytes, 1);
    stream_detach(e->stream);
    return 1;
}

static void test_detach_inside_on_bytes(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, false);
    client.take = take_and_detach;
    write_pattern(server.stream, 0, 150000);
    while (client.calls == 0)
        turn(w);
    event_base_loop(w->base, EVLOOP_NONBLOCK);
    assert_int_equal(client.calls, 1);
    client.take = take_all;
    stream_write(client.stream, "x", 1); /* to be sent after the move */
    stream_attach(client.stream, w->base, &w->scratch);
    while (buf_len(&client.got) < 150000 || buf_len(&server.got) < 1)
        turn(w);
    assert_pattern(&client.got, 150000);
    end_fini(&server);
    end_fini(&client);
}

/* Pauses or detaches at every call. Until that is undone no call may come, though more may be there already. */
static size_t take_and_go_away(struct end *e, const uint8_t *bytes, size_t len)
{
    assert_false(e->away);
    e->away = true;
    if (e->calls % 2)
        stream_pause_reading(e->stream, true);
    else
        stream_detach(e->stream);
    return take_all(e, bytes, len);
}

static void test_going_away_at_every_call(void **state)
{
    struct world *w = *state;
    struct end server, client;
    size_t total = 4 << 20;
    make_ends(w, &server, &client, &plain_callbacks, false);
    client.take = take_and_go_away;
    write_pattern(server.stream, 0, total);
    while (buf_len(&client.got) < total) {
        pass(w->base);
        if (!client.away)
            continue;
        client.away = false;
        if (client.calls % 2)
            stream_pause_reading(client.stream, false);
        else
            stream_attach(client.stream, w->base, &w->scratch);
    }
    assert_pattern(&client.got, total);
    end_fini(&server);
    end_fini(&client);
}

/* ---- TLS in mid-stream */

static void test_key_updates(void **state)
{
    struct world *w = *state;
    struct end server, client;
    size_t total = 1 << 20, step = 1 << 16;
    make_ends(w, &server, &client, &plain_callbacks, true);
    for (size_t at = 0; at < total; at += step) {
        assert_int_equal(SSL_key_update(stream_ssl(server.stream), SSL_KEY_UPDATE_REQUESTED), 1);
        assert_int_equal(SSL_key_update(stream_ssl(client.stream), SSL_KEY_UPDATE_REQUESTED), 1);
        write_pattern(server.stream, at, step);
        write_pattern(client.stream, at, step);
        while (buf_len(&server.got) < at + step || buf_len(&client.got) < at + step)
            turn(w);
    }
    assert_pattern(&server.got, total);
    assert_pattern(&client.got, total);
    end_fini(&server);
    end_fini(&client);
}

/* ---- the end */

static void test_shutdown_sends_what_waits(void **state)
{
    struct world *w = *state;
    struct end server, client;
    size_t total = 1 << 20;
    make_ends(w, &server, &client, &plain_callbacks, true);
    write_pattern(client.stream, 0, 50000); /* input that the server does not want any more: no reset may come of it */
    write_pattern(server.stream, 0, total);
    SSL_clear_options(stream_ssl(client.stream),
                      SSL_OP_IGNORE_UNEXPECTED_EOF); /* a clean end is a close_notify, not only a FIN */
    stream_shutdown(server.stream, 30000);
    while (!client.closed)
        turn(w);
    assert_pattern(&client.got, total);
    assert_string_equal(client.reason, "");
    assert_false(server.closed);
    char byte;
    assert_int_equal(recv(stream_fd(client.stream), &byte, 1, MSG_DONTWAIT), 0); /* and the FIN is there, too */
    end_fini(&client);
    while (!server.closed)
        turn(w);
    assert_string_equal(server.reason, "");
    end_fini(&server);
}

static void test_shutdown_has_a_deadline(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, true);
    stream_pause_reading(client.stream, true);
    write_pattern(server.stream, 0, 1 << 20);
    stream_shutdown(server.stream, 20);
    while (!server.closed)
        turn(w);
    assert_false(client.closed);
    end_fini(&client);
    end_fini(&server);
}

static void test_peer_vanishes(void **state)
{
    struct world *w = *state;
    struct end server, client;
    make_ends(w, &server, &client, &plain_callbacks, false);
    end_fini(&client);
    while (!server.closed)
        turn(w);
    stream_write(server.stream, "x", 1); /* harmless */
    stream_flush(server.stream);
    event_base_loop(w->base, EVLOOP_NONBLOCK);
    end_fini(&server);
}

static int listen_on_loopback(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)address, len), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)address, &len), 0);
    return fd;
}

static int connect_nonblocking(const struct sockaddr_in *address)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)!connect(fd, (const struct sockaddr *)address, sizeof *address);
    return fd;
}

static void test_reset_while_sending(void **state)
{
    struct world *w = *state;
    struct end server, client;
    struct sockaddr_in address;
    struct linger linger = {1, 0};
    int listener = listen_on_loopback(&address);
    end_init(&client, w, connect_nonblocking(&address), false, &plain_callbacks);
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    end_init(&server, w, fd, true, &plain_callbacks);
    while (!server.ready || !client.ready)
        turn(w);
    stream_pause_reading(client.stream, true);
    write_pattern(server.stream, 0, 32 << 20);
    while (stream_writable(server.stream))
        turn(w);
    assert_int_equal(setsockopt(stream_fd(client.stream), SOL_SOCKET, SO_LINGER, &linger, sizeof linger), 0);
    end_fini(&client);
    while (!server.closed)
        turn(w);
    assert_non_null(strstr(server.reason, "reset"));
    end_fini(&server);
    close(listener);
}

static void test_connection_refused(void **state)
{
    struct world *w = *state;
    struct end client;
    struct sockaddr_in address;
    close(listen_on_loopback(&address));
    end_init(&client, w, connect_nonblocking(&address), false, &plain_callbacks);
    while (!client.closed)
        turn(w);
    assert_string_equal(client.reason, "Connection refused");
    assert_false(client.ready);
    end_fini(&client);
}

static void test_garbage_instead_of_a_handshake(void **state)
{
    struct world *w = *state;
    struct end server;
    int fd[2];
    make_sockets(fd, false);
    end_init(&server, w, fd[0], true, &plain_callbacks);
    assert_int_equal(write(fd[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
    while (!server.closed)
        turn(w);
    assert_non_null(strstr(server.reason, "TLS handshake"));
    assert_false(server.ready);
    end_fini(&server);
    make_sockets(fd + 0, false); /* and one that leaves at once */
    end_init(&server, w, fd[0], true, &plain_callbacks);
    close(fd[1]);
    while (!server.closed)
        turn(w);
    assert_non_null(strstr(server.reason, "left during"));
    end_fini(&server);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_ready, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_both_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(test_large_through_small_sockets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_writes_of_one_event_become_one_record, setup, teardown),
        cmocka_unit_test_setup_teardown(test_partly_consumed, setup, teardown),
        cmocka_unit_test_setup_teardown(test_tiny_records, setup, teardown),
        cmocka_unit_test_setup_teardown(test_paused_reader_blocks_writer, setup, teardown),
        cmocka_unit_test_setup_teardown(test_end_of_pause_offers_again, setup, teardown),
        cmocka_unit_test_setup_teardown(test_source_and_own_interleave, setup, teardown),
        cmocka_unit_test_setup_teardown(test_source_and_own_interleave_blocked, setup, teardown),
        cmocka_unit_test_setup_teardown(test_own_buffer_first, setup, teardown),
        cmocka_unit_test_setup_teardown(test_move_to_another_base, setup, teardown),
        cmocka_unit_test_setup_teardown(test_detach_inside_on_bytes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_going_away_at_every_call, setup, teardown),
        cmocka_unit_test_setup_teardown(test_key_updates, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shutdown_sends_what_waits, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shutdown_has_a_deadline, setup, teardown),
        cmocka_unit_test_setup_teardown(test_peer_vanishes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reset_while_sending, setup, teardown),
        cmocka_unit_test_setup_teardown(test_connection_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_garbage_instead_of_a_handshake, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
