/* SPDX-License-Identifier: MIT */
/* For tests of what is closed again. */
#ifndef CONFAB_TESTS_OPEN_FDS_H
#define CONFAB_TESTS_OPEN_FDS_H

#include <fcntl.h>

/* How many descriptors are open; tests need few. */
static inline int
open_fds(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

#endif
