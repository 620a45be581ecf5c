/* SPDX-License-Identifier: MIT */
/*
 * Pages as text, and what a SearXNG is asked and says. Inputs are of kinds that
 * real pages have.
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

#include "confab/base/json.h"
#include "confab/base/utf8.h"
#include "confab/upstream/web.h"
#include "tool/web_page.h"
#include "tool/web_search.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static char own[] = "web", base[] = "http://search.example/sx/";

static void
test_pages(void **state)
{
	static const struct {
		const char *html, *text;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<p>one<p>two", "one\n\ntwo" },
		{ "<ul><li>a<li>b</ul>", "a\nb" },
		{ "a <b>bold</b>, <i>slanted</i>.", "a bold, slanted." },
		{ "  a \n\t b  ", "a b" },
		{ "a<br>b", "a\nb" },
		{ "<table><tr><td>1<td>2<tr><td>3", "1 2\n3" },
		{ "<title>A &amp; B</title><h1>C</h1>", "A & B\n\nC" },
		/* No text of the page's. */
		{ "a<script>if (1 < 2) '<p>'</script>b", "ab" },
		{ "a<SCRIPT src=x></sCript >b", "ab" },
		{ "a<script>x</scripty></script>b", "ab" },
		{ "a<style>p { x: '</p>' }</style>b", "ab" },
		{ "a<script>never ends", "a" },
		{ "a<!-- <p>x</p> -->b", "ab" },
		{ "a<!-->b", "ab" },
		{ "a<!-- never ends", "a" },
		{ "<!DOCTYPE html>a<?php x ?>b", "ab" },
		{ "a<textarea><b>x</textarea>b", "ab" },
		/* What looks like a tag, and what does not. */
		{ "1 < 2 <3", "1 < 2 <3" },
		{ "a<a title='>' b=\"x>y\">b</a>c", "abc" },
		{ "a<a b=\"never ends", "a" },
		{ "a<", "a<" },
		{ "a</>b", "a</>b" },
		{ "a<a b'>c", "ac" },
		/* References. */
		{ "&lt;p&gt; &amp;amp; &#39;&#x41;&#x1F600;",
		    "<p> &amp; 'A\xf0\x9f\x98\x80" },
		{ "&nbsp;a&nbsp;&nbsp;b", "a b" },
		{ "&unknown; &; & &#; &#x; &amp",
		    "&unknown; &; & &#; &#x; &amp" },
		{ "&#0;&#xd800;&#x110000;&#99999999999;",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "a&#27;b&#x9b;c", "a b c" },
		/* Blanks that stand. */
		{ "<pre>a\n  b</pre>c", "a\n  b\n\nc" },
		/* Controls have no look. */
		{ "a\x01\x1b[31mb", "a[31mb" },
		{ "\xff\xc3(", "\xef\xbf\xbd\xef\xbf\xbd(" },
	};
	struct buf out;
	bool cut;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		buf_init(&out, WEB_TEXT_MAX);
		assert_int_equal(web_page_text(WEB_HTML, WEB_UTF8,
				     cases[i].html, strlen(cases[i].html), &out,
				     &cut),
		    0);
		assert_false(cut);
		if (strcmp(buf_str(&out), cases[i].text) != 0)
			fail_msg("%s: \"%s\"", cases[i].html, buf_str(&out));
		buf_free(&out);
	}
}

/* Much of anything costs as much as it is long, and is cut at a character. */
static void
test_long_pages(void **state)
{
	static const char *const parts[] = { "\xc3\xa4", "<p>", "<", "<!--",
		"<script>", "<a b=\"", "&", "&#x", "</", "<pre>", "x " };
	enum { SIZE = 3 << 20 };
	char *page = malloc(SIZE);
	struct buf out;
	size_t i, n;
	bool cut;

	(void)state;
	assert_non_null(page);
	for (i = 0; i < COUNT(parts); i++) {
		for (n = 0; n < SIZE; n++)
			page[n] = parts[i][n % strlen(parts[i])];
		buf_init(&out, WEB_TEXT_MAX);
		assert_int_equal(web_page_text(WEB_HTML, WEB_UTF8, page, SIZE,
				     &out, &cut),
		    0);
		assert_true(out.len <= WEB_TEXT_MAX);
		assert_true(utf8_valid(buf_str(&out), out.len));
		if (i == 0) {
			assert_true(cut);
			assert_true(out.len > WEB_TEXT_MAX - 4);
		}
		buf_free(&out);
	}
	free(page);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *type;
		enum web_kind kind;
	} cases[] = { { NULL, WEB_HTML }, { "text/html", WEB_HTML },
		{ "TEXT/HTML; charset=x", WEB_HTML },
		{ "application/xhtml+xml", WEB_HTML },
		{ "text/plain", WEB_PLAIN }, { "text/htmlx", WEB_PLAIN },
		{ "application/json", WEB_PLAIN },
		{ "application/ld+json; a=b", WEB_PLAIN },
		{ "application/rss+xml", WEB_PLAIN },
		{ "application/pdf", WEB_NO_TEXT },
		{ "image/png", WEB_NO_TEXT }, { "", WEB_NO_TEXT },
		{ "application/octet-stream", WEB_NO_TEXT } };
	static const struct {
		const char *type, *page;
		enum web_charset charset;
	} sets[] = { { NULL, "", WEB_UTF8 },
		{ "text/html; charset=ISO-8859-1", "", WEB_LATIN1 },
		{ "text/html; charset=\"utf-8\"", "charset=latin1", WEB_UTF8 },
		{ "text/html", "<meta charset='windows-1252'>", WEB_LATIN1 },
		{ "text/html", "<meta content=\"text/html; charset=UTF-8\">",
		    WEB_UTF8 },
		{ "text/html; charset=shift_jis", "", WEB_UNKNOWN },
		{ "text/html; charset=latin1", "\xef\xbb\xbfx", WEB_UTF8 },
		{ "text/html; charset=", "", WEB_UNKNOWN } };
	struct buf out;
	bool cut;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		if (web_page_kind(cases[i].type) != cases[i].kind)
			fail_msg("%s", cases[i].type);
	for (i = 0; i < COUNT(sets); i++)
		if (web_page_charset(sets[i].type, sets[i].page,
			strlen(sets[i].page)) != sets[i].charset)
			fail_msg("%s %s", sets[i].type, sets[i].page);
	buf_init(&out, 64);
	assert_int_equal(web_page_text(WEB_PLAIN, WEB_LATIN1,
			     "gr\xfc\xdf <b>\n\x80\x81", 12, &out, &cut),
	    0);
	assert_string_equal(buf_str(&out),
	    "gr\xc3\xbc\xc3\x9f <b>\n\xe2\x82\xac\xef\xbf\xbd");
	buf_free(&out);
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *base, *text, *url; /* NULL: none */
	} cases[] = { { NULL, "https://a.example", "https://a.example/" },
		{ NULL, "https://a.example/b c#d", "https://a.example/b%20c" },
		{ NULL, "HTTP://a.example:80/x", "http://a.example:80/x" },
		{ NULL, "ftp://a.example/", NULL },
		{ NULL, "file:///etc/passwd", NULL },
		{ NULL, "gopher://a.example/", NULL },
		{ NULL, "javascript:alert(1)", NULL }, { NULL, "", NULL },
		{ NULL, "/x", NULL }, { NULL, "http://", NULL },
		{ NULL, "http://user@a.example/", NULL },
		{ NULL, "http://u:p@a.example/", NULL },
		{ NULL, "http://a.example\r\nX: y/", NULL },
		{ NULL, "http://a.example:99999/", NULL },
		{ "https://a.example/b/c", "d", "https://a.example/b/d" },
		{ "https://a.example/b/c", "/d?e", "https://a.example/d?e" },
		{ "https://a.example/b", "//b.example/", "https://b.example/" },
		{ "https://a.example/b", "http://b.example/x",
		    "http://b.example/x" },
		{ "https://a.example/b", "file:///x", NULL },
		{ "https://a.example/b", "http://u@b.example/", NULL } };
	char *url, *longest = malloc(UPSTREAM_WEB_URL_MAX + 64);
	size_t i;

	(void)state;
	assert_non_null(longest);
	for (i = 0; i < COUNT(cases); i++) {
		url = upstream_web_url(cases[i].base, cases[i].text);
		if ((url == NULL) != (cases[i].url == NULL) ||
		    (url != NULL && strcmp(url, cases[i].url) != 0))
			fail_msg("%s: %s", cases[i].text, url ? url : "none");
		free(url);
	}
	memset(longest, 'x', UPSTREAM_WEB_URL_MAX + 63);
	longest[UPSTREAM_WEB_URL_MAX + 63] = '\0';
	memcpy(longest, "http://a.example/", 17);
	assert_null(upstream_web_url(NULL, longest));
	free(longest);
}

static char *
url_for(const char *arguments)
{
	struct config_tool_server c = { .name = own, .url = base };
	struct json_object *v = NULL;
	struct api_error err;
	char *url;

	assert_int_equal(json_parse(arguments, strlen(arguments), 16, &v),
	    JSON_OK);
	url = web_search_url(&c, v, &err);
	json_object_put(v);
	return url;
}

static void
test_questions(void **state)
{
	static const char *const bad[] = { "{}", "{\"query\":\"\"}",
		"{\"query\":7}", "{\"query\":\"a\",\"page\":0}",
		"{\"query\":\"a\",\"page\":21}",
		"{\"query\":\"a\",\"page\":\"2\"}",
		"{\"query\":\"a\",\"language\":[]}",
		"{\"query\":\"a\",\"time_range\":\"a long long long time\"}" };
	char *url;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++)
		assert_null(url_for(bad[i]));
	url = url_for("{\"query\":\"a&b=c #d\",\"page\":2,"
		      "\"language\":\"de\",\"format\":\"html\"}");
	assert_non_null(url);
	assert_string_equal(url,
	    "http://search.example/sx/search?format=json&q=a%26b%3dc+%23d"
	    "&language=de&pageno=2");
	free(url);
}

static void
test_answers(void **state)
{
	static const char *const bad[] = { "", "[]", "{}", "{\"results\":{}}",
		"<html>" };
	static const char good[] =
	    "{\"results\":[{\"url\":\"https://a.example/\",\"title\":\"A\","
	    "\"content\":\"about a\"},{\"url\":\"javascript:1\"},7,"
	    "{\"url\":\"http://b.example/\"}]}";
	struct json_object *root = NULL;
	struct buf out;
	size_t i, len;
	char *text;

	(void)state;
	buf_init(&out, 1 << 20);
	for (i = 0; i < COUNT(bad); i++)
		assert_int_equal(web_search_read(bad[i], strlen(bad[i]), &out),
		    -1);
	buf_putc(&out, '{');
	assert_int_equal(web_search_read(good, sizeof(good) - 1, &out), 0);
	buf_putc(&out, '}');
	assert_int_equal(json_parse(buf_str(&out), out.len, 16, &root),
	    JSON_OK);
	text = strdup(
	    json_str(json_object_array_get_idx(json_get(root, "content"), 0),
		"text", &len));
	assert_string_equal(text,
	    "1. A\nhttps://a.example/\nabout a\n\n2. \nhttp://b.example/");
	free(text);
	assert_int_equal(json_object_array_length(
			     json_get(json_get(root, "structured_content"),
				 "results")),
	    2);
	json_object_put(root);
	buf_free(&out);
}

static void
test_tools(void **state)
{
	struct config_tool_server c = { .name = own,
		.url = base,
		.limits = { .tools = 4 } };
	struct tool_list *l = tool_list_new();

	(void)state;
	assert_int_equal(web_search_list(l, &c), 0);
	assert_int_equal(l->n, 1);
	assert_string_equal(l->tools[0].name, "web__search");
	tool_list_free(l);
	l = tool_list_new();
	c.fetch = true;
	assert_int_equal(web_search_list(l, &c), 0);
	assert_int_equal(l->n, 2);
	assert_string_equal(l->tools[1].name, "web__fetch");
	tool_list_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_long_pages),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_questions),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_tools),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
