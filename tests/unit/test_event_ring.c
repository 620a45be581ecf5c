/* SPDX-License-Identifier: MIT */
/*
 * Tests of the ring of events, against a plain string that keeps everything.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"

#include "relay/event_ring.h"

#define EVENTS 600
#define ALL (4 * 1024 * 1024)

struct model {
	struct buf all;		  /* every byte that ever was */
	uint64_t end[EVENTS + 2]; /* offset after event i; 0: 0 */
	size_t n;
};

static uint32_t seed = 1;

static uint32_t
any(uint32_t below)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % below;
}

static void
add(struct event_ring *r, struct model *m, size_t len)
{
	char *data = malloc(len + 1);
	size_t i;

	assert_non_null(data);
	for (i = 0; i < len; i++)
		data[i] = (char)('a' + any(26));
	assert_int_equal(event_ring_add(r, data, len), 0);
	m->n++;
	buf_printf(&m->all, "id: %zu\ndata: ", m->n);
	buf_append(&m->all, data, len);
	buf_puts(&m->all, "\n\n");
	m->end[m->n] = m->all.len;
	assert_true(buf_ok(&m->all));
	free(data);
}

/* What is kept reads as the model's bytes from every offset. */
static void
check_bytes(const struct event_ring *r, const struct model *m)
{
	uint64_t off;
	const char *p;
	size_t n;

	assert_int_equal(r->head, m->all.len);
	assert_int_equal(r->bytes, r->head - r->tail);
	for (off = r->tail; off < r->head; off += n) {
		n = event_ring_peek(r, off, &p);
		assert_true(n > 0);
		assert_memory_equal(p, m->all.data + off, n);
	}
	assert_int_equal(event_ring_peek(r, r->head, &p), 0);
	if (r->tail > 0)
		assert_int_equal(event_ring_peek(r, r->tail - 1, &p), 0);
}

static void
check_seek(const struct event_ring *r, const struct model *m)
{
	uint64_t id, off;

	for (id = 0; id <= m->n + 2; id++) {
		bool found = event_ring_seek(r, id, &off);

		if (id <= m->n && m->end[id] >= r->tail) {
			assert_true(found);
			assert_int_equal(off, m->end[id]);
		} else {
			assert_false(found);
		}
	}
}

static void
start(struct event_ring *r, struct model *m)
{
	memset(m, 0, sizeof(*m));
	buf_init(&m->all, ALL);
	event_ring_init(r);
}

static void
end(struct event_ring *r, struct model *m)
{
	event_ring_free(r);
	assert_int_equal(r->held, 0);
	buf_free(&m->all);
}

static void
test_empty(void **state)
{
	struct event_ring r;
	uint64_t off = 9;
	const char *p;

	(void)state;
	event_ring_init(&r);
	assert_true(event_ring_seek(&r, 0, &off));
	assert_int_equal(off, 0);
	assert_false(event_ring_seek(&r, 1, &off));
	assert_int_equal(event_ring_peek(&r, 0, &p), 0);
	event_ring_drop(&r, 0);
	event_ring_free(&r);
}

static void
test_wire_form(void **state)
{
	struct event_ring r;
	const char *p;
	size_t n;

	(void)state;
	event_ring_init(&r);
	assert_int_equal(event_ring_add(&r, "{}", 2), 0);
	assert_int_equal(event_ring_add(&r, "", 0), 0);
	n = event_ring_peek(&r, 0, &p);
	assert_int_equal(n, r.head);
	assert_memory_equal(p, "id: 1\ndata: {}\n\nid: 2\ndata: \n\n", n);
	event_ring_free(&r);
}

static void
test_any_sizes(void **state)
{
	struct event_ring r;
	struct model m;
	size_t i;

	(void)state;
	start(&r, &m);
	for (i = 0; i < EVENTS; i++) {
		add(&r, &m, any(10) == 0 ? any(9000) : any(300));
		if (i % 50 == 0) {
			check_bytes(&r, &m);
			check_seek(&r, &m);
		}
	}
	check_bytes(&r, &m);
	check_seek(&r, &m);
	end(&r, &m);
}

/* Dropped at any place, as the slowest of several readers asks. */
static void
test_drop(void **state)
{
	struct event_ring r;
	struct model m;
	size_t i;
	uint64_t off;

	(void)state;
	start(&r, &m);
	for (i = 0; i < EVENTS; i++) {
		add(&r, &m, any(8) == 0 ? any(6000) : any(200));
		off = r.tail + any((uint32_t)(r.head - r.tail) + 1);
		event_ring_drop(&r, off);
		assert_true(r.tail <= off);
		check_bytes(&r, &m);
		if (i % 20 == 0)
			check_seek(&r, &m);
	}
	event_ring_drop(&r, r.head);
	assert_int_equal(r.bytes, 0);
	check_seek(&r, &m);
	/* A reader that has all costs nothing. */
	assert_int_equal(r.held, 0);
	add(&r, &m, 10);
	check_bytes(&r, &m);
	end(&r, &m);
}

/* What is kept for who may come back: a cap, and the event that lies over it. */
static void
test_keep(void **state)
{
	struct event_ring r;
	struct model m;
	size_t i;

	(void)state;
	start(&r, &m);
	for (i = 0; i < EVENTS; i++) {
		add(&r, &m, any(5) == 0 ? any(5000) : any(100));
		event_ring_drop(&r, r.head > 8000 ? r.head - 8000 : 0);
		assert_true(r.bytes <= 8000 + 5100);
		/* Allocated is that and the segments at both ends more. */
		assert_true(r.held <= 8000 + 5100 + 3 * 4096);
		check_bytes(&r, &m);
	}
	check_seek(&r, &m);
	event_ring_drop(&r, r.head);
	assert_int_equal(r.bytes, 0);
	add(&r, &m, 3);
	check_bytes(&r, &m);
	end(&r, &m);
}

/*
 * An event that lies in two segments, cut between any two of its bytes, its
 * blank line among them; and what begins in three segments one after another,
 * with an event that fills the one between.
 */
static void
test_across_segments(void **state)
{
	struct event_ring r;
	struct model m;
	size_t cut;

	(void)state;
	for (cut = 0; cut < 40; cut++) {
		start(&r, &m);
		/* The first segment's room, so that the second event is cut. */
		add(&r, &m, 1);
		add(&r, &m, 1016 - 56 - 2 * 17 - cut);
		add(&r, &m, 20);
		add(&r, &m, 4000 + cut);
		add(&r, &m, 9000);
		add(&r, &m, 0);
		add(&r, &m, 5);
		check_bytes(&r, &m);
		check_seek(&r, &m);
		event_ring_drop(&r, m.end[2]);
		assert_int_equal(r.tail, m.end[2]);
		check_seek(&r, &m);
		/* One byte less than its end: it stays whole. */
		event_ring_drop(&r, m.end[4] - 1);
		assert_int_equal(r.tail, m.end[3]);
		event_ring_drop(&r, m.end[4]);
		assert_int_equal(r.tail, m.end[4]);
		check_bytes(&r, &m);
		check_seek(&r, &m);
		end(&r, &m);
	}
}

static void
test_large_event(void **state)
{
	struct event_ring r;
	struct model m;

	(void)state;
	start(&r, &m);
	add(&r, &m, 1024 * 1024);
	add(&r, &m, 1);
	check_bytes(&r, &m);
	check_seek(&r, &m);
	event_ring_drop(&r, r.head);
	assert_int_equal(r.held, 0);
	end(&r, &m);
}

static void
test_short_answer_is_cheap(void **state)
{
	struct event_ring r;
	struct model m;

	(void)state;
	start(&r, &m);
	add(&r, &m, 200);
	add(&r, &m, 200);
	assert_true(r.held <= 1024);
	end(&r, &m);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_wire_form),
		cmocka_unit_test(test_any_sizes),
		cmocka_unit_test(test_drop),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_across_segments),
		cmocka_unit_test(test_large_event),
		cmocka_unit_test(test_short_answer_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
