/* SPDX-License-Identifier: MIT */
/*
 * Which request goes to which resource, and what must be true before: a known
 * path, its method, JSON or a form where there is a body, the same site, a
 * session.
 */
#ifndef CONFAB_API_ROUTE_H
#define CONFAB_API_ROUTE_H

#include <stdbool.h>
#include <stdatomic.h>
#include <stdint.h>

#include "confab/gateway/request.h"
#include "confab/gateway/response.h"
#include "confab/identity/identity.h"
#include "confab/identity/session.h"
#include "confab/identity/settings.h"
#include "confab/identity/totp.h"
#include "confab/relay/relay.h"

/* What all requests of a process share. */
struct route_service {
	struct identity *identity;
	struct relay *relay; /* plain CGI: NULL until a request needs it */
	/* Plain CGI only. */
	struct relay *(*start_relay)(struct route_service *);
	bool cgi;
	atomic_bool draining;
};

/* One request under way. */
struct route_call {
	struct route_service *service;
	struct settings *settings; /* in force when it came */
	struct request *request;
	struct response *response;
	struct session_info session; /* where the route asks for one */
	const char *rest;	     /* of the path, after the route's */
	int64_t now;		     /* s since 1970 */
	bool handed_over;	     /* the connection is a relay's now */
};

/* Serves one request through the gateway: a gateway_serve_fn whose argument is
 * a struct route_service. */
void route_serve(void *service, struct gateway *g);

/* The resources, a file each. They fill call->response, or hand over. */
void api_chat(struct route_call *c);
void api_health(struct route_call *c);
void api_login(struct route_call *c);
void api_logout(struct route_call *c);
void api_metrics(struct route_call *c);
void api_model(struct route_call *c);
void api_models(struct route_call *c);
void api_passkey_add(struct route_call *c);
void api_passkey_challenge(struct route_call *c);
void api_passkey_offer(struct route_call *c);
void api_passkey_remove(struct route_call *c);
void api_passkeys(struct route_call *c);
void api_complete(struct route_call *c);
void api_prompt(struct route_call *c);
void api_prompts(struct route_call *c);
void api_resource(struct route_call *c);
void api_resources(struct route_call *c);
void api_password(struct route_call *c);
void api_session(struct route_call *c);
void api_session_end(struct route_call *c);
void api_sessions(struct route_call *c);
void api_sessions_end(struct route_call *c);
void api_stream_resume(struct route_call *c);
void api_stream_stop(struct route_call *c);
void api_token_end(struct route_call *c);
void api_token_make(struct route_call *c);
void api_tokens(struct route_call *c);
void api_tool_call(struct route_call *c);
void api_tool_frame(struct route_call *c);
void api_tools(struct route_call *c);
void api_totp(struct route_call *c);
void api_totp_remove(struct route_call *c);
void api_transcription(struct route_call *c);
void api_usage(struct route_call *c);

struct json_object;

/* For them: the body, a JSON object that the caller ends with
 * json_object_put(). NULL with the answer given: 400, or 503 when memory is
 * short. */
struct json_object *route_json(struct route_call *c);

/*
 * Member `name` of the body and its length, the body's own. NULL when it is
 * absent and not `required`, or with a 400 in the response when it is no
 * string.
 */
const char *route_string(struct route_call *c, struct json_object *body,
    const char *name, bool required, size_t *len);

/* Answers with an error; for `return route_fail(...)`. */
void route_fail(struct route_call *c, int status, const char *code,
    const char *text);

/* What the session's checks look at. */
void route_session_input(const struct route_call *c, struct session_input *in);

struct login_proof;

/*
 * Who the body says that makes the request: the session's user or, without a
 * session, its "username", with what is in its members `password` and "code".
 * False with the answer given.
 */
bool route_proof(struct route_call *c, struct json_object *body,
    const char *password, struct login_proof *out);

/* Takes the body's "code" or "passkey", where there is one. False with a 400
 * given. */
bool route_code(struct route_call *c, struct json_object *body,
    struct login_proof *out);

/* Appends the member "new_networks" where a session has news. */
void route_news_json(const struct session_info *session, struct buf *b);

/*
 * Answers an error of who `proof` says that it is. Where a second factor is
 * asked for, what it can be is told besides, with a question to the passkeys.
 */
void route_refuse(struct route_call *c, const struct login_proof *proof,
    const struct api_error *err);

/* Answers with n new recovery codes, which their holder wipes. */
void route_recovery_json(struct route_call *c,
    char codes[][TOTP_RECOVERY_SHOWN + 1], unsigned n);

/* What api/login and api/session tell about a session. */
void route_session_json(struct route_call *c);

#endif
