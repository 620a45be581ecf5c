/* SPDX-License-Identifier: MIT */
/*
 * Tests of the reader of what "nginx -T" writes.
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

#include "ctl/nginx_conf.h"

#define ONE "# configuration file /a/n.conf:\n"

static const char dump[] =
    "# configuration file /etc/nginx/nginx.conf:\n"
    "user www; # not a { block\n"
    "http {\n"
    "  include conf.d/*.conf;\n"
    "  include /elsewhere/one.conf;\n"
    "  log_format x '$a \"{;}\" '\n\t\"b\\\"c\";\n"
    "}\n"
    "# configuration file /etc/nginx/conf.d/a.conf:\n"
    "server { listen 80; location ~ \"^/a{2}/\" { gzip on; }\n"
    "  location /chat/ { include part; if ($x) { return 404; } } }\n"
    "# configuration file /etc/nginx/conf.d/deep/b.conf:\n"
    "server { listen 81; }\n"
    "# configuration file /elsewhere/one.conf:\n"
    "gzip off;\ngzip_types a b c;\n"
    "# configuration file /etc/nginx/part:\n"
    "set $x ${y}z; fastcgi_param A \"\";\n";

static struct nginx_conf *
must(const char *text)
{
	struct nginx_conf *c = nginx_conf_read(text, strlen(text));

	assert_non_null(c);
	return c;
}

/* The first directive of a name after another, in document order. */
static const struct nginx_node *
find(const struct nginx_conf *c, const char *name, const char *value)
{
	const struct nginx_node *n;

	for (n = c->root; n != NULL; n = nginx_next(n))
		if (strcmp(nginx_word(n, 0), name) == 0 &&
		    (value == NULL || strcmp(nginx_word(n, 1), value) == 0))
			return n;
	return NULL;
}

static void
test_tree(void **state)
{
	struct nginx_conf *c = must(dump);
	const struct nginx_node *n, *mount;

	(void)state;
	n = find(c, "log_format", NULL);
	assert_int_equal(n->n, 4);
	assert_string_equal(nginx_word(n, 2), "$a \"{;}\" ");
	assert_string_equal(nginx_word(n, 3), "b\"c");
	assert_string_equal(nginx_word(n, 4), "");
	mount = find(c, "location", "/chat/");
	assert_string_equal(mount->file, "/etc/nginx/conf.d/a.conf");
	assert_int_equal(mount->line, 2);
	/* What is included is in its place, under its own name. */
	n = nginx_here(mount, "set", "$x");
	assert_string_equal(nginx_word(n, 2), "${y}z");
	assert_string_equal(n->file, "/etc/nginx/part");
	n = nginx_here(mount, "fastcgi_param", "A");
	assert_int_equal(n->n, 3);
	assert_string_equal(nginx_word(n, 2), "");
	/* A block inside has precedence; one beside says nothing. */
	assert_string_equal(nginx_word(nginx_inherited(mount, "gzip"), 1),
	    "off");
	n = find(c, "location", "~");
	assert_string_equal(nginx_word(n, 2), "^/a{2}/");
	assert_string_equal(nginx_word(nginx_inherited(n, "gzip"), 1), "on");
	assert_null(nginx_inherited(mount, "brotli"));
	/* A pattern does not go into folders. */
	assert_null(find(c, "listen", "81"));
	nginx_conf_free(c);
}

/* Cut anywhere, it is read or refused, and nothing else. */
static void
test_cut(void **state)
{
	struct nginx_conf *c;
	char *part;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(dump); i++) {
		part = strndup(dump, i);
		assert_non_null(part);
		c = nginx_conf_read(part, i);
		nginx_conf_free(c);
		free(part);
	}
}

static void
refused(const char *text)
{
	assert_null(nginx_conf_read(text, strlen(text)));
}

static void
test_refused(void **state)
{
	char *deep = calloc(1, 4096);
	size_t i, at;

	(void)state;
	refused("");
	refused("http { }\n"); /* no file's name */
	refused(ONE "http {\n");
	refused(ONE "}\n");
	refused(ONE "user www\n");
	refused(ONE "user { www }\n");
	refused(ONE ";\n");
	/* A file that includes itself ends at the limit. */
	refused(ONE "include n.conf;\n");
	assert_non_null(deep);
	at = (size_t)sprintf(deep, "%s", ONE);
	for (i = 0; i <= NGINX_DEPTH; i++)
		at += (size_t)sprintf(deep + at, "a {");
	for (i = 0; i <= NGINX_DEPTH; i++)
		at += (size_t)sprintf(deep + at, "}");
	refused(deep);
	free(deep);
}

static void
test_foreign(void **state)
{
	struct nginx_conf *c = must(ONE "content_by_lua_block {\n if x then y "
					"= { 1; } end\n}\n"
					"user www;\n");
	const struct nginx_node *n = find(c, "user", "www");

	(void)state;
	assert_non_null(n);
	assert_int_equal(n->line, 4);
	nginx_conf_free(c);
}

static void
test_values(void **state)
{
	(void)state;
	assert_int_equal(nginx_size("0"), 0);
	assert_int_equal(nginx_size("16k"), 16384);
	assert_int_equal(nginx_size("2M"), 2 * 1024 * 1024);
	assert_int_equal(nginx_size("1g"), 1024 * 1024 * 1024);
	assert_int_equal(nginx_size("x"), -1);
	assert_int_equal(nginx_size("1x"), -1);
	assert_int_equal(nginx_size("-1"), -1);
	assert_int_equal(nginx_size("1K"), 1024);
	assert_int_equal(nginx_size("2G"), 2LL << 30);
	/* A number too large is none. */
	assert_int_equal(nginx_size("9223372036854775807"), INT64_MAX);
	assert_int_equal(nginx_size("9007199254740992k"), -1);
	assert_int_equal(nginx_size("8589934592g"), -1);
	assert_int_equal(nginx_time("9223372036854775s"), 9223372036854775000);
	assert_int_equal(nginx_time("9223372036854776s"), -1);
	assert_int_equal(nginx_time("106751991168d"), -1);
	/* Months, which nobody needs here, are no minutes. */
	assert_int_equal(nginx_time("1M"), -1);
	assert_int_equal(nginx_time("5"), 5000);
	assert_int_equal(nginx_time("5s"), 5000);
	assert_int_equal(nginx_time("250ms"), 250);
	assert_int_equal(nginx_time("2m"), 120000);
	assert_int_equal(nginx_time("1h"), 3600000);
	assert_int_equal(nginx_time("1d"), 86400000);
	assert_int_equal(nginx_time("s"), -1);
	assert_int_equal(nginx_time("1y2"), -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tree),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_foreign),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
