/* SPDX-License-Identifier: MIT */
/* Bodies that come slowly: who has a place for one, and for how long. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/gateway/uploads.h"
#include "gateway/deadline.h"
#include "open_fds.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define FAR 3600000 /* ms */

static void
take(struct upload **out, size_t n, const char *user)
{
	for (size_t i = 0; i < n; i++) {
		bool own = true;

		out[i] = upload_begin(user, &own);
		assert_non_null(out[i]);
		assert_false(own);
	}
}

static void
test_places(void **state)
{
	static struct upload *all[UPLOADS_MAX];
	const size_t others = UPLOADS_MAX - UPLOADS_PER_USER;
	bool own = false;

	(void)state;
	take(all, UPLOADS_PER_USER, "ann");
	assert_null(upload_begin("ann", &own));
	assert_true(own);
	take(all + UPLOADS_PER_USER, others, "bob");
	/* Full for all; who is at an end of their own is told that. */
	assert_null(upload_begin("carol", &own));
	assert_false(own);
	assert_null(upload_begin("ann", &own));
	assert_true(own);
	upload_end(all[0]);
	take(all, 1, "carol");
	assert_null(upload_begin("ann", &own));
	assert_false(own);
	for (size_t i = 0; i < UPLOADS_MAX; i++)
		upload_end(all[i]);
	take(all, UPLOADS_PER_USER, "ann");
	for (size_t i = 0; i < UPLOADS_PER_USER; i++)
		upload_end(all[i]);
}

/* A connection, of which nothing comes. */
static void
connect_pair(int pair[2])
{
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
}

static void
close_pair(const int pair[2])
{
	close(pair[0]);
	close(pair[1]);
}

/* Its time is over: the read that waits ends, and an answer can be written. */
static void
expect_over(const int pair[2], struct deadline *d)
{
	char c = 'x';

	assert_int_equal(read(pair[0], &c, 1), 0);
	assert_int_equal(write(pair[0], &c, 1), 1);
	assert_true(deadline_clear(d));
	assert_true(deadline_clear(d));
}

static void
test_over(void **state)
{
	int fds = open_fds(), pair[2];
	struct deadline d;

	(void)state;
	connect_pair(pair);
	assert_int_equal(deadline_set(&d, pair[0], 1), 0);
	expect_over(pair, &d);
	close_pair(pair);
	/* Who has less is not given more. */
	connect_pair(pair);
	assert_int_equal(deadline_set(&d, pair[0], 1), 0);
	deadline_shorten(FAR);
	expect_over(pair, &d);
	close_pair(pair);
	assert_int_equal(open_fds(), fds);
}

static void
test_in_time(void **state)
{
	int fds = open_fds(), pair[2];
	struct deadline d;
	char c = 'x';

	(void)state;
	connect_pair(pair);
	assert_int_equal(deadline_set(&d, pair[0], FAR), 0);
	assert_int_equal(write(pair[1], &c, 1), 1);
	assert_int_equal(read(pair[0], &c, 1), 1);
	assert_false(deadline_clear(&d));
	assert_false(deadline_clear(&d));
	close_pair(pair);
	assert_int_equal(open_fds(), fds);
	assert_int_equal(deadline_set(&d, -1, FAR), -1);
	assert_false(deadline_clear(&d));
}

/* Of several, the latest and two between are cleared; what is left is over when
 * the process wants to end. */
static void
test_shortened(void **state)
{
	enum { N = 5 };
	static const size_t cleared[] = { 2, 1, 4 };
	int fds = open_fds(), pairs[N][2], pair[2];
	struct deadline d[N], soon;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		connect_pair(pairs[i]);
		assert_int_equal(deadline_set(&d[i], pairs[i][0],
				     FAR + (unsigned)i),
		    0);
	}
	for (size_t i = 0; i < COUNT(cleared); i++)
		assert_false(deadline_clear(&d[cleared[i]]));
	/* The thread has seen the others, and sleeps. */
	connect_pair(pair);
	assert_int_equal(deadline_set(&soon, pair[0], 1), 0);
	expect_over(pair, &soon);
	close_pair(pair);
	deadline_shorten(0);
	expect_over(pairs[3], &d[3]);
	expect_over(pairs[0], &d[0]);
	/* What was cleared is seen no more. */
	for (size_t i = 0; i < COUNT(cleared); i++)
		assert_false(deadline_clear(&d[cleared[i]]));
	for (size_t i = 0; i < N; i++)
		close_pair(pairs[i]);
	assert_int_equal(open_fds(), fds);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_over),
		cmocka_unit_test(test_in_time),
		cmocka_unit_test(test_shortened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
