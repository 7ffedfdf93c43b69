/* A journal that commits when the test says so, and keeps the truth that everything is compared with: room_fakes.h. */
#include "tests/support/room_fakes.h"

/* ---------------------------------------------------------------- journal.h */

bool journal_is_up(const struct journal *j)
{
    return j->up;
}

bool journal_is_idle(const struct journal *j)
{
    return j->up && !j->underway;
}

void journal_add_canvas(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas,
                        uint64_t epoch, uint64_t old_head, uint64_t new_head)
{
    assert_false(j->underway || j->has_part);
    assert_true(uuid_equal(canvas, &j->canvas->id) && uuid_equal(workspace, &j->canvas->workspace));
    j->has_part = true;
    j->part.room_id = room_id;
    j->part.epoch = epoch;
    j->part.old_head = old_head;
    j->part.new_head = new_head;
    j->part.n_rows = j->part.n_positions = 0;
    j->part.has_title = false;
}

void journal_add_row(struct journal *j, const struct journal_row *row)
{
    assert_true(j->part.n_rows < sizeof j->part.rows / sizeof j->part.rows[0]);
    assert_int_equal(row->seq, j->part.old_head + j->part.n_rows + 1);
    j->part.rows[j->part.n_rows++] = *row; /* the payload is borrowed until the group's callback */
}

void journal_add_position(struct journal *j, const struct journal_client *client)
{
    assert_true(j->part.n_positions < sizeof j->part.positions / sizeof j->part.positions[0]);
    j->part.positions[j->part.n_positions++] = *client;
}

void journal_set_title(struct journal *j, const char *title)
{
    snprintf(j->part.title, sizeof j->part.title, "%s", title);
    j->part.has_title = true;
}

void journal_send(struct journal *j)
{
    assert_true(journal_is_idle(j));
    if (!j->has_part)
        return;
    assert_int_equal(j->part.old_head + j->part.n_rows, j->part.new_head);
    j->underway = true;
    j->groups++;
}

static struct fake_asked *fake_ask(struct journal *j, enum fake_request kind, uint64_t room_id)
{
    assert_true(j->n_asked < sizeof j->asked / sizeof j->asked[0]);
    struct fake_asked *a = &j->asked[j->n_asked++];
    *a = (struct fake_asked){.kind = kind, .room_id = room_id, .away = !j->up};
    return a;
}

void journal_take(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, bool read_state)
{
    (void)workspace;
    assert_true(uuid_equal(canvas, &j->canvas->id));
    fake_ask(j, ASK_TAKE, room_id)->read_state = read_state;
}

void journal_release(struct journal *j, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch)
{
    (void)workspace, (void)canvas;
    j->canvas->releases += epoch == j->canvas->epoch;
}

void journal_client(struct journal *j, uint64_t room_id, uint64_t member_id, const struct uuid *workspace,
                    const struct uuid *canvas, uint64_t epoch, const struct uuid *client_id, uint32_t author)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_CLIENT, room_id);
    a->member_id = member_id;
    a->epoch = epoch;
    a->client_id = *client_id;
    a->author = author;
}

void journal_read(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request,
                  const struct uuid *workspace, const struct uuid *canvas, uint64_t from_seq, uint64_t to_seq)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_READ, room_id);
    a->member_id = member_id;
    a->request = request;
    a->from = from_seq;
    a->to = to_seq;
}

void journal_state(struct journal *j, uint64_t room_id, uint64_t member_id, uint32_t request,
                   const struct uuid *workspace, const struct uuid *canvas, uint64_t least_seq, uint64_t most_seq,
                   size_t offset, size_t len)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_STATE, room_id);
    a->member_id = member_id;
    a->request = request;
    a->from = least_seq;
    a->to = most_seq;
    a->offset = offset;
    a->len = len;
}

void journal_snapshot(struct journal *j, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas,
                      uint64_t epoch, uint64_t seq, uint64_t hash, const uint8_t *bytes, size_t len)
{
    (void)workspace, (void)canvas;
    struct fake_asked *a = fake_ask(j, ASK_SNAPSHOT, room_id);
    a->epoch = epoch;
    a->from = seq;
    a->hash = hash;
    buf_init(&a->bytes);
    buf_add(&a->bytes, bytes, len);
}

/* ---- what the test does to the journal */

static void fake_write_row(struct fake_canvas *c, const struct journal_row *row)
{
    struct arena arena;
    struct why why = {""};
    arena_init(&arena, 16 << 20);
    Cocanvas__Committed *batch = message_decode_committed(&arena, row->payload, row->payload_len);
    assert_non_null(batch);
    assert_int_equal(batch->seq, row->seq);
    assert_int_equal(batch->client, row->client);
    assert_int_equal(batch->client_seq, row->client_seq);
    assert_true(row->seq <= ROWS_MAX);
    bool anonymous = row->client == CLIENT_ANONYMOUS;
    assert_true(anonymous == (batch->mark != 0));
    for (uint64_t seq = 1; row->client != 0 && seq <= c->head; seq++) /* P3 */
        assert_false(anonymous ? c->rows[seq].mark == batch->mark
                               : c->rows[seq].client == row->client && c->rows[seq].client_seq == row->client_seq);
    if (batch_apply_committed(&c->state, batch, &why) != STATUS_OK)
        fail_msg("row %llu: %s", (unsigned long long)row->seq, why.text);
    c->head = row->seq;
    c->hash[c->head] = canvas_hash(&c->state);
    struct fake_row *kept = &c->rows[c->head];
    *kept = (struct fake_row){.client = row->client, .client_seq = row->client_seq, .mark = batch->mark, .len = row->payload_len};
    kept->payload = xmalloc(row->payload_len + 1);
    memcpy(kept->payload, row->payload, row->payload_len);
    arena_fini(&arena);
}

/* The compare-and-set and what hangs on it. */
static bool fake_write_part(struct journal *j)
{
    struct fake_canvas *c = j->canvas;
    struct fake_part *part = &j->part;
    if (c->epoch != part->epoch || c->head != part->old_head)
        return false;
    for (size_t i = 0; i < part->n_rows; i++)
        fake_write_row(c, &part->rows[i]);
    for (size_t i = 0; i < part->n_positions; i++) {
        struct journal_client *kept = &c->clients[part->positions[i].number - 1].pos;
        assert_true(part->positions[i].last_client_seq >= kept->last_client_seq);
        c->positions_written++;
        *kept = part->positions[i];
    }
    if (part->has_title)
        memcpy(c->title, part->title, sizeof c->title);
    return true;
}

void journal_set_up(struct journal *j, bool up)
{
    j->up = up;
    for (size_t i = 0; i < j->n_asked; i++)
        j->asked[i].away = j->asked[i].away || !up;
    rooms_journal_callbacks.on_state(j->rooms, up, 76000 + j->rooms->o.mono_ms(j->rooms->o.ctx));
}

static bool fake_refuses(const struct journal *j)
{
    bool found = j->poison_title && j->part.has_title && strstr(j->part.title, j->poison_title);
    for (size_t i = 0; j->poison && i < j->part.n_rows; i++)
        found = found || memmem(j->part.rows[i].payload, j->part.rows[i].payload_len, j->poison, strlen(j->poison));
    return found;
}

/* The group that is under way comes to its end. */
void journal_finish(struct journal *j, enum fake_outcome outcome)
{
    assert_true(j->underway);
    if (outcome == WRITTEN && fake_refuses(j)) {
        rooms_journal_callbacks.on_commit(j->rooms, j->part.room_id, COMMIT_REFUSED);
        j->underway = j->has_part = false;
        rooms_journal_callbacks.on_group_done(j->rooms);
        return;
    }
    bool held = outcome != LOST && fake_write_part(j);
    enum commit_outcome told = outcome == WRITTEN ? (held ? COMMIT_DONE : COMMIT_FENCED) : COMMIT_UNKNOWN;
    rooms_journal_callbacks.on_commit(j->rooms, j->part.room_id, told);
    j->underway = j->has_part = false;
    rooms_journal_callbacks.on_group_done(j->rooms);
}

static void fake_answer_take(struct journal *j, const struct fake_asked *a)
{
    struct fake_canvas *c = j->canvas;
    size_t n = (size_t)(c->head - c->snapshot_seq);
    const uint8_t **suffix = xcalloc(n + 1, sizeof *suffix);
    size_t *len = xcalloc(n + 1, sizeof *len);
    for (size_t i = 0; i < n; i++) {
        suffix[i] = c->rows[c->snapshot_seq + 1 + i].payload;
        len[i] = c->rows[c->snapshot_seq + 1 + i].len;
    }
    struct journal_canvas canvas = {.workspace = c->workspace,
                                    .epoch = ++c->epoch,
                                    .head_seq = c->head,
                                    .oldest_seq = 1,
                                    .snapshot_seq = c->snapshot_seq,
                                    .snapshot = buf_at(&c->snapshot),
                                    .snapshot_len = buf_len(&c->snapshot),
                                    .snapshot_hash = c->snapshot_hash,
                                    .n_suffix = n,
                                    .suffix = suffix,
                                    .suffix_len = len};
    rooms_journal_callbacks.on_taken(j->rooms, a->room_id, STATUS_OK, &canvas);
    free(suffix);
    free(len);
}

static void fake_answer_client(struct journal *j, const struct fake_asked *a)
{
    struct fake_canvas *c = j->canvas;
    struct fake_client *found = NULL;
    if (a->epoch != c->epoch) {
        rooms_journal_callbacks.on_client(j->rooms, a->room_id, a->member_id, STATUS_CONFLICT, NULL);
        return;
    }
    for (uint32_t i = 0; i < c->n_clients; i++)
        found = uuid_equal(&c->clients[i].id, &a->client_id) ? &c->clients[i] : found;
    if (!found) {
        found = &c->clients[c->n_clients++];
        *found = (struct fake_client){.id = a->client_id, .pos = {.number = c->n_clients, .author = a->author}};
    }
    bool own = found->pos.author == a->author;
    rooms_journal_callbacks.on_client(j->rooms, a->room_id, a->member_id, own ? STATUS_OK : STATUS_DENIED,
                                      own ? &found->pos : NULL);
}

static void fake_answer_read(struct journal *j, const struct fake_asked *a)
{
    const uint8_t *rows[64];
    size_t len[64], n = 0;
    for (uint64_t seq = a->from; seq <= a->to && seq <= j->canvas->head && n < j->page; seq++, n++) {
        rows[n] = j->canvas->rows[seq].payload;
        len[n] = j->canvas->rows[seq].len;
    }
    rooms_journal_callbacks.on_read(j->rooms, a->room_id, a->member_id, a->request, STATUS_OK, n, rows, len,
                                    a->from + n > a->to, 1);
}

/* Two snapshots are enough: the first and the newest. */
static void fake_answer_state(struct journal *j, const struct fake_asked *a)
{
    const struct fake_canvas *c = j->canvas;
    bool newest = c->snapshot_seq >= a->from && c->snapshot_seq <= a->to, found = newest || a->from == 0;
    const struct buf *bytes = newest ? &c->snapshot : &c->initial;
    struct journal_state part = {.seq = newest ? c->snapshot_seq : 0,
                                 .hash = newest ? c->snapshot_hash : c->hash[0],
                                 .total_bytes = buf_len(bytes),
                                 .bytes = buf_at(bytes) + a->offset};
    part.len = part.total_bytes - a->offset < a->len ? part.total_bytes - a->offset : a->len;
    rooms_journal_callbacks.on_state_part(j->rooms, a->room_id, a->member_id, a->request,
                                          found ? STATUS_OK : STATUS_NOT_FOUND, found ? &part : NULL);
}

static void fake_answer_snapshot(struct journal *j, struct fake_asked *a)
{
    struct fake_canvas *c = j->canvas;
    enum status status = a->epoch == c->epoch ? STATUS_OK : STATUS_CONFLICT;
    assert_true(a->from <= c->head); /* P1 */
    assert_int_equal(a->hash, c->hash[a->from]);
    if (status == STATUS_OK) {
        buf_clear(&c->snapshot, SIZE_MAX);
        buf_add(&c->snapshot, buf_at(&a->bytes), buf_len(&a->bytes));
        c->snapshot_seq = a->from;
        c->snapshot_hash = a->hash;
        c->snapshots++;
    }
    rooms_journal_callbacks.on_snapshot(j->rooms, a->room_id, a->from, status);
}

static void fake_answer_away(struct journal *j, const struct fake_asked *a)
{
    const struct journal_callbacks *cb = &rooms_journal_callbacks;
    if (a->kind == ASK_TAKE)
        cb->on_taken(j->rooms, a->room_id, STATUS_DEGRADED, NULL);
    else if (a->kind == ASK_CLIENT)
        cb->on_client(j->rooms, a->room_id, a->member_id, STATUS_DEGRADED, NULL);
    else if (a->kind == ASK_READ)
        cb->on_read(j->rooms, a->room_id, a->member_id, a->request, STATUS_DEGRADED, 0, NULL, NULL, true, 0);
    else if (a->kind == ASK_STATE)
        cb->on_state_part(j->rooms, a->room_id, a->member_id, a->request, STATUS_DEGRADED, NULL);
    else
        cb->on_snapshot(j->rooms, a->room_id, a->from, STATUS_DEGRADED);
}

/* Answers the oldest request; false if there is none. */
bool journal_answer(struct journal *j)
{
    if (j->n_asked == 0)
        return false;
    struct fake_asked a = j->asked[0];
    memmove(j->asked, j->asked + 1, --j->n_asked * sizeof j->asked[0]);
    if (a.away)
        fake_answer_away(j, &a);
    else if (a.kind == ASK_TAKE)
        fake_answer_take(j, &a);
    else if (a.kind == ASK_CLIENT)
        fake_answer_client(j, &a);
    else if (a.kind == ASK_READ)
        fake_answer_read(j, &a);
    else if (a.kind == ASK_STATE)
        fake_answer_state(j, &a);
    else
        fake_answer_snapshot(j, &a);
    buf_fini(&a.bytes);
    return true;
}
