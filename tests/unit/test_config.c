/* SPDX-License-Identifier: MIT */
/*
 * Reading configurations: values and defaults, a dump that reads back to the
 * same, and that manual and example agree with the program.
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

#include "confab/base/buf.h"
#include "confab/config/option.h"
#include "config_help.h"

static const char full[] =
    "# a comment\n"
    "workers = 4 // and another\n"
    "listen = \"127.0.0.1:9000\"\n"
    "socket_mode = 0600\n"
    "auth = remote_user\n"
    "log_level = debug\n"
    "users_file = \"/etc/x/users\"\n"
    "limits { body = 64k  streams = 7\n messages = 3 tokens_per_day = 5\n"
    "  cost_per_day = 1.5 cost_per_month = 20 }\n"
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
    "  model \"claude\" { max_output_tokens = 8192 input = image\n"
    "    price_prompt = 0.000003 price_completion = 0 }\n"
    "  model \"ears\" { input = {file, audio, text} } }\n"
    "provider \"b\" { base_url = \"https://api.openai.com/v1\" }\n";

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
	assert_int_equal(c->timeouts.total, 3600000);
	assert_int_equal(c->session.idle, 7 * 86400);
	assert_string_equal(c->session.cookie_name, "__Host-confab");
	assert_int_equal(c->password.memory_kib, 65536);
	assert_int_equal(c->log_level, LOG_LEVEL_INFO);
	assert_null(c->tokens_file);
	assert_null(c->default_model);
	snprintf(want, sizeof(want), "%s/users", temp_folder);
	assert_string_equal(c->users_file, want);
	assert_int_equal(c->n_providers, 1);
	assert_string_equal(c->providers[0].kind->name, "demo");
	assert_false(c->providers[0].list_models);
	config_free(c);
}

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
	assert_int_equal(c->limits.cost_per_day, 1500000);
	assert_int_equal(c->limits.cost_per_month, 20000000);
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
	assert_int_equal(p->headers.n, 2);
	assert_string_equal(p->headers.words[1], "X-Two: a \"b\" $");
	assert_false(p->include_usage);
	assert_false(p->require_done);
	assert_false(p->list_models);
	assert_string_equal(p->models[0].name, "G\xc3\xa9 \\ ${HOME}");
	assert_string_equal(p->models[0].upstream, "g5");
	assert_string_equal(p->models[0].fallback, "claude");
	assert_int_equal(p->models[0].input, INPUT_TEXT | INPUT_IMAGE);
	assert_string_equal(c->providers[1].key_header, "x-api-key");
	assert_string_equal(c->providers[1].chat_path, "/v1/messages");
	assert_int_equal(c->providers[1].models[0].input, INPUT_IMAGE);
	assert_int_equal(c->providers[1].models[0].price_prompt, 3);
	assert_int_equal(c->providers[1].models[1].input,
	    INPUT_TEXT | INPUT_AUDIO | INPUT_FILE);
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
	assert_false(config_value_number("", &v));
	assert_false(config_value_number("1 ", &v));
	assert_true(config_value_number("18446744073709551615", &v));
	assert_true(v == UINT64_MAX);
}

static void
test_amounts(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint64_t millionths;
		const char *written;
	} rows[] = {
		{ "0", true, 0, "0" },
		{ "0.000001", true, 1, "0.000001" },
		{ "1.5", true, 1500000, "1.5" },
		{ "1.500000", true, 1500000, "1.5" },
		{ "100", true, 100000000, "100" },
		{ "18446744073708.999999", true, UINT64_C(18446744073708999999),
		    "18446744073708.999999" },
		{ "18446744073709", false, 0, "" },
		{ "1.", false, 0, "" },
		{ ".5", false, 0, "" },
		{ "0.0000001", false, 0, "" },
		{ "1.5x", false, 0, "" },
		{ "1,5", false, 0, "" },
		{ "-1", false, 0, "" },
	};
	char text[32];
	uint64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (config_value_money(rows[i].text, &v) != rows[i].good)
			fail_msg("%s", rows[i].text);
		if (!rows[i].good)
			continue;
		assert_true(v == rows[i].millionths);
		config_value_put_money(text, sizeof(text), v);
		assert_string_equal(text, rows[i].written);
	}
}

static void
test_modes_and_answers(void **state)
{
	static const char *const no_mode[] = { "", "77", "00660", "1660",
		"0680", "66a", "0/60" };
	bool b = false;
	uint64_t v;

	(void)state;
	assert_true(config_value_mode("0660", &v) && v == 0660);
	assert_true(config_value_mode("777", &v) && v == 0777);
	assert_true(config_value_mode("000", &v) && v == 0);
	for (size_t i = 0; i < sizeof(no_mode) / sizeof(no_mode[0]); i++)
		assert_false(config_value_mode(no_mode[i], &v));
	assert_true(config_value_bool("yes", &b) && b);
	assert_true(config_value_bool("off", &b) && !b);
	assert_true(config_value_bool("on", &b) && b);
	assert_true(config_value_bool("false", &b) && !b);
	assert_true(config_value_bool("true", &b) && b);
	assert_true(config_value_bool("no", &b) && !b);
	assert_false(config_value_bool("", &b));
	assert_false(config_value_bool("Yes", &b));
	assert_false(config_value_bool("1", &b));
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_full_and_dump),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_modes_and_answers),
		cmocka_unit_test(test_manual),
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests(tests, config_group_begin,
	    temp_folder_remove);
}
