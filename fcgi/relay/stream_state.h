/* SPDX-License-Identifier: MIT */
/*
 * What a stream is, for the files that are made of it: stream.c (its life),
 * stream_open.c (its start), stream_table.c (who is found), stream_report.c
 * (what is told at its end).
 */
#ifndef CONFAB_RELAY_STREAM_STATE_H
#define CONFAB_RELAY_STREAM_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <uv.h>

#include "confab/base/metrics.h"
#include "confab/provider/provider.h"
#include "confab/relay/relay.h"
#include "confab/upstream/catalog.h"

#include "outlet.h"
#include "policy.h"
#include "relay_loop.h"
#include "source.h"

struct stream {
	uv_timer_t timer; /* first */
	struct relay_loop *loop;
	struct stream *prev, *next; /* all of the loop */
	struct stream *next_named;  /* bucket of the table */
	struct stream_user *user;
	char *key;				/* NULL: not resumable */
	uint64_t hash;				/* of user and key */
	unsigned char digest[RELAY_DIGEST_LEN]; /* of the request, with a key */
	struct settings *settings;
	struct catalog *catalog;
	const struct catalog_entry *entry; /* NULL: a tool is called */
	bool no_fallback;		   /* no other model in its place */
	char token[SESSION_TOKEN_MAX + 1]; /* that asked; "": none */
	struct tool_call *tool; /* instead of the three around it: a tool is
				 * called */
	bool speech; /* the same: the settings' transcriber is asked */
	enum transcription_format format;
	struct chat_request *chat;	  /* until the answer has begun */
	struct provider_request *request; /* of the first call, until then */
	struct relay_claim *claim;	  /* to the memory of both */
	struct source source;
	struct provider_usage usage;
	struct config_patience patience; /* with the model that is asked */
	struct outlet out;
	struct policy_times at;
	size_t counted;	  /* of out.ring.held, in the limits */
	uint64_t content; /* chunks with text in them */
	unsigned tries;
	unsigned fallbacks;
	enum metrics_cause cause;
	bool told;    /* to the engine, since it may have lost all */
	bool paused;  /* the source is */
	bool closing; /* off every list, handle closing */
};

static inline const struct config_limits *
stream_limits(const struct stream *s)
{
	return &s->settings->config->limits;
}

static inline const struct config_timeouts *
stream_timeouts(const struct stream *s)
{
	return &s->settings->config->timeouts;
}

/* What is known of it for who asks what is kept. */
static inline struct policy_rest
stream_rest(const struct stream *s)
{
	struct policy_rest r = { .has_key = s->key != NULL,
		.draining = s->loop->draining,
		.ended = s->out.ended,
		.failed = s->out.err != NULL,
		.had_events = outlet_has_events(&s->out),
		.grace = stream_timeouts(s)->grace,
		.cause = s->cause,
		.acts = s->tool != NULL };

	return r;
}

#endif
