/* template list, show, check. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/session.h"
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

static char *or_empty(char *text)
{
    static char empty[] = "";
    return text ? text : empty;
}

/* A built-in template in the server's shape, so that both are printed by the same code. Texts are borrowed. */
static Cocanvas__TemplateInfo *builtin_info(struct arena *arena, const struct template *t)
{
    Cocanvas__TemplateInfo *info = arena_alloc(arena, sizeof *info);
    ASSERT(info);
    cocanvas__template_info__init(info);
    info->id = or_empty(t->id);
    info->title = or_empty(t->title);
    info->kind = or_empty(t->kind);
    info->attribution = or_empty(t->attribution);
    info->licence = or_empty(t->licence);
    info->source = or_empty(t->source);
    info->cols = t->cols;
    info->rows = t->rows;
    info->n_blocks = t->n_blocks;
    info->blocks = arena_calloc(arena, t->n_blocks + 1, sizeof *info->blocks);
    for (size_t i = 0; i < t->n_blocks; i++) {
        Cocanvas__Block *block = arena_alloc(arena, sizeof *block);
        ASSERT(block && info->blocks);
        cocanvas__block__init(block);
        block->key = or_empty(t->blocks[i].key);
        block->title = or_empty(t->blocks[i].title);
        block->prompt = or_empty(t->blocks[i].prompt);
        block->col = t->blocks[i].col;
        block->row = t->blocks[i].row;
        block->col_span = t->blocks[i].col_span;
        block->row_span = t->blocks[i].row_span;
        block->order = t->blocks[i].order;
        info->blocks[i] = block;
    }
    return info;
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
            out_print(&cli->out, STYLE_PLAIN, "%-20s %-8s %s\n", at[i]->id, at[i]->kind,
                      arena_line(&cli->arena, at[i]->title));
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
    template_set_load(&set);
    Cocanvas__TemplateInfo **infos = arena_calloc(&cli->arena, set.n + 1, sizeof *infos);
    for (size_t i = 0; i < set.n; i++)
        infos[i] = builtin_info(&cli->arena, set.at[i]);
    print_list(cli, set.n, infos);
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

static int show_from_server(struct cli *cli, const struct template_set *set, const char *id)
{
    struct session s;
    Cocanvas__TemplateList *list = NULL;
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = session_templates(&s, "", &list);
    bool known = false;
    for (size_t i = 0; code == EXIT_OK && i < list->n_templates; i++)
        known = known || strcmp(list->templates[i]->id, id) == 0;
    if (code == EXIT_OK && !known)
        code = not_there(cli, set, id);
    if (code == EXIT_OK)
        code = session_templates(&s, id, &list);
    if (code == EXIT_OK && list->n_templates == 1)
        print_one(cli, list->templates[0]);
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
        code = show_from_server(cli, &set, id);
    else if (t)
        print_one(cli, builtin_info(&cli->arena, t));
    else
        code = not_there(cli, &set, id);
    template_set_free(&set);
    return code;
}

static char *read_whole(const char *path)
{
    struct buf content;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file)
        return NULL;
    buf_init(&content);
    size_t n;
    do {
        n = fread(buf_reserve(&content, 65536), 1, 65536, file);
        buf_wrote(&content, n);
    } while (n > 0 && buf_len(&content) < (1 << 20));
    if (file != stdin)
        fclose(file);
    buf_add(&content, "", 1);
    return (char *)content.data;
}

int cmd_template_check(struct cli *cli)
{
    struct why why = {""};
    char *text = read_whole(cli->args[0]);
    if (!text)
        return cli_fail(cli, EXIT_NOT_FOUND, "%s can't be read: %s.", cli->args[0], strerror(errno));
    const char *slash = strrchr(cli->args[0], '/');
    struct template *t = template_parse(slash ? slash + 1 : cli->args[0], text, &why);
    free(text);
    if (!t)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    if (cli->out.json) {
        json_t *object = out_object("template");
        json_object_set_new(object, "template", info_json(builtin_info(&cli->arena, t), true));
        out_json(&cli->out, object);
    } else {
        out_print(&cli->out, STYLE_PLAIN, "%s is good: %s, %zu blocks.\n", cli->args[0], t->title, t->n_blocks);
    }
    template_free(t);
    return EXIT_OK;
}
