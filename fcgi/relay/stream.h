/* SPDX-License-Identifier: MIT */
/*
 * A stream: one upstream call, a ring of numbered events, and the clients that
 * are attached to it now, or none. Lives on one loop.
 *
 * It is open from the call's start to its end, which is one of enum
 * metrics_cause. A stream with a key outlives its clients, and its end, by the
 * grace time, so that a client may come back for the rest; one without a key
 * ends when its client leaves.
 */
#ifndef CONFAB_RELAY_STREAM_H
#define CONFAB_RELAY_STREAM_H

#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/base/metrics.h"

struct relay_job;
struct relay_loop;
struct stream;

/* Opens it: it is counted, gets the job's connection as its first client, and
 * makes its call. */
void stream_begin(struct stream *s, struct relay_job *job);

/* One more client for a stream: its events after `last_id`. The job's
 * connection is taken over. */
void stream_attach(struct stream *s, struct relay_job *job, uint64_t last_id);

/*
 * The one end of every stream: counts it, writes the end for its clients
 * ([DONE], or `err`), and frees it or keeps it for the grace time. Does nothing
 * the second time.
 */
void stream_finish(struct stream *s, enum metrics_cause cause,
    const struct api_error *err);

/* Looks what follows from who is attached: the end, the grace time, or more
 * reading. */
void stream_settle(struct stream *s);

/* Ends it and frees it, its clients after what they were told. */
void stream_discard(struct stream *s);

/* Answers a job with an error; its connection is taken over. */
void stream_refuse(struct relay_loop *l, struct relay_job *job,
    const struct api_error *err);

#endif
