/* SPDX-License-Identifier: MIT */
/* What a server is asked for somebody, in the words of the protocol. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/json.h"

#include "call.h"
#include "header.h"
#include "wire.h"

const char *
tool_call_method(const struct tool_call *c)
{
	static const char *const methods[] = { [TOOL_OP_CALL] = "tools/call",
		[TOOL_OP_PROMPT] = "prompts/get",
		[TOOL_OP_RESOURCE] = "resources/read",
		[TOOL_OP_COMPLETE] = "completion/complete" };

	return methods[c->op];
}

/* The headers that mirror the call. Returns 0, or -1 with err. */
static int
put_headers(const struct tool_call *c, struct provider_request *req,
    struct api_error *err)
{
	char name[sizeof("Mcp-Param-") + TOOL_HEADER_NAME_MAX];
	const struct tool_params *p = c->tool != NULL ? &c->tool->params : NULL;
	struct buf value;
	size_t i;
	int rc;

	buf_init(&value, 2 * TOOL_HEADER_VALUE_MAX);
	tool_header_value(&value, c->what, strlen(c->what));
	rc = buf_ok(&value)
	    ? tool_request_header(req, "Mcp-Name", buf_str(&value))
	    : -1;
	for (i = 0; p != NULL && i < p->n && rc == 0; i++) {
		buf_reset(&value);
		rc = tool_param_value(&p->items[i], c->arguments, &value);
		if (rc <= 0)
			continue;
		(void)snprintf(name, sizeof(name), "Mcp-Param-%s",
		    p->items[i].header);
		rc = tool_request_header(req, name, buf_str(&value));
	}
	buf_free(&value);
	if (rc == 0)
		return 0;
	return api_error_set(err, 400, "invalid_request",
	    "An argument cannot be put into a header as the tool wants it.");
}

static void
put_string(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, "\"%s\":", name);
	buf_json(out, value, strlen(value));
	buf_putc(out, ',');
}

static void
put_object(struct buf *out, const char *name, struct json_object *v)
{
	buf_printf(out, "\"%s\":", name);
	if (v != NULL)
		json_write(out, v);
	else
		buf_puts(out, "{}");
	buf_putc(out, ',');
}

/* Of an argument that a person writes, and those that are written already. */
static void
put_completion(const struct tool_call *c, struct buf *out)
{
	struct json_object *argument = json_get(c->root, "argument");
	bool prompt = json_get(c->root, "prompt") != NULL;
	size_t len = 0;
	const char *s;

	buf_printf(out, "\"ref\":{\"type\":\"ref/%s\",\"%s\":",
	    prompt ? "prompt" : "resource", prompt ? "name" : "uri");
	buf_json(out, c->what, strlen(c->what));
	s = json_str(argument, "name", &len);
	buf_puts(out, "},\"argument\":{\"name\":");
	buf_json(out, s, len);
	s = json_str(argument, "value", &len);
	buf_puts(out, ",\"value\":");
	buf_json(out, s, len);
	buf_puts(out, "},");
	if (c->arguments != NULL) {
		buf_puts(out, "\"context\":{\"arguments\":");
		json_write(out, c->arguments);
		buf_puts(out, "},");
	}
}

static void
put_members(const struct tool_call *c, struct buf *out)
{
	switch (c->op) {
	case TOOL_OP_RESOURCE:
		put_string(out, "uri", c->what);
		break;
	case TOOL_OP_COMPLETE:
		put_completion(c, out);
		break;
	case TOOL_OP_CALL:
	case TOOL_OP_PROMPT:
	default:
		put_string(out, "name", c->what);
		put_object(out, "arguments", c->arguments);
	}
}

int
tool_call_put(struct tool_call *c, enum tool_era era, uint64_t id,
    struct provider_request *req, struct api_error *err)
{
	struct buf members, responses;
	struct tool_rpc_ask ask;
	int rc = 0;

	if (era == TOOL_ERA_MODERN && c->op != TOOL_OP_COMPLETE &&
	    put_headers(c, req, err) == -1)
		return -1;
	buf_init(&members, TOOL_REQUEST_MAX);
	buf_init(&responses, TOOL_REQUEST_MAX);
	put_members(c, &members);
	if (c->responses != NULL)
		json_write(&responses, c->responses);
	memset(&ask, 0, sizeof(ask));
	ask.method = tool_call_method(c);
	ask.members = buf_str(&members);
	ask.apps = c->conf->apps;
	if (era == TOOL_ERA_MODERN) {
		ask.responses =
		    c->responses != NULL ? buf_str(&responses) : NULL;
		ask.state = c->state;
		ask.state_len = c->state_len;
	}
	c->sent = members.len;
	if (!buf_ok(&members) || !buf_ok(&responses) ||
	    tool_rpc_ask(&req->body, era, id, &ask) == -1)
		rc = api_error_no_memory(err);
	buf_free(&members);
	buf_free(&responses);
	return rc;
}
