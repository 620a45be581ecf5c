/* SPDX-License-Identifier: MIT */
/*
 * The start of a stream.
 */
#ifndef CONFAB_RELAY_STREAM_OPEN_H
#define CONFAB_RELAY_STREAM_OPEN_H

struct relay_job;
struct relay_loop;

/* A new call for a job that no stream answers yet; answers its client whatever
 * happens. The caller ends the job with relay_job_free(). */
void stream_open(struct relay_loop *l, struct relay_job *job);

#endif
