/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's forms, into which every answer is brought: chunks, usage, finish
 * reasons.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "kind.h"

int
provider_add(struct json_object *obj, const char *name, struct json_object *v)
{
	if (v == NULL || json_object_object_add(obj, name, v) != 0) {
		json_object_put(v);
		return -1;
	}
	return 0;
}

int
provider_add_string(struct json_object *obj, const char *name, const char *s,
    size_t len)
{
	return provider_add(obj, name, json_object_new_string_len(s, (int)len));
}

static struct json_object *
wrap(const char *id, int64_t created, const char *model_id,
    struct json_object *choices)
{
	static const char object[] = "chat.completion.chunk";
	struct json_object *o = json_object_new_object();

	if (o == NULL || choices == NULL ||
	    provider_add_string(o, "id", id, strlen(id)) != 0 ||
	    provider_add_string(o, "object", object, sizeof(object) - 1) != 0 ||
	    provider_add(o, "created", json_object_new_int64(created)) != 0 ||
	    provider_add_string(o, "model", model_id, strlen(model_id)) != 0) {
		json_object_put(choices);
		json_object_put(o);
		return NULL;
	}
	if (provider_add(o, "choices", choices) != 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

enum provider_result
provider_emit(struct provider_reader *r, struct json_object *chunk,
    provider_emit_fn emit, void *arg, bool content, struct api_error *err)
{
	enum provider_result result = PROVIDER_MORE;
	struct buf text;

	if (content)
		r->text_bytes +=
		    provider_text_bytes(json_get(chunk, "choices"));
	buf_init(&text, PROVIDER_CHUNK_MAX);
	if (json_write(&text, chunk) != 0) {
		result = provider_no_memory(err);
	} else if (emit(arg, text.data, text.len, content) != 0) {
		result = provider_not_passed(err);
	}
	buf_free(&text);
	return result;
}

/* ---- Usage at the end ---- */

int
provider_keep_usage(struct provider_reader *r, struct json_object *root,
    struct json_object *usage)
{
	const char *id = json_str(root, "id", NULL);

	if (!r->want_usage)
		return 0;
	if (id != NULL && r->id == NULL && (r->id = strdup(id)) == NULL)
		return -1;
	r->created = json_object_get_int64(json_get(root, "created"));
	json_object_put(r->usage_json);
	r->usage_json = json_object_get(usage);
	return 0;
}

/* What is told of the usage: counted, or else estimated. */
static void
settle_usage(struct provider_reader *r)
{
	r->told = r->usage;
	provider_usage_estimate(&r->told, r->asked, r->text_bytes);
}

const struct provider_usage *
provider_reader_usage(struct provider_reader *r)
{
	settle_usage(r);
	return &r->told;
}

/* The usage object that the client gets, taken from the reader. */
static struct json_object *
take_usage_json(struct provider_reader *r)
{
	struct json_object *o = r->usage_json;

	r->usage_json = NULL;
	if (o == NULL)
		return provider_usage_json(&r->told);
	if (provider_usage_put(o, &r->told) != 0) {
		json_object_put(o);
		return NULL;
	}
	return o;
}

int
provider_put_usage(struct provider_reader *r, struct json_object *root)
{
	struct json_object *usage = json_get(root, "usage");

	r->text_bytes = provider_text_bytes(json_get(root, "choices"));
	settle_usage(r);
	json_object_put(r->usage_json);
	r->usage_json = json_object_is_type(usage, json_type_object)
	    ? json_object_get(usage)
	    : NULL;
	return provider_add(root, "usage", take_usage_json(r));
}

enum provider_result
provider_finish(struct provider_reader *r, provider_emit_fn emit, void *arg,
    struct api_error *err)
{
	enum provider_result result = PROVIDER_DONE;
	struct json_object *chunk;

	settle_usage(r);
	if (!r->want_usage || !provider_usage_known(&r->told))
		return PROVIDER_DONE;
	chunk = wrap(r->id != NULL ? r->id : "chatcmpl", r->created,
	    r->model_id, json_object_new_array());
	if (chunk == NULL ||
	    provider_add(chunk, "usage", take_usage_json(r)) != 0)
		result = provider_no_memory(err);
	else if (provider_emit(r, chunk, emit, arg, false, err) !=
	    PROVIDER_MORE)
		result = PROVIDER_FAILED;
	json_object_put(chunk);
	return result;
}
