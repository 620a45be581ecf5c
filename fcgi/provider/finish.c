/* SPDX-License-Identifier: MIT */
/*
 * Why an answer ended. It is complete only for a reason that is known to mean
 * so; for any other it was interrupted, and the provider's word stays.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "kind.h"

/* In any case of letters. */
static const struct {
	const char *from, *to;
} known[] = { { "stop", "stop" }, { "eos", "stop" }, { "eos_token", "stop" },
	{ "end_turn", "stop" }, { "end_of_turn", "stop" },
	{ "stop_sequence", "stop" }, { "stop_token", "stop" },
	{ "complete", "stop" }, { "completed", "stop" }, { "finish", "stop" },
	{ "end", "stop" }, { "length", "length" }, { "max_tokens", "length" },
	{ "max_output_tokens", "length" }, { "max_length", "length" },
	{ "max_new_tokens", "length" }, { "limit", "length" },
	{ "model_length", "length" },
	{ "model_context_window_exceeded", "length" },
	{ "tool_calls", "tool_calls" }, { "tool_call", "tool_calls" },
	{ "function_call", "tool_calls" }, { "tool_use", "tool_calls" },
	{ "content_filter", "content_filter" },
	{ "content_filtered", "content_filter" },
	{ "guardrail_intervened", "content_filter" },
	{ "safety", "content_filter" }, { "refusal", "content_filter" },
	{ "blocklist", "content_filter" },
	{ "prohibited_content", "content_filter" },
	{ "spii", "content_filter" }, { "image_safety", "content_filter" },
	{ "error_toxic", "content_filter" },
	{ "sensitive", "content_filter" } };

/* Words for "not yet". */
static bool
says_nothing(const char *reason)
{
	return reason[0] == '\0' || strcasecmp(reason, "null") == 0 ||
	    strcasecmp(reason, "none") == 0 ||
	    strcasecmp(reason, "FINISH_REASON_UNSPECIFIED") == 0;
}

enum provider_end
provider_end_of(const char *reason, const char **openai)
{
	size_t i, n;

	*openai = reason;
	if (reason == NULL || says_nothing(reason))
		return PROVIDER_END_NONE;
	/* One has the reason of the reason behind it, "content_filter: SPII". */
	n = strcspn(reason, ":");
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i].from) == n &&
		    strncasecmp(known[i].from, reason, n) == 0) {
			*openai = known[i].to;
			return PROVIDER_END_COMPLETE;
		}
	}
	return strcasecmp(reason, "error") == 0 ? PROVIDER_END_ERROR
						: PROVIDER_END_INTERRUPTED;
}

/* The reason, which some have under the name of their own interface only. */
static const char *
find_reason(struct json_object *choice)
{
	static const char other[] = "finishReason";
	const char *reason = json_str(choice, "finish_reason", NULL);
	struct json_object *v;

	if (reason != NULL && !says_nothing(reason))
		return reason;
	v = json_get(choice, other);
	if (!json_object_is_type(v, json_type_string) ||
	    provider_add(choice, "finish_reason", json_object_get(v)) != 0)
		return reason;
	json_object_object_del(choice, other);
	return json_str(choice, "finish_reason", NULL);
}

int
provider_end_put(struct json_object *choice, bool called,
    enum provider_end *end)
{
	const char *reason = find_reason(choice), *to;

	*end = provider_end_of(reason, &to);
	switch (*end) {
	case PROVIDER_END_NONE:
		return json_object_object_add(choice, "finish_reason", NULL);
	case PROVIDER_END_ERROR:
		return 0;
	case PROVIDER_END_INTERRUPTED:
		return json_get(choice, "native_finish_reason") != NULL
		    ? 0
		    : provider_add_string(choice, "native_finish_reason",
			  reason, strlen(reason));
	case PROVIDER_END_COMPLETE:
		break;
	}
	/* Who asks for a tool has not stopped. */
	if (called && strcmp(to, "stop") == 0)
		to = "tool_calls";
	return strcmp(to, reason) == 0
	    ? 0
	    : provider_add_string(choice, "finish_reason", to, strlen(to));
}

/* Of an answer's place; 0: none is kept of that one. */
static uint64_t
bit_of(int64_t at)
{
	return at >= 0 && at < 64 ? UINT64_C(1) << at : 0;
}

void
provider_end_seen(struct provider_reader *r, int64_t at)
{
	r->finished = true;
	r->over |= bit_of(at);
	/* What comes now is not to be taken by a look at its text alone. */
	provider_template_free(&r->like);
}

void
provider_end_doubt(struct provider_reader *r, int64_t at)
{
	if ((r->over & bit_of(at)) != 0)
		r->doubted = true;
}

bool
provider_reader_settled(const struct provider_reader *r, bool *counted)
{
	unsigned i, over = 0;

	if (!r->finished || r->doubted || r->p->require_done)
		return false;
	*counted = r->usage.completion > 0;
	for (i = 0; i < 64; i++)
		over += (r->over >> i) & 1;
	return over >= r->answers;
}
