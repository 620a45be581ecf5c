/* SPDX-License-Identifier: MIT */
/*
 * Reading configurations: values and defaults, the line and the remedy in
 * every error, secrets, and a dump that reads back to the same.
 */
#include "config.h"

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

#include "confab/buf.h"
#include "confab/config_option.h"

static char dir[] = "/tmp/confab-config-XXXXXX";
static char path[64], err[CONFIG_ERROR_MAX];

static void
write_file(const char *name, const char *text, size_t len, mode_t mode)
{
	char at[128];
	FILE *f;

	snprintf(at, sizeof(at), "%s/%s", dir, name);
	unlink(at);
	f = fopen(at, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(at, mode), 0);
}

static struct config *
read_text(const char *text)
{
	write_file("c.conf", text, strlen(text), 0644);
	return config_read(path, err);
}

static struct config *
good(const char *text)
{
	struct config *c = read_text(text);

	if (c == NULL)
		fail_msg("refused: %s", err);
	assert_string_equal(err, "");
	return c;
}

/* The error must be PATH:LINE: and have each of the words. */
static void
bad(const char *text, unsigned line, const char *words)
{
	char where[128], *list = strdup(words), *w, *next = list;
	struct config *c = read_text(text);

	if (c != NULL)
		fail_msg("accepted: %s", text);
	if (line == 0)
		snprintf(where, sizeof(where), "%s: ", path);
	else
		snprintf(where, sizeof(where), "%s:%u: ", path, line);
	if (strncmp(err, where, strlen(where)) != 0)
		fail_msg("wanted %s in: %s", where, err);
	while ((w = strsep(&next, "|")) != NULL) {
		if (strstr(err, w) == NULL)
			fail_msg("wanted \"%s\" in: %s", w, err);
	}
	assert_null(strchr(err, '\n'));
	free(list);
}

#define DEMO "provider \"demo\" { kind = demo }\n"

static void
test_defaults(void **state)
{
	struct config *c = good(DEMO);
	char want[128];

	(void)state;
	assert_int_equal(c->workers, 8);
	assert_int_equal(c->socket_mode, 0660);
	assert_int_equal(c->limits.body, 16 << 20);
	assert_int_equal(c->limits.json_depth, 64);
	assert_int_equal(c->timeouts.connect, 10000);
	assert_int_equal(c->timeouts.total, 1800000);
	assert_int_equal(c->session.idle, 7 * 86400);
	assert_string_equal(c->session.cookie_name, "__Host-confab");
	assert_int_equal(c->password.memory_kib, 65536);
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	assert_null(c->tokens_file);
	assert_null(c->default_model);
	snprintf(want, sizeof(want), "%s/users", dir);
	assert_string_equal(c->users_file, want);
	assert_int_equal(c->n_providers, 1);
	assert_int_equal(c->providers[0].kind, PROVIDER_DEMO);
	assert_false(c->providers[0].list_models);
	config_free(c);
}

static const char full[] =
    "# a comment\n"
    "workers = 4 // and another\n"
    "listen = \"127.0.0.1:9000\"\n"
    "socket_mode = 0600\n"
    "auth = remote_user\n"
    "log_level = debug\n"
    "users_file = \"/etc/x/users\"\n"
    "limits { body = 64k  streams = 7\n messages = 3 tokens_per_day = 5 }\n"
    "timeouts { connect = 500ms total = 2h models = 7d grace = 0 }\n"
    "session { idle = 90 absolute = 1h }\n"
    "provider \"main\" {\n"
    "  kind = openai\n"
    "  base_url = \"https://api.example/v1/\"\n"
    "  api_key_file = \"key\"\n"
    "  key_header = \"api-key\"\n"
    "  query = \"api-version=2024-10-21\"\n"
    "  headers = {\"X-One: 1\", \"X-Two: a \\\"b\\\" $\"}\n"
    "  include_usage = no\n"
    "  model \"gpt/5\" { context_length = 400000 input = {\"text\", "
    "\"image\"}\n"
    "    name = \"G\xc3\xa9 \\\\ \\x24{HOME}\" upstream = 'g5' "
    "fallback = claude }\n"
    "}\n"
    "provider \"a\" { kind = anthropic base_url = \"http://[::1]:8080\"\n"
    "  model \"claude\" { max_output_tokens = 8192 input = image } }\n"
    "provider \"b\" { base_url = \"https://api.openai.com/v1\" }\n";

static void
check_full(const struct config *c)
{
	const struct config_provider *p = &c->providers[0];

	assert_int_equal(c->workers, 4);
	assert_string_equal(c->listen, "127.0.0.1:9000");
	assert_int_equal(c->socket_mode, 0600);
	assert_int_equal(c->auth, AUTH_REMOTE_USER);
	assert_int_equal(c->log_level, LOG_LEVEL_DEBUG);
	assert_string_equal(c->users_file, "/etc/x/users");
	assert_int_equal(c->limits.body, 65536);
	assert_int_equal(c->limits.messages, 3);
	assert_int_equal(c->limits.tokens_per_day, 5);
	assert_int_equal(c->timeouts.connect, 500);
	assert_int_equal(c->timeouts.total, 7200000);
	assert_int_equal(c->timeouts.models, 604800000);
	assert_int_equal(c->timeouts.grace, 0);
	assert_int_equal(c->session.idle, 90);
	assert_int_equal(c->n_providers, 3);
	assert_string_equal(p->base_url, "https://api.example/v1");
	assert_string_equal(p->api_key, "sk-secret");
	assert_string_equal(p->key_prefix, "");
	assert_string_equal(p->chat_path, "/chat/completions");
	assert_string_equal(p->token_limit_field, "max_tokens");
	assert_int_equal(p->n_headers, 2);
	assert_string_equal(p->headers[1], "X-Two: a \"b\" $");
	assert_false(p->include_usage);
	assert_true(p->require_done);
	assert_false(p->list_models);
	assert_string_equal(p->models[0].name, "G\xc3\xa9 \\ ${HOME}");
	assert_string_equal(p->models[0].upstream, "g5");
	assert_string_equal(p->models[0].fallback, "claude");
	assert_int_equal(p->models[0].input, INPUT_TEXT | INPUT_IMAGE);
	assert_string_equal(c->providers[1].key_header, "x-api-key");
	assert_string_equal(c->providers[1].chat_path, "/v1/messages");
	assert_int_equal(c->providers[1].models[0].input, INPUT_IMAGE);
	assert_string_equal(c->providers[2].token_limit_field,
	    "max_completion_tokens");
	assert_string_equal(c->providers[2].key_prefix, "Bearer ");
	assert_true(c->providers[2].list_models);
}

static void
test_full_and_dump(void **state)
{
	struct config *c;
	struct buf one, two;

	(void)state;
	write_file("key", "sk-secret\n", 10, 0600);
	c = good(full);
	check_full(c);
	buf_init(&one, 1 << 20);
	buf_init(&two, 1 << 20);
	assert_int_equal(config_dump(c, &one), 0);
	config_free(c);
	assert_null(strstr(buf_str(&one), "sk-secret"));
	c = good(buf_str(&one));
	check_full(c);
	assert_int_equal(config_dump(c, &two), 0);
	assert_string_equal(buf_str(&one), buf_str(&two));
	config_free(c);
	buf_free(&one);
	buf_free(&two);
}

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
	bad("provider \"x\" {\n kind = openai\n}\n", 3, "x has no base_url");
	bad("provider \"x\" {\n kind = demo\n base_url = \"http://h\"\n}\n", 3,
	    "demo has no address");
	bad("session {\n idle = 2h\n absolute = 1h\n}\n" DEMO, 2, "idle");
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
	assert_null(strstr(err, "canary"));
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "api_key_file = key\nheaders = {\"authorization: b\"} }\n",
	    3, "header of the key");
	bad("provider \"x\" {\n chat_path = \"a\"\n}\n", 2, "chat_path|slash");
	bad("provider \"x\" {\n query = \"?a=b\"\n}\n", 2, "query");
	bad("provider \"x\" {\n proxy = \"http://u:p@h\"\n}\n", 2, "proxy");
	bad("provider \"x\" { base_url = \"http://localhost\"\n"
	    "ca_file = \"none.pem\" }\n",
	    2, "ca_file|none.pem");
}

#define KEYED                                                \
	"provider \"x\" { base_url = \"http://localhost\"\n" \
	"api_key_file = \"key\" }\n"

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
	assert_null(strstr(err, "canary"));
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
	    2, "none: No such file");
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
	setenv("CREDENTIALS_DIRECTORY", dir, 1);
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
	assert_null(config_read(path, err));
	assert_non_null(strstr(err, ":2: is not UTF-8"));
	write_file("c.conf", "a\0b", 3, 0644);
	assert_null(config_read(path, err));
	assert_non_null(strstr(err, "NUL"));
	write_file("c.conf", DEMO, strlen(DEMO), 0666);
	assert_null(config_read(path, err));
	assert_non_null(strstr(err, "everybody"));
	assert_null(config_read("/nonexistent/c.conf", err));
	assert_non_null(strstr(err, "/nonexistent/c.conf: No such file"));
	assert_null(config_read(dir, err));
	assert_non_null(strstr(err, "regular file"));
}

static void
test_values(void **state)
{
	char text[32];
	uint64_t v, w;
	size_t i;
	static const uint64_t numbers[] = { 0, 1, 999, 1000, 1024, 1500, 60000,
		86400000, 90000000, 1048576, 1048577, UINT64_MAX };

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		v = numbers[i];
		config_value_put_size(text, sizeof(text), v);
		assert_true(config_value_size(text, &w) && w == v);
		config_value_put_time(text, sizeof(text), v);
		assert_true(config_value_time(text, &w) && w == v);
	}
	assert_false(config_value_time("18446744073709551615d", &v));
	assert_false(config_value_number("18446744073709551616", &v));
	assert_false(config_value_number(" 1", &v));
	assert_false(config_value_number("+1", &v));
}

/* A file of the sources. */
static char *
slurp(const char *name)
{
	const char *srcdir = getenv("srcdir");
	char at[512], *text;
	size_t n;
	FILE *f;

	snprintf(at, sizeof(at), "%s/%s", srcdir != NULL ? srcdir : ".", name);
	f = fopen(at, "r");
	assert_non_null(f);
	text = calloc(1, 1 << 18);
	assert_non_null(text);
	n = fread(text, 1, (1 << 18) - 1, f);
	assert_true(n > 0);
	fclose(f);
	return text;
}

/* The manual has every option, and none that the program has not. */
static void
test_manual(void **state)
{
	char *manual = slurp("packaging/man/confab.conf.5.in");
	char item[128];
	size_t i, k, n = 0;
	const char *p;

	(void)state;
	for (i = 0; i < CONFIG_SECTIONS; i++) {
		for (k = 0; k < config_sections[i].n; k++) {
			n++;
			snprintf(item, sizeof(item), "\n.It Ic %s = ",
			    config_sections[i].options[k].name);
			if (strstr(manual, item) == NULL)
				fail_msg("the manual lacks%s", item + 8);
		}
	}
	for (p = manual; (p = strstr(p, "\n.It Ic ")) != NULL; p++)
		n--;
	assert_int_equal(n, 0);
	free(manual);
}

/* The example, with a name for each @NAME@; `all`: and what is commented out. */
static void
make_example(const char *text, bool all, struct buf *out)
{
	const char *p = text, *end;

	while (*p != '\0') {
		bool start = p == text || p[-1] == '\n';

		if (all && start && *p == '#' && p[1] != ' ' && p[1] != '\n') {
			p++; /* an option; text has a blank there */
			continue;
		}
		end = *p == '@' ? strchr(p + 1, '@') : NULL;
		if (end != NULL && end - p < 20) {
			buf_puts(out,
			    strncmp(p, "@socket@", 8) == 0 ? "/run/x" : "x");
			p = end + 1;
			continue;
		}
		buf_putc(out, *p++);
	}
}

/* The example reads as it is, and with every option in it turned on. */
static void
test_example(void **state)
{
	char *text = slurp("packaging/confab.conf.in"), *at;
	struct buf out;
	int i;

	(void)state;
	write_file("openai.key", "k", 1, 0600);
	write_file("anthropic.key", "k", 1, 0600);
	buf_init(&out, 1 << 18);
	for (i = 0; i < 2; i++) {
		buf_reset(&out);
		make_example(text, i == 1, &out);
		config_free(good(buf_str(&out)));
	}
	at = strstr(buf_str(&out), "\nlimits {");
	assert_non_null(at);
	buf_free(&out);
	free(text);
}

static int
setup(void **state)
{
	(void)state;
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/c.conf", dir);
	return 0;
}

static int
teardown(void **state)
{
	static const char *const names[] = { "c.conf", "key", "openai.key",
		"anthropic.key" };
	char at[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(at, sizeof(at), "%s/%s", dir, names[i]);
		unlink(at);
	}
	return rmdir(dir);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_full_and_dump),
		cmocka_unit_test(test_bad_values),
		cmocka_unit_test(test_bad_structure),
		cmocka_unit_test(test_bad_relations),
		cmocka_unit_test(test_bad_provider),
		cmocka_unit_test(test_key_files),
		cmocka_unit_test(test_credentials),
		cmocka_unit_test(test_bad_files), cmocka_unit_test(test_values),
		cmocka_unit_test(test_manual), cmocka_unit_test(test_example) };

	return cmocka_run_group_tests_name("config", tests, setup, teardown);
}
