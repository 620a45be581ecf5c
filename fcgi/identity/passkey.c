/* SPDX-License-Identifier: MIT */
/* Questions to passkeys, and their answers. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/log.h"
#include "confab/identity/identity.h"
#include "confab/identity/passkey.h"
#include "confab/state/shared_state.h"

#include "challenge.h"

_Static_assert(PASSKEY_CHALLENGE_TEXT == CHALLENGE_TEXT &&
	PASSKEY_TIME == CHALLENGE_TIME,
    "what others know of a question is true");
_Static_assert(PASSKEY_HANDLE_TEXT == ENCODE_BASE64URL_LEN(CRYPTO_SHA256_LEN),
    "a handle is a digest");

/* Any part of an answer, decoded. */
struct decoded {
	unsigned char challenge[CHALLENGE_LEN];
	unsigned char client_data[WEBAUTHN_CLIENT_DATA_MAX];
	unsigned char object[WEBAUTHN_ATTESTATION_MAX];
	unsigned char signature[WEBAUTHN_SIGNATURE_MAX];
	size_t client_data_len, object_len, signature_len;
};

bool
passkey_used(const struct config *c)
{
	return webauthn_available() && c->auth == AUTH_PASSWORD &&
	    c->passkeys_file != NULL && c->second_factor != SECOND_FACTOR_OFF;
}

static enum challenge_purpose
purpose_of(enum passkey_purpose p)
{
	return p == PASSKEY_CREATE ? CHALLENGE_CREATE
	    : p == PASSKEY_SECOND  ? CHALLENGE_SECOND
				   : CHALLENGE_ALONE;
}

int
passkey_question(struct settings *s, enum passkey_purpose purpose,
    const char *user, int64_t now, char out[PASSKEY_CHALLENGE_TEXT + 1])
{
	unsigned char c[CHALLENGE_LEN];

	if (s->keyring == NULL ||
	    challenge_make(s->keyring, purpose_of(purpose), user, now, c) != 0)
		return -1;
	encode_base64url(out, c, sizeof(c));
	return 0;
}

int
passkey_handle(const char *site, const char *user,
    char out[PASSKEY_HANDLE_TEXT + 1])
{
	unsigned char sum[CRYPTO_SHA256_LEN];

	if (crypto_hmac(sum, user, strlen(user), "confab passkey user 1", site,
		strlen(site)) != 0)
		return -1;
	encode_base64url(out, sum, sizeof(sum));
	return 0;
}

static int
decode(const struct passkey_text *t, unsigned char *out, size_t size)
{
	return t->s != NULL ? decode_base64url(out, size, t->s, t->len) : -1;
}

/* The parts that each answer has, and what an authenticator wrote. */
static struct decoded *
decode_answer(const struct passkey_answer *a, bool fresh)
{
	struct decoded *d = calloc(1, sizeof(*d));
	int client, object, signature = 0;

	if (d == NULL)
		return NULL;
	client =
	    decode(&a->client_data, d->client_data, sizeof(d->client_data));
	object = decode(fresh ? &a->attestation : &a->authenticator_data,
	    d->object, sizeof(d->object));
	if (!fresh)
		signature =
		    decode(&a->signature, d->signature, sizeof(d->signature));
	if (decode(&a->challenge, d->challenge, sizeof(d->challenge)) !=
		CHALLENGE_LEN ||
	    client < 0 || object < 0 || signature < 0) {
		free(d);
		return NULL;
	}
	d->client_data_len = (size_t)client;
	d->object_len = (size_t)object;
	d->signature_len = (size_t)signature;
	return d;
}

static struct webauthn_expect
expect(const struct decoded *d, const struct passkey_answer *a, bool verified)
{
	return (struct webauthn_expect){ { d->challenge, CHALLENGE_LEN },
		a->site, a->origin[0] != '\0' ? a->origin : NULL, verified };
}

static enum passkey_verdict
bad(const char **why, const char *what)
{
	*why = what;
	return PASSKEY_BAD;
}

static enum passkey_verdict
failed(const char *cause)
{
	log_msg(LOG_LEVEL_ERROR, "a passkey cannot be looked at: %s", cause);
	return PASSKEY_FAILED;
}

int
passkey_named(struct settings *s, const struct passkey_answer *a,
    struct passkey *out)
{
	char cause[CONFIG_ERROR_MAX];
	unsigned char id[WEBAUTHN_ID_MAX];
	int n = decode(&a->id, id, sizeof(id));
	int found;

	if (n <= 0)
		return 0;
	found =
	    passkeys_find(s->config->passkeys_file, id, (size_t)n, out, cause);
	if (found < 0)
		(void)failed(cause);
	return found;
}

/* Is the stored one this user's, for this, and here? */
static const char *
mismatch(const struct passkey *k, enum passkey_purpose purpose,
    const struct users_entry *u, const struct passkey_answer *a)
{
	unsigned char digest[USERS_DIGEST_LEN];
	char handle[PASSKEY_HANDLE_TEXT + 1];

	if (strcmp(k->user, u->name) != 0)
		return "another user's passkey";
	if (passkeys_digest(k->id, k->id_len, digest) != 0 ||
	    passkeys_place(u, digest) < 0)
		return "a passkey that was removed";
	if (strcmp(k->site, a->site) != 0)
		return "a passkey of another site";
	if (purpose != PASSKEY_ALONE)
		return NULL;
	if (!k->alone)
		return "a passkey that needs a password";
	/* Not all authenticators say it. */
	if (a->user_handle.len > 0 &&
	    (passkey_handle(a->site, u->name, handle) != 0 ||
		a->user_handle.len != strlen(handle) ||
		memcmp(a->user_handle.s, handle, strlen(handle)) != 0))
		return "a passkey under another user's handle";
	return NULL;
}

/*
 * Answers a question, once. What was answered is remembered until its time is
 * over, in a table that is everybody's, so nobody answers without an end.
 */
static const char *
answer(struct identity *id, const char *user, int64_t now,
    const unsigned char *challenge)
{
	char key[sizeof("passkey:") + USERS_NAME_MAX];

	/* No user's name has a colon. */
	(void)snprintf(key, sizeof(key), "passkey:%s", user);
	if (shared_state_request(id->state, key, PASSKEY_ANSWERS_MAX,
		clock_mono_ms(), 0) > 0)
		return "more passkeys than a minute has";
	if (!challenge_use(id->state, now, challenge))
		return "a challenge that was used";
	return NULL;
}

/* The counter goes on, and the question is answered. */
static enum passkey_verdict
use_up(struct identity *id, struct settings *s, const struct passkey *k,
    const struct decoded *d, uint32_t count, int64_t now, const char **why)
{
	char cause[CONFIG_ERROR_MAX];

	if (!webauthn_count_fits(k->count, count))
		return bad(why, "a passkey whose counter went back");
	*why = answer(id, k->user, now, d->challenge);
	if (*why != NULL)
		return PASSKEY_BAD;
	switch (passkeys_used(s->config->passkeys_file, k, count, now, cause)) {
	case PASSKEYS_DONE:
		return PASSKEY_GOOD;
	case PASSKEYS_STALE:
		return bad(why, "a passkey whose counter went back");
	default:
		return failed(cause);
	}
}

enum passkey_verdict
passkey_check(struct identity *id, struct settings *s,
    enum passkey_purpose purpose, const struct users_entry *u,
    const struct passkey_answer *a, int64_t now, const char **why)
{
	enum passkey_verdict v = PASSKEY_BAD;
	enum webauthn_result r;
	struct webauthn_expect e;
	struct decoded *d;
	struct passkey k;
	uint32_t count = 0;
	int found;

	if (!passkey_used(s->config))
		return failed("passkeys_file is not set, second_factor = off, "
			      "or the program was built without libcbor");
	found = passkey_named(s, a, &k);
	if (found < 0)
		return PASSKEY_FAILED;
	if (found == 0)
		return bad(why, "an unknown passkey");
	if ((*why = mismatch(&k, purpose, u, a)) != NULL)
		return PASSKEY_BAD;
	d = decode_answer(a, false);
	if (d == NULL)
		return bad(why, "a malformed passkey");
	e = expect(d, a, purpose == PASSKEY_ALONE);
	if (!challenge_good(s->keyring, purpose_of(purpose),
		purpose == PASSKEY_ALONE ? "" : u->name, now, d->challenge))
		*why = "a challenge that is not ours, or over";
	else if ((r = webauthn_assert(&e, &k.key,
		      (struct webauthn_bytes){ d->client_data,
			  d->client_data_len },
		      (struct webauthn_bytes){ d->object, d->object_len },
		      (struct webauthn_bytes){ d->signature, d->signature_len },
		      &count)) != WEBAUTHN_OK)
		*why = webauthn_result_str(r);
	else
		v = use_up(id, s, &k, d, count, now, why);
	free(d);
	return v;
}

enum passkey_verdict
passkey_take(struct identity *id, struct settings *s, const char *user,
    const struct passkey_answer *a, bool verified, int64_t now,
    struct passkey *out, const char **why)
{
	struct decoded *d = decode_answer(a, true);
	struct webauthn_expect e;
	struct webauthn_new made;
	enum webauthn_result r;

	if (d == NULL)
		return bad(why, "malformed");
	e = expect(d, a, verified);
	r = webauthn_register(&e,
	    (struct webauthn_bytes){ d->client_data, d->client_data_len },
	    (struct webauthn_bytes){ d->object, d->object_len }, &made);
	if (r != WEBAUTHN_OK)
		*why = webauthn_result_str(r);
	else if (!challenge_good(s->keyring, CHALLENGE_CREATE, user, now,
		     d->challenge))
		*why = "a challenge that is not ours, or over";
	else
		*why = answer(id, user, now, d->challenge);
	free(d);
	if (*why != NULL)
		return PASSKEY_BAD;
	memcpy(out->id, made.id, made.id_len);
	out->id_len = made.id_len;
	out->key = made.key;
	out->count = made.count;
	memcpy(out->site, a->site, sizeof(out->site));
	return PASSKEY_GOOD;
}
