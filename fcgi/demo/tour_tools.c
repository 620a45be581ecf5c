/* SPDX-License-Identifier: MIT */
/*
 * Room of the tour's round with a tool.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "confab/base/json.h"

#include "demo.h"
#include "tour_text.h"
#include "tour_tools.h"

#define TOOL "run_javascript"
#define CALL_MAX (16 * 1024) /* bytes of the program as JSON */

/* Whether the request offers a function of that name. */
static bool
offers(const struct chat_request *req, const char *name)
{
	struct json_object *list = json_get(req->root, "tools");
	size_t i, len;

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (i = 0; i < json_object_array_length(list); i++) {
		const char *s =
		    json_str(json_get(json_object_array_get_idx(list, i),
				 "function"),
			"name", &len);

		if (s != NULL && strcmp(s, name) == 0)
			return true;
	}
	return false;
}

/* How many messages are results of tools; 0 when the last is none. */
static size_t
count_results(const struct chat_request *req)
{
	struct json_object *list = json_get(req->root, "messages");
	size_t i, n = 0, len;
	const char *role = NULL;

	if (!json_object_is_type(list, json_type_array))
		return 0;
	for (i = 0; i < json_object_array_length(list); i++) {
		role =
		    json_str(json_object_array_get_idx(list, i), "role", &len);
		n += role != NULL && strcmp(role, "tool") == 0;
	}
	return role != NULL && strcmp(role, "tool") == 0 ? n : 0;
}

/* A text as an indented block of code, which nothing in it can end. */
static void
add_quoted(struct buf *out, const char *s, size_t n)
{
	size_t i;

	(void)buf_puts(out, "    ");
	for (i = 0; i < n; i++) {
		(void)buf_putc(out, s[i]);
		if (s[i] == '\n')
			(void)buf_puts(out, "    ");
	}
}

/* Where s[0..n) ends at the latest so as to be at most `max` bytes. */
static size_t
cut(const char *s, size_t n, size_t max)
{
	if (n <= max)
		return n;
	while (max > 0 && ((unsigned char)s[max] & 0xC0) == 0x80)
		max--;
	return max;
}

static int
tell_result(const struct chat_request *req, size_t i, struct tour_answer *out)
{
	struct buf text;

	buf_init(&text, DEMO_MESSAGE_MAX);
	(void)chat_request_text(req, "tool", i, &text);
	if (!buf_ok(&text)) {
		buf_free(&text);
		return -1;
	}
	out->text.len = 0;
	(void)buf_puts(&out->text, tour_back);
	add_quoted(&out->text, buf_str(&text),
	    cut(buf_str(&text), text.len, TOUR_RESULT_MAX));
	(void)buf_puts(&out->text, tour_after);
	buf_free(&text);
	return buf_ok(&out->text) ? 0 : -1;
}

int
tour_use_tools(const struct chat_request *req, struct tour_answer *out)
{
	size_t results = count_results(req);

	if (results > 0)
		return tell_result(req, results - 1, out);
	if (!offers(req, TOOL))
		return 0;
	out->text.len = 0;
	out->end = TOUR_END_CALL;
	return buf_puts(&out->text, tour_call);
}

int
tour_call_json(const char *id, struct buf *out)
{
	struct buf given;
	int rc;

	buf_init(&given, CALL_MAX);
	(void)buf_puts(&given, "{\"code\":");
	(void)buf_json(&given, tour_program, strlen(tour_program));
	(void)buf_putc(&given, '}');
	(void)buf_puts(out, "\"tool_calls\":[{\"index\":0,\"id\":");
	(void)buf_json(out, id, strlen(id));
	(void)buf_puts(out,
	    ",\"type\":\"function\",\"function\":{\"name\":\"" TOOL
	    "\",\"arguments\":");
	(void)buf_json(out, buf_str(&given), given.len);
	(void)buf_puts(out, "}}]");
	rc = buf_ok(&given) && buf_ok(out) ? 0 : -1;
	buf_free(&given);
	return rc;
}
