/* Somebody has removed what one is typing in. The replica keeps or rescues what was not sent (its file's place is told
 * when that happens); here the words are kept as they stood on the screen, until one has said whether to restore. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/cli/ops.h"
#include "client/tui/typing_private.h"
#include "common/buf.h"

enum { CHOICE_RESTORE, CHOICE_LEAVE };

static bool restore(struct ui *ui, uint64_t object)
{
    const struct canvas *view = ui_view(ui);
    if (canvas_card(view, object) != NULL)
        return ui_submit_one(ui, ops_card_restore(&ui->words, object));
    const struct comment *comment = canvas_comment(view, object);
    if (comment == NULL)
        return false;
    const struct card *card = canvas_card(view, comment->object);
    if (card != NULL && card->deleted_seq != 0 && !ui_submit_one(ui, ops_card_restore(&ui->words, card->o.id)))
        return false;
    return comment->deleted_seq == 0 || pane_submit_comment(ui, ops_comment_delete(&ui->words, object, false));
}

/* The asker's memory: about[0] the object, about[1] the caret, kept: the key, a NUL, and the words. */
static void answered(struct ui *ui, size_t choice, const char *line, uint64_t object)
{
    (void)line, (void)object;
    if (choice != CHOICE_RESTORE || ui->replica == NULL)
        return;
    struct why why = {""};
    uint64_t about = ui->ask.about[0];
    uint32_t caret = (uint32_t)ui->ask.about[1];
    const char *key = ui->ask.kept;
    size_t key_len = strlen(key);
    if (!restore(ui, about))
        return;
    enum status st =
        replica_text_set(ui->replica, about, key, key + key_len + 1, ui->ask.kept_len - key_len - 1, ui->now_ms, &why);
    if (st == STATUS_OK)
        ui_edited(ui);
    else
        ui_say(ui, ROLE_WARN, "It is restored, but your last words are not in it: %s.", why.text);
    typing_begin(ui, about, key, caret);
}

static void ask(struct ui *ui, uint32_t author, uint64_t object)
{
    static const struct ask_choice choices[] = {
        {'r', "Restore it, with your words"}, {'l', "Leave it removed"}, {0, NULL}};
    struct typing *t = &ui->typing;
    const struct canvas *view = ui_view(ui);
    const char *what = canvas_card(view, object) != NULL ? "card" : "comment";
    char title[200];
    snprintf(title, sizeof title, "%.80s removed this %s while you were typing in it.",
             author != 0 ? ui_person_name(ui, author) : "Somebody", what);
    size_t key_len = strlen(t->key);
    char *kept = xmalloc(key_len + 1 + t->was_len);
    memcpy(kept, t->key, key_len + 1);
    memcpy(kept + key_len + 1, t->was, t->was_len);
    ask_choice(ui, title, choices, answered);
    free(ui->ask.kept);
    ui->ask.kept = kept;
    ui->ask.kept_len = key_len + 1 + t->was_len;
    ui->ask.about[0] = object;
    ui->ask.about[1] = t->caret;
}

void typing_removed(struct ui *ui, uint32_t author)
{
    struct typing *t = &ui->typing;
    uint64_t object = t->object;
    const struct canvas *view = ui_view(ui);
    bool exists = canvas_card(view, object) != NULL || canvas_comment(view, object) != NULL;
    t->object = 0;
    t->is_new = t->selecting = false;
    ui->dirty = true;
    if (author == 0 || !exists || t->was == NULL)
        return;
    if (ui->ask.kind == ASK_NONE)
        ask(ui, author, object);
    else
        ui_say(ui, ROLE_WARN, "%s removed what you were typing in. Open it again to restore it.",
               ui_person_name(ui, author));
}
