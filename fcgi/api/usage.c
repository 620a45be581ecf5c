/* SPDX-License-Identifier: MIT */
/* GET api/usage: what the person has used, a day and a model, and budgets. */
#include "config.h"

#include <string.h>

#include "confab/api/route.h"
#include "confab/identity/usage.h"

#define DAY 86400

struct listing {
	const char *user;
	struct buf *out;
	const char *comma;
};

static void
put_row(void *arg, const struct shared_usage *u)
{
	struct listing *l = arg;
	struct buf *b = l->out;

	if (strcmp(u->user, l->user) != 0)
		return;
	buf_printf(b, "%s{\"day\":\"", l->comma);
	usage_day_write(u->day, b);
	buf_putc(b, '"');
	usage_counts_json(u, b);
	buf_putc(b, '}');
	l->comma = ",";
}

void
api_usage(struct route_call *c)
{
	const struct config_quota q =
	    config_quota_of(c->settings->config, c->session.groups);
	struct shared_state *st = c->service->identity->state;
	struct buf *b = &c->response->body;
	struct listing l = { c->session.user, b, "" };

	buf_printf(b, "{\"object\":\"list\",\"days\":%d,\"data\":[",
	    SHARED_USAGE_DAYS);
	if (shared_usage_each(st, 0, (uint64_t)(c->now / DAY), put_row, &l) !=
	    0) {
		buf_truncate(b, 0);
		route_fail(c, 503, "internal_error",
		    "What was used cannot be read now.");
		return;
	}
	buf_puts(b, "],\"budgets\":");
	usage_budgets_json(st, &q, c->session.user, c->now, b);
	buf_putc(b, '}');
}
