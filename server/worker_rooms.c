/* A worker's settings, and what stands between its journal and its rooms: the journal's answers, and the names of people. */
#include <string.h>

#include "common/log.h"
#include "server/clock.h"
#include "server/database.h"
#include "server/worker_private.h"

enum {
    READ_BATCHES = 1000, /* of history, in one answer of the journal */
    READ_BYTES = 256 << 10,
};

/* ---- clocks */

int64_t worker_wall_ms(void *ctx)
{
    (void)ctx;
    return clock_wall_ms();
}

int64_t worker_mono_ms(void *ctx)
{
    (void)ctx;
    return clock_mono_ms();
}

/* ---- settings */

static struct room_limits room_limits(const struct config *c)
{
    return (struct room_limits){
        .canvas = {.text_points = (uint32_t)c->text_points,
                   .cards = (uint32_t)c->cards,
                   .objects = (uint32_t)c->objects},
        .submit_ops = (uint32_t)c->submit_ops,
        .submit_bytes = (uint32_t)c->submit_bytes,
        .log_bytes = (size_t)c->room_log_bytes,
        .log_batches = (uint32_t)c->room_log_batches,
        .snapshot_batches = (uint32_t)c->snapshot_batches,
        .snapshot_bytes = (size_t)c->snapshot_bytes,
        .idle_ms = (unsigned)c->room_idle_ms,
        .slow_ms = (unsigned)c->slow_ms,
        .presence_ms = (unsigned)c->presence_ms,
    };
}

/* This worker's share of a limit for all. */
static unsigned share(int64_t limit, unsigned count)
{
    return (unsigned)((limit + count - 1) / count);
}

/* Of a message, that count as one more. */
enum { EDIT_BYTES = 128, REQUEST_BYTES = 8192 };

/* Fills both settings structs from w->settings; they are borrowed by everything below, which sees the change at once.
 */
void worker_use_settings(struct worker *w)
{
    const struct config *c = &w->settings.config;
    w->session_settings = (struct session_settings){
        .server_id = w->options.server_id,
        .incarnation = w->options.incarnation,
        .has_next_pin = w->settings.has_next_pin,
        .rooms = room_limits(c),
        .paces =
            {
                [PACE_EDITS] = {(uint32_t)c->edits_per_s, (uint32_t)c->edits_burst, EDIT_BYTES},
                [PACE_PRESENCE] = {(uint32_t)c->presence_per_s, (uint32_t)c->presence_burst, REQUEST_BYTES},
                [PACE_REQUESTS] = {(uint32_t)c->requests_per_s, (uint32_t)c->requests_burst, REQUEST_BYTES},
            },
        .ping_ms = (uint32_t)c->ping_ms,
        .invitation_ms = c->invitation_days * 86400000,
        .devices = {.idle_ms = c->device_idle_days * 86400000, .most_ms = c->device_days * 86400000},
        .client_cert = (enum client_cert)config_client_cert(c),
        .workspace_role = config_workspace_role(c),
    };
    memcpy(w->session_settings.next_pin, w->settings.next_pin, PIN_BYTES);
    w->conn_settings = (struct conn_settings){
        .half_open = share(c->half_open, w->options.count),
        .half_open_per_address = share(c->half_open_per_address, w->options.count),
        .handshakes_per_turn = (unsigned)c->handshakes_per_turn,
        .handshake_ms = c->handshake_timeout_ms,
        .login_ms = c->login_timeout_ms,
        .ping_ms = c->ping_ms,
        .idle_ms = c->idle_timeout_ms,
        .slow_ms = c->slow_ms,
        .tls = w->settings.tls,
    };
}

/* ---- between journal and rooms: the rooms need the journal to be made, and the journal somebody to answer to */

static void on_commit(void *ctx, uint64_t room_id, enum commit_outcome outcome)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_commit(w->rooms, room_id, outcome);
}

static void on_group_done(void *ctx)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_group_done(w->rooms);
}

static void on_state(void *ctx, bool up, int64_t since_ms)
{
    struct worker *w = ctx;
    w->database_up = up;
    w->database_since_ms = since_ms;
    rooms_journal_callbacks.on_state(w->rooms, up, since_ms);
}

static void on_taken(void *ctx, uint64_t room_id, enum status status, const struct journal_canvas *canvas)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_taken(w->rooms, room_id, status, canvas);
}

static void on_client(void *ctx, uint64_t room_id, uint64_t member_id, enum status status,
                      const struct journal_client *client)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_client(w->rooms, room_id, member_id, status, client);
}

static void on_read(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status, size_t n,
                    const uint8_t *const *committed, const size_t *len, bool last, uint64_t oldest_seq)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_read(w->rooms, room_id, member_id, request, status, n, committed, len, last, oldest_seq);
}

static void on_state_part(void *ctx, uint64_t room_id, uint64_t member_id, uint32_t request, enum status status,
                          const struct journal_state *part)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_state_part(w->rooms, room_id, member_id, request, status, part);
}

static void on_snapshot(void *ctx, uint64_t room_id, uint64_t seq, enum status status)
{
    struct worker *w = ctx;
    rooms_journal_callbacks.on_snapshot(w->rooms, room_id, seq, status);
}

static const struct journal_callbacks journal_callbacks = {
    on_commit, on_group_done, on_state, on_taken, on_client, on_read, on_state_part, on_snapshot,
};

/* ---- names of people, which rooms ask for */

static void on_people(void *ctx, uint64_t room_id, enum status status, size_t n, const struct store_person *people)
{
    struct worker *w = ctx;
    struct room_people *list = xcalloc(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct room_people){
            .author = people[i].author, .name = people[i].name, .guest = people[i].guest, .here = people[i].here};
    if (status == STATUS_OK)
        rooms_people(w->rooms, room_id, n, list);
    free(list);
}

static void ask_people(void *ctx, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas)
{
    struct worker *w = ctx;
    store_people(journal_reads(w->journal), workspace, canvas, w, room_id, on_people);
}

void worker_make_journal_and_rooms(struct worker *w)
{
    const struct config *c = &w->settings.config;
    struct journal_options journal = {
        .conninfo = database_of_workers(c),
        .borders = w->options.borders,
        .node_name = c->node_name,
        .seal_key_file = c->seal_key_file,
        .seal_keyring = c->seal_keyring,
        .incarnation = w->options.incarnation,
        .worker = w->options.number,
        .read_batches = READ_BATCHES,
        .read_bytes = READ_BYTES,
    };
    w->database_since_ms = clock_wall_ms();
    w->journal = journal_new(w->base, &journal, &journal_callbacks, w);
    struct rooms_options rooms = {
        .base = w->base,
        .journal = w->journal,
        .limits = &w->session_settings.rooms,
        .worker = w->options.number,
        .ask_people = ask_people,
        .wall_ms = worker_wall_ms,
        .mono_ms = worker_mono_ms,
        .ctx = w,
    };
    w->rooms = rooms_new(&rooms);
}
