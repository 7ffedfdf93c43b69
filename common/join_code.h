/* Join codes: eight letters by which guests come in, from the alphabet of RFC 8628 (section 6.1): no vowels, so that
 * they make no words, and no two letters that are easily taken for each other. Shown as WDJB-MJHT; taken in any case,
 * with blanks and hyphens of any kind anywhere. */
#ifndef COCANVAS_COMMON_JOIN_CODE_H
#define COCANVAS_COMMON_JOIN_CODE_H

#include "common/status.h"

#define JOIN_CODE_LETTERS "BCDFGHJKLMNPQRSTVWXZ"

enum { JOIN_CODE_LENGTH = 8, JOIN_CODE_TEXT = JOIN_CODE_LENGTH + 2 };

/* "WDJB-MJHT", at random: 34.6 bits. */
void join_code_make(char out[JOIN_CODE_TEXT]);
/* What somebody typed, as join_code_make() writes it. MALFORMED, and in what way: it tells nothing about what codes
 * there are. out may be what was given. */
enum status join_code_parse(const char *text, char out[JOIN_CODE_TEXT], struct why *why) MUST_CHECK;

#endif
