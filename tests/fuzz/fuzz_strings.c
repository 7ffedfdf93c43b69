/* Strings from anywhere: links and ids parse or are refused, and what parsed is written back as it was; what is called
 * a text counts right; what is made printable can harm no terminal. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/ids.h"
#include "common/order.h"
#include "common/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void check_ids(const char *text)
{
    struct link link, again;
    struct why why;
    struct uuid id;
    uint64_t object;
    char host[256], out[1024];
    uint16_t port;
    if (link_parse(text, &link, &why) == STATUS_OK) {
        link_format(&link, out, sizeof out);
        ASSERT(link_parse(out, &again, NULL) == STATUS_OK);
        ASSERT(strcmp(link.host, again.host) == 0 && link.port == again.port && strcmp(link.token, again.token) == 0);
        ASSERT(link.has_pin == again.has_pin && memcmp(link.pin, again.pin, sizeof link.pin) == 0);
    }
    if (address_parse(text, host, &port, &why) == STATUS_OK)
        ASSERT(host[0] != '\0' && port > 0);
    if (object_id_parse(text, &object)) {
        object_id_format(object, out);
        ASSERT(strcmp(out, text) == 0);
    }
    if (uuid_parse(text, &id)) {
        uuid_format(&id, out);
        ASSERT(strlen(out) == strlen(text));
    }
    (void)token_check_device(text);
}

static void check_order(const char *text)
{
    struct order_key key;
    const char *second = strchr(text, ' ');
    if (order_between(NULL, text, &key) == STATUS_OK)
        ASSERT(order_key_check(key.text, key.len) && (text[0] == '\0' || strcmp(key.text, text) < 0));
    if (order_between(text, NULL, &key) == STATUS_OK)
        ASSERT(order_key_check(key.text, key.len) && strcmp(key.text, text) > 0);
    if (second == NULL)
        return;
    char *first = xstrndup(text, (size_t)(second - text));
    if (order_between(first, ++second, &key) == STATUS_OK)
        ASSERT(order_key_check(key.text, key.len) && strcmp(key.text, first) > 0 &&
               (*second == '\0' || strcmp(key.text, second) < 0));
    free(first);
}

static void check_utf8(const char *bytes, size_t len)
{
    size_t points, out_len;
    if (utf8_check(bytes, len, &points)) {
        ASSERT(utf8_points(bytes, len) == points);
        for (size_t i = 0; i <= points; i++)
            ASSERT(utf8_offset(bytes, len, i) + utf8_tail(bytes, len, points - i) == len);
    }
    (void)utf8_width(bytes, len);
    for (size_t at = 0; at < len;) {
        size_t step = utf8_grapheme(bytes + at, len - at);
        ASSERT(step > 0 && step <= len - at);
        at += step;
    }
    char *printable = utf8_printable(bytes, len, false, &out_len);
    ASSERT(utf8_check_line(printable, out_len, NULL));
    free(printable);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    char *text = xstrndup((const char *)data, len);
    check_ids(text);
    check_order(text);
    check_utf8((const char *)data, len);
    free(text);
    return 0;
}
