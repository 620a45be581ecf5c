/* SPDX-License-Identifier: MIT */
/*
 * What the benchmark's programs share: a clock that all processes of the
 * machine agree on, and a queue of things that are due.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

#define BENCH_SECOND 1000000000ULL

/* Nanoseconds of the monotonic clock: the same one in every process. */
uint64_t bench_now(void);

/* Says "NAME: WHAT: errno's text" and ends the program. */
void bench_die(const char *what) __attribute__((noreturn));

/* A whole number in [low, high] or the end of the program. */
long bench_number(const char *text, long low, long high);

/* An allocation that is there. */
void *bench_alloc(size_t n, size_t size);

/* Something that is due at a time; embedded in its owner as first member. */
struct bench_due {
	uint64_t at;
	size_t place; /* in the queue, from 1; 0: in none */
};

/* A binary heap: the earliest first. */
struct bench_queue {
	struct bench_due **heap;
	size_t n, size;
};

/* Puts `d` into the queue, or elsewhere in it, for the time `at`. */
void bench_schedule(struct bench_queue *q, struct bench_due *d, uint64_t at);

/* Takes `d` out, when it is in. */
void bench_cancel(struct bench_queue *q, struct bench_due *d);

/* The earliest, or NULL. */
struct bench_due *bench_first(const struct bench_queue *q);

/* For epoll_wait(): milliseconds, rounded up, at most 1000. */
int bench_wait_ms(const struct bench_queue *q);

#endif
