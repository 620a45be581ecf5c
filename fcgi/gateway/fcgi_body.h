/* SPDX-License-Identifier: MIT */
/*
 * The body of a FastCGI request: the FCGI_STDIN stream (FastCGI 1.0, sections
 * 3.3 and 5.3) out of the records that carry it, in whatever pieces they
 * arrive. Pure.
 */
#ifndef CONFAB_GATEWAY_FCGI_BODY_H
#define CONFAB_GATEWAY_FCGI_BODY_H

#include <stddef.h>

#include "confab/gateway/fcgi_record.h"

enum fcgi_body_state {
	FCGI_BODY_OPEN,	 /* more is to come */
	FCGI_BODY_ENDED, /* its empty record was there */
	FCGI_BODY_BAD	 /* a record that is not of this body was there */
};

/* One body that is being read; the fields but `state` are private. */
struct fcgi_body {
	enum fcgi_body_state state;
	int request_id;
	size_t content; /* bytes left of the record */
	size_t padding; /* bytes that follow them */
	size_t have;	/* bytes of the next record's header */
	unsigned char header[FCGI_RECORD_HEADER];
};

/* Begins at the byte that follows the request's head. */
void fcgi_body_init(struct fcgi_body *b, int request_id);

/*
 * Takes what can be taken of `len` bytes: advances them past all that was
 * looked at, writes at most `size` bytes of the body to `out` and returns how
 * many. Bytes are left when `out` is full, and when the state is no more
 * FCGI_BODY_OPEN. A record of another request or kind, also a management
 * record, ends the reading: a web server that does not multiplex sends none
 * amid a body.
 */
size_t fcgi_body_read(struct fcgi_body *b, const unsigned char **bytes,
    size_t *len, void *out, size_t size);

#endif
