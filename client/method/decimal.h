/* Decimal numbers, exact: sums of money and readings must not drift. A number is an integer times 10^-scale (GMP's integers); addition, subtraction,
 * multiplication and comparison are exact, division rounds half to even at the scale that is asked for. Pure. */
#ifndef COCANVAS_CLIENT_METHOD_DECIMAL_H
#define COCANVAS_CLIENT_METHOD_DECIMAL_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/status.h"

struct decimal {
    mpz_t digits;
    uint32_t scale;          /* digits after the point */
};

void decimal_init(struct decimal *d);            /* 0 */
void decimal_fini(struct decimal *d);
void decimal_set(struct decimal *d, const struct decimal *from);
void decimal_set_int(struct decimal *d, long value);
/* From the model's form ([-]digits[.digits], at most 40 characters: Value.number). False if it is none; d is then 0. */
bool decimal_parse(struct decimal *d, const char *text) MUST_CHECK;
/* From what people type: also a leading + or ., spaces around, and grouping spaces or ' between digits. What could be meant in two ways is refused with a
 * sentence that says what to type ("1,5: write 1.5, with a point; 1,000: …"), as are NaN, 1e400 and more than 40 characters. On success
 * `out` (at least 41 bytes) has the model's form: no leading zeros, no trailing zeros that were not typed, no "-0". */
bool decimal_read(const char *typed, char *out, struct why *why) MUST_CHECK;
/* The shortest text: no trailing zeros after the point. malloc'd. */
char *decimal_text(const struct decimal *d);
/* Rounded half to even to `scale` digits after the point, all of them written; malloc'd. */
char *decimal_text_rounded(const struct decimal *d, uint32_t scale);
double decimal_double(const struct decimal *d);  /* for drawing only */

int decimal_compare(const struct decimal *a, const struct decimal *b);   /* < 0, 0, > 0 */
int decimal_sign(const struct decimal *d);
/* out may be an operand. */
void decimal_add(struct decimal *out, const struct decimal *a, const struct decimal *b);
void decimal_subtract(struct decimal *out, const struct decimal *a, const struct decimal *b);
void decimal_multiply(struct decimal *out, const struct decimal *a, const struct decimal *b);
/* False if b is 0. */
bool decimal_divide(struct decimal *out, const struct decimal *a, const struct decimal *b, uint32_t scale) MUST_CHECK;

#endif
