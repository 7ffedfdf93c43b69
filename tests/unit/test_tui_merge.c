/* Two changes of one text put together: both are there, whoever changed what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/tui_merge.h"

static void expect(const char *before, const char *mine, const char *theirs, const char *merged)
{
    size_t len;
    char *out = merge_texts(before, mine, theirs, &len);
    assert_string_equal(out, merged);
    assert_int_equal(len, strlen(merged));
    free(out);
}

static void one_side_only(void **state)
{
    (void)state;
    expect("bread", "bread", "bread", "bread");
    expect("bread", "fresh bread", "bread", "fresh bread");
    expect("bread", "bread", "bread and cake", "bread and cake");
    expect("", "", "new", "new");
    expect("", "new", "", "new");
    expect("gone", "", "gone", "");
}

static void both_sides(void **state)
{
    (void)state;
    expect("Bread and cake", "Bread and buns", "Fresh Bread and cake", "Fresh Bread and buns");
    expect("one\ntwo\nthree\n", "one\ntwo and a half\nthree\n", "zero\none\ntwo\n", "zero\none\ntwo and a half\n");
    expect("Bäckerei", "Bäckerei 🥐", "Die Bäckerei", "Die Bäckerei 🥐");
    expect("to go", "", "to go away", " away");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(one_side_only), cmocka_unit_test(both_sides)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
