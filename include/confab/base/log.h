/* SPDX-License-Identifier: MIT */
/*
 * The logger: one line a fact, to standard error or syslog, never blocking.
 *
 * Lines pass through a bounded queue to a thread of the logger's own, so that
 * a full pipe or a hung disk never holds up a caller; when the queue is full
 * a line is dropped and counted, and the count is logged once there is room.
 * Before log_start() and after log_stop() lines are written directly.
 *
 * Nobody logs a message, an answer, a password, a key or a cookie.
 */
#ifndef CONFAB_BASE_LOG_H
#define CONFAB_BASE_LOG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_LINE_MAX 2048	   /* bytes of a line; a longer one is cut */
#define LOG_QUEUE_MAX (256 * 1024) /* bytes that wait for the thread */

enum log_level {
	LOG_LEVEL_ERROR,
	LOG_LEVEL_WARN,
	LOG_LEVEL_NOTICE,
	LOG_LEVEL_INFO,
	LOG_LEVEL_DEBUG
};
enum log_target { LOG_TO_STDERR, LOG_TO_SYSLOG };

/* Sets where lines go and the least important level that is kept. */
void log_configure(enum log_target target, enum log_level level);

/* Starts the logger's thread. Returns 0, or -1 with errno. */
int log_start(void);

/* Writes what waits (for at most a second) and ends the thread. */
void log_stop(void);

/* Logs one line; a newline or control byte in it is written as \xNN. */
void log_msg(enum log_level level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Writes `value` for use as the value of key=value: in double quotes, with
 * quotes, backslashes, control and non-ASCII bytes as \xNN, cut to fit. No
 * value can start a new field or line. Returns `out`.
 */
const char *log_quote(char *out, size_t size, const char *value, size_t len);

/* Lines dropped since the start. */
uint64_t log_dropped(void);

#endif
