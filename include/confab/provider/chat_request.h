/* SPDX-License-Identifier: MIT */
/*
 * A chat completion request (OpenAI, POST /chat/completions), validated.
 * Pure: bytes in, struct out.
 */
#ifndef CONFAB_PROVIDER_CHAT_REQUEST_H
#define CONFAB_PROVIDER_CHAT_REQUEST_H

#include <stdbool.h>
#include <stddef.h>

#include <json-c/json.h>

#include "confab/base/api_error.h"

struct buf;
struct config_limits;

struct chat_request {
	struct json_object *root; /* owned: the whole request */
	const char *model;	  /* into root */
	bool stream;
	bool include_usage; /* the client asked for usage itself */
	bool web_search;    /* the model is to be let search; not in root */
	bool has_image;
	bool has_http;	  /* something is to be fetched by http: */
	unsigned answers; /* that are asked for, 1 or more */
	size_t n_messages;
};

/*
 * Parses and validates: strict JSON, an object, `model` a string, `messages`
 * a non-empty array of at most limits->messages objects with known roles and
 * content that is a string or parts (text, image_url, input_audio, file,
 * video_url; data in base64 or a URL), sampling parameters of the right type and range. Unknown members
 * are kept and passed on. Returns a request that the caller ends with
 * chat_request_free(), or NULL with `err` filled (400, code and param).
 */
struct chat_request *chat_request_parse(const char *body, size_t len,
    const struct config_limits *limits, struct api_error *err);
void chat_request_free(struct chat_request *r);

/*
 * Text of the i-th message of role `role` from the start (0 = first), joined
 * from its text parts into `out`. Returns 0, or -1 when there is none.
 */
int chat_request_text(const struct chat_request *r, const char *role, size_t i,
    struct buf *out);

#endif
