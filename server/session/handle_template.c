/* Templates: the built-in ones, and those that facilitators put into their workspace. What is put there was read and found good
 * here; it is read again each time a canvas is made from it, so a file that a later version of the server finds wrong is refused then,
 * with a sentence, and stays readable. A built-in template comes before an own one of the same id (which only a later version of
 * the server can have brought). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/canvas.h"
#include "common/rules.h"
#include "server/journal/store_template.h"
#include "server/session/audit.h"
#include "server/session/handle.h"

#define NO_TEMPLATE "There is no template of that name."

/* ---- what is wanted, while its template is read */

struct canvas_wanted {
    struct store_canvas_new new; /* title and template are not here */
    char *title, *template_id;
};

void canvas_wanted_free(struct canvas_wanted *wanted)
{
    if (!wanted)
        return;
    free(wanted->title);
    free(wanted->template_id);
    free(wanted);
}

/* ---- what is told of a template */

static Cocanvas__Block *block_info(struct arena *arena, const struct template_block *from, uint64_t id)
{
    Cocanvas__Block *block = arena_alloc(arena, sizeof *block);
    if (!block)
        return NULL;
    cocanvas__block__init(block);
    block->id = id;
    block->key = from->key;
    block->title = from->title;
    block->prompt = from->prompt;
    block->col = from->col;
    block->row = from->row;
    block->col_span = from->col_span;
    block->row_span = from->row_span;
    block->order = from->order;
    return block;
}

static void fill_info(Cocanvas__TemplateInfo *info, const struct template *t)
{
    cocanvas__template_info__init(info);
    info->id = t->id;
    info->title = t->title;
    info->kind = t->kind;
    info->attribution = t->attribution;
    info->licence = t->licence;
    info->source = t->source;
    info->cols = t->cols;
    info->rows = t->rows;
}

/* Borrows from t and the arena; NULL if that is full. */
static Cocanvas__TemplateInfo *template_info(struct arena *arena, const struct template *t, bool with_blocks)
{
    Cocanvas__TemplateInfo *info = arena_alloc(arena, sizeof *info);
    if (!info)
        return NULL;
    fill_info(info, t);
    info->blocks = with_blocks ? arena_calloc(arena, t->n_blocks + 1, sizeof *info->blocks) : NULL;
    for (size_t i = 0; info->blocks && i < t->n_blocks; i++) {
        Cocanvas__Block *block = block_info(arena, &t->blocks[i], i + 1);
        if (!block)
            return NULL;
        info->blocks[info->n_blocks++] = block;
    }
    return info;
}

static void send_list(struct session *s, uint32_t request, size_t n, Cocanvas__TemplateInfo **infos)
{
    Cocanvas__TemplateList list;
    cocanvas__template_list__init(&list);
    list.n_templates = n;
    list.templates = infos;
    Cocanvas__Frame frame;
    cocanvas__frame__init(&frame);
    frame.request = request;
    frame.body_case = COCANVAS__FRAME__BODY_TEMPLATE_LIST;
    frame.template_list = &list;
    session_send(s, &frame);
}

/* ---- the list */

/* The built-in ones, and then those of a workspace, which are owned by `own`. */
static void send_all(struct session *s, uint32_t request, size_t n_own, Cocanvas__TemplateInfo *const *own)
{
    const struct template_set *set = s->sessions->templates;
    struct arena *arena = &s->sessions->arena;
    Cocanvas__TemplateInfo **infos = arena_calloc(arena, set->n + n_own + 1, sizeof *infos);
    size_t n = 0;
    for (size_t i = 0; infos && i < set->n; i++) {
        infos[n] = template_info(arena, set->at[i], false);
        n += infos[n] != NULL;
    }
    for (size_t i = 0; infos && i < n_own; i++)
        infos[n++] = own[i];
    send_list(s, request, n, infos);
}

/* What was stored for lists; one that says nothing if it can't be read. To be freed by protobuf-c. */
static Cocanvas__TemplateInfo *stored_info(const struct store_template *from)
{
    Cocanvas__TemplateInfo *info = from->bytes ? cocanvas__template_info__unpack(NULL, from->len, from->bytes) : NULL;
    if (!info || strcmp(info->id, from->id) != 0) {
        if (info)
            cocanvas__template_info__free_unpacked(info, NULL);
        info = xcalloc(1, sizeof *info);
        cocanvas__template_info__init(info);
        info->id = xstrdup(from->id);
        info->title = xstrdup("(cannot be opened)");
    }
    info->own = true;
    info->version = from->version;
    info->changed_ms = from->put_ms;
    info->changed_by = from->put_by;
    return info;
}

static void on_templates(void *ctx, uint64_t id, enum status status, size_t n, const struct store_template *templates)
{
    struct session *s = request_succeeded(ctx, id, status);
    if (!s)
        return;
    Cocanvas__TemplateInfo **own = xcalloc(n + 1, sizeof *own);
    for (size_t i = 0; i < n; i++)
        own[i] = stored_info(&templates[i]);
    arena_reset(&s->sessions->arena);
    send_all(s, s->request, n, own);
    for (size_t i = 0; i < n; i++)
        cocanvas__template_info__free_unpacked(own[i], NULL);
    free(own);
    session_unbusy(s);
}

/* ---- one of them */

/* "theirs.de" may be the German of "theirs"; false: there is no language in it. */
static bool before_language(const char *id, char base[STORE_TEMPLATE_ID])
{
    const char *dot = strrchr(id, '.');
    if (!dot || (size_t)(dot - id) >= STORE_TEMPLATE_ID)
        return false;
    memcpy(base, id, (size_t)(dot - id));
    base[dot - id] = '\0';
    return true;
}

/* The template in the file of a version, in the language that `wanted` names behind the id; NULL and *why. */
static struct template *read_own(const struct store_template *from, const char *wanted, struct why *why)
{
    char *file = xcalloc(1, from->len + 1);
    memcpy(file, from->bytes, from->len);
    size_t len = strlen(from->id);
    struct template *t = strcmp(wanted, from->id) == 0 ? template_parse(from->id, file, why)
                                                       : template_parse_in(from->id, file, wanted + len + 1, why);
    free(file);
    return t;
}

/* Of all versions, the one that came with its file. */
static const struct store_template *with_file(size_t n, const struct store_template *versions)
{
    for (size_t i = 0; i < n; i++)
        if (versions[i].bytes)
            return &versions[i];
    return NULL;
}

static bool add_versions(struct arena *arena, Cocanvas__TemplateInfo *info, size_t n, const struct store_template *versions)
{
    info->versions = arena_calloc(arena, n + 1, sizeof *info->versions);
    for (size_t i = 0; info->versions && i < n; i++) {
        Cocanvas__TemplateVersion *version = arena_alloc(arena, sizeof *version);
        if (!version)
            return false;
        cocanvas__template_version__init(version);
        version->version = versions[i].version;
        version->time_ms = versions[i].put_ms;
        version->author = versions[i].put_by;
        version->removed = versions[i].removed;
        info->versions[info->n_versions++] = version;
    }
    return info->versions != NULL;
}

/* A file that is not good any more is told as it is, without what it would say. */
static void send_own(struct session *s, const struct template *t, const struct store_template *from, size_t n,
                     const struct store_template *versions)
{
    struct arena *arena = &s->sessions->arena;
    Cocanvas__TemplateInfo bare, *info = &bare;
    arena_reset(arena);
    cocanvas__template_info__init(&bare);
    bare.id = lent(from->id);
    if (t)
        info = template_info(arena, t, true);
    char *file = arena_strndup(arena, (const char *)from->bytes, from->len);
    if (!info || !file || !add_versions(arena, info, n, versions)) {
        session_refuse(s, s->request, STATUS_INTERNAL, "This template is too large to be sent.");
        return;
    }
    info->own = true;
    info->version = from->version;
    info->changed_ms = from->put_ms;
    info->changed_by = from->put_by;
    info->file = file;
    send_list(s, s->request, 1, &info);
}

static void on_template(void *ctx, uint64_t id, enum status status, size_t n, const struct store_template *versions)
{
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    struct canvas_wanted *wanted = s->wanted;
    const struct store_template *from = status == STATUS_OK ? with_file(n, versions) : NULL;
    s->wanted = NULL;
    if (status == STATUS_NOT_FOUND || (status == STATUS_OK && from == NULL)) {
        session_refuse(s, s->request, STATUS_NOT_FOUND, NO_TEMPLATE);
        session_unbusy(s);
    } else if (status != STATUS_OK) {
        request_failed(s, status);
    } else {
        struct why why;
        bool translated = strcmp(wanted->template_id, from->id) != 0;
        struct template *t = read_own(from, wanted->template_id, &why);
        if (!t && translated)
            session_refuse(s, s->request, STATUS_NOT_FOUND, NO_TEMPLATE); /* not in that language */
        else
            send_own(s, t, from, n, versions);
        template_free(t);
        session_unbusy(s);
    }
    canvas_wanted_free(wanted);
}

/* False: it is none of the built-in ones. */
static bool send_builtin(struct session *s, uint32_t request, const char *id)
{
    const struct template *t = template_find(s->sessions->templates, id);
    Cocanvas__TemplateInfo *info = t ? template_info(&s->sessions->arena, t, true) : NULL;
    if (!info)
        return false;
    const char *file = template_file(t->id);
    info->file = file ? lent(file) : info->file;
    send_list(s, request, 1, &info);
    return true;
}

static void ask_own(struct session *s, const struct request *r, const struct membership *in, uint32_t version, struct canvas_wanted *wanted,
                    store_templates_cb *cb)
{
    struct store_actor actor = {.workspace = in->workspace, .author = in->author};
    char base[STORE_TEMPLATE_ID];
    request_begin(s, r);
    canvas_wanted_free(s->wanted);
    s->wanted = wanted;
    const char *otherwise = before_language(wanted->template_id, base) ? base : NULL;
    store_template_get(request_reads(s), &actor, wanted->template_id, otherwise, version, s->sessions, s->id, cb);
}

/* ---- TemplateListRequest */

/* The workspace whose own templates are meant; NULL: none, or (*refused) an answer was sent. */
static const struct membership *own_workspace(struct session *s, const struct request *r, bool *refused)
{
    const Cocanvas__TemplateListRequest *wanted = r->frame->template_list_request;
    *refused = false;
    if (wanted->workspace.len == 0)
        return s->n_memberships == 1 ? &s->memberships[0] : NULL;
    const struct membership *in = session_workspace(s, r->number, &wanted->workspace, COCANVAS__ROLE__VIEWER);
    *refused = in == NULL;
    return in;
}

static void list_own(struct session *s, const struct request *r, const struct membership *in)
{
    struct store_actor actor = {.workspace = in->workspace, .author = in->author};
    request_begin(s, r);
    store_templates(request_reads(s), &actor, s->sessions, s->id, on_templates);
}

void handle_template_list(struct session *s, const struct request *r)
{
    const Cocanvas__TemplateListRequest *wanted = r->frame->template_list_request;
    bool refused;
    const struct membership *in = own_workspace(s, r, &refused);
    if (refused || (wanted->id[0] && wanted->version == 0 && send_builtin(s, r->number, wanted->id)))
        return;
    if (!in && !wanted->id[0]) {
        send_all(s, r->number, 0, NULL);
    } else if (!wanted->id[0]) {
        list_own(s, r, in);
    } else if (in && rule_key(wanted->id)) {
        struct canvas_wanted *one = xcalloc(1, sizeof *one);
        one->template_id = xstrdup(wanted->id);
        ask_own(s, r, in, wanted->version, one, on_template);
    } else {
        session_refuse(s, r->number, STATUS_NOT_FOUND, NO_TEMPLATE);
    }
}

/* ---- CanvasCreate */

static void refuse_create(struct session *s, const char *template_id)
{
    const char *near = template_nearest(s->sessions->templates, template_id);
    if (near)
        session_refuse(s, s->request, STATUS_NOT_FOUND, NO_TEMPLATE " Did you mean \"%s\"?", near);
    else
        session_refuse(s, s->request, STATUS_NOT_FOUND, NO_TEMPLATE);
    session_unbusy(s);
}

static void create_from(struct session *s, struct canvas_wanted *wanted, const struct store_template *from)
{
    struct canvas c;
    struct why why;
    struct template *t = read_own(from, wanted->template_id, &why);
    if (!t && strcmp(wanted->template_id, from->id) != 0) {
        refuse_create(s, wanted->template_id);
        return;
    }
    if (!t) {
        session_refuse(s, s->request, STATUS_MALFORMED, "This template is not good any more: %s", why.text);
        session_unbusy(s);
        return;
    }
    canvas_init(&c, &s->sessions->settings->rooms.canvas);
    template_instantiate(t, wanted->title, &c);
    wanted->new.template_id = wanted->template_id;
    canvas_store(s, &wanted->new, &c);
    canvas_fini(&c);
    template_free(t);
}

static void on_template_to_use(void *ctx, uint64_t id, enum status status, size_t n, const struct store_template *versions)
{
    struct session *s = request_waiting(ctx, id);
    if (!s)
        return;
    struct canvas_wanted *wanted = s->wanted;
    s->wanted = NULL;
    if (status == STATUS_OK)
        create_from(s, wanted, with_file(n, versions));
    else if (status == STATUS_NOT_FOUND)
        refuse_create(s, wanted->template_id);
    else
        request_failed(s, status);
    canvas_wanted_free(wanted);
}

void handle_canvas_create_own(struct session *s, const struct request *r, const struct membership *in)
{
    const Cocanvas__CanvasCreate *create = r->frame->canvas_create;
    struct canvas_wanted *wanted = xcalloc(1, sizeof *wanted);
    wanted->new.workspace = in->workspace;
    wanted->new.created_by = in->author;
    if (!uuid_from_bytes(create->request_id.data, create->request_id.len, &wanted->new.request_id))
        uuid_random(&wanted->new.request_id);
    wanted->title = xstrdup(create->title);
    wanted->template_id = xstrdup(create->template_);
    ask_own(s, r, in, 0, wanted, on_template_to_use);
}

/* ---- TemplatePut, TemplateRemove */

static void expect_template(struct session *s, uint32_t event, const struct store_actor *actor, const char *id)
{
    audit_expect(s, event, &actor->workspace, actor->author, 0, 0);
    struct audit_event *told = audit_expected(s->sessions, s->id);
    if (told)
        snprintf(told->text, sizeof told->text, "%s", id);
}

static struct session *on_changed(void *ctx, uint64_t id, enum status status, uint32_t version)
{
    struct audit_event *event = audit_expected(ctx, id);
    if (event && event->row.event == AUDIT(TEMPLATE_PUT))
        event->row.detail = version;
    audit_settle(ctx, id, status);
    struct session *s = request_waiting(ctx, id);
    if (s && status == STATUS_TOO_LARGE) {
        session_refuse(s, s->request, status, "A workspace has at most %d templates of its own: remove one that nobody needs.",
                       STORE_TEMPLATES_MOST);
        session_unbusy(s);
        return NULL;
    }
    return request_succeeded(ctx, id, status);
}

static void on_put(void *ctx, uint64_t id, enum status status, uint32_t version)
{
    struct session *s = on_changed(ctx, id, status, version);
    if (!s)
        return;
    Cocanvas__TemplateStored stored = COCANVAS__TEMPLATE_STORED__INIT;
    stored.version = version;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_TEMPLATE_STORED;
    frame.template_stored = &stored;
    request_answer(s, &frame);
}

static void on_removed(void *ctx, uint64_t id, enum status status, uint32_t version)
{
    struct session *s = on_changed(ctx, id, status, version);
    if (s)
        request_done(s);
}

static enum status check_put(const struct session *s, const struct template *t, struct why *why)
{
    const struct template_set *set = s->sessions->templates;
    if (template_find(set, t->id))
        return refuse(why, STATUS_CONFLICT, "\"%s\" is a built-in template: give yours another id.", t->id);
    if (strlen(t->id) >= STORE_TEMPLATE_ID)
        return refuse(why, STATUS_MALFORMED, "A template's id has at most %d characters.", STORE_TEMPLATE_ID - 1);
    struct template_mistakes circles = {0}, unknown = {0};
    template_check_plugins(set, t, "template", &circles, &unknown);
    enum status status = circles.n > 0 ? refuse(why, STATUS_MALFORMED, "%s", circles.at[0]) : STATUS_OK;
    template_mistakes_free(&circles);
    template_mistakes_free(&unknown);
    return status;
}

static void put(struct session *s, const struct request *r, const struct store_actor *actor, const struct template *t)
{
    Cocanvas__TemplateInfo info;
    fill_info(&info, t);
    size_t len = cocanvas__template_info__get_packed_size(&info);
    uint8_t *packed = xcalloc(1, len + 1);
    cocanvas__template_info__pack(&info, packed);
    struct store_template_new new = {.id = t->id, .file = r->frame->template_put->file, .info = packed, .info_len = len};
    request_begin(s, r);
    expect_template(s, AUDIT(TEMPLATE_PUT), actor, t->id);
    store_template_put(request_reads(s), actor, &new, s->sessions, s->id, on_put);
    free(packed);
}

void handle_template_put(struct session *s, const struct request *r)
{
    const Cocanvas__TemplatePut *wanted = r->frame->template_put;
    struct store_actor actor;
    struct why why;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    if (strlen(wanted->file) > STORE_TEMPLATE_BYTES) {
        session_refuse(s, r->number, STATUS_TOO_LARGE, "A template's file has at most %d KiB.", STORE_TEMPLATE_BYTES >> 10);
        return;
    }
    struct template *t = template_parse("template", wanted->file, &why);
    enum status status = t ? check_put(s, t, &why) : STATUS_MALFORMED;
    if (status == STATUS_OK)
        put(s, r, &actor, t);
    else
        session_refuse(s, r->number, status, "%s", why.text);
    template_free(t);
}

void handle_template_remove(struct session *s, const struct request *r)
{
    const Cocanvas__TemplateRemove *wanted = r->frame->template_remove;
    struct store_actor actor;
    if (!request_actor(s, r, &wanted->workspace, r->least_role, &actor))
        return;
    if (!rule_key(wanted->id)) {
        session_refuse(s, r->number, STATUS_NOT_FOUND, REQUEST_NOT_FOUND);
        return;
    }
    request_begin(s, r);
    expect_template(s, AUDIT(TEMPLATE_REMOVED), &actor, wanted->id);
    store_template_remove(request_reads(s), &actor, wanted->id, s->sessions, s->id, on_removed);
}
