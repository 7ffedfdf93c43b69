/* The terminal interface as a program, see tui.h. One event loop: whatever happens (a key, a frame from the server, a
 * signal, time) changes the interface's state; at the end of the loop's turn, if something that is to be seen has
 * changed, it is drawn: at once after a pause, and never more than 30 times a second. Nothing happens: nothing runs.
 *
 * What is typed is in the replica with the keystroke, and on this device's disk 40 ms later (P5), whatever the network
 * does. */
#include "client/tui/tui.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client/core/trust.h"
#include "client/tui/tui_private.h"

int64_t tui_mono_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void tui_end(struct tui *t, int code)
{
    t->ended = true;
    t->code = code;
}

/* ---------------------------------------------------------------- keys */

static void on_input(struct tui *t, const struct input *in)
{
    t->ui.now_ms = wall_ms();
    t->key_ms = tui_mono_ms();
    t->typed = true;
    if (in->kind == INPUT_RESIZE) {
        ui_resize(&t->ui, in->x, in->y);
        grid_resize(&t->grid, in->x, in->y);
    } else {
        ui_input(&t->ui, in);
    }
}

static void read_keys(struct tui *t)
{
    struct input in;
    bool lost = false;
    if (!t->screen || t->away)
        return;
    while (!t->ended && screen_read(t->screen, &in, &t->keys_wait_ms, &lost))
        on_input(t, &in);
    if (lost) { /* nobody is there any more */
        t->lost = true;
        tui_end(t, EXIT_INTERRUPTED);
    }
}

static void on_keys(evutil_socket_t fd, short what, void *ctx)
{
    (void)fd, (void)what;
    read_keys(ctx);
}

/* ---------------------------------------------------------------- signals */

static void on_resize(evutil_socket_t number, short what, void *ctx)
{
    struct tui *t = ctx;
    (void)number, (void)what;
    if (!t->screen || t->away)
        return;
    screen_resized(t->screen);
    read_keys(t);
}

static void on_stop(evutil_socket_t number, short what, void *ctx)
{
    (void)number, (void)what;
    ((struct tui *)ctx)->wishes.suspend = true;
}

static void on_end(evutil_socket_t number, short what, void *ctx)
{
    struct tui *t = ctx;
    (void)what;
    if (number == SIGINT && t->away)
        return; /* it was for the editor */
    t->lost = true;
    tui_end(t, EXIT_INTERRUPTED);
}

static void on_child(evutil_socket_t number, short what, void *ctx)
{
    (void)number, (void)what;
    tui_child_ended(ctx);
}

static struct event *watch_signal(struct tui *t, int number, event_callback_fn cb)
{
    struct event *event = evsignal_new(t->base, number, cb, t);
    ASSERT(event && event_add(event, NULL) == 0);
    return event;
}

/* ---------------------------------------------------------------- time */

static void on_timer(evutil_socket_t fd, short what, void *ctx)
{
    struct tui *t = ctx;
    (void)fd, (void)what;
    if (t->keys_wait_ms)
        read_keys(t);
}

static int earlier(int a, int64_t b)
{
    if (b < 0)
        b = 0;
    return a < 0 || b < a ? (int)b : a;
}

/* When the screen may be drawn next. What somebody has just typed waits only for what they could see: others' changes
 * outside of the picture are drawn, too, but show nothing. */
static int64_t next_frame_ms(const struct tui *t)
{
    return (t->typed ? t->changed_ms : t->drawn_ms) + TUI_FRAME_MS;
}

/* In how many ms something is to be done though nothing comes; TUI_NONE_MS: nothing. */
static int next_wait_ms(const struct tui *t)
{
    int wait = tui_places_wait_ms(t);
    if (!t->screen)
        return earlier(wait, t->began_ms + TUI_GRACE_MS - tui_mono_ms());
    if (t->away)
        return wait;
    if (t->ui.dirty)
        wait = earlier(wait, next_frame_ms(t) - tui_mono_ms());
    if (t->ui.wake_ms)
        wait = earlier(wait, t->ui.wake_ms - wall_ms());
    if (t->keys_wait_ms)
        wait = earlier(wait, t->keys_wait_ms);
    return wait;
}

static void arm_timer(struct tui *t)
{
    int wait = next_wait_ms(t);
    const struct timeval in = {wait / 1000, (suseconds_t)(wait % 1000) * 1000};
    if (wait < 0)
        evtimer_del(t->on_timer);
    else
        evtimer_add(t->on_timer, &in);
}

/* ---------------------------------------------------------------- drawing */

static void draw_if_due(struct tui *t)
{
    if (!t->screen || t->away)
        return;
    t->ui.now_ms = wall_ms();
    if (t->ui.wake_ms && t->ui.now_ms >= t->ui.wake_ms) {
        t->ui.wake_ms = 0; /* drawing says when the next time is */
        ui_tick(&t->ui);
        t->ui.dirty = true;
    }
    t->ui.confidential = tui_confidential(t);
    if (!t->ui.dirty || tui_mono_ms() < next_frame_ms(t))
        return;
    uint64_t written = screen_written(t->screen);
    ui_draw(&t->ui, &t->grid);
    screen_show(t->screen, &t->grid);
    t->typed = false;
    t->drawn_ms = tui_mono_ms();
    if (screen_written(t->screen) != written)
        t->changed_ms = t->drawn_ms;
}

/* ---------------------------------------------------------------- taking the terminal when there is something to show */

/* A server that this device does not know: before the screen is taken, the question stands in lines. */
static bool ask_on_lines(struct tui *t)
{
    char words[128], answer[16];
    const uint8_t *pin = client_pin(t->open->client);
    if (!pin || !cli_can_ask(t->cli))
        return false;
    pin_words(pin, words, sizeof words);
    err_print(&t->cli->out, STYLE_PLAIN,
              "%s is new to this device. Compare these six words with the ones that the server's owner sees:\n\n"
              "    %s\n\nAre they the same? (yes/no) ",
              t->open->context.host, words);
    event_del(t->on_end[2]); /* Ctrl-C ends the question and us, at once */
    bool same = fgets(answer, sizeof answer, stdin) && (strcmp(answer, "yes\n") == 0 || strcmp(answer, "y\n") == 0);
    event_add(t->on_end[2], NULL);
    return same;
}

static void settle_unknown_server(struct tui *t)
{
    struct place *p = t->open;
    if (t->screen || !t->begins || !p || !p->unknown_server)
        return;
    if (ask_on_lines(t)) {
        tui_place_trust(p);
        t->failure = EXIT_OK;
        t->began_ms = tui_mono_ms();
    } else {
        tui_end(t, (int)t->failure);
    }
}

static void read_keymap(struct tui *t)
{
    struct why why;
    char *path = xasprintf("%s/keys", t->cli->folders.config);
    if (keymap_load(&t->ui.keymap, path, &why) != STATUS_OK)
        tui_say(t, ROLE_WARN, why.text);
    free(path);
}

/* `open` waits a moment with it, so that a sentence about a wrong name stands in lines, where the shell is. */
static void take_terminal_if_due(struct tui *t)
{
    char sentence[200];
    if (t->screen || t->ended || (t->begins && tui_mono_ms() - t->began_ms < TUI_GRACE_MS))
        return;
    if (!tui_take_terminal(t)) {
        t->ended = true;
        return;
    }
    read_keymap(t);
    t->on_keys = event_new(t->base, screen_fd(t->screen), EV_READ | EV_PERSIST, on_keys, t);
    t->on_resize = watch_signal(t, SIGWINCH, on_resize);
    t->on_stop = watch_signal(t, SIGTSTP, on_stop);
    t->on_child = watch_signal(t, SIGCHLD, on_child);
    event_add(t->on_keys, NULL);
    if (t->begins) {
        tui_places_connect(t, NULL);
        snprintf(sentence, sizeof sentence, "Connecting to %.150s …", t->open->context.host);
        tui_say(t, ROLE_WARN, sentence);
    } else if (t->shown && t->title) {
        screen_title(t->screen, canvas_title(replica_view(client_replica(t->open->client))));
    }
    t->ui.dirty = true;
}

/* ---------------------------------------------------------------- the loop */

/* What is left to do after what has happened. A wish that is carried out may bring the next one. */
static void end_of_turn(struct tui *t)
{
    t->ui.now_ms = wall_ms();
    settle_unknown_server(t);
    take_terminal_if_due(t);
    tui_carry_out(t);
    tui_places_settle(t);
    tui_places_refresh(t, false);
    draw_if_due(t);
    /* Lent to the editor, the terminal's bytes are not ours. */
    if (t->on_keys && t->away)
        event_del(t->on_keys);
    else if (t->on_keys && !event_pending(t->on_keys, EV_READ, NULL))
        event_add(t->on_keys, NULL);
    arm_timer(t);
}

static void run(struct tui *t)
{
    end_of_turn(t);
    while (!t->ended && event_base_loop(t->base, EVLOOP_ONCE) == 0)
        end_of_turn(t);
}

/* ---------------------------------------------------------------- beginning and end */

static bool layout_wanted(struct tui *t)
{
    static const char *const names[] = {"canvas", "block", "outline", "table"};
    const char *wanted = cli_value(t->cli, "layout");
    t->has_layout = wanted != NULL;
    for (size_t i = 0; wanted && i < sizeof names / sizeof *names; i++) {
        t->layout = (enum ui_layout)i;
        if (strcmp(wanted, names[i]) == 0)
            return true;
    }
    return !wanted;
}

static int utc_offset_s(void)
{
    time_t now = time(NULL);
    struct tm parts;
    return localtime_r(&now, &parts) ? (int)parts.tm_gmtoff : 0;
}

static int start(struct tui *t, const char *canvas)
{
    struct theme theme;
    struct why why;
    struct folders *folders = &t->cli->folders;
    if (!layout_wanted(t))
        return cli_fail(t->cli, EXIT_USAGE, "The layout is canvas, block, outline or table.");
    if (folder_make(folders->config, &why) != STATUS_OK || folder_make(folders->state, &why) != STATUS_OK)
        return cli_fail(t->cli, EXIT_ERROR, "%s", why.text);
    t->title = cli_flag(t->cli, "title");
    t->saved_stderr = -1;
    t->base = event_base_new();
    ASSERT(t->base);
    t->on_timer = evtimer_new(t->base, on_timer, t);
    const int ends[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < 3; i++)
        t->on_end[i] = watch_signal(t, ends[i], on_end);
    tui_host_init(t);
    grid_init(&t->grid);
    theme_choose(&theme, 0, true, 0, NULL);
    ui_init(&t->ui, &t->host, &theme);
    t->ui.ascii = !t->cli->out.unicode;
    t->ui.utc_offset_s = utc_offset_s();
    t->ui.now_ms = wall_ms();
    recent_load(&t->recent, folders->state);
    int code = tui_places_load(t, canvas);
    if (code != EXIT_OK)
        return code;
    t->began_ms = t->key_ms = tui_mono_ms();
    t->begins = canvas != NULL;
    struct uuid id;
    if (canvas && uuid_parse(canvas, &id))
        tui_open(t, t->open, &id);
    else
        t->words = canvas;
    tui_places_connect(t, t->open);
    return EXIT_OK;
}

/* Whoever comes next on this terminal learns what became of what was typed. */
static int say_goodbye(struct tui *t)
{
    struct place *p = t->open;
    if (p && p->client && t->shown) {
        if (!t->lost)
            client_quit(p->client, TUI_GOODBYE_MS);
        size_t unsent = replica_unsent_ops(client_replica(p->client));
        tui_give_terminal(t);
        if (unsent && !t->lost) {
            out_note(&t->cli->out,
                     "%zu %s not sent yet; kept on this device, sent with the next command on this canvas.", unsent,
                     unsent == 1 ? "change is" : "changes are");
            return EXIT_AGAIN;
        }
        return t->code;
    }
    tui_give_terminal(t);
    if (t->failure != EXIT_OK && t->code == (int)t->failure)
        return cli_fail(t->cli, t->failure, "%s", t->failure_sentence);
    return t->code;
}

static void fini(struct tui *t)
{
    tui_give_terminal(t);
    tui_forget(t);
    tui_places_free(t);
    if (t->base)
        ui_fini(&t->ui);
    grid_fini(&t->grid);
    tui_wishes_fini(&t->wishes);
    struct event *events[] = {t->on_keys, t->on_timer,  t->on_child,  t->on_resize,
                              t->on_stop, t->on_end[0], t->on_end[1], t->on_end[2]};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i])
            event_free(events[i]);
    if (t->base)
        event_base_free(t->base);
}

int tui_run(struct cli *cli, const char *canvas)
{
    struct tui *t = xcalloc(1, sizeof *t);
    t->cli = cli;
    int code = start(t, canvas);
    if (code == EXIT_OK) {
        run(t);
        code = say_goodbye(t);
    }
    fini(t);
    free(t);
    return code;
}
