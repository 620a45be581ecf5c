/* SPDX-License-Identifier: MIT */
/* The users in use: followed, and asked about passwords. */
#include "config.h"

#include <inttypes.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/files.h"
#include "confab/base/log.h"
#include "confab/identity/credentials.h"
#include "confab/identity/password.h"
#include "confab/identity/users_edit.h"

#include "credentials_state.h"

static struct users *
read_users(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct users *u = NULL;
	struct buf text;

	buf_init_secret(&text, USERS_FILE_MAX);
	if (file_read(path, &text, err) == 0)
		u = users_parse(path, buf_str(&text), text.len, err);
	buf_wipe(&text);
	return u;
}

/* Finds the costs of the users' hashes. */
static void
find_costs(const struct users *users, struct costs *out)
{
	out->n = 0;
	for (size_t i = 0; i < users_count(users); i++) {
		const char *hash = users_at(users, i)->hash;
		size_t k = 0;

		while (k < out->n && !password_same_cost(hash, out->hash[k]))
			k++;
		if (k == out->n && k < CREDENTIALS_COSTS_MAX &&
		    password_readable(hash))
			memcpy(out->hash[out->n++], hash, strlen(hash) + 1);
	}
}

/* Without users. NULL with a line in `err`. */
static struct credentials *
credentials_new(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct credentials *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->path = strdup(path)) == NULL ||
	    pthread_mutex_init(&c->lock, NULL) != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%s: out of memory", path);
		if (c != NULL)
			free(c->path);
		free(c);
		return NULL;
	}
	return c;
}

/* With these users, NULL where they are bad. */
static struct credentials *
give(struct credentials *c, struct users *users)
{
	c->users = users;
	if (users == NULL) {
		credentials_free(c);
		return NULL;
	}
	find_costs(users, &c->costs);
	return c;
}

static struct credentials *
load_file(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct credentials *c = credentials_new(path, err);

	if (c == NULL)
		return NULL;
	c->stamp = file_stamp(path);
	return give(c, read_users(path, err));
}

/* As the engine has them now. */
static struct users *
ask_users(const struct config *c, char err[CONFIG_ERROR_MAX])
{
	struct users *u = NULL;
	struct buf text;

	buf_init_secret(&text, USERS_FILE_MAX);
	if (users_edit_read(c, &text, err) == 0)
		u = users_parse(users_edit_name(c), buf_str(&text), text.len,
		    err);
	buf_wipe(&text);
	return u;
}

struct credentials *
credentials_open(const struct config *config, bool worker,
    char err[CONFIG_ERROR_MAX])
{
	static const struct files_stamp none;
	char path[PATH_MAX];
	struct credentials *c;

	if (config->state.users == USERS_FILE)
		return load_file(config->users_file, err);
	if (engine_users_path(config, path, sizeof(path)) != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "runtime_dir: too long");
		return NULL;
	}
	c = credentials_new(worker ? path : users_edit_name(config), err);
	if (c == NULL)
		return NULL;
	c->shared = config;
	c->asked = !worker;
	if (!worker)
		return give(c, ask_users(config, err));
	c->stamp = file_stamp(path);
	if (file_stamp_same(&c->stamp, &none))
		return give(c, users_parse(path, "", 0, err));
	return give(c, read_users(path, err));
}

void
credentials_free(struct credentials *c)
{
	if (c == NULL)
		return;
	pthread_mutex_destroy(&c->lock);
	users_free(c->users);
	free(c->path);
	free(c);
}

/* Reads the file again when it has changed. The lock is held. */
static void
follow(struct credentials *c)
{
	char err[CONFIG_ERROR_MAX];
	struct files_stamp now = file_stamp(c->path);
	struct users *fresh;

	if (c->asked || file_stamp_same(&now, &c->stamp))
		return;
	c->stamp = now;
	fresh = read_users(c->path, err);
	if (fresh == NULL) {
		log_msg(LOG_LEVEL_ERROR, "the users stay as they were: %s",
		    err);
		return;
	}
	users_free(c->users);
	c->users = fresh;
	find_costs(fresh, &c->costs);
	log_msg(LOG_LEVEL_INFO, "users read again from %s", c->path);
}

bool
credentials_find(struct credentials *c, const char *name,
    struct users_entry *out)
{
	const struct users_entry *u;

	pthread_mutex_lock(&c->lock);
	follow(c);
	u = users_find(c->users, name);
	if (u != NULL)
		*out = *u;
	pthread_mutex_unlock(&c->lock);
	return u != NULL;
}

bool
credentials_find_folded(struct credentials *c, const char *folded,
    struct users_entry *out)
{
	const struct users_entry *u;

	pthread_mutex_lock(&c->lock);
	follow(c);
	u = users_find_folded(c->users, folded);
	if (u != NULL)
		*out = *u;
	pthread_mutex_unlock(&c->lock);
	return u != NULL;
}

void
credentials_hash_digest(const char *name, const char *hash,
    unsigned char out[USERS_DIGEST_LEN])
{
	char text[USERS_NAME_MAX + USERS_HASH_MAX + 2];
	unsigned char digest[CRYPTO_SHA256_LEN] = { 0 };
	int len = snprintf(text, sizeof(text), "%s:%s", name, hash);

	/* A failure gives zeros, which no token was ever made with. */
	(void)crypto_sha256(digest, text, (size_t)len);
	memcpy(out, digest, USERS_DIGEST_LEN);
	crypto_wipe(text, sizeof(text));
}

void
credentials_session_digest(const struct users_entry *u,
    unsigned char out[USERS_DIGEST_LEN])
{
	credentials_hash_digest(u->name, u->hash, out);
	/* `kept` holds for one hash only: one put there by hand ends all. */
	if (u->has_kept && memcmp(out, u->kept_new, USERS_DIGEST_LEN) == 0)
		memcpy(out, u->kept_old, USERS_DIGEST_LEN);
}

void
credentials_generation(const struct users_entry *u,
    unsigned char out[TOKEN_GENERATION_LEN])
{
	unsigned char text[USERS_DIGEST_LEN + sizeof(u->epoch)];
	unsigned char digest[CRYPTO_SHA256_LEN] = { 0 };

	credentials_session_digest(u, text);
	for (size_t i = 0; i < sizeof(u->epoch); i++)
		text[USERS_DIGEST_LEN + i] =
		    (unsigned char)(u->epoch >> (8 * i));
	(void)crypto_sha256(digest, text, sizeof(text));
	memcpy(out, digest, TOKEN_GENERATION_LEN);
}

/*
 * Does the work of all costs, that of `own` with `own` itself; NULL for a user
 * that there is not.
 */
static enum password_result
compare(struct credentials *c, const struct config_password *p, const char *own,
    const char *password, size_t len)
{
	enum password_result r, result = PASSWORD_DIFFERENT;
	bool no_memory = false, done = own == NULL;
	struct costs costs;

	pthread_mutex_lock(&c->lock);
	costs = c->costs;
	pthread_mutex_unlock(&c->lock);
	for (size_t i = 0; i < costs.n; i++) {
		bool is_own = !done && password_same_cost(own, costs.hash[i]);

		r = password_verify(is_own ? own : costs.hash[i], password,
		    len);
		no_memory = no_memory || r == PASSWORD_NO_MEMORY;
		if (is_own) {
			result = r;
			done = true;
		}
	}
	if (!done)
		result = password_verify(own, password, len);
	if (costs.n == 0)
		password_waste(p, password, len);
	crypto_wipe(&costs, sizeof(costs));
	return no_memory ? PASSWORD_NO_MEMORY : result;
}

enum credentials_result
credentials_state(const struct users_entry *u, int64_t now)
{
	if (u->disabled)
		return CREDENTIALS_DISABLED;
	if (u->expires > 0 && now >= u->expires)
		return CREDENTIALS_EXPIRED;
	if (u->invited > 0 && now >= u->invited)
		return CREDENTIALS_UNINVITED;
	if (u->must_change)
		return CREDENTIALS_CHANGE;
	return CREDENTIALS_OK;
}

enum credentials_result
credentials_verify(struct credentials *c, const struct config_password *p,
    const char *name, const char *password, size_t len, int64_t now,
    struct users_entry *out)
{
	bool found = credentials_find(c, name, out);
	enum password_result r;

	r = compare(c, p, found ? out->hash : NULL, password, len);
	if (r == PASSWORD_UNREADABLE)
		log_msg(LOG_LEVEL_ERROR,
		    "%s: a user's hash is unreadable or too costly", c->path);
	if (r != PASSWORD_SAME) {
		crypto_wipe(out, sizeof(*out));
		return r == PASSWORD_NO_MEMORY ? CREDENTIALS_NO_MEMORY
					       : CREDENTIALS_WRONG;
	}
	return credentials_state(out, now);
}
