/* What a facilitator does about somebody, from the list of people or of what happened: another role, out of the workspace, their
 * changes taken back. Each with a question before; what was done is said when the server has answered. */
#include <stdlib.h>

#include "client/cli/ops.h"
#include "client/tui/panel_private.h"
#include "client/tui/ui.h"
#include "common/rights.h"

/* Whom the focused row is about, 0 nobody; says why. */
static uint32_t whom(struct ui *ui)
{
    const struct ui_person *person;
    uint32_t author = 0;

    if (ui->panel.kind == PANEL_ACTIVITY) {
        const struct panel_event *event = panel_event_at(&ui->panel, ui->panel.focus);

        author = event ? event->author : 0;
    } else if (ui->panel.kind == PANEL_PEOPLE) {
        if (panel_waiting_at(ui, ui->panel.focus)) {
            ui_say(ui, ROLE_DIM, "Not here yet: %s lets in, %s sends away.", ui_key(ui, ACTION_ADMIT),
                   ui_key(ui, ACTION_DENY));
            return 0;
        }
        person = panel_person_at(ui, ui->panel.focus);
        author = person ? person->author : replica_author(ui->replica);
    }
    if (author == 0)
        ui_say(ui, ROLE_DIM, "Choose somebody in the list of people first.");
    return author;
}

static uint32_t another(struct ui *ui)
{
    uint32_t author = whom(ui);

    if (author == 0 || author != replica_author(ui->replica))
        return author;
    ui_say(ui, ROLE_DIM, "That is you. Choose somebody else.");
    return 0;
}

static bool is_guest(const struct ui *ui, uint32_t author)
{
    return ui->host->is_guest && ui->host->is_guest(ui->host->ctx, author);
}

static void act(struct ui *ui, enum ui_lead_what what, uint32_t author, int role, int64_t since_ms)
{
    struct ui_lead lead = {what, author, is_guest(ui, author), role, since_ms};

    if (ui->host->lead)
        ui->host->lead(ui->host->ctx, &lead);
}

/* ---- another role */

static const struct ask_choice roles[] = {
    {'v', "Viewer: reads"},
    {'c', "Commenter: comments and votes"},
    {'e', "Editor: edits"},
    {'f', "Facilitator: leads, too"},
    {0, NULL},
};
/* Guests lead nobody; and only owners make facilitators. */
static const struct ask_choice lesser_roles[] = {
    {'v', "Viewer: reads"},
    {'c', "Commenter: comments and votes"},
    {'e', "Editor: edits"},
    {0, NULL},
};

static void role_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    act(ui, UI_LEAD_ROLE, (uint32_t)ui->ask.about[0], COCANVAS__ROLE__VIEWER + (int)choice, 0);
}

void ui_run_person_role(struct ui *ui)
{
    uint32_t author = another(ui);

    if (author == 0)
        return;
    ask_choice(ui, ui_printf(ui, "What may %s do on this canvas?", ui_person_name(ui, author)),
               is_guest(ui, author) || ui->role < COCANVAS__ROLE__OWNER ? lesser_roles : roles, role_chosen);
    ui->ask.about[0] = author;
}

/* ---- out */

static void remove_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice == 0)
        act(ui, UI_LEAD_REMOVE, (uint32_t)ui->ask.about[0], COCANVAS__ROLE__NONE, 0);
}

void ui_run_person_remove(struct ui *ui)
{
    static const struct ask_choice choices[] = {{'r', "Remove"}, {'n', "No"}, {0, NULL}};
    uint32_t author = another(ui);

    if (author == 0)
        return;
    ask_choice(ui,
               ui_printf(ui,
                         is_guest(ui, author)
                             ? "Send %s away? At once; what they wrote stays."
                             : "Remove %s from the workspace, all of it? At once; what they wrote stays.",
                         ui_person_name(ui, author)),
               choices, remove_answered);
    ui->ask.about[0] = author;
}

/* ---- their changes */

static const struct ask_choice times[] = {
    {'t', "Of the last ten minutes"},
    {'h', "Of the last hour"},
    {'d', "Of the last day"},
    {'a', "All, ever"},
    {'n', "No"},
    {0, NULL},
};

static void revert_answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    static const int64_t minutes[] = {10, 60, 24 * 60};

    (void)line, (void)object;
    if (choice <= sizeof(minutes) / sizeof(*minutes))
        act(ui, UI_LEAD_REVERT, (uint32_t)ui->ask.about[0], 0,
            choice < sizeof(minutes) / sizeof(*minutes) ? ui->now_ms - minutes[choice] * 60000 : 0);
}

void ui_run_person_revert(struct ui *ui)
{
    uint32_t author = whom(ui);

    if (author == 0)
        return;
    ask_choice(ui,
               ui_printf(ui, "Take back what %s did? What others did since stays, and undo brings it back.",
                         ui_person_name(ui, author)),
               times, revert_answered);
    ui->ask.about[0] = author;
}

/* ---- the whole canvas */

void ui_run_lock_canvas(struct ui *ui)
{
    size_t n, n_ops = 0;
    struct block **blocks = canvas_blocks_in_order(ui_view(ui), &n);
    Cocanvas__Op **ops = arena_calloc(&ui->words, n + 1, sizeof(*ops));
    bool lock = false;

    for (size_t i = 0; i < n; i++)
        lock = lock || !rights_locked(blocks[i]);
    for (size_t i = 0; i < n && ops; i++) {
        struct value value = {lock ? VALUE_FLAG : VALUE_NONE, NULL, lock};

        if (rights_locked(blocks[i]) != lock)
            ops[n_ops++] = ops_prop_set(&ui->words, blocks[i]->o.id, "locked", &value);
    }
    free(blocks);
    if (n_ops && ui_submit(ui, n_ops, ops, false))
        ui_say(ui, ROLE_GOOD,
               lock ? "All blocks are locked: only facilitators change this canvas now."
                    : "All blocks are open again.");
}
