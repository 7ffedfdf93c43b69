/* The only process-wide state of the interface: a signal handler can be told nothing. Everything it touches was prepared
 * by rescue_arm(), and it calls only what POSIX allows in a handler. */
#include "client/tui/rescue.h"

#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RESET_MAX = 512, STACK_BYTES = 64 * 1024 };

static const int fatal[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL};
enum { FATAL = sizeof fatal / sizeof fatal[0] };

static struct {
    volatile sig_atomic_t armed;
    pid_t pid; /* who armed it: a child that dies before it becomes another program changes nothing */
    int fd;
    struct termios modes;
    char reset[RESET_MAX];
    size_t len;
    struct sigaction former[FATAL];
    stack_t former_stack;
    char *stack;      /* the handler's */
    int errors, kept; /* the real standard error, and the file that stands in for it; -1: not held back */
} rescue = {.errors = -1, .kept = -1};

static void write_all(int fd, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, bytes, len);
        if (n <= 0)
            return;
        bytes += n;
        len -= (size_t)n;
    }
}

/* Standard error is itself again, and says what it was told meanwhile. */
static void release_errors(void)
{
    char bytes[4096];
    ssize_t n;
    if (rescue.errors < 0)
        return;
    dup2(rescue.errors, STDERR_FILENO);
    for (off_t at = 0; (n = pread(rescue.kept, bytes, sizeof bytes, at)) > 0; at += n)
        write_all(STDERR_FILENO, bytes, (size_t)n);
    close(rescue.errors);
    close(rescue.kept);
    rescue.errors = rescue.kept = -1;
}

static void hold_errors(int fd)
{
    struct stat terminal, errors;
    if (fstat(fd, &terminal) < 0 || fstat(STDERR_FILENO, &errors) < 0 || !S_ISCHR(errors.st_mode) ||
        terminal.st_rdev != errors.st_rdev)
        return;
    rescue.kept = memfd_create("cocanvas-errors", MFD_CLOEXEC);
    rescue.errors = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    if (rescue.kept < 0 || rescue.errors < 0 || dup2(rescue.kept, STDERR_FILENO) < 0) {
        if (rescue.kept >= 0)
            close(rescue.kept);
        if (rescue.errors >= 0)
            close(rescue.errors);
        rescue.errors = rescue.kept = -1;
    }
}

static void give_back(void)
{
    if (!rescue.armed || rescue.pid != getpid())
        return;
    rescue.armed = 0;
    write_all(rescue.fd, rescue.reset, rescue.len);
    tcsetattr(rescue.fd, TCSANOW, &rescue.modes);
    release_errors();
}

/* The former handler gets the signal then: that of a sanitizer, or the default. A signal that was sent does not come
 * again by itself. */
static void died_cb(int signal, siginfo_t *info, void *context)
{
    (void)context;
    give_back();
    for (size_t i = 0; i < FATAL; i++)
        sigaction(fatal[i], &rescue.former[i], NULL);
    if (info->si_code <= 0)
        raise(signal);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_sigaction = died_cb, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER};
    sigemptyset(&action.sa_mask);
    rescue.stack = malloc(STACK_BYTES);
    stack_t stack = {.ss_sp = rescue.stack, .ss_size = STACK_BYTES};
    if (rescue.stack == NULL || sigaltstack(&stack, &rescue.former_stack) < 0) {
        free(rescue.stack);
        rescue.stack = NULL;
        action.sa_flags &= ~SA_ONSTACK;
    }
    for (size_t i = 0; i < FATAL; i++)
        sigaction(fatal[i], &action, &rescue.former[i]);
}

static void release_signals(void)
{
    for (size_t i = 0; i < FATAL; i++)
        sigaction(fatal[i], &rescue.former[i], NULL);
    if (rescue.stack != NULL)
        sigaltstack(&rescue.former_stack, NULL);
    free(rescue.stack);
    rescue.stack = NULL;
}

void rescue_arm(int fd, const struct termios *modes, const char *bytes, size_t len)
{
    static bool registered;
    if (!registered)
        registered = atexit(give_back) == 0; /* somebody called exit() in the middle of it */
    if (rescue.armed)
        rescue_disarm();
    rescue.pid = getpid();
    rescue.fd = fd;
    rescue.modes = *modes;
    rescue.len = len < RESET_MAX ? len : RESET_MAX;
    memcpy(rescue.reset, bytes, rescue.len);
    hold_errors(fd);
    catch_signals();
    rescue.armed = 1;
}

void rescue_disarm(void)
{
    if (!rescue.armed)
        return;
    rescue.armed = 0;
    release_signals();
    release_errors();
}
