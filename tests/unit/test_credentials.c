/* SPDX-License-Identifier: MIT */
/* Passwords against stored hashes, their bounds, and the file's changes. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/files.h"
#include "confab/identity/credentials.h"
#include "confab/identity/password.h"
#include "temp_folder.h"
#include "users_help.h"

static const struct config_password cheap = {
	.memory_kib = 64,
	.passes = 1,
	.lanes = 1,
};

static char path[TEMP_PATH_MAX];

static void
put(const char *text)
{
	temp_put(path, text, 0640);
}

static void
put_user(const char *name, const char *password, const char *options)
{
	char hash[USERS_HASH_MAX + 1], line[USERS_LINE_MAX];

	assert_int_equal(password_hash(&cheap, password, strlen(password),
			     hash),
	    0);
	snprintf(line, sizeof(line), "# kept\n%s:%s%s\n", name, hash, options);
	put(line);
}

static enum credentials_result
try(struct credentials *c, const char *name, const char *password,
    struct users_entry *out)
{
	return credentials_verify(c, &cheap, name, password, strlen(password),
	    1000000, out);
}

static void
test_hash(void **state)
{
	char hash[USERS_HASH_MAX + 1], other[USERS_HASH_MAX + 1];
	size_t at;

	(void)state;
	assert_int_equal(password_hash(&cheap, "a\0b", 3, hash), 0);
	assert_int_equal(password_hash(&cheap, "a\0b", 3, other), 0);
	assert_string_not_equal(hash, other);
	assert_int_equal(password_verify(hash, "a\0b", 3), PASSWORD_SAME);
	assert_int_equal(password_verify(hash, "a\0c", 3), PASSWORD_DIFFERENT);
	assert_int_equal(password_verify(hash, "a", 1), PASSWORD_DIFFERENT);
	assert_int_equal(password_verify(hash, "", 0), PASSWORD_DIFFERENT);
	/* Another letter of the same alphabet. */
	at = strlen(hash) - 3;
	hash[at] = hash[at] == 'A' ? 'B' : 'A';
	assert_int_equal(password_verify(hash, "a\0b", 3), PASSWORD_DIFFERENT);
}

/* Refused before anything is allocated: at once, and with no memory. */
static void
test_costs_are_bounded(void **state)
{
	static const char *const bad[] = {
		"$argon2id$v=19$m=2097152,t=1,p=1$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=64,t=17,p=1$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=1024,t=1,p=17$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=64,t=1,p=9$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=99999999999,t=1,p=1$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=-64,t=1,p=1$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=16$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdA$aGFzaGhhc2hoYXNoaGFzaA",
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$",
		"$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0",
		"$argon2i$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$"
		"aGFzaGhhc2hoYXNoaGFzaA",
		"$2y$31$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
		"$2y$15$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
		"$2y$03$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ0123",
		"$2y$05$short",
		"$1$abcdefgh$0123456789012345678901",
		"$6$abcdefgh$0123456789",
		"$apr1$abcdefgh$0123456789012345678901",
		"$",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(password_readable(bad[i]));
		assert_int_equal(password_verify(bad[i], "x", 1),
		    PASSWORD_UNREADABLE);
		assert_true(password_outdated(&cheap, bad[i]));
	}
}

static void
test_bcrypt(void **state)
{
	/* Published vectors of crypt_blowfish. */
	static const char a[] =
	    "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
	static const char b[] =
	    "$2b$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK";

	(void)state;
	assert_int_equal(password_verify(a, "U*U", 3), PASSWORD_SAME);
	assert_int_equal(password_verify(a, "U*V", 3), PASSWORD_DIFFERENT);
	assert_int_equal(password_verify(b, "U*U*", 4), PASSWORD_SAME);
	assert_int_equal(password_verify(a, "U*U\0x", 5), PASSWORD_DIFFERENT);
	assert_true(password_outdated(&cheap, a));
}

static void
test_outdated(void **state)
{
	char hash[USERS_HASH_MAX + 1];
	struct config_password p = cheap;

	(void)state;
	assert_int_equal(password_hash(&cheap, "x", 1, hash), 0);
	assert_false(password_outdated(&p, hash));
	p.memory_kib = 128;
	assert_true(password_outdated(&p, hash));
	p = cheap;
	p.passes = 2;
	assert_true(password_outdated(&p, hash));
	p = cheap;
	p.lanes = 2;
	assert_true(password_outdated(&p, hash));
}

static void
test_verdicts(void **state)
{
	static const struct {
		const char *options;
		enum credentials_result want;
	} samples[] = {
		{ "", CREDENTIALS_OK },
		{ ":expires=1000001", CREDENTIALS_OK },
		{ ":expires=1000000", CREDENTIALS_EXPIRED },
		{ ":disabled=yes", CREDENTIALS_DISABLED },
		{ ":change=yes", CREDENTIALS_CHANGE },
		{ ":change=yes:disabled=yes", CREDENTIALS_DISABLED },
	};
	char err[CONFIG_ERROR_MAX];
	struct credentials *c;
	struct users_entry u;

	(void)state;
	put("");
	c = load_users(path, err);
	assert_non_null(c);
	assert_int_equal(try(c, "alice", "x", &u), CREDENTIALS_WRONG);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		put_user("alice", "correct horse", samples[i].options);
		assert_int_equal(try(c, "alice", "correct horse", &u),
		    samples[i].want);
		assert_string_equal(u.name, "alice");
		/* Nothing of the account shows to who has no password. */
		assert_int_equal(try(c, "alice", "wrong", &u),
		    CREDENTIALS_WRONG);
		assert_string_equal(u.hash, "");
		assert_int_equal(try(c, "bob", "correct horse", &u),
		    CREDENTIALS_WRONG);
	}
	credentials_free(c);
}

static void
test_followed(void **state)
{
	char err[CONFIG_ERROR_MAX];
	struct credentials *c;
	struct users_entry u;

	(void)state;
	put_user("alice", "one", "");
	c = load_users(path, err);
	assert_non_null(c);
	assert_true(credentials_find(c, "alice", &u));
	put_user("bob", "one", "");
	assert_false(credentials_find(c, "alice", &u));
	assert_true(credentials_find(c, "bob", &u));
	/* A bad file keeps the users, as does none. */
	put("bob:plain text\n");
	assert_true(credentials_find(c, "bob", &u));
	unlink(path);
	assert_true(credentials_find(c, "bob", &u));
	put_user("alice", "one", "");
	assert_false(credentials_find(c, "bob", &u));
	credentials_free(c);
	chmod(path, 0646);
	assert_null(load_users(path, err));
	chmod(path, 0640);
}

static void
test_generation(void **state)
{
	unsigned char a[TOKEN_GENERATION_LEN], b[TOKEN_GENERATION_LEN];
	struct users_entry u, v;

	(void)state;
	memset(&u, 0, sizeof(u));
	strcpy(u.name, "alice");
	strcpy(u.hash, "$2y$x");
	credentials_generation(&u, a);
	v = u;
	v.must_change = true;
	credentials_generation(&v, b);
	assert_memory_equal(a, b, sizeof(a));
	v.epoch = 1;
	credentials_generation(&v, b);
	assert_memory_not_equal(a, b, sizeof(a));
	v = u;
	strcpy(v.hash, "$2y$y");
	credentials_generation(&v, b);
	assert_memory_not_equal(a, b, sizeof(a));
	v = u;
	strcpy(v.name, "bob");
	credentials_generation(&v, b);
	assert_memory_not_equal(a, b, sizeof(a));
}

static void
test_store(void **state)
{
	unsigned char before[TOKEN_GENERATION_LEN], after[TOKEN_GENERATION_LEN];
	char err[CONFIG_ERROR_MAX], hash[USERS_HASH_MAX + 1];
	char long_hash[USERS_HASH_MAX + 2];
	struct credentials *c;
	struct users_entry u, v;
	struct stat st;
	struct buf text;

	(void)state;
	put_user("alice", "one", ":change=yes");
	chmod(path, 0604);
	c = load_users(path, err);
	assert_non_null(c);
	assert_true(credentials_find(c, "alice", &u));
	credentials_generation(&u, before);

	/* A hash renewed at login: sessions and the rest live on. */
	assert_int_equal(password_hash(&cheap, "one", 3, hash), 0);
	assert_int_equal(credentials_store(c, "alice", u.hash, hash, true, err),
	    0);
	assert_true(credentials_find(c, "alice", &v));
	assert_string_equal(v.hash, hash);
	assert_true(v.must_change);
	credentials_generation(&v, after);
	assert_memory_equal(before, after, sizeof(before));
	/* And once more. */
	assert_int_equal(password_hash(&cheap, "one", 3, hash), 0);
	assert_int_equal(credentials_store(c, "alice", v.hash, hash, true, err),
	    0);
	assert_true(credentials_find(c, "alice", &v));
	credentials_generation(&v, after);
	assert_memory_equal(before, after, sizeof(before));

	/* What would be no line of the file changes nothing. */
	memset(long_hash, '$', sizeof(long_hash) - 1);
	long_hash[sizeof(long_hash) - 1] = '\0';
	assert_int_equal(credentials_store(c, "alice", v.hash, long_hash, true,
			     err),
	    CREDENTIALS_STORE_FAILED);
	/* Whoever saw an older hash changes nothing. */
	assert_int_equal(credentials_store(c, "alice", u.hash, hash, true, err),
	    CREDENTIALS_STORE_STALE);
	assert_int_equal(credentials_store(c, "bob", v.hash, hash, true, err),
	    CREDENTIALS_STORE_STALE);

	/* A new password: sessions end, and the change was made. */
	assert_int_equal(password_hash(&cheap, "two", 3, hash), 0);
	assert_int_equal(credentials_store(c, "alice", v.hash, hash, false,
			     err),
	    0);
	assert_true(credentials_find(c, "alice", &v));
	assert_false(v.must_change);
	credentials_generation(&v, after);
	assert_memory_not_equal(before, after, sizeof(before));

	/* The file kept its comment and its mode, and nothing lies beside it. */
	buf_init(&text, 65536);
	assert_int_equal(file_read(path, &text, err), 0);
	assert_memory_equal(buf_str(&text), "# kept\nalice:", 13);
	buf_free(&text);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0604);
	credentials_free(c);
}

/* `kept` belongs to one hash: another one put there by hand ends sessions. */
static void
test_kept_is_bound(void **state)
{
	unsigned char before[TOKEN_GENERATION_LEN], after[TOKEN_GENERATION_LEN];
	char err[CONFIG_ERROR_MAX], hash[USERS_HASH_MAX + 1];
	struct credentials *c;
	struct users_entry u;

	(void)state;
	put_user("alice", "one", "");
	c = load_users(path, err);
	assert_non_null(c);
	assert_true(credentials_find(c, "alice", &u));
	credentials_generation(&u, before);
	assert_int_equal(password_hash(&cheap, "one", 3, hash), 0);
	assert_int_equal(credentials_store(c, "alice", u.hash, hash, true, err),
	    0);
	assert_true(credentials_find(c, "alice", &u));
	assert_true(u.has_kept);
	assert_int_equal(password_hash(&cheap, "two", 3, hash), 0);
	strcpy(u.hash, hash);
	credentials_generation(&u, after);
	assert_memory_not_equal(before, after, sizeof(before));
	credentials_free(c);
}

static int
make_folder(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(path, "users");
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hash),
		cmocka_unit_test(test_costs_are_bounded),
		cmocka_unit_test(test_bcrypt),
		cmocka_unit_test(test_outdated),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_followed),
		cmocka_unit_test(test_generation),
		cmocka_unit_test(test_store),
		cmocka_unit_test(test_kept_is_bound),
	};

	return cmocka_run_group_tests(tests, make_folder, temp_folder_remove);
}
