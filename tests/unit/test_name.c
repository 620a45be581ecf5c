/* SPDX-License-Identifier: MIT */
/* Names of another system: who is the same, and which are nobody's. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/identity/name.h"
#include "confab/identity/users.h"

static void
test_fold(void **state)
{
	static const char *const samples[][2] = {
		{ "alice", "alice" },
		{ "ALICE", "alice" },
		{ "aLiCe@Example.ORG", "alice@example.org" },
		{ "\xc3\x84RGER", "\xc3\xa4rger" },
		{ "\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x83" },
		{ "\xcf\x83\xce\xb1\xcf\x82", "\xcf\x83\xce\xb1\xcf\x83" },
		{ "\xd0\x9c\xd0\x98\xd0\xa0", "\xd0\xbc\xd0\xb8\xd1\x80" },
		{ "\xf0\x90\x90\x80", "\xf0\x90\x90\xa8" },
		/* Other names, whatever a language makes of them. */
		{ "al\xc4\xb1"
		  "ce",
		    "al\xc4\xb1"
		    "ce" },
		{ "AL\xc4\xb0"
		  "CE",
		    "al\xc4\xb0"
		    "ce" },
		{ "stra\xc3\x9f"
		  "e",
		    "stra\xc3\x9f"
		    "e" },
		{ "\xe7\x8e\x8b", "\xe7\x8e\x8b" },
	};
	char folded[NAME_FOLDED_MAX + 1], longer[2 * NAME_FOLDED_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		assert_int_equal(name_fold(samples[i][0], folded), 0);
		assert_string_equal(folded, samples[i][1]);
	}
	assert_int_equal(name_fold("\xff", folded), -1);
	assert_string_equal(folded, "");
	memset(longer, 'x', sizeof(longer));
	longer[NAME_FOLDED_MAX + 1] = '\0';
	assert_int_equal(name_fold(longer, folded), -1);
}

static void
test_plain(void **state)
{
	static const char *const good[] = { "alice", "Alice Smith",
		"a@example.org", "\xc3\xa9lise", "\xe7\x8e\x8b",
		"\xd7\x9c\xd7\x90\xd7\x94", "\xe0\xa4\xb0\xe0\xa4\xbe" };
	static const char *const odd[] = {
		"e\xcc\x81lise",    /* decomposed */
		"\xef\xbc\xa1lice", /* full width */
		"\xe2\x84\xaa"
		"arl",			/* the Kelvin sign */
		"\xf0\x9d\x90\x80lice", /* mathematical */
		"\xef\xac\x81"
		"ne",		     /* a ligature */
		"\xc5\xbfue",	     /* the long s */
		"al\xe2\x80\x8bice", /* zero width */
		"al\xe2\x80\xaeice", /* right to left */
		"al\xc2\xad"
		"ice", /* soft hyphen */
		"\xe2\x81\xa6"
		"alice", /* an isolate */
		"alice  smith",
		"alice\xc2\xa0smith",
		"alice\xe3\x80\x80smith",
		"\xff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(name_is_plain(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_false(name_is_plain(odd[i], strlen(odd[i])));
}

static void
test_mixed(void **state)
{
	(void)state;
	assert_false(name_is_mixed("alice", 5));
	assert_false(name_is_mixed("\xd0\xbc\xd0\xb8\xd1\x80 2", 8));
	assert_true(name_is_mixed("\xd0\xb0lice", 6)); /* a Cyrillic a */
	assert_true(name_is_mixed("alic\xce\xb5", 6)); /* a Greek epsilon */
	assert_false(name_is_mixed("alice \xe7\x8e\x8b", 9));
}

/* Of several, the one that is shut out; after each change anew. */
static void
test_users(void **state)
{
	static const char text[] =
	    "Alice:$2y$05$x\nALICE:$2y$05$x:disabled=yes\n"
	    "\xc3\x84:$2y$05$x\n";
	char err[USERS_ERROR_MAX];
	struct users *u = users_parse("users", text, strlen(text), err);

	(void)state;
	assert_non_null(u);
	assert_string_equal(users_find_folded(u, "alice")->name, "ALICE");
	assert_string_equal(users_find_folded(u, "\xc3\xa4")->name, "\xc3\x84");
	assert_null(users_find_folded(u, "Alice"));
	assert_null(users_find_folded(u, "alic"));
	assert_null(users_find_folded(u, ""));
	assert_int_equal(users_remove(u, "ALICE"), 0);
	assert_string_equal(users_find_folded(u, "alice")->name, "Alice");
	assert_int_equal(users_remove(u, "Alice"), 0);
	assert_null(users_find_folded(u, "alice"));
	users_free(u);
	u = users_parse("users", "", 0, err);
	assert_null(users_find_folded(u, "alice"));
	users_free(u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
