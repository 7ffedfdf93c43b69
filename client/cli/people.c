/* See people.h. */
#include "client/cli/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *const words[] = {"removed", "viewer", "commenter", "editor", "facilitator", "owner"};

const char *role_word(Cocanvas__Role role)
{
    return role >= 0 && (size_t)role < sizeof words / sizeof *words ? words[role] : "?";
}

bool role_from_word(const char *word, bool none_too, Cocanvas__Role *role)
{
    for (size_t i = 1; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i], word) != 0)
            continue;
        *role = (Cocanvas__Role)i;
        return true;
    }
    *role = COCANVAS__ROLE__NONE;
    return none_too && strcmp(word, "none") == 0;
}

const char *people_time(struct arena *arena, int64_t ms)
{
    char text[32];
    time_t seconds = (time_t)(ms / 1000);
    struct tm parts;
    if (!localtime_r(&seconds, &parts) || strftime(text, sizeof text, "%Y-%m-%d %H:%M", &parts) == 0)
        return "?";
    return arena_strndup(arena, text, strlen(text));
}

void people_today(char day[11])
{
    time_t now = time(NULL);
    struct tm parts;
    if (!localtime_r(&now, &parts) || strftime(day, 11, "%Y-%m-%d", &parts) == 0)
        memcpy(day, "1970-01-01", 11);
}

const char *people_link(struct session *s, const struct link *what)
{
    struct link link = *what;
    char text[512];
    snprintf(link.host, sizeof link.host, "%s", s->context.host);
    link.port = s->context.port;
    link.has_pin = client_pin(s->client) != NULL;
    if (link.has_pin)
        memcpy(link.pin, client_pin(s->client), PIN_BYTES);
    link_format(&link, text, sizeof text);
    return arena_strndup(&s->arena, text, strlen(text));
}

ProtobufCBinaryData people_workspace(struct session *s)
{
    if (uuid_is_zero(&s->context.workspace))
        return (ProtobufCBinaryData){0, NULL};
    return (ProtobufCBinaryData){sizeof s->context.workspace.b, s->context.workspace.b};
}

int people_request(struct session *s, Cocanvas__Frame *frame, Cocanvas__Frame__BodyCase expected,
                   Cocanvas__Frame **reply)
{
    int code = session_request(s, frame, reply);
    if (code == EXIT_OK && (*reply)->body_case != expected)
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something that does not belong here.");
    return code;
}

int people_members(struct session *s, bool removed_too, Cocanvas__MemberList **list)
{
    Cocanvas__MemberListRequest request = COCANVAS__MEMBER_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    request.workspace = people_workspace(s);
    request.removed = removed_too;
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_LIST_REQUEST;
    frame.member_list_request = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_MEMBER_LIST, &reply);
    *list = code == EXIT_OK ? reply->member_list : NULL;
    return code;
}

/* How well a member fits: 3 is the one, 2 the whole name, 1 its beginning. */
static int fit(struct arena *arena, const Cocanvas__Member *member, const char *folded)
{
    char *end;
    unsigned long number = strtoul(folded, &end, 10);
    if (*folded && !*end && number == member->author)
        return 3;
    if (*member->login && strcmp(member->login, folded) == 0)
        return 3;
    const char *name = arena_fold(arena, member->name);
    if (strcmp(name, folded) == 0)
        return 2;
    return strncmp(name, folded, strlen(folded)) == 0 ? 1 : 0;
}

int people_find(struct session *s, const Cocanvas__MemberList *list, const char *given, const Cocanvas__Member **found)
{
    const char *folded = arena_fold(&s->arena, given);
    int best = 0;
    size_t n = 0;
    *found = NULL;
    for (size_t i = 0; i < list->n_members; i++) {
        int fits = fit(&s->arena, list->members[i], folded);
        if (fits > best)
            best = fits, n = 0;
        if (fits == 0 || fits < best)
            continue;
        *found = list->members[i];
        n++;
    }
    if (n == 1)
        return EXIT_OK;
    if (n == 0)
        return cli_fail(s->cli, EXIT_NOT_FOUND, "Nobody here is called \"%s\". See: cocanvas member list", given);
    return cli_fail(s->cli, EXIT_USAGE, "Several people are called \"%s\": give the number. See: cocanvas member list",
                    given);
}

int people_named_workspace(struct session *s, ProtobufCBinaryData *id, const char **name)
{
    const Cocanvas__LoggedIn *in = s->logged_in;
    const char *named = s->cli->n_args > 0 ? s->cli->args[0] : NULL;
    const Cocanvas__Workspace *found = NULL;
    *id = people_workspace(s);
    *name = s->context.workspace_name;
    for (size_t i = 0; named && i < in->n_workspaces; i++) {
        if (strcmp(in->workspaces[i]->name, named) != 0)
            continue;
        if (found)
            return cli_fail(s->cli, EXIT_USAGE, "Several workspaces are called \"%s\": choose one with --context.", named);
        found = in->workspaces[i];
    }
    if (named && !found)
        return cli_fail(s->cli, EXIT_NOT_FOUND, "You are in no workspace \"%s\". \"cocanvas workspace list\" shows yours.", named);
    if (found) {
        *id = found->id;
        *name = found->name;
    }
    return EXIT_OK;
}
