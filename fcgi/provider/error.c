/* SPDX-License-Identifier: MIT */
/*
 * Errors of providers, whatever their form, as the one that a client is told.
 * A provider's refusal of our key is the site's fault and never a 401 here: to
 * a browser that would look like its own login had ended.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "kind.h"

#define RETRY_DEFAULT 10 /* s, for a 429 that names no time */
#define TEXT_MAX 64	 /* of a type or code */

/* An error object's members, as far as they were there. */
struct said {
	const char *message;
	size_t message_len;
	char type[TEXT_MAX], code[TEXT_MAX], param[API_ERROR_PARAM_MAX];
	int status; /* a numeric code; 0: none */
};

int
provider_refuse(struct api_error *err, const char *param, const char *what)
{
	api_error_set(err, 400, "invalid_request", "%s %s.", param, what);
	(void)snprintf(err->param, sizeof(err->param), "%s", param);
	return -1;
}

enum provider_result
provider_invalid(struct api_error *err, const char *what)
{
	api_error_set(err, 502, "upstream_invalid",
	    "The provider sent something that is not understood: %s.", what);
	return PROVIDER_FAILED;
}

enum provider_result
provider_no_memory(struct api_error *err)
{
	(void)api_error_no_memory(err);
	return PROVIDER_FAILED;
}

enum provider_result
provider_not_passed(struct api_error *err)
{
	if (err->status == 0)
		api_error_set(err, 500, "internal_error",
		    "The answer could not be passed on.");
	return PROVIDER_FAILED;
}

/* Null, false, 0, "" and {} are ways to say that there is no error. */
static bool
says_something(struct json_object *v)
{
	switch (json_object_get_type(v)) {
	case json_type_null:
		return false;
	case json_type_boolean:
		return json_object_get_boolean(v) != 0;
	case json_type_string:
		return json_object_get_string_len(v) > 0;
	case json_type_object:
		return json_object_object_length(v) > 0;
	case json_type_array:
		return json_object_array_length(v) > 0;
	default:
		return json_object_get_double(v) != 0;
	}
}

static bool
string_is(struct json_object *obj, const char *name, const char *value)
{
	const char *s = json_str(obj, name, NULL);

	return s != NULL && strcmp(s, value) == 0;
}

struct json_object *
provider_error_find(struct json_object *root)
{
	struct json_object *e;

	/* Google's compatible API puts its error into an array. */
	if (json_object_is_type(root, json_type_array))
		root = json_object_array_get_idx(root, 0);
	e = json_get(root, "error");
	if (says_something(e)) {
		/* {"error":"…","message":"…"}, {"error":true,"message":…} */
		if (!json_object_is_type(e, json_type_object) &&
		    json_str(root, "message", NULL) != NULL)
			return root;
		return e;
	}
	e = json_get(json_get(root, "x_groq"), "error");
	if (says_something(e))
		return e;
	if (string_is(root, "object", "error") ||
	    string_is(root, "type", "error"))
		return root;
	e = json_get(root, "detail");
	if (says_something(e) && json_get(root, "choices") == NULL)
		return e;
	return NULL;
}

static void
copy_text(struct json_object *obj, const char *name, char *out, size_t size)
{
	const char *s = json_str(obj, name, NULL);

	(void)snprintf(out, size, "%s", s != NULL ? s : "");
}

/* Reads an error in any form; the message is borrowed. */
static void
read_error(struct json_object *error, struct said *said)
{
	struct json_object *code;

	memset(said, 0, sizeof(*said));
	if (json_object_is_type(error, json_type_array))
		error = json_object_array_get_idx(error, 0);
	if (json_object_is_type(error, json_type_string)) {
		said->message = json_object_get_string(error);
		said->message_len = (size_t)json_object_get_string_len(error);
		return;
	}
	if (json_object_is_type(error, json_type_int)) {
		said->status = json_object_get_int(error);
		return;
	}
	said->message = json_str(error, "message", &said->message_len);
	if (said->message == NULL)
		said->message = json_str(error, "msg", &said->message_len);
	if (said->message == NULL)
		said->message = json_str(error, "error", &said->message_len);
	copy_text(error, "type", said->type, sizeof(said->type));
	copy_text(error, "code", said->code, sizeof(said->code));
	copy_text(error, "param", said->param, sizeof(said->param));
	code = json_get(error, "code");
	if (json_object_is_type(code, json_type_int))
		said->status = json_object_get_int(code);
}

static bool
contains(const char *s, size_t len, const char *what)
{
	size_t i, n = strlen(what);

	for (i = 0; i + n <= len; i++) {
		if (strncasecmp(s + i, what, n) == 0)
			return true;
	}
	return false;
}

static bool
named(const struct said *s, const char *what)
{
	return contains(s->type, strlen(s->type), what) ||
	    contains(s->code, strlen(s->code), what);
}

static bool
told(const struct said *s, const char *what)
{
	return s->message != NULL && contains(s->message, s->message_len, what);
}

static bool
is_context_length(const struct said *s)
{
	return named(s, "context_length_exceeded") ||
	    named(s, "exceed_context_size") ||
	    named(s, "string_above_max_length") ||
	    told(s, "maximum context length") || told(s, "context window") ||
	    told(s, "prompt is too long") ||
	    told(s, "exceeds the available context size");
}

/* What an error is, by its words; falls back on its HTTP status. */
static void
classify(const struct said *s, int status, int *as, const char **code)
{
	static const struct {
		const char *name;
		int as;
		const char *code;
	} types[] = { { "insufficient_quota", 429, "insufficient_quota" },
		{ "billing", 429, "insufficient_quota" },
		{ "content_filter", 400, "content_filter" },
		{ "content_policy", 400, "content_filter" },
		{ "ResponsibleAIPolicy", 400, "content_filter" },
		{ "rate_limit", 429, "upstream_rate_limited" },
		{ "too_many_requests", 429, "upstream_rate_limited" },
		{ "authentication", 502, "upstream_auth" },
		{ "invalid_api_key", 502, "upstream_auth" },
		{ "permission", 502, "upstream_auth" },
		{ "overloaded", 502, "upstream_error" },
		{ "model_not_found", 404, "model_not_found" } };
	size_t i;

	if (status == 401 || status == 403) {
		*as = 502;
		*code = "upstream_auth";
		return;
	}
	if (is_context_length(s)) {
		*as = 400;
		*code = "context_length_exceeded";
		return;
	}
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (named(s, types[i].name)) {
			*as = types[i].as;
			*code = types[i].code;
			return;
		}
	}
	*as = 502;
	*code = "upstream_error";
	if (status == 402) {
		*as = 429;
		*code = "insufficient_quota";
	} else if (status == 429 || status == 498) {
		*as = 429;
		*code = "upstream_rate_limited";
	} else if (status == 404 && told(s, "model")) {
		*as = 404;
		*code = "model_not_found";
	} else if (status == 400 || status == 413 || status == 422) {
		*as = 400;
		*code = "invalid_request";
	}
}

/* What to say where the provider's own words are not for the client. */
static const char *
own_words(int status, const char *code)
{
	if (strcmp(code, "upstream_auth") == 0)
		return "The provider refuses this site's key.";
	if (strcmp(code, "insufficient_quota") == 0)
		return "This site's quota at the provider is used up.";
	if (strcmp(code, "upstream_rate_limited") == 0)
		return "The provider takes no more requests at the moment.";
	if (status >= 300 && status < 400)
		return "The provider answered with a redirect, which is not "
		       "followed.";
	if (status == 404)
		return "The provider does not know this address.";
	return NULL;
}

static void
fill(const struct config_provider *p, const struct said *s, int status,
    struct api_error *err)
{
	const char *code, *words;
	struct buf text;
	int as;

	classify(s, status, &as, &code);
	words = own_words(status, code);
	/* The provider's words about a refused key may hold a part of it. */
	if (s->message != NULL && s->message_len > 0 &&
	    strcmp(code, "upstream_auth") != 0) {
		buf_init(&text, API_ERROR_MESSAGE_MAX);
		provider_scrub(p, s->message, s->message_len, &text);
		api_error_set(err, as, code, "%s", buf_str(&text));
		buf_free(&text);
	} else if (words != NULL) {
		api_error_set(err, as, code, "%s", words);
	} else {
		api_error_set(err, as, code,
		    "The provider answered with an error (status %d).", status);
	}
	if (as == 400)
		(void)snprintf(err->param, sizeof(err->param), "%s", s->param);
}

enum provider_result
provider_error_fill(const struct config_provider *p, struct json_object *error,
    struct api_error *err)
{
	struct said s;
	int status;

	read_error(error, &s);
	/* A code such as 402 or 429 stands for the status it would have had. */
	status = s.status >= 400 && s.status <= 599 ? s.status : 500;
	fill(p, &s, status, err);
	return PROVIDER_FAILED;
}

bool
provider_error(const struct config_provider *p, int status, const char *body,
    size_t len, const char *retry_after, int64_t now, struct api_error *err)
{
	struct json_object *root = NULL, *e = NULL;
	struct said s;
	unsigned after = provider_retry_after(retry_after, now);

	memset(&s, 0, sizeof(s));
	if (json_parse_loose(body, len, JSON_DEPTH_DEFAULT, &root) == JSON_OK) {
		e = provider_error_find(root);
		if (e == NULL && status >= 400)
			e = root;
	}
	if (status >= 200 && status < 300) {
		if (e != NULL)
			(void)provider_error_fill(p, e, err);
		else
			(void)provider_invalid(err, "no answer");
		json_object_put(root);
		return false;
	}
	if (e != NULL)
		read_error(e, &s);
	fill(p, &s, status, err);
	json_object_put(root);
	if (strcmp(err->code, "insufficient_quota") == 0)
		return false;
	if (status == 429 && after == 0 && err->status == 429)
		err->retry_after = RETRY_DEFAULT;
	else
		err->retry_after = after;
	return after > 0 && (status == 429 || status == 503 || status == 529);
}
