/* device list, device revoke, certificate add, certificate list, certificate remove: what can log in as oneself. To
 * the server a certificate is a device, too; people look for them under their own name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/people.h"
#include "common/tls.h"

enum { ID_DIGITS = 8, NAME_CELLS = 32 };

static const char *device_id(struct session *s, const Cocanvas__Device *device, bool whole)
{
    struct uuid id;
    char text[UUID_TEXT] = "?";
    if (uuid_from_bytes(device->id.data, device->id.len, &id))
        uuid_format(&id, text);
    return arena_strndup(&s->arena, text, whole ? strlen(text) : ID_DIGITS);
}

static int devices_of(struct session *s, Cocanvas__DeviceList **list)
{
    Cocanvas__DeviceListRequest request = COCANVAS__DEVICE_LIST_REQUEST__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    frame.body_case = COCANVAS__FRAME__BODY_DEVICE_LIST_REQUEST;
    frame.device_list_request = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_DEVICE_LIST, &reply);
    *list = code == EXIT_OK ? reply->device_list : NULL;
    return code;
}

/* ---- lists */

static json_t *device_json(struct session *s, const Cocanvas__Device *device)
{
    return json_pack("{s:s, s:s, s:I, s:I, s:I, s:b, s:b}", "id", device_id(s, device, true), "name", device->name,
                     "created_ms", (json_int_t)device->created_ms, "used_ms", (json_int_t)device->used_ms, "expires_ms",
                     (json_int_t)device->expires_ms, "current", (int)device->current, "certificate",
                     (int)device->certificate);
}

static void print_device(struct session *s, const Cocanvas__Device *device)
{
    const char *name = device->name[0] ? device->name : "(without a name)";
    const char *mark = device->current ? "  this one" : device->certificate ? "  certificate" : "";
    out_print(&s->cli->out, device->current ? STYLE_BOLD : STYLE_PLAIN, "%s  %s  last login %s  since %s%s\n",
              device_id(s, device, false), arena_cell(&s->arena, name, NAME_CELLS),
              people_time(&s->arena, device->used_ms), people_time(&s->arena, device->created_ms), mark);
}

static int print_list(struct cli *cli, bool certificates_only)
{
    struct session s;
    Cocanvas__DeviceList *list = NULL;
    json_t *array = json_array();
    size_t n = 0;
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = devices_of(&s, &list);
    for (size_t i = 0; list && i < list->n_devices; i++) {
        if (certificates_only && !list->devices[i]->certificate)
            continue;
        n++;
        json_array_append_new(array, device_json(&s, list->devices[i]));
        if (!cli->out.json)
            print_device(&s, list->devices[i]);
    }
    if (code == EXIT_OK && cli->out.json) {
        json_t *object = session_object(&s, certificates_only ? "certificates" : "devices");
        json_object_set(object, certificates_only ? "certificates" : "devices", array);
        out_json(&cli->out, object);
    } else if (code == EXIT_OK && n == 0) {
        out_note(&cli->out, "None. Next: cocanvas certificate add --new FILE");
    }
    json_decref(array);
    session_close(&s);
    return code;
}

int cmd_device_list(struct cli *cli)
{
    return print_list(cli, false);
}

int cmd_certificate_list(struct cli *cli)
{
    return print_list(cli, true);
}

/* ---- revoking */

static bool fits(struct session *s, const Cocanvas__Device *device, const char *words)
{
    const char *id = device_id(s, device, true);
    return (strlen(words) >= 2 && strncmp(id, words, strlen(words)) == 0) || strcmp(device->name, words) == 0;
}

static int find_device(struct session *s, const Cocanvas__DeviceList *list, const char *words, bool certificates_only,
                       const Cocanvas__Device **found)
{
    const char *what = certificates_only ? "certificate" : "device";
    size_t n = 0;
    for (size_t i = 0; i < list->n_devices; i++) {
        if ((certificates_only && !list->devices[i]->certificate) || !fits(s, list->devices[i], words))
            continue;
        *found = list->devices[i];
        n++;
    }
    if (n == 0)
        return cli_fail(s->cli, EXIT_NOT_FOUND, "You have no %s \"%s\". See: cocanvas %s list", what, words, what);
    if (n > 1)
        return cli_fail(s->cli, EXIT_USAGE, "Several are called so: name it by its id. See: cocanvas %s list", what);
    return EXIT_OK;
}

static int revoke(struct session *s, const Cocanvas__Device *device, uint32_t *count)
{
    Cocanvas__DeviceRevoke request = COCANVAS__DEVICE_REVOKE__INIT;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    request.others = device == NULL;
    if (device)
        request.id = device->id;
    frame.body_case = COCANVAS__FRAME__BODY_DEVICE_REVOKE;
    frame.device_revoke = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_DEVICE_REVOKED, &reply);
    if (code == EXIT_OK)
        *count += reply->device_revoked->count;
    return code;
}

/* All words are looked up before anything is revoked; this connection's own device comes last. */
static int revoke_named(struct session *s, bool certificates_only, uint32_t *count)
{
    struct cli *cli = s->cli;
    Cocanvas__DeviceList *list;
    const Cocanvas__Device *own = NULL;
    int code = devices_of(s, &list);
    const Cocanvas__Device **chosen = arena_alloc(&s->arena, (size_t)cli->n_args * sizeof(void *));
    for (int i = 0; code == EXIT_OK && i < cli->n_args; i++)
        code = find_device(s, list, cli->args[i], certificates_only, &chosen[i]);
    for (int i = 0; code == EXIT_OK && i < cli->n_args; i++) {
        if (chosen[i]->current)
            own = chosen[i];
        else
            code = revoke(s, chosen[i], count);
    }
    return code == EXIT_OK && own ? revoke(s, own, count) : code;
}

static void tell_revoked(struct session *s, uint32_t count, bool certificates_only)
{
    const char *what = certificates_only ? "certificate" : "device";
    if (s->cli->out.json) {
        json_t *object = session_object(s, "revoked");
        json_object_set_new(object, "count", json_integer(count));
        out_json(&s->cli->out, object);
    } else if (count == 0) {
        out_note(&s->cli->out, "There was no other device.");
    } else {
        out_note(&s->cli->out, "Revoked: %u %s%s. What ran there is disconnected.", count, what, count == 1 ? "" : "s");
    }
}

static int revoke_command(struct cli *cli, bool certificates_only)
{
    struct session s;
    uint32_t count = 0;
    bool others = !certificates_only && cli_flag(cli, "others");
    if (!certificates_only && others == (cli->n_args > 0))
        return cli_fail(cli, EXIT_USAGE,
                        "Which device? See: cocanvas device list. Or all others: cocanvas device revoke --others");
    int code = session_start(&s, cli);
    if (code == EXIT_OK)
        code = others ? revoke(&s, NULL, &count) : revoke_named(&s, certificates_only, &count);
    if (code == EXIT_OK)
        tell_revoked(&s, count, certificates_only);
    session_close(&s);
    return code;
}

int cmd_device_revoke(struct cli *cli)
{
    return revoke_command(cli, false);
}

int cmd_certificate_remove(struct cli *cli)
{
    return revoke_command(cli, true);
}

/* ---- adding a certificate: the connection itself is made with it, which proves that one has the key */

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static int add(struct session *s, const char *path)
{
    const char *name = cli_value(s->cli, "name");
    Cocanvas__CertificateAdd request;
    Cocanvas__Frame frame = COCANVAS__FRAME__INIT, *reply;
    cocanvas__certificate_add__init(&request);
    request.name = arena_strndup(&s->arena, name ? name : file_name(path), strlen(name ? name : file_name(path)));
    frame.body_case = COCANVAS__FRAME__BODY_CERTIFICATE_ADD;
    frame.certificate_add = &request;
    int code = people_request(s, &frame, COCANVAS__FRAME__BODY_CERTIFICATE_ADDED, &reply);
    if (code != EXIT_OK)
        return code;
    if (s->cli->out.json) {
        json_t *object = session_object(s, "certificate");
        json_object_set_new(object, "name", json_string(request.name));
        out_json(&s->cli->out, object);
    } else {
        out_note(&s->cli->out, "Added. It logs in as you, on any device: cocanvas login %s --certificate %s",
                 s->context.host, path);
    }
    return EXIT_OK;
}

int cmd_certificate_add(struct cli *cli)
{
    struct session s;
    struct why why;
    const char *path = cli->args[0];
    int code = session_prepare(&s, cli);
    if (code == EXIT_OK)
        code = session_choose_context(&s);
    if (code == EXIT_OK && strlen(path) >= sizeof s.context.certificate)
        code = cli_fail(cli, EXIT_USAGE, "The path of the certificate is too long.");
    if (code == EXIT_OK && cli_flag(cli, "new")) {
        enum status status = tls_make_certificate(path, s.context.login, &why);
        if (status != STATUS_OK)
            code = cli_fail(cli, exit_of_status(status), "%s.", why.text);
    }
    if (code == EXIT_OK) {
        memcpy(s.context.certificate, path, strlen(path) + 1);
        code = session_connect(&s, NULL);
    }
    if (code == EXIT_OK)
        code = add(&s, path);
    session_close(&s);
    return code;
}
