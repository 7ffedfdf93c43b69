/* XDG directories and whole-file replacement (paths.h). */
#include "client/core/paths.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/buf.h"

static const char *home(void)
{
    const char *dir = getenv("HOME");
    const struct passwd *pw;

    if (dir && *dir)
        return dir;
    pw = getpwuid(getuid());
    return pw && pw->pw_dir ? pw->pw_dir : "/";
}

/* A relative path in the variable is to be ignored, says the specification. */
static char *xdg(const char *variable, const char *otherwise)
{
    const char *dir = getenv(variable);

    if (dir && *dir == '/')
        return xasprintf("%s/cocanvas", dir);
    return xasprintf("%s/%s/cocanvas", home(), otherwise);
}

char *paths_config_dir(void)
{
    return xdg("XDG_CONFIG_HOME", ".config");
}

char *paths_state_dir(void)
{
    return xdg("XDG_STATE_HOME", ".local/state");
}

enum status paths_make(const char *dir, struct why *why)
{
    char *path = xstrdup(dir);
    enum status st = STATUS_OK;

    for (char *slash = path + 1; st == STATUS_OK; slash++) {
        char was;

        if (*slash != '/' && *slash != '\0')
            continue;
        was = *slash;
        *slash = '\0';
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
            st = refuse(why, STATUS_INTERNAL, "cannot make the folder %.120s: %s", path, strerror(errno));
        *slash = was;
        if (was == '\0')
            break;
    }
    free(path);
    return st;
}

static bool write_all(int fd, const void *bytes, size_t len)
{
    const char *at = bytes;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

enum status paths_replace(const char *file, const void *bytes, size_t len, bool sync, struct why *why)
{
    char *temporary = xasprintf("%s.%ld.new", file, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool ok = fd >= 0 && write_all(fd, bytes, len) && (!sync || fdatasync(fd) == 0);
    int error = errno;

    if (fd >= 0 && close(fd) < 0 && ok) {
        ok = false;
        error = errno;
    }
    if (ok && rename(temporary, file) < 0) {
        ok = false;
        error = errno;
    }
    if (!ok && fd >= 0)
        (void)unlink(temporary);
    free(temporary);
    return ok ? STATUS_OK : refuse(why, STATUS_INTERNAL, "cannot write %.120s: %s", file, strerror(error));
}

char *paths_read(const char *file, size_t max, size_t *len)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    struct stat st;
    char *bytes = NULL;
    size_t got = 0;
    ssize_t n = 0;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) < 0 || st.st_size < 0 || (uint64_t)st.st_size > max) {
        errno = EFBIG;
    } else {
        bytes = xmalloc((size_t)st.st_size + 1);
        while (got < (size_t)st.st_size &&
               ((n = read(fd, bytes + got, (size_t)st.st_size - got)) > 0 || (n < 0 && errno == EINTR)))
            got += n > 0 ? (size_t)n : 0;
        bytes[got] = '\0';
    }
    if (bytes && n < 0) {
        free(bytes);
        bytes = NULL;
    }
    close(fd);
    if (len)
        *len = got;
    return bytes;
}
