/* SPDX-License-Identifier: MIT */
/* Signed questions to passkeys: time, chance, MAC. */
#include "config.h"

#include <string.h>

#include "confab/base/crypto.h"
#include "confab/identity/keyring.h"
#include "confab/identity/users.h"
#include "confab/state/shared_state.h"

#include "challenge.h"

#define TIME_LEN 8
#define CHANCE_LEN 16
#define HEAD_LEN (TIME_LEN + CHANCE_LEN)
#define MAC_LEN (CHALLENGE_LEN - HEAD_LEN)

static const char label[] = "confab passkey challenge 1";

static int
sign(const struct token_key *key, enum challenge_purpose purpose,
    const char *user, const unsigned char *head, unsigned char mac[MAC_LEN])
{
	unsigned char text[HEAD_LEN + 1 + USERS_NAME_MAX];
	unsigned char sum[CRYPTO_SHA256_LEN];
	size_t len = strlen(user);

	if (len > USERS_NAME_MAX)
		return -1;
	memcpy(text, head, HEAD_LEN);
	text[HEAD_LEN] = (unsigned char)purpose;
	memcpy(text + HEAD_LEN + 1, user, len);
	if (crypto_hmac(sum, key->key, sizeof(key->key), label, text,
		HEAD_LEN + 1 + len) != 0)
		return -1;
	memcpy(mac, sum, MAC_LEN);
	return 0;
}

/* When it is over, s since 1970. */
static int64_t
end_of(const unsigned char *c)
{
	uint64_t t = 0;

	for (int i = 0; i < TIME_LEN; i++)
		t = t << 8 | c[i];
	return (int64_t)t;
}

int
challenge_make(struct keyring *k, enum challenge_purpose purpose,
    const char *user, int64_t now, unsigned char out[CHALLENGE_LEN])
{
	uint64_t end = (uint64_t)now + CHALLENGE_TIME;
	struct keyring_keys keys;
	int rc;

	for (int i = TIME_LEN - 1; i >= 0; i--, end >>= 8)
		out[i] = (unsigned char)end;
	if (crypto_random(out + TIME_LEN, CHANCE_LEN) != 0)
		return -1;
	keyring_keys(k, &keys);
	rc = sign(&keys.keys[0], purpose, user, out, out + HEAD_LEN);
	keyring_wipe(&keys);
	return rc;
}

bool
challenge_good(struct keyring *k, enum challenge_purpose purpose,
    const char *user, int64_t now, const unsigned char c[CHALLENGE_LEN])
{
	unsigned char mac[MAC_LEN];
	struct keyring_keys keys;
	bool good = false;

	keyring_keys(k, &keys);
	for (size_t i = 0; i < keys.n && !good; i++)
		good = sign(&keys.keys[i], purpose, user, c, mac) == 0 &&
		    crypto_equal(mac, c + HEAD_LEN, MAC_LEN);
	keyring_wipe(&keys);
	/* Well signed, its time is ours. One from a clock that was set back
	 * since is as strange as one that is over. */
	return good && now < end_of(c) && end_of(c) <= now + CHALLENGE_TIME;
}

bool
challenge_use(struct shared_state *st, int64_t now,
    const unsigned char c[CHALLENGE_LEN])
{
	return shared_state_use_challenge(st, c, CHALLENGE_LEN,
	    (uint64_t)end_of(c) * 1000, (uint64_t)now * 1000);
}
