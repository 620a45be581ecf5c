/* SPDX-License-Identifier: MIT */
/* confabctl user passkey: what a person has, and the way out when it is lost. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "confab/base/buf.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/identity/credentials.h"
#include "confab/identity/passkeys.h"

#include "ctl.h"

#define DIGEST_TEXT ENCODE_BASE64URL_LEN(USERS_DIGEST_LEN)

static const char usage[] = "user passkey NAME list|--remove ID|--reset";

static void
put_date(int64_t t)
{
	struct buf date;

	buf_init(&date, 64);
	/* A date of expiry is the end of its day. */
	users_write_date(t - t % 86400 + 86400, &date);
	printf("\t%s", t > 0 ? buf_str(&date) : "never");
	buf_free(&date);
}

/* One line each: id, name, day of its making and last use, what it is good for,
 * site; with tabs between. */
static int
list(const struct ctl *ctl, const struct users_entry *u)
{
	struct passkeys *all = calloc(1, sizeof(*all));
	char err[CONFIG_ERROR_MAX] = "out of memory";
	unsigned char digest[USERS_DIGEST_LEN];
	char id[DIGEST_TEXT + 1];
	int code = CTL_OK;

	if (all == NULL ||
	    passkeys_of(ctl->config->passkeys_file, u, all, err) != 0)
		code = ctl_fail(CTL_FAILED, "%s", err);
	for (size_t i = 0; code == CTL_OK && i < all->n; i++) {
		const struct passkey *k = &all->list[i];

		if (passkeys_digest(k->id, k->id_len, digest) != 0)
			continue;
		encode_base64url(id, digest, sizeof(digest));
		printf("%s\t%s", id, k->label);
		put_date(k->created);
		put_date(k->used);
		printf("\t%s\t%s\n", k->alone ? "alone" : "second", k->site);
	}
	free(all);
	return code;
}

static int
store(struct credentials *c, const struct users_entry *u,
    const struct users_entry *want)
{
	char err[CONFIG_ERROR_MAX];

	if (credentials_store_passkeys(c, u, want, err) != CREDENTIALS_STORED)
		return ctl_fail(CTL_FAILED, "%s", err);
	ctl_audit(AUDIT_FACTOR, u->name, "passkey removed");
	return CTL_OK;
}

static int
take_away(struct credentials *c, const struct users_entry *u, const char *id)
{
	unsigned char digest[USERS_DIGEST_LEN];
	struct users_entry want = *u;
	int at = -1, code;

	if (id != NULL &&
	    decode_base64url(digest, sizeof(digest), id, strlen(id)) ==
		USERS_DIGEST_LEN)
		at = passkeys_place(u, digest);
	if (at < 0)
		return ctl_fail(CTL_MISSING,
		    "\"%s\" has no such passkey; \"list\" shows the ids",
		    u->name);
	users_drop_passkey(&want, (unsigned)at);
	code = store(c, u, &want);
	crypto_wipe(&want, sizeof(want));
	return code;
}

static int
take_all(struct credentials *c, const struct users_entry *u)
{
	struct users_entry want = *u;
	int code;

	if (u->n_passkeys == 0)
		return ctl_fail(CTL_MISSING, "\"%s\" has no passkey", u->name);
	want.n_passkeys = 0;
	memset(want.passkeys, 0, sizeof(want.passkeys));
	code = store(c, u, &want);
	crypto_wipe(&want, sizeof(want));
	return code;
}

int
ctl_user_passkey(struct ctl *ctl)
{
	bool reset = ctl_option(ctl, "--reset", NULL);
	const char *id = NULL;
	bool take = ctl_option(ctl, "--remove", &id);
	bool show = !reset && !take;
	char err[CONFIG_ERROR_MAX];
	struct credentials *c;
	struct users_entry u;
	int code;

	if (!ctl_arguments(ctl, 1, show ? 2 : 1) || (reset && take) ||
	    (ctl->argc == 2 && strcmp(ctl->argv[1], "list") != 0))
		return ctl_usage(usage);
	if ((code = ctl_config(ctl)) != CTL_OK)
		return code;
	if (show && ctl->config->passkeys_file == NULL)
		return ctl_fail(CTL_CONFIG,
		    "%s: sets no passkeys_file, so there are none",
		    ctl->config_path);
	c = credentials_open(ctl->config, false, err);
	if (c == NULL)
		return ctl_fail(CTL_FAILED, "%s", err);
	if (!credentials_find(c, ctl->argv[0], &u))
		code = ctl_fail(CTL_MISSING, "there is no user \"%s\"",
		    ctl->argv[0]);
	else if (show)
		code = list(ctl, &u);
	else
		code = take ? take_away(c, &u, id) : take_all(c, &u);
	credentials_free(c);
	crypto_wipe(&u, sizeof(u));
	return code;
}
