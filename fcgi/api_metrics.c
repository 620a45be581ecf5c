/* SPDX-License-Identifier: MIT */
/*
 * GET api/metrics: the counters as Prometheus text. Who may read them is the
 * web server's to say.
 */
#include "config.h"

#include "confab/metrics.h"
#include "confab/route.h"

void
api_metrics(struct call *c)
{
	if (c->service->cgi) {
		/* A process that has served one request counts nothing. */
		route_fail(c, 404, "not_found", "There is nothing here.");
		return;
	}
	c->response->type = "text/plain; version=0.0.4; charset=utf-8";
	(void)metrics_write(&c->response->body, c->service->relay);
}
