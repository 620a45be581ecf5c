/* SPDX-License-Identifier: MIT */
/* FastCGI: requests that are served, and what is none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/gateway/gateway.h"
#include "fcgi_peer.h"

#define TIMEOUT 400 /* ms for a request that is handed over */

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
	answered(&p);
	assert_int_equal(p.seen.status, 0);
	assert_string_equal(p.seen.path, "/api/real");
	assert_string_equal(buf_str(&p.seen.body), "hello");
	finish(&p);
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
		answered(&p);
		assert_int_equal(p.seen.status, t[i].status);
		finish(&p);
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
		answered(&p);
		assert_int_equal(p.seen.served, 1);
		assert_string_equal(p.seen.path, "/api/real");
		assert_string_equal(p.seen.user, "");
		finish(&p);
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
		answered(&p);
		assert_int_equal(p.seen.status, 400);
		finish(&p);
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
	send_all(&p, &b);
	go(&p);
	wait_served(&p);
	assert_int_equal(p.seen.handed.request_id, 1);
	assert_int_equal(p.seen.handed.fd, p.seen.fd);
	/* The time for reading does not end what was handed over. */
	(void)poll(NULL, 0, TIMEOUT + 200);
	assert_int_equal(send(p.fd, &byte, 1, MSG_NOSIGNAL), 1);
	assert_int_equal(recv(p.seen.handed.fd, &byte, 1, MSG_DONTWAIT), 1);
	assert_int_equal(send(p.seen.handed.fd, &byte, 1, MSG_NOSIGNAL), 1);
	finish(&p);
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
		cmocka_unit_test(test_noise_amid_body),
		cmocka_unit_test(test_hand_over),
		cmocka_unit_test(test_peer_gone),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
