/* What a facilitator sets for a block: its lock, and who may add, edit others' cards, move, remove and vote in it. The
 * rules themselves are common/rights.c's; here are only the questions. */
#include "client/cli/ops.h"
#include "client/tui/ui_private.h"
#include "common/rights.h"

void ui_run_lock_block(struct ui *ui)
{
    const struct block *block = ui_focused_block(ui);
    bool lock = !rights_locked(block);
    struct value value = {lock ? VALUE_FLAG : VALUE_NONE, NULL, lock};
    if (ui_submit_one(ui, ops_prop_set(&ui->words, block->o.id, "locked", &value)))
        ui_say(ui, ROLE_GOOD, lock ? "“%s” is locked: only facilitators change it now." : "“%s” is open again.", block->title);
}

void ui_run_anonymous(struct ui *ui)
{
    bool on = !canvas_is_anonymous(ui_view(ui));
    struct value value = {VALUE_FLAG, NULL, on};
    if (ui_submit_one(ui, ops_prop_set(&ui->words, 0, "anonymous", &value)))
        ui_say(ui, ROLE_GOOD, "%s", on ? "From now on nobody can tell who writes what. Votes have names still."
                                       : "What is written from now on has its author's name again.");
}

static const struct ask_choice rights[] = {
    {'a', "Add cards"}, {'e', "Change cards of others"}, {'m', "Move cards"}, {'r', "Remove and restore cards"}, {'v', "Vote"}, {0, NULL}};
static const enum right right_of[] = {RIGHT_ADD, RIGHT_EDIT, RIGHT_MOVE, RIGHT_DELETE, RIGHT_VOTE};

static const struct ask_choice who[] = {{'e', "Everyone who may edit"}, {'f', "Facilitators and owners"}, {'n', "Nobody"}, {0, NULL}};
static const char *const words_of[] = {"everyone", "facilitators", "nobody"};

static void who_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    const struct block *block = canvas_block(ui_view(ui), ui->ask.about[0]);
    size_t right = (size_t)ui->ask.about[1];
    char *word = ui_printf(ui, "%s", words_of[choice]);
    struct value value = {choice == 0 ? VALUE_NONE : VALUE_CHOICE, choice == 0 ? NULL : word, 0};
    const char *key = ui_printf(ui, "rights.%s", right_name(right_of[right]));
    if (!block || block->deleted)
        ui_say(ui, ROLE_WARN, "The block is gone.");
    else if (ui_submit_one(ui, ops_prop_set(&ui->words, block->o.id, key, &value)))
        ui_say(ui, ROLE_GOOD, "%s in “%s”: %s.", rights[right].title, block->title, who[choice].title);
}

static void right_chosen(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    uint64_t block = ui->ask.about[0];
    ask_choice(ui, ui_printf(ui, "%s: who may?", rights[choice].title), who, who_chosen);
    ui->ask.about[0] = block;
    ui->ask.about[1] = choice;
}

void ui_run_block_rights(struct ui *ui)
{
    ask_choice(ui, ui_printf(ui, "What in “%s”?", ui_focused_block(ui)->title), rights, right_chosen);
    ui->ask.about[0] = ui->block;
}
