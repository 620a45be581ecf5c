/* SPDX-License-Identifier: MIT */
/*
 * For the tests of the providers: one of each kind; a recorded stream goes in,
 * chunks come out.
 */
#ifndef CONFAB_TEST_PROVIDER_HELP_H
#define CONFAB_TEST_PROVIDER_HELP_H

#include "confab/provider/provider.h"

/* Of each kind, with a key that must be seen nowhere, and a model. */
extern struct config_provider openai_provider, anthropic_provider;
extern struct config_model openai_model, anthropic_model;

struct run {
	const struct config_provider *p;
	struct provider_reader *reader;
	struct buf out; /* chunks, one a line; "!" before content */
	enum provider_result result;
	struct api_error err;
	struct provider_usage usage;
	int refuse_after; /* emit() refuses after so many; -1: never */
};

/* Feeds a recorded stream and its end; `out` is to be freed by run_free(). */
void run_stream(struct run *run, const struct config_provider *p,
    const char *stream, size_t len, bool want_usage);
void run_free(struct run *run);

/* Reads a whole answer. As provider_read_whole(). */
int read_whole(const struct config_provider *p, const char *model_id,
    const char *body, size_t len, struct buf *out, struct provider_usage *usage,
    struct api_error *err);

/* Fails the test unless what came out has each of the parts, in order,
 * separated by '|'. */
void assert_parts(const char *out, const char *parts);

/* The body of a chat request, as the provider would get it; freed by the
 * caller. NULL: refused, with `err` filled. */
char *request_body(const struct config_provider *p,
    const struct config_model *m, const char *request, struct api_error *err);

#endif
