/* SPDX-License-Identifier: MIT */
/*
 * What the files of the provider kinds share. Private to provider*.c.
 */
#ifndef CONFAB_PROVIDER_KIND_H
#define CONFAB_PROVIDER_KIND_H

#include "confab/base/json.h"
#include "confab/provider/provider.h"

/* Bytes of a request's body; what came in is bounded by limits.body. */
#define PROVIDER_BODY_MAX ((size_t)1 << 30)

/* Bytes of one chunk that is written anew; what came in was one event. */
#define PROVIDER_CHUNK_MAX ((size_t)256 << 20)

/*
 * The events of a stream mostly differ in one text. What is before and after
 * it in the event and in the chunk is kept, so that such an event needs no
 * more than two comparisons and a check of its text.
 */
struct provider_template {
	char *bytes; /* the four parts; owned, NULL: none */
	size_t in_head, in_tail;
	size_t out_head, out_tail; /* both 0: the chunk is the event */
	unsigned misses;	   /* in a row, of events that were learnt */
};

struct provider_reader {
	const struct config_provider *p;
	char *model_id; /* owned */
	bool want_usage;
	bool finished; /* a finish reason was seen */
	struct provider_usage usage;
	struct json_object *usage_chunk; /* owned: to be emitted at the end */
	struct provider_template like;
	void *state; /* owned: kind->state_size bytes, zero at first */
};

/*
 * One kind of API: all that the rest of the program knows of it. Each function
 * is as its namesake in provider.h. A kind that answers from here has no more
 * than the first two members.
 */
struct provider_kind {
	struct config_kind config; /* first: a provider points to it */
	enum provider_source source;

	/* Adds what a request's headers have besides the key; NULL: nothing. */
	int (*headers)(const struct config_provider *p,
	    struct provider_request *out);
	/* Appends the request's body. */
	int (*body)(const struct config_provider *p,
	    const struct config_model *model, const struct chat_request *req,
	    struct buf *out, struct api_error *err);
	enum provider_result (*read)(struct provider_reader *r,
	    const struct sse_event *ev, provider_emit_fn emit, void *arg,
	    struct api_error *err);
	size_t state_size; /* of a reader */
	/* Frees what a reader's state owns; NULL: nothing. */
	void (*release)(void *state);
	int (*answer)(const char *model_id, struct json_object *root,
	    struct buf *out, struct provider_usage *usage);

	/* The list of models: what each page is asked with (NULL: nothing),
	 * the parameter that takes the last page's cursor, and what is said of
	 * a model in the kind's own way (NULL: nothing). */
	const char *list_query, *list_cursor;
	void (*list_item)(struct json_object *item, struct config_model *m);
};

/* One a file; kinds.c lists them. */
extern const struct provider_kind provider_openai;
extern const struct provider_kind provider_anthropic;
extern const struct provider_kind provider_demo;

/* Adds a line to a request's header. 0, or -1: too many, or no memory. */
int provider_add_header(struct provider_request *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* ---- list.c ---- */

/* A positive number of at most 31 bits, also as text; else `was`. */
unsigned provider_list_number(struct json_object *obj, const char *name,
    unsigned was);

/* ---- error.c: errors in every form ---- */

/*
 * The error that a JSON answer or chunk carries: a member "error" (or
 * "x_groq.error", "detail", or the object itself when it says that it is one).
 * NULL when there is none. Borrowed.
 */
struct json_object *provider_error_find(struct json_object *root);

/*
 * Fills `err` from such an error that came with status 200 or within a stream,
 * where its type and code must tell what it is. Returns PROVIDER_FAILED.
 */
enum provider_result provider_error_fill(const struct config_provider *p,
    struct json_object *error, struct api_error *err);

/* err = 400 invalid_request about `param`. Returns -1. */
int provider_refuse(struct api_error *err, const char *param, const char *what);

/* err = 502 upstream_invalid. Returns PROVIDER_FAILED. */
enum provider_result provider_invalid(struct api_error *err, const char *what);

/* emit() has refused: err = 500 internal_error, unless already set. Returns
 * PROVIDER_FAILED. */
enum provider_result provider_not_passed(struct api_error *err);

/* err = 503 internal_error. Returns PROVIDER_FAILED. */
enum provider_result provider_no_memory(struct api_error *err);

/*
 * Copies a provider's message for a client: keys, addresses and control
 * characters are taken out.
 */
void provider_scrub(const struct config_provider *p, const char *s, size_t len,
    struct buf *out);

/* ---- retry.c ---- */

/* Seconds of a Retry-After value (RFC 9110, section 10.2.3), bounded; 0 when
 * it cannot be read or lies in the past. */
unsigned provider_retry_after(const char *value, int64_t now);

/* ---- chunk.c: OpenAI's forms ---- */

/* OpenAI's finish reason for any that an API may give. */
const char *provider_finish_reason(const char *reason);

/* Takes OpenAI's usage object into numbers; absent ones stay as they are. */
void provider_usage_read(struct provider_usage *u, struct json_object *usage);

/* OpenAI's usage object from numbers; NULL when out of memory. */
struct json_object *provider_usage_json(const struct provider_usage *u);

/*
 * Adds a member; takes `v` over, also on failure. Returns 0, or -1 when out of
 * memory or `v` is NULL.
 */
int provider_add(struct json_object *obj, const char *name,
    struct json_object *v);
int provider_add_string(struct json_object *obj, const char *name,
    const char *s, size_t len);

/* Makes {"id","object":"chat.completion.chunk","created","model","choices"}
 * around `choices` (taken over). NULL when out of memory. */
struct json_object *provider_chunk(const char *id, int64_t created,
    const char *model_id, struct json_object *choices);

/* Writes a chunk and emits it. Returns PROVIDER_MORE or PROVIDER_FAILED. */
enum provider_result provider_emit(struct json_object *chunk,
    provider_emit_fn emit, void *arg, bool content, struct api_error *err);

/* The good end: emits the usage chunk where it is wanted and known. */
enum provider_result provider_finish(struct provider_reader *r,
    provider_emit_fn emit, void *arg, struct api_error *err);

/* ---- scan.c: a look without a tree ---- */

struct provider_scan {
	bool content;	  /* it carries text or calls */
	bool finish;	  /* it carries a finish reason */
	const char *text; /* the body of its only text that is not
				 * empty, or NULL */
	size_t text_len;
	const char *rename; /* a name "reasoning" to be written as
				 * "reasoning_content", or NULL */
};

/*
 * Looks at a JSON text that json_check() has passed: is it one of OpenAI's
 * chunks that need no change, but for what `rename` tells?
 */
bool provider_scan_chunk(const char *s, size_t len, struct provider_scan *out);

/*
 * The same for Anthropic: is it a piece of text? `reasoning` becomes true for
 * a thought.
 */
bool provider_scan_delta(const char *s, size_t len, const char **text,
    size_t *text_len, bool *reasoning);

/* ---- template.c: events that differ in their text only ---- */

/*
 * Takes an event that is like the last one that was learnt, but for its text:
 * emits it and returns true, with the outcome in `result`. Else false.
 */
bool provider_template_read(struct provider_template *t, const char *s,
    size_t len, provider_emit_fn emit, void *arg, struct api_error *err,
    enum provider_result *result);

/*
 * Learns from an event with its only text at `text`, what its chunk has before
 * and after that text (`head` NULL: just what the event has). Without memory
 * nothing is learnt.
 */
void provider_template_learn(struct provider_template *t, const char *s,
    size_t len, const char *text, size_t text_len, const char *head,
    size_t head_len, const char *tail, size_t tail_len);

/* Emits the chunk of head, text and tail. */
enum provider_result provider_template_emit(const char *head, size_t head_len,
    const char *text, size_t text_len, const char *tail, size_t tail_len,
    provider_emit_fn emit, void *arg, struct api_error *err);

void provider_template_free(struct provider_template *t);

#endif
