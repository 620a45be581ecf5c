/* SPDX-License-Identifier: MIT */
/*
 * From a request to its resource.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/base/clock.h"
#include "confab/base/json.h"
#include "confab/base/multipart.h"
#include "confab/gateway/pool.h"
#include "confab/gateway/uploads.h"

/* What a route asks for. */
enum {
	OPEN = 0,
	SESSION = 1, /* somebody who is signed in */
	CHANGES = 2, /* the same site, as it changes something */
	BODY = 4,    /* a JSON body */
	FORM = 32,   /* a form with files */
	ENDLESS = 8, /* an answer that HEAD would wait for */
	LARGE = 16,  /* a body as large as limits { body } */
	LOOKS = 64   /* a token that may only look at models may do it */
};

/* Bytes of a body where no chat is; nginx's files have twice as much. */
#define SMALL_BODY (32 * 1024)
/* Bytes/ms below which a large body is too slow: a poor line of a phone. */
#define SLOWEST 16

struct route {
	const char *method;
	const char *path; /* one that ends with '/' takes a rest */
	int needs;
	void (*serve)(struct route_call *c);
};

static const struct route routes[] = {
	{ "POST", "/api/audio/transcriptions", SESSION | CHANGES | FORM | LARGE,
	    api_transcription },
	{ "POST", "/api/chat/completions", SESSION | CHANGES | BODY | LARGE,
	    api_chat },
	{ "GET", "/api/health", OPEN, api_health },
	{ "GET", "/api/health/live", OPEN, api_health },
	{ "POST", "/api/login", CHANGES | BODY, api_login },
	{ "POST", "/api/logout", SESSION | CHANGES, api_logout },
	{ "GET", "/api/metrics", OPEN, api_metrics },
	{ "GET", "/api/models", SESSION | LOOKS, api_models },
	{ "GET", "/api/models/", SESSION | LOOKS, api_model },
	{ "GET", "/api/passkeys", SESSION, api_passkeys },
	{ "POST", "/api/passkeys", CHANGES | BODY, api_passkey_add },
	{ "POST", "/api/passkeys/challenge", CHANGES, api_passkey_challenge },
	{ "POST", "/api/passkeys/offer", CHANGES | BODY, api_passkey_offer },
	{ "POST", "/api/passkeys/remove", CHANGES | BODY, api_passkey_remove },
	{ "POST", "/api/password", CHANGES | BODY, api_password },
	{ "GET", "/api/prompts", SESSION, api_prompts },
	{ "POST", "/api/prompts/complete", SESSION | CHANGES | BODY,
	    api_complete },
	{ "POST", "/api/prompts/get", SESSION | CHANGES | BODY, api_prompt },
	{ "GET", "/api/resources", SESSION, api_resources },
	{ "POST", "/api/resources/read", SESSION | CHANGES | BODY,
	    api_resource },
	{ "GET", "/api/session", OPEN, api_session },
	{ "GET", "/api/sessions", SESSION, api_sessions },
	{ "DELETE", "/api/sessions", SESSION | CHANGES, api_sessions_end },
	{ "DELETE", "/api/sessions/", SESSION | CHANGES, api_session_end },
	{ "GET", "/api/streams/", SESSION | ENDLESS, api_stream_resume },
	{ "DELETE", "/api/streams/", SESSION | CHANGES, api_stream_stop },
	{ "GET", "/api/tokens", SESSION, api_tokens },
	{ "POST", "/api/tokens", SESSION | CHANGES | BODY, api_token_make },
	{ "DELETE", "/api/tokens/", SESSION | CHANGES, api_token_end },
	{ "GET", "/api/tools", SESSION, api_tools },
	{ "POST", "/api/tools/call", SESSION | CHANGES | BODY | LARGE,
	    api_tool_call },
	/* Not for another page: a frame of an app is one, and would be that of
	 * another server. */
	{ "GET", "/api/tools/frame/", SESSION | CHANGES, api_tool_frame },
	{ "POST", "/api/totp", CHANGES | BODY, api_totp },
	{ "GET", "/api/usage", SESSION, api_usage },
	{ "POST", "/api/totp/remove", CHANGES | BODY, api_totp_remove },
};

#define N_ROUTES (sizeof(routes) / sizeof(routes[0]))

void
route_fail(struct route_call *c, int status, const char *code, const char *text)
{
	struct api_error err;

	(void)api_error_set(&err, status, code, "%s", text);
	response_error(c->response, &err);
}

/* ---- JSON bodies ----------------------------------------------------------*/

struct json_object *
route_json(struct route_call *c)
{
	const struct buf *b = &c->request->body;
	struct json_object *v;
	struct api_error err;
	enum json_result r;

	r = json_parse(buf_str(b), b->len,
	    c->settings->config->limits.json_depth, &v);
	if (r != JSON_OK) {
		if (r == JSON_NO_MEMORY)
			(void)api_error_no_memory(&err);
		else
			(void)api_error_set(&err, 400, "invalid_json",
			    "The body %s.", json_result_str(r));
		response_error(c->response, &err);
		return NULL;
	}
	if (!json_object_is_type(v, json_type_object)) {
		json_object_put(v);
		route_fail(c, 400, "invalid_request",
		    "The body must be a JSON object.");
		return NULL;
	}
	return v;
}

const char *
route_string(struct route_call *c, struct json_object *body, const char *name,
    bool required, size_t *len)
{
	struct api_error err;
	const char *s;

	s = json_str(body, name, len);
	if (s != NULL || (!required && json_get(body, name) == NULL))
		return s;
	(void)api_error_set(&err, 400, "invalid_request",
	    "\"%s\" must be a string.", name);
	(void)snprintf(err.param, sizeof(err.param), "%s", name);
	response_error(c->response, &err);
	return NULL;
}

/* ---- Finding the route ----------------------------------------------------*/

static bool
path_matches(const struct route *r, const char *path, const char **rest)
{
	size_t n = strlen(r->path);

	if (r->path[n - 1] != '/') {
		*rest = "";
		return strcmp(path, r->path) == 0;
	}
	*rest = path + n;
	return strncmp(path, r->path, n) == 0 && path[n] != '\0';
}

/* The route of a request; NULL with the answer given. */
static const struct route *
find_route(struct route_call *c)
{
	const char *method = c->request->method, *rest;
	char allow[64] = "";
	size_t i, n = 0;
	bool is_head;

	c->response->no_body = strcmp(method, "HEAD") == 0;
	if (c->response->no_body)
		method = "GET";
	for (i = 0; i < N_ROUTES; i++) {
		if (!path_matches(&routes[i], c->request->path, &rest))
			continue;
		is_head = strcmp(routes[i].method, "GET") == 0 &&
		    (routes[i].needs & ENDLESS) == 0;
		if (strcmp(method, routes[i].method) == 0 &&
		    (is_head || !c->response->no_body)) {
			c->rest = rest;
			return &routes[i];
		}
		n += (size_t)snprintf(allow + n, sizeof(allow) - n, "%s%s%s",
		    n > 0 ? ", " : "", routes[i].method,
		    is_head ? ", HEAD" : "");
	}
	if (n == 0) {
		route_fail(c, 404, "not_found", "There is nothing here.");
	} else {
		route_fail(c, 405, "method_not_allowed",
		    "This resource does not take that method.");
		response_header(c->response, "Allow", allow);
	}
	return NULL;
}

static bool
authenticate(struct route_call *c)
{
	struct session_input in;
	struct api_error err;

	route_session_input(c, &in);
	if (session_authenticate(c->service->identity, c->settings, &in,
		&c->session, &err) == -1) {
		response_error(c->response, &err);
		return false;
	}
	if (c->session.set_cookie[0] != '\0')
		response_header(c->response, "Set-Cookie",
		    c->session.set_cookie);
	return true;
}

void
route_session_input(const struct route_call *c, struct session_input *in)
{
	const struct request *r = c->request;

	memset(in, 0, sizeof(*in));
	in->cookie = r->cookie;
	in->authorization = r->authorization;
	in->remote_user = r->remote_user;
	in->remote_groups = r->remote_groups;
	in->address = r->remote_addr;
	in->user_agent = r->user_agent;
	in->now = c->now;
}

/* A request with a body says of which kind it is. */
static bool
check_type(struct route_call *c, const struct route *r)
{
	const struct request *q = c->request;

	if ((r->needs & FORM) != 0) {
		if (multipart_is_form(q->content_type))
			return true;
		route_fail(c, 415, "unsupported_media_type",
		    "The Content-Type must be multipart/form-data.");
		return false;
	}
	if ((r->needs & BODY) == 0 || request_is_json(q))
		return true;
	route_fail(c, 415, "unsupported_media_type",
	    "The Content-Type must be application/json.");
	return false;
}

/* What must be true before the body is read; who sends it is known then. */
static bool
admit(struct route_call *c, const struct route *r)
{
	const struct request *q = c->request;

	if (!check_type(c, r))
		return false;
	/* A script with an access token sends no such header; a browser that
	 * sends one is believed, whoever it speaks for. */
	if ((r->needs & CHANGES) != 0 && !request_is_same_site(q)) {
		route_fail(c, 403, "csrf_refused",
		    "The request comes from another site.");
		return false;
	}
	if ((r->needs & SESSION) == 0)
		return true;
	if (!authenticate(c))
		return false;
	if (!c->session.limits.read_only || (r->needs & LOOKS) != 0)
		return true;
	route_fail(c, 403, "token_read_only",
	    "This access token is for looking at models only.");
	return false;
}

/* A large body that comes slowly. */
struct slow {
	struct route_call *call;
	struct upload *place; /* NULL: it did not */
};

/*
 * It comes as its sender sends it: it gets as much time as its length needs,
 * and another thread accepts meanwhile.
 */
static int
wait_for_body(void *arg, struct request_body *how, struct api_error *err)
{
	struct slow *slow = arg;
	struct route_call *c = slow->call;
	bool own;

	slow->place = upload_begin(c->session.user, &own);
	if (slow->place == NULL) {
		(void)api_error_set(err, own ? 429 : 503,
		    own ? "request_limit" : "busy",
		    "There are %u requests under way that come slowly.",
		    own ? UPLOADS_PER_USER : UPLOADS_MAX);
		err->retry_after = 1;
		return -1;
	}
	if (!atomic_load(&c->service->draining)) {
		how->timeout_ms +=
		    (unsigned)(request_announced(c->request, how->max) /
			SLOWEST);
		c->request->gateway->ops->allow(c->request->gateway,
		    how->timeout_ms);
	}
	pool_away();
	return 0;
}

static bool
receive(struct route_call *c, const struct route *r)
{
	const struct config *config = c->settings->config;
	struct slow slow = { c, NULL };
	struct request_body how = { SMALL_BODY, config->timeouts.request, NULL,
		&slow };
	struct api_error err;
	int rc;

	if ((r->needs & LARGE) != 0) {
		how.max = config->limits.body;
		how.wait = wait_for_body;
	}
	rc = request_read(c->request, &how, &err);
	if (slow.place != NULL) {
		pool_back();
		upload_end(slow.place);
	}
	if (rc == -1) {
		response_error(c->response, &err);
		return false;
	}
	if ((r->needs & (CHANGES | FORM)) == CHANGES &&
	    c->request->body.len > 0 && !request_is_json(c->request)) {
		route_fail(c, 415, "unsupported_media_type",
		    "The Content-Type must be application/json.");
		return false;
	}
	return true;
}

static void
serve_request(struct route_call *c)
{
	const struct route *r = find_route(c);

	if (r != NULL && admit(c, r) && receive(c, r))
		r->serve(c);
}

void
route_serve(void *arg, struct gateway *g)
{
	struct request request;
	struct response response;
	struct route_call c;

	memset(&c, 0, sizeof(c));
	c.service = arg;
	c.settings = settings_current();
	c.request = &request;
	c.response = &response;
	c.now = clock_wall();
	response_init(&response);
	request_init(&request, g);
	serve_request(&c);
	if (!c.handed_over) {
		response_send(&response, g);
		request_drain(&request, c.settings->config->timeouts.request);
	}
	request_free(&request);
	response_free(&response);
	settings_unref(c.settings);
}
