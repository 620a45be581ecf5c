/* SPDX-License-Identifier: MIT */
/*
 * POST api/totp: without a code, a secret for a second factor; with that secret
 * and its code, the second factor itself and its recovery codes.
 * POST api/totp/remove: none any more.
 *
 * For who is signed in and says the password again; without a session also for
 * who was told at login to set one up.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/base/crypto.h"
#include "confab/base/json.h"
#include "confab/identity/enrol.h"

#define ISSUER "confab"

/* What an app lists the secret under: the site's name, without a port. */
static void
issuer(const struct request *r, char *out, size_t size)
{
	const char *host = r->host[0] != '\0' ? r->host : r->server_name;
	size_t n = host[0] == '[' ? strcspn(host, "]") + 1 : strcspn(host, ":");

	snprintf(out, size, "%.*s", (int)n, n > 0 ? host : ISSUER);
	if (n == 0)
		snprintf(out, size, ISSUER);
}

static void
offer(struct route_call *c, const struct session_input *in,
    const struct login_proof *proof)
{
	char text[TOTP_SECRET_TEXT + 1], uri[TOTP_URI_MAX], name[256];
	char user[USERS_NAME_MAX + 1] = "";
	unsigned char secret[USERS_TOTP_LEN];
	struct buf *b = &c->response->body;
	struct api_error err;

	if (enrol_offer(c->service->identity, c->settings, in, proof, secret,
		&err) != 0) {
		route_refuse(c, proof, &err);
		return;
	}
	/* It has a password, so it is a name that a user can have. */
	memcpy(user, proof->name, proof->name_len);
	issuer(c->request, name, sizeof(name));
	totp_secret_text(secret, text);
	totp_uri(secret, name, user, uri);
	buf_printf(b, "{\"secret\":\"%s\",\"uri\":", text);
	buf_json(b, uri, strlen(uri));
	buf_putc(b, '}');
	crypto_wipe(secret, sizeof(secret));
	crypto_wipe(text, sizeof(text));
	crypto_wipe(uri, sizeof(uri));
}

void
route_recovery_json(struct route_call *c, char codes[][TOTP_RECOVERY_SHOWN + 1],
    unsigned n)
{
	struct buf *b = &c->response->body;

	buf_puts(b, "{\"recovery_codes\":[");
	for (unsigned i = 0; i < n; i++)
		buf_printf(b, "%s\"%s\"", i > 0 ? "," : "", codes[i]);
	buf_puts(b, "]}");
}

static void
confirm(struct route_call *c, const struct session_input *in,
    const struct login_proof *proof, const unsigned char secret[USERS_TOTP_LEN])
{
	char codes[USERS_RECOVERY_MAX][TOTP_RECOVERY_SHOWN + 1];
	struct session_info session;
	struct api_error err;

	if (enrol_confirm(c->service->identity, c->settings, in, proof, secret,
		codes, &session, &err) != 0) {
		route_refuse(c, proof, &err);
		return;
	}
	response_header(c->response, "Set-Cookie", session.set_cookie);
	route_recovery_json(c, codes, USERS_RECOVERY_MAX);
	crypto_wipe(codes, sizeof(codes));
}

void
api_totp(struct route_call *c)
{
	unsigned char secret[USERS_TOTP_LEN];
	struct login_proof proof;
	struct session_input in;
	struct json_object *body;
	const char *text;
	size_t len;

	body = route_json(c);
	if (body == NULL)
		return;
	route_session_input(c, &in);
	text = json_str(body, "secret", &len);
	if (!route_proof(c, body, "password", &proof))
		; /* the answer is given */
	else if (text == NULL && proof.code == NULL)
		offer(c, &in, &proof);
	else if (text == NULL || proof.code == NULL ||
	    totp_read_secret(text, len, secret) != 0)
		route_fail(c, 400, "invalid_request",
		    "\"secret\" and \"code\" go together: the secret that was "
		    "offered, and its code.");
	else
		confirm(c, &in, &proof, secret);
	crypto_wipe(secret, sizeof(secret));
	json_wipe(body);
}

void
api_totp_remove(struct route_call *c)
{
	struct login_proof proof;
	struct session_input in;
	struct json_object *body;
	struct session_info session;
	struct api_error err;

	body = route_json(c);
	if (body == NULL)
		return;
	route_session_input(c, &in);
	if (route_proof(c, body, "password", &proof)) {
		/* The code itself, not that one was asked for some time ago. */
		proof.in_session = false;
		if (enrol_remove(c->service->identity, c->settings, &in, &proof,
			&session, &err) == 0) {
			response_header(c->response, "Set-Cookie",
			    session.set_cookie);
			c->response->status = 204;
		} else {
			route_refuse(c, &proof, &err);
		}
	}
	json_wipe(body);
}
