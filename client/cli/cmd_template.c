/* template list, template show. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/session.h"
#include "client/cli/template_show.h"
#include "common/template.h"

/* Those of the server if one is logged in, else those of this program. */
static bool ask_server(struct cli *cli)
{
    struct why why;
    struct contexts contexts;
    if (cli_flag(cli, "builtin"))
        return false;
    if (cli_value(cli, "server") || cli_value(cli, "context") || getenv("COCANVAS_SERVER"))
        return true;
    if (contexts_load(&contexts, &cli->folders, &why) != STATUS_OK)
        return false;
    const struct context *now = contexts_find(&contexts, contexts.current);
    bool logged_in = now && context_logged_in(now);
    contexts_fini(&contexts);
    return logged_in;
}

/* version: of the workspace's own; 0: a built-in one. */
static void print_row(struct cli *cli, const char *id, const char *kind, const char *title, uint32_t version)
{
    out_print(&cli->out, STYLE_PLAIN, "%-20s %-8s %s", arena_line(&cli->arena, id), kind, arena_line(&cli->arena, title));
    if (version)
        out_print(&cli->out, STYLE_DIM, "  (your own, version %u)", version);
    out_print(&cli->out, STYLE_PLAIN, "\n");
}

static json_t *block_info_json(const Cocanvas__Block *b)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i}", "key", b->key, "title", b->title, "prompt", b->prompt,
                     "col", (int)b->col, "row", (int)b->row, "col_span", (int)b->col_span, "row_span", (int)b->row_span,
                     "order", (int)b->order);
}

static json_t *info_json(const Cocanvas__TemplateInfo *t, bool blocks)
{
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i}", "id", t->id, "title", t->title, "kind",
                               t->kind, "attribution", t->attribution, "licence", t->licence, "source", t->source,
                               "cols", (int)t->cols, "rows", (int)t->rows);
    json_object_set_new(object, "own", json_boolean(t->own));
    if (t->own)
        json_object_set_new(object, "version", json_integer(t->version));
    if (blocks) {
        json_t *list = json_array();
        for (size_t i = 0; i < t->n_blocks; i++)
            json_array_append_new(list, block_info_json(t->blocks[i]));
        json_object_set_new(object, "blocks", list);
    }
    return object;
}

static void print_list(struct cli *cli, size_t n, Cocanvas__TemplateInfo *const *at)
{
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++) {
        json_array_append_new(list, info_json(at[i], false));
        if (!cli->out.json)
            print_row(cli, at[i]->id, at[i]->kind, at[i]->title, at[i]->own ? at[i]->version : 0);
    }
    if (cli->out.json) {
        json_t *object = out_object("templates");
        json_object_set(object, "templates", list);
        out_json(&cli->out, object);
    }
    json_decref(list);
}

static int by_order(const void *a, const void *b)
{
    const Cocanvas__Block *x = *(Cocanvas__Block *const *)a, *y = *(Cocanvas__Block *const *)b;
    return (x->order > y->order) - (x->order < y->order);
}

static void print_one(struct cli *cli, Cocanvas__TemplateInfo *t)
{
    struct output *out = &cli->out;
    if (out->json) {
        json_t *object = out_object("template");
        json_object_set_new(object, "template", info_json(t, true));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_BOLD, "%s", arena_line(&cli->arena, t->title));
    out_print(out, STYLE_DIM, "  %s, %s, %u × %u\n", t->id, t->kind, t->cols, t->rows);
    if (t->n_blocks)
        qsort(t->blocks, t->n_blocks, sizeof *t->blocks, by_order);
    for (size_t i = 0; i < t->n_blocks; i++) {
        out_print(out, STYLE_PLAIN, "\n%s", arena_line(&cli->arena, t->blocks[i]->title));
        out_print(out, STYLE_DIM, " (%s)\n", t->blocks[i]->key);
        out_print(out, STYLE_PLAIN, "  %s\n", arena_line(&cli->arena, t->blocks[i]->prompt));
    }
    out_print(out, STYLE_DIM, "\n%s\nLicence: %s\n", t->attribution, t->licence);
    if (t->source[0])
        out_print(out, STYLE_DIM, "Source: %s\n", t->source);
}

static int list_builtin(struct cli *cli)
{
    struct template_set set;
    json_t *list = json_array();
    template_set_load(&set);
    for (size_t i = 0; i < set.n; i++) {
        json_array_append_new(list, template_json(set.at[i], false));
        if (!cli->out.json)
            print_row(cli, set.at[i]->id, set.at[i]->kind, set.at[i]->title, 0);
    }
    if (cli->out.json) {
        json_t *object = out_object("templates");
        json_object_set(object, "templates", list);
        out_json(&cli->out, object);
    }
    json_decref(list);
    template_set_free(&set);
    return EXIT_OK;
}

int cmd_template_list(struct cli *cli)
{
    struct session s;
    Cocanvas__TemplateList *list;
    if (!ask_server(cli))
        return list_builtin(cli);
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = session_templates(&s, "", &list);
    if (code == EXIT_OK)
        print_list(cli, list->n_templates, list->templates);
    session_close(&s);
    return code;
}

static int not_there(struct cli *cli, const struct template_set *set, const char *id)
{
    const char *near = template_nearest(set, id);
    if (near && strcmp(near, id) != 0)
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no template \"%s\". Did you mean: cocanvas template show %s", id,
                        near);
    return cli_fail(cli, EXIT_NOT_FOUND, "There is no template \"%s\". See: cocanvas template list", id);
}

/* Whether the server's template is the one that this program has: then everything that its file says can be shown. */
static bool is_ours(const struct template *t, const Cocanvas__TemplateInfo *info)
{
    return t && strcmp(t->kind, info->kind) == 0 && strcmp(t->licence, info->licence) == 0 &&
           strcmp(t->attribution, info->attribution) == 0 && t->n_blocks == info->n_blocks && t->cols == info->cols &&
           t->rows == info->rows;
}

/* Former versions of one of the workspace's own. */
static void print_versions(struct session *s, const Cocanvas__TemplateInfo *info)
{
    struct output *out = &s->cli->out;
    for (size_t i = 0; i < info->n_versions && !out->json; i++) {
        const Cocanvas__TemplateVersion *v = info->versions[i];
        char day[32] = "?";
        time_t seconds = (time_t)(v->time_ms / 1000);
        struct tm parts;
        if (localtime_r(&seconds, &parts))
            (void)strftime(day, sizeof day, "%Y-%m-%d %H:%M", &parts);
        out_print(out, STYLE_DIM, "%sversion %u%s, %s\n", i ? "" : "\n", v->version, v->removed ? " (removed)" : "", day);
    }
}

/* One of the workspace's own, out of its file; one that this program can't read as the server told of it. */
static void print_own(struct session *s, const char *id, Cocanvas__TemplateInfo *info)
{
    struct why why;
    size_t len = strlen(info->id);
    struct template *t = strncmp(info->id, id, len) == 0 && id[len] == '.' ? template_parse_in(info->id, info->file, id + len + 1, &why)
                                                                         : template_parse(info->id, info->file, &why);
    if (t)
        template_print(s->cli, t);
    else
        print_one(s->cli, info);
    template_free(t);
    print_versions(s, info);
}

/* t: this program's template of that name, or NULL. */
static int show_template(struct session *s, const struct template_set *set, const char *id, long version, const struct template *t)
{
    Cocanvas__TemplateList *list = NULL;
    const char *name = t ? t->id : id; /* a translation's is that of its original */
    int code = session_templates(s, "", &list);
    if (code == EXIT_OK && version == 0 && !session_is_template(list, name))
        return not_there(s->cli, set, id);
    if (code == EXIT_OK)
        code = session_template_version(s, name, (uint32_t)version, &list);
    if (code != EXIT_OK || list->n_templates != 1)
        return code;
    Cocanvas__TemplateInfo *info = list->templates[0];
    if (cli_flag(s->cli, "file") && info->file[0])
        out_print(&s->cli->out, STYLE_PLAIN, "%s", info->file);
    else if (is_ours(t, info))
        template_print(s->cli, t);
    else if (info->own)
        print_own(s, id, info);
    else
        print_one(s->cli, info);
    return code;
}

static int show_from_server(struct cli *cli, const struct template_set *set, const char *id, const struct template *t)
{
    struct session s;
    long version = 0;
    if (!cli_number(cli, "at", 1, UINT32_MAX, &version))
        return EXIT_USAGE;
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = show_template(&s, set, id, version, t);
    session_close(&s);
    return code;
}

int cmd_template_show(struct cli *cli)
{
    struct template_set set;
    const char *id = cli->args[0];
    int code = EXIT_OK;
    template_set_load(&set);
    const struct template *t = template_find(&set, id);
    if (ask_server(cli))
        code = show_from_server(cli, &set, id, t);
    else if (t && cli_flag(cli, "file") && template_file(t->id))
        out_print(&cli->out, STYLE_PLAIN, "%s", template_file(t->id));
    else if (t)
        template_print(cli, t);
    else
        code = not_there(cli, &set, id);
    template_set_free(&set);
    return code;
}
