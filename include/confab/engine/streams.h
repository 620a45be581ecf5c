/* SPDX-License-Identifier: MIT */
/*
 * Which host has which stream. A stream is known by a digest of its user and
 * key, and its request by another one; a host by the name that its
 * configuration gives it. Nobody waits here: an answer comes by a call.
 *
 * An engine that is NULL, or whose host has no name, knows of no streams.
 */
#ifndef CONFAB_ENGINE_STREAMS_H
#define CONFAB_ENGINE_STREAMS_H

#include <stdbool.h>
#include <stdint.h>

#include "confab/config/config.h"
#include "confab/engine/engine.h"
#include "confab/state/shared_facts.h"

/* ms that a stream's host is known at most, should nobody say its end. */
#define ENGINE_STREAM_KEEP 86400000
/* ms that a key is known to be used, after its stream. */
#define ENGINE_KEY_KEEP 3600000
/* ms without a word of a host after which its streams are lost. */
#define ENGINE_ALIVE 5000

struct engine_stream {
	unsigned char id[SHARED_ID_LEN];
	unsigned char digest[SHARED_ID_LEN]; /* of the request */
};

enum engine_where {
	ENGINE_UNKNOWN, /* nobody could be asked in time */
	ENGINE_NOWHERE, /* there is none; claimed for this host, if asked to */
	ENGINE_HERE,	/* this host has it, or had it a moment ago */
	ENGINE_THERE,	/* the host of that name has it */
	ENGINE_LOST,	/* the host that had it is gone */
	ENGINE_OVER,	/* it is over: the key is used */
	ENGINE_OTHER	/* the key is another request's; for claims alone */
};

struct engine_place {
	enum engine_where where;
	char host[CONFIG_HOST_NAME_MAX + 1]; /* of ENGINE_THERE */
};

/* Called once, on the link's thread; it must not call the engine. */
typedef void (*engine_place_fn)(void *arg, const struct engine_place *p);

/* Whether this host tells the others which streams it has. */
bool engine_has_streams(const struct engine *e);

/*
 * Asks who has a stream; with `claim`, this host has it when nobody had. True
 * when `fn` will be called, within ENGINE_WAIT or little more; false when
 * nobody can be asked now.
 */
bool engine_find_stream(struct engine *e, const struct engine_stream *s,
    bool claim, engine_place_fn fn, void *arg);

/* This host has a stream that the engine may not know of. False when it cannot
 * be told now. */
bool engine_hold_stream(struct engine *e, const struct engine_stream *s);

/* A stream that this host had is gone; with `used`, its key is not to be used
 * again. */
void engine_drop_stream(struct engine *e, const struct engine_stream *s,
    bool used);

/*
 * How many streams a user, known by a digest, has open: what is here is told, and
 * the answer says what is elsewhere. Nobody waits for it, so each host may open
 * one, and what it opens within a way to the engine and back, that no other one
 * knows of.
 */
void engine_stream_opened(struct engine *e,
    const unsigned char id[SHARED_ID_LEN]);
void engine_stream_closed(struct engine *e,
    const unsigned char id[SHARED_ID_LEN]);

/* Streams of the user on other hosts, as far as is known: of a user who has none
 * here, or while the engine is away, 0. What is said is asked for anew. */
unsigned engine_streams_elsewhere(struct engine *e,
    const unsigned char id[SHARED_ID_LEN]);

/*
 * `fn` is called on the link's thread whenever the engine is there (again), and
 * must not call the engine then: it may have lost which streams are here. NULL
 * ends that.
 */
void engine_on_linked(struct engine *e, void (*fn)(void *arg), void *arg);

#endif
