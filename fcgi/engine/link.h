/* SPDX-License-Identifier: MIT */
/*
 * Between engine.c, which requests call, and link.c, which alone speaks to the
 * engine on a thread of its own. For this room.
 */
#ifndef CONFAB_ENGINE_LINK_H
#define CONFAB_ENGINE_LINK_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "confab/engine/engine.h"
#include "confab/engine/streams.h"

#include "sentinel.h"

enum question_op {
	QUESTION_BEGIN,
	QUESTION_ADD,
	QUESTION_GOOD,
	QUESTION_UNDO,
	QUESTION_CODE,
	/* Of streams. */
	QUESTION_FIND,
	QUESTION_CLAIM,
	QUESTION_HOLD,
	QUESTION_OVER,
	QUESTION_DROP
};

/* What the engine is asked, or told of a login. On the heap; whoever waits for
 * it frees it, else the link. */
struct question {
	enum question_op op;
	struct engine_try about;
	unsigned count;			 /* QUESTION_ADD */
	unsigned char id[SHARED_ID_LEN]; /* QUESTION_CODE, and of streams */
	uint64_t step;
	unsigned char digest[SHARED_ID_LEN];
	engine_place_fn found; /* NULL: nobody asks, or nobody waits any more */
	void *arg;
	uint64_t asked; /* clock_mono_ms() */
	bool waited;	/* under the engine's lock, as what follows */
	bool done, answered;
	uint64_t answer;
};

/* Failures that the engine has not heard of. */
struct unsent {
	struct engine_try about;
	unsigned count;
};

#define ENGINE_OPENS 256	   /* buckets */
#define ENGINE_OPEN_MAX 1000000000 /* streams of a user that are believed */

struct open_user; /* opens.c */

struct engine {
	/* As configured, for good. */
	char *place; /* NULL: the sentinels know */
	char *user, *password, *prefix;
	struct tls *tls;      /* NULL: in the clear */
	char *host;	      /* NULL: it tells of no streams */
	char incarnation[17]; /* of this process, among those of that name */
	bool refuse;
	struct shared_state *state;

	pthread_t thread;
	struct sentinel sentinel; /* the thread's */
	int wake;		  /* eventfd */
	atomic_bool stop, up;
	/* Somebody has waited in vain: nobody does until it says anything. */
	atomic_bool late;
	atomic_bool changed;	     /* there are new facts */
	_Atomic uint64_t away_since; /* clock_mono_ms(), 0: it is not */
	_Atomic uint64_t losses, told, heard, unanswered, forgotten;
	_Atomic uint64_t elsewhere, lost; /* streams */

	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t done;
	struct question *queue[ENGINE_QUEUE_MAX];
	size_t first, n;
	struct unsent unsent[ENGINE_UNSENT_MAX];
	size_t n_unsent;
	struct open_user *opens[ENGINE_OPENS], *untold;
	void (*linked)(void *arg);
	void *linked_arg;
};

/* The thread: `arg` is the engine. */
void *link_run(void *arg);

/* Has the thread look for what is new. */
void engine_wake(struct engine *e);

/* Puts a copy into the queue. False when it cannot be asked now. */
bool engine_put(struct engine *e, const struct question *q);

/* For it: the next question, or NULL. */
struct question *engine_next(struct engine *e);

/* It was answered, or it never will be. The caller has it no more. */
void engine_answered(struct engine *e, struct question *q, uint64_t answer);
void engine_lost(struct engine *e, struct question *q);

/* Says where a question's stream is, once; later answers are nobody's. */
void engine_found(struct engine *e, struct question *q,
    const struct engine_place *p);

/* Takes out one of the failures that were not told. False when there is none. */
bool engine_take_unsent(struct engine *e, struct unsent *out);

/* A user whose number of streams here is to be told. False when there is none. */
bool engine_take_open(struct engine *e, unsigned char id[SHARED_ID_LEN],
    unsigned *here);

/* All are to be told, and nothing is known of elsewhere. */
void engine_untell_opens(struct engine *e);

/* The user has so many on all hosts. */
void engine_open_total(struct engine *e, const unsigned char id[SHARED_ID_LEN],
    uint64_t total);

void engine_free_opens(struct engine *e);

#endif
