/* session open, close, status; code create, list, revoke; lobby list, admit, deny: what a facilitator needs to let
 * guests into a canvas, and out again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/people.h"
#include "client/cli/qr.h"

enum { NOTICE_BYTES = 16000, MINUTES_MOST = 12 * 60 };

static int with_canvas(struct cli *cli, int (*run)(struct session *s))
{
    struct session s;
    int code = session_start_canvas(&s, cli, cli->args[0], false);
    if (code == EXIT_OK)
        code = run(&s);
    session_close(&s);
    return code;
}

static int ask(struct session *s, Cocanvas__Frame *frame, const Cocanvas__LiveSession **live)
{
    Cocanvas__Frame *reply;
    int code = people_request(s, frame, COCANVAS__FRAME__BODY_LIVE_SESSION, &reply);
    *live = code == EXIT_OK ? reply->live_session : NULL;
    return code;
}

/* ---- what is told */

static const char *code_state(const Cocanvas__JoinCode *code)
{
    if (code->revoked)
        return "revoked";
    if (code->used >= code->uses)
        return "used up";
    return code->expires_ms <= wall_ms() ? "expired" : "open";
}

static json_t *code_json(const Cocanvas__JoinCode *code)
{
    return json_pack("{s:I, s:s, s:I, s:I, s:s, s:I, s:I}", "number", (json_int_t)code->number, "label", code->label,
                     "uses", (json_int_t)code->uses, "used", (json_int_t)code->used, "state", code_state(code),
                     "created_ms", (json_int_t)code->created_ms, "expires_ms", (json_int_t)code->expires_ms);
}

static json_t *codes_json(const Cocanvas__LiveSession *live)
{
    json_t *list = json_array();
    for (size_t i = 0; i < live->n_codes; i++)
        json_array_append_new(list, code_json(live->codes[i]));
    return list;
}

static void print_codes(struct session *s, const Cocanvas__LiveSession *live)
{
    struct output *out = &s->cli->out;
    for (size_t i = 0; i < live->n_codes; i++) {
        const Cocanvas__JoinCode *code = live->codes[i];
        out_print(out, STYLE_DIM, "%4u  ", code->number);
        out_print(out, STYLE_PLAIN, "%s  %u of %u used  ", arena_cell(&s->arena, code->label, 24), code->used,
                  code->uses);
        out_print(out, STYLE_DIM, "%-7s until %s\n", code_state(code), people_time(&s->arena, code->expires_ms));
    }
}

static void tell_json(struct session *s, const Cocanvas__LiveSession *live)
{
    json_t *object = session_object(s, "session");
    json_object_set_new(object, "open", json_boolean(live->open));
    if (live->opened_ms) {
        json_object_set_new(object, "role", json_string(role_word(live->role)));
        json_object_set_new(object, "lobby", json_boolean(live->lobby));
        json_object_set_new(object, "pseudonyms", json_boolean(live->pseudonyms));
        json_object_set_new(object, "notice", json_string(live->notice));
        json_object_set_new(object, "opened_ms", json_integer(live->opened_ms));
        json_object_set_new(object, "ends_ms", json_integer(live->ends_ms));
        json_object_set_new(object, "guests", json_integer(live->guests));
        json_object_set_new(object, "codes", codes_json(live));
    }
    out_json(&s->cli->out, object);
}

static void print_live(struct session *s, const Cocanvas__LiveSession *live)
{
    struct output *out = &s->cli->out;
    out_print(out, STYLE_GOOD, "Open for guests");
    out_print(out, STYLE_PLAIN, " until %s\n", people_time(&s->arena, live->ends_ms));
    out_print(out, STYLE_PLAIN, "Guests are %ss, under %s; %s.\n", role_word(live->role),
              live->pseudonyms ? "pseudonyms" : "their names",
              live->lobby ? "you let each of them in (lobby)" : "a code is enough (no lobby)");
    out_print(out, STYLE_PLAIN, "%u came in so far.\n", live->guests);
    if (*live->notice)
        out_print(out, STYLE_DIM, "They accept: %s\n", arena_line(&s->arena, live->notice));
}

/* ---- session */

static int read_notice(struct session *s, char **notice)
{
    const char *text = cli_value(s->cli, "notice"), *path = cli_value(s->cli, "notice-file");
    char *bytes;
    size_t len;
    *notice = arena_strndup(&s->arena, text ? text : "", text ? strlen(text) : 0);
    if (!path)
        return EXIT_OK;
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    bytes = arena_alloc(&s->arena, NOTICE_BYTES + 2);
    if (!file || !bytes)
        return cli_fail(s->cli, EXIT_ERROR, "%s can't be read.", path);
    len = fread(bytes, 1, NOTICE_BYTES + 1, file);
    bool ok = !ferror(file) && len <= NOTICE_BYTES && !memchr(bytes, 0, len);
    if (file != stdin)
        fclose(file);
    while (len > 0 && bytes[len - 1] == '\n')
        len--;
    bytes[len] = '\0';
    *notice = bytes;
    return ok ? EXIT_OK
              : cli_fail(s->cli, EXIT_USAGE, "The notice in %s is no text of at most 4,000 characters.", path);
}

static int fill_open(struct session *s, Cocanvas__LiveOpen *open)
{
    const char *role = cli_value(s->cli, "role");
    long minutes = MINUTES_MOST;
    if (!cli_number(s->cli, "minutes", 1, MINUTES_MOST, &minutes))
        return EXIT_USAGE;
    if (cli_flag(s->cli, "lobby") && cli_flag(s->cli, "no-lobby"))
        return cli_fail(s->cli, EXIT_USAGE, "Either --lobby or --no-lobby.");
    if (role && (!role_from_word(role, false, &open->role) || open->role > COCANVAS__ROLE__EDITOR))
        return cli_fail(s->cli, EXIT_USAGE, "Guests are viewer, commenter or editor: --role editor");
    open->valid_s = (uint32_t)minutes * 60;
    open->pseudonyms = cli_flag(s->cli, "pseudonyms");
    open->lobby = cli_flag(s->cli, "lobby")      ? COCANVAS__LIVE_OPEN__LOBBY__ON
                  : cli_flag(s->cli, "no-lobby") ? COCANVAS__LIVE_OPEN__LOBBY__OFF
                                                 : COCANVAS__LIVE_OPEN__LOBBY__DEFAULT;
    return read_notice(s, &open->notice);
}

static int open_session(struct session *s)
{
    Cocanvas__LiveOpen open;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    const Cocanvas__LiveSession *live;
    cocanvas__live_open__init(&open);
    int code = fill_open(s, &open);
    if (code != EXIT_OK)
        return code;
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_OPEN;
    frame.live_open = &open;
    code = ask(s, &frame, &live);
    if (code != EXIT_OK)
        return code;
    if (s->cli->out.json) {
        tell_json(s, live);
    } else {
        print_live(s, live);
        out_note(&s->cli->out, "Next: cocanvas code create %s --qr", s->cli->args[0]);
    }
    return EXIT_OK;
}

int cmd_session_open(struct cli *cli)
{
    return with_canvas(cli, open_session);
}

static int close_session(struct session *s)
{
    Cocanvas__LiveClose close = COCANVAS__LIVE_CLOSE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    const Cocanvas__LiveSession *live;
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_CLOSE;
    frame.live_close = &close;
    int code = ask(s, &frame, &live);
    if (code == EXIT_OK && s->cli->out.json)
        tell_json(s, live);
    else if (code == EXIT_OK)
        out_print(&s->cli->out, STYLE_PLAIN, "Closed. %u guests were here; what they wrote stays.\n", live->guests);
    return code;
}

int cmd_session_close(struct cli *cli)
{
    return with_canvas(cli, close_session);
}

static int look(struct session *s, const Cocanvas__LiveSession **live)
{
    Cocanvas__LiveRequest request = COCANVAS__LIVE_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_LIVE_REQUEST;
    frame.live_request = &request;
    return ask(s, &frame, live);
}

static int show_session(struct session *s)
{
    const Cocanvas__LiveSession *live;
    int code = look(s, &live);
    if (code != EXIT_OK)
        return code;
    if (s->cli->out.json) {
        tell_json(s, live);
    } else if (live->open) {
        print_live(s, live);
        print_codes(s, live);
    } else {
        out_note(&s->cli->out, "Not open for guests. Next: cocanvas session open %s", s->cli->args[0]);
    }
    return EXIT_OK;
}

int cmd_session_status(struct cli *cli)
{
    return with_canvas(cli, show_session);
}

/* ---- codes */

static void print_qr(struct session *s, const char *link)
{
    struct output *out = &s->cli->out;
    if (!out->terminal || !out->unicode) {
        out_note(out, "A QR code needs a terminal that shows UTF-8.");
        return;
    }
    char *lines = qr_lines(link, out->color);
    /* Not by out_print(), which would take the colours out: nothing in here is others' text. */
    if (lines)
        fputs(lines, out->to);
    free(lines);
}

static void tell_code(struct session *s, const Cocanvas__CodeCreated *made)
{
    struct output *out = &s->cli->out;
    struct link link = {0};
    struct why why;
    if (join_code_parse(made->code, link.code, &why) != STATUS_OK)
        link.code[0] = '\0';
    const char *text = people_link(s, &link);
    if (out->json) {
        json_t *object = session_object(s, "code");
        json_object_set_new(object, "code", json_string(made->code));
        json_object_set_new(object, "link", json_string(text));
        json_object_set_new(object, "info", code_json(made->info));
        out_json(out, object);
        return;
    }
    if (cli_flag(s->cli, "qr"))
        print_qr(s, text);
    out_print(out, STYLE_BOLD, "%s\n", made->code);
    out_print(out, STYLE_PLAIN, "%s\n", text);
    out_note(out, "For %u guests, until %s%s. They type: cocanvas join 'LINK'. It is not shown again.",
             made->info->uses, people_time(&s->arena, made->info->expires_ms), session_mark(s));
}

static int create_code(struct session *s)
{
    Cocanvas__CodeCreate request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    const char *label = cli_value(s->cli, "label");
    long uses = 40, minutes = 0;
    cocanvas__code_create__init(&request);
    if (!cli_number(s->cli, "uses", 1, 1000, &uses) || !cli_number(s->cli, "minutes", 1, MINUTES_MOST, &minutes))
        return EXIT_USAGE;
    request.uses = (uint32_t)uses;
    request.valid_s = (uint32_t)minutes * 60;
    if (label)
        request.label = arena_strndup(&s->arena, label, strlen(label));
    frame.body_case = COCANVAS__FRAME__BODY_CODE_CREATE;
    frame.code_create = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_CODE_CREATED, &reply);
    if (code == EXIT_OK)
        tell_code(s, reply->code_created);
    return code;
}

int cmd_code_create(struct cli *cli)
{
    return with_canvas(cli, create_code);
}

static int list_codes(struct session *s)
{
    const Cocanvas__LiveSession *live;
    int code = look(s, &live);
    if (code != EXIT_OK)
        return code;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "codes");
        json_object_set_new(object, "codes", codes_json(live));
        out_json(&s->cli->out, object);
    } else {
        print_codes(s, live);
        if (!live->open)
            out_note(&s->cli->out, "No session is open, so there are no codes. Next: cocanvas session open %s",
                     s->cli->args[0]);
        else if (live->n_codes == 0)
            out_note(&s->cli->out, "None yet. Next: cocanvas code create %s", s->cli->args[0]);
    }
    return EXIT_OK;
}

int cmd_code_list(struct cli *cli)
{
    return with_canvas(cli, list_codes);
}

/* A number as an argument; 0: it is none. */
static uint32_t number_of(const char *word)
{
    char *end;
    unsigned long number = strtoul(word, &end, 10);
    return *word >= '0' && *word <= '9' && !*end && number <= UINT32_MAX ? (uint32_t)number : 0;
}

static int revoke_code(struct session *s)
{
    Cocanvas__CodeRevoke request = COCANVAS__CODE_REVOKE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    const Cocanvas__LiveSession *live;
    request.number = number_of(s->cli->args[1]);
    if (!request.number)
        return cli_fail(s->cli, EXIT_USAGE, "A code is named by its number. See: cocanvas code list %s",
                        s->cli->args[0]);
    frame.body_case = COCANVAS__FRAME__BODY_CODE_REVOKE;
    frame.code_revoke = &request;
    int code = ask(s, &frame, &live);
    if (code == EXIT_OK && s->cli->out.json)
        tell_json(s, live);
    else if (code == EXIT_OK)
        out_print(&s->cli->out, STYLE_PLAIN, "Code %u lets nobody in any more, and those who came by it are out.\n",
                  request.number);
    return code;
}

int cmd_code_revoke(struct cli *cli)
{
    return with_canvas(cli, revoke_code);
}

/* ---- the lobby */

static int ask_lobby(struct session *s, Cocanvas__Frame *frame, const Cocanvas__LobbyUpdate **update)
{
    Cocanvas__Frame *reply;
    int code = people_request(s, frame, COCANVAS__FRAME__BODY_LOBBY_UPDATE, &reply);
    *update = code == EXIT_OK ? reply->lobby_update : NULL;
    return code;
}

static int look_into_lobby(struct session *s, const Cocanvas__LobbyUpdate **update)
{
    Cocanvas__LobbyRequest request = COCANVAS__LOBBY_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    frame.body_case = COCANVAS__FRAME__BODY_LOBBY_REQUEST;
    frame.lobby_request = &request;
    return ask_lobby(s, &frame, update);
}

static void tell_lobby(struct session *s, const Cocanvas__LobbyUpdate *update)
{
    struct output *out = &s->cli->out;
    json_t *list = json_array();
    for (size_t i = 0; i < update->n_waiting; i++) {
        const Cocanvas__LobbyGuest *guest = update->waiting[i];
        json_array_append_new(list, json_pack("{s:I, s:s, s:I}", "number", (json_int_t)guest->number, "name",
                                              guest->name, "since_ms", (json_int_t)guest->since_ms));
        if (!out->json)
            out_print(out, STYLE_PLAIN, "%4u  %s  since %s\n", guest->number, arena_cell(&s->arena, guest->name, 32),
                      people_time(&s->arena, guest->since_ms));
    }
    if (out->json) {
        json_t *object = session_object(s, "lobby");
        json_object_set(object, "waiting", list);
        json_object_set_new(object, "crowded", json_boolean(update->crowded));
        out_json(out, object);
    } else if (update->n_waiting == 0) {
        out_note(out, "Nobody waits.");
    }
    if (update->crowded)
        out_note(out, "Somebody is trying many wrong codes: for a while all guests come through the lobby.");
    json_decref(list);
}

static int list_lobby(struct session *s)
{
    const Cocanvas__LobbyUpdate *update;
    int code = look_into_lobby(s, &update);
    if (code == EXIT_OK)
        tell_lobby(s, update);
    return code;
}

int cmd_lobby_list(struct cli *cli)
{
    return with_canvas(cli, list_lobby);
}

/* Who is meant: a number, a name, or the beginning of one that only one has. */
static int find_guest(struct session *s, const char *words, const Cocanvas__LobbyGuest **found)
{
    const Cocanvas__LobbyUpdate *update;
    const char *folded = arena_fold(&s->arena, words);
    uint32_t number = number_of(words);
    size_t n = 0;
    int code = look_into_lobby(s, &update);
    for (size_t i = 0; code == EXIT_OK && i < update->n_waiting; i++) {
        const Cocanvas__LobbyGuest *guest = update->waiting[i];
        if (guest->number == number || strncmp(arena_fold(&s->arena, guest->name), folded, strlen(folded)) == 0)
            *found = guest, n++;
        if (guest->number == number)
            return EXIT_OK;
    }
    if (code != EXIT_OK || n == 1)
        return code;
    if (n > 1)
        return cli_fail(s->cli, EXIT_USAGE,
                        "Several who wait are called so: use the number. See: cocanvas lobby list %s", s->cli->args[0]);
    return cli_fail(s->cli, EXIT_NOT_FOUND, "Nobody of that name or number waits. See: cocanvas lobby list %s",
                    s->cli->args[0]);
}

static int decide(struct session *s, bool admit)
{
    Cocanvas__LobbyDecide request = COCANVAS__LOBBY_DECIDE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT;
    const Cocanvas__LobbyUpdate *update;
    const Cocanvas__LobbyGuest *guest = NULL;
    request.all = cli_flag(s->cli, "all");
    request.admit = admit;
    if (request.all == (s->cli->n_args == 2))
        return cli_fail(s->cli, EXIT_USAGE, "Say who: a number or a name, or --all.");
    int code = request.all ? EXIT_OK : find_guest(s, s->cli->args[1], &guest);
    if (code != EXIT_OK)
        return code;
    if (guest)
        request.guest = guest->number;
    frame.body_case = COCANVAS__FRAME__BODY_LOBBY_DECIDE;
    frame.lobby_decide = &request;
    code = ask_lobby(s, &frame, &update);
    if (code != EXIT_OK)
        return code;
    if (s->cli->out.json)
        tell_lobby(s, update);
    else
        out_print(&s->cli->out, STYLE_PLAIN, "%s %s.\n",
                  guest ? arena_line(&s->arena, guest->name) : "Everybody who waited",
                  admit ? "is let in" : "is sent away");
    return EXIT_OK;
}

static int admit(struct session *s)
{
    return decide(s, true);
}

static int deny(struct session *s)
{
    return decide(s, false);
}

int cmd_lobby_admit(struct cli *cli)
{
    return with_canvas(cli, admit);
}

int cmd_lobby_deny(struct cli *cli)
{
    return with_canvas(cli, deny);
}
