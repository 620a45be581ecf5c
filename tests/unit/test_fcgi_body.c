/* SPDX-License-Identifier: MIT */
/*
 * Tests of a FastCGI request's body: in any pieces, and what does not belong.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "gateway/fcgi_body.h"

#define RECORD "\1\5\0\7\0\3\0\0abc"
#define PADDED "\1\5\0\7\0\2\5\0dePPPPP"
#define END "\1\5\0\7\0\0\3\0PPP"

static const char good[] = RECORD PADDED RECORD END "and more";

/* Reads pieces of `piece` bytes into an `out` of `room` at a time. */
static size_t
read_in_pieces(struct fcgi_body *b, const char *text, size_t len, size_t piece,
    char *out, size_t room)
{
	size_t total = 0, at, n, left;
	const unsigned char *p;

	fcgi_body_init(b, 7);
	for (at = 0; at < len; at += left) {
		left = len - at < piece ? len - at : piece;
		p = (const unsigned char *)text + at;
		at += left;
		do {
			n = fcgi_body_read(b, &p, &left, out + total, room);
			assert_true(n <= room);
			total += n;
		} while (n > 0);
		/* All is taken while there may be more. */
		assert_true(left == 0 || b->state != FCGI_BODY_OPEN);
		if (b->state != FCGI_BODY_OPEN)
			break;
	}
	out[total] = '\0';
	return total;
}

static void
test_any_pieces(void **state)
{
	size_t piece, room;
	struct fcgi_body b;
	char out[100];

	(void)state;
	for (piece = 1; piece <= sizeof(good); piece++)
		for (room = 1; room <= 10; room++) {
			read_in_pieces(&b, good, sizeof(good) - 1, piece, out,
			    room);
			assert_string_equal(out, "abcdeabc");
			assert_int_equal(b.state, FCGI_BODY_ENDED);
		}
}

static void
test_cut(void **state)
{
	size_t end = sizeof(RECORD PADDED RECORD) - 1 + FCGI_RECORD_HEADER, len;
	struct fcgi_body b;
	char out[100];

	(void)state;
	for (len = 0; len < sizeof(good); len++) {
		(void)read_in_pieces(&b, good, len, len + 1, out, sizeof(out));
		assert_int_equal(b.state,
		    len < end ? FCGI_BODY_OPEN : FCGI_BODY_ENDED);
	}
}

/* After a bad record nothing of it or behind it is given. */
static void
test_not_of_this_body(void **state)
{
	static const char *const bad[] = {
		"\2\5\0\7\0\3\0\0abc", /* a version */
		"\1\5\0\1\0\3\0\0abc", /* another request's */
		"\1\5\7\0\0\3\0\0abc", "\1\10\0\7\0\3\0\0abc", /* FCGI_DATA */
		"\1\4\0\7\0\3\0\0abc",			       /* FCGI_PARAMS */
		"\1\2\0\7\0\0\0\0abc",	/* FCGI_ABORT_REQUEST */
		"\1\1\0\7\0\3\0\0abc",	/* FCGI_BEGIN_REQUEST */
		"\1\11\0\0\0\3\0\0abc", /* FCGI_GET_VALUES */
		"\1\115\0\0\0\3\0\0abc"
	};
	char text[100], out[100];
	struct fcgi_body b;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		memcpy(text, RECORD, sizeof(RECORD) - 1);
		memcpy(text + sizeof(RECORD) - 1, bad[i], 11);
		memcpy(text + sizeof(RECORD) + 10, good, sizeof(good));
		(void)read_in_pieces(&b, text, sizeof(RECORD) + 10 + 20, 4, out,
		    sizeof(out));
		assert_int_equal(b.state, FCGI_BODY_BAD);
		assert_string_equal(out, "abc");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_pieces),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_not_of_this_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
