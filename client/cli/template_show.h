/* A template for people and for programs: everything that its file says. */
#ifndef COCANVAS_CLIENT_CLI_TEMPLATE_SHOW_H
#define COCANVAS_CLIENT_CLI_TEMPLATE_SHOW_H

#include <jansson.h>

#include "client/cli/cmd.h"
#include "common/template.h"

/* Prints it: text, or one JSON object of type "template". */
void template_print(struct cli *cli, const struct template *t);
/* A new reference. whole: with blocks, fields, steps; else what a list says. */
json_t *template_json(const struct template *t, bool whole);

#endif
