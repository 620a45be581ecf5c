/* SPDX-License-Identifier: MIT */
/*
 * What the worker's main thread does while others serve: signals, its master, and
 * the end of an older generation.
 */
#ifndef CONFAB_MAIN_WATCH_H
#define CONFAB_MAIN_WATCH_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct generation;
struct pool;
struct relay;

#define KIN_TICK 250 /* ms between two looks at the master and at one's end */
#define KIN_LISTS 12000 /* ms for what others list, before it serves */
#define KIN_LOOK 5	/* ms between two looks whether they are there */

/* What the main thread waits for. */
struct watch {
	const struct generation *kin;
	struct relay *relay;
	void (*reload)(void *arg); /* at SIGHUP */
	void *arg;
	struct pool *pool;
	uint64_t retire_at; /* clock_mono_ms(); 0: it serves */
	uint64_t watchdog;  /* ms between two signs of life; 0: none */
	uint64_t told;
	bool closed;	       /* it accepts no more, and has said so */
	atomic_bool *draining; /* set at SIGUSR1 */
	bool own;	       /* nobody else serves the socket */
	bool drain;	       /* no new streams */
	bool drained;	       /* there are none, and it has said so */
};

/* Serves until a signal ends it, its master has ended, or it was retired or
 * drained and has nothing left; a drained one whose master, or whose socket's
 * owner, decides what follows goes on refusing. `set` is blocked, in all threads. */
void watch_signals(struct watch *w, const sigset_t *set);

/* Who comes after another knows the models and the tools that it knew, before it
 * serves: waits for their lists, for at most KIN_LISTS. */
void watch_await_lists(struct relay *r, const struct generation *kin);

#endif
