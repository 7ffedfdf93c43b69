/* export: a canvas into a file. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/canvas_file.h"
#include "client/cli/csv_canvas.h"
#include "client/cli/edit.h"
#include "client/cli/json_canvas.h"
#include "client/cli/people.h"
#include "client/picture/picture.h"

/* What a format is made from. */
struct export_job {
    struct cli *cli;
    struct edit *e;
    struct canvas *canvas;
    struct names names;
    bool confidential;
};

static enum status write_json(struct export_job *job, struct buf *out, struct why *why)
{
    (void)why;
    export_json(job->canvas, &job->names, job->confidential, job->e->arena, out);
    return STATUS_OK;
}

/* What the canvas knows about its cards today; to be given to method_free(). */
static struct method *method_of(const struct canvas *canvas, char today[11])
{
    struct method *method = method_new();
    people_today(today);
    method_update(method, canvas, today);
    return method;
}

static enum status write_markdown(struct export_job *job, struct buf *out, struct why *why)
{
    char today[11];
    struct method *method = method_of(job->canvas, today);
    (void)why;
    export_markdown(job->canvas, method, &job->names, job->confidential, job->e->arena, out);
    method_free(method);
    return STATUS_OK;
}

static enum status write_csv(struct export_job *job, struct buf *out, struct why *why)
{
    char today[11];
    struct method *method = method_of(job->canvas, today);
    (void)why;
    export_csv(job->canvas, method, &job->names, job->confidential, job->e->arena, out);
    method_free(method);
    return STATUS_OK;
}

static enum status write_json_canvas(struct export_job *job, struct buf *out, struct why *why)
{
    char today[11];
    struct method *method = method_of(job->canvas, today);
    (void)why;
    export_json_canvas(job->canvas, method, &job->names, job->confidential, job->e->arena, out);
    method_free(method);
    return STATUS_OK;
}

static enum status write_picture(struct export_job *job, enum picture_format format, struct buf *out, struct why *why)
{
    struct picture_options options = {
        .format = format,
        .paper = cli_value(job->cli, "paper"),
        .confidential = job->confidential,
        .name = job->names.person,
        .name_ctx = job->names.ctx,
    };
    char today[11];
    struct method *method = method_of(job->canvas, today);
    enum status status;

    options.today = today;
    status = picture_draw(job->canvas, method, &options, out, why);
    method_free(method);
    return status;
}

static enum status write_svg(struct export_job *job, struct buf *out, struct why *why)
{
    return write_picture(job, PICTURE_SVG, out, why);
}

static enum status write_pdf(struct export_job *job, struct buf *out, struct why *why)
{
    return write_picture(job, PICTURE_PDF, out, why);
}

static enum status write_png(struct export_job *job, struct buf *out, struct why *why)
{
    return write_picture(job, PICTURE_PNG, out, why);
}

/* What --format and the end of a file's name may say. */
static const struct file_format {
    const char *name, *suffix;
    enum { FOR_PEOPLE, FOR_PROGRAMS, FOR_EYES } kind;    /* text with anything in it; text with escapes; bytes */
    enum status (*write)(struct export_job *job, struct buf *out, struct why *why);
} formats[] = {
    {"json", "json", FOR_PROGRAMS, write_json}, {"markdown", "md", FOR_PEOPLE, write_markdown}, {"csv", "csv", FOR_PEOPLE, write_csv},
    {"canvas", "canvas", FOR_PROGRAMS, write_json_canvas}, {"jsoncanvas", "canvas", FOR_PROGRAMS, write_json_canvas},
    {"svg", "svg", FOR_PROGRAMS, write_svg},    {"pdf", "pdf", FOR_EYES, write_pdf},            {"png", "png", FOR_EYES, write_png},
};

static int format_of(struct cli *cli, const char *path, const struct file_format **format)
{
    const char *word = cli_value(cli, "format"), *dot = path ? strrchr(path, '.') : NULL;
    if (!word)
        word = dot ? dot + 1 : "json";
    *format = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (strcmp(word, formats[i].name) == 0 || strcmp(word, formats[i].suffix) == 0)
            *format = &formats[i];
    if (!*format)
        return cli_fail(cli, EXIT_USAGE, "Which format? --format json, markdown, csv, canvas (JSON Canvas), svg, pdf or png");
    if ((*format)->kind == FOR_EYES && (!path || strcmp(path, "-") == 0) && cli->out.terminal)
        return cli_fail(cli, EXIT_USAGE, "A terminal cannot show this; give it a file: -o %s.%s", cli->args[0], (*format)->suffix);
    if (cli_value(cli, "paper") && !picture_paper_known(cli_value(cli, "paper")))
        return cli_fail(cli, EXIT_USAGE, "Which paper? --paper a4, a3, a2, a1 or a0");
    return EXIT_OK;
}

static int write_output(struct cli *cli, const char *path, const struct buf *content, const struct file_format *format)
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
    /* JSON and SVG have their escapes already. Markdown goes out as it is into a file or pipe, but not to a terminal. */
    if (format->kind == FOR_PEOPLE && cli->out.terminal)
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
    const struct file_format *format;
    struct why why;
    const char *path = cli_value(cli, "output");
    int code = format_of(cli, path, &format);
    if (code != EXIT_OK)
        return code;
    buf_init(&content);
    code = edit_begin(&e, cli, cli->args[0], true);
    if (code == EXIT_OK)
        code = tell_server(&e.s);
    if (code == EXIT_OK) {
        struct export_job job = {
            .cli = cli,
            .e = &e,
            .canvas = replica_confirmed(e.replica),
            .names = {e.describe.person, e.describe.ctx},
            .confidential = client_is_confidential(e.s.client),
        };
        code = format->write(&job, &content, &why) == STATUS_OK ? write_output(cli, path, &content, format)
                                                                : cli_fail(cli, EXIT_ERROR, "%s", why.text);
    }
    buf_fini(&content);
    return edit_end(&e, code);
}
