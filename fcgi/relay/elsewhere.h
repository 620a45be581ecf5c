/* SPDX-License-Identifier: MIT */
/*
 * Streams of other hosts (confab/engine/streams.h). A job whose stream is not in
 * this process waits here while the engine is asked who has it. A key that is
 * new is claimed at the same time, so that two hosts never make a call for it;
 * the nginx of this host passes what another one has to that one.
 */
#ifndef CONFAB_RELAY_ELSEWHERE_H
#define CONFAB_RELAY_ELSEWHERE_H

#include <stdbool.h>

struct relay_job;
struct relay_loop;
struct stream;

/* Between two tries to tell the engine of more streams than it took, in ms. */
#define ELSEWHERE_AGAIN 100

/* Readies a loop for the other functions. */
void elsewhere_init(struct relay_loop *l);

/*
 * Asks once where the job's stream is. True when it is being asked: the job is
 * taken over, and comes back to relay_loop_do() with its `place`. False when
 * that was done, or cannot be.
 */
bool elsewhere_ask(struct relay_loop *l, struct relay_job *job);

/* True when a claim of the job's key is under way: the job is taken over, and
 * comes back when that is answered. */
bool elsewhere_join(struct relay_loop *l, struct relay_job *job);

/* Tells the engine that a stream of the job's key is about to be here. */
void elsewhere_hold(struct relay_loop *l, const struct relay_job *job);

/* Has nginx pass the job's connection to the host that was found; it is taken
 * over. */
void elsewhere_pass(struct relay_loop *l, struct relay_job *job);

/* A claim that no stream was made of. */
void elsewhere_unclaim(struct relay_loop *l, const struct relay_job *job);

/* A stream with a key is gone; `used`: a call was made for it. */
void elsewhere_gone(const struct stream *s, bool used);

/* Of a user's streams, on other hosts; and that this one is open, or ended. */
unsigned elsewhere_open(const struct stream *s);
void elsewhere_opened(const struct stream *s);
void elsewhere_ended(const struct stream *s);

/* On the loop, after a wake: does what answers have come for, and tells the
 * engine again what is here, where it has asked for that. */
void elsewhere_wake(struct relay_loop *l);

/* For any thread: the engine may have lost what streams are here. */
void elsewhere_forgot(struct relay_loop *l);

#endif
