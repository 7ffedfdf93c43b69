/* Keys between keys. A key is an integer part and a fraction, both in base 62 with the digits in byte order. The head
 * letter of the integer part tells its length: 'a' two characters, 'b' three … 'z' 27 for positive ones, 'Z' two … 'A'
 * 27 for negative ones; so longer is further out and plain byte order is numeric order. Appending and prepending only
 * count the integer part up or down. */
#include "common/order.h"

#include <string.h>

enum { BASE = 62, INTEGER_MAX = 27 };

static const char digits[BASE + 1] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/* A borrowed piece of a key. */
struct span {
    const char *at;
    size_t len;
};

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'Z')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 36;
    return -1;
}

/* Length of the integer part with that head; 0 if it is no head. */
static size_t integer_len(char head)
{
    if (head >= 'a' && head <= 'z')
        return (size_t)(head - 'a') + 2;
    if (head >= 'A' && head <= 'Z')
        return (size_t)('Z' - head) + 2;
    return 0;
}

/* Whether the integer part is the very first one, "A" and 26 zeros: alone it is no key, because nothing would fit
 * below. */
static bool has_smallest_integer(const char *key, size_t len)
{
    return len >= INTEGER_MAX && memcmp(key, "A00000000000000000000000000", INTEGER_MAX) == 0;
}

bool order_key_check(const char *key, size_t len)
{
    if (len == 0 || len > ORDER_KEY_MAX)
        return false;
    size_t n = integer_len(key[0]);
    if (n == 0 || n > len)
        return false;
    for (size_t i = 1; i < len; i++) {
        if (digit_value(key[i]) < 0)
            return false;
    }
    return len > n ? key[len - 1] != '0' : !has_smallest_integer(key, len);
}

static bool out_add(struct order_key *out, const char *at, size_t len)
{
    if (len > (size_t)ORDER_KEY_MAX - out->len)
        return false;
    memcpy(out->text + out->len, at, len);
    out->len = (unsigned char)(out->len + len);
    out->text[out->len] = '\0';
    return true;
}

/* Appends the shortest fraction in the middle of a and b; b.at NULL means 1. False if the key becomes too long. */
static bool add_midpoint(struct order_key *out, struct span a, struct span b)
{
    for (;;) {
        int low = a.len > 0 ? digit_value(a.at[0]) : 0;
        int high = b.at != NULL ? digit_value(b.at[0]) : BASE;
        if (b.at != NULL && low == high) {
            if (!out_add(out, b.at, 1)) /* common so far; a counts as if followed by zeros */
                return false;
            b = (struct span){b.at + 1, b.len - 1};
        } else if (high - low > 1) {
            return out_add(out, &digits[(low + high + 1) / 2], 1);
        } else if (b.at != NULL && b.len > 1) {
            return out_add(out, b.at, 1);
        } else {
            if (!out_add(out, &digits[low], 1))
                return false;
            b = (struct span){NULL, 0};
        }
        if (a.len > 0)
            a = (struct span){a.at + 1, a.len - 1};
    }
}

/* Counts the integer part in out up (or down); false if there is no next one. */
static bool step_integer(struct order_key *out, bool up)
{
    char wrap_from = up ? 'z' : '0', wrap_to = up ? '0' : 'z';
    for (size_t i = out->len; i-- > 1;) {
        if (out->text[i] != wrap_from) {
            out->text[i] = digits[digit_value(out->text[i]) + (up ? 1 : -1)];
            return true;
        }
        out->text[i] = wrap_to;
    }
    char head = out->text[0];
    if (head == (up ? 'z' : 'A'))
        return false;
    if (head == (up ? 'Z' : 'a')) {
        memcpy(out->text, up ? "a0" : "Zz", 3);
        out->len = 2;
        return true;
    }
    out->text[0] = (char)(head + (up ? 1 : -1));
    size_t len = integer_len(out->text[0]);
    if (len > out->len)
        out->text[out->len] = wrap_to;
    out->len = (unsigned char)len;
    out->text[len] = '\0';
    return true;
}

static void out_set(struct order_key *out, struct span s)
{
    out->len = 0;
    (void)out_add(out, s.at, s.len);
}

static enum status too_long(bool ok)
{
    return ok ? STATUS_OK : STATUS_TOO_LARGE;
}

static enum status key_before(struct span b, struct order_key *out)
{
    size_t n = integer_len(b.at[0]);
    out_set(out, (struct span){b.at, n});
    struct span none = {NULL, 0};
    if (has_smallest_integer(b.at, b.len))
        return too_long(add_midpoint(out, none, (struct span){b.at + n, b.len - n}));
    if (b.len > n)
        return STATUS_OK; /* the bare integer is smaller */
    ASSERT(step_integer(out, false));
    return has_smallest_integer(out->text, out->len) ? too_long(add_midpoint(out, none, none)) : STATUS_OK;
}

static enum status key_after(struct span a, struct order_key *out)
{
    size_t n = integer_len(a.at[0]);
    out_set(out, (struct span){a.at, n});
    if (step_integer(out, true))
        return STATUS_OK;
    out_set(out, (struct span){a.at, n});
    return too_long(add_midpoint(out, (struct span){a.at + n, a.len - n}, (struct span){NULL, 0}));
}

static enum status key_between(struct span a, struct span b, struct order_key *out)
{
    size_t n = integer_len(a.at[0]);
    struct span fraction = {a.at + n, a.len - n};
    bool same_integer = b.len >= n && memcmp(a.at, b.at, n) == 0;
    out_set(out, (struct span){a.at, n});
    if (same_integer)
        return too_long(add_midpoint(out, fraction, (struct span){b.at + n, b.len - n}));
    if (step_integer(out, true) && strcmp(out->text, b.at) < 0)
        return STATUS_OK;
    out_set(out, (struct span){a.at, n});
    return too_long(add_midpoint(out, fraction, (struct span){NULL, 0}));
}

enum status order_between(const char *a, const char *b, struct order_key *out)
{
    struct span low = {a, a != NULL ? strlen(a) : 0};
    struct span high = {b, b != NULL ? strlen(b) : 0};
    out->len = 0;
    out->text[0] = '\0';
    if ((low.len > 0 && !order_key_check(a, low.len)) || (high.len > 0 && !order_key_check(b, high.len)))
        return STATUS_BAD_OP;
    if (low.len == 0 && high.len == 0) {
        out_set(out, (struct span){"a0", 2});
        return STATUS_OK;
    }
    if (low.len == 0)
        return key_before(high, out);
    if (high.len == 0)
        return key_after(low, out);
    return strcmp(a, b) < 0 ? key_between(low, high, out) : STATUS_BAD_OP;
}

/* Between two given keys: the middle one first, then both halves, so that no key is longer than it must be. */
static enum status halve(const char *a, const char *b, size_t n, struct order_key *out)
{
    while (n > 0) {
        size_t middle = n / 2;
        enum status status = order_between(a, b, &out[middle]);
        if (status == STATUS_OK)
            status = halve(a, out[middle].text, middle, out);
        if (status != STATUS_OK)
            return status;
        a = out[middle].text;
        out += middle + 1;
        n -= middle + 1;
    }
    return STATUS_OK;
}

enum status order_n_between(const char *a, const char *b, size_t n, struct order_key *out)
{
    bool low = a != NULL && a[0] != '\0', high = b != NULL && b[0] != '\0';
    enum status status = STATUS_OK;
    if (low && high)
        return halve(a, b, n, out);
    if (low || !high) {
        for (size_t i = 0; i < n && status == STATUS_OK; i++)
            status = order_between(i > 0 ? out[i - 1].text : a, NULL, &out[i]);
    } else {
        for (size_t i = n; i-- > 0 && status == STATUS_OK;)
            status = order_between(NULL, i + 1 < n ? out[i + 1].text : b, &out[i]);
    }
    return status;
}
