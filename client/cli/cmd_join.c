/* join: a guest's only command. A code or a link, the facilitator's notice, a name; then the canvas. Where one sat is
 * kept on this device until the session is over, so that joining again (a closed window, a computer that went to
 * sleep) leads back to the same place, under the same name, and uses no second seat. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/people.h"
#include "client/cli/prompt.h"

enum { SEAT_FILE = 17 };

/* A guest's place: what is kept. */
struct seat {
    char token[TOKEN_TEXT];
    struct uuid canvas;
    char name[64 * 4 + 1];
};

/* ---- where one sits, on disk */

static char *seat_path(struct cli *cli, const struct link *link)
{
    uint8_t hash[32];
    char name[2 * SEAT_FILE], *text = arena_printf(&cli->arena, "%s:%u/%s", link->host, link->port, link->code);
    crypto_hash_sha256(hash, (const uint8_t *)text, strlen(text));
    sodium_bin2hex(name, sizeof name, hash, SEAT_FILE - 1);
    return arena_printf(&cli->arena, "%s/guests/%s", cli->folders.state, name);
}

static bool load_seat(const char *path, struct seat *seat)
{
    json_t *object = json_load_file(path, 0, NULL);
    const char *token = json_string_value(json_object_get(object, "token"));
    const char *canvas = json_string_value(json_object_get(object, "canvas"));
    bool ok = token && canvas && token_check_guest(token) && uuid_parse(canvas, &seat->canvas);
    snprintf(seat->token, sizeof seat->token, "%s", ok ? token : "");
    json_decref(object);
    return ok;
}

/* Not keeping it costs a second seat some day, nothing else. */
static void save_seat(struct cli *cli, const char *path, const struct seat *seat)
{
    struct why why;
    char canvas[UUID_TEXT];
    uuid_format(&seat->canvas, canvas);
    json_t *object = json_pack("{s:s, s:s}", "token", seat->token, "canvas", canvas);
    char *text = json_text(object, 0);
    if (folder_make(arena_printf(&cli->arena, "%s/guests", cli->folders.state), &why) != STATUS_OK ||
        file_replace(path, text, strlen(text), &why) != STATUS_OK)
        out_note(&cli->out, "%s", why.text);
    sodium_memzero(text, strlen(text));
    free(text);
    json_decref(object);
}

/* ---- what was typed */

/* "WDJB MJHT" may be two arguments. */
static const char *typed_code(struct cli *cli)
{
    const char *text = cli->args[0];
    for (int i = 1; i < cli->n_args; i++)
        text = arena_printf(&cli->arena, "%s %s", text, cli->args[i]);
    return text;
}

/* Beside a plain code: --server, COCANVAS_SERVER, or the server that one uses anyway. */
static int find_server(struct cli *cli, struct link *link)
{
    struct why why;
    struct contexts contexts;
    const char *server = cli_value(cli, "server");
    if (!server)
        server = getenv("COCANVAS_SERVER");
    if (server && *server) {
        struct link given = {.port = 0};
        enum status status = strncmp(server, "cocanvas://", 11) == 0
                                 ? link_parse(server, &given, &why)
                                 : address_parse(server, given.host, &given.port, &why);
        snprintf(given.code, sizeof given.code, "%s", link->code);
        given.token[0] = '\0';
        *link = given;
        return status == STATUS_OK ? EXIT_OK : cli_fail(cli, EXIT_USAGE, "%s", why.text);
    }
    if (contexts_load(&contexts, &cli->folders, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    const struct context *known = contexts_find(&contexts, contexts.current);
    if (known) {
        snprintf(link->host, sizeof link->host, "%s", known->host);
        link->port = known->port;
    }
    contexts_fini(&contexts);
    return known ? EXIT_OK
                 : cli_fail(cli, EXIT_USAGE, "On which server? cocanvas join %s --server HOST; or use the whole link.",
                            link->code);
}

static int read_target(struct cli *cli, struct link *link)
{
    struct why why;
    const char *text = typed_code(cli);
    memset(link, 0, sizeof *link);
    if (strncmp(text, "cocanvas://", 11) == 0) {
        if (link_parse(text, link, &why) != STATUS_OK)
            return cli_fail(cli, EXIT_USAGE, "%s", why.text);
        if (link->code[0])
            return EXIT_OK;
        if (link->token[0])
            return cli_fail(cli, EXIT_USAGE, "This is an invitation for a member: cocanvas login '%s'", text);
        return cli_fail(cli, EXIT_USAGE, "There is no code in this link: cocanvas join CODE --server '%s'", text);
    }
    if (join_code_parse(text, link->code, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_USAGE, "%s", why.text);
    return find_server(cli, link);
}

/* ---- the two logins */

static void use_server(struct session *s, const struct link *link)
{
    snprintf(s->context.host, sizeof s->context.host, "%s", link->host);
    s->context.port = link->port;
    s->context.has_pin = link->has_pin;
    memcpy(s->context.pin, link->pin, PIN_BYTES);
    s->quiet_failure = true;
}

/* What the server said about the code; a guest has no account, so "log in" would lead nowhere. */
static int join_failed(struct session *s)
{
    char sentence[512] = "";
    if (s->interrupted)
        return cli_fail(s->cli, EXIT_INTERRUPTED, "Interrupted.");
    enum status code = client_error(s->client, sentence, sizeof sentence);
    if (client_problem(s->client) == CLIENT_NOT_LOGGED_IN)
        return cli_fail(s->cli, EXIT_NOT_FOUND, "%s", sentence);
    return session_failed(s, code == STATUS_OK ? STATUS_TIMEOUT : code, "joining");
}

static int connect_as(struct cli *cli, const struct link *link, Cocanvas__Login *login, struct session *s)
{
    int code = session_prepare(s, cli);
    if (code != EXIT_OK)
        return code;
    use_server(s, link);
    code = session_connect(s, login);
    return code == EXIT_OK || !s->client ? code : join_failed(s);
}

static char *lent(const char *text)
{
    return (char *)(uintptr_t)text;
}

/* What the second login needs of the notice. */
struct agreed {
    uint8_t id[64];
    size_t id_len;
    bool pseudonyms;
};

static void print_notice(struct session *s)
{
    const Cocanvas__GuestNotice *notice = s->notice;
    struct output *out = &s->cli->out;
    err_print(out, STYLE_PLAIN, "You are invited to a canvas, as a guest (%s), until %s.\n", role_word(notice->role),
              people_time(&s->arena, notice->ends_ms));
    if (notice->pseudonyms)
        err_print(out, STYLE_PLAIN, "Others see a pseudonym, such as \"Guest 7\". %s\n",
                  notice->lobby ? "The facilitator sees your name until you are let in; it is not kept."
                                : "Your name is not kept.");
    if (*notice->text)
        err_print(out, STYLE_BOLD, "\n%s\n\n", notice->text);
}

static int accept_notice(struct session *s)
{
    struct cli *cli = s->cli;
    if (!cli->out.quiet || *s->notice->text)
        print_notice(s);
    if (!*s->notice->text || cli_flag(cli, "accept-notice"))
        return EXIT_OK;
    if (!cli_can_ask(cli))
        return cli_fail(cli, EXIT_USAGE, "This has to be accepted: read it, and add --accept-notice.");
    const char *answer = prompt_line(cli, "Do you accept this? (yes/no)", "no");
    if (answer && (strcmp(answer, "yes") == 0 || strcmp(answer, "y") == 0))
        return EXIT_OK;
    return cli_fail(cli, EXIT_INTERRUPTED, "Not joined. Nothing about you was kept.");
}

static int look_at_notice(struct cli *cli, const struct link *link, struct agreed *agreed)
{
    struct session s;
    Cocanvas__Login login;
    cocanvas__login__init(&login);
    login.code = lent(link->code);
    int code = connect_as(cli, link, &login, &s);
    if (code == EXIT_OK && !s.notice)
        code = cli_fail(cli, EXIT_ERROR, "The server does not know join codes.");
    if (code == EXIT_OK)
        code = accept_notice(&s);
    if (code == EXIT_OK) {
        agreed->id_len = s.notice->id.len < sizeof agreed->id ? s.notice->id.len : 0;
        memcpy(agreed->id, s.notice->id.data, agreed->id_len);
        agreed->pseudonyms = s.notice->pseudonyms;
    }
    session_close(&s);
    return code;
}

static int ask_name(struct cli *cli, const struct agreed *agreed, const char **name)
{
    const char *user = getenv("USER");
    *name = cli_value(cli, "name");
    if (!*name && cli_can_ask(cli))
        *name =
            prompt_line(cli, agreed->pseudonyms ? "Your name, for the facilitator" : "Your name, as others will see it",
                        user && strcmp(user, "root") != 0 ? user : "");
    if (!*name || !**name)
        return cli_fail(cli, EXIT_USAGE, "Your name is missing: --name 'Ann Lee'");
    return EXIT_OK;
}

static int take_seat(struct cli *cli, const struct link *link, struct agreed *agreed, const char *name,
                     struct seat *seat)
{
    struct session s;
    Cocanvas__Login login;
    cocanvas__login__init(&login);
    login.code = lent(link->code);
    login.name = lent(name);
    login.accept_notice = (ProtobufCBinaryData){agreed->id_len, agreed->id};
    int code = connect_as(cli, link, &login, &s);
    const Cocanvas__Guest *guest = code == EXIT_OK && s.logged_in ? s.logged_in->guest : NULL;
    if (code == EXIT_OK && s.notice)
        code = cli_fail(cli, EXIT_AGAIN, "The facilitator has just changed what guests agree to: join again.");
    else if (code == EXIT_OK && (!guest || !uuid_from_bytes(guest->canvas.data, guest->canvas.len, &seat->canvas)))
        code = cli_fail(cli, EXIT_ERROR, "The server let you in, but not as a guest.");
    if (code == EXIT_OK) {
        snprintf(seat->token, sizeof seat->token, "%s", s.logged_in->token);
        snprintf(seat->name, sizeof seat->name, "%s", guest->name);
    }
    session_close(&s);
    return code;
}

/* Whether the place of an earlier join is still there. */
static bool sit_again(struct cli *cli, const struct link *link, struct seat *seat)
{
    struct session s;
    Cocanvas__Login login;
    cocanvas__login__init(&login);
    login.token = seat->token;
    bool ok = session_prepare(&s, cli) == EXIT_OK;
    if (ok) {
        use_server(&s, link);
        ok = session_connect(&s, &login) == EXIT_OK && s.logged_in && s.logged_in->guest;
    }
    session_close(&s);
    return ok;
}

static int find_seat(struct cli *cli, const struct link *link, struct seat *seat)
{
    const char *path = seat_path(cli, link), *name;
    struct agreed agreed = {.id_len = 0};
    if (load_seat(path, seat)) {
        if (sit_again(cli, link, seat))
            return EXIT_OK;
        (void)unlink(path);
    }
    int code = look_at_notice(cli, link, &agreed);
    if (code == EXIT_OK)
        code = ask_name(cli, &agreed, &name);
    if (code == EXIT_OK)
        code = take_seat(cli, link, &agreed, name, seat);
    if (code == EXIT_OK)
        save_seat(cli, path, seat);
    return code;
}

/* ---- the command */

static int open_seat(struct cli *cli, const struct link *link, const struct seat *seat)
{
    struct context guest = {.port = link->port, .has_pin = link->has_pin};
    char canvas[UUID_TEXT], *words[] = {canvas};
    snprintf(guest.name, sizeof guest.name, "guest");
    snprintf(guest.host, sizeof guest.host, "%s", link->host);
    memcpy(guest.pin, link->pin, PIN_BYTES);
    snprintf(guest.token, sizeof guest.token, "%s", seat->token);
    snprintf(guest.login, sizeof guest.login, "guest");
    uuid_format(&seat->canvas, canvas);
    cli->guest = &guest;
    cli->args = words;
    cli->n_args = 1;
    int code = cmd_open(cli);
    cli->guest = NULL;
    sodium_memzero(&guest, sizeof guest);
    return code;
}

int cmd_join(struct cli *cli)
{
    struct link link;
    struct seat seat = {.name = ""};
    int code = cmd_open_check(cli, "cocanvas join CODE --plain");
    if (code == EXIT_OK)
        code = read_target(cli, &link);
    if (code == EXIT_OK)
        code = find_seat(cli, &link, &seat);
    if (code == EXIT_OK && seat.name[0])
        out_note(&cli->out, "You are in, as %s.", seat.name);
    if (code == EXIT_OK)
        code = open_seat(cli, &link, &seat);
    sodium_memzero(&seat, sizeof seat);
    return code;
}
