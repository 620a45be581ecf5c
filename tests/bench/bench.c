/* SPDX-License-Identifier: MIT */
/*
 * What the benchmark's programs share.
 */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"

uint64_t
bench_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * BENCH_SECOND + (uint64_t)ts.tv_nsec;
}

void
bench_die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what,
	    errno == 0 ? "not as expected" : strerror(errno));
	exit(1);
}

long
bench_number(const char *text, long low, long high)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || n < low || n > high) {
		errno = EINVAL;
		bench_die(text);
	}
	return n;
}

void *
bench_alloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (p == NULL)
		bench_die("memory");
	return p;
}

static void
put(struct bench_queue *q, struct bench_due *d, size_t place)
{
	q->heap[place] = d;
	d->place = place;
}

static void
sift_up(struct bench_queue *q, size_t place)
{
	struct bench_due *d = q->heap[place];

	while (place > 1 && q->heap[place / 2]->at > d->at) {
		put(q, q->heap[place / 2], place);
		place /= 2;
	}
	put(q, d, place);
}

static void
sift_down(struct bench_queue *q, size_t place)
{
	struct bench_due *d = q->heap[place];
	size_t child;

	while ((child = place * 2) <= q->n) {
		if (child < q->n && q->heap[child + 1]->at < q->heap[child]->at)
			child++;
		if (q->heap[child]->at >= d->at)
			break;
		put(q, q->heap[child], place);
		place = child;
	}
	put(q, d, place);
}

void
bench_schedule(struct bench_queue *q, struct bench_due *d, uint64_t at)
{
	d->at = at;
	if (d->place == 0) {
		if (q->n + 2 > q->size) {
			q->size = q->size == 0 ? 64 : q->size * 2;
			q->heap = realloc(q->heap, q->size * sizeof(*q->heap));
			if (q->heap == NULL)
				bench_die("memory");
		}
		put(q, d, ++q->n);
	}
	sift_up(q, d->place);
	sift_down(q, d->place);
}

void
bench_cancel(struct bench_queue *q, struct bench_due *d)
{
	size_t place = d->place;
	struct bench_due *last;

	if (place == 0)
		return;
	d->place = 0;
	last = q->heap[q->n--];
	if (last == d)
		return;
	put(q, last, place);
	sift_up(q, place);
	sift_down(q, last->place);
}

struct bench_due *
bench_first(const struct bench_queue *q)
{
	return q->n == 0 ? NULL : q->heap[1];
}

int
bench_wait_ms(const struct bench_queue *q)
{
	const struct bench_due *d = bench_first(q);
	uint64_t now = bench_now();

	if (d == NULL || d->at > now + BENCH_SECOND)
		return 1000;
	if (d->at <= now)
		return 0;
	return (int)((d->at - now + 999999) / 1000000);
}
