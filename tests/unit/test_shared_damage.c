/* SPDX-License-Identifier: MIT */
/*
 * The shared state when its file is damaged, cut, removed, or its writer
 * killed, and when the system has been started anew.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/state/shared_slots.h"

#include "state/shared_file.h"
#include "shared_help.h"

#define HEADER 4096 /* of the file, before its cells */
#define CELL 64
#define JOURNAL_AT 88 /* after the header's fixed part and its sum */
#define JOURNAL_END (JOURNAL_AT + SHARED_STAGED_MAX * (8 + CELL) + 16)

/* Overwrites a part of the file, as a bug of another program might. */
static void
scribble(off_t at, const void *data, size_t len)
{
	int fd = open(shared_path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, at), len);
	close(fd);
}

/* All cells are damaged: the next login is a good one, and stays so. */
static void
test_usable_after_damage(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now = wall(), issued;
	struct stat s;
	char *noise;

	(void)state;
	assert_int_equal(stat(shared_path, &s), 0);
	noise = calloc(1, (size_t)s.st_size);
	assert_non_null(noise);
	for (int round = 0; round < 2; round++) {
		scribble(HEADER, noise, (size_t)s.st_size - HEADER);
		issued = shared_state_issue(st, "alice", now);
		for (unsigned i = 0; i < 500; i++) {
			char name[32];

			make_id(id, i);
			snprintf(name, sizeof(name), "user%u", i);
			assert_false(
			    shared_state_revoked(st, id, name, issued, now));
		}
		memset(noise, 0xa5, (size_t)s.st_size);
	}
	free(noise);
	shared_state_close(st);
}

static void
test_damaged_header(void **state)
{
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now = (uint64_t)clock_wall() * 1000;
	struct shared_state *st = fresh();

	(void)state;
	make_id(id, 1);
	/* Each byte of the part that has a sum, and the sum itself. */
	for (off_t at = 0; at < JOURNAL_AT; at += 7) {
		char byte = (char)(0x5a + at);

		shared_state_tokens_add(st, "a", 1, 100);
		scribble(at, &byte, 1);
		/* Serving goes on, with nothing known and nobody let in. */
		(void)shared_state_tokens(st, "a", 1);
		assert_true(shared_state_revoked(st, id, "a", now, now));
		shared_state_tokens_add(st, "b", 1, 1);
		assert_true(shared_state_tokens(st, "b", 1) > 0);
	}
	shared_state_close(st);
}

static void
test_damaged_everywhere(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now = wall();
	struct stat s;
	char *noise;

	(void)state;
	assert_int_equal(stat(shared_path, &s), 0);
	noise = malloc((size_t)s.st_size);
	assert_non_null(noise);
	memset(noise, 0xa5, (size_t)s.st_size);
	/* All cells, under a good header. */
	scribble(HEADER, noise, (size_t)s.st_size - HEADER);
	make_id(id, 1);
	assert_true(shared_state_revoked(st, id, "a", now - 3000, now));
	for (int i = 0; i < 4; i++)
		fail_once(st, "a", 1000);
	assert_int_equal(left(st, "a", 1000), 1000);
	assert_true(shared_slots_take(st, SHARED_SLOT_CGI, 256) >= 0);
	/* The whole file, and an open by another process. */
	scribble(0, noise, (size_t)s.st_size);
	shared_state_close(st);
	st = open_state();
	assert_int_equal(left(st, "a", 1000), 0);
	shared_state_close(st);
	free(noise);
}

/* Where the cells of what ended begin, and how many there are. */
#define ENDED (HEADER + (1 + 4096 + 8192 + 2048) * CELL)
#define ENDED_CELLS 16384

/* Damages all that is known of ended sessions. */
static void
forget_ends(void)
{
	char cell[CELL];

	memset(cell, 0x11, sizeof(cell));
	for (off_t i = 0; i < ENDED_CELLS; i++)
		scribble(ENDED + i * CELL, cell, sizeof(cell));
}

/* A cell that may have been a revocation makes sessions void, others not. */
static void
test_damaged_cell(void **state)
{
	unsigned char id[SHARED_SESSION_LEN];
	struct shared_state *st = fresh();
	uint64_t issued = shared_state_issue(st, "alice", 0);
	uint64_t now = issued;
	char cell[CELL];
	struct stat s;

	(void)state;
	make_id(id, 7);
	assert_int_equal(stat(shared_path, &s), 0);
	memset(cell, 0x11, sizeof(cell));
	/* Penalties of users come right after the first cell. */
	for (off_t at = HEADER + CELL; at < HEADER + 4096 * CELL; at += CELL)
		scribble(at, cell, sizeof(cell));
	fail_once(st, "alice", 1000);
	assert_false(shared_state_revoked(st, id, "alice", issued, now));
	forget_ends();
	assert_true(shared_state_revoked(st, id, "alice", issued, now));
	shared_state_close(st);
}

/*
 * A session may be ahead of the clock: after the end of all in its millisecond,
 * or by a clock that was set back. It does not come back with a damaged file.
 */
static void
test_ahead_of_the_clock(void **state)
{
	static const uint64_t aheads[] = { 0, 1, 2, 1000, 30000, 59000 };
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now, issued, all;

	(void)state;
	for (size_t i = 0; i < sizeof(aheads) / sizeof(aheads[0]); i++) {
		struct shared_state *st = fresh(), *other = open_state();

		make_id(id, 9);
		now = (uint64_t)clock_wall_ms() + aheads[i];
		/* Everywhere, and in again, twice. */
		for (int twice = 0; twice < 2; twice++) {
			issued = shared_state_issue(st, "alice", now);
			assert_int_equal(shared_state_revoke_user(st, "alice",
					     now, now + DAY_MS),
			    0);
		}
		issued = shared_state_issue(st, "alice", now);
		assert_int_equal(shared_state_revoke(st, id, "alice", now,
				     now + DAY_MS),
		    0);
		forget_ends();
		assert_true(
		    shared_state_revoked(other, id, "alice", issued, now));
		/* And who signs in then is in. */
		all = shared_state_issue(other, "alice", now);
		assert_true(all > issued);
		assert_true(all < (uint64_t)clock_wall_ms() + 61000);
		assert_false(shared_state_revoked(st, id, "alice", all, now));
		shared_state_close(st);
		shared_state_close(other);
	}
}

/* But one of a clock that was far ahead does not hold everybody up. */
static void
test_far_ahead_of_the_clock(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now = (uint64_t)clock_wall_ms();

	(void)state;
	make_id(id, 9);
	(void)shared_state_issue(st, "alice", now + DAY_MS);
	forget_ends();
	assert_true(shared_state_revoked(st, id, "bob", now, now));
	assert_true(shared_state_issue(st, "bob", now) < now + 60000);
	shared_state_close(st);
}

/* A process killed between its journal and its cells. */
static void
test_journal(void **state)
{
	struct shared_state *st = fresh();
	char after[JOURNAL_END];
	uint64_t cells = 2; /* the count of changes, too */
	struct stat s;
	char *all;
	int fd;

	(void)state;
	assert_int_equal(stat(shared_path, &s), 0);
	all = malloc((size_t)s.st_size);
	assert_non_null(all);
	shared_state_tokens_add(st, "a", 1, 5);
	fd = open(shared_path, O_RDONLY);
	assert_int_equal(pread(fd, all, (size_t)s.st_size, 0), s.st_size);
	shared_state_tokens_add(st, "a", 1, 6);
	assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
	close(fd);
	/* The header as it was written, the cells as they were before. */
	memcpy(all, after, sizeof(after));
	memcpy(all + JOURNAL_END - sizeof(cells), &cells, sizeof(cells));
	scribble(0, all, (size_t)s.st_size);
	assert_int_equal(shared_state_tokens(st, "a", 1), 11);
	assert_int_equal(shared_state_tokens(st, "a", 1), 11);
	/* One that does not match its sum is done by nobody. */
	all[JOURNAL_AT] ^= 1;
	scribble(0, all, (size_t)s.st_size);
	assert_int_equal(shared_state_tokens(st, "a", 1), 0);
	free(all);
	shared_state_close(st);
}

static void
test_cut_and_removed(void **state)
{
	struct shared_state *st = fresh(), *other;

	(void)state;
	shared_state_tokens_add(st, "a", 1, 5);
	assert_int_equal(truncate(shared_path, 5000), 0);
	assert_int_equal(shared_state_tokens(st, "a", 1), 0);
	shared_state_tokens_add(st, "a", 1, 6);
	assert_int_equal(truncate(shared_path, 0), 0);
	shared_state_tokens_add(st, "a", 1, 7);
	assert_int_equal(shared_state_tokens(st, "a", 1), 7);
	/* Taken away while in use: both come together on the new one. */
	assert_int_equal(unlink(shared_path), 0);
	other = open_state();
	shared_state_tokens_add(other, "a", 1, 8);
	assert_int_equal(shared_state_tokens(st, "a", 1), 8);
	shared_state_close(other);
	shared_state_close(st);
}

static void
test_refused_files(void **state)
{
	char err[CONFIG_ERROR_MAX], other[TEMP_PATH_MAX];

	(void)state;
	unlink(shared_path);
	temp_path(other, "elsewhere");
	assert_int_equal(symlink(other, shared_path), 0);
	assert_null(shared_state_open(temp_folder, err));
	unlink(shared_path);
	assert_int_equal(mkdir(shared_path, 0700), 0);
	assert_null(shared_state_open(temp_folder, err));
	rmdir(shared_path);
	assert_int_equal(mkfifo(shared_path, 0600), 0);
	assert_null(shared_state_open(temp_folder, err));
	unlink(shared_path);
	close(open(shared_path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(chmod(shared_path, 0666), 0);
	assert_null(shared_state_open(temp_folder, err));
	unlink(shared_path);
	assert_null(shared_state_open("/nonexistent/folder", err));
}

/* What the child of the test below found. */
enum { AS_IT_SHOULD, WRONG, MAY_NOT };

/*
 * A process of another boot, as far as it can be told, with a mount of its own:
 * what counts from the start of the system is gone, ended sessions are not.
 */
static int
at_another_boot(void)
{
	static const char boot[] = "00000000-1111-2222-3333-444444444444\n";
	char path[TEMP_PATH_MAX + 8], why[CONFIG_ERROR_MAX];
	unsigned char id[SHARED_SESSION_LEN];
	struct shared_state *st;
	int fd;

	snprintf(path, sizeof(path), "%s/boot", temp_folder);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, boot, sizeof(boot) - 1) < 0)
		return WRONG;
	close(fd);
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount(path, "/proc/sys/kernel/random/boot_id", NULL, MS_BIND,
		NULL) != 0)
		return MAY_NOT;
	st = shared_state_open(temp_folder, why);
	if (st == NULL)
		return WRONG;
	make_id(id, 1);
	if (left(st, "alice", 100000) != 0 ||
	    !shared_state_revoked(st, id, "alice", wall(), wall()))
		return WRONG;
	shared_state_close(st);
	return AS_IT_SHOULD;
}

static void
test_new_boot(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[SHARED_SESSION_LEN];
	uint64_t now = wall();
	int status;
	pid_t pid;

	(void)state;
	make_id(id, 1);
	for (int i = 0; i < 8; i++)
		fail_once(st, "alice", 100000);
	assert_int_equal(shared_state_revoke(st, id, "alice", now,
			     now + DAY_MS),
	    0);
	shared_state_close(st);
	/* In this one nothing has changed. */
	st = open_state();
	assert_true(left(st, "alice", 100000) > 0);
	assert_true(shared_state_revoked(st, id, "alice", now, now));
	shared_state_close(st);

	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(at_another_boot());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == MAY_NOT) {
		print_message("no mounts of its own: not tried\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), AS_IT_SHOULD);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_usable_after_damage),
		cmocka_unit_test(test_damaged_header),
		cmocka_unit_test(test_damaged_everywhere),
		cmocka_unit_test(test_damaged_cell),
		cmocka_unit_test(test_ahead_of_the_clock),
		cmocka_unit_test(test_far_ahead_of_the_clock),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_cut_and_removed),
		cmocka_unit_test(test_refused_files),
		cmocka_unit_test(test_new_boot),
	};

	return cmocka_run_group_tests(tests, shared_group_begin,
	    temp_folder_remove);
}
