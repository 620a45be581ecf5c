/* SPDX-License-Identifier: MIT */
/*
 * Tests of what a master leaves for the program that it becomes.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/system/generation.h"
#include "master/state.h"

static char text[STATE_TEXT_MAX];

static void
test_what_was_written_is_read(void **unused)
{
	static struct state a, b;

	(void)unused;
	a.listen = 3;
	a.own = true;
	a.syslog = true;
	a.control = -1;
	a.last = 7;
	strcpy(a.socket, "/run/a folder/fcgi.sock");
	a.children[1] = (struct child){ .phase = CHILD_SERVING,
		.number = 7,
		.pid = 4711,
		.told = 9,
		.ask = 10 };
	a.children[4] = (struct child){ .phase = CHILD_RETIRED,
		.number = 5,
		.pid = 815,
		.told = 11,
		.ask = 12 };
	/* It has not shown that it runs: it ends with the old program. */
	a.children[5] =
	    (struct child){ .phase = CHILD_STARTING, .number = 8, .pid = 816 };
	assert_int_equal(state_write(&a, text, sizeof(text)), 0);
	assert_int_equal(state_read(&b, text), 0);
	assert_int_equal(b.listen, 3);
	assert_true(b.own && b.syslog);
	assert_int_equal(b.control, -1);
	assert_int_equal(b.last, 7);
	assert_string_equal(b.socket, a.socket);
	assert_string_equal(b.control_path, "");
	assert_int_equal(b.children[0].phase, CHILD_SERVING);
	assert_int_equal(b.children[0].pid, 4711);
	assert_int_equal(b.children[0].ask, 10);
	assert_int_equal(b.children[1].phase, CHILD_RETIRED);
	assert_int_equal(b.children[1].number, 5);
	assert_int_equal(b.children[2].phase, CHILD_NONE);
}

static void
test_more_of_a_later_program(void **unused)
{
	static struct state s;

	(void)unused;
	assert_int_equal(state_read(&s,
			     "listen 3 0 more\nnew word\nchild 1 20 4 5 1 x\n"),
	    0);
	assert_int_equal(s.listen, 3);
	assert_int_equal(s.children[0].pid, 20);
}

static void
test_what_is_no_state(void **unused)
{
	static const char *const bad[] = { "", "listen", "listen x 1\n",
		"listen -1 0\n", "control 4\n",
		"listen 3 1\nchild 0 20 4 5 1\n",
		"listen 3 1\nchild 1 1 4 5 1\n",
		"listen 3 1\nchild 1 -20 4 5 1\n",
		"listen 3 1\nchild 1 20 -4 5 1\n", "listen 3 1\nchild 1 20 4\n",
		"listen 3 1\ncontrol -2\n", "listen 3 1\nlast -1\n",
		"listen 3 1\nchild -7 20 4 5 1\n",
		"listen 3 1\nchild 7 223333333333333333 4 5 1\n" };
	static struct state s;
	size_t n;

	(void)unused;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(state_read(&s, bad[i]), -1);
	/* One more than there are places. */
	n = (size_t)snprintf(text, sizeof(text), "listen 3 1\n");
	for (int i = 0; i <= STATE_CHILDREN_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "child %d %d 4 5 0\n", i + 1, i + 20);
	assert_int_equal(state_read(&s, text), -1);
	/* Longer than any line. */
	memset(text, 'a', sizeof(text) - 1);
	assert_int_equal(state_read(&s, text), -1);
	assert_int_equal(state_write(&s, text, 8), -1);
}

static void
test_what_a_generation_inherits(void **unused)
{
	static const char *const bad[] = { "", "0 1 0", "1 2 0", "1 1 9", "1 1",
		"a 1 0", "1 1 8", "-1 1 0" };
	struct generation g = { .number = 4, .own = true, .n_elders = 2 };
	char said[GENERATION_TEXT_MAX];
	int fds[2];

	(void)unused;
	generation_text(&g, said);
	assert_string_equal(said, "4 1 2");
	unsetenv(GENERATION_ENV);
	assert_false(generation_inherit(&g));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv(GENERATION_ENV, bad[i], 1);
		assert_false(generation_inherit(&g));
		assert_int_equal(g.number, 0);
		assert_null(getenv(GENERATION_ENV));
	}
	assert_int_equal(pipe(fds), 0);
	for (int fd = GENERATION_FIRST_FD; fd < GENERATION_FIRST_FD + 5; fd++)
		assert_int_equal(dup2(fds[0], fd), fd);
	setenv(GENERATION_ENV, "4 1 2 of a later program", 1);
	assert_true(generation_inherit(&g));
	assert_int_equal(g.number, 4);
	assert_int_equal(g.n_elders, 2);
	assert_int_equal(g.elders[1], GENERATION_FIRST_FD + 4);
	generation_close(&g);
	assert_int_equal(g.number, 0);
	/* The last of them is not there. */
	setenv(GENERATION_ENV, "4 1 2", 1);
	assert_false(generation_inherit(&g));
}

static void
test_where_it_listens(void **unused)
{
	char path[32];

	(void)unused;
	assert_true(generation_control("/run/c", NULL, path, sizeof(path)));
	assert_string_equal(path, "/run/c/master.sock");
	assert_true(generation_control("/run/c", "2", path, sizeof(path)));
	assert_string_equal(path, "/run/c/master-2.sock");
	assert_false(generation_control("/run/a/rather/long/folder", "2", path,
	    sizeof(path)));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_was_written_is_read),
		cmocka_unit_test(test_more_of_a_later_program),
		cmocka_unit_test(test_what_is_no_state),
		cmocka_unit_test(test_what_a_generation_inherits),
		cmocka_unit_test(test_where_it_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
