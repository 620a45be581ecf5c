/* SPDX-License-Identifier: MIT */
/*
 * A request's way in and out, whatever the web server speaks: FastCGI
 * (fcgi.c) or plain CGI (cgi.c).
 */
#ifndef CONFAB_GATEWAY_H
#define CONFAB_GATEWAY_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A client's connection, given away: whoever has it closes it. */
struct gateway_client {
	int fd;		/* -1: taken */
	int request_id; /* FastCGI's; 0: plain CGI, bare bytes */
};

struct gateway {
	const struct gateway_ops *ops; /* first; the kind's own data follow */
};

struct gateway_ops {
	/* The value of a CGI variable (RFC 3875, section 4.1), or NULL. */
	const char *(*param)(struct gateway *g, const char *name);
	/* Up to `size` bytes of the body; 0 at its end, -1 with errno, which
	 * is ETIMEDOUT where the time for reading is over. */
	ssize_t (*read)(struct gateway *g, void *out, size_t size);
	/* Whether the next read would wait for the peer longer than
	 * GATEWAY_NO_WAIT. */
	bool (*waits)(struct gateway *g);
	/* Gives the reading of the body `ms` from now. */
	void (*allow)(struct gateway *g, unsigned ms);
	/* Writes the whole response and ends it; waits for a slow server, but
	 * not for ever. An error is nobody's but the client's. */
	void (*respond)(struct gateway *g, const void *head, size_t head_len,
	    const void *body, size_t body_len);
	/* Gives the connection away; g is done then. */
	struct gateway_client (*hand_over)(struct gateway *g);
};

#define GATEWAY_NO_WAIT 20	    /* ms: a body comes right behind its head */
#define GATEWAY_WRITE_TIMEOUT 10000 /* ms without progress */

/* Serves one request; the connection has been taken when it returns. */
typedef void (*gateway_serve_fn)(void *arg, struct gateway *g);

/* ---- FastCGI -------------------------------------------------------------- */

/* Once, before the others. Returns 0 or -1. */
int gateway_fcgi_init(void);

/*
 * Reads one request from a connection that was just accepted, calls `serve`
 * and closes what is left. The request must have arrived within `timeout_ms`;
 * a peer whose variables are not all there by then is dropped.
 */
void gateway_fcgi_serve(int fd, unsigned timeout_ms, gateway_serve_fn serve,
    void *arg);

/* ---- Plain CGI ------------------------------------------------------------ */

/*
 * True when this process was started as a CGI program: the variables are
 * there and standard input is no listening socket. libfcgi's own guess takes
 * /dev/null and a closed input for CGI.
 */
bool gateway_is_cgi(void);

/* Serves the process's one request, whose body must arrive within
 * `timeout_ms`. */
void gateway_cgi_serve(unsigned timeout_ms, gateway_serve_fn serve, void *arg);

#endif
