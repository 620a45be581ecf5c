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
#include "confab/identity/own_tokens.h"
#include "confab/state/shared_state.h"

#include "ctl.h"

static const char usage[] = "token COMMAND\n"
			    "  new USER LABEL [--expires DATE] [--read-only]\n"
			    "      [--model ID]... [--network NETWORK]...\n"
			    "      [--requests N] [--tokens N]\n"
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
	users = credentials_open(c, false, err);
	if (users == NULL)
		return ctl_fail(CTL_FAILED, "%s", err);
	found = credentials_find(users, name, &u);
	credentials_free(users);
	crypto_wipe(&u, sizeof(u));
	return found ? CTL_OK
		     : ctl_fail(CTL_MISSING, "there is no user \"%s\"", name);
}

/* Takes each --NAME VALUE out of the arguments, through `add`. */
static int
take_all(struct ctl *ctl, const char *name, struct token_limits *l,
    const char *(*add)(struct token_limits *, const char *))
{
	const char *value = NULL, *wrong;

	while (ctl_option(ctl, name, &value)) {
		if (value == NULL)
			return ctl_usage(usage);
		wrong = add(l, value);
		if (wrong != NULL)
			return ctl_fail(CTL_USAGE, "%s %s: %s", name, value,
			    wrong);
	}
	return CTL_OK;
}

/* Takes a number as it stands in the file. */
static int
take_number(struct ctl *ctl, const char *name, const char *key,
    struct token_limits *l)
{
	const char *value = NULL, *wrong;
	char text[64];

	if (!ctl_option(ctl, name, &value))
		return CTL_OK;
	if (value == NULL)
		return ctl_usage(usage);
	snprintf(text, sizeof(text), "%s=%.32s", key, value);
	wrong = token_limits_parse(l, text, strlen(text));
	return wrong == NULL
	    ? CTL_OK
	    : ctl_fail(CTL_USAGE, "%s %s: %s", name, value, wrong);
}

static int
take_limits(struct ctl *ctl, struct token_limits *l)
{
	int code;

	l->read_only = ctl_option(ctl, "--read-only", NULL);
	if ((code = take_all(ctl, "--model", l, token_limits_add_model)) !=
		CTL_OK ||
	    (code = take_all(ctl, "--network", l, token_limits_add_network)) !=
		CTL_OK ||
	    (code = take_number(ctl, "--requests", "requests", l)) != CTL_OK)
		return code;
	return take_number(ctl, "--tokens", "tokens", l);
}

/* Who and for what, from the arguments. */
static int
take_token(struct ctl *ctl, struct access_token *t)
{
	const char *expires = NULL;
	bool has_expiry = ctl_option(ctl, "--expires", &expires);
	int code = take_limits(ctl, &t->limits);

	if (code != CTL_OK)
		return code;
	if (!ctl_arguments(ctl, 2, 2) ||
	    (has_expiry &&
		(expires == NULL ||
		    users_parse_date(expires, strlen(expires), &t->expires) !=
			0)))
		return ctl_usage(usage);
	if (strlen(ctl->argv[0]) > USERS_NAME_MAX ||
	    strlen(ctl->argv[1]) > ACCESS_TOKEN_LABEL_MAX)
		return ctl_fail(CTL_FAILED,
		    "a user and a label have 1 to %d bytes",
		    ACCESS_TOKEN_LABEL_MAX);
	memcpy(t->user, ctl->argv[0], strlen(ctl->argv[0]));
	memcpy(t->label, ctl->argv[1], strlen(ctl->argv[1]));
	return CTL_OK;
}

static int
make(struct ctl *ctl)
{
	char text[ACCESS_TOKEN_MAX + 1], err[CONFIG_ERROR_MAX];
	struct access_token t;
	bool made;
	int code;

	memset(&t, 0, sizeof(t));
	if ((code = take_token(ctl, &t)) != CTL_OK ||
	    (code = configured(ctl)) != CTL_OK ||
	    (code = check_user(ctl->config, t.user)) != CTL_OK)
		return code;
	t.created = clock_wall();
	made = access(ctl->config->tokens_file, F_OK) != 0;
	if (access_tokens_new(ctl->config->tokens_file, &t, 0, text, err) !=
	    ACCESS_TOKENS_DONE)
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

/* Prints the use and the limits of a token: what of them there is. */
static void
print_rest(const struct access_token *t, struct shared_state *state)
{
	struct own_use use = { 0 };
	struct buf limits;

	if (state != NULL)
		own_use_of(state, t->id, &use);
	if (use.at > 0)
		printf("\tused=%lld", (long long)use.at);
	if (use.network[0] != '\0')
		printf("\tfrom=%s", use.network);
	buf_init(&limits, 4 * TOKEN_LIMITS_LIST_MAX);
	token_limits_write(&t->limits, &limits);
	/* As in the file, with tabs for its colons, which no word has. */
	for (const char *p = buf_str(&limits); *p != '\0'; p++)
		putchar(*p == ':' ? '\t' : *p);
	putchar('\n');
	buf_free(&limits);
}

static void
print(const struct access_token *t, struct shared_state *state)
{
	struct buf made, end;

	buf_init(&made, 64);
	buf_init(&end, 64);
	users_write_date(t->created - t->created % 86400 + 86400, &made);
	if (t->expires > 0)
		users_write_date(t->expires, &end);
	printf("%s\t%s\t%s\t%s\t%s", t->id, t->user, t->label, buf_str(&made),
	    t->expires > 0 ? buf_str(&end) : "never");
	print_rest(t, state);
	buf_free(&made);
	buf_free(&end);
}

/* One line a token: id, user, label, made, expiry, then NAME=VALUE of its last
 * use and its limits, with tabs between. */
static int
list(struct ctl *ctl)
{
	struct shared_state *state = NULL;
	char err[CONFIG_ERROR_MAX];
	struct access_tokens all;
	int code;

	if (!ctl_arguments(ctl, 0, 1))
		return ctl_usage(usage);
	if ((code = configured(ctl)) != CTL_OK)
		return code;
	if (access_tokens_read(ctl->config->tokens_file, &all, err) != 0)
		return ctl_fail(CTL_FAILED, "%s", err);
	/* Without a worker nothing is known of uses. */
	if (ctl_has_state(ctl))
		code = ctl_state(ctl, &state);
	for (size_t i = 0; i < all.n; i++)
		if (ctl->argc == 0 ||
		    strcmp(all.list[i].user, ctl->argv[0]) == 0)
			print(&all.list[i], state);
	shared_state_close(state);
	access_tokens_clear(&all);
	return code;
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
	switch (access_tokens_revoke(ctl->config->tokens_file, ctl->argv[0],
	    NULL, &t, err)) {
	case ACCESS_TOKENS_DONE:
		ctl_audit(AUDIT_TOKEN, t.user, "token revoked");
		return CTL_OK;
	case ACCESS_TOKENS_NONE:
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
