/* SPDX-License-Identifier: MIT */
/*
 * Time limits for whole reads: one thread for all of them, which sleeps while
 * nothing is read.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/system/thread.h"

#include "deadline.h"

#define STACK (64 * 1024) /* bytes; the thread does next to nothing */

static struct {
	pthread_mutex_t lock;
	pthread_cond_t earlier; /* something is due before `wakes` */
	struct deadline *list;
	uint64_t wakes; /* when the thread looks next; UINT64_MAX:
				 * not before it is told to */
	bool started;
} watch = { .lock = PTHREAD_MUTEX_INITIALIZER, .wakes = UINT64_MAX };

static void
unlink_deadline(struct deadline *d)
{
	if (d->prev != NULL)
		d->prev->next = d->next;
	else
		watch.list = d->next;
	if (d->next != NULL)
		d->next->prev = d->prev;
	d->prev = d->next = NULL;
}

/* Ends what is due; returns when the next one is. Lock held. */
static uint64_t
end_due(uint64_t now)
{
	struct deadline *d, *next;
	uint64_t earliest = UINT64_MAX;

	for (d = watch.list; d != NULL; d = next) {
		next = d->next;
		if (d->at > now) {
			if (d->at < earliest)
				earliest = d->at;
			continue;
		}
		d->over = true;
		(void)shutdown(d->fd, SHUT_RD);
		unlink_deadline(d);
	}
	return earliest;
}

static void *
run(void *arg)
{
	struct timespec until;

	(void)arg;
	pthread_mutex_lock(&watch.lock);
	for (;;) {
		watch.wakes = end_due(clock_mono_ms());
		if (watch.wakes == UINT64_MAX) {
			pthread_cond_wait(&watch.earlier, &watch.lock);
			continue;
		}
		until.tv_sec = (time_t)(watch.wakes / 1000);
		until.tv_nsec = (long)(watch.wakes % 1000) * 1000000;
		(void)pthread_cond_timedwait(&watch.earlier, &watch.lock,
		    &until);
	}
	return NULL;
}

/* Starts the thread. Lock held. */
static int
start(void)
{
	pthread_condattr_t clock;
	pthread_attr_t attr;
	pthread_t thread;
	int rc;

	pthread_condattr_init(&clock);
	pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	pthread_cond_init(&watch.earlier, &clock);
	pthread_condattr_destroy(&clock);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, STACK);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = thread_start(&thread, &attr, run, NULL);
	pthread_attr_destroy(&attr);
	watch.started = rc == 0;
	errno = rc;
	return rc == 0 ? 0 : -1;
}

int
deadline_set(struct deadline *d, int fd, unsigned ms)
{
	int rc = 0;

	d->prev = NULL;
	d->over = false;
	d->at = clock_mono_ms() + ms;
	d->fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	if (d->fd == -1)
		return -1;
	pthread_mutex_lock(&watch.lock);
	if (!watch.started)
		rc = start();
	if (rc == 0) {
		d->next = watch.list;
		if (d->next != NULL)
			d->next->prev = d;
		watch.list = d;
		if (d->at < watch.wakes)
			pthread_cond_signal(&watch.earlier);
	}
	pthread_mutex_unlock(&watch.lock);
	if (rc == -1) {
		close(d->fd);
		d->fd = -1;
	}
	return rc;
}

bool
deadline_clear(struct deadline *d)
{
	if (d->fd == -1)
		return d->over;
	pthread_mutex_lock(&watch.lock);
	if (!d->over)
		unlink_deadline(d);
	pthread_mutex_unlock(&watch.lock);
	close(d->fd);
	d->fd = -1;
	return d->over;
}

void
deadline_shorten(unsigned ms)
{
	uint64_t at = clock_mono_ms() + ms;
	struct deadline *d;

	pthread_mutex_lock(&watch.lock);
	for (d = watch.list; d != NULL; d = d->next)
		if (d->at > at)
			d->at = at;
	if (watch.started)
		pthread_cond_signal(&watch.earlier);
	pthread_mutex_unlock(&watch.lock);
}
