/* SPDX-License-Identifier: MIT */
/* confabctl: the administrator's program. Finds the command and runs it. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/log.h"
#include "confab/system/sandbox.h"

#include "ctl.h"

static const char help[] =
    "usage: confabctl [--config FILE] COMMAND ...\n"
    "\n"
    "  user add NAME [--expires DATE]\n"
    "      [--must-change | --invite [--valid TIME] [--url URL]]\n"
    "  user passwd NAME [--must-change | --invite [--valid TIME] [--url URL]]\n"
    "  user disable | enable | sign-out | require-change | del NAME\n"
    "  user expires NAME DATE|never\n"
    "  user groups NAME [GROUP...|--none]\n"
    "  user passkey NAME list|--remove ID|--reset\n"
    "  user totp NAME [--reset]\n"
    "  user list\n"
    "  user import | export [FILE] [--replace]\n"
    "  secret new\n"
    "  secret rotate [--after TIME] [--keep N | --drop-old]\n"
    "  session list [USER]\n"
    "  session end USER [ID]\n"
    "  token new USER LABEL [--expires DATE] [--read-only] [--model ID]...\n"
    "      [--network NETWORK]... [--requests N] [--tokens N]\n"
    "  token list [USER]\n"
    "  token revoke ID\n"
    "  usage [--user NAME] [--model ID] [--since DATE] [--json]\n"
    "  check [--dump | --online]\n"
    "  doctor URL [--user NAME] [--model ID] [--nginx FILE]\n"
    "      [--ca-file FILE | --insecure] [--json | --quiet]\n"
    "  upgrade [--instance NAME]\n"
    "  drain [--instance NAME]\n"
    "  backup FILE\n"
    "  restore FILE [--force]\n"
    "\n"
    "Passwords are asked for on the terminal, or read as one line of standard\n"
    "input. The configuration is " CONFAB_CONFIG_FILE ".\n"
    "Exit codes: 0 done, 1 failed, 2 usage, 3 bad configuration, 4 no such\n"
    "thing, 5 exists already.\n";

static const struct {
	const char *name;
	int (*run)(struct ctl *);
} commands[] = {
	{ "user", ctl_user },
	{ "secret", ctl_secret },
	{ "session", ctl_session },
	{ "token", ctl_token },
	{ "usage", ctl_usage_list },
	{ "check", ctl_check },
	{ "doctor", ctl_doctor },
	{ "upgrade", ctl_upgrade },
	{ "drain", ctl_drain },
	{ "backup", ctl_backup },
	{ "restore", ctl_restore },
};

static int
run(struct ctl *ctl)
{
	const char *name = ctl_word(ctl);

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(name, commands[i].name) == 0)
			return commands[i].run(ctl);
	fputs(help, stderr);
	return CTL_USAGE;
}

int
main(int argc, char **argv)
{
	struct ctl ctl = { .config_path = CONFAB_CONFIG_FILE,
		.argc = argc - 1,
		.argv = argv + 1 };
	int code;

	sandbox_undumpable();
	log_configure(LOG_TO_STDERR, LOG_LEVEL_NOTICE);
	if (ctl_option(&ctl, "--help", NULL) || ctl_option(&ctl, "-h", NULL)) {
		fputs(help, stdout);
		return CTL_OK;
	}
	if (ctl_option(&ctl, "--version", NULL)) {
		puts("confabctl " PACKAGE_VERSION);
		return CTL_OK;
	}
	if (ctl_option(&ctl, "--config", &ctl.config_path) &&
	    ctl.config_path == NULL)
		return ctl_usage("COMMAND ...");
	code = run(&ctl);
	config_free(ctl.config);
	free(ctl.as_user);
	if (fflush(stdout) != 0)
		code = CTL_FAILED;
	return code;
}
