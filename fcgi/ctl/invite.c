/* SPDX-License-Identifier: MIT */
/* Invitations: a link by which a person sets the password, once, and in time. */
#include "config.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "confab/base/clock.h"
#include "confab/base/crypto.h"
#include "confab/base/encode.h"
#include "confab/config/option.h"
#include "confab/identity/password.h"
#include "confab/identity/users.h"

#include "ctl.h"

#define CODE_BYTES 24
#define VALID_DEFAULT "3d"
#define VALID_MIN (60 * 1000ULL) /* ms */
#define VALID_MAX (30 * 86400 * 1000ULL)

_Static_assert(ENCODE_BASE64URL_LEN(CODE_BYTES) <
	sizeof(((struct ctl_invitation *)NULL)->code),
    "the secret fits");

void
ctl_invitation_options(struct ctl *ctl, struct ctl_invitation *i)
{
	memset(i, 0, sizeof(*i));
	i->wanted = ctl_option(ctl, "--invite", NULL);
	(void)ctl_option(ctl, "--valid", &i->valid);
	(void)ctl_option(ctl, "--url", &i->url);
}

int
ctl_invitation_make(const struct config *c, struct ctl_invitation *i,
    struct users_entry *u)
{
	unsigned char secret[CODE_BYTES];
	uint64_t ms = 0;
	int rc;

	if (!config_value_time(i->valid != NULL ? i->valid : VALID_DEFAULT,
		&ms) ||
	    ms < VALID_MIN || ms > VALID_MAX)
		return ctl_fail(CTL_USAGE,
		    "an invitation is valid for 1min to 30d");
	if (i->url != NULL &&
	    (!config_is_base_url(i->url) || i->url[strlen(i->url) - 1] != '/'))
		return ctl_fail(CTL_USAGE,
		    "the site's address begins with https:// and ends with a "
		    "slash");
	if (c->auth != AUTH_PASSWORD)
		return ctl_fail(CTL_CONFIG,
		    "with auth = remote_user there are no passwords to set");
	if (crypto_random(secret, sizeof(secret)) != 0)
		return ctl_fail(CTL_FAILED, "no random numbers");
	encode_base64url(i->code, secret, sizeof(secret));
	crypto_wipe(secret, sizeof(secret));
	rc = password_hash(&c->password, i->code, strlen(i->code), u->hash);
	if (rc != 0)
		return ctl_fail(CTL_FAILED, "out of memory for the hash");
	u->must_change = true;
	u->invited = clock_wall() + (int64_t)(ms / 1000);
	return CTL_OK;
}

void
ctl_invitation_print(const struct ctl_invitation *i, const char *name)
{
	printf("%s#invite=", i->url != NULL ? i->url : "");
	for (; *name != '\0'; name++) {
		unsigned char c = (unsigned char)*name;

		if (isalnum(c) || strchr("-._~", c) != NULL)
			putchar(c);
		else
			printf("%%%02X", c);
	}
	printf(":%s\n", i->code);
}
