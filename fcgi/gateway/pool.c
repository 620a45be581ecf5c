/* SPDX-License-Identifier: MIT */
/*
 * The request threads.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/gateway/gateway.h"
#include "confab/gateway/pool.h"
#include "confab/system/thread.h"

#include "deadline.h"

struct pool {
	struct pool_work work;
	int fd;
	bool inherits; /* what is accepted has the tick, too */
	atomic_bool own;
	atomic_bool stop;
	atomic_bool hurry;	  /* what is read must come soon */
	atomic_bool shut;	  /* the socket is about to be closed */
	uint64_t stop_at;	  /* written before `stop`; clock_mono_ms() */
	atomic_uint accepting;	  /* threads that are about to, or do */
	atomic_uint serving;	  /* threads that have not ended */
	atomic_ullong complained; /* when a shortage was last logged */
	pthread_mutex_t lock;	  /* of the next two */
	pthread_cond_t gone;	  /* one that took a place is */
	unsigned away;		  /* threads that wait for a slow peer */
	unsigned extra;		  /* threads in their places */
	unsigned n;
	pthread_t threads[];
};

/* This thread's. */
static _Thread_local struct pool *mine;

/* Out of descriptors or memory, or worse: others must first give some back. */
static void
back_off(struct pool *p, int error)
{
	const struct timespec ts = { 0, POOL_BACK_OFF * 1000000L };
	uint64_t now = clock_mono_ms();
	unsigned long long last = atomic_load(&p->complained);

	if ((last == 0 || now - last >= POOL_COMPLAIN) &&
	    atomic_compare_exchange_strong(&p->complained, &last, now))
		log_msg(LOG_LEVEL_ERROR, "accept error=\"%s\"",
		    strerror(error));
	(void)nanosleep(&ts, NULL);
}

/* True for what is nobody's fault: the tick, or a peer that left again. */
static bool
is_harmless(int error)
{
	return error == EAGAIN || error == EWOULDBLOCK || error == EINTR ||
	    error == ECONNABORTED || error == EPROTO;
}

/* True when no more is to be accepted. Those that wait on a socket of our own
 * at the stop are still taken, as nobody else will. */
static bool
is_over(struct pool *p, bool stop)
{
	return stop &&
	    (!p->own || atomic_load(&p->shut) ||
		clock_mono_ms() - p->stop_at >= POOL_TICK);
}

/* Whether there are more threads in others' places than others are away. */
static bool
is_surplus(struct pool *p)
{
	bool surplus;

	pthread_mutex_lock(&p->lock);
	surplus = p->extra > p->away;
	pthread_mutex_unlock(&p->lock);
	return surplus;
}

/* Linux hands the listener's limit on to what TCP accepts; reads have one of
 * their own. */
static void
forget_tick(const struct pool *p, int fd)
{
	const struct timeval none = { 0, 0 };

	if (p->inherits)
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &none,
		    sizeof(none));
}

/* The next connection; -1 when the pool stops, or when a thread that has taken
 * a place is to look whether it is still needed. */
static int
next_connection(struct pool *p, bool extra)
{
	int fd = -1;
	bool stop;

	atomic_fetch_add(&p->accepting, 1);
	while (fd == -1) {
		stop = atomic_load(&p->stop);
		if (is_over(p, stop) || (extra && is_surplus(p)))
			break;
		fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd == -1 && stop)
			break;
		if (fd == -1 && !is_harmless(errno))
			back_off(p, errno);
	}
	atomic_fetch_sub(&p->accepting, 1);
	if (fd != -1)
		forget_tick(p, fd);
	return fd;
}

static void
serve_next(struct pool *p, bool extra)
{
	unsigned timeout;
	int fd;

	mine = p;
	while ((fd = next_connection(p, extra)) != -1) {
		timeout = p->work.timeout();
		if (atomic_load(&p->hurry) && timeout > POOL_LAST)
			timeout = POOL_LAST;
		gateway_fcgi_serve(fd, timeout, p->work.serve, p->work.arg);
	}
}

static void *
run(void *arg)
{
	struct pool *p = arg;

	serve_next(p, false);
	atomic_fetch_sub(&p->serving, 1);
	return NULL;
}

/* In the place of one that is away. */
static void *
run_extra(void *arg)
{
	struct pool *p = arg;
	bool leave;

	do {
		serve_next(p, true);
		pthread_mutex_lock(&p->lock);
		leave = atomic_load(&p->stop) || p->extra > p->away;
		if (leave) {
			p->extra--;
			pthread_cond_signal(&p->gone);
		}
		pthread_mutex_unlock(&p->lock);
	} while (!leave);
	return NULL;
}

/* Without `thread`, a detached one. Returns 0 or an error. */
static int
start_thread(struct pool *p, void *(*body)(void *), pthread_t *thread)
{
	pthread_attr_t attr;
	pthread_t detached;
	int rc;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, POOL_STACK);
	if (thread == NULL)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	rc = thread_start(thread != NULL ? thread : &detached, &attr, body, p);
	pthread_attr_destroy(&attr);
	return rc;
}

static int
start_threads(struct pool *p, unsigned n)
{
	int rc = 0;

	for (; p->n < n && rc == 0; p->n += rc == 0) {
		atomic_fetch_add(&p->serving, 1);
		rc = start_thread(p, run, &p->threads[p->n]);
	}
	errno = rc;
	return rc == 0 ? 0 : -1;
}

void
pool_away(void)
{
	struct pool *p = mine;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->away++;
	/* Where none can be had, there is one less for a while. */
	if (p->extra < p->away && !atomic_load(&p->stop) &&
	    start_thread(p, run_extra, NULL) == 0)
		p->extra++;
	pthread_mutex_unlock(&p->lock);
}

void
pool_back(void)
{
	struct pool *p = mine;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->away--;
	pthread_mutex_unlock(&p->lock);
}

static bool
is_unix(int fd)
{
	struct sockaddr_storage addr = { .ss_family = AF_UNSPEC };
	socklen_t len = sizeof(addr);

	return getsockname(fd, (struct sockaddr *)&addr, &len) == 0 &&
	    addr.ss_family == AF_UNIX;
}

struct pool *
pool_start(int listen_fd, bool own, unsigned n, const struct pool_work *work)
{
	const struct timeval tick = { 0, POOL_TICK * 1000 };
	struct pool *p;
	int error;

	p = calloc(1, sizeof(*p) + n * sizeof(p->threads[0]));
	if (p == NULL) {
		close(listen_fd);
		return NULL;
	}
	p->work = *work;
	p->fd = listen_fd;
	p->inherits = !is_unix(listen_fd);
	p->own = own;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->gone, NULL);
	(void)setsockopt(listen_fd, SOL_SOCKET, SO_RCVTIMEO, &tick,
	    sizeof(tick));
	if (start_threads(p, n) == -1) {
		error = errno;
		pool_stop(p);
		errno = error;
		return NULL;
	}
	return p;
}

/* Until no thread is where it accepts. */
static void
await_leave(const struct pool *p)
{
	const struct timespec nap = { 0, 10 * 1000000L };

	while (atomic_load(&p->accepting) > 0)
		(void)nanosleep(&nap, NULL);
}

void
pool_leave(struct pool *p)
{
	p->own = false;
	atomic_store(&p->stop, true);
}

bool
pool_accepts(struct pool *p)
{
	return atomic_load(&p->accepting) > 0;
}

bool
pool_left(struct pool *p)
{
	bool left;

	if (!atomic_load(&p->stop) || atomic_load(&p->serving) > 0)
		return false;
	pthread_mutex_lock(&p->lock);
	left = p->extra == 0;
	pthread_mutex_unlock(&p->lock);
	return left;
}

void
pool_stop(struct pool *p)
{
	unsigned i;
	int flags;

	p->stop_at = clock_mono_ms();
	if (p->own && (flags = fcntl(p->fd, F_GETFL)) != -1)
		(void)fcntl(p->fd, F_SETFL, flags | O_NONBLOCK);
	atomic_store(&p->hurry, true);
	atomic_store(&p->stop, true);
	deadline_shorten(POOL_LAST);
	await_leave(p);
	/* One that was busy till now may have come back. */
	atomic_store(&p->shut, true);
	await_leave(p);
	/* Of a socket that others share, others go on accepting. */
	close(p->fd);
	for (i = 0; i < p->n; i++)
		pthread_join(p->threads[i], NULL);
	pthread_mutex_lock(&p->lock);
	while (p->extra > 0)
		pthread_cond_wait(&p->gone, &p->lock);
	pthread_mutex_unlock(&p->lock);
	pthread_cond_destroy(&p->gone);
	pthread_mutex_destroy(&p->lock);
	free(p);
}
