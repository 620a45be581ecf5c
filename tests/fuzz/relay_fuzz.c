/* SPDX-License-Identifier: MIT */
#include "config.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* What the help says by cmocka ends a run here. */
#include <setjmp.h>

#include <cmocka.h>

#include "../unit/relay_help.h"
#include "confab/base/log.h"
#include "fuzz.h"
#include "relay_fuzz.h"

/* In the place of relay.c: one loop, without a thread. */
void
relay_submit(struct relay *r, struct relay_job *job)
{
	relay_loop_do(r->loops, job);
}

void
relay_loop_queue(struct relay_loop *l, struct relay_job *job)
{
	relay_loop_do(l, job);
}

void
relay_fuzz_begin(void)
{
	static bool begun;
	void *state = NULL;

	if (!begun) {
		log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
		check(relay_group_begin(&state) == 0);
		settings_publish(settings_ref(relay_settings));
	}
	begun = true;
	check(relay_test_begin(&state) == 0);
	relay.loops = relay_loop;
	relay.n_loops = 1;
	relay_loop->desk = tool_desk_new(&relay_loop->base, NULL, 0);
	check(relay_loop->desk != NULL);
}

void
relay_fuzz_end(void)
{
	void *state = NULL;

	tool_desk_free(relay_loop->desk);
	relay_loop->desk = NULL;
	check(relay_test_end(&state) == 0);
}
