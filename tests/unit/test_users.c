/* SPDX-License-Identifier: MIT */
/* The users file: what is read, what is kept, and what is refused where. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/identity/users.h"

#define A2 "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"
#define BC "$2y$05$abcdefghijklmnopqrstuuABCDEFGHIJKLMNOPQRSTUVWXYZ0123"
#define KEPT                                \
	"00112233445566778899aabbccddeeff." \
	"ffeeddccbbaa99887766554433221100"

#define TOTP "00112233445566778899aabbccddeeff00112233"
#define CODE "AAAAAAAAAAAAAAAAAAAAAA"
#define CODES                                                               \
	CODE "," CODE "," CODE "," CODE "," CODE "," CODE "," CODE "," CODE \
	     "," CODE "," CODE

static struct users *
parse(const char *text, char *err)
{
	return users_parse("users", text, strlen(text), err);
}

static void
test_fields(void **state)
{
	char err[USERS_ERROR_MAX];
	struct users *u = parse("# people\n"
				"\n"
				"bob:" BC "\n"
				"alice:" A2 ":disabled=yes:change=yes"
				":expires=2026-12-31:epoch=7:kept=" KEPT "\r\n"
				"J\xc3\xb6rg M.:" A2 ":expires=1234567891",
	    err);
	const struct users_entry *alice, *bob, *joerg;

	(void)state;
	assert_non_null(u);
	assert_int_equal(users_count(u), 3);
	alice = users_find(u, "alice");
	bob = users_find(u, "bob");
	joerg = users_find(u, "J\xc3\xb6rg M.");
	assert_non_null(alice);
	assert_non_null(bob);
	assert_non_null(joerg);
	assert_null(users_find(u, "Alice"));
	assert_null(users_find(u, ""));
	assert_string_equal(bob->hash, BC);
	assert_false(bob->disabled);
	assert_int_equal(bob->expires, 0);
	assert_true(alice->disabled);
	assert_true(alice->must_change);
	assert_int_equal(alice->epoch, 7);
	assert_true(alice->has_kept);
	assert_int_equal(alice->kept_old[1], 0x11);
	assert_int_equal(alice->kept_new[0], 0xff);
	/* The day after, at midnight UTC. */
	assert_int_equal(alice->expires, 1798761600);
	assert_int_equal(joerg->expires, 1234567891);
	/* In order of names. */
	assert_ptr_equal(users_at(u, 1), alice);
	assert_ptr_equal(users_at(u, 2), bob);
	assert_null(users_at(u, 3));
	users_free(u);
}

static void
test_written_as_read(void **state)
{
	static const char text[] =
	    "# people: \xff any bytes\n"
	    "\n"
	    "bob:" BC "\n"
	    "#carol:" A2 "\n"
	    "alice:" A2 ":disabled=yes:change=yes:expires=2026-12-31:epoch=7"
	    ":kept=" KEPT "\n"
	    "zoe:" A2 ":expires=1234567891\n"
	    "max:" A2 ":totp=" TOTP "\n"
	    "mel:" A2 ":codes=" TOTP ":recovery=" CODES ":passkeys=" CODE "\n"
	    "moe:" A2 ":codes=" TOTP ":passkeys=" CODE "\n"
	    "mia:" A2 ":epoch=1:totp=" TOTP ":recovery=" CODES
	    ":groups=staff,R & D,\xc3\xa9quipe\n";
	char err[USERS_ERROR_MAX];
	struct users *u = parse(text, err);
	struct buf out;

	(void)state;
	assert_non_null(u);
	buf_init(&out, 65536);
	assert_int_equal(users_write(u, &out), 0);
	assert_string_equal(buf_str(&out), text);
	users_free(u);
	buf_free(&out);
}

static void
test_errors(void **state)
{
	static const struct {
		const char *text;
		const char *error; /* how the message begins */
	} samples[] = {
		{ "alice", "users:1: after the name" },
		{ "alice:", "users:1: after the name" },
		{ "alice:secret", "users:1: after the name" },
		{ "\n\nalice:$2y$ x", "users:3: after the name" },
		{ ":" A2, "users:1: a name has" },
		{ " alice:" A2, "users:1: a name has" },
		{ "alice :" A2, "users:1: a name has" },
		{ "al\tice:" A2, "users:1: a name has" },
		{ "al\x7fice:" A2, "users:1: a name has" },
		{ "al\xffice:" A2, "users:1: a name has" },
		{ "al\xc2\x85ice:" A2, "users:1: a name has" },
		{ "a:" A2 "\nb:" A2 "\na:" A2, "users:3: this user is above" },
		{ "a:" A2 ":x=1", "users:1: \"x\" is unknown" },
		{ "a:" A2 ":", "users:1: \"\" is not KEY=VALUE" },
		{ "a:" A2 ":disabled", "users:1: \"disabled\" is not" },
		{ "a:" A2 ":disabled=true", "users:1: \"disabled\" is either" },
		{ "a:" A2 ":expires=2026-02-31",
		    "users:1: \"expires\" is not" },
		{ "a:" A2 ":expires=2026-13-01",
		    "users:1: \"expires\" is not" },
		{ "a:" A2 ":expires=soon", "users:1: \"expires\" is not" },
		{ "a:" A2 ":expires=0", "users:1: \"expires\" is not" },
		{ "a:" A2 ":expires=-5", "users:1: \"expires\" is not" },
		{ "a:" A2 ":epoch=", "users:1: \"epoch\" is not" },
		{ "a:" A2 ":epoch=9999999999999999999",
		    "users:1: \"epoch\" is not" },
		{ "a:" A2 ":kept=00.11", "users:1: \"kept\" is not" },
		/* A second factor that was damaged is not one less to ask. */
		{ "a:" A2 ":totp=", "users:1: \"totp\" is not" },
		{ "a:" A2 ":totp=0011", "users:1: \"totp\" is not" },
		{ "a:" A2 ":totp=" TOTP "0", "users:1: \"totp\" is not" },
		{ "a:" A2 ":totp=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
		    "users:1: \"totp\" is not" },
		{ "a:" A2 ":totp=" TOTP ":recovery=" CODE ",",
		    "users:1: \"recovery\" is not" },
		{ "a:" A2 ":totp=" TOTP ":recovery=," CODE,
		    "users:1: \"recovery\" is not" },
		{ "a:" A2 ":totp=" TOTP ":recovery=AAAAAAAAAAAAAAAAAAAAAB",
		    "users:1: \"recovery\" is not" },
		{ "a:" A2 ":totp=" TOTP ":recovery=" CODES "," CODE,
		    "users:1: \"recovery\" is not" },
		{ "a:" A2 ":recovery=" CODE, "users:1: \"recovery\" is there" },
		{ "a:" A2 ":passkeys=" CODE ":recovery=" CODE,
		    "users:1: \"recovery\" is there" },
		{ "a:" A2 ":codes=" TOTP ":recovery=" CODE,
		    "users:1: \"codes\" is there without \"passkeys\"" },
		{ "a:" A2 ":codes=00:passkeys=" CODE,
		    "users:1: \"codes\" is not" },
		{ "a:" A2 ":totp=" TOTP ":codes=" TOTP ":passkeys=" CODE,
		    "users:1: \"codes\" is there besides" },
		{ "a:" A2 ":codes=" TOTP ":totp=" TOTP ":passkeys=" CODE,
		    "users:1: \"totp\" is there besides" },
		{ "a:" A2 ":groups=", "users:1: \"groups\" is not" },
		{ "a:" A2 ":groups=a,", "users:1: \"groups\" is not" },
		{ "a:" A2 ":groups=,a", "users:1: \"groups\" is not" },
		{ "a:" A2 ":groups=a, b", "users:1: \"groups\" is not" },
		{ "a:" A2 ":groups=a|b", "users:1: \"groups\" is not" },
		{ "a:" A2 ":groups=a:groups=b",
		    "users:1: \"groups\" is there twice" },
		{ "a:" A2 ":groups=1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,g,h",
		    "users:1: \"groups\" is not" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char err[USERS_ERROR_MAX] = "";
		struct users *u = parse(samples[i].text, err);

		if (u != NULL ||
		    strncmp(err, samples[i].error, strlen(samples[i].error)) !=
			0)
			print_message("%s\n -> %s\n", samples[i].text, err);
		assert_null(u);
		assert_memory_equal(err, samples[i].error,
		    strlen(samples[i].error));
		/* What stands there in place of a hash may be a password. */
		assert_null(strstr(err, "secret"));
	}
}

static void
test_limits(void **state)
{
	char err[USERS_ERROR_MAX], line[USERS_LINE_MAX + 64];
	char name[USERS_NAME_MAX + 2];

	(void)state;
	memset(name, 'n', sizeof(name));
	assert_true(users_name_valid(name, USERS_NAME_MAX));
	assert_false(users_name_valid(name, USERS_NAME_MAX + 1));
	assert_false(users_name_valid("", 0));
	assert_false(users_name_valid("a:b", 3));
	assert_false(users_name_valid("#a", 2));
	memset(line, '#', sizeof(line));
	line[USERS_LINE_MAX] = '\0';
	users_free(parse(line, err));
	line[USERS_LINE_MAX] = '#';
	line[USERS_LINE_MAX + 1] = '\0';
	assert_null(parse(line, err));
	assert_null(users_parse("users", "a\0b", 3, err));
	/* A hash of the longest length, and one more. */
	memset(line, 'x', sizeof(line));
	line[0] = 'a';
	line[1] = ':';
	line[2] = '$';
	line[2 + USERS_HASH_MAX] = '\0';
	users_free(parse(line, err));
	line[2 + USERS_HASH_MAX] = 'x';
	line[3 + USERS_HASH_MAX] = '\0';
	assert_null(parse(line, err));
}

static void
test_changes(void **state)
{
	char err[USERS_ERROR_MAX];
	struct users *u = parse("# 1\nb:" A2 "\n# 2\nc:" A2 "\n", err);
	struct users_entry a;
	struct buf out;

	(void)state;
	assert_non_null(u);
	memset(&a, 0, sizeof(a));
	strcpy(a.name, "a");
	strcpy(a.hash, BC);
	assert_int_equal(users_put(u, &a), 0);
	strcpy(a.name, "b");
	a.disabled = true;
	assert_int_equal(users_put(u, &a), 0);
	assert_int_equal(users_remove(u, "c"), 0);
	assert_int_equal(users_remove(u, "c"), -1);
	strcpy(a.hash, "plain");
	assert_int_equal(users_put(u, &a), -1);
	strcpy(a.hash, A2);
	strcpy(a.name, "x:y");
	assert_int_equal(users_put(u, &a), -1);
	buf_init(&out, 65536);
	assert_int_equal(users_write(u, &out), 0);
	assert_string_equal(buf_str(&out),
	    "# 1\nb:" BC ":disabled=yes\n# 2\na:" BC "\n");
	buf_free(&out);
	/* One that does not fit is an error, not half a file. */
	buf_init(&out, 20);
	assert_int_equal(users_write(u, &out), -1);
	buf_free(&out);
	users_free(u);
}

/* What is taken out of a user with app, passkeys and recovery codes. */
static void
test_dropped(void **state)
{
	char err[USERS_ERROR_MAX];
	struct users *u = parse("a:" A2 ":totp=" TOTP ":recovery=" CODES
				":passkeys=" CODE "," CODE "\n"
				"b:" A2 ":totp=" TOTP ":recovery=" CODES "\n",
	    err);
	struct users_entry a, b;

	(void)state;
	assert_non_null(u);
	a = *users_find(u, "a");
	b = a;
	/* The app alone: its codes are now those of the passkeys. */
	users_drop_totp(&a);
	assert_false(a.factor.set);
	assert_true(a.factor.codes);
	assert_int_equal(a.factor.n_recovery, USERS_RECOVERY_MAX);
	assert_memory_equal(a.factor.secret, b.factor.secret, USERS_TOTP_LEN);
	users_drop_passkey(&a, 1);
	assert_int_equal(a.factor.n_recovery, USERS_RECOVERY_MAX);
	/* The last of all: there is nothing to recover. */
	users_drop_passkey(&a, 0);
	assert_false(a.factor.codes);
	assert_int_equal(a.factor.n_recovery, 0);
	/* The passkeys alone: the codes stay the app's. */
	users_drop_passkey(&b, 0);
	users_drop_passkey(&b, 0);
	assert_true(b.factor.set);
	assert_int_equal(b.factor.n_recovery, USERS_RECOVERY_MAX);
	b = *users_find(u, "b");
	users_drop_totp(&b);
	assert_false(b.factor.set || b.factor.codes);
	assert_int_equal(b.factor.n_recovery, 0);
	users_free(u);
}

static void
test_many(void **state)
{
	char err[USERS_ERROR_MAX], name[32];
	struct users *u;
	struct buf text;
	size_t len;

	(void)state;
	buf_init(&text, USERS_FILE_MAX);
	for (unsigned i = 0; i < USERS_MAX; i++)
		buf_printf(&text, "u%u:" BC "\n", (i * 7919U) % 1000003U);
	len = text.len;
	buf_puts(&text, "one-more:" BC "\n");
	assert_null(users_parse("users", buf_str(&text), text.len, err));
	assert_non_null(strstr(err, "users:20001:"));
	/* Without its last line it is read, and everybody is found. */
	u = users_parse("users", buf_str(&text), len, err);
	assert_non_null(u);
	assert_int_equal(users_count(u), USERS_MAX);
	for (unsigned i = 0; i < USERS_MAX; i += 97) {
		snprintf(name, sizeof(name), "u%u", (i * 7919U) % 1000003U);
		assert_non_null(users_find(u, name));
	}
	users_free(u);
	buf_free(&text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_written_as_read),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_dropped),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
