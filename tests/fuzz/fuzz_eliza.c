/* SPDX-License-Identifier: MIT */
/*
 * Fuzzer: a conversation of any bytes, one message a line, with ELIZA; the
 * last line also with the tour, and its text through the pace. Aborts where a
 * promise of their headers is broken.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "confab/base/codepoint.h"

#include "demo/eliza.h"
#include "demo/pace.h"
#include "demo/tour.h"
#include "fuzz.h"

#define TURNS 300 /* a few more than are replayed */

static void
check_line(const struct buf *b)
{
	size_t i, step;
	uint32_t cp;

	for (i = 0; i < b->len; i += step) {
		step = codepoint_next(b->data + i, b->len - i, &cp);
		check(cp != CODEPOINT_INVALID && cp >= 0x20);
		check(cp >= 0x80 || strchr("<>*_`[]#$\\|~", (int)cp) == NULL);
	}
}

static void
check_pieces(const char *text, size_t len)
{
	size_t at = 0;

	while (at < len) {
		struct pace_piece p = pace_next(text, len, at, PACE_HUMAN);

		check(p.len > 0 && p.len <= len - at);
		check(p.len <= PACE_PIECE_MAX + PACE_GRAPHEME_MAX);
		at += p.len;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct eliza_turn turns[TURNS];
	const char *text = (const char *)data, *end = text + size, *line, *nl;
	struct tour_answer tour;
	struct buf out;
	size_t n = 0;

	for (line = text; line != NULL && line < end && n < TURNS; line = nl) {
		nl = memchr(line, '\n', (size_t)(end - line));
		turns[n].text = line;
		turns[n++].len = (size_t)((nl != NULL ? nl : end) - line);
		if (nl != NULL)
			nl++;
	}
	buf_init(&out, ELIZA_ANSWER_MAX);
	check(eliza_answer(turns, n, ELIZA_SENTENCE, &out) == 0);
	check(out.len > 0);
	check_line(&out);
	buf_free(&out);
	check_pieces(text, size);
	if (n > 0) {
		check(tour_answer(turns[n - 1].text, turns[n - 1].len, &tour) ==
		    0);
		check_pieces(tour.text.data, tour.text.len);
		tour_answer_free(&tour);
	}
	return 0;
}
