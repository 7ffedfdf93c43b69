/* Names of keys both ways, and what the decoder makes of a terminal's bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/tui/decode.h"
#include "client/tui/input.h"
#include "common/utf8.h"
#include "tests/support/rng.h"

static struct input parsed(const char *name)
{
    struct input in;
    const char *at = name;
    if (!input_parse(&at, &in) || *at != '\0')
        fail_msg("no key: %s", name);
    return in;
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "a",          "A",         "é",         "世",         "space",         "enter",
        "ctrl-r",     "alt-x",     "shift-tab", "f1",         "f12",           "page-down",
        "up",         "-",         ":",         "ctrl-alt-x", "ctrl-shift-up", "alt-enter",
        "ctrl-space", "alt-space", "delete",    "insert",     "backspace",     "home",
        "end",        "escape",    "tab",       "left",       "right",         "down",
        "page-up",    "?",         "/",         "#",          "ctrl-]",
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char name[KEY_NAME];
        struct input in = parsed(names[i]);
        input_name(&in, name);
        assert_string_equal(name, names[i]);
    }
    static const char *const others[][2] = {
        {"esc", "escape"},    {"return", "enter"},          {"ctrl-R", "ctrl-r"},
        {"shift-a", "A"},     {"alt-ctrl-x", "ctrl-alt-x"}, {"pageup", "page-up"},
        {"ctrl--", "ctrl--"}, {"alt--", "alt--"},
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        struct input a = parsed(others[i][0]), b = parsed(others[i][1]);
        assert_true(input_same_key(&a, &b));
    }
}

static void test_no_names(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",    " ",      "ab",   "ctrl-",       "f0", "f13",
                                        "f1x", "enterr", "\xff", "ctrl-ctrl-x", "\t"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct input in;
        const char *at = wrong[i];
        if (input_parse(&at, &in))
            fail_msg("a key: \"%s\"", wrong[i]);
        assert_ptr_equal(at, wrong[i]);
        assert_int_equal(in.kind, INPUT_NONE);
    }
}

static void test_sequences(void **state)
{
    (void)state;
    const char *at = "g ctrl-x f5";
    struct input in;
    assert_true(input_parse(&at, &in));
    assert_int_equal(in.point, 'g');
    assert_true(input_parse(&at, &in));
    assert_int_equal(in.mods, INPUT_CTRL);
    assert_true(input_parse(&at, &in));
    assert_int_equal(in.kind, INPUT_F);
    assert_int_equal(in.point, 5);
    assert_false(input_parse(&at, &in));
    struct input a = parsed("a"), b = parsed("b"), up = parsed("up"), shift_up = parsed("shift-up");
    assert_false(input_same_key(&a, &b));
    assert_false(input_same_key(&up, &shift_up));
    b = up;
    b.x = 7; /* no part of a key */
    assert_true(input_same_key(&up, &b));
}

/* ---- the decoder */

/* Decodes everything and says it: keys by their names, separated by spaces. */
static void say(struct decoder *d, int64_t now_ms, char *out, size_t room)
{
    static const char *const mouse[] = {"press", "drag", "release", "double", "wheel-up", "wheel-down"};
    struct input in;
    unsigned wait_ms;
    size_t len = 0;
    out[0] = '\0';
    while (len + 64 < room && decode_next(d, now_ms, &in, &wait_ms)) {
        char name[KEY_NAME] = "?";
        if (in.kind == INPUT_MOUSE)
            len += (size_t)snprintf(out + len, room - len, "%s:%d@%d,%d ", mouse[in.mouse], in.button, in.x, in.y);
        else if (in.kind == INPUT_PASTE)
            len += (size_t)snprintf(out + len, room - len, "paste:%s ", in.bytes);
        else {
            input_name(&in, name);
            len += (size_t)snprintf(out + len, room - len, "%s ", name);
        }
    }
    if (len > 0)
        out[len - 1] = '\0';
}

static void assert_decodes(const char *bytes, size_t len, const char *expected)
{
    struct decoder d;
    char said[512];
    decode_init(&d);
    decode_feed(&d, bytes, len, 1000);
    say(&d, 1000 + 5000, said, sizeof said); /* nothing more comes */
    if (strcmp(said, expected) != 0)
        fail_msg("\"%.*s\" is \"%s\", not \"%s\"", (int)len, bytes, said, expected);
    assert_int_equal(buf_len(&d.in), 0);
    decode_fini(&d);
}

static void test_keys(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"aZ1 é世😀", "a Z 1 space é 世 😀"},
        {"\r\t\x7f\b\n", "enter tab backspace backspace ctrl-j"},
        {"\x01\x1a\x1d\x1f", "ctrl-a ctrl-z ctrl-] ctrl-_"},
        {"\033", "escape"},
        {"\033\033", "escape escape"},
        {"\033x\033X\033\r\033\x7f\033\x12", "alt-x alt-X alt-enter alt-backspace ctrl-alt-r"},
        {"\033é", "alt-é"},
        {"\033[", "alt-["},
        {"\033[A\033OA\033[1;5A\033[1;2A\033[1;3D\033\033[A", "up up ctrl-up shift-up alt-left alt-up"},
        {"\033[H\033[F\033[1~\033[4~\033[7~\033[8~\033OH\033OF", "home end home end home end home end"},
        {"\033[2~\033[3~\033[5~\033[6~\033[3;5~", "insert delete page-up page-down ctrl-delete"},
        {"\033OP\033OS\033[11~\033[15~\033[17~\033[21~\033[23~\033[24~\033[1;2P",
         "f1 f4 f1 f5 f6 f10 f11 f12 shift-f1"},
        {"\033[[A\033[[E", "f1 f5"},                                                 /* Linux console */
        {"\033[a\033Oa\033[3^\033[3$", "shift-up ctrl-up ctrl-delete shift-delete"}, /* rxvt */
        {"\033[Z\033OM\033Op\033Oy", "shift-tab enter 0 9"},
        {"\033[27;5;114~\033[114;5u\033[97;2u\033[13;2u\033[13;5u", "ctrl-r ctrl-r a shift-enter ctrl-enter"},
        {"\033[I\033[O\033[?1;2c\033[20;5Rx", "x"}, /* focus, answers */
        {"\033]11;rgb:0000/0000/0000\033\\x\033]52;c;abc\ay", "x y"},
        {"\033[999;999;999;999;999;999;999;999;999Ax", "x"}, /* nonsense */
        {"\xff\xc3(x", "( x"},
        {"\xc2\x9b"
         "31m",
         "3 1 m"}, /* C1 is no character */
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_decodes(table[i][0], strlen(table[i][0]), table[i][1]);
    assert_decodes("\0", 1, "ctrl-space");
}

static void test_mouse(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"\033[<0;1;1M\033[<32;5;6M\033[<0;5;6m", "press:1@0,0 drag:1@4,5 release:1@4,5"},
        {"\033[<2;300;200M", "press:3@299,199"},
        {"\033[<64;3;4M\033[<65;3;4M\033[<66;3;4M", "wheel-up:0@2,3 wheel-down:0@2,3"},
        {"\033[<0;1;1M\033[<0;1;1m\033[<0;1;1M\033[<0;1;1m\033[<0;1;1M",
         "press:1@0,0 release:1@0,0 double:1@0,0 release:1@0,0 press:1@0,0"},
        {"\033\033[<0;1;1M", "escape press:1@0,0"},
        {"\033[<0;1;1M\033[<0;2;1M", "press:1@0,0 press:1@1,0"},
        {"\033[<35;1;1M\033[<0M\033[<;;M\033[<0;0;0M",
         "press:1@0,0 double:1@0,0"},                        /* moves without a button; cut ones */
        {"\033[M !!\033[M#!!", "press:1@0,0 release:1@0,0"}, /* before SGR */
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_decodes(table[i][0], strlen(table[i][0]), table[i][1]);
    struct decoder d;
    char said[200];
    decode_init(&d);
    decode_feed(&d, "\033[<0;1;1M", 9, 0);
    say(&d, 0, said, sizeof said);
    decode_feed(&d, "\033[<0;1;1M", 9, 5000);
    say(&d, 5000, said, sizeof said);
    assert_string_equal(said, "press:1@0,0"); /* too late for a double click */
    decode_fini(&d);
}

static void test_paste(void **state)
{
    (void)state;
    static const char *const table[][2] = {
        {"\033[200~one\r\ntwo\rthree\nfour\033[201~x", "paste:one\ntwo\nthree\nfour x"},
        {"\033[200~\033[201~", "paste:"},
        {"\033[200~a\033[31m\a\xc2\x9b"
         "b\tc\xff\033[201~",
         "paste:a[31mb\tc\xEF\xBF\xBD"},
        {"\033[200~a\033[200~b\033[201~c", "paste:a[200~b c"},
        {"\033\033[200~a\033[201~", "escape paste:a"},
        {"\033[200~never ended", "paste:never ended"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        assert_decodes(table[i][0], strlen(table[i][0]), table[i][1]);
}

static void test_long_paste(void **state)
{
    (void)state;
    enum { LEN = DECODE_PASTE_MAX + 100000, PIECE = 4093 };
    char *text = xmalloc(LEN);
    struct decoder d;
    struct input in;
    unsigned wait_ms;
    memset(text, 'x', LEN);
    decode_init(&d);
    decode_feed(&d, "\033[200~", 6, 0);
    for (size_t at = 0; at < LEN; at += PIECE) {
        decode_feed(&d, text + at, LEN - at < PIECE ? LEN - at : PIECE, 0);
        assert_false(decode_next(&d, 0, &in, &wait_ms));
        assert_true(buf_len(&d.in) < 8);
    }
    decode_feed(&d, "\033[201~y", 7, 0);
    assert_true(decode_next(&d, 0, &in, &wait_ms));
    assert_int_equal(in.kind, INPUT_PASTE);
    assert_int_equal(in.len, DECODE_PASTE_MAX);
    assert_true(decode_next(&d, 0, &in, &wait_ms));
    assert_int_equal(in.point, 'y');
    decode_fini(&d);
    free(text);
}

static void test_waiting(void **state)
{
    (void)state;
    struct decoder d;
    struct input in;
    unsigned wait_ms;
    decode_init(&d);
    assert_false(decode_next(&d, 0, &in, &wait_ms));
    assert_int_equal(wait_ms, 0);
    decode_feed(&d, "\033", 1, 100);
    assert_false(decode_next(&d, 110, &in, &wait_ms)); /* may be the beginning of a key */
    assert_int_equal(wait_ms, 15);
    decode_feed(&d, "[", 1, 112);
    assert_false(decode_next(&d, 140, &in, &wait_ms));
    assert_true(wait_ms > 100);
    decode_feed(&d, "B", 1, 150);
    assert_true(decode_next(&d, 150, &in, &wait_ms));
    assert_int_equal(in.kind, INPUT_DOWN);
    decode_feed(&d, "\033", 1, 200);
    assert_false(decode_next(&d, 200, &in, &wait_ms));
    assert_true(decode_next(&d, 225, &in, &wait_ms)); /* nothing more came */
    assert_int_equal(in.kind, INPUT_ESCAPE);
    decode_feed(&d, "\xe4\xb8", 2, 300);
    assert_false(decode_next(&d, 300, &in, &wait_ms));
    decode_feed(&d, "\x96", 1, 320);
    assert_true(decode_next(&d, 320, &in, &wait_ms));
    assert_int_equal(in.point, 0x4E16);
    decode_fini(&d);
}

static void test_answers(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        int light;
    } table[] = {
        {"\033]11;rgb:ffff/ffff/ffff\a", 1},  {"\033]11;rgb:0000/0000/0000\a", 0}, {"\033]11;rgb:1e/1e/2e\033\\", 0},
        {"\033]11;rgb:f/f/e\a", 1},           {"\033]11;rgb:zz/00/00\a", -1},      {"\033]11;rgb:\a", -1},
        {"\033]10;rgb:ffff/ffff/ffff\a", -1}, {"\033]11;rgb:ffff/ffff\a", -1},     {"\033]11;rgb:ffffffffff/0/0\a", -1},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct decoder d;
        char said[256];
        decode_init(&d);
        decode_feed(&d, table[i].bytes, strlen(table[i].bytes), 0);
        say(&d, 0, said, sizeof said);
        assert_string_equal(said, "");
        assert_int_equal(d.background, table[i].light);
        assert_false(d.attributes);
        decode_feed(&d, "\033[?62;22c", 9, 0);
        say(&d, 0, said, sizeof said);
        assert_string_equal(said, "");
        assert_true(d.attributes);
        decode_fini(&d);
    }
}

static void test_own_keys(void **state)
{
    (void)state;
    struct decoder d;
    char said[256];
    decode_init(&d);
    decode_add_key(&d, "\033?k", (struct input){.kind = INPUT_UP});
    decode_add_key(&d, "\033[5", (struct input){.kind = INPUT_HOME});
    decode_add_key(&d, "\033[57", (struct input){.kind = INPUT_END});
    decode_add_key(&d, "\x0b", (struct input){.kind = INPUT_UP}); /* Ctrl-K stays Ctrl-K */
    decode_feed(&d, "\033?k\033[57\x0b", 8, 0);
    say(&d, 0, said, sizeof said);
    assert_string_equal(said, "up end ctrl-k");
    for (int i = 0; i < 200; i++)
        decode_add_key(&d, "\033zz", (struct input){.kind = INPUT_UP});
    decode_fini(&d);
}

/* However the bytes are cut, the keys are the same; and any bytes at all leave nothing behind. */
static void test_random_bytes(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\033", "[",         "O",  "A",         "<0;5;6",   "M",  "m",     "200~",
                                         "201~", "\033[201~", "x",  "é",         "\033]11;", "\a", ";",     "5",
                                         "~",    "\xe4",      "\r", "\033[200~", "$",        "[[", "\033\\"};
    struct rng rng = {rng_seed(7)};
    for (int round = 0; round < 20000; round++) {
        char bytes[256], whole[1024], cut[1024];
        size_t len = 0, said = 0;
        for (uint32_t n = rng_below(&rng, 16); n > 0; n--) {
            const char *piece = pieces[rng_below(&rng, sizeof pieces / sizeof pieces[0])];
            memcpy(bytes + len, piece, strlen(piece));
            len += strlen(piece);
        }
        struct decoder a, b;
        decode_init(&a);
        decode_init(&b);
        decode_feed(&a, bytes, len, 0);
        say(&a, 0, whole, 512);
        size_t end = strlen(whole);
        whole[end] = ' ';
        say(&a, 9000, whole + end + 1, 512);
        for (size_t at = 0; at < len; at++) {
            decode_feed(&b, bytes + at, 1, 0);
            say(&b, 0, cut + said, 512);
            said += strlen(cut + said);
            if (said > 0 && cut[said - 1] != ' ')
                cut[said++] = ' ';
            cut[said] = '\0';
        }
        if (said == 0)
            cut[said++] = ' ';
        say(&b, 9000, cut + said, 512);
        assert_string_equal(cut, whole);
        assert_int_equal(buf_len(&a.in), 0);
        assert_int_equal(buf_len(&b.in), 0);
        decode_fini(&a);
        decode_fini(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),      cmocka_unit_test(test_no_names),     cmocka_unit_test(test_sequences),
        cmocka_unit_test(test_keys),       cmocka_unit_test(test_mouse),        cmocka_unit_test(test_paste),
        cmocka_unit_test(test_long_paste), cmocka_unit_test(test_waiting),      cmocka_unit_test(test_answers),
        cmocka_unit_test(test_own_keys),   cmocka_unit_test(test_random_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
