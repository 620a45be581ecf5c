/* SPDX-License-Identifier: MIT */
/*
 * From a route to the relay: the job that goes with a connection.
 */
#ifndef CONFAB_ROUTE_RELAY_H
#define CONFAB_ROUTE_RELAY_H

#include "confab/route.h"

/*
 * Fills a job for the call's user and `key` ("" = none), with a reference to
 * the settings. Returns false, with a 400 or 404 in the response, for a key
 * that is none or where there are no streams to come back to.
 */
bool route_job(struct call *c, enum relay_op op, const char *key,
    struct relay_job *job);

/* Gives the connection and the job to the relay. */
void route_hand_over(struct call *c, struct relay_job *job);

#endif
