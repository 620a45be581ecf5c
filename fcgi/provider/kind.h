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
	struct buf *copy; /* takes such texts too, as JSON has them; NULL */
};

/* Halves of characters that wait for their other half; see halves.c. */
#define PROVIDER_HALVES_MAX 8

struct provider_halves {
	struct {
		uint64_t place; /* of the text in an event */
		char escape[6];
	} held[PROVIDER_HALVES_MAX];
	size_t n;
};

/* Thoughts at the head of a text; see think.c. */
enum provider_think_state {
	PROVIDER_THINK_OFF,  /* what comes is the answer */
	PROVIDER_THINK_HEAD, /* no text has come */
	PROVIDER_THINK_INSIDE,
	PROVIDER_THINK_AFTER, /* blanks between thought and answer */
	PROVIDER_THINK_LAST   /* the answer, which a mark may end */
};

struct provider_think {
	enum provider_think_state state;
	int tag;	 /* that is open; -1: any */
	bool guess;	 /* nobody has seen it open */
	struct buf held; /* what may be the beginning of a tag */
	struct buf all;	 /* a guessed thought, which may be the answer */
};

struct provider_reader {
	const struct config_provider *p;
	char *model_id; /* owned */
	bool want_usage;
	bool finished;	     /* a finish reason was seen */
	bool doubted;	     /* and more of that answer after it */
	unsigned answers;    /* that were asked for */
	uint64_t over;	     /* bits of the first of them with a reason */
	uint64_t asked;	     /* bytes of text in the question */
	uint64_t text_bytes; /* of the answer's text and reasoning */
	struct provider_usage usage;
	struct provider_usage told;	/* the same, or an estimate */
	struct json_object *usage_json; /* owned: as the provider told it */
	char *id;			/* of the answer; owned, or NULL */
	int64_t created;
	char *head; /* how each chunk of ours begins; owned, NULL: none yet */
	struct provider_template like;
	struct provider_halves halves;
	enum config_think think_mode;
	struct provider_think think;
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
	/* Appends the request's body, and names what it left out. */
	int (*body)(const struct config_provider *p,
	    const struct config_model *model, const struct chat_request *req,
	    struct provider_request *out, struct api_error *err);
	enum provider_result (*read)(struct provider_reader *r,
	    const struct sse_event *ev, provider_emit_fn emit, void *arg,
	    struct api_error *err);
	size_t state_size; /* of a reader */
	/* Frees what a reader's state owns; NULL: nothing. */
	void (*release)(void *state);
	/* Appends a whole answer as OpenAI's. Returns -1 also where it is none,
	 * with `err` unset. */
	int (*answer)(struct provider_reader *r, struct json_object *root,
	    struct buf *out, struct api_error *err);

	/* The list of models: what each page is asked with (NULL: nothing),
	 * the parameter that takes the last page's cursor, and what is said of
	 * a model in the kind's own way (NULL: nothing). */
	const char *list_query, *list_cursor;
	void (*list_item)(struct json_object *item, struct config_model *m);
};

/* One a file; kinds.c lists them. */
extern const struct provider_kind provider_openai;
extern const struct provider_kind provider_anthropic;
extern const struct provider_kind provider_responses;
extern const struct provider_kind provider_demo;

/*
 * Puts the members that let a model search (search.c) into a request's body;
 * NULL: that cannot be, and is named among what was left out. 0, or -1: no
 * memory.
 */
int provider_put_search(const char *members, struct provider_request *r);

/* Names what was left out of a request; what is no name of a member is not. */
void provider_ignore(struct provider_request *r, const char *name);

/* Adds a line to a request's header. 0, or -1: too many, or no memory. */
int provider_add_header(struct provider_request *r, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Adds address and headers of a request to `path` of a provider, but not its
 * Content-Type. 0, or -1: no memory. */
int provider_request_to(const struct config_provider *p, const char *path,
    const char *accept, struct provider_request *out);

/* ---- allow.c ---- */

/* True when a member of a request may pass: it is safe, by a list that NULL ends,
 * or the provider's `allow` names it. Else it is named as ignored. */
bool provider_allows(const struct config_provider *p, const char *const *safe,
    const char *name, struct provider_request *out);

/* True when a tool may pass: one that the client runs, or one of the provider's
 * own whose type the provider's `allow` names, with or without the date at its
 * end. Else it is named as ignored, "tools.TYPE". */
bool provider_allows_tool(const struct config_provider *p,
    struct json_object *tool, struct provider_request *out);

/* ---- member.c: what other APIs have not, and what else they have ---- */

/* Refuses a request that sets one of these, by a list that NULL ends, or asks
 * for more than one answer. Returns 0, or -1 with err. */
int provider_refuse_members(struct json_object *root, const char *const *names,
    struct api_error *err);

/* Appends ,"name":value for each member that is not known to the kind, yet
 * allowed by the administrator; the others are named as ignored. */
void provider_put_members(const struct config_provider *p,
    const char *const *known, struct json_object *root,
    struct provider_request *request);

/* Appends ,"tools":[...] of the tools that may pass, each as `put` writes it.
 * Returns false, and appends nothing, when there is none. */
bool provider_put_tools(const struct config_provider *p,
    struct json_object *root, void (*put)(struct json_object *, struct buf *),
    struct provider_request *request);

/* ---- list.c ---- */

/* A positive number of at most 31 bits, also as text; else `was`. */
unsigned provider_list_number(struct json_object *obj, const char *name,
    unsigned was);

/* list_offer.c: true when a listed model is to be offered; `item` NULL: nothing
 * but its id is known. */
bool provider_list_offers(const struct config_provider *p,
    struct json_object *item, const char *id);

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

/* The same from an error that is just words. */
enum provider_result provider_error_words(const struct config_provider *p,
    const char *s, size_t len, struct api_error *err);

/* Longer than the type of any event that an API has, with the NUL. */
#define PROVIDER_TYPE_MAX 64

/*
 * The object that an event's data is, owned by the caller; NULL: it is none, or
 * plain words of an error, or there is no memory, and err tells. `type` gets its
 * member of that name or, where it has none, the name of the event; "" stands
 * for what is too long.
 */
struct json_object *provider_event(const struct provider_reader *r,
    const struct sse_event *ev, char type[PROVIDER_TYPE_MAX],
    struct api_error *err);

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

/*
 * Adds a member; takes `v` over, also on failure. Returns 0, or -1 when out of
 * memory or `v` is NULL.
 */
int provider_add(struct json_object *obj, const char *name,
    struct json_object *v);
int provider_add_string(struct json_object *obj, const char *name,
    const char *s, size_t len);

/* Writes a chunk, counts its text and emits it. Returns PROVIDER_MORE or
 * PROVIDER_FAILED. */
enum provider_result provider_emit(struct provider_reader *r,
    struct json_object *chunk, provider_emit_fn emit, void *arg, bool content,
    struct api_error *err);

/* Remembers usage as the provider told it in the chunk `root`, for the end.
 * Returns 0, or -1 when out of memory. */
int provider_keep_usage(struct provider_reader *r, struct json_object *root,
    struct json_object *usage);

/* Sets the usage of a whole answer in OpenAI's form, estimated where the
 * provider gave none. Returns 0, or -1 when out of memory. */
int provider_put_usage(struct provider_reader *r, struct json_object *root);

/* The good end: emits the usage chunk where it is wanted and known. */
enum provider_result provider_finish(struct provider_reader *r,
    provider_emit_fn emit, void *arg, struct api_error *err);

/* assemble.c: a stream's chunks that came as one list (NULL: as lines of JSON) as a
 * whole answer. Returns 0, or -1 as provider_read_whole() does. */
int provider_read_pieces(struct provider_reader *r, const char *body,
    size_t len, struct json_object *list, struct buf *out,
    struct api_error *err);

/* ---- finish.c: why an answer ended ---- */

enum provider_end {
	PROVIDER_END_NONE, /* it has not */
	PROVIDER_END_COMPLETE,
	PROVIDER_END_INTERRUPTED, /* a reason that is not known to be good */
	PROVIDER_END_ERROR
};

/* What a reason means, and the word that OpenAI has for it; of an unknown one
 * the word is its own. */
enum provider_end provider_end_of(const char *reason, const char **openai);

/* A finish reason of the answer `at` was seen; or a text of it, which says that
 * one before was none. */
void provider_end_seen(struct provider_reader *r, int64_t at);
void provider_end_doubt(struct provider_reader *r, int64_t at);

/* Sets a choice's finish_reason so; `called`: tools were called. Returns 0, or
 * -1 when out of memory. */
int provider_end_put(struct json_object *choice, bool called,
    enum provider_end *end);

/* ---- delta.c: chunks of our own ---- */

/* What they are written with. */
struct provider_writer {
	struct provider_reader *r;
	provider_emit_fn emit;
	void *arg;
	struct api_error *err;
};

/*
 * Sets how each chunk begins: the answer's id, r->created, the model. Where it
 * was not called, chunks have an id that says nothing. Returns 0, or -1 when
 * out of memory.
 */
int provider_delta_begin(const struct provider_writer *w, const char *id);

/*
 * Each emits one chunk and returns PROVIDER_MORE, or PROVIDER_FAILED with the
 * error set. A text that is empty is none.
 */
enum provider_result provider_delta_role(const struct provider_writer *w);
enum provider_result provider_delta_text(const struct provider_writer *w,
    const char *name, const char *s, size_t len);

/* Of a list of one item under `name`: its bytes, or a value. */
enum provider_result provider_delta_item(const struct provider_writer *w,
    const char *name, const struct buf *item);
enum provider_result provider_delta_value(const struct provider_writer *w,
    const char *name, struct json_object *v);

/* A picture in base64, of the format that image/FORMAT names. */
enum provider_result provider_delta_picture(const struct provider_writer *w,
    const char *format, const char *data, size_t len);

/* The index-th call begins, of which `call` has the "name" and, under `id`, the
 * id; a piece of its arguments, which `from` has under `name`. */
enum provider_result provider_delta_call(const struct provider_writer *w,
    unsigned index, struct json_object *call, const char *id);
enum provider_result provider_delta_arguments(const struct provider_writer *w,
    unsigned index, struct json_object *from, const char *name);

/* The finish reason, as provider_end_of() gave it; the answer is finished. */
enum provider_result provider_delta_end(const struct provider_writer *w,
    enum provider_end end, const char *word);

/* ---- halves.c: whole characters ---- */

/* True when no escape of a text is half a character. */
bool provider_halves_none(const char *s, size_t len);

/* True when an event must go through provider_halves_join(). */
bool provider_halves_apply(const struct provider_halves *h, const char *s,
    size_t len);

/* Appends valid JSON with its texts whole; what ends with half a character
 * waits. Returns 0, or -1 when `out` is full. */
int provider_halves_join(struct provider_halves *h, const char *s, size_t len,
    struct buf *out);

/* ---- text.c: values of any form ---- */

/* Appends the text that a value is or wraps: a string, number, boolean, parts,
 * an object with text. Returns 0, or -1 when it cannot be text. */
int provider_text(struct json_object *v, struct buf *out);

/* A finite number, also as text. */
bool provider_number(struct json_object *v, double *out);

/* A number that counts something: not negative, rounded up, bounded. */
bool provider_count(struct json_object *v, uint64_t *out);

/* ---- think.c: thoughts in the text ---- */

void provider_think_start(struct provider_think *t, enum config_think mode,
    const char *model);
void provider_think_free(struct provider_think *t);

/* True when a text, as JSON has it, may pass untouched; it decides at the head
 * whether there is anything to be looked for. */
bool provider_think_skips(struct provider_think *t, const char *raw, size_t len,
    bool reasoning);

/* Splits a piece of text. Returns 0, or -1 when a buffer is full. */
int provider_think_feed(struct provider_think *t, const char *s, size_t len,
    struct buf *reasoning, struct buf *content);

/* The text is over: appends what was held. */
void provider_think_end(struct provider_think *t, struct buf *reasoning,
    struct buf *content);

/* ---- usage.c: counts ---- */

/* Takes a usage object of any form into numbers; the largest stay. */
void provider_usage_read(struct provider_usage *u, struct json_object *usage);

bool provider_usage_known(const struct provider_usage *u);

/* Fills in what nobody counted, from bytes of text, and marks it. */
void provider_usage_estimate(struct provider_usage *u, uint64_t asked,
    uint64_t text_bytes);

/* OpenAI's usage object from numbers; NULL when out of memory. */
struct json_object *provider_usage_json(const struct provider_usage *u);

/* Sets them in `o`, whose other members (cost) stay. 0, or -1. */
int provider_usage_put(struct json_object *o, const struct provider_usage *u);

/* Bytes of text in a value; data: URLs are none. */
uint64_t provider_text_bytes(struct json_object *v);

/* ---- scan.c: a look without a tree ---- */

struct provider_scan {
	bool content;	  /* it carries text */
	bool finish;	  /* it carries a finish reason */
	bool reasoning;	  /* its last text is a thought */
	size_t bytes;	  /* of all its texts */
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
bool provider_template_read(struct provider_reader *r, const char *s,
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
