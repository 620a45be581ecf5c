/* SPDX-License-Identifier: MIT */
/* Changes of one user, made to the users as they are now. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/identity/credentials.h"
#include "confab/identity/users_edit.h"

#include "credentials_state.h"

/* A change of one user. Returns false when it no longer fits the line. */
typedef bool change_fn(struct users_entry *u, const void *arg);

/* Changes one user's line: locked, in one step. `again` when somebody else's
 * step came first. */
static enum credentials_store_result
edit_once(struct credentials *c, const char *name, change_fn *change,
    const void *arg, bool *again, char err[CONFIG_ERROR_MAX])
{
	struct users *users = NULL;
	const struct users_entry *found;
	enum users_edit_result stored;
	struct users_edit e;
	struct users_entry u;
	struct buf text;
	enum credentials_store_result rc = CREDENTIALS_STORE_FAILED;

	memset(&u, 0, sizeof(u));
	*again = false;
	if ((c->shared != NULL
		    ? users_edit_begin(&e, c->shared, 0, err)
		    : users_edit_begin_file(&e, c->path, 0, err)) != 0)
		return rc;
	buf_init_secret(&text, USERS_FILE_MAX);
	users =
	    users_parse(c->path, buf_str(&e.file.text), e.file.text.len, err);
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
	stored = users_edit_commit(&e, &text, err);
	*again = stored == USERS_EDIT_STALE;
	if (stored == USERS_EDIT_STORED)
		rc = CREDENTIALS_STORED;
out:
	users_free(users);
	crypto_wipe(&u, sizeof(u));
	buf_wipe(&text);
	users_edit_end(&e);
	return rc;
}

/* The same, as often as another host is quicker; then this one knows it, too. */
static enum credentials_store_result
edit(struct credentials *c, const char *name, change_fn *change,
    const void *arg, char err[CONFIG_ERROR_MAX])
{
	enum credentials_store_result rc = CREDENTIALS_STORE_FAILED;
	char cause[CONFIG_ERROR_MAX];
	bool again = true;

	for (int i = 0; again && i < ENGINE_USERS_TRIES; i++)
		rc = edit_once(c, name, change, arg, &again, err);
	if (rc == CREDENTIALS_STORED && c->shared != NULL && !c->asked &&
	    engine_users_refresh(c->shared, cause) != 0)
		log_msg(LOG_LEVEL_WARN, "%s", cause);
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
	credentials_session_digest(u, old);
	memset(u->hash, 0, sizeof(u->hash));
	memcpy(u->hash, given->new_hash, strlen(given->new_hash));
	u->has_kept = given->rehash;
	if (given->rehash) {
		memcpy(u->kept_old, old, sizeof(old));
		credentials_hash_digest(u->name, u->hash, u->kept_new);
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
