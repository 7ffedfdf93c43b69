/* Parameters and results in PostgreSQL's binary format: big-endian numbers, uuids and byte strings as they are. */
#include <endian.h>
#include <limits.h>
#include <string.h>

#include "common/status.h"
#include "server/journal/pg.h"

static void add(struct pg_params *p, const void *bytes, size_t len)
{
    ASSERT(p->n < PG_PARAMS && len <= INT_MAX);
    p->values[p->n] = bytes;
    p->lengths[p->n] = (int)len;
    p->formats[p->n] = 1;
    p->n++;
}

void pg_param_null(struct pg_params *p)
{
    add(p, NULL, 0);
}

void pg_param_int(struct pg_params *p, int64_t value)
{
    ASSERT(p->n < PG_PARAMS);
    uint64_t big = htobe64((uint64_t)value);
    memcpy(p->numbers[p->n], &big, sizeof big);
    add(p, p->numbers[p->n], sizeof big);
}

void pg_param_uuid(struct pg_params *p, const struct uuid *id)
{
    if (id == NULL)
        pg_param_null(p);
    else
        add(p, id->b, sizeof id->b);
}

void pg_param_bytes(struct pg_params *p, const void *bytes, size_t len)
{
    add(p, bytes != NULL ? bytes : "", len);
}

void pg_param_text(struct pg_params *p, const char *text)
{
    if (text == NULL)
        pg_param_null(p);
    else
        add(p, text, strlen(text));
}

bool pg_is_null(const PGresult *result, int row, int column)
{
    return PQgetisnull(result, row, column) != 0;
}

int64_t pg_int(const PGresult *result, int row, int column)
{
    uint64_t big;
    ASSERT(PQgetlength(result, row, column) == sizeof big);
    memcpy(&big, PQgetvalue(result, row, column), sizeof big);
    return (int64_t)be64toh(big);
}

bool pg_bool(const PGresult *result, int row, int column)
{
    return PQgetlength(result, row, column) == 1 && PQgetvalue(result, row, column)[0] != 0;
}

struct uuid pg_uuid(const PGresult *result, int row, int column)
{
    struct uuid id;
    ASSERT(PQgetlength(result, row, column) == sizeof id.b);
    memcpy(id.b, PQgetvalue(result, row, column), sizeof id.b);
    return id;
}

const uint8_t *pg_bytes(const PGresult *result, int row, int column, size_t *len)
{
    *len = (size_t)PQgetlength(result, row, column);
    return (const uint8_t *)PQgetvalue(result, row, column);
}

const char *pg_text(const PGresult *result, int row, int column)
{
    return PQgetvalue(result, row, column);
}
