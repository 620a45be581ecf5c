/* SPDX-License-Identifier: MIT */
/* Linux Landlock: nothing but the named files, landlock(7). */
#include "config.h"

#ifdef __linux__

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef HAVE_LINUX_LANDLOCK_H
#include <linux/landlock.h>
#endif

#include "sandbox_os.h"

#if defined(HAVE_LINUX_LANDLOCK_H) && defined(SYS_landlock_create_ruleset) && \
    !defined(CONFAB_SANITIZED)

/* Newer than the headers that we may be built with. */
#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)
#endif

#define READ_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READ (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE_FILE (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_TRUNCATE)
/* A replaced file is made, renamed over the old one, and removed on failure;
 * the worker's own socket is removed at its end. */
#define WRITE                                                            \
	(WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |                      \
	    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_DIR | \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE)
#define HANDLED                                                            \
	(READ | WRITE | LANDLOCK_ACCESS_FS_EXECUTE |                       \
	    LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	    LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK | \
	    LANDLOCK_ACCESS_FS_MAKE_SYM | LANDLOCK_ACCESS_FS_REFER)

/* What a kernel of this version of the interface knows. */
static uint64_t
known(long version)
{
	uint64_t mask = HANDLED;

	if (version < 2)
		mask &= ~(uint64_t)LANDLOCK_ACCESS_FS_REFER;
	if (version < 3)
		mask &= ~(uint64_t)LANDLOCK_ACCESS_FS_TRUNCATE;
	return mask;
}

static void
allow(int ruleset, const struct sandbox_path *p, uint64_t mask)
{
	struct landlock_path_beneath_attr rule = { 0 };
	struct stat st;

	rule.parent_fd = open(p->path, O_PATH | O_CLOEXEC);
	if (rule.parent_fd < 0)
		return;
	if (fstat(rule.parent_fd, &st) == 0) {
		rule.allowed_access = READ | (p->write ? WRITE : 0);
		if (!S_ISDIR(st.st_mode))
			rule.allowed_access &= READ_FILE | WRITE_FILE;
		rule.allowed_access &= mask;
		(void)syscall(SYS_landlock_add_rule, ruleset,
		    LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
	}
	close(rule.parent_fd);
}

int
sandbox_os_files(const struct sandbox_paths *paths)
{
	struct landlock_ruleset_attr attr = { 0 };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	int ruleset, rc;

	if (version < 1)
		return -1;
	attr.handled_access_fs = known(version);
	ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr,
	    sizeof(attr.handled_access_fs), 0);
	if (ruleset < 0)
		return -1;
	for (size_t i = 0; i < paths->n; i++)
		allow(ruleset, &paths->list[i], attr.handled_access_fs);
	rc = (int)syscall(SYS_landlock_restrict_self, ruleset, 0);
	close(ruleset);
	return rc;
}

#else

int
sandbox_os_files(const struct sandbox_paths *paths)
{
	(void)paths;
	errno = ENOSYS;
	return -1;
}

#endif
#else
typedef int sandbox_landlock_is_empty_here;
#endif
