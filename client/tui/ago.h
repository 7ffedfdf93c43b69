/* Times and numbers as people say them: "3 min ago", "yesterday", "3 Nov", "1,284". Pure. */
#ifndef COCANVAS_CLIENT_TUI_AGO_H
#define COCANVAS_CLIENT_TUI_AGO_H

#include <stdint.h>

enum { AGO_TEXT = 32 };

/* How long before now_ms something was; days are those of a place utc_offset_s east of Greenwich. "" for 0. */
void ago_text(int64_t now_ms, int64_t then_ms, int utc_offset_s, char out[AGO_TEXT]);
/* With a comma between thousands. */
void ago_number(uint64_t number, char out[AGO_TEXT]);

#endif
