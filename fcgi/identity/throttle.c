/* SPDX-License-Identifier: MIT */
/* Penalties for wrong passwords, and how much a user may ask for. */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "confab/base/clock.h"
#include "confab/engine/engine.h"
#include "confab/identity/audit.h"
#include "confab/identity/identity.h"
#include "confab/identity/throttle.h"
#include "confab/identity/usage.h"
#include "confab/identity/users.h"
#include "confab/state/shared_slots.h"
#include "confab/state/shared_state.h"

#include "confab/base/address.h"

#define DAY 86400
#define TOKEN_NAME_MAX 20 /* a colon and an access token's id */
#define STOP_LOOK 5	  /* ms between looks whether a CGI stream has ended */
#define STOP_WAIT 2000	  /* ms that its end is waited for */

/* What a try is counted under. */
struct keys {
	unsigned char address[ADDRESS_NETWORK_MAX];
	size_t address_len; /* 0: none that counts */
	/* The user's name, behind a known address where there is one. */
	unsigned char user[ADDRESS_NETWORK_MAX + 1 + USERS_NAME_MAX];
	size_t user_len;
	enum shared_penalty user_kind;
};

static struct shared_penalty_rule
rule(const struct config_throttle *t, unsigned free_failures)
{
	return (struct shared_penalty_rule){
		.free = free_failures,
		.delay = (uint64_t)t->delay * 1000,
		.delay_max = (uint64_t)t->delay_max * 1000,
		.forget = (uint64_t)t->forget * 1000,
	};
}

/* The key of a user who comes from an address. */
static size_t
pair(const struct keys *k, const char *user, unsigned char *out)
{
	size_t len = strnlen(user, USERS_NAME_MAX);

	memcpy(out, k->address, k->address_len);
	out[k->address_len] = 0;
	memcpy(out + k->address_len + 1, user, len);
	return k->address_len + 1 + len;
}

static void
make_keys(struct shared_state *st, const char *address, const char *user,
    struct keys *k)
{
	memset(k, 0, sizeof(*k));
	k->address_len = address_network(address, k->address);
	if (k->address_len > 0) {
		k->user_len = pair(k, user, k->user);
		if (shared_state_known(st, k->user, k->user_len)) {
			k->user_kind = SHARED_PENALTY_KNOWN;
			return;
		}
	}
	k->user_kind = SHARED_PENALTY_USER;
	k->user_len = strnlen(user, USERS_NAME_MAX);
	memcpy(k->user, user, k->user_len);
}

static int
too_many(struct api_error *err, uint64_t wait_ms)
{
	api_error_set(err, 429, "too_many_attempts",
	    "Too many failed attempts to sign in. Try again in %" PRIu64 " s.",
	    (wait_ms + 999) / 1000);
	err->retry_after = (unsigned)((wait_ms + 999) / 1000);
	return -1;
}

static int
check(struct shared_state *st, const struct keys *k, uint64_t now,
    struct api_error *err)
{
	uint64_t wait, other = 0;

	wait =
	    shared_state_penalty(st, k->user_kind, k->user, k->user_len, now);
	if (k->address_len > 0)
		other = shared_state_penalty(st, SHARED_PENALTY_ADDRESS,
		    k->address, k->address_len, now);
	if (other > wait)
		wait = other;
	return wait > 0 ? too_many(err, wait) : 0;
}

int
throttle_login_check(struct shared_state *st, const char *address,
    const char *user, struct api_error *err)
{
	struct keys k;

	make_keys(st, address, user, &k);
	return check(st, &k, clock_mono_ms(), err);
}

static void
report(const char *address, const char *user, const char *whose, uint64_t ms)
{
	char detail[64];

	if (ms == 0)
		return;
	snprintf(detail, sizeof(detail), "%s for %" PRIu64 " s", whose,
	    (ms + 999) / 1000);
	audit_log(AUDIT_PENALTY, address, user, detail);
}

/* Takes this try back; with `all`, every failure of the user's. */
static void
take_back(struct shared_state *st, const struct config_throttle *t,
    const struct keys *k, bool all)
{
	struct shared_penalty_rule by_user = rule(t, t->user_failures);
	struct shared_penalty_rule by_address = rule(t, t->address_failures);

	shared_state_forgive(st, k->user_kind, k->user, k->user_len, &by_user,
	    all);
	/* Not all of the address's: an account of one's own would be a way to
	 * guess at those of others without end. */
	if (k->address_len > 0)
		shared_state_forgive(st, SHARED_PENALTY_ADDRESS, k->address,
		    k->address_len, &by_address, false);
}

/* What all hosts count a try under. Returns 0 or -1. */
static int
make_try(const struct config_throttle *t, const struct keys *k,
    const char *user, struct engine_try *out)
{
	unsigned char both[sizeof(k->user)];

	memset(out, 0, sizeof(*out));
	out->by_user = rule(t, t->user_failures);
	out->by_address = rule(t, t->address_failures);
	out->has_address = k->address_len > 0;
	if (shared_penalty_id(SHARED_PENALTY_USER, user,
		strnlen(user, USERS_NAME_MAX), out->user) != 0)
		return -1;
	if (!out->has_address)
		return 0;
	if (shared_penalty_id(SHARED_PENALTY_KNOWN, both, pair(k, user, both),
		out->pair) != 0)
		return -1;
	return shared_penalty_id(SHARED_PENALTY_ADDRESS, k->address,
	    k->address_len, out->address);
}

/* Tells all hosts how a try ended. */
static void
tell(struct identity *id, const struct config_throttle *t, const struct keys *k,
    const char *user, bool was_good)
{
	struct engine_try try;

	if (id->engine != NULL && make_try(t, k, user, &try) == 0)
		engine_login_end(id->engine, &try, was_good);
}

/* Counts it on all hosts. The penalty there counts, too. */
static int
ask(struct identity *id, const struct config_throttle *t, const struct keys *k,
    const char *user, struct api_error *err)
{
	struct engine_try try;
	uint64_t wait = 0;

	if (id->engine != NULL && make_try(t, k, user, &try) == 0)
		wait = engine_login_begin(id->engine, &try);
	if (wait == 0)
		return 0;
	take_back(id->state, t, k, false);
	return too_many(err, wait);
}

int
throttle_login_begin(struct identity *id, const struct config_throttle *t,
    const char *address, const char *user, struct api_error *err)
{
	struct shared_penalty_rule by_user = rule(t, t->user_failures);
	struct shared_penalty_rule by_address = rule(t, t->address_failures);
	struct shared_state *st = id->state;
	uint64_t now = clock_mono_ms();
	struct keys k;

	make_keys(st, address, user, &k);
	if (check(st, &k, now, err) != 0)
		return -1;
	shared_state_fail(st, k.user_kind, k.user, k.user_len, &by_user, now);
	if (k.address_len > 0)
		shared_state_fail(st, SHARED_PENALTY_ADDRESS, k.address,
		    k.address_len, &by_address, now);
	return ask(id, t, &k, user, err);
}

void
throttle_login_bad(struct shared_state *st, const char *address,
    const char *user)
{
	uint64_t now = clock_mono_ms();
	struct keys k;

	make_keys(st, address, user, &k);
	report(address, user, "user",
	    shared_state_penalty(st, k.user_kind, k.user, k.user_len, now));
	if (k.address_len > 0)
		report(address, user, "address",
		    shared_state_penalty(st, SHARED_PENALTY_ADDRESS, k.address,
			k.address_len, now));
}

void
throttle_login_good(struct identity *id, const struct config_throttle *t,
    const char *address, const char *user)
{
	struct shared_state *st = id->state;
	struct keys k;
	unsigned char known[sizeof(k.user)];

	make_keys(st, address, user, &k);
	take_back(st, t, &k, true);
	if (k.address_len > 0)
		shared_state_known_add(st, known, pair(&k, user, known),
		    (uint64_t)clock_wall() * 1000);
	tell(id, t, &k, user, true);
}

void
throttle_login_undo(struct identity *id, const struct config_throttle *t,
    const char *address, const char *user)
{
	struct keys k;

	make_keys(id->state, address, user, &k);
	take_back(id->state, t, &k, false);
	tell(id, t, &k, user, false);
}

int
throttle_request(struct shared_state *st, const struct config_quota *q,
    const char *user, struct api_error *err)
{
	int64_t now = clock_wall();

	if (q->tokens_per_day > 0 &&
	    throttle_tokens_used(st, user) >= q->tokens_per_day) {
		api_error_set(err, 429, "token_limit",
		    "The limit tokens_per_day (%" PRIu64
		    ") is used up; a new day begins at midnight UTC.",
		    q->tokens_per_day);
		err->retry_after = (unsigned)(DAY - now % DAY);
		return -1;
	}
	if (usage_check(st, q, user, now, err) != 0)
		return -1;
	return throttle_resume(st, q, user, err);
}

/* What a token is counted under: no user's name has a colon. */
static const char *
token_name(const char *token, char out[TOKEN_NAME_MAX])
{
	snprintf(out, TOKEN_NAME_MAX, ":%s", token);
	return out;
}

int
throttle_token(struct shared_state *st, const struct token_limits *l,
    const char *token, struct api_error *err)
{
	char name[TOKEN_NAME_MAX];
	const struct config_quota own = {
		.requests_per_minute = l->requests_per_minute > UINT_MAX
		    ? UINT_MAX
		    : (unsigned)l->requests_per_minute,
		.tokens_per_day = l->tokens_per_day,
	};

	return throttle_request(st, &own, token_name(token, name), err);
}

void
throttle_token_used(struct shared_state *st, const char *token, uint64_t tokens)
{
	char name[TOKEN_NAME_MAX];

	if (token[0] != '\0')
		shared_state_tokens_add(st, token_name(token, name),
		    (uint64_t)(clock_wall() / DAY), tokens);
}

int
throttle_resume(struct shared_state *st, const struct config_quota *q,
    const char *user, struct api_error *err)
{
	uint64_t wait;

	if (q->requests_per_minute == 0)
		return 0;
	wait = shared_state_request(st, user, q->requests_per_minute,
	    clock_mono_ms(), (uint64_t)clock_wall_ms());
	if (wait == 0)
		return 0;
	api_error_set(err, 429, "request_limit",
	    "The limit requests_per_minute (%u) is reached.",
	    q->requests_per_minute);
	err->retry_after = (unsigned)((wait + 999) / 1000);
	return -1;
}

uint64_t
throttle_tokens_used(struct shared_state *st, const char *user)
{
	return shared_state_tokens(st, user, (uint64_t)(clock_wall() / DAY));
}

int
throttle_cgi_enter(struct identity *id, const struct config_limits *l,
    struct api_error *err)
{
	if (id->cgi_slot < 0)
		id->cgi_slot = shared_slots_take(id->state, SHARED_SLOT_CGI,
		    l->cgi_processes);
	if (id->cgi_slot >= 0)
		return 0;
	api_error_set(err, 503, "busy",
	    "The limit cgi_processes (%u) is reached.", l->cgi_processes);
	err->retry_after = 2;
	return -1;
}

int
throttle_cgi_stream(struct identity *id, const struct config_quota *q,
    const char *user, struct api_error *err)
{
	if (id->cgi_slot < 0 ||
	    shared_slots_user(id->state, SHARED_SLOT_CGI, id->cgi_slot, user,
		q->streams_per_user) == 0)
		return 0;
	api_error_set(err, 429, "stream_limit",
	    "The limit streams_per_user (%u) is reached.", q->streams_per_user);
	err->retry_after = 5;
	return -1;
}

void
throttle_cgi_name(struct identity *id, const char *key)
{
	if (id->cgi_slot >= 0)
		(void)shared_slots_name(id->state, SHARED_SLOT_CGI,
		    id->cgi_slot, key);
}

bool
throttle_cgi_stop(struct identity *id, const char *user, const char *key)
{
	const struct timespec look = { 0, STOP_LOOK * 1000000L };
	uint64_t until = clock_mono_ms() + STOP_WAIT;
	pid_t pid = shared_slots_find(id->state, SHARED_SLOT_CGI, user, key);

	if (pid <= 0 || kill(pid, SIGTERM) != 0)
		return false;
	while (
	    shared_slots_find(id->state, SHARED_SLOT_CGI, user, key) == pid &&
	    clock_mono_ms() < until)
		(void)nanosleep(&look, NULL);
	return true;
}

void
throttle_cgi_leave(struct identity *id)
{
	if (id->cgi_slot >= 0)
		shared_slots_give(id->state, SHARED_SLOT_CGI, id->cgi_slot);
	id->cgi_slot = -1;
}
