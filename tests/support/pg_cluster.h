/* A private PostgreSQL for one test program: a new cluster in a temporary folder, reachable only by a Unix socket.
 * It is the test's child process, dies with it, and runs as an unprivileged user when the test runs as root. Every
 * failure aborts the test with a message. */
#ifndef COCANVAS_TESTS_SUPPORT_PG_CLUSTER_H
#define COCANVAS_TESTS_SUPPORT_PG_CLUSTER_H

struct pg_cluster;

/* Makes and starts a cluster. conf: lines for postgresql.conf, NULL none. */
struct pg_cluster *pg_cluster_new(const char *conf);
/* Stops it and removes the folder. */
void pg_cluster_free(struct pg_cluster *cluster);
/* A connection string for the database "cocanvas" as its owner. Borrowed. */
const char *pg_cluster_conninfo(const struct pg_cluster *cluster);

/* SIGKILL for the postmaster and all its children, at once. */
void pg_cluster_kill(struct pg_cluster *cluster);
/* Starts it again after pg_cluster_kill. Returns when it accepts connections. */
void pg_cluster_start(struct pg_cluster *cluster);
/* SIGSTOP and SIGCONT for all backends whose application_name begins so: a server that does not answer. */
void pg_cluster_freeze(struct pg_cluster *cluster, const char *application);
void pg_cluster_thaw(struct pg_cluster *cluster, const char *application);

/* Runs SQL (several statements are allowed) on a connection of its own. The second form returns the first column of
 * the first row, malloc'd, NULL if there is no row. */
void pg_cluster_sql(const struct pg_cluster *cluster, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
char *pg_cluster_ask(const struct pg_cluster *cluster, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
long pg_cluster_ask_number(const struct pg_cluster *cluster, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
