/* SPDX-License-Identifier: MIT */
/*
 * A worker for which memory is short: one in CONFAB_SCARCE allocations of its
 * own code fails, at random, from each SIGUSR2 to the next.
 */
#include "config.h"

#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocators.h"

static atomic_bool scarce;
static atomic_uint count;
static unsigned one_in = 50;

static void
toggle(int sig)
{
	bool now = !atomic_load(&scarce);
	const char *text = now ? "memory: scarce\n" : "memory: enough\n";

	(void)sig;
	atomic_store(&scarce, now);
	if (write(STDERR_FILENO, text, strlen(text)) == -1)
		return;
}

__attribute__((constructor)) static void
prepare(void)
{
	const char *value = getenv("CONFAB_SCARCE");

	if (value != NULL)
		one_in = (unsigned)strtoul(value, NULL, 10);
	(void)signal(SIGUSR2, toggle);
}

/* The mixing of splitmix64: every count has its own fate. */
bool
allocation_fails(void)
{
	unsigned long long x;

	if (!atomic_load(&scarce))
		return false;
	x = (atomic_fetch_add(&count, 1) + 1ULL) * 0x9e3779b97f4a7c15ULL;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return (x ^ x >> 31) % one_in == 0;
}
