/* SPDX-License-Identifier: MIT */
/* The users file in use: followed, asked about passwords, and updated. */
#include "config.h"

#include <inttypes.h>
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

/*
 * A hash of each cost that the file has. Each comparison does the work of all
 * of them, so that its time tells neither whether there is such a user nor
 * what kind of hash is theirs. Where there are more, one of a further cost
 * takes that much longer.
 */
struct costs {
	char hash[CREDENTIALS_COSTS_MAX][USERS_HASH_MAX + 1];
	size_t n;
};

struct credentials {
	pthread_mutex_t lock; /* guards all but the path */
	char *path;
	struct files_stamp stamp; /* of what was read, good or bad */
	struct users *users;
	struct costs costs;
};

static struct users *
read_users(const char *path, char err[CONFIG_ERROR_MAX])
{
	struct users *u = NULL;
	struct buf text;

	buf_init(&text, USERS_FILE_MAX);
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

struct credentials *
credentials_load(const char *path, char err[CONFIG_ERROR_MAX])
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
	c->stamp = file_stamp(path);
	c->users = read_users(path, err);
	if (c->users == NULL) {
		credentials_free(c);
		return NULL;
	}
	find_costs(c->users, &c->costs);
	return c;
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

	if (file_stamp_same(&now, &c->stamp))
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

/* The digest of a stored hash. */
static void
hash_digest(const char *name, const char *hash,
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

/* The digest that sessions go by: that of the hash before it was renewed. */
static void
session_digest(const struct users_entry *u, unsigned char out[USERS_DIGEST_LEN])
{
	hash_digest(u->name, u->hash, out);
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

	session_digest(u, text);
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

/* A change of one user. Returns false when it no longer fits the line. */
typedef bool change_fn(struct users_entry *u, const void *arg);

/* Changes one user's line: locked, in one step. */
static enum credentials_store_result
edit(struct credentials *c, const char *name, change_fn *change,
    const void *arg, char err[CONFIG_ERROR_MAX])
{
	struct users *users = NULL;
	const struct users_entry *found;
	struct files_edit e;
	struct users_entry u;
	struct buf text;
	enum credentials_store_result rc = CREDENTIALS_STORE_FAILED;

	memset(&u, 0, sizeof(u));
	if (file_edit_begin(&e, c->path, USERS_FILE_MAX, 0, err) != 0)
		return rc;
	buf_init(&text, USERS_FILE_MAX);
	users = users_parse(c->path, buf_str(&e.text), e.text.len, err);
	if (users == NULL)
		goto out;
	found = users_find(users, name);
	if (found != NULL)
		u = *found;
	if (found == NULL || !change(&u, arg)) {
		snprintf(err, CONFIG_ERROR_MAX,
		    "%s: the user was changed meanwhile", c->path);
		rc = CREDENTIALS_STORE_STALE;
		goto out;
	}
	if (users_put(users, &u) != 0 || users_write(users, &text) != 0) {
		snprintf(err, CONFIG_ERROR_MAX, "%s: out of memory", c->path);
		goto out;
	}
	if (file_edit_commit(&e, &text, err) == 0)
		rc = CREDENTIALS_STORED;
out:
	users_free(users);
	crypto_wipe(&u, sizeof(u));
	buf_wipe(&text);
	file_edit_end(&e);
	return rc;
}

struct new_hash {
	const char *old_hash, *new_hash;
	bool rehash;
};

/* The user with another hash. */
static bool
change_hash(struct users_entry *u, const void *arg)
{
	const struct new_hash *given = arg;
	unsigned char old[USERS_DIGEST_LEN];

	if (strcmp(u->hash, given->old_hash) != 0)
		return false;
	session_digest(u, old);
	memset(u->hash, 0, sizeof(u->hash));
	memcpy(u->hash, given->new_hash, strlen(given->new_hash));
	u->has_kept = given->rehash;
	if (given->rehash) {
		memcpy(u->kept_old, old, sizeof(old));
		hash_digest(u->name, u->hash, u->kept_new);
	} else {
		u->must_change = false;
		u->invited = 0;
	}
	return true;
}

enum credentials_store_result
credentials_store(struct credentials *c, const char *name, const char *old_hash,
    const char *new_hash, bool rehash, char err[CONFIG_ERROR_MAX])
{
	const struct new_hash given = { old_hash, new_hash, rehash };

	if (strlen(new_hash) > USERS_HASH_MAX) {
		snprintf(err, CONFIG_ERROR_MAX, "%s: the hash is too long",
		    c->path);
		return CREDENTIALS_STORE_FAILED;
	}
	return edit(c, name, change_hash, &given, err);
}

static bool
change_groups(struct users_entry *u, const void *arg)
{
	const char *groups = arg;
	size_t len = strlen(groups);

	if (len > USERS_GROUPS_LEN)
		return false;
	memset(u->groups, 0, sizeof(u->groups));
	memcpy(u->groups, groups, len);
	return true;
}

enum credentials_store_result
credentials_store_groups(struct credentials *c, const char *name,
    const char *groups, char err[CONFIG_ERROR_MAX])
{
	return edit(c, name, change_groups, groups, err);
}

struct new_factor {
	const struct users_entry *seen;
	const struct users_factor *factor;
};

static bool
change_factor(struct users_entry *u, const void *arg)
{
	const struct new_factor *given = arg;
	const struct users_factor *seen = &given->seen->factor;

	if (strcmp(u->hash, given->seen->hash) != 0 ||
	    u->factor.set != seen->set ||
	    memcmp(u->factor.secret, seen->secret, sizeof(seen->secret)) != 0)
		return false;
	if (given->factor != NULL)
		u->factor = *given->factor;
	else
		users_drop_totp(u);
	/* A session of before was made without it, or by whoever had it. */
	u->epoch++;
	return true;
}

enum credentials_store_result
credentials_store_factor(struct credentials *c, const struct users_entry *seen,
    const struct users_factor *f, char err[CONFIG_ERROR_MAX])
{
	const struct new_factor given = { seen, f };

	return edit(c, seen->name, change_factor, &given, err);
}

struct new_passkeys {
	const struct users_entry *seen, *want;
};

static bool
change_passkeys(struct users_entry *u, const void *arg)
{
	const struct new_passkeys *given = arg;
	const struct users_entry *seen = given->seen, *want = given->want;

	if (strcmp(u->hash, seen->hash) != 0 ||
	    u->factor.set != seen->factor.set ||
	    memcmp(u->factor.secret, seen->factor.secret,
		sizeof(seen->factor.secret)) != 0 ||
	    u->n_passkeys != seen->n_passkeys ||
	    memcmp(u->passkeys, seen->passkeys, sizeof(u->passkeys)) != 0)
		return false;
	/* Codes that are there stay as they are: one may have been spent since
	 * the line was seen, as the last one to take a lost passkey away. */
	if (want->n_passkeys == 0 && u->factor.codes)
		memset(&u->factor, 0, sizeof(u->factor));
	else if (seen->factor.n_recovery == 0)
		u->factor = want->factor;
	u->n_passkeys = want->n_passkeys;
	memcpy(u->passkeys, want->passkeys, sizeof(u->passkeys));
	/* As with a second factor. */
	u->epoch++;
	return true;
}

enum credentials_store_result
credentials_store_passkeys(struct credentials *c,
    const struct users_entry *seen, const struct users_entry *want,
    char err[CONFIG_ERROR_MAX])
{
	const struct new_passkeys given = { seen, want };

	return edit(c, seen->name, change_passkeys, &given, err);
}

int
credentials_find_recovery(const struct users_factor *f,
    const unsigned char digest[USERS_DIGEST_LEN])
{
	int at = -1;

	for (unsigned i = 0; i < f->n_recovery; i++)
		if (crypto_equal(f->recovery[i], digest, USERS_DIGEST_LEN))
			at = (int)i;
	return at;
}

static bool
spend(struct users_entry *u, const void *arg)
{
	struct users_factor *f = &u->factor;
	int at = credentials_find_recovery(f, arg);

	if (at < 0)
		return false;
	f->n_recovery--;
	memmove(f->recovery[at], f->recovery[at + 1],
	    (f->n_recovery - (unsigned)at) * sizeof(f->recovery[0]));
	return true;
}

enum credentials_store_result
credentials_spend_recovery(struct credentials *c, const char *name,
    const unsigned char digest[USERS_DIGEST_LEN], char err[CONFIG_ERROR_MAX])
{
	return edit(c, name, spend, digest, err);
}
