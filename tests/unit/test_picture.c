/* Pictures: every template in every format, what stands under each, what fits and what makes the page grow; read back by other programs (librsvg,
 * poppler). The pictures themselves are looked at by people: COCANVAS_PICTURES=FOLDER keeps them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/picture/picture.h"
#include "tests/support/picture_scene.h"

static const char *const suffixes[] = {[PICTURE_SVG] = "svg", [PICTURE_PDF] = "pdf", [PICTURE_PNG] = "png"};

static char folder[] = "/tmp/test_picture_XXXXXX";

static char *keep(const char *name, enum picture_format format, const struct buf *bytes)
{
    const char *where = getenv("COCANVAS_PICTURES");
    char *path = xasprintf("%s/%s.%s", where != NULL ? where : folder, name, suffixes[format]);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(buf_at(bytes), 1, buf_len(bytes), file), buf_len(bytes));
    assert_int_equal(fclose(file), 0);
    return path;
}

/* What a command prints, malloc'd; the command must succeed. */
static char *output_of(const char *command)
{
    struct buf out;
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    buf_init(&out);
    for (size_t n = 1; n > 0;) {
        uint8_t *at = buf_reserve(&out, 4096);
        n = fread(at, 1, 4096, pipe);
        buf_wrote(&out, n);
    }
    buf_add(&out, "", 1);
    assert_int_equal(pclose(pipe), 0);
    char *text = xstrdup((const char *)buf_at(&out));
    buf_fini(&out);
    return text;
}

static char *printed(const char *program, const char *path, const char *rest)
{
    char *command = xasprintf("%s '%s' %s", program, path, rest), *text = output_of(command);
    free(command);
    return text;
}

static enum status draw(struct canvas *c, enum picture_format format, const char *paper, struct buf *out, struct why *why)
{
    struct method *m = method_new();
    struct picture_options o = {.format = format, .paper = paper, .scale = 0.5, .today = "2026-11-22", .by = "Bakery", .name = picture_scene_name};
    method_update(m, c, o.today);
    enum status status = picture_draw(c, m, &o, out, why);
    method_free(m);
    return status;
}

/* Words as pdftotext gives them may be broken at other places than ours: compare without blanks. */
static bool holds(const char *text, const char *part)
{
    const char *a = part;
    for (const char *from = text; *from != '\0'; from++) {
        const char *t = from;
        for (a = part; *a != '\0' && *t != '\0';) {
            if (*a == ' ' || *a == '\n')
                a++;
            else if (*t == ' ' || *t == '\n' || *t == '\f')
                t++;
            else if (*a == *t)
                a++, t++;
            else
                break;
        }
        if (*a == '\0')
            return true;
    }
    return false;
}

static void every_template_in_every_format(void **state)
{
    struct template_set set;
    (void)state;
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        for (int format = PICTURE_SVG; format <= PICTURE_PNG; format++) { /* a small PNG: pixels cost */
            struct picture_scene s;
            struct buf out;
            struct why why = {""};
            buf_init(&out);
            picture_scene_of(&s, set.at[i], 3);
            assert_int_equal(draw(&s.c, (enum picture_format)format, NULL, &out, &why), STATUS_OK);
            char *path = keep(set.at[i]->id, (enum picture_format)format, &out), *text;
            if (format == PICTURE_PDF) {
                text = printed("pdftotext -layout", path, "-");
                if (!holds(text, set.at[i]->attribution) || !holds(text, set.at[i]->title) || !holds(text, "Thought 3 about"))
                    print_message("%s:\n%s\n", set.at[i]->id, text);
                assert_true(holds(text, set.at[i]->attribution));
                assert_true(holds(text, set.at[i]->title));
                assert_true(holds(text, "Thought 3 about"));
                free(text);
                text = printed("pdfinfo", path, "| grep -c '^Pages: *1$'");
            } else if (format == PICTURE_SVG) {
                text = printed("rsvg-convert", path, "| LC_ALL=C grep -a -c '^.PNG'");
            } else {
                text = xstrdup(memcmp(buf_at(&out), "\x89PNG\r\n\x1a\n", 8) == 0 ? "1\n" : "no PNG");
            }
            assert_string_equal(text, "1\n");
            free(text);
            free(path);
            buf_fini(&out);
            canvas_fini(&s.c);
        }
    }
    template_set_free(&set);
}

/* The page's size in points, by another program. */
static void page_size(const struct buf *out, const char *name, double *w, double *h)
{
    char *path = keep(name, PICTURE_PDF, out), *text = printed("pdfinfo", path, "| sed -n 's/^Page size: *//p'");
    assert_int_equal(sscanf(text, "%lf x %lf", w, h), 2);
    free(text);
    free(path);
}

static const struct template *template_of(struct template_set *set, const char *id)
{
    const struct template *t = template_find(set, id);
    assert_non_null(t);
    return t;
}

/* An empty canvas is a poster with its prompts on the paper that was asked for; a far too full one grows, and every card is on it. */
static void papers_and_growth(void **state)
{
    struct template_set set;
    struct picture_scene s;
    struct buf out;
    struct why why = {""};
    double w, h, full_w, full_h;
    (void)state;
    template_set_load(&set);
    buf_init(&out);
    picture_scene_of(&s, template_of(&set, "bmc"), 0);
    assert_int_equal(draw(&s.c, PICTURE_PDF, "a4", &out, &why), STATUS_OK);
    page_size(&out, "empty", &w, &h);
    assert_true(w > 841 && w < 843 && h > 595 && h < 596);
    canvas_fini(&s.c);
    buf_clear(&out, 0);
    picture_scene_of(&s, template_of(&set, "bmc"), 120);
    assert_int_equal(draw(&s.c, PICTURE_PDF, "a4", &out, &why), STATUS_OK);
    page_size(&out, "full", &full_w, &full_h);
    assert_true(full_w > 2 * w && full_h > 2 * h);
    char *path = keep("full", PICTURE_PDF, &out), *text = printed("pdftotext -raw", path, "- | tr -d '\\n ' | grep -o 'Thought[0-9]*about' | wc -l");
    assert_int_equal(atoi(text), 9 * 120);
    free(text);
    free(path);
    buf_fini(&out);
    canvas_fini(&s.c);
    template_set_free(&set);
}

/* Scripts of all kinds, words without a break, letters that lie over one another: drawn, and inside of the page. */
static void other_scripts(void **state)
{
    static const char *const texts[] = {"שלום עולם, זה כרטיס בעברית", "مرحبا بالعالم: بطاقة عربية", "価値共創キャンバスに貼る付箋。とても長い文章でも折り返します。",
                                        "Grüße, naïve façade, Ελληνικά, Русский", "e\xcc\x81\xcc\x82\xcc\x83 zalgo",
                                        "WithoutAnyBreakWithoutAnyBreakWithoutAnyBreakWithoutAnyBreakWithoutAnyBreakWithoutAnyBreakWithoutAnyBreak",
                                        "two\nlines\n\nand a tab\there", "\xe2\x80\xaeoverride", "<b>&amp; not markup</b> & \"quotes\"", ""};
    struct template_set set;
    struct picture_scene s;
    struct buf out;
    struct why why = {""};
    (void)state;
    template_set_load(&set);
    buf_init(&out);
    picture_scene_of(&s, template_of(&set, "nabc"), 0);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        picture_scene_card(&s, canvas_block_by_key(&s.c, i % 2 == 0 ? "need" : "approach"), texts[i]);
    assert_int_equal(draw(&s.c, PICTURE_SVG, NULL, &out, &why), STATUS_OK);
    char *path = keep("scripts", PICTURE_SVG, &out), *text = printed("rsvg-convert", path, "| LC_ALL=C grep -a -c '^.PNG'");
    assert_string_equal(text, "1\n");
    free(text);
    free(path);
    buf_fini(&out);
    canvas_fini(&s.c);
    template_set_free(&set);
}

/* More than a format can hold is refused with what to do instead. */
static void refusals(void **state)
{
    struct template_set set;
    struct picture_scene s;
    struct buf out;
    struct why why = {""};
    struct method *m = method_new();
    (void)state;
    template_set_load(&set);
    buf_init(&out);
    picture_scene_of(&s, template_of(&set, "bmc"), 1);
    method_update(m, &s.c, "2026-11-22");
    struct picture_options o = {.format = PICTURE_PNG, .scale = 50, .today = "2026-11-22", .name = picture_scene_name};
    assert_int_equal(picture_draw(&s.c, m, &o, &out, &why), STATUS_TOO_LARGE);
    assert_non_null(strstr(why.text, "SVG"));
    assert_int_equal(buf_len(&out), 0);
    enum picture_format format;
    assert_true(picture_format_parse("pdf", &format) && format == PICTURE_PDF);
    assert_false(picture_format_parse("gif", &format));
    assert_true(picture_paper_known("a0"));
    assert_false(picture_paper_known("a5"));
    method_free(m);
    buf_fini(&out);
    canvas_fini(&s.c);
    template_set_free(&set);
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
    char *command = xasprintf("rm -r '%s'", folder);
    (void)state;
    int failed = system(command);
    free(command);
    return failed;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_template_in_every_format),
        cmocka_unit_test(papers_and_growth),
        cmocka_unit_test(other_scripts),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
