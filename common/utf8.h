/* UTF-8: what is a valid text, how long it is in code points, how wide in terminal cells, and how it becomes safe to
 * print. Everything takes explicit lengths. "Text" is the design's: valid UTF-8 without surrogates, U+0000 and control
 * characters (C0, DEL, C1) other than LF and TAB. */
#ifndef COCANVAS_COMMON_UTF8_H
#define COCANVAS_COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True if the bytes are a text; *points (may be NULL) receives its length in code points. Fast on ASCII. */
bool utf8_check(const char *bytes, size_t len, size_t *points);
/* As utf8_check(), and no LF or TAB: names, titles, tags. */
bool utf8_check_line(const char *bytes, size_t len, size_t *points);

/* Length in code points of a text that is known to be valid. */
size_t utf8_points(const char *bytes, size_t len);
/* Byte offset of code point `point` (0 … points) of a valid text; len if point is beyond its end. */
size_t utf8_offset(const char *bytes, size_t len, size_t point);
/* Length in bytes of the last `points` code points of a valid text; len if it has fewer. */
size_t utf8_tail(const char *bytes, size_t len, size_t points);

/* Decodes the code point at bytes[0]; returns its length in bytes, 0 if it is invalid or cut. */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *point);
/* Encodes; returns 1 to 4, 0 for surrogates and beyond U+10FFFF. */
size_t utf8_encode(uint32_t point, char out[4]);

/* Byte length of the first extended grapheme cluster (utf8proc), ≥ 1 if len > 0. */
size_t utf8_grapheme(const char *bytes, size_t len);
/* Terminal cells of one grapheme cluster: 0, 1 or 2. Code points that the C library's wcwidth does not know count as
 * utf8proc says. */
int utf8_cluster_width(const char *bytes, size_t len);
/* Cells of a whole line. */
size_t utf8_width(const char *bytes, size_t len);

/* Copy of text from others that cannot harm a terminal: control characters, bidirectional controls (U+202A-202E,
 * U+2066-2069, U+200E/F, U+061C), zero-width ones (except ZWJ between emoji and variation selectors), noncharacters and
 * invalid bytes are taken out or shown as U+FFFD; LF and TAB stay if multiline, else become a space. malloc'd,
 * NUL-terminated; *out_len may be NULL. */
char *utf8_printable(const char *bytes, size_t len, bool multiline, size_t *out_len);

#endif
