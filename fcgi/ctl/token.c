/* SPDX-License-Identifier: MIT */
/* confabctl token: access tokens for scripts. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confab/base/buf.h"
#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/identity/access_tokens.h"
#include "confab/identity/credentials.h"

#include "ctl.h"

static const char usage[] = "token COMMAND\n"
			    "  new USER LABEL [--expires DATE]\n"
			    "  list [USER]\n"
			    "  revoke ID";

/* Reads the configuration and finds that it names a tokens file. */
static int
configured(struct ctl *ctl)
{
	int code = ctl_config(ctl);

	if (code != CTL_OK)
		return code;
	if (ctl->config->tokens_file == NULL)
		return ctl_fail(CTL_CONFIG,
		    "%s: sets no tokens_file, so no access token is accepted",
		    ctl->config_path);
	return CTL_OK;
}

/* Is there such a user, where users are ours to know? */
static int
check_user(const struct config *c, const char *name)
{
	char err[CONFIG_ERROR_MAX];
	struct credentials *users;
	struct users_entry u;
	bool found;

	if (c->auth == AUTH_REMOTE_USER)
		return CTL_OK;
	users = credentials_load(c->users_file, err);
	if (users == NULL)
		return ctl_fail(CTL_FAILED, "%s", err);
	found = credentials_find(users, name, &u);
	credentials_free(users);
	crypto_wipe(&u, sizeof(u));
	return found ? CTL_OK
		     : ctl_fail(CTL_MISSING, "there is no user \"%s\"", name);
}

static int
make(struct ctl *ctl)
{
	char text[ACCESS_TOKEN_MAX + 1], err[CONFIG_ERROR_MAX];
	const char *expires = NULL;
	bool has_expiry = ctl_option(ctl, "--expires", &expires);
	struct access_token t;
	int64_t end = 0;
	bool made;
	int code;

	if (!ctl_arguments(ctl, 2, 2) ||
	    (has_expiry &&
		(expires == NULL ||
		    users_parse_date(expires, strlen(expires), &end) != 0)))
		return ctl_usage(usage);
	if ((code = configured(ctl)) != CTL_OK ||
	    (code = check_user(ctl->config, ctl->argv[0])) != CTL_OK)
		return code;
	made = access(ctl->config->tokens_file, F_OK) != 0;
	if (access_tokens_new(ctl->config->tokens_file, ctl->argv[0],
		ctl->argv[1], clock_wall(), end, &t, text, err) != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	if (made && ctl_give(ctl->config, ctl->config->tokens_file) != 0)
		return CTL_FAILED;
	/* Here and nowhere else. */
	printf("%s\n", text);
	crypto_wipe(text, sizeof(text));
	fprintf(stderr,
	    "confabctl: token %s was made; it is shown only this once\n", t.id);
	ctl_audit(AUDIT_TOKEN, t.user, "token made");
	return CTL_OK;
}

/* One line a token: id, user, label, made, expiry, with tabs between. */
static int
list(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];
	struct access_tokens all;
	struct buf made, end;
	int code;

	if (!ctl_arguments(ctl, 0, 1))
		return ctl_usage(usage);
	if ((code = configured(ctl)) != CTL_OK)
		return code;
	if (access_tokens_read(ctl->config->tokens_file, &all, err) != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	buf_init(&made, 64);
	buf_init(&end, 64);
	for (size_t i = 0; i < all.n; i++) {
		const struct access_token *t = &all.list[i];

		if (ctl->argc == 1 && strcmp(t->user, ctl->argv[0]) != 0)
			continue;
		buf_reset(&made);
		buf_reset(&end);
		users_write_date(t->created - t->created % 86400 + 86400,
		    &made);
		if (t->expires > 0)
			users_write_date(t->expires, &end);
		printf("%s\t%s\t%s\t%s\t%s\n", t->id, t->user, t->label,
		    buf_str(&made), t->expires > 0 ? buf_str(&end) : "never");
	}
	buf_free(&made);
	buf_free(&end);
	access_tokens_clear(&all);
	return CTL_OK;
}

static int
withdraw(struct ctl *ctl)
{
	char err[CONFIG_ERROR_MAX];
	struct access_token t;
	int code;

	if (!ctl_arguments(ctl, 1, 1))
		return ctl_usage(usage);
	if ((code = configured(ctl)) != CTL_OK)
		return code;
	switch (access_tokens_revoke(ctl->config->tokens_file, ctl->argv[0], &t,
	    err)) {
	case 1:
		ctl_audit(AUDIT_TOKEN, t.user, "token revoked");
		return CTL_OK;
	case 0:
		return ctl_fail(CTL_MISSING, "there is no token \"%s\"",
		    ctl->argv[0]);
	default:
		return ctl_fail(CTL_FAILED, "%s", err);
	}
}

int
ctl_token(struct ctl *ctl)
{
	const char *command = ctl_word(ctl);

	if (strcmp(command, "new") == 0)
		return make(ctl);
	if (strcmp(command, "list") == 0)
		return list(ctl);
	if (strcmp(command, "revoke") == 0)
		return withdraw(ctl);
	return ctl_usage(usage);
}
