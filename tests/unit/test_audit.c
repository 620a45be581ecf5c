/* SPDX-License-Identifier: MIT */
/* Audit lines: their one form, whatever a client sends. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/log.h"
#include "confab/identity/audit.h"

static char text[65536];

/* What one call writes, behind time, program and level. */
static const char *
written(enum audit_event event, const char *address, const char *user,
    const char *detail)
{
	char name[] = "/tmp/confab-audit-XXXXXX";
	int fd = mkstemp(name), saved = dup(STDERR_FILENO);
	ssize_t n;
	char *start;

	assert_true(fd >= 0 && saved >= 0);
	unlink(name);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	audit_log(event, address, user, detail);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	close(saved);
	n = pread(fd, text, sizeof(text) - 1, 0);
	assert_true(n > 0);
	text[n] = '\0';
	close(fd);
	/* One line. */
	assert_ptr_equal(strchr(text, '\n'), text + n - 1);
	text[n - 1] = '\0';
	start = strstr(text, "audit: ");
	assert_non_null(start);
	return start;
}

static void
test_form(void **state)
{
	(void)state;
	assert_string_equal(written(AUDIT_LOGIN, "192.0.2.1", "alice", NULL),
	    "audit: event=login address=192.0.2.1 user=\"alice\"");
	assert_string_equal(written(AUDIT_LOGIN_FAILED, "2001:DB8::1", "bob",
				"account_disabled"),
	    "audit: event=login-failed address=2001:db8::1 user=\"bob\" "
	    "detail=\"account_disabled\"");
	assert_string_equal(written(AUDIT_KEY, NULL, NULL, "key made"),
	    "audit: event=key-changed address=- user=\"\" "
	    "detail=\"key made\"");
}

static void
test_injection(void **state)
{
	const char *line;

	(void)state;
	line = written(AUDIT_LOGIN_FAILED, "192.0.2.1",
	    "x\" address=10.0.0.1 user=\"y\n2026 audit: event=login "
	    "address=10.0.0.2\r\x1b[2J\\ \xc3\xa4 \xff",
	    NULL);
	assert_memory_equal(line,
	    "audit: event=login-failed address=192.0.2.1 user=\"x\\x22 ", 56);
	/* One quoted field to its end, of printable ASCII. */
	assert_int_equal(line[strlen(line) - 1], '"');
	for (const char *p = line; *p != '\0'; p++)
		assert_true(*p >= ' ' && *p < 0x7f);
	assert_ptr_equal(strchr(strchr(line, '"') + 1, '"'),
	    line + strlen(line) - 1);
	/* An address that is none is not written. */
	assert_string_equal(written(AUDIT_LOGIN, "1.2.3.4 event=x", "a", NULL),
	    "audit: event=login address=- user=\"a\"");
}

static void
test_long_names(void **state)
{
	char name[5000];
	const char *line;

	(void)state;
	memset(name, '\n', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	line = written(AUDIT_LOGIN_FAILED, "192.0.2.1", name, name);
	assert_true(strlen(line) < LOG_LINE_MAX);
	assert_int_equal(line[strlen(line) - 1], '"');
}

static void
test_every_event_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < AUDIT_EVENTS; i++) {
		const char *line =
		    written((enum audit_event)i, NULL, "a", NULL);

		assert_memory_equal(line, "audit: event=", 13);
		assert_true(line[13] >= 'a' && line[13] <= 'z');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_injection),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_every_event_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
