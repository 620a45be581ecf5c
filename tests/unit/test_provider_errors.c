/* SPDX-License-Identifier: MIT */
/*
 * What becomes of a provider's refusal, by status and by words; and lists of
 * models in the forms that providers have for them.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "provider/kind.h"
#include "provider_help.h"

/* ---- Errors by status ---- */

static const struct {
	int status;
	const char *body, *retry_after;
	int want;
	const char *code, *message;
	unsigned after;
	bool again;
} statuses[] = { { 401,
		     "{\"error\":{\"message\":\"Incorrect API key provided: "
		     "sk-can***789\",\"code\":\"invalid_api_key\"}}",
		     NULL, 502, "upstream_auth", "key", 0, false },
	{ 403, "<html>", NULL, 502, "upstream_auth", "key", 0, false },
	{ 429,
	    "{\"error\":{\"message\":\"Rate limit reached\",\"type\":"
	    "\"tokens\",\"code\":\"rate_limit_exceeded\"}}",
	    "3", 429, "upstream_rate_limited", "Rate limit reached", 3, true },
	{ 429, "", NULL, 429, "upstream_rate_limited", "", 10, false },
	{ 429,
	    "{\"error\":{\"type\":\"insufficient_quota\",\"message\":"
	    "\"You exceeded your current quota\"}}",
	    "3", 429, "insufficient_quota", "quota", 0, false },
	{ 429, "", "Sun, 06 Nov 1994 08:49:37 GMT", 429,
	    "upstream_rate_limited", "", 30, true },
	{ 500, "{\"error\":{\"message\":\"it broke\"}}", "5", 502,
	    "upstream_error", "it broke", 5, false },
	{ 500, "<html>x</html>", NULL, 502, "upstream_error", "500", 0, false },
	{ 503,
	    "{\"error\":{\"code\":503,\"message\":\"Loading model\","
	    "\"type\":\"unavailable_error\"}}",
	    "1", 502, "upstream_error", "Loading model", 1, true },
	{ 529,
	    "{\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
	    "\"message\":\"Overloaded\"}}",
	    NULL, 502, "upstream_error", "Overloaded", 0, false },
	{ 302, "", NULL, 502, "upstream_error", "redirect", 0, false },
	{ 404, "<html>", NULL, 502, "upstream_error", "address", 0, false },
	{ 404,
	    "{\"error\":{\"message\":\"The model `x` does not exist\","
	    "\"code\":\"model_not_found\"}}",
	    NULL, 404, "model_not_found", "does not exist", 0, false },
	{ 404, "{\"error\":\"model 'x' not found\"}", NULL, 404,
	    "model_not_found", "", 0, false },
	{ 400, "{\"error\":{\"message\":\"bad\",\"param\":\"messages\"}}", NULL,
	    400, "invalid_request", "bad", 0, false },
	{ 400,
	    "{\"error\":{\"code\":\"context_length_exceeded\",\"message\":"
	    "\"long\"}}",
	    NULL, 400, "context_length_exceeded", "long", 0, false },
	{ 400,
	    "{\"object\":\"error\",\"message\":\"This model's maximum "
	    "context length is 10\",\"code\":400}",
	    NULL, 400, "context_length_exceeded", "10", 0, false },
	{ 422,
	    "{\"detail\":[{\"loc\":[\"body\"],\"msg\":\"field "
	    "required\"}]}",
	    NULL, 400, "invalid_request", "field required", 0, false },
	{ 402, "{\"error\":{\"message\":\"credits\",\"code\":402}}", NULL, 429,
	    "insufficient_quota", "credits", 0, false },
	{ 413, "{\"error\":{\"message\":\"too large\"}}", NULL, 400,
	    "invalid_request", "too large", 0, false },
	{ 498, "{\"error\":{\"message\":\"capacity\"}}", NULL, 429,
	    "upstream_rate_limited", "capacity", 0, false },
	{ 200, "{\"error\":{\"message\":\"fine\"}}", NULL, 502,
	    "upstream_error", "fine", 0, false },
	{ 200, "<html>hello</html>", NULL, 502, "upstream_invalid", "", 0,
	    false },
	{ 200, "", NULL, 502, "upstream_invalid", "", 0, false },
	{ 204, "", NULL, 502, "upstream_invalid", "", 0, false },
	{ 400,
	    "{\"error\":{\"message\":\"cannot reach "
	    "http://10.0.0.7:8000/v1 with sk-canary-0123456789 at "
	    "api.internal.example\\n\"}}",
	    NULL, 400, "invalid_request", "[hidden]", 0, false },
	{ 400,
	    "{\"error\":{\"message\":\"cannot use "
	    "\\\"Bearer:sk-canary-0123456789\\\"\"}}",
	    NULL, 400, "invalid_request", "[hidden]", 0, false } };

static void
test_statuses(void **state)
{
	/* Thirty seconds before the date above. */
	const int64_t now = 784111777 - 30;
	struct api_error err;
	size_t i;
	bool again;

	(void)state;
	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		memset(&err, 0, sizeof(err));
		again = provider_error(&openai_provider, statuses[i].status,
		    statuses[i].body, strlen(statuses[i].body),
		    statuses[i].retry_after, now, &err);
		if (err.status != statuses[i].want ||
		    strcmp(err.code, statuses[i].code) != 0 ||
		    strstr(err.message, statuses[i].message) == NULL ||
		    err.retry_after != statuses[i].after ||
		    again != statuses[i].again)
			fail_msg("%d %s: %d %s %s %u %d", statuses[i].status,
			    statuses[i].body, err.status, err.code, err.message,
			    err.retry_after, again);
		assert_true(err.message[0] != '\0');
		assert_null(strstr(err.message, "canary"));
		assert_null(strstr(err.message, "10.0.0.7"));
		assert_null(strstr(err.message, "internal.example"));
		assert_null(strchr(err.message, '\n'));
	}
}

/* What a provider says of the key is for the log, and there without the key. */
static void
test_key_words(void **state)
{
	static const char body[] =
	    "{\"error\":{\"message\":\"The token we know as zebra is no good\","
	    "\"code\":\"invalid_api_key\"}}";
	struct api_error err;

	(void)state;
	(void)provider_error(&openai_provider, 401, body, sizeof(body) - 1,
	    NULL, 0, &err);
	assert_string_equal(err.code, "upstream_auth");
	assert_null(strstr(err.message, "zebra"));
	assert_non_null(strstr(err.said, "zebra"));
}

static void
test_scrub(void **state)
{
	static const struct {
		const char *key, *text, *want;
	} t[] = { { "abcd1234efgh", "key abcd1234efgh, is bad",
		      "key [hidden], is bad" },
		{ "abcd1234efgh", "(abcd1234efgh)", "[hidden])" },
		{ "abcd1234efgh", "x=ABCD1234EFGH;", "[hidden]" },
		{ "abcd1234efgh", "starts abcd1234...", "starts [hidden]" },
		{ "abcd1234efgh", "ends ...1234efgh", "ends [hidden]" },
		{ "abcd1234efgh", "abcd****efgh is bad", "[hidden] is bad" },
		{ "ab,cd)ef\"gh", "key ab,cd)ef\"gh!", "key [hidden]!" },
		{ "k3y", "your k3y is bad, k3y, k3y.",
		    "your [hidden] is bad, [hidden], [hidden]" },
		{ "k3y", "monk3ys and k3ys stay", "monk3ys and k3ys stay" },
		{ "abcd1234efgh", "see https://help.example.org/a#b for more",
		    "see https://help.example.org/a#b for more" },
		{ "abcd1234efgh", "at https://api.internal.example/v1",
		    "at [hidden]" },
		{ "abcd1234efgh", "at http://10.0.0.7:8000/v1", "at [hidden]" },
		{ "abcd1234efgh", "at http://vllm.local/v1", "at [hidden]" },
		{ "abcd1234efgh", "at https://x.org/?key=1", "at [hidden]" },
		{ "abcd1234efgh", "at https://a@x.org/", "at [hidden]" },
		{ "abcd1234efgh", "sk-proj-0123 and AIzaSy0123 too",
		    "[hidden] and [hidden] too" },
		{ NULL, "nothing to hide", "nothing to hide" } };
	struct config_provider p = openai_provider;
	char key[64];
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 1000);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		snprintf(key, sizeof(key), "%s",
		    t[i].key != NULL ? t[i].key : "");
		p.api_key = t[i].key != NULL ? key : NULL;
		buf_reset(&out);
		provider_scrub(&p, t[i].text, strlen(t[i].text), &out);
		assert_string_equal(buf_str(&out), t[i].want);
	}
	buf_free(&out);
}

static void
test_retry_after(void **state)
{
	static const struct {
		const char *value;
		unsigned want;
	} t[] = { { "0", 0 }, { "1", 1 }, { " 12 ", 12 }, { "0.2", 1 },
		{ "1.0", 1 }, { "1.5", 2 }, { "99999999999", 86400 },
		{ "-1", 0 }, { "abc", 0 }, { "", 0 }, { "5x", 0 },
		{ "Sun, 06 Nov 1994 08:49:37 GMT", 37 },
		{ "Sunday, 06-Nov-94 08:49:37 GMT", 37 },
		{ "Sun Nov  6 08:49:37 1994", 37 },
		{ "Sun, 06 Nov 1994 08:48:00 GMT", 0 },
		{ "Sun, 06 Nov 2094 08:49:37 GMT", 86400 },
		{ "Sun, 06 Foo 1994 08:49:37 GMT", 0 },
		{ "Sun, 06 Nov 1994", 0 } };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		assert_int_equal(provider_retry_after(t[i].value, 784111740),
		    t[i].want);
	assert_int_equal(provider_retry_after(NULL, 0), 0);
}

/* ---- Model lists ---- */

static int
add_model(void *arg, const struct config_model *m)
{
	struct buf *out = arg;

	return buf_printf(out, "%s,%s,%u,%u,%u;", m->id,
	    m->name != NULL ? m->name : "-", m->context_length,
	    m->max_output_tokens, m->input);
}

static int
list(const char *body, struct buf *out)
{
	struct buf after;
	int rc;

	buf_init(&after, 1000);
	buf_reset(out);
	rc = provider_list_read(&openai_provider, body, strlen(body), add_model,
	    out, &after);
	assert_int_equal(after.len, 0);
	buf_free(&after);
	return rc;
}

static void
test_lists(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 10000);
	/* OpenAI, Ollama */
	assert_int_equal(list("{\"object\":\"list\",\"data\":[{\"id\":\"gpt\","
			      "\"object\":\"model\",\"created\":1,\"owned_by\":"
			      "\"openai\"},"
			      "{\"id\":\"llama3:8b\",\"object\":\"model\"}]}",
			     &out),
	    0);
	assert_string_equal(buf_str(&out), "gpt,-,0,0,0;llama3:8b,-,0,0,0;");
	/* vLLM */
	assert_int_equal(list("{\"data\":[{\"id\":\"q\",\"max_model_len\":"
			      "32768,\"permission\":[]}]}",
			     &out),
	    0);
	assert_string_equal(buf_str(&out), "q,-,32768,0,0;");
	/* OpenRouter */
	assert_int_equal(
	    list("{\"data\":[{\"id\":\"a/b\",\"name\":\"A: B\","
		 "\"context_length\":200000,\"architecture\":{\"input_"
		 "modalities\":"
		 "[\"text\",\"image\",\"file\"]},\"top_provider\":{"
		 "\"context_length\":100000,\"max_completion_tokens\":8192}}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "a/b,A: B,100000,8192,11;");
	/* Groq, Mistral, llama.cpp */
	assert_int_equal(
	    list("{\"data\":[{\"id\":\"g\",\"context_window\":"
		 "131072,\"max_completion_tokens\":32768},{\"id\":\"m\","
		 "\"max_context_length\":128000,\"capabilities\":{\"vision\":"
		 "true}},"
		 "{\"id\":\"/models/x.gguf\",\"meta\":{\"n_ctx_train\":4096}}],"
		 "\"models\":[{\"capabilities\":[\"completion\"]}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out),
	    "g,-,131072,32768,0;"
	    "m,-,128000,0,3;/models/x.gguf,-,4096,0,0;");
	/* Strings; Ollama; Google; Cloudflare; Azure; LM Studio; GitHub. */
	assert_int_equal(list("[\"a\",\"b\",\"text-embedding-3\"]", &out), 0);
	assert_string_equal(buf_str(&out), "a,-,0,0,0;b,-,0,0,0;");
	assert_int_equal(
	    list("{\"models\":[{\"name\":\"l:8b\",\"model\":\"l:8b\","
		 "\"details\":{}},{\"name\":\"nomic-embed-text\"}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "l:8b,-,0,0,0;");
	assert_int_equal(
	    list("{\"models\":[{\"name\":\"models/g\",\"displayName\":\"G\","
		 "\"inputTokenLimit\":7,\"outputTokenLimit\":5,"
		 "\"supportedGenerationMethods\":[\"generateContent\"]},"
		 "{\"name\":\"models/e\",\"supportedGenerationMethods\":["
		 "\"embedContent\"]}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "g,G,7,5,0;");
	assert_int_equal(
	    list("{\"success\":true,\"result\":[{\"id\":"
		 "\"429b9e8b-d99e-44de-91ad-706cf8183658\",\"name\":"
		 "\"@cf/x/l\",\"task\":{\"name\":\"Text Generation\"}},"
		 "{\"id\":\"529b9e8b-d99e-44de-91ad-706cf8183658\",\"name\":"
		 "\"@cf/x/t\",\"task\":{\"name\":\"Translation\"}}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "@cf/x/l,-,0,0,0;");
	assert_int_equal(
	    list("{\"data\":[{\"id\":\"a\",\"capabilities\":{"
		 "\"chat_completion\":true}},{\"id\":\"b\",\"capabilities\":{"
		 "\"chat_completion\":false,\"embeddings\":true}}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "a,-,0,0,0;");
	assert_int_equal(list("{\"data\":[{\"id\":\"q\",\"type\":\"vlm\","
			      "\"max_context_length\":9},{\"id\":\"n\","
			      "\"type\":"
			      "\"embeddings\"}]}",
			     &out),
	    0);
	assert_string_equal(buf_str(&out), "q,-,9,0,3;");
	assert_int_equal(
	    list("[{\"id\":\"azureml://registries/x\",\"name\":\"gpt-4o\","
		 "\"friendly_name\":\"GPT-4o\",\"task\":\"chat-completion\","
		 "\"supported_input_modalities\":[\"text\",\"audio\","
		 "\"pdf\"]}]",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "gpt-4o,GPT-4o,0,0,13;");
	/* By known names. */
	assert_int_equal(list("{\"data\":[{\"id\":\"whisper-1\"},{\"id\":"
			      "\"dall-e-3\"},{\"id\":\"tts-1\"},{\"id\":"
			      "\"omni-moderation-latest\"},{\"id\":\"gpt-5\"}]"
			      "}",
			     &out),
	    0);
	assert_string_equal(buf_str(&out), "gpt-5,-,0,0,0;");
	/* Nonsense in it is passed over. */
	assert_int_equal(
	    list("{\"data\":[5,null,{},{\"id\":7},{\"id\":\"\"},"
		 "{\"id\":\"a\\nb\"},{\"id\":\"ok\",\"context_length\":-5,"
		 "\"max_model_len\":1e99,\"meta\":[],\"architecture\":5}]}",
		&out),
	    0);
	assert_string_equal(buf_str(&out), "ok,-,0,0,0;");
	assert_int_equal(list("[{\"id\":\"bare\"}]", &out), 0);
	assert_int_equal(list("{\"data\":5}", &out), -1);
	assert_int_equal(list("{\"error\":\"x\"}", &out), -1);
	assert_int_equal(list("<html>", &out), -1);
	assert_int_equal(list("", &out), -1);
	buf_free(&out);
}

/* Words that are no text, longer than a message may be, are still told. */
static void
test_words_of_bytes(void **state)
{
	static const char head[] = "event: error\ndata: ";
	char text[1024];
	struct run run;

	(void)state;
	memset(text, 0x94, sizeof(text));
	memcpy(text, head, sizeof(head) - 1);
	memcpy(text + sizeof(text) - 2, "\n\n", 2);
	run.refuse_after = -1;
	run_stream(&run, &openai_provider, text, sizeof(text), false);
	assert_int_equal(run.result, PROVIDER_FAILED);
	assert_true(strlen(run.err.message) > 100);
	run_free(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_of_bytes),
		cmocka_unit_test(test_statuses),
		cmocka_unit_test(test_key_words), cmocka_unit_test(test_scrub),
		cmocka_unit_test(test_retry_after), cmocka_unit_test(test_lists)
	};

	return cmocka_run_group_tests_name("provider_errors", tests, NULL,
	    NULL);
}
