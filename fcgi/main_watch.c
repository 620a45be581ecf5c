/* SPDX-License-Identifier: MIT */
/*
 * What the main thread watches.
 */
#include "config.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/gateway/pool.h"
#include "confab/identity/settings.h"
#include "confab/relay/relay.h"
#include "confab/system/generation.h"
#include "confab/system/sd_notify.h"
#include "confab/tool/servers.h"

#include "main_watch.h"

static bool
has_lists(struct relay *r)
{
	return relay_ready(r) && tool_servers_ready(relay_tools(r), false);
}

void
watch_await_lists(struct relay *r, const struct generation *kin)
{
	const struct timespec look = { 0, KIN_LOOK * 1000000L };
	uint64_t until = clock_mono_ms() + KIN_LISTS;
	sigset_t pending;

	while (kin->n_elders > 0 && !has_lists(r) && clock_mono_ms() < until) {
		if (sigpending(&pending) == 0 &&
		    sigismember(&pending, SIGTERM) == 1)
			return;
		(void)nanosleep(&look, NULL);
	}
}

/* A newer generation serves: what is here goes on to its end. */
static void
retire(struct watch *w)
{
	struct settings *s = settings_current();
	unsigned ms = s->config->timeouts.retire;

	settings_unref(s);
	if (w->retire_at != 0 || w->kin->number == 0)
		return;
	w->retire_at = clock_mono_ms() + ms;
	log_msg(LOG_LEVEL_NOTICE,
	    "retiring generation=%u streams=%u retire_ms=%u", w->kin->number,
	    relay_streams(w->relay), ms);
	pool_leave(w->pool);
}

/* No new streams; those that are here go on to their end. */
static void
drain(struct watch *w)
{
	if (w->retire_at != 0)
		return;
	/* Who asks again is told again. */
	w->drained = false;
	if (w->drain)
		return;
	w->drain = true;
	atomic_store(w->draining, true);
	relay_refuse(w->relay);
	log_msg(LOG_LEVEL_NOTICE, "draining streams=%u",
	    relay_streams(w->relay));
}

/* True when it is drained, and ends by itself. */
static bool
is_drained(struct watch *w)
{
	if (!w->drain || w->drained || relay_kept(w->relay) > 0 ||
	    relay_queued(w->relay) > 0)
		return false;
	w->drained = true;
	log_msg(LOG_LEVEL_NOTICE, "drained");
	if (w->kin->number == 0)
		return w->own;
	sd_notify_send("DRAINED=1");
	return false;
}

/* True when a master has ended without a word; its workers end, too. */
static bool
is_orphan(const struct generation *kin)
{
	struct pollfd p = { .fd = kin->master, .events = 0 };

	return kin->number > 0 && poll(&p, 1, 0) == 1 &&
	    (p.revents & (POLLHUP | POLLERR)) != 0;
}

static void
tell_closed(struct watch *w)
{
	if (w->retire_at == 0 || w->closed || pool_accepts(w->pool))
		return;
	w->closed = true;
	log_msg(LOG_LEVEL_INFO, "generation=%u accepts no more",
	    w->kin->number);
}

/* True when an older generation has nothing left, or no more time. */
static bool
is_retired(const struct watch *w)
{
	if (w->retire_at == 0)
		return false;
	return clock_mono_ms() >= w->retire_at ||
	    (pool_left(w->pool) && relay_kept(w->relay) == 0);
}

static void
give_sign(struct watch *w)
{
	uint64_t now = clock_mono_ms();

	if (w->watchdog == 0 || now - w->told < w->watchdog)
		return;
	w->told = now;
	if (relay_alive(w->relay))
		sd_notify_send("WATCHDOG=1");
}

void
watch_signals(struct watch *w, const sigset_t *set)
{
	uint64_t ms = w->watchdog;
	struct timespec ts;
	int sig;

	for (;;) {
		if ((w->kin->number > 0 || w->drain) &&
		    (ms == 0 || ms > KIN_TICK))
			ms = KIN_TICK;
		ts.tv_sec = (time_t)(ms / 1000);
		ts.tv_nsec = (long)(ms % 1000) * 1000000;
		if (ms > 0)
			sig = sigtimedwait(set, NULL, &ts);
		else
			sig = sigwaitinfo(set, NULL);
		if (sig == SIGHUP && w->retire_at == 0)
			w->reload(w->arg);
		else if (sig == SIGUSR2)
			retire(w);
		else if (sig == SIGUSR1)
			drain(w);
		else if (sig == SIGTERM || sig == SIGINT)
			return;
		tell_closed(w);
		if (is_orphan(w->kin) || is_retired(w) || is_drained(w))
			return;
		give_sign(w);
	}
}
