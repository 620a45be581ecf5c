/* SPDX-License-Identifier: MIT */
/*
 * A connection to the engine, or to a sentinel: with tls.c the only place that
 * knows hiredis. At first one waits for each answer; from the first conn_next()
 * on, nothing waits.
 */
#ifndef CONFAB_ENGINE_CONN_H
#define CONFAB_ENGINE_CONN_H

#include <stdbool.h>
#include <stddef.h>

#define CONN_KEY_MAX 192   /* bytes of a key, with a NUL */
#define CONN_PLACE_MAX 288 /* bytes of a place, with a NUL */
#define CONN_CAUSE_MAX 160 /* bytes of why something failed, with a NUL */
#define CONN_WAIT 1000	   /* ms that a connection, or an answer, may take */
/* A server that sends more in one answer, or longer lists, is left: bytes, and
 * items, of which a page of ends (link.c) has most. */
#define CONN_REPLY_MAX (512 * 1024)
#define CONN_ITEMS_MAX 1024

struct conn;
struct tls;

/* Who is dialled; the caller keeps it all. */
struct conn_peer {
	const char *place;     /* "unix:PATH", "HOST:PORT", "tls://HOST:PORT" */
	const char *user;      /* NULL: the server's default */
	const char *password;  /* NULL: none is asked for */
	const struct tls *tls; /* for places that need it */
};

/* An answer: text, "" when it is none, or a list of `n` texts. */
struct conn_reply {
	void *reply; /* hiredis's */
	const char *text;
	size_t n;
	unsigned long long number;
	bool error; /* the engine refused: text says why */
};

/* Connects and signs in. NULL with a line in `cause`. */
struct conn *conn_open(const struct conn_peer *p, char cause[CONN_CAUSE_MAX]);
void conn_close(struct conn *c);

/* Answers may have so many bytes; CONN_REPLY_MAX at first. */
void conn_allow(struct conn *c, size_t max);

/* Asks, and waits. Returns 0, or -1: no answer, or an error. */
int conn_call(struct conn *c, int argc, const char **argv,
    struct conn_reply *out);
int conn_subscribe(struct conn *c, const char *channel);

/* Puts a request into the buffer. Returns 0, or -1: out of memory. */
int conn_put(struct conn *c, int argc, const char **argv);
void conn_ping(struct conn *c);

/* Writes what can be written. Returns 0 or -1. */
int conn_write(struct conn *c);

/* The next answer that has come. Returns 1 with it, 0: none yet, or -1. */
int conn_next(struct conn *c, struct conn_reply *out);

/* The text of an item of a list; "" where there is none. */
const char *conn_item(const struct conn_reply *r, size_t i);
void conn_reply_free(struct conn_reply *r);

int conn_fd(const struct conn *c);
short conn_events(const struct conn *c);

/* Why the one or the other failed. */
void conn_cause(const struct conn *a, const struct conn *b,
    char cause[CONN_CAUSE_MAX]);

#endif
