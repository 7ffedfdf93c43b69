/* A workspace's own templates, for who makes a canvas: its server tells first which there are, then one after the other with its
 * file, so that they are shown as the built-in ones are. One that this program can't read (its file is of a newer format) is shown
 * by what the server says of it: the canvas is made by the server anyway. */
#include <stdlib.h>
#include <string.h>

#include "client/tui/tui_private.h"
#include "common/template.h"

void tui_templates_free(struct place *p)
{
    template_set_free(&p->own);
    for (size_t i = 0; i < p->n_own_ids; i++)
        free(p->own_ids[i]);
    free(p->own_ids);
    p->own_ids = NULL;
    p->n_own_ids = p->own_id = 0;
    p->templates_request = 0;
}

/* id "": all of them. */
static void request(struct place *p, char *id)
{
    Cocanvas__TemplateListRequest asked;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;

    cocanvas__template_list_request__init(&asked);
    if (!uuid_is_zero(&p->context.workspace))
        asked.workspace = (ProtobufCBinaryData){sizeof p->context.workspace.b, p->context.workspace.b};
    asked.id = id;
    frame.body_case = COCANVAS__FRAME__BODY_TEMPLATE_LIST_REQUEST;
    frame.template_list_request = &asked;
    p->templates_request = client_request(p->client, &frame);
}

void tui_templates_request(struct place *p)
{
    char all[] = "";

    tui_templates_free(p);
    if (p->client && (p->state == CLIENT_READY || p->state == CLIENT_OPENING || p->state == CLIENT_LIVE))
        request(p, all);
}

/* ---- what comes */

static void add(struct template ***at, size_t *n, struct template *t)
{
    *at = xrealloc(*at, (*n + 1) * sizeof **at);
    (*at)[(*n)++] = t;
}

static const char *quoted(struct arena *arena, const char *text)
{
    char *to = arena_strndup(arena, text, strlen(text));
    for (char *c = to; c && *c; c++)
        if (*c == '"' || *c == '\\' || (unsigned char)*c < ' ')
            *c = ' ';
    return to ? to : "";
}

/* Only what is said in a list: enough to be chosen by. */
static struct template *stand_in(struct tui *t, const Cocanvas__TemplateInfo *info)
{
    struct arena *arena = &t->cli->arena;
    struct why why;
    const char *file = arena_printf(arena,
                                    "id = \"%s\";\ntitle = \"%s\";\nversion = \"%u\";\nkind = \"grid\";\n"
                                    "attribution = \"%s\";\nlicence = \"%s\";\ncols = 1;\nrows = 1;\n"
                                    "blocks = ( { key = \"all\"; title = \"%s\"; at = [0, 0]; size = [1, 1]; } );\n",
                                    quoted(arena, info->id), quoted(arena, info->title), info->version,
                                    quoted(arena, info->attribution), quoted(arena, info->licence), quoted(arena, info->title));
    return template_parse(info->id, file, &why);
}

static void take(struct place *p, const Cocanvas__TemplateInfo *info)
{
    struct why why;
    struct template *t = template_parse(info->id, info->file, &why);

    if (!t)
        t = stand_in(p->tui, info);
    if (!t)
        return;
    for (char **lang = t->languages; lang && *lang; lang++) {
        struct template *translated = template_parse_in(info->id, info->file, *lang, &why);
        if (translated)
            add(&p->own.translated, &p->own.n_translated, translated);
    }
    add(&p->own.at, &p->own.n, t);
}

static void note_ids(struct place *p, const Cocanvas__TemplateList *list)
{
    p->own_ids = xcalloc(list->n_templates + 1, sizeof *p->own_ids);
    for (size_t i = 0; i < list->n_templates; i++)
        if (list->templates[i]->own)
            p->own_ids[p->n_own_ids++] = xstrdup(list->templates[i]->id);
}

/* One that was removed meanwhile is answered by an error, and left out. */
void tui_templates_reply(struct place *p, const Cocanvas__Frame *reply)
{
    const Cocanvas__TemplateList *list = reply->body_case == COCANVAS__FRAME__BODY_TEMPLATE_LIST ? reply->template_list : NULL;

    p->templates_request = 0;
    if (!p->own_ids && list)
        note_ids(p, list);
    else if (list && list->n_templates == 1 && list->templates[0]->own)
        take(p, list->templates[0]);
    if (p->own_id < p->n_own_ids) {
        request(p, p->own_ids[p->own_id++]);
        return;
    }
    if (p->own.n > 0)
        ui_start_templates(&p->tui->ui, p->context.name, &p->own);
    tui_templates_free(p);
}
