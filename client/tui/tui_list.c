/* A context's canvases, as its server tells them: all pages once, then every few seconds the first one, which holds
 * what has changed lately and who is where. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/find.h"
#include "client/tui/tui_private.h"

/* ---------------------------------------------------------------- what is kept */

static void fini_canvas(struct start_canvas *c)
{
    free(c->title);
    free(c->template_id);
    for (size_t i = 0; i < START_PRESENT; i++)
        free(c->present[i]);
    memset(c, 0, sizeof *c);
}

void tui_list_free(struct place *p)
{
    for (size_t i = 0; i < p->n_canvases; i++)
        fini_canvas(&p->canvases[i]);
    free(p->canvases);
    p->canvases = NULL;
    p->n_canvases = p->n_fresh = 0;
    p->listed = false;
}

static void fill_canvas(const struct place *p, const Cocanvas__CanvasInfo *info, struct start_canvas *c)
{
    (void)uuid_from_bytes(info->id.data, info->id.len, &c->id);
    snprintf(c->context, sizeof c->context, "%s", p->context.name);
    snprintf(c->workspace, sizeof c->workspace, "%s", p->context.workspace_name);
    c->title = xstrdup(info->title);
    c->template_id = xstrdup(info->template_);
    c->changed_ms = info->changed_ms;
    c->opened_ms = recent_opened_ms(&p->tui->recent, &c->id);
    c->head_seq = info->head_seq;
    c->n_present = info->present_count;
    for (size_t i = 0; i < info->n_present && i < START_PRESENT; i++)
        c->present[i] = xstrdup(info->present[i]->name);
}

/* Puts it behind the fresh ones; what was known of it goes. */
static void take_canvas(struct place *p, const Cocanvas__CanvasInfo *info)
{
    struct start_canvas fresh = {.context = ""};
    size_t at = p->n_fresh;
    fill_canvas(p, info, &fresh);
    while (at < p->n_canvases && !uuid_equal(&p->canvases[at].id, &fresh.id))
        at++;
    if (at == p->n_canvases) {
        p->canvases = xrealloc(p->canvases, (p->n_canvases + 1) * sizeof *p->canvases);
        p->n_canvases++;
    } else {
        fini_canvas(&p->canvases[at]);
    }
    memmove(&p->canvases[p->n_fresh + 1], &p->canvases[p->n_fresh], (at - p->n_fresh) * sizeof *p->canvases);
    p->canvases[p->n_fresh++] = fresh;
}

/* The list came whole: what was not in it is gone. */
static void drop_stale(struct place *p)
{
    for (size_t i = p->n_fresh; i < p->n_canvases; i++)
        fini_canvas(&p->canvases[i]);
    p->n_canvases = p->n_fresh;
}

/* ---------------------------------------------------------------- asking */

static void request_page(struct place *p, const ProtobufCBinaryData *after)
{
    Cocanvas__CanvasListRequest request = COCANVAS__CANVAS_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    if (!uuid_is_zero(&p->context.workspace))
        request.workspace = (ProtobufCBinaryData){sizeof p->context.workspace.b, p->context.workspace.b};
    if (after)
        request.after = *after;
    else
        p->n_fresh = 0;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_LIST_REQUEST;
    frame.canvas_list_request = &request;
    p->listed_ms = tui_mono_ms();
    p->list_request = client_request(p->client, &frame);
}

void tui_list_request(struct place *p)
{
    request_page(p, NULL);
}

/* ---------------------------------------------------------------- answers */

static void not_found(struct tui *t, enum status status, const char *why)
{
    t->words = NULL;
    if (t->screen) {
        t->begins = false;
        t->open = NULL;
        tui_say(t, ROLE_BAD, why);
        return;
    }
    t->failure = status == STATUS_CONFLICT ? EXIT_USAGE : EXIT_NOT_FOUND;
    snprintf(t->failure_sentence, sizeof t->failure_sentence, "%s", why);
    tui_end(t, (int)t->failure);
}

/* `open WORDS`: now it is known which canvas that is, or that it may be on the next page. */
static void find_words(struct place *p, Cocanvas__CanvasList *list)
{
    struct tui *t = p->tui;
    Cocanvas__CanvasInfo *info;
    const char *why;
    struct uuid id;
    enum status status = find_canvas(&t->cli->arena, list, t->words, &info, &why);
    if (status == STATUS_OK && uuid_from_bytes(info->id.data, info->id.len, &id))
        tui_open(t, p, &id);
    else if (status == STATUS_OK)
        not_found(t, STATUS_INTERNAL, "The server sent a canvas without a proper id.");
    else if (status != STATUS_NOT_FOUND || list->next.len == 0)
        not_found(t, status, why);
}

static void on_page(struct place *p, Cocanvas__CanvasList *list)
{
    for (size_t i = 0; i < list->n_canvases; i++)
        take_canvas(p, list->canvases[i]);
    if (list->next.len > 0 && !p->listed) {
        request_page(p, &list->next);
    } else {
        if (list->next.len == 0)
            drop_stale(p);
        p->listed = true;
    }
    p->sentence[0] = 0;
    tui_places_tell(p->tui);
    ui_start_canvases(&p->tui->ui, p->context.name, p->canvases, p->n_canvases);
    if (p->tui->words && p->tui->open == p)
        find_words(p, list);
}

void tui_list_reply(struct place *p, const Cocanvas__Frame *reply)
{
    p->list_request = 0;
    if (reply->body_case == COCANVAS__FRAME__BODY_CANVAS_LIST) {
        on_page(p, reply->canvas_list);
        return;
    }
    if (reply->body_case == COCANVAS__FRAME__BODY_ERROR && p->state == CLIENT_READY)
        snprintf(p->sentence, sizeof p->sentence, "%s", reply->error->message);
    tui_places_tell(p->tui);
}
