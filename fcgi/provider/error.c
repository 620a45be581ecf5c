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

#include "error.h"

#define RETRY_DEFAULT 10 /* s, for a 429 that names no time */

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
named(const struct provider_said *s, const char *what)
{
	return contains(s->type, strlen(s->type), what) ||
	    contains(s->code, strlen(s->code), what) ||
	    contains(s->reason, strlen(s->reason), what);
}

static bool
told(const struct provider_said *s, const char *what)
{
	return contains(buf_str(&s->message), s->message.len, what);
}

/* True when the message has one of the phrases, a list that NULL ends. */
static bool
told_any(const struct provider_said *s, const char *const *phrases)
{
	for (; *phrases != NULL; phrases++) {
		if (told(s, *phrases))
			return true;
	}
	return false;
}

/* What an error is about, in the order in which it is looked for. */
static const struct about {
	const char *names[12];	 /* in type, code or reason */
	const char *phrases[14]; /* in the message */
	int as;
	const char *code;
} abouts[] = {
	{ { "context_length_exceeded", "exceed_context_size",
	      "string_above_max_length", "context_window_exceeded", NULL },
	    { "maximum context length", "context window", "prompt is too long",
		"exceeds the available context size",
		"exceeds the maximum number of tokens",
		"input token count exceeds", "reduce the length of the", NULL },
	    400, "context_length_exceeded" },
	{ { "insufficient_quota", "billing", "insufficient_credit",
	      "insufficient_balance", "payment_required", NULL },
	    { "credit balance is too low", "insufficient credit",
		"insufficient balance", "exceeded your current quota",
		"billing", "out of credits", "requires more credits",
		"spending limit", NULL },
	    429, "insufficient_quota" },
	{ { "content_filter", "content_policy", "ResponsibleAIPolicy",
	      "moderation", "flagged", "content_violation",
	      "data_inspection_failed", "PROHIBITED_CONTENT", NULL },
	    { "content management policy", "content policy", "usage polic",
		"was flagged", "been flagged", "content filter",
		"safety system", "inappropriate content", "blocked by safety",
		"requires moderation", NULL },
	    400, "content_filter" },
	{ { "unsupported_country", "unsupported_region", NULL },
	    { "country, region", "your country", "your region",
		"location is not supported", "in this region",
		"not available in your", "geographic", NULL },
	    502, "upstream_error" },
	{ { "account_deactivated", "account_disabled", "account_suspended",
	      "organization_restricted", NULL },
	    { "account has been", "account is not active",
		"account is disabled", "account is suspended",
		"organization has been", "organization must be",
		"project has been", "not been used in project", NULL },
	    502, "upstream_error" },
	{ { "rate_limit", "too_many_requests", "RESOURCE_EXHAUSTED", "throttl",
	      "tokens_exceeded", NULL },
	    { "rate limit", "too many requests", NULL }, 429,
	    "upstream_rate_limited" },
	{ { "invalid_api_key", "API_KEY", "authentication", "UNAUTHENTICATED",
	      "invalid_token", "key_invalid", NULL },
	    { "api key", "api-key", "apikey", "auth credentials",
		"authentication", "unauthorized", "access token",
		"bearer token", NULL },
	    502, "upstream_auth" },
	{ { "model_not_found", "model_not_available", "unknown_model",
	      "DeploymentNotFound", "invalid_model", "model_access", NULL },
	    { "does not have access to model", "not have access to the model",
		"access to the requested model", "no such model",
		"unknown model", "is not a valid model", "model not found",
		"not have permission to use this model", "no endpoints found",
		NULL },
	    404, "model_not_found" },
	{ { "permission", NULL }, { "permission", NULL }, 502,
	    "upstream_auth" },
	{ { "overloaded", NULL }, { NULL }, 502, "upstream_error" }
};

#define ABOUTS (sizeof(abouts) / sizeof(abouts[0]))

static bool
is_about(const struct provider_said *s, const struct about *a)
{
	const char *const *name;

	for (name = a->names; *name != NULL; name++) {
		if (named(s, *name))
			return true;
	}
	return told_any(s, a->phrases);
}

/* What a status says by itself. */
static void
classify_status(const struct provider_said *s, int status, int *as,
    const char **code)
{
	*as = 502;
	*code = "upstream_error";
	if (status == 401 || status == 403) {
		*code = "upstream_auth";
	} else if (status == 402) {
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

/* What an error is, by its words; falls back on its HTTP status. */
static void
classify(const struct provider_said *s, int status, int *as, const char **code)
{
	/* Words of a failure of the server's own are not about the question. */
	bool ours = status >= 500 && status != 529;
	size_t i;

	for (i = 0; i < ABOUTS; i++) {
		if (!is_about(s, &abouts[i]))
			continue;
		if (ours && status != 500 && abouts[i].as == 400)
			continue;
		*as = abouts[i].as;
		*code = abouts[i].code;
		return;
	}
	classify_status(s, status, as, code);
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
fill(const struct config_provider *p, const struct provider_said *s, int status,
    struct api_error *err)
{
	const char *code, *words;
	struct buf text;
	int as;

	classify(s, status, &as, &code);
	words = own_words(status, code);
	buf_init(&text, API_ERROR_MESSAGE_MAX);
	provider_scrub(p, buf_str(&s->message), s->message.len, &text);
	/* The provider's words about a refused key may hold a part of it. */
	if (text.len > 0 && strcmp(code, "upstream_auth") != 0)
		api_error_set(err, as, code, "%s", buf_str(&text));
	else if (words != NULL)
		api_error_set(err, as, code, "%s", words);
	else
		api_error_set(err, as, code,
		    "The provider answered with an error (status %d).", status);
	(void)snprintf(err->said, sizeof(err->said), "%.*s",
	    (int)sizeof(err->said) - 1, buf_str(&text));
	buf_free(&text);
	if (as == 400)
		(void)snprintf(err->param, sizeof(err->param), "%s", s->param);
	if (as == 429)
		err->retry_after = s->retry_after;
}

enum provider_result
provider_error_fill(const struct config_provider *p, struct json_object *error,
    struct api_error *err)
{
	struct provider_said s;

	provider_said_read(&s, error);
	/* A code such as 402 or 429 stands for the status it would have had. */
	fill(p, &s, s.status != 0 ? s.status : 500, err);
	provider_said_free(&s);
	return PROVIDER_FAILED;
}

enum provider_result
provider_error_words(const struct config_provider *p, const char *s, size_t len,
    struct api_error *err)
{
	struct json_object *words = json_object_new_string_len(s, (int)len);
	enum provider_result result;

	if (words == NULL)
		return provider_no_memory(err);
	result = provider_error_fill(p, words, err);
	json_object_put(words);
	return result;
}

/* What an event is called, by itself or by its frame. */
static void
name_event(struct json_object *event, const struct sse_event *ev,
    char type[PROVIDER_TYPE_MAX])
{
	size_t len;
	const char *s = json_str(event, "type", &len);

	if (s == NULL) {
		s = ev->name;
		len = ev->name_len;
	}
	if (len >= PROVIDER_TYPE_MAX)
		len = 0;
	if (len > 0)
		memcpy(type, s, len);
	type[len] = '\0';
}

struct json_object *
provider_event(const struct provider_reader *r, const struct sse_event *ev,
    char type[PROVIDER_TYPE_MAX], struct api_error *err)
{
	struct json_object *event = NULL;

	switch (json_parse_loose(ev->data, ev->data_len, JSON_DEPTH_DEFAULT,
	    &event)) {
	case JSON_OK:
		if (json_object_is_type(event, json_type_object)) {
			name_event(event, ev, type);
			return event;
		}
		json_object_put(event);
		(void)provider_invalid(err, "an event that is no object");
		break;
	case JSON_NO_MEMORY:
		(void)provider_no_memory(err);
		break;
	default:
		if (ev->name_len == 5 && memcmp(ev->name, "error", 5) == 0)
			(void)provider_error_words(r->p, ev->data, ev->data_len,
			    err);
		else
			(void)provider_invalid(err, "an event that is no JSON");
		break;
	}
	return NULL;
}

/* Words of a body that is no JSON: a line of plain text may be shown. */
static bool
is_plain_text(const char *body, size_t len)
{
	return len > 0 && len <= API_ERROR_MESSAGE_MAX && *body != '<' &&
	    memchr(body, '<', len) == NULL && memchr(body, '\0', len) == NULL;
}

/* Reads an error's body; *json becomes whether there was an error in it. */
static void
read_body(struct provider_said *said, int status, const char *body, size_t len,
    bool *json)
{
	struct json_object *root = NULL, *e = NULL;

	if (json_parse_loose(body, len, JSON_DEPTH_DEFAULT, &root) == JSON_OK) {
		e = provider_error_find(root);
		if (e == NULL && status >= 400)
			e = root;
	}
	*json = e != NULL;
	provider_said_read(said, e);
	if (root == NULL && status >= 400 && is_plain_text(body, len))
		buf_append(&said->message, body, len);
	json_object_put(root);
}

bool
provider_error(const struct config_provider *p, int status, const char *body,
    size_t len, const char *retry_after, int64_t now, struct api_error *err)
{
	struct provider_said s;
	unsigned after = provider_retry_after(retry_after, now);
	bool json;

	read_body(&s, status, body, len, &json);
	if (status >= 200 && status < 300) {
		if (json)
			fill(p, &s, s.status != 0 ? s.status : 500, err);
		else
			(void)provider_invalid(err, "no answer");
		provider_said_free(&s);
		return false;
	}
	fill(p, &s, status, err);
	if (after == 0)
		after = s.retry_after;
	provider_said_free(&s);
	if (strcmp(err->code, "insufficient_quota") == 0) {
		err->retry_after = 0;
		return false;
	}
	if (status == 429 && after == 0 && err->status == 429)
		err->retry_after = RETRY_DEFAULT;
	else
		err->retry_after = after;
	return after > 0 && (status == 429 || status == 503 || status == 529);
}
