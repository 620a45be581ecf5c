/* SPDX-License-Identifier: MIT */
/*
 * POST api/login: a name and a password for a session.
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
	proof.name = route_string(c, body, "username", true, &proof.name_len);
	if (proof.name != NULL)
		proof.password = route_string(c, body, "password", true,
		    &proof.password_len);
	if (proof.password != NULL && route_code(c, body, &proof)) {
		route_session_input(c, &in);
		if (login_password(c->service->identity, c->settings, &in,
			&proof, &c->session, &err) == 0) {
			metrics_login(METRICS_LOGIN_OK);
			response_header(c->response, "Set-Cookie",
			    c->session.set_cookie);
			route_session_json(c);
		} else {
			count(&err);
			response_error(c->response, &err);
		}
	}
	json_wipe_string(body, "password");
	json_object_put(body);
}
