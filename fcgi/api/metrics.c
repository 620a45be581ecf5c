/* SPDX-License-Identifier: MIT */
/*
 * GET api/metrics: the counters as Prometheus text. Who may read them is the
 * web server's to say.
 */
#include "config.h"

#include "confab/api/route.h"
#include "confab/base/metrics.h"
#include "confab/system/process.h"

void
api_metrics(struct route_call *c)
{
	const struct relay *r = c->service->relay;
	struct metrics_gauges g;

	if (r == NULL) {
		/* Plain CGI: a process that serves one request counts nothing. */
		route_fail(c, 404, "not_found", "There is nothing here.");
		return;
	}
	g.streams = relay_streams(r);
	g.ring_bytes = relay_ring_bytes(r);
	g.queued = relay_queued(r);
	g.resident = process_resident();
	g.descriptors = process_descriptors();
	c->response->type = "text/plain; version=0.0.4; charset=utf-8";
	(void)metrics_write(&c->response->body, &g);
}
