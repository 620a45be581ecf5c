/* SPDX-License-Identifier: MIT */
/*
 * Configurations that are refused: the line and the remedy in every error, and
 * no secret.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config_help.h"

#define KEYED                                                \
	"provider \"x\" { base_url = \"http://localhost\"\n" \
	"api_key_file = \"key\" }\n"

static void
test_bad_values(void **state)
{
	(void)state;
	bad("workers = 0\n" DEMO, 1, "workers|number from 1 to 256|\"0\"");
	bad("\n\nworkers = many\n" DEMO, 3, "workers|\"many\"");
	bad("workers = 08x\n", 1, "workers");
	bad("workers = -1\n", 1, "workers");
	bad("workers = \"\"\n", 1, "workers");
	bad("workers = 99999999999999999999999\n", 1, "workers");
	bad("limits {\n body = 16Q\n}\n", 2, "body|a size|1k to 512M");
	bad("limits {\n body = 16.5M }", 2, "body");
	bad("limits {\n body = \"16 M\" }", 2, "body");
	bad("timeouts {\n\n connect = 10x }", 3, "connect|a time|100ms");
	bad("timeouts { connect = 1ms }", 1, "connect|100ms to 10min");
	bad("session { idle = 1500ms }", 1, "idle|whole seconds");
	bad("auth = ldap\n", 1, "auth|one of password, remote_user");
	bad("socket_mode = 999\n", 1, "socket_mode|0660");
	bad("listen = \"unix:relative\"\n", 1, "listen|unix:/PATH");
	bad("listen = \"localhost\"\n", 1, "listen");
	bad("listen = \"localhost:0\"\n", 1, "listen");
	bad("users_file = \"\"\n", 1, "users_file|a file name");
	bad("users_file = \"a\nb\"\n", 2, "users_file");
	bad("provider \"x\" { include_usage = maybe }", 1, "yes or no");
}

static void
test_bad_structure(void **state)
{
	(void)state;
	bad("worker = 8\n" DEMO, 1, "\"worker\"|did you mean \"workers\"");
	bad("\"odd\nname\x01\" = 8\n", 2, "odd?name?");
	bad("\nlimit { }\n", 2, "did you mean \"limits\"");
	bad("limits {\n bodies = 1M }\n", 2, "in section limits|\"body\"");
	bad("provider \"x\" {\n modle \"y\" { } }", 2, "\"model\"");
	bad("xyzzy_nothing = 1\n", 1, "xyzzy_nothing");
	bad("workers = 1\nworkers = 2\n", 2, "twice|line 1");
	bad("workers 5\n", 1, "workers");
	bad("workers =\n", 1, "something is missing");
	bad("workers = {1}\n", 1, "");
	bad("limits { body = 1M\n", 1, "limits|not closed");
	bad("}\n", 1, "brace");
	bad("\n\"\" = 5\n", 2, "syntax error");
	bad(DEMO "/* no end\n", 2, "comment|not closed");
	bad("users_file = \"abc\n", 1, "string is not closed");
	bad("\"abc\n", 1, "string is not closed");
	bad("users_file = 'abc\n", 1, "unterminated");
	bad(DEMO DEMO, 2, "duplicate title 'demo'");
	bad("provider \"x\" { base_url = \"http://[::1]\"\n model \"m\" {}\n"
	    "model \"m\" {} }",
	    3, "duplicate title 'm'");
	bad("provider { kind = demo }\n", 1, "title");
	bad("provider \"a b\" { kind = demo }\n", 1, "title|letters");
	bad("provider \"x\" { kind = demo model \"\" { } }\n", 1, "title");
	bad("workers = 1\n", 0, "no provider|kind = demo");
	bad("", 0, "no provider");
	/* The lexer has recovered from all that. */
	config_free(good(DEMO));
}

static void
test_bad_relations(void **state)
{
	(void)state;
	bad("provider \"x\" {\n kind = openia\n}\n", 2,
	    "openia|openai, openai_responses, anthropic, demo");
	bad("provider \"x\" {\n kind = openai\n}\n", 3, "x has no base_url");
	bad("provider \"x\" {\n kind = demo\n base_url = \"http://h\"\n}\n", 3,
	    "demo has no address");
	bad("session {\n idle = 2h\n absolute = 1h\n}\n" DEMO, 2, "idle");
	bad("state { valkey = \"tls://h\" }\n" DEMO, 1, "valkey");
	bad("state { valkey = \"h\" }\n" DEMO, 1, "valkey");
#if defined(HAVE_HIREDIS) && !defined(HAVE_HIREDIS_SSL)
	bad("state {\n valkey = \"tls://h:1\"\n}\n" DEMO, 2, "no TLS");
#endif
	bad("state { prefix = \"a b\" }\n" DEMO, 1, "prefix");
	bad("state { on_loss = wait }\n" DEMO, 1, "on_loss|go_on");
	bad("state {\n password_file = \"none\"\n}\n" DEMO, 3, "valkey");
#ifdef HAVE_HIREDIS
	bad("state {\n host = a\n}\n" DEMO, 2, "valkey");
	bad("state {\n valkey = \"h:1\"\n host = \"a b\"\n}\n" DEMO, 3,
	    "letters");
	bad("state {\n valkey = \"h:1\"\n user = u\n}\n" DEMO, 3,
	    "password_file");
	bad("state {\n valkey = \"h:1\"\n password_file = \"none\"\n}\n" DEMO,
	    3, "password_file");
	bad("state {\n users = valkey\n}\n" DEMO, 2, "users_user|sentinel");
	bad("state {\n valkey = \"h:1\"\n users_user = u\n}\n" DEMO, 3,
	    "users_user|users = valkey");
	bad("state {\n valkey = \"h:1\"\n users = valkey\n"
	    " users_user = u\n}\n" DEMO,
	    3, "users_password_file");
	bad("state {\n valkey = \"h:1\"\n users = valkey\n"
	    " users_user = u\n users_password_file = \"none\"\n}\n" DEMO,
	    4, "another one");
	bad("state {\n users = valkeys\n}\n" DEMO, 2, "valkeys|file, valkey");
#else
	bad("state {\n valkey = \"h:1\"\n}\n" DEMO, 2, "hiredis");
#endif
	bad("password {\n lanes = 16\n memory_kib = 64\n}\n" DEMO, 3,
	    "memory_kib");
	bad("default_model = nope\n" DEMO, 1, "default_model|nope");
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    " model \"a\" {\n fallback = a } }\n",
	    3, "fallback|itself");
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    " model \"a\" {\n fallback = b } }\n",
	    3, "no model \"b\"");
	config_free(good("default_model = eliza\n" DEMO));
	config_free(good("default_model = \"demo/tour\"\n" DEMO));
	config_free(
	    good("default_model = any\n"
		 "provider \"x\" { base_url = \"http://localhost\" }\n"));
}

#define X "provider \"x\" { base_url = \"http://localhost\"\n"

static void
test_transcription(void **state)
{
	struct config *c;

	(void)state;
	bad("transcription = whisper\n" X "}\n", 1, "transcription|whisper");
	bad("transcription = \"y/whisper\"\n" X "}\n", 1, "y/whisper");
	bad("transcription = \"x/\"\n" X "}\n", 1, "PROVIDER/MODEL");
	bad("transcription = \"demo/eliza\"\n" DEMO, 1, "kind demo");
	bad("transcription = \"x/m\"\n" X "kind = anthropic }\n", 1,
	    "kind anthropic");
	c = good("transcription = \"x/openai/whisper\"\n" X "}\n");
	assert_ptr_equal(c->transcriber, &c->providers[0]);
	assert_string_equal(c->transcription_model, "openai/whisper");
	assert_string_equal(c->transcriber->transcription_path,
	    "/audio/transcriptions");
	config_free(c);
	c = good("transcription = \"x/m\"\n" X
		 "transcription_path = \"/inference\"\n"
		 "model \"m\" { upstream = \"large-v3\" } }\n");
	assert_string_equal(c->transcription_model, "large-v3");
	assert_string_equal(c->transcriber->transcription_path, "/inference");
	config_free(c);
}

static void
test_bad_provider(void **state)
{
	static const char *const urls[] = { "ftp://h", "http://", "h/v1",
		"https://u:p@h/v1", "https://h/v1?x=y", "https://h/v1#x",
		"https://h:99999/", "https://h:x/", "https://a b/",
		"https://h/\\n", "https://h:80x/" };
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		snprintf(text, sizeof(text),
		    "provider \"x\" {\n base_url = \"%s\"\n}\n", urls[i]);
		bad(text, 2, "base_url|http or https URL");
	}
	bad("provider \"x\" {\n headers = {\"No colon\"}\n}\n", 2, "headers");
	bad("provider \"x\" {\n headers = {\"Host: x\"}\n}\n", 2, "headers");
	bad("provider \"x\" {\n headers = {\"A: canary\xc3\xa9\"}\n}\n", 2,
	    "headers");
	assert_null(strstr(config_error, "canary"));
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "api_key_file = key\nheaders = {\"authorization: b\"} }\n",
	    3, "header of the key");
	/* A header that is shorter than that of the key. */
	write_file("key", "k", 1, 0600);
	config_free(good("provider \"x\" { base_url = \"http://localhost\"\n"
			 "api_key_file = key\nheaders = {\"A: b\"} }\n"));
#define FOUR "\"A: 1\", \"B: 2\", \"C: 3\", \"D: 4\","
#define SIXTEEN FOUR FOUR FOUR FOUR
	config_free(good("provider \"x\" { base_url = \"http://localhost\"\n"
			 "headers = {" SIXTEEN "} }\n"));
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "headers = {" SIXTEEN "\"E: 5\"} }\n",
	    2, "headers has more than 16");
	bad("provider \"x\" {\n chat_path = \"a\"\n}\n", 2, "chat_path|slash");
	bad("provider \"x\" {\n query = \"?a=b\"\n}\n", 2, "query");
	bad("provider \"x\" {\n proxy = \"http://u:p@h\"\n}\n", 2, "proxy");
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "ca_file = \"none.pem\" }\n",
	    2, "ca_file|none.pem");
}

static void
test_key_files(void **state)
{
	char big[9000];

	(void)state;
	write_file("key", "k\r\n", 3, 0400);
	config_free(good(KEYED));
	write_file("key", "k", 1, 0640);
	bad(KEYED, 2, "api_key_file|0600");
	write_file("key", "k", 1, 0602);
	bad(KEYED, 2, "api_key_file|0600");
	write_file("key", "", 0, 0600);
	bad(KEYED, 2, "empty");
	write_file("key", "a b", 3, 0600);
	bad(KEYED, 2, "printable");
	write_file("key", "a\nb", 3, 0600);
	bad(KEYED, 2, "printable");
	write_file("key", "canary\0x", 8, 0600);
	bad(KEYED, 2, "printable");
	assert_null(strstr(config_error, "canary"));
	memset(big, 'k', sizeof(big));
	write_file("key", big, 8192, 0600);
	config_free(good(KEYED));
	write_file("key", big, 8193, 0600);
	bad(KEYED, 2, "too large");
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "api_key_file = \".\" }\n",
	    2, "regular file");
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "api_key_file = \"none\" }\n",
	    2, "none: cannot be opened: No such file");
}

static void
test_credentials(void **state)
{
	static const char text[] =
	    "provider \"x\" { base_url = "
	    "\"http://localhost\"\napi_key_file = \"credential:%s\" }\n";
	struct config *c;
	char conf[256];

	(void)state;
	snprintf(conf, sizeof(conf), text, "key");
	unsetenv("CREDENTIALS_DIRECTORY");
	bad(conf, 2, "no credentials");
	setenv("CREDENTIALS_DIRECTORY", temp_folder, 1);
	write_file("key", "from-systemd", 12, 0440);
	c = good(conf);
	assert_string_equal(c->providers[0].api_key, "from-systemd");
	config_free(c);
	snprintf(conf, sizeof(conf), text, "../key");
	bad(conf, 2, "no name of a credential");
	unsetenv("CREDENTIALS_DIRECTORY");
}

static void
test_bad_files(void **state)
{
	(void)state;
	write_file("c.conf", "a\nb\xff", 4, 0644);
	assert_null(config_read(config_path, provider_kinds, config_error));
	assert_non_null(strstr(config_error, ":2: is not UTF-8"));
	write_file("c.conf", "a\0b", 3, 0644);
	assert_null(config_read(config_path, provider_kinds, config_error));
	assert_non_null(strstr(config_error, "NUL"));
	write_file("c.conf", DEMO, strlen(DEMO), 0666);
	assert_null(config_read(config_path, provider_kinds, config_error));
	assert_non_null(strstr(config_error, "everybody"));
	assert_null(
	    config_read("/nonexistent/c.conf", provider_kinds, config_error));
	assert_non_null(
	    strstr(config_error, "/nonexistent/c.conf: No such file"));
	assert_null(config_read(temp_folder, provider_kinds, config_error));
	assert_non_null(strstr(config_error, "regular file"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_bad_structure),
		cmocka_unit_test(test_bad_relations),
		cmocka_unit_test(test_transcription),
		cmocka_unit_test(test_bad_provider),
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_bad_files),
	};

	return cmocka_run_group_tests(tests, config_group_begin,
	    temp_folder_remove);
}
