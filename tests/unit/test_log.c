/* SPDX-License-Identifier: MIT */
/*
 * Tests of the logger, whose standard error is a pipe of ours.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"

#define KEPT (1024 * 1024)

static int old_stderr = -1, from_log = -1;
static char kept[KEPT + 1];

static int
capture(void **state)
{
	int fds[2];

	(void)state;
	if (pipe(fds) == -1)
		return -1;
	old_stderr = dup(STDERR_FILENO);
	(void)dup2(fds[1], STDERR_FILENO);
	close(fds[1]);
	from_log = fds[0];
	(void)fcntl(from_log, F_SETFL, O_NONBLOCK);
	(void)unsetenv("JOURNAL_STREAM");
	log_configure(LOG_TO_STDERR, LOG_LEVEL_INFO);
	return 0;
}

static int
release(void **state)
{
	(void)state;
	(void)dup2(old_stderr, STDERR_FILENO);
	close(old_stderr);
	if (from_log != -1)
		close(from_log);
	from_log = -1;
	return 0;
}

/* What has been logged since the last call, once `ms` bring nothing more. */
static const char *
logged(int ms)
{
	struct pollfd p = { .fd = from_log, .events = POLLIN };
	size_t n = 0;
	ssize_t got;

	while (n < KEPT && poll(&p, 1, ms) == 1 &&
	    (got = read(from_log, kept + n, KEPT - n)) > 0)
		n += (size_t)got;
	kept[n] = '\0';
	return kept;
}

static void
test_direct(void **state)
{
	(void)state;
	log_msg(LOG_LEVEL_WARN, "number=%d", 7);
	assert_non_null(strstr(logged(0), " warn: number=7\n"));
	log_msg(LOG_LEVEL_DEBUG, "too much");
	assert_string_equal(logged(0), "");
}

static void
test_one_line(void **state)
{
	const char *line;

	(void)state;
	log_msg(LOG_LEVEL_INFO, "a\nb\rc\x1b[31m\x7f \xc3\xa9");
	line = logged(0);
	assert_non_null(
	    strstr(line, "info: a\\x0ab\\x0dc\\x1b[31m\\x7f \xc3\xa9\n"));
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

/* What moves the cursor, or turns the words after it, without being ASCII. */
static void
test_hides_nothing(void **state)
{
	static const struct {
		const char *said, *shown;
	} cases[] = {
		{ "a\xc2\x9b"
		  "2Jb",
		    "a\\xc2\\x9b2Jb" }, /* C1's CSI */
		{ "a\xc2\x85"
		  "b",
		    "a\\xc2\\x85b" }, /* the next line */
		{ "a\xe2\x80\xa8"
		  "b",
		    "a\\xe2\\x80\\xa8b" }, /* U+2028 */
		{ "a\xe2\x80\xae"
		  "b",
		    "a\\xe2\\x80\\xaeb" }, /* right to left override */
		{ "a\xe2\x81\xa7"
		  "b",
		    "a\\xe2\\x81\\xa7b" }, /* an isolation without an end */
		{ "a\xe2\x80\x8b"
		  "b",
		    "a\\xe2\\x80\\x8b"
		    "b" }, /* no width */
		{ "a\xed\xa0\x80"
		  "b",
		    "a\\xed\\xa0\\x80"
		    "b" }, /* half of a pair */
		{ "a\xff"
		  "b",
		    "a\\xff"
		    "b" },
		{ "\xd7\xa9\xd7\x9c \xf0\x9f\x98\x80",
		    "\xd7\xa9\xd7\x9c \xf0\x9f\x98\x80" },
	};
	char line[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		log_msg(LOG_LEVEL_INFO, "%s", cases[i].said);
		(void)snprintf(line, sizeof(line), "info: %s\n",
		    cases[i].shown);
		if (strstr(logged(0), line) == NULL)
			fail_msg("%zu: %s", i, kept);
	}
}

static void
test_cut(void **state)
{
	char *text = malloc(3 * LOG_LINE_MAX);
	const char *line;

	(void)state;
	memset(text, '\n', 3 * LOG_LINE_MAX);
	text[3 * LOG_LINE_MAX - 1] = '\0';
	log_msg(LOG_LEVEL_INFO, "%s", text);
	line = logged(0);
	assert_true(strlen(line) > LOG_LINE_MAX / 2);
	assert_true(strlen(line) <= LOG_LINE_MAX + 64);
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	free(text);
}

static void
test_journal(void **state)
{
	(void)state;
	(void)setenv("JOURNAL_STREAM", "1:2", 1);
	log_configure(LOG_TO_STDERR, LOG_LEVEL_INFO);
	log_msg(LOG_LEVEL_ERROR, "hello");
	assert_string_equal(logged(0), "<3>hello\n");
	(void)unsetenv("JOURNAL_STREAM");
	log_configure(LOG_TO_STDERR, LOG_LEVEL_INFO);
}

static void
test_thread(void **state)
{
	const char *text, *at;
	int i, n = 0;

	(void)state;
	assert_int_equal(log_start(), 0);
	for (i = 0; i < 200; i++)
		log_msg(LOG_LEVEL_INFO, "line=%03d", i);
	log_stop();
	text = logged(0);
	for (at = text; (at = strstr(at, "line=")) != NULL; at += 5)
		assert_int_equal(atoi(at + 5), n++);
	assert_int_equal(n, 200);
	log_stop();
}

/* Nobody reads: callers are not held up, lines are dropped and counted, and
 * the count is told when there is room again. */
static void
test_full(void **state)
{
	uint64_t before = log_dropped(), began, dropped;
	char text[1024];
	int i;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(log_start(), 0);
	began = clock_mono_ms();
	for (i = 0; i < 2000; i++)
		log_msg(LOG_LEVEL_INFO, "%s", text);
	assert_true(clock_mono_ms() - began < 5000);
	dropped = log_dropped() - before;
	assert_true(dropped > 0);
	assert_true(dropped < 2000);
	/* Two buffers and what the pipe takes. */
	assert_true(
	    (2000 - dropped) * sizeof(text) <= 2 * LOG_QUEUE_MAX + 2 * 65536);
	assert_non_null(strstr(logged(300), "log lines dropped="));
	log_msg(LOG_LEVEL_INFO, "well again");
	log_stop();
	assert_non_null(strstr(logged(0), "well again\n"));
}

/* Nobody reads, and the process wants to end. */
static void
test_stop_does_not_hang(void **state)
{
	char text[1024];
	int i;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(log_start(), 0);
	for (i = 0; i < 500; i++)
		log_msg(LOG_LEVEL_INFO, "%s", text);
	log_stop();
	/* Let the thread go, which else would meet the next test's pipe. */
	(void)logged(300);
}

static void
test_reader_gone(void **state)
{
	(void)state;
	(void)signal(SIGPIPE, SIG_IGN);
	close(from_log);
	from_log = -1;
	log_msg(LOG_LEVEL_ERROR, "nobody hears");
	assert_int_equal(log_start(), 0);
	log_msg(LOG_LEVEL_ERROR, "nobody hears");
	log_stop();
}

static void
check_quote(size_t size, const char *value, size_t len, const char *want)
{
	char *out = malloc(size);

	assert_string_equal(log_quote(out, size, value, len), want);
	free(out);
}

static void
test_quote(void **state)
{
	(void)state;
	check_quote(32, "ann", 3, "\"ann\"");
	check_quote(64, "a\" b=\"c\\\n\xff", 10,
	    "\"a\\x22 b=\\x22c\\x5c\\x0a\\xff\"");
	check_quote(32, "a\0b", 3, "\"a\\x00b\"");
	check_quote(3, "abc", 3, "\"\"");
	check_quote(2, "abc", 3, "");
	check_quote(1, "abc", 3, "");
	/* Cut at a whole character of what is written. */
	check_quote(9, "abcdefgh", 8, "\"ab\"");
	check_quote(9, "ab\n", 3, "\"ab\"");
}

int
main(void)
{
#define CAPTURED(t) cmocka_unit_test_setup_teardown(t, capture, release)
	const struct CMUnitTest tests[] = {
		CAPTURED(test_direct),
		CAPTURED(test_one_line),
		CAPTURED(test_hides_nothing),
		CAPTURED(test_cut),
		CAPTURED(test_journal),
		CAPTURED(test_thread),
		CAPTURED(test_full),
		CAPTURED(test_reader_gone),
		CAPTURED(test_stop_does_not_hang),
		cmocka_unit_test(test_quote),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
