/* SPDX-License-Identifier: MIT */
/* Names of tools, who may use them, and arguments in headers: their limits. */
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
#include "confab/base/json.h"
#include "tool/header.h"
#include "tool/name.h"

#include "json_text.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

/* Each end of what is plain, and its neighbours, which are not. */
static void
test_characters(void **state)
{
	static const char plain[] = "azAZ09_-", odd[] = "`{@[/:.";
	char name[TOOL_NAME_MAX + 1];

	(void)state;
	assert_int_equal(tool_name(name, "s", plain, sizeof(plain) - 1), 0);
	assert_string_equal(name, "s__azAZ09_-");
	for (size_t i = 0; i < sizeof(odd) - 1; i++) {
		assert_int_equal(tool_name(name, "s", odd + i, 1), 0);
		assert_memory_equal(name, "s____", 5);
		assert_int_equal(strlen(name), 5 + 8);
	}
	assert_int_equal(tool_name(name, "s", "", 0), 0);
	assert_memory_equal(name, "s___", 4);
	assert_int_equal(strlen(name), 4 + 8);
}

static void
test_who(void **state)
{
	static char get[] = "get_*", secret[] = "*_secret", ann[] = "ann";
	struct config_tool_server c = { .name = ann };

	(void)state;
	assert_true(tool_name_allowed(&c, "put_x"));
	assert_true(tool_server_is_for(&c, "bob", 0));
	c.allow = (struct config_list){ .words = { get }, .n = 1 };
	c.deny = (struct config_list){ .words = { secret }, .n = 1 };
	assert_true(tool_name_allowed(&c, "get_x"));
	assert_false(tool_name_allowed(&c, "put_x"));
	assert_false(tool_name_allowed(&c, "get_secret"));
	c.allow.n = 0;
	assert_true(tool_name_allowed(&c, "put_x"));
	assert_false(tool_name_allowed(&c, "get_secret"));
	c.users = (struct config_list){ .words = { ann }, .n = 1 };
	assert_true(tool_server_is_for(&c, "ann", 0));
	assert_false(tool_server_is_for(&c, "bob", 0));
	/* Of a list of users, those in a group. */
	c.group_set = 2;
	assert_true(tool_server_is_for(&c, "ann", 3));
	assert_false(tool_server_is_for(&c, "ann", 1));
}

#define MARKED(name) "{\"type\":\"boolean\",\"x-mcp-header\":\"" name "\"}"

static bool
is_read(const char *schema, size_t n)
{
	struct json_object *v = json(schema);
	struct tool_params p;
	bool good = tool_params_read(&p, v) == NULL;

	if (good)
		assert_int_equal(p.n, n);
	else
		assert_int_equal(p.n, 0);
	tool_params_free(&p);
	json_object_put(v);
	return good;
}

static void
test_where_marked(void **state)
{
	static const char *const data[] = { "default", "const", "enum",
		"examples" };
	static const char *const named[] = { "definitions", "patternProperties",
		"dependentSchemas" };
	char text[200];

	(void)state;
	assert_true(is_read("{\"properties\":{\"a\":" MARKED("A") "}}", 1));
	for (size_t i = 0; i < COUNT(data); i++) {
		snprintf(text, sizeof(text), "{\"%s\":{\"a\":%s}}", data[i],
		    MARKED("A"));
		assert_true(is_read(text, 0));
	}
	for (size_t i = 0; i < COUNT(named); i++) {
		snprintf(text, sizeof(text), "{\"%s\":{\"a\":%s}}", named[i],
		    MARKED("A"));
		assert_false(is_read(text, 0));
		/* A schema of that name is none that is marked. */
		snprintf(text, sizeof(text), "{\"%s\":{\"%s\":{}}}", named[i],
		    "x-mcp-header");
		assert_true(is_read(text, 0));
	}
	assert_false(is_read("{\"anyOf\":[[" MARKED("A") "]]}", 0));
	assert_true(is_read("{\"properties\":[1]}", 0));
}

static void
test_limits(void **state)
{
	char name[TOOL_HEADER_NAME_MAX + 2];
	struct buf text;

	(void)state;
	buf_init(&text, 65536);
	memset(name, 'n', sizeof(name));
	for (int more = 0; more <= 1; more++) {
		buf_reset(&text);
		buf_printf(&text,
		    "{\"properties\":{\"a\":{\"type\":\"string\","
		    "\"x-mcp-header\":\"%.*s\"}}}",
		    TOOL_HEADER_NAME_MAX + more, name);
		assert_int_equal(is_read(buf_str(&text), 1), more == 0);
		buf_reset(&text);
		buf_puts(&text, "{\"properties\":{");
		for (int i = 0; i < TOOL_PARAMS_MAX + more; i++)
			buf_printf(&text,
			    "%s\"a%d\":{\"type\":\"integer\","
			    "\"x-mcp-header\":\"A%d\"}",
			    i > 0 ? "," : "", i, i);
		buf_puts(&text, "}}");
		assert_int_equal(is_read(buf_str(&text), TOOL_PARAMS_MAX),
		    more == 0);
	}
	buf_free(&text);
}

static void
test_stripped(void **state)
{
	struct json_object *v = json("{\"properties\":{\"a\":" MARKED(
	    "A") ",\"b\":{\"properties\":{\"c\":" MARKED("C") "}}}}");
	struct tool_params p;

	(void)state;
	assert_null(tool_params_read(&p, v));
	assert_int_equal(p.n, 2);
	tool_params_strip(&p, v);
	assert_string_equal(json_object_to_json_string_ext(v,
				JSON_C_TO_STRING_PLAIN),
	    "{\"properties\":{\"a\":{\"type\":\"boolean\"},\"b\":"
	    "{\"properties\":{\"c\":{\"type\":\"boolean\"}}}}}");
	tool_params_free(&p);
	json_object_put(v);
}

/* Integers as far as JavaScript counts, texts as long as a header may be. */
static void
test_values(void **state)
{
	static const struct {
		const char *value, *header; /* NULL: it is refused */
	} rows[] = {
		{ "9007199254740991", "9007199254740991" },
		{ "-9007199254740991", "-9007199254740991" },
		{ "9007199254740992", NULL },
		{ "-9007199254740992", NULL },
		{ "9007199254740991.0", "9007199254740991" },
		{ "-9007199254740991.0", "-9007199254740991" },
		{ "9007199254740992.0", NULL },
		{ "-9007199254740992.0", NULL },
		{ "false", "false" },
		{ "\"\"", "" },
		{ "\"\\u0001\"", "=?base64?AQ==?=" },
		{ "\"x\\u001f\"", "=?base64?eB8=?=" },
		{ "\"~ ~\"", "~ ~" },
		{ "\"\\tx\"", "=?base64?CXg=?=" },
		{ "\"x \"", "=?base64?eCA=?=" },
		{ "\"=?base64?=\"", "=?base64?=" },
		{ "\"=?base64?\?=\"", "=?base64?PT9iYXNlNjQ/Pz0=?=" },
		{ "\"x?base64?\?=\"", "x?base64?\?=" },
		{ "[]", NULL },
	};
	static char a[] = "a";
	char *path[] = { a };
	struct tool_param p = { .path = path, .depth = 1 };
	char text[64];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json_object *v;
		struct buf out;
		int rc;

		snprintf(text, sizeof(text), "{\"a\":%s}", rows[i].value);
		v = json(text);
		buf_init(&out, 100);
		rc = tool_param_value(&p, v, &out);
		if (rc != (rows[i].header != NULL ? 1 : -1))
			fail_msg("%s: %d", rows[i].value, rc);
		if (rc == 1)
			assert_string_equal(buf_str(&out), rows[i].header);
		buf_free(&out);
		json_object_put(v);
	}
}

static void
test_long_value(void **state)
{
	static char a[] = "a", text[TOOL_HEADER_VALUE_MAX + 1];
	char *path[] = { a };
	struct tool_param p = { .path = path, .depth = 1 };

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int more = 0; more <= 1; more++) {
		struct json_object *v = json_object_new_object();
		struct buf out;

		json_object_object_add(v, "a",
		    json_object_new_string_len(text,
			TOOL_HEADER_VALUE_MAX + more));
		buf_init(&out, 65536);
		assert_int_equal(tool_param_value(&p, v, &out),
		    more == 0 ? 1 : -1);
		buf_free(&out);
		json_object_put(v);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_characters),
		cmocka_unit_test(test_who),
		cmocka_unit_test(test_where_marked),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_stripped),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_long_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
