/* SPDX-License-Identifier: MIT */
/*
 * OpenAI's chat completions and everything that calls itself compatible:
 * Azure, Ollama, llama.cpp, vLLM, OpenRouter, Groq and others. Requests pass
 * nearly as they came; answers are passed as they are where that is plain, and
 * brought into one form where servers differ.
 */
#include "config.h"

#include <string.h>
#include <strings.h>

#include "openai.h"

/* ---- The request ---- */

static void
put_member(struct buf *out, const char *name, struct json_object *v)
{
	if (out->len > 1)
		buf_putc(out, ',');
	buf_json(out, name, strlen(name));
	buf_putc(out, ':');
	json_write(out, v);
}

/* Members that say what the answer is to be like, of OpenAI and of the servers
 * that are compatible with it. */
static const char *const safe[] = { "messages", "temperature", "top_p", "n",
	"stop", "seed", "presence_penalty", "frequency_penalty", "logit_bias",
	"logprobs", "top_logprobs", "response_format", "tools", "tool_choice",
	"parallel_tool_calls", "functions", "function_call", "reasoning_effort",
	"reasoning", "reasoning_format", "include_reasoning", "thinking",
	"enable_thinking", "thinking_budget", "thinking_config", "verbosity",
	"modalities", "audio", "prediction", "top_k", "top_a", "min_p",
	"typical_p", "tfs_z", "repetition_penalty", "repeat_penalty",
	"repeat_last_n", "length_penalty", "min_tokens", "stop_token_ids",
	"ignore_eos", "bad_words", "skip_special_tokens", "mirostat",
	"mirostat_tau", "mirostat_eta", "grammar", "json_schema", "guided_json",
	"guided_regex", "guided_choice", "guided_grammar", "structured_outputs",
	"chat_template_kwargs", "add_generation_prompt",
	"continue_final_message", "samplers", "penalties", "dry_multiplier",
	"xtc_probability", "xtc_threshold", "num_ctx", "format", "image_config",
	"safe_prompt", "random_seed", "cache_control", "user", NULL };

/* True for the members that are written anew. */
static bool
is_ours(const char *name)
{
	static const char *const names[] = { "model", "stream",
		"stream_options", "max_tokens", "max_completion_tokens",
		"tools" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

static void
put_tool(struct json_object *tool, struct buf *out)
{
	json_write(out, tool);
}

static void
put_stream(const struct config_provider *p, const struct chat_request *req,
    struct buf *out)
{
	if (!req->stream)
		return;
	buf_puts(out, ",\"stream\":true");
	if (p->include_usage)
		buf_puts(out, ",\"stream_options\":{\"include_usage\":true}");
}

static int
openai_body(const struct config_provider *p, const struct config_model *model,
    const struct chat_request *req, struct provider_request *request,
    struct api_error *err)
{
	const char *name =
	    model->upstream != NULL ? model->upstream : model->id;
	struct json_object_iterator it, end;
	struct json_object *limit;
	struct buf *out = &request->body;

	(void)err;
	buf_puts(out, "{\"model\":");
	buf_json(out, name, strlen(name));
	it = json_object_iter_begin(req->root);
	end = json_object_iter_end(req->root);
	while (!json_object_iter_equal(&it, &end)) {
		struct json_object *v = json_object_iter_peek_value(&it);

		name = json_object_iter_peek_name(&it);
		if (v != NULL && !is_ours(name) &&
		    provider_allows(p, safe, name, request))
			put_member(out, name, v);
		json_object_iter_next(&it);
	}
	(void)provider_put_tools(p, req->root, put_tool, request);
	limit = json_get(req->root, "max_completion_tokens");
	if (limit == NULL)
		limit = json_get(req->root, "max_tokens");
	if (limit != NULL)
		put_member(out, p->token_limit_field, limit);
	put_stream(p, req, out);
	return buf_putc(out, '}');
}

/* ---- The kind ---- */

/* OpenAI itself, and Azure, refuse the older name for their newer models. */
static const char *
token_limit_field(const char *host)
{
	static const char azure[] = ".openai.azure.com";
	size_t n = strlen(host);

	if (strcasecmp(host, "api.openai.com") == 0 ||
	    (n > sizeof(azure) &&
		strcasecmp(host + n - sizeof(azure) + 1, azure) == 0))
		return "max_completion_tokens";
	return "max_tokens";
}

const struct provider_kind provider_openai = {
	.config = { .name = "openai",
	    .key_header = "Authorization",
	    .chat_path = "/chat/completions",
	    .models_path = "/models",
	    .transcription_path = "/audio/transcriptions",
	    .token_limit_field = token_limit_field },
	.source = PROVIDER_SOURCE_HTTP,
	.body = openai_body,
	.read = openai_read,
	.state_size = sizeof(struct openai_state),
	.release = openai_release,
	.answer = openai_answer,
	.list_cursor = "after"
};
