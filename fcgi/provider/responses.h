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

/* Of one answer. Items have a bit each, by output_index; the last bit is that
 * of all further ones. */
struct responses_state {
	int64_t item;		 /* output_index of the item under way */
	int64_t part;		 /* of its thoughts */
	uint64_t text;		 /* of which items has gone out: text, */
	uint64_t notes, thought; /* annotations, thoughts */
	uint64_t ended;		 /* which items were done */
	bool details; /* something has gone out that must come back */
	unsigned n_ended, n_calls;
	struct responses_call {
		int64_t item;
		uint64_t id, call_id; /* digests; 0: unknown */
		bool argued;	      /* arguments have gone out */
	} * calls;		      /* owned */
};

/* Appends ,"input":[...]. Returns 0, or -1: there is none, one has a part that
 * the API has not, or `out` is full. */
int responses_input(struct json_object *messages, struct buf *out,
    struct api_error *err);

/* ---- responses_calls.c ---- */

/* The call that an event is about, by "item_id" or the number of its item, or
 * NULL. */
struct responses_call *responses_call_find(struct responses_state *s,
    int64_t index, struct json_object *event);

/* The call that an item is goes out, unless it has; *call: which it is. */
enum provider_result responses_call_begin(const struct provider_writer *w,
    struct responses_state *s, struct json_object *item, int64_t index,
    struct responses_call **call);

/* Arguments of a call go out, or a piece of them; call NULL: nothing does. */
enum provider_result responses_call_argue(const struct provider_writer *w,
    struct responses_state *s, struct responses_call *call,
    struct json_object *from, const char *name);

/* As in the kind. */
enum provider_result responses_read(struct provider_reader *r,
    const struct sse_event *ev, provider_emit_fn emit, void *arg,
    struct api_error *err);
void responses_release(void *state);
int responses_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err);

#endif
