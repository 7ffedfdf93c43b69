/* The inside of a replica, shared by its files: replica.c (life, view, committed batches), replica_own.c (lists of
 * own ops), replica_rebase.c (transforming over what others did), replica_caret.c (carets), replica_local.c (edits), replica_undo.c,
 * replica_send.c (seal, submit, rejected), replica_load.c (snapshots), replica_unsent.c (the outbox's content). */
#ifndef COCANVAS_CLIENT_CORE_REPLICA_PRIVATE_H
#define COCANVAS_CLIENT_CORE_REPLICA_PRIVATE_H

#include "client/core/replica.h"

enum {
    REPLICA_ARENA_BYTES = 64 << 20,
    UNDO_STEPS = 1000, /* the oldest are forgotten beyond */
    INVERSE_OPS = 64,  /* most ops that take one op back */
};
#define OTHER_HISTORY UINT64_MAX

/* One own op that is not confirmed, or one entry of the undo stack. */
struct own_op {
    Cocanvas__Op *op; /* owned; without what the server fills in. A TextEdit's steps are in text instead. */
    bool is_text;
    bool broken; /* its positions no longer fit what the server sent: cannot be applied, is dropped when sealing */
    struct text_op text;
    int64_t time_ms;                /* when it was typed */
    uint64_t first_step, last_step; /* undo steps it is part of; several after composing */
    uint64_t names_step;            /* a NameSeq about the batch in which that step will be, whose seq is not known yet; 0 else */
    bool anonymous;                 /* typed while the canvas was anonymous: it is never sent under a name */
    uint64_t written_seq;           /* the confirmed state when it was typed */
    enum status refused;            /* OK: it is in the view; else why it could not be laid over */
};

struct own_list {
    struct own_op **at; /* owned, from `front` places before */
    size_t n, cap;      /* room from `at` on */
    size_t front;       /* free places before `at` */
};

/* One undo step: the ops that take it back, in the order in which they are to be applied. */
struct step {
    uint64_t id;
    uint64_t client_seq; /* the batch that it was sealed in, 0: not yet, or one without a name */
    bool anonymous;      /* of what was done anonymously: not taken back under a name */
    struct own_list inverse;
};

struct step_stack {
    struct step *at; /* the top is the last */
    size_t n, cap;
};

/* A text as it stood at own_base. */
struct base_text {
    uint64_t object;
    char *key;
    struct text text;
};

/* A committed text edit of late, for carets that are told in older coordinates. Without its characters. */
struct recent_text {
    uint64_t seq, object;
    char *key; /* owned */
    uint32_t author;
    struct text_op op;
};

struct replica {
    struct canvas *confirmed;    /* owned */
    bool loaded;                 /* confirmed is a state of the canvas, not yet the empty one */
    struct canvas view;          /* valid if split: confirmed, and the own ops over it if laid */
    bool split;                  /* view is a canvas of its own; else what people see is confirmed */
    bool jumped;                 /* what replica_view_jumped() says next */
    bool laid;                   /* own ops are applied to view, after canvas_begin(view) */
    struct canvas_limits limits; /* for local edits */
    replica_event_cb *event_cb;
    void *event_ctx;
    replica_lost_cb *lost_cb;
    void *lost_ctx;

    uint32_t client, author;
    int role;                     /* on the canvas; OWNER until we are told */
    uint32_t last_object;     /* highest counter given out */
    uint32_t used_object;     /* highest counter in an op of ours */
    uint64_t last_client_seq; /* highest sealed */
    uint64_t acked;           /* highest answered, as the server said at the last opening */

    struct own_list in_flight, pending;
    uint64_t in_flight_seq;  /* client_seq, 0: none */
    uint64_t in_flight_base; /* confirmed seq when it was sealed */
    uint64_t in_flight_undo_of;
    uint64_t in_flight_mark; /* of an anonymous batch, else 0; its client_seq is used again for the next one */
    uint64_t pending_undo_of; /* pending is nothing but the undo of that batch */

    uint64_t epoch;          /* of what is loaded, or else of what own ops refer to; 0: not known */
    uint64_t own_base;       /* the state that own ops refer to: confirmed.seq, or an older one after a snapshot; OTHER_HISTORY: none of
                              * this history */
    struct base_text *bases; /* of the texts that own ops touch, while own_base is older */
    size_t n_bases;
    struct buf *backlog; /* encoded batches that came while own_base was older, ascending */
    size_t n_backlog, cap_backlog;

    uint64_t *made; /* comments of one's own that were made anonymously; owned */
    size_t n_made, cap_made;

    uint64_t next_step;
    struct step_stack undo, redo;
    bool may_join;      /* the last thing done was an edit: a grouped edit joins its step */
    struct arena arena; /* for one op at a time */

    struct recent_text recent[REPLICA_RECENT]; /* a ring; the newest at n_recent - 1 */
    uint64_t n_recent;                         /* how many there have been */
    struct text_op *told;                      /* of the batch that comes in: its text edits in view coordinates; owned */
    size_t n_told;                             /* room; steps of the others are left empty */
};

/* ---- replica.c */
/* text: what the op changes in the view's coordinates, NULL nothing. */
void replica_tell(struct replica *r, const Cocanvas__Committed *batch, const Cocanvas__Op *op, bool own,
                  const struct text_op *text);
/* The same of a local edit, whose coordinates are the view's. */
void replica_tell_local(struct replica *r, const Cocanvas__Op *op);
/* Own ops off the view; the view then equals confirmed. */
void view_unwind(struct replica *r);
/* The view as a canvas of its own, with the own ops over it, ready for more. */
void view_lay(struct replica *r);
bool own_ops_settled(const struct replica *r); /* own ops refer to the confirmed state */
bool has_own_ops(const struct replica *r);

/* An op of one's own, as the view's canvas would have it now. */
bool replica_is_anonymous(struct replica *r);
struct op_actor replica_actor(const struct replica *r, bool anonymous, int64_t time_ms, uint64_t base_seq, uint32_t last_object);

/* ---- replica_own.c */
struct own_op *own_new(const Cocanvas__Op *op, int64_t time_ms, uint64_t step);
void own_free(struct own_op *own);
void own_list_clear(struct own_list *list);
void own_list_append(struct own_list *list, struct own_op *own);
void own_list_prepend(struct own_list *list, struct own_op *own);
struct own_op *own_list_take(struct own_list *list, size_t at);
/* Adds an op of a later time, composed (but never a named one with an anonymous one) with what is there: one TextEdit per text, one set per property, tag and
 * vote. Takes own. */
void own_list_add(struct own_list *list, struct own_op *own);
/* The same with all of `fresh`, which is empty then. Costs no more per op when there are thousands. */
void own_list_add_all(struct own_list *list, struct own_list *fresh);
/* The TextEdit of that text, NULL if there is none. */
struct own_op *own_list_text(const struct own_list *list, uint64_t object, const char *key);
bool own_is_noop(const struct own_op *own);
/* The op as a message, from the arena; NULL if that is full. */
Cocanvas__Op *own_message(const struct own_op *own, struct arena *arena);
/* Text that the op typed, appended to out; *object and *key (borrowed) tell where. */
void own_words(const struct own_op *own, struct buf *out, uint64_t *object, const char **key);
void own_lost(struct replica *r, const struct own_op *own, enum status code);

/* What a setting op sets; kind 0: it is none. Two ops with equal elements replace each other. */
struct element {
    Cocanvas__Op__KindCase kind;
    uint64_t id;
    const char *key; /* borrowed from the op; "" none */
};
struct element op_element(const Cocanvas__Op *op);
bool element_is_switch(const struct element *e); /* to anonymous and back: what is typed in between needs both */
bool element_equal(const struct element *a, const struct element *b);

/* ---- replica_rebase.c */
/* Whether a text op from a page of history or a file may be transformed: nothing has applied it yet. */
enum status check_text_steps(const Cocanvas__Op *op, struct why *why) MUST_CHECK;
/* Own ops, undo and redo, in their order, over an edit of others in the coordinates of own_base. remote is used up. */
void rebase_text(struct replica *r, uint64_t object, const char *key, struct text_op *remote);
/* The same over a whole op of others. in_view (may be NULL) receives a text edit in the view's coordinates. */
void rebase_foreign(struct replica *r, const Cocanvas__Op *op, struct text_op *in_view);
/* Over the next batch after own_base, which may be the one in flight (*own). CONFLICT: the server made something
 * else of it. */
enum status rebase_batch(struct replica *r, const Cocanvas__Committed *batch, bool *own, struct why *why) MUST_CHECK;
/* pending, undo and redo over the inverse of a text op that was in flight. */
void rebase_over_inverse(struct replica *r, const struct own_op *rejected);
void in_flight_done(struct replica *r);

/* ---- replica_undo.c */
void step_clear(struct step *step);
void step_push(struct step_stack *stack, struct step *step); /* takes its content */
void step_stack_clear(struct step_stack *stack);
void steps_sealed(struct replica *r, const struct own_op *own, uint64_t client_seq);
/* Up to three objects that an op works on, so that they are no longer one's own alone. */
size_t op_works_on(const Cocanvas__Op *op, uint64_t ids[3]);
/* Takes the entries off that take back what a rejected op would have set. */
void steps_forget(struct replica *r, const struct own_op *rejected);
/* Takes entries off that would undo what the op of another person did. */
void steps_respect(struct replica *r, const Cocanvas__Op *foreign);
/* inverse: of an edit that joins the step; goes before what is there. Emptied. */
void step_join(struct step *step, struct own_list *inverse);

/* ---- replica_local.c */
enum status replica_may_edit(const struct replica *r, struct why *why) MUST_CHECK;
/* Applies one op to the laid view; appends it to fresh and puts its inverse in front of inverse. The arena is not
 * reset. */
enum status edit_one(struct replica *r, const Cocanvas__Op *op, int64_t now_ms, uint64_t step, struct own_list *fresh,
                     struct own_list *inverse, struct why *why) MUST_CHECK;

/* ---- replica_caret.c */
/* Room for what a batch of n ops changes in the view; all of it empty. */
void told_begin(struct replica *r, size_t n);
void recent_add(struct replica *r, const Cocanvas__Committed *batch);
/* The state jumped: older coordinates mean nothing any more. */
void recent_clear(struct replica *r);

/* ---- replica_load.c */
/* The texts that own edits and undo entries refer to, before the state under them is exchanged. */
void keep_bases(struct replica *r);

/* ---- replica_name.c */
/* Names the state that its own batch leads to. */
bool names_own_batch(const Cocanvas__Op *op);
/* The naming op of that step, if it was not sent yet. */
struct own_op *names_unsent(const struct replica *r, uint64_t step);
/* The op was committed in batch seq, or never will be (0): what refers to its batch learns it, or goes. */
void names_settle(struct replica *r, const struct own_op *naming, uint64_t seq);

/* ---- replica_load.c */
void bases_clear(struct replica *r);
void bases_add(struct replica *r, uint64_t object, const char *key, const char *text, size_t len);
struct base_text *bases_find(const struct replica *r, uint64_t object, const char *key);
/* canvas_text(), and an empty text for a field that may be written to; NULL if there cannot be one. */
const struct text *text_at(const struct canvas *c, uint64_t object, const char *key);
void backlog_clear(struct replica *r);
void backlog_add(struct replica *r, const Cocanvas__Committed *batch);

#endif
