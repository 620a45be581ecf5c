/* SPDX-License-Identifier: MIT */
/*
 * The logger: a bounded queue and a thread that may block in our stead.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/codepoint.h"
#include "confab/base/log.h"

#define STOP_WAIT 1 /* seconds that log_stop() gives to the queue */

static const int priorities[] = { LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO,
	LOG_DEBUG };
static const char *const names[] = { "error", "warn", "notice", "info",
	"debug" };

static struct {
	pthread_mutex_t lock;
	pthread_cond_t wake; /* there is something to write, or an end */
	pthread_cond_t idle; /* the thread has written all */
	pthread_t thread;
	bool running;
	bool stopping;
	bool writing;
	/* Read without the lock, by every caller and by the thread. */
	atomic_int target;
	atomic_int level;
	atomic_bool journal; /* stderr is the journal: it adds the time */
	char *queue;	     /* lines, each: level byte, text, NUL */
	size_t used;
	uint64_t dropped;
	uint64_t reported; /* of dropped, already told in the log */
} logger = {
	.lock = PTHREAD_MUTEX_INITIALIZER,
	.wake = PTHREAD_COND_INITIALIZER,
	.idle = PTHREAD_COND_INITIALIZER,
	.level = LOG_LEVEL_INFO,
};

void
log_configure(enum log_target target, enum log_level level)
{
	atomic_store(&logger.target, (int)target);
	atomic_store(&logger.level, (int)level);
	atomic_store(&logger.journal, getenv("JOURNAL_STREAM") != NULL);
}

/* Writes one line to where lines go; may block. */
static void
emit(enum log_level level, const char *text)
{
	char line[LOG_LINE_MAX + 64], when[32];
	const char *p = line;
	struct tm tm;
	time_t now;
	size_t left;
	ssize_t n;
	int len;

	if (atomic_load(&logger.target) == LOG_TO_SYSLOG) {
		syslog(priorities[level], "%s", text);
		return;
	}
	if (atomic_load(&logger.journal)) {
		len = snprintf(line, sizeof(line), "<%d>%s\n",
		    priorities[level], text);
	} else {
		now = time(NULL);
		gmtime_r(&now, &tm);
		strftime(when, sizeof(when), "%Y-%m-%dT%H:%M:%SZ", &tm);
		len = snprintf(line, sizeof(line), "%s confab[%ld] %s: %s\n",
		    when, (long)getpid(), names[level], text);
	}
	if (len < 0)
		return;
	left = (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1;
	while (left > 0) {
		n = write(STDERR_FILENO, p, left);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return; /* a log that is gone is nobody's error */
		p += n;
		left -= (size_t)n;
	}
}

/* Writes a batch of queued lines. */
static void
emit_batch(const char *batch, size_t len)
{
	size_t i = 0;

	while (i < len) {
		emit((enum log_level)batch[i], batch + i + 1);
		i += 1 + strlen(batch + i + 1) + 1;
	}
}

static void *
writer(void *arg)
{
	char *batch = arg, note[64];
	uint64_t lost;
	size_t len;

	pthread_mutex_lock(&logger.lock);
	for (;;) {
		while (logger.used == 0 && !logger.stopping)
			pthread_cond_wait(&logger.wake, &logger.lock);
		if (logger.used == 0)
			break;
		len = logger.used;
		memcpy(batch, logger.queue, len);
		logger.used = 0;
		lost = logger.dropped - logger.reported;
		logger.reported = logger.dropped;
		logger.writing = true;
		pthread_mutex_unlock(&logger.lock);
		emit_batch(batch, len);
		if (lost > 0) {
			(void)snprintf(note, sizeof(note),
			    "log lines dropped=%llu", (unsigned long long)lost);
			emit(LOG_LEVEL_WARN, note);
		}
		pthread_mutex_lock(&logger.lock);
		logger.writing = false;
		if (logger.used == 0)
			pthread_cond_broadcast(&logger.idle);
	}
	pthread_mutex_unlock(&logger.lock);
	free(batch);
	return NULL;
}

int
log_start(void)
{
	sigset_t all, old;
	char *queue, *batch;
	int rc;

	queue = malloc(LOG_QUEUE_MAX);
	batch = malloc(LOG_QUEUE_MAX);
	if (queue == NULL || batch == NULL) {
		free(queue);
		free(batch);
		return -1;
	}
	pthread_mutex_lock(&logger.lock);
	logger.queue = queue;
	logger.used = 0;
	logger.stopping = false;
	/* Signals are for the main thread alone. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV); /* a fault shows where it is */
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	rc = pthread_create(&logger.thread, NULL, writer, batch);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	logger.running = rc == 0;
	pthread_mutex_unlock(&logger.lock);
	if (rc != 0) {
		logger.queue = NULL;
		free(queue);
		free(batch);
		errno = rc;
		return -1;
	}
	return 0;
}

void
log_stop(void)
{
	struct timespec until;
	bool done;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += STOP_WAIT;
	pthread_mutex_lock(&logger.lock);
	if (!logger.running) {
		pthread_mutex_unlock(&logger.lock);
		return;
	}
	logger.stopping = true;
	pthread_cond_signal(&logger.wake);
	while (logger.used > 0 || logger.writing)
		if (pthread_cond_timedwait(&logger.idle, &logger.lock,
			&until) != 0)
			break;
	done = logger.used == 0 && !logger.writing;
	logger.running = false;
	pthread_mutex_unlock(&logger.lock);
	if (done) {
		pthread_join(logger.thread, NULL);
		free(logger.queue);
		logger.queue = NULL;
	} else {
		/* It hangs in a write: the process's end takes it along. */
		pthread_detach(logger.thread);
	}
}

/* True for what is shown as itself, moves nothing on a terminal and leaves
 * the order of what stands beside it. */
static bool
is_shown(uint32_t cp)
{
	return cp >= 0x20 && !(cp >= 0x7f && cp < 0xa0) && cp != 0x2028 &&
	    cp != 0x2029 && cp != CODEPOINT_INVALID && !codepoint_is_hidden(cp);
}

/* Copies text so that nothing in it can look like another line. */
static size_t
sanitise(char *out, size_t size, const char *text)
{
	static const char hex[] = "0123456789abcdef";
	size_t left = strlen(text), len, i, n = 0;
	uint32_t cp;

	for (; left > 0 && n + 4 * 4 < size; text += len, left -= len) {
		len = codepoint_next(text, left, &cp);
		if (is_shown(cp)) {
			memcpy(out + n, text, len);
			n += len;
			continue;
		}
		for (i = 0; i < len; i++) {
			unsigned char c = (unsigned char)text[i];

			out[n++] = '\\';
			out[n++] = 'x';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		}
	}
	out[n] = '\0';
	return n;
}

static void log_line(enum log_level, const char *, va_list)
    __attribute__((format(printf, 2, 0)));

static void
log_line(enum log_level level, const char *fmt, va_list ap)
{
	char raw[LOG_LINE_MAX], text[LOG_LINE_MAX];
	size_t len;

	if ((int)level > atomic_load(&logger.level))
		return;
	(void)vsnprintf(raw, sizeof(raw), fmt, ap);
	len = sanitise(text, sizeof(text), raw);
	pthread_mutex_lock(&logger.lock);
	if (!logger.running) {
		pthread_mutex_unlock(&logger.lock);
		emit(level, text);
		return;
	}
	if (logger.used + len + 2 > LOG_QUEUE_MAX) {
		logger.dropped++;
	} else {
		logger.queue[logger.used] = (char)level;
		memcpy(logger.queue + logger.used + 1, text, len + 1);
		logger.used += len + 2;
		pthread_cond_signal(&logger.wake);
	}
	pthread_mutex_unlock(&logger.lock);
}

void
log_msg(enum log_level level, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	log_line(level, fmt, ap);
	va_end(ap);
}

const char *
log_quote(char *out, size_t size, const char *value, size_t len)
{
	static const char hex[] = "0123456789abcdef";
	size_t i, n = 0;

	if (size < 3) {
		if (size > 0)
			out[0] = '\0';
		return out;
	}
	out[n++] = '"';
	for (i = 0; i < len && n + 6 < size; i++) {
		unsigned char c = (unsigned char)value[i];

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			out[n++] = (char)c;
			continue;
		}
		out[n++] = '\\';
		out[n++] = 'x';
		out[n++] = hex[c >> 4];
		out[n++] = hex[c & 15];
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}

uint64_t
log_dropped(void)
{
	uint64_t n;

	pthread_mutex_lock(&logger.lock);
	n = logger.dropped;
	pthread_mutex_unlock(&logger.lock);
	return n;
}
