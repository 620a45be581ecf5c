/* SPDX-License-Identifier: MIT */
/*
 * What differs between completion APIs, one kind a file of fcgi/provider/: how a
 * request is put and how an answer is read. No socket, no clock, no thread: the
 * relay moves the bytes.
 *
 * Whatever the kind, an answer arrives in one form: OpenAI's chunks, with
 * reasoning text as choices[0].delta.reasoning_content, usage in a chunk of its
 * own at the end, finish reasons stop|length|content_filter|tool_calls.
 */
#ifndef CONFAB_PROVIDER_H
#define CONFAB_PROVIDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/base/buf.h"
#include "confab/config/config.h"
#include "confab/provider/chat_request.h"
#include "confab/provider/sse.h"

/* Every kind, for config_read(); ends with NULL. */
extern const struct config_kind *const provider_kinds[];

/* Where a provider's answers come from. */
enum provider_source {
	PROVIDER_SOURCE_HTTP, /* a call over the network */
	PROVIDER_SOURCE_DEMO  /* the built-in models */
};

enum provider_source provider_source(const struct config_provider *p);

#define PROVIDER_HEADERS_MAX (CONFIG_LIST_MAX + 8)
#define PROVIDER_IGNORED_MAX 256 /* bytes of the names that are told */
#define PROVIDER_ERROR_BODY_MAX (64 * 1024) /* read of an error's body */
#define PROVIDER_LIST_MAX (4 * 1024 * 1024) /* read of a model list */

/* A request for the relay to send. Wiped when freed: it holds the key. */
struct provider_request {
	char *url;
	char *headers[PROVIDER_HEADERS_MAX]; /* "Name: value" */
	size_t n_headers;
	struct buf body;    /* empty: GET */
	struct buf ignored; /* names of members that were left out, with
			     * commas between */
};

void provider_request_free(struct provider_request *r);

/* Tokens as the provider counted them; 0 where it did not say. */
struct provider_usage {
	uint64_t prompt;
	uint64_t completion;
	uint64_t cached;    /* of prompt: read from its cache */
	uint64_t reasoning; /* of completion */
	bool estimated;	    /* something was not counted, but guessed */
	uint64_t cost;	    /* millionths of the provider's unit; 0: unsaid */
};

enum provider_result {
	PROVIDER_MORE,	/* go on */
	PROVIDER_DONE,	/* the terminal marker: a good end */
	PROVIDER_FAILED /* err tells; the stream is over */
};

/*
 * Takes one normalised chunk, a JSON text without newlines. `content` tells
 * that it carries answer or reasoning text. Nonzero ends the reading
 * (PROVIDER_FAILED with err->code "internal_error" unless already set).
 */
typedef int (
    *provider_emit_fn)(void *arg, const char *json, size_t len, bool content);

/* Reads one streamed answer. Small: it lives as long as the stream. */
struct provider_reader;

/* The members that let a model search the web (JSON of an object, into p or m),
 * or NULL: it cannot be let. */
const char *provider_search_of(const struct config_provider *p,
    const struct config_model *m);

/*
 * Builds the upstream request for `req` to `model` of `p`; `stream` as in
 * req. Of a kind that answers from here it has no URL and is not sent.
 * Returns 0, or -1 with `err` (400 for what the API cannot express).
 */
int provider_chat_request(const struct config_provider *p,
    const struct config_model *model, const struct chat_request *req,
    struct provider_request *out, struct api_error *err);

/*
 * `model_id` is the id that the client knows and that chunks made by us
 * carry. `want_usage`: a last usage chunk is passed on to the client (it is
 * counted in any case). NULL when out of memory.
 */
struct provider_reader *provider_reader_new(const struct config_provider *p,
    const char *model_id, bool want_usage);

/* Says more about what was asked: of which model, with how many bytes of text,
 * from which usage is estimated where the provider tells none, for how many
 * answers. Before reading. */
void provider_reader_asked(struct provider_reader *r,
    const struct config_model *m, uint64_t asked, unsigned answers);

/* Bytes of text in a request's messages and tools. */
uint64_t provider_asked(const struct chat_request *req);
void provider_reader_free(struct provider_reader *r);

/* Reads one event of the stream and emits zero or more chunks. */
enum provider_result provider_read(struct provider_reader *r,
    const struct sse_event *ev, provider_emit_fn emit, void *arg,
    struct api_error *err);

/*
 * The stream ended without the terminal marker: DONE where the provider's
 * configuration does not ask for one and a finish reason was seen, else FAILED
 * with code "upstream_closed". A usage chunk may still be emitted.
 */
enum provider_result provider_read_end(struct provider_reader *r,
    provider_emit_fn emit, void *arg, struct api_error *err);

/*
 * True when the stream could end here as a good one (see provider_read_end()):
 * each answer that was asked for has its finish reason, and none went on after
 * it. `counted`: its usage has come.
 */
bool provider_reader_settled(const struct provider_reader *r, bool *counted);

/* What was counted so far, estimated where the provider has not counted. */
const struct provider_usage *provider_reader_usage(struct provider_reader *r);

/*
 * Turns a whole, non-streamed 200 body into OpenAI's chat.completion in
 * `out`, or returns -1 with `err` (502, "upstream_invalid" or the error
 * object it carries). What a stream leaves behind a JSON text (data: [DONE])
 * does no harm.
 */
int provider_read_whole(struct provider_reader *r, const char *body, size_t len,
    struct buf *out, struct api_error *err);

/*
 * The same where a stream was asked for: emits the answer as chunks. Returns
 * PROVIDER_DONE or PROVIDER_FAILED.
 */
enum provider_result provider_read_whole_as_chunks(struct provider_reader *r,
    const char *body, size_t len, provider_emit_fn emit, void *arg,
    struct api_error *err);

/* The other way round: puts a stream's chunks together as a whole answer. */
struct provider_assembly;

/* `max`: bytes of the answer. NULL when out of memory. */
struct provider_assembly *provider_assembly_new(size_t max);
void provider_assembly_free(struct provider_assembly *a);

/* Takes a chunk, as a provider_emit_fn whose argument is the assembly. */
int provider_assembly_add(void *assembly, const char *json, size_t len,
    bool content);

/* Appends the chat.completion. Returns 0, or -1: no chunk, or no memory. */
int provider_assembly_write(struct provider_assembly *a, struct buf *out);

/* What the first bytes of a body tell. */
enum provider_framing {
	PROVIDER_FRAMING_OPEN, /* more bytes are needed */
	PROVIDER_FRAMING_EVENTS,
	PROVIDER_FRAMING_JSON,
	PROVIDER_FRAMING_OTHER
};

/* Judges by the bytes alone, whatever they were labelled as. */
enum provider_framing provider_framing(const char *s, size_t len);

/*
 * Turns a response that is no answer (body possibly cut at
 * PROVIDER_ERROR_BODY_MAX; status 200 with something else than was asked for
 * included: its error object, or upstream_invalid) into what the client is
 * told: 401/403 -> 502 upstream_auth; 429 -> 429 with Retry-After,
 * insufficient_quota final; 3xx, 5xx -> 502; other 4xx -> 400 with the
 * provider's message, without keys and addresses.
 * `retry_after` is the header's value or NULL, `now` wall clock seconds.
 * Returns true when the request was certainly not processed and may be
 * repeated after err->retry_after seconds.
 */
bool provider_error(const struct config_provider *p, int status,
    const char *body, size_t len, const char *retry_after, int64_t now,
    struct api_error *err);

/* The request for the list of models; -1 when the kind has none. */
int provider_list_request(const struct config_provider *p, const char *after,
    struct provider_request *out);

/*
 * Reads a page of a model list and calls `add` for each model (strings valid
 * during the call). `after`, a buffer, receives the cursor of the next page or
 * becomes empty. Returns 0, or -1 when it is no such list.
 */
typedef int (*provider_model_fn)(void *arg, const struct config_model *m);
int provider_list_read(const struct config_provider *p, const char *body,
    size_t len, provider_model_fn add, void *arg, struct buf *after);

#endif
