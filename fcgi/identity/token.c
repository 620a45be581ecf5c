/* SPDX-License-Identifier: MIT */
/* The session token: bytes signed, and the only way back to its fields. */
#include "config.h"

#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/identity/token.h"

#define TOKEN_VERSION 1
#define MAC_LEN CRYPTO_SHA256_LEN
#define FIELDS_MAX                                           \
	(1 + (1 + TOKEN_KEY_ID_MAX) + (1 + TOKEN_USER_MAX) + \
	    (1 + TOKEN_SESSION_LEN) + 3 * (1 + 8) +          \
	    (1 + TOKEN_GENERATION_LEN))
#define RAW_MAX (FIELDS_MAX + MAC_LEN)

_Static_assert(ENCODE_BASE64URL_LEN(RAW_MAX) == TOKEN_TEXT_MAX,
    "TOKEN_TEXT_MAX is the length of the longest token");

/* Keeps these MACs apart from any other that the same key might make. */
static const char label[] = "confab session 1";

static unsigned char *
put(unsigned char *p, const void *field, size_t len)
{
	*p++ = (unsigned char)len;
	memcpy(p, field, len);
	return p + len;
}

static unsigned char *
put_time(unsigned char *p, int64_t t)
{
	unsigned char bytes[8];

	for (int i = 0; i < 8; i++)
		bytes[i] = (unsigned char)((uint64_t)t >> (56 - 8 * i));
	return put(p, bytes, sizeof(bytes));
}

int
token_make(const struct token_fields *t, const struct token_key *key,
    char out[TOKEN_TEXT_MAX + 1])
{
	unsigned char raw[RAW_MAX];
	unsigned char *p = raw;
	size_t id_len = strnlen(key->id, sizeof(key->id));
	size_t user_len = strnlen(t->user, sizeof(t->user));
	int len = -1;

	if (id_len == 0 || id_len > TOKEN_KEY_ID_MAX || user_len == 0 ||
	    user_len > TOKEN_USER_MAX || t->issued < 0 || t->seen < 0 ||
	    t->expires < 0)
		return -1;
	*p++ = TOKEN_VERSION;
	p = put(p, key->id, id_len);
	p = put(p, t->user, user_len);
	p = put(p, t->session, TOKEN_SESSION_LEN);
	p = put_time(p, t->issued);
	p = put_time(p, t->seen);
	p = put_time(p, t->expires);
	p = put(p, t->generation, TOKEN_GENERATION_LEN);
	if (crypto_hmac(p, key->key, sizeof(key->key), label, raw,
		(size_t)(p - raw)) == 0)
		len = (int)encode_base64url(out, raw,
		    (size_t)(p - raw) + MAC_LEN);
	crypto_wipe(raw, sizeof(raw));
	return len;
}

/* What is left to read. After an error `p` is NULL and stays so. */
struct reader {
	const unsigned char *p;
	const unsigned char *end;
};

static size_t
get(struct reader *r, void *out, size_t min, size_t max)
{
	size_t len;

	if (r->p == NULL || r->p == r->end)
		goto bad;
	len = *r->p++;
	if (len < min || len > max || len > (size_t)(r->end - r->p))
		goto bad;
	memcpy(out, r->p, len);
	r->p += len;
	return len;
bad:
	r->p = NULL;
	return 0;
}

/* A name: bytes without NUL, which would end the C string early. */
static void
get_name(struct reader *r, char *out, size_t max)
{
	size_t len = get(r, out, 1, max);

	out[len] = '\0';
	if (strlen(out) != len)
		r->p = NULL;
}

static int64_t
get_time(struct reader *r)
{
	unsigned char bytes[8] = { 0 };
	uint64_t t = 0;

	get(r, bytes, sizeof(bytes), sizeof(bytes));
	for (int i = 0; i < 8; i++)
		t = t << 8 | bytes[i];
	if (t > INT64_MAX)
		r->p = NULL;
	return (int64_t)(t & INT64_MAX);
}

static enum token_result
parse(const unsigned char *raw, size_t len, const char *key_id,
    struct token_fields *out)
{
	struct reader r = { raw + 1, raw + len };

	if (raw[0] != TOKEN_VERSION)
		return TOKEN_INVALID;
	get_name(&r, out->key_id, TOKEN_KEY_ID_MAX);
	get_name(&r, out->user, TOKEN_USER_MAX);
	get(&r, out->session, TOKEN_SESSION_LEN, TOKEN_SESSION_LEN);
	out->issued = get_time(&r);
	out->seen = get_time(&r);
	out->expires = get_time(&r);
	get(&r, out->generation, TOKEN_GENERATION_LEN, TOKEN_GENERATION_LEN);
	if (r.p != r.end || strcmp(out->key_id, key_id) != 0)
		return TOKEN_INVALID;
	return TOKEN_OK;
}

enum token_result
token_open(const char *text, size_t len, const struct token_key *keys,
    size_t n_keys, struct token_fields *out)
{
	unsigned char raw[RAW_MAX];
	unsigned char mac[MAC_LEN];
	const struct token_key *key = NULL;
	enum token_result result = TOKEN_FORGED;
	size_t signed_len;
	int raw_len;

	memset(out, 0, sizeof(*out));
	if (len > TOKEN_TEXT_MAX || n_keys > TOKEN_KEYS_MAX)
		return TOKEN_MALFORMED;
	raw_len = decode_base64url(raw, sizeof(raw), text, len);
	if (raw_len <= MAC_LEN)
		return TOKEN_MALFORMED;
	signed_len = (size_t)raw_len - MAC_LEN;
	for (size_t i = 0; i < n_keys && key == NULL; i++)
		if (crypto_hmac(mac, keys[i].key, sizeof(keys[i].key), label,
			raw, signed_len) == 0 &&
		    crypto_equal(mac, raw + signed_len, MAC_LEN))
			key = &keys[i];
	if (key != NULL)
		result = parse(raw, signed_len, key->id, out);
	if (result != TOKEN_OK)
		memset(out, 0, sizeof(*out));
	crypto_wipe(raw, sizeof(raw));
	crypto_wipe(mac, sizeof(mac));
	return result;
}
