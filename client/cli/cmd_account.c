/* login, logout, contexts, workspaces, invitations. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "client/cli/people.h"
#include "client/cli/prompt.h"
#include "client/cli/session.h"
#include "client/core/outbox.h"
#include "client/core/trust.h"
#include "common/utf8.h"

/* ---- login */

/* What is to be logged in to: the link or server of the arguments, else the current context's server. */
static int login_target(struct session *s, struct link *link)
{
    struct cli *cli = s->cli;
    struct why why;
    memset(link, 0, sizeof *link);
    const char *to = cli->n_args ? cli->args[0] : cli_value(cli, "server");
    if (!to) {
        const char *name = cli_value(cli, "context");
        const struct context *known = contexts_find(&s->contexts, name ? name : s->contexts.current);
        if (!known)
            return cli_fail(cli, EXIT_USAGE, "Where to? Usage: cocanvas login LINK|SERVER");
        snprintf(link->host, sizeof link->host, "%s", known->host);
        link->port = known->port;
        snprintf(s->context.login, sizeof s->context.login, "%s", known->login);
        memcpy(s->context.certificate, known->certificate, sizeof s->context.certificate);
        return EXIT_OK;
    }
    enum status status = strncmp(to, "cocanvas://", 11) == 0 ? link_parse(to, link, &why)
                                                             : address_parse(to, link->host, &link->port, &why);
    if (status == STATUS_OK && link->code[0])
        return cli_fail(cli, EXIT_USAGE, "This link is for guests: cocanvas join '%s'", to);
    return status == STATUS_OK ? EXIT_OK : cli_fail(cli, EXIT_USAGE, "%s", why.text);
}

static const char *value_or_ask(struct cli *cli, const char *option, const char *question, const char *otherwise)
{
    const char *value = cli_value(cli, option);
    if (value)
        return value;
    return cli_can_ask(cli) ? prompt_line(cli, question, otherwise) : NULL;
}

static const char *user_name(void)
{
    const char *user = getenv("USER");
    return user && strcmp(user, "root") != 0 ? user : "";
}

static char *device_name(struct session *s)
{
    char host[64] = "";
    gethostname(host, sizeof host - 1);
    return arena_strndup(&s->arena, host, strlen(host));
}

/* By the certificate alone: there is neither an invitation nor a login to go with it. */
static bool by_certificate(struct session *s, const struct link *link)
{
    return s->context.certificate[0] && !link->token[0] && !cli_value(s->cli, "login");
}

/* A link for a new password says itself whose it is. */
static int reset_form(struct session *s, const struct link *link, Cocanvas__Login *login, char password[PASSWORD_MAX + 1])
{
    int code = prompt_password(s->cli, true, password);
    login->reset = arena_strndup(&s->arena, link->token, strlen(link->token));
    login->device = device_name(s);
    login->password = password;
    return code;
}

/* Fills the Login; what is missing is asked for. */
static int login_form(struct session *s, const struct link *link, Cocanvas__Login *login,
                      char password[PASSWORD_MAX + 1])
{
    static char empty[] = "";
    struct cli *cli = s->cli;
    if (link->reset)
        return reset_form(s, link, login, password);
    if (by_certificate(s, link)) {
        login->certificate = true;
        return EXIT_OK;
    }
    const char *name = NULL, *known = s->context.login[0] ? s->context.login : user_name();
    const char *who = value_or_ask(cli, "login", link->token[0] ? "Choose a login" : "Login", known);
    if (!who || !*who)
        return cli_fail(cli, EXIT_USAGE, "Your login is missing: --login NAME");
    if (link->token[0]) {
        name = value_or_ask(cli, "name", "Your name, as others will see it", who);
        if (!name || !*name)
            return cli_fail(cli, EXIT_USAGE, "Your name is missing: --name 'Ann Lee'");
    }
    int code = prompt_password(cli, link->token[0] != 0, password);
    if (code != EXIT_OK)
        return code;
    login->login = arena_strndup(&s->arena, who, strlen(who));
    login->name = name ? arena_strndup(&s->arena, name, strlen(name)) : empty;
    login->invitation = arena_strndup(&s->arena, link->token, strlen(link->token));
    login->device = device_name(s);
    login->password = password;
    return EXIT_OK;
}

static struct context *context_for(struct contexts *contexts, const struct context *account,
                                   const struct uuid *workspace)
{
    for (size_t i = 0; i < contexts->n; i++) {
        struct context *c = &contexts->at[i];
        if (strcmp(c->host, account->host) == 0 && c->port == account->port && strcmp(c->login, account->login) == 0 &&
            uuid_equal(&c->workspace, workspace))
            return c;
    }
    return NULL;
}

/* The context to act on after a login: a workspace that is new here, else the present one if it is this account's,
 * else the account's first. */
static const char *choose_after_login(struct session *s, const struct contexts *contexts, const char *fresh,
                                      const char *first)
{
    const struct context *now = contexts_find(contexts, contexts->current);
    if (fresh)
        return fresh;
    if (now && strcmp(now->login, s->context.login) == 0 && strcmp(now->host, s->context.host) == 0 &&
        now->port == s->context.port)
        return arena_strndup(&s->arena, now->name, strlen(now->name));
    return first;
}

/* Makes or renews the context of one workspace; true if it is new. */
static bool keep_workspace(struct session *s, struct contexts *contexts, const Cocanvas__Workspace *w,
                           const struct uuid *id, const char **name)
{
    const char *as = cli_value(s->cli, "as");
    struct context *c = context_for(contexts, &s->context, id), filled = s->context;
    bool is_new = c == NULL;
    if (is_new)
        c = contexts_add(contexts, as ? as : w->name);
    snprintf(filled.name, sizeof filled.name, "%s", c->name);
    snprintf(filled.workspace_name, sizeof filled.workspace_name, "%s", w->name);
    filled.workspace = *id;
    *c = filled;
    *name = arena_strndup(&s->arena, c->name, strlen(c->name));
    return is_new;
}

static void keep_workspaces(struct session *s, struct contexts *contexts)
{
    const Cocanvas__LoggedIn *in = s->logged_in;
    const char *fresh = NULL, *first = NULL, *name;
    for (size_t i = 0; i < in->n_workspaces; i++) {
        struct uuid id;
        if (!uuid_from_bytes(in->workspaces[i]->id.data, in->workspaces[i]->id.len, &id))
            continue;
        bool is_new = keep_workspace(s, contexts, in->workspaces[i], &id, &name);
        fresh = is_new ? name : fresh;
        first = first ? first : name;
    }
    const char *current = choose_after_login(s, contexts, fresh, first);
    if (current)
        snprintf(contexts->current, sizeof contexts->current, "%s", current);
    /* Token and certificate are the account's: all its contexts share them. */
    for (size_t i = 0; i < contexts->n; i++) {
        struct context *c = &contexts->at[i];
        if (strcmp(c->login, s->context.login) == 0 && strcmp(c->host, s->context.host) == 0 &&
            c->port == s->context.port) {
            snprintf(c->token, TOKEN_TEXT, "%s", in->token);
            memcpy(c->certificate, s->context.certificate, sizeof c->certificate);
        }
    }
}

static int keep_login(struct session *s)
{
    struct why why;
    struct contexts contexts;
    int lock = contexts_lock(&s->cli->folders, &why);
    if (lock < 0 || contexts_load(&contexts, &s->cli->folders, &why) != STATUS_OK) {
        if (lock >= 0)
            close(lock);
        return cli_fail(s->cli, EXIT_ERROR, "%s", why.text);
    }
    keep_workspaces(s, &contexts);
    enum status status = contexts_save(&contexts, &s->cli->folders, &why);
    const struct context *now = contexts_find(&contexts, contexts.current);
    if (status == STATUS_OK && now)
        s->context = *now;
    contexts_fini(&contexts);
    close(lock);
    return status == STATUS_OK ? EXIT_OK : cli_fail(s->cli, EXIT_ERROR, "%s", why.text);
}

static json_t *workspaces_json(struct session *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < s->logged_in->n_workspaces; i++) {
        const Cocanvas__Workspace *w = s->logged_in->workspaces[i];
        const ProtobufCEnumValue *role =
            protobuf_c_enum_descriptor_get_value(&cocanvas__role__descriptor, (int)w->role);
        struct uuid id;
        char text[UUID_TEXT] = "";
        if (uuid_from_bytes(w->id.data, w->id.len, &id))
            uuid_format(&id, text);
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:I, s:b}", "id", text, "name", w->name, "role",
                                              role ? role->name : "?", "author", (json_int_t)w->author,
                                              "confidential", (int)w->confidential));
    }
    return list;
}

static void tell_login(struct session *s)
{
    struct output *out = &s->cli->out;
    char server[SERVER_TEXT];
    context_server(&s->context, server);
    if (out->json) {
        json_t *object = session_object(s, "logged_in");
        json_object_set_new(object, "login", json_string(s->context.login));
        json_object_set_new(object, "server", json_string(server));
        json_object_set_new(object, "workspaces", workspaces_json(s));
        out_json(out, object);
        return;
    }
    out_print(out, STYLE_GOOD, "Logged in");
    out_print(out, STYLE_PLAIN, " to %s as %s.\n", server, s->context.login);
    if (s->logged_in->n_workspaces == 0)
        out_note(out, "You are not a member of any workspace there yet; ask for an invitation.");
    else
        out_note(out, "Context: %s (%s). Next: cocanvas list, or: cocanvas new bmc 'Our title'", s->context.name,
                 s->context.workspace_name);
}

/* The whole path is kept, for later commands run elsewhere. */
static int certificate_option(struct session *s)
{
    const char *file = cli_value(s->cli, "certificate");
    char *path = file ? realpath(file, NULL) : NULL;
    int code = EXIT_OK;
    if (file && !path)
        code = cli_fail(s->cli, EXIT_NOT_FOUND, "%s: %s.", file, strerror(errno));
    else if (path && strlen(path) >= sizeof s->context.certificate)
        code = cli_fail(s->cli, EXIT_USAGE, "The path of the certificate is too long.");
    else if (path)
        memcpy(s->context.certificate, path, strlen(path) + 1);
    free(path);
    return code;
}

static int run_login(struct session *s, char password[PASSWORD_MAX + 1])
{
    struct link link;
    Cocanvas__Login login;
    int code = login_target(s, &link);
    if (code == EXIT_OK)
        code = certificate_option(s);
    cocanvas__login__init(&login);
    if (code == EXIT_OK)
        code = login_form(s, &link, &login, password);
    if (code != EXIT_OK)
        return code;
    snprintf(s->context.host, sizeof s->context.host, "%s", link.host);
    s->context.port = link.port;
    s->context.has_pin = link.has_pin;
    memcpy(s->context.pin, link.pin, PIN_BYTES);
    code = session_connect(s, &login);
    if (code != EXIT_OK)
        return code;
    if (!s->logged_in || (!s->logged_in->token[0] && !login.certificate))
        return cli_fail(s->cli, EXIT_ERROR, "The server gave no token for this device.");
    snprintf(s->context.login, sizeof s->context.login, "%s", s->logged_in->login);
    snprintf(s->context.token, sizeof s->context.token, "%s", s->logged_in->token);
    code = keep_login(s);
    if (code == EXIT_OK)
        tell_login(s);
    return code;
}

int cmd_login(struct cli *cli)
{
    struct session s;
    char password[PASSWORD_MAX + 1] = "";
    int code = session_prepare(&s, cli);
    if (code == EXIT_OK)
        code = run_login(&s, password);
    sodium_memzero(password, sizeof password);
    session_close(&s);
    return code;
}

/* ---- logout and contexts: no connection */

/* Loads under the lock, lets change() work, saves. */
static int change_contexts(struct cli *cli, int (*change)(struct cli *cli, struct contexts *contexts))
{
    struct why why;
    struct contexts contexts;
    int lock = contexts_lock(&cli->folders, &why);
    if (lock < 0)
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    int code = EXIT_OK;
    if (contexts_load(&contexts, &cli->folders, &why) != STATUS_OK) {
        code = cli_fail(cli, EXIT_ERROR, "%s", why.text);
    } else {
        code = change(cli, &contexts);
        if (code == EXIT_OK && contexts_save(&contexts, &cli->folders, &why) != STATUS_OK)
            code = cli_fail(cli, EXIT_ERROR, "%s", why.text);
        contexts_fini(&contexts);
    }
    close(lock);
    return code;
}

static int forget_tokens(struct cli *cli, struct contexts *contexts)
{
    const char *name = cli_value(cli, "context");
    bool all = cli_flag(cli, "all");
    const struct context *from = contexts_find(contexts, name ? name : contexts->current);
    json_t *gone = json_array();
    if (!from && !all) {
        json_decref(gone);
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no such context. See: cocanvas context list");
    }
    for (size_t i = 0; i < contexts->n; i++) {
        struct context *c = &contexts->at[i];
        bool same =
            from && strcmp(c->login, from->login) == 0 && strcmp(c->host, from->host) == 0 && c->port == from->port;
        if (!context_logged_in(c) || (!all && !same))
            continue;
        sodium_memzero(c->token, sizeof c->token);
        c->certificate[0] = '\0'; /* the file stays */
        json_array_append_new(gone, json_string(c->name));
    }
    size_t n = json_array_size(gone);
    if (cli->out.json) {
        json_t *object = out_object("logged_out");
        json_object_set_new(object, "contexts", gone);
        out_json(&cli->out, object);
    } else {
        out_note(&cli->out, n ? "Logged out. The token is gone from this device." : "You were logged out already.");
        json_decref(gone);
    }
    return EXIT_OK;
}

int cmd_logout(struct cli *cli)
{
    return change_contexts(cli, forget_tokens);
}

static int choose_current(struct cli *cli, struct contexts *contexts)
{
    const char *names[256];
    size_t n = contexts->n < 256 ? contexts->n : 256;
    const struct context *found = contexts_find(contexts, cli->args[0]);
    for (size_t i = 0; i < n; i++)
        names[i] = contexts->at[i].name;
    const char *near = found ? NULL : nearest_word(cli->args[0], n, names);
    if (!found && near)
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no context \"%s\". Did you mean: cocanvas context use %s",
                        cli->args[0], near);
    if (!found)
        return cli_fail(cli, EXIT_NOT_FOUND, "There is no context \"%s\". See: cocanvas context list", cli->args[0]);
    snprintf(contexts->current, sizeof contexts->current, "%s", found->name);
    if (cli->out.json) {
        json_t *object = out_object("context");
        json_object_set_new(object, "context", json_string(found->name));
        out_json(&cli->out, object);
    } else {
        out_note(&cli->out, "Commands now act on %s (%s).", found->name, found->workspace_name);
    }
    return EXIT_OK;
}

int cmd_context_use(struct cli *cli)
{
    return change_contexts(cli, choose_current);
}

int cmd_server_forget(struct cli *cli)
{
    struct why why;
    char host[256];
    uint16_t port;
    if (address_parse(cli->args[0], host, &port, &why) != STATUS_OK)
        return cli_fail(cli, EXIT_USAGE, "%s", why.text);
    enum status status = trust_forget(cli->folders.config, host, port, &why);
    if (status != STATUS_OK)
        return cli_fail(cli, exit_of_status(status), "%s", why.text);
    if (cli->out.json) {
        json_t *object = out_object("forgotten");
        json_object_set_new(object, "server", json_string(cli->args[0]));
        out_json(&cli->out, object);
    } else {
        out_note(&cli->out, "Forgotten. The next command that connects to %s shows its key and asks.", cli->args[0]);
    }
    return EXIT_OK;
}

int cmd_context_list(struct cli *cli)
{
    struct why why;
    struct contexts contexts;
    json_t *list = json_array();
    if (contexts_load(&contexts, &cli->folders, &why) != STATUS_OK) {
        json_decref(list);
        return cli_fail(cli, EXIT_ERROR, "%s", why.text);
    }
    for (size_t i = 0; i < contexts.n; i++) {
        const struct context *c = &contexts.at[i];
        char server[SERVER_TEXT];
        bool current = strcmp(c->name, contexts.current) == 0;
        context_server(c, server);
        json_array_append_new(list, json_pack("{s:s, s:b, s:s, s:s, s:s, s:b}", "name", c->name, "current",
                                              (int)current, "server", server, "login", c->login, "workspace",
                                              c->workspace_name, "logged_in", (int)context_logged_in(c)));
        if (!cli->out.json)
            out_print(&cli->out, current ? STYLE_BOLD : STYLE_PLAIN, "%s %-20s %s@%s  %s%s\n", current ? "*" : " ",
                      c->name, c->login, server, arena_line(&cli->arena, c->workspace_name),
                      context_logged_in(c) ? "" : "  (logged out)");
    }
    if (cli->out.json) {
        json_t *object = out_object("contexts");
        json_object_set(object, "contexts", list);
        out_json(&cli->out, object);
    } else if (contexts.n == 0) {
        out_note(&cli->out, "None yet. Next: cocanvas login LINK");
    }
    json_decref(list);
    contexts_fini(&contexts);
    return EXIT_OK;
}

/* ---- workspaces and members */

int cmd_workspace_list(struct cli *cli)
{
    struct session s;
    int code = session_start(&s, cli);
    if (code == EXIT_OK && cli->out.json) {
        json_t *object = session_object(&s, "workspaces");
        json_object_set_new(object, "workspaces", workspaces_json(&s));
        out_json(&cli->out, object);
    } else if (code == EXIT_OK) {
        for (size_t i = 0; i < s.logged_in->n_workspaces; i++) {
            const Cocanvas__Workspace *w = s.logged_in->workspaces[i];
            const ProtobufCEnumValue *role =
                protobuf_c_enum_descriptor_get_value(&cocanvas__role__descriptor, (int)w->role);
            out_print(&cli->out, STYLE_PLAIN, "%-40s %s%s\n", arena_line(&s.arena, w->name), role ? role->name : "?",
                      w->confidential ? ", confidential" : "");
        }
    }
    session_close(&s);
    return code;
}

static int parse_role(struct cli *cli, Cocanvas__Role *role)
{
    const char *word = cli_value(cli, "role");
    if (role_from_word(word ? word : "editor", false, role))
        return EXIT_OK;
    return cli_fail(cli, EXIT_USAGE, "--role is viewer, commenter, editor, facilitator or owner.");
}

static void tell_invitation(struct session *s, const Cocanvas__InvitationCreated *made, long uses)
{
    struct link link = {0};
    const char *until = people_time(&s->arena, made->expires_ms), *text;
    snprintf(link.token, sizeof link.token, "%s", made->token);
    text = people_link(s, &link);
    if (s->cli->out.json) {
        json_t *object = session_object(s, "invitation");
        json_object_set_new(object, "link", json_string(text));
        json_object_set_new(object, "expires_ms", json_integer(made->expires_ms));
        json_object_set_new(object, "number", json_integer(made->number));
        json_object_set_new(object, "uses", json_integer(uses));
        out_json(&s->cli->out, object);
        return;
    }
    out_print(&s->cli->out, STYLE_PLAIN, "%s\n", text);
    if (uses == 1)
        out_note(&s->cli->out, "For one person, once, until %s%s. They type: cocanvas login 'LINK'", until, session_mark(s));
    else
        out_note(&s->cli->out, "For %ld people, until %s%s. They type: cocanvas login 'LINK'", uses, until, session_mark(s));
}

static int invite(struct session *s)
{
    long hours = 168, uses = 1;
    const char *label = cli_value(s->cli, "label");
    Cocanvas__InvitationCreate request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    cocanvas__invitation_create__init(&request);
    if (parse_role(s->cli, &request.role) != EXIT_OK || !cli_number(s->cli, "valid", 1, 24 * 90, &hours) ||
        !cli_number(s->cli, "uses", 1, 1000, &uses))
        return EXIT_USAGE;
    if (label)
        request.label = arena_strndup(&s->arena, label, strlen(label));
    request.valid_s = (uint32_t)hours * 3600;
    request.uses = (uint32_t)uses;
    request.workspace.data = s->context.workspace.b;
    request.workspace.len = uuid_is_zero(&s->context.workspace) ? 0 : sizeof s->context.workspace.b;
    frame.body_case = COCANVAS__FRAME__BODY_INVITATION_CREATE;
    frame.invitation_create = &request;
    int code = session_request(s, &frame, &reply);
    if (code != EXIT_OK)
        return code;
    if (reply->body_case != COCANVAS__FRAME__BODY_INVITATION_CREATED)
        return cli_fail(s->cli, EXIT_ERROR, "The server answered something else than an invitation.");
    tell_invitation(s, reply->invitation_created, uses);
    return EXIT_OK;
}

int cmd_member_invite(struct cli *cli)
{
    return session_run(cli, invite);
}
