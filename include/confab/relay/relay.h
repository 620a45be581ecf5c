/* SPDX-License-Identifier: MIT */
/*
 * The relay: loop threads that own every stream. A request thread validates
 * a request, hands its connection over and forgets it; from then on the loop
 * writes, watches for the hang-up and closes. No call here waits for a
 * model, a client or a name server.
 */
#ifndef CONFAB_RELAY_H
#define CONFAB_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/identity/settings.h"
#include "confab/relay/job.h"

#define RELAY_QUEUE_MAX 16384 /* jobs handed over and not yet taken */

struct engine;
struct generation;
struct relay;

/* What an answer, or a transcription, has used. */
struct relay_use {
	const char *user, *model;
	const char *token; /* the access token that asked for it, or "" */
	uint64_t prompt, completion; /* tokens */
	uint64_t cost;		     /* millionths; 0: not known */
};

/* What users have used is counted elsewhere; the relay reports. */
struct relay_hooks {
	/* Called on a thread of libuv's pool when a stream has ended. It may
	 * block. NULL: nobody counts. */
	void (*used)(void *arg, const struct relay_use *use);
	void *arg;
	/* This worker's place among its generations; NULL: there are no others.
	 * What it holds stays open until relay_stop() has returned. */
	const struct generation *kin;
	/* The link to other hosts; NULL: there is none. */
	struct engine *engine;
	/* All requests of its clients come to this worker. */
	bool alone;
};

#define RELAY_NAME_MAX 16

/*
 * Starts `loops` loop threads. Returns NULL with errno set. The configuration
 * in force comes with every job.
 */
struct relay *relay_start(unsigned loops, const struct relay_hooks *hooks);

/*
 * A random name, another one with each start. Who has it from an answer and
 * then makes up a key can be told whether this worker ever had that key. "" for
 * one that is not alone, for another may have had it.
 */
const char *relay_name(const struct relay *r);

/*
 * Claims `bytes` of memory for a request of `user` that is to wait for its
 * answer; `*out` goes into its job, or to relay_claim_free(). Returns 0, or -1
 * with err: 429 or 503 pending_limit, 503 internal_error. Any thread.
 */
int relay_claim(struct relay *r, const struct config_limits *l,
    const char *user, size_t bytes, struct relay_claim **out,
    struct api_error *err);

/*
 * Hands a job over; it is copied and everything it owns given over, also on
 * failure. Where the queue is full, the client gets a 503. Never blocks.
 */
void relay_submit(struct relay *r, struct relay_job *job);

/*
 * New settings are about to be in force: gives them the model lists that are
 * known already, so that no request in between misses a model, and has the
 * lists fetched anew. To be called before settings_publish(), at the start,
 * too. Takes its own reference.
 */
void relay_reload(struct relay *r, struct settings *s);

/* True once every provider has been asked for its models, whatever it said:
 * from then on the catalogue is what it will be for a while. */
bool relay_ready(const struct relay *r);

/* The servers of tools, whose lists the relay fetches; and has it fetch those
 * that have aged. Any thread. */
struct tool_servers *relay_tools(struct relay *r);
void relay_refresh_tools(struct relay *r);

/*
 * Ends: from now on no new stream; open ones may finish for `ms`, then get an
 * error event ("shutting_down"). Blocks until all loops have ended; frees.
 */
void relay_stop(struct relay *r, unsigned ms);

/* From now on no new stream: 503 shutting_down. Those that are open go on, and
 * are resumed, joined and stopped. Any thread. */
void relay_refuse(struct relay *r);

/* Open streams now; for limits and health. */
unsigned relay_streams(const struct relay *r);

/* With those that have ended and that somebody may still ask for, and the calls
 * that wait for a person. */
unsigned relay_kept(const struct relay *r);

/* Jobs that wait for a loop now. */
size_t relay_queued(const struct relay *r);

/* True when every loop has turned since the last call; for a watchdog. */
bool relay_alive(struct relay *r);

/* Bytes held in rings now. */
size_t relay_ring_bytes(const struct relay *r);

#endif
