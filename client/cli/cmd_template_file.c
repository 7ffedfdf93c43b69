/* template check, template fork: files of templates, for people who write their own. */
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/cmd.h"
#include "client/cli/template_show.h"
#include "client/method/method.h"
#include "common/buf.h"
#include "common/template.h"

enum { FILE_MAX = 1 << 20 };

/* NULL with errno; EFBIG if it is no file that people write. A NUL in it ends it: the parser then misses what follows. */
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
    } while (n > 0 && buf_len(&content) <= FILE_MAX);
    int fault = ferror(file) ? errno : buf_len(&content) > FILE_MAX ? EFBIG : 0;
    if (file != stdin)
        fclose(file);
    buf_add(&content, "", 1);
    if (fault == 0)
        return (char *)content.data;
    buf_fini(&content);
    errno = fault;
    return NULL;
}

/* The name that messages bear. */
static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* ---- template check */

static bool is_check(const char *id)
{
    for (const struct check_row *row = check_rows(); row->id; row++) {
        if (strcmp(row->id, id) == 0)
            return true;
    }
    return false;
}

static const char *nearest_check(const char *id)
{
    const char *words[64];
    size_t n = 0;
    for (const struct check_row *row = check_rows(); row->id && n < sizeof words / sizeof words[0]; row++)
        words[n++] = row->id;
    return nearest_word(id, n, words);
}

static void check_checks(const struct template *t, const char *name, struct template_mistakes *m)
{
    for (size_t i = 0; t->checks[i]; i++) {
        if (is_check(t->checks[i]))
            continue;
        const char *near = nearest_check(t->checks[i]);
        if (near)
            template_mistake(m, name, t->checks_line, "there is no check \"%s\"; did you mean \"%s\"?", t->checks[i],
                             near);
        else
            template_mistake(m, name, t->checks_line, "there is no check \"%s\"; templates/README.md lists them",
                             t->checks[i]);
    }
}

static json_t *mistakes_json(const struct template_mistakes *m)
{
    json_t *list = json_array();
    for (size_t i = 0; i < m->n; i++)
        json_array_append_new(list, json_string(m->at[i]));
    return list;
}

static void print_mistakes(struct cli *cli, const struct template_mistakes *m, const char *before)
{
    for (size_t i = 0; i < m->n; i++)
        err_print(&cli->out, STYLE_PLAIN, "%s%s\n", before, arena_line(&cli->arena, m->at[i]));
    if (m->more > 0)
        err_print(&cli->out, STYLE_PLAIN, "… and %zu more\n", m->more);
}

/* What is wrong with the file, and what may be. NULL if something is. */
static struct template *check_text(const char *name, const char *text, struct template_mistakes *m,
                                   struct template_mistakes *notes)
{
    struct template *t = template_check(name, text, m);
    if (!t)
        return NULL;
    struct template_set set;
    template_set_load(&set);
    template_check_plugins(&set, t, name, m, notes);
    template_set_free(&set);
    check_checks(t, name, m);
    if (m->n == 0)
        return t;
    template_free(t);
    return NULL;
}

static void print_checked(struct cli *cli, const char *path, const struct template *t,
                          const struct template_mistakes *m, const struct template_mistakes *notes)
{
    if (cli->out.json) {
        json_t *object = out_object("template_check");
        json_object_set_new(object, "mistakes", mistakes_json(m));
        json_object_set_new(object, "notes", mistakes_json(notes));
        if (t)
            json_object_set_new(object, "template", template_json(t, true));
        out_json(&cli->out, object);
        return;
    }
    print_mistakes(cli, m, "");
    print_mistakes(cli, notes, "note: ");
    if (t)
        out_print(&cli->out, STYLE_PLAIN, "%s is good: %s, %s, %zu block%s.\n", path, arena_line(&cli->arena, t->title),
                  t->kind, t->n_blocks, t->n_blocks == 1 ? "" : "s");
}

int cmd_template_check(struct cli *cli)
{
    struct template_mistakes m = {0}, notes = {0};
    const char *path = cli->args[0];
    char *text = read_whole(path);
    if (!text && errno == EFBIG)
        return cli_fail(cli, EXIT_ERROR, "%s is larger than a template can be (1 MiB).", path);
    if (!text)
        return cli_fail(cli, EXIT_NOT_FOUND, "%s can't be read: %s.", path, strerror(errno));
    struct template *t = check_text(file_name(path), text, &m, &notes);
    print_checked(cli, path, t, &m, &notes);
    int code = t ? EXIT_OK
                 : cli_fail(cli, EXIT_ERROR, "%s has %zu mistake%s.", file_name(path), m.n + m.more,
                            m.n + m.more == 1 ? "" : "s");
    template_free(t);
    template_mistakes_free(&m);
    template_mistakes_free(&notes);
    free(text);
    return code;
}

/* ---- template fork */

/* The file's name without its ending, if that can be an id. */
static char *id_of_file(struct cli *cli, const char *path)
{
    const char *name = path ? file_name(path) : "", *end = strstr(name, ".template");
    return end && end > name ? arena_strndup(&cli->arena, name, (size_t)(end - name)) : NULL;
}

/* Who it is, by the system's account: the full name if there is one. */
static char *who_am_i(struct cli *cli)
{
    const struct passwd *account = getpwuid(getuid());
    const char *name = account ? account->pw_gecos : NULL;
    size_t len = name ? strcspn(name, ",") : 0;
    if (len > 0)
        return arena_strndup(&cli->arena, name, len);
    return account ? arena_strndup(&cli->arena, account->pw_name, strlen(account->pw_name)) : NULL;
}

static int write_fork(struct cli *cli, const char *path, const char *id, const char *text)
{
    struct why why;
    bool print = !path || strcmp(path, "-") == 0;
    if (!print && access(path, F_OK) == 0)
        return cli_fail(cli, EXIT_CONFLICT, "%s is there already; give another name with -o.", path);
    if (!print && file_replace(path, text, strlen(text), &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    if (cli->out.json) {
        json_t *object = out_object("template_fork");
        json_object_set_new(object, "id", json_string(id));
        json_object_set_new(object, print ? "text" : "file", json_string(print ? text : path));
        out_json(&cli->out, object);
    } else if (print) {
        out_print(&cli->out, STYLE_PLAIN, "%s", text);
    } else {
        out_note(&cli->out, "Wrote %s. When you have changed it: cocanvas template check %s", path, path);
    }
    return EXIT_OK;
}

static int unknown_template(struct cli *cli, const char *id)
{
    struct template_set set;
    template_set_load(&set);
    const char *near = template_nearest(&set, id);
    int code = near
                   ? cli_fail(cli, EXIT_NOT_FOUND,
                              "There is no template \"%s\". Did you mean: cocanvas template fork %s", id, near)
                   : cli_fail(cli, EXIT_NOT_FOUND,
                              "There is no template \"%s\", and no file of that name. See: cocanvas template list", id);
    template_set_free(&set);
    return code;
}

int cmd_template_fork(struct cli *cli)
{
    struct why why = {""};
    const char *from = cli->args[0], *path = cli_value(cli, "output"), *id = cli_value(cli, "id"),
               *who = cli_value(cli, "by");
    char *file = template_file(from) ? xstrdup(template_file(from)) : read_whole(from);
    if (!file)
        return unknown_template(cli, from);
    if (!id)
        id = id_of_file(cli, path);
    if (!id)
        id = arena_printf(&cli->arena, "my-%s", template_file(from) ? from : "template");
    if (!who)
        who = who_am_i(cli);
    char *text = template_fork(file_name(from), file, id, who ? who : "", &why);
    int code = text ? write_fork(cli, path, id, text) : cli_fail(cli, EXIT_ERROR, "%s", why.text);
    free(text);
    free(file);
    return code;
}
