/* SPDX-License-Identifier: MIT */
/*
 * The bare floor: the least that a second hop behind nginx can do. FastCGI in,
 * HTTP/1.1 to the upstream, "id:" lines before its events, one read and one
 * write for what has come. No login, no limits, no errors: what it is given is
 * what the benchmark's programs send.
 *
 *   bench_floor SOCKET UPSTREAM-PORT
 */
#include "config.h"

#include <arpa/inet.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define HEAD "Content-Type: text/event-stream\r\nX-Accel-Buffering: no\r\n\r\n"
#define READ_MAX 8192
#define EVENTS_MAX 256

struct stream {
	int client, upstream;
	unsigned id;
	size_t chunk; /* bytes that the chunk still has */
	bool begun, over, ended;
	size_t body; /* of in[], what is the body's, without chunk headers */
	size_t n_in;
	char in[READ_MAX];
	struct stream *next; /* of those that have ended */
};

static int epfd;
static struct stream *ended;

static void
record(char *to, unsigned type, size_t len)
{
	const unsigned char head[8] = { 1, (unsigned char)type, 0, 1,
		(unsigned char)(len >> 8), (unsigned char)len, 0, 0 };

	memcpy(to, head, sizeof(head));
}

/* It is freed when no event of this turn can name it any more. */
static void
stream_end(struct stream *s)
{
	close(s->client);
	close(s->upstream);
	s->ended = true;
	s->next = ended;
	ended = s;
}

/* All of `n` bytes, or false; nginx sends a request in one go. */
static bool
take(int fd, void *to, size_t n)
{
	return n == 0 || recv(fd, to, n, MSG_WAITALL) == (ssize_t)n;
}

/* The request's body, read up to the empty STDIN record. */
static size_t
read_body(int fd, char *body, size_t size)
{
	unsigned char head[8];
	char rest[65536 + 256];
	size_t n = 0, len;

	while (take(fd, head, sizeof(head))) {
		len = (size_t)head[4] << 8 | head[5];
		if (head[1] == 5 && len == 0)
			return n;
		if (!take(fd, rest, len + head[6]))
			return 0;
		if (head[1] != 5)
			continue;
		if (len > size - n)
			return 0;
		memcpy(body + n, rest, len);
		n += len;
	}
	return 0;
}

static void
watch(struct stream *s, int fd, uint32_t events, uintptr_t tag)
{
	struct epoll_event ev = { .events = events,
		.data.u64 = (uintptr_t)s | tag };

	if (epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) != 0)
		bench_die("epoll_ctl");
}

static void
begin(int client, const struct sockaddr_in *to)
{
	static char request[65536], body[60000];
	struct stream *s = bench_alloc(1, sizeof(*s));
	size_t n = read_body(client, body, sizeof(body));
	int len;

	s->client = client;
	s->upstream = socket(AF_INET, SOCK_STREAM, 0);
	if (n == 0 || s->upstream < 0 ||
	    connect(s->upstream, (const struct sockaddr *)to, sizeof(*to)) != 0)
		bench_die("request");
	len = snprintf(request, sizeof(request),
	    "POST /v1/chat/completions HTTP/1.1\r\nHost: upstream\r\n"
	    "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n",
	    n);
	memcpy(request + len, body, n);
	if (send(s->upstream, request, (size_t)len + n, MSG_NOSIGNAL) < 0)
		bench_die("send");
	watch(s, s->upstream, EPOLLIN, 0);
	watch(s, client, EPOLLRDHUP, 1);
}

/* Takes the headers of chunks out of what has come, as far as they are whole. */
static void
unchunk(struct stream *s)
{
	size_t at = s->body, n;
	char *line;

	for (;;) {
		n = s->chunk < s->n_in - at ? s->chunk : s->n_in - at;
		memmove(s->in + s->body, s->in + at, n);
		s->body += n;
		at += n;
		s->chunk -= n;
		line = s->in + at + 2;
		if (s->chunk > 0 || s->n_in < at + 3 ||
		    memchr(line, '\n', s->n_in - at - 2) == NULL)
			break;
		s->chunk = strtoul(line, &line, 16);
		at = (size_t)(line - s->in) + 2;
		s->over = s->chunk == 0;
		if (s->over)
			break;
	}
	memmove(s->in + s->body, s->in + at, s->n_in - at);
	s->n_in -= at - s->body;
}

/* One read, one write. Returns whether the stream goes on. */
static bool
relay(struct stream *s)
{
	static char out[READ_MAX * 4];
	ssize_t got =
	    recv(s->upstream, s->in + s->n_in, sizeof(s->in) - 1 - s->n_in, 0);
	size_t start, n = 0, len;
	char *end;
	int id;

	if (got <= 0)
		return false;
	s->n_in += (size_t)got;
	s->in[s->n_in] = '\0';
	if (!s->begun) {
		end = strstr(s->in, "\r\n\r\n");
		if (end == NULL)
			return true;
		/* The first chunk has no line end of a chunk before it. */
		start = (size_t)(end + 2 - s->in);
		memcpy(out + 8, HEAD, sizeof(HEAD) - 1);
		record(out, 6, sizeof(HEAD) - 1);
		n = sizeof(HEAD) + 7;
		s->begun = true;
		s->n_in -= start;
		memmove(s->in, s->in + start, s->n_in + 1);
	}
	unchunk(s);
	for (start = 0;
	     (end = memmem(s->in + start, s->body - start, "\n\n", 2)) != NULL;
	     start += len) {
		len = (size_t)(end + 2 - s->in) - start;
		id = sprintf(out + n + 8, "id: %u\n", ++s->id);
		memcpy(out + n + 8 + id, s->in + start, len);
		record(out + n, 6, (size_t)id + len);
		n += 8 + (size_t)id + len;
	}
	s->body -= start;
	s->n_in -= start;
	memmove(s->in, s->in + start, s->n_in);
	if (s->over) {
		record(out + n, 3, 8);
		memset(out + n + 8, 0, 8);
		n += 16;
	}
	return n == 0 ||
	    (send(s->client, out, n, MSG_NOSIGNAL) == (ssize_t)n && !s->over);
}

int
main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct epoll_event events[EVENTS_MAX];
	struct stream *s, *next;
	int i, n, listener;

	if (argc != 3 || strlen(argv[1]) >= sizeof(at.sun_path))
		bench_die("SOCKET UPSTREAM-PORT");
	memcpy(at.sun_path, argv[1], strlen(argv[1]));
	to.sin_port = htons((uint16_t)bench_number(argv[2], 1, 65535));
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	signal(SIGPIPE, SIG_IGN);
	epfd = epoll_create1(EPOLL_CLOEXEC);
	listener = socket(AF_UNIX, SOCK_STREAM, 0);
	if (epfd < 0 || listener < 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listener, 16384) != 0)
		bench_die("listen");
	watch(NULL, listener, EPOLLIN, 0);
	for (;;) {
		n = epoll_wait(epfd, events, EVENTS_MAX, -1);
		for (i = 0; i < n; i++) {
			uintptr_t tag = (uintptr_t)events[i].data.u64;

			s = (struct stream *)(tag & ~(uintptr_t)1);
			if (s == NULL)
				begin(accept(listener, NULL, NULL), &to);
			else if (!s->ended && ((tag & 1) != 0 || !relay(s)))
				stream_end(s);
		}
		for (s = ended; s != NULL; s = next) {
			next = s->next;
			free(s);
		}
		ended = NULL;
	}
}
