/* SPDX-License-Identifier: MIT */
/* The secret file: its form, its order, its rotation, and that it is followed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/log.h"
#include "confab/identity/keyring.h"
#include "temp_folder.h"

#define K1 "1111111111111111111111111111111111111111111111111111111111111111"
#define K2 "2222222222222222222222222222222222222222222222222222222222222222"

static char path[TEMP_PATH_MAX];

static int
parse(const char *text, struct keyring_keys *out, char *err)
{
	return keyring_parse("secret", text, strlen(text), out, err);
}

static void
put(const char *text)
{
	temp_put(path, text, 0600);
}

static void
test_form(void **state)
{
	char err[CONFIG_ERROR_MAX];
	struct keyring_keys keys;

	(void)state;
	/* The newest first, of equal dates the later line. */
	assert_int_equal(parse("# keys\n\n"
			       "a 2026-01-01T00:00:00Z " K1 "\n"
			       "b 2026-03-01T00:00:00Z " K2 "\r\n"
			       "c\t2026-03-01T00:00:00Z  " K1 "\n"
			       "d 2025-01-01T00:00:00Z " K1,
			     &keys, err),
	    0);
	assert_int_equal(keys.n, 4);
	assert_string_equal(keys.keys[0].id, "c");
	assert_string_equal(keys.keys[1].id, "b");
	assert_string_equal(keys.keys[2].id, "a");
	assert_string_equal(keys.keys[3].id, "d");
	assert_int_equal(keys.keys[1].key[31], 0x22);
	assert_int_equal(keys.since[2], 1767225600);
}

static void
test_errors(void **state)
{
	static const char *const samples[][2] = {
		{ "", "secret:0: there is no key" },
		{ "# nothing\n", "secret:1: there is no key" },
		{ "a", "secret:1: after the id" },
		{ "a b-c", "secret:1: after the id" },
		{ "a-b 2026-01-01T00:00:00Z " K1, "secret:1: a key's id" },
		{ "abcdefghijklmnopq 2026-01-01T00:00:00Z " K1,
		    "secret:1: a key's id" },
		{ "\na 2026-01-01 " K1, "secret:2: after the id" },
		{ "a 2026-01-01T00:00:00+ " K1, "secret:1: after the id" },
		{ "a 2026-01-01T00:00:00Z 11", "secret:1: after the date" },
		{ "a 2026-01-01T00:00:00Z " K1 "11",
		    "secret:1: after the date" },
		{ "a 2026-01-01T00:00:00Z x" K1, "secret:1: after the date" },
		{ "a 2026-01-01T00:00:00Z " K1 " x",
		    "secret:1: there is more" },
		{ "a 2026-01-01T00:00:00Z " K1 "\na 2026-01-01T00:00:00Z " K2,
		    "secret:2: a key of that id" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char err[CONFIG_ERROR_MAX] = "";
		struct keyring_keys keys;

		assert_int_equal(parse(samples[i][0], &keys, err), -1);
		if (strncmp(err, samples[i][1], strlen(samples[i][1])) != 0)
			print_message("%s -> %s\n", samples[i][0], err);
		assert_memory_equal(err, samples[i][1], strlen(samples[i][1]));
		/* No part of a key is in a message. */
		assert_null(strstr(err, "11"));
		assert_int_equal(keys.n, 0);
	}
}

static void
test_too_many(void **state)
{
	char err[CONFIG_ERROR_MAX], text[TOKEN_KEYS_MAX * 100 + 200];
	struct keyring_keys keys;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < TOKEN_KEYS_MAX; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "k%d 2026-01-01T00:00:00Z " K1 "\n", i);
	assert_int_equal(parse(text, &keys, err), 0);
	assert_int_equal(keys.n, TOKEN_KEYS_MAX);
	snprintf(text + n, sizeof(text) - n,
	    "one 2026-01-01T00:00:00Z " K1 "\n");
	assert_int_equal(parse(text, &keys, err), -1);
}

static void
test_made_and_rotated(void **state)
{
	char err[CONFIG_ERROR_MAX], first[TOKEN_KEY_ID_MAX + 1];
	char id[TOKEN_KEY_ID_MAX + 1], last[TOKEN_KEY_ID_MAX + 1];
	struct keyring_keys keys;
	struct keyring *k;
	struct stat st;

	(void)state;
	unlink(path);
	assert_int_equal(keyring_rotate(path, 2, 0, id, err), -1);
	assert_int_equal(keyring_create(path, first, err), 0);
	assert_int_equal(keyring_create(path, id, err), -1);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	k = keyring_load(path, geteuid(), err);
	assert_non_null(k);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 1);
	assert_string_equal(keys.keys[0].id, first);

	/* Followed with no signal; the first one verifies for two rotations. */
	assert_int_equal(keyring_rotate(path, 2, 0, id, err), 0);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 2);
	assert_string_equal(keys.keys[0].id, id);
	assert_string_equal(keys.keys[1].id, first);
	assert_int_equal(keyring_rotate(path, 2, 0, id, err), 0);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 3);
	assert_int_equal(keyring_rotate(path, 2, 0, last, err), 1);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 3);
	assert_string_equal(keys.keys[0].id, last);
	assert_string_equal(keys.keys[1].id, id);
	for (size_t i = 0; i < keys.n; i++)
		assert_string_not_equal(keys.keys[i].id, first);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(keyring_rotate(path, 0, 0, id, err), 3);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 1);
	keyring_free(k);
}

/* Puts keys that sign since so many seconds from now, and tells which does. */
static const char *
signer(long first, long second, struct keyring_keys *keys)
{
	char err[CONFIG_ERROR_MAX], text[400], date[2][32];
	const long from[] = { first, second };
	struct keyring *k;

	for (int i = 0; i < 2; i++) {
		time_t t = time(NULL) + from[i];
		struct tm tm;

		strftime(date[i], sizeof(date[i]), "%Y-%m-%dT%H:%M:%SZ",
		    gmtime_r(&t, &tm));
	}
	snprintf(text, sizeof(text), "a %s " K1 "\nb %s " K2 "\n", date[0],
	    date[1]);
	put(text);
	k = keyring_load(path, geteuid(), err);
	assert_non_null(k);
	keyring_keys(k, keys);
	keyring_free(k);
	assert_int_equal(keys->n, 2);
	assert_string_not_equal(keys->keys[0].id, keys->keys[1].id);
	assert_int_equal(keys->keys[0].key[0],
	    keys->keys[0].id[0] == 'a' ? 0x11 : 0x22);
	return keys->keys[0].id;
}

static void
test_signs_when_its_time_has_come(void **state)
{
	struct keyring_keys keys;

	(void)state;
	assert_string_equal(signer(-60, -30, &keys), "b");
	assert_string_equal(signer(-60, 600, &keys), "a");
	assert_string_equal(signer(600, -60, &keys), "b");
	/* The clock was set back: as before it knew of times. */
	assert_string_equal(signer(600, 1200, &keys), "b");
}

static void
test_made_for_later(void **state)
{
	char err[CONFIG_ERROR_MAX], now[TOKEN_KEY_ID_MAX + 1];
	char id[TOKEN_KEY_ID_MAX + 1], later[TOKEN_KEY_ID_MAX + 1];
	struct keyring_keys keys;
	struct keyring *k;

	(void)state;
	unlink(path);
	assert_int_equal(keyring_create(path, now, err), 0);
	assert_int_equal(keyring_rotate(path, 1, 3600, id, err), 0);
	/* Another takes its place: who signs now is not dropped for it. */
	assert_int_equal(keyring_rotate(path, 1, 3600, later, err), 1);
	k = keyring_load(path, geteuid(), err);
	assert_non_null(k);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 2);
	assert_string_equal(keys.keys[0].id, now);
	assert_string_equal(keys.keys[1].id, later);
	assert_true(keys.since[1] - time(NULL) > 3500);
	/* One that signs at once does, and drops the oldest. */
	assert_int_equal(keyring_rotate(path, 1, 0, id, err), 1);
	keyring_keys(k, &keys);
	assert_int_equal(keys.n, 2);
	assert_string_equal(keys.keys[0].id, id);
	assert_string_equal(keys.keys[1].id, later);
	assert_int_equal(keyring_rotate(path, 2, 0, now, err), 0);
	keyring_keys(k, &keys);
	assert_string_equal(keys.keys[0].id, now);
	assert_string_equal(keys.keys[1].id, id);
	assert_string_equal(keys.keys[2].id, later);
	keyring_free(k);
}

static void
test_bad_change_keeps(void **state)
{
	char err[CONFIG_ERROR_MAX];
	struct keyring_keys keys;
	struct keyring *k;

	(void)state;
	put("a 2026-01-01T00:00:00Z " K1 "\n");
	k = keyring_load(path, geteuid(), err);
	assert_non_null(k);
	put("broken\n");
	keyring_keys(k, &keys);
	assert_string_equal(keys.keys[0].id, "a");
	unlink(path);
	keyring_keys(k, &keys);
	assert_string_equal(keys.keys[0].id, "a");
	put("b 2026-01-01T00:00:00Z " K2 "\n");
	keyring_keys(k, &keys);
	assert_string_equal(keys.keys[0].id, "b");
	keyring_free(k);
}

static void
test_open_to_others(void **state)
{
	char err[CONFIG_ERROR_MAX];

	(void)state;
	put("a 2026-01-01T00:00:00Z " K1 "\n");
	assert_int_equal(chmod(path, 0640), 0);
	assert_null(keyring_load(path, geteuid(), err));
	assert_int_equal(chmod(path, 0604), 0);
	assert_null(keyring_load(path, geteuid(), err));
	assert_int_equal(chmod(path, 0400), 0);
	keyring_free(keyring_load(path, geteuid(), err));
	unlink(path);
	assert_null(keyring_load(path, geteuid(), err));
}

/* Put there by somebody who may write into the folder, and who is not asked. */
static void
test_of_a_stranger(void **state)
{
	const uid_t stranger = 12345, worker = 23456;
	char err[CONFIG_ERROR_MAX], link[TEMP_PATH_MAX];
	struct keyring *k;

	(void)state;
	if (geteuid() != 0)
		skip();
	put("a 2026-01-01T00:00:00Z " K1 "\n");
	assert_int_equal(chown(path, stranger, (gid_t)-1), 0);
	assert_null(keyring_load(path, worker, err));
	assert_non_null(strstr(err, "must be owned by root"));
	k = keyring_load(path, stranger, err);
	assert_non_null(k);
	keyring_free(k);

	/* A link of theirs, to what is ours. */
	temp_path(link, "link");
	assert_int_equal(chown(path, 0, (gid_t)-1), 0);
	assert_int_equal(symlink(path, link), 0);
	k = keyring_load(link, worker, err);
	assert_non_null(k);
	keyring_free(k);
	assert_int_equal(lchown(link, stranger, (gid_t)-1), 0);
	assert_null(keyring_load(link, worker, err));
	unlink(link);
}

/* By the name that systemd gives it. */
static void
test_credential(void **state)
{
	char err[CONFIG_ERROR_MAX];
	struct keyring_keys keys;
	struct keyring *k;

	(void)state;
	put("a 2026-01-01T00:00:00Z " K1 "\n");
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_null(keyring_load("credential:secret", geteuid(), err));
	setenv("CREDENTIALS_DIRECTORY", temp_folder, 1);
	k = keyring_load("credential:secret", geteuid(), err);
	unsetenv("CREDENTIALS_DIRECTORY");
	assert_non_null(k);
	keyring_keys(k, &keys);
	assert_string_equal(keys.keys[0].id, "a");
	keyring_wipe(&keys);
	keyring_free(k);
}

static int
make_folder(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(path, "secret");
	/* The errors that are meant to come are not ours to look at. */
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_made_and_rotated),
		cmocka_unit_test(test_signs_when_its_time_has_come),
		cmocka_unit_test(test_made_for_later),
		cmocka_unit_test(test_bad_change_keeps),
		cmocka_unit_test(test_open_to_others),
		cmocka_unit_test(test_of_a_stranger),
		cmocka_unit_test(test_credential),
	};

	return cmocka_run_group_tests(tests, make_folder, temp_folder_remove);
}
