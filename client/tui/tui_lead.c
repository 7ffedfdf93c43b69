/* What a facilitator does about somebody: requests, whose answers are said; and taking back what somebody did, which is made here
 * out of the history (core/revert) and sent like any edit. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/people.h"
#include "client/core/revert.h"
#include "client/tui/tui_private.h"

enum { ROUNDS = 8, PLAN_BYTES = 256 << 20 };

struct reverting {
    struct tui *tui;
    struct ui_lead lead;
    struct past_reader *reader;
    struct arena arena;
    uint64_t oldest; /* first seq that is still kept */
    int round;
    size_t done; /* ops so far */
    size_t kept, votes;
};

static const char *name_of(struct tui *t, uint32_t author)
{
    const char *name = t->host.person(t, author);
    return arena_line(&t->cli->arena, name && *name ? name : "somebody");
}

static struct place *online(struct tui *t)
{
    if (t->open && t->open->client && t->link.online)
        return t->open;
    tui_say(t, ROLE_BAD, "This needs the connection to the server.");
    return NULL;
}

/* ---------------------------------------------------------------- roles */

static void set_member(struct place *p, const struct ui_lead *lead)
{
    Cocanvas__MemberSet set = COCANVAS__MEMBER_SET__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    set.author = lead->author;
    set.role = (Cocanvas__Role)lead->role;
    if (!uuid_is_zero(&p->context.workspace))
        set.workspace = (ProtobufCBinaryData){sizeof p->context.workspace.b, p->context.workspace.b};
    frame.body_case = COCANVAS__FRAME__BODY_MEMBER_SET;
    frame.member_set = &set;
    p->lead_request = client_request(p->client, &frame);
}

static void set_access(struct place *p, const struct ui_lead *lead)
{
    Cocanvas__AccessSet set = COCANVAS__ACCESS_SET__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    set.author = lead->author;
    set.role = (Cocanvas__Role)lead->role;
    frame.body_case = COCANVAS__FRAME__BODY_ACCESS_SET;
    frame.access_set = &set;
    p->lead_request = client_request(p->client, &frame);
}

static void say_done(struct tui *t, const struct ui_lead *lead)
{
    const char *name = name_of(t, lead->author);
    const char *role = role_word((Cocanvas__Role)lead->role);
    if (lead->what == UI_LEAD_REMOVE)
        tui_say(t, ROLE_GOOD,
                arena_printf(&t->cli->arena,
                             lead->guest ? "%s is out; what they wrote stays."
                                         : "%s is no member any more; what they wrote stays.",
                             name));
    else
        tui_say(t, ROLE_GOOD,
                arena_printf(&t->cli->arena, "%s is now %s %s on this canvas.", name,
                             strchr("eo", role[0]) ? "an" : "a", role));
}

/* An owner is one everywhere, whatever is set for a canvas: the list says what is in force. */
static bool is_in_force(const struct ui_lead *lead, const Cocanvas__AccessList *list)
{
    for (size_t i = 0; i < list->n_entries; i++)
        if (list->entries[i]->author == lead->author)
            return (int)list->entries[i]->role == lead->role;
    return true;
}

static void on_refused(struct tui *t, const Cocanvas__Error *error)
{
    if (error->code == COCANVAS__ERROR_CODE__NOT_FOUND)
        tui_say(t, ROLE_BAD, "Not done: only owners can do that about owners and facilitators.");
    else
        tui_say(t, ROLE_BAD, error->message);
}

/* ---------------------------------------------------------------- taking back */

static void say_reverted(struct reverting *r, const struct revert_plan *plan)
{
    struct tui *t = r->tui;
    const char *name = name_of(t, r->lead.author), *stays = "";
    if (plan->n_kept || plan->votes || plan->stale)
        stays = arena_printf(&t->cli->arena, " %zu things stay: others have worked on them, or they are votes.",
                             plan->n_kept + plan->votes + plan->stale);
    if (r->done)
        tui_say(t, ROLE_GOOD,
                arena_printf(&t->cli->arena, "Took back what %s did; undo brings it back.%s", name, stays));
    else
        tui_say(t, ROLE_DIM, arena_printf(&t->cli->arena, "There is nothing of %s's to take back.%s", name, stays));
}

/* The first batch that is not older than what was chosen. */
static uint64_t since_of(const struct reverting *r, struct past *past)
{
    uint64_t seq = r->oldest;
    while (r->lead.since_ms && seq <= past_last(past)) {
        const Cocanvas__Committed *batch = past_batch(past, seq);
        if (!batch || batch->time_ms >= r->lead.since_ms)
            break;
        seq++;
    }
    return seq;
}

static void on_window(void *ctx, const struct past_answer *answer)
{
    struct reverting *r = ctx;
    struct tui *t = r->tui;
    struct replica *replica = t->open && t->shown ? client_replica(t->open->client) : NULL;
    struct revert_request request = {.replica = replica, .authors = {r->lead.author}, .n_authors = 1};
    struct revert_plan plan;
    struct why why = {""};
    if (!replica)
        return;
    if (!answer->past) {
        tui_say(t, ROLE_BAD,
                answer->code == STATUS_TOO_LARGE
                    ? "This canvas' history is too long for that: use cocanvas revert --since."
                    : answer->sentence);
        return;
    }
    request.since = since_of(r, answer->past);
    arena_reset(&r->arena);
    enum status status = revert_make(&plan, answer->past, &request, &r->arena, &why);
    if (status == STATUS_OK && plan.n)
        status = replica_edit(replica, plan.n, plan.ops, wall_ms(), r->round > 0, &why);
    if (status != STATUS_OK) {
        tui_say(t, ROLE_BAD, arena_printf(&t->cli->arena, "Not done: %s.", why.text));
        return;
    }
    r->done += plan.n;
    if (plan.n)
        client_edited(t->open->client);
    t->ui.dirty = true;
    if (plan.stale && r->round++ < ROUNDS) /* somebody types there: once more, with what is there now */
        past_reader_ask_window(r->reader, r->oldest - 1, replica_seq(replica));
    else
        say_reverted(r, &plan);
}

void tui_reverting_free(struct tui *t)
{
    struct reverting *r = t->reverting;
    t->reverting = NULL;
    if (!r)
        return;
    past_reader_free(r->reader);
    arena_fini(&r->arena);
    free(r);
}

/* How far back the history is kept comes first. */
static void begin_revert(struct tui *t, struct place *p, const struct ui_lead *lead)
{
    Cocanvas__HistoryRequest request = COCANVAS__HISTORY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    if (replica_seq(client_replica(p->client)) == 0) {
        tui_say(t, ROLE_DIM, "Nobody has changed anything yet.");
        return;
    }
    tui_reverting_free(t);
    t->reverting = xcalloc(1, sizeof *t->reverting);
    t->reverting->tui = t;
    t->reverting->lead = *lead;
    t->reverting->oldest = 1;
    arena_init(&t->reverting->arena, PLAN_BYTES);
    t->reverting->reader = past_reader_new(t->base, p->client, on_window, t->reverting);
    request.from_seq = request.to_seq = replica_seq(client_replica(p->client));
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_REQUEST;
    frame.history_request = &request;
    p->lead_request = client_request(p->client, &frame);
    tui_say(t, ROLE_DIM, "Looking through the history …");
}

static void on_oldest(struct tui *t, const Cocanvas__HistoryPage *page)
{
    struct reverting *r = t->reverting;
    if (!r)
        return;
    if (page->oldest_seq)
        r->oldest = page->oldest_seq;
    past_reader_ask_window(r->reader, r->oldest - 1, replica_seq(client_replica(t->open->client)));
}

/* ---------------------------------------------------------------- begin, answers */

void tui_lead(struct tui *t, const struct ui_lead *lead)
{
    struct place *p = online(t);
    if (!p)
        return;
    p->lead = *lead;
    if (lead->what == UI_LEAD_REVERT)
        begin_revert(t, p, lead);
    else if (lead->what == UI_LEAD_REMOVE || lead->guest)
        set_member(p, lead);
    else
        set_access(p, lead);
}

bool tui_lead_reply(struct place *p, const Cocanvas__Frame *reply)
{
    struct tui *t = p->tui;
    if (t->reverting && past_reader_reply(t->reverting->reader, reply))
        return true;
    if (!p->lead_request || reply->request != p->lead_request)
        return false;
    if (reply->body_case == COCANVAS__FRAME__BODY_HISTORY_PAGE && !reply->history_page->last)
        return true;
    p->lead_request = 0;
    if (reply->body_case == COCANVAS__FRAME__BODY_ERROR)
        on_refused(t, reply->error);
    else if (reply->body_case == COCANVAS__FRAME__BODY_HISTORY_PAGE)
        on_oldest(t, reply->history_page);
    else if (reply->body_case == COCANVAS__FRAME__BODY_ACCESS_LIST && !is_in_force(&p->lead, reply->access_list))
        tui_say(t, ROLE_WARN, "Owners of the workspace stay owners on every canvas.");
    else
        say_done(t, &p->lead);
    return true;
}
