/* export: a canvas into a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/edit.h"

enum file_format { FORMAT_JSON, FORMAT_MARKDOWN };

static int format_of(struct cli *cli, const char *path, enum file_format *format)
{
    const char *word = cli_value(cli, "format"), *dot = path ? strrchr(path, '.') : NULL;
    if (!word)
        word = dot ? dot + 1 : "json";
    if (strcmp(word, "json") == 0)
        *format = FORMAT_JSON;
    else if (strcmp(word, "markdown") == 0 || strcmp(word, "md") == 0)
        *format = FORMAT_MARKDOWN;
    else
        return cli_fail(cli, EXIT_USAGE, "Which format? --format json or --format markdown");
    return EXIT_OK;
}

static int write_output(struct cli *cli, const char *path, const struct buf *content, enum file_format format)
{
    const char *bytes = (const char *)buf_at(content);
    size_t len = buf_len(content);
    if (path && strcmp(path, "-") != 0) {
        struct why why;
        if (file_replace(path, bytes, len, &why) != STATUS_OK)
            return cli_fail(cli, EXIT_ERROR, "%s", why.text);
        out_note(&cli->out, "Wrote %s (%zu bytes).", path, len);
        return EXIT_OK;
    }
    /* JSON has its escapes already. Markdown goes out as it is into a file or pipe, but not to a terminal. */
    if (format == FORMAT_MARKDOWN && cli->out.terminal)
        out_print(&cli->out, STYLE_PLAIN, "%.*s", (int)len, bytes);
    else
        fwrite(bytes, 1, len, cli->out.to);
    return EXIT_OK;
}

/* The workspace's audit log knows of it. */
static int tell_server(struct session *s)
{
    Cocanvas__CanvasExported exported = COCANVAS__CANVAS_EXPORTED__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    frame.body_case = COCANVAS__FRAME__BODY_CANVAS_EXPORTED;
    frame.canvas_exported = &exported;
    return session_request(s, &frame, &reply);
}

int cmd_export(struct cli *cli)
{
    struct edit e;
    struct buf content;
    enum file_format format = FORMAT_JSON;
    const char *path = cli_value(cli, "output");
    int code = format_of(cli, path, &format);
    if (code != EXIT_OK)
        return code;
    buf_init(&content);
    code = edit_begin(&e, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = tell_server(&e.s);
    if (code == EXIT_OK) {
        struct names names = {e.describe.person, e.describe.ctx};
        struct canvas *confirmed = replica_confirmed(e.replica);
        bool confidential = client_is_confidential(e.s.client);
        if (format == FORMAT_JSON)
            export_json(confirmed, &names, confidential, e.arena, &content);
        else
            export_markdown(confirmed, &names, confidential, e.arena, &content);
        code = write_output(cli, path, &content, format);
    }
    buf_fini(&content);
    return edit_end(&e, code);
}
