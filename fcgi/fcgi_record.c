/* SPDX-License-Identifier: MIT */
/*
 * FastCGI records of a responder.
 */
#include "config.h"

#include <string.h>

#include <fastcgi.h>

#include "confab/fcgi_record.h"

_Static_assert(sizeof(FCGI_Header) == FCGI_RECORD_HEADER,
    "a record's header has eight bytes");
_Static_assert(sizeof(FCGI_Header) * 2 + sizeof(FCGI_EndRequestBody) ==
    FCGI_RECORD_END, "the end is two headers and a body");

static void
header(unsigned char *out, int type, int request_id, size_t len)
{
	FCGI_Header h;

	memset(&h, 0, sizeof(h));
	h.version = FCGI_VERSION_1;
	h.type = (unsigned char)type;
	h.requestIdB1 = (unsigned char)(request_id >> 8 & 0xff);
	h.requestIdB0 = (unsigned char)(request_id & 0xff);
	h.contentLengthB1 = (unsigned char)(len >> 8 & 0xff);
	h.contentLengthB0 = (unsigned char)(len & 0xff);
	memcpy(out, &h, sizeof(h));
}

void
fcgi_record_stdout(unsigned char out[FCGI_RECORD_HEADER], int request_id,
    size_t len)
{
	header(out, FCGI_STDOUT, request_id, len);
}

void
fcgi_record_end(unsigned char out[FCGI_RECORD_END], int request_id)
{
	FCGI_EndRequestBody body;

	memset(&body, 0, sizeof(body));
	body.protocolStatus = FCGI_REQUEST_COMPLETE;
	header(out, FCGI_STDOUT, request_id, 0);
	header(out + FCGI_RECORD_HEADER, FCGI_END_REQUEST, request_id,
	    sizeof(body));
	memcpy(out + 2 * FCGI_RECORD_HEADER, &body, sizeof(body));
}
