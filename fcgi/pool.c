/* SPDX-License-Identifier: MIT */
/*
 * The request threads.
 */
#include "config.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "confab/gateway.h"
#include "confab/log.h"
#include "confab/pool.h"

struct pool {
	struct service *service;
	int fd;
	atomic_bool stop;
	unsigned n;
	pthread_t threads[];
};

/* Out of descriptors or memory: others must first give some back. */
static void
back_off(void)
{
	const struct timespec ts = { 0, POOL_BACK_OFF * 1000000L };

	log_msg(LOG_LEVEL_WARN, "accept error=\"out of descriptors\"");
	(void)nanosleep(&ts, NULL);
}

static bool
is_shortage(int error)
{
	return error == EMFILE || error == ENFILE || error == ENOBUFS ||
	    error == ENOMEM;
}

static void *
run(void *arg)
{
	struct pool *p = arg;
	struct settings *s;
	unsigned timeout;
	int fd;

	while (!atomic_load(&p->stop)) {
		fd = accept4(p->fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd == -1) {
			/* The tick, or a peer that has left, or no room. */
			if (is_shortage(errno))
				back_off();
			continue;
		}
		s = settings_current();
		timeout = s->config->timeouts.request;
		settings_unref(s);
		gateway_fcgi_serve(fd, timeout, route_serve, p->service);
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
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; p->n < n && rc == 0; p->n += rc == 0)
		rc = pthread_create(&p->threads[p->n], &attr, run, p);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attr);
	errno = rc;
	return rc == 0 ? 0 : -1;
}

struct pool *
pool_start(int listen_fd, unsigned n, struct service *service)
{
	const struct timeval tick = { 0, POOL_TICK * 1000 };
	struct pool *p;

	p = calloc(1, sizeof(*p) + n * sizeof(p->threads[0]));
	if (p == NULL)
		return NULL;
	p->service = service;
	p->fd = listen_fd;
	(void)setsockopt(listen_fd, SOL_SOCKET, SO_RCVTIMEO, &tick,
	    sizeof(tick));
	if (start_threads(p, n) == -1) {
		pool_stop(p);
		return NULL;
	}
	return p;
}

void
pool_stop(struct pool *p)
{
	unsigned i;

	atomic_store(&p->stop, true);
	for (i = 0; i < p->n; i++)
		pthread_join(p->threads[i], NULL);
	free(p);
}
