/* Requests that are not edits: numbered, sent once logged in, each answered once: by the server, or by an Error that
 * we make up when the connection goes, since nobody knows then whether the request was served. */
#include <stdlib.h>
#include <string.h>

#include "client/core/client_private.h"
#include "common/message.h"

static struct client_request *find_request(struct client *c, uint32_t number)
{
    for (size_t i = 0; i < c->n_requests; i++)
        if (c->requests[i].number == number)
            return &c->requests[i];
    return NULL;
}

static void remove_request(struct client *c, struct client_request *request)
{
    size_t at = (size_t)(request - c->requests);

    buf_fini(&request->frame);
    memmove(request, request + 1, (c->n_requests - at - 1) * sizeof(*request));
    c->n_requests--;
    if (c->n_requests == 0) {
        free(c->requests);
        c->requests = NULL;
    }
}

void client_send_requests(struct client *c)
{
    if (c->state != CLIENT_READY && c->state != CLIENT_OPENING && c->state != CLIENT_LIVE)
        return;
    for (size_t i = 0; i < c->n_requests; i++) {
        struct client_request *request = &c->requests[i];

        if (request->sent)
            continue;
        stream_write(c->stream, buf_at(&request->frame), buf_len(&request->frame));
        buf_clear(&request->frame, 0);
        request->sent = true;
    }
}

uint32_t client_request(struct client *c, Cocanvas__Frame *frame)
{
    struct client_request *request;

    c->requests = xrealloc(c->requests, (c->n_requests + 1) * sizeof(*c->requests));
    request = &c->requests[c->n_requests++];
    *request = (struct client_request){.number = ++c->last_request};
    buf_init(&request->frame);
    frame->request = request->number;
    message_encode(frame, &request->frame);
    client_send_requests(c);
    return frame->request;
}

void client_abandon_requests(struct client *c, bool unsent_too)
{
    size_t i = 0;

    while (i < c->n_requests) {
        Cocanvas__Error error;
        Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
        char sentence[sizeof(c->sentence)];

        cocanvas__error__init(&error);
        if (!c->requests[i].sent && !unsent_too) {
            i++;
            continue;
        }
        memcpy(sentence, c->sentence, sizeof(sentence));
        error.code = c->code ? (Cocanvas__ErrorCode)c->code : COCANVAS__ERROR_CODE__BUSY;
        error.message = sentence;
        frame.request = c->requests[i].number;
        frame.body_case = COCANVAS__FRAME__BODY_ERROR;
        frame.error = &error;
        remove_request(c, &c->requests[i]);
        if (c->cb.on_reply)
            c->cb.on_reply(c->ctx, &frame);
    }
}

bool client_answered(struct client *c, const Cocanvas__Frame *frame)
{
    struct client_request *request = frame->request ? find_request(c, frame->request) : NULL;
    bool more = (frame->body_case == COCANVAS__FRAME__BODY_HISTORY_PAGE && !frame->history_page->last) ||
                (frame->body_case == COCANVAS__FRAME__BODY_SNAPSHOT && !frame->snapshot->last);

    if (!request)
        return false;
    if (!more)
        remove_request(c, request);
    if (c->cb.on_reply)
        c->cb.on_reply(c->ctx, frame);
    return true;
}
