/* See access.h. One look is under way for a session at most; a change that comes meanwhile asks for another one. */
#include "server/session/access.h"

#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/message.h"
#include "server/session/guest.h"
#include "server/session/session.h"

/* ---- telling */

void access_tell(struct sessions *all, const struct access_change *change)
{
    if (all->tell)
        all->tell(all->ctx, change);
    else
        sessions_access_changed(all, change);
}

void access_tell_member(struct sessions *all, const struct uuid *workspace, uint32_t author)
{
    struct access_change change = {
        .facts = ACCESS_WORKSPACE | ACCESS_AUTHOR, .workspace = *workspace, .author = author};
    access_tell(all, &change);
}

void access_tell_account(struct sessions *all, const struct uuid *account)
{
    struct access_change change = {.facts = ACCESS_ACCOUNT, .account = *account};
    access_tell(all, &change);
}

void access_tell_workspace(struct sessions *all, const struct uuid *workspace)
{
    struct access_change change = {.facts = ACCESS_WORKSPACE, .workspace = *workspace};
    access_tell(all, &change);
}

void access_tell_erased(struct sessions *all, const struct uuid *workspace)
{
    struct access_change change = {.facts = ACCESS_WORKSPACE, .workspace = *workspace, .erased = true};
    access_tell(all, &change);
}

/* No session is concerned, only what rooms say about people. */
void access_tell_names(struct sessions *all, const struct uuid *workspace)
{
    struct access_change change = {.workspace = *workspace, .names = true};
    access_tell(all, &change);
}

void access_tell_canvas(struct sessions *all, const struct uuid *canvas)
{
    struct access_change change = {.facts = ACCESS_CANVAS, .canvas = *canvas};
    access_tell(all, &change);
}

/* ---- whom it concerns */

static bool has_canvas(const struct session *s)
{
    return s->state == SESSION_OPENING || s->state == SESSION_OPEN;
}

static bool is_in(const struct session *s, const struct access_change *change)
{
    for (size_t i = 0; i < s->n_memberships; i++)
        if (uuid_equal(&s->memberships[i].workspace, &change->workspace) &&
            (!(change->facts & ACCESS_AUTHOR) || s->memberships[i].author == change->author))
            return true;
    return false;
}

static bool concerns(const struct session *s, const struct access_change *change)
{
    unsigned facts = change->facts;
    if (facts == 0 || s->id == change->but)
        return false;
    return (!(facts & ACCESS_CONNECTION) || (uint32_t)s->id == change->connection) &&
           (!(facts & ACCESS_DEVICE) || (s->has_device && memcmp(s->device, change->device, sizeof s->device) == 0)) &&
           (!(facts & ACCESS_LIVE) || (s->is_guest && uuid_equal(&s->live, &change->live))) &&
           (!(facts & ACCESS_CODE) || (s->is_guest && s->guest->code == change->join_code)) &&
           (!(facts & ACCESS_ACCOUNT) || (!s->is_guest && uuid_equal(&s->account, &change->account))) &&
           (!(facts & ACCESS_CANVAS) || (has_canvas(s) && uuid_equal(&s->canvas, &change->canvas))) &&
           (!(facts & (ACCESS_WORKSPACE | ACCESS_AUTHOR)) || is_in(s, change));
}

/* ---- looking again */

void access_gone(struct session *s)
{
    if (s->is_guest)
        session_kill(s, STATUS_ENDED, GUEST_GONE);
    else
        session_kill(s, STATUS_DENIED, ACCESS_GONE);
}

/* Guests are not told in whose workspace they are. */
static void send_role(struct session *s, int role, const struct store_look *look)
{
    size_t n = s->is_guest ? 0 : look->n_memberships;
    Cocanvas__Workspace *workspaces = xcalloc(n + 1, sizeof *workspaces);
    Cocanvas__Workspace **list = xcalloc(n + 1, sizeof *list);
    struct store_membership *copies = xcalloc(n + 1, sizeof *copies); /* protobuf-c's fields are not const */
    for (size_t i = 0; i < n; i++) {
        copies[i] = look->memberships[i];
        cocanvas__workspace__init(&workspaces[i]);
        workspaces[i].id = (ProtobufCBinaryData){sizeof copies[i].workspace.b, copies[i].workspace.b};
        workspaces[i].name = copies[i].name;
        workspaces[i].role = (Cocanvas__Role)copies[i].role;
        workspaces[i].author = copies[i].author;
        workspaces[i].confidential = copies[i].confidential;
        list[i] = &workspaces[i];
    }
    Cocanvas__RoleChanged changed;
    cocanvas__role_changed__init(&changed);
    changed.role = (Cocanvas__Role)role;
    changed.confidential = s->state == SESSION_OPEN && session_is_confidential(s);
    changed.n_workspaces = n;
    changed.workspaces = list;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.body_case = COCANVAS__FRAME__BODY_ROLE_CHANGED;
    frame.role_changed = &changed;
    session_send(s, &frame);
    free(workspaces);
    free(list);
    free(copies);
}

/* The answer speaks of the canvas that the session is on, and the room knows the session. */
static bool is_about_open_canvas(const struct session *s)
{
    return s->look_has_canvas && has_canvas(s) && s->member.state != MEMBER_NONE &&
           uuid_equal(&s->look_canvas, &s->canvas);
}

static void log_change(const struct session *s, int from, int to)
{
    char canvas[UUID_TEXT];
    struct log_ctx log = session_log(s, canvas);
    log_info(&log, "role on the canvas %d -> %d", from, to);
}

static void apply_look(struct session *s, const struct store_look *look)
{
    if (!look->still) {
        access_gone(s);
        return;
    }
    bool differ = session_take_memberships(s, look->n_memberships, look->memberships);
    if (is_about_open_canvas(s)) {
        if (!look->on_canvas) {
            session_kill(s, STATUS_NOT_FOUND, ACCESS_NO_CANVAS);
            return;
        }
        if (look->role != s->member.role && s->state == SESSION_OPENING) {
            s->look_again = true; /* Opened will tell the role of the join; this one is told after it */
            return;
        }
        if (look->role != s->member.role) {
            log_change(s, s->member.role, look->role);
            s->member.role = look->role;
            differ = true;
        }
    }
    if (differ && (s->state == SESSION_READY || s->state == SESSION_OPEN))
        send_role(s, s->state == SESSION_OPEN ? s->member.role : COCANVAS__ROLE__NONE, look);
}

static void on_look(void *ctx, uint64_t id, enum status status, const struct store_look *look)
{
    struct sessions *all = ctx;
    struct session *s = sessions_find(all, id);
    if (!s)
        return;
    /* Answers come in the order of the questions, so the newest is the last one that is applied, even if a session that
     * went to another worker and came back gets one to a question from before. */
    s->looking = false;
    if (status != STATUS_OK) {
        s->look_again = all->looks_due = true;
        return;
    }
    bool again = s->look_again;
    apply_look(s, look);
    if (again && s->state != SESSION_ENDED)
        access_look(s);
}

/* READY and OPEN can be looked at, and so can a session that waits for the room. In the other states something was read
 * already that will be used: what ends them looks again. */
static bool can_look(const struct session *s)
{
    switch (s->state) {
    case SESSION_READY:
    case SESSION_OPEN:
        return !s->looking;
    case SESSION_OPENING:
        return !s->looking && s->member.state != MEMBER_NONE;
    case SESSION_NEW:
    case SESSION_GREETED:
    case SESSION_CHECKING:
    case SESSION_WAITING:
    case SESSION_LEAVING:
    case SESSION_ENDED:
        return false;
    }
    return false;
}

void access_look(struct session *s)
{
    struct sessions *all = s->sessions;
    if (!can_look(s)) {
        s->look_again = true;
        return;
    }
    s->look_again = false;
    s->looking = true;
    s->look_has_canvas = has_canvas(s);
    s->look_canvas = s->canvas;
    struct store_who who = session_who(s);
    store_look(journal_reads(all->journal), &who, s->look_has_canvas ? &s->canvas : NULL, all, s->id, on_look);
}

void sessions_tick(struct sessions *all)
{
    guests_tick(all);
    if (!all->looks_due || !journal_is_up(all->journal))
        return;
    all->looks_due = false;
    struct session *s, *next;
    HASH_ITER(hh, all->by_id, s, next) {
        if (s->look_again && can_look(s))
            access_look(s);
    }
}

/* ---- a change has arrived */

void sessions_access_changed(struct sessions *all, const struct access_change *change)
{
    struct session *s, *next;
    if (change->erased)
        journal_forget_key(all->journal, &change->workspace);
    HASH_ITER(hh, all->by_id, s, next) {
        if (s->state == SESSION_CHECKING) /* who it is will be known in a moment, perhaps from before the change */
            s->look_again = true;
        if (s->state == SESSION_NEW || s->state == SESSION_GREETED || !concerns(s, change))
            continue;
        if (change->kind == ACCESS_CLOSE)
            session_kill(s, change->code, change->sentence);
        else
            access_look(s);
    }
}
