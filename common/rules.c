/* What is a key, a name, a decimal number, a date, and which properties have a meaning of their own. No state, no
 * allocation. */
#include "common/rules.h"

#include <string.h>

#include "common/utf8.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool rule_key(const char *key)
{
    if (key[0] < 'a' || key[0] > 'z')
        return false;
    size_t len = 1;
    for (; key[len] != '\0'; len++) {
        char c = key[len];
        bool ok = (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '.' || c == '-';
        if (!ok || len >= KEY_MAX)
            return false;
    }
    return true;
}

bool rule_text(const char *text, size_t least, size_t most)
{
    size_t points;
    return utf8_check(text, strlen(text), &points) && points >= least && (most == 0 || points <= most);
}

bool rule_line(const char *text, size_t least, size_t most)
{
    size_t points;
    return utf8_check_line(text, strlen(text), &points) && points >= least && (most == 0 || points <= most);
}

bool rule_number(const char *text)
{
    const char *at = text;
    if (*at == '-')
        at++;
    const char *whole = at;
    while (is_digit(*at))
        at++;
    if (at == whole)
        return false;
    if (*at == '.') {
        const char *fraction = ++at;
        while (is_digit(*at))
            at++;
        if (at == fraction)
            return false;
    }
    return *at == '\0' && at - text <= NUMBER_BYTES;
}

bool rule_date(const char *text)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    for (size_t i = 0; i < 10; i++) {
        if (i == 4 || i == 7 ? text[i] != '-' : !is_digit(text[i]))
            return false;
    }
    if (text[10] != '\0')
        return false;
    int year = (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0');
    int month = (text[5] - '0') * 10 + (text[6] - '0');
    int day = (text[8] - '0') * 10 + (text[9] - '0');
    if (year == 0 || month < 1 || month > 12 || day < 1)
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day <= days[month - 1] + (month == 2 && leap ? 1 : 0);
}

bool rule_tag(const char *text)
{
    return rule_line(text, 1, TAG_POINTS);
}

const char *rule_value(const struct value *value)
{
    switch (value->kind) {
    case VALUE_NONE:
        return "has no value";
    case VALUE_TEXT:
        return rule_text(value->text, 0, VALUE_POINTS) ? NULL : "is not a text of at most 4000 characters";
    case VALUE_NUMBER:
        return rule_number(value->text) ? NULL : "is not a decimal number of at most 40 characters";
    case VALUE_DATE:
        return rule_date(value->text) ? NULL : "is not a date YYYY-MM-DD that exists";
    case VALUE_FLAG:
        return NULL;
    case VALUE_CHOICE:
        return rule_line(value->text, 1, TITLE_POINTS) ? NULL : "is not a choice of one line, 1 to 200 characters";
    case VALUE_PERSON:
        return value->number > 0 && value->number <= UINT32_MAX ? NULL : "names no person";
    case VALUE_OBJECT:
        return value->number > 0 ? NULL : "names no object";
    }
    return "is of an unknown kind";
}

enum column block_column(const char *key)
{
    static const struct {
        const char *key;
        enum column column;
    } table[] = {
        {"title", COLUMN_TITLE},       {"prompt", COLUMN_PROMPT},     {"col", COLUMN_COL},     {"row", COLUMN_ROW},
        {"col_span", COLUMN_COL_SPAN}, {"row_span", COLUMN_ROW_SPAN}, {"order", COLUMN_ORDER},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(key, table[i].key) == 0)
            return table[i].column;
    }
    return COLUMN_NONE;
}

enum header_column header_column(const char *key)
{
    if (strcmp(key, "cols") == 0)
        return HEADER_COLS;
    return strcmp(key, "rows") == 0 ? HEADER_ROWS : HEADER_NONE;
}

bool header_fixed(const char *key)
{
    static const char *const fixed[] = {"template", "kind", "attribution", "licence", "source"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (strcmp(key, fixed[i]) == 0)
            return true;
    }
    return false;
}

enum status rule_header_prop(const char *key, const struct value *value, struct why *why)
{
    if (strcmp(key, "title") != 0)
        return STATUS_OK;
    if (value == NULL || value->kind != VALUE_TEXT || !rule_line(value->text, 1, TITLE_POINTS))
        return refuse(why, STATUS_BAD_OP, "a canvas' title is one line of 1 to %d characters", TITLE_POINTS);
    return STATUS_OK;
}

bool value_to_uint(const struct value *value, uint32_t least, uint32_t most, uint32_t *out)
{
    if (value->kind != VALUE_NUMBER || value->text[0] == '\0')
        return false;
    uint64_t number = 0;
    for (const char *at = value->text; *at != '\0'; at++) {
        if (!is_digit(*at))
            return false;
        number = number * 10 + (uint64_t)(*at - '0');
        if (number > most)
            return false;
    }
    *out = (uint32_t)number;
    return number >= least;
}

enum status rule_block_column(enum column column, const struct value *value, struct why *why)
{
    uint32_t number;
    switch (column) {
    case COLUMN_NONE:
        return STATUS_OK;
    case COLUMN_TITLE:
        if (value->kind == VALUE_TEXT && rule_line(value->text, 1, TITLE_POINTS))
            return STATUS_OK;
        return refuse(why, STATUS_BAD_OP, "a block's title is one line of 1 to %d characters", TITLE_POINTS);
    case COLUMN_PROMPT:
        if (value->kind == VALUE_NONE || (value->kind == VALUE_TEXT && rule_text(value->text, 0, PROMPT_POINTS)))
            return STATUS_OK;
        return refuse(why, STATUS_BAD_OP, "a block's prompt is a text of at most %d characters", PROMPT_POINTS);
    case COLUMN_COL:
    case COLUMN_ROW:
        if (value_to_uint(value, 0, GRID_MAX - 1, &number))
            return STATUS_OK;
        return refuse(why, STATUS_BAD_OP, "a block's column and row are numbers from 0 to %d", GRID_MAX - 1);
    case COLUMN_COL_SPAN:
    case COLUMN_ROW_SPAN:
        if (value_to_uint(value, 1, GRID_MAX, &number))
            return STATUS_OK;
        return refuse(why, STATUS_BAD_OP, "a block's spans are numbers from 1 to %d", GRID_MAX);
    case COLUMN_ORDER:
        if (value_to_uint(value, 0, ORDER_MAX, &number))
            return STATUS_OK;
        return refuse(why, STATUS_BAD_OP, "a block's order is a number from 0 to %d", ORDER_MAX);
    }
    return refuse(why, STATUS_BAD_OP, "a block has no such column");
}
