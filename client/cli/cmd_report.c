/* report: all canvases of a workspace that one may see, on one page. They are opened one after the other on one connection. */
#include <stdlib.h>
#include <string.h>

#include "client/cli/people.h"
#include "client/cli/report.h"
#include "client/core/paths.h"
#include "common/buf.h"

static const char *person_name(void *ctx, uint32_t author)
{
    return session_person(ctx, author);
}

static int add_canvas(struct session *s, struct report *r, const char *id)
{
    const struct names names = {person_name, s};
    int code = session_open_canvas(s, id, false);
    if (code != EXIT_OK)
        return code;
    struct method *method = method_new();
    method_update(method, session_view(s), r->today);
    report_add(r, id, session_view(s), method, &names, &s->arena);
    method_free(method);
    return EXIT_OK;
}

static int by_title(const void *a, const void *b)
{
    const Cocanvas__CanvasInfo *x = *(Cocanvas__CanvasInfo *const *)a, *y = *(Cocanvas__CanvasInfo *const *)b;
    return strcmp(x->title, y->title);
}

static int add_canvases(struct session *s, struct report *r, const ProtobufCBinaryData *workspace)
{
    Cocanvas__CanvasList *list;
    int code = session_canvases(s, true, false, &list);
    if (code == EXIT_OK && list->n_canvases > 1)
        qsort(list->canvases, list->n_canvases, sizeof *list->canvases, by_title);
    for (size_t i = 0; code == EXIT_OK && i < list->n_canvases; i++) {
        const Cocanvas__CanvasInfo *info = list->canvases[i];
        struct uuid id;
        char text[UUID_TEXT];
        if (workspace->len > 0 && (info->workspace.len != workspace->len || memcmp(info->workspace.data, workspace->data, workspace->len) != 0))
            continue;
        if (!uuid_from_bytes(info->id.data, info->id.len, &id))
            return cli_fail(s->cli, EXIT_ERROR, "The server sent a canvas without a proper id.");
        uuid_format(&id, text);
        code = add_canvas(s, r, text);
    }
    return code;
}

static int write_report(struct session *s, json_t *report, const char *format)
{
    struct cli *cli = s->cli;
    const char *path = cli_value(cli, "output");
    struct buf content;
    struct why why;
    int code = EXIT_OK;
    buf_init(&content);
    if (strcmp(format, "csv") == 0)
        report_csv(report, &content);
    else if (strcmp(format, "markdown") == 0)
        report_markdown(report, &s->arena, &content);
    if (strcmp(format, "json") == 0) {
        json_t *object = out_object("report");
        json_object_update(object, report);
        char *text = json_text(object, path ? 1 : 0);
        buf_addf(&content, "%s\n", text);
        free(text);
        json_decref(object);
    }
    if (path && strcmp(path, "-") != 0) {
        if (file_replace(path, (const char *)buf_at(&content), buf_len(&content), &why) != STATUS_OK)
            code = cli_fail(cli, EXIT_ERROR, "%s", why.text);
        else
            out_note(&cli->out, "Wrote %s (%zu bytes).", path, buf_len(&content));
    } else if (cli->out.terminal && strcmp(format, "json") != 0) {
        out_print(&cli->out, STYLE_PLAIN, "%.*s", (int)buf_len(&content), (const char *)buf_at(&content));
    } else {
        fwrite(buf_at(&content), 1, buf_len(&content), cli->out.to);
    }
    buf_fini(&content);
    return code;
}

/* "markdown", "csv" or "json"; NULL: the word is none of them. */
static const char *format_of(struct cli *cli)
{
    static const char *const words[][2] = {{"markdown", "markdown"}, {"md", "markdown"}, {"csv", "csv"}, {"json", "json"}};
    const char *path = cli_value(cli, "output"), *dot = path ? strrchr(path, '.') : NULL, *word = cli_value(cli, "format");
    if (!word)
        word = cli->out.json ? "json" : dot ? dot + 1 : "markdown";
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], word) == 0)
            return words[i][1];
    return NULL;
}

int cmd_report(struct cli *cli)
{
    struct session s;
    struct report report;
    ProtobufCBinaryData workspace;
    char today[11];
    const char *name = "", *format = format_of(cli);
    if (!format)
        return cli_fail(cli, EXIT_USAGE, "Which format? --format markdown, csv or json");
    people_today(today);
    report_init(&report, today);
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = people_named_workspace(&s, &workspace, &name);
    if (code == EXIT_OK)
        code = add_canvases(&s, &report, &workspace);
    if (code == EXIT_OK) {
        json_t *json = report_json(&report, name);
        code = write_report(&s, json, format);
        json_decref(json);
    }
    session_close(&s);
    report_fini(&report);
    return code;
}
