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

/* Each end of what is odd, and its neighbour, which is plain. */
static void
test_ends(void **state)
{
	static const char *const good[] = {
		"\xc5\xbe",	    /* U+017E */
		"\xc6\x80",	    /* U+0180 */
		"\xcb\xbf",	    /* U+02FF */
		"\xcd\xb0",	    /* U+0370 */
		"\xe2\x85\x90",	    /* U+2150 */
		"\xe2\x91\x9f",	    /* U+245F */
		"\xe2\x94\x80",	    /* U+2500 */
		"\xe3\x80\x81",	    /* U+3001 */
		"\xe3\x90\x80",	    /* U+3400 */
		"\xef\xac\x87",	    /* U+FB07 */
		"\xef\xb8\xb0",	    /* U+FE30 */
		"\xf0\x9d\x8f\xbf", /* U+1D3FF */
		"\xf0\x9d\xa0\x80", /* U+1D800 */
		"\xf0\x9f\x83\xbf", /* U+1F0FF */
		"\xf0\x9f\x88\x80", /* U+1F200 */
		"\xf0\xaf\xa8\xa0", /* U+2FA20 */
	};
	static const char *const odd[] = {
		"\xcc\x80",	    /* U+0300 */
		"\xcd\xaf",	    /* U+036F */
		"\xe1\xaa\xb0",	    /* U+1AB0 */
		"\xe1\xb7\xbf",	    /* U+1DFF */
		"\xe2\x80\x80",	    /* U+2000 */
		"\xe2\x81\xb0",	    /* U+2070 */
		"\xe2\x82\x9f",	    /* U+209F */
		"\xe2\x85\x8f",	    /* U+214F */
		"\xe2\x91\xa0",	    /* U+2460 */
		"\xe2\x93\xbf",	    /* U+24FF */
		"\xe3\x88\x80",	    /* U+3200 */
		"\xe3\x8f\xbf",	    /* U+33FF */
		"\xef\xa4\x80",	    /* U+F900 */
		"\xef\xac\x86",	    /* U+FB06 */
		"\xef\xbc\x80",	    /* U+FF00 */
		"\xef\xbf\xaf",	    /* U+FFEF */
		"\xf0\x9d\x90\x80", /* U+1D400 */
		"\xf0\x9d\x9f\xbf", /* U+1D7FF */
		"\xf0\x9f\x84\x80", /* U+1F100 */
		"\xf0\x9f\x87\xbf", /* U+1F1FF */
		"\xf0\xaf\xa0\x80", /* U+2F800 */
		"\xf0\xaf\xa8\x9f", /* U+2FA1F */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (!name_is_plain(good[i], strlen(good[i])))
			fail_msg("line %zu is plain", i);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (name_is_plain(odd[i], strlen(odd[i])))
			fail_msg("line %zu is odd", i);
	assert_true(name_is_plain("", 0));
	assert_true(name_is_plain("a b c", 5));
}

/* Characters of each length come back as they are; the longest name is one
 * that has room for four bytes more. */
static void
test_fold_ends(void **state)
{
	static const char all[] =
	    "@[`{\x7f"
	    "\xc2\x80\xdf\xbf"			/* U+0080, U+07FF */
	    "\xe0\xa0\x80\xef\xbf\xbd"		/* U+0800, U+FFFD */
	    "\xf0\x90\x84\x80\xf4\x8f\xbf\xbd"; /* U+10100, U+10FFFD */
	char folded[NAME_FOLDED_MAX + 1], longest[NAME_FOLDED_MAX];

	(void)state;
	assert_int_equal(name_fold(all, folded), 0);
	assert_string_equal(folded, all);
	assert_int_equal(name_fold("AZ", folded), 0);
	assert_string_equal(folded, "az");
	memset(longest, 'x', sizeof(longest));
	longest[NAME_FOLDED_MAX - 3] = '\0';
	assert_int_equal(name_fold(longest, folded), 0);
	assert_string_equal(folded, longest);
	longest[NAME_FOLDED_MAX - 3] = 'x';
	longest[NAME_FOLDED_MAX - 2] = '\0';
	assert_int_equal(name_fold(longest, folded), -1);
	assert_string_equal(folded, "");
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
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_fold_ends),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
