/* SPDX-License-Identifier: MIT */
/* Passkeys verified: the specification's vectors, and what is none. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/encode.h"
#include "confab/identity/webauthn.h"

#include "webauthn_help.h"

/* What the specification's examples are for us. */
static enum webauthn_result
wanted(const char *name)
{
	if (strstr(name, "Origin") != NULL)
		return WEBAUTHN_CROSS_ORIGIN;
	if (strstr(name, "es384") != NULL || strstr(name, "es512") != NULL ||
	    strstr(name, "rs256") != NULL || strstr(name, "ed448") != NULL)
		return WEBAUTHN_ALGORITHM;
	return WEBAUTHN_OK;
}

static void
test_vectors(void **state)
{
	size_t good = 0;

	(void)state;
	need_libcbor();
	for (size_t i = 0; i < n_vectors; i++) {
		const struct vector *v = &vectors[i];

		print_message("# %s\n", v->name);
		assert_int_equal(vector_make(v), wanted(v->name));
		if (wanted(v->name) == WEBAUTHN_CROSS_ORIGIN)
			assert_int_equal(vector_use(v), WEBAUTHN_CROSS_ORIGIN);
		if (wanted(v->name) != WEBAUTHN_OK)
			continue;
		assert_int_equal(vector_made.count, 0);
		assert_int_equal(vector_made.key.kind,
		    strstr(v->name, "eddsa") != NULL ? SIGNATURE_EDDSA
						     : SIGNATURE_ES256);
		assert_int_equal(vector_use(v), WEBAUTHN_OK);
		assert_int_equal(vector_count, 0);
		good++;
	}
	assert_int_equal(good, 9);
	/* The longest id that there can be. */
	assert_int_equal(vector_make(&vectors[4]), WEBAUTHN_OK);
	assert_int_equal(vector_made.id_len, WEBAUTHN_ID_MAX);
}

/* Another's key signed it, or another's answer it is. */
static void
test_anothers(void **state)
{
	struct webauthn_key key;
	struct vector v;

	(void)state;
	need_libcbor();
	v = vector_plain();
	assert_int_equal(vector_use(&v), WEBAUTHN_OK);
	assert_int_equal(vector_make(&vectors[1]), WEBAUTHN_OK);
	assert_int_equal(vector_use(&v), WEBAUTHN_SIGNATURE);
	key = vector_made.key;
	(void)vector_plain();
	v.used_data = vectors[1].used_data;
	assert_int_equal(vector_use(&v), WEBAUTHN_CHALLENGE);
	v.used_challenge = vectors[1].used_challenge;
	assert_int_equal(vector_use(&v), WEBAUTHN_SIGNATURE);
	v.used_signature = vectors[1].used_signature;
	assert_int_equal(vector_use(&v), WEBAUTHN_SIGNATURE);
	vector_made.key = key;
	v.used_auth = vectors[1].used_auth;
	assert_int_equal(vector_use(&v), WEBAUTHN_OK);
	/* A key of the other kind, with the same bytes. */
	vector_made.key.kind = SIGNATURE_EDDSA;
	assert_int_equal(vector_use(&v), WEBAUTHN_SIGNATURE);
}

/* One bit of what is signed, or of the signature. */
static void
test_any_bit(void **state)
{
	struct vector v;

	(void)state;
	need_libcbor();
	for (int eddsa = 0; eddsa < 2; eddsa++) {
		v = vectors[eddsa ? 9 : 0];
		assert_int_equal(vector_make(&v), WEBAUTHN_OK);
		assert_int_equal(vector_made.key.kind,
		    eddsa ? SIGNATURE_EDDSA : SIGNATURE_ES256);
		struct bytes *all[] = { &v.used_auth, &v.used_data,
			&v.used_signature };

		for (size_t k = 0; k < 3; k++)
			for (size_t i = 0; i < 8 * all[k]->len; i++) {
				unsigned char bit = (unsigned char)(1 << i % 8);

				all[k]->data[i / 8] ^= bit;
				assert_int_not_equal(vector_use(&v),
				    WEBAUTHN_OK);
				all[k]->data[i / 8] ^= bit;
			}
		assert_int_equal(vector_use(&v), WEBAUTHN_OK);
	}
}

/* What is cut off, and what is too much. */
static void
test_any_length(void **state)
{
	struct vector v;

	(void)state;
	need_libcbor();
	v = vector_plain();
	struct bytes *made_of[] = { &v.made_data, &v.made_object };
	struct bytes *used_of[] = { &v.used_data, &v.used_auth,
		&v.used_signature };

	for (size_t k = 0; k < 2; k++) {
		size_t len = made_of[k]->len;

		for (made_of[k]->len = 0; made_of[k]->len < len;
		     made_of[k]->len++)
			assert_int_not_equal(vector_make(&v), WEBAUTHN_OK);
		made_of[k]->data[made_of[k]->len++] = 0;
		assert_int_equal(vector_make(&v), WEBAUTHN_MALFORMED);
		made_of[k]->len = len;
	}
	for (size_t k = 0; k < 3; k++) {
		size_t len = used_of[k]->len;

		for (used_of[k]->len = 0; used_of[k]->len < len;
		     used_of[k]->len++)
			assert_int_not_equal(vector_use(&v), WEBAUTHN_OK);
		used_of[k]->data[used_of[k]->len++] = 0;
		assert_int_not_equal(vector_use(&v), WEBAUTHN_OK);
		used_of[k]->len = len;
	}
}

static enum webauthn_result
used_at(const char *rp_id, const char *origin)
{
	struct webauthn_expect e = vector_expect(&vectors[0].used_challenge);

	e.rp_id = rp_id;
	e.origin = origin;
	return webauthn_assert(&e, &vector_made.key,
	    bytes_of(&vectors[0].used_data), bytes_of(&vectors[0].used_auth),
	    bytes_of(&vectors[0].used_signature), &vector_count);
}

static void
test_sites(void **state)
{
	(void)state;
	need_libcbor();
	(void)vector_plain();
	assert_int_equal(used_at("example.org", NULL), WEBAUTHN_OK);
	assert_int_equal(used_at("example.org", "https://example.org:8443"),
	    WEBAUTHN_ORIGIN);
	assert_int_equal(used_at("example.org", "http://example.org"),
	    WEBAUTHN_ORIGIN);
	assert_int_equal(used_at("example.or", NULL), WEBAUTHN_ORIGIN);
	assert_int_equal(used_at("example.org.", NULL), WEBAUTHN_ORIGIN);
	assert_int_equal(used_at("xample.org", NULL), WEBAUTHN_ORIGIN);
	assert_int_equal(used_at("org", NULL), WEBAUTHN_ORIGIN);
	assert_int_equal(used_at("", NULL), WEBAUTHN_ORIGIN);
}

/* A browser's words of our own. */
static enum webauthn_result
said(const char *rp_id, const char *text)
{
	static const unsigned char challenge[] = "0123456789abcdef";
	struct webauthn_expect e = { { challenge, 16 }, rp_id, NULL, false };
	const struct webauthn_bytes data = { (const unsigned char *)text,
		strlen(text) };

	/* The words are looked at before the key's. */
	return webauthn_assert(&e, &vector_made.key, data,
	    bytes_of(&vectors[0].used_auth),
	    bytes_of(&vectors[0].used_signature), &vector_count);
}

#define CHALLENGE "\"challenge\":\"MDEyMzQ1Njc4OWFiY2RlZg\""
#define TYPE "\"type\":\"webauthn.get\""
#define AT(origin) "{" TYPE "," CHALLENGE ",\"origin\":\"" origin "\"}"

static void
test_words(void **state)
{
	static const struct {
		const char *host, *text;
		enum webauthn_result r;
	} cases[] = {
		{ "example.org", AT("https://example.org"),
		    WEBAUTHN_SIGNATURE },
		{ "example.org", AT("https://example.org:8443"),
		    WEBAUTHN_SIGNATURE },
		{ "localhost", AT("http://localhost:8080"), WEBAUTHN_RP },
		{ "example.org", AT("http://example.org"), WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://example.org:"), WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://example.org:x"), WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://example.org:123456"),
		    WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://example.org/"), WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://example.org.evil"),
		    WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://evil.example.org"),
		    WEBAUTHN_ORIGIN },
		{ "example.org", AT("https://example.org@evil"),
		    WEBAUTHN_ORIGIN },
		{ "example.org", AT("HTTPS://example.org"), WEBAUTHN_ORIGIN },
		{ "example.org", AT("android:apk-key-hash:x"),
		    WEBAUTHN_ORIGIN },
		{ "example.org", AT("null"), WEBAUTHN_ORIGIN },
		{ "example.org", AT(""), WEBAUTHN_ORIGIN },
		{ "example.org", "{" TYPE "," CHALLENGE "}", WEBAUTHN_ORIGIN },
		{ "example.org", "{" TYPE "," CHALLENGE ",\"origin\":1}",
		    WEBAUTHN_ORIGIN },
		{ "example.org",
		    "{" TYPE "," CHALLENGE
		    ",\"origin\":\"https://example.org\",\"crossOrigin\":0}",
		    WEBAUTHN_CROSS_ORIGIN },
		{ "example.org",
		    "{" TYPE "," CHALLENGE
		    ",\"origin\":\"https://example.org\",\"crossOrigin\":false,"
		    "\"new\":{\"a\":[]}}",
		    WEBAUTHN_SIGNATURE },
		/* A name twice would be read in two ways. */
		{ "example.org",
		    "{" TYPE "," CHALLENGE "," CHALLENGE
		    ",\"origin\":\"https://example.org\"}",
		    WEBAUTHN_MALFORMED },
		{ "example.org", "{" TYPE ",\"challenge\":\"\"}",
		    WEBAUTHN_CHALLENGE },
		{ "example.org",
		    "{" TYPE ",\"challenge\":\"MDEyMzQ1Njc4OWFiY2RlZg==\"}",
		    WEBAUTHN_CHALLENGE },
		{ "example.org", "{" CHALLENGE ",\"type\":\"webauthn.create\"}",
		    WEBAUTHN_TYPE },
		{ "example.org", "{" CHALLENGE "}", WEBAUTHN_TYPE },
		{ "example.org", "[]", WEBAUTHN_MALFORMED },
		{ "example.org", "", WEBAUTHN_MALFORMED },
		{ "example.org", "\xef\xbb\xbf" AT("https://example.org"),
		    WEBAUTHN_MALFORMED },
		{ "example.org", "[[[[[[[[[[]]]]]]]]]]", WEBAUTHN_MALFORMED },
	};

	(void)state;
	need_libcbor();
	(void)vector_plain();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %s\n", cases[i].text);
		assert_int_equal(said(cases[i].host, cases[i].text),
		    cases[i].r);
	}
}

static void
test_who_is_there(void **state)
{
	struct webauthn_expect e;
	struct vector v;

	(void)state;
	need_libcbor();
	v = vector_plain();
	e = vector_expect(&v.made_challenge);
	e.verified = true;
	/* The vector's authenticator asked nobody. */
	assert_int_equal(webauthn_register(&e, bytes_of(&v.made_data),
			     bytes_of(&v.made_object), &vector_made),
	    WEBAUTHN_NOT_VERIFIED);
	v.used_auth.data[32] &= (unsigned char)~1;
	assert_int_equal(vector_use(&v), WEBAUTHN_NOT_PRESENT);
	/* Backed up, though it cannot be. */
	v.used_auth.data[32] = 0x11;
	assert_int_equal(vector_use(&v), WEBAUTHN_FLAGS);
}

static void
test_counters(void **state)
{
	(void)state;
	assert_true(webauthn_count_fits(0, 0));
	assert_true(webauthn_count_fits(0, 1));
	assert_true(webauthn_count_fits(5, 6));
	assert_true(webauthn_count_fits(5, UINT32_MAX));
	assert_false(webauthn_count_fits(5, 5));
	assert_false(webauthn_count_fits(5, 4));
	assert_false(webauthn_count_fits(5, 0));
	assert_false(webauthn_count_fits(UINT32_MAX, 0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_anothers),
		cmocka_unit_test(test_any_bit),
		cmocka_unit_test(test_any_length),
		cmocka_unit_test(test_sites),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_who_is_there),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests(tests, vectors_read, vectors_drop);
}
