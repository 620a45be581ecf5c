/* SPDX-License-Identifier: MIT */
/* confabctl usage: who has used how much of what, a day. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/identity/usage.h"
#include "confab/identity/users.h"

#include "ctl.h"

#define DAY 86400
#define LINE_MAX_LEN 4096

static const char usage[] = "usage [--user NAME] [--model ID] [--since DATE] "
			    "[--json]";

struct listing {
	const char *user, *model; /* NULL: all */
	struct shared_usage *rows;
	size_t n;
};

static void
take_row(void *arg, const struct shared_usage *u)
{
	struct listing *l = arg;

	if ((l->user == NULL || strcmp(l->user, u->user) == 0) &&
	    (l->model == NULL || strcmp(l->model, u->model) == 0) &&
	    l->n < SHARED_USAGE_ROWS)
		l->rows[l->n++] = *u;
}

/* By day, user, model. */
static int
in_order(const void *a, const void *b)
{
	const struct shared_usage *x = a, *y = b;
	int order = strcmp(x->user, y->user);

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return order != 0 ? order : strcmp(x->model, y->model);
}

static void
put_json(const struct shared_usage *u, struct buf *out)
{
	buf_puts(out, "{\"day\":\"");
	usage_day_write(u->day, out);
	buf_puts(out, "\",\"user\":");
	buf_json(out, u->user, strlen(u->user));
	usage_counts_json(u, out);
	buf_putc(out, '}');
}

/* One line: day, user, model, requests, tokens of the prompt and of the answer,
 * cost or "-", with tabs between. */
static void
put_line(const struct shared_usage *u, struct buf *out)
{
	usage_day_write(u->day, out);
	buf_printf(out, "\t%s\t%s\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t",
	    u->user[0] != '\0' ? u->user : "?",
	    u->model[0] != '\0' ? u->model : "?", u->requests, u->prompt,
	    u->completion);
	if (u->cost > 0)
		usage_cost_json(u->cost, out);
	else
		buf_putc(out, '-');
}

static void
print(struct listing *l, bool json)
{
	struct buf line;

	qsort(l->rows, l->n, sizeof(l->rows[0]), in_order);
	buf_init(&line, LINE_MAX_LEN);
	for (size_t i = 0; i < l->n; i++) {
		buf_reset(&line);
		(json ? put_json : put_line)(&l->rows[i], &line);
		/* A model may have its name from a provider. */
		if (buf_ok(&line))
			ctl_plain(line.data);
		puts(buf_str(&line));
	}
	buf_free(&line);
}

int
ctl_usage_list(struct ctl *ctl)
{
	struct listing l = { NULL, NULL, NULL, 0 };
	const char *date = NULL;
	bool by_user = ctl_option(ctl, "--user", &l.user);
	bool by_model = ctl_option(ctl, "--model", &l.model);
	bool since = ctl_option(ctl, "--since", &date);
	bool json = ctl_option(ctl, "--json", NULL);
	struct shared_state *st = NULL;
	int64_t first = DAY;
	int code;

	if (!ctl_arguments(ctl, 0, 0) || (by_user && l.user == NULL) ||
	    (by_model && l.model == NULL) || (since && date == NULL))
		return ctl_usage(usage);
	/* A date of the users file is the end of its day. */
	if (since && users_parse_date(date, strlen(date), &first) != 0)
		return ctl_fail(CTL_USAGE, "a date is YYYY-MM-DD");
	if ((code = ctl_config(ctl)) != CTL_OK ||
	    (code = ctl_state(ctl, &st)) != CTL_OK)
		return code;
	l.rows = calloc(SHARED_USAGE_ROWS, sizeof(l.rows[0]));
	if (l.rows == NULL)
		code = ctl_fail(CTL_FAILED, "out of memory");
	else if (shared_usage_each(st, (uint64_t)(first / DAY - 1),
		     (uint64_t)(clock_wall() / DAY), take_row, &l) != 0)
		code = ctl_fail(CTL_FAILED, "the state file cannot be used");
	else
		print(&l, json);
	free(l.rows);
	shared_state_close(st);
	return code;
}
