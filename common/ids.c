/* Identifiers and the links that carry them. Randomness and SHA-256 come from libsodium; everything parsed here is
 * exact: one text for one value, so that a token's hash does not depend on how somebody spelt it. */
#include "common/ids.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const char base32_digits[] = "abcdefghijklmnopqrstuvwxyz234567";
static const char base62_digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
static const char device_prefix[] = "cnv_", guest_prefix[] = "cng_";
static const char link_scheme[] = "cocanvas://";
static const char anonymous_prefix[] = "a.";

enum {
    DEVICE_PREFIX = 4,
    DEVICE_SECRET = 32,      /* random bytes of a device token */
    DEVICE_DIGITS = 43,      /* base62 of them */
    DEVICE_CHECK_DIGITS = 6, /* base62 of the CRC-32 of all before */
    INVITATION_SECRET = 16,
    PIN_DIGITS = 52,     /* base32 of a whole pin */
    ANONYMOUS_BYTES = 5, /* random bytes of an anonymous object's id */
};
#define ANONYMOUS_BITS ((UINT64_C(1) << 8 * ANONYMOUS_BYTES) - 1)

static void random_bytes(void *out, size_t len)
{
    ASSERT(sodium_init() >= 0); /* does nothing after the first time; thread-safe */
    randombytes_buf(out, len);
}

/* ---- 16-byte ids */

void uuid_random(struct uuid *id)
{
    random_bytes(id->b, sizeof id->b);
    id->b[6] = (uint8_t)((id->b[6] & 0x0F) | 0x40);
    id->b[8] = (uint8_t)((id->b[8] & 0x3F) | 0x80);
}

static bool dash_before(size_t byte)
{
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

void uuid_format(const struct uuid *id, char out[UUID_TEXT])
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < sizeof id->b; i++) {
        if (dash_before(i))
            *out++ = '-';
        *out++ = hex[id->b[i] >> 4];
        *out++ = hex[id->b[i] & 0x0F];
    }
    *out = '\0';
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

bool uuid_parse(const char *text, struct uuid *id)
{
    struct uuid parsed;
    for (size_t i = 0; i < sizeof parsed.b; i++) {
        if (dash_before(i) && *text++ != '-')
            return false;
        int high = hex_value(text[0]);
        int low = high >= 0 ? hex_value(text[1]) : -1;
        if (low < 0)
            return false;
        parsed.b[i] = (uint8_t)(high << 4 | low);
        text += 2;
    }
    if (*text != '\0')
        return false;
    *id = parsed;
    return true;
}

bool uuid_from_bytes(const void *bytes, size_t len, struct uuid *id)
{
    if (len != sizeof id->b)
        return false;
    memcpy(id->b, bytes, sizeof id->b);
    return true;
}

bool uuid_equal(const struct uuid *a, const struct uuid *b)
{
    return memcmp(a->b, b->b, sizeof a->b) == 0;
}

bool uuid_is_zero(const struct uuid *id)
{
    static const struct uuid zero;
    return uuid_equal(id, &zero);
}

/* ---- object ids */

uint64_t object_id_anonymous(void)
{
    uint64_t bits;
    random_bytes(&bits, sizeof bits);
    return object_id(CLIENT_ANONYMOUS, 0) | (bits & ANONYMOUS_BITS);
}

uint64_t mark_random(void)
{
    uint64_t mark = 0;
    while (mark == 0)
        random_bytes(&mark, sizeof mark);
    return mark;
}

void object_id_format(uint64_t id, char out[OBJECT_ID_TEXT])
{
    if (object_is_anonymous(id)) {
        uint8_t bytes[ANONYMOUS_BYTES];
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(id >> (8 * (sizeof bytes - 1 - i)));
        memcpy(out, anonymous_prefix, sizeof anonymous_prefix);
        base32_encode(bytes, sizeof bytes, out + sizeof anonymous_prefix - 1);
        return;
    }
    snprintf(out, OBJECT_ID_TEXT, "%u.%u", object_client(id), object_counter(id));
}

/* Decimal digits without sign or leading zeros, at most max; *text is moved behind them. */
static bool parse_number(const char **text, uint64_t max, uint64_t *out)
{
    const char *at = *text;
    uint64_t value = 0;
    if (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        return false;
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (uint64_t)(*at - '0');
        if (value > max)
            return false;
    }
    bool some = at > *text;
    *text = at;
    *out = value;
    return some;
}

static bool parse_anonymous(const char *digits, uint64_t *id)
{
    uint8_t bytes[ANONYMOUS_BYTES];
    uint64_t bits = 0;
    if (!base32_decode(digits, bytes, sizeof bytes))
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        bits = bits << 8 | bytes[i];
    *id = object_id(CLIENT_ANONYMOUS, 0) | bits;
    return true;
}

bool object_id_parse(const char *text, uint64_t *id)
{
    uint64_t client, counter;
    if (strncmp(text, anonymous_prefix, sizeof anonymous_prefix - 1) == 0)
        return parse_anonymous(text + sizeof anonymous_prefix - 1, id);
    if (!parse_number(&text, CLIENT_ANONYMOUS - 1, &client) || *text++ != '.')
        return false;
    if (!parse_number(&text, UINT32_MAX, &counter) || *text != '\0')
        return false;
    *id = object_id((uint32_t)client, (uint32_t)counter);
    return true;
}

/* ---- tokens */

/* CRC-32 of ISO 3309 (zlib's). Tokens are short and rare: no table. */
static uint32_t crc32_of(const char *text, size_t len)
{
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < len; i++) {
        crc ^= (unsigned char)text[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

/* The big-endian number in bytes as n base62 digits; destroys bytes. */
static void base62_write(uint8_t *bytes, size_t len, char *out, size_t n)
{
    while (n-- > 0) {
        unsigned rest = 0;
        for (size_t i = 0; i < len; i++) {
            unsigned value = rest << 8 | bytes[i];
            bytes[i] = (uint8_t)(value / 62);
            rest = value % 62;
        }
        out[n] = base62_digits[rest];
    }
}

static void device_check_digits(const char *token, char out[DEVICE_CHECK_DIGITS])
{
    uint32_t crc = crc32_of(token, DEVICE_PREFIX + DEVICE_DIGITS);
    uint8_t bytes[4] = {(uint8_t)(crc >> 24), (uint8_t)(crc >> 16), (uint8_t)(crc >> 8), (uint8_t)crc};
    base62_write(bytes, sizeof bytes, out, DEVICE_CHECK_DIGITS);
}

static void make_token(const char prefix[DEVICE_PREFIX], char out[TOKEN_TEXT])
{
    uint8_t secret[DEVICE_SECRET];
    random_bytes(secret, sizeof secret);
    memcpy(out, prefix, DEVICE_PREFIX);
    base62_write(secret, sizeof secret, out + DEVICE_PREFIX, DEVICE_DIGITS);
    device_check_digits(out, out + DEVICE_PREFIX + DEVICE_DIGITS);
    out[DEVICE_PREFIX + DEVICE_DIGITS + DEVICE_CHECK_DIGITS] = '\0';
    sodium_memzero(secret, sizeof secret);
}

void token_make_device(char out[TOKEN_TEXT])
{
    make_token(device_prefix, out);
}

void token_make_guest(char out[TOKEN_TEXT])
{
    make_token(guest_prefix, out);
}

static bool check_token(const char *prefix, const char *text)
{
    char digits[DEVICE_CHECK_DIGITS];
    enum { LEN = DEVICE_PREFIX + DEVICE_DIGITS + DEVICE_CHECK_DIGITS };
    if (strnlen(text, LEN + 1) != LEN || memcmp(text, prefix, DEVICE_PREFIX) != 0)
        return false;
    if (strspn(text + DEVICE_PREFIX, base62_digits) != LEN - DEVICE_PREFIX)
        return false;
    device_check_digits(text, digits);
    return memcmp(digits, text + DEVICE_PREFIX + DEVICE_DIGITS, sizeof digits) == 0;
}

bool token_check_device(const char *text)
{
    return check_token(device_prefix, text);
}

bool token_check_guest(const char *text)
{
    return check_token(guest_prefix, text);
}

void token_make_invitation(char out[TOKEN_TEXT])
{
    uint8_t secret[INVITATION_SECRET];
    random_bytes(secret, sizeof secret);
    base32_encode(secret, sizeof secret, out);
    sodium_memzero(secret, sizeof secret);
}

bool token_check_invitation(const char *text)
{
    uint8_t secret[INVITATION_SECRET];
    return base32_decode(text, secret, sizeof secret);
}

void token_hash(const char *text, uint8_t out[32])
{
    crypto_hash_sha256(out, (const unsigned char *)text, strlen(text));
}

/* ---- base32 */

void base32_encode(const uint8_t *bytes, size_t len, char *out)
{
    uint32_t held = 0; /* bits not written yet, the lowest n_held of it */
    unsigned n_held = 0;
    for (size_t i = 0; i < len; i++) {
        held = held << 8 | bytes[i];
        for (n_held += 8; n_held >= 5; n_held -= 5)
            *out++ = base32_digits[held >> (n_held - 5) & 0x1F];
    }
    if (n_held > 0)
        *out++ = base32_digits[held << (5 - n_held) & 0x1F];
    *out = '\0';
}

static int base32_value(char c)
{
    if (c >= 'a' && c <= 'z')
        return c - 'a';
    if (c >= '2' && c <= '7')
        return c - '2' + 26;
    return -1;
}

bool base32_decode(const char *text, uint8_t *out, size_t len)
{
    uint32_t held = 0;
    unsigned n_held = 0;
    size_t n = 0;
    for (; *text != '\0'; text++) {
        int value = base32_value(*text);
        if (value < 0)
            return false;
        held = held << 5 | (uint32_t)value;
        n_held += 5;
        if (n_held < 8)
            continue;
        if (n == len)
            return false;
        n_held -= 8;
        out[n++] = (uint8_t)(held >> n_held);
    }
    /* Fewer than a digit's bits may be left over, and they must be zero: else another text would give the same bytes. */
    return n == len && n_held < 5 && (held & ((1u << n_held) - 1)) == 0;
}

/* ---- links */

static bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == '_';
}

/* A name or IPv4 address, or an IPv6 address in brackets (kept without them). Returns what follows; NULL if there is no
 * host. */
static const char *parse_host(const char *text, char host[256])
{
    const char *from = text, *end;
    if (*text == '[') {
        from = text + 1;
        end = from + strspn(from, "0123456789abcdefABCDEF:.");
        if (*end != ']' || memchr(from, ':', (size_t)(end - from)) == NULL)
            return NULL;
    } else {
        for (end = from; is_host_character(*end); end++)
            continue;
    }
    size_t len = (size_t)(end - from);
    if (len == 0 || len > 253 || *from == '-' || *from == '.')
        return NULL;
    memcpy(host, from, len);
    host[len] = '\0';
    return *text == '[' ? end + 1 : end;
}

/* "HOST[:PORT]"; returns what follows, NULL if it is neither. */
static const char *parse_address(const char *text, char host[256], uint16_t *port)
{
    uint64_t number;
    const char *at = parse_host(text, host);
    *port = DEFAULT_PORT;
    if (at == NULL || *at != ':')
        return at;
    at++;
    if (!parse_number(&at, UINT16_MAX, &number) || number == 0)
        return NULL;
    *port = (uint16_t)number;
    return at;
}

enum status address_parse(const char *text, char host[256], uint16_t *port, struct why *why)
{
    const char *rest = parse_address(text, host, port);
    if (rest == NULL || *rest != '\0')
        return refuse(why, STATUS_MALFORMED,
                      "a server's address is HOST or HOST:PORT, for example canvas.example.org:%d", DEFAULT_PORT);
    return STATUS_OK;
}

/* Copies the part of text up to one of the stop characters; NULL if it does not fit. */
static const char *copy_part(const char *text, const char *stops, char *out, size_t room)
{
    size_t len = strcspn(text, stops);
    if (len >= room)
        return NULL;
    memcpy(out, text, len);
    out[len] = '\0';
    return text + len;
}

/* "?p=PIN", other parameters are ignored so that links can grow. False if there is a pin that is none. */
static bool parse_query(const char *text, struct link *link)
{
    char part[256];
    while (*text == '?' || *text == '&') {
        text = copy_part(text + 1, "&", part, sizeof part);
        if (text == NULL)
            return false;
        if (strncmp(part, "p=", 2) != 0)
            continue;
        if (!base32_decode(part + 2, link->pin, PIN_BYTES))
            return false;
        link->has_pin = true;
    }
    return *text == '\0';
}

enum status link_parse(const char *text, struct link *link, struct why *why)
{
    static const char invitation[] = "/i/", reset[] = "/r/", code[] = "/j/";
    *link = (struct link){.port = DEFAULT_PORT};
    if (strncmp(text, link_scheme, sizeof link_scheme - 1) != 0)
        return refuse(why, STATUS_MALFORMED, "a link begins with %s", link_scheme);
    const char *at = parse_address(text + sizeof link_scheme - 1, link->host, &link->port);
    if (at == NULL)
        return refuse(why, STATUS_MALFORMED, "this link names no server");
    link->reset = strncmp(at, reset, sizeof reset - 1) == 0;
    if (link->reset || strncmp(at, invitation, sizeof invitation - 1) == 0) {
        at = copy_part(at + sizeof invitation - 1, "?", link->token, sizeof link->token);
        if (at == NULL || !token_check_invitation(link->token))
            return refuse(why, STATUS_MALFORMED, "the %s in this link is incomplete; copy the whole link",
                          link->reset ? "token" : "invitation");
    } else if (strncmp(at, code, sizeof code - 1) == 0) {
        char typed[TOKEN_TEXT];
        at = copy_part(at + sizeof code - 1, "?", typed, sizeof typed);
        if (at == NULL || join_code_parse(typed, link->code, why) != STATUS_OK)
            return refuse(why, STATUS_MALFORMED, "the code in this link is incomplete; copy the whole link");
    }
    if (!parse_query(at, link))
        return refuse(why, STATUS_MALFORMED, "the end of this link is incomplete; copy the whole link");
    return STATUS_OK;
}

void link_format(const struct link *link, char *out, size_t room)
{
    char port[8] = "", pin[PIN_DIGITS + 1] = "";
    bool brackets = strchr(link->host, ':') != NULL;
    if (link->port != DEFAULT_PORT && link->port != 0)
        snprintf(port, sizeof port, ":%u", (unsigned)link->port);
    if (link->has_pin)
        base32_encode(link->pin, PIN_BYTES, pin);
    int len =
        snprintf(out, room, "%s%s%s%s%s%s%s%s%s", link_scheme, brackets ? "[" : "", link->host, brackets ? "]" : "",
                 port, link->code[0] != '\0' ? "/j/" : link->token[0] == '\0' ? "" : link->reset ? "/r/" : "/i/",
                 link->code[0] != '\0' ? link->code : link->token, link->has_pin ? "?p=" : "", pin);
    ASSERT(len >= 0 && (size_t)len < room);
}

/* ---- fingerprints for people */

void pin_format(const uint8_t pin[PIN_BYTES], char *out, size_t room)
{
    static const char prefix[] = "SHA256:";
    char digits[PIN_DIGITS + 1];
    ASSERT(room >= sizeof prefix + PIN_DIGITS + PIN_DIGITS / 4 - 1);
    base32_encode(pin, PIN_BYTES, digits);
    memcpy(out, prefix, sizeof prefix - 1);
    out += sizeof prefix - 1;
    for (size_t i = 0; i < PIN_DIGITS; i++) {
        if (i > 0 && i % 4 == 0)
            *out++ = '-';
        *out++ = digits[i];
    }
    *out = '\0';
}

void pin_words(const uint8_t pin[PIN_BYTES], char *out, size_t room)
{
    static const char consonants[] = "bdfghjklmnprstvz", vowels[] = "aiou";
    enum { WORDS = 6 };
    ASSERT(room >= WORDS * 6);
    for (size_t i = 0; i < WORDS; i++) {
        unsigned bits = (unsigned)pin[2 * i] << 8 | pin[2 * i + 1];
        *out++ = consonants[bits >> 12];
        *out++ = vowels[bits >> 10 & 3];
        *out++ = consonants[bits >> 6 & 15];
        *out++ = vowels[bits >> 4 & 3];
        *out++ = consonants[bits & 15];
        *out++ = i + 1 < WORDS ? '-' : '\0';
    }
}
