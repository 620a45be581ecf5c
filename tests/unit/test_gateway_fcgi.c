/* SPDX-License-Identifier: MIT */
/*
 * Tests of FastCGI: a client made by hand at the other end of a socket.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/buf.h"
#include "confab/clock.h"
#include "confab/gateway.h"
#include "confab/request.h"

enum {
	BEGIN = 1,
	ABORT,
	END,
	PARAMS,
	STDIN,
	STDOUT,
	GET_VALUES = 9,
	UNKNOWN = 11
};

#define TIMEOUT 400 /* ms for a request */
#define LONG 20000  /* ms: where no limit is to be met */
#define MAX 100000  /* bytes of a body */

/* What the server's side of a test has seen. */
struct seen {
	int fd;
	unsigned timeout;
	unsigned served;
	int status; /* of request_read()'s error */
	char path[64];
	char user[64];
	struct buf body;
	size_t answer_len; /* to answer with */
	bool keep;	   /* hand over instead of answering */
	struct relay_client handed;
};

static void
serve(void *arg, struct gateway *g)
{
	static const char head[] = "Status: 200\r\n\r\n";
	struct seen *s = arg;
	struct request r;
	struct api_error err;
	char *answer;

	s->served++;
	err.status = 0;
	(void)request_read(&r, g, MAX, s->timeout, &err);
	s->status = err.status;
	(void)snprintf(s->path, sizeof(s->path), "%s", r.path);
	(void)snprintf(s->user, sizeof(s->user), "%s", r.remote_user);
	buf_reset(&s->body);
	(void)buf_append(&s->body, buf_str(&r.body), r.body.len);
	if (s->keep) {
		s->handed = g->ops->hand_over(g);
	} else {
		answer = malloc(s->answer_len + 1);
		memset(answer, 'a', s->answer_len + 1);
		g->ops->respond(g, head, sizeof(head) - 1, answer,
		    s->answer_len);
		free(answer);
	}
	request_free(&r);
}

static void *
run(void *arg)
{
	struct seen *s = arg;

	gateway_fcgi_serve(s->fd, s->timeout, serve, s);
	return NULL;
}

struct peer {
	int fd;
	pthread_t thread;
	struct seen seen;
};

static void
start(struct peer *p, unsigned timeout)
{
	int fds[2];

	memset(p, 0, sizeof(*p));
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	p->fd = fds[0];
	p->seen.fd = fds[1];
	p->seen.timeout = timeout;
	p->seen.answer_len = 2;
	p->seen.handed.fd = -1;
	buf_init(&p->seen.body, MAX);
}

static void
go(struct peer *p)
{
	assert_int_equal(pthread_create(&p->thread, NULL, run, &p->seen), 0);
}

static void
finish(struct peer *p)
{
	pthread_join(p->thread, NULL);
	close(p->fd);
	if (p->seen.handed.fd != -1)
		close(p->seen.handed.fd);
	buf_free(&p->seen.body);
}

static void
put(struct buf *b, int type, int id, const void *content, size_t len)
{
	const unsigned char h[8] = { 1, (unsigned char)type,
		(unsigned char)(id >> 8), (unsigned char)id,
		(unsigned char)(len >> 8), (unsigned char)len, 0, 0 };

	(void)buf_append(b, h, sizeof(h));
	(void)buf_append(b, content, len);
}

static void
put_param(struct buf *b, const char *name, const char *value)
{
	(void)buf_putc(b, (char)strlen(name));
	(void)buf_putc(b, (char)strlen(value));
	(void)buf_puts(b, name);
	(void)buf_puts(b, value);
}

/* BEGIN_REQUEST and the parameters of a POST, and no body yet. */
static void
put_head(struct buf *b, int role, bool keep, const char *length)
{
	const unsigned char begin[8] = { 0, (unsigned char)role, keep };
	struct buf params;

	put(b, BEGIN, 1, begin, sizeof(begin));
	buf_init(&params, 1000);
	put_param(&params, "REQUEST_METHOD", "POST");
	put_param(&params, "PATH_INFO", "/api/real");
	if (length != NULL)
		put_param(&params, "CONTENT_LENGTH", length);
	put(b, PARAMS, 1, params.data, params.len);
	put(b, PARAMS, 1, NULL, 0);
	buf_free(&params);
}

static void
send_all(struct peer *p, struct buf *b)
{
	assert_true(buf_ok(b));
	assert_int_equal(send(p->fd, b->data, b->len, MSG_NOSIGNAL), b->len);
	buf_free(b);
}

/* All that comes until the connection is closed: contents of STDOUT into
 * `out`; returns how many END_REQUEST records there were. */
static unsigned
receive(struct peer *p, struct buf *out)
{
	struct buf raw;
	char part[4096];
	unsigned ends = 0;
	size_t at = 0, len;
	ssize_t n;

	buf_init(&raw, 1 << 24);
	while ((n = recv(p->fd, part, sizeof(part), 0)) > 0)
		assert_int_equal(buf_append(&raw, part, (size_t)n), 0);
	while (at + 8 <= raw.len) {
		const unsigned char *h = (unsigned char *)raw.data + at;

		len = (size_t)h[4] << 8 | h[5];
		assert_int_equal(h[0], 1);
		assert_true(at + 8 + len + h[6] <= raw.len);
		if (h[1] == STDOUT)
			(void)buf_append(out, h + 8, len);
		ends += h[1] == END;
		at += 8 + len + h[6];
	}
	assert_int_equal(at, raw.len);
	buf_free(&raw);
	return ends;
}

static void
exchange(struct peer *p, struct buf *b, unsigned want_ends)
{
	struct buf out;

	buf_init(&out, 1 << 24);
	go(p);
	send_all(p, b);
	assert_int_equal(receive(p, &out), want_ends);
	if (want_ends > 0)
		assert_int_equal(out.len, 15 + p->seen.answer_len);
	buf_free(&out);
	finish(p);
}

static void
test_request(void **state)
{
	struct peer p;
	struct buf b;

	(void)state;
	start(&p, LONG);
	buf_init(&b, MAX);
	put_head(&b, 1, false, "5");
	put(&b, STDIN, 1, "he", 2);
	put(&b, STDIN, 1, "llo", 3);
	put(&b, STDIN, 1, NULL, 0);
	go(&p);
	send_all(&p, &b);
	buf_init(&b, MAX);
	assert_int_equal(receive(&p, &b), 1);
	assert_string_equal(buf_str(&b), "Status: 200\r\n\r\naa");
	buf_free(&b);
	pthread_join(p.thread, NULL);
	assert_int_equal(p.seen.status, 0);
	assert_string_equal(p.seen.path, "/api/real");
	assert_string_equal(buf_str(&p.seen.body), "hello");
	close(p.fd);
	buf_free(&p.seen.body);
}

static void
test_large_answer(void **state)
{
	static const size_t sizes[] = { 0, 65528 - 15, 65528, 65529, 65536,
		3000000 };
	struct peer p;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		start(&p, LONG);
		p.seen.answer_len = sizes[i];
		buf_init(&b, MAX);
		put_head(&b, 1, false, NULL);
		put(&b, STDIN, 1, NULL, 0);
		exchange(&p, &b, 1);
	}
}

static void
test_body_lengths(void **state)
{
	static const struct {
		const char *length;
		int status;
	} t[] = { { "5", 0 }, { NULL, 0 }, { "4", 400 }, { "6", 400 },
		{ "x", 400 }, { "100001", 413 } };
	struct peer p;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		start(&p, LONG);
		buf_init(&b, MAX);
		put_head(&b, 1, false, t[i].length);
		put(&b, STDIN, 1, "hello", 5);
		put(&b, STDIN, 1, NULL, 0);
		go(&p);
		send_all(&p, &b);
		buf_init(&b, MAX);
		assert_int_equal(receive(&p, &b), 1);
		buf_free(&b);
		pthread_join(p.thread, NULL);
		assert_int_equal(p.seen.status, t[i].status);
		close(p.fd);
		buf_free(&p.seen.body);
	}
}

/*
 * The trap: a body of records, on a connection that is to be kept, with
 * lengths that lie. One request is served and the connection is closed.
 */
static void
test_smuggling(void **state)
{
	static const char *const lengths[] = { NULL, "0", "8", "60" };
	struct peer p;
	struct buf b, forged, params;
	size_t i;

	(void)state;
	buf_init(&params, 1000);
	put_param(&params, "REMOTE_USER", "root");
	put_param(&params, "PATH_INFO", "/api/forged");
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		buf_init(&forged, MAX);
		put(&forged, BEGIN, 1, "\0\1\1\0\0\0\0\0", 8);
		put(&forged, PARAMS, 1, params.data, params.len);
		put(&forged, PARAMS, 1, NULL, 0);
		put(&forged, STDIN, 1, NULL, 0);
		start(&p, LONG);
		buf_init(&b, MAX);
		put_head(&b, 1, true, lengths[i]);
		put(&b, STDIN, 1, forged.data, forged.len);
		put(&b, STDIN, 1, NULL, 0);
		/* And once more, after the end of the first. */
		(void)buf_append(&b, forged.data, forged.len);
		buf_free(&forged);
		go(&p);
		send_all(&p, &b);
		buf_init(&b, MAX);
		assert_int_equal(receive(&p, &b), 1);
		buf_free(&b);
		pthread_join(p.thread, NULL);
		assert_int_equal(p.seen.served, 1);
		assert_string_equal(p.seen.path, "/api/real");
		assert_string_equal(p.seen.user, "");
		close(p.fd);
		buf_free(&p.seen.body);
	}
	buf_free(&params);
}

/* Whatever is no request of a responder: dropped, unanswered, at once. */
static void
test_garbage(void **state)
{
	struct peer p;
	struct buf b;
	int kind;

	(void)state;
	for (kind = 0; kind < 6; kind++) {
		start(&p, LONG);
		buf_init(&b, 1 << 20);
		switch (kind) {
		case 0:
			buf_puts(&b, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
			break;
		case 1:
			put(&b, GET_VALUES, 0, "\16\0FCGI_MAX_CONNS", 16);
			break;
		case 2:
			put(&b, 77, 0, "x", 1);
			break;
		case 3:
			put(&b, STDIN, 1, "x", 1);
			break;
		case 4: /* an authorizer's */
			put_head(&b, 2, false, NULL);
			put(&b, STDIN, 1, NULL, 0);
			break;
		default: /* no such role */
			put_head(&b, 9, false, NULL);
		}
		exchange(&p, &b, 0);
		assert_int_equal(p.seen.served, 0);
	}
}

/* Parameters without an end: cut at a limit, not at the peer's will. */
static void
test_too_many_params(void **state)
{
	static char filler[60000];
	const int size = 1 << 20;
	struct peer p;
	struct buf b;

	(void)state;
	start(&p, TIMEOUT);
	(void)setsockopt(p.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	buf_init(&b, 1 << 20);
	put(&b, BEGIN, 1, "\0\1\0\0\0\0\0\0", 8);
	put(&b, PARAMS, 1, filler, sizeof(filler));
	put(&b, PARAMS, 1, filler, sizeof(filler));
	put(&b, PARAMS, 1, NULL, 0);
	exchange(&p, &b, 0);
	assert_int_equal(p.seen.served, 0);
}

/* Sends a byte each 20 ms until the connection is gone. */
static uint64_t
drip(struct peer *p, const char *bytes, size_t len, size_t from)
{
	uint64_t began = clock_mono_ms();
	struct pollfd f = { .fd = p->fd, .events = POLLIN | POLLRDHUP };

	if (from > 0)
		assert_int_equal(send(p->fd, bytes, from, MSG_NOSIGNAL),
		    (ssize_t)from);
	for (; from < len; from++) {
		if (send(p->fd, bytes + from, 1, MSG_NOSIGNAL) != 1 ||
		    poll(&f, 1, 20) != 0)
			break;
	}
	(void)poll(&f, 1, LONG);
	return clock_mono_ms() - began;
}

static void
test_silence(void **state)
{
	struct peer p;
	size_t sent;

	(void)state;
	/* Nothing, one byte, half a header: and then no more. */
	for (sent = 0; sent <= 4; sent += sent < 1 ? 1 : 3) {
		start(&p, TIMEOUT);
		go(&p);
		assert_true(drip(&p, "\1\1\0\1", sent, sent) >= TIMEOUT / 2);
		assert_int_equal(p.seen.served, 0);
		finish(&p);
	}
}

static void
test_dripping_head(void **state)
{
	struct peer p;
	struct buf b;

	(void)state;
	start(&p, TIMEOUT);
	buf_init(&b, MAX);
	put_head(&b, 1, false, NULL);
	go(&p);
	/* It would take more than a second. */
	assert_true(b.len * 20 > 3 * TIMEOUT);
	(void)drip(&p, b.data, b.len, 0);
	finish(&p);
	assert_int_equal(p.seen.served, 0);
	buf_free(&b);
}

static void
test_dripping_body(void **state)
{
	static char body[1000];
	struct peer p;
	struct buf b, out;
	size_t head;

	(void)state;
	start(&p, TIMEOUT);
	buf_init(&b, MAX);
	put_head(&b, 1, false, "1000");
	head = b.len;
	put(&b, STDIN, 1, body, sizeof(body));
	go(&p);
	(void)drip(&p, b.data, b.len, head + 8);
	/* It is told why. */
	buf_init(&out, MAX);
	assert_int_equal(receive(&p, &out), 1);
	buf_free(&out);
	pthread_join(p.thread, NULL);
	assert_int_equal(p.seen.served, 1);
	assert_int_equal(p.seen.status, 408);
	close(p.fd);
	buf_free(&p.seen.body);
	buf_free(&b);
}

/*
 * What a web server never sends amid a body: another request's records, an
 * abort, a question about the program, which libfcgi would answer past the end
 * of a buffer. It ends the request.
 */
static void
test_noise_amid_body(void **state)
{
	static const char values[] =
	    "\17\0FCGI_MPXS_CONNS\17\0FCGI_MPXS_CONNS\17\0FCGI_MPXS_CONNS"
	    "\17\0FCGI_MPXS_CONNS\17\0FCGI_MPXS_CONNS\17\0FCGI_MPXS_CONNS";
	static const struct {
		int type, id;
	} noise[] = { { GET_VALUES, 0 }, { UNKNOWN, 0 }, { STDIN, 2 },
		{ BEGIN, 2 }, { BEGIN, 1 }, { ABORT, 1 }, { PARAMS, 1 } };
	struct peer p;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(noise) / sizeof(noise[0]); i++) {
		start(&p, LONG);
		buf_init(&b, MAX);
		put_head(&b, 1, false, "10");
		put(&b, STDIN, 1, "hello", 5);
		put(&b, noise[i].type, noise[i].id, values, sizeof(values) - 1);
		put(&b, STDIN, 1, "hello", 5);
		put(&b, STDIN, 1, NULL, 0);
		go(&p);
		send_all(&p, &b);
		buf_init(&b, MAX);
		assert_int_equal(receive(&p, &b), 1);
		assert_string_equal(buf_str(&b), "Status: 200\r\n\r\naa");
		buf_free(&b);
		pthread_join(p.thread, NULL);
		assert_int_equal(p.seen.status, 400);
		close(p.fd);
		buf_free(&p.seen.body);
	}
}

static void
test_hand_over(void **state)
{
	struct peer p;
	struct buf b;
	char byte = 'x';

	(void)state;
	start(&p, TIMEOUT);
	p.seen.keep = true;
	buf_init(&b, MAX);
	put_head(&b, 1, true, NULL);
	put(&b, STDIN, 1, NULL, 0);
	go(&p);
	send_all(&p, &b);
	pthread_join(p.thread, NULL);
	assert_int_equal(p.seen.handed.request_id, 1);
	assert_int_equal(p.seen.handed.fd, p.seen.fd);
	/* The time for reading does not end what was handed over. */
	(void)poll(NULL, 0, TIMEOUT + 200);
	assert_int_equal(send(p.fd, &byte, 1, MSG_NOSIGNAL), 1);
	assert_int_equal(recv(p.seen.handed.fd, &byte, 1, MSG_DONTWAIT), 1);
	assert_int_equal(send(p.seen.handed.fd, &byte, 1, MSG_NOSIGNAL), 1);
	close(p.seen.handed.fd);
	close(p.fd);
	buf_free(&p.seen.body);
}

static void
test_peer_gone(void **state)
{
	struct peer p;
	struct buf b;

	(void)state;
	start(&p, LONG);
	p.seen.answer_len = 3000000;
	buf_init(&b, MAX);
	put_head(&b, 1, false, "5");
	put(&b, STDIN, 1, "hello", 5);
	put(&b, STDIN, 1, NULL, 0);
	send_all(&p, &b);
	(void)shutdown(p.fd, SHUT_RD);
	go(&p);
	finish(&p);
	assert_int_equal(p.seen.served, 1);
}

static int
init(void **state)
{
	(void)state;
	return gateway_fcgi_init();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_large_answer),
		cmocka_unit_test(test_body_lengths),
		cmocka_unit_test(test_smuggling),
		cmocka_unit_test(test_garbage),
		cmocka_unit_test(test_too_many_params),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_dripping_head),
		cmocka_unit_test(test_dripping_body),
		cmocka_unit_test(test_noise_amid_body),
		cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_peer_gone),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
