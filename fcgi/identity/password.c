/* SPDX-License-Identifier: MIT */
/* Password hashes: made, compared and judged by what they cost. */
#include "config.h"

#include <crypt.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <argon2.h>

#include "confab/base/crypto.h"
#include "confab/identity/password.h"

#define SALT_LEN 16
#define TAG_LEN 32
#define BASE64_MAX 86 /* 64 bytes of salt or tag, unpadded */
#define BCRYPT_LEN 60

/* What a stored argon2id hash costs. */
struct cost {
	uint32_t memory;
	uint32_t passes;
	uint32_t lanes;
};

/* Steps over a fixed text. */
static bool
skip(const char **p, const char *text)
{
	size_t len = strlen(text);

	if (strncmp(*p, text, len) != 0)
		return false;
	*p += len;
	return true;
}

static bool
number(const char **p, uint32_t min, uint32_t max, uint32_t *out)
{
	uint32_t n = 0;
	const char *start = *p;

	while (**p >= '0' && **p <= '9' && *p - start < 9)
		n = n * 10 + (uint32_t)(*(*p)++ - '0');
	*out = n;
	return *p > start && *start != '0' && n >= min && n <= max;
}

static bool
base64(const char **p, size_t min)
{
	size_t len = strspn(*p,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

	*p += len;
	return len >= min && len <= BASE64_MAX;
}

/* Reads $argon2id$v=19$m=M,t=T,p=P$SALT$TAG, within the bounds. */
static bool
read_argon2(const char *hash, struct cost *c)
{
	const char *p = hash;

	return skip(&p, "$argon2id$v=19$m=") &&
	    number(&p, 8, PASSWORD_MEMORY_MAX, &c->memory) && skip(&p, ",t=") &&
	    number(&p, 1, PASSWORD_PASSES_MAX, &c->passes) && skip(&p, ",p=") &&
	    number(&p, 1, PASSWORD_LANES_MAX, &c->lanes) &&
	    c->memory >= 8 * c->lanes && skip(&p, "$") && base64(&p, 11) &&
	    skip(&p, "$") && base64(&p, 16) && *p == '\0';
}

/* Is it $2y$NN$..., at a cost within the bound? */
static bool
read_bcrypt(const char *hash)
{
	int cost;

	if (strlen(hash) != BCRYPT_LEN || hash[0] != '$' || hash[1] != '2' ||
	    memchr("aby", hash[2], 3) == NULL || hash[3] != '$' ||
	    hash[4] < '0' || hash[4] > '1' || hash[5] < '0' || hash[5] > '9' ||
	    hash[6] != '$')
		return false;
	cost = (hash[4] - '0') * 10 + (hash[5] - '0');
	return cost >= 4 && cost <= PASSWORD_BCRYPT_MAX;
}

bool
password_readable(const char *hash)
{
	struct cost c;

	return read_argon2(hash, &c) || read_bcrypt(hash);
}

bool
password_same_cost(const char *a, const char *b)
{
	struct cost x, y;

	if (read_argon2(a, &x))
		return read_argon2(b, &y) && x.memory == y.memory &&
		    x.passes == y.passes && x.lanes == y.lanes;
	/* $2y$NN$: the letter says which bug of old it is free of. */
	return read_bcrypt(a) && read_bcrypt(b) && memcmp(a + 4, b + 4, 2) == 0;
}

static enum password_result
verify_argon2(const char *hash, const char *password, size_t len)
{
	switch (argon2id_verify(hash, password, len)) {
	case ARGON2_OK:
		return PASSWORD_SAME;
	case ARGON2_VERIFY_MISMATCH:
		return PASSWORD_DIFFERENT;
	case ARGON2_MEMORY_ALLOCATION_ERROR:
	case ARGON2_THREAD_FAIL:
		return PASSWORD_NO_MEMORY;
	default:
		return PASSWORD_UNREADABLE;
	}
}

static enum password_result
verify_bcrypt(const char *hash, const char *password, size_t len)
{
	struct crypt_data *data;
	char *text;
	const char *made;
	enum password_result result = PASSWORD_NO_MEMORY;

	/* crypt() would look at what is before the NUL only. */
	if (memchr(password, '\0', len) != NULL)
		return PASSWORD_DIFFERENT;
	data = calloc(1, sizeof(*data));
	text = strndup(password, len);
	if (data != NULL && text != NULL) {
		made = crypt_r(text, hash, data);
		if (made == NULL || made[0] == '*' ||
		    strlen(made) != BCRYPT_LEN)
			result = PASSWORD_UNREADABLE;
		else if (crypto_equal(made, hash, BCRYPT_LEN))
			result = PASSWORD_SAME;
		else
			result = PASSWORD_DIFFERENT;
	}
	if (data != NULL)
		crypto_wipe(data, sizeof(*data));
	if (text != NULL)
		crypto_wipe(text, len);
	free(data);
	free(text);
	return result;
}

enum password_result
password_verify(const char *hash, const char *password, size_t len)
{
	struct cost c;

	if (len > PASSWORD_MAX)
		return PASSWORD_DIFFERENT;
	if (read_argon2(hash, &c))
		return verify_argon2(hash, password, len);
	if (read_bcrypt(hash))
		return verify_bcrypt(hash, password, len);
	return PASSWORD_UNREADABLE;
}

int
password_hash(const struct config_password *p, const char *password, size_t len,
    char out[USERS_HASH_MAX + 1])
{
	unsigned char salt[SALT_LEN];

	if (len > PASSWORD_MAX || crypto_random(salt, sizeof(salt)) != 0)
		return -1;
	return argon2id_hash_encoded(p->passes, p->memory_kib, p->lanes,
		   password, len, salt, sizeof(salt), TAG_LEN, out,
		   USERS_HASH_MAX + 1) == ARGON2_OK
	    ? 0
	    : -1;
}

void
password_waste(const struct config_password *p, const char *password,
    size_t len)
{
	static const unsigned char salt[SALT_LEN];
	unsigned char tag[TAG_LEN];

	(void)argon2id_hash_raw(p->passes, p->memory_kib, p->lanes, password,
	    len <= PASSWORD_MAX ? len : 0, salt, sizeof(salt), tag,
	    sizeof(tag));
	crypto_wipe(tag, sizeof(tag));
}

bool
password_outdated(const struct config_password *p, const char *hash)
{
	struct cost c;

	return !read_argon2(hash, &c) || c.memory != p->memory_kib ||
	    c.passes != p->passes || c.lanes != p->lanes;
}
