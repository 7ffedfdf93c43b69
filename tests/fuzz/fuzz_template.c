/* A template file from a stranger: it parses into a template that makes a sound canvas, or is refused with the file's
 * name in the sentence. */
#include <stdlib.h>
#include <string.h>

#include "common/template.h"
#include "tests/support/op_help.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);
const char *__lsan_default_suppressions(void);

/* libconfig 1.5 loses a few bytes of the string that it was reading when it meets a syntax error. */
const char *__lsan_default_suppressions(void)
{
    return "leak:libconfig";
}

/* Every field of the file can be read from the canvas again. */
static void check_fields(const struct canvas *c, const struct template *t)
{
    for (size_t i = 0; i < t->n_blocks; i++) {
        struct fields fields;
        const struct block *block = canvas_block_by_key(c, t->blocks[i].key);
        ASSERT(block != NULL && !block_hidden(block));
        fields_of_block(c, block, &fields);
        for (size_t j = 0; j < t->blocks[i].n_fields; j++) {
            const struct field *f = fields_find(&fields, t->blocks[i].fields[j].key);
            ASSERT(f != NULL && f->type == t->blocks[i].fields[j].type &&
                   f->n_choices == t->blocks[i].fields[j].n_choices);
        }
        fields_free(&fields);
    }
}

/* A server would take the canvas as an import: no limit of the model is broken. */
static void check_state(struct canvas *c)
{
    struct buf state;
    struct canvas again;
    struct why why = {""};
    buf_init(&state);
    canvas_encode(c, &state);
    canvas_init(&again, NULL);
    ASSERT(canvas_decode(&again, buf_at(&state), buf_len(&state), &why) == STATUS_OK);
    canvas_fini(&again);
    buf_fini(&state);
}

/* A fork owes what its original owes. */
static void check_fork(const char *text, const struct template *t)
{
    char *fork = template_fork("file", text, "fork", "Somebody", NULL);
    struct template *forked = fork ? template_parse("file", fork, NULL) : NULL;
    ASSERT((fork != NULL) == (forked != NULL));
    if (forked) {
        ASSERT(strcmp(forked->licence, t->licence) == 0 && strstr(forked->attribution, "Adapted by") != NULL);
        ASSERT(strcmp(forked->id, "fork") == 0 && forked->n_blocks == t->n_blocks);
    }
    template_free(forked);
    free(fork);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct why why = {""};
    char *text = xstrndup((const char *)data, len);
    struct template *t = template_parse("file", text, &why);
    if (t != NULL) {
        struct canvas c;
        canvas_init(&c, NULL);
        template_instantiate(t, "Title", &c);
        audit(&c);
        check_fields(&c, t);
        check_state(&c);
        canvas_fini(&c);
        check_fork(text, t);
        template_free(t);
    } else {
        ASSERT(strncmp(why.text, "file:", 5) == 0);
    }
    free(text);
    return 0;
}
