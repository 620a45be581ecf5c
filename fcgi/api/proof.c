/* SPDX-License-Identifier: MIT */
/* Who a body says that makes the request, and how it proves that. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/api/route.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"
#include "confab/identity/credentials.h"
#include "confab/identity/login.h"

/* The site as passkeys know it: its name, without a port; "" for an address in
 * brackets, and for what is no name at all. */
static void
site_of(const struct request *r, char out[WEBAUTHN_RP_MAX + 1])
{
	const char *host = r->host[0] != '\0' ? r->host : r->server_name;
	size_t n = strcspn(host, ":");

	out[0] = '\0';
	if (n > WEBAUTHN_RP_MAX)
		return;
	for (size_t i = 0; i < n; i++) {
		char ch = host[i];

		if (ch >= 'A' && ch <= 'Z')
			ch = (char)(ch - 'A' + 'a');
		if ((ch < 'a' || ch > 'z') && (ch < '0' || ch > '9') &&
		    ch != '-' && ch != '.' && ch != '_') {
			out[0] = '\0';
			return;
		}
		out[i] = ch;
	}
	out[n] = '\0';
}

static bool
take_passkey(struct route_call *c, struct json_object *body,
    struct passkey_answer *out)
{
	struct json_object *o = json_get(body, "passkey");
	const struct {
		const char *name;
		struct passkey_text *text;
	} parts[] = {
		{ "challenge", &out->challenge },
		{ "client_data", &out->client_data },
		{ "authenticator_data", &out->authenticator_data },
		{ "signature", &out->signature },
		{ "user_handle", &out->user_handle },
		{ "attestation", &out->attestation },
	};

	site_of(c->request, out->site);
	out->origin = c->request->origin;
	if (o == NULL)
		return true;
	out->id.s = json_str(o, "id", &out->id.len);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		parts[i].text->s =
		    json_str(o, parts[i].name, &parts[i].text->len);
	if (out->id.s == NULL)
		route_fail(c, 400, "invalid_request",
		    "\"passkey\" must be an object with an \"id\".");
	return out->id.s != NULL;
}

bool
route_code(struct route_call *c, struct json_object *body,
    struct login_proof *out)
{
	if (!take_passkey(c, body, &out->passkey))
		return false;
	if (json_get(body, "code") == NULL)
		return true;
	out->code = route_string(c, body, "code", true, &out->code_len);
	return out->code != NULL;
}

/* One question, and whose answer is wanted. */
static void
ask_passkeys(struct route_call *c, const struct users_entry *u,
    const struct passkeys *all, const char *site)
{
	char id[ENCODE_BASE64URL_LEN(WEBAUTHN_ID_MAX) + 1];
	char challenge[PASSKEY_CHALLENGE_TEXT + 1];
	struct buf *b = &c->response->body;
	size_t n = 0;

	if (passkey_question(c->settings, PASSKEY_SECOND, u->name, c->now,
		challenge) != 0)
		return;
	for (size_t i = 0; i < all->n; i++) {
		if (strcmp(all->list[i].site, site) != 0)
			continue;
		encode_base64url(id, all->list[i].id, all->list[i].id_len);
		if (n++ == 0)
			buf_printf(b,
			    ",\"passkey\":{\"challenge\":\"%s\",\"rp_id\":"
			    "\"%s\",\"timeout_ms\":%d,\"credentials\":[",
			    challenge, site, PASSKEY_TIME * 1000);
		buf_printf(b, "%s\"%s\"", n > 1 ? "," : "", id);
	}
	if (n > 0)
		buf_puts(b, "]}");
}

void
route_refuse(struct route_call *c, const struct login_proof *proof,
    const struct api_error *err)
{
	char name[USERS_NAME_MAX + 1] = "", cause[CONFIG_ERROR_MAX];
	struct buf *b = &c->response->body;
	struct passkeys *all;
	struct users_entry u;

	response_error(c->response, err);
	if (strcmp(err->code, "second_factor_required") != 0)
		return;
	/* The password was right, so it is a name that a user can have. */
	memcpy(name, proof->name, proof->name_len);
	if (!credentials_find(c->settings->credentials, name, &u))
		return;
	all = calloc(1, sizeof(*all));
	buf_truncate(b, b->len - 1);
	buf_printf(b, ",\"second_factor\":{\"code\":%s,\"recovery\":%s",
	    u.factor.set ? "true" : "false",
	    u.factor.n_recovery > 0 ? "true" : "false");
	if (all != NULL && passkey_used(c->settings->config) &&
	    passkeys_of(c->settings->config->passkeys_file, &u, all, cause) ==
		0)
		ask_passkeys(c, &u, all, proof->passkey.site);
	buf_puts(b, "}}");
	free(all);
	crypto_wipe(&u, sizeof(u));
}

bool
route_proof(struct route_call *c, struct json_object *body,
    const char *password, struct login_proof *out)
{
	struct session_input in;
	struct api_error err;

	memset(out, 0, sizeof(*out));
	route_session_input(c, &in);
	if (session_authenticate(c->service->identity, c->settings, &in,
		&c->session, &err) == 0) {
		out->name = c->session.user;
		out->name_len = strlen(c->session.user);
		/* A script's token stands for no second factor. */
		out->in_session = c->session.via == SESSION_COOKIE;
	} else {
		out->name = json_str(body, "username", &out->name_len);
		if (out->name == NULL) {
			response_error(c->response, &err);
			return false;
		}
	}
	out->password =
	    route_string(c, body, password, true, &out->password_len);
	return out->password != NULL && route_code(c, body, out);
}
