/* SPDX-License-Identifier: MIT */
/* A session from its login to each of the ways it can end. */
#include "config.h"

#include <fcntl.h>
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

#include "confab/access_tokens.h"
#include "confab/audit.h"
#include "confab/clock.h"
#include "confab/credentials.h"
#include "confab/hash_slots.h"
#include "confab/keyring.h"
#include "confab/log.h"
#include "confab/password.h"
#include "confab/session.h"
#include "confab/shared_state.h"

#define PASSWORD "correct horse"
#define IDLE 1000
#define ABSOLUTE 5000

static char folder[] = "/tmp/confab-session-XXXXXX";
static char users_path[64], secret_path[64], tokens_path[64], state_path[64];

static struct config config;
static struct settings settings = { .config = &config };
static char cookie_header[SESSION_COOKIE_MAX];
static struct session_input in;
static struct session session;
static struct api_error err;

static void
put_users(const char *password, const char *options)
{
	char hash[USERS_HASH_MAX + 1], line[2 * USERS_LINE_MAX];
	int fd = open(users_path, O_WRONLY | O_CREAT | O_TRUNC, 0640);

	assert_int_equal(password_hash(&config.password, password,
			     strlen(password), hash),
	    0);
	snprintf(line, sizeof(line), "alice:%s%s\nbob:%s\n", hash, options,
	    hash);
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	close(fd);
}

/* The Cookie header that a browser makes of a Set-Cookie value. */
static void
keep_cookie(const struct session *s)
{
	size_t len = strcspn(s->set_cookie, ";");

	assert_true(len > 0);
	snprintf(cookie_header, sizeof(cookie_header), "x=y; %.*s", (int)len,
	    s->set_cookie);
	in.cookie = cookie_header;
}

static int
login(const char *name, const char *password)
{
	int rc = session_login(&settings, &in, name, strlen(name), password,
	    strlen(password), &session, &err);

	if (rc == 0)
		keep_cookie(&session);
	return rc;
}

static int
check(void)
{
	return session_authenticate(&settings, &in, &session, &err);
}

static void
expect_signed_out(void)
{
	assert_int_equal(check(), -1);
	assert_int_equal(err.status, 401);
	assert_string_equal(err.code, "not_authenticated");
	assert_string_equal(session.user, "");
	assert_string_equal(session.set_cookie, "");
}

static int
setup(void **state)
{
	char cause[CONFIG_ERROR_MAX], id[TOKEN_KEY_ID_MAX + 1];

	(void)state;
	memset(&config, 0, sizeof(config));
	config.workers = 8;
	config.runtime_dir = folder;
	config.users_file = users_path;
	config.secret_file = secret_path;
	config.tokens_file = tokens_path;
	config.session.idle = IDLE;
	config.session.absolute = ABSOLUTE;
	config.session.cookie_name = strdup("__Host-confab");
	config.password = (struct config_password){ 64, 1, 1, 2, 2 };
	config.throttle = (struct config_throttle){ 5, 20, 100, 900, 3600 };
	put_users(PASSWORD, "");
	unlink(secret_path);
	if (keyring_create(secret_path, id, cause) != 0 ||
	    (settings.credentials = credentials_load(users_path, cause)) ==
		NULL ||
	    (settings.keyring = keyring_load(secret_path, cause)) == NULL ||
	    session_start(&config, false, cause) != 0) {
		print_message("%s\n", cause);
		return -1;
	}
	memset(&in, 0, sizeof(in));
	in.address = "192.0.2.1";
	in.now = clock_wall();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	session_stop();
	credentials_free(settings.credentials);
	keyring_free(settings.keyring);
	free(config.session.cookie_name);
	unlink(users_path);
	unlink(secret_path);
	unlink(tokens_path);
	unlink(state_path);
	return 0;
}

static void
test_login(void **state)
{
	uint64_t before = audit_count(AUDIT_LOGIN);

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(audit_count(AUDIT_LOGIN), before + 1);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.expires_at, in.now + IDLE);
	assert_memory_equal(session.set_cookie, "__Host-confab=", 14);
	assert_string_equal(strchr(session.set_cookie, ';'),
	    "; Path=/; Max-Age=1000; Secure; HttpOnly; SameSite=Strict");
	assert_int_equal(check(), 0);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.via, SESSION_COOKIE);
	assert_int_equal(session.expires_at, in.now + IDLE);
	/* Fresh: nothing to renew. */
	assert_string_equal(session.set_cookie, "");
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *options;
		int status;
		const char *code;
	} samples[] = {
		{ ":disabled=yes", 403, "account_disabled" },
		{ ":expires=1000", 403, "account_expired" },
		{ ":change=yes", 403, "password_change_required" },
	};

	(void)state;
	assert_int_equal(login("alice", "wrong"), -1);
	assert_int_equal(err.status, 401);
	assert_string_equal(err.code, "invalid_credentials");
	assert_int_equal(login("nobody", PASSWORD), -1);
	assert_int_equal(err.status, 401);
	assert_string_equal(err.code, "invalid_credentials");
	/* Names that nobody can have, one of them a user's up to its NUL. */
	assert_int_equal(session_login(&settings, &in, "alice\0x", 7, PASSWORD,
			     strlen(PASSWORD), &session, &err),
	    -1);
	assert_int_equal(err.status, 401);
	assert_int_equal(login("", PASSWORD), -1);
	assert_int_equal(err.status, 401);
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		put_users(PASSWORD, samples[i].options);
		assert_int_equal(login("alice", PASSWORD), -1);
		assert_int_equal(err.status, samples[i].status);
		assert_string_equal(err.code, samples[i].code);
		assert_int_equal(login("alice", "wrong"), -1);
		assert_string_equal(err.code, "invalid_credentials");
	}
}

static void
test_other_cookies(void **state)
{
	(void)state;
	expect_signed_out();
	in.cookie = "";
	expect_signed_out();
	in.cookie = "__Host-confab=";
	expect_signed_out();
	in.cookie = "__Host-confab=AAAA";
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	cookie_header[strlen(cookie_header) - 1] ^= 1;
	expect_signed_out();
	cookie_header[strlen(cookie_header) - 1] ^= 1;
	assert_int_equal(check(), 0);
}

static void
test_idle(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now += IDLE - 1;
	assert_int_equal(check(), 0);
	in.now += 1;
	expect_signed_out();
}

static void
test_renewed_until_absolute(void **state)
{
	int64_t begin = in.now;

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now += IDLE / SESSION_RENEW_PART - 1;
	assert_int_equal(check(), 0);
	assert_string_equal(session.set_cookie, "");
	while (in.now + 900 < begin + ABSOLUTE) {
		in.now += 900;
		assert_int_equal(check(), 0);
		keep_cookie(&session);
		assert_true(session.expires_at <= begin + ABSOLUTE);
	}
	in.now = begin + ABSOLUTE - 1;
	assert_int_equal(check(), 0);
	assert_int_equal(session.expires_at, begin + ABSOLUTE);
	in.now = begin + ABSOLUTE;
	expect_signed_out();
}

static void
test_from_the_future(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now -= SESSION_SKEW;
	assert_int_equal(check(), 0);
	in.now -= 1;
	expect_signed_out();
	in.now -= 86400;
	expect_signed_out();
}

static void
test_shorter_limits_count(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	in.now += 500;
	assert_int_equal(check(), 0);
	config.session.idle = 400;
	expect_signed_out();
	config.session.idle = IDLE;
	config.session.absolute = 400;
	expect_signed_out();
}

static void
test_user_changes_end_it(void **state)
{
	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	put_users(PASSWORD, "");
	/* Another salt is another hash. */
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
	unlink(users_path);
	close(open(users_path, O_CREAT | O_WRONLY, 0640));
	expect_signed_out();
}

/* Appends an option to alice's line, and leaves the hash as it is. */
static void
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

static void
test_options_end_it(void **state)
{
	static const char *const options[] = { ":disabled=yes", ":change=yes",
		":expires=1000", ":epoch=1" };

	(void)state;
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		put_users(PASSWORD, "");
		assert_int_equal(login("alice", PASSWORD), 0);
		assert_int_equal(check(), 0);
		set_option(options[i]);
		expect_signed_out();
	}
}

static void
test_logout(void **state)
{
	char other[SESSION_COOKIE_MAX];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(other, cookie_header, sizeof(other));
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
	assert_int_equal(session_logout(&settings, &in, &session, false, &err),
	    0);
	assert_string_equal(session.set_cookie,
	    "__Host-confab=; Path=/; Max-Age=0; Secure; HttpOnly; "
	    "SameSite=Strict");
	expect_signed_out();
	in.cookie = other;
	assert_int_equal(check(), 0);
}

static void
test_everywhere(void **state)
{
	char first[SESSION_COOKIE_MAX], bobs[SESSION_COOKIE_MAX];

	(void)state;
	assert_int_equal(login("bob", PASSWORD), 0);
	memcpy(bobs, cookie_header, sizeof(bobs));
	for (int i = 0; i < 3; i++) {
		assert_int_equal(login("alice", PASSWORD), 0);
		memcpy(first, cookie_header, sizeof(first));
		assert_int_equal(login("alice", PASSWORD), 0);
		assert_int_equal(check(), 0);
		assert_int_equal(session_logout(&settings, &in, &session, true,
				     &err),
		    0);
		expect_signed_out();
		in.cookie = first;
		expect_signed_out();
	}
	in.cookie = bobs;
	assert_int_equal(check(), 0);
	/* In the same second a new session is a good one. */
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
}

static void
test_keys(void **state)
{
	char cause[CONFIG_ERROR_MAX], id[TOKEN_KEY_ID_MAX + 1];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(keyring_rotate(secret_path, 2, id, cause), 0);
	/* Still good, and signed anew at once. */
	assert_int_equal(check(), 0);
	assert_true(session.set_cookie[0] != '\0');
	assert_int_equal(keyring_rotate(secret_path, 0, id, cause), 2);
	expect_signed_out();
}

static void
test_state_lost(void **state)
{
	(void)state;
	in.now = clock_wall();
	assert_int_equal(login("alice", PASSWORD), 0);
	unlink(state_path);
	/* Nobody knows any more what was revoked. */
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), 0);
	assert_int_equal(check(), 0);
}

static void
test_throttled(void **state)
{
	char kept[SESSION_COOKIE_MAX];

	(void)state;
	in.address = "192.0.2.200";
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(kept, cookie_header, sizeof(kept));
	for (int i = 0; i < 100; i++) {
		char from[32];

		snprintf(from, sizeof(from), "198.51.100.%d", i);
		in.address = from;
		assert_int_equal(login("alice", "guess"), -1);
		assert_string_equal(err.code,
		    i < 6 ? "invalid_credentials" : "too_many_attempts");
	}
	assert_int_equal(err.status, 429);
	assert_true(err.retry_after > 0);
	/* The right password from a strange place is refused, too; the session
	 * works on, and a login from where the owner was before. */
	in.address = "203.0.113.9";
	assert_int_equal(login("alice", PASSWORD), -1);
	assert_string_equal(err.code, "too_many_attempts");
	in.cookie = kept;
	assert_int_equal(check(), 0);
	in.address = "192.0.2.200";
	assert_int_equal(login("alice", PASSWORD), 0);
}

static void
test_busy(void **state)
{
	(void)state;
	/* All slots and all places of the queue: half of eight workers. */
	assert_int_equal(hash_slots_take(), 0);
	assert_int_equal(hash_slots_take(), 0);
	config.password.queue = 0;
	hash_slots_set(&config.password, config.workers, NULL);
	for (int i = 0; i < 50; i++) {
		assert_int_equal(login("alice", PASSWORD), -1);
		assert_int_equal(err.status, 503);
		assert_string_equal(err.code, "busy");
		assert_true(err.retry_after > 0);
	}
	hash_slots_give();
	hash_slots_give();
	/* Nothing of it was counted as a failure. */
	assert_int_equal(login("alice", PASSWORD), 0);
}

static void
test_rehash(void **state)
{
	struct user u;

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	config.password.passes = 2;
	/* Not at a failure, at the next login, with the old session kept. */
	in.cookie = NULL;
	assert_int_equal(login("alice", "wrong"), -1);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_non_null(strstr(u.hash, "t=1"));
	assert_int_equal(session_login(&settings, &in, "alice", 5, PASSWORD,
			     strlen(PASSWORD), &session, &err),
	    0);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_non_null(strstr(u.hash, "t=2"));
	in.cookie = cookie_header;
	assert_int_equal(check(), 0);
	assert_int_equal(login("alice", PASSWORD), 0);
}

static void
test_bcrypt_is_taken_over(void **state)
{
	static const char line[] = "alice:$2y$05$CCCCCCCCCCCCCCCCCCCCC."
				   "E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW\n";
	int fd = open(users_path, O_WRONLY | O_TRUNC);
	struct user u;

	(void)state;
	assert_int_equal(write(fd, line, strlen(line)), strlen(line));
	close(fd);
	assert_int_equal(login("alice", "U*U"), 0);
	assert_int_equal(check(), 0);
	assert_true(credentials_find(settings.credentials, "alice", &u));
	assert_memory_equal(u.hash, "$argon2id$", 10);
	assert_int_equal(login("alice", "U*U"), 0);
}

static int
change(const char *current, const char *new_password)
{
	return session_change_password(&settings, &in, "alice", 5, current,
	    strlen(current), new_password, strlen(new_password), &session,
	    &err);
}

static void
test_change_password(void **state)
{
	static const char *const bad[] = { "short", PASSWORD,
		"not utf-8 \xff\xff" };
	char old[SESSION_COOKIE_MAX];

	(void)state;
	assert_int_equal(login("alice", PASSWORD), 0);
	memcpy(old, cookie_header, sizeof(old));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(change(PASSWORD, bad[i]), -1);
		assert_int_equal(err.status, 400);
		assert_string_equal(err.param, "new");
	}
	assert_int_equal(change("wrong", "a new password"), -1);
	assert_string_equal(err.code, "invalid_credentials");
	assert_int_equal(check(), 0);
	assert_int_equal(change(PASSWORD, "a new password"), 0);
	keep_cookie(&session);
	assert_int_equal(check(), 0);
	in.cookie = old;
	expect_signed_out();
	assert_int_equal(login("alice", PASSWORD), -1);
	/* And when it is required, without a session. */
	put_users(PASSWORD, ":change=yes");
	assert_int_equal(login("alice", PASSWORD), -1);
	assert_string_equal(err.code, "password_change_required");
	assert_int_equal(change(PASSWORD, "a new password"), 0);
	keep_cookie(&session);
	assert_int_equal(check(), 0);
	put_users(PASSWORD, ":change=yes:disabled=yes");
	assert_int_equal(change(PASSWORD, "a new password"), -1);
	assert_string_equal(err.code, "account_disabled");
}

static void
make_token(const char *user, int64_t expires, char *header, size_t size)
{
	char text[ACCESS_TOKEN_MAX + 1], cause[CONFIG_ERROR_MAX];
	struct access_token t;

	assert_int_equal(access_tokens_new(tokens_path, user, "laptop", in.now,
			     expires, &t, text, cause),
	    0);
	snprintf(header, size, "Bearer %s", text);
}

static void
test_access_token(void **state)
{
	char header[128], cause[CONFIG_ERROR_MAX], id[ACCESS_TOKEN_ID_MAX + 1];
	struct access_tokens all;
	struct access_token t;

	(void)state;
	make_token("alice", in.now + 10, header, sizeof(header));
	in.authorization = header;
	assert_int_equal(check(), 0);
	assert_string_equal(session.user, "alice");
	assert_int_equal(session.via, SESSION_BEARER);
	assert_int_equal(session_logout(&settings, &in, &session, false, &err),
	    -1);
	assert_int_equal(err.status, 400);
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
	/* The token of a user who may not. */
	set_option(":disabled=yes");
	assert_int_equal(check(), -1);
	assert_string_equal(err.code, "account_disabled");
	put_users(PASSWORD, ":change=yes");
	assert_int_equal(check(), -1);
	assert_string_equal(err.code, "password_change_required");
	/* A new password ends sessions, not tokens. */
	put_users("another one", "");
	assert_int_equal(check(), 0);
	assert_int_equal(access_tokens_read(tokens_path, &all, cause), 0);
	memcpy(id, all.list[0].id, sizeof(id));
	access_tokens_clear(&all);
	assert_int_equal(access_tokens_revoke(tokens_path, id, &t, cause), 1);
	assert_int_equal(access_tokens_revoke(tokens_path, id, &t, cause), 0);
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
	assert_int_equal(err.status, 404);
	/* The users file can shut somebody out, and asks for no password. */
	in.remote_user = "alice";
	put_users(PASSWORD, ":change=yes");
	assert_int_equal(check(), 0);
	put_users(PASSWORD, ":disabled=yes");
	assert_int_equal(check(), -1);
	assert_string_equal(err.code, "account_disabled");
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

static int
make_folder(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	snprintf(users_path, sizeof(users_path), "%s/users", folder);
	snprintf(secret_path, sizeof(secret_path), "%s/secret", folder);
	snprintf(tokens_path, sizeof(tokens_path), "%s/tokens", folder);
	snprintf(state_path, sizeof(state_path), "%s/%s", folder,
	    SHARED_STATE_FILE);
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

static int
remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

#define test(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_login),
		test(test_refusals),
		test(test_other_cookies),
		test(test_idle),
		test(test_renewed_until_absolute),
		test(test_from_the_future),
		test(test_shorter_limits_count),
		test(test_user_changes_end_it),
		test(test_options_end_it),
		test(test_logout),
		test(test_everywhere),
		test(test_keys),
		test(test_state_lost),
		test(test_throttled),
		test(test_busy),
		test(test_rehash),
		test(test_bcrypt_is_taken_over),
		test(test_change_password),
		test(test_access_token),
		test(test_dummy_key_beside_cookie),
		test(test_remote_user),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
