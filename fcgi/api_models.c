/* SPDX-License-Identifier: MIT */
/*
 * GET api/models: what can be asked for, as OpenAI's list.
 */
#include "config.h"

#include "confab/route.h"
#include "confab/route_relay.h"

void
api_models(struct call *c)
{
	struct catalog *k;

	route_want_models(c, NULL);
	k = settings_catalog(c->settings);
	(void)catalog_json(k, &c->response->body);
	catalog_unref(k);
}
