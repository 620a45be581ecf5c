/* SPDX-License-Identifier: MIT */
/*
 * FastCGI records: a responder's, and the head of a request.
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

enum fcgi_head
fcgi_record_head(const unsigned char *bytes, size_t len)
{
	const unsigned char *h = bytes;
	size_t at = 0, content;
	int type = FCGI_BEGIN_REQUEST;

	while (at < len) {
		h = bytes + at;
		if (h[0] != FCGI_VERSION_1 || (len - at > 1 && h[1] != type))
			return FCGI_HEAD_BAD;
		if (len - at < FCGI_RECORD_HEADER)
			return FCGI_HEAD_MORE;
		/* The request id: never null, and that of BEGIN_REQUEST. */
		if ((h[2] == 0 && h[3] == 0) || h[2] != bytes[2] ||
		    h[3] != bytes[3])
			return FCGI_HEAD_BAD;
		content = (size_t)h[4] << 8 | h[5];
		if (type == FCGI_BEGIN_REQUEST &&
		    content != sizeof(FCGI_BeginRequestBody))
			return FCGI_HEAD_BAD;
		at += FCGI_RECORD_HEADER + content + h[6];
		if (type == FCGI_PARAMS && content == 0)
			return at <= len ? FCGI_HEAD_WHOLE : FCGI_HEAD_MORE;
		type = FCGI_PARAMS;
	}
	return FCGI_HEAD_MORE;
}
