/* A reading that somebody typed, saved: for `reading add` and the walk of `review`. */
#ifndef COCANVAS_CLIENT_CLI_READING_H
#define COCANVAS_CLIENT_CLI_READING_H

#include "client/cli/method_cli.h"

/* Prints what the measure has become. date NULL or "": today. strict: a doubtful reading is refused. An exit code; refusals are printed. */
int reading_save(struct method_cli *c, const struct card *measure, const char *typed, const char *date,
                 const char *note, bool strict, uint64_t *id);

#endif
