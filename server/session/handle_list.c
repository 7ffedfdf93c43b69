/* The list of canvases, in pages: PostgreSQL says which there are, all workers say who is on them, then the page is sent.
 * Whoever asks is busy for so long. Both answers name the session by its number. */
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "server/session/handle.h"

enum {
    PAGE_CANVASES = 1000,
    PAGE_BYTES = 900 << 10, /* of a page; the rest is on the next one */
    CURSOR_BYTES = 8 + 16,
};

/* What PostgreSQL said, while the workers are being asked. Owned by its session. */
struct canvas_page {
    size_t n;
    bool more;               /* than these */
    struct store_canvas *at; /* titles and templates are owned */
};

void canvas_page_free(struct canvas_page *page)
{
    if (!page)
        return;
    for (size_t i = 0; i < page->n; i++) {
        free((char *)(uintptr_t)page->at[i].title);
        free((char *)(uintptr_t)page->at[i].template_id);
    }
    free(page->at);
    free(page);
}

static struct canvas_page *page_new(size_t n, const struct store_canvas *canvases)
{
    struct canvas_page *page = xcalloc(1, sizeof *page);
    page->more = n > PAGE_CANVASES;
    page->n = page->more ? PAGE_CANVASES : n;
    page->at = xcalloc(page->n + 1, sizeof *page->at);
    for (size_t i = 0; i < page->n; i++) {
        page->at[i] = canvases[i];
        page->at[i].title = xstrdup(canvases[i].title);
        page->at[i].template_id = xstrdup(canvases[i].template_id);
    }
    return page;
}

/* ---- where a page begins: opaque to clients */

static void cursor_write(const struct store_canvas *last, uint8_t out[CURSOR_BYTES])
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)((uint64_t)last->changed_ms >> (56 - 8 * i));
    memcpy(out + 8, last->id.b, sizeof last->id.b);
}

static bool cursor_read(const ProtobufCBinaryData *bytes, struct store_after *after)
{
    uint64_t changed_ms = 0;
    if (bytes->len != CURSOR_BYTES)
        return false;
    for (size_t i = 0; i < 8; i++)
        changed_ms = changed_ms << 8 | bytes->data[i];
    after->changed_ms = (int64_t)changed_ms;
    memcpy(after->canvas.b, bytes->data + 8, sizeof after->canvas.b);
    return true;
}

/* ---- sending */

Cocanvas__CanvasInfo *canvas_info(struct arena *arena, const struct store_canvas *from)
{
    Cocanvas__CanvasInfo *info = arena_alloc(arena, sizeof *info);
    uint8_t *ids = arena_alloc(arena, 2 * sizeof from->id.b);
    char *title = arena_strndup(arena, from->title, strlen(from->title));
    char *template_id = arena_strndup(arena, from->template_id, strlen(from->template_id));
    if (!info || !ids || !title || !template_id)
        return NULL;
    cocanvas__canvas_info__init(info);
    memcpy(ids, from->id.b, sizeof from->id.b);
    memcpy(ids + sizeof from->id.b, from->workspace.b, sizeof from->workspace.b);
    info->id = (ProtobufCBinaryData){sizeof from->id.b, ids};
    info->workspace = (ProtobufCBinaryData){sizeof from->workspace.b, ids + sizeof from->id.b};
    info->title = title;
    info->template_ = template_id;
    info->head_seq = from->head_seq;
    info->created_ms = from->created_ms;
    info->changed_ms = from->changed_ms;
    info->restricted = from->restricted;
    info->removed_ms = from->removed_ms;
    info->removed_by = from->removed_by;
    return info;
}

/* False if the arena is full. */
static bool add_present(struct arena *arena, Cocanvas__CanvasInfo *info, const struct room_present *present)
{
    info->present_count = present->count;
    info->present = arena_calloc(arena, present->n + 1, sizeof *info->present);
    for (uint32_t i = 0; info->present && i < present->n; i++) {
        Cocanvas__Person *person = arena_alloc(arena, sizeof *person);
        if (!person)
            return false;
        cocanvas__person__init(person);
        person->author = present->authors[i];
        person->name = arena_strndup(arena, present->names[i], strlen(present->names[i]));
        if (!person->name)
            return false;
        info->present[info->n_present++] = person;
    }
    return info->present != NULL;
}

/* As many as one frame holds. present[i] NULL: nobody, or nobody knows. */
static void send_page(struct session *s, const struct canvas_page *page, struct room_present *const *present)
{
    struct arena *arena = &s->sessions->arena;
    arena_reset(arena);
    Cocanvas__CanvasList list;
    cocanvas__canvas_list__init(&list);
    list.canvases = arena_calloc(arena, page->n + 1, sizeof *list.canvases);
    size_t bytes = 0;
    for (size_t i = 0; list.canvases && i < page->n; i++) {
        Cocanvas__CanvasInfo *info = canvas_info(arena, &page->at[i]);
        if (!info || (present && present[i] && !add_present(arena, info, present[i])))
            break;
        bytes += cocanvas__canvas_info__get_packed_size(info) + 8;
        if (bytes > PAGE_BYTES)
            break;
        list.canvases[list.n_canvases++] = info;
    }
    uint8_t cursor[CURSOR_BYTES];
    if (list.n_canvases > 0 && (page->more || list.n_canvases < page->n)) {
        cursor_write(&page->at[list.n_canvases - 1], cursor);
        list.next = (ProtobufCBinaryData){sizeof cursor, cursor};
    }
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = s->request;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_LIST;
    frame.canvas_list = &list;
    session_send(s, &frame);
}

static void answer(struct session *s, struct room_present *const *present)
{
    struct canvas_page *page = s->page;
    s->page = NULL;
    send_page(s, page, present);
    canvas_page_free(page);
    session_unbusy(s);
}

/* ---- asking */

void sessions_present(struct sessions *all, uint64_t id, size_t n, struct room_present *const *present)
{
    struct session *s = request_waiting(all, id);
    if (s && s->page && s->page->n == n)
        answer(s, present);
}

static void on_canvas_list(void *ctx, uint64_t id, enum status status, size_t n, const struct store_canvas *canvases)
{
    struct session *s = request_succeeded(ctx, id, status);
    if (!s)
        return;
    s->page = page_new(n, canvases);
    struct sessions *all = s->sessions;
    if (!all->ask_present || s->page->n == 0) {
        answer(s, NULL);
        return;
    }
    struct uuid *ids = xcalloc(s->page->n, sizeof *ids);
    for (size_t i = 0; i < s->page->n; i++)
        ids[i] = s->page->at[i].id;
    all->ask_present(all->ctx, s->id, s->page->n, ids);
    free(ids);
}

void handle_canvas_list(struct session *s, const struct request *r)
{
    const Cocanvas__CanvasListRequest *wanted = r->frame->canvas_list_request;
    const ProtobufCBinaryData *id = &wanted->workspace;
    struct store_after after;
    const struct membership *in = id->len ? session_workspace(s, r->number, id, COCANVAS__ROLE__VIEWER) : NULL;
    if (id->len && !in)
        return;
    if (wanted->after.len && !cursor_read(&wanted->after, &after)) {
        session_refuse(s, r->number, STATUS_MALFORMED, "A page begins after what the page before called \"next\".");
        return;
    }
    request_begin(s, r);
    store_canvas_list(journal_reads(s->sessions->journal), &s->account, in ? &in->workspace : NULL, wanted->removed,
                      wanted->after.len ? &after : NULL, PAGE_CANVASES + 1, s->sessions, s->id, on_canvas_list);
}
