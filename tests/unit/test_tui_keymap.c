/* Keys: the defaults of the table of actions, the person's settings over them, and what is said about wrong ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "client/tui/action.h"
#include "client/tui/keymap.h"

static const unsigned contexts[] = {CONTEXT_ANYWHERE, CONTEXT_START, CONTEXT_CANVAS,  CONTEXT_CARD,
                                    CONTEXT_TYPING,   CONTEXT_PANEL, CONTEXT_HISTORY, CONTEXT_ASK};

static size_t keys_of(const char *names, struct input keys[KEYMAP_SEQUENCE])
{
    size_t n = 0;
    while (*names) {
        assert_true(n < KEYMAP_SEQUENCE && input_parse(&names, &keys[n]));
        n++;
        while (*names == ' ')
            names++;
    }
    return n;
}

static enum keymap_answer look(const struct keymap *k, unsigned in, const char *names, int *action)
{
    struct input keys[KEYMAP_SEQUENCE];
    size_t n = keys_of(names, keys);
    return keymap_look(k, in, keys, n, action);
}

static void means(const struct keymap *k, unsigned in, const char *names, int wanted)
{
    int action;
    assert_int_equal(look(k, in, names, &action), KEYMAP_ACTION);
    assert_int_equal(action, wanted);
}

static void name_is(const struct keymap *k, unsigned in, int action, const char *wanted)
{
    char name[KEYMAP_SEQUENCE * KEY_NAME];
    keymap_name(k, in, action, name);
    assert_string_equal(name, wanted);
}

static bool begins(const struct keymap_entry *a, const struct keymap_entry *b)
{
    for (size_t i = 0; i < a->n_keys; i++)
        if (i >= b->n_keys || !input_same_key(&a->keys[i], &b->keys[i]))
            return false;
    return true;
}

/* In one context no default sequence is another one's, or the beginning of another one. */
static void defaults_do_not_collide(void **state)
{
    struct keymap k;
    (void)state;
    keymap_init(&k);
    for (size_t i = 0; i < k.n; i++)
        for (size_t j = 0; j < k.n; j++)
            if (i != j && k.at[i].context == k.at[j].context && begins(&k.at[i], &k.at[j]))
                fail_msg("%s and %s share keys in context %u", action_row((enum action)k.at[i].action)->name,
                         action_row((enum action)k.at[j].action)->name, k.at[i].context);
    keymap_fini(&k);
}

static void every_row_is_complete(void **state)
{
    (void)state;
    for (int i = ACTION_NONE + 1; i < ACTION_COUNT; i++) {
        const struct action_row *row = action_row((enum action)i);
        assert_int_equal(row->action, i);
        assert_non_null(row->run);
        assert_true(row->contexts != 0 && strlen(row->title) > 0);
        assert_ptr_equal(action_find(row->name), row); /* so names are unique */
        assert_int_equal(strspn(row->name, "abcdefghijklmnopqrstuvwxyz-"), strlen(row->name));
    }
    assert_null(action_row(ACTION_NONE));
    assert_null(action_find("no-such-action"));
}

static void the_innermost_context_wins(void **state)
{
    struct keymap k;
    int action;
    (void)state;
    keymap_init(&k);
    means(&k, CONTEXT_ANYWHERE, "escape", ACTION_BACK);
    means(&k, CONTEXT_ANYWHERE | CONTEXT_CARD, "escape", ACTION_PANE_CLOSE);
    means(&k, CONTEXT_ANYWHERE | CONTEXT_CANVAS, "g g", ACTION_FIRST_CARD);
    assert_int_equal(look(&k, CONTEXT_ANYWHERE | CONTEXT_CANVAS, "g", &action), KEYMAP_MORE);
    assert_int_equal(look(&k, CONTEXT_ANYWHERE, "g", &action), KEYMAP_NOTHING);
    for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++)
        means(&k, CONTEXT_ANYWHERE | contexts[i], "f1", ACTION_HELP);
    keymap_fini(&k);
}

static void settings_change_keys(void **state)
{
    struct keymap k;
    struct why why = {""};
    int action;
    (void)state;
    keymap_init(&k);
    assert_int_equal(keymap_read(&k, "keys",
                                 "# mine\n\n  canvas\tg n  new-card\r\n"
                                 "canvas ctrl-d none\n"
                                 "canvas w follow\n"
                                 "typing f5 help",
                                 &why),
                     STATUS_OK);
    means(&k, CONTEXT_CANVAS, "g n", ACTION_NEW_CARD);
    means(&k, CONTEXT_CANVAS, "a", ACTION_NEW_CARD);     /* the default stays */
    name_is(&k, CONTEXT_CANVAS, ACTION_NEW_CARD, "g n"); /* but the own one is shown */
    assert_int_equal(look(&k, CONTEXT_CANVAS, "ctrl-d", &action), KEYMAP_NOTHING);
    means(&k, CONTEXT_CANVAS, "w", ACTION_FOLLOW);
    means(&k, CONTEXT_TYPING, "f5", ACTION_HELP);
    assert_int_equal(look(&k, CONTEXT_CANVAS, "f5", &action), KEYMAP_NOTHING);
    keymap_fini(&k);
}

/* A key that begins sequences can become a key of its own, and the other way round. */
static void beginnings_give_way(void **state)
{
    struct keymap k;
    struct why why = {""};
    int action;
    (void)state;
    keymap_init(&k);
    assert_int_equal(keymap_read(&k, "keys", "canvas g zoom\ncanvas a b new-card-last\n", &why), STATUS_OK);
    means(&k, CONTEXT_CANVAS, "g", ACTION_ZOOM);
    assert_int_equal(look(&k, CONTEXT_CANVAS, "g g", &action), KEYMAP_NOTHING);
    assert_int_equal(look(&k, CONTEXT_CANVAS, "a", &action), KEYMAP_MORE);
    means(&k, CONTEXT_CANVAS, "a b", ACTION_NEW_CARD_LAST);
    assert_int_equal(keymap_read(&k, "keys", "canvas a none\ncanvas b x none\n", &why), STATUS_OK);
    assert_int_equal(look(&k, CONTEXT_CANVAS, "a b", &action), KEYMAP_NOTHING);
    means(&k, CONTEXT_CANVAS, "b r",
          ACTION_RENAME_BLOCK); /* "none" takes nothing away that is shorter or another one */
    keymap_fini(&k);
}

static void wrong(const char *text, const char *said)
{
    struct keymap k;
    struct why why = {""};
    size_t n;
    keymap_init(&k);
    n = k.n;
    assert_int_not_equal(keymap_read(&k, "keys", text, &why), STATUS_OK);
    if (!strstr(why.text, said))
        fail_msg("\"%s\" does not say \"%s\"", why.text, said);
    assert_int_equal(k.n, n);
    means(&k, CONTEXT_CANVAS, "a", ACTION_NEW_CARD);
    keymap_fini(&k);
}

static void wrong_settings_are_told(void **state)
{
    (void)state;
    wrong("canvas a zoom\ncanvs g n new-card\n", "keys:2: \"canvs\" is no context");
    wrong("canvas ctl-d zoom\n", "keys:1: \"ctl-d\" is no key sequence");
    wrong("canvas a new-crd\n", "keys:1: there is no action \"new-crd\"");
    wrong("canvas a\n", "keys:1: write three things");
    wrong("canvas a b c d e zoom\n", "keys:1: write three things");
    wrong("start a new-card\n", "keys:1: new-card does nothing in the context start");
    wrong("\n\ncanvas \xff zoom\n", "keys:3: not a text in UTF-8");
    wrong("canvas aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa zoom\n", "keys:1:");
}

static void settings_are_read_from_a_file(void **state)
{
    char path[] = "/tmp/cocanvas-keys-XXXXXX";
    int fd = mkstemp(path);
    struct keymap k;
    struct why why = {""};
    (void)state;
    assert_true(fd >= 0);
    keymap_init(&k);
    assert_int_equal(write(fd, "canvas w zoom\n", 14), 14);
    close(fd);
    assert_int_equal(keymap_load(&k, path, &why), STATUS_OK);
    means(&k, CONTEXT_CANVAS, "w", ACTION_ZOOM);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(keymap_load(&k, path, &why), STATUS_OK); /* none: the defaults hold */
    assert_int_not_equal(keymap_load(&k, "/tmp", &why), STATUS_OK);
    assert_non_null(strstr(why.text, "/tmp"));
    keymap_fini(&k);
}

static void what_follows_a_key(void **state)
{
    struct keymap k;
    struct input keys[KEYMAP_SEQUENCE];
    const struct keymap_entry *out[64];
    bool first_card = false;
    size_t n;
    (void)state;
    keymap_init(&k);
    n = keymap_follow(&k, CONTEXT_CANVAS | CONTEXT_ANYWHERE, keys, keys_of("g", keys), out, 64);
    assert_true(n >= 3 && n <= 64);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(out[i]->keys[0].point, 'g');
        assert_true(out[i]->n_keys > 1);
        first_card = first_card || out[i]->action == ACTION_FIRST_CARD;
    }
    assert_true(first_card);
    assert_int_equal(keymap_follow(&k, CONTEXT_CANVAS, keys, keys_of("g", keys), out, 1), n);
    assert_int_equal(keymap_follow(&k, CONTEXT_CANVAS, keys, keys_of("a", keys), out, 64), 0);
    keymap_fini(&k);
}

/* Every sequence that is shown for an action leads to it. */
static void names_lead_to_actions(void **state)
{
    struct keymap k;
    size_t shown = 0;
    (void)state;
    keymap_init(&k);
    for (int action = ACTION_NONE + 1; action < ACTION_COUNT; action++)
        for (size_t i = 0; i < sizeof contexts / sizeof *contexts; i++) {
            char name[KEYMAP_SEQUENCE * KEY_NAME];
            keymap_name(&k, contexts[i] | CONTEXT_ANYWHERE, action, name);
            if (name[0]) {
                means(&k, contexts[i] | CONTEXT_ANYWHERE, name, action);
                shown++;
            }
        }
    assert_true(shown > 100);
    name_is(&k, CONTEXT_CANVAS, ACTION_FIRST_CARD, "g g");
    name_is(&k, CONTEXT_CANVAS, ACTION_UNLINK, "");
    keymap_fini(&k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_do_not_collide),       cmocka_unit_test(every_row_is_complete),
        cmocka_unit_test(the_innermost_context_wins),    cmocka_unit_test(settings_change_keys),
        cmocka_unit_test(beginnings_give_way),           cmocka_unit_test(wrong_settings_are_told),
        cmocka_unit_test(settings_are_read_from_a_file), cmocka_unit_test(what_follows_a_key),
        cmocka_unit_test(names_lead_to_actions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
