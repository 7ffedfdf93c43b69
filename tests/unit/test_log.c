/* Log lines: what a line consists of, and that whatever is logged stays on one line, whole, also from several threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "common/log.h"

/* Standard error goes into a file while something is logged. */
struct capture {
    FILE *file;
    int saved;
};

static void capture_begin(struct capture *c)
{
    c->file = tmpfile();
    assert_non_null(c->file);
    c->saved = dup(STDERR_FILENO);
    assert_true(dup2(fileno(c->file), STDERR_FILENO) >= 0);
}

/* malloc'd, NUL-terminated. */
static char *capture_end(struct capture *c)
{
    assert_true(dup2(c->saved, STDERR_FILENO) >= 0);
    close(c->saved);
    size_t len = (size_t)lseek(fileno(c->file), 0, SEEK_END);
    char *text = xcalloc(len + 1, 1);
    assert_int_equal(pread(fileno(c->file), text, len, 0), len);
    fclose(c->file);
    return text;
}

static bool matches(const char *text, const char *pattern)
{
    regex_t compiled;
    assert_int_equal(regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB), 0);
    bool found = regexec(&compiled, text, 0, NULL, 0) == 0;
    regfree(&compiled);
    return found;
}

static void a_line(void **state)
{
    (void)state;
    const struct log_ctx ctx = {.worker = 2, .conn = 12, .user = "ann", .canvas = "q3"};
    struct capture capture;
    log_setup(LOG_INFO, false);
    capture_begin(&capture);
    log_debug(&ctx, "not shown");
    log_notice(&ctx, "opened at seq %d", 7);
    log_info(NULL, "plain");
    char *text = capture_end(&capture);
    assert_true(matches(
        text,
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{3}Z notice worker=2 conn=12 user=ann canvas=q3 opened at seq 7\n"
        "[0-9T:.Z-]+ info plain\n$"));
    free(text);
}

static void a_line_for_the_journal(void **state)
{
    (void)state;
    struct capture capture;
    log_setup(LOG_DEBUG, true);
    capture_begin(&capture);
    log_debug(NULL, "a");
    log_error(NULL, "b");
    char *text = capture_end(&capture);
    assert_string_equal(text, "<7>debug a\n<3>error b\n");
    free(text);
}

/* Nobody can forge a line with what they send, and a long message does not lose its end of line. */
static void one_event_one_line(void **state)
{
    (void)state;
    static char long_text[10000];
    struct capture capture;
    memset(long_text, 'x', sizeof long_text - 1);
    log_setup(LOG_INFO, true);
    capture_begin(&capture);
    log_warn(NULL, "said %s", "hello\n<3>error forged\x1b[2J\r\x7f");
    log_warn(NULL, "%s", long_text);
    char *text = capture_end(&capture);
    assert_true(matches(text, "^<4>warn said hello\\?<3>error forged\\?\\[2J\\?\\?\n<4>warn x+\n$"));
    assert_in_range(strlen(text), 1500, 2200);
    free(text);
}

enum { THREADS = 4, LINES = 500 };

static void *log_lines(void *arg)
{
    for (int i = 0; i < LINES; i++)
        log_info(NULL, "thread %d line %d ends here", *(int *)arg, i);
    return NULL;
}

static void lines_of_threads_do_not_mix(void **state)
{
    (void)state;
    struct capture capture;
    pthread_t threads[THREADS];
    int numbers[THREADS], n_lines = 0;
    log_setup(LOG_INFO, true);
    capture_begin(&capture);
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(pthread_create(&threads[i], NULL, log_lines, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    char *text = capture_end(&capture), *rest = text;
    for (char *line; (line = strsep(&rest, "\n")) != NULL && *line != '\0'; n_lines++)
        assert_true(matches(line, "^<6>info thread [0-3] line [0-9]+ ends here$"));
    assert_int_equal(n_lines, THREADS * LINES);
    free(text);
}

static void levels(void **state)
{
    (void)state;
    bool ok;
    assert_int_equal(log_level_from_name("debug", &ok), LOG_DEBUG);
    assert_true(ok);
    assert_int_equal(log_level_from_name("error", &ok), LOG_ERROR);
    assert_true(ok);
    (void)log_level_from_name("loud", &ok);
    assert_false(ok);
    log_setup(LOG_WARN, false);
    assert_true(log_wants(LOG_ERROR));
    assert_true(log_wants(LOG_WARN));
    assert_false(log_wants(LOG_NOTICE));
}

static void refusals(void **state)
{
    (void)state;
    struct why why;
    assert_int_equal(refuse(&why, STATUS_GONE, "card %s is gone", "7.12"), STATUS_GONE);
    assert_string_equal(why.text, "card 7.12 is gone");
    assert_int_equal(refuse(NULL, STATUS_BUSY, "nobody asks"), STATUS_BUSY);
    char long_text[500];
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    assert_int_equal(refuse(&why, STATUS_BUSY, "%s", long_text), STATUS_BUSY);
    assert_int_equal(strlen(why.text), sizeof why.text - 1);
    assert_string_equal(status_name(STATUS_OK), "OK");
    assert_string_equal(status_name(STATUS_OUT_OF_ORDER), "OUT_OF_ORDER");
    assert_string_equal(status_name((enum status)999), "UNKNOWN");
    assert_string_equal(status_name((enum status) - 1), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line),
        cmocka_unit_test(a_line_for_the_journal),
        cmocka_unit_test(one_event_one_line),
        cmocka_unit_test(lines_of_threads_do_not_mix),
        cmocka_unit_test(levels),
        cmocka_unit_test(refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
