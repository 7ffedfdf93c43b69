/* Manual pages in mdoc, made of the table: cocanvas(1) and one page for each command. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/cmd.h"

#define PAGE_DATE "November 21, 2026"

/* "member invite" → "cocanvas-member-invite" */
static const char *page_name(struct arena *arena, const struct command *c)
{
    char *name = arena_printf(arena, "cocanvas-%s", c->name);
    for (char *at = name; *at; at++)
        if (*at == ' ')
            *at = '-';
    return name;
}

/* Text for roff: backslashes, leading dots and quotes, hyphens that must stay hyphens. */
static void add_text(struct buf *out, const char *text)
{
    for (const char *at = text; *at; at++) {
        bool line_start = at == text || at[-1] == '\n';
        if (line_start && (*at == '.' || *at == '\''))
            buf_addf(out, "\\&%c", *at);
        else if (*at == '\\')
            buf_addf(out, "\\e");
        else if (*at == '-' && at[1] == '-')
            buf_addf(out, "\\-");
        else if (*at == '-' && at > text && at[-1] == '-')
            buf_addf(out, "\\-");
        else
            buf_add(out, at, 1);
    }
}

/* One paragraph: each sentence begins a line, as mdoc wants it, and no line is longer than 78 characters. */
static void add_paragraph(struct buf *out, struct arena *arena, const char *text, size_t len)
{
    size_t column = 0;
    for (const char *end = text + len; text < end;) {
        size_t word = strcspn(text, " ");
        if (word > (size_t)(end - text))
            word = (size_t)(end - text);
        if (column && column + 1 + word > 78) {
            buf_addf(out, "\n");
            column = 0;
        } else if (column) {
            buf_addf(out, " ");
            column++;
        }
        add_text(out, arena_strndup(arena, text, word));
        column += word;
        if (word && text[word - 1] == '.' && text + word < end) {
            buf_addf(out, "\n");
            column = 0;
        }
        text += word;
        while (text < end && *text == ' ')
            text++;
    }
    buf_addf(out, "\n");
}

/* Paragraphs are separated by an empty line; one whose lines are indented stands as it is. */
static void add_prose(struct buf *out, struct arena *arena, const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t len = end ? (size_t)(end - text) : strlen(text);
        if (*text == ' ') {
            buf_addf(out, ".Bd -literal\n");
            add_text(out, arena_strndup(arena, text, len));
            buf_addf(out, "\n.Ed\n");
        } else {
            add_paragraph(out, arena, text, len);
        }
        text += len + (end ? 2 : 0);
        if (*text && *text != ' ')
            buf_addf(out, ".Pp\n");
    }
}

static void add_head(struct buf *out, const char *name, const char *summary)
{
    char upper[80];
    size_t n = 0;
    for (; name[n] && n < sizeof upper - 1; n++)
        upper[n] = name[n] >= 'a' && name[n] <= 'z' ? (char)(name[n] - 32) : name[n];
    upper[n] = 0;
    buf_addf(out, ".Dd %s\n.Dt %s 1\n.Os\n.Sh NAME\n.Nm %s\n.Nd %c%s\n.Sh SYNOPSIS\n", PAGE_DATE, upper, name,
             summary[0] >= 'A' && summary[0] <= 'Z' ? summary[0] + 32 : summary[0], summary + 1);
}

static void add_options(struct buf *out, struct arena *arena, const struct cmd_option *options)
{
    buf_addf(out, ".Bl -tag -width Ds\n");
    for (; options->name; options++) {
        buf_addf(out, ".It ");
        if (options->letter)
            buf_addf(out, "Fl %c , ", options->letter);
        buf_addf(out, "Fl \\-%s", options->name);
        if (options->value)
            buf_addf(out, " Ar %s", options->value);
        buf_addf(out, "\n");
        add_paragraph(out, arena, arena_printf(arena, "%s.", options->help), strlen(options->help) + 1);
    }
    buf_addf(out, ".El\n");
}

static void add_examples(struct buf *out, const struct cmd_example *examples)
{
    if (!examples)
        return;
    buf_addf(out, ".Sh EXAMPLES\n");
    for (; examples->line; examples++) {
        if (examples->comment) {
            add_text(out, examples->comment);
            buf_addf(out, ":\n");
        }
        buf_addf(out, ".Bd -literal -offset indent\n$ cocanvas ");
        add_text(out, examples->line);
        buf_addf(out, "\n.Ed\n");
        if (examples[1].line && examples[1].comment)
            buf_addf(out, ".Pp\n");
    }
}

static void add_exits(struct buf *out, enum cmd_needs needs)
{
    size_t n;
    const struct exit_meaning *exits = cmd_exit_codes(&n);
    buf_addf(out, ".Sh EXIT STATUS\n.Bl -tag -width Ds\n");
    for (size_t i = 0; i < n; i++)
        if (exits[i].from <= needs)
            buf_addf(out, ".It %d\n%s.\n", exits[i].code, exits[i].meaning);
    buf_addf(out, ".El\n");
}

static void add_pairs(struct buf *out, const struct cmd_example *pairs)
{
    buf_addf(out, ".Bl -tag -width Ds\n");
    for (; pairs->line; pairs++) {
        buf_addf(out, ".It ");
        add_text(out, pairs->line);
        buf_addf(out, "\n");
        add_text(out, pairs->comment);
        buf_addf(out, ".\n");
    }
    buf_addf(out, ".El\n");
}

static void add_synopsis(struct buf *out, const struct command *c)
{
    buf_addf(out, ".Nm cocanvas %s\n", c->name);
    if (c->options)
        buf_addf(out, ".Op Ar options\n");
    for (const char *at = c->arguments; *at;) {
        size_t len = strcspn(at, " ");
        bool optional = at[0] == '[';
        size_t skip = optional ? 1 : 0, tail = optional && at[len - 1] == ']' ? 1 : 0;
        bool many = len - tail > 3 && memcmp(at + len - tail - 3, "...", 3) == 0;
        buf_addf(out, optional ? ".Op Ar %.*s%s\n" : ".Ar %.*s%s\n", (int)(len - skip - tail - (many ? 3 : 0)),
                 at + skip, many ? " ..." : "");
        at += len + (at[len] == ' ');
    }
}

static void command_page(struct arena *arena, const struct command *c, struct buf *out)
{
    add_head(out, page_name(arena, c), c->summary);
    add_synopsis(out, c);
    buf_addf(out, ".Sh DESCRIPTION\n");
    add_prose(out, arena,
              arena_printf(arena, "%s.%s%s", c->summary, c->details ? "\n\n" : "", c->details ? c->details : ""));
    if (*c->aliases)
        buf_addf(out, ".Pp\nOther names: %s.\n", c->aliases);
    if (c->options) {
        buf_addf(out, ".Pp\nThe options are these, and those of all commands, which\n.Xr cocanvas 1\nlists:\n");
        add_options(out, arena, c->options);
    }
    add_exits(out, c->needs);
    add_examples(out, c->examples);
    buf_addf(out, ".Sh SEE ALSO\n.Xr cocanvas 1\n");
}

static void main_page(struct arena *arena, struct buf *out)
{
    add_head(out, "cocanvas", "Work on a canvas of cards, several people at the same time");
    buf_addf(out, ".Nm\n.Op Ar options\n.Ar command\n.Op Ar argument ...\n.Sh DESCRIPTION\n.Nm\n");
    add_prose(out, arena,
              "is the command line of a server, cocanvasd, that keeps canvases: pages of named blocks that hold cards. "
              "What one person changes, all others see at once, and only after it is saved.\n\n"
              "A canvas is named by its title, the beginning of it or of a word in it, or by the beginning of its id; "
              "a card by its id or the beginning of its text; "
              "a block by its key or title. "
              "A text that begins with a hyphen goes behind \"--\".");
    buf_addf(out, ".Pp\nThe commands are:\n.Bl -tag -width Ds\n");
    for (size_t i = 0; cmd_at(i); i++)
        buf_addf(out, ".It Xr %s 1\n%s.\n", page_name(arena, cmd_at(i)), cmd_at(i)->summary);
    buf_addf(out, ".El\n.Pp\nOptions of all commands:\n");
    add_options(out, arena, cmd_global_options());
    buf_addf(out, ".Sh ENVIRONMENT\n");
    add_pairs(out, cmd_environment());
    buf_addf(out, ".Sh FILES\n");
    add_pairs(out, cmd_files());
    add_exits(out, NEEDS_EDITOR);
}

static int write_page(struct cli *cli, const char *folder, const char *name, const struct buf *page)
{
    const char *path = arena_printf(&cli->arena, "%s/%s.1", folder, name);
    FILE *file = fopen(path, "we");
    bool ok = file && fwrite(buf_at(page), 1, buf_len(page), file) == buf_len(page);
    ok = file && fclose(file) == 0 && ok;
    return ok ? EXIT_OK : cli_fail(cli, EXIT_ERROR, "%s can't be written: %s.", path, strerror(errno));
}

static int write_all(struct cli *cli, const char *folder)
{
    struct buf page;
    buf_init(&page);
    main_page(&cli->arena, &page);
    int code = write_page(cli, folder, "cocanvas", &page);
    for (size_t i = 0; code == EXIT_OK && cmd_at(i); i++) {
        buf_clear(&page, 65536);
        command_page(&cli->arena, cmd_at(i), &page);
        code = write_page(cli, folder, page_name(&cli->arena, cmd_at(i)), &page);
    }
    buf_fini(&page);
    return code;
}

int cmd_man(struct cli *cli)
{
    const char *folder = cli_value(cli, "all"), *name = cli->n_args ? cli->args[0] : "cocanvas";
    struct buf page;
    if (folder)
        return write_all(cli, folder);
    buf_init(&page);
    if (strcmp(name, "cocanvas") == 0)
        main_page(&cli->arena, &page);
    for (size_t i = 0; cmd_at(i); i++)
        if (strcmp(page_name(&cli->arena, cmd_at(i)), name) == 0)
            command_page(&cli->arena, cmd_at(i), &page);
    int code = buf_len(&page)
                   ? EXIT_OK
                   : cli_fail(cli, EXIT_NOT_FOUND,
                              "There is no manual page \"%s\". They are called cocanvas and cocanvas-COMMAND.", name);
    if (buf_len(&page))
        fwrite(buf_at(&page), 1, buf_len(&page), cli->out.to);
    buf_fini(&page);
    return code;
}
