/* SPDX-License-Identifier: MIT */
/* The semaphore around password hashing, with a bounded queue. */
#include "config.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "confab/base/clock.h"
#include "confab/state/shared_slots.h"
#include "confab/state/shared_state.h"

#include "hash_slots.h"

#define SHARED_POLL_NS 20000000L /* 20 ms between looks for a slot */
#define SHARED_WAIT 2000	 /* ms that a CGI run waits for one */

struct hash_slots {
	unsigned workers;	     /* request threads */
	struct shared_state *common; /* not NULL: plain CGI */
	int common_slot;	     /* of this process, which has one thread */
	pthread_mutex_t lock;	     /* guards what follows */
	pthread_cond_t given;
	unsigned slots; /* that may hash */
	unsigned queue; /* that may wait */
	unsigned hashing;
	unsigned waiting;
};

static unsigned
processors(void)
{
	long n = sysconf(_SC_NPROCESSORS_ONLN);

	return n > 0 && n < 1024 ? (unsigned)n : 1;
}

struct hash_slots *
hash_slots_new(const struct config_password *p, unsigned workers,
    struct shared_state *shared)
{
	struct hash_slots *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	if (pthread_mutex_init(&h->lock, NULL) != 0) {
		free(h);
		return NULL;
	}
	if (pthread_cond_init(&h->given, NULL) != 0) {
		pthread_mutex_destroy(&h->lock);
		free(h);
		return NULL;
	}
	h->workers = workers;
	h->common = shared;
	h->common_slot = -1;
	hash_slots_set(h, p);
	return h;
}

void
hash_slots_free(struct hash_slots *h)
{
	if (h == NULL)
		return;
	pthread_cond_destroy(&h->given);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void
hash_slots_set(struct hash_slots *h, const struct config_password *p)
{
	unsigned half = h->workers > 1 ? h->workers / 2 : 1;
	unsigned n = p->slots > 0 ? p->slots : processors();

	if (h->common == NULL && n > half)
		n = half;
	pthread_mutex_lock(&h->lock);
	h->slots = n;
	h->queue = n < half ? half - n : 0;
	if (h->queue > p->queue)
		h->queue = p->queue;
	pthread_cond_broadcast(&h->given);
	pthread_mutex_unlock(&h->lock);
}

/* A slot of the host's, looked for until the time is over. */
static int
take_common(struct hash_slots *h, unsigned max)
{
	uint64_t until = clock_mono_ms() + SHARED_WAIT;
	const struct timespec pause = { 0, SHARED_POLL_NS };

	for (;;) {
		h->common_slot =
		    shared_slots_take(h->common, SHARED_SLOT_HASH, max);
		if (h->common_slot >= 0)
			return 0;
		if (clock_mono_ms() >= until)
			return -1;
		nanosleep(&pause, NULL);
	}
}

/* Waits for a slot. The lock is held. */
static int
wait_turn(struct hash_slots *h)
{
	struct timespec until;
	int rc = 0;

	/* The condition's clock is the wall's: a jump may end a wait early or
	 * late, by no more than the hash before it takes. */
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += HASH_SLOTS_WAIT / 1000;
	h->waiting++;
	while (h->hashing >= h->slots && rc == 0)
		rc = pthread_cond_timedwait(&h->given, &h->lock, &until);
	h->waiting--;
	return h->hashing < h->slots ? 0 : -1;
}

int
hash_slots_take(struct hash_slots *h)
{
	unsigned max;
	int rc = -1;

	pthread_mutex_lock(&h->lock);
	max = h->slots;
	if (h->common == NULL) {
		if (h->hashing < h->slots && h->waiting == 0)
			rc = 0;
		else if (h->waiting < h->queue)
			rc = wait_turn(h);
		if (rc == 0)
			h->hashing++;
	}
	pthread_mutex_unlock(&h->lock);
	return h->common != NULL ? take_common(h, max) : rc;
}

void
hash_slots_give(struct hash_slots *h)
{
	if (h->common != NULL) {
		shared_slots_give(h->common, SHARED_SLOT_HASH, h->common_slot);
		h->common_slot = -1;
		return;
	}
	pthread_mutex_lock(&h->lock);
	h->hashing--;
	pthread_cond_signal(&h->given);
	pthread_mutex_unlock(&h->lock);
}
