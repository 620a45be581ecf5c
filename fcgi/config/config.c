/* SPDX-License-Identifier: MIT */
/*
 * The life of a configuration that was read.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>

#include "confab/config/option.h"

static void
free_secret(char *secret)
{
	if (secret != NULL)
		OPENSSL_cleanse(secret, strlen(secret));
	free(secret);
}

static void
free_provider(struct config_provider *p)
{
	size_t i;

	free_secret(p->api_key);
	for (i = 0; i < p->n_models; i++) {
		free(p->models[i].id);
		config_section_free(CONFIG_MODEL, &p->models[i]);
	}
	free(p->models);
	free(p->name);
	config_section_free(CONFIG_PROVIDER, p);
}

static void
free_tool_server(struct config_tool_server *t)
{
	free_secret(t->token);
	free(t->name);
	config_section_free(CONFIG_TOOL_SERVER, t);
	config_section_free(CONFIG_TOOL_LIMITS, &t->limits);
}

static unsigned
first_set(unsigned a, unsigned b, unsigned c)
{
	if (a != 0)
		return a;
	return b != 0 ? b : c;
}

struct config_patience
config_patience(const struct config *c, const struct config_provider *p,
    const struct config_model *m)
{
	static const struct config_patience unsaid;
	const struct config_patience *a = m != NULL ? &m->patience : &unsaid;
	const struct config_patience *b = &p->patience;
	struct config_patience out;

	out.first_event =
	    first_set(a->first_event, b->first_event, c->timeouts.first_event);
	out.silence = first_set(a->silence, b->silence, c->timeouts.silence);
	out.total = first_set(a->total, b->total, c->timeouts.total);
	return out;
}

struct config *
config_ref(struct config *c)
{
	atomic_fetch_add(&c->refs, 1);
	return c;
}

void
config_free(struct config *c)
{
	size_t i;

	if (c == NULL || atomic_fetch_sub(&c->refs, 1) > 0)
		return;
	for (i = 0; i < c->n_providers; i++)
		free_provider(&c->providers[i]);
	free(c->providers);
	for (i = 0; i < c->n_tool_servers; i++)
		free_tool_server(&c->tool_servers[i]);
	free(c->tool_servers);
	for (i = 0; i < c->n_group_limits; i++)
		free(c->group_limits[i].name);
	free(c->group_limits);
	for (i = 0; i < c->n_welcomes; i++) {
		free(c->welcomes[i].language);
		config_section_free(CONFIG_WELCOME, &c->welcomes[i]);
	}
	free(c->welcomes);
	for (i = 0; i < c->groups.n; i++)
		free(c->groups.names[i]);
	free_secret(c->state.password);
	free_secret(c->state.users_password);
	free_secret(c->state.sentinel.password);
	for (i = 0; i < CONFIG_SECTIONS; i++) {
		if (config_section_single(&config_sections[i]))
			config_section_free(&config_sections[i],
			    (char *)c + config_sections[i].offset);
	}
	free(c->path);
	free(c);
}
