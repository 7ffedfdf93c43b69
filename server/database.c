#include "server/database.h"

#include <string.h>
#include <unistd.h>

#include "common/log.h"
#include "server/clock.h"
#include "server/journal/border.h"
#include "server/journal/journal.h"
#include "server/worker.h"

const char *database_of_workers(const struct config *c)
{
    return c->database_workers[0] ? c->database_workers : c->database;
}

/* After a boot PostgreSQL may be later than we are. */
static enum status migrate(const struct config *c, struct why *why)
{
    int64_t until_ms = clock_mono_ms() + c->database_wait_s * 1000;
    bool told = false;
    for (;;) {
        enum status status = schema_migrate(c->database, false, why);
        if (status != STATUS_DEGRADED || clock_mono_ms() >= until_ms)
            return status;
        if (!told)
            log_notice(NULL, "waiting for PostgreSQL: %s", why->text);
        told = true;
        usleep(200 * 1000);
    }
}

/* Only when they are known to hold may the daemon say so; what is missing is said in any case. */
static enum status find_borders(const struct config *c, bool *on, struct why *why)
{
    *on = false;
    if (strcmp(c->borders, "off") == 0) {
        log_notice(NULL, "the second barrier between workspaces is off, as configured");
        return STATUS_OK;
    }
    struct why reason;
    enum status status = border_check(database_of_workers(c), on, &reason);
    if (status != STATUS_OK)
        return refuse(why, status, "%s", reason.text);
    if (*on)
        log_info(NULL, "PostgreSQL keeps workspaces apart (row-level security)");
    else if (strcmp(c->borders, "require") == 0)
        return refuse(why, STATUS_DENIED, "the second barrier between workspaces can't be had (deploy/roles.sql makes its roles): %s", reason.text);
    else
        log_warn(NULL, "the second barrier between workspaces is off (deploy/roles.sql makes its roles): %s", reason.text);
    return STATUS_OK;
}

enum status database_prepare(const struct config *c, struct uuid *server_id, bool *borders, struct why *why)
{
    enum status status = migrate(c, why);
    if (status == STATUS_OK)
        status = schema_server_id(c->database, server_id, why);
    return status == STATUS_OK ? find_borders(c, borders, why) : status;
}
