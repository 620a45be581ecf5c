/* SPDX-License-Identifier: MIT */
/* OpenAI's whole answers, brought into one form where servers differ. */
#include "config.h"

#include <string.h>

#include "openai.h"

static enum provider_result
answer_choice(struct openai_state *st, struct json_object *choice,
    struct provider_think *think, struct api_error *err)
{
	struct json_object *message = json_get(choice, "message"), *calls;
	enum provider_result result = PROVIDER_MORE;
	enum provider_end end;
	const char *role;

	if (message == NULL && json_get(choice, "text") != NULL) {
		message = json_object_new_object();
		if (provider_add(choice, "message", message) != 0 ||
		    provider_add_string(message, "role", "assistant", 9) != 0 ||
		    provider_add(message, "content",
			json_object_get(json_get(choice, "text"))) != 0)
			return provider_no_memory(err);
	}
	if (json_object_is_type(message, json_type_object)) {
		role = json_str(message, "role", NULL);
		if ((role == NULL || strcmp(role, "assistant") != 0) &&
		    provider_add_string(message, "role", "assistant", 9) != 0)
			return provider_no_memory(err);
		result = openai_delta(st, 0, message, think, true, err);
	}
	if (result != PROVIDER_MORE)
		return result;
	calls = json_get(message, "tool_calls");
	if (provider_end_put(choice,
		json_object_is_type(calls, json_type_array) &&
		    json_object_array_length(calls) > 0,
		&end) != 0)
		return provider_no_memory(err);
	if (provider_error_find(choice) != NULL || end == PROVIDER_END_ERROR)
		return PROVIDER_FAILED;
	return PROVIDER_MORE;
}

/* Some give what one answer says and what it calls as two: puts calls without
 * words into the first. Returns 0, or -1 when out of memory. */
static int
join_choices(struct json_object *choices)
{
	struct json_object *to, *from, *have, *calls;
	size_t i = 1, k, len;

	to = json_get(json_object_array_get_idx(choices, 0), "message");
	while (json_object_is_type(to, json_type_object) &&
	    i < json_object_array_length(choices)) {
		from =
		    json_get(json_object_array_get_idx(choices, i), "message");
		calls = json_get(from, "tool_calls");
		if (!json_object_is_type(calls, json_type_array) ||
		    json_object_array_length(calls) == 0 ||
		    (json_str(from, "content", &len) != NULL && len > 0)) {
			i++;
			continue;
		}
		have = json_get(to, "tool_calls");
		for (k = 0; json_object_is_type(have, json_type_array) &&
		     k < json_object_array_length(calls);
		     k++) {
			if (json_object_array_add(have,
				json_object_get(
				    json_object_array_get_idx(calls, k))) != 0)
				return -1;
		}
		if (k == 0 &&
		    provider_add(to, "tool_calls", json_object_get(calls)) != 0)
			return -1;
		json_object_array_del_idx(choices, i, 1);
	}
	return 0;
}

static int
answer_choices(const struct provider_reader *r, struct openai_state *st,
    struct json_object *choices, struct api_error *err)
{
	struct provider_think think;
	enum provider_result result;
	struct json_object *c, *e;
	size_t i;

	for (i = 0; i < json_object_array_length(choices); i++) {
		c = json_object_array_get_idx(choices, i);
		if (!json_object_is_type(c, json_type_object))
			return -1;
		provider_think_start(&think, r->think_mode, r->model_id);
		result = answer_choice(st, c, &think, err);
		provider_think_free(&think);
		if (result == PROVIDER_MORE)
			continue;
		e = provider_error_find(c);
		if (err->status == 0)
			(void)provider_error_fill(r->p, e != NULL ? e : c, err);
		return -1;
	}
	return 0;
}

int
openai_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err)
{
	struct json_object *choices = json_get(root, "choices"), *usage;
	struct openai_state *st = r->state;

	if (!json_object_is_type(choices, json_type_array) ||
	    json_object_array_length(choices) == 0)
		return -1;
	openai_seed(st, root);
	if (r->answers <= 1 && join_choices(choices) != 0) {
		(void)provider_no_memory(err);
		return -1;
	}
	if (answer_choices(r, st, choices, err) != 0)
		return -1;
	provider_usage_read(&r->usage,
	    json_get(json_get(root, "x_groq"), "usage"));
	usage = json_get(root, "usage");
	provider_usage_read(&r->usage, usage);
	if ((json_str(root, "model", NULL) == NULL &&
		provider_add_string(root, "model", r->model_id,
		    strlen(r->model_id)) != 0) ||
	    provider_put_usage(r, root) != 0) {
		(void)provider_no_memory(err);
		return -1;
	}
	return json_write(out, root);
}
