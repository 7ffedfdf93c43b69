/* See join_code.h. */
#include "common/join_code.h"

#include <sodium.h>
#include <string.h>

#include "common/utf8.h"

static const char letters[] = JOIN_CODE_LETTERS;

static void write_code(const char code[JOIN_CODE_LENGTH], char out[JOIN_CODE_TEXT])
{
    memcpy(out, code, 4);
    out[4] = '-';
    memcpy(out + 5, code + 4, 4);
    out[9] = '\0';
}

void join_code_make(char out[JOIN_CODE_TEXT])
{
    char code[JOIN_CODE_LENGTH];
    ASSERT(sodium_init() >= 0);
    for (size_t i = 0; i < sizeof code; i++)
        code[i] = letters[randombytes_uniform(sizeof letters - 1)];
    write_code(code, out);
    sodium_memzero(code, sizeof code);
}

/* What people, word processors and mail programs put between the halves. */
static bool is_between(uint32_t point)
{
    return point == ' ' || point == '-' || point == '_' || point == '.' || point == '\t' || point == '\n' ||
           point == 0xA0 || point == 0xAD || (point >= 0x2000 && point <= 0x2015) || point == 0x202F ||
           point == 0x2060 || point == 0x2212 || point == 0x3000 || point == 0xFEFF;
}

static bool is_letter(uint32_t point)
{
    return point > 0 && point < 0x80 && strchr(letters, (int)point) != NULL;
}

enum status join_code_parse(const char *text, char out[JOIN_CODE_TEXT], struct why *why)
{
    char code[JOIN_CODE_LENGTH];
    size_t n = 0, len = strlen(text), at = 0;
    if (!utf8_check(text, len, NULL))
        return refuse(why, STATUS_MALFORMED, "This is no code: a code has 8 letters, such as WDJB-MJHT.");
    while (at < len) {
        uint32_t point;
        size_t bytes = utf8_decode(text + at, len - at, &point);
        if (!is_between(point)) {
            if (point >= 'a' && point <= 'z')
                point -= 'a' - 'A';
            if (!is_letter(point))
                return refuse(why, STATUS_MALFORMED, "\"%.*s\" is in no code. Codes are made of %s.", (int)bytes,
                              text + at, JOIN_CODE_LETTERS);
            if (n < sizeof code)
                code[n] = (char)point;
            n++;
        }
        at += bytes;
    }
    if (n != sizeof code)
        return refuse(why, STATUS_MALFORMED, "A code has 8 letters, such as WDJB-MJHT; this one has %zu.", n);
    write_code(code, out);
    return STATUS_OK;
}
