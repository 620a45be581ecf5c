/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what a browser and an authenticator say of a passkey.
 * Aborts when an answer is taken that no key signed, or a new one whose parts
 * are out of their bounds.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/identity/webauthn.h"
#include "fuzz.h"

static const unsigned char challenge[32];
/* What the browser says, as it should, so that the rest is come to. */
static const char made[] = "{\"type\":\"webauthn.create\",\"challenge\":"
			   "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
			   "\"origin\":\"https://example.org\"}";
static const char used[] = "{\"type\":\"webauthn.get\",\"challenge\":"
			   "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\","
			   "\"origin\":\"https://example.org\"}";

static struct webauthn_bytes
text(const char *s)
{
	return (struct webauthn_bytes){ (const unsigned char *)s, strlen(s) };
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct webauthn_expect e = { { challenge, sizeof(challenge) },
		"example.org", NULL, false };
	const struct webauthn_bytes all = { data, size };
	/* The first byte says where the signature begins. */
	size_t cut = size > 0 ? data[0] % size : 0;
	const struct webauthn_bytes head = { data, cut };
	const struct webauthn_bytes tail = { data + cut, size - cut };
	struct webauthn_new fresh;
	struct webauthn_key key;
	uint32_t count = 0;

	memset(&fresh, 0, sizeof(fresh));
	if (webauthn_register(&e, text(made), all, &fresh) == WEBAUTHN_OK) {
		check(fresh.id_len > 0 && fresh.id_len <= WEBAUTHN_ID_MAX);
		check(signature_key_valid(fresh.key.kind, fresh.key.bytes));
	}
	(void)webauthn_register(&e, all, all, &fresh);
	/* Ed25519's base point, whose secret nobody has written down here. */
	memset(&key, 0x66, sizeof(key));
	key.kind = SIGNATURE_EDDSA;
	key.bytes[0] = 0x58;
	check(webauthn_assert(&e, &key, text(used), head, tail, &count) !=
	    WEBAUTHN_OK);
	check(
	    webauthn_assert(&e, &key, all, head, tail, &count) != WEBAUTHN_OK);
	return 0;
}
