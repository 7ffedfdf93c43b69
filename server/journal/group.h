/* A group: the batches of many canvases that are written by one statement, as arrays in PostgreSQL's binary format,
 * built by hand into buffers that are used again and again. Private to the journal. */
#ifndef COCANVAS_SERVER_JOURNAL_GROUP_H
#define COCANVAS_SERVER_JOURNAL_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "server/journal/journal.h"
#include "server/journal/pg.h"

/* One array parameter under construction. */
struct array {
    struct buf bytes;
    uint32_t n;              /* elements */
    size_t last;             /* where the newest element begins */
};

/* One canvas' part. */
struct group_part {
    uint64_t room_id;
    uint64_t old_head, new_head;
    uint32_t n_rows;
    int64_t time_ms;         /* of the newest row; 0 none */
    bool held;               /* the comparison held: its rows are written */
};

/* The columns of the statement; group.c says what each is. */
enum group_column {
    PART_WORKSPACE, PART_CANVAS, PART_EPOCH, PART_OLD_HEAD, PART_NEW_HEAD, PART_TIME, PART_TITLE,
    ROW_PART, ROW_SEQ, ROW_CLIENT, ROW_CLIENT_SEQ, ROW_AUTHOR, ROW_TIME, ROW_PAYLOAD,
    POSITION_PART, POSITION_CLIENT, POSITION_LAST_SEQ, POSITION_LAST_OBJECT, POSITION_REJECT_SEQ, POSITION_REJECT_CODE, POSITION_REJECT_AT,
    GROUP_COLUMNS,
};

struct group {
    struct array columns[GROUP_COLUMNS];
    struct group_part *parts;    /* owned */
    struct uuid *workspaces;     /* of each part; owned */
    uint32_t n_parts, cap_parts;
    uint32_t n_rows;
    uint64_t payload_bytes;
};

extern const struct pg_statement group_statements[];

void group_init(struct group *g);
void group_fini(struct group *g);
void group_clear(struct group *g);
void group_add_canvas(struct group *g, uint64_t room_id, const struct uuid *workspace, const struct uuid *canvas, uint64_t epoch,
                      uint64_t old_head, uint64_t new_head);
void group_add_row(struct group *g, const struct journal_row *row);
void group_add_position(struct group *g, const struct journal_client *client);
void group_set_title(struct group *g, const char *title);
/* Makes the request. The buffers may be cleared as soon as it returns. */
void group_exec(struct group *g, struct pg_request *request, const struct uuid *incarnation);
/* Marks the parts that the answer says were held. */
void group_take_result(struct group *g, const PGresult *result);

#endif
