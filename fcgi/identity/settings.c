/* SPDX-License-Identifier: MIT */
/*
 * What a reload replaces, as counted snapshots.
 */
#include "config.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "confab/identity/credentials.h"
#include "confab/identity/keyring.h"
#include "confab/identity/settings.h"
#include "confab/provider/provider.h"

struct settings_state {
	pthread_mutex_t lock;
	unsigned refs;
	struct catalog *catalog;
};

static struct {
	pthread_mutex_t lock;
	struct settings *now;
} in_force = { PTHREAD_MUTEX_INITIALIZER, NULL };

static void
settings_free(struct settings *s)
{
	if (s->state != NULL) {
		catalog_unref(s->state->catalog);
		pthread_mutex_destroy(&s->state->lock);
		free(s->state);
	}
	credentials_free(s->credentials);
	keyring_free(s->keyring);
	config_free(s->config);
	free(s);
}

/* With the web server's login there need be no users and no keys. */
static bool
is_needed(const struct config *c, const char *path)
{
	return c->auth == AUTH_PASSWORD || access(path, F_OK) == 0;
}

/* Reads the files that the configuration names. */
static int
load_files(struct settings *s, char err[CONFIG_ERROR_MAX])
{
	const struct config *c = s->config;

	if (c->state.users == USERS_VALKEY || is_needed(c, c->users_file)) {
		s->credentials = credentials_open(c, true, err);
		if (s->credentials == NULL)
			return -1;
	}
	if (is_needed(c, c->secret_file)) {
		s->keyring =
		    keyring_load(c->secret_file, config_worker(c), err);
		if (s->keyring == NULL)
			return -1;
	}
	return 0;
}

struct settings *
settings_load(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct settings *s;

	s = calloc(1, sizeof(*s));
	if (s == NULL || (s->state = calloc(1, sizeof(*s->state))) == NULL)
		goto no_memory;
	pthread_mutex_init(&s->state->lock, NULL);
	s->state->refs = 1;
	s->config = config_read(path, provider_kinds, err);
	if (s->config == NULL)
		goto fail;
	if (load_files(s, err) == -1)
		goto fail;
	s->state->catalog = catalog_new(s->config, NULL, 0);
	if (s->state->catalog == NULL)
		goto no_memory;
	return s;

no_memory:
	(void)snprintf(err, CONFIG_ERROR_MAX, "%s: out of memory", path);
fail:
	if (s != NULL)
		settings_free(s);
	return NULL;
}

struct settings *
settings_ref(struct settings *s)
{
	pthread_mutex_lock(&s->state->lock);
	s->state->refs++;
	pthread_mutex_unlock(&s->state->lock);
	return s;
}

void
settings_unref(struct settings *s)
{
	unsigned left;

	if (s == NULL)
		return;
	pthread_mutex_lock(&s->state->lock);
	left = --s->state->refs;
	pthread_mutex_unlock(&s->state->lock);
	if (left == 0)
		settings_free(s);
}

void
settings_publish(struct settings *s)
{
	struct settings *old;

	pthread_mutex_lock(&in_force.lock);
	old = in_force.now;
	in_force.now = s;
	pthread_mutex_unlock(&in_force.lock);
	settings_unref(old);
}

struct settings *
settings_current(void)
{
	struct settings *s;

	pthread_mutex_lock(&in_force.lock);
	s = settings_ref(in_force.now);
	pthread_mutex_unlock(&in_force.lock);
	return s;
}

struct catalog *
settings_catalog(struct settings *s)
{
	struct catalog *k;

	pthread_mutex_lock(&s->state->lock);
	k = catalog_ref(s->state->catalog);
	pthread_mutex_unlock(&s->state->lock);
	return k;
}

void
settings_set_catalog(struct settings *s, struct catalog *k)
{
	struct catalog *old;

	pthread_mutex_lock(&s->state->lock);
	old = s->state->catalog;
	s->state->catalog = k;
	pthread_mutex_unlock(&s->state->lock);
	catalog_unref(old);
}
