/* SPDX-License-Identifier: MIT */
/*
 * POST api/password: a new password, for who is signed in or, where a login was
 * told to change it first, for who can say the current one.
 */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/base/json.h"
#include "confab/identity/login.h"

/* Whose password: the session's user, or the one that the body names. */
static const char *
whose(struct route_call *c, struct json_object *body, size_t *len)
{
	struct session_input in;
	struct api_error err;
	const char *name;

	route_session_input(c, &in);
	if (session_authenticate(c->service->identity, c->settings, &in,
		&c->session, &err) == 0) {
		*len = strlen(c->session.user);
		return c->session.user;
	}
	name = json_str(body, "username", len);
	if (name == NULL)
		response_error(c->response, &err);
	return name;
}

void
api_password(struct route_call *c)
{
	const char *name, *current = NULL, *fresh = NULL;
	size_t name_len = 0, current_len = 0, fresh_len = 0;
	struct session_input in;
	struct json_object *body;
	struct session_info session;
	struct api_error err;

	body = route_json(c);
	if (body == NULL)
		return;
	name = whose(c, body, &name_len);
	if (name != NULL)
		current = route_string(c, body, "current", true, &current_len);
	if (current != NULL)
		fresh = route_string(c, body, "new", true, &fresh_len);
	if (fresh != NULL) {
		route_session_input(c, &in);
		if (login_change_password(c->service->identity, c->settings,
			&in, name, name_len, current, current_len, fresh,
			fresh_len, &session, &err) == 0) {
			response_header(c->response, "Set-Cookie",
			    session.set_cookie);
			c->response->status = 204;
		} else {
			response_error(c->response, &err);
		}
	}
	json_wipe_string(body, "current");
	json_wipe_string(body, "new");
	json_object_put(body);
}
