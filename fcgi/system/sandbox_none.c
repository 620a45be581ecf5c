/* SPDX-License-Identifier: MIT */
/* Systems whose mechanisms we do not know: serving goes on without. */
#include "config.h"

#ifndef __linux__

#include <errno.h>

#include "sandbox_os.h"

void
sandbox_os_undumpable(void)
{
}

int
sandbox_os_no_new_privileges(void)
{
	errno = ENOSYS;
	return -1;
}

int
sandbox_os_files(const struct sandbox_paths *paths)
{
	(void)paths;
	errno = ENOSYS;
	return -1;
}

int
sandbox_os_calls(void)
{
	errno = ENOSYS;
	return -1;
}

#else
typedef int sandbox_none_is_empty_here;
#endif
