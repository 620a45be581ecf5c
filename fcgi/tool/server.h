/* SPDX-License-Identifier: MIT */
/*
 * What is known of one server, for all threads: guarded by a lock of its own,
 * counted, found again after a reload by its name and address.
 */
#ifndef CONFAB_TOOL_SERVER_H
#define CONFAB_TOOL_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "confab/config/config.h"
#include "confab/tool/servers.h"

#include "list.h"
#include "offers.h"
#include "rpc.h"

#define TOOL_OWNER_LEN 32	 /* bytes that tell whose a session is */
#define TOOL_SESSION_ID_MAX 1024 /* bytes of a session's id */
#define TOOL_SESSIONS_MAX 1024	 /* of one server; the longest unused goes */
#define TOOL_ERROR_MAX 256	 /* bytes of what is told of a failure */
#define TOOL_SERVER_INFO_MAX \
	128 /* bytes of a server's own name, of its
				  * version */

struct tool_server;

/* What it speaks. */
struct tool_facts {
	enum tool_era era;
	char version[TOOL_VERSION_MAX + 1];
	char name[TOOL_SERVER_INFO_MAX + 1]; /* as it calls itself, or "" */
	char release[TOOL_SERVER_INFO_MAX + 1];
	bool prompts, resources; /* it may have some */
};

/* A session of the legacy era; an id of "" is a server without sessions. */
struct tool_session {
	char id[TOOL_SESSION_ID_MAX + 1];
	char version[TOOL_VERSION_MAX + 1];
};

/* The state of a configured server, as a reference; NULL: no memory. */
struct tool_server *tool_server_get(struct tool_servers *s,
    const struct config_tool_server *c);
struct tool_server *tool_server_ref(struct tool_server *t);
void tool_server_put(struct tool_server *t);

void tool_server_facts(struct tool_server *t, struct tool_facts *out);
/* `facts` of an unknown era: look again. */
void tool_server_learn(struct tool_server *t, const struct tool_facts *facts);

/* Its list as a reference that tool_list_put() ends; NULL: none yet. */
struct tool_list *tool_server_list(struct tool_server *t);
void tool_list_put(struct tool_list *l);

/* A fetch is over: a list, which is taken over, or NULL and why. */
void tool_server_listed(struct tool_server *t, struct tool_list *l,
    const char *error);

/* What it has of a kind but tools, as a reference; NULL: none known. */
struct tool_offers *tool_server_offers(struct tool_server *t,
    enum tool_listing what);
/* A kind has been fetched; `o` is taken over, NULL leaves what was there. */
void tool_server_offered(struct tool_server *t, enum tool_listing what,
    struct tool_offers *o);

/* The session of an owner; false: it has none. */
bool tool_server_session(struct tool_server *t,
    const unsigned char owner[TOOL_OWNER_LEN], struct tool_session *out);
/*
 * Keeps a session that was begun for an owner. When another call of the owner's
 * was quicker, that one is in `s` then and `other` the one that is not needed;
 * the same for a session that must go for want of room. `other` is "" for none.
 */
void tool_server_session_keep(struct tool_server *t,
    const unsigned char owner[TOOL_OWNER_LEN], struct tool_session *s,
    struct tool_session *other);
/* The server does not know it any more. */
void tool_server_session_drop(struct tool_server *t,
    const unsigned char owner[TOOL_OWNER_LEN], const char *id);

/* It says that its lists are others now: they have aged. */
void tool_server_changed(struct tool_server *t);

/* It says nothing by itself (legacy); until the next handshake, that is
 * believed. */
void tool_server_mute(struct tool_server *t);
bool tool_server_is_mute(struct tool_server *t);

/* Calls of one user under way, against `max`; false: no room. */
bool tool_server_enter(struct tool_server *t, const char *user, unsigned max);
void tool_server_leave(struct tool_server *t, const char *user);

#endif
