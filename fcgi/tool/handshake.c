/* SPDX-License-Identifier: MIT */
/* What follows from a server's reply. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"

#include "handshake.h"

#define RETRY_AFTER_MAX 3600 /* s */

/* ---- What is told -----------------------------------------------------------*/

void
tool_error_rpc(struct api_error *err, int code, const char *said)
{
	(void)api_error_set(err, 502, "tool_error",
	    "The tool server refused the call (%d): %s", code,
	    said[0] != '\0' ? said : "it does not say why.");
}

void
tool_error_reword(struct api_error *err)
{
	static const struct {
		const char *code, *text;
	} words[] = { { "upstream_unreachable",
			  "The tool server cannot be reached." },
		{ "connect_timeout",
		    "The tool server did not accept the connection, or did not "
		    "answer, in time." },
		{ "upstream_tls",
		    "The tool server's TLS certificate or protocol was "
		    "refused." },
		{ "upstream_closed",
		    "The tool server closed the connection before the end; "
		    "whether it has acted is not known." },
		{ "upstream_invalid",
		    "The tool server sent something that is no valid "
		    "answer." } };
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(err->code, words[i].code) == 0)
			(void)snprintf(err->message, sizeof(err->message), "%s",
			    words[i].text);
}

void
tool_error_doubt(struct api_error *err, int status)
{
	static const char doubt[] = "whether it has acted is not known";
	size_t n = strlen(err->message);
	/* A refusal says that it has not. */
	bool open = strcmp(err->code, "tool_invalid") == 0 ||
	    strcmp(err->code, "tool_too_large") == 0 ||
	    (strcmp(err->code, "tool_failed") == 0 && status >= 500);

	if (!open || n == 0 || strstr(err->message, doubt) != NULL)
		return;
	(void)snprintf(err->message + n - 1, sizeof(err->message) - n + 1,
	    "; %s.", doubt);
}

static unsigned
seconds(const char *s)
{
	unsigned long n;

	if (s == NULL || s[0] == '\0' || strspn(s, "0123456789") != strlen(s) ||
	    strlen(s) > 9)
		return 0;
	n = strtoul(s, NULL, 10);
	return n < RETRY_AFTER_MAX ? (unsigned)n : RETRY_AFTER_MAX;
}

/* Tells of a reply that is no success, or no answer. */
static void
tell(const struct tool_reply *r, struct api_error *err)
{
	if (r->status == 401 || r->status == 403) {
		(void)api_error_set(err, 502, "tool_auth",
		    "The tool server does not accept this server's token.");
	} else if (r->status == 429) {
		(void)api_error_set(err, 429, "tool_rate_limit",
		    "The tool server is asked too often.");
		err->retry_after = seconds(r->retry_after);
	} else if (r->failure.code != 0) {
		tool_error_rpc(err, r->failure.code, r->failure.said);
	} else if (r->status >= 300 && r->status < 400) {
		(void)api_error_set(err, 502, "tool_redirect",
		    "The tool server answers from another address, which is "
		    "not followed.");
	} else if (r->status >= 200 && r->status < 300) {
		(void)api_error_set(err, 502, "tool_invalid",
		    "The tool server sent something that is no valid answer.");
	} else {
		(void)api_error_set(err, 502, "tool_failed",
		    "The tool server answered with HTTP status %d.", r->status);
	}
}

/* ---- Eras -------------------------------------------------------------------*/

/* A member of what a server says of itself, as far as it is printable. */
static void
take_info(char *out, size_t size, struct json_object *info, const char *name)
{
	size_t len = 0, i, n = 0;
	const char *s = json_str(info, name, &len);

	for (i = 0; s != NULL && i < len && n + 1 < size; i++)
		if (s[i] > 0x20 && s[i] < 0x7f)
			out[n++] = s[i];
	out[n] = '\0';
}

static void
take_server(struct tool_facts *facts, struct json_object *info)
{
	take_info(facts->name, sizeof(facts->name), info, "name");
	take_info(facts->release, sizeof(facts->release), info, "version");
}

static enum tool_next
is_modern(struct tool_facts *facts, const struct tool_reply *r)
{
	facts->era = TOOL_ERA_MODERN;
	(void)snprintf(facts->version, sizeof(facts->version), "%s",
	    TOOL_VERSION_MODERN);
	/* It says so when it is asked for them. */
	facts->prompts = facts->resources = true;
	take_server(facts,
	    json_get(json_get(r->result, "_meta"),
		"io.modelcontextprotocol/serverInfo"));
	return TOOL_NEXT_MODERN;
}

/* It is modern, but speaks another version. */
static enum tool_next
other_version(const struct tool_reply *r, struct api_error *err)
{
	if (r->failure.offers != NULL)
		return TOOL_NEXT_LEGACY;
	(void)api_error_set(err, 502, "tool_version",
	    "The tool server speaks none of the versions of the protocol that "
	    "are spoken here.");
	return TOOL_NEXT_FAIL;
}

static bool
is_refusal_of_all(int status)
{
	return status == 401 || status == 403 || status == 429 ||
	    (status >= 300 && status < 400) || status >= 500;
}

enum tool_next
tool_probe_judge(const struct tool_reply *r, struct tool_facts *facts,
    struct api_error *err)
{
	memset(facts, 0, sizeof(*facts));
	if (is_refusal_of_all(r->status)) {
		tell(r, err);
		return TOOL_NEXT_FAIL;
	}
	if (r->result != NULL)
		return tool_message_era(r->result) == TOOL_ERA_MODERN
		    ? is_modern(facts, r)
		    : TOOL_NEXT_LEGACY;
	if (r->failure.code == TOOL_RPC_VERSION)
		return other_version(r, err);
	if (tool_message_is_modern(r->failure.code) ||
	    (r->status == 404 && r->failure.code == TOOL_RPC_NO_METHOD))
		return is_modern(facts, r);
	return TOOL_NEXT_LEGACY;
}

/* A session's id must be visible ASCII. */
static int
take_session(struct tool_session *s, const char *id)
{
	size_t n;

	s->id[0] = '\0';
	if (id == NULL)
		return 0;
	for (n = 0; id[n] != '\0'; n++)
		if (id[n] <= 0x20 || id[n] >= 0x7f || n >= TOOL_SESSION_ID_MAX)
			return -1;
	memcpy(s->id, id, n + 1);
	return 0;
}

static enum tool_next
agree(const struct tool_reply *r, struct tool_facts *facts,
    struct tool_session *session, struct api_error *err)
{
	struct json_object *has;
	size_t len = 0;
	const char *version = json_str(r->result, "protocolVersion", &len);

	if (version == NULL || !tool_version_is_legacy(version)) {
		(void)api_error_set(err, 502, "tool_version",
		    "The tool server speaks version \"%.32s\" of the protocol, "
		    "which is not spoken here.",
		    version != NULL ? version : "");
		return TOOL_NEXT_FAIL;
	}
	if (take_session(session, r->session) == -1) {
		(void)api_error_set(err, 502, "tool_invalid",
		    "The tool server gives its session a name that none may "
		    "have.");
		return TOOL_NEXT_FAIL;
	}
	facts->era = TOOL_ERA_LEGACY;
	memcpy(session->version, version, len + 1);
	memcpy(facts->version, version, len + 1);
	has = json_get(r->result, "capabilities");
	facts->prompts = json_get(has, "prompts") != NULL;
	facts->resources = json_get(has, "resources") != NULL;
	take_server(facts, json_get(r->result, "serverInfo"));
	return TOOL_NEXT_AGREED;
}

enum tool_next
tool_initialize_judge(const struct tool_reply *r, struct tool_facts *facts,
    struct tool_session *session, struct api_error *err)
{
	memset(facts, 0, sizeof(*facts));
	if (r->result != NULL)
		return agree(r, facts, session, err);
	if ((r->status == 404 || r->status == 405) && r->failure.code == 0)
		(void)api_error_set(err, 502, "tool_transport",
		    "There is no MCP over Streamable HTTP at this address "
		    "(HTTP "
		    "status %d). The older transport, HTTP+SSE, is not spoken "
		    "here.",
		    r->status);
	else
		tell(r, err);
	return r->failure.offers != NULL &&
		strcmp(r->failure.offers, TOOL_VERSION_LEGACY) != 0
	    ? TOOL_NEXT_OLDER
	    : TOOL_NEXT_FAIL;
}

enum tool_refused
tool_request_judge(const struct tool_reply *r, const struct tool_facts *facts,
    bool kept, struct api_error *err)
{
	tell(r, err);
	if (is_refusal_of_all(r->status))
		return TOOL_REFUSED;
	if (r->failure.code == TOOL_RPC_HEADERS)
		return TOOL_REFUSED_HEADERS;
	if (r->failure.code == TOOL_RPC_VERSION)
		return TOOL_REFUSED_ERA;
	/* The specification says 404; many say 400, and some 410. */
	if (facts->era == TOOL_ERA_LEGACY && kept &&
	    (r->status == 404 || r->status == 400 || r->status == 410))
		return TOOL_REFUSED_SESSION;
	if (facts->era == TOOL_ERA_MODERN && r->failure.code != 0)
		return TOOL_REFUSED;
	return r->status >= 400 ? TOOL_REFUSED_ERA : TOOL_REFUSED;
}
