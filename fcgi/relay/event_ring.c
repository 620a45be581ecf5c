/* SPDX-License-Identifier: MIT */
/*
 * The ring of a stream: numbered events in segments.
 *
 * Offsets count the bytes of the whole stream from 0. An event may straddle
 * segments. A segment knows the first event that begins in it; where the others
 * do is needed only to resume and to drop, and the blank line that no payload
 * contains tells it.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "event_ring.h"

/*
 * With malloc's own header a small segment fills a 1 KiB slot: an answer of a
 * few words costs that much. Later ones are larger, to save links.
 */
#define SEGMENT_SMALL (1024 - 16)
#define SEGMENT_LARGE (4096 - 16)

struct event_ring_segment {
	struct event_ring_segment *next;
	uint64_t start; /* stream offset of its first byte */
	uint64_t id;	/* of the first event that begins here; 0: none */
	uint32_t at;	/* where, in bytes[] */
	uint32_t size;	/* of bytes[] */
	uint32_t used;
	char bytes[];
};

void
event_ring_init(struct event_ring *r)
{
	memset(r, 0, sizeof(*r));
	r->next_id = 1;
	r->first_id = 1;
}

static void
drop_segment(struct event_ring *r)
{
	struct event_ring_segment *s = r->first;

	r->first = s->next;
	if (r->first == NULL)
		r->last = NULL;
	r->held -= sizeof(*s) + s->size;
	free(s);
}

void
event_ring_free(struct event_ring *r)
{
	while (r->first != NULL)
		drop_segment(r);
	event_ring_init(r);
}

/* Makes room for `need` bytes by adding segments behind the last. */
static int
make_room(struct event_ring *r, size_t need)
{
	size_t room, size, total;
	struct event_ring_segment *s;

	room = r->last != NULL ? r->last->size - r->last->used : 0;
	if (need <= room)
		return 0;
	need -= room;
	size = r->held == 0 && need <= SEGMENT_SMALL - sizeof(*s)
	    ? SEGMENT_SMALL
	    : SEGMENT_LARGE;
	total = need + sizeof(*s) > size ? need + sizeof(*s) : size;
	s = malloc(total);
	if (s == NULL)
		return -1;
	s->next = NULL;
	s->start = r->last != NULL ? r->last->start + r->last->size : r->head;
	s->size = (uint32_t)(total - sizeof(*s));
	s->used = 0;
	s->id = 0;
	if (r->last != NULL)
		r->last->next = s;
	else
		r->first = s;
	if (r->last == NULL)
		r->last = s;
	r->held += total;
	return 0;
}

/* Copies bytes in; room was made, so that at most one segment follows. */
static void
put(struct event_ring *r, const char *bytes, size_t len)
{
	size_t n;

	while (len > 0) {
		if (r->last->used == r->last->size)
			r->last = r->last->next;
		n = r->last->size - r->last->used;
		if (n > len)
			n = len;
		memcpy(r->last->bytes + r->last->used, bytes, n);
		r->last->used += (uint32_t)n;
		r->head += n;
		r->bytes += n;
		bytes += n;
		len -= n;
	}
}

/* Notes where the next event begins; room was made. */
static void
note_begin(const struct event_ring *r)
{
	struct event_ring_segment *s = r->last;

	if (s->used == s->size)
		s = s->next;
	if (s->id != 0)
		return;
	s->id = r->next_id;
	s->at = s->used;
}

/* Writes "id: N\ndata: " without the printf family: it runs per token. */
static size_t
format_prefix(char out[40], uint64_t id)
{
	char digits[20];
	size_t n = 0, i = 4;

	memcpy(out, "id: ", 4);
	do {
		digits[n++] = (char)('0' + id % 10);
		id /= 10;
	} while (id > 0);
	while (n > 0)
		out[i++] = digits[--n];
	memcpy(out + i, "\ndata: ", 7);
	return i + 7;
}

int
event_ring_add(struct event_ring *r, const char *data, size_t len)
{
	char prefix[40];
	size_t n;

	n = format_prefix(prefix, r->next_id);
	if (len > UINT32_MAX / 2 || make_room(r, n + len + 2) == -1)
		return -1;
	note_begin(r);
	put(r, prefix, n);
	put(r, data, len);
	put(r, "\n\n", 2);
	r->next_id++;
	assert(r->bytes == r->head - r->tail && r->bytes <= r->held);
	return 0;
}

size_t
event_ring_peek(const struct event_ring *r, uint64_t off, const char **bytes)
{
	const struct event_ring_segment *s;

	*bytes = NULL;
	if (off >= r->head || off < r->tail)
		return 0;
	/* A reader that keeps up is in the last segment. */
	s = r->last != NULL && off >= r->last->start ? r->last : r->first;
	while (s != NULL && off >= s->start + s->size)
		s = s->next;
	if (s == NULL)
		return 0;
	*bytes = s->bytes + (off - s->start);
	return (size_t)(s->start + s->used - off);
}

/*
 * The offset just after the event that begins at `off`, in *seg or behind it;
 * *seg becomes the segment of that offset or the one before.
 */
static uint64_t
event_end(const struct event_ring *r, const struct event_ring_segment **seg,
    uint64_t off)
{
	const struct event_ring_segment *s = *seg;
	bool after_newline = false;
	const char *p, *nl;
	size_t n;

	for (; s != NULL; s = s->next) {
		while (off >= s->start && off < s->start + s->used) {
			*seg = s;
			p = s->bytes + (off - s->start);
			n = (size_t)(s->start + s->used - off);
			if (after_newline && p[0] == '\n')
				return off + 1;
			nl = memchr(p, '\n', n);
			after_newline = nl != NULL;
			off += nl != NULL ? (uint64_t)(nl - p) + 1 : n;
		}
	}
	return r->head;
}

bool
event_ring_seek(const struct event_ring *r, uint64_t id, uint64_t *off)
{
	const struct event_ring_segment *s, *from = r->first;
	uint64_t at = r->tail, next = r->first_id;

	if (id + 1 < r->first_id || id >= r->next_id)
		return false;
	if (id == r->next_id - 1) {
		*off = r->head;
		return true;
	}
	/* The last segment in which an event begins that is not too late; then
	 * event by event, within it. */
	for (s = r->first; s != NULL && s->id <= id + 1; s = s->next)
		if (s->id > next) {
			from = s;
			at = s->start + s->at;
			next = s->id;
		}
	for (; next <= id; next++)
		at = event_end(r, &from, at);
	assert(at >= r->tail && at <= r->head);
	*off = at;
	return true;
}

/* Drops the oldest event, which ends at `end`. */
static void
drop_event(struct event_ring *r, uint64_t end)
{
	r->bytes -= (size_t)(end - r->tail);
	r->tail = end;
	r->first_id++;
	while (r->first != NULL && r->first != r->last &&
	    r->tail >= r->first->start + r->first->size)
		drop_segment(r);
}

void
event_ring_drop(struct event_ring *r, uint64_t off)
{
	const struct event_ring_segment *from;
	uint64_t end;

	if (off >= r->head) {
		/* The common case, a reader that keeps up: all at once. */
		r->first_id = r->next_id;
		r->bytes = 0;
		r->tail = r->head;
		while (r->first != NULL)
			drop_segment(r);
		return;
	}
	while (r->tail < off) {
		from = r->first;
		end = event_end(r, &from, r->tail);
		if (end > off)
			return;
		drop_event(r, end);
	}
}
