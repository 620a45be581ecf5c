/* SPDX-License-Identifier: MIT */
/* Who a body says that makes the request, and how it proves that. */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/base/json.h"
#include "confab/identity/login.h"

bool
route_code(struct route_call *c, struct json_object *body,
    struct login_proof *out)
{
	if (json_get(body, "code") == NULL)
		return true;
	out->code = route_string(c, body, "code", true, &out->code_len);
	return out->code != NULL;
}

bool
route_proof(struct route_call *c, struct json_object *body,
    const char *password, struct login_proof *out)
{
	struct session_input in;
	struct api_error err;

	memset(out, 0, sizeof(*out));
	route_session_input(c, &in);
	if (session_authenticate(c->service->identity, c->settings, &in,
		&c->session, &err) == 0) {
		out->name = c->session.user;
		out->name_len = strlen(c->session.user);
		/* A script's token stands for no second factor. */
		out->in_session = c->session.via == SESSION_COOKIE;
	} else {
		out->name = json_str(body, "username", &out->name_len);
		if (out->name == NULL) {
			response_error(c->response, &err);
			return false;
		}
	}
	out->password =
	    route_string(c, body, password, true, &out->password_len);
	return out->password != NULL && route_code(c, body, out);
}
