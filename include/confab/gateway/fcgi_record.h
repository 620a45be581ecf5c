/* SPDX-License-Identifier: MIT */
/*
 * FastCGI records (FastCGI 1.0, sections 3.3 and 5), built from the structures
 * of libfcgi's fastcgi.h: those that a responder sends, and whether what a web
 * server sent is the beginning of a request. Pure.
 */
#ifndef CONFAB_GATEWAY_FCGI_RECORD_H
#define CONFAB_GATEWAY_FCGI_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#define FCGI_RECORD_HEADER 8
#define FCGI_RECORD_MAX 65528 /* content of one record, a multiple of 8 */
#define FCGI_RECORD_END 24    /* empty STDOUT and END_REQUEST */

/* Writes the header of a STDOUT record with `len` bytes of content, no
 * padding. len is 1..FCGI_RECORD_MAX. */
void fcgi_record_stdout(unsigned char out[FCGI_RECORD_HEADER], int request_id,
    size_t len);

enum fcgi_head {
	FCGI_HEAD_MORE,	 /* good as far as it goes */
	FCGI_HEAD_WHOLE, /* BEGIN_REQUEST and PARAMS to their end */
	FCGI_HEAD_BAD	 /* no request of a responder begins so */
};

/*
 * Looks at the first bytes of a connection, without their content. Anything
 * between BEGIN_REQUEST and the empty PARAMS record that is not PARAMS of this
 * request is bad: nginx and its like send nothing else there, and libfcgi
 * writes past a buffer when it answers a GET_VALUES record with many names.
 * `head_len` is set when the head is whole: the body begins there.
 */
enum fcgi_head fcgi_record_head(const unsigned char *bytes, size_t len,
    size_t *head_len);

/*
 * True when each parameter of a whole head has the length that it says, and
 * the last ends where the parameters end. libfcgi allocates what a length says
 * before it looks, and ends the process when it cannot.
 */
bool fcgi_record_params_fit(const unsigned char *head);

/* Writes the end of STDOUT and END_REQUEST with status 0, complete. */
void fcgi_record_end(unsigned char out[FCGI_RECORD_END], int request_id);

#endif
