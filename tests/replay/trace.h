/* A recorded editing session (tests/data/traces/README.md): what was typed, by whom, and what they saw when they typed
 * it. */
#ifndef COCANVAS_TESTS_REPLAY_TRACE_H
#define COCANVAS_TESTS_REPLAY_TRACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/text.h"

/* "Remove so many characters there and put this in their place"; positions after the patches before it. */
struct patch {
    uint32_t at, removed;
    const char *inserted; /* borrowed from the trace */
    uint32_t len_bytes, points;
};

/* What one person did at once. */
struct txn {
    uint32_t agent;  /* 0 in a sequential trace */
    uint32_t number; /* among this agent's own, from 0 */
    uint32_t n_patches;
    const struct patch *patches;
    const uint32_t *sees; /* per agent: how many of its txns were visible; NULL in a sequential trace (all before) */
};

struct trace {
    const char *start, *end; /* the text before and after; borrowed from root */
    uint32_t n_agents;       /* 1 in a sequential trace */
    bool concurrent;
    struct txn *txns; /* every txn behind those that it sees */
    size_t n_txns;
    struct patch *patches; /* of all txns */
    uint32_t *sees;        /* of all txns; n_agents each */
    json_t *root;
};

/* From JSON (not gzip'ed); path "-" is standard input. Keeps at most max_txns (0: all; then end is not what comes out).
 * Exits with a message if it is not a trace. */
void trace_load(struct trace *trace, const char *path, size_t max_txns);
void trace_free(struct trace *trace);

/* out = the txn as one op for a text of pre_len. */
void txn_op(struct text_op *out, const struct txn *txn, uint32_t pre_len);

#endif
