/* JSON to txns. Whatever is not a trace ends the program: the files are ours, so a mistake in one is worth a loud word. */
#include "tests/replay/trace.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/utf8.h"

static _Noreturn void not_a_trace(const char *what, size_t at)
{
    fprintf(stderr, "not an editing trace: %s (txn %zu)\n", what, at);
    exit(2);
}

static const char *text_of(const json_t *root, const char *key)
{
    const char *text = json_string_value(json_object_get(root, key));
    if (text != NULL && !utf8_check(text, strlen(text), NULL))
        not_a_trace("control characters in a text", 0);
    return text;
}

static struct patch patch_of(const json_t *json, size_t at)
{
    struct patch patch = {.inserted = json_string_value(json_array_get(json, 2))};
    size_t points;
    if (patch.inserted == NULL || !utf8_check(patch.inserted, strlen(patch.inserted), &points))
        not_a_trace("a patch without a text", at);
    patch.at = (uint32_t)json_integer_value(json_array_get(json, 0));
    patch.removed = (uint32_t)json_integer_value(json_array_get(json, 1));
    patch.len_bytes = (uint32_t)strlen(patch.inserted);
    patch.points = (uint32_t)points;
    return patch;
}

/* What a txn sees: all that its parents saw, and its parents. */
static void fill_sees(struct trace *trace, size_t at, const json_t *parents, uint32_t *sees)
{
    size_t i;
    json_t *parent;
    json_array_foreach(parents, i, parent)
    {
        size_t p = (size_t)json_integer_value(parent);
        if (p >= at)
            not_a_trace("a parent that comes later", at);
        const struct txn *before = &trace->txns[p];
        for (uint32_t k = 0; k < trace->n_agents; k++) {
            uint32_t seen = before->sees[k] + (before->agent == k ? 1 : 0);
            sees[k] = seen > sees[k] ? seen : sees[k];
        }
    }
}

static void load_agent(struct trace *trace, size_t at, const json_t *json, uint32_t *typed)
{
    struct txn *txn = &trace->txns[at];
    uint32_t *sees = trace->sees + at * trace->n_agents;
    txn->agent = (uint32_t)json_integer_value(json_object_get(json, "agent"));
    if (txn->agent >= trace->n_agents)
        not_a_trace("an agent that is not there", at);
    txn->number = typed[txn->agent]++;
    txn->sees = sees;
    fill_sees(trace, at, json_object_get(json, "parents"), sees);
    if (sees[txn->agent] != txn->number)
        not_a_trace("an agent that does not see its own txns", at);
}

static void load_txns(struct trace *trace, const json_t *txns)
{
    size_t i, k, n_patches = 0;
    json_t *json, *patch;
    uint32_t *typed = xcalloc(trace->n_agents, sizeof *typed);
    json_array_foreach(txns, i, json) n_patches += json_array_size(json_object_get(json, "patches"));
    trace->txns = xcalloc(trace->n_txns, sizeof *trace->txns);
    trace->patches = xcalloc(n_patches, sizeof *trace->patches);
    trace->sees = xcalloc(trace->n_txns, trace->n_agents * sizeof *trace->sees);
    n_patches = 0;
    for (i = 0; i < trace->n_txns; i++) {
        json = json_array_get(txns, i);
        trace->txns[i].patches = trace->patches + n_patches;
        json_array_foreach(json_object_get(json, "patches"), k, patch) trace->patches[n_patches++] = patch_of(patch, i);
        trace->txns[i].n_patches = (uint32_t)k;
        if (trace->concurrent)
            load_agent(trace, i, json, typed);
    }
    free(typed);
}

void trace_load(struct trace *trace, const char *path, size_t max_txns)
{
    json_error_t error;
    json_t *root = strcmp(path, "-") == 0 ? json_loadf(stdin, 0, &error) : json_load_file(path, 0, &error);
    if (root == NULL) {
        fprintf(stderr, "%s: %s\n", path, error.text);
        exit(2);
    }
    const json_t *txns = json_object_get(root, "txns");
    *trace = (struct trace){
        .root = root, .start = text_of(root, "startContent"), .end = text_of(root, "endContent"), .n_agents = 1};
    if (trace->start == NULL)
        trace->start = "";
    if (trace->end == NULL || !json_is_array(txns))
        not_a_trace("no txns or no endContent", 0);
    const json_t *agents = json_object_get(root, "numAgents");
    trace->concurrent = agents != NULL;
    if (trace->concurrent)
        trace->n_agents = (uint32_t)json_integer_value(agents);
    trace->n_txns = json_array_size(txns);
    if (max_txns > 0 && max_txns < trace->n_txns) {
        trace->n_txns = max_txns;
        trace->end = NULL;
    }
    load_txns(trace, txns);
}

void trace_free(struct trace *trace)
{
    free(trace->txns);
    free(trace->patches);
    free(trace->sees);
    json_decref(trace->root);
}

void txn_op(struct text_op *out, const struct txn *txn, uint32_t pre_len)
{
    struct text_op next = {0}, both = {0};
    text_op_clear(out, pre_len);
    for (uint32_t i = 0; i < txn->n_patches; i++) {
        const struct patch *p = &txn->patches[i];
        text_op_splice(&next, (uint32_t)text_op_post_len(out), p->at, p->removed, p->inserted, p->len_bytes, p->points);
        text_compose(&both, out, &next);
        text_op_copy(out, &both);
    }
    text_op_fini(&next);
    text_op_fini(&both);
}
