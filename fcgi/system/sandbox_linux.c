/* SPDX-License-Identifier: MIT */
/* Linux: no dumps, no new privileges. */
#include "config.h"

#ifdef __linux__

#include <sys/prctl.h>

#include "sandbox_os.h"

void
sandbox_os_undumpable(void)
{
#ifndef CONFAB_SANITIZED
	/* The leak sanitizer looks at its own process as a debugger does. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

int
sandbox_os_no_new_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

#else
typedef int sandbox_linux_is_empty_here;
#endif
