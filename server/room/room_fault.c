/* Deliberate faults: see the header. Empty in ordinary builds. */
#include "server/room/room_fault.h"

#ifdef COCANVAS_FAULTS

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    enum fault_kind kind;
} names[] = {
    {"ack_before_commit", FAULT_ACK_BEFORE_COMMIT},   {"dedupe_off", FAULT_DEDUPE_OFF},
    {"tie_rule_flipped", FAULT_TIE_RULE_FLIPPED},     {"drop_one_broadcast", FAULT_DROP_ONE_BROADCAST},
    {"kill_before_commit", FAULT_KILL_BEFORE_COMMIT}, {"kill_in_commit", FAULT_KILL_IN_COMMIT},
    {"kill_after_commit", FAULT_KILL_AFTER_COMMIT},
};

void fault_init(struct room_fault *f)
{
    f->kind = FAULT_NONE;
    f->left = 1;
    const char *chosen = getenv("COCANVAS_FAULT");
    if (!chosen)
        return;
    size_t len = strcspn(chosen, ":");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i].name) == len && memcmp(names[i].name, chosen, len) == 0)
            f->kind = names[i].kind;
    if (chosen[len] == ':' && atoi(chosen + len + 1) > 0)
        f->left = (unsigned)atoi(chosen + len + 1);
}

bool fault_is(const struct room_fault *f, enum fault_kind kind)
{
    return f->kind == kind;
}

bool fault_strikes(struct room_fault *f, enum fault_kind kind)
{
    return f->kind == kind && f->left > 0 && --f->left == 0;
}

void fault_kill(struct room_fault *f, enum fault_kind kind)
{
    if (fault_strikes(f, kind))
        (void)raise(SIGKILL);
}

#endif
