/* See rights_text.h. */
#include "server/session/rights_text.h"

#include "common/message.h"
#include "common/rights.h"
#include "server/session/dispatch.h"

static const char *const roles[] = {"none", "viewer", "commenter", "editor", "facilitator", "owner"};
enum { ROLES = sizeof roles / sizeof *roles };

/* ---- messages */

static const char *scope_words(enum role_scope scope)
{
    switch (scope) {
    case SCOPE_NONE:
        return "";
    case SCOPE_ACCOUNT:
        return "an account";
    case SCOPE_ANYWHERE:
        return "a workspace, or as a guest";
    case SCOPE_WORKSPACE:
        return "a workspace";
    case SCOPE_CANVAS:
        return "the open canvas";
    }
    return "?";
}

/* "ready, open": where a message is served. */
static void print_states(FILE *out, unsigned states)
{
    const char *between = "";
    for (int state = SESSION_NEW; state < SESSION_STATES; state++) {
        if (!(states & 1u << state))
            continue;
        fprintf(out, "%s%s", between, session_state_name((enum session_state)state));
        between = ", ";
    }
}

/* A state in which the row serves. */
static enum session_state some_state(const struct dispatch_row *row)
{
    int state = SESSION_NEW;
    while (!(row->states & 1u << state))
        state++;
    return (enum session_state)state;
}

static void print_message(FILE *out, const struct dispatch_row *row)
{
    struct why why;
    fprintf(out, "| `%s` | ", message_name(row->body));
    print_states(out, row->states);
    fprintf(out, " | %s |", scope_words(row->scope));
    for (int role = 0; role < ROLES; role++) {
        bool may = dispatch_decide(row, some_state(row), role, 1, 1, &why) == STATUS_OK;
        fputs(may ? " • |" : "  |", out);
    }
    if (row->limit)
        fprintf(out, " %zu |\n", row->limit);
    else
        fputs(" `submit_bytes` |\n", out);
}

static void print_head(FILE *out, const char *first, const char *last)
{
    fputs(first, out);
    for (int role = 0; role < ROLES; role++)
        fprintf(out, " %s |", roles[role]);
    fprintf(out, "%s\n", last);
}

static void print_messages(FILE *out)
{
    fputs("Which message is served in which state of the session and from which role, and how large it may be in bytes. The "
          "role counts where the third column says. All other messages are the server's.\n\n",
          out);
    print_head(out, "| message | states | role in |", " most |");
    fputs("|---|---|---|---|---|---|---|---|---|---|\n", out);
    for (unsigned i = 0; i < cocanvas__frame__descriptor.n_fields; i++) {
        const struct dispatch_row *row = dispatch_row((Cocanvas__Frame__BodyCase)cocanvas__frame__descriptor.fields[i].id);
        if (row && row->states)
            print_message(out, row);
    }
}

/* ---- ops */

static const char *op_name(Cocanvas__Op__KindCase op)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field(&cocanvas__op__descriptor, op);
    return field ? field->name : "?";
}

static void print_op(FILE *out, const struct rights_row *row)
{
    fprintf(out, "| `%s` |", op_name(row->op));
    for (int role = 0; role < ROLES; role++) {
        bool others = row->others != COCANVAS__ROLE__NONE && role >= row->others;
        fputs(role < row->role ? "  |" : others ? " • |" : " own |", out);
    }
    fprintf(out, " %s |\n", right_name(row->right));
}

static void print_ops(FILE *out)
{
    fputs("\nWhich op of a batch is applied for which role on the canvas; \"own\": only to what one has made oneself. The right is what a "
          "facilitator can reserve in a block.\n\n",
          out);
    print_head(out, "| op |", " right |");
    fputs("|---|---|---|---|---|---|---|---|\n", out);
    const struct rights_row *row;
    for (size_t i = 0; (row = rights_at(i)) != NULL; i++)
        print_op(out, row);
}

void rights_print_markdown(FILE *out)
{
    print_messages(out);
    print_ops(out);
}
