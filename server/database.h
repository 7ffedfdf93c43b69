/* What a start does with the database: waits for it, applies the schema, and finds out whether the second barrier stands. */
#ifndef COCANVAS_SERVER_DATABASE_H
#define COCANVAS_SERVER_DATABASE_H

#include "common/ids.h"
#include "server/config.h"

/* Blocking. *borders: whether PostgreSQL keeps workspaces apart for the workers' connections (journal/border.h). */
enum status database_prepare(const struct config *c, struct uuid *server_id, bool *borders, struct why *why) MUST_CHECK;
/* The connection string of the workers. */
const char *database_of_workers(const struct config *c);

#endif
