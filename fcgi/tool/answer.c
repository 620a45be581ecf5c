/* SPDX-License-Identifier: MIT */
/* What a person said to a call that waits, where another worker has the call. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/base/json.h"

#include "call.h"

_Static_assert(TOOL_CALL_NAME_LEN == CRYPTO_SHA256_LEN,
    "a call that waits is named by a digest");

int
tool_call_name(const struct tool_call *c,
    const unsigned char token[TOOL_TOKEN_LEN],
    unsigned char out[TOOL_CALL_NAME_LEN])
{
	const unsigned char op = (unsigned char)c->op;
	struct buf text;
	int rc;

	buf_init(&text, TOOL_ANSWER_MAX);
	buf_append(&text, token, TOOL_TOKEN_LEN);
	buf_append(&text, c->owner, TOOL_OWNER_LEN);
	buf_append(&text, &op, 1);
	buf_append(&text, c->conf->name, strlen(c->conf->name) + 1);
	buf_append(&text, c->conf->url, strlen(c->conf->url) + 1);
	buf_puts(&text, c->what);
	rc = buf_ok(&text) ? crypto_sha256(out, text.data, text.len) : -1;
	buf_free(&text);
	return rc;
}

struct tool_answer *
tool_call_answer(const struct tool_call *c)
{
	struct tool_answer *a;
	struct buf text;

	if (c->loop < 0)
		return NULL;
	buf_init(&text, TOOL_ANSWER_MAX);
	if (c->responses != NULL)
		json_write(&text, c->responses);
	else
		buf_puts(&text, "{}");
	a = buf_ok(&text) ? malloc(sizeof(*a)) : NULL;
	if (a != NULL) {
		memcpy(a->name, c->name, sizeof(a->name));
		a->stream = c->stream;
		a->len = (uint32_t)text.len;
		memcpy(a->text, text.data, text.len);
	}
	buf_free(&text);
	return a;
}

int
tool_call_said(struct tool_call *c, unsigned loop, const struct tool_answer *a)
{
	struct json_object *said;

	if (json_parse(a->text, a->len, c->config->limits.json_depth, &said) !=
	    JSON_OK)
		return -1;
	if (!json_object_is_type(said, json_type_object) ||
	    json_object_object_add(c->root, "input_responses", said) != 0) {
		json_object_put(said);
		return -1;
	}
	c->responses = said;
	c->loop = (int)loop;
	memcpy(c->name, a->name, sizeof(c->name));
	c->stream = a->stream != 0;
	/* What is told of it is told of what comes now. */
	c->sent = c->received = 0;
	c->is_error = false;
	return 0;
}
