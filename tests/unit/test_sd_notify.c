/* SPDX-License-Identifier: MIT */
/*
 * Tests of what systemd is told, with sockets of our own to tell it to.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/system/sd_notify.h"
#include "temp_folder.h"

/* A socket of that name; '@' is the abstract name space. */
static int
listener(const char *name)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	size_t n = strlen(name);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	memcpy(sa.sun_path, name, n);
	if (name[0] == '@')
		sa.sun_path[0] = '\0';
	assert_int_equal(bind(fd, (struct sockaddr *)&sa,
			     (socklen_t)(offsetof(struct sockaddr_un,
					     sun_path) +
				 n)),
	    0);
	(void)setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static const char *
told(int fd)
{
	static char text[256];
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	return text;
}

static void
test_names(void **state)
{
	char path[TEMP_PATH_MAX], abstract[64];
	const char *const names[] = { path, abstract };
	size_t i;
	int fd;

	(void)state;
	temp_path(path, "sock");
	(void)snprintf(abstract, sizeof(abstract), "@confab-test-%ld",
	    (long)getpid());
	for (i = 0; i < 2; i++) {
		fd = listener(names[i]);
		sd_notify_send("READY=1");
		assert_string_equal(told(fd), "READY=1");
		close(fd);
	}
	unlink(path);
}

/* Nobody listens, or there is no such name: nothing happens. */
static void
test_nobody(void **state)
{
	char longest[256];

	(void)state;
	memset(longest, '/', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	sd_notify_send("READY=1");
	(void)setenv("NOTIFY_SOCKET", "", 1);
	sd_notify_send("READY=1");
	(void)setenv("NOTIFY_SOCKET", "relative", 1);
	sd_notify_send("READY=1");
	(void)setenv("NOTIFY_SOCKET", "vsock:2:1", 1);
	sd_notify_send("READY=1");
	(void)setenv("NOTIFY_SOCKET", longest, 1);
	sd_notify_send("READY=1");
	(void)unsetenv("NOTIFY_SOCKET");
	sd_notify_send("READY=1");
}

/* Nobody takes what is told: it never blocks. */
static void
test_full(void **state)
{
	char name[64];
	int fd, i;

	(void)state;
	(void)snprintf(name, sizeof(name), "@confab-full-%ld", (long)getpid());
	fd = listener(name);
	for (i = 0; i < 5000; i++)
		sd_notify_send("WATCHDOG=1");
	close(fd);
}

static void
test_reloading(void **state)
{
	unsigned long long at = 0;
	uint64_t before;
	char name[64];
	int fd;

	(void)state;
	(void)snprintf(name, sizeof(name), "@confab-rl-%ld", (long)getpid());
	fd = listener(name);
	before = clock_mono_us();
	sd_notify_reloading();
	assert_int_equal(sscanf(told(fd), "RELOADING=1\nMONOTONIC_USEC=%llu",
			     &at),
	    1);
	assert_true(at >= before);
	assert_true(at <= clock_mono_us());
	close(fd);
}

static void
test_watchdog(void **state)
{
	char pid[32];

	(void)state;
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	assert_int_equal(sd_notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_USEC", "30000000", 1);
	assert_int_equal(sd_notify_watchdog_ms(), 15000);
	(void)setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(sd_notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(sd_notify_watchdog_ms(), 15000);
	(void)setenv("WATCHDOG_USEC", "x", 1);
	assert_int_equal(sd_notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_USEC", "100", 1);
	assert_int_equal(sd_notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_USEC", "99999999999999999999999", 1);
	assert_int_equal(sd_notify_watchdog_ms(), 0);
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
}

static int
setup(void **state)
{
	(void)unsetenv("NOTIFY_SOCKET");
	return temp_folder_make(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nobody),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_reloading),
		cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests(tests, setup, temp_folder_remove);
}
