/* SPDX-License-Identifier: MIT */
/*
 * Between the files of Anthropic's kind: anthropic.c (the kind, a request's
 * options), anthropic_messages.c (its messages), anthropic_read.c (a stream),
 * anthropic_answer.c (a whole answer).
 */
#ifndef CONFAB_PROVIDER_ANTHROPIC_H
#define CONFAB_PROVIDER_ANTHROPIC_H

#include "kind.h"

/* Bytes of a thought that is sent back with its signature. */
#define ANTHROPIC_THOUGHT_MAX (4 << 20)

/* Of one streamed answer. */
struct anthropic_state {
	unsigned n_calls;	   /* tool calls begun */
	int64_t call_block;	   /* index of the block of the last one */
	struct json_object *whole; /* arguments that its beginning had; owned */
	struct buf thought;	   /* of the block under way, as JSON has it */
	struct buf signature;	   /* of that thought */
	struct json_object *other; /* a block of another type; owned */
	struct buf input;	   /* of that, or what grows */
	char grows[24];		   /* the member of it whose text comes in
				    * pieces; "": none */
};

/* Appends ,"system":[...] from the system messages, or nothing. `cache`: the
 * stable head of the conversation is marked for the provider's cache. */
void anthropic_system(struct json_object *messages, bool cache,
    struct buf *out);

/* Appends ,"messages":[...]. Returns 0, or -1: there is none, one has a part
 * that the API has not, or `out` is full. */
int anthropic_messages(struct json_object *messages, bool cache,
    struct buf *out, struct api_error *err);

/* As in the kind. */
enum provider_result anthropic_read(struct provider_reader *r,
    const struct sse_event *ev, provider_emit_fn emit, void *arg,
    struct api_error *err);
void anthropic_release(void *state);
int anthropic_answer(struct provider_reader *r, struct json_object *root,
    struct buf *out, struct api_error *err);

/* Appends a member's text as a JSON string has it, without the quotes. */
void anthropic_escape(struct buf *out, struct json_object *obj,
    const char *name);

/* Appends an item of reasoning_details: a thought (as JSON has it) with its
 * signature, or one that cannot be read. */
void anthropic_detail(struct buf *out, const struct buf *thought,
    const struct buf *signature, int64_t index);
void anthropic_redacted(struct buf *out, struct json_object *block,
    int64_t index);

/* Appends an annotation for a citation. */
void anthropic_citation(struct buf *out, struct json_object *citation);

#endif
