/* SPDX-License-Identifier: MIT */
/* One passkey as a line of its file, and back. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/encode.h"

#include "passkeys_line.h"

#define FIELDS 9
#define ID_TEXT ENCODE_BASE64URL_LEN(WEBAUTHN_ID_MAX)

static const char *const kinds[] = {
	[SIGNATURE_ES256] = "es256.",
	[SIGNATURE_EDDSA] = "eddsa.",
};

struct field {
	const char *s;
	size_t len;
};

static bool
is(const struct field *f, const char *word)
{
	return f->len == strlen(word) && memcmp(f->s, word, f->len) == 0;
}

static bool
number(const struct field *f, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	if (f->len == 0 || f->len > 15)
		return false;
	for (size_t i = 0; i < f->len; i++) {
		if (f->s[i] < '0' || f->s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(f->s[i] - '0');
	}
	*out = n;
	return n <= max;
}

static bool
read_key(const struct field *f, struct webauthn_key *out)
{
	size_t head = strlen(kinds[0]);

	for (int kind = SIGNATURE_ES256; kind <= SIGNATURE_EDDSA; kind++) {
		if (f->len <= head || memcmp(f->s, kinds[kind], head) != 0)
			continue;
		out->kind = (enum signature_kind)kind;
		return decode_base64url(out->bytes, sizeof(out->bytes),
			   f->s + head,
			   f->len - head) == (int)signature_key_len(out->kind);
	}
	return false;
}

/* A site's name, as passkey.c takes it from a request. */
static bool
read_site(const struct field *f, char out[WEBAUTHN_RP_MAX + 1])
{
	if (f->len == 0 || f->len > WEBAUTHN_RP_MAX)
		return false;
	for (size_t i = 0; i < f->len; i++)
		if (f->s[i] <= ' ' || f->s[i] >= 0x7f)
			return false;
	memcpy(out, f->s, f->len);
	return true;
}

static const char *
read_id(const struct field *f, struct passkey *k)
{
	int n = decode_base64url(k->id, sizeof(k->id), f->s, f->len);

	if (n <= 0)
		return "an id is base64url, of 1 to 1023 bytes";
	k->id_len = (size_t)n;
	return NULL;
}

/* What is in the fields, one after another. */
static const char *
read_fields(const struct field f[FIELDS], struct passkey *k)
{
	uint64_t count, created, used;
	const char *wrong;

	if (!users_name_valid(f[0].s, f[0].len))
		return "this is not a user's name";
	memcpy(k->user, f[0].s, f[0].len);
	wrong = read_id(&f[1], k);
	if (wrong != NULL)
		return wrong;
	if (!read_key(&f[2], &k->key))
		return "a key is es256. or eddsa. and base64url";
	if (!number(&f[3], UINT32_MAX, &count))
		return "a counter is a number of 32 bits";
	if (!number(&f[4], INT64_MAX, &created) ||
	    !number(&f[5], INT64_MAX, &used))
		return "times are seconds since 1970";
	if (!is(&f[6], "alone") && !is(&f[6], "second"))
		return "the mode is alone or second";
	if (!read_site(&f[7], k->site))
		return "this is not a site's name";
	if (!passkeys_label_valid(f[8].s, f[8].len))
		return "a label has 1 to 160 bytes of text";
	memcpy(k->label, f[8].s, f[8].len);
	k->count = (uint32_t)count;
	k->created = (int64_t)created;
	k->used = (int64_t)used;
	k->alone = is(&f[6], "alone");
	return NULL;
}

const char *
passkeys_line_parse(const char *s, size_t len, struct passkey *k)
{
	const char *end = s + len;
	struct field f[FIELDS];

	memset(k, 0, sizeof(*k));
	for (int i = 0; i < FIELDS; i++) {
		const char *stop = memchr(s, ':', (size_t)(end - s));

		if ((stop == NULL) != (i == FIELDS - 1))
			return "a line is USER:ID:KEY:COUNT:CREATED:USED:MODE:"
			       "SITE:LABEL";
		f[i].s = s;
		f[i].len = (size_t)((stop != NULL ? stop : end) - s);
		s = stop != NULL ? stop + 1 : end;
	}
	return read_fields(f, k);
}

void
passkeys_line_write(const struct passkey *k, struct buf *out)
{
	char id[ID_TEXT + 1], key[ENCODE_BASE64URL_LEN(SIGNATURE_KEY_MAX) + 1];

	encode_base64url(id, k->id, k->id_len);
	encode_base64url(key, k->key.bytes, signature_key_len(k->key.kind));
	buf_printf(out,
	    "%s:%s:%s%s:%" PRIu32 ":%" PRId64 ":%" PRId64 ":%s:%s:%s\n",
	    k->user, id, kinds[k->key.kind], key, k->count, k->created, k->used,
	    k->alone ? "alone" : "second", k->site, k->label);
}
