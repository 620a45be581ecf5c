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

#define BYTES_MAX 4096
#define VECTORS_MAX 32

struct bytes {
	unsigned char data[BYTES_MAX];
	size_t len;
};

/* One section of the file. */
struct vector {
	char name[64];
	struct bytes made_challenge, made_data, made_object;
	struct bytes used_challenge, used_data, used_auth, used_signature;
};

static struct vector *vectors;
static size_t n_vectors;

static struct webauthn_bytes
of(const struct bytes *b)
{
	return (struct webauthn_bytes){ b->data, b->len };
}

static struct bytes *
member(struct vector *v, const char *name)
{
	const struct {
		const char *name;
		struct bytes *bytes;
	} all[] = {
		{ "create.challenge", &v->made_challenge },
		{ "create.clientDataJSON", &v->made_data },
		{ "create.attestationObject", &v->made_object },
		{ "get.challenge", &v->used_challenge },
		{ "get.clientDataJSON", &v->used_data },
		{ "get.authenticatorData", &v->used_auth },
		{ "get.signature", &v->used_signature },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (strcmp(all[i].name, name) == 0)
			return all[i].bytes;
	fail_msg("no member %s", name);
	return NULL;
}

static int
read_vectors(void **state)
{
	static char line[2 * BYTES_MAX + 64];
	const char *folder = getenv("srcdir");
	char path[1024], name[64];
	struct bytes *b;
	FILE *f;
	int n;

	(void)state;
	snprintf(path, sizeof(path), "%s/tests/unit/webauthn-vectors.txt",
	    folder != NULL ? folder : ".");
	vectors = calloc(VECTORS_MAX, sizeof(*vectors));
	f = fopen(path, "r");
	assert_non_null(vectors);
	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '[') {
			assert_true(n_vectors < VECTORS_MAX);
			assert_int_equal(sscanf(line, "[%63[^]]",
					     vectors[n_vectors++].name),
			    1);
		} else if (line[0] != '#' && line[0] != '\0') {
			assert_int_equal(sscanf(line, "%63s %n", name, &n), 1);
			b = member(&vectors[n_vectors - 1], name);
			n = decode_hex(b->data, sizeof(b->data), line + n,
			    strlen(line + n));
			assert_true(n > 0);
			b->len = (size_t)n;
		}
	}
	fclose(f);
	assert_int_equal(n_vectors, 15);
	return 0;
}

static int
drop_vectors(void **state)
{
	(void)state;
	free(vectors);
	return 0;
}

static void
need_libcbor(void)
{
	if (!webauthn_available())
		skip();
}

static struct webauthn_expect
expect(const struct bytes *challenge)
{
	return (struct webauthn_expect){ of(challenge), "example.org",
		"https://example.org", false };
}

static struct webauthn_new made;
static uint32_t count;

static enum webauthn_result
make(const struct vector *v)
{
	const struct webauthn_expect e = expect(&v->made_challenge);

	return webauthn_register(&e, of(&v->made_data), of(&v->made_object),
	    &made);
}

static enum webauthn_result
use(const struct vector *v)
{
	const struct webauthn_expect e = expect(&v->used_challenge);

	return webauthn_assert(&e, &made.key, of(&v->used_data),
	    of(&v->used_auth), of(&v->used_signature), &count);
}

/* The first one is changed by many. */
static struct vector
plain(void)
{
	assert_int_equal(make(&vectors[0]), WEBAUTHN_OK);
	return vectors[0];
}

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
		assert_int_equal(make(v), wanted(v->name));
		if (wanted(v->name) == WEBAUTHN_CROSS_ORIGIN)
			assert_int_equal(use(v), WEBAUTHN_CROSS_ORIGIN);
		if (wanted(v->name) != WEBAUTHN_OK)
			continue;
		assert_int_equal(made.count, 0);
		assert_int_equal(made.key.kind,
		    strstr(v->name, "eddsa") != NULL ? SIGNATURE_EDDSA
						     : SIGNATURE_ES256);
		assert_int_equal(use(v), WEBAUTHN_OK);
		assert_int_equal(count, 0);
		good++;
	}
	assert_int_equal(good, 9);
	/* The longest id that there can be. */
	assert_int_equal(make(&vectors[4]), WEBAUTHN_OK);
	assert_int_equal(made.id_len, WEBAUTHN_ID_MAX);
}

/* Another's key signed it, or another's answer it is. */
static void
test_anothers(void **state)
{
	struct webauthn_key key;
	struct vector v;

	(void)state;
	need_libcbor();
	v = plain();
	assert_int_equal(use(&v), WEBAUTHN_OK);
	assert_int_equal(make(&vectors[1]), WEBAUTHN_OK);
	assert_int_equal(use(&v), WEBAUTHN_SIGNATURE);
	key = made.key;
	(void)plain();
	v.used_data = vectors[1].used_data;
	assert_int_equal(use(&v), WEBAUTHN_CHALLENGE);
	v.used_challenge = vectors[1].used_challenge;
	assert_int_equal(use(&v), WEBAUTHN_SIGNATURE);
	v.used_signature = vectors[1].used_signature;
	assert_int_equal(use(&v), WEBAUTHN_SIGNATURE);
	made.key = key;
	v.used_auth = vectors[1].used_auth;
	assert_int_equal(use(&v), WEBAUTHN_OK);
	/* A key of the other kind, with the same bytes. */
	made.key.kind = SIGNATURE_EDDSA;
	assert_int_equal(use(&v), WEBAUTHN_SIGNATURE);
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
		assert_int_equal(make(&v), WEBAUTHN_OK);
		assert_int_equal(made.key.kind,
		    eddsa ? SIGNATURE_EDDSA : SIGNATURE_ES256);
		struct bytes *all[] = { &v.used_auth, &v.used_data,
			&v.used_signature };

		for (size_t k = 0; k < 3; k++)
			for (size_t i = 0; i < 8 * all[k]->len; i++) {
				unsigned char bit = (unsigned char)(1 << i % 8);

				all[k]->data[i / 8] ^= bit;
				assert_int_not_equal(use(&v), WEBAUTHN_OK);
				all[k]->data[i / 8] ^= bit;
			}
		assert_int_equal(use(&v), WEBAUTHN_OK);
	}
}

/* What is cut off, and what is too much. */
static void
test_any_length(void **state)
{
	struct vector v;

	(void)state;
	need_libcbor();
	v = plain();
	struct bytes *made_of[] = { &v.made_data, &v.made_object };
	struct bytes *used_of[] = { &v.used_data, &v.used_auth,
		&v.used_signature };

	for (size_t k = 0; k < 2; k++) {
		size_t len = made_of[k]->len;

		for (made_of[k]->len = 0; made_of[k]->len < len;
		     made_of[k]->len++)
			assert_int_not_equal(make(&v), WEBAUTHN_OK);
		made_of[k]->data[made_of[k]->len++] = 0;
		assert_int_equal(make(&v), WEBAUTHN_MALFORMED);
		made_of[k]->len = len;
	}
	for (size_t k = 0; k < 3; k++) {
		size_t len = used_of[k]->len;

		for (used_of[k]->len = 0; used_of[k]->len < len;
		     used_of[k]->len++)
			assert_int_not_equal(use(&v), WEBAUTHN_OK);
		used_of[k]->data[used_of[k]->len++] = 0;
		assert_int_not_equal(use(&v), WEBAUTHN_OK);
		used_of[k]->len = len;
	}
}

static enum webauthn_result
used_at(const char *rp_id, const char *origin)
{
	struct webauthn_expect e = expect(&vectors[0].used_challenge);

	e.rp_id = rp_id;
	e.origin = origin;
	return webauthn_assert(&e, &made.key, of(&vectors[0].used_data),
	    of(&vectors[0].used_auth), of(&vectors[0].used_signature), &count);
}

static void
test_sites(void **state)
{
	(void)state;
	need_libcbor();
	(void)plain();
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
	return webauthn_assert(&e, &made.key, data, of(&vectors[0].used_auth),
	    of(&vectors[0].used_signature), &count);
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
	(void)plain();
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
	v = plain();
	e = expect(&v.made_challenge);
	e.verified = true;
	/* The vector's authenticator asked nobody. */
	assert_int_equal(webauthn_register(&e, of(&v.made_data),
			     of(&v.made_object), &made),
	    WEBAUTHN_NOT_VERIFIED);
	v.used_auth.data[32] &= (unsigned char)~1;
	assert_int_equal(use(&v), WEBAUTHN_NOT_PRESENT);
	/* Backed up, though it cannot be. */
	v.used_auth.data[32] = 0x11;
	assert_int_equal(use(&v), WEBAUTHN_FLAGS);
}

/* ---- Objects of our own --------------------------------------------------- */

/* As the first vector, with other bytes for its statement and its key. */
static enum webauthn_result
object(const char *statement, const char *key, const char *more)
{
	struct vector v = vectors[0];
	struct bytes auth = { .len = 0 }, *o = &v.made_object;
	const unsigned char *begin = vectors[0].made_object.data;
	size_t head = 37 + 16 + 2 + 32;
	int n;

	/* What is before the key stays: it ends the object. */
	memcpy(auth.data, begin + vectors[0].made_object.len - 164, head);
	auth.len = head;
	n = decode_hex(auth.data + auth.len, BYTES_MAX - auth.len, key,
	    strlen(key));
	assert_true(n >= 0);
	auth.len += (size_t)n;
	o->len = (size_t)decode_hex(o->data, BYTES_MAX,
	    "a363666d74646e6f6e656761747453746d74", 36);
	n = decode_hex(o->data + o->len, BYTES_MAX - o->len, statement,
	    strlen(statement));
	assert_true(n > 0);
	o->len += (size_t)n;
	o->len += (size_t)decode_hex(o->data + o->len, BYTES_MAX - o->len,
	    "68617574684461746159", 20);
	o->data[o->len++] = (unsigned char)(auth.len >> 8);
	o->data[o->len++] = (unsigned char)auth.len;
	memcpy(o->data + o->len, auth.data, auth.len);
	o->len += auth.len;
	n = decode_hex(o->data + o->len, BYTES_MAX - o->len, more,
	    strlen(more));
	assert_true(n >= 0);
	o->len += (size_t)n;
	return make(&v);
}

#define X                                                                      \
	"215820afefa16f97ca9b2d23eb86ccb64098d20db90856062eb249c33a9b672f26df" \
	"61"
#define Y                                                                      \
	"225820930a56b87a2fca66334b03458abf879717c12cc68ed73290af2e2664796b92" \
	"20"
#define KEY "a5010203262001" X Y

static void
test_cbor(void **state)
{
	static const struct {
		const char *statement, *key;
		enum webauthn_result r;
	} cases[] = {
		{ "a0", KEY, WEBAUTHN_OK },
		/* Nested, and too deep. */
		{ "a1616181a1616281a0", KEY, WEBAUTHN_OK },
		{ "a161618181818181818181818180", KEY, WEBAUTHN_MALFORMED },
		/* Without lengths: of a map, an array, bytes, a text. */
		{ "bfff", KEY, WEBAUTHN_MALFORMED },
		{ "a161619fff", KEY, WEBAUTHN_MALFORMED },
		{ "a161615f4100ff", KEY, WEBAUTHN_MALFORMED },
		{ "a161617f6161ff", KEY, WEBAUTHN_MALFORMED },
		/* A tag; a lone end; a reserved length. */
		{ "a16161c000", KEY, WEBAUTHN_MALFORMED },
		{ "a16161ff", KEY, WEBAUTHN_MALFORMED },
		{ "a161611c", KEY, WEBAUTHN_MALFORMED },
		/* Lengths of which nothing is there. */
		{ "bbffffffffffffffff", KEY, WEBAUTHN_MALFORMED },
		{ "a161619bffffffffffffffff", KEY, WEBAUTHN_MALFORMED },
		{ "a161615bffffffffffffffff", KEY, WEBAUTHN_MALFORMED },
		{ "a161617b7fffffffffffffff", KEY, WEBAUTHN_MALFORMED },
		{ "a161619a0fffffff", KEY, WEBAUTHN_MALFORMED },
		{ "bb8000000000000000", KEY, WEBAUTHN_MALFORMED },
		/* No map at all. */
		{ "80", KEY, WEBAUTHN_MALFORMED },
		{ "f6", KEY, WEBAUTHN_MALFORMED },
		/* Other things in a map, and numbers of all lengths. */
		{ "a86161f5616220616339ffff61643affffffff61653bffffffffffffffff"
		  "6166fb3ff00000000000006167f9000061681b7fffffffffffffff",
		    KEY, WEBAUTHN_MALFORMED },
		{ "a86161f5616220616339ffff61643affffffff61653b7fffffffffffffff"
		  "6166fb3ff00000000000006167f9000061681b7fffffffffffffff",
		    KEY, WEBAUTHN_OK },
		/* Keys: a member twice, missing, of another form. */
		{ "a0",
		    "a601020326032620"
		    "01" X Y,
		    WEBAUTHN_KEY },

		{ "a0",
		    "a40102032620"
		    "01" X,
		    WEBAUTHN_KEY },
		{ "a0",
		    "a40102032620"
		    "01" Y,
		    WEBAUTHN_KEY },
		{ "a0", "a501020326200122f5" X, WEBAUTHN_KEY },
		{ "a0",
		    "a50102032620"
		    "02" X Y,
		    WEBAUTHN_KEY },
		{ "a0",
		    "a50101032620"
		    "01" X Y,
		    WEBAUTHN_ALGORITHM },
		{ "a0",
		    "a40101032720"
		    "06" X,
		    WEBAUTHN_OK },
		{ "a0",
		    "a50101032720"
		    "06" X Y,
		    WEBAUTHN_KEY },
		/* A point off its curve. */
		{ "a0",
		    "a50102032620"
		    "01" X
		    "2258200000000000000000000000000000000000000000000000000000"
		    "000000000001",
		    WEBAUTHN_KEY },
		/* More than is said. */
		{ "a0", KEY "00", WEBAUTHN_MALFORMED },
		{ "a0", "a0", WEBAUTHN_ALGORITHM },
		{ "a0", "80", WEBAUTHN_MALFORMED },
		{ "a0", "", WEBAUTHN_MALFORMED },
		{ "a0", "b8ff0102", WEBAUTHN_MALFORMED },
		/* A further member is passed over. */
		{ "a0",
		    "a60102032620"
		    "01" X Y "0481a0",
		    WEBAUTHN_OK },
	};

	(void)state;
	need_libcbor();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("# %zu %s\n", i, cases[i].statement);
		assert_int_equal(object(cases[i].statement, cases[i].key, ""),
		    cases[i].r);
	}
	assert_int_equal(object("a0", KEY, "00"), WEBAUTHN_MALFORMED);
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
		cmocka_unit_test(test_cbor),
		cmocka_unit_test(test_counters),
	};

	return cmocka_run_group_tests(tests, read_vectors, drop_vectors);
}
