/* SPDX-License-Identifier: MIT */
/* The semaphore around password hashing, with a bounded queue. */
#include "config.h"

#include <pthread.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/state/shared_slots.h"
#include "confab/state/shared_state.h"

#include "hash_slots.h"

#define SHARED_POLL_NS 20000000L /* 20 ms between looks for a slot */
#define SHARED_WAIT 2000	 /* ms that a CGI run waits for one */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t given = PTHREAD_COND_INITIALIZER;

/* All guarded by the lock. */
static unsigned slots = 1; /* that may hash */
static unsigned queue;	   /* that may wait */
static unsigned hashing;
static unsigned waiting;
static struct shared_state *common; /* not NULL: plain CGI */
static int common_slot = -1;	    /* of this process, which has one thread */

static unsigned
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 && n < 1024 ? (unsigned)n : 1;
}

void
hash_slots_set(const struct config_password *p, unsigned workers,
    struct shared_state *shared)
{
	unsigned half = workers > 1 ? workers / 2 : 1;
	unsigned n = p->slots > 0 ? p->slots : processors();

	if (shared == NULL && n > half)
		n = half;
	pthread_mutex_lock(&lock);
	common = shared;
	slots = n;
	queue = n < half ? half - n : 0;
	if (queue > p->queue)
		queue = p->queue;
	pthread_cond_broadcast(&given);
	pthread_mutex_unlock(&lock);
}

/* A slot of the host's, looked for until the time is over. */
static int
take_common(struct shared_state *st, unsigned max)
{
	uint64_t until = clock_mono_ms() + SHARED_WAIT;
	const struct timespec pause = { 0, SHARED_POLL_NS };

	for (;;) {
		common_slot = shared_slots_take(st, SHARED_SLOT_HASH, max);
		if (common_slot >= 0)
			return 0;
		if (clock_mono_ms() >= until)
			return -1;
		nanosleep(&pause, NULL);
	}
}

/* Waits for a slot. The lock is held. */
static int
wait_turn(void)
{
	struct timespec until;
	int rc = 0;

	/* The condition's clock is the wall's: a jump may end a wait early or
	 * late, by no more than the hash before it takes. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += HASH_SLOTS_WAIT / 1000;
	waiting++;
	while (hashing >= slots && rc == 0)
		rc = pthread_cond_timedwait(&given, &lock, &until);
	waiting--;
	return hashing < slots ? 0 : -1;
}

int
hash_slots_take(void)
{
	struct shared_state *st;
	unsigned max;
	int rc = -1;

	pthread_mutex_lock(&lock);
	st = common;
	max = slots;
	if (st == NULL) {
		if (hashing < slots && waiting == 0)
			rc = 0;
		else if (waiting < queue)
			rc = wait_turn();
		if (rc == 0)
			hashing++;
	}
	pthread_mutex_unlock(&lock);
	return st != NULL ? take_common(st, max) : rc;
}

void
hash_slots_give(void)
{
	struct shared_state *st;

	pthread_mutex_lock(&lock);
	st = common;
	if (st == NULL) {
		hashing--;
		pthread_cond_signal(&given);
	}
	pthread_mutex_unlock(&lock);
	if (st != NULL && common_slot >= 0) {
		shared_slots_give(st, SHARED_SLOT_HASH, common_slot);
		common_slot = -1;
	}
}
