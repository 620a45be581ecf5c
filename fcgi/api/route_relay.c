/* SPDX-License-Identifier: MIT */
/*
 * From a route to the relay.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/json.h"
#include "confab/identity/throttle.h"
#include "confab/identity/usage.h"

#include "route_relay.h"

#define MODELS_WAIT 11000 /* ms for the providers' lists of models */
#define MODELS_LOOK 5	  /* ms between two looks */
#define FALLBACKS_MAX 8	  /* models that are looked at in a row */
#define VALUE_COST 100	  /* bytes of a value in a tree */

_Static_assert(RELAY_DIGEST_LEN <= CRYPTO_SHA256_LEN,
    "a request is told by a part of its digest");

_Static_assert(TOKEN_USER_MAX <= RELAY_USER_MAX,
    "every user's name fits into a job");

static bool
is_key(const char *key)
{
	size_t n;

	for (n = 0; key[n] != '\0'; n++)
		if (key[n] <= 0x20 || key[n] >= 0x7f)
			return false;
	return n <= RELAY_KEY_MAX;
}

/* The relay is there, or is started now; false when it cannot be. */
static bool
have_relay(struct route_service *s)
{
	if (s->relay == NULL && s->start_relay != NULL)
		s->relay = s->start_relay(s);
	return s->relay != NULL;
}

static void
no_relay(struct route_call *c)
{
	route_fail(c, 503, "internal_error", "The server is out of memory.");
}

bool
route_job(struct route_call *c, enum relay_op op, const char *key,
    struct relay_job *job)
{
	memset(job, 0, sizeof(*job));
	if (!is_key(key)) {
		route_fail(c, 400, "invalid_request",
		    "The key must have 1 to "
		    "64 visible ASCII characters, such as a UUID.");
		return false;
	}
	if (c->service->cgi) {
		/* One process a request: nothing outlives it. */
		if (op != RELAY_CHAT) {
			route_fail(c, 404, "stream_not_found",
			    "There is no such stream.");
			return false;
		}
		throttle_cgi_name(c->service->identity, key);
		key = "";
	}
	if (!have_relay(c->service)) {
		no_relay(c);
		return false;
	}
	job->op = op;
	job->passed = c->request->passed;
	job->client.fd = -1;
	job->settings = settings_ref(c->settings);
	job->quota = config_quota_of(c->settings->config, c->session.groups);
	(void)snprintf(job->user, sizeof(job->user), "%s", c->session.user);
	(void)snprintf(job->key, sizeof(job->key), "%s", key);
	(void)snprintf(job->token, sizeof(job->token), "%s", c->session.token);
	if (c->response->headers.len < sizeof(job->extra_headers))
		memcpy(job->extra_headers, buf_str(&c->response->headers),
		    c->response->headers.len + 1);
	return true;
}

bool
route_may_use(const void *call, const struct catalog_entry *e)
{
	const struct route_call *c = call;

	return token_limits_model(&c->session.limits, e->id) &&
	    config_is_for(e->provider->group_set, c->session.groups) &&
	    config_is_for(e->model.group_set, c->session.groups);
}

/* May the model that answers in the place of this one be used, and so on? */
static bool
may_fall_back(const struct route_call *c, const struct relay_job *job)
{
	const struct catalog_entry *e = job->entry;

	for (int i = 0; i < FALLBACKS_MAX && e->model.fallback != NULL; i++) {
		e = catalog_find(job->catalog, e->model.fallback);
		if (e == NULL)
			break;
		if (!route_may_use(c, e))
			return false;
	}
	return true;
}

bool
route_find_model(struct route_call *c, struct relay_job *job, const char *id)
{
	const struct catalog_entry *e = catalog_find(job->catalog, id);

	if (e == NULL || !route_may_use(c, e))
		return false;
	job->entry = e;
	job->no_fallback = !may_fall_back(c, job);
	return true;
}

bool
route_budget(const struct route_call *c, char out[ROUTE_BUDGET_MAX])
{
	const struct config_quota q =
	    config_quota_of(c->settings->config, c->session.groups);
	struct usage_budget b[USAGE_BUDGETS];
	size_t most = 0;
	size_t n = usage_budgets(c->service->identity->state, &q,
	    c->session.user, c->now, b);

	for (size_t i = 1; i < n; i++)
		if (usage_percent(&b[i]) > usage_percent(&b[most]))
			most = i;
	if (n == 0 || usage_percent(&b[most]) < USAGE_WARN)
		return false;
	(void)snprintf(out, ROUTE_BUDGET_MAX, "%s=%u", b[most].name,
	    usage_percent(&b[most]));
	return true;
}

void
route_tell_budget(const struct route_call *c, struct relay_job *job)
{
	size_t n = strlen(job->extra_headers);
	char text[ROUTE_BUDGET_MAX];

	if (route_budget(c, text) &&
	    n + strlen(text) + sizeof("Confab-Budget: \r\n") <=
		sizeof(job->extra_headers))
		(void)snprintf(job->extra_headers + n,
		    sizeof(job->extra_headers) - n, "Confab-Budget: %s\r\n",
		    text);
}

int
route_may_ask(const struct route_call *c, struct api_error *err)
{
	const struct config_quota q =
	    config_quota_of(c->settings->config, c->session.groups);
	struct identity *id = c->service->identity;

	if (c->service->cgi &&
	    throttle_cgi_stream(id, &q, c->session.user, err) == -1)
		return -1;
	/* The token's limits first: what it is refused costs its user nothing. */
	if (c->session.token[0] != '\0' &&
	    throttle_token(id->state, &c->session.limits, c->session.token,
		err) == -1)
		return -1;
	return throttle_request(id->state, &q, c->session.user, err);
}

int
route_claim(struct route_call *c, struct relay_job *job, struct api_error *err)
{
	const struct buf *body = &c->request->body;
	const struct config_limits *l = &c->settings->config->limits;
	struct json_facts facts;

	/* What is wrong with it is told by who parses it. */
	(void)json_check_facts(buf_str(body), body->len, l->json_depth, &facts);
	return relay_claim(c->service->relay, l, job->user,
	    2 * body->len + facts.values * VALUE_COST, &job->claim, err);
}

int
route_claim_bytes(struct route_call *c, struct relay_job *job,
    struct api_error *err)
{
	return relay_claim(c->service->relay, &c->settings->config->limits,
	    job->user, 2 * c->request->body.len, &job->claim, err);
}

void
route_tell_ignored(struct relay_job *job)
{
	const struct buf *names = &job->request->ignored;
	size_t n = strlen(job->extra_headers);

	if (names->len > 0 &&
	    n + names->len + sizeof("Confab-Ignored: \r\n") <=
		sizeof(job->extra_headers))
		(void)snprintf(job->extra_headers + n,
		    sizeof(job->extra_headers) - n, "Confab-Ignored: %s\r\n",
		    names->data);
}

int
route_mark(struct route_call *c, struct relay_job *job, struct api_error *err)
{
	const struct buf *body = &c->request->body;
	unsigned char sum[CRYPTO_SHA256_LEN];

	if (job->key[0] == '\0')
		return 0;
	if (crypto_sha256(sum, buf_str(body), body->len) == -1)
		return api_error_no_memory(err);
	memcpy(job->digest, sum, sizeof(job->digest));
	return 0;
}

void
route_hand_over(struct route_call *c, struct relay_job *job)
{
	struct gateway *g = c->request->gateway;

	job->client = g->ops->hand_over(g);
	c->handed_over = true;
	relay_submit(c->service->relay, job);
}

static bool
is_listed_somewhere(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->n_providers; i++)
		if (c->providers[i].list_models)
			return true;
	return false;
}

static bool
is_known(struct settings *s, const char *model)
{
	struct catalog *k = settings_catalog(s);
	bool known = catalog_find(k, model) != NULL;

	catalog_unref(k);
	return known;
}

void
route_want_models(struct route_call *c, const char *model)
{
	const struct timespec look = { 0, MODELS_LOOK * 1000000L };
	uint64_t until = clock_mono_ms() + MODELS_WAIT;

	if (!c->service->cgi || !is_listed_somewhere(c->settings->config) ||
	    (model != NULL && is_known(c->settings, model)) ||
	    !have_relay(c->service))
		return;
	relay_reload(c->service->relay, c->settings);
	while (!relay_ready(c->service->relay) && clock_mono_ms() < until)
		(void)nanosleep(&look, NULL);
}

bool
route_want_tools(struct route_call *c, bool offers)
{
	const struct timespec look = { 0, MODELS_LOOK * 1000000L };
	uint64_t until = clock_mono_ms() + MODELS_WAIT;
	struct tool_servers *tools;

	if (!have_relay(c->service)) {
		no_relay(c);
		return false;
	}
	if (!c->service->cgi || c->settings->config->n_tool_servers == 0)
		return true;
	tools = relay_tools(c->service->relay);
	if (offers)
		tool_servers_want_offers(tools);
	relay_reload(c->service->relay, c->settings);
	while (!tool_servers_ready(tools, offers) && clock_mono_ms() < until)
		(void)nanosleep(&look, NULL);
	return true;
}
