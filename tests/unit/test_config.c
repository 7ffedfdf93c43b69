/* The option table and what is made of it: file, flags, reload, example file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "server/config.h"

/* A config file with this content; removed by drop_file(). */
static char *make_file(const char *content)
{
    char *path = xstrdup("/tmp/test_config.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, content, strlen(content)), strlen(content));
    close(fd);
    return path;
}

static void drop_file(char *path)
{
    unlink(path);
    free(path);
}

static enum status load(struct config *c, const char *content, size_t n_flags, const char *const *flags,
                        struct why *why)
{
    char *path = make_file(content);
    char **copies = xcalloc(n_flags + 1, sizeof *copies);
    for (size_t i = 0; i < n_flags; i++)
        copies[i] = xstrdup(flags[i]);
    struct config_source source = {.file = path, .flags = copies, .n_flags = n_flags};
    enum status status = config_load(c, &source, why);
    for (size_t i = 0; i < n_flags; i++)
        free(copies[i]);
    free(copies);
    drop_file(path);
    return status;
}

static void test_every_option_has_a_sound_row(void **state)
{
    (void)state;
    size_t n = 0;
    struct config c;
    config_defaults(&c);
    for (const struct option_row *row = config_options; row->name; row++, n++) {
        size_t len = strlen(row->text);
        assert_true(len > 10 && row->text[len - 1] == '.');
        assert_true(row->type != OPTION_NUMBER || row->least < row->most);
        for (const struct option_row *other = config_options; other != row; other++) {
            assert_string_not_equal(other->name, row->name);
            assert_int_not_equal(other->offset, row->offset);
        }
    }
    assert_true(n > 30);
    assert_int_equal(c.ping_ms, 30000);
    assert_string_equal(c.listen, "*:7341");
    assert_false(c.allow_root);
}

static void test_paths_follow_the_state_dir(void **state)
{
    (void)state;
    struct config c;
    struct why why;
    const char *flags[] = {"state-dir=/s", "private_key=/k"};
    assert_int_equal(load(&c, "", 2, flags, &why), STATUS_OK);
    assert_string_equal(c.admin_socket, "/s/admin.sock");
    assert_string_equal(c.certificate, "/s/server.crt");
    assert_string_equal(c.private_key, "/k");
}

static void test_flags_win_over_the_file(void **state)
{
    (void)state;
    struct config c;
    struct why why;
    const char *flags[] = {"workers=3", "allow-root"};
    assert_int_equal(load(&c, "workers = 2;\ncards = 500;\nlisten = \"[::1]:0\"; # here\n", 2, flags, &why), STATUS_OK);
    assert_int_equal(c.workers, 3);
    assert_int_equal(c.cards, 500);
    assert_string_equal(c.listen, "[::1]:0");
    assert_true(c.allow_root);
}

struct refusal {
    const char *content, *in_sentence;
};

static void test_bad_files_are_refused_with_file_and_line(void **state)
{
    (void)state;
    static const struct refusal refusals[] = {
        {"workers = 2;\nworker = 3;\n", ":2: there is no option \"worker\""},
        {"workers = \"2\";\n", ":1: workers must be a whole number"},
        {"listen = 7341;\n", ":1: listen must be a text"},
        {"allow_root = 1;\n", ":1: allow_root must be true or false"},
        {"\n\nworkers = 257;\n", ":3: workers must be from 0 to 256"},
        {"workers = 2\nworkers = ;\n", ":2: "},
        {"log_level = \"loud\";\n", "log_level must be"},
        {"log_format = \"xml\";\n", "log_format must be"},
        {"ping_ms = 5000; idle_timeout_ms = 5000;\n", "idle_timeout_ms must be more than ping_ms"},
        {"state_dir = \"\";\n", "state_dir must not be empty"},
        {"public_host = \"a:b:c\";\n", "public_host: "},
    };
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        struct config c;
        struct why why = {""};
        assert_int_not_equal(load(&c, refusals[i].content, 0, NULL, &why), STATUS_OK);
        if (!strstr(why.text, refusals[i].in_sentence))
            fail_msg("\"%s\" does not contain \"%s\"", why.text, refusals[i].in_sentence);
    }
}

static void test_bad_flags_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"workers=",  "workers=2x",     "workers=99999999999999999999",
                                      "nothing=1", "allow_root=yes", "cards=0"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct config c;
        struct why why;
        assert_int_not_equal(load(&c, "", 1, &bad[i], &why), STATUS_OK);
    }
}

static void test_a_text_that_does_not_fit_is_refused(void **state)
{
    (void)state;
    struct config c;
    struct why why;
    char name[CONFIG_NAME + 1];
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    config_defaults(&c);
    assert_int_equal(config_set(&c, "workspace_name", name, &why), STATUS_MALFORMED);
    name[CONFIG_NAME - 1] = '\0';
    assert_int_equal(config_set(&c, "workspace_name", name, &why), STATUS_OK);
    assert_string_equal(c.workspace_name, name);
}

static void test_a_missing_file_is_refused(void **state)
{
    (void)state;
    struct config c;
    struct why why;
    struct config_source source = {.file = "/nonexistent/cocanvasd.conf"};
    assert_int_equal(config_load(&c, &source, &why), STATUS_NOT_FOUND);
    assert_non_null(strstr(why.text, "/nonexistent/cocanvasd.conf"));
}

struct names {
    char text[200];
};

static void note_name(void *ctx, const char *name)
{
    struct names *names = ctx;
    size_t len = strlen(names->text);
    snprintf(names->text + len, sizeof names->text - len, "%s ", name);
}

static void test_a_reload_takes_only_what_it_may(void **state)
{
    (void)state;
    struct config old, new;
    struct why why;
    struct names names = {""};
    assert_int_equal(load(&old, "", 0, NULL, &why), STATUS_OK);
    assert_int_equal(load(&new, "workers = 7; ping_ms = 1000; database = \"x\"; public_host = \"h\";", 0, NULL, &why),
                     STATUS_OK);
    config_fixed_differences(&old, &new, note_name, &names);
    assert_string_equal(names.text, "database workers ");
    config_take_reloadable(&old, &new);
    assert_int_equal(old.ping_ms, 1000);
    assert_string_equal(old.public_host, "h");
    assert_int_equal(old.workers, 0);
    assert_string_equal(old.database, "dbname=cocanvas");
}

/* What a print function writes, as text. */
static char *printed(void (*print)(FILE *out))
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    assert_non_null(out);
    print(out);
    fclose(out);
    return text;
}

static char *read_all(const char *path)
{
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    struct buf content;
    buf_init(&content);
    size_t n;
    while ((n = fread(buf_reserve(&content, 4096), 1, 4096, file)) > 0)
        buf_wrote(&content, n);
    fclose(file);
    char *text = xstrndup((const char *)buf_at(&content), buf_len(&content));
    buf_fini(&content);
    return text;
}

static void test_every_option_is_documented(void **state)
{
    (void)state;
    void (*const prints[])(FILE *) = {config_print_help, config_print_markdown, config_print_example, config_print_man};
    for (size_t i = 0; i < sizeof prints / sizeof prints[0]; i++) {
        char *text = printed(prints[i]);
        for (const struct option_row *row = config_options; row->name; row++)
            assert_non_null(strstr(text, row->name));
        free(text);
    }
}

static void test_the_example_file_is_up_to_date(void **state)
{
    (void)state;
    char *example = printed(config_print_example);
    char *file = read_all(TESTS_DIR "/../deploy/cocanvasd.conf.example");
    assert_string_equal(file, example);
    free(example);
    free(file);
}

/* With its comment signs taken away before the options, the example is a config file that sets the defaults. */
static void test_the_example_sets_the_defaults(void **state)
{
    (void)state;
    char *example = printed(config_print_example);
    for (char *line = example; line; line = strchr(line + 1, '\n')) {
        char *at = *line == '\n' ? line + 1 : line;
        if (at[0] == '#' && at[1] != ' ')
            at[0] = ' ';
    }
    struct config from_example, from_nothing;
    struct why why = {""};
    enum status status = load(&from_example, example, 0, NULL, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(load(&from_nothing, "", 0, NULL, &why), STATUS_OK);
    assert_memory_equal(&from_example, &from_nothing, sizeof from_nothing);
    free(example);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_option_has_a_sound_row),
        cmocka_unit_test(test_paths_follow_the_state_dir),
        cmocka_unit_test(test_flags_win_over_the_file),
        cmocka_unit_test(test_bad_files_are_refused_with_file_and_line),
        cmocka_unit_test(test_bad_flags_are_refused),
        cmocka_unit_test(test_a_text_that_does_not_fit_is_refused),
        cmocka_unit_test(test_a_missing_file_is_refused),
        cmocka_unit_test(test_a_reload_takes_only_what_it_may),
        cmocka_unit_test(test_every_option_is_documented),
        cmocka_unit_test(test_the_example_file_is_up_to_date),
        cmocka_unit_test(test_the_example_sets_the_defaults),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
