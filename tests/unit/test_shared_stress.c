/* SPDX-License-Identifier: MIT */
/*
 * The shared state under processes that are killed at random moments: what a
 * process was told is done, is done; nothing else is; and nobody waits.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/state/shared_slots.h"
#include "confab/state/shared_state.h"
#include "temp_folder.h"

#define PROCESSES 8
#define KILLS 300
#define STEPS_MAX 100000 /* of one process */
#define PATIENCE 60	 /* s until a lock that nobody gives is a failure */

static const struct shared_penalty_rule rule = {
	.free = UINT32_MAX,
	.forget = UINT32_MAX,
};

/* What process number n has begun and was told is done. */
struct progress {
	volatile unsigned begun;
	volatile unsigned done;
};

static struct progress *progress; /* shared with the children */

static void
make_id(unsigned char id[SHARED_SESSION_LEN], unsigned process, unsigned step)
{
	memset(id, 0, SHARED_SESSION_LEN);
	memcpy(id, &process, sizeof(process));
	memcpy(id + 8, &step, sizeof(step));
}

/* A child: one change of each kind after another until it is killed. */
static void
work(unsigned n, uint64_t wall)
{
	char err[CONFIG_ERROR_MAX];
	struct shared_state *st = shared_state_open(temp_folder, err);
	unsigned char id[SHARED_SESSION_LEN];
	char user[32];

	if (st == NULL)
		_exit(1);
	snprintf(user, sizeof(user), "user%u", n);
	for (unsigned i = 0; i < STEPS_MAX; i++) {
		progress[n].begun = i + 1;
		make_id(id, n, i);
		if (shared_state_revoke(st, id, user, wall, wall + 1000000) !=
		    0)
			_exit(1);
		shared_state_tokens_add(st, "all", 1, 1);
		(void)shared_state_fail(st, SHARED_PENALTY_USER, "victim", 6,
		    &rule, 1000);
		(void)shared_slots_take(st, SHARED_SLOT_CGI, 250);
		progress[n].done = i + 1;
	}
	_exit(0);
}

static pid_t
start(unsigned n, uint64_t wall)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		work(n, wall);
	return pid;
}

/* Failures of "victim" so far: the first penalty tells, with other rules. */
static bool
failed_at_least(struct shared_state *st, unsigned n)
{
	const struct shared_penalty_rule probe = { .free = n,
		.delay = 1,
		.delay_max = 1,
		.forget = UINT32_MAX };

	return shared_state_fail(st, SHARED_PENALTY_USER, "victim", 6, &probe,
		   1000) > 0;
}

static void
check(struct shared_state *st, unsigned n, uint64_t wall)
{
	unsigned char id[SHARED_SESSION_LEN];
	char user[32];

	snprintf(user, sizeof(user), "user%u", n);
	for (unsigned i = 0; i < progress[n].done; i++) {
		make_id(id, n, i);
		assert_true(shared_state_revoked(st, id, user, wall, wall));
	}
}

static void
test_killed(void **state)
{
	uint64_t wall = ((uint64_t)clock_wall() + 2) * 1000;
	uint64_t done = 0, begun = 0, tokens;
	struct timespec pause = { 0, 0 };
	char err[CONFIG_ERROR_MAX];
	unsigned char id[SHARED_SESSION_LEN];
	struct shared_state *st;
	pid_t pids[PROCESSES];
	unsigned numbers[PROCESSES];
	unsigned next = 0, seed = 20;

	(void)state;
	alarm(PATIENCE);
	st = shared_state_open(temp_folder, err);
	assert_non_null(st);
	for (unsigned i = 0; i < PROCESSES; i++) {
		numbers[i] = next++;
		pids[i] = start(numbers[i], wall);
	}
	for (unsigned i = 0; i < KILLS; i++) {
		unsigned victim = (unsigned)rand_r(&seed) % PROCESSES;

		pause.tv_nsec = rand_r(&seed) % 3000000;
		nanosleep(&pause, NULL);
		assert_int_equal(kill(pids[victim], SIGKILL), 0);
		assert_int_equal(waitpid(pids[victim], NULL, 0), pids[victim]);
		/* Works on at once, whatever the dead one held. */
		shared_state_tokens_add(st, "parent", 1, 1);
		numbers[victim] = next++;
		pids[victim] = start(numbers[victim], wall);
	}
	for (unsigned i = 0; i < PROCESSES; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	for (unsigned n = 0; n < next; n++) {
		check(st, n, wall);
		done += progress[n].done;
		begun += progress[n].begun;
	}
	print_message("%u processes, %u changes\n", next, (unsigned)done);
	assert_true(done > 0);
	/* No counter lost a change, or made one up. */
	tokens = shared_state_tokens(st, "all", 1);
	assert_true(tokens >= done && tokens <= begun);
	assert_int_equal(shared_state_tokens(st, "parent", 1), KILLS);
	assert_true(failed_at_least(st, (unsigned)done));
	assert_false(failed_at_least(st, (unsigned)begun + 2));
	/* And no session was ended that nobody ended. */
	make_id(id, next, 0);
	assert_false(shared_state_revoked(st, id, "bystander", wall, wall));
	shared_state_close(st);
	alarm(0);
}

static int
make_folder(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	progress = mmap(NULL, (PROCESSES + KILLS) * sizeof(*progress),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	return progress == MAP_FAILED ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_killed),
	};

	return cmocka_run_group_tests(tests, make_folder, temp_folder_remove);
}
