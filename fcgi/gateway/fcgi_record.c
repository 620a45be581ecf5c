/* SPDX-License-Identifier: MIT */
/*
 * FastCGI records: a responder's, and the head of a request.
 */
#include "config.h"

#include <string.h>

#include <fastcgi.h>

#include "confab/gateway/fcgi_record.h"

_Static_assert(sizeof(FCGI_Header) == FCGI_RECORD_HEADER,
    "a record's header has eight bytes");
_Static_assert(sizeof(FCGI_Header) * 2 + sizeof(FCGI_EndRequestBody) ==
	FCGI_RECORD_END,
    "the end is two headers and a body");

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

/* Is this whole header good where a record of `type` is due? */
static bool
is_due(const unsigned char *h, const unsigned char *first, int type)
{
	size_t content = (size_t)h[4] << 8 | h[5];

	/* The request id: never null, and that of BEGIN_REQUEST. */
	if ((h[2] == 0 && h[3] == 0) || memcmp(h + 2, first + 2, 2) != 0)
		return false;
	/* libfcgi would take padding for the next record, where it follows
	 * BEGIN_REQUEST or the end of PARAMS. */
	if (type == FCGI_BEGIN_REQUEST)
		return content == sizeof(FCGI_BeginRequestBody) && h[6] == 0;
	return content > 0 || h[6] == 0;
}

enum fcgi_head
fcgi_record_head(const unsigned char *bytes, size_t len, size_t *head_len)
{
	const unsigned char *h;
	size_t at = 0, content;
	int type = FCGI_BEGIN_REQUEST;

	while (at < len) {
		h = bytes + at;
		if (h[0] != FCGI_VERSION_1 || (len - at > 1 && h[1] != type))
			return FCGI_HEAD_BAD;
		if (len - at < FCGI_RECORD_HEADER)
			return FCGI_HEAD_MORE;
		if (!is_due(h, bytes, type))
			return FCGI_HEAD_BAD;
		content = (size_t)h[4] << 8 | h[5];
		at += FCGI_RECORD_HEADER + content + h[6];
		if (type == FCGI_PARAMS && content == 0) {
			*head_len = at;
			return FCGI_HEAD_WHOLE;
		}
		type = FCGI_PARAMS;
	}
	return FCGI_HEAD_MORE;
}

/* Reads the contents of a head's PARAMS records as one stream. */
struct params {
	const unsigned char *at;
	size_t left;	/* of this record's content */
	size_t padding; /* that follows it */
};

/* Goes to the next byte; false at the end, the empty record. */
static bool
params_more(struct params *p)
{
	while (p->left == 0) {
		p->at += p->padding;
		p->left = (size_t)p->at[4] << 8 | p->at[5];
		p->padding = p->at[6];
		if (p->at[1] == FCGI_PARAMS && p->left == 0)
			return false;
		p->at += FCGI_RECORD_HEADER;
		if (p->at[1 - FCGI_RECORD_HEADER] != FCGI_PARAMS) {
			p->padding += p->left;
			p->left = 0;
		}
	}
	return true;
}

static bool
params_skip(struct params *p, size_t n)
{
	size_t part;

	for (; n > 0; n -= part) {
		if (!params_more(p))
			return false;
		part = n < p->left ? n : p->left;
		p->at += part;
		p->left -= part;
	}
	return true;
}

/* A length of one byte, or of four with the highest bit set (section 3.4). */
static bool
params_length(struct params *p, size_t *n)
{
	int i, more = 0;

	*n = 0;
	for (i = 0; i <= more; i++) {
		if (!params_more(p))
			return false;
		*n = *n << 8 | *p->at;
		if (i == 0 && *n >= 0x80) {
			*n &= 0x7f;
			more = 3;
		}
		p->at++;
		p->left--;
	}
	return true;
}

bool
fcgi_record_params_fit(const unsigned char *head)
{
	struct params p = { head, 0, 0 };
	size_t name, value;

	while (params_more(&p))
		if (!params_length(&p, &name) || !params_length(&p, &value) ||
		    !params_skip(&p, name) || !params_skip(&p, value))
			return false;
	return true;
}
