/* What the journal's own files share. */
#ifndef COCANVAS_SERVER_JOURNAL_JOURNAL_INTERNAL_H
#define COCANVAS_SERVER_JOURNAL_JOURNAL_INTERNAL_H

#include "server/journal/border.h"
#include "server/journal/group.h"
#include "server/journal/journal.h"
#include "server/journal/pg.h"
#include "server/journal/stored.h"

struct journal {
    struct journal_options options;      /* its strings are owned */
    struct journal_callbacks cb;
    void *ctx;
    struct pg *commits;                  /* groups and the lease, nothing else: no large answer ever delays a commit */
    struct pg *reads;                    /* everything else */
    struct event *heartbeat;
    bool registered;                     /* this incarnation was written into table node once */
    bool leased;                         /* … and its lease was renewed since the commit connection stands */
    bool beating;                        /* a renewal is under way */
    bool superseded;                     /* another daemon runs under our node's name: we may take nothing */
    bool up, told;                       /* what on_state was told, if anything */
    int64_t down_since_ms;               /* wall clock; kept while PostgreSQL only flickers */
    int64_t up_since_mono_ms;
    bool underway;                       /* a group was sent and not answered */
    struct group group;
    struct keyring *keyring;             /* owned */
    struct seal_key *sealing;            /* of the canvas whose part is being added; NULL: it is not sealed. Borrowed. */
    bool lost;                           /* it is sealed, and its key is missing */
    struct seal_place place;             /* … and where */
    struct buf sealed;                   /* the newest row */
    struct journal_stats stats;
};

/* Connects the read connection anew, "down" until then. */
void journal_give_up_reads(struct journal *j, const char *reason);

/* Statements of journal_reads.c and store.c, prepared on the read connection. */
extern const struct pg_statement journal_read_statements[];
extern const struct pg_statement store_statements[];
extern const struct pg_statement store_session_statements[];
extern const struct pg_statement store_account_statements[];
extern const struct pg_statement store_audit_statements[];
extern const struct pg_statement store_members_statements[];
extern const struct pg_statement store_sealed_statements[];
extern const struct pg_statement store_self_statements[];
extern const struct pg_statement store_template_statements[];

#endif
