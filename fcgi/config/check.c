/* SPDX-License-Identifier: MIT */
/*
 * What no single option of the configuration shows: options that go together,
 * defaults that go with a provider's kind, and the key files.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <openssl/crypto.h>

#include "confab/base/log.h"
#include "confab/config/option.h"

#include "check.h"
#include "reader.h"

#define API_KEY_MAX 8192 /* bytes of a provider's key */

/* The line of an option, or of the end of its section. */
unsigned
config_check_line(const struct config_reader *r, const void *object,
    const char *option)
{
	unsigned n = config_line(r, object, option);

	return n != 0 ? n : config_line(r, object, NULL);
}

static int
set_default(struct config_reader *r, char **at, const char *value)
{
	if (*at != NULL || value == NULL)
		return 0;
	*at = strdup(value);
	return *at != NULL ? 0 : config_fail(r, 0, "out of memory");
}

/* Names the kinds in a refusal. */
static int
unknown_kind(struct config_reader *r, const struct config_provider *p)
{
	char names[256] = "";
	size_t i, n = 0;

	for (i = 0; r->kinds[i] != NULL && n < sizeof(names); i++)
		n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s",
		    i == 0 ? "" : ", ", r->kinds[i]->name);
	return config_fail(r, config_check_line(r, p, "kind"),
	    "kind: \"%s\" is not one of %s", p->kind_name, names);
}

static int
find_kind(struct config_reader *r, struct config_provider *p)
{
	size_t i;

	for (i = 0; r->kinds[i] != NULL; i++) {
		if (strcmp(r->kinds[i]->name, p->kind_name) == 0) {
			p->kind = r->kinds[i];
			return 0;
		}
	}
	return unknown_kind(r, p);
}

static const char *
token_limit_field(const struct config_provider *p)
{
	char host[256];

	if (p->kind->token_limit_field == NULL)
		return "max_tokens";
	config_url_host(p->base_url != NULL ? p->base_url : "", host,
	    sizeof(host));
	return p->kind->token_limit_field(host);
}

static int
fill_defaults(struct config_reader *r, struct config_provider *p)
{
	const struct config_kind *d = p->kind;
	const char *prefix;

	if (set_default(r, &p->key_header, d->key_header) != 0)
		return -1;
	prefix =
	    strcasecmp(p->key_header, "Authorization") == 0 ? "Bearer " : "";
	if (set_default(r, &p->key_prefix, prefix) != 0 ||
	    set_default(r, &p->chat_path, d->chat_path) != 0 ||
	    set_default(r, &p->models_path, d->models_path) != 0 ||
	    set_default(r, &p->transcription_path, d->transcription_path) !=
		0 ||
	    set_default(r, &p->token_limit_field, token_limit_field(p)) != 0)
		return -1;
	if (config_line(r, p, "list_models") == 0)
		p->list_models = !d->local && p->n_models == 0;
	return 0;
}

/* What answers from here has nothing to be told about the way there. */
static int
check_local(struct config_reader *r, const struct config_provider *p)
{
	const char *name = p->kind->name;

	if (p->base_url != NULL || p->api_key_file != NULL)
		return config_fail(r,
		    config_check_line(r, p,
			p->base_url != NULL ? "base_url" : "api_key_file"),
		    "provider %s: kind %s has no address and no key", p->name,
		    name);
	if (p->n_models > 0)
		return config_fail(r, config_check_line(r, &p->models[0], NULL),
		    "provider %s: kind %s has models of its own", p->name,
		    name);
	return 0;
}

/* Says so where what is said to a server can be read on the way. */
static void
warn_clear(const struct config_reader *r, const void *section,
    const char *option, const char *url, const char *what)
{
	if (strncasecmp(url, "http:", 5) == 0 && !config_url_is_loopback(url))
		log_msg(LOG_LEVEL_WARN,
		    "%s:%u: %s cross the network in the clear", r->path,
		    config_check_line(r, section, option), what);
}

static int
check_url(struct config_reader *r, struct config_provider *p)
{
	char what[128];
	size_t n;

	if (p->kind->local)
		return check_local(r, p);
	if (p->base_url == NULL)
		return config_fail(r, config_check_line(r, p, NULL),
		    "provider %s has no base_url", p->name);
	n = strlen(p->base_url);
	while (n > 0 && p->base_url[n - 1] == '/')
		p->base_url[--n] = '\0';
	(void)snprintf(what, sizeof(what), "provider %s: messages%s", p->name,
	    p->api_key_file != NULL ? " and the key" : "");
	warn_clear(r, p, "base_url", p->base_url, what);
	return 0;
}

/* Reads the key that `option` of a section names the file of. */
int
config_check_key(struct config_reader *r, const void *section,
    const char *option, const char *file, char **key)
{
	char err[CONFIG_ERROR_MAX];
	size_t len, i;

	if (file == NULL)
		return 0;
	*key = config_secret(file, config_worker(r->config), API_KEY_MAX, &len,
	    err);
	if (*key == NULL)
		return config_fail(r, config_check_line(r, section, option),
		    "%s: %s", option, err);
	for (i = 0; i < len; i++) {
		if ((*key)[i] <= ' ' || (*key)[i] > '~')
			return config_fail(r,
			    config_check_line(r, section, option),
			    "%s: %.300s: a key consists of printable "
			    "ASCII characters without spaces, on one line",
			    option, file);
	}
	return 0;
}

/* They must be few, and the header that carries the key (NULL: none is sent)
 * must not be given a second time. */
static int
check_headers(struct config_reader *r, const void *section,
    const struct config_list *headers, const char *key_header)
{
	size_t i, n;

	if (headers->n > CONFIG_HEADERS_MAX)
		return config_fail(r, config_check_line(r, section, "headers"),
		    "headers has more than %d values", CONFIG_HEADERS_MAX);
	if (key_header == NULL)
		return 0;
	n = strlen(key_header);
	for (i = 0; i < headers->n; i++) {
		if (strncasecmp(headers->words[i], key_header, n) == 0 &&
		    headers->words[i][n] == ':')
			return config_fail(r,
			    config_check_line(r, section, "headers"),
			    "headers: %s is the header of the key", key_header);
	}
	return 0;
}

int
config_check_ca_file(struct config_reader *r, const void *section,
    const char *file)
{
	if (file != NULL && access(file, R_OK) != 0)
		return config_fail(r, config_check_line(r, section, "ca_file"),
		    "ca_file: %.300s cannot be read", file);
	return 0;
}

static int
check_provider(struct config_reader *r, struct config_provider *p)
{
	if (find_kind(r, p) != 0 || check_url(r, p) != 0 ||
	    fill_defaults(r, p) != 0 ||
	    check_headers(r, p, &p->headers,
		p->api_key_file != NULL ? p->key_header : NULL) != 0 ||
	    config_check_ca_file(r, p, p->ca_file) != 0)
		return -1;
	return config_check_key(r, p, "api_key_file", p->api_key_file,
	    &p->api_key);
}

/* What a SearXNG is, and a server of tools is not. */
static int
check_fetch(struct config_reader *r, struct config_tool_server *t)
{
	if (t->kind != TOOL_KIND_SEARXNG && t->fetch)
		return config_fail(r, config_check_line(r, t, "fetch"),
		    "tool_server %s: fetch is for kind = searxng", t->name);
	if (t->fetch && t->proxy != NULL)
		return config_fail(r, config_check_line(r, t, "fetch"),
		    "tool_server %s: with a proxy nothing can be fetched, "
		    "because where it goes could not be checked",
		    t->name);
	if (!t->fetch && t->fetch_networks.n > 0)
		return config_fail(r, config_check_line(r, t, "fetch_networks"),
		    "tool_server %s: fetch_networks is nothing without fetch",
		    t->name);
	if (t->kind == TOOL_KIND_SEARXNG)
		t->prompts = t->resources = false;
	return 0;
}

/* Pages of its own that draw results. */
static int
check_apps(struct config_reader *r, struct config_tool_server *t)
{
	size_t i, n = 0;

	if (t->kind != TOOL_KIND_MCP && t->apps)
		return config_fail(r, config_check_line(r, t, "apps"),
		    "tool_server %s: apps is for kind = mcp", t->name);
	if (!t->apps && t->app_domains.n > 0)
		return config_fail(r, config_check_line(r, t, "app_domains"),
		    "tool_server %s: app_domains is nothing without apps",
		    t->name);
	for (i = 0; i < t->app_domains.n; i++)
		n += strlen(t->app_domains.words[i]) + 1;
	if (n > CONFIG_APP_DOMAINS_MAX)
		return config_fail(r, config_check_line(r, t, "app_domains"),
		    "tool_server %s: app_domains has more than %d bytes",
		    t->name, CONFIG_APP_DOMAINS_MAX);
	return 0;
}

static int
check_tool_server(struct config_reader *r, struct config_tool_server *t)
{
	char what[128];
	const char *prefix;

	if (t->url == NULL)
		return config_fail(r, config_check_line(r, t, NULL),
		    "tool_server %s has no url", t->name);
	if (check_fetch(r, t) != 0 || check_apps(r, t) != 0)
		return -1;
	(void)snprintf(what, sizeof(what), "tool_server %s: calls%s", t->name,
	    t->token_file != NULL ? " and the token" : "");
	warn_clear(r, t, "url", t->url, what);
	prefix =
	    strcasecmp(t->token_header, "Authorization") == 0 ? "Bearer " : "";
	if (set_default(r, &t->token_prefix, prefix) != 0 ||
	    check_headers(r, t, &t->headers,
		t->token_file != NULL ? t->token_header : NULL) != 0 ||
	    config_check_ca_file(r, t, t->ca_file) != 0)
		return -1;
	return config_check_key(r, t, "token_file", t->token_file, &t->token);
}

/* False where the models of some provider are not known from here. */
static bool
all_models_known(const struct config *c)
{
	size_t i;

	for (i = 0; i < c->n_providers; i++) {
		if (c->providers[i].list_models)
			return false;
	}
	return true;
}

/* True when `id` names the model, as it is or as PROVIDER/ID. */
static bool
names(const char *id, const struct config_provider *p, const char *model)
{
	size_t n = strlen(p->name);

	return strcmp(id, model) == 0 ||
	    (strncmp(id, p->name, n) == 0 && id[n] == '/' &&
		strcmp(id + n + 1, model) == 0);
}

static bool
is_known(const struct config *c, const char *id)
{
	size_t i, k;

	for (i = 0; i < c->n_providers; i++) {
		const struct config_provider *p = &c->providers[i];

		for (k = 0; k < p->n_models; k++) {
			if (names(id, p, p->models[k].id))
				return true;
		}
		for (k = 0; k < p->kind->n_models; k++) {
			if (names(id, p, p->kind->models[k].id))
				return true;
		}
	}
	return false;
}

static int
check_models(struct config_reader *r, const struct config_provider *p)
{
	bool known = all_models_known(r->config);
	size_t i;

	for (i = 0; i < p->n_models; i++) {
		const struct config_model *m = &p->models[i];

		if (m->fallback == NULL)
			continue;
		if (strcmp(m->fallback, m->id) == 0)
			return config_fail(r,
			    config_check_line(r, m, "fallback"),
			    "model %s: fallback is the model itself", m->id);
		if (known && !is_known(r->config, m->fallback))
			return config_fail(r,
			    config_check_line(r, m, "fallback"),
			    "model %s: fallback: there is no model \"%s\"",
			    m->id, m->fallback);
	}
	return 0;
}

/* Who turns speech into text: "PROVIDER/MODEL", a model that need not be among
 * those that are offered for chats. */
static int
check_transcription(struct config_reader *r)
{
	struct config *c = r->config;
	const struct config_provider *p;
	const char *slash, *model;
	size_t i;

	if (c->transcription == NULL)
		return 0;
	slash = strchr(c->transcription, '/');
	for (i = 0; slash != NULL && slash[1] != '\0' && i < c->n_providers;
	     i++) {
		p = &c->providers[i];
		if (strncmp(c->transcription, p->name, strlen(p->name)) == 0 &&
		    c->transcription + strlen(p->name) == slash)
			c->transcriber = p;
	}
	if (c->transcriber == NULL)
		return config_fail(r, config_check_line(r, c, "transcription"),
		    "transcription: \"%s\" is not PROVIDER/MODEL of a provider "
		    "that is set up here",
		    c->transcription);
	p = c->transcriber;
	if (p->kind->local || p->transcription_path == NULL)
		return config_fail(r, config_check_line(r, c, "transcription"),
		    "transcription: kind %s turns no speech into text",
		    p->kind->name);
	model = slash + 1;
	for (i = 0; i < p->n_models; i++) {
		if (strcmp(p->models[i].id, model) == 0 &&
		    p->models[i].upstream != NULL)
			model = p->models[i].upstream;
	}
	c->transcription_model = model;
	return 0;
}

/* A list that somebody has named must be there. */
static int
check_lists(struct config_reader *r, const struct config_password *p)
{
	for (size_t i = 0; i < p->lists.n; i++)
		if (strcmp(p->lists.words[i], CONFIG_PASSWORD_LIST) != 0 &&
		    access(p->lists.words[i], R_OK) != 0)
			return config_fail(r, config_check_line(r, p, "lists"),
			    "lists: %.300s cannot be read", p->lists.words[i]);
	return 0;
}

static int
check_relations(struct config_reader *r)
{
	const struct config *c = r->config;

#ifndef HAVE_LIBOATH
	if (c->second_factor != SECOND_FACTOR_OFF)
		return config_fail(r, config_check_line(r, c, "second_factor"),
		    "second_factor must be off: this program was built "
		    "without liboath");
#endif
	if (c->second_factor == SECOND_FACTOR_REQUIRED &&
	    c->auth != AUTH_PASSWORD)
		return config_fail(r, config_check_line(r, c, "second_factor"),
		    "second_factor goes with auth = password: with another "
		    "login, that one has to ask");
	if (c->session.idle > c->session.absolute)
		return config_fail(r, config_check_line(r, &c->session, "idle"),
		    "idle must not be longer than absolute");
	if (c->throttle.delay > c->throttle.delay_max)
		return config_fail(r,
		    config_check_line(r, &c->throttle, "delay"),
		    "delay must not be longer than delay_max");
	if (c->password.memory_kib < 8 * c->password.lanes)
		return config_fail(r,
		    config_check_line(r, &c->password, "memory_kib"),
		    "memory_kib must be at least eight times lanes");
	if (c->limits.pending_per_user < 2 * c->limits.body)
		return config_fail(r,
		    config_check_line(r, &c->limits, "pending_per_user"),
		    "pending_per_user must be at least twice body");
	if (c->limits.pending_total < c->limits.pending_per_user)
		return config_fail(r,
		    config_check_line(r, &c->limits, "pending_total"),
		    "pending_total must not be less than pending_per_user");
	if (c->n_providers == 0)
		return config_fail(r, 0,
		    "there is no provider; the built-in "
		    "one is: provider \"demo\" { kind = demo }");
	if (c->default_model != NULL && all_models_known(c) &&
	    !is_known(c, c->default_model))
		return config_fail(r, config_check_line(r, c, "default_model"),
		    "default_model: there is no model \"%s\"",
		    c->default_model);
	return 0;
}

int
config_check(struct config_reader *r)
{
	struct config *c = r->config;
	size_t i;

	for (i = 0; i < c->n_providers; i++) {
		if (check_provider(r, &c->providers[i]) != 0)
			return -1;
	}
	for (i = 0; i < c->n_providers; i++) {
		if (check_models(r, &c->providers[i]) != 0)
			return -1;
	}
	for (i = 0; i < c->n_tool_servers; i++) {
		if (check_tool_server(r, &c->tool_servers[i]) != 0)
			return -1;
	}
	if (check_lists(r, &c->password) != 0 || check_transcription(r) != 0 ||
	    config_check_groups(r) != 0 || config_check_welcomes(r) != 0 ||
	    config_check_state(r, &c->state) != 0)
		return -1;
	return check_relations(r);
}
