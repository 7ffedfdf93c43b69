/* One command's way to the server: chooses the context, connects, logs in, opens a canvas, waits for answers, and
 * says in one sentence what went wrong. A thin layer over client/core for commands, which do one thing after the
 * other. */
#ifndef COCANVAS_CLIENT_CLI_SESSION_H
#define COCANVAS_CLIENT_CLI_SESSION_H

#include "client/cli/cmd.h"
#include "client/core/client.h"
#include "client/core/replica.h"

/* For commands that stay: called as client.h says, each may be NULL. */
struct session_hooks {
    void (*on_state)(void *ctx, enum client_state state, enum status code, const char *sentence);
    void (*on_presence)(void *ctx, const Cocanvas__PresenceUpdate *update);
    void (*on_people)(void *ctx);
    void (*on_status)(void *ctx, bool degraded, int64_t since_ms);
    void (*on_reject)(void *ctx, const Cocanvas__Reject *reject);
    void (*on_batch)(void *ctx, const Cocanvas__Committed *batch);
};

struct past_reader;

struct session {
    struct cli *cli;
    struct contexts contexts;
    struct context context; /* the one that is acted on */
    struct arena arena;     /* answers; lives as long as the session */
    struct event_base *base;
    struct event *on_interrupt, *on_terminate;
    struct client *client;
    const struct session_hooks *hooks; /* set before session_connect(); borrowed */
    void *hooks_ctx;
    bool stay;                             /* reconnects by itself (live, watch); set before session_connect() */
    bool quiet_failure;                    /* session_connect() fails without a sentence: doctor looks for itself */
    unsigned timeout_ms;                   /* for each thing that is waited for */
    bool interrupted;                      /* SIGINT or SIGTERM came */
    enum client_state state, state_before; /* the last two, to tell what failed */
    Cocanvas__LoggedIn *logged_in;
    Cocanvas__GuestNotice *notice; /* after a Login with a code alone */
    bool in_lobby;                 /* a facilitator has not decided yet */
    uint32_t request; /* the answer that is waited for, 0 none */
    Cocanvas__Frame *reply;
    void (*on_page)(struct session *s, const Cocanvas__HistoryPage *page, void *ctx);
    void *page_ctx;
    struct past_reader *past; /* while an old state is fetched; and what for */
    void *past_ctx;
    bool rejected; /* the batch under way was refused */
    enum status reject_code;
    char reject_detail[256];
    bool degraded; /* the server can't save at the moment */
    int64_t degraded_since_ms;
    struct uuid canvas; /* the open one */
};

/* All functions return an exit code; when it is not EXIT_OK the sentence has been printed. */

/* Reads the settings and chooses the context (--server, --context, the current one); connects and logs in with its
 * token. */
int session_start(struct session *s, struct cli *cli);
/* In two steps, for commands that stay or bring their own login. */
int session_prepare(struct session *s, struct cli *cli);
int session_choose_context(struct session *s);
int session_connect(struct session *s, const Cocanvas__Login *login);
/* Goodbye; frees everything. Safe after any failure. */
void session_close(struct session *s);
/* Most commands: start, run, close. */
int session_run(struct cli *cli, int (*run)(struct session *s));

/* Opens the canvas that the words name (id, its beginning, or the beginning of its title). Edits that an earlier,
 * killed program left on this device are sent first, whatever the command. */
int session_open_canvas(struct session *s, const char *words, bool edit);
/* start and open in one. */
int session_start_canvas(struct session *s, struct cli *cli, const char *words, bool edit);

/* The view, after session_open_canvas(). */
const struct canvas *session_view(const struct session *s);
const char *session_title(const struct session *s);
/* A person's name, in the session's arena. */
const char *session_person(struct session *s, uint32_t author);

/* Sends a request and waits for its answer, borrowed until the session ends. An Error becomes a sentence and an exit
 * code. */
int session_request(struct session *s, Cocanvas__Frame *frame, Cocanvas__Frame **reply);
/* Committed batches from_seq … to_seq (0: head) in order, each to the callback. */
typedef void history_cb(void *ctx, const Cocanvas__Committed *batch);
int session_history(struct session *s, uint64_t from_seq, uint64_t to_seq, history_cb *cb, void *ctx,
                    uint64_t *oldest_seq);
/* The server's templates and those of the context's workspace: all (id "") or one. */
int session_templates(struct session *s, const char *id, Cocanvas__TemplateList **list);
/* An older version of one of the workspace's own; 0: the newest. */
int session_template_version(struct session *s, const char *id, uint32_t version, Cocanvas__TemplateList **list);
/* Whether the list has it; in another language ("vcc.de") only the server knows for sure. */
bool session_is_template(const Cocanvas__TemplateList *list, const char *id);
/* All canvases of the context's workspace (or of all one's workspaces); removed: those in the trash, instead. */
int session_canvases(struct session *s, bool all, bool removed, Cocanvas__CanvasList **list);

/* Applies ops of one's own as one step and waits until they are saved. */
int session_submit(struct session *s, size_t n, Cocanvas__Op **ops);
/* Waits until what was edited is saved, or refused. */
int session_wait_saved(struct session *s);
/* Runs the loop until cond, an interrupt, a failure or ms have passed. */
enum status session_wait(struct session *s, bool (*cond)(struct session *s), unsigned ms);
/* The sentence and exit code for a failure of the client library. */
int session_failed(struct session *s, enum status status, const char *doing);
/* What the client library's trouble means for people: exit code and sentence; EXIT_OK: there is none. */
enum exit_code session_failure(const struct client *client, const struct context *context, char *sentence, size_t room);
/* The current time of this machine, for predicted stamps. */
int64_t wall_ms(void);

/* JSON object of a command's result: schema, type, context, canvas {id, title} and seq, when there is a canvas. */
json_t *session_object(struct session *s, const char *type);
/* " [acme]" when the person has several contexts, else "": which client company this was. */
const char *session_mark(struct session *s);

#endif
