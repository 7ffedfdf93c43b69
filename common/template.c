/* Templates as values: giving them back, and forking a file. */
#include "common/template.h"

#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/rules.h"
#include "common/template_read.h"

static void free_fields(struct field *fields, size_t n)
{
    for (size_t i = 0; i < n; i++)
        field_fini(&fields[i]);
    free(fields);
}

static void free_block(struct template_block *block)
{
    free(block->key);
    free(block->title);
    free(block->prompt);
    free(block->help);
    free(block->side);
    free(block->sign);
    free(block->section);
    free(block->ledger);
    free(block->column);
    free_words(block->plugins);
    free_fields(block->fields, block->n_fields);
}

static void free_axis(struct template_axis *axis)
{
    free(axis->title);
    free(axis->low);
    free(axis->high);
    free(axis->field);
}

void template_free(struct template *t)
{
    if (!t)
        return;
    for (size_t i = 0; i < t->n_blocks; i++)
        free_block(&t->blocks[i]);
    free(t->blocks);
    for (size_t i = 0; i < t->n_steps; i++) {
        free(t->steps[i].title);
        free(t->steps[i].text);
        free(t->steps[i].block);
        free(t->steps[i].opens);
    }
    free(t->steps);
    free_fields(t->fields, t->n_fields);
    free_axis(&t->x);
    free_axis(&t->y);
    free_words(t->edges);
    free_words(t->checks);
    free_words(t->languages);
    free(t->lanes);
    free(t->nodes);
    free(t->id);
    free(t->title);
    free(t->kind);
    free(t->version);
    free(t->lang);
    free(t->attribution);
    free(t->licence);
    free(t->source);
    free(t->provenance);
    free(t->about);
    free(t->family);
    free(t);
}

/* ---- forks */

/* Number of the line that holds this setting and nothing else; 0 if there is no such setting. */
static unsigned own_line(const config_setting_t *root, const char *name, const char *text, const char **line,
                         size_t *len)
{
    const config_setting_t *setting = config_setting_get_member(root, name);
    unsigned at = setting ? config_setting_source_line(setting) : 0;
    *line = text;
    for (unsigned i = 1; i < at && *line; i++)
        *line = strchr(*line, '\n') ? strchr(*line, '\n') + 1 : NULL;
    *len = at > 0 && *line ? strcspn(*line, "\n") : 0;
    return at;
}

static bool is_alone(const char *name, const char *line, size_t len)
{
    const char *end = memchr(line, ';', len);
    size_t n = strlen(name);
    return len > n && strncmp(line, name, n) == 0 && end && end + 1 + strspn(end + 1, " \t\r") >= line + len;
}

static void add(struct buf *out, const char *text)
{
    buf_add(out, text, strlen(text));
}

static void add_setting(struct buf *out, const char *name, const char *value)
{
    add(out, name);
    add(out, " = \"");
    for (; *value; value++) {
        if (*value == '"' || *value == '\\')
            add(out, "\\");
        buf_add(out, value, 1);
    }
    add(out, "\";");
}

struct fork {
    const char *id, *who;
    const struct template *from;
    const char *adapted; /* by whom it was already, NULL: nobody */
};

/* A line of the original as it is in the fork. */
static void add_line(struct buf *out, const struct fork *f, const char *name, const char *line, size_t len)
{
    if (strcmp(name, "id") == 0) {
        char *origin = xasprintf("# Forked from %s, version %s.\n", f->from->id, f->from->version);
        add(out, origin);
        free(origin);
        add_setting(out, "id", f->id);
        if (!f->adapted) {
            add(out, "\n");
            add_setting(out, "adapted", f->who);
        }
    } else if (strcmp(name, "version") == 0) {
        add_setting(out, "version", "1");
    } else if (strcmp(name, "adapted") == 0) {
        char *all = xasprintf("%s, %s", f->adapted, f->who);
        add_setting(out, "adapted", all);
        free(all);
    } else {
        buf_add(out, line, len);
    }
}

static char *fork_lines(const config_setting_t *root, const char *text, const struct fork *f, struct why *why)
{
    static const char *const changed[] = {"id", "version", "adapted", NULL};
    unsigned at[3];
    for (size_t i = 0; changed[i]; i++) {
        const char *line;
        size_t len;
        at[i] = own_line(root, changed[i], text, &line, &len);
        if (at[i] > 0 && !is_alone(changed[i], line, len)) {
            (void)refuse(why, STATUS_BAD_OP,
                         "%s must stand at the beginning of a line of its own to be changed in a fork.", changed[i]);
            return NULL;
        }
    }
    struct buf out;
    buf_init(&out);
    for (unsigned n = 1; *text; n++) {
        size_t len = strcspn(text, "\n"), i = 0;
        while (changed[i] && at[i] != n)
            i++;
        add_line(&out, f, changed[i] ? changed[i] : "", text, len);
        text += len;
        if (*text == '\n')
            buf_add(&out, text++, 1);
    }
    char *forked = xstrndup((const char *)buf_at(&out), buf_len(&out));
    buf_fini(&out);
    return forked;
}

char *template_fork(const char *name, const char *text, const char *id, const char *who, struct why *why)
{
    config_t config;
    char *forked = NULL;
    if (!rule_key(id)) {
        (void)refuse(why, STATUS_BAD_OP,
                     "\"%.40s\" can't be a template's id: use a-z, 0-9, \"_\", \".\" and \"-\", a letter first.", id);
        return NULL;
    }
    if (!rule_line(who, 1, TITLE_POINTS / 2)) {
        (void)refuse(why, STATUS_BAD_OP, "Who adapts a template is one line of 1 to %d characters.", TITLE_POINTS / 2);
        return NULL;
    }
    struct template *from = template_parse(name, text, why);
    if (!from)
        return NULL;
    config_init(&config);
    if (config_read_string(&config, text) == CONFIG_TRUE) {
        struct fork f = {.id = id, .who = who, .from = from};
        (void)config_lookup_string(&config, "adapted", &f.adapted);
        forked = fork_lines(config_root_setting(&config), text, &f, why);
    }
    config_destroy(&config);
    template_free(from);
    struct template *check = forked ? template_parse(name, forked, why) : NULL;
    if (!check) {
        free(forked);
        return NULL;
    }
    template_free(check);
    return forked;
}
