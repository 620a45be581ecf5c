/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as what a server of tools says. The first byte says as
 * what they are read. Aborts when something is given out that is no JSON, is
 * not ended, or does not fit its place.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"

#include "tool/handshake.h"
#include "tool/list.h"
#include "tool/message.h"
#include "tool/offers.h"
#include "fuzz.h"

#define ID 7 /* of the request that is answered; corpus files name it */

/* What is given out, alone or between braces, is JSON of an object. */
static void
check_json(const struct buf *text, bool members)
{
	struct json_object *root = NULL;
	struct buf json;

	buf_init(&json, text->len + 2);
	if (members)
		buf_putc(&json, '{');
	buf_append(&json, buf_str(text), text->len);
	if (members)
		buf_putc(&json, '}');
	check(buf_ok(&json));
	check(json_parse(json.data, json.len, TOOL_JSON_DEPTH + 8, &root) ==
	    JSON_OK);
	check(json_object_is_type(root, json_type_object));
	json_object_put(root);
	buf_free(&json);
}

static void
message(const char *s, size_t len, enum tool_op op)
{
	struct tool_message m;

	tool_message_read(&m, s, len, ID, op, NULL);
	check(memchr(m.said, '\0', sizeof(m.said)) != NULL);
	check(memchr(m.id, '\0', sizeof(m.id)) != NULL);
	switch (m.kind) {
	case TOOL_MESSAGE_RESULT:
	case TOOL_MESSAGE_INPUT:
		check_json(&m.json, true);
		break;
	case TOOL_MESSAGE_PROGRESS:
	case TOOL_MESSAGE_LOG:
		check_json(&m.json, true);
		break;
	case TOOL_MESSAGE_ASKS:
		check_json(&m.json, false);
		check(m.id[0] != '\0');
		break;
	case TOOL_MESSAGE_PING:
	case TOOL_MESSAGE_REQUEST:
		check(m.id[0] != '\0');
		break;
	case TOOL_MESSAGE_OTHER:
	case TOOL_MESSAGE_INVALID:
	case TOOL_MESSAGE_ERROR:
	default:
		break;
	}
	tool_message_free(&m);
}

/* A page of a list, taken twice: names stay unique and fit a model. */
static void
list(const char *s, size_t len)
{
	static char name[] = "server";
	struct config_tool_server c = { .name = name };
	struct tool_list *l = tool_list_new();
	struct json_object *result;
	struct tool_message failure;
	struct buf cursor, out;
	bool first = true;
	size_t i;

	check(l != NULL);
	c.limits.tools = 100;
	c.limits.list = 1 << 20;
	result = tool_message_result(s, len, ID, &failure);
	buf_init(&cursor, TOOL_CURSOR_MAX);
	for (i = 0; result != NULL && i < 2; i++) {
		buf_reset(&cursor);
		(void)tool_list_add(l, &c, result, &cursor);
	}
	buf_init(&out, 1 << 26);
	buf_putc(&out, '[');
	tool_list_write(l, &c, &first, &out);
	buf_putc(&out, ']');
	if (buf_ok(&out))
		check(json_check(out.data, out.len, TOOL_JSON_DEPTH + 8,
			  NULL) == JSON_OK);
	check(l->n <= c.limits.tools);
	for (i = 0; i < l->n; i++) {
		check(strspn(l->tools[i].name,
			  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			  "0123456789_-") == strlen(l->tools[i].name));
		check(tool_list_find(l, l->tools[i].name) == &l->tools[i]);
	}
	buf_free(&out);
	buf_free(&cursor);
	json_object_put(result);
	tool_list_free(l);
}

/* The same for what is no tool. */
static void
offers(const char *s, size_t len, unsigned what)
{
	static char name[] = "server";
	struct config_tool_server c = { .name = name };
	struct tool_offers *o;
	struct json_object *result;
	struct tool_message failure;
	struct buf cursor, out;
	size_t i;

	c.limits.tools = 100;
	c.limits.list = 1 << 20;
	o = tool_offers_new(&c);
	check(o != NULL);
	result = tool_message_result(s, len, ID, &failure);
	buf_init(&cursor, TOOL_CURSOR_MAX);
	for (i = 0; result != NULL && i < 2; i++)
		(void)tool_offers_add(o, (enum tool_listing)what, &c, result,
		    &cursor);
	check(o->n <= c.limits.tools);
	buf_init(&out, o->json.len + 2);
	buf_printf(&out, "[");
	buf_append(&out, buf_str(&o->json), o->json.len);
	buf_putc(&out, ']');
	if (buf_ok(&o->json))
		check(json_check(out.data, out.len, TOOL_JSON_DEPTH + 8,
			  NULL) == JSON_OK);
	buf_free(&out);
	buf_free(&cursor);
	json_object_put(result);
	tool_offers_put(o);
}

/* An answer to the handshake, as either of its steps. */
static void
handshake(const char *s, size_t len, int status)
{
	struct tool_session session;
	struct tool_facts facts;
	struct tool_reply r;
	struct api_error err;

	memset(&r, 0, sizeof(r));
	r.status = status;
	r.result = tool_message_result(s, len, ID, &r.failure);
	memset(&facts, 0, sizeof(facts));
	(void)tool_probe_judge(&r, &facts, &err);
	check(memchr(facts.version, '\0', sizeof(facts.version)) != NULL);
	memset(&facts, 0, sizeof(facts));
	memset(&session, 0, sizeof(session));
	(void)tool_initialize_judge(&r, &facts, &session, &err);
	check(memchr(session.version, '\0', sizeof(session.version)) != NULL);
	(void)tool_request_judge(&r, &facts, true, &err);
	json_object_put(r.result);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int statuses[] = { 200, 202, 400, 401, 404, 429, 500 };
	const char *s;

	if (size == 0)
		return 0;
	s = (const char *)data + 1;
	switch (data[0] % 3) {
	case 0:
		message(s, size - 1, (enum tool_op)(data[0] / 3 % 4));
		break;
	case 1:
		if (data[0] / 3 % 2 == 0)
			list(s, size - 1);
		else
			offers(s, size - 1, 1 + data[0] / 6 % 3);
		break;
	default:
		handshake(s, size - 1, statuses[data[0] / 3 % 7]);
	}
	return 0;
}
