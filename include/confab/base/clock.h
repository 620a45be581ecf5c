/* SPDX-License-Identifier: MIT */
/*
 * The two clocks: one for durations, which never jumps, and one for dates,
 * which may. A timer never uses the second.
 */
#ifndef CONFAB_BASE_CLOCK_H
#define CONFAB_BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC. */
uint64_t clock_mono_ms(void);

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t clock_mono_us(void);

/* Seconds since 1970 of CLOCK_REALTIME. */
int64_t clock_wall(void);

/* The same in milliseconds. */
int64_t clock_wall_ms(void);

#endif
