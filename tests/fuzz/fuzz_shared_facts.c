/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: two hosts that end sessions, count, and tell each other, with what a
 * server between them may make up. Aborts when an end that was told is none,
 * when the next session of somebody would be one of a far day, or when what was
 * counted here is taken back.
 *
 * The input is a list of steps: a byte that says what, one for whom and where,
 * and for what is made up sixteen more.
 */
#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "fuzz.h"
#include "state/shared_ends.h"
#include "state/shared_layout.h"

#define HOSTS 2
#define USERS 4
#define STEPS_MAX 256
#define DAY_MS UINT64_C(86400000)
#define LONG (10 * DAY_MS)
/* What nobody's next session is later than, ms from now. */
#define SOON 60000

static const char *const users[USERS] = { "ann", "bob", "cid", "dan" };
static char folder[] = "/tmp/confab-fuzz-XXXXXX";

static struct {
	char dir[64], file[80];
	struct shared_state *state;
	struct shared_scan *scan;
	uint64_t tokens[USERS]; /* counted here today */
	unsigned ended[STEPS_MAX], owner[STEPS_MAX], n_ended;
} hosts[HOSTS];

static uint64_t now;

static void
remove_folder(void)
{
	rmdir(folder);
}

static void
begin(void)
{
	char err[CONFIG_ERROR_MAX];

	if (hosts[0].dir[0] == '\0') {
		log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
		check(mkdtemp(folder) != NULL);
		atexit(remove_folder);
	}
	for (int h = 0; h < HOSTS; h++) {
		snprintf(hosts[h].dir, sizeof(hosts[h].dir), "%s/%d", folder,
		    h);
		snprintf(hosts[h].file, sizeof(hosts[h].file), "%s/%s",
		    hosts[h].dir, SHARED_STATE_FILE);
		hosts[h].state = shared_state_open(hosts[h].dir, err);
		hosts[h].scan = shared_scan_new();
		check(hosts[h].state != NULL && hosts[h].scan != NULL);
		memset(hosts[h].tokens, 0, sizeof(hosts[h].tokens));
		hosts[h].n_ended = 0;
	}
	now = ((uint64_t)clock_wall() + 2) * 1000;
}

static void
end(void)
{
	for (int h = 0; h < HOSTS; h++) {
		shared_scan_free(hosts[h].scan);
		shared_state_close(hosts[h].state);
		unlink(hosts[h].file);
		rmdir(hosts[h].dir);
	}
}

static bool
is_ended(int host, unsigned session, const char *user)
{
	unsigned char id[SHARED_SESSION_LEN] = { 0 };

	memcpy(id, &session, sizeof(session));
	return shared_state_revoked(hosts[host].state, id, user, now, now);
}

static void
end_session(int h, unsigned session, unsigned user)
{
	unsigned char id[SHARED_SESSION_LEN] = { 0 };

	memcpy(id, &session, sizeof(session));
	check(shared_state_revoke(hosts[h].state, id, users[user], now,
		  now + LONG) == 0);
	hosts[h].ended[hosts[h].n_ended] = session;
	hosts[h].owner[hosts[h].n_ended++] = user;
}

/* All that one has, or what is new of it, to the other. */
static void
tell(int from, bool all)
{
	struct shared_fact f[7];
	size_t n, sum = 0;
	int to = !from;

	shared_scan_start(hosts[from].scan, all);
	while ((n = shared_scan_next(hosts[from].scan, hosts[from].state, now,
		    f, 7)) > 0) {
		check(n <= 7);
		for (size_t i = 0; i < n; i++) {
			check(f[i].expires > now);
			shared_facts_take(hosts[to].state, &f[i], now);
		}
		check((sum += n) <= SHARED_CELLS_ALL);
	}
	if (!all)
		return;
	for (unsigned i = 0; i < hosts[from].n_ended; i++)
		check(is_ended(to, hosts[from].ended[i],
		    users[hosts[from].owner[i]]));
}

/* Whatever a server says, of these users and of others. */
static void
make_up(int h, unsigned user, const uint8_t raw[16])
{
	struct shared_fact f = { .kind = (enum shared_fact_kind)(raw[0] % 3) };
	uint64_t id[2];

	memcpy(&f.time, raw + 8, sizeof(f.time));
	memcpy(&f.expires, raw + 4, sizeof(f.expires));
	f.count = f.expires;
	f.sum = (enum shared_sum)(raw[2] % SHARED_SUM_KINDS);
	if (raw[1] & 1)
		f.time = now / DAY_MS + (raw[8] & 3) - 1;
	if (raw[1] & 2)
		f.expires = now + raw[4];
	check(shared_user_id(users[user], id) == 0);
	/* Tokens of others would take the cells away, as a crowd does. */
	if ((raw[1] & 4) && f.kind != SHARED_FACT_SUM)
		memcpy(id, raw, sizeof(id));
	memcpy(f.user, id, sizeof(f.user));
	memcpy(f.session, raw, sizeof(f.session));
	shared_facts_take(hosts[h].state, &f, now);
}

static void
make_up_penalty(int h, bool raise, const uint8_t raw[16])
{
	enum shared_penalty kind = (enum shared_penalty)(raw[0] % 3);
	unsigned char id[SHARED_ID_LEN] = { 0 };
	uint64_t n[2], mono = clock_mono_ms();

	id[0] = raw[1] % 64;
	memcpy(n, raw, sizeof(n));
	if (raise)
		shared_penalty_raise(hosts[h].state, kind, id, n[0] & 0xff,
		    n[1], n[0], mono);
	else
		shared_penalty_lower(hosts[h].state, kind, id, n[0] & 0xff,
		    n[1], mono);
	check(shared_state_penalty(hosts[h].state, kind, "a", 1, mono) <=
	    SHARED_PENALTY_MAX);
}

static void
count(int h, unsigned user, unsigned n)
{
	uint64_t day = now / DAY_MS;

	shared_state_tokens_add(hosts[h].state, users[user], day, n);
	hosts[h].tokens[user] += n;
}

static size_t
step(uint8_t what, uint8_t whom, const uint8_t *raw, size_t size, unsigned i)
{
	unsigned user = whom % USERS;
	int h = whom >> 2 & 1;

	switch (what & 7) {
	case 0:
		end_session(h, i, user);
		return 0;
	case 1:
		check(shared_state_revoke_user(hosts[h].state, users[user], now,
			  now + LONG) == 0);
		check(is_ended(h, UINT32_MAX, users[user]));
		return 0;
	case 2:
		count(h, user, 1 + (what >> 3));
		return 0;
	case 3:
		tell(h, (what & 8) != 0);
		return 0;
	case 4:
		shared_facts_complete(hosts[h].state,
		    now - (what >> 3) * DAY_MS);
		return 0;
	default:
		break;
	}
	if (size < 16)
		return size;
	if ((what & 7) == 5)
		make_up(h, user, raw);
	else
		make_up_penalty(h, (what & 7) == 6, raw);
	return 16;
}

/* What must hold after all of it. */
static void
look(int h)
{
	for (unsigned u = 0; u < USERS; u++) {
		uint64_t at = shared_state_issue(hosts[h].state, users[u], now);

		check(at < now + SOON);
		check(!shared_state_revoked(hosts[h].state,
		    (const unsigned char *)"a new session...", users[u], at,
		    now));
		check(shared_state_tokens(hosts[h].state, users[u],
			  now / DAY_MS) >= hosts[h].tokens[u]);
	}
	for (unsigned i = 0; i < hosts[h].n_ended; i++)
		check(is_ended(h, hosts[h].ended[i], users[hosts[h].owner[i]]));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	begin();
	for (unsigned i = 0; i < STEPS_MAX && size >= 2; i++) {
		size_t used = 2 + step(data[0], data[1], data + 2, size - 2, i);

		data += used;
		size -= used;
	}
	for (int h = 0; h < HOSTS; h++)
		look(h);
	for (int h = 0; h < HOSTS; h++)
		tell(h, true);
	end();
	return 0;
}
