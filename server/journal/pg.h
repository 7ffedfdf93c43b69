/* One asynchronous connection to PostgreSQL: libpq in pipeline mode on libevent. It connects by itself, prepares its
 * statements, and comes back with growing, jittered pauses when it breaks. Requests are answered in the order in which
 * they were made.
 *
 * A request is one or more prepared statements and one Sync, so it is one transaction. Its answer is given after the
 * Sync has come back: only then is it known that the transaction was committed (P1). Nothing here times a request
 * out or cancels one. */
#ifndef COCANVAS_SERVER_JOURNAL_PG_H
#define COCANVAS_SERVER_JOURNAL_PG_H

#include <event2/event.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/ids.h"

struct keyring;
struct pg;
struct pg_request;

/* A prepared statement. Tables of them are static and end with a NULL name. */
struct pg_statement {
    const char *name;
    const char *sql;
};

enum pg_outcome {
    PG_DONE,       /* committed, without a warning */
    PG_FAILED,     /* PostgreSQL said no: sqlstate says why. Rolled back. */
    PG_UNKNOWN,    /* the connection broke before the Sync came back, or a warning came with it: committed or not, nobody knows */
    PG_AWAY,       /* never sent: there is no connection */
};

enum { PG_RESULTS = 4, PG_PARAMS = 24, PG_SQLSTATE = 6 };

struct pg_answer {
    enum pg_outcome outcome;
    char sqlstate[PG_SQLSTATE];       /* "" unless FAILED */
    PGresult *const *results;         /* one per statement; complete only if DONE. Borrowed until the callback returns. */
    int n_results;
};

/* ctx: whose request it is. note: what the requester wants to remember (malloc'd, may be NULL); the connection frees
 * it after the callback, or without the callback when the connection itself is freed first. */
typedef void pg_answer_cb(void *ctx, void *note, const struct pg_answer *answer);

struct pg_options {
    const char *conninfo;
    const char *name;                               /* application_name */
    unsigned worker;                                /* for logs */
    const char *const *session;                     /* statements run after each connect; ends with NULL */
    const struct pg_statement *const *statements;   /* tables to prepare; ends with NULL */
    const struct pg_statement *borders;             /* by which requests say what they may see (border.h); NULL: they do not */
    const char *role;                               /* run behind `session`: takes another role for all that follows; NULL: none */
    /* Ready for requests (true), or not any more (false); the latter before the requests that are lost by it are
     * answered. Also false for a first connection that fails. */
    void (*on_state)(void *ctx, struct pg *pg, bool ready);
    void *ctx;
    struct keyring *keyring;                        /* with which those who make requests here seal and open; NULL: none. Borrowed. */
};

struct pg *pg_new(struct event_base *base, const struct pg_options *options);
void pg_free(struct pg *pg);
bool pg_is_ready(const struct pg *pg);
struct keyring *pg_keyring(const struct pg *pg);
/* Gives the connection up, at once not ready, and connects anew after a pause: for a server that answers but cannot
 * serve. */
void pg_reset(struct pg *pg, const char *reason);

/* ---- requests: pg_begin, pg_exec …, pg_end. The callback is never called before pg_end has returned. */
struct pg_params;
struct pg_request *pg_begin(struct pg *pg, pg_answer_cb *cb, void *ctx, void *note);
void pg_exec(struct pg_request *request, const struct pg_statement *statement, const struct pg_params *params);
void pg_end(struct pg_request *request);
/* For border.h: a statement whose result is not among the answer's; NULL: none is needed. Nothing on a connection without
 * borders. A statement before which there was none sees no rows, and is complained about in the log. */
void pg_exec_border(struct pg_request *request, const struct pg_statement *statement, const struct pg_params *params);

/* ---- parameters, all binary. Pointers are borrowed until pg_exec has returned. */
struct pg_params {
    int n;
    const char *values[PG_PARAMS];
    int lengths[PG_PARAMS];
    int formats[PG_PARAMS];
    uint8_t numbers[PG_PARAMS][8];
};
void pg_param_null(struct pg_params *p);
void pg_param_int(struct pg_params *p, int64_t value);                       /* bigint */
void pg_param_uuid(struct pg_params *p, const struct uuid *id);              /* id NULL: null */
void pg_param_bytes(struct pg_params *p, const void *bytes, size_t len);     /* bytea, or an encoded array */
void pg_param_text(struct pg_params *p, const char *text);                   /* NULL: null */

/* ---- results, all binary; the type must be the one that is named. */
bool pg_is_null(const PGresult *result, int row, int column);
int64_t pg_int(const PGresult *result, int row, int column);
bool pg_bool(const PGresult *result, int row, int column);
struct uuid pg_uuid(const PGresult *result, int row, int column);
const uint8_t *pg_bytes(const PGresult *result, int row, int column, size_t *len);
const char *pg_text(const PGresult *result, int row, int column);            /* NUL-terminated */

/* SQLSTATEs that callers look for. */
#define PG_UNIQUE_VIOLATION "23505"

#endif
