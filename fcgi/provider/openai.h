/* SPDX-License-Identifier: MIT */
/*
 * Between the files of OpenAI's kind: openai.c (the kind, the request),
 * openai_read.c (a stream), openai_answer.c (a whole answer), openai_delta.c (what
 * one delta or message has), openai_calls.c (its tool calls).
 */
#ifndef CONFAB_PROVIDER_OPENAI_H
#define CONFAB_PROVIDER_OPENAI_H

#include "kind.h"

#define OPENAI_CALLS_MAX 512 /* tool calls of one answer */

/* A tool call, as the server counts it and as we do. */
struct openai_call {
	int64_t choice;
	int64_t given; /* the server's index; -1: none */
	uint64_t id;   /* hash of its id; 0: none */
	unsigned ours;
};

/* Of one answer. */
struct openai_state {
	struct openai_call *calls; /* owned */
	size_t n_calls;
	unsigned seed;	     /* of the ids that are made here */
	const char *thought; /* what it calls reasoning; NULL: it had none */
	bool told;	     /* that was told */
	uint32_t roles;	     /* bits of the first choices whose role was told */
};

/* A seed for the ids of this answer, not the same in the next one, of what its
 * first chunk, or the whole of it, says of itself. */
void openai_seed(struct openai_state *st, struct json_object *root);

/* As in the kind. */
enum provider_result openai_read(struct provider_reader *r,
    const struct sse_event *ev, provider_emit_fn emit, void *arg,
    struct api_error *err);
void openai_release(void *state);
int openai_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err);

/*
 * Brings a delta, or a message, into form: text as text, reasoning under one
 * name, pictures apart, calls with index, id and type. `think` (NULL: none)
 * takes thoughts out of its text. Returns PROVIDER_MORE or PROVIDER_FAILED.
 */
enum provider_result openai_delta(struct openai_state *st, int64_t choice,
    struct json_object *delta, struct provider_think *think, bool whole,
    struct api_error *err);

/* The same for its calls alone. Returns 0, or -1 when out of memory. */
int openai_calls(struct openai_state *st, int64_t choice,
    struct json_object *calls, bool whole);

#endif
