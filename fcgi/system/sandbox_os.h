/* SPDX-License-Identifier: MIT */
/*
 * The operating system's part of sandbox.h: each function in a file for each
 * system that has the mechanism, and in sandbox_none.c for the others.
 */
#ifndef CONFAB_SYSTEM_SANDBOX_OS_H
#define CONFAB_SYSTEM_SANDBOX_OS_H

#include <stdbool.h>
#include <stddef.h>

#define SANDBOX_PATHS_MAX 256

/* A file or folder with all below it, and what may be done there. */
struct sandbox_path {
	const char *path;
	bool write;
};

struct sandbox_paths {
	struct sandbox_path list[SANDBOX_PATHS_MAX];
	size_t n;
};

/* No debugger and no core dump. */
void sandbox_os_undumpable(void);

/* No set-user-id program gives privileges back. Returns 0 or -1 with errno. */
int sandbox_os_no_new_privileges(void);

/*
 * Nothing outside the paths can be opened, made, removed or run by this thread
 * and those it starts. Paths that do not exist are left out. Returns 0, or -1
 * with errno: ENOSYS where there is no such mechanism.
 */
int sandbox_os_files(const struct sandbox_paths *paths);

/*
 * System calls that start programs, trace or change the system fail from now
 * on. Returns as sandbox_os_files().
 */
int sandbox_os_calls(void);

#endif
