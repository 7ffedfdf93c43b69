/* Comparing ends, and the journal played again from the template (verify.h). */
#include "tests/replay/verify.h"

#include <string.h>

#include "common/message.h"
#include "common/template.h"

struct outcome player_outcome(struct player *p)
{
    struct replica *replica = client_replica(p->client);
    return (struct outcome){replica_seq(replica), replica_hash(replica)};
}

void expect_outcome(const char *who, struct outcome expected, struct outcome found)
{
    if (expected.seq != found.seq || expected.hash != found.hash)
        give_up("%s: seq %llu hash %016llx, expected seq %llu hash %016llx", who, (unsigned long long)found.seq,
                (unsigned long long)found.hash, (unsigned long long)expected.seq, (unsigned long long)expected.hash);
}

void expect_text(const char *who, const struct text *found, const char *expected)
{
    if (found == NULL)
        give_up("%s: the card is not there", who);
    size_t same = 0;
    while (same < found->len_bytes && found->bytes[same] == expected[same])
        same++;
    if (same < found->len_bytes || expected[same] != '\0')
        give_up("%s: the text differs from byte %zu on: \"%.40s\", expected \"%.40s\"", who, same, found->bytes + same,
                expected + same);
}

/* ---- the journal */

struct journal_reader {
    struct canvas *canvas;
    struct arena arena;
    bool done;
};

static void apply_page(struct journal_reader *j, const Cocanvas__HistoryPage *page)
{
    struct why why;
    for (size_t i = 0; i < page->n_committed; i++) {
        arena_reset(&j->arena);
        const Cocanvas__Committed *batch =
            message_decode_committed(&j->arena, page->committed[i].data, page->committed[i].len);
        if (batch == NULL)
            give_up("batch %llu of the journal cannot be decoded", (unsigned long long)j->canvas->seq + 1);
        if (batch_apply_committed(j->canvas, batch, &why) != STATUS_OK)
            give_up("batch %llu of the journal does not fit: %s", (unsigned long long)batch->seq, why.text);
    }
    j->done = page->last;
}

static void on_history(void *ctx, const Cocanvas__Frame *reply)
{
    struct journal_reader *j = ctx;
    if (reply->body_case == COCANVAS__FRAME__BODY_ERROR)
        give_up("the journal was refused: %s", reply->error->message);
    if (reply->body_case == COCANVAS__FRAME__BODY_HISTORY_PAGE)
        apply_page(j, reply->history_page);
}

static bool is_read(void *player)
{
    const struct player *p = player;
    const struct journal_reader *j = p->ctx;
    return j->done;
}

static void first_state(struct canvas *out, const char *template_id, const char *title)
{
    struct template_set set;
    template_set_load(&set);
    const struct template *found = template_find(&set, template_id);
    if (found == NULL)
        give_up("there is no template \"%s\"", template_id);
    template_instantiate(found, title, out);
    template_set_free(&set);
}

struct outcome journal_outcome(struct player *p, const char *template_id, const char *title, struct canvas *out)
{
    enum { BATCH_BYTES = 16 << 20 };
    struct journal_reader reader = {.canvas = out};
    Cocanvas__HistoryRequest request = COCANVAS__HISTORY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    first_state(out, template_id, title);
    arena_init(&reader.arena, BATCH_BYTES);
    p->on_reply = on_history;
    p->ctx = &reader;
    request.from_seq = 1;
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_REQUEST;
    frame.history_request = &request;
    client_request(p->client, &frame);
    player_wait(p, is_read, "the journal");
    p->on_reply = NULL;
    arena_fini(&reader.arena);
    return (struct outcome){out->seq, canvas_hash(out)};
}
