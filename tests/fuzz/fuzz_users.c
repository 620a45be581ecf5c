/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a users file, a tokens file and a secret file, and each
 * hash in it as one to read. Aborts when a users file that was taken reads
 * differently once it was written, or an error has no place.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/keyring.h"
#include "confab/identity/password.h"
#include "confab/identity/users.h"
#include "fuzz.h"

#define OUT_MAX (1024 * 1024)

static void
check_same(const struct users *a, const struct users *b)
{
	check(users_count(a) == users_count(b));
	for (size_t i = 0; i < users_count(a); i++) {
		const struct users_entry *u = users_at(a, i),
					 *v = users_at(b, i);

		check(strcmp(u->name, v->name) == 0 &&
		    strcmp(u->hash, v->hash) == 0 &&
		    u->disabled == v->disabled &&
		    u->must_change == v->must_change &&
		    u->expires == v->expires && u->epoch == v->epoch &&
		    u->has_kept == v->has_kept &&
		    memcmp(u->kept_old, v->kept_old, USERS_DIGEST_LEN) == 0 &&
		    memcmp(u->kept_new, v->kept_new, USERS_DIGEST_LEN) == 0);
		check(users_find(a, u->name) == u);
		(void)password_readable(u->hash);
	}
}

static void
check_users(const char *text, size_t len)
{
	char err[USERS_ERROR_MAX] = "";
	struct users *u = users_parse("f", text, len, err), *again;
	struct buf out;

	if (u == NULL) {
		check(strncmp(err, "f:", 2) == 0);
		return;
	}
	buf_init(&out, OUT_MAX);
	if (users_write(u, &out) == 0) {
		again = users_parse("f", buf_str(&out), out.len, err);
		check(again != NULL);
		check_same(u, again);
		users_free(again);
	}
	buf_free(&out);
	users_free(u);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	char err[CONFIG_ERROR_MAX];
	struct access_tokens tokens;
	struct keyring_keys keys;

	check_users(text, size);
	if (access_tokens_parse("f", text, size, &tokens, err) == 0)
		access_tokens_clear(&tokens);
	if (keyring_parse("f", text, size, &keys, err) == 0)
		check(keys.n > 0 && keys.n <= TOKEN_KEYS_MAX);
	return 0;
}
