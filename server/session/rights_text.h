/* Who may do what, for people: the tables of role × message (dispatch.h) and role × op (common/rights.h) as Markdown.
 * What it prints it has asked the tables' own functions, so it cannot say anything else than what is done. */
#ifndef COCANVAS_SERVER_SESSION_RIGHTS_TEXT_H
#define COCANVAS_SERVER_SESSION_RIGHTS_TEXT_H

#include <stdio.h>

void rights_print_markdown(FILE *out);

#endif
