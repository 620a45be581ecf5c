/* SPDX-License-Identifier: MIT */
/*
 * What a server of the legacy era says by itself: the one stream of a session
 * that is opened by GET. A server may ask a person there, or tell of progress,
 * and not in the answer to the call that it is about.
 *
 * It is opened before the first request of a session goes out, is there while
 * requests are under way and TOOL_EAR_LINGER longer, and is opened again where
 * it breaks. A server that does not offer it is not asked again.
 */
#ifndef CONFAB_TOOL_EAR_H
#define CONFAB_TOOL_EAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "message.h"
#include "server.h"

#define TOOL_EARS_MAX 256      /* on one loop; who finds no room does without */
#define TOOL_EAR_PATIENCE 1000 /* ms that a request waits for the stream */
#define TOOL_EAR_LINGER 15000  /* ms that it is kept with nobody there */
#define TOOL_EAR_PAUSE 1000    /* ms at least before it is opened again */
#define TOOL_EAR_TRIES 5       /* in a row that brought nothing */
#define TOOL_EAR_MESSAGE_MAX 65536 /* bytes; what is longer is not heard */

struct tool_client_call;
struct tool_ear;

/* Those of one loop; zeros are none. */
struct tool_ears {
	struct tool_ear *first;
	unsigned n;
};

/* Who has a request under way in the session. */
struct tool_ear_member {
	/* The stream is there, or will not be; after tool_ear_join() said that
	 * it takes time. */
	void (*ready)(void *arg);
	/* A question to a person, or news of the request `id`. False: it is
	 * not for this one. */
	bool (*aside)(void *arg, const struct tool_message *m);
	void *arg;
	uint64_t id; /* 0: not sent yet */

	/* private */
	struct tool_ear *ear; /* NULL: it hears nothing */
	struct tool_ear_member *next;
	bool waits;
};

/*
 * Joins who hears the session of a call; `begun`: the session is the call's own
 * beginning. Returns true when ready() will be called, never within this; false
 * when there is nothing to wait for. A member leaves before it is freed.
 */
bool tool_ear_join(struct tool_ears *ears, const struct tool_client_call *call,
    const struct tool_session *session, bool begun, struct tool_ear_member *m);
void tool_ear_leave(struct tool_ear_member *m);

/* Ends all; members hear nothing any more. */
void tool_ears_end(struct tool_ears *ears);

#endif
