/* See stored.h. */
#include "server/journal/stored.h"

#include "common/log.h"

static const char *const names[] = {
    [SEAL_BATCH] = "batch", [SEAL_STATE] = "state", [SEAL_TITLE] = "title", [SEAL_TEMPLATE] = "template",
    [SEAL_NOTICE] = "notice", [SEAL_LABEL] = "label", [SEAL_TEMPLATE_FILE] = "template's file", [SEAL_TEMPLATE_INFO] = "template's facts",
};

static void complain(const struct seal_place *place, const char *sentence)
{
    char object[UUID_TEXT];
    uuid_format(&place->object, object);
    log_error((&(struct log_ctx){.canvas = object}), "the sealed %s at %llu %s", names[place->kind], (unsigned long long)place->seq, sentence);
}

static enum status judge(const struct seal_place *place, enum status status)
{
    if (status == STATUS_OK)
        return status;
    complain(place, status == STATUS_NOT_FOUND ? "is under another key than the keyring has for its workspace"
                                               : "is not what was stored there: it was changed or moved outside of cocanvas");
    return status == STATUS_NOT_FOUND ? STATUS_GONE : STATUS_INTERNAL;
}

enum status stored_open(struct keyring *ring, const struct seal_place *place, struct buf *plain, const uint8_t **bytes, size_t *len)
{
    if (!seal_is_sealed(*bytes, *len)) {
        if (!ring || !keyring_is_all_sealed(ring, &place->workspace))
            return STATUS_OK;
        complain(place, "is not sealed, in a workspace that is: it was written outside of cocanvas");
        return STATUS_INTERNAL;
    }
    struct seal_key *key = ring ? keyring_find(ring, &place->workspace) : NULL;
    if (!key)
        return STATUS_GONE;
    size_t before = buf_len(plain);
    enum status status = judge(place, seal_open(key, place, *bytes, *len, plain));
    if (status == STATUS_OK) {
        *len = buf_len(plain) - before;
        *bytes = buf_at(plain) + before;
    }
    return status;
}

enum status stored_open_state(struct keyring *ring, const struct seal_place *place, struct buf *plain, const uint8_t **bytes, size_t *len,
                              uint64_t *hash)
{
    bool sealed = seal_is_sealed(*bytes, *len);
    enum status status = stored_open(ring, place, plain, bytes, len);
    if (sealed && status == STATUS_OK)
        *hash = seal_mask_hash(keyring_find(ring, &place->workspace), place, *hash);
    return status;
}

const char *stored_open_text(struct keyring *ring, const struct seal_place *place, const char *text, char **owned)
{
    *owned = NULL;
    if (!seal_is_sealed_text(text))
        return text;
    struct seal_key *key = ring ? keyring_find(ring, &place->workspace) : NULL;
    if (!key)
        return "(sealed: key missing)";
    return judge(place, seal_open_text(key, place, text, owned)) == STATUS_OK ? *owned : "(sealed: cannot be opened)";
}

const char *stored_seal_text(struct seal_key *key, const struct seal_place *place, const char *text, char **owned)
{
    *owned = key ? seal_text(key, place, text) : NULL;
    return key ? *owned : text;
}
