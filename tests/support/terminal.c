/* The pseudo-terminal, its libvterm, and a scanner of its own for the modes that libvterm keeps to itself. */
#include "tests/support/terminal.h"

#include <errno.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <setjmp.h>
#include <cmocka.h>
#include <vterm.h>

#include "common/utf8.h"

enum { MODES = 32, TITLE = 256 };

struct terminal {
    VTerm *vterm;
    VTermScreen *screen;
    int master;
    pid_t pid;
    bool ended; /* waited for; status is valid */
    int status;
    bool closed;      /* nothing more can be read */
    int modes[MODES]; /* private modes that are set */
    size_t n_modes;
    bool cursor_visible;
    char title[TITLE];
    struct buf output; /* everything, in order */
    size_t scanned;    /* of output, for modes */
    const char *background;
};

static int64_t now_ms(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* ---- what the program wrote */

static void set_mode(struct terminal *t, int mode, bool on)
{
    for (size_t i = 0; i < t->n_modes; i++) {
        if (t->modes[i] == mode)
            t->modes[i] = t->modes[--t->n_modes], i--;
    }
    if (on && t->n_modes < MODES)
        t->modes[t->n_modes++] = mode;
}

/* ESC [ ? n ; n … h or l: libvterm tells about some modes only. */
static void scan_modes(struct terminal *t)
{
    const char *bytes = (const char *)buf_at(&t->output);
    size_t len = buf_len(&t->output);
    while (t->scanned + 3 < len) {
        const char *at = bytes + t->scanned;
        size_t left = len - t->scanned, end = 3;
        if (memcmp(at, "\033[?", 3) != 0) {
            t->scanned++;
            continue;
        }
        while (end < left && ((at[end] >= '0' && at[end] <= '9') || at[end] == ';'))
            end++;
        if (end == left)
            return; /* the rest is still to come */
        for (size_t i = 3; i < end && (at[end] == 'h' || at[end] == 'l'); i++) {
            set_mode(t, atoi(at + i), at[end] == 'h');
            while (i < end && at[i] != ';')
                i++;
        }
        t->scanned += end;
    }
}

void terminal_feed(struct terminal *t, const void *bytes, size_t len)
{
    buf_add(&t->output, bytes, len);
    vterm_input_write(t->vterm, bytes, len);
    scan_modes(t);
}

/* Takes in what there is within timeout_ms; false when nothing came. */
static bool pump(struct terminal *t, int timeout_ms)
{
    char bytes[16384];
    struct pollfd p = {.fd = t->master, .events = POLLIN};
    if (t->closed || poll(&p, 1, timeout_ms) <= 0)
        return false;
    ssize_t n = read(t->master, bytes, sizeof bytes);
    if (n <= 0) {
        t->closed = n == 0 || errno == EIO;
        return false;
    }
    terminal_feed(t, bytes, (size_t)n);
    return true;
}

static void send_cb(const char *bytes, size_t len, void *user)
{
    terminal_send(user, bytes, len);
}

static int property_cb(VTermProp property, VTermValue *value, void *user)
{
    struct terminal *t = user;
    if (property == VTERM_PROP_CURSORVISIBLE)
        t->cursor_visible = value->boolean;
    else if (property == VTERM_PROP_TITLE)
        snprintf(t->title, sizeof t->title, "%s", value->string);
    return 1;
}

static int osc_cb(const char *command, size_t len, void *user)
{
    struct terminal *t = user;
    char answer[64];
    if (t->background == NULL || len != 4 || memcmp(command, "11;?", 4) != 0)
        return 0;
    int n = snprintf(answer, sizeof answer, "\033]11;%s\a", t->background);
    terminal_send(t, answer, (size_t)n);
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.settermprop = property_cb};
static const VTermParserCallbacks fallbacks = {.osc = osc_cb};

/* ---- start and end */

static void set_environment(const struct terminal_options *o)
{
    static const char *const unset[] = {"NO_COLOR", "COLORFGBG", "LINES", "COLUMNS", "LANG", "LC_CTYPE", "TMUX"};
    for (size_t i = 0; i < sizeof unset / sizeof unset[0]; i++)
        unsetenv(unset[i]);
    setenv("LC_ALL", "C.UTF-8", 1);
    setenv("TERM", o->term != NULL ? o->term : "xterm-256color", 1);
    for (size_t i = 0; o->env != NULL && o->env[i] != NULL; i++) {
        const char *equals = strchr(o->env[i], '=');
        char *name = strndup(o->env[i], equals != NULL ? (size_t)(equals - o->env[i]) : strlen(o->env[i]));
        if (equals != NULL)
            setenv(name, equals + 1, 1);
        else
            unsetenv(name);
        free(name);
    }
}

static void run_child(const struct terminal_options *o)
{
    set_environment(o);
    if (o->child != NULL)
        _exit(o->child(o->ctx));
    union {
        const char *const *in;
        char *const *out;
    } argv = {.in = o->argv};
    execvp(argv.out[0], argv.out);
    fprintf(stderr, "%s: %s\n", argv.out[0], strerror(errno));
    _exit(127);
}

struct terminal *terminal_blank(int cols, int rows)
{
    struct terminal *t = xcalloc(1, sizeof *t);
    buf_init(&t->output);
    t->cursor_visible = true;
    t->master = -1;
    t->closed = t->ended = true;
    t->vterm = vterm_new(rows, cols);
    vterm_set_utf8(t->vterm, 1);
    t->screen = vterm_obtain_screen(t->vterm);
    vterm_screen_enable_altscreen(t->screen, 1);
    vterm_screen_set_callbacks(t->screen, &screen_callbacks, t);
    vterm_screen_set_unrecognised_fallbacks(t->screen, &fallbacks, t);
    vterm_output_set_callback(t->vterm, send_cb, t);
    vterm_screen_reset(t->screen, 1);
    return t;
}

struct terminal *terminal_start(const struct terminal_options *o)
{
    struct winsize size = {.ws_col = (unsigned short)(o->cols > 0 ? o->cols : 80),
                           .ws_row = (unsigned short)(o->rows > 0 ? o->rows : 24)};
    struct terminal *t = terminal_blank(size.ws_col, size.ws_row);
    t->background = o->background;
    t->closed = t->ended = false;
    fflush(NULL);
    t->pid = forkpty(&t->master, NULL, NULL, &size);
    assert_true(t->pid >= 0);
    if (t->pid == 0)
        run_child(o);
    return t;
}

static bool has_ended(struct terminal *t)
{
    if (!t->ended && waitpid(t->pid, &t->status, WNOHANG) == t->pid)
        t->ended = true;
    return t->ended;
}

void terminal_free(struct terminal *t)
{
    if (!has_ended(t)) {
        kill(t->pid, SIGKILL);
        waitpid(t->pid, &t->status, 0);
    }
    if (t->master >= 0)
        close(t->master);
    vterm_free(t->vterm);
    buf_fini(&t->output);
    free(t);
}

pid_t terminal_pid(const struct terminal *t)
{
    return t->pid;
}

/* ---- hands */

/* The program may be busy writing, so its output is taken in while it does not read. */
void terminal_send(struct terminal *t, const void *bytes, size_t len)
{
    const char *at = bytes;
    int64_t end = now_ms() + TERMINAL_WAIT_MS;
    while (len > 0 && !t->closed && t->master >= 0 && now_ms() < end) {
        struct pollfd p = {.fd = t->master, .events = POLLOUT | POLLIN};
        poll(&p, 1, 100);
        if (p.revents & POLLOUT) {
            ssize_t n = write(t->master, at, len < 1024 ? len : 1024);
            if (n < 0 && errno != EINTR && errno != EAGAIN)
                return;
            at += n > 0 ? n : 0;
            len -= n > 0 ? (size_t)n : 0;
        } else if (has_ended(t)) {
            return;
        } else if (p.revents & POLLIN) {
            pump(t, 0);
        }
    }
}

void terminal_type(struct terminal *t, const char *text)
{
    terminal_send(t, text, strlen(text));
}

static bool takes(const char **at, size_t *len, const char *prefix)
{
    size_t n = strlen(prefix);
    if (*len <= n || memcmp(*at, prefix, n) != 0)
        return false;
    *at += n;
    *len -= n;
    return true;
}

static VTermKey key_of(const char *name, size_t len)
{
    static const struct {
        const char *name;
        VTermKey key;
    } keys[] = {
        {"enter", VTERM_KEY_ENTER},
        {"tab", VTERM_KEY_TAB},
        {"escape", VTERM_KEY_ESCAPE},
        {"up", VTERM_KEY_UP},
        {"down", VTERM_KEY_DOWN},
        {"left", VTERM_KEY_LEFT},
        {"right", VTERM_KEY_RIGHT},
        {"home", VTERM_KEY_HOME},
        {"end", VTERM_KEY_END},
        {"insert", VTERM_KEY_INS},
        {"delete", VTERM_KEY_DEL},
        {"page-up", VTERM_KEY_PAGEUP},
        {"page-down", VTERM_KEY_PAGEDOWN},
        {"backspace", VTERM_KEY_BACKSPACE},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strlen(keys[i].name) == len && memcmp(keys[i].name, name, len) == 0)
            return keys[i].key;
    }
    if (len >= 2 && name[0] == 'f' && name[1] >= '1' && name[1] <= '9')
        return VTERM_KEY_FUNCTION(atoi(name + 1));
    return VTERM_KEY_NONE;
}

static void send_key(struct terminal *t, const char *name, size_t len)
{
    int mods = VTERM_MOD_NONE;
    const char *at = name;
    size_t left = len;
    uint32_t point = 0;
    for (bool more = true; more;) {
        more = true;
        if (takes(&at, &left, "ctrl-"))
            mods |= VTERM_MOD_CTRL;
        else if (takes(&at, &left, "alt-"))
            mods |= VTERM_MOD_ALT;
        else if (takes(&at, &left, "shift-"))
            mods |= VTERM_MOD_SHIFT;
        else
            more = false;
    }
    VTermKey key = key_of(at, left);
    if (key != VTERM_KEY_NONE) {
        vterm_keyboard_key(t->vterm, key, (VTermModifier)mods);
        return;
    }
    if (left == 5 && memcmp(at, "space", 5) == 0)
        point = ' ';
    else if (utf8_decode(at, left, &point) != left)
        fail_msg("no key: %.*s", (int)len, name);
    vterm_keyboard_unichar(t->vterm, point, (VTermModifier)mods);
}

void terminal_key(struct terminal *t, const char *name)
{
    send_key(t, name, strlen(name));
}

void terminal_keys(struct terminal *t, const char *names)
{
    while (*names != '\0') {
        size_t len = strcspn(names, " ");
        if (len > 0)
            send_key(t, names, len);
        names += len + (names[len] == ' ');
    }
}

void terminal_paste(struct terminal *t, const char *text, size_t len)
{
    vterm_keyboard_start_paste(t->vterm);
    terminal_send(t, text, len);
    vterm_keyboard_end_paste(t->vterm);
}

void terminal_press(struct terminal *t, int x, int y, int button)
{
    vterm_mouse_move(t->vterm, y, x, VTERM_MOD_NONE);
    vterm_mouse_button(t->vterm, button, true, VTERM_MOD_NONE);
}

void terminal_drag(struct terminal *t, int x, int y)
{
    vterm_mouse_move(t->vterm, y, x, VTERM_MOD_NONE);
}

void terminal_release(struct terminal *t, int x, int y, int button)
{
    vterm_mouse_move(t->vterm, y, x, VTERM_MOD_NONE);
    vterm_mouse_button(t->vterm, button, false, VTERM_MOD_NONE);
}

void terminal_click(struct terminal *t, int x, int y)
{
    terminal_press(t, x, y, 1);
    terminal_release(t, x, y, 1);
}

void terminal_resize(struct terminal *t, int cols, int rows)
{
    struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
    vterm_set_size(t->vterm, rows, cols);
    assert_int_equal(ioctl(t->master, TIOCSWINSZ, &size), 0);
}

void terminal_hang_up(struct terminal *t)
{
    close(t->master);
    t->master = -1;
    t->closed = true;
}

/* ---- waiting */

bool terminal_until(struct terminal *t, bool (*holds)(struct terminal *t, void *ctx), void *ctx)
{
    int64_t end = now_ms() + TERMINAL_WAIT_MS;
    while (!holds(t, ctx)) {
        if (!pump(t, 50) && (now_ms() > end || t->closed || has_ended(t)))
            return holds(t, ctx);
    }
    return true;
}

static bool shows_cb(struct terminal *t, void *text)
{
    return terminal_shows(t, text);
}

static bool shows_not_cb(struct terminal *t, void *text)
{
    return !terminal_shows(t, text);
}

static void fail_with_screen(struct terminal *t, const char *what, const char *text)
{
    char *screen = terminal_text(t);
    print_error("%s: %s\n%s", what, text, screen);
    free(screen);
    fail();
}

void terminal_expect(struct terminal *t, const char *text)
{
    if (!terminal_until(t, shows_cb, (void *)(uintptr_t)text))
        fail_with_screen(t, "not on the screen", text);
}

void terminal_expect_gone(struct terminal *t, const char *text)
{
    if (!terminal_until(t, shows_not_cb, (void *)(uintptr_t)text))
        fail_with_screen(t, "still on the screen", text);
}

void terminal_settle(struct terminal *t, int quiet_ms)
{
    int64_t end = now_ms() + TERMINAL_WAIT_MS;
    while (now_ms() < end && pump(t, quiet_ms))
        ;
}

int terminal_wait_exit(struct terminal *t)
{
    int64_t end = now_ms() + TERMINAL_WAIT_MS;
    while (!has_ended(t)) {
        if (now_ms() > end)
            fail_with_screen(t, "the program does not end", "");
        if (t->closed)
            poll(NULL, 0, 5);
        else
            pump(t, 20);
    }
    while (pump(t, 0))
        ;
    return t->status;
}

/* ---- eyes */

static int color_of(const VTermColor *color)
{
    if (VTERM_COLOR_IS_DEFAULT_FG(color) || VTERM_COLOR_IS_DEFAULT_BG(color))
        return -1;
    return VTERM_COLOR_IS_INDEXED(color) ? color->indexed.idx : -2;
}

struct terminal_cell terminal_cell_at(struct terminal *t, int x, int y)
{
    VTermScreenCell cell = {.width = 0};
    struct terminal_cell out = {.width = 1};
    size_t len = 0;
    if (!vterm_screen_get_cell(t->screen, (VTermPos){.row = y, .col = x}, &cell))
        return out;
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0 && cell.chars[i] != UINT32_MAX; i++)
        len += utf8_encode(cell.chars[i], out.text + len);
    if (cell.chars[0] == 0)
        out.text[0] = ' ';
    out.width = cell.width;
    out.fg = color_of(&cell.fg);
    out.bg = color_of(&cell.bg);
    out.bold = cell.attrs.bold;
    out.underline = cell.attrs.underline != 0;
    out.italic = cell.attrs.italic;
    out.reverse = cell.attrs.reverse;
    return out;
}

/* One row, and where each cell begins in it (room for cols + 1 numbers). */
static void row_text(struct terminal *t, int y, int cols, struct buf *out, size_t *begins)
{
    for (int x = 0; x < cols; x++) {
        struct terminal_cell cell = terminal_cell_at(t, x, y);
        begins[x] = buf_len(out);
        buf_add(out, cell.text, strlen(cell.text));
    }
    begins[cols] = buf_len(out);
}

char *terminal_text(struct terminal *t)
{
    struct buf out, row;
    int rows, cols;
    vterm_get_size(t->vterm, &rows, &cols);
    size_t *begins = xcalloc((size_t)cols + 1, sizeof *begins);
    buf_init(&out);
    buf_init(&row);
    for (int y = 0; y < rows; y++) {
        buf_clear(&row, 4096);
        row_text(t, y, cols, &row, begins);
        size_t len = buf_len(&row);
        while (len > 0 && buf_at(&row)[len - 1] == ' ')
            len--;
        buf_add(&out, buf_at(&row), len);
        buf_add(&out, "\n", 1);
    }
    buf_add(&out, "", 1);
    buf_fini(&row);
    free(begins);
    return (char *)out.data;
}

bool terminal_find(struct terminal *t, const char *text, int *x, int *y)
{
    struct buf row;
    int rows, cols;
    bool found = false;
    vterm_get_size(t->vterm, &rows, &cols);
    size_t *begins = xcalloc((size_t)cols + 1, sizeof *begins);
    buf_init(&row);
    for (int i = 0; i < rows && !found; i++) {
        buf_clear(&row, 4096);
        row_text(t, i, cols, &row, begins);
        const uint8_t *at = memmem(buf_at(&row), buf_len(&row), text, strlen(text));
        if (at == NULL)
            continue;
        found = true;
        *y = i;
        for (*x = 0; *x < cols && begins[*x] < (size_t)(at - buf_at(&row)); ++*x)
            ;
    }
    buf_fini(&row);
    free(begins);
    return found;
}

bool terminal_shows(struct terminal *t, const char *text)
{
    int x, y;
    return terminal_find(t, text, &x, &y);
}

void terminal_cursor(struct terminal *t, int *x, int *y)
{
    VTermPos at;
    vterm_state_get_cursorpos(vterm_obtain_state(t->vterm), &at);
    *x = at.col;
    *y = at.row;
}

bool terminal_cursor_visible(const struct terminal *t)
{
    return t->cursor_visible;
}

bool terminal_mode(const struct terminal *t, int mode)
{
    for (size_t i = 0; i < t->n_modes; i++) {
        if (t->modes[i] == mode)
            return true;
    }
    return false;
}

bool terminal_cooked(const struct terminal *t)
{
    struct termios modes;
    return tcgetattr(t->master, &modes) == 0 && (modes.c_lflag & ICANON) && (modes.c_lflag & ECHO) &&
           (modes.c_oflag & OPOST) && (modes.c_iflag & ICRNL);
}

const char *terminal_title(const struct terminal *t)
{
    return t->title;
}

const struct buf *terminal_output(const struct terminal *t)
{
    return &t->output;
}
