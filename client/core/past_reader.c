/* Gets windows of the history from the server. A question is answered from the window at hand if that reaches there; a
 * little beyond its end the batches are asked for; else the window begins anew, with the state that the server keeps
 * nearest before. One request for a state and one for batches are under way at a time; a question that comes meanwhile
 * waits, and what has been answered by then counts for it, too. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/core/client.h"
#include "client/core/past.h"
#include "common/buf.h"

enum {
    AHEAD = 256, /* batches fetched beyond the wanted one, so that stepping on costs no round trip */
    NEAR = 4096, /* so far beyond the window's end the batches between are fetched */
    STATE_BYTES_MAX = 256 << 20,
};

struct past_reader {
    struct client *client;
    past_answer_cb *cb;
    void *ctx;
    struct past *past;
    struct event *soon; /* answers from the loop */
    bool asked;         /* a question waits for its answer */
    bool began;         /* the window was begun for it */
    uint64_t wanted;
    uint64_t from; /* the window is to begin no later than this; UINT64_MAX: it does not matter */
    enum status failed; /* to be told instead of a state */
    char sentence[256];
    uint32_t state_request, batches_request; /* under way, 0 none */
    uint64_t state_asked;                    /* the newest seq that it may have */
    uint64_t batches_to;                     /* the last batch that is asked for */
    bool skipping;                           /* what still comes of the batches is of no use */
    struct buf state;                        /* parts so far */
    uint64_t state_seq;
    uint32_t state_next;
};

static void fail(struct past_reader *r, enum status code, const char *sentence)
{
    r->failed = code;
    (void)snprintf(r->sentence, sizeof(r->sentence), "%s", sentence);
    (void)event_add(r->soon, &(struct timeval){0});
}

/* The first state of a window does not say who made it so, unless nobody did. */
static bool at_hand(const struct past_reader *r)
{
    return past_has(r->past, r->wanted) && past_first(r->past) <= r->from &&
           (r->wanted == 0 || r->wanted > past_first(r->past) || r->from != UINT64_MAX);
}

/* ---------------------------------------------------------------- asking the server */

static void ask_state(struct past_reader *r)
{
    Cocanvas__StateRequest request = COCANVAS__STATE_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    request.seq = r->state_asked = r->from != UINT64_MAX ? r->from : r->wanted > 0 ? r->wanted - 1 : 0;
    frame.body_case = COCANVAS__FRAME__BODY_STATE_REQUEST;
    frame.state_request = &request;
    r->state_next = 0;
    r->began = true;
    buf_clear(&r->state, 0);
    r->state_request = client_request(r->client, &frame);
}

static void ask_batches(struct past_reader *r)
{
    Cocanvas__HistoryRequest request = COCANVAS__HISTORY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    request.from_seq = past_last(r->past) + 1;
    request.to_seq = r->batches_to = r->wanted <= UINT64_MAX - AHEAD ? r->wanted + AHEAD : UINT64_MAX;
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_REQUEST;
    frame.history_request = &request;
    r->skipping = false;
    r->batches_request = client_request(r->client, &frame);
}

/* The next thing to be done for the question that waits. */
static void go_on(struct past_reader *r)
{
    if (!r->asked || r->failed != STATUS_OK)
        return;
    if (at_hand(r)) {
        (void)event_add(r->soon, &(struct timeval){0});
        return;
    }
    if (r->state_request || r->batches_request) /* what comes of it is looked at first */
        return;
    if (client_state(r->client) != CLIENT_LIVE)
        fail(r, STATUS_BUSY, "The history can be read only while the server is reachable.");
    else if (!past_is_empty(r->past) && past_first(r->past) <= r->from && r->wanted > past_last(r->past) &&
             (r->from != UINT64_MAX || r->wanted - past_last(r->past) <= NEAR))
        ask_batches(r);
    else
        ask_state(r);
}

/* ---------------------------------------------------------------- answers of the server's */

static void state_complete(struct past_reader *r, uint64_t hash)
{
    struct why why = {""};
    enum status st = past_begin(r->past, buf_at(&r->state), buf_len(&r->state), hash, &why);

    buf_clear(&r->state, 0);
    r->state_request = 0;
    if (st != STATUS_OK)
        fail(r, st, "The server sent an old state that this version of cocanvas cannot read.");
    else if (r->wanted > past_last(r->past) && r->asked) /* however far that is: there is nothing nearer */
        ask_batches(r);
    else
        go_on(r);
}

static void on_part(struct past_reader *r, const Cocanvas__Snapshot *part)
{
    if (part->index == 0)
        r->state_seq = part->seq;
    if (part->index != r->state_next || part->seq != r->state_seq || part->seq > r->state_asked ||
        buf_len(&r->state) + part->part.len > STATE_BYTES_MAX) {
        r->state_request = 0;
        fail(r, STATUS_MALFORMED, "The parts of an old state do not follow each other.");
        return;
    }
    buf_add(&r->state, part->part.data, part->part.len);
    r->state_next++;
    if (part->last)
        state_complete(r, part->hash);
}

/* The window cannot take more batches: one that begins nearer to the wanted state may. */
static void on_full(struct past_reader *r)
{
    r->skipping = true;
    if (!r->asked || at_hand(r))
        return;
    if (r->began) {
        fail(r, STATUS_TOO_LARGE, "That part of the history is too large to be shown here.");
        return;
    }
    past_free(r->past);
    r->past = past_new();
}

static void add_batches(struct past_reader *r, const Cocanvas__HistoryPage *page)
{
    struct why why;
    enum status st = STATUS_OK;

    for (size_t i = 0; i < page->n_committed && st == STATUS_OK; i++)
        st = past_add(r->past, page->committed[i].data, page->committed[i].len, &why);
    if (st == STATUS_OK)
        return;
    r->skipping = true;
    if (st == STATUS_TOO_LARGE)
        on_full(r);
    else if (st == STATUS_OUT_OF_ORDER)
        fail(r, STATUS_NOT_FOUND, "That part of the history is not kept any more.");
    else
        fail(r, st, "That part of the history cannot be read by this version of cocanvas.");
}

static void on_batches(struct past_reader *r, const Cocanvas__HistoryPage *page)
{
    bool skipped;

    if (!r->skipping)
        add_batches(r, page);
    skipped = r->skipping;
    if (page->last)
        r->batches_request = 0;
    if (page->last && !skipped && r->asked && r->wanted > past_last(r->past) && r->wanted <= r->batches_to)
        fail(r, STATUS_NOT_FOUND, "There is no such revision yet.");
    else
        go_on(r);
}

static void on_error(struct past_reader *r, const Cocanvas__Error *error)
{
    r->state_request = r->batches_request = 0;
    buf_clear(&r->state, 0);
    fail(r, (enum status)error->code, error->message);
}

bool past_reader_reply(struct past_reader *r, const Cocanvas__Frame *reply)
{
    if (!reply->request || (reply->request != r->state_request && reply->request != r->batches_request))
        return false;
    if (reply->body_case == COCANVAS__FRAME__BODY_SNAPSHOT && reply->request == r->state_request)
        on_part(r, reply->snapshot);
    else if (reply->body_case == COCANVAS__FRAME__BODY_HISTORY_PAGE && reply->request == r->batches_request)
        on_batches(r, reply->history_page);
    else if (reply->body_case == COCANVAS__FRAME__BODY_ERROR)
        on_error(r, reply->error);
    return true;
}

/* ---------------------------------------------------------------- answering */

static void tell(evutil_socket_t fd, short what, void *arg)
{
    struct past_reader *r = arg;
    struct past_answer answer = {.seq = r->wanted, .code = r->failed, .sentence = r->sentence};
    struct why why = {""};

    (void)fd, (void)what;
    if (!r->asked)
        return;
    r->asked = false;
    if (r->failed == STATUS_OK) {
        answer.sentence = "";
        answer.past = r->past;
        answer.canvas = past_at(r->past, r->wanted, &why);
        answer.batch = past_batch(r->past, r->wanted);
        answer.author = answer.batch ? answer.batch->author : 0;
        answer.time_ms = answer.batch ? answer.batch->time_ms : 0;
        if (!answer.canvas) {
            answer.code = STATUS_INTERNAL;
            answer.sentence = "The history is damaged at this place.";
        }
    }
    r->failed = STATUS_OK;
    r->cb(r->ctx, &answer);
}

void past_reader_ask(struct past_reader *r, uint64_t seq)
{
    past_reader_ask_window(r, UINT64_MAX, seq);
}

void past_reader_ask_window(struct past_reader *r, uint64_t from, uint64_t seq)
{
    r->from = from;
    r->wanted = seq;
    r->asked = true;
    r->began = false;
    r->failed = STATUS_OK;
    (void)event_del(r->soon);
    go_on(r);
}

void past_reader_reset(struct past_reader *r)
{
    past_free(r->past);
    r->past = past_new();
    r->asked = false;
    r->failed = STATUS_OK;
    r->state_request = r->batches_request = 0;
    buf_clear(&r->state, 0);
    (void)event_del(r->soon);
}

struct past_reader *past_reader_new(struct event_base *base, struct client *client, past_answer_cb *cb, void *ctx)
{
    struct past_reader *r = xcalloc(1, sizeof(*r));

    r->client = client;
    r->cb = cb;
    r->ctx = ctx;
    r->past = past_new();
    buf_init(&r->state);
    r->soon = event_new(base, -1, 0, tell, r);
    ASSERT(r->soon);
    return r;
}

void past_reader_free(struct past_reader *r)
{
    if (!r)
        return;
    event_free(r->soon);
    past_free(r->past);
    buf_fini(&r->state);
    free(r);
}
