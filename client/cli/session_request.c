/* Requests of a session and their answers, and what the results of commands have in common, see session.h. */
#include <string.h>

#include "client/cli/session.h"

/* ---- requests */

static bool has_reply(struct session *s)
{
    return s->reply != NULL;
}

int session_request(struct session *s, Cocanvas__Frame *frame, Cocanvas__Frame **reply)
{
    *reply = NULL;
    s->reply = NULL;
    s->request = client_request(s->client, frame);
    enum status status = session_wait(s, has_reply, s->timeout_ms);
    s->request = 0;
    if (status != STATUS_OK)
        return session_failed(s, status, "waiting for an answer");
    *reply = s->reply;
    if (s->reply->body_case == COCANVAS__FRAME__BODY_ERROR)
        return cli_fail(s->cli, exit_of_status((enum status)s->reply->error->code), "%s", s->reply->error->message);
    return EXIT_OK;
}

struct history_pages {
    history_cb *cb;
    void *ctx;
    bool damaged;
};

static void history_page(struct session *s, const Cocanvas__HistoryPage *page, void *ctx)
{
    struct history_pages *pages = ctx;
    (void)s;
    for (size_t i = 0; i < page->n_committed; i++) {
        Cocanvas__Committed *batch = cocanvas__committed__unpack(NULL, page->committed[i].len, page->committed[i].data);
        if (batch)
            pages->cb(pages->ctx, batch);
        else
            pages->damaged = true;
        if (batch)
            cocanvas__committed__free_unpacked(batch, NULL);
    }
}

int session_history(struct session *s, uint64_t from_seq, uint64_t to_seq, history_cb *cb, void *ctx,
                    uint64_t *oldest_seq)
{
    struct history_pages pages = {cb, ctx, false};
    Cocanvas__HistoryRequest request = COCANVAS__HISTORY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    request.from_seq = from_seq;
    request.to_seq = to_seq;
    frame.body_case = COCANVAS__FRAME__BODY_HISTORY_REQUEST;
    frame.history_request = &request;
    s->on_page = history_page;
    s->page_ctx = &pages;
    int code = session_request(s, &frame, &reply);
    s->on_page = NULL;
    if (code != EXIT_OK)
        return code;
    if (pages.damaged)
        return cli_fail(s->cli, EXIT_ERROR, "The server sent a history that this version of cocanvas can't read.");
    if (oldest_seq)
        *oldest_seq = reply->history_page->oldest_seq;
    return EXIT_OK;
}

/* One page of the list, behind `after` (NULL: the first). */
static int canvases_page(struct session *s, bool all, bool removed, const ProtobufCBinaryData *after,
                         Cocanvas__CanvasList **page)
{
    Cocanvas__CanvasListRequest request = COCANVAS__CANVAS_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    if (!all && !uuid_is_zero(&s->context.workspace)) {
        request.workspace.data = s->context.workspace.b;
        request.workspace.len = sizeof s->context.workspace.b;
    }
    *page = NULL;
    request.removed = removed;
    if (after)
        request.after = *after;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_LIST_REQUEST;
    frame.canvas_list_request = &request;
    int code = session_request(s, &frame, &reply);
    if (code != EXIT_OK)
        return code;
    if (reply->body_case != COCANVAS__FRAME__BODY_CANVAS_LIST)
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something else than a list of canvases.");
    *page = reply->canvas_list;
    return EXIT_OK;
}

static void append_page(struct session *s, Cocanvas__CanvasList *list, const Cocanvas__CanvasList *page)
{
    Cocanvas__CanvasInfo **both = arena_calloc(&s->arena, list->n_canvases + page->n_canvases + 1, sizeof *both);
    ASSERT(both);
    if (list->n_canvases)
        memcpy(both, list->canvases, list->n_canvases * sizeof *both);
    if (page->n_canvases)
        memcpy(both + list->n_canvases, page->canvases, page->n_canvases * sizeof *both);
    list->canvases = both;
    list->n_canvases += page->n_canvases;
}

int session_canvases(struct session *s, bool all, bool removed, Cocanvas__CanvasList **list)
{
    int code = canvases_page(s, all, removed, NULL, list);
    const Cocanvas__CanvasList *last = code == EXIT_OK ? *list : NULL;
    while (last && last->next.len > 0) {
        Cocanvas__CanvasList *page = NULL;
        code = canvases_page(s, all, removed, &last->next, &page);
        if (code == EXIT_OK && page)
            append_page(s, *list, page);
        last = page;
    }
    return code;
}

/* ---- results */

json_t *session_object(struct session *s, const char *type)
{
    char id[UUID_TEXT];
    json_t *object = out_object(type);
    if (s->context.name[0])
        json_object_set_new(object, "context", json_string(s->context.name));
    struct replica *replica = s->client ? client_replica(s->client) : NULL;
    if (!replica)
        return object;
    uuid_format(&s->canvas, id);
    json_object_set_new(object, "canvas", json_pack("{s:s, s:s}", "id", id, "title", session_title(s)));
    json_object_set_new(object, "seq", json_integer((json_int_t)replica_seq(replica)));
    return object;
}

const char *session_mark(struct session *s)
{
    if (s->contexts.n < 2 || !s->context.name[0])
        return "";
    return arena_printf(&s->arena, " [%s]", s->context.name);
}

bool session_is_template(const Cocanvas__TemplateList *list, const char *id)
{
    for (size_t i = 0; i < list->n_templates; i++) {
        size_t len = strlen(list->templates[i]->id);
        if (strncmp(list->templates[i]->id, id, len) == 0 && (id[len] == '\0' || id[len] == '.'))
            return true;
    }
    return false;
}

int session_templates(struct session *s, const char *id, Cocanvas__TemplateList **list)
{
    return session_template_version(s, id, 0, list);
}

int session_template_version(struct session *s, const char *id, uint32_t version, Cocanvas__TemplateList **list)
{
    Cocanvas__TemplateListRequest request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    cocanvas__template_list_request__init(&request);
    request.id = arena_strndup(&s->arena, id, strlen(id));
    request.version = version;
    if (!uuid_is_zero(&s->context.workspace))
        request.workspace = (ProtobufCBinaryData){sizeof s->context.workspace.b, s->context.workspace.b};
    frame.body_case = COCANVAS__FRAME__BODY_TEMPLATE_LIST_REQUEST;
    frame.template_list_request = &request;
    int code = session_request(s, &frame, &reply);
    if (code != EXIT_OK)
        return code;
    if (reply->body_case != COCANVAS__FRAME__BODY_TEMPLATE_LIST)
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something else than templates.");
    *list = reply->template_list;
    return EXIT_OK;
}
