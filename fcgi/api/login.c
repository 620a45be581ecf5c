/* SPDX-License-Identifier: MIT */
/*
 * POST api/login: a name and a password, or a passkey alone, for a session.
 */
#include "config.h"

#include "confab/api/route.h"
#include "confab/base/json.h"
#include "confab/base/metrics.h"
#include "confab/identity/login.h"

static void
count(const struct api_error *err)
{
	switch (err->status) {
	case 401:
		metrics_login(METRICS_LOGIN_BAD);
		break;
	case 403:
		metrics_login(METRICS_LOGIN_REFUSED);
		break;
	case 429:
		metrics_login(METRICS_LOGIN_THROTTLED);
		break;
	default:
		metrics_login(METRICS_LOGIN_BUSY);
	}
}

/* Name and password, unless there is a passkey alone. False with a 400 given. */
static bool
take_proof(struct route_call *c, struct json_object *body,
    struct login_proof *proof)
{
	if (json_get(body, "passkey") != NULL &&
	    json_get(body, "username") == NULL &&
	    json_get(body, "password") == NULL)
		return route_code(c, body, proof);
	proof->name = route_string(c, body, "username", true, &proof->name_len);
	if (proof->name != NULL)
		proof->password = route_string(c, body, "password", true,
		    &proof->password_len);
	return proof->password != NULL && route_code(c, body, proof);
}

void
api_login(struct route_call *c)
{
	struct login_proof proof = { 0 };
	struct session_input in;
	struct json_object *body;
	struct api_error err;

	body = route_json(c);
	if (body == NULL)
		return;
	if (take_proof(c, body, &proof)) {
		route_session_input(c, &in);
		if ((proof.password != NULL
			    ? login_password
			    : login_passkey)(c->service->identity, c->settings,
			&in, &proof, &c->session, &err) == 0) {
			metrics_login(METRICS_LOGIN_OK);
			response_header(c->response, "Set-Cookie",
			    c->session.set_cookie);
			route_session_json(c);
		} else {
			count(&err);
			route_refuse(c, &proof, &err);
		}
	}
	json_wipe(body);
}
