/* SPDX-License-Identifier: MIT */
/*
 * A total time for reading from a connection: a socket's own limit counts from
 * each byte anew, so that a peer which drips them would hold a request thread
 * for ever. When the time is over the reading direction is shut down and every
 * read, the one that waits too, finds the end; an answer can still be written.
 */
#ifndef CONFAB_GATEWAY_DEADLINE_H
#define CONFAB_GATEWAY_DEADLINE_H

#include <stdbool.h>
#include <stdint.h>

/* One connection that is being read; belongs to the caller, who clears it
 * before it goes out of scope. */
struct deadline {
	struct deadline *prev, *next; /* private */
	uint64_t at;		      /* private: clock_mono_ms() */
	int fd;			      /* private: a duplicate; -1: not set */
	bool over;		      /* private */
};

/*
 * Gives the connection `ms` from now. It is watched through a duplicate, so
 * that whoever reads may close it. The watching thread is started by the first
 * call of a process. Returns 0, or -1 with errno: then nothing watches.
 */
int deadline_set(struct deadline *d, int fd, unsigned ms);

/* Ends the watch; again does nothing. True when the time had been over. */
bool deadline_clear(struct deadline *d);

/* No connection that is watched now is given more than `ms` from now. */
void deadline_shorten(unsigned ms);

#endif
