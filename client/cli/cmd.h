/* The one table of commands, and what a running command has in hand.
 *
 * The table (cmd_table.c) drives parsing, help, "did you mean", shell completion and the man pages; nothing about a
 * command is written twice. A command's run function gets a struct cli with its parsed arguments, prints through
 * cli->out and returns an exit code. */
#ifndef COCANVAS_CLIENT_CLI_CMD_H
#define COCANVAS_CLIENT_CLI_CMD_H

#include <stdbool.h>
#include <stdint.h>

#include "client/cli/context.h"
#include "client/cli/output.h"
#include "common/arena.h"
#include "common/status.h"

/* Exit codes: part of the interface, in every man page, tested one by one. */
enum exit_code {
    EXIT_OK = 0,
    EXIT_ERROR = 1,
    EXIT_USAGE = 2,
    EXIT_NOT_FOUND = 3,
    EXIT_LOGIN = 4,
    EXIT_CONFLICT = 5,
    EXIT_UNREACHABLE = 6,
    EXIT_AGAIN = 7,
    EXIT_IDENTITY = 8,
    EXIT_TIMED_OUT = 9,
    EXIT_INTERRUPTED = 130,
};

struct cli;

/* The terminal interface, which is above the command line: handed in by main(). canvas NULL: its start screen. Returns
 * an exit code. */
typedef int cli_interface(struct cli *cli, const char *canvas);

struct cmd_option {
    const char *name;  /* long name, without the dashes; NULL ends a list */
    char letter;       /* short name, 0 none */
    const char *value; /* what to call its value; NULL: it takes none */
    const char *help;
};

struct cmd_example {
    const char *line; /* as typed, without "cocanvas "; NULL ends a list */
    const char *comment;
};

/* What a command needs; decides its exit codes in the manual, too. */
enum cmd_needs {
    NEEDS_NOTHING,
    NEEDS_SERVER, /* connects and logs in */
    NEEDS_CANVAS, /* opens a canvas, read only */
    NEEDS_EDITOR, /* changes a canvas */
};

struct command {
    const char *name;                   /* "add", or noun and verb: "member invite" */
    const char *aliases;                /* "ls" or "rm, delete"; "" none */
    const char *arguments;              /* for the usage line: "CANVAS BLOCK TEXT..." */
    int min_args, max_args;             /* -1: any number */
    const char *summary;                /* one line without a full stop */
    const char *details;                /* paragraphs, separated by an empty line */
    const struct cmd_option *options;   /* NULL none */
    const struct cmd_example *examples; /* NULL none */
    enum cmd_needs needs;
    bool daily; /* listed first in the overview */
    int (*run)(struct cli *cli);
};

enum { CLI_MAX_OPTIONS = 64 };

struct cli {
    struct output out;
    struct arena arena;     /* strings of this run */
    struct folders folders; /* where settings and state live */
    cli_interface *interface; /* NULL: there is none (tests) */
    const struct context *guest; /* of somebody who came in by a join code: the only one there is; NULL: those on disk */
    const struct command *command;
    const char *group; /* "help member": the noun, when there is no such command */
    int n_args;
    char **args; /* borrowed from argv */
    struct {
        const struct cmd_option *option;
        const char *value;    /* NULL for a flag */
    } given[CLI_MAX_OPTIONS]; /* options in the order in which they were typed */
    size_t n_given;
};

/* Everything: main() calls only this. interface may be NULL. */
int cli_main(int argc, char **argv, cli_interface *interface);

const struct command *cmd_at(size_t i);           /* NULL behind the last one */
const struct command *cmd_find(const char *name); /* by name or alias */
bool cmd_is_group(const char *noun);              /* some command is "noun verb" */
const struct cmd_option *cmd_global_options(void);
/* Exit codes that the command may end with, as a bit set of 1 << index into cmd_exit_codes(). */
struct exit_meaning {
    enum exit_code code;
    const char *meaning;
    enum cmd_needs from; /* commands that need at least this */
};
const struct exit_meaning *cmd_exit_codes(size_t *n);
/* Environment variables and files that all commands honour: pairs, ended by a NULL name. */
struct cmd_example const *cmd_environment(void);
struct cmd_example const *cmd_files(void);

/* Options of the running command; the name must be in the table. */
bool cli_flag(const struct cli *cli, const char *name);
const char *cli_value(const struct cli *cli, const char *name); /* the last one given, or NULL */
/* The n-th value of an option that may be given several times; NULL behind the last. */
const char *cli_value_at(const struct cli *cli, const char *name, size_t n);
/* A number in [least, most]: true; *out stays as it is if the option is not given. False: a usage error was printed. */
bool cli_number(struct cli *cli, const char *name, long least, long most, long *out);

/* Prints the sentence (standard error; JSON with --json) and returns code. Sentences end with what to do next. */
int cli_fail(struct cli *cli, enum exit_code code, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Whether the person can be asked: standard input and standard error are terminals, and not --no-input. */
bool cli_can_ask(const struct cli *cli);
enum exit_code exit_of_status(enum status status);
const char *exit_name(enum exit_code code); /* "not_found" etc., for JSON */

/* The nearest of n words (Damerau-Levenshtein distance ≤ 2, and less than half the word), or NULL. */
const char *nearest_word(const char *word, size_t n, const char *const *words);

/* Used by the table; one file a family. */
int cmd_login(struct cli *cli);
int cmd_logout(struct cli *cli);
int cmd_context_list(struct cli *cli);
int cmd_context_use(struct cli *cli);
int cmd_server_forget(struct cli *cli);
int cmd_workspace_list(struct cli *cli);
int cmd_workspace_create(struct cli *cli);
int cmd_workspace_rename(struct cli *cli);
int cmd_workspace_set(struct cli *cli);
int cmd_member_list(struct cli *cli);
int cmd_member_role(struct cli *cli);
int cmd_member_remove(struct cli *cli);
int cmd_member_invite(struct cli *cli);
int cmd_member_reset(struct cli *cli);
int cmd_audit_list(struct cli *cli);
int cmd_audit_verify(struct cli *cli);
int cmd_person_export(struct cli *cli);
int cmd_person_erase(struct cli *cli);
int cmd_backup(struct cli *cli);
int cmd_workspace_keep(struct cli *cli);
int cmd_workspace_erase(struct cli *cli);
int cmd_workspace_seal(struct cli *cli);
int cmd_device_list(struct cli *cli);
int cmd_device_revoke(struct cli *cli);
int cmd_password_change(struct cli *cli);
int cmd_certificate_add(struct cli *cli);
int cmd_certificate_list(struct cli *cli);
int cmd_certificate_remove(struct cli *cli);
int cmd_invite_list(struct cli *cli);
int cmd_invite_revoke(struct cli *cli);
int cmd_canvas_access(struct cli *cli);
int cmd_canvas_restrict(struct cli *cli);
int cmd_canvas_anonymous(struct cli *cli);
int cmd_canvas_remove(struct cli *cli);
int cmd_canvas_restore(struct cli *cli);
int cmd_list(struct cli *cli);
int cmd_new(struct cli *cli);
int cmd_show(struct cli *cli);
int cmd_add(struct cli *cli);
int cmd_edit(struct cli *cli);
int cmd_move(struct cli *cli);
int cmd_remove(struct cli *cli);
int cmd_restore(struct cli *cli);
int cmd_undo(struct cli *cli);
int cmd_revert(struct cli *cli);
int cmd_workspace_leave(struct cli *cli);
int cmd_person_rename(struct cli *cli);
int cmd_redo(struct cli *cli);
int cmd_tag(struct cli *cli);
int cmd_vote(struct cli *cli);
int cmd_set(struct cli *cli);
int cmd_comment_add(struct cli *cli);
int cmd_comment_resolve(struct cli *cli);
int cmd_comment_delete(struct cli *cli);
int cmd_link(struct cli *cli);
int cmd_unlink(struct cli *cli);
int cmd_block_list(struct cli *cli);
int cmd_block_add(struct cli *cli);
int cmd_block_set(struct cli *cli);
int cmd_block_remove(struct cli *cli);
int cmd_watch(struct cli *cli);
int cmd_history(struct cli *cli);
int cmd_export(struct cli *cli);
int cmd_import(struct cli *cli);
int cmd_report(struct cli *cli);
int cmd_template_list(struct cli *cli);
int cmd_template_show(struct cli *cli);
int cmd_template_check(struct cli *cli);
int cmd_template_fork(struct cli *cli);
int cmd_open(struct cli *cli);
/* Whether open can do its work here, or says why not. */
int cmd_open_check(struct cli *cli, const char *instead);
int cmd_live(struct cli *cli);
int cmd_join(struct cli *cli);
int cmd_session_open(struct cli *cli);
int cmd_session_close(struct cli *cli);
int cmd_session_status(struct cli *cli);
int cmd_code_create(struct cli *cli);
int cmd_code_list(struct cli *cli);
int cmd_code_revoke(struct cli *cli);
int cmd_lobby_list(struct cli *cli);
int cmd_lobby_admit(struct cli *cli);
int cmd_lobby_deny(struct cli *cli);
int cmd_doctor(struct cli *cli);
int cmd_version(struct cli *cli);
int cmd_completion(struct cli *cli);
int cmd_man(struct cli *cli);
int cmd_help(struct cli *cli);
/* What `cocanvas` without a command does: on a terminal the interface's start screen, else the start page. */
int cmd_start(struct cli *cli);
int cmd_start_page(struct cli *cli);
/* Help of one command, of a noun's commands, and of all: also for --help. */
void help_command(struct cli *cli, const struct command *command);
void help_group(struct cli *cli, const char *noun);
void help_overview(struct cli *cli);

#endif
