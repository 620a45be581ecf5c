/* SPDX-License-Identifier: MIT */
/*
 * What the process can no longer do, and all that it still must be able to.
 * Each test runs in a process of its own, since nothing of it can be undone.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <pwd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef HAVE_SYS_PRCTL_H
#include <sys/prctl.h>
#endif

#include <cmocka.h>
#include <curl/curl.h>

#include "confab/base/log.h"
#include "confab/identity/credentials.h"
#include "confab/identity/password.h"
#include "confab/state/shared_state.h"
#include "confab/system/sandbox.h"

#include "system/sandbox_os.h"
#include "temp_folder.h"

static char users[TEMP_PATH_MAX], outside[TEMP_PATH_MAX];
static char run[TEMP_PATH_MAX], conf[TEMP_PATH_MAX];
static struct config config;

/* Says where in a child a promise was broken: its exit status is the line. */
#define must(condition)                    \
	do {                               \
		if (!(condition))          \
			give_up(__LINE__); \
	} while (0)

static void
give_up(int line)
{
	dprintf(STDOUT_FILENO, "# broken at line %d: %s\n", line,
	    strerror(errno));
	_exit(1);
}

static void
in_a_child(void (*what)(void))
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		what();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Does this kernel restrict files? Asked in a child. */
static void
ask_files(void)
{
	struct sandbox_paths none = { .n = 0 };

	must(sandbox_os_no_new_privileges() == 0);
	_exit(sandbox_os_files(&none) == 0 ? 7 : 0);
}

static bool
restricts_files(void)
{
	pid_t pid = fork();
	int status = 0;

	if (pid == 0)
		ask_files();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) && WEXITSTATUS(status) == 7;
}

static void
no_dumps(void)
{
	struct rlimit limit;

	sandbox_enter(&config);
	must(getrlimit(RLIMIT_CORE, &limit) == 0);
	must(limit.rlim_cur == 0 && limit.rlim_max == 0);
#if defined(__linux__) && !defined(CONFAB_SANITIZED)
	must(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0);
#endif
#ifdef __linux__
	must(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
#endif
}

static void
no_programs(void)
{
	char name[] = "/bin/true";
	char *const argv[] = { name, NULL };

	sandbox_enter(&config);
#if defined(__linux__) && !defined(CONFAB_SANITIZED)
	must(execv(name, argv) == -1 && (errno == EPERM || errno == EACCES));
	must(setuid(getuid()) == -1 && errno == EPERM);
#else
	(void)argv;
#endif
}

static void
no_other_files(void)
{
	char other[TEMP_PATH_MAX];
	int fd;

	must((fd = open(outside, O_RDONLY)) >= 0);
	close(fd);
	sandbox_enter(&config);
	must(open(outside, O_RDONLY) == -1 && errno == EACCES);
	temp_path(other, "outside.more");
	must(open(other, O_CREAT | O_WRONLY, 0600) == -1 && errno == EACCES);
	/* The configuration can be read, and not be written. */
	must((fd = open(conf, O_RDONLY)) >= 0);
	close(fd);
	must(open(conf, O_WRONLY) == -1 && errno == EACCES);
	must(unlink(conf) == -1 && errno == EACCES);
}

/* All that serving takes. */
static void
work(void)
{
	struct config_password cost = { .memory_kib = 1024,
		.passes = 1,
		.lanes = 4 };
	char err[CONFIG_ERROR_MAX], hash[USERS_HASH_MAX + 1];
	struct credentials *c;
	struct addrinfo *list;
	struct shared_state *st;
	struct users_entry u;
	CURL *curl;
	/* Unknown where there is no /etc/hosts, with or without a sandbox. */
	int known = getaddrinfo("localhost", "80", NULL, &list);

	if (known == 0)
		freeaddrinfo(list);
	sandbox_enter(&config);
	must((c = credentials_load(users, err)) != NULL);
	must(credentials_find(c, "alice", &u));
	/* Argon2 with threads, and the users file replaced. */
	must(password_hash(&cost, "a password", 10, hash) == 0);
	must(credentials_store(c, "alice", u.hash, hash, true, err) == 0);
	must(credentials_find(c, "alice", &u) && strcmp(u.hash, hash) == 0);
	credentials_free(c);
	must((st = shared_state_open(run, err)) != NULL);
	shared_state_tokens_add(st, "a", 1, 1);
	must(shared_state_tokens(st, "a", 1) == 1);
	shared_state_close(st);
	/* The resolver, and a transfer to where nobody listens, with TLS. */
	must(getaddrinfo("localhost", "80", NULL, &list) == known);
	if (known == 0)
		freeaddrinfo(list);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	must((curl = curl_easy_init()) != NULL);
	curl_easy_setopt(curl, CURLOPT_URL, "https://127.0.0.1:1/");
	must(curl_easy_perform(curl) == CURLE_COULDNT_CONNECT);
	curl_easy_cleanup(curl);
	curl_global_cleanup();
}

static void
drop(void)
{
	char err[CONFIG_ERROR_MAX], name[] = "nobody";
	struct passwd *nobody;

	config.user = name;
	must(sandbox_drop_user(&config, err) == 0);
	must((nobody = getpwnam(name)) != NULL && nobody->pw_uid != 0);
	must(getuid() == nobody->pw_uid && geteuid() == nobody->pw_uid);
	must(getgid() == nobody->pw_gid && getgroups(0, NULL) <= 1);
	must(setuid(0) == -1);
}

static void
drop_to_nobody(void)
{
	char err[CONFIG_ERROR_MAX] = "", name[] = "no-such-user-here";

	config.user = name;
	must(sandbox_drop_user(&config, err) == -1);
	must(strstr(err, name) != NULL);
}

static void
test_dumps(void **state)
{
	(void)state;
	in_a_child(no_dumps);
}

static void
test_programs(void **state)
{
	(void)state;
	in_a_child(no_programs);
}

static void
test_files(void **state)
{
	(void)state;
	if (!restricts_files())
		skip();
	in_a_child(no_other_files);
}

static void
test_work(void **state)
{
	(void)state;
	in_a_child(work);
}

static void
test_user(void **state)
{
	(void)state;
	/* Not root: nothing to drop, and nothing refused. */
	if (geteuid() != 0) {
		char err[CONFIG_ERROR_MAX], name[] = "root";

		config.user = name;
		assert_int_equal(sandbox_drop_user(&config, err), 0);
		config.user = NULL;
		skip();
	}
	in_a_child(drop);
	in_a_child(drop_to_nobody);
}

static int
make_folders(void **state)
{
	static char etc[TEMP_PATH_MAX], var[TEMP_PATH_MAX];

	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(etc, "etc");
	temp_path(var, "var");
	temp_path(run, "run");
	temp_path(conf, "etc/confab.conf");
	temp_path(users, "var/users");
	temp_path(outside, "outside");
	if (mkdir(etc, 0700) != 0 || mkdir(var, 0700) != 0 ||
	    mkdir(run, 0700) != 0)
		return -1;
	temp_put(conf, "# nothing\n", 0640);
	temp_put(outside, "secret\n", 0640);
	temp_put(users,
	    "alice:$2y$05$CCCCCCCCCCCCCCCCCCCCC."
	    "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n",
	    0640);
	config.path = conf;
	config.users_file = users;
	config.runtime_dir = run;
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dumps),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests(tests, make_folders, temp_folder_remove);
}
