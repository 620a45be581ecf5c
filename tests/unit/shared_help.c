/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the shared state.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "shared_help.h"

char shared_path[TEMP_PATH_MAX];

const struct shared_penalty_rule shared_rule = {
	.free = 3,
	.delay = 1000,
	.delay_max = 10000,
	.forget = 60000,
};

int
shared_group_begin(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(shared_path, SHARED_STATE_FILE);
	/* The errors that are meant to come are not ours to look at. */
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

struct shared_state *
open_state(void)
{
	char err[CONFIG_ERROR_MAX];
	struct shared_state *st = shared_state_open(temp_folder, err);

	if (st == NULL)
		print_message("%s\n", err);
	assert_non_null(st);
	return st;
}

struct shared_state *
fresh(void)
{
	unlink(shared_path);
	return open_state();
}

uint64_t
wall(void)
{
	return ((uint64_t)clock_wall() + 2) * 1000;
}

void
make_id(unsigned char id[SHARED_SESSION_LEN], unsigned n)
{
	memset(id, 0, SHARED_SESSION_LEN);
	memcpy(id, &n, sizeof(n));
}

uint64_t
fail_once(struct shared_state *st, const char *who, uint64_t now)
{
	return shared_state_fail(st, SHARED_PENALTY_USER, who, strlen(who),
	    &shared_rule, now);
}

uint64_t
left(struct shared_state *st, const char *who, uint64_t now)
{
	return shared_state_penalty(st, SHARED_PENALTY_USER, who, strlen(who),
	    now);
}
