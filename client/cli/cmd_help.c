/* help, version, and the page that `cocanvas` alone prints: all made of the table. */
#include <string.h>

#include "client/cli/cmd.h"

/* A paragraph, wrapped. */
static void print_paragraph(struct output *out, const char *text, size_t len)
{
    size_t width = out->width > 100 ? 100 : out->width, column = 0;
    for (const char *end = text + len; text < end;) {
        size_t word = strcspn(text, " ");
        if (word > (size_t)(end - text))
            word = (size_t)(end - text);
        bool breaks = column && column + 1 + word > width;
        out_print(out, STYLE_PLAIN, "%s%.*s", breaks ? "\n" : column ? " " : "", (int)word, text);
        column = breaks || !column ? word : column + 1 + word;
        text += word;
        while (text < end && *text == ' ')
            text++;
    }
    out_print(out, STYLE_PLAIN, "\n");
}

/* Paragraphs; one whose lines are indented stands as it is. */
static void print_details(struct output *out, const char *text)
{
    while (*text) {
        const char *end = strstr(text, "\n\n");
        size_t len = end ? (size_t)(end - text) : strlen(text);
        out_print(out, STYLE_PLAIN, "\n");
        if (*text == ' ')
            out_print(out, STYLE_PLAIN, "%.*s\n", (int)len, text);
        else
            print_paragraph(out, text, len);
        text += len + (end ? 2 : 0);
    }
}

static void print_options(struct cli *cli, const char *title, const struct cmd_option *options)
{
    if (!options)
        return;
    out_print(&cli->out, STYLE_BOLD, "\n%s\n", title);
    for (; options->name; options++) {
        const char *letter = options->letter ? arena_printf(&cli->arena, "-%c, ", options->letter) : "    ";
        const char *names = arena_printf(&cli->arena, "%s--%s%s%s", letter, options->name, options->value ? " " : "",
                                         options->value ? options->value : "");
        out_print(&cli->out, STYLE_PLAIN, "  %-28s %s\n", names, options->help);
    }
}

static void print_examples(struct cli *cli, const struct cmd_example *examples)
{
    if (!examples)
        return;
    out_print(&cli->out, STYLE_BOLD, "\nExamples\n");
    for (; examples->line; examples++) {
        if (examples->comment)
            out_print(&cli->out, STYLE_DIM, "  # %s\n", examples->comment);
        out_print(&cli->out, STYLE_PLAIN, "  cocanvas %s\n", examples->line);
    }
}

static json_t *options_json(const struct cmd_option *options)
{
    json_t *list = json_array();
    for (; options && options->name; options++)
        json_array_append_new(
            list, json_pack("{s:s, s:s*, s:s}", "name", options->name, "value", options->value, "help", options->help));
    return list;
}

static json_t *command_json(const struct command *c)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o}", "name", c->name, "aliases", c->aliases, "arguments", c->arguments,
                     "summary", c->summary, "options", options_json(c->options));
}

void help_command(struct cli *cli, const struct command *c)
{
    struct output *out = &cli->out;
    if (out->json) {
        json_t *object = out_object("command");
        json_object_set_new(object, "command", command_json(c));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_BOLD, "cocanvas %s", c->name);
    out_print(out, STYLE_PLAIN, "%s%s\n", *c->arguments ? " " : "", c->arguments);
    out_print(out, STYLE_PLAIN, "  %s.%s%s\n", c->summary, *c->aliases ? " Also: " : "", c->aliases);
    if (c->details)
        print_details(out, c->details);
    print_options(cli, "Options", c->options);
    print_examples(cli, c->examples);
    print_options(cli, "Options of all commands", cmd_global_options());
}

static void print_command_line(struct output *out, const struct command *c)
{
    out_print(out, STYLE_PLAIN, "  %-17s %s\n", c->name, c->summary);
}

void help_group(struct cli *cli, const char *noun)
{
    size_t len = strlen(noun);
    if (cli->out.json) {
        help_overview(cli);
        return;
    }
    out_print(&cli->out, STYLE_BOLD, "cocanvas %s …\n", noun);
    for (size_t i = 0; cmd_at(i); i++)
        if (strncmp(cmd_at(i)->name, noun, len) == 0 && cmd_at(i)->name[len] == ' ')
            print_command_line(&cli->out, cmd_at(i));
}

void help_overview(struct cli *cli)
{
    struct output *out = &cli->out;
    if (out->json) {
        json_t *object = out_object("commands"), *list = json_array();
        for (size_t i = 0; cmd_at(i); i++)
            json_array_append_new(list, command_json(cmd_at(i)));
        json_object_set_new(object, "commands", list);
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_PLAIN, "cocanvas: several people on one canvas of cards, at the same time.\n");
    out_print(out, STYLE_BOLD, "\nEvery day\n");
    for (size_t i = 0; cmd_at(i); i++)
        if (cmd_at(i)->daily)
            print_command_line(out, cmd_at(i));
    out_print(out, STYLE_BOLD, "\nThe rest\n");
    for (size_t i = 0; cmd_at(i); i++)
        if (!cmd_at(i)->daily)
            print_command_line(out, cmd_at(i));
    out_print(out, STYLE_PLAIN, "\nMore about one: cocanvas help COMMAND. For programs: --json with every command.\n");
}

int cmd_help(struct cli *cli)
{
    if (cli->n_args == 0) {
        help_overview(cli);
        return EXIT_OK;
    }
    const char *name = cli->n_args == 2 ? arena_printf(&cli->arena, "%s %s", cli->args[0], cli->args[1]) : cli->args[0];
    const struct command *command = cmd_find(name);
    if (cli->n_args == 1 && cmd_is_group(name)) {
        help_group(cli, name);
        return EXIT_OK;
    }
    if (command) {
        help_command(cli, command);
        return EXIT_OK;
    }
    const char *names[256];
    size_t n = 0;
    for (; cmd_at(n) && n < 256; n++)
        names[n] = cmd_at(n)->name;
    const char *near = nearest_word(name, n, names);
    if (near)
        return cli_fail(cli, EXIT_USAGE, "There is no command \"%s\". Did you mean: cocanvas help %s", name, near);
    return cli_fail(cli, EXIT_USAGE, "There is no command \"%s\". See: cocanvas help", name);
}

int cmd_version(struct cli *cli)
{
    if (cli->out.json) {
        json_t *object = out_object("version");
        json_object_set_new(object, "version", json_string(COCANVAS_VERSION));
        json_object_set_new(object, "protocol", json_integer(1));
        out_json(&cli->out, object);
    } else {
        out_print(&cli->out, STYLE_PLAIN, "cocanvas %s, protocol 1\n", COCANVAS_VERSION);
    }
    return EXIT_OK;
}

static void print_contexts(struct cli *cli, const struct contexts *contexts)
{
    for (size_t i = 0; i < contexts->n; i++) {
        const struct context *c = &contexts->at[i];
        bool current = strcmp(c->name, contexts->current) == 0;
        out_print(&cli->out, current ? STYLE_BOLD : STYLE_PLAIN, "%s %s: %s on %s%s\n", current ? "*" : " ", c->name,
                  arena_line(&cli->arena, c->workspace_name), c->host, context_logged_in(c) ? "" : " (logged out)");
    }
}

int cmd_start_page(struct cli *cli)
{
    struct why why;
    struct contexts contexts;
    struct output *out = &cli->out;
    const struct command *list = cmd_find("list");
    if (out->json) {
        help_overview(cli);
        return EXIT_OK;
    }
    if (contexts_load(&contexts, &cli->folders, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    const struct context *now = contexts_find(&contexts, contexts.current);
    bool logged_in = now && context_logged_in(now);
    int code = EXIT_OK;
    out_print(out, STYLE_BOLD, "cocanvas %s\n", COCANVAS_VERSION);
    print_contexts(cli, &contexts);
    contexts_fini(&contexts);
    if (!logged_in) {
        out_print(out, STYLE_PLAIN,
                  "\nYou are not logged in yet.\n  cocanvas login LINK        with the link of your invitation\n"
                  "  cocanvas template list     what there is to fill in\n  cocanvas help              all commands\n");
        return EXIT_OK;
    }
    out_print(out, STYLE_PLAIN, "\n");
    cli->command = list;
    code = list->run(cli);
    out_print(
        out, STYLE_PLAIN,
        "\n  cocanvas show CANVAS           look at one\n  cocanvas open CANVAS           work on it with others\n"
        "  cocanvas help                  all commands\n");
    return code;
}
