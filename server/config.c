/* The table of options, and the four ways in and out of it: file, flags, help, documentation. Nothing here acts on an
 * option. */
#include "server/config.h"

#include <errno.h>
#include <inttypes.h>
#include <libconfig.h>
#include <stdlib.h>
#include <string.h>

#include "common/buf.h"
#include "common/ids.h"
#include "common/log.h"
#include "server/session/limits.h"
#include "server/session/session.h"
#include "wire.pb-c.h"

/* clang-format off */
#define TEXT(field, fallback, reloadable, text)                                                          \
    {#field, OPTION_TEXT, offsetof(struct config, field), sizeof(((struct config *)0)->field), fallback, \
     0, 0, reloadable, text}
#define NUMBER(field, fallback, least, most, reloadable, text) \
    {#field, OPTION_NUMBER, offsetof(struct config, field), 0, #fallback, least, most, reloadable, text}
#define FLAG(field, reloadable, text) \
    {#field, OPTION_FLAG, offsetof(struct config, field), 0, "false", 0, 0, reloadable, text}
#define RELOAD true
#define RESTART false

const struct option_row config_options[] = {
    TEXT(database, "dbname=cocanvas", RESTART,
         "PostgreSQL, as a libpq connection string or URI; several hosts are allowed. A password belongs into this "
         "file (mode 0600) or into ~/.pgpass, not into a flag, which every user of the machine can see."),
    TEXT(database_workers, "", RESTART,
         "The same database for people's requests, as a user who owns nothing there and may take the roles "
         "cocanvas_application and cocanvas_authentication (deploy/roles.sql). Empty: database, and the roles are taken all the same."),
    TEXT(borders, "try", RESTART,
         "Whether PostgreSQL itself keeps workspaces apart, by row-level security for these roles, as a second barrier behind the daemon's "
         "own: try, if the roles are there or can be made; require: do not start without; off."),
    NUMBER(database_wait_s, 30, 0, 3600, RESTART,
           "At start, how long to wait for PostgreSQL before giving up, in seconds."),
    TEXT(listen, "*:7341", RESTART,
         "Where clients connect: HOST:PORT, several separated by commas. * is every address, IPv4 and IPv6; port 0 "
         "takes a free one. Ignored when systemd hands the socket over."),
    TEXT(state_dir, "/var/lib/cocanvasd", RESTART,
         "Folder for the server's key and the admin socket. Made with mode 0700."),
    TEXT(admin_socket, "", RESTART, "Local socket for `cocanvasd admin`. Empty: admin.sock in state_dir."),
    TEXT(certificate, "", RELOAD,
         "The server's certificate, PEM. Empty: server.crt in state_dir, made at the first start."),
    TEXT(private_key, "", RELOAD,
         "Its private key, PEM, mode 0600. Empty: server.key in state_dir, made at the first start."),
    TEXT(next_certificate, "", RELOAD,
         "The certificate that will follow. Its public key is announced to clients, which then accept the change "
         "without a question. Empty: none."),
    TEXT(seal_key_file, "", RESTART,
         "Key file for sealed workspaces: 64 hex digits (openssl rand -hex 32), mode 0600. Empty: none can be sealed. Lost: their contents are "
         "lost. Not to be kept together with backups of the database."),
    TEXT(seal_keyring, "", RESTART,
         "Folder with the keys of sealed workspaces, each wrapped by the key file; several daemons on one database share it. To be copied "
         "elsewhere, but not into backups of the database: erasing a sealed workspace destroys its key here. Empty: keyring, beside the key file."),
    TEXT(public_host, "localhost", RELOAD, "HOST or HOST:PORT that people reach this server by: used in links."),
    TEXT(workspace_name, "Workspace", RESTART, "Name of the workspace that the very first start makes."),
    TEXT(node_name, "", RESTART,
         "This daemon's name among those that share one database. A restarted daemon of the same name takes its "
         "canvases back at once."),
    NUMBER(workers, 0, 0, 256, RESTART, "Threads that serve canvases. 0: one per core."),
    NUMBER(max_connections, 20000, 1, 1000000, RELOAD, "Connections at the same time, in all."),
    NUMBER(connections_per_address, 2000, 1, 1000000, RELOAD,
           "Connections at the same time from one IPv4 address or IPv6 /64. Generous, because a workshop sits behind "
           "one address."),
    NUMBER(half_open, 256, 1, 1000000, RELOAD,
           "Connections that are not logged in yet. When there are more, newcomers wait, and the oldest make room."),
    NUMBER(half_open_per_address, 128, 1, 1000000, RELOAD, "The same, from one address."),
    NUMBER(handshakes_per_turn, 4, 1, 1000, RELOAD,
           "TLS handshakes that a worker begins between two looks at its other connections, so that newcomers do not "
           "slow editors down."),
    NUMBER(handshake_timeout_ms, 5000, 100, 600000, RELOAD, "Time for the TLS handshake, in milliseconds."),
    NUMBER(login_timeout_ms, 10000, 100, 600000, RELOAD, "Time for Hello and Login after that, in milliseconds."),
    NUMBER(login_failures, 20, 1, 1000000, RELOAD,
           "Failed logins from one address after which further ones are refused; one is forgotten every three "
           "seconds."),
    NUMBER(login_failures_per_login, 10, 1, 1000000, RELOAD,
           "Wrong passwords for one login, from wherever, after which it is slowed down to one try in half a minute. "
           "Devices that are logged in are not affected."),
    NUMBER(login_failures_per_minute, 600, 1, 1000000, RELOAD,
           "Failed logins in all, per minute, above which each address has three tries left instead of login_failures."),
    TEXT(shared_networks, "", RELOAD,
         "Networks behind which many people share one address, such as a workshop's: 203.0.113.7, 2001:db8::/32. From there "
         "logins may fail twenty times as often."),
    NUMBER(ping_ms, 30000, 100, 3600000, RELOAD, "A client that was silent so long is pinged, in milliseconds."),
    NUMBER(idle_timeout_ms, 75000, 200, 3600000, RELOAD, "And after so long it is disconnected, in milliseconds."),
    NUMBER(slow_ms, 30000, 100, 3600000, RELOAD,
           "A client that takes none of the bytes that wait for it for so long is disconnected."),
    NUMBER(drain_ms, 3000, 0, 600000, RELOAD,
           "At a stop, how long to wait for commits and for clients to take their last messages."),
    NUMBER(password_threads, 2, 1, 64, RESTART, "Threads that check passwords; each needs 19 MiB while it works."),
    NUMBER(password_queue, 64, 1, 100000, RESTART, "Passwords that may wait for them; more are answered with BUSY."),
    NUMBER(password_memory_kib, 19456, 1024, 4194304, RESTART,
           "Memory that one password costs (Argon2id), in KiB. Existing ones follow at their next login."),
    NUMBER(password_passes, 2, 1, 100, RESTART, "And how many times it goes through that memory."),
    NUMBER(device_idle_days, 30, 1, 3650, RELOAD, "A device that was not used for so long has to log in with the password."),
    NUMBER(device_days, 180, 1, 3650, RELOAD, "And every device after so long."),
    TEXT(client_cert, "off", RELOAD,
         "Client certificates: off; optional: members may log in by one that they have added to their account; required: "
         "members need one, besides password or token. Any self-signed certificate will do; what counts is its key. Guests "
         "with a code need none."),
    TEXT(authenticator, "", RESTART,
         "Program that checks passwords of accounts that have none here: PAM, LDAP (deploy/authenticator-pam, -ldap). "
         "Empty: none."),
    TEXT(authenticator_user, "", RESTART, "User that it runs as. Empty: the daemon's."),
    NUMBER(authenticator_timeout_ms, 10000, 100, 600000, RESTART, "Time for its answer, in milliseconds."),
    NUMBER(authenticator_parallel, 8, 1, 1000, RESTART, "Logins that it is asked about at the same time."),
    NUMBER(invitation_days, 7, 1, 365, RELOAD, "How long an invitation is valid at most."),
    NUMBER(sweep_interval_s, 3600, 1, 604800, RESTART,
           "How often to throw away what workspaces do not keep any longer (history, trash), in seconds."),
    NUMBER(audit_address_days, 30, 1, 30, RESTART, "How long the audit log keeps the addresses that people came from."),
    TEXT(new_workspaces, "owners", RELOAD,
         "Who may make further workspaces: owners (of some workspace), everybody (who has an account), or nobody."),
    NUMBER(text_points, 16384, 16, 1000000, RELOAD,
           "Longest text of one card, comment or text field, in code points."),
    NUMBER(cards, 10000, 1, 10000000, RELOAD, "Cards on one canvas, deleted ones included."),
    NUMBER(objects, 50000, 1, 10000000, RELOAD,
           "Blocks, comments, links, readings and named versions on one canvas, together."),
    NUMBER(submit_ops, 256, 1, 10000, RELOAD, "Edits that a client may submit as one batch."),
    NUMBER(submit_bytes, 262144, 1024, 1048576, RELOAD, "Largest batch, in bytes."),
    NUMBER(edits_per_s, 500, 0, 1000000, RELOAD,
           "Edits that one connection may send in the long run, a second; what is more waits and is not refused. A batch counts "
           "once, and once more for each 128 bytes. 0: no limit."),
    NUMBER(edits_burst, 5000, 1, 10000000, RELOAD, "And so many at once, after a pause."),
    NUMBER(presence_per_s, 50, 0, 1000000, RELOAD,
           "How often one connection may say where its person is, a second, in the long run; what is more waits. 0: no limit."),
    NUMBER(presence_burst, 500, 1, 10000000, RELOAD, "And so many at once."),
    NUMBER(requests_per_s, 50, 0, 1000000, RELOAD,
           "Requests (lists, opening, history, invitations …) that one connection may make a second in the long run; what is more waits. "
           "One counts once, and once more for each 8 KiB. 0: no limit."),
    NUMBER(requests_burst, 2000, 1, 10000000, RELOAD, "And so many at once."),
    NUMBER(connections_per_account, 500, 0, 1000000, RELOAD,
           "Connections of one person at the same time; also of one guest. 0: no limit."),
    NUMBER(room_log_bytes, 4194304, 65536, 1073741824, RELOAD,
           "Committed batches that an open canvas keeps in memory for clients that lag behind, in bytes."),
    NUMBER(room_log_batches, 4096, 16, 10000000, RELOAD, "And how many."),
    NUMBER(room_idle_ms, 60000, 0, 86400000, RELOAD,
           "A canvas that nobody has open stays in memory so long, in milliseconds."),
    NUMBER(snapshot_batches, 1000, 1, 10000000, RELOAD, "A snapshot is stored after so many batches."),
    NUMBER(snapshot_bytes, 1048576, 1024, 1073741824, RELOAD, "Or after so many bytes of batches."),
    NUMBER(presence_ms, 50, 1, 60000, RELOAD, "Where people are is sent at most once in so many milliseconds."),
    TEXT(log_level, "info", RESTART, "Least level of log lines: debug, info, notice, warn or error."),
    TEXT(log_format, "auto", RESTART, "plain, journal (priority prefix, no time), or auto: journal under systemd."),
    FLAG(allow_root, RESTART, "Run although started by root. Only for containers that have no other user."),
    {0},
};
/* clang-format on */

static char *text_field(struct config *c, const struct option_row *row)
{
    return (char *)c + row->offset;
}
static int64_t *number_field(struct config *c, const struct option_row *row)
{
    return (int64_t *)(void *)((char *)c + row->offset);
}
static bool *flag_field(struct config *c, const struct option_row *row)
{
    return (bool *)((char *)c + row->offset);
}

static bool same_name(const char *name, const char *given)
{
    for (; *name && *given; name++, given++)
        if (*name != (*given == '-' ? '_' : *given))
            return false;
    return *name == *given;
}

static const struct option_row *find_option(const char *name)
{
    for (const struct option_row *row = config_options; row->name; row++)
        if (same_name(row->name, name))
            return row;
    return NULL;
}

static enum status set_text(struct config *c, const struct option_row *row, const char *value, struct why *why)
{
    size_t len = strlen(value);
    if (len >= row->room)
        return refuse(why, STATUS_MALFORMED, "%s is too long (%zu bytes at most)", row->name, row->room - 1);
    memcpy(text_field(c, row), value, len + 1);
    return STATUS_OK;
}

static enum status set_number(struct config *c, const struct option_row *row, int64_t value, struct why *why)
{
    if (value < row->least || value > row->most)
        return refuse(why, STATUS_MALFORMED, "%s must be from %" PRId64 " to %" PRId64, row->name, row->least,
                      row->most);
    *number_field(c, row) = value;
    return STATUS_OK;
}

static enum status parse_number(struct config *c, const struct option_row *row, const char *value, struct why *why)
{
    char *end;
    errno = 0;
    long long number = strtoll(value, &end, 10);
    if (end == value || *end || errno)
        return refuse(why, STATUS_MALFORMED, "%s must be a whole number, not \"%.40s\"", row->name, value);
    return set_number(c, row, number, why);
}

static enum status parse_flag(struct config *c, const struct option_row *row, const char *value, struct why *why)
{
    bool on = strcmp(value, "true") == 0;
    if (!on && strcmp(value, "false") != 0)
        return refuse(why, STATUS_MALFORMED, "%s must be true or false", row->name);
    *flag_field(c, row) = on;
    return STATUS_OK;
}

static enum status set_row(struct config *c, const struct option_row *row, const char *value, struct why *why)
{
    switch (row->type) {
    case OPTION_TEXT:
        return set_text(c, row, value, why);
    case OPTION_NUMBER:
        return parse_number(c, row, value, why);
    case OPTION_FLAG:
        return parse_flag(c, row, value, why);
    }
    return refuse(why, STATUS_INTERNAL, "%s has no type", row->name);
}

void config_defaults(struct config *c)
{
    memset(c, 0, sizeof *c);
    for (const struct option_row *row = config_options; row->name; row++) {
        struct why why;
        ASSERT(set_row(c, row, row->fallback, &why) == STATUS_OK);
    }
}

enum status config_set(struct config *c, const char *name, const char *value, struct why *why)
{
    const struct option_row *row = find_option(name);
    if (!row)
        return refuse(why, STATUS_UNKNOWN_MESSAGE, "there is no option \"%.60s\"; --help lists them", name);
    return set_row(c, row, value, why);
}

/* ---- the file */

static enum status set_from_file(struct config *c, const struct option_row *row, const config_setting_t *setting,
                                 struct why *why)
{
    int type = config_setting_type(setting);
    if (row->type == OPTION_TEXT && type == CONFIG_TYPE_STRING)
        return set_text(c, row, config_setting_get_string(setting), why);
    if (row->type == OPTION_NUMBER && (type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64))
        return set_number(c, row, config_setting_get_int64(setting), why);
    if (row->type == OPTION_FLAG && type == CONFIG_TYPE_BOOL) {
        *flag_field(c, row) = config_setting_get_bool(setting);
        return STATUS_OK;
    }
    return refuse(why, STATUS_MALFORMED, "%s must be %s", row->name,
                  row->type == OPTION_TEXT     ? "a text in quotes"
                  : row->type == OPTION_NUMBER ? "a whole number"
                                               : "true or false");
}

static enum status read_settings(struct config *c, const char *path, const config_setting_t *root, struct why *why)
{
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *setting = config_setting_get_elem(root, (unsigned)i);
        const char *name = config_setting_name(setting);
        const struct option_row *row = find_option(name);
        unsigned line = config_setting_source_line(setting);
        if (!row)
            return refuse(why, STATUS_UNKNOWN_MESSAGE, "%s:%u: there is no option \"%.60s\"", path, line, name);
        struct why inner;
        enum status status = set_from_file(c, row, setting, &inner);
        if (status != STATUS_OK)
            return refuse(why, status, "%s:%u: %s", path, line, inner.text);
    }
    return STATUS_OK;
}

enum status config_add_file(struct config *c, const char *path, struct why *why)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return refuse(why, STATUS_NOT_FOUND, "%s: %s", path, strerror(errno));
    config_t parsed;
    config_init(&parsed);
    enum status status;
    if (config_read(&parsed, file) != CONFIG_TRUE)
        status =
            refuse(why, STATUS_MALFORMED, "%s:%d: %s", path, config_error_line(&parsed), config_error_text(&parsed));
    else
        status = read_settings(c, path, config_root_setting(&parsed), why);
    config_destroy(&parsed);
    fclose(file);
    return status;
}

/* ---- the whole */

static enum status below_state_dir(const struct config *c, char field[CONFIG_PATH], const char *file, struct why *why)
{
    if (field[0])
        return STATUS_OK;
    int len = snprintf(field, CONFIG_PATH, "%s/%s", c->state_dir, file);
    if (len < 0 || len >= CONFIG_PATH)
        return refuse(why, STATUS_MALFORMED, "state_dir is too long");
    return STATUS_OK;
}

int config_client_cert(const struct config *c)
{
    static const char *const words[] = {
        [CLIENT_CERT_OFF] = "off", [CLIENT_CERT_OPTIONAL] = "optional", [CLIENT_CERT_REQUIRED] = "required"};
    for (int i = 0; i < (int)(sizeof words / sizeof *words); i++)
        if (strcmp(c->client_cert, words[i]) == 0)
            return i;
    return -1;
}

static enum status check_together(const struct config *c, struct why *why)
{
    bool known;
    log_level_from_name(c->log_level, &known);
    if (!known)
        return refuse(why, STATUS_MALFORMED, "log_level must be debug, info, notice, warn or error");
    if (config_workspace_role(c) < 0 && strcmp(c->new_workspaces, "nobody") != 0)
        return refuse(why, STATUS_MALFORMED, "new_workspaces must be owners, everybody or nobody");
    if (strcmp(c->log_format, "auto") != 0 && strcmp(c->log_format, "plain") != 0 &&
        strcmp(c->log_format, "journal") != 0)
        return refuse(why, STATUS_MALFORMED, "log_format must be auto, plain or journal");
    if (config_client_cert(c) < 0)
        return refuse(why, STATUS_MALFORMED, "client_cert must be off, optional or required");
    if (c->authenticator[0] && c->authenticator[0] != '/')
        return refuse(why, STATUS_MALFORMED, "authenticator must be a whole path");
    if (c->idle_timeout_ms <= c->ping_ms)
        return refuse(why, STATUS_MALFORMED, "idle_timeout_ms must be more than ping_ms");
    if (!c->state_dir[0])
        return refuse(why, STATUS_MALFORMED, "state_dir must not be empty");
    char host[256];
    uint16_t port;
    struct networks networks;
    struct why inner;
    enum status status = address_parse(c->public_host, host, &port, &inner);
    if (status != STATUS_OK)
        return refuse(why, status, "public_host: %s", inner.text);
    status = networks_parse(c->shared_networks, &networks, &inner);
    if (status != STATUS_OK)
        return refuse(why, status, "shared_networks: %s", inner.text);
    return STATUS_OK;
}

int config_workspace_role(const struct config *c)
{
    if (strcmp(c->new_workspaces, "everybody") == 0)
        return 0;
    return strcmp(c->new_workspaces, "owners") == 0 ? COCANVAS__ROLE__OWNER : -1;
}

static enum status beside_key_file(struct config *c, struct why *why)
{
    const char *slash = strrchr(c->seal_key_file, '/');
    if (c->seal_keyring[0] || !c->seal_key_file[0])
        return STATUS_OK;
    int n = snprintf(c->seal_keyring, sizeof c->seal_keyring, "%.*skeyring", slash ? (int)(slash - c->seal_key_file) + 1 : 0, c->seal_key_file);
    return n < (int)sizeof c->seal_keyring ? STATUS_OK : refuse(why, STATUS_MALFORMED, "seal_key_file is too long");
}

enum status config_finish(struct config *c, struct why *why)
{
    if (strcmp(c->borders, "try") != 0 && strcmp(c->borders, "require") != 0 && strcmp(c->borders, "off") != 0)
        return refuse(why, STATUS_MALFORMED, "borders must be try, require or off");
    enum status status = below_state_dir(c, c->admin_socket, "admin.sock", why);
    if (status == STATUS_OK)
        status = below_state_dir(c, c->certificate, "server.crt", why);
    if (status == STATUS_OK)
        status = below_state_dir(c, c->private_key, "server.key", why);
    if (status == STATUS_OK)
        status = beside_key_file(c, why);
    if (status == STATUS_OK)
        status = check_together(c, why);
    return status;
}

static enum status set_flag(struct config *c, const char *flag, struct why *why)
{
    const char *equals = strchr(flag, '=');
    if (!equals)
        return config_set(c, flag, "true", why);
    char *name = xstrndup(flag, (size_t)(equals - flag));
    enum status status = config_set(c, name, equals + 1, why);
    free(name);
    return status;
}

enum status config_load(struct config *c, const struct config_source *source, struct why *why)
{
    config_defaults(c);
    enum status status = source->file ? config_add_file(c, source->file, why) : STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < source->n_flags; i++)
        status = set_flag(c, source->flags[i], why);
    return status == STATUS_OK ? config_finish(c, why) : status;
}

static size_t field_size(const struct option_row *row)
{
    return row->type == OPTION_TEXT ? row->room : row->type == OPTION_NUMBER ? sizeof(int64_t) : sizeof(bool);
}

static bool same_value(const struct config *a, const struct config *b, const struct option_row *row)
{
    const char *left = (const char *)a + row->offset, *right = (const char *)b + row->offset;
    return row->type == OPTION_TEXT ? strcmp(left, right) == 0 : memcmp(left, right, field_size(row)) == 0;
}

void config_fixed_differences(const struct config *old, const struct config *new,
                              void (*cb)(void *ctx, const char *name), void *ctx)
{
    for (const struct option_row *row = config_options; row->name; row++)
        if (!row->reloadable && !same_value(old, new, row))
            cb(ctx, row->name);
}

void config_take_reloadable(struct config *to, const struct config *from)
{
    for (const struct option_row *row = config_options; row->name; row++)
        if (row->reloadable)
            memcpy((char *)to + row->offset, (const char *)from + row->offset, field_size(row));
}

/* ---- what people read */

static void print_wrapped(FILE *out, const char *text, const char *indent, size_t width)
{
    size_t column = 0;
    while (*text) {
        size_t word = strcspn(text, " ");
        if (column && column + 1 + word > width) {
            fputc('\n', out);
            column = 0;
        }
        fputs(column ? " " : indent, out);
        fwrite(text, 1, word, out);
        column += word + 1;
        text += word + (text[word] == ' ');
    }
    fputc('\n', out);
}

static void print_default(FILE *out, const struct option_row *row)
{
    if (row->type == OPTION_TEXT)
        fprintf(out, "\"%s\"", row->fallback);
    else
        fputs(row->fallback, out);
}

void config_print_help(FILE *out)
{
    for (const struct option_row *row = config_options; row->name; row++) {
        fprintf(out, "  --%s=%s\n", row->name, row->fallback);
        print_wrapped(out, row->text, "      ", 90);
    }
}

void config_print_markdown(FILE *out)
{
    fputs("| option | default | reload | meaning |\n|---|---|---|---|\n", out);
    for (const struct option_row *row = config_options; row->name; row++)
        fprintf(out, "| `%s` | `%s` | %s | %s |\n", row->name, row->fallback[0] ? row->fallback : "\"\"",
                row->reloadable ? "yes" : "restart", row->text);
}

/* Text for mdoc: each sentence begins a line, lines are short, and nothing in it is markup. */
static void print_mdoc(FILE *out, const char *text)
{
    size_t column = 0;
    for (const char *at = text; *at; at++) {
        if (*at == ' ' && (at[-1] == '.' || column + strcspn(at + 1, " ") > 76)) {
            fputc('\n', out);
            column = 0;
            continue;
        }
        if (column == 0 && (*at == '.' || *at == '\''))
            fputs("\\&", out);
        fputs(*at == '\\' ? "\\e" : (const char[]){*at, '\0'}, out);
        column++;
    }
    fputc('\n', out);
}

void config_print_man(FILE *out)
{
    for (const struct option_row *row = config_options; row->name; row++) {
        fprintf(out, ".It Cm %s = %s\n", row->name, row->fallback[0] ? row->fallback : "\\(dq\\(dq");
        print_mdoc(out, row->text);
        if (!row->reloadable)
            fputs("Changed by a restart only.\n", out);
    }
}

void config_print_example(FILE *out)
{
    fputs("# cocanvasd.conf: every option with its default. `cocanvasd --options-example` prints this file.\n"
          "# A reload (systemctl reload, SIGHUP, cocanvasd admin reload) changes those that do not say \"restart\".\n",
          out);
    for (const struct option_row *row = config_options; row->name; row++) {
        fputc('\n', out);
        print_wrapped(out, row->text, "# ", 100);
        if (!row->reloadable)
            fputs("# (restart)\n", out);
        fprintf(out, "#%s = ", row->name);
        print_default(out, row);
        fputs(";\n", out);
    }
}
