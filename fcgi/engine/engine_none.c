/* SPDX-License-Identifier: MIT */
/* Built without hiredis: there is no engine, and none can be configured. */
#include "config.h"

#include <string.h>

#include "confab/engine/engine.h"
#include "confab/engine/streams.h"
#include "confab/engine/users.h"

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

bool
engine_has_streams(const struct engine *e)
{
	(void)e;
	return false;
}

bool
engine_find_stream(struct engine *e, const struct engine_stream *s, bool claim,
    engine_place_fn fn, void *arg)
{
	(void)e;
	(void)s;
	(void)claim;
	(void)fn;
	(void)arg;
	return false;
}

bool
engine_hold_stream(struct engine *e, const struct engine_stream *s)
{
	(void)e;
	(void)s;
	return false;
}

void
engine_drop_stream(struct engine *e, const struct engine_stream *s, bool used)
{
	(void)e;
	(void)s;
	(void)used;
}

void
engine_stream_opened(struct engine *e, const unsigned char id[SHARED_ID_LEN])
{
	(void)e;
	(void)id;
}

void
engine_stream_closed(struct engine *e, const unsigned char id[SHARED_ID_LEN])
{
	(void)e;
	(void)id;
}

unsigned
engine_streams_elsewhere(struct engine *e,
    const unsigned char id[SHARED_ID_LEN])
{
	(void)e;
	(void)id;
	return 0;
}

void
engine_on_linked(struct engine *e, void (*fn)(void *arg), void *arg)
{
	(void)e;
	(void)fn;
	(void)arg;
}

int
engine_users_path(const struct config *c, char *out, size_t size)
{
	(void)c;
	(void)out;
	(void)size;
	return -1;
}

struct engine_users_edit *
engine_users_edit(const struct config *c, struct buf *text,
    char err[CONFIG_ERROR_MAX])
{
	(void)c;
	(void)text;
	(void)err;
	return NULL;
}

bool
engine_users_edit_has(const struct engine_users_edit *e)
{
	(void)e;
	return false;
}

enum engine_users_result
engine_users_edit_commit(struct engine_users_edit *e, const struct buf *text,
    char err[CONFIG_ERROR_MAX])
{
	(void)e;
	(void)text;
	(void)err;
	return ENGINE_USERS_FAILED;
}

void
engine_users_edit_end(struct engine_users_edit *e)
{
	(void)e;
}

int
engine_users_refresh(const struct config *c, char err[CONFIG_ERROR_MAX])
{
	(void)c;
	(void)err;
	return -1;
}

int
engine_users_start(struct config *c, struct engine_users **out,
    char err[CONFIG_ERROR_MAX])
{
	(void)c;
	(void)err;
	*out = NULL;
	return 0;
}

void
engine_users_stop(struct engine_users *u)
{
	(void)u;
}

bool
engine_users_known(const struct engine_users *u)
{
	(void)u;
	return true;
}

bool
engine_users_up(const struct engine_users *u)
{
	(void)u;
	return true;
}
