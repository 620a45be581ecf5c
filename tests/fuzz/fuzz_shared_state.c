/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes written anywhere into a shared-state file in use. Aborts
 * when a change that was made after it is lost, or a session that was ended
 * comes back.
 *
 * The input is a list of records: four bytes of place, one of length, and that
 * many bytes to be written there. One that has length 255 cuts the file.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/state/shared_slots.h"
#include "confab/state/shared_state.h"
#include "confab/state/shared_usage.h"
#include "fuzz.h"
#include "small_map.h"

static struct shared_state *state;
static unsigned round_number;

/* Each round has a moment of its own, as logins have that are hashed: with the
 * system's clock there would be ten in a millisecond. */
int64_t
clock_wall_ms(void)
{
	return INT64_C(1800000000000) + round_number * INT64_C(10);
}

int64_t
clock_wall(void)
{
	return clock_wall_ms() / 1000;
}

uint64_t
clock_mono_us(void)
{
	return (uint64_t)clock_wall_ms() * 1000;
}

uint64_t
clock_mono_ms(void)
{
	return (uint64_t)clock_wall_ms();
}

static void
end(void)
{
	shared_state_close(state);
}

static void
begin(void)
{
	char err[CONFIG_ERROR_MAX];

	/* The warnings that are meant to come would be all one sees. */
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	state = shared_state_open("/", err);
	check(state != NULL);
	atexit(end);
}

static void
scribble(const uint8_t *data, size_t size)
{
	size_t file_size;
	unsigned char *file = small_map_bytes(&file_size);

	while (size >= 5) {
		size_t len = data[4];
		uint32_t at;

		memcpy(&at, data, sizeof(at));
		at %= (uint32_t)file_size;
		data += 5;
		size -= 5;
		if (len == 255) {
			small_map_cut(at);
			break;
		}
		if (len > size)
			len = size;
		if (len > file_size - at)
			len = file_size - at;
		memcpy(file + at, data, len);
		data += len;
		size -= len;
	}
}

static void
look_at_row(void *arg, const struct shared_usage *row)
{
	(void)arg;
	check(memchr(row->user, '\0', sizeof(row->user)) != NULL);
	check(memchr(row->model, '\0', sizeof(row->model)) != NULL);
}

/* What is good once is good once, and what was used is counted. */
static void
use(uint64_t round, uint64_t now)
{
	const struct shared_usage used = { .day = round, .prompt = 3 };
	uint64_t wall = now + round * 1000;
	struct shared_budget sums;

	check(
	    shared_state_use_code(state, &round, sizeof(round), round, round));
	check(
	    !shared_state_use_code(state, &round, sizeof(round), round, round));
	check(shared_state_use_challenge(state, &round, sizeof(round), wall + 1,
	    wall));
	check(!shared_state_use_challenge(state, &round, sizeof(round),
	    wall + 1, wall));
	shared_usage_add(state, "alice", "a model with a longer name than 32",
	    &used);
	shared_usage_budget(state, "alice", round, &sums);
	check(sums.month_tokens >= 3);
	check(shared_usage_each(state, 0, round, look_at_row, NULL) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct shared_penalty_rule rule = { 0, 1000, 1000, 60000 };
	unsigned char id[SHARED_SESSION_LEN] = { 0 };
	uint64_t day = ++round_number;
	uint64_t now = (uint64_t)clock_wall_ms(), until = now + 1000000, issued;
	int slot;

	if (state == NULL)
		begin();
	memcpy(id, &round_number, sizeof(round_number));
	issued = shared_state_issue(state, "alice", now);
	check(shared_state_revoke(state, id, "alice", now, until) == 0);
	scribble(data, size);
	/* Ended stays ended, whatever was written; the rest works on. */
	check(shared_state_revoked(state, id, "alice", issued, now));
	shared_state_tokens_add(state, "alice", day, 7);
	check(shared_state_tokens(state, "alice", day) == 7);
	(void)shared_state_fail(state, SHARED_PENALTY_ADDRESS, &day,
	    sizeof(day), &rule, 1000);
	(void)shared_state_request(state, "alice", 5, 1000, 0);
	shared_state_known_add(state, &day, sizeof(day), now);
	check(shared_state_known(state, &day, sizeof(day)));
	check(shared_state_revoke_user(state, "bob", now, until) == 0);
	check(shared_state_revoked(state, id, "bob", now, now));
	use(day, now);
	slot = shared_slots_take(state, SHARED_SLOT_CGI, 256);
	if (slot >= 0)
		shared_slots_give(state, SHARED_SLOT_CGI, slot);
	/* A login succeeds, at the second try when the first has found more
	 * damage that may have been a revocation. */
	id[15] = 1;
	issued = shared_state_issue(state, "carol", now);
	if (shared_state_revoked(state, id, "carol", issued, now)) {
		issued = shared_state_issue(state, "carol", now);
		check(!shared_state_revoked(state, id, "carol", issued, now));
	}
	return 0;
}
