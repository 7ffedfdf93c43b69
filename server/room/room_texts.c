/* Recent text edits per text: see the header. An edit is one allocation with its steps and characters behind it. */
#include "server/room/room_texts.h"

#include <string.h>

#include "common/buf.h"

enum { TEXT_KEY_MAX = 128 }; /* a field's key has at most 64 bytes */

struct room_text {
    struct room_edit *oldest, *newest;
    UT_hash_handle hh;
    unsigned key_len;
    uint8_t key[]; /* object, then the field's key */
};

static unsigned make_key(uint8_t out[sizeof(uint64_t) + TEXT_KEY_MAX], uint64_t object, const char *key)
{
    size_t len = strnlen(key, TEXT_KEY_MAX);
    memcpy(out, &object, sizeof object);
    memcpy(out + sizeof object, key, len);
    return (unsigned)(sizeof object + len);
}

void room_texts_init(struct room_texts *t)
{
    t->by_key = NULL;
    STAILQ_INIT(&t->all);
}

void room_texts_fini(struct room_texts *t)
{
    room_texts_trim(t, UINT64_MAX);
}

static struct room_text *find(const struct room_texts *t, const uint8_t *key, unsigned len)
{
    struct room_text *text;
    HASH_FIND(hh, t->by_key, key, len, text);
    return text;
}

static struct room_text *find_or_add(struct room_texts *t, uint64_t object, const char *name)
{
    uint8_t key[sizeof(uint64_t) + TEXT_KEY_MAX];
    unsigned len = make_key(key, object, name);
    struct room_text *text = find(t, key, len);
    if (text)
        return text;
    text = xcalloc(1, sizeof *text + len);
    text->key_len = len;
    memcpy(text->key, key, len);
    HASH_ADD_KEYPTR(hh, t->by_key, text->key, len, text);
    return text;
}

static struct room_edit *edit_new(const struct text_op *op)
{
    size_t steps_bytes = op->n_steps * sizeof *op->steps;
    struct room_edit *edit = xmalloc(sizeof *edit + steps_bytes + op->n_bytes);
    struct text_step *steps = (struct text_step *)(void *)(edit + 1);
    char *bytes = (char *)(steps + op->n_steps);
    if (op->n_steps)
        memcpy(steps, op->steps, steps_bytes);
    if (op->n_bytes)
        memcpy(bytes, op->bytes, op->n_bytes);
    edit->op = (struct text_op){.pre_len = op->pre_len,
                                .n_steps = op->n_steps,
                                .cap_steps = op->n_steps,
                                .steps = steps,
                                .n_bytes = op->n_bytes,
                                .cap_bytes = op->n_bytes,
                                .bytes = bytes};
    return edit;
}

void room_texts_add(struct room_texts *t, uint64_t seq, uint32_t client, uint64_t object, const char *key,
                    const struct text_op *op)
{
    struct room_edit *edit = edit_new(op);
    edit->seq = seq;
    edit->client = client;
    edit->text = find_or_add(t, object, key);
    edit->newer = NULL;
    edit->older = edit->text->newest;
    if (edit->older)
        edit->older->newer = edit;
    else
        edit->text->oldest = edit;
    edit->text->newest = edit;
    STAILQ_INSERT_TAIL(&t->all, edit, entry);
}

void room_texts_trim(struct room_texts *t, uint64_t first_seq)
{
    struct room_edit *edit;
    while ((edit = STAILQ_FIRST(&t->all)) && edit->seq < first_seq) {
        struct room_text *text = edit->text;
        STAILQ_REMOVE_HEAD(&t->all, entry);
        text->oldest = edit->newer; /* the oldest of all is the oldest of its text */
        if (text->oldest) {
            text->oldest->older = NULL;
        } else {
            HASH_DELETE(hh, t->by_key, text);
            free(text);
        }
        free(edit);
    }
}

const struct room_edit *room_texts_since(const struct room_texts *t, uint64_t object, const char *name,
                                         uint64_t base_seq)
{
    uint8_t key[sizeof(uint64_t) + TEXT_KEY_MAX];
    unsigned len = make_key(key, object, name);
    const struct room_text *text = find(t, key, len);
    const struct room_edit *found = NULL;
    for (const struct room_edit *edit = text ? text->newest : NULL; edit && edit->seq > base_seq; edit = edit->older)
        found = edit;
    return found;
}
