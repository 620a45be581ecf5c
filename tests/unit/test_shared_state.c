/* SPDX-License-Identifier: MIT */
/*
 * The shared state: what each table promises, and what becomes of the file
 * when it is damaged, cut, removed, or its writer killed.
 */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/clock.h"
#include "confab/log.h"
#include "confab/shared_file.h"
#include "confab/shared_slots.h"
#include "confab/shared_state.h"
#include "confab/siphash.h"

#define DAY_MS (24ULL * 3600 * 1000)
#define HEADER 4096 /* of the file, before its cells */
#define CELL 64
#define JOURNAL_AT 88 /* after the header's fixed part and its sum */
#define JOURNAL_END (JOURNAL_AT + SHARED_STAGED_MAX * (8 + CELL) + 16)

static char folder[] = "/tmp/confab-state-XXXXXX";
static char path[64];

static const struct shared_penalty_rule rule = {
	.free = 3,
	.delay = 1000,
	.delay_max = 10000,
	.forget = 60000,
};

static struct shared_state *
open_state(void)
{
	char err[CONFIG_ERROR_MAX];
	struct shared_state *st = shared_state_open(folder, err);

	if (st == NULL)
		print_message("%s\n", err);
	assert_non_null(st);
	return st;
}

static struct shared_state *
fresh(void)
{
	unlink(path);
	return open_state();
}

/* A time after the making of the file, in ms. */
static uint64_t
wall(void)
{
	return ((uint64_t)clock_wall() + 2) * 1000;
}

static void
make_id(unsigned char id[TOKEN_SESSION_LEN], unsigned n)
{
	memset(id, 0, TOKEN_SESSION_LEN);
	memcpy(id, &n, sizeof(n));
}

static void
test_siphash(void **state)
{
	/* The first and the last of the authors' vectors. */
	unsigned char key[16], data[63];

	(void)state;
	for (unsigned i = 0; i < 63; i++)
		data[i] = (unsigned char)i;
	memcpy(key, data, sizeof(key));
	assert_true(siphash(key, data, 0) == 0x726fdb47dd0e0e31);
	assert_true(siphash(key, data, 15) == 0xa129ca6149be45e5);
	assert_true(siphash(key, data, 63) == 0x958a324ceb064572);
}

static uint64_t
fail_once(struct shared_state *st, const char *who, uint64_t now)
{
	return shared_state_fail(st, SHARED_PENALTY_USER, who, strlen(who),
	    &rule, now);
}

static uint64_t
left(struct shared_state *st, const char *who, uint64_t now)
{
	return shared_state_penalty(st, SHARED_PENALTY_USER, who, strlen(who),
	    now);
}

static void
test_penalties_grow(void **state)
{
	static const uint64_t want[] = { 0, 0, 0, 1000, 2000, 4000, 8000, 10000,
		10000 };
	struct shared_state *st = fresh();
	uint64_t now = 100000;

	(void)state;
	assert_int_equal(left(st, "alice", now), 0);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		assert_int_equal(fail_once(st, "alice", now), want[i]);
		assert_int_equal(left(st, "alice", now), want[i]);
		now += want[i];
		assert_int_equal(left(st, "alice", now), 0);
	}
	/* Others and the other kind are not touched. */
	assert_int_equal(left(st, "bob", now), 0);
	assert_int_equal(shared_state_penalty(st, SHARED_PENALTY_ADDRESS,
			     "alice", 5, now),
	    0);
	/* Long without a failure, all is forgotten. */
	assert_int_equal(fail_once(st, "alice", now + rule.forget), 0);
	shared_state_close(st);
}

static void
test_penalties_forgiven(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	for (int i = 0; i < 5; i++)
		fail_once(st, "alice", 1000);
	assert_int_equal(left(st, "alice", 1000), 2000);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &rule, false);
	assert_int_equal(left(st, "alice", 1000), 1000);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &rule, false);
	assert_int_equal(left(st, "alice", 1000), 0);
	assert_int_equal(fail_once(st, "alice", 1000), 1000);
	shared_state_forgive(st, SHARED_PENALTY_USER, "alice", 5, &rule, true);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fail_once(st, "alice", 1000), 0);
	shared_state_close(st);
}

/* A flood of others' single failures, far more than the table holds. */
static void
test_penalties_not_flushed(void **state)
{
	struct shared_state *st = fresh();
	char name[32];

	(void)state;
	for (int i = 0; i < 2; i++)
		fail_once(st, "victim", 1000);
	for (int i = 0; i < 40000; i++) {
		snprintf(name, sizeof(name), "flood%d", i);
		fail_once(st, name, 1001);
	}
	assert_int_equal(fail_once(st, "victim", 1002), 0);
	assert_int_equal(fail_once(st, "victim", 1003), 1000);
	shared_state_close(st);
}

static void
test_revocation(void **state)
{
	struct shared_state *st = fresh(), *other = open_state();
	unsigned char a[TOKEN_SESSION_LEN], b[TOKEN_SESSION_LEN];
	uint64_t now = wall();

	(void)state;
	make_id(a, 1);
	make_id(b, 2);
	assert_false(shared_state_revoked(st, a, "alice", now, now));
	assert_int_equal(shared_state_revoke(st, a, "alice", now, now + DAY_MS),
	    0);
	/* At once, in another process too. */
	assert_true(shared_state_revoked(other, a, "alice", now, now));
	assert_false(shared_state_revoked(other, b, "alice", now, now));

	/* All of a user's, until then and not after. */
	assert_int_equal(shared_state_revoke_user(other, "alice", now,
			     now + DAY_MS),
	    0);
	assert_true(shared_state_revoked(st, b, "alice", now, now));
	assert_false(shared_state_revoked(st, b, "bob", now, now));
	assert_int_equal(shared_state_issue(st, "alice", now), now + 1);
	assert_false(shared_state_revoked(st, b, "alice", now + 1, now));
	/* Twice in one millisecond, with a session issued between. */
	assert_int_equal(shared_state_revoke_user(st, "alice", now,
			     now + DAY_MS),
	    0);
	assert_true(shared_state_revoked(st, b, "alice", now + 1, now));
	assert_int_equal(shared_state_issue(st, "alice", now), now + 2);
	/* A clock that was set back ends nothing less. */
	assert_int_equal(shared_state_revoke_user(st, "alice", now - DAY_MS,
			     now),
	    0);
	assert_true(shared_state_revoked(st, b, "alice", now + 2, now));
	shared_state_close(st);
	shared_state_close(other);
}

/* In the first moment of the file, whose sessions are issued after it. */
static void
test_ended_at_once(void **state)
{
	struct shared_state *st = fresh();
	uint64_t now = (uint64_t)clock_wall_ms() - 1000;
	unsigned char id[TOKEN_SESSION_LEN];
	uint64_t issued = shared_state_issue(st, "alice", now);

	(void)state;
	make_id(id, 1);
	assert_true(issued > now);
	assert_false(shared_state_revoked(st, id, "alice", issued, now));
	assert_int_equal(shared_state_revoke_user(st, "alice", now,
			     now + DAY_MS),
	    0);
	assert_true(shared_state_revoked(st, id, "alice", issued, now));
	issued = shared_state_issue(st, "alice", now);
	assert_false(shared_state_revoked(st, id, "alice", issued, now));
	shared_state_close(st);
}

/* However many are ended, none comes back, and only their user pays. */
static void
test_revocations_are_kept(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[TOKEN_SESSION_LEN], bobs[TOKEN_SESSION_LEN];
	uint64_t now = wall();

	(void)state;
	make_id(bobs, 1000000);
	for (unsigned i = 0; i < 20000; i++) {
		make_id(id, i);
		assert_int_equal(shared_state_revoke(st, id, "mallory", now,
				     now + DAY_MS),
		    0);
	}
	for (unsigned i = 0; i < 20000; i++) {
		make_id(id, i);
		assert_true(shared_state_revoked(st, id, "mallory", now, now));
	}
	assert_false(shared_state_revoked(st, bobs, "bob", now, now));
	shared_state_close(st);
}

/* More users than there are places for: the oldest end becomes everybody's. */
static void
test_user_ends_are_kept(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[TOKEN_SESSION_LEN];
	uint64_t now = wall();
	char name[32];

	(void)state;
	make_id(id, 1);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_int_equal(shared_state_revoke_user(st, name, now + i,
				     now + i + DAY_MS),
		    0);
	}
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "user%u", i);
		assert_true(
		    shared_state_revoked(st, id, name, now + i, now + 5000));
	}
	assert_false(
	    shared_state_revoked(st, id, "user4999", now + 5001, now + 5001));
	shared_state_close(st);
}

static void
test_requests(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_int_equal(shared_state_request(st, "a", 3, 5000), 0);
	assert_int_equal(shared_state_request(st, "a", 3, 15000), 50000);
	assert_int_equal(shared_state_request(st, "b", 3, 15000), 0);
	assert_int_equal(shared_state_request(st, "a", 3, 64999), 1);
	assert_int_equal(shared_state_request(st, "a", 3, 65000), 0);
	shared_state_close(st);
}

static void
test_tokens(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	shared_state_tokens_add(st, "a", 20000, 100);
	shared_state_tokens_add(st, "a", 20000, 11);
	shared_state_tokens_add(st, "b", 20000, 5);
	assert_int_equal(shared_state_tokens(st, "a", 20000), 111);
	assert_int_equal(shared_state_tokens(st, "a", 20001), 0);
	shared_state_tokens_add(st, "a", 20001, 7);
	assert_int_equal(shared_state_tokens(st, "a", 20001), 7);
	shared_state_tokens_add(st, "a", 20001, UINT64_MAX);
	assert_true(shared_state_tokens(st, "a", 20001) == UINT64_MAX);
	shared_state_close(st);
}

static void
test_known(void **state)
{
	struct shared_state *st = fresh();

	(void)state;
	assert_false(shared_state_known(st, "x", 1));
	shared_state_known_add(st, "x", 1, wall());
	assert_true(shared_state_known(st, "x", 1));
	assert_false(shared_state_known(st, "y", 1));
	shared_state_close(st);
}

/* Starts a process that takes a slot and lives until it is killed. */
static pid_t
holder(const char *user)
{
	int told[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(told), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		char err[CONFIG_ERROR_MAX];
		struct shared_state *st = shared_state_open(folder, err);
		int slot =
		    st != NULL ? shared_slots_take(st, SHARED_SLOT_CGI, 3) : -1;

		if (slot >= 0 && user != NULL &&
		    shared_slots_user(st, SHARED_SLOT_CGI, slot, user, 1) != 0)
			slot = -2;
		byte = (char)slot;
		if (write(told[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(told[0], &byte, 1), 1);
	close(told[0]);
	close(told[1]);
	assert_true(byte >= 0);
	return pid;
}

static void
finish(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void
test_slots(void **state)
{
	struct shared_state *st = fresh();
	pid_t a = holder("alice"), b = holder(NULL);
	int slot = shared_slots_take(st, SHARED_SLOT_CGI, 3);

	(void)state;
	assert_true(slot >= 0);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_CGI, 3), -1);
	assert_int_equal(shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice",
			     1),
	    -1);
	assert_int_equal(shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice",
			     2),
	    0);
	/* Of one that was killed, the slot and the user's share are free. */
	finish(a);
	assert_int_equal(shared_slots_user(st, SHARED_SLOT_CGI, slot, "alice",
			     1),
	    0);
	assert_true(shared_slots_take(st, SHARED_SLOT_CGI, 3) >= 0);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_CGI, 3), -1);
	shared_slots_give(st, SHARED_SLOT_CGI, slot);
	assert_int_equal(shared_slots_take(st, SHARED_SLOT_CGI, 3), slot);
	finish(b);
	shared_state_close(st);
}

/* Overwrites a part of the file, as a bug of another program might. */
static void
scribble(off_t at, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY);

	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, data, len, at), len);
	close(fd);
}

/* All cells are damaged: the next login is a good one, and stays so. */
static void
test_usable_after_damage(void **state)
{
	struct shared_state *st = fresh();
	unsigned char id[TOKEN_SESSION_LEN];
	uint64_t now = wall(), issued;
	struct stat s;
	char *noise;

	(void)state;
	assert_int_equal(stat(path, &s), 0);
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
	unsigned char id[TOKEN_SESSION_LEN];
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
	unsigned char id[TOKEN_SESSION_LEN];
	uint64_t now = wall();
	struct stat s;
	char *noise;

	(void)state;
	assert_int_equal(stat(path, &s), 0);
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

/* A cell that may have been a revocation makes sessions void, others not. */
static void
test_damaged_cell(void **state)
{
	unsigned char id[TOKEN_SESSION_LEN];
	struct shared_state *st = fresh();
	uint64_t issued = shared_state_issue(st, "alice", 0);
	uint64_t now = issued;
	char cell[CELL];
	struct stat s;

	(void)state;
	make_id(id, 7);
	assert_int_equal(stat(path, &s), 0);
	memset(cell, 0x11, sizeof(cell));
	/* Penalties of users come right after the first cell. */
	for (off_t at = HEADER + CELL; at < HEADER + 4096 * CELL; at += CELL)
		scribble(at, cell, sizeof(cell));
	fail_once(st, "alice", 1000);
	assert_false(shared_state_revoked(st, id, "alice", issued, now));
	/* The table of revocations: 1 + 4096 + 8192 + 2048 cells on. */
	for (off_t i = 0; i < 16384; i++)
		scribble(HEADER + (1 + 4096 + 8192 + 2048 + i) * CELL, cell,
		    sizeof(cell));
	assert_true(shared_state_revoked(st, id, "alice", issued, now));
	shared_state_close(st);
}

/* A process killed between its journal and its cells. */
static void
test_journal(void **state)
{
	struct shared_state *st = fresh();
	char after[JOURNAL_END];
	uint64_t one = 1;
	struct stat s;
	char *all;
	int fd;

	(void)state;
	assert_int_equal(stat(path, &s), 0);
	all = malloc((size_t)s.st_size);
	assert_non_null(all);
	shared_state_tokens_add(st, "a", 1, 5);
	fd = open(path, O_RDONLY);
	assert_int_equal(pread(fd, all, (size_t)s.st_size, 0), s.st_size);
	shared_state_tokens_add(st, "a", 1, 6);
	assert_int_equal(pread(fd, after, sizeof(after), 0), sizeof(after));
	close(fd);
	/* The header as it was written, the cells as they were before. */
	memcpy(all, after, sizeof(after));
	memcpy(all + JOURNAL_END - sizeof(one), &one, sizeof(one));
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
	assert_int_equal(truncate(path, 5000), 0);
	assert_int_equal(shared_state_tokens(st, "a", 1), 0);
	shared_state_tokens_add(st, "a", 1, 6);
	assert_int_equal(truncate(path, 0), 0);
	shared_state_tokens_add(st, "a", 1, 7);
	assert_int_equal(shared_state_tokens(st, "a", 1), 7);
	/* Taken away while in use: both come together on the new one. */
	assert_int_equal(unlink(path), 0);
	other = open_state();
	shared_state_tokens_add(other, "a", 1, 8);
	assert_int_equal(shared_state_tokens(st, "a", 1), 8);
	shared_state_close(other);
	shared_state_close(st);
}

static void
test_refused_files(void **state)
{
	char err[CONFIG_ERROR_MAX], other[80];

	(void)state;
	unlink(path);
	snprintf(other, sizeof(other), "%s/elsewhere", folder);
	assert_int_equal(symlink(other, path), 0);
	assert_null(shared_state_open(folder, err));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_null(shared_state_open(folder, err));
	rmdir(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(shared_state_open(folder, err));
	unlink(path);
	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(chmod(path, 0666), 0);
	assert_null(shared_state_open(folder, err));
	unlink(path);
	assert_null(shared_state_open("/nonexistent/folder", err));
}

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/%s", folder, SHARED_STATE_FILE);
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	unlink(path);
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash),
		cmocka_unit_test(test_penalties_grow),
		cmocka_unit_test(test_penalties_forgiven),
		cmocka_unit_test(test_penalties_not_flushed),
		cmocka_unit_test(test_revocation),
		cmocka_unit_test(test_ended_at_once),
		cmocka_unit_test(test_revocations_are_kept),
		cmocka_unit_test(test_user_ends_are_kept),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_usable_after_damage),
		cmocka_unit_test(test_damaged_header),
		cmocka_unit_test(test_damaged_everywhere),
		cmocka_unit_test(test_damaged_cell),
		cmocka_unit_test(test_journal),
		cmocka_unit_test(test_cut_and_removed),
		cmocka_unit_test(test_refused_files),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
