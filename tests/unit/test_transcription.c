/* SPDX-License-Identifier: MIT */
/* Speech to text: what a provider is sent, and what is made of its answer. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "confab/provider/transcription.h"

#include "provider_help.h"

#define TYPE "multipart/form-data; boundary=b"
#define FIELD(name, value)                                    \
	"--b\r\nContent-Disposition: form-data; name=\"" name \
	"\"\r\n\r\n" value "\r\n"
#define SOUND                                                    \
	"--b\r\nContent-Disposition: form-data; name=\"file\"; " \
	"filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n"

static struct config_provider
provider(void)
{
	static char path[] = "/audio/transcriptions";
	struct config_provider p = openai_provider;

	p.transcription_path = path;
	return p;
}

static int
put(const struct config_provider *p, const char *form,
    struct provider_request *out, enum transcription_format *format,
    struct api_error *err)
{
	return provider_transcription_request(p, "whisper-up", TYPE, form,
	    strlen(form), out, format, err);
}

static void
test_request(void **state)
{
	static const char form[] =
	    FIELD("model", "the-dearest") FIELD("language", "de")
		FIELD("stream", "false") FIELD("response_format", "vtt")
		    FIELD("store", "true") FIELD("a\\\"b", "1") SOUND "--b--";
	const struct config_provider p = provider();
	struct provider_request out;
	enum transcription_format format;
	struct api_error err;
	const char *boundary;
	struct buf want;

	(void)state;
	assert_int_equal(put(&p, form, &out, &format, &err), 0);
	assert_int_equal(format, TRANSCRIPTION_TEXT);
	assert_string_equal(out.url,
	    "https://api.internal.example/v1/audio/transcriptions");
	/* A name that no header can carry is left out of it. */
	assert_string_equal(buf_str(&out.ignored), "store");
	assert_int_equal(out.n_headers, 4);
	assert_string_equal(out.headers[0],
	    "Accept: text/plain; charset=utf-8");
	assert_string_equal(out.headers[1],
	    "Authorization: Bearer sk-canary-0123456789");
	boundary = strstr(out.headers[3], "boundary=");
	assert_non_null(boundary);
	boundary += strlen("boundary=");
	buf_init(&want, 4096);
	buf_printf(&want,
	    "--%s\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\n"
	    "de\r\n--%s\r\nContent-Disposition: form-data; "
	    "name=\"response_format\"\r\n\r\nvtt\r\n"
	    "--%s\r\nContent-Disposition: form-data; name=\"file\"; "
	    "filename=\"a.wav\"\r\nContent-Type: audio/wav\r\n\r\nRIFF\r\n"
	    "--%s\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\n"
	    "whisper-up\r\n--%s--\r\n",
	    boundary, boundary, boundary, boundary, boundary);
	assert_string_equal(buf_str(&out.body), buf_str(&want));
	buf_free(&want);
	provider_request_free(&out);
}

/* What only a lax reader takes for a delimiter is text, and stays text. */
static void
test_hidden_member(void **state)
{
	static const char form[] = FIELD("prompt",
	    "x\r\n--bx\r\nContent-Disposition: form-data; name=\"model\"\r\n"
	    "\r\nthe-dearest") SOUND "--b--";
	const struct config_provider p = provider();
	struct provider_request out;
	enum transcription_format format;
	struct api_error err;

	(void)state;
	assert_int_equal(put(&p, form, &out, &format, &err), 0);
	assert_null(strstr(out.headers[3], "boundary=b"));
	assert_non_null(strstr(buf_str(&out.body), "the-dearest"));
	provider_request_free(&out);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *form, *word;
	} samples[] = {
		{ FIELD("language", "de") "--b--", "file" },
		{ FIELD("file", "text") "--b--", "file" },
		{ SOUND SOUND "--b--", "once" },
		{ SOUND FIELD("stream", "true") "--b--", "stream" },
		{ SOUND FIELD("response_format", "mp3") "--b--", "srt" },
		{ SOUND, "ends too early" },
		{ "--b\r\n\r\n\r\n--b--", "cannot be read" },
		{ SOUND FIELD("a234567890123456789012345678901234567890"
			      "123456789012345678901234567890",
		      "1") "--b--",
		    "name" },
	};
	const struct config_provider p = provider();
	struct provider_request out;
	enum transcription_format format;
	struct api_error err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		assert_int_equal(put(&p, samples[i].form, &out, &format, &err),
		    -1);
		assert_int_equal(err.status, 400);
		assert_string_equal(err.code, "invalid_request");
		if (strstr(err.message, samples[i].word) == NULL &&
		    strstr(err.param, samples[i].word) == NULL)
			fail_msg("%s: %s", samples[i].form, err.message);
	}
	assert_int_equal(provider_transcription_request(&p, "m",
			     "multipart/form-data", SOUND "--b--",
			     strlen(SOUND "--b--"), &out, &format, &err),
	    -1);
	assert_non_null(strstr(err.message, "boundary"));
}

/* Reads an answer; its text, or its error's code. */
static void
answer(enum transcription_format format, const char *body, const char *want,
    uint64_t prompt, uint64_t completion)
{
	const struct config_provider p = provider();
	struct provider_usage usage;
	struct api_error err;
	struct buf out;
	int rc;

	buf_init(&out, 4096);
	rc = provider_transcription_read(&p, format, body, strlen(body), &out,
	    &usage, &err);
	assert_string_equal(rc == 0 ? buf_str(&out) : err.code, want);
	assert_int_equal(usage.prompt, prompt);
	assert_int_equal(usage.completion, completion);
	buf_free(&out);
}

static void
test_answers(void **state)
{
	(void)state;
	answer(TRANSCRIPTION_JSON, "{\"text\":\"h\xc3\xa9llo\"}",
	    "{\"text\":\"h\xc3\xa9llo\"}", 0, 2);
	answer(TRANSCRIPTION_JSON,
	    "{\"text\":\"a\",\"usage\":{\"type\":\"tokens\","
	    "\"input_tokens\":14,\"output_tokens\":\"45\"}}",
	    "{\"text\":\"a\",\"usage\":{\"type\":\"tokens\","
	    "\"input_tokens\":14,\"output_tokens\":\"45\"}}",
	    14, 45);
	/* Seconds are no tokens: the text is what can be counted. */
	answer(TRANSCRIPTION_JSON,
	    "{\"text\":\"abcdefgh\",\"usage\":{\"type\":\"duration\","
	    "\"seconds\":9}}",
	    "{\"text\":\"abcdefgh\",\"usage\":{\"type\":\"duration\","
	    "\"seconds\":9}}",
	    0, 2);
	/* Silence is an answer. */
	answer(TRANSCRIPTION_JSON, "{\"text\":\"\"}", "{\"text\":\"\"}", 0, 0);
	answer(TRANSCRIPTION_JSON, "{\"texts\":\"a\"}", "upstream_invalid", 0,
	    0);
	answer(TRANSCRIPTION_JSON, "{\"text\":1}", "upstream_invalid", 0, 0);
	answer(TRANSCRIPTION_JSON, "hello", "upstream_invalid", 0, 0);
	answer(TRANSCRIPTION_JSON, "", "upstream_invalid", 0, 0);
	answer(TRANSCRIPTION_TEXT, "WEBVTT\n\n1\n", "WEBVTT\n\n1\n", 0, 3);
	answer(TRANSCRIPTION_TEXT, "a\xff", "upstream_invalid", 0, 0);
	answer(TRANSCRIPTION_TEXT,
	    "{\"error\":{\"message\":\"no\",\"code\":\"insufficient_quota\"}}",
	    "insufficient_quota", 0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_hidden_member),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
