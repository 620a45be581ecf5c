/* SPDX-License-Identifier: MIT */
/*
 * The master's signals.
 */
#include "config.h"

#include <stddef.h>

#include "signals.h"

static volatile sig_atomic_t got_stop, got_reload, got_upgrade, got_child;

static void
on_signal(int sig)
{
	if (sig == SIGTERM || sig == SIGINT)
		got_stop = 1;
	else if (sig == SIGHUP)
		got_reload = 1;
	else if (sig == SIGUSR2)
		got_upgrade = 1;
	else
		got_child = 1;
}

void
signals_prepare(sigset_t *within)
{
	const int signals[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR2, SIGCHLD };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t held;

	sigemptyset(&sa.sa_mask);
	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sigaddset(&held, signals[i]);
		(void)sigaction(signals[i], &sa, NULL);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &held, NULL);
	sigemptyset(within);
	/* One may have ended while this was another program. */
	got_child = 1;
}

static bool
take(volatile sig_atomic_t *got)
{
	bool was = *got != 0;

	*got = 0;
	return was;
}

struct signals
signals_take(void)
{
	return (struct signals){ take(&got_stop), take(&got_reload),
		take(&got_upgrade), take(&got_child) };
}
