/* Printing, see output.h. The one file of the command line that writes to standard output and standard error. */
#include "client/cli/output.h"

#include <errno.h>
#include <langinfo.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <utf8proc.h>

#include "common/utf8.h"

static size_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    const char *columns = getenv("COLUMNS");
    long width = columns ? strtol(columns, NULL, 10) : 0;
    return width >= 20 && width <= 1000 ? (size_t)width : 80;
}

static bool wants_color(bool terminal)
{
    const char *no = getenv("NO_COLOR"), *force = getenv("CLICOLOR_FORCE"), *term = getenv("TERM");
    if (no && *no)
        return false;
    if (force && *force && strcmp(force, "0") != 0)
        return true;
    return terminal && term && *term && strcmp(term, "dumb") != 0;
}

void output_init(struct output *o)
{
    memset(o, 0, sizeof *o);
    o->to = stdout;
    o->err = stderr;
    o->terminal = isatty(STDOUT_FILENO) == 1;
    o->err_terminal = isatty(STDERR_FILENO) == 1;
    o->color = wants_color(o->terminal);
    o->err_color = wants_color(o->err_terminal);
    o->unicode = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
    o->width = terminal_width();
}

bool output_set_color(struct output *o, const char *when)
{
    if (strcmp(when, "always") == 0)
        o->color = o->err_color = true;
    else if (strcmp(when, "never") == 0)
        o->color = o->err_color = false;
    else if (strcmp(when, "auto") != 0)
        return false;
    return true;
}

static const char *const style_codes[] = {
    [STYLE_PLAIN] = "",        [STYLE_BOLD] = "\033[1m",  [STYLE_DIM] = "\033[2m",
    [STYLE_GOOD] = "\033[32m", [STYLE_WARN] = "\033[33m", [STYLE_BAD] = "\033[1;31m",
};

static PRINTF_LIKE(1, 0) char *format_text(const char *fmt, va_list args, size_t *len)
{
    char *text = NULL;
    int n = vasprintf(&text, fmt, args);
    ASSERT(n >= 0);
    *len = (size_t)n;
    return text;
}

/* A style never spans a line break, so that a pager or a cut line leaves nothing switched on. */
static void put_styled(FILE *to, bool color, enum text_style style, const char *text, size_t len)
{
    if (!color || style == STYLE_PLAIN) {
        fwrite(text, 1, len, to);
        return;
    }
    while (len > 0) {
        const char *end = memchr(text, '\n', len);
        size_t line = end ? (size_t)(end - text) : len;
        if (line > 0) {
            fputs(style_codes[style], to);
            fwrite(text, 1, line, to);
            fputs("\033[0m", to);
        }
        if (end)
            fputc('\n', to);
        text += line + (end != NULL);
        len -= line + (end != NULL);
    }
}

static PRINTF_LIKE(4, 0) void put_clean(FILE *to, bool color, enum text_style style, const char *fmt, va_list args)
{
    size_t len;
    char *text = format_text(fmt, args, &len);
    char *clean = utf8_printable(text, len, true, &len);
    put_styled(to, color, style, clean, len);
    free(clean);
    free(text);
}

void out_print(struct output *o, enum text_style style, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    put_clean(o->to, o->color, style, fmt, args);
    va_end(args);
}

void err_print(struct output *o, enum text_style style, const char *fmt, ...)
{
    fflush(o->to);
    va_list args;
    va_start(args, fmt);
    put_clean(o->err, o->err_color, style, fmt, args);
    va_end(args);
}

void out_note(struct output *o, const char *fmt, ...)
{
    if (o->json || o->quiet)
        return;
    fflush(o->to);
    va_list args;
    va_start(args, fmt);
    put_clean(o->err, o->err_color, STYLE_DIM, fmt, args);
    va_end(args);
    fputc('\n', o->err);
}

json_t *out_object(const char *type)
{
    return json_pack("{s:i, s:s}", "schema", OUTPUT_SCHEMA, "type", type);
}

/* Characters that are legal in JSON but that a terminal might obey, or that hide how a text reads. */
static bool obeyed_by_terminals(uint32_t c)
{
    return c == 0x7f || (c >= 0x80 && c <= 0x9f) || c == 0x61c || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x2069) || c == 0xfeff;
}

char *json_text(const json_t *value, size_t indent)
{
    size_t flags = indent ? JSON_INDENT(indent) : JSON_COMPACT;
    char *plain = json_dumps(value, flags | JSON_ENCODE_ANY);
    ASSERT(plain);
    struct buf out;
    buf_init(&out);
    size_t len = strlen(plain);
    for (size_t at = 0; at < len;) {
        uint32_t point;
        size_t n = utf8_decode(plain + at, len - at, &point);
        if (n > 0 && obeyed_by_terminals(point))
            buf_addf(&out, "\\u%04x", point);
        else
            buf_add(&out, plain + at, n ? n : 1);
        at += n ? n : 1;
    }
    free(plain);
    buf_add(&out, "", 1);
    return (char *)out.data;
}

void out_json(struct output *o, json_t *object)
{
    char *text = json_text(object, 0);
    fputs(text, o->to);
    fputc('\n', o->to);
    fflush(o->to);
    free(text);
    json_decref(object);
}

bool output_flush(struct output *o)
{
    return fflush(o->to) == 0 && !ferror(o->to);
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t len;
    char *text = format_text(fmt, args, &len);
    va_end(args);
    char *copy = arena_strndup(a, text, len);
    free(text);
    ASSERT(copy);
    return copy;
}

char *arena_line(struct arena *a, const char *text)
{
    size_t len;
    char *clean = utf8_printable(text, strlen(text), false, &len);
    char *copy = arena_strndup(a, clean, len);
    free(clean);
    ASSERT(copy);
    return copy;
}

char *arena_short(struct arena *a, const char *text, size_t cells)
{
    char *line = arena_line(a, text);
    size_t len = strlen(line), at = 0, used = 0;
    if (utf8_width(line, len) <= cells)
        return line;
    while (at < len) {
        size_t n = utf8_grapheme(line + at, len - at);
        int width = utf8_cluster_width(line + at, n);
        if (used + (size_t)width + 1 > cells)
            break;
        used += (size_t)width;
        at += n;
    }
    return arena_printf(a, "%.*s…", (int)at, line);
}

char *arena_cell(struct arena *a, const char *text, size_t cells)
{
    char *cut = arena_short(a, text, cells);
    size_t used = utf8_width(cut, strlen(cut));
    return arena_printf(a, "%s%*s", cut, used < cells ? (int)(cells - used) : 0, "");
}

char *arena_fold(struct arena *a, const char *text)
{
    utf8proc_uint8_t *folded = NULL;
    utf8proc_ssize_t len = utf8proc_map((const utf8proc_uint8_t *)text, 0, &folded,
                                        UTF8PROC_NULLTERM | UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
    if (len < 0)
        return arena_strndup(a, text, strlen(text));
    char *copy = arena_strndup(a, (const char *)folded, (size_t)len);
    free(folded);
    ASSERT(copy);
    return copy;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    size_t len;
    char *text = format_text(fmt, args, &len);
    va_end(args);
    buf_add(b, text, len);
    free(text);
}
