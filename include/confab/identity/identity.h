/* SPDX-License-Identifier: MIT */
/*
 * What a process keeps to tell who is asking: made once at its start, and
 * handed to whoever checks a request.
 */
#ifndef CONFAB_IDENTITY_IDENTITY_H
#define CONFAB_IDENTITY_IDENTITY_H

#include <stdatomic.h>
#include <stdbool.h>

#include "confab/base/api_error.h"
#include "confab/config/config.h"

struct access_tokens_file;
struct engine;
struct engine_users;
struct hash_slots;
struct shared_state;

/* Sessions whose use this process remembers to have noted. */
#define IDENTITY_SEEN 1024

struct identity {
	struct shared_state *state; /* common to all processes of the host */
	struct engine *engine;	    /* to other hosts; NULL: there is none */
	struct engine_users *users; /* who are kept there; NULL: in the file */
	struct hash_slots *slots;   /* for passwords that are compared */
	struct access_tokens_file *tokens;
	int cgi_slot; /* plain CGI: this process's among the host's, or -1 */
	/* own_sessions.c: a session and the minute of its last note. */
	atomic_uint_least64_t seen[IDENTITY_SEEN];
};

/*
 * Opens the shared state; with `cgi` the hashing slots are common to all CGI
 * processes. Before the first request. Returns 0, or -1 with a line in `err`
 * and nothing to close.
 */
int identity_open(struct identity *id, const struct config *c, bool cgi,
    char err[CONFIG_ERROR_MAX]);
/*
 * Starts the link to other hosts, where one is configured. It is a thread, so
 * it begins after the sandbox, and goes with identity_close(). Returns 0, or -1
 * with a line in `err`.
 */
int identity_link(struct identity *id, struct config *c,
    char err[CONFIG_ERROR_MAX]);
void identity_close(struct identity *id);

/* While other hosts cannot be asked and on_loss = refuse, or when nobody has said
 * yet who the users are: returns -1 with 503 hosts_away. Else 0. */
int identity_check(const struct identity *id, struct api_error *err);

/* Takes over what a reload has changed of the number of hashing slots. */
void identity_reload(struct identity *id, const struct config *c);

#endif
