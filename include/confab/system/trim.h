/* SPDX-License-Identifier: MIT */
/*
 * Memory that only the start has needed.
 */
#ifndef CONFAB_SYSTEM_TRIM_H
#define CONFAB_SYSTEM_TRIM_H

/* Gives back to the system what is free of the heap. Any thread. */
void trim_heap(void);

/*
 * Gives back to the system what is free of the heap, and what is resident of
 * the program and its libraries: dynamic linking and the libraries' own
 * start have read most of their tables, and what serves needs few of them.
 * What is needed after all comes back from the page cache at its first use.
 * Any thread, at any time.
 */
void trim_memory(void);

#endif
