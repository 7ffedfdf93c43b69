/* See version.h. */
#include "client/cli/version.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/core/past.h"
#include "common/buf.h"

static bool all_digits(const char *words)
{
    return words[0] != '\0' && words[strspn(words, "0123456789")] == '\0';
}

static int find_number(struct edit *e, const char *words, struct version *version)
{
    uint64_t head = replica_seq(e->replica);
    errno = 0;
    version->seq = strtoull(words, NULL, 10);
    if (errno != 0 || version->seq > head)
        return cli_fail(e->s.cli, EXIT_NOT_FOUND, "There is no revision %s: the present one is %" PRIu64 ".", words,
                        head);
    return EXIT_OK;
}

/* The one that is called exactly that, or the only one that begins so. */
static const struct named *find_named(struct edit *e, const char *words, size_t *fit)
{
    const char *wanted = arena_fold(e->arena, words);
    const struct named *found = NULL;
    struct object *o, *next;
    *fit = 0;
    HASH_ITER(hh, e->canvas->named, o, next)
    {
        const struct named *named = (const struct named *)o;
        const char *name = arena_fold(e->arena, named->name);
        if (strcmp(name, wanted) == 0) {
            *fit = 1;
            return named;
        }
        if (strncmp(name, wanted, strlen(wanted)) == 0) {
            found = named;
            (*fit)++;
        }
    }
    return found;
}

static const char *name_of(struct edit *e, uint64_t seq)
{
    const struct object *o = canvas_find(e->canvas, OBJECT_NAMED, seq);
    return o ? arena_line(e->arena, ((const struct named *)o)->name) : "";
}

int version_find(struct edit *e, const char *words, struct version *version)
{
    size_t fit = 1;
    int code = EXIT_OK;
    *version = (struct version){.name = ""};
    e->canvas = replica_view(e->replica);
    if (all_digits(words)) {
        code = find_number(e, words, version);
    } else {
        const struct named *named = find_named(e, words, &fit);
        if (fit == 0)
            code = cli_fail(e->s.cli, EXIT_NOT_FOUND,
                            "There is no revision or named version \"%s\". See: cocanvas history CANVAS", words);
        else if (fit > 1)
            code = cli_fail(e->s.cli, EXIT_USAGE, "Several versions begin with \"%s\".", words);
        else
            version->seq = named->o.id;
    }
    if (code == EXIT_OK)
        version->name = name_of(e, version->seq);
    return code;
}

/* ---- fetching */

struct fetch {
    struct version *version;
    enum status code;
    char sentence[256];
};

static void on_answer(void *ctx, const struct past_answer *answer)
{
    struct fetch *f = ctx;
    f->code = answer->code;
    snprintf(f->sentence, sizeof f->sentence, "%s", answer->sentence);
    f->version->author = answer->author;
    f->version->time_ms = answer->time_ms;
    if (answer->canvas)
        f->version->canvas = past_copy(answer->canvas);
}

static bool is_answered(struct session *s)
{
    const struct fetch *f = s->past_ctx;
    return f->version->canvas || f->code != STATUS_OK;
}

int version_fetch(struct edit *e, struct version *version)
{
    struct session *s = &e->s;
    struct fetch fetch = {.version = version};
    s->past_ctx = &fetch;
    s->past = past_reader_new(s->base, s->client, on_answer, &fetch);
    past_reader_ask(s->past, version->seq);
    enum status status = session_wait(s, is_answered, s->timeout_ms);
    past_reader_free(s->past);
    s->past = NULL;
    s->past_ctx = NULL;
    if (status != STATUS_OK)
        return session_failed(s, status, "reading the history");
    if (fetch.code != STATUS_OK)
        return cli_fail(s->cli, exit_of_status(fetch.code), "%s", fetch.sentence);
    return EXIT_OK;
}

void version_fini(struct version *version)
{
    if (!version->canvas)
        return;
    canvas_fini(version->canvas);
    free(version->canvas);
    version->canvas = NULL;
}

const char *version_words(struct edit *e, const struct version *version)
{
    char moment[32] = "?";
    time_t seconds = (time_t)(version->time_ms / 1000);
    struct tm parts;
    const char *name = version->name[0] ? arena_printf(e->arena, " (\"%s\")", version->name) : "";
    if (version->seq == 0)
        return arena_printf(e->arena, "the beginning%s", name);
    if (!localtime_r(&seconds, &parts) || strftime(moment, sizeof moment, "%Y-%m-%d %H:%M", &parts) == 0)
        snprintf(moment, sizeof moment, "?");
    return arena_printf(e->arena, "revision %" PRIu64 "%s, %s by %s", version->seq, name, moment,
                        session_person(&e->s, version->author));
}
