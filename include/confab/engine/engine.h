/* SPDX-License-Identifier: MIT */
/*
 * Many hosts: what each must know of the others, by way of a Valkey or Redis
 * server. A thread of its own, the link, carries facts of the shared state out
 * and in; every check of a request looks at the shared state alone and waits
 * for nobody. Only a login asks the engine, and waits for a bounded time, so
 * that guesses that are spread over hosts are counted together.
 *
 * What is kept there are digests of names, numbers and times, each for as long
 * as it counts: no message, no password, no hash of one, no key.
 *
 * An engine that is NULL is none: every call is good, and does nothing.
 */
#ifndef CONFAB_ENGINE_H
#define CONFAB_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "confab/config/config.h"
#include "confab/state/shared_facts.h"

#define ENGINE_WAIT 250	      /* ms that a login waits for an answer at most */
#define ENGINE_QUEUE_MAX 1024 /* requests that wait for the link */
#define ENGINE_UNSENT_MAX 512 /* logins failed while it is away, kept apart */
#define ENGINE_APART 10000    /* ms that hosts' clocks may be apart */

struct engine;

/* What a login is counted under, on all hosts. */
struct engine_try {
	unsigned char user[SHARED_ID_LEN];
	unsigned char pair[SHARED_ID_LEN]; /* the user at this address */
	unsigned char address[SHARED_ID_LEN];
	bool has_address;
	struct shared_penalty_rule by_user, by_address;
};

/*
 * Starts the link where the configuration asks for one, else *out is NULL.
 * Whether the engine is there does not matter. Returns 0, or -1 with a line in
 * `err`. The shared state must outlive it.
 */
int engine_start(const struct config *c, struct shared_state *st,
    struct engine **out, char err[CONFIG_ERROR_MAX]);

/* Ends the link, within some seconds. */
void engine_stop(struct engine *e);

/*
 * Counts a login as a failure, on all hosts, unless it has a penalty: then
 * returns its length in ms, and nothing was counted. 0 where nobody could be
 * asked in time, too: the failure is told when that is possible.
 */
uint64_t engine_login_begin(struct engine *e, const struct engine_try *t);

/* It was right: the user's failures are forgotten and this one of the address;
 * or, not `good`, it was never decided. Does not wait. */
void engine_login_end(struct engine *e, const struct engine_try *t, bool good);

/* Uses up the code of a step, as shared_state_use_code() does. True where
 * nobody could be asked in time, too. */
bool engine_use_code(struct engine *e, const unsigned char id[SHARED_ID_LEN],
    uint64_t step);

/* Whether the administrator wants nobody let in now: the engine is away. */
bool engine_refuses(const struct engine *e);

/* Of the link, now and since its start. */
struct engine_figures {
	bool configured;
	bool up;
	uint64_t away_ms;    /* since when it is not; 0: it is */
	uint64_t losses;     /* times that it went away */
	uint64_t told;	     /* facts carried out */
	uint64_t heard;	     /* and in */
	uint64_t unanswered; /* logins that got no answer in time */
	uint64_t forgotten;  /* failures that could not be kept for it */
	uint64_t elsewhere;  /* streams asked for here that others had */
	uint64_t lost;	     /* and those whose host was gone */
};

void engine_look(const struct engine *e, struct engine_figures *out);

#endif
