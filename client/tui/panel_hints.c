/* Hints: what the checks found, as a quiet list; Enter leads to what each is about. */
#include <string.h>

#include "client/tui/kinds.h"
#include "client/tui/panel_method.h"
#include "client/tui/ui.h"

void panel_hints_gather(struct ui *ui)
{
    size_t n;

    (void)method_findings(ui_method(ui), &n);
    for (size_t i = 0; i < n; i++)
        panel_item_add(&ui->panel, i + 1, ITEM_HINT);
}

const struct finding *panel_hint(struct ui *ui, uint64_t id)
{
    size_t n;
    const struct finding *all = method_findings(ui_method(ui), &n);
    return id >= 1 && id <= n ? &all[id - 1] : NULL;
}

void panel_hint_go(struct ui *ui, uint64_t id)
{
    const struct finding *finding = panel_hint(ui, id);
    const struct canvas *c = ui_view(ui);
    struct card *card = finding ? canvas_card(c, finding->object) : NULL;
    struct card *whole = ui_whole_card(c, card);

    if (!finding)
        return;
    if (finding->object == 0) {
        ui_say(ui, ROLE_DIM, "This is about the whole canvas.");
        return;
    }
    uint64_t object = finding->object, place = whole ? whole->o.id : object;
    if (panel_goto(ui, place) && card && card_is_measure(card))
        panel_show_measure(ui, object);
}
