/* SPDX-License-Identifier: MIT */
/*
 * A web server that speaks FastCGI, made by hand.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/gateway/gateway.h"
#include "confab/gateway/request.h"
#include "fcgi_peer.h"

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
	request_init(&r, g);
	(void)request_read(&r,
	    &(struct request_body){ MAX, s->timeout, NULL, NULL }, &err);
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

void
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

void
go(struct peer *p)
{
	assert_int_equal(pthread_create(&p->thread, NULL, run, &p->seen), 0);
	p->running = true;
}

void
wait_served(struct peer *p)
{
	if (p->running)
		pthread_join(p->thread, NULL);
	p->running = false;
}

void
answered(struct peer *p)
{
	struct buf out;

	buf_init(&out, MAX);
	assert_int_equal(receive(p, &out), 1);
	assert_string_equal(buf_str(&out), "Status: 200\r\n\r\naa");
	buf_free(&out);
	wait_served(p);
}

void
finish(struct peer *p)
{
	wait_served(p);
	close(p->fd);
	if (p->seen.handed.fd != -1)
		close(p->seen.handed.fd);
	buf_free(&p->seen.body);
}

void
put(struct buf *b, int type, int id, const void *content, size_t len)
{
	const unsigned char h[8] = { 1, (unsigned char)type,
		(unsigned char)(id >> 8), (unsigned char)id,
		(unsigned char)(len >> 8), (unsigned char)len, 0, 0 };

	(void)buf_append(b, h, sizeof(h));
	(void)buf_append(b, content, len);
}

void
put_param(struct buf *b, const char *name, const char *value)
{
	(void)buf_putc(b, (char)strlen(name));
	(void)buf_putc(b, (char)strlen(value));
	(void)buf_puts(b, name);
	(void)buf_puts(b, value);
}

void
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

void
send_all(struct peer *p, struct buf *b)
{
	assert_true(buf_ok(b));
	assert_int_equal(send(p->fd, b->data, b->len, MSG_NOSIGNAL), b->len);
	buf_free(b);
}

unsigned
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

void
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
