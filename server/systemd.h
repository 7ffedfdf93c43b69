/* The two things that a service manager and a daemon tell each other, without its library: sockets that are handed over
 * (LISTEN_FDS), and notices about readiness (NOTIFY_SOCKET). See sd_listen_fds(3) and sd_notify(3) for the protocol. */
#ifndef COCANVAS_SERVER_SYSTEMD_H
#define COCANVAS_SERVER_SYSTEMD_H

#include <stdint.h>

enum { SYSTEMD_FIRST_FD = 3 };

/* How many listening sockets were handed over, from SYSTEMD_FIRST_FD on. They are closed at exec from then on. */
int systemd_sockets(void);
/* "READY=1", "STATUS=…", "STOPPING=1", "WATCHDOG=1"; nothing happens without a service manager. */
void systemd_notify(const char *state);
/* How often it wants a WATCHDOG=1, in milliseconds; 0: not at all. */
int64_t systemd_watchdog_ms(void);

#endif
