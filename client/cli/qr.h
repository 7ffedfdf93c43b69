/* A QR code of half blocks, two modules a character: dark on light with a quiet zone, so that phones read it from a
 * terminal of any colours. */
#ifndef COCANVAS_CLIENT_CLI_QR_H
#define COCANVAS_CLIENT_CLI_QR_H

#include "client/cli/output.h"

/* Lines for a terminal, '\n' behind each; malloc'd. NULL: the text is too long. colour: black on white is said to the
 * terminal; else what it draws is inverse, for the usual light letters on dark. */
char *qr_lines(const char *text, bool colour);

#endif
