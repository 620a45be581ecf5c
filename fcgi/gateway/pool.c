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

#include "deadline.h"

struct pool {
	struct pool_work work;
	int fd;
	bool own;
	atomic_bool stop;
	atomic_bool shut;	  /* the socket is about to be closed */
	uint64_t stop_at;	  /* written before `stop`; clock_mono_ms() */
	atomic_uint accepting;	  /* threads that are about to, or do */
	atomic_ullong complained; /* when a shortage was last logged */
	unsigned n;
	pthread_t threads[];
};

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

/* The next connection; -1 when the pool stops. */
static int
next_connection(struct pool *p)
{
	int fd = -1;
	bool stop;

	atomic_fetch_add(&p->accepting, 1);
	while (fd == -1) {
		stop = atomic_load(&p->stop);
		if (is_over(p, stop))
			break;
		fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd == -1 && stop)
			break;
		if (fd == -1 && !is_harmless(errno))
			back_off(p, errno);
	}
	atomic_fetch_sub(&p->accepting, 1);
	return fd;
}

static void *
run(void *arg)
{
	struct pool *p = arg;
	unsigned timeout;
	int fd;

	while ((fd = next_connection(p)) != -1) {
		timeout = p->work.timeout();
		if (atomic_load(&p->stop) && timeout > POOL_LAST)
			timeout = POOL_LAST;
		gateway_fcgi_serve(fd, timeout, p->work.serve, p->work.arg);
	}
	return NULL;
}

static int
start_threads(struct pool *p, unsigned n)
{
	pthread_attr_t attr;
	sigset_t all, old;
	int rc = 0;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, POOL_STACK);
	/* A signal would cut libfcgi's reads short. */
	sigfillset(&all);
	sigdelset(&all, SIGSEGV); /* a fault shows where it is */
	sigdelset(&all, SIGBUS);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; p->n < n && rc == 0; p->n += rc == 0)
		rc = pthread_create(&p->threads[p->n], &attr, run, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	errno = rc;
	return rc == 0 ? 0 : -1;
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
	p->own = own;
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
pool_stop(struct pool *p)
{
	unsigned i;
	int flags;

	p->stop_at = clock_mono_ms();
	if (p->own && (flags = fcntl(p->fd, F_GETFL)) != -1)
		(void)fcntl(p->fd, F_SETFL, flags | O_NONBLOCK);
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
	free(p);
}
