/* Finds the command, parses its options and arguments by the table, runs it, and turns what went wrong into a
 * sentence and an exit code. */
#include "client/cli/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/log.h"

enum { OPTION_BASE = 1000 }; /* getopt's values of long options: base + index into the merged list */

/* Global options and the command's own, merged for getopt. */
struct merged {
    const struct cmd_option *all[CLI_MAX_OPTIONS];
    struct option long_options[CLI_MAX_OPTIONS + 1];
    char letters[2 * CLI_MAX_OPTIONS + 4];
    size_t n;
};

static void merge_list(struct merged *m, const struct cmd_option *list)
{
    for (; list && list->name; list++) {
        ASSERT(m->n < CLI_MAX_OPTIONS);
        m->long_options[m->n] =
            (struct option){list->name, list->value ? required_argument : no_argument, NULL, OPTION_BASE + (int)m->n};
        m->all[m->n++] = list;
    }
}

static void merge_options(struct merged *m, const struct command *command, bool stop_at_word)
{
    memset(m, 0, sizeof *m);
    merge_list(m, cmd_global_options());
    if (command)
        merge_list(m, command->options);
    size_t at = 0;
    if (stop_at_word)
        m->letters[at++] = '+';
    m->letters[at++] = ':';
    for (size_t i = 0; i < m->n; i++) {
        if (!m->all[i]->letter)
            continue;
        m->letters[at++] = m->all[i]->letter;
        if (m->all[i]->value)
            m->letters[at++] = ':';
    }
}

static const struct cmd_option *merged_option(const struct merged *m, int value)
{
    if (value >= OPTION_BASE)
        return m->all[value - OPTION_BASE];
    for (size_t i = 0; i < m->n; i++)
        if (m->all[i]->letter == value)
            return m->all[i];
    return NULL;
}

static int bad_option(struct cli *cli, const struct merged *m, const char *typed, int letter, bool missing_value)
{
    const char *names[CLI_MAX_OPTIONS];
    for (size_t i = 0; i < m->n; i++)
        names[i] = m->all[i]->name;
    const char *of = cli->command ? cli->command->name : "", *space = cli->command ? " " : "";
    if (missing_value)
        return cli_fail(cli, EXIT_USAGE, "Option %s needs a value. See: cocanvas %s%s--help", typed, of, space);
    if (letter > 0 && letter < OPTION_BASE)
        return cli_fail(
            cli, EXIT_USAGE,
            "There is no option -%c. A text that begins with a hyphen goes behind \"--\". See: cocanvas %s%s--help",
            letter, of, space);
    const char *word = strncmp(typed, "--", 2) == 0 ? typed + 2 : typed;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    const char *near = nearest_word(name, m->n, names);
    if (near)
        return cli_fail(cli, EXIT_USAGE, "There is no option --%s. Did you mean --%s?", name, near);
    return cli_fail(cli, EXIT_USAGE, "There is no option --%s. See: cocanvas %s%s--help", name, of, space);
}

/* Parses options of argv from 1 on; returns 0 and the index of the first argument in *first, or an exit code. */
static int parse_options(struct cli *cli, int argc, char **argv, bool stop_at_word, int *first)
{
    struct merged m;
    merge_options(&m, cli->command, stop_at_word);
    opterr = 0;
    optind = 0;
    for (;;) {
        int at = optind ? optind : 1;
        int value = getopt_long(argc, argv, m.letters, m.long_options, NULL);
        if (value == -1)
            break;
        if (value == '?' || value == ':')
            return bad_option(cli, &m, argv[optind > at ? optind - 1 : at], optopt, value == ':');
        if (cli->n_given == CLI_MAX_OPTIONS)
            return cli_fail(cli, EXIT_USAGE, "Too many options.");
        cli->given[cli->n_given].option = merged_option(&m, value);
        cli->given[cli->n_given++].value = optarg;
    }
    *first = optind;
    return EXIT_OK;
}

static bool same_option(const struct cmd_option *option, const char *name)
{
    return strcmp(option->name, name) == 0;
}

bool cli_flag(const struct cli *cli, const char *name)
{
    for (size_t i = 0; i < cli->n_given; i++)
        if (same_option(cli->given[i].option, name))
            return true;
    return false;
}

const char *cli_value(const struct cli *cli, const char *name)
{
    const char *value = NULL;
    for (size_t i = 0; i < cli->n_given; i++)
        if (same_option(cli->given[i].option, name))
            value = cli->given[i].value;
    return value;
}

const char *cli_value_at(const struct cli *cli, const char *name, size_t n)
{
    for (size_t i = 0; i < cli->n_given; i++)
        if (same_option(cli->given[i].option, name) && n-- == 0)
            return cli->given[i].value;
    return NULL;
}

bool cli_number(struct cli *cli, const char *name, long least, long most, long *out)
{
    const char *text = cli_value(cli, name);
    if (!text)
        return true;
    char *end;
    errno = 0;
    long number = strtol(text, &end, 10);
    if (errno || end == text || *end || number < least || number > most) {
        cli_fail(cli, EXIT_USAGE, "--%s takes a whole number from %ld to %ld.", name, least, most);
        return false;
    }
    *out = number;
    return true;
}

int cli_fail(struct cli *cli, enum exit_code code, const char *fmt, ...)
{
    va_list args;
    char *text = NULL;
    va_start(args, fmt);
    ASSERT(vasprintf(&text, fmt, args) >= 0);
    va_end(args);
    if (cli->out.json) {
        json_t *error = json_pack("{s:i, s:s, s:s}", "code", (int)code, "name", exit_name(code), "message", text);
        json_t *object = json_pack("{s:i, s:s, s:o*}", "schema", OUTPUT_SCHEMA, "type", "error", "error", error);
        char *line = json_text(object, 0);
        fflush(cli->out.to);
        fprintf(cli->out.err, "%s\n", line);
        free(line);
        json_decref(object);
    } else {
        err_print(&cli->out, STYLE_BAD, "cocanvas: ");
        err_print(&cli->out, STYLE_PLAIN, "%s\n", text);
    }
    free(text);
    return code;
}

bool cli_can_ask(const struct cli *cli)
{
    return !cli_flag(cli, "no-input") && isatty(STDIN_FILENO) == 1 && cli->out.err_terminal;
}

enum exit_code exit_of_status(enum status status)
{
    switch (status) {
    case STATUS_OK:
        return EXIT_OK;
    case STATUS_NOT_FOUND:
    case STATUS_FORBIDDEN:
    case STATUS_ENDED:
        return EXIT_NOT_FOUND;
    case STATUS_DENIED:
        return EXIT_LOGIN;
    case STATUS_GONE:
    case STATUS_STALE:
    case STATUS_CONFLICT:
    case STATUS_REPLACED:
    case STATUS_OUT_OF_ORDER:
        return EXIT_CONFLICT;
    case STATUS_BUSY:
    case STATUS_SLOW:
    case STATUS_SHUTDOWN:
    case STATUS_DEGRADED:
        return EXIT_AGAIN;
    case STATUS_TIMEOUT:
        return EXIT_TIMED_OUT;
    default:
        return EXIT_ERROR;
    }
}

const char *exit_name(enum exit_code code)
{
    switch (code) {
    case EXIT_OK:
        return "ok";
    case EXIT_USAGE:
        return "usage";
    case EXIT_NOT_FOUND:
        return "not_found";
    case EXIT_LOGIN:
        return "login_needed";
    case EXIT_CONFLICT:
        return "conflict";
    case EXIT_UNREACHABLE:
        return "unreachable";
    case EXIT_AGAIN:
        return "try_again";
    case EXIT_IDENTITY:
        return "identity_mismatch";
    case EXIT_TIMED_OUT:
        return "timeout";
    case EXIT_INTERRUPTED:
        return "interrupted";
    default:
        return "error";
    }
}

/* The command that argv[0] (and argv[1]) name; *used tells how many words. NULL: none. */
static const struct command *find_command(int n, char **words, int *used)
{
    if (n >= 2) {
        char both[64];
        snprintf(both, sizeof both, "%s %s", words[0], words[1]);
        const struct command *command = cmd_find(both);
        *used = 2;
        if (command)
            return command;
    }
    *used = 1;
    return cmd_find(words[0]);
}

static int unknown_command(struct cli *cli, int n, char **words)
{
    const char *names[256];
    size_t count = 0;
    bool group = cmd_is_group(words[0]);
    size_t noun = strlen(words[0]);
    for (size_t i = 0; cmd_at(i) && count < 256; i++) {
        const char *name = cmd_at(i)->name;
        if (!group)
            names[count++] = name;
        else if (strncmp(name, words[0], noun) == 0 && name[noun] == ' ')
            names[count++] = name + noun + 1;
    }
    if (group && n < 2) {
        help_group(cli, words[0]);
        return EXIT_USAGE;
    }
    const char *typed = group ? words[1] : words[0];
    const char *near = nearest_word(typed, count, names);
    const char *prefix = group ? words[0] : "", *space = group ? " " : "";
    if (near)
        return cli_fail(cli, EXIT_USAGE, "There is no command \"%s%s%s\". Did you mean: cocanvas %s%s%s", prefix, space,
                        typed, prefix, space, near);
    return cli_fail(cli, EXIT_USAGE, "There is no command \"%s%s%s\". See: cocanvas help", prefix, space, typed);
}

static int check_count(struct cli *cli)
{
    const struct command *c = cli->command;
    if (cli->n_args >= c->min_args && (c->max_args < 0 || cli->n_args <= c->max_args))
        return EXIT_OK;
    const char *what = cli->n_args < c->min_args ? "Something is missing"
                                                 : "That is one word too many; texts with spaces go in quotes";
    return cli_fail(cli, EXIT_USAGE, "%s. Usage: cocanvas %s %s", what, c->name, c->arguments);
}

static int apply_globals(struct cli *cli)
{
    cli->out.json = cli_flag(cli, "json");
    cli->out.quiet = cli_flag(cli, "quiet");
    const char *when = cli_value(cli, "color");
    if (when && !output_set_color(&cli->out, when))
        return cli_fail(cli, EXIT_USAGE, "--color is auto, always or never.");
    return EXIT_OK;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
    int first;
    int code = parse_options(cli, argc, argv, false, &first);
    if (code != EXIT_OK)
        return code;
    code = apply_globals(cli);
    if (code != EXIT_OK)
        return code;
    if (cli_flag(cli, "help")) {
        help_command(cli, cli->command);
        return EXIT_OK;
    }
    cli->n_args = argc - first;
    cli->args = argv + first;
    code = check_count(cli);
    return code == EXIT_OK ? cli->command->run(cli) : code;
}

/* Whether --json stands among the words: so that even an error in the options is told in JSON. */
static bool asks_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--json") == 0)
            return true;
    return false;
}

static int dispatch(struct cli *cli, int argc, char **argv)
{
    int first, used;
    cli->out.json = asks_json(argc, argv);
    int code = parse_options(cli, argc, argv, true, &first);
    if (code == EXIT_OK)
        code = apply_globals(cli);
    if (code != EXIT_OK)
        return code;
    cli->out.json = asks_json(argc, argv);
    int n = argc - first;
    char **words = argv + first;
    if (cli_flag(cli, "version"))
        return cmd_version(cli);
    if (n == 0 && cli_flag(cli, "help")) {
        help_overview(cli);
        return EXIT_OK;
    }
    if (n == 0)
        return cmd_start(cli);
    cli->command = find_command(n, words, &used);
    if (!cli->command && cmd_is_group(words[0]) && n > 1 &&
        (strcmp(words[1], "--help") == 0 || strcmp(words[1], "-h") == 0)) {
        help_group(cli, words[0]);
        return EXIT_OK;
    }
    if (!cli->command)
        return unknown_command(cli, n, words);
    /* getopt skips argv[0]: the command's last word stands there. */
    return run_command(cli, n - used + 1, words + used - 1);
}

static int finish(struct cli *cli, int code)
{
    if (output_flush(&cli->out))
        return code;
    /* Who reads has gone away, as `head` does: that is no error. */
    if (errno == EPIPE)
        return code;
    return cli_fail(cli, EXIT_ERROR, "The output could not be written: %s.", strerror(errno));
}

int cli_main(int argc, char **argv, cli_interface *interface)
{
    struct cli cli;
    memset(&cli, 0, sizeof cli);
    cli.interface = interface;
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    log_setup(getenv("COCANVAS_DEBUG") ? LOG_DEBUG : LOG_ERROR, false);
    output_init(&cli.out);
    arena_init(&cli.arena, (size_t)256 << 20);
    int code;
    if (folders_init(&cli.folders))
        code = finish(&cli, dispatch(&cli, argc, argv));
    else
        code = cli_fail(&cli, EXIT_ERROR,
                        "Neither HOME nor XDG_CONFIG_HOME and XDG_STATE_HOME are set: there is no place for settings.");
    folders_fini(&cli.folders);
    arena_fini(&cli.arena);
    return code;
}
