/* template add, template remove, template save: a workspace's own templates. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/cmd_table.h"
#include "client/cli/edit.h"
#include "client/cli/template_save.h"
#include "common/buf.h"
#include "common/template.h"

enum { FILE_MAX = 128 << 10 };

static ProtobufCBinaryData workspace_of(struct session *s)
{
    bool named = !uuid_is_zero(&s->context.workspace);
    return (ProtobufCBinaryData){named ? sizeof s->context.workspace.b : 0, s->context.workspace.b};
}

/* NULL: the sentence was printed. */
static char *read_file(struct cli *cli, const char *path, int *code)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    if (!file) {
        *code = cli_fail(cli, EXIT_NOT_FOUND, "%s can't be read: %s.", path, strerror(errno));
        return NULL;
    }
    char *text = xcalloc(1, FILE_MAX + 2);
    size_t n = fread(text, 1, FILE_MAX + 1, file);
    bool good = !ferror(file) && n <= FILE_MAX && !memchr(text, '\0', n);
    if (file != stdin)
        fclose(file);
    if (good)
        return text;
    free(text);
    *code = cli_fail(cli, EXIT_ERROR, n > FILE_MAX ? "%s is larger than a template can be (128 KiB)." : "%s is no text file.", path);
    return NULL;
}

/* name: of the file, for its mistakes, which are found here first: with their lines. */
static int put(struct session *s, const char *name, char *text)
{
    struct why why;
    struct template *t = template_parse(name, text, &why);
    if (!t)
        return cli_fail(s->cli, EXIT_ERROR, "%s  All of its mistakes: cocanvas template check %s", why.text, name);
    const char *id = arena_strndup(&s->arena, t->id, strlen(t->id)), *title = arena_line(&s->arena, t->title);
    template_free(t);
    Cocanvas__TemplatePut request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    cocanvas__template_put__init(&request);
    request.workspace = workspace_of(s);
    request.file = text;
    frame.body_case = COCANVAS__FRAME__BODY_TEMPLATE_PUT;
    frame.template_put = &request;
    int code = session_request(s, &frame, &reply);
    if (code != EXIT_OK)
        return code;
    if (reply->body_case != COCANVAS__FRAME__BODY_TEMPLATE_STORED)
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something else than a template's version.");
    unsigned version = reply->template_stored->version;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "template_stored");
        json_object_set_new(object, "id", json_string(id));
        json_object_set_new(object, "version", json_integer(version));
        out_json(&s->cli->out, object);
    } else {
        out_print(&s->cli->out, STYLE_PLAIN, "Added the template %s (%s), version %u%s\n", id, title, version, session_mark(s));
        out_note(&s->cli->out, "Everybody in the workspace can use it: cocanvas new %s TITLE", id);
    }
    return EXIT_OK;
}

int cmd_template_add(struct cli *cli)
{
    struct session s;
    int code = EXIT_OK;
    char *text = read_file(cli, cli->args[0], &code);
    if (!text)
        return code;
    const char *slash = strrchr(cli->args[0], '/');
    code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = put(&s, slash ? slash + 1 : cli->args[0], text);
    session_close(&s);
    free(text);
    return code;
}

int cmd_template_remove(struct cli *cli)
{
    struct session s;
    Cocanvas__TemplateRemove request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    cocanvas__template_remove__init(&request);
    int code = session_start(&s, cli);
    if (code == EXIT_OK) {
        request.workspace = workspace_of(&s);
        request.id = cli->args[0];
        frame.body_case = COCANVAS__FRAME__BODY_TEMPLATE_REMOVE;
        frame.template_remove = &request;
        code = session_request(&s, &frame, &reply);
    }
    if (code == EXIT_OK && cli->out.json) {
        json_t *object = session_object(&s, "template_removed");
        json_object_set_new(object, "id", json_string(cli->args[0]));
        out_json(&cli->out, object);
    } else if (code == EXIT_OK) {
        out_print(&cli->out, STYLE_PLAIN, "Removed the template %s%s\n", cli->args[0], session_mark(&s));
        out_note(&cli->out, "Canvases made from it stay as they are.");
    }
    session_close(&s);
    return code;
}

/* ---- template save */

/* "-o ours.template" says what it is called. */
static char *id_of_path(const char *path)
{
    const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path, *end = name ? strstr(name, ".template") : NULL;
    return end && end > name ? strndup(name, (size_t)(end - name)) : NULL;
}

static int keep(struct edit *e, const char *path, const char *id, char *text)
{
    struct cli *cli = e->s.cli;
    struct why why;
    bool print = !path || strcmp(path, "-") == 0;
    if (cli_flag(cli, "add"))
        return put(&e->s, id, text);
    if (!print && access(path, F_OK) == 0)
        return cli_fail(cli, EXIT_CONFLICT, "%s is there already; give another name with -o.", path);
    if (!print && file_replace(path, text, strlen(text), &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    if (cli->out.json) {
        json_t *object = session_object(&e->s, "template_save");
        json_object_set_new(object, "id", json_string(id));
        json_object_set_new(object, print ? "text" : "file", json_string(print ? text : path));
        out_json(&cli->out, object);
    } else if (print) {
        out_print(&cli->out, STYLE_PLAIN, "%s", text);
    } else {
        out_note(&cli->out, "Wrote %s. For your workspace: cocanvas template add %s", path, path);
    }
    return EXIT_OK;
}

static int save(struct edit *e)
{
    struct cli *cli = e->s.cli;
    const char *path = cli_value(cli, "output"), *title = cli_value(cli, "title"), *given = cli_value(cli, "id");
    struct why why;
    bool stacked;
    if (!title)
        title = canvas_title(e->canvas);
    char *id = given ? xstrdup(given) : id_of_path(path);
    if (!id)
        id = template_id_of(title);
    const char *by = cli_value(cli, "by");
    struct template_save wanted = {id, title, by ? by : session_person(&e->s, replica_author(e->replica))};
    char *text = template_of_canvas(e->canvas, &wanted, &stacked, &why);
    if (text && stacked)
        out_note(&cli->out, "Blocks of the canvas lie over each other: in the template they are one below the other.");
    int code = text ? keep(e, path, id, text) : cli_fail(cli, EXIT_ERROR, "This canvas can't become a template: %s", why.text);
    free(text);
    free(id);
    return code;
}

int cmd_template_save(struct cli *cli)
{
    struct edit e;
    if (cli_flag(cli, "add") && cli_value(cli, "output"))
        return cli_fail(cli, EXIT_USAGE, "Either -o FILE or --add: the one writes a file, the other puts it into the workspace.");
    int code = edit_begin(&e, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = save(&e);
    return edit_end(&e, code);
}
