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
        canvas_fini(&c);
        template_free(t);
    } else {
        ASSERT(strncmp(why.text, "file:", 5) == 0);
    }
    free(text);
    return 0;
}
