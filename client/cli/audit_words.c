/* See audit_words.h. */
#include "client/cli/audit_words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/audit.h"

/* What a sentence says behind its words. */
enum tail { TAIL_NONE, TAIL_HOW, TAIL_ROLE, TAIL_NUMBER, TAIL_COUNT, TAIL_WHOM, TAIL_WHOM_ROLE, TAIL_TEXT, TAIL_SEQ, TAIL_LOBBY };

#define EVENT(name) COCANVAS__AUDIT_ROW__EVENT__##name

static const struct {
    const char *words;
    enum tail tail;
} sentences[] = {
    [EVENT(LOGIN)] = {"logged in", TAIL_HOW},
    [EVENT(LOGIN_REFUSED)] = {"was refused at login", TAIL_HOW},
    [EVENT(MEMBER_JOINED)] = {"joined by an invitation", TAIL_ROLE},
    [EVENT(INVITATION_MADE)] = {"made invitation", TAIL_NUMBER},
    [EVENT(INVITATION_REVOKED)] = {"revoked invitation", TAIL_NUMBER},
    [EVENT(ROLE_CHANGED)] = {"changed the role of", TAIL_WHOM_ROLE},
    [EVENT(MEMBER_REMOVED)] = {"removed", TAIL_WHOM},
    [EVENT(WORKSPACE_MADE)] = {"made the workspace", TAIL_NONE},
    [EVENT(WORKSPACE_RENAMED)] = {"renamed the workspace", TAIL_NONE},
    [EVENT(CANVAS_OPENED)] = {"opened", TAIL_ROLE},
    [EVENT(CANVAS_MADE)] = {"made", TAIL_NONE},
    [EVENT(CANVAS_REMOVED)] = {"put into the trash", TAIL_NONE},
    [EVENT(CANVAS_RESTORED)] = {"took out of the trash", TAIL_NONE},
    [EVENT(CANVAS_EXPORTED)] = {"exported", TAIL_NONE},
    [EVENT(CANVAS_ACCESS)] = {"changed who may see", TAIL_WHOM_ROLE},
    [EVENT(DEVICE_REVOKED)] = {"logged devices out", TAIL_COUNT},
    [EVENT(PASSWORD_CHANGED)] = {"changed the password", TAIL_NONE},
    [EVENT(RESET_MADE)] = {"made a link for a new password for", TAIL_WHOM},
    [EVENT(PASSWORD_RESET)] = {"chose a new password by a link", TAIL_NONE},
    [EVENT(CERTIFICATE_ADDED)] = {"added a certificate", TAIL_NONE},
    [EVENT(LIVE_OPENED)] = {"opened a session for guests", TAIL_ROLE},
    [EVENT(LIVE_CLOSED)] = {"closed the session for guests", TAIL_NONE},
    [EVENT(CODE_MADE)] = {"made code", TAIL_NUMBER},
    [EVENT(CODE_REVOKED)] = {"withdrew code", TAIL_NUMBER},
    [EVENT(GUEST_CAME)] = {"came in as a guest by code", TAIL_NUMBER},
    [EVENT(GUEST_ADMITTED)] = {"let in from the lobby", TAIL_LOBBY},
    [EVENT(GUEST_DENIED)] = {"sent away from the lobby", TAIL_LOBBY},
    [EVENT(GUEST_REMOVED)] = {"removed the guest", TAIL_WHOM},
    [EVENT(PERSON_EXPORTED)] = {"exported the data of", TAIL_WHOM},
    [EVENT(PERSON_ERASED)] = {"erased", TAIL_WHOM},
    [EVENT(HISTORY_CUT)] = {"cut the history up to revision", TAIL_SEQ},
    [EVENT(CANVAS_ERASED)] = {"erased a canvas from the trash", TAIL_NONE},
    [EVENT(MEMBER_RENAMED)] = {"is called otherwise now", TAIL_NONE},
    [EVENT(SETTINGS)] = {"set", TAIL_TEXT},
    [EVENT(WORKSPACE_SEALED)] = {"sealed the workspace", TAIL_NONE},
    [EVENT(RESTORED)] = {"restored the workspace from a backup", TAIL_NONE},
    [EVENT(TEMPLATE_PUT)] = {"put the template", TAIL_TEXT},
    [EVENT(TEMPLATE_REMOVED)] = {"removed the template", TAIL_TEXT},
    [EVENT(BACKED_UP)] = {"made a backup of the workspace", TAIL_NONE},
    [EVENT(LOST)] = {"could not write down events while the database was away:", TAIL_SEQ},
};

const char *audit_event_word(struct arena *arena, uint32_t event)
{
    const ProtobufCEnumValue *value =
        protobuf_c_enum_descriptor_get_value(&cocanvas__audit_row__event__descriptor, (int)event);
    if (!value)
        return arena_printf(arena, "event_%u", event);
    char *word = arena_strndup(arena, value->name, strlen(value->name));
    for (char *at = word; at && *at; at++)
        *at = (char)tolower((unsigned char)*at);
    return word;
}

const char *audit_who(struct arena *arena, uint32_t author, const Cocanvas__MemberList *list)
{
    if (author == 0)
        return "the server";
    for (size_t i = 0; list && i < list->n_members; i++)
        if (list->members[i]->author == author)
            return arena_line(arena, list->members[i]->name);
    return arena_printf(arena, "member %u", author);
}

static const char *how(uint64_t detail)
{
    static const char *const ways[] = {"", "device", "password", "invitation", "certificate", "reset link", "join code"};
    return detail < sizeof ways / sizeof *ways ? ways[detail] : "?";
}

static const char *tail_of(struct arena *arena, enum tail tail, const Cocanvas__AuditRow *row, const Cocanvas__MemberList *list)
{
    unsigned long long detail = row->detail;
    switch (tail) {
    case TAIL_NONE:
        return "";
    case TAIL_HOW:
        return arena_printf(arena, " (%s)", how(row->detail));
    case TAIL_ROLE:
        return arena_printf(arena, " (%s)", role_word((Cocanvas__Role)row->detail));
    case TAIL_NUMBER:
    case TAIL_SEQ:
        return arena_printf(arena, " %llu", detail);
    case TAIL_COUNT:
        return arena_printf(arena, " (%llu)", detail);
    case TAIL_WHOM:
        return arena_printf(arena, " %s", row->whom ? audit_who(arena, row->whom, list) : "somebody");
    case TAIL_WHOM_ROLE:
        return row->whom ? arena_printf(arena, " %s: %s", audit_who(arena, row->whom, list), role_word((Cocanvas__Role)row->detail)) : "";
    case TAIL_TEXT:
        return "";
    case TAIL_LOBBY:
        return detail ? arena_printf(arena, " (number %llu)", detail) : " (all)";
    }
    return "";
}

const char *audit_sentence(struct arena *arena, const Cocanvas__AuditRow *row, const Cocanvas__MemberList *list)
{
    uint32_t event = (uint32_t)row->event;
    bool known = event < sizeof sentences / sizeof *sentences && sentences[event].words;
    const char *words = known ? sentences[event].words : audit_event_word(arena, event);
    if (event == EVENT(MEMBER_REMOVED) && row->author == row->whom)
        return "left the workspace";
    const char *tail = known ? tail_of(arena, sentences[event].tail, row, list) : "";
    return arena_printf(arena, "%s%s%s%s", words, tail, *row->text ? " " : "", row->text);
}

json_t *audit_row_json(struct arena *arena, const Cocanvas__AuditRow *row)
{
    char canvas[UUID_TEXT] = "", hash[2 * AUDIT_HASH + 1] = "";
    struct uuid id;
    if (uuid_from_bytes(row->canvas.data, row->canvas.len, &id))
        uuid_format(&id, canvas);
    for (size_t i = 0; i < row->hash.len && i < AUDIT_HASH; i++)
        snprintf(hash + 2 * i, 3, "%02x", row->hash.data[i]);
    json_t *object = json_pack("{s:I, s:I, s:s, s:I, s:I, s:I, s:s, s:s}", "number", (json_int_t)row->number, "time_ms",
                               (json_int_t)row->time_ms, "event", audit_event_word(arena, (uint32_t)row->event), "author",
                               (json_int_t)row->author, "whom", (json_int_t)row->whom, "detail", (json_int_t)row->detail, "text",
                               row->text, "hash", hash);
    if (*canvas)
        json_object_set_new(object, "canvas", json_string(canvas));
    if (*row->address)
        json_object_set_new(object, "address", json_string(row->address));
    return object;
}

int audit_walk(struct session *s, const struct audit_walk *walk)
{
    Cocanvas__AuditRequest request = COCANVAS__AUDIT_REQUEST__INIT;
    request.workspace = walk->workspace;
    request.since_ms = walk->since_ms;
    request.about = walk->about;
    request.exporting = walk->exporting;
    for (;;) {
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
        frame.body_case = COCANVAS__FRAME__BODY_AUDIT_REQUEST;
        frame.audit_request = &request;
        int code = people_request(s, &frame, COCANVAS__FRAME__BODY_AUDIT_PAGE, &reply);
        if (code == EXIT_OK)
            code = walk->on_page(s, reply->audit_page, walk->ctx);
        if (code != EXIT_OK || reply->audit_page->last || reply->audit_page->n_rows == 0)
            return code;
        request.after = reply->audit_page->rows[reply->audit_page->n_rows - 1]->number;
    }
}
