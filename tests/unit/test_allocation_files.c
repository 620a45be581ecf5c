/* SPDX-License-Identifier: MIT */
/*
 * Every single allocation fails once, while the administrator's files are read
 * and changed, and while a login's body is.
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

#include "confab/api/route.h"
#include "confab/base/files.h"
#include "confab/base/json.h"
#include "confab/base/log.h"
#include "confab/config/config.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/credentials.h"
#include "confab/identity/keyring.h"
#include "confab/identity/users.h"
#include "confab/provider/provider.h"
#include "fake_gateway.h"
#include "short_memory.h"
#include "temp_folder.h"
#include "users_help.h"

#define HASH "$2y$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"
#define USERS "# kept\nalice:" HASH ":change=yes\nbob:" HASH "\n"
#define ID "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
#define TOKENS "# kept\n0a1b:alice:laptop:" ID ":1:0\nff:bob:ci:" ID ":1:0\n"
#define SECRET "a 2026-01-01T00:00:00Z " ID "\nb 2026-02-01T00:00:00Z " ID "\n"

static char users_path[TEMP_PATH_MAX], tokens_path[TEMP_PATH_MAX];
static char secret_path[TEMP_PATH_MAX], config_path[TEMP_PATH_MAX];

static int
users_job(struct buf *out)
{
	struct users_entry user = { .name = "carol", .hash = HASH };
	char err[USERS_ERROR_MAX] = "";
	struct users *u;
	int rc;

	u = users_parse("users", USERS, strlen(USERS), err);
	if (u == NULL) {
		assert_non_null(strstr(err, "memory"));
		return -1;
	}
	rc = users_put(u, &user);
	if (rc == 0)
		rc = users_remove(u, "bob");
	if (rc == 0)
		rc = users_write(u, out);
	users_free(u);
	return rc;
}

static int
credentials_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "";
	struct credentials *c;
	struct users_entry user;
	bool found;

	c = load_users(users_path, err);
	if (c == NULL) {
		assert_string_not_equal(err, "");
		return -1;
	}
	/* Read again, as the file has changed: or known as before. */
	short_memory_pause(true);
	temp_put(users_path, USERS "# more\n", 0640);
	short_memory_pause(false);
	found = credentials_find(c, "alice", &user);
	credentials_free(c);
	assert_true(found);
	return buf_puts(out, user.name);
}

/* A change that is refused leaves the file as it was. */
static int
store_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "";
	struct credentials *c;
	int rc;

	short_memory_pause(true);
	temp_put(users_path, USERS, 0640);
	c = load_users(users_path, err);
	short_memory_pause(false);
	rc = credentials_store(c, "alice", HASH, "$2y$05$new", false, err) ==
		CREDENTIALS_STORED
	    ? 0
	    : -1;
	short_memory_pause(true);
	credentials_free(c);
	buf_reset(out);
	assert_int_equal(file_read(users_path, out, err), 0);
	if (rc != 0)
		assert_string_equal(buf_str(out), USERS);
	short_memory_pause(false);
	return rc;
}

static int
tokens_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "";
	struct access_tokens all;
	size_t i;

	if (access_tokens_read(tokens_path, &all, err) != 0) {
		assert_null(all.list);
		if (strstr(err, "memory") == NULL)
			fail_msg("%s", err);
		return -1;
	}
	for (i = 0; i < all.n; i++)
		buf_puts(out, all.list[i].id);
	access_tokens_clear(&all);
	return 0;
}

static int
revoke_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "";
	struct access_token removed;
	int rc;

	short_memory_pause(true);
	temp_put(tokens_path, TOKENS, 0640);
	short_memory_pause(false);
	rc = access_tokens_revoke(tokens_path, "0a1b", NULL, &removed, err);
	short_memory_pause(true);
	buf_reset(out);
	assert_int_equal(file_read(tokens_path, out, err), 0);
	if (rc != ACCESS_TOKENS_DONE)
		assert_string_equal(buf_str(out), TOKENS);
	short_memory_pause(false);
	assert_int_not_equal(rc, ACCESS_TOKENS_NONE);
	return rc == ACCESS_TOKENS_DONE ? 0 : -1;
}

static int
keyring_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "";
	struct keyring_keys keys;
	struct keyring *k;
	size_t i;

	k = keyring_load(secret_path, geteuid(), err);
	if (k == NULL) {
		assert_string_not_equal(err, "");
		return -1;
	}
	keyring_keys(k, &keys);
	for (i = 0; i < keys.n; i++)
		buf_puts(out, keys.keys[i].id);
	keyring_wipe(&keys);
	keyring_free(k);
	return 0;
}

/* The new key is another each time: told is only how many there are. */
static int
rotate_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "", id[TOKEN_KEY_ID_MAX + 1];
	struct keyring_keys keys;
	int rc;

	short_memory_pause(true);
	temp_put(secret_path, SECRET, 0600);
	short_memory_pause(false);
	rc = keyring_rotate(secret_path, 1, 0, id, err);
	short_memory_pause(true);
	buf_reset(out);
	assert_int_equal(file_read(secret_path, out, err), 0);
	assert_int_equal(keyring_parse("secret", buf_str(out), out->len, &keys,
			     err),
	    0);
	assert_int_equal(keys.n, 2);
	if (rc == -1)
		assert_string_equal(buf_str(out), SECRET);
	buf_reset(out);
	keyring_wipe(&keys);
	short_memory_pause(false);
	return rc == -1 ? -1 : 0;
}

static int
config_job(struct buf *out)
{
	char err[CONFIG_ERROR_MAX] = "";
	struct config *c;
	int rc;

	c = config_read(config_path, provider_kinds, err);
	if (c == NULL) {
		if (strstr(err, "memory") == NULL)
			fail_msg("%s", err);
		return -1;
	}
	short_memory_pause(true);
	rc = config_dump(c, out);
	short_memory_pause(false);
	config_free(c);
	return rc;
}

static int
login_job(struct buf *out)
{
	static const char body[] =
	    "{\"username\":\"a name that needs memory of its own\","
	    "\"password\":\"a password that does, and is longer still\"}";
	struct config config = { .limits.json_depth = 16 };
	struct settings settings = { .config = &config };
	struct response response;
	struct request request;
	struct json_object *v;
	struct route_call c = { .settings = &settings,
		.request = &request,
		.response = &response };
	int status;

	memset(&request, 0, sizeof(request));
	short_memory_pause(true);
	buf_init(&request.body, sizeof(body));
	(void)buf_puts(&request.body, body);
	response_init(&response);
	short_memory_pause(false);
	v = route_json(&c);
	short_memory_pause(true);
	if (v != NULL)
		(void)json_write(out, v);
	json_object_put(v);
	status = response.status;
	response_free(&response);
	buf_free(&request.body);
	short_memory_pause(false);
	if (v == NULL)
		assert_int_equal(status, 503);
	return v != NULL ? 0 : -1;
}

/* A body of unknown length, whose memory grows as it comes. */
static int
body_job(struct buf *out)
{
	static const char *const params[] = { "REQUEST_METHOD", "POST", NULL };
	static char body[20000];
	struct fake_gateway g;
	struct api_error err = { .status = 0 };
	struct request r;
	int rc;

	memset(body, 'x', sizeof(body));
	fake_gateway_init(&g, params);
	g.body = body;
	g.len = sizeof(body);
	g.once = 1000;
	request_init(&r, &g.gateway);
	rc = request_read(&r,
	    &(struct request_body){ sizeof(body), 60000, NULL, NULL }, &err);
	if (rc == 0)
		buf_append(out, buf_str(&r.body), r.body.len);
	else
		assert_int_equal(err.status, 503);
	request_free(&r);
	fake_gateway_free(&g);
	return rc;
}

static void
test_users(void **state)
{
	(void)state;
	short_memory_try(users_job);
	short_memory_try(credentials_job);
	short_memory_try(store_job);
}

static void
test_tokens(void **state)
{
	(void)state;
	short_memory_try(tokens_job);
	short_memory_try(revoke_job);
}

static void
test_keyring(void **state)
{
	(void)state;
	short_memory_try(keyring_job);
	short_memory_try(rotate_job);
}

/* libconfuse itself does not live through a failure of its own. */
static void
test_config(void **state)
{
	(void)state;
	short_memory_try_own(config_job);
}

static void
test_login(void **state)
{
	(void)state;
	short_memory_try(body_job);
	short_memory_try(login_job);
}

static int
setup(void **state)
{
	char key_path[TEMP_PATH_MAX];

	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(users_path, "users");
	temp_path(tokens_path, "tokens");
	temp_path(secret_path, "secret");
	temp_path(config_path, "confab.conf");
	temp_path(key_path, "key");
	temp_put(users_path, USERS, 0640);
	temp_put(tokens_path, TOKENS, 0640);
	temp_put(secret_path, SECRET, 0600);
	temp_put(key_path, "sk-secret\n", 0600);
	temp_put(config_path,
	    "workers = 4\nusers_file = \"people\"\n"
	    "limits { body = 64k }\n"
	    "provider \"p\" { base_url = \"https://h.example/v1\"\n"
	    "api_key_file = \"key\" headers = {\"X-One: 1\", \"X-Two: 2\"}\n"
	    "model \"m\" { upstream = u fallback = n }\n"
	    "model \"n\" { input = {\"text\", \"image\"} } }\n"
	    "provider \"demo\" { kind = demo }\n",
	    0640);
	/* The errors that are meant to come are not ours to look at. */
	log_configure(LOG_TO_STDERR, LOG_LEVEL_ERROR);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_keyring),
		cmocka_unit_test(test_config),
		cmocka_unit_test(test_login),
	};

	return cmocka_run_group_tests(tests, setup, temp_folder_remove);
}
