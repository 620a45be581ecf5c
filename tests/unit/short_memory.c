/* SPDX-License-Identifier: MIT */
/*
 * Jobs of which every allocation fails once.
 *
 * glibc lets a program have allocators of its own, and its own be called from
 * these: then those of libraries fail, too. A sanitizer has its own already;
 * with it, and with other C libraries, only our own calls fail.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../scarce/allocators.h"
#include "short_memory.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define OWN_ONLY true
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OWN_ONLY true
#endif
#if !defined(__GLIBC__)
#define OWN_ONLY true
#endif

#define TRIES_MAX 20000
#define RESULT_MAX (1 << 16) /* bytes */

static long countdown = -1; /* allocations until one fails; -1: none */
static bool paused;

static bool
fails(void)
{
	return countdown >= 0 && !paused && countdown-- == 0;
}

#ifdef OWN_ONLY
static bool own_only = true;
#else
static bool own_only;

void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);

void *
malloc(size_t size)
{
	return !own_only && fails() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return !own_only && fails() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return !own_only && fails() ? NULL : __libc_realloc(p, size);
}
#endif

bool
allocation_fails(void)
{
	/* Else malloc(), which is called then, is asked. */
	return own_only && fails();
}

void
short_memory_pause(bool pause)
{
	paused = pause;
}

void
short_memory_try(short_memory_job job)
{
	struct buf want, out;
	long i;
	int rc;

	buf_init(&want, RESULT_MAX);
	buf_init(&out, RESULT_MAX);
	assert_int_equal(buf_reserve(&want, RESULT_MAX - 1), 0);
	assert_int_equal(buf_reserve(&out, RESULT_MAX - 1), 0);
	assert_int_equal(job(&want), 0);
	for (i = 0; i < TRIES_MAX; i++) {
		buf_reset(&out);
		countdown = i;
		rc = job(&out);
		if (countdown >= 0) {
			/* None had to fail: all have had their turn. */
			countdown = -1;
			assert_int_equal(rc, 0);
			break;
		}
		if (rc == 0 &&
		    (out.len != want.len ||
			memcmp(out.data, want.data, want.len) != 0))
			fail_msg("allocation %ld: %s", i, buf_str(&out));
	}
	assert_true(i > 0 && i < TRIES_MAX);
	buf_free(&want);
	buf_free(&out);
}

void
short_memory_try_own(short_memory_job job)
{
	bool was = own_only;

	own_only = true;
	short_memory_try(job);
	own_only = was;
}
