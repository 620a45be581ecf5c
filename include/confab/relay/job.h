/* SPDX-License-Identifier: MIT */
/*
 * What a request thread asks a relay loop to do, with all that it gives over.
 */
#ifndef CONFAB_RELAY_JOB_H
#define CONFAB_RELAY_JOB_H

#include <stdint.h>

#include "confab/engine/streams.h"
#include "confab/gateway/gateway.h"
#include "confab/identity/session.h"
#include "confab/identity/settings.h"
#include "confab/provider/chat_request.h"
#include "confab/provider/provider.h"
#include "confab/provider/transcription.h"
#include "confab/tool/call.h"
#include "confab/upstream/catalog.h"

#define RELAY_KEY_MAX 64   /* bytes of an Idempotency-Key */
#define RELAY_USER_MAX 128 /* bytes of a user's name */
#define RELAY_DIGEST_LEN 16

struct relay_claim;

enum relay_op {
	RELAY_CHAT,   /* a new call, or attach when the key is known */
	RELAY_RESUME, /* GET api/streams/KEY */
	RELAY_STOP    /* DELETE api/streams/KEY */
};

struct relay_job {
	enum relay_op op;
	struct gateway_client client;
	struct settings *settings; /* counted reference, given over */
	struct config_quota quota; /* of the user, by their groups */
	char user[RELAY_USER_MAX + 1];
	char token[SESSION_TOKEN_MAX + 1]; /* access token's id; "" = none */
	char key[RELAY_KEY_MAX + 1];	   /* "" = none: not resumable */
	uint64_t last_event_id;		   /* RELAY_RESUME */
	bool since;	 /* who asks has heard of this very worker before */
	bool used;	 /* the key had a stream that is not kept any more */
	unsigned asked;	 /* loops that had no stream of this key */
	unsigned elders; /* older generations that were asked for it */
	bool passed;	 /* by another host, which said that it is here */
	bool placed;	 /* the engine was asked which host has it */
	struct engine_place place; /* what it said */
	bool guest; /* a newer generation asks, and hears on the next */
	int heir;
	struct tool_answer *answer; /* of a guest, given over: a call that
				     * waits here would go on with it */
	/* The rest of RELAY_CHAT, all given over. */
	struct tool_call *tool; /* instead of the next four: a tool is called */
	/* Instead of the next three: the settings' transcriber is asked. */
	bool speech;
	enum transcription_format format;
	struct chat_request *chat;
	struct catalog *catalog;	   /* counted reference */
	const struct catalog_entry *entry; /* of it: the model */
	bool no_fallback; /* another one may not be used in its place */
	struct provider_request *request; /* for the provider, allocated */
	/* Of the whole request: a key is for one. */
	unsigned char digest[RELAY_DIGEST_LEN];
	struct relay_claim *claim; /* to the memory that it takes */
	char extra_headers[512];   /* CRLF-ended lines for the response, such
				    * as a renewed Set-Cookie */
};

/* Drops what a job owns, but not its connection. */
void relay_job_free(struct relay_job *job);

/* Gives back what was claimed; NULL is none. Any thread, before the relay's
 * end. */
void relay_claim_free(struct relay_claim *c);

/* Frees and wipes a request for a provider, and its struct; NULL is none. */
void relay_request_free(struct provider_request *r);

#endif
