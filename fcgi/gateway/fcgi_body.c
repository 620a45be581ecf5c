/* SPDX-License-Identifier: MIT */
/*
 * FastCGI records: the body of a request.
 */
#include "config.h"

#include <string.h>

#include <fastcgi.h>

#include "fcgi_body.h"

void
fcgi_body_init(struct fcgi_body *b, int request_id)
{
	memset(b, 0, sizeof(*b));
	b->request_id = request_id;
}

static size_t
min(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A whole header is there: what does it begin? */
static void
begin_record(struct fcgi_body *b)
{
	FCGI_Header h;

	memcpy(&h, b->header, sizeof(h));
	b->have = 0;
	b->content = (size_t)h.contentLengthB1 << 8 | h.contentLengthB0;
	b->padding = h.paddingLength;
	if (h.version != FCGI_VERSION_1 || h.type != FCGI_STDIN ||
	    (h.requestIdB1 << 8 | h.requestIdB0) != b->request_id)
		b->state = FCGI_BODY_BAD;
	else if (b->content == 0)
		b->state = FCGI_BODY_ENDED;
}

size_t
fcgi_body_read(struct fcgi_body *b, const unsigned char **bytes, size_t *len,
    void *out, size_t size)
{
	size_t written = 0, n;

	while (b->state == FCGI_BODY_OPEN && *len > 0) {
		if (b->content > 0) {
			n = min(min(b->content, *len), size - written);
			if (n == 0)
				break;
			memcpy((char *)out + written, *bytes, n);
			written += n;
			b->content -= n;
		} else if (b->padding > 0) {
			n = min(b->padding, *len);
			b->padding -= n;
		} else {
			n = min(sizeof(b->header) - b->have, *len);
			memcpy(b->header + b->have, *bytes, n);
			b->have += n;
			if (b->have == sizeof(b->header))
				begin_record(b);
		}
		*bytes += n;
		*len -= n;
	}
	return written;
}
