/* SPDX-License-Identifier: MIT */
/*
 * FastCGI records as a responder sends them (FastCGI 1.0, sections 3.3 and
 * 5.5), built from the structures of libfcgi's fastcgi.h. Pure.
 */
#ifndef CONFAB_FCGI_RECORD_H
#define CONFAB_FCGI_RECORD_H

#include <stddef.h>

#define FCGI_RECORD_HEADER 8
#define FCGI_RECORD_MAX 65528	/* content of one record, a multiple of 8 */
#define FCGI_RECORD_END 24	/* empty STDOUT and END_REQUEST */

/* Writes the header of a STDOUT record with `len` bytes of content, no
 * padding. len is 1..FCGI_RECORD_MAX. */
void fcgi_record_stdout(unsigned char out[FCGI_RECORD_HEADER], int request_id,
    size_t len);

/* Writes the end of STDOUT and END_REQUEST with status 0, complete. */
void fcgi_record_end(unsigned char out[FCGI_RECORD_END], int request_id);

#endif
