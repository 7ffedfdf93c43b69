/* Exact decimals (decimal.h): an integer and a scale. Operands of different scale are brought to the larger one first. */
#include "client/method/decimal.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/canvas.h"
#include "common/rules.h"
#include "common/utf8.h"

enum { QUOTE = 60 }; /* characters of what was typed that a refusal repeats */

void decimal_init(struct decimal *d)
{
    mpz_init(d->digits);
    d->scale = 0;
}

void decimal_fini(struct decimal *d)
{
    mpz_clear(d->digits);
}

void decimal_set(struct decimal *d, const struct decimal *from)
{
    mpz_set(d->digits, from->digits);
    d->scale = from->scale;
}

void decimal_set_int(struct decimal *d, long value)
{
    mpz_set_si(d->digits, value);
    d->scale = 0;
}

/* ---- reading */

bool decimal_parse(struct decimal *d, const char *text)
{
    char digits[NUMBER_BYTES + 1];
    size_t n = 0;

    decimal_set_int(d, 0);
    if (!rule_number(text))
        return false;
    const char *point = strchr(text, '.');
    for (const char *at = text; *at != '\0'; at++)
        if (*at != '.')
            digits[n++] = *at;
    digits[n] = '\0';
    d->scale = point != NULL ? (uint32_t)strlen(point + 1) : 0;
    return mpz_set_str(d->digits, digits, 10) == 0;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The bytes of a grouping sign at `at`, 0 if there is none: space, no-break spaces (U+00A0, U+202F), '. Counts only between digits. */
static size_t grouping(const char *at)
{
    static const char *const signs[] = {" ", "'", "\xc2\xa0", "\xe2\x80\xaf"};
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (strncmp(at, signs[i], strlen(signs[i])) == 0 && is_digit(at[strlen(signs[i])]))
            return strlen(signs[i]);
    return 0;
}

/* A comma may be a decimal sign or group thousands: both readings, written so that they mean one thing. */
static void explain_comma(const char *typed, struct why *why)
{
    const char *last = strrchr(typed, ',');
    bool fraction = strchr(typed, ',') == last && strchr(typed, '.') == NULL;
    char with_point[QUOTE + 1], plain[QUOTE + 1];
    size_t n = 0, m = 0;

    for (const char *at = typed; *at != '\0' && n < QUOTE && m < QUOTE; at++) {
        if (is_digit(*at) || *at == '-' || (*at == '.' && at > last))
            plain[m++] = *at;
        if (is_digit(*at) || *at == '-' || at == last)
            with_point[n++] = at == last ? '.' : *at;
    }
    plain[m] = with_point[n] = '\0';
    if (fraction)
        (void)refuse(why, STATUS_BAD_OP, "\"%.*s\" can mean two numbers: write %s with a point for a fraction, or %s without a sign for thousands", QUOTE,
                     typed, with_point, plain);
    else
        (void)refuse(why, STATUS_BAD_OP, "\"%.*s\" can be read in two ways: write %s, without signs for thousands, with a point for a fraction", QUOTE,
                     typed, strchr(typed, '.') != NULL && strrchr(typed, '.') < last ? with_point : plain);
}

static bool refuse_number(const char *typed, struct why *why)
{
    int quote = (int)utf8_offset(typed, strlen(typed), QUOTE);
    bool digits = strpbrk(typed, "0123456789") != NULL;
    if (digits && strlen(typed) > NUMBER_BYTES && strspn(typed, " +-0123456789.'") == strlen(typed))
        (void)refuse(why, STATUS_BAD_OP, "the number is too long: at most %d characters", NUMBER_BYTES);
    else if (digits && strchr(typed, ',') != NULL && strspn(typed, " +-0123456789.,'") == strlen(typed))
        explain_comma(typed, why);
    else if (digits && strpbrk(typed, "eE") != NULL && strspn(typed, "+-0123456789.eE") == strlen(typed))
        (void)refuse(why, STATUS_BAD_OP, "\"%.*s\" has an exponent: write all digits, at most %d characters", quote, typed, NUMBER_BYTES);
    else
        (void)refuse(why, STATUS_BAD_OP, "\"%.*s\" is not a number: write it like 12, -3 or 4.50", quote, typed);
    return false;
}

/* Puts sign and digits in order: no zeros in front, a digit before the point, none left alone behind it, no "-0". */
static bool normalise(const char *digits, size_t n, bool negative, char *out)
{
    const char *point = memchr(digits, '.', n);
    size_t whole = point != NULL ? (size_t)(point - digits) : n, skip = 0;
    while (skip + 1 < whole && digits[skip] == '0')
        skip++;
    bool zero = true;
    for (size_t i = 0; i < n; i++)
        zero = zero && (digits[i] == '0' || digits[i] == '.');
    struct buf text;
    buf_init(&text);
    if (negative && !zero)
        buf_add(&text, "-", 1);
    if (whole == 0)
        buf_add(&text, "0", 1);
    buf_add(&text, digits + skip, n - skip);
    size_t len = buf_len(&text);
    if (len > 0 && buf_at(&text)[len - 1] == '.')
        len--;
    bool fits = len >= 1 && len <= NUMBER_BYTES;
    if (fits) {
        memcpy(out, buf_at(&text), len);
        out[len] = '\0';
    }
    buf_fini(&text);
    return fits;
}

bool decimal_read(const char *typed, char *out, struct why *why)
{
    const char *at = typed + strspn(typed, " \t");
    char digits[4 * NUMBER_BYTES];
    size_t n = 0, points = 0;
    bool negative = *at == '-';

    out[0] = '\0';
    if (*at == '-' || *at == '+')
        at++;
    while (*at != '\0' && n < sizeof digits) {
        size_t skip = n > 0 && is_digit(digits[n - 1]) ? grouping(at) : 0;
        if (skip == 0 && !is_digit(*at) && *at != '.')
            break;
        if (skip == 0)
            digits[n++] = *at;
        points += *at == '.';
        at += skip > 0 ? skip : 1;
    }
    if (at[strspn(at, " \t")] != '\0' || points > 1 || n == points)
        return refuse_number(typed, why);
    if (normalise(digits, n, negative, out))
        return true;
    (void)refuse(why, STATUS_BAD_OP, "the number is too long: at most %d characters", NUMBER_BYTES);
    return false;
}

/* ---- writing */

/* The digits with a point `scale` places from the right, and a zero at least before it. */
static char *place_point(const mpz_t value, uint32_t scale)
{
    char *digits = mpz_get_str(NULL, 10, value), *text;
    const char *sign = digits[0] == '-' ? "-" : "", *magnitude = digits + strlen(sign);
    size_t n = strlen(magnitude), zeros = n > scale ? 0 : scale + 1 - n;
    char *padded = xmalloc(zeros + n + 1);

    memset(padded, '0', zeros);
    memcpy(padded + zeros, magnitude, n + 1);
    size_t whole = zeros + n - scale;
    text = xasprintf("%s%.*s%s%s", sign, (int)whole, padded, scale > 0 ? "." : "", padded + whole);
    free(padded);
    free(digits);
    return text;
}

char *decimal_text(const struct decimal *d)
{
    char *text = place_point(d->digits, d->scale), *point = strchr(text, '.');
    if (point == NULL)
        return text;
    char *end = text + strlen(text);
    while (end[-1] == '0')
        *--end = '\0';
    if (end[-1] == '.')
        end[-1] = '\0';
    return text;
}

/* value becomes value / divisor (which is positive), rounded half to even. */
static void divide_half_even(mpz_t value, const mpz_t divisor)
{
    mpz_t quotient, rest;
    mpz_inits(quotient, rest, NULL);
    mpz_tdiv_qr(quotient, rest, value, divisor);
    mpz_mul_2exp(rest, rest, 1);
    int half = mpz_cmpabs(rest, divisor);
    if (half > 0 || (half == 0 && mpz_odd_p(quotient))) {
        if (mpz_sgn(value) < 0)
            mpz_sub_ui(quotient, quotient, 1);
        else
            mpz_add_ui(quotient, quotient, 1);
    }
    mpz_swap(value, quotient);
    mpz_clears(quotient, rest, NULL);
}

/* value becomes value × 10^(to − from). */
static void rescale(mpz_t value, uint32_t from, uint32_t to)
{
    mpz_t power;
    mpz_init(power);
    mpz_ui_pow_ui(power, 10, to >= from ? to - from : from - to);
    if (to >= from)
        mpz_mul(value, value, power);
    else
        divide_half_even(value, power);
    mpz_clear(power);
}

char *decimal_text_rounded(const struct decimal *d, uint32_t scale)
{
    mpz_t value;
    mpz_init_set(value, d->digits);
    rescale(value, d->scale, scale);
    char *text = place_point(value, scale);
    mpz_clear(value);
    return text;
}

double decimal_double(const struct decimal *d)
{
    char *text = place_point(d->digits, d->scale);
    double value = strtod(text, NULL);
    free(text);
    return value;
}

/* ---- calculating */

/* Copies of both at the larger scale, which is returned. */
static uint32_t align(const struct decimal *a, const struct decimal *b, mpz_t x, mpz_t y)
{
    uint32_t scale = a->scale > b->scale ? a->scale : b->scale;
    mpz_init_set(x, a->digits);
    mpz_init_set(y, b->digits);
    rescale(x, a->scale, scale);
    rescale(y, b->scale, scale);
    return scale;
}

int decimal_compare(const struct decimal *a, const struct decimal *b)
{
    mpz_t x, y;
    (void)align(a, b, x, y);
    int order = mpz_cmp(x, y);
    mpz_clears(x, y, NULL);
    return order;
}

int decimal_sign(const struct decimal *d)
{
    return mpz_sgn(d->digits);
}

void decimal_add(struct decimal *out, const struct decimal *a, const struct decimal *b)
{
    mpz_t x, y;
    uint32_t scale = align(a, b, x, y);
    mpz_add(out->digits, x, y);
    out->scale = scale;
    mpz_clears(x, y, NULL);
}

void decimal_subtract(struct decimal *out, const struct decimal *a, const struct decimal *b)
{
    mpz_t x, y;
    uint32_t scale = align(a, b, x, y);
    mpz_sub(out->digits, x, y);
    out->scale = scale;
    mpz_clears(x, y, NULL);
}

void decimal_multiply(struct decimal *out, const struct decimal *a, const struct decimal *b)
{
    mpz_mul(out->digits, a->digits, b->digits);
    out->scale = a->scale + b->scale;
}

bool decimal_divide(struct decimal *out, const struct decimal *a, const struct decimal *b, uint32_t scale)
{
    mpz_t x, y;
    if (decimal_sign(b) == 0)
        return false;
    (void)align(a, b, x, y);
    rescale(x, 0, scale);
    if (mpz_sgn(y) < 0) {
        mpz_neg(x, x);
        mpz_neg(y, y);
    }
    divide_half_even(x, y);
    mpz_set(out->digits, x);
    out->scale = scale;
    mpz_clears(x, y, NULL);
    return true;
}
