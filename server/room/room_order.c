/* Ordering: the queue of a room becomes its part of the next group (P2, P3, P4). One submit after the other: decode,
 * dedupe, transform its text edits over what was committed since its base, resolve, apply to the room's state,
 * number, encode once into the log. What is refused still counts as answered: its client's position is written with
 * the group, and the Reject goes out after the commit. */
#include "server/room/room_internal.h"

#include <string.h>

#include "common/frame.h"
#include "common/message.h"
#include "common/op.h"
#include "common/order.h"
#include "common/rights.h"

enum {
    TRANSFORM_STEPS_MAX = 2000000, /* steps looked at for one batch; beyond it the base counts as too old */
    FRAME_SLACK = 4096,            /* what a Committed has beside its ops */
    OP_SLACK = 2 * ORDER_KEY_MAX,  /* what resolving may add to one op, removed text aside */
};

/* One batch on its way through. */
struct batch {
    struct room *room;
    struct room_client *client;
    Cocanvas__Submit *submit; /* in the arena; its ops are changed in place */
    uint32_t author;
    int role;
    int64_t time_ms;
    uint64_t durable_seq;  /* head that clients can know */
    uint64_t steps;        /* transformed so far */
    size_t bytes_max;      /* what its Committed may grow to */
    const uint32_t *index; /* of the ops that transforming kept, in the Submit */
    uint32_t bad_op;       /* index in the Submit */
    struct why why;
};

/* ---------------------------------------------------------------- the group's parts */

static void add_row(struct room *room, const Cocanvas__Committed *c, const uint8_t *payload, size_t len)
{
    struct room_group *g = &room->group;
    if (g->n_rows == g->cap_rows) {
        g->cap_rows = g->cap_rows ? 2 * g->cap_rows : 16;
        g->rows = xrealloc(g->rows, g->cap_rows * sizeof *g->rows);
    }
    g->rows[g->n_rows++] = (struct journal_row){.seq = c->seq,
                                                .client = (uint32_t)c->client,
                                                .client_seq = c->client_seq,
                                                .author = c->author,
                                                .time_ms = c->time_ms,
                                                .payload = payload,
                                                .payload_len = len};
    room->bytes_since += len;
}

static struct room_answer *add_answer(struct room *room, struct room_client *client, uint64_t member_id,
                                      const Cocanvas__Submit *submit)
{
    struct room_group *g = &room->group;
    if (g->n_answers == g->cap_answers) {
        g->cap_answers = g->cap_answers ? 2 * g->cap_answers : 16;
        g->answers = xrealloc(g->answers, g->cap_answers * sizeof *g->answers);
    }
    struct room_answer *answer = &g->answers[g->n_answers++];
    *answer = (struct room_answer){
        .client = client, .member_id = member_id, .client_seq = submit->client_seq, .anonymous = submit->anonymous, .mark = submit->mark};
    client->under_way = true;
    client->mark_under_way = submit->mark;
    return answer;
}

/* ---------------------------------------------------------------- checks and transformation */

static enum status check_submit(struct batch *b, size_t len)
{
    const struct room_limits *limits = b->room->rooms->o.limits;
    const Cocanvas__Submit *s = b->submit;
    if (len > limits->submit_bytes)
        return refuse(&b->why, STATUS_TOO_LARGE, "The batch has %zu bytes; at most %u are taken.", len,
                      limits->submit_bytes);
    if (s->n_ops > limits->submit_ops)
        return refuse(&b->why, STATUS_TOO_LARGE, "The batch has %zu ops; at most %u are taken.", s->n_ops,
                      limits->submit_ops);
    if (s->n_ops == 0)
        return refuse(&b->why, STATUS_BAD_OP, "The batch is empty.");
    if (s->base_seq > b->durable_seq)
        return refuse(&b->why, STATUS_BAD_OP, "The batch is based on seq %llu, which does not exist yet.",
                      (unsigned long long)s->base_seq);
    if (s->undo_of >= s->client_seq)
        return refuse(&b->why, STATUS_BAD_OP, "A batch can take back only an earlier one.");
    if (!room_log_covers(&b->room->log, s->base_seq))
        return refuse(&b->why, STATUS_STALE, "The batch is based on seq %llu, which is too old.",
                      (unsigned long long)s->base_seq);
    b->bytes_max = len + s->n_ops * OP_SLACK + FRAME_SLACK;
    return batch_check(s->n_ops, s->ops, &limits->canvas, &b->bad_op, &b->why);
}

/* The committed op carries what it removed: counted before anything is applied, since the frame must not outgrow its
 * limit. */
static void count_removed(struct batch *b, uint64_t object, const char *key, const Cocanvas__TextEdit *edit)
{
    const struct text *text = canvas_text(&b->room->c, object, key);
    uint64_t removed = 0;
    for (size_t i = 0; i < edit->n_steps; i++)
        if (edit->steps[i]->kind_case == COCANVAS__TEXT_STEP__KIND_REMOVE)
            removed += edit->steps[i]->remove;
    uint64_t bytes = removed < UINT32_MAX ? 4 * removed : UINT32_MAX;
    if (text && bytes > text->len_bytes)
        bytes = text->len_bytes;
    b->bytes_max += text ? bytes : 0;
}

/* Over all later edits of that text, oldest first, one by one (never composed). pre_len is thereby checked against
 * the text at the base. An own edit among them means that the client did not wait for its own batch: its op then says
 * nothing that can be transformed. */
static enum status transform_over(struct batch *b, const struct room_edit *later, struct text_op **out)
{
    struct rooms *r = b->room->rooms;
    struct text_op *op = &r->op[0], *next = &r->op[1];
    enum text_side side = fault_is(&r->fault, FAULT_TIE_RULE_FLIPPED) ? TEXT_RIGHT : TEXT_LEFT;
    enum status s = text_op_check(op, later->op.pre_len, UINT32_MAX, &b->why);
    if (s != STATUS_OK)
        return s;
    for (; later; later = later->newer) {
        if (later->client == b->client->pos.number)
            return refuse(&b->why, STATUS_BAD_OP,
                          "The batch is based on a state before this client's own last edit of the text.");
        b->steps += op->n_steps + later->op.n_steps;
        if (b->steps > TRANSFORM_STEPS_MAX)
            return refuse(&b->why, STATUS_STALE, "Too much has changed since seq %llu.",
                          (unsigned long long)b->submit->base_seq);
        text_transform(next, op, &later->op, side);
        struct text_op *swap = op;
        op = next;
        next = swap;
    }
    r->stats.transforms++;
    *out = op;
    return STATUS_OK;
}

/* *keep: false if nothing is left of the edit. */
static enum status transform_edit(struct batch *b, Cocanvas__Op *op, bool *keep)
{
    struct rooms *r = b->room->rooms;
    uint64_t object;
    const char *key;
    *keep = true;
    if (!op_text_target(op, &object, &key))
        return STATUS_OK;
    const struct room_edit *later = room_texts_since(&b->room->log.texts, object, key, b->submit->base_seq);
    if (later) {
        struct text_op *transformed = &r->op[0];
        text_op_from_message(&r->op[0], op->text_edit);
        enum status s = transform_over(b, later, &transformed);
        if (s != STATUS_OK)
            return s;
        *keep = !text_op_is_noop(transformed);
        if (!*keep)
            return STATUS_OK;
        op->text_edit = text_op_to_message(transformed, op->text_edit, &r->arena);
        if (!op->text_edit)
            return refuse(&b->why, STATUS_TOO_LARGE, "The batch is too large.");
    }
    count_removed(b, object, key, op->text_edit);
    return STATUS_OK;
}

static enum status transform_batch(struct batch *b)
{
    Cocanvas__Submit *s = b->submit;
    uint32_t *index = arena_calloc(&b->room->rooms->arena, s->n_ops, sizeof *index);
    if (!index)
        return refuse(&b->why, STATUS_TOO_LARGE, "The batch is too large.");
    size_t kept = 0;
    for (size_t i = 0; i < s->n_ops; i++) {
        bool keep;
        b->bad_op = (uint32_t)i;
        enum status status = transform_edit(b, s->ops[i], &keep);
        if (status != STATUS_OK)
            return status;
        if (!keep)
            continue;
        index[kept] = (uint32_t)i;
        s->ops[kept++] = s->ops[i];
    }
    s->n_ops = kept;
    b->index = index;
    if (b->bytes_max > FRAME_MAX)
        return refuse(&b->why, STATUS_TOO_LARGE, "The batch changes too much at once; send it in parts.");
    return STATUS_OK;
}

/* ---------------------------------------------------------------- numbering */

static void add_checkpoint(struct room *room)
{
    Cocanvas__Checkpoint checkpoint = COCANVAS__CHECKPOINT__INIT;
    checkpoint.seq = room->c.seq;
    checkpoint.hash = canvas_hash(&room->c);
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_CHECKPOINT;
    frame.checkpoint = &checkpoint;
    room_log_add_frame(&room->log, &frame);
}

/* The batch is applied: it gets its number and goes into log and group. */
static void number_batch(struct room *room, Cocanvas__Committed *c)
{
    struct rooms *r = room->rooms;
    c->seq = ++room->c.seq;
    c->epoch = room->epoch;
    size_t len;
    const uint8_t *payload = room_log_add_batch(&room->log, c, &len);
    add_row(room, c, payload, len);
    anonymous_applied(&room->anonymous, &room->c, c);
    for (size_t i = 0; i < c->n_ops; i++) {
        uint64_t object;
        const char *key;
        if (!op_text_target(c->ops[i], &object, &key))
            continue;
        text_op_from_message(&r->op[0], c->ops[i]->text_edit);
        room_texts_add(&room->log.texts, c->seq, (uint32_t)c->client, object, key, &r->op[0]);
    }
    if (c->seq % ROOM_CHECKPOINT_EVERY == 0)
        add_checkpoint(room);
}

static const Cocanvas__Place *placed(const Cocanvas__Op *op)
{
    if (op->kind_case == COCANVAS__OP__KIND_CARD_CREATE)
        return op->card_create->place;
    if (op->kind_case == COCANVAS__OP__KIND_CARD_MOVE)
        return op->card_move->place;
    return NULL;
}

/* Keys that grew too long are spread anew by a batch of the server's own, right behind the one that made them so. */
static void respread(struct batch *b, const Cocanvas__Op *op)
{
    struct room *room = b->room;
    struct rooms *r = room->rooms;
    const Cocanvas__Place *place = placed(op);
    if (!place || strlen(place->order_key) <= ORDER_KEY_RESPREAD)
        return;
    const struct block *block = op_placed_block(&room->c, op);
    Cocanvas__Op *spread = block ? op_respread(&room->c, block, &r->arena) : NULL;
    if (!spread || cocanvas__op__get_packed_size(spread) + FRAME_SLACK > FRAME_MAX)
        return;
    struct op_actor actor = {.time_ms = b->time_ms, .base_seq = UINT64_MAX, .seq = room->c.seq + 1};
    struct why why = {""};
    if (op_apply(&room->c, spread, &actor, &why) != STATUS_OK) {
        struct log_ctx log = room_log_ctx(room);
        log_error(&log, "a block could not be spread anew: %s", why.text);
        return;
    }
    Cocanvas__Committed c = COCANVAS__COMMITTED__INIT;
    c.time_ms = b->time_ms;
    c.n_ops = 1;
    c.ops = &spread;
    number_batch(room, &c);
}

/* What is stored and sent of it: of an anonymous one nothing that only its maker, or only one of several, could have said. */
static Cocanvas__Committed sign(const struct batch *b)
{
    const Cocanvas__Submit *s = b->submit;
    Cocanvas__Committed c = COCANVAS__COMMITTED__INIT;
    c.client = s->anonymous ? CLIENT_ANONYMOUS : b->client->pos.number;
    c.author = b->author;
    c.time_ms = b->time_ms;
    c.client_seq = s->anonymous ? 0 : s->client_seq;
    c.undo_of = s->anonymous ? 0 : s->undo_of;
    c.mark = s->mark;
    c.n_ops = s->n_ops;
    c.ops = s->ops;
    return c;
}

static enum status apply_batch(struct batch *b)
{
    struct room *room = b->room;
    const Cocanvas__Submit *s = b->submit;
    struct op_actor actor = {.client = s->anonymous ? CLIENT_ANONYMOUS : b->client->pos.number,
                             .author = b->author,
                             .time_ms = b->time_ms,
                             .base_seq = s->base_seq,
                             .seq = room->c.seq + 1,
                             .last_object = b->client->pos.last_object};
    uint32_t bad_op = 0;
    enum status status = batch_resolve_apply(&room->c, s->n_ops, s->ops, &actor, &room->rooms->arena, &bad_op, &b->why);
    if (status != STATUS_OK) {
        b->bad_op = b->index[bad_op];
        return status;
    }
    b->client->pos.last_object = actor.last_object;
    if (s->anonymous)
        made_note(&b->client->made, s);
    Cocanvas__Committed c = sign(b);
    number_batch(room, &c);
    for (size_t i = 0; i < s->n_ops; i++)
        respread(b, s->ops[i]);
    return STATUS_OK;
}

/* ---------------------------------------------------------------- one submit */

static void reject(struct batch *b, struct room_answer *answer, enum status code)
{
    struct room *room = b->room;
    struct journal_client *pos = &b->client->pos;
    Cocanvas__Reject reject;
    cocanvas__reject__init(&reject);
    reject.client_seq = b->submit->client_seq;
    reject.code = (Cocanvas__ErrorCode)code;
    reject.detail = b->why.text;
    reject.at_seq = room->c.seq;
    reject.op = b->bad_op;
    reject.mark = b->submit->mark;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_REJECT;
    frame.reject = &reject;
    answer->reject_at = buf_len(&room->group.replies);
    message_encode(&frame, &room->group.replies);
    answer->reject_len = buf_len(&room->group.replies) - answer->reject_at;
    room->rooms->stats.rejects++;
    if (b->submit->anonymous)
        return; /* sent again, it is judged again */
    pos->reject_client_seq = b->submit->client_seq;
    pos->reject_code = (uint16_t)code;
    pos->reject_at_seq = room->c.seq;
}

static void order_batch(struct batch *b, const struct member *m, size_t len)
{
    struct room *room = b->room;
    struct room_answer *answer = add_answer(room, b->client, m->id, b->submit);
    struct rights_made made = made_rights(b->client->made);
    uint64_t seq = room->c.seq + 1;
    enum status status = check_submit(b, len);
    if (status == STATUS_OK)
        status = anonymous_check(&room->anonymous, &room->c, b->submit, &b->bad_op, &b->why);
    if (status == STATUS_OK)
        status = rights_check_batch(&room->c, b->submit->n_ops, b->submit->ops, b->author, b->role,
                                    b->submit->anonymous ? &made : NULL, &b->bad_op, &b->why);
    if (status == STATUS_OK)
        status = transform_batch(b);
    if (status == STATUS_OK)
        status = apply_batch(b);
    if (status != STATUS_OK)
        reject(b, answer, status);
    else
        answer->seq = seq;
    if (!b->submit->anonymous && b->submit->client_seq > b->client->pos.last_client_seq)
        b->client->pos.last_client_seq = b->submit->client_seq;
}

static Cocanvas__Submit *decode(struct rooms *r, const uint8_t *body, size_t len)
{
    enum status code;
    arena_reset(&r->arena);
    Cocanvas__Frame *frame = message_decode(&r->arena, body, len, &code);
    return frame && frame->body_case == COCANVAS__FRAME__BODY_SUBMIT ? frame->submit : NULL;
}

static void order_submit(struct room *room, struct member *m, const uint8_t *body, size_t len, int64_t time_ms)
{
    struct rooms *r = room->rooms;
    struct batch b = {
        .room = room, .client = m->client, .author = m->author, .role = m->role, .time_ms = time_ms, .durable_seq = room->durable_seq};
    b.submit = decode(r, body, len);
    if (!b.submit) {
        m->submitted = false;
        member_error(m, 0, STATUS_MALFORMED, "The batch cannot be decoded.");
        return;
    }
    uint64_t last = b.client->pos.last_client_seq;
    if (b.submit->anonymous)
        b.author = AUTHOR_ANONYMOUS;
    if (anonymous_known(&room->anonymous, b.submit->mark)) {
        m->submitted = false;
        r->stats.dedupes++;
    } else if (b.submit->client_seq <= last && !(fault_is(&r->fault, FAULT_DEDUPE_OFF) && b.submit->client_seq > 0)) {
        m->submitted = false;
        r->stats.dedupes++;
    } else if (b.submit->client_seq > last + 1) {
        m->submitted = false;
        room_drop(m, STATUS_OUT_OF_ORDER, "A batch is missing before this one; connect again to go on.");
    } else {
        order_batch(&b, m, len);
    }
}

static void note_title(struct room *room)
{
    const char *title = canvas_title(&room->c);
    room->group.title_changed = strcmp(title, room->title) != 0;
    if (!room->group.title_changed)
        return;
    free(room->title);
    room->title = xstrdup(title);
}

bool room_order(struct room *room)
{
    struct room_group *g = &room->group;
    struct rooms *r = room->rooms;
    int64_t time_ms = r->o.wall_ms(r->o.ctx);
    g->old_head = room->c.seq;
    g->n_rows = g->n_answers = 0;
    g->sifting = g->accusing = false;
    buf_clear(&g->replies, 4096);
    for (size_t at = room->queue.start; at < room->queue.end;) {
        struct room_queued head;
        memcpy(&head, room->queue.data + at, sizeof head);
        at += sizeof head;
        if (head.member)
            order_submit(room, head.member, room->queue.data + at, head.len, time_ms);
        at += head.len;
    }
    buf_clear(&room->queue, 256 << 10);
    note_title(room);
    return g->n_answers > 0;
}

/* ---------------------------------------------------------------- to the journal and back */

void room_add_to_journal(struct room *room)
{
    struct journal *j = room->rooms->o.journal;
    const struct room_group *g = &room->group;
    if (g->sifting) {
        room_add_attempt(room);
        return;
    }
    journal_add_canvas(j, room->id, &room->workspace, &room->canvas, room->epoch, g->old_head, room->c.seq);
    for (size_t i = 0; i < g->n_rows; i++)
        journal_add_row(j, &g->rows[i]);
    for (size_t i = 0; i < g->n_answers; i++)
        if (!g->answers[i].anonymous)
            journal_add_position(j, &g->answers[i].client->pos);
    if (g->title_changed)
        journal_set_title(j, room->title);
}

/* The submitter, if it is still the one that is here. */
static struct member *submitter(const struct room_answer *answer)
{
    struct member *m = answer->client->member;
    return m && m->id == answer->member_id && m->client == answer->client ? m : NULL;
}

void room_committed(struct room *room)
{
    struct room_group *g = &room->group;
    struct rooms *r = room->rooms;
    room->durable_seq = room->c.seq;
    room->n_committed = g->n_rows;
    presence_follow_canvas(room);
    room_log_commit(&room->log);
    r->stats.batches += g->n_rows;
    for (size_t i = 0; i < g->n_answers; i++) {
        const struct room_answer *answer = &g->answers[i];
        answer->client->under_way = false;
        answer->client->mark_under_way = 0;
        struct member *m = submitter(answer);
        if (!m)
            continue;
        m->submitted = false;
        if (answer->reject_len)
            stream_write(m->stream, buf_at(&g->replies) + answer->reject_at, answer->reject_len);
    }
    if (buf_len(&room->queue) > 0)
        room_make_ready(room);
}
