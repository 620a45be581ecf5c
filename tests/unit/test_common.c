/* SPDX-License-Identifier: MIT */
/* Passwords that everybody chooses, and those that only look like one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "confab/identity/common.h"

static bool
common(const char *password)
{
	return password_common(password, strlen(password), "annabel");
}

static void
test_common(void **state)
{
	static const char *const all[] = { "password", "Password1!",
		"P@ssw0rd2024", "12345678", "87654321", "11111111", "abcabcabc",
		"qwertyuiop", "1qaz2wsx", "Qwerty123", "iloveyou1",
		"passwordpassword", "letmein123", "Summer2024!", "01011990",
		"31121985", "19900101", "qwertz12", "asdfghjkl", "1q2w3e4r",
		"admin1234", "welcome1", "trustno1", "!!monkey!!", "0987654321",
		"ABCDEFGH", "asdfasdf", "football", "baseball1", "dragon123",
		"12341234", "qazwsxedc", "changeme", "confab2024", "zxcvbnm1",
		"Annabel1", "annabelannabel", "123annabel",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaa"
		"aaa" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		print_message("# %s\n", all[i]);
		assert_true(common(all[i]));
	}
}

/* What has a common word in it is none for that. */
static void
test_uncommon(void **state)
{
	static const char *const all[] = { "correct horse",
		"correct horse battery", "seahorses", "kk7Vq0pL",
		"mountain-bike-trip", "passwordless-summer-trip", "73019264",
		"horse battery", "xkcd936staple", "wordpassing",
		"\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xc3\xa4\xc3\xb6\xc3\xbcx1",
		"annabelle-lee", "32131999", "99999912x-" };

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		print_message("# %s\n", all[i]);
		assert_false(common(all[i]));
	}
	/* A name that is shorter than a word, or none, is no word. */
	assert_false(password_common("kk7Vq0pL", 8, ""));
	assert_false(password_common("bo7Vq0pL", 8, "bo"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_common),
		cmocka_unit_test(test_uncommon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
