/* The terminal's modes, its input and its extras; painting is paint.c's, keys are decode.c's. Leaving undoes all that
 * entering did, in one place each: enter() and leave(). The descriptors are shared with the shell, so they stay blocking;
 * input is read only when poll() says that there is some. */
#include "client/tui/screen.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "client/tui/decode.h"
#include "client/tui/kind.h"
#include "client/tui/paint.h"
#include "client/tui/rescue.h"
#include "common/buf.h"
#include "common/utf8.h"

enum {
    TERM_NAME = KIND_NAME,
    EARLY = 32,      /* keys that come before the terminal has answered at the start */
    ANSWER_MS = 100, /* how long an answer is waited for */
    READ_BYTES = 64 * 1024,
    COPY_MAX = 74000,
    TITLE_MAX = 200,
    FRAME_BYTES = 256, /* output from here on is shown at one blow (?2026) */
};

#define MOUSE_ON "\033[?1002h\033[?1006h"
#define MOUSE_OFF "\033[?1006l\033[?1002l"
#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
/* Right-to-left text in its place, not the whole line turned round (terminals that know bidirectional text). */
#define BIDI_OFF "\033[8l"
#define BIDI_ON "\033[8h"
#define SHAPE_TYPING "\033[6 q"
#define SHAPE_NORMAL "\033[0 q"
#define TITLE_PUSH "\033[22;2t"
#define TITLE_POP "\033[23;2t"
#define FRAME_BEGIN "\033[?2026h"
#define FRAME_END "\033[?2026l"

struct screen {
    int in, out;           /* borrowed: standard input and output */
    struct termios former; /* modes as they were */
    struct paint *paint;
    struct theme theme;
    struct decoder decoder;
    char term[TERM_NAME];
    bool extras; /* the terminal understands (or ignores) what xterm does */
    bool ascii, mouse, titles;
    bool inside;  /* the terminal is ours now */
    bool gone;    /* writing failed */
    bool resized; /* to be told by screen_read() */
    bool typing;  /* the cursor has the shape for typing */
    int cols, rows;
    char *title; /* owned; NULL: not set */
    uint64_t written;
    struct buf frame; /* reused */
    struct input early[EARLY];
    size_t n_early, next_early;
};

static int64_t now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* ---- writing */

static void write_bytes(struct screen *s, const void *bytes, size_t len)
{
    const char *at = bytes;
    while (len > 0 && !s->gone) {
        ssize_t n = write(s->out, at, len);
        if (n > 0) {
            at += n;
            len -= (size_t)n;
            s->written += (uint64_t)n;
        } else if (n < 0 && errno == EAGAIN) {
            struct pollfd p = {.fd = s->out, .events = POLLOUT};
            poll(&p, 1, -1);
        } else if (n == 0 || errno != EINTR) {
            s->gone = true;
        }
    }
}

static void write_text(struct screen *s, const char *text)
{
    write_bytes(s, text, strlen(text));
}

/* What xterm understands and its like ignore. */
static void write_extra(struct screen *s, const char *text)
{
    if (s->extras)
        write_text(s, text);
}

/* Writes and empties s->frame. */
static void write_frame(struct screen *s)
{
    if (s->extras && buf_len(&s->frame) >= FRAME_BYTES) {
        write_text(s, FRAME_BEGIN);
        buf_add(&s->frame, FRAME_END, sizeof FRAME_END - 1);
    }
    write_bytes(s, buf_at(&s->frame), buf_len(&s->frame));
    buf_clear(&s->frame, 64 * 1024);
}

/* ---- finding out */

/* The terminal's type, or what is near. */
static bool choose_term(struct screen *s, const char *term)
{
    const char *candidates[KIND_CANDIDATES];
    size_t n = kind_candidates(term, candidates);
    for (size_t i = 0; i < n && s->paint == NULL; i++) {
        s->paint = paint_new(candidates[i], s->cols, s->rows, s->ascii);
        snprintf(s->term, sizeof s->term, "%s", candidates[i]);
    }
    return s->paint != NULL;
}

static void measure(struct screen *s)
{
    struct winsize size;
    s->cols = 80;
    s->rows = 24;
    if (ioctl(s->out, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        s->cols = size.ws_col < GRID_MAX_COLS ? size.ws_col : GRID_MAX_COLS;
        s->rows = size.ws_row < GRID_MAX_ROWS ? size.ws_row : GRID_MAX_ROWS;
    }
}

/* ---- reading */

/* Feeds what there is within timeout_ms; false: the terminal is gone. */
static bool read_bytes(struct screen *s, int timeout_ms)
{
    struct pollfd p = {.fd = s->in, .events = POLLIN};
    int ready = poll(&p, 1, timeout_ms);
    if (ready == 0 || (ready < 0 && errno == EINTR))
        return true;
    ssize_t n = ready < 0 ? -1 : read(s->in, buf_reserve(&s->frame, READ_BYTES), READ_BYTES);
    if (n > 0)
        decode_feed(&s->decoder, buf_at(&s->frame), (size_t)n, now_ms());
    return n > 0 || (n < 0 && (errno == EINTR || errno == EAGAIN));
}

/* Asks for the background's colour, and for something that every terminal answers, so that nobody is waited for. */
static void ask_background(struct screen *s)
{
    int64_t end = now_ms() + ANSWER_MS, now;
    unsigned wait_ms;
    write_text(s, "\033]11;?\a\033[c");
    while ((now = now_ms()) < end && !s->decoder.attributes && s->n_early < EARLY) {
        if (!read_bytes(s, (int)(end - now)))
            return;
        while (s->n_early < EARLY && decode_next(&s->decoder, now_ms(), &s->early[s->n_early], &wait_ms)) {
            if (s->early[s->n_early++].kind == INPUT_PASTE)
                return; /* its bytes hold only until the next one */
        }
    }
}

static bool resize_input(struct screen *s, struct input *in)
{
    int cols = s->cols, rows = s->rows;
    s->resized = false;
    measure(s);
    if (cols != s->cols || rows != s->rows)
        paint_resize(s->paint, s->cols, s->rows);
    *in = (struct input){.kind = INPUT_RESIZE, .x = s->cols, .y = s->rows};
    return true;
}

static bool give_input(struct screen *s, struct input *in)
{
    if (in->kind == INPUT_MOUSE) {
        in->x = in->x < s->cols ? in->x : s->cols - 1;
        in->y = in->y < s->rows ? in->y : s->rows - 1;
    }
    return true;
}

bool screen_read(struct screen *s, struct input *in, unsigned *wait_ms, bool *lost)
{
    *wait_ms = 0;
    *lost = false;
    if (s->resized)
        return resize_input(s, in);
    if (s->next_early < s->n_early) {
        *in = s->early[s->next_early++];
        return give_input(s, in);
    }
    /* As if no time had passed: what looks incomplete may be complete in the terminal's buffer. */
    if (decode_next(&s->decoder, s->decoder.fed_ms, in, wait_ms))
        return give_input(s, in);
    *lost = !read_bytes(s, 0);
    if (decode_next(&s->decoder, now_ms(), in, wait_ms)) {
        *lost = false; /* told when there is nothing left to read */
        return give_input(s, in);
    }
    return false;
}

/* ---- entering and leaving */

static void set_raw(const struct screen *s)
{
    struct termios raw = s->former;
    cfmakeraw(&raw);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    tcsetattr(s->in, TCSADRAIN, &raw);
}

static void write_title(struct screen *s)
{
    char *all = xasprintf("\033]2;%s\a", s->title);
    write_text(s, all);
    free(all);
}

static void arm(struct screen *s)
{
    static const char modes[] = FRAME_END MOUSE_OFF PASTE_OFF BIDI_ON SHAPE_NORMAL TITLE_POP;
    struct buf reset;
    buf_init(&reset);
    if (s->extras)
        buf_add(&reset, modes, sizeof modes - 1 - (s->titles ? 0 : sizeof TITLE_POP - 1));
    paint_reset(s->paint, &reset);
    buf_add(&reset, "\r\n", 2);
    rescue_arm(s->in, &s->former, (const char *)buf_at(&reset), buf_len(&reset));
    buf_fini(&reset);
}

static void enter(struct screen *s)
{
    set_raw(s);
    arm(s);
    s->inside = true;
    s->typing = false;
    write_extra(s, PASTE_ON BIDI_OFF);
    if (s->mouse)
        write_extra(s, MOUSE_ON);
    if (s->titles)
        write_extra(s, TITLE_PUSH);
    if (s->title != NULL)
        write_title(s);
}

static void leave(struct screen *s)
{
    if (s->titles)
        write_extra(s, TITLE_POP);
    write_extra(s, MOUSE_OFF PASTE_OFF BIDI_ON SHAPE_NORMAL);
    buf_clear(&s->frame, 64 * 1024);
    paint_leave(s->paint, &s->frame);
    write_bytes(s, buf_at(&s->frame), buf_len(&s->frame));
    buf_clear(&s->frame, 64 * 1024);
    tcsetattr(s->in, TCSAFLUSH, &s->former); /* mouse reports that are under way are not for the shell */
    rescue_disarm();
    s->inside = false;
}

static void fini(struct screen *s)
{
    decode_fini(&s->decoder);
    buf_fini(&s->frame);
    if (s->paint != NULL)
        paint_free(s->paint);
    free(s->title);
    free(s);
}

struct screen *screen_new(const struct screen_options *options, struct why *why)
{
    struct screen *s = xcalloc(1, sizeof *s);
    s->in = STDIN_FILENO;
    s->out = STDOUT_FILENO;
    decode_init(&s->decoder);
    buf_init(&s->frame);
    if (!isatty(s->in) || !isatty(s->out) || tcgetattr(s->in, &s->former) < 0) {
        refuse(why, STATUS_UNEXPECTED, "The interface needs a terminal, and input or output here is something else.");
        fini(s);
        return NULL;
    }
    s->ascii = !kind_use_utf8();
    measure(s);
    const char *term = options->term != NULL ? options->term : getenv("TERM");
    if (!choose_term(s, term)) {
        refuse(why, STATUS_NOT_FOUND,
               "This terminal's type (TERM=%.40s) is not known here, and neither is xterm. Install ncurses-base.",
               term != NULL ? term : "");
        fini(s);
        return NULL;
    }
    s->extras = kind_has_extras(s->term);
    s->mouse = options->mouse;
    s->titles = options->title && s->extras;
    paint_add_keys(s->paint, &s->decoder);
    enter(s);
    int colors = options->no_color ? 0 : paint_colors(s->paint);
    if (options->light < 0 && s->extras && colors > 0)
        ask_background(s);
    int light = options->light >= 0 ? options->light : s->decoder.background;
    theme_choose(&s->theme, colors, options->no_color, light, getenv("COLORFGBG"));
    return s;
}

void screen_free(struct screen *s)
{
    if (s->inside)
        leave(s);
    fini(s);
}

void screen_leave(struct screen *s)
{
    if (s->inside)
        leave(s);
}

void screen_enter(struct screen *s)
{
    if (s->inside)
        return;
    tcgetattr(s->in, &s->former);
    enter(s);
    s->resized = true; /* the window may have been changed, and everything is to be drawn */
}

/* ---- asking and telling */

int screen_fd(const struct screen *s)
{
    return s->in;
}

const struct theme *screen_theme(const struct screen *s)
{
    return &s->theme;
}

void screen_size(const struct screen *s, int *cols, int *rows)
{
    *cols = s->cols;
    *rows = s->rows;
}

bool screen_ascii(const struct screen *s)
{
    return s->ascii;
}

const char *screen_term(const struct screen *s)
{
    return s->term;
}

uint64_t screen_written(const struct screen *s)
{
    return s->written;
}

void screen_resized(struct screen *s)
{
    s->resized = true;
}

void screen_redraw(struct screen *s)
{
    paint_forget(s->paint);
}

void screen_show(struct screen *s, const struct grid *g)
{
    if (!s->inside)
        return;
    buf_clear(&s->frame, 64 * 1024);
    paint_grid(s->paint, g, &s->theme, &s->frame);
    if (s->extras && s->typing != g->cursor_block) {
        const char *shape = g->cursor_block ? SHAPE_TYPING : SHAPE_NORMAL;
        buf_add(&s->frame, shape, strlen(shape));
        s->typing = g->cursor_block;
    }
    write_frame(s);
}

void screen_mouse(struct screen *s, bool on)
{
    if (s->mouse != on && s->inside)
        write_extra(s, on ? MOUSE_ON : MOUSE_OFF);
    s->mouse = on;
}

void screen_title(struct screen *s, const char *title)
{
    if (!s->titles)
        return;
    size_t len = strlen(title), clean_len;
    char *clean = utf8_printable(title, len, false, &clean_len);
    clean[utf8_offset(clean, clean_len, TITLE_MAX)] = '\0';
    free(s->title);
    s->title = clean;
    if (s->inside && len > 0)
        write_title(s);
    if (len == 0) {
        free(s->title);
        s->title = NULL;
        if (s->inside)
            write_extra(s, TITLE_POP TITLE_PUSH);
    }
}

void screen_bell(struct screen *s)
{
    if (s->inside)
        write_text(s, "\a");
}

static void add_base64(struct buf *out, const unsigned char *bytes, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t at = 0; at < len; at += 3) {
        size_t n = len - at < 3 ? len - at : 3;
        uint32_t word =
            (uint32_t)bytes[at] << 16 | (n > 1 ? (uint32_t)bytes[at + 1] << 8 : 0) | (n > 2 ? bytes[at + 2] : 0);
        char four[4] = {digits[word >> 18], digits[word >> 12 & 63], digits[word >> 6 & 63], digits[word & 63]};
        if (n < 3)
            four[3] = '=';
        if (n < 2)
            four[2] = '=';
        buf_add(out, four, 4);
    }
}

bool screen_copy(struct screen *s, const char *text, size_t len)
{
    if (len > COPY_MAX || !s->inside || !s->extras)
        return false;
    struct buf out;
    buf_init(&out);
    buf_add(&out, "\033]52;c;", 7);
    add_base64(&out, (const unsigned char *)text, len);
    buf_add(&out, "\a", 1);
    write_bytes(s, buf_at(&out), buf_len(&out));
    buf_fini(&out);
    return true;
}
