/* SPDX-License-Identifier: MIT */
/*
 * From a route to the relay: the job that goes with a connection.
 */
#ifndef CONFAB_API_ROUTE_RELAY_H
#define CONFAB_API_ROUTE_RELAY_H

#include "confab/api/route.h"

/*
 * Fills a job for the call's user and `key` ("" = none), with a reference to
 * the settings. Returns false, with the answer given, for a key that is none
 * (400), where there are no streams to come back to (404), or where the relay
 * cannot start (503).
 */
bool route_job(struct route_call *c, enum relay_op op, const char *key,
    struct relay_job *job);

/* The limits of the user that can be told before the relay is asked. Returns 0,
 * or -1 with err. */
int route_may_ask(const struct route_call *c, struct api_error *err);

/*
 * Claims what the request will take until its answer begins: the tree that it
 * becomes, and its text for who answers. Returns 0, or -1 with err.
 */
int route_claim(struct route_call *c, struct relay_job *job,
    struct api_error *err);

/* The same for a body that becomes no tree, but a request of its size. */
int route_claim_bytes(struct route_call *c, struct relay_job *job,
    struct api_error *err);

/* Names what the provider is not sent, in the response's head: nothing is left
 * out without a word. */
void route_tell_ignored(struct relay_job *job);

#define ROUTE_BUDGET_MAX 64 /* bytes of "tokens_per_month=100" and its like */

/* The budget that is used up most, as NAME=PERCENT, once that is USAGE_WARN. */
bool route_budget(const struct route_call *c, char out[ROUTE_BUDGET_MAX]);

/* The same for the response's head. */
void route_tell_budget(const struct route_call *c, struct relay_job *job);

/* Marks a job that has a key with its request's digest. Returns 0, or -1 with
 * err. */
int route_mark(struct route_call *c, struct relay_job *job,
    struct api_error *err);

/* Gives the connection and the job to the relay. */
void route_hand_over(struct route_call *c, struct relay_job *job);

/*
 * Plain CGI: a process knows no lists but those that it asks for, so this asks
 * the providers that are set to list their models, and waits for them; where
 * `model` is known without (NULL: never), and in FastCGI, it does nothing.
 * Where it cannot, the configured models are what there is.
 */
void route_want_models(struct route_call *c, const char *model);

/* Has the relay, for the lists of tools that it keeps; in plain CGI, waits for
 * them, and with `offers` for those of prompts and resources. False, with the
 * answer given: there is none. */
bool route_want_tools(struct route_call *c, bool offers);

/* May the session's token be used for this model? `call` is a struct
 * route_call. */
bool route_may_use(const void *call, const struct catalog_entry *e);

/* Finds the model of that id that may be used; false when there is none. */
bool route_find_model(struct route_call *c, struct relay_job *job,
    const char *id);

#endif
