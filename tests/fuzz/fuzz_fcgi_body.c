/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: any bytes as a FastCGI request's body, in pieces and into a room
 * whose sizes the first two say. Aborts when that gives another body, or
 * another end, than all at once.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gateway/fcgi_body.h"
#include "fuzz.h"

#define INPUT_MAX 65536

/* Reads it all. Returns the body's length; it is in `out`. */
static size_t
read_body(struct fcgi_body *b, const uint8_t *data, size_t size, size_t piece,
    size_t room, char *out)
{
	size_t total = 0, len, n;
	const uint8_t *p = data;

	fcgi_body_init(b, 1);
	while (size > 0 && b->state == FCGI_BODY_OPEN) {
		len = piece < size ? piece : size;
		size -= len;
		do {
			n = fcgi_body_read(b, &p, &len, out + total, room);
			if (n > room)
				abort();
			total += n;
		} while (n > 0);
		if (len > 0 && b->state == FCGI_BODY_OPEN)
			abort();
	}
	return total;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char whole[INPUT_MAX], split[INPUT_MAX];
	struct fcgi_body a, b;
	size_t n;

	if (size < 2 || size > INPUT_MAX)
		return 0;
	n = read_body(&a, data + 2, size - 2, size, size, whole);
	if (read_body(&b, data + 2, size - 2, data[0] + 1U, data[1] + 1U,
		split) != n ||
	    memcmp(whole, split, n) != 0 || a.state != b.state)
		abort();
	return 0;
}
