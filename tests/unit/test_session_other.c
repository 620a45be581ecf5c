/* SPDX-License-Identifier: MIT */
/* Who is known without a cookie: by an access token, or by the web server. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "confab/identity/access_tokens.h"
#include "session_help.h"

static void
test_access_token(void **state)
{
	char header[128], cause[CONFIG_ERROR_MAX], id[ACCESS_TOKEN_ID_MAX + 1];
	char blanks[160], option[40];
	struct access_tokens all;
	struct access_token t;

	(void)state;
	make_token("alice", in.now + 10, header, sizeof(header));
	in.authorization = header;
	assert_int_equal(check(), 0);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.via, SESSION_BEARER);
	assert_int_equal(session_logout(&identity, &settings, &in, &session,
			     false, &api_err),
	    -1);
	assert_int_equal(api_err.status, 400);
	in.now += 10;
	expect_signed_out();
	in.now -= 10;
	/* Any other character, more, less, another scheme. */
	header[30] ^= 1;
	expect_signed_out();
	header[30] ^= 1;
	memcpy(header, "Basics", 6);
	expect_signed_out();
	memcpy(header, "bEARER", 6);
	assert_int_equal(check(), 0);
	/* With blanks around it, and blanks alone. */
	memcpy(header, "Bearer ", 7);
	snprintf(blanks, sizeof(blanks), "Bearer   %s  ", header + 7);
	in.authorization = blanks;
	assert_int_equal(check(), 0);
	in.authorization = "Bearer    ";
	expect_signed_out();
	in.authorization = header;
	/* The token of a user who may not. */
	snprintf(option, sizeof(option), ":expires=%" PRId64, in.now + 1);
	set_option(option);
	assert_int_equal(check(), 0);
	in.now++;
	assert_int_equal(check(), -1);
	assert_string_equal(api_err.code, "account_expired");
	in.now--;
	put_users(PASSWORD, "");
	set_option(":disabled=yes");
	assert_int_equal(check(), -1);
	assert_string_equal(api_err.code, "account_disabled");
	put_users(PASSWORD, ":change=yes");
	assert_int_equal(check(), -1);
	assert_string_equal(api_err.code, "password_change_required");
	/* A new password ends sessions, not tokens. */
	put_users("another one", "");
	assert_int_equal(check(), 0);
	assert_int_equal(access_tokens_read(tokens_path, &all, cause), 0);
	memcpy(id, all.list[0].id, sizeof(id));
	access_tokens_clear(&all);
	assert_int_equal(access_tokens_revoke(tokens_path, id, NULL, &t, cause),
	    ACCESS_TOKENS_DONE);
	assert_int_equal(access_tokens_revoke(tokens_path, id, NULL, &t, cause),
	    ACCESS_TOKENS_NONE);
	expect_signed_out();
}

/* What SDKs send beside the cookie, because they must be given some key. */
static void
test_dummy_key_beside_cookie(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.authorization = "Bearer sk-none";
	assert_int_equal(check(), 0);
	assert_int_equal(session.via, SESSION_COOKIE);
	in.cookie = NULL;
	expect_signed_out();
}

static void
test_remote_user(void **state)
{
	char header[128];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	config.auth = AUTH_REMOTE_USER;
	expect_signed_out();
	in.remote_user = "";
	expect_signed_out();
	in.remote_user = "car\nol";
	expect_signed_out();
	in.remote_user = "carol@example.org";
	assert_int_equal(check(), 0);
	assert_string_equal(session.user, "carol@example.org");
	assert_int_equal(session.via, SESSION_REMOTE_USER);
	assert_int_equal(session.expires_at, 0);
	assert_int_equal(login("alice", PASSWORD), -1);
	assert_int_equal(api_err.status, 404);
	/* The users file can shut somebody out, and asks for no password. */
	in.remote_user = "alice";
	put_users(PASSWORD, ":change=yes");
	assert_int_equal(check(), 0);
	put_users(PASSWORD, ":disabled=yes");
	assert_int_equal(check(), -1);
	assert_string_equal(api_err.code, "account_disabled");
	put_users(PASSWORD, "");
	in.remote_user = NULL;
	make_token("alice", 0, header, sizeof(header));
	in.authorization = header;
	assert_int_equal(check(), 0);
	config.auth = AUTH_PASSWORD;
	in.remote_user = "carol@example.org";
	in.authorization = NULL;
	in.cookie = NULL;
	expect_signed_out();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		session_test(test_access_token),
		session_test(test_dummy_key_beside_cookie),
		session_test(test_remote_user),
	};

	return cmocka_run_group_tests(tests, session_group_begin,
	    temp_folder_remove);
}
