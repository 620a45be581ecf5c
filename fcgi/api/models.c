/* SPDX-License-Identifier: MIT */
/*
 * GET api/models, api/models/ID: what can be asked for, as OpenAI's list, and
 * one of it.
 */
#include "config.h"

#include <stdio.h>

#include "confab/api/route.h"

#include "route_relay.h"

void
api_models(struct route_call *c)
{
	struct catalog *k;

	route_want_models(c, NULL);
	k = settings_catalog(c->settings);
	(void)catalog_json(k, route_may_use, c, &c->response->body);
	catalog_unref(k);
}

/* An id may have slashes of its own: all that follows is the id. */
void
api_model(struct route_call *c)
{
	const struct catalog_entry *e;
	struct api_error err;
	struct catalog *k;

	route_want_models(c, c->rest);
	k = settings_catalog(c->settings);
	e = catalog_find(k, c->rest);
	if (e != NULL && route_may_use(c, e)) {
		(void)catalog_entry_json(e, &c->response->body);
	} else {
		(void)api_error_set(&err, 404, "model_not_found",
		    "There is no such model here.");
		(void)snprintf(err.param, sizeof(err.param), "model");
		response_error(c->response, &err);
	}
	catalog_unref(k);
}
