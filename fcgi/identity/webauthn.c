/* SPDX-License-Identifier: MIT */
/* What browsers and authenticators say of passkeys, verified. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/json.h"
#include "confab/identity/webauthn.h"

#include "webauthn_cbor.h"

/* Authenticator data (section 6.1): hash of the site's name, flags, counter,
 * and for a new one its make, the length of its id, the id, the key. */
#define FLAGS_AT CRYPTO_SHA256_LEN
#define COUNT_AT (FLAGS_AT + 1)
#define HEAD_LEN (COUNT_AT + 4)
#define MAKE_LEN 16

enum flags {
	PRESENT = 0x01,
	VERIFIED = 0x04,
	CAN_BACK_UP = 0x08,
	BACKED_UP = 0x10,
	HAS_CREDENTIAL = 0x40,
	HAS_EXTENSIONS = 0x80
};

/* A key (RFC 9052, section 7; RFC 9053, sections 2 and 7). */
enum {
	COSE_KTY = 1,
	COSE_ALG = 3,
	COSE_CRV = -1,
	COSE_X = -2,
	COSE_Y = -3,
	KTY_OKP = 1,
	KTY_EC2 = 2,
	ALG_ES256 = -7,
	ALG_EDDSA = -8,
	CRV_P256 = 1,
	CRV_ED25519 = 6,
	COORDINATE = 32
};

#define COSE_PAIRS_MAX 16
#define CHALLENGE_TEXT_MAX 512
#define CLIENT_DATA_DEPTH 8

static const char *const texts[WEBAUTHN_RESULTS] = {
	[WEBAUTHN_OK] = "good",
	[WEBAUTHN_MALFORMED] = "malformed",
	[WEBAUTHN_TYPE] = "another ceremony",
	[WEBAUTHN_CHALLENGE] = "another challenge",
	[WEBAUTHN_ORIGIN] = "another origin",
	[WEBAUTHN_CROSS_ORIGIN] = "framed by another site",
	[WEBAUTHN_RP] = "another site's",
	[WEBAUTHN_NOT_PRESENT] = "nobody present",
	[WEBAUTHN_NOT_VERIFIED] = "nobody verified",
	[WEBAUTHN_FLAGS] = "contradictory flags",
	[WEBAUTHN_ALGORITHM] = "another algorithm",
	[WEBAUTHN_KEY] = "no key",
	[WEBAUTHN_SIGNATURE] = "bad signature",
};

bool
webauthn_available(void)
{
	return webauthn_cbor_available();
}

const char *
webauthn_result_str(enum webauthn_result r)
{
	return texts[r];
}

bool
webauthn_count_fits(uint32_t stored, uint32_t count)
{
	return (stored == 0 && count == 0) || count > stored;
}

/* ---- What the browser says (section 5.8.1) ------------------------------- */

static bool
says(struct json_object *o, const char *name, const char *want, size_t want_len)
{
	size_t len = 0;
	const char *s = json_str(o, name, &len);

	return s != NULL && len == want_len && memcmp(s, want, len) == 0;
}

/*
 * Is it an origin of that host? Over TLS, or without it where a browser calls
 * that safe, on the machine itself.
 */
static bool
is_origin_of(const char *origin, size_t len, const char *host)
{
	static const char tls[] = "https://", plain[] = "http://";
	size_t host_len = strlen(host), head = sizeof(tls) - 1;

	if (len < head || memcmp(origin, tls, head) != 0) {
		head = sizeof(plain) - 1;
		if (strcmp(host, "localhost") != 0 || len < head ||
		    memcmp(origin, plain, head) != 0)
			return false;
	}
	origin += head;
	len -= head;
	if (len < host_len || memcmp(origin, host, host_len) != 0)
		return false;
	if (len == host_len)
		return true;
	if (origin[host_len] != ':' || len - host_len > 6)
		return false;
	for (size_t i = host_len + 1; i < len; i++)
		if (origin[i] < '0' || origin[i] > '9')
			return false;
	return len > host_len + 1;
}

static bool
origin_fits(const struct webauthn_expect *e, struct json_object *o)
{
	size_t len = 0;
	const char *s = json_str(o, "origin", &len);

	return s != NULL && is_origin_of(s, len, e->rp_id) &&
	    (e->origin == NULL ||
		(strlen(e->origin) == len && memcmp(s, e->origin, len) == 0));
}

/* Nobody has this page in a frame, so nobody but itself can have asked. */
static bool
is_framed(struct json_object *o)
{
	struct json_object *cross = json_get(o, "crossOrigin");

	return json_get(o, "topOrigin") != NULL ||
	    (cross != NULL &&
		(!json_object_is_type(cross, json_type_boolean) ||
		    json_object_get_boolean(cross)));
}

static enum webauthn_result
check_client_data(const struct webauthn_expect *e, struct webauthn_bytes data,
    const char *type)
{
	char challenge[CHALLENGE_TEXT_MAX];
	enum webauthn_result r = WEBAUTHN_OK;
	struct json_object *o = NULL;
	size_t n;

	if (data.len > WEBAUTHN_CLIENT_DATA_MAX ||
	    ENCODE_BASE64URL_LEN(e->challenge.len) >= sizeof(challenge) ||
	    json_parse((const char *)data.data, data.len, CLIENT_DATA_DEPTH,
		&o) != JSON_OK)
		return WEBAUTHN_MALFORMED;
	n = encode_base64url(challenge, e->challenge.data, e->challenge.len);
	if (!json_object_is_type(o, json_type_object))
		r = WEBAUTHN_MALFORMED;
	else if (!says(o, "type", type, strlen(type)))
		r = WEBAUTHN_TYPE;
	else if (!says(o, "challenge", challenge, n))
		r = WEBAUTHN_CHALLENGE;
	else if (!origin_fits(e, o))
		r = WEBAUTHN_ORIGIN;
	else if (is_framed(o))
		r = WEBAUTHN_CROSS_ORIGIN;
	json_object_put(o);
	return r;
}

/* ---- What the authenticator says (section 6.1) --------------------------- */

/* The part that each answer has. */
static enum webauthn_result
check_head(const struct webauthn_expect *e, struct webauthn_bytes data,
    uint32_t *count)
{
	unsigned char site[CRYPTO_SHA256_LEN];
	unsigned flags;

	if (data.len < HEAD_LEN || data.len > WEBAUTHN_ATTESTATION_MAX)
		return WEBAUTHN_MALFORMED;
	if (crypto_sha256(site, e->rp_id, strlen(e->rp_id)) != 0 ||
	    memcmp(site, data.data, sizeof(site)) != 0)
		return WEBAUTHN_RP;
	flags = data.data[FLAGS_AT];
	if ((flags & PRESENT) == 0)
		return WEBAUTHN_NOT_PRESENT;
	if (e->verified && (flags & VERIFIED) == 0)
		return WEBAUTHN_NOT_VERIFIED;
	if ((flags & BACKED_UP) != 0 && (flags & CAN_BACK_UP) == 0)
		return WEBAUTHN_FLAGS;
	*count = 0;
	for (int i = 0; i < 4; i++)
		*count = *count << 8 | data.data[COUNT_AT + i];
	return WEBAUTHN_OK;
}

/* After the last part there are extensions, where that is said, and no more. */
static bool
ends(const struct webauthn_cbor *at, unsigned flags)
{
	struct webauthn_cbor rest = *at, map = *at;
	struct webauthn_cbor_item item;

	if ((flags & HAS_EXTENSIONS) == 0)
		return rest.len == 0;
	return webauthn_cbor_next(&map, &item) &&
	    item.kind == WEBAUTHN_CBOR_MAP && webauthn_cbor_skip(&rest) &&
	    rest.len == 0;
}

/* What of a key we look for; zero: not seen yet. */
struct cose {
	int64_t kty, alg, crv;
	struct webauthn_cbor_item x, y;
};

static bool
take_number(int64_t *out, const struct webauthn_cbor_item *value)
{
	if (*out != 0 || value->kind != WEBAUTHN_CBOR_INT)
		return false;
	*out = value->value;
	return true;
}

static bool
take_bytes(struct webauthn_cbor_item *out,
    const struct webauthn_cbor_item *value)
{
	if (out->kind != WEBAUTHN_CBOR_NONE ||
	    value->kind != WEBAUTHN_CBOR_BYTES || value->len != COORDINATE)
		return false;
	*out = *value;
	return true;
}

/* One pair. What is not looked for is passed over. */
static bool
take_pair(struct webauthn_cbor *in, struct cose *c)
{
	struct webauthn_cbor_item label, value;
	struct webauthn_cbor before;

	if (!webauthn_cbor_next(in, &label))
		return false;
	before = *in;
	if (label.kind != WEBAUTHN_CBOR_INT || !webauthn_cbor_next(in, &value))
		return false;
	switch (label.value) {
	case COSE_KTY:
		return take_number(&c->kty, &value);
	case COSE_ALG:
		return take_number(&c->alg, &value);
	case COSE_CRV:
		return take_number(&c->crv, &value);
	case COSE_X:
		return take_bytes(&c->x, &value);
	case COSE_Y:
		return take_bytes(&c->y, &value);
	default:
		*in = before;
		return webauthn_cbor_skip(in);
	}
}

/* A key of which we know the algorithm; any other is passed over whole. */
static enum webauthn_result
take_key(struct webauthn_cbor *in, struct webauthn_key *out)
{
	struct webauthn_cbor begin = *in;
	struct webauthn_cbor_item map;
	struct cose c = { 0 };
	bool known, whole;

	if (!webauthn_cbor_next(in, &map) || map.kind != WEBAUTHN_CBOR_MAP ||
	    map.len > COSE_PAIRS_MAX)
		return WEBAUTHN_MALFORMED;
	whole = true;
	for (size_t i = 0; whole && i < map.len; i++)
		whole = take_pair(in, &c);
	known = (c.kty == KTY_EC2 && c.alg == ALG_ES256) ||
	    (c.kty == KTY_OKP && c.alg == ALG_EDDSA);
	if (!known)
		return webauthn_cbor_skip(&begin) ? WEBAUTHN_ALGORITHM
						  : WEBAUTHN_MALFORMED;
	if (!whole || c.x.kind == WEBAUTHN_CBOR_NONE ||
	    (c.kty == KTY_EC2) != (c.y.kind != WEBAUTHN_CBOR_NONE) ||
	    c.crv != (c.kty == KTY_EC2 ? CRV_P256 : CRV_ED25519))
		return WEBAUTHN_KEY;
	memset(out, 0, sizeof(*out));
	out->kind = c.kty == KTY_EC2 ? SIGNATURE_ES256 : SIGNATURE_EDDSA;
	memcpy(out->bytes, c.x.data, COORDINATE);
	if (c.kty == KTY_EC2)
		memcpy(out->bytes + COORDINATE, c.y.data, COORDINATE);
	return signature_key_valid(out->kind, out->bytes) ? WEBAUTHN_OK
							  : WEBAUTHN_KEY;
}

/* The id and the key of a new one. */
static enum webauthn_result
take_credential(struct webauthn_bytes data, struct webauthn_new *out)
{
	unsigned flags = data.data[FLAGS_AT];
	const unsigned char *p = data.data + HEAD_LEN;
	size_t left = data.len - HEAD_LEN;
	struct webauthn_cbor rest;
	enum webauthn_result r;

	if ((flags & HAS_CREDENTIAL) == 0 || left < MAKE_LEN + 2)
		return WEBAUTHN_MALFORMED;
	out->id_len = (size_t)p[MAKE_LEN] << 8 | p[MAKE_LEN + 1];
	p += MAKE_LEN + 2;
	left -= MAKE_LEN + 2;
	if (out->id_len == 0 || out->id_len > WEBAUTHN_ID_MAX ||
	    out->id_len > left)
		return WEBAUTHN_MALFORMED;
	memcpy(out->id, p, out->id_len);
	rest = (struct webauthn_cbor){ p + out->id_len, left - out->id_len };
	r = take_key(&rest, &out->key);
	if (r == WEBAUTHN_OK && !ends(&rest, flags))
		return WEBAUTHN_MALFORMED;
	return r;
}

/* ---- The object that has it (section 6.5.4) ------------------------------- */

static bool
is_text(const struct webauthn_cbor_item *item, const char *text)
{
	return item->kind == WEBAUTHN_CBOR_TEXT && item->len == strlen(text) &&
	    memcmp(item->data, text, item->len) == 0;
}

/*
 * {"fmt": text, "attStmt": map, "authData": bytes}, in any order. The statement
 * is passed over, whichever it is.
 */
static bool
open_attestation(struct webauthn_bytes data, struct webauthn_bytes *auth_data)
{
	struct webauthn_cbor in = { data.data, data.len }, before;
	struct webauthn_cbor_item map, name, value;
	unsigned seen = 0;

	if (data.len > WEBAUTHN_ATTESTATION_MAX ||
	    !webauthn_cbor_next(&in, &map) || map.kind != WEBAUTHN_CBOR_MAP ||
	    map.len != 3)
		return false;
	for (int i = 0; i < 3; i++) {
		if (!webauthn_cbor_next(&in, &name))
			return false;
		before = in;
		if (!webauthn_cbor_next(&in, &value))
			return false;
		if (is_text(&name, "fmt") && value.kind == WEBAUTHN_CBOR_TEXT)
			seen |= 1;
		else if (is_text(&name, "authData") &&
		    value.kind == WEBAUTHN_CBOR_BYTES) {
			seen |= 2;
			auth_data->data = value.data;
			auth_data->len = value.len;
		} else if (is_text(&name, "attStmt") &&
		    value.kind == WEBAUTHN_CBOR_MAP) {
			seen |= 4;
			in = before;
			if (!webauthn_cbor_skip(&in))
				return false;
		} else
			return false;
	}
	return seen == 7 && in.len == 0;
}

enum webauthn_result
webauthn_register(const struct webauthn_expect *expect,
    struct webauthn_bytes client_data, struct webauthn_bytes attestation,
    struct webauthn_new *out)
{
	struct webauthn_bytes auth_data = { NULL, 0 };
	struct webauthn_new fresh;
	enum webauthn_result r;

	memset(&fresh, 0, sizeof(fresh));
	r = check_client_data(expect, client_data, "webauthn.create");
	if (r == WEBAUTHN_OK && !open_attestation(attestation, &auth_data))
		r = WEBAUTHN_MALFORMED;
	if (r == WEBAUTHN_OK)
		r = check_head(expect, auth_data, &fresh.count);
	if (r == WEBAUTHN_OK)
		r = take_credential(auth_data, &fresh);
	if (r == WEBAUTHN_OK)
		*out = fresh;
	return r;
}

/* The signature is over the authenticator's data and a digest of the
 * browser's. */
static bool
is_signed(const struct webauthn_key *key, struct webauthn_bytes client_data,
    struct webauthn_bytes auth_data, struct webauthn_bytes signature)
{
	unsigned char text[WEBAUTHN_AUTH_DATA_MAX + CRYPTO_SHA256_LEN];

	memcpy(text, auth_data.data, auth_data.len);
	return crypto_sha256(text + auth_data.len, client_data.data,
		   client_data.len) == 0 &&
	    signature_good(key->kind, key->bytes, signature.data, signature.len,
		text, auth_data.len + CRYPTO_SHA256_LEN);
}

enum webauthn_result
webauthn_assert(const struct webauthn_expect *expect,
    const struct webauthn_key *key, struct webauthn_bytes client_data,
    struct webauthn_bytes auth_data, struct webauthn_bytes signature,
    uint32_t *count)
{
	struct webauthn_cbor rest;
	enum webauthn_result r;
	uint32_t n = 0;

	r = check_client_data(expect, client_data, "webauthn.get");
	if (r != WEBAUTHN_OK)
		return r;
	if (auth_data.len > WEBAUTHN_AUTH_DATA_MAX ||
	    signature.len > WEBAUTHN_SIGNATURE_MAX)
		return WEBAUTHN_MALFORMED;
	r = check_head(expect, auth_data, &n);
	if (r != WEBAUTHN_OK)
		return r;
	rest = (struct webauthn_cbor){ auth_data.data + HEAD_LEN,
		auth_data.len - HEAD_LEN };
	/* A credential is not looked for here, and would be no extension. */
	if ((auth_data.data[FLAGS_AT] & HAS_CREDENTIAL) != 0 ||
	    !ends(&rest, auth_data.data[FLAGS_AT]))
		return WEBAUTHN_MALFORMED;
	if (!is_signed(key, client_data, auth_data, signature))
		return WEBAUTHN_SIGNATURE;
	*count = n;
	return WEBAUTHN_OK;
}
