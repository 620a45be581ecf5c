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
#ifdef __linux__
#include <pthread.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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
#include "users_help.h"

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

#if defined(__linux__) && !defined(CONFAB_SANITIZED)
#define REFUSED(call) must((call) == -1 && errno == EPERM)
#define UNKNOWN(call) must((call) == -1 && errno == ENOSYS)

static void *
thread(void *arg)
{
	return arg;
}

/* What is not on the list, and what is only with other arguments. */
static void
no_other_calls(void)
{
	char byte = 'x', args[128] = { 0 };
	int pair[2];
	pthread_t t;

	sandbox_enter(&config);
	if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) == 0)
		_exit(0);
	REFUSED(syscall(SYS_getpriority, PRIO_PROCESS, 0));
	REFUSED(fork());
	REFUSED(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0));
	REFUSED(syscall(SYS_clone,
	    CLONE_NEWNET | CLONE_THREAD | CLONE_VM | CLONE_SIGHAND, 0, 0, 0,
	    0));
	UNKNOWN(syscall(435, args, 88)); /* clone3() */
	REFUSED(unshare(CLONE_NEWUSER));
	REFUSED(syscall(SYS_setns, 0, 0));
	REFUSED(mount("/", "/", NULL, MS_BIND, NULL));
	REFUSED(syscall(SYS_ptrace, 0, 0, 0, 0));
	REFUSED(syscall(SYS_process_vm_readv, getpid(), 0, 0, 0, 0, 0));
	REFUSED(syscall(SYS_bpf, 0, args, sizeof(args)));
	REFUSED(syscall(SYS_perf_event_open, args, 0, -1, -1, 0));
	REFUSED(syscall(SYS_userfaultfd, 0));
	REFUSED(syscall(SYS_keyctl, 0, 0, 0, 0, 0));
	REFUSED(syscall(SYS_memfd_create, "x", 0));
	REFUSED(syscall(SYS_execveat, -1, "/bin/true", NULL, NULL, 0));
	REFUSED(syscall(SYS_personality, 0xffffffff));
	REFUSED(syscall(SYS_seccomp, 0, 0, 0));
	REFUSED(syscall(425, 1, args)); /* io_uring_setup() */
	REFUSED(syscall(438, 0, 0, 0)); /* pidfd_getfd() */
	REFUSED(syscall(SYS_symlinkat, "a", AT_FDCWD, "b"));
	REFUSED(syscall(SYS_mknodat, AT_FDCWD, "b", S_IFIFO | 0600, 0));
	REFUSED(syscall(SYS_shmget, 0, 1, 0));
	REFUSED(listen(0, 1));
	/* Calls newer than the list, and of x86-64's second table. */
	UNKNOWN(syscall(451));
	UNKNOWN(syscall(1000));
	UNKNOWN(syscall(0x40000000 | SYS_getpid));
	/* Families of sockets. */
	for (int family = 0; family < 50; family++)
		if (family != AF_UNIX && family != AF_INET &&
		    family != AF_INET6 && family != AF_NETLINK)
			REFUSED(socket(family, SOCK_STREAM, 0));
	for (int protocol = 1; protocol < 24; protocol++)
		REFUSED(socket(AF_NETLINK, SOCK_RAW, protocol));
	REFUSED(socketpair(AF_INET, SOCK_STREAM, 0, pair));
	/* It stays as it is: no dumps, no typing into a terminal. */
	REFUSED(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
	REFUSED(prctl(PR_SET_PTRACER, 1, 0, 0, 0));
	REFUSED(ioctl(0, TIOCSTI, &byte));
	REFUSED(ioctl(0, TIOCSCTTY, 0));
	/* And what is meant to go. */
	must(pthread_create(&t, NULL, thread, NULL) == 0);
	must(pthread_join(t, NULL) == 0);
	must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
	must(socket(AF_INET6, SOCK_DGRAM, 0) >= 0 || errno == EAFNOSUPPORT);
	must(socket(AF_INET, SOCK_STREAM, 0) >= 0);
	must(socket(AF_NETLINK, SOCK_RAW, 0) >= 0);
	must(kill(getpid(), 0) == 0);
}

static void
test_calls(void **state)
{
	(void)state;
	in_a_child(no_other_calls);
}
#endif

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
	must((c = load_users(users, err)) != NULL);
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
#if defined(__linux__) && !defined(CONFAB_SANITIZED)
		cmocka_unit_test(test_calls),
#endif
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_user),
	};

	return cmocka_run_group_tests(tests, make_folders, temp_folder_remove);
}
