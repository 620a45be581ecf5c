/* SPDX-License-Identifier: MIT */
/*
 * What is decided about a stream, each as a function of what it is told: when
 * its source is held back, what is due, whether a call is made again, who may
 * open and attach, what is kept of one that has ended. Pure: no stream, no
 * loop, no clock of its own. Times are the loop's, in ms; 0 is "not yet".
 */
#ifndef CONFAB_RELAY_POLICY_H
#define CONFAB_RELAY_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/base/api_error.h"
#include "confab/base/metrics.h"
#include "confab/config/config.h"
#include "confab/engine/streams.h"

/* Unsent bytes a stream may hold when its user's or the process's rings are
 * full. */
#define POLICY_RING_FLOOR (16 * 1024)
#define POLICY_TRIES_MAX 3	 /* of one call, the first included */
#define POLICY_FALLBACKS_MAX 3	 /* of one request */
#define POLICY_RETRY_AFTER_MAX 2 /* s that a provider may ask us to wait */
#define POLICY_RETRY_DELAY 100	 /* ms before a connection is tried again */
/* Bytes that requests have given back and that are worth returning to the
 * system: when none is claimed any more, and in any case. */
#define POLICY_TRIM_IDLE (256 * 1024)
#define POLICY_TRIM_BUSY (64 * 1024 * 1024)

/* ---- Back-pressure -------------------------------------------------------- */

struct policy_flow {
	size_t cap;	 /* bytes that the ring of one stream may keep */
	uint64_t tail;	 /* stream offsets: the oldest byte that is kept, */
	uint64_t head;	 /* the end, */
	uint64_t sent;	 /* the client furthest ahead, tail without one */
	bool attached;	 /* there is a client */
	bool has_key;	 /* somebody may come back for what is kept */
	bool rings_full; /* those of the user, or all, are at their limit */
	bool paused;	 /* the source is held back already */
};

enum policy_source { POLICY_LEAVE, POLICY_PAUSE, POLICY_RESUME };

struct policy_balance {
	uint64_t drop; /* whole events that end here or before may go */
	enum policy_source source;
};

/*
 * Drops what nobody can ask for, and holds the source back while more is
 * unsent than may be kept; it goes on when half of that has been sent. Without
 * a client nothing is dropped: all of it may be asked for.
 */
struct policy_balance policy_balance(const struct policy_flow *f);

/* ---- Deadlines ------------------------------------------------------------ */

struct policy_times {
	uint64_t started;
	uint64_t called; /* the call now running */
	uint64_t first_event;
	uint64_t last_event; /* sign of life, or since when one may come */
	uint64_t detached;   /* the last client left; 0: attached */
	uint64_t ended;
	uint64_t retry; /* the call is made again */
};

/* How long, in ms. */
struct policy_limits {
	unsigned
	    first_event;    /* until the first event, from a sign of life on */
	unsigned silence;   /* the same, of the next one */
	unsigned total;	    /* the whole answer */
	unsigned heartbeat; /* after which silence clients get a comment */
	unsigned grace;	    /* without a client */
};

struct policy_phase {
	bool is_stream; /* to clients: events; else one JSON text */
	bool tells;	/* the source says something on its way */
	bool calling;	/* a source is running */
	bool paused;
	bool attached;
	bool ended;
	uint64_t last_write; /* to clients; a comment counts */
};

enum policy_due {
	POLICY_NOTHING,
	POLICY_RETRY,	    /* make the call again */
	POLICY_TOTAL,	    /* the answer took too long */
	POLICY_FIRST_EVENT, /* so did its beginning */
	POLICY_SILENCE,	    /* so does the next event */
	POLICY_GRACE,	    /* nobody has come back, or reads on */
	POLICY_COMMENT,	    /* clients have heard nothing for a while */
	POLICY_DUES
};

/* What is due at `now`, the most important first. */
enum policy_due policy_due(const struct policy_times *at,
    const struct policy_phase *phase, const struct policy_limits *limits,
    uint64_t now);

/* When something will be due next; UINT64_MAX: never. */
uint64_t policy_wake(const struct policy_times *at,
    const struct policy_phase *phase, const struct policy_limits *limits);

/* ---- A call that failed ---------------------------------------------------- */

struct policy_failure {
	const struct api_error *err;
	bool unprocessed; /* the provider certainly did nothing for it */
	bool answered;	  /* events have come */
	bool draining;	  /* the process is about to end */
	bool fallback;	  /* the model has another to turn to */
	unsigned tries;	  /* of this model, the failed one included */
	unsigned fallbacks;
};

enum policy_try { POLICY_GIVE_UP, POLICY_AGAIN, POLICY_FALLBACK };

/*
 * A call that the provider did nothing for is made again soon, when that was a
 * connection or the provider named a short time (`delay` ms from now, to which
 * the caller adds up to POLICY_RETRY_DELAY of chance), else of the model's
 * fallback.
 */
enum policy_try policy_try_again(const struct policy_failure *f,
    uint64_t *delay);

/* Under which cause an error is counted. */
enum metrics_cause policy_cause(const struct api_error *err);

/* ---- When nobody is attached ----------------------------------------------- */

struct policy_rest {
	bool has_key;
	bool draining;
	bool ended;
	bool failed;		  /* it ended with an error */
	bool had_events;	  /* of which some may have been seen */
	unsigned grace;		  /* ms that it may wait for a client */
	enum metrics_cause cause; /* of the end */
	bool acts; /* what is called may have acted although it failed */
};

enum policy_left { POLICY_WAIT, POLICY_FINISH, POLICY_DISCARD };

/* What becomes of a stream whose last client has left, or that has ended
 * without one. */
enum policy_left policy_left(const struct policy_rest *r);

/* True when the key of a stream that goes must not make a second call. A
 * failure before the first event is told once and forgotten: the same key may
 * try again, unless it may have acted. */
bool policy_key_is_used(const struct policy_rest *r, bool called);

/* ---- Who may open and attach ----------------------------------------------- */

struct policy_load {
	unsigned user_streams, streams; /* open now */
	size_t ring_bytes;		/* of all rings */
	unsigned user_may;		/* have open */
};

/* Is there room for one more stream? Returns 0, or -1 with 429 stream_limit,
 * 503 busy or 503 ring_limit, all with a time to come back. */
int policy_room(const struct policy_load *load, const struct config_limits *l,
    struct api_error *err);

/*
 * May a request take `bytes` of memory, where its user's and all requests that
 * wait have claimed so much, this one included? Returns 0, or -1 with 429
 * pending_limit (the user's) or 503 pending_limit (all).
 */
int policy_claim(size_t of_user, size_t of_all, const struct config_limits *l,
    struct api_error *err);

/* Is it time to return memory to the system? `freed`: bytes given back since
 * that was done; `claimed`: by requests that wait now. */
bool policy_trim(size_t freed, size_t claimed);

/* What a request that may name a stream finds. */
struct policy_asked {
	bool found;	/* its key's stream is here */
	bool same;	/* and it was opened by the same request */
	bool forgotten; /* it has been here */
	bool draining;
};

enum policy_chat { POLICY_ATTACH, POLICY_OPEN, POLICY_REFUSE };

/* Attaches, opens, or refuses with err: 422 idempotency_key_reused, 409
 * idempotency_key_used, 503 shutting_down. */
enum policy_chat policy_chat(const struct policy_asked *a,
    struct api_error *err);

/* Where the other hosts say that a stream is which is not here: changes err
 * where that says more than that there is none. 404 stream_lost, 503
 * hosts_away. */
void policy_place(enum engine_where where, struct api_error *err);

#endif
