/* The client's file of unsent edits, damaged in every way: it is refused as a whole, or what is in it can be brought
 * over a state, laid over the view, sealed and sent. */
#include "tests/support/replica_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

/* A canvas without cards, encoded; made once. */
static const struct buf *first_state(void)
{
    static struct model_server server;

    if (buf_len(&server.first_state) == 0)
        model_init(&server, NULL);
    return &server.first_state;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    const struct buf *state = first_state();
    struct replica *r = replica_new(NULL);
    struct buf out;
    struct arena arena;
    struct why why;
    size_t dropped;

    buf_init(&out);
    arena_init(&arena, 16 << 20);
    if (replica_restore_unsent(r, data, len, &why) == STATUS_OK) {
        ASSERT(replica_load(r, buf_at(state), buf_len(state), 0, &why) == STATUS_OK);
        replica_history_lost(r);
        replica_set_identity(r, 1, 1, 0, 0);
        (void)replica_view(r);
        (void)replica_seal(r, 256, 60000, &dropped);
        (void)replica_submit(r, &arena);
        replica_save_unsent(r, &out);
    }
    arena_fini(&arena);
    buf_fini(&out);
    replica_free(r);
    return 0;
}
