/* cocanvasd: arguments only. What they mean is server.c's, config.c's and admin.c's business. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/log.h"
#include "server/admin.h"
#include "server/backup_command.h"
#include "server/config.h"
#include "server/identity.h"
#include "server/manual.h"
#include "server/session/rights_text.h"
#include "server/process.h"
#include "server/server.h"

enum { EXIT_USAGE = 2 };

/* The command line, taken apart. */
struct arguments {
    struct config_source source;
    char **flags; /* owned; the strings are argv's */
    bool check;
    struct restore_words restore;
    const char *words[3]; /* what is not a flag: "admin", "status" */
    int n_words;
    bool too_many;
};

static void print_usage(FILE *out)
{
    fputs("usage: cocanvasd [--config=FILE] [--OPTION=VALUE …]            serve\n"
          "       cocanvasd [options] --check                            check the configuration\n"
          "       cocanvasd [options] admin status|reload|drain|sweep|owner-link\n"
          "       cocanvasd [options] admin reset-link LOGIN             a link for a new password\n"
          "       cocanvasd [options] fingerprint                        the key that clients pin\n"
          "       cocanvasd [options] backup FILE [WORKSPACE]            all workspaces, or one, into a new file (-: standard output)\n"
          "       cocanvasd [options] restore FILE [WORKSPACE] [--owner=LOGIN] [--match-logins]\n"
          "       cocanvasd check-backup FILE                            is it whole and unchanged?\n"
          "       cocanvasd --version | --help | --man | --options-markdown | --options-example | --rights-markdown\n",
          out);
}

/* Texts about the program; true if arg asks for one. */
static bool print_text(const char *arg)
{
    if (strcmp(arg, "--help") == 0) {
        print_usage(stdout);
        puts("\nOptions, in the file as name = value; (flags win):\n  --config=FILE");
        config_print_help(stdout);
    } else if (strcmp(arg, "--version") == 0) {
        process_print_version(stdout);
    } else if (strcmp(arg, "--options-markdown") == 0) {
        config_print_markdown(stdout);
    } else if (strcmp(arg, "--rights-markdown") == 0) {
        rights_print_markdown(stdout);
    } else if (strcmp(arg, "--man") == 0) {
        manual_print(stdout);
    } else if (strcmp(arg, "--options-example") == 0) {
        config_print_example(stdout);
    } else {
        return false;
    }
    return true;
}

static void take_argument(struct arguments *a, char *arg)
{
    if (strncmp(arg, "--config=", 9) == 0)
        a->source.file = arg + 9;
    else if (strcmp(arg, "--check") == 0)
        a->check = true;
    else if (strncmp(arg, "--owner=", 8) == 0)
        a->restore.owner = arg + 8;
    else if (strcmp(arg, "--match-logins") == 0)
        a->restore.match_logins = true;
    else if (strncmp(arg, "--", 2) == 0)
        a->flags[a->source.n_flags++] = arg + 2;
    else if (a->n_words < 3)
        a->words[a->n_words++] = arg;
    else
        a->too_many = true;
}

static bool is_command(const struct arguments *a, int n, const char *word)
{
    return a->n_words == n && !a->too_many && strcmp(a->words[0], word) == 0;
}

/* backup and restore; true if it was one of these. */
static bool run_backup(const struct arguments *a, const struct config *c, int *code)
{
    const char *workspace = a->n_words == 3 ? a->words[2] : NULL;
    if (a->too_many || a->n_words < 2)
        return false;
    if (strcmp(a->words[0], "backup") == 0) {
        *code = backup_command(c, a->words[1], workspace);
    } else if (strcmp(a->words[0], "restore") == 0) {
        struct restore_words words = a->restore;
        words.workspace = workspace;
        *code = restore_command(c, a->words[1], &words);
    } else {
        return false;
    }
    return true;
}

static int run(const struct arguments *a)
{
    struct config *c = xcalloc(1, sizeof *c);
    struct why why;
    int code = 1;
    if (a->n_words == 0 && !a->check) {
        code = server_run(&a->source);
    } else if (is_command(a, 2, "check-backup")) {
        code = check_backup_command(a->words[1]);
    } else if (config_load(c, &a->source, &why) != STATUS_OK) {
        fprintf(stderr, "cocanvasd: %s\n", why.text);
    } else if (a->n_words == 0) {
        puts("The configuration is fine.");
        code = 0;
    } else if (is_command(a, 2, "admin")) {
        code = admin_call(c->admin_socket, a->words[1]);
    } else if (is_command(a, 3, "admin") && strcmp(a->words[1], "reset-link") == 0) {
        char *command = xasprintf("reset-link %s", a->words[2]);
        code = admin_call(c->admin_socket, command);
        free(command);
    } else if (is_command(a, 1, "fingerprint")) {
        code = identity_print(c, stdout, &why) == STATUS_OK ? 0 : 1;
        if (code)
            fprintf(stderr, "cocanvasd: %s\n", why.text);
    } else if (!run_backup(a, c, &code)) {
        print_usage(stderr);
        code = EXIT_USAGE;
    }
    free(c);
    return code;
}

int main(int argc, char **argv)
{
    struct arguments a = {.flags = xcalloc((size_t)argc, sizeof(char *))};
    a.source.flags = a.flags;
    int code = -1;
    for (int i = 1; i < argc && code < 0; i++) {
        if (print_text(argv[i]))
            code = 0;
        else
            take_argument(&a, argv[i]);
    }
    if (code < 0)
        code = run(&a);
    free(a.flags);
    return code;
}
