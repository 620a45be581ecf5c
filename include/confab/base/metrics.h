/* SPDX-License-Identifier: MIT */
/*
 * Counters of the process, as Prometheus text. Every function may be called
 * from any thread, takes no lock that is held for long and cannot fail.
 */
#ifndef CONFAB_BASE_METRICS_H
#define CONFAB_BASE_METRICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define METRICS_PROVIDERS_MAX 64 /* provider names told apart; then "other" */
#define METRICS_SERVERS_MAX \
	64 /* the same of tool servers; further ones are
				  * not counted */

/* Why a stream ended. */
enum metrics_cause {
	METRICS_CAUSE_DONE,	   /* good end */
	METRICS_CAUSE_STOPPED,	   /* by the user */
	METRICS_CAUSE_CLIENT_GONE, /* not resumable, or grace time over */
	METRICS_CAUSE_UPSTREAM,	   /* the provider failed or refused */
	METRICS_CAUSE_TIMEOUT,	   /* one of the time limits */
	METRICS_CAUSE_LIMIT,	   /* one of the size limits */
	METRICS_CAUSE_SHUTDOWN,
	METRICS_CAUSE_INTERNAL, /* out of memory and the like */
	METRICS_CAUSE_COUNT
};

/* The cause's name in metrics and log, such as "client_gone". */
const char *metrics_cause_str(enum metrics_cause c);

enum metrics_login {
	METRICS_LOGIN_OK,
	METRICS_LOGIN_BAD,     /* wrong password or unknown user */
	METRICS_LOGIN_REFUSED, /* disabled, expired, change required */
	METRICS_LOGIN_THROTTLED,
	METRICS_LOGIN_BUSY,
	METRICS_LOGIN_COUNT
};

void metrics_stream_started(void);
void metrics_stream_ended(enum metrics_cause c);
void metrics_stream_resumed(void);
void metrics_first_event(uint64_t ms); /* histogram */
void metrics_tokens(uint64_t prompt, uint64_t completion);
void metrics_upstream_status(const char *provider, int status); /* 0: none */
void metrics_upstream_retry(void);
/* A call of a tool is over; `is_error`: well, with a failure of the tool's. */
void metrics_tool_call(const char *server, enum metrics_cause c, bool is_error);
void metrics_login(enum metrics_login o);
void metrics_request(int status); /* responses by class, 2xx ... 5xx */

#define METRICS_WORKER_MAX 32 /* bytes of a worker's name */

/*
 * Names this process among several: each figure then has the label `worker`.
 * Before there are threads. Returns 0, or -1 when that is no name: letters,
 * digits, "_", "-" and ".", at most METRICS_WORKER_MAX.
 */
int metrics_name_worker(const char *name);

/* What is measured at the moment of asking. */
struct metrics_gauges {
	uint64_t streams; /* open */
	uint64_t ring_bytes;
	uint64_t queued;      /* requests on their way to a loop */
	uint64_t resident;    /* bytes of memory */
	uint64_t descriptors; /* open */
};

struct buf;

/* Appends all of it in the text format 0.0.4. Returns 0, or -1 when `out` is
 * full. */
int metrics_write(struct buf *out, const struct metrics_gauges *g);

#endif
