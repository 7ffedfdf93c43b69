/* The one statement that writes a group, and the arrays that it takes.
 *
 * The statement first moves the heads of the canvases whose (head_seq, epoch, owner) are as we believe (P12), and
 * then writes rows and positions of just these. Each step is driven by unnesting one array and takes the rest by
 * subscript, which costs the same for any place in an array of numbers or uuids; so there is no join, and no plan to
 * get wrong: all is index look-ups. With row-level security a condition leads to an index only if nothing in it could leak a row,
 * and the cast of a subscript counts as if it could; so places are cast before, in sub-selects that stay on their own (OFFSET 0). */
#include "server/journal/group.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "common/status.h"
#include "server/journal/border.h"

enum {
    OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_UUID = 2950,
    ARRAY_HEADER = 20,           /* dimensions, null flag, element type, length, lower bound */
    BUFFER_KEPT = 1 << 20,       /* a larger buffer is given back after its group */
};

/* $1 is our incarnation; the columns follow in the order of enum group_column. */
#define IS_HELD(part) part " = ANY ((SELECT array_agg(n) FROM held)::int8[])"

const struct pg_statement group_statements[] = {
    {"group",
     "WITH held AS ("
     " UPDATE canvas c SET head_seq = ($6::int8[])[p.n], changed_ms = greatest(c.changed_ms, ($7::int8[])[p.n]), title = coalesce(p.title, c.title)"
     " FROM (SELECT title, n::int4 FROM unnest($8::text[]) WITH ORDINALITY AS u(title, n) OFFSET 0) p"
     " WHERE c.workspace_id = ($2::uuid[])[p.n] AND c.canvas_id = ($3::uuid[])[p.n]"
     "  AND c.epoch = ($4::int8[])[p.n] AND c.head_seq = ($5::int8[])[p.n] AND c.owner = $1::uuid"
     " RETURNING p.n::int8"
     "), written AS ("
     " INSERT INTO journal (workspace_id, canvas_id, seq, epoch, client, client_seq, author, time_ms, payload)"
     " SELECT ($2::uuid[])[($9::int8[])[r.n]], ($3::uuid[])[($9::int8[])[r.n]], ($10::int8[])[r.n], ($4::int8[])[($9::int8[])[r.n]],"
     "  ($11::int8[])[r.n], ($12::int8[])[r.n], ($13::int8[])[r.n], ($14::int8[])[r.n], r.payload"
     " FROM unnest($15::bytea[]) WITH ORDINALITY AS r(payload, n)"
     " WHERE " IS_HELD("($9::int8[])[r.n]")
     "), positioned AS ("
     " UPDATE client_pos c SET last_client_seq = ($18::int8[])[q.n], last_object = ($19::int8[])[q.n],"
     "  reject_client_seq = ($20::int8[])[q.n], reject_code = ($21::int8[])[q.n], reject_at_seq = ($22::int8[])[q.n]"
     " FROM (SELECT part::int4, n::int4 FROM unnest($16::int8[]) WITH ORDINALITY AS u(part, n) OFFSET 0) q"
     " WHERE c.workspace_id = ($2::uuid[])[q.part] AND c.canvas_id = ($3::uuid[])[q.part] AND c.client = ($17::int8[])[q.n]"
     "  AND " IS_HELD("q.part")
     ") SELECT n FROM held"},
    {NULL, NULL},
};

static const uint32_t column_types[GROUP_COLUMNS] = {
    [PART_WORKSPACE] = OID_UUID, [PART_CANVAS] = OID_UUID, [PART_TITLE] = OID_TEXT, [ROW_PAYLOAD] = OID_BYTEA,
};

static uint32_t column_type(int column)
{
    return column_types[column] != 0 ? column_types[column] : OID_INT8;
}

/* ---------------------------------------------------------------- arrays */

static void put_32(uint8_t *at, uint32_t value)
{
    uint32_t big = htobe32(value);
    memcpy(at, &big, sizeof big);
}

static void array_clear(struct array *a)
{
    buf_clear(&a->bytes, BUFFER_KEPT);
    buf_reserve(&a->bytes, ARRAY_HEADER);
    buf_wrote(&a->bytes, ARRAY_HEADER);
    a->n = 0;
}

/* The header says how many elements there are, so it comes last. */
static void array_finish(struct array *a, uint32_t type)
{
    uint8_t *at = a->bytes.data + a->bytes.start;
    put_32(at, 1);
    put_32(at + 4, type == OID_TEXT);      /* titles may be null */
    put_32(at + 8, type);
    put_32(at + 12, a->n);
    put_32(at + 16, 1);
}

static void array_add(struct array *a, const void *bytes, size_t len)
{
    ASSERT(len <= INT32_MAX);
    a->last = a->bytes.end;
    uint8_t *at = buf_reserve(&a->bytes, 4 + len);
    put_32(at, (uint32_t)len);
    if (len > 0)
        memcpy(at + 4, bytes, len);
    buf_wrote(&a->bytes, 4 + len);
    a->n++;
}

static void array_add_int(struct array *a, uint64_t value)
{
    uint64_t big = htobe64(value);
    array_add(a, &big, sizeof big);
}

static void array_add_null(struct array *a)
{
    a->last = a->bytes.end;
    put_32(buf_reserve(&a->bytes, 4), UINT32_MAX);
    buf_wrote(&a->bytes, 4);
    a->n++;
}

static void array_replace_last(struct array *a, const void *bytes, size_t len)
{
    ASSERT(a->n > 0);
    a->bytes.end = a->last;
    a->n--;
    array_add(a, bytes, len);
}

/* ---------------------------------------------------------------- the group */

void group_init(struct group *g)
{
    *g = (struct group){0};
    for (int i = 0; i < GROUP_COLUMNS; i++)
        buf_init(&g->columns[i].bytes);
    group_clear(g);
}

void group_fini(struct group *g)
{
    for (int i = 0; i < GROUP_COLUMNS; i++)
        buf_fini(&g->columns[i].bytes);
    free(g->parts);
    free(g->workspaces);
}

void group_clear(struct group *g)
{
    for (int i = 0; i < GROUP_COLUMNS; i++)
        array_clear(&g->columns[i]);
    g->n_parts = g->n_rows = 0;
    g->payload_bytes = 0;
}

static struct group_part *newest(struct group *g)
{
    ASSERT(g->n_parts > 0);
    return &g->parts[g->n_parts - 1];
}

/* Completes the newest canvas' part. */
static void close_part(struct group *g)
{
    if (g->n_parts == 0)
        return;
    const struct group_part *part = newest(g);
    ASSERT(part->old_head + part->n_rows == part->new_head);
    array_add_int(&g->columns[PART_TIME], (uint64_t)part->time_ms);
}

void group_add_canvas(struct group *g, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch,
                      uint64_t old_head, uint64_t new_head)
{
    close_part(g);
    if (g->n_parts == g->cap_parts) {
        g->cap_parts = g->cap_parts > 0 ? g->cap_parts * 2 : 16;
        g->parts = xrealloc(g->parts, g->cap_parts * sizeof *g->parts);
        g->workspaces = xrealloc(g->workspaces, g->cap_parts * sizeof *g->workspaces);
    }
    g->workspaces[g->n_parts] = *workspace;
    g->parts[g->n_parts++] = (struct group_part){.room_id = room_id, .old_head = old_head, .new_head = new_head};
    array_add(&g->columns[PART_WORKSPACE], workspace->b, sizeof workspace->b);
    array_add(&g->columns[PART_CANVAS], canvas->b, sizeof canvas->b);
    array_add_int(&g->columns[PART_EPOCH], epoch);
    array_add_int(&g->columns[PART_OLD_HEAD], old_head);
    array_add_int(&g->columns[PART_NEW_HEAD], new_head);
    array_add_null(&g->columns[PART_TITLE]);
}

void group_add_row(struct group *g, const struct journal_row *row)
{
    struct group_part *part = newest(g);
    part->n_rows++;
    ASSERT(row->seq == part->old_head + part->n_rows);
    part->time_ms = row->time_ms;
    array_add_int(&g->columns[ROW_PART], g->n_parts);
    array_add_int(&g->columns[ROW_SEQ], row->seq);
    array_add_int(&g->columns[ROW_CLIENT], row->client);
    array_add_int(&g->columns[ROW_CLIENT_SEQ], row->client_seq);
    array_add_int(&g->columns[ROW_AUTHOR], row->author);
    array_add_int(&g->columns[ROW_TIME], (uint64_t)row->time_ms);
    array_add(&g->columns[ROW_PAYLOAD], row->payload, row->payload_len);
    g->n_rows++;
    g->payload_bytes += row->payload_len;
}

void group_add_position(struct group *g, const struct journal_client *client)
{
    ASSERT(g->n_parts > 0);
    array_add_int(&g->columns[POSITION_PART], g->n_parts);
    array_add_int(&g->columns[POSITION_CLIENT], client->number);
    array_add_int(&g->columns[POSITION_LAST_SEQ], client->last_client_seq);
    array_add_int(&g->columns[POSITION_LAST_OBJECT], client->last_object);
    array_add_int(&g->columns[POSITION_REJECT_SEQ], client->reject_client_seq);
    array_add_int(&g->columns[POSITION_REJECT_CODE], client->reject_code);
    array_add_int(&g->columns[POSITION_REJECT_AT], client->reject_at_seq);
}

void group_set_title(struct group *g, const char *title)
{
    array_replace_last(&g->columns[PART_TITLE], title, strlen(title));
}

void group_exec(struct group *g, struct pg_request *request, const struct uuid *incarnation)
{
    close_part(g);
    struct pg_params params = {0};
    pg_param_uuid(&params, incarnation);
    for (int i = 0; i < GROUP_COLUMNS; i++) {
        struct array *a = &g->columns[i];
        array_finish(a, column_type(i));
        pg_param_bytes(&params, buf_at(&a->bytes), buf_len(&a->bytes));
    }
    border_workspaces(request, g->workspaces, g->n_parts);
    pg_exec(request, group_statements, &params);
}

void group_take_result(struct group *g, const PGresult *result)
{
    for (int row = 0; row < PQntuples(result); row++) {
        int64_t n = pg_int(result, row, 0);
        ASSERT(n >= 1 && (uint64_t)n <= g->n_parts);
        g->parts[n - 1].held = true;
    }
}
