/* SPDX-License-Identifier: MIT */
/* Messages of tool servers, told apart and rewritten. */
#include "config.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/json.h"
#include "confab/base/utf8.h"

#include "envelope.h"
#include "list.h"
#include "message.h"

/* Rewriting adds names of ours, and escapes. */
static size_t
room_for(size_t len)
{
	return 6 * len + 4096;
}

void
tool_message_free(struct tool_message *m)
{
	buf_free(&m->json);
}

bool
tool_message_is_modern(int code)
{
	return code == TOOL_RPC_HEADERS || code == TOOL_RPC_CAPABILITY ||
	    code == TOOL_RPC_VERSION;
}

/* The newest first. */
static const char *const legacy[] = { TOOL_VERSION_LEGACY, "2025-06-18",
	"2025-03-26", "2024-11-05" };
#define LEGACY (sizeof(legacy) / sizeof(legacy[0]))

bool
tool_version_is_legacy(const char *version)
{
	size_t i;

	for (i = 0; i < LEGACY; i++)
		if (strcmp(version, legacy[i]) == 0)
			return true;
	return false;
}

const char *
tool_version_in(const char *text)
{
	size_t i;

	for (i = 1; i < LEGACY; i++)
		if (strstr(text, legacy[i]) != NULL)
			return legacy[i];
	return NULL;
}

enum tool_era
tool_message_era(struct json_object *result)
{
	return json_get(result, "resultType") != NULL ? TOOL_ERA_MODERN
						      : TOOL_ERA_LEGACY;
}

/* The newest version of the legacy era in a list, or NULL. */
static const char *
newest_of(struct json_object *supported)
{
	struct json_object *v;
	size_t i, k, n = 0;

	if (json_object_is_type(supported, json_type_array))
		n = json_object_array_length(supported);
	for (i = 0; i < LEGACY; i++)
		for (k = 0; k < n; k++) {
			v = json_object_array_get_idx(supported, k);
			if (json_object_is_type(v, json_type_string) &&
			    strcmp(json_object_get_string(v), legacy[i]) == 0)
				return legacy[i];
		}
	return NULL;
}

/* The server's words, cut at a character. */
static void
read_error(struct tool_message *m, struct json_object *error)
{
	struct json_object *code = json_get(error, "code");
	size_t len = 0;
	const char *said = json_str(error, "message", &len);

	m->kind = TOOL_MESSAGE_ERROR;
	m->code = json_object_is_type(code, json_type_int)
	    ? json_object_get_int(code)
	    : -1;
	if (m->code == 0)
		m->code = -1; /* 0 is none */
	if (said == NULL)
		said = "";
	if (len >= sizeof(m->said))
		len = utf8_valid_prefix(said, sizeof(m->said) - 1);
	memcpy(m->said, said, len);
	m->said[len] = '\0';
	m->offers = newest_of(json_get(json_get(error, "data"), "supported"));
	if (m->offers == NULL)
		m->offers = tool_version_in(m->said);
}

/* ---- Results --------------------------------------------------------------*/

/* A member of ours from one of the server's, when it is there. */
static void
put_member(struct tool_message *m, const char *name, struct json_object *v)
{
	if (v == NULL)
		return;
	if (m->json.len > 0)
		buf_putc(&m->json, ',');
	buf_printf(&m->json, "\"%s\":", name);
	json_write(&m->json, v);
}

/* Whose page a result may be drawn by (MCP Apps). */
static void
put_page(struct tool_message *m, struct json_object *result, const char *ui)
{
	struct json_object *meta = json_get(result, "_meta");
	size_t len = 0;
	const char *uri = tool_page_of(meta, &len);

	if (uri == NULL && (uri = ui) != NULL)
		len = strlen(ui);
	if (uri == NULL)
		return;
	buf_puts(&m->json, ",\"resource_uri\":");
	buf_json(&m->json, uri, len);
	/* What is for the page, and not for a model. */
	put_member(m, "_meta", meta);
}

/* What a prompt, an address or an argument comes to: the member that must be
 * there as an array, and a text besides. */
static void
read_offer(struct tool_message *m, struct json_object *result, enum tool_op op)
{
	static const char *const members[] = { [TOOL_OP_CALL] = "content",
		[TOOL_OP_PROMPT] = "messages",
		[TOOL_OP_RESOURCE] = "contents",
		[TOOL_OP_COMPLETE] = "values" };
	struct json_object *list, *said = json_get(result, "description");

	if (op == TOOL_OP_COMPLETE)
		result = json_get(result, "completion");
	list = json_get(result, members[op]);
	m->kind = TOOL_MESSAGE_INVALID;
	if (!json_object_is_type(list, json_type_array))
		return;
	put_member(m, members[op], list);
	if (op == TOOL_OP_PROMPT)
		put_member(m, "description",
		    json_object_is_type(said, json_type_string) ? said : NULL);
	if (buf_ok(&m->json))
		m->kind = TOOL_MESSAGE_RESULT;
}

static void
read_result(struct tool_message *m, struct json_object *result, const char *ui)
{
	struct json_object *content = json_get(result, "content");
	struct json_object *data = json_get(result, "structuredContent");

	/* Servers made before the first revision call it so. */
	if (content == NULL && data == NULL)
		data = json_get(result, "toolResult");
	m->kind = TOOL_MESSAGE_INVALID;
	if (content != NULL && !json_object_is_type(content, json_type_array))
		return;
	m->is_error = json_object_get_boolean(json_get(result, "isError"));
	if (content != NULL)
		put_member(m, "content", content);
	else
		buf_puts(&m->json, "\"content\":[]");
	put_member(m, "structured_content", data);
	buf_printf(&m->json, ",\"is_error\":%s",
	    m->is_error ? "true" : "false");
	put_page(m, result, ui);
	if (buf_ok(&m->json))
		m->kind = TOOL_MESSAGE_RESULT;
}

/* True when a person, and nobody else, is asked. */
static bool
is_elicitation(struct json_object *request)
{
	size_t len;
	const char *method = json_str(request, "method", &len);

	return method != NULL && strcmp(method, "elicitation/create") == 0 &&
	    json_object_is_type(json_get(request, "params"), json_type_object);
}

static void
put_request(struct buf *out, struct json_object *request)
{
	buf_puts(out, "{\"method\":\"elicitation/create\",\"params\":");
	json_write(out, json_get(request, "params"));
	buf_putc(out, '}');
}

/* The requests of a result, each for a person; false: not all of them are. */
static bool
put_requests(struct buf *out, struct json_object *requests)
{
	const char *comma = "";

	buf_putc(out, '{');
	if (json_object_is_type(requests, json_type_object)) {
		json_object_object_foreach(requests, key, request)
		{
			if (!is_elicitation(request))
				return false;
			buf_puts(out, comma);
			buf_json(out, key, strlen(key));
			buf_putc(out, ':');
			put_request(out, request);
			comma = ",";
		}
	}
	buf_putc(out, '}');
	return true;
}

static void
read_input(struct tool_message *m, struct json_object *result)
{
	size_t len = 0;
	const char *state = json_str(result, "requestState", &len);

	m->kind = TOOL_MESSAGE_INVALID;
	if (len > TOOL_STATE_MAX)
		return;
	buf_puts(&m->json, "\"input_required\":{\"requests\":");
	if (!put_requests(&m->json, json_get(result, "inputRequests")))
		return;
	if (state != NULL) {
		buf_puts(&m->json, ",\"state\":");
		buf_json(&m->json, state, len);
	}
	buf_putc(&m->json, '}');
	if (buf_ok(&m->json))
		m->kind = TOOL_MESSAGE_INPUT;
}

/*
 * A refusal (legacy) that lists addresses which are to be opened before the
 * call is made again: a question like any other. False: it lists none.
 */
static bool
read_open_first(struct tool_message *m, struct json_object *error)
{
	struct json_object *list, *one;
	size_t i, n = 0;

	list = json_get(json_get(error, "data"), "elicitations");
	if (json_object_is_type(list, json_type_array))
		n = json_object_array_length(list);
	if (n == 0 || n > TOOL_OPEN_MAX)
		return false;
	buf_puts(&m->json, "\"input_required\":{\"requests\":{");
	for (i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		if (json_str(one, "url", NULL) == NULL)
			return false;
		buf_printf(&m->json,
		    "%s\"%zu\":{\"method\":\"elicitation/create\","
		    "\"params\":",
		    i > 0 ? "," : "", i + 1);
		json_write(&m->json, one);
		buf_putc(&m->json, '}');
	}
	buf_puts(&m->json, "},\"state\":\"" TOOL_STATE_ANEW "\"}");
	return buf_ok(&m->json);
}

static void
read_refusal(struct tool_message *m, struct json_object *error)
{
	read_error(m, error);
	if (m->code != TOOL_RPC_OPEN_FIRST)
		return;
	if (read_open_first(m, error))
		m->kind = TOOL_MESSAGE_INPUT;
	else
		buf_reset(&m->json);
}

static void
read_answer(struct tool_message *m, struct json_object *msg, enum tool_op op,
    const char *ui)
{
	struct json_object *result = json_get(msg, "result");
	size_t len = 0;
	const char *type = json_str(result, "resultType", &len);

	if (json_get(msg, "error") != NULL) {
		read_refusal(m, json_get(msg, "error"));
		return;
	}
	m->kind = TOOL_MESSAGE_INVALID;
	if (!json_object_is_type(result, json_type_object))
		return;
	if (type != NULL && strcmp(type, "input_required") == 0)
		read_input(m, result);
	else if (type != NULL && strcmp(type, "complete") != 0)
		return;
	else if (op == TOOL_OP_CALL)
		read_result(m, result, ui);
	else
		read_offer(m, result, op);
}

/* ---- Notifications and requests --------------------------------------------*/

static bool
is_number(struct json_object *v)
{
	return json_object_is_type(v, json_type_int) ||
	    (json_object_is_type(v, json_type_double) &&
		isfinite(json_object_get_double(v)));
}

static void
read_progress(struct tool_message *m, struct json_object *params, uint64_t id)
{
	struct json_object *token = json_get(params, "progressToken");
	struct json_object *v;

	if (token != NULL && json_object_get_uint64(token) != id)
		return;
	buf_puts(&m->json, "\"type\":\"progress\"");
	v = json_get(params, "progress");
	put_member(m, "progress", is_number(v) ? v : NULL);
	v = json_get(params, "total");
	put_member(m, "total", is_number(v) ? v : NULL);
	v = json_get(params, "message");
	put_member(m, "message",
	    json_object_is_type(v, json_type_string) ? v : NULL);
	m->kind = TOOL_MESSAGE_PROGRESS;
}

static void
read_log(struct tool_message *m, struct json_object *params)
{
	struct json_object *v;

	buf_puts(&m->json, "\"type\":\"message\"");
	v = json_get(params, "level");
	put_member(m, "level",
	    json_object_is_type(v, json_type_string) ? v : NULL);
	v = json_get(params, "logger");
	put_member(m, "logger",
	    json_object_is_type(v, json_type_string) ? v : NULL);
	put_member(m, "data", json_get(params, "data"));
	m->kind = TOOL_MESSAGE_LOG;
}

static bool
says_changed(const char *method)
{
	return strcmp(method, "notifications/tools/list_changed") == 0 ||
	    strcmp(method, "notifications/prompts/list_changed") == 0 ||
	    strcmp(method, "notifications/resources/list_changed") == 0;
}

static void
read_notification(struct tool_message *m, const char *method,
    struct json_object *params, uint64_t id)
{
	if (strcmp(method, "notifications/progress") == 0)
		read_progress(m, params, id);
	else if (strcmp(method, "notifications/message") == 0)
		read_log(m, params);
	else if (says_changed(method))
		m->kind = TOOL_MESSAGE_CHANGED;
	if (!buf_ok(&m->json))
		m->kind = TOOL_MESSAGE_OTHER;
}

/* The id of a request, as it goes back: a string or a number. */
static bool
read_id(struct tool_message *m, struct json_object *id)
{
	struct buf text;
	bool good;

	if (!json_object_is_type(id, json_type_string) &&
	    !json_object_is_type(id, json_type_int))
		return false;
	buf_init(&text, sizeof(m->id) - 1);
	good = json_write(&text, id) == 0;
	if (good)
		memcpy(m->id, buf_str(&text), text.len + 1);
	buf_free(&text);
	return good;
}

static void
read_request(struct tool_message *m, struct json_object *msg,
    const char *method)
{
	m->kind = TOOL_MESSAGE_OTHER;
	if (!read_id(m, json_get(msg, "id")))
		return;
	m->kind = TOOL_MESSAGE_REQUEST;
	if (strcmp(method, "ping") == 0) {
		m->kind = TOOL_MESSAGE_PING;
	} else if (is_elicitation(msg)) {
		put_request(&m->json, msg);
		if (buf_ok(&m->json))
			m->kind = TOOL_MESSAGE_ASKS;
	}
}

/* ---- One message -----------------------------------------------------------*/

void
tool_message_read(struct tool_message *m, const char *s, size_t len,
    uint64_t id, enum tool_op op, const char *ui)
{
	struct json_object *msg = tool_envelope_open(s, len, id);
	const char *method;
	size_t n;

	memset(m, 0, sizeof(*m));
	buf_init(&m->json, room_for(len));
	m->kind = TOOL_MESSAGE_INVALID;
	if (msg == NULL)
		return;
	m->kind = TOOL_MESSAGE_OTHER;
	method = json_str(msg, "method", &n);
	if (method != NULL && json_get(msg, "id") != NULL)
		read_request(m, msg, method);
	else if (method != NULL)
		read_notification(m, method, json_get(msg, "params"), id);
	else if (tool_envelope_answers(msg, id))
		read_answer(m, msg, op, ui);
	json_object_put(msg);
}

struct json_object *
tool_message_result(const char *s, size_t len, uint64_t id,
    struct tool_message *failure)
{
	struct json_object *msg = tool_envelope_open(s, len, id);
	struct json_object *result = NULL;

	memset(failure, 0, sizeof(*failure));
	if (msg != NULL && tool_envelope_answers(msg, id)) {
		result = json_get(msg, "result");
		if (json_object_is_type(result, json_type_object))
			json_object_get(result);
		else
			result = NULL;
		if (result == NULL && json_get(msg, "error") != NULL)
			read_error(failure, json_get(msg, "error"));
	}
	json_object_put(msg);
	return result;
}
