/* SPDX-License-Identifier: MIT */
/*
 * Allocators that fail when they are told to: those of our own code, which the
 * linker redirects here (--wrap). Libraries and sanitizers keep theirs.
 */
#ifndef CONFAB_TEST_ALLOCATORS_H
#define CONFAB_TEST_ALLOCATORS_H

#include <stdbool.h>

/* Says whether the allocation that is asked for now fails; the program that
 * is linked with allocators.c defines it. Any thread. */
bool allocation_fails(void);

#endif
