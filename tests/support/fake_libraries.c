/* What authenticator-pam and authenticator-ldap find in place of libpam and libldap: one person, ann, with the password "open
 * sesame please". Everything that the real libraries would insist on is insisted on here. */
#include <stdlib.h>
#include <string.h>

static const char right[] = "open sesame please";

/* ---- PAM */

struct pam_message { int style; const char *text; };
struct pam_response { char *text; int code; };
struct pam_conv {
    int (*converse)(int n, const struct pam_message **messages, struct pam_response **responses, void *data);
    void *data;
};
struct handle { char user[64]; const struct pam_conv *conversation; int asked; };

int pam_start(const char *service, const char *user, const struct pam_conv *conversation, void **handle)
{
    struct handle *h = calloc(1, sizeof *h);
    if (strcmp(service, "cocanvas") != 0 || strlen(user) >= sizeof h->user)
        abort();
    strcpy(h->user, user);
    h->conversation = conversation;
    *handle = h;
    return 0;
}

int pam_authenticate(void *handle, int flags)
{
    struct handle *h = handle;
    struct pam_message info = {4, "hello"}, question = {1, "Password: "};
    const struct pam_message *messages[] = {&info, &question};
    struct pam_response *answers = NULL;
    if (flags != 0x8000 || h->conversation->converse(2, messages, &answers, h->conversation->data) != 0 || answers[0].text)
        abort();
    int ok = strcmp(h->user, "ann") == 0 && strcmp(answers[1].text, right) == 0;
    free(answers[1].text);
    free(answers);
    h->asked = 1;
    return ok ? 0 : 7;
}

int pam_acct_mgmt(void *handle, int flags)
{
    struct handle *h = handle;
    (void)flags;
    return h->asked ? 0 : 6;
}

int pam_end(void *handle, int status)
{
    (void)status;
    free(handle);
    return 0;
}

/* ---- LDAP */

struct berval { unsigned long len; char *bytes; };
struct timeval;
struct ldap { int version; int bound; };
static struct berval name = {7, "Ann Lee"};
static struct berval *names[] = {&name, NULL};
static int message;

int ldap_initialize(void **handle, const char *uri)
{
    if (strcmp(uri, "ldaps://directory.test") != 0)
        return 1;
    *handle = calloc(1, sizeof(struct ldap));
    return 0;
}

int ldap_set_option(void *handle, int option, const void *value)
{
    struct ldap *l = handle;
    if (option == 0x11)
        l->version = *(const int *)value;
    return 0;
}

int ldap_start_tls_s(void *handle, void *a, void *b)
{
    (void)handle, (void)a, (void)b;
    return 0;
}

int ldap_sasl_bind_s(void *handle, const char *dn, const char *mechanism, const struct berval *secret, void *a, void *b, void *c)
{
    struct ldap *l = handle;
    (void)a, (void)b, (void)c;
    if (l->version != 3 || mechanism || secret->len == 0)
        abort();
    l->bound = strcmp(dn, "uid=ann,dc=test") == 0 && secret->len == sizeof right - 1 && memcmp(secret->bytes, right, secret->len) == 0;
    return l->bound ? 0 : 49;
}

int ldap_search_ext_s(void *handle, const char *base, int scope, const char *filter, char **attributes, int only_names, void *a, void *b,
                      struct timeval *timeout, int limit, void **found)
{
    struct ldap *l = handle;
    (void)filter, (void)only_names, (void)a, (void)b, (void)timeout, (void)limit;
    if (!l->bound || scope != 0 || strcmp(base, "uid=ann,dc=test") != 0 || strcmp(attributes[0], "displayName") != 0 || attributes[1])
        abort();
    *found = &message;
    return 0;
}

void *ldap_first_entry(void *handle, void *found)
{
    (void)handle;
    return found;
}

struct berval **ldap_get_values_len(void *handle, void *entry, const char *attribute)
{
    (void)handle, (void)attribute;
    return entry == &message ? names : NULL;
}

void ldap_value_free_len(struct berval **values)
{
    if (values != names)
        abort();
}

int ldap_msgfree(void *found)
{
    if (found != &message)
        abort();
    return 0;
}

int ldap_unbind_ext_s(void *handle, void *a, void *b)
{
    (void)a, (void)b;
    free(handle);
    return 0;
}
