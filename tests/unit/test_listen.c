/* SPDX-License-Identifier: MIT */
/*
 * Tests of the socket that the worker serves.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/gateway/listen.h"
#include "temp_folder.h"

static char path[TEMP_PATH_MAX], where[sizeof("unix:") + TEMP_PATH_MAX];
static char err[CONFIG_ERROR_MAX];

static int
reach(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0), rc;

	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	rc = connect(fd, (struct sockaddr *)&sa, sizeof(sa));
	close(fd);
	return rc;
}

static void
test_unix(void **state)
{
	static const mode_t modes[] = { 0600, 0660, 0666 };
	struct stat st;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		fd = listen_open(where, modes[i], NULL, err);
		assert_true(fd >= 0);
		assert_int_equal(stat(path, &st), 0);
		assert_true(S_ISSOCK(st.st_mode));
		assert_int_equal(st.st_mode & 0777, modes[i]);
		assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		assert_int_equal(reach(), 0);
		listen_forget();
		assert_int_equal(access(path, F_OK), -1);
		close(fd);
	}
}

/* Who cannot ask whether somebody listens takes nothing away. */
static void
test_live_is_kept_without_descriptors(void **state)
{
	struct rlimit all, none;
	int fd, next;

	(void)state;
	fd = listen_open(where, 0600, NULL, err);
	assert_true(fd >= 0);
	next = dup(fd);
	close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	none = all;
	none.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(listen_open(where, 0600, NULL, err), -1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	assert_int_equal(reach(), 0);
	listen_forget();
	close(fd);
}

static void
test_stale_is_replaced(void **state)
{
	int fd;

	(void)state;
	fd = listen_open(where, 0600, NULL, err);
	close(fd);
	assert_int_equal(reach(), -1);
	fd = listen_open(where, 0600, NULL, err);
	assert_true(fd >= 0);
	assert_int_equal(reach(), 0);
	listen_forget();
	close(fd);
}

static void
test_live_is_left_alone(void **state)
{
	int fd;

	(void)state;
	fd = listen_open(where, 0600, NULL, err);
	assert_int_equal(listen_open(where, 0600, NULL, err), -1);
	assert_non_null(strstr(err, path));
	assert_int_equal(reach(), 0);
	listen_forget();
	close(fd);
}

static void
test_file_is_left_alone(void **state)
{
	int fd;

	(void)state;
	fd = open(path, O_CREAT | O_WRONLY, 0600);
	close(fd);
	assert_int_equal(listen_open(where, 0600, NULL, err), -1);
	assert_non_null(strstr(err, "no socket"));
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

/* Another process has put its own socket there since. */
static void
test_forget_another(void **state)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd, other;

	(void)state;
	fd = listen_open(where, 0600, NULL, err);
	unlink(path);
	other = socket(AF_UNIX, SOCK_STREAM, 0);
	(void)snprintf(sa.sun_path, sizeof(sa.sun_path), "%s", path);
	assert_int_equal(bind(other, (struct sockaddr *)&sa, sizeof(sa)), 0);
	listen_forget();
	assert_int_equal(access(path, F_OK), 0);
	close(other);
	close(fd);
	unlink(path);
	listen_forget();
}

static void
test_bad(void **state)
{
	char longest[256];

	(void)state;
	memset(longest, 'x', sizeof(longest));
	memcpy(longest, "unix:/", 6);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(listen_open(longest, 0600, NULL, err), -1);
	assert_non_null(strstr(err, "107 bytes"));
	assert_int_equal(listen_open("unix:/nowhere/at/all", 0600, NULL, err),
	    -1);
	assert_int_equal(listen_open(where, 0600, "no-such-group", err), -1);
	assert_non_null(strstr(err, "no-such-group"));
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(listen_open("", 0600, NULL, err), -1);
	assert_int_equal(listen_open("9000", 0600, NULL, err), -1);
	assert_int_equal(listen_open(":9000", 0600, NULL, err), -1);
	assert_int_equal(listen_open("127.0.0.1:", 0600, NULL, err), -1);
	assert_int_equal(listen_open("127.0.0.1:http/x", 0600, NULL, err), -1);
}

static void
test_tcp(void **state)
{
	static const char *const good[] = { "127.0.0.1:0", "*:0",
		"localhost:0" };
	struct addrinfo *list = NULL;
	size_t i, n = sizeof(good) / sizeof(good[0]);
	int fd;

	(void)state;
	/* A bare root directory has no /etc/hosts, which knows the last. */
	if (getaddrinfo("localhost", NULL, NULL, &list) != 0)
		n--;
	else
		freeaddrinfo(list);
	for (i = 0; i < n; i++) {
		fd = listen_open(good[i], 0, NULL, err);
		if (fd == -1)
			fail_msg("%s: %s", good[i], err);
		assert_int_equal(fcntl(fd, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
		listen_forget();
		close(fd);
	}
}

/* Passed on standard input, and as systemd passes it. */
static void
test_passed(void **state)
{
	int old_stdin = dup(STDIN_FILENO), old_third = dup(3), fd, file;
	char pid[32];

	(void)state;
	fd = listen_open(where, 0600, NULL, err);
	assert_true(fd >= 0);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(listen_passed(), STDIN_FILENO);
	/* Not meant for this process. */
	(void)setenv("LISTEN_PID", "1", 1);
	(void)setenv("LISTEN_FDS", "1", 1);
	assert_int_equal(listen_passed(), STDIN_FILENO);
	assert_null(getenv("LISTEN_PID"));
	assert_null(getenv("LISTEN_FDS"));
	assert_int_equal(dup2(fd, 3), 3);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	(void)setenv("LISTEN_PID", pid, 1);
	(void)setenv("LISTEN_FDS", "1", 1);
	assert_int_equal(listen_passed(), 3);
	assert_int_equal(fcntl(3, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	/* No listening socket at all. */
	file = open("/dev/null", O_RDWR);
	(void)dup2(file, STDIN_FILENO);
	assert_int_equal(listen_passed(), -1);
	close(file);
	close(STDIN_FILENO);
	assert_int_equal(listen_passed(), -1);
	(void)dup2(old_stdin, STDIN_FILENO);
	close(old_stdin);
	close(3);
	if (old_third != -1) {
		(void)dup2(old_third, 3);
		close(old_third);
	}
	listen_forget();
	if (fd != 3)
		close(fd);
}

static int
setup(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(path, "sock");
	(void)snprintf(where, sizeof(where), "unix:%s", path);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_live_is_kept_without_descriptors),
		cmocka_unit_test(test_stale_is_replaced),
		cmocka_unit_test(test_live_is_left_alone),
		cmocka_unit_test(test_file_is_left_alone),
		cmocka_unit_test(test_forget_another),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_passed),
	};

	return cmocka_run_group_tests(tests, setup, temp_folder_remove);
}
