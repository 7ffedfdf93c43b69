/* Names of keys, both ways. */
#include "client/tui/input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

static const struct {
    const char *name;
    enum input_kind kind;
} kinds[] = {
    {"enter", INPUT_ENTER},
    {"tab", INPUT_TAB},
    {"escape", INPUT_ESCAPE},
    {"backspace", INPUT_BACKSPACE},
    {"delete", INPUT_DELETE},
    {"insert", INPUT_INSERT},
    {"up", INPUT_UP},
    {"down", INPUT_DOWN},
    {"left", INPUT_LEFT},
    {"right", INPUT_RIGHT},
    {"home", INPUT_HOME},
    {"end", INPUT_END},
    {"page-up", INPUT_PAGE_UP},
    {"page-down", INPUT_PAGE_DOWN},
    /* also understood */
    {"esc", INPUT_ESCAPE},
    {"return", INPUT_ENTER},
    {"del", INPUT_DELETE},
    {"pageup", INPUT_PAGE_UP},
    {"pagedown", INPUT_PAGE_DOWN},
};

enum { KINDS = sizeof kinds / sizeof kinds[0], F_KEYS = 12 };

static const struct {
    const char *prefix;
    uint8_t mod;
} mods[] = {{"ctrl-", INPUT_CTRL}, {"alt-", INPUT_ALT}, {"shift-", INPUT_SHIFT}};

static void base_name(const struct input *in, char *out, size_t room)
{
    if (in->kind == INPUT_F) {
        snprintf(out, room, "f%u", in->point % 100);
        return;
    }
    if (in->kind == INPUT_CHARACTER) {
        char bytes[5] = "";
        utf8_encode(in->point, bytes);
        snprintf(out, room, "%s", in->point == ' ' ? "space" : bytes);
        return;
    }
    for (size_t i = 0; i < KINDS; i++) {
        if (kinds[i].kind == in->kind) {
            snprintf(out, room, "%s", kinds[i].name);
            return;
        }
    }
    out[0] = '\0';
}

void input_name(const struct input *in, char out[KEY_NAME])
{
    char base[16];
    base_name(in, base, sizeof base);
    snprintf(out, KEY_NAME, "%s%s%s%s", in->mods & INPUT_CTRL ? "ctrl-" : "", in->mods & INPUT_ALT ? "alt-" : "",
             in->mods & INPUT_SHIFT ? "shift-" : "", base);
}

static bool parse_f(const char *name, size_t len, struct input *out)
{
    if (len < 2 || len > 3 || name[0] != 'f' || name[1] == '0')
        return false;
    uint32_t number = 0;
    for (size_t i = 1; i < len; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
        number = number * 10 + (uint32_t)(name[i] - '0');
    }
    out->kind = INPUT_F;
    out->point = number;
    return number <= F_KEYS;
}

static bool parse_character(const char *name, size_t len, struct input *out)
{
    out->kind = INPUT_CHARACTER;
    if (len == 5 && memcmp(name, "space", 5) == 0) {
        out->point = ' ';
        return true;
    }
    return utf8_check_line(name, len, NULL) && utf8_decode(name, len, &out->point) == len;
}

static bool parse_base(const char *name, size_t len, struct input *out)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (strlen(kinds[i].name) == len && memcmp(kinds[i].name, name, len) == 0) {
            out->kind = kinds[i].kind;
            return true;
        }
    }
    return parse_f(name, len, out) || parse_character(name, len, out);
}

static size_t parse_mods(const char *name, size_t len, uint8_t *found)
{
    size_t at = 0;
    for (size_t i = 0; i < sizeof mods / sizeof mods[0]; i++) {
        size_t step = strlen(mods[i].prefix);
        if (len - at > step && memcmp(name + at, mods[i].prefix, step) == 0 && (*found & mods[i].mod) == 0) {
            *found |= mods[i].mod;
            at += step;
            i = SIZE_MAX; /* again from the first: they come in any order */
        }
    }
    return at;
}

/* Terminals send no Shift with characters, and of Ctrl with a letter only the letter. */
static void settle(struct input *in)
{
    if (in->kind != INPUT_CHARACTER)
        return;
    bool letter = (in->point >= 'A' && in->point <= 'Z') || (in->point >= 'a' && in->point <= 'z');
    if (letter && (in->mods & INPUT_CTRL))
        in->point |= 0x20;
    else if (letter && (in->mods & INPUT_SHIFT))
        in->point &= ~UINT32_C(0x20);
    if (letter)
        in->mods &= (uint8_t)~INPUT_SHIFT;
}

bool input_parse(const char **names, struct input *out)
{
    const char *name = *names;
    size_t len = strcspn(name, " ");
    *out = (struct input){.kind = INPUT_NONE};
    uint8_t found = 0;
    size_t at = parse_mods(name, len, &found);
    if (len == 0 || !parse_base(name + at, len - at, out)) {
        *out = (struct input){.kind = INPUT_NONE};
        return false;
    }
    out->mods = found;
    settle(out);
    *names = name + len + (name[len] == ' ');
    return true;
}

bool input_same_key(const struct input *a, const struct input *b)
{
    bool pointed = a->kind == INPUT_CHARACTER || a->kind == INPUT_F;
    return a->kind == b->kind && a->mods == b->mods && (!pointed || a->point == b->point);
}
