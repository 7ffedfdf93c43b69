/* The lossless file: CanvasState as JSON, see canvas_file.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/output.h"
#include "client/cli/proto_json.h"
#include "common/op.h"

#define FILE_FORMAT "cocanvas.canvas"

enum { STATE_ARENA = 256 << 20 };

static int compare_authors(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* Every author whose number occurs in the state, ascending, once each. */
struct authors {
    uint32_t *at;
    size_t n, cap;
};

static void note_author(struct authors *a, uint32_t author)
{
    if (author == 0)
        return;
    if (a->n == a->cap) {
        a->cap = a->cap ? 2 * a->cap : 64;
        a->at = xrealloc(a->at, a->cap * sizeof *a->at);
    }
    a->at[a->n++] = author;
}

static void note_card(struct authors *a, const struct card *card)
{
    note_author(a, card->created_by);
    note_author(a, card->edited_by);
    for (uint32_t i = 0; i < card->n_votes; i++)
        note_author(a, card->votes[i]);
    for (uint32_t i = 0; i < card->props.n; i++)
        if (card->props.at[i].value.kind == VALUE_PERSON)
            note_author(a, (uint32_t)card->props.at[i].value.number);
}

static void collect_authors(const struct canvas *canvas, struct authors *a)
{
    for (struct object *o = canvas->cards; o; o = o->hh.next)
        note_card(a, (struct card *)o);
    for (struct object *o = canvas->comments; o; o = o->hh.next)
        note_author(a, ((struct comment *)o)->created_by);
    for (struct object *o = canvas->links; o; o = o->hh.next)
        note_author(a, ((struct link_object *)o)->created_by);
    for (struct object *o = canvas->readings; o; o = o->hh.next)
        note_author(a, ((struct reading *)o)->created_by);
    for (struct object *o = canvas->named; o; o = o->hh.next)
        note_author(a, ((struct named *)o)->created_by);
    size_t n = 0;
    if (a->n)
        qsort(a->at, a->n, sizeof *a->at, compare_authors);
    for (size_t i = 0; i < a->n; i++)
        if (n == 0 || a->at[n - 1] != a->at[i])
            a->at[n++] = a->at[i];
    a->n = n;
}

static json_t *people_json(const struct canvas *canvas, const struct names *names)
{
    struct authors authors = {NULL, 0, 0};
    json_t *people = json_array();
    collect_authors(canvas, &authors);
    for (size_t i = 0; i < authors.n; i++)
        json_array_append_new(people, json_pack("{s:I, s:s}", "author", (json_int_t)authors.at[i], "name",
                                                names->person(names->ctx, authors.at[i])));
    free(authors.at);
    return people;
}

void export_json(struct canvas *canvas, const struct names *names, bool confidential, struct arena *arena, struct buf *out)
{
    char hash[20];
    snprintf(hash, sizeof hash, "%016" PRIx64, canvas_hash(canvas));
    Cocanvas__CanvasState *state = canvas_to_message(canvas, arena);
    ASSERT(state);
    json_t *json = proto_to_json(&state->base);
    ASSERT(json);
    json_t *file = json_pack("{s:s, s:i, s:s, s:b, s:o, s:o}", "format", FILE_FORMAT, "schema", OUTPUT_SCHEMA, "hash", hash,
                             "confidential", (int)confidential, "people", people_json(canvas, names), "state", json);
    char *text = json_text(file, 1);
    buf_addf(out, "%s\n", text);
    free(text);
    json_decref(file);
}

static enum status check_head(const json_t *file, struct why *why)
{
    const char *format = json_string_value(json_object_get(file, "format"));
    if (!format || strcmp(format, FILE_FORMAT) != 0)
        return refuse(why, STATUS_MALFORMED, "This is not an exported canvas: \"format\" is not \"%s\".", FILE_FORMAT);
    if (json_integer_value(json_object_get(file, "schema")) != OUTPUT_SCHEMA)
        return refuse(why, STATUS_VERSION, "The file has another schema than %d; a newer cocanvas may read it.",
                      OUTPUT_SCHEMA);
    return STATUS_OK;
}

static enum status read_state(const json_t *file, struct canvas *canvas, struct why *why)
{
    struct arena arena;
    arena_init(&arena, STATE_ARENA);
    ProtobufCMessage *state =
        proto_from_json(&cocanvas__canvas_state__descriptor, json_object_get(file, "state"), &arena, why);
    enum status status = state ? STATUS_OK : STATUS_MALFORMED;
    if (state) {
        size_t len = protobuf_c_message_get_packed_size(state);
        uint8_t *bytes = xmalloc(len + 1);
        protobuf_c_message_pack(state, bytes);
        status = canvas_decode(canvas, bytes, len, why);
        free(bytes);
    }
    arena_fini(&arena);
    return status;
}

enum status canvas_mark_confidential(struct canvas *canvas, struct why *why)
{
    Cocanvas__Value value = COCANVAS__VALUE__INIT;
    Cocanvas__PropSet set;
    Cocanvas__Op op = COCANVAS__OP__INIT;
    struct op_actor nobody = {.base_seq = UINT64_MAX, .seq = canvas->seq};
    char key[] = "confidential", yes[] = "yes";
    const char *says = canvas_header_text(canvas, key);
    if (*says && strcmp(says, "no") != 0)
        return STATUS_OK;
    value.kind_case = COCANVAS__VALUE__KIND_TEXT;
    value.text = yes;
    cocanvas__prop_set__init(&set);
    set.key = key;
    set.value = &value;
    op.kind_case = COCANVAS__OP__KIND_PROP_SET;
    op.prop_set = &set;
    return op_apply(canvas, &op, &nobody, why);
}

enum status import_json(const char *bytes, size_t len, struct canvas *canvas, struct why *why)
{
    json_error_t error;
    json_t *file = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (!file)
        return refuse(why, STATUS_MALFORMED, "Line %d is not JSON: %.100s.", error.line, error.text);
    enum status status = check_head(file, why);
    if (status == STATUS_OK)
        status = read_state(file, canvas, why);
    const char *hash = json_string_value(json_object_get(file, "hash"));
    char now[20];
    if (status == STATUS_OK)
        snprintf(now, sizeof now, "%016" PRIx64, canvas_hash(canvas));
    if (status == STATUS_OK && hash && strcmp(hash, now) != 0) {
        status =
            refuse(why, STATUS_MALFORMED,
                   "The content does not match its \"hash\". If you changed the file on purpose, remove that line.");
        struct canvas_limits limits = canvas->limits;
        canvas_fini(canvas);
        canvas_init(canvas, &limits);
    }
    if (status == STATUS_OK && json_is_true(json_object_get(file, "confidential")))
        status = canvas_mark_confidential(canvas, why);
    json_decref(file);
    return status;
}
