/* SPDX-License-Identifier: MIT */
/*
 * What a client is, for client.c (its steps) and client_put.c (what each says).
 */
#ifndef CONFAB_TOOL_CLIENT_STATE_H
#define CONFAB_TOOL_CLIENT_STATE_H

#include <uv.h>

#include "client.h"
#include "ear.h"
#include "wire.h"

/* What is under way. */
enum step {
	STEP_PROBE,	 /* a harmless request in the modern way */
	STEP_INITIALIZE, /* legacy */
	STEP_INITIALIZED,
	STEP_REQUEST
};

struct tool_client {
	uv_timer_t timer; /* first; before a broken stream is asked for again */
	struct tool_client_call call;
	const struct tool_client_handler *handler;
	void *arg;
	struct tool_wire *wire; /* NULL: none is open */
	enum step step;
	struct tool_facts facts;
	struct tool_session session;
	const char *version;	       /* to be asked for; NULL: the newest */
	struct tool_ear_member member; /* of those that hear the session */
	bool listens;		       /* that was seen to, for this session */
	bool has_session; /* of the legacy era, begun by us or found */
	bool kept;	  /* it was found: the server may have forgotten it */
	bool mended;	  /* something was looked at anew, once */
	bool looked;	  /* the era was found out by this client */
	uint64_t id;	  /* of the message under way */
	uint64_t request; /* the id of the request; 0: not sent */
	int refused;   /* HTTP's status that was all the answer to it; or 0 */
	char *last_id; /* of the request's stream, that broke; NULL: none
			   * did */
	unsigned resumes; /* since something new came */
	bool paused;
	bool closing;
};

/* Puts the message of the step that is next. Returns 0, or -1 with err. */
int tool_client_put(struct tool_client *c, struct provider_request *req,
    struct api_error *err);

/* Fills in how the exchange of the step that is next is made. */
void tool_client_wire(const struct tool_client *c, struct tool_wire_call *w);

/* Says that the request, or the session, is not needed any more (legacy). Best
 * effort. */
void tool_client_tell_cancelled(struct tool_client *c);
void tool_client_tell_deleted(struct tool_client *c);

#endif
