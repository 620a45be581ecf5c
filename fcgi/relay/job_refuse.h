/* SPDX-License-Identifier: MIT */
/*
 * The answer to a job that no loop can take.
 */
#ifndef CONFAB_RELAY_JOB_REFUSE_H
#define CONFAB_RELAY_JOB_REFUSE_H

struct relay_job;

/* Answers with a short 503 that fits into any socket buffer, closes the
 * connection and frees what the job has. Never blocks on a socket. */
void job_refuse(struct relay_job *job);

#endif
