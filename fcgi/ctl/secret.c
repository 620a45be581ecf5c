/* SPDX-License-Identifier: MIT */
/* confabctl secret: the keys that sign sessions. */
#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/config/option.h"
#include "confab/identity/keyring.h"

#include "ctl.h"

#define KEEP 2			 /* old keys that go on verifying */
#define AFTER_MIN (60 * 1000ULL) /* ms until a new key may sign */
#define AFTER_MAX (30 * 86400 * 1000ULL)

static const char usage[] = "secret COMMAND\n"
			    "  new\n"
			    "  rotate [--after TIME] [--keep N | --drop-old]";

static int
make(struct ctl *ctl)
{
	char id[TOKEN_KEY_ID_MAX + 1], err[CONFIG_ERROR_MAX];
	const char *path;
	int code;

	if (!ctl_arguments(ctl, 0, 0))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	path = ctl->config->secret_file;
	if (access(path, F_OK) == 0)
		return ctl_fail(CTL_EXISTS,
		    "%s: exists; \"secret rotate\" adds a key to it", path);
	if (keyring_create(path, id, err) != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	if (ctl_give(ctl->config, path) != 0)
		return CTL_FAILED;
	printf("%s\n", id);
	ctl_audit(AUDIT_KEY, NULL, "first key made");
	return CTL_OK;
}

static int
rotate(struct ctl *ctl)
{
	char id[TOKEN_KEY_ID_MAX + 1], err[CONFIG_ERROR_MAX], *end;
	const char *number = NULL, *later = NULL, *path;
	bool has_after = ctl_option(ctl, "--after", &later);
	bool drop_old = ctl_option(ctl, "--drop-old", NULL);
	bool has_keep = ctl_option(ctl, "--keep", &number);
	unsigned long keep = drop_old ? 0 : KEEP;
	uint64_t after = 0;
	int code, dropped;

	if (has_keep) {
		keep = number != NULL ? strtoul(number, &end, 10) : 0;
		if (drop_old || number == NULL || *number < '0' ||
		    *number > '9' || *end != '\0' || keep >= TOKEN_KEYS_MAX)
			return ctl_usage(usage);
	}
	/* With no other key left it could not but sign at once. */
	if (has_after && (later == NULL || keep == 0))
		return ctl_usage(usage);
	if (has_after &&
	    (!config_value_time(later, &after) || after < AFTER_MIN ||
		after > AFTER_MAX))
		return ctl_fail(CTL_USAGE, "a key signs after 1min to 30d");
	if (!ctl_arguments(ctl, 0, 0))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	path = ctl->config->secret_file;
	if (access(path, F_OK) != 0)
		return ctl_fail(CTL_MISSING, "%s: %s; \"secret new\" makes it",
		    path, strerror(errno));
	dropped = keyring_rotate(path, keep, (int64_t)(after / 1000), id, err);
	if (dropped < 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	printf("%s\n", id);
	ctl_audit(AUDIT_KEY, NULL,
	    dropped > 0 ? "key made, old ones dropped" : "key made");
	return CTL_OK;
}

int
ctl_secret(struct ctl *ctl)
{
	const char *command = ctl_word(ctl);

	if (strcmp(command, "new") == 0)
		return make(ctl);
	if (strcmp(command, "rotate") == 0)
		return rotate(ctl);
	return ctl_usage(usage);
}
