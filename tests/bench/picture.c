/* What a picture costs: each kind of canvas, filled as a good workshop fills it (about 150 cards) and far too full (5,000), in each format. CPU time of one
 * drawing, layout included. One JSON object per line; the budget is 1 s for a full canvas. */
#include <stdio.h>
#include <time.h>

#include "client/picture/picture.h"
#include "tests/support/picture_scene.h"

static double cpu_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void measure(struct picture_scene *s, const char *id, enum picture_format format, const char *format_name)
{
    struct method *m = method_new();
    struct picture_options o = {.format = format, .scale = 1, .today = "2026-11-22", .name = picture_scene_name};
    struct why why = {""};
    struct buf out;

    buf_init(&out);
    method_update(m, &s->c, o.today);
    double begin = cpu_ms();
    enum status status = picture_draw(&s->c, m, &o, &out, &why);
    printf("{\"picture\": \"%s\", \"format\": \"%s\", \"cards\": %u, \"ms\": %.1f, \"bytes\": %zu, \"refused\": \"%s\"}\n", id, format_name, s->c.n_cards,
           cpu_ms() - begin, buf_len(&out), status == STATUS_OK ? "" : why.text);
    buf_fini(&out);
    method_free(m);
}

int main(void)
{
    static const char *const ids[] = {"bmc", "vplan", "journey", "masscust", "potential", "vxmap", "define"};
    static const struct {
        enum picture_format format;
        const char *name;
    } formats[] = {{PICTURE_SVG, "svg"}, {PICTURE_PDF, "pdf"}, {PICTURE_PNG, "png"}};
    struct template_set set;

    template_set_load(&set);
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++) {
        for (int cards = 150; cards <= 5000; cards += 4850) {
            struct picture_scene s;
            const struct template *t = template_find(&set, ids[i]);
            picture_scene_of(&s, t, cards / (int)(t->n_blocks > 0 ? t->n_blocks : 1));
            for (size_t f = 0; f < sizeof formats / sizeof formats[0]; f++)
                measure(&s, ids[i], formats[f].format, formats[f].name);
            canvas_fini(&s.c);
        }
    }
    template_set_free(&set);
    return 0;
}
