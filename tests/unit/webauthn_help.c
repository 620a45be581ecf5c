/* SPDX-License-Identifier: MIT */
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

#include "webauthn_help.h"

#define VECTORS_MAX 32

struct vector *vectors;
size_t n_vectors;
struct webauthn_new vector_made;
uint32_t vector_count;

struct webauthn_bytes
bytes_of(const struct bytes *b)
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

int
vectors_read(void **state)
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

int
vectors_drop(void **state)
{
	(void)state;
	free(vectors);
	return 0;
}

void
need_libcbor(void)
{
	if (!webauthn_available())
		skip();
}

struct webauthn_expect
vector_expect(const struct bytes *challenge)
{
	return (struct webauthn_expect){ bytes_of(challenge), "example.org",
		"https://example.org", false };
}

enum webauthn_result
vector_make(const struct vector *v)
{
	const struct webauthn_expect e = vector_expect(&v->made_challenge);

	return webauthn_register(&e, bytes_of(&v->made_data),
	    bytes_of(&v->made_object), &vector_made);
}

enum webauthn_result
vector_use(const struct vector *v)
{
	const struct webauthn_expect e = vector_expect(&v->used_challenge);

	return webauthn_assert(&e, &vector_made.key, bytes_of(&v->used_data),
	    bytes_of(&v->used_auth), bytes_of(&v->used_signature),
	    &vector_count);
}

struct vector
vector_plain(void)
{
	assert_int_equal(vector_make(&vectors[0]), WEBAUTHN_OK);
	return vectors[0];
}
