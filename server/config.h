/* The daemon's options: ONE table of name, type, default, whether a reload changes it, and the text that explains it.
 * The config file (libconfig's syntax, flat), the flags (--name=value), --help, the example file in deploy/ and the
 * manual are all made from it.
 *
 * A struct config is plain data without pointers, so that a copy is an assignment: the main thread parses a new one,
 * checks it, and sends each worker its own copy. */
#ifndef COCANVAS_SERVER_CONFIG_H
#define COCANVAS_SERVER_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/status.h"

enum { CONFIG_PATH = 512, CONFIG_CONNINFO = 2048, CONFIG_NAME = 256 };

/* One field per row of the table in config.c, which says what each means. Numbers are int64_t throughout. */
struct config {
    char database[CONFIG_CONNINFO];
    char database_workers[CONFIG_CONNINFO];
    char borders[CONFIG_NAME];
    int64_t database_wait_s;
    char listen[CONFIG_PATH];
    char state_dir[CONFIG_PATH];
    char admin_socket[CONFIG_PATH];
    char certificate[CONFIG_PATH];
    char private_key[CONFIG_PATH];
    char next_certificate[CONFIG_PATH];
    char seal_key_file[CONFIG_PATH];
    char seal_keyring[CONFIG_PATH];
    char public_host[CONFIG_NAME];
    char workspace_name[CONFIG_NAME];
    char node_name[CONFIG_NAME];
    int64_t workers;
    int64_t max_connections;
    int64_t connections_per_address;
    int64_t half_open;
    int64_t half_open_per_address;
    int64_t handshakes_per_turn;
    int64_t handshake_timeout_ms;
    int64_t login_timeout_ms;
    int64_t login_failures;
    int64_t login_failures_per_login;
    int64_t login_failures_per_minute;
    char shared_networks[CONFIG_CONNINFO];
    int64_t ping_ms;
    int64_t idle_timeout_ms;
    int64_t slow_ms;
    int64_t drain_ms;
    int64_t password_threads;
    int64_t password_queue;
    int64_t password_memory_kib;
    int64_t password_passes;
    int64_t device_idle_days;
    int64_t device_days;
    char client_cert[CONFIG_NAME];
    char authenticator[CONFIG_PATH];
    char authenticator_user[CONFIG_NAME];
    int64_t authenticator_timeout_ms;
    int64_t authenticator_parallel;
    int64_t invitation_days;
    int64_t sweep_interval_s;
    int64_t audit_address_days;
    char new_workspaces[CONFIG_NAME];
    int64_t text_points;
    int64_t cards;
    int64_t objects;
    int64_t submit_ops;
    int64_t submit_bytes;
    int64_t presence_per_s;
    int64_t presence_burst;
    int64_t requests_per_s;
    int64_t requests_burst;
    int64_t connections_per_account;
    int64_t edits_per_s;
    int64_t edits_burst;
    int64_t room_log_bytes;
    int64_t room_log_batches;
    int64_t room_idle_ms;
    int64_t snapshot_batches;
    int64_t snapshot_bytes;
    int64_t presence_ms;
    char log_level[CONFIG_NAME];
    char log_format[CONFIG_NAME];
    bool allow_root;
};

enum option_type { OPTION_TEXT, OPTION_NUMBER, OPTION_FLAG };

struct option_row {
    const char *name;
    enum option_type type;
    size_t offset;        /* of the field in struct config */
    size_t room;          /* bytes of a text field */
    const char *fallback; /* the default, as it would be written */
    int64_t least, most;  /* range of a number */
    bool reloadable;      /* a reload changes it; else only a restart does */
    const char *text;     /* one or two sentences, with the unit */
};

/* The table; ends with a NULL name. */
extern const struct option_row config_options[];

void config_defaults(struct config *c);
/* One option from text, as a flag gives it. '-' and '_' are the same in name. UNKNOWN_MESSAGE: no such option.
 * MALFORMED: not a fit value. */
enum status config_set(struct config *c, const char *name, const char *value, struct why *why) MUST_CHECK;
/* All that a file sets, over what c has; the sentence names file and line. */
enum status config_add_file(struct config *c, const char *path, struct why *why) MUST_CHECK;
/* What new_workspaces says: the least role that one must have in some workspace to make another one; 0: none is needed,
 * -1: nobody may. */
int config_workspace_role(const struct config *c);
/* Fills in what follows from other options (paths below state_dir), and checks what belongs together. */
enum status config_finish(struct config *c, struct why *why) MUST_CHECK;

/* What client_cert says: an enum client_cert; -1 for another word. */
int config_client_cert(const struct config *c);

/* Where a configuration comes from; kept for reloads. Flags win over the file. All borrowed. */
struct config_source {
    const char *file;   /* NULL: none */
    char *const *flags; /* "name=value" or "name" (a flag that is on) */
    size_t n_flags;
};
/* Defaults, file, flags, finish. On refusal c is unspecified. */
enum status config_load(struct config *c, const struct config_source *source, struct why *why) MUST_CHECK;

/* Calls for each option that differs and that only a restart changes. */
void config_fixed_differences(const struct config *old, const struct config *new,
                              void (*cb)(void *ctx, const char *name), void *ctx);
/* `to` gets what a reload may change; the rest stays. */
void config_take_reloadable(struct config *to, const struct config *from);

/* What people read, made from the table: lines for --help, a Markdown table, scdoc source for the manual, an example
 * file. */
void config_print_help(FILE *out);
void config_print_markdown(FILE *out);
void config_print_man(FILE *out);
void config_print_example(FILE *out);

#endif
