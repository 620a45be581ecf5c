/* SPDX-License-Identifier: MIT */
/*
 * Tests of a stream and its clients: a source that the test plays, and socket
 * pairs.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "relay/client.h"
#include "relay_help.h"

#define ALL (4 * 1024 * 1024)
#define RING (8 * 1024) /* ring_per_stream of the help's configuration */

/* What a client has got: with such an end of its body, and whether its
 * connection is over. */
static void
assert_got(int fd, const char *end, bool over)
{
	struct buf b;
	size_t n = strlen(end);

	buf_init(&b, ALL);
	assert_int_equal(relay_read(fd, &b), over);
	assert_true(b.len >= n);
	assert_memory_equal(b.data + b.len - n, end, n);
	buf_free(&b);
}

static void
test_events_and_end(void **state)
{
	int fd = relay_ask("", true, false);

	(void)state;
	assert_int_equal(fake.calls, 1);
	assert_int_equal(atomic_load(&relay.streams), 1);
	relay_chunk(3);
	assert_got(fd, "\r\n\r\nid: 1\ndata: xxx\n\n", false);
	relay_chunk(1);
	relay_source_ends(NULL, false);
	assert_got(fd, "id: 2\ndata: x\n\nid: 3\ndata: [DONE]\n\n", true);
	/* It has ended, has no key, and nobody is there. */
	assert_null(relay_loop->streams);
	close(fd);
}

/* A failure before the first event is a response of its own; after it, an
 * event without [DONE]. */
static void
test_failure(void **state)
{
	struct buf b;
	int fd = relay_ask(RELAY_KEY, true, false);

	(void)state;
	relay_source_ends("upstream_closed", false);
	buf_init(&b, ALL);
	assert_true(relay_read(fd, &b));
	assert_memory_equal(buf_str(&b), "Status: 502\r\n", 13);
	buf_free(&b);
	close(fd);
	/* The same key may try again. */
	relay_turn();
	assert_null(relay_named());
	assert_false(stream_forgotten(relay_loop, "ann", RELAY_KEY));
}

static void
test_failure_amid(void **state)
{
	int fd = relay_ask(RELAY_KEY, true, false), again;
	struct buf b;

	(void)state;
	relay_chunk(2);
	relay_source_ends("upstream_closed", true);
	buf_init(&b, ALL);
	assert_true(relay_read(fd, &b));
	assert_non_null(strstr(buf_str(&b), "id: 2\ndata: {\"error\""));
	assert_null(strstr(buf_str(&b), "[DONE]"));
	/* No second call, whatever the provider says; the same key gets the
	 * same, and its rest. */
	assert_int_equal(fake.calls, 1);
	again = relay_again(1);
	buf_reset(&b);
	assert_true(relay_read(again, &b));
	assert_non_null(strstr(buf_str(&b), "\r\n\r\nid: 2\ndata: {\"error\""));
	buf_free(&b);
	close(fd);
	close(again);
	stream_discard(relay_named());
	assert_true(stream_forgotten(relay_loop, "ann", RELAY_KEY));
}

static bool
called_twice(void)
{
	return fake.calls == 2;
}

static void
test_second_try(void **state)
{
	int fd = relay_ask("", true, false);

	(void)state;
	relay_source_ends("upstream_unreachable", true);
	assert_int_equal(fake.calls, 1);
	relay_turn_until(called_twice);
	relay_chunk(1);
	relay_source_ends(NULL, false);
	assert_got(fd, "id: 1\ndata: x\n\nid: 2\ndata: [DONE]\n\n", true);
	close(fd);
}

static bool
cancelled(void)
{
	return fake.cancels > 0;
}

static bool
unattended(void)
{
	return relay_named()->out.clients == NULL;
}

/* Who leaves ends a stream without a key, and leaves one with a key alone. */
static void
test_leaves(void **state)
{
	int fd = relay_ask("", true, true);

	(void)state;
	relay_chunk(1);
	close(fd);
	relay_turn_until(cancelled);
	assert_null(relay_loop->streams);
	fake.cancels = 0;
	fd = relay_ask(RELAY_KEY, true, true);
	relay_chunk(1);
	close(fd);
	relay_turn_until(unattended);
	assert_int_equal(fake.cancels, 0);
	relay_chunk(1);
	fd = relay_again(0);
	assert_got(fd, "\r\n\r\nid: 1\ndata: x\n\nid: 2\ndata: x\n\n", false);
	close(fd);
}

/* The exact place: one byte over the ring of a stream. */
static void
test_paused(void **state)
{
	int fd = relay_ask(RELAY_KEY, true, true);
	const struct event_ring *ring;
	const size_t around = strlen("id: 1\ndata: \n\n");

	(void)state;
	close(fd);
	relay_turn_until(unattended);
	ring = &relay_named()->out.ring;
	relay_chunk(RING - around);
	assert_int_equal(ring->bytes, RING);
	assert_int_equal(fake.pauses, 0);
	relay_chunk(0);
	assert_int_equal(fake.pauses, 1);
	/* Who comes takes all of it, and the source goes on. */
	fd = relay_again(0);
	assert_int_equal(fake.resumes, 1);
	assert_got(fd, "id: 2\ndata: \n\n", false);
	/* What was sent is kept for a return, but whole events that lie before
	 * the cap are not. */
	assert_int_equal(ring->first_id, 1);
	relay_chunk(RING);
	assert_int_equal(ring->first_id, 3);
	assert_int_equal(fake.pauses, 1);
	close(fd);
}

/* One more than there may be: the oldest must go, and sees no [DONE]. */
static void
test_seventeenth(void **state)
{
	int fd[OUTLET_CLIENTS_MAX + 1];
	size_t i;

	(void)state;
	fd[0] = relay_ask(RELAY_KEY, true, false);
	relay_chunk(1);
	for (i = 1; i < OUTLET_CLIENTS_MAX; i++)
		fd[i] = relay_again(0);
	for (i = 0; i < OUTLET_CLIENTS_MAX; i++)
		assert_got(fd[i], "id: 1\ndata: x\n\n", false);
	fd[i] = relay_again(0);
	assert_got(fd[0], "", true);
	relay_chunk(2);
	for (i = 1; i <= OUTLET_CLIENTS_MAX; i++)
		assert_got(fd[i], "id: 2\ndata: xx\n\n", false);
	relay_source_ends(NULL, false);
	for (i = 1; i <= OUTLET_CLIENTS_MAX; i++)
		assert_got(fd[i], "[DONE]\n\n", true);
	for (i = 0; i <= OUTLET_CLIENTS_MAX; i++)
		close(fd[i]);
}

/* All rings together are at their limit: no new stream. */
static void
test_ring_limit(void **state)
{
	struct buf b;
	size_t full = relay_settings->config->limits.ring_total + 1;
	int fd;

	(void)state;
	atomic_store(&relay.ring_bytes, full);
	fd = relay_ask("", true, false);
	buf_init(&b, ALL);
	assert_true(relay_read(fd, &b));
	assert_non_null(strstr(buf_str(&b), "\"ring_limit\""));
	assert_non_null(strstr(buf_str(&b), "\r\nRetry-After: 5\r\n"));
	assert_memory_equal(buf_str(&b), "Status: 503\r\n", 13);
	assert_int_equal(fake.calls, 0);
	atomic_fetch_sub(&relay.ring_bytes, full);
	buf_free(&b);
	close(fd);
}

/* ---- A client alone ---------------------------------------------------------- */

static unsigned ended, gone;

static void
on_ended(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	ended++;
}

static void
on_gone(struct client *c, void *arg)
{
	(void)c;
	(void)arg;
	gone++;
}

static void
on_writable(struct client *c, void *arg)
{
	(void)client_send(&relay_loop->base, c, arg);
}

static const struct client_handler handler = { on_gone, on_writable, on_ended };

/* What is queued and does not get out pulls no more of the ring in: there it
 * would be counted nowhere. */
static void
test_queue_before_ring(void **state)
{
	static char queued[4 * 1024 * 1024];
	struct event_ring ring;
	struct client *c;
	struct gateway_client rc = { -1, 0 };
	struct buf b;
	int pair[2];

	(void)state;
	ended = gone = 0;
	event_ring_init(&ring);
	assert_int_equal(event_ring_add(&ring, "x", 1), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			     pair),
	    0);
	rc.fd = pair[1];
	c = client_open(&relay_loop->base, rc, &handler, &ring);
	assert_non_null(c);
	assert_int_equal(client_put(c, queued, sizeof(queued)), 0);
	assert_true(client_send(&relay_loop->base, c, &ring));
	assert_true(c->blocked);
	assert_int_equal(c->off, 0);
	assert_true(c->out.len - c->out_at >= CLIENT_WRITE_MAX);
	client_end(c);
	buf_init(&b, 2 * sizeof(queued));
	while (ended == 0) {
		(void)relay_read(pair[0], &b);
		(void)uv_run(&relay_loop->base.uv, UV_RUN_ONCE);
	}
	assert_true(relay_read(pair[0], &b));
	assert_int_equal(b.len, sizeof(queued) + ring.head);
	assert_int_equal(gone, 0);
	buf_free(&b);
	event_ring_free(&ring);
	close(pair[0]);
}

/* Segments of the ring go out whole, more of them than one write takes. */
static void
test_many_segments(void **state)
{
	struct gateway_client rc = { -1, 0 };
	struct event_ring ring;
	struct buf b, want;
	struct client *c;
	const char *p;
	uint64_t off;
	size_t i, n;
	int pair[2];

	(void)state;
	ended = gone = 0;
	event_ring_init(&ring);
	buf_init(&want, ALL);
	buf_init(&b, ALL);
	for (i = 0; i < 400; i++)
		assert_int_equal(event_ring_add(&ring, "abcdefgh", i % 9), 0);
	assert_int_equal(event_ring_add(&ring, buf_str(&want), 0), 0);
	for (off = 0; off < ring.head; off += n) {
		n = event_ring_peek(&ring, off, &p);
		buf_append(&want, p, n);
	}
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0,
			     pair),
	    0);
	rc.fd = pair[1];
	c = client_open(&relay_loop->base, rc, &handler, &ring);
	assert_non_null(c);
	client_end(c);
	assert_false(client_send(&relay_loop->base, c, &ring));
	assert_int_equal(ended, 1);
	assert_true(relay_read(pair[0], &b));
	assert_int_equal(b.len, want.len);
	assert_memory_equal(b.data, want.data, want.len);
	buf_free(&b);
	buf_free(&want);
	event_ring_free(&ring);
	close(pair[0]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		relay_test(test_events_and_end),
		relay_test(test_failure),
		relay_test(test_failure_amid),
		relay_test(test_second_try),
		relay_test(test_leaves),
		relay_test(test_paused),
		relay_test(test_seventeenth),
		relay_test(test_ring_limit),
		relay_test(test_queue_before_ring),
		relay_test(test_many_segments),
	};

	return cmocka_run_group_tests(tests, relay_group_begin,
	    relay_group_end);
}
