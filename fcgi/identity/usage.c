/* SPDX-License-Identifier: MIT */
/* What people use, against what they may. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/config/option.h"
#include "confab/identity/throttle.h"
#include "confab/identity/usage.h"

#define DAY 86400

void
usage_note(struct shared_state *st, const char *user, const char *model,
    const char *token, uint64_t prompt, uint64_t completion, uint64_t cost)
{
	const struct shared_usage u = { .day = (uint64_t)(clock_wall() / DAY),
		.prompt = prompt,
		.completion = completion,
		.cost = cost };

	throttle_token_used(st, token, prompt + completion);
	shared_usage_add(st, user, model, &u);
}

static void
take(struct usage_budget *out, size_t *n, const char *name, uint64_t limit,
    uint64_t used, bool is_cost)
{
	if (limit > 0)
		out[(*n)++] =
		    (struct usage_budget){ name, limit, used, is_cost };
}

size_t
usage_budgets(struct shared_state *st, const struct config_quota *q,
    const char *user, int64_t now, struct usage_budget out[USAGE_BUDGETS])
{
	struct shared_budget b = { 0, 0, 0 };
	size_t n = 0;

	if (q->tokens_per_month > 0 || q->cost_per_day > 0 ||
	    q->cost_per_month > 0)
		shared_usage_budget(st, user, (uint64_t)(now / DAY), &b);
	if (q->tokens_per_day > 0)
		take(out, &n, "tokens_per_day", q->tokens_per_day,
		    throttle_tokens_used(st, user), false);
	take(out, &n, "tokens_per_month", q->tokens_per_month, b.month_tokens,
	    false);
	take(out, &n, "cost_per_day", q->cost_per_day, b.day_cost, true);
	take(out, &n, "cost_per_month", q->cost_per_month, b.month_cost, true);
	return n;
}

unsigned
usage_percent(const struct usage_budget *b)
{
	if (b->used >= b->limit)
		return 100;
	return (unsigned)((double)b->used * 100.0 / (double)b->limit);
}

/* Seconds until a new day, or month, of UTC begins. */
static unsigned
until_next(int64_t now, bool month)
{
	time_t t = (time_t)now;
	struct tm tm;

	if (!month || gmtime_r(&t, &tm) == NULL)
		return (unsigned)(DAY - now % DAY);
	tm.tm_sec = tm.tm_min = tm.tm_hour = 0;
	tm.tm_mday = 1;
	tm.tm_mon++;
	return (unsigned)(timegm(&tm) - t);
}

static int
refuse(const struct usage_budget *b, int64_t now, struct api_error *err)
{
	bool month = strstr(b->name, "month") != NULL;
	char limit[32];

	if (b->is_cost)
		config_value_put_money(limit, sizeof(limit), b->limit);
	else
		(void)snprintf(limit, sizeof(limit), "%" PRIu64, b->limit);
	(void)api_error_set(err, 429, "budget_limit",
	    "The limit %s (%s) is used up; a new %s begins at midnight UTC.",
	    b->name, limit, month ? "month" : "day");
	err->retry_after = until_next(now, month);
	return -1;
}

int
usage_check(struct shared_state *st, const struct config_quota *q,
    const char *user, int64_t now, struct api_error *err)
{
	struct config_quota rest = *q;
	struct usage_budget b[USAGE_BUDGETS];
	size_t n;

	/* That one has an error of its own. */
	rest.tokens_per_day = 0;
	n = usage_budgets(st, &rest, user, now, b);
	for (size_t i = 0; i < n; i++)
		if (b[i].used >= b[i].limit)
			return refuse(&b[i], now, err);
	return 0;
}

void
usage_cost_json(uint64_t cost, struct buf *out)
{
	char text[32];

	config_value_put_money(text, sizeof(text), cost);
	buf_puts(out, text);
}

void
usage_counts_json(const struct shared_usage *u, struct buf *out)
{
	buf_puts(out, ",\"model\":");
	buf_json(out, u->model, strlen(u->model));
	buf_printf(out,
	    ",\"requests\":%" PRIu64 ",\"prompt_tokens\":%" PRIu64
	    ",\"completion_tokens\":%" PRIu64 ",\"cost\":",
	    u->requests, u->prompt, u->completion);
	if (u->cost > 0)
		usage_cost_json(u->cost, out);
	else
		buf_puts(out, "null");
}

static void
number(const struct usage_budget *b, uint64_t n, struct buf *out)
{
	if (b->is_cost)
		usage_cost_json(n, out);
	else
		buf_printf(out, "%" PRIu64, n);
}

void
usage_budgets_json(struct shared_state *st, const struct config_quota *q,
    const char *user, int64_t now, struct buf *out)
{
	struct usage_budget b[USAGE_BUDGETS];
	size_t n = usage_budgets(st, q, user, now, b);
	const char *comma = "";

	buf_putc(out, '[');
	for (size_t i = 0; i < n; i++) {
		buf_printf(out, "%s{\"name\":\"%s\",\"limit\":", comma,
		    b[i].name);
		number(&b[i], b[i].limit, out);
		buf_puts(out, ",\"used\":");
		number(&b[i], b[i].used, out);
		buf_printf(out, ",\"percent\":%u}", usage_percent(&b[i]));
		comma = ",";
	}
	buf_putc(out, ']');
}

void
usage_day_write(uint64_t day, struct buf *out)
{
	time_t t = (time_t)(day * DAY);
	char text[16] = "";
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL)
		(void)strftime(text, sizeof(text), "%Y-%m-%d", &tm);
	buf_puts(out, text);
}
