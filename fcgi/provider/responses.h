/* SPDX-License-Identifier: MIT */
/*
 * Between the files of the kind of OpenAI's Responses API: responses.c (the
 * kind, a request's options), responses_input.c (its messages),
 * responses_read.c (a stream, and a whole answer).
 */
#ifndef CONFAB_PROVIDER_RESPONSES_H
#define CONFAB_PROVIDER_RESPONSES_H

#include "kind.h"

/* Calls of one answer. */
#define RESPONSES_CALLS_MAX 512

/* Says of an item of reasoning_details that it is of this API. */
#define RESPONSES_FORMAT "openai-responses-v1"

/* Of one answer. */
struct responses_state {
	int64_t item;	  /* output_index of the item under way */
	int64_t part;	  /* of its thoughts */
	bool text, notes; /* something of it has gone out: text, */
	bool thought;	  /* annotations, thoughts */
	bool any;	  /* of any item */
	unsigned n_calls;
	struct responses_call {
		int64_t item;
		bool argued; /* arguments have gone out */
	} * calls;	     /* owned */
};

/* Appends ,"input":[...]. Returns 0, or -1: there is none, one has a part that
 * the API has not, or `out` is full. */
int responses_input(struct json_object *messages, struct buf *out,
    struct api_error *err);

/* As in the kind. */
enum provider_result responses_read(struct provider_reader *r,
    const struct sse_event *ev, provider_emit_fn emit, void *arg,
    struct api_error *err);
void responses_release(void *state);
int responses_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err);

#endif
