/* SPDX-License-Identifier: MIT */
/*
 * The master: a process that serves nobody, keeps the socket, and has one
 * generation of the worker after the other serve it. It holds no key, no
 * setting and no connection: it has come into being by an exec of its own.
 *
 * An upgrade starts a new generation from the program as it now lies there, and
 * with the configuration as it now is. Once that says that it serves, the one
 * before accepts no more, keeps its streams to their end (at most timeouts {
 * retire }) and passes nothing on to anybody else; a new one that fails leaves
 * everything as it was. Then the master becomes the new program itself.
 */
#ifndef CONFAB_MASTER_H
#define CONFAB_MASTER_H

#include <stdbool.h>

#define MASTER_ENV "CONFAB_MASTER"
#define MASTER_START 60000   /* ms for a new generation to say that it serves */
#define MASTER_CLIENTS_MAX 4 /* of "confabctl upgrade" and "drain", at a time */
#define MASTER_CLIENT_WAIT 5000 /* ms for one to say what it wants */
/* ms until a worker that ended by itself is started again: at once for the first
 * time, then this, doubling up to the next. */
#define MASTER_DELAY 500
#define MASTER_DELAY_MAX 30000
#define MASTER_CALM 60000   /* ms of serving, after which that begins anew */
#define MASTER_WORD_MAX 512 /* bytes of what is said to it, and by it */

/* What it begins with. */
struct master_start {
	int listen;	     /* the socket, which becomes its own */
	bool own;	     /* made by us: nobody else serves it */
	bool syslog;	     /* where it logs; else standard error */
	const char *socket;  /* file to be removed at the end, or "" */
	const char *control; /* path of its socket for confabctl, or "" */
};

/* Becomes the master, by an exec of this program with the same arguments.
 * Returns only on failure, with errno. */
void master_become(const struct master_start *start, char *const argv[]);

/* True in a process that master_become() has made. */
bool master_is_one(void);

/* Its life. Returns the exit code. */
int master_run(char *const argv[]);

#endif
