/* SPDX-License-Identifier: MIT */
/*
 * GET api/metrics: the counters as Prometheus text. Who may read them is the
 * web server's to say.
 */
#include "config.h"

#include <inttypes.h>

#include "confab/api/route.h"
#include "confab/base/metrics.h"
#include "confab/engine/engine.h"
#include "confab/engine/users.h"
#include "confab/identity/identity.h"
#include "confab/system/process.h"

static void
write_one(struct buf *out, const char *name, const char *type, const char *help,
    uint64_t value)
{
	buf_printf(out,
	    "# HELP confab_hosts_%s %s\n# TYPE confab_hosts_%s %s\n"
	    "confab_hosts_%s %" PRIu64 "\n",
	    name, help, name, type, name, value);
}

/* Of the link to other hosts, where there is one. */
static void
write_hosts(struct buf *out, const struct identity *id)
{
	struct engine_figures f;

	engine_look(id->engine, &f);
	if (!f.configured)
		return;
	if (id->users != NULL)
		write_one(out, "users_linked", "gauge",
		    "Whether the users in the engine could be read.",
		    engine_users_up(id->users));
	write_one(out, "linked", "gauge", "Whether the engine is there.", f.up);
	write_one(out, "away_seconds", "gauge", "Since when it is not.",
	    f.away_ms / 1000);
	write_one(out, "losses_total", "counter", "Times that it went away.",
	    f.losses);
	write_one(out, "told_total", "counter", "Facts told to other hosts.",
	    f.told);
	write_one(out, "heard_total", "counter", "Facts heard of them.",
	    f.heard);
	write_one(out, "unanswered_total", "counter",
	    "Logins that the engine did not answer in time.", f.unanswered);
	write_one(out, "forgotten_total", "counter",
	    "Failed logins that could not be kept for it.", f.forgotten);
	write_one(out, "elsewhere_total", "counter",
	    "Streams asked for here that another host had.", f.elsewhere);
	write_one(out, "lost_total", "counter",
	    "Streams asked for here whose host was gone.", f.lost);
}

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
	write_hosts(&c->response->body, c->service->identity);
}
