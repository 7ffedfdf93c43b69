/* An owner's backup of a workspace: made by backups.h, then read part by part out of the session's file. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/buf.h"
#include "server/session/audit.h"
#include "server/session/backups.h"
#include "server/session/handle.h"

enum { PART_BYTES = 256 << 10 };

void session_drop_backup(struct session *s)
{
    if (s->backup)
        backup_job_free(s->backup);
    s->backup = NULL;
}

void handle_backup(struct session *s, const struct request *r)
{
    const struct membership *in = session_workspace(s, r->number, &r->frame->backup_request->workspace, r->least_role);
    if (!in)
        return;
    session_drop_backup(s);
    struct backup_job *job = xcalloc(1, sizeof *job);
    job->session = s->id;
    job->workspace = in->workspace;
    job->done = s->sessions->backed_up;
    job->ctx = s->sessions->ctx;
    if (!s->sessions->backups || !backups_submit(s->sessions->backups, job)) {
        free(job);
        session_refuse(s, r->number, STATUS_BUSY, "Other backups are being made: try again in a minute.");
        return;
    }
    request_begin(s, r);
}

static void tell_ready(struct session *s, const struct backup_job *job)
{
    Cocanvas__BackupReady ready = COCANVAS__BACKUP_READY__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    ready.bytes = job->bytes;
    ready.canvases = job->canvases;
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_BACKUP_READY;
    frame.backup_ready = &ready;
    session_send(s, &frame);
    session_unbusy(s);
}

/* Whoever was an owner when it was asked for need not be one any more. */
static const struct membership *owner_of(const struct session *s, const struct uuid *workspace)
{
    for (size_t i = 0; i < s->n_memberships; i++)
        if (uuid_equal(&s->memberships[i].workspace, workspace) && s->memberships[i].role >= COCANVAS__ROLE__OWNER)
            return &s->memberships[i];
    return NULL;
}

void sessions_backed_up(struct sessions *all, struct backup_job *job)
{
    struct session *s = request_waiting(all, job->session);
    const struct membership *in = s ? owner_of(s, &job->workspace) : NULL;
    if (job->status != STATUS_OK)
        log_error((&(struct log_ctx){.worker = all->worker}), "a backup could not be made: %s", job->why.text);
    if (in && job->status == STATUS_OK) {
        audit_tell(s, AUDIT(BACKED_UP), &job->workspace, in->author, 0, 0);
        s->backup = job;
        tell_ready(s, job);
        return;
    }
    if (s && in && job->status != STATUS_DEGRADED && job->status != STATUS_NOT_FOUND) {
        session_refuse(s, s->request, STATUS_INTERNAL, "The server could not make the backup; its log says why.");
        session_unbusy(s);
    } else if (s) {
        request_failed(s, in ? job->status : STATUS_NOT_FOUND);
    }
    backup_job_free(job);
}

void handle_backup_read(struct session *s, const struct request *r)
{
    Cocanvas__BackupPart part = COCANVAS__BACKUP_PART__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    if (!s->backup || !owner_of(s, &s->backup->workspace)) {
        session_drop_backup(s);
        session_refuse(s, r->number, STATUS_NOT_FOUND, REQUEST_NOT_FOUND);
        return;
    }
    part.offset = r->frame->backup_read->offset;
    if (part.offset > s->backup->bytes)
        part.offset = s->backup->bytes;
    uint64_t left = s->backup->bytes - part.offset;
    size_t len = left < PART_BYTES ? (size_t)left : PART_BYTES;
    uint8_t *bytes = xmalloc(len + 1);
    if (len > 0 && pread(s->backup->fd, bytes, len, (off_t)part.offset) != (ssize_t)len) {
        session_refuse(s, r->number, STATUS_INTERNAL, "The server cannot read the backup any more: ask for another one.");
    } else {
        part.part = (ProtobufCBinaryData){len, bytes};
        frame.request = r->number;
        frame.body_case = COCANVAS__FRAME__BODY_BACKUP_PART;
        frame.backup_part = &part;
        session_send(s, &frame);
    }
    free(bytes);
}
