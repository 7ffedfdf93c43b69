/* What the interface says: messages, and the words of cards, keys and times in them. Short-lived texts come from
 * ui->words. */
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client/cli/find.h"
#include "client/tui/ui.h"
#include "common/utf8.h"

enum { CARD_CELLS = 40, MESSAGE_MS = 12000 };

char *ui_printf(struct ui *ui, const char *fmt, ...)
{
    va_list args, again;
    char *out;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    ASSERT(len >= 0);
    out = arena_alloc(&ui->words, (size_t)len + 1);
    ASSERT(out);
    (void)vsnprintf(out, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(args);
    return out;
}

const char *ui_card_words(struct ui *ui, uint64_t id)
{
    const struct canvas *canvas = panel_canvas(ui);
    const struct card *card = canvas ? canvas_card(canvas, id) : NULL;
    if (!card)
        return "a card that is gone";
    if (card->text.len_bytes == 0)
        return "an empty card";
    return ui_printf(ui, "“%s”", short_text(&ui->words, &card->text, CARD_CELLS));
}

const char *ui_cards_words(struct ui *ui, const uint64_t *ids, size_t n)
{
    return n == 1 ? ui_card_words(ui, ids[0]) : ui_printf(ui, "%zu cards", n);
}

const char *ui_key(struct ui *ui, enum action action)
{
    char name[KEYMAP_SEQUENCE * KEY_NAME];
    keymap_name(&ui->keymap, ui_contexts(ui), action, name);
    return ui_printf(ui, "%s", name);
}

/* What does not fit ends at the end of a character. */
static void cut_to_text(char *text, size_t room)
{
    size_t len = strlen(text);
    if (len + 1 < room)
        return;
    while (len > 0 && ((unsigned char)text[len - 1] & 0xC0) == 0x80)
        len--;
    text[len > 0 ? len - 1 : 0] = '\0';
}

/* Whatever went into it, a message is a text. */
static void clean(char *text, size_t room)
{
    char *printable;
    if (utf8_check(text, strlen(text), NULL))
        return;
    printable = utf8_printable(text, strlen(text), false, NULL);
    (void)snprintf(text, room, "%s", printable);
    cut_to_text(text, room);
    free(printable);
}

void ui_say(struct ui *ui, enum role role, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(ui->message, sizeof ui->message, fmt, args);
    va_end(args);
    cut_to_text(ui->message, sizeof ui->message);
    clean(ui->message, sizeof ui->message);
    ui->message_role = role;
    /* Bad news stay until they can have been read. */
    ui->message_until_ms = role == ROLE_BAD ? 0 : ui->now_ms + MESSAGE_MS;
    if (ui->message_until_ms && (ui->wake_ms == 0 || ui->message_until_ms < ui->wake_ms))
        ui->wake_ms = ui->message_until_ms;
    ui->dirty = true;
}

void ui_say_why(struct ui *ui, const struct why *why)
{
    size_t len = strlen(why->text);
    ui_say(ui, ROLE_WARN, "%c%s%s", toupper((unsigned char)why->text[0]), len ? why->text + 1 : "",
           len && why->text[len - 1] != '.' ? "." : "");
}

static bool check(struct ui *ui, bool may)
{
    if (panel_in_past(ui))
        ui_say(ui, ROLE_WARN, "You are looking at an earlier state: go back to now to change something.");
    else if (!may && ui_may_comment(ui))
        ui_say(ui, ROLE_WARN, "You may comment and vote here, but not change cards.");
    else if (!may)
        ui_say(ui, ROLE_WARN, "You may read this canvas, but not change it. Its owner can let you.");
    return may && !panel_in_past(ui);
}

bool ui_check_edit(struct ui *ui)
{
    return check(ui, ui_may_edit(ui));
}

bool ui_check_comment(struct ui *ui)
{
    return check(ui, ui_may_comment(ui));
}

/* ---- times */

static struct tm broken_down(const struct ui *ui, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000 + ui->utc_offset_s);
    struct tm out;
    memset(&out, 0, sizeof out);
    (void)gmtime_r(&seconds, &out);
    return out;
}

const char *ui_time(struct ui *ui, int64_t ms)
{
    static const char months[12][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm then = broken_down(ui, ms), now = broken_down(ui, ui->now_ms);
    if (then.tm_year != now.tm_year)
        return ui_printf(ui, "%d %s %d", then.tm_mday, months[then.tm_mon], then.tm_year + 1900);
    if (then.tm_yday != now.tm_yday)
        return ui_printf(ui, "%d %s %02d:%02d", then.tm_mday, months[then.tm_mon], then.tm_hour, then.tm_min);
    return ui_printf(ui, "%02d:%02d", then.tm_hour, then.tm_min);
}

/* ---- choices */

void ui_choices_clear(struct ui *ui)
{
    ui->choices.n = 0;
    ui->choices.at[0] = (struct ask_choice){0};
}

bool ui_choices_add(struct ui *ui, uint64_t id, const char *fmt, ...)
{
    static const char keys[ASK_CHOICES + 1] = "123456789abd"; /* c would be taken for "cancel" */
    struct ui_choices *c = &ui->choices;
    va_list args;

    if (c->n == ASK_CHOICES)
        return false;
    va_start(args, fmt);
    (void)vsnprintf(c->title[c->n], sizeof c->title[0], fmt, args);
    va_end(args);
    cut_to_text(c->title[c->n], sizeof c->title[0]);
    c->at[c->n] = (struct ask_choice){(uint32_t)keys[c->n], c->title[c->n]};
    c->id[c->n++] = id;
    c->at[c->n] = (struct ask_choice){0};
    return true;
}
