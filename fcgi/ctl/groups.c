/* SPDX-License-Identifier: MIT */
/* confabctl user groups: whose models, tools and limits a person has. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "confab/base/crypto.h"
#include "confab/identity/credentials.h"

#include "ctl.h"

static const char usage[] = "user groups NAME [GROUP...|--none]";

/* One group a line. */
static void
list(const char *groups)
{
	size_t len;

	for (; *groups != '\0'; groups += len) {
		len = strcspn(groups, ",");
		printf("%.*s\n", (int)len, groups);
		len += groups[len] == ',';
	}
}

/* Takes the groups of the arguments. */
static int
read_groups(const struct ctl *ctl, struct users_entry *want)
{
	for (int i = 1; i < ctl->argc; i++) {
		const char *wrong =
		    users_add_group(want, ctl->argv[i], strlen(ctl->argv[i]));

		if (wrong != NULL)
			return ctl_fail(CTL_USAGE, "\"%s\" %s", ctl->argv[i],
			    wrong);
	}
	return CTL_OK;
}

static int
store(struct credentials *c, const char *name, const struct users_entry *want)
{
	char err[CONFIG_ERROR_MAX], what[USERS_GROUPS_LEN + 32];

	if (credentials_store_groups(c, name, want->groups, err) !=
	    CREDENTIALS_STORED)
		return ctl_fail(CTL_FAILED, "%s", err);
	(void)snprintf(what, sizeof(what), "put into %s",
	    want->groups[0] != '\0' ? want->groups : "no group");
	ctl_audit(AUDIT_USER, name, what);
	return CTL_OK;
}

int
ctl_user_groups(struct ctl *ctl)
{
	bool none = ctl_option(ctl, "--none", NULL);
	char err[CONFIG_ERROR_MAX];
	struct users_entry u, want;
	struct credentials *c;
	int code;

	memset(&want, 0, sizeof(want));
	if (!ctl_arguments(ctl, 1, none ? 1 : 1 + USERS_GROUPS_MAX))
		return ctl_usage(usage);
	if ((code = read_groups(ctl, &want)) != CTL_OK ||
	    (code = ctl_config(ctl)) != CTL_OK)
		return code;
	c = credentials_open(ctl->config, false, err);
	if (c == NULL)
		return ctl_fail(CTL_FAILED, "%s", err);
	if (!credentials_find(c, ctl->argv[0], &u))
		code = ctl_fail(CTL_MISSING, "there is no user \"%s\"",
		    ctl->argv[0]);
	else if (ctl->argc > 1 || none)
		code = store(c, u.name, &want);
	else
		list(u.groups);
	credentials_free(c);
	crypto_wipe(&u, sizeof(u));
	return code;
}
