/* SPDX-License-Identifier: MIT */
/*
 * Reads HTTP answers for the benchmark: chunked bodies, as every server here
 * sends streams.
 */
#include "config.h"

#include <string.h>

#include "bench_answer.h"

enum { STATUS, HEAD, SIZE, SIZE_REST, BODY, BODY_END, TRAILER, END };

void
bench_answer_init(struct bench_answer *a, bench_token_fn token, void *arg)
{
	memset(a, 0, sizeof(*a));
	a->token = token;
	a->arg = arg;
}

/* One byte of the content. */
static void
content(struct bench_answer *a, char c)
{
	static const char done[] = "[DONE]";

	if (c == '@') {
		a->in_stamp = true;
		a->stamp = 0;
	} else if (a->in_stamp && c >= '0' && c <= '9') {
		a->stamp = a->stamp * 10 + (uint64_t)(c - '0');
	} else if (a->in_stamp) {
		a->in_stamp = false;
		a->tokens++;
		a->token(a->arg, a->stamp);
	}
	a->done_at = c == done[a->done_at] ? a->done_at + 1 : c == '[';
	if (done[a->done_at] == '\0') {
		a->done = true;
		a->done_at = 0;
	}
}

static size_t
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return (size_t)(c - '0');
	return (size_t)((c | 0x20) - 'a' + 10);
}

/* One byte of the first line: "HTTP/1.1 200 OK". */
static void
status_byte(struct bench_answer *a, char c)
{
	if (c == '\n')
		a->state = HEAD;
	else if (c == ' ')
		a->digits++;
	else if (a->digits == 1 && c >= '0' && c <= '9')
		a->status = a->status * 10 + (c - '0');
}

/* One byte of a line that matters only when it is empty. */
static void
line_byte(struct bench_answer *a, char c, int next)
{
	if (c == '\n') {
		if (a->line == 0)
			a->state = next;
		a->line = 0;
	} else if (c != '\r') {
		a->line++;
	}
}

/* One byte of the line that tells a chunk's size. */
static void
size_byte(struct bench_answer *a, char c)
{
	if (c == '\n')
		a->state = a->left > 0 ? BODY : TRAILER;
	else if (c == '\r' || c == ';')
		a->state = SIZE_REST;
	else
		a->left = a->left * 16 + hex_digit(c);
}

void
bench_answer_read(struct bench_answer *a, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++) {
		switch (a->state) {
		case STATUS:
			status_byte(a, bytes[i]);
			break;
		case HEAD:
			line_byte(a, bytes[i], SIZE);
			/* An error's body tells nothing that is wanted. */
			if (a->state == SIZE && a->status != 200) {
				a->state = END;
				a->ended = true;
			}
			break;
		case SIZE:
			size_byte(a, bytes[i]);
			break;
		case SIZE_REST:
			if (bytes[i] == '\n')
				a->state = a->left > 0 ? BODY : TRAILER;
			break;
		case BODY:
			content(a, bytes[i]);
			if (--a->left == 0)
				a->state = BODY_END;
			break;
		case BODY_END:
			if (bytes[i] == '\n')
				a->state = SIZE;
			break;
		case TRAILER:
			line_byte(a, bytes[i], END);
			a->ended = a->state == END;
			break;
		default:
			return;
		}
	}
}
