/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the stream: stream_open.c (start), stream.c (life),
 * stream_report.c (what is told at the end), stream_clients.c (who is attached),
 * stream_timer.c (time limits), stream_table.c (who is found).
 */
#ifndef CONFAB_RELAY_STREAM_PRIVATE_H
#define CONFAB_RELAY_STREAM_PRIVATE_H

#include "stream.h"

static inline const struct config_limits *
stream_limits(const struct stream *s)
{
	return &s->settings->config->limits;
}

/* Counts and logs a stream that has just ended. */
void stream_report(struct stream *s);

/* Makes the upstream call, or makes it again. */
void stream_call(struct stream *s);

/* Looks what follows from who is attached: the end, the grace time, or more
 * reading; arms the timer. */
void stream_settle(struct stream *s);

/* Attaches a job's connection at ring offset `off`. False when it could not;
 * the connection is gone then, too. */
bool stream_client_add(struct stream *s, struct relay_job *job, uint64_t off);

/* Sends every client what is new. The stream may be `closing` afterwards. */
void stream_clients_send(struct stream *s);

/* Sends a comment to those who have heard nothing for a while. */
void stream_clients_comment(struct stream *s);
void stream_clients_close(struct stream *s);

/* Sets the timer to the next of the stream's deadlines. */
void stream_timer_arm(struct stream *s);

/* Puts a stream on its loop's lists, and takes it off. */
void stream_list(struct stream *s);
void stream_unlist(struct stream *s);

#endif
