/* SPDX-License-Identifier: MIT */
/* The state that the workers of this host share, for commands that need it. */
#include "config.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "confab/state/shared_state.h"

#include "ctl.h"

bool
ctl_has_state(const struct ctl *ctl)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", ctl->config->runtime_dir,
		   SHARED_STATE_FILE) < (int)sizeof(path) &&
	    access(path, F_OK) == 0;
}

int
ctl_state(struct ctl *ctl, struct shared_state **out)
{
	const char *dir = ctl->config->runtime_dir;
	char path[PATH_MAX], err[CONFIG_ERROR_MAX];
	struct stat st;

	*out = NULL;
	if (snprintf(path, sizeof(path), "%s/%s", dir, SHARED_STATE_FILE) >=
	    (int)sizeof(path))
		return ctl_fail(CTL_CONFIG, "%s: too long", dir);
	if (lstat(path, &st) != 0)
		return ctl_fail(CTL_MISSING, "%s: %s; has no worker run yet?",
		    path, strerror(errno));
	/* The file is taken from its own user only. Root becomes that user,
	 * whoever it is: no more may be done so than with the worker's rights,
	 * and nobody else's file is believed. */
	if (geteuid() == 0 && st.st_uid != 0 &&
	    (setgroups(0, NULL) != 0 || setegid(st.st_gid) != 0 ||
		seteuid(st.st_uid) != 0))
		return ctl_fail(CTL_FAILED, "%s: cannot become its user: %s",
		    path, strerror(errno));
	*out = shared_state_open(dir, err);
	return *out != NULL ? CTL_OK : ctl_fail(CTL_FAILED, "%s", err);
}
