/* SPDX-License-Identifier: MIT */
/* What a SearXNG is asked and what it says. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"
#include "confab/base/utf8.h"
#include "confab/upstream/web.h"

#include "message.h"
#include "web_search.h"

#define TEXT_MAX (256 * 1024) /* bytes of all results as text */

/* As a server would list them. */
#define SEARCH                                                                \
	"{\"name\":\"search\",\"title\":\"Search the web\","                  \
	"\"description\":\"Searches the web and gives addresses, titles and " \
	"what is said there about the query.\","                              \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{"               \
	"\"query\":{\"type\":\"string\",\"description\":\"What to search "    \
	"for\"},"                                                             \
	"\"language\":{\"type\":\"string\",\"description\":\"Code of the "    \
	"results' language, such as en or de-CH\"},"                          \
	"\"time_range\":{\"type\":\"string\",\"enum\":[\"day\",\"week\","     \
	"\"month\",\"year\"],\"description\":\"How old results may be\"},"    \
	"\"category\":{\"type\":\"string\",\"enum\":[\"general\",\"news\","   \
	"\"science\",\"it\"]},"                                               \
	"\"page\":{\"type\":\"integer\",\"minimum\":1,\"maximum\":20}},"      \
	"\"required\":[\"query\"]},"                                          \
	"\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":true}}"
#define FETCH                                                   \
	"{\"name\":\"fetch\",\"title\":\"Read a page\","        \
	"\"description\":\"Gets a page of the web as text.\","  \
	"\"inputSchema\":{\"type\":\"object\",\"properties\":{" \
	"\"url\":{\"type\":\"string\",\"format\":\"uri\","      \
	"\"description\":\"Its address, of http or https\"}},"  \
	"\"required\":[\"url\"]},"                              \
	"\"annotations\":{\"readOnlyHint\":true,\"openWorldHint\":true}}"

int
web_search_list(struct tool_list *l, const struct config_tool_server *c)
{
	const char *text = c->fetch ? "{\"tools\":[" SEARCH "," FETCH "]}"
				    : "{\"tools\":[" SEARCH "]}";
	struct json_object *root = NULL;
	enum tool_page page;
	struct buf cursor;

	if (json_parse(text, strlen(text), TOOL_JSON_DEPTH, &root) != JSON_OK)
		return -1;
	buf_init(&cursor, TOOL_CURSOR_MAX);
	page = tool_list_add(l, c, root, &cursor);
	buf_free(&cursor);
	json_object_put(root);
	return page == TOOL_PAGE_LAST ? 0 : -1;
}

/* ---- Questions --------------------------------------------------------------*/

/* Adds NAME=VALUE to the address in *url, which is replaced. */
static int
add(char **url, const char *name, const char *value)
{
	char *query = NULL, *more;

	if (asprintf(&query, "%s=%s", name, value) == -1)
		return -1;
	more = upstream_web_query(*url, query);
	free(query);
	if (more == NULL)
		return -1;
	free(*url);
	*url = more;
	return 0;
}

static char *
begin(const struct config_tool_server *c)
{
	size_t n = strlen(c->url);
	char *url = NULL;

	while (n > 0 && c->url[n - 1] == '/')
		n--;
	if (asprintf(&url, "%.*s/search?format=json", (int)n, c->url) == -1)
		return NULL;
	return url;
}

char *
web_search_probe(const struct config_tool_server *c)
{
	return begin(c);
}

static int
refuse(struct api_error *err, const char *what)
{
	return api_error_set(err, 400, "invalid_request",
	    "The argument \"%s\" of a search is none that can be used.", what);
}

/* A text that is passed on as it is, where there is one. */
static int
add_text(char **url, struct json_object *arguments, const char *name,
    const char *theirs, size_t max, struct api_error *err)
{
	struct json_object *v = json_get(arguments, name);
	size_t len = 0;
	const char *s = json_str(arguments, name, &len);

	if (v == NULL)
		return 0;
	if (s == NULL || len > max || strlen(s) != len)
		return refuse(err, name);
	if (len == 0)
		return 0;
	return add(url, theirs, s) == 0 ? 0 : api_error_no_memory(err);
}

static int
add_page(char **url, struct json_object *arguments, struct api_error *err)
{
	struct json_object *v = json_get(arguments, "page");
	char number[16];
	int64_t n;

	if (v == NULL)
		return 0;
	n = json_object_get_int64(v);
	if (!json_object_is_type(v, json_type_int) || n < 1 ||
	    n > WEB_PAGE_NUMBER_MAX)
		return refuse(err, "page");
	(void)snprintf(number, sizeof(number), "%d", (int)n);
	return add(url, "pageno", number) == 0 ? 0 : api_error_no_memory(err);
}

char *
web_search_url(const struct config_tool_server *c,
    struct json_object *arguments, struct api_error *err)
{
	size_t len = 0;
	char *url;

	if (json_str(arguments, "query", &len) == NULL || len == 0) {
		(void)refuse(err, "query");
		return NULL;
	}
	url = begin(c);
	if (url == NULL)
		(void)api_error_no_memory(err);
	else if (add_text(&url, arguments, "query", "q", WEB_QUERY_MAX, err) ==
		0 &&
	    add_text(&url, arguments, "language", "language", 32, err) == 0 &&
	    add_text(&url, arguments, "time_range", "time_range", 16, err) ==
		0 &&
	    add_text(&url, arguments, "category", "categories", 64, err) == 0 &&
	    add_page(&url, arguments, err) == 0)
		return url;
	free(url);
	return NULL;
}

/* ---- Answers ----------------------------------------------------------------*/

int
web_result_text(struct buf *out, const char *s, size_t len, bool is_error)
{
	buf_puts(out, "\"content\":[{\"type\":\"text\",\"text\":");
	buf_json(out, s, len);
	return buf_printf(out, "}],\"is_error\":%s",
	    is_error ? "true" : "false");
}

/* A text of a result, cut at a character. */
static const char *
text_of(struct json_object *from, const char *name, size_t *len)
{
	const char *s;

	*len = 0;
	s = json_str(from, name, len);
	if (*len > WEB_SNIPPET_MAX)
		*len = utf8_valid_prefix(s, WEB_SNIPPET_MAX);
	return s != NULL ? s : "";
}

static void
put(struct buf *out, const char *name, struct json_object *from,
    const char *theirs)
{
	size_t len;
	const char *s = text_of(from, theirs, &len);

	if (len == 0)
		return;
	buf_printf(out, ",\"%s\":", name);
	buf_json(out, s, len);
}

/* One result for the eye and the model, and one for a program. */
static void
put_result(struct json_object *one, const char *url, size_t url_len, size_t n,
    struct buf *text, struct buf *list)
{
	size_t len;
	const char *s = text_of(one, "title", &len);

	buf_printf(text, "%s%zu. ", n > 1 ? "\n\n" : "", n);
	buf_append(text, s, len);
	buf_putc(text, '\n');
	buf_append(text, url, url_len);
	s = text_of(one, "content", &len);
	if (len > 0)
		buf_putc(text, '\n');
	buf_append(text, s, len);
	buf_puts(list, n > 1 ? ",{\"url\":" : "{\"url\":");
	buf_json(list, url, url_len);
	put(list, "title", one, "title");
	put(list, "text", one, "content");
	put(list, "published", one, "publishedDate");
	buf_putc(list, '}');
}

/* Results with an address that can be shown; others are none. */
static void
put_results(struct json_object *results, struct buf *text, struct buf *list)
{
	struct json_object *one;
	size_t i, n = 0, len;
	const char *url;

	for (i = 0;
	     i < json_object_array_length(results) && n < WEB_RESULTS_MAX;
	     i++) {
		one = json_object_array_get_idx(results, i);
		url = json_str(one, "url", &len);
		if (url == NULL || len > UPSTREAM_WEB_URL_MAX ||
		    (strncmp(url, "http://", 7) != 0 &&
			strncmp(url, "https://", 8) != 0))
			continue;
		put_result(one, url, len, ++n, text, list);
	}
	if (n == 0)
		buf_puts(text, "Nothing was found.");
}

int
web_search_read(const char *s, size_t len, struct buf *out)
{
	struct json_object *root = NULL, *results;
	struct buf text, list;
	int rc = -1;

	if (json_parse_loose(s, len, TOOL_JSON_DEPTH, &root) != JSON_OK)
		return -1;
	buf_init(&text, TEXT_MAX);
	buf_init(&list, 2 * TEXT_MAX);
	results = json_get(root, "results");
	if (json_object_is_type(results, json_type_array)) {
		put_results(results, &text, &list);
		web_result_text(out, buf_str(&text), text.len, false);
		buf_puts(out, ",\"structured_content\":{\"results\":[");
		buf_append(out, buf_str(&list), list.len);
		rc = buf_puts(out, "]}");
		if (!buf_ok(&text) || !buf_ok(&list))
			rc = -1;
	}
	buf_free(&text);
	buf_free(&list);
	json_object_put(root);
	return rc;
}
