/* SPDX-License-Identifier: MIT */
/* Messages of JSON-RPC as they come. */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/json.h"

#include "envelope.h"
#include "message.h"

/* Some gateways make a text of the number. */
static bool
is_id(struct json_object *v, uint64_t id)
{
	char text[24];

	if (json_object_is_type(v, json_type_int))
		return json_object_get_uint64(v) == id;
	(void)snprintf(text, sizeof(text), "%" PRIu64, id);
	return json_object_is_type(v, json_type_string) &&
	    strcmp(json_object_get_string(v), text) == 0;
}

bool
tool_envelope_answers(struct json_object *msg, uint64_t id)
{
	struct json_object *v = json_get(msg, "id");

	if (json_get(msg, "method") != NULL)
		return false; /* a request of the server's own */
	/* Some refuse without saying what. */
	if (v == NULL)
		return json_get(msg, "error") != NULL;
	return is_id(v, id);
}

/* Takes `list` over. */
static struct json_object *
choose(struct json_object *list, uint64_t id)
{
	size_t i, n = json_object_array_length(list);
	struct json_object *one, *chosen = NULL;

	for (i = 0; i < n; i++) {
		one = json_object_array_get_idx(list, i);
		if (chosen == NULL || tool_envelope_answers(one, id))
			chosen = one;
	}
	chosen = json_object_get(chosen);
	json_object_put(list);
	return chosen;
}

struct json_object *
tool_envelope_open(const char *s, size_t len, uint64_t id)
{
	struct json_object *msg;
	const char *version;
	size_t n;

	if (json_parse_loose(s, len, TOOL_JSON_DEPTH, &msg) != JSON_OK)
		return NULL;
	if (json_object_is_type(msg, json_type_array))
		msg = choose(msg, id);
	version = json_str(msg, "jsonrpc", &n);
	if (version != NULL && strcmp(version, "2.0") == 0)
		return msg;
	json_object_put(msg);
	return NULL;
}
