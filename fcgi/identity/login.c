/* SPDX-License-Identifier: MIT */
/* A password becomes a session: throttled, rationed, compared, recorded. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/base/utf8.h"
#include "confab/identity/audit.h"
#include "confab/identity/common.h"
#include "confab/identity/common_file.h"
#include "confab/identity/credentials.h"
#include "confab/identity/identity.h"
#include "confab/identity/login.h"
#include "confab/identity/password.h"

#include "attempt.h"
#include "hash_slots.h"

/* Stores the password at the cost that is configured now. A slot is held. */
static void
rehash(struct attempt *a)
{
	const struct config *c = a->settings->config;
	char hash[USERS_HASH_MAX + 1], cause[CONFIG_ERROR_MAX];

	if (!password_outdated(&c->password, a->user.hash) ||
	    password_hash(&c->password, a->proof->password,
		a->proof->password_len, hash) != 0)
		return;
	if (credentials_store(a->settings->credentials, a->name, a->user.hash,
		hash, true, cause) == CREDENTIALS_STORED)
		audit_log(AUDIT_REHASH, a->in->address, a->name, NULL);
	else
		log_msg(LOG_LEVEL_WARN, "a password keeps its old hash: %s",
		    cause);
	crypto_wipe(hash, sizeof(hash));
}

int
login_password(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    struct session_info *out, struct api_error *err)
{
	struct attempt a;
	int rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_LOGIN);
	if (attempt_enter(&a, err) != 0)
		return -1;
	rc = attempt_compare(&a, err);
	if (rc == 0)
		rehash(&a);
	hash_slots_give(id->slots);
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	if (rc == 0)
		attempt_record(&a, out);
	crypto_wipe(&a, sizeof(a));
	return rc;
}

/* Will this do as a new password? Returns 0, or -1 with err. */
static int
check_new(const struct attempt *a, const char *new_password, size_t len,
    struct api_error *err)
{
	const char *why = NULL;

	if (len < PASSWORD_MIN)
		why = "A password has at least 8 characters.";
	else if (len > PASSWORD_MAX)
		why = "A password has at most 1024 bytes.";
	else if (!utf8_valid(new_password, len) ||
	    memchr(new_password, '\0', len) != NULL)
		why = "A password is text.";
	else if (len == a->proof->password_len &&
	    memcmp(new_password, a->proof->password, len) == 0)
		why = "The new password is the old one.";
	else if (len == strlen(a->name) &&
	    memcmp(new_password, a->name, len) == 0)
		why = "The password is the user's name.";
	else if (password_common(new_password, len, a->name) ||
	    common_file_has(&a->settings->config->password, new_password, len))
		why = "This password is one of those that are guessed first.";
	if (why == NULL)
		return 0;
	api_error_set(err, 400, "weak_password", "%s", why);
	snprintf(err->param, sizeof(err->param), "new");
	return -1;
}

/* Hashes and stores the new password. A slot is held. */
static int
store(struct attempt *a, const char *new_password, size_t len,
    struct api_error *err)
{
	const struct config *c = a->settings->config;
	char hash[USERS_HASH_MAX + 1], cause[CONFIG_ERROR_MAX];
	enum credentials_store_result r;

	if (password_hash(&c->password, new_password, len, hash) != 0)
		return attempt_busy(err);
	r = credentials_store(a->settings->credentials, a->name, a->user.hash,
	    hash, false, cause);
	crypto_wipe(hash, sizeof(hash));
	return attempt_stored(r, "a new password", cause, err);
}

int
login_change_password(struct identity *id, struct settings *s,
    const struct session_input *in, const struct login_proof *proof,
    const char *new_password, size_t new_len, struct session_info *out,
    struct api_error *err)
{
	struct attempt a;
	int rc;

	attempt_start(&a, id, s, in, proof, ATTEMPT_PASSWORD);
	if (check_new(&a, new_password, new_len, err) != 0 ||
	    attempt_enter(&a, err) != 0)
		return -1;
	rc = attempt_compare(&a, err);
	if (rc == 0)
		rc = store(&a, new_password, new_len, err);
	hash_slots_give(id->slots);
	if (rc == 0)
		audit_log(AUDIT_PASSWORD, in->address, a.name,
		    a.user.invited > 0 ? "by invitation" : NULL);
	if (rc == 0)
		rc = attempt_session(&a, out, err);
	crypto_wipe(&a, sizeof(a));
	return rc;
}
