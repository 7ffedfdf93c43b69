/* See backup_file.h. */
#include "common/backup_file.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

static const char magic[16] = {'c', 'o', 'c', 'a', 'n', 'v', 'a', 's', ' ', 'b', 'a', 'c', 'k', 'u', 'p', '\n'};

enum { PIECE = 1 << 20 };

/* ---- writing */

void backup_writer_init(struct backup_writer *w, FILE *out)
{
    *w = (struct backup_writer){.out = out};
    crypto_hash_sha256_init(&w->hash);
    buf_init(&w->scratch);
}

void backup_writer_fini(struct backup_writer *w)
{
    buf_fini(&w->scratch);
}

static enum status put(struct backup_writer *w, const void *bytes, size_t len, struct why *why)
{
    crypto_hash_sha256_update(&w->hash, bytes, len);
    if (fwrite(bytes, 1, len, w->out) != len)
        return refuse(why, STATUS_INTERNAL, "the backup can't be written: %s", strerror(errno));
    return STATUS_OK;
}

static void count(struct backup_counts *counts, const Cocanvas__Backup__Record *record)
{
    counts->records++;
    if (record->body_case == COCANVAS__BACKUP__RECORD__BODY_WORKSPACE)
        counts->workspaces++;
    else if (record->body_case == COCANVAS__BACKUP__RECORD__BODY_CANVAS)
        counts->canvases++;
    else if (record->body_case == COCANVAS__BACKUP__RECORD__BODY_ROWS)
        counts->rows += record->rows->count;
}

enum status backup_write(struct backup_writer *w, const Cocanvas__Backup__Record *record, struct why *why)
{
    size_t len = cocanvas__backup__record__get_packed_size(record);
    uint32_t header = htobe32((uint32_t)len);
    if (len > BACKUP_RECORD_MOST)
        return refuse(why, STATUS_TOO_LARGE, "one row of the database has %zu bytes, more than a backup takes", len);
    enum status status = w->counts.records == 0 ? put(w, magic, sizeof magic, why) : STATUS_OK;
    if (status == STATUS_OK)
        status = put(w, &header, sizeof header, why);
    buf_clear(&w->scratch, PIECE);
    cocanvas__backup__record__pack(record, buf_reserve(&w->scratch, len));
    buf_wrote(&w->scratch, len);
    if (status == STATUS_OK)
        status = put(w, buf_at(&w->scratch), len, why);
    count(&w->counts, record);
    return status;
}

enum status backup_write_end(struct backup_writer *w, struct why *why)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    Cocanvas__Backup__End end = COCANVAS__BACKUP__END__INIT;
    Cocanvas__Backup__Record record = COCANVAS__BACKUP__RECORD__INIT;
    crypto_hash_sha256_final(&w->hash, hash);
    end.records = w->counts.records;
    end.workspaces = w->counts.workspaces;
    end.canvases = w->counts.canvases;
    end.rows = w->counts.rows;
    end.sha256 = (ProtobufCBinaryData){sizeof hash, hash};
    record.body_case = COCANVAS__BACKUP__RECORD__BODY_END;
    record.end = &end;
    crypto_hash_sha256_init(&w->hash); /* what is put from now on counts for nothing */
    enum status status = backup_write(w, &record, why);
    if (status == STATUS_OK && fflush(w->out) != 0)
        status = refuse(why, STATUS_INTERNAL, "the backup can't be written: %s", strerror(errno));
    return status;
}

/* ---- reading */

void backup_reader_init(struct backup_reader *r, FILE *in)
{
    *r = (struct backup_reader){.in = in};
    crypto_hash_sha256_init(&r->hash);
    buf_init(&r->scratch);
}

void backup_reader_fini(struct backup_reader *r)
{
    if (r->record)
        cocanvas__backup__record__free_unpacked(r->record, NULL);
    buf_fini(&r->scratch);
}

static enum status cut_off(struct backup_reader *r, struct why *why)
{
    if (ferror(r->in))
        return refuse(why, STATUS_INTERNAL, "the backup can't be read: %s", strerror(errno));
    return refuse(why, STATUS_MALFORMED, "The backup is not whole: it ends in the middle.");
}

static enum status changed(struct why *why)
{
    return refuse(why, STATUS_MALFORMED, "The backup is damaged: it is not what was written.");
}

/* In pieces, so that a length that is a lie costs no memory. */
static enum status get(struct backup_reader *r, size_t len, struct why *why)
{
    buf_clear(&r->scratch, PIECE);
    for (size_t left = len; left > 0;) {
        size_t piece = left < PIECE ? left : PIECE;
        if (fread(buf_reserve(&r->scratch, piece), 1, piece, r->in) != piece)
            return cut_off(r, why);
        buf_wrote(&r->scratch, piece);
        left -= piece;
    }
    return STATUS_OK;
}

static enum status begin(struct backup_reader *r, struct why *why)
{
    enum status status = get(r, sizeof magic, why);
    if (status == STATUS_OK && memcmp(buf_at(&r->scratch), magic, sizeof magic) != 0)
        status = refuse(why, STATUS_MALFORMED, "This is not a backup of cocanvas.");
    else if (status == STATUS_OK)
        crypto_hash_sha256_update(&r->hash, (const uint8_t *)magic, sizeof magic);
    r->begun = true;
    return status;
}

static enum status check_end(struct backup_reader *r, const Cocanvas__Backup__End *end, struct why *why)
{
    uint8_t hash[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&r->hash, hash);
    if (end->sha256.len != sizeof hash || memcmp(end->sha256.data, hash, sizeof hash) != 0 || end->records != r->counts.records ||
        end->workspaces != r->counts.workspaces || end->canvases != r->counts.canvases || end->rows != r->counts.rows)
        return changed(why);
    if (fgetc(r->in) != EOF)
        return refuse(why, STATUS_MALFORMED, "The backup is damaged: something follows its end.");
    return ferror(r->in) ? cut_off(r, why) : STATUS_OK;
}

static enum status read_record(struct backup_reader *r, uint32_t *header, struct why *why)
{
    enum status status = get(r, sizeof *header, why);
    if (status != STATUS_OK)
        return status;
    memcpy(header, buf_at(&r->scratch), sizeof *header);
    size_t len = be32toh(*header);
    if (len > BACKUP_RECORD_MOST)
        return changed(why);
    status = get(r, len, why);
    if (status != STATUS_OK)
        return status;
    r->record = cocanvas__backup__record__unpack(NULL, len, buf_at(&r->scratch));
    return r->record && r->record->body_case != COCANVAS__BACKUP__RECORD__BODY__NOT_SET ? STATUS_OK : changed(why);
}

enum status backup_read(struct backup_reader *r, const Cocanvas__Backup__Record **record, struct why *why)
{
    uint32_t header = 0;
    *record = NULL;
    if (r->record)
        cocanvas__backup__record__free_unpacked(r->record, NULL);
    r->record = NULL;
    enum status status = r->begun ? STATUS_OK : begin(r, why);
    if (status == STATUS_OK)
        status = read_record(r, &header, why);
    if (status != STATUS_OK)
        return status;
    if (r->record->body_case == COCANVAS__BACKUP__RECORD__BODY_END)
        return check_end(r, r->record->end, why);
    crypto_hash_sha256_update(&r->hash, (const uint8_t *)&header, sizeof header);
    crypto_hash_sha256_update(&r->hash, buf_at(&r->scratch), buf_len(&r->scratch));
    count(&r->counts, r->record);
    *record = r->record;
    return STATUS_OK;
}

/* ---- checking */

static void copy(char *to, size_t room, const char *from)
{
    (void)snprintf(to, room, "%.*s", (int)(room - 1), from);
}

static enum status check_head(const Cocanvas__Backup__Record *record, struct backup_summary *summary, struct why *why)
{
    if (record->body_case != COCANVAS__BACKUP__RECORD__BODY_HEAD)
        return changed(why);
    const Cocanvas__Backup__Head *head = record->head;
    if (head->format != BACKUP_FORMAT)
        return refuse(why, STATUS_VERSION, "The backup has format %u, this program knows %d: use a newer one.", head->format, BACKUP_FORMAT);
    summary->whole = head->whole;
    summary->schema = head->schema;
    summary->made_ms = head->made_ms;
    copy(summary->program, sizeof summary->program, head->program);
    return STATUS_OK;
}

/* A record that is not the first one. */
static enum status check_order(const Cocanvas__Backup__Record *record, bool *has_table, struct backup_summary *summary, struct why *why)
{
    switch (record->body_case) {
    case COCANVAS__BACKUP__RECORD__BODY_TABLE:
        *has_table = true;
        return STATUS_OK;
    case COCANVAS__BACKUP__RECORD__BODY_ROWS:
        return *has_table ? STATUS_OK : changed(why);
    case COCANVAS__BACKUP__RECORD__BODY_WORKSPACE:
        if (!summary->name[0])
            copy(summary->name, sizeof summary->name, record->workspace->name);
        *has_table = false;
        return record->workspace->id.len == 16 ? STATUS_OK : changed(why);
    case COCANVAS__BACKUP__RECORD__BODY_CANVAS:
        *has_table = false;
        return record->canvas->id.len == 16 ? STATUS_OK : changed(why);
    default:
        return changed(why);
    }
}

enum status backup_check(FILE *in, struct backup_summary *summary, struct why *why)
{
    struct backup_reader r;
    const Cocanvas__Backup__Record *record;
    bool has_table = false;
    *summary = (struct backup_summary){0};
    backup_reader_init(&r, in);
    enum status status = backup_read(&r, &record, why);
    if (status == STATUS_OK)
        status = record ? check_head(record, summary, why) : changed(why);
    while (status == STATUS_OK) {
        status = backup_read(&r, &record, why);
        if (status != STATUS_OK || !record)
            break;
        status = check_order(record, &has_table, summary, why);
    }
    summary->counts = r.counts;
    backup_reader_fini(&r);
    return status;
}
