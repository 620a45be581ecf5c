/* SPDX-License-Identifier: MIT */
/*
 * The ring of a stream: its events in wire form, numbered from 1, up to a cap.
 * Pure. Events are stored in small segments that are allocated as needed and
 * freed from the front, so that a short answer costs little and a long one
 * never moves.
 *
 * A reader is a position of its own; the ring does not know its readers.
 */
#ifndef CONFAB_RELAY_EVENT_RING_H
#define CONFAB_RELAY_EVENT_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct event_ring_segment;

struct event_ring {
	struct event_ring_segment *first, *last;
	size_t bytes;	   /* stored */
	size_t held;	   /* allocated */
	uint64_t next_id;  /* of the next event */
	uint64_t first_id; /* of the oldest event that is kept */
	uint64_t tail;	   /* stream offset of the oldest byte */
	uint64_t head;	   /* stream offset after the newest byte */
};

void event_ring_init(struct event_ring *r);
void event_ring_free(struct event_ring *r);

/*
 * Appends one event with payload `data` (no newline in it) as
 * "id: N\ndata: PAYLOAD\n\n". Returns 0, or -1 when out of memory.
 */
int event_ring_add(struct event_ring *r, const char *data, size_t len);

/*
 * The offset just after event `id` (0: before the first). Returns false when
 * that place was dropped already or lies in the future. Looks at each segment
 * once, and at the events of one.
 */
bool event_ring_seek(const struct event_ring *r, uint64_t id, uint64_t *off);

/*
 * The contiguous bytes at offset `off`: how many, at most to the end of a
 * segment; 0 when `off` is the head. `off` must not be before the tail.
 */
size_t event_ring_peek(const struct event_ring *r, uint64_t off,
    const char **bytes);

/* Drops whole events from the front while their end is at most `off`. An empty
 * ring holds no memory: that is where a stream without a key waits. */
void event_ring_drop(struct event_ring *r, uint64_t off);

#endif
