/* SPDX-License-Identifier: MIT */
/* Passkeys verified: objects in CBOR that are made as no authenticator makes them. */
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
	return vector_make(&v);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cbor),
	};

	return cmocka_run_group_tests(tests, vectors_read, vectors_drop);
}
