/* The file of a backup (proto/backup.proto): written and read record by record, with a checksum over all at its end. Knows
 * nothing of databases. Whoever reads gets records before the checksum is known: backup_check() goes through the whole file
 * first, so that nothing is done with one that is cut off or was changed. */
#ifndef COCANVAS_COMMON_BACKUP_FILE_H
#define COCANVAS_COMMON_BACKUP_FILE_H

#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "backup.pb-c.h"
#include "common/buf.h"
#include "common/status.h"

enum { BACKUP_FORMAT = 1, BACKUP_RECORD_MOST = 1 << 30 };

struct backup_counts {
    uint64_t records, workspaces, canvases, rows;
};

struct backup_writer {
    FILE *out; /* borrowed */
    crypto_hash_sha256_state hash;
    struct backup_counts counts;
    struct buf scratch; /* one record */
};

void backup_writer_init(struct backup_writer *w, FILE *out);
void backup_writer_fini(struct backup_writer *w);
/* Refusals: INTERNAL, the file cannot be written. */
enum status backup_write(struct backup_writer *w, const Cocanvas__Backup__Record *record, struct why *why) MUST_CHECK;
/* The last record, and everything handed to the system. */
enum status backup_write_end(struct backup_writer *w, struct why *why) MUST_CHECK;

struct backup_reader {
    FILE *in; /* borrowed */
    crypto_hash_sha256_state hash;
    struct backup_counts counts;
    struct buf scratch;
    Cocanvas__Backup__Record *record; /* owned; the last one */
    bool begun;
};

void backup_reader_init(struct backup_reader *r, FILE *in);
void backup_reader_fini(struct backup_reader *r);
/* The next record, borrowed until the next call; NULL behind the last one, which is End and is given to nobody: it was compared
 * with what was read. Refusals: MALFORMED. The order of records is not looked at. */
enum status backup_read(struct backup_reader *r, const Cocanvas__Backup__Record **record, struct why *why) MUST_CHECK;

/* What a backup says of itself. */
struct backup_summary {
    struct backup_counts counts;
    bool whole;
    uint32_t schema;
    int64_t made_ms;
    char program[64];
    char name[260]; /* of its first workspace */
};
/* Reads everything: framing, order of records, checksum. */
enum status backup_check(FILE *in, struct backup_summary *summary, struct why *why) MUST_CHECK;

#endif
