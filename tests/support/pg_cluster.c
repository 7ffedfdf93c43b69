#include "tests/support/pg_cluster.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/buf.h"

enum { PATIENCE_MS = 30000, POLL_MS = 10 };

struct pg_cluster {
    char dir[128];           /* everything is below it; the socket, too */
    char bin[256];           /* PostgreSQL's programs */
    char conninfo[256];
    uid_t uid;               /* who runs it */
    gid_t gid;
    pid_t postmaster;        /* 0: not running */
};

static _Noreturn void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static _Noreturn void fail(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("pg_cluster: ", stderr);
    vfprintf(stderr, fmt, args);
    fputc('\n', stderr);
    va_end(args);
    abort();
}

static void pause_briefly(void)
{
    nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
}

/* ---------------------------------------------------------------- processes */

/* PostgreSQL refuses to run as root. */
static void choose_user(struct pg_cluster *c)
{
    c->uid = getuid();
    c->gid = getgid();
    if (c->uid != 0)
        return;
    const struct passwd *user = getpwnam("postgres");
    if (user == NULL)
        user = getpwnam("nobody");
    if (user == NULL)
        fail("running as root, and there is neither a user postgres nor nobody");
    c->uid = user->pw_uid;
    c->gid = user->pw_gid;
}

static void choose_programs(struct pg_cluster *c)
{
    glob_t found;
    const char *newest = NULL;
    long best = 0;
    if (glob("/usr/lib/postgresql/*/bin/postgres", 0, NULL, &found) != 0)
        fail("PostgreSQL is not installed (no /usr/lib/postgresql/*/bin/postgres)");
    for (size_t i = 0; i < found.gl_pathc; i++) {
        long version = strtol(found.gl_pathv[i] + strlen("/usr/lib/postgresql/"), NULL, 10);
        if (version > best) {
            best = version;
            newest = found.gl_pathv[i];
        }
    }
    if (newest == NULL)
        fail("no PostgreSQL with a version number was found");
    snprintf(c->bin, sizeof c->bin, "%.*s", (int)(strlen(newest) - strlen("/postgres")), newest);
    globfree(&found);
}

/* In the child: the unprivileged user, the log as output, and an end together with the test. */
static void become_child(const struct pg_cluster *c)
{
    char log[256];
    snprintf(log, sizeof log, "%s/log", c->dir);
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0 || chdir(c->dir) < 0)
        _exit(126);
    if (getuid() == 0 && (setgroups(0, NULL) < 0 || setgid(c->gid) < 0 || setuid(c->uid) < 0))
        _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
}

static pid_t spawn(const struct pg_cluster *c, const char *program, char *const args[])
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", c->bin, program);
    pid_t pid = fork();
    if (pid < 0)
        fail("fork: %s", strerror(errno));
    if (pid == 0) {
        char *argv[24] = {path};        /* by its whole path: that is how PostgreSQL's programs find each other */
        for (size_t i = 1; args[i] != NULL && i < 23; i++)
            argv[i] = args[i];
        become_child(c);
        execv(path, argv);
        _exit(127);
    }
    return pid;
}

static void print_log(const struct pg_cluster *c)
{
    char path[256];
    snprintf(path, sizeof path, "%s/log", c->dir);
    FILE *log = fopen(path, "re");
    char line[512];
    while (log != NULL && fgets(line, sizeof line, log) != NULL)
        fputs(line, stderr);
    if (log != NULL)
        fclose(log);
}

static void init_cluster(struct pg_cluster *c, const char *conf)
{
    char data[160], path[256];
    snprintf(data, sizeof data, "%s/data", c->dir);
    char *const args[] = {(char[]){"initdb"}, (char[]){"-D"}, data, (char[]){"-U"}, (char[]){"cocanvas"}, (char[]){"-A"}, (char[]){"trust"},
                          (char[]){"-E"}, (char[]){"UTF8"}, (char[]){"--locale=C.UTF-8"}, (char[]){"--no-sync"},
                          (char[]){"--no-instructions"}, NULL};
    int status;
    if (waitpid(spawn(c, "initdb", args), &status, 0) < 0 || status != 0) {
        print_log(c);
        fail("initdb failed with status %d", status);
    }
    snprintf(path, sizeof path, "%s/postgresql.conf", data);
    FILE *file = fopen(path, "ae");
    if (file == NULL)
        fail("%s: %s", path, strerror(errno));
    fprintf(file, "listen_addresses = ''\nunix_socket_directories = '%s'\nmax_connections = 40\nshared_buffers = 32MB\n"
            "log_line_prefix = '%%m %%p %%a '\n%s\n", c->dir, conf != NULL ? conf : "");
    fclose(file);
}

/* Whether it became ready; false if it ended before (old processes still hold its memory, say). */
static bool try_start(struct pg_cluster *c)
{
    char data[160];
    snprintf(data, sizeof data, "%s/data", c->dir);
    char *const args[] = {(char[]){"postgres"}, (char[]){"-D"}, data, NULL};
    c->postmaster = spawn(c, "postgres", args);
    char conninfo[256];
    snprintf(conninfo, sizeof conninfo, "host=%s user=cocanvas dbname=postgres", c->dir);
    for (int waited = 0; waited < PATIENCE_MS; waited += POLL_MS) {
        if (PQping(conninfo) == PQPING_OK)
            return true;
        if (waitpid(c->postmaster, NULL, WNOHANG) == c->postmaster) {
            c->postmaster = 0;
            return false;
        }
        pause_briefly();
    }
    print_log(c);
    fail("PostgreSQL did not become ready");
}

void pg_cluster_start(struct pg_cluster *c)
{
    for (int attempt = 0; attempt < 200; attempt++) {
        if (try_start(c))
            return;
        pause_briefly();
    }
    print_log(c);
    fail("PostgreSQL did not start");
}

/* The parent of a process; 0 if it is gone. */
static pid_t parent_of(const char *pid)
{
    char path[288], line[512];
    snprintf(path, sizeof path, "/proc/%s/stat", pid);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return 0;
    size_t len = fread(line, 1, sizeof line - 1, file);
    fclose(file);
    line[len] = '\0';
    const char *after_name = strrchr(line, ')');
    int parent = 0;
    if (after_name == NULL || sscanf(after_name + 1, " %*c %d", &parent) != 1)
        return 0;
    return parent;
}

void pg_cluster_kill(struct pg_cluster *c)
{
    kill(c->postmaster, SIGSTOP);      /* so that it makes no new children meanwhile */
    DIR *proc = opendir("/proc");
    if (proc == NULL)
        fail("/proc: %s", strerror(errno));
    for (const struct dirent *entry; (entry = readdir(proc)) != NULL;)
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && parent_of(entry->d_name) == c->postmaster)
            kill((pid_t)strtol(entry->d_name, NULL, 10), SIGKILL);
    closedir(proc);
    kill(c->postmaster, SIGKILL);
    waitpid(c->postmaster, NULL, 0);
    c->postmaster = 0;
}

static void signal_backends(const struct pg_cluster *c, const char *application, int signal)
{
    char *pids = pg_cluster_ask(c, "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE application_name LIKE '%s%%'", application);
    if (pids == NULL)
        fail("no backend of %s", application);
    char *rest = pids;
    for (char *pid; (pid = strtok_r(rest, " ", &rest)) != NULL;)
        kill((pid_t)strtol(pid, NULL, 10), signal);
    free(pids);
}

void pg_cluster_freeze(struct pg_cluster *c, const char *application)
{
    signal_backends(c, application, SIGSTOP);
}

void pg_cluster_thaw(struct pg_cluster *c, const char *application)
{
    signal_backends(c, application, SIGCONT);
}

/* ---------------------------------------------------------------- SQL */

static PGresult *run_sql(const struct pg_cluster *c, const char *sql)
{
    PGconn *conn = PQconnectdb(c->conninfo);
    if (PQstatus(conn) != CONNECTION_OK)
        fail("%s", PQerrorMessage(conn));
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail("%s: %s", sql, PQerrorMessage(conn));
    PQfinish(conn);
    return result;
}

__attribute__((format(printf, 1, 0))) static char *vaformat(const char *fmt, va_list args)
{
    char *text;
    if (vasprintf(&text, fmt, args) < 0)
        fail("out of memory");
    return text;
}

void pg_cluster_sql(const struct pg_cluster *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *sql = vaformat(fmt, args);
    va_end(args);
    PQclear(run_sql(c, sql));
    free(sql);
}

static char *first_value(const struct pg_cluster *c, const char *sql)
{
    PGresult *result = run_sql(c, sql);
    char *value = NULL;
    if (PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        value = xstrdup(PQgetvalue(result, 0, 0));
    PQclear(result);
    return value;
}

char *pg_cluster_ask(const struct pg_cluster *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *sql = vaformat(fmt, args);
    va_end(args);
    char *value = first_value(c, sql);
    free(sql);
    return value;
}

long pg_cluster_ask_number(const struct pg_cluster *c, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *sql = vaformat(fmt, args);
    va_end(args);
    char *value = first_value(c, sql);
    if (value == NULL)
        fail("no value: %s", sql);
    long number = strtol(value, NULL, 10);
    free(value);
    free(sql);
    return number;
}

/* ---------------------------------------------------------------- life */

struct pg_cluster *pg_cluster_new(const char *conf)
{
    struct pg_cluster *c = xcalloc(1, sizeof *c);
    choose_user(c);
    choose_programs(c);
    snprintf(c->dir, sizeof c->dir, "/tmp/cocanvas-test-XXXXXX");
    if (mkdtemp(c->dir) == NULL || chown(c->dir, c->uid, c->gid) < 0)
        fail("%s: %s", c->dir, strerror(errno));
    snprintf(c->conninfo, sizeof c->conninfo, "host=%s user=cocanvas dbname=postgres", c->dir);
    init_cluster(c, conf);
    pg_cluster_start(c);
    pg_cluster_sql(c, "CREATE DATABASE cocanvas");
    snprintf(c->conninfo, sizeof c->conninfo, "host=%s user=cocanvas dbname=cocanvas", c->dir);
    return c;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

void pg_cluster_free(struct pg_cluster *c)
{
    if (c->postmaster != 0) {
        kill(c->postmaster, SIGQUIT);
        kill(c->postmaster, SIGCONT);
        waitpid(c->postmaster, NULL, 0);
    }
    nftw(c->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(c);
}

const char *pg_cluster_conninfo(const struct pg_cluster *c)
{
    return c->conninfo;
}
