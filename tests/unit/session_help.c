/* SPDX-License-Identifier: MIT */
/*
 * For the tests of sessions.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/clock.h"
#include "confab/base/log.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/credentials.h"
#include "confab/identity/keyring.h"
#include "confab/identity/password.h"
#include "confab/state/shared_state.h"
#include "session_help.h"
#include "users_help.h"

char users_path[TEMP_PATH_MAX], secret_path[TEMP_PATH_MAX];
char tokens_path[TEMP_PATH_MAX], state_path[TEMP_PATH_MAX];

struct config config;
struct settings settings = { .config = &config };
struct identity identity;
char cookie_header[SESSION_COOKIE_MAX];
struct session_input in;
struct session_info session;
struct api_error api_err;

int
session_group_begin(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(users_path, "users");
	temp_path(secret_path, "secret");
	temp_path(tokens_path, "tokens");
	temp_path(state_path, SHARED_STATE_FILE);
	/* The errors that are meant to come are not ours to look at. */
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

void
put_users(const char *password, const char *options)
{
	char hash[USERS_HASH_MAX + 1], line[2 * USERS_LINE_MAX];

	assert_int_equal(password_hash(&config.password, password,
			     strlen(password), hash),
	    0);
	snprintf(line, sizeof(line), "alice:%s%s\nbob:%s\n", hash, options,
	    hash);
	temp_put(users_path, line, 0640);
}

void
set_option(const char *option)
{
	char text[2 * USERS_LINE_MAX], *end;
	FILE *f = fopen(users_path, "r+");
	size_t n;

	assert_non_null(f);
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	end = strchr(text, '\n');
	rewind(f);
	fprintf(f, "%.*s%s%s", (int)(end - text), text, option, end);
	fclose(f);
}

void
keep_cookie(const struct session_info *s)
{
	size_t len = strcspn(s->set_cookie, ";");

	assert_true(len > 0);
	snprintf(cookie_header, sizeof(cookie_header), "x=y; %.*s", (int)len,
	    s->set_cookie);
	in.cookie = cookie_header;
}

struct login_proof
proof_of(const char *name, const char *password, const char *code)
{
	return (struct login_proof){
		.name = name,
		.name_len = strlen(name),
		.password = password,
		.password_len = strlen(password),
		.code = code,
		.code_len = code != NULL ? strlen(code) : 0,
	};
}

int
login_with(const char *name, const char *password, const char *code)
{
	const struct login_proof proof = proof_of(name, password, code);
	int rc = login_password(&identity, &settings, &in, &proof, &session,
	    &api_err);

	if (rc == 0)
		keep_cookie(&session);
	return rc;
}

int
login(const char *name, const char *password)
{
	return login_with(name, password, NULL);
}

int
check(void)
{
	return session_authenticate(&identity, &settings, &in, &session,
	    &api_err);
}

void
expect_signed_out(void)
{
	assert_int_equal(check(), -1);
	assert_int_equal(api_err.status, 401);
	assert_string_equal(api_err.code, "not_authenticated");
	assert_string_equal(session.user, "");
	assert_string_equal(session.set_cookie, "");
}

void
make_token(const char *user, int64_t expires, char *header, size_t size)
{
	char text[ACCESS_TOKEN_MAX + 1], cause[CONFIG_ERROR_MAX];
	struct access_token t = { .label = "laptop" };

	snprintf(t.user, sizeof(t.user), "%s", user);
	t.created = in.now;
	t.expires = expires;
	assert_int_equal(access_tokens_new(tokens_path, &t, 0, text, cause),
	    ACCESS_TOKENS_DONE);
	snprintf(header, size, "Bearer %s", text);
}

int
session_test_begin(void **state)
{
	char cause[CONFIG_ERROR_MAX], id[TOKEN_KEY_ID_MAX + 1];

	(void)state;
	memset(&config, 0, sizeof(config));
	config.workers = 8;
	config.runtime_dir = temp_folder;
	config.users_file = users_path;
	config.secret_file = secret_path;
	config.tokens_file = tokens_path;
	config.session.idle = IDLE;
	config.session.absolute = ABSOLUTE;
	config.session.cookie_name = strdup("__Host-confab");
	config.password =
	    (struct config_password){ 64, 1, 1, 2, 2, { .n = 0 } };
	config.throttle = (struct config_throttle){ 5, 20, 100, 900, 3600 };
	put_users(PASSWORD, "");
	unlink(secret_path);
	if (keyring_create(secret_path, id, cause) != 0 ||
	    (settings.credentials = load_users(users_path, cause)) == NULL ||
	    (settings.keyring = keyring_load(secret_path, geteuid(), cause)) ==
		NULL ||
	    identity_open(&identity, &config, false, cause) != 0) {
		print_message("%s\n", cause);
		return -1;
	}
	memset(&in, 0, sizeof(in));
	in.address = "192.0.2.1";
	in.now = clock_wall();
	return 0;
}

int
session_test_end(void **state)
{
	(void)state;
	identity_close(&identity);
	credentials_free(settings.credentials);
	keyring_free(settings.keyring);
	free(config.session.cookie_name);
	unlink(users_path);
	unlink(secret_path);
	unlink(tokens_path);
	unlink(state_path);
	return 0;
}
