/* SPDX-License-Identifier: MIT */
/* The tokens file: its form, and that only the one token opens the door. */
#include "config.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/base/files.h"
#include "confab/identity/access_tokens.h"
#include "temp_folder.h"

#define DIGEST \
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static char path[TEMP_PATH_MAX];
static struct access_tokens_file *followed;

static int
parse(const char *text, struct access_tokens *out, char *err)
{
	return access_tokens_parse("tokens", text, strlen(text), out, err);
}

/* Makes a token without limits. Returns 0 or -1. */
static int
make_one(const char *file, const char *user, const char *label, int64_t created,
    int64_t expires, struct access_token *out, char *text, char *err)
{
	memset(out, 0, sizeof(*out));
	snprintf(out->user, sizeof(out->user), "%s", user);
	snprintf(out->label, sizeof(out->label), "%s", label);
	out->created = created;
	out->expires = expires;
	return access_tokens_new(file, out, 0, text, err) == ACCESS_TOKENS_DONE
	    ? 0
	    : -1;
}

static void
test_form(void **state)
{
	char err[CONFIG_ERROR_MAX];
	struct access_tokens all;

	(void)state;
	assert_int_equal(parse("# scripts\n\n0a1b:alice:my laptop:" DIGEST
			       ":1700000000:0\r\n"
			       "ff:bob:ci:" DIGEST ":1700000000:1800000000",
			     &all, err),
	    0);
	assert_int_equal(all.n, 2);
	assert_string_equal(all.list[0].id, "0a1b");
	assert_string_equal(all.list[0].user, "alice");
	assert_string_equal(all.list[0].label, "my laptop");
	assert_int_equal(all.list[0].digest[31], 0x1f);
	assert_int_equal(all.list[0].created, 1700000000);
	assert_int_equal(all.list[0].expires, 0);
	assert_int_equal(all.list[1].expires, 1800000000);
	access_tokens_clear(&all);
	assert_int_equal(all.n, 0);
}

static void
test_errors(void **state)
{
	static const char *const samples[] = {
		"0a",
		"0a:alice:x:" DIGEST ":1",
		"0a:alice:x:" DIGEST ":1:2:3",
		"0A:alice:x:" DIGEST ":1:2",
		":alice:x:" DIGEST ":1:2",
		"0a0a0a0a0a0a0a0a0a:alice:x:" DIGEST ":1:2",
		"0a::x:" DIGEST ":1:2",
		"0a:alice::" DIGEST ":1:2",
		"0a:alice:x:00:1:2",
		"0a:alice:x:" DIGEST ":-1:2",
		"0a:alice:x:" DIGEST ":1:never",
		"0a:alice:x:" DIGEST ":1:",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		char err[CONFIG_ERROR_MAX] = "";
		struct access_tokens all;

		assert_int_equal(parse(samples[i], &all, err), -1);
		assert_memory_equal(err, "tokens:1: ", 10);
		assert_null(all.list);
	}
}

/* One made before there were checksums: "confab_" and 43 times "A". */
static void
test_made_before(void **state)
{
	static const char old[] =
	    "confab_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	    "AAAA";
	char line[256], hex[2 * CRYPTO_SHA256_LEN + 1], err[CONFIG_ERROR_MAX];
	unsigned char digest[CRYPTO_SHA256_LEN];
	struct access_token found;

	(void)state;
	assert_int_equal(crypto_sha256(digest, old, strlen(old)), 0);
	encode_hex(hex, digest, sizeof(digest));
	snprintf(line, sizeof(line), "00aa:alice:old:%s:10:0\n", hex);
	temp_put(path, line, 0640);
	assert_int_equal(access_tokens_find(followed, path, old, strlen(old),
			     &found, err),
	    1);
	assert_string_equal(found.user, "alice");
	unlink(path);
}

static void
test_life(void **state)
{
	char text[3][ACCESS_TOKEN_MAX + 1], err[CONFIG_ERROR_MAX];
	char label[ACCESS_TOKEN_LABEL_MAX + 2];
	struct access_token made[3], found, removed;
	struct access_tokens all;
	struct buf file;
	int fd;

	(void)state;
	assert_int_equal(access_tokens_read(path, &all, err), 0);
	assert_int_equal(all.n, 0);
	assert_int_equal(access_tokens_find(followed, path, "confab_x", 8,
			     &found, err),
	    0);
	/* A line by hand, without its newline. */
	temp_put(path, "# by hand", 0640);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(make_one(path, "alice", "a label", 10, 0,
				     &made[i], text[i], err),
		    0);
		assert_int_equal(strlen(text[i]), 4 + 43 + 6);
		assert_memory_equal(text[i], "cfb_", 4);
	}
	assert_string_not_equal(text[0], text[1]);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(access_tokens_find(followed, path, text[i],
				     strlen(text[i]), &found, err),
		    1);
		assert_string_equal(found.id, made[i].id);
	}
	for (size_t n = 0; n < strlen(text[0]); n++)
		assert_int_equal(access_tokens_find(followed, path, text[0], n,
				     &found, err),
		    0);
	/* The text itself is nowhere in the file. */
	buf_init(&file, 65536);
	assert_int_equal(file_read(path, &file, err), 0);
	assert_null(strstr(buf_str(&file), text[0] + 7));
	buf_free(&file);

	assert_int_equal(access_tokens_revoke(path, made[1].id, NULL, &removed,
			     err),
	    ACCESS_TOKENS_DONE);
	assert_string_equal(removed.user, "alice");
	assert_int_equal(access_tokens_find(followed, path, text[1],
			     strlen(text[1]), &found, err),
	    0);
	assert_int_equal(access_tokens_find(followed, path, text[2],
			     strlen(text[2]), &found, err),
	    1);
	/* A file that has become bad lets nobody in: what was revoked with the
	 * change would live on. */
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "broken", 6), 6);
	close(fd);
	assert_int_equal(access_tokens_find(followed, path, text[2],
			     strlen(text[2]), &found, err),
	    -1);
	assert_int_equal(make_one(path, "alice", "x", 10, 0, &made[0], text[0],
			     err),
	    -1);
	unlink(path);
	assert_int_equal(access_tokens_find(followed, path, text[2],
			     strlen(text[2]), &found, err),
	    0);
	assert_int_equal(make_one(path, "a:b", "x", 10, 0, &made[0], text[0],
			     err),
	    -1);
	assert_int_equal(make_one(path, "a", "", 10, 0, &made[0], text[0], err),
	    -1);
	memset(label, 'x', sizeof(label));
	label[ACCESS_TOKEN_LABEL_MAX] = '\0';
	assert_int_equal(make_one(path, "a", label, 10, 0, &made[0], text[0],
			     err),
	    0);
}

/* The limit itself is reached, and one more is refused: as a line of the file
 * and as a new token, which leaves the file as it was. */
static void
test_limit(void **state)
{
	char text[ACCESS_TOKEN_MAX + 1], err[CONFIG_ERROR_MAX];
	struct access_token made, removed;
	struct access_tokens all;
	struct buf file;

	(void)state;
	buf_init(&file, ACCESS_TOKENS_FILE_MAX);
	for (int i = 0; i < ACCESS_TOKENS_MAX; i++)
		buf_printf(&file, "%08x:alice:x:" DIGEST ":1:0\n", i);
	temp_put(path, buf_str(&file), 0640);
	assert_int_equal(access_tokens_read(path, &all, err), 0);
	assert_int_equal(all.n, ACCESS_TOKENS_MAX);
	access_tokens_clear(&all);
	assert_int_equal(make_one(path, "alice", "x", 10, 0, &made, text, err),
	    -1);
	assert_non_null(strstr(err, "10000"));
	assert_int_equal(access_tokens_revoke(path, "00000007", NULL, &removed,
			     err),
	    ACCESS_TOKENS_DONE);
	assert_int_equal(make_one(path, "alice", "x", 10, 0, &made, text, err),
	    0);
	assert_int_equal(access_tokens_find(followed, path, text, strlen(text),
			     &made, err),
	    1);
	buf_puts(&file, "ffffffff:alice:x:" DIGEST ":1:0\n");
	temp_put(path, buf_str(&file), 0640);
	assert_int_equal(access_tokens_read(path, &all, err), -1);
	assert_non_null(strstr(err, ":10001: "));
	assert_null(all.list);
	unlink(path);
	buf_free(&file);
}

static int
make_folder(void **state)
{
	if (temp_folder_make(state) != 0)
		return -1;
	temp_path(path, "tokens");
	followed = access_tokens_open();
	return followed != NULL ? 0 : -1;
}

static int
end(void **state)
{
	access_tokens_close(followed);
	return temp_folder_remove(state);
}

/* Limits are kept through the file; a user has so many and no more, and nobody
 * ends another's. */
static void
test_own(void **state)
{
	char text[ACCESS_TOKEN_MAX + 1], err[CONFIG_ERROR_MAX];
	struct access_token t, removed;
	struct access_tokens all;

	(void)state;
	unlink(path);
	memset(&t, 0, sizeof(t));
	memcpy(t.user, "alice", 6);
	memcpy(t.label, "x", 2);
	t.limits.read_only = true;
	t.limits.tokens_per_day = 5;
	assert_null(token_limits_add_model(&t.limits, "llama3:8b"));
	assert_null(token_limits_add_network(&t.limits, "2001:db8::/32"));
	for (int i = 0; i < 2; i++)
		assert_int_equal(access_tokens_new(path, &t, 2, text, err),
		    ACCESS_TOKENS_DONE);
	assert_int_equal(access_tokens_new(path, &t, 2, text, err),
	    ACCESS_TOKENS_FULL);
	assert_int_equal(access_tokens_read(path, &all, err), 0);
	assert_int_equal(all.n, 2);
	for (size_t i = 0; i < all.n; i++) {
		const struct token_limits *l = &all.list[i].limits;

		assert_memory_equal(l, &t.limits, sizeof(*l));
	}
	assert_int_equal(access_tokens_revoke(path, all.list[0].id, "bob",
			     &removed, err),
	    ACCESS_TOKENS_NONE);
	assert_int_equal(access_tokens_revoke(path, all.list[0].id, "alice",
			     &removed, err),
	    ACCESS_TOKENS_DONE);
	access_tokens_clear(&all);
	assert_int_equal(access_tokens_new(path, &t, 2, text, err),
	    ACCESS_TOKENS_DONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_made_before),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, make_folder, end);
}
