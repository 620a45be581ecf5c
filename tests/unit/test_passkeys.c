/* SPDX-License-Identifier: MIT */
/* The file of passkeys, and questions that are answered once. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/files.h"
#include "confab/identity/passkeys.h"
#include "confab/state/shared_state.h"
#include "identity/challenge.h"
#include "session_help.h"

#define NOW INT64_C(1700000000)
#define KEY                                                                    \
	"r--hb5f5crLSPrhsy2QJjSDbkIVgYusknDOptnLybfYTCla4eivKZjNLA0WKv4eXF8Es" \
	"xo7XKRCvLiZkeWuSIA"

static char path[TEMP_PATH_MAX + 16], err[CONFIG_ERROR_MAX];
static struct passkeys all;

static int
begin(void **state)
{
	(void)session_test_begin(state);
	snprintf(path, sizeof(path), "%s.passkeys", users_path);
	(void)unlink(path);
	return 0;
}

static struct passkey
passkey(const char *user, const char *id)
{
	struct passkey k = { .created = NOW, .count = 1 };

	memcpy(k.user, user, strlen(user));
	k.id_len = strlen(id);
	memcpy(k.id, id, k.id_len);
	k.key.kind = SIGNATURE_EDDSA;
	memcpy(k.key.bytes, "0123456789abcdef0123456789abcdef", 32);
	memcpy(k.site, "example.org", 11);
	memcpy(k.label, "a key", 5);
	return k;
}

/* The user with these passkeys, as far as the users file says so. */
static struct users_entry
user(const char *name, const char *const *ids)
{
	struct users_entry u;

	memset(&u, 0, sizeof(u));
	memcpy(u.name, name, strlen(name));
	for (; ids != NULL && *ids != NULL; ids++)
		assert_int_equal(passkeys_digest((const unsigned char *)*ids,
				     strlen(*ids), u.passkeys[u.n_passkeys++]),
		    0);
	return u;
}

static enum passkeys_result
add(const char *name, const char *id, const char *const *ids)
{
	const struct users_entry u = user(name, ids);
	const struct passkey k = passkey(name, id);

	return passkeys_add(path, &u, &k, err);
}

static size_t
count_of(const char *name, const char *const *ids)
{
	const struct users_entry u = user(name, ids);

	assert_int_equal(passkeys_of(path, &u, &all, err), 0);
	return all.n;
}

static void
test_add(void **state)
{
	static const char *const both[] = { "one", "two", NULL };
	static const char *const one[] = { "one", NULL };
	struct passkey k;

	(void)state;
	assert_int_equal(count_of("ann", both), 0);
	assert_int_equal(add("ann", "one", NULL), PASSKEYS_DONE);
	assert_int_equal(add("ann", "two", one), PASSKEYS_DONE);
	assert_int_equal(count_of("ann", both), 2);
	assert_memory_equal(all.list[0].id, "one", 3);
	assert_string_equal(all.list[1].label, "a key");
	assert_int_equal(count_of("ann", one), 1);
	/* What the user's line does not name is nothing, whoever it was. */
	assert_int_equal(count_of("ann", NULL), 0);
	assert_int_equal(count_of("bob", both), 0);
	assert_int_equal(add("bob", "one", NULL), PASSKEYS_EXISTS);
	assert_int_equal(passkeys_find(path, (const unsigned char *)"two", 3,
			     &k, err),
	    1);
	assert_string_equal(k.user, "ann");
	assert_int_equal(passkeys_find(path, (const unsigned char *)"tw", 2, &k,
			     err),
	    0);
	/* What no longer counts goes with the next change of its user. */
	assert_int_equal(add("bob", "three", NULL), PASSKEYS_DONE);
	assert_int_equal(add("ann", "four", one), PASSKEYS_DONE);
	assert_int_equal(passkeys_find(path, (const unsigned char *)"two", 3,
			     &k, err),
	    0);
	assert_int_equal(passkeys_find(path, (const unsigned char *)"three", 5,
			     &k, err),
	    1);
}

static struct passkey
found(const char *id)
{
	struct passkey k;

	assert_int_equal(passkeys_find(path, (const unsigned char *)id,
			     strlen(id), &k, err),
	    1);
	return k;
}

static void
test_use(void **state)
{
	struct files_stamp before, after;
	struct passkey k, old;

	(void)state;
	assert_int_equal(add("ann", "one", NULL), PASSKEYS_DONE);
	old = k = found("one");
	assert_int_equal(passkeys_used(path, &k, 5, NOW + 10, err),
	    PASSKEYS_DONE);
	k = found("one");
	assert_int_equal(k.count, 5);
	assert_int_equal(k.used, NOW - NOW % 3600);
	assert_string_equal(k.label, "a key");
	/* Two at once, who both saw the old one: the later is a copy. */
	assert_int_equal(passkeys_used(path, &old, 5, NOW + 10, err),
	    PASSKEYS_STALE);
	assert_int_equal(passkeys_used(path, &old, 6, NOW + 10, err),
	    PASSKEYS_DONE);
	assert_int_equal(passkeys_used(path, &k, 4, NOW + 10, err),
	    PASSKEYS_STALE);
	/* One that does not count is not written each time. */
	k = passkey("ann", "two");
	k.count = 0;
	const struct users_entry u =
	    user("ann", (const char *const[]){ "one", NULL });
	assert_int_equal(passkeys_add(path, &u, &k, err), PASSKEYS_DONE);
	assert_int_equal(passkeys_used(path, &k, 0, NOW, err), PASSKEYS_DONE);
	k = found("two");
	before = file_stamp(path);
	assert_int_equal(passkeys_used(path, &k, 0, NOW + 1, err),
	    PASSKEYS_DONE);
	after = file_stamp(path);
	assert_true(file_stamp_same(&before, &after));
	assert_int_equal(passkeys_used(path, &k, 0, NOW + 3600, err),
	    PASSKEYS_DONE);
	after = file_stamp(path);
	assert_false(file_stamp_same(&before, &after));
	k = passkey("ann", "gone");
	assert_int_equal(passkeys_used(path, &k, 2, NOW, err), PASSKEYS_STALE);
}

static int
check_text(const char *text)
{
	return passkeys_check("f", text, strlen(text), err);
}

static void
test_lines(void **state)
{
	static const char *const bad[] = {
		"ann",
		"ann:YWI:es256." KEY ":0:1:0:alone:h",
		"ann:YWI:es256." KEY ":0:1:0:alone:h:x:y",
		":YWI:es256." KEY ":0:1:0:alone:h:x",
		"ann::es256." KEY ":0:1:0:alone:h:x",
		"ann:YW=:es256." KEY ":0:1:0:alone:h:x",
		"ann:YWI:rs256." KEY ":0:1:0:alone:h:x",
		"ann:YWI:eddsa." KEY ":0:1:0:alone:h:x",
		"ann:YWI:es256.AAAA:0:1:0:alone:h:x",
		"ann:YWI:es256." KEY ":-1:1:0:alone:h:x",
		"ann:YWI:es256." KEY ":4294967296:1:0:alone:h:x",
		"ann:YWI:es256." KEY ":0::0:alone:h:x",
		"ann:YWI:es256." KEY ":0:1:0:yes:h:x",
		"ann:YWI:es256." KEY ":0:1:0:alone::x",
		"ann:YWI:es256." KEY ":0:1:0:alone:a b:x",
		"ann:YWI:es256." KEY ":0:1:0:alone:h:",
		"ann:YWI:es256." KEY ":0:1:0:alone:h:\x01",
		"ann:YWI:es256." KEY ":0:1:0:alone:h:\xff",
	};

	(void)state;
	assert_int_equal(check_text(""), 0);
	assert_int_equal(check_text(
			     "# one\n\nann:YWI:es256." KEY
			     ":4294967295:1:0:alone:h:my k\xc3\xa9y\r\n"),
	    0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("# %s\n", bad[i]);
		assert_int_equal(check_text(bad[i]), -1);
		assert_memory_equal(err, "f:1: ", 5);
	}
}

/* Comments stay, and a file that is damaged is not made worse. */
static void
test_damage(void **state)
{
	static const char text[] = "# kept\nann:rubbish\n";
	struct buf now;
	FILE *f = fopen(path, "w");

	(void)state;
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
	fclose(f);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(add("ann", "one", NULL), PASSKEYS_FAILED);
	assert_non_null(strstr(err, ":2: a line is"));
	buf_init(&now, 1000);
	assert_int_equal(file_read(path, &now, err), 0);
	assert_string_equal(buf_str(&now), text);
	buf_free(&now);
}

static void
test_challenges(void **state)
{
	unsigned char c[CHALLENGE_LEN], other[CHALLENGE_LEN];

	(void)state;
	assert_int_equal(challenge_make(settings.keyring, CHALLENGE_SECOND,
			     "ann", NOW, c),
	    0);
	assert_true(
	    challenge_good(settings.keyring, CHALLENGE_SECOND, "ann", NOW, c));
	assert_true(challenge_good(settings.keyring, CHALLENGE_SECOND, "ann",
	    NOW + CHALLENGE_TIME - 1, c));
	assert_false(challenge_good(settings.keyring, CHALLENGE_SECOND, "ann",
	    NOW + CHALLENGE_TIME, c));
	/* Of a clock that was set back since. */
	assert_false(challenge_good(settings.keyring, CHALLENGE_SECOND, "ann",
	    NOW - 1, c));
	assert_false(
	    challenge_good(settings.keyring, CHALLENGE_SECOND, "bob", NOW, c));
	assert_false(
	    challenge_good(settings.keyring, CHALLENGE_CREATE, "ann", NOW, c));
	assert_false(
	    challenge_good(settings.keyring, CHALLENGE_ALONE, "", NOW, c));
	for (size_t i = 0; i < 8 * sizeof(c); i++) {
		memcpy(other, c, sizeof(c));
		other[i / 8] ^= (unsigned char)(1 << i % 8);
		assert_false(challenge_good(settings.keyring, CHALLENGE_SECOND,
		    "ann", NOW, other));
	}
	assert_true(challenge_use(identity.state, NOW, c));
	assert_false(challenge_use(identity.state, NOW, c));
	assert_false(challenge_use(identity.state, NOW + CHALLENGE_TIME, c));
	assert_int_equal(challenge_make(settings.keyring, CHALLENGE_SECOND,
			     "ann", NOW, other),
	    0);
	assert_memory_not_equal(c, other, sizeof(c));
	assert_true(challenge_use(identity.state, NOW, other));
}

/* Full of answers, none is forgotten for another; later there is room. */
static void
test_full(void **state)
{
	const uint64_t end = 1000000;
	unsigned taken = 0;
	uint32_t i;

	(void)state;
	for (i = 0; i < 20000; i++)
		taken += shared_state_use_challenge(identity.state, &i,
			     sizeof(i), end, 0)
		    ? 1
		    : 0;
	assert_int_equal(taken, 2048);
	for (i = 0; i < 20000; i++)
		assert_false(shared_state_use_challenge(identity.state, &i,
		    sizeof(i), end, end - 1));
	assert_true(shared_state_use_challenge(identity.state, &i, sizeof(i),
	    2 * end, end));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_add, begin,
		    session_test_end),
		cmocka_unit_test_setup_teardown(test_use, begin,
		    session_test_end),
		cmocka_unit_test(test_lines),
		cmocka_unit_test_setup_teardown(test_damage, begin,
		    session_test_end),
		session_test(test_challenges),
		session_test(test_full),
	};

	return cmocka_run_group_tests(tests, session_group_begin,
	    temp_folder_remove);
}
