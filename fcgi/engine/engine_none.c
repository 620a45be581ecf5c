/* SPDX-License-Identifier: MIT */
/* Built without hiredis: there is no engine, and none can be configured. */
#include "config.h"

#include <string.h>

#include "confab/engine/engine.h"

int
engine_start(const struct config *c, struct shared_state *st,
    struct engine **out, char err[CONFIG_ERROR_MAX])
{
	(void)c;
	(void)st;
	(void)err;
	*out = NULL;
	return 0;
}

void
engine_stop(struct engine *e)
{
	(void)e;
}

uint64_t
engine_login_begin(struct engine *e, const struct engine_try *t)
{
	(void)e;
	(void)t;
	return 0;
}

void
engine_login_end(struct engine *e, const struct engine_try *t, bool good)
{
	(void)e;
	(void)t;
	(void)good;
}

bool
engine_use_code(struct engine *e, const unsigned char id[SHARED_ID_LEN],
    uint64_t step)
{
	(void)e;
	(void)id;
	(void)step;
	return true;
}

bool
engine_refuses(const struct engine *e)
{
	(void)e;
	return false;
}

void
engine_look(const struct engine *e, struct engine_figures *out)
{
	(void)e;
	memset(out, 0, sizeof(*out));
}
