/* SPDX-License-Identifier: MIT */
/*
 * Between the files of Anthropic's kind: anthropic.c (the kind, a request's
 * options), anthropic_messages.c (its messages), anthropic_answer.c.
 */
#ifndef CONFAB_PROVIDER_ANTHROPIC_H
#define CONFAB_PROVIDER_ANTHROPIC_H

#include "kind.h"

/* Of one streamed answer. */
struct anthropic_state {
	char *head;	    /* how each chunk begins; owned, NULL: no
				 * message has started */
	unsigned n_calls;   /* tool calls begun */
	int64_t call_block; /* index of the block of the last one */
};

/* Appends ,"system":[...] from the system messages, or nothing. */
void anthropic_system(struct json_object *messages, struct buf *out);

/* Appends ,"messages":[...]. Returns 0, or -1: there is none, or `out` is
 * full. */
int anthropic_messages(struct json_object *messages, struct buf *out,
    struct api_error *err);

/* As in the kind. */
enum provider_result anthropic_read(struct provider_reader *r,
    const struct sse_event *ev, provider_emit_fn emit, void *arg,
    struct api_error *err);
void anthropic_release(void *state);
int anthropic_answer(const char *model_id, struct json_object *root,
    struct buf *out, struct provider_usage *usage);

#endif
