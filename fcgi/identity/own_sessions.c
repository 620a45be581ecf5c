/* SPDX-License-Identifier: MIT */
/* The list of a person's sessions: kept, read, and sessions ended by it. */
#include "config.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/encode.h"
#include "confab/identity/credentials.h"
#include "confab/identity/identity.h"
#include "confab/identity/own_sessions.h"
#include "confab/state/shared_sessions.h"

#include "confab/base/address.h"
#include "agent.h"

_Static_assert(OWN_SESSIONS_MAX == SHARED_SESSIONS_MAX &&
	ADDRESS_PREFIX_LEN == SHARED_NETWORK_LEN &&
	SESSION_NEWS_MAX == SHARED_NEWS_MAX &&
	SESSION_NETWORK_MAX == ADDRESS_PREFIX_TEXT_MAX &&
	OWN_SESSION_NETWORK_MAX == ADDRESS_PREFIX_TEXT_MAX,
    "the shared state keeps what is shown");

static uint16_t
generation_of(const unsigned char generation[TOKEN_GENERATION_LEN])
{
	return (uint16_t)(generation[0] << 8 | generation[1]);
}

/* A session as it is at this request. */
static void
describe(const struct session_input *in, const struct token_fields *t,
    int64_t first, struct shared_session *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->id, t->session, sizeof(s->id));
	s->issued = (uint64_t)t->issued;
	s->generation = generation_of(t->generation);
	s->first = (uint32_t)first;
	s->seen = (uint32_t)in->now;
	s->agent = agent_family(in->user_agent);
	(void)address_prefix(in->address, s->network);
}

static void
tell(const struct shared_network *from, struct session_news *to)
{
	(void)address_prefix_text(from->network, to->network);
	to->browser = agent_browser(from->agent);
	to->system = agent_system(from->agent);
	to->at = (int64_t)(from->first / 1000);
}

void
own_sessions_began(struct identity *id, const struct session_input *in,
    const struct token_fields *t, int64_t first, struct session_info *out)
{
	struct shared_network news[SHARED_NEWS_MAX];
	struct shared_session s;

	describe(in, t, first, &s);
	if (s.network[0] != 0)
		s.new_network =
		    shared_networks_login(id->state, t->user, s.network,
			s.agent, (uint64_t)clock_wall_ms(), news, &out->n_news);
	for (size_t i = 0; i < out->n_news; i++)
		tell(&news[i], &out->news[i]);
	out->new_network = s.new_network;
	shared_sessions_put(id->state, t->user, &s);
}

/* Was it noted by this process in this minute? One that is not, or whose place
 * another took, is asked about in the shared state. */
static bool
noted(struct identity *id, const struct shared_session *s)
{
	uint64_t mark, minute = s->seen / SHARED_SEEN_EVERY;
	atomic_uint_least64_t *place;
	uint16_t network = 0;

	for (size_t i = 0; i < sizeof(s->network); i++)
		network = (uint16_t)(network * 31 + s->network[i]);
	memcpy(&mark, s->id, sizeof(mark));
	place = &id->seen[mark % IDENTITY_SEEN];
	mark = (mark & ~UINT64_C(0xffffffffffff)) | (uint64_t)network << 32 |
	    (minute & UINT32_MAX);
	return atomic_exchange_explicit(place, mark, memory_order_relaxed) ==
	    mark;
}

void
own_sessions_used(struct identity *id, const struct session_input *in,
    const struct token_fields *t)
{
	struct shared_session s;

	describe(in, t, t->issued / 1000, &s);
	if (!noted(id, &s))
		shared_sessions_seen(id->state, t->user, &s);
}

/* Is a listed session good still? The cookie decides; this is what can be told
 * without it. */
static bool
is_good(struct shared_state *st, const struct config *c,
    const struct users_entry *user, const struct shared_session *s, int64_t now)
{
	unsigned char generation[TOKEN_GENERATION_LEN];

	credentials_generation(user, generation);
	return s->generation == generation_of(generation) &&
	    now - s->seen < c->session.idle &&
	    now - s->first < c->session.absolute && !user->disabled &&
	    (user->expires == 0 || now < user->expires) &&
	    !shared_state_revoked(st, s->id, user->name, s->issued,
		(uint64_t)now * 1000);
}

static int
last_used_first(const void *a, const void *b)
{
	const struct own_session *x = a, *y = b;

	return (x->seen < y->seen) - (x->seen > y->seen);
}

size_t
own_sessions_list(struct shared_state *st, const struct config *c,
    const struct users_entry *user, int64_t now,
    struct own_session out[OWN_SESSIONS_MAX])
{
	struct shared_session all[SHARED_SESSIONS_MAX];
	size_t n = shared_sessions_list(st, user->name, all), good = 0;

	for (size_t i = 0; i < n; i++) {
		struct own_session *o = &out[good];

		if (!is_good(st, c, user, &all[i], now)) {
			shared_sessions_drop(st, user->name, all[i].id);
			continue;
		}
		memset(o, 0, sizeof(*o));
		memcpy(o->session, all[i].id, sizeof(o->session));
		encode_hex(o->id, o->session, OWN_SESSION_ID_MAX / 2);
		o->browser = agent_browser(all[i].agent);
		o->system = agent_system(all[i].agent);
		(void)address_prefix_text(all[i].network, o->network);
		o->new_network = all[i].new_network;
		o->first = all[i].first;
		o->seen = all[i].seen;
		good++;
	}
	qsort(out, good, sizeof(*out), last_used_first);
	return good;
}

int
own_sessions_end(struct shared_state *st, const struct config *c,
    const struct users_entry *user, const char *id, int64_t now,
    struct own_session *ended)
{
	struct own_session all[OWN_SESSIONS_MAX];
	size_t i, n = own_sessions_list(st, c, user, now, all);

	for (i = 0; i < n; i++)
		if (strcmp(all[i].id, id) == 0)
			break;
	if (i == n)
		return 0;
	if (shared_state_revoke(st, all[i].session, user->name,
		(uint64_t)clock_wall_ms(),
		((uint64_t)now + c->session.absolute) * 1000) != 0)
		return -1;
	shared_sessions_drop(st, user->name, all[i].session);
	*ended = all[i];
	return 1;
}

int
own_sessions_end_all(struct shared_state *st, const struct config *c,
    const char *user)
{
	uint64_t now = (uint64_t)clock_wall_ms();

	if (shared_state_revoke_user(st, user, now,
		now + c->session.absolute * 1000ULL) != 0)
		return -1;
	shared_sessions_drop(st, user, NULL);
	return 0;
}
