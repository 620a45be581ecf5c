/* SPDX-License-Identifier: MIT */
/*
 * The benchmark's upstream: an OpenAI-compatible stream of tokens, each with
 * the time at which it was written, as many and as fast as the model's name
 * says: "bench-TOKENS-MICROSECONDS".
 *
 *	bench_upstream
 *
 * prints its port, and "closed NANOSECONDS" for each answer that was left
 * before its end. It does no more than the benchmark's own requests need.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define REQUEST_MAX 8192
#define EVENTS_MAX 512
#define EVENT_MAX 512 /* bytes of one token's event, framed */
#define BURST 64      /* unpaced tokens before others have a turn */

#define HEAD                                                     \
	"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n" \
	"Transfer-Encoding: chunked\r\n\r\n"
#define CHUNK                                                           \
	"data: {\"id\":\"bench\",\"object\":\"chat.completion.chunk\"," \
	"\"created\":1,\"model\":\"bench\",\"choices\":[{\"index\":0,"  \
	"\"delta\":{%s},\"finish_reason\":%s}]}\n\n"

struct conn {
	struct bench_due due; /* of the next token; must come first */
	int fd;
	unsigned left;	/* tokens still to be sent */
	uint64_t every; /* ns; 0: as fast as they go */
	bool answering;
	bool finished;	/* out[] ends the answer */
	bool blocked;	/* waits for room in the socket */
	size_t pending; /* bytes of out[] not yet taken */
	size_t n_in;
	char out[EVENT_MAX];
	char in[REQUEST_MAX];
};

static int epfd;
static struct bench_queue queue;

static void
conn_close(struct conn *c)
{
	if (c->answering) {
		printf("closed %" PRIu64 "\n", bench_now());
		fflush(stdout);
	}
	bench_cancel(&queue, &c->due);
	close(c->fd);
	free(c);
}

static void
conn_watch(struct conn *c, bool writing)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP };

	if (c->blocked == writing)
		return;
	c->blocked = writing;
	if (writing)
		ev.events |= EPOLLOUT;
	ev.data.ptr = c;
	epoll_ctl(epfd, EPOLL_CTL_MOD, c->fd, &ev);
}

/* Returns 1 when all is written, 0 when the socket is full, -1 at its end. */
static int
conn_flush(struct conn *c)
{
	ssize_t n;

	if (c->pending == 0)
		return 1;
	n = send(c->fd, c->out, c->pending, MSG_NOSIGNAL);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	c->pending -= (size_t)n;
	memmove(c->out, c->out + n, c->pending);
	return c->pending == 0;
}

/* Puts one event behind what is pending, framed as a chunk. */
static void
conn_put(struct conn *c, const char *event, int len)
{
	int n = snprintf(c->out + c->pending, sizeof(c->out) - c->pending,
	    "%x\r\n%s\r\n", (unsigned)len, event);

	c->pending += (size_t)n;
}

static void
conn_token(struct conn *c)
{
	char event[EVENT_MAX], delta[64];
	int n;

	snprintf(delta, sizeof(delta), "\"content\":\"@%" PRIu64 " \"",
	    bench_now());
	n = snprintf(event, sizeof(event), CHUNK, delta, "null");
	conn_put(c, event, n);
	c->left--;
}

/* The last chunk, [DONE] and the end of the body. */
static void
conn_finish(struct conn *c)
{
	char event[EVENT_MAX];
	int n = snprintf(event, sizeof(event), CHUNK, "", "\"stop\"");

	conn_put(c, event, n);
	conn_put(c, "data: [DONE]\n\n", 14);
	n = snprintf(c->out + c->pending, sizeof(c->out) - c->pending,
	    "0\r\n\r\n");
	c->pending += (size_t)n;
	c->finished = true;
}

/* Sends what is due. Returns -1 when the connection is over. */
static int
conn_work(struct conn *c)
{
	uint64_t now = bench_now();
	int burst, r;

	for (burst = 0; c->answering; burst++) {
		r = conn_flush(c);
		if (r <= 0) {
			conn_watch(c, r == 0);
			return r;
		}
		if (c->finished) {
			c->answering = false;
			break;
		}
		if (c->left == 0) {
			conn_finish(c);
			continue;
		}
		if (c->due.at > now)
			break;
		if (burst == BURST) {
			bench_schedule(&queue, &c->due, now);
			conn_watch(c, false);
			return 0;
		}
		conn_token(c);
		c->due.at += c->every;
	}
	conn_watch(c, false);
	if (c->answering)
		bench_schedule(&queue, &c->due, c->due.at);
	return 0;
}

/* Takes a whole request from in[]. Returns false when there is none yet. */
static bool
conn_request(struct conn *c)
{
	char *end, *length, *model;
	size_t need = 0;
	unsigned tokens, micros;

	c->in[c->n_in] = '\0';
	end = strstr(c->in, "\r\n\r\n");
	if (end == NULL)
		return false;
	length = strcasestr(c->in, "\r\nContent-Length:");
	if (length != NULL && length < end)
		need = strtoul(length + 17, NULL, 10);
	if (c->n_in < (size_t)(end + 4 - c->in) + need)
		return false;
	model = strstr(end, "bench-");
	if (model == NULL ||
	    sscanf(model, "bench-%u-%u", &tokens, &micros) != 2)
		bench_die("a request without a model bench-N-US");
	c->left = tokens;
	c->every = (uint64_t)micros * 1000;
	c->n_in = 0;
	c->answering = true;
	c->finished = false;
	c->due.at = bench_now();
	memcpy(c->out, HEAD, sizeof(HEAD) - 1);
	c->pending = sizeof(HEAD) - 1;
	return true;
}

static int
conn_read(struct conn *c)
{
	ssize_t n = recv(c->fd, c->in + c->n_in, REQUEST_MAX - 1 - c->n_in, 0);

	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	if (n == 0 || c->n_in + (size_t)n == REQUEST_MAX - 1)
		return -1;
	c->n_in += (size_t)n;
	if (!c->answering && conn_request(c))
		return conn_work(c);
	return 0;
}

static void
accept_all(int listener)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP };
	struct conn *c;
	int fd, one = 1;

	while ((fd = accept4(listener, NULL, NULL,
		    SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
		c = bench_alloc(1, sizeof(*c));
		c->fd = fd;
		ev.data.ptr = c;
		if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) != 0)
			bench_die("epoll_ctl");
	}
	if (errno != EAGAIN && errno != ECONNABORTED)
		bench_die("accept");
}

static int
open_listener(void)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = NULL };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0 || bind(fd, (struct sockaddr *)&sin, len) != 0 ||
	    listen(fd, 16384) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) != 0 ||
	    epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) != 0)
		bench_die("listen");
	printf("%u\n", ntohs(sin.sin_port));
	fflush(stdout);
	return fd;
}

int
main(void)
{
	struct epoll_event events[EVENTS_MAX];
	struct bench_due *d;
	struct conn *c;
	int i, n, listener;
	bool paced;

	signal(SIGPIPE, SIG_IGN);
	epfd = epoll_create1(EPOLL_CLOEXEC);
	if (epfd < 0)
		bench_die("epoll");
	listener = open_listener();
	for (;;) {
		n = epoll_wait(epfd, events, EVENTS_MAX, bench_wait_ms(&queue));
		for (i = 0; i < n; i++) {
			c = events[i].data.ptr;
			if (c == NULL)
				accept_all(listener);
			else if ((events[i].events & EPOLLIN &&
				     conn_read(c) != 0) ||
			    events[i].events &
				(EPOLLRDHUP | EPOLLHUP | EPOLLERR))
				conn_close(c);
			else if (events[i].events & EPOLLOUT &&
			    conn_work(c) != 0)
				conn_close(c);
		}
		while (
		    (d = bench_first(&queue)) != NULL && d->at <= bench_now()) {
			c = (struct conn *)d;
			paced = c->every > 0;
			bench_cancel(&queue, d);
			if (conn_work(c) != 0)
				conn_close(c);
			if (!paced)
				break;
		}
	}
}
