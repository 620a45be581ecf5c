/* SPDX-License-Identifier: MIT */
/*
 * The insides of what servers.h promises, for servers.c and server.c.
 */
#ifndef CONFAB_TOOL_SERVERS_PRIVATE_H
#define CONFAB_TOOL_SERVERS_PRIVATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "server.h"

struct kept_session {
	unsigned char owner[TOOL_OWNER_LEN];
	char *id;
	char version[TOOL_VERSION_MAX + 1];
	uint64_t used; /* ms */
};

/* How many calls of a user are under way. */
struct calls_of {
	struct calls_of *next;
	unsigned n;
	char user[];
};

struct tool_server {
	struct tool_server *next; /* of all; guarded by the owner's lock */
	struct tool_servers *owner;
	atomic_uint refs;
	char *name, *url;
	bool apps; /* that it was told of */

	pthread_mutex_t lock; /* guards the rest */
	struct tool_facts facts;
	struct tool_list *list;
	uint64_t listed_at;	    /* ms */
	bool changed;		    /* it says so, since the last fetch began */
	bool mute;		    /* it says nothing by itself */
	bool asked;		    /* at least once, to an end */
	unsigned failures;	    /* since the last list */
	char error[TOOL_ERROR_MAX]; /* of the last fetch, or "" */
	struct tool_offers *offers[TOOL_LISTINGS]; /* NULL: none known */
	bool offered;				   /* each was asked for */
	struct kept_session *sessions;
	size_t n_sessions;
	struct calls_of *calls;

	/* Of the loop that fetches. */
	struct tool_lister *lister; /* NULL: none */
	enum tool_listing listing;  /* what that lists */
};

/* NULL: no memory. */
struct tool_server *tool_server_new(const struct config_tool_server *c);
bool tool_server_is(const struct tool_server *t,
    const struct config_tool_server *c);

/* True when its lists should be fetched. The server's lock is held. */
bool tool_server_has_aged(const struct tool_server *t,
    const struct config_tool_server *c);

/* Appends what is wrong with a server as an object, with a comma before it but
 * for the first of an array; nothing when nothing is. `offers`: with its list
 * of those. */
void tool_server_put_error(struct tool_server *t,
    const struct config_tool_server *c, bool offers, struct buf *out);

/* Appends how many prompts, resources and templates it has, where there are. */
void tool_server_tell_offers(struct tool_server *t, struct buf *out);

/* Appends the lines of tool_servers_ask() of what is known; returns how many
 * servers cannot be used. */
unsigned tool_servers_tell(struct tool_servers *s, const struct config *c,
    struct buf *out);

#endif
