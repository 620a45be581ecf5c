/* SPDX-License-Identifier: MIT */
/*
 * What is told of a stream when it has ended: counters, the user's tokens, and
 * one line in the log.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/system/loop_work.h"

#include "stream_report.h"
#include "stream_state.h"
#include "stream_users.h"

/* The one line about a stream; nothing of what was said is in it. */
static void
log_end(const struct stream *s, const struct api_error *err)
{
	char user[RELAY_USER_MAX * 4 + 8], model[256];
	uint64_t now = loop_now(&s->loop->base);
	long long ttft = -1;

	if (s->at.first_event != 0)
		ttft = (long long)(s->at.first_event - s->at.started);
	log_msg(LOG_LEVEL_INFO,
	    "stream user=%s model=%s provider=%s "
	    "cause=%s code=%s status=%d first_ms=%lld total_ms=%llu "
	    "events=%llu prompt_tokens=%llu completion_tokens=%llu%s",
	    log_quote(user, sizeof(user), s->user->name, strlen(s->user->name)),
	    log_quote(model, sizeof(model), s->entry->id, strlen(s->entry->id)),
	    s->entry->provider->name, metrics_cause_str(s->cause),
	    err != NULL ? err->code : "-", err != NULL ? err->status : 200,
	    ttft, (unsigned long long)(now - s->at.started),
	    (unsigned long long)(s->out.ring.next_id - 1),
	    (unsigned long long)s->usage.prompt,
	    (unsigned long long)s->usage.completion,
	    s->usage.estimated ? " estimated=1" : "");
}

/* What a stream has used, on its way to who counts. */
struct token_report {
	struct loop_work work; /* first */
	uint64_t tokens;
	char user[];
};

static void
deliver_report(struct loop_work *w)
{
	struct token_report *t = (struct token_report *)w;
	const struct relay_loop *l = (struct relay_loop *)w->loop;
	const struct relay_hooks *h = &l->relay->hooks;

	h->tokens_used(h->arg, t->user, t->tokens);
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
	if (stream_limits(s)->tokens_per_day > 0 && tokens > 0)
		report_tokens(s, tokens);
	log_end(s, err);
}
