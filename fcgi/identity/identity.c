/* SPDX-License-Identifier: MIT */
/* What a process keeps to tell who is asking. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/engine/engine.h"
#include "confab/engine/users.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/identity.h"
#include "confab/state/shared_state.h"

#include "hash_slots.h"

#define AWAY_AGAIN 5 /* s after which one tries again */

int
identity_open(struct identity *id, const struct config *c, bool cgi,
    char err[CONFIG_ERROR_MAX])
{
	memset(id, 0, sizeof(*id));
	id->cgi_slot = -1;
	id->state = shared_state_open(c->runtime_dir, err);
	if (id->state == NULL)
		return -1;
	id->slots =
	    hash_slots_new(&c->password, c->workers, cgi ? id->state : NULL);
	id->tokens = access_tokens_open();
	if (id->slots != NULL && id->tokens != NULL)
		return 0;
	snprintf(err, CONFIG_ERROR_MAX, "out of memory");
	identity_close(id);
	return -1;
}

int
identity_link(struct identity *id, struct config *c, char err[CONFIG_ERROR_MAX])
{
	if (engine_start(c, id->state, &id->engine, err) != 0)
		return -1;
	return engine_users_start(c, &id->users, err);
}

int
identity_check(const struct identity *id, struct api_error *err)
{
	if (!engine_refuses(id->engine) && engine_users_known(id->users))
		return 0;
	api_error_set(err, 503, "hosts_away",
	    "This server cannot reach the others at this moment.");
	err->retry_after = AWAY_AGAIN;
	return -1;
}

void
identity_close(struct identity *id)
{
	engine_users_stop(id->users);
	engine_stop(id->engine);
	access_tokens_close(id->tokens);
	hash_slots_free(id->slots);
	shared_state_close(id->state);
	memset(id, 0, sizeof(*id));
}

void
identity_reload(struct identity *id, const struct config *c)
{
	hash_slots_set(id->slots, &c->password);
}
