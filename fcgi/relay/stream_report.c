/* SPDX-License-Identifier: MIT */
/*
 * What is told of a stream when it has ended: counters, the user's tokens, and
 * one line in the log.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/system/loop_work.h"

#include "elsewhere.h"
#include "stream_report.h"
#include "stream_state.h"
#include "stream_users.h"

#define PRICED_TOKENS 1e6 /* that a price is of */

/* What every line about a stream ends with. */
static void
log_line(const struct stream *s, const struct api_error *err, const char *what,
    const char *more)
{
	uint64_t now = loop_now(&s->loop->base);
	long long ttft = -1;

	if (s->at.first_event != 0)
		ttft = (long long)(s->at.first_event - s->at.started);
	log_msg(LOG_LEVEL_INFO,
	    "%s cause=%s code=%s status=%d first_ms=%lld total_ms=%llu "
	    "events=%llu %s",
	    what, metrics_cause_str(s->cause), err != NULL ? err->code : "-",
	    err != NULL ? err->status : 200, ttft,
	    (unsigned long long)(now - s->at.started),
	    (unsigned long long)(s->out.ring.next_id - 1), more);
}

/* The one line about an answer; nothing of what was said is in it. */
static void
log_answer(const struct stream *s, const struct api_error *err)
{
	const struct config *c = s->settings->config;
	const char *id = s->speech ? c->transcription_model : s->entry->id;
	char user[RELAY_USER_MAX * 4 + 8], model[256], what[1024], more[128];

	(void)snprintf(what, sizeof(what), "%s user=%s model=%s provider=%s",
	    s->speech ? "transcription" : "stream",
	    log_quote(user, sizeof(user), s->user->name, strlen(s->user->name)),
	    log_quote(model, sizeof(model), id, strlen(id)),
	    s->speech ? c->transcriber->name : s->entry->provider->name);
	(void)snprintf(more, sizeof(more),
	    "prompt_tokens=%llu completion_tokens=%llu%s",
	    (unsigned long long)s->usage.prompt,
	    (unsigned long long)s->usage.completion,
	    s->usage.estimated ? " estimated=1" : "");
	log_line(s, err, what, more);
}

/* The one line about a call; no argument and no result is in it. */
static void
log_call(const struct stream *s, const struct api_error *err)
{
	const struct tool_call_facts f = tool_call_facts(s->tool);
	char user[RELAY_USER_MAX * 4 + 8], tool[256], what[1024], more[128];

	(void)snprintf(what, sizeof(what), "tool user=%s server=%s tool=%s",
	    log_quote(user, sizeof(user), s->user->name, strlen(s->user->name)),
	    f.server, log_quote(tool, sizeof(tool), f.tool, strlen(f.tool)));
	(void)snprintf(more, sizeof(more),
	    "sent_bytes=%llu received_bytes=%llu%s", (unsigned long long)f.sent,
	    (unsigned long long)f.received, f.is_error ? " is_error=1" : "");
	log_line(s, err, what, more);
	metrics_tool_call(f.server, s->cause, f.is_error);
}

/* What a stream has used, on its way to who counts. */
struct use_report {
	struct loop_work work; /* first */
	struct relay_use use;
	char token[SESSION_TOKEN_MAX + 1];
	char names[]; /* the user's, and the model's */
};

static void
deliver_report(struct loop_work *w)
{
	struct use_report *t = (struct use_report *)w;
	const struct relay_loop *l = (struct relay_loop *)w->loop;
	const struct relay_hooks *h = &l->relay->hooks;

	h->used(h->arg, &t->use);
}

static void
free_report(struct loop_work *w)
{
	free(w);
}

/* By what the provider said, or else by the model's prices. */
static uint64_t
cost_of(const struct stream *s)
{
	const struct provider_usage *u = &s->usage;
	const struct config_model *m =
	    s->entry != NULL ? &s->entry->model : NULL;

	if (u->cost > 0 || m == NULL)
		return u->cost;
	return (
	    uint64_t)(((double)u->prompt * (double)m->price_prompt +
			  (double)u->completion * (double)m->price_completion) /
	    PRICED_TOKENS);
}

/* Whoever counts shares a file with other processes and waits for its lock:
 * not on the loop. */
static void
report_use(const struct stream *s)
{
	const char *model =
	    s->speech ? s->settings->config->transcription_model : s->entry->id;
	size_t user_len = strlen(s->user->name) + 1;
	size_t model_len = strlen(model) + 1;
	struct use_report *t;

	t = malloc(sizeof(*t) + user_len + model_len);
	if (t == NULL)
		return;
	memcpy(t->token, s->token, sizeof(t->token));
	memcpy(t->names, s->user->name, user_len);
	memcpy(t->names + user_len, model, model_len);
	t->use.user = t->names;
	t->use.model = t->names + user_len;
	t->use.token = t->token;
	t->use.prompt = s->usage.prompt;
	t->use.completion = s->usage.completion;
	t->use.cost = cost_of(s);
	if (loop_work_start(&s->loop->base, &t->work, deliver_report,
		free_report) == -1)
		free(t);
}

void
stream_report(struct stream *s, const struct api_error *err)
{
	struct relay *r = s->loop->relay;

	atomic_fetch_sub(&r->streams, 1);
	atomic_fetch_sub(&s->user->open, 1);
	elsewhere_ended(s);
	if (s->usage.completion == 0)
		s->usage.completion = s->content;
	metrics_stream_ended(s->cause);
	metrics_tokens(s->usage.prompt, s->usage.completion);
	if (s->tool == NULL && r->hooks.used != NULL)
		report_use(s);
	if (s->tool != NULL)
		log_call(s, err);
	else
		log_answer(s, err);
}
