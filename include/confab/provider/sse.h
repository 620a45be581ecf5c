/* SPDX-License-Identifier: MIT */
/*
 * Decoder of event streams (WHATWG HTML, "Server-sent events", parsing).
 * Pure: bytes in, events out; any split of the bytes gives the same events.
 *
 * Beyond the standard, a field "error" is an event of that name, and a line that
 * is a JSON object is data: servers send both when something goes wrong.
 *
 * An event whose lines lie whole within one call's bytes is handed out in
 * place, without a copy; only an unfinished tail is kept, so that an idle
 * decoder holds no memory.
 */
#ifndef CONFAB_PROVIDER_SSE_H
#define CONFAB_PROVIDER_SSE_H

#include <stdbool.h>
#include <stddef.h>

#include "confab/base/buf.h"

struct sse_event {
	const char *name; /* the event field; "" when absent */
	size_t name_len;
	const char *data; /* data lines joined by '\n'; not terminated */
	size_t data_len;
};

/* Takes one event, valid during the call. Nonzero stops the decoder. */
typedef int (*sse_event_fn)(void *arg, const struct sse_event *ev);

struct sse {
	size_t event_max;   /* bytes of one event at most */
	size_t picture_max; /* of one that has a picture */
	size_t limit;	    /* of the event under way */
	struct buf line;    /* an unfinished line */
	struct buf data;    /* data of an unfinished event */
	struct buf name;    /* name of an unfinished event */
	bool have_data;
	bool skip_lf; /* the last byte was CR */
	bool started; /* the byte order mark is behind us */
	/* Of a decoder that keeps ids. */
	bool keep_ids;
	struct buf id;	/* of the last event that had one */
	unsigned retry; /* ms, as the stream says; 0: it does not */
};

enum sse_result {
	SSE_OK,
	SSE_STOPPED,   /* the callback returned nonzero */
	SSE_TOO_LARGE, /* a line or an event exceeds event_max */
	SSE_NO_MEMORY
};

/* Starts a decoder whose events have at most `event_max` bytes. */
void sse_init(struct sse *d, size_t event_max);

/* Allows an event whose beginning tells of a picture to have so many. */
void sse_allow_pictures(struct sse *d, size_t max);

/* Has the decoder keep the last event's id, and what the stream says of trying
 * again; `last` is the id to begin with, or NULL. Returns 0 or -1: no memory.
 * A longer id than SSE_ID_MAX counts as none. */
#define SSE_ID_MAX 1024
int sse_keep_ids(struct sse *d, const char *last);
void sse_free(struct sse *d);

/* Feeds bytes. After anything but SSE_OK the decoder is to be freed. */
enum sse_result sse_feed(struct sse *d, const char *bytes, size_t len,
    sse_event_fn fn, void *arg);

/*
 * The stream has ended. The standard drops an event without its blank line;
 * some servers forget that line, so the caller may ask for it here.
 */
enum sse_result sse_finish(struct sse *d, sse_event_fn fn, void *arg);

#endif
