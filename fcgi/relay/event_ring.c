/* SPDX-License-Identifier: MIT */
/*
 * The ring of a stream: numbered events in segments.
 *
 * Offsets count the bytes of the whole stream from 0. An event may straddle
 * segments. No table says where events begin: that is needed only to resume
 * and to drop, and the blank line that no payload contains tells it.
 */
#include "config.h"

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
	put(r, prefix, n);
	put(r, data, len);
	put(r, "\n\n", 2);
	r->next_id++;
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

/* The offset just after the event that begins at `off`. */
static uint64_t
event_end(const struct event_ring *r, uint64_t off)
{
	const char *p, *nl;
	bool after_newline = false;
	size_t n;

	while ((n = event_ring_peek(r, off, &p)) > 0) {
		if (after_newline && p[0] == '\n')
			return off + 1;
		nl = memchr(p, '\n', n);
		if (nl == NULL) {
			off += n;
			after_newline = false;
			continue;
		}
		off += (uint64_t)(nl - p) + 1;
		after_newline = true;
	}
	return r->head;
}

bool
event_ring_seek(const struct event_ring *r, uint64_t id, uint64_t *off)
{
	uint64_t at = r->tail, i;

	if (id + 1 < r->first_id || id >= r->next_id)
		return false;
	if (id == r->next_id - 1) {
		*off = r->head;
		return true;
	}
	for (i = r->first_id; i <= id; i++)
		at = event_end(r, at);
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
		end = event_end(r, r->tail);
		if (end > off)
			return;
		drop_event(r, end);
	}
}

void
event_ring_trim(struct event_ring *r, size_t cap)
{
	while (r->bytes > cap)
		drop_event(r, event_end(r, r->tail));
}
