/* SPDX-License-Identifier: MIT */
/*
 * The benchmark's clients: many streams over TLS, each on a connection of its
 * own, read as they come, and what the stamps in them tell of the delay.
 *
 *	bench_load PORT PATH MODEL [OPTION=VALUE ...]
 *
 *	address=TEXT	where the server is (127.0.0.1)
 *	cookie=TEXT	sent with each request
 *	keyed=1		each stream has a key of its own, as the page's have
 *	streams=N	at a time (1)
 *	rounds=N	requests of each, one after another (1)
 *	rate=N		bytes a second that each reads (0: all)
 *	leave=N		tokens after which each leaves (0: stays)
 *	spread=MS	over which the streams are started (0)
 *	seconds=N	after which it ends in any case (120)
 *
 * connects, prints "connected", starts when a line comes on standard input,
 * prints "open" once every stream has its first token, and at the end, which a
 * SIGTERM brings, too, one line of JSON; on SIGUSR1
 * "now TOKENS OPENED OPEN FAILED".
 * "left NANOSECONDS" is printed for each that leaves.
 */
#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/ssl.h>

#include "bench.h"
#include "bench_answer.h"

#define EVENTS_MAX 512
#define READ_MAX 16384
#define REQUEST_MAX 4096
#define KEY_DIGITS 12
#define DELAY_STEP 10000    /* ns of one step of the histogram */
#define DELAY_STEPS 1000000 /* up to 10 s */

struct stream {
	struct bench_due due; /* when to start, or to read again; first */
	int fd;
	SSL *ssl;
	unsigned rounds; /* still to be asked */
	bool asked, opened;
	uint64_t asked_at;
	struct bench_answer answer;
};

static struct {
	unsigned streams, rounds, rate, leave, spread, seconds, keyed;
	struct sockaddr_in sin;
	char request[REQUEST_MAX];
	size_t request_len;
	size_t key_at; /* of its last KEY_DIGITS, in the request */
} opt = { .streams = 1, .rounds = 1, .seconds = 120 };

static int epfd;
static SSL_CTX *ctx;
static struct bench_queue queue;
static unsigned running, opened, complete, failed, status_bad;
static uint64_t tokens, bytes_in, first_at, last_at;
static uint32_t *delays, *firsts;
static uint64_t keys;
static volatile sig_atomic_t ending, asked_now;

static void
on_signal(int sig)
{
	if (sig == SIGTERM)
		ending = 1;
	else
		asked_now = 1;
}

static void
count(uint32_t *histogram, uint64_t ns)
{
	uint64_t step = ns / DELAY_STEP;

	histogram[step < DELAY_STEPS ? step : DELAY_STEPS - 1]++;
}

/* The value in ms below which `part` of the counts lie. */
static double
quantile(const uint32_t *histogram, double part)
{
	uint64_t total = 0, seen = 0;
	size_t i;

	for (i = 0; i < DELAY_STEPS; i++)
		total += histogram[i];
	for (i = 0; i < DELAY_STEPS; i++) {
		seen += histogram[i];
		if (seen > 0 && (double)seen >= part * (double)total)
			return ((double)i + 0.5) * DELAY_STEP / 1e6;
	}
	return 0;
}

static void
stream_close(struct stream *s)
{
	bench_cancel(&queue, &s->due);
	SSL_free(s->ssl);
	close(s->fd);
	s->ssl = NULL;
	running--;
}

/* A token has come: its stamp tells how old it is. */
static void
stream_token(void *arg, uint64_t stamp)
{
	struct stream *s = arg;
	uint64_t now = bench_now();

	count(delays, now > stamp ? now - stamp : 0);
	if (s->answer.tokens == 1) {
		count(firsts, now - s->asked_at);
		if (!s->opened) {
			s->opened = true;
			if (++opened == opt.streams) {
				puts("open");
				fflush(stdout);
			}
		}
	}
	if (first_at == 0)
		first_at = now;
	last_at = now;
	tokens++;
}

static void
stream_ask(struct stream *s)
{
	char key[KEY_DIGITS + 1];

	bench_answer_init(&s->answer, stream_token, s);
	if (opt.keyed > 0) {
		snprintf(key, sizeof(key), "%012" PRIx64, keys++);
		memcpy(opt.request + opt.key_at, key, KEY_DIGITS);
	}
	s->asked_at = bench_now();
	if (SSL_write(s->ssl, opt.request, (int)opt.request_len) <= 0)
		bench_die("SSL_write");
	s->asked = true;
}

/* The answer is over, one way or the other. */
static void
stream_ended(struct stream *s)
{
	if (s->answer.status != 200)
		status_bad++;
	if (s->answer.done)
		complete++;
	else
		failed++;
	s->rounds--;
	if (s->rounds > 0 && s->answer.ended)
		stream_ask(s);
	else
		stream_close(s);
}

static void
stream_read(struct stream *s)
{
	static char buf[READ_MAX];
	int n, turns;

	for (turns = 0; turns < 16; turns++) {
		n = SSL_read(s->ssl, buf, opt.rate > 0 ? 4096 : READ_MAX);
		if (n <= 0) {
			if (SSL_get_error(s->ssl, n) != SSL_ERROR_WANT_READ)
				stream_ended(s);
			return;
		}
		bytes_in += (uint64_t)n;
		bench_answer_read(&s->answer, buf, (size_t)n);
		if (opt.leave > 0 && s->answer.tokens >= opt.leave) {
			printf("left %" PRIu64 "\n", bench_now());
			fflush(stdout);
			stream_close(s);
			return;
		}
		if (s->answer.ended) {
			stream_ended(s);
			return;
		}
		if (opt.rate > 0) {
			bench_schedule(&queue, &s->due,
			    bench_now() +
				(uint64_t)n * BENCH_SECOND / opt.rate);
			return;
		}
	}
	/* OpenSSL may hold bytes that epoll knows nothing of. */
	bench_schedule(&queue, &s->due, 0);
}

/* Connects and shakes hands, blocking: that is not what is measured. */
static void
stream_connect(struct stream *s)
{
	struct epoll_event ev = { .events = EPOLLIN | EPOLLRDHUP };
	int on = 1, small = 16384;

	s->rounds = opt.rounds;
	s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		bench_die("socket");
	/* A slow reader reads by the clock alone, from small buffers. */
	if (opt.rate > 0) {
		setsockopt(s->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof(small));
		ev.events = EPOLLRDHUP;
	}
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (connect(s->fd, (struct sockaddr *)&opt.sin, sizeof(opt.sin)) != 0)
		bench_die("connect");
	s->ssl = SSL_new(ctx);
	if (s->ssl == NULL || SSL_set_fd(s->ssl, s->fd) != 1 ||
	    SSL_connect(s->ssl) != 1)
		bench_die("TLS");
	if (ioctl(s->fd, FIONBIO, &on) != 0)
		bench_die("ioctl");
	ev.data.ptr = s;
	if (epoll_ctl(epfd, EPOLL_CTL_ADD, s->fd, &ev) != 0)
		bench_die("epoll_ctl");
	running++;
}

static void
stream_due(struct stream *s)
{
	if (!s->asked) {
		stream_ask(s);
		if (opt.rate == 0)
			return;
	}
	stream_read(s);
}

/* The one request of all; of keys, the last digits differ. */
static void
compose(const char *path, const char *model, const char *cookie)
{
	char body[REQUEST_MAX / 2], key[128] = "";
	int len;

	len = snprintf(body, sizeof(body),
	    "{\"model\":\"%s\",\"stream\":true,"
	    "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}",
	    model);
	if (opt.keyed > 0)
		snprintf(key, sizeof(key),
		    "Idempotency-Key: %08x-%04x-4000-8000-000000000000\r\n",
		    (unsigned)getpid(), (unsigned)(bench_now() & 0xffff));
	len = snprintf(opt.request, sizeof(opt.request),
	    "POST %s HTTP/1.1\r\nHost: localhost\r\nCookie: %s\r\n"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n"
	    "%s\r\n%s",
	    path, cookie, len, key, body);
	opt.request_len = (size_t)len;
	opt.key_at = opt.request_len - strlen(body) - 4 - KEY_DIGITS;
}

static void
options(int argc, char **argv)
{
	const char *cookie = "", *model;
	char *value;
	long n;
	int i;

	if (argc < 4)
		bench_die("usage: PORT PATH MODEL [OPTION=VALUE ...]");
	opt.sin.sin_family = AF_INET;
	opt.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	opt.sin.sin_port = htons((uint16_t)bench_number(argv[1], 1, 65535));
	model = argv[3];
	for (i = 4; i < argc; i++) {
		value = strchr(argv[i], '=');
		if (value == NULL)
			bench_die(argv[i]);
		*value++ = '\0';
		if (strcmp(argv[i], "cookie") == 0) {
			cookie = value;
			continue;
		}
		if (strcmp(argv[i], "address") == 0) {
			if (inet_pton(AF_INET, value, &opt.sin.sin_addr) != 1)
				bench_die(value);
			continue;
		}
		n = bench_number(value, 0, 100000000);
		if (strcmp(argv[i], "streams") == 0)
			opt.streams = (unsigned)n;
		else if (strcmp(argv[i], "rounds") == 0)
			opt.rounds = (unsigned)n;
		else if (strcmp(argv[i], "rate") == 0)
			opt.rate = (unsigned)n;
		else if (strcmp(argv[i], "leave") == 0)
			opt.leave = (unsigned)n;
		else if (strcmp(argv[i], "spread") == 0)
			opt.spread = (unsigned)n;
		else if (strcmp(argv[i], "seconds") == 0)
			opt.seconds = (unsigned)n;
		else if (strcmp(argv[i], "keyed") == 0)
			opt.keyed = (unsigned)n;
		else
			bench_die(argv[i]);
	}
	compose(argv[2], model, cookie);
}

/* Runs until all streams are over or the time is. */
static void
run(void)
{
	uint64_t end = bench_now() + opt.seconds * BENCH_SECOND;
	struct epoll_event events[EVENTS_MAX];
	struct bench_due *d;
	struct stream *s;
	int i, n;

	while (running > 0 && ending == 0 && bench_now() < end) {
		if (asked_now != 0) {
			asked_now = 0;
			printf("now %" PRIu64 " %u %u %u\n", tokens, opened,
			    running, failed);
			fflush(stdout);
		}
		n = epoll_wait(epfd, events, EVENTS_MAX, bench_wait_ms(&queue));
		for (i = 0; i < n; i++) {
			s = events[i].data.ptr;
			if (s->ssl != NULL && s->asked && opt.rate == 0)
				stream_read(s);
		}
		for (n = 0; n < EVENTS_MAX &&
		     (d = bench_first(&queue)) != NULL && d->at <= bench_now();
		     n++) {
			bench_cancel(&queue, d);
			stream_due((struct stream *)d);
		}
	}
}

static void
report(void)
{
	double seconds = (double)(last_at - first_at) / 1e9;

	printf("{\"streams\":%u,\"complete\":%u,\"failed\":%u,"
	       "\"open\":%u,\"bad_status\":%u,\"tokens\":%" PRIu64
	       ",\"bytes\":%" PRIu64 ",\"seconds\":%.3f,\"p50_ms\":%.3f,"
	       "\"p99_ms\":%.3f,\"max_ms\":%.3f,\"first_p50_ms\":%.3f,"
	       "\"first_p99_ms\":%.3f}\n",
	    opt.streams, complete, failed, running, status_bad, tokens,
	    bytes_in, seconds, quantile(delays, 0.5), quantile(delays, 0.99),
	    quantile(delays, 1), quantile(firsts, 0.5), quantile(firsts, 0.99));
}

int
main(int argc, char **argv)
{
	struct stream *streams;
	uint64_t now;
	unsigned i;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, on_signal);
	signal(SIGUSR1, on_signal);
	options(argc, argv);
	epfd = epoll_create1(EPOLL_CLOEXEC);
	ctx = SSL_CTX_new(TLS_client_method());
	if (epfd < 0 || ctx == NULL)
		bench_die("start");
	/* 9,500 clients in one process: give buffers back between reads. */
	SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS);
	delays = bench_alloc(DELAY_STEPS, sizeof(*delays));
	firsts = bench_alloc(DELAY_STEPS, sizeof(*firsts));
	streams = bench_alloc(opt.streams, sizeof(*streams));
	for (i = 0; i < opt.streams; i++)
		stream_connect(&streams[i]);
	puts("connected");
	fflush(stdout);
	if (getchar() == EOF)
		return 1;
	now = bench_now();
	for (i = 0; i < opt.streams; i++)
		bench_schedule(&queue, &streams[i].due,
		    now + (uint64_t)opt.spread * 1000000 * i / opt.streams);
	run();
	report();
	return 0;
}
