/* password change, member reset. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "client/cli/people.h"
#include "client/cli/prompt.h"

struct passwords {
    char old_one[PASSWORD_MAX + 1], new_one[PASSWORD_MAX + 1];
};

static bool read_line(FILE *file, char out[PASSWORD_MAX + 1])
{
    if (!fgets(out, PASSWORD_MAX + 1, file))
        return false;
    out[strcspn(out, "\r\n")] = '\0';
    return out[0] != '\0';
}

static int passwords_from_file(struct cli *cli, const char *path, struct passwords *p)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "re");
    if (!file)
        return cli_fail(cli, EXIT_ERROR, "%s can't be read: %s.", path, strerror(errno));
    bool ok = read_line(file, p->old_one) && read_line(file, p->new_one);
    if (!standard)
        fclose(file);
    return ok ? EXIT_OK
              : cli_fail(cli, EXIT_USAGE,
                         "The old password belongs on the first line of the file, the new one on the second.");
}

static int ask_passwords(struct cli *cli, struct passwords *p)
{
    const char *file = cli_value(cli, "password-file");
    if (file)
        return passwords_from_file(cli, file, p);
    if (!cli_can_ask(cli))
        return cli_fail(cli, EXIT_USAGE,
                        "There is no terminal to ask at. Use --password-file FILE, or - for standard input.");
    if (!prompt_secret(cli, "Old password", p->old_one))
        return cli_fail(cli, EXIT_INTERRUPTED, "Interrupted.");
    return prompt_password(cli, true, p->new_one);
}

/* Others go, unless their owner says otherwise: a password is changed when something may have leaked. */
static int keep_devices(struct cli *cli, bool *keep)
{
    *keep = cli_flag(cli, "keep-devices");
    if (*keep && cli_flag(cli, "end-devices"))
        return cli_fail(cli, EXIT_USAGE, "Either --keep-devices or --end-devices.");
    if (*keep || cli_flag(cli, "end-devices") || !cli_can_ask(cli) || cli_value(cli, "password-file"))
        return EXIT_OK;
    const char *answer = prompt_line(cli, "Log out your other devices? (yes/no)", "yes");
    if (!answer)
        return cli_fail(cli, EXIT_INTERRUPTED, "Interrupted.");
    *keep = answer[0] == 'n' || answer[0] == 'N';
    return EXIT_OK;
}

static int change(struct session *s, struct passwords *p, bool keep)
{
    Cocanvas__PasswordChange request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    cocanvas__password_change__init(&request);
    request.old_password = p->old_one;
    request.new_password = p->new_one;
    request.keep_others = keep;
    frame.body_case = COCANVAS__FRAME__BODY_PASSWORD_CHANGE;
    frame.password_change = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_PASSWORD_CHANGED, &reply);
    if (code != EXIT_OK)
        return code;
    uint32_t revoked = reply->password_changed->revoked;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "password_changed");
        json_object_set_new(object, "revoked", json_integer(revoked));
        out_json(&s->cli->out, object);
    } else if (keep) {
        out_note(&s->cli->out, "The password is changed. Your devices stay logged in.");
    } else {
        out_note(&s->cli->out, "The password is changed. Other devices logged out: %u.", revoked);
    }
    return EXIT_OK;
}

int cmd_password_change(struct cli *cli)
{
    struct session s;
    struct passwords p = {"", ""};
    bool keep = false;
    int code = session_prepare(&s, cli);
    if (code == EXIT_OK)
        code = session_choose_context(&s);
    if (code == EXIT_OK)
        code = ask_passwords(cli, &p);
    if (code == EXIT_OK)
        code = keep_devices(cli, &keep);
    if (code == EXIT_OK)
        code = session_connect(&s, NULL); /* now: a server does not wait for somebody who types */
    if (code == EXIT_OK)
        code = change(&s, &p, keep);
    sodium_memzero(&p, sizeof p);
    session_close(&s);
    return code;
}

/* ---- a link for somebody else */

static void tell_link(struct session *s, const Cocanvas__ResetCreated *made)
{
    struct link link = {.reset = true};
    snprintf(link.token, sizeof link.token, "%s", made->token);
    const char *text = people_link(s, &link);
    if (s->cli->out.json) {
        json_t *object = session_object(s, "reset");
        json_object_set_new(object, "link", json_string(text));
        json_object_set_new(object, "login", json_string(made->login));
        json_object_set_new(object, "expires_ms", json_integer(made->expires_ms));
        out_json(&s->cli->out, object);
        return;
    }
    out_print(&s->cli->out, STYLE_PLAIN, "%s\n", text);
    out_note(&s->cli->out, "For %s, once, until %s. They type: cocanvas login 'LINK'. It logs all their devices out.",
             made->login, people_time(&s->arena, made->expires_ms));
}

int cmd_member_reset(struct cli *cli)
{
    struct session s;
    long hours = 24;
    Cocanvas__MemberList *list;
    const Cocanvas__Member *member;
    Cocanvas__MemberReset request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    int code = session_start(&s, cli);
    cocanvas__member_reset__init(&request);
    if (code == EXIT_OK && !cli_number(cli, "valid", 1, 168, &hours))
        code = EXIT_USAGE;
    if (code == EXIT_OK)
        code = people_members(&s, false, &list);
    if (code == EXIT_OK)
        code = people_find(&s, list, cli->args[0], &member);
    if (code == EXIT_OK) {
        request.workspace = people_workspace(&s);
        request.author = member->author;
        request.valid_s = (uint32_t)hours * 3600;
        frame.body_case = COCANVAS__FRAME__BODY_MEMBER_RESET;
        frame.member_reset = &request;
        code = people_request(&s, &frame, COCANVAS__FRAME__BODY_RESET_CREATED, &reply);
    }
    if (code == EXIT_OK)
        tell_link(&s, reply->reset_created);
    session_close(&s);
    return code;
}
