/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a chat request, and what was taken as a request to each
 * kind of provider. Aborts when that is not JSON.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/json.h"
#include "confab/provider/provider.h"

#include "provider/kind.h"
#include "fuzz.h"

static char url[] = "http://127.0.0.1", path[] = "/", word[] = "x";
static char version[] = "2023-06-01";

static void
ask(const struct config_kind *kind, const struct chat_request *r)
{
	const struct config_provider p = { .kind = kind,
		.base_url = url,
		.chat_path = path,
		.token_limit_field = word,
		.anthropic_version = version,
		.include_usage = true };
	const struct config_model m = { .id = word };
	struct provider_request out;
	struct api_error err;

	if (provider_chat_request(&p, &m, r, &out, &err) != 0) {
		if (err.status != 400)
			abort();
		return;
	}
	if (json_check(out.body.data, out.body.len, JSON_DEPTH_MAX, NULL) !=
	    JSON_OK)
		abort();
	provider_request_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct config_limits limits = { .json_depth = 32,
		.messages = 8 };
	struct chat_request *r;
	struct api_error err;
	struct buf text;

	memset(&err, 0, sizeof(err));
	r = chat_request_parse((const char *)data, size, &limits, &err);
	if (r == NULL) {
		if (err.status != 400 || err.code[0] == '\0' ||
		    err.message[0] == '\0')
			abort();
		return 0;
	}
	buf_init(&text, size);
	(void)chat_request_text(r, "user", 0, &text);
	buf_free(&text);
	ask(&provider_openai.config, r);
	ask(&provider_anthropic.config, r);
	ask(&provider_responses.config, r);
	chat_request_free(r);
	return 0;
}
