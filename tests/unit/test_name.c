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

/* What a directory that compares by NFKC takes for something else. */
static void
test_same(void **state)
{
	static const char *const odd[] = {
		"alice\xc2\xb2",	 /* superscripts */
		"M\xc2\xaa Jos\xc3\xa9", /* ordinals */
		"\xc2\xb5ller",		 /* the micro sign */
		"\xc2\xbd",		 /* fractions */
		"\xc4\xb3sbrand",	 /* digraphs */
		"para\xc5\x80lel",
		"\xc5\x89",
		"\xc7\x86",
		"\xc7\xb3",
		"\xca\xb0"
		"ans", /* letters that modify */
		"\xcb\xa2"
		"am",
		"\xcf\x90\xce\xaf\xce\xbf\xcf\x82", /* Greek symbols */
		"\xce\xb3\xe1\xbd\xb1",		    /* Greek oxia */
		"\xcd\xba",
		"\xd5\xbd\xd5\xa1\xd6\x87", /* the Armenian ligature */
		"\xd9\xb5",		    /* Arabic */
		"\xef\xb7\xb2",
		"\xef\xba\x8d\xef\xba\xa3\xef\xbb\xa4\xef\xba\xaa", /* Arabic forms */
		"\xd8\xa7\xd9\x93",
		"\xef\xac\xa1\xd7\xa9\xd7\xa8", /* Hebrew forms */
		"\xe0\xa5\x98",			/* Devanagari, composed */
		"\xe0\xa4\xa8\xe0\xa4\xbc",	/* and apart */
		"\xe0\xa7\x87\xe0\xa6\xbe",	/* Bengali */
		"\xe0\xaf\x86\xe0\xae\xbe",	/* Tamil */
		"\xe0\xb5\x86\xe0\xb4\xbe",	/* Malayalam */
		"\xe0\xb8\x99\xe0\xb9\x8d\xe0\xb8\xb2", /* Thai: sara am apart */
		"\xe0\xb8\x81\xe0\xb9\x88\xe0\xb8\xb8", /* Thai: a tone before its vowel */
		"\xe0\xbb\x81\xe0\xbb\x8d\xe0\xba\xb2", /* Lao */
		"\xe1\x84\x80\xe1\x85\xa1",		/* Hangul apart */
		"\xe3\x85\x8b\xe3\x85\x8b",		/* Hangul letters */
		"\xe3\x81\x8b\xe3\x82\x99", /* kana with a mark apart */
		"\xe2\x85\xa3",		    /* Roman numbers */
		"\xe2\x85\x93",
		"\xe2\x80\xa6",
		"\xe2\xbc\x80", /* radicals */
		"\xe3\x80\x86\xe3\x80\xb6",
		"\xe3\x82\x9f",
		"\xea\x9d\xb0",
		"\xea\x9f\xb8",
		"\xea\xad\x9c",
		"\xf0\x9e\xb8\x80",
		"\xf0\x9f\x88\x80",
		"\xf0\x9f\xaf\xb0",
		"\xe1\xb2\x80", /* another Cyrillic letter's form */
		"\xe3\x85\xa4", /* a filler that nobody sees */
		"a\xe1\x9e\xb4"
		"b",
		"a\xe1\xa0\x8b"
		"b",
		"\xe2\xa0\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		if (name_is_plain(odd[i], strlen(odd[i])))
			fail_msg("line %zu is odd", i);
}

/* Names as their own people write them. */
static void
test_scripts(void **state)
{
	static const char *const good[] = {
		"col\xc2\xb7legi",
		"Nguy\xe1\xbb\x85n V\xc4\x83n \xc4\x90\xe1\xba\xa1t",
		"\xc3\x86r\xc3\xb8sk\xc3\xb8"
		"bing",
		"\xc5\x81ukasz",
		"\xc5\x9e\xc3\x9cKR\xc3\x9c",
		"\xd0\x93\xd0\xb0\xd2\x91\xd0\xb0\xd1\x80\xd1\x96\xd0\xbd",
		"\xce\x92\xce\xb1\xcf\x83\xce\xaf\xce\xbb\xce\xb7\xcf\x82",
		"\xd5\x86\xd5\xa1\xd6\x80\xd5\xa5\xd5\xaf",
		"\xd7\x90\xd7\x91\xd7\xa8\xd7\x94\xd7\x9d",
		"\xd8\xa3\xd8\xad\xd9\x85\xd8\xaf",
		"\xd8\xa2\xd8\xaf\xd9\x85",
		"\xe0\xa4\xa8\xe0\xa5\x80\xe0\xa4\xb0\xe0\xa4\x9c",
		"\xe0\xa4\xab\xe0\xa4\xbc\xe0\xa4\xb0\xe0\xa4\xbe\xe0\xa4\xb9",
		"\xe0\xa6\xac\xe0\xa6\xbe\xe0\xa6\x82\xe0\xa6\xb2\xe0\xa6\xbe",
		"\xe0\xae\xa4\xe0\xae\xae\xe0\xae\xbf\xe0\xae\xb4\xe0\xaf\x8d",
		"\xe0\xb4\xae\xe0\xb4\xb2\xe0\xb4\xaf\xe0\xb4\xbe\xe0\xb4\xb3"
		"\xe0\xb4\x82",
		"\xe0\xb8\xaa\xe0\xb8\xb3\xe0\xb8\xa3\xe0\xb8\xb2\xe0\xb8\x8d",
		"\xe0\xb8\x99\xe0\xb9\x89\xe0\xb8\xb3",
		"\xe0\xba\xaa\xe0\xba\xbb\xe0\xba\xa1",
		"\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4",
		"\xe3\x81\x8c\xe3\x81\x8e\xe3\x81\x90",
		"\xe3\x83\x91\xe3\x83\xb3",
		"\xe5\xb1\xb1\xe7\x94\xb0 \xe5\xa4\xaa\xe9\x83\x8e",
		"\xe1\x83\xa5\xe1\x83\x90\xe1\x83\xa0\xe1\x83\x97\xe1\x83\xa3"
		"\xe1\x83\x9a\xe1\x83\x98",
		"\xe1\x8a\xa0\xe1\x88\x9b\xe1\x88\xad\xe1\x8a\x9b",
		"\xe1\x9e\x81\xe1\x9f\x92\xe1\x9e\x98\xe1\x9f\x82\xe1\x9e\x9a",
		"\xe1\x80\x99\xe1\x80\xbc\xe1\x80\x94\xe1\x80\xba\xe1\x80\x99"
		"\xe1\x80\xac",
		"\xe1\xac\x93\xe1\xac\xb5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		if (!name_is_plain(good[i], strlen(good[i])))
			fail_msg("line %zu is plain", i);
		assert_false(name_is_mixed(good[i], strlen(good[i])));
	}
}

/* Each end of what is odd, and its neighbour, which is plain. */
static void
test_ends(void **state)
{
	static const char *const good[] = {
		"\xc2\xb6",	    /* U+00B6 */
		"\xc2\xb7",	    /* U+00B7 */
		"\xc2\xbf",	    /* U+00BF */
		"\xc4\xb1",	    /* U+0131 */
		"\xc4\xb4",	    /* U+0134 */
		"\xc7\x83",	    /* U+01C3 */
		"\xc7\x8d",	    /* U+01CD */
		"\xca\xaf",	    /* U+02AF */
		"\xca\xb9",	    /* U+02B9 */
		"\xcf\x8f",	    /* U+03CF */
		"\xcf\x97",	    /* U+03D7 */
		"\xd6\x86",	    /* U+0586 */
		"\xd9\x92",	    /* U+0652 */
		"\xd9\x96",	    /* U+0656 */
		"\xe0\xa5\x97",	    /* U+0957 */
		"\xe0\xa5\xa0",	    /* U+0960 */
		"\xe0\xb8\xb2",	    /* U+0E32 */
		"\xe0\xb9\x8c",	    /* U+0E4C */
		"\xe1\x83\xbb",	    /* U+10FB */
		"\xe1\x88\x80",	    /* U+1200 */
		"\xe1\xb1\xbf",	    /* U+1C7F */
		"\xe1\xb4\xab",	    /* U+1D2B */
		"\xe1\xb4\xaf",	    /* U+1D2F */
		"\xe1\xb8\x80",	    /* U+1E00 */
		"\xe1\xba\x99",	    /* U+1E99 */
		"\xe1\xba\x9c",	    /* U+1E9C */
		"\xe1\xbd\xb0",	    /* U+1F70 */
		"\xe1\xbd\xb2",	    /* U+1F72 */
		"\xe1\xbe\xbc",	    /* U+1FBC */
		"\xe2\x86\x80",	    /* U+2180 */
		"\xe2\xb1\xbb",	    /* U+2C7B */
		"\xe3\x81\x81",	    /* U+3041 */
		"\xe3\x82\xa1",	    /* U+30A1 */
		"\xe3\x83\xbe",	    /* U+30FE */
		"\xe3\x86\xa0",	    /* U+31A0 */
		"\xea\xa5\x9f",	    /* U+A95F */
		"\xea\xa6\x80",	    /* U+A980 */
		"\xea\xaf\x80",	    /* U+ABC0 */
		"\xea\xb0\x80",	    /* U+AC00 */
		"\xed\x9e\xa3",	    /* U+D7A3 */
		"\xef\xb9\xb3",	    /* U+FE73 */
		"\xf0\x9d\x8f\xbf", /* U+1D3FF */
		"\xf0\x9f\x89\x92", /* U+1F252 */
		"\xf0\x90\x80\x80", /* U+10000 */
		"\xc5\xbe",	    /* U+017E */
		"\xc6\x80",	    /* U+0180 */
		"\xcb\xbf",	    /* U+02FF */
		"\xcd\xb0",	    /* U+0370 */
		"\xe2\x91\x9f",	    /* U+245F */
		"\xe2\x94\x80",	    /* U+2500 */
		"\xe3\x80\x81",	    /* U+3001 */
		"\xe3\x90\x80",	    /* U+3400 */
		"\xf0\x9d\x8f\xbf", /* U+1D3FF */
		"\xf0\x9d\xa0\x80", /* U+1D800 */
		"\xf0\x9f\x83\xbf", /* U+1F0FF */
		"\xf0\xaf\xa8\xa0", /* U+2FA20 */
	};
	static const char *const odd[] = {
		"\xc2\xa0",	    /* U+00A0 */
		"\xc2\xb5",	    /* U+00B5 */
		"\xc2\xb8",	    /* U+00B8 */
		"\xc2\xbe",	    /* U+00BE */
		"\xc4\xb2",	    /* U+0132 */
		"\xc4\xb3",	    /* U+0133 */
		"\xc7\x84",	    /* U+01C4 */
		"\xc7\x8c",	    /* U+01CC */
		"\xca\xb0",	    /* U+02B0 */
		"\xca\xb8",	    /* U+02B8 */
		"\xcf\x90",	    /* U+03D0 */
		"\xcf\x96",	    /* U+03D6 */
		"\xd9\x93",	    /* U+0653 */
		"\xd9\x95",	    /* U+0655 */
		"\xe0\xa5\x98",	    /* U+0958 */
		"\xe0\xa5\x9f",	    /* U+095F */
		"\xe1\x84\x80",	    /* U+1100 */
		"\xe1\x87\xbf",	    /* U+11FF */
		"\xe1\xb2\x80",	    /* U+1C80 */
		"\xe1\xb4\xac",	    /* U+1D2C */
		"\xe1\xb4\xae",	    /* U+1D2E */
		"\xe1\xba\x9a",	    /* U+1E9A */
		"\xe1\xba\x9b",	    /* U+1E9B */
		"\xe1\xbd\xb1",	    /* U+1F71 */
		"\xe1\xbf\xbd",	    /* U+1FFD */
		"\xe2\x85\xbf",	    /* U+217F */
		"\xe2\xba\x9f",	    /* U+2E9F */
		"\xe3\x82\x99",	    /* U+3099 */
		"\xe3\x82\x9c",	    /* U+309C */
		"\xe3\x84\xb1",	    /* U+3131 */
		"\xe3\x86\x9f",	    /* U+319F */
		"\xea\xa5\xa0",	    /* U+A960 */
		"\xea\xa5\xbf",	    /* U+A97F */
		"\xed\x9e\xb0",	    /* U+D7B0 */
		"\xed\x9f\xbb",	    /* U+D7FB */
		"\xef\xac\x87",	    /* U+FB07 */
		"\xef\xac\x9d",	    /* U+FB1D */
		"\xef\xac\x9f",	    /* U+FB1F */
		"\xef\xb8\xb0",	    /* U+FE30 */
		"\xef\xb9\xb2",	    /* U+FE72 */
		"\xef\xb9\xb4",	    /* U+FE74 */
		"\xf0\x9f\x88\x80", /* U+1F200 */
		"\xf0\x9f\x89\x91", /* U+1F251 */
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
	/* Letters of each script that stand apart from its others. */
	assert_true(name_is_mixed("\xc9\x91\xd0\xb0", 4));
	assert_true(name_is_mixed("\xe2\xb1\xa5\xd0\xb0", 5));
	assert_true(name_is_mixed("\xc8\xba\xd0\xb0", 4));
	assert_true(name_is_mixed("a\xea\x99\x81", 4));
	assert_true(name_is_mixed("a\xe1\xbc\x80", 4));
	assert_true(name_is_mixed("\xea\x9d\x90\xd0\xb0", 5));
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
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_fold_ends),
		cmocka_unit_test(test_mixed),
		cmocka_unit_test(test_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
