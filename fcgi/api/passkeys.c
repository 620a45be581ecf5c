/* SPDX-License-Identifier: MIT */
/*
 * GET api/passkeys: one's own. POST api/passkeys/offer: what a browser needs to
 * make one; POST api/passkeys: the one that it made. POST api/passkeys/remove:
 * that one no more. POST api/passkeys/challenge: a question to a passkey that is
 * to be good alone, answered at api/login.
 *
 * All but the first and the last are for who is signed in and says the password
 * again; offer and the making also for who was told at login to set up a second
 * factor.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"
#include "confab/base/log.h"
#include "confab/identity/credentials.h"
#include "confab/identity/enrol_passkey.h"

#define DIGEST_TEXT ENCODE_BASE64URL_LEN(USERS_DIGEST_LEN)

static void
no_memory(struct route_call *c)
{
	struct api_error err;

	(void)api_error_no_memory(&err);
	response_error(c->response, &err);
}

static void
put_passkey(struct buf *b, const struct passkey *k, const char *site)
{
	unsigned char digest[USERS_DIGEST_LEN];
	char id[DIGEST_TEXT + 1];

	if (passkeys_digest(k->id, k->id_len, digest) != 0)
		return;
	encode_base64url(id, digest, sizeof(digest));
	buf_printf(b, "{\"id\":\"%s\",\"name\":", id);
	buf_json(b, k->label, strlen(k->label));
	buf_printf(b,
	    ",\"created_at\":%lld,\"used_at\":%lld,\"alone\":%s,\"here\":%s}",
	    (long long)k->created, (long long)k->used,
	    k->alone ? "true" : "false",
	    strcmp(k->site, site) == 0 ? "true" : "false");
}

void
api_passkeys(struct route_call *c)
{
	struct passkeys *all = calloc(1, sizeof(*all));
	struct buf *b = &c->response->body;
	char cause[CONFIG_ERROR_MAX];
	struct login_proof proof = { 0 };
	struct users_entry u;

	/* No body has a code: this takes the site alone. */
	(void)route_code(c, NULL, &proof);
	if (all == NULL)
		no_memory(c);
	else if (!passkey_used(c->settings->config) ||
	    !credentials_find(c->settings->credentials, c->session.user, &u))
		route_fail(c, 404, "not_found", "Passkeys are not used here.");
	else if (passkeys_of(c->settings->config->passkeys_file, &u, all,
		     cause) != 0) {
		log_msg(LOG_LEVEL_ERROR, "passkeys: %s", cause);
		route_fail(c, 500, "internal_error",
		    "The passkeys could not be read; the administrator's log "
		    "says why.");
	} else {
		buf_puts(b, "{\"object\":\"list\",\"data\":[");
		for (size_t i = 0; i < all->n; i++) {
			if (i > 0)
				buf_putc(b, ',');
			put_passkey(b, &all->list[i], proof.passkey.site);
		}
		buf_puts(b, "]}");
	}
	free(all);
}

void
api_passkey_challenge(struct route_call *c)
{
	char challenge[PASSKEY_CHALLENGE_TEXT + 1];
	struct login_proof proof = { 0 };

	(void)route_code(c, NULL, &proof);
	if (!passkey_used(c->settings->config) || proof.passkey.site[0] == '\0')
		route_fail(c, 404, "not_found", "Passkeys are not used here.");
	else if (passkey_question(c->settings, PASSKEY_ALONE, "", c->now,
		     challenge) != 0)
		route_fail(c, 500, "internal_error",
		    "There is no chance to make a question of.");
	else
		buf_printf(&c->response->body,
		    "{\"challenge\":\"%s\",\"rp_id\":\"%s\",\"timeout_ms\":%d,"
		    "\"credentials\":[]}",
		    challenge, proof.passkey.site, PASSKEY_TIME * 1000);
}

static void
put_offer(struct route_call *c, const struct login_proof *proof,
    const struct passkey_offer *offer)
{
	char id[ENCODE_BASE64URL_LEN(WEBAUTHN_ID_MAX) + 1];
	struct buf *b = &c->response->body;

	buf_printf(b,
	    "{\"challenge\":\"%s\",\"rp_id\":\"%s\",\"user\":{\"id\":\"%s\","
	    "\"name\":",
	    offer->challenge, proof->passkey.site, offer->handle);
	buf_json(b, proof->name, proof->name_len);
	buf_printf(b,
	    "},\"algorithms\":[-8,-7],\"timeout_ms\":%d,\"exclude\":[",
	    PASSKEY_TIME * 1000);
	for (size_t i = 0; i < offer->own.n; i++) {
		encode_base64url(id, offer->own.list[i].id,
		    offer->own.list[i].id_len);
		buf_printf(b, "%s\"%s\"", i > 0 ? "," : "", id);
	}
	buf_puts(b, "]}");
}

/* A body with who it is, for `serve`. */
static void
with_proof(struct route_call *c,
    void (*serve)(struct route_call *, const struct session_input *,
	struct login_proof *, struct json_object *))
{
	struct login_proof proof;
	struct session_input in;
	struct json_object *body = route_json(c);

	if (body == NULL)
		return;
	route_session_input(c, &in);
	if (route_proof(c, body, "password", &proof))
		serve(c, &in, &proof, body);
	json_wipe(body);
}

/* The session that goes on, and an answer without words. */
static void
done(struct route_call *c, const struct session_info *session)
{
	response_header(c->response, "Set-Cookie", session->set_cookie);
	c->response->status = 204;
}

static void
offer(struct route_call *c, const struct session_input *in,
    struct login_proof *proof, struct json_object *body)
{
	struct passkey_offer *o = calloc(1, sizeof(*o));
	struct api_error err;

	(void)body;
	if (o == NULL)
		no_memory(c);
	else if (enrol_passkey_offer(c->service->identity, c->settings, in,
		     proof, o, &err) == 0)
		put_offer(c, proof, o);
	else
		route_refuse(c, proof, &err);
	free(o);
}

void
api_passkey_offer(struct route_call *c)
{
	with_proof(c, offer);
}

/* With the codes for its loss, where there were none. */
static void
added(struct route_call *c, const struct session_info *session,
    struct enrol_codes *codes)
{
	done(c, session);
	if (codes->n == 0)
		return;
	c->response->status = 200;
	route_recovery_json(c, codes->text, codes->n);
}

static void
add(struct route_call *c, const struct session_input *in,
    struct login_proof *proof, struct json_object *body)
{
	struct json_object *alone = json_get(body, "alone");
	struct session_info session;
	struct enrol_codes codes;
	struct api_error err;
	const char *label;
	size_t len = 0;

	label = route_string(c, body, "name", true, &len);
	if (label == NULL)
		return;
	if (proof->passkey.id.s == NULL ||
	    (alone != NULL && !json_object_is_type(alone, json_type_boolean)))
		route_fail(c, 400, "invalid_request",
		    "\"passkey\" is what the browser made, and \"alone\" is "
		    "true or false.");
	else if (enrol_passkey_add(c->service->identity, c->settings, in, proof,
		     label, len,
		     alone != NULL && json_object_get_boolean(alone), &codes,
		     &session, &err) == 0)
		added(c, &session, &codes);
	else
		route_refuse(c, proof, &err);
	crypto_wipe(&codes, sizeof(codes));
}

void
api_passkey_add(struct route_call *c)
{
	with_proof(c, add);
}

static void
take_away(struct route_call *c, const struct session_input *in,
    struct login_proof *proof, struct json_object *body)
{
	unsigned char digest[USERS_DIGEST_LEN];
	struct session_info session;
	struct api_error err;
	const char *id;
	size_t len = 0;

	id = route_string(c, body, "id", true, &len);
	if (id == NULL)
		return;
	/* The second factor itself, not that it was asked for some time ago. */
	proof->in_session = false;
	if (decode_base64url(digest, sizeof(digest), id, len) !=
	    USERS_DIGEST_LEN)
		route_fail(c, 404, "not_found", "There is no such passkey.");
	else if (enrol_passkey_remove(c->service->identity, c->settings, in,
		     proof, digest, &session, &err) == 0)
		done(c, &session);
	else
		route_refuse(c, proof, &err);
}

void
api_passkey_remove(struct route_call *c)
{
	with_proof(c, take_away);
}
