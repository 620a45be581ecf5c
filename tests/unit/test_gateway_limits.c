/* SPDX-License-Identifier: MIT */
/* FastCGI: peers that send too much, too slowly, or nothing. */
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

#include "confab/base/clock.h"
#include "confab/gateway/gateway.h"
#include "fcgi_peer.h"

#define TIMEOUT 400 /* ms for a request */

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
	struct buf b;
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
	answered(&p);
	assert_int_equal(p.seen.served, 1);
	assert_int_equal(p.seen.status, 408);
	finish(&p);
	buf_free(&b);
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
		cmocka_unit_test(test_too_many_params),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_dripping_head),
		cmocka_unit_test(test_dripping_body),
	};

	return cmocka_run_group_tests(tests, init, NULL);
}
