/* SPDX-License-Identifier: MIT */
/*
 * Shared object for LD_PRELOAD, by which a test makes an allocation of the
 * worker fail, or moves its wall clock. The file that FAULT_FILE names is
 * mapped and holds two 64-bit numbers that the test writes:
 *
 *	the allocation to fail, counted from now; 0: none
 *	seconds to add to the wall clock
 */
#define _GNU_SOURCE
#include <sys/mman.h>
#include <sys/time.h>

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t size);

static struct faults {
	_Atomic int64_t fail;
	_Atomic int64_t seconds;
} * faults;

__attribute__((constructor)) static void
start(void)
{
	const char *name = getenv("FAULT_FILE");
	int fd = name == NULL ? -1 : open(name, O_RDWR | O_CLOEXEC);
	void *p;

	if (fd < 0)
		return;
	p = mmap(NULL, sizeof(*faults), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0);
	close(fd);
	if (p != MAP_FAILED)
		faults = p;
}

/*
 * What others do without memory is not ours to mend: libfcgi asserts that it
 * has got it, and libcurl 7.88.1 divides by zero. Theirs are spared.
 */
static bool
is_spared(const void *caller)
{
	Dl_info info;

	return dladdr(caller, &info) != 0 && info.dli_fname != NULL &&
	    (strstr(info.dli_fname, "libfcgi") != NULL ||
		strstr(info.dli_fname, "libcurl") != NULL);
}

static bool
fails(const void *caller)
{
	if (faults == NULL || atomic_load(&faults->fail) <= 0 ||
	    is_spared(caller) || atomic_fetch_sub(&faults->fail, 1) != 1)
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL
						  : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return size > 0 && fails(__builtin_return_address(0))
	    ? NULL
	    : __libc_realloc(p, size);
}

static int64_t
shift(void)
{
	return faults == NULL ? 0 : atomic_load(&faults->seconds);
}

int
clock_gettime(clockid_t id, struct timespec *ts)
{
	int r = (int)syscall(SYS_clock_gettime, id, ts);

	if (r == 0 && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
		ts->tv_sec += (time_t)shift();
	return r;
}

int
gettimeofday(struct timeval *restrict tv, void *restrict tz)
{
	int r = (int)syscall(SYS_gettimeofday, tv, tz);

	if (r == 0)
		tv->tv_sec += (time_t)shift();
	return r;
}

time_t
time(time_t *t)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	if (t != NULL)
		*t = ts.tv_sec;
	return ts.tv_sec;
}
