/* SPDX-License-Identifier: MIT */
/*
 * What the worker's reading of a provider costs a token: the decoder of event
 * streams and the reader of one kind, without sockets. For callgrind, whose
 * count of instructions a busy machine does not change; the difference of two
 * runs has no start in it. It uses only what has been there since the first
 * relay, so it can be linked with an older commit's libconfab.a:
 *
 *   for n in 1000 11000; do
 *     valgrind --tool=callgrind --callgrind-out-file=/dev/null \
 *         tests/bench/bench_read openai $n
 *   done
 *
 * FORM is openai (a text delta), reasoning (reasoning_content) or anthropic.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"
#include "confab/provider/provider.h"
#include "confab/provider/sse.h"

static const struct {
	const char *name, *kind, *first, *token;
} forms[] = {
	{ "openai", "openai",
	    "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\","
	    "\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
	    "{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}]"
	    "}"
	    "\n\n",
	    "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\","
	    "\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
	    "{\"content\":\" token\"},\"finish_reason\":null}]}\n\n" },
	{ "reasoning", "openai", "",
	    "data: {\"id\":\"c-1\",\"object\":\"chat.completion.chunk\","
	    "\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":"
	    "{\"content\":null,\"reasoning_content\":\" token\"},"
	    "\"finish_reason\":null}]}\n\n" },
	{ "anthropic", "anthropic",
	    "event: message_start\ndata: {\"type\":\"message_start\","
	    "\"message\":{\"id\":\"m1\",\"usage\":{\"input_tokens\":3,"
	    "\"output_tokens\":1}}}\n\n"
	    "event: content_block_start\ndata: {\"type\":"
	    "\"content_block_start\",\"index\":0,\"content_block\":{\"type\":"
	    "\"text\",\"text\":\"\"}}\n\n",
	    "event: content_block_delta\ndata: {\"type\":"
	    "\"content_block_delta\",\"index\":0,\"delta\":{\"type\":"
	    "\"text_delta\",\"text\":\" token\"}}\n\n" }
};

struct run {
	struct provider_reader *reader;
	unsigned chunks;
};

static int
on_chunk(void *arg, const char *json, size_t len, bool content)
{
	struct run *run = arg;

	(void)json;
	(void)len;
	run->chunks += content;
	return 0;
}

static int
on_event(void *arg, const struct sse_event *ev)
{
	struct run *run = arg;
	struct api_error err;

	if (provider_read(run->reader, ev, on_chunk, run, &err) !=
	    PROVIDER_MORE)
		exit(1);
	return 0;
}

static void
feed(struct sse *sse, struct run *run, const char *text)
{
	if (sse_feed(sse, text, strlen(text), on_event, run) != SSE_OK)
		exit(1);
}

int
main(int argc, char **argv)
{
	char name[] = "up";
	struct config_provider p = { .name = name };
	struct run run = { NULL, 0 };
	const struct config_kind *const *k;
	struct sse sse;
	unsigned i, n;
	size_t f;

	for (f = 0; f < sizeof(forms) / sizeof(forms[0]); f++)
		if (argc == 3 && strcmp(argv[1], forms[f].name) == 0)
			break;
	if (argc != 3 || f == sizeof(forms) / sizeof(forms[0])) {
		fputs("usage: bench_read openai|reasoning|anthropic TOKENS\n",
		    stderr);
		return 2;
	}
	n = (unsigned)strtoul(argv[2], NULL, 10);
	for (k = provider_kinds; *k != NULL; k++)
		if (strcmp((*k)->name, forms[f].kind) == 0)
			p.kind = *k;
	if (p.kind == NULL)
		return 1;
	run.reader = provider_reader_new(&p, "m", true);
	if (run.reader == NULL)
		return 1;
	sse_init(&sse, 1 << 20);
	feed(&sse, &run, forms[f].first);
	for (i = 0; i < n; i++)
		feed(&sse, &run, forms[f].token);
	printf("%u\n", run.chunks);
	sse_free(&sse);
	provider_reader_free(run.reader);
	return run.chunks == n ? 0 : 1;
}
