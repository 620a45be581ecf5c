/* SPDX-License-Identifier: MIT */
/*
 * The memory of requests that wait for their answers to begin, on its way back
 * to the system. The claims themselves are promised by relay.h.
 */
#ifndef CONFAB_RELAY_CLAIM_H
#define CONFAB_RELAY_CLAIM_H

#define CLAIM_TRIM_DELAY 1000 /* ms, for what is still being freed */

struct relay_loop;

/* Readies a loop for the other function. */
void claim_trim_init(struct relay_loop *l);

/* Something has been given back on this loop: where that is enough, memory is
 * returned to the system, in a moment and not on the loop. */
void claim_trim_look(struct relay_loop *l);

#endif
