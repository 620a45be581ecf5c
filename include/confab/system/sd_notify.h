/* SPDX-License-Identifier: MIT */
/*
 * What systemd is told (sd_notify(3)), by its plain protocol: a datagram to
 * the socket that NOTIFY_SOCKET names. Without that variable nothing happens.
 */
#ifndef CONFAB_SYSTEM_SD_NOTIFY_H
#define CONFAB_SYSTEM_SD_NOTIFY_H

#include <stdint.h>

/* From now on all is told to this connected socket, which stays the caller's,
 * and not to systemd; -1: to systemd. Before threads start. */
void sd_notify_to(int fd);

/* Sends `state`, such as "READY=1". Never blocks; failure is silent. */
void sd_notify_send(const char *state);

/* RELOADING=1 with the time that Type=notify-reload asks for. */
void sd_notify_reloading(void);

/* How often WATCHDOG=1 is due, in ms: half of WATCHDOG_USEC; 0: never. */
uint64_t sd_notify_watchdog_ms(void);

#endif
