/* See audit.h. */
#include "server/session/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/session/limits.h"

struct audit_expectation {
    uint64_t id; /* the session's */
    struct audit_event event;
    UT_hash_handle hh; /* in sessions.audit_expected */
};

static struct audit_event event_of(const struct session *s, uint32_t event, uint64_t detail)
{
    struct audit_event e = {.row = {.event = event, .detail = detail}};
    e.row.time_ms = s->sessions->wall_ms(s->sessions->ctx);
    limits_address_text(&s->address, e.address);
    return e;
}

static struct audit_event in_workspace(const struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author,
                                       uint32_t whom, uint64_t detail)
{
    struct audit_event e = event_of(s, event, detail);
    e.row.workspace = *workspace;
    e.row.author = author;
    e.row.whom = whom;
    return e;
}

static struct audit_event on_canvas(const struct session *s, uint32_t event, uint32_t whom, uint64_t detail)
{
    struct audit_event e = in_workspace(s, event, &s->workspace, s->member.author, whom, detail);
    e.row.canvas = s->canvas;
    return e;
}

static struct audit_event of_account(const struct session *s, uint32_t event, uint64_t detail)
{
    struct audit_event e = event_of(s, event, detail);
    e.for_account = true;
    e.account = s->account;
    return e;
}

/* ---- has happened */

static void tell(struct sessions *all, const struct audit_event *event)
{
    if (all->audit)
        all->audit(all->ctx, event);
}

void audit_tell(struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom, uint64_t detail)
{
    struct audit_event e = in_workspace(s, event, workspace, author, whom, detail);
    tell(s->sessions, &e);
}

void audit_tell_of(struct sessions *all, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom)
{
    struct audit_event e = {.row = {.event = event, .workspace = *workspace, .author = author, .whom = whom}};
    e.row.time_ms = all->wall_ms(all->ctx);
    tell(all, &e);
}

void audit_tell_canvas(struct session *s, uint32_t event, uint32_t whom, uint64_t detail)
{
    struct audit_event e = on_canvas(s, event, whom, detail);
    tell(s->sessions, &e);
}

void audit_tell_account(struct session *s, uint32_t event, uint64_t detail)
{
    struct audit_event e = of_account(s, event, detail);
    tell(s->sessions, &e);
}

enum { LATER_MOST = 256 };

void audit_tell_account_later(struct session *s, uint32_t event, uint64_t detail)
{
    struct sessions *all = s->sessions;
    if (all->n_audit_later == LATER_MOST)
        audit_tick(all);
    if (!all->audit_later)
        all->audit_later = xcalloc(LATER_MOST, sizeof *all->audit_later);
    all->audit_later[all->n_audit_later++] = of_account(s, event, detail);
}

void audit_tick(struct sessions *all)
{
    for (size_t i = 0; i < all->n_audit_later; i++)
        tell(all, &all->audit_later[i]);
    all->n_audit_later = 0;
}

/* ---- may happen */

static struct audit_expectation *find(struct sessions *all, uint64_t id)
{
    struct audit_expectation *found;
    HASH_FIND(hh, all->audit_expected, &id, sizeof id, found);
    return found;
}

static void forget(struct sessions *all, struct audit_expectation *expectation)
{
    HASH_DEL(all->audit_expected, expectation);
    free(expectation);
}

static void expect(struct session *s, const struct audit_event *event)
{
    struct sessions *all = s->sessions;
    struct audit_expectation *expectation = find(all, s->id);
    if (!expectation) {
        expectation = xcalloc(1, sizeof *expectation);
        expectation->id = s->id;
        HASH_ADD(hh, all->audit_expected, id, sizeof expectation->id, expectation);
    }
    expectation->event = *event;
}

void audit_expect(struct session *s, uint32_t event, const struct uuid *workspace, uint32_t author, uint32_t whom, uint64_t detail)
{
    struct audit_event e = in_workspace(s, event, workspace, author, whom, detail);
    expect(s, &e);
}

void audit_expect_canvas(struct session *s, uint32_t event, uint32_t whom, uint64_t detail)
{
    struct audit_event e = on_canvas(s, event, whom, detail);
    expect(s, &e);
}

void audit_expect_account(struct session *s, uint32_t event, uint64_t detail)
{
    struct audit_event e = of_account(s, event, detail);
    expect(s, &e);
}

struct audit_event *audit_expected(struct sessions *all, uint64_t id)
{
    struct audit_expectation *expectation = find(all, id);
    return expectation ? &expectation->event : NULL;
}

void audit_settle(struct sessions *all, uint64_t id, enum status status)
{
    struct audit_expectation *expectation = find(all, id);
    if (!expectation)
        return;
    if (status == STATUS_DEGRADED)
        snprintf(expectation->event.text, sizeof expectation->event.text, "perhaps");
    if (status == STATUS_OK || status == STATUS_DEGRADED)
        tell(all, &expectation->event);
    forget(all, expectation);
}

void audit_forget_expected(struct sessions *all)
{
    audit_tick(all);
    free(all->audit_later);
    all->audit_later = NULL;
    struct audit_expectation *expectation, *next;
    HASH_ITER(hh, all->audit_expected, expectation, next) {
        forget(all, expectation);
    }
}
