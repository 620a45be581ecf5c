/* SPDX-License-Identifier: MIT */
/*
 * The soak's clients: short streams in great number, which end in every way
 * that a client has.
 *
 *	soak_load PORT COOKIE STREAMS AT_ONCE [KIND ...]
 *
 * prints "begun", asks for STREAMS answers, AT_ONCE at a time, over TLS and
 * HTTP/1.1, and prints one line of JSON: how many of each kind went as they
 * must. The first that does not is told on standard error, and ends all.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "../bench/bench.h"
#include "../bench/bench_answer.h"

#define EVENTS_MAX 256
#define READ_MAX 16384
#define REQUEST_MAX 4096
#define STEPS_MAX 2
#define STEP_TIME (60 * BENCH_SECOND) /* after which one has failed */

/* The upstream's models: tokens, and microseconds between two. */
#define QUICK "bench-3-0"
#define PACED "bench-5-1000"
#define LONG "bench-100000-1000"

/* One request, and what must come of it. */
struct step {
	const char *method; /* NULL: no such step */
	const char *model;  /* of a POST */
	const char *last;   /* event of a resume */
	bool keyed;
	unsigned leave;	 /* after so many tokens; 0: stays to the end */
	int status;	 /* that is right */
	unsigned tokens; /* that are right, of a whole answer */
};

static struct kind {
	const char *name;
	unsigned weight;
	struct step steps[STEPS_MAX];
} kinds[] = {
	{ "whole", 8, { { "POST", QUICK, NULL, false, 0, 200, 3 } } },
	{ "keyed", 2, { { "POST", QUICK, NULL, true, 0, 200, 3 } } },
	{ "left", 2, { { "POST", LONG, NULL, false, 1, 200, 0 } } },
	{ "resumed", 2,
	    { { "POST", PACED, NULL, true, 1, 200, 0 },
		{ "GET", NULL, "1", true, 0, 200, 4 } } },
	{ "stopped", 1,
	    { { "POST", LONG, NULL, true, 2, 200, 0 },
		{ "DELETE", NULL, NULL, true, 0, 204, 0 } } },
	{ "repeated", 1,
	    { { "POST", QUICK, NULL, true, 0, 200, 3 },
		{ "POST", QUICK, NULL, true, 0, 200, 3 } } },
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct slot {
	struct bench_due due; /* when the step has failed; first */
	int fd;		      /* -1: not connected */
	SSL *ssl;
	bool used; /* the connection has had an answer */
	size_t kind;
	unsigned step;
	uint64_t key;
	uint64_t began; /* the stream */
	struct bench_answer answer;
};

static int epfd;
static SSL_CTX *ctx;
static SSL_SESSION *session;
static struct sockaddr_in addr;
static struct bench_queue queue;
static const char *cookie;
static unsigned long begun, total, came[KINDS];
static unsigned running;
static uint64_t keys;

static void slot_ask(struct slot *);

static const struct step *
step_of(const struct slot *s)
{
	return &kinds[s->kind].steps[s->step];
}

static void
failed(const struct slot *s, const char *what)
{
	fprintf(stderr,
	    "stream %lu of kind \"%s\", step %u: %s after %.3f s "
	    "(status %d, %u tokens, %s)\n",
	    begun, kinds[s->kind].name, s->step + 1, what,
	    (double)(bench_now() - s->began) / 1e9, s->answer.status,
	    s->answer.tokens, s->answer.done ? "[DONE]" : "no [DONE]");
	exit(1);
}

static void
slot_disconnect(struct slot *s)
{
	if (s->fd < 0)
		return;
	SSL_free(s->ssl);
	close(s->fd);
	s->fd = -1;
}

/* Keeps the newest session: a full handshake costs more than a stream. */
static int
on_session(SSL *ssl, SSL_SESSION *new)
{
	(void)ssl;
	SSL_SESSION_free(session);
	session = new;
	return 1;
}

/* Connects and shakes hands, blocking: nginx is quick at both. */
static void
slot_connect(struct slot *s)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP,
		.data.ptr = s };
	int on = 1;

	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		bench_die("socket");
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(s->fd, (struct sockaddr *)&addr, sizeof(addr)) != 0)
		bench_die("connect");
	s->ssl = SSL_new(ctx);
	if (s->ssl == NULL || SSL_set_fd(s->ssl, s->fd) != 1)
		bench_die("TLS");
	if (session != NULL)
		SSL_set_session(s->ssl, session);
	if (SSL_connect(s->ssl) != 1)
		bench_die("TLS");
	if (ioctl(s->fd, FIONBIO, &on) != 0)
		bench_die("ioctl");
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, s->fd, &ev) != 0)
		bench_die("epoll_ctl");
	s->used = false;
}

static void
on_token(void *arg, uint64_t stamp)
{
	(void)arg;
	(void)stamp;
}

/* Which kind the nth stream is of: by weight, in turn. */
static size_t
kind_of(unsigned long n)
{
	unsigned long all = 0;
	size_t i;

	for (i = 0; i < KINDS; i++)
		all += kinds[i].weight;
	n %= all;
	for (i = 0; n >= kinds[i].weight; i++)
		n -= kinds[i].weight;
	return i;
}

static void
slot_next_stream(struct slot *s)
{
	if (begun == total) {
		bench_cancel(&queue, &s->due);
		slot_disconnect(s);
		running--;
		return;
	}
	s->kind = kind_of(begun++);
	s->step = 0;
	s->key = keys++;
	s->began = bench_now();
	slot_ask(s);
}

static void
slot_step_done(struct slot *s)
{
	s->step++;
	if (s->step < STEPS_MAX && step_of(s)->method != NULL) {
		slot_ask(s);
		return;
	}
	came[s->kind]++;
	slot_next_stream(s);
}

static int
compose(const struct slot *s, char *out, size_t size)
{
	const struct step *step = step_of(s);
	char body[256] = "", key[64], extra[256] = "", path[128];

	snprintf(key, sizeof(key), "%08x-0000-4000-8000-%012" PRIx64,
	    (unsigned)getpid(), s->key);
	if (step->model == NULL) {
		snprintf(path, sizeof(path), "/api/streams/%s", key);
		if (step->last != NULL)
			snprintf(extra, sizeof(extra), "Last-Event-ID: %s\r\n",
			    step->last);
		return snprintf(out, size,
		    "%s %s HTTP/1.1\r\nHost: localhost\r\n"
		    "Cookie: %s\r\n%s\r\n",
		    step->method, path, cookie, extra);
	}
	if (step->keyed)
		snprintf(extra, sizeof(extra), "Idempotency-Key: %s\r\n", key);
	snprintf(body, sizeof(body),
	    "{\"model\":\"%s\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
	    step->model);
	return snprintf(out, size,
	    "POST /api/chat/completions HTTP/1.1\r\nHost: localhost\r\n"
	    "Cookie: %s\r\n%sContent-Type: application/json\r\n"
	    "Content-Length: %zu\r\n\r\n%s",
	    cookie, extra, strlen(body), body);
}

static void
slot_ask(struct slot *s)
{
	char request[REQUEST_MAX];
	int len;

	if (s->fd < 0)
		slot_connect(s);
	bench_answer_init(&s->answer, on_token, s);
	len = compose(s, request, sizeof(request));
	bench_schedule(&queue, &s->due, bench_now() + STEP_TIME);
	if (SSL_write(s->ssl, request, len) <= 0)
		failed(s, "cannot be sent");
}

/* The server has ended the connection: on an idle one, ask again. */
static void
slot_closed(struct slot *s)
{
	if (!s->used || s->answer.status != 0)
		failed(s, "cut off");
	slot_disconnect(s);
	slot_ask(s);
}

/* Returns false when the answer is not over yet. */
static bool
slot_judge(struct slot *s)
{
	const struct step *step = step_of(s);
	const struct bench_answer *a = &s->answer;

	if (a->status != 0 && (a->ended || a->tokens > 0) &&
	    a->status != step->status)
		failed(s, "wrong status");
	if (step->leave > 0 && a->tokens >= step->leave) {
		slot_disconnect(s);
		slot_step_done(s);
		return true;
	}
	if (!a->ended)
		return false;
	if (step->status == 200 && (!a->done || a->tokens != step->tokens))
		failed(s, "not the answer");
	s->used = true;
	slot_step_done(s);
	return true;
}

static void
slot_read(struct slot *s)
{
	static char buf[READ_MAX];
	int n;

	do {
		n = SSL_read(s->ssl, buf, READ_MAX);
		if (n <= 0) {
			if (SSL_get_error(s->ssl, n) != SSL_ERROR_WANT_READ)
				slot_closed(s);
			return;
		}
		bench_answer_read(&s->answer, buf, (size_t)n);
	} while (!slot_judge(s));
}

static void
run(void)
{
	struct epoll_event events[EVENTS_MAX];
	struct bench_due *first;
	struct slot *s;
	int i, n;

	while (running > 0) {
		n = epoll_wait(epfd, events, EVENTS_MAX, bench_wait_ms(&queue));
		for (i = 0; i < n; i++) {
			s = events[i].data.ptr;
			if (s->fd >= 0)
				slot_read(s);
		}
		first = bench_first(&queue);
		if (first != NULL && first->at <= bench_now())
			failed((struct slot *)first, "no end in time");
	}
}

/* Leaves out all kinds but those that are named. */
static void
choose_kinds(char **names)
{
	char **name;
	size_t i, chosen = 0;

	for (i = 0; i < KINDS; i++) {
		for (name = names; *name != NULL; name++)
			if (strcmp(*name, kinds[i].name) == 0)
				break;
		if (*name == NULL)
			kinds[i].weight = 0;
		else
			chosen++;
	}
	if (chosen == 0)
		bench_die("no such kind");
}

int
main(int argc, char **argv)
{
	struct slot *slots;
	long at_once, i;
	size_t k;

	if (argc < 5)
		bench_die("usage: PORT COOKIE STREAMS AT_ONCE [KIND ...]");
	if (argc > 5)
		choose_kinds(argv + 5);
	signal(SIGPIPE, SIG_IGN);
	addr.sin_family = AF_INET;
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	addr.sin_port = htons((uint16_t)bench_number(argv[1], 1, 65535));
	cookie = argv[2];
	total = (unsigned long)bench_number(argv[3], 1, 1000000000);
	at_once = bench_number(argv[4], 1, 10000);
	keys = bench_now() & 0xffffffffffULL;
	epfd = epoll_create1(EPOLL_CLOEXEC);
	ctx = SSL_CTX_new(TLS_client_method());
	if (epfd < 0 || ctx == NULL)
		bench_die("start");
	SSL_CTX_set_session_cache_mode(ctx,
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(ctx, on_session);
	slots = bench_alloc((size_t)at_once, sizeof(*slots));
	for (i = 0; i < at_once; i++)
		slots[i].fd = -1;
	running = (unsigned)at_once;
	puts("begun");
	fflush(stdout);
	for (i = 0; i < at_once; i++)
		slot_next_stream(&slots[i]);
	run();
	printf("{\"streams\":%lu", total);
	for (k = 0; k < KINDS; k++)
		printf(",\"%s\":%lu", kinds[k].name, came[k]);
	printf("}\n");
	return 0;
}
