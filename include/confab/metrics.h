/* SPDX-License-Identifier: MIT */
/*
 * Counters of the process, as Prometheus text. Every function may be called
 * from any thread, takes no lock that is held for long and cannot fail.
 */
#ifndef CONFAB_METRICS_H
#define CONFAB_METRICS_H

#include <stddef.h>
#include <stdint.h>

#define METRICS_PROVIDERS_MAX 64 /* provider names told apart; then "other" */

/* Why a stream ended. */
enum stream_cause {
	CAUSE_DONE,	   /* good end */
	CAUSE_STOPPED,	   /* by the user */
	CAUSE_CLIENT_GONE, /* not resumable, or grace time over */
	CAUSE_UPSTREAM,	   /* the provider failed or refused */
	CAUSE_TIMEOUT,	   /* one of the time limits */
	CAUSE_LIMIT,	   /* one of the size limits */
	CAUSE_SHUTDOWN,
	CAUSE_INTERNAL, /* out of memory and the like */
	CAUSE_COUNT
};

/* The cause's name in metrics and log, such as "client_gone". */
const char *stream_cause_str(enum stream_cause c);

enum login_outcome {
	LOGIN_OK,
	LOGIN_BAD,     /* wrong password or unknown user */
	LOGIN_REFUSED, /* disabled, expired, change required */
	LOGIN_THROTTLED,
	LOGIN_BUSY,
	LOGIN_OUTCOME_COUNT
};

void metrics_stream_started(void);
void metrics_stream_ended(enum stream_cause c);
void metrics_stream_resumed(void);
void metrics_first_event(uint64_t ms); /* histogram */
void metrics_tokens(uint64_t prompt, uint64_t completion);
void metrics_upstream_status(const char *provider, int status); /* 0: none */
void metrics_upstream_retry(void);
void metrics_login(enum login_outcome o);
void metrics_request(int status); /* responses by class, 2xx ... 5xx */

/* What is measured at the moment of asking. */
struct metrics_gauges {
	uint64_t streams; /* open */
	uint64_t ring_bytes;
	uint64_t queued; /* requests on their way to a loop */
};

struct buf;

/* Appends all of it in the text format 0.0.4. Returns 0, or -1 when `out` is
 * full. */
int metrics_write(struct buf *out, const struct metrics_gauges *g);

#endif
