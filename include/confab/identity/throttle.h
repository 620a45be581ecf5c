/* SPDX-License-Identifier: MIT */
/*
 * How often: penalties for wrong passwords and the limits of a user.
 *
 * A user's name and an address (/32, /64) each have some free failures; from
 * then on each failure doubles the time for which further tries are refused
 * unhashed. A name is counted apart for addresses that this user has logged in
 * from, so that guessing elsewhere does not keep the owner out. Nothing here
 * is asked about a valid session.
 */
#ifndef CONFAB_IDENTITY_THROTTLE_H
#define CONFAB_IDENTITY_THROTTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/identity/token_limits.h"

struct identity;
struct shared_state;

/*
 * May this be tried now? Returns 0, or -1 with 429 too_many_attempts.
 */
int throttle_login_check(struct shared_state *st, const char *address,
    const char *user, struct api_error *err);

/*
 * As the check, but counts the try as a failure at once, before its password
 * is looked at, so that a killed process or tries side by side gain nothing.
 * Where hosts are linked, on all of them; this waits for the answer, but not
 * longer than ENGINE_WAIT.
 */
int throttle_login_begin(struct identity *id, const struct config_throttle *t,
    const char *address, const char *user, struct api_error *err);

/* The try was bad, as was counted at its begin: reports the penalty of it. */
void throttle_login_bad(struct shared_state *st, const char *address,
    const char *user);

/* The try was good: forgets the user's failures and this address's try. */
void throttle_login_good(struct identity *id, const struct config_throttle *t,
    const char *address, const char *user);

/* The try was never decided (busy, out of memory): takes it back. */
void throttle_login_undo(struct identity *id, const struct config_throttle *t,
    const char *address, const char *user);

/*
 * Counts a chat request of the user. Returns 0, or -1 with 429 and Retry-After:
 * request_limit (requests_per_minute), token_limit (tokens_per_day), or
 * budget_limit (tokens_per_month and costs).
 */
int throttle_request(struct shared_state *st, const struct config_quota *q,
    const char *user, struct api_error *err);

/*
 * Counts a request that an access token makes, by the token's own limits and
 * id. Errors as throttle_request().
 */
int throttle_token(struct shared_state *st, const struct token_limits *l,
    const char *token, struct api_error *err);

/* Adds what an answer used to the token's day; none with "". */
void throttle_token_used(struct shared_state *st, const char *token,
    uint64_t tokens);

/* Counts that the user comes back to a stream, as a request like others; what
 * was begun may be read whatever the day's tokens are. Errors: request_limit. */
int throttle_resume(struct shared_state *st, const struct config_quota *q,
    const char *user, struct api_error *err);

/* What the user has used today (UTC). */
uint64_t throttle_tokens_used(struct shared_state *st, const char *user);

/*
 * Plain CGI: takes one of the host's `cgi_processes` for this process, given
 * back at its end however it ends. Returns 0, or -1 with 503 busy.
 */
int throttle_cgi_enter(struct identity *id, const struct config_limits *l,
    struct api_error *err);

/*
 * Plain CGI: this process now serves a stream of the user. Returns 0, or -1
 * with 429 stream_limit when the user's other processes fill the limit.
 */
int throttle_cgi_stream(struct identity *id, const struct config_quota *q,
    const char *user, struct api_error *err);

/* Plain CGI: the stream that this process now serves is that of `key`. */
void throttle_cgi_name(struct identity *id, const char *key);

/*
 * Plain CGI: ends the process that serves the user's stream of `key`, and
 * waits until it has. False when there is none.
 */
bool throttle_cgi_stop(struct identity *id, const char *user, const char *key);

void throttle_cgi_leave(struct identity *id);

#endif
