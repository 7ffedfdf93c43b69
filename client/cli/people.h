/* What the commands about people share: roles as words, who is meant by a word, times. */
#ifndef COCANVAS_CLIENT_CLI_PEOPLE_H
#define COCANVAS_CLIENT_CLI_PEOPLE_H

#include "client/cli/session.h"

/* "editor"; "removed" for NONE. */
const char *role_word(Cocanvas__Role role);
/* From a word; false if it is none. "none" is taken only if none_too. */
bool role_from_word(const char *word, bool none_too, Cocanvas__Role *role);
/* "2026-11-21 20:02", local time. */
const char *people_time(struct arena *arena, int64_t ms);
/* Today's date where one is: "2026-11-21". */
void people_today(char day[11]);
/* The workspace of the session's context, for a request; empty if the context has none. */
ProtobufCBinaryData people_workspace(struct session *s);
/* The workspace that the first argument names, else the context's. id is empty if the context has none. Prints the refusal. */
int people_named_workspace(struct session *s, ProtobufCBinaryData *id, const char **name);
/* A link to this server, with the token or the code that `what` has, to be sent to somebody. */
const char *people_link(struct session *s, const struct link *what);
/* All members of the context's workspace. */
int people_members(struct session *s, bool removed_too, Cocanvas__MemberList **list);
/* Who is meant: a number, a login, a name, or the beginning of a name that only one has. Prints the refusal. */
int people_find(struct session *s, const Cocanvas__MemberList *list, const char *words, const Cocanvas__Member **found);
/* Sends a request whose answer is `expected`; another one is an error. */
int people_request(struct session *s, Cocanvas__Frame *frame, Cocanvas__Frame__BodyCase expected,
                   Cocanvas__Frame **reply);

#endif
