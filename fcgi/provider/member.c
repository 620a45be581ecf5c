/* SPDX-License-Identifier: MIT */
/*
 * Members of a request for the kinds that have other ones than OpenAI's chat
 * completions.
 */
#include "config.h"

#include <string.h>

#include "kind.h"

/* False for what says as much as no member. */
static bool
is_set(struct json_object *root, const char *name)
{
	struct json_object *v = json_get(root, name);

	if (json_object_is_type(v, json_type_boolean))
		return json_object_get_boolean(v) != 0;
	if (json_object_is_type(v, json_type_object))
		return json_object_object_length(v) > 0;
	if (json_object_is_type(v, json_type_string))
		return json_object_get_string_len(v) > 0;
	if (json_object_is_type(v, json_type_array))
		return json_object_array_length(v) > 0;
	return v != NULL && json_object_get_double(v) != 0;
}

int
provider_refuse_members(struct json_object *root, const char *const *names,
    struct api_error *err)
{
	struct json_object *n = json_get(root, "n");

	for (; *names != NULL; names++) {
		if (is_set(root, *names))
			return provider_refuse(err, *names,
			    "is not known to this model's provider");
	}
	if (n != NULL && json_object_get_int64(n) != 1)
		return provider_refuse(err, "n", "must be 1 for this model");
	return 0;
}

void
provider_put_members(const struct config_provider *p, const char *const *known,
    struct json_object *root, struct provider_request *request)
{
	size_t i;

	json_object_object_foreach(root, name, v)
	{
		for (i = 0; known[i] != NULL && strcmp(known[i], name) != 0;
		     i++)
			;
		if (v == NULL || known[i] != NULL ||
		    !provider_allows(p, known, name, request))
			continue;
		buf_putc(&request->body, ',');
		buf_json(&request->body, name, strlen(name));
		buf_putc(&request->body, ':');
		json_write(&request->body, v);
	}
}

bool
provider_put_tools(const struct config_provider *p, struct json_object *root,
    void (*put)(struct json_object *, struct buf *),
    struct provider_request *request)
{
	struct json_object *tools = json_get(root, "tools"), *tool;
	size_t i, n = tools != NULL ? json_object_array_length(tools) : 0;
	struct buf *out = &request->body;
	bool any = false;

	for (i = 0; i < n; i++) {
		tool = json_object_array_get_idx(tools, i);
		if (!provider_allows_tool(p, tool, request))
			continue;
		buf_puts(out, any ? "," : ",\"tools\":[");
		put(tool, out);
		any = true;
	}
	if (any)
		buf_putc(out, ']');
	return any;
}
