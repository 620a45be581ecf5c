/* SPDX-License-Identifier: MIT */
/*
 * POST api/password: a new password, for who is signed in or, where a login was
 * told to change it first, for who can say the current one.
 */
#include "config.h"

#include "confab/api/route.h"
#include "confab/base/json.h"
#include "confab/identity/login.h"

void
api_password(struct route_call *c)
{
	struct login_proof proof;
	struct session_input in;
	struct json_object *body;
	struct session_info session;
	struct api_error err;
	const char *fresh = NULL;
	size_t fresh_len = 0;

	body = route_json(c);
	if (body == NULL)
		return;
	if (route_proof(c, body, "current", &proof))
		fresh = route_string(c, body, "new", true, &fresh_len);
	if (fresh != NULL) {
		route_session_input(c, &in);
		if (login_change_password(c->service->identity, c->settings,
			&in, &proof, fresh, fresh_len, &session, &err) == 0) {
			response_header(c->response, "Set-Cookie",
			    session.set_cookie);
			c->response->status = 204;
		} else {
			route_refuse(c, &proof, &err);
		}
	}
	json_wipe(body);
}
