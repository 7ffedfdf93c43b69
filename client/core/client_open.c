/* Opening a canvas, the first time and after each connect: outbox and replica, Open and Opened, snapshot, history
 * under own edits, and the moment when we are level with the server: only then is a batch that was not answered sent
 * again (research: Resume). */
#include <stdlib.h>
#include <string.h>

#include "client/core/client_private.h"
#include "common/message.h"
#include "common/rights.h"

/* ---------------------------------------------------------------- getting ready */

static void on_replica_event(void *ctx, const struct replica_event *event)
{
    struct client *c = ctx;

    if (c->cb.on_event)
        c->cb.on_event(c->ctx, event);
}

static void tell_damaged(struct client *c, const char *sentence)
{
    Cocanvas__Reject reject;
    char detail[256];

    cocanvas__reject__init(&reject);
    (void)snprintf(detail, sizeof(detail),
                   "Edits that an earlier program left here could not be read (%.150s); the file was kept.", sentence);
    reject.code = COCANVAS__ERROR_CODE__MALFORMED;
    reject.detail = detail;
    if (c->cb.on_reject)
        c->cb.on_reject(c->ctx, &reject);
}

static void restore(struct client *c)
{
    struct buf saved;
    struct why why;
    enum status st;

    buf_init(&saved);
    st = outbox_load(c->outbox, &saved, &why);
    c->kept = buf_len(&saved) > 0;
    if (st == STATUS_OK && buf_len(&saved) > 0)
        st = replica_restore_unsent(c->replica, buf_at(&saved), buf_len(&saved), &why);
    buf_fini(&saved);
    if (st == STATUS_OK)
        return;
    outbox_set_aside(c->outbox);
    tell_damaged(c, why.text);
}

bool client_prepare_open(struct client *c)
{
    struct why why;

    if (c->replica)
        return true;
    if (!c->read_only) {
        c->outbox = outbox_take(c->state_dir, &c->server_id, &c->canvas, &why);
        if (!c->outbox) {
            client_fail(c, CLIENT_REFUSED, STATUS_INTERNAL, "%s", why.text);
            return false;
        }
    }
    c->replica = replica_new(NULL);
    replica_on_event(c->replica, on_replica_event, c);
    replica_on_lost(c->replica, client_lost_words, c);
    if (c->outbox)
        restore(c);
    return true;
}

void client_send_open(struct client *c)
{
    Cocanvas__Open open = COCANVAS__OPEN__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    struct uuid canvas = c->canvas, client_id;

    open.canvas = (ProtobufCBinaryData){sizeof(canvas.b), canvas.b};
    if (c->outbox) {
        client_id = *outbox_client_id(c->outbox);
        open.client_id = (ProtobufCBinaryData){sizeof(client_id.b), client_id.b};
    }
    if (c->has_state && !c->from_scratch) {
        open.have_seq = replica_seq(c->replica);
        open.have_hash = replica_hash(c->replica);
        open.have_epoch = replica_epoch(c->replica);
    }
    open.sent_client_seq = replica_last_client_seq(c->replica);
    frame.request = c->open_request = ++c->last_request;
    frame.body_case = COCANVAS__FRAME__BODY_OPEN;
    frame.open = &open;
    client_send(c, &frame);
    c->open_sent = true;
    c->opened = false;
    c->history_request = 0;
    timer_in(c->stage_timer, c->timing.stage_ms);
    if (c->state == CLIENT_READY || c->state == CLIENT_LIVE)
        client_set_state(c, CLIENT_OPENING, STATUS_OK, NULL);
}

/* On the same connection. */
void client_reopen(struct client *c, bool from_scratch)
{
    Cocanvas__Close close_message = COCANVAS__CLOSE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    frame.body_case = COCANVAS__FRAME__BODY_CLOSE;
    frame.close = &close_message;
    client_send(c, &frame);
    c->from_scratch = from_scratch;
    buf_clear(&c->snapshot, 0);
    client_send_open(c);
}

/* ---------------------------------------------------------------- people */

static void set_person(struct client *c, const Cocanvas__Person *person)
{
    size_t i = 0;

    while (i < c->n_people && c->people[i].author != person->author)
        i++;
    if (i == c->n_people) {
        c->people = xrealloc(c->people, (c->n_people + 1) * sizeof(*c->people));
        c->people[c->n_people++] = (struct client_person){.author = person->author};
    }
    free(c->people[i].name);
    c->people[i].name = xstrdup(person->name);
    c->people[i].guest = person->guest;
}

void client_merge_people(struct client *c, size_t n, Cocanvas__Person *const *people)
{
    for (size_t i = 0; i < n; i++)
        set_person(c, people[i]);
    if (n > 0 && c->cb.on_people)
        c->cb.on_people(c->ctx);
}

/* ---------------------------------------------------------------- history under own edits, asked for */

static void ask_history(struct client *c, uint64_t from, uint64_t to)
{
    Cocanvas__HistoryRequest request = COCANVAS__HISTORY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    request.from_seq = from;
    request.to_seq = to;
    frame.request = c->history_request = ++c->last_request;
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_REQUEST;
    frame.history_request = &request;
    client_send(c, &frame);
}

/* Own edits rest on an older state than a snapshot that came. */
static void bring_up_own_edits(struct client *c)
{
    uint64_t from, to;

    if (!replica_history_wanted(c->replica, &from, &to))
        return;
    if (c->from_scratch) /* what we had was wrong: what others did since does not lead from there to here */
        replica_history_lost(c->replica);
    else
        ask_history(c, from, to);
}

/* ---------------------------------------------------------------- opened */

static void take_limits(struct client *c)
{
    const Cocanvas__Limits *told = c->welcome ? c->welcome->limits : NULL;
    const struct canvas_limits limits = {.text_points = told ? told->text_points : 0, .cards = told ? told->cards : 0};

    replica_set_limits(c->replica, &limits);
}

static void take_history(struct client *c, const Cocanvas__Opened *opened, bool may_edit)
{
    if (!replica_other_history(c->replica, opened->epoch)) {
        replica_set_epoch(c->replica, opened->epoch);
        return;
    }
    log_info(&c->log, "a backup was put back on the server: the canvas is fetched anew");
    replica_begin_history(c->replica, opened->epoch, may_edit ? (uint32_t)opened->client : 0, opened->acked_client_seq);
    c->from_scratch = true; /* what others did since is not to be had */
}

void client_on_opened(struct client *c, const Cocanvas__Opened *opened)
{
    bool may_edit = (int)opened->role >= rights_least_role() && opened->client <= UINT32_MAX;

    if (!c->open_sent || c->opened || !c->replica)
        return;
    c->opened = true;
    c->role = (int)opened->role;
    c->confidential = opened->confidential;
    c->no_client = !may_edit || opened->client == 0;
    c->own_session = opened->session;
    c->head_seq = opened->head_seq;
    c->acked = opened->acked_client_seq;
    take_limits(c);
    take_history(c, opened, may_edit);
    replica_set_identity(c->replica, may_edit ? (uint32_t)opened->client : 0, opened->author, opened->last_object,
                         opened->acked_client_seq);
    replica_set_role(c->replica, c->role);
    client_merge_people(c, opened->n_people, opened->people);
    if (opened->last_reject)
        client_on_reject(c, opened->last_reject);
    if (opened->mode == COCANVAS__OPENED__MODE__OPS && !c->has_state) {
        client_lose(c, CLIENT_REFUSED, STATUS_INTERNAL, "the server sent changes of a canvas that we do not have");
        return;
    }
    if (opened->mode == COCANVAS__OPENED__MODE__OPS) {
        bring_up_own_edits(c); /* the connection was lost before the history was there */
        client_caught_up(c);
    }
}

/* A reader who may edit from now on needs a client number, which only Open gives. Who may not any more keeps it: what is
 * under way is refused by the server, and what is typed from now on by the replica. */
void client_on_role_changed(struct client *c, const Cocanvas__RoleChanged *changed)
{
    if (c->opened && c->replica && changed->role != COCANVAS__ROLE__NONE) {
        c->role = (int)changed->role;
        c->confidential = changed->confidential;
        replica_set_role(c->replica, c->role);
    }
    if (c->cb.on_role)
        c->cb.on_role(c->ctx, changed);
    if (c->state == CLIENT_LIVE && c->outbox && c->no_client && c->role >= rights_least_role())
        client_reopen(c, false);
}

/* ---------------------------------------------------------------- snapshot */

static void snapshot_complete(struct client *c, const Cocanvas__Snapshot *part)
{
    bool in_the_middle = c->state == CLIENT_LIVE;
    struct why why;
    enum status st = replica_load(c->replica, buf_at(&c->snapshot), buf_len(&c->snapshot), c->acked, &why);

    buf_clear(&c->snapshot, 0);
    if (st == STATUS_OK && part->hash && replica_hash(c->replica) != part->hash)
        st = refuse(&why, STATUS_INTERNAL, "the state does not have the hash that the server says");
    if (st != STATUS_OK) {
        client_lose(c, CLIENT_REFUSED, st, "the server sent a state that cannot be used: %s", why.text);
        return;
    }
    c->has_state = true;
    bring_up_own_edits(c);
    c->from_scratch = false;
    /* We were too slow to be told of each batch; whether ours is among them is said by opening again. */
    if (in_the_middle && replica_in_flight(c->replica))
        client_reopen(c, false);
    else if (!in_the_middle)
        client_caught_up(c);
}

void client_on_snapshot(struct client *c, const Cocanvas__Snapshot *part)
{
    if (!c->opened)
        return;
    if (part->index == 0) {
        buf_clear(&c->snapshot, 0);
        c->snapshot_seq = part->seq;
        c->snapshot_next = 0;
    }
    if (part->index != c->snapshot_next || part->seq != c->snapshot_seq ||
        buf_len(&c->snapshot) + part->part.len > SNAPSHOT_BYTES_MAX) {
        client_lose(c, CLIENT_REFUSED, STATUS_MALFORMED, "the parts of the server's snapshot do not follow each other");
        return;
    }
    buf_add(&c->snapshot, part->part.data, part->part.len);
    c->snapshot_next++;
    if (part->last)
        snapshot_complete(c, part);
}

/* ---------------------------------------------------------------- history under own edits, received */

static bool follow_page(struct client *c, const Cocanvas__HistoryPage *page)
{
    struct why why;

    for (size_t i = 0; i < page->n_committed; i++) {
        Cocanvas__Committed *batch = message_decode_committed(&c->in, page->committed[i].data, page->committed[i].len);

        if (!batch || replica_history(c->replica, batch, &why) != STATUS_OK)
            return false;
    }
    return true;
}

/* page NULL: the request was refused. */
void client_on_history(struct client *c, const Cocanvas__HistoryPage *page)
{
    uint64_t from = 0, to = 0;
    bool usable = page && follow_page(c, page);

    if (usable && !page->last)
        return;
    c->history_request = 0;
    if (replica_history_wanted(c->replica, &from, &to)) {
        log_info(&c->log, "batches from %llu on cannot be had: taking the difference of the texts",
                 (unsigned long long)from);
        replica_history_lost(c->replica);
    }
    if (c->state == CLIENT_LIVE)
        client_seal_now(c);
    else
        client_caught_up(c);
}

/* ---------------------------------------------------------------- level with the server */

void client_caught_up(struct client *c)
{
    uint64_t from, to;

    if (c->state != CLIENT_OPENING || !c->opened || !c->has_state || replica_seq(c->replica) < c->head_seq ||
        replica_history_wanted(c->replica, &from, &to))
        return;
    (void)event_del(c->stage_timer);
    c->backoff_ms = 0;
    /* It was answered, and we neither saw it come by nor was it refused: it is part of a snapshot. */
    if (replica_in_flight(c->replica) && replica_last_client_seq(c->replica) <= c->acked)
        replica_history_lost(c->replica);
    client_set_state(c, CLIENT_LIVE, STATUS_OK, NULL);
    if (c->state != CLIENT_LIVE)
        return;
    if (replica_in_flight(c->replica))
        client_send_in_flight(c);
    client_seal_now(c);
    client_send_presence(c);
}

/* The hash or a batch shows that our copy is not the server's. It is fetched anew; own edits are kept. A batch that
 * is missing (OUT_OF_ORDER) says nothing against what we have: opening again from there brings it. */
void client_diverged(struct client *c, enum status code, const char *sentence)
{
    Cocanvas__Diverged diverged = COCANVAS__DIVERGED__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    log_error(&c->log, "our copy is not the server's: %s", sentence);
    if (++c->divergences > DIVERGENCES_MAX) {
        client_fail(c, CLIENT_REFUSED, STATUS_INTERNAL,
                    "our copy of the canvas differs from the server's again and again: %s", sentence);
        return;
    }
    if (code == STATUS_OUT_OF_ORDER) {
        client_reopen(c, false);
        return;
    }
    diverged.seq = replica_seq(c->replica);
    diverged.hash = replica_hash(c->replica);
    frame.body_case = COCANVAS__FRAME__BODY_DIVERGED;
    frame.diverged = &diverged;
    client_send(c, &frame);
    client_reopen(c, true);
}

void client_drop_canvas(struct client *c)
{
    replica_free(c->replica);
    outbox_release(c->outbox);
    for (size_t i = 0; i < c->n_people; i++)
        free(c->people[i].name);
    free(c->people);
    c->replica = NULL;
    c->outbox = NULL;
    c->people = NULL;
    c->n_people = 0;
    c->role = 0;
    c->acked = c->head_seq = 0;
    c->has_state = c->from_scratch = c->degraded = false;
    c->divergences = c->submit_errors = c->unreported = 0;
    c->history_request = 0;
    c->settled = 0;
    c->kept = false;
    buf_clear(&c->presence, 0);
    c->has_presence = c->presence_due = false;
    (void)event_del(c->seal_timer);
}
