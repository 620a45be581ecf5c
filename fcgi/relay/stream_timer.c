/* SPDX-License-Identifier: MIT */
/*
 * The time limits of a stream, on one timer.
 *
 * A token only notes the time; the timer is set to the earliest deadline as
 * it stood when it was set, and looks again when it fires. So a stream of a
 * thousand tokens moves its timer a few times, not a thousand.
 */
#include "config.h"

#include "stream.h"
#include "stream_private.h"

static const struct config_timeouts *
timeouts(const struct stream *s)
{
	return &s->settings->config->timeouts;
}

static void
earlier(uint64_t *next, uint64_t at)
{
	if (at < *next)
		*next = at;
}

/* The end that `what` came to, told with its code. */
static void
timed_out(struct stream *s, const char *code, const char *what)
{
	struct api_error err;

	(void)api_error_set(&err, 504, code, "%s", what);
	stream_finish(s, METRICS_CAUSE_TIMEOUT, &err);
}

/* The deadline of the source's next sign of life. */
static uint64_t
source_deadline(const struct stream *s)
{
	if (s->source.ops == NULL || s->paused || !s->is_stream)
		return UINT64_MAX;
	/* A provider's comment is a sign of life before the first event, too. */
	return s->last_event +
	    (s->first_event == 0 ? s->patience.first_event
				 : s->patience.silence);
}

static void
source_is_late(struct stream *s)
{
	if (s->first_event == 0)
		timed_out(s, "first_event_timeout",
		    "The provider took too long to begin its answer.");
	else
		timed_out(s, "silence_timeout",
		    "The provider fell silent in the middle of its answer.");
}

/* When a stream without a client, or at its end, is let go. */
static uint64_t
grace_deadline(const struct stream *s)
{
	uint64_t from;

	/* Who reads the rest has as long for it as an answer may take: one
	 * that has silently gone would hold it for ever. */
	if (s->clients != NULL)
		return s->ended ? s->ended_at + s->patience.total : UINT64_MAX;
	from = s->detached;
	if (s->ended && s->ended_at > from)
		from = s->ended_at;
	return from + timeouts(s)->grace;
}

static uint64_t
comment_deadline(const struct stream *s)
{
	if (s->clients == NULL || s->ended || !s->is_stream)
		return UINT64_MAX;
	return s->last_write + timeouts(s)->heartbeat;
}

/* Does what is due. Returns false when that may have ended the stream. */
static bool
do_due(struct stream *s, uint64_t now)
{
	if (s->retry_at != 0 && s->retry_at <= now) {
		stream_call(s);
		return !s->closing;
	}
	if (!s->ended && s->started + s->patience.total <= now) {
		timed_out(s, "total_timeout",
		    "The answer took longer than this server allows.");
		return false;
	}
	if (!s->ended && source_deadline(s) <= now) {
		source_is_late(s);
		return false;
	}
	if (grace_deadline(s) <= now) {
		if (s->ended)
			stream_discard(s);
		else
			stream_finish(s, METRICS_CAUSE_CLIENT_GONE, NULL);
		return false;
	}
	if (comment_deadline(s) <= now)
		stream_clients_comment(s);
	return !s->closing;
}

static void
on_timer(uv_timer_t *timer)
{
	struct stream *s = (struct stream *)timer;

	if (!s->closing && do_due(s, loop_now(&s->loop->base)))
		stream_timer_arm(s);
}

void
stream_timer_arm(struct stream *s)
{
	uint64_t now = loop_now(&s->loop->base), next = UINT64_MAX;

	if (s->closing)
		return;
	if (!s->ended) {
		earlier(&next, s->started + s->patience.total);
		earlier(&next, source_deadline(s));
	}
	if (s->retry_at != 0)
		earlier(&next, s->retry_at);
	earlier(&next, grace_deadline(s));
	earlier(&next, comment_deadline(s));
	uv_timer_start(&s->timer, on_timer, next > now ? next - now : 0, 0);
}
