/* SPDX-License-Identifier: MIT */
/* JSON-RPC requests to tool servers. */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "rpc.h"

#define CLIENT_INFO "{\"name\":\"confab\",\"version\":\"" VERSION "\"}"
#define META "io.modelcontextprotocol/"
/* A person can be asked; nothing here is to be listed or sampled. */
#define ELICITATION "\"elicitation\":{\"form\":{},\"url\":{}}"
#define APPS                       \
	",\"extensions\":{\"" META \
	"ui\":{\"mimeTypes\":[\"text/html;profile=mcp-app\"]}}"

/* `apps`: pages of the server's are drawn. */
static const char *
capabilities(bool apps)
{
	return apps ? "{" ELICITATION APPS "}" : "{" ELICITATION "}";
}

static void
begin(struct buf *out, const char *method, uint64_t id)
{
	buf_printf(out,
	    "{\"jsonrpc\":\"2.0\",\"id\":%" PRIu64 ",\"method\":\"%s\","
	    "\"params\":{",
	    id, method);
}

/* "_meta", the last member of params, and the end of the request. */
static int
finish(struct buf *out, enum tool_era era, bool apps, uint64_t id)
{
	buf_printf(out, "\"_meta\":{\"progressToken\":%" PRIu64, id);
	if (era == TOOL_ERA_MODERN)
		buf_printf(out,
		    ",\"" META "protocolVersion\":\"" TOOL_VERSION_MODERN "\""
		    ",\"" META "clientInfo\":" CLIENT_INFO ",\"" META
		    "clientCapabilities\":%s,\"" META "logLevel\":\"info\"",
		    capabilities(apps));
	return buf_puts(out, "}}}");
}

int
tool_rpc_initialize(struct buf *out, const char *version, bool apps,
    uint64_t id)
{
	begin(out, "initialize", id);
	return buf_printf(out,
	    "\"protocolVersion\":\"%s\","
	    "\"capabilities\":%s,\"clientInfo\":" CLIENT_INFO "}}",
	    version, capabilities(apps));
}

int
tool_rpc_initialized(struct buf *out)
{
	return buf_puts(out,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}");
}

int
tool_rpc_list(struct buf *out, const char *method, enum tool_era era, bool apps,
    uint64_t id, const char *cursor, size_t cursor_len)
{
	begin(out, method, id);
	if (cursor != NULL) {
		buf_puts(out, "\"cursor\":");
		buf_json(out, cursor, cursor_len);
		buf_putc(out, ',');
	}
	return finish(out, era, apps, id);
}

int
tool_rpc_ask(struct buf *out, enum tool_era era, uint64_t id,
    const struct tool_rpc_ask *ask)
{
	begin(out, ask->method, id);
	buf_puts(out, ask->members);
	if (ask->responses != NULL) {
		buf_puts(out, "\"inputResponses\":");
		buf_puts(out, ask->responses);
		buf_putc(out, ',');
	}
	if (ask->state != NULL) {
		buf_puts(out, "\"requestState\":");
		buf_json(out, ask->state, ask->state_len);
		buf_putc(out, ',');
	}
	return finish(out, era, ask->apps, id);
}

int
tool_rpc_cancelled(struct buf *out, uint64_t id)
{
	return buf_printf(out,
	    "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\","
	    "\"params\":{\"requestId\":%" PRIu64
	    ",\"reason\":\"Nobody waits for it any more.\"}}",
	    id);
}

int
tool_rpc_reply(struct buf *out, const char *id, const char *result)
{
	buf_puts(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_puts(out, id);
	buf_puts(out, ",\"result\":");
	buf_puts(out, result);
	return buf_putc(out, '}');
}

int
tool_rpc_refuse(struct buf *out, const char *id)
{
	buf_puts(out, "{\"jsonrpc\":\"2.0\",\"id\":");
	buf_puts(out, id);
	return buf_puts(out,
	    ",\"error\":{\"code\":-32601,\"message\":"
	    "\"This client cannot do that.\"}}");
}
