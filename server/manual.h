/* The manual page cocanvasd(8), in mdoc; its list of options comes from the option table. */
#ifndef COCANVAS_SERVER_MANUAL_H
#define COCANVAS_SERVER_MANUAL_H

#include <stdio.h>

void manual_print(FILE *out);

#endif
