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

#include "stream_report.h"
#include "stream_state.h"
#include "stream_users.h"

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
struct token_report {
	struct loop_work work; /* first */
	uint64_t tokens;
	char token[SESSION_TOKEN_MAX + 1];
	char user[];
};

static void
deliver_report(struct loop_work *w)
{
	struct token_report *t = (struct token_report *)w;
	const struct relay_loop *l = (struct relay_loop *)w->loop;
	const struct relay_hooks *h = &l->relay->hooks;

	h->tokens_used(h->arg, t->user, t->token, t->tokens);
}

static void
free_report(struct loop_work *w)
{
	free(w);
}

/* Whoever counts shares a file with other processes and waits for its lock:
 * not on the loop. */
static void
report_tokens(const struct stream *s, uint64_t tokens)
{
	size_t len = strlen(s->user->name) + 1;
	struct token_report *t;

	t = malloc(sizeof(*t) + len);
	if (t == NULL)
		return;
	t->tokens = tokens;
	memcpy(t->token, s->token, sizeof(t->token));
	memcpy(t->user, s->user->name, len);
	if (loop_work_start(&s->loop->base, &t->work, deliver_report,
		free_report) == -1)
		free(t);
}

void
stream_report(struct stream *s, const struct api_error *err)
{
	struct relay *r = s->loop->relay;
	uint64_t tokens;

	atomic_fetch_sub(&r->streams, 1);
	atomic_fetch_sub(&s->user->open, 1);
	if (s->usage.completion == 0)
		s->usage.completion = s->content;
	tokens = s->usage.prompt + s->usage.completion;
	metrics_stream_ended(s->cause);
	metrics_tokens(s->usage.prompt, s->usage.completion);
	if (tokens > 0 && r->hooks.tokens_used != NULL)
		report_tokens(s, tokens);
	if (s->tool != NULL)
		log_call(s, err);
	else
		log_answer(s, err);
}
