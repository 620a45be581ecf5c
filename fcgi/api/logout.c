/* SPDX-License-Identifier: MIT */
/*
 * POST api/logout: ends this session, or with {"everywhere":true} all of the
 * user's.
 */
#include "config.h"

#include "confab/api/route.h"
#include "confab/base/json.h"

void
api_logout(struct route_call *c)
{
	struct json_object *body, *v;
	struct session_input in;
	struct api_error err;
	bool everywhere = false, good;

	if (c->request->body.len > 0) {
		body = route_json(c);
		if (body == NULL)
			return;
		v = json_get(body, "everywhere");
		good = v == NULL || json_object_is_type(v, json_type_boolean);
		everywhere = v != NULL && good && json_object_get_boolean(v);
		json_object_put(body);
		if (!good) {
			route_fail(c, 400, "invalid_request",
			    "\"everywhere\" must be true or false.");
			return;
		}
	}
	/* Instead of one that the check before may have renewed. */
	buf_reset(&c->response->headers);
	route_session_input(c, &in);
	if (session_logout(c->service->identity, c->settings, &in, &c->session,
		everywhere, &err) == -1) {
		response_error(c->response, &err);
		return;
	}
	response_header(c->response, "Set-Cookie", c->session.set_cookie);
	c->response->status = 204;
}
