/* Quarantine: PostgreSQL refuses a group because of something in it, and would refuse it again for ever. The rooms of the
 * group then try alone, one after the other; who is innocent gets through at once. The guilty one tries one half of its
 * rows, and of that again one half, until a single batch stands alone: its client is told, durably, that it is rejected
 * (INTERNAL), and the canvas is opened again from what is durable by then, since everything behind that batch was made
 * with it. Whoever had a batch under way sends it again; readers go on. Nothing is broadcast meanwhile (P1).
 *
 * A title, which is written beside the rows, is left out of the last row before that row is blamed: lists then show the
 * old one. */
#include "server/room/room_internal.h"

/* The row is part of the present attempt. */
static bool is_tried(const struct room_group *g, uint64_t seq)
{
    return seq > g->old_head + g->from && seq <= g->old_head + g->upto;
}

/* Positions go with their rows (P3); those of rejected batches, which have none, with the last attempt. */
static void add_positions(struct room *room)
{
    const struct room_group *g = &room->group;
    for (size_t i = 0; i < g->n_answers; i++) {
        const struct room_answer *answer = &g->answers[i];
        bool now = answer->seq ? is_tried(g, answer->seq) : g->upto == g->n_rows;
        if (now && !answer->anonymous)
            journal_add_position(room->rooms->o.journal, &answer->client->pos);
    }
}

/* NULL: it is the server's own batch. */
static struct room_answer *accused(struct room *room)
{
    struct room_group *g = &room->group;
    for (size_t i = 0; i < g->n_answers; i++)
        if (g->answers[i].seq == g->rows[g->from].seq)
            return &g->answers[i];
    return NULL;
}

void room_add_attempt(struct room *room)
{
    struct journal *j = room->rooms->o.journal;
    const struct room_group *g = &room->group;
    uint64_t old_head = g->old_head + g->from, new_head = g->old_head + g->upto;
    if (g->accusing) {
        journal_add_canvas(j, room->id, &room->workspace, &room->canvas, room->epoch, old_head, old_head);
        const struct room_answer *answer = accused(room);
        ASSERT(answer != NULL); /* or accuse() would have closed the room */
        journal_add_position(j, &answer->client->pos);
        return;
    }
    journal_add_canvas(j, room->id, &room->workspace, &room->canvas, room->epoch, old_head, new_head);
    for (size_t i = g->from; i < g->upto; i++)
        journal_add_row(j, &g->rows[i]);
    add_positions(room);
    if (g->title_changed && g->upto == g->n_rows)
        journal_set_title(j, room->title);
}

/* ---------------------------------------------------------------- what became of it */

/* Nothing durable can say it of an anonymous batch: its client is told while it is here, and judged anew if it is not. */
static void tell_anonymous(struct room *room, const struct room_answer *answer)
{
    static char sentence[] = "The database does not take this edit.";
    struct member *m = answer->client->member;
    Cocanvas__Reject reject;
    cocanvas__reject__init(&reject);
    reject.client_seq = answer->client_seq;
    reject.mark = answer->mark;
    reject.code = COCANVAS__ERROR_CODE__INTERNAL;
    reject.detail = sentence;
    reject.at_seq = room->group.old_head + room->group.from;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_REJECT;
    frame.reject = &reject;
    if (m && m->id == answer->member_id)
        member_send(m, &frame);
    room_close(room, STATUS_CONFLICT, "Something was wrong with an edit; open the canvas again.");
}

static void accuse(struct room *room)
{
    struct room_group *g = &room->group;
    const struct journal_row *row = &g->rows[g->from];
    struct room_answer *answer = accused(room);
    struct log_ctx log = room_log_ctx(room);
    room->rooms->stats.rejects += answer ? 1 : 0;
    if (!answer) {
        log_error(&log, "PostgreSQL refuses batch %llu, the server's own", (unsigned long long)row->seq);
        room_close(room, STATUS_INTERNAL, "The database does not take what follows; tell the server's operator.");
        return;
    }
    if (answer->anonymous) {
        log_error(&log, "PostgreSQL refuses an anonymous batch (%zu bytes); it is rejected", row->payload_len);
        tell_anonymous(room, answer);
        return;
    }
    log_error(&log, "PostgreSQL refuses batch %llu of client %u (%zu bytes); it is rejected",
              (unsigned long long)row->client_seq, row->client, row->payload_len);
    answer->client->pos.reject_client_seq = row->client_seq;
    answer->client->pos.reject_code = STATUS_INTERNAL;
    answer->client->pos.reject_at_seq = g->old_head + g->from;
    g->accusing = true;
}

/* The attempt was refused: a smaller one, or a verdict. */
static void refused(struct room *room)
{
    struct room_group *g = &room->group;
    bool with_title = g->title_changed && g->upto == g->n_rows;
    if (g->accusing || g->n_rows == 0) {
        room_close(room, STATUS_INTERNAL, "The database does not take what follows; tell the server's operator.");
    } else if (!g->sifting) {
        g->sifting = true; /* alone, to begin with */
        g->from = 0;
        g->upto = g->n_rows;
    } else if (g->upto - g->from > 1) {
        g->upto = g->from + (g->upto - g->from) / 2;
    } else if (with_title) {
        g->title_changed = false;
    } else {
        accuse(room);
    }
}

bool room_sift(struct room *room)
{
    struct room_group *g = &room->group;
    if (g->outcome == COMMIT_REFUSED) {
        refused(room);
    } else if (g->outcome == COMMIT_DONE && !g->accusing) {
        g->from = g->upto;
        g->upto = g->n_rows;
        g->sifting = g->from < g->n_rows;
        if (!g->sifting)
            return true;
    } else {
        room_close(room, STATUS_CONFLICT, "Something was wrong with an edit; open the canvas again.");
    }
    if (room->state == ROOM_LIVE) {
        room->resend = true;
        room_make_ready(room);
    }
    return false;
}
