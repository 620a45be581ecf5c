/* SPDX-License-Identifier: MIT */
/*
 * Reads an HTTP answer just as far as the benchmark needs: its status, its
 * end, and the stamps "@NANOSECONDS " in its body, in any split of the bytes.
 */
#ifndef BENCH_ANSWER_H
#define BENCH_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void (*bench_token_fn)(void *arg, uint64_t stamp);

struct bench_answer {
	bench_token_fn token;
	void *arg;
	int state;     /* of the reader of head and chunks */
	unsigned line; /* bytes of the present line */
	size_t left;   /* bytes of the present chunk */
	int status;
	unsigned digits; /* of the status or of a stamp */
	bool in_stamp;
	uint64_t stamp;
	unsigned done_at; /* how much of "[DONE]" has come */
	unsigned tokens;
	bool done;  /* [DONE] was there */
	bool ended; /* the body's end was there */
};

void bench_answer_init(struct bench_answer *a, bench_token_fn token, void *arg);

/* Takes bytes; calls token() for each stamp. */
void bench_answer_read(struct bench_answer *a, const char *bytes, size_t len);

#endif
