/* SPDX-License-Identifier: MIT */
/*
 * Streams of other generations of this worker (generation.h). Who serves is
 * asked for all of them; a connection whose stream an older generation has is
 * passed to it, over a socket that both have inherited, with what its request
 * thread has found out. Nothing is relayed: the older one then writes to the web
 * server itself.
 *
 * Each question carries a socket of its own for the answer, on which one byte
 * says whether the connection was taken. It can only be taken while the other
 * end is open, so that never both answer it; and when the older generation ends
 * or is killed, the kernel closes that socket, which is an answer, too.
 *
 * What a person said to a call of a tool that waits goes along with the question:
 * who has the call goes on with it, as if it had been asked itself.
 */
#ifndef CONFAB_RELAY_KIN_H
#define CONFAB_RELAY_KIN_H

#include <stdbool.h>

struct relay_job;
struct relay_loop;

/* Questions that a loop has open at a time; what comes beyond hears 503. */
#define KIN_ASKS_MAX 1024
/* ms within which an older generation must answer. One that does not hangs: the
 * client hears 503, and it is not asked again. */
#define KIN_WAIT 2000

/*
 * Asks the next older generation whether the job's stream is there, or the call
 * that it goes on with. True when
 * it was asked: the job is taken over, and comes back to relay_loop_do() when
 * nobody has it. False when there is none to ask (any more).
 */
bool kin_ask(struct relay_loop *l, struct relay_job *job);

/* At the end of a loop: what still waits hears 503. */
void kin_end(struct relay_loop *l);

/* Begins to hear what newer generations ask; on the first loop, before it runs.
 * The socket stays the caller's. Returns 0 or -1. */
int kin_listen(struct relay_loop *l, int fd);

/*
 * About a job that a newer generation may have passed on. kin_take(): it is
 * answered here; false when the newer one has given up meanwhile, and then the
 * connection is not to be written to. True, too, for any other job. kin_pass():
 * there is no such stream here; the connection is closed on our side.
 */
bool kin_take(struct relay_job *job);
void kin_pass(struct relay_job *job);

#endif
