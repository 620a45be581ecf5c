/* SPDX-License-Identifier: MIT */
/*
 * The master's signals: they come while it waits, and only then.
 */
#ifndef CONFAB_MASTER_SIGNALS_H
#define CONFAB_MASTER_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

/* Which have come. */
struct signals {
	bool stop, reload, upgrade, child;
};

/* Holds them; `within` is the mask to wait with. */
void signals_prepare(sigset_t *within);

/* Those that have come since the last call. */
struct signals signals_take(void);

#endif
